/* SPDX-License-Identifier: GPL-2.0 */
/* The module held against the core that is built into a test: counters of links. */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdio.h>

#include "libvsn.h"
#include "sim.h"

/* Of vsn_ctl_link_list(): 1 and a line where the kernel's differ from those of @arg, a sim */
static inline int native_link(const struct vsn_ctl_link *k, void *arg)
{
	struct sim *sim = arg;
	const struct vsn_link *n = vsn_links_find(&sim->sched.links, k->id);
	bool down = k->health.state != VSN_LINK_STATE_UP;
	struct vsn_site site;

	vsn_fault_link(&sim->sched, k->id, &site);
	if (site.lost != k->lost || site.replays != k->replays ||
	    site.replay_wire != k->replay_wire ||
	    site.health.down != down) {
		printf("# replays of link %s differ\n", k->name);
		return 1;
	}
	if (!n || n->payload != k->payload || n->wire != k->wire ||
	    n->transfers != k->transfers || n->busy_time != k->busy) {
		printf("# link %s differs\n", k->name);
		return 1;
	}
	return 0;
}

#endif /* NATIVE_H */
