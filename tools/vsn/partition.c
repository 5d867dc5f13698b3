// SPDX-License-Identifier: GPL-2.0
/* vsn partition */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "homes.h"
#include "out.h"
#include "show.h"

static int id_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Endpoints as runs of ids, in an array that the caller frees. */
static int make_runs(const struct homes *h, struct vsn_ctl_partition_spec *spec)
{
	struct vsn_ctl_run *runs = calloc(h->count, sizeof(*runs));
	size_t i, n = 0;

	if (!runs) {
		msg("out of memory");
		return EXIT_FAIL;
	}
	qsort(h->id, h->count, sizeof(*h->id), id_cmp);
	for (i = 0; i < h->count; i++) {
		/* What was named twice is one endpoint. */
		if (n && h->id[i] <= runs[n - 1].last + 1)
			runs[n - 1].last = h->id[i];
		else
			runs[n++] = (struct vsn_ctl_run){ h->id[i], h->id[i] };
	}
	spec->runs = runs;
	spec->nr_runs = n;
	return EXIT_OK;
}

/* What a partition may have at the most, as far as words of the command say it */
struct limits {
	bool have_quota;
	bool have_resident;
	uint64_t quota;
	uint64_t resident;
};

/* "quota SIZE" or "resident SIZE", each once: was it one of them? */
static bool arg_limit(struct args *a, struct limits *l)
{
	if (!l->have_quota && arg_is(a, "quota")) {
		l->quota = arg_unit(a, "quota", UNIT_SIZE);
		l->have_quota = true;
	} else if (!l->have_resident && arg_is(a, "resident")) {
		l->resident = arg_unit(a, "resident", UNIT_SIZE);
		l->have_resident = true;
	} else {
		return false;
	}
	return true;
}

static int partition_failed(const struct vsn_ctl *ctl, int err, const char *fabric,
			    const char *name)
{
	return ctl_failed(ctl, err, "partition %s of fabric %s", name, fabric);
}

static int partition_new(const char *fabric, struct vsn_ctl_partition_spec *spec,
			 const char *list)
{
	struct homes homes = { .what = "endpoints" };
	struct vsn_ctl_partition *partition;
	struct vsn_ctl *ctl = ctl_open();
	int err;

	if (!ctl)
		return EXIT_FAIL;
	err = homes_parse(&homes, ctl, fabric, list);
	if (!err)
		err = make_runs(&homes, spec);
	if (err)
		goto free_homes;
	err = vsn_ctl_partition_add(ctl, fabric, spec, &partition);
	free((void *)spec->runs);
	if (err) {
		err = partition_failed(ctl, err, fabric, spec->name);
		goto free_homes;
	}
	out_begin();
	show_partition(partition);
	vsn_ctl_partition_free(partition);
	err = cmd_done();
free_homes:
	free(homes.id);
	return err;
}

/* FABRIC NAME */
static void arg_both(struct args *a, char *fabric, char *name)
{
	arg_name(a, "name of the fabric", fabric, VSN_CTL_NAME);
	arg_name(a, "name of the partition", name, VSN_CTL_NAME);
}

static int partition_add(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_partition_spec spec = { .name = "" };
	char fabric[VSN_CTL_NAME];
	struct limits limits = { 0 };
	const char *list = NULL;

	arg_both(&a, fabric, spec.name);
	while (!a.status && a.argc) {
		if (!list && arg_is(&a, "endpoints"))
			list = arg_need(&a, "endpoints");
		else if (!arg_limit(&a, &limits))
			arg_unknown(&a, "endpoints quota resident");
	}
	spec.quota = limits.quota;
	spec.resident_max = limits.resident;
	if (!list)
		arg_error(&a, "endpoints are missing");
	return a.status ? a.status : partition_new(fabric, &spec, list);
}

static int partition_set(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME], name[VSN_CTL_NAME];
	struct limits limits = { 0 };
	struct vsn_ctl *ctl;
	int err;

	arg_both(&a, fabric, name);
	while (!a.status && a.argc) {
		if (!arg_limit(&a, &limits))
			arg_unknown(&a, "quota resident");
	}
	if (!limits.have_quota && !limits.have_resident)
		arg_error(&a, "nothing to set");
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_partition_set(ctl, fabric, name, limits.have_quota ? &limits.quota : NULL,
				    limits.have_resident ? &limits.resident : NULL);
	return err ? partition_failed(ctl, err, fabric, name) : EXIT_OK;
}

static int partition_each(const struct vsn_ctl_partition *partition, void *arg)
{
	(void)arg;
	show_partition(partition);
	return 0;
}

static int partition_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME], name[VSN_CTL_NAME] = "";
	struct vsn_ctl_partition *partition;
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	if (a.argc)
		arg_name(&a, "name of the partition", name, sizeof(name));
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (!name[0]) {
		err = vsn_ctl_partition_list(ctl, fabric, partition_each, NULL);
		if (err)
			return ctl_failed(ctl, err, "fabric %s", fabric);
		return cmd_done();
	}
	err = vsn_ctl_partition_get(ctl, fabric, name, &partition);
	if (err)
		return partition_failed(ctl, err, fabric, name);
	show_partition(partition);
	vsn_ctl_partition_free(partition);
	return cmd_done();
}

static int partition_del(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME], name[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	int err;

	arg_both(&a, fabric, name);
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_partition_del(ctl, fabric, name);
	return err ? partition_failed(ctl, err, fabric, name) : EXIT_OK;
}

static const struct cmd commands[] = {
	{ "add", partition_add,
	  "FABRIC NAME endpoints ENDPOINT[,ENDPOINT...] [ quota SIZE ] [ resident SIZE ]" },
	{ "show", partition_show, "FABRIC [ NAME ]" },
	{ "set", partition_set, "FABRIC NAME [ quota SIZE ] [ resident SIZE ]" },
	{ "del", partition_del, "FABRIC NAME" },
	{ NULL, NULL, NULL },
};

int cmd_partition(int argc, char **argv)
{
	return cmd_run(commands, "partition", argc, argv);
}
