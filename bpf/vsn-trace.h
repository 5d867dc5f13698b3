/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What vsn-trace's BPF programs and its user side share.  Times are virtual, in
 * picoseconds.  __u32 and so on come from vmlinux.h or <linux/types.h>.
 */
#ifndef VSN_TRACE_H
#define VSN_TRACE_H

/* Sizes of tables: the core's limits (VSN_MAX_NETWORKS, VSN_MAX_TIERS). */
#define VSN_TRACE_NETWORKS	8
#define VSN_TRACE_TIERS		8
#define VSN_TRACE_OPS		16
/* Operations whose opcode is this or more are counted here: bad entries. */
#define VSN_TRACE_OP_OTHER	(VSN_TRACE_OPS - 1)
#define VSN_TRACE_SLOTS		64

/* One a tracepoint. */
enum vsn_trace_type {
	VSN_TRACE_OP_SUBMIT,
	VSN_TRACE_OP_COMPLETE,
	VSN_TRACE_LINK_XFER,
	VSN_TRACE_FAULT,
	VSN_TRACE_LINK_STATE,
	VSN_TRACE_NR_TYPES,
};

/* Flags of VSN_TRACE_LINK_STATE */
enum vsn_trace_state {
	VSN_TRACE_DOWN		= 1,
	VSN_TRACE_SWITCH	= 2,
	VSN_TRACE_ENDPOINT	= 4,
};

/* No fabric has this id. */
#define VSN_TRACE_NO_FABRIC	(~0ULL)

/**
 * struct vsn_trace_event - one event in the ring buffer
 * @type: enum vsn_trace_type, tells which fields are meant
 * @opcode: of the operation
 * @flags: of the operation; fault: 1 for a store; state: of enum vsn_trace_state
 * @tier: index of the tier
 * @status: 0 or a negative errno
 * @fabric: id of the fabric
 * @initiator: endpoint on whose behalf
 * @stream: of the operation
 * @network: index of the network, or -1
 * @link: id of the link, of the switch or of the endpoint; fault: endpoint that holds the page
 * @chunk: number of the chunk within the operation; state: id of the fault, or 0
 * @user_data: of the operation
 * @start: ps; submit, state: the fabric's time
 * @end: ps
 * @payload: bytes; state: part of the bandwidth that is left, parts per million
 * @wire: bytes; state: error rate, in units of 10^-12
 * @addr: destination of the operation, or unified address of the fault
 * @value: source of the operation (submit), or its value (complete); state: extra
 *	latency, ps
 */
struct vsn_trace_event {
	__u8 type;
	__u8 opcode;
	__u8 flags;
	__u8 tier;
	__s32 status;
	__u32 fabric;
	__u32 initiator;
	__u32 stream;
	__s32 network;
	__u32 link;
	__u32 chunk;
	__u64 user_data;
	__u64 start;
	__u64 end;
	__u64 payload;
	__u64 wire;
	__u64 addr;
	__u64 value;
};

struct vsn_trace_link {
	__u64 transfers;
	__u64 payload;
	__u64 wire;
};

/* Slot i of @latency: end - start in [2^i, 2^(i+1)) ps, slot 0 from 0. */
struct vsn_trace_op {
	__u64 submitted;
	__u64 completed;
	__u64 errors;
	__u64 bytes;
	__u64 wire;
	__u64 latency[VSN_TRACE_SLOTS];
};

/**
 * struct vsn_trace_totals - what one CPU counted
 * @events: events that passed the filters
 * @lost: of those, had no room in the ring buffer
 * @unplaced: had a network or tier beyond the table
 * @links: by network and tier
 * @ops: by opcode; what failed is not in @latency
 * @loads: faults of loads
 * @stores: faults of stores
 * @fault_errors: faults that ended in a signal
 * @fault_bytes: bytes that faults brought in
 *
 * All members are __u64: the user side adds up CPUs as arrays.
 */
struct vsn_trace_totals {
	__u64 events[VSN_TRACE_NR_TYPES];
	__u64 lost[VSN_TRACE_NR_TYPES];
	__u64 unplaced;
	struct vsn_trace_link links[VSN_TRACE_NETWORKS * VSN_TRACE_TIERS];
	struct vsn_trace_op ops[VSN_TRACE_OPS];
	__u64 loads;
	__u64 stores;
	__u64 fault_errors;
	__u64 fault_bytes;
};

#endif /* VSN_TRACE_H */
