/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between topo_check.c (a topology, its networks), topo_tier.c (their tiers) and
 * graph_check.c (graphs).
 */
#ifndef VSN_CORE_TOPO_IMPL_H
#define VSN_CORE_TOPO_IMPL_H

#include "topo.h"

#define VSN_MAX_BANDWIDTH	(1000ULL * 1000 * 1000 * 1000 * 1000)	/* 1 PB/s */
#define VSN_MIN_BANDWIDTH	(1000ULL * 1000)			/* 1 MB/s */

bool vsn_topo_name_ok(const char *s);
const char *vsn_topo_kind_name(u32 k);
/* Refuse what is not within the bounds: "WHAT: FIELD V is not MIN to MAX". */
int vsn_topo_figure(const char *what, const char *field, u64 v, u64 min, u64 max,
		    struct vsn_diag *diag);

/* What efficiency, in parts per million, leaves of a bandwidth */
static inline u64 vsn_topo_usable(u64 bandwidth, u32 efficiency)
{
	return bandwidth / VSN_EFFICIENCY_ONE * efficiency +
	       bandwidth % VSN_EFFICIENCY_ONE * efficiency / VSN_EFFICIENCY_ONE;
}

/* Fields of a tier, each for itself */
int vsn_topo_check_tier(const struct vsn_network *net, const struct vsn_tier *tier,
			struct vsn_diag *diag);
/* Forget what an earlier commit may have left in it. */
void vsn_topo_reset_tier(struct vsn_tier *tier);
/* Validate a tier and compute its ids; those before it are committed. */
int vsn_topo_commit_tier(struct vsn_topo *t, struct vsn_network *net,
			 struct vsn_tier *tier, struct vsn_diag *diag);
/* Judge all tiers of a network together: reach, and length of paths. */
int vsn_topo_commit_paths(struct vsn_topo *t, u32 net, struct vsn_diag *diag);

#endif /* VSN_CORE_TOPO_IMPL_H */
