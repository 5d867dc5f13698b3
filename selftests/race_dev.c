// SPDX-License-Identifier: GPL-2.0
/* Races: sides that use a context or a view. */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "libvsn.h"
#include "nl_fabric.h"
#include "race_users.h"

/* Call @fn with a context. */
static int with_context(struct race_worker *w, int (*fn)(struct race_worker *w, int fd))
{
	int fd = race_context(w), err;

	if (fd < 0)
		return fd;
	err = fn(w, fd);
	race_put(w, fd);
	return err;
}

static int open_step(struct race_worker *w)
{
	int fd = open(w->race->path, race_random(w, 2) ? O_RDWR : O_RDONLY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

const struct race_side open_close = {
	.name = "open", .step = open_step, .errs = RACE_ERRS(ENOENT, ENODEV),
};

static int do_info(struct race_worker *w, int fd)
{
	struct vsn_info arg = { .size = sizeof(arg) };

	if (ioctl(fd, VSN_IOC_INFO, &arg))
		return -errno;
	return arg.endpoints == NR_ENDPOINTS ? 0 : -EPROTO;
}

static int info_step(struct race_worker *w)
{
	return with_context(w, do_info);
}

const struct race_side info = { .name = "INFO", .step = info_step };

/* A new initiator now and then, whose inode is made. */
static int make_view(struct race_worker *w, int fd)
{
	struct vsn_view arg = { .size = sizeof(arg) };

	arg.initiator = race_random(w, NR_ACCELERATORS);
	fd = ioctl(fd, VSN_IOC_VIEW, &arg);
	return fd < 0 ? -errno : fd;
}

static void write_pages(void *arg)
{
	volatile char *p = arg;
	size_t i;

	for (i = 0; i < RACE_REGION; i += 8 * PAGE)
		p[i]++;
}

/* SIGBUS: the region went just after it was mapped. */
static int do_map(struct race_worker *w, int fd)
{
	void *p = mmap(NULL, RACE_REGION, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       race_ua(w->race));
	bool touched;

	if (p == MAP_FAILED)
		return -errno;
	touched = race_touch(write_pages, p);
	if (touched && race_random(w, 2))
		madvise(p, RACE_REGION, MADV_DONTNEED);
	munmap(p, RACE_REGION);
	return touched ? 0 : RACE_IDLE;
}

static int do_view(struct race_worker *w, int context)
{
	int fd = make_view(w, context), err;

	if (fd < 0)
		return fd;
	err = do_map(w, fd);
	close(fd);
	return err;
}

static int view_step(struct race_worker *w)
{
	return with_context(w, do_view);
}

/* ENXIO: no region is there any more; EFAULT for read and write. */
const struct race_side view = {
	.name = "VIEW", .step = view_step, .errs = RACE_ERRS(ENXIO),
};

static int do_queue(struct race_worker *w, int context)
{
	int fd = race_queue(context);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int queue_step(struct race_worker *w)
{
	return with_context(w, do_queue);
}

const struct race_side queue = { .name = "QUEUE", .step = queue_step };

static int do_run(struct race_worker *w, int fd)
{
	return race_run_ops(fd);
}

static int run_step(struct race_worker *w)
{
	return with_context(w, do_run);
}

/* EBUSY: another RUN is on; EDEADLK: somebody else's WAITs. */
const struct race_side run = {
	.name = "RUN", .step = run_step, .errs = RACE_ERRS(EBUSY, EDEADLK),
};

static int with_queue(struct race_worker *w, int context,
		      int (*fn)(struct race_worker *w, int context, int fd,
				struct race_rings *q))
{
	int fd = race_queue(context), err;
	struct race_rings q;

	if (fd < 0)
		return fd;
	err = race_map_queue(fd, &q);
	if (!err) {
		err = fn(w, context, fd, &q);
		race_unmap_queue(&q);
	}
	close(fd);
	return err;
}

static int submit_and_run(struct race_worker *w, int context, int fd, struct race_rings *q)
{
	int n = race_submit(w, fd, q, RACE_ENTRIES, 0), err, i;

	if (n != RACE_ENTRIES)
		return n < 0 ? n : -EPROTO;
	for (i = 0; i < 8; i++) {
		err = race_run_ops(context);
		if (err != -EBUSY)
			break;
		sched_yield();
	}
	return err ? err : race_reap(q, NULL);
}

static int do_ops(struct race_worker *w, int context)
{
	return with_queue(w, context, submit_and_run);
}

static int ops_step(struct race_worker *w)
{
	return with_context(w, do_ops);
}

const struct race_side ops = {
	.name = "ops", .step = ops_step, .errs = RACE_ERRS(EBUSY, EDEADLK),
};

/* Each operation comes back, whoever runs or cancels it; then nothing is left. */
static int leave_waits(struct race_worker *w, int context, int fd, struct race_rings *q)
{
	int n = race_submit(w, fd, q, 8, 2), err;
	unsigned int cancelled = 0;

	if (n != 8)
		return n < 0 ? n : -EPROTO;
	err = race_run_ops(context);
	if (err && err != -EDEADLK && err != -EBUSY)
		return err;
	/* Closed with WAITs in it. */
	if (race_random(w, 2))
		return 0;
	n = race_cancel(fd);
	if (n < 0)
		return n;
	err = race_reap(q, &cancelled);
	return err ? err : cancelled == n ? 0 : -EPROTO;
}

static int do_waits(struct race_worker *w, int context)
{
	return with_queue(w, context, leave_waits);
}

static int waits_step(struct race_worker *w)
{
	return with_context(w, do_waits);
}

const struct race_side waits = { .name = "WAIT", .step = waits_step };

static int map_step(struct race_worker *w)
{
	return with_context(w, do_map);
}

const struct race_side map = {
	.name = "mmap", .step = map_step, .errs = RACE_ERRS(ENXIO),
};

static int view_map_step(struct race_worker *w)
{
	return do_map(w, RACE_VIEW);
}

const struct race_side view_map = {
	.name = "mmap", .step = view_map_step, .errs = RACE_ERRS(EBADF, ENXIO),
};

/* Other than a page, so that most calls take in two.  The end is never met. */
static int read_at(int fd, uint64_t at)
{
	char buf[3 * KIB];
	ssize_t n = pread(fd, buf, sizeof(buf), at);

	return n < 0 ? -errno : n ? 0 : -ENODATA;
}

static int write_at(int fd, uint64_t at)
{
	char buf[3 * KIB] = { 1 };

	return pwrite(fd, buf, sizeof(buf), at) < 0 ? -errno : 0;
}

static uint64_t in_region(struct race_worker *w)
{
	return race_random(w, RACE_REGION - 4 * KIB);
}

static int view_read_step(struct race_worker *w)
{
	return read_at(RACE_VIEW, race_ua(w->race) + in_region(w));
}

const struct race_side view_read = {
	.name = "pread", .step = view_read_step, .errs = RACE_ERRS(EBADF, EFAULT),
};

static int do_pool_read(struct race_worker *w, int fd)
{
	return read_at(fd, race_ua(w->race) + in_region(w));
}

static int pool_read_step(struct race_worker *w)
{
	return with_context(w, do_pool_read);
}

const struct race_side pool_read = {
	.name = "pread", .step = pool_read_step, .errs = RACE_ERRS(EFAULT),
};

static int do_pool_write(struct race_worker *w, int fd)
{
	return write_at(fd, race_ua(w->race) + in_region(w));
}

static int pool_write_step(struct race_worker *w)
{
	return with_context(w, do_pool_write);
}

const struct race_side pool_write = {
	.name = "pwrite", .step = pool_write_step, .errs = RACE_ERRS(EFAULT),
};

/* Regions are at endpoint 0, so its window has their bytes. */
static int do_window_read(struct race_worker *w, int fd)
{
	return read_at(fd, in_region(w));
}

static int window_read_step(struct race_worker *w)
{
	return with_context(w, do_window_read);
}

const struct race_side window_read = { .name = "pread of a window", .step = window_read_step };

static int do_window_write(struct race_worker *w, int fd)
{
	return write_at(fd, in_region(w));
}

static int window_write_step(struct race_worker *w)
{
	return with_context(w, do_window_write);
}

/* What no region has is not written. */
const struct race_side window_write = {
	.name = "pwrite of a window", .step = window_write_step, .errs = RACE_ERRS(EFAULT),
};

/* To a pipe and back. */
static int do_splice(struct race_worker *w, int fd)
{
	loff_t off = race_ua(w->race) + in_region(w);
	int pipes[2], err = 0;
	ssize_t n;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	n = splice(fd, &off, pipes[1], NULL, 2 * KIB, 0);
	if (n > 0) {
		off -= n;
		n = splice(pipes[0], NULL, fd, &off, n, 0);
	}
	if (n < 0)
		err = -errno;
	close(pipes[0]);
	close(pipes[1]);
	return err;
}

static int splice_step(struct race_worker *w)
{
	return with_context(w, do_splice);
}

/* EAGAIN: what splice makes of the EFAULT of a read. */
const struct race_side splice_out = {
	.name = "splice", .step = splice_step, .errs = RACE_ERRS(EAGAIN, EFAULT),
};
