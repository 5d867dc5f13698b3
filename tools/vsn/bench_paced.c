// SPDX-License-Identifier: GPL-2.0
/*
 * vsn bench p2p paced: how well this machine keeps the time of a paced clock
 *
 * One operation at a time, as a program would that waits for each: submit, poll, look
 * at the clock.  What counts is how much later than its modelled end a completion is
 * seen, against how long the operation takes by the model, in wall time.  The slower
 * the clock, the better a machine can hold it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "bench_paced.h"
#include "out.h"

#define ROUNDS		200
/* Enough for a few hundred operations at any scale: a slow clock gets fewer rounds. */
#define MIN_ROUNDS	20
#define MAX_WALL	3000000000ULL	/* ns for one size at one scale, about */
#define NR_SIZES	3
/* Of 100 operations so many are not later than a tenth of their time. */
#define HELD_PERCENT	99
#define HELD_PPM	100000

static const uint64_t sizes[NR_SIZES] = { 512, 64 << 10, 1 << 20 };

static const uint64_t scales[] = {
	1000000, 3000000, 10000000, 30000000, 100000000, 300000000, 1000000000, 3000000000,
	10000000000,
};

/* Of what was measured with one size at one scale */
struct pace {
	uint64_t time;		/* ps by the model */
	uint64_t wall;		/* ns of it */
	int64_t median;		/* ns late */
	int64_t most;		/* ns that HELD_PERCENT are late at most */
	uint64_t rounds;
	bool held;
};

struct paced {
	struct bench *b;
	struct vsn_queue *q;
	uint32_t initiator;
	uint32_t peer;
	uint32_t regions[2];
	uint64_t ua[2];
};

/* A moment by both clocks */
struct moment {
	uint64_t wall;		/* ns */
	uint64_t virt;		/* ps */
	uint64_t scale;		/* parts per million */
};

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The narrowest of many looks; in the middle of it the kernel looked at its clock. */
static int look(struct vsn_dev *dev, struct moment *m)
{
	uint64_t before, after, best = UINT64_MAX;
	struct vsn_info info;
	int i, err;

	for (i = 0; i < 100; i++) {
		before = wall_ns();
		err = vsn_dev_info(dev, &info);
		after = wall_ns();
		if (err)
			return err;
		if (after - before < best) {
			best = after - before;
			m->wall = before + best / 2;
			m->virt = info.now;
			m->scale = info.scale;
		}
	}
	return 0;
}

static uint64_t to_wall(const struct moment *m, uint64_t ps)
{
	return (__uint128_t)ps * m->scale / 1000000000;
}

/* One operation; @late: how much later than it ends by the model it is seen, ns */
static int one(struct paced *p, const struct moment *m, uint64_t size, struct vsn_cqe *cqe,
	       int64_t *late)
{
	uint64_t seen;
	int err;

	vsn_prep_copy(vsn_queue_sqe(p->q), p->initiator, 0, p->ua[1], p->ua[0], size);
	err = vsn_queue_submit(p->q);
	if (err < 0)
		return err;
	err = vsn_queue_wait(p->q, -1);
	if (err < 0)
		return err;
	seen = wall_ns();
	if (vsn_queue_reap(p->q, cqe, 1) != 1)
		return -EIO;
	*late = seen - m->wall - to_wall(m, cqe->end - m->virt);
	return cqe->res;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int measure(struct paced *p, uint64_t size, struct pace *pace)
{
	int64_t late[ROUNDS];
	struct vsn_cqe cqe = { 0 };
	uint64_t n = ROUNDS, i;
	struct moment m;
	int err;

	err = look(p->b->dev, &m);
	/* The first touches its memory, and tells how long one takes. */
	if (!err)
		err = one(p, &m, size, &cqe, &late[0]);
	if (err)
		return bench_failed(err, "copy of %" PRIu64 " bytes", size);
	pace->time = cqe.end - cqe.start;
	pace->wall = to_wall(&m, pace->time);
	if (pace->wall && MAX_WALL / pace->wall < n)
		n = MAX_WALL / pace->wall;
	if (n < MIN_ROUNDS)
		n = MIN_ROUNDS;
	for (i = 0; i < n; i++) {
		if (bench_stopped())
			return EXIT_FAIL;
		err = one(p, &m, size, &cqe, &late[i]);
		if (err)
			return bench_failed(err, "copy of %" PRIu64 " bytes", size);
	}
	qsort(late, n, sizeof(late[0]), by_value);
	pace->rounds = n;
	pace->median = late[n / 2];
	pace->most = late[(n - 1) * HELD_PERCENT / 100];
	pace->held = pace->most <= (int64_t)(pace->wall * HELD_PPM / 1000000);
	return EXIT_OK;
}

static void cell_ns(const char *key, int width, int64_t ns)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%.1f", ns / 1e3);
	if (out_is_json())
		out_s64(key, NULL, ns);
	else
		cell_str(NULL, width, buf);
}

static void print_pace(uint64_t scale, uint64_t size, const struct pace *pace)
{
	out_object(NULL);
	out_line(0, NULL);
	cell_unit("scale", 9, UNIT_FACTOR, scale);
	cell_unit("size", 10, UNIT_SIZE, size);
	cell_us("time", 13, pace->time);
	cell_ns("wall", 13, pace->wall);
	cell_ns("late_median", 13, pace->median);
	cell_ns("late_most", 13, pace->most);
	cell_error("error", 12, pace->wall ? pace->median * 1000000 / (int64_t)pace->wall : 0);
	if (out_is_json())
		out_u64("rounds", NULL, pace->rounds);
	if (out_is_json())
		out_bool("held", NULL, pace->held);
	else
		cell_str(NULL, 6, pace->held ? "yes" : "no");
	out_object_end();
}

static void print_head(const struct paced *p)
{
	char line[256];

	snprintf(line, sizeof(line),
		 "%s: endpoint %" PRIu32 " writes to %" PRIu32 ", one operation at a time; us",
		 p->b->name, p->initiator, p->peer);
	out_line(0, line);
	snprintf(line, sizeof(line), "held: %d %% are late by a tenth of their time at most",
		 HELD_PERCENT);
	out_line(0, line);
	out_line(0, NULL);
	cell_head(9, "scale");
	cell_head(10, "size");
	cell_head(13, "modelled");
	cell_head(13, "in wall time");
	cell_head(13, "late, median");
	cell_head(13, "late, most");
	cell_head(12, "error");
	cell_head(6, "held");
}

static void print_held(const uint64_t *held)
{
	char line[128], text[UNIT_TEXT], size[UNIT_TEXT];
	size_t i;

	out_array("holds");
	for (i = 0; i < NR_SIZES; i++) {
		unit_format(size, UNIT_SIZE, sizes[i]);
		if (held[i])
			snprintf(line, sizeof(line), "this machine holds %s for operations of %s",
				 unit_format(text, UNIT_FACTOR, held[i]), size);
		else
			snprintf(line, sizeof(line),
				 "this machine holds none of these for operations of %s", size);
		out_line(0, line);
		out_object(NULL);
		if (out_is_json()) {
			out_u64("size", NULL, sizes[i]);
			out_u64("scale", NULL, held[i]);
		}
		out_object_end();
	}
	out_array_end();
}

/* @scale: only this one, or 0 for all until each size is held */
static int measure_all(struct paced *p, uint64_t scale)
{
	uint64_t held[NR_SIZES] = { 0 };
	size_t i, k, nr = scale ? 1 : ARRAY_SIZE(scales);
	bool all = false;
	int err;

	out_begin();
	out_object(NULL);
	print_head(p);
	out_array("scales");
	for (i = 0; i < nr && !all; i++) {
		uint64_t now = scale ? scale : scales[i];

		err = vsn_ctl_fabric_clock(p->b->ctl, p->b->name, VSN_CLOCK_PACED, now);
		if (err)
			return ctl_failed(p->b->ctl, err, "fabric %s", p->b->name);
		all = true;
		for (k = 0; k < NR_SIZES; k++) {
			struct pace pace;

			if (!scale && held[k])
				continue;
			err = measure(p, sizes[k], &pace);
			if (err)
				return err;
			print_pace(now, sizes[k], &pace);
			if (pace.held)
				held[k] = now;
			all = all && pace.held;
		}
	}
	out_array_end();
	out_line(0, NULL);
	print_held(held);
	out_object_end();
	return cmd_done();
}

static int setup(struct paced *p)
{
	const struct vsn_ctl_kind *k = bench_kind(p->b, VSN_ENDPOINT_KIND_ACCELERATOR);
	int status;

	if (!k || k->count < 2) {
		msg("fabric %s: it has no two accelerators", p->b->name);
		return EXIT_FAIL;
	}
	p->initiator = k->base;
	p->peer = k->base + k->count - 1;
	status = bench_region_add(p->b, p->initiator, sizes[NR_SIZES - 1], true, &p->regions[0],
				  &p->ua[0]);
	if (!status)
		status = bench_region_add(p->b, p->peer, sizes[NR_SIZES - 1], true,
					  &p->regions[1], &p->ua[1]);
	if (status)
		return status;
	p->q = vsn_queue_create(p->b->dev, 4);
	return p->q ? EXIT_OK : bench_failed(-errno, "queue");
}

static void teardown(struct paced *p)
{
	size_t i;

	vsn_queue_destroy(p->q);
	for (i = 0; i < 2; i++)
		if (p->regions[i])
			bench_region_del(p->b, p->regions[i]);
}

int bench_paced(struct bench *b, uint64_t scale)
{
	struct paced p = { .b = b };
	int status, err;

	status = setup(&p);
	if (!status)
		status = measure_all(&p, scale);
	teardown(&p);
	err = vsn_ctl_fabric_clock(b->ctl, b->name, b->fabric->clock, b->fabric->scale);
	if (err)
		status = ctl_failed(b->ctl, err, "fabric %s: its clock stays paced", b->name);
	return status;
}
