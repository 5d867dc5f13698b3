/* SPDX-License-Identifier: GPL-2.0 */
/* Choosing the homes of a region. */
#ifndef VSN_CORE_PLACE_CHOOSE_H
#define VSN_CORE_PLACE_CHOOSE_H

#include "topo.h"

/* Conditions on positions, at most. */
#define VSN_MAX_WHERE	64
/* Stands for no endpoint. */
#define VSN_NOWHERE	U32_MAX

/**
 * struct vsn_where - a condition on an endpoint's position
 * @dim: index of a dimension, which its kind has
 * @digit: its digit there
 */
struct vsn_where {
	u32 dim;
	u32 digit;
};

/**
 * struct vsn_choice - which endpoints shall be the homes
 * @policy: enum vsn_placement; VSN_PLACEMENT_LIST: they are named, and there is nothing
 *	to choose
 * @kind: enum vsn_endpoint_kind; 0: any
 * @nr_where: number of conditions
 * @where: for each dimension that one names, one has to hold
 * @near: endpoint id, or VSN_NOWHERE
 * @count: number of homes; 0: not given
 */
struct vsn_choice {
	u32 policy;
	u32 kind;
	u32 nr_where;
	struct vsn_where where[VSN_MAX_WHERE];
	u32 near;
	u32 count;
};

/**
 * struct vsn_room - what is known of endpoints besides the topology
 * @may: may it be chosen at all?
 * @allocated: bytes that regions have there
 * @fits: is there room for so many bytes in one piece?
 * @distance: from one to another, ps: 0; -EHOSTUNREACH nothing joins them; another
 *	negative errno ends the search
 * @ctx: passed to all
 */
struct vsn_room {
	bool (*may)(void *ctx, u32 ep);
	u64 (*allocated)(void *ctx, u32 ep);
	bool (*fits)(void *ctx, u32 ep, u64 bytes);
	int (*distance)(void *ctx, u32 from, u32 to, u64 *ps);
	void *ctx;
};

int vsn_choice_check(const struct vsn_choice *c, struct vsn_diag *diag);
bool vsn_choice_matches(const struct vsn_topo *t, const struct vsn_choice *c, u32 ep);
int vsn_place_distance(const struct vsn_topo *t, u32 from, u32 to, u64 *ps);
int vsn_place_choose(const struct vsn_topo *t, const struct vsn_choice *c, u64 size,
		     u64 granule, const struct vsn_room *room, const struct vsn_mem *mem,
		     u32 **homes, u32 *nr_homes, struct vsn_diag *diag);

#endif /* VSN_CORE_PLACE_CHOOSE_H */
