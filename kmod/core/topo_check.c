// SPDX-License-Identifier: GPL-2.0
/* Commit of a topology: validate everything, compute ids, or change nothing. */
#include "topo.h"

#include "link.h"

#define MAX_BANDWIDTH	(1000ULL * 1000 * 1000 * 1000 * 1000)	/* 1 PB/s */
#define MIN_BANDWIDTH	(1000ULL * 1000)			/* 1 MB/s */
#define MAX_LATENCY	VSN_PS_PER_SEC				/* 1 s */

/* Links and engines share one space of ids, see vsn_link_engine_id(). */
static_assert(VSN_MAX_LINKS + (u64)VSN_MAX_ENDPOINTS * VSN_NR_ENGINES <= U32_MAX,
	      "ids of links and engines must fit in 32 bits");

/* Paths between two endpoints; more than this is no machine but a mistake. */
#define MAX_FAN		(1ULL << 32)

/* The largest chunk; with its headers its time must fit, see vsn_link_ser(). */
#define MAX_WIRE	(U64_MAX / VSN_PS_PER_SEC)

static bool name_ok(const char *s)
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

static const char *kind_name(u32 k)
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

		if (!name_ok(d->name))
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

static int check_figure(const char *what, const char *field, u64 v, u64 min, u64 max,
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
	err = check_figure(name, "mem-bandwidth", k->mem_bandwidth, MIN_BANDWIDTH,
			   MAX_BANDWIDTH, diag);
	if (!err)
		err = check_figure(name, "mem-latency", k->mem_latency, 0, MAX_LATENCY,
				   diag);
	if (!err)
		err = check_figure(name, "overhead", k->overhead, 0, MAX_LATENCY, diag);
	if (err || (!k->read_bandwidth && !k->write_bandwidth))
		return err;
	err = check_figure(name, "read-bandwidth", k->read_bandwidth, MIN_BANDWIDTH,
			   MAX_BANDWIDTH, diag);
	if (!err)
		err = check_figure(name, "write-bandwidth", k->write_bandwidth,
				   MIN_BANDWIDTH, MAX_BANDWIDTH, diag);
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
						  kind_name(n),
						  t->dims[k->dims[i]].name);
		count *= t->dims[k->dims[i]].size;
		if (count > VSN_MAX_ENDPOINTS)
			return vsn_refuse(diag, -EINVAL,
					  "%s: more than %u endpoints",
					  kind_name(n), VSN_MAX_ENDPOINTS);
		if (i + 1 == k->package_dims)
			k->packages = count;
	}
	for (j = 1; j < n; j++)
		if (t->kinds[j].nr_dims == k->nr_dims &&
		    !memcmp(t->kinds[j].dims, k->dims, k->nr_dims))
			return vsn_refuse(diag, -EINVAL,
					  "%s: same dims as %s, so the same names",
					  kind_name(n), kind_name(j));
	if (!k->package_dims)
		k->packages = count;
	k->base = t->nr_endpoints;
	k->count = count;
	err = check_kind_figures(k, kind_name(n), diag);
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

static int commit_port(struct vsn_port *p, const char *tier, const char *kind,
		       struct vsn_diag *diag)
{
	char what[2 * VSN_NAME_SIZE + 16];
	int err;

	p->usable = 0;
	if (!p->bandwidth)
		return 0;
	scnprintf(what, sizeof(what), "tier %s: port %s", tier, kind);
	if (!p->efficiency)
		p->efficiency = VSN_EFFICIENCY_ONE;
	err = check_figure(what, "bandwidth", p->bandwidth, MIN_BANDWIDTH,
			   MAX_BANDWIDTH, diag);
	if (!err)
		err = check_figure(what, "latency", p->latency, 0, MAX_LATENCY, diag);
	if (!err)
		err = check_figure(what, "efficiency", p->efficiency, 1,
				   VSN_EFFICIENCY_ONE, diag);
	if (err)
		return err;
	p->usable = p->bandwidth / VSN_EFFICIENCY_ONE * p->efficiency +
		    p->bandwidth % VSN_EFFICIENCY_ONE * p->efficiency /
			    VSN_EFFICIENCY_ONE;
	return p->usable ? 0 : vsn_refuse(diag, -EINVAL, "%s: efficiency %u leaves nothing",
					  what, p->efficiency);
}

static int check_tier_shape(const struct vsn_network *net, const struct vsn_tier *tier,
			    struct vsn_diag *diag)
{
	if (!name_ok(tier->name))
		return vsn_refuse(diag, -EINVAL,
				  "network %s: tier name '%s' is not [a-z0-9_-]+",
				  net->name, tier->name);
	if (tier->kind != VSN_TIER_KIND_SWITCH)
		return vsn_refuse(diag, -EOPNOTSUPP,
				  "tier %s: kind %u is not supported, only switch",
				  tier->name, tier->kind);
	if (tier->wiring != VSN_WIRING_FULL)
		return vsn_refuse(diag, -EOPNOTSUPP,
				  "tier %s: wiring %u is not supported, only full",
				  tier->name, tier->wiring);
	if (tier->attach != VSN_ATTACH_ENDPOINT && tier->attach != VSN_ATTACH_SWITCH)
		return vsn_refuse(diag, -EINVAL, "tier %s: attach %u is unknown",
				  tier->name, tier->attach);
	if (tier->forwarding != VSN_FORWARDING_CUT_THROUGH &&
	    tier->forwarding != VSN_FORWARDING_STORE_FORWARD)
		return vsn_refuse(diag, -EINVAL, "tier %s: forwarding %u is unknown",
				  tier->name, tier->forwarding);
	if (!tier->planes || tier->planes > 64)
		return vsn_refuse(diag, -EINVAL, "tier %s: planes %u is not 1 to 64",
				  tier->name, tier->planes);
	if (!tier->switches || tier->switches > VSN_MAX_ENDPOINTS)
		return vsn_refuse(diag, -EINVAL, "tier %s: switches %u is not 1 to %u",
				  tier->name, tier->switches, VSN_MAX_ENDPOINTS);
	if (!tier->lanes || tier->lanes > 1024)
		return vsn_refuse(diag, -EINVAL, "tier %s: lanes %u is not 1 to 1024",
				  tier->name, tier->lanes);
	if (!tier->over)
		return vsn_refuse(diag, -EINVAL, "tier %s: over is missing", tier->name);
	return check_figure(tier->name, "switch-latency", tier->switch_latency, 0,
			    MAX_LATENCY, diag);
}

static u32 kind_mask(const struct vsn_topo *t, u32 k)
{
	u32 i, mask = 0;

	for (i = 0; i < t->kinds[k].nr_dims; i++)
		mask |= 1U << t->kinds[k].dims[i];
	return mask;
}

/* Keys of a tier whose links begin at endpoints. */
static int attach_endpoints(const struct vsn_topo *t, struct vsn_tier *tier,
			    struct vsn_diag *diag)
{
	u32 k, all = 0;
	int err;

	if (tier->ports[0].bandwidth)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: port without kind, but endpoints attach",
				  tier->name);
	for (k = 1; k < VSN_NR_KINDS; k++) {
		err = commit_port(&tier->ports[k], tier->name, kind_name(k), diag);
		if (err)
			return err;
		if (!tier->ports[k].bandwidth)
			continue;
		if (!t->kinds[k].count)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: port %s, but there is none",
					  tier->name, kind_name(k));
		all |= kind_mask(t, k);
	}
	if (!all)
		return vsn_refuse(diag, -EINVAL, "tier %s: port is missing", tier->name);
	if (tier->over & ~all)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: over has a dim that no attached kind has",
				  tier->name);
	tier->key = all & ~tier->over;
	for (k = 1; k < VSN_NR_KINDS; k++)
		if (tier->ports[k].bandwidth && tier->key & ~kind_mask(t, k))
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: %s lacks a dim that tells its groups apart",
					  tier->name, kind_name(k));
	tier->children = t->nr_endpoints;
	return 0;
}

/* Keys of a tier whose links begin at the switches of the tier below. */
static int attach_switches(const struct vsn_network *net, struct vsn_tier *tier,
			   struct vsn_diag *diag)
{
	const struct vsn_tier *below = tier - 1;
	u32 k;
	int err;

	if (tier == net->tiers)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: attach switch, but no tier is below",
				  tier->name);
	for (k = 1; k < VSN_NR_KINDS; k++)
		if (tier->ports[k].bandwidth)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: port %s, but switches attach",
					  tier->name, kind_name(k));
	if (!tier->ports[0].bandwidth)
		return vsn_refuse(diag, -EINVAL, "tier %s: port is missing", tier->name);
	if (tier->planes != below->planes)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: planes %u, but tier %s has %u", tier->name,
				  tier->planes, below->name, below->planes);
	if (tier->over & ~below->key)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: over has a dim that is joined or absent below",
				  tier->name);
	err = commit_port(&tier->ports[0], tier->name, kind_name(0), diag);
	if (err)
		return err;
	tier->key = below->key & ~tier->over;
	/* commit_tier() has seen to it that these are at most VSN_MAX_LINKS. */
	tier->children = below->groups * below->switches;
	return 0;
}

static int commit_tier(struct vsn_topo *t, struct vsn_network *net,
		       struct vsn_tier *tier, struct vsn_diag *diag)
{
	u64 links;
	u32 i;
	int err;

	err = check_tier_shape(net, tier, diag);
	if (!err)
		err = tier->attach == VSN_ATTACH_ENDPOINT ?
		      attach_endpoints(t, tier, diag) :
		      attach_switches(net, tier, diag);
	if (err)
		return err;
	/* A product of sizes of one kind's dimensions: at most VSN_MAX_ENDPOINTS. */
	tier->groups = 1;
	for (i = 0; i < t->nr_dims; i++)
		if (tier->key & (1U << i))
			tier->groups *= t->dims[i].size;
	tier->fan = (u64)tier->switches * tier->lanes;
	if (tier->attach == VSN_ATTACH_SWITCH)
		tier->fan *= tier[-1].fan;
	if (tier->fan > MAX_FAN)
		return vsn_refuse(diag, -EINVAL, "tier %s: more than 2^32 paths",
				  tier->name);
	links = (u64)tier->children * tier->planes * 2;
	if (links <= VSN_MAX_LINKS)
		links *= tier->switches;
	if (links <= VSN_MAX_LINKS)
		links *= tier->lanes;
	if (links > VSN_MAX_LINKS - t->nr_links ||
	    (u64)tier->groups * tier->planes * tier->switches > VSN_MAX_LINKS)
		return vsn_refuse(diag, -EINVAL, "tier %s: more than %u links",
				  tier->name, VSN_MAX_LINKS);
	tier->link_base = t->nr_links;
	tier->nr_links = links;
	t->nr_links += links;
	return 0;
}

static int commit_network(struct vsn_topo *t, u32 n, struct vsn_diag *diag)
{
	struct vsn_network *net = &t->networks[n];
	u64 packets;
	u32 i, j;
	int err;

	if (!name_ok(net->name))
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
	if (net->policy != VSN_POLICY_DMODK && net->policy != VSN_POLICY_HASH)
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
	for (i = 0; i < net->nr_tiers; i++) {
		for (j = 0; j < i; j++)
			if (!strcmp(net->tiers[j].name, net->tiers[i].name))
				return vsn_refuse(diag, -EINVAL, "tier %s: named twice",
						  net->tiers[i].name);
		err = commit_tier(t, net, &net->tiers[i], diag);
		if (err)
			return err;
	}
	return 0;
}

/**
 * vsn_topo_commit - validate a topology and compute its ids
 * @t: filled in by the caller; counts are within the arrays
 * @diag: why it was refused
 *
 * May be called again on what it refused, once that is mended.
 *
 * Return: 0; -EINVAL; -EOPNOTSUPP for what is not supported yet.
 */
int vsn_topo_commit(struct vsn_topo *t, struct vsn_diag *diag)
{
	u32 n;
	int err;

	err = check_dims(t, diag);
	if (!err)
		err = commit_kinds(t, diag);
	t->nr_links = 0;
	for (n = 0; !err && n < t->nr_networks; n++)
		err = commit_network(t, n, diag);
	return err;
}
