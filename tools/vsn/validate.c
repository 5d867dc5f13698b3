// SPDX-License-Identifier: GPL-2.0
/*
 * vsn validate: a system's model beside what was published of the machine
 *
 * For each system a fabric is made, each published row is measured on it as the row says,
 * and the fabric goes again.  A row that a figure of the system file was fitted to cannot
 * be far off, so only the others count.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "out.h"
#include "system_dir.h"

/* With more of them than this a fit can meet anything. */
#define MAX_FITTED	2
#define MAX_WORDS	32
#define FABRIC		"validate"

/**
 * struct validation - what is asked for, and what came of it
 * @median: bound of the median error instead of the file's, ppm, or SYS_NO_BOUND
 * @worst: same, of the largest
 * @row: name of the only rows to measure, or NULL
 * @nr: systems that had rows to measure
 * @status: the first exit status that is not 0
 */
struct validation {
	uint64_t median;
	uint64_t worst;
	const char *row;
	size_t nr;
	int status;
};

/* Errors of one system's predicted rows, ppm without signs */
struct errors {
	uint64_t *ppm;
	size_t nr;
};

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t median(const struct errors *e)
{
	return (e->ppm[(e->nr - 1) / 2] + e->ppm[e->nr / 2]) / 2;
}

/* Measure a row; its words are those of "vsn bench" without the fabric. */
static int measure(struct bench *b, const struct sys_published *row, uint64_t *value)
{
	char *argv[MAX_WORDS], *words = strdup(row->run), *rest = words, *word;
	struct args a = { .argv = argv };
	int status;

	if (!words)
		return bench_failed(-ENOMEM, "row %s", row->name);
	while ((word = strsep(&rest, " ")) && a.argc < MAX_WORDS)
		if (*word)
			argv[a.argc++] = word;
	if (word)
		arg_error(&a, "more than %d words", MAX_WORDS);
	status = a.status ? a.status : bench_row(b, row, &a, value);
	free(words);
	if (!status)
		return EXIT_OK;
	msg("row %s of %s could not be measured: %s", row->name, b->sys->path, row->run);
	return EXIT_FAIL;
}

static bool is_asked(const struct validation *v, const struct sys_published *row)
{
	return row->run && (!v->row || !strcmp(v->row, row->name));
}

static int measure_all(const struct validation *v, struct bench *b, struct errors *e)
{
	const struct system *sys = b->sys;
	uint64_t value = 0;
	int64_t error;
	int status = EXIT_OK;
	size_t i;

	bench_print_row_head();
	out_array("published");
	for (i = 0; i < sys->nr_published && !status; i++) {
		const struct sys_published *row = &sys->published[i];

		if (!is_asked(v, row))
			continue;
		status = bench_stopped() ? EXIT_FAIL : measure(b, row, &value);
		if (status)
			break;
		bench_print_row(sys, row, value);
		error = system_error(row, value);
		if (!system_fitted(sys, row))
			e->ppm[e->nr++] = error < 0 ? -error : error;
	}
	out_array_end();
	qsort(e->ppm, e->nr, sizeof(*e->ppm), by_size);
	return status;
}

static bool exceeds(const struct system *sys, const char *what, uint64_t error, uint64_t bound)
{
	char is[UNIT_TEXT], may[UNIT_TEXT];

	if (bound == SYS_NO_BOUND || error <= bound)
		return false;
	msg("%s: the %s error is %s, the bound %s", sys->name, what,
	    unit_format(is, UNIT_RATIO, error), unit_format(may, UNIT_RATIO, bound));
	return true;
}

/* What the rows come to; EXIT_FAIL if that is not within the bounds. */
static int judge(const struct validation *v, const struct system *sys, const struct errors *e)
{
	uint64_t most = v->median != SYS_NO_BOUND ? v->median : sys->median;
	uint64_t worst = v->worst != SYS_NO_BOUND ? v->worst : sys->worst;
	size_t fitted = 0, skipped = 0, i;
	bool bad = false;
	char line[256];

	for (i = 0; i < sys->nr_published; i++) {
		fitted += system_fitted(sys, &sys->published[i]);
		skipped += !is_asked(v, &sys->published[i]);
	}
	snprintf(line, sizeof(line), "%zu predicted: median error %.1f %%, worst %.1f %%; "
		 "%zu fitted; %zu not compared", e->nr, e->nr ? median(e) / 1e4 : 0,
		 e->nr ? e->ppm[e->nr - 1] / 1e4 : 0, fitted, skipped);
	out_line(0, line);
	if (out_is_json()) {
		out_u64("predicted", NULL, e->nr);
		out_u64("fitted", NULL, fitted);
		out_u64("skipped", NULL, skipped);
		if (e->nr) {
			out_u64("median", NULL, median(e));
			out_u64("worst", NULL, e->ppm[e->nr - 1]);
		}
	}
	if (fitted > MAX_FITTED) {
		msg("%s: %zu rows are fitted, %d at most may be", sys->name, fitted, MAX_FITTED);
		bad = true;
	}
	if (!e->nr && !v->row && (most != SYS_NO_BOUND || worst != SYS_NO_BOUND)) {
		msg("%s: there is a bound, but no row is predicted", sys->name);
		bad = true;
	}
	if (e->nr) {
		bad |= exceeds(sys, "median", median(e), most);
		bad |= exceeds(sys, "worst", e->ppm[e->nr - 1], worst);
	}
	out_bool("ok", NULL, !bad);
	out_line(0, NULL);
	return bad ? EXIT_FAIL : EXIT_OK;
}

static int validate_on(const struct validation *v, struct system *sys, const char *fabric)
{
	struct errors e = { .ppm = calloc(sys->nr_published, sizeof(*e.ppm)) };
	struct bench b;
	int status;

	status = bench_open_as(&b, fabric, sys);
	if (!status && !e.ppm)
		status = bench_failed(-ENOMEM, "%s", sys->name);
	if (!status) {
		out_object(NULL);
		out_line(0, sys->name);
		if (out_is_json())
			out_str("system", NULL, sys->name);
		out_line(0, NULL);
		status = measure_all(v, &b, &e);
		if (!status)
			status = judge(v, sys, &e);
		out_object_end();
	}
	free(e.ppm);
	return bench_close(&b, status);
}

/* Takes @sys. */
static int validate(const struct validation *v, struct system *sys)
{
	struct vsn_ctl_fabric spec = sys->topo;
	struct vsn_ctl *ctl = ctl_open();
	int status, err;

	if (!ctl) {
		system_free(sys);
		return EXIT_FAIL;
	}
	snprintf(spec.name, sizeof(spec.name), FABRIC "-%d", getpid());
	err = vsn_ctl_fabric_new(ctl, &spec, true);
	if (err) {
		ctl_failed(ctl, err, "fabric %s of %s", spec.name, sys->path);
		system_free(sys);
		return EXIT_FAIL;
	}
	status = validate_on(v, sys, spec.name);
	err = vsn_ctl_fabric_del(ctl, spec.name);
	if (err && !status)
		status = ctl_failed(ctl, err, "fabric %s", spec.name);
	return status;
}

static bool has_rows(struct validation *v, const struct system *sys)
{
	size_t i;

	for (i = 0; i < sys->nr_published; i++) {
		if (is_asked(v, &sys->published[i])) {
			v->nr++;
			return true;
		}
	}
	return false;
}

/* Of all systems: those without rows are passed over; the rest are looked at in any case. */
static int validate_path(const char *path, void *arg)
{
	struct system *sys = system_load(path);
	struct validation *v = arg;
	int status = EXIT_FAIL;

	if (sys && !has_rows(v, sys)) {
		system_free(sys);
		return 0;
	}
	if (sys)
		status = validate(v, sys);
	if (!v->status)
		v->status = status;
	return bench_stopped();
}

static void validate_named(struct validation *v, const char *name)
{
	struct system *sys = system_load(name);
	int status = EXIT_FAIL;

	if (sys && !has_rows(v, sys)) {
		if (v->row)
			msg("%s: no published row '%s' that says how to measure it", sys->path,
			    v->row);
		else
			msg("%s: no published row says how to measure it", sys->path);
		system_free(sys);
	} else if (sys) {
		status = validate(v, sys);
	}
	if (!v->status)
		v->status = status;
}

int cmd_validate(int argc, char **argv)
{
	struct validation v = { .median = SYS_NO_BOUND, .worst = SYS_NO_BOUND };
	struct args a = { .argc = argc, .argv = argv };
	int nr = 0, i, status;

	/* Systems first, then which rows and bounds */
	while (nr < argc && strcmp(argv[nr], "row") && strcmp(argv[nr], "median") &&
	       strcmp(argv[nr], "worst"))
		nr++;
	a.argc -= nr;
	a.argv += nr;
	while (!a.status && a.argc) {
		if (!v.row && arg_is(&a, "row"))
			v.row = arg_need(&a, "row: a name");
		else if (v.median == SYS_NO_BOUND && arg_is(&a, "median"))
			v.median = arg_unit(&a, "median", UNIT_RATIO);
		else if (v.worst == SYS_NO_BOUND && arg_is(&a, "worst"))
			v.worst = arg_unit(&a, "worst", UNIT_RATIO);
		else
			arg_unknown(&a, "row median worst");
	}
	if (a.status)
		return a.status;
	/* Its fabrics are not left behind. */
	bench_catch_signals();
	out_begin();
	for (i = 0; i < nr && !bench_stopped(); i++)
		validate_named(&v, argv[i]);
	if (!nr && system_each(validate_path, &v) && !v.status)
		v.status = EXIT_FAIL;
	if (!v.nr && v.row && !v.status) {
		msg("no system has a published row '%s' that says how to measure it", v.row);
		v.status = EXIT_FAIL;
	}
	status = cmd_done();
	return v.status ? v.status : status;
}
