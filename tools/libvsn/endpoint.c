// SPDX-License-Identifier: GPL-2.0
/* Endpoints and their counters. */
#include <string.h>

#include "internal.h"

static const char * const kind_names[] = {
	[VSN_ENDPOINT_KIND_ACCELERATOR] = "accelerator",
	[VSN_ENDPOINT_KIND_HOST] = "host",
	[VSN_ENDPOINT_KIND_MEMORY] = "memory",
};

const char *vsn_ctl_kind_name(uint32_t kind)
{
	return kind && kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "unknown";
}

uint32_t vsn_ctl_kind_value(const char *name)
{
	uint32_t i;

	for (i = 1; i < ARRAY_SIZE(kind_names); i++)
		if (!strcmp(name, kind_names[i]))
			return i;
	return 0;
}

void vsn_endpoint_parse(struct vsn_ctl_endpoint *e, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(e, 0, sizeof(*e));
	e->node = VSN_NODE_NONE;
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_ENDPOINT_FABRIC:
			vsn_get_str(e->fabric, sizeof(e->fabric), nla);
			break;
		case VSN_A_ENDPOINT_ID:
			e->id = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_NAME:
			vsn_get_str(e->name, sizeof(e->name), nla);
			break;
		case VSN_A_ENDPOINT_KIND:
			e->kind = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_PACKAGE:
			e->package = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_CAPACITY:
			e->capacity = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_ALLOCATED:
			e->allocated = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_OPS:
			e->ops = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_ERRORS:
			e->errors = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_READ_BYTES:
			e->read_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_WRITE_BYTES:
			e->write_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_LOCAL_BYTES:
			e->local_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_IN_BYTES:
			e->in_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_OUT_BYTES:
			e->out_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_ATOMICS:
			e->atomics = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_FAULTS:
			e->faults = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_FAULT_BYTES:
			e->fault_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_SLOW:
			e->slow = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_DELAY:
			e->delay = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_JITTER:
			e->jitter = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_SEED:
			e->seed = vsn_get_uint(nla);
		break;
		case VSN_A_ENDPOINT_REPLAYS:
			e->replays = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_REPLAY_WIRE:
			e->replay_wire = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_STATE:
			e->state = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_LOST_BYTES:
			e->lost_bytes = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_NODE:
			e->node = vsn_get_uint(nla);
			break;
		}
	}
}

static int endpoint_fill(const struct nlmsghdr *nlh, void *arg)
{
	vsn_endpoint_parse(arg, nlh);
	return 0;
}

/**
 * vsn_ctl_endpoint_get() - get an endpoint by its name
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the endpoint
 * @endpoint: out: the endpoint
 *
 * Return: 0, -ENOENT no such fabric or endpoint, or another negative errno.
 */
int vsn_ctl_endpoint_get(struct vsn_ctl *ctl, const char *fabric, const char *name,
			 struct vsn_ctl_endpoint *endpoint)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_ENDPOINT_GET, 512);
	vsn_put_str(&req, VSN_A_ENDPOINT_FABRIC, fabric);
	vsn_put_str(&req, VSN_A_ENDPOINT_NAME, name);
	return vsn_request_do(&req, endpoint_fill, endpoint);
}

/**
 * vsn_ctl_endpoint_get_id() - get an endpoint by its id
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the endpoint
 * @endpoint: out: the endpoint
 *
 * Return: as vsn_ctl_endpoint_get().
 */
int vsn_ctl_endpoint_get_id(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
			    struct vsn_ctl_endpoint *endpoint)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_ENDPOINT_GET, 512);
	vsn_put_str(&req, VSN_A_ENDPOINT_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_ENDPOINT_ID, id);
	return vsn_request_do(&req, endpoint_fill, endpoint);
}

/* A request to set something of one endpoint, by name, or by id without one */
static void set_alloc(struct vsn_request *req, struct vsn_ctl *ctl, const char *fabric,
		      const char *name, uint32_t id)
{
	vsn_request_alloc(req, ctl, VSN_CMD_ENDPOINT_SET, 512);
	vsn_put_str(req, VSN_A_ENDPOINT_FABRIC, fabric);
	if (name)
		vsn_put_str(req, VSN_A_ENDPOINT_NAME, name);
	else
		vsn_put_u32(req, VSN_A_ENDPOINT_ID, id);
}

/**
 * vsn_ctl_endpoint_set() - make an endpoint slower than its kind, or choose its node
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the endpoint, or NULL
 * @id: without a name: its id
 * @straggler: how slow, and the node; what is not named stays as it is
 *
 * Return: 0, -ENOENT no such fabric or endpoint, -EINVAL a value is out of range,
 * none is given, the endpoint issues no operations that could be slow or the node is not
 * online, -EPERM, or another negative errno.
 */
int vsn_ctl_endpoint_set(struct vsn_ctl *ctl, const char *fabric, const char *name,
			 uint32_t id, const struct vsn_ctl_straggler *straggler)
{
	struct vsn_request req;

	set_alloc(&req, ctl, fabric, name, id);
	if (straggler->slow)
		vsn_put_u32(&req, VSN_A_ENDPOINT_SLOW, *straggler->slow);
	if (straggler->delay)
		vsn_put_u64(&req, VSN_A_ENDPOINT_DELAY, *straggler->delay);
	if (straggler->jitter)
		vsn_put_u64(&req, VSN_A_ENDPOINT_JITTER, *straggler->jitter);
	if (straggler->seed)
		vsn_put_u64(&req, VSN_A_ENDPOINT_SEED, *straggler->seed);
	if (straggler->node)
		vsn_put_u32(&req, VSN_A_ENDPOINT_NODE, *straggler->node);
	return vsn_request_do(&req, NULL, NULL);
}

/**
 * vsn_ctl_endpoint_set_state() - let an endpoint go down, or come up again
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the endpoint, or NULL
 * @id: without a name: its id
 * @state: enum vsn_link_state
 *
 * Return: 0, -ENOENT no such fabric or endpoint, -EBUSY a fault keeps it down, -ENOSPC
 * there are as many faults as there may be, -EPERM, or another negative errno.
 */
int vsn_ctl_endpoint_set_state(struct vsn_ctl *ctl, const char *fabric, const char *name,
			       uint32_t id, uint32_t state)
{
	struct vsn_request req;

	set_alloc(&req, ctl, fabric, name, id);
	vsn_put_u32(&req, VSN_A_ENDPOINT_STATE, state);
	return vsn_request_do(&req, NULL, NULL);
}

struct endpoint_list {
	vsn_ctl_endpoint_fn fn;
	void *arg;
};

static int endpoint_each(const struct nlmsghdr *nlh, void *arg)
{
	struct endpoint_list *l = arg;
	struct vsn_ctl_endpoint e;

	vsn_endpoint_parse(&e, nlh);
	return l->fn(&e, l->arg);
}

/**
 * vsn_ctl_endpoint_list() - list a fabric's endpoints
 * @ctl: handle
 * @fabric: name of the fabric
 * @filter: which, or NULL for all
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_endpoint_list(struct vsn_ctl *ctl, const char *fabric,
			  const struct vsn_ctl_endpoint_filter *filter,
			  vsn_ctl_endpoint_fn fn, void *arg)
{
	struct endpoint_list l = { fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_ENDPOINT_GET, 512);
	vsn_put_str(&req, VSN_A_ENDPOINT_FABRIC, fabric);
	if (filter && filter->kind)
		vsn_put_u32(&req, VSN_A_ENDPOINT_KIND, filter->kind);
	if (filter && filter->active)
		vsn_put_flag(&req, VSN_A_ENDPOINT_ACTIVE);
	return vsn_request_dump(&req, endpoint_each, &l);
}
