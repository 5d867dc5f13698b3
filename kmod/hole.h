/* SPDX-License-Identifier: GPL-2.0 */
/* Holes: memory of a region that stays is given back. */
#ifndef VSN_HOLE_H
#define VSN_HOLE_H

#include <linux/types.h>

struct vsn_region;

/* May sleep; nests in engine->lock, and takes folio locks and i_mmap_rwsem. */
int vsn_hole_punch(struct vsn_region *region, u64 off, u64 len, bool killable);
u64 vsn_hole_lose(struct vsn_region *region, u64 home, u64 len, bool unmap);

#endif /* VSN_HOLE_H */
