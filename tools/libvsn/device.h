/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvsn: the data path.  Open a fabric, make queues, submit operations, run
 * the virtual clock, collect completions.
 *
 *	struct vsn_dev *dev = vsn_dev_open("sn0");
 *	struct vsn_queue *q = vsn_queue_create(dev, 256);
 *
 *	vsn_prep_copy(vsn_queue_sqe(q), initiator, stream, dst, src, len);
 *	vsn_queue_submit(q);
 *	vsn_dev_run(dev, VSN_TIME_MAX, NULL);
 *	while (vsn_queue_reap(q, &cqe, 1) == 1)
 *		printf("%llu ps\n", cqe.end - cqe.start);
 *
 * Where the fabric's clock is online or paced, submitting executes, and instead of
 * vsn_dev_run(), which works too, one may wait with vsn_queue_wait().
 *
 * Errors.  Functions that return a pointer return NULL and set errno; functions
 * that return int return a negative errno.  An operation that is wrong does not
 * make a call fail: its completion says so, in vsn_cqe.res.
 *
 * Threads.  A queue belongs to one thread at a time.  Different queues, and the
 * device, may be used from any threads at once.
 *
 * Files.  All descriptors are close-on-exec.  They may be passed to another
 * process (SCM_RIGHTS) or inherited; the rings then are shared memory, and the
 * processes must agree on who uses them.
 */
#ifndef LIBVSN_DEVICE_H
#define LIBVSN_DEVICE_H

#include <stddef.h>
#include <string.h>

#include <linux/types.h>
#include <linux/vsn.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vsn_dev;
struct vsn_queue;

/* Fabrics' device nodes are here. */
#define VSN_DEV_DIR	"/dev/vsn"

/**
 * vsn_dev_open - open a fabric
 * @fabric: its name ("sn0"), with that of one of its partitions ("sn0.a"), or the path
 *	of its device if it contains a slash
 *
 * Return: a context, or NULL with errno set: ENOENT no such fabric, or it is
 * still a draft; ENODEV it was deleted just now; EACCES not permitted.
 */
struct vsn_dev *vsn_dev_open(const char *fabric);

/**
 * vsn_dev_close - close a fabric
 * @dev: from vsn_dev_open(), or NULL
 *
 * Its queues stay usable until they are destroyed.
 */
void vsn_dev_close(struct vsn_dev *dev);

/* The file: pread(2), pwrite(2) and mmap(2) with unified addresses as offsets. */
int vsn_dev_fd(const struct vsn_dev *dev);

/* What the fabric offers.  Return: 0 or a negative errno. */
int vsn_dev_info(struct vsn_dev *dev, struct vsn_info *info);

/**
 * vsn_dev_view - a file whose mappings act on behalf of an endpoint
 * @dev: the fabric
 * @initiator: endpoint id
 *
 * Return: a file descriptor for the caller to map and close, or -EINVAL: no
 * such endpoint.
 */
int vsn_dev_view(struct vsn_dev *dev, __u32 initiator);

/**
 * vsn_dev_lease - take a region from the pool, for as long as the context is open
 * @dev: the fabric, or one of its partitions (vsn_dev_open("sn0.a"))
 * @bytes: size
 * @homes: endpoints, or NULL: those of the context that have room
 * @nr_homes: how many; 0 with NULL
 * @flags: VSN_LEASE_HUGE or 0
 * @lease: filled in: @id, @ua
 *
 * Return: 0; -EDQUOT the partition's quota; -ENOSPC no room; -EINVAL; -ENOMEM.
 */
int vsn_dev_lease(struct vsn_dev *dev, __u64 bytes, const __u32 *homes, __u32 nr_homes,
		  __u32 flags, struct vsn_lease *lease);

/* Give a leased region back.  Return: 0, -ENOENT not leased by @dev, -EBUSY in use. */
int vsn_dev_return(struct vsn_dev *dev, __u32 id);

/**
 * vsn_dev_export - let others import a region
 * @dev: the fabric, or one of its partitions
 * @ua: an address in the region
 * @out: filled in: @id and @token, which the other side has to know
 *
 * Return: 0; -EFAULT no region of @dev; -EPERM it is imported.
 */
int vsn_dev_export(struct vsn_dev *dev, __u64 ua, struct vsn_export *out);

/* Let nobody else import it.  Return: 0, -ENOENT it is not exported, or as above. */
int vsn_dev_revoke(struct vsn_dev *dev, __u64 ua);

/**
 * vsn_dev_import - reach a region that another context has exported
 * @dev: the fabric, or one of its partitions
 * @id: from the export
 * @token: from the export
 * @out: filled in: @ua, @length, @granule, @homes
 *
 * Return: 0; -EACCES no such region, or not its token; -EEXIST; -ENOSPC too many; -ENOMEM.
 */
int vsn_dev_import(struct vsn_dev *dev, __u32 id, const __u64 token[2],
		   struct vsn_import *out);

/* Drop an import.  Return: 0, or -ENOENT. */
int vsn_dev_unimport(struct vsn_dev *dev, __u32 id);

/**
 * vsn_dev_run - execute what was submitted, by all queues of the fabric
 * @dev: the fabric
 * @until: ps; stop before the first event that is later.  VSN_TIME_MAX: until
 *	nothing is left
 * @result: filled in, or NULL
 *
 * All operations that are to compete with each other must be submitted first:
 * what is submitted after a run starts no earlier than @result->now.
 *
 * Where the clock is online or paced, it executes what can be, waits for what others
 * execute, and, paced, until the clock has come to their ends or to @until.
 *
 * Return: 0, with @result->pending operations left beyond @until; -EDEADLK
 * nothing can move and @result->blocked operations wait for a value that nobody
 * will store (see vsn_dev_run_list() and vsn_queue_cancel()); -EBUSY somebody else is
 * running it; -EINTR, online and paced, a signal.  @result is filled in for 0, -EDEADLK
 * and -EINTR.
 */
int vsn_dev_run(struct vsn_dev *dev, __u64 until, struct vsn_run *result);

/**
 * vsn_dev_run_list - vsn_dev_run(), and tell what is blocked
 * @dev: the fabric
 * @until: as vsn_dev_run()
 * @result: filled in, or NULL
 * @list: room for blocked operations
 * @max: how many
 *
 * With -EDEADLK the first min(@max, @result->blocked) entries of @list are filled in.
 */
int vsn_dev_run_list(struct vsn_dev *dev, __u64 until, struct vsn_run *result,
		     struct vsn_blocked *list, size_t max);

/**
 * vsn_queue_create - make a queue
 * @dev: the fabric
 * @entries: room for submissions, rounded up to a power of two, at most
 *	vsn_info.max_entries; there is room for twice as many completions (at
 *	most max_entries)
 *
 * The kernel takes an operation only when there is room for its completion, so
 * the number of completions bounds how many operations of a queue one run can
 * see.  vsn_queue_create_sized() chooses it.
 *
 * Return: a queue, or NULL with errno set: EINVAL size, EMFILE, ENOMEM, or ENOSPC
 * too many queues on the fabric.
 */
struct vsn_queue *vsn_queue_create(struct vsn_dev *dev, __u32 entries);

/**
 * vsn_queue_create_sized - make a queue with rings of given sizes
 * @dev: the fabric
 * @sq_entries: submissions; a ring that is full is emptied by vsn_queue_submit(),
 *	so a few hundred are enough for any number of operations
 * @cq_entries: completions: operations that are pending or not yet reaped
 *
 * Both are rounded up to a power of two.
 *
 * Return: as vsn_queue_create().
 */
struct vsn_queue *vsn_queue_create_sized(struct vsn_dev *dev, __u32 sq_entries,
					 __u32 cq_entries);

/**
 * vsn_queue_destroy - close a queue and free it
 * @q: from vsn_queue_create(), or NULL
 *
 * Operations that have not started are cancelled; those that have are finished
 * by the next run or by the kernel, and their completions are lost.
 */
void vsn_queue_destroy(struct vsn_queue *q);

/* The file: poll(2) says POLLIN when there are completions. */
int vsn_queue_fd(const struct vsn_queue *q);

/* The rings' sizes, as made. */
__u32 vsn_queue_sq_entries(const struct vsn_queue *q);
__u32 vsn_queue_cq_entries(const struct vsn_queue *q);

/**
 * vsn_queue_sqe - the next free submission entry
 * @q: the queue
 *
 * Fill it in (vsn_prep_*()) before asking for the next.  The kernel sees it at the next
 * vsn_queue_submit().
 *
 * Return: an entry, zeroed, or NULL: the ring is full, submit first.
 */
struct vsn_sqe *vsn_queue_sqe(struct vsn_queue *q);

/**
 * vsn_queue_submit - hand over all entries that were filled in
 * @q: the queue
 *
 * Return: how many the kernel took in this call, which may be fewer than there
 * are (even 0) when no completion slot is free: reap completions, or run, and
 * submit again.  vsn_queue_unsubmitted() tells how many are left.  Or a negative
 * errno if none was taken: -EAGAIN the fabric has too many pending operations,
 * -EOVERFLOW the ring's indices were corrupted, -ENOMEM.
 */
int vsn_queue_submit(struct vsn_queue *q);

/* Entries filled in that the kernel has not yet taken. */
__u32 vsn_queue_unsubmitted(const struct vsn_queue *q);

/* Completions waiting to be reaped. */
__u32 vsn_queue_ready(const struct vsn_queue *q);

/* Operations taken by the kernel and not yet reaped. */
__u32 vsn_queue_outstanding(const struct vsn_queue *q);

/**
 * vsn_queue_cqe - look at the oldest completion
 * @q: the queue
 *
 * Return: it, valid until vsn_queue_advance(), or NULL: there is none.
 */
const struct vsn_cqe *vsn_queue_cqe(struct vsn_queue *q);

/* Give back the @nr oldest completions' slots.  @nr is at most vsn_queue_ready(). */
void vsn_queue_advance(struct vsn_queue *q, __u32 nr);

/**
 * vsn_queue_reap - take completions
 * @q: the queue
 * @cqes: room for them
 * @max: how many at most
 *
 * Completions come in the order in which operations ended.
 *
 * Return: how many were taken, perhaps 0.  Never waits.
 */
__u32 vsn_queue_reap(struct vsn_queue *q, struct vsn_cqe *cqes, __u32 max);

/**
 * vsn_queue_wait - wait until there is a completion
 * @q: the queue
 * @timeout_ms: -1: for ever
 *
 * Waits for another thread or process to run the clock, or where it is online or paced,
 * for time to pass; vsn_dev_run() does not need it.
 *
 * Return: 1 there is one, 0 time is up, or a negative errno.
 */
int vsn_queue_wait(struct vsn_queue *q, int timeout_ms);

/**
 * vsn_queue_eventfd - signal an eventfd when completions arrive
 * @q: the queue
 * @fd: the eventfd, or -1 to stop
 *
 * Return: 0, -EBADF, or -EINVAL: not an eventfd.
 */
int vsn_queue_eventfd(struct vsn_queue *q, int fd);

/**
 * vsn_queue_cancel - cancel what has not started
 * @q: the queue
 * @cancelled: out: how many; may be NULL
 *
 * Each cancelled operation completes with -ECANCELED.
 *
 * Return: 0 or a negative errno.
 */
int vsn_queue_cancel(struct vsn_queue *q, __u64 *cancelled);

/*
 * Filling in entries.  Set user_data (and network, if not the first that reaches)
 * afterwards.  @initiator and @stream say on whose behalf and in which sequence: what has
 * the same of both runs in order.
 */

static inline void vsn_prep(struct vsn_sqe *sqe, __u8 opcode, __u32 initiator,
			    __u32 stream)
{
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = opcode;
	sqe->initiator = initiator;
	sqe->stream = stream;
}

static inline void vsn_prep_nop(struct vsn_sqe *sqe, __u32 initiator, __u32 stream)
{
	vsn_prep(sqe, VSN_OP_NOP, initiator, stream);
}

/* Copy @len bytes, not overlapping.  flags |= VSN_OP_F_NODATA: time only. */
static inline void vsn_prep_copy(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				 __u64 dst, __u64 src, __u64 len)
{
	vsn_prep(sqe, VSN_OP_COPY, initiator, stream);
	sqe->dst = dst;
	sqe->src = src;
	sqe->len = len;
}

/*
 * Combine elements, @dst[i] = @dst[i] (+) @src[i]: VSN_REDUCE_SUM and so on of
 * VSN_REDUCE_F32 and so on.  The ranges are the same or do not overlap.
 */
static inline void vsn_prep_reduce(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				   __u64 dst, __u64 src, __u64 len,
				   enum vsn_reduce_op op, enum vsn_reduce_type type)
{
	vsn_prep(sqe, VSN_OP_REDUCE, initiator, stream);
	sqe->dst = dst;
	sqe->src = src;
	sqe->len = len;
	sqe->arg0 = VSN_REDUCE(op, type);
}

/*
 * Set what @initiator may do with a part of an owned region: VSN_GRANT_NONE, _READ or
 * _WRITE.  0; -EBUSY: others have rights that are in the way, *@holder, unless it is NULL,
 * one of them; or another negative errno, see struct vsn_grant.
 */
int vsn_dev_grant(struct vsn_dev *dev, __u64 ua, __u64 len, __u32 initiator, __u32 right,
		  __u32 *holder);

/* Zeros over @len bytes, whose memory is given back where it is whole pages. */
static inline void vsn_prep_discard(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				    __u64 dst, __u64 len)
{
	vsn_prep(sqe, VSN_OP_DISCARD, initiator, stream);
	sqe->dst = dst;
	sqe->len = len;
}

/* Repeat @pattern, 8 bytes little endian, over @len bytes. */
static inline void vsn_prep_fill(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				 __u64 dst, __u64 len, __u64 pattern)
{
	vsn_prep(sqe, VSN_OP_FILL, initiator, stream);
	sqe->dst = dst;
	sqe->len = len;
	sqe->arg0 = pattern;
}

/* Add to the word at @dst; vsn_cqe.value is what it was. */
static inline void vsn_prep_fadd(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				 __u64 dst, __u64 add)
{
	vsn_prep(sqe, VSN_OP_FADD, initiator, stream);
	sqe->dst = dst;
	sqe->arg0 = add;
}

/* Store @value at @dst if it holds @expect; vsn_cqe.value is what it was. */
static inline void vsn_prep_cas(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				__u64 dst, __u64 expect, __u64 value)
{
	vsn_prep(sqe, VSN_OP_CAS, initiator, stream);
	sqe->dst = dst;
	sqe->arg0 = value;
	sqe->arg1 = expect;
}

/* Store @value at @dst; vsn_cqe.value is what it was. */
static inline void vsn_prep_swap(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				 __u64 dst, __u64 value)
{
	vsn_prep(sqe, VSN_OP_SWAP, initiator, stream);
	sqe->dst = dst;
	sqe->arg0 = value;
}

/* Hold the initiator's compute engine for @ps picoseconds. */
static inline void vsn_prep_compute(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				    __u64 ps)
{
	vsn_prep(sqe, VSN_OP_COMPUTE, initiator, stream);
	sqe->arg0 = ps;
}

/* Add to the semaphore at @dst; nothing comes back. */
static inline void vsn_prep_signal(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				   __u64 dst, __u64 add)
{
	vsn_prep(sqe, VSN_OP_SIGNAL, initiator, stream);
	sqe->dst = dst;
	sqe->arg0 = add;
}

/* Wait until the semaphore at @dst is @value or more. */
static inline void vsn_prep_wait(struct vsn_sqe *sqe, __u32 initiator, __u32 stream,
				 __u64 dst, __u64 value)
{
	vsn_prep(sqe, VSN_OP_WAIT, initiator, stream);
	sqe->dst = dst;
	sqe->arg0 = value;
}

/*
 * Wait until all that this queue submitted for @initiator is complete; what it submits
 * later starts no earlier.
 */
static inline void vsn_prep_fence(struct vsn_sqe *sqe, __u32 initiator, __u32 stream)
{
	vsn_prep(sqe, VSN_OP_FENCE, initiator, stream);
}

/* "COPY", or "?" */
const char *vsn_op_name(__u8 opcode);

#ifdef __cplusplus
}
#endif

#endif /* LIBVSN_DEVICE_H */
