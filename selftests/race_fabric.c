// SPDX-License-Identifier: GPL-2.0
/*
 * A fabric is deleted and made again, while it is opened and used, and asked and
 * changed over netlink.  fabric_life.c has the races for its name.
 *
 * Who has it open keeps it, so each step of a user opens it anew.
 */
#include "race_fixture.h"
#include "race_users.h"

/* It is not there at the moment, or not any more. */
#define OPENED	.fresh = true, .errs = RACE_ERRS(ENOENT, ENODEV)

CELL(fabric_del, open_close, OPENED);
CELL(fabric_del, info, OPENED);
CELL(fabric_del, view, OPENED);
CELL(fabric_del, queue, OPENED);
CELL(fabric_del, run, OPENED);
CELL(fabric_del, ops, OPENED);
CELL(fabric_del, waits, OPENED);
CELL(fabric_del, map, OPENED);
CELL(fabric_del, pool_read, OPENED);
CELL(fabric_del, pool_write, OPENED);
CELL(fabric_del, window_write, OPENED);
CELL(fabric_del, endpoint_get, OPENED);
CELL(fabric_del, link_get, OPENED);
CELL(fabric_del, region_get, OPENED);
CELL(fabric_del, region_new, OPENED);
CELL(fabric_del, limits, OPENED);
CELL(fabric_del, slow_dump, OPENED);
CELL(fabric_del, monitor, OPENED);
CELL(fabric_del, sysfs, OPENED);
CELL(fabric_del, devices, OPENED);
CELL(fabric_del, tracepoints, OPENED, .patches = true);

TEST_HARNESS_MAIN
