// SPDX-License-Identifier: GPL-2.0
/* Expert-parallel communication: bytes, as bench_moe.h describes them. */
#include "bench_moe.h"

/*
 * Hide a value from the optimiser: vectors of 64-bit words are slow where they are
 * emulated, and no faster than memory where they are not.
 */
#define scalar(v)	({ __asm__ ("" : "+r" (v)); })

static uint64_t token_key(const struct moe *m, uint32_t rank, uint32_t token)
{
	return moe_mix(moe_mix(m->seed + 2) + ((uint64_t)rank << 16 | token));
}

static uint64_t expert_key(const struct moe *m, uint32_t expert)
{
	return moe_mix(moe_mix(m->seed + 3) + expert);
}

/* What lies behind the last row of "in" */
static uint64_t end_key(const struct moe *m, uint32_t rank)
{
	return moe_mix(moe_mix(m->seed + 4) + rank);
}

static void write_words(uint64_t *p, size_t nr, uint64_t word)
{
	size_t i;

	for (i = 0; i < nr; i++, word += MOE_STEP) {
		p[i] = word;
		scalar(word);
	}
}

/* Number of bytes in which words are not as they should be; for when some are not */
static uint64_t count_wrong(const uint64_t *p, size_t nr, uint64_t word)
{
	uint64_t diff, wrong = 0;
	size_t i;

	for (i = 0; i < nr; i++, word += MOE_STEP)
		for (diff = p[i] ^ word; diff; diff >>= 8)
			wrong += !!(diff & 0xff);
	return wrong;
}

static uint64_t check_words(const uint64_t *p, size_t nr, uint64_t word)
{
	uint64_t first = word, bad = 0;
	size_t i;

	for (i = 0; i + 4 <= nr; i += 4) {
		bad |= p[i] ^ word;
		word += MOE_STEP;
		scalar(word);
		bad |= p[i + 1] ^ word;
		word += MOE_STEP;
		scalar(word);
		bad |= p[i + 2] ^ word;
		word += MOE_STEP;
		scalar(word);
		bad |= p[i + 3] ^ word;
		word += MOE_STEP;
		scalar(word);
	}
	for (; i < nr; i++, word += MOE_STEP)
		bad |= p[i] ^ word;
	return bad ? count_wrong(p, nr, first) : 0;
}

/* As check_words(), and add @add to each word. */
static uint64_t check_add(uint64_t *p, size_t nr, uint64_t word, uint64_t add)
{
	uint64_t first = word, bad = 0, v;
	size_t i;

	for (i = 0; i < nr; i++) {
		v = p[i];
		bad |= v ^ word;
		p[i] = v + add;
		word += MOE_STEP;
		scalar(word);
	}
	if (!bad)
		return 0;
	/* Wrong words stay wrong when the same is added to both sides. */
	return count_wrong(p, nr, first + add) ?: 1;
}

static void fill_rank(void *ctx, uint32_t rank)
{
	struct moe *m = ctx;
	struct moe_rank *r = &m->ranks[rank];
	uint32_t i;

	for (i = 0; i < m->tokens; i++)
		write_words((uint64_t *)(r->mem + r->out + (size_t)i * m->row), m->row / 8,
			    token_key(m, rank, i));
}

static uint64_t *in_row(const struct moe *m, uint32_t rank, uint32_t row)
{
	return (uint64_t *)(m->ranks[rank].mem + MOE_PAGE + (size_t)row * m->row);
}

/* What dispatch brought to a rank, made into its experts' outputs */
static void check_dispatch(void *ctx, uint32_t rank)
{
	struct moe *m = ctx;
	uint64_t wrong = 0;
	uint32_t peer, i;

	for (peer = 0; peer < m->nr_ranks; peer++) {
		const struct moe_copy *c = moe_copies(m, peer) + moe_first(m, peer, rank);
		uint32_t row = moe_in_first(m, rank, peer), nr = moe_count(m, peer, rank);

		for (i = 0; i < nr; i++)
			wrong += check_add(in_row(m, rank, row + i), m->row / 8,
					   token_key(m, peer, c[i].token),
					   expert_key(m, c[i].expert));
	}
	write_words(in_row(m, rank, m->ranks[rank].rows), m->row / 8, end_key(m, rank));
	__atomic_fetch_add(&m->result[MOE_DISPATCH].wrong, wrong, __ATOMIC_RELAXED);
}

/* First word of the row that follows the copies of a rank in the "in" of a peer */
static uint64_t key_after(const struct moe *m, uint32_t rank, uint32_t peer)
{
	const struct moe_copy *c;

	while (++rank < m->nr_ranks) {
		if (!moe_count(m, rank, peer))
			continue;
		c = moe_copies(m, rank) + moe_first(m, rank, peer);
		return token_key(m, rank, c->token) + expert_key(m, c->expert);
	}
	return end_key(m, peer);
}

/* What combine brought to a rank */
static void check_combine(void *ctx, uint32_t rank)
{
	struct moe *m = ctx;
	const uint64_t *p = (const uint64_t *)(m->ranks[rank].mem + m->ranks[rank].out);
	size_t row = m->row / 8, out_row = m->out_row / 8;
	uint64_t key, next, wrong = 0;
	uint32_t peer, i;

	for (peer = 0; peer < m->nr_ranks; peer++) {
		const struct moe_copy *c = moe_copies(m, rank) + moe_first(m, rank, peer);
		uint32_t nr = moe_count(m, rank, peer);

		if (!nr)
			continue;
		key = token_key(m, rank, c->token) + expert_key(m, c->expert);
		for (i = 1; i <= nr; i++) {
			next = i < nr ? token_key(m, rank, c[i].token) +
					expert_key(m, c[i].expert) :
					key_after(m, rank, peer);
			wrong += check_words(p, row, key);
			wrong += check_words(p + row, out_row - row, next);
			p += out_row;
			key = next;
		}
	}
	__atomic_fetch_add(&m->result[MOE_COMBINE].wrong, wrong, __ATOMIC_RELAXED);
}

int moe_data_fill(struct moe *m)
{
	return bench_parallel(m->nr_ranks, fill_rank, m, "writing tokens");
}

int moe_data_check(struct moe *m, enum moe_phase phase)
{
	if (phase == MOE_DISPATCH)
		return bench_parallel(m->nr_ranks, check_dispatch, m, "verifying dispatch");
	return bench_parallel(m->nr_ranks, check_combine, m, "verifying combine");
}
