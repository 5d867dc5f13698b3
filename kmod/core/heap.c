// SPDX-License-Identifier: GPL-2.0
#include "heap.h"

#define DIGIT		6	/* bits */
#define NR_DIGITS	11	/* of 64 bits */
#define NR_VALUES	(1U << DIGIT)
#define NR_SLOTS	(NR_DIGITS * NR_VALUES)

/* A slot with no more events than this is moved to the heap as it is, ... */
#define FEW		32
/* ... unless it is so wide that many would soon join them: 2^24 ps at most. */
#define NARROW		4

#define BLOCK_LEN	8

/**
 * struct vsn_block - some events of a slot
 * @next: in the slot, or in the list of free blocks
 * @nr: number of events
 * @ev: the events
 */
struct vsn_block {
	struct vsn_block *next;
	u64 nr;
	struct vsn_event ev[BLOCK_LEN];
};

/**
 * struct vsn_slots - far events
 * @used: by digit: which slots are not empty
 * @nr: by slot: number of events
 * @slots: by slot: blocks, of which only the first has room
 * @free: blocks to use
 * @arena: all blocks
 * @nr_blocks: number of them
 */
struct vsn_slots {
	u64 used[NR_DIGITS];
	size_t nr[NR_SLOTS];
	struct vsn_block *slots[NR_SLOTS];
	struct vsn_block *free;
	struct vsn_block *arena;
	size_t nr_blocks;
};

static struct vsn_block *get_block(struct vsn_slots *f)
{
	struct vsn_block *b = f->free;

	f->free = b->next;
	b->nr = 0;
	return b;
}

static void put_block(struct vsn_slots *f, struct vsn_block *b)
{
	b->next = f->free;
	f->free = b;
}

static void push_far(struct vsn_heap *h, const struct vsn_event *ev)
{
	struct vsn_slots *f = h->slots;
	u64 differs = ev->time ^ h->base;
	u32 digit = differs ? (63 - __builtin_clzll(differs)) / DIGIT : 0;
	u32 value = ev->time >> digit * DIGIT & (NR_VALUES - 1);
	u32 slot = digit * NR_VALUES + value;
	struct vsn_block *b = f->slots[slot];

	if (!b || b->nr == BLOCK_LEN) {
		b = get_block(f);
		b->next = f->slots[slot];
		f->slots[slot] = b;
		f->used[digit] |= 1ULL << value;
	}
	b->ev[b->nr++] = *ev;
	f->nr[slot]++;
}

static void sift_up(struct vsn_heap *h, size_t i, const struct vsn_event *ev)
{
	while (i) {
		size_t parent = (i - 1) / 4;

		if (!vsn_event_before(ev, &h->near[parent]))
			break;
		h->near[i] = h->near[parent];
		i = parent;
	}
	h->near[i] = *ev;
}

static void sift_down(struct vsn_heap *h, size_t i, const struct vsn_event *ev)
{
	for (;;) {
		size_t child = 4 * i + 1, last = vsn_min(child + 4, h->nr_near), first = child;

		if (child >= h->nr_near)
			break;
		while (++child < last)
			if (vsn_event_before(&h->near[child], &h->near[first]))
				first = child;
		if (!vsn_event_before(&h->near[first], ev))
			break;
		h->near[i] = h->near[first];
		i = first;
	}
	h->near[i] = *ev;
}

static void prefetch(const void *p, size_t size)
{
	size_t i;

	for (i = 0; p && i < size; i += 64)
		__builtin_prefetch((const char *)p + i);
}

static void push_near(struct vsn_heap *h, const struct vsn_event *ev)
{
	/* It is next, or nearly: what it is about is needed soon. */
	prefetch(ev->what, 128);
	sift_up(h, h->nr_near++, ev);
}

/*
 * A block is copied and free again before its events are pushed, so that what there
 * is suffices: a block that is not full for each slot, and full ones.
 */
static void take_apart(struct vsn_heap *h, struct vsn_block *list,
		       void (*push)(struct vsn_heap *h, const struct vsn_event *ev))
{
	struct vsn_block b;
	u32 i;

	for (; list; list = b.next) {
		b = *list;
		put_block(h->slots, list);
		prefetch(b.next, sizeof(b));
		for (i = 0; i < b.nr; i++)
			push(h, &b.ev[i]);
	}
}

static u64 latest(const struct vsn_block *b)
{
	u64 time = 0;
	u32 i;

	for (; b; b = b->next)
		for (i = 0; i < b->nr; i++)
			time = vsn_max(time, b->ev[i].time);
	return time;
}

/**
 * vsn_heap_refill - bring near what is next
 * @h: events, none of which is near
 */
void vsn_heap_refill(struct vsn_heap *h)
{
	struct vsn_slots *f = h->slots;
	u32 digit, value, slot, shift;
	struct vsn_block *list;
	size_t nr;

	while (!h->nr_near && h->nr) {
		for (digit = 0; !f->used[digit]; )
			digit++;
		value = __builtin_ctzll(f->used[digit]);
		slot = digit * NR_VALUES + value;
		list = f->slots[slot];
		nr = f->nr[slot];
		f->slots[slot] = NULL;
		f->nr[slot] = 0;
		f->used[digit] &= ~(1ULL << value);
		if (!digit || (nr <= FEW && digit < NARROW)) {
			/* All that is far from now on is after these. */
			h->base = latest(list);
			h->passed = true;
			take_apart(h, list, push_near);
		} else {
			/* Where the slot begins: of lower digits all is zero. */
			shift = digit * DIGIT;
			h->base = ((h->base >> shift & ~(NR_VALUES - 1ULL)) | value)
				  << shift;
			h->passed = false;
			take_apart(h, list, push_far);
		}
	}
}

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
	struct vsn_heap new = *h;
	struct vsn_slots *f;
	size_t i, k;

	if (nr <= h->room)
		return 0;
	new.room = h->room ? h->room : 64;
	while (new.room < nr)
		new.room *= 2;
	new.near = mem->alloc(mem->ctx, new.room * sizeof(*new.near));
	if (!new.near)
		return -ENOMEM;
	f = mem->alloc(mem->ctx, sizeof(*f));
	if (!f)
		goto free_near;
	new.slots = f;
	/* A block that is not full for each slot, if there are as many events */
	f->nr_blocks = new.room / BLOCK_LEN + vsn_min(new.room, NR_SLOTS) + 1;
	f->arena = mem->alloc(mem->ctx, f->nr_blocks * sizeof(*f->arena));
	if (!f->arena)
		goto free_slots;
	for (i = f->nr_blocks; i-- > 0; )
		put_block(f, &f->arena[i]);
	for (i = 0; h->slots && i < NR_SLOTS; i++) {
		const struct vsn_block *b;

		for (b = h->slots->slots[i]; b; b = b->next)
			for (k = 0; k < b->nr; k++)
				push_far(&new, &b->ev[k]);
	}
	if (h->near)
		memcpy(new.near, h->near, h->nr_near * sizeof(*h->near));
	vsn_heap_free(h, mem);
	*h = new;
	return 0;

free_slots:
	mem->free(mem->ctx, f, sizeof(*f));
free_near:
	mem->free(mem->ctx, new.near, new.room * sizeof(*new.near));
	return -ENOMEM;
}

/**
 * vsn_heap_push - add an event
 * @h: the heap, with room reserved
 * @ev: the event, copied
 */
void vsn_heap_push(struct vsn_heap *h, const struct vsn_event *ev)
{
	h->nr++;
	if (ev->time < h->base || (ev->time == h->base && h->passed))
		sift_up(h, h->nr_near++, ev);
	else
		push_far(h, ev);
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

	if (!vsn_heap_first(h))
		return false;
	h->nr--;
	*ev = h->near[0];
	last = h->near[--h->nr_near];
	if (h->nr_near)
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
	struct vsn_slots *f = h->slots;
	struct vsn_block *list, b;
	struct vsn_event ev;
	size_t i, k, n = 0;

	for (i = 0; i < h->nr_near; i++)
		if (!drop(ctx, &h->near[i]))
			h->near[n++] = h->near[i];
	h->nr_near = n;
	for (i = n; i-- > 0; ) {
		ev = h->near[i];
		sift_down(h, i, &ev);
	}
	for (i = 0; f && i < NR_SLOTS; i++) {
		list = f->slots[i];
		f->slots[i] = NULL;
		f->nr[i] = 0;
		f->used[i / NR_VALUES] &= ~(1ULL << i % NR_VALUES);
		for (; list; list = b.next) {
			b = *list;
			put_block(f, list);
			for (k = 0; k < b.nr; k++)
				if (!drop(ctx, &b.ev[k]))
					push_far(h, &b.ev[k]);
		}
		n += f->nr[i];
	}
	h->nr = n;
}

/**
 * vsn_heap_free - give back all memory
 * @h: the heap
 * @mem: memory
 */
void vsn_heap_free(struct vsn_heap *h, const struct vsn_mem *mem)
{
	struct vsn_slots *f = h->slots;

	if (h->near)
		mem->free(mem->ctx, h->near, h->room * sizeof(*h->near));
	if (f) {
		mem->free(mem->ctx, f->arena, f->nr_blocks * sizeof(*f->arena));
		mem->free(mem->ctx, f, sizeof(*f));
	}
	memset(h, 0, sizeof(*h));
}
