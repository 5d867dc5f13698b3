// SPDX-License-Identifier: GPL-2.0
/*
 * The plans for a pair: each tier that joins the two, and last the composition of
 * several stacks, each of which resolves the dimensions that it is over.
 */
#include "route_impl.h"

/* Composition of stacks, in place of a tier's index */
#define COMPOSED	VSN_MAX_TIERS

/**
 * struct stage - a part of a composed path, through one stack
 * @base: index of the stack's first tier
 * @mask: dimensions that it resolves
 * @turns: the kind of endpoint changes, too
 */
struct stage {
	u8 base;
	bool turns;
	u32 mask;
};

struct stages {
	u32 nr;
	bool ordered;
	struct stage stage[VSN_MAX_TIERS];
};

static u32 kind_mask(const struct vsn_topo *t, u32 k)
{
	u32 i, mask = 0;

	for (i = 0; i < t->kinds[k].nr_dims; i++)
		mask |= 1U << t->kinds[k].dims[i];
	return mask;
}

/* All dimensions that the stack of a first tier is over; @next: the next stack */
static u32 stack_mask(const struct vsn_network *net, u32 base, u32 *next)
{
	u32 i, mask = net->tiers[base].over;

	for (i = base + 1; i < net->nr_tiers && net->tiers[i].base == base; i++)
		mask |= net->tiers[i].over;
	*next = i;
	return mask;
}

static u32 endpoint_at(const struct vsn_topo *t, u32 k, const u32 *digits)
{
	const struct vsn_kind *kind = &t->kinds[k];
	u32 i, n = 0;

	for (i = 0; i < kind->nr_dims; i++)
		n = n * t->dims[kind->dims[i]].size + digits[kind->dims[i]];
	return kind->base + n;
}

/* The pair that a stage joins, when a path has come to @at. */
static void stage_pair(const struct vsn_topo *t, const struct vsn_pair *whole, u32 at,
		       const struct stage *stage, struct vsn_pair *p)
{
	u32 i, digits[VSN_MAX_DIMS], kind = vsn_topo_kind(t, at);

	vsn_topo_digits(t, at, digits);
	for (i = 0; i < t->nr_dims; i++)
		if (stage->mask & (1U << i))
			digits[i] = whole->to[i];
	vsn_pair_init(t, p, at, endpoint_at(t, stage->turns ? whole->dst_kind : kind,
					    digits));
}

/* The lowest tier of a stack that joins the two, or NULL */
static const struct vsn_tier *stack_join(const struct vsn_topo *t,
					 const struct vsn_network *net, u32 base,
					 const struct vsn_pair *p)
{
	u32 i;

	for (i = base; i < net->nr_tiers && net->tiers[i].base == base; i++)
		if (vsn_stack_joins(t, net, &net->tiers[i], p))
			return &net->tiers[i];
	return NULL;
}

static bool has_port(const struct vsn_network *net, u32 base, u32 kind)
{
	return net->tiers[base].ports[kind].bandwidth;
}

/* The first stack that joins endpoints of the two kinds, where these differ */
static bool find_turn(const struct vsn_topo *t, const struct vsn_network *net,
		      const struct vsn_pair *p, struct stage *turn)
{
	u32 need = kind_mask(t, p->src_kind) ^ kind_mask(t, p->dst_kind);
	u32 base, next, mask;

	for (base = 0; base < net->nr_tiers; base = next) {
		mask = stack_mask(net, base, &next);
		if (need & ~mask || !has_port(net, base, p->src_kind) ||
		    !has_port(net, base, p->dst_kind))
			continue;
		*turn = (struct stage) { .base = base, .turns = true, .mask = mask };
		return true;
	}
	return false;
}

/*
 * Endpoints that differ in kind too: what the source's kind has links for comes
 * before the kind changes, the rest after it.
 */
static u32 plan_turn(const struct vsn_topo *t, const struct vsn_network *net,
		     const struct vsn_pair *p, struct stages *s)
{
	u32 base, next, rest, mask, after;
	struct stage turn;

	if (!find_turn(t, net, p, &turn))
		return p->diff;
	for (after = 0; after < 2; after++) {
		rest = p->diff & ~turn.mask;
		for (base = 0; base < net->nr_tiers; base = next) {
			bool before = has_port(net, base, p->src_kind);

			mask = stack_mask(net, base, &next) & rest;
			if (!mask || base == turn.base)
				continue;
			rest &= ~mask;
			if (before != after)
				s->stage[s->nr++] = (struct stage) {
					.base = base, .mask = mask };
		}
		if (!after)
			s->stage[s->nr++] = turn;
	}
	s->ordered = true;
	return rest;
}

/* Which stacks resolve what; false where no composition joins the two. */
static bool plan_stages(const struct vsn_topo *t, const struct vsn_network *net,
			const struct vsn_pair *p, struct stages *s)
{
	u32 base, next, mask, rest = p->diff, at = p->src, i;
	struct vsn_pair part;

	s->nr = 0;
	s->ordered = false;
	if (p->src_kind != p->dst_kind) {
		rest = plan_turn(t, net, p, s);
	} else {
		for (base = 0; base < net->nr_tiers; base = next) {
			mask = stack_mask(net, base, &next) & rest;
			if (!mask || !has_port(net, base, p->src_kind))
				continue;
			s->stage[s->nr++] = (struct stage) { .base = base, .mask = mask };
			rest &= ~mask;
		}
	}
	if (rest || s->nr < 2)
		return false;
	for (i = 0; i < s->nr; i++) {
		stage_pair(t, p, at, &s->stage[i], &part);
		if (!stack_join(t, net, s->stage[i].base, &part))
			return false;
		at = part.dst;
	}
	return true;
}

static void walk_stages(struct vsn_walk *w, const struct vsn_pair *p, struct stages *s)
{
	u32 i, pick, orders = 1, order, at = p->src;
	const struct vsn_tier *top;
	struct vsn_pair part;
	struct stage stage;

	for (i = 2; i <= s->nr && !s->ordered; i++)
		orders *= i;
	order = vsn_walk_choose(w, orders, VSN_CHOOSE_ORDER);
	for (i = 0; i < s->nr; i++) {
		pick = i;
		if (!s->ordered) {
			pick += order % (s->nr - i);
			order /= s->nr - i;
		}
		/* Take it out; the others keep their order. */
		stage = s->stage[pick];
		for (; pick > i; pick--)
			s->stage[pick] = s->stage[pick - 1];
		s->stage[i] = stage;
		stage_pair(w->t, p, at, &stage, &part);
		top = stack_join(w->t, w->net, stage.base, &part);
		if (!top) {
			w->bad = true;
			return;
		}
		vsn_stack_walk(w, top, &part);
		at = part.dst;
	}
}

/* The plan after another one, which is -1 at first */
u32 vsn_plan_next(const struct vsn_topo *t, const struct vsn_network *net,
		  const struct vsn_pair *p, u32 plan)
{
	struct stages stages;

	for (plan++; plan < net->nr_tiers; plan++)
		if (vsn_stack_joins(t, net, &net->tiers[plan], p))
			return plan;
	if (plan <= COMPOSED && plan_stages(t, net, p, &stages))
		return COMPOSED;
	return VSN_NO_PLAN;
}

u32 vsn_plan_first(const struct vsn_topo *t, const struct vsn_network *net,
		   const struct vsn_pair *p)
{
	return vsn_plan_next(t, net, p, U32_MAX);
}

/* The same, leaving out the upper tiers of a stack whose lower one joins the two */
u32 vsn_plan_next_stack(const struct vsn_topo *t, const struct vsn_network *net,
			const struct vsn_pair *p, u32 plan)
{
	u32 base = plan < COMPOSED ? net->tiers[plan].base : U32_MAX;

	do {
		plan = plan < COMPOSED ? vsn_plan_next(t, net, p, plan) : VSN_NO_PLAN;
	} while (plan < COMPOSED && net->tiers[plan].base == base);
	return plan;
}

void vsn_plan_walk(struct vsn_walk *w, const struct vsn_pair *p, u32 plan)
{
	struct stages stages;

	w->bad = false;
	w->started = false;
	w->count = 1;
	w->number = 0;
	w->dst = p->dst;
	if (w->path)
		w->path->nr_hops = w->start;
	if (plan < COMPOSED)
		vsn_stack_walk(w, &w->net->tiers[plan], p);
	else if (plan_stages(w->t, w->net, p, &stages))
		walk_stages(w, p, &stages);
	else
		w->bad = true;
}

/* Number of candidates of a plan */
u64 vsn_plan_count(const struct vsn_walk *from, const struct vsn_pair *p, u32 plan)
{
	struct vsn_walk w = *from;

	w.path = NULL;
	w.mode = VSN_WALK_NUMBER;
	w.n = 0;
	vsn_plan_walk(&w, p, plan);
	return w.count;
}

/* Planes that take turns evenly in every part of a composed path */
static u32 stage_planes(const struct vsn_network *net, const struct stages *s)
{
	u32 i, most = 1, all = 1;

	for (i = 0; i < s->nr; i++) {
		u32 planes = net->tiers[s->stage[i].base].planes, n = all;

		most = vsn_max(most, planes);
		while (n % planes)
			n += all;
		all = n;
		if (all > VSN_MAX_SPREAD)
			all = VSN_MAX_SPREAD + 1;
	}
	return all > VSN_MAX_SPREAD ? most : all;
}

u32 vsn_plan_planes(const struct vsn_topo *t, const struct vsn_network *net,
		    const struct vsn_pair *p, u32 plan)
{
	struct stages stages;

	if (plan < COMPOSED)
		return net->tiers[plan].planes;
	plan_stages(t, net, p, &stages);
	return stage_planes(net, &stages);
}
