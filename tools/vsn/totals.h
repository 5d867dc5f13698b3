/* SPDX-License-Identifier: GPL-2.0 */
/* What a topology comes to, without a kernel. */
#ifndef VSN_TOTALS_H
#define VSN_TOTALS_H

#include "control.h"

struct vsn_topo;

/*
 * The same topology as the core knows it, not committed.  @topo is all zero.
 * Returns 0, or -1 and says in @why what is wrong.
 */
int totals_topo(struct vsn_topo *topo, const struct vsn_ctl_fabric *fabric, char *why,
		size_t size);

/*
 * Check a topology by the kernel's own rules and fill in what is marked "out".
 * Returns 0, or -1 and says in @why what is wrong.
 */
int totals_fill(struct vsn_ctl_fabric *fabric, char *why, size_t size);

#endif /* VSN_TOTALS_H */
