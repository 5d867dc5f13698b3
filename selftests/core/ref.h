/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reference for the scheduler: the same operations, executed in the plainest way
 * there is.
 *
 * It follows Documentation/timing.md and the comments of the core's headers, and
 * has nothing in common with kmod/core but types, topology, routes and the hash that
 * spoils packets: events are
 * an unsorted list that is searched for the first one, streams are found by
 * looking at all operations, and every product has 128 bits.
 */
#ifndef VSN_TEST_REF_H
#define VSN_TEST_REF_H

#include "link.h"
#include "place.h"
#include "route.h"
#include "sched.h"

#define REF_MAX_REGIONS	64

struct ref_op;
struct ref_event;

/* A fault that is to begin, or is active */
struct ref_fault {
	u32 id;
	bool active;
	u8 kind;
	u32 target;
	struct vsn_health what;
	u64 at;
	u64 until;
};

/* A link, switch or endpoint, and when it went down last */
struct ref_site {
	u64 since;
	u64 lost;
	u64 replays;
	u64 replay_wire;
	u64 fall;			/* an endpoint: number of its last one, or 0 */
	u64 lost_bytes;
};

/* What a resource has done */
struct ref_resource {
	u64 busy;
	u64 payload;
	u64 wire;
	u64 transfers;
	u64 busy_time;
};

struct ref_xfer {
	u64 user_data;
	u32 link;
	u32 chunk;
	u64 payload;
	u64 wire;
	u64 start;
	u64 end;
};

struct ref {
	const struct vsn_topo *topo;
	const struct vsn_place *places[REF_MAX_REGIONS];
	u8 *bytes[REF_MAX_REGIONS];
	u32 nr_regions;
	u64 now;

	struct ref_op **ops;		/* pending, in the order of submission */
	size_t nr_ops;
	size_t room_ops;
	struct ref_event *events;
	size_t nr_events;
	size_t room_events;
	struct {
		u64 id;
		u64 next_seq;
	} streams[512];			/* ever seen */
	u32 nr_streams;

	struct ref_resource *resources;	/* by resource id */
	struct vsn_endpoint_stats *stats;
	struct vsn_cqe *done;
	size_t nr_done;
	size_t room_done;
	struct ref_xfer *xfers;
	size_t nr_xfers;
	size_t room_xfers;
	int copy_error;			/* what a COPY ends with, all copied */

	bool armed;			/* there are faults, or were */
	struct vsn_fault_policy policy;
	struct ref_fault *faults;	/* by id */
	size_t nr_faults;
	size_t room_faults;
	struct ref_site *links;		/* by id */
	struct ref_site *switches;
	struct ref_site *endpoints;
	struct vsn_route_memo memo;
	u64 recoveries;
	u64 falls;			/* of endpoints, so far */
};

void ref_init(struct ref *r, const struct vsn_topo *topo);
void ref_free(struct ref *r);
/* A region of zeros; @place must outlive the reference. */
void ref_region(struct ref *r, const struct vsn_place *place);
u8 *ref_bytes(struct ref *r, u64 ua);

/* Check and submit; an entry that is refused completes at once. */
int ref_submit(struct ref *r, const struct vsn_sqe *sqe, u32 owner);
void ref_recheck(struct ref *r);
void ref_run(struct ref *r, u64 until);
u64 ref_cancel(struct ref *r, u32 owner);
u64 ref_blocked(const struct ref *r);

/* What a link does not work for, itself or a switch at its end, or NULL */
struct ref_site *ref_dead(struct ref *r, u32 link);
/* What the scheduler accepted, with the id that it gave */
void ref_fault_add(struct ref *r, const struct vsn_fault *want, u32 id);
void ref_fault_del(struct ref *r, u32 id);
void ref_set_policy(struct ref *r, const struct vsn_fault_policy *policy);

#endif /* VSN_TEST_REF_H */
