// SPDX-License-Identifier: GPL-2.0
/* vsn monitor: one line, or one JSON object, an event */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "out.h"
#include "show.h"

static int show_event(const struct vsn_ctl_event *event, void *arg)
{
	(void)arg;
	out_begin();
	switch (event->cmd) {
	case VSN_CMD_FABRIC_NTF:
		show_fabric(event->fabric, false);
		break;
	case VSN_CMD_FABRIC_DEL_NTF:
		out_object(NULL);
		out_line(0, "deleted");
		out_bool("deleted", NULL, true);
		out_str("name", "fabric", event->fabric->name);
		out_u64("id", "id", event->fabric->id);
		out_object_end();
		break;
	case VSN_CMD_REGION_NTF:
		show_region(event->region);
		break;
	case VSN_CMD_REGION_DEL_NTF:
		out_object(NULL);
		out_line(0, "deleted");
		out_bool("deleted", NULL, true);
		out_str("fabric", "fabric", event->region->fabric);
		out_u64("id", "region", event->region->id);
		if (event->region->name[0])
			out_str("name", "name", event->region->name);
		out_object_end();
		break;
	case VSN_CMD_REGION_POISON_NTF:
		show_poison(event->region);
		break;
	case VSN_CMD_PARTITION_NTF:
		show_partition(event->partition);
		break;
	case VSN_CMD_PARTITION_DEL_NTF:
		out_object(NULL);
		out_line(0, "deleted");
		out_bool("deleted", NULL, true);
		out_str("fabric", "fabric", event->partition->fabric);
		out_str("name", "partition", event->partition->name);
		out_u64("id", "id", event->partition->id);
		out_object_end();
		break;
	case VSN_CMD_LIMIT_NTF:
		show_limit(event->limit);
		break;
	case VSN_CMD_ENDPOINT_NTF:
		show_endpoint(event->endpoint);
		break;
	case VSN_CMD_LINK_NTF:
		show_link_state(event->link);
		break;
	case VSN_CMD_SWITCH_NTF:
		show_switch(event->sw);
		break;
	case VSN_CMD_FAULT_NTF:
		show_fault(event->fault);
		break;
	case VSN_CMD_FAULT_POLICY_NTF:
		show_fault_policy(event->policy);
		break;
	case VSN_CMD_GRANT_NTF:
		show_grant(event->grant);
		break;
	case VSN_CMD_VIOLATION_NTF:
		show_violation(event->violation);
		break;
	default:
		return 0;
	}
	/* Each event is written as it comes; a reader that is gone ends it. */
	return out_end() ? 1 : 0;
}

int cmd_monitor(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl *ctl;
	int err;

	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_monitor(ctl);
	while (!err || err == -ENOBUFS) {
		err = vsn_ctl_next(ctl, show_event, NULL);
		if (err == -ENOBUFS)
			msg("monitor: events were lost");
	}
	return err > 0 ? EXIT_FAIL : ctl_failed(ctl, err, "monitor");
}
