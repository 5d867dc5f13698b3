// SPDX-License-Identifier: GPL-2.0
/*
 * Beside SimGrid: long flows over fat trees and tori, each of which meets one
 * bottleneck, end within 5 % of when they do in its fluid model.
 *
 * simgrid.cpp runs it, where the package is there (libsimgrid-dev).
 */
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "machines.h"
#include "sim.h"

#define BANDWIDTH	10000000000ULL	/* bytes/s */
#define LATENCY		1000000ULL	/* ps */
#define SIZE		(256ULL << 20)	/* of a flow */
#define MAX_FLOWS	64
#define PERCENT		5

struct flow {
	u32 from;
	u32 to;
	u64 bytes;
};

FIXTURE(simgrid)
{
	struct sim *sim;
	char topology[64];
	struct flow flows[MAX_FLOWS];
	u32 nr;
	u64 ends[MAX_FLOWS];	/* ps, SimGrid's */
};

FIXTURE_SETUP(simgrid)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
}

FIXTURE_TEARDOWN(simgrid)
{
	sim_free(self->sim);
	free(self->sim);
}

static void add_flow(struct _test_data_simgrid *self, u32 from, u32 to, u64 bytes)
{
	self->flows[self->nr++] = (struct flow) { from, to, bytes };
}

/* @down endpoints at each of @down switches, which have @up links to as many others */
static void make_fat_tree(struct _test_data_simgrid *self, u32 down, u32 up)
{
	u32 sizes[] = { down, down };

	sim_topo(&self->sim->topo, sizes, 2);
	machine_tier(&self->sim->topo, SWITCH, EP, B);
	machine_tier(&self->sim->topo, SWITCH, SW, A)->switches = up;
	snprintf(self->topology, sizeof(self->topology), "fat-tree:%u,%u:1,%u", down, down,
		 up);
}

/* SimGrid's first dimension is the one in which ids are next to each other. */
static void make_torus(struct _test_data_simgrid *self, u32 x, u32 y, u32 z)
{
	u32 sizes[] = { z, y, x };

	sim_topo(&self->sim->topo, sizes, 3);
	machine_tier(&self->sim->topo, RING, EP, A | B | C);
	snprintf(self->topology, sizeof(self->topology), "torus:%u,%u,%u", x, y, z);
}

/* Why not, or NULL */
static const char *run_theirs(struct _test_data_simgrid *self)
{
	char path[512], *command, *p;
	double seconds;
	FILE *out;
	ssize_t n;
	u32 i;

	n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	if (n <= 0)
		return "where is this program?";
	path[n] = 0;
	strcpy(strrchr(path, '/'), "/simgrid");
	if (access(path, X_OK))
		return "no SimGrid: install libsimgrid-dev";
	command = malloc(1024 + 64 * self->nr);
	if (!command)
		abort();
	p = command + sprintf(command, "%s %s %llu %.9f", path, self->topology, BANDWIDTH,
			      LATENCY / 1e12);
	for (i = 0; i < self->nr; i++)
		p += sprintf(p, " %u:%u:%llu", self->flows[i].from, self->flows[i].to,
			     (unsigned long long)self->flows[i].bytes);
	strcpy(p, " 2>/dev/null");
	out = popen(command, "r");
	for (i = 0; out && i < self->nr; i++) {
		if (fscanf(out, "%lf", &seconds) != 1)
			break;
		self->ends[i] = seconds * 1e12;
	}
	free(command);
	if (!out || pclose(out) || i < self->nr)
		return "SimGrid fails";
	return NULL;
}

static const char *run_ours(struct _test_data_simgrid *self)
{
	struct vsn_network *net = &self->sim->topo.networks[0];
	u32 i;

	for (i = 0; i < net->nr_tiers; i++) {
		net->tiers[i].ports[0].latency = LATENCY;
		net->tiers[i].ports[1].latency = LATENCY;
	}
	if (sim_init(self->sim))
		return "no such machine";
	for (i = 0; i < self->sim->topo.nr_endpoints; i++)
		sim_region(self->sim, 1ULL << 30, i, false);
	for (i = 0; i < self->nr; i++) {
		const struct flow *f = &self->flows[i];
		struct vsn_sqe sqe = sim_copy(f->from, i,
					      self->sim->regions[f->to].place.ua,
					      self->sim->regions[f->from].place.ua,
					      f->bytes, i);

		sqe.flags = VSN_OP_F_NODATA;
		if (sim_submit(self->sim, &sqe))
			return "refused";
	}
	sim_run(self->sim);
	return NULL;
}

/* Compare the end of each flow, or only that of the last one. */
static void compare(struct __test_metadata *_metadata, struct _test_data_simgrid *self,
		    bool each)
{
	const char *why = run_theirs(self);
	u64 ours = 0, theirs = 0;
	double worst = 0;
	u32 i;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(NULL, run_ours(self));
	for (i = 0; i < self->nr; i++) {
		u64 end = sim_find(self->sim, i)->end;
		double error = (double)end / self->ends[i] - 1;

		ours = vsn_max(ours, end);
		theirs = vsn_max(theirs, self->ends[i]);
		error = error < 0 ? -error : error;
		worst = error > worst ? error : worst;
	}
	TH_LOG("%s: %u flows, last after %.3f ms, SimGrid's %.3f ms; off by %.2f %% at most",
	       self->topology, self->nr, ours / 1e9, theirs / 1e9, 100 * worst);
	if (each)
		EXPECT_LT(worst, PERCENT / 100.0);
	EXPECT_LT(ours, theirs + theirs * PERCENT / 100);
	EXPECT_GT(ours, theirs - theirs * PERCENT / 100);
}

#define COMPARE()	compare(_metadata, self, true)

TEST_F(simgrid, fat_tree_one_flow)
{
	make_fat_tree(self, 4, 2);
	add_flow(self, 0, 15, SIZE);
	COMPARE();
}

TEST_F(simgrid, fat_tree_incast)
{
	u32 i;

	make_fat_tree(self, 4, 4);
	for (i = 4; i < 16; i++)
		add_flow(self, i, 0, SIZE);
	COMPARE();
}

TEST_F(simgrid, fat_tree_outcast)
{
	u32 i;

	make_fat_tree(self, 4, 4);
	for (i = 4; i < 16; i++)
		add_flow(self, 0, i, SIZE);
	COMPARE();
}

/* Everybody to the next switch: no contention where there are as many links up ... */
TEST_F(simgrid, fat_tree_shift)
{
	u32 i;

	make_fat_tree(self, 4, 4);
	for (i = 0; i < 16; i++)
		add_flow(self, i, (i + 4) % 16, SIZE);
	COMPARE();
}

/* ... and twice the time with half as many. */
TEST_F(simgrid, fat_tree_two_to_one)
{
	u32 i;

	make_fat_tree(self, 4, 2);
	for (i = 0; i < 16; i++)
		add_flow(self, i, (i + 4) % 16, SIZE);
	COMPARE();
}

TEST_F(simgrid, torus_one_flow)
{
	make_torus(self, 4, 4, 4);
	add_flow(self, 0, 1 + 2 * 4 + 3 * 16, SIZE);
	COMPARE();
}

TEST_F(simgrid, torus_neighbours)
{
	u32 i;

	make_torus(self, 4, 4, 4);
	for (i = 0; i < 64; i++)
		add_flow(self, i, i / 4 * 4 + (i + 1) % 4, SIZE);
	COMPARE();
}

/* Each link has three flows. */
TEST_F(simgrid, torus_shift_by_three)
{
	u32 i;

	make_torus(self, 8, 2, 2);
	for (i = 0; i < 32; i++)
		add_flow(self, i, i / 8 * 8 + (i + 3) % 8, SIZE);
	COMPARE();
}

/*
 * Three flows meet at the last link, from one, two and three links away. Here a link
 * takes their chunks in turn, and they end together. SimGrid shares it by the inverse of
 * their latencies, as TCP does, so the nearest ends first; the last at the same time.
 */
TEST_F(simgrid, torus_incast)
{
	u32 i;

	make_torus(self, 8, 2, 2);
	for (i = 1; i < 4; i++)
		add_flow(self, i, 0, SIZE);
	compare(_metadata, self, false);
}

/*
 * Flows of several lengths: here a link serves chunks in turn, and longer operations have
 * longer chunks, so they all end together, where SimGrid gives each the same share. The
 * last ends at the same time in both.
 */
TEST_F(simgrid, unequal_flows)
{
	u32 i;

	make_fat_tree(self, 4, 4);
	for (i = 0; i < 4; i++)
		add_flow(self, 4 * i + 1, 0, SIZE / 4 << i % 3);
	compare(_metadata, self, false);
}

TEST_HARNESS_MAIN
