// SPDX-License-Identifier: GPL-2.0
/*
 * What operations cost, for clock.sh and cost/operations.sh to hold against each other.
 *
 *	clock_load scale SIZE ROUNDS	two queues that copy, against one; and two
 *					threads' memcpy(), against one's
 *	clock_load ops			wall time per operation of a fabric of 8 and of
 *					15488 endpoints; under --icount: instructions
 *	clock_load block FABRIC		a WAIT that nobody satisfies, a FENCE behind it; until
 *					it is killed
 *
 * Lines of "NAME VALUE"; rates are MB/s.
 */
#include <pthread.h>
#include <stdint.h>

#include "big_fabric.h"
#include "vsn_test.h"

#define PAGE		4096UL
#define MAX_ROUNDS	100

/* Two buffers an odd number of pages apart: emulated copies are slow where they are not. */
#define ODD(n)		(PAGE * (n))

struct copier {
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_ctl_region *from;
	struct vsn_ctl_region *to;
	char *plain_from;
	char *plain_to;
	uint32_t initiator;
	uint64_t size;
	int copies;
	int plain;	/* memcpy() instead */
};

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void fail(const char *what, int err)
{
	fprintf(stderr, "clock_load: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static void *copy(void *arg)
{
	struct copier *c = arg;
	struct vsn_cqe cqe;
	int i, n;

	for (i = 0; i < c->copies; i++) {
		if (c->plain) {
			memcpy(c->plain_to, c->plain_from, c->size);
			/* Or it would be left out. */
			__asm__ volatile("" : : : "memory");
			continue;
		}
		vsn_prep_copy(vsn_queue_sqe(c->q), c->initiator, 0, c->to->ua, c->from->ua,
			      c->size);
		n = vsn_queue_submit(c->q);
		if (n != 1)
			fail("submit", n);
		n = vsn_queue_wait(c->q, -1);
		if (n != 1 || vsn_queue_reap(c->q, &cqe, 1) != 1 || cqe.res)
			fail("copy", n == 1 ? cqe.res : n);
	}
	return NULL;
}

/* ns until @nr threads are done with their copies */
static uint64_t measure(struct copier *c, int nr, int plain)
{
	pthread_t threads[2];
	uint64_t start;
	int i;

	for (i = 0; i < nr; i++)
		c[i].plain = plain;
	start = wall_ns();
	for (i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, copy, &c[i]))
			fail("thread", EAGAIN);
	for (i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	return wall_ns() - start;
}

/*
 * What else the machine does makes a round slower, never faster: so the best round of
 * each, which take turns.
 */
static void print_ratio(const char *name, struct copier *c, int rounds, int plain)
{
	uint64_t one = UINT64_MAX, two = UINT64_MAX, time;
	int i;

	for (i = 0; i < rounds; i++) {
		time = measure(c, 1, plain);
		if (time < one)
			one = time;
		time = measure(c, 2, plain);
		if (time < two)
			two = time;
	}
	printf("%s_ratio %.2f\n%s_rate %llu\n", name, 2.0 * one / two, name,
	       (unsigned long long)(c->size * c->copies * 1000 / one));
}

static void scale(uint64_t size, int rounds)
{
	static const char *name = "clock-load";
	struct copier c[2] = { 0 };
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	int i, err;

	err = vsn_ctl_open(&ctl);
	if (!err)
		err = test_fabric(ctl, name);
	if (!err)
		err = vsn_ctl_fabric_clock(ctl, name, VSN_CLOCK_ONLINE, 0);
	if (err)
		fail("fabric", err);
	dev = test_open(name);
	if (!dev)
		fail("device", errno);
	for (i = 0; i < 2; i++) {
		c[i].dev = dev;
		c[i].initiator = i;
		c[i].size = size;
		/* Short rounds, so that some of them are left alone */
		c[i].copies = 1 + (64 << 20) / size;
		c[i].from = test_region(ctl, name, i, size + ODD(3));
		c[i].to = test_region(ctl, name, 4 + i, size + ODD(5));
		c[i].q = vsn_queue_create(dev, 4);
		c[i].plain_from = malloc(2 * size + ODD(3));
		if (!c[i].from || !c[i].to || !c[i].q || !c[i].plain_from)
			fail("setup", ENOMEM);
		memset(c[i].plain_from, 1, 2 * size + ODD(3));
		c[i].plain_to = c[i].plain_from + size + ODD(3);
	}
	/* All memory is there before the first round. */
	for (i = 0; i < 2; i++) {
		char *p = test_map(dev, c[i].from);

		if (!p)
			fail("map", errno);
		memset(p, i + 1, c[i].from->size);
		munmap(p, c[i].from->size);
	}
	measure(c, 2, 0);
	print_ratio("plain", c, rounds, 1);
	print_ratio("queues", c, rounds, 0);
	for (i = 0; i < 2; i++) {
		vsn_queue_destroy(c[i].q);
		vsn_ctl_region_free(c[i].from);
		vsn_ctl_region_free(c[i].to);
		free(c[i].plain_from);
	}
	vsn_dev_close(dev);
	vsn_ctl_fabric_del(ctl, name);
	vsn_ctl_close(ctl);
}

#define NR_REGIONS	64
#define NR_OPS		2048	/* submitted together */
#define LEN		65536	/* of each, no bytes of which are moved */

static uint64_t seed = 1;

static uint32_t next(uint32_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

/*
 * Each from one board to another, so that it has as many hops as any other, and each a
 * stream, so that as many are on the way at once on a small machine as on a large one.
 */
static void prep(struct vsn_sqe *sqe, uint32_t stream, struct vsn_ctl_region **regions,
		 uint32_t nr, uint32_t boards, uint32_t npus)
{
	uint32_t r = next(nr), board = regions[r]->homes[0] / npus;
	uint32_t me = (board + 1 + next(boards - 1)) % boards * npus + next(npus);

	vsn_prep_fill(sqe, me, stream, regions[r]->ua, LEN, 0);
	sqe->flags = VSN_OP_F_NODATA;
}

/* ns per operation, from entry to completion, of the best round */
static uint64_t cost(uint32_t boards, uint32_t npus, uint32_t clock)
{
	struct vsn_ctl_region *regions[NR_REGIONS];
	static const char *name = "clock-ops";
	uint32_t i, nr = boards * npus < NR_REGIONS ? boards * npus : NR_REGIONS;
	uint64_t best = UINT64_MAX, start, time;
	struct vsn_cqe cqe;
	struct vsn_queue *q;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	int err, round;

	err = vsn_ctl_open(&ctl);
	if (!err)
		err = big_fabric(ctl, name, boards, npus, TEST_CAPACITY);
	if (!err && clock)
		err = vsn_ctl_fabric_clock(ctl, name, clock, 0);
	if (err)
		fail(vsn_ctl_error(ctl), err);
	dev = test_open(name);
	if (!dev)
		fail("device", errno);
	q = vsn_queue_create_sized(dev, NR_OPS, NR_OPS);
	if (!q)
		fail("queue", errno);
	for (i = 0; i < nr; i++) {
		regions[i] = test_region(ctl, name, (uint64_t)i * boards * npus / nr, 2 * LEN);
		if (!regions[i])
			fail("region", ENOMEM);
	}
	for (round = 0; round < 5; round++) {
		seed = 1;
		start = wall_ns();
		for (i = 0; i < NR_OPS; i++)
			prep(vsn_queue_sqe(q), i, regions, nr, boards, npus);
		if (vsn_queue_submit(q) != NR_OPS)
			fail("submit", EIO);
		err = vsn_dev_run(dev, VSN_TIME_MAX, NULL);
		if (err)
			fail("run", err);
		for (i = 0; i < NR_OPS; i++)
			if (vsn_queue_reap(q, &cqe, 1) != 1 || cqe.res)
				fail("operation", cqe.res);
		time = (wall_ns() - start) / NR_OPS;
		/* The first makes the state of links. */
		if (round && time < best)
			best = time;
	}
	for (i = 0; i < nr; i++)
		vsn_ctl_region_free(regions[i]);
	vsn_queue_destroy(q);
	vsn_dev_close(dev);
	vsn_ctl_fabric_del(ctl, name);
	vsn_ctl_close(ctl);
	return best;
}

static void ops(void)
{
	static const struct {
		const char *name;
		uint32_t clock;
	} clocks[] = { { "ordered", 0 }, { "online", VSN_CLOCK_ONLINE } };
	uint64_t small, large;
	size_t i;

	for (i = 0; i < 2; i++) {
		small = cost(2, 4, clocks[i].clock);
		large = cost(121, 128, clocks[i].clock);
		printf("%s_8 %llu\n%s_15488 %llu\n%s_ratio %.2f\n", clocks[i].name,
		       (unsigned long long)small, clocks[i].name, (unsigned long long)large,
		       clocks[i].name, (double)large / small);
	}
}

static void block(const char *name)
{
	struct vsn_ctl_region *region;
	struct vsn_queue *q;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_sqe *sqe;

	if (vsn_ctl_open(&ctl))
		fail("control", EIO);
	dev = test_open(name);
	region = test_region(ctl, name, 1, PAGE);
	q = dev ? vsn_queue_create(dev, 4) : NULL;
	if (!region || !q)
		fail("setup", EIO);
	sqe = vsn_queue_sqe(q);
	vsn_prep_wait(sqe, 1, 7, region->ua + 8, 5);
	sqe->user_data = 0x1234;
	vsn_prep_fence(vsn_queue_sqe(q), 1, 8);
	if (vsn_queue_submit(q) != 2)
		fail("submit", EIO);
	puts("blocked");
	fflush(stdout);
	pause();
}

int main(int argc, char **argv)
{
	const char *why = test_ready();

	if (why) {
		fprintf(stderr, "clock_load: %s\n", why);
		return 1;
	}
	if (argc == 4 && !strcmp(argv[1], "scale") && atoi(argv[3]) > 0 &&
	    atoi(argv[3]) <= MAX_ROUNDS && atoi(argv[2]) > 0) {
		scale(atoi(argv[2]), atoi(argv[3]));
	} else if (argc == 2 && !strcmp(argv[1], "ops")) {
		ops();
	} else if (argc == 3 && !strcmp(argv[1], "block")) {
		block(argv[2]);
	} else {
		fprintf(stderr, "usage: clock_load { scale SIZE ROUNDS | ops | block FABRIC }\n");
		return 2;
	}
	return 0;
}
