/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvsn, failures: links, switches and endpoints that go down, degrade and recover.
 * See vsn-control(3).
 */
#ifndef LIBVSN_FAULT_H
#define LIBVSN_FAULT_H

#include "control.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for a switch's name, the final zero included */
#define VSN_CTL_SWITCH_NAME	384

/* All of a bandwidth, parts per million; certainty, in units of 10^-12 */
#define VSN_CTL_PART_ALL	1000000U
#define VSN_CTL_CHANCE_ALL	1000000000000ULL

/* The end of time: a fault that is over when it is deleted */
#define VSN_CTL_FOREVER		UINT64_MAX

/* Which fields of struct vsn_ctl_health are to be set */
enum vsn_ctl_health_mask {
	VSN_CTL_HEALTH_STATE		= 1 << 0,
	VSN_CTL_HEALTH_BANDWIDTH	= 1 << 1,
	VSN_CTL_HEALTH_LATENCY		= 1 << 2,
	VSN_CTL_HEALTH_ERRORS		= 1 << 3,
};

int vsn_ctl_link_set(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		     const struct vsn_ctl_health *health, unsigned int mask);
int vsn_ctl_link_find(struct vsn_ctl *ctl, const char *fabric, const char *name,
		      uint32_t *id);

/**
 * struct vsn_ctl_switch - a switch
 * @fabric: name of its fabric
 * @id: id
 * @name: name
 * @network: name of its network
 * @tier: name of its tier
 * @state: enum vsn_link_state
 * @lost: chunks, requests and acks that were lost because it was down
 */
struct vsn_ctl_switch {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	char name[VSN_CTL_SWITCH_NAME];
	char network[VSN_CTL_NAME];
	char tier[VSN_CTL_NAME];
	uint32_t state;
	uint64_t lost;
};

typedef int (*vsn_ctl_switch_fn)(const struct vsn_ctl_switch *sw, void *arg);
int vsn_ctl_switch_get(struct vsn_ctl *ctl, const char *fabric, const char *name,
		       struct vsn_ctl_switch *sw);
int vsn_ctl_switch_list(struct vsn_ctl *ctl, const char *fabric, bool down,
			vsn_ctl_switch_fn fn, void *arg);
/* @state: enum vsn_link_state */
int vsn_ctl_switch_set(struct vsn_ctl *ctl, const char *fabric, const char *name,
		       uint32_t state);

/* Without a name by id.  @state: enum vsn_link_state */
int vsn_ctl_endpoint_set_state(struct vsn_ctl *ctl, const char *fabric, const char *name,
			       uint32_t id, uint32_t state);

/**
 * struct vsn_ctl_fault - something that happens to a link, a switch or an endpoint
 * @fabric: name of the fabric
 * @id: id
 * @is_switch: it happens to a switch
 * @target: id of the link, switch or endpoint
 * @name: its name
 * @state: enum vsn_fault_state
 * @health: what the fault does to it; @health.state is VSN_LINK_STATE_DOWN, or 0
 * @at: begins, ps
 * @until: is over, ps, or VSN_CTL_FOREVER
 * @is_endpoint: it happens to an endpoint
 */
struct vsn_ctl_fault {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	bool is_switch;
	uint32_t target;
	char name[VSN_CTL_LINK_NAME];
	uint32_t state;
	struct vsn_ctl_health health;
	uint64_t at;
	uint64_t until;
	bool is_endpoint;
};

/* Begins now, in virtual time */
#define VSN_CTL_NOW		UINT64_MAX

typedef int (*vsn_ctl_fault_fn)(const struct vsn_ctl_fault *fault, void *arg);
/* Of @want, target, health and times count; @fault, which may be NULL, is the result. */
int vsn_ctl_fault_add(struct vsn_ctl *ctl, const struct vsn_ctl_fault *want,
		      struct vsn_ctl_fault *fault);
int vsn_ctl_fault_get(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		      struct vsn_ctl_fault *fault);
int vsn_ctl_fault_list(struct vsn_ctl *ctl, const char *fabric, vsn_ctl_fault_fn fn,
		       void *arg);
int vsn_ctl_fault_del(struct vsn_ctl *ctl, const char *fabric, uint32_t id);

/**
 * struct vsn_ctl_fault_policy - what a fabric does about faults
 * @fabric: name of the fabric
 * @detect: time until it is known that something went down, ps
 * @lost: enum vsn_lost
 * @seed: of what is corrupted
 */
struct vsn_ctl_fault_policy {
	char fabric[VSN_CTL_NAME];
	uint64_t detect;
	uint32_t lost;
	uint64_t seed;
};

int vsn_ctl_fault_policy_get(struct vsn_ctl *ctl, const char *fabric,
			     struct vsn_ctl_fault_policy *policy);
/* All of it is set, in @policy->fabric. */
int vsn_ctl_fault_policy_set(struct vsn_ctl *ctl,
			     const struct vsn_ctl_fault_policy *policy);

#ifdef __cplusplus
}
#endif

#endif /* LIBVSN_FAULT_H */
