// SPDX-License-Identifier: GPL-2.0
/* vsn region */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "homes.h"
#include "out.h"
#include "show.h"

static int homes_add(struct homes *h, uint32_t id)
{
	if (h->count == h->room) {
		size_t room = h->room ? 2 * h->room : 64;
		void *p = realloc(h->id, room * sizeof(*h->id));

		if (!p) {
			msg("out of memory");
			return -1;
		}
		h->id = p;
		h->room = room;
	}
	h->id[h->count++] = id;
	return 0;
}

static int homes_add_endpoint(const struct vsn_ctl_endpoint *e, void *arg)
{
	return homes_add(arg, e->id) ? 1 : 0;
}

/* "all", or a kind: all endpoints of it */
static int homes_add_kind(struct homes *h, struct vsn_ctl *ctl, const char *fabric, uint32_t kind)
{
	struct vsn_ctl_endpoint_filter filter = { .kind = kind };
	int err = vsn_ctl_endpoint_list(ctl, fabric, &filter, homes_add_endpoint, h);

	if (err < 0)
		return ctl_failed(ctl, err, "fabric %s", fabric);
	return err ? EXIT_FAIL : EXIT_OK;
}

/* ID or ID-ID; false: it is neither */
static bool homes_add_ids(struct homes *h, const char *word, int *status)
{
	unsigned long long first, last;
	char *end;

	if (!isdigit((unsigned char)word[0]))
		return false;
	first = strtoull(word, &end, 10);
	last = first;
	if (*end == '-' && isdigit((unsigned char)end[1]))
		last = strtoull(end + 1, &end, 10);
	if (*end || last >= UINT32_MAX)
		return false;
	if (first > last || last - first >= 1U << 20) {
		msg("%s: '%s' is no range of ids", h->what, word);
		*status = EXIT_USAGE;
		return true;
	}
	for (; first <= last && !*status; first++)
		*status = homes_add(h, first) ? EXIT_FAIL : EXIT_OK;
	return true;
}

/* Those of a kind that have a digit from @first to @last in a dimension; false: none can */
static bool homes_add_digits(struct homes *h, const struct vsn_ctl_fabric *f,
			     const struct vsn_ctl_kind *kind, const char *dim,
			     unsigned long first, unsigned long last, int *status)
{
	uint32_t below = 1, size = 0, i;
	size_t k, d;

	/* The digits behind it, the innermost ones, count below it. */
	for (k = kind->nr_dims; k-- > 0;) {
		for (d = 0; d < f->nr_dims; d++)
			if (!strcmp(f->dims[d].name, kind->dims[k]))
				size = f->dims[d].size;
		if (!strcmp(kind->dims[k], dim))
			break;
		below *= size;
	}
	if (k == SIZE_MAX || first > last || last >= size)
		return false;
	for (i = 0; i < kind->count && !*status; i++)
		if (i / below % size >= first && i / below % size <= last)
			*status = homes_add(h, kind->base + i) ? EXIT_FAIL : EXIT_OK;
	return true;
}

/* DIM=DIGIT or DIM=DIGIT-DIGIT */
static int homes_add_dim(struct homes *h, struct vsn_ctl *ctl, const char *fabric,
			 const char *word)
{
	const char *equals = strchr(word, '=');
	struct vsn_ctl_fabric *f;
	unsigned long first, last;
	int err, status = EXIT_OK;
	char dim[VSN_CTL_NAME];
	bool any = false;
	char *end;
	size_t i;

	snprintf(dim, sizeof(dim), "%.*s", (int)(equals - word), word);
	first = strtoul(equals + 1, &end, 10);
	last = first;
	if (*end == '-' && isdigit((unsigned char)end[1]))
		last = strtoul(end + 1, &end, 10);
	if (!isdigit((unsigned char)equals[1]) || *end) {
		msg("%s: '%s' is no dimension and its digits", h->what, word);
		return EXIT_USAGE;
	}
	err = vsn_ctl_fabric_get(ctl, fabric, &f);
	if (err)
		return ctl_failed(ctl, err, "fabric %s", fabric);
	for (i = 0; i < f->nr_kinds && !status; i++)
		any |= homes_add_digits(h, f, &f->kinds[i], dim, first, last, &status);
	vsn_ctl_fabric_free(f);
	if (!any) {
		msg("%s: '%s': fabric %s has no such endpoints", h->what, word, fabric);
		return EXIT_FAIL;
	}
	return status;
}

static int homes_add_word(struct homes *h, struct vsn_ctl *ctl, const char *fabric,
			  const char *word)
{
	struct vsn_ctl_endpoint e;
	int status = EXIT_OK;
	int err;

	if (!strcmp(word, "all"))
		return homes_add_kind(h, ctl, fabric, 0);
	if (vsn_ctl_kind_value(word))
		return homes_add_kind(h, ctl, fabric, vsn_ctl_kind_value(word));
	if (homes_add_ids(h, word, &status))
		return status;
	if (strchr(word, '='))
		return homes_add_dim(h, ctl, fabric, word);
	err = vsn_ctl_endpoint_get(ctl, fabric, word, &e);
	if (err)
		return ctl_failed(ctl, err, "%s %s", h->what, word);
	return homes_add(h, e.id) ? EXIT_FAIL : EXIT_OK;
}

int homes_parse(struct homes *h, struct vsn_ctl *ctl, const char *fabric, const char *list)
{
	char *copy = strdup(list), *rest = copy, *word;
	int status = EXIT_OK;

	if (!copy) {
		msg("out of memory");
		return EXIT_FAIL;
	}
	while (!status && (word = strsep(&rest, ","))) {
		if (*word) {
			status = homes_add_word(h, ctl, fabric, word);
		} else {
			msg("%s: '%s' has an empty name", h->what, list);
			status = EXIT_USAGE;
		}
	}
	free(copy);
	return status;
}

static int region_new(const char *fabric, struct vsn_ctl_region_spec *spec, const char *list)
{
	struct vsn_ctl *ctl = ctl_open();
	struct homes homes = { .what = "home" };
	struct vsn_ctl_region *region;
	int err;

	if (!ctl)
		return EXIT_FAIL;
	err = homes_parse(&homes, ctl, fabric, list);
	if (err)
		goto free_homes;
	spec->homes = homes.id;
	spec->nr_homes = homes.count;
	err = vsn_ctl_region_add(ctl, fabric, spec, &region);
	if (err) {
		err = ctl_failed(ctl, err, "region of fabric %s", fabric);
		goto free_homes;
	}
	out_begin();
	show_region(region);
	vsn_ctl_region_free(region);
	err = cmd_done();
free_homes:
	free(homes.id);
	return err;
}

static int region_add(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct vsn_ctl_region_spec spec = { 0 };
	char fabric[VSN_CTL_NAME], partition[VSN_CTL_NAME];
	const char *homes = NULL;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	while (!a.status && a.argc) {
		if (!spec.size && arg_is(&a, "size")) {
			spec.size = arg_unit(&a, "size", UNIT_SIZE);
			if (!spec.size)
				arg_error(&a, "size is 0");
		} else if (!homes && arg_is(&a, "home")) {
			homes = arg_need(&a, "home");
		} else if (!spec.granule && arg_is(&a, "granule")) {
			spec.granule = arg_unit(&a, "granule", UNIT_SIZE);
			if (!spec.granule)
				arg_error(&a, "granule is 0");
		} else if (!spec.huge && arg_is(&a, "huge")) {
			spec.huge = true;
		} else if (!spec.partition && arg_is(&a, "partition")) {
			arg_name(&a, "name of the partition", partition, sizeof(partition));
			spec.partition = partition;
		} else {
			arg_unknown(&a, "size home granule huge partition");
		}
	}
	if (!spec.size)
		arg_error(&a, "size is missing");
	if (!homes)
		arg_error(&a, "home is missing");
	return a.status ? a.status : region_new(fabric, &spec, homes);
}

static int region_each(const struct vsn_ctl_region *region, void *arg)
{
	(void)arg;
	show_region(region);
	return 0;
}

static int region_show(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME], partition[VSN_CTL_NAME] = "";
	struct vsn_ctl_region *region;
	struct vsn_ctl *ctl;
	uint32_t id = 0;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	if (arg_is(&a, "partition")) {
		arg_name(&a, "name of the partition", partition, sizeof(partition));
	} else if (a.argc) {
		arg_is(&a, "id");
		id = arg_number(&a, "id", 1, UINT32_MAX);
	}
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (!id) {
		err = vsn_ctl_region_list_of(ctl, fabric, partition[0] ? partition : NULL,
					     region_each, NULL);
		if (err)
			return ctl_failed(ctl, err, "fabric %s", fabric);
		return cmd_done();
	}
	err = vsn_ctl_region_get(ctl, fabric, id, &region);
	if (err)
		return ctl_failed(ctl, err, "region %u of fabric %s", id, fabric);
	show_region(region);
	vsn_ctl_region_free(region);
	return cmd_done();
}

static int region_del(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct vsn_ctl *ctl;
	uint32_t id;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_is(&a, "id");
	id = arg_number(&a, "id", 1, UINT32_MAX);
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_region_del(ctl, fabric, id);
	return err ? ctl_failed(ctl, err, "region %u of fabric %s", id, fabric) : EXIT_OK;
}

static const struct cmd commands[] = {
	{ "add", region_add,
	  "FABRIC size SIZE home HOME[,HOME...] [ granule SIZE ] [ huge ] [ partition NAME ]" },
	{ "show", region_show, "FABRIC [ ID | partition NAME ]" },
	{ "del", region_del, "FABRIC ID" },
	{ NULL, NULL, NULL },
};

int cmd_region(int argc, char **argv)
{
	return cmd_run(commands, "region", argc, argv);
}
