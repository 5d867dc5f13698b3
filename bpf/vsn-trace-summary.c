// SPDX-License-Identifier: GPL-2.0
/*
 * vsn-trace: the summary.  It is built once, as a tree of JSON objects; text is
 * printed from the same tree.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "device.h"
#include "vsn-trace-user.h"

#define BAR_WIDTH	30

/* Is every event that passed the filters counted, in its place? */
bool vsn_trace_exact(const struct vsn_trace_summary *s)
{
	return !s->failed && !s->missed && !s->totals->unplaced;
}

static void count(struct json_object *o, const char *key, uint64_t v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

/* A name, or the index if there is none; a string in any case. */
static void name(struct json_object *o, const char *key, const char *word, uint32_t index)
{
	char digits[16];

	if (!word) {
		snprintf(digits, sizeof(digits), "%" PRIu32, index);
		word = digits;
	}
	json_object_object_add(o, key, json_object_new_string(word));
}

static const char *op_word(uint32_t op)
{
	if (op == VSN_TRACE_OP_OTHER)
		return "other";
	return vsn_op_name(op)[0] != '?' ? vsn_op_name(op) : NULL;
}

static struct json_object *events(const struct vsn_trace_totals *t)
{
	struct json_object *o = json_object_new_object();
	int i;

	for (i = 0; i < VSN_TRACE_NR_TYPES; i++)
		count(o, vsn_trace_types[i], t->events[i]);
	return o;
}

static struct json_object *tiers(const struct vsn_trace_summary *s)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct vsn_trace_link *c;
	uint32_t net, tier;

	for (net = 0; net < VSN_TRACE_NETWORKS; net++) {
		for (tier = 0; tier < VSN_TRACE_TIERS; tier++) {
			c = &s->totals->links[net * VSN_TRACE_TIERS + tier];
			if (!c->transfers)
				continue;
			o = json_object_new_object();
			name(o, "network", vsn_trace_network(s->names, net), net);
			name(o, "tier", vsn_trace_tier(s->names, net, tier), tier);
			count(o, "transfers", c->transfers);
			count(o, "payload", c->payload);
			count(o, "wire", c->wire);
			json_object_array_add(list, o);
		}
	}
	return list;
}

static struct json_object *ops(const struct vsn_trace_totals *t)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct vsn_trace_op *c;
	uint32_t op;

	for (op = 0; op < VSN_TRACE_OPS; op++) {
		c = &t->ops[op];
		if (!c->submitted && !c->completed)
			continue;
		o = json_object_new_object();
		name(o, "op", op_word(op), op);
		count(o, "submitted", c->submitted);
		count(o, "completed", c->completed);
		count(o, "errors", c->errors);
		count(o, "bytes", c->bytes);
		count(o, "wire", c->wire);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *latency(const struct vsn_trace_totals *t)
{
	struct json_object *list = json_object_new_array(), *o;
	uint32_t op;
	int i;

	for (op = 0; op < VSN_TRACE_OPS; op++) {
		for (i = 0; i < VSN_TRACE_SLOTS; i++) {
			if (!t->ops[op].latency[i])
				continue;
			o = json_object_new_object();
			name(o, "op", op_word(op), op);
			count(o, "from", i ? 1ULL << i : 0);
			count(o, "to", i < 63 ? 2ULL << i : UINT64_MAX);
			count(o, "count", t->ops[op].latency[i]);
			json_object_array_add(list, o);
		}
	}
	return list;
}

static struct json_object *faults(const struct vsn_trace_totals *t)
{
	struct json_object *o = json_object_new_object();

	count(o, "loads", t->loads);
	count(o, "stores", t->stores);
	count(o, "errors", t->fault_errors);
	count(o, "bytes", t->fault_bytes);
	return o;
}

static struct json_object *build(const struct vsn_trace_summary *s)
{
	struct json_object *o = json_object_new_object();

	if (s->several)
		name(o, "fabrics", "several", 0);
	else if (s->names->fabric)
		name(o, "fabric", s->names->fabric->name, 0);
	else if (s->names->id != VSN_TRACE_NO_FABRIC)
		name(o, "fabric", NULL, s->names->id);
	json_object_object_add(o, "events", events(s->totals));
	json_object_object_add(o, "links", tiers(s));
	json_object_object_add(o, "ops", ops(s->totals));
	json_object_object_add(o, "latency", latency(s->totals));
	json_object_object_add(o, "faults", faults(s->totals));
	count(o, "uncounted", s->failed + s->totals->unplaced);
	count(o, "missed", s->missed);
	json_object_object_add(o, "exact", json_object_new_boolean(vsn_trace_exact(s)));
	return o;
}

static void format_time(char *buf, size_t size, uint64_t ps)
{
	static const char *const units[] = { "ps", "ns", "us", "ms", "s" };
	double v = ps;
	size_t i = 0;

	while (v >= 1000 && i < 4) {
		v /= 1000;
		i++;
	}
	snprintf(buf, size, v < 100 && i ? "%.2f %s" : "%.0f %s", v, units[i]);
}

static void format_cell(char *buf, size_t size, const char *key, struct json_object *v)
{
	if (!strcmp(key, "from") || !strcmp(key, "to"))
		format_time(buf, size, json_object_get_uint64(v));
	else
		snprintf(buf, size, "%s", json_object_get_string(v));
}

/* Histograms get a bar, as long as the count is to the largest of the table. */
static void print_bar(FILE *out, uint64_t v, uint64_t max)
{
	static const char bar[BAR_WIDTH + 1] = "##############################";
	int n = max ? (double)v / max * BAR_WIDTH + 0.5 : 0;

	if (n)
		fprintf(out, "  %.*s", n, bar);
}

/* Rows are objects with the same keys: those are the columns. */
static void print_table(FILE *out, struct json_object *list)
{
	size_t rows = json_object_array_length(list), i;
	bool bars = false;
	uint64_t max = 0;
	int width[16], col;
	char cell[64];

	for (i = 0; i < rows; i++) {
		col = 0;
		json_object_object_foreach(json_object_array_get_idx(list, i), key, v) {
			if (!i)
				width[col] = strlen(key);
			format_cell(cell, sizeof(cell), key, v);
			if ((int)strlen(cell) > width[col])
				width[col] = strlen(cell);
			if (!strcmp(key, "count")) {
				bars = true;
				if (json_object_get_uint64(v) > max)
					max = json_object_get_uint64(v);
			}
			col++;
		}
	}
	col = 0;
	json_object_object_foreach(json_object_array_get_idx(list, 0), head, unused) {
		(void)unused;
		fprintf(out, "  %*s", width[col++], head);
	}
	fputc('\n', out);
	for (i = 0; i < rows; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		col = 0;
		json_object_object_foreach(row, key, v) {
			format_cell(cell, sizeof(cell), key, v);
			fprintf(out, "  %*s", width[col++], cell);
		}
		if (bars)
			print_bar(out, json_object_get_uint64(json_object_object_get(row, "count")),
				  max);
		fputc('\n', out);
	}
}

static void print_text(FILE *out, struct json_object *tree)
{
	json_object_object_foreach(tree, key, v) {
		if (json_object_is_type(v, json_type_array)) {
			if (!json_object_array_length(v))
				continue;
			fprintf(out, "%s:\n", key);
			print_table(out, v);
		} else if (json_object_is_type(v, json_type_object)) {
			fprintf(out, "%s:", key);
			json_object_object_foreach(v, word, n)
				fprintf(out, " %s %s", word, json_object_get_string(n));
			fputc('\n', out);
		} else {
			fprintf(out, "%s: %s\n", key, json_object_get_string(v));
		}
	}
}

/* Print the summary.  Return: 0, or -1 out of memory. */
int vsn_trace_print_summary(FILE *out, bool json, const struct vsn_trace_summary *s)
{
	struct json_object *tree = build(s);
	const char *text;

	if (!tree)
		return -1;
	text = json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!json)
		print_text(out, tree);
	else if (text)
		fprintf(out, "%s\n", text);
	json_object_put(tree);
	return text ? 0 : -1;
}
