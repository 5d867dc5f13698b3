// SPDX-License-Identifier: GPL-2.0
/* Addresses, placement, the sparse array and the heap. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "addr.h"
#include "heap.h"
#include "place.h"
#include "sparse.h"

static void *test_alloc(void *ctx, size_t size)
{
	return calloc(1, size);
}

static void test_free(void *ctx, void *p, size_t size)
{
	free(p);
}

static const struct vsn_mem mem = { .alloc = test_alloc, .free = test_free };

/* Shares of all homes add up, whatever does not divide. */
TEST(shares_add_up)
{
	u32 homes, i;
	u64 size;

	for (homes = 1; homes < 9; homes++) {
		for (size = 4096; size < 70 * 4096; size += 4096) {
			u64 sum = 0;

			for (i = 0; i < homes; i++)
				sum += vsn_place_share(size, 14, homes, i);
			ASSERT_EQ(size, sum);
		}
	}
}

/* Share and home say the same: count the bytes page by page. */
TEST(share_is_what_home_says)
{
	u32 ids[] = { 10, 20, 30 };
	struct vsn_place p = { .size = 37 * 4096, .granule_shift = 13, .nr_homes = 3,
			       .homes = ids };
	u64 off, got[3] = {};
	u32 i;

	for (off = 0; off < p.size; off += 4096)
		got[vsn_place_home(&p, off) / 10 - 1] += 4096;
	for (i = 0; i < 3; i++)
		EXPECT_EQ(got[i], vsn_place_share(p.size, 13, 3, i));
}

/* Each page is found again from its home, which has its pages in the order of the region. */
TEST(offset_is_the_way_back)
{
	u32 ids[] = { 10, 20, 30 }, homes, i;
	u64 off;

	for (homes = 1; homes <= 3; homes++) {
		struct vsn_place p = { .size = 37 * 4096, .granule_shift = 13,
				       .nr_homes = homes, .homes = ids };
		u64 at[3] = {};

		for (off = 0; off < p.size; off += 4096) {
			i = vsn_place_home(&p, off) / 10 - 1;
			EXPECT_EQ(off, vsn_place_offset(&p, i, at[i]));
			EXPECT_EQ(off + 5, vsn_place_offset(&p, i, at[i] + 5));
			at[i] += 4096;
		}
	}
}

TEST(run_ends_with_the_granule_or_the_region)
{
	u32 ids[] = { 1, 2 };
	struct vsn_place p = { .size = 5 * 4096, .granule_shift = 13, .nr_homes = 2,
			       .homes = ids };

	EXPECT_EQ(8192, vsn_place_run(&p, 0));
	EXPECT_EQ(1, vsn_place_run(&p, 8191));
	EXPECT_EQ(4096, vsn_place_run(&p, 16384));
	p.nr_homes = 1;
	EXPECT_EQ(p.size - 3, vsn_place_run(&p, 3));
}

TEST(bad_placements_name_the_field)
{
	u32 ids[] = { 1, 2 };
	struct vsn_diag d;

	EXPECT_EQ(-EINVAL, vsn_place_check(0, ids, 1, 0, 4, &d));
	EXPECT_NE(NULL, strstr(d.msg, "size"));
	EXPECT_EQ(-EINVAL, vsn_place_check(4097, ids, 1, 0, 4, &d));
	EXPECT_EQ(-EINVAL, vsn_place_check(1ULL << 60, ids, 1, 0, 4, &d));
	EXPECT_EQ(-EINVAL, vsn_place_check(4096, ids, 0, 0, 4, &d));
	EXPECT_NE(NULL, strstr(d.msg, "home"));
	EXPECT_EQ(-EINVAL, vsn_place_check(4096, ids, 2, 4096, 2, &d));
	EXPECT_NE(NULL, strstr(d.msg, "home 2"));
	EXPECT_EQ(-EINVAL, vsn_place_check(4096, ids, 2, 6000, 4, &d));
	EXPECT_NE(NULL, strstr(d.msg, "granule"));
	EXPECT_EQ(-EINVAL, vsn_place_check(4096, ids, 2, 2048, 4, &d));
	EXPECT_EQ(-EINVAL, vsn_place_check(4096, ids, 2, 2ULL << 30, 4, &d));
	/* One home needs no granule. */
	EXPECT_EQ(0, vsn_place_check(4096, ids, 1, 0, 4, &d));
	EXPECT_EQ(0, vsn_place_check(4096, ids, 2, 1ULL << 30, 4, &d));
}

/* Addresses are aligned, below 2^62, apart from each other, and never repeat. */
TEST(pool_addresses)
{
	struct vsn_pool pool = {};
	u64 a, b;

	ASSERT_EQ(0, vsn_pool_take(&pool, 4096, 4096, &a));
	ASSERT_EQ(0, vsn_pool_take(&pool, 4096, 1ULL << 30, &b));
	EXPECT_TRUE(vsn_ua_is_pool(a));
	EXPECT_EQ(0, b & ((1ULL << 30) - 1));
	EXPECT_GE(b - a, 4096 + VSN_POOL_ALIGN);
	EXPECT_EQ(-ENOSPC, vsn_pool_take(&pool, 1ULL << 61, 4096, &a));
	EXPECT_EQ(-ENOSPC, vsn_pool_take(&pool, (1ULL << 61) - 1, 4096, &a));
	ASSERT_EQ(0, vsn_pool_take(&pool, 1ULL << 60, 4096, &a));
	EXPECT_EQ(-ENOSPC, vsn_pool_take(&pool, 1ULL << 60, 4096, &b));
	EXPECT_LT(a + (1ULL << 60), 1ULL << 62);
}

/* A sparse array keeps what was put, at stable addresses, and nothing else. */
TEST(sparse_array)
{
	struct vsn_sparse sp;
	u64 *first, i;

	ASSERT_EQ(0, vsn_sparse_init(&sp, 1ULL << 32, sizeof(u64), &mem));
	EXPECT_EQ(NULL, vsn_sparse_find(&sp, 7));
	first = vsn_sparse_touch(&sp, 0);
	for (i = 0; i < 1ULL << 32; i += 123456789)
		*(u64 *)vsn_sparse_touch(&sp, i) = i + 1;
	EXPECT_EQ(first, vsn_sparse_find(&sp, 0));
	for (i = 0; i < 1ULL << 32; i += 123456789)
		EXPECT_EQ(i + 1, *(u64 *)vsn_sparse_find(&sp, i));
	EXPECT_EQ(NULL, vsn_sparse_find(&sp, 1ULL << 32));
	vsn_sparse_free(&sp);
}

/* Events come out in order; equal times by stream, then order. */
TEST(heap_order)
{
	struct vsn_heap h = {};
	struct vsn_event ev, last = {};
	u64 seed = 1;
	int i;

	ASSERT_EQ(0, vsn_heap_reserve(&h, 5000, &mem));
	for (i = 0; i < 5000; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		ev = (struct vsn_event) { .time = seed >> 60, .stream = seed >> 50 & 7,
					  .order = i };
		vsn_heap_push(&h, &ev);
	}
	for (i = 0; vsn_heap_pop(&h, &ev); i++) {
		if (i)
			ASSERT_TRUE(vsn_event_before(&last, &ev));
		last = ev;
	}
	EXPECT_EQ(5000, i);
	vsn_heap_free(&h, &mem);
}

static u64 next(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 20;
}

static size_t first_of(const struct vsn_event *ev, size_t nr)
{
	size_t i, first = 0;

	for (i = 1; i < nr; i++)
		if (vsn_event_before(&ev[i], &ev[first]))
			first = i;
	return first;
}

static bool drop_some(void *ctx, const struct vsn_event *ev)
{
	return ev->stream == *(u64 *)ctx;
}

/*
 * Beside a plain list: pushes, pops, filters and growth in any order; times from now
 * on, by any order of magnitude up to the end, and some before what was popped.
 */
TEST(heap_equals_list)
{
	static struct vsn_event list[3000];
	struct vsn_heap h = {};
	struct vsn_event ev;
	u64 seed = 5, now = 0, popped = 0;
	size_t nr = 0, i, k, n;
	u32 round;

	for (round = 0; round < 4000; round++) {
		if (round % 1000 == 999)
			now = round == 2999 ? U64_MAX - 1000000 : 0;
		n = next(&seed) % (round / 100 % 2 ? 8 : 40);
		for (i = 0; i < n && nr < ARRAY_SIZE(list); i++) {
			u64 ahead = next(&seed) << 20 >> next(&seed) % 64;

			ev = (struct vsn_event) { .stream = next(&seed) % 5,
						  .order = (u64)round << 32 | i };
			ev.time = now + (U64_MAX - now < ahead ? U64_MAX - now : ahead);
			if (next(&seed) % 4 == 0)
				ev.time = now;
			ASSERT_EQ(0, vsn_heap_reserve(&h, nr + 1, &mem));
			vsn_heap_push(&h, &ev);
			list[nr++] = ev;
		}
		for (n = next(&seed) % 24; n && nr; n--) {
			k = first_of(list, nr);
			ASSERT_EQ(0, memcmp(vsn_heap_first(&h), &list[k], sizeof(ev)));
			ASSERT_TRUE(vsn_heap_pop(&h, &ev));
			ASSERT_EQ(0, memcmp(&ev, &list[k], sizeof(ev)));
			list[k] = list[--nr];
			now = ev.time;
			popped++;
		}
		if (next(&seed) % 64 == 0) {
			u64 stream = next(&seed) % 5;

			vsn_heap_filter(&h, drop_some, &stream);
			for (i = k = 0; i < nr; i++)
				if (list[i].stream != stream)
					list[k++] = list[i];
			nr = k;
		}
		ASSERT_EQ(nr, h.nr);
	}
	EXPECT_GT(popped, 30000);
	vsn_heap_free(&h, &mem);
}

static bool drop_odd(void *ctx, const struct vsn_event *ev)
{
	return ev->order & 1;
}

TEST(heap_filter_keeps_order)
{
	struct vsn_heap h = {};
	struct vsn_event ev;
	u64 i;

	ASSERT_EQ(0, vsn_heap_reserve(&h, 1000, &mem));
	for (i = 0; i < 1000; i++) {
		ev = (struct vsn_event) { .time = i * 7919 % 1000, .order = i };
		vsn_heap_push(&h, &ev);
	}
	vsn_heap_filter(&h, drop_odd, NULL);
	EXPECT_EQ(500, h.nr);
	for (i = 0; vsn_heap_pop(&h, &ev); i = ev.time) {
		EXPECT_EQ(0, ev.order & 1);
		EXPECT_GE(ev.time, i);
	}
	vsn_heap_free(&h, &mem);
}

TEST_HARNESS_MAIN
