// SPDX-License-Identifier: GPL-2.0
/*
 * Choosing the homes of a region.
 *
 *	home		one: of those that match, the nearest with room
 *	interleave	all that match
 *	local		one: the endpoint that it shall be near to, and no other
 *	spread		so many: of those that match, the ones with the least allocated bytes
 *			that have room, of these the nearest
 *
 * Ties go to the lower id, and homes are in the order of their ids, so the choice follows
 * from what is asked for and what is allocated.  Distance is the latency of the first
 * path, as if all links were up: what is broken now may be up when the region is used.
 */
#include "place.h"
#include "place_choose.h"
#include "route.h"

/**
 * vsn_choice_check - does it make sense?
 * @c: its policy, kind, dimensions and digits are valid; so is @c->near, if given
 * @diag: why not; begins with the field that is meant
 *
 * Return: 0 or -EINVAL.
 */
int vsn_choice_check(const struct vsn_choice *c, struct vsn_diag *diag)
{
	bool matching = c->policy != VSN_PLACEMENT_LOCAL && c->policy != VSN_PLACEMENT_LIST;
	bool near = c->policy == VSN_PLACEMENT_HOME || c->policy == VSN_PLACEMENT_LOCAL;
	bool spread = c->policy == VSN_PLACEMENT_SPREAD;

	if (c->kind && !matching)
		return vsn_refuse(diag, -EINVAL, "kind: this policy does not choose by it");
	if (c->nr_where && !matching)
		return vsn_refuse(diag, -EINVAL, "where: this policy does not choose by it");
	if (c->near != VSN_NOWHERE && !near && !spread)
		return vsn_refuse(diag, -EINVAL, "near: this policy does not choose by it");
	if (c->count && !spread)
		return vsn_refuse(diag, -EINVAL, "count: only policy spread takes it");
	if (near && c->near == VSN_NOWHERE)
		return vsn_refuse(diag, -EINVAL, "near is missing");
	if (spread && !c->count)
		return vsn_refuse(diag, -EINVAL, "count is missing");
	return 0;
}

static bool kind_has(const struct vsn_kind *kind, u32 dim)
{
	u32 i;

	for (i = 0; i < kind->nr_dims; i++)
		if (kind->dims[i] == dim)
			return true;
	return false;
}

/**
 * vsn_choice_matches - may this endpoint be chosen?
 * @t: a committed topology
 * @c: a valid choice
 * @ep: endpoint id
 *
 * Return: true if it is of the kind, and where it should be.
 */
bool vsn_choice_matches(const struct vsn_topo *t, const struct vsn_choice *c, u32 ep)
{
	u32 kind = vsn_topo_kind(t, ep), i, digits[VSN_MAX_DIMS];
	u32 named = 0, met = 0;

	if (c->kind && kind != c->kind)
		return false;
	if (!c->nr_where)
		return true;
	vsn_topo_digits(t, ep, digits);
	for (i = 0; i < c->nr_where; i++) {
		u32 dim = c->where[i].dim;

		if (!kind_has(&t->kinds[kind], dim))
			return false;
		named |= 1U << dim;
		if (digits[dim] == c->where[i].digit)
			met |= 1U << dim;
	}
	return named == met;
}

/**
 * vsn_place_distance - how far is one endpoint from another?
 * @t: a committed topology
 * @from: endpoint id
 * @to: endpoint id
 * @ps: out: latency of the first path
 *
 * Return: 0, or -EHOSTUNREACH no network joins them.
 */
int vsn_place_distance(const struct vsn_topo *t, u32 from, u32 to, u64 *ps)
{
	struct vsn_path path;
	int net;

	*ps = 0;
	if (from == to)
		return 0;
	net = vsn_route_find(t, VSN_NET_ANY, from, to, 0, 0, &path);
	if (net < 0)
		return net;
	*ps = vsn_route_latency(t, &path);
	return 0;
}

/* An endpoint that matches */
struct candidate {
	u32 ep;
	u64 distance;
	u64 allocated;
};

static bool less_used(const struct candidate *a, const struct candidate *b)
{
	if (a->allocated != b->allocated)
		return a->allocated < b->allocated;
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->ep < b->ep;
}

static bool lower_id(const struct candidate *a, const struct candidate *b)
{
	return a->ep < b->ep;
}

/* Let the i-th sink among the first @nr, the greatest at the top. */
static void sink(struct candidate *list, u32 i, u32 nr,
		 bool (*before)(const struct candidate *, const struct candidate *))
{
	struct candidate one = list[i];
	u32 child;

	for (; (child = 2 * i + 1) < nr; i = child) {
		if (child + 1 < nr && before(&list[child], &list[child + 1]))
			child++;
		if (!before(&one, &list[child]))
			break;
		list[i] = list[child];
	}
	list[i] = one;
}

/* In place, and without recursion */
static void sort(struct candidate *list, u32 nr,
		 bool (*before)(const struct candidate *, const struct candidate *))
{
	struct candidate last;
	u32 i;

	for (i = nr / 2; i-- > 0; )
		sink(list, i, nr, before);
	while (nr > 1) {
		last = list[--nr];
		list[nr] = list[0];
		list[0] = last;
		sink(list, 0, nr, before);
	}
}

/* Ids of which those of a kind, or all, are. */
static void range_of(const struct vsn_topo *t, const struct vsn_choice *c, u32 *first,
		     u32 *end)
{
	*first = c->kind ? t->kinds[c->kind].base : 0;
	*end = c->kind ? *first + t->kinds[c->kind].count : t->nr_endpoints;
}

static bool candidate(const struct vsn_topo *t, const struct vsn_choice *c,
		      const struct vsn_room *room, u32 ep)
{
	return vsn_choice_matches(t, c, ep) && room->may(room->ctx, ep);
}

static u32 count_matching(const struct vsn_topo *t, const struct vsn_choice *c,
			  const struct vsn_room *room)
{
	u32 ep, end, nr = 0;

	range_of(t, c, &ep, &end);
	for (; ep < end; ep++)
		nr += candidate(t, c, room, ep);
	return nr;
}

static int choose_home(const struct vsn_topo *t, const struct vsn_choice *c, u64 size,
		       const struct vsn_room *room, u32 *home, struct vsn_diag *diag)
{
	u32 ep, end, reached = 0, matched = 0;
	u64 distance, nearest = 0;
	int err;

	*home = VSN_NOWHERE;
	range_of(t, c, &ep, &end);
	for (; ep < end; ep++) {
		if (!candidate(t, c, room, ep))
			continue;
		matched++;
		err = room->distance(room->ctx, c->near, ep, &distance);
		if (err == -EHOSTUNREACH)
			continue;
		if (err)
			return vsn_refuse(diag, err, "near: no path to endpoint %u (error %d)",
					  ep, -err);
		reached++;
		if (*home != VSN_NOWHERE && distance >= nearest)
			continue;
		if (!room->fits(room->ctx, ep, size))
			continue;
		*home = ep;
		nearest = distance;
	}
	if (*home != VSN_NOWHERE)
		return 0;
	if (matched && !reached)
		return vsn_refuse(diag, -EHOSTUNREACH,
				  "near: no network joins it with any of the %u endpoints that match",
				  matched);
	return vsn_refuse(diag, -ENOSPC,
			  "size %llu: none of the %u endpoints that match has room for it",
			  (unsigned long long)size, matched);
}

/* Those that match, and have room for the largest share. */
static int gather(const struct vsn_topo *t, const struct vsn_choice *c, u64 share,
		  const struct vsn_room *room, struct candidate *list, u32 *nr,
		  struct vsn_diag *diag)
{
	struct candidate one;
	u32 ep, end;
	int err;

	*nr = 0;
	range_of(t, c, &ep, &end);
	for (; ep < end; ep++) {
		if (!candidate(t, c, room, ep) || !room->fits(room->ctx, ep, share))
			continue;
		one = (struct candidate) { .ep = ep };
		if (c->near != VSN_NOWHERE) {
			err = room->distance(room->ctx, c->near, ep, &one.distance);
			if (err == -EHOSTUNREACH)
				continue;
			if (err)
				return vsn_refuse(diag, err,
						  "near: no path to endpoint %u (error %d)",
						  ep, -err);
		}
		one.allocated = room->allocated(room->ctx, ep);
		list[(*nr)++] = one;
	}
	return 0;
}

static int choose_spread(const struct vsn_topo *t, const struct vsn_choice *c, u64 size,
			 u64 granule, const struct vsn_room *room,
			 const struct vsn_mem *mem, u32 matched, u32 *homes,
			 struct vsn_diag *diag)
{
	u32 shift = c->count > 1 ? __builtin_ctzll(granule) : 0;
	u64 share = vsn_place_share(size, shift, c->count, 0);
	struct candidate *list;
	u32 nr, i;
	int err;

	list = mem->alloc(mem->ctx, matched * sizeof(*list));
	if (!list)
		return vsn_refuse(diag, -ENOMEM, "no memory to choose homes");
	err = gather(t, c, share, room, list, &nr, diag);
	if (!err && nr < c->count)
		err = vsn_refuse(diag, -ENOSPC,
				 "count %u: %u of %u endpoints that match have room for %llu bytes",
				 c->count, nr, matched, (unsigned long long)share);
	if (!err) {
		sort(list, nr, less_used);
		sort(list, c->count, lower_id);
		for (i = 0; i < c->count; i++)
			homes[i] = list[i].ep;
	}
	mem->free(mem->ctx, list, matched * sizeof(*list));
	return err;
}

static void choose_all(const struct vsn_topo *t, const struct vsn_choice *c,
		       const struct vsn_room *room, u32 *homes)
{
	u32 ep, end, n = 0;

	range_of(t, c, &ep, &end);
	for (; ep < end; ep++)
		if (candidate(t, c, room, ep))
			homes[n++] = ep;
}

/* How many homes it will be; @matched: out: endpoints that match */
static int count_homes(const struct vsn_topo *t, const struct vsn_choice *c,
		       const struct vsn_room *room, u32 *matched, u32 *nr,
		       struct vsn_diag *diag)
{
	*nr = 1;
	*matched = 1;
	if (c->policy == VSN_PLACEMENT_LOCAL)
		return 0;
	*matched = count_matching(t, c, room);
	if (!*matched)
		return vsn_refuse(diag, -ENOENT, "policy: no endpoint matches");
	if (c->policy == VSN_PLACEMENT_INTERLEAVE)
		*nr = *matched;
	if (c->policy == VSN_PLACEMENT_SPREAD)
		*nr = c->count;
	if (*nr > *matched)
		return vsn_refuse(diag, -EINVAL, "count %u: no more than %u endpoints match",
				  *nr, *matched);
	return 0;
}

/**
 * vsn_place_choose - choose the homes of a region
 * @t: a committed topology
 * @c: passed vsn_choice_check(); not VSN_PLACEMENT_LIST
 * @size: of the region, bytes
 * @granule: interleaving granule, bytes
 * @room: what is known of endpoints
 * @mem: memory
 * @homes: out: their ids, an array from @mem of @nr_homes
 * @nr_homes: out: how many
 * @diag: why not; begins with the field that is meant
 *
 * An endpoint of "interleave" or "local" may have no room: who takes it finds out.
 *
 * Return: 0; -EINVAL size, granule or count; -ENOENT nothing matches; -EHOSTUNREACH what
 * does cannot be reached; -ENOSPC; -ENOMEM; or what @room->distance() returned.
 */
int vsn_place_choose(const struct vsn_topo *t, const struct vsn_choice *c, u64 size,
		     u64 granule, const struct vsn_room *room, const struct vsn_mem *mem,
		     u32 **homes, u32 *nr_homes, struct vsn_diag *diag)
{
	static const u32 some[2];
	u32 matched;
	int err;

	err = count_homes(t, c, room, &matched, nr_homes, diag);
	if (err)
		return err;
	/* Shares depend on these two. */
	err = vsn_place_check(size, some, *nr_homes > 1 ? 2 : 1, granule, t->nr_endpoints,
			      diag);
	if (err)
		return err;
	*homes = mem->alloc(mem->ctx, *nr_homes * sizeof(**homes));
	if (!*homes)
		return vsn_refuse(diag, -ENOMEM, "no memory to choose homes");
	switch (c->policy) {
	case VSN_PLACEMENT_HOME:
		err = choose_home(t, c, size, room, *homes, diag);
		break;
	case VSN_PLACEMENT_LOCAL:
		**homes = c->near;
		break;
	case VSN_PLACEMENT_SPREAD:
		err = choose_spread(t, c, size, granule, room, mem, matched, *homes, diag);
		break;
	default:
		choose_all(t, c, room, *homes);
		break;
	}
	if (err)
		mem->free(mem->ctx, *homes, *nr_homes * sizeof(**homes));
	return err;
}
