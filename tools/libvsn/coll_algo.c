// SPDX-License-Identifier: GPL-2.0
/*
 * libvsn: the algorithms of collectives, one rank at a time.
 *
 * Bytes are written before they are announced, and nothing is overwritten that is
 * still to be read.  That takes no ack, for this reason: a range that is
 * final somewhere has been reduced from everyone's, so everyone has passed on what it
 * had there, and may be given the final one.
 *
 * A flag counts the chunks that arrived.  It has one sender, whose stream keeps their
 * order, or it is waited for only when all are there.
 */
#include "coll_plan.h"

#define PIECE_MIN	(64ULL << 10)

/* Elements of the data: [off, off + len) */
struct range {
	__u64 off;
	__u64 len;
};

/* Part @i of @n that differ by one element at most */
static struct range split(struct range r, __u64 n, __u64 i)
{
	__u64 len = r.len / n, longer = r.len % n;

	return (struct range) {
		.off = r.off + len * i + (i < longer ? i : longer),
		.len = len + (i < longer),
	};
}

static struct range everything(const struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;

	return (struct range) { .len = s->bytes / vsn_coll_element(s->type) };
}

static struct range block(const struct coll_builder *b, __u32 rank)
{
	return split(everything(b), b->plan->spec.ranks, rank);
}

/* The channel's share */
static struct range share(const struct coll_builder *b, struct range r)
{
	return split(r, b->plan->spec.channels, b->channel);
}

/* In how many chunks a range goes; the receiver comes to the same number. */
static __u64 pieces(const struct coll_builder *b, struct range r)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u64 size = vsn_coll_element(s->type), bytes = r.len * size, n, most;

	if (!r.len)
		return 0;
	if (s->chunk) {
		n = s->chunk < size ? r.len : r.len / (s->chunk / size) +
					      !!(r.len % (s->chunk / size));
	} else {
		most = s->kind == VSN_COLL_BROADCAST || s->algo == VSN_COLL_SWITCH ? 16 : 4;
		n = bytes / PIECE_MIN;
		n = n > most ? most : n;
	}
	if (s->algo == VSN_COLL_SWITCH && n > COLL_SLOTS)
		n = COLL_SLOTS;
	/* An operation has a largest length. */
	most = (bytes + VSN_OP_MAX_LEN - 1) / VSN_OP_MAX_LEN;
	n = n < most ? most : n;
	return n ? n : 1;
}

static __u64 slot_offset(const struct coll_builder *b, __u32 slot)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	/* A tree's second streams share their channel's. */
	__u32 channel = s->algo == VSN_COLL_DIRECT || s->algo == VSN_COLL_SWITCH ||
			slot == COLL_SLOT_LAUNCH ? 0 : b->channel % s->channels;

	return (channel * COLL_SLOTS + slot) * sizeof(__u64);
}

static void add_signal(struct coll_builder *b, __u32 to, __u32 slot)
{
	struct vsn_coll_op *op = coll_add(b, VSN_OP_SIGNAL);

	if (!op)
		return;
	op->dst_rank = to;
	op->dst_buf = VSN_COLL_FLAGS;
	op->dst = slot_offset(b, slot);
	op->arg = 1;
}

static void add_wait(struct coll_builder *b, __u32 slot, __u64 value)
{
	struct vsn_coll_op *op;

	if (!value)
		return;
	op = coll_add(b, VSN_OP_WAIT);
	if (!op)
		return;
	op->dst_rank = b->rank;
	op->dst_buf = VSN_COLL_FLAGS;
	op->dst = slot_offset(b, slot);
	op->arg = value;
}

static void add_step(struct coll_builder *b)
{
	struct vsn_coll_op *op;

	if (!b->plan->spec.step)
		return;
	op = coll_add(b, VSN_OP_COMPUTE);
	if (op)
		op->arg = b->plan->spec.step;
}

/* One chunk, data to data at the same offset */
static struct vsn_coll_op *add_range(struct coll_builder *b, __u8 opcode, __u32 to, __u32 from,
				     struct range r)
{
	__u64 size = vsn_coll_element(b->plan->spec.type);
	struct vsn_coll_op *op;

	op = coll_add(b, opcode);
	if (!op)
		return NULL;
	op->dst_rank = to;
	op->src_rank = from;
	op->dst = r.off * size;
	op->src = r.off * size;
	op->len = r.len * size;
	return op;
}

static struct vsn_coll_op *add_move(struct coll_builder *b, __u8 opcode, __u32 to, __u32 from,
				    struct range r)
{
	add_step(b);
	return add_range(b, opcode, to, from, r);
}

/* Send a range, chunk by chunk; each is announced. */
static void send(struct coll_builder *b, __u8 opcode, __u32 to, struct range r, __u32 slot)
{
	__u64 n = pieces(b, r), i;

	for (i = 0; i < n; i++) {
		add_move(b, opcode, to, b->rank, split(r, n, i));
		add_signal(b, to, slot);
	}
}

/* The same with what arrives: each chunk is passed on as it comes. */
static void forward(struct coll_builder *b, __u8 opcode, __u32 to, struct range r,
		    __u32 slot, __u64 *got)
{
	__u64 n = pieces(b, r), i;

	for (i = 0; i < n; i++) {
		add_wait(b, slot, ++*got);
		add_move(b, opcode, to, b->rank, split(r, n, i));
		add_signal(b, to, slot);
	}
}

/**
 * struct ring - ranks first, first + step, ...
 * @n: number of them
 * @me: which of them @b->rank is
 * @next: rank that follows
 * @all: what they have; part i is to be that of number i
 * @shared: @all is the channel's share already
 */
struct ring {
	__u32 n;
	__u32 me;
	__u32 next;
	struct range all;
	bool shared;
};

static struct ring make_ring(const struct coll_builder *b, __u32 n, __u32 step, struct range all)
{
	__u32 me = b->rank / step % n;

	return (struct ring) {
		.n = n,
		.me = me,
		.next = me + 1 < n ? b->rank + step : b->rank - me * step,
		.all = all,
	};
}

/* The channel's share of the part of the one @back behind */
static struct range ring_part(const struct coll_builder *b, const struct ring *r, __u32 back)
{
	struct range part = split(r->all, r->n, (r->me + r->n - back) % r->n);

	return r->shared ? part : share(b, part);
}

/* First the part of who is behind, at last one's own arrives. */
static void ring_reduce_scatter(struct coll_builder *b, const struct ring *r, __u32 slot)
{
	__u64 got = 0;
	__u32 i;

	if (r->n < 2)
		return;
	send(b, VSN_OP_REDUCE, r->next, ring_part(b, r, 1), slot);
	for (i = 2; i < r->n; i++)
		forward(b, VSN_OP_REDUCE, r->next, ring_part(b, r, i), slot, &got);
	add_wait(b, slot, got + pieces(b, ring_part(b, r, 0)));
}

/* First one's own part, at last that of the next arrives. */
static void ring_all_gather(struct coll_builder *b, const struct ring *r, __u32 slot)
{
	__u64 got = 0;
	__u32 i;

	if (r->n < 2)
		return;
	send(b, VSN_OP_COPY, r->next, ring_part(b, r, 0), slot);
	for (i = 1; i < r->n - 1; i++)
		forward(b, VSN_OP_COPY, r->next, ring_part(b, r, i), slot, &got);
	add_wait(b, slot, got + pieces(b, ring_part(b, r, r->n - 1)));
}

static void plan_ring(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	struct ring r = make_ring(b, s->ranks, 1, everything(b));

	if (s->kind != VSN_COLL_ALL_GATHER)
		ring_reduce_scatter(b, &r, 0);
	if (s->kind != VSN_COLL_REDUCE_SCATTER)
		ring_all_gather(b, &r, 1);
}

/* Parts of parts: channels have to agree on where they are, so each has its own data. */
static void plan_hierarchical(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	struct ring inner = make_ring(b, s->group, 1, share(b, everything(b)));
	struct ring outer = make_ring(b, s->ranks / s->group, s->group,
				      split(inner.all, inner.n, inner.me));

	inner.shared = true;
	outer.shared = true;
	ring_reduce_scatter(b, &inner, 0);
	ring_reduce_scatter(b, &outer, 1);
	ring_all_gather(b, &outer, 2);
	ring_all_gather(b, &inner, 3);
}

/* Slots of halving-doubling: there are fewer than 20 steps each way. */
#define HD_FOLD		0
#define HD_HALVE	1
#define HD_DOUBLE	21
#define HD_UNFOLD	41

/* A rank by its number among those that take part, of which the first stand for two */
static __u32 hd_rank(__u32 v, __u32 folded)
{
	return v < folded ? 2 * v + 1 : v + folded;
}

static void plan_halving_doubling(struct coll_builder *b)
{
	__u32 n = b->plan->spec.ranks, power = 1, steps = 0, folded, v, i;
	struct range part[21], all = share(b, everything(b));

	for (; 2 * power <= n; power *= 2)
		steps++;
	folded = n - power;
	if (b->rank < 2 * folded && !(b->rank & 1)) {
		send(b, VSN_OP_REDUCE, b->rank + 1, all, HD_FOLD);
		add_wait(b, HD_UNFOLD, pieces(b, all));
		return;
	}
	v = b->rank < 2 * folded ? b->rank / 2 : b->rank - folded;
	if (v < folded)
		add_wait(b, HD_FOLD, pieces(b, all));
	part[0] = all;
	for (i = 0; i < steps; i++) {
		__u32 peer = v ^ (power >> (i + 1)), upper = v > peer;

		part[i + 1] = split(part[i], 2, upper);
		send(b, VSN_OP_REDUCE, hd_rank(peer, folded), split(part[i], 2, !upper),
		     HD_HALVE + i);
		add_wait(b, HD_HALVE + i, pieces(b, part[i + 1]));
	}
	while (i--) {
		__u32 peer = v ^ (power >> (i + 1)), upper = v > peer;

		send(b, VSN_OP_COPY, hd_rank(peer, folded), part[i + 1], HD_DOUBLE + i);
		add_wait(b, HD_DOUBLE + i, pieces(b, split(part[i], 2, !upper)));
	}
	if (v < folded)
		send(b, VSN_OP_COPY, b->rank - 1, all, HD_UNFOLD);
}

/* Slots of direct */
#define DIRECT_ARRIVED	0
#define DIRECT_REDUCED	1

/* Others, dealt to the channels; @i counts them from the next rank on. */
static __u32 direct_peer(const struct coll_builder *b, __u32 i)
{
	return (b->rank + 1 + i) % b->plan->spec.ranks;
}

static void direct_reduce(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u32 i;

	for (i = b->channel; i < s->ranks - 1; i += s->channels)
		send(b, VSN_OP_REDUCE, direct_peer(b, i), block(b, direct_peer(b, i)),
		     DIRECT_REDUCED);
	/* One's own block is whole with everyone else's, for each stream that goes on. */
	if (s->kind == VSN_COLL_ALL_REDUCE || !b->channel)
		add_wait(b, DIRECT_REDUCED, (s->ranks - 1) * pieces(b, block(b, b->rank)));
}

static void direct_gather(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u32 i;

	for (i = b->channel; i < s->ranks - 1; i += s->channels)
		send(b, VSN_OP_COPY, direct_peer(b, i), block(b, b->rank), DIRECT_ARRIVED);
}

static void all_to_all_block(struct coll_builder *b, __u32 to)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u64 size = s->bytes / s->ranks, n = pieces(b, block(b, to)), i;
	struct vsn_coll_op *op;

	for (i = 0; i < n; i++) {
		op = add_move(b, VSN_OP_COPY, to, b->rank, split(block(b, to), n, i));
		if (!op)
			return;
		op->dst_buf = VSN_COLL_OUT;
		op->dst += b->rank * size - to * size;
		add_signal(b, to, DIRECT_ARRIVED);
	}
}

static void direct_exchange(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u32 i;

	for (i = b->channel; i < s->ranks - 1; i += s->channels)
		all_to_all_block(b, direct_peer(b, i));
	if (!b->channel)
		all_to_all_block(b, b->rank);
}

/* Chunks that all others send here, and, all-to-all, what one sends oneself */
static __u64 direct_arrivals(const struct coll_builder *b)
{
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < b->plan->spec.ranks; i++)
		if (i != b->rank || b->plan->spec.kind == VSN_COLL_ALL_TO_ALL)
			sum += pieces(b, block(b, i));
	return sum;
}

static void plan_direct(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;

	if (s->kind == VSN_COLL_ALL_REDUCE || s->kind == VSN_COLL_REDUCE_SCATTER)
		direct_reduce(b);
	if (s->kind == VSN_COLL_ALL_REDUCE || s->kind == VSN_COLL_ALL_GATHER)
		direct_gather(b);
	if (s->kind == VSN_COLL_ALL_TO_ALL)
		direct_exchange(b);
	if (s->kind != VSN_COLL_REDUCE_SCATTER && !b->channel)
		add_wait(b, DIRECT_ARRIVED, direct_arrivals(b));
}

/* All streams of a rank begin when its kernel has been launched. */
static void plan_launch(struct coll_builder *b)
{
	struct vsn_coll_op *op;

	if (!b->plan->spec.launch)
		return;
	if (b->channel) {
		add_wait(b, COLL_SLOT_LAUNCH, 1);
		return;
	}
	op = coll_add(b, VSN_OP_COMPUTE);
	if (op)
		op->arg = b->plan->spec.launch;
	add_signal(b, b->rank, COLL_SLOT_LAUNCH);
}

/* Slots of a switch: the last two for each piece */
#define SWITCH_ARRIVED	0
#define SWITCH_ADDED	COLL_SLOTS
#define SWITCH_KEPT	(2 * COLL_SLOTS)
/* Streams for one's own block: a piece at a time would wait for its turn on two links. */
#define SWITCH_OWN	4U

static void add_half(struct coll_builder *b, __u8 opcode, __u8 flag, __u32 to, __u32 from,
		     struct range r)
{
	struct vsn_coll_op *op = add_range(b, opcode, to, from, r);

	if (op)
		op->flags = flag;
}

/*
 * The peers of a channel, piece by piece: of all blocks the first piece is there first.
 * @own: the pieces are those of one's own block.
 */
static void switch_pieces(struct coll_builder *b, __u32 channel, bool own)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u32 me = b->rank, peer, i;
	__u64 p, n;

	for (p = 0; p < COLL_SLOTS; p++) {
		if (own && p < pieces(b, block(b, me)))
			add_wait(b, SWITCH_KEPT + p, 1);
		for (i = channel; i < s->ranks - 1; i += s->channels) {
			peer = direct_peer(b, i);
			n = pieces(b, block(b, own ? me : peer));
			if (p >= n)
				continue;
			if (own)
				add_half(b, VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, peer, me,
					 split(block(b, me), n, p));
			else
				add_half(b, VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, peer, me,
					 split(block(b, peer), n, p));
			add_signal(b, peer, own ? SWITCH_ARRIVED : SWITCH_ADDED + p);
		}
	}
}

/* One's own block: the sum comes from the switch, and goes there again for the others. */
static void switch_own(struct coll_builder *b, __u32 first)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	struct range mine = block(b, b->rank);
	__u64 n = pieces(b, mine), arrive = 0, p;
	__u32 peer = direct_peer(b, 0), i;

	for (p = first; p < n; p += SWITCH_OWN) {
		if (s->kind != VSN_COLL_ALL_GATHER) {
			add_wait(b, SWITCH_ADDED + p, s->ranks - 1);
			add_step(b);
			add_half(b, VSN_OP_REDUCE, VSN_OP_F_FROM_SWITCH, b->rank, peer,
				 split(mine, n, p));
		}
		if (s->kind != VSN_COLL_REDUCE_SCATTER) {
			add_step(b);
			add_half(b, VSN_OP_COPY, VSN_OP_F_TO_SWITCH, peer, b->rank,
				 split(mine, n, p));
			add_signal(b, b->rank, SWITCH_KEPT + p);
		}
	}
	for (i = 0; !first && i < s->ranks - 1 && s->kind != VSN_COLL_REDUCE_SCATTER; i++)
		arrive += pieces(b, block(b, direct_peer(b, i)));
	add_wait(b, SWITCH_ARRIVED, arrive);
}

/* Streams: to the switch, then those of one's own block, then on from the switch */
static void plan_switch(struct coll_builder *b)
{
	const struct vsn_coll_spec *s = &b->plan->spec;
	__u32 channel = b->channel, i;

	if (s->kind != VSN_COLL_ALL_GATHER)
		switch_pieces(b, channel, false);
	for (i = 0; !channel && i < SWITCH_OWN; i++) {
		b->channel = s->channels + i;
		plan_launch(b);
		switch_own(b, i);
	}
	if (s->kind != VSN_COLL_REDUCE_SCATTER) {
		b->channel = s->channels + SWITCH_OWN + channel;
		plan_launch(b);
		switch_pieces(b, channel, true);
	}
	b->channel = channel;
}

/* Number of the rank as seen from the root, and back */
static __u32 from_root(const struct coll_builder *b, __u32 rank)
{
	const struct vsn_coll_spec *s = &b->plan->spec;

	return (rank + s->ranks - s->root) % s->ranks;
}

static __u32 to_rank(const struct coll_builder *b, __u32 place)
{
	return (place + b->plan->spec.root) % b->plan->spec.ranks;
}

static void pass_on(struct coll_builder *b, __u32 place, struct range r)
{
	__u64 got = 0;

	if (b->rank == b->plan->spec.root)
		send(b, VSN_OP_COPY, to_rank(b, place), r, 0);
	else
		forward(b, VSN_OP_COPY, to_rank(b, place), r, 0, &got);
}

static void plan_chain(struct coll_builder *b)
{
	struct range r = share(b, everything(b));
	__u32 place = from_root(b, b->rank);

	if (place + 1 < b->plan->spec.ranks)
		pass_on(b, place + 1, r);
	else
		add_wait(b, 0, pieces(b, r));
}

/* A stream for each child, or one would wait for the other's acks. */
static void plan_tree(struct coll_builder *b)
{
	__u32 n = b->plan->spec.ranks, child = 2 * from_root(b, b->rank) + 1;
	struct range r = share(b, everything(b));

	if (child >= n) {
		add_wait(b, 0, pieces(b, r));
		return;
	}
	pass_on(b, child, r);
	if (++child >= n)
		return;
	b->channel += b->plan->spec.channels;
	plan_launch(b);
	pass_on(b, child, r);
	b->channel -= b->plan->spec.channels;
}

void coll_plan_rank(struct coll_builder *b)
{
	static void (* const plans[])(struct coll_builder *b) = {
		[VSN_COLL_RING] = plan_ring,
		[VSN_COLL_HALVING_DOUBLING] = plan_halving_doubling,
		[VSN_COLL_HIERARCHICAL] = plan_hierarchical,
		[VSN_COLL_DIRECT] = plan_direct,
		[VSN_COLL_TREE] = plan_tree,
		[VSN_COLL_SWITCH] = plan_switch,
	};
	const struct vsn_coll_spec *s = &b->plan->spec;

	for (b->channel = 0; b->channel < s->channels; b->channel++) {
		plan_launch(b);
		if (s->kind == VSN_COLL_BROADCAST && s->algo == VSN_COLL_RING)
			plan_chain(b);
		else
			plans[s->algo](b);
	}
}
