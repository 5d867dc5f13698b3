/* SPDX-License-Identifier: GPL-2.0 */
/* A test for each cell: CELL(remover, user, ...) in a file that has their sides. */
#ifndef RACE_FIXTURE_H
#define RACE_FIXTURE_H

#include "kselftest_harness.h"

#include "race.h"
#include "vsn_test.h"

FIXTURE(cell) {
	struct race *race;
};

FIXTURE_VARIANT(cell) {
	const struct race_cell *cell;
};

/* CELL(a, b): a against b.  Further members of struct race_cell may follow. */
#define CELL(r, u, ...)								\
	static const struct race_cell r##_against_##u##_cell = {		\
		.remove = &(r), .use = &(u), __VA_ARGS__			\
	};									\
	FIXTURE_VARIANT_ADD(cell, r##_against_##u)				\
	{									\
		.cell = &r##_against_##u##_cell,				\
	}

FIXTURE_SETUP(cell)
{
	const char *why;
	bool skip;

	why = race_setup(&self->race, variant->cell, &skip);
	if (skip)
		SKIP(return, "%s", why);
	ASSERT_EQ(NULL, why)
		TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(cell)
{
	const char *why;

	if (!self->race)
		return;
	why = race_teardown(self->race);
	EXPECT_EQ(NULL, why)
		TH_LOG("%s", why);
}

TEST_F_TIMEOUT(cell, race, 90)
{
	char line[512];
	const char *why;

	why = race_run(self->race);
	race_print(self->race, line, sizeof(line));
	TH_LOG("%s", line);
	EXPECT_EQ(NULL, why)
		TH_LOG("%s", why);
}

/* The last of all, as the order of fixtures is that of tests. */
FIXTURE(module) {
};

FIXTURE_SETUP(module)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
}

FIXTURE_TEARDOWN(module)
{
}

/*
 * By the kernel's own count, where it keeps one; a cache of operations that is not
 * empty is reported by every kernel.
 */
TEST_F(module, leaves_nothing_behind)
{
	const char *why = race_end();

	EXPECT_EQ(NULL, why)
		TH_LOG("%s", why);
}

#endif /* RACE_FIXTURE_H */
