// SPDX-License-Identifier: GPL-2.0
/* Commit of a network's tiers: groups, wiring, ids of links and switches. */
#include "topo_impl.h"

/* Paths between two endpoints; more than this is no machine but a mistake. */
#define MAX_FAN		(1ULL << 32)

/* Switches a plane and group that are wired in strides. */
#define MAX_STRIDE	1024U

static const char *shape_name(u32 kind)
{
	static const char * const names[] = { "?", "switch", "mesh", "ring", "grid" };

	return names[kind];
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
	err = vsn_topo_figure(what, "bandwidth", p->bandwidth, VSN_MIN_BANDWIDTH,
			      VSN_MAX_BANDWIDTH, diag);
	if (!err)
		err = vsn_topo_figure(what, "latency", p->latency, 0, VSN_MAX_LATENCY, diag);
	if (!err)
		err = vsn_topo_figure(what, "efficiency", p->efficiency, 1,
				      VSN_EFFICIENCY_ONE, diag);
	if (err)
		return err;
	p->usable = vsn_topo_usable(p->bandwidth, p->efficiency);
	return p->usable ? 0 : vsn_refuse(diag, -EINVAL, "%s: efficiency %u leaves nothing",
					  what, p->efficiency);
}

/* Enums and counts, each for itself. */
int vsn_topo_check_tier(const struct vsn_network *net, const struct vsn_tier *tier,
			struct vsn_diag *diag)
{
	if (!vsn_topo_name_ok(tier->name))
		return vsn_refuse(diag, -EINVAL,
				  "network %s: tier name '%s' is not [a-z0-9_-]+",
				  net->name, tier->name);
	if (tier->kind < VSN_TIER_KIND_SWITCH || tier->kind > VSN_TIER_KIND_GRAPH)
		return vsn_refuse(diag, -EINVAL, "tier %s: kind %u is unknown",
				  tier->name, tier->kind);
	if (tier->reduces &&
	    (tier->kind != VSN_TIER_KIND_SWITCH || tier->attach != VSN_ATTACH_ENDPOINT))
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: reduces: only switches that attach endpoints can",
				  tier->name);
	if (tier->wiring < VSN_WIRING_FULL || tier->wiring > VSN_WIRING_SPREAD)
		return vsn_refuse(diag, -EINVAL, "tier %s: wiring %u is unknown",
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
	return vsn_topo_figure(tier->name, "switch-latency", tier->switch_latency, 0,
			       VSN_MAX_LATENCY, diag);
}

/* What does not go together, whatever is below. */
static int check_tier_shape(const struct vsn_network *net, const struct vsn_tier *tier,
			    struct vsn_diag *diag)
{
	int err = vsn_topo_check_tier(net, tier, diag);

	if (err)
		return err;
	if (tier->kind == VSN_TIER_KIND_GRAPH)
		return vsn_refuse(diag, -EINVAL, "tier %s: a graph stands alone in its network",
				  tier->name);
	if (tier->transit)
		return vsn_refuse(diag, -EINVAL, "tier %s: transit is for graphs",
				  tier->name);
	if (!tier->over && tier->attach == VSN_ATTACH_ENDPOINT)
		return vsn_refuse(diag, -EINVAL, "tier %s: over is missing", tier->name);
	if (tier->wiring == VSN_WIRING_STRIDE && tier->switches > MAX_STRIDE)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: switches %u is not 1 to %u with wiring stride",
				  tier->name, tier->switches, MAX_STRIDE);
	if (tier->wiring == VSN_WIRING_SPREAD &&
	    (tier->kind != VSN_TIER_KIND_MESH || tier->attach != VSN_ATTACH_SWITCH ||
	     !tier->over))
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: wiring spread is for a mesh over groups of switches",
				  tier->name);
	if (!vsn_tier_direct(tier))
		return 0;
	if (tier->switches != 1)
		return vsn_refuse(diag, -EINVAL, "tier %s: switches %u, but a %s has none",
				  tier->name, tier->switches, shape_name(tier->kind));
	if (tier->attach == VSN_ATTACH_ENDPOINT && tier->wiring != VSN_WIRING_FULL)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: only full wiring joins endpoints directly",
				  tier->name);
	if (tier->attach == VSN_ATTACH_SWITCH && tier->switch_latency)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: switch-latency is that of the tier with the switches",
				  tier->name);
	return 0;
}

static u32 kind_mask(const struct vsn_topo *t, u32 k)
{
	u32 i, mask = 0;

	for (i = 0; i < t->kinds[k].nr_dims; i++)
		mask |= 1U << t->kinds[k].dims[i];
	return mask;
}

/* Vertices are the endpoints of one kind, as they are numbered. */
static void stride_endpoints(const struct vsn_topo *t, struct vsn_tier *tier,
			     const struct vsn_kind *kind)
{
	u32 i, n = 1;

	for (i = kind->nr_dims; i-- > 0; ) {
		tier->stride[kind->dims[i]] = n;
		n *= t->dims[kind->dims[i]].size;
	}
}

/* A tier whose links begin at endpoints. */
static int attach_endpoints(const struct vsn_topo *t, const struct vsn_network *net,
			    struct vsn_tier *tier, struct vsn_diag *diag)
{
	u32 k, all = 0, n = 0;
	int err;

	if (tier->ports[0].bandwidth)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: port without kind, but endpoints attach",
				  tier->name);
	for (k = 1; k < VSN_NR_KINDS; k++) {
		err = commit_port(&tier->ports[k], tier->name, vsn_topo_kind_name(k), diag);
		if (err)
			return err;
		if (!tier->ports[k].bandwidth)
			continue;
		if (!t->kinds[k].count)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: port %s, but there is none",
					  tier->name, vsn_topo_kind_name(k));
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
					  tier->name, vsn_topo_kind_name(k));
	tier->children = t->nr_endpoints;
	tier->base = tier - net->tiers;
	tier->level = tier->base;
	tier->span = tier->wiring == VSN_WIRING_STRIDE ? tier->switches : 1;
	tier->modulus = tier->span;
	if (!vsn_tier_direct(tier))
		return 0;
	for (k = 1; k < VSN_NR_KINDS; k++) {
		if (!tier->ports[k].bandwidth)
			continue;
		if (n++)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: a %s joins endpoints of one kind only",
					  tier->name, shape_name(tier->kind));
		tier->first = t->kinds[k].base;
		tier->children = t->kinds[k].count;
		stride_endpoints(t, tier, &t->kinds[k]);
	}
	tier->coords = tier->over;
	tier->members = 1;
	return 0;
}

static u32 product(const struct vsn_topo *t, u32 mask)
{
	u32 i, n = 1;

	for (i = 0; i < t->nr_dims; i++)
		if (mask & (1U << i))
			n *= t->dims[i].size;
	return n;
}

static u32 gcd(u32 a, u32 b)
{
	while (b) {
		u32 r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/* A tier of switches above other switches */
static int wire_switches(const struct vsn_tier *level, struct vsn_tier *tier,
			 struct vsn_diag *diag)
{
	u32 more = vsn_max(tier->switches, level->switches);
	u32 less = vsn_min(tier->switches, level->switches);

	if (!tier->over && level->switches == 1)
		return vsn_refuse(diag, -EINVAL, "tier %s: over is missing", tier->name);
	tier->span = 1;
	if (tier->wiring == VSN_WIRING_STRIDE) {
		if (more % less)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: stride from %u switches to %u: want a multiple",
					  tier->name, level->switches, tier->switches);
		tier->span = less;
	}
	tier->modulus = gcd(level->modulus, tier->span);
	return 0;
}

/* A direct tier of switches */
static int wire_direct(const struct vsn_topo *t, const struct vsn_tier *level,
		       struct vsn_tier *tier, struct vsn_diag *diag)
{
	const struct vsn_tier *before = tier - 1;

	tier->modulus = level->modulus;
	tier->span = 1;
	memcpy(tier->stride, level->stride, sizeof(tier->stride));
	tier->inner = level->key & ~before->key;
	tier->members = product(t, tier->inner) * level->switches;
	tier->coords = tier->over;
	if (!tier->over) {
		if (before != level || level->switches == 1)
			return vsn_refuse(diag, -EINVAL, "tier %s: over is missing",
					  tier->name);
		if (tier->wiring != VSN_WIRING_FULL)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: over nothing, so wiring must be full",
					  tier->name);
		tier->numbers = level->switches;
	} else if (tier->wiring == VSN_WIRING_FULL) {
		if (tier->kind == VSN_TIER_KIND_MESH) {
			tier->coords |= tier->inner;
			tier->numbers = level->switches;
		} else if (tier->members > 1) {
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: a %s over groups of %u switches: wiring must be stride",
					  tier->name, shape_name(tier->kind),
					  tier->members);
		}
	} else if (tier->wiring == VSN_WIRING_SPREAD && level->switches > 1 &&
		   tier->modulus > 1 && !before->fixes) {
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: wiring spread, but nothing joins the switches of a group of tier %s",
				  tier->name, level->name);
	}
	tier->fixes = before->fixes || tier->numbers > 1;
	return 0;
}

/* A tier whose links begin at the switches of a tier below */
static int attach_switches(const struct vsn_topo *t, const struct vsn_network *net,
			   struct vsn_tier *tier, struct vsn_diag *diag)
{
	const struct vsn_tier *before = tier - 1, *level = before;
	u32 k;
	int err;

	if (tier == net->tiers)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: attach switch, but no tier is below",
				  tier->name);
	while (vsn_tier_direct(level) && level->attach == VSN_ATTACH_SWITCH)
		level--;
	if (vsn_tier_direct(level))
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: attach switch, but tier %s has none",
				  tier->name, level->name);
	for (k = 1; k < VSN_NR_KINDS; k++)
		if (tier->ports[k].bandwidth)
			return vsn_refuse(diag, -EINVAL,
					  "tier %s: port %s, but switches attach",
					  tier->name, vsn_topo_kind_name(k));
	if (!tier->ports[0].bandwidth)
		return vsn_refuse(diag, -EINVAL, "tier %s: port is missing", tier->name);
	if (tier->planes != level->planes)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: planes %u, but tier %s has %u", tier->name,
				  tier->planes, level->name, level->planes);
	if (tier->over & ~before->key)
		return vsn_refuse(diag, -EINVAL,
				  "tier %s: over has a dim that is joined or absent below",
				  tier->name);
	err = commit_port(&tier->ports[0], tier->name, vsn_topo_kind_name(0), diag);
	if (err)
		return err;
	tier->key = before->key & ~tier->over;
	tier->base = before->base;
	tier->level = level - net->tiers;
	/* vsn_topo_commit_tier() has seen to it that these are at most VSN_MAX_LINKS. */
	tier->children = level->groups * level->switches;
	return vsn_tier_direct(tier) ? wire_direct(t, level, tier, diag) :
				       wire_switches(level, tier, diag);
}

/* Ports of a vertex of a direct tier */
static u32 direct_degree(const struct vsn_topo *t, const struct vsn_tier *tier)
{
	u32 i, n = 0;

	if (tier->wiring == VSN_WIRING_SPREAD)
		return (tier->size - 1 + tier->members - 1) / tier->members;
	if (tier->kind == VSN_TIER_KIND_MESH)
		return tier->size - 1;
	for (i = 0; i < t->nr_dims; i++)
		if (tier->coords & (1U << i))
			n += vsn_topo_axis_ports(tier, t->dims[i].size);
	return n + vsn_topo_axis_ports(tier, tier->numbers);
}

static void commit_shape(const struct vsn_topo *t, struct vsn_tier *tier)
{
	u32 i, n;

	tier->groups = product(t, tier->key);
	if (vsn_tier_direct(tier)) {
		tier->size = product(t, tier->coords) * tier->numbers;
		tier->degree = direct_degree(t, tier);
		return;
	}
	tier->degree = tier->switches / tier->span;
	n = tier->switches;
	for (i = t->nr_dims; i-- > 0; ) {
		if (!(tier->key & (1U << i)))
			continue;
		tier->stride[i] = n;
		n *= t->dims[i].size;
	}
}

/* What an earlier commit may have left. */
void vsn_topo_reset_tier(struct vsn_tier *tier)
{
	tier->fixes = false;
	tier->first = 0;
	tier->coords = 0;
	tier->numbers = 1;
	tier->size = 0;
	tier->inner = 0;
	tier->members = 0;
	memset(tier->stride, 0, sizeof(tier->stride));
}

int vsn_topo_commit_tier(struct vsn_topo *t, struct vsn_network *net,
			 struct vsn_tier *tier, struct vsn_diag *diag)
{
	u64 links, switches;
	int err;

	vsn_topo_reset_tier(tier);
	err = check_tier_shape(net, tier, diag);
	if (!err)
		err = tier->attach == VSN_ATTACH_ENDPOINT ?
		      attach_endpoints(t, net, tier, diag) :
		      attach_switches(t, net, tier, diag);
	if (err)
		return err;
	/* Products of sizes of one kind's dimensions: at most VSN_MAX_ENDPOINTS. */
	switches = (u64)product(t, tier->key) * tier->planes * tier->switches;
	if (switches > VSN_MAX_LINKS - t->nr_switches)
		return vsn_refuse(diag, -EINVAL, "tier %s: more than %u switches",
				  tier->name, VSN_MAX_LINKS);
	commit_shape(t, tier);
	tier->fan = (u64)tier->switches * tier->lanes;
	if (tier->attach == VSN_ATTACH_SWITCH)
		tier->fan *= net->tiers[tier->level].fan;
	if (tier->fan > MAX_FAN)
		return vsn_refuse(diag, -EINVAL, "tier %s: more than 2^32 paths",
				  tier->name);
	links = (u64)tier->children * tier->planes * (vsn_tier_direct(tier) ? 1 : 2);
	if (links <= VSN_MAX_LINKS)
		links *= tier->degree;
	if (links <= VSN_MAX_LINKS)
		links *= tier->lanes;
	if (links > VSN_MAX_LINKS - t->nr_links)
		return vsn_refuse(diag, -EINVAL, "tier %s: more than %u links",
				  tier->name, VSN_MAX_LINKS);
	tier->switch_base = t->nr_switches;
	if (!vsn_tier_direct(tier))
		t->nr_switches += switches;
	tier->link_base = t->nr_links;
	tier->nr_links = links;
	t->nr_links += links;
	return 0;
}
