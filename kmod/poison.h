/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that has gone bad, because somebody asked for it. */
#ifndef VSN_POISON_H
#define VSN_POISON_H

#include <linux/maple_tree.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct folio;
struct vsn_diag;
struct vsn_fabric;
struct vsn_region;

/* Ranges of poisoned pages that a fabric has at most. */
#define VSN_MAX_POISON	65536U

/**
 * struct vsn_poison - the pages of a fabric that are poisoned
 * @ranges: by home page: the region that owns it; neighbours of one region are one
 *	range.  Readers under RCU, writers under @lock
 * @lock: order of changes; nests in all but the tree's own lock
 * @nr: number of ranges; @lock
 * @pages: number of pages; written under @lock
 */
struct vsn_poison {
	struct maple_tree ranges;
	struct mutex lock; /* of ranges, nr, pages */
	u32 nr;
	u64 pages;
};

void vsn_poison_init(struct vsn_poison *poison);
void vsn_poison_destroy(struct vsn_poison *poison);

/* Is any page of the fabric poisoned?  Where none is, this is all that it costs. */
static inline bool vsn_poison_any(const struct vsn_poison *poison)
{
	return READ_ONCE(poison->pages);
}

u64 vsn_poison_run(const struct vsn_fabric *fabric, u64 home, u64 len, bool *bad);
int vsn_poison_read(struct vsn_region *region, u64 off, u64 len);
int vsn_poison_write(struct vsn_region *region, u64 off, u64 len);
int vsn_poison_wrote(struct vsn_region *region, u64 off, u64 len);
int vsn_poison_wrote_home(struct vsn_region *owner, u64 home, u64 len);
int vsn_poison_fault(struct vsn_region *owner, u64 home, struct folio *folio);

/* A range of a region, all or nothing; the caller holds a reference to it. */
int vsn_poison_set(struct vsn_region *region, u64 off, u64 len, struct vsn_diag *diag);
int vsn_poison_heal(struct vsn_region *region, u64 off, u64 len, struct vsn_diag *diag);
u64 vsn_poison_bytes(const struct vsn_region *region);
void vsn_poison_forget(struct vsn_region *region);

#endif /* VSN_POISON_H */
