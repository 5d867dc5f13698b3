// SPDX-License-Identifier: GPL-2.0
/*
 * What operations do to bytes, compared with what the C library does to a copy.
 * Sizes and distances are such that pages, granules and 2 MiB are crossed.
 */
#include "memory_fixture.h"

static struct vsn_queue *queue;
static uint32_t rng_state;

static uint32_t rng(uint32_t below)
{
	rng_state = rng_state * 1664525 + 1013904223;
	return (uint64_t)rng_state * below >> 32;
}

static int run_op(memory_t *self, const struct vsn_sqe *sqe, uint64_t *value)
{
	struct vsn_cqe cqe;
	int err;

	if (!queue)
		queue = vsn_queue_create(self->dev, 16);
	if (!queue)
		return -errno;
	err = test_op(self->dev, queue, sqe, &cqe);
	if (err)
		return err;
	if (value)
		*value = cqe.value;
	return cqe.res;
}

static int copy(memory_t *self, uint64_t dst, uint64_t src, uint64_t len)
{
	struct vsn_sqe sqe;

	vsn_prep_copy(&sqe, 0, 0, dst, src, len);
	return run_op(self, &sqe, NULL);
}

static int fill(memory_t *self, uint64_t dst, uint64_t len, uint64_t pattern)
{
	struct vsn_sqe sqe;

	vsn_prep_fill(&sqe, 0, 0, dst, len, pattern);
	return run_op(self, &sqe, NULL);
}

static void fill_ref(unsigned char *p, size_t len, uint64_t pattern)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = pattern >> (i % 8 * 8);
}

/* 4 KiB granules over three homes, and 2 MiB folios. */
static struct vsn_ctl_region *two_kinds(memory_t *self, bool huge, size_t size)
{
	const uint32_t homes[] = { 1, 2, 3 };

	return huge ? add_huge(self, 1, size) : add_region(self, size, homes, 3, PAGE, false);
}

static void copies_and_fills(struct __test_metadata *_metadata, memory_t *self, bool huge)
{
	const size_t size = huge ? 6 * MIB : 256 * KIB;
	struct vsn_ctl_region *r = two_kinds(self, huge, size);
	unsigned char *want = calloc(1, size), *got = malloc(size);
	uint32_t i, at, from, len, most = huge ? 3 * MIB : 40000;
	uint64_t pattern;

	rng_state = 1;
	ASSERT_NE(NULL, r);
	for (i = 0; i < 60; i++) {
		len = 1 + rng(i % 3 ? most : 64);
		at = rng(size - len);
		if (i % 4 == 0) {
			pattern = i % 8 ? rng(~0U) * 0x100000001ULL + 77 : 0x4242424242424242ULL;
			ASSERT_EQ(0, fill(self, r->ua + at, len, pattern));
			fill_ref(want + at, len, pattern);
		} else {
			/* Near by, so that most overlap. */
			from = i % 2 ? rng(size - len) : at;
			if (from == at && at)
				from -= rng(at < 10000 ? at : 10000);
			ASSERT_EQ(0, copy(self, r->ua + at, r->ua + from, len));
			memmove(want + at, want + from, len);
		}
		ASSERT_EQ(size, pread(self->fd, got, size, r->ua));
		ASSERT_EQ(0, memcmp(want, got, size))
			TH_LOG("operation %u: at %u len %u", i, at, len);
	}
	vsn_queue_destroy(queue);
	queue = NULL;
	vsn_ctl_region_free(r);
	free(want);
	free(got);
}

TEST_F(memory, copies_and_fills_in_pages)
{
	copies_and_fills(_metadata, self, false);
}

TEST_F(memory, copies_and_fills_in_huge_pages)
{
	copies_and_fills(_metadata, self, true);
}

/* Overlaps in both directions, at every small distance, over a page's end. */
TEST_F(memory, overlapping_copies)
{
	const size_t at = 4 * PAGE - 40, len = 3 * PAGE;
	unsigned char want[16 * PAGE], got[16 * PAGE];
	const int distances[] = { 1, 7, 8, 9, 64, 4095, 4096, 4097, 8192 };
	size_t i, j;
	int d;

	for (i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
		for (d = -1; d <= 1; d += 2) {
			for (j = 0; j < sizeof(want); j++)
				want[j] = j * 7 + j / 256;
			ASSERT_EQ(sizeof(want), pwrite(self->fd, want, sizeof(want), self->r->ua));
			memmove(want + at + d * distances[i], want + at, len);
			ASSERT_EQ(0, copy(self, self->r->ua + at + d * distances[i],
					  self->r->ua + at, len));
			ASSERT_EQ(sizeof(got), pread(self->fd, got, sizeof(got), self->r->ua));
			EXPECT_EQ(0, memcmp(want, got, sizeof(got)))
				TH_LOG("distance %d", d * distances[i]);
		}
	}
	vsn_queue_destroy(queue);
	queue = NULL;
}

/* Memory that holds nothing costs nothing, whatever is done with it. */
TEST_F(memory, holes_stay_holes)
{
	const uint64_t a = self->r->ua, b = a + 512 * KIB;
	unsigned char buf[2 * PAGE];
	struct vsn_sqe sqe;
	uint64_t value = 1;

	ASSERT_EQ(0, copy(self, b, a, 256 * KIB));
	ASSERT_EQ(0, fill(self, a, 256 * KIB, 0));
	vsn_prep_wait(&sqe, 0, 0, a + 8, 0);
	ASSERT_EQ(0, run_op(self, &sqe, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(0, resident(self, self->r));
	/* A hole copied onto bytes makes them zeros. */
	memset(buf, 1, sizeof(buf));
	ASSERT_EQ(sizeof(buf), pwrite(self->fd, buf, sizeof(buf), b));
	ASSERT_EQ(0, copy(self, b + 100, a, PAGE));
	EXPECT_EQ(2 * PAGE, resident(self, self->r));
	ASSERT_EQ(sizeof(buf), pread(self->fd, buf, sizeof(buf), b));
	EXPECT_TRUE(is_filled(buf, 100, 1));
	EXPECT_TRUE(is_filled(buf + 100, PAGE, 0));
	EXPECT_TRUE(is_filled(buf + 100 + PAGE, PAGE - 100, 1));
	vsn_queue_destroy(queue);
	queue = NULL;
}

TEST_F(memory, atomics)
{
	const uint64_t at = self->r->ua + PAGE - 8;
	struct vsn_sqe sqe;
	uint64_t value;

	vsn_prep_fadd(&sqe, 0, 0, at, 40);
	ASSERT_EQ(0, run_op(self, &sqe, &value));
	EXPECT_EQ(0, value);
	vsn_prep_fadd(&sqe, 0, 0, at, -50);
	ASSERT_EQ(0, run_op(self, &sqe, &value));
	EXPECT_EQ(40, value);
	vsn_prep_swap(&sqe, 0, 0, at, 7);
	ASSERT_EQ(0, run_op(self, &sqe, &value));
	EXPECT_EQ(-10ULL, value);
	vsn_prep_cas(&sqe, 0, 0, at, 8, 9);
	ASSERT_EQ(0, run_op(self, &sqe, &value));
	EXPECT_EQ(7, value);
	vsn_prep_cas(&sqe, 0, 0, at, 7, 9);
	ASSERT_EQ(0, run_op(self, &sqe, &value));
	EXPECT_EQ(7, value);
	vsn_prep_signal(&sqe, 0, 0, at, 1);
	ASSERT_EQ(0, run_op(self, &sqe, NULL));
	ASSERT_EQ(8, pread(self->fd, &value, 8, at));
	EXPECT_EQ(10, value);
	EXPECT_EQ(PAGE, resident(self, self->r));
	vsn_queue_destroy(queue);
	queue = NULL;
}

/* An operation's additions and a program's do not get lost in each other. */
TEST_F(memory, atomic_against_a_program)
{
	uint64_t *word = map_at(self->fd, self->r->ua, PAGE);
	struct vsn_sqe sqe;
	uint64_t n = 0;
	int i, status;
	pid_t pid;

	ASSERT_NE(MAP_FAILED, word);
	pid = fork();
	if (!pid) {
		while (!__atomic_load_n(&word[8], __ATOMIC_ACQUIRE)) {
			__atomic_fetch_add(&word[0], 1, __ATOMIC_RELAXED);
			n++;
		}
		word[9] = n;
		_exit(0);
	}
	for (i = 0; i < 2000; i++) {
		vsn_prep_fadd(&sqe, 0, 0, self->r->ua, 1ULL << 40);
		ASSERT_EQ(0, run_op(self, &sqe, NULL));
	}
	__atomic_store_n(&word[8], 1, __ATOMIC_RELEASE);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ((2000ULL << 40) + word[9], word[0]);
	munmap(word, PAGE);
	vsn_queue_destroy(queue);
	queue = NULL;
}

/* An operation that finds no memory says so, and leaves the queue usable. */
TEST_F(memory, operation_without_memory)
{
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, PAGE));
	EXPECT_EQ(0, fill(self, self->r->ua, PAGE, 5));
	EXPECT_EQ(-ENOMEM, fill(self, self->r->ua + PAGE, PAGE, 5));
	EXPECT_EQ(-ENOMEM, copy(self, self->r->ua + 8 * PAGE, self->r->ua, 8));
	EXPECT_EQ(0, fill(self, self->r->ua, PAGE, 6));
	EXPECT_EQ(PAGE, resident(self, self->r));
	vsn_queue_destroy(queue);
	queue = NULL;
}

TEST_HARNESS_MAIN
