// SPDX-License-Identifier: GPL-2.0
#include "heap.h"

/**
 * vsn_heap_reserve - make room, so that pushes cannot fail
 * @h: the heap
 * @nr: events that it must be able to hold
 * @mem: memory
 *
 * Return: 0 or -ENOMEM, and the heap is as it was.
 */
int vsn_heap_reserve(struct vsn_heap *h, size_t nr, const struct vsn_mem *mem)
{
	struct vsn_event *ev;
	size_t room = h->room ? h->room : 64;

	if (nr <= h->room)
		return 0;
	while (room < nr)
		room *= 2;
	ev = mem->alloc(mem->ctx, room * sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	if (h->ev) {
		memcpy(ev, h->ev, h->nr * sizeof(*ev));
		mem->free(mem->ctx, h->ev, h->room * sizeof(*ev));
	}
	h->ev = ev;
	h->room = room;
	return 0;
}

static void sift_up(struct vsn_heap *h, size_t i, const struct vsn_event *ev)
{
	while (i) {
		size_t parent = (i - 1) / 2;

		if (!vsn_event_before(ev, &h->ev[parent]))
			break;
		h->ev[i] = h->ev[parent];
		i = parent;
	}
	h->ev[i] = *ev;
}

static void sift_down(struct vsn_heap *h, size_t i, const struct vsn_event *ev)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->nr)
			break;
		if (child + 1 < h->nr &&
		    vsn_event_before(&h->ev[child + 1], &h->ev[child]))
			child++;
		if (!vsn_event_before(&h->ev[child], ev))
			break;
		h->ev[i] = h->ev[child];
		i = child;
	}
	h->ev[i] = *ev;
}

/**
 * vsn_heap_push - add an event
 * @h: the heap, with room reserved
 * @ev: the event, copied
 */
void vsn_heap_push(struct vsn_heap *h, const struct vsn_event *ev)
{
	sift_up(h, h->nr++, ev);
}

/**
 * vsn_heap_pop - take the first event
 * @h: the heap
 * @ev: out: the event
 *
 * Return: false when the heap is empty.
 */
bool vsn_heap_pop(struct vsn_heap *h, struct vsn_event *ev)
{
	struct vsn_event last;

	if (!h->nr)
		return false;
	*ev = h->ev[0];
	last = h->ev[--h->nr];
	if (h->nr)
		sift_down(h, 0, &last);
	return true;
}

/**
 * vsn_heap_filter - drop events
 * @h: the heap
 * @drop: true for an event to drop
 * @ctx: passed to @drop
 *
 * The order in which the others come out does not change.
 */
void vsn_heap_filter(struct vsn_heap *h,
		     bool (*drop)(void *ctx, const struct vsn_event *ev), void *ctx)
{
	struct vsn_event ev;
	size_t i, n = 0;

	for (i = 0; i < h->nr; i++)
		if (!drop(ctx, &h->ev[i]))
			h->ev[n++] = h->ev[i];
	h->nr = n;
	for (i = n / 2; i-- > 0; ) {
		ev = h->ev[i];
		sift_down(h, i, &ev);
	}
}

/**
 * vsn_heap_free - give back all memory
 * @h: the heap
 * @mem: memory
 */
void vsn_heap_free(struct vsn_heap *h, const struct vsn_mem *mem)
{
	if (h->ev)
		mem->free(mem->ctx, h->ev, h->room * sizeof(*h->ev));
	h->ev = NULL;
	h->nr = 0;
	h->room = 0;
}
