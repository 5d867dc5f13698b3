// SPDX-License-Identifier: GPL-2.0
/*
 * vsn-trace, kernel side: a program a tracepoint.  Each either sends its event
 * through a ring buffer or adds it to its CPU's totals.
 *
 * Totals are exact.  Counters are added to atomically although they are per
 * CPU: kernels differ in whether a tracepoint's program can be preempted.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "vsn-trace.h"

/* Set before the programs are loaded, so that the verifier drops what is off. */
const volatile bool summary;
const volatile bool one_fabric;
const volatile bool one_initiator;
const volatile __u32 want_fabric;
const volatile __u32 want_initiator;

/* Of the events that passed: the first one's fabric, and whether others came. */
__u64 first_fabric = VSN_TRACE_NO_FABRIC;
bool several_fabrics;

/* Events that could not be counted at all. */
__u64 failed;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct vsn_trace_totals);
} totals SEC(".maps");

/* The user side sets the size. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

static __always_inline void add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

static __always_inline void note_fabric(__u32 fabric)
{
	__u64 first = first_fabric;

	if (first == VSN_TRACE_NO_FABRIC) {
		first = __sync_val_compare_and_swap(&first_fabric,
						    VSN_TRACE_NO_FABRIC, fabric);
		if (first == VSN_TRACE_NO_FABRIC)
			return;
	}
	if (first != fabric && !several_fabrics)
		several_fabrics = true;
}

/* This CPU's totals, or NULL: the event is not wanted. */
static __always_inline struct vsn_trace_totals *
begin(enum vsn_trace_type type, __u32 fabric, __u32 initiator)
{
	struct vsn_trace_totals *t;
	__u32 key = 0;

	if (one_fabric && fabric != want_fabric)
		return NULL;
	if (one_initiator && initiator != want_initiator)
		return NULL;
	t = bpf_map_lookup_elem(&totals, &key);
	if (!t) {
		add(&failed, 1);
		return NULL;
	}
	note_fabric(fabric);
	add(&t->events[type], 1);
	return t;
}

/* A zeroed event to fill in and submit, or NULL: it is lost, and counted so. */
static __always_inline struct vsn_trace_event *
event(struct vsn_trace_totals *t, enum vsn_trace_type type, __u32 fabric, __u32 initiator)
{
	struct vsn_trace_event *e;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		add(&t->lost[type], 1);
		return NULL;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->type = type;
	e->fabric = fabric;
	e->initiator = initiator;
	e->network = -1;
	return e;
}

static __always_inline struct vsn_trace_op *
op_totals(struct vsn_trace_totals *t, __u32 opcode)
{
	return &t->ops[opcode < VSN_TRACE_OP_OTHER ? opcode : VSN_TRACE_OP_OTHER];
}

/* Index of the highest bit; 0 for 0.  BPF has no instruction for it. */
static __always_inline __u32 log2_u64(__u64 v)
{
	__u32 r = 0;

	if (v >> 32) {
		v >>= 32;
		r += 32;
	}
	if (v >> 16) {
		v >>= 16;
		r += 16;
	}
	if (v >> 8) {
		v >>= 8;
		r += 8;
	}
	if (v >> 4) {
		v >>= 4;
		r += 4;
	}
	if (v >> 2) {
		v >>= 2;
		r += 2;
	}
	return r + (v >> 1);
}

SEC("tp_btf/vsn_op_submit")
int BPF_PROG(op_submit, __u32 fabric, const struct vsn_op *op, __u64 now)
{
	struct vsn_trace_totals *t;
	struct vsn_trace_event *e;

	if (!op) {
		add(&failed, 1);
		return 0;
	}
	t = begin(VSN_TRACE_OP_SUBMIT, fabric, op->sqe.initiator);
	if (!t)
		return 0;
	if (summary) {
		add(&op_totals(t, op->sqe.opcode)->submitted, 1);
		return 0;
	}
	e = event(t, VSN_TRACE_OP_SUBMIT, fabric, op->sqe.initiator);
	if (!e)
		return 0;
	e->opcode = op->sqe.opcode;
	e->flags = op->sqe.flags;
	e->stream = op->sqe.stream;
	/* The entry counts from 1, 0 is any. */
	e->network = (__s32)op->sqe.network - 1;
	e->user_data = op->sqe.user_data;
	e->start = now;
	e->payload = op->sqe.len;
	e->addr = op->sqe.dst;
	e->value = op->sqe.src;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline void count_complete(struct vsn_trace_totals *t,
					   const struct vsn_op *op)
{
	struct vsn_trace_op *c = op_totals(t, op->sqe.opcode);
	__u32 slot;

	add(&c->completed, 1);
	add(&c->bytes, op->bytes);
	add(&c->wire, op->wire);
	if (op->status) {
		add(&c->errors, 1);
		return;
	}
	slot = log2_u64(op->end - op->start);
	/* It is below 64 anyway; older verifiers want to see it. */
	add(&c->latency[slot & (VSN_TRACE_SLOTS - 1)], 1);
}

SEC("tp_btf/vsn_op_complete")
int BPF_PROG(op_complete, __u32 fabric, const struct vsn_op *op)
{
	struct vsn_trace_totals *t;
	struct vsn_trace_event *e;

	if (!op) {
		add(&failed, 1);
		return 0;
	}
	t = begin(VSN_TRACE_OP_COMPLETE, fabric, op->sqe.initiator);
	if (!t)
		return 0;
	if (summary) {
		count_complete(t, op);
		return 0;
	}
	e = event(t, VSN_TRACE_OP_COMPLETE, fabric, op->sqe.initiator);
	if (!e)
		return 0;
	e->opcode = op->sqe.opcode;
	e->flags = op->sqe.flags;
	e->status = op->status;
	e->stream = op->sqe.stream;
	e->network = op->net;
	e->user_data = op->sqe.user_data;
	e->start = op->start;
	e->end = op->end;
	e->payload = op->bytes;
	e->wire = op->wire;
	e->value = op->value;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline void count_xfer(struct vsn_trace_totals *t,
				       const struct vsn_xfer *xfer)
{
	__u32 net = xfer->net, tier = xfer->tier;
	struct vsn_trace_link *c;

	if (net >= VSN_TRACE_NETWORKS || tier >= VSN_TRACE_TIERS) {
		add(&t->unplaced, 1);
		return;
	}
	c = &t->links[net * VSN_TRACE_TIERS + tier];
	add(&c->transfers, 1);
	add(&c->payload, xfer->payload);
	add(&c->wire, xfer->wire);
}

SEC("tp_btf/vsn_link_xfer")
int BPF_PROG(link_xfer, __u32 fabric, const struct vsn_xfer *xfer)
{
	struct vsn_trace_totals *t;
	struct vsn_trace_event *e;

	if (!xfer) {
		add(&failed, 1);
		return 0;
	}
	t = begin(VSN_TRACE_LINK_XFER, fabric, xfer->op->sqe.initiator);
	if (!t)
		return 0;
	if (summary) {
		count_xfer(t, xfer);
		return 0;
	}
	e = event(t, VSN_TRACE_LINK_XFER, fabric, xfer->op->sqe.initiator);
	if (!e)
		return 0;
	e->opcode = xfer->op->sqe.opcode;
	e->tier = xfer->tier;
	e->stream = xfer->op->sqe.stream;
	e->network = xfer->net;
	e->link = xfer->link;
	e->chunk = xfer->chunk;
	e->user_data = xfer->op->sqe.user_data;
	e->start = xfer->start;
	e->end = xfer->end;
	e->payload = xfer->payload;
	e->wire = xfer->wire;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/vsn_fault")
int BPF_PROG(fault, __u32 fabric, __u32 initiator, __u32 home, __u64 ua,
	     __u64 bytes, bool write, int status)
{
	struct vsn_trace_totals *t;
	struct vsn_trace_event *e;

	t = begin(VSN_TRACE_FAULT, fabric, initiator);
	if (!t)
		return 0;
	if (summary) {
		add(write ? &t->stores : &t->loads, 1);
		add(&t->fault_bytes, bytes);
		if (status)
			add(&t->fault_errors, 1);
		return 0;
	}
	e = event(t, VSN_TRACE_FAULT, fabric, initiator);
	if (!e)
		return 0;
	e->flags = write;
	e->status = status;
	e->link = home;
	e->payload = bytes;
	e->addr = ua;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* Nobody does this: no initiator is what it is about. */
SEC("tp_btf/vsn_link_state")
int BPF_PROG(link_state, __u32 fabric, const struct vsn_fault *fault,
	     const struct vsn_health *health, __u64 now)
{
	struct vsn_trace_totals *t;
	struct vsn_trace_event *e;

	if (!fault || !health) {
		add(&failed, 1);
		return 0;
	}
	t = begin(VSN_TRACE_LINK_STATE, fabric, ~0U);
	if (!t || summary)
		return 0;
	e = event(t, VSN_TRACE_LINK_STATE, fabric, ~0U);
	if (!e)
		return 0;
	e->flags = (health->down ? VSN_TRACE_DOWN : 0) |
		   (fault->kind == VSN_SITE_SWITCH ? VSN_TRACE_SWITCH : 0) |
		   (fault->kind == VSN_SITE_ENDPOINT ? VSN_TRACE_ENDPOINT : 0);
	e->link = fault->target;
	e->chunk = fault->manual ? 0 : fault->id;
	e->start = now;
	e->payload = health->bandwidth;
	e->wire = health->errors;
	e->value = health->latency;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
