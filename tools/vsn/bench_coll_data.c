// SPDX-License-Identifier: GPL-2.0
/*
 * Collectives: what ranks begin with, and what they must end with.
 *
 * Every element of every rank is a number of its own.  For floats they are small
 * integers, so that each sum on the way is exact and the order of additions does not
 * matter: what is compared are bits.
 */
#include <string.h>

#include "bench_coll.h"

#define SLICE	16384U	/* elements that are compared at a time */

/* Sums of bf16 stay at or below 256, which it can count to. */
static int64_t small_number(const struct coll *c, uint32_t rank, uint64_t i, uint64_t hash)
{
	uint32_t thin = c->spec.ranks * 2 / 256 + 1;

	/* With many ranks, each element is zero in all but every so many. */
	if (thin > 1 && (rank + i) % (thin + 1))
		return 0;
	return (int64_t)(hash & 3) - 2;
}

static int64_t number(const struct coll *c, uint32_t rank, uint64_t i)
{
	uint64_t hash = i * 0x9e3779b97f4a7c15ULL + (rank + 1) * 0xbf58476d1ce4e5b9ULL;

	hash = (hash ^ hash >> 32) * 0x94d049bb133111ebULL;
	hash ^= hash >> 29;
	switch (c->spec.type) {
	case VSN_REDUCE_I32:
		return (int32_t)hash;
	case VSN_REDUCE_I64:
		return hash;
	case VSN_REDUCE_F32:
		return (int64_t)(hash & 0xff) - 128;
	default:
		return small_number(c, rank, i, hash);
	}
}

static void put(const struct coll *c, void *to, uint64_t i, int64_t value)
{
	float f = value;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	switch (c->spec.type) {
	case VSN_REDUCE_I32:
		((uint32_t *)to)[i] = value;
		break;
	case VSN_REDUCE_I64:
		((uint64_t *)to)[i] = value;
		break;
	case VSN_REDUCE_F32:
		((uint32_t *)to)[i] = bits;
		break;
	default:
		((uint16_t *)to)[i] = bits >> 16;
		break;
	}
}

static uint64_t elements(const struct coll *c)
{
	return c->spec.bytes / vsn_coll_element(c->spec.type);
}

static void fill_rank(void *ctx, uint32_t rank)
{
	struct coll *c = ctx;
	uint8_t *data = c->ranks[rank].mem + coll_offset(c, false);
	uint64_t i, nr = elements(c);

	for (i = 0; i < nr; i++)
		put(c, data, i, number(c, rank, i));
	/* Of what it receives nothing may be there before. */
	if (c->spec.kind == VSN_COLL_ALL_TO_ALL)
		memset(coll_result(c, rank), 0x5a, c->spec.bytes);
}

static int64_t reduction(const struct coll *c, uint64_t i)
{
	int64_t value = number(c, 0, i), next;
	uint32_t rank;

	for (rank = 1; rank < c->spec.ranks; rank++) {
		next = number(c, rank, i);
		if (c->spec.op == VSN_REDUCE_SUM)
			value = (uint64_t)value + (uint64_t)next;
		else if ((next < value) == (c->spec.op == VSN_REDUCE_MIN))
			value = next;
	}
	return value;
}

/* What element @i of a rank's result must be */
static int64_t wanted(const struct coll *c, uint32_t rank, uint64_t i)
{
	uint64_t block = elements(c) / c->spec.ranks;

	switch (c->spec.kind) {
	case VSN_COLL_ALL_GATHER:
		return number(c, i / block, i);
	case VSN_COLL_ALL_TO_ALL:
		return number(c, i / block, rank * block + i % block);
	case VSN_COLL_BROADCAST:
		return number(c, c->spec.root, i);
	default:
		return reduction(c, i);
	}
}

static uint64_t count_wrong(const struct coll *c, const uint8_t *got, const uint8_t *want,
			    uint64_t nr)
{
	uint32_t size = vsn_coll_element(c->spec.type);
	uint64_t i, wrong = 0;

	if (!memcmp(got, want, nr * size))
		return 0;
	for (i = 0; i < nr; i++)
		wrong += !!memcmp(got + i * size, want + i * size, size);
	return wrong;
}

/* Elements [@from, @from + @nr) of the result of ranks [@first, @end) */
static uint64_t check_range(const struct coll *c, uint32_t first, uint32_t end, uint64_t from,
			    uint64_t nr)
{
	uint32_t size = vsn_coll_element(c->spec.type), rank;
	uint64_t want[SLICE], wrong = 0, i;

	for (rank = first; rank < end; rank++) {
		/* Of most collectives all ranks have the same. */
		for (i = 0; i < nr && (rank == first || c->spec.kind == VSN_COLL_ALL_TO_ALL); i++)
			put(c, want, i, wanted(c, rank, from + i));
		wrong += count_wrong(c, coll_result(c, rank) + from * size, (uint8_t *)want, nr);
	}
	return wrong;
}

static void check_slice(void *ctx, uint32_t slice)
{
	struct coll *c = ctx;
	uint64_t i = (uint64_t)slice * SLICE, end = i + SLICE, n, wrong = 0;
	uint64_t all = elements(c), block = all / c->spec.ranks;

	if (end > all)
		end = all;
	for (; i < end; i += n) {
		n = end - i;
		if (c->spec.kind == VSN_COLL_REDUCE_SCATTER) {
			/* Each block is in one place. */
			if (n > block - i % block)
				n = block - i % block;
			wrong += check_range(c, i / block, i / block + 1, i, n);
		} else {
			wrong += check_range(c, 0, c->spec.ranks, i, n);
		}
	}
	__atomic_fetch_add(&c->wrong, wrong, __ATOMIC_RELAXED);
}

/* To see that it is found: one bit, in the middle of what the rank has to have */
static void damage(struct coll *c)
{
	uint64_t nr = elements(c), at = nr / 2;

	if (c->spec.kind == VSN_COLL_REDUCE_SCATTER)
		at = nr / c->spec.ranks * c->damage;
	coll_result(c, c->damage)[at * vsn_coll_element(c->spec.type)] ^= 1;
}

int coll_data_fill(struct coll *c)
{
	return bench_parallel(c->spec.ranks, fill_rank, c, "writing data");
}

int coll_data_check(struct coll *c)
{
	if (c->damage >= 0)
		damage(c);
	c->wrong = 0;
	return bench_parallel((elements(c) + SLICE - 1) / SLICE, check_slice, c, "verifying");
}
