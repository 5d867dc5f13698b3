// SPDX-License-Identifier: GPL-2.0
#include "route_memo.h"

/**
 * struct vsn_memo_pair - a pair that nothing joins
 * @src: endpoint id
 * @dst: endpoint id
 * @want: as for vsn_route_find_live(), + 1; 0: no entry
 * @recoveries: when that was found, in recoveries
 */
struct vsn_memo_pair {
	u32 src;
	u32 dst;
	u32 want;
	u64 recoveries;
};

/**
 * vsn_memo_init - make an empty memo
 * @m: the memo
 * @mem: memory
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_memo_init(struct vsn_route_memo *m, const struct vsn_mem *mem)
{
	m->pairs = mem->alloc(mem->ctx, VSN_MEMO_LEN * sizeof(*m->pairs));
	return m->pairs ? 0 : -ENOMEM;
}

/**
 * vsn_memo_free - give back its memory
 * @m: the memo; may be all zero
 * @mem: memory
 */
void vsn_memo_free(struct vsn_route_memo *m, const struct vsn_mem *mem)
{
	if (m->pairs)
		mem->free(mem->ctx, m->pairs, VSN_MEMO_LEN * sizeof(*m->pairs));
	m->pairs = NULL;
}

static struct vsn_memo_pair *place_of(struct vsn_route_memo *m, u32 want, u32 src, u32 dst)
{
	u64 h = ((u64)src << 32 | dst) * 0x9e3779b97f4a7c15ULL ^ want;

	return &m->pairs[(h >> 32 ^ h) % VSN_MEMO_LEN];
}

/**
 * vsn_memo_find - choose network and path, remembering where there is none
 * @m: the memo
 * @t: a committed topology
 * @recoveries: counts how often something that @live knows came up
 * @want: as for vsn_route_find_live(), as are all that follow
 * @src: endpoint id
 * @dst: endpoint id, not @src
 * @plane: plane
 * @salt: tells operations apart
 * @live: which links can be used
 * @path: out
 *
 * Return: index of the network, or -EHOSTUNREACH.
 */
int vsn_memo_find(struct vsn_route_memo *m, const struct vsn_topo *t, u64 recoveries,
		  u32 want, u32 src, u32 dst, u32 plane, u64 salt,
		  const struct vsn_live *live, struct vsn_path *path)
{
	struct vsn_memo_pair *pair = place_of(m, want, src, dst);
	int net;

	if (pair->want == want + 1 && pair->src == src && pair->dst == dst &&
	    pair->recoveries == recoveries)
		return -EHOSTUNREACH;
	net = vsn_route_find_live(t, want, src, dst, plane, salt, live, path);
	if (net < 0)
		*pair = (struct vsn_memo_pair) {
			.src = src,
			.dst = dst,
			.want = want + 1,
			.recoveries = recoveries,
		};
	return net;
}
