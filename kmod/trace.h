/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints.  Fields are raw ids, bytes and picoseconds; new fields are added
 * at the end only.  Times are the fabric's virtual time.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vsn

#if !defined(VSN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VSN_TRACE_H

#include <linux/tracepoint.h>

#include "core/sched.h"
#include "directory.h"

#define show_vsn_opcode(op)						\
	__print_symbolic(op,						\
		{ VSN_OP_NOP,		"NOP" },			\
		{ VSN_OP_COPY,		"COPY" },			\
		{ VSN_OP_FILL,		"FILL" },			\
		{ VSN_OP_FADD,		"FADD" },			\
		{ VSN_OP_CAS,		"CAS" },			\
		{ VSN_OP_SWAP,		"SWAP" },			\
		{ VSN_OP_COMPUTE,	"COMPUTE" },			\
		{ VSN_OP_SIGNAL,	"SIGNAL" },			\
		{ VSN_OP_WAIT,		"WAIT" },			\
		{ VSN_OP_REDUCE,	"REDUCE" },			\
		{ VSN_OP_FENCE,		"FENCE" },			\
		{ VSN_OP_DISCARD,	"DISCARD" },			\
		{ VSN_OP_LOAD,		"LOAD" },			\
		{ VSN_OP_STORE,		"STORE" })

#define show_vsn_right(right)						\
	__print_symbolic(right,						\
		{ VSN_DIR_NONE,		"none" },			\
		{ VSN_DIR_READ,		"read" },			\
		{ VSN_DIR_WRITE,	"write" })

/* An entry was accepted and queued. */
TRACE_EVENT(vsn_op_submit,

	TP_PROTO(u32 fabric, const struct vsn_op *op, u64 now),

	TP_ARGS(fabric, op, now),

	TP_STRUCT__entry(
		__field(u64, user_data)
		__field(u64, dst)
		__field(u64, src)
		__field(u64, len)
		__field(u64, now)
		__field(u32, fabric)
		__field(u32, initiator)
		__field(u32, stream)
		__field(u8, opcode)
		__field(u8, flags)
		__field(u16, network)
	),

	TP_fast_assign(
		__entry->user_data = op->sqe.user_data;
		__entry->dst = op->sqe.dst;
		__entry->src = op->sqe.src;
		__entry->len = op->sqe.len;
		__entry->now = now;
		__entry->fabric = fabric;
		__entry->initiator = op->sqe.initiator;
		__entry->stream = op->sqe.stream;
		__entry->opcode = op->sqe.opcode;
		__entry->flags = op->sqe.flags;
		__entry->network = op->sqe.network;
	),

	TP_printk("fabric=%u op=%s initiator=%u stream=%u dst=0x%llx src=0x%llx len=%llu now=%llu",
		  __entry->fabric, show_vsn_opcode(__entry->opcode),
		  __entry->initiator, __entry->stream, __entry->dst,
		  __entry->src, __entry->len, __entry->now)
);

/* An operation is done; its completion says the same. */
TRACE_EVENT(vsn_op_complete,

	TP_PROTO(u32 fabric, const struct vsn_op *op),

	TP_ARGS(fabric, op),

	TP_STRUCT__entry(
		__field(u64, user_data)
		__field(u64, start)
		__field(u64, end)
		__field(u64, bytes)
		__field(u64, wire)
		__field(u64, value)
		__field(u32, fabric)
		__field(u32, initiator)
		__field(u32, stream)
		__field(s32, status)
		__field(u8, opcode)
		__field(s8, network)
	),

	TP_fast_assign(
		__entry->user_data = op->sqe.user_data;
		__entry->start = op->start;
		__entry->end = op->end;
		__entry->bytes = op->bytes;
		__entry->wire = op->wire;
		__entry->value = op->value;
		__entry->fabric = fabric;
		__entry->initiator = op->sqe.initiator;
		__entry->stream = op->sqe.stream;
		__entry->status = op->status;
		__entry->opcode = op->sqe.opcode;
		__entry->network = op->net;
	),

	TP_printk("fabric=%u op=%s initiator=%u stream=%u status=%d start=%llu end=%llu bytes=%llu wire=%llu network=%d",
		  __entry->fabric, show_vsn_opcode(__entry->opcode),
		  __entry->initiator, __entry->stream, __entry->status,
		  __entry->start, __entry->end, __entry->bytes, __entry->wire,
		  __entry->network)
);

/* A chunk, request or ack crossed one link. */
TRACE_EVENT(vsn_link_xfer,

	TP_PROTO(u32 fabric, const struct vsn_xfer *xfer),

	TP_ARGS(fabric, xfer),

	TP_STRUCT__entry(
		__field(u64, start)
		__field(u64, end)
		__field(u64, payload)
		__field(u64, wire)
		__field(u32, fabric)
		__field(u32, link)
		__field(u32, initiator)
		__field(u32, stream)
		__field(u32, chunk)
		__field(u8, opcode)
		__field(u8, network)
		__field(u8, tier)
	),

	TP_fast_assign(
		__entry->start = xfer->start;
		__entry->end = xfer->end;
		__entry->payload = xfer->payload;
		__entry->wire = xfer->wire;
		__entry->fabric = fabric;
		__entry->link = xfer->link;
		__entry->initiator = xfer->op->sqe.initiator;
		__entry->stream = xfer->op->sqe.stream;
		__entry->chunk = xfer->chunk;
		__entry->opcode = xfer->op->sqe.opcode;
		__entry->network = xfer->net;
		__entry->tier = xfer->tier;
	),

	TP_printk("fabric=%u link=%u network=%u tier=%u op=%s initiator=%u stream=%u chunk=%u start=%llu end=%llu payload=%llu wire=%llu",
		  __entry->fabric, __entry->link, __entry->network,
		  __entry->tier, show_vsn_opcode(__entry->opcode),
		  __entry->initiator, __entry->stream, __entry->chunk,
		  __entry->start, __entry->end, __entry->payload, __entry->wire)
);

/* A load or store met a page that was not mapped. initiator ~0: host access. */
TRACE_EVENT(vsn_fault,

	TP_PROTO(u32 fabric, u32 initiator, u32 home, u64 ua, u64 bytes, bool write,
		 int status),

	TP_ARGS(fabric, initiator, home, ua, bytes, write, status),

	TP_STRUCT__entry(
		__field(u64, ua)
		__field(u64, bytes)
		__field(u32, fabric)
		__field(u32, initiator)
		__field(u32, home)
		__field(s32, status)
		__field(u8, write)
	),

	TP_fast_assign(
		__entry->ua = ua;
		__entry->bytes = bytes;
		__entry->fabric = fabric;
		__entry->initiator = initiator;
		__entry->home = home;
		__entry->status = status;
		__entry->write = write;
	),

	TP_printk("fabric=%u initiator=%u home=%u ua=0x%llx bytes=%llu write=%u status=%d",
		  __entry->fabric, __entry->initiator, __entry->home,
		  __entry->ua, __entry->bytes, __entry->write, __entry->status)
);

/* An initiator loses a right to a granule, because of another or by a grant. */
TRACE_EVENT(vsn_invalidate,

	TP_PROTO(u32 fabric, u32 region, u32 initiator, u32 by, u64 ua, u64 bytes,
		 u32 left, u64 now),

	TP_ARGS(fabric, region, initiator, by, ua, bytes, left, now),

	TP_STRUCT__entry(
		__field(u64, ua)
		__field(u64, bytes)
		__field(u64, now)
		__field(u32, fabric)
		__field(u32, region)
		__field(u32, initiator)
		__field(u32, by)
		__field(u32, left)
	),

	TP_fast_assign(
		__entry->ua = ua;
		__entry->bytes = bytes;
		__entry->now = now;
		__entry->fabric = fabric;
		__entry->region = region;
		__entry->initiator = initiator;
		__entry->by = by;
		__entry->left = left;
	),

	TP_printk("fabric=%u region=%u initiator=%u by=%u ua=0x%llx bytes=%llu left=%s now=%llu",
		  __entry->fabric, __entry->region, __entry->initiator,
		  __entry->by, __entry->ua, __entry->bytes,
		  show_vsn_right(__entry->left), __entry->now)
);

/* An access to an owned region was refused. holder ~0: nobody else has a right there. */
TRACE_EVENT(vsn_violation,

	TP_PROTO(u32 fabric, const struct vsn_violation *v),

	TP_ARGS(fabric, v),

	TP_STRUCT__entry(
		__field(u64, ua)
		__field(u64, now)
		__field(u32, fabric)
		__field(u32, region)
		__field(u32, initiator)
		__field(u32, right)
		__field(u32, holder)
		__field(u8, opcode)
		__field(u8, write)
	),

	TP_fast_assign(
		__entry->ua = v->ua;
		__entry->now = v->now;
		__entry->fabric = fabric;
		__entry->region = v->region;
		__entry->initiator = v->initiator;
		__entry->right = v->right;
		__entry->holder = v->holder;
		__entry->opcode = v->opcode;
		__entry->write = v->write;
	),

	TP_printk("fabric=%u region=%u initiator=%u ua=0x%llx op=%s write=%u right=%s holder=%d now=%llu",
		  __entry->fabric, __entry->region, __entry->initiator,
		  __entry->ua, show_vsn_opcode(__entry->opcode), __entry->write,
		  show_vsn_right(__entry->right), (int)__entry->holder,
		  __entry->now)
);

/*
 * A link, a switch or an endpoint was set, or a fault of it has begun or is over.
 * is_switch says which: enum vsn_site_kind.
 */
TRACE_EVENT(vsn_link_state,

	TP_PROTO(u32 fabric, const struct vsn_fault *fault,
		 const struct vsn_health *health, u64 now),

	TP_ARGS(fabric, fault, health, now),

	TP_STRUCT__entry(
		__field(u64, now)
		__field(u64, latency)
		__field(u64, errors)
		__field(u32, fabric)
		__field(u32, target)
		__field(u32, bandwidth)
		__field(u32, fault)
		__field(u8, is_switch)
		__field(u8, down)
	),

	TP_fast_assign(
		__entry->now = now;
		__entry->latency = health->latency;
		__entry->errors = health->errors;
		__entry->fabric = fabric;
		__entry->target = fault->target;
		__entry->bandwidth = health->bandwidth;
		__entry->fault = fault->manual ? 0 : fault->id;
		__entry->is_switch = fault->kind;
		__entry->down = health->down;
	),

	TP_printk("fabric=%u %s=%u down=%u bandwidth=%u latency=%llu errors=%llu fault=%u now=%llu",
		  __entry->fabric,
		  __print_symbolic(__entry->is_switch,
				   { VSN_SITE_LINK, "link" },
				   { VSN_SITE_SWITCH, "switch" },
				   { VSN_SITE_ENDPOINT, "endpoint" }),
		  __entry->target, __entry->down, __entry->bandwidth,
		  __entry->latency, __entry->errors, __entry->fault,
		  __entry->now)
);

#endif /* VSN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
