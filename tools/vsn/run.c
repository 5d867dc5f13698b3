// SPDX-License-Identifier: GPL-2.0
/* vsn run: execute what is pending on a fabric, and say what is blocked */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "out.h"

/* Blocked operations that are listed at most */
#define MAX_LISTED	65536

/* One that is blocked, and what it waits for */
static int show_blocked(struct vsn_ctl *ctl, const char *fabric, const struct vsn_blocked *b)
{
	struct vsn_ctl_endpoint e;
	int err;

	err = vsn_ctl_endpoint_get_id(ctl, fabric, b->initiator, &e);
	if (err)
		return err;
	out_object(NULL);
	out_line(1, NULL);
	out_str("initiator", "", e.name);
	out_u64("stream", "stream", b->stream);
	out_str("op", "", b->ua ? "WAIT" : "FENCE");
	out_hex("user_data", "user-data", b->user_data);
	if (b->ua) {
		out_hex("ua", "until", b->ua);
		out_u64("want", "is", b->want);
		out_u64("value", "not", b->value);
	} else {
		out_u64("for_stream", "behind stream", b->want);
		out_hex("for_user_data", "user-data", b->value);
	}
	out_object_end();
	return 0;
}

static int show_run(struct vsn_ctl *ctl, const char *fabric, const struct vsn_run *run,
		    const struct vsn_blocked *list)
{
	uint64_t i, nr = run->blocked < MAX_LISTED ? run->blocked : MAX_LISTED;
	int err = 0;

	out_begin();
	out_object(NULL);
	out_line(0, NULL);
	out_str("fabric", "", fabric);
	out_unit("now", "now", UNIT_TIME, run->now);
	out_u64("completed", "completed", run->completed);
	out_u64("pending", "pending", run->pending);
	out_u64("blocked_count", "blocked", run->blocked);
	out_array("blocked");
	for (i = 0; i < nr && !err; i++)
		err = show_blocked(ctl, fabric, &list[i]);
	out_array_end();
	out_object_end();
	return err;
}

/* The device is open; it goes without saying what it is. */
static int run(struct vsn_ctl *ctl, struct vsn_dev *dev, const char *fabric, uint64_t until)
{
	struct vsn_blocked *list = calloc(MAX_LISTED, sizeof(*list));
	struct vsn_run result;
	int err, status;

	if (!list) {
		msg("no memory for the list of what is blocked");
		return EXIT_FAIL;
	}
	err = vsn_dev_run_list(dev, until, &result, list, MAX_LISTED);
	if (err && err != -EDEADLK) {
		msg("fabric %s: %s", fabric, err == -EBUSY ? "another run is on" : strerror(-err));
		free(list);
		return EXIT_FAIL;
	}
	status = show_run(ctl, fabric, &result, list);
	free(list);
	if (status)
		return ctl_failed(ctl, status, "endpoints of %s", fabric);
	status = cmd_done();
	if (!err)
		return status;
	msg("fabric %s: nothing can move, and %" PRIu64 " operations are blocked", fabric,
	    (uint64_t)result.blocked);
	return EXIT_FAIL;
}

int cmd_run_fabric(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	uint64_t until = VSN_TIME_MAX;
	char name[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	int status;

	arg_name(&a, "name of the fabric", name, sizeof(name));
	if (arg_is(&a, "until"))
		until = arg_unit(&a, "until", UNIT_TIME);
	arg_unknown(&a, until == VSN_TIME_MAX ? "until" : "");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	dev = vsn_dev_open(name);
	if (!dev) {
		msg("%s/%s: %s", VSN_DEV_DIR, name, strerror(errno));
		return EXIT_FAIL;
	}
	status = run(ctl, dev, name, until);
	vsn_dev_close(dev);
	return status;
}
