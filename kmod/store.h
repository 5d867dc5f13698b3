/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes: folios in an xarray, keyed by home page. */
#ifndef VSN_STORE_H
#define VSN_STORE_H

#include <linux/atomic.h>
#include <linux/xarray.h>

#include "core/types.h"
#include "outage.h"
#include "poison.h"

struct folio;
struct iov_iter;
struct vsn_fabric;
struct vsn_region;

/**
 * struct vsn_store - memory of a fabric
 * @folios: by device window page: (endpoint << window_shift | offset) >> PAGE_SHIFT;
 *	readers under RCU, writers under the xarray's lock
 * @resident: pages in memory
 * @resident_max: limit of @resident, pages
 * @nodes: by endpoint: the NUMA node that its pages come from, as a value; nothing for
 *	any; the xarray's own lock
 * @host_read: bytes that pread and its like returned
 * @host_write: bytes that pwrite and its like took
 * @host_faults: faults of mappings without an initiator
 * @poison: pages that have gone bad; own lock
 * @outage: endpoints that are down, whose pages are not here; see outage.h
 */
struct vsn_store {
	struct xarray folios;
	atomic_long_t resident;
	long resident_max;
	struct xarray nodes;
	atomic64_t host_read;
	atomic64_t host_write;
	atomic64_t host_faults;
	struct vsn_poison poison;
	struct vsn_outage outage;
};

void vsn_store_init(struct vsn_fabric *fabric);
void vsn_store_destroy(struct vsn_fabric *fabric);

/*
 * Effects of operations.  Ranges lie within the region, as offsets from its
 * start; the caller holds a reference to it.  May sleep.  Reading what was never
 * written gives zeros and allocates nothing.  0, -ENOMEM, -EIO: a region was taken
 * away meanwhile, or -EFAULT: a write to a part of a device window that no region has;
 * and see poison.c: -EHWPOISON, -ENOSPC.
 */
int vsn_store_copy(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
		   u64 src_off, u64 len);
int vsn_store_fill(struct vsn_region *dst, u64 off, u64 len, u64 pattern);
int vsn_store_reduce(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
		     u64 src_off, u64 len, u64 arg0);
int vsn_store_load(struct vsn_region *region, u64 off, u64 *value);
/* opcode: VSN_OP_FADD, VSN_OP_CAS, VSN_OP_SWAP; atomic against CPU accesses */
int vsn_store_atomic(struct vsn_region *region, u64 off, u8 opcode, u64 arg0,
		     u64 arg1, u64 *old);

/* For files: as above, but bytes done if there are any. */
ssize_t vsn_store_read(struct vsn_region *region, u64 off, size_t len,
		       struct iov_iter *to);
ssize_t vsn_store_write(struct vsn_region *region, u64 off, size_t len,
			struct iov_iter *from);

/* Folios, with a reference; the caller holds one to the region that owns the page. */
struct folio *vsn_store_find(struct vsn_fabric *fabric, u64 home);
struct folio *vsn_store_touch(struct vsn_region *owner, u64 home);
bool vsn_store_has(struct vsn_fabric *fabric, u64 home, const struct folio *folio);

struct folio *vsn_store_next(struct vsn_fabric *fabric, u64 home, u64 last);

/* A folio goes, see hole.c. */
void vsn_store_erase(struct vsn_region *owner, struct folio *folio);

/* A region goes, see region_del.c. */
void vsn_store_settle(struct vsn_fabric *fabric, u64 home, u64 len);
void vsn_store_drop(struct vsn_region *owner, u64 home, u64 len);

/* NUMA node that an endpoint's pages come from, or VSN_NODE_NONE. */
u32 vsn_store_node(struct vsn_fabric *fabric, u32 ep);
int vsn_store_set_node(struct vsn_fabric *fabric, u32 ep, u32 node, struct vsn_diag *diag);

/* Limits, bytes; fabric NULL: the whole module. */
u64 vsn_store_limit(struct vsn_fabric *fabric);
int vsn_store_set_limit(struct vsn_fabric *fabric, u64 bytes,
			struct vsn_diag *diag);
u64 vsn_store_resident(struct vsn_fabric *fabric);

#endif /* VSN_STORE_H */
