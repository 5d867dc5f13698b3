// SPDX-License-Identifier: GPL-2.0
/*
 * Any pair of endpoints of any topology: each candidate is a path, and so is what
 * the policy picks.  A path leads from one to the other, link by link, and is
 * nowhere twice.  Names say where a link begins and ends.
 */
#include "fuzz.h"
#include "route.h"

static void check_path(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		       const struct vsn_path *path)
{
	char ends[VSN_MAX_HOPS + 1][128], name[256], *to;
	struct vsn_link_pos pos;
	u32 i, k;

	FUZZ_CHECK(path->nr_hops > 0 && path->nr_hops <= VSN_MAX_HOPS);
	vsn_topo_endpoint_name(t, src, ends[0], sizeof(ends[0]));
	for (i = 0; i < path->nr_hops; i++) {
		FUZZ_CHECK(vsn_topo_link_pos(t, path->hops[i], &pos));
		FUZZ_CHECK(pos.net == net);
		FUZZ_CHECK(vsn_topo_link_name(t, path->hops[i], name, sizeof(name)) > 0);
		to = strchr(name, '>');
		FUZZ_CHECK(to);
		*to++ = 0;
		to[strcspn(to, "@/")] = 0;	/* tier, lane */
		FUZZ_CHECK(!strcmp(name, ends[i]));
		for (k = 0; k <= i; k++)
			FUZZ_CHECK(strcmp(ends[k], to));
		snprintf(ends[i + 1], sizeof(ends[0]), "%s", to);
	}
	vsn_topo_endpoint_name(t, dst, name, sizeof(name));
	FUZZ_CHECK(!strcmp(name, ends[i]));
}

static bool same_path(const struct vsn_path *a, const struct vsn_path *b)
{
	return a->nr_hops == b->nr_hops &&
	       !memcmp(a->hops, b->hops, a->nr_hops * sizeof(a->hops[0]));
}

static bool not_this(void *ctx, u32 link)
{
	return link != *(u32 *)ctx;
}

/*
 * Round a link of a path, if there is a way: it is a path without that link, and the
 * same however little room there is for what was found before.
 */
static void check_graph(struct fuzz *f, const struct vsn_topo *t, u32 net, u32 src, u32 dst,
			const struct vsn_path *path)
{
	u32 link = path->hops[fuzz_below(f, path->nr_hops)], i;
	struct vsn_live live = { .live = not_this, .ctx = &link };
	struct vsn_path around, again;
	u32 salt = fuzz_bits(f, 1);
	static u64 version;
	int err;

	if (fuzz_below(f, 3))
		live.version = ++version;
	err = vsn_route_find_live(t, net + 1, src, dst, 0, salt, &live, &around);
	fuzz_fail = 1;
	FUZZ_CHECK(vsn_route_find_live(t, net + 1, src, dst, 0, salt, &live, &again) == err);
	fuzz_fail = 0;
	if (err < 0) {
		FUZZ_CHECK(err == -EHOSTUNREACH);
		return;
	}
	check_path(t, net, src, dst, &around);
	for (i = 0; i < around.nr_hops; i++)
		FUZZ_CHECK(around.hops[i] != link);
	FUZZ_CHECK(same_path(&around, &again));
	/* From now on something has to go for each that comes. */
	t->networks[net].graph->max_trees = vsn_max(t->networks[net].graph->nr_trees, 1);
}

static void check_pair(struct fuzz *f, const struct vsn_topo *t, u32 net, u32 src, u32 dst)
{
	u64 c, n = vsn_route_candidates(t, net, src, dst);
	struct vsn_path path, other;
	u32 plane, salt, i;

	FUZZ_CHECK(!n == !!vsn_route_reach(t, net, src, dst));
	plane = fuzz_bits(f, 1);
	salt = fuzz_bits(f, 1);
	if (!n) {
		FUZZ_CHECK(vsn_route_find(t, net + 1, src, dst, plane, salt, &path) ==
			   -EHOSTUNREACH);
		return;
	}
	/* Both ways, or an answer could not come back. */
	FUZZ_CHECK(vsn_route_candidates(t, net, dst, src));
	FUZZ_CHECK(vsn_route_planes(t, net, src, dst));
	for (i = 0; i < 8; i++) {
		c = i < 4 ? i % n : fuzz_bits(f, 4) % n;
		FUZZ_CHECK(!vsn_route_path(t, net, src, dst, c, &path));
		check_path(t, net, src, dst, &path);
		if (c) {
			FUZZ_CHECK(!vsn_route_path(t, net, src, dst, c - 1, &other));
			FUZZ_CHECK(!same_path(&path, &other));
		}
	}
	FUZZ_CHECK(vsn_route_find(t, net + 1, src, dst, plane, salt, &path) == (int)net);
	check_path(t, net, src, dst, &path);
	FUZZ_CHECK(vsn_route_find(t, net + 1, src, dst, plane, salt, &other) == (int)net);
	FUZZ_CHECK(same_path(&path, &other));
	c = vsn_route_select(t, net, src, dst, plane, salt);
	FUZZ_CHECK(c < n);
	FUZZ_CHECK(!vsn_route_path(t, net, src, dst, c, &other));
	FUZZ_CHECK(same_path(&path, &other));
	if (t->networks[net].graph)
		check_graph(f, t, net, src, dst, &path);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct vsn_topo t;
	bool reached = false;
	struct fuzz f;
	u32 i, net;

	fuzz_init(&f, data, size);
	if (!fuzz_committed(&f, &t, 256)) {
		fuzz_count(false);
		return 0;
	}
	for (i = 0; i < 16; i++) {
		u32 src = fuzz_below(&f, t.nr_endpoints);
		u32 dst = fuzz_below(&f, t.nr_endpoints);
		int first;

		if (src == dst)
			continue;
		for (net = 0; net < t.nr_networks; net++)
			check_pair(&f, &t, net, src, dst);
		first = vsn_route_network(&t, VSN_NET_ANY, src, dst);
		for (net = 0; net < t.nr_networks; net++)
			if (!vsn_route_reach(&t, net, src, dst))
				break;
		FUZZ_CHECK(first == (net < t.nr_networks ? (int)net : -EHOSTUNREACH));
		reached |= first >= 0;
	}
	fuzz_count(reached);
	vsn_topo_free(&t);
	return 0;
}
