// SPDX-License-Identifier: GPL-2.0
/*
 * Pins of pages: buffers registered with io_uring are pinned for long.  Uncached memory
 * takes that; of tracked mappings the kernel refuses it, as nobody could take such a
 * page away.
 */
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "memory_fixture.h"

struct uring {
	int fd;
	struct io_uring_params params;
	unsigned char *sq, *cq;
	struct io_uring_sqe *sqes;
	size_t sq_size, cq_size;
};

static void *ring_area(struct uring *u, size_t size, off_t off)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->fd, off);
}

/* 0, or a negative errno; -EOPNOTSUPP: the kernel has none */
static int uring_open(struct uring *u)
{
	memset(u, 0, sizeof(*u));
	u->fd = syscall(SYS_io_uring_setup, 4, &u->params);
	if (u->fd < 0)
		return access("/proc/sys/kernel/io_uring_disabled", F_OK) ? -EOPNOTSUPP : -errno;
	u->sq_size = u->params.sq_off.array + u->params.sq_entries * sizeof(__u32);
	u->cq_size = u->params.cq_off.cqes + u->params.cq_entries * sizeof(struct io_uring_cqe);
	u->sq = ring_area(u, u->sq_size, IORING_OFF_SQ_RING);
	u->cq = ring_area(u, u->cq_size, IORING_OFF_CQ_RING);
	u->sqes = ring_area(u, u->params.sq_entries * sizeof(*u->sqes), IORING_OFF_SQES);
	if (u->sq == MAP_FAILED || u->cq == MAP_FAILED || u->sqes == MAP_FAILED)
		return -ENOMEM;
	return 0;
}

static void uring_close(struct uring *u)
{
	munmap(u->sq, u->sq_size);
	munmap(u->cq, u->cq_size);
	munmap(u->sqes, u->params.sq_entries * sizeof(*u->sqes));
	close(u->fd);
}

static int uring_register(struct uring *u, void *p, size_t len)
{
	struct iovec iov = { .iov_base = p, .iov_len = len };

	return syscall(SYS_io_uring_register, u->fd, IORING_REGISTER_BUFFERS, &iov, 1) ?
		-errno : 0;
}

/* Through the registered buffer; what the operation returned */
static int uring_fixed(struct uring *u, int opcode, int fd, void *p, size_t len)
{
	__u32 *tail = (__u32 *)(u->sq + u->params.sq_off.tail);
	__u32 *array = (__u32 *)(u->sq + u->params.sq_off.array);
	__u32 *head = (__u32 *)(u->cq + u->params.cq_off.head);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(u->cq + u->params.cq_off.cqes);
	__u32 at = *tail & (u->params.sq_entries - 1);
	int res;

	u->sqes[at] = (struct io_uring_sqe) {
		.opcode = opcode, .fd = fd, .addr = (unsigned long)p, .len = len,
	};
	array[at] = at;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, u->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	res = cqes[*head & (u->params.cq_entries - 1)].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

static struct vsn_ctl_region *add_mode(memory_t *self, uint32_t mode)
{
	struct vsn_ctl_region_spec spec = {
		.size = 2 * MIB, .homes = (uint32_t[]) { 0 }, .nr_homes = 1, .mode = mode,
	};
	struct vsn_ctl_region *region;

	return vsn_ctl_region_add(self->ctl, self->name, &spec, &region) ? NULL : region;
}

TEST_F(memory, uncached_buffers_are_registered)
{
	int fd = vsn_dev_view(self->dev, 1), file, err;
	unsigned char byte;
	struct uring u;
	unsigned char *p;

	ASSERT_LE(0, fd);
	err = uring_open(&u);
	if (err == -EOPNOTSUPP)
		SKIP(return, "the kernel has no io_uring");
	ASSERT_EQ(0, err);
	p = map_at(fd, self->r->ua, MIB);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, uring_register(&u, p, MIB));
	file = syscall(SYS_memfd_create, "pins", 0);
	ASSERT_LE(0, file);
	ASSERT_EQ(3, pwrite(file, "abc", 3, 0));
	/* It goes to the region itself, by its pinned pages. */
	EXPECT_EQ(3, uring_fixed(&u, IORING_OP_READ_FIXED, file, p + 5 * PAGE, 3));
	EXPECT_EQ(1, pread(self->fd, &byte, 1, self->r->ua + 5 * PAGE + 2));
	EXPECT_EQ('c', byte);
	EXPECT_EQ(1, pwrite(self->fd, "z", 1, self->r->ua + 5 * PAGE));
	EXPECT_EQ(3, uring_fixed(&u, IORING_OP_WRITE_FIXED, file, p + 5 * PAGE, 3));
	uring_close(&u);
	munmap(p, MIB);
	close(file);
	close(fd);
}

TEST_F(memory, tracked_buffers_are_not)
{
	static const uint32_t modes[] = { VSN_REGION_MODE_COHERENT, VSN_REGION_MODE_OWNED };
	struct vsn_ctl_region *r;
	struct uring u;
	unsigned char *p;
	int fd, i, err;

	err = uring_open(&u);
	if (err == -EOPNOTSUPP)
		SKIP(return, "the kernel has no io_uring");
	ASSERT_EQ(0, err);
	for (i = 0; i < 2; i++) {
		r = add_mode(self, modes[i]);
		ASSERT_NE(NULL, r);
		if (modes[i] == VSN_REGION_MODE_OWNED)
			ASSERT_EQ(0, vsn_dev_grant(self->dev, r->ua, r->size, 1,
						   VSN_GRANT_WRITE, NULL));
		fd = vsn_dev_view(self->dev, 1);
		p = map_at(fd, r->ua, r->size);
		ASSERT_NE(MAP_FAILED, p);
		EXPECT_EQ(-EFAULT, uring_register(&u, p, MIB));
		/* It works all the same. */
		p[0] = 'x';
		EXPECT_EQ('x', p[0]);
		munmap(p, r->size);
		close(fd);
		vsn_ctl_region_free(r);
	}
	uring_close(&u);
}

TEST_HARNESS_MAIN
