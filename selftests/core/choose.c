// SPDX-License-Identifier: GPL-2.0
/* The homes that a policy chooses, against what it is defined to be. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "place.h"
#include "place_choose.h"
#include "sim.h"

#define GB		1000000000ULL
#define MAX_ENDPOINTS	256
#define ROUNDS		4000
#define UNREACHABLE	U64_MAX

FIXTURE(choose)
{
	struct vsn_topo topo;
	bool closed[MAX_ENDPOINTS];	/* not to be chosen */
	u64 allocated[MAX_ENDPOINTS];
	u64 room[MAX_ENDPOINTS];	/* in one piece */
	u64 distance[MAX_ENDPOINTS];	/* from whichever it shall be near to */
	int error;			/* of distance, for all */
	struct vsn_room env;
	struct vsn_choice c;
	struct vsn_diag diag;
	u32 *homes;
	u32 nr;
	u32 seed;
};

#define choose_t	struct _test_data_choose

static bool env_may(void *ctx, u32 ep)
{
	return !((choose_t *)ctx)->closed[ep];
}

static u64 env_allocated(void *ctx, u32 ep)
{
	return ((choose_t *)ctx)->allocated[ep];
}

static bool env_fits(void *ctx, u32 ep, u64 bytes)
{
	return bytes <= ((choose_t *)ctx)->room[ep];
}

static int env_distance(void *ctx, u32 from, u32 to, u64 *ps)
{
	choose_t *self = ctx;

	if (self->error)
		return self->error;
	*ps = from == to ? 0 : self->distance[to];
	return *ps == UNREACHABLE ? -EHOSTUNREACH : 0;
}

/* Accelerators over (a, b), hosts over (a, c), memory nodes over (c). */
static void make_topo(struct vsn_topo *t, const u32 *sizes)
{
	struct vsn_kind *k = t->kinds, *acc = &k[VSN_ENDPOINT_KIND_ACCELERATOR];
	struct vsn_port *ports;
	struct vsn_diag diag;

	sim_topo(t, sizes, 3);
	sim_tier(t, &(struct sim_tier) {
		.over = 7, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = GB, .latency = 1000,
		.switch_latency = 500 });
	ports = t->networks[0].tiers[0].ports;
	ports[VSN_ENDPOINT_KIND_HOST] = ports[VSN_ENDPOINT_KIND_ACCELERATOR];
	ports[VSN_ENDPOINT_KIND_MEMORY] = ports[VSN_ENDPOINT_KIND_ACCELERATOR];
	ports[VSN_ENDPOINT_KIND_MEMORY].latency = 7000;
	k[VSN_ENDPOINT_KIND_HOST] = *acc;
	k[VSN_ENDPOINT_KIND_MEMORY] = *acc;
	acc->nr_dims = 2;
	k[VSN_ENDPOINT_KIND_HOST].nr_dims = 2;
	k[VSN_ENDPOINT_KIND_HOST].dims[1] = 2;
	k[VSN_ENDPOINT_KIND_MEMORY].nr_dims = 1;
	k[VSN_ENDPOINT_KIND_MEMORY].dims[0] = 2;
	if (vsn_topo_commit(t, &diag)) {
		fprintf(stderr, "%s\n", diag.msg);
		abort();
	}
}

FIXTURE_SETUP(choose)
{
	u32 i;

	make_topo(&self->topo, (const u32[]) { 3, 4, 5 });
	for (i = 0; i < MAX_ENDPOINTS; i++) {
		self->room[i] = 1 << 30;
		self->distance[i] = 1000 + i;
	}
	self->env = (struct vsn_room) {
		.may = env_may, .allocated = env_allocated, .fits = env_fits,
		.distance = env_distance, .ctx = self,
	};
	self->c.near = VSN_NOWHERE;
	self->seed = 12345;
}

FIXTURE_TEARDOWN(choose)
{
	vsn_topo_free(&self->topo);
}

static int choose(choose_t *self, u64 size, u64 granule)
{
	int err = vsn_choice_check(&self->c, &self->diag);

	self->homes = NULL;
	self->nr = 0;
	if (err)
		return err;
	return vsn_place_choose(&self->topo, &self->c, size, granule, &self->env, &sim_heap,
				&self->homes, &self->nr, &self->diag);
}

static void done(choose_t *self)
{
	sim_heap.free(sim_heap.ctx, self->homes, self->nr * sizeof(*self->homes));
	self->homes = NULL;
}

static u32 dice(choose_t *self, u32 sides)
{
	self->seed = self->seed * 1664525 + 1013904223;
	return (self->seed >> 8) % sides;
}

/* As the words say it, digit by digit. */
static bool matches(const choose_t *self, u32 ep)
{
	const struct vsn_topo *t = &self->topo;
	u32 kind = vsn_topo_kind(t, ep), n = ep - t->kinds[kind].base, i, j;
	bool any;

	if (self->closed[ep] || (self->c.kind && self->c.kind != kind))
		return false;
	for (i = 0; i < self->c.nr_where; i++) {
		any = false;
		for (j = 0; j < self->c.nr_where; j++) {
			u32 dim = self->c.where[j].dim, digit;

			if (dim != self->c.where[i].dim)
				continue;
			if (kind == VSN_ENDPOINT_KIND_ACCELERATOR && dim < 2)
				digit = dim ? n % t->dims[1].size : n / t->dims[1].size;
			else if (kind == VSN_ENDPOINT_KIND_HOST && dim != 1)
				digit = dim ? n % t->dims[2].size : n / t->dims[2].size;
			else if (kind == VSN_ENDPOINT_KIND_MEMORY && dim == 2)
				digit = n;
			else
				return false;
			any |= digit == self->c.where[j].digit;
		}
		if (!any)
			return false;
	}
	return true;
}

static bool better(const choose_t *self, u32 a, u32 b)
{
	u64 near_a = 0, near_b = 0, used_a = 0, used_b = 0;

	if (self->c.near != VSN_NOWHERE) {
		near_a = a == self->c.near ? 0 : self->distance[a];
		near_b = b == self->c.near ? 0 : self->distance[b];
	}
	if (self->c.policy == VSN_PLACEMENT_SPREAD) {
		used_a = self->allocated[a];
		used_b = self->allocated[b];
	}
	if (used_a != used_b)
		return used_a < used_b;
	if (near_a != near_b)
		return near_a < near_b;
	return a < b;
}

/* Take the best @want times over; how many there were, marked in @chosen. */
static u32 reference(const choose_t *self, u64 bytes, u32 want, bool *chosen)
{
	u32 nr, ep, best;

	memset(chosen, 0, MAX_ENDPOINTS);
	for (nr = 0; nr < want; nr++) {
		best = VSN_NOWHERE;
		for (ep = 0; ep < self->topo.nr_endpoints; ep++) {
			if (chosen[ep] || !matches(self, ep))
				continue;
			if (self->c.policy != VSN_PLACEMENT_INTERLEAVE &&
			    (self->room[ep] < bytes ||
			     (self->c.near != VSN_NOWHERE && ep != self->c.near &&
			      self->distance[ep] == UNREACHABLE)))
				continue;
			if (best == VSN_NOWHERE || better(self, ep, best))
				best = ep;
		}
		if (best == VSN_NOWHERE)
			break;
		chosen[best] = true;
	}
	return nr;
}

static void random_world(choose_t *self)
{
	u32 i;

	for (i = 0; i < self->topo.nr_endpoints; i++) {
		self->closed[i] = !dice(self, 6);
		self->allocated[i] = dice(self, 4) * 4096;
		self->room[i] = dice(self, 5) * 65536;
		self->distance[i] = dice(self, 6) ? 1 + dice(self, 4) : UNREACHABLE;
	}
	self->c.nr_where = dice(self, 4);
	for (i = 0; i < self->c.nr_where; i++) {
		u32 dim = dice(self, 8) ? dice(self, 2) : 2;

		self->c.where[i].dim = dim;
		self->c.where[i].digit = dice(self, self->topo.dims[dim].size);
	}
	self->c.kind = dice(self, VSN_NR_KINDS);
}

TEST_F(choose, as_defined)
{
	static const u32 policies[] = { VSN_PLACEMENT_HOME, VSN_PLACEMENT_INTERLEAVE,
					VSN_PLACEMENT_SPREAD };
	u32 round, i, n, nr, want, matched, ok = 0;
	bool chosen[MAX_ENDPOINTS];
	u64 size, bytes;
	int err;

	for (round = 0; round < ROUNDS; round++) {
		random_world(self);
		self->c.policy = policies[round % 3];
		self->c.near = VSN_NOWHERE;
		self->c.count = 0;
		if (self->c.policy == VSN_PLACEMENT_HOME ||
		    (self->c.policy == VSN_PLACEMENT_SPREAD && dice(self, 2)))
			self->c.near = dice(self, self->topo.nr_endpoints);
		for (matched = 0, i = 0; i < self->topo.nr_endpoints; i++)
			matched += matches(self, i);
		want = 1;
		if (self->c.policy == VSN_PLACEMENT_SPREAD) {
			self->c.count = 1 + dice(self, 8);
			want = self->c.count;
		}
		if (self->c.policy == VSN_PLACEMENT_INTERLEAVE)
			want = matched;
		size = (1 + dice(self, 64)) * 4096;
		bytes = want > 1 ? vsn_place_share(size, 13, want, 0) : size;
		err = choose(self, size, 8192);
		if (!matched) {
			ASSERT_EQ(-ENOENT, err);
			continue;
		}
		if (want > matched) {
			ASSERT_EQ(-EINVAL, err);
			continue;
		}
		nr = reference(self, bytes, want, chosen);
		if (nr < want) {
			ASSERT_TRUE(err == -ENOSPC || err == -EHOSTUNREACH)
				TH_LOG("round %u: %d", round, err);
			continue;
		}
		ASSERT_EQ(0, err)
			TH_LOG("round %u: %s", round, self->diag.msg);
		ASSERT_EQ(want, self->nr);
		for (i = 0, n = 0; i < self->topo.nr_endpoints; i++)
			if (chosen[i])
				ASSERT_EQ(i, self->homes[n++])
					TH_LOG("round %u", round);
		done(self);
		ok++;
	}
	EXPECT_LT(ROUNDS / 10, ok);
}

TEST_F(choose, local_is_the_endpoint_itself)
{
	self->c.policy = VSN_PLACEMENT_LOCAL;
	self->c.near = 5;
	/* Whether it has room, who takes it finds out, and names it. */
	self->room[5] = 0;
	ASSERT_EQ(0, choose(self, 4096, 0));
	EXPECT_EQ(1, self->nr);
	EXPECT_EQ(5, self->homes[0]);
	done(self);
}

/* Fields that the policy has no use for, and those that it lacks */
TEST_F(choose, what_makes_no_sense)
{
	static const struct {
		u32 policy;
		bool kind, where, near, count;
		const char *says;
	} bad[] = {
		{ VSN_PLACEMENT_LIST, .kind = true, .says = "kind: " },
		{ VSN_PLACEMENT_LIST, .where = true, .says = "where: " },
		{ VSN_PLACEMENT_LIST, .near = true, .says = "near: " },
		{ VSN_PLACEMENT_LIST, .count = true, .says = "count: " },
		{ VSN_PLACEMENT_HOME, .says = "near is missing" },
		{ VSN_PLACEMENT_HOME, .near = true, .count = true, .says = "count: " },
		{ VSN_PLACEMENT_INTERLEAVE, .near = true, .says = "near: " },
		{ VSN_PLACEMENT_INTERLEAVE, .count = true, .says = "count: " },
		{ VSN_PLACEMENT_LOCAL, .says = "near is missing" },
		{ VSN_PLACEMENT_LOCAL, .near = true, .kind = true, .says = "kind: " },
		{ VSN_PLACEMENT_LOCAL, .near = true, .where = true, .says = "where: " },
		{ VSN_PLACEMENT_LOCAL, .near = true, .count = true, .says = "count: " },
		{ VSN_PLACEMENT_SPREAD, .says = "count is missing" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->c.policy = bad[i].policy;
		self->c.kind = bad[i].kind ? VSN_ENDPOINT_KIND_MEMORY : 0;
		self->c.nr_where = bad[i].where;
		self->c.near = bad[i].near ? 1 : VSN_NOWHERE;
		self->c.count = bad[i].count;
		EXPECT_EQ(-EINVAL, choose(self, 4096, 4096));
		EXPECT_EQ(0, strncmp(self->diag.msg, bad[i].says, strlen(bad[i].says)))
			TH_LOG("%zu: %s", i, self->diag.msg);
	}
}

TEST_F(choose, what_cannot_be_had)
{
	u32 i;

	self->c = (struct vsn_choice) { .policy = VSN_PLACEMENT_HOME, .near = 0,
					.kind = VSN_ENDPOINT_KIND_MEMORY };
	for (i = 0; i < self->topo.nr_endpoints; i++)
		self->room[i] = 4096;
	EXPECT_EQ(-ENOSPC, choose(self, 8192, 4096));
	EXPECT_STREQ("size 8192: none of the 5 endpoints that match has room for it",
		     self->diag.msg);
	for (i = 0; i < self->topo.nr_endpoints; i++)
		self->distance[i] = UNREACHABLE;
	EXPECT_EQ(-EHOSTUNREACH, choose(self, 4096, 4096));
	self->error = -EINTR;
	EXPECT_EQ(-EINTR, choose(self, 4096, 4096));
	self->c.policy = VSN_PLACEMENT_SPREAD;
	self->c.count = 2;
	EXPECT_EQ(-EINTR, choose(self, 4096, 4096));
	self->c.near = VSN_NOWHERE;
	EXPECT_EQ(-ENOSPC, choose(self, 4 * 8192, 8192));
	EXPECT_STREQ("count 2: 0 of 5 endpoints that match have room for 16384 bytes",
		     self->diag.msg);
	self->c.count = 6;
	EXPECT_EQ(-EINVAL, choose(self, 4096, 4096));
	EXPECT_STREQ("count 6: no more than 5 endpoints match", self->diag.msg);
	self->c.count = 2;
	EXPECT_EQ(-EINVAL, choose(self, 4095, 4096));
	EXPECT_EQ(-EINVAL, choose(self, 4096, 12288));
	EXPECT_EQ(-EINVAL, choose(self, 4096, 0));
	/* Memory nodes are at no "a". */
	self->c.nr_where = 1;
	EXPECT_EQ(-ENOENT, choose(self, 4096, 4096));
	EXPECT_STREQ("policy: no endpoint matches", self->diag.msg);
}

static int allowed;

static void *few(void *ctx, size_t size)
{
	(void)ctx;
	return allowed-- > 0 ? calloc(1, size) : NULL;
}

static void give(void *ctx, void *p, size_t size)
{
	(void)ctx;
	(void)size;
	free(p);
}

TEST_F(choose, without_memory)
{
	const struct vsn_mem mem = { .alloc = few, .free = give };
	int tries;

	self->c = (struct vsn_choice) { .policy = VSN_PLACEMENT_SPREAD, .count = 3,
					.near = VSN_NOWHERE };
	for (tries = 0; tries < 3; tries++) {
		allowed = tries;
		EXPECT_EQ(tries < 2 ? -ENOMEM : 0,
			  vsn_place_choose(&self->topo, &self->c, 1 << 20, 4096, &self->env,
					   &mem, &self->homes, &self->nr, &self->diag));
	}
	free(self->homes);
}

/* What "vsn route" calls the latency of the first path */
TEST_F(choose, distance)
{
	u32 memory = self->topo.kinds[VSN_ENDPOINT_KIND_MEMORY].base;
	u64 ps = 1;

	EXPECT_EQ(0, vsn_place_distance(&self->topo, 3, 3, &ps));
	EXPECT_EQ(0, ps);
	EXPECT_EQ(0, vsn_place_distance(&self->topo, 3, 4, &ps));
	EXPECT_EQ(2 * 1000 + 500, ps);
	EXPECT_EQ(0, vsn_place_distance(&self->topo, 3, memory, &ps));
	EXPECT_EQ(1000 + 500 + 7000, ps);
}

TEST_F(choose, distance_where_nothing_leads)
{
	struct vsn_topo t;
	struct vsn_diag diag;
	u64 ps;

	sim_topo(&t, (const u32[]) { 2, 2 }, 2);
	sim_tier(&t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = GB, .latency = 1000 });
	ASSERT_EQ(0, vsn_topo_commit(&t, &diag));
	EXPECT_EQ(0, vsn_place_distance(&t, 0, 2, &ps));
	EXPECT_EQ(-EHOSTUNREACH, vsn_place_distance(&t, 0, 1, &ps));
	vsn_topo_free(&t);
}

TEST_HARNESS_MAIN
