// SPDX-License-Identifier: GPL-2.0
/*
 * vsn bench coll: collectives, in the columns of nccl-tests
 *
 * "size" is what nccl-tests calls so: bytes of a rank's buffer, the larger of the two
 * where they differ; "count" elements of what it passes to the call.  algbw is size /
 * time, and busbw that times a factor by which it can be compared with the bandwidth of
 * a link, whatever the number of ranks (nccl-tests' PERFORMANCE.md).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench_coll.h"
#include "out.h"

#define LIBRARY		"coll"
#define WORDS		"a collective, or algo size min max factor type op ranks root group " \
			"channels chunk data no-data damage"
#define DEFAULT_RANKS	128
#define DEFAULT_MIN	1024ULL
#define DEFAULT_MAX	(4ULL << 20)
#define DEFAULT_MAX_TIME (256ULL << 20)		/* without bytes */
#define MAX_SIZE	(64ULL << 30)

static const char * const type_names[] = {
	[VSN_REDUCE_I32] = "i32",
	[VSN_REDUCE_I64] = "i64",
	[VSN_REDUCE_F32] = "f32",
	[VSN_REDUCE_BF16] = "bf16",
};

static const char * const op_names[] = {
	[VSN_REDUCE_SUM] = "sum",
	[VSN_REDUCE_MIN] = "min",
	[VSN_REDUCE_MAX] = "max",
};

/* What a size must be a multiple of */
static uint64_t unit(const struct coll *c)
{
	return vsn_coll_element(c->spec.type) * (coll_has_blocks(c) ? c->spec.ranks : 1ULL);
}

/* A size that can be had, no larger unless it would be nothing */
static uint64_t settle_size(const struct coll *c, uint64_t size)
{
	return size < unit(c) ? unit(c) : size - size % unit(c);
}

static uint64_t rate(uint64_t bytes, uint64_t ps)
{
	return ps ? (__uint128_t)bytes * 1000000000000ULL / ps : 0;
}

/* PERFORMANCE.md of nccl-tests */
static uint64_t bus_rate(const struct coll *c)
{
	uint64_t algbw = rate(c->spec.bytes, c->time), n = c->spec.ranks;

	switch (c->spec.kind) {
	case VSN_COLL_ALL_REDUCE:
		return (__uint128_t)algbw * 2 * (n - 1) / n;
	case VSN_COLL_BROADCAST:
		return algbw;
	default:
		return (__uint128_t)algbw * (n - 1) / n;
	}
}

static uint64_t count(const struct coll *c)
{
	return c->spec.bytes / unit(c);
}

static void print_head(const struct coll *c)
{
	const struct vsn_coll_spec *s = &c->spec;
	char line[256];

	snprintf(line, sizeof(line), "%s: %s, %s, %" PRIu32 " ranks%s", c->b->name,
		 vsn_coll_kind_name(s->kind), vsn_coll_algo_name(s->algo), s->ranks,
		 c->data ? "" : "; time only (data no)");
	out_line(0, line);
	if (out_is_json()) {
		out_str("fabric", NULL, c->b->name);
		out_str("collective", NULL, vsn_coll_kind_name(s->kind));
		out_str("algorithm", NULL, vsn_coll_algo_name(s->algo));
		out_u64("ranks", NULL, s->ranks);
		out_unit("launch", NULL, UNIT_TIME, s->launch);
		out_unit("step", NULL, UNIT_TIME, s->step);
	}
	out_line(0, NULL);
	cell_head(12, "size");
	cell_head(12, "count");
	cell_head(6, "type");
	cell_head(6, "redop");
	cell_head(12, "time");
	cell_head(8, "algbw");
	cell_head(8, "busbw");
	cell_head(8, "#wrong");
	out_line(0, NULL);
	cell_head(12, "(B)");
	cell_head(12, "(elements)");
	cell_head(6, "");
	cell_head(6, "");
	cell_head(12, "(us)");
	cell_head(8, "(GB/s)");
	cell_head(8, "(GB/s)");
	out_array("sizes");
}

static void print_size(const struct coll *c)
{
	out_object(NULL);
	out_line(0, NULL);
	cell_u64("size", 12, c->spec.bytes);
	cell_u64("count", 12, count(c));
	cell_str("type", 6, type_names[c->spec.type]);
	cell_str("redop", 6, coll_reduces(c) ? op_names[c->spec.op] : "none");
	cell_us("time", 12, c->time);
	cell_gbs("algbw", 8, rate(c->spec.bytes, c->time));
	cell_gbs("busbw", 8, bus_rate(c));
	if (c->data)
		cell_u64("wrong", 8, c->wrong);
	else
		cell_str(NULL, 8, "N/A");
	if (out_is_json())
		out_u64("operations", NULL, c->ops);
	out_object_end();
}

static int measure(struct coll *c)
{
	int status = EXIT_OK;

	if (c->data)
		status = coll_data_fill(c);
	if (!status)
		status = coll_run(c);
	if (!status && c->data)
		status = coll_data_check(c);
	c->wrong_sum += c->wrong;
	return status;
}

static int measure_all(struct coll *c)
{
	uint64_t size, last = 0, sum = 0, nr = 0;
	char line[128];
	int status = EXIT_OK;

	out_begin();
	out_object(NULL);
	print_head(c);
	for (size = c->min; size <= c->max && !status; size *= c->factor) {
		c->spec.bytes = settle_size(c, size);
		if (c->spec.bytes == last)
			continue;
		last = c->spec.bytes;
		status = measure(c);
		if (status)
			break;
		print_size(c);
		sum += bus_rate(c);
		nr++;
	}
	out_array_end();
	if (!status) {
		snprintf(line, sizeof(line), "average busbw %.2f GB/s%s", nr ? sum / nr / 1e9 : 0,
			 c->data ? "" : ", nothing verified");
		out_line(0, line);
		if (out_is_json())
			out_unit("busbw", NULL, UNIT_RATE, nr ? sum / nr : 0);
		if (c->data) {
			snprintf(line, sizeof(line), "%" PRIu64 " elements wrong", c->wrong_sum);
			out_line(0, line);
			if (out_is_json())
				out_u64("wrong", NULL, c->wrong_sum);
		}
	}
	out_object_end();
	if (status) {
		cmd_done();
		return status;
	}
	status = cmd_done();
	return status ? status : c->wrong_sum ? EXIT_FAIL : EXIT_OK;
}

/* One of the names, whose numbers are from @from on */
static uint32_t arg_one_of(struct args *a, const char *word, const char * const *names,
			   uint32_t from, uint32_t end)
{
	const char *value = arg_need(a, word);
	uint32_t i;

	if (!value)
		return from;
	for (i = from; i < end; i++)
		if (!strcmp(value, names[i]))
			return i;
	arg_error(a, "%s: there is no '%s'", word, value);
	return from;
}

static void read_kind(struct coll *c, struct args *a)
{
	uint32_t i;

	for (i = 0; i < VSN_COLL_NR_KINDS; i++) {
		if (arg_is(a, vsn_coll_kind_name(i))) {
			c->spec.kind = i;
			return;
		}
	}
}

static void read_algo(struct coll *c, struct args *a)
{
	const char *value = arg_need(a, "algo");
	uint32_t i;

	if (!value)
		return;
	for (i = VSN_COLL_RING; i < VSN_COLL_NR_ALGOS; i++)
		if (!strcmp(value, vsn_coll_algo_name(i)))
			break;
	if (i == VSN_COLL_NR_ALGOS)
		arg_error(a, "algo: there is no '%s'", value);
	c->spec.algo = i;
}

static bool arg_yes(struct args *a, const char *word)
{
	const char *value = arg_need(a, word);

	if (value && strcmp(value, "yes") && strcmp(value, "no"))
		arg_error(a, "%s: '%s' is neither yes nor no", word, value);
	return value && !strcmp(value, "yes");
}

static uint64_t arg_size(struct args *a, const char *word)
{
	uint64_t size = arg_unit(a, word, UNIT_SIZE);

	if (!size)
		arg_error(a, "%s: 0 B is no size", word);
	return size;
}

static void read_size(struct coll *c, struct args *a)
{
	c->min = arg_size(a, "size");
	c->max = c->min;
}

static void read_words(struct coll *c, struct args *a, const char **group)
{
	read_kind(c, a);
	while (!a->status && a->argc) {
		if (arg_is(a, "algo"))
			read_algo(c, a);
		else if (arg_is(a, "min"))
			c->min = arg_size(a, "min");
		else if (arg_is(a, "max"))
			c->max = arg_size(a, "max");
		else if (arg_is(a, "size"))
			read_size(c, a);
		else if (arg_is(a, "factor"))
			c->factor = arg_number(a, "factor", 2, 1024);
		else if (arg_is(a, "type"))
			c->spec.type = arg_one_of(a, "type", type_names, VSN_REDUCE_I32,
						  ARRAY_SIZE(type_names));
		else if (arg_is(a, "op"))
			c->spec.op = arg_one_of(a, "op", op_names, 0, ARRAY_SIZE(op_names));
		else if (arg_is(a, "ranks"))
			c->spec.ranks = arg_number(a, "ranks", 2, VSN_COLL_MAX_RANKS);
		else if (arg_is(a, "root"))
			c->spec.root = arg_number(a, "root", 0, VSN_COLL_MAX_RANKS - 1);
		else if (arg_is(a, "group"))
			*group = arg_need(a, "group");
		else if (arg_is(a, "channels"))
			c->spec.channels = arg_number(a, "channels", 1, VSN_COLL_MAX_RANKS);
		else if (arg_is(a, "chunk"))
			c->spec.chunk = arg_size(a, "chunk");
		else if (arg_is(a, "data"))
			c->data = arg_yes(a, "data");
		else if (arg_is(a, "no-data"))
			c->data = false;
		else if (arg_is(a, "damage"))
			c->damage = arg_number(a, "damage", 0, VSN_COLL_MAX_RANKS - 1);
		else
			arg_unknown(a, WORDS);
	}
}

/*
 * A number, or the dimension whose digit the ranks of a group share: those within it
 * count.  By default that is the outermost.
 */
static int settle_group(struct coll *c, const struct vsn_ctl_kind *k, const char *group)
{
	unsigned long number;
	size_t i, j;
	char *end;

	if (group && *group >= '0' && *group <= '9') {
		errno = 0;
		number = strtoul(group, &end, 10);
		if (!*end && !errno && number && number <= VSN_COLL_MAX_RANKS) {
			c->spec.group = number;
			return EXIT_OK;
		}
	}
	for (i = 0; i < k->nr_dims; i++) {
		if (group && strcmp(group, k->dims[i]))
			continue;
		c->spec.group = 1;
		for (j = i + 1; j < k->nr_dims; j++)
			c->spec.group *= bench_dim(c->b, k->dims[j]);
		return EXIT_OK;
	}
	msg("group: '%s' is neither a number up to %u nor a dimension of the accelerators",
	    group, VSN_COLL_MAX_RANKS);
	return EXIT_USAGE;
}

static bool has_reduction(const struct vsn_ctl_fabric *f)
{
	size_t i, j;

	for (i = 0; i < f->nr_networks; i++)
		for (j = 0; j < f->networks[i].nr_tiers; j++)
			if (f->networks[i].tiers[j].reduces)
				return true;
	return false;
}

/* Defaults that depend on the fabric, and what must fit together */
static int settle(struct coll *c, const char *group)
{
	const struct vsn_ctl_kind *k = bench_kind(c->b, VSN_ENDPOINT_KIND_ACCELERATOR);
	uint32_t accelerators = k ? k->count : 0;
	const struct sys_param *p;
	const char *why;

	if (c->spec.algo == VSN_COLL_DEFAULT)
		c->spec.algo = vsn_coll_default_algo(c->spec.kind);
	if (!c->spec.ranks)
		c->spec.ranks = accelerators < DEFAULT_RANKS ? accelerators : DEFAULT_RANKS;
	if (c->spec.ranks < 2 || c->spec.ranks > accelerators) {
		msg("ranks: from 2 up to the %" PRIu32 " accelerators of %s", accelerators,
		    c->b->name);
		return EXIT_USAGE;
	}
	if ((c->spec.algo == VSN_COLL_HIERARCHICAL || group) && settle_group(c, k, group))
		return EXIT_USAGE;
	if (c->spec.algo == VSN_COLL_SWITCH && !has_reduction(c->b->fabric)) {
		msg("switch: no tier of %s reduces", c->b->name);
		return EXIT_USAGE;
	}
	if (!c->max)
		c->max = c->data ? DEFAULT_MAX : DEFAULT_MAX_TIME;
	if (!c->min)
		c->min = c->max < DEFAULT_MIN ? c->max : DEFAULT_MIN;
	if (c->min > c->max || c->max > MAX_SIZE) {
		msg("max: from min up to 64 GiB");
		return EXIT_USAGE;
	}
	/* The smallest size that can be had may be larger. */
	if (c->max < unit(c))
		c->max = unit(c);
	if (c->damage >= c->spec.ranks || (c->damage >= 0 && !c->data)) {
		msg("damage: a rank, of those that are compared");
		return EXIT_USAGE;
	}
	if (c->b->sys) {
		p = system_param(c->b->sys, LIBRARY, "launch");
		c->spec.launch = p ? p->value_ps : 0;
		p = system_param(c->b->sys, LIBRARY, "step");
		c->spec.step = p ? p->value_ps : 0;
	}
	/* A step is that of a whole rank, so do not cut it unless told to. */
	if (c->spec.step && !c->spec.channels && c->spec.algo != VSN_COLL_DIRECT &&
	    c->spec.algo != VSN_COLL_SWITCH) {
		c->spec.channels = 1;
		if (!c->spec.chunk && c->spec.kind != VSN_COLL_BROADCAST)
			c->spec.chunk = VSN_OP_MAX_LEN;
	}
	c->spec.nodata = !c->data;
	c->spec.bytes = settle_size(c, c->min);
	why = vsn_coll_why(&c->spec);
	if (!why)
		return EXIT_OK;
	msg("%s: %s", vsn_coll_kind_name(c->spec.kind), why);
	return EXIT_USAGE;
}

/* Words as on the command line, with one size: its time, or its busbw */
int bench_coll_row(struct bench *b, const struct sys_published *row, struct args *a,
		   uint64_t *value)
{
	const char *group = NULL;
	struct coll c = {
		.b = b,
		.spec.type = VSN_REDUCE_F32,
		.factor = 2,
		.damage = -1,
	};
	int status;

	read_words(&c, a, &group);
	if (!a->status && (c.data || !c.min || c.min != c.max))
		arg_error(a, "one size is compared, without data");
	status = a->status ? a->status : settle(&c, group);
	if (status)
		return status;
	status = coll_setup(&c);
	if (!status)
		status = coll_run(&c);
	coll_teardown(&c);
	*value = row->unit == UNIT_TIME ? c.time : bus_rate(&c);
	return status;
}

int bench_coll(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	const char *group = NULL;
	char fabric[VSN_CTL_NAME];
	struct bench b = { 0 };
	struct coll c = {
		.b = &b,
		.spec.type = VSN_REDUCE_F32,
		.factor = 4,
		.data = true,
		.damage = -1,
	};
	int status;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	read_words(&c, &a, &group);
	if (a.status)
		return a.status;
	status = bench_open(&b, fabric);
	if (!status)
		status = settle(&c, group);
	if (!status) {
		status = coll_setup(&c);
		if (!status)
			status = measure_all(&c);
		coll_teardown(&c);
	}
	return bench_close(&b, status);
}
