/* SPDX-License-Identifier: GPL-2.0 */
/* The fixture of the tests of memory. */
#ifndef MEMORY_FIXTURE_H
#define MEMORY_FIXTURE_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sigbus.h"
#include "vsn_test.h"

#define KIB		1024UL
#define MIB		(1024UL * KIB)
#define PAGE		4096UL
#define HUGE		(2 * MIB)

FIXTURE(memory)
{
	char name[32];
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	int fd;				/* of @dev */
	uint32_t shift;			/* of device windows */
	struct vsn_ctl_region *r;	/* 1 MiB at endpoint 0, alone there */
};

FIXTURE_SETUP(memory)
{
	const char *why = test_ready();
	struct vsn_info info;

	if (why)
		SKIP(return, "%s", why);
	snprintf(self->name, sizeof(self->name), "memory%d", getpid());
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	ASSERT_EQ(0, test_fabric(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	self->dev = test_open(self->name);
	ASSERT_NE(NULL, self->dev);
	self->fd = vsn_dev_fd(self->dev);
	ASSERT_EQ(0, vsn_dev_info(self->dev, &info));
	self->shift = info.window_shift;
	self->r = test_region(self->ctl, self->name, 0, MIB);
	ASSERT_NE(NULL, self->r)
		TH_LOG("%s", vsn_ctl_error(self->ctl));
}

/* Whatever a test did, nothing keeps the fabric after its files are closed. */
FIXTURE_TEARDOWN(memory)
{
	if (!self->ctl)
		return;
	vsn_dev_close(self->dev);
	vsn_ctl_region_free(self->r);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	vsn_ctl_close(self->ctl);
}

#define memory_t	struct _test_data_memory

static inline struct vsn_ctl_region *add_region(memory_t *self, uint64_t size,
						const uint32_t *homes, size_t nr,
						uint64_t granule, bool huge)
{
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = homes, .nr_homes = nr, .granule = granule, .huge = huge,
	};
	struct vsn_ctl_region *region;

	return vsn_ctl_region_add(self->ctl, self->name, &spec, &region) ? NULL : region;
}

static inline struct vsn_ctl_region *add_huge(memory_t *self, uint32_t home, uint64_t size)
{
	return add_region(self, size, &home, 1, 0, true);
}

/* Bytes of memory that a region has in use. */
static inline uint64_t resident(memory_t *self, const struct vsn_ctl_region *region)
{
	struct vsn_ctl_region *now;
	uint64_t bytes;

	if (vsn_ctl_region_get(self->ctl, self->name, region->id, &now))
		return UINT64_MAX;
	bytes = now->resident;
	vsn_ctl_region_free(now);
	return bytes;
}

/* Bytes of memory that the fabric has in use. */
static inline uint64_t fabric_resident(memory_t *self)
{
	struct vsn_ctl_fabric *fabric;
	uint64_t bytes;

	if (vsn_ctl_fabric_get(self->ctl, self->name, &fabric))
		return UINT64_MAX;
	bytes = fabric->resident;
	vsn_ctl_fabric_free(fabric);
	return bytes;
}

/* Bytes of an endpoint's memory that regions have. */
static inline uint64_t allocated(struct vsn_ctl *ctl, const char *fabric, uint32_t id)
{
	struct vsn_ctl_endpoint ep;

	return vsn_ctl_endpoint_get_id(ctl, fabric, id, &ep) ? UINT64_MAX : ep.allocated;
}

static inline void *map_at(int fd, uint64_t ua, size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, ua);
}

static inline uint64_t window(memory_t *self, uint32_t endpoint)
{
	return (uint64_t)endpoint << self->shift;
}

static inline bool is_filled(const unsigned char *p, size_t len, unsigned char with)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != with)
			return false;
	return true;
}

/* Write all of a range with one byte: 0, or -errno */
static inline int put(int fd, uint64_t ua, size_t len, unsigned char with)
{
	unsigned char *buf = malloc(len);
	ssize_t n;
	int err;

	memset(buf, with, len);
	n = pwrite(fd, buf, len, ua);
	err = n < 0 ? -errno : n == len ? 0 : -ENODATA;
	free(buf);
	return err;
}

/* Does a range read as that byte, all of it? */
static inline bool holds(int fd, uint64_t ua, size_t len, unsigned char with)
{
	unsigned char *buf = malloc(len);
	bool same = pread(fd, buf, len, ua) == len && is_filled(buf, len, with);

	free(buf);
	return same;
}

/* Run one operation, and tell how it ended. */
static inline int op_result(memory_t *self, struct vsn_queue *q, const struct vsn_sqe *sqe)
{
	struct vsn_cqe cqe;
	int err = test_op(self->dev, q, sqe, &cqe);

	return err ? err : cqe.res;
}

/* Run @fn in a child; its exit status, or -1. */
static inline int in_child(int (*fn)(memory_t *self, void *arg), memory_t *self, void *arg)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(fn(self, arg));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

#endif /* MEMORY_FIXTURE_H */
