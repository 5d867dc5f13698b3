// SPDX-License-Identifier: GPL-2.0
/* Topology: ids, groups, figures and their names. Validation: topo_check.c. */
#include "topo.h"

/**
 * vsn_topo_find_dim - index of a dimension
 * @t: the topology, committed or not
 * @name: its name
 *
 * Return: the index, or -1.
 */
int vsn_topo_find_dim(const struct vsn_topo *t, const char *name)
{
	u32 i;

	for (i = 0; i < t->nr_dims; i++)
		if (!strcmp(t->dims[i].name, name))
			return i;
	return -1;
}

/**
 * vsn_topo_kind - kind of an endpoint
 * @t: a committed topology
 * @ep: endpoint id, below @t->nr_endpoints
 *
 * Return: enum vsn_endpoint_kind.
 */
u32 vsn_topo_kind(const struct vsn_topo *t, u32 ep)
{
	u32 k;

	for (k = VSN_NR_KINDS - 1; k > 1; k--)
		if (t->kinds[k].count && ep >= t->kinds[k].base)
			break;
	return k;
}

/**
 * vsn_topo_package - package of an endpoint
 * @t: a committed topology
 * @ep: endpoint id
 *
 * Return: number of the package, counted within the endpoint's kind.
 */
u32 vsn_topo_package(const struct vsn_topo *t, u32 ep)
{
	const struct vsn_kind *kind = &t->kinds[vsn_topo_kind(t, ep)];

	return (ep - kind->base) / (kind->count / kind->packages);
}

/**
 * vsn_topo_digits - position of an endpoint
 * @t: a committed topology
 * @ep: endpoint id
 * @digits: out: by dimension; zero for those that its kind does not have
 */
void vsn_topo_digits(const struct vsn_topo *t, u32 ep, u32 digits[VSN_MAX_DIMS])
{
	const struct vsn_kind *kind = &t->kinds[vsn_topo_kind(t, ep)];
	u32 i, n = ep - kind->base;

	memset(digits, 0, VSN_MAX_DIMS * sizeof(*digits));
	for (i = kind->nr_dims; i-- > 0; ) {
		u32 size = t->dims[kind->dims[i]].size;

		digits[kind->dims[i]] = n % size;
		n /= size;
	}
}

/**
 * vsn_topo_group - group of a tier that an endpoint belongs to
 * @t: a committed topology
 * @tier: the tier; the endpoint's kind has links in the tier that its stack
 *	begins with
 * @ep: endpoint id
 *
 * Return: number of the group, in mixed radix over the dimensions that the tier
 * does not join, in the order of the fabric's dimensions.
 */
u32 vsn_topo_group(const struct vsn_topo *t, const struct vsn_tier *tier, u32 ep)
{
	u32 digits[VSN_MAX_DIMS];
	u32 i, group = 0;

	if (!tier->key)
		return 0;
	vsn_topo_digits(t, ep, digits);
	for (i = 0; i < t->nr_dims; i++)
		if (tier->key & (1U << i))
			group = group * t->dims[i].size + digits[i];
	return group;
}

/**
 * vsn_topo_link_id - id of a link
 * @tier: its tier
 * @child: lower end: an endpoint id, or group * switches + switch of the tier
 *	below
 * @plane: plane
 * @sw: switch within plane and group
 * @lane: lane
 * @down: 0 towards the switch, 1 from it
 *
 * Return: the id.
 */
u32 vsn_topo_link_id(const struct vsn_tier *tier, u32 child, u32 plane, u32 sw,
		     u32 lane, u32 down)
{
	return tier->link_base +
	       ((((child * tier->planes + plane) * tier->switches + sw) *
		 tier->lanes + lane) << 1 | down);
}

static const struct vsn_tier *find_tier(const struct vsn_topo *t, u32 link,
					u32 *net, u32 *tier)
{
	u32 n, i;

	for (n = 0; n < t->nr_networks; n++) {
		for (i = 0; i < t->networks[n].nr_tiers; i++) {
			const struct vsn_tier *p = &t->networks[n].tiers[i];

			if (link - p->link_base < p->nr_links) {
				*net = n;
				*tier = i;
				return p;
			}
		}
	}
	return NULL;
}

/**
 * vsn_topo_link_pos - what a link id means
 * @t: a committed topology
 * @link: link id, any number
 * @pos: out
 *
 * Return: false when there is no such link; ids have gaps.
 */
bool vsn_topo_link_pos(const struct vsn_topo *t, u32 link, struct vsn_link_pos *pos)
{
	const struct vsn_tier *tier = find_tier(t, link, &pos->net, &pos->tier);
	u32 n;

	if (!tier)
		return false;
	n = link - tier->link_base;
	pos->down = n & 1;
	n >>= 1;
	pos->lane = n % tier->lanes;
	n /= tier->lanes;
	pos->sw = n % tier->switches;
	n /= tier->switches;
	pos->plane = n % tier->planes;
	pos->child = n / tier->planes;
	if (tier->attach == VSN_ATTACH_ENDPOINT) {
		if (!tier->ports[vsn_topo_kind(t, pos->child)].bandwidth)
			return false;
		pos->group = vsn_topo_group(t, tier, pos->child);
	} else {
		const struct vsn_tier *below = tier - 1;
		u32 i, digits[VSN_MAX_DIMS], g = pos->child / below->switches;

		for (i = t->nr_dims; i-- > 0; ) {
			if (!(below->key & (1U << i)))
				continue;
			digits[i] = g % t->dims[i].size;
			g /= t->dims[i].size;
		}
		pos->group = 0;
		for (i = 0; i < t->nr_dims; i++)
			if (tier->key & (1U << i))
				pos->group = pos->group * t->dims[i].size + digits[i];
	}
	return true;
}

/**
 * vsn_topo_link_figures - what a link can do
 * @t: a committed topology
 * @link: link id, any number
 * @bandwidth: out: usable, bytes/s
 * @latency: out: of the wire, and of the switch at the far end if there is one, ps
 * @store_forward: out: the tier forwards only whole chunks
 *
 * Return: false when there is no such link.
 */
bool vsn_topo_link_figures(const struct vsn_topo *t, u32 link, u64 *bandwidth,
			   u64 *latency, bool *store_forward)
{
	const struct vsn_tier *tier;
	const struct vsn_port *port;
	struct vsn_link_pos pos;

	if (!vsn_topo_link_pos(t, link, &pos))
		return false;
	tier = &t->networks[pos.net].tiers[pos.tier];
	port = &tier->ports[tier->attach == VSN_ATTACH_ENDPOINT ?
			    vsn_topo_kind(t, pos.child) : 0];
	*bandwidth = port->usable;
	*latency = port->latency;
	if (!pos.down)
		*latency += tier->switch_latency;
	else if (tier->attach == VSN_ATTACH_SWITCH)
		*latency += tier[-1].switch_latency;
	*store_forward = tier->forwarding == VSN_FORWARDING_STORE_FORWARD;
	return true;
}

/**
 * vsn_topo_tier_switches - switches in a tier
 * @tier: a tier of a committed topology
 *
 * Return: their number, over all planes and groups.
 */
u32 vsn_topo_tier_switches(const struct vsn_tier *tier)
{
	return tier->groups * tier->planes * tier->switches;
}

/**
 * vsn_topo_tier_links - directed links in a tier
 * @t: a committed topology
 * @tier: a tier of it
 *
 * Return: their number, without the gaps that link ids have.
 */
u32 vsn_topo_tier_links(const struct vsn_topo *t, const struct vsn_tier *tier)
{
	u32 k, children = tier->children;

	if (tier->attach == VSN_ATTACH_ENDPOINT) {
		children = 0;
		for (k = 1; k < VSN_NR_KINDS; k++)
			if (tier->ports[k].bandwidth)
				children += t->kinds[k].count;
	}
	return children * tier->planes * tier->switches * tier->lanes * 2;
}

/**
 * vsn_topo_endpoint_name - write an endpoint's name, like "b3.npu5.d1"
 * @t: a committed topology
 * @ep: endpoint id
 * @buf: where to
 * @size: room
 *
 * Return: length.
 */
int vsn_topo_endpoint_name(const struct vsn_topo *t, u32 ep, char *buf, size_t size)
{
	const struct vsn_kind *kind = &t->kinds[vsn_topo_kind(t, ep)];
	u32 i, digits[VSN_MAX_DIMS];
	int n = 0;

	vsn_topo_digits(t, ep, digits);
	for (i = 0; i < kind->nr_dims; i++)
		n += scnprintf(buf + n, size - n, "%s%s%u", i ? "." : "",
			       t->dims[kind->dims[i]].prefix, digits[kind->dims[i]]);
	return n;
}

/* Parse "PREFIX DIGIT" of @dim at *@s, without leading zeros. */
static bool parse_digit(const char **s, const struct vsn_dim *dim, u32 *digit)
{
	size_t len = strlen(dim->prefix);
	const char *p = *s + len;
	u32 n = 0;

	if (strncmp(*s, dim->prefix, len) || *p < '0' || *p > '9' ||
	    (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n >= dim->size)
			return false;
	}
	*s = p;
	*digit = n;
	return true;
}

/**
 * vsn_topo_endpoint_find - endpoint of a name
 * @t: a committed topology
 * @name: like "b3.npu5.d1"
 *
 * Return: endpoint id, or -ENOENT.
 */
int vsn_topo_endpoint_find(const struct vsn_topo *t, const char *name)
{
	u32 k, i;

	for (k = 1; k < VSN_NR_KINDS; k++) {
		const struct vsn_kind *kind = &t->kinds[k];
		const char *s = name;
		u32 digit, n = 0;

		for (i = 0; i < kind->nr_dims; i++) {
			if (i && *s++ != '.')
				break;
			if (!parse_digit(&s, &t->dims[kind->dims[i]], &digit))
				break;
			n = n * t->dims[kind->dims[i]].size + digit;
		}
		if (kind->nr_dims && i == kind->nr_dims && !*s)
			return kind->base + n;
	}
	return -ENOENT;
}

/* "NETWORK.TIER[.GROUP].pPLANE[.sSWITCH]" */
static int switch_name(const struct vsn_topo *t, u32 net, const struct vsn_tier *tier,
		       u32 group, u32 plane, u32 sw, char *buf, size_t size)
{
	u32 i, digits[VSN_MAX_DIMS] = {};
	int n;

	for (i = t->nr_dims; i-- > 0; ) {
		if (!(tier->key & (1U << i)))
			continue;
		digits[i] = group % t->dims[i].size;
		group /= t->dims[i].size;
	}
	n = scnprintf(buf, size, "%s.%s", t->networks[net].name, tier->name);
	for (i = 0; i < t->nr_dims; i++)
		if (tier->key & (1U << i))
			n += scnprintf(buf + n, size - n, ".%s%u",
				       t->dims[i].prefix, digits[i]);
	n += scnprintf(buf + n, size - n, ".p%u", plane);
	if (tier->switches > 1)
		n += scnprintf(buf + n, size - n, ".s%u", sw);
	return n;
}

/**
 * vsn_topo_link_name - write a link's name, FROM>TO
 * @t: a committed topology
 * @link: link id, any number
 * @buf: where to
 * @size: room
 *
 * A lane is added as "/LANE" where the pair has several.
 *
 * Return: length, or -ENOENT when there is no such link.
 */
int vsn_topo_link_name(const struct vsn_topo *t, u32 link, char *buf, size_t size)
{
	const struct vsn_tier *tier;
	struct vsn_link_pos pos;
	u32 end;
	int n = 0;

	if (!vsn_topo_link_pos(t, link, &pos))
		return -ENOENT;
	tier = &t->networks[pos.net].tiers[pos.tier];
	for (end = 0; end < 2; end++) {
		if (end)
			n += scnprintf(buf + n, size - n, ">");
		if (end != pos.down)
			n += switch_name(t, pos.net, tier, pos.group, pos.plane,
					 pos.sw, buf + n, size - n);
		else if (tier->attach == VSN_ATTACH_ENDPOINT)
			n += vsn_topo_endpoint_name(t, pos.child, buf + n, size - n);
		else
			n += switch_name(t, pos.net, tier - 1,
					 pos.child / tier[-1].switches, pos.plane,
					 pos.child % tier[-1].switches, buf + n,
					 size - n);
	}
	if (tier->lanes > 1)
		n += scnprintf(buf + n, size - n, "/%u", pos.lane);
	return n;
}
