// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints that are down: what each way to their memory says, that the memory is empty
 * afterwards, who is told what, and that nobody keeps a translation.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_fixture.h"
#include "fault.h"

static int set_state(memory_t *self, uint32_t ep, bool down)
{
	return vsn_ctl_endpoint_set_state(self->ctl, self->name, NULL, ep,
					  down ? VSN_LINK_STATE_DOWN : VSN_LINK_STATE_UP);
}

static struct vsn_ctl_endpoint endpoint(memory_t *self, uint32_t ep)
{
	struct vsn_ctl_endpoint e = { .id = UINT32_MAX };

	vsn_ctl_endpoint_get_id(self->ctl, self->name, ep, &e);
	return e;
}

/* Nothing is there while it is down, and zeros are when it is back. */
TEST_F(memory, down_and_up)
{
	int view = vsn_dev_view(self->dev, 2);
	struct vsn_ctl_region *huge = add_huge(self, 0, HUGE);
	unsigned char *p, *v, *w, byte;
	struct vsn_ctl_endpoint e;

	ASSERT_LE(0, view);
	ASSERT_NE(NULL, huge);
	p = map_at(self->fd, self->r->ua, MIB);
	v = map_at(view, self->r->ua, MIB);
	w = map_at(self->fd, window(self, 0), MIB);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_NE(MAP_FAILED, v);
	ASSERT_NE(MAP_FAILED, w);
	memset(p, 0x11, 3 * PAGE);
	EXPECT_EQ(0x11, v[0] & w[PAGE]);
	ASSERT_EQ(0, put(self->fd, huge->ua, HUGE, 0x22));

	ASSERT_EQ(0, set_state(self, 0, true))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	e = endpoint(self, 0);
	EXPECT_EQ(VSN_LINK_STATE_DOWN, e.state);
	EXPECT_EQ(3 * PAGE + HUGE, e.lost_bytes);
	EXPECT_EQ(0, resident(self, self->r));
	EXPECT_TRUE(gets_sigbus(p, false));
	EXPECT_TRUE(gets_sigbus(p + 100 * PAGE, true));
	EXPECT_TRUE(gets_sigbus(v + PAGE, false));
	EXPECT_TRUE(gets_sigbus(w, false));
	EXPECT_EQ(-1, pread(self->fd, &byte, 1, self->r->ua));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(-EIO, put(self->fd, self->r->ua, PAGE, 1));
	EXPECT_EQ(-1, pread(self->fd, &byte, 1, window(self, 0)));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(-EIO, put(self->fd, window(self, 0), 8, 1));
	/* Where no region is */
	EXPECT_EQ(-1, pread(self->fd, &byte, 1, window(self, 0) + TEST_CAPACITY - PAGE));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(0, resident(self, self->r));

	ASSERT_EQ(0, set_state(self, 0, false));
	EXPECT_EQ(VSN_LINK_STATE_UP, endpoint(self, 0).state);
	EXPECT_TRUE(is_filled(p, 3 * PAGE, 0));
	EXPECT_TRUE(is_filled(w, 3 * PAGE, 0));
	EXPECT_TRUE(holds(self->fd, huge->ua, HUGE, 0));
	v[5] = 7;
	EXPECT_EQ(7, p[5]);
	/* Again: only what is there by now */
	ASSERT_EQ(0, set_state(self, 0, true));
	EXPECT_EQ(6 * PAGE + HUGE, endpoint(self, 0).lost_bytes);
	/* Regions come and go meanwhile. */
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, huge->id));
	vsn_ctl_region_free(huge);
	huge = add_huge(self, 0, HUGE);
	ASSERT_NE(NULL, huge);
	EXPECT_EQ(-EIO, put(self->fd, huge->ua, PAGE, 1));
	ASSERT_EQ(0, set_state(self, 0, false));
	EXPECT_EQ(0, put(self->fd, huge->ua, PAGE, 1));
	munmap(p, MIB);
	munmap(v, MIB);
	munmap(w, MIB);
	close(view);
	vsn_ctl_region_free(huge);
}

/* Of an interleaved region only its part; what comes before is read. */
TEST_F(memory, one_of_many_homes)
{
	uint32_t homes[] = { 1, 2, 3 };
	struct vsn_ctl_region *r = add_region(self, 12 * PAGE, homes, 3, PAGE, false);
	char buf[12 * PAGE];
	unsigned char *p;
	unsigned int i;

	ASSERT_NE(NULL, r);
	p = map_at(self->fd, r->ua, 12 * PAGE);
	ASSERT_NE(MAP_FAILED, p);
	memset(p, 0x33, 12 * PAGE);
	ASSERT_EQ(0, set_state(self, 2, true));
	EXPECT_EQ(4 * PAGE, endpoint(self, 2).lost_bytes);
	EXPECT_EQ(0, endpoint(self, 1).lost_bytes);
	for (i = 0; i < 12; i++) {
		EXPECT_EQ(i % 3 == 1, gets_sigbus(p + i * PAGE, false));
		EXPECT_EQ(i % 3 == 1 ? -EIO : 0, put(self->fd, r->ua + i * PAGE, 1, 0x33));
	}
	EXPECT_EQ(PAGE - 9, pread(self->fd, buf, sizeof(buf), r->ua + 9));
	EXPECT_EQ(2 * PAGE, pread(self->fd, buf, sizeof(buf), r->ua + 2 * PAGE));
	memset(buf, 0x44, sizeof(buf));
	EXPECT_EQ(PAGE, pwrite(self->fd, buf, sizeof(buf), r->ua));
	ASSERT_EQ(0, set_state(self, 2, false));
	for (i = 0; i < 12; i++)
		EXPECT_TRUE(is_filled(p + i * PAGE, PAGE, i % 3 == 1 ? 0 : i ? 0x33 : 0x44));
	munmap(p, 12 * PAGE);
	vsn_ctl_region_free(r);
}

TEST_F(memory, operations)
{
	struct vsn_queue *q = vsn_queue_create(self->dev, 8);
	struct vsn_ctl_region *b = test_region(self->ctl, self->name, 1, MIB);
	struct vsn_ctl_region *c = test_region(self->ctl, self->name, 2, MIB);
	struct vsn_sqe sqe;

	ASSERT_NE(NULL, q);
	ASSERT_NE(NULL, b);
	ASSERT_NE(NULL, c);
	ASSERT_EQ(0, put(self->fd, self->r->ua, MIB, 0x10));
	ASSERT_EQ(0, put(self->fd, b->ua, MIB, 0x20));
	ASSERT_EQ(0, set_state(self, 1, true));
	vsn_prep_copy(&sqe, 0, 0, self->r->ua, b->ua, MIB);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	vsn_prep_copy(&sqe, 0, 0, b->ua, self->r->ua, MIB);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	sqe.flags = VSN_OP_F_NODATA;
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	vsn_prep_fadd(&sqe, 2, 0, b->ua, 1);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	vsn_prep_wait(&sqe, 2, 0, b->ua, 1);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	vsn_prep_discard(&sqe, 2, 0, b->ua, PAGE);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	vsn_prep_copy(&sqe, 1, 0, c->ua, self->r->ua, MIB);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	vsn_prep_nop(&sqe, 1, 0);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	EXPECT_TRUE(holds(self->fd, self->r->ua, MIB, 0x10));
	EXPECT_TRUE(holds(self->fd, c->ua, MIB, 0));
	vsn_prep_copy(&sqe, 0, 0, c->ua, self->r->ua, MIB);
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_TRUE(holds(self->fd, c->ua, MIB, 0x10));
	ASSERT_EQ(0, set_state(self, 1, false));
	EXPECT_TRUE(holds(self->fd, b->ua, MIB, 0));
	vsn_prep_copy(&sqe, 1, 0, b->ua, c->ua, MIB);
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_TRUE(holds(self->fd, b->ua, MIB, 0x10));
	vsn_queue_destroy(q);
	vsn_ctl_region_free(b);
	vsn_ctl_region_free(c);
}

/* In virtual time, in the middle of a copy to it; its memory goes with the event. */
TEST_F(memory, scheduled)
{
	struct vsn_ctl_fault want = {
		.is_endpoint = true, .target = 1, .health.state = VSN_LINK_STATE_DOWN,
		.health.bandwidth_part = VSN_CTL_PART_ALL,
	}, fault;
	struct vsn_queue *q = vsn_queue_create(self->dev, 8);
	struct vsn_ctl_region *b = test_region(self->ctl, self->name, 1, MIB);
	unsigned char *p = map_at(self->fd, b->ua, MIB);
	struct vsn_cqe cqe[3];
	struct vsn_info info;

	ASSERT_NE(NULL, q);
	ASSERT_NE(MAP_FAILED, p);
	p[0] = 1;
	ASSERT_EQ(0, vsn_dev_info(self->dev, &info));
	snprintf(want.fabric, sizeof(want.fabric), "%s", self->name);
	/* 1 MiB takes 10 us. */
	want.at = info.now + 5000000;
	want.until = info.now + 7000000;
	ASSERT_EQ(0, vsn_ctl_fault_add(self->ctl, &want, &fault))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_TRUE(fault.is_endpoint);
	EXPECT_EQ(1, fault.target);
	EXPECT_STREQ("b0.npu1", fault.name);
	EXPECT_EQ(VSN_LINK_STATE_UP, endpoint(self, 1).state);
	vsn_prep_copy(vsn_queue_sqe(q), 0, 0, b->ua, self->r->ua, MIB);
	vsn_prep_wait(vsn_queue_sqe(q), 0, 1, b->ua + 8, 1);
	ASSERT_EQ(2, vsn_queue_submit(q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, want.at, NULL));
	EXPECT_EQ(VSN_LINK_STATE_DOWN, endpoint(self, 1).state);
	EXPECT_EQ(PAGE, endpoint(self, 1).lost_bytes);
	EXPECT_TRUE(gets_sigbus(p, false));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(2, vsn_queue_reap(q, cqe, 3));
	EXPECT_EQ(-EIO, cqe[0].res);
	EXPECT_EQ(-EIO, cqe[1].res);
	ASSERT_EQ(0, vsn_dev_run(self->dev, want.until, NULL));
	EXPECT_EQ(VSN_LINK_STATE_UP, endpoint(self, 1).state);
	EXPECT_EQ(0, p[0]);
	munmap(p, MIB);
	vsn_queue_destroy(q);
	vsn_ctl_region_free(b);
}

/* By a clock that goes by itself */
TEST_F(memory, online)
{
	struct vsn_queue *q = vsn_queue_create(self->dev, 8);
	struct vsn_ctl_region *b = test_region(self->ctl, self->name, 1, MIB);
	struct vsn_sqe sqe;

	ASSERT_NE(NULL, q);
	ASSERT_NE(NULL, b);
	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	ASSERT_EQ(0, set_state(self, 1, true));
	vsn_prep_fill(&sqe, 0, 0, b->ua, MIB, 1);
	EXPECT_EQ(-EIO, op_result(self, q, &sqe));
	ASSERT_EQ(0, set_state(self, 1, false));
	EXPECT_EQ(0, op_result(self, q, &sqe));
	EXPECT_FALSE(holds(self->fd, b->ua, MIB, 0));
	vsn_queue_destroy(q);
	vsn_ctl_region_free(b);
}

struct heard {
	uint32_t cmd;
	struct vsn_ctl_endpoint e;
	struct vsn_ctl_fault f;
};

static int take(const struct vsn_ctl_event *event, void *arg)
{
	struct heard *h = arg;

	h->cmd = event->cmd;
	if (event->endpoint)
		h->e = *event->endpoint;
	if (event->fault)
		h->f = *event->fault;
	return 1;
}

TEST_F(memory, told)
{
	struct vsn_ctl_fault want = {
		.is_endpoint = true, .target = 0, .health.state = VSN_LINK_STATE_DOWN,
		.health.bandwidth_part = VSN_CTL_PART_ALL, .at = VSN_CTL_NOW,
		.until = VSN_CTL_FOREVER,
	}, fault;
	struct vsn_ctl *listener;
	struct heard h;

	ASSERT_EQ(0, put(self->fd, self->r->ua, PAGE, 1));
	ASSERT_EQ(0, vsn_ctl_open(&listener));
	ASSERT_EQ(0, vsn_ctl_monitor(listener));
	ASSERT_EQ(0, set_state(self, 0, true));
	ASSERT_EQ(1, vsn_ctl_next(listener, take, &h));
	EXPECT_EQ(VSN_CMD_ENDPOINT_NTF, h.cmd);
	EXPECT_EQ(0, h.e.id);
	EXPECT_EQ(VSN_LINK_STATE_DOWN, h.e.state);
	EXPECT_EQ(PAGE, h.e.lost_bytes);
	ASSERT_EQ(0, set_state(self, 0, false));
	ASSERT_EQ(1, vsn_ctl_next(listener, take, &h));
	EXPECT_EQ(VSN_CMD_ENDPOINT_NTF, h.cmd);
	EXPECT_EQ(VSN_LINK_STATE_UP, h.e.state);

	snprintf(want.fabric, sizeof(want.fabric), "%s", self->name);
	ASSERT_EQ(0, vsn_ctl_fault_add(self->ctl, &want, &fault));
	ASSERT_EQ(1, vsn_ctl_next(listener, take, &h));
	EXPECT_EQ(VSN_CMD_ENDPOINT_NTF, h.cmd);
	EXPECT_EQ(VSN_LINK_STATE_DOWN, h.e.state);
	ASSERT_EQ(1, vsn_ctl_next(listener, take, &h));
	EXPECT_EQ(VSN_CMD_FAULT_NTF, h.cmd);
	EXPECT_EQ(fault.id, h.f.id);
	EXPECT_TRUE(h.f.is_endpoint);
	/* A fault is beside what is set. */
	EXPECT_EQ(-EBUSY, set_state(self, 0, false));
	EXPECT_EQ(0, set_state(self, 0, true));
	ASSERT_EQ(0, vsn_ctl_fault_del(self->ctl, self->name, fault.id));
	EXPECT_EQ(VSN_LINK_STATE_DOWN, endpoint(self, 0).state);
	EXPECT_EQ(0, set_state(self, 0, false));
	EXPECT_EQ(VSN_LINK_STATE_UP, endpoint(self, 0).state);
	vsn_ctl_close(listener);
}

TEST_F(memory, refused)
{
	struct vsn_ctl_fault want = {
		.is_endpoint = true, .target = 10, .health.state = VSN_LINK_STATE_DOWN,
		.health.bandwidth_part = VSN_CTL_PART_ALL, .at = VSN_CTL_NOW,
		.until = VSN_CTL_FOREVER,
	};

	EXPECT_EQ(-ENOENT, set_state(self, 10, true));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "id 10"));
	EXPECT_EQ(-ERANGE, vsn_ctl_endpoint_set_state(self->ctl, self->name, NULL, 0, 3));
	snprintf(want.fabric, sizeof(want.fabric), "%s", self->name);
	EXPECT_EQ(-ENOENT, vsn_ctl_fault_add(self->ctl, &want, NULL));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "endpoint 10"));
	want.target = 0;
	want.health.bandwidth_part /= 2;
	EXPECT_EQ(-EINVAL, vsn_ctl_fault_add(self->ctl, &want, NULL));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "an endpoint is up or down"));
}

struct user {
	memory_t *self;
	volatile unsigned char *p;
	volatile bool stop;
};

static __thread sigjmp_buf on_race;

static void race_handler(int sig)
{
	siglongjmp(on_race, 1);
}

static bool stores(volatile unsigned char *p)
{
	if (sigsetjmp(on_race, 1))
		return false;
	*p = 0x55;
	return true;
}

static void *store_on(void *arg)
{
	struct user *u = arg;
	unsigned int i;

	for (i = 0; !u->stop; i++)
		stores(u->p + i % 16 * PAGE);
	return NULL;
}

static void *write_on(void *arg)
{
	struct user *u = arg;

	while (!u->stop)
		put(u->self->fd, u->self->r->ua, 16 * PAGE, 0x66);
	return NULL;
}

static void *punch_on(void *arg)
{
	struct user *u = arg;

	while (!u->stop)
		madvise((void *)u->p, 8 * PAGE, MADV_REMOVE);
	return NULL;
}

/* Once it is said to be down nobody has a page; nothing written before is there after. */
TEST_F(memory, race)
{
	void *(*const fns[])(void *) = { store_on, write_on, punch_on };
	struct sigaction act = { .sa_handler = race_handler }, old;
	int view = vsn_dev_view(self->dev, 2);
	pthread_t thread[3];
	struct user u;
	int i, j;

	ASSERT_LE(0, view);
	u = (struct user) { .self = self, .p = map_at(view, self->r->ua, MIB) };
	ASSERT_NE(MAP_FAILED, (void *)u.p);
	sigaction(SIGBUS, &act, &old);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, fns[i], &u));
	for (i = 0; i < 150; i++) {
		ASSERT_EQ(0, set_state(self, 0, true));
		for (j = 0; j < 16; j++)
			EXPECT_FALSE(stores(u.p + j * PAGE));
		ASSERT_EQ(0, set_state(self, 0, false));
	}
	ASSERT_EQ(0, set_state(self, 0, true));
	u.stop = true;
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(0, resident(self, self->r));
	ASSERT_EQ(0, set_state(self, 0, false));
	for (j = 0; j < 16; j++)
		EXPECT_EQ(0, u.p[j * PAGE]);
	EXPECT_TRUE(stores(u.p));
	sigaction(SIGBUS, &old, NULL);
	munmap((void *)u.p, MIB);
	close(view);
}

TEST_HARNESS_MAIN
