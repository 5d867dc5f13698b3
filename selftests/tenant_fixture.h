/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two tenants of one fabric: partition "a" has endpoints 0 to 3 and memory node 8,
 * partition "b" 4 to 7 and 9. Each has a region; so has the fabric itself.
 */
#ifndef TENANT_FIXTURE_H
#define TENANT_FIXTURE_H

#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sigbus.h"
#include "vsn_test.h"

#define KIB	1024UL
#define MIB	(1024UL * KIB)
#define PAGE	4096UL
#define HUGE	(2 * MIB)
#define SIZE	MIB		/* of a region */

FIXTURE(tenant)
{
	char name[16];
	char name_a[24];
	char name_b[24];
	struct vsn_ctl *ctl;
	struct vsn_dev *all;		/* the fabric's own device */
	struct vsn_dev *a;
	struct vsn_dev *b;
	struct vsn_ctl_region *ra;	/* at endpoint 0 */
	struct vsn_ctl_region *rb;	/* at endpoint 4 */
	struct vsn_ctl_region *rf;	/* at endpoint 4, the fabric's own */
};

static inline int add_partition(struct vsn_ctl *ctl, const char *fabric, const char *name,
				uint32_t first, uint32_t last, uint32_t memory)
{
	const struct vsn_ctl_run runs[] = { { first, last }, { memory, memory } };
	struct vsn_ctl_partition_spec spec = { .runs = runs, .nr_runs = 2 };

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	return vsn_ctl_partition_add(ctl, fabric, &spec, NULL);
}

static inline struct vsn_ctl_region *add_region(struct vsn_ctl *ctl, const char *fabric,
						const char *partition, uint32_t home,
						uint64_t size)
{
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = &home, .nr_homes = 1, .partition = partition,
	};
	struct vsn_ctl_region *region;

	return vsn_ctl_region_add(ctl, fabric, &spec, &region) ? NULL : region;
}

FIXTURE_SETUP(tenant)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	snprintf(self->name, sizeof(self->name), "t%d", getpid());
	snprintf(self->name_a, sizeof(self->name_a), "%s.a", self->name);
	snprintf(self->name_b, sizeof(self->name_b), "%s.b", self->name);
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	ASSERT_EQ(0, test_fabric(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	ASSERT_EQ(0, add_partition(self->ctl, self->name, "a", 0, 3, 8))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	ASSERT_EQ(0, add_partition(self->ctl, self->name, "b", 4, 7, 9))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	self->ra = add_region(self->ctl, self->name, "a", 0, SIZE);
	ASSERT_NE(NULL, self->ra);
	self->rb = add_region(self->ctl, self->name, "b", 4, SIZE);
	ASSERT_NE(NULL, self->rb);
	self->rf = add_region(self->ctl, self->name, NULL, 4, SIZE);
	ASSERT_NE(NULL, self->rf);
	self->all = test_open(self->name);
	ASSERT_NE(NULL, self->all);
	self->a = test_open(self->name_a);
	ASSERT_NE(NULL, self->a);
	self->b = test_open(self->name_b);
	ASSERT_NE(NULL, self->b);
}

/* Whatever a test did, nothing keeps the fabric after its files are closed. */
FIXTURE_TEARDOWN(tenant)
{
	if (!self->ctl)
		return;
	vsn_dev_close(self->all);
	vsn_dev_close(self->a);
	vsn_dev_close(self->b);
	vsn_ctl_region_free(self->ra);
	vsn_ctl_region_free(self->rb);
	vsn_ctl_region_free(self->rf);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	vsn_ctl_close(self->ctl);
}

/* The result of one operation, run by itself; or the errno of a call. */
static inline int run_op(struct vsn_dev *dev, const struct vsn_sqe *sqe)
{
	struct vsn_queue *q = vsn_queue_create(dev, 4);
	struct vsn_cqe cqe = { .res = -EIO };
	int err;

	if (!q)
		return -errno;
	*vsn_queue_sqe(q) = *sqe;
	err = vsn_queue_submit(q);
	if (err == 1) {
		vsn_dev_run(dev, VSN_TIME_MAX, NULL);
		vsn_queue_reap(q, &cqe, 1);
		err = cqe.res;
	}
	vsn_queue_destroy(q);
	return err;
}

static inline int run_fill(struct vsn_dev *dev, uint32_t ep, uint64_t ua, uint64_t len,
			   uint64_t pattern)
{
	struct vsn_sqe sqe;

	vsn_prep_fill(&sqe, ep, 0, ua, len, pattern);
	return run_op(dev, &sqe);
}

/* A word by pread, or ~0 and errno. */
static inline uint64_t word_at(struct vsn_dev *dev, uint64_t ua)
{
	uint64_t word;

	if (pread(vsn_dev_fd(dev), &word, sizeof(word), ua) != sizeof(word))
		return ~0ULL;
	return word;
}

/* Store a byte; -EFAULT: SIGBUS. */
static inline int touch(void *p)
{
	return gets_sigbus(p, true) ? -EFAULT : 0;
}

/* How many contexts the partition has, or ~0. */
static inline uint32_t contexts_of(struct vsn_ctl *ctl, const char *fabric, const char *name)
{
	struct vsn_ctl_partition *p;
	uint32_t contexts;

	if (vsn_ctl_partition_get(ctl, fabric, name, &p))
		return ~0U;
	contexts = p->contexts;
	vsn_ctl_partition_free(p);
	return contexts;
}

static inline uint32_t regions_of(struct vsn_ctl *ctl, const char *fabric)
{
	struct vsn_ctl_fabric *f;
	uint32_t regions;

	if (vsn_ctl_fabric_get(ctl, fabric, &f))
		return ~0U;
	regions = f->regions;
	vsn_ctl_fabric_free(f);
	return regions;
}

#endif /* TENANT_FIXTURE_H */
