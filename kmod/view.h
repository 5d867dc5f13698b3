/* SPDX-License-Identifier: GPL-2.0 */
/* Views: files whose mappings belong to one initiator. */
#ifndef VSN_VIEW_H
#define VSN_VIEW_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct vsn_fabric;

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
 * @by_endpoint: struct vsn_initiator, made when first opened
 * @lock: making and listing them
 */
struct vsn_views {
	struct xarray by_endpoint;
	struct mutex lock;
};

int vsn_views_init(struct vsn_fabric *fabric);
void vsn_views_destroy(struct vsn_fabric *fabric);
/* Returns a new file descriptor or a negative errno. */
int vsn_view_open(struct vsn_fabric *fabric, u32 initiator);
void vsn_view_stats(struct vsn_fabric *fabric, u32 ep, struct vsn_view_stats *stats);

#endif /* VSN_VIEW_H */
