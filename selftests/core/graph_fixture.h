/* SPDX-License-Identifier: GPL-2.0 */
/* A graph over the endpoints a0 to a3 of a draft, and short words for its parts. */
#ifndef VSN_TEST_GRAPH_FIXTURE_H
#define VSN_TEST_GRAPH_FIXTURE_H

#include <stdlib.h>

#include "kselftest_harness.h"

#include "machines.h"
#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL

FIXTURE(graph)
{
	struct vsn_topo *t;
	struct vsn_graph *g;
	struct vsn_diag diag;
	u64 seed;
};

FIXTURE_SETUP(graph)
{
	u32 size = 4;

	self->t = calloc(1, sizeof(*self->t));
	ASSERT_NE(NULL, self->t);
	sim_topo(self->t, &size, 1);
	self->g = sim_graph(self->t);
	self->seed = 1;
}

FIXTURE_TEARDOWN(graph)
{
	vsn_topo_free(self->t);
	free(self->t);
}

static inline u32 rnd(u64 *seed, u32 n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 33) % n;
}

static inline int link_to(struct vsn_graph *g, const struct vsn_topo *t, const char *from,
			  const char *to, u64 latency, u32 lanes, struct vsn_diag *diag)
{
	struct vsn_graph_edge edge = {
		.from = from, .to = to, .bandwidth = 10 * GB, .latency = latency,
		.lanes = lanes, .both = true,
	};

	return vsn_graph_add_link(g, t, &edge, diag);
}

#define SWITCH_OF(name, latency)	vsn_graph_add_switch(self->g, name, latency, &self->diag)
#define LINK(from, to, latency)		link_to(self->g, self->t, from, to, latency, 1, &self->diag)
#define COMMIT()			vsn_topo_commit(self->t, &self->diag)

#define REFUSED(err, text, expr) do {					\
		self->diag.msg[0] = 0;					\
		EXPECT_EQ(err, expr);					\
		EXPECT_STREQ(text, self->diag.msg);			\
	} while (0)

static inline bool same_path(const struct vsn_path *a, const struct vsn_path *b)
{
	return a->nr_hops == b->nr_hops &&
	       !memcmp(a->hops, b->hops, a->nr_hops * sizeof(a->hops[0]));
}

#endif /* VSN_TEST_GRAPH_FIXTURE_H */
