/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vsn.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_VSN_NETLINK_H
#define _UAPI_LINUX_VSN_NETLINK_H

#define VSN_FAMILY_NAME		"vsn"
#define VSN_FAMILY_VERSION	1

#define VSN_NAME_LEN	31

/**
 * enum vsn_fabric_state - State of a fabric.
 * @VSN_FABRIC_STATE_DRAFT: Being built; has no device and carries no traffic.
 * @VSN_FABRIC_STATE_READY: Committed; its topology no longer changes.
 */
enum vsn_fabric_state {
	VSN_FABRIC_STATE_DRAFT = 1,
	VSN_FABRIC_STATE_READY,
};

/**
 * enum vsn_endpoint_kind - Kind of endpoint.
 * @VSN_ENDPOINT_KIND_ACCELERATOR: One die; what a rank runs on.
 * @VSN_ENDPOINT_KIND_HOST: CPU with DRAM.
 * @VSN_ENDPOINT_KIND_MEMORY: Pool node.
 */
enum vsn_endpoint_kind {
	VSN_ENDPOINT_KIND_ACCELERATOR = 1,
	VSN_ENDPOINT_KIND_HOST,
	VSN_ENDPOINT_KIND_MEMORY,
};

/**
 * enum vsn_attach - What a tier's links join.
 * @VSN_ATTACH_ENDPOINT: Each endpoint has its own links in this tier.
 * @VSN_ATTACH_SWITCH: The switches of the tier below, plane i to plane i.
 */
enum vsn_attach {
	VSN_ATTACH_ENDPOINT = 1,
	VSN_ATTACH_SWITCH,
};

/**
 * enum vsn_tier_kind - Shape of a tier.
 * @VSN_TIER_KIND_SWITCH: Switches, which join all children of a group.
 * @VSN_TIER_KIND_MESH: A direct link for each pair.
 * @VSN_TIER_KIND_RING: A direct link to each neighbour in each dimension, and
 *   around.
 * @VSN_TIER_KIND_GRID: The same, but not around.
 */
enum vsn_tier_kind {
	VSN_TIER_KIND_SWITCH = 1,
	VSN_TIER_KIND_MESH,
	VSN_TIER_KIND_RING,
	VSN_TIER_KIND_GRID,
};

/**
 * enum vsn_wiring - How a tier's links join its switches to what is below.
 * @VSN_WIRING_FULL: Every child to every switch of its plane and group.
 * @VSN_WIRING_STRIDE: Those whose numbers are equal modulo the smaller count
 *   of switches.
 * @VSN_WIRING_SPREAD: One link for each pair of groups, spread evenly over the
 *   switches of each.
 */
enum vsn_wiring {
	VSN_WIRING_FULL = 1,
	VSN_WIRING_STRIDE,
	VSN_WIRING_SPREAD,
};

/**
 * enum vsn_forwarding - When a hop may pass a chunk on.
 */
enum vsn_forwarding {
	VSN_FORWARDING_CUT_THROUGH = 1,
	VSN_FORWARDING_STORE_FORWARD,
};

/**
 * enum vsn_policy - How a network chooses among paths of one plane.
 * @VSN_POLICY_DMODK: By the destination's position; contention-free for
 *   shifts.
 * @VSN_POLICY_HASH: By a seeded hash of source, destination and operation.
 * @VSN_POLICY_STRIPE: In turn, by chunk and operation; planes first.
 * @VSN_POLICY_SHORTEST: All shortest paths at once; long operations are spread
 *   over them.
 * @VSN_POLICY_DETOUR: As shortest, and in a mesh by each other vertex.
 * @VSN_POLICY_BORROW: As shortest, and by all other tiers that join the two.
 */
enum vsn_policy {
	VSN_POLICY_DMODK = 1,
	VSN_POLICY_HASH,
	VSN_POLICY_STRIPE,
	VSN_POLICY_SHORTEST,
	VSN_POLICY_DETOUR,
	VSN_POLICY_BORROW,
};

/**
 * enum vsn_clock - What makes virtual time go.
 * @VSN_CLOCK_ORDERED: RUN; the same input gives the same times.
 * @VSN_CLOCK_ONLINE: Operations are executed as they come; wall time goes by.
 * @VSN_CLOCK_PACED: Online, and completions are held until wall time reaches
 *   their end.
 */
enum vsn_clock {
	VSN_CLOCK_ORDERED = 1,
	VSN_CLOCK_ONLINE,
	VSN_CLOCK_PACED,
};

enum {
	VSN_A_DIM_NAME = 1,
	VSN_A_DIM_PREFIX,
	VSN_A_DIM_SIZE,

	__VSN_A_DIM_MAX,
	VSN_A_DIM_MAX = (__VSN_A_DIM_MAX - 1)
};

enum {
	VSN_A_KIND_KIND = 1,
	VSN_A_KIND_DIM,
	VSN_A_KIND_PACKAGE,
	VSN_A_KIND_CAPACITY,
	VSN_A_KIND_MEM_BANDWIDTH,
	VSN_A_KIND_MEM_LATENCY,
	VSN_A_KIND_READ_BANDWIDTH,
	VSN_A_KIND_WRITE_BANDWIDTH,
	VSN_A_KIND_OVERHEAD,
	VSN_A_KIND_BASE,
	VSN_A_KIND_COUNT,
	VSN_A_KIND_PACKAGES,

	__VSN_A_KIND_MAX,
	VSN_A_KIND_MAX = (__VSN_A_KIND_MAX - 1)
};

enum {
	VSN_A_PORT_KIND = 1,
	VSN_A_PORT_BANDWIDTH,
	VSN_A_PORT_LATENCY,
	VSN_A_PORT_EFFICIENCY,

	__VSN_A_PORT_MAX,
	VSN_A_PORT_MAX = (__VSN_A_PORT_MAX - 1)
};

enum {
	VSN_A_TIER_NAME = 1,
	VSN_A_TIER_OVER,
	VSN_A_TIER_ATTACH,
	VSN_A_TIER_KIND,
	VSN_A_TIER_FORWARDING,
	VSN_A_TIER_PLANES,
	VSN_A_TIER_SWITCHES,
	VSN_A_TIER_LANES,
	VSN_A_TIER_WIRING,
	VSN_A_TIER_SWITCH_LATENCY,
	VSN_A_TIER_MEDIUM,
	VSN_A_TIER_PORT,
	VSN_A_TIER_SWITCH_COUNT,
	VSN_A_TIER_LINK_COUNT,

	__VSN_A_TIER_MAX,
	VSN_A_TIER_MAX = (__VSN_A_TIER_MAX - 1)
};

enum {
	VSN_A_NETWORK_NAME = 1,
	VSN_A_NETWORK_HEADER,
	VSN_A_NETWORK_PACKET,
	VSN_A_NETWORK_STRIPE,
	VSN_A_NETWORK_POLICY,
	VSN_A_NETWORK_SEED,
	VSN_A_NETWORK_TIER,
	VSN_A_NETWORK_INDEX,

	__VSN_A_NETWORK_MAX,
	VSN_A_NETWORK_MAX = (__VSN_A_NETWORK_MAX - 1)
};

enum {
	VSN_A_FABRIC_NAME = 1,
	VSN_A_FABRIC_ID,
	VSN_A_FABRIC_STATE,
	VSN_A_FABRIC_COMMIT,
	VSN_A_FABRIC_SYSTEM,
	VSN_A_FABRIC_DIM,
	VSN_A_FABRIC_KIND,
	VSN_A_FABRIC_NETWORK,
	VSN_A_FABRIC_WINDOW_SHIFT,
	VSN_A_FABRIC_ENDPOINTS,
	VSN_A_FABRIC_PACKAGES,
	VSN_A_FABRIC_NOW,
	VSN_A_FABRIC_RESIDENT,
	VSN_A_FABRIC_RESIDENT_MAX,
	VSN_A_FABRIC_REGIONS,
	VSN_A_FABRIC_CONTEXTS,
	VSN_A_FABRIC_PENDING,
	VSN_A_FABRIC_HOST_READ,
	VSN_A_FABRIC_HOST_WRITE,
	VSN_A_FABRIC_HOST_FAULTS,
	VSN_A_FABRIC_CLOCK,
	VSN_A_FABRIC_SCALE,

	__VSN_A_FABRIC_MAX,
	VSN_A_FABRIC_MAX = (__VSN_A_FABRIC_MAX - 1)
};

enum {
	VSN_A_ENDPOINT_FABRIC = 1,
	VSN_A_ENDPOINT_ID,
	VSN_A_ENDPOINT_NAME,
	VSN_A_ENDPOINT_KIND,
	VSN_A_ENDPOINT_PACKAGE,
	VSN_A_ENDPOINT_CAPACITY,
	VSN_A_ENDPOINT_ALLOCATED,
	VSN_A_ENDPOINT_OPS,
	VSN_A_ENDPOINT_ERRORS,
	VSN_A_ENDPOINT_READ_BYTES,
	VSN_A_ENDPOINT_WRITE_BYTES,
	VSN_A_ENDPOINT_LOCAL_BYTES,
	VSN_A_ENDPOINT_IN_BYTES,
	VSN_A_ENDPOINT_OUT_BYTES,
	VSN_A_ENDPOINT_ATOMICS,
	VSN_A_ENDPOINT_FAULTS,
	VSN_A_ENDPOINT_FAULT_BYTES,
	VSN_A_ENDPOINT_ACTIVE,

	__VSN_A_ENDPOINT_MAX,
	VSN_A_ENDPOINT_MAX = (__VSN_A_ENDPOINT_MAX - 1)
};

enum {
	VSN_A_LINK_FABRIC = 1,
	VSN_A_LINK_ID,
	VSN_A_LINK_NAME,
	VSN_A_LINK_NETWORK,
	VSN_A_LINK_TIER,
	VSN_A_LINK_PLANE,
	VSN_A_LINK_DIRECTION,
	VSN_A_LINK_BANDWIDTH,
	VSN_A_LINK_LATENCY,
	VSN_A_LINK_PAYLOAD,
	VSN_A_LINK_WIRE,
	VSN_A_LINK_TRANSFERS,
	VSN_A_LINK_BUSY,
	VSN_A_LINK_ACTIVE,

	__VSN_A_LINK_MAX,
	VSN_A_LINK_MAX = (__VSN_A_LINK_MAX - 1)
};

enum {
	VSN_A_REGION_FABRIC = 1,
	VSN_A_REGION_ID,
	VSN_A_REGION_SIZE,
	VSN_A_REGION_HOME,
	VSN_A_REGION_GRANULE,
	VSN_A_REGION_HUGE,
	VSN_A_REGION_UA,
	VSN_A_REGION_RESIDENT,
	VSN_A_REGION_HOME_COUNT,

	__VSN_A_REGION_MAX,
	VSN_A_REGION_MAX = (__VSN_A_REGION_MAX - 1)
};

enum {
	VSN_A_LIMIT_FABRIC = 1,
	VSN_A_LIMIT_RESIDENT,

	__VSN_A_LIMIT_MAX,
	VSN_A_LIMIT_MAX = (__VSN_A_LIMIT_MAX - 1)
};

enum {
	VSN_A_HOP_LINK = 1,
	VSN_A_HOP_NAME,
	VSN_A_HOP_BANDWIDTH,
	VSN_A_HOP_LATENCY,

	__VSN_A_HOP_MAX,
	VSN_A_HOP_MAX = (__VSN_A_HOP_MAX - 1)
};

enum {
	VSN_A_ROUTE_FABRIC = 1,
	VSN_A_ROUTE_SOURCE,
	VSN_A_ROUTE_DESTINATION,
	VSN_A_ROUTE_NETWORK,
	VSN_A_ROUTE_CANDIDATE,
	VSN_A_ROUTE_CANDIDATES,
	VSN_A_ROUTE_PLANES,
	VSN_A_ROUTE_LATENCY,
	VSN_A_ROUTE_HOP,

	__VSN_A_ROUTE_MAX,
	VSN_A_ROUTE_MAX = (__VSN_A_ROUTE_MAX - 1)
};

enum {
	VSN_CMD_FABRIC_GET = 1,
	VSN_CMD_FABRIC_NEW,
	VSN_CMD_FABRIC_SET,
	VSN_CMD_FABRIC_DEL,
	VSN_CMD_FABRIC_NTF,
	VSN_CMD_FABRIC_DEL_NTF,
	VSN_CMD_ENDPOINT_GET,
	VSN_CMD_LINK_GET,
	VSN_CMD_REGION_GET,
	VSN_CMD_REGION_NEW,
	VSN_CMD_REGION_DEL,
	VSN_CMD_REGION_NTF,
	VSN_CMD_REGION_DEL_NTF,
	VSN_CMD_LIMIT_GET,
	VSN_CMD_LIMIT_SET,
	VSN_CMD_LIMIT_NTF,
	VSN_CMD_ROUTE_GET,

	__VSN_CMD_MAX,
	VSN_CMD_MAX = (__VSN_CMD_MAX - 1)
};

#define VSN_MCGRP_MONITOR	"monitor"

#endif /* _UAPI_LINUX_VSN_NETLINK_H */
