// SPDX-License-Identifier: GPL-2.0
/* Fabrics and their topology. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Room for a message; a nest ends at 64 KiB. */
#define FABRIC_MSG_SIZE	(256 * 1024)

static void put_u32_set(struct vsn_request *req, int type, uint32_t value)
{
	if (value)
		vsn_put_u32(req, type, value);
}

static void put_u64_set(struct vsn_request *req, int type, uint64_t value)
{
	if (value)
		vsn_put_u64(req, type, value);
}

static void put_str_set(struct vsn_request *req, int type, const char *value)
{
	if (value[0])
		vsn_put_str(req, type, value);
}

static void put_dim(struct vsn_request *req, const struct vsn_ctl_dim *dim)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_FABRIC_DIM);

	vsn_put_str(req, VSN_A_DIM_NAME, dim->name);
	put_str_set(req, VSN_A_DIM_PREFIX, dim->prefix);
	vsn_put_u32(req, VSN_A_DIM_SIZE, dim->size);
	vsn_put_nest_end(req, nest);
}

static void put_kind(struct vsn_request *req, const struct vsn_ctl_kind *kind)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_FABRIC_KIND);
	size_t i;

	vsn_put_u32(req, VSN_A_KIND_KIND, kind->kind);
	for (i = 0; i < kind->nr_dims; i++)
		vsn_put_str(req, VSN_A_KIND_DIM, kind->dims[i]);
	put_str_set(req, VSN_A_KIND_PACKAGE, kind->package);
	vsn_put_u64(req, VSN_A_KIND_CAPACITY, kind->capacity);
	put_u64_set(req, VSN_A_KIND_MEM_BANDWIDTH, kind->mem_bandwidth);
	put_u64_set(req, VSN_A_KIND_MEM_LATENCY, kind->mem_latency);
	put_u64_set(req, VSN_A_KIND_READ_BANDWIDTH, kind->read_bandwidth);
	put_u64_set(req, VSN_A_KIND_WRITE_BANDWIDTH, kind->write_bandwidth);
	put_u64_set(req, VSN_A_KIND_OVERHEAD, kind->overhead);
	vsn_put_nest_end(req, nest);
}

static void put_port(struct vsn_request *req, const struct vsn_ctl_port *port)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_TIER_PORT);

	put_u32_set(req, VSN_A_PORT_KIND, port->kind);
	vsn_put_u64(req, VSN_A_PORT_BANDWIDTH, port->bandwidth);
	put_u64_set(req, VSN_A_PORT_LATENCY, port->latency);
	put_u32_set(req, VSN_A_PORT_EFFICIENCY, port->efficiency);
	vsn_put_nest_end(req, nest);
}

static void put_tier(struct vsn_request *req, const struct vsn_ctl_tier *tier)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_NETWORK_TIER);
	size_t i;

	vsn_put_str(req, VSN_A_TIER_NAME, tier->name);
	for (i = 0; i < tier->nr_over; i++)
		vsn_put_str(req, VSN_A_TIER_OVER, tier->over[i]);
	put_u32_set(req, VSN_A_TIER_ATTACH, tier->attach);
	put_u32_set(req, VSN_A_TIER_KIND, tier->kind);
	put_u32_set(req, VSN_A_TIER_FORWARDING, tier->forwarding);
	put_u32_set(req, VSN_A_TIER_PLANES, tier->planes);
	put_u32_set(req, VSN_A_TIER_SWITCHES, tier->switches);
	put_u32_set(req, VSN_A_TIER_LANES, tier->lanes);
	put_u32_set(req, VSN_A_TIER_WIRING, tier->wiring);
	put_u64_set(req, VSN_A_TIER_SWITCH_LATENCY, tier->switch_latency);
	put_str_set(req, VSN_A_TIER_MEDIUM, tier->medium);
	if (tier->transit)
		vsn_put_flag(req, VSN_A_TIER_TRANSIT);
	if (tier->reduces)
		vsn_put_flag(req, VSN_A_TIER_REDUCES);
	for (i = 0; i < tier->nr_ports; i++)
		put_port(req, &tier->ports[i]);
	vsn_put_nest_end(req, nest);
}

static void put_network(struct vsn_request *req, const struct vsn_ctl_network *net)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_FABRIC_NETWORK);
	size_t i;

	vsn_put_str(req, VSN_A_NETWORK_NAME, net->name);
	put_u32_set(req, VSN_A_NETWORK_HEADER, net->header);
	put_u32_set(req, VSN_A_NETWORK_PACKET, net->packet);
	put_u32_set(req, VSN_A_NETWORK_STRIPE, net->stripe);
	put_u32_set(req, VSN_A_NETWORK_POLICY, net->policy);
	put_u64_set(req, VSN_A_NETWORK_SEED, net->seed);
	for (i = 0; i < net->nr_tiers; i++)
		put_tier(req, &net->tiers[i]);
	vsn_put_nest_end(req, nest);
}

/* What of the graphs did not fit the first message */
static int fabric_rest(struct vsn_ctl *ctl, const struct vsn_ctl_fabric *spec,
		       struct vsn_graph_cursor *at, bool commit)
{
	struct vsn_request req;
	bool all = false;
	int err = 0;

	while (!err && !all) {
		vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_SET, FABRIC_MSG_SIZE);
		vsn_put_str(&req, VSN_A_FABRIC_NAME, spec->name);
		all = vsn_put_graphs(&req, spec->networks, spec->nr_networks, at);
		if (all && commit)
			vsn_put_flag(&req, VSN_A_FABRIC_COMMIT);
		err = vsn_request_do(&req, NULL, NULL);
	}
	return err;
}

/* Take back a draft that could not be finished, and keep the reason. */
static void drop_draft(struct vsn_ctl *ctl, const char *name)
{
	char error[VSN_ERROR_SIZE];

	memcpy(error, ctl->error, sizeof(error));
	vsn_ctl_fabric_del(ctl, name);
	memcpy(ctl->error, error, sizeof(error));
}

static int fabric_change(struct vsn_ctl *ctl, uint8_t cmd, const struct vsn_ctl_fabric *spec,
			 bool commit)
{
	struct vsn_graph_cursor at = { 0 };
	struct vsn_request req;
	bool all;
	size_t i;
	int err;

	vsn_request_alloc(&req, ctl, cmd, FABRIC_MSG_SIZE);
	vsn_put_str(&req, VSN_A_FABRIC_NAME, spec->name);
	put_str_set(&req, VSN_A_FABRIC_SYSTEM, spec->system);
	for (i = 0; i < spec->nr_dims; i++)
		put_dim(&req, &spec->dims[i]);
	for (i = 0; i < spec->nr_kinds; i++)
		put_kind(&req, &spec->kinds[i]);
	for (i = 0; i < spec->nr_networks; i++)
		put_network(&req, &spec->networks[i]);
	put_u32_set(&req, VSN_A_FABRIC_CLOCK, spec->clock);
	put_u64_set(&req, VSN_A_FABRIC_SCALE, spec->scale);
	all = vsn_put_graphs(&req, spec->networks, spec->nr_networks, &at);
	if (all && commit)
		vsn_put_flag(&req, VSN_A_FABRIC_COMMIT);
	err = vsn_request_do(&req, NULL, NULL);
	if (err || all)
		return err;
	err = fabric_rest(ctl, spec, &at, commit);
	if (err && cmd == VSN_CMD_FABRIC_NEW)
		drop_draft(ctl, spec->name);
	return err;
}

/**
 * vsn_ctl_fabric_new() - start a draft
 * @ctl: handle
 * @spec: its name, and what is known of it so far
 * @commit: commit it at once
 *
 * Return: 0, -EEXIST there is one of that name, -EINVAL the kernel refused a
 * value, -EPERM, or another negative errno.  After a failure there is no draft.
 */
int vsn_ctl_fabric_new(struct vsn_ctl *ctl, const struct vsn_ctl_fabric *spec, bool commit)
{
	return fabric_change(ctl, VSN_CMD_FABRIC_NEW, spec, commit);
}

/**
 * vsn_ctl_fabric_set() - add to a draft
 * @ctl: handle
 * @spec: the draft's name, and what to add
 * @commit: commit it then
 *
 * Return: 0, -ENOENT, -EBUSY it is no draft any more, -EINVAL, -EPERM, or
 * another negative errno.  After a failure the draft is as it was, but for graphs
 * that take several messages.
 */
int vsn_ctl_fabric_set(struct vsn_ctl *ctl, const struct vsn_ctl_fabric *spec, bool commit)
{
	return fabric_change(ctl, VSN_CMD_FABRIC_SET, spec, commit);
}

/**
 * vsn_ctl_fabric_clock() - choose what makes virtual time go
 * @ctl: handle
 * @name: the fabric's name
 * @clock: enum vsn_clock, or 0 to leave it
 * @scale: parts per million, or 0 to leave it
 *
 * Return: 0, -ENOENT, -EBUSY operations are pending, -EINVAL, -ERANGE, -EPERM, or
 * another negative errno.
 */
int vsn_ctl_fabric_clock(struct vsn_ctl *ctl, const char *name, uint32_t clock,
			 uint64_t scale)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_SET, FABRIC_MSG_SIZE);
	vsn_put_str(&req, VSN_A_FABRIC_NAME, name);
	put_u32_set(&req, VSN_A_FABRIC_CLOCK, clock);
	put_u64_set(&req, VSN_A_FABRIC_SCALE, scale);
	return vsn_request_do(&req, NULL, NULL);
}

/**
 * vsn_ctl_fabric_commit() - commit a draft
 * @ctl: handle
 * @name: its name
 *
 * Return: as vsn_ctl_fabric_set().
 */
int vsn_ctl_fabric_commit(struct vsn_ctl *ctl, const char *name)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_SET, FABRIC_MSG_SIZE);
	vsn_put_str(&req, VSN_A_FABRIC_NAME, name);
	vsn_put_flag(&req, VSN_A_FABRIC_COMMIT);
	return vsn_request_do(&req, NULL, NULL);
}

/**
 * vsn_ctl_fabric_del() - delete a draft, or a fabric that nothing uses
 * @ctl: handle
 * @name: its name
 *
 * Return: 0, -ENOENT, -EBUSY it is in use, -EPERM, or another negative errno.
 */
int vsn_ctl_fabric_del(struct vsn_ctl *ctl, const char *name)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_DEL, 256);
	vsn_put_str(&req, VSN_A_FABRIC_NAME, name);
	return vsn_request_do(&req, NULL, NULL);
}

static void parse_dim(struct vsn_ctl_dim *dim, const struct nlattr *nest)
{
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_DIM_NAME:
			vsn_get_str(dim->name, sizeof(dim->name), nla);
			break;
		case VSN_A_DIM_PREFIX:
			vsn_get_str(dim->prefix, sizeof(dim->prefix), nla);
			break;
		case VSN_A_DIM_SIZE:
			dim->size = vsn_get_uint(nla);
			break;
		}
	}
}

static int add_name(char (**names)[VSN_CTL_NAME], size_t *count, const struct nlattr *nla)
{
	char *name = vsn_array_add(names, count, VSN_CTL_NAME);

	if (!name)
		return -ENOMEM;
	vsn_get_str(name, VSN_CTL_NAME, nla);
	return 0;
}

static int parse_kind(struct vsn_ctl_kind *kind, const struct nlattr *nest)
{
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_KIND_KIND:
			kind->kind = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_DIM:
			if (add_name(&kind->dims, &kind->nr_dims, nla))
				return -ENOMEM;
			break;
		case VSN_A_KIND_PACKAGE:
			vsn_get_str(kind->package, sizeof(kind->package), nla);
			break;
		case VSN_A_KIND_CAPACITY:
			kind->capacity = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_MEM_BANDWIDTH:
			kind->mem_bandwidth = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_MEM_LATENCY:
			kind->mem_latency = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_READ_BANDWIDTH:
			kind->read_bandwidth = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_WRITE_BANDWIDTH:
			kind->write_bandwidth = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_OVERHEAD:
			kind->overhead = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_BASE:
			kind->base = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_COUNT:
			kind->count = vsn_get_uint(nla);
			break;
		case VSN_A_KIND_PACKAGES:
			kind->packages = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static void parse_port(struct vsn_ctl_port *port, const struct nlattr *nest)
{
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_PORT_KIND:
			port->kind = vsn_get_uint(nla);
			break;
		case VSN_A_PORT_BANDWIDTH:
			port->bandwidth = vsn_get_uint(nla);
			break;
		case VSN_A_PORT_LATENCY:
			port->latency = vsn_get_uint(nla);
			break;
		case VSN_A_PORT_EFFICIENCY:
			port->efficiency = vsn_get_uint(nla);
			break;
		}
	}
}

static int parse_tier(struct vsn_ctl_tier *tier, const struct nlattr *nest)
{
	struct vsn_ctl_port *port;
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_TIER_NAME:
			vsn_get_str(tier->name, sizeof(tier->name), nla);
			break;
		case VSN_A_TIER_OVER:
			if (add_name(&tier->over, &tier->nr_over, nla))
				return -ENOMEM;
			break;
		case VSN_A_TIER_ATTACH:
			tier->attach = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_KIND:
			tier->kind = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_FORWARDING:
			tier->forwarding = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_PLANES:
			tier->planes = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_SWITCHES:
			tier->switches = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_LANES:
			tier->lanes = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_WIRING:
			tier->wiring = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_SWITCH_LATENCY:
			tier->switch_latency = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_MEDIUM:
			vsn_get_str(tier->medium, sizeof(tier->medium), nla);
			break;
		case VSN_A_TIER_PORT:
			port = vsn_array_add(&tier->ports, &tier->nr_ports, sizeof(*port));
			if (!port)
				return -ENOMEM;
			parse_port(port, nla);
			break;
		case VSN_A_TIER_SWITCH_COUNT:
			tier->switch_count = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_LINK_COUNT:
			tier->link_count = vsn_get_uint(nla);
			break;
		case VSN_A_TIER_TRANSIT:
			tier->transit = true;
			break;
		case VSN_A_TIER_REDUCES:
			tier->reduces = true;
			break;
		}
	}
	return 0;
}

static int parse_network(struct vsn_ctl_network *net, const struct nlattr *nest)
{
	struct vsn_ctl_tier *tier;
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_NETWORK_NAME:
			vsn_get_str(net->name, sizeof(net->name), nla);
			break;
		case VSN_A_NETWORK_HEADER:
			net->header = vsn_get_uint(nla);
			break;
		case VSN_A_NETWORK_PACKET:
			net->packet = vsn_get_uint(nla);
			break;
		case VSN_A_NETWORK_STRIPE:
			net->stripe = vsn_get_uint(nla);
			break;
		case VSN_A_NETWORK_POLICY:
			net->policy = vsn_get_uint(nla);
			break;
		case VSN_A_NETWORK_SEED:
			net->seed = vsn_get_uint(nla);
			break;
		case VSN_A_NETWORK_TIER:
			tier = vsn_array_add(&net->tiers, &net->nr_tiers, sizeof(*tier));
			if (!tier || parse_tier(tier, nla))
				return -ENOMEM;
			break;
		case VSN_A_NETWORK_INDEX:
			net->index = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static int parse_parts(struct vsn_ctl_fabric *f, const struct nlattr *nla)
{
	struct vsn_ctl_network *net;
	struct vsn_ctl_kind *kind;
	struct vsn_ctl_dim *dim;

	switch (nla_type(nla)) {
	case VSN_A_FABRIC_DIM:
		dim = vsn_array_add(&f->dims, &f->nr_dims, sizeof(*dim));
		if (!dim)
			return -ENOMEM;
		parse_dim(dim, nla);
		return 0;
	case VSN_A_FABRIC_KIND:
		kind = vsn_array_add(&f->kinds, &f->nr_kinds, sizeof(*kind));
		return kind ? parse_kind(kind, nla) : -ENOMEM;
	case VSN_A_FABRIC_NETWORK:
		net = vsn_array_add(&f->networks, &f->nr_networks, sizeof(*net));
		return net ? parse_network(net, nla) : -ENOMEM;
	}
	return 0;
}

/* On failure, too, the caller clears it. */
int vsn_fabric_parse(struct vsn_ctl_fabric *f, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	vsn_for_each_attr(nla, nlh, rem) {
		if (parse_parts(f, nla))
			return -ENOMEM;
		switch (nla_type(nla)) {
		case VSN_A_FABRIC_NAME:
			vsn_get_str(f->name, sizeof(f->name), nla);
			break;
		case VSN_A_FABRIC_SYSTEM:
			vsn_get_str(f->system, sizeof(f->system), nla);
			break;
		case VSN_A_FABRIC_ID:
			f->id = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_STATE:
			f->state = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_WINDOW_SHIFT:
			f->window_shift = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_ENDPOINTS:
			f->endpoints = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_PACKAGES:
			f->packages = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_NOW:
			f->now = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_RESIDENT:
			f->resident = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_RESIDENT_MAX:
			f->resident_max = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_REGIONS:
			f->regions = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_CONTEXTS:
			f->contexts = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_PENDING:
			f->pending = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_HOST_READ:
			f->host_read = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_HOST_WRITE:
			f->host_write = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_HOST_FAULTS:
			f->host_faults = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_CLOCK:
			f->clock = vsn_get_uint(nla);
			break;
		case VSN_A_FABRIC_SCALE:
			f->scale = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

void vsn_fabric_clear(struct vsn_ctl_fabric *f)
{
	size_t i, j;

	free(f->dims);
	for (i = 0; i < f->nr_kinds; i++)
		free(f->kinds[i].dims);
	free(f->kinds);
	for (i = 0; i < f->nr_networks; i++) {
		struct vsn_ctl_network *net = &f->networks[i];

		for (j = 0; j < net->nr_tiers; j++) {
			free(net->tiers[j].over);
			free(net->tiers[j].ports);
		}
		free(net->tiers);
	}
	free(f->networks);
	memset(f, 0, sizeof(*f));
}

static int fabric_fill(const struct nlmsghdr *nlh, void *arg)
{
	vsn_fabric_clear(arg);
	return vsn_fabric_parse(arg, nlh);
}

/**
 * vsn_ctl_fabric_get() - get a fabric with its topology
 * @ctl: handle
 * @name: its name
 * @fabric: out: the fabric, to be freed with vsn_ctl_fabric_free()
 *
 * Return: 0, -ENOENT, or another negative errno.
 */
int vsn_ctl_fabric_get(struct vsn_ctl *ctl, const char *name, struct vsn_ctl_fabric **fabric)
{
	struct vsn_ctl_fabric *f = calloc(1, sizeof(*f));
	struct vsn_request req;
	int err;

	*fabric = NULL;
	if (!f)
		return vsn_fail(ctl, -ENOMEM, "out of memory");
	vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_GET, 256);
	vsn_put_str(&req, VSN_A_FABRIC_NAME, name);
	err = vsn_request_do(&req, fabric_fill, f);
	if (err) {
		vsn_ctl_fabric_free(f);
		return err;
	}
	*fabric = f;
	return 0;
}

void vsn_ctl_fabric_free(struct vsn_ctl_fabric *fabric)
{
	if (!fabric)
		return;
	vsn_fabric_clear(fabric);
	free(fabric);
}

struct fabric_list {
	struct vsn_ctl *ctl;
	vsn_ctl_fabric_fn fn;
	void *arg;
};

static int fabric_each(const struct nlmsghdr *nlh, void *arg)
{
	struct vsn_ctl_fabric f = { 0 };
	struct fabric_list *l = arg;
	int err;

	err = vsn_fabric_parse(&f, nlh);
	if (err)
		vsn_fail(l->ctl, err, "out of memory");
	else
		err = l->fn(&f, l->arg);
	vsn_fabric_clear(&f);
	return err;
}

/**
 * vsn_ctl_fabric_list() - list all fabrics
 * @ctl: handle
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_fabric_list(struct vsn_ctl *ctl, vsn_ctl_fabric_fn fn, void *arg)
{
	struct fabric_list l = { ctl, fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_GET, 0);
	return vsn_request_dump(&req, fabric_each, &l);
}
