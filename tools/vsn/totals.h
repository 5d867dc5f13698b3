/* SPDX-License-Identifier: GPL-2.0 */
/* What a topology comes to, without a kernel. */
#ifndef VSN_TOTALS_H
#define VSN_TOTALS_H

#include "control.h"

struct vsn_graph;
struct vsn_mem;
struct vsn_topo;

/*
 * The same topology as the core knows it, not committed.  @topo is all zero, and is
 * to be given back with vsn_topo_free(), whatever is returned: 0, or -1, which says in
 * @why what is wrong.
 */
int totals_topo(struct vsn_topo *topo, const struct vsn_ctl_fabric *fabric, char *why,
		size_t size);

/*
 * Check a topology by the kernel's own rules and fill in what is marked "out".
 * Returns 0, or -1 and says in @why what is wrong.
 */
int totals_fill(struct vsn_ctl_fabric *fabric, char *why, size_t size);

/* Plain memory for the core */
extern const struct vsn_mem totals_heap;

/* Add to a graph; the same. */
int totals_switch(struct vsn_graph *g, const struct vsn_ctl_graph_switch *sw, char *why,
		  size_t size);
int totals_link(struct vsn_graph *g, const struct vsn_topo *t,
		const struct vsn_ctl_graph_link *link, char *why, size_t size);

#endif /* VSN_TOTALS_H */
