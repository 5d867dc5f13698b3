/* SPDX-License-Identifier: GPL-2.0 */
/* Unified addresses and the pool's address allocator. */
#ifndef VSN_CORE_ADDR_H
#define VSN_CORE_ADDR_H

#include "types.h"
#include <linux/vsn.h>

static inline bool vsn_ua_is_pool(u64 ua)
{
	return ua >> 61 == 1;
}

/**
 * struct vsn_pool - hands out pool addresses
 * @next: offset from which on to hand out
 *
 * Addresses only go up, so a stale address faults instead of meeting somebody
 * else's region.  Regions are at least one guard granule apart.  Whoever knows
 * what is in use may set @next back when there are no more.
 */
struct vsn_pool {
	u64 next;
};

/* Regions start at a multiple of this, so that any page size fits. */
#define VSN_POOL_ALIGN	(2ULL << 20)

int vsn_pool_take(struct vsn_pool *pool, u64 size, u64 align, u64 *ua);

#endif /* VSN_CORE_ADDR_H */
