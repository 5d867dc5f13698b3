// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vsn.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/vsn_netlink.h>

/* Integer value ranges */
static const struct netlink_range_validation vsn_a_port_efficiency_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation vsn_a_fabric_scale_range = {
	.min	= 1000ULL,
	.max	= 10000000000ULL,
};

static const struct netlink_range_validation vsn_a_graph_link_efficiency_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation vsn_a_link_bandwidth_part_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

static const struct netlink_range_validation vsn_a_fault_bandwidth_part_range = {
	.min	= 1ULL,
	.max	= 1000000ULL,
};

/* Common nested types */
const struct nla_policy vsn_dim_nl_policy[VSN_A_DIM_SIZE + 1] = {
	[VSN_A_DIM_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_DIM_PREFIX] = { .type = NLA_NUL_STRING, .len = 15, },
	[VSN_A_DIM_SIZE] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy vsn_endpoint_run_nl_policy[VSN_A_ENDPOINT_RUN_LAST + 1] = {
	[VSN_A_ENDPOINT_RUN_FIRST] = { .type = NLA_U32, },
	[VSN_A_ENDPOINT_RUN_LAST] = { .type = NLA_U32, },
};

const struct nla_policy vsn_graph_nl_policy[VSN_A_GRAPH_LINK + 1] = {
	[VSN_A_GRAPH_NETWORK] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_GRAPH_SWITCH] = NLA_POLICY_NESTED(vsn_graph_switch_nl_policy),
	[VSN_A_GRAPH_LINK] = NLA_POLICY_NESTED(vsn_graph_link_nl_policy),
};

const struct nla_policy vsn_graph_link_nl_policy[VSN_A_GRAPH_LINK_EFFICIENCY + 1] = {
	[VSN_A_GRAPH_LINK_FROM] = { .type = NLA_NUL_STRING, .len = 255, },
	[VSN_A_GRAPH_LINK_TO] = { .type = NLA_NUL_STRING, .len = 255, },
	[VSN_A_GRAPH_LINK_BOTH] = { .type = NLA_FLAG, },
	[VSN_A_GRAPH_LINK_LANES] = NLA_POLICY_RANGE(NLA_U32, 1, 1024),
	[VSN_A_GRAPH_LINK_BANDWIDTH] = { .type = NLA_UINT, },
	[VSN_A_GRAPH_LINK_LATENCY] = { .type = NLA_UINT, },
	[VSN_A_GRAPH_LINK_EFFICIENCY] = NLA_POLICY_FULL_RANGE(NLA_U32, &vsn_a_graph_link_efficiency_range),
};

const struct nla_policy vsn_graph_switch_nl_policy[VSN_A_GRAPH_SWITCH_LATENCY + 1] = {
	[VSN_A_GRAPH_SWITCH_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_GRAPH_SWITCH_LATENCY] = { .type = NLA_UINT, },
};

const struct nla_policy vsn_kind_nl_policy[VSN_A_KIND_PACKAGES + 1] = {
	[VSN_A_KIND_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_KIND_DIM] = { .type = NLA_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_KIND_PACKAGE] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_KIND_CAPACITY] = { .type = NLA_UINT, },
	[VSN_A_KIND_MEM_BANDWIDTH] = { .type = NLA_UINT, },
	[VSN_A_KIND_MEM_LATENCY] = { .type = NLA_UINT, },
	[VSN_A_KIND_READ_BANDWIDTH] = { .type = NLA_UINT, },
	[VSN_A_KIND_WRITE_BANDWIDTH] = { .type = NLA_UINT, },
	[VSN_A_KIND_OVERHEAD] = { .type = NLA_UINT, },
	[VSN_A_KIND_BASE] = { .type = NLA_U32, },
	[VSN_A_KIND_COUNT] = { .type = NLA_U32, },
	[VSN_A_KIND_PACKAGES] = { .type = NLA_U32, },
};

const struct nla_policy vsn_network_nl_policy[VSN_A_NETWORK_INDEX + 1] = {
	[VSN_A_NETWORK_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_NETWORK_HEADER] = { .type = NLA_U32, },
	[VSN_A_NETWORK_PACKET] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_NETWORK_STRIPE] = { .type = NLA_U32, },
	[VSN_A_NETWORK_POLICY] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[VSN_A_NETWORK_SEED] = { .type = NLA_UINT, },
	[VSN_A_NETWORK_TIER] = NLA_POLICY_NESTED(vsn_tier_nl_policy),
	[VSN_A_NETWORK_INDEX] = { .type = NLA_U32, },
};

const struct nla_policy vsn_port_nl_policy[VSN_A_PORT_EFFICIENCY + 1] = {
	[VSN_A_PORT_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_PORT_BANDWIDTH] = { .type = NLA_UINT, },
	[VSN_A_PORT_LATENCY] = { .type = NLA_UINT, },
	[VSN_A_PORT_EFFICIENCY] = NLA_POLICY_FULL_RANGE(NLA_U32, &vsn_a_port_efficiency_range),
};

const struct nla_policy vsn_tier_nl_policy[VSN_A_TIER_REDUCES + 1] = {
	[VSN_A_TIER_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_TIER_OVER] = { .type = NLA_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_TIER_ATTACH] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[VSN_A_TIER_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 5),
	[VSN_A_TIER_FORWARDING] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[VSN_A_TIER_PLANES] = NLA_POLICY_RANGE(NLA_U32, 1, 64),
	[VSN_A_TIER_SWITCHES] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_TIER_LANES] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_TIER_WIRING] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_TIER_SWITCH_LATENCY] = { .type = NLA_UINT, },
	[VSN_A_TIER_MEDIUM] = { .type = NLA_NUL_STRING, .len = 15, },
	[VSN_A_TIER_PORT] = NLA_POLICY_NESTED(vsn_port_nl_policy),
	[VSN_A_TIER_SWITCH_COUNT] = { .type = NLA_U32, },
	[VSN_A_TIER_LINK_COUNT] = { .type = NLA_U32, },
	[VSN_A_TIER_TRANSIT] = { .type = NLA_FLAG, },
	[VSN_A_TIER_REDUCES] = { .type = NLA_FLAG, },
};

const struct nla_policy vsn_where_nl_policy[VSN_A_WHERE_DIGIT + 1] = {
	[VSN_A_WHERE_DIM] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_WHERE_DIGIT] = { .type = NLA_U32, },
};

/* VSN_CMD_FABRIC_GET - do */
static const struct nla_policy vsn_fabric_get_nl_policy[VSN_A_FABRIC_NAME + 1] = {
	[VSN_A_FABRIC_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_FABRIC_NEW - do */
static const struct nla_policy vsn_fabric_new_nl_policy[VSN_A_FABRIC_SCALE + 1] = {
	[VSN_A_FABRIC_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FABRIC_SYSTEM] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FABRIC_DIM] = NLA_POLICY_NESTED(vsn_dim_nl_policy),
	[VSN_A_FABRIC_KIND] = NLA_POLICY_NESTED(vsn_kind_nl_policy),
	[VSN_A_FABRIC_NETWORK] = NLA_POLICY_NESTED(vsn_network_nl_policy),
	[VSN_A_FABRIC_COMMIT] = { .type = NLA_FLAG, },
	[VSN_A_FABRIC_GRAPH] = NLA_POLICY_NESTED(vsn_graph_nl_policy),
	[VSN_A_FABRIC_CLOCK] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_FABRIC_SCALE] = NLA_POLICY_FULL_RANGE(NLA_UINT, &vsn_a_fabric_scale_range),
};

/* VSN_CMD_FABRIC_SET - do */
static const struct nla_policy vsn_fabric_set_nl_policy[VSN_A_FABRIC_SCALE + 1] = {
	[VSN_A_FABRIC_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FABRIC_SYSTEM] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FABRIC_DIM] = NLA_POLICY_NESTED(vsn_dim_nl_policy),
	[VSN_A_FABRIC_KIND] = NLA_POLICY_NESTED(vsn_kind_nl_policy),
	[VSN_A_FABRIC_NETWORK] = NLA_POLICY_NESTED(vsn_network_nl_policy),
	[VSN_A_FABRIC_COMMIT] = { .type = NLA_FLAG, },
	[VSN_A_FABRIC_GRAPH] = NLA_POLICY_NESTED(vsn_graph_nl_policy),
	[VSN_A_FABRIC_CLOCK] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_FABRIC_SCALE] = NLA_POLICY_FULL_RANGE(NLA_UINT, &vsn_a_fabric_scale_range),
};

/* VSN_CMD_FABRIC_DEL - do */
static const struct nla_policy vsn_fabric_del_nl_policy[VSN_A_FABRIC_NAME + 1] = {
	[VSN_A_FABRIC_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_ENDPOINT_GET - do */
static const struct nla_policy vsn_endpoint_get_do_nl_policy[VSN_A_ENDPOINT_NAME + 1] = {
	[VSN_A_ENDPOINT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_ENDPOINT_ID] = { .type = NLA_U32, },
	[VSN_A_ENDPOINT_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* VSN_CMD_ENDPOINT_GET - dump */
static const struct nla_policy vsn_endpoint_get_dump_nl_policy[VSN_A_ENDPOINT_ACTIVE + 1] = {
	[VSN_A_ENDPOINT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_ENDPOINT_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_ENDPOINT_ACTIVE] = { .type = NLA_FLAG, },
};

/* VSN_CMD_LINK_GET - do */
static const struct nla_policy vsn_link_get_do_nl_policy[VSN_A_LINK_ID + 1] = {
	[VSN_A_LINK_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_LINK_ID] = { .type = NLA_U32, },
};

/* VSN_CMD_LINK_GET - dump */
static const struct nla_policy vsn_link_get_dump_nl_policy[VSN_A_LINK_ACTIVE + 1] = {
	[VSN_A_LINK_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_LINK_NETWORK] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_LINK_TIER] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_LINK_ACTIVE] = { .type = NLA_FLAG, },
};

/* VSN_CMD_REGION_GET - do */
static const struct nla_policy vsn_region_get_do_nl_policy[VSN_A_REGION_NAME + 1] = {
	[VSN_A_REGION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_REGION_GET - dump */
static const struct nla_policy vsn_region_get_dump_nl_policy[VSN_A_REGION_PARTITION + 1] = {
	[VSN_A_REGION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_PARTITION] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_REGION_NEW - do */
static const struct nla_policy vsn_region_new_nl_policy[VSN_A_REGION_PARTITION + 1] = {
	[VSN_A_REGION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_SIZE] = { .type = NLA_UINT, },
	[VSN_A_REGION_HOME] = { .type = NLA_U32, },
	[VSN_A_REGION_GRANULE] = { .type = NLA_UINT, },
	[VSN_A_REGION_HUGE] = { .type = NLA_FLAG, },
	[VSN_A_REGION_MODE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_REGION_DIR_GRANULE] = { .type = NLA_UINT, },
	[VSN_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_POLICY] = NLA_POLICY_RANGE(NLA_U32, 1, 5),
	[VSN_A_REGION_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[VSN_A_REGION_WHERE] = NLA_POLICY_NESTED(vsn_where_nl_policy),
	[VSN_A_REGION_NEAR] = { .type = NLA_U32, },
	[VSN_A_REGION_COUNT] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_REGION_PARTITION] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_REGION_DEL - do */
static const struct nla_policy vsn_region_del_nl_policy[VSN_A_REGION_FORCE + 1] = {
	[VSN_A_REGION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_FORCE] = { .type = NLA_FLAG, },
};

/* VSN_CMD_LIMIT_GET - do */
static const struct nla_policy vsn_limit_get_nl_policy[VSN_A_LIMIT_FABRIC + 1] = {
	[VSN_A_LIMIT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_LIMIT_SET - do */
static const struct nla_policy vsn_limit_set_nl_policy[VSN_A_LIMIT_RESIDENT + 1] = {
	[VSN_A_LIMIT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_LIMIT_RESIDENT] = { .type = NLA_UINT, },
};

/* VSN_CMD_ROUTE_GET - do */
static const struct nla_policy vsn_route_get_nl_policy[VSN_A_ROUTE_CANDIDATE + 1] = {
	[VSN_A_ROUTE_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_ROUTE_SOURCE] = { .type = NLA_NUL_STRING, .len = 255, },
	[VSN_A_ROUTE_DESTINATION] = { .type = NLA_NUL_STRING, .len = 255, },
	[VSN_A_ROUTE_NETWORK] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_ROUTE_CANDIDATE] = { .type = NLA_UINT, },
};

/* VSN_CMD_ENDPOINT_SET - do */
static const struct nla_policy vsn_endpoint_set_nl_policy[VSN_A_ENDPOINT_NODE + 1] = {
	[VSN_A_ENDPOINT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_ENDPOINT_ID] = { .type = NLA_U32, },
	[VSN_A_ENDPOINT_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[VSN_A_ENDPOINT_SLOW] = { .type = NLA_U32, },
	[VSN_A_ENDPOINT_DELAY] = { .type = NLA_UINT, },
	[VSN_A_ENDPOINT_JITTER] = { .type = NLA_UINT, },
	[VSN_A_ENDPOINT_SEED] = { .type = NLA_UINT, },
	[VSN_A_ENDPOINT_NODE] = { .type = NLA_U32, },
	[VSN_A_ENDPOINT_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
};

/* VSN_CMD_LINK_SET - do */
static const struct nla_policy vsn_link_set_nl_policy[VSN_A_LINK_ERROR_RATE + 1] = {
	[VSN_A_LINK_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_LINK_ID] = { .type = NLA_U32, },
	[VSN_A_LINK_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[VSN_A_LINK_BANDWIDTH_PART] = NLA_POLICY_FULL_RANGE(NLA_U32, &vsn_a_link_bandwidth_part_range),
	[VSN_A_LINK_EXTRA_LATENCY] = { .type = NLA_UINT, },
	[VSN_A_LINK_ERROR_RATE] = { .type = NLA_UINT, },
};

/* VSN_CMD_SWITCH_GET - do */
static const struct nla_policy vsn_switch_get_do_nl_policy[VSN_A_SWITCH_NAME + 1] = {
	[VSN_A_SWITCH_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_SWITCH_ID] = { .type = NLA_U32, },
	[VSN_A_SWITCH_NAME] = { .type = NLA_NUL_STRING, .len = 511, },
};

/* VSN_CMD_SWITCH_GET - dump */
static const struct nla_policy vsn_switch_get_dump_nl_policy[VSN_A_SWITCH_DOWN + 1] = {
	[VSN_A_SWITCH_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_SWITCH_DOWN] = { .type = NLA_FLAG, },
};

/* VSN_CMD_SWITCH_SET - do */
static const struct nla_policy vsn_switch_set_nl_policy[VSN_A_SWITCH_STATE + 1] = {
	[VSN_A_SWITCH_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_SWITCH_ID] = { .type = NLA_U32, },
	[VSN_A_SWITCH_NAME] = { .type = NLA_NUL_STRING, .len = 511, },
	[VSN_A_SWITCH_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
};

/* VSN_CMD_FAULT_GET - do */
static const struct nla_policy vsn_fault_get_do_nl_policy[VSN_A_FAULT_ID + 1] = {
	[VSN_A_FAULT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FAULT_ID] = { .type = NLA_U32, },
};

/* VSN_CMD_FAULT_GET - dump */
static const struct nla_policy vsn_fault_get_dump_nl_policy[VSN_A_FAULT_FABRIC + 1] = {
	[VSN_A_FAULT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_FAULT_NEW - do */
static const struct nla_policy vsn_fault_new_nl_policy[VSN_A_FAULT_ENDPOINT + 1] = {
	[VSN_A_FAULT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FAULT_LINK] = { .type = NLA_U32, },
	[VSN_A_FAULT_SWITCH] = { .type = NLA_U32, },
	[VSN_A_FAULT_DOWN] = { .type = NLA_FLAG, },
	[VSN_A_FAULT_BANDWIDTH_PART] = NLA_POLICY_FULL_RANGE(NLA_U32, &vsn_a_fault_bandwidth_part_range),
	[VSN_A_FAULT_EXTRA_LATENCY] = { .type = NLA_UINT, },
	[VSN_A_FAULT_ERROR_RATE] = { .type = NLA_UINT, },
	[VSN_A_FAULT_AT] = { .type = NLA_UINT, },
	[VSN_A_FAULT_UNTIL] = { .type = NLA_UINT, },
	[VSN_A_FAULT_ENDPOINT] = { .type = NLA_U32, },
};

/* VSN_CMD_FAULT_DEL - do */
static const struct nla_policy vsn_fault_del_nl_policy[VSN_A_FAULT_ID + 1] = {
	[VSN_A_FAULT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FAULT_ID] = { .type = NLA_U32, },
};

/* VSN_CMD_FAULT_POLICY_GET - do */
static const struct nla_policy vsn_fault_policy_get_nl_policy[VSN_A_FAULT_POLICY_FABRIC + 1] = {
	[VSN_A_FAULT_POLICY_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_FAULT_POLICY_SET - do */
static const struct nla_policy vsn_fault_policy_set_nl_policy[VSN_A_FAULT_POLICY_SEED + 1] = {
	[VSN_A_FAULT_POLICY_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_FAULT_POLICY_DETECT] = { .type = NLA_UINT, },
	[VSN_A_FAULT_POLICY_LOST] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[VSN_A_FAULT_POLICY_SEED] = { .type = NLA_UINT, },
};

/* VSN_CMD_REGION_POISON - do */
static const struct nla_policy vsn_region_poison_nl_policy[VSN_A_REGION_HEAL + 1] = {
	[VSN_A_REGION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_REGION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_REGION_OFFSET] = { .type = NLA_UINT, },
	[VSN_A_REGION_LENGTH] = { .type = NLA_UINT, },
	[VSN_A_REGION_HEAL] = { .type = NLA_FLAG, },
};

/* VSN_CMD_GRANT_SET - do */
static const struct nla_policy vsn_grant_set_nl_policy[VSN_A_GRANT_RIGHT + 1] = {
	[VSN_A_GRANT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_GRANT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VSN_A_GRANT_OFFSET] = { .type = NLA_UINT, },
	[VSN_A_GRANT_LENGTH] = { .type = NLA_UINT, },
	[VSN_A_GRANT_INITIATOR] = { .type = NLA_U32, },
	[VSN_A_GRANT_RIGHT] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* VSN_CMD_GRANT_GET - dump */
static const struct nla_policy vsn_grant_get_nl_policy[VSN_A_GRANT_ID + 1] = {
	[VSN_A_GRANT_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_GRANT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VSN_CMD_PARTITION_GET - do */
static const struct nla_policy vsn_partition_get_do_nl_policy[VSN_A_PARTITION_NAME + 1] = {
	[VSN_A_PARTITION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_PARTITION_GET - dump */
static const struct nla_policy vsn_partition_get_dump_nl_policy[VSN_A_PARTITION_FABRIC + 1] = {
	[VSN_A_PARTITION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* VSN_CMD_PARTITION_NEW - do */
static const struct nla_policy vsn_partition_new_nl_policy[VSN_A_PARTITION_RESIDENT_MAX + 1] = {
	[VSN_A_PARTITION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_PARTITION_ENDPOINTS] = NLA_POLICY_NESTED(vsn_endpoint_run_nl_policy),
	[VSN_A_PARTITION_QUOTA] = { .type = NLA_UINT, },
	[VSN_A_PARTITION_RESIDENT_MAX] = { .type = NLA_UINT, },
};

/* VSN_CMD_PARTITION_SET - do */
static const struct nla_policy vsn_partition_set_nl_policy[VSN_A_PARTITION_RESIDENT_MAX + 1] = {
	[VSN_A_PARTITION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_PARTITION_QUOTA] = { .type = NLA_UINT, },
	[VSN_A_PARTITION_RESIDENT_MAX] = { .type = NLA_UINT, },
};

/* VSN_CMD_PARTITION_DEL - do */
static const struct nla_policy vsn_partition_del_nl_policy[VSN_A_PARTITION_NAME + 1] = {
	[VSN_A_PARTITION_FABRIC] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
	[VSN_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = VSN_NAME_LEN, },
};

/* Ops table for vsn */
static const struct genl_split_ops vsn_nl_ops[] = {
	{
		.cmd		= VSN_CMD_FABRIC_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fabric_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fabric_get_nl_policy,
		.maxattr	= VSN_A_FABRIC_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= VSN_CMD_FABRIC_GET,
		.start	= vsn_nl_dump_start,
		.dumpit	= vsn_nl_fabric_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_FABRIC_NEW,
		.pre_doit	= vsn_nl_pre_doit,
		.doit		= vsn_nl_fabric_new_doit,
		.policy		= vsn_fabric_new_nl_policy,
		.maxattr	= VSN_A_FABRIC_SCALE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FABRIC_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fabric_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fabric_set_nl_policy,
		.maxattr	= VSN_A_FABRIC_SCALE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FABRIC_DEL,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fabric_del_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fabric_del_nl_policy,
		.maxattr	= VSN_A_FABRIC_NAME,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_ENDPOINT_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_endpoint_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_endpoint_get_do_nl_policy,
		.maxattr	= VSN_A_ENDPOINT_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_ENDPOINT_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_endpoint_get_dumpit,
		.policy		= vsn_endpoint_get_dump_nl_policy,
		.maxattr	= VSN_A_ENDPOINT_ACTIVE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_LINK_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_link_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_link_get_do_nl_policy,
		.maxattr	= VSN_A_LINK_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_LINK_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_link_get_dumpit,
		.policy		= vsn_link_get_dump_nl_policy,
		.maxattr	= VSN_A_LINK_ACTIVE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_REGION_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_region_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_region_get_do_nl_policy,
		.maxattr	= VSN_A_REGION_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_REGION_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_region_get_dumpit,
		.policy		= vsn_region_get_dump_nl_policy,
		.maxattr	= VSN_A_REGION_PARTITION,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_REGION_NEW,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_region_new_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_region_new_nl_policy,
		.maxattr	= VSN_A_REGION_PARTITION,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_REGION_DEL,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_region_del_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_region_del_nl_policy,
		.maxattr	= VSN_A_REGION_FORCE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_LIMIT_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_limit_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_limit_get_nl_policy,
		.maxattr	= VSN_A_LIMIT_FABRIC,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_LIMIT_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_limit_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_limit_set_nl_policy,
		.maxattr	= VSN_A_LIMIT_RESIDENT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_ROUTE_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_route_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_route_get_nl_policy,
		.maxattr	= VSN_A_ROUTE_CANDIDATE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_ENDPOINT_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_endpoint_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_endpoint_set_nl_policy,
		.maxattr	= VSN_A_ENDPOINT_NODE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_LINK_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_link_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_link_set_nl_policy,
		.maxattr	= VSN_A_LINK_ERROR_RATE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_SWITCH_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_switch_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_switch_get_do_nl_policy,
		.maxattr	= VSN_A_SWITCH_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_SWITCH_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_switch_get_dumpit,
		.policy		= vsn_switch_get_dump_nl_policy,
		.maxattr	= VSN_A_SWITCH_DOWN,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_SWITCH_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_switch_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_switch_set_nl_policy,
		.maxattr	= VSN_A_SWITCH_STATE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FAULT_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fault_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fault_get_do_nl_policy,
		.maxattr	= VSN_A_FAULT_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FAULT_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_fault_get_dumpit,
		.policy		= vsn_fault_get_dump_nl_policy,
		.maxattr	= VSN_A_FAULT_FABRIC,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_FAULT_NEW,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fault_new_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fault_new_nl_policy,
		.maxattr	= VSN_A_FAULT_ENDPOINT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FAULT_DEL,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fault_del_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fault_del_nl_policy,
		.maxattr	= VSN_A_FAULT_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FAULT_POLICY_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fault_policy_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fault_policy_get_nl_policy,
		.maxattr	= VSN_A_FAULT_POLICY_FABRIC,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_FAULT_POLICY_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_fault_policy_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_fault_policy_set_nl_policy,
		.maxattr	= VSN_A_FAULT_POLICY_SEED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_REGION_POISON,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_region_poison_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_region_poison_nl_policy,
		.maxattr	= VSN_A_REGION_HEAL,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_GRANT_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_grant_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_grant_set_nl_policy,
		.maxattr	= VSN_A_GRANT_RIGHT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_GRANT_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_grant_get_dumpit,
		.policy		= vsn_grant_get_nl_policy,
		.maxattr	= VSN_A_GRANT_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_PARTITION_GET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_partition_get_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_partition_get_do_nl_policy,
		.maxattr	= VSN_A_PARTITION_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_PARTITION_GET,
		.start		= vsn_nl_dump_start,
		.dumpit		= vsn_nl_partition_get_dumpit,
		.policy		= vsn_partition_get_dump_nl_policy,
		.maxattr	= VSN_A_PARTITION_FABRIC,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VSN_CMD_PARTITION_NEW,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_partition_new_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_partition_new_nl_policy,
		.maxattr	= VSN_A_PARTITION_RESIDENT_MAX,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_PARTITION_SET,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_partition_set_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_partition_set_nl_policy,
		.maxattr	= VSN_A_PARTITION_RESIDENT_MAX,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VSN_CMD_PARTITION_DEL,
		.pre_doit	= vsn_nl_fabric_pre_doit,
		.doit		= vsn_nl_partition_del_doit,
		.post_doit	= vsn_nl_fabric_post_doit,
		.policy		= vsn_partition_del_nl_policy,
		.maxattr	= VSN_A_PARTITION_NAME,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group vsn_nl_mcgrps[] = {
	[VSN_NLGRP_MONITOR] = { "monitor", },
};

struct genl_family vsn_nl_family __ro_after_init = {
	.name		= VSN_FAMILY_NAME,
	.version	= VSN_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= vsn_nl_ops,
	.n_split_ops	= ARRAY_SIZE(vsn_nl_ops),
	.mcgrps		= vsn_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(vsn_nl_mcgrps),
};
