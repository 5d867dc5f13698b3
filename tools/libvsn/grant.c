// SPDX-License-Identifier: GPL-2.0
/* Who may read and write which part of a region. */
#include <string.h>

#include "internal.h"

int vsn_grant_parse(struct vsn_ctl_grant *g, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(g, 0, sizeof(*g));
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_GRANT_FABRIC:
			vsn_get_str(g->fabric, sizeof(g->fabric), nla);
			break;
		case VSN_A_GRANT_ID:
			g->id = vsn_get_uint(nla);
			break;
		case VSN_A_GRANT_OFFSET:
			g->offset = vsn_get_uint(nla);
			break;
		case VSN_A_GRANT_LENGTH:
			g->length = vsn_get_uint(nla);
			break;
		case VSN_A_GRANT_RIGHT:
			g->right = vsn_get_uint(nla);
			break;
		case VSN_A_GRANT_INITIATOR:
		case VSN_A_GRANT_HOLDER:
			if (g->nr_holders < VSN_CTL_HOLDERS)
				g->holders[g->nr_holders++] = vsn_get_uint(nla);
			break;
		case VSN_A_GRANT_HOLDER_COUNT:
			g->holder_count = vsn_get_uint(nla);
			break;
		}
	}
	if (!g->holder_count)
		g->holder_count = g->nr_holders;
	return 0;
}

int vsn_violation_parse(struct vsn_ctl_violation *v, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(v, 0, sizeof(*v));
	v->holder = VSN_CTL_NOBODY;
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_VIOLATION_FABRIC:
			vsn_get_str(v->fabric, sizeof(v->fabric), nla);
			break;
		case VSN_A_VIOLATION_ID:
			v->id = vsn_get_uint(nla);
			break;
		case VSN_A_VIOLATION_INITIATOR:
			v->initiator = vsn_get_uint(nla);
			break;
		case VSN_A_VIOLATION_UA:
			v->ua = vsn_get_uint(nla);
			break;
		case VSN_A_VIOLATION_OPCODE:
			v->opcode = vsn_get_uint(nla);
			break;
		case VSN_A_VIOLATION_WRITE:
			v->write = true;
			break;
		case VSN_A_VIOLATION_RIGHT:
			v->right = vsn_get_uint(nla);
			break;
		case VSN_A_VIOLATION_HOLDER:
			v->holder = vsn_get_uint(nla);
			break;
		case VSN_A_VIOLATION_NOW:
			v->now = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

/**
 * vsn_ctl_grant_set() - set what an endpoint may do with a part of an owned region
 * @ctl: handle
 * @grant: @fabric, @id, @offset, @length, @right and @holders[0], who gets it
 *
 * Return: 0; -ENOENT no such fabric or region; -EINVAL the region is not owned, or a
 * field; -ERANGE beyond its end; -E2BIG too many granules; -EBUSY others have rights that
 * are in the way, and the text names one; -EPERM; or another negative errno.
 */
int vsn_ctl_grant_set(struct vsn_ctl *ctl, const struct vsn_ctl_grant *grant)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_GRANT_SET, 256);
	vsn_put_str(&req, VSN_A_GRANT_FABRIC, grant->fabric);
	vsn_put_u32(&req, VSN_A_GRANT_ID, grant->id);
	vsn_put_u64(&req, VSN_A_GRANT_OFFSET, grant->offset);
	vsn_put_u64(&req, VSN_A_GRANT_LENGTH, grant->length);
	vsn_put_u32(&req, VSN_A_GRANT_INITIATOR, grant->holders[0]);
	vsn_put_u32(&req, VSN_A_GRANT_RIGHT, grant->right);
	return vsn_request_do(&req, NULL, NULL);
}

struct grant_list {
	vsn_ctl_grant_fn fn;
	void *arg;
};

static int grant_each(const struct nlmsghdr *nlh, void *arg)
{
	struct grant_list *l = arg;
	struct vsn_ctl_grant grant;

	vsn_grant_parse(&grant, nlh);
	return l->fn(&grant, l->arg);
}

/**
 * vsn_ctl_grant_list() - list who may read and write which parts of a region
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the region
 * @fn: called for each part, by offset
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, -ENOENT no such fabric or region, -EINVAL it has no
 * directory, or another negative errno.
 */
int vsn_ctl_grant_list(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		       vsn_ctl_grant_fn fn, void *arg)
{
	struct grant_list l = { fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_GRANT_GET, 256);
	vsn_put_str(&req, VSN_A_GRANT_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_GRANT_ID, id);
	return vsn_request_dump(&req, grant_each, &l);
}

static const char * const right_names[] = {
	[VSN_RIGHT_NONE] = "none",
	[VSN_RIGHT_READ] = "read",
	[VSN_RIGHT_WRITE] = "write",
};

static const char * const mode_names[] = {
	[VSN_REGION_MODE_UNCACHED] = "uncached",
	[VSN_REGION_MODE_COHERENT] = "coherent",
	[VSN_REGION_MODE_OWNED] = "owned",
};

static const char *name_of(const char * const *names, size_t nr, uint32_t value)
{
	return value < nr && names[value] ? names[value] : "unknown";
}

static int value_of(const char * const *names, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return -1;
}

const char *vsn_ctl_right_name(uint32_t right)
{
	return name_of(right_names, ARRAY_SIZE(right_names), right);
}

int vsn_ctl_right_value(const char *name)
{
	return value_of(right_names, ARRAY_SIZE(right_names), name);
}

const char *vsn_ctl_mode_name(uint32_t mode)
{
	return name_of(mode_names, ARRAY_SIZE(mode_names), mode);
}

int vsn_ctl_mode_value(const char *name)
{
	return value_of(mode_names, ARRAY_SIZE(mode_names), name);
}
