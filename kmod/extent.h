/* SPDX-License-Identifier: GPL-2.0 */
/* Extents: what regions have of an endpoint's device window. */
#ifndef VSN_EXTENT_H
#define VSN_EXTENT_H

#include "core/types.h"

struct vsn_fabric;
struct vsn_region;

void vsn_extents_init(struct vsn_fabric *fabric);
void vsn_extents_destroy(struct vsn_fabric *fabric);

/* With fabric->lock held. */
bool vsn_extent_fits(struct vsn_fabric *fabric, u32 ep, u64 size, u64 align);
int vsn_extent_take(struct vsn_fabric *fabric, u32 ep, u64 size, u64 align,
		    struct vsn_region *region, u64 *base, struct vsn_diag *diag);
void vsn_extent_give(struct vsn_fabric *fabric, u32 ep, u64 base, u64 size);

struct vsn_region *vsn_extent_get(struct vsn_fabric *fabric, u32 ep, u64 off,
				  u64 *first, u64 *end);
u64 vsn_extent_allocated(struct vsn_fabric *fabric, u32 ep);

#endif /* VSN_EXTENT_H */
