// SPDX-License-Identifier: GPL-2.0
/* vsn region */
#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "homes.h"
#include "out.h"
#include "show.h"
#include "which.h"

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

/* Conditions that the CLI takes; more than the kernel does */
#define MAX_WHERE	128

/* What the words of "vsn region add" say */
struct add {
	struct vsn_ctl_region_spec spec;
	const char *homes;
	const char *near;
	struct vsn_ctl_where where[MAX_WHERE];
};

static int region_new(const char *fabric, struct add *add)
{
	struct vsn_ctl_region_spec *spec = &add->spec;
	struct vsn_ctl *ctl = ctl_open();
	struct homes homes = { .what = "home" };
	struct vsn_ctl_region *region;
	struct vsn_ctl_endpoint near;
	int err;

	if (!ctl)
		return EXIT_FAIL;
	if (add->near) {
		err = vsn_ctl_endpoint_get(ctl, fabric, add->near, &near);
		if (err)
			return ctl_failed(ctl, err, "near %s", add->near);
		spec->near = &near.id;
	}
	err = add->homes ? homes_parse(&homes, ctl, fabric, add->homes) : EXIT_OK;
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

static uint32_t arg_mode(struct args *a)
{
	const char *word = arg_need(a, "mode");
	int mode = word ? vsn_ctl_mode_value(word) : 0;

	if (mode < 0)
		arg_error(a, "mode '%s': want uncached, coherent or owned", word);
	return mode < 0 ? 0 : mode;
}

/* DIM=DIGIT */
static void add_where(struct args *a, struct add *add)
{
	const char *word = arg_need(a, "where"), *digit = word ? strchr(word, '=') : NULL;
	struct vsn_ctl_where *where = &add->where[add->spec.nr_where];
	unsigned long long value;

	if (!word)
		return;
	if (add->spec.nr_where == MAX_WHERE) {
		arg_error(a, "where: more than %u", MAX_WHERE);
		return;
	}
	if (!digit || digit == word || digit - word >= (ptrdiff_t)sizeof(where->dim) ||
	    !digit[1] || digit[1 + strspn(digit + 1, "0123456789")]) {
		arg_error(a, "where: '%s' is not DIMENSION=DIGIT", word);
		return;
	}
	value = strtoull(digit + 1, NULL, 10);
	if (value > UINT32_MAX) {
		arg_error(a, "where: '%s' has too large a digit", word);
		return;
	}
	memcpy(where->dim, word, digit - word);
	where->dim[digit - word] = '\0';
	where->digit = value;
	add->spec.nr_where++;
	add->spec.where = add->where;
}

/* Words about the homes; false: it is none of them */
static bool add_homes(struct args *a, struct add *add)
{
	struct vsn_ctl_region_spec *spec = &add->spec;
	const char *word;

	if (!add->homes && arg_is(a, "home")) {
		add->homes = arg_need(a, "home");
	} else if (!spec->policy && arg_is(a, "policy")) {
		word = arg_need(a, "policy");
		spec->policy = word ? vsn_ctl_placement_value(word) : 0;
		if (word && !spec->policy)
			arg_error(a, "unknown policy '%s', it may be: %s", word,
				  "list home interleave local spread");
	} else if (!spec->kind && arg_is(a, "kind")) {
		word = arg_need(a, "kind");
		spec->kind = word ? vsn_ctl_kind_value(word) : 0;
		if (word && !spec->kind)
			arg_error(a, "unknown kind '%s', it may be: accelerator host memory", word);
	} else if (arg_is(a, "where")) {
		add_where(a, add);
	} else if (!add->near && arg_is(a, "near")) {
		add->near = arg_need(a, "near");
	} else if (!spec->count && arg_is(a, "count")) {
		spec->count = arg_number(a, "count", 1, UINT32_MAX);
	} else {
		return false;
	}
	return true;
}

static const char add_words[] =
	"size home policy kind where near count granule huge name mode dir-granule partition";

static int region_add(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	struct add add = { .homes = NULL };
	struct vsn_ctl_region_spec *spec = &add.spec;
	char fabric[VSN_CTL_NAME], partition[VSN_CTL_NAME];

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	while (!a.status && a.argc) {
		if (add_homes(&a, &add))
			continue;
		if (!spec->size && arg_is(&a, "size")) {
			spec->size = arg_unit(&a, "size", UNIT_SIZE);
			if (!spec->size)
				arg_error(&a, "size is 0");
		} else if (!spec->granule && arg_is(&a, "granule")) {
			spec->granule = arg_unit(&a, "granule", UNIT_SIZE);
			if (!spec->granule)
				arg_error(&a, "granule is 0");
		} else if (!spec->huge && arg_is(&a, "huge")) {
			spec->huge = true;
		} else if (!spec->name && arg_is(&a, "name")) {
			spec->name = arg_need(&a, "name");
		} else if (!spec->mode && arg_is(&a, "mode")) {
			spec->mode = arg_mode(&a);
		} else if (!spec->dir_granule && arg_is(&a, "dir-granule")) {
			spec->dir_granule = arg_unit(&a, "dir-granule", UNIT_SIZE);
			if (!spec->dir_granule)
				arg_error(&a, "dir-granule is 0");
		} else if (!spec->partition && arg_is(&a, "partition")) {
			arg_name(&a, "name of the partition", partition, sizeof(partition));
			spec->partition = partition;
		} else {
			arg_unknown(&a, add_words);
		}
	}
	if (!spec->size)
		arg_error(&a, "size is missing");
	if (!add.homes && (!spec->policy || spec->policy == VSN_PLACEMENT_LIST))
		arg_error(&a, "home is missing");
	return a.status ? a.status : region_new(fabric, &add);
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
	struct which which = { NULL, 0 };
	char fabric[VSN_CTL_NAME], partition[VSN_CTL_NAME] = "";
	struct vsn_ctl_region *region;
	struct vsn_ctl *ctl;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	if (arg_is(&a, "partition"))
		arg_name(&a, "name of the partition", partition, sizeof(partition));
	else if (a.argc)
		arg_region(&a, &which);
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	out_begin();
	if (!which.name && !which.id) {
		err = vsn_ctl_region_list_of(ctl, fabric, partition[0] ? partition : NULL,
					     region_each, NULL);
		if (err)
			return ctl_failed(ctl, err, "fabric %s", fabric);
		return cmd_done();
	}
	err = which_get(ctl, fabric, &which, &region);
	if (err)
		return which_failed(ctl, err, &which, fabric);
	show_region(region);
	vsn_ctl_region_free(region);
	return cmd_done();
}

static int region_del(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct which which;
	struct vsn_ctl *ctl;
	bool force;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_region(&a, &which);
	force = arg_is(&a, "force");
	arg_end(&a);
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = vsn_ctl_region_remove(ctl, fabric, which.name, which.id, force);
	return err ? which_failed(ctl, err, &which, fabric) : EXIT_OK;
}

static int region_mark(int argc, char **argv, bool heal)
{
	struct args a = { .argc = argc, .argv = argv };
	uint64_t offset = 0, size = 0;
	char fabric[VSN_CTL_NAME];
	bool from = false;
	struct which which;
	struct vsn_ctl *ctl;
	uint32_t id;
	int err;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	arg_region(&a, &which);
	while (!a.status && a.argc) {
		if (!from && arg_is(&a, "offset")) {
			offset = arg_unit(&a, "offset", UNIT_SIZE);
			from = true;
		} else if (!size && arg_is(&a, "size")) {
			size = arg_unit(&a, "size", UNIT_SIZE);
			if (!size)
				arg_error(&a, "size is 0");
		} else {
			arg_unknown(&a, "offset size");
		}
	}
	if (a.status)
		return a.status;
	ctl = ctl_open();
	if (!ctl)
		return EXIT_FAIL;
	err = which_id(ctl, fabric, &which, &id);
	if (!err)
		err = vsn_ctl_region_poison(ctl, fabric, id, offset, size, heal);
	return err ? which_failed(ctl, err, &which, fabric) : EXIT_OK;
}

static int region_poison(int argc, char **argv)
{
	return region_mark(argc, argv, false);
}

static int region_heal(int argc, char **argv)
{
	return region_mark(argc, argv, true);
}

static const struct cmd commands[] = {
	{ "add", region_add, "FABRIC size SIZE { home HOME[,HOME...] | policy POLICY\n"
		"                  [ kind KIND ] [ where DIMENSION=DIGIT ]... [ near ENDPOINT ]\n"
		"                  [ count N ] } [ granule SIZE ] [ huge ] [ name NAME ]\n"
		"                  [ mode { uncached | coherent | owned } ] [ dir-granule SIZE ]\n"
		"                  [ partition NAME ]" },
	{ "show", region_show, "FABRIC [ ID | NAME | partition NAME ]" },
	{ "del", region_del, "FABRIC { ID | NAME } [ force ]" },
	{ "poison", region_poison, "FABRIC { ID | NAME } [ offset SIZE ] [ size SIZE ]" },
	{ "heal", region_heal, "FABRIC { ID | NAME } [ offset SIZE ] [ size SIZE ]" },
	{ NULL, NULL, NULL },
};

int cmd_region(int argc, char **argv)
{
	return cmd_run(commands, "region", argc, argv);
}
