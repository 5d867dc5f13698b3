// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings come and go while other threads touch them, and while others read the
 * process that has them: its maps, and its memory through the kernel.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "libvsn.h"
#include "race_fixture.h"
#include "race_users.h"

/* Where nothing else is ever mapped. */
#define PLACE	((void *)(16UL << 40))

static int unmap_setup(struct race_worker *w)
{
	w->race->map = PLACE;
	__atomic_store_n(&w->race->child, getpid(), __ATOMIC_RELEASE);
	return 0;
}

static int map_there(int fd, uint64_t at)
{
	void *p = mmap(PLACE, RACE_REGION, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, fd, at);

	return p == MAP_FAILED ? -errno : 0;
}

static void write_page(void *arg)
{
	++*(volatile char *)arg;
}

static int unmap_step(struct race_worker *w)
{
	int err = map_there(race_random(w, 2) ? RACE_VIEW : RACE_CONTEXT, race_ua(w->race));

	if (err)
		return err;
	race_touch(write_page, PLACE);
	if (race_random(w, 2))
		sched_yield();
	/* A piece of it first, so that it is split. */
	if (race_random(w, 2))
		munmap((char *)PLACE + race_random(w, 16) * PAGE, PAGE);
	munmap(PLACE, RACE_REGION);
	return 0;
}

static const struct race_side unmap = {
	.name = "munmap", .setup = unmap_setup, .step = unmap_step,
};

/* The same with the rings of a queue, which the mapping alone keeps. */
static int unmap_rings_step(struct race_worker *w)
{
	int fd = race_queue(RACE_CONTEXT);
	void *p;

	if (fd < 0)
		return fd;
	p = mmap(PLACE, RACE_ENTRIES * sizeof(struct vsn_sqe), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED_NOREPLACE, fd, VSN_OFF_SQES);
	close(fd);
	if (p == MAP_FAILED)
		return -errno;
	race_touch(write_page, PLACE);
	if (race_random(w, 2))
		sched_yield();
	munmap(PLACE, RACE_ENTRIES * sizeof(struct vsn_sqe));
	return 0;
}

static const struct race_side unmap_rings = {
	.name = "munmap of rings", .setup = unmap_setup, .step = unmap_rings_step,
};

static void *some_page(struct race_worker *w)
{
	return (char *)PLACE + race_random(w, RACE_REGION / PAGE) * PAGE;
}

static int touch_step(struct race_worker *w)
{
	return race_touch(write_page, some_page(w)) ? 0 : RACE_IDLE;
}

static const struct race_side touch = { .name = "touch", .step = touch_step };

static int advise_step(struct race_worker *w)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_WILLNEED,
		MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE, MADV_DONTFORK, MADV_DOFORK,
	};
	unsigned int i = race_random(w, sizeof(advice) / sizeof(advice[0]));

	return madvise(some_page(w), 16 * PAGE, advice[i]) ? -errno : 0;
}

/* ENOMEM: nothing, or not all, is mapped there; EFAULT: a region went. */
static const struct race_side advise = {
	.name = "madvise", .step = advise_step, .errs = RACE_ERRS(ENOMEM, EFAULT),
};

static int lock_step(struct race_worker *w)
{
	void *p = some_page(w);

	if (mlock(p, 4 * PAGE))
		return -errno;
	return munlock(p, 4 * PAGE) ? -errno : 0;
}

/* EAGAIN: some could not be made present. */
static const struct race_side lock = {
	.name = "mlock", .step = lock_step, .errs = RACE_ERRS(ENOMEM, EAGAIN),
};

/* Moved elsewhere, or made longer than its region. */
static int remap_step(struct race_worker *w)
{
	void *p = mremap(some_page(w), PAGE, (1 + race_random(w, 2)) * PAGE, MREMAP_MAYMOVE);

	if (p == MAP_FAILED)
		return -errno;
	race_touch(write_page, p);
	munmap(p, 2 * PAGE);
	return 0;
}

/* EFAULT: nothing is mapped there. */
static const struct race_side remap = {
	.name = "mremap", .step = remap_step, .errs = RACE_ERRS(EFAULT, ENOMEM),
};

/* The child has the mapping too, and touches it. */
static int fork_step(struct race_worker *w)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		race_touch(write_page, some_page(w));
		_exit(0);
	}
	if (pid < 0)
		return -errno;
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -EPROTO;
}

static const struct race_side forks = { .name = "fork", .step = fork_step };

/* Pinned by a pipe for a while. */
static int pin_step(struct race_worker *w)
{
	struct iovec iov = { .iov_base = some_page(w), .iov_len = 2 * PAGE };
	int pipes[2], err = 0;
	char buf[PAGE];

	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	if (vmsplice(pipes[1], &iov, 1, 0) < 0)
		err = -errno;
	sched_yield();
	if (!err && read(pipes[0], buf, sizeof(buf)) < 0)
		err = -errno;
	close(pipes[0]);
	close(pipes[1]);
	return err;
}

static const struct race_side pins = {
	.name = "vmsplice", .step = pin_step, .errs = RACE_ERRS(EFAULT),
};

CELL(unmap, touch);
CELL(unmap, advise);
CELL(unmap, lock);
CELL(unmap, remap);
CELL(unmap, forks);
CELL(unmap, pins);
CELL(unmap, maps);
CELL(unmap, proc_mem);
CELL(unmap, vm_readv);
CELL(unmap_rings, touch);
CELL(unmap_rings, maps);
CELL(unmap_rings, proc_mem);
CELL(unmap_rings, vm_readv);

/*
 * A mapping of the device window stays while regions come and go behind it.  Each
 * user makes one at its first step.
 */
static int window_map(struct race_worker *w)
{
	int err = 0;

	if (w->race->map == MAP_FAILED) {
		err = map_there(RACE_CONTEXT, 0);
		if (err && err != -EEXIST)
			return err;
		unmap_setup(w);
	}
	return 0;
}

static int window_touch_step(struct race_worker *w)
{
	int err = window_map(w);

	return err ? err : touch_step(w);
}

static const struct race_side window_touch = {
	.name = "touch of a window", .step = window_touch_step,
};

static int window_pin_step(struct race_worker *w)
{
	int err = window_map(w);

	return err ? err : pin_step(w);
}

static const struct race_side window_pins = {
	.name = "vmsplice of a window", .step = window_pin_step, .errs = RACE_ERRS(EFAULT),
};

static int window_readv_step(struct race_worker *w)
{
	int err = window_map(w);

	return err ? err : vm_readv.step(w);
}

static const struct race_side window_readv = {
	.name = "process_vm_readv of a window", .step = window_readv_step,
	.errs = RACE_ERRS(EFAULT),
};

static int window_fork_step(struct race_worker *w)
{
	int err = window_map(w);

	return err ? err : fork_step(w);
}

static const struct race_side window_fork = {
	.name = "fork with a window", .step = window_fork_step,
};

CELL(region_del, window_touch);
CELL(region_del, window_pins);
CELL(region_del, window_readv);
CELL(region_del, window_fork);

TEST_HARNESS_MAIN
