/* SPDX-License-Identifier: GPL-2.0 */
/* A region, as a command names it: by id or by name. */
#ifndef VSN_WHICH_H
#define VSN_WHICH_H

#include "cmd.h"
#include "control.h"

/* One of both */
struct which {
	const char *name;	/* or NULL */
	uint32_t id;
};

/* ID, NAME, id ID or name NAME: a name is not a number. */
void arg_region(struct args *a, struct which *which);
/* As vsn_ctl_region_get() */
int which_get(struct vsn_ctl *ctl, const char *fabric, const struct which *which,
	      struct vsn_ctl_region **region);
/* Its id, looked up if need be: 0 or a negative errno */
int which_id(struct vsn_ctl *ctl, const char *fabric, const struct which *which, uint32_t *id);
/* Say what the kernel said; returns an exit status */
int which_failed(const struct vsn_ctl *ctl, int err, const struct which *which,
		 const char *fabric);

#endif /* VSN_WHICH_H */
