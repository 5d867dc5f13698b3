// SPDX-License-Identifier: GPL-2.0
/* libvsn: contexts and queues.  See device.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"

struct vsn_dev {
	int fd;
};

/*
 * sq_tail runs ahead of rings->sq_tail by the entries that the program is
 * filling in.  cq_head equals rings->cq_head, which only we write.
 */
struct vsn_queue {
	int fd;
	__u32 sq_mask;
	__u32 cq_mask;
	__u32 sq_tail;
	__u32 cq_head;
	__u32 taken;
	struct vsn_rings *rings;
	struct vsn_sqe *sqes;
	const struct vsn_cqe *cqes;
	size_t rings_size;
	size_t sqes_size;
	size_t cqes_size;
};

/* A result as the library gives it: a negative errno instead of -1. */
static int do_ioctl(int fd, unsigned long request, void *arg)
{
	int r = ioctl(fd, request, arg);

	return r < 0 ? -errno : r;
}

struct vsn_dev *vsn_dev_open(const char *fabric)
{
	struct vsn_dev *dev;
	char path[PATH_MAX];
	int err, n;

	if (strchr(fabric, '/'))
		n = snprintf(path, sizeof(path), "%s", fabric);
	else
		n = snprintf(path, sizeof(path), "%s/%s", VSN_DEV_DIR, fabric);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	dev = malloc(sizeof(*dev));
	if (!dev)
		return NULL;
	dev->fd = open(path, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0) {
		err = errno;
		free(dev);
		errno = err;
		return NULL;
	}
	return dev;
}

void vsn_dev_close(struct vsn_dev *dev)
{
	if (!dev)
		return;
	close(dev->fd);
	free(dev);
}

int vsn_dev_fd(const struct vsn_dev *dev)
{
	return dev->fd;
}

int vsn_dev_info(struct vsn_dev *dev, struct vsn_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return do_ioctl(dev->fd, VSN_IOC_INFO, info);
}

int vsn_dev_view(struct vsn_dev *dev, __u32 initiator)
{
	struct vsn_view view = { .size = sizeof(view), .initiator = initiator };

	return do_ioctl(dev->fd, VSN_IOC_VIEW, &view);
}

int vsn_dev_lease(struct vsn_dev *dev, __u64 bytes, const __u32 *homes, __u32 nr_homes,
		  __u32 flags, struct vsn_lease *lease)
{
	*lease = (struct vsn_lease) {
		.size = sizeof(*lease),
		.flags = flags,
		.bytes = bytes,
		.homes = (__u64)(uintptr_t)homes,
		.nr_homes = nr_homes,
	};
	return do_ioctl(dev->fd, VSN_IOC_LEASE, lease);
}

int vsn_dev_return(struct vsn_dev *dev, __u32 id)
{
	struct vsn_return arg = { .size = sizeof(arg), .id = id };

	return do_ioctl(dev->fd, VSN_IOC_RETURN, &arg);
}

int vsn_dev_export(struct vsn_dev *dev, __u64 ua, struct vsn_export *out)
{
	*out = (struct vsn_export) { .size = sizeof(*out), .ua = ua };
	return do_ioctl(dev->fd, VSN_IOC_EXPORT, out);
}

int vsn_dev_revoke(struct vsn_dev *dev, __u64 ua)
{
	struct vsn_export arg = { .size = sizeof(arg), .flags = VSN_EXPORT_REVOKE, .ua = ua };

	return do_ioctl(dev->fd, VSN_IOC_EXPORT, &arg);
}

int vsn_dev_import(struct vsn_dev *dev, __u32 id, const __u64 token[2],
		   struct vsn_import *out)
{
	*out = (struct vsn_import) {
		.size = sizeof(*out),
		.id = id,
		.token = { token[0], token[1] },
	};
	return do_ioctl(dev->fd, VSN_IOC_IMPORT, out);
}

int vsn_dev_unimport(struct vsn_dev *dev, __u32 id)
{
	struct vsn_unimport arg = { .size = sizeof(arg), .id = id };

	return do_ioctl(dev->fd, VSN_IOC_UNIMPORT, &arg);
}

int vsn_dev_run_list(struct vsn_dev *dev, __u64 until, struct vsn_run *result,
		     struct vsn_blocked *list, size_t max)
{
	struct vsn_run run = {
		.size = sizeof(run),
		.until = until,
		.blocked_max = list ? max : 0,
		.blocked_list = (__u64)(uintptr_t)list,
	};
	int err = do_ioctl(dev->fd, VSN_IOC_RUN, &run);

	if (result)
		*result = run;
	return err;
}

int vsn_dev_run(struct vsn_dev *dev, __u64 until, struct vsn_run *result)
{
	return vsn_dev_run_list(dev, until, result, NULL, 0);
}

/* The power of two that is not below @n; 0 stays, for the kernel to refuse. */
static __u32 round_up_pow2(__u32 n)
{
	__u32 p = 1;

	if (!n || n > 1U << 31)
		return n;
	while (p < n)
		p <<= 1;
	return p;
}

static int map_rings(struct vsn_queue *q, const struct vsn_queue_setup *setup)
{
	void *p;

	p = mmap(NULL, setup->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED, q->fd,
		 VSN_OFF_RINGS);
	if (p == MAP_FAILED)
		return -1;
	q->rings = p;
	q->rings_size = setup->rings_size;

	p = mmap(NULL, setup->sqes_size, PROT_READ | PROT_WRITE, MAP_SHARED, q->fd,
		 VSN_OFF_SQES);
	if (p == MAP_FAILED)
		return -1;
	q->sqes = p;
	q->sqes_size = setup->sqes_size;

	p = mmap(NULL, setup->cqes_size, PROT_READ, MAP_SHARED, q->fd, VSN_OFF_CQES);
	if (p == MAP_FAILED)
		return -1;
	q->cqes = p;
	q->cqes_size = setup->cqes_size;
	return 0;
}

struct vsn_queue *vsn_queue_create_sized(struct vsn_dev *dev, __u32 sq_entries,
					 __u32 cq_entries)
{
	struct vsn_queue_setup setup = {
		.size = sizeof(setup),
		.sq_entries = round_up_pow2(sq_entries),
		.cq_entries = round_up_pow2(cq_entries),
	};
	struct vsn_queue *q = calloc(1, sizeof(*q));
	int err;

	if (!q)
		return NULL;
	q->fd = do_ioctl(dev->fd, VSN_IOC_QUEUE, &setup);
	if (q->fd < 0) {
		err = -q->fd;
		free(q);
		errno = err;
		return NULL;
	}
	if (map_rings(q, &setup)) {
		err = errno;
		vsn_queue_destroy(q);
		errno = err;
		return NULL;
	}
	q->sq_mask = q->rings->sq_mask;
	q->cq_mask = q->rings->cq_mask;
	return q;
}

struct vsn_queue *vsn_queue_create(struct vsn_dev *dev, __u32 entries)
{
	return vsn_queue_create_sized(dev, entries, 0);
}

void vsn_queue_destroy(struct vsn_queue *q)
{
	if (!q)
		return;
	if (q->rings)
		munmap(q->rings, q->rings_size);
	if (q->sqes)
		munmap(q->sqes, q->sqes_size);
	if (q->cqes)
		munmap((void *)q->cqes, q->cqes_size);
	close(q->fd);
	free(q);
}

int vsn_queue_fd(const struct vsn_queue *q)
{
	return q->fd;
}

__u32 vsn_queue_sq_entries(const struct vsn_queue *q)
{
	return q->sq_mask + 1;
}

__u32 vsn_queue_cq_entries(const struct vsn_queue *q)
{
	return q->cq_mask + 1;
}

static __u32 sq_head(const struct vsn_queue *q)
{
	return __atomic_load_n(&q->rings->sq_head, __ATOMIC_ACQUIRE);
}

static __u32 cq_tail(const struct vsn_queue *q)
{
	return __atomic_load_n(&q->rings->cq_tail, __ATOMIC_ACQUIRE);
}

struct vsn_sqe *vsn_queue_sqe(struct vsn_queue *q)
{
	struct vsn_sqe *sqe;

	if (q->sq_tail - sq_head(q) > q->sq_mask)
		return NULL;
	sqe = &q->sqes[q->sq_tail & q->sq_mask];
	memset(sqe, 0, sizeof(*sqe));
	q->sq_tail++;
	return sqe;
}

int vsn_queue_submit(struct vsn_queue *q)
{
	int err, taken = 0;

	__atomic_store_n(&q->rings->sq_tail, q->sq_tail, __ATOMIC_RELEASE);
	while (vsn_queue_unsubmitted(q)) {
		struct vsn_doorbell bell = { .size = sizeof(bell) };

		err = do_ioctl(q->fd, VSN_IOC_DOORBELL, &bell);
		if (err)
			return taken ? taken : err;
		if (!bell.taken)
			break;
		taken += bell.taken;
		q->taken += bell.taken;
	}
	return taken;
}

__u32 vsn_queue_unsubmitted(const struct vsn_queue *q)
{
	return q->sq_tail - sq_head(q);
}

__u32 vsn_queue_ready(const struct vsn_queue *q)
{
	return cq_tail(q) - q->cq_head;
}

__u32 vsn_queue_outstanding(const struct vsn_queue *q)
{
	/* Both count from 0, and each operation has one completion. */
	return q->taken - q->cq_head;
}

const struct vsn_cqe *vsn_queue_cqe(struct vsn_queue *q)
{
	return vsn_queue_ready(q) ? &q->cqes[q->cq_head & q->cq_mask] : NULL;
}

void vsn_queue_advance(struct vsn_queue *q, __u32 nr)
{
	q->cq_head += nr;
	__atomic_store_n(&q->rings->cq_head, q->cq_head, __ATOMIC_RELEASE);
}

__u32 vsn_queue_reap(struct vsn_queue *q, struct vsn_cqe *cqes, __u32 max)
{
	__u32 i, nr = vsn_queue_ready(q);

	if (nr > max)
		nr = max;
	for (i = 0; i < nr; i++)
		cqes[i] = q->cqes[(q->cq_head + i) & q->cq_mask];
	if (nr)
		vsn_queue_advance(q, nr);
	return nr;
}

int vsn_queue_wait(struct vsn_queue *q, int timeout_ms)
{
	struct pollfd p = { .fd = q->fd, .events = POLLIN };

	if (vsn_queue_ready(q))
		return 1;
	if (poll(&p, 1, timeout_ms) < 0)
		return -errno;
	return vsn_queue_ready(q) > 0;
}

int vsn_queue_eventfd(struct vsn_queue *q, int fd)
{
	struct vsn_eventfd arg = { .size = sizeof(arg), .fd = fd };

	return do_ioctl(q->fd, VSN_IOC_EVENTFD, &arg);
}

int vsn_queue_cancel(struct vsn_queue *q, __u64 *cancelled)
{
	struct vsn_cancel arg = { .size = sizeof(arg) };
	int err = do_ioctl(q->fd, VSN_IOC_CANCEL, &arg);

	if (cancelled)
		*cancelled = arg.cancelled;
	return err;
}

int vsn_dev_grant(struct vsn_dev *dev, __u64 ua, __u64 len, __u32 initiator, __u32 right,
		  __u32 *holder)
{
	struct vsn_grant arg = {
		.size = sizeof(arg), .ua = ua, .len = len, .initiator = initiator,
		.right = right,
	};
	int err = do_ioctl(dev->fd, VSN_IOC_GRANT, &arg);

	if (err == -EBUSY && holder)
		*holder = arg.holder;
	return err;
}

const char *vsn_op_name(__u8 opcode)
{
	static const char * const names[] = {
		[VSN_OP_NOP] = "NOP",
		[VSN_OP_COPY] = "COPY",
		[VSN_OP_FILL] = "FILL",
		[VSN_OP_FADD] = "FADD",
		[VSN_OP_CAS] = "CAS",
		[VSN_OP_SWAP] = "SWAP",
		[VSN_OP_COMPUTE] = "COMPUTE",
		[VSN_OP_SIGNAL] = "SIGNAL",
		[VSN_OP_WAIT] = "WAIT",
		[VSN_OP_REDUCE] = "REDUCE",
		[VSN_OP_FENCE] = "FENCE",
		[VSN_OP_DISCARD] = "DISCARD",
	};

	if (opcode == VSN_OP_LOAD)
		return "LOAD";
	if (opcode == VSN_OP_STORE)
		return "STORE";
	if (opcode > VSN_OP_DISCARD)
		return "?";
	return names[opcode];
}
