// SPDX-License-Identifier: GPL-2.0
/*
 * A fabric is deleted and made again, while it is opened and used, and asked and
 * changed over netlink.  fabric_life.c has the races for its name.
 *
 * Who has it open keeps it, so each step of a user opens it anew.
 */
#include "nl_graph.h"
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
CELL(fabric_del, endpoint_set, OPENED);
CELL(fabric_del, route_get, OPENED);
CELL(fabric_del, link_get, OPENED);
CELL(fabric_del, region_get, OPENED);
CELL(fabric_del, region_new, OPENED);
CELL(fabric_del, limits, OPENED);
CELL(fabric_del, slow_dump, OPENED);
CELL(fabric_del, monitor, OPENED);
CELL(fabric_del, faults, OPENED);
CELL(fabric_del, sysfs, OPENED);
CELL(fabric_del, devices, OPENED);
CELL(fabric_del, tracepoints, OPENED, .patches = true);

/* Where threads move bytes, and where completions are held back */
#define online_ops ops
#define online_waits waits
#define online_run run
#define paced_ops ops
#define paced_waits waits
#define paced_run run
#define ONLINE	.clock = VSN_CLOCK_ONLINE
#define PACED	.clock = VSN_CLOCK_PACED

CELL(fabric_del, online_ops, ONLINE, OPENED);
CELL(fabric_del, online_waits, ONLINE, OPENED);
CELL(fabric_del, online_run, ONLINE, OPENED);
CELL(fabric_del, paced_ops, PACED, OPENED);
CELL(fabric_del, paced_waits, PACED, OPENED);
CELL(fabric_del, paced_run, PACED, OPENED);

/* A draft is made, filled in and committed in several messages, by two at once. */
static int draft_step(struct race_worker *w)
{
	int err;

	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_NEW, w->race->name);
	put_dims(&w->m);
	err = nl_ask(&w->s, &w->m, &w->r);
	if (err && err != -EEXIST)
		return err;
	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_SET, w->race->name);
	put_accelerators(&w->m);
	put_hosts(&w->m);
	err = nl_ask(&w->s, &w->m, &w->r);
	if (err && err != -EEXIST)
		return err;
	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_SET, w->race->name);
	put_network(&w->m);
	nl_flag(&w->m, VSN_A_FABRIC_COMMIT);
	return nl_ask(&w->s, &w->m, &w->r);
}

/*
 * EBUSY: the other has committed it; EEXIST: it has the network; EINVAL: it was
 * deleted and begun again, and cannot be committed as far as it is.
 */
static const struct race_side draft = {
	.name = "draft", .setup = race_nl_setup, .step = draft_step,
	.cleanup = race_nl_cleanup, .errs = RACE_ERRS(EBUSY, EEXIST, EINVAL),
};

static int draft_del_step(struct race_worker *w)
{
	usleep(race_life(w, 3000));
	return race_del_fabric(w);
}

static const struct race_side draft_del = {
	.name = "fabric-del", .setup = race_nl_setup, .step = draft_del_step,
	.cleanup = race_nl_cleanup,
};

/*
 * The same with a graph: what one adds, the other finds there. A message that fails
 * takes back its own part only.
 */
static int graph_step(struct race_worker *w)
{
	int err;

	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_NEW, w->race->name);
	put_graph_draft(&w->m);
	err = nl_ask(&w->s, &w->m, &w->r);
	if (err && err != -EEXIST)
		return err;
	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_SET, w->race->name);
	put_graph_halves(&w->m);
	err = nl_ask(&w->s, &w->m, &w->r);
	if (err && err != -EEXIST)
		return err;
	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_SET, w->race->name);
	put_graph_middle(&w->m);
	nl_flag(&w->m, VSN_A_FABRIC_COMMIT);
	err = nl_ask(&w->s, &w->m, &w->r);
	if (err)
		return err;
	/* Paths of graphs are cached: two fill the same entry. */
	nl_fabric(&w->s, &w->m, VSN_CMD_ROUTE_GET, w->race->name);
	nl_str(&w->m, VSN_A_ROUTE_SOURCE, "a0");
	nl_str(&w->m, VSN_A_ROUTE_DESTINATION, "a15");
	return nl_ask(&w->s, &w->m, &w->r);
}

/* ENOENT: begun again meanwhile, and the ends of a link are not there yet. */
static const struct race_side graph = {
	.name = "graph", .setup = race_nl_setup, .step = graph_step,
	.cleanup = race_nl_cleanup, .errs = RACE_ERRS(EBUSY, EEXIST, EINVAL),
};

CELL(draft_del, graph, .bare = true, .errs = RACE_ERRS(ENOENT, ENODEV));
CELL(draft_del, draft, .bare = true, .errs = RACE_ERRS(ENOENT, ENODEV));

TEST_HARNESS_MAIN
