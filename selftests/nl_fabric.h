/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fabric in raw attributes, whole or in parts.
 *
 * 2 boards, each with 4 packages of 2 accelerators, and 2 hosts; network "ub" with
 * two tiers: "l1" joins what is on a board by 2 planes of 1 switch, "l2" joins the
 * boards by 2 planes of 3 switches.
 */
#ifndef VSN_NL_FABRIC_H
#define VSN_NL_FABRIC_H

#include "nl.h"

#define NR_ACCELERATORS	16
#define NR_HOSTS	4
#define NR_ENDPOINTS	(NR_ACCELERATORS + NR_HOSTS)
#define NR_PACKAGES	(8 + NR_HOSTS)
#define NR_L1_LINKS	(NR_ENDPOINTS * 2 * 2)
#define NR_L1_SWITCHES	(2 * 2)
#define NR_L2_LINKS	(2 * 2 * 3 * 2)
#define NR_L2_SWITCHES	(2 * 3)
#define CAPACITY	(1ULL << 30)
#define GB		(1000ULL * 1000 * 1000)

static inline void put_dim(struct nl_msg *m, const char *name, const char *prefix, uint32_t size)
{
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_DIM);

	nl_str(m, VSN_A_DIM_NAME, name);
	if (prefix)
		nl_str(m, VSN_A_DIM_PREFIX, prefix);
	nl_u32(m, VSN_A_DIM_SIZE, size);
	nl_end(m, nest);
}

static inline void put_dims(struct nl_msg *m)
{
	put_dim(m, "board", "b", 2);
	put_dim(m, "npu", NULL, 4);
	put_dim(m, "die", "d", 2);
	put_dim(m, "cpu", "cpu", 2);
}

static inline void put_kind_figures(struct nl_msg *m)
{
	nl_u64(m, VSN_A_KIND_CAPACITY, CAPACITY);
	nl_u64(m, VSN_A_KIND_MEM_BANDWIDTH, 1000 * GB);
	nl_u32(m, VSN_A_KIND_MEM_LATENCY, 50000);
	nl_u64(m, VSN_A_KIND_READ_BANDWIDTH, 100 * GB);
	nl_u64(m, VSN_A_KIND_WRITE_BANDWIDTH, 90 * GB);
	nl_u32(m, VSN_A_KIND_OVERHEAD, 200000);
}

static inline void put_accelerators(struct nl_msg *m)
{
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_KIND);

	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_ACCELERATOR);
	nl_str(m, VSN_A_KIND_DIM, "board");
	nl_str(m, VSN_A_KIND_DIM, "npu");
	nl_str(m, VSN_A_KIND_DIM, "die");
	nl_str(m, VSN_A_KIND_PACKAGE, "npu");
	put_kind_figures(m);
	nl_end(m, nest);
}

static inline void put_hosts(struct nl_msg *m)
{
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_KIND);

	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_HOST);
	nl_str(m, VSN_A_KIND_DIM, "board");
	nl_str(m, VSN_A_KIND_DIM, "cpu");
	put_kind_figures(m);
	nl_end(m, nest);
}

/* @kind: 0 for an uplink */
static inline void put_port(struct nl_msg *m, uint32_t kind)
{
	struct nlattr *nest = nl_nest(m, VSN_A_TIER_PORT);

	if (kind)
		nl_u32(m, VSN_A_PORT_KIND, kind);
	nl_u64(m, VSN_A_PORT_BANDWIDTH, 50 * GB);
	nl_u32(m, VSN_A_PORT_LATENCY, 100000);
	nl_u32(m, VSN_A_PORT_EFFICIENCY, 900000);
	nl_end(m, nest);
}

static inline void put_l1(struct nl_msg *m)
{
	struct nlattr *nest = nl_nest(m, VSN_A_NETWORK_TIER);

	nl_str(m, VSN_A_TIER_NAME, "l1");
	nl_str(m, VSN_A_TIER_OVER, "npu");
	nl_str(m, VSN_A_TIER_OVER, "die");
	nl_str(m, VSN_A_TIER_OVER, "cpu");
	nl_u32(m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
	nl_u32(m, VSN_A_TIER_PLANES, 2);
	nl_u64(m, VSN_A_TIER_SWITCH_LATENCY, 200000);
	nl_str(m, VSN_A_TIER_MEDIUM, "copper");
	nl_flag(m, VSN_A_TIER_REDUCES);
	put_port(m, VSN_ENDPOINT_KIND_ACCELERATOR);
	put_port(m, VSN_ENDPOINT_KIND_HOST);
	nl_end(m, nest);
}

static inline void put_l2(struct nl_msg *m)
{
	struct nlattr *nest = nl_nest(m, VSN_A_NETWORK_TIER);

	nl_str(m, VSN_A_TIER_NAME, "l2");
	nl_str(m, VSN_A_TIER_OVER, "board");
	nl_u32(m, VSN_A_TIER_ATTACH, VSN_ATTACH_SWITCH);
	nl_u32(m, VSN_A_TIER_PLANES, 2);
	nl_u32(m, VSN_A_TIER_SWITCHES, 3);
	put_port(m, 0);
	nl_end(m, nest);
}

static inline void put_network(struct nl_msg *m)
{
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_NETWORK);

	nl_str(m, VSN_A_NETWORK_NAME, "ub");
	nl_u32(m, VSN_A_NETWORK_HEADER, 32);
	nl_u32(m, VSN_A_NETWORK_PACKET, 4096);
	put_l1(m);
	put_l2(m);
	nl_end(m, nest);
}

static inline void put_whole(struct nl_msg *m)
{
	put_dims(m);
	put_accelerators(m);
	put_hosts(m);
	put_network(m);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
}

/* Begin a message about a fabric: all have its name as attribute 1. */
static inline void nl_fabric(struct nl_sock *s, struct nl_msg *m, uint8_t cmd, const char *name)
{
	nl_begin(m, s->family, cmd);
	nl_str(m, VSN_A_FABRIC_NAME, name);
}

/* Make the whole fabric; returns the error. */
static inline int new_fabric(struct nl_sock *s, const char *name)
{
	struct nl_reply r;
	struct nl_msg m;

	nl_fabric(s, &m, VSN_CMD_FABRIC_NEW, name);
	put_whole(&m);
	return nl_ask(s, &m, &r);
}

static inline int del_fabric(struct nl_sock *s, const char *name)
{
	struct nl_reply r;
	struct nl_msg m;

	nl_fabric(s, &m, VSN_CMD_FABRIC_DEL, name);
	return nl_ask(s, &m, &r);
}

#endif /* VSN_NL_FABRIC_H */
