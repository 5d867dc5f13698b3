// SPDX-License-Identifier: GPL-2.0
#include "place.h"

/**
 * vsn_place_check - may a region be placed so?
 * @size: bytes
 * @homes: endpoint ids
 * @nr_homes: how many
 * @granule: bytes; ignored with one home
 * @nr_endpoints: the fabric's
 * @diag: why not
 *
 * The same endpoint may be named more than once: it then holds more granules.
 *
 * Return: 0 or -EINVAL.
 */
int vsn_place_check(u64 size, const u32 *homes, u32 nr_homes, u64 granule,
		    u32 nr_endpoints, struct vsn_diag *diag)
{
	u32 i;

	if (!size || size & (VSN_GRANULE_MIN - 1))
		return vsn_refuse(diag, -EINVAL,
				  "size %llu is not a positive multiple of 4096",
				  (unsigned long long)size);
	if (size >= 1ULL << 60)
		return vsn_refuse(diag, -EINVAL, "size %llu is not below 2^60",
				  (unsigned long long)size);
	if (!nr_homes)
		return vsn_refuse(diag, -EINVAL, "home is missing");
	for (i = 0; i < nr_homes; i++)
		if (homes[i] >= nr_endpoints)
			return vsn_refuse(diag, -EINVAL,
					  "home %u: the fabric has endpoints 0 to %u",
					  homes[i], nr_endpoints - 1);
	if (nr_homes == 1)
		return 0;
	if (!vsn_is_pow2(granule) || granule < VSN_GRANULE_MIN ||
	    granule > VSN_GRANULE_MAX)
		return vsn_refuse(diag, -EINVAL,
				  "granule %llu is not a power of two from 4 KiB to 1 GiB",
				  (unsigned long long)granule);
	return 0;
}

/**
 * vsn_place_share - bytes that the i-th home holds
 * @size: of the region
 * @granule_shift: log2 of the granule
 * @nr_homes: number of homes
 * @i: which
 *
 * Return: bytes; the shares of all homes add up to @size.
 */
u64 vsn_place_share(u64 size, u32 granule_shift, u32 nr_homes, u32 i)
{
	u64 granules, last, share;

	if (nr_homes == 1)
		return size;
	granules = size >> granule_shift;
	last = size & ((1ULL << granule_shift) - 1);
	share = (granules / nr_homes + (i < granules % nr_homes)) << granule_shift;
	if (last && i == granules % nr_homes)
		share += last;
	return share;
}

/**
 * vsn_place_offset - where in its region is a byte of a home?
 * @p: placement
 * @i: which home
 * @off: the byte, counted from the first that this home holds
 *
 * Return: offset in the region.
 */
u64 vsn_place_offset(const struct vsn_place *p, u32 i, u64 off)
{
	u64 granule = off >> p->granule_shift;

	if (p->nr_homes == 1)
		return off;
	return (granule * p->nr_homes + i) << p->granule_shift |
	       (off & ((1ULL << p->granule_shift) - 1));
}
