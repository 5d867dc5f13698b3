/* SPDX-License-Identifier: GPL-2.0 */
/* The fixture of the tests of clocks. */
#ifndef CLOCK_FIXTURE_H
#define CLOCK_FIXTURE_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "vsn_test.h"

#define SIZE		(4UL << 20)	/* of a region */
#define NS		1000ULL
#define MS		(1000ULL * 1000 * NS)	/* ps */
#define UNSCALED	1000000ULL

FIXTURE(clock)
{
	char name[32];
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_queue *other;
	struct vsn_ctl_region *a;	/* at endpoint 0 */
	struct vsn_ctl_region *b;	/* at endpoint 5 */
	uint64_t *ma;
	uint64_t *mb;
};

FIXTURE_SETUP(clock)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	snprintf(self->name, sizeof(self->name), "clock%d", getpid());
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	ASSERT_EQ(0, test_fabric(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	self->dev = test_open(self->name);
	ASSERT_NE(NULL, self->dev);
	self->a = test_region(self->ctl, self->name, 0, SIZE);
	self->b = test_region(self->ctl, self->name, 5, SIZE);
	ASSERT_NE(NULL, self->a);
	ASSERT_NE(NULL, self->b);
	self->ma = test_map(self->dev, self->a);
	self->mb = test_map(self->dev, self->b);
	ASSERT_NE(NULL, self->ma);
	ASSERT_NE(NULL, self->mb);
	self->q = vsn_queue_create_sized(self->dev, 64, 1024);
	ASSERT_NE(NULL, self->q);
	self->other = vsn_queue_create_sized(self->dev, 64, 1024);
	ASSERT_NE(NULL, self->other);
}

FIXTURE_TEARDOWN(clock)
{
	if (!self->ctl)
		return;
	vsn_queue_destroy(self->q);
	vsn_queue_destroy(self->other);
	if (self->ma)
		munmap(self->ma, SIZE);
	if (self->mb)
		munmap(self->mb, SIZE);
	vsn_dev_close(self->dev);
	vsn_ctl_region_free(self->a);
	vsn_ctl_region_free(self->b);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	vsn_ctl_close(self->ctl);
}

/* Threads cannot see a test fail by themselves, so helpers abort. */
static inline struct vsn_sqe *sqe_of(struct vsn_queue *q)
{
	struct vsn_sqe *sqe = vsn_queue_sqe(q);

	if (!sqe)
		abort();
	return sqe;
}

static inline uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline uint64_t virtual_now(struct vsn_dev *dev)
{
	struct vsn_info info;

	if (vsn_dev_info(dev, &info))
		abort();
	return info.now;
}

/* The next completion, waited for; 10 s are more than any of these takes. */
static inline struct vsn_cqe reap(struct vsn_queue *q)
{
	struct vsn_cqe cqe;

	if (vsn_queue_wait(q, 10000) != 1 || vsn_queue_reap(q, &cqe, 1) != 1)
		abort();
	return cqe;
}

static inline int set_clock(struct _test_data_clock *self, uint32_t clock, uint64_t scale)
{
	return vsn_ctl_fabric_clock(self->ctl, self->name, clock, scale);
}

static inline uint32_t clock_of(struct _test_data_clock *self)
{
	struct vsn_info info;

	if (vsn_dev_info(self->dev, &info))
		abort();
	return info.clock;
}

#endif /* CLOCK_FIXTURE_H */
