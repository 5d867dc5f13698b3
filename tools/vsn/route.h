/* SPDX-License-Identifier: GPL-2.0 */
/* Paths, of a fabric or of a system file that none was made of. */
#ifndef VSN_ROUTE_H
#define VSN_ROUTE_H

#include "cmd.h"

/**
 * struct route_query - what is asked for
 * @source: name of an endpoint
 * @destination: name of an endpoint
 * @network: name of a network, or NULL
 * @candidate: number of a path, or VSN_CTL_ROUTE_CHOSEN
 * @alternatives: how many others to show
 */
struct route_query {
	const char *source;
	const char *destination;
	const char *network;
	uint64_t candidate;
	uint64_t alternatives;
};

/* Gets a path; returns EXIT_OK, or what went wrong, which was said. */
typedef int (*route_fn)(void *ctx, const struct route_query *q, uint64_t candidate,
			struct vsn_ctl_route *route);

/* The words from the source on */
void route_words(struct args *a, struct route_query *q);
/* Show what is asked for, got by @get; returns the exit status. */
int route_show(const struct route_query *q, route_fn get, void *ctx);

#endif /* VSN_ROUTE_H */
