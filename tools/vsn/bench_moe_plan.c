// SPDX-License-Identifier: GPL-2.0
/* Expert-parallel communication: who sends what where. */
#include <stdlib.h>

#include "bench_moe.h"

static uint64_t next_random(uint64_t *state)
{
	*state += MOE_STEP;
	return moe_mix(*state);
}

/* A token's experts: topk different ones, each as likely as any other. */
static void gate(const struct moe *m, uint64_t *state, uint16_t *experts)
{
	uint32_t i, j;

	for (i = 0; i < m->topk; i++) {
		do {
			experts[i] = next_random(state) % m->experts;
			for (j = 0; j < i && experts[j] != experts[i]; j++)
				;
		} while (j < i);
	}
}

static uint32_t rank_of(const struct moe *m, uint32_t expert)
{
	return expert / (m->experts / m->nr_ranks);
}

/* The copies of one rank, sorted by the experts' ranks; @chosen and @at are room. */
static void plan_rank(struct moe *m, uint32_t rank, uint16_t *chosen, uint32_t *at)
{
	uint32_t *first = &m->first[(size_t)rank * (m->nr_ranks + 1)];
	struct moe_copy *copies = (struct moe_copy *)moe_copies(m, rank);
	uint64_t state = moe_mix(m->seed + 1) + rank;
	uint32_t i, nr = m->tokens * m->topk;

	state = moe_mix(state);
	for (i = 0; i < m->tokens; i++)
		gate(m, &state, &chosen[i * m->topk]);
	for (i = 0; i < nr; i++)
		first[rank_of(m, chosen[i]) + 1]++;
	for (i = 0; i < m->nr_ranks; i++) {
		first[i + 1] += first[i];
		at[i] = first[i];
	}
	for (i = 0; i < nr; i++)
		copies[at[rank_of(m, chosen[i])]++] = (struct moe_copy) {
			.token = i / m->topk,
			.expert = chosen[i],
		};
}

/*
 * "in" has room for one row more, as the last output ends there.  The odd page before
 * "out" keeps sources and destinations from being a power of two apart, which some
 * machines, emulated ones first of all, copy slowly.
 */
static void lay_out(struct moe *m, uint32_t rank)
{
	struct moe_rank *r = &m->ranks[rank];
	uint64_t in, tokens, out;
	uint32_t peer;

	for (peer = 0; peer < m->nr_ranks; peer++) {
		m->in_first[(size_t)rank * m->nr_ranks + peer] = r->rows;
		r->rows += moe_count(m, peer, rank);
	}
	in = (uint64_t)(r->rows + 1) * m->row;
	tokens = (uint64_t)m->tokens * m->row;
	out = (uint64_t)m->tokens * m->topk * m->out_row;
	r->out = MOE_PAGE + (in + MOE_PAGE - 1) / MOE_PAGE * MOE_PAGE + MOE_PAGE;
	r->size = r->out + (out > tokens ? out : tokens);
	r->size = (r->size + MOE_PAGE - 1) / MOE_PAGE * MOE_PAGE;
}

int moe_plan(struct moe *m)
{
	size_t ranks = m->nr_ranks, copies = (size_t)m->tokens * m->topk;
	uint16_t *chosen = malloc(copies * sizeof(*chosen));
	uint32_t *at = malloc(ranks * sizeof(*at));
	int status = EXIT_FAIL;
	uint32_t i;

	m->row = m->hidden + m->hidden / 128 * 4;
	m->out_row = 2 * m->hidden;
	m->copies = malloc(ranks * copies * sizeof(*m->copies));
	m->first = calloc(ranks * (ranks + 1), sizeof(*m->first));
	m->in_first = calloc(ranks * ranks, sizeof(*m->in_first));
	m->ranks = calloc(ranks, sizeof(*m->ranks));
	if (!chosen || !at || !m->copies || !m->first || !m->in_first || !m->ranks) {
		msg("out of memory");
		goto out;
	}
	for (i = 0; i < m->nr_ranks; i++)
		plan_rank(m, i, chosen, at);
	for (i = 0; i < m->nr_ranks; i++)
		lay_out(m, i);
	status = EXIT_OK;
out:
	free(at);
	free(chosen);
	return status;
}

void moe_plan_free(struct moe *m)
{
	free(m->ranks);
	free(m->in_first);
	free(m->first);
	free(m->copies);
	m->ranks = NULL;
	m->in_first = NULL;
	m->first = NULL;
	m->copies = NULL;
}
