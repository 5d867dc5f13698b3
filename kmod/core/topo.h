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
 * vsn_endpoint_kind.  Link ids are numbered by network and tier; in a tier of
 * switches then by child, plane, switch, lane, direction; in a direct tier by
 * vertex, plane, port, lane.  Switches are numbered by network, tier, group,
 * plane, switch.
 *
 * Stacks.  A tier that attaches endpoints begins a stack; the tiers above it that
 * attach switches belong to it.  Each tier joins what agrees in all the
 * dimensions that it is not "over": for the first of a stack all other
 * dimensions of the endpoint, for the others what is left of the group of the
 * tier before.  A group is what a tier joins.
 *
 * Kind "switch".  Each group has @planes times @switches switches.  Its children
 * are endpoints, or the switches of the nearest tier of kind "switch" below, plane
 * i to plane i.  Wiring "full": every child to every switch of its plane.  Wiring
 * "stride": child and switch are joined where their numbers are equal modulo
 * @span; the number of an endpoint is its position in the group, that of a switch
 * its number in its own group, and @span is @switches or, where that is less, the
 * number of switches below, so that each child has one link a plane, or one of
 * two is a multiple of the other.
 *
 * Kinds "mesh", "ring" and "grid" are direct: they have no switches of their own,
 * but links between vertices.  These are endpoints (of one kind), or the
 * switches of the nearest tier of kind "switch" below, in the same plane.
 *	mesh	each pair of vertices
 *	ring	+1 and -1 modulo the size, in each dimension (size 2: one pair of
 *		links, size 1: none)
 *	grid	+1 and -1 without the wrap
 * Endpoints differ in the dimensions of "over".  Switches come in blocks, the
 * groups of the tier before this one; blocks differ in the dimensions of "over".
 * Wiring says which vertices of two blocks are joined:
 *	full	mesh: all switches of the group are joined pairwise, those of one
 *		block, too; ring and grid: blocks of one switch a plane
 *	stride	switches that differ in nothing but "over"
 *	spread	mesh: one link for each pair of blocks, the links of a block dealt
 *		evenly to its switches: port p of block g leads to block
 *		(g + 1 + p) mod blocks and is at switch p mod members.  The tiers
 *		before it must be able to lead from any switch of a block to any
 *		other.
 * "Over" nothing, full: the switches of one group, by their number.  So a
 * DragonFly is a tier of switches, a mesh over the switches of a group, and a mesh
 * with wiring "spread" over the groups.
 *
 * Kind "graph" is the only tier of its network: its switches and links are listed one
 * by one, see graph.h.  It alone has memory of its own, which vsn_topo_free() gives
 * back; copies of a topology share it.
 */
#ifndef VSN_CORE_TOPO_H
#define VSN_CORE_TOPO_H

#include "types.h"
#include <linux/vsn.h>
#include <linux/vsn_netlink.h>

#define VSN_MAX_DIMS		8
#define VSN_NR_KINDS		4	/* index: enum vsn_endpoint_kind; 0 is the uplink */
/* Of a link, a switch or an engine, and of what a fault adds to a link: 1 s */
#define VSN_MAX_LATENCY		VSN_PS_PER_SEC
#define VSN_MAX_NETWORKS	8
#define VSN_MAX_TIERS		8
#define VSN_MAX_ENDPOINTS	(1U << 20)
#define VSN_MAX_LINKS		(1U << 30)
/* Links of the longest path. */
#define VSN_MAX_HOPS		128
#define VSN_NO_SWITCH		U32_MAX
/* The largest chunk that an operation is cut into, bytes. */
#define VSN_CHUNK_MAX		(8ULL << 20)
#define VSN_EFFICIENCY_ONE	1000000U	/* parts per million */

struct vsn_graph;

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
 * @switches: switches per plane and group; 1 in a direct tier, which has none
 * @lanes: parallel links between a child and a switch, or between two vertices
 * @switch_latency: ps; in a direct tier of endpoints, or a graph: of one that
 *	forwards
 * @transit: graph: endpoints forward
 * @medium: free text
 * @reduces: its switches add what several ports bring, and copy what one brings to
 *	several
 * @ports: by enum vsn_endpoint_kind; [0] when switches are attached
 * @key: bit mask of the dimensions that tell its groups apart; set by commit, as
 *	is all that follows
 * @groups: number of groups
 * @children: number of lower ends (endpoints, or groups * switches of the tier
 *	that is attached, planes not counted), or of vertices
 * @fan: paths from a lower end of its stack to a switch of it, in one plane
 * @link_base: first link id
 * @nr_links: number of link ids
 * @base: index of the first tier of its stack
 * @level: index of the tier whose switches it attaches; its own, where that is
 *	endpoints
 * @degree: ports of a child towards switches, or of a vertex, per plane and lane
 * @span: what wiring compares numbers modulo; 1 in a full one
 * @modulus: endpoints meet in this tier where their numbers in the first tier of
 *	the stack are equal modulo this
 * @fixes: it, or a direct tier of the same switches before it, leads to switches
 *	of other numbers, so that @modulus does not count
 * @first: direct, endpoints: id of vertex 0
 * @coords: direct: mask of the dimensions in a vertex' position
 * @numbers: direct: switches in a group of the tier that is attached, where the
 *	number is part of a vertex' position; 1 otherwise
 * @size: direct: number of positions
 * @inner: direct, spread: mask of the dimensions that tell the switches of a
 *	block apart
 * @members: direct, switches: number of switches in a block
 * @switch_base: first switch id
 * @stride: by dimension: distance between the ids of two switches of this tier (or
 *	vertices, in a direct one) that are neighbours in it; 0: not there
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
	bool transit;
	char medium[16];
	u32 reduces;
	struct vsn_port ports[VSN_NR_KINDS];
	u32 key;
	u32 groups;
	u32 children;
	u64 fan;
	u32 link_base;
	u32 nr_links;
	u32 base;
	u32 level;
	u32 degree;
	u32 span;
	u32 modulus;
	bool fixes;
	u32 first;
	u32 coords;
	u32 numbers;
	u32 size;
	u32 inner;
	u32 members;
	u32 switch_base;
	u32 stride[VSN_MAX_DIMS];
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
 * @graph: switches and links, where the tier is of kind graph, or NULL
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
	struct vsn_graph *graph;
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
 * @nr_switches: number of switches; set by commit
 * @max_hops: links of the longest path; set by commit
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
	u32 nr_switches;
	u32 max_hops;
	u32 window_shift;
};

/**
 * struct vsn_link_pos - what a link id means
 * @net: index of the network
 * @tier: index of the tier
 * @child: lower end: an endpoint id, or group * switches + switch of the tier that
 *	is attached; in a direct tier where the link begins
 * @plane: plane
 * @sw: switch within plane and group; in a direct tier the port
 * @lane: lane
 * @down: 0: from the child to the switch, or direct; 1: from the switch
 * @group: of the switch, or of the direct tier
 * @peer: in a direct tier where the link ends, as @child
 *
 * In a graph @child and @peer are ends, see vsn_graph_end(), and all but these and
 * @lane is 0.
 */
struct vsn_link_pos {
	u32 net;
	u32 tier;
	u32 child;
	u32 plane;
	u32 sw;
	u32 lane;
	u32 down;
	u32 group;
	u32 peer;
};

static inline bool vsn_tier_direct(const struct vsn_tier *tier)
{
	return tier->kind != VSN_TIER_KIND_SWITCH;
}

int vsn_topo_commit(struct vsn_topo *t, struct vsn_diag *diag);
void vsn_topo_free(struct vsn_topo *t);
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
bool vsn_topo_link_switches(const struct vsn_topo *t, u32 link, u32 *from, u32 *to);
#define VSN_NO_ENDPOINT	U32_MAX
bool vsn_topo_link_endpoints(const struct vsn_topo *t, u32 link, u32 *from, u32 *to);
u32 vsn_topo_tier_switches(const struct vsn_network *net, const struct vsn_tier *tier);
u32 vsn_topo_tier_links(const struct vsn_topo *t, const struct vsn_tier *tier);
u32 vsn_topo_index(const struct vsn_topo *t, const struct vsn_tier *tier, u32 ep);
u32 vsn_topo_position(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v);
u32 vsn_topo_at(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v, u32 pos);
u32 vsn_topo_member(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v, u32 n);
u32 vsn_topo_axis_ports(const struct vsn_tier *tier, u32 size);
u32 vsn_topo_gateway(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
		     u32 block, u32 *port);
bool vsn_topo_neighbour(const struct vsn_topo *t, const struct vsn_tier *tier, u32 v,
			u32 port, u32 *peer);
int vsn_topo_endpoint_name(const struct vsn_topo *t, u32 ep, char *buf, size_t size);
bool vsn_topo_endpoint_parse(const struct vsn_topo *t, const char *name, u32 *kind,
			     u32 *index);
int vsn_topo_endpoint_find(const struct vsn_topo *t, const char *name);
int vsn_topo_link_name(const struct vsn_topo *t, u32 link, char *buf, size_t size);
int vsn_topo_switch_name(const struct vsn_topo *t, u32 sw, char *buf, size_t size);
int vsn_topo_switch_find(const struct vsn_topo *t, const char *name);

#endif /* VSN_CORE_TOPO_H */
