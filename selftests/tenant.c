// SPDX-License-Identifier: GPL-2.0
/*
 * What a tenant reaches. Each way across the border is tried on what is another's, on
 * what is the fabric's own and on what does not exist, and must give the same errno, so
 * that nobody learns what there is; and on what is one's own, so that the test would see
 * if it were refused for another reason.
 */
#include "tenant_fixture.h"

#include <linux/falloc.h>
#include <signal.h>

/* Where no region is, an endpoint that there is not, and a region. */
#define NOWHERE		(VSN_UA_POOL | 1ULL << 45)
#define NO_ENDPOINT	500
#define NO_REGION	4711

/* What a row tries it on. */
struct target {
	const char *what;
	uint64_t ua;
	uint32_t ep;
	uint32_t id;
};

struct row {
	const char *name;
	int (*fn)(struct vsn_dev *dev, const struct target *own, const struct target *t);
	int own;	/* on one's own */
	int other;	/* on all else */
};

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

static int do_read(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	char byte;

	return result(pread(vsn_dev_fd(dev), &byte, 1, t->ua));
}

static int do_read_end(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	char byte;

	return result(pread(vsn_dev_fd(dev), &byte, 1, t->ua + SIZE));
}

static int do_write(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return result(pwrite(vsn_dev_fd(dev), "x", 1, t->ua));
}

static int do_write_end(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return result(pwrite(vsn_dev_fd(dev), "x", 1, t->ua + SIZE));
}

static int do_mmap(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	void *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vsn_dev_fd(dev), t->ua);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, PAGE);
	return 0;
}

static int do_view(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	int fd = vsn_dev_view(dev, t->ep);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* By a view of one's own endpoint */
static int do_view_read(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	int fd = vsn_dev_view(dev, own->ep), err;
	char byte;

	err = result(pread(fd, &byte, 1, t->ua));
	close(fd);
	return err;
}

static int do_view_mmap(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	int fd = vsn_dev_view(dev, own->ep), err = 0;
	void *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, t->ua);

	if (p == MAP_FAILED)
		err = -errno;
	else
		munmap(p, PAGE);
	close(fd);
	return err;
}

static int do_nop(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_nop(&sqe, t->ep, 0);
	return run_op(dev, &sqe);
}

static int do_copy_by(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_copy(&sqe, t->ep, 0, own->ua, own->ua + PAGE, 64);
	return run_op(dev, &sqe);
}

static int do_copy_to(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_copy(&sqe, own->ep, 0, t->ua, own->ua + PAGE, 64);
	return run_op(dev, &sqe);
}

static int do_copy_from(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_copy(&sqe, own->ep, 0, own->ua + PAGE, t->ua, 64);
	return run_op(dev, &sqe);
}

/* What is past the end tells where the end is. */
static int do_fill_past(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return run_fill(dev, own->ep, t->ua, 2 * SIZE, 1);
}

static int do_fill(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return run_fill(dev, own->ep, t->ua, 64, 1);
}

static int do_nodata(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_fill(&sqe, own->ep, 0, t->ua, 64, 1);
	sqe.flags = VSN_OP_F_NODATA;
	return run_op(dev, &sqe);
}

static int do_reduce(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_reduce(&sqe, own->ep, 0, own->ua + PAGE, t->ua, 64, VSN_REDUCE_SUM,
			VSN_REDUCE_I64);
	return run_op(dev, &sqe);
}

static int do_fadd(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_fadd(&sqe, own->ep, 0, t->ua, 1);
	return run_op(dev, &sqe);
}

static int do_signal(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_signal(&sqe, own->ep, 0, t->ua, 1);
	return run_op(dev, &sqe);
}

static int do_wait(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_wait(&sqe, own->ep, 0, t->ua, 0);
	return run_op(dev, &sqe);
}

static int do_discard(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_sqe sqe;

	vsn_prep_discard(&sqe, own->ep, 0, t->ua + PAGE, PAGE);
	return run_op(dev, &sqe);
}

static int do_hole(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	int fd = vsn_dev_view(dev, own->ep);
	int err = result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				   t->ua + PAGE, PAGE));

	close(fd);
	return err;
}

/* None of the regions is owned. */
static int do_grant(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return vsn_dev_grant(dev, t->ua, SIZE, own->ep, VSN_GRANT_READ, NULL);
}

static int do_export(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	struct vsn_export export;

	return vsn_dev_export(dev, t->ua, &export);
}

static int do_revoke(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return vsn_dev_revoke(dev, t->ua);
}

static int do_import(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	const __u64 token[2] = { 1, 2 };
	struct vsn_import import;

	return vsn_dev_import(dev, t->id, token, &import);
}

static int do_unimport(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return vsn_dev_unimport(dev, t->id);
}

static int do_return(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	return vsn_dev_return(dev, t->id);
}

static int do_lease(struct vsn_dev *dev, const struct target *own, const struct target *t)
{
	const __u32 homes[] = { own->ep, t->ep == own->ep ? own->ep + 1 : t->ep };
	struct vsn_lease lease;
	int err = vsn_dev_lease(dev, SIZE, homes, 2, 0, &lease);

	return err ? err : vsn_dev_return(dev, lease.id);
}

static const struct row rows[] = {
	{ "read", do_read, 0, -EFAULT },
	{ "read at the end", do_read_end, 0, -EFAULT },
	{ "write", do_write, 0, -EFAULT },
	{ "write at the end", do_write_end, -ENOSPC, -EFAULT },
	{ "mmap", do_mmap, 0, -ENXIO },
	{ "view", do_view, 0, -EINVAL },
	{ "read of a view", do_view_read, 0, -EFAULT },
	{ "mmap of a view", do_view_mmap, 0, -ENXIO },
	{ "initiator of NOP", do_nop, 0, -EINVAL },
	{ "initiator of COPY", do_copy_by, 0, -EINVAL },
	{ "COPY to", do_copy_to, 0, -EFAULT },
	{ "COPY from", do_copy_from, 0, -EFAULT },
	{ "FILL past the end", do_fill_past, -ERANGE, -EFAULT },
	{ "FILL", do_fill, 0, -EFAULT },
	{ "FILL without data", do_nodata, 0, -EFAULT },
	{ "REDUCE from", do_reduce, 0, -EFAULT },
	{ "FADD", do_fadd, 0, -EFAULT },
	{ "SIGNAL", do_signal, 0, -EFAULT },
	{ "WAIT", do_wait, 0, -EFAULT },
	{ "DISCARD", do_discard, 0, -EFAULT },
	{ "hole", do_hole, 0, -ENXIO },
	{ "grant", do_grant, -EINVAL, -EFAULT },
	{ "export", do_export, 0, -EFAULT },
	{ "revoke", do_revoke, 0, -EFAULT },
	{ "import", do_import, -EACCES, -EACCES },
	{ "unimport", do_unimport, -ENOENT, -ENOENT },
	{ "return", do_return, -ENOENT, -ENOENT },
	{ "home of a lease", do_lease, 0, -EINVAL },
};

TEST_F(tenant, border)
{
	const struct target own = { "own", self->ra->ua, 0, self->ra->id };
	const struct target others[] = {
		{ "another's", self->rb->ua, 4, self->rb->id },
		{ "the fabric's", self->rf->ua, 5, self->rf->id },
		{ "what is not there", NOWHERE, NO_ENDPOINT, NO_REGION },
		{ NULL, 0, 0, 0 },
	}, *t;
	size_t i;

	EXPECT_EQ(0, run_fill(self->all, 4, self->rb->ua, SIZE, 0x6262));
	EXPECT_EQ(0, run_fill(self->all, 4, self->rf->ua, SIZE, 0x6666));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT_EQ(rows[i].own, rows[i].fn(self->a, &own, &own))
			TH_LOG("%s: own", rows[i].name);
		for (t = others; t->what; t++)
			EXPECT_EQ(rows[i].other, rows[i].fn(self->a, &own, t))
				TH_LOG("%s: %s", rows[i].name, t->what);
	}
	for (i = 0; i < SIZE; i += PAGE) {
		ASSERT_EQ(0x6262, word_at(self->b, self->rb->ua + i));
		ASSERT_EQ(0x6666, word_at(self->all, self->rf->ua + i));
	}
}

/* Nobody is charged with what a tenant tried in his name. */
TEST_F(tenant, errors_are_nobodys)
{
	struct vsn_ctl_endpoint e;
	struct vsn_sqe sqe;

	vsn_prep_nop(&sqe, 4, 0);
	EXPECT_EQ(-EINVAL, run_op(self->a, &sqe));
	ASSERT_EQ(0, vsn_ctl_endpoint_get(self->ctl, self->name, "b1.npu0", &e));
	EXPECT_EQ(4, e.id);
	EXPECT_EQ(0, e.ops);
	EXPECT_EQ(0, e.errors);
	/* His own errors are his. */
	vsn_prep_nop(&sqe, 4, 0);
	sqe.reserved = 1;
	EXPECT_EQ(-EINVAL, run_op(self->b, &sqe));
	ASSERT_EQ(0, vsn_ctl_endpoint_get(self->ctl, self->name, "b1.npu0", &e));
	EXPECT_EQ(1, e.errors);
}

/* Even root has no device windows by a partition's device. */
TEST_F(tenant, no_windows)
{
	struct vsn_sqe sqe;
	char byte;

	EXPECT_EQ(1, pread(vsn_dev_fd(self->all), &byte, 1, 0));
	EXPECT_EQ(-1, pread(vsn_dev_fd(self->a), &byte, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pwrite(vsn_dev_fd(self->a), "x", 1, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vsn_dev_fd(self->a), 0));
	EXPECT_EQ(ENXIO, errno);
	/* Operations never had. */
	vsn_prep_fill(&sqe, 0, 0, 0, 64, 1);
	EXPECT_EQ(-EPERM, run_op(self->a, &sqe));
}

TEST_F(tenant, plain_device_sees_all)
{
	struct vsn_sqe sqe;
	char byte;
	int fd;

	EXPECT_EQ(1, pread(vsn_dev_fd(self->all), &byte, 1, self->ra->ua));
	EXPECT_EQ(1, pread(vsn_dev_fd(self->all), &byte, 1, self->rb->ua));
	fd = vsn_dev_view(self->all, 4);
	EXPECT_LE(0, fd);
	close(fd);
	vsn_prep_copy(&sqe, 4, 0, self->ra->ua, self->rb->ua, 64);
	EXPECT_EQ(0, run_op(self->all, &sqe));
}

TEST_F(tenant, info)
{
	struct vsn_info info;

	ASSERT_EQ(0, vsn_dev_info(self->all, &info));
	EXPECT_TRUE(info.features & VSN_FEATURE_PARTITIONS);
	EXPECT_EQ(0, info.partition);
	EXPECT_EQ(0, info.partition_endpoints);
	EXPECT_EQ(0, info.promised);
	ASSERT_EQ(0, vsn_dev_info(self->b, &info));
	EXPECT_EQ(2, info.partition);
	EXPECT_EQ(5, info.partition_endpoints);
	EXPECT_EQ(TEST_ENDPOINTS, info.endpoints);
	EXPECT_EQ(SIZE, info.promised);
	EXPECT_EQ(0, info.quota);
}

/* RUN executes what all have submitted, and tells of its own partition's only. */
TEST_F(tenant, run_tells_of_its_own)
{
	struct vsn_queue *qa = vsn_queue_create(self->a, 4), *qb = vsn_queue_create(self->b, 4);
	struct vsn_blocked list[4];
	struct vsn_run run;

	ASSERT_NE(NULL, qa);
	ASSERT_NE(NULL, qb);
	vsn_prep_wait(vsn_queue_sqe(qb), 4, 0, self->rb->ua, 1);
	vsn_prep_nop(vsn_queue_sqe(qb), 5, 0);
	ASSERT_EQ(2, vsn_queue_submit(qb));
	EXPECT_EQ(0, vsn_dev_run_list(self->a, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(0, run.completed);
	EXPECT_EQ(0, run.pending);
	EXPECT_EQ(0, run.blocked);
	EXPECT_EQ(1, vsn_queue_ready(qb));

	vsn_prep_wait(vsn_queue_sqe(qa), 1, 7, self->ra->ua, 1);
	vsn_prep_nop(vsn_queue_sqe(qa), 2, 0);
	ASSERT_EQ(2, vsn_queue_submit(qa));
	EXPECT_EQ(-EDEADLK, vsn_dev_run_list(self->a, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(1, run.completed);
	EXPECT_EQ(1, run.pending);
	EXPECT_EQ(1, run.blocked);
	EXPECT_EQ(1, list[0].initiator);
	EXPECT_EQ(7, list[0].stream);
	EXPECT_EQ(self->ra->ua, list[0].ua);
	EXPECT_EQ(-EDEADLK, vsn_dev_run_list(self->b, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(1, run.blocked);
	EXPECT_EQ(4, list[0].initiator);
	EXPECT_EQ(-EDEADLK, vsn_dev_run_list(self->all, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(2, run.blocked);
	EXPECT_EQ(2, run.pending);

	/* Cancelling takes one's own. */
	EXPECT_EQ(0, vsn_queue_cancel(qa, NULL));
	EXPECT_EQ(0, vsn_dev_run(self->a, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, run.pending);
	EXPECT_EQ(-EDEADLK, vsn_dev_run(self->b, VSN_TIME_MAX, &run));
	EXPECT_EQ(1, run.pending);
	vsn_queue_destroy(qa);
	vsn_queue_destroy(qb);
}

/* The same where completions are held back until it is time. */
TEST_F(tenant, run_paced)
{
	struct vsn_queue *qa, *qb;
	struct vsn_run run;

	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_PACED, 0))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	qa = vsn_queue_create(self->a, 4);
	qb = vsn_queue_create(self->b, 4);
	ASSERT_NE(NULL, qa);
	ASSERT_NE(NULL, qb);
	/* Ten seconds */
	vsn_prep_compute(vsn_queue_sqe(qb), 4, 0, 10ULL * 1000 * 1000 * 1000 * 1000);
	ASSERT_EQ(1, vsn_queue_submit(qb));
	EXPECT_EQ(0, vsn_dev_run(self->a, 0, &run));
	EXPECT_EQ(0, run.pending);
	EXPECT_EQ(0, vsn_dev_run(self->b, 0, &run));
	EXPECT_EQ(1, run.pending);
	vsn_queue_destroy(qb);
	vsn_queue_destroy(qa);
}

/* A mapping that grows past its region's end does not reach another's. */
TEST_F(tenant, fault_past_the_end)
{
	const size_t far = self->rb->ua - self->ra->ua;
	char *p;

	ASSERT_LT(self->ra->ua, self->rb->ua);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(self->a),
		 self->ra->ua);
	ASSERT_NE(MAP_FAILED, p);
	p = mremap(p, PAGE, far + PAGE, MREMAP_MAYMOVE);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(0, touch(p));
	EXPECT_EQ(0, touch(p + SIZE - 1));
	EXPECT_EQ(-EFAULT, touch(p + far));
	munmap(p, far + PAGE);
	EXPECT_EQ(0, word_at(self->b, self->rb->ua));
}

/* Who is handed a descriptor has its rights, not those of the device he could open. */
TEST_F(tenant, rights_go_with_the_descriptor)
{
	int fd = dup(vsn_dev_fd(self->a)), view = vsn_dev_view(self->a, 0);
	char byte;

	ASSERT_LE(0, fd);
	ASSERT_LE(0, view);
	vsn_dev_close(self->a);
	self->a = NULL;
	EXPECT_EQ(1, pread(fd, &byte, 1, self->ra->ua));
	EXPECT_EQ(-1, pread(fd, &byte, 1, self->rb->ua));
	close(fd);
	EXPECT_EQ(1, contexts_of(self->ctl, self->name, "a"));
	EXPECT_EQ(1, pread(view, &byte, 1, self->ra->ua));
	EXPECT_EQ(-1, pread(view, &byte, 1, self->rb->ua));
	close(view);
	EXPECT_EQ(0, contexts_of(self->ctl, self->name, "a"));
}

TEST_HARNESS_MAIN
