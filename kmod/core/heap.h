/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events, in order.
 *
 * Millions may be pending, and nearly all of them are far ahead of those that are
 * next.  So only the near ones are kept in a heap, small enough for a cache.  The
 * others lie in slots, unordered, as in a hierarchical timing wheel: the slot is the
 * highest digit, to base 64, in which an event's time differs from @base, and what
 * that digit is.  When the heap is empty the earliest slot is taken apart, into
 * slots of the next lower digit until there are few enough to be moved to the heap.
 * (That is a radix heap; Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the
 * shortest path problem", 1990.)
 */
#ifndef VSN_CORE_HEAP_H
#define VSN_CORE_HEAP_H

#include "types.h"

/**
 * struct vsn_event - something that happens at a time
 * @time: ps
 * @stream: initiator << 32 | stream
 * @order: chunk << 32 | hop
 * @what: the scheduler's
 *
 * Events are ordered by (time, stream, order), which no two share: of a stream only
 * one operation is in motion.
 */
struct vsn_event {
	u64 time;
	u64 stream;
	u64 order;
	void *what;
};

struct vsn_slots;

/**
 * struct vsn_heap - events
 * @nr: number of them
 * @room: how many there may be
 * @nr_near: number of the near ones
 * @near: a heap, four children each; room for all
 * @base: ps; what is before it is near, what is after it is far
 * @passed: what is at @base is near, too
 * @slots: the far ones
 */
struct vsn_heap {
	size_t nr;
	size_t room;
	size_t nr_near;
	struct vsn_event *near;
	u64 base;
	bool passed;
	struct vsn_slots *slots;
};

static inline bool vsn_event_before(const struct vsn_event *a,
				    const struct vsn_event *b)
{
	if (a->time != b->time)
		return a->time < b->time;
	if (a->stream != b->stream)
		return a->stream < b->stream;
	return a->order < b->order;
}

int vsn_heap_reserve(struct vsn_heap *h, size_t nr, const struct vsn_mem *mem);
void vsn_heap_push(struct vsn_heap *h, const struct vsn_event *ev);
void vsn_heap_refill(struct vsn_heap *h);
bool vsn_heap_pop(struct vsn_heap *h, struct vsn_event *ev);
void vsn_heap_filter(struct vsn_heap *h,
		     bool (*drop)(void *ctx, const struct vsn_event *ev), void *ctx);
void vsn_heap_free(struct vsn_heap *h, const struct vsn_mem *mem);

/* The first event, or NULL. */
static inline const struct vsn_event *vsn_heap_first(struct vsn_heap *h)
{
	if (!h->nr)
		return NULL;
	if (!h->nr_near)
		vsn_heap_refill(h);
	return h->near;
}

#endif /* VSN_CORE_HEAP_H */
