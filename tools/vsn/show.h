/* SPDX-License-Identifier: GPL-2.0 */
/* Printing of what several commands show. */
#ifndef VSN_SHOW_H
#define VSN_SHOW_H

#include "control.h"
#include "fault.h"
#include "grant.h"

/* Members of an object: dimensions, kinds, networks; as text, lines below it */
void show_topo(const struct vsn_ctl_fabric *fabric);
void show_fabric(const struct vsn_ctl_fabric *fabric, bool details);
void show_endpoint(const struct vsn_ctl_endpoint *e);
void show_region(const struct vsn_ctl_region *region);
void show_poison(const struct vsn_ctl_region *region);
void show_partition(const struct vsn_ctl_partition *p);
void show_limit(const struct vsn_ctl_limit *limit);
/* The first of @total endpoints; as text, runs of them as FIRST-LAST */
void show_ids(const char *key, const char *label, const uint32_t *ids, size_t nr,
	      size_t total);
/* grant.c */
void show_grant(const struct vsn_ctl_grant *grant);
void show_violation(const struct vsn_ctl_violation *v);
/* health.c */
void show_switch(const struct vsn_ctl_switch *sw);
void show_link_state(const struct vsn_ctl_link *link);
void show_fault(const struct vsn_ctl_fault *fault);
void show_fault_policy(const struct vsn_ctl_fault_policy *policy);

/* enum vsn_clock, or 0: there is none of that name */
uint32_t clock_parse(const char *name);

#endif /* VSN_SHOW_H */
