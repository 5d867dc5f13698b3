// SPDX-License-Identifier: GPL-2.0
/* Regions: their names, and how their homes are chosen. */
#include <pthread.h>

#include "memory_fixture.h"

static struct vsn_ctl_region *add_named(memory_t *self, const char *name)
{
	uint32_t home = 1;
	struct vsn_ctl_region_spec spec = {
		.size = PAGE, .homes = &home, .nr_homes = 1, .name = name,
	};
	struct vsn_ctl_region *region;

	return vsn_ctl_region_add(self->ctl, self->name, &spec, &region) ? NULL : region;
}

static int add_err(memory_t *self, const char *name)
{
	uint32_t home = 1;
	struct vsn_ctl_region_spec spec = {
		.size = PAGE, .homes = &home, .nr_homes = 1, .name = name,
	};

	return vsn_ctl_region_add(self->ctl, self->name, &spec, NULL);
}

static bool says(memory_t *self, const char *text)
{
	return strstr(vsn_ctl_error(self->ctl), text);
}

TEST_F(memory, a_name_finds_its_region)
{
	struct vsn_ctl_region *r = add_named(self, "kv.cache_0-a"), *again;

	ASSERT_NE(NULL, r)
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_STREQ("kv.cache_0-a", r->name);
	EXPECT_STREQ("", self->r->name);
	ASSERT_EQ(0, vsn_ctl_region_get_name(self->ctl, self->name, "kv.cache_0-a", &again));
	EXPECT_EQ(r->id, again->id);
	EXPECT_STREQ("kv.cache_0-a", again->name);
	vsn_ctl_region_free(again);
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, r->id, &again));
	EXPECT_STREQ("kv.cache_0-a", again->name);
	vsn_ctl_region_free(again);
	EXPECT_EQ(-ENOENT, vsn_ctl_region_get_name(self->ctl, self->name, "kv.cache_0", &again));
	EXPECT_TRUE(says(self, "name 'kv.cache_0': no such region"));
	EXPECT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, "kv.cache_0-a", 0, false));
	EXPECT_EQ(-ENOENT, vsn_ctl_region_remove(self->ctl, self->name, "kv.cache_0-a", 0, false));
	EXPECT_EQ(-ENOENT, vsn_ctl_region_get(self->ctl, self->name, r->id, &again));
	EXPECT_EQ(0, allocated(self->ctl, self->name, 1));
	vsn_ctl_region_free(r);
}

/* Taken as long as its region is there, and what is refused leaves nothing behind. */
TEST_F(memory, a_name_is_taken_once)
{
	struct vsn_ctl_region *r = add_named(self, "one");

	ASSERT_NE(NULL, r);
	EXPECT_EQ(-EEXIST, add_err(self, "one"));
	EXPECT_TRUE(says(self, "name 'one': a region has it"));
	EXPECT_EQ(PAGE, allocated(self->ctl, self->name, 1));
	EXPECT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, NULL, r->id, false));
	EXPECT_EQ(0, add_err(self, "one"));
	EXPECT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, "one", 0, false));
	vsn_ctl_region_free(r);
}

/* Not of other fabrics' regions, though. */
TEST_F(memory, a_name_is_the_fabrics)
{
	struct vsn_ctl_region *r = add_named(self, "same");
	uint32_t home = 0;
	struct vsn_ctl_region_spec spec = {
		.size = PAGE, .homes = &home, .nr_homes = 1, .name = "same",
	};

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, test_fabric(self->ctl, "namesake"));
	EXPECT_EQ(0, vsn_ctl_region_add(self->ctl, "namesake", &spec, NULL));
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, "namesake"));
	vsn_ctl_region_free(r);
}

TEST_F(memory, what_is_no_name)
{
	static const char * const bad[] = {
		"", "0", "12345", "A", "a b", "a/b", "a:b", "\xc3\xa4",
	};
	static const char * const good[] = {
		"a", "0a", "-", ".", "1.5", "1234567890123456789012345678.90",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(-EINVAL, add_err(self, bad[i]))
			TH_LOG("'%s'", bad[i]);
		EXPECT_TRUE(says(self, "name: want 1 to 31 of a-z 0-9 _ . -, not digits alone"))
			TH_LOG("'%s': %s", bad[i], vsn_ctl_error(self->ctl));
	}
	/* One more than 31 does not pass the policy. */
	EXPECT_EQ(-EINVAL, add_err(self, "a2345678901234567890123456789012"));
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		EXPECT_EQ(0, add_err(self, good[i]))
			TH_LOG("%zu: %s", i, vsn_ctl_error(self->ctl));
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		EXPECT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, good[i], 0, false))
			TH_LOG("%zu: %s", i, vsn_ctl_error(self->ctl));
}

#define MANY	500U

/* Each of many is found, whatever others come and go. */
TEST_F(memory, many_names)
{
	struct vsn_ctl_region *r;
	uint32_t ids[MANY], i;
	char name[32];

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "r%x", i * 2654435761U);
		r = add_named(self, name);
		ASSERT_NE(NULL, r);
		ids[i] = r->id;
		vsn_ctl_region_free(r);
	}
	for (i = 0; i < MANY; i += 2)
		ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, ids[i]));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "r%x", i * 2654435761U);
		if (i % 2 == 0) {
			ASSERT_EQ(-ENOENT, vsn_ctl_region_get_name(self->ctl, self->name, name,
								   &r));
			continue;
		}
		ASSERT_EQ(0, vsn_ctl_region_get_name(self->ctl, self->name, name, &r));
		ASSERT_EQ(ids[i], r->id);
		vsn_ctl_region_free(r);
		ASSERT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, name, 0, false));
	}
	EXPECT_EQ(0, allocated(self->ctl, self->name, 1));
}

/* Homes of a region that is chosen, in @homes; how many, or a negative errno. */
static int chosen(memory_t *self, const struct vsn_ctl_region_spec *spec, uint32_t *homes)
{
	struct vsn_ctl_region *r;
	int err = vsn_ctl_region_add(self->ctl, self->name, spec, &r);

	if (err)
		return err;
	if (r->policy != spec->policy)
		return -EPROTO;
	memcpy(homes, r->homes, r->nr_homes * sizeof(*homes));
	err = r->home_count;
	vsn_ctl_region_free(r);
	return err;
}

#define FIRST_MEMORY	TEST_ACCELERATORS

TEST_F(memory, home_is_the_nearest_with_room)
{
	uint32_t near = 3, homes[16];
	struct vsn_ctl_region_spec spec = {
		.size = TEST_CAPACITY, .policy = VSN_PLACEMENT_HOME, .near = &near,
	};

	/* Nothing is nearer than the endpoint itself. */
	ASSERT_EQ(1, chosen(self, &spec, homes))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(3, homes[0]);
	/* It is full now, and the others are all as far; the first has the fixture's. */
	ASSERT_EQ(1, chosen(self, &spec, homes));
	EXPECT_EQ(1, homes[0]);
	spec.kind = VSN_ENDPOINT_KIND_MEMORY;
	ASSERT_EQ(1, chosen(self, &spec, homes));
	EXPECT_EQ(FIRST_MEMORY, homes[0]);
	ASSERT_EQ(1, chosen(self, &spec, homes));
	EXPECT_EQ(FIRST_MEMORY + 1, homes[0]);
	EXPECT_EQ(-ENOSPC, chosen(self, &spec, homes));
	EXPECT_TRUE(says(self, "none of the 2 endpoints that match has room"));
}

/* What is free in pieces only is no room. */
TEST_F(memory, home_has_room_in_one_piece)
{
	uint32_t near = 2, homes[16];
	struct vsn_ctl_region *r[4];
	struct vsn_ctl_region_spec spec = {
		.size = TEST_CAPACITY / 2, .policy = VSN_PLACEMENT_HOME, .near = &near,
	};
	int i;

	for (i = 0; i < 4; i++) {
		r[i] = test_region(self->ctl, self->name, 2, TEST_CAPACITY / 4);
		ASSERT_NE(NULL, r[i]);
	}
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r[0]->id));
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r[2]->id));
	ASSERT_EQ(1, chosen(self, &spec, homes));
	EXPECT_NE(2, homes[0]);
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r[1]->id));
	ASSERT_EQ(1, chosen(self, &spec, homes));
	EXPECT_EQ(2, homes[0]);
	for (i = 0; i < 4; i++)
		vsn_ctl_region_free(r[i]);
}

TEST_F(memory, interleave_over_all_that_match)
{
	struct vsn_ctl_where where[] = { { "board", 1 }, { "npu", 2 }, { "npu", 0 } };
	struct vsn_ctl_region_spec spec = {
		.size = 64 * PAGE, .policy = VSN_PLACEMENT_INTERLEAVE, .granule = PAGE,
	};
	uint32_t homes[16], i;

	ASSERT_EQ(TEST_ENDPOINTS, chosen(self, &spec, homes));
	for (i = 0; i < TEST_ENDPOINTS; i++)
		EXPECT_EQ(i, homes[i]);
	spec.kind = VSN_ENDPOINT_KIND_ACCELERATOR;
	ASSERT_EQ(TEST_ACCELERATORS, chosen(self, &spec, homes));
	spec.where = where;
	spec.nr_where = 1;
	ASSERT_EQ(4, chosen(self, &spec, homes));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(4 + i, homes[i]);
	/* One of the digits of each dimension */
	spec.nr_where = 3;
	ASSERT_EQ(2, chosen(self, &spec, homes));
	EXPECT_EQ(4, homes[0]);
	EXPECT_EQ(6, homes[1]);
	EXPECT_EQ(64 * PAGE / 10 / PAGE * PAGE + 8 * PAGE + 16 * PAGE + 32 * PAGE,
		  allocated(self->ctl, self->name, 4));
	/* A full one is named. */
	spec.nr_where = 0;
	spec.kind = VSN_ENDPOINT_KIND_MEMORY;
	spec.size = 4 * TEST_CAPACITY;
	EXPECT_EQ(-ENOSPC, chosen(self, &spec, homes));
	EXPECT_TRUE(says(self, "endpoint mem0: no room"));
}

TEST_F(memory, local_or_not_at_all)
{
	uint32_t near = 6, homes[16];
	struct vsn_ctl_region_spec spec = {
		.size = TEST_CAPACITY, .policy = VSN_PLACEMENT_LOCAL, .near = &near,
	};

	ASSERT_EQ(1, chosen(self, &spec, homes));
	EXPECT_EQ(6, homes[0]);
	EXPECT_EQ(-ENOSPC, chosen(self, &spec, homes));
	EXPECT_TRUE(says(self, "endpoint b1.npu2: no room"));
}

TEST_F(memory, spread_over_the_least_used)
{
	uint32_t near = 6, homes[16];
	struct vsn_ctl_region_spec spec = {
		.size = 3 * PAGE, .policy = VSN_PLACEMENT_SPREAD, .granule = PAGE, .count = 3,
		.kind = VSN_ENDPOINT_KIND_ACCELERATOR,
	};

	/* The first has the fixture's. */
	ASSERT_EQ(3, chosen(self, &spec, homes));
	EXPECT_EQ(1, homes[0]);
	EXPECT_EQ(3, homes[2]);
	ASSERT_EQ(3, chosen(self, &spec, homes));
	EXPECT_EQ(4, homes[0]);
	EXPECT_EQ(6, homes[2]);
	/* One is empty; of the others, which have a page each, those near it. */
	spec.near = &near;
	ASSERT_EQ(3, chosen(self, &spec, homes));
	EXPECT_EQ(1, homes[0]);
	EXPECT_EQ(6, homes[1]);
	EXPECT_EQ(7, homes[2]);
	EXPECT_EQ(2 * PAGE, allocated(self->ctl, self->name, 6));
	/* A multiple of 2 MiB, if it is to be huge */
	spec.huge = true;
	spec.granule = HUGE;
	spec.size = 3 * TEST_CAPACITY;
	EXPECT_EQ(-ENOSPC, chosen(self, &spec, homes));
	EXPECT_TRUE(says(self, "count 3: 0 of 8 endpoints that match have room"));
	spec.size -= 3 * HUGE;
	EXPECT_EQ(3, chosen(self, &spec, homes));
	spec.count = 9;
	EXPECT_EQ(-EINVAL, chosen(self, &spec, homes));
	EXPECT_TRUE(says(self, "count 9: no more than 8 endpoints match"));
}

TEST_F(memory, choices_that_are_refused)
{
	uint32_t near = TEST_ENDPOINTS, home = 0;
	struct vsn_ctl_where where = { "rack", 0 };
	struct vsn_ctl_region_spec spec = { .size = PAGE, .policy = VSN_PLACEMENT_HOME };
	struct vsn_ctl_where many[65];
	int i;

	EXPECT_EQ(-EINVAL, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "near is missing"));
	spec.near = &near;
	EXPECT_EQ(-EINVAL, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "near 10: the fabric has endpoints 0 to 9"));
	near = 0;
	spec.where = &where;
	spec.nr_where = 1;
	EXPECT_EQ(-ENOENT, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "where: no dimension 'rack'"));
	where = (struct vsn_ctl_where) { "npu", 4 };
	EXPECT_EQ(-EINVAL, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "where: digit 4: dimension 'npu' has 0 to 3"));
	where = (struct vsn_ctl_where) { "npu", 3 };
	spec.kind = VSN_ENDPOINT_KIND_MEMORY;
	EXPECT_EQ(-ENOENT, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "no endpoint matches"));
	spec.kind = 0;
	for (i = 0; i < 65; i++)
		many[i] = where;
	spec.where = many;
	spec.nr_where = 64;
	EXPECT_EQ(0, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	spec.nr_where = 65;
	EXPECT_EQ(-E2BIG, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	spec.nr_where = 0;
	spec.homes = &home;
	spec.nr_homes = 1;
	EXPECT_EQ(-EINVAL, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "home: only policy list takes it"));
	spec.policy = VSN_PLACEMENT_LIST;
	EXPECT_EQ(-EINVAL, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "near: this policy does not choose by it"));
	spec.near = NULL;
	EXPECT_EQ(0, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	spec.policy = VSN_PLACEMENT_SPREAD + 1;
	EXPECT_EQ(-ERANGE, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	spec = (struct vsn_ctl_region_spec) { .size = PAGE + 1, .policy = VSN_PLACEMENT_LOCAL,
					      .near = &near };
	EXPECT_EQ(-EINVAL, vsn_ctl_region_add(self->ctl, self->name, &spec, NULL));
	EXPECT_TRUE(says(self, "size 4097 is not a positive multiple"));
}

#define CHOOSERS	4

static memory_t *shared;

static void *chooser(void *arg)
{
	struct vsn_ctl_region_spec spec = {
		.size = TEST_CAPACITY, .policy = VSN_PLACEMENT_SPREAD, .count = 1,
	};
	struct vsn_ctl *ctl;
	long nr = 0;

	if (vsn_ctl_open(&ctl))
		abort();
	while (!vsn_ctl_region_add(ctl, shared->name, &spec, NULL))
		nr++;
	vsn_ctl_close(ctl);
	return (void *)nr;
}

/* Who chooses an endpoint has its memory: none is chosen twice, and none left out. */
TEST_F(memory, many_choose_at_once)
{
	pthread_t threads[CHOOSERS];
	long nr = 0;
	void *one;
	int i;

	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	shared = self;
	for (i = 0; i < CHOOSERS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, chooser, NULL));
	for (i = 0; i < CHOOSERS; i++) {
		pthread_join(threads[i], &one);
		nr += (long)one;
	}
	EXPECT_EQ(TEST_ENDPOINTS, nr);
	for (i = 0; i < TEST_ENDPOINTS; i++)
		EXPECT_EQ(TEST_CAPACITY, allocated(self->ctl, self->name, i));
}

static int set_node(memory_t *self, uint32_t ep, uint32_t node)
{
	struct vsn_ctl_straggler to = { .node = &node };

	return vsn_ctl_endpoint_set(self->ctl, self->name, NULL, ep, &to);
}

static uint32_t node_of(memory_t *self, uint32_t ep)
{
	struct vsn_ctl_endpoint e;

	return vsn_ctl_endpoint_get_id(self->ctl, self->name, ep, &e) ? 12345 : e.node;
}

/* Memory nodes, too, which cannot be slow */
TEST_F(memory, node_of_an_endpoint)
{
	uint32_t slow = 1000, bad = 4000, zero = 0, too_slow = UINT32_MAX;
	struct vsn_ctl_straggler to = { .slow = &slow, .node = &zero };
	struct vsn_ctl_endpoint e;

	EXPECT_EQ(VSN_NODE_NONE, node_of(self, 9));
	ASSERT_EQ(0, set_node(self, 9, 0))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, node_of(self, 9));
	EXPECT_EQ(VSN_NODE_NONE, node_of(self, 8));
	/* Beyond what a kernel can have, and what this one has */
	EXPECT_EQ(-EINVAL, set_node(self, 9, VSN_NODE_NONE - 1));
	EXPECT_EQ(-EINVAL, set_node(self, 9, 63));
	EXPECT_TRUE(says(self, "node 63 is not online"));
	EXPECT_EQ(0, node_of(self, 9));
	EXPECT_EQ(0, set_node(self, 9, VSN_NODE_NONE));
	EXPECT_EQ(0, set_node(self, 9, VSN_NODE_NONE));
	EXPECT_EQ(VSN_NODE_NONE, node_of(self, 9));
	/* Both at once, or none of both */
	EXPECT_EQ(0, vsn_ctl_endpoint_set(self->ctl, self->name, NULL, 1, &to));
	to.node = &bad;
	to.slow = &zero;
	EXPECT_EQ(-EINVAL, vsn_ctl_endpoint_set(self->ctl, self->name, NULL, 1, &to));
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 1, &e));
	EXPECT_EQ(1000, e.slow);
	EXPECT_EQ(0, e.node);
	to.node = &zero;
	to.slow = &too_slow;
	EXPECT_EQ(-EINVAL, vsn_ctl_endpoint_set(self->ctl, self->name, NULL, 2, &to));
	EXPECT_EQ(VSN_NODE_NONE, node_of(self, 2));
	/* Nothing to set, and what is no node does not make a memory node slow */
	EXPECT_EQ(-EINVAL, vsn_ctl_endpoint_set(self->ctl, self->name, NULL, 2,
						&(struct vsn_ctl_straggler) { NULL }));
	EXPECT_TRUE(says(self, "slow, delay, jitter, seed, node or state is missing"));
	to.slow = &slow;
	EXPECT_EQ(-EINVAL, vsn_ctl_endpoint_set(self->ctl, self->name, NULL, 9, &to));
	EXPECT_EQ(VSN_NODE_NONE, node_of(self, 9));
}

/* Node of the page at @p, or a negative errno */
static int node_at(void *p)
{
	int node = -1;

	return syscall(SYS_move_pages, 0, 1UL, &p, NULL, &node, 0) ? -errno : node;
}

/* Whatever the processor: one endpoint's pages on one node, another's on the other. */
TEST_F(memory, pages_come_from_the_node)
{
	unsigned char *p[2];
	uint32_t homes[2] = { 1, 2 };
	struct vsn_ctl_region *r, *huge;
	int i;

	if (access("/sys/devices/system/node/node1", F_OK))
		SKIP(return, "one NUMA node: boot with numa=fake=2");
	ASSERT_EQ(0, set_node(self, 1, 1));
	ASSERT_EQ(0, set_node(self, 2, 0));
	r = add_region(self, 16 * PAGE, homes, 2, PAGE, false);
	ASSERT_NE(NULL, r);
	p[0] = map_at(self->fd, r->ua, 16 * PAGE);
	ASSERT_NE(MAP_FAILED, p[0]);
	for (i = 0; i < 16; i++) {
		p[0][i * PAGE] = 1;
		EXPECT_EQ(i % 2 ? 0 : 1, node_at(p[0] + i * PAGE));
	}
	huge = add_huge(self, 1, HUGE);
	ASSERT_NE(NULL, huge);
	p[1] = map_at(self->fd, huge->ua, HUGE);
	ASSERT_NE(MAP_FAILED, p[1]);
	p[1][0] = 1;
	EXPECT_EQ(1, node_at(p[1]));
	munmap(p[0], 16 * PAGE);
	munmap(p[1], HUGE);
	vsn_ctl_region_free(huge);
	vsn_ctl_region_free(r);
}

TEST_HARNESS_MAIN
