// SPDX-License-Identifier: GPL-2.0
/* Commit of a topology: validate everything, compute ids, or change nothing. */
#include "topo_impl.h"

#include "graph.h"
#include "link.h"

/* Links and engines share one space of ids, see vsn_link_engine_id(). */
static_assert(VSN_MAX_LINKS + (u64)VSN_MAX_ENDPOINTS * VSN_NR_ENGINES <= U32_MAX,
	      "ids of links and engines must fit in 32 bits");

/* The largest chunk; with its headers its time must fit, see vsn_link_ser(). */
#define MAX_WIRE	(U64_MAX / VSN_PS_PER_SEC)

bool vsn_topo_name_ok(const char *s)
{
	size_t n;

	for (n = 0; s[n]; n++)
		if (!((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') ||
		      s[n] == '-' || s[n] == '_'))
			return false;
	return n > 0;
}

/* Letters, '-' and '_', so that a digit can follow. */
static bool prefix_ok(const char *s)
{
	size_t n;

	for (n = 0; s[n]; n++)
		if (!((s[n] >= 'a' && s[n] <= 'z') || s[n] == '-' || s[n] == '_'))
			return false;
	return n > 0;
}

const char *vsn_topo_kind_name(u32 k)
{
	static const char * const names[VSN_NR_KINDS] = {
		"uplink", "accelerator", "host", "memory"
	};

	return names[k];
}

static int check_dims(const struct vsn_topo *t, struct vsn_diag *diag)
{
	u32 i, j;

	if (!t->nr_dims)
		return vsn_refuse(diag, -EINVAL, "dim is missing");
	for (i = 0; i < t->nr_dims; i++) {
		const struct vsn_dim *d = &t->dims[i];

		if (!vsn_topo_name_ok(d->name))
			return vsn_refuse(diag, -EINVAL,
					  "dim %u: name '%s' is not [a-z0-9_-]+", i,
					  d->name);
		if (!prefix_ok(d->prefix))
			return vsn_refuse(diag, -EINVAL,
					  "dim %s: prefix '%s' is not [a-z_-]+",
					  d->name, d->prefix);
		if (!d->size || d->size > VSN_MAX_ENDPOINTS)
			return vsn_refuse(diag, -EINVAL, "dim %s: size %u is not 1 to %u",
					  d->name, d->size, VSN_MAX_ENDPOINTS);
		for (j = 0; j < i; j++) {
			if (!strcmp(t->dims[j].name, d->name))
				return vsn_refuse(diag, -EINVAL, "dim %s: named twice",
						  d->name);
			if (!strcmp(t->dims[j].prefix, d->prefix))
				return vsn_refuse(diag, -EINVAL,
						  "dim %s: prefix '%s' is taken by %s",
						  d->name, d->prefix, t->dims[j].name);
		}
	}
	return 0;
}

int vsn_topo_figure(const char *what, const char *field, u64 v, u64 min, u64 max,
		    struct vsn_diag *diag)
{
	if (v < min || v > max)
		return vsn_refuse(diag, -EINVAL, "%s: %s %llu is not %llu to %llu",
				  what, field, (unsigned long long)v,
				  (unsigned long long)min, (unsigned long long)max);
	return 0;
}

static int check_kind_figures(const struct vsn_kind *k, const char *name,
			      struct vsn_diag *diag)
{
	int err;

	if (!k->capacity || k->capacity & 4095 || k->capacity > 1ULL << 50)
		return vsn_refuse(diag, -EINVAL,
				  "%s: capacity %llu is not a positive multiple of 4096",
				  name, (unsigned long long)k->capacity);
	err = vsn_topo_figure(name, "mem-bandwidth", k->mem_bandwidth, VSN_MIN_BANDWIDTH,
			      VSN_MAX_BANDWIDTH, diag);
	if (!err)
		err = vsn_topo_figure(name, "mem-latency", k->mem_latency, 0,
				      VSN_MAX_LATENCY, diag);
	if (!err)
		err = vsn_topo_figure(name, "overhead", k->overhead, 0, VSN_MAX_LATENCY, diag);
	if (err || (!k->read_bandwidth && !k->write_bandwidth))
		return err;
	err = vsn_topo_figure(name, "read-bandwidth", k->read_bandwidth, VSN_MIN_BANDWIDTH,
			      VSN_MAX_BANDWIDTH, diag);
	if (!err)
		err = vsn_topo_figure(name, "write-bandwidth", k->write_bandwidth,
				      VSN_MIN_BANDWIDTH, VSN_MAX_BANDWIDTH, diag);
	return err;
}

static int commit_kind(struct vsn_topo *t, u32 n, struct vsn_diag *diag)
{
	struct vsn_kind *k = &t->kinds[n];
	u64 count = 1;
	u32 i, j;
	int err;

	for (i = 0; i < k->nr_dims; i++) {
		for (j = 0; j < i; j++)
			if (k->dims[j] == k->dims[i])
				return vsn_refuse(diag, -EINVAL, "%s: dim %s twice",
						  vsn_topo_kind_name(n),
						  t->dims[k->dims[i]].name);
		count *= t->dims[k->dims[i]].size;
		if (count > VSN_MAX_ENDPOINTS)
			return vsn_refuse(diag, -EINVAL,
					  "%s: more than %u endpoints",
					  vsn_topo_kind_name(n), VSN_MAX_ENDPOINTS);
		if (i + 1 == k->package_dims)
			k->packages = count;
	}
	for (j = 1; j < n; j++)
		if (t->kinds[j].nr_dims == k->nr_dims &&
		    !memcmp(t->kinds[j].dims, k->dims, k->nr_dims))
			return vsn_refuse(diag, -EINVAL,
					  "%s: same dims as %s, so the same names",
					  vsn_topo_kind_name(n), vsn_topo_kind_name(j));
	if (!k->package_dims)
		k->packages = count;
	k->base = t->nr_endpoints;
	k->count = count;
	err = check_kind_figures(k, vsn_topo_kind_name(n), diag);
	if (err)
		return err;
	t->nr_packages += k->packages;
	t->nr_endpoints += count;
	if (t->nr_endpoints > VSN_MAX_ENDPOINTS)
		return vsn_refuse(diag, -EINVAL, "more than %u endpoints",
				  VSN_MAX_ENDPOINTS);
	return 0;
}

static int commit_kinds(struct vsn_topo *t, struct vsn_diag *diag)
{
	u64 capacity = 0;
	u32 k;
	int err;

	t->nr_endpoints = 0;
	t->nr_packages = 0;
	for (k = 1; k < VSN_NR_KINDS; k++) {
		t->kinds[k].base = 0;
		t->kinds[k].count = 0;
		t->kinds[k].packages = 0;
		if (!t->kinds[k].nr_dims)
			continue;
		err = commit_kind(t, k, diag);
		if (err)
			return err;
		capacity = vsn_max(capacity, t->kinds[k].capacity);
	}
	if (!t->nr_endpoints)
		return vsn_refuse(diag, -EINVAL, "kind is missing: no endpoints");
	/* At least 2 MiB, so that huge pages of two endpoints never meet. */
	for (t->window_shift = 21; capacity > 1ULL << t->window_shift; )
		t->window_shift++;
	if ((u64)t->nr_endpoints > VSN_UA_POOL >> t->window_shift)
		return vsn_refuse(diag, -EINVAL,
				  "%u endpoints of %llu bytes exceed the device window",
				  t->nr_endpoints, (unsigned long long)capacity);
	return 0;
}

static int commit_network(struct vsn_topo *t, u32 n, struct vsn_diag *diag)
{
	struct vsn_network *net = &t->networks[n];
	u64 packets;
	u32 i, j;
	int err;

	if (!vsn_topo_name_ok(net->name))
		return vsn_refuse(diag, -EINVAL,
				  "network %u: name '%s' is not [a-z0-9_-]+", n,
				  net->name);
	for (i = 0; i < n; i++)
		if (!strcmp(t->networks[i].name, net->name))
			return vsn_refuse(diag, -EINVAL, "network %s: named twice",
					  net->name);
	if (!net->packet)
		return vsn_refuse(diag, -EINVAL, "network %s: packet is missing",
				  net->name);
	if (net->policy < VSN_POLICY_DMODK || net->policy > VSN_POLICY_BORROW)
		return vsn_refuse(diag, -EINVAL, "network %s: policy %u is unknown",
				  net->name, net->policy);
	packets = (VSN_CHUNK_MAX + net->packet - 1) / net->packet;
	if (VSN_CHUNK_MAX + packets * net->header > MAX_WIRE)
		return vsn_refuse(diag, -EINVAL,
				  "network %s: header %u is too large for packet %u",
				  net->name, net->header, net->packet);
	if (!net->nr_tiers)
		return vsn_refuse(diag, -EINVAL, "network %s: tier is missing",
				  net->name);
	if (net->tiers[0].kind == VSN_TIER_KIND_GRAPH)
		return vsn_graph_commit(t, n, diag);
	if (net->graph)
		return vsn_refuse(diag, -EINVAL, "network %s: a graph, but its tier is none",
				  net->name);
	for (i = 0; i < net->nr_tiers; i++) {
		for (j = 0; j < i; j++)
			if (!strcmp(net->tiers[j].name, net->tiers[i].name))
				return vsn_refuse(diag, -EINVAL, "tier %s: named twice",
						  net->tiers[i].name);
		err = vsn_topo_commit_tier(t, net, &net->tiers[i], diag);
		if (err)
			return err;
	}
	return vsn_topo_commit_paths(t, n, diag);
}

/**
 * vsn_topo_commit - validate a topology and compute its ids
 * @t: filled in by the caller; counts are within the arrays
 * @diag: why it was refused
 *
 * May be called again on what it refused, once that is mended.
 *
 * Return: 0 or -EINVAL.
 */
int vsn_topo_commit(struct vsn_topo *t, struct vsn_diag *diag)
{
	u32 n;
	int err;

	err = check_dims(t, diag);
	if (!err)
		err = commit_kinds(t, diag);
	t->nr_links = 0;
	t->nr_switches = 0;
	t->max_hops = 0;
	for (n = 0; !err && n < t->nr_networks; n++)
		err = commit_network(t, n, diag);
	return err;
}
