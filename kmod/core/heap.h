/* SPDX-License-Identifier: GPL-2.0 */
/* A binary heap of events, in an array. */
#ifndef VSN_CORE_HEAP_H
#define VSN_CORE_HEAP_H

#include "types.h"

/**
 * struct vsn_event - something that happens at a time
 * @time: ps
 * @stream: initiator << 32 | stream
 * @seq: of the operation
 * @order: chunk << 32 | hop
 * @what: the scheduler's
 *
 * Events are ordered by (time, stream, seq, order), which no two share.
 */
struct vsn_event {
	u64 time;
	u64 stream;
	u64 seq;
	u64 order;
	void *what;
};

struct vsn_heap {
	struct vsn_event *ev;
	size_t nr;
	size_t room;
};

static inline bool vsn_event_before(const struct vsn_event *a,
				    const struct vsn_event *b)
{
	if (a->time != b->time)
		return a->time < b->time;
	if (a->stream != b->stream)
		return a->stream < b->stream;
	if (a->seq != b->seq)
		return a->seq < b->seq;
	return a->order < b->order;
}

int vsn_heap_reserve(struct vsn_heap *h, size_t nr, const struct vsn_mem *mem);
void vsn_heap_push(struct vsn_heap *h, const struct vsn_event *ev);
bool vsn_heap_pop(struct vsn_heap *h, struct vsn_event *ev);
void vsn_heap_filter(struct vsn_heap *h,
		     bool (*drop)(void *ctx, const struct vsn_event *ev), void *ctx);
void vsn_heap_free(struct vsn_heap *h, const struct vsn_mem *mem);

#endif /* VSN_CORE_HEAP_H */
