// SPDX-License-Identifier: GPL-2.0
/*
 * How long do graphs take?  One of 4,096 vertices and 65,536 links: 3,072 endpoints
 * at 1,024 switches, which are wired by a rule that has nothing regular about it.
 */
#include <stdlib.h>
#include <time.h>

#include "sim.h"

#define GB		1000000000ULL
#define ENDPOINTS	3072U
#define SWITCHES	1024U
#define LINKS		65536U
#define ROUTES		1000000U

static u64 nr_bytes;

static void *count_alloc(void *ctx, size_t size)
{
	nr_bytes += size;
	return calloc(1, size);
}

static void count_free(void *ctx, void *p, size_t size)
{
	nr_bytes -= size;
	free(p);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void add_link(struct vsn_topo *t, const char *from, const char *to)
{
	struct vsn_graph_edge edge = {
		.from = from, .to = to, .bandwidth = 10 * GB, .latency = 1000, .lanes = 1,
		.both = true,
	};
	struct vsn_diag diag;

	if (vsn_graph_add_link(t->networks[0].graph, t, &edge, &diag)) {
		fprintf(stderr, "%s\n", diag.msg);
		exit(1);
	}
}

static void build(struct vsn_topo *t)
{
	struct vsn_graph *g = t->networks[0].graph;
	char from[16], to[16];
	struct vsn_diag diag;
	u32 i;

	for (i = 0; i < SWITCHES; i++) {
		snprintf(from, sizeof(from), "s%u", i);
		if (vsn_graph_add_switch(g, from, 100000, &diag))
			exit(1);
	}
	for (i = 0; i < ENDPOINTS; i++) {
		snprintf(from, sizeof(from), "a%u", i);
		snprintf(to, sizeof(to), "s%u", i % SWITCHES);
		add_link(t, from, to);
	}
	/* Another odd step with each turn over all switches: no pair comes twice. */
	for (; g->nr_links < LINKS; i++) {
		snprintf(from, sizeof(from), "s%u", i % SWITCHES);
		snprintf(to, sizeof(to), "s%u", (i + 2 * (i / SWITCHES) + 1) % SWITCHES);
		add_link(t, from, to);
	}
}

static bool is_up(void *ctx, u32 link)
{
	return link != *(u32 *)ctx;
}

int main(void)
{
	struct vsn_mem mem = { .alloc = count_alloc, .free = count_free };
	struct vsn_topo *t = calloc(1, sizeof(*t));
	double begin, built, committed, cold, warm;
	struct vsn_live live = { .live = is_up };
	u32 i, hops = 0, size = ENDPOINTS;
	u64 bytes, seed = 1, digest = 0;
	struct vsn_path path;
	struct vsn_diag diag;

	if (!t)
		return 1;
	sim_topo(t, &size, 1);
	vsn_graph_free(sim_graph(t));
	t->networks[0].graph = vsn_graph_create(&mem);
	begin = seconds();
	build(t);
	built = seconds();
	if (vsn_topo_commit(t, &diag)) {
		fprintf(stderr, "%s\n", diag.msg);
		return 1;
	}
	committed = seconds();
	bytes = nr_bytes;
	printf("graph of %u vertices and %u links\n", ENDPOINTS + SWITCHES, t->nr_links);
	printf("  listed in %.1f ms, committed in %.1f ms, %.1f MiB\n",
	       (built - begin) * 1e3, (committed - built) * 1e3, bytes / 1048576.0);
	for (i = 0; i < ENDPOINTS; i++)
		if (vsn_route_find(t, 1, (i + 1) % ENDPOINTS, i, 0, 0, &path) < 0)
			return 1;
	cold = seconds();
	printf("  first route to an endpoint: %.0f us, and %.0f KiB are kept\n",
	       (cold - committed) * 1e6 / ENDPOINTS,
	       (nr_bytes - bytes) / 1024.0 / (t->networks[0].graph->nr_trees - 1));
	cold = seconds();
	for (i = 0; i < ROUTES; i++) {
		u32 src, dst;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		src = (seed >> 33) % ENDPOINTS;
		dst = ENDPOINTS - 1 - (seed >> 20) % 1000;
		if (src == dst)
			continue;
		if (vsn_route_find(t, 1, src, dst, 0, i, &path) < 0)
			return 1;
		hops += path.nr_hops;
		digest = (digest ^ path.hops[1]) * 0x100000001b3ULL;
	}
	warm = seconds();
	printf("  any further: %.0f ns, %.2f links, digest %016llx\n",
	       (warm - cold) * 1e9 / ROUTES, (double)hops / ROUTES,
	       (unsigned long long)digest);
	/* A link is down that the path goes over: each time another version. */
	vsn_route_find(t, 1, 0, ENDPOINTS - 1, 0, 0, &path);
	live.ctx = &path.hops[1];
	for (i = 0; i < 100; i++) {
		struct vsn_path other;

		live.version = i + 1;
		if (vsn_route_find_live(t, 1, 0, ENDPOINTS - 1, 0, 0, &live, &other) < 0)
			return 1;
	}
	printf("  round a link that has just failed: %.0f us\n",
	       (seconds() - warm) * 1e6 / 100);
	printf("  %.1f MiB in all\n", nr_bytes / 1048576.0);
	vsn_topo_free(t);
	free(t);
	return nr_bytes != 0;
}
