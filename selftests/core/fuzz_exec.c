// SPDX-License-Identifier: GPL-2.0
/*
 * Any entries, sound or not, on any topology, in bounded runs, with cancels and
 * without memory now and then.  Every operation completes once or is blocked, or is
 * behind one that is; time never runs back; every account agrees; nothing leaks.
 *
 * Clocks change while nothing is pending; where time goes by itself, bytes are moved
 * whenever it pleases.
 */
#include "fuzz.h"
#include "sched_impl.h"
#include "sim.h"

#define REGIONS	6
#define REGION	(128ULL << 10)
#define OWNERS	2
#define DEFERRED 16

/* The fabric, and what its effects are held to */
struct exec {
	struct sim sim;		/* first: effects get a pointer to it */
	struct vsn_sched_ops ops;
	const struct vsn_sched_ops *to;
	struct vsn_owner owners[OWNERS];
	u64 regions[REGIONS];
	u64 latest;		/* ps */
	u64 accepted;
	u64 completed;
	u64 wire;
	u64 bytes;
	u32 halves;		/* flags of a switch that were submitted */
	struct vsn_op *deferred[DEFERRED];
	u32 nr_deferred;
	bool ending;
};

static void on_complete(void *ctx, struct vsn_op *op)
{
	struct exec *x = ctx;
	const struct vsn_sched *s = &x->sim.sched;

	FUZZ_CHECK(op->status <= 0);
	FUZZ_CHECK(!op->in_flight || x->ending);
	if (!x->ending)
		FUZZ_CHECK(op->start <= op->end);
	if (!x->ending && !s->online) {
		FUZZ_CHECK(op->end == s->now);
		FUZZ_CHECK(op->end >= x->latest);
		x->latest = op->end;
	}
	if (!op->status && op->sqe.len)
		FUZZ_CHECK(op->bytes == (op->sqe.opcode == VSN_OP_DISCARD ? 0 : op->sqe.len));
	FUZZ_CHECK(op->bytes <= op->sqe.len);
	x->wire += op->wire;
	x->bytes += op->bytes;
	x->completed++;
	x->to->complete(ctx, op);
}

/* As many as there is room for; the others take effect at once. */
static bool on_defer(void *ctx, struct vsn_op *op)
{
	struct exec *x = ctx;

	FUZZ_CHECK(x->sim.sched.online);
	if (!op->sqe.len || op->sqe.flags & VSN_OP_F_NODATA || x->nr_deferred == DEFERRED)
		return false;
	x->deferred[x->nr_deferred++] = op;
	return true;
}

static void on_xfer(void *ctx, const struct vsn_xfer *xfer)
{
	struct exec *x = ctx;
	const struct vsn_sched *s = &x->sim.sched;

	FUZZ_CHECK(xfer->start >= s->now);
	FUZZ_CHECK(xfer->end >= xfer->start);
	FUZZ_CHECK(xfer->wire >= xfer->payload);
	FUZZ_CHECK(xfer->start >= xfer->op->start);
	FUZZ_CHECK(xfer->link < s->topo->nr_links);
	x->to->xfer(ctx, xfer);
}

static void add_regions(struct exec *x, struct fuzz *f)
{
	u32 homes[8], i, k, nr;

	for (i = 0; i < REGIONS; i++) {
		nr = i < 4 ? 1 : 1 + fuzz_below(f, ARRAY_SIZE(homes));
		for (k = 0; k < nr; k++)
			homes[k] = fuzz_below(f, x->sim.topo.nr_endpoints);
		x->regions[i] = sim_region_over(&x->sim, REGION, homes, nr,
						4096ULL << fuzz_below(f, 5), true);
	}
}

static u64 any_ua(struct exec *x, struct fuzz *f)
{
	u64 region = x->regions[fuzz_below(f, REGIONS)];

	return region + fuzz_below(f, REGION);
}

/* Without data, and half of the way: to a switch, from it, and what is refused, both */
static u32 any_flags(struct fuzz *f)
{
	u32 flags = fuzz_below(f, 4) ? 0 : VSN_OP_F_NODATA;

	return flags | (fuzz_below(f, 4) ? 0 : fuzz_below(f, 4) << 1);
}

static void any_reduce(struct exec *x, struct fuzz *f, struct vsn_sqe *sqe)
{
	/* One kind and one type more than there are, and none */
	sqe->arg0 = VSN_REDUCE(fuzz_below(f, VSN_REDUCE_MAX + 2),
			       fuzz_below(f, VSN_REDUCE_BF16 + 2));
	sqe->dst = any_ua(x, f) & ~7ULL;
	sqe->src = any_ua(x, f) & ~7ULL;
	sqe->len = 8 + (fuzz_below(f, REGION) >> fuzz_below(f, 17) & ~7ULL);
	sqe->flags = any_flags(f);
}

static void submit(struct exec *x, struct fuzz *f)
{
	struct vsn_sqe sqe = { .opcode = fuzz_below(f, VSN_OP_DISCARD + 2) };
	u32 flips = fuzz_below(f, 8);
	u8 *raw = (u8 *)&sqe;

	sqe.initiator = fuzz_below(f, x->sim.topo.nr_endpoints);
	sqe.stream = fuzz_below(f, 3);
	sqe.network = fuzz_below(f, 4) ? 0 : fuzz_below(f, x->sim.topo.nr_networks + 2);
	sqe.user_data = x->accepted;
	if (sqe.opcode == VSN_OP_COMPUTE) {
		sqe.arg0 = fuzz_bits(f, fuzz_below(f, 64) ? 3 : 8);
	} else if (sqe.opcode == VSN_OP_REDUCE) {
		any_reduce(x, f, &sqe);
	} else if (sqe.opcode == VSN_OP_DISCARD) {
		sqe.dst = any_ua(x, f);
		sqe.len = 1 + (fuzz_below(f, REGION) >> fuzz_below(f, 17));
	} else if (sqe.opcode > VSN_OP_FILL && sqe.opcode != VSN_OP_FENCE) {
		sqe.dst = any_ua(x, f) & ~7ULL & ~(REGION - 1 - 63);
		sqe.arg0 = fuzz_below(f, 4);
	} else if (sqe.opcode == VSN_OP_COPY || sqe.opcode == VSN_OP_FILL) {
		sqe.dst = any_ua(x, f);
		if (sqe.opcode == VSN_OP_COPY)
			sqe.src = any_ua(x, f);
		else
			sqe.arg0 = fuzz_bits(f, 8);
		sqe.len = 1 + (fuzz_below(f, REGION) >> fuzz_below(f, 17));
		sqe.flags = sqe.opcode == VSN_OP_COPY ? any_flags(f) : fuzz_below(f, 4) == 0;
	}
	/* One in eight is damaged, at up to three places. */
	if (flips <= 3 && fuzz_below(f, 4) == 0) {
		while (flips--) {
			u32 at = fuzz_below(f, sizeof(sqe));

			raw[at] ^= 1 << fuzz_below(f, 8);
		}
	}
	x->sim.owner = &x->owners[fuzz_below(f, OWNERS)];
	x->halves |= sqe.flags & (VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH);
	x->accepted += !sim_submit(&x->sim, &sqe);
}

/* A fault of any kind, sound or not, now or later; a policy; or one is deleted. */
static void fault(struct exec *x, struct fuzz *f)
{
	struct vsn_sched *s = &x->sim.sched;
	struct vsn_fault want = { .until = VSN_TIME_MAX };
	struct vsn_fault_policy policy;
	const struct vsn_fault *old;
	struct vsn_diag diag;
	u32 id;

	switch (fuzz_below(f, 6)) {
	case 0:
		policy.detect = fuzz_bits(f, 1 + fuzz_below(f, 4));
		policy.give_up = fuzz_below(f, 2);
		policy.seed = fuzz_below(f, 4);
		vsn_fault_set_policy(s, &policy);
		return;
	case 1:
		old = vsn_fault_find(s, fuzz_below(f, 8));
		if (!old)
			return;
		id = old->id;
		if (!vsn_fault_del(s, id, &diag))
			FUZZ_CHECK(vsn_fault_del(s, id, &diag) == -ENOENT);
		return;
	}
	want.kind = fuzz_below(f, 4) ? VSN_SITE_LINK : VSN_SITE_SWITCH + fuzz_below(f, 2);
	want.target = fuzz_below(f, (want.kind == VSN_SITE_LINK ? s->topo->nr_links :
				     want.kind == VSN_SITE_SWITCH ? s->topo->nr_switches :
				     s->topo->nr_endpoints) + 1);
	want.what.down = fuzz_below(f, 2);
	want.what.bandwidth = fuzz_below(f, 4) ? VSN_BANDWIDTH_ALL :
						 fuzz_below(f, VSN_BANDWIDTH_ALL + 2);
	want.what.latency = fuzz_below(f, 4) ? 0 : fuzz_bits(f, fuzz_below(f, 64) ? 3 : 8);
	want.what.errors = fuzz_below(f, 4) ? 0 : VSN_ERROR_ONE >> fuzz_below(f, 32);
	if (fuzz_below(f, 4) == 0) {
		vsn_fault_set_health(s, want.kind, want.target, &want.what, &diag);
		return;
	}
	want.at = s->now + fuzz_below(f, 2) * fuzz_bits(f, 3);
	if (fuzz_below(f, 4))
		want.until = want.at + fuzz_bits(f, 3);
	vsn_fault_add(s, &want, &id, &diag);
}

/* Faults that are there are sound, and their sums are what is kept. */
static void check_faults(const struct exec *x)
{
	const struct vsn_sched *s = &x->sim.sched;
	u64 down = 0, switches = 0, endpoints = 0, errors = 0, lost = 0, replays = 0;
	u64 wire = 0, i;
	const struct vsn_fault *f;
	struct vsn_site site;
	u32 nr = 0;

	for (f = vsn_fault_find(s, 0); f; f = f->next, nr++) {
		FUZZ_CHECK(!f->next || f->next->id > f->id);
		FUZZ_CHECK(f->state == VSN_FAULT_STATE_ACTIVE ||
			   f->state == VSN_FAULT_STATE_SCHEDULED);
		/* Online, what is executed ahead of the clock takes its faults along. */
		FUZZ_CHECK(f->state != VSN_FAULT_STATE_ACTIVE || f->at <= s->now ||
			   s->online);
		FUZZ_CHECK(f->until > s->now);
	}
	FUZZ_CHECK(nr == s->faults.nr);
	for (i = 0; i < s->topo->nr_links; i++) {
		vsn_fault_link(s, i, &site);
		down += !!site.nr_down;
		errors += !!site.health.errors;
		lost += site.lost;
		wire += site.replay_wire;
	}
	for (i = 0; i < s->topo->nr_switches; i++) {
		vsn_fault_switch(s, i, &site);
		switches += !!site.nr_down;
		lost += site.lost;
	}
	FUZZ_CHECK(switches == s->faults.nr_switches_down);
	FUZZ_CHECK(errors == s->faults.nr_errors);
	for (i = 0; i < s->topo->nr_endpoints; i++) {
		vsn_fault_endpoint(s, i, &site);
		endpoints += !!site.nr_down;
		lost += site.lost;
		replays += site.replays;
		wire -= site.replay_wire;
	}
	FUZZ_CHECK(endpoints == s->faults.nr_endpoints_down);
	FUZZ_CHECK(down + switches + endpoints == s->faults.nr_down);
	FUZZ_CHECK(!wire);
	FUZZ_CHECK(replays <= lost);
}

/* Everything that can move has moved: what remains is blocked or behind that. */
static void check_rest(struct exec *x)
{
	const struct vsn_sched *s = &x->sim.sched;
	struct vsn_blocked list[4];
	const struct vsn_stream *st;
	const struct vsn_op *op;
	u64 pending = 0, blocked = 0;
	size_t i;

	FUZZ_CHECK(!s->heap.nr && !s->nr_chunks);
	for (i = 0; i < s->stream_room; i++) {
		for (st = s->streams[i]; st; st = st->next) {
			/* Idle, and its end is still to come. */
			if (!st->head) {
				FUZZ_CHECK(s->online && st->tail > s->clock);
				continue;
			}
			blocked += st->head->state == VSN_OP_BLOCKED;
			/* Held: behind a fence that is blocked, or behind that one */
			FUZZ_CHECK(st->head->state == VSN_OP_BLOCKED ||
				   st->head->state == VSN_OP_HELD);
			for (op = st->head; op; op = op->next)
				pending++;
		}
	}
	FUZZ_CHECK(pending == s->nr_pending);
	FUZZ_CHECK(blocked == s->nr_blocked);
	FUZZ_CHECK(vsn_sched_blocked(s, list, ARRAY_SIZE(list)) ==
		   vsn_min(blocked, ARRAY_SIZE(list)));
	FUZZ_CHECK(x->completed + pending == x->accepted);
}

/* Nothing is on the way, so links, endpoints and completions add up to the same. */
static void check_accounts(struct exec *x)
{
	const struct vsn_sched *s = &x->sim.sched;
	const struct vsn_endpoint_stats *st;
	u64 wire = 0, moved = 0, in = 0, out = 0, local = 0;
	u64 i;

	for (i = vsn_links_next(&s->links, 0); i < s->topo->nr_links;
	     i = vsn_links_next(&s->links, i + 1)) {
		const struct vsn_link *l = vsn_links_find(&s->links, i);

		wire += l->wire;
		FUZZ_CHECK(l->busy_time <= l->busy);
	}
	for (i = 0; i < s->topo->nr_endpoints; i++) {
		st = vsn_sparse_find(&s->stats, i);
		if (!st)
			continue;
		moved += st->read_bytes + st->write_bytes + st->local_bytes;
		in += st->in_bytes;
		out += st->out_bytes;
		local += st->local_bytes;
	}
	FUZZ_CHECK(x->wire == wire);
	FUZZ_CHECK(x->wire == x->sim.xfer_wire);
	FUZZ_CHECK(x->bytes == moved);
	/* What goes half of a way is in the account of one memory only. */
	FUZZ_CHECK(in + local <= moved && out + local <= moved);
	FUZZ_CHECK(in + out + 2 * local >= moved);
	FUZZ_CHECK(x->halves || (in == out && in + local == moved));
}

static void run(struct exec *x, u64 until, u32 budget)
{
	u64 now = x->sim.sched.now;

	vsn_sched_recheck(&x->sim.sched);
	while (vsn_sched_run(&x->sim.sched, until, budget)) {
		FUZZ_CHECK(x->sim.sched.now >= now && x->sim.sched.now <= until);
		now = x->sim.sched.now;
	}
	FUZZ_CHECK(x->sim.sched.now >= now);
}

static void make_slow(struct exec *x, struct fuzz *f)
{
	struct vsn_straggler to = {
		.slow = fuzz_below(f, 2) ? fuzz_bits(f, 4) : fuzz_bits(f, 2),
		.delay = fuzz_bits(f, 3),
		.jitter = fuzz_bits(f, 2) ? fuzz_bits(f, 3) : fuzz_bits(f, 6),
		.seed = fuzz_bits(f, 2),
	};
	struct vsn_diag diag;

	if (!vsn_straggler_check(&to, &diag))
		vsn_straggler_set(&x->sim.sched, fuzz_below(f, x->sim.topo.nr_endpoints), &to);
}

/* Move bytes, from the last to the first, and run what that lets go on. */
static void settle(struct exec *x, u32 left)
{
	while (x->nr_deferred > left) {
		vsn_sched_moved(&x->sim.sched, x->deferred[--x->nr_deferred], 0);
		while (vsn_sched_run(&x->sim.sched, VSN_TIME_MAX, 5))
			;
	}
}

/* Nothing is pending: go online, or back. */
static void change_clock(struct exec *x)
{
	struct vsn_sched *s = &x->sim.sched;

	if (vsn_online_set(s, !s->online))
		return;
	FUZZ_CHECK(s->online || (!s->nr_streams && !s->nr_parties && !s->history));
	FUZZ_CHECK(s->now >= s->latest || s->online);
	x->latest = s->now;
}

static void traffic(struct exec *x, struct fuzz *f)
{
	u32 rounds, i;

	for (rounds = 1 + fuzz_below(f, 4); rounds; rounds--) {
		if (!x->sim.sched.nr_pending && fuzz_below(f, 4) == 0)
			change_clock(x);
		if (x->sim.sched.online)
			vsn_online_advance(&x->sim.sched,
					   vsn_min(x->sim.sched.clock, U64_MAX >> 1) +
					   fuzz_bits(f, 3));
		for (i = fuzz_below(f, 24); i; i--)
			submit(x, f);
		if (fuzz_below(f, 4) == 0)
			make_slow(x, f);
		for (i = fuzz_below(f, 3) ? 0 : fuzz_below(f, 8); i; i--)
			fault(x, f);
		if (fuzz_below(f, 4) == 0) {
			x->sim.fail_at = x->sim.alloc_count + fuzz_below(f, 16);
			x->sim.fail_count = 1 + fuzz_below(f, 4);
		}
		switch (fuzz_below(f, 4)) {
		case 0:
			vsn_sched_cancel(&x->sim.sched, &x->owners[fuzz_below(f, OWNERS)]);
			break;
		case 1:
			run(x, VSN_TIME_MAX, 1 + fuzz_below(f, 16));
			settle(x, 0);
			check_rest(x);
			check_accounts(x);
			check_faults(x);
			break;
		default:
			if (x->sim.sched.online) {
				run(x, VSN_TIME_MAX, 1 + fuzz_below(f, 16));
				settle(x, fuzz_below(f, DEFERRED));
				break;
			}
			run(x, vsn_min(x->sim.sched.now, U64_MAX >> 1) +
			       fuzz_bits(f, 3), 1 + fuzz_below(f, 16));
		}
	}
}

static void finish(struct exec *x, bool all)
{
	u32 i;

	if (all) {
		run(x, VSN_TIME_MAX, 64);
		settle(x, 0);
		check_rest(x);
		check_accounts(x);
		check_faults(x);
		for (i = 0; i < OWNERS; i++) {
			vsn_sched_cancel(&x->sim.sched, &x->owners[i]);
			FUZZ_CHECK(!x->owners[i].first);
			vsn_online_forget(&x->sim.sched, &x->owners[i]);
			FUZZ_CHECK(!x->owners[i].idle);
		}
		if (x->sim.sched.online)
			change_clock(x);
		FUZZ_CHECK(!x->sim.sched.nr_pending && !x->sim.sched.nr_streams);
	}
	x->ending = true;
	sim_free(&x->sim);
	FUZZ_CHECK(x->completed == x->accepted);
	FUZZ_CHECK(!x->sim.allocs);
	for (i = 0; i < x->sim.nr_regions; i++)
		FUZZ_CHECK(!x->sim.regions[i].refs);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct exec *x = calloc(1, sizeof(*x));
	struct fuzz f;

	if (!x)
		abort();
	fuzz_init(&f, data, size);
	x->sim.fail_at = fuzz_below(&f, 16) ? 0 : 1 + fuzz_below(&f, 8);
	x->sim.fail_count = 1;
	if (!fuzz_committed(&f, &x->sim.topo, 64) || sim_init(&x->sim)) {
		FUZZ_CHECK(!x->sim.allocs);
		vsn_topo_free(&x->sim.topo);
		free(x);
		fuzz_count(false);
		return 0;
	}
	x->to = x->sim.sched.ops;
	x->ops = *x->to;
	x->ops.complete = on_complete;
	x->ops.xfer = on_xfer;
	x->ops.defer = on_defer;
	x->sim.sched.ops = &x->ops;
	add_regions(x, &f);
	traffic(x, &f);
	fuzz_count(x->completed > 0);
	finish(x, fuzz_below(&f, 2));
	free(x);
	return 0;
}
