// SPDX-License-Identifier: GPL-2.0
/* The directory: one writer or many readers, and what programs see through it. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "dir.h"
#include "sim.h"

#define NR_WHO		8U
#define NR_GRANULES	16U

static u64 rnd(u64 *seed, u64 n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 33) % n;
}

/*
 * Memory with a copy of each granule, a word, at each initiator that has it: what is
 * read is what is in the copy, so a directory that leaves an old one is found out.
 */
struct machine {
	struct vsn_dir dir;
	u64 home[NR_GRANULES];
	u64 copy[NR_WHO][NR_GRANULES];
	enum vsn_dir_right right[NR_WHO][NR_GRANULES];
	u64 sent;			/* by the writer that lost */
	u32 lost;			/* holders of this access that lost */
	bool wrong;
	struct vsn_dir_stats want;
};

static void lose(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	struct machine *m = ctx;

	/* Nobody loses what it has not. */
	m->wrong |= m->right[who][granule] <= left;
	if (m->right[who][granule] == VSN_DIR_WRITE)
		m->sent = m->copy[who][granule];
	m->right[who][granule] = left;
	if (left == VSN_DIR_NONE) {
		m->copy[who][granule] = ~0ULL;
		m->lost++;
	}
}

/* Bring a granule to @who, as the step says. */
static void access_to(struct machine *m, u32 who, u32 granule, bool write)
{
	struct vsn_dir_step step;

	m->lost = 0;
	m->wrong |= vsn_dir_access(&m->dir, granule, who, write, lose, m, &step) != 0;
	m->wrong |= step.hit != (m->right[who][granule] >= (write ? VSN_DIR_WRITE : VSN_DIR_READ));
	m->wrong |= step.data != (m->right[who][granule] == VSN_DIR_NONE);
	m->wrong |= step.invalidated != m->lost;
	if (step.data)
		m->copy[who][granule] = step.from == VSN_DIR_HOME ? m->home[granule] : m->sent;
	if (step.written_back)
		m->home[granule] = m->sent;
	if (!step.hit)
		m->right[who][granule] = write ? VSN_DIR_WRITE : VSN_DIR_READ;
	m->want.hits += step.hit;
	m->want.from_home += step.data && step.from == VSN_DIR_HOME;
	m->want.from_writer += step.data && step.from != VSN_DIR_HOME;
	m->want.written_back += step.written_back;
	m->want.invalidations += m->lost;
}

static u64 load(struct machine *m, u32 who, u32 granule)
{
	access_to(m, who, granule, false);
	return m->copy[who][granule];
}

static void store(struct machine *m, u32 who, u32 granule, u64 value)
{
	access_to(m, who, granule, true);
	m->copy[who][granule] = value;
}

static u64 fetch_add(struct machine *m, u32 who, u32 granule, u64 value)
{
	access_to(m, who, granule, true);
	m->copy[who][granule] += value;
	return m->copy[who][granule] - value;
}

static void evict(struct machine *m, u32 who, u32 granule)
{
	bool writer = vsn_dir_evict(&m->dir, granule, who);

	m->wrong |= writer != (m->right[who][granule] == VSN_DIR_WRITE);
	if (writer)
		m->home[granule] = m->copy[who][granule];
	m->want.written_back += writer;
	m->right[who][granule] = VSN_DIR_NONE;
	m->copy[who][granule] = ~0ULL;
}

/* One writer or many readers; the directory knows of the same. */
static bool invariant(const struct machine *m, u32 granule)
{
	u32 who, readers = 0, writers = 0, i = 0, nr;
	const u32 *ids;
	bool writer;

	nr = vsn_dir_holders(&m->dir, granule, &ids, &writer);
	for (who = 0; who < NR_WHO; who++) {
		enum vsn_dir_right right = m->right[who][granule];

		if (vsn_dir_right(&m->dir, granule, who) != right)
			return false;
		if (right == VSN_DIR_NONE)
			continue;
		if (i >= nr || ids[i++] != who)
			return false;
		readers += right == VSN_DIR_READ;
		writers += right == VSN_DIR_WRITE;
	}
	return i == nr && writer == writers && writers + (readers > 0) <= 1;
}

FIXTURE(dir)
{
	struct machine *m;
};

FIXTURE_SETUP(dir)
{
	self->m = calloc(1, sizeof(*self->m));
	ASSERT_NE(NULL, self->m);
	ASSERT_EQ(0, vsn_dir_init(&self->m->dir, NR_GRANULES, &sim_heap));
}

FIXTURE_TEARDOWN(dir)
{
	EXPECT_FALSE(self->m->wrong);
	EXPECT_EQ(0, memcmp(&self->m->want, &self->m->dir.stats, sizeof(self->m->want)));
	vsn_dir_free(&self->m->dir);
	free(self->m);
}

/* The whole protocol: state and event, and what is to be done */
TEST_F(dir, protocol)
{
	struct machine *m = self->m;
	struct vsn_dir_stats *stats = &m->dir.stats;

	m->home[3] = 7;
	/* Nobody has it: from the home. */
	EXPECT_EQ(7, load(m, 1, 3));
	EXPECT_EQ(1, stats->from_home);
	/* Readers: another one; a hit. */
	EXPECT_EQ(7, load(m, 2, 3));
	EXPECT_EQ(7, load(m, 2, 3));
	EXPECT_EQ(2, stats->from_home);
	EXPECT_EQ(1, stats->hits);
	/* A reader writes: it has the bytes. */
	store(m, 1, 3, 8);
	EXPECT_EQ(2, stats->from_home);
	EXPECT_EQ(1, stats->invalidations);
	EXPECT_EQ(7, m->home[3]);
	store(m, 1, 3, 9);
	EXPECT_EQ(2, stats->hits);
	/* Another writes: from the writer, and the home knows nothing. */
	store(m, 4, 3, 10);
	EXPECT_EQ(1, stats->from_writer);
	EXPECT_EQ(0, stats->written_back);
	EXPECT_EQ(VSN_DIR_NONE, vsn_dir_right(&m->dir, 3, 1));
	/* Another reads: the writer may read, and the home knows. */
	EXPECT_EQ(10, load(m, 5, 3));
	EXPECT_EQ(2, stats->from_writer);
	EXPECT_EQ(1, stats->written_back);
	EXPECT_EQ(10, m->home[3]);
	EXPECT_EQ(VSN_DIR_READ, vsn_dir_right(&m->dir, 3, 4));
	/* A third one writes: from the home, and both lose it. */
	store(m, 6, 3, 11);
	EXPECT_EQ(3, stats->from_home);
	EXPECT_EQ(4, stats->invalidations);
	/* Given back */
	evict(m, 6, 3);
	evict(m, 6, 3);
	EXPECT_EQ(11, m->home[3]);
	EXPECT_EQ(2, stats->written_back);
	EXPECT_EQ(16, vsn_dir_next(&m->dir, 0, 16));
}

/* What is read is what was written last, whoever does it. */
TEST_F_TIMEOUT(dir, a_million_steps_each, 100)
{
	static u64 last[NR_GRANULES];
	struct machine *m = self->m;
	u64 seed = 1, step;

	for (step = 0; step < NR_WHO * 1000000ULL; step++) {
		u32 who = rnd(&seed, NR_WHO), granule = rnd(&seed, NR_GRANULES);

		switch (rnd(&seed, 8)) {
		case 0:
		case 1:
			store(m, who, granule, step);
			last[granule] = step;
			break;
		case 2:
			ASSERT_EQ(last[granule], fetch_add(m, who, granule, step));
			last[granule] += step;
			break;
		case 3:
			evict(m, who, granule);
			break;
		default:
			ASSERT_EQ(last[granule], load(m, who, granule));
		}
		ASSERT_FALSE(m->wrong);
		ASSERT_TRUE(invariant(m, granule)) {
			TH_LOG("step %llu, granule %u", (unsigned long long)step, granule);
		}
	}
	TH_LOG("%llu hits, %llu from home, %llu from writers, %llu invalidations",
	       (unsigned long long)m->dir.stats.hits,
	       (unsigned long long)m->dir.stats.from_home,
	       (unsigned long long)m->dir.stats.from_writer,
	       (unsigned long long)m->dir.stats.invalidations);
}

/*
 * Litmus tests (Adve and Gharachorloo, "Shared Memory Consistency Models: A Tutorial",
 * 1996): each access is atomic and none is reordered, so only what is sequentially
 * consistent may come of them, whatever is given back in between.
 */
enum { X, Y, ROUNDS = 20000 };

/* A random interleaving of two threads of @nr steps each: bit i, who does the i-th */
static u32 interleaving(u64 *seed, u32 nr)
{
	u32 order = 0, left[2] = { nr, nr }, i, who;

	for (i = 0; i < 2 * nr; i++) {
		who = rnd(seed, left[0] + left[1]) >= left[0];
		left[who]--;
		order |= who << i;
	}
	return order;
}

static void reset(struct machine *m, u64 *seed)
{
	u32 who;

	store(m, rnd(seed, NR_WHO), X, 0);
	store(m, rnd(seed, NR_WHO), Y, 0);
	for (who = 0; who < NR_WHO; who++)
		if (rnd(seed, 2))
			evict(m, who, rnd(seed, 2));
}

TEST_F(dir, litmus_message_passing)
{
	u32 round, i, seen = 0;
	u64 seed = 1;

	for (round = 0; round < ROUNDS; round++) {
		u32 order = interleaving(&seed, 2), at[2] = {};
		u64 flag = 0, data = 0;

		reset(self->m, &seed);
		for (i = 0; i < 4; i++) {
			u32 who = order >> i & 1;

			if (!who)
				store(self->m, 2, at[0]++ ? Y : X, 1);
			else if (!at[1]++)
				flag = load(self->m, 5, Y);
			else
				data = load(self->m, 5, X);
			if (rnd(&seed, 4) == 0)
				evict(self->m, rnd(&seed, 2) ? 2 : 5, rnd(&seed, 2));
		}
		ASSERT_TRUE(!flag || data);
		seen |= 1U << (2 * flag + data);
	}
	/* All three that may be have been. */
	EXPECT_EQ(0xb, seen);
}

TEST_F(dir, litmus_store_buffering)
{
	u32 round, i, seen = 0;
	u64 seed = 2;

	for (round = 0; round < ROUNDS; round++) {
		u32 order = interleaving(&seed, 2), at[2] = {};
		u64 r[2] = {};

		reset(self->m, &seed);
		for (i = 0; i < 4; i++) {
			u32 who = order >> i & 1;

			if (!at[who]++)
				store(self->m, who, who ? Y : X, 1);
			else
				r[who] = load(self->m, who, who ? X : Y);
			if (rnd(&seed, 4) == 0)
				evict(self->m, rnd(&seed, 2), rnd(&seed, 2));
		}
		ASSERT_TRUE(r[0] || r[1]);
		seen |= 1U << (2 * r[0] + r[1]);
	}
	EXPECT_EQ(0xe, seen);
}

/* Two that want to be where only one may be at a time, with loads and stores alone */
TEST_F(dir, litmus_dekker)
{
	enum { TURN = 2, IN = 3 };
	struct machine *m = self->m;
	u32 at[2] = {}, entered[2] = {}, inside = 0;
	u64 seed = 3, step;

	for (step = 0; step < 400000; step++) {
		u32 who = rnd(&seed, 2), other = !who;

		switch (at[who]) {
		case 0:
			store(m, who, who ? Y : X, 1);
			at[who] = 1;
			break;
		case 1:
			at[who] = load(m, who, other ? Y : X) ? 2 : 5;
			break;
		case 2:
			at[who] = load(m, who, TURN) == who ? 1 : 3;
			break;
		case 3:
			store(m, who, who ? Y : X, 0);
			at[who] = 4;
			break;
		case 4:
			at[who] = load(m, who, TURN) == who ? 0 : 4;
			break;
		case 5:
			ASSERT_EQ(0, inside++);
			store(m, who, IN, load(m, who, IN) + 1);
			entered[who]++;
			at[who] = 6;
			break;
		case 6:
			inside--;
			store(m, who, TURN, other);
			at[who] = 7;
			break;
		default:
			store(m, who, who ? Y : X, 0);
			at[who] = 0;
		}
		if (rnd(&seed, 8) == 0)
			evict(m, rnd(&seed, 2), rnd(&seed, 4));
	}
	EXPECT_EQ(entered[0] + entered[1], load(m, 7, IN));
	EXPECT_LT(1000, entered[0]);
	EXPECT_LT(1000, entered[1]);
}

TEST_F(dir, litmus_atomics)
{
	u64 seed = 4, sum = 0, i;

	for (i = 0; i < 200000; i++) {
		u64 n = rnd(&seed, 100);

		ASSERT_EQ(sum, fetch_add(self->m, rnd(&seed, NR_WHO), X, n));
		sum += n;
		if (rnd(&seed, 3) == 0)
			evict(self->m, rnd(&seed, NR_WHO), X);
	}
	EXPECT_EQ(sum, load(self->m, 3, X));
}

/* Many holders: all are told, by number, and so is nobody else. */
struct many {
	u32 next;
	u32 nr;
	bool wrong;
};

static void lose_in_order(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	struct many *many = ctx;

	many->wrong |= who < many->next || left != VSN_DIR_NONE || granule != 1ULL << 31;
	many->next = who + 1;
	many->nr++;
}

TEST(many_holders)
{
	enum { NR = 5000 };
	struct vsn_dir_step step;
	struct many many = {};
	const u32 *ids;
	struct vsn_dir dir;
	bool writer;
	u32 i;

	EXPECT_EQ(-EINVAL, vsn_dir_init(&dir, VSN_DIR_MAX + 1, &sim_heap));
	ASSERT_EQ(0, vsn_dir_init(&dir, VSN_DIR_MAX, &sim_heap));
	/* In no order: 7 has no common factor with 5000. */
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, vsn_dir_access(&dir, 1ULL << 31, 3 * (7 * i % NR), false,
					    lose_in_order, &many, &step));
	EXPECT_EQ(0, many.nr);
	ASSERT_EQ(NR, vsn_dir_holders(&dir, 1ULL << 31, &ids, &writer));
	EXPECT_FALSE(writer);
	for (i = 0; i < NR; i++)
		ASSERT_EQ(3 * i, ids[i]);
	EXPECT_EQ(1ULL << 31, vsn_dir_next(&dir, 5, VSN_DIR_MAX));
	EXPECT_EQ(1ULL << 30, vsn_dir_next(&dir, 5, 1ULL << 30));
	for (i = 0; i < NR; i += 2)
		EXPECT_FALSE(vsn_dir_evict(&dir, 1ULL << 31, 3 * i));
	ASSERT_EQ(0, vsn_dir_access(&dir, 1ULL << 31, 3, true, lose_in_order, &many, &step));
	EXPECT_EQ(NR / 2 - 1, many.nr);
	EXPECT_EQ(NR / 2 - 1, step.invalidated);
	EXPECT_FALSE(step.data);
	many.next = 0;
	vsn_dir_clear(&dir, 1ULL << 31, lose_in_order, &many);
	EXPECT_EQ(NR / 2, many.nr);
	vsn_dir_clear(&dir, 7, lose_in_order, &many);
	EXPECT_EQ(VSN_DIR_MAX, vsn_dir_next(&dir, 0, VSN_DIR_MAX));
	EXPECT_FALSE(many.wrong);
	vsn_dir_free(&dir);
}

/* Rights that are set, held to the definition */
static void lose_granted(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	enum vsn_dir_right (*right)[NR_GRANULES] = ctx;

	if (right[who][granule] <= left)
		abort();
	right[who][granule] = left;
}

TEST(grants)
{
	static enum vsn_dir_right right[NR_WHO][NR_GRANULES];
	u32 results[3] = {}, holder = 0, step, i;
	struct vsn_dir dir;
	u64 seed = 5;

	ASSERT_EQ(0, vsn_dir_init(&dir, NR_GRANULES, &sim_heap));
	for (step = 0; step < 1000000; step++) {
		u32 who = rnd(&seed, NR_WHO), granule = rnd(&seed, NR_GRANULES), first = NR_WHO;
		enum vsn_dir_right want = rnd(&seed, 3);
		int err;

		for (i = 0; i < NR_WHO; i++) {
			enum vsn_dir_right has = right[i][granule];

			if (i != who && first == NR_WHO &&
			    ((want == VSN_DIR_WRITE && has != VSN_DIR_NONE) ||
			     (want == VSN_DIR_READ && has == VSN_DIR_WRITE)))
				first = i;
		}
		err = vsn_dir_grant(&dir, granule, who, want, lose_granted, right, &holder);
		if (first < NR_WHO) {
			ASSERT_EQ(-EBUSY, err);
			ASSERT_EQ(first, holder);
		} else {
			ASSERT_EQ(0, err);
			results[want]++;
			ASSERT_GE(want, right[who][granule]);
			right[who][granule] = want;
		}
		for (i = 0; i < NR_WHO; i++)
			ASSERT_EQ(right[i][granule], vsn_dir_right(&dir, granule, i));
	}
	for (i = 0; i < 3; i++)
		EXPECT_LT(1000, results[i]);
	vsn_dir_free(&dir);
}

/* Without memory nothing changes, and nobody loses anything. */
struct short_mem {
	u32 left;
	u32 live;
};

static void *short_alloc(void *ctx, size_t size)
{
	struct short_mem *mem = ctx;

	if (!mem->left)
		return NULL;
	mem->left--;
	mem->live++;
	return calloc(1, size);
}

static void short_free(void *ctx, void *p, size_t size)
{
	struct short_mem *mem = ctx;

	memset(p, 0xa5, size);
	mem->live--;
	free(p);
}

static void lose_none(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	abort();
}

TEST(no_memory)
{
	struct short_mem room = {};
	const struct vsn_mem mem = { .alloc = short_alloc, .free = short_free, .ctx = &room };
	struct vsn_dir_step step;
	u32 i, failed = 0, holder;
	struct vsn_dir dir;
	const u32 *ids;
	bool writer;

	EXPECT_EQ(-ENOMEM, vsn_dir_init(&dir, 100000, &mem));
	room.left = 1;
	ASSERT_EQ(0, vsn_dir_init(&dir, 100000, &mem));
	EXPECT_EQ(-ENOMEM, vsn_dir_grant(&dir, 7, 0, VSN_DIR_READ, lose_none, NULL, &holder));
	for (i = 0; i < 100; i++) {
		while (vsn_dir_access(&dir, 7, i, false, lose_none, NULL, &step)) {
			ASSERT_EQ(i, vsn_dir_holders(&dir, 7, &ids, &writer));
			EXPECT_EQ(-ENOMEM, i < VSN_DIR_FEW ? -ENOMEM :
				  vsn_dir_grant(&dir, 7, i, VSN_DIR_READ, lose_none, NULL,
						&holder));
			failed++;
			room.left = 1;
		}
		ASSERT_EQ(i + 1, vsn_dir_holders(&dir, 7, &ids, &writer));
	}
	/* A table, a leaf, and lists of 8 to 128 */
	EXPECT_EQ(2 + 5, failed);
	EXPECT_EQ(100, dir.stats.from_home);
	vsn_dir_free(&dir);
	EXPECT_EQ(0, room.live);
}

TEST_HARNESS_MAIN
