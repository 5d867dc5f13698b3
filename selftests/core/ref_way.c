// SPDX-License-Identifier: GPL-2.0
/* Chunks of the reference: where they go, and how they get there. */
#include <stdlib.h>

#include "ref_impl.h"

#define NOWHERE		~0U
#define PIECE_MIN	(64ULL << 10)
#define PIECES		64

static struct ref_step *step(struct ref_chunk *c, u32 resource, u64 payload)
{
	struct ref_step *s = &c->steps[c->nr_steps++];

	if (c->nr_steps > MAX_STEPS)
		abort();
	*s = (struct ref_step) { .resource = resource, .payload = payload, .net = -1 };
	return s;
}

static struct ref_step *engine(struct ref *r, struct ref_chunk *c, u32 ep,
			       enum vsn_engine_kind kind, u64 payload)
{
	return step(c, r->topo->nr_links + ep * VSN_NR_ENGINES + kind, payload);
}

static int path(struct ref *r, struct ref_chunk *c, u32 from, u32 to, u64 payload,
		bool leg)
{
	const struct ref_op *op = c->op;
	struct vsn_path p;
	int net;
	u32 i;

	net = ref_route(r, op->sqe.network, from, to, op->plane + c->chain,
			(u64)op->sqe.stream << 32 ^ op->seq, &p);
	for (i = 0; net >= 0 && i < p.nr_hops; i++) {
		struct ref_step *s = step(c, p.hops[i], payload);

		s->net = net;
		s->via = p.via[i];
		s->leg = leg && !i;
	}
	return net;
}

/* The path of every other time, as nothing says which operation this is about. */
static int way_wait(struct ref *r, struct ref_chunk *c, u32 me)
{
	struct vsn_path p;
	u32 i;
	int net;

	net = ref_route(r, c->op->sqe.network, c->to, me, 0, 0, &p);
	for (i = 0; net >= 0 && i < p.nr_hops; i++) {
		struct ref_step *s = step(c, p.hops[i], 0);

		s->net = net;
		s->via = p.via[i];
		s->word = true;
	}
	if (net >= 0)
		c->op->net = net;
	return net;
}

static int way_word(struct ref *r, struct ref_chunk *c, u32 me)
{
	struct ref_op *op = c->op;
	bool posted = op->sqe.opcode == VSN_OP_SIGNAL;
	struct ref_step *s;
	int net = 0;

	if (c->to != me) {
		net = path(r, c, me, c->to, op->sqe.opcode == VSN_OP_CAS ? 16 : 8, false);
		if (net < 0)
			return net;
		op->net = net;
	}
	s = engine(r, c, c->to, VSN_ENGINE_MEMORY, 8);
	s->leg = c->to != me;
	s->latency = !posted;
	return c->to == me || posted ? 0 : path(r, c, c->to, me, 8, true);
}

/* No bytes: a request, and an ack. */
static int way_discard(struct ref *r, struct ref_chunk *c, u32 me)
{
	int net = 0;

	c->gate = 0;
	if (c->to != me) {
		net = path(r, c, me, c->to, 0, false);
		if (net < 0)
			return net;
		c->op->net = net;
	}
	engine(r, c, c->to, VSN_ENGINE_MEMORY, 0);
	return c->to == me ? 0 : path(r, c, c->to, me, 0, true);
}

/* What is added to is read before it is written. */
static u64 written(const struct ref_chunk *c)
{
	return c->op->sqe.opcode == VSN_OP_REDUCE ? 2 * c->len : c->len;
}

static int way_pull(struct ref *r, struct ref_chunk *c, u32 me)
{
	struct ref_step *s;
	int net;

	engine(r, c, me, VSN_ENGINE_READ, c->len)->paces = true;
	c->gate = 0;
	net = path(r, c, me, c->from, 0, false);
	if (net < 0)
		return net;
	s = engine(r, c, c->from, VSN_ENGINE_MEMORY, c->len);
	s->leg = true;
	s->latency = true;
	net = path(r, c, c->from, me, c->len, false);
	if (net < 0)
		return net;
	c->op->net = net;
	engine(r, c, me, VSN_ENGINE_MEMORY, written(c));
	return 0;
}

/* Within one memory, one's own or another's; and from one to another. */
static int way_push(struct ref *r, struct ref_chunk *c, u32 me)
{
	bool reads = ref_has_source(c->op), local = c->from == c->to;
	bool lead = c->before != c->from, command = c->from != me && lead;
	struct ref_step *s;
	u32 at = c->from;
	int net = 0;

	if (command) {
		net = path(r, c, me, at, 0, false);
		if (net < 0)
			return net;
	}
	if (local) {
		c->gate = c->nr_steps;
		s = engine(r, c, at, VSN_ENGINE_MEMORY, (reads ? c->len : 0) + written(c));
		s->leg = command;
		s->latency = reads && lead;
	} else {
		s = engine(r, c, at, VSN_ENGINE_WRITE, c->len);
		s->leg = command;
		if (reads) {
			s = engine(r, c, at, VSN_ENGINE_MEMORY, c->len);
			s->latency = lead;
		}
		/* Where each chunk needs a command, the commands follow each other. */
		c->gate = c->nr_steps;
		if (command && r->places[ref_region_of(r, c->op->sqe.src)]->nr_homes > 1)
			c->gate = 0;
		net = path(r, c, at, c->to, c->len, false);
		if (net < 0)
			return net;
		c->op->net = net;
		engine(r, c, c->to, VSN_ENGINE_MEMORY, written(c));
	}
	if (c->to == me)
		return 0;
	net = path(r, c, c->to, me, 0, true);
	if (net >= 0 && local)
		c->op->net = net;
	return net;
}

/* The link to the one switch on the way, or the link from it; nothing else remains. */
static int half_path(struct ref *r, struct ref_chunk *c, u32 from, u32 to, u64 payload,
		     bool up)
{
	u32 first = c->nr_steps, i;
	int net = path(r, c, from, to, payload, false);
	struct vsn_link_pos pos[2];

	if (net < 0)
		return net;
	if (c->nr_steps != first + 2)
		return -EOPNOTSUPP;
	for (i = 0; i < 2; i++)
		if (!vsn_topo_link_pos(r->topo, c->steps[first + i].resource, &pos[i]) ||
		    !r->topo->networks[net].tiers[pos[i].tier].reduces)
			return -EOPNOTSUPP;
	if (pos[0].tier != pos[1].tier)
		return -EOPNOTSUPP;
	c->nr_steps--;
	if (!up)
		c->steps[first] = c->steps[first + 1];
	return net;
}

static int way_half(struct ref *r, struct ref_chunk *c, u32 me)
{
	bool up = ref_half(c->op) == VSN_OP_F_TO_SWITCH;
	u32 back;
	int net;

	if (c->from == c->to || (c->from != me && (up || c->to != me)))
		return -EOPNOTSUPP;
	if (up) {
		engine(r, c, me, VSN_ENGINE_WRITE, c->len);
		engine(r, c, me, VSN_ENGINE_MEMORY, c->len)->latency = c->before != me;
	}
	c->gate = c->nr_steps;
	net = half_path(r, c, c->from, c->to, c->len, up);
	if (net >= 0 && up) {
		back = c->nr_steps;
		net = half_path(r, c, c->to, me, 0, false);
		c->steps[back].leg = true;
	}
	if (net >= 0)
		c->op->net = net;
	if (!up)
		engine(r, c, c->to, VSN_ENGINE_MEMORY, written(c));
	return net;
}

/* Where the piece that holds the byte at @off ends; longer pieces come first. */
static u64 piece_end(const struct ref_op *op, u64 off)
{
	u64 i, end = 0;

	for (i = 0; end <= off; i++)
		end += op->sqe.len / op->pieces + (i < op->sqe.len % op->pieces);
	return end;
}

static void take_bytes(struct ref *r, struct ref_chunk *c, u32 me)
{
	struct ref_op *op = c->op;
	u64 run;

	c->to = ref_home_of(r, op->sqe.dst + op->taken, &run);
	c->from = me;
	c->len = 8;
	if (ref_has_range(op)) {
		c->len = vsn_min(piece_end(op, op->taken) - op->taken, run);
		if (ref_has_source(op)) {
			c->from = ref_home_of(r, op->sqe.src + op->taken, &run);
			c->len = vsn_min(c->len, run);
		}
	}
	op->taken += c->len;
}

static int give_way(struct ref *r, struct ref_chunk *c)
{
	struct ref_op *op = c->op;
	u32 me = op->sqe.initiator;
	int err;

	if (!c->again)
		take_bytes(r, c, me);
	if (ref_gone(r, op, me) || ref_gone(r, op, c->to) || ref_gone(r, op, c->from))
		err = -EIO;
	else if (op->sqe.opcode == VSN_OP_WAIT)
		err = way_wait(r, c, me);
	else if (op->sqe.opcode == VSN_OP_DISCARD)
		err = way_discard(r, c, me);
	else if (ref_half(op))
		err = way_half(r, c, me);
	else if (!ref_moves_range(op))
		err = way_word(r, c, me);
	else if (c->to == me && c->from != me)
		err = way_pull(r, c, me);
	else
		err = way_push(r, c, me);
	if (c->followed)
		c->gate = NOWHERE;
	return err < 0 ? err : 0;
}

/* Motion */

static struct ref_chunk *new_chunk(struct ref *r, struct ref_op *op, u32 chain, u64 time)
{
	struct ref_chunk *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->op = op;
	c->number = op->numbered++;
	c->chain = chain;
	c->before = NOWHERE;
	c->gate = NOWHERE;
	c->timed = r->armed;
	c->head = time;
	c->tail = time;
	op->moving++;
	ref_add_event(r, op, time, REF_HOP, c);
	return c;
}

static bool nothing_left(const struct ref_op *op)
{
	return op->status || op->taken == (ref_has_range(op) ? op->sqe.len : 8);
}

static void chunk_done(struct ref *r, struct ref_chunk *c)
{
	struct ref_op *op = c->op;

	free(c);
	if (!--op->moving && nothing_left(op))
		ref_add_event(r, op, op->end, REF_END, NULL);
}

static void figures(const struct ref *r, u32 id, u64 *bandwidth, u64 *latency, bool *sf)
{
	const struct vsn_kind *kind;
	u32 n = id - r->topo->nr_links;

	if (id < r->topo->nr_links) {
		if (!vsn_topo_link_figures(r->topo, id, bandwidth, latency, sf))
			abort();
		ref_degrade(r, id, bandwidth, latency);
		return;
	}
	kind = &r->topo->kinds[vsn_topo_kind(r->topo, n / VSN_NR_ENGINES)];
	*sf = false;
	*latency = 0;
	*bandwidth = kind->read_bandwidth;
	if (n % VSN_NR_ENGINES == VSN_ENGINE_WRITE)
		*bandwidth = kind->write_bandwidth;
	if (n % VSN_NR_ENGINES == VSN_ENGINE_MEMORY) {
		*bandwidth = kind->mem_bandwidth;
		*latency = kind->mem_latency;
	}
}

/* Packets that a chunk is on a link; a message without payload is one. */
static u64 packets_of(const struct ref *r, const struct ref_step *s)
{
	u64 packet = r->topo->networks[s->net].packet;

	return s->payload ? (s->payload + packet - 1) / packet : 1;
}

/*
 * Once over a link, or through an engine; at the end of time it fails and leaves
 * everything as it was.
 */
static int hop_once(struct ref *r, struct ref_chunk *c, const struct ref_step *s,
		    bool *repeated)
{
	struct ref_resource *res = &r->resources[s->resource];
	u128 start, end, head, tail, bound = c->bound;
	u64 bandwidth, latency, ser, wire = s->payload;
	bool sf;

	figures(r, s->resource, &bandwidth, &latency, &sf);
	if (s->net < 0 && !s->latency)
		latency = 0;
	if (s->via)
		latency += r->topo->networks[s->net].tiers[s->via - 1].switch_latency;
	if (s->net >= 0)
		wire += packets_of(r, s) * r->topo->networks[s->net].header;
	if (s->leg) {
		c->head = c->tail;
		if (c->bound > c->tail)
			c->tail = c->bound;
	}
	if (s->word) {
		if ((u128)c->tail + latency > U64_MAX)
			return -EOVERFLOW;
		c->tail += latency;
		c->head = c->tail;
		return 0;
	}
	ser = bandwidth ? ((u128)wire * 1000000000000ULL + bandwidth - 1) / bandwidth : 0;
	start = vsn_max(c->head, res->busy);
	end = start + ser;
	head = (sf ? end : start) + latency;
	tail = (c->tail > end ? c->tail : end) + latency;
	if (bound)
		bound += latency;
	if (tail > U64_MAX || bound > U64_MAX)
		return -EOVERFLOW;
	c->head = head;
	c->tail = tail;
	c->bound = bound;
	if (s->paces) {
		c->bound = tail;
		c->tail = head;
	}
	res->busy = end;
	res->busy_time += ser;
	res->payload += s->payload;
	res->wire += wire;
	res->transfers++;
	if (s->net < 0)
		return 0;
	c->op->wire += wire;
	if (*repeated) {
		r->links[s->resource].replays++;
		r->links[s->resource].replay_wire += wire;
		r->endpoints[c->op->sqe.initiator].replay_wire += wire;
	}
	*repeated = true;
	r->xfers = ref_grow(r->xfers, r->nr_xfers, &r->room_xfers, sizeof(*r->xfers));
	r->xfers[r->nr_xfers++] = (struct ref_xfer) {
		.user_data = c->op->sqe.user_data, .link = s->resource,
		.chunk = c->number, .payload = s->payload, .wire = wire,
		.start = start, .end = tail,
	};
	return 0;
}

/* One hop: 0, an error, or 1 where the chunk was lost. */
static int hop(struct ref *r, struct ref_chunk *c, struct ref_step *s)
{
	struct ref_resource *res = &r->resources[s->resource];
	struct ref_step once = *s;
	bool repeated = c->again;
	u64 bandwidth, latency, bound;
	struct ref_site *dead;
	u32 tries = 0;
	bool sf;
	int err;

	dead = s->net >= 0 ? ref_dead(r, s->resource) : NULL;
	if (dead) {
		ref_lose(r, c, dead);
		return 1;
	}
	err = hop_once(r, c, &once, &repeated);
	if (err || s->net < 0)
		return err;
	bound = c->bound;
	once.leg = false;
	while (!s->word &&
	       ref_corrupts(r, s->resource, res->transfers, packets_of(r, s))) {
		if (tries++ == VSN_MAX_RETRIES) {
			c->op->end = vsn_max(c->op->end, c->tail);
			return -EIO;
		}
		figures(r, s->resource, &bandwidth, &latency, &sf);
		if (s->via)
			latency += r->topo->networks[s->net].tiers[s->via - 1].switch_latency;
		if ((u128)c->tail + latency > U64_MAX)
			return -EOVERFLOW;
		c->tail += latency;
		c->head = c->tail;
		err = hop_once(r, c, &once, &repeated);
		if (err)
			return err;
		c->bound = bound;
	}
	s->left = c->tail;
	return 0;
}

void ref_lose(struct ref *r, struct ref_chunk *c, struct ref_site *site)
{
	u128 known = (u128)site->since + r->policy.detect;
	struct ref_op *op = c->op;

	site->lost++;
	if (known < r->now)
		known = r->now;
	if (op->status)
		known = r->now;
	else if (known > U64_MAX)
		op->status = -EOVERFLOW;
	else if (r->policy.give_up)
		op->status = -EIO;
	if (op->status) {
		op->end = vsn_max(op->end, known > U64_MAX ? r->now : known);
		chunk_done(r, c);
		return;
	}
	r->endpoints[op->sqe.initiator].replays++;
	c->followed = c->followed || c->hop > c->gate;
	c->again = true;
	c->nr_steps = 0;
	c->hop = 0;
	c->bound = 0;
	c->head = known;
	c->tail = known;
	ref_add_event(r, op, known, REF_HOP, c);
}

void ref_send_word(struct ref *r, struct ref_op *op, u64 time)
{
	new_chunk(r, op, 0, time);
}

static void arrive(struct ref *r, struct ref_chunk *c)
{
	struct ref_op *op = c->op;
	struct vsn_endpoint_stats *me = &r->stats[op->sqe.initiator];

	op->end = vsn_max(op->end, c->tail);
	if (!ref_moves_range(op))
		return;
	op->bytes += c->len;
	if (c->from == c->to) {
		me->local_bytes += c->len;
		return;
	}
	*(c->to == op->sqe.initiator ? &me->read_bytes : &me->write_bytes) += c->len;
	if (ref_half(op) != VSN_OP_F_TO_SWITCH)
		r->stats[c->to].in_bytes += c->len;
	if (ref_half(op) != VSN_OP_F_FROM_SWITCH)
		r->stats[c->from].out_bytes += c->len;
}

void ref_move(struct ref *r, struct ref_chunk *c)
{
	struct ref_op *op = c->op;
	struct ref_step *s;
	int err = 0;

	if (!c->nr_steps && (op->status || (nothing_left(op) && !c->again))) {
		op->end = vsn_max(op->end, r->now);
		chunk_done(r, c);
		return;
	}
	if (c->nr_steps && c->hop == c->nr_steps) {
		arrive(r, c);
		chunk_done(r, c);
		return;
	}
	if (!c->nr_steps)
		err = give_way(r, c);
	s = &c->steps[c->hop];
	if (!err)
		err = hop(r, c, s);
	if (err > 0)
		return;
	if (err) {
		op->status = err;
		op->end = vsn_max(op->end, r->now);
		chunk_done(r, c);
		return;
	}
	if (c->hop == c->gate && !nothing_left(op))
		new_chunk(r, op, c->chain, vsn_max(r->now, r->resources[s->resource].busy))
			->before = c->from;
	if (++c->hop == c->nr_steps) {
		/* A timed one has arrived when all of it has. */
		if (c->timed) {
			ref_add_event(r, op, c->tail, REF_HOP, c);
		} else {
			arrive(r, c);
			chunk_done(r, c);
		}
		return;
	}
	ref_add_event(r, op, s[1].leg ? c->tail : c->head, REF_HOP, c);
}

int ref_start_moving(struct ref *r, struct ref_op *op)
{
	u64 overhead = r->topo->kinds[vsn_topo_kind(r->topo, op->sqe.initiator)].overhead;
	u64 run, each = 1;
	u32 to = ref_home_of(r, op->sqe.dst, &run), from = op->sqe.initiator, i;
	int net;

	if ((u128)op->start + overhead > U64_MAX)
		return -EOVERFLOW;
	if (ref_has_source(op))
		from = ref_home_of(r, op->sqe.src, &run);
	op->chains = 1;
	op->plane = op->sqe.initiator + op->sqe.stream + op->seq;
	if (from != to) {
		net = vsn_route_network(r->topo, op->sqe.network, from, to);
		if (net < 0)
			return net;
		if (ref_moves_range(op) && op->sqe.len > r->topo->networks[net].stripe) {
			/* over all planes, or over more paths if a piece is not small */
			op->chains = vsn_min(op->sqe.len, vsn_route_planes(r->topo, net,
									   from, to));
			for (i = op->chains; i < vsn_route_spread(r->topo, net, from, to); i++)
				if (op->sqe.len / (i + 1) >= PIECE_MIN)
					op->chains = i + 1;
		}
	}
	if (ref_moves_range(op)) {
		/* As many as there may be, or as many as there must be */
		while (each < PIECES && op->sqe.len / (op->chains * (each + 1)) >= PIECE_MIN)
			each++;
		while ((u128)op->chains * each * VSN_CHUNK_MAX < op->sqe.len)
			each++;
	}
	op->pieces = op->chains * each;
	for (i = 0; i < op->chains; i++)
		new_chunk(r, op, i, op->start + overhead);
	return 0;
}
