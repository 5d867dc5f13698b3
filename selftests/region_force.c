// SPDX-License-Identifier: GPL-2.0
/*
 * Regions that are taken away from those who use them: mapped, named by operations that
 * are pending or on their way, read and written.  Whoever it was gets an error, nobody
 * gets another's bytes, and the memory is back when the last of them is done.
 */
#include <pthread.h>
#include <sys/ioctl.h>

#include "memory_fixture.h"

#define NEXT	3	/* endpoint that has nothing but what a test puts there */

static int force(memory_t *self, const struct vsn_ctl_region *r)
{
	return vsn_ctl_region_remove(self->ctl, self->name, NULL, r->id, true);
}

static bool is_there(memory_t *self, const struct vsn_ctl_region *r)
{
	struct vsn_ctl_region *now;

	if (vsn_ctl_region_get(self->ctl, self->name, r->id, &now))
		return false;
	vsn_ctl_region_free(now);
	return true;
}

/* What others hold is given back by a thread of the kernel, a moment later. */
static uint64_t settled(memory_t *self, uint32_t ep)
{
	uint64_t left;
	int i;

	for (i = 0; i < 1000; i++) {
		left = allocated(self->ctl, self->name, ep) + fabric_resident(self);
		if (!left)
			break;
		usleep(10000);
	}
	return left;
}

static struct vsn_ctl_region *filled(memory_t *self, uint32_t ep, size_t len, char with)
{
	struct vsn_ctl_region *r = test_region(self->ctl, self->name, ep, len);
	char *buf = malloc(len);

	memset(buf, with, len);
	if (r && pwrite(self->fd, buf, len, r->ua) != len) {
		vsn_ctl_region_free(r);
		r = NULL;
	}
	free(buf);
	return r;
}

static struct vsn_cqe wait_cqe(struct vsn_queue *q)
{
	struct vsn_cqe cqe = { .res = 1 };

	if (vsn_queue_wait(q, 10000) == 1)
		vsn_queue_reap(q, &cqe, 1);
	return cqe;
}

/* In all inodes, at both addresses; and nobody else holds it, so its memory is back. */
static void mapped_goes(struct __test_metadata *_metadata, memory_t *self, bool huge)
{
	size_t len = huge ? 2 * HUGE : 4 * PAGE;
	struct vsn_ctl_region *r = huge ? add_huge(self, NEXT, len) :
					  test_region(self->ctl, self->name, NEXT, len);
	int view = vsn_dev_view(self->dev, 1), i;
	unsigned char *p[3];
	char c;

	ASSERT_NE(NULL, r);
	ASSERT_LE(0, view);
	p[0] = map_at(self->fd, r->ua, len);
	p[1] = map_at(view, r->ua, len);
	p[2] = map_at(self->fd, window(self, NEXT), len);
	for (i = 0; i < 3; i++) {
		ASSERT_NE(MAP_FAILED, p[i]);
		p[i][0] = i + 1;
		EXPECT_EQ(i + 1, p[0][0]);
		p[i][len - 1] = i + 1;
	}
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, r->id));
	EXPECT_EQ(3, p[0][0]);
	ASSERT_EQ(0, force(self, r))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, allocated(self->ctl, self->name, NEXT));
	EXPECT_EQ(0, fabric_resident(self));
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(gets_sigbus(p[i], false));
		EXPECT_TRUE(gets_sigbus(p[i] + len - 1, true));
	}
	EXPECT_EQ(-1, pread(self->fd, &c, 1, r->ua));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pwrite(self->fd, &c, 1, r->ua));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, r->ua, len));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-ENOENT, force(self, r));
	for (i = 0; i < 3; i++)
		munmap(p[i], len);
	close(view);
	vsn_ctl_region_free(r);
}

TEST_F(memory, a_mapped_one_goes)
{
	mapped_goes(_metadata, self, false);
}

TEST_F(memory, a_mapped_one_of_huge_pages_goes)
{
	mapped_goes(_metadata, self, true);
}

/* The child has the mapping, and its pages, from its parent. */
TEST_F(memory, a_forked_mapping_goes)
{
	struct vsn_ctl_region *r = test_region(self->ctl, self->name, NEXT, 2 * PAGE);
	int to[2], from[2], status;
	unsigned char *p;
	pid_t pid;
	char c;

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, pipe(to));
	ASSERT_EQ(0, pipe(from));
	p = map_at(self->fd, r->ua, 2 * PAGE);
	ASSERT_NE(MAP_FAILED, p);
	p[0] = 7;
	pid = fork();
	if (!pid) {
		if (p[0] != 7 || write(from[1], "a", 1) != 1 || read(to[0], &c, 1) != 1)
			_exit(1);
		/* One page it had, one it never touched. */
		_exit(gets_sigbus(p, false) && gets_sigbus(p + PAGE, true) ? 0 : 2);
	}
	ASSERT_EQ(1, read(from[0], &c, 1));
	EXPECT_EQ(0, force(self, r));
	ASSERT_EQ(1, write(to[1], "b", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(gets_sigbus(p, false));
	EXPECT_EQ(0, allocated(self->ctl, self->name, NEXT));
	munmap(p, 2 * PAGE);
	vsn_ctl_region_free(r);
}

/* Each operation that can name a region, as source or destination */
static int submit_each(struct vsn_queue *q, uint64_t gone, uint64_t stays, uint64_t word)
{
	struct vsn_sqe *sqe;
	uint32_t stream = 0;

	vsn_prep_copy(vsn_queue_sqe(q), 0, stream++, stays, gone, 64);
	vsn_prep_copy(vsn_queue_sqe(q), 0, stream++, gone, stays, 64);
	sqe = vsn_queue_sqe(q);
	vsn_prep_copy(sqe, 0, stream++, gone, stays, 64);
	sqe->flags = VSN_OP_F_NODATA;
	vsn_prep_fill(vsn_queue_sqe(q), 0, stream++, gone, 64, 5);
	vsn_prep_fadd(vsn_queue_sqe(q), 0, stream++, gone, 1);
	vsn_prep_swap(vsn_queue_sqe(q), 0, stream++, gone, 1);
	vsn_prep_cas(vsn_queue_sqe(q), 0, stream++, gone, 1, 0);
	vsn_prep_signal(vsn_queue_sqe(q), 0, stream++, gone, 1);
	vsn_prep_reduce(vsn_queue_sqe(q), 0, stream++, stays, gone, 64, VSN_REDUCE_SUM,
			VSN_REDUCE_I64);
	vsn_prep_wait(vsn_queue_sqe(q), 0, stream++, gone, 1ULL << 60);
	/* Its turn comes after one of these, and it is none of them. */
	vsn_prep_fill(vsn_queue_sqe(q), 0, 0, word, 8, 0x11);
	return vsn_queue_submit(q);
}

TEST_F(memory, pending_operations_end_with_eio)
{
	struct vsn_ctl_region *gone = filled(self, NEXT, PAGE, 1);
	struct vsn_ctl_region *stays = filled(self, 1, PAGE, 2), *heir;
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 16);
	struct vsn_cqe cqe[16];
	struct vsn_run run;
	uint64_t word;
	int i, n;

	ASSERT_NE(NULL, gone);
	ASSERT_NE(NULL, stays);
	ASSERT_NE(NULL, q);
	n = submit_each(q, gone->ua, stays->ua, stays->ua + 1024);
	ASSERT_EQ(11, n);
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, gone->id));
	ASSERT_EQ(0, force(self, gone))
		TH_LOG("%s", vsn_ctl_error(self->ctl));

	/* It is gone for all, but what they may reach is nobody else's yet. */
	EXPECT_FALSE(is_there(self, gone));
	EXPECT_EQ(-ENOENT, force(self, gone));
	EXPECT_EQ(PAGE, allocated(self->ctl, self->name, NEXT));
	heir = filled(self, NEXT, PAGE, 9);
	ASSERT_NE(NULL, heir);
	EXPECT_EQ(2 * PAGE, allocated(self->ctl, self->name, NEXT));
	/* The page of the first is at the start of the window, and reads as nobody's. */
	EXPECT_TRUE(holds(self->fd, window(self, NEXT), PAGE, 0));
	EXPECT_TRUE(holds(self->fd, window(self, NEXT) + PAGE, PAGE, 9));

	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(n, run.completed);
	EXPECT_EQ(0, run.pending);
	ASSERT_EQ(n, vsn_queue_reap(q, cqe, 16));
	for (i = 0; i < n; i++) {
		bool last = cqe[i].opcode == VSN_OP_FILL && cqe[i].stream == 0;

		EXPECT_EQ(last ? 0 : -EIO, cqe[i].res)
			TH_LOG("opcode %u: %d", cqe[i].opcode, cqe[i].res);
	}
	EXPECT_TRUE(holds(self->fd, stays->ua, 1024, 2));
	ASSERT_EQ(8, pread(self->fd, &word, 8, stays->ua + 1024));
	EXPECT_EQ(0x11, word);
	EXPECT_TRUE(holds(self->fd, heir->ua, PAGE, 9));

	/* Now the last reference is gone, and its memory back. */
	for (i = 0; i < 500 && allocated(self->ctl, self->name, NEXT) != PAGE; i++)
		usleep(10000);
	EXPECT_EQ(PAGE, allocated(self->ctl, self->name, NEXT));
	EXPECT_EQ(2 * PAGE, fabric_resident(self));
	/* What is submitted later finds nothing at the address. */
	vsn_prep_fill(vsn_queue_sqe(q), 0, 0, gone->ua, 64, 5);
	ASSERT_EQ(1, vsn_queue_submit(q));
	ASSERT_EQ(1, vsn_queue_reap(q, cqe, 1));
	EXPECT_EQ(-EFAULT, cqe[0].res);
	vsn_queue_destroy(q);
	vsn_ctl_region_free(heir);
	vsn_ctl_region_free(stays);
	vsn_ctl_region_free(gone);
}

/* Half of it is on its way: the rest does not follow, and no byte takes effect. */
TEST_F(memory, what_is_on_its_way_ends_with_eio)
{
	struct vsn_ctl_region *from = filled(self, NEXT, MIB, 1), *to = filled(self, 1, MIB, 2);
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 16);
	struct vsn_cqe cqe;
	struct vsn_run run;

	ASSERT_NE(NULL, from);
	ASSERT_NE(NULL, to);
	ASSERT_NE(NULL, q);
	vsn_prep_copy(vsn_queue_sqe(q), 0, 0, to->ua, from->ua, MIB);
	ASSERT_EQ(1, vsn_queue_submit(q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, 2 * 1000 * 1000, &run));
	ASSERT_EQ(1, run.pending);
	ASSERT_EQ(0, force(self, from));
	EXPECT_EQ(MIB, allocated(self->ctl, self->name, NEXT));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	ASSERT_EQ(1, vsn_queue_reap(q, &cqe, 1));
	EXPECT_EQ(-EIO, cqe.res);
	EXPECT_LT(cqe.bytes, MIB);
	EXPECT_TRUE(holds(self->fd, to->ua, MIB, 2));
	ASSERT_EQ(0, force(self, to));
	EXPECT_EQ(0, settled(self, NEXT));
	vsn_queue_destroy(q);
	vsn_ctl_region_free(from);
	vsn_ctl_region_free(to);
}

/* Ordered: nothing but RUN makes anything happen, so the next RUN ends it. */
TEST_F(memory, a_blocked_wait_ends_with_eio)
{
	struct vsn_ctl_region *r = filled(self, NEXT, PAGE, 0);
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 16);
	struct vsn_cqe cqe[2];
	struct vsn_run run;

	ASSERT_NE(NULL, r);
	ASSERT_NE(NULL, q);
	vsn_prep_wait(vsn_queue_sqe(q), 0, 0, r->ua + 8, 1);
	vsn_prep_nop(vsn_queue_sqe(q), 0, 0);
	ASSERT_EQ(2, vsn_queue_submit(q));
	EXPECT_EQ(-EDEADLK, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(1, run.blocked);
	ASSERT_EQ(0, force(self, r));
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, run.pending);
	ASSERT_EQ(2, vsn_queue_reap(q, cqe, 2));
	EXPECT_EQ(VSN_OP_WAIT, cqe[0].opcode);
	EXPECT_EQ(-EIO, cqe[0].res);
	EXPECT_EQ(VSN_OP_NOP, cqe[1].opcode);
	EXPECT_EQ(0, cqe[1].res);
	EXPECT_EQ(0, settled(self, NEXT));
	vsn_queue_destroy(q);
	vsn_ctl_region_free(r);
}

/* Online: who waits in poll need do nothing. */
TEST_F(memory, a_blocked_wait_ends_by_itself_online)
{
	struct vsn_ctl_region *r = filled(self, NEXT, PAGE, 0);
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 16);
	struct vsn_cqe cqe;

	ASSERT_NE(NULL, r);
	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0));
	vsn_prep_wait(vsn_queue_sqe(q), 0, 0, r->ua + 8, 1);
	ASSERT_EQ(1, vsn_queue_submit(q));
	ASSERT_EQ(0, force(self, r));
	cqe = wait_cqe(q);
	EXPECT_EQ(-EIO, cqe.res);
	EXPECT_EQ(0, settled(self, NEXT));
	vsn_queue_destroy(q);
	vsn_ctl_region_free(r);
}

/* A queue that is closed lets go of it; one that has started goes with the fabric. */
TEST_F(memory, closed_queues_let_go)
{
	struct vsn_ctl_region *r = filled(self, NEXT, MIB, 1), *s = filled(self, 1, MIB, 1);
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 16);
	struct vsn_run run;

	ASSERT_NE(NULL, r);
	ASSERT_NE(NULL, s);
	ASSERT_NE(NULL, q);
	vsn_prep_fill(vsn_queue_sqe(q), 0, 0, s->ua, MIB, 3);
	vsn_prep_fill(vsn_queue_sqe(q), 0, 0, r->ua, MIB, 3);
	ASSERT_EQ(2, vsn_queue_submit(q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, 2 * 1000 * 1000, &run));
	ASSERT_EQ(2, run.pending);
	ASSERT_EQ(0, force(self, r));
	ASSERT_EQ(0, force(self, s));
	EXPECT_EQ(MIB, allocated(self->ctl, self->name, NEXT));
	vsn_queue_destroy(q);
	/* The first is on its way, and waits for somebody's RUN. */
	EXPECT_EQ(MIB, allocated(self->ctl, self->name, 1));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	usleep(200000);
	EXPECT_EQ(0, allocated(self->ctl, self->name, NEXT));
	/* The fixture's teardown deletes the fabric under it. */
	vsn_ctl_region_free(r);
	vsn_ctl_region_free(s);
}

#define BIG	(64 * MIB)

/* A doorbell moves bytes itself, so it rings elsewhere. */
static void *ring(void *arg)
{
	if (vsn_queue_submit(arg) != 2)
		abort();
	return NULL;
}

/* Pages that begin with this byte */
static size_t pages_with(const volatile unsigned char *map, unsigned char byte)
{
	size_t i, n = 0;

	for (i = 0; i < BIG; i += PAGE)
		n += map[i] == byte;
	return n;
}

/*
 * Copies of bytes that are on, outside of all locks: when removal returns, none goes on,
 * wherever it reads or writes.  Some end before it comes, others are yet to begin.
 */
static void stop_movers(struct __test_metadata *_metadata, memory_t *self, bool take_source)
{
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 16);
	unsigned long part = 0, changed = 0, i, round;
	struct vsn_ctl_region *from, *to;
	struct vsn_cqe cqe;
	unsigned char *map;
	pthread_t thread;
	size_t before;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0));
	for (round = 1; round <= 8; round++) {
		from = filled(self, NEXT, BIG, round);
		to = filled(self, 1, BIG, 100);
		ASSERT_NE(NULL, from);
		ASSERT_NE(NULL, to);
		map = map_at(self->fd, to->ua, BIG);
		ASSERT_NE(MAP_FAILED, map);
		ASSERT_EQ(0, pages_with(map, round));
		vsn_prep_copy(vsn_queue_sqe(q), 0, 0, to->ua, from->ua, BIG);
		vsn_prep_copy(vsn_queue_sqe(q), 0, 1, to->ua, from->ua, BIG);
		ASSERT_EQ(0, pthread_create(&thread, NULL, ring, q));
		while (*(volatile unsigned char *)&map[round * MIB] != round)
			;
		ASSERT_EQ(0, force(self, take_source ? from : to));
		if (take_source) {
			before = pages_with(map, round);
			part += before < BIG / PAGE;
			usleep(50000);
			changed += pages_with(map, round) != before;
		}
		pthread_join(thread, NULL);
		for (i = 0; i < 2; i++) {
			cqe = wait_cqe(q);
			/* The second may have been taken after it was gone. */
			EXPECT_TRUE(!cqe.res || cqe.res == -EIO || cqe.res == -EFAULT)
				TH_LOG("%d", cqe.res);
			if (!take_source)
				part += cqe.res == -EIO;
		}
		EXPECT_EQ(0, force(self, take_source ? to : from));
		munmap(map, BIG);
		vsn_ctl_region_free(from);
		vsn_ctl_region_free(to);
	}
	TH_LOG("%lu of %lu were stopped on their way", part, round - 1);
	EXPECT_EQ(0, changed);
	EXPECT_LT(0, part);
	EXPECT_EQ(0, settled(self, NEXT));
	EXPECT_EQ(0, allocated(self->ctl, self->name, 1));
	vsn_queue_destroy(q);
}

TEST_F_TIMEOUT(memory, movers_stop_reading_it, 120)
{
	stop_movers(_metadata, self, true);
}

TEST_F_TIMEOUT(memory, movers_stop_writing_it, 120)
{
	stop_movers(_metadata, self, false);
}

/*
 * The race.  Of round n are the words n, written by the main thread, and FILL | n,
 * written by operations.  Who finds a word of a round whose removal had returned before
 * it looked has seen what is not there any more, or another's.
 */
#define SECONDS		5
#define WORDS		16
#define SPAN		(WORDS * PAGE)
#define FILL		(1ULL << 63)

static memory_t *shared;
static bool stop;
static uint64_t current_round, current_ua;
static uint64_t removed;
static unsigned long stale, loads, reads, ops, lost;
static sigjmp_buf loader_env;
static pthread_t loader_thread;

static bool going(void)
{
	return !__atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

static void check_word(uint64_t before, uint64_t word)
{
	word &= ~FILL;
	if (word && word <= before)
		__atomic_fetch_add(&stale, 1, __ATOMIC_RELAXED);
}

static uint64_t last_removed(void)
{
	return __atomic_load_n(&removed, __ATOMIC_SEQ_CST);
}

static void loader_sigbus(int sig)
{
	if (!pthread_equal(pthread_self(), loader_thread))
		_exit(99);
	siglongjmp(loader_env, 1);
}

/* By turns through the region's own address and through its home's window */
static void *loader(void *arg)
{
	volatile uint64_t *const w = map_at(shared->fd, window(shared, NEXT), SPAN);
	volatile uint64_t *volatile p = NULL;
	int view = vsn_dev_view(shared->dev, 2);
	volatile uint64_t mapped_ua = 0;
	volatile unsigned int i = 0;
	uint64_t before, ua;

	loader_thread = pthread_self();
	while (going()) {
		ua = __atomic_load_n(&current_ua, __ATOMIC_ACQUIRE);
		if (ua != mapped_ua) {
			if (p)
				munmap((void *)p, SPAN);
			p = map_at(view, ua, SPAN);
			if (p == MAP_FAILED)
				p = NULL;
			mapped_ua = p ? ua : 0;
		}
		if (sigsetjmp(loader_env, 1))
			continue;
		i++;
		before = last_removed();
		if (p && i % 2)
			check_word(before, p[i / 2 % WORDS * PAGE / 8]);
		else
			check_word(before, w[i / 2 % WORDS * PAGE / 8]);
		loads++;
	}
	if (p)
		munmap((void *)p, SPAN);
	munmap((void *)w, SPAN);
	close(view);
	return NULL;
}

static void read_words(uint64_t ua)
{
	uint64_t before, word;
	int i;

	for (i = 0; i < WORDS; i++) {
		before = last_removed();
		if (pread(shared->fd, &word, 8, ua + i * PAGE) == 8)
			check_word(before, word);
	}
}

static void *reader(void *arg)
{
	while (going()) {
		read_words(window(shared, NEXT));
		read_words(__atomic_load_n(&current_ua, __ATOMIC_ACQUIRE));
		reads++;
	}
	return NULL;
}

/* Fills what is there, copies it to a region that stays and back, and waits in it. */
static void *submitter(void *arg)
{
	struct vsn_queue *q = vsn_queue_create_sized(shared->dev, 64, 256);
	uint64_t ua, round, stays = *(uint64_t *)arg;
	struct vsn_cqe cqe;

	while (going()) {
		/* Of this address, or of a later one */
		ua = __atomic_load_n(&current_ua, __ATOMIC_ACQUIRE);
		round = __atomic_load_n(&current_round, __ATOMIC_ACQUIRE);
		vsn_prep_fill(vsn_queue_sqe(q), 0, 0, ua, SPAN, FILL | round);
		vsn_prep_copy(vsn_queue_sqe(q), 0, 1, stays, ua, SPAN);
		vsn_prep_copy(vsn_queue_sqe(q), 0, 2, ua, ua + SPAN / 2, SPAN / 4);
		vsn_prep_wait(vsn_queue_sqe(q), 0, 3, ua + 8, ~0ULL);
		vsn_prep_fadd(vsn_queue_sqe(q), 0, 4, ua + 16, 1);
		if (vsn_queue_submit(q) < 0)
			abort();
		while (vsn_queue_reap(q, &cqe, 1) == 1) {
			ops++;
			if (cqe.res && cqe.res != -EIO && cqe.res != -EFAULT)
				abort();
			lost += cqe.res == -EIO;
		}
		/* A WAIT ends when its region goes, and not before. */
		if (vsn_queue_outstanding(q) > 150)
			vsn_queue_wait(q, 1000);
	}
	vsn_queue_destroy(q);
	return NULL;
}

typedef void *(*thread_fn)(void *);

TEST_F_TIMEOUT(memory, removal_against_all, 120)
{
	const thread_fn fns[] = { loader, reader, submitter };
	struct sigaction act = { .sa_handler = loader_sigbus }, old;
	struct vsn_ctl_region *stays, *beside, *r;
	unsigned char *buf = malloc(SPAN);
	struct vsn_ctl_fabric *fabric;
	unsigned long dirty = 0;
	pthread_t threads[3];
	time_t end;
	uint64_t round;
	size_t i;

	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0));
	stays = test_region(self->ctl, self->name, 1, SPAN);
	ASSERT_NE(NULL, stays);
	shared = self;
	current_ua = self->r->ua;
	ASSERT_EQ(0, force(self, self->r));
	sigaction(SIGBUS, &act, &old);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, fns[i], &stays->ua));
	end = time(NULL) + SECONDS;
	for (round = 1; time(NULL) < end; round++) {
		const uint32_t home = NEXT;
		struct vsn_ctl_region_spec spec = {
			.size = SPAN, .homes = &home, .nr_homes = 1, .name = "again",
		};

		ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, self->name, &spec, &r))
			TH_LOG("%s", vsn_ctl_error(self->ctl));
		/* Nobody but the main thread knows its address yet. */
		ASSERT_EQ(SPAN, pread(self->fd, buf, SPAN, r->ua));
		dirty += !is_filled(buf, SPAN, 0);
		beside = NULL;
		if (round % 4 == 0) {
			beside = filled(self, NEXT, SPAN, 0);
			ASSERT_NE(NULL, beside);
		}
		__atomic_store_n(&current_round, round, __ATOMIC_RELEASE);
		__atomic_store_n(&current_ua, r->ua, __ATOMIC_RELEASE);
		for (i = 0; i < WORDS; i += 1 + round % 3)
			ASSERT_EQ(8, pwrite(self->fd, &round, 8, r->ua + i * PAGE));
		if (round % 2)
			usleep(round % 7 * 300);
		ASSERT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, "again", 0, true))
			TH_LOG("%s", vsn_ctl_error(self->ctl));
		__atomic_store_n(&removed, round, __ATOMIC_SEQ_CST);
		if (beside) {
			ASSERT_EQ(SPAN, pread(self->fd, buf, SPAN, beside->ua));
			dirty += !is_filled(buf, SPAN, 0);
			ASSERT_EQ(0, force(self, beside));
			vsn_ctl_region_free(beside);
		}
		vsn_ctl_region_free(r);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	sigaction(SIGBUS, &old, NULL);
	TH_LOG("%llu regions; %lu loads, %lu reads, %lu operations, %lu of them lost it",
	       (unsigned long long)round, loads, reads, ops, lost);
	EXPECT_EQ(0, stale);
	EXPECT_EQ(0, dirty);
	EXPECT_LT(0, loads);
	EXPECT_LT(0, reads);
	EXPECT_LT(0, lost);
	ASSERT_EQ(0, force(self, stays));
	EXPECT_EQ(0, settled(self, NEXT));
	EXPECT_EQ(0, allocated(self->ctl, self->name, 1));
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &fabric));
	EXPECT_EQ(0, fabric->regions);
	EXPECT_EQ(0, fabric->pending);
	vsn_ctl_fabric_free(fabric);
	vsn_ctl_region_free(stays);
	free(buf);
}

TEST_HARNESS_MAIN
