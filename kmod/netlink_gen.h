/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vsn.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VSN_GEN_H
#define _LINUX_VSN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vsn_netlink.h>

/* Common nested types */
extern const struct nla_policy vsn_dim_nl_policy[VSN_A_DIM_SIZE + 1];
extern const struct nla_policy vsn_endpoint_run_nl_policy[VSN_A_ENDPOINT_RUN_LAST + 1];
extern const struct nla_policy vsn_graph_nl_policy[VSN_A_GRAPH_LINK + 1];
extern const struct nla_policy vsn_graph_link_nl_policy[VSN_A_GRAPH_LINK_EFFICIENCY + 1];
extern const struct nla_policy vsn_graph_switch_nl_policy[VSN_A_GRAPH_SWITCH_LATENCY + 1];
extern const struct nla_policy vsn_kind_nl_policy[VSN_A_KIND_PACKAGES + 1];
extern const struct nla_policy vsn_network_nl_policy[VSN_A_NETWORK_INDEX + 1];
extern const struct nla_policy vsn_port_nl_policy[VSN_A_PORT_EFFICIENCY + 1];
extern const struct nla_policy vsn_tier_nl_policy[VSN_A_TIER_REDUCES + 1];
extern const struct nla_policy vsn_where_nl_policy[VSN_A_WHERE_DIGIT + 1];

int vsn_nl_fabric_pre_doit(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info);
int vsn_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info);
void
vsn_nl_fabric_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
int vsn_nl_dump_start(struct netlink_callback *cb);

int vsn_nl_fabric_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fabric_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vsn_nl_fabric_new_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fabric_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fabric_del_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_endpoint_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_endpoint_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vsn_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vsn_nl_region_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_region_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vsn_nl_region_new_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_region_del_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_limit_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_limit_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_endpoint_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_switch_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_switch_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vsn_nl_switch_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fault_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fault_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vsn_nl_fault_new_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fault_del_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fault_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_fault_policy_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_region_poison_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_grant_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_grant_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vsn_nl_partition_get_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_partition_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vsn_nl_partition_new_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_partition_set_doit(struct sk_buff *skb, struct genl_info *info);
int vsn_nl_partition_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VSN_NLGRP_MONITOR,
};

extern struct genl_family vsn_nl_family;

#endif /* _LINUX_VSN_GEN_H */
