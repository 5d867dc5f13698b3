// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of the reference: a list that is looked through whenever something has to
 * be known.
 */
#include <math.h>
#include <stdlib.h>

#include "ref_impl.h"
#include "rng.h"

static bool is_of(const struct ref_fault *f, u32 kind, u32 target)
{
	return f->kind == kind && f->target == target;
}

static u32 count_down(const struct ref *r, u32 kind, u32 target)
{
	size_t i;
	u32 n = 0;

	for (i = 0; i < r->nr_faults; i++)
		n += r->faults[i].active && r->faults[i].what.down &&
		     is_of(&r->faults[i], kind, target);
	return n;
}

static struct ref_site *site_of(struct ref *r, u32 kind, u32 target)
{
	struct ref_site *of[] = { r->links, r->switches, r->endpoints };

	return &of[kind][target];
}

/* Of the link itself and of what is at its ends, what went down first */
struct ref_site *ref_dead(struct ref *r, u32 link)
{
	u32 sw[2] = { VSN_NO_SWITCH, VSN_NO_SWITCH };
	u32 ep[2] = { VSN_NO_ENDPOINT, VSN_NO_ENDPOINT };
	struct {
		u32 kind;
		u32 target;
	} of[5];
	struct ref_site *best = NULL, *site;
	u32 i, n = 0;

	vsn_topo_link_switches(r->topo, link, &sw[0], &sw[1]);
	vsn_topo_link_endpoints(r->topo, link, &ep[0], &ep[1]);
	of[n].kind = VSN_SITE_LINK;
	of[n++].target = link;
	for (i = 0; i < 2; i++) {
		of[n].kind = sw[i] == VSN_NO_SWITCH ? VSN_SITE_ENDPOINT : VSN_SITE_SWITCH;
		of[n].target = sw[i] == VSN_NO_SWITCH ? ep[i] : sw[i];
		n += of[n].target != VSN_NO_ENDPOINT;
	}
	for (i = 0; i < n; i++) {
		if (!count_down(r, of[i].kind, of[i].target))
			continue;
		site = site_of(r, of[i].kind, of[i].target);
		if (!best || site->since < best->since)
			best = site;
	}
	return best;
}

bool ref_gone(const struct ref *r, const struct ref_op *op, u32 ep)
{
	return count_down(r, VSN_SITE_ENDPOINT, ep) || r->endpoints[ep].fall > op->falls;
}

/* Page by page, which is no more than a home */
static bool range_gone(const struct ref *r, const struct ref_op *op, u64 ua)
{
	u64 off, run, len = op->sqe.len ? op->sqe.len : 8;

	for (off = 0; off < len; off += vsn_min(run, 4096))
		if (ref_gone(r, op, ref_home_of(r, ua + off, &run)))
			return true;
	return false;
}

bool ref_any_gone(const struct ref *r, const struct ref_op *op)
{
	u8 opcode = op->sqe.opcode;

	if (!r->falls)
		return false;
	if (ref_gone(r, op, op->sqe.initiator))
		return true;
	if (opcode == VSN_OP_NOP || opcode == VSN_OP_COMPUTE || opcode == VSN_OP_FENCE)
		return false;
	return range_gone(r, op, op->sqe.dst) ||
	       (ref_has_source(op) && range_gone(r, op, op->sqe.src));
}

static void lose_bytes(struct ref *r, u32 ep)
{
	u64 off, run;
	u32 i;

	for (i = 0; i < r->nr_regions; i++) {
		const struct vsn_place *p = r->places[i];

		for (off = 0; off < p->size; off += 4096) {
			if (ref_home_of(r, p->ua + off, &run) != ep)
				continue;
			r->endpoints[ep].lost_bytes += 4096;
			if (r->bytes[i])
				memset(r->bytes[i] + off, 0, 4096);
		}
	}
}

static bool can_use(void *ctx, u32 link)
{
	struct ref *r = ctx;
	const struct ref_site *site = ref_dead(r, link);

	return !site || (u128)site->since + r->policy.detect > r->now;
}

int ref_route(struct ref *r, u32 want, u32 from, u32 to, u32 plane, u64 salt,
	      struct vsn_path *path)
{
	const struct vsn_live live = { .live = can_use, .ctx = r };

	if (!r->armed)
		return vsn_route_find(r->topo, want, from, to, plane, salt, path);
	return vsn_memo_find(&r->memo, r->topo, r->recoveries, want, from, to, plane, salt,
			     &live, path);
}

/* What faults leave of a link's figures */
void ref_degrade(const struct ref *r, u32 link, u64 *bandwidth, u64 *latency)
{
	u128 worst = VSN_BANDWIDTH_ALL, more = 0;
	size_t i;

	for (i = 0; i < r->nr_faults; i++) {
		if (!r->faults[i].active || !is_of(&r->faults[i], VSN_SITE_LINK, link))
			continue;
		if (r->faults[i].what.bandwidth < worst)
			worst = r->faults[i].what.bandwidth;
		more += r->faults[i].what.latency;
	}
	worst = *bandwidth * worst / VSN_BANDWIDTH_ALL;
	*bandwidth = worst ? worst : 1;
	more += *latency;
	*latency = more > U64_MAX ? U64_MAX : more;
}

bool ref_corrupts(const struct ref *r, u32 link, u64 transfer, u64 packets)
{
	long double errors = 0, draw;
	size_t i;

	for (i = 0; i < r->nr_faults; i++)
		if (r->faults[i].active && is_of(&r->faults[i], VSN_SITE_LINK, link))
			errors += r->faults[i].what.errors;
	if (!errors)
		return false;
	errors /= 1e12L;
	draw = vsn_mix(r->policy.seed ^ vsn_mix((u64)link << 32 ^ vsn_mix(transfer)));
	return errors >= 1 || draw >= powl(1 - errors, packets) * 18446744073709551616.0L;
}

static bool touches(const struct ref *r, const struct ref_fault *f, u32 link)
{
	u32 from, to;

	if (f->kind == VSN_SITE_LINK)
		return link == f->target;
	if (f->kind == VSN_SITE_SWITCH ? !vsn_topo_link_switches(r->topo, link, &from, &to) :
					 !vsn_topo_link_endpoints(r->topo, link, &from, &to))
		return false;
	return from == f->target || to == f->target;
}

static bool is_hit(const struct ref *r, const struct ref_fault *f,
		   const struct ref_chunk *c)
{
	u32 i;

	for (i = 0; c->timed && i < c->hop; i++)
		if (c->steps[i].net >= 0 && c->steps[i].left > r->now &&
		    touches(r, f, c->steps[i].resource))
			return true;
	return false;
}

static void cut(struct ref *r, const struct ref_fault *f)
{
	struct ref_chunk *c;
	u32 link;
	size_t i;

	for (link = 0; link < r->topo->nr_links; link++) {
		struct ref_resource *res = &r->resources[link];

		if (touches(r, f, link) && res->busy > r->now) {
			res->busy_time -= vsn_min(res->busy_time, res->busy - r->now);
			res->busy = r->now;
		}
	}
	for (i = 0; i < r->nr_events; ) {
		c = r->events[i].chunk;
		if (!c || !is_hit(r, f, c)) {
			i++;
			continue;
		}
		r->events[i] = r->events[--r->nr_events];
		ref_lose(r, c, site_of(r, f->kind, f->target));
		/* An event that was added may be anywhere. */
		i = 0;
	}
}

static void set_active(struct ref *r, struct ref_fault *f, bool active)
{
	u32 before = count_down(r, f->kind, f->target), after;

	f->active = active;
	after = count_down(r, f->kind, f->target);
	if (before && !after)
		r->recoveries++;
	if (before || !after)
		return;
	site_of(r, f->kind, f->target)->since = r->now;
	cut(r, f);
	if (f->kind != VSN_SITE_ENDPOINT)
		return;
	r->endpoints[f->target].fall = ++r->falls;
	lose_bytes(r, f->target);
	ref_fail_waits(r);
}

static void forget(struct ref *r, size_t i)
{
	set_active(r, &r->faults[i], false);
	memmove(&r->faults[i], &r->faults[i + 1],
		(--r->nr_faults - i) * sizeof(*r->faults));
}

static u64 due(const struct ref_fault *f)
{
	return f->active ? f->until : f->at;
}

/* Begins before ends, and then by id, which is the order of the list */
static bool is_sooner(const struct ref_fault *a, const struct ref_fault *b)
{
	return due(a) != due(b) ? due(a) < due(b) : a->active < b->active;
}

bool ref_fault_due(const struct ref *r, u64 *time)
{
	size_t i;

	*time = VSN_TIME_MAX;
	for (i = 0; i < r->nr_faults; i++)
		*time = vsn_min(*time, due(&r->faults[i]));
	return *time != VSN_TIME_MAX;
}

void ref_fault_step(struct ref *r)
{
	size_t i, first = 0;

	for (i = 1; i < r->nr_faults; i++)
		if (is_sooner(&r->faults[i], &r->faults[first]))
			first = i;
	if (r->faults[first].active)
		forget(r, first);
	else
		set_active(r, &r->faults[first], true);
}

static void *memo_alloc(void *ctx, size_t size)
{
	return calloc(1, size);
}

static void memo_free(void *ctx, void *p, size_t size)
{
	free(p);
}

static const struct vsn_mem mem = { memo_alloc, memo_free, NULL };

static void arm(struct ref *r)
{
	if (!r->armed && vsn_memo_init(&r->memo, &mem))
		abort();
	r->armed = true;
}

void ref_set_policy(struct ref *r, const struct vsn_fault_policy *policy)
{
	arm(r);
	r->policy = *policy;
	r->recoveries++;
}

void ref_fault_add(struct ref *r, const struct vsn_fault *want, u32 id)
{
	struct ref_fault *f;

	arm(r);
	r->faults = ref_grow(r->faults, r->nr_faults, &r->room_faults, sizeof(*r->faults));
	f = &r->faults[r->nr_faults++];
	*f = (struct ref_fault) {
		.id = id, .kind = want->kind, .target = want->target,
		.what = want->what, .at = want->at, .until = want->until,
	};
	if (f->at <= r->now)
		set_active(r, f, true);
}

void ref_fault_del(struct ref *r, u32 id)
{
	size_t i;

	for (i = 0; r->faults[i].id != id; i++)
		;
	forget(r, i);
}

void ref_faults_free(struct ref *r)
{
	vsn_memo_free(&r->memo, &mem);
	free(r->faults);
	free(r->links);
	free(r->switches);
	free(r->endpoints);
}
