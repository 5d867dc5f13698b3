// SPDX-License-Identifier: GPL-2.0
/*
 * Random traffic: the scheduler beside the reference (ref.c), which must agree to
 * the picosecond; and the same traffic a hundred times.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "machines.h"
#include "ref.h"
#include "sim.h"

#define GB	1000000000ULL
#define REGION	(512ULL << 10)
#define OWNERS	3
#define HOMES	24	/* endpoints with a region of their own */

static u64 next(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 20;
}

/* The scheduler and the reference; transfers of the former are kept. */
struct pair {
	struct sim sim;		/* first: effects get a pointer to it */
	struct ref ref;
	struct vsn_sched_ops ops;
	struct vsn_owner owners[OWNERS];
	struct ref_xfer *xfers;
	size_t nr_xfers;
	size_t room_xfers;
	u64 regions[SIM_MAX_REGIONS];
	u32 nr_regions;
	u64 seed;
	u64 submitted;
	u32 streams;		/* an endpoint */
	u32 variety;		/* 1 in so many entries is broken; 0: none */
	u32 faults;		/* most faults that are added in a round */
};

static void keep_xfer(void *ctx, const struct vsn_xfer *x)
{
	struct pair *p = ctx;

	if (p->nr_xfers == p->room_xfers) {
		p->room_xfers = p->room_xfers ? 2 * p->room_xfers : 1024;
		p->xfers = realloc(p->xfers, p->room_xfers * sizeof(*p->xfers));
		if (!p->xfers)
			abort();
	}
	p->xfers[p->nr_xfers++] = (struct ref_xfer) {
		.user_data = x->op->sqe.user_data, .link = x->link, .chunk = x->chunk,
		.payload = x->payload, .wire = x->wire, .start = x->start, .end = x->end,
	};
}

/* Topologies: sizes are small, so that flows meet. */

static void figures(struct vsn_topo *t)
{
	struct vsn_kind *k = &t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR];

	t->networks[0].header = 16;
	t->networks[0].packet = 240;
	k->overhead = 300001;
	k->mem_latency = 100003;
	k->mem_bandwidth = 3200 * GB;
	k->read_bandwidth = 167 * GB;
	k->write_bandwidth = 135 * GB;
}

static void star(struct vsn_topo *t)
{
	u32 n = 4;

	sim_topo(t, &n, 1);
	sim_tier(t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 28 * GB,
		.latency = 10000, .switch_latency = 200000 });
}

static void planes(struct vsn_topo *t)
{
	u32 n = 5;

	sim_topo(t, &n, 1);
	figures(t);
	t->networks[0].stripe = 8192;
	sim_tier(t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .planes = 3,
		.forwarding = VSN_FORWARDING_STORE_FORWARD, .bandwidth = 28 * GB,
		.latency = 10000, .switch_latency = 200000 });
}

static void clos(struct vsn_topo *t)
{
	u32 sizes[] = { 3, 4 };

	sim_topo(t, sizes, 2);
	figures(t);
	sim_tier(t, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .planes = 3,
		.bandwidth = 10 * GB, .latency = 1000, .switch_latency = 200000 });
	sim_tier(t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .planes = 3, .switches = 2,
		.lanes = 2, .bandwidth = 7 * GB, .switch_latency = 100000 });
}

static void clos_hash(struct vsn_topo *t)
{
	clos(t);
	t->networks[0].policy = VSN_POLICY_HASH;
	t->networks[0].seed = 42;
	t->networks[0].tiers[1].ports[0].efficiency = 836735;
}

/*
 * Hosts, and memories, which issue nothing; a network within a board before one that
 * reaches everywhere.
 */
static void kinds(struct vsn_topo *t)
{
	u32 sizes[] = { 2, 4, 2, 2 };
	struct vsn_kind *k = t->kinds;

	sim_topo(t, sizes, 4);
	figures(t);
	k[VSN_ENDPOINT_KIND_ACCELERATOR].nr_dims = 2;
	k[VSN_ENDPOINT_KIND_HOST] = k[VSN_ENDPOINT_KIND_ACCELERATOR];
	k[VSN_ENDPOINT_KIND_HOST].dims[1] = 2;
	k[VSN_ENDPOINT_KIND_HOST].overhead = 999;
	k[VSN_ENDPOINT_KIND_MEMORY] = k[VSN_ENDPOINT_KIND_ACCELERATOR];
	k[VSN_ENDPOINT_KIND_MEMORY].dims[1] = 3;
	k[VSN_ENDPOINT_KIND_MEMORY].read_bandwidth = 0;
	k[VSN_ENDPOINT_KIND_MEMORY].write_bandwidth = 0;
	t->networks[1] = t->networks[0];
	t->networks[1].name[0] = 'x';
	t->networks[1].header = 0;
	t->nr_networks = 2;
	/* network 0: accelerators of a board; network 1: everything */
	sim_tier(t, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 50 * GB });
	t->networks[1].nr_tiers = 1;
	t->networks[1].tiers[0] = t->networks[0].tiers[0];
	t->networks[1].tiers[0].over = 1 | 2 | 4 | 8;
	t->networks[1].tiers[0].planes = 2;
	t->networks[1].tiers[0].switch_latency = 5000;
	t->networks[1].tiers[0].ports[VSN_ENDPOINT_KIND_HOST].bandwidth = 3 * GB;
	t->networks[1].tiers[0].ports[VSN_ENDPOINT_KIND_MEMORY].bandwidth = 9 * GB;
}

/* Rows and columns are joined, but not what differs in both. */
static void rails(struct vsn_topo *t)
{
	u32 sizes[] = { 3, 3 };

	sim_topo(t, sizes, 2);
	figures(t);
	sim_tier(t, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .planes = 2,
		.bandwidth = 10 * GB, .latency = 1000 });
	sim_tier(t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .lanes = 3,
		.bandwidth = 2 * GB, .latency = 7000, .switch_latency = 100000 });
}

/* Engines that are slower than links: a pull ends when its engine is free. */
static void slow(struct vsn_topo *t)
{
	planes(t);
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].read_bandwidth = 5 * GB;
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].write_bandwidth = 9 * GB;
}

static void (*const shapes[])(struct vsn_topo *t) = {
	star, planes, clos, clos_hash, kinds, rails, slow,
};

static void add_region(struct pair *p, u64 size, const u32 *homes, u32 nr, u64 granule)
{
	u32 i = p->nr_regions++;

	p->regions[i] = sim_region_over(&p->sim, size, homes, nr, granule, true);
	ref_region(&p->ref, &p->sim.regions[i].place);
}

/* All switches that could reduce do. */
static void let_reduce(struct vsn_topo *t)
{
	u32 n, i;

	for (n = 0; n < t->nr_networks; n++) {
		for (i = 0; i < t->networks[n].nr_tiers; i++) {
			struct vsn_tier *tier = &t->networks[n].tiers[i];

			tier->reduces = !vsn_tier_direct(tier) &&
					tier->attach == VSN_ATTACH_ENDPOINT;
		}
	}
}

/* @policy: of network 0; 0: as the shape has it */
static struct pair *make_pair(void (*shape)(struct vsn_topo *t), u32 policy, u64 seed)
{
	struct pair *p = calloc(1, sizeof(*p));
	u32 i, k, n, homes[8];

	if (!p)
		abort();
	shape(&p->sim.topo);
	if (policy) {
		figures(&p->sim.topo);
		p->sim.topo.networks[0].policy = policy;
		/* Switches, and endpoints that forward, take time: each tier's another. */
		for (i = 0; i < p->sim.topo.networks[0].nr_tiers; i++) {
			struct vsn_tier *tier = &p->sim.topo.networks[0].tiers[i];

			if (!vsn_tier_direct(tier) || tier->attach == VSN_ATTACH_ENDPOINT)
				tier->switch_latency = 5000 + 1000 * i;
		}
	}
	let_reduce(&p->sim.topo);
	if (sim_init(&p->sim))
		abort();
	/* Nothing to be seen depends on it. */
	p->sim.sched.stream_key = next(&seed) << 20 | 1;
	p->ops = *p->sim.sched.ops;
	p->ops.xfer = keep_xfer;
	p->sim.sched.ops = &p->ops;
	ref_init(&p->ref, &p->sim.topo);
	p->seed = seed;
	p->streams = 1 + next(&p->seed) % 5;
	n = p->sim.topo.nr_endpoints;
	for (i = 0; i < vsn_min(n, HOMES); i++) {
		homes[0] = i * n / vsn_min(n, HOMES);
		add_region(p, REGION, homes, 1, 4096);
	}
	for (i = 0; i < 4; i++) {
		u32 nr = 2 + next(&p->seed) % 7;

		for (k = 0; k < nr; k++)
			homes[k] = next(&p->seed) % n;
		add_region(p, REGION, homes, nr, 4096ULL << next(&p->seed) % 7);
	}
	return p;
}

static void free_pair(struct pair *p)
{
	sim_free(&p->sim);
	ref_free(&p->ref);
	free(p->xfers);
	free(p);
}

static u64 any_ua(struct pair *p, u64 below)
{
	u64 region = p->regions[next(&p->seed) % p->nr_regions];

	return region + next(&p->seed) % below;
}

/* Semaphores are few, so that WAITs have a chance. */
static u64 any_word(struct pair *p)
{
	u64 region = p->regions[next(&p->seed) % 4];

	return region + next(&p->seed) % 4 * 8;
}

static void any_range(struct pair *p, struct vsn_sqe *sqe)
{
	u64 *s = &p->seed;
	u32 order = 1 + next(s) % 18;

	/* Of any order of magnitude, and not on top of the semaphores, */
	sqe->len = 1 + next(s) % (REGION >> order);
	sqe->dst = 64 + any_ua(p, REGION / 2 - 64);
	if (sqe->opcode == VSN_OP_COPY)
		sqe->src = any_ua(p, REGION / 2);
	else if (sqe->opcode == VSN_OP_FILL)
		sqe->arg0 = next(s);
	sqe->flags = next(s) % 4 || sqe->opcode == VSN_OP_DISCARD ? 0 : VSN_OP_F_NODATA;
	/* or just there */
	if (next(s) % 16 == 0)
		sqe->dst = any_word(p);
}

/* Elements of 8 bytes suit all types; overlaps are refused by both. */
static void any_reduce(struct pair *p, struct vsn_sqe *sqe)
{
	u64 *s = &p->seed;

	any_range(p, sqe);
	sqe->src = any_ua(p, REGION / 2) & ~7ULL;
	sqe->dst &= ~7ULL;
	sqe->len = (sqe->len + 7) & ~7ULL;
	sqe->arg0 = next(s) % (VSN_REDUCE_MAX + 1) << 8;
	sqe->arg0 |= 1 + next(s) % VSN_REDUCE_BF16;
}

/* Half of the way, mostly on behalf of somebody who may ask for it */
static void any_half(struct pair *p, struct vsn_sqe *sqe)
{
	const struct sim_region *r;
	u64 *s = &p->seed, ua;
	u32 i;

	sqe->flags |= next(s) % 2 ? VSN_OP_F_TO_SWITCH : VSN_OP_F_FROM_SWITCH;
	ua = sqe->flags & VSN_OP_F_TO_SWITCH || next(s) % 2 ? sqe->src : sqe->dst;
	for (i = 0; i < p->sim.nr_regions && next(s) % 8; i++) {
		r = &p->sim.regions[i];
		if (ua >= r->place.ua && ua - r->place.ua < r->place.size)
			sqe->initiator = vsn_place_home(&r->place, ua - r->place.ua);
	}
}

static void flip_bit(struct vsn_sqe *sqe, u64 *seed)
{
	u8 *byte = (u8 *)sqe + next(seed) % offsetof(struct vsn_sqe, user_data);

	*byte ^= 1U << next(seed) % 8;
}

/* One draw a statement: the order within an expression is the compiler's. */
static struct vsn_sqe any_op(struct pair *p)
{
	struct vsn_sqe sqe = { .user_data = ++p->submitted };
	u64 *s = &p->seed;

	sqe.opcode = next(s) % (VSN_OP_DISCARD + 1);
	sqe.initiator = next(s) % p->sim.topo.nr_endpoints;
	sqe.stream = next(s) % p->streams;
	/* Every other one moves bytes. */
	if (next(s) % 2)
		sqe.opcode = VSN_OP_COPY;
	if (sqe.opcode == VSN_OP_COPY || sqe.opcode == VSN_OP_FILL ||
	    sqe.opcode == VSN_OP_DISCARD) {
		any_range(p, &sqe);
	} else if (sqe.opcode == VSN_OP_REDUCE) {
		any_reduce(p, &sqe);
	} else if (sqe.opcode == VSN_OP_COMPUTE) {
		sqe.arg0 = next(s) % 1000000;
	} else if (sqe.opcode != VSN_OP_NOP && sqe.opcode != VSN_OP_FENCE) {
		sqe.dst = any_word(p);
		sqe.arg0 = next(s) % 4;
		if (sqe.opcode == VSN_OP_CAS)
			sqe.arg1 = next(s) % 8;
		if (sqe.opcode == VSN_OP_WAIT)
			sqe.arg0 *= 2;
	}
	if (sqe.src && next(s) % 8 == 0)
		any_half(p, &sqe);
	if (sqe.dst && next(s) % 4 == 0)
		sqe.network = next(s) % (p->sim.topo.nr_networks + 1);
	if (p->variety && next(s) % p->variety == 0)
		flip_bit(&sqe, s);
	/* Or time is soon over; see end_of_time. */
	if (sqe.opcode == VSN_OP_COMPUTE)
		sqe.arg0 %= 1 << 20;
	return sqe;
}

static void submit(struct __test_metadata *_metadata, struct pair *p,
		   const struct vsn_sqe *sqe, u32 owner)
{
	p->sim.owner = &p->owners[owner];
	ASSERT_EQ(sim_submit(&p->sim, sqe), ref_submit(&p->ref, sqe, owner));
}

static void run(struct pair *p, u64 until)
{
	u32 budget = 1 + next(&p->seed) % 50;

	vsn_sched_recheck(&p->sim.sched);
	while (vsn_sched_run(&p->sim.sched, until, budget))
		;
	ref_recheck(&p->ref);
	ref_run(&p->ref, until);
}

static void same_resource(struct __test_metadata *_metadata, struct pair *p, u32 id)
{
	const struct vsn_link *l = vsn_links_find(&p->sim.sched.links, id);
	const struct ref_resource *r = &p->ref.resources[id];

	if (!l) {
		ASSERT_EQ(0, r->transfers);
		return;
	}
	ASSERT_EQ(r->busy, l->busy);
	ASSERT_EQ(r->payload, l->payload);
	ASSERT_EQ(r->wire, l->wire);
	ASSERT_EQ(r->transfers, l->transfers);
	ASSERT_EQ(r->busy_time, l->busy_time);
}

static void same_site(struct __test_metadata *_metadata, const struct vsn_site *site,
		      const struct ref_site *r)
{
	ASSERT_EQ(r->lost + r->lost_bytes, site->lost + site->lost_bytes);
	ASSERT_EQ(r->replays, site->replays);
	ASSERT_EQ(r->replay_wire, site->replay_wire);
}

static void same_faults(struct __test_metadata *_metadata, struct pair *p)
{
	const struct vsn_topo *t = &p->sim.topo;
	const struct vsn_sched *s = &p->sim.sched;
	struct vsn_link_pos pos;
	struct vsn_site site;
	u32 i;

	ASSERT_EQ(p->ref.nr_faults, s->faults.nr);
	for (i = 0; i < t->nr_links; i++) {
		vsn_fault_link(s, i, &site);
		same_site(_metadata, &site, &p->ref.links[i]);
		if (vsn_topo_link_pos(t, i, &pos))
			ASSERT_EQ(!!ref_dead(&p->ref, i), site.health.down);
	}
	for (i = 0; i < t->nr_switches; i++) {
		vsn_fault_switch(s, i, &site);
		same_site(_metadata, &site, &p->ref.switches[i]);
	}
	for (i = 0; i < t->nr_endpoints; i++) {
		vsn_fault_endpoint(s, i, &site);
		same_site(_metadata, &site, &p->ref.endpoints[i]);
	}
}

/* Everything that both have to show */
static void same(struct __test_metadata *_metadata, struct pair *p)
{
	const struct vsn_topo *t = &p->sim.topo;
	struct vsn_endpoint_stats none = {}, *stats;
	struct vsn_blocked blocked[64];
	size_t i;

	for (i = 0; i < p->nr_xfers && i < p->ref.nr_xfers; i++)
		ASSERT_EQ(0, memcmp(&p->xfers[i], &p->ref.xfers[i], sizeof(*p->xfers))) {
			struct ref_xfer *a = &p->xfers[i], *b = &p->ref.xfers[i];

			TH_LOG("xfer %zu: op %llu, %llu, link %u, %u, chunk %u, %u at %llu, %llu",
			       i, (unsigned long long)a->user_data,
			       (unsigned long long)b->user_data, a->link, b->link,
			       a->chunk, b->chunk, (unsigned long long)a->start,
			       (unsigned long long)b->start);
		}
	ASSERT_EQ(p->ref.nr_xfers, p->nr_xfers);
	for (i = 0; i < p->sim.nr_done && i < p->ref.nr_done; i++)
		ASSERT_EQ(0, memcmp(&p->sim.done[i], &p->ref.done[i],
				    sizeof(*p->sim.done))) {
			struct vsn_cqe *a = &p->sim.done[i], *b = &p->ref.done[i];

			TH_LOG("completion %zu: op %llu, %llu, opcode %u, %d, %d, at %llu, %llu",
			       i, (unsigned long long)a->user_data,
			       (unsigned long long)b->user_data, a->opcode, a->res, b->res,
			       (unsigned long long)a->end, (unsigned long long)b->end);
		}
	ASSERT_EQ(p->ref.nr_done, p->sim.nr_done);
	ASSERT_EQ(p->ref.nr_ops, p->sim.sched.nr_pending);
	ASSERT_EQ(p->ref.now, p->sim.sched.now);
	ASSERT_EQ(ref_blocked(&p->ref), p->sim.sched.nr_blocked);
	ASSERT_EQ(vsn_min(ref_blocked(&p->ref), ARRAY_SIZE(blocked)),
		  vsn_sched_blocked(&p->sim.sched, blocked, ARRAY_SIZE(blocked)));
	for (i = 0; i < t->nr_links + t->nr_endpoints * VSN_NR_ENGINES; i++)
		same_resource(_metadata, p, i);
	for (i = 0; i < t->nr_endpoints; i++) {
		stats = vsn_sparse_find(&p->sim.sched.stats, i);
		ASSERT_EQ(0, memcmp(stats ? stats : &none, &p->ref.stats[i],
				    sizeof(none)));
	}
	if (p->ref.armed)
		same_faults(_metadata, p);
}

/* Faults */

static void any_policy(struct pair *p)
{
	struct vsn_fault_policy policy = {
		.detect = next(&p->seed) % 3 * (next(&p->seed) % 5000000),
		.give_up = next(&p->seed) % 4 == 0,
		.seed = next(&p->seed),
	};

	if (vsn_fault_set_policy(&p->sim.sched, &policy))
		abort();
	ref_set_policy(&p->ref, &policy);
}

static struct vsn_health any_health(struct pair *p, bool only_down)
{
	struct vsn_health h = { .bandwidth = VSN_BANDWIDTH_ALL };
	u32 kind = only_down ? 0 : next(&p->seed) % 8;

	h.down = kind < 4;
	if (kind == 4 || kind == 7)
		h.bandwidth = 1 + next(&p->seed) % VSN_BANDWIDTH_ALL;
	if (kind == 5 || kind == 7)
		h.latency = next(&p->seed) % 1000000;
	if (kind == 6 || kind == 7)
		h.errors = VSN_ERROR_ONE >> (1 + next(&p->seed) % 20);
	return h;
}

static void any_fault(struct __test_metadata *_metadata, struct pair *p)
{
	u64 now = p->sim.sched.now;
	struct vsn_fault want = { .until = VSN_TIME_MAX };
	u32 nr[] = { p->sim.topo.nr_links, p->sim.topo.nr_switches, p->sim.topo.nr_endpoints };
	u32 id, kind = next(&p->seed) % 16;
	struct vsn_diag diag;

	want.kind = kind < ARRAY_SIZE(nr) && nr[kind] ? kind : VSN_SITE_LINK;
	want.target = next(&p->seed) % nr[want.kind];
	want.what = any_health(p, want.kind);
	want.at = now + next(&p->seed) % 2 * (next(&p->seed) % 20000000);
	if (next(&p->seed) % 16)
		want.until = want.at + 1 + next(&p->seed) % 10000000;
	/* Ids have gaps, and some health is none. */
	if (!vsn_fault_add(&p->sim.sched, &want, &id, &diag))
		ref_fault_add(&p->ref, &want, id);
}

static void change_faults(struct __test_metadata *_metadata, struct pair *p)
{
	const struct vsn_fault *f;
	struct vsn_diag diag;
	u32 i, id;

	if (!p->faults)
		return;
	if (next(&p->seed) % 4 == 0)
		any_policy(p);
	for (i = next(&p->seed) % (p->faults + 1); i; i--)
		any_fault(_metadata, p);
	if (next(&p->seed) % 2 == 0)
		return;
	f = vsn_fault_find(&p->sim.sched, next(&p->seed) %
					  (p->sim.sched.faults.last_id + 1));
	if (!f)
		return;
	id = f->id;
	ASSERT_EQ(0, vsn_fault_del(&p->sim.sched, id, &diag));
	ref_fault_del(&p->ref, id);
}

/* This takes longer than all the rest, so it is for the end. */
static void same_memory(struct __test_metadata *_metadata, struct pair *p)
{
	u32 i;

	for (i = 0; i < p->nr_regions; i++)
		ASSERT_EQ(0, memcmp(p->sim.regions[i].bytes, p->ref.bytes[i],
				    p->sim.regions[i].place.size));
}

/* Some rounds of submissions, bounded runs, CPU stores and cancels. */
static void traffic(struct __test_metadata *_metadata, struct pair *p, u32 rounds)
{
	u32 i, n;

	while (rounds--) {
		change_faults(_metadata, p);
		n = next(&p->seed) % 40;
		for (i = 0; i < n; i++) {
			struct vsn_sqe sqe = any_op(p);

			submit(_metadata, p, &sqe, next(&p->seed) % OWNERS);
		}
		switch (next(&p->seed) % 4) {
		case 0:
			run(p, VSN_TIME_MAX);
			break;
		case 1:
			i = next(&p->seed) % OWNERS;
			ASSERT_EQ(ref_cancel(&p->ref, i),
				  vsn_sched_cancel(&p->sim.sched, &p->owners[i]));
			break;
		case 2: {
			u64 ua = any_word(p);

			*(u64 *)sim_bytes(&p->sim, ua) += 1;
			*(u64 *)ref_bytes(&p->ref, ua) += 1;
		}
			/* fallthrough */
		default:
			run(p, p->sim.sched.now + next(&p->seed) % 20000000);
		}
		same(_metadata, p);
	}
	run(p, VSN_TIME_MAX);
	same(_metadata, p);
	same_memory(_metadata, p);
}

FIXTURE(random)
{
};

FIXTURE_SETUP(random)
{
}

FIXTURE_TEARDOWN(random)
{
}

/* Every shape with several seeds, valid operations only */
TEST_F(random, equals_reference)
{
	u64 seed, done = 0, xfers = 0, failed = 0, blocked = 0;
	size_t shape, i;

	for (seed = 1; seed <= 8; seed++) {
		for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
			struct pair *p = make_pair(shapes[shape], 0, seed);

			traffic(_metadata, p, 12);
			done += p->sim.nr_done;
			xfers += p->nr_xfers;
			blocked += p->sim.sched.nr_blocked;
			for (i = 0; i < p->sim.nr_done; i++)
				failed += p->sim.done[i].res != 0;
			free_pair(p);
		}
	}
	TH_LOG("%llu operations, %llu of them failed, %llu blocked, %llu transfers",
	       (unsigned long long)done, (unsigned long long)failed,
	       (unsigned long long)blocked, (unsigned long long)xfers);
	/* It had something to compare. */
	EXPECT_GT(done - failed, 3000);
	EXPECT_GT(failed, 100);
	EXPECT_GT(blocked, 10);
	EXPECT_GT(xfers, 50000);
}

/* Every machine that the tests of routes have, with every policy */
TEST_F(random, machines_equal_reference)
{
	u64 xfers = 0;
	u32 i, policy;

	for (i = 0; i < nr_machines; i++) {
		for (policy = VSN_POLICY_DMODK; policy <= VSN_POLICY_BORROW; policy++) {
			struct pair *p = make_pair(machines[i].build, policy, 50 + i);

			traffic(_metadata, p, 3);
			xfers += p->nr_xfers;
			free_pair(p);
		}
	}
	EXPECT_GT(xfers, 50000);
}

/* Links and switches fail, degrade and recover, on machines of every kind. */
static u64 with_faults(struct __test_metadata *_metadata, void (*shape)(struct vsn_topo *t),
		       u32 policy, u64 seed, u32 faults, u32 rounds, u64 *counts)
{
	struct pair *p = make_pair(shape, policy, seed);
	u64 lost = 0;
	size_t i;

	p->faults = faults;
	traffic(_metadata, p, rounds);
	for (i = 0; i < p->sim.topo.nr_links; i++) {
		lost += p->ref.links[i].lost;
		counts[0] += p->ref.links[i].replays;
	}
	for (i = 0; i < p->sim.topo.nr_switches; i++)
		lost += p->ref.switches[i].lost;
	for (i = 0; i < p->sim.nr_done; i++) {
		counts[1] += p->sim.done[i].res == -EIO;
		counts[2] += p->sim.done[i].res == -EHOSTUNREACH;
		counts[3] += !p->sim.done[i].res;
	}
	free_pair(p);
	return lost;
}

TEST_F(random, faults_equal_reference)
{
	u64 seed, lost = 0, counts[4] = {};
	size_t shape;

	for (seed = 701; seed <= 708; seed++)
		for (shape = 0; shape < ARRAY_SIZE(shapes); shape++)
			lost += with_faults(_metadata, shapes[shape], 0, seed,
					    1 + seed % 12, 10, counts);
	TH_LOG("%llu lost, %llu replays, %llu given up, %llu unreachable, %llu good",
	       (unsigned long long)lost, (unsigned long long)counts[0],
	       (unsigned long long)counts[1], (unsigned long long)counts[2],
	       (unsigned long long)counts[3]);
	EXPECT_LT(300, lost);
	EXPECT_LT(1000, counts[0]);
	EXPECT_LT(50, counts[1]);
	EXPECT_LT(50, counts[2]);
	EXPECT_LT(3000, counts[3]);
}

TEST_F(random, machines_with_faults)
{
	u64 lost = 0, counts[4] = {};
	u32 i, policy;

	for (i = 0; i < nr_machines; i++)
		for (policy = VSN_POLICY_DMODK; policy <= VSN_POLICY_BORROW; policy++)
			lost += with_faults(_metadata, machines[i].build, policy, 800 + i,
					    30, 3, counts);
	EXPECT_LT(100, lost);
}

/* Some bits are wrong: both refuse the same entries for the same reason. */
TEST_F(random, broken_entries)
{
	u64 seed, refused = 0;
	size_t shape, i;

	for (seed = 101; seed <= 103; seed++) {
		for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
			struct pair *p = make_pair(shapes[shape], 0, seed);

			p->variety = 3;
			traffic(_metadata, p, 12);
			for (i = 0; i < p->sim.nr_done; i++)
				refused += p->sim.done[i].res == -EINVAL ||
					   p->sim.done[i].res == -EFAULT ||
					   p->sim.done[i].res == -EPERM ||
					   p->sim.done[i].res == -ERANGE;
			free_pair(p);
		}
	}
	EXPECT_GT(refused, 300);
}

/* Operations that run into the end of time, at any hop */
TEST_F(random, end_of_time)
{
	u64 seed, over = 0;
	size_t shape, i;

	for (seed = 201; seed <= 206; seed++) {
		for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
			struct pair *p = make_pair(shapes[shape], 0, seed);
			struct vsn_sqe late = {
				.opcode = VSN_OP_COMPUTE,
				.arg0 = U64_MAX - next(&p->seed) % 20000000,
			};

			traffic(_metadata, p, 2);
			submit(_metadata, p, &late, 0);
			traffic(_metadata, p, 10);
			for (i = 0; i < p->sim.nr_done; i++)
				over += p->sim.done[i].res == -EOVERFLOW;
			free_pair(p);
		}
	}
	EXPECT_GT(over, 100);
}

/* A COPY that fails has moved its bytes, and wakes who waits for them. */
TEST_F(random, copies_fail)
{
	size_t shape;

	for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
		struct pair *p = make_pair(shapes[shape], 0, 301);

		p->sim.copy_error = -ENOMEM;
		p->ref.copy_error = -ENOMEM;
		traffic(_metadata, p, 12);
		free_pair(p);
	}
}

/* Operations of up to 1 GiB, of which no byte is moved */
TEST_F(random, large_operations)
{
	u32 i, n;
	size_t shape;

	for (shape = 0; shape < ARRAY_SIZE(shapes); shape++) {
		struct pair *p = make_pair(shapes[shape], 0, 401);
		static const u32 homes[] = { 0, 1, 2, 3 };
		u64 at[4];

		n = p->sim.topo.nr_endpoints;
		for (i = 0; i < 4; i++) {
			at[i] = sim_region_over(&p->sim, VSN_OP_MAX_LEN, homes + i,
						i == 1 ? 3 : 1, 64 << 20, false);
			ref_region(&p->ref, &p->sim.regions[p->nr_regions + i].place);
		}
		for (i = 0; i < 20; i++) {
			struct vsn_sqe sqe = { .opcode = VSN_OP_COPY, .user_data = i };

			sqe.flags = VSN_OP_F_NODATA;
			sqe.initiator = next(&p->seed) % n;
			sqe.stream = next(&p->seed) % 5;
			sqe.dst = at[next(&p->seed) % 4];
			sqe.src = at[next(&p->seed) % 4];
			sqe.len = VSN_OP_MAX_LEN >> next(&p->seed) % 8;
			sqe.len -= next(&p->seed) % 1000;
			submit(_metadata, p, &sqe, 0);
		}
		run(p, VSN_TIME_MAX);
		same(_metadata, p);
		free_pair(p);
	}
}

/* Of all that programs see, with a secret of its own and cut into slices */
static u64 digest_of(void (*shape)(struct vsn_topo *t), u64 key, u32 budget)
{
	struct pair *p = make_pair(shape, 0, 501);
	u64 digest, i;

	p->sim.sched.stream_key = key | 1;
	for (i = 0; i < 400; i++) {
		struct vsn_sqe sqe = any_op(p);

		sim_submit(&p->sim, &sqe);
	}
	while (vsn_sched_run(&p->sim.sched, VSN_TIME_MAX, budget))
		;
	digest = p->sim.digest;
	for (i = 0; i < p->nr_xfers; i++)
		digest = (digest ^ p->xfers[i].start ^ p->xfers[i].end << 1) *
			 0x100000001b3ULL;
	free_pair(p);
	return digest;
}

/* A hundred runs, the same bits: neither addresses nor secrets nor slices matter. */
TEST_F(random, hundred_runs)
{
	u64 key = 601, first = digest_of(clos_hash, 1, U32_MAX);
	u32 i;

	for (i = 1; i < 100; i++)
		ASSERT_EQ(first, digest_of(clos_hash, next(&key) << 20, i));
	/* It would see a difference. */
	ASSERT_NE(first, digest_of(clos, 1, U32_MAX));
}

TEST_HARNESS_MAIN
