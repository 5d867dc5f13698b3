// SPDX-License-Identifier: GPL-2.0
/*
 * One message over the links of a route, as one chunk, on a fabric that is idle: what
 * network simulators give, which have no engines, memories and acks.
 */
#include <errno.h>
#include <string.h>

#include "bench.h"

#define PS	1000000000000ULL

static const struct vsn_ctl_network *find_network(const struct bench *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->fabric->nr_networks; i++)
		if (!strcmp(b->fabric->networks[i].name, name))
			return &b->fabric->networks[i];
	return NULL;
}

/* Whole messages are what the tiers of a network pass on, or none of them does. */
static int forwarding(const struct vsn_ctl_network *net)
{
	size_t i;

	for (i = 1; i < net->nr_tiers; i++)
		if (net->tiers[i].forwarding != net->tiers[0].forwarding)
			return -EINVAL;
	return net->tiers[0].forwarding;
}

static uint64_t cross(const struct vsn_ctl_route *route, const struct vsn_ctl_network *net,
		      uint64_t size)
{
	uint64_t wire = size + (size + net->packet - 1) / net->packet * net->header;
	uint64_t ser, sum = 0, slowest = 0;
	size_t i;

	for (i = 0; i < route->nr_hops; i++) {
		ser = ((__uint128_t)wire * PS + route->hops[i].bandwidth - 1) /
		      route->hops[i].bandwidth;
		sum += ser;
		slowest = ser > slowest ? ser : slowest;
	}
	return route->latency + (forwarding(net) == VSN_FORWARDING_STORE_FORWARD ? sum : slowest);
}

int bench_route_row(struct bench *b, const struct sys_published *row, struct args *a,
		    uint64_t *value)
{
	const char *from = arg_need(a, "source"), *to = arg_need(a, "destination");
	const struct vsn_ctl_network *net;
	struct vsn_ctl_route route;
	uint64_t size = 0;
	int err;

	*value = 0;
	if (arg_is(a, "size"))
		size = arg_unit(a, "size", UNIT_SIZE);
	arg_unknown(a, "size");
	if (!size || size > VSN_OP_MAX_LEN || row->unit != UNIT_TIME)
		arg_error(a, "route: source, destination and size, up to 1 GiB, give a time");
	if (a->status)
		return a->status;
	err = vsn_ctl_route_get(b->ctl, b->name, from, to, NULL, VSN_CTL_ROUTE_CHOSEN, &route);
	if (err)
		return ctl_failed(b->ctl, err, "route from %s to %s", from, to);
	net = find_network(b, route.network);
	if (net && forwarding(net) >= 0)
		*value = cross(&route, net, size);
	vsn_ctl_route_free(&route);
	if (*value)
		return EXIT_OK;
	msg("route from %s to %s: tiers of both kinds of forwarding", from, to);
	return EXIT_FAIL;
}
