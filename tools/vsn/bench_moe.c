// SPDX-License-Identifier: GPL-2.0
/* vsn bench moe: expert-parallel dispatch and combine */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_moe.h"
#include "out.h"

#define LIBRARY		"moe"
#define MIN_RANKS	8
#define MAX_RANKS	4096
#define BUSIEST		5

/* What the published figures were measured with */
#define DEFAULT_RANKS	256
#define DEFAULT_TOKENS	128
#define DEFAULT_HIDDEN	7168
#define DEFAULT_TOPK	8
#define DEFAULT_EXPERTS	256

static const char * const phase_names[] = {
	[MOE_DISPATCH] = "dispatch",
	[MOE_COMBINE] = "combine",
};

static const char * const software[] = { "launch", "per_peer", "per_copy" };

static uint64_t software_value(const struct bench *b, const char *name)
{
	const struct sys_param *p = b->sys ? system_param(b->sys, LIBRARY, name) : NULL;

	return p ? p->value_ps : 0;
}

static void take_software(struct moe *m)
{
	const struct bench *b = m->b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(software); i++)
		if (!b->sys || !system_param(b->sys, LIBRARY, software[i]))
			msg("warning: no '%s' of library '%s' in the system file: taken as 0",
			    software[i], LIBRARY);
	m->launch = software_value(b, "launch");
	m->per_peer = software_value(b, "per_peer");
	m->per_copy = software_value(b, "per_copy");
}

/* Enough for every rank to have as many: 256, or the next multiple of the ranks */
static uint32_t default_experts(uint32_t ranks)
{
	return (DEFAULT_EXPERTS + ranks - 1) / ranks * ranks;
}

static bool as_published(const struct moe *m)
{
	return m->tokens == DEFAULT_TOKENS && m->hidden == DEFAULT_HIDDEN &&
	       m->topk == DEFAULT_TOPK && m->experts == default_experts(m->nr_ranks);
}

/* Memory that the run will touch, and the limits; a run that fails half way helps nobody. */
static int check_memory(struct moe *m)
{
	const char * const whose[] = { m->b->name, NULL };
	char need_text[UNIT_TEXT], limit_text[UNIT_TEXT];
	uint64_t need = m->b->fabric->resident;
	struct vsn_ctl_limit limit;
	uint32_t i;
	size_t j;
	int err;

	for (i = 0; m->data && i < m->nr_ranks; i++) {
		uint64_t page = moe_page(m, &m->ranks[i]);

		need += (m->ranks[i].size + page - 1) / page * page;
	}
	for (j = 0; m->data && j < ARRAY_SIZE(whose); j++) {
		err = vsn_ctl_limit_get(m->b->ctl, whose[j], &limit);
		if (err)
			return ctl_failed(m->b->ctl, err, "limit");
		if (need <= limit.resident)
			continue;
		msg("%s of memory are needed, the limit of %s is %s: raise it, or use fewer ranks",
		    unit_format(need_text, UNIT_SIZE, need), whose[j] ? whose[j] : "the module",
		    unit_format(limit_text, UNIT_SIZE, limit.resident));
		return EXIT_FAIL;
	}
	return EXIT_OK;
}

/* Both phases; @traffic: of both of them. */
static int run_phases(struct moe *m, struct traffic *traffic)
{
	struct traffic before = { 0 };
	enum moe_phase phase;
	uint64_t wire = 0;
	int status;

	memset(traffic, 0, sizeof(*traffic));
	status = traffic_read(m->b, &before);
	if (!status && m->data)
		status = moe_data_fill(m);
	for (phase = 0; !status && phase < MOE_NR_PHASES; phase++) {
		status = moe_run(m, phase);
		if (!status && m->data)
			status = moe_data_check(m, phase);
		wire += m->result[phase].wire;
	}
	if (!status)
		status = traffic_read(m->b, traffic);
	traffic_since(traffic, &before);
	traffic_free(&before);
	if (!status && traffic_wire(traffic) != wire) {
		msg("links carried %" PRIu64 " bytes, but completions tell of %" PRIu64
		    ": is something else at work on %s?", traffic_wire(traffic), wire, m->b->name);
		status = EXIT_FAIL;
	}
	return status;
}

static int run(struct moe *m, struct traffic *traffic)
{
	int status;

	memset(traffic, 0, sizeof(*traffic));
	status = moe_plan(m);
	if (!status)
		status = check_memory(m);
	if (!status) {
		status = moe_setup(m);
		if (!status)
			status = run_phases(m, traffic);
		moe_teardown(m);
	}
	moe_plan_free(m);
	return status;
}

static const struct sys_published *published_row(const struct moe *m, enum moe_phase phase)
{
	if (!as_published(m))
		return NULL;
	return bench_published(m->b, LIBRARY "-%s-ep%" PRIu32, phase_names[phase], m->nr_ranks);
}

static void print_comparison(const struct moe *m, enum moe_phase phase)
{
	const struct sys_published *p = published_row(m, phase);
	uint64_t time = m->result[phase].time;

	cell_us("time", 12, time);
	if (!p)
		return;
	cell_us("published", 12, p->value);
	cell_error("error", 9, system_error(p, time));
	cell_str("row", 0, system_fitted(m->b->sys, p) ? "fitted" : "predicted");
}

static void head_comparison(const char *first, bool published)
{
	out_line(0, NULL);
	cell_head(-20, first);
	cell_head(12, "modelled us");
	if (!published)
		return;
	cell_head(12, "published us");
	cell_head(9, "error");
	cell_head(0, "row");
}

static void print_phase(const struct moe *m, enum moe_phase phase)
{
	const struct moe_result *r = &m->result[phase];

	out_object(NULL);
	out_line(0, NULL);
	cell_str("phase", -20, phase_names[phase]);
	print_comparison(m, phase);
	if (out_is_json()) {
		out_u64("copies", NULL, r->copies);
		out_unit("bytes", NULL, UNIT_SIZE, r->bytes);
		out_unit("wire", NULL, UNIT_SIZE, r->wire);
		if (m->data)
			out_u64("wrong", NULL, r->wrong);
	}
	out_object_end();
}

static int print_run(struct moe *m, const struct traffic *traffic)
{
	const struct moe_result *dispatch = &m->result[MOE_DISPATCH];
	const struct moe_result *combine = &m->result[MOE_COMBINE];
	uint64_t bytes = dispatch->bytes + combine->bytes;
	uint64_t wrong = dispatch->wrong + combine->wrong;
	char line[256];
	int status;

	out_begin();
	out_object(NULL);
	snprintf(line, sizeof(line),
		 "%s: %" PRIu32 " ranks, %" PRIu32 " tokens each, hidden %" PRIu32 ", top-%" PRIu32
		 " of %" PRIu32 " experts", m->b->name, m->nr_ranks, m->tokens, m->hidden,
		 m->topk, m->experts);
	out_line(0, line);
	if (out_is_json()) {
		out_str("fabric", NULL, m->b->name);
		out_u64("ranks", NULL, m->nr_ranks);
		out_u64("tokens", NULL, m->tokens);
		out_u64("hidden", NULL, m->hidden);
		out_u64("topk", NULL, m->topk);
		out_u64("experts", NULL, m->experts);
		out_u64("seed", NULL, m->seed);
	}
	out_line(0, NULL);
	head_comparison("phase", published_row(m, MOE_DISPATCH) || published_row(m, MOE_COMBINE));
	out_array("phases");
	print_phase(m, MOE_DISPATCH);
	print_phase(m, MOE_COMBINE);
	out_array_end();
	status = traffic_print(m->b, traffic, dispatch->time + combine->time, BUSIEST);
	out_line(0, NULL);
	if (m->data)
		snprintf(line, sizeof(line),
			 "%.2f GB dispatched, %.2f GB combined: %" PRIu64
			 " bytes verified, %" PRIu64 " bytes wrong", dispatch->bytes / 1e9,
			 combine->bytes / 1e9, bytes, wrong);
	else
		snprintf(line, sizeof(line), "data no: only time passed, no bytes moved");
	out_line(0, line);
	if (out_is_json() && m->data) {
		out_u64("verified", NULL, bytes);
		out_u64("wrong", NULL, wrong);
	}
	out_object_end();
	if (!status)
		status = cmd_done();
	return status ? status : wrong ? EXIT_FAIL : EXIT_OK;
}

static int bench_run(struct moe *m)
{
	struct traffic traffic;
	int status;

	status = run(m, &traffic);
	if (!status)
		status = print_run(m, &traffic);
	traffic_free(&traffic);
	return status;
}

/* The rows that were published for this many ranks */
static void print_rows(const struct moe *m)
{
	const struct sys_published *p;
	enum moe_phase phase;

	for (phase = 0; phase < MOE_NR_PHASES; phase++) {
		p = published_row(m, phase);
		if (!p)
			continue;
		out_object(NULL);
		out_line(0, NULL);
		cell_str("name", -20, p->name);
		print_comparison(m, phase);
		out_object_end();
	}
}

static void print_software(const struct bench *b)
{
	static const char * const origins[] = {
		[SYS_ORIGIN_PUBLISHED] = "published",
		[SYS_ORIGIN_ASSUMPTION] = "assumption",
		[SYS_ORIGIN_FITTED] = "fitted",
	};
	const struct sys_param *p;
	size_t i;

	out_array("parameters");
	for (i = 0; i < ARRAY_SIZE(software); i++) {
		p = system_param(b->sys, LIBRARY, software[i]);
		if (!p)
			continue;
		out_object(NULL);
		out_line(0, NULL);
		cell_str("name", -20, p->name);
		cell_unit("value", 12, UNIT_TIME, p->value_ps);
		cell_str("origin", -10, origins[p->origin]);
		cell_str("meaning", 0, p->meaning);
		out_object_end();
	}
	out_array_end();
	out_line(0, NULL);
}

/* Sizes for which there are published rows, the smallest first; 0 ends them. */
static uint32_t next_published(const struct moe *m, uint32_t ranks, uint32_t max)
{
	for (ranks++; ranks <= max; ranks++)
		if (bench_published(m->b, LIBRARY "-dispatch-ep%" PRIu32, ranks) ||
		    bench_published(m->b, LIBRARY "-combine-ep%" PRIu32, ranks))
			return ranks;
	return 0;
}

/* Every published row, time only */
static int bench_fit(struct moe *m, uint32_t max)
{
	uint32_t ranks = next_published(m, MIN_RANKS - 1, max);
	struct traffic traffic;
	int status = EXIT_OK;

	if (!ranks) {
		msg("no published rows '" LIBRARY "-...' of system '%s'", m->b->fabric->system);
		return EXIT_FAIL;
	}
	out_begin();
	out_object(NULL);
	print_software(m->b);
	head_comparison("row", true);
	out_array("rows");
	for (; ranks && !status; ranks = next_published(m, ranks, max)) {
		m->nr_ranks = ranks;
		m->experts = default_experts(ranks);
		memset(m->result, 0, sizeof(m->result));
		status = run(m, &traffic);
		traffic_free(&traffic);
		if (!status)
			print_rows(m);
	}
	out_array_end();
	out_object_end();
	return status ? status : cmd_done();
}

static bool arg_yes(struct args *a, const char *word)
{
	const char *value = arg_need(a, word);

	if (value && strcmp(value, "yes") && strcmp(value, "no"))
		arg_error(a, "%s: '%s' is neither yes nor no", word, value);
	return value && !strcmp(value, "yes");
}

/* Words that say what is not the published set-up; these go with no "fit". */
static void read_words(struct moe *m, struct args *a)
{
	while (!a->status && a->argc) {
		if (arg_is(a, "ranks"))
			m->nr_ranks = arg_number(a, "ranks", MIN_RANKS, MAX_RANKS);
		else if (arg_is(a, "tokens"))
			m->tokens = arg_number(a, "tokens", 1, 4096);
		else if (arg_is(a, "hidden"))
			m->hidden = arg_number(a, "hidden", 256, 65536);
		else if (arg_is(a, "topk"))
			m->topk = arg_number(a, "topk", 1, 64);
		else if (arg_is(a, "experts"))
			m->experts = arg_number(a, "experts", 1, 65536);
		else if (arg_is(a, "seed"))
			m->seed = arg_number(a, "seed", 0, UINT64_MAX);
		else if (arg_is(a, "data"))
			m->data = arg_yes(a, "data");
		else
			arg_unknown(a, "ranks tokens hidden topk experts seed data");
	}
}

/* Defaults that depend on the fabric, and what must fit together */
static int settle(struct moe *m, uint32_t accelerators)
{
	if (!m->nr_ranks)
		m->nr_ranks = accelerators < DEFAULT_RANKS ? accelerators : DEFAULT_RANKS;
	if (m->nr_ranks < MIN_RANKS || m->nr_ranks > accelerators) {
		msg("ranks: from %d up to the %" PRIu32 " accelerators of %s", MIN_RANKS,
		    accelerators, m->b->name);
		return EXIT_USAGE;
	}
	if (!m->experts)
		m->experts = default_experts(m->nr_ranks);
	if (m->hidden % 256)
		msg("hidden: %" PRIu32 " is not a multiple of 256", m->hidden);
	else if (m->experts % m->nr_ranks)
		msg("experts: %" PRIu32 " is not a multiple of the %" PRIu32 " ranks",
		    m->experts, m->nr_ranks);
	else if (m->topk > m->experts)
		msg("topk: %" PRIu32 " is more than the %" PRIu32 " experts", m->topk,
		    m->experts);
	else
		return EXIT_OK;
	return EXIT_USAGE;
}

static uint32_t accelerators(const struct bench *b)
{
	const struct vsn_ctl_kind *kind = bench_kind(b, VSN_ENDPOINT_KIND_ACCELERATOR);

	return kind ? kind->count : 0;
}

/* One phase: its name first, then words as on the command line */
int bench_moe_row(struct bench *b, const struct sys_published *row, struct args *a,
		  uint64_t *value)
{
	struct moe m = {
		.b = b,
		.tokens = DEFAULT_TOKENS,
		.hidden = DEFAULT_HIDDEN,
		.topk = DEFAULT_TOPK,
	};
	enum moe_phase phase;
	int status;

	phase = arg_is(a, phase_names[MOE_COMBINE]) ? MOE_COMBINE : MOE_DISPATCH;
	if (phase == MOE_DISPATCH && !arg_is(a, phase_names[MOE_DISPATCH]))
		arg_unknown(a, "dispatch combine");
	read_words(&m, a);
	if (!a->status && (m.data || row->unit != UNIT_TIME))
		arg_error(a, "only times are compared, without data");
	status = a->status ? a->status : settle(&m, accelerators(b));
	if (status)
		return status;
	take_software(&m);
	status = moe_plan(&m);
	if (!status) {
		status = moe_setup(&m);
		if (!status)
			status = moe_run(&m, phase);
		moe_teardown(&m);
	}
	moe_plan_free(&m);
	*value = m.result[phase].time;
	return status;
}

int bench_moe(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct bench b = { 0 };
	struct moe m = {
		.b = &b,
		.tokens = DEFAULT_TOKENS,
		.hidden = DEFAULT_HIDDEN,
		.topk = DEFAULT_TOPK,
		.data = true,
	};
	uint32_t ranks;
	bool fit;
	int status;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	fit = arg_is(&a, "fit");
	if (fit) {
		m.data = false;
		arg_end(&a);
	} else {
		read_words(&m, &a);
	}
	if (a.status)
		return a.status;
	status = bench_open(&b, fabric);
	if (status)
		goto out;
	ranks = accelerators(&b);
	if (!fit)
		status = settle(&m, ranks);
	if (status)
		goto out;
	take_software(&m);
	status = fit ? bench_fit(&m, ranks) : bench_run(&m);
out:
	return bench_close(&b, status);
}
