// SPDX-License-Identifier: GPL-2.0
/* Coherent and owned regions: who may read and write which granule. */
#include <pthread.h>
#include <sys/ioctl.h>

#include "memory_fixture.h"

static struct vsn_ctl_region *add_mode(memory_t *self, uint32_t mode, uint64_t size,
				       uint64_t dir_granule)
{
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = (uint32_t[]) { 0 }, .nr_homes = 1, .mode = mode,
		.dir_granule = dir_granule, .huge = dir_granule >= HUGE,
	};
	struct vsn_ctl_region *region;

	return vsn_ctl_region_add(self->ctl, self->name, &spec, &region) ? NULL : region;
}

/* The region's counters now */
static struct vsn_ctl_region counters(memory_t *self, const struct vsn_ctl_region *r)
{
	struct vsn_ctl_region *now, copy = { .id = 0 };

	if (vsn_ctl_region_get(self->ctl, self->name, r->id, &now))
		return copy;
	copy = *now;
	vsn_ctl_region_free(now);
	return copy;
}

/* A mapping of all of a region on behalf of an endpoint */
static unsigned char *map_view(memory_t *self, const struct vsn_ctl_region *r, uint32_t who)
{
	int fd = vsn_dev_view(self->dev, who);
	unsigned char *p = fd < 0 ? MAP_FAILED : map_at(fd, r->ua, r->size);

	close(fd);
	return p;
}

/* A word of a mapping, as the program sees it */
#define WORD(p, off)	(*(volatile uint64_t *)((p) + (off)))

TEST_F(memory, modes_are_told)
{
	struct vsn_ctl_region *coherent = add_mode(self, VSN_REGION_MODE_COHERENT, MIB, 0);
	struct vsn_ctl_region *large = add_mode(self, VSN_REGION_MODE_COHERENT, 4 * MIB, HUGE);
	struct vsn_ctl_region *owned = add_mode(self, VSN_REGION_MODE_OWNED, 5 * MIB, 0);
	struct vsn_ctl_region *plain = add_mode(self, 0, MIB, 0);

	ASSERT_NE(NULL, coherent) TH_LOG("%s", vsn_ctl_error(self->ctl));
	ASSERT_NE(NULL, large) TH_LOG("%s", vsn_ctl_error(self->ctl));
	ASSERT_NE(NULL, owned) TH_LOG("%s", vsn_ctl_error(self->ctl));
	ASSERT_NE(NULL, plain) TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(VSN_REGION_MODE_COHERENT, coherent->mode);
	EXPECT_EQ(PAGE, coherent->dir_granule);
	EXPECT_EQ(HUGE, large->dir_granule);
	EXPECT_EQ(VSN_REGION_MODE_OWNED, owned->mode);
	EXPECT_EQ(HUGE, owned->dir_granule);
	EXPECT_EQ(VSN_REGION_MODE_UNCACHED, plain->mode);
	EXPECT_EQ(0, plain->dir_granule);
	vsn_ctl_region_free(coherent);
	vsn_ctl_region_free(large);
	vsn_ctl_region_free(owned);
	vsn_ctl_region_free(plain);
}

#define EXPECT_REFUSED(e, text, ...) do {				\
	struct vsn_ctl_region_spec spec = {				\
		.size = 4 * MIB, .homes = (uint32_t[]) { 0, 1 }, __VA_ARGS__ };	\
	spec.nr_homes = spec.granule ? 2 : 1;				\
	EXPECT_EQ(e, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));	\
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), text))		\
		TH_LOG("%s", vsn_ctl_error(self->ctl));			\
} while (0)

TEST_F(memory, modes_that_make_no_sense)
{
	EXPECT_REFUSED(-EINVAL, "uncached", .dir_granule = PAGE);
	EXPECT_REFUSED(-ERANGE, "mode", .mode = VSN_REGION_MODE_OWNED + 1);
	EXPECT_REFUSED(-EINVAL, "dir-granule", .mode = VSN_REGION_MODE_COHERENT,
		       .dir_granule = 5000);
	EXPECT_REFUSED(-EINVAL, "dir-granule", .mode = VSN_REGION_MODE_COHERENT,
		       .dir_granule = 2048);
	EXPECT_REFUSED(-EINVAL, "dir-granule", .mode = VSN_REGION_MODE_COHERENT,
		       .dir_granule = 16 * MIB);
	EXPECT_REFUSED(-EINVAL, "dir-granule", .mode = VSN_REGION_MODE_COHERENT,
		       .dir_granule = 64 * KIB, .huge = true);
	EXPECT_REFUSED(-EINVAL, "in a row", .mode = VSN_REGION_MODE_COHERENT,
		       .dir_granule = 64 * KIB, .granule = 4 * KIB);
	EXPECT_REFUSED(-EINVAL, "dir-granule", .mode = VSN_REGION_MODE_OWNED,
		       .dir_granule = MIB);
	EXPECT_REFUSED(-EINVAL, "dir-granule", .mode = VSN_REGION_MODE_OWNED,
		       .dir_granule = 2048 * MIB);
}

/* A granule goes from one to the other, and each sees what the other wrote. */
TEST_F(memory, coherent_ping_pong)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_COHERENT, MIB, 0), now;
	unsigned char *a, *b, *host;
	unsigned int i;

	ASSERT_NE(NULL, r) TH_LOG("%s", vsn_ctl_error(self->ctl));
	a = map_view(self, r, 1);
	b = map_view(self, r, 2);
	host = map_at(self->fd, r->ua, MIB);
	ASSERT_NE(MAP_FAILED, a);
	ASSERT_NE(MAP_FAILED, b);
	ASSERT_NE(MAP_FAILED, host);
	for (i = 1; i <= 10; i++) {
		WORD(a, 0) = i;
		EXPECT_EQ(i, WORD(b, 0));
		WORD(b, 0) = 2 * i;
		EXPECT_EQ(2 * i, WORD(a, 0));
		/* The host is no part of it, and sees everything. */
		EXPECT_EQ(2 * i, WORD(host, 0));
	}
	/*
	 * The first store comes from the home, each load of what the other wrote from it,
	 * and each store after a load only takes the other's copy away.
	 */
	now = counters(self, r);
	EXPECT_EQ(1, now.from_home);
	EXPECT_EQ(20, now.from_writer);
	EXPECT_EQ(20, now.written_back);
	EXPECT_EQ(19, now.invalidations);
	EXPECT_EQ(0, now.pinned);
	munmap(a, MIB);
	munmap(b, MIB);
	munmap(host, MIB);
	vsn_ctl_region_free(r);
}

/* Pages that were not asked for stay where they are; one of 2 MiB goes as a whole. */
TEST_F(memory, coherent_granules)
{
	struct vsn_ctl_region *small = add_mode(self, VSN_REGION_MODE_COHERENT, 2 * HUGE, 0);
	struct vsn_ctl_region *large = add_mode(self, VSN_REGION_MODE_COHERENT, 2 * HUGE, HUGE);
	struct vsn_ctl_region now;
	unsigned char *a, *b;
	size_t off;

	ASSERT_NE(NULL, small);
	ASSERT_NE(NULL, large);
	a = map_view(self, small, 1);
	b = map_view(self, small, 2);
	for (off = 0; off < 32 * PAGE; off += PAGE)
		WORD(a, off) = off + 1;
	EXPECT_EQ(5 * PAGE + 1, WORD(b, 5 * PAGE));
	now = counters(self, small);
	EXPECT_EQ(32, now.from_home);
	EXPECT_EQ(1, now.from_writer);
	EXPECT_EQ(32 * PAGE, now.resident);
	munmap(a, 2 * HUGE);
	munmap(b, 2 * HUGE);

	a = map_view(self, large, 1);
	b = map_view(self, large, 2);
	for (off = 0; off < 2 * HUGE; off += PAGE)
		WORD(a, off) = off + 1;
	for (off = 0; off < 2 * HUGE; off += PAGE)
		EXPECT_EQ(off + 1, WORD(b, off));
	for (off = 0; off < 2 * HUGE; off += PAGE)
		WORD(b, off) = off + 2;
	for (off = 0; off < 2 * HUGE; off += PAGE)
		EXPECT_EQ(off + 2, WORD(a, off));
	now = counters(self, large);
	EXPECT_EQ(2, now.from_home);
	EXPECT_EQ(4, now.from_writer);
	EXPECT_EQ(2, now.invalidations);
	munmap(a, 2 * HUGE);
	munmap(b, 2 * HUGE);
	vsn_ctl_region_free(small);
	vsn_ctl_region_free(large);
}

static int sum_links(const struct vsn_ctl_link *link, void *arg)
{
	uint64_t *sum = arg;

	sum[0] += link->payload;
	sum[1] += link->wire;
	return 0;
}

/* What a load brings is on the links: to endpoint 1 from the home, 0, over a switch. */
TEST_F(memory, coherent_traffic)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_COHERENT, MIB, 0);
	uint64_t sum[2] = {};
	unsigned char *a;

	ASSERT_NE(NULL, r);
	a = map_view(self, r, 1);
	(void)WORD(a, 8);
	(void)WORD(a, PAGE);
	(void)WORD(a, PAGE + 8);
	ASSERT_EQ(0, vsn_ctl_link_list(self->ctl, self->name, NULL, sum_links, sum));
	/* Two requests and two pages, each over a link up and one down */
	EXPECT_EQ(2 * 2 * PAGE, sum[0]);
	EXPECT_EQ(2 * 2 * (32 + PAGE + 32), sum[1]);
	/* From its own memory there is no link. */
	munmap(a, MIB);
	a = map_view(self, r, 0);
	(void)WORD(a, 16 * PAGE);
	sum[0] = 0;
	sum[1] = 0;
	ASSERT_EQ(0, vsn_ctl_link_list(self->ctl, self->name, NULL, sum_links, sum));
	EXPECT_EQ(2 * 2 * PAGE, sum[0]);
	munmap(a, MIB);
	vsn_ctl_region_free(r);
}

/* An operation reads what a CPU wrote, and takes away what a CPU has. */
TEST_F(memory, coherent_operations)
{
	static const __u32 clocks[] = { VSN_CLOCK_ORDERED, VSN_CLOCK_ONLINE };
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_COHERENT, MIB, 0), now, was;
	struct vsn_queue *q;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	unsigned char *a;
	int i;

	ASSERT_NE(NULL, r);
	a = map_view(self, r, 1);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, clocks[i], 0));
		q = vsn_queue_create(self->dev, 8);
		ASSERT_NE(NULL, q);
		WORD(a, 0) = 42 + i;
		was = counters(self, r);
		vsn_prep_copy(&sqe, 2, 0, r->ua + 8 * PAGE, r->ua, 8);
		ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
		EXPECT_EQ(0, cqe.res);
		now = counters(self, r);
		EXPECT_EQ(was.written_back + 1, now.written_back);
		/* The second time, it could read what was copied there before. */
		EXPECT_EQ(was.invalidations + i, now.invalidations);
		/* It may still read that, and so may others. */
		EXPECT_EQ(42 + i, WORD(a, 0));
		EXPECT_EQ(42 + i, WORD(a, 8 * PAGE));
		was = counters(self, r);
		vsn_prep_fadd(&sqe, 2, 0, r->ua, 100);
		ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
		EXPECT_EQ(0, cqe.res);
		now = counters(self, r);
		EXPECT_EQ(was.invalidations + 1, now.invalidations);
		EXPECT_EQ(was.from_home, now.from_home);
		EXPECT_EQ(142 + i, WORD(a, 0));
		now = counters(self, r);
		EXPECT_EQ(was.from_home + 1, now.from_home);
		vsn_queue_destroy(q);
	}
	munmap(a, MIB);
	vsn_ctl_region_free(r);
}

static int grant(memory_t *self, const struct vsn_ctl_region *r, uint64_t off, uint64_t len,
		 uint32_t who, uint32_t right)
{
	return vsn_dev_grant(self->dev, r->ua + off, len, who, right, NULL);
}

TEST_F(memory, owned_loads_and_stores)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 5 * MIB, 0), now;
	unsigned char *a, *b, *host;

	ASSERT_NE(NULL, r);
	a = map_view(self, r, 1);
	b = map_view(self, r, 2);
	host = map_at(self->fd, r->ua, r->size);
	/* Nobody has anything to begin with. */
	EXPECT_TRUE(gets_sigbus(a, false));
	EXPECT_TRUE(gets_sigbus(a, true));
	ASSERT_EQ(0, grant(self, r, 0, HUGE, 1, VSN_GRANT_READ));
	EXPECT_FALSE(gets_sigbus(a, false));
	EXPECT_TRUE(gets_sigbus(a, true));
	EXPECT_TRUE(gets_sigbus(a + HUGE, false));
	ASSERT_EQ(0, grant(self, r, 0, HUGE, 1, VSN_GRANT_WRITE));
	EXPECT_FALSE(gets_sigbus(a, true));
	EXPECT_TRUE(gets_sigbus(b, false));
	WORD(a, 16) = 77;
	EXPECT_EQ(77, WORD(host, 16));
	now = counters(self, r);
	EXPECT_EQ(5, now.violations);
	/* What it has mapped is gone with the right, and the bytes stay. */
	ASSERT_EQ(0, grant(self, r, 0, HUGE, 1, VSN_GRANT_READ));
	EXPECT_TRUE(gets_sigbus(a, true));
	EXPECT_FALSE(gets_sigbus(a, false));
	ASSERT_EQ(0, grant(self, r, 0, HUGE, 1, VSN_GRANT_NONE));
	EXPECT_TRUE(gets_sigbus(a, false));
	ASSERT_EQ(0, grant(self, r, 0, r->size, 2, VSN_GRANT_WRITE));
	EXPECT_EQ(77, WORD(b, 16));
	EXPECT_FALSE(gets_sigbus(b + r->size - 1, true));
	munmap(a, r->size);
	munmap(b, r->size);
	munmap(host, r->size);
	vsn_ctl_region_free(r);
}

TEST_F(memory, grants_that_are_refused)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 5 * MIB, 0);
	struct vsn_ctl_region *plain = add_mode(self, 0, 4 * MIB, 0);
	struct vsn_grant arg = { .size = sizeof(arg) };
	uint32_t holder = 99;

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, grant(self, r, HUGE, HUGE, 3, VSN_GRANT_READ));
	ASSERT_EQ(0, grant(self, r, HUGE, HUGE, 4, VSN_GRANT_READ));
	/* One writer, or readers; all of it, or nothing. */
	EXPECT_EQ(-EBUSY, vsn_dev_grant(self->dev, r->ua, r->size, 3, VSN_GRANT_WRITE, &holder));
	EXPECT_EQ(4, holder);
	EXPECT_EQ(-EBUSY, vsn_dev_grant(self->dev, r->ua, r->size, 1, VSN_GRANT_WRITE, &holder));
	EXPECT_EQ(3, holder);
	ASSERT_EQ(0, grant(self, r, 0, HUGE, 1, VSN_GRANT_WRITE));
	EXPECT_EQ(-EBUSY, vsn_dev_grant(self->dev, r->ua, HUGE, 3, VSN_GRANT_READ, &holder));
	EXPECT_EQ(1, holder);
	EXPECT_EQ(0, grant(self, r, 0, HUGE, 3, VSN_GRANT_NONE));
	/* Fields */
	EXPECT_EQ(-EINVAL, grant(self, r, 0, 0, 1, VSN_GRANT_READ));
	EXPECT_EQ(-EINVAL, grant(self, r, PAGE, HUGE, 1, VSN_GRANT_READ));
	EXPECT_EQ(-EINVAL, grant(self, r, 0, MIB, 1, VSN_GRANT_READ));
	EXPECT_EQ(-ERANGE, grant(self, r, 0, 6 * MIB, 1, VSN_GRANT_READ));
	EXPECT_EQ(-EINVAL, grant(self, r, 0, HUGE, TEST_ENDPOINTS, VSN_GRANT_READ));
	/* A memory node cannot initiate. */
	EXPECT_EQ(-EINVAL, grant(self, r, 0, HUGE, TEST_ACCELERATORS, VSN_GRANT_READ));
	EXPECT_EQ(-EINVAL, grant(self, r, 0, HUGE, 1, VSN_GRANT_WRITE + 1));
	EXPECT_EQ(-EINVAL, grant(self, plain, 0, HUGE, 1, VSN_GRANT_READ));
	EXPECT_EQ(-EFAULT, vsn_dev_grant(self->dev, window(self, 0), HUGE, 1, VSN_GRANT_READ,
					 NULL));
	EXPECT_EQ(-EFAULT, vsn_dev_grant(self->dev, 1ULL << 63, HUGE, 1, VSN_GRANT_READ, NULL));
	arg.ua = r->ua;
	arg.len = HUGE;
	arg.reserved = 1;
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_GRANT, &arg));
	EXPECT_EQ(EINVAL, errno);
	arg.reserved = 0;
	arg.flags = 1;
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_GRANT, &arg));
	EXPECT_EQ(EINVAL, errno);
	vsn_ctl_region_free(r);
	vsn_ctl_region_free(plain);
}

/* Many at once have a bound. */
TEST_F(memory, a_grant_is_bounded)
{
	uint32_t homes[TEST_ACCELERATORS];
	struct vsn_ctl_region_spec spec = {
		.size = 32ULL << 30, .homes = homes, .nr_homes = TEST_ACCELERATORS - 1,
		.granule = HUGE, .mode = VSN_REGION_MODE_OWNED,
	};
	struct vsn_ctl_region *r;
	uint32_t i;

	for (i = 0; i < TEST_ACCELERATORS; i++)
		homes[i] = i + 1;
	/* The small fabric has less than 2 MiB times 65536. */
	spec.size = 28ULL << 30;
	ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, self->name, &spec, &r))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, grant(self, r, 0, r->size, 1, VSN_GRANT_WRITE));
	EXPECT_EQ(0, grant(self, r, 0, r->size, 1, VSN_GRANT_NONE));
	vsn_ctl_region_free(r);
}

static const struct {
	uint8_t opcode;
	bool writes, reads;
} owned_ops[] = {
	{ VSN_OP_COPY, true, true }, { VSN_OP_FILL, true, false },
	{ VSN_OP_DISCARD, true, false }, { VSN_OP_FADD, true, false },
	{ VSN_OP_CAS, true, false }, { VSN_OP_SWAP, true, false },
	{ VSN_OP_SIGNAL, true, false }, { VSN_OP_REDUCE, true, true },
	{ VSN_OP_WAIT, false, false },
};

static struct vsn_sqe owned_op(const struct vsn_ctl_region *r, size_t i, uint32_t who)
{
	struct vsn_sqe sqe;

	vsn_prep(&sqe, owned_ops[i].opcode, who, 0);
	sqe.dst = r->ua + HUGE - 64;
	if (owned_ops[i].reads)
		sqe.src = r->ua + 2 * HUGE;
	switch (sqe.opcode) {
	case VSN_OP_REDUCE:
		sqe.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I32);
		/* fallthrough */
	case VSN_OP_COPY:
	case VSN_OP_FILL:
	case VSN_OP_DISCARD:
		/* Over two granules */
		sqe.len = 128;
	}
	return sqe;
}

/* An operation needs the right to each granule, at its end, and has no effect without. */
TEST_F(memory, owned_operations)
{
	static const __u32 clocks[] = { VSN_CLOCK_ORDERED, VSN_CLOCK_ONLINE };
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 6 * MIB, 0);
	struct vsn_queue *q;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	unsigned char *host;
	size_t i, c;
	bool range;

	ASSERT_NE(NULL, r);
	host = map_at(self->fd, r->ua, r->size);
	for (c = 0; c < 2; c++) {
		ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, clocks[c], 0));
		q = vsn_queue_create(self->dev, 8);
		ASSERT_NE(NULL, q);
		for (i = 0; i < sizeof(owned_ops) / sizeof(owned_ops[0]); i++) {
			memset(host, 'x', r->size);
			sqe = owned_op(r, i, 1);
			range = sqe.len;
			ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
			EXPECT_EQ(-EACCES, cqe.res) TH_LOG("%s", vsn_op_name(sqe.opcode));
			/* A part is not enough, and reading is not writing. */
			ASSERT_EQ(0, grant(self, r, 0, HUGE, 1, VSN_GRANT_WRITE));
			ASSERT_EQ(0, grant(self, r, HUGE, HUGE, 1, VSN_GRANT_READ));
			ASSERT_EQ(0, grant(self, r, 2 * HUGE, HUGE, 1, VSN_GRANT_READ));
			if (range) {
				ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
				EXPECT_EQ(-EACCES, cqe.res)
					TH_LOG("%s", vsn_op_name(sqe.opcode));
			}
			EXPECT_TRUE(is_filled(host, r->size, 'x'));
			ASSERT_EQ(0, grant(self, r, HUGE, HUGE, 1, VSN_GRANT_WRITE));
			if (sqe.opcode == VSN_OP_COPY || sqe.opcode == VSN_OP_REDUCE)
				host[2 * HUGE] = 'y';
			ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
			EXPECT_EQ(0, cqe.res) TH_LOG("%s", vsn_op_name(sqe.opcode));
			/* Another's is another's. */
			sqe.initiator = 2;
			ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
			EXPECT_EQ(-EACCES, cqe.res) TH_LOG("%s", vsn_op_name(sqe.opcode));
			ASSERT_EQ(0, grant(self, r, 0, r->size, 1, VSN_GRANT_NONE));
		}
		vsn_queue_destroy(q);
	}
	munmap(host, r->size);
	vsn_ctl_region_free(r);
}

struct told {
	int nr;
	struct vsn_ctl_violation last;
	struct vsn_ctl_grant grant;
};

static int on_event(const struct vsn_ctl_event *event, void *arg)
{
	struct told *told = arg;

	if (event->cmd == VSN_CMD_VIOLATION_NTF) {
		told->nr++;
		told->last = *event->violation;
		return told->nr == 2;
	}
	if (event->cmd == VSN_CMD_GRANT_NTF)
		told->grant = *event->grant;
	return 0;
}

/* Listeners learn who did what, and who has it. */
TEST_F(memory, violations_are_told)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 4 * MIB, 0);
	struct vsn_ctl_grant g = { .holders = { 5 }, .nr_holders = 1, .offset = HUGE,
				   .length = HUGE, .right = VSN_RIGHT_WRITE };
	struct told told = {};
	struct vsn_ctl *monitor;
	struct vsn_queue *q;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	unsigned char *a;

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, vsn_ctl_open(&monitor));
	ASSERT_EQ(0, vsn_ctl_monitor(monitor));
	snprintf(g.fabric, sizeof(g.fabric), "%s", self->name);
	g.id = r->id;
	ASSERT_EQ(0, vsn_ctl_grant_set(self->ctl, &g));
	a = map_view(self, r, 1);
	q = vsn_queue_create(self->dev, 8);
	vsn_prep_fadd(&sqe, 2, 0, r->ua + 24, 1);
	ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
	EXPECT_EQ(-EACCES, cqe.res);
	EXPECT_TRUE(gets_sigbus(a + HUGE + 3 * PAGE, true));
	EXPECT_EQ(1, vsn_ctl_next(monitor, on_event, &told));
	EXPECT_EQ(2, told.nr);
	EXPECT_EQ(r->id, told.last.id);
	EXPECT_EQ(1, told.last.initiator);
	EXPECT_EQ(r->ua + HUGE + 3 * PAGE, told.last.ua);
	EXPECT_EQ(VSN_OP_STORE, told.last.opcode);
	EXPECT_TRUE(told.last.write);
	EXPECT_EQ(VSN_RIGHT_NONE, told.last.right);
	EXPECT_EQ(5, told.last.holder);
	EXPECT_STREQ(self->name, told.last.fabric);
	EXPECT_EQ(HUGE, told.grant.offset);
	EXPECT_EQ(5, told.grant.holders[0]);
	EXPECT_EQ(VSN_RIGHT_WRITE, told.grant.right);
	vsn_queue_destroy(q);
	munmap(a, r->size);
	vsn_ctl_close(monitor);
	vsn_ctl_region_free(r);
}

struct parts {
	int nr;
	struct vsn_ctl_grant part[8];
};

static int on_part(const struct vsn_ctl_grant *grant, void *arg)
{
	struct parts *p = arg;

	if (p->nr < 8)
		p->part[p->nr] = *grant;
	p->nr++;
	return 0;
}

TEST_F(memory, grants_are_listed)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 20 * MIB + PAGE, 0);
	struct parts p = {};

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, grant(self, r, 0, 3 * HUGE, 1, VSN_GRANT_READ));
	ASSERT_EQ(0, grant(self, r, 0, 3 * HUGE, 6, VSN_GRANT_READ));
	ASSERT_EQ(0, grant(self, r, 3 * HUGE, HUGE, 1, VSN_GRANT_READ));
	ASSERT_EQ(0, grant(self, r, 5 * HUGE, r->size - 5 * HUGE, 3, VSN_GRANT_WRITE));
	ASSERT_EQ(0, vsn_ctl_grant_list(self->ctl, self->name, r->id, on_part, &p));
	ASSERT_EQ(3, p.nr);
	EXPECT_EQ(0, p.part[0].offset);
	EXPECT_EQ(3 * HUGE, p.part[0].length);
	EXPECT_EQ(VSN_RIGHT_READ, p.part[0].right);
	ASSERT_EQ(2, p.part[0].nr_holders);
	EXPECT_EQ(1, p.part[0].holders[0]);
	EXPECT_EQ(6, p.part[0].holders[1]);
	EXPECT_EQ(1, p.part[1].holder_count);
	EXPECT_EQ(HUGE, p.part[1].length);
	EXPECT_EQ(VSN_RIGHT_WRITE, p.part[2].right);
	EXPECT_EQ(5 * HUGE, p.part[2].offset);
	EXPECT_EQ(r->size - 5 * HUGE, p.part[2].length);
	/* A region without a directory says so. */
	EXPECT_EQ(-EINVAL, vsn_ctl_grant_list(self->ctl, self->name, self->r->id, on_part, &p));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "uncached"));
	EXPECT_EQ(-ENOENT, vsn_ctl_grant_list(self->ctl, self->name, 999, on_part, &p));
	vsn_ctl_region_free(r);
}

/*
 * Once a right is gone, so is the last store: a thread that stores all the time is cut off
 * by the call that takes the right away, whatever it was about to do.
 */
struct storer {
	unsigned char *p;
	bool stop;
	unsigned long stores;
	unsigned long cut;
};

static __thread sigjmp_buf cut_off;

static void on_cut(int sig)
{
	siglongjmp(cut_off, 1);
}

static void *store_on(void *arg)
{
	struct storer *s = arg;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		if (sigsetjmp(cut_off, 1)) {
			s->cut++;
			sched_yield();
			continue;
		}
		WORD(s->p, 0)++;
		WORD(s->p, 0)++;
		WORD(s->p, 0)++;
		s->stores++;
	}
	return NULL;
}

TEST_F_TIMEOUT(memory, a_right_that_is_gone_is_gone, 100)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 2 * MIB, 0);
	struct sigaction act = { .sa_handler = on_cut };
	struct storer s = {};
	pthread_t thread;
	unsigned char *host;
	unsigned long was, i, wrong = 0;

	ASSERT_NE(NULL, r);
	sigaction(SIGBUS, &act, NULL);
	s.p = map_view(self, r, 1);
	host = map_at(self->fd, r->ua, r->size);
	ASSERT_EQ(0, pthread_create(&thread, NULL, store_on, &s));
	for (i = 0; i < 300; i++) {
		wrong += grant(self, r, 0, HUGE, 1, i % 3 ? VSN_GRANT_WRITE : VSN_GRANT_READ) != 0;
		usleep(1000);
		wrong += grant(self, r, 0, HUGE, 1, VSN_GRANT_NONE) != 0;
		was = WORD(host, 0);
		/* Nobody else has it now, so another may. */
		wrong += grant(self, r, 0, HUGE, 2, VSN_GRANT_WRITE) != 0;
		usleep(200);
		wrong += WORD(host, 0) != was;
		wrong += grant(self, r, 0, HUGE, 2, VSN_GRANT_NONE) != 0;
	}
	__atomic_store_n(&s.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(0, s.cut);
	EXPECT_LT(0, s.stores);
	TH_LOG("%lu rounds of stores, cut off %lu times", s.stores, s.cut);
	signal(SIGBUS, SIG_DFL);
	munmap(s.p, r->size);
	munmap(host, r->size);
	vsn_ctl_region_free(r);
}

/* The same for operations whose bytes are being moved. */
struct filler {
	memory_t *self;
	const struct vsn_ctl_region *r;
	bool stop;
	unsigned long done, refused, wrong;
};

static void *fill_on(void *arg)
{
	struct filler *f = arg;
	struct vsn_queue *q = vsn_queue_create(f->self->dev, 8);
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	uint64_t i;

	for (i = 1; q && !__atomic_load_n(&f->stop, __ATOMIC_RELAXED); i++) {
		vsn_prep_fill(&sqe, 1, 0, f->r->ua, f->r->size,
			      0x0101010101010101ULL * (i % 200 + 1));
		f->wrong += test_op(f->self->dev, q, &sqe, &cqe) != 0;
		f->done += !cqe.res;
		f->refused += cqe.res == -EACCES;
	}
	vsn_queue_destroy(q);
	return NULL;
}

TEST_F_TIMEOUT(memory, a_right_that_is_gone_is_gone_from_operations, 100)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_OWNED, 32 * MIB, 0);
	struct filler f = { .self = self, .r = r };
	unsigned long i, wrong = 0;
	unsigned char *host, was;
	pthread_t thread;
	size_t off;

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0));
	host = map_at(self->fd, r->ua, r->size);
	memset(host, 0, r->size);
	ASSERT_EQ(0, pthread_create(&thread, NULL, fill_on, &f));
	for (i = 0; i < 30; i++) {
		wrong += grant(self, r, 0, r->size, 1, VSN_GRANT_WRITE) != 0;
		usleep(i * 2000);
		/* It waits for the one that is on, which is all there then. */
		wrong += grant(self, r, 0, r->size, 1, VSN_GRANT_NONE) != 0;
		was = host[r->size - 1];
		for (off = 0; off < r->size; off += PAGE)
			wrong += host[off] != was;
	}
	__atomic_store_n(&f.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, f.wrong);
	EXPECT_LT(0, f.done);
	EXPECT_LT(0, f.refused);
	TH_LOG("%lu done, %lu refused", f.done, f.refused);
	munmap(host, r->size);
	vsn_ctl_region_free(r);
}

/* Atomics of many CPUs on one granule: no addition is lost, whoever has it. */
#define ADDERS		4
#define ADDITIONS	2000

struct adder {
	unsigned char *p;
	unsigned int no;
};

static void *add_on(void *arg)
{
	struct adder *a = arg;
	int i;

	for (i = 0; i < ADDITIONS; i++) {
		__atomic_fetch_add((uint64_t *)a->p, 1, __ATOMIC_SEQ_CST);
		/* and a page of its own beside it */
		WORD(a->p, (1 + a->no) * PAGE)++;
		if (i % 16 == 0)
			(void)WORD(a->p, (1 + (a->no + 1) % ADDERS) * PAGE);
	}
	return NULL;
}

TEST_F_TIMEOUT(memory, no_addition_is_lost, 200)
{
	struct vsn_ctl_region *r = add_mode(self, VSN_REGION_MODE_COHERENT, MIB, 0);
	struct adder a[ADDERS];
	pthread_t threads[ADDERS];
	unsigned char *host;
	int i;

	ASSERT_NE(NULL, r);
	host = map_at(self->fd, r->ua, r->size);
	for (i = 0; i < ADDERS; i++) {
		a[i] = (struct adder) { map_view(self, r, i + 1), i };
		ASSERT_NE(MAP_FAILED, a[i].p);
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, add_on, &a[i]));
	}
	for (i = 0; i < ADDERS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(ADDERS * ADDITIONS, WORD(host, 0));
	for (i = 0; i < ADDERS; i++) {
		EXPECT_EQ(ADDITIONS, WORD(host, (1 + i) * PAGE));
		munmap(a[i].p, r->size);
	}
	munmap(host, r->size);
	vsn_ctl_region_free(r);
}

TEST_HARNESS_MAIN
