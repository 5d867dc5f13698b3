// SPDX-License-Identifier: GPL-2.0
/*
 * Wall time and virtual time, exact in 64 bits.
 *
 * With scale in parts per million, virtual ps = wall ns * 10^9 / scale.  The quotient
 * and the rest of the first division are scaled apart: as VSN_SCALE_MAX is 10^10, the
 * rest times 10^9 fits.  Nothing drifts: there is no rounding but that of the result.
 */
#include "timebase.h"

/* ps of virtual time in a ns of wall time, times parts per million */
#define PER_NS	1000000000ULL

static_assert(U64_MAX / PER_NS >= VSN_SCALE_MAX, "the rest times 10^9 fits");

/* floor(v * mul / div), or U64_MAX where that is too much; (div - 1) * mul fits. */
static u64 scaled(u64 v, u64 mul, u64 div, u64 *rest)
{
	u64 whole = v / div, part = v % div * mul, result;

	*rest = part % div;
	if (__builtin_mul_overflow(whole, mul, &result) ||
	    __builtin_add_overflow(result, part / div, &result))
		return U64_MAX;
	return result;
}

/**
 * vsn_timebase_virt - virtual time at a moment
 * @t: the scale is within its bounds
 * @wall: ns; before @t->wall counts as that
 *
 * Return: ps, rounded down; U64_MAX past the end of time.
 */
u64 vsn_timebase_virt(const struct vsn_timebase *t, u64 wall)
{
	u64 rest, virt;

	virt = scaled(wall > t->wall ? wall - t->wall : 0, PER_NS, t->scale, &rest);
	if (__builtin_add_overflow(virt, t->virt, &virt))
		return U64_MAX;
	return virt;
}

/**
 * vsn_timebase_wall - the first moment that is not before a virtual time
 * @t: the scale is within its bounds
 * @virt: ps; before @t->virt counts as that
 *
 * Return: ns; U64_MAX past the end of time.
 */
u64 vsn_timebase_wall(const struct vsn_timebase *t, u64 virt)
{
	u64 rest, wall;

	wall = scaled(virt > t->virt ? virt - t->virt : 0, t->scale, PER_NS, &rest);
	if (__builtin_add_overflow(wall, (u64)!!rest, &wall) ||
	    __builtin_add_overflow(wall, t->wall, &wall))
		return U64_MAX;
	return wall;
}
