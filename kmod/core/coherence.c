// SPDX-License-Identifier: GPL-2.0
/*
 * The messages, as in a directory protocol over an unordered network (Nagarajan, Sorin,
 * Hill and Wood, as in dir.h, chapter 8):
 *
 *   read		request to the home; its memory; the granule comes back
 *   read, a writer has it	request to the home; a call from there to the writer; the
 *			granule from it to the reader, and back to the home
 *   write		as a read, but the home calls all other holders to give it up,
 *			and each answers to who writes; nothing goes back to the home
 *   recall		the home calls; a writer answers with the granule, others
 *			without
 *
 * One that stays within an endpoint takes no time.  Who has a granule already only
 * asks, and is answered.
 */
#include "chunk.h"
#include "coherence.h"

/**
 * struct talk - the messages of one access
 * @s: the scheduler
 * @a: the access
 * @op: what transfers are traced as
 * @asked: when the request has come to the home, ps
 * @end: the latest arrival, ps
 * @failed: the first error
 * @recall: on behalf of an operation
 * @wrote: who is called has written the granule
 * @stats: of the home
 * @lose: the caller's
 * @ctx: of @lose
 */
struct talk {
	struct vsn_sched *s;
	const struct vsn_access *a;
	struct vsn_op op;
	u64 asked;
	u64 end;
	int failed;
	bool recall;
	bool wrote;
	struct vsn_endpoint_stats *stats;
	vsn_dir_lose_fn *lose;
	void *ctx;
};

static int find_way(struct vsn_sched *s, u32 from, u32 to, u64 salt, struct vsn_path *path)
{
	if (unlikely(s->armed))
		return vsn_fault_path(s, VSN_NET_ANY, from, to, from, salt, path);
	return vsn_route_find(s->topo, VSN_NET_ANY, from, to, from, salt, path);
}

/* Pass one resource. */
static int pass(struct talk *t, const struct vsn_visit *v, struct vsn_flow *flow)
{
	struct vsn_sched *s = t->s;
	struct vsn_link *link = vsn_links_touch(&s->links, v->res);
	u64 start, wire;
	int err;

	if (!link)
		return -ENOMEM;
	wire = vsn_visit_wire(s, v);
	start = vsn_max(flow->head, link->busy);
	err = vsn_link_pass(link, flow, wire, vsn_visit_latency(s, v, link));
	if (err)
		return err;
	link->payload += v->bytes;
	link->wire += wire;
	link->transfers++;
	if (v->flags & VISIT_LINK) {
		struct vsn_xfer xfer = {
			.op = &t->op,
			.link = v->res,
			.payload = v->bytes,
			.wire = wire,
			.start = start,
			.end = flow->tail,
			.net = link->net,
			.tier = link->tier,
		};

		s->ops->xfer(s->ctx, &xfer);
	}
	return 0;
}

/* Send @bytes, or none.  Return: when the last byte is there. */
static u64 send(struct talk *t, u32 from, u32 to, u64 bytes, u64 time)
{
	struct vsn_flow flow = { .head = time, .tail = time };
	struct vsn_visit v = { .bytes = bytes, .flags = VISIT_LINK };
	struct vsn_path path;
	int net, err;
	u32 i;

	if (from == to || t->failed)
		return time;
	net = find_way(t->s, from, to, t->a->granule, &path);
	err = net < 0 ? net : 0;
	for (i = 0; !err && i < path.nr_hops; i++) {
		v.res = path.hops[i];
		v.via = path.via[i];
		v.net = net;
		err = pass(t, &v, &flow);
	}
	if (err)
		t->failed = err;
	t->end = vsn_max(t->end, flow.tail);
	return flow.tail;
}

/* The home's memory is read or written. */
static u64 memory(struct talk *t, u64 time)
{
	struct vsn_flow flow = { .head = time, .tail = time };
	struct vsn_visit v = {
		.res = vsn_link_engine_id(t->s->topo, t->a->home, VSN_ENGINE_MEMORY),
		.bytes = t->a->bytes,
		.flags = VISIT_LATENCY,
	};
	int err = t->failed ? 0 : pass(t, &v, &flow);

	if (err)
		t->failed = err;
	t->end = vsn_max(t->end, flow.tail);
	return flow.tail;
}

/* The granule has come back to the home. */
static void write_back(struct talk *t, u64 time)
{
	memory(t, time);
	t->stats->in_bytes += t->a->bytes;
}

/*
 * Called before a holder loses its right, unless it is a writer who sends the granule to
 * who asked, see fetch().
 */
static void call(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	struct talk *t = ctx;
	u32 home = t->a->home;
	u64 time = send(t, home, who, 0, t->asked);

	if (!t->recall) {
		send(t, who, t->a->who, 0, time);
	} else {
		time = send(t, who, home, t->wrote ? t->a->bytes : 0, time);
		if (t->wrote && who != home)
			write_back(t, time);
	}
	t->lose(t->ctx, granule, who, left);
}

/* 0 or -ENOMEM. */
static int talk_init(struct talk *t, struct vsn_sched *s, const struct vsn_access *a,
		     vsn_dir_lose_fn *lose, void *ctx)
{
	*t = (struct talk) {
		.s = s,
		.a = a,
		.asked = s->now,
		.end = s->now,
		.stats = vsn_sparse_touch(&s->stats, a->home),
		.lose = lose,
		.ctx = ctx,
	};
	t->op.sqe.opcode = a->write ? VSN_OP_STORE : VSN_OP_LOAD;
	t->op.sqe.initiator = a->who;
	t->op.sqe.dst = a->ua;
	t->op.sqe.len = a->bytes;
	return t->stats ? 0 : -ENOMEM;
}

static int joined(struct vsn_sched *s, const struct vsn_access *a, u32 from, u32 to)
{
	struct vsn_path path;
	int net;

	if (from == to)
		return 0;
	net = find_way(s, from, to, a->granule, &path);
	return net < 0 ? net : 0;
}

/* Will all messages get through?  Nothing has changed yet. */
static int may_talk(struct vsn_sched *s, const struct vsn_dir *dir, const struct vsn_access *a)
{
	const u32 *ids;
	bool writer;
	u32 i, nr;
	int err;

	err = joined(s, a, a->who, a->home);
	if (!err)
		err = joined(s, a, a->home, a->who);
	nr = vsn_dir_holders(dir, a->granule, &ids, &writer);
	for (i = 0; i < nr && !err && (writer || a->write); i++) {
		err = joined(s, a, a->home, ids[i]);
		if (!err)
			err = joined(s, a, ids[i], a->who);
		if (!err && writer && !a->write)
			err = joined(s, a, ids[i], a->home);
	}
	return err;
}

/* The granule goes to who asked. */
static void fetch(struct talk *t, const struct vsn_dir_step *step)
{
	const struct vsn_access *a = t->a;
	u64 time;

	if (!step->data) {
		send(t, a->home, a->who, 0, t->asked);
	} else if (step->from == VSN_DIR_HOME) {
		time = memory(t, t->asked);
		send(t, a->home, a->who, a->bytes, time);
		if (a->who != a->home)
			t->stats->out_bytes += a->bytes;
	} else {
		time = send(t, a->home, step->from, 0, t->asked);
		send(t, step->from, a->who, a->bytes, time);
		if (step->written_back && step->from != a->home)
			write_back(t, send(t, step->from, a->home, a->bytes, time));
	}
}

/**
 * vsn_coherence_access - a load or a store of a granule that may have to be fetched
 * @s: the scheduler; it happens at its horizon
 * @dir: the directory
 * @a: the access
 * @lose: called for all that lose something, see vsn_dir_access()
 * @ctx: passed to @lose
 * @step: out: what had to be done
 * @end: out: when all messages are there, ps; the horizon where there are none
 *
 * Return: 0; -EHOSTUNREACH and the like: nothing joins two that have to talk; -ENOMEM;
 * -EOVERFLOW past the end of time.  With an error @a->who has no more than it had, but
 * others may have lost what they had.
 */
int vsn_coherence_access(struct vsn_sched *s, struct vsn_dir *dir,
			 const struct vsn_access *a, vsn_dir_lose_fn *lose, void *ctx,
			 struct vsn_dir_step *step, u64 *end)
{
	enum vsn_dir_right want = a->write ? VSN_DIR_WRITE : VSN_DIR_READ;
	const u32 *ids;
	struct talk t;
	bool writer;
	int err;

	*end = s->now;
	if (vsn_dir_right(dir, a->granule, a->who) >= want)
		return vsn_dir_access(dir, a->granule, a->who, a->write, lose, ctx, step);
	err = may_talk(s, dir, a);
	if (!err)
		err = talk_init(&t, s, a, lose, ctx);
	if (err)
		return err;
	t.asked = send(&t, a->who, a->home, 0, s->now);
	vsn_dir_holders(dir, a->granule, &ids, &writer);
	if (writer)
		err = vsn_dir_access(dir, a->granule, a->who, a->write, lose, ctx, step);
	else
		err = vsn_dir_access(dir, a->granule, a->who, a->write, call, &t, step);
	if (err)
		return err;
	fetch(&t, step);
	*end = t.end;
	if (t.failed) {
		lose(ctx, a->granule, a->who, VSN_DIR_NONE);
		vsn_dir_evict(dir, a->granule, a->who);
	}
	return t.failed;
}

/**
 * vsn_coherence_recall - an operation reads or writes a granule at its home
 * @s: the scheduler; it happens at its horizon
 * @dir: the directory
 * @a: the access; @a->who is told in traces alone
 * @lose: called for all that lose something
 * @ctx: passed to @lose
 *
 * Before it is read, a writer gives it back to the home, and keeps the right to read;
 * before it is written, all holders lose it, and a writer gives it back.
 *
 * Return: 0; -EHOSTUNREACH and the like: nothing joins a holder and the home; -ENOMEM;
 * -EOVERFLOW.  But for -ENOMEM and -EOVERFLOW nothing has changed then.
 */
int vsn_coherence_recall(struct vsn_sched *s, struct vsn_dir *dir,
			 const struct vsn_access *a, vsn_dir_lose_fn *lose, void *ctx)
{
	struct vsn_dir_step step;
	const u32 *ids;
	struct talk t;
	bool writer;
	u32 i, nr;
	int err;

	nr = vsn_dir_holders(dir, a->granule, &ids, &writer);
	if (!nr || (!writer && !a->write))
		return 0;
	err = talk_init(&t, s, a, lose, ctx);
	for (i = 0; i < nr && !err; i++) {
		err = joined(s, a, a->home, ids[i]);
		if (!err)
			err = joined(s, a, ids[i], a->home);
	}
	if (err)
		return err;
	t.recall = true;
	t.wrote = writer;
	vsn_dir_recall(dir, a->granule, a->write, call, &t, &step);
	return t.failed;
}
