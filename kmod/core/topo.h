/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Topology: dimensions, kinds of endpoints, networks of tiers.
 *
 * A topology is filled in by its owner (netlink or a test), then committed:
 * vsn_topo_commit() validates all of it and computes ids.  After that it never
 * changes and needs no lock.  Nothing here is stored per endpoint or per link:
 * names, neighbours and figures are computed from ids, so a topology of any
 * size is a few kilobytes.
 *
 * Ids.  Endpoints of a kind are numbered in mixed radix over the kind's
 * dimensions, outermost first; kinds follow each other in the order of enum
 * vsn_endpoint_kind.  Link ids are numbered by network, tier, child, plane,
 * switch, lane, direction.
 *
 * Groups.  A tier joins what agrees in all the dimensions that it is not
 * "over": for a tier that attaches endpoints, all other dimensions of the
 * endpoint; for one that attaches switches, what is left of the group of the
 * tier below.  Each group has @planes times @switches of them.
 */
#ifndef VSN_CORE_TOPO_H
#define VSN_CORE_TOPO_H

#include "types.h"
#include <linux/vsn.h>
#include <linux/vsn_netlink.h>

#define VSN_MAX_DIMS		8
#define VSN_NR_KINDS		4	/* index: enum vsn_endpoint_kind; 0 is the uplink */
#define VSN_MAX_NETWORKS	8
#define VSN_MAX_TIERS		4
#define VSN_MAX_ENDPOINTS	(1U << 20)
#define VSN_MAX_LINKS		(1U << 30)
/* The largest chunk that an operation is cut into, bytes. */
#define VSN_CHUNK_MAX		(8ULL << 20)
#define VSN_EFFICIENCY_ONE	1000000U	/* parts per million */

struct vsn_dim {
	char name[VSN_NAME_SIZE];
	char prefix[16];
	u32 size;
};

/**
 * struct vsn_kind - all endpoints of one kind
 * @nr_dims: number of dimensions; 0: the fabric has no endpoint of this kind
 * @dims: indices of the dimensions, outermost first
 * @package_dims: how many of them, from the outermost, tell packages apart
 * @capacity: memory of one endpoint, bytes
 * @mem_bandwidth: bytes/s
 * @mem_latency: ps
 * @read_bandwidth: read engine, bytes/s of payload; 0: cannot initiate
 * @write_bandwidth: write engine, bytes/s of payload
 * @overhead: time to issue an operation, ps
 * @base: first endpoint id; set by commit
 * @count: number of endpoints; set by commit
 * @packages: number of packages; set by commit
 */
struct vsn_kind {
	u32 nr_dims;
	u8 dims[VSN_MAX_DIMS];
	u32 package_dims;
	u64 capacity;
	u64 mem_bandwidth;
	u64 mem_latency;
	u64 read_bandwidth;
	u64 write_bandwidth;
	u64 overhead;
	u32 base;
	u32 count;
	u32 packages;
};

/**
 * struct vsn_port - figures of a link, the same in both directions
 * @bandwidth: raw, bytes/s; 0: no link
 * @latency: of the wire, ps
 * @efficiency: usable part of the bandwidth, parts per million
 * @usable: bytes/s; set by commit
 */
struct vsn_port {
	u64 bandwidth;
	u64 latency;
	u32 efficiency;
	u64 usable;
};

/**
 * struct vsn_tier - one tier of a network
 * @name: unique in the network
 * @over: bit mask of the dimensions that it joins
 * @attach: enum vsn_attach
 * @kind: enum vsn_tier_kind
 * @forwarding: enum vsn_forwarding
 * @wiring: enum vsn_wiring
 * @planes: planes
 * @switches: switches per plane and group
 * @lanes: parallel links between a child and a switch
 * @switch_latency: ps
 * @medium: free text
 * @ports: by enum vsn_endpoint_kind; [0] when switches are attached
 * @key: bit mask of the dimensions that tell its groups apart; set by commit
 * @groups: number of groups; set by commit
 * @children: number of lower ends (endpoints, or groups * switches of the tier
 *	below, planes not counted); set by commit
 * @fan: paths from a lower end of its stack to a switch of it, in one plane; set
 *	by commit
 * @link_base: first link id; set by commit
 * @nr_links: number of link ids; set by commit
 */
struct vsn_tier {
	char name[VSN_NAME_SIZE];
	u32 over;
	u32 attach;
	u32 kind;
	u32 forwarding;
	u32 wiring;
	u32 planes;
	u32 switches;
	u32 lanes;
	u64 switch_latency;
	char medium[16];
	struct vsn_port ports[VSN_NR_KINDS];
	u32 key;
	u32 groups;
	u32 children;
	u64 fan;
	u32 link_base;
	u32 nr_links;
};

/**
 * struct vsn_network - joins endpoints its own way
 * @name: unique in the topology
 * @header: bytes of header of a packet, a request, an ack
 * @packet: largest payload of a packet, bytes
 * @stripe: longer operations are spread over all planes, bytes
 * @policy: enum vsn_policy
 * @seed: of the hash policy
 * @nr_tiers: number of tiers
 * @tiers: innermost first
 */
struct vsn_network {
	char name[VSN_NAME_SIZE];
	u32 header;
	u32 packet;
	u32 stripe;
	u32 policy;
	u64 seed;
	u32 nr_tiers;
	struct vsn_tier tiers[VSN_MAX_TIERS];
};

/**
 * struct vsn_topo - a topology
 * @nr_dims: number of dimensions
 * @dims: dimensions
 * @kinds: by enum vsn_endpoint_kind
 * @nr_networks: number of networks
 * @networks: networks; an operation that names none takes the first that reaches
 * @nr_endpoints: set by commit
 * @nr_packages: set by commit
 * @nr_links: number of link ids; set by commit
 * @window_shift: device window of an endpoint, log2 bytes; set by commit
 */
struct vsn_topo {
	u32 nr_dims;
	struct vsn_dim dims[VSN_MAX_DIMS];
	struct vsn_kind kinds[VSN_NR_KINDS];
	u32 nr_networks;
	struct vsn_network networks[VSN_MAX_NETWORKS];
	u32 nr_endpoints;
	u32 nr_packages;
	u32 nr_links;
	u32 window_shift;
};

/* What a link id means. */
struct vsn_link_pos {
	u32 net;
	u32 tier;
	u32 child;	/* endpoint id, or group * switches + switch of the tier below */
	u32 plane;
	u32 sw;
	u32 lane;
	u32 down;	/* 0: from the child to the switch; 1: from the switch */
	u32 group;	/* of the switch */
};

int vsn_topo_commit(struct vsn_topo *t, struct vsn_diag *diag);
int vsn_topo_find_dim(const struct vsn_topo *t, const char *name);
u32 vsn_topo_kind(const struct vsn_topo *t, u32 ep);
u32 vsn_topo_package(const struct vsn_topo *t, u32 ep);
void vsn_topo_digits(const struct vsn_topo *t, u32 ep, u32 digits[VSN_MAX_DIMS]);
u32 vsn_topo_group(const struct vsn_topo *t, const struct vsn_tier *tier, u32 ep);
u32 vsn_topo_link_id(const struct vsn_tier *tier, u32 child, u32 plane, u32 sw,
		     u32 lane, u32 down);
bool vsn_topo_link_pos(const struct vsn_topo *t, u32 link, struct vsn_link_pos *pos);
bool vsn_topo_link_figures(const struct vsn_topo *t, u32 link, u64 *bandwidth,
			   u64 *latency, bool *store_forward);
u32 vsn_topo_tier_switches(const struct vsn_tier *tier);
u32 vsn_topo_tier_links(const struct vsn_topo *t, const struct vsn_tier *tier);
int vsn_topo_endpoint_name(const struct vsn_topo *t, u32 ep, char *buf, size_t size);
int vsn_topo_endpoint_find(const struct vsn_topo *t, const char *name);
int vsn_topo_link_name(const struct vsn_topo *t, u32 link, char *buf, size_t size);

#endif /* VSN_CORE_TOPO_H */
