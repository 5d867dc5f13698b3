/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links, switches and endpoints that fail, degrade and recover, at points of virtual
 * time.
 *
 * A fault does something to one link, switch or endpoint from one point of time until
 * another, or for ever.  A site is what faults do something to; where several are
 * active at once, the site is down if any says so, has the least bandwidth, and
 * latencies and error rates add up.  A switch or an endpoint can only be down: all its
 * links are.  What else it means for an endpoint to be down is in outage.c.
 *
 * Nothing of this exists until the first fault, or policy, is given to a fabric:
 * that arms it, for good.  What was on the way then is not followed: it gets lost
 * only on a link that it comes to later.
 *
 * A site that goes down loses what is on it, and what waits for it.  Who sent it
 * learns of that, and routes take notice, the policy's delay after the site went
 * down; until then more is sent there, and lost.  That a site is up again is known
 * at once.  What becomes of a chunk is in replay.c.
 */
#ifndef VSN_CORE_FAULT_H
#define VSN_CORE_FAULT_H

#include "heap.h"
#include "route_memo.h"
#include "sparse.h"

struct vsn_sched;
struct vsn_topo;

/* Faults of a fabric that are scheduled or active */
#define VSN_MAX_FAULTS		16384U
/* All of a link's bandwidth, parts per million */
#define VSN_BANDWIDTH_ALL	1000000U
/*
 * Error rates are in units of 10^-12 per packet: a bit error rate of 10^-12, which is
 * bad for a link of today, spoils one packet of 4 KiB in 3 * 10^7.
 */
#define VSN_ERROR_ONE		1000000000000ULL
/* Times that a link sends a chunk again, at most, before it gives it up */
#define VSN_MAX_RETRIES		64U

/* What a fault happens to */
enum vsn_site_kind {
	VSN_SITE_LINK,
	VSN_SITE_SWITCH,
	VSN_SITE_ENDPOINT,
};

/**
 * struct vsn_health - state of a link, a switch or an endpoint
 * @down: nothing gets through
 * @bandwidth: parts per million of what it has, at least 1
 * @latency: added to what it has, ps
 * @errors: probability that a packet is corrupted, in units of 10^-12
 */
struct vsn_health {
	bool down;
	u32 bandwidth;
	u64 latency;
	u64 errors;
};

/**
 * struct vsn_fault - something that happens to a link, a switch or an endpoint
 * @id: from 1, not used again
 * @state: enum vsn_fault_state
 * @manual: the site's own setting, to be changed as such; there is one at most
 * @begun: it did something to its target, even if that is over
 * @kind: enum vsn_site_kind: what @target is
 * @target: id of the link, switch or endpoint
 * @what: what it does
 * @at: begins, ps
 * @until: is over, ps; VSN_TIME_MAX: never
 * @next: with the next id
 * @prev: with the one before
 * @site_next: the next that is active on its site
 */
struct vsn_fault {
	u32 id;
	u32 state;
	bool manual;
	bool begun;
	u8 kind;
	u32 target;
	struct vsn_health what;
	u64 at;
	u64 until;
	struct vsn_fault *next;
	struct vsn_fault *prev;
	struct vsn_fault *site_next;
};

/**
 * struct vsn_site - a link, switch or endpoint that faults do something to
 * @active: faults
 * @manual: its own setting, among them, or NULL
 * @nr_down: how many of them take it down
 * @since: when it went down last, ps
 * @health: what they come to
 * @lost: chunks, requests and acks that were lost here
 * @replays: transfers over a link that were not the first of their kind
 * @replay_wire: bytes of these
 * @fall: an endpoint: which of all falls of endpoints its last one was; 0: none
 * @lost_bytes: an endpoint: what was in its memory when it went down, in all
 *
 * That of an endpoint has its counters, too: chunks of its operations that were sent
 * again from the source, and bytes of all replays, links' own included.
 */
struct vsn_site {
	struct vsn_fault *active;
	struct vsn_fault *manual;
	u32 nr_down;
	u64 since;
	struct vsn_health health;
	u64 lost;
	u64 replays;
	u64 replay_wire;
	u64 fall;
	u64 lost_bytes;
};

/**
 * struct vsn_fault_policy - what a fabric does about faults
 * @detect: time from a site's going down until it is known, ps
 * @give_up: an operation that has lost something ends with -EIO, instead of sending
 *	it again
 * @seed: of errors
 */
struct vsn_fault_policy {
	u64 detect;
	bool give_up;
	u64 seed;
};

/**
 * struct vsn_faults - faults of a fabric
 * @policy: what it does about them
 * @last_id: id of the latest fault
 * @nr: number of faults
 * @nr_down: sites that are down
 * @nr_switches_down: of these, switches
 * @nr_endpoints_down: of these, endpoints
 * @falls: how often an endpoint went down
 * @nr_errors: links with an error rate
 * @recoveries: how often a site came up
 * @version: how often what is down changed, or the delay until it is known
 * @down_latest: when a site went down last, ps
 * @changes: how often the list of faults changed
 * @first: the one with the least id
 * @last: the one with the greatest
 * @due: begins and ends that are to come
 * @sites: struct vsn_site by link, then by switch, then by endpoint
 * @memo: pairs that nothing joins
 */
struct vsn_faults {
	struct vsn_fault_policy policy;
	u32 last_id;
	u32 nr;
	u32 nr_down;
	u32 nr_switches_down;
	u32 nr_endpoints_down;
	u64 falls;
	u32 nr_errors;
	u64 recoveries;
	u64 version;
	u64 down_latest;
	u32 changes;
	struct vsn_fault *first;
	struct vsn_fault *last;
	struct vsn_heap due;
	struct vsn_sparse sites;
	struct vsn_route_memo memo;
};

void vsn_fault_get_policy(const struct vsn_sched *s, struct vsn_fault_policy *policy);
int vsn_fault_set_policy(struct vsn_sched *s, const struct vsn_fault_policy *policy);
int vsn_fault_add(struct vsn_sched *s, const struct vsn_fault *want, u32 *id,
		  struct vsn_diag *diag);
int vsn_fault_del(struct vsn_sched *s, u32 id, struct vsn_diag *diag);
int vsn_fault_set_health(struct vsn_sched *s, u32 kind, u32 target,
			 const struct vsn_health *health, struct vsn_diag *diag);
const struct vsn_fault *vsn_fault_find(const struct vsn_sched *s, u32 from);
void vsn_fault_manual(const struct vsn_sched *s, u32 kind, u32 target,
		      struct vsn_health *health);
bool vsn_fault_link(const struct vsn_sched *s, u32 link, struct vsn_site *site);
bool vsn_fault_switch(const struct vsn_sched *s, u32 sw, struct vsn_site *site);
bool vsn_fault_endpoint(const struct vsn_sched *s, u32 ep, struct vsn_site *site);

int vsn_fault_path(struct vsn_sched *s, u32 want, u32 src, u32 dst, u32 plane, u64 salt,
		   struct vsn_path *path);
int vsn_fault_look(struct vsn_sched *s, u32 want, u32 src, u32 dst, struct vsn_path *path);

#endif /* VSN_CORE_FAULT_H */
