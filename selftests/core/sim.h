/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fabric in userspace: the core with plain arrays for memory.
 *
 * Every allocation is counted and can be made to fail; every completion and
 * every transfer is recorded.
 */
#ifndef VSN_TEST_SIM_H
#define VSN_TEST_SIM_H

#include "addr.h"
#include "graph.h"
#include "sched.h"

#define SIM_MAX_REGIONS	64

struct sim_region {
	struct vsn_place place;
	u32 homes[32];
	u8 *bytes;	/* NULL: NODATA only */
	u32 refs;
};

struct sim {
	struct vsn_topo topo;
	struct vsn_sched sched;
	struct vsn_pool pool;
	struct sim_region regions[SIM_MAX_REGIONS];
	u32 nr_regions;

	struct vsn_cqe *done;		/* completions, in order */
	size_t nr_done;
	size_t room_done;
	u64 xfer_payload;		/* sums over all transfers */
	u64 xfer_wire;
	u64 nr_xfers;
	u64 nr_faults[4];		/* changes of faults, by state */
	u64 digest;			/* of completions and transfers */

	size_t allocs;			/* live allocations */
	size_t alloc_count;		/* tries so far */
	size_t fail_at;			/* fail from this try on; 0: never */
	size_t fail_count;		/* how many to fail */
	struct vsn_owner all;
	struct vsn_owner *owner;	/* of what is submitted; NULL: @all */
	int load_error;			/* what the load effect returns */
	int atomic_error;		/* what the atomic effect returns, none done */
	int copy_error;			/* what the copy effect returns, all copied */
};

/* Shorthand for topologies of one network named "net" */
struct sim_tier {
	u32 over;		/* mask of dimensions */
	u32 attach;
	u32 forwarding;
	u32 planes;
	u32 switches;
	u32 lanes;
	u64 bandwidth;
	u64 latency;
	u64 switch_latency;
};

/* One kind, dimensions named a, b, c… of the given sizes, outermost first. */
void sim_topo(struct vsn_topo *t, const u32 *sizes, u32 nr_dims);
void sim_tier(struct vsn_topo *t, const struct sim_tier *tier);

/*
 * The one network is a graph from now on, an empty one of plain memory; the topology
 * is to be given back with vsn_topo_free(), which sim_free() does.
 */
struct vsn_graph *sim_graph(struct vsn_topo *t);
extern const struct vsn_mem sim_heap;

int sim_init(struct sim *sim);		/* commits sim->topo */
int sim_star(struct sim *sim, u32 nr);	/* endpoints around one switch, committed */
void sim_free(struct sim *sim);
u64 sim_region(struct sim *sim, u64 size, u32 home, bool bytes);
u64 sim_region_over(struct sim *sim, u64 size, const u32 *homes, u32 nr, u64 granule,
		    bool bytes);
u8 *sim_bytes(struct sim *sim, u64 ua);

/* Check and submit; an entry that is refused completes at once. */
int sim_submit(struct sim *sim, const struct vsn_sqe *sqe);
void sim_run(struct sim *sim);
const struct vsn_cqe *sim_find(const struct sim *sim, u64 user_data);

static inline struct vsn_sqe sim_copy(u32 initiator, u32 stream, u64 dst, u64 src,
				      u64 len, u64 user_data)
{
	return (struct vsn_sqe) {
		.opcode = VSN_OP_COPY, .initiator = initiator, .stream = stream,
		.dst = dst, .src = src, .len = len, .user_data = user_data,
	};
}

static inline struct vsn_sqe sim_word(u8 opcode, u32 initiator, u32 stream, u64 dst,
				      u64 arg0, u64 user_data)
{
	return (struct vsn_sqe) {
		.opcode = opcode, .initiator = initiator, .stream = stream,
		.dst = dst, .arg0 = arg0, .user_data = user_data,
	};
}

#endif /* VSN_TEST_SIM_H */
