// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing is removed here: several do the same thing at once, cancel it, switch
 * what reports it, or write rubbish into a queue's rings while the kernel reads them.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "libvsn.h"
#include "race_fixture.h"
#include "race_users.h"

/* The rings of RACE_QUEUE, mapped for as long as the cell is on. */
static int rings_setup(struct race_worker *w)
{
	struct race_rings *q = malloc(sizeof(*q));
	int err = race_map_queue(RACE_QUEUE, q);

	w->p = q;
	return err;
}

static void rings_cleanup(struct race_worker *w)
{
	race_unmap_queue(w->p);
	free(w->p);
}

/* Where the kernel stands, which it does not read from the rings. */
static int kernel_indices(uint32_t *sq_head, uint32_t *cq_tail)
{
	char path[64], line[128];
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", RACE_QUEUE);
	f = fopen(path, "r");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		found += sscanf(line, "sq: %*u entries, head %u", sq_head) == 1;
		found += sscanf(line, "cq: %*u entries, head %*u, tail %u", cq_tail) == 1;
	}
	fclose(f);
	return found == 2 ? 0 : -EPROTO;
}

static uint32_t any_u32(struct race_worker *w)
{
	return race_random(w, 1 << 16) << 16 | race_random(w, 1 << 16);
}

/* An entry that passes some of the checks, or all of them. */
static void near_entry(struct race_worker *w, struct vsn_sqe *sqe)
{
	unsigned char *bytes = (unsigned char *)sqe;

	race_entry(w, sqe);
	if (race_random(w, 2))
		bytes[race_random(w, sizeof(*sqe))] = any_u32(w);
}

/* Make the indices right, and have one operation pass. */
static int put_right(struct race_worker *w)
{
	struct race_rings *q = w->p;
	uint32_t head, tail;
	int err;

	race_run_ops(RACE_CONTEXT);
	err = race_cancel(RACE_QUEUE);
	if (err < 0)
		return err;
	err = kernel_indices(&head, &tail);
	if (err)
		return err;
	__atomic_store_n(&q->rings->sq_head, head, __ATOMIC_RELEASE);
	__atomic_store_n(&q->rings->cq_tail, tail, __ATOMIC_RELEASE);
	__atomic_store_n(&q->rings->cq_head, tail, __ATOMIC_RELEASE);
	vsn_prep_nop(&q->sqes[head % RACE_ENTRIES], 0, 0);
	__atomic_store_n(&q->rings->sq_tail, head + 1, __ATOMIC_RELEASE);
	err = race_doorbell(RACE_QUEUE);
	if (err != 1)
		return err < 0 ? err : -ENODATA;
	err = race_run_ops(RACE_CONTEXT);
	if (err)
		return err;
	return __atomic_load_n(&q->rings->cq_tail, __ATOMIC_ACQUIRE) == tail + 1 ? 0 : -ENODATA;
}

static int scribble_step(struct race_worker *w)
{
	struct race_rings *q = w->p;
	uint32_t head, tail;
	unsigned int i;

	/* Now and then, so that entries are read at all. */
	if (!race_random(w, 8)) {
		if (kernel_indices(&head, &tail))
			return -EPROTO;
		__atomic_store_n(&q->rings->sq_tail, head + RACE_ENTRIES / 2, __ATOMIC_RELEASE);
		__atomic_store_n(&q->rings->cq_head, tail, __ATOMIC_RELEASE);
	}
	for (i = 0; i < RACE_ENTRIES; i++) {
		near_entry(w, &q->sqes[i]);
		memset(&q->cqes[i], i, sizeof(q->cqes[i]));
	}
	switch (race_random(w, 8)) {
	case 0:
		q->rings->sq_tail = any_u32(w);
		break;
	case 1:
		q->rings->cq_head = any_u32(w);
		break;
	case 2:
		q->rings->sq_tail++;
		break;
	case 3:
		q->rings->cq_head--;
		break;
	case 4:
		q->rings->sq_head = any_u32(w);
		q->rings->cq_tail = any_u32(w);
		break;
	case 5:
		q->rings->sq_mask = any_u32(w);
		q->rings->cq_mask = any_u32(w);
		break;
	}
	return 0;
}

/* The others may be at it for a moment longer. */
static void scribble_cleanup(struct race_worker *w)
{
	int tries, err;

	for (tries = 0; tries < 50; tries++) {
		err = put_right(w);
		if (!err)
			break;
		usleep(20000);
	}
	race_count(w->count, err);
	rings_cleanup(w);
}

static const struct race_side scribble = {
	.name = "rubbish in rings", .setup = rings_setup, .step = scribble_step,
	.cleanup = scribble_cleanup,
};

/* Whatever it finds in the ring. */
static int ring_step(struct race_worker *w)
{
	int n = race_doorbell(RACE_QUEUE);

	if (n > 0)
		race_run_ops(RACE_CONTEXT);
	return n < 0 ? n : n ? 0 : RACE_IDLE;
}

static const struct race_side ring = {
	.name = "doorbell", .step = ring_step, .errs = RACE_ERRS(EOVERFLOW),
};

CELL(scribble, ring);
CELL(scribble, run);
CELL(scribble, polls);
CELL(scribble, fdinfo);
CELL(scribble, cancel);

/* Fill the ring, WAITs too, and run. */
static int fill_step(struct race_worker *w)
{
	int n = race_submit(w, RACE_QUEUE, w->p, 16, race_random(w, 3));

	if (n < 0)
		return n;
	if (!race_random(w, 4))
		race_run_ops(RACE_CONTEXT);
	race_reap(w->p, NULL);
	return n ? 0 : RACE_IDLE;
}

/* EOVERFLOW: what several write into one ring need not make sense. */
static const struct race_side fill = {
	.name = "doorbell", .setup = rings_setup, .step = fill_step, .cleanup = rings_cleanup,
	.errs = RACE_ERRS(EOVERFLOW),
};

/* Of a large lot, so that others find it at work; a queue of its own. */
static int long_run_step(struct race_worker *w)
{
	struct race_rings q;
	int fd = race_queue(RACE_CONTEXT), err, i;

	if (fd < 0)
		return fd;
	err = race_map_queue(fd, &q);
	if (!err) {
		for (i = 0; i < RACE_ENTRIES; i++)
			vsn_prep_copy(&q.sqes[i], i % 16, 0, race_ua(w->race),
				      race_ua(w->race) + RACE_REGION / 2, RACE_REGION / 2);
		__atomic_store_n(&q.rings->sq_tail, RACE_ENTRIES, __ATOMIC_RELEASE);
		err = race_doorbell(fd);
		if (err > 0)
			err = race_run_ops(RACE_CONTEXT);
		race_unmap_queue(&q);
	}
	close(fd);
	/* Somebody else's WAITs are left, but no copy. */
	return err == -EDEADLK ? 0 : err;
}

static const struct race_side long_run = {
	.name = "RUN of copies", .step = long_run_step, .errs = RACE_ERRS(EBUSY),
};

/* What it cancels is what counts. */
static int cancel_some_step(struct race_worker *w)
{
	int n = race_cancel(RACE_QUEUE);

	return n < 0 ? n : n ? 0 : RACE_IDLE;
}

static const struct race_side cancel_some = { .name = "cancel", .step = cancel_some_step };

CELL(fill, fill);
CELL(long_run, run);
CELL(long_run, ops);
CELL(long_run, fill);
CELL(long_run, dumps);
CELL(cancel_some, fill);
CELL(eventfd_set, fill);
CELL(polls, fill);

/* A CPU stores what others wait for. */
static int store_setup(struct race_worker *w)
{
	w->p = mmap(NULL, RACE_REGION, PROT_READ | PROT_WRITE, MAP_SHARED, RACE_CONTEXT,
		    race_ua(w->race));
	return w->p == MAP_FAILED ? -errno : 0;
}

static int store_step(struct race_worker *w)
{
	uint64_t *word = w->p;

	__atomic_fetch_add(word, 1, __ATOMIC_RELAXED);
	usleep(race_random(w, 200));
	return 0;
}

static void store_cleanup(struct race_worker *w)
{
	munmap(w->p, RACE_REGION);
}

static const struct race_side store = {
	.name = "store", .setup = store_setup, .step = store_step, .cleanup = store_cleanup,
};

/* For the next value: it comes, or the WAIT is listed. */
static int wait_for_store(struct race_worker *w, int fd, struct race_rings *q)
{
	struct vsn_blocked list[4];
	struct vsn_run arg = {
		.until = VSN_TIME_MAX, .blocked_max = 4,
		.blocked_list = (uint64_t)(uintptr_t)list,
	};
	uint64_t now;
	int n, i;

	if (pread(RACE_CONTEXT, &now, 8, race_ua(w->race)) != 8)
		return -errno;
	vsn_prep_wait(&q->sqes[0], race_random(w, 16), 0, race_ua(w->race), now + 1);
	__atomic_store_n(&q->rings->sq_tail, 1, __ATOMIC_RELEASE);
	n = race_doorbell(fd);
	if (n != 1)
		return n < 0 ? n : -EPROTO;
	for (i = 0; i < 100 && !__atomic_load_n(&q->rings->cq_tail, __ATOMIC_ACQUIRE); i++) {
		arg.size = sizeof(arg);
		if (ioctl(RACE_CONTEXT, VSN_IOC_RUN, &arg) && errno != EBUSY && errno != EDEADLK)
			return -errno;
		usleep(100);
	}
	if (!__atomic_load_n(&q->rings->cq_tail, __ATOMIC_ACQUIRE))
		return RACE_IDLE;
	return q->cqes[0].res ? q->cqes[0].res : q->cqes[0].value > now ? 0 : -EPROTO;
}

static int store_wait_step(struct race_worker *w)
{
	struct race_rings q;
	int fd = race_queue(RACE_CONTEXT), err;

	if (fd < 0)
		return fd;
	err = race_map_queue(fd, &q);
	if (!err) {
		err = wait_for_store(w, fd, &q);
		race_unmap_queue(&q);
	}
	close(fd);
	return err;
}

static const struct race_side store_wait = { .name = "WAIT", .step = store_wait_step };

CELL(store, store_wait);

/* Tracepoints are switched under what passes them. */
CELL(tracepoints, ops, .patches = true);
CELL(tracepoints, fill, .patches = true);
CELL(tracepoints, map, .patches = true);
CELL(tracepoints, waits, .patches = true);

TEST_HARNESS_MAIN
