// SPDX-License-Identifier: GPL-2.0
/*
 * Online: operations are executed as they come, by a clock that goes by itself.
 *
 * An operation starts when the one before it in its stream has ended, and not before
 * the time at which it was submitted, which the clock says (vsn_online_advance()).
 * All its events are executed at once, up to its end, which by the clock is still to
 * come: others that come later find links busy until then.  So what comes first goes
 * first, though by the model it might have been overtaken: that is what is approximate.
 *
 * With the events, faults begin and end ahead of the clock.  One that has begun so is not
 * there yet for what comes later and starts before it; one that is over so is over.  Where
 * nothing is executed they begin and end when the clock is looked at.
 *
 * What is over in the model and not yet by the clock has to be remembered:
 *
 *  - the end of each stream: an idle stream is kept until the clock is there;
 *  - the end of what a fence waits for: fence.c keeps idle parties;
 *  - when a word changed: a WAIT that comes later and finds its value there ends
 *    when it was stored, not before.  Of the last MAX_STORES atomics and MAX_WRITES
 *    writes the times are known; what was before them counts as always there.
 *
 * Memory for that is bounded and, but for streams, fixed; streams are bounded by
 * MAX_STREAMS in all.
 */
#include "replay.h"

#define MAX_STORES	8192U		/* a power of two */
#define STORE_BUCKETS	1024U
#define MAX_WRITES	64U		/* a power of two */

/* Idle streams looked at in one call: at least as many as can become idle meanwhile. */
#define SWEEP		128

/**
 * struct vsn_store_note - an atomic changed a word
 * @ua: the word
 * @time: ps
 * @old: value before
 * @value: value after
 * @latest: no store of this bucket, of this one and those before, is later than this
 * @prev: 1 + number of the one before in this bucket, or 0
 */
struct vsn_store_note {
	u64 ua;
	u64 time;
	u64 old;
	u64 value;
	u64 latest;
	u64 prev;
};

/**
 * struct vsn_write_note - a COPY, FILL or REDUCE changed bytes
 * @ua: the first
 * @len: how many
 * @time: ps
 */
struct vsn_write_note {
	u64 ua;
	u64 len;
	u64 time;
};

/**
 * struct vsn_history - what changed of late
 * @nr_stores: atomics so far; the last MAX_STORES are in @stores
 * @nr_writes: writes so far; the last MAX_WRITES are in @writes
 * @writes_latest: no write is later than this, ps
 * @buckets: 1 + number of the latest atomic, by hash of the word; or 0
 * @stores: by number modulo MAX_STORES
 * @writes: by number modulo MAX_WRITES
 */
struct vsn_history {
	u64 nr_stores;
	u64 nr_writes;
	u64 writes_latest;
	u64 buckets[STORE_BUCKETS];
	struct vsn_store_note stores[MAX_STORES];
	struct vsn_write_note writes[MAX_WRITES];
};

/* Streams */

bool vsn_online_park(struct vsn_sched *s, struct vsn_stream *st)
{
	if (st->tail <= s->clock)
		return false;
	st->idle_next = NULL;
	st->idle_prev = s->idle_last;
	if (s->idle_last)
		s->idle_last->idle_next = st;
	else
		s->idle_first = st;
	s->idle_last = st;
	return true;
}

void vsn_online_unpark(struct vsn_sched *s, struct vsn_stream *st)
{
	if (st->idle_prev)
		st->idle_prev->idle_next = st->idle_next;
	else
		s->idle_first = st->idle_next;
	if (st->idle_next)
		st->idle_next->idle_prev = st->idle_prev;
	else
		s->idle_last = st->idle_prev;
}

/* Forget idle streams; those whose end is still to come go to the back. */
static void sweep(struct vsn_sched *s, u64 until, u64 nr)
{
	struct vsn_stream *st;

	while (nr-- && (st = s->idle_first)) {
		vsn_online_unpark(s, st);
		if (st->tail <= until || !vsn_online_park(s, st))
			vsn_stream_free(s, st);
	}
}

/* Words */

static u64 *bucket_of(struct vsn_history *h, u64 ua)
{
	return &h->buckets[(ua * 0x9e3779b97f4a7c15ULL >> 32) & (STORE_BUCKETS - 1)];
}

/* The atomic of that number plus one, if it is still known. */
static struct vsn_store_note *store_of(struct vsn_history *h, u64 no)
{
	if (!no || h->nr_stores - (no - 1) > MAX_STORES)
		return NULL;
	return &h->stores[(no - 1) & (MAX_STORES - 1)];
}

void vsn_online_store(struct vsn_sched *s, const struct vsn_op *op, u64 old)
{
	struct vsn_history *h = s->history;
	u64 *bucket = bucket_of(h, op->sqe.dst), value = old, prev = *bucket;
	struct vsn_store_note *note = store_of(h, prev);
	u64 latest = note ? vsn_max(note->latest, op->end) : op->end;

	switch (op->sqe.opcode) {
	case VSN_OP_FADD:
	case VSN_OP_SIGNAL:
		value = old + op->sqe.arg0;
		break;
	case VSN_OP_SWAP:
		value = op->sqe.arg0;
		break;
	case VSN_OP_CAS:
		if (old == op->sqe.arg1)
			value = op->sqe.arg0;
		break;
	}
	h->stores[h->nr_stores++ & (MAX_STORES - 1)] = (struct vsn_store_note) {
		.ua = op->sqe.dst,
		.time = op->end,
		.old = old,
		.value = value,
		.latest = latest,
		.prev = prev,
	};
	*bucket = h->nr_stores;
}

void vsn_online_write(struct vsn_sched *s, const struct vsn_op *op)
{
	struct vsn_history *h = s->history;

	h->writes_latest = vsn_max(h->writes_latest, op->end);
	h->writes[h->nr_writes++ & (MAX_WRITES - 1)] = (struct vsn_write_note) {
		.ua = op->sqe.dst,
		.len = op->sqe.len,
		.time = op->end,
	};
}

/* Of the atomics that are later than the WAIT's start, the first to satisfy it. */
static bool since_store(struct vsn_sched *s, const struct vsn_op *op, u64 *time)
{
	struct vsn_history *h = s->history;
	u64 no, old = 0, best = U64_MAX;
	const struct vsn_store_note *note;
	bool any = false;

	for (no = *bucket_of(h, op->sqe.dst); (note = store_of(h, no)); no = note->prev) {
		s->work++;
		if (note->latest <= op->start)
			break;
		if (note->ua != op->sqe.dst || note->time <= op->start)
			continue;
		any = true;
		old = note->old;
		if (note->value >= op->sqe.arg0)
			best = vsn_min(best, note->time);
	}
	/* Else it was there before the oldest of them, or they are not what it was. */
	if (!any || old >= op->sqe.arg0 || best == U64_MAX)
		return false;
	*time = best;
	return true;
}

u64 vsn_online_since(struct vsn_sched *s, const struct vsn_op *op)
{
	struct vsn_history *h = s->history;
	const struct vsn_write_note *w;
	u64 time = op->start, i;

	if (since_store(s, op, &time) || h->writes_latest <= time)
		return time;
	/* What the bytes were before is not known: they may have satisfied it. */
	for (i = 0; i < MAX_WRITES; i++) {
		w = &h->writes[i];
		if (op->sqe.dst >= w->ua && op->sqe.dst - w->ua < w->len)
			time = vsn_max(time, w->time);
	}
	return time;
}

/* The clock */

/**
 * vsn_online_set - go online, or back to ordered execution
 * @s: the scheduler; nothing is pending
 * @online: which
 *
 * Virtual time goes on from where it was: back in ordered execution the horizon is no
 * earlier than what the clock said last, nor than the end of any operation.
 *
 * Return: 0, or -ENOMEM and nothing has changed.
 */
int vsn_online_set(struct vsn_sched *s, bool online)
{
	if (online == s->online)
		return 0;
	if (online) {
		s->history = s->mem.alloc(s->mem.ctx, sizeof(*s->history));
		if (!s->history)
			return -ENOMEM;
		s->clock = s->now;
	} else {
		sweep(s, VSN_TIME_MAX, U64_MAX);
		vsn_fence_forget_all(s);
		vsn_online_free(s);
		/* Faults that are due before that begin, or end, with the next run. */
		s->now = vsn_max(s->clock, s->latest);
	}
	s->online = online;
	return 0;
}

/**
 * vsn_online_advance - tell what the clock says
 * @s: the scheduler, online
 * @now: ps; what is earlier than before counts as before
 *
 * What is submitted or cancelled from here on is so at this time.
 */
void vsn_online_advance(struct vsn_sched *s, u64 now)
{
	s->clock = vsn_max(s->clock, now);
	s->now = s->clock;
	if (!s->heap.nr) {
		vsn_fault_catch_up(s);
		/* Nothing is left of what was far ahead: what comes is near. */
		s->heap.base = s->clock;
		s->heap.passed = false;
	}
	sweep(s, s->clock, SWEEP);
}

void vsn_online_free(struct vsn_sched *s)
{
	if (s->history)
		s->mem.free(s->mem.ctx, s->history, sizeof(*s->history));
	s->history = NULL;
}
