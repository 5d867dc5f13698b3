// SPDX-License-Identifier: GPL-2.0
/*
 * Links and switches of a topology: what their ids mean, who is whose neighbour,
 * and their figures.
 */
#include "graph.h"

static u32 digit_of(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v, u32 dim)
{
	return v / tier->stride[dim] % t->dims[dim].size;
}

static u32 with_digit(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
		      u32 dim, u32 digit)
{
	return v + (digit - digit_of(t, tier, v, dim)) * tier->stride[dim];
}

/* The digits of @v in the dimensions of @mask, as one number. */
static u32 digits_of(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v, u32 mask)
{
	u32 i, n = 0;

	for (i = 0; i < t->nr_dims; i++)
		if (mask & (1U << i))
			n = n * t->dims[i].size + digit_of(t, tier, v, i);
	return n;
}

static u32 with_digits(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
		       u32 mask, u32 n)
{
	u32 i;

	for (i = t->nr_dims; i-- > 0; ) {
		if (!(mask & (1U << i)))
			continue;
		v = with_digit(t, tier, v, i, n % t->dims[i].size);
		n /= t->dims[i].size;
	}
	return v;
}

/**
 * vsn_topo_index - number of an endpoint in its group
 * @t: a committed topology
 * @tier: a tier that attaches endpoints
 * @ep: endpoint id, of a kind that has links in it
 *
 * Return: the number, in mixed radix over the dimensions that the tier joins and
 * the endpoint's kind has.
 */
u32 vsn_topo_index(const struct vsn_topo *t, const struct vsn_tier *tier, u32 ep)
{
	const struct vsn_kind *kind = &t->kinds[vsn_topo_kind(t, ep)];
	u32 digits[VSN_MAX_DIMS];
	u32 i, n = 0, mask = 0;

	for (i = 0; i < kind->nr_dims; i++)
		mask |= 1U << kind->dims[i];
	mask &= tier->over;
	vsn_topo_digits(t, ep, digits);
	for (i = 0; i < t->nr_dims; i++)
		if (mask & (1U << i))
			n = n * t->dims[i].size + digits[i];
	return n;
}

/**
 * vsn_topo_position - where a vertex is among those that its tier joins
 * @t: a committed topology
 * @tier: a direct tier
 * @v: vertex: a switch's group * switches + switch, or an endpoint's id less
 *	@tier->first
 *
 * Return: a number below @tier->size; with wiring "spread", that of the block.
 */
u32 vsn_topo_position(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v)
{
	return digits_of(t, tier, v, tier->coords) * tier->numbers + v % tier->numbers;
}

/**
 * vsn_topo_at - the vertex at another position
 * @t: a committed topology
 * @tier: a direct tier
 * @v: vertex
 * @pos: position, below @tier->size
 *
 * Return: the vertex that differs from @v in its position only.
 */
u32 vsn_topo_at(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v, u32 pos)
{
	v = v - v % tier->numbers + pos % tier->numbers;
	return with_digits(t, tier, v, tier->coords, pos / tier->numbers);
}

/**
 * vsn_topo_member - a vertex of a block
 * @t: a committed topology
 * @tier: a direct tier of switches
 * @v: any vertex of the block
 * @n: number, below @tier->members
 *
 * Return: the vertex of the block that has this number in it.
 */
u32 vsn_topo_member(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v, u32 n)
{
	u32 numbers = tier->members;
	u32 i;

	for (i = 0; i < t->nr_dims; i++)
		if (tier->inner & (1U << i))
			numbers /= t->dims[i].size;
	v = v - v % numbers + n % numbers;
	return with_digits(t, tier, v, tier->inner, n / numbers);
}

/**
 * vsn_topo_gateway - the vertex of a block that leads to another block
 * @t: a committed topology
 * @tier: a tier with wiring "spread"
 * @v: any vertex of the block
 * @block: position of the other block
 * @port: out: port of the vertex that does
 *
 * Return: the vertex.
 */
u32 vsn_topo_gateway(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
		     u32 block, u32 *port)
{
	u32 n = (block + tier->size - vsn_topo_position(t, tier, v) - 1) % tier->size;

	*port = n / tier->members;
	return vsn_topo_member(t, tier, v, n % tier->members);
}

static bool spread_neighbour(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
			     u32 port, u32 *peer)
{
	u32 block = vsn_topo_position(t, tier, v);
	u32 numbers = tier->members, i, n;

	for (i = 0; i < t->nr_dims; i++)
		if (tier->inner & (1U << i))
			numbers /= t->dims[i].size;
	n = digits_of(t, tier, v, tier->inner) * numbers + v % numbers;
	n += port * tier->members;
	if (n >= tier->size - 1)
		return false;
	v = vsn_topo_at(t, tier, v, (block + 1 + n) % tier->size);
	*peer = vsn_topo_member(t, tier, v, (tier->size - 2 - n) % tier->members);
	return true;
}

/* One step along a coordinate; false where a grid ends. */
static bool step(const struct vsn_tier *tier, u32 at, u32 size, bool back, u32 *to)
{
	if (tier->kind == VSN_TIER_KIND_GRID && at == (back ? 0 : size - 1))
		return false;
	*to = (back ? at + size - 1 : at + 1) % size;
	return true;
}

/**
 * vsn_topo_axis_ports - ports of a ring's or grid's vertex for one coordinate
 * @tier: the tier
 * @size: how many there are in it
 *
 * Return: 0 to 2; where a grid ends one of them has no link.
 */
u32 vsn_topo_axis_ports(const struct vsn_tier *tier, u32 size)
{
	if (size == 1)
		return 0;
	return size == 2 && tier->kind == VSN_TIER_KIND_RING ? 1 : 2;
}

static bool axis_neighbour(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
			   u32 port, u32 *peer)
{
	u32 i, n, to;

	for (i = 0; i < t->nr_dims; i++) {
		if (!(tier->coords & (1U << i)))
			continue;
		n = vsn_topo_axis_ports(tier, t->dims[i].size);
		if (port >= n) {
			port -= n;
			continue;
		}
		if (!step(tier, digit_of(t, tier, v, i), t->dims[i].size, port, &to))
			return false;
		*peer = with_digit(t, tier, v, i, to);
		return true;
	}
	if (!step(tier, v % tier->numbers, tier->numbers, port, &to))
		return false;
	*peer = v - v % tier->numbers + to;
	return true;
}

/**
 * vsn_topo_neighbour - where a port of a direct tier leads
 * @t: a committed topology
 * @tier: a direct tier
 * @v: vertex
 * @port: port, below @tier->degree
 * @peer: out: the vertex at the other end
 *
 * Ports of a mesh are numbered by the position of the peer, leaving out the
 * vertex itself; those of a ring or grid by dimension, +1 before -1.
 *
 * Return: false when the port has no link.
 */
bool vsn_topo_neighbour(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
			u32 port, u32 *peer)
{
	u32 pos;

	if (tier->kind != VSN_TIER_KIND_MESH)
		return axis_neighbour(t, tier, v, port, peer);
	if (tier->wiring == VSN_WIRING_SPREAD)
		return spread_neighbour(t, tier, v, port, peer);
	pos = vsn_topo_position(t, tier, v);
	*peer = vsn_topo_at(t, tier, v, port + (port >= pos));
	return true;
}

/**
 * vsn_topo_link_id - id of a link
 * @tier: its tier
 * @child: lower end: an endpoint id, or group * switches + switch of the tier
 *	that is attached; in a direct tier the vertex
 * @plane: plane
 * @sw: switch within plane and group, one that the child has a link to; in a
 *	direct tier the port
 * @lane: lane
 * @down: 0 towards the switch, or direct; 1 from the switch
 *
 * Return: the id.
 */
u32 vsn_topo_link_id(const struct vsn_tier *tier, u32 child, u32 plane, u32 sw,
		     u32 lane, u32 down)
{
	u32 n = (child * tier->planes + plane) * tier->degree;

	if (vsn_tier_direct(tier))
		return tier->link_base + (n + sw) * tier->lanes + lane;
	return tier->link_base +
	       (((n + sw / tier->span) * tier->lanes + lane) << 1 | down);
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

static bool direct_pos(const struct vsn_topo *t, const struct vsn_tier *tier, u32 n,
		       struct vsn_link_pos *pos)
{
	u32 v;

	pos->lane = n % tier->lanes;
	n /= tier->lanes;
	pos->sw = n % tier->degree;
	n /= tier->degree;
	pos->plane = n % tier->planes;
	v = n / tier->planes;
	pos->down = 0;
	if (!vsn_topo_neighbour(t, tier, v, pos->sw, &pos->peer))
		return false;
	pos->group = digits_of(t, tier, v, tier->key);
	pos->child = v + tier->first;
	pos->peer += tier->first;
	return true;
}

static const struct vsn_graph_link *graph_link(const struct vsn_topo *t, u32 net, u32 link)
{
	return &t->networks[net].graph->links[link - t->networks[net].tiers[0].link_base];
}

static void graph_pos(const struct vsn_graph_link *link, struct vsn_link_pos *pos)
{
	pos->child = link->from;
	pos->plane = 0;
	pos->sw = 0;
	pos->lane = link->lane;
	pos->down = 0;
	pos->group = 0;
	pos->peer = link->to;
}

/* Id of the switch at an end of a graph's link, or VSN_NO_SWITCH */
static u32 graph_switch(const struct vsn_tier *tier, u32 end)
{
	return vsn_graph_end_kind(end) ? VSN_NO_SWITCH :
					 tier->switch_base + vsn_graph_end_index(end);
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
	const struct vsn_tier *level;
	u32 n, number;

	if (!tier)
		return false;
	if (tier->kind == VSN_TIER_KIND_GRAPH) {
		graph_pos(graph_link(t, pos->net, link), pos);
		return true;
	}
	n = link - tier->link_base;
	if (vsn_tier_direct(tier))
		return direct_pos(t, tier, n, pos);
	pos->down = n & 1;
	n >>= 1;
	pos->lane = n % tier->lanes;
	n /= tier->lanes;
	pos->sw = n % tier->degree * tier->span;
	n /= tier->degree;
	pos->plane = n % tier->planes;
	pos->child = n / tier->planes;
	pos->peer = 0;
	if (tier->attach == VSN_ATTACH_ENDPOINT) {
		if (!tier->ports[vsn_topo_kind(t, pos->child)].bandwidth)
			return false;
		pos->group = vsn_topo_group(t, tier, pos->child);
		number = tier->span > 1 ? vsn_topo_index(t, tier, pos->child) : 0;
	} else {
		level = &t->networks[pos->net].tiers[tier->level];
		pos->group = digits_of(t, level, pos->child, tier->key);
		number = pos->child % level->switches;
	}
	pos->sw += number % tier->span;
	return true;
}

/**
 * vsn_topo_link_switches - the switches that a link joins
 * @t: a committed topology
 * @link: link id, any number
 * @from: out: id of the switch where it begins; VSN_NO_SWITCH: at an endpoint
 * @to: out: the same for where it ends
 *
 * Return: false when there is no such link.
 */
bool vsn_topo_link_switches(const struct vsn_topo *t, u32 link, u32 *from, u32 *to)
{
	const struct vsn_tier *tier, *level;
	u32 lower = VSN_NO_SWITCH, upper = VSN_NO_SWITCH;
	struct vsn_link_pos pos;

	if (!vsn_topo_link_pos(t, link, &pos))
		return false;
	tier = &t->networks[pos.net].tiers[pos.tier];
	if (tier->kind == VSN_TIER_KIND_GRAPH) {
		*from = graph_switch(tier, pos.child);
		*to = graph_switch(tier, pos.peer);
		return true;
	}
	level = &t->networks[pos.net].tiers[tier->level];
	if (tier->attach == VSN_ATTACH_SWITCH) {
		lower = level->switch_base + pos.child % level->switches +
			(pos.child / level->switches * level->planes + pos.plane) *
				level->switches;
		if (vsn_tier_direct(tier))
			upper = level->switch_base + pos.peer % level->switches +
				(pos.peer / level->switches * level->planes +
				 pos.plane) * level->switches;
	}
	if (!vsn_tier_direct(tier))
		upper = tier->switch_base + pos.sw +
			(pos.group * tier->planes + pos.plane) * tier->switches;
	*from = pos.down ? upper : lower;
	*to = pos.down ? lower : upper;
	return true;
}

/* Id of the endpoint at an end of a graph's link, or VSN_NO_ENDPOINT */
static u32 graph_endpoint(const struct vsn_topo *t, u32 end)
{
	u32 kind = vsn_graph_end_kind(end);

	return kind ? t->kinds[kind].base + vsn_graph_end_index(end) : VSN_NO_ENDPOINT;
}

/**
 * vsn_topo_link_endpoints - the endpoints that a link joins
 * @t: a committed topology
 * @link: link id, any number
 * @from: out: id of the endpoint where it begins; VSN_NO_ENDPOINT: at a switch
 * @to: out: the same for where it ends
 *
 * Return: false when there is no such link.
 */
bool vsn_topo_link_endpoints(const struct vsn_topo *t, u32 link, u32 *from, u32 *to)
{
	u32 lower = VSN_NO_ENDPOINT, upper = VSN_NO_ENDPOINT;
	const struct vsn_tier *tier;
	struct vsn_link_pos pos;

	if (!vsn_topo_link_pos(t, link, &pos))
		return false;
	tier = &t->networks[pos.net].tiers[pos.tier];
	if (tier->kind == VSN_TIER_KIND_GRAPH) {
		lower = graph_endpoint(t, pos.child);
		upper = graph_endpoint(t, pos.peer);
	} else if (tier->attach == VSN_ATTACH_ENDPOINT) {
		lower = pos.child;
		if (vsn_tier_direct(tier))
			upper = pos.peer;
	}
	*from = pos.down ? upper : lower;
	*to = pos.down ? lower : upper;
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
 * What an endpoint that forwards adds is not in here, see struct vsn_path.
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
	*store_forward = tier->forwarding == VSN_FORWARDING_STORE_FORWARD;
	if (tier->kind == VSN_TIER_KIND_GRAPH) {
		const struct vsn_graph *g = t->networks[pos.net].graph;

		*bandwidth = graph_link(t, pos.net, link)->usable;
		*latency = graph_link(t, pos.net, link)->latency;
		if (!vsn_graph_end_kind(pos.peer))
			*latency += g->switches[pos.peer].latency;
		return true;
	}
	port = &tier->ports[tier->attach == VSN_ATTACH_ENDPOINT ?
			    vsn_topo_kind(t, pos.child) : 0];
	*bandwidth = port->usable;
	*latency = port->latency;
	if (!pos.down && !vsn_tier_direct(tier))
		*latency += tier->switch_latency;
	else if (tier->attach == VSN_ATTACH_SWITCH)
		*latency += t->networks[pos.net].tiers[tier->level].switch_latency;
	return true;
}

/**
 * vsn_topo_tier_switches - switches in a tier
 * @net: a network of a committed topology
 * @tier: a tier of it
 *
 * Return: their number, over all planes and groups.
 */
u32 vsn_topo_tier_switches(const struct vsn_network *net, const struct vsn_tier *tier)
{
	if (tier->kind == VSN_TIER_KIND_GRAPH)
		return net->graph->nr_switches;
	return vsn_tier_direct(tier) ? 0 : tier->groups * tier->planes * tier->switches;
}

/* Pairs of neighbours along one coordinate of @size */
static u32 axis_pairs(const struct vsn_tier *tier, u32 size)
{
	return tier->kind == VSN_TIER_KIND_RING && size > 2 ? size : size - 1;
}

/* Directed links of one plane and lane among the vertices of a group */
static u64 direct_links(const struct vsn_topo *t, const struct vsn_tier *tier)
{
	u64 vertices = (u64)tier->children / tier->groups, n = 0;
	u32 i;

	if (tier->wiring == VSN_WIRING_SPREAD)
		return (u64)tier->size * (tier->size - 1);
	if (tier->kind == VSN_TIER_KIND_MESH)
		return vertices * (tier->size - 1);
	for (i = 0; i < t->nr_dims; i++)
		if (tier->coords & (1U << i))
			n += vertices / t->dims[i].size *
			     axis_pairs(tier, t->dims[i].size) * 2;
	return n + vertices / tier->numbers * axis_pairs(tier, tier->numbers) * 2;
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

	if (tier->kind == VSN_TIER_KIND_GRAPH)
		return tier->nr_links;
	if (vsn_tier_direct(tier))
		return tier->groups * direct_links(t, tier) * tier->planes * tier->lanes;
	if (tier->attach == VSN_ATTACH_ENDPOINT) {
		children = 0;
		for (k = 1; k < VSN_NR_KINDS; k++)
			if (tier->ports[k].bandwidth)
				children += t->kinds[k].count;
	}
	return children * tier->planes * tier->degree * tier->lanes * 2;
}
