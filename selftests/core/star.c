// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "star.h"

u64 ser(u64 bytes, u64 bw)
{
	unsigned __int128 n = (unsigned __int128)bytes * 1000000000000ULL;

	return (n + bw - 1) / bw;
}

int star_of(struct sim *sim, u32 n, u32 planes, u32 stripe)
{
	sim_topo(&sim->topo, &n, 1);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .planes = planes,
		.bandwidth = 28 * GB, .latency = 10 * NS, .switch_latency = 200 * NS });
	sim->topo.networks[0].header = 16;
	sim->topo.networks[0].stripe = stripe;
	return sim_init(sim);
}

int star(struct sim *sim, u32 n, u32 planes)
{
	/* One operation takes one plane. */
	return star_of(sim, n, planes, 1 << 30);
}

u32 link_of(const struct sim *sim, u32 ep, u32 plane, u32 down)
{
	return vsn_topo_link_id(&sim->topo.networks[0].tiers[0], ep, plane, 0, 0, down);
}

int fault(struct sim *sim, u32 link, struct vsn_health what, u64 at, u64 until)
{
	struct vsn_fault want = { .target = link, .what = what, .at = at, .until = until };
	struct vsn_diag diag;
	u32 id;

	if (!want.what.bandwidth)
		want.what.bandwidth = ALL;
	return vsn_fault_add(&sim->sched, &want, &id, &diag);
}

int take_down(struct sim *sim, u32 link, u64 at, u64 until)
{
	return fault(sim, link, (struct vsn_health) { .down = true }, at, until);
}

int set_policy(struct sim *sim, u64 detect, bool give_up)
{
	struct vsn_fault_policy policy = { .detect = detect, .give_up = give_up };

	return vsn_fault_set_policy(&sim->sched, &policy);
}

u64 endpoint_replays(struct sim *sim, u64 *wire)
{
	struct vsn_site site;
	u64 n = 0;
	u32 i;

	*wire = 0;
	for (i = 0; i < sim->topo.nr_endpoints; i++) {
		vsn_fault_endpoint(&sim->sched, i, &site);
		n += site.replays;
		*wire += site.replay_wire;
	}
	return n;
}

u64 link_sum(struct sim *sim, size_t field)
{
	struct vsn_site site;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < sim->topo.nr_links; i++) {
		vsn_fault_link(&sim->sched, i, &site);
		sum += *(u64 *)((char *)&site + field);
	}
	return sum;
}

struct copy submit_copy(struct sim *sim, u32 initiator, u32 stream, u32 to, u32 from,
			u64 len, u64 user_data)
{
	struct copy c = {
		.dst = sim_region(sim, vsn_align_up(len, 4096), to, true),
		.src = sim_region(sim, vsn_align_up(len, 4096), from, true),
		.len = len,
	};
	struct vsn_sqe sqe = sim_copy(initiator, stream, c.dst, c.src, len, user_data);
	u8 *bytes = sim_bytes(sim, c.src);
	u64 i;

	for (i = 0; i < len; i++)
		bytes[i] = i * 7 + (i >> 8) + user_data;
	if (sim_submit(sim, &sqe))
		abort();
	return c;
}

bool has_arrived(struct sim *sim, const struct copy *c)
{
	return !memcmp(sim_bytes(sim, c->dst), sim_bytes(sim, c->src), c->len);
}

u64 wire_of(u64 len)
{
	return len + (len + 4095) / 4096 * 16;
}

u64 push_time(u64 len)
{
	return UP + ser(wire_of(len), 28 * GB) + DOWN + UP + ser(16, 28 * GB) + DOWN;
}

u64 pull_time(u64 len)
{
	return UP + ser(16, 28 * GB) + DOWN + UP + ser(wire_of(len), 28 * GB) + DOWN;
}
