// SPDX-License-Identifier: GPL-2.0
/*
 * Topology: endpoints, groups, and all names.  Links and switches: topo_links.c.
 * Validation: topo_check.c, topo_tier.c.
 */
#include "graph.h"

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
 * vsn_topo_endpoint_parse - what a name means
 * @t: a topology, committed or not
 * @name: like "b3.npu5.d1"
 * @kind: out: enum vsn_endpoint_kind
 * @index: out: number within the kind
 *
 * Return: whether there is such an endpoint.
 */
bool vsn_topo_endpoint_parse(const struct vsn_topo *t, const char *name, u32 *kind,
			     u32 *index)
{
	u32 k, i;

	for (k = 1; k < VSN_NR_KINDS; k++) {
		const struct vsn_kind *this = &t->kinds[k];
		const char *s = name;
		u32 digit;
		u64 n = 0;

		for (i = 0; i < this->nr_dims && n < VSN_MAX_ENDPOINTS; i++) {
			if (i && *s++ != '.')
				break;
			if (!parse_digit(&s, &t->dims[this->dims[i]], &digit))
				break;
			n = n * t->dims[this->dims[i]].size + digit;
		}
		if (this->nr_dims && i == this->nr_dims && !*s && n < VSN_MAX_ENDPOINTS) {
			*kind = k;
			*index = n;
			return true;
		}
	}
	return false;
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
	u32 kind, index;

	if (!vsn_topo_endpoint_parse(t, name, &kind, &index))
		return -ENOENT;
	return t->kinds[kind].base + index;
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

/* A lower end of a link: an endpoint, or a switch of the tier that is attached */
static int child_name(const struct vsn_topo *t, u32 net, const struct vsn_tier *tier,
		      u32 child, u32 plane, char *buf, size_t size)
{
	const struct vsn_tier *level = &t->networks[net].tiers[tier->level];

	if (tier->attach == VSN_ATTACH_ENDPOINT)
		return vsn_topo_endpoint_name(t, child, buf, size);
	return switch_name(t, net, level, child / level->switches, plane,
			   child % level->switches, buf, size);
}

/* "ENDPOINT" or "NETWORK.SWITCH" */
static int graph_end_name(const struct vsn_topo *t, u32 net, u32 end, char *buf, size_t size)
{
	int n = 0;

	if (!vsn_graph_end_kind(end))
		n = scnprintf(buf, size, "%s.", t->networks[net].name);
	return n + vsn_graph_end_name(t, t->networks[net].graph, end, buf + n, size - n);
}

static int graph_link_name(const struct vsn_topo *t, u32 link,
			   const struct vsn_link_pos *pos, char *buf, size_t size)
{
	const struct vsn_network *net = &t->networks[pos->net];
	u32 lanes = net->graph->links[link - net->tiers[0].link_base].lanes;
	int n;

	n = graph_end_name(t, pos->net, pos->child, buf, size);
	n += scnprintf(buf + n, size - n, ">");
	n += graph_end_name(t, pos->net, pos->peer, buf + n, size - n);
	/* Switches bear the network's name. */
	if (vsn_graph_end_kind(pos->child) && vsn_graph_end_kind(pos->peer))
		n += scnprintf(buf + n, size - n, "@%s", net->name);
	if (lanes > 1)
		n += scnprintf(buf + n, size - n, "/%u", pos->lane);
	return n;
}

/**
 * vsn_topo_link_name - write a link's name, FROM>TO
 * @t: a committed topology
 * @link: link id, any number
 * @buf: where to
 * @size: room
 *
 * The link of a direct tier ends in "@NETWORK.TIER", and in ".pPLANE" where its
 * ends do not tell; that of a graph in "@NETWORK" where both ends are endpoints; a lane
 * is added as "/LANE" where the pair has several.
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
	if (tier->kind == VSN_TIER_KIND_GRAPH)
		return graph_link_name(t, link, &pos, buf, size);
	for (end = 0; end < 2; end++) {
		if (end)
			n += scnprintf(buf + n, size - n, ">");
		if (vsn_tier_direct(tier))
			n += child_name(t, pos.net, tier, end ? pos.peer : pos.child,
					pos.plane, buf + n, size - n);
		else if (end != pos.down)
			n += switch_name(t, pos.net, tier, pos.group, pos.plane,
					 pos.sw, buf + n, size - n);
		else
			n += child_name(t, pos.net, tier, pos.child, pos.plane,
					buf + n, size - n);
	}
	if (vsn_tier_direct(tier))
		n += scnprintf(buf + n, size - n, "@%s.%s", t->networks[pos.net].name,
			       tier->name);
	if (vsn_tier_direct(tier) && tier->attach == VSN_ATTACH_ENDPOINT &&
	    tier->planes > 1)
		n += scnprintf(buf + n, size - n, ".p%u", pos.plane);
	if (tier->lanes > 1)
		n += scnprintf(buf + n, size - n, "/%u", pos.lane);
	return n;
}

static const struct vsn_tier *switch_tier(const struct vsn_topo *t, u32 sw, u32 *net)
{
	u32 n, i;

	for (n = 0; n < t->nr_networks; n++) {
		for (i = 0; i < t->networks[n].nr_tiers; i++) {
			const struct vsn_tier *tier = &t->networks[n].tiers[i];

			if (sw - tier->switch_base <
			    vsn_topo_tier_switches(&t->networks[n], tier)) {
				*net = n;
				return tier;
			}
		}
	}
	return NULL;
}

/**
 * vsn_topo_switch_name - write a switch's name, like "ub.l1.b3.p2", or "net.sw" in
 *	a graph
 * @t: a committed topology
 * @sw: switch id, any number
 * @buf: where to
 * @size: room
 *
 * Return: length, or -ENOENT when there is no such switch.
 */
int vsn_topo_switch_name(const struct vsn_topo *t, u32 sw, char *buf, size_t size)
{
	const struct vsn_tier *tier;
	u32 net, n;

	tier = switch_tier(t, sw, &net);
	if (!tier)
		return -ENOENT;
	if (tier->kind == VSN_TIER_KIND_GRAPH)
		return graph_end_name(t, net, vsn_graph_end(0, sw - tier->switch_base), buf,
				      size);
	n = (sw - tier->switch_base) / tier->switches;
	return switch_name(t, net, tier, n / tier->planes, n % tier->planes,
			   (sw - tier->switch_base) % tier->switches, buf, size);
}

static const char *skip_word(const char *s, const char *word)
{
	size_t len = strlen(word);

	return s && !strncmp(s, word, len) && s[len] == '.' ? s + len + 1 : NULL;
}

/* ".PREFIX DIGIT" */
static bool parse_part(const char **s, const char *prefix, u32 size, u32 *digit)
{
	struct vsn_dim dim = { .size = size };

	scnprintf(dim.prefix, sizeof(dim.prefix), "%s", prefix);
	if (!parse_digit(s, &dim, digit))
		return false;
	if (**s == '.')
		(*s)++;
	else if (**s)
		return false;
	return true;
}

static bool parse_switch(const struct vsn_topo *t, const struct vsn_tier *tier,
			 const char *s, u32 *sw)
{
	u32 i, digit, plane, n = 0;

	for (i = 0; i < t->nr_dims; i++) {
		if (!(tier->key & (1U << i)))
			continue;
		if (!parse_part(&s, t->dims[i].prefix, t->dims[i].size, &digit))
			return false;
		n = n * t->dims[i].size + digit;
	}
	if (!parse_part(&s, "p", tier->planes, &plane))
		return false;
	digit = 0;
	if (tier->switches > 1 && !parse_part(&s, "s", tier->switches, &digit))
		return false;
	*sw = tier->switch_base + (n * tier->planes + plane) * tier->switches + digit;
	return !*s && s[-1] != '.';
}

/**
 * vsn_topo_switch_find - switch of a name
 * @t: a committed topology
 * @name: as vsn_topo_switch_name() writes it
 *
 * Return: switch id, or -ENOENT.
 */
int vsn_topo_switch_find(const struct vsn_topo *t, const char *name)
{
	u32 n, i, sw;

	for (n = 0; n < t->nr_networks; n++) {
		const struct vsn_network *net = &t->networks[n];

		if (net->tiers[0].kind == VSN_TIER_KIND_GRAPH) {
			const char *s = skip_word(name, net->name);

			sw = s ? vsn_graph_find_switch(net->graph, s) : VSN_NO_SWITCH;
			if (sw != VSN_NO_SWITCH)
				return net->tiers[0].switch_base + sw;
			continue;
		}
		for (i = 0; i < net->nr_tiers; i++) {
			const char *s = skip_word(skip_word(name, net->name),
						  net->tiers[i].name);

			if (s && !vsn_tier_direct(&net->tiers[i]) &&
			    parse_switch(t, &net->tiers[i], s, &sw))
				return sw;
		}
	}
	return -ENOENT;
}

/**
 * vsn_topo_free - give back what a topology has of memory: its graphs
 * @t: the topology, committed or not; copies of it are of no use any more
 */
void vsn_topo_free(struct vsn_topo *t)
{
	u32 n;

	for (n = 0; n < t->nr_networks; n++) {
		vsn_graph_free(t->networks[n].graph);
		t->networks[n].graph = NULL;
	}
}
