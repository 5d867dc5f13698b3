/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pairs that nothing joins, so that the search for a way, which takes longest where
 * there is none, is not made for each chunk again.
 *
 * A failure can only make it worse, so what was found holds until something
 * recovers.  The search tries much, but not everything: for that long it is final
 * for all operations of the pair, whichever made it.
 */
#ifndef VSN_CORE_ROUTE_MEMO_H
#define VSN_CORE_ROUTE_MEMO_H

#include "route.h"

#define VSN_MEMO_LEN	1024U

/**
 * struct vsn_route_memo - pairs that nothing joins
 * @pairs: VSN_MEMO_LEN of them, by a hash; a later one takes the place of an earlier
 *
 * All zero: empty.
 */
struct vsn_route_memo {
	struct vsn_memo_pair *pairs;
};

int vsn_memo_init(struct vsn_route_memo *m, const struct vsn_mem *mem);
void vsn_memo_free(struct vsn_route_memo *m, const struct vsn_mem *mem);
int vsn_memo_find(struct vsn_route_memo *m, const struct vsn_topo *t, u64 recoveries,
		  u32 want, u32 src, u32 dst, u32 plane, u64 salt,
		  const struct vsn_live *live, struct vsn_path *path);

#endif /* VSN_CORE_ROUTE_MEMO_H */
