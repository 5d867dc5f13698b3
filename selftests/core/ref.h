/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reference for the scheduler: the same operations, executed in the plainest way
 * there is.
 *
 * It follows Documentation/timing.md and the comments of the core's headers, and
 * has nothing in common with kmod/core but types, topology and routes: events are
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

#endif /* VSN_TEST_REF_H */
