// SPDX-License-Identifier: GPL-2.0
/*
 * Processes are killed in the midst of whatever they do, or while others read their
 * memory.  Nothing they had stays.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "libvsn.h"
#include "race_fixture.h"
#include "race_users.h"

/* Where nothing else is ever mapped. */
#define PLACE	((void *)(16UL << 40))

/* Does the users' steps until it is killed. */
static void __attribute__((noreturn)) be_killed(struct race_worker *w)
{
	const struct race_side *side = w->race->cell->use;
	int err = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	w->seed += getpid();
	w->fd = -1;
	if (side->setup)
		err = side->setup(w);
	while (!err)
		race_count(&w->race->used, side->step(w));
	race_count(&w->race->used, err);
	for (;;)
		pause();
}

/* Kill and reap: soon, whatever it was at. */
static int kill_child(pid_t pid)
{
	int status, ms;

	kill(pid, SIGKILL);
	for (ms = 0; ms < 10000; ms++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -EPROTO;
		usleep(1000);
	}
	return -ETIME;
}

static int sigkill_step(struct race_worker *w)
{
	pid_t pid = fork();

	if (!pid)
		be_killed(w);
	if (pid < 0)
		return -errno;
	usleep(2000 + race_life(w, 30000));
	return kill_child(pid);
}

/* No RUN is left behind. */
static void sigkill_cleanup(struct race_worker *w)
{
	int tries, err;

	for (tries = 0; tries < 500; tries++) {
		err = race_run_ops(RACE_CONTEXT);
		if (err != -EBUSY)
			break;
		usleep(10000);
	}
	race_count(w->count, err == -EDEADLK ? 0 : err);
}

static const struct race_side sigkill = {
	.name = "SIGKILL", .step = sigkill_step, .cleanup = sigkill_cleanup,
};

/* Those who open the fabric by themselves leave none behind to ask. */
static const struct race_side sigkill_fresh = { .name = "SIGKILL", .step = sigkill_step };

#define MANY	1024U

/* A RUN that takes longer than its process lives. */
static int long_run_step(struct race_worker *w)
{
	struct vsn_queue_setup setup = {
		.size = sizeof(setup), .sq_entries = MANY, .cq_entries = MANY,
	};
	uint64_t ua = race_ua(w->race);
	struct vsn_rings *rings;
	struct vsn_sqe *sqes;
	unsigned int i;
	int fd, err;

	fd = ioctl(RACE_CONTEXT, VSN_IOC_QUEUE, &setup);
	if (fd < 0)
		return -errno;
	rings = mmap(NULL, sizeof(*rings), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		     VSN_OFF_RINGS);
	sqes = mmap(NULL, MANY * sizeof(*sqes), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    VSN_OFF_SQES);
	if (rings == MAP_FAILED || sqes == MAP_FAILED)
		return -errno;
	for (i = 0; i < MANY; i++)
		vsn_prep_copy(&sqes[i], i % 16, i % 7, ua, ua + RACE_REGION / 2,
			      RACE_REGION / 2);
	/* One is soon taken; with a clock that goes by itself, all are executed there. */
	__atomic_store_n(&rings->sq_tail, 1, __ATOMIC_RELEASE);
	race_count(&w->race->used, race_doorbell(fd) > 0 ? 0 : RACE_IDLE);
	__atomic_store_n(&rings->sq_tail, MANY, __ATOMIC_RELEASE);
	race_doorbell(fd);
	err = race_run_ops(RACE_CONTEXT);
	munmap(rings, sizeof(*rings));
	munmap(sqes, MANY * sizeof(*sqes));
	close(fd);
	return err;
}

static const struct race_side long_run = {
	.name = "RUN of copies", .step = long_run_step, .errs = RACE_ERRS(EBUSY, EDEADLK),
};

/* All of a region at once. */
static int large_write_step(struct race_worker *w)
{
	static char buf[RACE_REGION];
	ssize_t n;

	if (race_random(w, 2))
		n = pwrite(RACE_CONTEXT, buf, sizeof(buf), race_ua(w->race));
	else
		n = pread(RACE_CONTEXT, buf, sizeof(buf), race_ua(w->race));
	return n < 0 ? -errno : 0;
}

static const struct race_side large_write = {
	.name = "pread, pwrite", .step = large_write_step,
};

/* A region of its own, left behind by the killed: the fabric goes with them. */
static int leave_region_step(struct race_worker *w)
{
	uint64_t ua;
	uint32_t id;
	void *p;
	int err;

	err = race_new_region(w, 1 + race_random(w, 4), RACE_REGION, &ua, &id);
	if (err)
		return err;
	p = mmap(NULL, RACE_REGION, PROT_READ | PROT_WRITE, MAP_SHARED, RACE_VIEW, ua);
	if (p == MAP_FAILED)
		return -errno;
	memset(p, 1, RACE_REGION);
	munmap(p, RACE_REGION);
	return race_del_region(w, id);
}

static const struct race_side leave_region = {
	.name = "region-new, -del", .setup = race_nl_setup, .step = leave_region_step,
};

#define KILLED	.killed = true

CELL(sigkill, long_run, KILLED);
CELL(sigkill, ops, KILLED);
CELL(sigkill, waits, KILLED);
CELL(sigkill, doorbell, KILLED);
CELL(sigkill, duplicate, KILLED);
CELL(sigkill, pass, KILLED);
CELL(sigkill, polls, KILLED);
CELL(sigkill, map, KILLED);
CELL(sigkill, view, KILLED);
CELL(sigkill, large_write, KILLED);
CELL(sigkill, splice_out, KILLED);
CELL(sigkill, leave_region, KILLED);
CELL(sigkill, dumps, KILLED);
CELL(sigkill, slow_dump, KILLED);
CELL(sigkill_fresh, ops, KILLED, .fresh = true);
CELL(sigkill_fresh, open_close, KILLED, .fresh = true);

/* Where threads move bytes, and where completions are held back */
#define online_long_run long_run
#define online_ops ops
#define online_waits waits
#define online_doorbell doorbell
#define paced_long_run long_run
#define paced_ops ops
#define paced_waits waits
#define paced_doorbell doorbell
#define ONLINE	.clock = VSN_CLOCK_ONLINE
#define PACED	.clock = VSN_CLOCK_PACED

CELL(sigkill, online_long_run, ONLINE, KILLED);
CELL(sigkill, online_ops, ONLINE, KILLED);
CELL(sigkill, online_waits, ONLINE, KILLED);
CELL(sigkill, online_doorbell, ONLINE, KILLED);
CELL(sigkill, paced_long_run, PACED, KILLED);
CELL(sigkill, paced_ops, PACED, KILLED);
CELL(sigkill, paced_waits, PACED, KILLED);
CELL(sigkill, paced_doorbell, PACED, KILLED);

/* A process with a mapping and no more, for others to look into. */
static void __attribute__((noreturn)) be_read(struct race_worker *w)
{
	volatile char *p;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	p = mmap(PLACE, RACE_REGION, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 RACE_VIEW, race_ua(w->race));
	if (p == MAP_FAILED)
		_exit(1);
	for (;;)
		for (i = 0; i < RACE_REGION; i += PAGE)
			p[i]++;
}

static int sigkill_read_step(struct race_worker *w)
{
	pid_t pid;
	int err;

	w->race->map = PLACE;
	pid = fork();
	if (!pid)
		be_read(w);
	if (pid < 0)
		return -errno;
	__atomic_store_n(&w->race->child, pid, __ATOMIC_RELEASE);
	usleep(2000 + race_life(w, 20000));
	err = kill_child(pid);
	return err;
}

static const struct race_side sigkill_read = {
	.name = "SIGKILL", .step = sigkill_read_step,
};

CELL(sigkill_read, maps);
CELL(sigkill_read, proc_mem);
CELL(sigkill_read, vm_readv);

TEST_HARNESS_MAIN
