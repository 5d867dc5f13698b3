// SPDX-License-Identifier: GPL-2.0
/*
 * How a chunk travels.
 *
 * An operation is cut into equal pieces, a multiple of the planes in number, and
 * further where a home ends.  A chunk visits resources in legs:
 *
 *   push		write engine, own memory, links, memory; ack back
 *   pull		read engine, request out; memory, links, own memory
 *   third party	command out; its write engine, memory, links, memory; ack back
 *   reduce		as a copy, but the memory written is read, too
 *   atomic		request out; memory; response back
 *   signal		links, memory; posted: nothing comes back
 *   discard		to each run of bytes at one home: request out; ack back
 *   to switch	write engine, own memory, the first link; ack back
 *   from switch	the last link, memory
 *
 * A leg begins when the last byte of the one before has arrived (TURN).  The read
 * engine paces the requests; that its data cannot end sooner than the engine is
 * free is carried along as the chunk's bound.
 *
 * Each plane has its own chain of chunks: the source injects a chunk when the
 * chain's previous one has left the first link (a pull: the read engine).  What
 * comes before the first byte - the command, the first access to the memory that
 * is read - is pipelined, so only the first chunk of a chain pays for it.
 * Counters and the trace see every transfer as it happens.
 */
#include "outage.h"

#define PIECE_MIN	(64ULL << 10)
/* The last piece of a chain drains alone: enough of them that it hardly counts. */
#define PIECES_PER_CHAIN 64U

static size_t chunk_size(const struct vsn_sched *s, bool timed)
{
	return vsn_chunk_size(s) + (timed ? vsn_chunk_room(s) * sizeof(u64) : 0);
}

static struct vsn_chunk *chunk_alloc(struct vsn_sched *s, struct vsn_op *op, u32 chain)
{
	struct vsn_chunk *c = s->free_chunks;

	if (vsn_sched_reserve(s))
		return NULL;
	if (c)
		s->free_chunks = c->next;
	else
		c = s->mem.alloc(s->mem.ctx, chunk_size(s, s->armed));
	if (!c)
		return NULL;
	c->op = op;
	c->bound = 0;
	c->stream = op->stream->id;
	c->no = op->nr_chunks++;
	c->at = 0;
	c->nr = 0;
	c->gate = VSN_NO_GATE;
	c->timed = s->armed;
	c->again = 0;
	c->wire = 0;
	c->chain = chain;
	c->prev_src = ~0U;
	op->in_flight++;
	s->nr_chunks++;
	return c;
}

/* The chunk is over; the caller sees to its operation. */
void vsn_chunk_free(struct vsn_sched *s, struct vsn_chunk *c)
{
	c->op->in_flight--;
	c->op->wire += c->wire;
	s->nr_chunks--;
	if (unlikely(c->timed != s->armed)) {
		/* From before the first fault: others need more room. */
		s->mem.free(s->mem.ctx, c, chunk_size(s, c->timed));
		return;
	}
	c->next = s->free_chunks;
	s->free_chunks = c;
}

void vsn_chunk_free_all(struct vsn_sched *s)
{
	struct vsn_chunk *c;

	while ((c = s->free_chunks)) {
		s->free_chunks = c->next;
		s->mem.free(s->mem.ctx, c, chunk_size(s, c->timed));
	}
}

static bool op_moves_range(const struct vsn_op *op)
{
	return op->sqe.opcode == VSN_OP_COPY || op->sqe.opcode == VSN_OP_FILL ||
	       op->sqe.opcode == VSN_OP_REDUCE;
}

/* It is about a range, of which bytes move or not. */
static bool op_has_range(const struct vsn_op *op)
{
	return op_moves_range(op) || op->sqe.opcode == VSN_OP_DISCARD;
}

/* What the memory of a chunk's destination has to do: REDUCE reads it as well. */
static u64 dst_bytes(const struct vsn_chunk *c)
{
	return c->op->sqe.opcode == VSN_OP_REDUCE ? 2 * c->len : c->len;
}

static bool op_exhausted(const struct vsn_op *op)
{
	return op->status || op->injected == (op_has_range(op) ? op->sqe.len : 8);
}

/* The way */

static void visit(struct vsn_chunk *c, u32 res, u64 bytes, u32 flags)
{
	c->visits[c->nr++] = (struct vsn_visit) {
		.res = res,
		.bytes = bytes,
		.flags = flags,
	};
}

static void visit_engine(struct vsn_sched *s, struct vsn_chunk *c, u32 ep,
			 enum vsn_engine_kind kind, u64 bytes, u32 flags)
{
	visit(c, vsn_link_engine_id(s->topo, ep, kind), bytes, flags);
}

/* The links from one endpoint to another; the first is flagged with @flags. */
static int visit_path(struct vsn_sched *s, struct vsn_chunk *c, u32 from, u32 to,
		      u64 bytes, u32 flags)
{
	struct vsn_op *op = c->op;
	struct vsn_path path;
	u32 plane = 0, i;
	u64 salt = 0;
	int net;

	/* Word of a value belongs to no operation that could take turns. */
	if (!(flags & VISIT_WORD)) {
		plane = op->plane + c->chain;
		salt = (u64)op->sqe.stream << 32 ^ op->seq;
	}
	if (unlikely(s->armed))
		net = vsn_fault_path(s, op->sqe.network, from, to, plane, salt, &path);
	else
		net = vsn_route_find(s->topo, op->sqe.network, from, to, plane, salt,
				     &path);
	if (net < 0)
		return net;
	s->work += vsn_route_work(s->topo, net);
	for (i = 0; i < path.nr_hops; i++) {
		visit(c, path.hops[i], bytes, VISIT_LINK | flags);
		c->visits[c->nr - 1].net = net;
		c->visits[c->nr - 1].via = path.via[i];
		flags &= VISIT_WORD;
	}
	return net;
}

/* Source and destination are one endpoint's memory: bytes go out and in. */
static int plan_local(struct vsn_sched *s, struct vsn_chunk *c)
{
	u32 me = c->op->sqe.initiator;
	bool reads = c->src != ~0U;
	u32 turn = 0;
	int net;

	if (c->dst != me && c->prev_src != c->src) {
		net = visit_path(s, c, me, c->dst, 0, 0);
		if (net < 0)
			return net;
		turn = VISIT_TURN;
	}
	c->gate = c->nr;
	visit_engine(s, c, c->dst, VSN_ENGINE_MEMORY,
		     reads ? c->len + dst_bytes(c) : c->len,
		     turn | (reads && c->prev_src != c->src ? VISIT_LATENCY : 0));
	if (c->dst == me)
		return 0;
	net = visit_path(s, c, c->dst, me, 0, VISIT_TURN);
	if (net >= 0)
		c->op->net = net;
	return net;
}

static int plan_push(struct vsn_sched *s, struct vsn_chunk *c)
{
	u32 me = c->op->sqe.initiator;
	u32 from = c->src == ~0U ? me : c->src;
	bool lead = c->prev_src != from;
	u32 turn = 0;
	int net;

	if (from != me && lead) {
		net = visit_path(s, c, me, from, 0, 0);
		if (net < 0)
			return net;
		turn = VISIT_TURN;
	}
	visit_engine(s, c, from, VSN_ENGINE_WRITE, c->len, turn);
	if (c->src != ~0U)
		visit_engine(s, c, from, VSN_ENGINE_MEMORY, c->len,
			     lead ? VISIT_LATENCY : 0);
	/* Commands to many homes follow each other; data of one home does. */
	c->gate = turn && c->op->src->nr_homes > 1 ? 0 : c->nr;
	net = visit_path(s, c, from, c->dst, c->len, 0);
	if (net < 0)
		return net;
	c->op->net = net;
	visit_engine(s, c, c->dst, VSN_ENGINE_MEMORY, dst_bytes(c), 0);
	return visit_path(s, c, c->dst, me, 0, VISIT_TURN);
}

static int plan_pull(struct vsn_sched *s, struct vsn_chunk *c)
{
	u32 me = c->op->sqe.initiator;
	int net;

	c->gate = 0;
	visit_engine(s, c, me, VSN_ENGINE_READ, c->len, VISIT_PACE);
	net = visit_path(s, c, me, c->src, 0, 0);
	if (net < 0)
		return net;
	visit_engine(s, c, c->src, VSN_ENGINE_MEMORY, c->len,
		     VISIT_TURN | VISIT_LATENCY);
	net = visit_path(s, c, c->src, me, c->len, 0);
	if (net < 0)
		return net;
	c->op->net = net;
	visit_engine(s, c, me, VSN_ENGINE_MEMORY, dst_bytes(c), 0);
	return 0;
}

/*
 * One of the two links of a path over a single switch that reduces: the one that
 * leads to it, or the one from it.
 */
static int visit_half(struct vsn_sched *s, struct vsn_chunk *c, u32 from, u32 to,
		      u64 bytes, u32 flags, bool up)
{
	const struct vsn_topo *t = s->topo;
	struct vsn_visit *v = &c->visits[c->nr];
	struct vsn_link_pos first, last;
	int net;

	net = visit_path(s, c, from, to, bytes, 0);
	if (net < 0)
		return net;
	if (&c->visits[c->nr] != v + 2 || !vsn_topo_link_pos(t, v[0].res, &first) ||
	    !vsn_topo_link_pos(t, v[1].res, &last) || first.tier != last.tier ||
	    !t->networks[net].tiers[first.tier].reduces)
		return -EOPNOTSUPP;
	if (!up)
		v[0] = v[1];
	v[0].flags |= flags;
	c->nr--;
	return net;
}

/*
 * Reduction in switches, in two operations.  The first brings bytes to the switch, as
 * many times as there are endpoints that have some; the second takes what it made of
 * them on to where it shall be, perhaps again to many.  So each port carries the bytes
 * of its endpoint once up and the result once down (Graham et al., Scalable Hierarchical
 * Aggregation Protocol, COM-HPC 2016; NVLink's multimem instructions do the same).  The
 * switch adds as fast as its ports bring, and who issues the second sees to it that the
 * first ones are complete.  Which of the planes' switches has which byte is not modelled.
 */
static int plan_switch(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;
	u32 me = op->sqe.initiator;
	int net;

	if (c->src == c->dst)
		return -EOPNOTSUPP;
	if (op->sqe.flags & VSN_OP_F_FROM_SWITCH) {
		if (c->src != me && c->dst != me)
			return -EOPNOTSUPP;
		c->gate = 0;
		net = visit_half(s, c, c->src, c->dst, c->len, 0, false);
		visit_engine(s, c, c->dst, VSN_ENGINE_MEMORY, dst_bytes(c), 0);
	} else {
		if (c->src != me)
			return -EOPNOTSUPP;
		visit_engine(s, c, me, VSN_ENGINE_WRITE, c->len, 0);
		visit_engine(s, c, me, VSN_ENGINE_MEMORY, c->len,
			     c->prev_src != me ? VISIT_LATENCY : 0);
		c->gate = c->nr;
		net = visit_half(s, c, me, c->dst, c->len, 0, true);
		if (net >= 0)
			net = visit_half(s, c, c->dst, me, 0, VISIT_TURN, false);
	}
	if (net >= 0)
		op->net = net;
	return net;
}

/* Atomics and SIGNAL: operands out, the old value back. */
static int plan_word(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;
	u32 me = op->sqe.initiator;
	bool posted = op->sqe.opcode == VSN_OP_SIGNAL;
	u32 latency = posted ? 0 : VISIT_LATENCY;
	int net;

	if (c->dst == me) {
		visit_engine(s, c, me, VSN_ENGINE_MEMORY, 8, latency);
		return 0;
	}
	net = visit_path(s, c, me, c->dst, op->sqe.opcode == VSN_OP_CAS ? 16 : 8, 0);
	if (net < 0)
		return net;
	op->net = net;
	visit_engine(s, c, c->dst, VSN_ENGINE_MEMORY, 8, VISIT_TURN | latency);
	if (posted)
		return 0;
	return visit_path(s, c, c->dst, me, 8, VISIT_TURN);
}

/* DISCARD: what is there is of no use any more; no bytes move. */
static int plan_discard(struct vsn_sched *s, struct vsn_chunk *c)
{
	u32 me = c->op->sqe.initiator;
	int net;

	c->gate = 0;
	if (c->dst == me) {
		visit_engine(s, c, me, VSN_ENGINE_MEMORY, 0, 0);
		return 0;
	}
	net = visit_path(s, c, me, c->dst, 0, 0);
	if (net < 0)
		return net;
	c->op->net = net;
	visit_engine(s, c, c->dst, VSN_ENGINE_MEMORY, 0, 0);
	return visit_path(s, c, c->dst, me, 0, VISIT_TURN);
}

/* What a WAIT waits for is there: word of it goes from the home to the waiter. */
static int plan_wake(struct vsn_sched *s, struct vsn_chunk *c)
{
	int net = visit_path(s, c, c->dst, c->op->sqe.initiator, 0, VISIT_WORD);

	if (net >= 0)
		c->op->net = net;
	return net;
}

/* End of the equal piece that holds the byte at @off. */
static u64 piece_end(const struct vsn_op *op, u64 off)
{
	u64 len = op->sqe.len / op->pieces, longer = op->sqe.len % op->pieces;
	u64 split = longer * (len + 1);

	if (off < split)
		return (off / (len + 1) + 1) * (len + 1);
	return split + ((off - split) / len + 1) * len;
}

/* Give the chunk the next bytes of its operation. */
static void take_bytes(struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;
	u64 off = op->injected, end, at;

	at = op->sqe.dst - op->dst->ua + off;
	c->dst = vsn_place_home(op->dst, at);
	c->src = ~0U;
	if (!op_has_range(op)) {
		c->len = 8;
		op->injected = 8;
		return;
	}
	end = vsn_min(piece_end(op, off), off + vsn_place_run(op->dst, at));
	if (op->src) {
		at = op->sqe.src - op->src->ua + off;
		c->src = vsn_place_home(op->src, at);
		end = vsn_min(end, off + vsn_place_run(op->src, at));
	}
	c->len = end - off;
	op->injected = end;
}

/* Give the chunk a way. */
static int plan(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;
	int err;

	if (op->sqe.opcode == VSN_OP_WAIT)
		err = plan_wake(s, c);
	else if (op->sqe.opcode == VSN_OP_DISCARD)
		err = plan_discard(s, c);
	else if (!op_moves_range(op))
		err = plan_word(s, c);
	else if (op->sqe.flags & (VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH))
		err = plan_switch(s, c);
	else if (c->src == c->dst || (c->src == ~0U && c->dst == op->sqe.initiator))
		err = plan_local(s, c);
	else if (c->dst == op->sqe.initiator)
		err = plan_pull(s, c);
	else
		err = plan_push(s, c);
	return err < 0 ? err : 0;
}

/* In motion */

int vsn_chunk_pass(struct vsn_sched *s, struct vsn_chunk *c, const struct vsn_visit *v)
{
	struct vsn_link *link = vsn_links_touch(&s->links, v->res);
	u64 bound = c->bound, latency, wire, start;
	int err;

	if (!link)
		return -ENOMEM;
	if (v->flags & VISIT_TURN) {
		c->flow.head = c->flow.tail;
		c->flow.tail = vsn_max(c->flow.tail, c->bound);
	}
	latency = vsn_visit_latency(s, v, link);
	wire = vsn_visit_wire(s, v);
	if (bound && __builtin_add_overflow(bound, latency, &bound))
		return -EOVERFLOW;
	start = vsn_max(c->flow.head, link->busy);
	err = vsn_link_pass(link, &c->flow, wire, latency);
	if (err)
		return err;
	c->bound = bound;
	if (v->flags & VISIT_PACE) {
		c->bound = c->flow.tail;
		c->flow.tail = c->flow.head;
	}
	link->payload += v->bytes;
	link->wire += wire;
	link->transfers++;
	if (v->flags & VISIT_LINK) {
		struct vsn_xfer xfer = {
			.op = c->op,
			.link = v->res,
			.payload = v->bytes,
			.wire = wire,
			.start = start,
			.end = c->flow.tail,
			.chunk = c->no,
			.net = link->net,
			.tier = link->tier,
		};

		c->wire += wire;
		s->ops->xfer(s->ctx, &xfer);
	}
	return 0;
}

/* The gate is passed: the chain's next chunk follows when the resource is free. */
static void follow(struct vsn_sched *s, struct vsn_chunk *c, u32 res, u64 now)
{
	struct vsn_op *op = c->op;
	struct vsn_event ev;
	struct vsn_chunk *n;

	if (op_exhausted(op))
		return;
	n = chunk_alloc(s, op, c->chain);
	if (!n) {
		op->status = -ENOMEM;
		return;
	}
	n->prev_src = c->src == ~0U ? op->sqe.initiator : c->src;
	n->flow.head = vsn_max(now, vsn_links_find(&s->links, res)->busy);
	n->flow.tail = n->flow.head;
	ev = vsn_chunk_event(n, n->flow.head);
	vsn_heap_push(&s->heap, &ev);
}

/* Count a chunk that has arrived. */
static int arrive(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;
	u32 me = op->sqe.initiator;
	struct vsn_endpoint_stats *stats, *to, *from;
	u32 src = c->src == ~0U ? me : c->src;

	op->end = vsn_max(op->end, c->flow.tail);
	if (!op_moves_range(op))
		return 0;
	to = vsn_sparse_touch(&s->stats, c->dst);
	from = vsn_sparse_touch(&s->stats, src);
	if (!to || !from)
		return -ENOMEM;
	stats = vsn_sparse_find(&s->stats, me);
	op->bytes += c->len;
	if (src == c->dst) {
		stats->local_bytes += c->len;
		return 0;
	}
	if (c->dst == me)
		stats->read_bytes += c->len;
	else
		stats->write_bytes += c->len;
	/* Half of the way is between a memory and a switch. */
	if (!(op->sqe.flags & VSN_OP_F_TO_SWITCH))
		to->in_bytes += c->len;
	if (!(op->sqe.flags & VSN_OP_F_FROM_SWITCH))
		from->out_bytes += c->len;
	return 0;
}

void vsn_chunk_retire(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;

	vsn_chunk_free(s, c);
	if (op->in_flight || !op_exhausted(op))
		return;
	vsn_sched_push_end(s, op);
}

/* Its event may be the next: fetch the state of the resource that it comes to. */
void vsn_chunk_prefetch(const struct vsn_sched *s, const struct vsn_chunk *c)
{
	if (c->nr)
		vsn_links_prefetch(&s->links, c->visit.res);
}

/* The event that a chunk begins with; true: it has nothing to do. */
static bool set_out(struct vsn_sched *s, struct vsn_chunk *c, int *err)
{
	struct vsn_op *op = c->op;

	if (!op->status && vsn_op_dead(op))
		op->status = -EIO;
	if (op->status || (op_exhausted(op) && !c->again)) {
		/* By others, maybe: one that was lost and went another way was faster. */
		op->end = vsn_max(op->end, s->now);
		vsn_chunk_retire(s, c);
		return true;
	}
	if (!c->again)
		take_bytes(c);
	*err = vsn_outage_check_chunk(s, c);
	if (!*err)
		*err = plan(s, c);
	if (c->again & VSN_AGAIN_FOLLOWED)
		c->gate = VSN_NO_GATE;
	c->visit = c->visits[0];
	return false;
}

void vsn_chunk_step(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_op *op = c->op;
	const struct vsn_event *first;
	struct vsn_event ev;
	int err = 0;

	if (!c->nr && set_out(s, c, &err))
		return;
	while (!err) {
		if (unlikely(s->armed)) {
			/* All is passed, and its last byte is there. */
			if (c->at == c->nr) {
				err = arrive(s, c);
				break;
			}
			err = vsn_replay_pass(s, c);
			if (err > 0)
				return;
		} else {
			err = vsn_chunk_pass(s, c, &c->visit);
		}
		if (err)
			break;
		if (c->at == c->gate)
			follow(s, c, c->visit.res, s->now);
		if (++c->at == c->nr) {
			if (likely(!c->timed)) {
				err = arrive(s, c);
				break;
			}
			/* It may be lost until its last byte is there. */
			ev = vsn_chunk_event(c, c->flow.tail);
		} else {
			c->visit = c->visits[c->at];
			ev = vsn_chunk_event(c, c->visit.flags & VISIT_TURN ?
						c->flow.tail : c->flow.head);
		}
		/* Go on at once where the heap would give this event back next. */
		first = vsn_heap_first(&s->heap);
		if (ev.time > s->until || (first && vsn_event_before(first, &ev))) {
			vsn_heap_push(&s->heap, &ev);
			return;
		}
		s->now = ev.time;
	}
	if (err) {
		op->status = err;
		op->end = vsn_max(op->end, s->now);
	}
	vsn_chunk_retire(s, c);
}

/* Homes of the operation's first byte. */
static void first_homes(const struct vsn_op *op, u32 *src, u32 *dst)
{
	*dst = vsn_place_home(op->dst, op->sqe.dst - op->dst->ua);
	*src = op->src ? vsn_place_home(op->src, op->sqe.src - op->src->ua) :
			 op->sqe.initiator;
}

/* One a plane; with all-path routing one a path, of PIECE_MIN at least. */
static u32 chains(struct vsn_sched *s, u32 net, u32 src, u32 dst, u64 len)
{
	u64 planes = vsn_route_planes(s->topo, net, src, dst);
	u64 paths = vsn_route_spread(s->topo, net, src, dst);

	return vsn_max(vsn_min(len, planes), vsn_min(len / PIECE_MIN, paths));
}

/*
 * How many chains, and into how many pieces: 64 a chain, of 64 KiB to 8 MiB.  A
 * short operation takes one plane; which one rotates with the operations.
 */
static int cut(struct vsn_sched *s, struct vsn_op *op)
{
	u64 len = op->sqe.len, per_chain, most;
	u32 src, dst;
	int net;

	op->chains = 1;
	op->pieces = 1;
	op->plane = op->sqe.initiator + op->sqe.stream + (u32)op->seq;
	first_homes(op, &src, &dst);
	if (src != dst) {
		net = vsn_route_network(s->topo, op->sqe.network, src, dst);
		if (net < 0)
			return net;
		if (op_moves_range(op) && len > s->topo->networks[net].stripe)
			op->chains = chains(s, net, src, dst, len);
	}
	if (!op_moves_range(op))
		return 0;
	per_chain = vsn_min(len / (op->chains * PIECE_MIN), PIECES_PER_CHAIN);
	/* Within one memory a REDUCE passes it three times, at once. */
	most = op->sqe.opcode == VSN_OP_REDUCE ? VSN_CHUNK_MAX / 2 : VSN_CHUNK_MAX;
	most *= op->chains;
	per_chain = vsn_max(per_chain, (len + most - 1) / most);
	op->pieces = op->chains * vsn_max(per_chain, 1);
	return 0;
}

int vsn_chunk_start(struct vsn_sched *s, struct vsn_op *op)
{
	const struct vsn_kind *kind;
	struct vsn_event ev;
	struct vsn_chunk *c;
	u64 time;
	u32 i;
	int err;

	kind = &s->topo->kinds[vsn_topo_kind(s->topo, op->sqe.initiator)];
	if (__builtin_add_overflow(op->start, kind->overhead +
				   vsn_straggler_wait(s, op->sqe.initiator), &time))
		return -EOVERFLOW;
	err = cut(s, op);
	if (err)
		return err;
	for (i = 0; i < op->chains; i++) {
		c = chunk_alloc(s, op, i);
		if (!c) {
			/* Those that are under way will see it and retire. */
			if (!i)
				return -ENOMEM;
			op->status = -ENOMEM;
			return 0;
		}
		c->flow.head = time;
		c->flow.tail = time;
		ev = vsn_chunk_event(c, time);
		vsn_heap_push(&s->heap, &ev);
	}
	return 0;
}

/* Send word of a value, which is there at @time, to a WAIT elsewhere. */
int vsn_chunk_wake(struct vsn_sched *s, struct vsn_op *op, u64 time)
{
	struct vsn_chunk *c = chunk_alloc(s, op, 0);
	struct vsn_event ev;

	if (!c)
		return -ENOMEM;
	c->flow.head = time;
	c->flow.tail = time;
	ev = vsn_chunk_event(c, time);
	vsn_heap_push(&s->heap, &ev);
	return 0;
}
