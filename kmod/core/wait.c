// SPDX-License-Identifier: GPL-2.0
/*
 * WAIT: an operation that ends when a word in memory is what it wants.
 *
 * One that has to wait has no event: it is in a table by the place of its word.
 * Whatever changes memory looks there, in vsn_wait_wake().
 */
#include "outage.h"

/*
 * WAITs are found by the block of memory that their word is in: small enough that
 * a table of semaphores does not end in one bucket, large enough that a COPY of
 * some KiB has few to look at.
 */
#define WAIT_SHIFT	8
#define WAIT_BUCKETS	4096U

static size_t hash_block(u64 block)
{
	return (block * 0x9e3779b97f4a7c15ULL >> 32) & (WAIT_BUCKETS - 1);
}

int vsn_wait_init(struct vsn_sched *s)
{
	s->waiters = s->mem.alloc(s->mem.ctx, WAIT_BUCKETS * sizeof(*s->waiters));
	return s->waiters ? 0 : -ENOMEM;
}

void vsn_wait_free(struct vsn_sched *s)
{
	if (s->waiters)
		s->mem.free(s->mem.ctx, s->waiters, WAIT_BUCKETS * sizeof(*s->waiters));
	s->waiters = NULL;
}

static struct vsn_op **wait_bucket(struct vsn_sched *s, u64 ua)
{
	return &s->waiters[hash_block(ua >> WAIT_SHIFT)];
}

static void block(struct vsn_sched *s, struct vsn_op *op)
{
	struct vsn_op **bucket = wait_bucket(s, op->sqe.dst);

	op->state = VSN_OP_BLOCKED;
	op->wait_prev = NULL;
	op->wait_next = *bucket;
	if (*bucket)
		(*bucket)->wait_prev = op;
	*bucket = op;
	s->nr_blocked++;
}

void vsn_wait_unblock(struct vsn_sched *s, struct vsn_op *op)
{
	if (op->wait_prev)
		op->wait_prev->wait_next = op->wait_next;
	else
		*wait_bucket(s, op->sqe.dst) = op->wait_next;
	if (op->wait_next)
		op->wait_next->wait_prev = op->wait_prev;
	s->nr_blocked--;
}

/*
 * Is the value there?  Then the WAIT ends when word of it, from the home at
 * @time, reaches the waiter.
 */
static bool try_wait(struct vsn_sched *s, struct vsn_op *op, u64 time)
{
	int err;

	err = s->ops->load(s->ctx, op, &op->value);
	if (vsn_op_dead(op))
		err = -EIO;
	if (err == -EBUSY || (!err && op->value < op->sqe.arg0))
		return false;
	time = vsn_max(time, op->start);
	op->state = VSN_OP_ACTIVE;
	op->end = time;
	/* Where links may fail, word of it is something that can be lost. */
	if (unlikely(s->armed) && !err && op->net >= 0) {
		err = vsn_chunk_wake(s, op, time);
		if (!err)
			return true;
	}
	if (!err && __builtin_add_overflow(time, op->wait_latency, &op->end)) {
		op->end = time;
		err = -EOVERFLOW;
	}
	op->status = err;
	vsn_sched_push_end(s, op);
	return true;
}

static void wake_bucket(struct vsn_sched *s, struct vsn_op *op, u64 ua, u64 len,
			u64 time)
{
	struct vsn_op *next;

	for (; op; op = next) {
		next = op->wait_next;
		s->work++;
		if (op->sqe.dst < ua || op->sqe.dst - ua >= len)
			continue;
		if (try_wait(s, op, time))
			vsn_wait_unblock(s, op);
	}
}

void vsn_wait_wake(struct vsn_sched *s, u64 ua, u64 len, u64 time)
{
	u64 block, first = ua >> WAIT_SHIFT, last = (ua + len - 1) >> WAIT_SHIFT;
	size_t i;

	if (!s->nr_blocked)
		return;
	if (last - first < WAIT_BUCKETS) {
		for (block = first; block <= last; block++)
			wake_bucket(s, *wait_bucket(s, block << WAIT_SHIFT), ua, len,
				    time);
	} else {
		for (i = 0; i < WAIT_BUCKETS; i++)
			wake_bucket(s, s->waiters[i], ua, len, time);
	}
}

/**
 * vsn_sched_recheck - look at every blocked WAIT again
 * @s: the scheduler
 *
 * Notices what the CPU has stored; such a value counts as there at the horizon.
 */
void vsn_sched_recheck(struct vsn_sched *s)
{
	size_t i;

	for (i = 0; s->nr_blocked && i < WAIT_BUCKETS; i++)
		wake_bucket(s, s->waiters[i], 0, U64_MAX, s->now);
}

void vsn_wait_fail(struct vsn_sched *s)
{
	struct vsn_op *op, *next;
	size_t i;

	for (i = 0; s->nr_blocked && i < WAIT_BUCKETS; i++) {
		for (op = s->waiters[i]; op; op = next) {
			next = op->wait_next;
			s->work++;
			op->status = vsn_outage_check(s, op);
			if (!op->status)
				continue;
			op->state = VSN_OP_ACTIVE;
			op->end = vsn_max(s->now, op->start);
			vsn_wait_unblock(s, op);
			vsn_sched_push_end(s, op);
		}
	}
}

/**
 * vsn_sched_glance - look at some blocked WAITs again
 * @s: the scheduler
 * @max: how many; of those on one block of memory, no more than that
 *
 * Others have their turn in later calls.
 */
void vsn_sched_glance(struct vsn_sched *s, u32 max)
{
	struct vsn_op *op, *next;
	u32 i, n = 0;

	for (i = 0; s->nr_blocked && n < max && i < WAIT_BUCKETS; i++) {
		op = s->waiters[s->glance++ % WAIT_BUCKETS];
		for (; op && n < max; op = next, n++) {
			next = op->wait_next;
			if (try_wait(s, op, s->now))
				vsn_wait_unblock(s, op);
		}
	}
}

/**
 * vsn_sched_gone - a region was taken away: end the WAITs on it
 * @s: the scheduler
 * @place: of the region, marked dead
 *
 * They end at the horizon, with -EIO.  Others that name it do so when their turn
 * comes: at their start, or at the end of what they have on the way.
 */
void vsn_sched_gone(struct vsn_sched *s, const struct vsn_place *place)
{
	vsn_wait_wake(s, place->ua, place->size, s->now);
}

int vsn_wait_start(struct vsn_sched *s, struct vsn_op *op)
{
	u32 home = vsn_place_home(op->dst, op->sqe.dst - op->dst->ua);
	struct vsn_path path;
	int net;

	if (home != op->sqe.initiator) {
		net = vsn_route_find(s->topo, op->sqe.network, home,
				     op->sqe.initiator, 0, 0, &path);
		if (net < 0)
			return net;
		op->net = net;
		s->work += vsn_route_work(s->topo, net);
		op->wait_latency = vsn_route_latency(s->topo, &path);
	}
	if (!try_wait(s, op, s->online ? vsn_online_since(s, op) : op->start))
		block(s, op);
	return 0;
}

/**
 * vsn_sched_blocked_of - list those blocked WAITs and FENCEs that one may see
 * @s: the scheduler
 * @pick: is it one of them?  NULL: each is
 * @ctx: passed to @pick
 * @list: room for @max entries; NULL: only count them
 * @max: how many to write, or to count to
 *
 * Return: number of entries written or counted.
 */
size_t vsn_sched_blocked_of(const struct vsn_sched *s,
			    bool (*pick)(void *ctx, const struct vsn_op *op), void *ctx,
			    struct vsn_blocked *list, size_t max)
{
	const struct vsn_op *op;
	size_t i, n = 0;

	for (op = s->fences; op && n < max; op = op->wait_next) {
		if (pick && !pick(ctx, op))
			continue;
		if (list)
			list[n] = (struct vsn_blocked) {
				.user_data = op->sqe.user_data,
				.initiator = op->sqe.initiator,
				.stream = op->sqe.stream,
				.want = op->party->first->sqe.stream,
				.value = op->party->first->sqe.user_data,
			};
		n++;
	}
	for (i = 0; i < WAIT_BUCKETS; i++) {
		for (op = s->waiters[i]; op; op = op->wait_next) {
			if (n == max)
				return n;
			if (pick && !pick(ctx, op))
				continue;
			if (list)
				list[n] = (struct vsn_blocked) {
					.user_data = op->sqe.user_data,
					.initiator = op->sqe.initiator,
					.stream = op->sqe.stream,
					.ua = op->sqe.dst,
					.want = op->sqe.arg0,
					.value = op->value,
				};
			n++;
		}
	}
	return n;
}

/**
 * vsn_sched_blocked - list the blocked WAITs and FENCEs
 * @s: the scheduler
 * @list: room for @max entries; may be NULL when @max is 0
 * @max: how many to write
 *
 * Return: number of entries written.
 */
size_t vsn_sched_blocked(const struct vsn_sched *s, struct vsn_blocked *list,
			 size_t max)
{
	return vsn_sched_blocked_of(s, NULL, NULL, list, max);
}
