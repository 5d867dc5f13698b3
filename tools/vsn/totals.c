// SPDX-License-Identifier: GPL-2.0
/*
 * What a topology comes to, without a kernel: its rules and its counting are
 * pure code, which is built into this program, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/graph.h"
#include "totals.h"

/* Index of a dimension, or -1 and the reason in @why */
static int find_dim(const struct vsn_topo *t, const char *name, const char *where, char *why,
		    size_t size)
{
	int dim = vsn_topo_find_dim(t, name);

	if (dim < 0)
		snprintf(why, size, "%s: there is no dimension '%s'", where, name);
	return dim;
}

static int fill_kind(struct vsn_topo *t, const struct vsn_ctl_kind *from, char *why, size_t size)
{
	const char *name = vsn_ctl_kind_name(from->kind);
	struct vsn_kind *k = &t->kinds[from->kind];
	size_t i;
	int dim;

	if (from->nr_dims > VSN_MAX_DIMS) {
		snprintf(why, size, "%s: more than %d dimensions", name, VSN_MAX_DIMS);
		return -1;
	}
	for (i = 0; i < from->nr_dims; i++) {
		dim = find_dim(t, from->dims[i], name, why, size);
		if (dim < 0)
			return -1;
		k->dims[i] = dim;
		if (!strcmp(from->dims[i], from->package))
			k->package_dims = i + 1;
	}
	k->nr_dims = from->nr_dims;
	if (!from->package[0]) {
		k->package_dims = k->nr_dims;
	} else if (!k->package_dims) {
		snprintf(why, size, "%s: package '%s' is not among its dimensions", name,
			 from->package);
		return -1;
	}
	k->capacity = from->capacity;
	k->mem_bandwidth = from->mem_bandwidth;
	k->mem_latency = from->mem_latency;
	k->read_bandwidth = from->read_bandwidth;
	k->write_bandwidth = from->write_bandwidth;
	k->overhead = from->overhead;
	return 0;
}

static int fill_tier(const struct vsn_topo *t, struct vsn_tier *to,
		     const struct vsn_ctl_tier *from, char *why, size_t size)
{
	size_t i;
	int dim;

	snprintf(to->name, sizeof(to->name), "%s", from->name);
	snprintf(to->medium, sizeof(to->medium), "%s", from->medium);
	for (i = 0; i < from->nr_over; i++) {
		dim = find_dim(t, from->over[i], from->name, why, size);
		if (dim < 0)
			return -1;
		to->over |= 1U << dim;
	}
	to->attach = from->attach;
	to->kind = from->kind;
	to->forwarding = from->forwarding ? from->forwarding : VSN_FORWARDING_CUT_THROUGH;
	to->wiring = from->wiring ? from->wiring : VSN_WIRING_FULL;
	to->planes = from->planes;
	to->switches = from->switches;
	to->lanes = from->lanes ? from->lanes : 1;
	to->switch_latency = from->switch_latency;
	to->transit = from->transit;
	to->reduces = from->reduces;
	for (i = 0; i < from->nr_ports; i++) {
		struct vsn_port *port = &to->ports[from->ports[i].kind];

		port->bandwidth = from->ports[i].bandwidth;
		port->latency = from->ports[i].latency;
		port->efficiency = from->ports[i].efficiency;
		if (!port->efficiency)
			port->efficiency = VSN_EFFICIENCY_ONE;
	}
	return 0;
}

static void *heap_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void heap_free(void *ctx, void *p, size_t size)
{
	(void)ctx;
	(void)size;
	free(p);
}

const struct vsn_mem totals_heap = { .alloc = heap_alloc, .free = heap_free };

int totals_switch(struct vsn_graph *g, const struct vsn_ctl_graph_switch *from, char *why,
		  size_t size)
{
	struct vsn_diag diag = { "" };

	if (!vsn_graph_add_switch(g, from->name, from->latency, &diag))
		return 0;
	snprintf(why, size, "%s", diag.msg);
	return -1;
}

int totals_link(struct vsn_graph *g, const struct vsn_topo *t,
		const struct vsn_ctl_graph_link *from, char *why, size_t size)
{
	struct vsn_graph_edge edge = {
		.from = from->from,
		.to = from->to,
		.bandwidth = from->bandwidth,
		.latency = from->latency,
		.efficiency = from->efficiency,
		.lanes = from->lanes ? from->lanes : 1,
		.both = from->both,
	};
	struct vsn_diag diag = { "" };

	if (!vsn_graph_add_link(g, t, &edge, &diag))
		return 0;
	snprintf(why, size, "%s", diag.msg);
	return -1;
}

static int fill_graph(const struct vsn_topo *t, struct vsn_network *to,
		      const struct vsn_ctl_graph *from, char *why, size_t size)
{
	size_t i;

	to->graph = vsn_graph_create(&totals_heap);
	if (!to->graph) {
		snprintf(why, size, "out of memory");
		return -1;
	}
	for (i = 0; i < from->nr_switches; i++)
		if (totals_switch(to->graph, &from->switches[i], why, size))
			return -1;
	for (i = 0; i < from->nr_links; i++)
		if (totals_link(to->graph, t, &from->links[i], why, size))
			return -1;
	return 0;
}

static int fill_network(struct vsn_topo *t, const struct vsn_ctl_network *from, char *why,
			size_t size)
{
	struct vsn_network *to = &t->networks[t->nr_networks++];
	size_t i;

	if (from->nr_tiers > VSN_MAX_TIERS) {
		snprintf(why, size, "network %s: more than %d tiers", from->name, VSN_MAX_TIERS);
		return -1;
	}
	snprintf(to->name, sizeof(to->name), "%s", from->name);
	to->header = from->header;
	to->packet = from->packet;
	to->stripe = from->stripe;
	to->policy = from->policy ? from->policy : VSN_POLICY_DMODK;
	to->seed = from->seed;
	for (i = 0; i < from->nr_tiers; i++)
		if (fill_tier(t, &to->tiers[i], &from->tiers[i], why, size))
			return -1;
	to->nr_tiers = from->nr_tiers;
	if (to->nr_tiers && to->tiers[0].kind == VSN_TIER_KIND_GRAPH)
		return fill_graph(t, to, &from->graph, why, size);
	return 0;
}

int totals_topo(struct vsn_topo *t, const struct vsn_ctl_fabric *f, char *why, size_t size)
{
	size_t i;

	if (f->nr_dims > VSN_MAX_DIMS) {
		snprintf(why, size, "more than %d dimensions", VSN_MAX_DIMS);
		return -1;
	}
	if (f->nr_networks > VSN_MAX_NETWORKS) {
		snprintf(why, size, "more than %d networks", VSN_MAX_NETWORKS);
		return -1;
	}
	for (i = 0; i < f->nr_dims; i++) {
		struct vsn_dim *d = &t->dims[t->nr_dims++];

		snprintf(d->name, sizeof(d->name), "%s", f->dims[i].name);
		snprintf(d->prefix, sizeof(d->prefix), "%.15s",
			 f->dims[i].prefix[0] ? f->dims[i].prefix : f->dims[i].name);
		d->size = f->dims[i].size;
	}
	for (i = 0; i < f->nr_kinds; i++)
		if (fill_kind(t, &f->kinds[i], why, size))
			return -1;
	for (i = 0; i < f->nr_networks; i++)
		if (fill_network(t, &f->networks[i], why, size))
			return -1;
	return 0;
}

static void take_totals(struct vsn_ctl_fabric *f, const struct vsn_topo *t)
{
	size_t i, j;

	for (i = 0; i < f->nr_kinds; i++) {
		const struct vsn_kind *k = &t->kinds[f->kinds[i].kind];

		f->kinds[i].base = k->base;
		f->kinds[i].count = k->count;
		f->kinds[i].packages = k->packages;
	}
	for (i = 0; i < f->nr_networks; i++) {
		f->networks[i].index = i;
		for (j = 0; j < f->networks[i].nr_tiers; j++) {
			const struct vsn_tier *tier = &t->networks[i].tiers[j];

			f->networks[i].tiers[j].switch_count =
				vsn_topo_tier_switches(&t->networks[i], tier);
			f->networks[i].tiers[j].link_count = vsn_topo_tier_links(t, tier);
		}
	}
	f->endpoints = t->nr_endpoints;
	f->packages = t->nr_packages;
	f->window_shift = t->window_shift;
}

int totals_fill(struct vsn_ctl_fabric *fabric, char *why, size_t size)
{
	struct vsn_topo *t = calloc(1, sizeof(*t));
	struct vsn_diag diag = { "" };
	int err;

	if (!t) {
		snprintf(why, size, "out of memory");
		return -1;
	}
	err = totals_topo(t, fabric, why, size);
	if (!err && vsn_topo_commit(t, &diag)) {
		snprintf(why, size, "%s", diag.msg);
		err = -1;
	}
	if (!err)
		take_totals(fabric, t);
	vsn_topo_free(t);
	free(t);
	return err;
}
