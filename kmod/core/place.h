/* SPDX-License-Identifier: GPL-2.0 */
/* Placement of a region: which endpoint holds which byte. */
#ifndef VSN_CORE_PLACE_H
#define VSN_CORE_PLACE_H

#include "types.h"

#define VSN_GRANULE_MIN	(4ULL << 10)
#define VSN_GRANULE_MAX	(1ULL << 30)

/**
 * struct vsn_place - where the bytes of a region live
 * @ua: first unified address
 * @size: bytes, a multiple of 4 KiB
 * @granule_shift: log2 of the interleaving granule; meaningless with one home
 * @nr_homes: at least 1
 * @homes: endpoint ids; granule g is at homes[g % nr_homes]
 * @dead: its region was taken away from those who use it: what names it ends with
 *	-EIO and touches nothing; set once, under the lock of the scheduler
 *
 * All else is immutable once its region exists.
 */
struct vsn_place {
	u64 ua;
	u64 size;
	u32 granule_shift;
	u32 nr_homes;
	const u32 *homes;
	bool dead;
};

/* The endpoint that holds the byte at @off of the region. */
static inline u32 vsn_place_home(const struct vsn_place *p, u64 off)
{
	if (p->nr_homes == 1)
		return p->homes[0];
	return p->homes[(off >> p->granule_shift) % p->nr_homes];
}

/* Bytes from @off up to where the home may change, or to the region's end. */
static inline u64 vsn_place_run(const struct vsn_place *p, u64 off)
{
	u64 left = p->size - off;

	if (p->nr_homes == 1)
		return left;
	return vsn_min(left, (1ULL << p->granule_shift) -
			     (off & ((1ULL << p->granule_shift) - 1)));
}

/*
 * Homes that have something of a range that is not empty: how many, from the @first-th on,
 * and around.
 */
static inline u32 vsn_place_homes_in(const struct vsn_place *p, u64 off, u64 end, u32 *first)
{
	u64 granules;

	*first = 0;
	if (p->nr_homes == 1)
		return 1;
	granules = ((end - 1) >> p->granule_shift) - (off >> p->granule_shift) + 1;
	if (granules >= p->nr_homes)
		return p->nr_homes;
	*first = (off >> p->granule_shift) % p->nr_homes;
	return granules;
}

int vsn_place_check(u64 size, const u32 *homes, u32 nr_homes, u64 granule,
		    u32 nr_endpoints, struct vsn_diag *diag);
u64 vsn_place_share(u64 size, u32 granule_shift, u32 nr_homes, u32 i);
u64 vsn_place_offset(const struct vsn_place *p, u32 i, u64 off);

#endif /* VSN_CORE_PLACE_H */
