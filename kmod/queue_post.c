// SPDX-License-Identifier: GPL-2.0
/*
 * Completions: from an operation that is done to the completion ring.
 *
 * With a paced clock a completion is held back until wall time reaches the end of its
 * operation: by then the operation is gone, and its memory holds the completion.  Those
 * of a queue are in a tree, by time, and the queue's timer is set to the first.  The
 * slot in the ring stays promised, so there is room when it is due.
 *
 * A completion is posted under engine->lock or, where the clock is paced, under
 * queue->lock, which the timer can take: then always under the latter.  The clock
 * changes only while nothing is pending or held back, so the two do not mix.
 *
 * When the file goes, it marks the queue closed under engine->lock; from then on nothing
 * is posted or held back, and the timer not set.  Then the timer is stopped, and what
 * is left in the tree dropped.  So no timer outlives its file, and a file keeps fabric
 * and module.
 */
#include <linux/eventfd.h>
#include <linux/ktime.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "compat/hrtimer.h"
#include "fabric.h"
#include "queue.h"
#include "queue_impl.h"

/* Completions posted in one go, while softirqs are off. */
#define POST_BATCH	128
/* And between two such: what is due meanwhile is not of this run of timers, ns. */
#define POST_GAP	(50 * NSEC_PER_USEC)

/* struct vsn_op */
struct kmem_cache *vsn_queue_op_cache;

/**
 * struct held - a completion that is held back, in the memory of its operation
 * @node: in struct vsn_queue.held
 * @wall: when it is due, ns
 * @cqe: what is posted then
 */
struct held {
	struct rb_node node;
	u64 wall;
	struct vsn_cqe cqe;
};

static_assert(sizeof(struct held) <= sizeof(struct vsn_op));

void vsn_queue_put(struct vsn_queue *queue)
{
	if (!refcount_dec_and_test(&queue->ref))
		return;
	vsn_partition_put(queue->partition);
	kfree(queue);
}

static void free_op(struct vsn_queue *queue, void *op)
{
	if (queue->partition)
		atomic64_dec(&queue->partition->nr_pending);
	kmem_cache_free(vsn_queue_op_cache, op);
	vsn_queue_put(queue);
}

static struct vsn_cqe make_cqe(const struct vsn_op *op)
{
	return (struct vsn_cqe) {
		.user_data = op->sqe.user_data,
		.res = op->status,
		.opcode = op->sqe.opcode,
		.network = op->net + 1,
		.start = op->start,
		.end = op->end,
		.value = op->value,
		.bytes = op->bytes,
		.initiator = op->sqe.initiator,
		.stream = op->sqe.stream,
		.wire = op->wire,
	};
}

static void post(struct vsn_queue *queue, const struct vsn_cqe *cqe)
{
	struct vsn_rings *rings = queue->rings.addr;
	struct vsn_cqe *cqes = queue->cq.addr;

	cqes[queue->cq_tail & (queue->cq_entries - 1)] = *cqe;
	WRITE_ONCE(queue->cq_tail, queue->cq_tail + 1);
	/* Pairs with the program's acquire: the completion is written. */
	smp_store_release(&rings->cq_tail, queue->cq_tail);

	if (wq_has_sleeper(&queue->wait))
		wake_up_poll(&queue->wait, EPOLLIN | EPOLLRDNORM);
	if (queue->eventfd)
		eventfd_signal(queue->eventfd);
}

/* Paced */

static struct held *first_held(const struct vsn_queue *queue)
{
	return rb_entry_safe(rb_first_cached(&queue->held), struct held, node);
}

static void unhold(struct vsn_queue *queue, struct held *held)
{
	struct vsn_engine *engine = &queue->fabric->engine;

	rb_erase_cached(&held->node, &queue->held);
	free_op(queue, held);
	/* Pairs with the wait in RUN: it is posted. */
	if (atomic_dec_and_test(&engine->nr_held) && wq_has_sleeper(&engine->movers.wait))
		wake_up_all(&engine->movers.wait);
}

/*
 * Post what is due by @now, up to POST_BATCH, and set the timer to what is next.  Is more
 * of it due?  A timer of the past would run at once, with softirqs off all the time.
 */
static bool post_due(struct vsn_queue *queue, u64 now)
{
	u32 room = POST_BATCH;
	struct held *held;
	u64 wall;

	lockdep_assert_held(&queue->lock);
	while ((held = first_held(queue)) && held->wall <= now && room--) {
		post(queue, &held->cqe);
		unhold(queue, held);
	}
	if (!held)
		return false;
	wall = held->wall;
	if (wall <= now)
		wall = ktime_get_ns() + POST_GAP;
	hrtimer_start(&queue->timer, ns_to_ktime(min_t(u64, wall, KTIME_MAX)),
		      HRTIMER_MODE_ABS_SOFT);
	return held->wall <= now;
}

static enum hrtimer_restart queue_timer(struct hrtimer *timer)
{
	struct vsn_queue *queue = container_of(timer, struct vsn_queue, timer);

	spin_lock(&queue->lock);
	post_due(queue, ktime_get_ns());
	spin_unlock(&queue->lock);
	return HRTIMER_NORESTART;
}

static bool held_before(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct held, node)->wall < rb_entry(b, struct held, node)->wall;
}

/* Hold it back, or post it if it is due.  @op is gone afterwards. */
static void hold(struct vsn_queue *queue, struct vsn_op *op)
{
	struct vsn_engine *engine = &queue->fabric->engine;
	struct vsn_cqe cqe = make_cqe(op);
	struct held *held = (struct held *)op;
	u64 now = ktime_get_ns();

	held->wall = vsn_timebase_wall(&engine->time, cqe.end);
	held->cqe = cqe;
	atomic_inc(&engine->nr_held);
	spin_lock_bh(&queue->lock);
	/* First come, first served among those of one moment. */
	if (rb_add_cached(&held->node, &queue->held, held_before) || held->wall <= now)
		post_due(queue, now);
	spin_unlock_bh(&queue->lock);
}

/**
 * vsn_queue_complete - an operation is done: post its completion and free it
 * @op: of a queue, holds no region any more; engine->lock held
 *
 * Its slot was reserved when it was taken, so there is room.  The completions of
 * a closed queue are dropped.
 */
void vsn_queue_complete(struct vsn_op *op)
{
	struct vsn_queue *queue = container_of(op->owner, struct vsn_queue, owner);
	struct vsn_cqe cqe;

	if (queue->partition)
		queue->partition->nr_completed++;
	if (queue->closed) {
		free_op(queue, op);
		return;
	}
	lockdep_assert_held(&queue->fabric->engine.lock);
	if (queue->fabric->engine.clock == VSN_CLOCK_PACED) {
		hold(queue, op);
		return;
	}
	cqe = make_cqe(op);
	post(queue, &cqe);
	free_op(queue, op);
}

/**
 * vsn_queue_moves - the list of moves of an operation's queue
 * @op: of a queue
 *
 * Return: the list.
 */
struct vsn_moves *vsn_queue_moves(const struct vsn_op *op)
{
	return &container_of(op->owner, struct vsn_queue, owner)->moves;
}

/**
 * vsn_queue_partition - the partition of an operation's queue
 * @op: of a queue
 *
 * Return: the partition, for as long as the operation exists, or NULL.
 */
struct vsn_partition *vsn_queue_partition(const struct vsn_op *op)
{
	return container_of(op->owner, struct vsn_queue, owner)->partition;
}

/**
 * vsn_queues_expire - post all that is due
 * @fabric: engine->lock held
 *
 * Timers do so, too, but maybe a moment later.
 */
void vsn_queues_expire(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;
	u64 now = ktime_get_ns();
	struct vsn_queue *queue;
	bool more;

	lockdep_assert_held(&engine->lock);
	if (!atomic_read(&engine->nr_held))
		return;
	list_for_each_entry(queue, &engine->queues, node) {
		do {
			spin_lock_bh(&queue->lock);
			more = post_due(queue, now);
			spin_unlock_bh(&queue->lock);
			cond_resched();
		} while (more);
	}
}

void vsn_queue_init_held(struct vsn_queue *queue)
{
	spin_lock_init(&queue->lock);
	queue->held = RB_ROOT_CACHED;
	hrtimer_setup(&queue->timer, queue_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
}

void vsn_queue_drop_held(struct vsn_queue *queue)
{
	struct held *held;

	/* Closed under engine->lock: nothing sets it again but itself. */
	hrtimer_cancel(&queue->timer);
	while ((held = first_held(queue))) {
		unhold(queue, held);
		cond_resched();
	}
}
