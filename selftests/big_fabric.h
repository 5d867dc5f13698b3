/* SPDX-License-Identifier: GPL-2.0 */
/* A fabric of any size, for tests of what size costs. */
#ifndef BIG_FABRIC_H
#define BIG_FABRIC_H

#include "vsn_test.h"

/* Boards of @npus dies behind two tiers of switches, as large machines are. */
static inline int big_fabric(struct vsn_ctl *ctl, const char *name, uint32_t boards,
			     uint32_t npus, uint64_t capacity)
{
	struct vsn_ctl_dim dims[] = {
		{ .name = "board", .prefix = "b", .size = boards },
		{ .name = "npu", .prefix = "npu", .size = npus },
	};
	char both[][VSN_CTL_NAME] = { "board", "npu" };
	char npu[][VSN_CTL_NAME] = { "npu" }, board[][VSN_CTL_NAME] = { "board" };
	struct vsn_ctl_kind kind = {
		.kind = VSN_ENDPOINT_KIND_ACCELERATOR,
		.nr_dims = 2,
		.dims = both,
		.capacity = capacity,
		.mem_bandwidth = 1000ULL * 1000 * 1000 * 1000,
		.read_bandwidth = 100ULL * 1000 * 1000 * 1000,
		.write_bandwidth = 100ULL * 1000 * 1000 * 1000,
	};
	struct vsn_ctl_port ports[] = {
		{
			.kind = VSN_ENDPOINT_KIND_ACCELERATOR,
			.bandwidth = 100ULL * 1000 * 1000 * 1000,
			.latency = 100 * 1000,
		},
		{ .kind = 0, .bandwidth = 100ULL * 1000 * 1000 * 1000, .latency = 100 * 1000 },
	};
	struct vsn_ctl_tier tiers[] = {
		{
			.name = "l1", .nr_over = 1, .over = npu,
			.attach = VSN_ATTACH_ENDPOINT, .kind = VSN_TIER_KIND_SWITCH,
			.planes = 2, .switches = 1, .lanes = 1, .wiring = VSN_WIRING_FULL,
			.nr_ports = 1, .ports = &ports[0],
		},
		{
			.name = "l2", .nr_over = 1, .over = board,
			.attach = VSN_ATTACH_SWITCH, .kind = VSN_TIER_KIND_SWITCH,
			.planes = 2, .switches = 4, .lanes = 1, .wiring = VSN_WIRING_FULL,
			.nr_ports = 1, .ports = &ports[1],
		},
	};
	struct vsn_ctl_network net = {
		.name = "ub", .header = 32, .packet = 4096, .policy = VSN_POLICY_DMODK,
		.nr_tiers = 2, .tiers = tiers,
	};
	struct vsn_ctl_fabric fabric = {
		.nr_dims = 2, .dims = dims, .nr_kinds = 1, .kinds = &kind,
		.nr_networks = 1, .networks = &net,
	};

	snprintf(fabric.name, sizeof(fabric.name), "%s", name);
	return vsn_ctl_fabric_new(ctl, &fabric, true);
}

#endif /* BIG_FABRIC_H */
