// SPDX-License-Identifier: GPL-2.0
/*
 * Links and switches go down and come up again, while operations cross them, and
 * while they are asked for.
 */
#include "race_fixture.h"
#include "race_users.h"

/* With all its links down an endpoint is out of reach. */
CELL(fault_del, ops, .errs = RACE_ERRS(EHOSTUNREACH));
CELL(fault_del, waits, .errs = RACE_ERRS(EHOSTUNREACH));
CELL(fault_del, doorbell, .errs = RACE_ERRS(EHOSTUNREACH));
CELL(fault_del, run, .errs = RACE_ERRS(EHOSTUNREACH));
CELL(fault_del, link_get);
CELL(fault_del, faults);
CELL(fault_del, dumps);
CELL(fault_del, slow_dump);
CELL(fault_del, monitor);

TEST_HARNESS_MAIN
