// SPDX-License-Identifier: GPL-2.0
/* libvsn: collectives; what they are is in coll.h. */
#include <errno.h>
#include <stdlib.h>

#include "coll_plan.h"

static const char * const kind_names[] = {
	[VSN_COLL_ALL_REDUCE] = "all-reduce",
	[VSN_COLL_ALL_GATHER] = "all-gather",
	[VSN_COLL_REDUCE_SCATTER] = "reduce-scatter",
	[VSN_COLL_ALL_TO_ALL] = "all-to-all",
	[VSN_COLL_BROADCAST] = "broadcast",
};

static const char * const algo_names[] = {
	[VSN_COLL_DEFAULT] = "default",
	[VSN_COLL_RING] = "ring",
	[VSN_COLL_HALVING_DOUBLING] = "halving-doubling",
	[VSN_COLL_HIERARCHICAL] = "hierarchical",
	[VSN_COLL_DIRECT] = "direct",
	[VSN_COLL_TREE] = "tree",
	[VSN_COLL_SWITCH] = "switch",
};

#define BIT(n)	(1U << (n))

/* Which algorithms there are of a kind; the first bit that is set is the default. */
static const unsigned int algos[] = {
	[VSN_COLL_ALL_REDUCE] = BIT(VSN_COLL_RING) | BIT(VSN_COLL_HALVING_DOUBLING) |
				BIT(VSN_COLL_HIERARCHICAL) | BIT(VSN_COLL_DIRECT) |
				BIT(VSN_COLL_SWITCH),
	[VSN_COLL_ALL_GATHER] = BIT(VSN_COLL_RING) | BIT(VSN_COLL_DIRECT) |
				BIT(VSN_COLL_SWITCH),
	[VSN_COLL_REDUCE_SCATTER] = BIT(VSN_COLL_RING) | BIT(VSN_COLL_DIRECT) |
				    BIT(VSN_COLL_SWITCH),
	[VSN_COLL_ALL_TO_ALL] = BIT(VSN_COLL_DIRECT),
	[VSN_COLL_BROADCAST] = BIT(VSN_COLL_RING) | BIT(VSN_COLL_TREE),
};

const char *vsn_coll_kind_name(enum vsn_coll_kind kind)
{
	return kind < VSN_COLL_NR_KINDS ? kind_names[kind] : NULL;
}

const char *vsn_coll_algo_name(enum vsn_coll_algo algo)
{
	return algo < VSN_COLL_NR_ALGOS ? algo_names[algo] : NULL;
}

__u32 vsn_coll_element(enum vsn_reduce_type type)
{
	switch (type) {
	case VSN_REDUCE_I32:
	case VSN_REDUCE_F32:
		return 4;
	case VSN_REDUCE_I64:
		return 8;
	case VSN_REDUCE_BF16:
		return 2;
	}
	return 0;
}

enum vsn_coll_algo vsn_coll_default_algo(enum vsn_coll_kind kind)
{
	return kind < VSN_COLL_NR_KINDS ? __builtin_ctz(algos[kind]) : VSN_COLL_DEFAULT;
}

static enum vsn_coll_algo choose(const struct vsn_coll_spec *s)
{
	return s->algo == VSN_COLL_DEFAULT ? vsn_coll_default_algo(s->kind) : s->algo;
}

const char *vsn_coll_why(const struct vsn_coll_spec *s)
{
	__u64 unit = vsn_coll_element(s->type);

	if (s->kind >= VSN_COLL_NR_KINDS)
		return "no such collective";
	if (s->algo >= VSN_COLL_NR_ALGOS || !(algos[s->kind] & BIT(choose(s))))
		return "no such algorithm for this collective";
	if (!unit || s->op > VSN_REDUCE_MAX)
		return "no such reduction";
	if (s->ranks < 2 || s->ranks > VSN_COLL_MAX_RANKS)
		return "ranks: from 2 to 65536";
	if (s->kind != VSN_COLL_ALL_REDUCE && s->kind != VSN_COLL_BROADCAST)
		unit *= s->ranks;
	if (!s->bytes || s->bytes % unit)
		return "the data is not made of elements, or not of blocks of elements";
	if (s->kind == VSN_COLL_BROADCAST && s->root >= s->ranks)
		return "the root is no rank";
	if (choose(s) == VSN_COLL_HIERARCHICAL && (!s->group || s->ranks % s->group))
		return "the groups do not divide the ranks";
	if (choose(s) != VSN_COLL_DIRECT && choose(s) != VSN_COLL_SWITCH &&
	    s->channels > VSN_COLL_MAX_CHANNELS)
		return "channels: 64 at most";
	return NULL;
}

struct vsn_coll_op *coll_add(struct coll_builder *b, __u8 opcode)
{
	struct vsn_coll_plan *p = b->plan;
	struct vsn_coll_op *ops, *op;
	size_t room = b->room;

	if (b->err)
		return NULL;
	if (p->nr_ops == VSN_COLL_MAX_OPS) {
		b->err = -E2BIG;
		return NULL;
	}
	if (p->nr_ops == room) {
		room = room ? 2 * room : 1024;
		ops = realloc(p->ops, room * sizeof(*ops));
		if (!ops) {
			b->err = -ENOMEM;
			return NULL;
		}
		p->ops = ops;
		b->room = room;
	}
	op = &p->ops[p->nr_ops++];
	*op = (struct vsn_coll_op) {
		.opcode = opcode,
		.rank = b->rank,
		.stream = p->spec.stream + b->channel,
	};
	if (b->channel >= p->streams)
		p->streams = b->channel + 1;
	return op;
}

/* What all that is signalled in a round comes to is what WAITs of the next add. */
static int count_rounds(struct vsn_coll_plan *p)
{
	size_t words = p->flags / sizeof(__u64), i;
	__u64 *sums, *sum;

	sums = calloc(p->spec.ranks, words * sizeof(*sums));
	if (!sums)
		return -ENOMEM;
	for (i = 0; i < p->nr_ops; i++) {
		sum = &sums[p->ops[i].dst_rank * words + p->ops[i].dst / sizeof(*sum)];
		if (p->ops[i].opcode == VSN_OP_SIGNAL)
			*sum += p->ops[i].arg;
	}
	for (i = 0; i < p->nr_ops; i++) {
		sum = &sums[p->ops[i].dst_rank * words + p->ops[i].dst / sizeof(*sum)];
		if (p->ops[i].opcode == VSN_OP_WAIT)
			p->ops[i].round = *sum;
	}
	free(sums);
	return 0;
}

static void fill_in(struct vsn_coll_spec *s)
{
	s->algo = choose(s);
	if (s->algo == VSN_COLL_DIRECT || s->algo == VSN_COLL_SWITCH) {
		if (!s->channels || s->channels >= s->ranks)
			s->channels = s->ranks - 1;
	} else if (!s->channels) {
		s->channels = 4;
	}
}

/* Where ranks talk to all others there are none for each channel: it may be thousands. */
static __u32 flag_sets(const struct vsn_coll_spec *s)
{
	if (s->algo == VSN_COLL_DIRECT)
		return 1;
	return s->algo == VSN_COLL_SWITCH ? COLL_SWITCH_SETS : s->channels;
}

int vsn_coll_plan(const struct vsn_coll_spec *spec, struct vsn_coll_plan **plan)
{
	struct coll_builder b = { 0 };
	struct vsn_coll_plan *p;

	if (vsn_coll_why(spec))
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->spec = *spec;
	fill_in(&p->spec);
	p->flags = flag_sets(&p->spec) * COLL_SLOTS * sizeof(__u64);
	b.plan = p;
	for (b.rank = 0; b.rank < spec->ranks && !b.err; b.rank++)
		coll_plan_rank(&b);
	if (!b.err)
		b.err = count_rounds(p);
	if (b.err) {
		vsn_coll_plan_free(p);
		return b.err;
	}
	*plan = p;
	return 0;
}

void vsn_coll_plan_free(struct vsn_coll_plan *plan)
{
	if (!plan)
		return;
	free(plan->ops);
	free(plan);
}

static __u64 address(const struct vsn_coll_rank *r, __u8 buf, __u64 offset)
{
	switch (buf) {
	case VSN_COLL_FLAGS:
		return r->flags + offset;
	case VSN_COLL_OUT:
		return r->out + offset;
	default:
		return r->data + offset;
	}
}

void vsn_coll_sqe(const struct vsn_coll_plan *plan, const struct vsn_coll_rank *ranks,
		  size_t i, __u64 round, struct vsn_sqe *sqe)
{
	const struct vsn_coll_op *op = &plan->ops[i];

	vsn_prep(sqe, op->opcode, ranks[op->rank].endpoint, op->stream);
	sqe->user_data = i;
	sqe->arg0 = op->arg;
	if (op->opcode == VSN_OP_COMPUTE)
		return;
	sqe->dst = address(&ranks[op->dst_rank], op->dst_buf, op->dst);
	if (op->opcode == VSN_OP_WAIT)
		sqe->arg0 += round * op->round;
	if (op->opcode != VSN_OP_COPY && op->opcode != VSN_OP_REDUCE)
		return;
	sqe->src = address(&ranks[op->src_rank], op->src_buf, op->src);
	sqe->len = op->len;
	if (op->opcode == VSN_OP_REDUCE)
		sqe->arg0 = VSN_REDUCE(plan->spec.op, plan->spec.type);
	sqe->flags = op->flags | (plan->spec.nodata ? VSN_OP_F_NODATA : 0);
}
