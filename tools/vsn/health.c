// SPDX-License-Identifier: GPL-2.0
/* Words that say which link is meant, and how one is; and what is shown of that. */
#include "fault.h"
#include "health.h"
#include "out.h"
#include "show.h"

void arg_link(struct args *a, struct link_arg *link)
{
	if (arg_is(a, "id"))
		link->id = arg_number(a, "id", 0, UINT32_MAX - 1);
	else
		link->name = arg_need(a, "link, the name of one");
}

int link_resolve(struct vsn_ctl *ctl, const char *fabric, const struct link_arg *link,
		 uint32_t *id)
{
	int err;

	*id = link->id;
	if (!link->name)
		return EXIT_OK;
	err = vsn_ctl_link_find(ctl, fabric, link->name, id);
	return err ? ctl_failed(ctl, err, "fabric %s", fabric) : EXIT_OK;
}

bool arg_health(struct args *a, struct vsn_ctl_health *health, unsigned int *mask)
{
	unsigned int before = *mask;

	if (!(*mask & VSN_CTL_HEALTH_STATE) && arg_is(a, "up")) {
		health->state = VSN_LINK_STATE_UP;
		*mask |= VSN_CTL_HEALTH_STATE;
	} else if (!(*mask & VSN_CTL_HEALTH_STATE) && arg_is(a, "down")) {
		health->state = VSN_LINK_STATE_DOWN;
		*mask |= VSN_CTL_HEALTH_STATE;
	} else if (!(*mask & VSN_CTL_HEALTH_BANDWIDTH) && arg_is(a, "bandwidth")) {
		uint64_t part = arg_unit(a, "bandwidth", UNIT_RATIO);

		if (!part || part > VSN_CTL_PART_ALL)
			arg_error(a, "bandwidth: more than 0 %% and at most 100 %%");
		health->bandwidth_part = part;
		*mask |= VSN_CTL_HEALTH_BANDWIDTH;
	} else if (!(*mask & VSN_CTL_HEALTH_LATENCY) && arg_is(a, "latency")) {
		health->extra_latency = arg_unit(a, "latency", UNIT_TIME);
		*mask |= VSN_CTL_HEALTH_LATENCY;
	} else if (!(*mask & VSN_CTL_HEALTH_ERRORS) && arg_is(a, "error-rate")) {
		health->error_rate = arg_unit(a, "error-rate", UNIT_CHANCE);
		*mask |= VSN_CTL_HEALTH_ERRORS;
	}
	return *mask != before;
}

const char *state_name(uint32_t state)
{
	switch (state) {
	case VSN_LINK_STATE_UP:
		return "up";
	case VSN_LINK_STATE_DOWN:
		return "down";
	default:
		return "unknown";
	}
}

void show_health(const struct vsn_ctl_health *h)
{
	bool part = h->bandwidth_part != VSN_CTL_PART_ALL;

	out_unit("bandwidth_part", part ? "bandwidth-part" : NULL, UNIT_RATIO,
		 h->bandwidth_part);
	out_unit("extra_latency", h->extra_latency ? "extra-latency" : NULL, UNIT_TIME,
		 h->extra_latency);
	out_unit("error_rate", h->error_rate ? "error-rate" : NULL, UNIT_CHANCE,
		 h->error_rate);
}

void show_switch(const struct vsn_ctl_switch *sw)
{
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "switch", sw->name);
	out_u64("id", "id", sw->id);
	out_str("fabric", NULL, sw->fabric);
	out_str("network", "network", sw->network);
	out_str("tier", "tier", sw->tier);
	out_str("state", "state", state_name(sw->state));
	out_u64("lost", "lost", sw->lost);
	out_object_end();
}

void show_link_state(const struct vsn_ctl_link *link)
{
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "link", link->name);
	out_u64("id", "id", link->id);
	out_str("fabric", "fabric", link->fabric);
	out_str("state", "state", state_name(link->health.state));
	show_health(&link->health);
	out_object_end();
}

static const char *fault_state(uint32_t state)
{
	switch (state) {
	case VSN_FAULT_STATE_SCHEDULED:
		return "scheduled";
	case VSN_FAULT_STATE_ACTIVE:
		return "active";
	case VSN_FAULT_STATE_OVER:
		return "over";
	default:
		return "unknown";
	}
}

void show_fault(const struct vsn_ctl_fault *f)
{
	const char *kind = f->is_endpoint ? "endpoint" : f->is_switch ? "switch" : "link";
	bool down = f->health.state == VSN_LINK_STATE_DOWN;

	out_object(NULL);
	out_line(0, NULL);
	out_u64("id", "fault", f->id);
	out_str("fabric", "fabric", f->fabric);
	out_str(kind, kind, f->name);
	out_u64("target", "id", f->target);
	out_str("state", "state", fault_state(f->state));
	out_bool("down", down ? "down" : NULL, down);
	show_health(&f->health);
	out_unit("at", "at", UNIT_TIME, f->at);
	if (f->until != VSN_CTL_FOREVER)
		out_unit("until", "until", UNIT_TIME, f->until);
	out_object_end();
}

void show_fault_policy(const struct vsn_ctl_fault_policy *policy)
{
	out_object(NULL);
	out_line(0, NULL);
	out_str("fabric", "fabric", policy->fabric);
	out_unit("detect", "detect", UNIT_TIME, policy->detect);
	out_str("lost", "lost", policy->lost == VSN_LOST_ERROR ? "error" : "replay");
	out_u64("seed", "seed", policy->seed);
	out_object_end();
}
