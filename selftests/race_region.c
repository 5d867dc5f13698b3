// SPDX-License-Identifier: GPL-2.0
/*
 * A region is deleted and another made, while its bytes are used in each way that
 * there is.  memory_race.c has the races for what the bytes are.
 */
#include "race_fixture.h"
#include "race_users.h"

CELL(region_del, ops);
CELL(region_del, waits);
CELL(region_del, view);
CELL(region_del, view_map);
CELL(region_del, view_read);
CELL(region_del, pool_write);
CELL(region_del, window_read);
CELL(region_del, window_write);
CELL(region_del, splice_out);
CELL(region_del, fabric_get);
CELL(region_del, endpoint_get);
CELL(region_del, region_get);
CELL(region_del, region_new);
CELL(region_del, limits);
CELL(region_del, dumps);
CELL(region_del, monitor);

/* Where threads move bytes, and where completions are held back */
#define online_ops ops
#define online_waits waits
#define paced_ops ops
#define paced_waits waits
#define ONLINE	.clock = VSN_CLOCK_ONLINE
#define PACED	.clock = VSN_CLOCK_PACED

CELL(region_del, online_ops, ONLINE);
CELL(region_del, online_waits, ONLINE);
CELL(region_del, paced_ops, PACED);
CELL(region_del, paced_waits, PACED);

TEST_HARNESS_MAIN
