/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Expert-parallel dispatch and combine.
 *
 * Rank r is accelerator r of the fabric.  Every rank has some tokens, and a gate
 * chooses for each of them topk different experts, which are spread evenly over
 * the ranks.  Dispatch writes a copy of the token (a byte an element, and a 4-byte
 * scale for each 128 elements) into the memory of each expert's rank.  Combine
 * writes what each expert made of it (two bytes an element) back into the memory
 * of the token's rank.  The receivers know the numbers of copies beforehand, so
 * what they receive lies without gaps, by source rank.
 *
 * A rank's region:
 *
 *	counters	one page: copies' senders add to them
 *	in		rows of dispatch, by source rank; made into the experts' outputs
 *			in place
 *	out		rows of combine, by expert rank; before that the rank's tokens
 *
 * Memory, not links, is short here, so outputs overlap: that of row k begins where
 * row k does, and as it is longer it ends in row k + 1.  Both sides know what has to
 * be there.
 *
 * A row is a sequence of 64-bit words, key + i * MOE_STEP, where the key is a hash of
 * source rank and token.  The experts add a hash of their number to each word.  So
 * no two rows are alike, of dispatch or combine, nor is any like memory that was
 * never written, and a row is told right from wrong at the speed of memory.
 */
#ifndef VSN_BENCH_MOE_H
#define VSN_BENCH_MOE_H

#include "bench.h"

#define MOE_STEP	0x9e3779b97f4a7c15ULL

#define MOE_PAGE	4096U
/* Offset of a phase's counter */
#define MOE_COUNTER(phase)	(64U * (phase))

enum moe_phase {
	MOE_DISPATCH,
	MOE_COMBINE,
	MOE_NR_PHASES,
};

/**
 * struct moe_copy - a token on its way to one expert
 * @token: number of the token at its rank
 * @expert: number of the expert
 */
struct moe_copy {
	uint16_t token;
	uint16_t expert;
};

/**
 * struct moe_rank - a rank
 * @endpoint: id of its endpoint
 * @region: id of its region, 0 while there is none
 * @ua: unified address of it
 * @size: of it, bytes
 * @mem: where it is mapped, or NULL
 * @out: offset of "out"
 * @rows: rows of "in" that it receives
 * @ops: operations of the phase that it has most of
 * @queue: index of its queue
 */
struct moe_rank {
	uint32_t endpoint;
	uint32_t region;
	uint64_t ua;
	uint64_t size;
	uint8_t *mem;
	uint64_t out;
	uint32_t rows;
	uint32_t ops;
	uint32_t queue;
};

/**
 * struct moe_result - of one phase
 * @time: ps, from the start to the last rank's end
 * @bytes: payload that the copies moved
 * @copies: number of them
 * @wire: bytes on links, as the completions tell
 * @wrong: bytes that are not what they should be
 */
struct moe_result {
	uint64_t time;
	uint64_t bytes;
	uint64_t copies;
	uint64_t wire;
	uint64_t wrong;
};

/**
 * struct moe - one run
 * @b: the fabric
 * @nr_ranks: number of ranks
 * @tokens: of each rank
 * @hidden: elements of a token
 * @topk: experts of a token
 * @experts: number of experts, a multiple of @nr_ranks
 * @seed: of the gate
 * @data: bytes move; otherwise only time passes
 * @launch: software parameter, ps: once a rank and phase
 * @per_peer: software parameter, ps: for each rank that gets copies
 * @per_copy: software parameter, ps: for each copy
 * @row: bytes of a copy in dispatch
 * @out_row: bytes of a copy in combine
 * @copies: @tokens * @topk for each rank, sorted by the expert's rank
 * @first: [rank * (@nr_ranks + 1) + peer]: its first copy to the peer, within its own
 * @in_first: [rank * @nr_ranks + peer]: row of "in" of its first copy from the peer
 * @ranks: ranks
 * @queues: queues
 * @nr_queues: number of @queues
 * @phase: which is on
 * @result: of the phases
 */
struct moe {
	struct bench *b;
	uint32_t nr_ranks;
	uint32_t tokens;
	uint32_t hidden;
	uint32_t topk;
	uint32_t experts;
	uint64_t seed;
	bool data;
	uint64_t launch;
	uint64_t per_peer;
	uint64_t per_copy;
	uint32_t row;
	uint32_t out_row;
	struct moe_copy *copies;
	uint32_t *first;
	uint32_t *in_first;
	struct moe_rank *ranks;
	struct vsn_queue **queues;
	uint32_t nr_queues;
	enum moe_phase phase;
	struct moe_result result[MOE_NR_PHASES];
};

/* All return 0 or an exit status, and then it was said why. */

/* Choose the experts and lay out the regions; the figures above @copies are set. */
int moe_plan(struct moe *m);
void moe_plan_free(struct moe *m);

/* Make regions and queues. */
int moe_setup(struct moe *m);
void moe_teardown(struct moe *m);

/* Execute @phase. */
int moe_run(struct moe *m, enum moe_phase phase);

/* Write the tokens; compare what dispatch brought and make outputs of it; compare these. */
int moe_data_fill(struct moe *m);
int moe_data_check(struct moe *m, enum moe_phase phase);

/* Copies of a rank to a peer */
static inline uint32_t moe_count(const struct moe *m, uint32_t rank, uint32_t peer)
{
	const uint32_t *first = &m->first[(size_t)rank * (m->nr_ranks + 1) + peer];

	return first[1] - first[0];
}

static inline uint32_t moe_first(const struct moe *m, uint32_t rank, uint32_t peer)
{
	return m->first[(size_t)rank * (m->nr_ranks + 1) + peer];
}

static inline uint32_t moe_in_first(const struct moe *m, uint32_t rank, uint32_t peer)
{
	return m->in_first[(size_t)rank * m->nr_ranks + peer];
}

static inline const struct moe_copy *moe_copies(const struct moe *m, uint32_t rank)
{
	return &m->copies[(size_t)rank * m->tokens * m->topk];
}

/* 2 MiB pages, where that does not waste much; without bytes only counters need memory. */
static inline uint64_t moe_page(const struct moe *m, const struct moe_rank *r)
{
	return m->data && r->size >= 8ULL << 20 ? 2ULL << 20 : MOE_PAGE;
}

/* A finaliser of the murmur family: spreads every input bit over all output bits. */
static inline uint64_t moe_mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

#endif /* VSN_BENCH_MOE_H */
