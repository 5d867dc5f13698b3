// SPDX-License-Identifier: GPL-2.0
/*
 * Ways through one stack of tiers.
 *
 * A direct tier of endpoints is a stack of its own.  Otherwise a path climbs to
 * the lowest tier where source and destination share a group, crosses there, if
 * that is a direct tier, and comes down again.
 *
 * Choices are made bottom up: plane, then for each tier climbed the switch and the
 * lane.  The way down takes the same ones as the way up, where wiring allows it;
 * what else it could take is counted in digits of their own, which come last.
 */
#include "route_impl.h"

/**
 * struct climb - the switches that a path goes by
 * @nr: number of tiers of switches
 * @tier: these tiers, lowest first
 * @up: switches on the way up
 * @down: switches on the way down
 * @lane: lanes on the way up
 * @back: lanes on the way down
 */
struct climb {
	u32 nr;
	const struct vsn_tier *tier[VSN_MAX_TIERS];
	u32 up[VSN_MAX_TIERS];
	u32 down[VSN_MAX_TIERS];
	u32 lane[VSN_MAX_TIERS];
	u32 back[VSN_MAX_TIERS];
};

void vsn_pair_init(const struct vsn_topo *t, struct vsn_pair *p, u32 src, u32 dst)
{
	u32 i;

	p->src = src;
	p->dst = dst;
	p->src_kind = vsn_topo_kind(t, src);
	p->dst_kind = vsn_topo_kind(t, dst);
	vsn_topo_digits(t, src, p->from);
	vsn_topo_digits(t, dst, p->to);
	p->diff = 0;
	for (i = 0; i < t->nr_dims; i++)
		if (p->from[i] != p->to[i])
			p->diff |= 1U << i;
}

bool vsn_stack_joins(const struct vsn_topo *t, const struct vsn_network *net,
		     const struct vsn_tier *tier, const struct vsn_pair *p)
{
	const struct vsn_tier *base = &net->tiers[tier->base];

	if (tier->key & p->diff || !base->ports[p->src_kind].bandwidth ||
	    !base->ports[p->dst_kind].bandwidth)
		return false;
	return tier->modulus == 1 || tier->fixes ||
	       vsn_topo_index(t, base, p->src) % tier->modulus ==
	       vsn_topo_index(t, base, p->dst) % tier->modulus;
}

/* Vertex of a switch of the group that the digits are in */
static u32 vertex(const struct vsn_topo *t, const struct vsn_tier *tier,
		  const u32 *digits, u32 sw)
{
	u32 i;

	for (i = 0; i < t->nr_dims; i++)
		if (tier->key & (1U << i))
			sw += digits[i] * tier->stride[i];
	return sw;
}

static void walk_endpoints(struct vsn_walk *w, const struct vsn_tier *tier,
			   const struct vsn_pair *p)
{
	u32 plane = vsn_walk_choose(w, tier->planes, VSN_CHOOSE_PLANE);
	u32 lane = vsn_walk_choose(w, tier->lanes, VSN_CHOOSE_WAY);
	u32 i = w->path ? w->path->nr_hops : 0;
	u8 via = tier - w->net->tiers + 1;

	vsn_direct_walk(w, tier, plane, lane, p->src - tier->first, p->dst - tier->first);
	if (!w->path)
		return;
	/* Where another stack ends it forwards into this one. */
	if (i && !w->path->via[i - 1])
		w->path->via[i - 1] = via;
	for (; i < w->path->nr_hops; i++)
		w->path->via[i] = via;
}

static void climb_init(struct climb *c, const struct vsn_tier *base,
		       const struct vsn_tier *top)
{
	c->nr = 0;
	for (; base <= top; base++)
		if (!vsn_tier_direct(base))
			c->tier[c->nr++] = base;
}

static void choose_up(struct vsn_walk *w, struct climb *c, u32 number)
{
	u32 i;

	for (i = 0; i < c->nr; i++) {
		const struct vsn_tier *tier = c->tier[i];
		u32 slot = vsn_walk_choose(w, tier->degree, VSN_CHOOSE_WAY);

		number = slot * tier->span + number % tier->span;
		c->up[i] = number;
		c->lane[i] = vsn_walk_choose(w, tier->lanes, VSN_CHOOSE_WAY);
	}
}

/*
 * A switch of tier @i that has a link to switch @upper of the tier above, and a
 * way down to the endpoint whose number is @number; @prefer, if it is one.
 */
static u32 choose_lower(struct vsn_walk *w, const struct climb *c, u32 i, u32 upper,
			u32 number, u32 prefer, enum vsn_choice what)
{
	u32 modulus = c->tier[i]->modulus, span = c->tier[i + 1]->span;
	u32 switches = c->tier[i]->switches, step = span, sw = prefer;

	/* The least common multiple: both divide @switches. */
	while (step % modulus)
		step += span;
	if (sw % span != upper % span || sw % modulus != number % modulus)
		for (sw = upper % span; sw % modulus != number % modulus; )
			sw += span;
	return (sw + vsn_walk_choose(w, switches / step, what) * step) % switches;
}

/* Up to a given switch of the uppermost tier */
static void choose_up_to(struct vsn_walk *w, struct climb *c, u32 number, u32 sw)
{
	u32 i = c->nr - 1;

	c->up[i] = sw;
	c->lane[i] = vsn_walk_choose(w, c->tier[i]->lanes, VSN_CHOOSE_WAY);
	while (i--) {
		c->up[i] = choose_lower(w, c, i, c->up[i + 1], number, 0,
					VSN_CHOOSE_WAY);
		c->lane[i] = vsn_walk_choose(w, c->tier[i]->lanes, VSN_CHOOSE_WAY);
	}
}

/* Down from the switch of the uppermost tier, which is chosen */
static void choose_down(struct vsn_walk *w, struct climb *c, u32 number)
{
	u32 i;

	for (i = c->nr - 1; i-- > 0; )
		c->down[i] = choose_lower(w, c, i, c->down[i + 1], number, c->up[i],
					  VSN_CHOOSE_OTHER);
	for (i = 0; i < c->nr; i++) {
		u32 lanes = c->tier[i]->lanes;

		c->back[i] = (c->lane[i] + vsn_walk_choose(w, lanes, VSN_CHOOSE_OTHER)) %
			     lanes;
	}
}

static void walk_up(struct vsn_walk *w, const struct climb *c, u32 plane,
		    const struct vsn_pair *p)
{
	u32 i;

	for (i = 0; i < c->nr; i++)
		vsn_walk_hop(w, vsn_topo_link_id(c->tier[i], i ?
			     vertex(w->t, c->tier[i - 1], p->from, c->up[i - 1]) : p->src,
			     plane, c->up[i], c->lane[i], 0));
}

static void walk_down(struct vsn_walk *w, const struct climb *c, u32 plane,
		      const struct vsn_pair *p)
{
	u32 i;

	for (i = c->nr; i-- > 0; )
		vsn_walk_hop(w, vsn_topo_link_id(c->tier[i], i ?
			     vertex(w->t, c->tier[i - 1], p->to, c->down[i - 1]) : p->dst,
			     plane, c->down[i], c->back[i], 1));
}

/* Choose where to enter and to leave the direct tiers up to @top. */
static void choose_crossing(struct vsn_walk *w, struct climb *c, const struct vsn_tier *top,
			    const struct vsn_pair *p, u32 src, u32 dst, u32 *block)
{
	const struct vsn_tier *level = c->tier[c->nr - 1];
	u32 from = vertex(w->t, level, p->from, 0), to = vertex(w->t, level, p->to, 0);
	u32 switches = level->switches, modulus = level->modulus, sw;

	*block = vsn_direct_block(w, top, from, to);
	if (vsn_direct_gate(w, top, from, to, *block, &sw) &&
	    sw % modulus == src % modulus)
		choose_up_to(w, c, src, sw);
	else
		choose_up(w, c, src);
	/* The way back leaves by the same link, in the other direction. */
	if (!vsn_direct_gate(w, top, to, from, *block ==
			     vsn_topo_position(w->t, top, from) ?
			     vsn_topo_position(w->t, top, to) : *block, &sw) ||
	    sw % modulus != dst % modulus) {
		sw = c->up[c->nr - 1];
		if (sw % modulus != dst % modulus)
			sw = dst % modulus;
	}
	if (top->kind == VSN_TIER_KIND_MESH && top->wiring == VSN_WIRING_FULL)
		sw += modulus * vsn_walk_choose(w, switches / modulus, VSN_CHOOSE_OTHER);
	c->down[c->nr - 1] = sw % switches;
}

void vsn_stack_walk(struct vsn_walk *w, const struct vsn_tier *top,
		    const struct vsn_pair *p)
{
	const struct vsn_tier *base = &w->net->tiers[top->base], *level;
	u32 plane, src = 0, dst = 0, block = 0;
	struct climb c;

	if (vsn_tier_direct(base)) {
		walk_endpoints(w, base, p);
		return;
	}
	climb_init(&c, base, top);
	level = c.tier[c.nr - 1];
	plane = vsn_walk_choose(w, base->planes, VSN_CHOOSE_PLANE);
	if (base->span > 1) {
		src = vsn_topo_index(w->t, base, p->src);
		dst = vsn_topo_index(w->t, base, p->dst);
	}
	if (vsn_tier_direct(top)) {
		choose_crossing(w, &c, top, p, src, dst, &block);
	} else {
		choose_up(w, &c, src);
		c.down[c.nr - 1] = c.up[c.nr - 1];
	}
	choose_down(w, &c, dst);
	walk_up(w, &c, plane, p);
	if (vsn_tier_direct(top))
		vsn_direct_cross(w, top, plane,
				 vertex(w->t, level, p->from, c.up[c.nr - 1]),
				 vertex(w->t, level, p->to, c.down[c.nr - 1]), block);
	walk_down(w, &c, plane, p);
}
