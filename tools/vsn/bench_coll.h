/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Collectives, measured as nccl-tests does.
 *
 * Rank r is accelerator r of the fabric.  Its region has flags first, then data, then
 * (all-to-all) what it receives.
 */
#ifndef VSN_BENCH_COLL_H
#define VSN_BENCH_COLL_H

#include "bench.h"
#include "coll.h"

/* Room for flags, at the beginning of a region */
#define COLL_FLAGS	(VSN_COLL_MAX_CHANNELS * 64 * 8UL)

/**
 * struct coll_rank - a rank
 * @region: id of its region, 0 while there is none
 * @mem: where it is mapped, or NULL
 * @mapped: bytes of that
 */
struct coll_rank {
	uint32_t region;
	uint8_t *mem;
	size_t mapped;
};

/**
 * struct coll - one run
 * @b: the fabric
 * @spec: what is measured; @spec.bytes is that of the size that is on
 * @min: smallest size, bytes
 * @max: largest
 * @factor: from one size to the next
 * @data: bytes move and are compared; otherwise only time passes
 * @damage: change a byte of what this rank has at the end; or -1
 * @ranks: ranks
 * @at: their addresses
 * @queues: queues
 * @nr_queues: number of @queues
 * @time: ps of the size that is on
 * @ops: operations of it
 * @wrong: elements that are not what they should be, of the size that is on
 * @wrong_sum: of all sizes
 */
struct coll {
	struct bench *b;
	struct vsn_coll_spec spec;
	uint64_t min;
	uint64_t max;
	uint32_t factor;
	bool data;
	int64_t damage;
	struct coll_rank *ranks;
	struct vsn_coll_rank *at;
	struct vsn_queue **queues;
	uint32_t nr_queues;
	uint64_t time;
	uint64_t ops;
	uint64_t wrong;
	uint64_t wrong_sum;
};

/* Is the data made of blocks, one for each rank? */
static inline bool coll_has_blocks(const struct coll *c)
{
	return c->spec.kind != VSN_COLL_ALL_REDUCE && c->spec.kind != VSN_COLL_BROADCAST;
}

static inline bool coll_reduces(const struct coll *c)
{
	return c->spec.kind == VSN_COLL_ALL_REDUCE || c->spec.kind == VSN_COLL_REDUCE_SCATTER;
}

/* Where a rank's data begins, or what it receives */
static inline uint64_t coll_offset(const struct coll *c, bool out)
{
	return COLL_FLAGS + (out ? (c->max + 4095) / 4096 * 4096 : 0);
}

static inline uint8_t *coll_result(const struct coll *c, uint32_t rank)
{
	return c->ranks[rank].mem + coll_offset(c, c->spec.kind == VSN_COLL_ALL_TO_ALL);
}

/* All return 0 or an exit status, and then it was said why. */

/* Make regions and queues for sizes up to @c->max. */
int coll_setup(struct coll *c);
void coll_teardown(struct coll *c);
/* Execute @c->spec; sets @c->time. */
int coll_run(struct coll *c);

/* Write all ranks' data; compare what they have at the end. */
int coll_data_fill(struct coll *c);
int coll_data_check(struct coll *c);

#endif /* VSN_BENCH_COLL_H */
