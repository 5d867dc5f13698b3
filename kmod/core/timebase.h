/* SPDX-License-Identifier: GPL-2.0 */
/* Wall time and virtual time. */
#ifndef VSN_CORE_TIMEBASE_H
#define VSN_CORE_TIMEBASE_H

#include "types.h"

/* Bounds of a scale, and what it is without one: parts per million */
#define VSN_SCALE_MIN		1000ULL
#define VSN_SCALE_MAX		10000000000ULL
#define VSN_SCALE_DEFAULT	1000000ULL

/**
 * struct vsn_timebase - how virtual time follows wall time
 * @scale: wall time that passes in a time of virtual time, parts per million
 * @wall: ns, some moment
 * @virt: ps, virtual time then
 */
struct vsn_timebase {
	u64 scale;
	u64 wall;
	u64 virt;
};

u64 vsn_timebase_virt(const struct vsn_timebase *t, u64 wall);
u64 vsn_timebase_wall(const struct vsn_timebase *t, u64 virt);

#endif /* VSN_CORE_TIMEBASE_H */
