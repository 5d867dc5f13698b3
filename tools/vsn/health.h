/* SPDX-License-Identifier: GPL-2.0 */
/* Words that say which link is meant, and how one is. */
#ifndef VSN_HEALTH_H
#define VSN_HEALTH_H

#include "cmd.h"
#include "fault.h"

/* A link as it is given: by its name, or, where that is NULL, by its id */
struct link_arg {
	const char *name;
	uint32_t id;
};

#define HEALTH_WORDS	"down bandwidth latency error-rate"

/* "LINK" or "id N", which must be there */
void arg_link(struct args *a, struct link_arg *link);
/* Its id; returns EXIT_OK, or what went wrong, which was said */
int link_resolve(struct vsn_ctl *ctl, const char *fabric, const struct link_arg *link,
		 uint32_t *id);
/*
 * Take the next word, and its value, if it is "up" or one of HEALTH_WORDS and not in @mask
 * (enum vsn_ctl_health_mask) yet.
 */
bool arg_health(struct args *a, struct vsn_ctl_health *health, unsigned int *mask);

/* Members of an object; what is as it should be is left out of the text */
void show_health(const struct vsn_ctl_health *health);
const char *state_name(uint32_t state);

#endif /* VSN_HEALTH_H */
