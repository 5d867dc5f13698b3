// SPDX-License-Identifier: GPL-2.0
/*
 * Any topology: commit says yes or no, and names what it refuses.  Where it says
 * yes, ids, positions and names belong together one to one.
 */
#include "fuzz.h"

#define MAX_SCAN	1024	/* links and endpoints to look at */

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void check_endpoints(const struct vsn_topo *t)
{
	char name[256];
	u32 ep, step = t->nr_endpoints / MAX_SCAN + 1;

	for (ep = 0; ep < t->nr_endpoints; ep += step) {
		FUZZ_CHECK(vsn_topo_endpoint_name(t, ep, name, sizeof(name)) > 0);
		FUZZ_CHECK(vsn_topo_endpoint_find(t, name) == (int)ep);
		FUZZ_CHECK(vsn_topo_package(t, ep) <
			   t->kinds[vsn_topo_kind(t, ep)].packages);
	}
}

static void check_link(const struct vsn_topo *t, u32 link, const struct vsn_link_pos *pos)
{
	const struct vsn_tier *tier = &t->networks[pos->net].tiers[pos->tier];
	u64 bandwidth = 0, latency;
	bool store_forward;

	FUZZ_CHECK(pos->net < t->nr_networks);
	FUZZ_CHECK(pos->tier < t->networks[pos->net].nr_tiers);
	FUZZ_CHECK(link - tier->link_base < tier->nr_links);
	FUZZ_CHECK(pos->plane < tier->planes);
	FUZZ_CHECK(pos->lane < (tier->kind == VSN_TIER_KIND_GRAPH ? VSN_GRAPH_MAX_LANES :
							      tier->lanes));
	FUZZ_CHECK(pos->group < tier->groups);
	FUZZ_CHECK(vsn_topo_link_figures(t, link, &bandwidth, &latency, &store_forward));
	FUZZ_CHECK(bandwidth);
	if (tier->kind == VSN_TIER_KIND_SWITCH && tier->wiring == VSN_WIRING_FULL)
		FUZZ_CHECK(vsn_topo_link_id(tier, pos->child, pos->plane, pos->sw,
					    pos->lane, pos->down) == link);
}

static void check_links(const struct vsn_topo *t)
{
	static char names[MAX_SCAN][256];
	u32 link, n, i, found = 0, expected = 0, step = t->nr_links / MAX_SCAN + 1;
	struct vsn_link_pos pos;

	for (link = 0; link < t->nr_links; link += step) {
		bool there = vsn_topo_link_pos(t, link, &pos);

		FUZZ_CHECK(there == (vsn_topo_link_name(t, link, names[found],
							sizeof(names[0])) > 0));
		if (!there)
			continue;
		check_link(t, link, &pos);
		found++;
	}
	FUZZ_CHECK(!vsn_topo_link_pos(t, t->nr_links, &pos));
	qsort(names, found, sizeof(names[0]), by_name);
	for (i = 1; i < found; i++)
		FUZZ_CHECK(strcmp(names[i - 1], names[i]));
	if (step > 1)
		return;
	for (n = 0; n < t->nr_networks; n++)
		for (i = 0; i < t->networks[n].nr_tiers; i++)
			expected += vsn_topo_tier_links(t, &t->networks[n].tiers[i]);
	FUZZ_CHECK(found == expected);
}

static void check_switches(const struct vsn_topo *t)
{
	u32 sw, step = t->nr_switches / MAX_SCAN + 1;
	char name[256];

	for (sw = 0; sw < t->nr_switches; sw += step) {
		FUZZ_CHECK(vsn_topo_switch_name(t, sw, name, sizeof(name)) > 0);
		FUZZ_CHECK(vsn_topo_switch_find(t, name) == (int)sw);
	}
	FUZZ_CHECK(vsn_topo_switch_name(t, t->nr_switches, name, sizeof(name)) == -ENOENT);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct vsn_topo t, again;
	struct vsn_diag diag = {};
	struct fuzz f;
	int err;

	fuzz_init(&f, data, size);
	fuzz_topo(&f, &t, 512, true);
	/* No memory, at some point: then it is as if there had been no commit. */
	fuzz_fail = fuzz_below(&f, 4) ? 0 : 1 + fuzz_below(&f, 24);
	err = vsn_topo_commit(&t, &diag);
	if (err == -ENOMEM) {
		FUZZ_CHECK(!fuzz_fail);
		err = vsn_topo_commit(&t, &diag);
	}
	fuzz_fail = 0;
	fuzz_count(!err);
	if (err) {
		FUZZ_CHECK(err == -EINVAL || err == -EOPNOTSUPP);
		FUZZ_CHECK(diag.msg[0]);
		vsn_topo_free(&t);
		return 0;
	}
	/* What was accepted is accepted again, and nothing changes. */
	again = t;
	FUZZ_CHECK(!vsn_topo_commit(&again, &diag));
	FUZZ_CHECK(!memcmp(&again, &t, sizeof(t)));
	check_endpoints(&t);
	check_links(&t);
	check_switches(&t);
	vsn_topo_free(&t);
	return 0;
}
