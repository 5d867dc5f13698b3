/* SPDX-License-Identifier: GPL-2.0 */
/* Rights: what the files of one context may reach. */
#ifndef VSN_RIGHTS_H
#define VSN_RIGHTS_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

struct vsn_fabric;
struct vsn_op_env;
struct vsn_partition;
struct vsn_region;

/**
 * struct vsn_rights - what the files of one context may reach
 * @ref: the context's file holds one, each view and each queue of it one more
 * @fabric: kept by each of those files, as they are its users
 * @partition: its endpoints and regions only; NULL: all.  Used by the rights
 * @imports: regions of others: by serial number, the id as a value; read under RCU,
 *	written under fabric->lock
 * @nr_imports: number of them; fabric->lock
 * @leases: struct vsn_region that go with it; fabric->lock
 * @nr_leases: number of them, and of those that are being made; fabric->lock
 *
 * The first four but @ref are immutable.
 */
struct vsn_rights {
	refcount_t ref;
	struct vsn_fabric *fabric;
	struct vsn_partition *partition;
	struct xarray imports;
	u32 nr_imports;
	struct list_head leases;
	u32 nr_leases;
};

struct vsn_rights *vsn_rights_new(struct vsn_fabric *fabric,
				  struct vsn_partition *partition);
struct vsn_rights *vsn_rights_get(struct vsn_rights *rights);
void vsn_rights_put(struct vsn_rights *rights);

bool vsn_rights_windows(const struct vsn_rights *rights);
bool vsn_rights_initiator(const struct vsn_rights *rights, u32 ep);
struct vsn_region *vsn_rights_region_get(struct vsn_rights *rights, u64 ua);
void vsn_rights_env(struct vsn_rights *rights, struct vsn_op_env *env);

#endif /* VSN_RIGHTS_H */
