// SPDX-License-Identifier: GPL-2.0
/* Benchmarks: their words, and what they share. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "out.h"

#define MAX_THREADS	16

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = sig;
}

bool bench_stopped(void)
{
	static bool said;

	if (stop && !said) {
		bench_progress(NULL, 0, 0);
		msg("interrupted");
		said = true;
	}
	return stop;
}

/* The first signal ends the benchmark in good order, the second at once. */
void bench_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

int bench_failed(int err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	bench_progress(NULL, 0, 0);
	msg("%s: %s", what, strerror(-err));
	return EXIT_FAIL;
}

int bench_open_as(struct bench *b, const char *name, struct system *sys)
{
	int err;

	memset(b, 0, sizeof(*b));
	b->name = name;
	b->sys = sys;
	b->ctl = ctl_open();
	if (!b->ctl)
		return EXIT_FAIL;
	err = vsn_ctl_fabric_get(b->ctl, name, &b->fabric);
	if (err)
		return ctl_failed(b->ctl, err, "fabric %s", name);
	if (b->fabric->state != VSN_FABRIC_STATE_READY) {
		msg("fabric %s: it is a draft, commit it first", name);
		return EXIT_FAIL;
	}
	if (!b->sys && b->fabric->system[0]) {
		b->sys = system_load(b->fabric->system);
		if (!b->sys)
			return EXIT_FAIL;
	}
	b->dev = vsn_dev_open(name);
	if (!b->dev)
		return bench_failed(-errno, "%s/%s", VSN_DEV_DIR, name);
	bench_catch_signals();
	return EXIT_OK;
}

int bench_open(struct bench *b, const char *name)
{
	return bench_open_as(b, name, NULL);
}

int bench_close(struct bench *b, int status)
{
	if (b->left && !status)
		status = EXIT_FAIL;
	vsn_dev_close(b->dev);
	system_free(b->sys);
	vsn_ctl_fabric_free(b->fabric);
	memset(b, 0, sizeof(*b));
	return status;
}

const struct vsn_ctl_kind *bench_kind(const struct bench *b, uint32_t kind)
{
	size_t i;

	for (i = 0; i < b->fabric->nr_kinds; i++)
		if (b->fabric->kinds[i].kind == kind && b->fabric->kinds[i].count)
			return &b->fabric->kinds[i];
	return NULL;
}

uint32_t bench_dim(const struct bench *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->fabric->nr_dims; i++)
		if (!strcmp(b->fabric->dims[i].name, name))
			return b->fabric->dims[i].size;
	return 0;
}

const struct sys_published *bench_published(const struct bench *b, const char *fmt, ...)
{
	char name[128];
	va_list ap;

	if (!b->sys)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	return system_published(b->sys, name);
}

void bench_progress(const char *what, uint64_t done, uint64_t total)
{
	static bool open;
	static time_t last;
	struct timespec now;
	bool tty = isatty(STDERR_FILENO);

	if (!what) {
		if (open && tty)
			fputs("\r\033[K", stderr);
		open = false;
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == last)
		return;
	last = now.tv_sec;
	/* A file or a pipe gets lines, and fewer of them. */
	if (!tty && last % 5)
		return;
	fprintf(stderr, "%s%s: %" PRIu64 " %%%s", tty ? "\r\033[K" : "", what,
		total ? done * 100 / total : 100, tty ? "" : "\n");
	fflush(stderr);
	open = true;
}

struct parallel {
	uint32_t nr;
	uint32_t next;
	void (*fn)(void *ctx, uint32_t index);
	void *ctx;
	const char *what;	/* NULL but in the first thread */
};

static void work(struct parallel *p, const char *what)
{
	uint32_t i;

	while (!stop && (i = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED)) < p->nr) {
		if (what)
			bench_progress(what, i, p->nr);
		p->fn(p->ctx, i);
	}
}

static void *thread_work(void *arg)
{
	work(arg, NULL);
	return NULL;
}

int bench_parallel(uint32_t nr, void (*fn)(void *ctx, uint32_t index), void *ctx,
		   const char *what)
{
	struct parallel p = { .nr = nr, .fn = fn, .ctx = ctx };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[MAX_THREADS];
	int n;

	/* This thread works, too; with fewer threads it only takes longer. */
	for (n = 0; n < cpus - 1 && n < MAX_THREADS; n++)
		if (pthread_create(&threads[n], NULL, thread_work, &p))
			break;
	work(&p, what);
	while (n--)
		pthread_join(threads[n], NULL);
	bench_progress(NULL, 0, 0);
	return bench_stopped() ? EXIT_FAIL : EXIT_OK;
}

int bench_region_add(struct bench *b, uint32_t home, uint64_t size, bool huge, uint32_t *id,
		     uint64_t *ua)
{
	struct vsn_ctl_region_spec spec = {
		.size = size,
		.homes = &home,
		.nr_homes = 1,
		.huge = huge,
	};
	struct vsn_ctl_region *region;
	int err;

	err = vsn_ctl_region_add(b->ctl, b->name, &spec, &region);
	if (err)
		return ctl_failed(b->ctl, err, "region of %" PRIu64 " bytes at endpoint %" PRIu32,
				  size, home);
	*id = region->id;
	*ua = region->ua;
	vsn_ctl_region_free(region);
	return EXIT_OK;
}

void bench_region_del(struct bench *b, uint32_t id)
{
	int err = vsn_ctl_region_del(b->ctl, b->name, id);

	if (err) {
		ctl_failed(b->ctl, err, "region %" PRIu32, id);
		b->left = true;
	}
}

void cell_str(const char *key, int width, const char *value)
{
	char buf[256];

	if (out_is_json()) {
		if (key)
			out_str(key, NULL, value);
		return;
	}
	snprintf(buf, sizeof(buf), "%*s", width, value);
	out_str(NULL, "", buf);
}

void cell_head(int width, const char *value)
{
	cell_str(NULL, width, value);
}

/* A number in JSON, this text otherwise */
static void cell_number(const char *key, int width, uint64_t value, const char *text)
{
	if (!out_is_json())
		cell_str(NULL, width, text);
	else if (key)
		out_u64(key, NULL, value);
}

void cell_u64(const char *key, int width, uint64_t value)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%" PRIu64, value);
	cell_number(key, width, value, buf);
}

void cell_unit(const char *key, int width, enum unit unit, uint64_t value)
{
	char buf[UNIT_TEXT];

	cell_number(key, width, value, unit_format(buf, unit, value));
}

void cell_us(const char *key, int width, uint64_t ps)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%.2f", ps / 1e6);
	cell_number(key, width, ps, buf);
}

void cell_gbs(const char *key, int width, uint64_t rate)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%.2f", rate / 1e9);
	cell_number(key, width, rate, buf);
}

void cell_error(const char *key, int width, int64_t error)
{
	char buf[32];

	/* Less than half of the last digit is nothing, without a sign. */
	snprintf(buf, sizeof(buf), error > -500 && error < 500 ? "%.1f %%" : "%+.1f %%",
		 error > -500 && error < 500 ? 0 : error / 1e4);
	if (out_is_json())
		out_s64(key, NULL, error);
	else
		cell_str(NULL, width, buf);
}

void bench_print_row_head(void)
{
	out_line(0, NULL);
	cell_head(-20, "published");
	cell_head(14, "modelled");
	cell_head(18, "published");
	cell_head(9, "error");
	cell_head(0, "row");
}

void bench_print_row(const struct system *sys, const struct sys_published *row, uint64_t modelled)
{
	char text[3 * UNIT_TEXT], from[UNIT_TEXT], to[UNIT_TEXT];

	unit_format(text, row->unit, row->value);
	if (row->max > row->value)
		snprintf(text, sizeof(text), "%s to %s", unit_format(from, row->unit, row->value),
			 unit_format(to, row->unit, row->max));
	out_object(NULL);
	out_line(0, NULL);
	cell_str("name", -20, row->name);
	if (out_is_json())
		out_str("unit", NULL, row->unit == UNIT_TIME ? "ps" : "B/s");
	cell_unit("modelled", 14, row->unit, modelled);
	cell_str(NULL, 18, text);
	if (out_is_json()) {
		out_unit("published", NULL, row->unit, row->value);
		if (row->max > row->value)
			out_unit("published_max", NULL, row->unit, row->max);
	}
	cell_error("error", 9, system_error(row, modelled));
	cell_str("row", 0, system_fitted(sys, row) ? "fitted" : "predicted");
	out_object_end();
}

static const struct cmd benchmarks[] = {
	{ "coll", bench_coll, "FABRIC [ COLLECTIVE ] [ PARAMETER VALUE ... ]" },
	{ "moe", bench_moe, "FABRIC [ fit | PARAMETER VALUE ... ]" },
	{ "p2p", bench_p2p, "FABRIC [ size-max SIZE ] [ data yes|no ] [ paced [ scale FACTOR ] ]" },
	{ NULL, NULL, NULL },
};

int bench_row(struct bench *b, const struct sys_published *row, struct args *a, uint64_t *value)
{
	if (arg_is(a, "coll"))
		return bench_coll_row(b, row, a, value);
	if (arg_is(a, "moe"))
		return bench_moe_row(b, row, a, value);
	if (arg_is(a, "p2p"))
		return bench_p2p_row(b, row, a, value);
	if (arg_is(a, "route"))
		return bench_route_row(b, row, a, value);
	arg_unknown(a, "coll moe p2p route");
	return a->status;
}

int cmd_bench(int argc, char **argv)
{
	return cmd_run(benchmarks, "bench", argc, argv);
}
