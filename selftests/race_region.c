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

TEST_HARNESS_MAIN
