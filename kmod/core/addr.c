// SPDX-License-Identifier: GPL-2.0
#include "addr.h"

/**
 * vsn_pool_take - reserve pool addresses
 * @pool: the allocator; the caller holds the fabric's lock
 * @size: bytes, not zero
 * @align: power of two, at least a page; raised to VSN_POOL_ALIGN
 * @ua: out: first unified address
 *
 * Return: 0, or -ENOSPC when the pool window is used up.
 */
int vsn_pool_take(struct vsn_pool *pool, u64 size, u64 align, u64 *ua)
{
	u64 end, start;

	align = vsn_max(align, VSN_POOL_ALIGN);
	if (size >= VSN_UA_POOL || pool->next > VSN_UA_POOL - align)
		return -ENOSPC;
	start = vsn_align_up(pool->next, align);
	end = start + vsn_align_up(size, VSN_POOL_ALIGN) + VSN_POOL_ALIGN;
	if (end >= VSN_UA_POOL)
		return -ENOSPC;
	pool->next = end;
	*ua = VSN_UA_POOL | start;
	return 0;
}
