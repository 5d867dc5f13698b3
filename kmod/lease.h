/* SPDX-License-Identifier: GPL-2.0 */
/* Leases: regions that belong to a context. */
#ifndef VSN_LEASE_H
#define VSN_LEASE_H

#include <linux/compiler_types.h>

struct vsn_fabric;
struct vsn_rights;

/* Ioctls of a context. */
int vsn_lease_take(struct vsn_rights *rights, void __user *uarg);
int vsn_lease_return(struct vsn_rights *rights, const void __user *uarg);

void vsn_leases_end(struct vsn_rights *rights);

/* Regions whose context is gone. */
void vsn_leases_init(struct vsn_fabric *fabric);
void vsn_leases_stop(struct vsn_fabric *fabric);
void vsn_leases_reap(struct vsn_fabric *fabric);

#endif /* VSN_LEASE_H */
