/* SPDX-License-Identifier: GPL-2.0 */
/* Sharing: regions that one context exports and another imports. */
#ifndef VSN_SHARE_H
#define VSN_SHARE_H

#include <linux/compiler_types.h>

struct vsn_rights;

/* Ioctls of a context. */
int vsn_share_export(struct vsn_rights *rights, void __user *uarg);
int vsn_share_import(struct vsn_rights *rights, void __user *uarg);
int vsn_share_unimport(struct vsn_rights *rights, const void __user *uarg);

void vsn_share_end(struct vsn_rights *rights);

#endif /* VSN_SHARE_H */
