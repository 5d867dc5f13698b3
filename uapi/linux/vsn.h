/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vsn: the device's ioctls and queue rings.
 *
 * A fabric's device is /dev/vsn/NAME, that of one of its partitions
 * /dev/vsn/NAME.PARTITION.  An open file of either is a context: its file offset is a
 * unified address (UA), and its ioctls make views and queues.  What is not of the
 * partition does not exist there: its endpoints are -EINVAL, its addresses -EFAULT.
 * The control plane (topology, regions, counters) is generic netlink, see
 * vsn_netlink.h.
 *
 * Every ioctl structure begins with its size in bytes and grows at its end: an
 * older, shorter structure is read as if its tail were zero; a longer one whose
 * tail is not zero is refused with E2BIG.  Reserved fields must be zero.
 */
#ifndef _UAPI_LINUX_VSN_H
#define _UAPI_LINUX_VSN_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Unified addresses are below 2^62; bit 61 separates the two windows. */
#define VSN_UA_BITS		62
#define VSN_UA_POOL		(1ULL << 61)

/* The largest operation, in bytes. */
#define VSN_OP_MAX_LEN		(1ULL << 30)

/* No bound for struct vsn_run.until. */
#define VSN_TIME_MAX		(~0ULL)

/**
 * struct vsn_info - what a fabric offers
 * @size: sizeof(struct vsn_info)
 * @window_shift: device window: UA = endpoint << @window_shift | offset
 * @features: VSN_FEATURE_* bits
 * @endpoints: number of endpoints; ids are 0 .. @endpoints - 1
 * @networks: number of networks
 * @now: the fabric's virtual time, ps: the horizon, or where time goes by itself what
 *	the clock says
 * @max_entries: largest number of entries of a queue ring
 * @sqe_size: bytes of a submission entry
 * @cqe_size: bytes of a completion entry
 * @clock: enum vsn_clock of vsn_netlink.h: what makes virtual time go
 * @reserved: zero
 * @scale: wall time that passes in a time of virtual time, parts per million
 * @partition: id of the partition whose device this is, 0: it is the fabric's own
 * @partition_endpoints: number of its endpoints; their ids are in the fabric's range
 * @quota: bytes that its regions may promise, 0: any
 * @promised: bytes that they do
 */
struct vsn_info {
	__u32 size;
	__u32 window_shift;
	__u64 features;
	__u32 endpoints;
	__u32 networks;
	__u64 now;
	__u32 max_entries;
	__u16 sqe_size;
	__u16 cqe_size;
	__u32 clock;
	__u32 reserved;
	__u64 scale;
	__u32 partition;
	__u32 partition_endpoints;
	__u64 quota;
	__u64 promised;
};

/* What the kernel can do; which clock the fabric has, vsn_info.clock tells. */
#define VSN_FEATURE_ORDERED	(1ULL << 0)	/* ordered clock: RUN */
#define VSN_FEATURE_ONLINE	(1ULL << 1)	/* online clock */
#define VSN_FEATURE_PACED	(1ULL << 2)	/* paced clock */
#define VSN_FEATURE_PARTITIONS	(1ULL << 4)	/* partitions' devices, LEASE, EXPORT, IMPORT */

/**
 * struct vsn_view - make a file whose mappings belong to one initiator
 * @size: sizeof(struct vsn_view)
 * @initiator: endpoint on whose behalf the mappings act
 * @flags: must be zero
 *
 * Returns a new file descriptor.  Its offsets are unified addresses.
 */
struct vsn_view {
	__u32 size;
	__u32 initiator;
	__u64 flags;
};

/**
 * struct vsn_queue_setup - make a queue
 * @size: sizeof(struct vsn_queue_setup)
 * @sq_entries: submission entries, a power of two
 * @cq_entries: completion entries, a power of two, or 0 for twice @sq_entries,
 *	vsn_info.max_entries at most
 * @flags: must be zero
 * @reserved: must be zero
 * @rings_size: out: bytes to map at VSN_OFF_RINGS (struct vsn_rings)
 * @sqes_size: out: bytes to map at VSN_OFF_SQES
 * @cqes_size: out: bytes to map at VSN_OFF_CQES
 *
 * Returns a new file descriptor.  It supports mmap (shared), the ioctls below and
 * poll: POLLIN completions are there, POLLOUT an entry can be submitted and would
 * be taken, POLLERR an index of the program makes no sense.
 *
 * When its last descriptor and mapping are gone, what has not started is
 * cancelled; what has started is finished by a later RUN, or by the kernel's threads.
 *
 * Errors: -EBADF the context is not open for reading and writing, -EINVAL a field,
 * -ENOSPC too many queues on the fabric, -ENOMEM.
 */
struct vsn_queue_setup {
	__u32 size;
	__u32 sq_entries;
	__u32 cq_entries;
	__u32 flags;
	__u64 reserved;
	__u64 rings_size;
	__u64 sqes_size;
	__u64 cqes_size;
};

#define VSN_OFF_RINGS		0ULL
#define VSN_OFF_SQES		0x10000000ULL
#define VSN_OFF_CQES		0x20000000ULL

/**
 * struct vsn_rings - heads and tails of a queue's two rings
 * @sq_head: first entry that the kernel has not consumed; the kernel writes it
 * @sq_tail: one past the last entry submitted; the program writes it
 * @sq_mask: number of submission entries - 1
 * @cq_head: first completion that the program has not consumed; the program writes it
 * @cq_tail: one past the last completion; the kernel writes it
 * @cq_mask: number of completion entries - 1
 *
 * Indices run freely and wrap at 2^32; an entry's place is index & mask.  The
 * writer of an index stores it with release semantics, the reader loads it with
 * acquire semantics.
 */
struct vsn_rings {
	__u32 sq_head;
	__u32 sq_tail;
	__u32 sq_mask;
	__u32 pad0[13];
	__u32 cq_head;
	__u32 cq_tail;
	__u32 cq_mask;
	__u32 pad1[13];
};

/* Operations */
enum vsn_opcode {
	VSN_OP_NOP = 0,
	VSN_OP_COPY = 1,	/* dst[0..len) = src[0..len) */
	VSN_OP_FILL = 2,	/* dst[0..len) = arg0, 8 bytes little endian, repeated */
	VSN_OP_FADD = 3,	/* value = *dst; *dst += arg0 */
	VSN_OP_CAS = 4,		/* value = *dst; if (*dst == arg1) *dst = arg0 */
	VSN_OP_SWAP = 5,	/* value = *dst; *dst = arg0 */
	VSN_OP_COMPUTE = 6,	/* hold the initiator's compute engine for arg0 ps */
	VSN_OP_SIGNAL = 7,	/* *dst += arg0, posted */
	VSN_OP_WAIT = 8,	/* until *dst >= arg0, unsigned; value = *dst */
	VSN_OP_REDUCE = 9,	/* dst[i] = dst[i] (+) src[i], arg0: VSN_REDUCE() */
	VSN_OP_FENCE = 10,	/* until what its initiator had pending is complete */
	VSN_OP_DISCARD = 11,	/* dst[0..len) = 0, and memory is given back */

	/* In traces of transfers only: not operations, but what CPUs did to coherent regions */
	VSN_OP_LOAD = 128,
	VSN_OP_STORE = 129,
};

#define VSN_OP_F_NODATA		(1U << 0)	/* COPY, FILL, REDUCE: time only, no bytes move */
/* COPY, REDUCE, one of both: half of the way, where a tier's switches reduce */
#define VSN_OP_F_TO_SWITCH	(1U << 1)	/* the switch keeps the bytes, or adds them up */
#define VSN_OP_F_FROM_SWITCH	(1U << 2)	/* what was brought there goes on to dst */

/* Elements of a REDUCE, in the byte order of the machine */
enum vsn_reduce_type {
	VSN_REDUCE_I32 = 1,	/* signed, wraps */
	VSN_REDUCE_I64 = 2,	/* signed, wraps */
	VSN_REDUCE_F32 = 3,	/* IEEE 754 binary32 */
	VSN_REDUCE_BF16 = 4,	/* the upper half of one */
};

/*
 * What a REDUCE does with two elements.  Floats: sums are rounded to the nearest, to
 * even in a tie (bf16: the sum as f32, then that to bf16).  Of minimum and maximum,
 * a number wins over a NaN and -0 is less than +0.  Every NaN that results is
 * 0x7fc00000 (bf16: 0x7fc0).
 */
enum vsn_reduce_op {
	VSN_REDUCE_SUM = 0,
	VSN_REDUCE_MIN = 1,
	VSN_REDUCE_MAX = 2,
};

/* vsn_sqe.arg0 of a REDUCE */
#define VSN_REDUCE(op, type)	((__u64)(op) << 8 | (type))

/* vsn_sqe.network: the first network that reaches the other side */
#define VSN_NET_ANY		0

/**
 * struct vsn_sqe - submission entry
 * @opcode: enum vsn_opcode
 * @flags: VSN_OP_F_*
 * @network: VSN_NET_ANY, or 1 + the index of the network to use
 * @initiator: endpoint on whose behalf the operation acts
 * @stream: operations of one (initiator, stream) run in order
 * @reserved: must be zero
 * @dst: UA of the destination; atomics, SIGNAL and WAIT: 8-byte aligned word;
 *	REDUCE: aligned to an element
 * @src: UA of the source (COPY, REDUCE), else zero; REDUCE: aligned to an element,
 *	and either @dst or a range that does not overlap with the destination
 * @len: bytes (COPY, FILL, DISCARD, REDUCE), 1 .. VSN_OP_MAX_LEN; else zero; REDUCE: a multiple
 *	of the element's size
 * @arg0: operand, see enum vsn_opcode
 * @arg1: second operand (CAS), else zero
 * @user_data: returned in the completion
 *
 * Operations use the pool window only.
 */
struct vsn_sqe {
	__u8 opcode;
	__u8 flags;
	__u16 network;
	__u32 initiator;
	__u32 stream;
	__u32 reserved;
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 arg0;
	__u64 arg1;
	__u64 user_data;
};

/**
 * struct vsn_cqe - completion entry
 * @user_data: from the submission entry
 * @res: 0, or a negative errno
 * @opcode: from the submission entry
 * @flags: zero
 * @network: 1 + the index of the network that was used, or 0 for none
 * @start: virtual time at which the operation started, ps
 * @end: virtual time at which it ended, ps
 * @value: atomics: the old value; WAIT: the value that satisfied it
 * @bytes: payload bytes moved
 * @initiator: from the submission entry
 * @stream: from the submission entry
 * @wire: bytes put on links, over all links crossed, headers and acks included
 *
 * Results: -EINVAL bad entry, -EFAULT no region there, -ERANGE beyond the
 * region's end, -EPERM window not allowed, -EHOSTUNREACH no route, -EIO lost on a
 * link that failed, or a region was taken away by force, -EACCES no right to a part of an
 * owned region, -EOPNOTSUPP no single switch that reduces joins the two, -EOVERFLOW past
 * the end of time, -ENOMEM, -ECANCELED.
 */
struct vsn_cqe {
	__u64 user_data;
	__s32 res;
	__u8 opcode;
	__u8 flags;
	__u16 network;
	__u64 start;
	__u64 end;
	__u64 value;
	__u64 bytes;
	__u32 initiator;
	__u32 stream;
	__u64 wire;
};

/**
 * struct vsn_doorbell - take entries from the submission ring
 * @size: sizeof(struct vsn_doorbell)
 * @max: take at most this many entries, 0 for all
 * @taken: out: entries consumed
 * @reserved: must be zero
 *
 * Takes entries until the ring is empty, @max is reached, no completion slot is
 * free, or the bound of work of one call is met; the caller looks at @taken and
 * calls again.  Never waits for completions.  With an online or paced clock, what it
 * takes is executed, and the stores of CPUs to words that are waited on are noticed.
 *
 * Errors, only when nothing was taken before: -EOVERFLOW sq_tail or cq_head is
 * farther from the kernel's index than the ring is long, -EAGAIN too many
 * operations or streams are pending on the fabric, -ENOMEM, -EINTR a fatal signal.
 */
struct vsn_doorbell {
	__u32 size;
	__u32 max;
	__u32 taken;
	__u32 reserved;
};

/**
 * struct vsn_eventfd - signal an eventfd when completions arrive
 * @size: sizeof(struct vsn_eventfd)
 * @fd: eventfd, or -1 to stop
 */
struct vsn_eventfd {
	__u32 size;
	__s32 fd;
};

/**
 * struct vsn_run - execute what was submitted
 * @size: sizeof(struct vsn_run)
 * @flags: must be zero
 * @until: stop before the first event later than this, ps, or VSN_TIME_MAX; paced: do
 *	not wait longer than until this; online: means nothing
 * @now: out: the horizon; later operations start no earlier
 * @completed: out: operations that completed in this call
 * @pending: out: operations that remain, blocked ones included, and completions that
 *	are held back
 * @blocked: out: WAITs for a value that nobody is left to store, and FENCEs
 * @blocked_max: room in @blocked_list, entries; 65536 are listed at most
 * @blocked_list: user pointer to struct vsn_blocked[@blocked_max], or 0
 *
 * With an online or paced clock: executes what can be executed, waits for what others
 * are executing, and, paced, until its completions are posted.
 *
 * Errors: -EBADF the context is not open for reading and writing, -EBUSY another
 * RUN is on (ordered), -EDEADLK nothing can move but operations are blocked (the out
 * fields are filled in), -EINTR a fatal signal, online and paced any.
 */
struct vsn_run {
	__u32 size;
	__u32 flags;
	__u64 until;
	__u64 now;
	__u64 completed;
	__u64 pending;
	__u64 blocked;
	__u64 blocked_max;
	__u64 blocked_list;
};

/**
 * struct vsn_blocked - one WAIT that nothing satisfied, or one FENCE
 * @user_data: of the entry
 * @initiator: of the entry
 * @stream: of the entry
 * @ua: WAIT: word it waits on; 0: this is a FENCE
 * @want: WAIT: value it waits for; FENCE: stream of the oldest operation it waits for
 * @value: WAIT: value the word has; FENCE: user_data of that operation
 */
struct vsn_blocked {
	__u64 user_data;
	__u32 initiator;
	__u32 stream;
	__u64 ua;
	__u64 want;
	__u64 value;
};

/**
 * struct vsn_cancel - cancel what this queue has pending and not yet started
 * @size: sizeof(struct vsn_cancel)
 * @flags: must be zero
 * @cancelled: out: operations that completed with -ECANCELED
 *
 * Blocked WAITs and FENCEs and everything behind them are cancelled; an operation
 * whose bytes are on the way is not.
 */
struct vsn_cancel {
	__u32 size;
	__u32 flags;
	__u64 cancelled;
};

/* What an initiator may do with a granule of an owned region; as enum vsn_right. */
#define VSN_GRANT_NONE		0
#define VSN_GRANT_READ		1
#define VSN_GRANT_WRITE		2	/* and read */

/**
 * struct vsn_grant - set what an initiator may do with a part of an owned region
 * @size: sizeof(struct vsn_grant)
 * @flags: must be zero
 * @ua: first byte, the first of a granule
 * @len: bytes, a multiple of the granule or up to the region's end; 65536 granules at most
 * @initiator: endpoint
 * @right: VSN_GRANT_*: its right from now on
 * @holder: out, with -EBUSY: the first initiator that is in the way; ~0: one that the
 *	context may not name
 * @reserved: must be zero
 *
 * A granule has one writer, or any number of readers.  When a right is taken away, no
 * mapping of the initiator and none of its operations use it any more.
 *
 * Errors: -EBADF the context is not open for reading and writing, -EINVAL a field, or the
 * region is not owned, -EFAULT no region there, -ERANGE beyond the region's end, -E2BIG too
 * many granules, -EBUSY others have rights that are in the way, and nothing has changed,
 * -EINTR a fatal signal, the same, -ENOMEM, and a part may be done.
 */
struct vsn_grant {
	__u32 size;
	__u32 flags;
	__u64 ua;
	__u64 len;
	__u32 initiator;
	__u32 right;
	__u32 holder;
	__u32 reserved;
};

/**
 * struct vsn_export - let other contexts import a region
 * @size: sizeof(struct vsn_export)
 * @flags: VSN_EXPORT_REVOKE: not any more; contexts that have imported it keep it
 * @ua: an address in the region, which is the context's own or its partition's
 * @token: out: what IMPORT has to know, 128 random bits, the same until it is revoked;
 *	revoked: zero
 * @id: out: the region
 * @reserved: must be zero
 *
 * Errors: -EBADF the context is not open for reading and writing, -EINVAL flags or
 * @reserved, -EFAULT no region that the context reaches, -EPERM it is imported, -ENOENT
 * there is nothing to revoke.
 */
struct vsn_export {
	__u32 size;
	__u32 flags;
	__u64 ua;
	__u64 token[2];
	__u32 id;
	__u32 reserved;
};

#define VSN_EXPORT_REVOKE	(1U << 0)

/**
 * struct vsn_import - reach a region that another context has exported
 * @size: sizeof(struct vsn_import)
 * @flags: must be zero
 * @id: the region
 * @reserved: must be zero
 * @token: from EXPORT
 * @ua: out: its address
 * @length: out: bytes
 * @granule: out: interleaving granule, bytes; 0: one home
 * @homes: out: number of its homes
 * @reserved2: must be zero
 *
 * From then on the context, its views and its queues reach it.  It is not deleted
 * meanwhile.  UNIMPORT drops it, or the end of the context's last file.
 *
 * Errors: -EBADF, -EINVAL flags or a reserved field, -EACCES no such region, not
 * exported, or not this token: nothing tells which, -EEXIST the context has imported it,
 * -ENOSPC a context imports 1024 regions at most, -ENOMEM.
 */
struct vsn_import {
	__u32 size;
	__u32 flags;
	__u32 id;
	__u32 reserved;
	__u64 token[2];
	__u64 ua;
	__u64 length;
	__u64 granule;
	__u32 homes;
	__u32 reserved2;
};

/**
 * struct vsn_unimport - do not reach a region any more
 * @size: sizeof(struct vsn_unimport)
 * @flags: must be zero
 * @id: the region
 * @reserved: must be zero
 *
 * Mappings keep the pages that they show until they are unmapped; what they do not show
 * is SIGBUS.  What was submitted is executed.
 *
 * Errors: -EBADF, -EINVAL flags or @reserved, -ENOENT not imported.
 */
struct vsn_unimport {
	__u32 size;
	__u32 flags;
	__u32 id;
	__u32 reserved;
};

/**
 * struct vsn_lease - take a region from the pool
 * @size: sizeof(struct vsn_lease)
 * @flags: VSN_LEASE_HUGE: use 2 MiB pages where the placement allows
 * @bytes: its size, a multiple of 4 KiB
 * @granule: interleaving granule, bytes, a power of two from 4 KiB to 1 GiB; 0: 64 KiB,
 *	or 2 MiB with VSN_LEASE_HUGE
 * @homes: user pointer to __u32[@nr_homes]: endpoints of the context
 * @nr_homes: 0: as many of the context's endpoints as have room for their share, by id, at
 *	most one for each granule; @homes is 0 then
 * @id: out: the region
 * @ua: out: its address
 *
 * It belongs to the context's partition, counts against its quota, and its memory is
 * charged to the caller's memory cgroup.  RETURN frees it; so does the end of the
 * context's last file, or later the last import of it, or the last operation that was on
 * its way.
 *
 * Errors: -EBADF, -EINVAL flags, @bytes, @granule or a home, -EDQUOT the quota, -ENOSPC
 * no room, or too many regions; a context leases 1024 at most, -ENOMEM, -EINTR a fatal
 * signal.
 */
struct vsn_lease {
	__u32 size;
	__u32 flags;
	__u64 bytes;
	__u64 granule;
	__u64 homes;
	__u32 nr_homes;
	__u32 id;
	__u64 ua;
};

#define VSN_LEASE_HUGE		(1U << 0)

/**
 * struct vsn_return - give back a leased region
 * @size: sizeof(struct vsn_return)
 * @flags: must be zero
 * @id: the region
 * @reserved: must be zero
 *
 * Errors: -EBADF, -EINVAL flags or @reserved, -ENOENT the context has not leased it, -EBUSY
 * it is mapped, imported, accessed, or has operations pending.
 */
struct vsn_return {
	__u32 size;
	__u32 flags;
	__u32 id;
	__u32 reserved;
};

#define VSN_IOC_MAGIC		0xB5

/* On a context (/dev/vsn/NAME) */
#define VSN_IOC_INFO		_IOWR(VSN_IOC_MAGIC, 0x00, struct vsn_info)
#define VSN_IOC_VIEW		_IOW(VSN_IOC_MAGIC, 0x01, struct vsn_view)
#define VSN_IOC_QUEUE		_IOWR(VSN_IOC_MAGIC, 0x02, struct vsn_queue_setup)
#define VSN_IOC_RUN		_IOWR(VSN_IOC_MAGIC, 0x03, struct vsn_run)
#define VSN_IOC_GRANT		_IOWR(VSN_IOC_MAGIC, 0x04, struct vsn_grant)
#define VSN_IOC_EXPORT		_IOWR(VSN_IOC_MAGIC, 0x05, struct vsn_export)
#define VSN_IOC_IMPORT		_IOWR(VSN_IOC_MAGIC, 0x06, struct vsn_import)
#define VSN_IOC_UNIMPORT	_IOW(VSN_IOC_MAGIC, 0x07, struct vsn_unimport)
#define VSN_IOC_LEASE		_IOWR(VSN_IOC_MAGIC, 0x08, struct vsn_lease)
#define VSN_IOC_RETURN		_IOW(VSN_IOC_MAGIC, 0x09, struct vsn_return)

/* On a queue */
#define VSN_IOC_DOORBELL	_IOWR(VSN_IOC_MAGIC, 0x10, struct vsn_doorbell)
#define VSN_IOC_EVENTFD		_IOW(VSN_IOC_MAGIC, 0x11, struct vsn_eventfd)
#define VSN_IOC_CANCEL		_IOWR(VSN_IOC_MAGIC, 0x12, struct vsn_cancel)

#endif /* _UAPI_LINUX_VSN_H */
