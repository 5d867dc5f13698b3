// SPDX-License-Identifier: GPL-2.0
/*
 * The clock is set to another, again and again, while the fabric is used; and what is
 * left to threads and timers is cancelled, listed and counted while they are at it.
 */
#include "race_fixture.h"
#include "race_users.h"

static int clock_set_step(struct race_worker *w)
{
	nl_begin(&w->m, w->s.family, VSN_CMD_FABRIC_SET);
	nl_str(&w->m, VSN_A_FABRIC_NAME, w->race->name);
	nl_u32(&w->m, VSN_A_FABRIC_CLOCK, VSN_CLOCK_ORDERED + race_random(w, 3));
	nl_u64(&w->m, VSN_A_FABRIC_SCALE, 1000ULL << race_random(w, 20));
	return nl_ask(&w->s, &w->m, &w->r);
}

/* EBUSY: something is pending. */
static const struct race_side clock_set = {
	.name = "fabric-set clock", .setup = race_nl_setup, .step = clock_set_step,
	.cleanup = race_nl_cleanup, .errs = RACE_ERRS(EBUSY),
};

CELL(clock_set, ops);
CELL(clock_set, waits);
CELL(clock_set, doorbell);
CELL(clock_set, run);
CELL(clock_set, queue);
CELL(clock_set, info);
CELL(clock_set, cancel);
CELL(clock_set, polls);
CELL(clock_set, eventfd_set);
CELL(clock_set, fabric_get);
CELL(clock_set, dumps);
CELL(clock_set, monitor);
CELL(fabric_del, clock_set, .fresh = true, .errs = RACE_ERRS(ENOENT, ENODEV));

TEST_HARNESS_MAIN
