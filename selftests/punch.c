// SPDX-License-Identifier: GPL-2.0
/* Holes: memory is given back, zeros are there, and nothing is left of what was. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "libvsn.h"
#include "memory_fixture.h"

#define PUNCH	(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static unsigned char buf[4 * MIB];

static int view(memory_t *self)
{
	return vsn_dev_view(self->dev, 1);
}

/* The region is full of 'x', and mapped. */
static unsigned char *filled(memory_t *self, int fd, const struct vsn_ctl_region *r)
{
	unsigned char *p = map_at(fd, r->ua, r->size);

	if (p != MAP_FAILED)
		memset(p, 'x', r->size);
	return p;
}

/* Zeros from @from to @to, and nowhere else, by a mapping and by pread. */
static bool is_hole(memory_t *self, const struct vsn_ctl_region *r, const unsigned char *p,
		    size_t from, size_t to)
{
	if (pread(self->fd, buf, r->size, r->ua) != (ssize_t)r->size)
		return false;
	return !memcmp(buf, p, r->size) && is_filled(p, from, 'x') &&
	       is_filled(p + from, to - from, 0) && is_filled(p + to, r->size - to, 'x');
}

TEST_F(memory, pages_are_given_back)
{
	unsigned char *p;
	int fd = view(self);

	ASSERT_LE(0, fd);
	p = filled(self, fd, self->r);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(MIB, resident(self, self->r));
	ASSERT_EQ(0, fallocate(fd, PUNCH, self->r->ua + 5 * PAGE, 7 * PAGE));
	EXPECT_EQ(MIB - 7 * PAGE, resident(self, self->r));
	/* Reading by pread makes no page, a load does. */
	EXPECT_EQ(PAGE, pread(self->fd, buf, PAGE, self->r->ua + 6 * PAGE));
	EXPECT_TRUE(is_filled(buf, PAGE, 0));
	EXPECT_EQ(MIB - 7 * PAGE, resident(self, self->r));
	EXPECT_TRUE(is_hole(self, self->r, p, 5 * PAGE, 12 * PAGE));
	EXPECT_EQ(MIB, resident(self, self->r));
	/* What is written there stays. */
	p[5 * PAGE] = 'y';
	EXPECT_EQ(1, pread(self->fd, buf, 1, self->r->ua + 5 * PAGE));
	EXPECT_EQ('y', buf[0]);
	ASSERT_EQ(0, fallocate(fd, PUNCH, self->r->ua, MIB));
	EXPECT_EQ(0, resident(self, self->r));
	munmap(p, MIB);
	close(fd);
}

TEST_F(memory, parts_of_pages_are_zeroed)
{
	unsigned char *p;
	int fd = view(self);

	ASSERT_LE(0, fd);
	p = filled(self, fd, self->r);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, fallocate(fd, PUNCH, self->r->ua + 100, 50));
	EXPECT_TRUE(is_hole(self, self->r, p, 100, 150));
	EXPECT_EQ(MIB, resident(self, self->r));
	memset(p, 'x', MIB);
	ASSERT_EQ(0, fallocate(fd, PUNCH, self->r->ua + PAGE - 1, PAGE + 2));
	EXPECT_EQ(MIB - PAGE, resident(self, self->r));
	EXPECT_TRUE(is_hole(self, self->r, p, PAGE - 1, 2 * PAGE + 1));
	munmap(p, MIB);
	close(fd);
}

/* Interleaved: each home has its part, wherever the hole begins and ends. */
TEST_F(memory, hole_over_homes)
{
	static const struct {
		size_t off, len;
	} holes[] = {
		{ 0, MIB }, { 0, 1 }, { PAGE, PAGE }, { 3 * PAGE, 10 * PAGE },
		{ 64 * KIB, 192 * KIB }, { 64 * KIB - PAGE, 2 * PAGE }, { 70000, 500000 },
		{ MIB - 1, 1 }, { MIB - 3 * 64 * KIB - 5, 64 * KIB + 10 },
	};
	uint32_t homes[] = { 3, 4, 7 };
	struct vsn_ctl_region *r = add_region(self, MIB, homes, 3, 64 * KIB, false);
	unsigned char *p, *device;
	int fd = view(self);
	size_t i, whole, end;

	ASSERT_NE(NULL, r);
	ASSERT_LE(0, fd);
	for (i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		p = filled(self, fd, r);
		ASSERT_NE(MAP_FAILED, p);
		/* The first home's part, the physical view: 6 granules, the last one short */
		device = map_at(self->fd, window(self, 3), 6 * 64 * KIB);
		ASSERT_NE(MAP_FAILED, device);
		EXPECT_TRUE(is_filled(device, 5 * 64 * KIB, 'x'));
		ASSERT_EQ(0, fallocate(fd, PUNCH, r->ua + holes[i].off, holes[i].len));
		end = holes[i].off + holes[i].len;
		whole = (end & -PAGE) - ((holes[i].off + PAGE - 1) & -PAGE);
		if ((ssize_t)whole < 0)
			whole = 0;
		EXPECT_EQ(MIB - whole, resident(self, r));
		EXPECT_TRUE(is_hole(self, r, p, holes[i].off, end))
			TH_LOG("hole %zu", i);
		EXPECT_EQ(0, memcmp(device, p, 64 * KIB));
		EXPECT_EQ(0, memcmp(device + 64 * KIB, p + 3 * 64 * KIB, 64 * KIB));
		munmap(device, 6 * 64 * KIB);
		munmap(p, MIB);
	}
	close(fd);
	vsn_ctl_region_free(r);
}

/* Large folios are freed when all of them is in the hole. */
TEST_F(memory, large_folios)
{
	struct vsn_ctl_region *r = add_huge(self, 2, 2 * HUGE);
	unsigned char *p;
	int fd = view(self);

	ASSERT_NE(NULL, r);
	ASSERT_LE(0, fd);
	p = filled(self, fd, r);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(2 * HUGE, resident(self, r));
	/* Parts of two of them: they stay. */
	ASSERT_EQ(0, fallocate(fd, PUNCH, r->ua + PAGE, HUGE));
	EXPECT_EQ(2 * HUGE, resident(self, r));
	EXPECT_TRUE(is_hole(self, r, p, PAGE, HUGE + PAGE));
	ASSERT_EQ(0, fallocate(fd, PUNCH, r->ua, HUGE));
	EXPECT_EQ(HUGE, resident(self, r));
	EXPECT_TRUE(is_hole(self, r, p, 0, HUGE + PAGE));
	/* Its loads brought the other one back. */
	EXPECT_EQ(2 * HUGE, resident(self, r));
	munmap(p, 2 * HUGE);
	close(fd);
	vsn_ctl_region_free(r);
}

/* As on tmpfs, a program that has only the mapping can do it. */
TEST_F(memory, madv_remove)
{
	unsigned char *p;
	int fd = view(self);

	ASSERT_LE(0, fd);
	p = filled(self, fd, self->r);
	ASSERT_NE(MAP_FAILED, p);
	close(fd);
	ASSERT_EQ(0, madvise(p + 2 * PAGE, 4 * PAGE, MADV_REMOVE));
	EXPECT_EQ(MIB - 4 * PAGE, resident(self, self->r));
	EXPECT_TRUE(is_hole(self, self->r, p, 2 * PAGE, 6 * PAGE));
	munmap(p, MIB);
}

#define EXPECT_ERRNO(e, call) do {					\
	errno = 0;							\
	EXPECT_EQ(-1, call);						\
	EXPECT_EQ(e, errno);						\
} while (0)

TEST_F(memory, refused)
{
	uint64_t ua = self->r->ua;
	struct vsn_view how = { .size = sizeof(how), .initiator = 1 };
	int fd = view(self), context, reader;
	unsigned char *p;
	char path[64];

	ASSERT_LE(0, fd);
	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	context = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, context);
	reader = ioctl(context, VSN_IOC_VIEW, &how);
	ASSERT_LE(0, reader);
	p = filled(self, fd, self->r);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_ERRNO(EOPNOTSUPP, fallocate(fd, 0, ua, PAGE));
	EXPECT_ERRNO(EOPNOTSUPP, fallocate(fd, FALLOC_FL_ZERO_RANGE, ua, PAGE));
	EXPECT_ERRNO(EINVAL, fallocate(fd, PUNCH, ua, 0));
	EXPECT_ERRNO(ENXIO, fallocate(fd, PUNCH, ua, MIB + 1));
	EXPECT_ERRNO(ENXIO, fallocate(fd, PUNCH, ua + MIB - 1, 2));
	EXPECT_ERRNO(ENXIO, fallocate(fd, PUNCH, ua + MIB, 1));
	EXPECT_ERRNO(ENXIO, fallocate(fd, PUNCH, ua + 2 * MIB, 2));
	EXPECT_ERRNO(EPERM, fallocate(fd, PUNCH, window(self, 0), PAGE));
	EXPECT_ERRNO(EBADF, fallocate(reader, PUNCH, ua, PAGE));
	EXPECT_ERRNO(ENODEV, fallocate(self->fd, PUNCH, ua, PAGE));
	/* Nor does a view get another size, or mode. */
	EXPECT_ERRNO(EOPNOTSUPP, ftruncate(fd, PAGE));
	EXPECT_ERRNO(EOPNOTSUPP, fchmod(fd, 0777));
	EXPECT_EQ(MIB, resident(self, self->r));
	EXPECT_TRUE(is_filled(p, MIB, 'x'));
	munmap(p, MIB);
	close(reader);
	close(context);
	close(fd);
}

/* DISCARD does the same, in its place in a stream. */
TEST_F(memory, discard)
{
	static const __u32 clocks[] = { VSN_CLOCK_ORDERED, VSN_CLOCK_ONLINE };
	struct vsn_queue *q;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	unsigned char *p;
	size_t i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, clocks[i], 0));
		q = vsn_queue_create(self->dev, 8);
		ASSERT_NE(NULL, q);
		p = filled(self, self->fd, self->r);
		ASSERT_NE(MAP_FAILED, p);
		/* By another endpoint: a request goes out, and an ack comes back. */
		vsn_prep_discard(&sqe, 1, 0, self->r->ua + 3 * PAGE + 1, 4 * PAGE);
		ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
		EXPECT_EQ(0, cqe.res);
		EXPECT_EQ(0, cqe.bytes);
		EXPECT_LT(0, cqe.wire);
		EXPECT_LT(cqe.start, cqe.end);
		EXPECT_EQ(MIB - 3 * PAGE, resident(self, self->r));
		EXPECT_TRUE(is_hole(self, self->r, p, 3 * PAGE + 1, 7 * PAGE + 1));
		/* What it does not have */
		vsn_prep_discard(&sqe, 1, 0, self->r->ua, MIB + 1);
		ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
		EXPECT_EQ(-ERANGE, cqe.res);
		vsn_prep_discard(&sqe, 1, 0, self->r->ua, PAGE);
		sqe.arg0 = 1;
		ASSERT_EQ(0, test_op(self->dev, q, &sqe, &cqe));
		EXPECT_EQ(-EINVAL, cqe.res);
		munmap(p, MIB);
		vsn_queue_destroy(q);
	}
}

/*
 * Programs are killed while threads of the kernel wait to discard for them, and their
 * fabric is deleted at once, by the fixture's end: what threads unmap from goes after them.
 */
static void *fill_all(void *arg)
{
	memory_t *self = arg;
	struct vsn_queue *q = vsn_queue_create(self->dev, 64);
	unsigned int i;

	if (!q)
		return NULL;
	for (i = 0;; i++) {
		struct vsn_sqe *sqe = vsn_queue_sqe(q);
		struct vsn_cqe cqe;

		while (sqe && i % 8) {
			vsn_prep_fill(sqe, 1, i % 8, self->r->ua, MIB, ~0ULL);
			i++;
			sqe = vsn_queue_sqe(q);
		}
		if (sqe)
			vsn_prep_discard(sqe, 2, 0, self->r->ua, MIB);
		vsn_queue_submit(q);
		while (vsn_queue_reap(q, &cqe, 1) == 1)
			;
	}
	return NULL;
}

TEST_F(memory, threads_end_before_views)
{
	pthread_t thread;
	int status;
	pid_t pid;

	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		map_at(self->fd, self->r->ua, MIB);
		if (pthread_create(&thread, NULL, fill_all, self))
			_exit(1);
		fill_all(self);
		_exit(1);
	}
	usleep(20000 + getpid() % 16 * 3000);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
}

/* Others load, store, read, write, copy, and split their mappings there meanwhile. */
#define RACE_PAGES	64

enum { STORE, FILE_IO, COPY, PROTECT, PUNCH_A, PUNCH_B, NR_RACERS };

struct race {
	memory_t *self;
	unsigned char *p, *other;	/* through two views */
	int fd[2];
	bool stop;
};

struct racer {
	struct race *race;
	int no;
	unsigned long wrong;
	unsigned long rounds;
};

static bool stopped(const struct racer *r)
{
	return __atomic_load_n(&r->race->stop, __ATOMIC_RELAXED);
}

static void *race_store(void *arg)
{
	struct racer *r = arg;
	unsigned long *word;

	for (; !stopped(r); r->rounds++) {
		word = (unsigned long *)(r->race->p + r->rounds * 7 % RACE_PAGES * PAGE);
		__atomic_store_n(word, 1, __ATOMIC_RELAXED);
		r->wrong += __atomic_load_n(word, __ATOMIC_RELAXED) > 1;
	}
	return NULL;
}

static void *race_file(void *arg)
{
	struct racer *r = arg;
	unsigned long word;
	uint64_t ua;

	for (; !stopped(r); r->rounds++) {
		ua = r->race->self->r->ua + r->rounds * 11 % RACE_PAGES * PAGE;
		word = 1;
		if (r->rounds & 1)
			r->wrong += pwrite(r->race->self->fd, &word, 8, ua) != 8;
		else
			r->wrong += pread(r->race->self->fd, &word, 8, ua) != 8 || word > 1;
	}
	return NULL;
}

static void *race_copy(void *arg)
{
	struct racer *r = arg;
	memory_t *self = r->race->self;
	struct vsn_queue *q = vsn_queue_create(self->dev, 8);
	uint64_t ua = self->r->ua;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;

	for (; q && !stopped(r); r->rounds++) {
		if (r->rounds % 4)
			vsn_prep_copy(&sqe, 1, 0, ua + r->rounds * 13 % RACE_PAGES * PAGE,
				      ua + r->rounds * 17 % RACE_PAGES * PAGE, PAGE);
		else
			vsn_prep_discard(&sqe, 1, 0, ua + r->rounds % RACE_PAGES * PAGE, PAGE);
		r->wrong += test_op(self->dev, q, &sqe, &cqe) || cqe.res;
	}
	vsn_queue_destroy(q);
	return NULL;
}

/* VMAs are split and merged again, and are out of their inode's tree for moments. */
static void *race_protect(void *arg)
{
	struct racer *r = arg;
	unsigned char *p = r->race->other;

	for (; !stopped(r); r->rounds++) {
		r->wrong += mprotect(p + r->rounds % 32 * PAGE, 3 * PAGE, PROT_READ) != 0;
		r->wrong += mprotect(p, RACE_PAGES * PAGE, PROT_READ | PROT_WRITE) != 0;
	}
	return NULL;
}

/*
 * Each has a page of its own, which the others leave alone, but holes of both cover:
 * nothing but what it stored itself, or zeros, is ever there, and zeros right after.
 */
static void *race_punch(void *arg)
{
	struct racer *r = arg;
	struct race *race = r->race;
	uint64_t ua = race->self->r->ua;
	size_t own = (RACE_PAGES + r->no) * PAGE, from, to;
	unsigned long word;

	for (; !stopped(r); r->rounds++) {
		*(volatile unsigned long *)(race->p + own) = r->rounds + 1;
		word = *(volatile unsigned long *)(race->other + own);
		r->wrong += word && word != r->rounds + 1;
		from = r->rounds * 5 % RACE_PAGES;
		to = RACE_PAGES + NR_RACERS;
		r->wrong += fallocate(race->fd[r->no & 1], PUNCH, ua + from * PAGE,
				      (to - from) * PAGE) != 0;
		r->wrong += *(volatile unsigned long *)(race->p + own) != 0;
		r->wrong += *(volatile unsigned long *)(race->other + own) != 0;
		r->wrong += pread(race->self->fd, &word, 8, ua + own) != 8 || word;
	}
	return NULL;
}

TEST_F_TIMEOUT(memory, against_all_accesses, 100)
{
	static void *(*const fns[NR_RACERS])(void *) = {
		race_store, race_file, race_copy, race_protect, race_punch, race_punch,
	};
	struct race race = { .self = self };
	struct racer r[NR_RACERS] = {};
	pthread_t threads[NR_RACERS];
	unsigned long i;

	race.fd[0] = view(self);
	race.fd[1] = vsn_dev_view(self->dev, 2);
	ASSERT_LE(0, race.fd[0]);
	ASSERT_LE(0, race.fd[1]);
	race.p = map_at(race.fd[0], self->r->ua, MIB);
	race.other = map_at(race.fd[1], self->r->ua, MIB);
	ASSERT_NE(MAP_FAILED, race.p);
	ASSERT_NE(MAP_FAILED, race.other);
	for (i = 0; i < NR_RACERS; i++) {
		r[i].race = &race;
		r[i].no = i;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, fns[i], &r[i]));
	}
	sleep(6);
	__atomic_store_n(&race.stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < NR_RACERS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_LT(0, r[i].rounds);
		EXPECT_EQ(0, r[i].wrong)
			TH_LOG("racer %lu", i);
	}
	/* What is stored now is what all see: no mapping of what was freed is left. */
	for (i = 0; i < RACE_PAGES; i++)
		race.p[i * PAGE] = i + 1;
	for (i = 0; i < RACE_PAGES; i++) {
		EXPECT_EQ(1, pread(self->fd, buf, 1, self->r->ua + i * PAGE));
		EXPECT_EQ(i + 1, buf[0]);
		EXPECT_EQ(i + 1, race.other[i * PAGE]);
	}
	ASSERT_EQ(0, fallocate(race.fd[0], PUNCH, self->r->ua, MIB));
	EXPECT_EQ(0, resident(self, self->r));
	TH_LOG("%lu stores, %lu reads and writes, %lu copies, %lu splits, %lu and %lu holes",
	       r[STORE].rounds, r[FILE_IO].rounds, r[COPY].rounds, r[PROTECT].rounds,
	       r[PUNCH_A].rounds, r[PUNCH_B].rounds);
	munmap(race.other, MIB);
	munmap(race.p, MIB);
	close(race.fd[1]);
	close(race.fd[0]);
}

TEST_HARNESS_MAIN
