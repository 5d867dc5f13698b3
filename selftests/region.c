// SPDX-License-Identifier: GPL-2.0
/* Regions: their names. */
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

static uint64_t allocated(memory_t *self, uint32_t ep)
{
	struct vsn_ctl_endpoint e;

	return vsn_ctl_endpoint_get_id(self->ctl, self->name, ep, &e) ? UINT64_MAX : e.allocated;
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
	EXPECT_EQ(0, allocated(self, 1));
	vsn_ctl_region_free(r);
}

/* Taken as long as its region is there, and what is refused leaves nothing behind. */
TEST_F(memory, a_name_is_taken_once)
{
	struct vsn_ctl_region *r = add_named(self, "one");

	ASSERT_NE(NULL, r);
	EXPECT_EQ(-EEXIST, add_err(self, "one"));
	EXPECT_TRUE(says(self, "name 'one': a region has it"));
	EXPECT_EQ(PAGE, allocated(self, 1));
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
			ASSERT_EQ(-ENOENT, vsn_ctl_region_get_name(self->ctl, self->name, name, &r));
			continue;
		}
		ASSERT_EQ(0, vsn_ctl_region_get_name(self->ctl, self->name, name, &r));
		ASSERT_EQ(ids[i], r->id);
		vsn_ctl_region_free(r);
		ASSERT_EQ(0, vsn_ctl_region_remove(self->ctl, self->name, name, 0, false));
	}
	EXPECT_EQ(0, allocated(self, 1));
}

TEST_HARNESS_MAIN
