// SPDX-License-Identifier: GPL-2.0
/*
 * The last descriptor of a context, a view, a queue is closed, while others are in
 * its ioctls, map it, poll it, or have it in a message on its way.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "libvsn.h"
#include "race_fixture.h"
#include "race_users.h"

/* Closed for a while, or replaced in one step. */
static int replace(struct race_worker *w, int fd, enum race_slot slot)
{
	if (fd < 0)
		return fd;
	if (!race_random(w, 4)) {
		close(slot);
		sched_yield();
	}
	return race_place(fd, slot);
}

static int context_close_step(struct race_worker *w)
{
	int fd = open(w->race->path, O_RDWR | O_CLOEXEC);

	return replace(w, fd < 0 ? -errno : fd, RACE_CONTEXT);
}

static const struct race_side context_close = {
	.name = "close of a context", .step = context_close_step,
};

static int view_close_step(struct race_worker *w)
{
	struct vsn_view arg = { .size = sizeof(arg), .initiator = race_random(w, 16) };
	int fd = ioctl(RACE_CONTEXT, VSN_IOC_VIEW, &arg);

	return replace(w, fd < 0 ? -errno : fd, RACE_VIEW);
}

static const struct race_side view_close = {
	.name = "close of a view", .step = view_close_step,
};

static int queue_close_step(struct race_worker *w)
{
	return replace(w, race_queue(RACE_CONTEXT), RACE_QUEUE);
}

static const struct race_side queue_close = {
	.name = "close of a queue", .step = queue_close_step,
};

#define CLOSED	.errs = RACE_ERRS(EBADF)

CELL(context_close, info, CLOSED);
CELL(context_close, view, CLOSED);
CELL(context_close, queue, CLOSED);
CELL(context_close, ops, CLOSED);
CELL(context_close, waits, CLOSED);
CELL(context_close, map, CLOSED);
CELL(context_close, pool_read, CLOSED);
CELL(context_close, pool_write, CLOSED);
CELL(context_close, splice_out, CLOSED);
CELL(view_close, view_map, CLOSED);
CELL(view_close, view_read, CLOSED);
CELL(queue_close, doorbell, CLOSED);
CELL(queue_close, eventfd_set, CLOSED);
CELL(queue_close, cancel, CLOSED);
CELL(queue_close, polls, CLOSED);
CELL(queue_close, rings, CLOSED);
CELL(queue_close, fdinfo, CLOSED);
CELL(queue_close, duplicate, CLOSED);
CELL(queue_close, pass, CLOSED);
CELL(queue_close, run, CLOSED);
CELL(queue_close, ops, CLOSED);
CELL(queue_close, dumps, CLOSED);

/* Where threads move bytes, and where completions are held back */
#define online_doorbell doorbell
#define online_eventfd_set eventfd_set
#define online_cancel cancel
#define online_polls polls
#define online_run run
#define online_ops ops
#define online_waits waits
#define paced_doorbell doorbell
#define paced_eventfd_set eventfd_set
#define paced_cancel cancel
#define paced_polls polls
#define paced_run run
#define paced_ops ops
#define paced_waits waits
#define ONLINE	.clock = VSN_CLOCK_ONLINE
#define PACED	.clock = VSN_CLOCK_PACED

CELL(queue_close, online_doorbell, ONLINE, CLOSED);
CELL(queue_close, online_eventfd_set, ONLINE, CLOSED);
CELL(queue_close, online_cancel, ONLINE, CLOSED);
CELL(queue_close, online_polls, ONLINE, CLOSED);
CELL(queue_close, online_run, ONLINE, CLOSED);
CELL(queue_close, online_ops, ONLINE, CLOSED);
CELL(queue_close, online_waits, ONLINE, CLOSED);
CELL(queue_close, paced_doorbell, PACED, CLOSED);
CELL(queue_close, paced_eventfd_set, PACED, CLOSED);
CELL(queue_close, paced_cancel, PACED, CLOSED);
CELL(queue_close, paced_polls, PACED, CLOSED);
CELL(queue_close, paced_run, PACED, CLOSED);
CELL(queue_close, paced_ops, PACED, CLOSED);
CELL(queue_close, paced_waits, PACED, CLOSED);

TEST_HARNESS_MAIN
