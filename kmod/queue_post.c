// SPDX-License-Identifier: GPL-2.0
/* Completions: from an operation that is done to the completion ring. */
#include <linux/eventfd.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "fabric.h"
#include "queue.h"
#include "queue_impl.h"

/* struct vsn_op */
struct kmem_cache *vsn_queue_op_cache;

void vsn_queue_put(struct vsn_queue *queue)
{
	if (refcount_dec_and_test(&queue->ref))
		kfree(queue);
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
	struct vsn_rings *rings;
	struct vsn_cqe *cqe;

	WRITE_ONCE(queue->in_flight, queue->in_flight - 1);
	if (queue->closed)
		goto out_free;
	lockdep_assert_held(&queue->fabric->engine.lock);

	rings = queue->rings.addr;
	cqe = queue->cq.addr;
	cqe += queue->cq_tail & (queue->cq_entries - 1);
	cqe->user_data = op->sqe.user_data;
	cqe->res = op->status;
	cqe->opcode = op->sqe.opcode;
	cqe->flags = 0;
	cqe->network = op->net + 1;
	cqe->start = op->start;
	cqe->end = op->end;
	cqe->value = op->value;
	cqe->bytes = op->bytes;
	cqe->initiator = op->sqe.initiator;
	cqe->stream = op->sqe.stream;
	cqe->wire = op->wire;
	WRITE_ONCE(queue->cq_tail, queue->cq_tail + 1);
	/* Pairs with the program's acquire: the completion is written. */
	smp_store_release(&rings->cq_tail, queue->cq_tail);

	if (wq_has_sleeper(&queue->wait))
		wake_up_poll(&queue->wait, EPOLLIN | EPOLLRDNORM);
	if (queue->eventfd)
		eventfd_signal(queue->eventfd);
out_free:
	kmem_cache_free(vsn_queue_op_cache, op);
	vsn_queue_put(queue);
}
