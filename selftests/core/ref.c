// SPDX-License-Identifier: GPL-2.0
/* Operations of the reference: entries, streams, events, effects. */
#include <stdlib.h>

#include "../reduce_ref.h"
#include "ref_impl.h"

void *ref_grow(void *array, size_t nr, size_t *room, size_t size)
{
	if (nr < *room)
		return array;
	*room = *room ? 2 * *room : 64;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

/* Memory */

int ref_region_of(const struct ref *r, u64 ua)
{
	u32 i;

	for (i = 0; i < r->nr_regions; i++)
		if (ua >= r->places[i]->ua && ua < r->places[i]->ua + r->places[i]->size)
			return i;
	return -1;
}

u8 *ref_bytes(struct ref *r, u64 ua)
{
	int i = ref_region_of(r, ua);

	return r->bytes[i] + (ua - r->places[i]->ua);
}

/* Home of a byte, and how many bytes from there on are as good as sure to have it. */
u32 ref_home_of(const struct ref *r, u64 ua, u64 *run)
{
	const struct vsn_place *p = r->places[ref_region_of(r, ua)];
	u64 granule = p->nr_homes == 1 ? p->size : 1ULL << p->granule_shift;
	u64 off = ua - p->ua;

	*run = granule - off % granule;
	return p->homes[off / granule % p->nr_homes];
}

void ref_region(struct ref *r, const struct vsn_place *place)
{
	if (r->nr_regions == REF_MAX_REGIONS)
		abort();
	r->places[r->nr_regions] = place;
	r->bytes[r->nr_regions] = calloc(1, place->size);
	if (!r->bytes[r->nr_regions++])
		abort();
}

/* Events */

static bool comes_before(const struct ref_event *a, const struct ref_event *b)
{
	const u64 x[] = { a->time, a->op->sqe.initiator, a->op->sqe.stream, a->op->seq,
			  a->phase, a->chunk ? a->chunk->number : 0,
			  a->chunk ? a->chunk->hop : 0 };
	const u64 y[] = { b->time, b->op->sqe.initiator, b->op->sqe.stream, b->op->seq,
			  b->phase, b->chunk ? b->chunk->number : 0,
			  b->chunk ? b->chunk->hop : 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i];
	/* No two are alike. */
	abort();
}

void ref_add_event(struct ref *r, struct ref_op *op, u64 time, enum ref_phase phase,
		   struct ref_chunk *chunk)
{
	r->events = ref_grow(r->events, r->nr_events, &r->room_events, sizeof(*r->events));
	r->events[r->nr_events++] = (struct ref_event) { time, op, phase, chunk };
}

static void drop_event(struct ref *r, size_t i)
{
	r->events[i] = r->events[--r->nr_events];
}

/* Streams */

static bool same_stream(const struct ref_op *a, const struct vsn_sqe *sqe)
{
	return a->sqe.initiator == sqe->initiator && a->sqe.stream == sqe->stream;
}

static struct ref_op *first_of(struct ref *r, const struct vsn_sqe *sqe)
{
	size_t i;

	for (i = 0; i < r->nr_ops; i++)
		if (same_stream(r->ops[i], sqe))
			return r->ops[i];
	return NULL;
}

/* Operations are counted from 0 again where a stream has been idle. */
static u64 number_in_stream(struct ref *r, const struct vsn_sqe *sqe)
{
	u64 id = (u64)sqe->initiator << 32 | sqe->stream;
	u32 i;

	for (i = 0; i < r->nr_streams && r->streams[i].id != id; i++)
		;
	if (i == ARRAY_SIZE(r->streams))
		abort();
	if (i == r->nr_streams)
		r->streams[r->nr_streams++].id = id;
	if (!first_of(r, sqe))
		r->streams[i].next_seq = 0;
	return r->streams[i].next_seq++;
}

/* FENCE: those before an operation of its initiator and owner, any or fences alone */
static bool has_before(const struct ref *r, const struct ref_op *op, bool fences)
{
	size_t i;

	for (i = 0; r->ops[i] != op; i++)
		if (r->ops[i]->owner == op->owner &&
		    r->ops[i]->sqe.initiator == op->sqe.initiator &&
		    (!fences || r->ops[i]->sqe.opcode == VSN_OP_FENCE))
			return true;
	return false;
}

static void begin(struct ref *r, struct ref_op *op, u64 time)
{
	if (has_before(r, op, true)) {
		op->state = REF_HELD;
		return;
	}
	op->state = REF_STARTING;
	op->start = time > r->now ? time : r->now;
	ref_add_event(r, op, op->start, REF_START, NULL);
}

static void record(struct ref *r, const struct ref_op *op)
{
	r->done = ref_grow(r->done, r->nr_done, &r->room_done, sizeof(*r->done));
	r->done[r->nr_done++] = (struct vsn_cqe) {
		.user_data = op->sqe.user_data, .res = op->status,
		.opcode = op->sqe.opcode, .network = op->net + 1, .start = op->start,
		.end = op->end, .value = op->value, .bytes = op->bytes,
		.initiator = op->sqe.initiator, .stream = op->sqe.stream,
		.wire = op->wire,
	};
}

/* Take an operation out; the first of its stream is followed by the next one. */
static void remove_op(struct ref *r, struct ref_op *op)
{
	size_t i;

	for (i = 0; r->ops[i] != op; i++)
		;
	memmove(&r->ops[i], &r->ops[i + 1], (--r->nr_ops - i) * sizeof(*r->ops));
	r->stats[op->sqe.initiator].ops++;
	r->stats[op->sqe.initiator].errors += op->status != 0;
	record(r, op);
}

static void start_fence(struct ref *r, struct ref_op *op)
{
	op->state = has_before(r, op, false) ? REF_FENCING : REF_MOVING;
	op->end = r->now;
	if (op->state == REF_MOVING)
		ref_add_event(r, op, op->end, REF_END, NULL);
}

/* Something has ended: what does that leave to no longer wait for it? */
static void look_at_fences(struct ref *r)
{
	struct ref_op *op;
	size_t i;

	for (i = 0; i < r->nr_ops; i++) {
		op = r->ops[i];
		if (op->state == REF_HELD)
			begin(r, op, r->now);
		else if (op->state == REF_FENCING)
			start_fence(r, op);
	}
}

/* WAIT */

/* @time: when the value that is there now came to be there */
static bool satisfied(struct ref *r, struct ref_op *op, u64 time)
{
	memcpy(&op->value, ref_bytes(r, op->sqe.dst), 8);
	if (op->value < op->sqe.arg0)
		return false;
	op->state = REF_MOVING;
	op->end = time;
	if (r->armed && op->net >= 0) {
		ref_send_word(r, op, time);
		return true;
	}
	if ((u128)time + op->wait_latency > U64_MAX)
		op->status = -EOVERFLOW;
	else
		op->end += op->wait_latency;
	ref_add_event(r, op, op->end, REF_END, NULL);
	return true;
}

static void wake(struct ref *r, u64 ua, u64 len, u64 time)
{
	size_t i;

	for (i = 0; i < r->nr_ops; i++)
		if (r->ops[i]->state == REF_BLOCKED && r->ops[i]->sqe.dst >= ua &&
		    r->ops[i]->sqe.dst < ua + len)
			satisfied(r, r->ops[i], time);
}

void ref_fail_waits(struct ref *r)
{
	struct ref_op *op;
	size_t i;

	for (i = 0; i < r->nr_ops; i++) {
		op = r->ops[i];
		if (op->state != REF_BLOCKED || !ref_any_gone(r, op))
			continue;
		op->state = REF_MOVING;
		op->status = -EIO;
		op->end = vsn_max(r->now, op->start);
		ref_add_event(r, op, op->end, REF_END, NULL);
	}
}

void ref_recheck(struct ref *r)
{
	wake(r, 0, U64_MAX, r->now);
}

u64 ref_blocked(const struct ref *r)
{
	size_t i;
	u64 n = 0;

	for (i = 0; i < r->nr_ops; i++)
		n += r->ops[i]->state == REF_BLOCKED || r->ops[i]->state == REF_FENCING;
	return n;
}

/* Operations */

static int start_wait(struct ref *r, struct ref_op *op)
{
	struct vsn_path p;
	u64 run;
	u32 home = ref_home_of(r, op->sqe.dst, &run);
	int net;

	if (home != op->sqe.initiator) {
		net = vsn_route_find(r->topo, op->sqe.network, home, op->sqe.initiator,
				     0, 0, &p);
		if (net < 0)
			return net;
		op->net = net;
		op->wait_latency = vsn_route_latency(r->topo, &p);
	}
	if (!satisfied(r, op, op->start))
		op->state = REF_BLOCKED;
	return 0;
}

static int start_compute(struct ref *r, struct ref_op *op)
{
	struct ref_resource *res = &r->resources[r->topo->nr_links +
						 op->sqe.initiator * VSN_NR_ENGINES +
						 VSN_ENGINE_COMPUTE];
	u128 end = (u128)vsn_max(op->start, res->busy) + op->sqe.arg0;

	if (end > U64_MAX)
		return -EOVERFLOW;
	res->busy = end;
	res->busy_time += op->sqe.arg0;
	res->transfers++;
	op->end = end;
	ref_add_event(r, op, op->end, REF_END, NULL);
	return 0;
}

static void start(struct ref *r, struct ref_op *op)
{
	int err = 0;

	op->state = REF_MOVING;
	op->end = op->start;
	op->falls = r->falls;
	if (op->sqe.opcode != VSN_OP_FENCE && ref_any_gone(r, op))
		err = -EIO;
	else if (op->sqe.opcode == VSN_OP_NOP)
		ref_add_event(r, op, op->end, REF_END, NULL);
	else if (op->sqe.opcode == VSN_OP_COMPUTE)
		err = start_compute(r, op);
	else if (op->sqe.opcode == VSN_OP_WAIT)
		err = start_wait(r, op);
	else if (op->sqe.opcode == VSN_OP_FENCE)
		start_fence(r, op);
	else
		err = ref_start_moving(r, op);
	if (!err)
		return;
	op->status = err;
	ref_add_event(r, op, op->end, REF_END, NULL);
}

static void effect(struct ref *r, struct ref_op *op)
{
	const struct vsn_sqe *sqe = &op->sqe;
	u64 i, len = 8, run, word = 0;
	u8 *dst;

	if (sqe->opcode == VSN_OP_NOP || sqe->opcode == VSN_OP_COMPUTE ||
	    sqe->opcode == VSN_OP_WAIT || sqe->opcode == VSN_OP_FENCE ||
	    sqe->flags & VSN_OP_F_NODATA)
		return;
	/* A switch keeps what is copied there, and what it adds is added at once. */
	if (ref_half(op) == (sqe->opcode == VSN_OP_COPY ? VSN_OP_F_TO_SWITCH :
							  VSN_OP_F_FROM_SWITCH))
		return;
	dst = ref_bytes(r, sqe->dst);
	if (!ref_has_range(op))
		memcpy(&word, dst, 8);
	switch (sqe->opcode) {
	case VSN_OP_COPY:
		memmove(dst, ref_bytes(r, sqe->src), sqe->len);
		op->status = r->copy_error;
		break;
	case VSN_OP_REDUCE:
		ref_reduce(dst, ref_bytes(r, sqe->src), sqe->len, sqe->arg0 >> 8,
			   sqe->arg0 & 0xff);
		break;
	case VSN_OP_FILL:
		for (i = 0; i < sqe->len; i++)
			dst[i] = sqe->arg0 >> (i % 8 * 8);
		break;
	case VSN_OP_DISCARD:
		memset(dst, 0, sqe->len);
		break;
	case VSN_OP_SIGNAL:
	case VSN_OP_FADD:
		op->value = sqe->opcode == VSN_OP_FADD ? word : 0;
		word += sqe->arg0;
		break;
	case VSN_OP_SWAP:
		op->value = word;
		word = sqe->arg0;
		break;
	case VSN_OP_CAS:
		op->value = word;
		word = word == sqe->arg1 ? sqe->arg0 : word;
		break;
	}
	if (ref_has_range(op)) {
		len = sqe->len;
	} else {
		memcpy(dst, &word, 8);
		r->stats[ref_home_of(r, sqe->dst, &run)].atomics++;
	}
	wake(r, sqe->dst, len, op->end);
}

static void end(struct ref *r, struct ref_op *op)
{
	struct ref_op *next;

	if (!op->status && ref_any_gone(r, op))
		op->status = -EIO;
	if (!op->status)
		effect(r, op);
	remove_op(r, op);
	next = first_of(r, &op->sqe);
	if (next)
		begin(r, next, op->end);
	look_at_fences(r);
	free(op);
}

void ref_run(struct ref *r, u64 until)
{
	struct ref_event ev;
	size_t i, first;
	u64 due;

	for (;;) {
		for (first = 0, i = 1; i < r->nr_events; i++)
			if (comes_before(&r->events[i], &r->events[first]))
				first = i;
		if (ref_fault_due(r, &due) && due <= until &&
		    (r->nr_events ? due <= r->events[first].time : until != VSN_TIME_MAX)) {
			r->now = due;
			ref_fault_step(r);
			continue;
		}
		if (!r->nr_events || r->events[first].time > until)
			break;
		ev = r->events[first];
		drop_event(r, first);
		if (ev.time < r->now)
			abort();
		r->now = ev.time;
		if (ev.phase == REF_START)
			start(r, ev.op);
		else if (ev.phase == REF_HOP)
			ref_move(r, ev.chunk);
		else
			end(r, ev.op);
	}
	if (until != VSN_TIME_MAX)
		r->now = vsn_max(r->now, until);
}

u64 ref_cancel(struct ref *r, u32 owner)
{
	struct ref_op *op, *next;
	size_t i, e;
	u64 n = 0;
	bool first;

	for (i = 0; i < r->nr_ops; ) {
		op = r->ops[i];
		if (op->owner != owner || op->state == REF_MOVING) {
			i++;
			continue;
		}
		for (e = 0; e < r->nr_events; e++)
			if (r->events[e].op == op)
				drop_event(r, e--);
		first = first_of(r, &op->sqe) == op;
		op->status = -ECANCELED;
		op->start = r->now;
		op->end = r->now;
		remove_op(r, op);
		next = first_of(r, &op->sqe);
		if (first && next)
			begin(r, next, r->now);
		free(op);
		n++;
	}
	return n;
}

/* Entries */

static int check_range(const struct ref *r, u64 ua, u64 len)
{
	int i = ref_region_of(r, ua);

	if (ua < VSN_UA_POOL)
		return -EPERM;
	if (i < 0)
		return -EFAULT;
	return ua + len > r->places[i]->ua + r->places[i]->size ? -ERANGE : 0;
}

static int check_reduce(const struct vsn_sqe *sqe)
{
	static const u32 sizes[] = { 0, 4, 8, 4, 2 };
	u64 type = sqe->arg0 & 0xff, apart = sqe->dst - sqe->src, size;

	if (sqe->arg0 >> 8 > VSN_REDUCE_MAX || !type || type > VSN_REDUCE_BF16)
		return -EINVAL;
	size = sizes[type];
	if (sqe->len % size || sqe->dst % size || sqe->src % size)
		return -EINVAL;
	/* Either way round, as numbers wrap */
	return apart && (apart < sqe->len || -apart < sqe->len) ? -EINVAL : 0;
}

static int check(const struct ref *r, const struct vsn_sqe *sqe)
{
	bool reduce = sqe->opcode == VSN_OP_REDUCE, source = reduce || sqe->opcode == VSN_OP_COPY;
	bool data = source || sqe->opcode == VSN_OP_FILL, discard = sqe->opcode == VSN_OP_DISCARD;
	bool range = data || discard, compute = sqe->opcode == VSN_OP_COMPUTE;
	bool nop = sqe->opcode == VSN_OP_NOP || sqe->opcode == VSN_OP_FENCE;
	bool word = !range && !compute && !nop;
	u32 half = source ? VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH : 0;
	int err;

	if (sqe->opcode > VSN_OP_DISCARD || sqe->flags & ~(data ? VSN_OP_F_NODATA | half : 0) ||
	    (half && (sqe->flags & half) == half) || sqe->reserved)
		return -EINVAL;
	if (sqe->network > (range || word ? r->topo->nr_networks : 0))
		return -EINVAL;
	if (sqe->initiator >= r->topo->nr_endpoints ||
	    !r->topo->kinds[vsn_topo_kind(r->topo, sqe->initiator)].read_bandwidth)
		return -EINVAL;
	if ((sqe->dst && !range && !word) || (sqe->src && !source) ||
	    (sqe->len && !range) || (sqe->arg0 && (sqe->opcode == VSN_OP_COPY || discard || nop)) ||
	    (sqe->arg1 && sqe->opcode != VSN_OP_CAS))
		return -EINVAL;
	if (range && (!sqe->len || sqe->len > VSN_OP_MAX_LEN))
		return -EINVAL;
	if (word && sqe->dst % 8)
		return -EINVAL;
	if (reduce && check_reduce(sqe))
		return -EINVAL;
	err = range || word ? check_range(r, sqe->dst, word ? 8 : sqe->len) : 0;
	return err || !source ? err : check_range(r, sqe->src, sqe->len);
}

int ref_submit(struct ref *r, const struct vsn_sqe *sqe, u32 owner)
{
	struct ref_op *op = calloc(1, sizeof(*op));
	bool first;

	if (!op)
		abort();
	op->sqe = *sqe;
	op->owner = owner;
	op->net = -1;
	op->status = check(r, sqe);
	if (op->status) {
		int err = op->status;

		record(r, op);
		free(op);
		return err;
	}
	first = !first_of(r, sqe);
	op->seq = number_in_stream(r, sqe);
	r->ops = ref_grow(r->ops, r->nr_ops, &r->room_ops, sizeof(*r->ops));
	r->ops[r->nr_ops++] = op;
	if (first)
		begin(r, op, r->now);
	return 0;
}

void ref_init(struct ref *r, const struct vsn_topo *topo)
{
	memset(r, 0, sizeof(*r));
	r->topo = topo;
	r->resources = calloc(topo->nr_links + topo->nr_endpoints * VSN_NR_ENGINES,
			      sizeof(*r->resources));
	r->stats = calloc(topo->nr_endpoints, sizeof(*r->stats));
	r->links = calloc(topo->nr_links, sizeof(*r->links));
	r->switches = calloc(topo->nr_switches + 1, sizeof(*r->switches));
	r->endpoints = calloc(topo->nr_endpoints, sizeof(*r->endpoints));
	if (!r->resources || !r->stats || !r->links || !r->switches || !r->endpoints)
		abort();
}

void ref_free(struct ref *r)
{
	size_t i;

	for (i = 0; i < r->nr_events; i++)
		free(r->events[i].chunk);
	for (i = 0; i < r->nr_ops; i++)
		free(r->ops[i]);
	for (i = 0; i < r->nr_regions; i++)
		free(r->bytes[i]);
	free(r->events);
	free(r->ops);
	free(r->resources);
	free(r->stats);
	free(r->done);
	free(r->xfers);
	ref_faults_free(r);
}
