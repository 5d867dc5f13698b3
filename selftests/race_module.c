// SPDX-License-Identifier: GPL-2.0
/*
 * The module is removed and inserted, while its device is opened, its netlink family
 * looked up and asked, its tracepoints switched, its files in sysfs read.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "nl_fabric.h"
#include "race_fixture.h"
#include "race_users.h"
#include "vsn_test.h"

#define MODPROBE	"/proc/sys/kernel/modprobe"

static void set_modprobe(const char *path)
{
	int fd = open(MODPROBE, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, path, strlen(path)) < 0)
		perror(MODPROBE);
	close(fd);
}

/* Who looks up a family that is not there would wait for modprobe. */
static int reload_setup(struct race_worker *w)
{
	set_modprobe("\n");
	return 0;
}

static void reload_cleanup(struct race_worker *w)
{
	set_modprobe("/sbin/modprobe");
}

/* EAGAIN: something holds it. */
static int reload_step(struct race_worker *w)
{
	int err;

	if (syscall(SYS_delete_module, "vsn", O_NONBLOCK))
		return -errno;
	if (race_random(w, 2))
		usleep(race_random(w, 2000));
	err = test_insmod();
	usleep(race_life(w, 10000));
	return err;
}

static const struct race_side reload = {
	.name = "rmmod", .setup = reload_setup, .step = reload_step,
	.cleanup = reload_cleanup, .errs = RACE_ERRS(EAGAIN),
};

static int lookup_step(struct race_worker *w)
{
	struct nl_sock s;
	int err = nl_open(&s);

	if (!err)
		nl_close(&s);
	return err;
}

static const struct race_side lookup = { .name = "look-up", .step = lookup_step };

/* A fabric that is left behind, or found: the module takes it along. */
static int with_fabric(struct race_worker *w, int (*fn)(struct race_worker *w))
{
	int err = race_nl_setup(w);

	if (err)
		return err;
	err = race_new_fabric(w);
	if (!err || err == -EEXIST)
		err = fn(w);
	if (race_random(w, 2))
		race_del_fabric(w);
	race_nl_cleanup(w);
	return err;
}

static int ask_step(struct race_worker *w)
{
	return with_fabric(w, endpoint_get.step);
}

static const struct race_side requests = { .name = "requests", .step = ask_step };

static int open_step(struct race_worker *w)
{
	return with_fabric(w, info.step);
}

static const struct race_side opens = { .name = "open", .step = open_step };

static int use_step(struct race_worker *w)
{
	uint64_t ua;
	uint32_t id;
	int err;

	err = race_new_region(w, 0, RACE_REGION, &ua, &id);
	if (err)
		return err;
	__atomic_store_n(&w->race->ua, ua, __ATOMIC_RELEASE);
	return ops.step(w);
}

static int whole_step(struct race_worker *w)
{
	return with_fabric(w, use_step);
}

static const struct race_side whole = {
	.name = "ops", .step = whole_step, .errs = RACE_ERRS(EBUSY, EDEADLK),
};

static int dump_step(struct race_worker *w)
{
	return with_fabric(w, slow_dump.step);
}

static const struct race_side half_dump = { .name = "slow dump", .step = dump_step };

/* EINVAL: a group that there is no more. */
static int listen_step(struct race_worker *w)
{
	int err = race_nl_setup(w), group;

	if (err)
		return err;
	group = w->s.group;
	if (setsockopt(w->s.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		err = -errno;
	sched_yield();
	race_nl_cleanup(w);
	return err;
}

static const struct race_side listener = {
	.name = "listen", .step = listen_step, .errs = RACE_ERRS(EINVAL),
};

static int sysfs_step(struct race_worker *w)
{
	return with_fabric(w, sysfs.step);
}

static const struct race_side sys_files = { .name = "sysfs", .step = sysfs_step };

static int devices_step(struct race_worker *w)
{
	return with_fabric(w, devices.step);
}

static const struct race_side nodes = { .name = "/dev/vsn", .step = devices_step };

/* ENOENT, ENODEV: it is not there; ENXIO: its device is, and the module is going. */
#define GOING	.bare = true, .fresh = true, .errs = RACE_ERRS(ENOENT, ENODEV, ENXIO)

CELL(reload, lookup, GOING);
CELL(reload, requests, GOING);
CELL(reload, opens, GOING);
CELL(reload, whole, GOING);
CELL(reload, half_dump, GOING);
CELL(reload, listener, GOING);
CELL(reload, tracepoints, GOING, .patches = true);
CELL(reload, sys_files, GOING);
CELL(reload, nodes, GOING);

TEST_HARNESS_MAIN
