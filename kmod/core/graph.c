// SPDX-License-Identifier: GPL-2.0
/*
 * Graphs as they are filled in.  Everything is added at the end, so that what a
 * message added is taken back by cutting it off.
 */
#include "graph.h"

#include "topo_impl.h"

#define FIRST_ROOM	64U

static u32 hash_name(const char *s, u32 room)
{
	u32 h = 0x811c9dc5;

	while (*s)
		h = (h ^ (u8)*s++) * 0x01000193;
	return (h ^ h >> 15) & (room - 1);
}

/**
 * vsn_graph_create - make an empty graph
 * @mem: memory, copied
 *
 * Return: the graph, or NULL when there is no memory.
 */
struct vsn_graph *vsn_graph_create(const struct vsn_mem *mem)
{
	struct vsn_graph *g = mem->alloc(mem->ctx, sizeof(*g));

	if (g)
		g->mem = *mem;
	return g;
}

static void give_back(struct vsn_graph *g, void *p, size_t size)
{
	if (p)
		g->mem.free(g->mem.ctx, p, size);
}

/**
 * vsn_graph_free - end a graph
 * @g: the graph, or NULL
 */
void vsn_graph_free(struct vsn_graph *g)
{
	struct vsn_mem mem;

	if (!g)
		return;
	vsn_graph_uncommit(g);
	give_back(g, g->switches, (size_t)g->switch_room * sizeof(*g->switches));
	give_back(g, g->names, (size_t)g->name_room * sizeof(*g->names));
	give_back(g, g->links, (size_t)g->link_room * sizeof(*g->links));
	mem = g->mem;
	mem.free(mem.ctx, g, sizeof(*g));
}

/* Room for @more elements of @size after the @nr that are there. */
static int make_room(struct vsn_graph *g, void **array, u32 *room, u32 nr, u32 more,
		     size_t size)
{
	u32 want = *room ? *room : FIRST_ROOM;
	void *p;

	while (want < nr + more)
		want *= 2;
	if (want == *room)
		return 0;
	p = g->mem.alloc(g->mem.ctx, want * size);
	if (!p)
		return -ENOMEM;
	if (nr)
		memcpy(p, *array, nr * size);
	give_back(g, *array, *room * size);
	*array = p;
	*room = want;
	return 0;
}

static u32 *name_slot(const struct vsn_graph *g, const char *name)
{
	u32 i = hash_name(name, g->name_room);

	while (g->names[i] && strcmp(g->switches[g->names[i] - 1].name, name))
		i = (i + 1) & (g->name_room - 1);
	return &g->names[i];
}

static void hash_all(struct vsn_graph *g)
{
	u32 i;

	memset(g->names, 0, (size_t)g->name_room * sizeof(*g->names));
	for (i = 0; i < g->nr_switches; i++)
		*name_slot(g, g->switches[i].name) = i + 1;
}

/* At least half of the table stays empty. */
static int make_name_room(struct vsn_graph *g)
{
	u32 room = g->name_room ? g->name_room : 2 * FIRST_ROOM;
	u32 *names;

	while (room < 2 * (g->nr_switches + 1))
		room *= 2;
	if (room == g->name_room)
		return 0;
	names = g->mem.alloc(g->mem.ctx, (size_t)room * sizeof(*names));
	if (!names)
		return -ENOMEM;
	give_back(g, g->names, (size_t)g->name_room * sizeof(*g->names));
	g->names = names;
	g->name_room = room;
	hash_all(g);
	return 0;
}

/**
 * vsn_graph_find_switch - switch of a name
 * @g: the graph
 * @name: without the network's
 *
 * Return: index of the switch, or VSN_NO_SWITCH.
 */
u32 vsn_graph_find_switch(const struct vsn_graph *g, const char *name)
{
	u32 slot = g->nr_switches ? *name_slot(g, name) : 0;

	return slot ? slot - 1 : VSN_NO_SWITCH;
}

/**
 * vsn_graph_add_switch - add a switch
 * @g: the graph of a draft
 * @name: [a-z0-9_-]{1,31}, unique in the graph
 * @latency: time through it, ps
 * @diag: why not
 *
 * Return: 0; -EINVAL for what is wrong, -EEXIST there is one of that name, -E2BIG
 * too many, -ENOMEM.
 */
int vsn_graph_add_switch(struct vsn_graph *g, const char *name, u64 latency,
			 struct vsn_diag *diag)
{
	struct vsn_graph_switch *sw;
	int err;

	if (!vsn_topo_name_ok(name) || strlen(name) >= VSN_NAME_SIZE)
		return vsn_refuse(diag, -EINVAL, "switch '%.40s': want 1 to 31 of a-z 0-9 _ -",
				  name);
	err = vsn_topo_figure(name, "latency", latency, 0, VSN_MAX_LATENCY, diag);
	if (err)
		return err;
	if (vsn_graph_find_switch(g, name) != VSN_NO_SWITCH)
		return vsn_refuse(diag, -EEXIST, "switch %s: named twice", name);
	if (g->nr_switches == VSN_GRAPH_MAX_VERTICES)
		return vsn_refuse(diag, -E2BIG, "switch %s: more than %u switches", name,
				  VSN_GRAPH_MAX_VERTICES);
	vsn_graph_uncommit(g);
	if (make_room(g, (void **)&g->switches, &g->switch_room, g->nr_switches, 1,
		      sizeof(*g->switches)) || make_name_room(g))
		return vsn_refuse(diag, -ENOMEM, "switch %s: no memory", name);
	sw = &g->switches[g->nr_switches];
	scnprintf(sw->name, sizeof(sw->name), "%s", name);
	sw->latency = latency;
	*name_slot(g, name) = ++g->nr_switches;
	return 0;
}

/* The end that a name means */
static bool find_end(const struct vsn_graph *g, const struct vsn_topo *t,
		     const char *name, u32 *end)
{
	u32 kind, index, sw = vsn_graph_find_switch(g, name);

	if (sw != VSN_NO_SWITCH)
		*end = vsn_graph_end(0, sw);
	else if (vsn_topo_endpoint_parse(t, name, &kind, &index))
		*end = vsn_graph_end(kind, index);
	else
		return false;
	return true;
}

static int check_edge(const struct vsn_graph_edge *e, struct vsn_diag *diag)
{
	char what[64];
	int err;

	scnprintf(what, sizeof(what), "link %.24s>%.24s", e->from, e->to);
	if (!e->lanes || e->lanes > VSN_GRAPH_MAX_LANES)
		return vsn_refuse(diag, -EINVAL, "%s: lanes %u is not 1 to %u", what,
				  e->lanes, VSN_GRAPH_MAX_LANES);
	err = vsn_topo_figure(what, "bandwidth", e->bandwidth, VSN_MIN_BANDWIDTH,
			      VSN_MAX_BANDWIDTH, diag);
	if (!err)
		err = vsn_topo_figure(what, "latency", e->latency, 0, VSN_MAX_LATENCY, diag);
	if (!err)
		err = vsn_topo_figure(what, "efficiency", e->efficiency, 0,
				      VSN_EFFICIENCY_ONE, diag);
	return err;
}

/**
 * vsn_graph_add_link - add links from one end to another
 * @g: the graph of a draft
 * @t: its topology; kinds and dimensions of the endpoints that are named are there
 * @e: what to add
 * @diag: why not
 *
 * Return: 0; -ENOENT there is no such end, -EINVAL for what is wrong, -E2BIG too
 * many, -ENOMEM; then nothing was added.
 */
int vsn_graph_add_link(struct vsn_graph *g, const struct vsn_topo *t,
		       const struct vsn_graph_edge *e, struct vsn_diag *diag)
{
	u32 from, to, i, more = e->both ? 2 * e->lanes : e->lanes;
	struct vsn_graph_link link = {};
	int err;

	err = check_edge(e, diag);
	if (err)
		return err;
	if (!find_end(g, t, e->from, &from))
		return vsn_refuse(diag, -ENOENT, "link from '%.64s': no such endpoint or switch",
				  e->from);
	if (!find_end(g, t, e->to, &to))
		return vsn_refuse(diag, -ENOENT, "link to '%.64s': no such endpoint or switch",
				  e->to);
	if (from == to)
		return vsn_refuse(diag, -EINVAL, "link from '%.64s': leads to itself",
				  e->from);
	if (more > VSN_GRAPH_MAX_LINKS - g->nr_links)
		return vsn_refuse(diag, -E2BIG, "link from '%.64s': more than %u links",
				  e->from, VSN_GRAPH_MAX_LINKS);
	link.usable = vsn_topo_usable(e->bandwidth, e->efficiency ? e->efficiency :
						    VSN_EFFICIENCY_ONE);
	if (!link.usable)
		return vsn_refuse(diag, -EINVAL,
				  "link from '%.64s': efficiency %u leaves nothing",
				  e->from, e->efficiency);
	vsn_graph_uncommit(g);
	if (make_room(g, (void **)&g->links, &g->link_room, g->nr_links, more,
		      sizeof(*g->links)))
		return vsn_refuse(diag, -ENOMEM, "link from '%.64s': no memory", e->from);
	link.latency = e->latency;
	link.lanes = e->lanes;
	for (i = 0; i < more; i++) {
		link.from = i < e->lanes ? from : to;
		link.to = i < e->lanes ? to : from;
		link.lane = i % e->lanes;
		g->links[g->nr_links++] = link;
	}
	return 0;
}

/**
 * vsn_graph_mark - note how far a graph has come
 * @g: the graph
 *
 * Return: what vsn_graph_truncate() takes.
 */
struct vsn_graph_mark vsn_graph_mark(const struct vsn_graph *g)
{
	return (struct vsn_graph_mark) {
		.switches = g->nr_switches,
		.links = g->nr_links,
	};
}

/**
 * vsn_graph_truncate - take back what was added
 * @g: the graph of a draft
 * @mark: from vsn_graph_mark(), before that
 */
void vsn_graph_truncate(struct vsn_graph *g, struct vsn_graph_mark mark)
{
	vsn_graph_uncommit(g);
	g->nr_links = mark.links;
	if (g->nr_switches == mark.switches)
		return;
	g->nr_switches = mark.switches;
	hash_all(g);
}

/**
 * vsn_graph_end_name - write the name of an end
 * @t: a topology whose kinds are committed
 * @g: its graph
 * @end: from vsn_graph_end()
 * @buf: where to
 * @size: room
 *
 * Return: length.
 */
int vsn_graph_end_name(const struct vsn_topo *t, const struct vsn_graph *g, u32 end,
		       char *buf, size_t size)
{
	u32 kind = vsn_graph_end_kind(end), index = vsn_graph_end_index(end);

	if (!kind)
		return scnprintf(buf, size, "%s", g->switches[index].name);
	return vsn_topo_endpoint_name(t, t->kinds[kind].base + index, buf, size);
}
