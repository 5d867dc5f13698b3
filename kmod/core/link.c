// SPDX-License-Identifier: GPL-2.0
#include "link.h"

/**
 * vsn_links_init - make the table, all idle
 * @l: the table
 * @t: a committed topology, must outlive it
 * @mem: memory, must outlive it
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_links_init(struct vsn_links *l, const struct vsn_topo *t,
		   const struct vsn_mem *mem)
{
	l->topo = t;
	return vsn_sparse_init(&l->table,
			       (u64)t->nr_links + (u64)t->nr_endpoints * VSN_NR_ENGINES,
			       sizeof(struct vsn_link), mem);
}

/**
 * vsn_links_free - give back all memory
 * @l: the table; may be all zero
 */
void vsn_links_free(struct vsn_links *l)
{
	vsn_sparse_free(&l->table);
}

/**
 * vsn_links_find - look at a resource's state
 * @l: the table
 * @id: resource id
 *
 * Return: the state, or NULL when it never carried anything.
 */
struct vsn_link *vsn_links_find(const struct vsn_links *l, u32 id)
{
	struct vsn_link *link = vsn_sparse_find(&l->table, id);

	return link && link->present ? link : NULL;
}

/**
 * vsn_links_next - find what carried something
 * @l: the table
 * @id: where to begin
 *
 * Return: the first resource id from @id on that has a state, or the number of
 * resources.
 */
u64 vsn_links_next(const struct vsn_links *l, u64 id)
{
	for (id = vsn_sparse_next(&l->table, id); id < l->table.length;
	     id = vsn_sparse_next(&l->table, id + 1))
		if (vsn_links_find(l, id))
			break;
	return id;
}

static void engine_figures(const struct vsn_topo *t, u32 engine,
			   struct vsn_link *link)
{
	const struct vsn_kind *kind;

	kind = &t->kinds[vsn_topo_kind(t, engine / VSN_NR_ENGINES)];
	switch (engine % VSN_NR_ENGINES) {
	case VSN_ENGINE_READ:
		link->bandwidth = kind->read_bandwidth;
		break;
	case VSN_ENGINE_WRITE:
		link->bandwidth = kind->write_bandwidth;
		break;
	case VSN_ENGINE_MEMORY:
		link->bandwidth = kind->mem_bandwidth;
		link->latency = kind->mem_latency;
		break;
	}
}

/**
 * vsn_links_touch - get a resource's state, making it if need be
 * @l: the table
 * @id: id of a resource that exists
 *
 * Return: the state, or NULL when there is no memory.
 */
struct vsn_link *vsn_links_touch(struct vsn_links *l, u32 id)
{
	struct vsn_link *link = vsn_sparse_touch(&l->table, id);
	struct vsn_link_pos pos;

	if (!link || link->present)
		return link;
	if (id >= l->topo->nr_links) {
		engine_figures(l->topo, id - l->topo->nr_links, link);
	} else {
		if (!vsn_topo_link_figures(l->topo, id, &link->bandwidth,
					   &link->latency, &link->store_forward) ||
		    !vsn_topo_link_pos(l->topo, id, &pos))
			return NULL;
		link->net = pos.net;
		link->tier = pos.tier;
	}
	link->present = true;
	return link;
}

/**
 * vsn_link_ser - time to serialise
 * @bytes: how many
 * @bandwidth: bytes/s; 0: takes no time
 * @ser: out: ps, rounded up
 *
 * Return: 0, or -EOVERFLOW when bytes * 10^12 does not fit in 64 bits.
 */
int vsn_link_ser(u64 bytes, u64 bandwidth, u64 *ser)
{
	u64 n;

	if (!bandwidth) {
		*ser = 0;
		return 0;
	}
	if (__builtin_mul_overflow(bytes, VSN_PS_PER_SEC, &n))
		return -EOVERFLOW;
	*ser = n / bandwidth + (n % bandwidth != 0);
	return 0;
}

/**
 * vsn_link_pass - send a chunk through a resource
 * @link: the resource
 * @flow: the chunk; in: at the resource, out: at the next one
 * @bytes: bytes that occupy the resource
 * @latency: ps, added to what leaves it
 *
 * First in, first out, virtual cut-through:
 *
 *	start = max(head, busy);  busy = start + ser;
 *	tail = max(tail, busy) + L;  head = start + L
 *
 * and with store-and-forward head = busy + L.
 *
 * Return: 0, or -EOVERFLOW past the end of time, and nothing has changed.
 */
int vsn_link_pass(struct vsn_link *link, struct vsn_flow *flow, u64 bytes,
		  u64 latency)
{
	u64 start, end, head, tail, ser;
	int err;

	err = vsn_link_ser(bytes, link->bandwidth, &ser);
	if (err)
		return err;
	start = vsn_max(flow->head, link->busy);
	if (__builtin_add_overflow(start, ser, &end) ||
	    __builtin_add_overflow(vsn_max(flow->tail, end), latency, &tail))
		return -EOVERFLOW;
	head = (link->store_forward ? end : start) + latency;
	link->busy = end;
	link->busy_time += ser;
	flow->head = head;
	flow->tail = tail;
	return 0;
}
