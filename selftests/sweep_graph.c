// SPDX-License-Identifier: GPL-2.0
/*
 * Graphs, routes over them, and stragglers, as each allocation and copy fails.
 *
 * What a draft has of a graph is not to be seen. So a message that was refused is sent
 * once more: anything that it left behind would be there twice.
 */
#include "nl_graph.h"
#include "sweep_nl.h"

static bool draft_without_graph(void)
{
	return draft_of(put_graph_draft);
}

static bool draft_of_ends(void)
{
	return draft_of(put_graph_ends);
}

static bool draft_and_listener(void)
{
	if (!draft_of(put_graph_uncommitted))
		return false;
	disconnect();
	return listen_too();
}

static bool graph_fabric(void)
{
	return draft_of(put_graph_whole);
}

static int graph_new(void)
{
	request(VSN_CMD_FABRIC_NEW);
	put_graph_whole(&msg);
	return ask();
}

static int graph_set(void)
{
	request(VSN_CMD_FABRIC_SET);
	put_graph_halves(&msg);
	put_graph_middle(&msg);
	return ask();
}

static int graph_set_network(void)
{
	request(VSN_CMD_FABRIC_SET);
	put_graph_network(&msg, "net");
	put_graph_halves(&msg);
	put_graph_middle(&msg);
	return ask();
}

static int graph_commit(void)
{
	request(VSN_CMD_FABRIC_SET);
	nl_flag(&msg, VSN_A_FABRIC_COMMIT);
	return ask();
}

/* Its halves have no way to each other. */
static int graph_set_wrong(void)
{
	request(VSN_CMD_FABRIC_SET);
	put_graph_halves(&msg);
	nl_flag(&msg, VSN_A_FABRIC_COMMIT);
	return ask();
}

/*
 * What was refused can be done now; where only the answer was lost, it may be done
 * already. Then it can be committed.
 */
static const char *check_graph(int err, int (*again)(void))
{
	if (err && again() && !scene.lost)
		return "a part was left behind";
	return graph_commit() ? "it cannot be committed" : NULL;
}

static const char *check_set(int err)
{
	return check_graph(err, graph_set);
}

static const char *check_set_network(int err)
{
	return check_graph(err, graph_set_network);
}

static const char *check_set_wrong(int err)
{
	return check_graph(err, graph_set);
}

/* Routes; the first fills the cache */

static int route_get(void)
{
	request(VSN_CMD_ROUTE_GET);
	nl_str(&msg, VSN_A_ROUTE_SOURCE, "a1");
	nl_str(&msg, VSN_A_ROUTE_DESTINATION, "a14");
	return ask();
}

static int route_get_tiers(void)
{
	request(VSN_CMD_ROUTE_GET);
	nl_str(&msg, VSN_A_ROUTE_SOURCE, "b0.npu1");
	nl_str(&msg, VSN_A_ROUTE_DESTINATION, "b1.npu2");
	return ask();
}

static int route_get_none(void)
{
	request(VSN_CMD_ROUTE_GET);
	nl_str(&msg, VSN_A_ROUTE_SOURCE, "b0.npu1");
	nl_str(&msg, VSN_A_ROUTE_DESTINATION, "b7.npu2");
	return ask();
}

/* Stragglers */

static int endpoint_set(void)
{
	request(VSN_CMD_ENDPOINT_SET);
	nl_u32(&msg, VSN_A_ENDPOINT_ID, 3);
	nl_u32(&msg, VSN_A_ENDPOINT_SLOW, 500000);
	nl_u64(&msg, VSN_A_ENDPOINT_DELAY, 1000);
	return ask();
}

static int endpoint_set_memory(void)
{
	request(VSN_CMD_ENDPOINT_SET);
	nl_u32(&msg, VSN_A_ENDPOINT_ID, TEST_ACCELERATORS);
	nl_u32(&msg, VSN_A_ENDPOINT_SLOW, 500000);
	return ask();
}

/* It is slow if that was done, and as it was if not. */
static const char *check_slow(int err)
{
	const char *why = check_heard_and_answered(err);
	struct vsn_ctl_endpoint e;

	if (why)
		return why;
	if (vsn_ctl_endpoint_get_id(scene.ctl, scene.name, 3, &e))
		return "the endpoint is gone";
	if (scene.lost)
		return NULL;
	if (err)
		return e.slow || e.delay ? "refused, and yet it is slow" : NULL;
	return e.slow == 500000 && e.delay == 1000 ? NULL : "it is not slow";
}

#define NEW_GRAPH	{ { W_FABRICS, 1 }, { W_STATE, 2 }, { W_PARTS, GRAPH_PARTS },	\
			  { W_NODE, 1 }, { W_LIMIT, ANY }, { W_CLOCK, 1 } }
#define COMMIT		{ { W_STATE, 1 }, { W_NODE, 1 }, { W_LIMIT, ANY } }

static const struct sweep_row rows[] = {
	ROW("fabric-new, a graph", .flags = SWEEP_BARE, .prepare = listen_too,
	    .call = graph_new, .verify = check_heard_and_answered, .cleanup = drop_fabric,
	    .changes = NEW_GRAPH),
	ROW("fabric-set, switches and links", .flags = SWEEP_BARE,
	    .prepare = draft_without_graph, .call = graph_set, .verify = check_set,
	    .cleanup = drop_fabric),
	ROW("fabric-set, a network and its graph", .flags = SWEEP_BARE,
	    .prepare = draft_of_ends, .call = graph_set_network,
	    .verify = check_set_network, .cleanup = drop_fabric,
	    .changes = { { W_PARTS, 2 } }),
	ROW("fabric-set, a graph that cannot be committed", .flags = SWEEP_BARE,
	    .prepare = draft_without_graph, .call = graph_set_wrong,
	    .verify = check_set_wrong, .cleanup = drop_fabric, .expect = -EINVAL),
	ROW("fabric-set, commit of a graph", .flags = SWEEP_BARE,
	    .prepare = draft_and_listener, .call = graph_commit,
	    .verify = check_heard_and_answered, .cleanup = drop_fabric, .changes = COMMIT),

	ROW("route-get, over a graph", .flags = SWEEP_BARE, .prepare = graph_fabric,
	    .call = route_get, .verify = one_object, .cleanup = drop_fabric),
	ROW("route-get, over tiers", .prepare = connect_nl, .call = route_get_tiers,
	    .verify = one_object, .cleanup = disconnect),
	ROW("route-get, to nowhere", .prepare = connect_nl, .call = route_get_none,
	    .cleanup = disconnect, .expect = -ENOENT),

	ROW("endpoint-set", .flags = SWEEP_FRESH, .prepare = listen_too,
	    .call = endpoint_set, .verify = check_slow, .cleanup = disconnect),
	ROW("endpoint-set, of what cannot be slow", .prepare = connect_nl,
	    .call = endpoint_set_memory, .cleanup = disconnect, .expect = -EINVAL),
};

int main(void)
{
	return sweep_main(rows, ARRAY_SIZE(rows));
}
