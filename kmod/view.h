/* SPDX-License-Identifier: GPL-2.0 */
/* Views: files whose mappings belong to one initiator. */
#ifndef VSN_VIEW_H
#define VSN_VIEW_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct address_space;
struct inode;
struct vsn_fabric;
struct vsn_rights;

/* Stands for no initiator: accesses of plain opens. */
#define VSN_HOST	U32_MAX

/**
 * struct vsn_initiator - on whose behalf mappings act
 * @ep: endpoint, or VSN_HOST
 * @inode: its mappings are in this inode's tree
 * @faults: of its mappings
 * @bytes: that those brought in
 *
 * Made when first opened, kept until the fabric goes.
 */
struct vsn_initiator {
	u32 ep;
	struct inode *inode;
	atomic64_t faults;
	atomic64_t bytes;
};

/**
 * struct vsn_view_stats - faults of an initiator's mappings
 * @faults: number
 * @bytes: brought in
 */
struct vsn_view_stats {
	u64 faults;
	u64 bytes;
};

/**
 * struct vsn_views - the initiators that have been opened
 * @host: no initiator
 * @by_endpoint: struct vsn_initiator; read without a lock
 * @lock: making them
 */
struct vsn_views {
	struct vsn_initiator *host;
	struct xarray by_endpoint;
	struct mutex lock; /* of by_endpoint */
};

int vsn_views_init(struct vsn_fabric *fabric);
void vsn_views_destroy(struct vsn_fabric *fabric);
/* Returns a new file descriptor or a negative errno; @flags: O_ACCMODE ones. */
int vsn_view_open(struct vsn_rights *rights, u32 initiator, unsigned int flags);
void vsn_view_stats(struct vsn_fabric *fabric, u32 ep, struct vsn_view_stats *stats);

/* A region goes, see region_del.c. */
bool vsn_views_mapped(struct vsn_fabric *fabric, u64 ua, u64 len);
void vsn_view_zap(struct vsn_fabric *fabric, u32 ep, u64 ua, u64 len);
bool vsn_views_any(struct vsn_fabric *fabric);
typedef void (*vsn_views_zap_fn)(struct address_space *mapping, bool windows, void *ctx);
void vsn_views_zap(struct vsn_fabric *fabric, vsn_views_zap_fn zap, void *ctx);

#endif /* VSN_VIEW_H */
