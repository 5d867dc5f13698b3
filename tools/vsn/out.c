// SPDX-License-Identifier: GPL-2.0
/* Output as text and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "out.h"

#define MAX_DEPTH	16

static bool json, pretty;

/* Objects and arrays that are open; the command's own array is not among them. */
static struct json_object *stack[MAX_DEPTH];
static int depth;
static bool first, opened;
static bool line_open, line_empty;

void out_mode(bool j, bool p)
{
	json = j;
	pretty = p;
}

bool out_is_json(void)
{
	return json;
}

static void out_of_memory(void)
{
	fputs("vsn: out of memory\n", stderr);
	exit(1);
}

/* Only when there is something to print: a command that fails prints nothing. */
static void open_array(void)
{
	if (!opened)
		fputs(pretty ? "[\n" : "[", stdout);
	opened = true;
}

static void print_element(struct json_object *o)
{
	int flags = pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
			     JSON_C_TO_STRING_PLAIN;
	const char *text = json_object_to_json_string_ext(o,
			flags | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		out_of_memory();
	open_array();
	printf("%s%s", first ? "" : pretty ? ",\n" : ",", text);
	first = false;
}

/* Into the innermost open object or array, which owns it from then on */
static void add(const char *key, struct json_object *o)
{
	struct json_object *top;
	int err;

	if (!o)
		out_of_memory();
	if (!depth) {
		print_element(o);
		json_object_put(o);
		return;
	}
	top = stack[depth - 1];
	if (json_object_is_type(top, json_type_array))
		err = json_object_array_add(top, o);
	else
		err = json_object_object_add(top, key, o);
	if (err)
		out_of_memory();
}

static void end_line(void)
{
	if (line_open)
		putchar('\n');
	line_open = false;
}

void out_begin(void)
{
	first = true;
	opened = false;
}

int out_end(void)
{
	if (json) {
		open_array();
		fputs(pretty ? "\n]\n" : "]\n", stdout);
	} else {
		end_line();
	}
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

static void push(const char *key, struct json_object *o)
{
	if (!o || depth == MAX_DEPTH)
		out_of_memory();
	/* A top-level element is printed when it is complete. */
	if (depth)
		add(key, o);
	stack[depth++] = o;
}

void out_object(const char *key)
{
	if (json)
		push(key, json_object_new_object());
}

void out_object_end(void)
{
	if (!json)
		return;
	if (!--depth)
		add(NULL, stack[0]);
}

void out_array(const char *key)
{
	if (json)
		push(key, json_object_new_array());
}

void out_array_end(void)
{
	if (json)
		depth--;
}

void out_line(int indent, const char *head)
{
	if (json)
		return;
	end_line();
	printf("%*s%s", 4 * indent, "", head ? head : "");
	line_open = true;
	line_empty = !head;
}

static void text(const char *label, const char *value)
{
	if (json || !label)
		return;
	if (!line_empty)
		putchar(' ');
	if (*label)
		printf("%s ", label);
	fputs(value, stdout);
	line_open = true;
	line_empty = false;
}

void out_str(const char *key, const char *label, const char *value)
{
	if (json && key)
		add(key, json_object_new_string(value));
	text(label, value);
}

void out_u64(const char *key, const char *label, uint64_t value)
{
	char buf[32];

	if (json && key)
		add(key, json_object_new_uint64(value));
	snprintf(buf, sizeof(buf), "%" PRIu64, value);
	text(label, buf);
}

void out_s64(const char *key, const char *label, int64_t value)
{
	char buf[32];

	if (json && key)
		add(key, json_object_new_int64(value));
	snprintf(buf, sizeof(buf), "%" PRId64, value);
	text(label, buf);
}

/* JSON readers keep 53 bits of a number; addresses have more. So it is text there, too. */
void out_hex(const char *key, const char *label, uint64_t value)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "0x%" PRIx64, value);
	out_str(key, label, buf);
}

void out_unit(const char *key, const char *label, enum unit unit, uint64_t value)
{
	char buf[UNIT_TEXT];

	if (json && key)
		add(key, json_object_new_uint64(value));
	text(label, unit_format(buf, unit, value));
}

void out_bool(const char *key, const char *label, bool value)
{
	if (json && key)
		add(key, json_object_new_boolean(value));
	if (value && label)
		text("", label);
}
