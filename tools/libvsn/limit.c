// SPDX-License-Identifier: GPL-2.0
/* Limits. */
#include "internal.h"

int vsn_limit_parse(struct vsn_ctl_limit *limit, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_LIMIT_FABRIC:
			vsn_get_str(limit->fabric, sizeof(limit->fabric), nla);
			break;
		case VSN_A_LIMIT_RESIDENT:
			limit->resident = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static int limit_fill(const struct nlmsghdr *nlh, void *arg)
{
	return vsn_limit_parse(arg, nlh);
}

/**
 * vsn_ctl_limit_get() - get limits
 * @ctl: handle
 * @fabric: name of the fabric, or NULL for the whole module
 * @limit: out: limits
 *
 * Return: 0, -ENOENT, or another negative errno.
 */
int vsn_ctl_limit_get(struct vsn_ctl *ctl, const char *fabric, struct vsn_ctl_limit *limit)
{
	struct vsn_request req;

	*limit = (struct vsn_ctl_limit){ 0 };
	vsn_request_alloc(&req, ctl, VSN_CMD_LIMIT_GET, 256);
	if (fabric)
		vsn_put_str(&req, VSN_A_LIMIT_FABRIC, fabric);
	return vsn_request_do(&req, limit_fill, limit);
}

/**
 * vsn_ctl_limit_set() - set the limit of resident memory
 * @ctl: handle
 * @fabric: name of the fabric, or NULL for the whole module
 * @resident: bytes; what is resident already stays
 *
 * Return: 0, -ENOENT, -EINVAL, -EPERM, or another negative errno.
 */
int vsn_ctl_limit_set(struct vsn_ctl *ctl, const char *fabric, uint64_t resident)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_LIMIT_SET, 256);
	if (fabric)
		vsn_put_str(&req, VSN_A_LIMIT_FABRIC, fabric);
	vsn_put_u64(&req, VSN_A_LIMIT_RESIDENT, resident);
	return vsn_request_do(&req, NULL, NULL);
}
