/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvsn, control side: fabrics, endpoints, links, regions and limits over
 * generic netlink.  See vsn-control(3).
 *
 * Units: bytes, bytes per second, picoseconds.
 *
 * Unless said otherwise a function returns 0 or a negative errno, and then
 * vsn_ctl_error() tells more: what the kernel said, and which attribute it did
 * not like.  A handle is used by one thread at a time.
 */
#ifndef LIBVSN_CONTROL_H
#define LIBVSN_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vsn_netlink.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for names, the final zero included */
#define VSN_CTL_NAME		32
#define VSN_CTL_PREFIX		16
#define VSN_CTL_ENDPOINT_NAME	256
#define VSN_CTL_LINK_NAME	512

/* A connection to the kernel */
struct vsn_ctl;

int vsn_ctl_open(struct vsn_ctl **ctl);
void vsn_ctl_close(struct vsn_ctl *ctl);

/*
 * Text of the last failure of this handle, or, with NULL, of this thread's last
 * vsn_ctl_open().  Never NULL; valid until the next call.
 */
const char *vsn_ctl_error(const struct vsn_ctl *ctl);

/* Topology.  Counts and the fields marked "out" are ignored on input. */

/**
 * struct vsn_ctl_dim - a named digit of an endpoint's position
 * @name: its name
 * @prefix: written before the digit in endpoint names
 * @size: number of values
 */
struct vsn_ctl_dim {
	char name[VSN_CTL_NAME];
	char prefix[VSN_CTL_PREFIX];
	uint32_t size;
};

/**
 * struct vsn_ctl_kind - all endpoints of one kind
 * @kind: enum vsn_endpoint_kind
 * @nr_dims: number of @dims
 * @dims: names of dimensions, outermost first
 * @package: the innermost dimension that tells packages apart; "": each
 *	endpoint is a package
 * @capacity: memory of one endpoint, bytes
 * @mem_bandwidth: bytes/s
 * @mem_latency: ps
 * @read_bandwidth: read engine, bytes/s of payload; 0: cannot initiate
 * @write_bandwidth: write engine, bytes/s of payload
 * @overhead: time to issue an operation, ps
 * @base: out: first endpoint id
 * @count: out: number of endpoints
 * @packages: out: number of packages
 */
struct vsn_ctl_kind {
	uint32_t kind;
	size_t nr_dims;
	char (*dims)[VSN_CTL_NAME];
	char package[VSN_CTL_NAME];
	uint64_t capacity;
	uint64_t mem_bandwidth;
	uint64_t mem_latency;
	uint64_t read_bandwidth;
	uint64_t write_bandwidth;
	uint64_t overhead;
	uint32_t base;
	uint32_t count;
	uint32_t packages;
};

/**
 * struct vsn_ctl_port - figures of a tier's links, in each direction
 * @kind: enum vsn_endpoint_kind at the lower end; 0: a switch (uplink)
 * @bandwidth: raw bandwidth of one link, bytes/s
 * @latency: of the wire, ps
 * @efficiency: usable part of the bandwidth, parts per million; 0: all of it
 */
struct vsn_ctl_port {
	uint32_t kind;
	uint64_t bandwidth;
	uint64_t latency;
	uint32_t efficiency;
};

/**
 * struct vsn_ctl_graph_switch - a switch of a graph
 * @name: its name, unique in the graph
 * @latency: time through it, ps
 */
struct vsn_ctl_graph_switch {
	char name[VSN_CTL_NAME];
	uint64_t latency;
};

/**
 * struct vsn_ctl_graph_link - links of a graph from one end to another
 * @from: name of an endpoint, or of a switch of the graph
 * @to: the same
 * @bandwidth: raw bandwidth of one link, bytes/s
 * @latency: of the wire, ps
 * @efficiency: usable part of the bandwidth, parts per million; 0: all of it
 * @lanes: parallel links; 0: one
 * @both: and as many back
 */
struct vsn_ctl_graph_link {
	const char *from;
	const char *to;
	uint64_t bandwidth;
	uint64_t latency;
	uint32_t efficiency;
	uint32_t lanes;
	bool both;
};

/**
 * struct vsn_ctl_graph - what a graph is made of, or a part of it
 * @nr_switches: number of @switches
 * @switches: switches
 * @nr_links: number of @links
 * @links: links; what they name is in the draft or in @switches
 */
struct vsn_ctl_graph {
	size_t nr_switches;
	struct vsn_ctl_graph_switch *switches;
	size_t nr_links;
	struct vsn_ctl_graph_link *links;
};

/**
 * struct vsn_ctl_tier - a tier of a network
 * @name: its name
 * @nr_over: number of @over
 * @over: names of the dimensions that it joins
 * @attach: enum vsn_attach
 * @kind: enum vsn_tier_kind
 * @forwarding: enum vsn_forwarding
 * @planes: number of planes
 * @switches: switches per plane and group
 * @lanes: parallel links between a child and a switch
 * @wiring: enum vsn_wiring
 * @switch_latency: time through a switch, ps
 * @medium: free text
 * @nr_ports: number of @ports
 * @ports: figures of its links
 * @reduces: its switches add what several ports bring, and copy what one brings
 * @switch_count: out: switches in the whole tier
 * @link_count: out: directed links in the whole tier
 * @transit: endpoints of a graph forward, in @switch_latency
 *
 * A network that is a graph has one tier, of VSN_TIER_KIND_GRAPH.  A field of value 0
 * is not sent: the kernel's default holds.
 */
struct vsn_ctl_tier {
	char name[VSN_CTL_NAME];
	size_t nr_over;
	char (*over)[VSN_CTL_NAME];
	uint32_t attach;
	uint32_t kind;
	uint32_t forwarding;
	uint32_t planes;
	uint32_t switches;
	uint32_t lanes;
	uint32_t wiring;
	uint64_t switch_latency;
	char medium[VSN_CTL_PREFIX];
	size_t nr_ports;
	struct vsn_ctl_port *ports;
	bool reduces;
	uint32_t switch_count;
	uint32_t link_count;
	bool transit;
};

/**
 * struct vsn_ctl_network - joins endpoints its own way
 * @name: its name
 * @header: bytes of header of each packet, request and ack
 * @packet: largest payload of a packet, bytes
 * @stripe: operations longer than this are spread over all planes, bytes
 * @policy: enum vsn_policy
 * @seed: of the policy
 * @nr_tiers: number of @tiers
 * @tiers: innermost first
 * @index: out: index in the fabric; an operation names index + 1
 * @graph: in: what its graph is made of, where its tier is one
 */
struct vsn_ctl_network {
	char name[VSN_CTL_NAME];
	uint32_t header;
	uint32_t packet;
	uint32_t stripe;
	uint32_t policy;
	uint64_t seed;
	size_t nr_tiers;
	struct vsn_ctl_tier *tiers;
	uint32_t index;
	struct vsn_ctl_graph graph;
};

/**
 * struct vsn_ctl_fabric - a fabric
 * @name: unique, [a-z0-9_-]{1,31}
 * @system: free text; the name of the system that it was made from
 * @nr_dims: number of @dims
 * @dims: dimensions
 * @nr_kinds: number of @kinds
 * @kinds: kinds of endpoints
 * @nr_networks: number of @networks
 * @networks: networks; an operation that names none takes the first that reaches
 * @clock: enum vsn_clock: what makes virtual time go; 0: not set
 * @scale: wall time that passes in a time of virtual time, parts per million; 0: not
 *	set
 * @id: out: never used again while the module is loaded
 * @state: out: enum vsn_fabric_state
 * @window_shift: out: device window of an endpoint, log2 bytes
 * @endpoints: out: number of endpoints
 * @packages: out: number of packages
 * @now: out: virtual time, ps
 * @resident: out: memory in use, bytes
 * @resident_max: out: its limit, bytes
 * @regions: out: number of regions
 * @contexts: out: open files of the device
 * @pending: out: operations not yet completed
 * @host_read: out: bytes read with read and pread, through any file
 * @host_write: out: bytes written with write and pwrite, through any file
 * @host_faults: out: faults of mappings without an initiator
 */
struct vsn_ctl_fabric {
	char name[VSN_CTL_NAME];
	char system[VSN_CTL_NAME];
	size_t nr_dims;
	struct vsn_ctl_dim *dims;
	size_t nr_kinds;
	struct vsn_ctl_kind *kinds;
	size_t nr_networks;
	struct vsn_ctl_network *networks;
	uint32_t clock;
	uint64_t scale;
	uint32_t id;
	uint32_t state;
	uint32_t window_shift;
	uint32_t endpoints;
	uint32_t packages;
	uint64_t now;
	uint64_t resident;
	uint64_t resident_max;
	uint32_t regions;
	uint32_t contexts;
	uint64_t pending;
	uint64_t host_read;
	uint64_t host_write;
	uint64_t host_faults;
};

/*
 * Fabrics.  _new starts a draft from @spec and, with @commit, commits it at
 * once; _set adds @spec to a draft (@spec->name names it).  _clock sets clock and
 * scale, of which 0 stays as it is, of any fabric while nothing is pending.  Where they
 * fail, nothing changed; but of a graph that takes several messages, _set may have added
 * a part.  _get fills in *@fabric, which vsn_ctl_fabric_free() frees; a graph's links
 * are listed as all links are.
 */
int vsn_ctl_fabric_new(struct vsn_ctl *ctl, const struct vsn_ctl_fabric *spec, bool commit);
int vsn_ctl_fabric_set(struct vsn_ctl *ctl, const struct vsn_ctl_fabric *spec, bool commit);
/* Add to the graph of a network of a draft.  After a failure it may have a part. */
int vsn_ctl_fabric_graph(struct vsn_ctl *ctl, const char *name, const char *network,
			 const struct vsn_ctl_graph *graph);
int vsn_ctl_fabric_clock(struct vsn_ctl *ctl, const char *name, uint32_t clock,
			 uint64_t scale);
int vsn_ctl_fabric_commit(struct vsn_ctl *ctl, const char *name);
int vsn_ctl_fabric_del(struct vsn_ctl *ctl, const char *name);
int vsn_ctl_fabric_get(struct vsn_ctl *ctl, const char *name, struct vsn_ctl_fabric **fabric);
void vsn_ctl_fabric_free(struct vsn_ctl_fabric *fabric);

/*
 * Lists call @fn for each object; one that does not return 0 ends the list, and
 * its value is the list's.  The object is valid during the call only.  An
 * object that changes meanwhile is seen once: a list that the kernel marks as
 * interrupted is read again before @fn sees any of it.
 */
typedef int (*vsn_ctl_fabric_fn)(const struct vsn_ctl_fabric *fabric, void *arg);
int vsn_ctl_fabric_list(struct vsn_ctl *ctl, vsn_ctl_fabric_fn fn, void *arg);

/**
 * struct vsn_ctl_endpoint - an endpoint and its counters
 * @fabric: name of its fabric
 * @id: id
 * @name: name
 * @kind: enum vsn_endpoint_kind
 * @package: number of its package, counted within the kind
 * @capacity: its memory, bytes
 * @allocated: bytes promised to regions
 * @ops: operations completed, as initiator
 * @errors: of those, with an error
 * @read_bytes: payload its operations read from other endpoints
 * @write_bytes: payload its operations wrote to other endpoints
 * @local_bytes: payload its operations moved within one endpoint
 * @in_bytes: payload that arrived in its memory, as home
 * @out_bytes: payload that left its memory, as home
 * @atomics: atomics and signals executed at its memory, as home
 * @faults: faults of its view's mappings, as initiator
 * @fault_bytes: bytes those faults brought in
 * @slow: additional time of its compute, read and write engines, parts per million
 * @delay: additional time before each operation that it issues, ps
 * @jitter: largest random additional time before each of them, ps
 * @seed: of @jitter
 * @replays: chunks of its operations that were sent again from their source
 * @replay_wire: bytes on the wire of all that was sent again
 * @state: enum vsn_link_state
 * @lost_bytes: bytes of memory that were lost when it went down, in all
 * @node: NUMA node that its memory comes from, or VSN_NODE_NONE
 */
struct vsn_ctl_endpoint {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	char name[VSN_CTL_ENDPOINT_NAME];
	uint32_t kind;
	uint32_t package;
	uint64_t capacity;
	uint64_t allocated;
	uint64_t ops;
	uint64_t errors;
	uint64_t read_bytes;
	uint64_t write_bytes;
	uint64_t local_bytes;
	uint64_t in_bytes;
	uint64_t out_bytes;
	uint64_t atomics;
	uint64_t faults;
	uint64_t fault_bytes;
	uint32_t slow;
	uint64_t delay;
	uint64_t jitter;
	uint64_t seed;
	uint64_t replays;
	uint64_t replay_wire;
	uint32_t state;
	uint64_t lost_bytes;
	uint32_t node;
};

/**
 * struct vsn_ctl_straggler - how slow to make an endpoint, and where its memory is
 * @slow: points to the value, or NULL: stays as it is; so the others, see
 *	struct vsn_ctl_endpoint
 * @delay: same
 * @jitter: same
 * @seed: same; the sequence of random times begins anew
 * @node: same; VSN_NODE_NONE for any
 */
struct vsn_ctl_straggler {
	const uint32_t *slow;
	const uint64_t *delay;
	const uint64_t *jitter;
	const uint64_t *seed;
	const uint32_t *node;
};

/**
 * struct vsn_ctl_endpoint_filter - which endpoints to list
 * @kind: enum vsn_endpoint_kind; 0: all
 * @active: only those with counters that are not zero
 */
struct vsn_ctl_endpoint_filter {
	uint32_t kind;
	bool active;
};

typedef int (*vsn_ctl_endpoint_fn)(const struct vsn_ctl_endpoint *endpoint, void *arg);
int vsn_ctl_endpoint_get(struct vsn_ctl *ctl, const char *fabric, const char *name,
			 struct vsn_ctl_endpoint *endpoint);
int vsn_ctl_endpoint_get_id(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
			    struct vsn_ctl_endpoint *endpoint);
/* By @id, if @name is NULL */
int vsn_ctl_endpoint_set(struct vsn_ctl *ctl, const char *fabric, const char *name,
			 uint32_t id, const struct vsn_ctl_straggler *straggler);
/* @filter may be NULL: all */
int vsn_ctl_endpoint_list(struct vsn_ctl *ctl, const char *fabric,
			  const struct vsn_ctl_endpoint_filter *filter,
			  vsn_ctl_endpoint_fn fn, void *arg);

/**
 * struct vsn_ctl_health - how a link is
 * @state: enum vsn_link_state
 * @bandwidth_part: what is left of its bandwidth, parts per million
 * @extra_latency: added to its latency, ps
 * @error_rate: probability that a packet is corrupted, in units of 10^-12
 */
struct vsn_ctl_health {
	uint32_t state;
	uint32_t bandwidth_part;
	uint64_t extra_latency;
	uint64_t error_rate;
};

/**
 * struct vsn_ctl_link - a directed link and its counters
 * @fabric: name of its fabric
 * @id: id
 * @name: FROM>TO, with @NETWORK.TIER in a direct tier, and /LANE where a pair has
 *	several
 * @network: name of its network
 * @tier: name of its tier
 * @plane: plane
 * @direction: 0 up, towards the switch, or direct; 1 down
 * @bandwidth: usable, bytes/s
 * @latency: wire and the switch at its far end, ps
 * @payload: bytes of payload carried
 * @wire: bytes carried, headers included
 * @transfers: chunks, requests and acks carried
 * @busy: time it was occupied, ps
 * @health: how it is, all faults together; see also fault.h
 * @lost: chunks, requests and acks that were lost because it was down
 * @replays: transfers that were not the first of their kind
 * @replay_wire: bytes on the wire of these
 */
struct vsn_ctl_link {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	char name[VSN_CTL_LINK_NAME];
	char network[VSN_CTL_NAME];
	char tier[VSN_CTL_NAME];
	uint32_t plane;
	uint32_t direction;
	uint64_t bandwidth;
	uint64_t latency;
	uint64_t payload;
	uint64_t wire;
	uint64_t transfers;
	uint64_t busy;
	struct vsn_ctl_health health;
	uint64_t lost;
	uint64_t replays;
	uint64_t replay_wire;
};

/**
 * struct vsn_ctl_link_filter - which links to list
 * @network: of this network; NULL: all
 * @tier: of this tier; NULL: all
 * @active: only those that carried something, or to which something was done
 */
struct vsn_ctl_link_filter {
	const char *network;
	const char *tier;
	bool active;
};

typedef int (*vsn_ctl_link_fn)(const struct vsn_ctl_link *link, void *arg);
int vsn_ctl_link_get(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		     struct vsn_ctl_link *link);
/* @filter may be NULL: all */
int vsn_ctl_link_list(struct vsn_ctl *ctl, const char *fabric,
		      const struct vsn_ctl_link_filter *filter,
		      vsn_ctl_link_fn fn, void *arg);

/**
 * struct vsn_ctl_hop - a link of a path
 * @link: its id
 * @name: its name
 * @bandwidth: usable, bytes/s
 * @latency: wire, and the switch or endpoint that forwards at its far end, ps
 * @down: it is down; @bandwidth and @latency, too, are as they are now
 */
struct vsn_ctl_hop {
	uint32_t link;
	char name[VSN_CTL_LINK_NAME];
	uint64_t bandwidth;
	uint64_t latency;
	bool down;
};

/**
 * struct vsn_ctl_route - a path from one endpoint to another
 * @fabric: name of the fabric
 * @source: name of an endpoint
 * @destination: name of an endpoint
 * @network: name of the network
 * @candidate: number of the path; VSN_CTL_ROUTE_CHOSEN if it is rerouted
 * @candidates: number of paths that the network's policy chooses from
 * @planes: planes between the two
 * @latency: sum over the hops, ps
 * @rerouted: what the policy chooses is known to be down, and this is the way around
 * @nr_hops: number of hops
 * @hops: links, in the order of travel; freed by vsn_ctl_route_free()
 */
struct vsn_ctl_route {
	char fabric[VSN_CTL_NAME];
	char source[VSN_CTL_ENDPOINT_NAME];
	char destination[VSN_CTL_ENDPOINT_NAME];
	char network[VSN_CTL_NAME];
	uint64_t candidate;
	uint64_t candidates;
	uint32_t planes;
	uint64_t latency;
	bool rerouted;
	size_t nr_hops;
	struct vsn_ctl_hop *hops;
};

/* The path that a first message takes now */
#define VSN_CTL_ROUTE_CHOSEN	UINT64_MAX

/* @network may be NULL: the first that joins the two */
int vsn_ctl_route_get(struct vsn_ctl *ctl, const char *fabric, const char *source,
		      const char *destination, const char *network, uint64_t candidate,
		      struct vsn_ctl_route *route);
void vsn_ctl_route_free(struct vsn_ctl_route *route);

/**
 * struct vsn_ctl_region - an allocation from the pool
 * @fabric: name of its fabric
 * @id: id
 * @size: bytes
 * @nr_homes: number of @homes that are there; a list gives the first 16
 * @homes: ids of the endpoints that hold it
 * @home_count: number of its homes
 * @granule: interleaving granule, bytes
 * @huge: 2 MiB pages where the placement allows
 * @ua: its unified address
 * @resident: bytes of memory in use
 * @name: its name, or empty
 * @policy: VSN_PLACEMENT_*: how its homes were chosen
 * @poisoned: bytes that are poisoned
 * @offset: VSN_CMD_REGION_POISON_NTF: of the range that was poisoned or healed
 * @length: same: its bytes
 * @heal: same: which of both
 * @mode: enum vsn_region_mode
 * @dir_granule: of its directory, bytes; uncached: 0
 * @from_home: granules that a home sent to an initiator
 * @from_writer: granules that one initiator sent to another
 * @written_back: granules that a writer gave back to its home
 * @invalidations: holders that lost a granule to an access
 * @violations: accesses that were refused
 * @pinned: pages that were pinned when a right to them was lost
 * @partition: whose it is; "": the fabric's own
 * @leased: a context has leased it, and it goes with that
 * @exported: contexts that know its token may import it
 * @imports: contexts that have imported it
 */
struct vsn_ctl_region {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	uint64_t size;
	size_t nr_homes;
	uint32_t *homes;
	uint32_t home_count;
	uint64_t granule;
	bool huge;
	uint64_t ua;
	uint64_t resident;
	uint64_t poisoned;
	uint64_t offset;
	uint64_t length;
	bool heal;
	uint32_t mode;
	uint64_t dir_granule;
	uint64_t from_home;
	uint64_t from_writer;
	uint64_t written_back;
	uint64_t invalidations;
	uint64_t violations;
	uint64_t pinned;
	char name[VSN_CTL_NAME];
	uint32_t policy;
	char partition[VSN_CTL_NAME];
	bool leased;
	bool exported;
	uint32_t imports;
};

/* "spread" and so on, or "unknown"; 0 for an unknown name */
const char *vsn_ctl_placement_name(uint32_t policy);
uint32_t vsn_ctl_placement_value(const char *name);

/**
 * struct vsn_ctl_where - a digit of an endpoint's position
 * @dim: name of a dimension
 * @digit: digit
 */
struct vsn_ctl_where {
	char dim[VSN_CTL_NAME];
	uint32_t digit;
};

/**
 * struct vsn_ctl_region_spec - what to allocate
 * @size: bytes
 * @homes: ids of the endpoints that shall hold it
 * @nr_homes: number of @homes
 * @granule: interleaving granule, bytes; 0: the kernel's default
 * @huge: 2 MiB pages where the placement allows
 * @mode: enum vsn_region_mode; 0: uncached
 * @dir_granule: of its directory, bytes; 0: the kernel's default
 * @name: its name, or NULL
 * @policy: VSN_PLACEMENT_*: how its homes are chosen, instead of @homes; or 0
 * @kind: among endpoints of this kind, VSN_ENDPOINT_KIND_*; 0: any
 * @where: among endpoints at these positions: for each dimension that is named, one of
 *	the digits that are
 * @nr_where: number of @where
 * @near: near this endpoint, or NULL
 * @count: how many homes; 0: not said
 * @partition: name of the partition that it shall belong to; NULL: the fabric's own
 */
struct vsn_ctl_region_spec {
	uint64_t size;
	const uint32_t *homes;
	size_t nr_homes;
	uint64_t granule;
	bool huge;
	uint32_t mode;
	uint64_t dir_granule;
	const char *name;
	uint32_t policy;
	uint32_t kind;
	const struct vsn_ctl_where *where;
	size_t nr_where;
	const uint32_t *near;
	uint32_t count;
	const char *partition;
};

/* *@region is freed with vsn_ctl_region_free().  _add: @region may be NULL. */
typedef int (*vsn_ctl_region_fn)(const struct vsn_ctl_region *region, void *arg);
int vsn_ctl_region_add(struct vsn_ctl *ctl, const char *fabric,
		       const struct vsn_ctl_region_spec *spec,
		       struct vsn_ctl_region **region);
int vsn_ctl_region_get(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		       struct vsn_ctl_region **region);
int vsn_ctl_region_get_name(struct vsn_ctl *ctl, const char *fabric, const char *name,
			    struct vsn_ctl_region **region);
int vsn_ctl_region_list(struct vsn_ctl *ctl, const char *fabric,
			vsn_ctl_region_fn fn, void *arg);
/* Of one partition only; NULL: all */
int vsn_ctl_region_list_of(struct vsn_ctl *ctl, const char *fabric, const char *partition,
			   vsn_ctl_region_fn fn, void *arg);
int vsn_ctl_region_del(struct vsn_ctl *ctl, const char *fabric, uint32_t id);
/* @length 0: up to the region's end; @heal: make it good again */
int vsn_ctl_region_poison(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
			  uint64_t offset, uint64_t length, bool heal);
int vsn_ctl_region_remove(struct vsn_ctl *ctl, const char *fabric, const char *name,
			  uint32_t id, bool force);
void vsn_ctl_region_free(struct vsn_ctl_region *region);

/**
 * struct vsn_ctl_limit - limits
 * @fabric: of this fabric; "": of the whole module
 * @resident: largest resident memory, bytes
 */
struct vsn_ctl_limit {
	char fabric[VSN_CTL_NAME];
	uint64_t resident;
};

/* @fabric NULL: the whole module */
int vsn_ctl_limit_get(struct vsn_ctl *ctl, const char *fabric, struct vsn_ctl_limit *limit);
int vsn_ctl_limit_set(struct vsn_ctl *ctl, const char *fabric, uint64_t resident);

/* Endpoints whose ids follow each other, the last included */
struct vsn_ctl_run {
	uint32_t first;
	uint32_t last;
};

/**
 * struct vsn_ctl_partition - the endpoints and regions that one tenant may use
 * @fabric: name of its fabric
 * @name: unique in the fabric; its device is /dev/vsn/FABRIC.NAME
 * @id: id
 * @nr_runs: number of @runs that are there: the first 32
 * @runs: its endpoints, by id
 * @endpoint_count: number of its endpoints
 * @quota: bytes that its regions may promise, 0: any
 * @resident_max: bytes that they may have in memory, 0: any
 * @promised: bytes that its regions promise
 * @resident: bytes of them that are in memory
 * @regions: number of its regions
 * @contexts: contexts that are open by its device
 */
struct vsn_ctl_partition {
	char fabric[VSN_CTL_NAME];
	char name[VSN_CTL_NAME];
	uint32_t id;
	size_t nr_runs;
	struct vsn_ctl_run *runs;
	uint32_t endpoint_count;
	uint64_t quota;
	uint64_t resident_max;
	uint64_t promised;
	uint64_t resident;
	uint32_t regions;
	uint32_t contexts;
};

/**
 * struct vsn_ctl_partition_spec - what to make
 * @name: its name
 * @runs: its endpoints
 * @nr_runs: number of @runs
 * @quota: bytes that its regions may promise, 0: any
 * @resident_max: bytes that they may have in memory, 0: any
 */
struct vsn_ctl_partition_spec {
	char name[VSN_CTL_NAME];
	const struct vsn_ctl_run *runs;
	size_t nr_runs;
	uint64_t quota;
	uint64_t resident_max;
};

/*
 * *@partition is freed with vsn_ctl_partition_free().  _add: @partition may be NULL.
 * _set: what is NULL stays as it is.
 */
typedef int (*vsn_ctl_partition_fn)(const struct vsn_ctl_partition *partition, void *arg);
int vsn_ctl_partition_add(struct vsn_ctl *ctl, const char *fabric,
			  const struct vsn_ctl_partition_spec *spec,
			  struct vsn_ctl_partition **partition);
int vsn_ctl_partition_get(struct vsn_ctl *ctl, const char *fabric, const char *name,
			  struct vsn_ctl_partition **partition);
int vsn_ctl_partition_list(struct vsn_ctl *ctl, const char *fabric,
			   vsn_ctl_partition_fn fn, void *arg);
int vsn_ctl_partition_set(struct vsn_ctl *ctl, const char *fabric, const char *name,
			  const uint64_t *quota, const uint64_t *resident_max);
int vsn_ctl_partition_del(struct vsn_ctl *ctl, const char *fabric, const char *name);
void vsn_ctl_partition_free(struct vsn_ctl_partition *partition);

struct vsn_ctl_switch;
struct vsn_ctl_fault;
struct vsn_ctl_fault_policy;
struct vsn_ctl_grant;
struct vsn_ctl_violation;

/**
 * struct vsn_ctl_event - something changed
 * @cmd: VSN_CMD_FABRIC_NTF and so on
 * @fabric: VSN_CMD_FABRIC_NTF, _DEL_NTF (name and id only), else NULL
 * @region: VSN_CMD_REGION_NTF, _DEL_NTF (fabric, id and name only), _POISON_NTF (fabric, id,
 *	range, heal and poisoned only), else NULL
 * @limit: VSN_CMD_LIMIT_NTF, else NULL
 * @endpoint: VSN_CMD_ENDPOINT_NTF, else NULL
 * @link: VSN_CMD_LINK_NTF (fabric, id, name and health only), else NULL
 * @sw: VSN_CMD_SWITCH_NTF, else NULL
 * @fault: VSN_CMD_FAULT_NTF, else NULL
 * @policy: VSN_CMD_FAULT_POLICY_NTF, else NULL
 * @grant: VSN_CMD_GRANT_NTF, else NULL
 * @violation: VSN_CMD_VIOLATION_NTF, else NULL
 * @partition: VSN_CMD_PARTITION_NTF, _DEL_NTF (fabric, name and id only), else NULL
 */
struct vsn_ctl_event {
	uint32_t cmd;
	const struct vsn_ctl_fabric *fabric;
	const struct vsn_ctl_region *region;
	const struct vsn_ctl_limit *limit;
	const struct vsn_ctl_endpoint *endpoint;
	const struct vsn_ctl_link *link;
	const struct vsn_ctl_switch *sw;
	const struct vsn_ctl_fault *fault;
	const struct vsn_ctl_fault_policy *policy;
	const struct vsn_ctl_grant *grant;
	const struct vsn_ctl_violation *violation;
	const struct vsn_ctl_partition *partition;
};

/*
 * Events.  _monitor joins the group; from then on this handle does nothing
 * else.  _fd is for poll(2).  _next waits for events and calls @fn for each
 * until @fn does not return 0, which it returns; -ENOBUFS tells that some were
 * lost, and the next call goes on.
 */
typedef int (*vsn_ctl_event_fn)(const struct vsn_ctl_event *event, void *arg);
int vsn_ctl_monitor(struct vsn_ctl *ctl);
int vsn_ctl_fd(const struct vsn_ctl *ctl);
int vsn_ctl_next(struct vsn_ctl *ctl, vsn_ctl_event_fn fn, void *arg);

/* Names of enum values, "unknown" for those it does not know */
const char *vsn_ctl_kind_name(uint32_t kind);
/* enum vsn_endpoint_kind, or 0 */
uint32_t vsn_ctl_kind_value(const char *name);

#ifdef __cplusplus
}
#endif

#endif /* LIBVSN_CONTROL_H */
