/* SPDX-License-Identifier: GPL-2.0 */
/* Between queue.c (rings, entries) and queue_post.c (completions). */
#ifndef VSN_QUEUE_IMPL_H
#define VSN_QUEUE_IMPL_H

#include <linux/hrtimer.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "core/op.h"
#include "mover.h"

struct eventfd_ctx;
struct kmem_cache;
struct vsn_fabric;
struct vsn_partition;
struct vsn_rights;

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
 * @rights: what its entries may name; until @closed
 * @env: the same, for the core
 * @partition: of those rights, or NULL; a reference, for as long as the queue exists
 * @node: in struct vsn_engine.queues; engine->lock
 * @owner: its operations, for the scheduler
 * @moves: of those, what waits for a mover; engine->lock
 * @rings: struct vsn_rings
 * @sq: struct vsn_sqe
 * @cq: struct vsn_cqe
 * @sq_entries: length of @sq, a power of two
 * @cq_entries: length of @cq, a power of two
 * @sq_head: first entry not taken
 * @cq_tail: one past the last completion
 * @taken: operations taken: those beyond @cq_tail are pending
 * @closed: its file is gone
 * @eventfd: signalled at each completion, or NULL
 * @wait: who polls
 * @lock: see queue_post.c; nests inside engine->lock, with softirqs off
 * @held: completions that are held back, struct held by time; @lock
 * @timer: expires when the first of them is due; @lock
 *
 * @sq_head, @cq_tail, @taken, @closed and @eventfd are written under engine->lock,
 * @cq_tail also under @lock, and @eventfd under both; poll reads the indices without.
 */
struct vsn_queue {
	refcount_t ref;
	struct vsn_fabric *fabric;
	struct vsn_rights *rights;
	struct vsn_op_env env;
	struct vsn_partition *partition;
	struct list_head node;
	struct vsn_owner owner;
	struct vsn_moves moves;
	struct vsn_ring rings;
	struct vsn_ring sq;
	struct vsn_ring cq;
	u32 sq_entries;
	u32 cq_entries;
	u32 sq_head;
	u32 cq_tail;
	u32 taken;
	bool closed;
	struct eventfd_ctx *eventfd;
	wait_queue_head_t wait;
	spinlock_t lock;	/* see above */
	struct rb_root_cached held;
	struct hrtimer timer;
};

extern struct kmem_cache *vsn_queue_op_cache;

void vsn_queue_put(struct vsn_queue *queue);
void vsn_queue_init_held(struct vsn_queue *queue);
/* It is closed: nothing is posted any more. */
void vsn_queue_drop_held(struct vsn_queue *queue);

#endif /* VSN_QUEUE_IMPL_H */
