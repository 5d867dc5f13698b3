/* SPDX-License-Identifier: GPL-2.0 */
/* The fixture of the tests of queues. */
#ifndef QUEUE_FIXTURE_H
#define QUEUE_FIXTURE_H

#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "vsn_test.h"

#define SIZE	(1UL << 20)	/* of a region */
#define ENTRIES	8

FIXTURE(queue)
{
	char name[32];
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_ctl_region *a;	/* at endpoint 0 */
	struct vsn_ctl_region *b;	/* at endpoint 5 */
	struct vsn_rings *rings;	/* a mapping of its own */
	struct vsn_sqe *sqes;
};

FIXTURE_SETUP(queue)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	snprintf(self->name, sizeof(self->name), "queue%d", getpid());
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	ASSERT_EQ(0, test_fabric(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	self->dev = test_open(self->name);
	ASSERT_NE(NULL, self->dev);
	self->a = test_region(self->ctl, self->name, 0, SIZE);
	self->b = test_region(self->ctl, self->name, 5, SIZE);
	ASSERT_NE(NULL, self->a);
	ASSERT_NE(NULL, self->b);
	self->q = vsn_queue_create_sized(self->dev, ENTRIES, ENTRIES);
	ASSERT_NE(NULL, self->q);
	self->rings = mmap(NULL, sizeof(*self->rings), PROT_READ | PROT_WRITE, MAP_SHARED,
			   vsn_queue_fd(self->q), VSN_OFF_RINGS);
	ASSERT_NE(MAP_FAILED, self->rings);
	self->sqes = mmap(NULL, ENTRIES * sizeof(*self->sqes), PROT_READ | PROT_WRITE,
			  MAP_SHARED, vsn_queue_fd(self->q), VSN_OFF_SQES);
	ASSERT_NE(MAP_FAILED, self->sqes);
}

static inline void close_queue(struct _test_data_queue *self)
{
	if (!self->q)
		return;
	munmap(self->rings, sizeof(*self->rings));
	munmap(self->sqes, ENTRIES * sizeof(*self->sqes));
	vsn_queue_destroy(self->q);
	self->q = NULL;
}

/* Whatever a test did, nothing keeps the fabric after its files are closed. */
FIXTURE_TEARDOWN(queue)
{
	if (!self->ctl)
		return;
	close_queue(self);
	vsn_dev_close(self->dev);
	vsn_ctl_region_free(self->a);
	vsn_ctl_region_free(self->b);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	vsn_ctl_close(self->ctl);
}

/* A well-formed copy within the fixture's regions. */
static inline struct vsn_sqe good_copy(struct _test_data_queue *self)
{
	struct vsn_sqe sqe;

	vsn_prep_copy(&sqe, 0, 0, self->b->ua, self->a->ua, 64);
	return sqe;
}

static inline short events(struct vsn_queue *q)
{
	struct pollfd p = { .fd = vsn_queue_fd(q), .events = POLLIN | POLLOUT };

	poll(&p, 1, 0);
	return p.revents;
}

#endif /* QUEUE_FIXTURE_H */
