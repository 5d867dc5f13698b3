// SPDX-License-Identifier: GPL-2.0
/* Paths. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void hop_parse(struct vsn_ctl_hop *hop, const struct nlattr *nest)
{
	struct nlattr *nla;
	int rem;

	nla_for_each_nested(nla, (struct nlattr *)nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_HOP_LINK:
			hop->link = vsn_get_uint(nla);
			break;
		case VSN_A_HOP_NAME:
			vsn_get_str(hop->name, sizeof(hop->name), nla);
			break;
		case VSN_A_HOP_BANDWIDTH:
			hop->bandwidth = vsn_get_uint(nla);
			break;
		case VSN_A_HOP_LATENCY:
			hop->latency = vsn_get_uint(nla);
			break;
		case VSN_A_HOP_DOWN:
			hop->down = true;
			break;
		}
	}
}

static int route_fill(const struct nlmsghdr *nlh, void *arg)
{
	struct vsn_ctl_route *route = arg;
	struct vsn_ctl_hop *hop;
	struct nlattr *nla;
	int rem;

	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_ROUTE_FABRIC:
			vsn_get_str(route->fabric, sizeof(route->fabric), nla);
			break;
		case VSN_A_ROUTE_SOURCE:
			vsn_get_str(route->source, sizeof(route->source), nla);
			break;
		case VSN_A_ROUTE_DESTINATION:
			vsn_get_str(route->destination, sizeof(route->destination), nla);
			break;
		case VSN_A_ROUTE_NETWORK:
			vsn_get_str(route->network, sizeof(route->network), nla);
			break;
		case VSN_A_ROUTE_CANDIDATE:
			route->candidate = vsn_get_uint(nla);
			break;
		case VSN_A_ROUTE_CANDIDATES:
			route->candidates = vsn_get_uint(nla);
			break;
		case VSN_A_ROUTE_PLANES:
			route->planes = vsn_get_uint(nla);
			break;
		case VSN_A_ROUTE_LATENCY:
			route->latency = vsn_get_uint(nla);
			break;
		case VSN_A_ROUTE_REROUTED:
			route->rerouted = true;
			route->candidate = VSN_CTL_ROUTE_CHOSEN;
			break;
		case VSN_A_ROUTE_HOP:
			hop = vsn_array_add(&route->hops, &route->nr_hops, sizeof(*hop));
			if (!hop)
				return -ENOMEM;
			hop_parse(hop, nla);
			break;
		}
	}
	return 0;
}

/**
 * vsn_ctl_route_get() - get a path from one endpoint to another
 * @ctl: handle
 * @fabric: name of the fabric
 * @source: name of an endpoint
 * @destination: name of an endpoint
 * @network: name of a network, or NULL for the first that joins the two
 * @candidate: number of a path, or VSN_CTL_ROUTE_CHOSEN
 * @route: out: the path; for vsn_ctl_route_free(), also after an error
 *
 * Return: 0, -ENOENT no such fabric, endpoint or network, -EHOSTUNREACH no network
 * joins the two, or all that does is down, -ERANGE no such candidate, or another negative errno.
 */
int vsn_ctl_route_get(struct vsn_ctl *ctl, const char *fabric, const char *source,
		      const char *destination, const char *network, uint64_t candidate,
		      struct vsn_ctl_route *route)
{
	struct vsn_request req;

	memset(route, 0, sizeof(*route));
	vsn_request_alloc(&req, ctl, VSN_CMD_ROUTE_GET, 1024);
	vsn_put_str(&req, VSN_A_ROUTE_FABRIC, fabric);
	vsn_put_str(&req, VSN_A_ROUTE_SOURCE, source);
	vsn_put_str(&req, VSN_A_ROUTE_DESTINATION, destination);
	if (network)
		vsn_put_str(&req, VSN_A_ROUTE_NETWORK, network);
	if (candidate != VSN_CTL_ROUTE_CHOSEN)
		vsn_put_u64(&req, VSN_A_ROUTE_CANDIDATE, candidate);
	return vsn_request_do(&req, route_fill, route);
}

/**
 * vsn_ctl_route_free() - give back a path's memory
 * @route: the path
 */
void vsn_ctl_route_free(struct vsn_ctl_route *route)
{
	free(route->hops);
	route->hops = NULL;
	route->nr_hops = 0;
}
