/* SPDX-License-Identifier: GPL-2.0 */
/* Between queue.c (rings, entries) and queue_post.c (completions). */
#ifndef VSN_QUEUE_IMPL_H
#define VSN_QUEUE_IMPL_H

#include <linux/refcount.h>
#include <linux/wait.h>

#include "core/op.h"

struct eventfd_ctx;
struct kmem_cache;
struct vsn_fabric;

/**
 * struct vsn_ring - memory that is shared with the program
 * @pages: zeroed pages, charged to who made the queue
 * @nr: number of pages
 * @addr: where the kernel sees them, in a row
 */
struct vsn_ring {
	struct page **pages;
	unsigned int nr;
	void *addr;
};

/**
 * struct vsn_queue - a queue
 * @ref: its file holds one, each operation of it holds one
 * @fabric: its fabric; the file keeps it
 * @owner: its operations, for the scheduler
 * @rings: struct vsn_rings
 * @sq: struct vsn_sqe
 * @cq: struct vsn_cqe
 * @sq_entries: length of @sq, a power of two
 * @cq_entries: length of @cq, a power of two
 * @sq_head: first entry not taken
 * @cq_tail: one past the last completion
 * @in_flight: operations taken and not completed
 * @closed: its file is gone
 * @eventfd: signalled at each completion, or NULL
 * @wait: who polls
 *
 * @sq_head, @cq_tail, @in_flight, @closed and @eventfd are written under
 * engine->lock; poll reads the indices without.
 */
struct vsn_queue {
	refcount_t ref;
	struct vsn_fabric *fabric;
	struct vsn_owner owner;
	struct vsn_ring rings;
	struct vsn_ring sq;
	struct vsn_ring cq;
	u32 sq_entries;
	u32 cq_entries;
	u32 sq_head;
	u32 cq_tail;
	u32 in_flight;
	bool closed;
	struct eventfd_ctx *eventfd;
	wait_queue_head_t wait;
};

extern struct kmem_cache *vsn_queue_op_cache;

void vsn_queue_put(struct vsn_queue *queue);

#endif /* VSN_QUEUE_IMPL_H */
