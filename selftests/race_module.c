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

/* The module stays until so many steps succeeded, but no longer than this. */
#define LIFE_USES	8
#define LIFE_MS		3000

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

static int lookup_step(struct race_worker *w)
{
	struct nl_sock s;
	int err = nl_open(&s);

	if (!err)
		nl_close(&s);
	return err;
}

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

static int get_step(struct race_worker *w)
{
	return with_fabric(w, endpoint_get.step);
}

static int dump_step(struct race_worker *w)
{
	return with_fabric(w, slow_dump.step);
}

static int open_step(struct race_worker *w)
{
	return with_fabric(w, info.step);
}

static int region_and_ops(struct race_worker *w)
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

static int ops_step(struct race_worker *w)
{
	return with_fabric(w, region_and_ops);
}

static int sysfs_step(struct race_worker *w)
{
	return with_fabric(w, sysfs.step);
}

static int devices_step(struct race_worker *w)
{
	return with_fabric(w, devices.step);
}

static int (* const all_steps[])(struct race_worker *w) = {
	lookup_step, listen_step, get_step, dump_step, open_step, ops_step, sysfs_step,
	devices_step,
};

#define NR_STEPS	ARRAY_SIZE(all_steps)

/* How often each succeeded, and all of them together. */
static unsigned int succeeded[NR_STEPS], rounds;

/* The last of a round: each has succeeded once more. */
static bool is_round(unsigned int which)
{
	unsigned int i, all = __atomic_load_n(&rounds, __ATOMIC_SEQ_CST);

	__atomic_add_fetch(&succeeded[which], 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < NR_STEPS; i++)
		if (__atomic_load_n(&succeeded[i], __ATOMIC_SEQ_CST) <= all)
			return false;
	return __atomic_compare_exchange_n(&rounds, &all, all + 1, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/*
 * All in one cell, as removing a module takes seconds on a debug kernel.  What has
 * succeeded least is tried most.
 */
static int all_step(struct race_worker *w)
{
	unsigned int which = race_random(w, NR_STEPS), other = race_random(w, NR_STEPS);
	int err;

	if (succeeded[other] < succeeded[which])
		which = other;
	err = all_steps[which](w);
	/* Leave the processor to who brings it back. */
	if (err == -ENOENT)
		usleep(2000);
	if (err)
		return err;
	return is_round(which) ? 0 : RACE_IDLE;
}

static const struct race_side everything = {
	.name = "everything", .step = all_step, .errs = RACE_ERRS(EBUSY, EDEADLK, EINVAL),
};

/* Steps of users that succeeded, also those of a cell whose users are of one kind. */
static unsigned long all_uses(const struct race_worker *w)
{
	unsigned long n = __atomic_load_n(&w->race->used.ok, __ATOMIC_RELAXED);
	size_t i;

	for (i = 0; i < NR_STEPS; i++)
		n += __atomic_load_n(&succeeded[i], __ATOMIC_SEQ_CST);
	return n;
}

/* On a slow machine a life is over before anyone has noticed that it began. */
static void live(struct race_worker *w, unsigned long seen)
{
	int i;

	for (i = 0; i < LIFE_MS && all_uses(w) - seen < LIFE_USES; i++)
		usleep(1000);
	usleep(race_random(w, 10000));
}

/* EAGAIN: something holds it. */
static int reload_step(struct race_worker *w)
{
	unsigned long seen = all_uses(w);
	int err;

	if (syscall(SYS_delete_module, "vsn", O_NONBLOCK))
		return -errno;
	if (race_random(w, 2))
		usleep(race_random(w, 2000));
	err = test_insmod();
	/* Now and then it goes as soon as it came. */
	if (race_random(w, 4))
		live(w, seen);
	return err;
}

static const struct race_side reload = {
	.name = "rmmod", .setup = reload_setup, .step = reload_step,
	.cleanup = reload_cleanup, .errs = RACE_ERRS(EAGAIN),
};

/* ENOENT, ENODEV: it is not there; ENXIO: its device is, and the module is going. */
#define GOING(...)	.bare = true, .fresh = true, \
			.errs = RACE_ERRS(ENOENT, ENODEV, ENXIO, ## __VA_ARGS__)

CELL(reload, everything, GOING());
/* EINVAL: its file is still there, its events are not. */
CELL(reload, tracepoints, GOING(EINVAL), .patches = true);

TEST_HARNESS_MAIN
