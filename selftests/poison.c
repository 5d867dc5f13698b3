// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that has gone bad, because somebody asked for it: what each way to it says,
 * what makes it good again, and that nobody keeps a translation.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_fixture.h"

#ifndef BUS_MCEERR_AR
#define BUS_MCEERR_AR	4
#endif

static int poison(memory_t *self, const struct vsn_ctl_region *r, uint64_t off, uint64_t len)
{
	return vsn_ctl_region_poison(self->ctl, self->name, r->id, off, len, false);
}

static int heal(memory_t *self, const struct vsn_ctl_region *r, uint64_t off, uint64_t len)
{
	return vsn_ctl_region_poison(self->ctl, self->name, r->id, off, len, true);
}

static uint64_t poisoned(memory_t *self, const struct vsn_ctl_region *region)
{
	struct vsn_ctl_region *now;
	uint64_t bytes;

	if (vsn_ctl_region_get(self->ctl, self->name, region->id, &now))
		return UINT64_MAX;
	bytes = now->poisoned;
	vsn_ctl_region_free(now);
	return bytes;
}

static struct {
	int code;
	void *addr;
} got;

static void on_bad_memory(int sig, siginfo_t *info, void *context)
{
	got.code = info->si_code;
	got.addr = info->si_addr;
	siglongjmp(on_sigbus, 1);
}

/* Does a load, or a store, end as on a machine whose memory has failed? */
static bool meets_poison(volatile unsigned char *p, bool write)
{
	struct sigaction act = { .sa_sigaction = on_bad_memory, .sa_flags = SA_SIGINFO }, old;

	got.code = 0;
	got.addr = NULL;
	sigaction(SIGBUS, &act, &old);
	if (!sigsetjmp(on_sigbus, 1)) {
		if (write)
			*p = 1;
		else
			(void)*p;
	}
	sigaction(SIGBUS, &old, NULL);
	return got.code == BUS_MCEERR_AR && got.addr == (void *)p;
}

/* Whoever has it mapped, wherever: the next load is a signal that says what it is. */
TEST_F(memory, mapped)
{
	int view = vsn_dev_view(self->dev, 0);
	unsigned char *p, *v, *w;

	ASSERT_LE(0, view);
	p = map_at(self->fd, self->r->ua, MIB);
	v = map_at(view, self->r->ua, MIB);
	w = map_at(self->fd, window(self, 0), MIB);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_NE(MAP_FAILED, v);
	ASSERT_NE(MAP_FAILED, w);
	memset(p, 0x11, 3 * PAGE);
	ASSERT_TRUE(is_filled(v, 3 * PAGE, 0x11));
	ASSERT_TRUE(is_filled(w, 3 * PAGE, 0x11));

	ASSERT_EQ(0, poison(self, self->r, PAGE, PAGE))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(PAGE, poisoned(self, self->r));
	EXPECT_TRUE(meets_poison(p + PAGE, false));
	EXPECT_TRUE(meets_poison(p + PAGE + 77, true));
	EXPECT_TRUE(meets_poison(v + PAGE, false));
	EXPECT_TRUE(meets_poison(w + 2 * PAGE - 1, false));
	EXPECT_TRUE(is_filled(p, PAGE, 0x11));
	EXPECT_TRUE(is_filled(v + 2 * PAGE, PAGE, 0x11));
	EXPECT_TRUE(is_filled(w, PAGE, 0x11));

	/* Good again by being asked for: as it was. */
	ASSERT_EQ(0, heal(self, self->r, 0, 0));
	EXPECT_EQ(0, poisoned(self, self->r));
	EXPECT_TRUE(is_filled(p, 3 * PAGE, 0x11));
	EXPECT_TRUE(is_filled(w, 3 * PAGE, 0x11));
	munmap(p, MIB);
	munmap(v, MIB);
	munmap(w, MIB);
	close(view);
}

/* What was never touched is bad, too, and takes no memory. */
TEST_F(memory, untouched)
{
	unsigned char *p = map_at(self->fd, self->r->ua, MIB), byte;

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, poison(self, self->r, 0, 0));
	EXPECT_EQ(MIB, poisoned(self, self->r));
	EXPECT_TRUE(meets_poison(p, false));
	EXPECT_TRUE(meets_poison(p + MIB - 1, true));
	EXPECT_EQ(-1, pread(self->fd, &byte, 1, self->r->ua + 5));
	EXPECT_EQ(EHWPOISON, errno);
	EXPECT_EQ(0, resident(self, self->r));
	munmap(p, MIB);
}

TEST_F(memory, read_and_write)
{
	uint64_t ua = self->r->ua;
	char buf[4 * PAGE];

	ASSERT_EQ(0, put(self->fd, ua, MIB, 0x22));
	ASSERT_EQ(0, poison(self, self->r, 2 * PAGE, 2 * PAGE));

	/* What comes before it */
	EXPECT_EQ(2 * PAGE - 10, pread(self->fd, buf, sizeof(buf), ua + 10));
	EXPECT_EQ(-1, pread(self->fd, buf, sizeof(buf), ua + 2 * PAGE));
	EXPECT_EQ(EHWPOISON, errno);
	EXPECT_EQ(-1, pread(self->fd, buf, 1, ua + 4 * PAGE - 1));
	EXPECT_EQ(EHWPOISON, errno);
	EXPECT_EQ(PAGE, pread(self->fd, buf, PAGE, ua + 4 * PAGE));
	/* The same through the device window */
	EXPECT_EQ(2 * PAGE, pread(self->fd, buf, sizeof(buf), window(self, 0)));
	EXPECT_EQ(-1, pread(self->fd, buf, sizeof(buf), window(self, 0) + 3 * PAGE));
	EXPECT_EQ(EHWPOISON, errno);

	/* A part of a page */
	EXPECT_EQ(-EHWPOISON, put(self->fd, ua + 2 * PAGE, PAGE - 1, 0x33));
	EXPECT_EQ(-EHWPOISON, put(self->fd, ua + 2 * PAGE + 1, PAGE, 0x33));
	memset(buf, 0x33, sizeof(buf));
	EXPECT_EQ(PAGE, pwrite(self->fd, buf, PAGE + 5, ua + PAGE));
	EXPECT_TRUE(holds(self->fd, ua + PAGE, PAGE, 0x33));
	EXPECT_EQ(2 * PAGE, poisoned(self, self->r));

	/* All of one, and a part of the next */
	EXPECT_EQ(PAGE, pwrite(self->fd, buf, PAGE + 5, ua + 2 * PAGE));
	EXPECT_EQ(PAGE, poisoned(self, self->r));
	EXPECT_TRUE(holds(self->fd, ua + 2 * PAGE, PAGE, 0x33));
	/* Through the device window as well */
	EXPECT_EQ(0, put(self->fd, window(self, 0) + 3 * PAGE, PAGE, 0x44));
	EXPECT_EQ(0, poisoned(self, self->r));
	EXPECT_TRUE(holds(self->fd, ua + 3 * PAGE, PAGE, 0x44));
	EXPECT_TRUE(holds(self->fd, ua + 4 * PAGE, PAGE, 0x22));
}

/* A long write is done in parts; that must not cut a page in two. */
TEST_F(memory, long_write)
{
	struct vsn_ctl_region *r = test_region(self->ctl, self->name, 1, 4 * MIB);

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, poison(self, r, PAGE, 3 * MIB));
	ASSERT_EQ(0, put(self->fd, r->ua + 100, 3 * MIB + PAGE, 0x55));
	EXPECT_EQ(0, poisoned(self, r));
	EXPECT_TRUE(holds(self->fd, r->ua + 100, 3 * MIB + PAGE, 0x55));
	vsn_ctl_region_free(r);
}

/* Whose source ends within a page has not written that page. */
TEST_F(memory, short_write)
{
	unsigned char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, p);
	memset(p, 0x66, 3 * PAGE);
	munmap(p + 2 * PAGE, PAGE);
	ASSERT_EQ(0, poison(self, self->r, 0, 3 * PAGE));
	EXPECT_EQ(PAGE, pwrite(self->fd, p + 100, 2 * PAGE, self->r->ua));
	EXPECT_EQ(2 * PAGE, poisoned(self, self->r));
	EXPECT_TRUE(holds(self->fd, self->r->ua, PAGE, 0x66));
	EXPECT_EQ(-EHWPOISON, put(self->fd, self->r->ua + PAGE, 10, 0));
	munmap(p, 2 * PAGE);
}

TEST_F(memory, operations)
{
	struct vsn_queue *q = vsn_queue_create(self->dev, 8);
	struct vsn_ctl_region *b = test_region(self->ctl, self->name, 1, MIB);
	uint64_t a = self->r->ua;
	struct vsn_sqe sqe;

	ASSERT_NE(NULL, q);
	ASSERT_NE(NULL, b);
	ASSERT_EQ(0, put(self->fd, a, MIB, 0x10));
	ASSERT_EQ(0, put(self->fd, b->ua, MIB, 0x20));
	ASSERT_EQ(0, poison(self, self->r, 2 * PAGE, PAGE));

	/* Reading any of it; nothing is moved, not even what comes before. */
	vsn_prep_copy(&sqe, 1, 0, b->ua, a, 3 * PAGE);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_copy(&sqe, 1, 0, b->ua, a + 3 * PAGE - 1, 100);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_reduce(&sqe, 1, 0, b->ua, a, 3 * PAGE, VSN_REDUCE_SUM, VSN_REDUCE_I64);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	EXPECT_TRUE(holds(self->fd, b->ua, MIB, 0x20));

	/* Writing a part of it */
	vsn_prep_copy(&sqe, 1, 0, a + PAGE, b->ua, 2 * PAGE - 1);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_copy(&sqe, 1, 0, a + 3 * PAGE - 1, b->ua, 2 * PAGE);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_fill(&sqe, 1, 0, a + PAGE, PAGE + 8, 7);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_reduce(&sqe, 1, 0, a + 2 * PAGE, b->ua, PAGE,
			VSN_REDUCE_SUM, VSN_REDUCE_I64);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	EXPECT_TRUE(holds(self->fd, a, 2 * PAGE, 0x10));
	EXPECT_TRUE(holds(self->fd, a + 3 * PAGE, PAGE, 0x10));

	/* Words */
	vsn_prep_fadd(&sqe, 1, 0, a + 2 * PAGE, 1);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_cas(&sqe, 1, 0, a + 2 * PAGE + 8, 1, 0);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_swap(&sqe, 1, 0, a + 3 * PAGE - 8, 1);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_signal(&sqe, 1, 0, a + 2 * PAGE, 1);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_wait(&sqe, 1, 0, a + 2 * PAGE, 1);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	vsn_prep_fadd(&sqe, 1, 0, a + 3 * PAGE, 1);
	EXPECT_EQ(0, op_result(self, q, &sqe));

	/* Time only */
	vsn_prep_copy(&sqe, 1, 0, b->ua, a, 4 * PAGE);
	sqe.flags = VSN_OP_F_NODATA;
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_EQ(PAGE, poisoned(self, self->r));

	/* All of it, from where the pages lie otherwise */
	vsn_prep_copy(&sqe, 1, 0, a + PAGE, b->ua + 123, 3 * PAGE);
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_EQ(0, poisoned(self, self->r));
	EXPECT_TRUE(holds(self->fd, a + PAGE, 3 * PAGE, 0x20));
	ASSERT_EQ(0, poison(self, self->r, 2 * PAGE, PAGE));
	vsn_prep_fill(&sqe, 1, 0, a + PAGE + 8, 2 * PAGE, 0x3030303030303030);
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_EQ(0, poisoned(self, self->r));
	EXPECT_TRUE(holds(self->fd, a + PAGE + 8, 2 * PAGE, 0x30));

	/* A hole */
	ASSERT_EQ(0, poison(self, self->r, 2 * PAGE, PAGE));
	vsn_prep_discard(&sqe, 1, 0, a + PAGE, PAGE + 8);
	EXPECT_EQ(-EHWPOISON, op_result(self, q, &sqe));
	EXPECT_TRUE(holds(self->fd, a + PAGE + 8, PAGE - 8, 0x30));
	vsn_prep_discard(&sqe, 1, 0, a + PAGE + 8, 2 * PAGE);
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_EQ(0, poisoned(self, self->r));
	EXPECT_TRUE(holds(self->fd, a + PAGE + 8, 2 * PAGE, 0));
	vsn_queue_destroy(q);
	vsn_ctl_region_free(b);
}

/* A WAIT that is blocked notices it as it notices what a CPU stores. */
TEST_F(memory, blocked_wait)
{
	struct vsn_queue *q = vsn_queue_create(self->dev, 8);
	struct vsn_cqe cqe;

	ASSERT_NE(NULL, q);
	vsn_prep_wait(vsn_queue_sqe(q), 1, 0, self->r->ua, 1);
	ASSERT_EQ(1, vsn_queue_submit(q));
	EXPECT_EQ(-EDEADLK, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(0, poison(self, self->r, 0, PAGE));
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(1, vsn_queue_reap(q, &cqe, 1));
	EXPECT_EQ(-EHWPOISON, cqe.res);
	vsn_queue_destroy(q);
}

/* In a page of 2 MiB only what is bad is bad. */
TEST_F(memory, huge)
{
	struct vsn_ctl_region *r = add_huge(self, 1, 2 * HUGE);
	unsigned char *area, *p;

	ASSERT_NE(NULL, r);
	area = mmap(NULL, 3 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, area);
	p = (unsigned char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	ASSERT_EQ(p, mmap(p, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, self->fd,
			  r->ua));
	memset(p, 0x77, HUGE);
	ASSERT_EQ(0, poison(self, r, 5 * PAGE, PAGE));
	/* The first page of the block, whose mapping would show all of it */
	EXPECT_EQ(0x77, p[0]);
	EXPECT_TRUE(meets_poison(p + 5 * PAGE, false));
	EXPECT_TRUE(is_filled(p + 6 * PAGE, HUGE - 6 * PAGE, 0x77));
	EXPECT_TRUE(meets_poison(p + 6 * PAGE - 1, true));
	EXPECT_EQ(0, put(self->fd, r->ua + 5 * PAGE, PAGE, 0x78));
	EXPECT_TRUE(is_filled(p + 5 * PAGE, PAGE, 0x78));

	/* Poison that comes before the folio does */
	ASSERT_EQ(0, poison(self, r, 2 * HUGE - PAGE, PAGE));
	p[HUGE] = 1;
	EXPECT_TRUE(meets_poison(p + 2 * HUGE - PAGE, false));
	EXPECT_EQ(1, p[HUGE]);
	munmap(area, 3 * HUGE);
	munmap(p, 2 * HUGE);
	vsn_ctl_region_free(r);
}

/* Each page at its home; who has the memory next has it good. */
TEST_F(memory, homes_and_heirs)
{
	uint32_t homes[] = { 1, 2, 3 };
	struct vsn_ctl_region *r = add_region(self, 64 * PAGE, homes, 3, PAGE, false), *heir;
	unsigned int i;

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, put(self->fd, r->ua, 64 * PAGE, 0x12));
	ASSERT_EQ(0, poison(self, r, 7 * PAGE, 10 * PAGE));
	EXPECT_EQ(10 * PAGE, poisoned(self, r));
	for (i = 0; i < 64; i++)
		EXPECT_EQ(i >= 7 && i < 17 ? -EHWPOISON : 0,
			  put(self->fd, r->ua + i * PAGE + 9, 1, 0x12));
	/* Twice is once; a part is a part. */
	ASSERT_EQ(0, poison(self, r, 9 * PAGE, 10 * PAGE));
	EXPECT_EQ(12 * PAGE, poisoned(self, r));
	ASSERT_EQ(0, heal(self, r, 8 * PAGE, 10 * PAGE));
	EXPECT_EQ(2 * PAGE, poisoned(self, r));
	EXPECT_TRUE(holds(self->fd, r->ua + 8 * PAGE, 10 * PAGE, 0x12));
	ASSERT_EQ(0, poison(self, r, 0, 0));
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r->id));
	heir = add_region(self, 64 * PAGE, homes, 3, PAGE, false);
	ASSERT_NE(NULL, heir);
	EXPECT_EQ(0, poisoned(self, heir));
	EXPECT_TRUE(holds(self->fd, heir->ua, 64 * PAGE, 0));
	vsn_ctl_region_free(r);
	vsn_ctl_region_free(heir);
}

static int take(const struct vsn_ctl_event *event, void *arg)
{
	struct vsn_ctl_region *r = arg;

	if (event->cmd != VSN_CMD_REGION_POISON_NTF)
		return 0;
	*r = *event->region;
	r->homes = NULL;
	return 1;
}

TEST_F(memory, told)
{
	struct vsn_ctl_region r;
	struct vsn_ctl *listener;

	ASSERT_EQ(0, vsn_ctl_open(&listener));
	ASSERT_EQ(0, vsn_ctl_monitor(listener));
	ASSERT_EQ(0, poison(self, self->r, 4 * PAGE, 2 * PAGE));
	ASSERT_EQ(1, vsn_ctl_next(listener, take, &r));
	EXPECT_STREQ(self->name, r.fabric);
	EXPECT_EQ(self->r->id, r.id);
	EXPECT_EQ(4 * PAGE, r.offset);
	EXPECT_EQ(2 * PAGE, r.length);
	EXPECT_EQ(2 * PAGE, r.poisoned);
	EXPECT_FALSE(r.heal);
	ASSERT_EQ(0, heal(self, self->r, 5 * PAGE, 0));
	ASSERT_EQ(1, vsn_ctl_next(listener, take, &r));
	EXPECT_EQ(5 * PAGE, r.offset);
	EXPECT_EQ(MIB - 5 * PAGE, r.length);
	EXPECT_EQ(PAGE, r.poisoned);
	EXPECT_TRUE(r.heal);
	vsn_ctl_close(listener);
}

TEST_F(memory, refused)
{
	EXPECT_EQ(-EINVAL, poison(self, self->r, 1, PAGE));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "offset 1"));
	EXPECT_EQ(-EINVAL, poison(self, self->r, 0, PAGE + 1));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "length 4097"));
	EXPECT_EQ(-ERANGE, poison(self, self->r, MIB, PAGE));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "offset 1048576"));
	EXPECT_EQ(-ERANGE, poison(self, self->r, MIB - PAGE, 2 * PAGE));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "length 8192"));
	EXPECT_EQ(-ERANGE, poison(self, self->r, PAGE, -PAGE));
	EXPECT_EQ(-ENOENT, vsn_ctl_region_poison(self->ctl, self->name, 12345, 0, 0, false));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "id 12345"));
	EXPECT_EQ(0, poisoned(self, self->r));
}

/* There is a bound, which a write cannot pass either. */
TEST_F_TIMEOUT(memory, bound, 240)
{
	uint32_t homes[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint64_t size = 6554ULL * 20 * PAGE, off;
	struct vsn_ctl_region *r = add_region(self, size, homes, 10, PAGE, false);
	struct vsn_ctl_region *one = test_region(self->ctl, self->name, 1, 3 * PAGE);

	ASSERT_NE(NULL, r);
	ASSERT_NE(NULL, one);
	ASSERT_EQ(0, poison(self, one, 0, 0));
	/* At each home every second page: 65531 ranges with the one before */
	for (off = 0; off < 6553 * 20 * PAGE; off += 20 * PAGE)
		ASSERT_EQ(0, poison(self, r, off, 10 * PAGE));
	EXPECT_EQ(-ENOSPC, poison(self, r, off, 10 * PAGE));
	EXPECT_EQ(65530 * PAGE, poisoned(self, r));
	EXPECT_EQ(0, poison(self, r, off, 5 * PAGE));
	/* To split one would be one too many. */
	EXPECT_EQ(-ENOSPC, heal(self, one, PAGE, PAGE));
	EXPECT_EQ(-ENOSPC, put(self->fd, one->ua + PAGE, PAGE, 1));
	EXPECT_EQ(-EHWPOISON, put(self->fd, one->ua + PAGE, 1, 1));
	EXPECT_EQ(0, put(self->fd, one->ua, PAGE, 1));
	/* To join some makes room. */
	EXPECT_EQ(0, poison(self, r, 0, 40 * PAGE));
	EXPECT_EQ(0, put(self->fd, one->ua + 2 * PAGE, PAGE, 1));
	EXPECT_EQ(PAGE, poisoned(self, one));
	EXPECT_EQ(0, heal(self, r, 0, 0));
	EXPECT_EQ(0, poisoned(self, r));
	vsn_ctl_region_free(r);
	vsn_ctl_region_free(one);
}

struct toucher {
	volatile unsigned char *p;
	volatile bool stop;
	uint64_t loads;
};

static __thread sigjmp_buf on_race;

static void race_handler(int sig)
{
	siglongjmp(on_race, 1);
}

static bool loads(volatile unsigned char *p)
{
	if (sigsetjmp(on_race, 1))
		return false;
	(void)*p;
	return true;
}

static void *touch(void *arg)
{
	struct toucher *t = arg;

	while (!t->stop)
		t->loads += loads(t->p);
	return NULL;
}

/* When it is said to be poisoned nobody has a translation, whoever faults meanwhile. */
TEST_F(memory, race)
{
	struct sigaction act = { .sa_handler = race_handler }, old;
	struct toucher t[2] = { };
	pthread_t thread[2];
	uint64_t before;
	unsigned char *p;
	int i, j;

	p = map_at(self->fd, self->r->ua, MIB);
	ASSERT_NE(MAP_FAILED, p);
	sigaction(SIGBUS, &act, &old);
	for (i = 0; i < 2; i++) {
		t[i].p = p;
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, touch, &t[i]));
	}
	for (i = 0; i < 300; i++) {
		ASSERT_EQ(0, poison(self, self->r, 0, PAGE));
		before = t[i % 2].loads;
		for (j = 0; j < 3; j++)
			sched_yield();
		/* One may have loaded, and not have counted it yet. */
		EXPECT_GE(before + 1, t[i % 2].loads);
		EXPECT_FALSE(loads(p));
		ASSERT_EQ(0, heal(self, self->r, 0, PAGE));
		EXPECT_TRUE(loads(p));
	}
	for (i = 0; i < 2; i++) {
		t[i].stop = true;
		pthread_join(thread[i], NULL);
	}
	sigaction(SIGBUS, &old, NULL);
	munmap(p, MIB);
}

TEST_HARNESS_MAIN
