// SPDX-License-Identifier: GPL-2.0
/* Tables of commands, and the words of a command line. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

void msg(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("vsn: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void cmd_help(FILE *to, const struct cmd *table, const char *group)
{
	const struct cmd *c;

	for (c = table; c->word; c++)
		fprintf(to, "       vsn %s%s%s%s%s\n", group, *group ? " " : "", c->word,
			c->help ? " " : "", c->help ? c->help : "");
}

int cmd_run(const struct cmd *table, const char *group, int argc, char **argv)
{
	const struct cmd *c;

	if (argc < 1) {
		msg("%s%sa word is missing", group, *group ? ": " : "");
	} else {
		for (c = table; c->word; c++)
			if (!strcmp(argv[0], c->word))
				return c->func(argc - 1, argv + 1);
		if (!strcmp(argv[0], "help")) {
			cmd_help(stdout, table, group);
			return EXIT_OK;
		}
		msg("%s%sunknown word '%s'", group, *group ? ": " : "", argv[0]);
	}
	cmd_help(stderr, table, group);
	return EXIT_USAGE;
}

void arg_error(struct args *a, const char *fmt, ...)
{
	char buf[256];
	va_list ap;

	if (a->status)
		return;
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	msg("%s", buf);
	a->status = EXIT_USAGE;
}

const char *arg_next(struct args *a)
{
	if (a->status || a->argc < 1)
		return NULL;
	a->argc--;
	return *a->argv++;
}

const char *arg_need(struct args *a, const char *what)
{
	const char *word = arg_next(a);

	if (!word)
		arg_error(a, "%s is missing", what);
	return word;
}

bool arg_is(struct args *a, const char *word)
{
	if (a->status || a->argc < 1 || strcmp(a->argv[0], word))
		return false;
	arg_next(a);
	return true;
}

/*
 * A value may be one word or two, "64GiB" or "64 GiB": two if the first is a bare
 * number and both together are a value.
 */
uint64_t arg_unit(struct args *a, const char *word, enum unit unit)
{
	const char *text = arg_need(a, word);
	char why[256], both[64], ignored[256];
	uint64_t value = 0;

	if (!text)
		return 0;
	if (text[strspn(text, "0123456789.")] == '\0' && a->argc > 0 &&
	    snprintf(both, sizeof(both), "%s %s", text, a->argv[0]) < (int)sizeof(both) &&
	    !unit_parse(both, unit, &value, ignored, sizeof(ignored))) {
		arg_next(a);
		return value;
	}
	if (unit_parse(text, unit, &value, why, sizeof(why)))
		arg_error(a, "%s: %s", word, why);
	return value;
}

uint64_t arg_number(struct args *a, const char *word, uint64_t min, uint64_t max)
{
	const char *text = arg_need(a, word);
	unsigned long long value;
	char *end;

	if (!text)
		return min;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (text[strspn(text, "0123456789")] || end == text) {
		arg_error(a, "%s: '%s' is not a number", word, text);
		return min;
	}
	if (errno || value < min || value > max) {
		arg_error(a, "%s: '%s' is not in %" PRIu64 " to %" PRIu64, word, text, min, max);
		return min;
	}
	return value;
}

void arg_name(struct args *a, const char *what, char *buf, size_t size)
{
	const char *text = arg_need(a, what);

	buf[0] = '\0';
	if (!text)
		return;
	if (!*text)
		arg_error(a, "%s is empty", what);
	else if (strlen(text) >= size)
		arg_error(a, "%s '%s' is longer than %zu characters", what, text, size - 1);
	else
		memcpy(buf, text, strlen(text) + 1);
}

/* Is the word one of those in the list? */
static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; len && *list; list += strspn(list, " ")) {
		size_t n = strcspn(list, " ");

		if (n == len && !strncmp(list, word, n))
			return true;
		list += n;
	}
	return false;
}

void arg_unknown(struct args *a, const char *expected)
{
	if (a->argc < 1)
		return;
	if (listed(expected, a->argv[0]))
		arg_error(a, "'%s' is there twice", a->argv[0]);
	else
		arg_error(a, "unknown word '%s', it may be: %s", a->argv[0], expected);
}

void arg_end(struct args *a)
{
	if (a->argc > 0)
		arg_error(a, "unknown word '%s' at the end", a->argv[0]);
}

bool looks_like_endpoint(const char *word)
{
	size_t len = strlen(word);

	return len && isdigit((unsigned char)word[len - 1]);
}

int cmd_done(void)
{
	if (!out_end())
		return EXIT_OK;
	msg("standard output: %s", strerror(errno));
	return EXIT_FAIL;
}

struct vsn_ctl *ctl_open(void)
{
	static struct vsn_ctl *ctl;

	if (!ctl && vsn_ctl_open(&ctl))
		msg("%s", vsn_ctl_error(NULL));
	return ctl;
}

int ctl_failed(const struct vsn_ctl *ctl, int err, const char *fmt, ...)
{
	const char *name = err < 0 ? strerrorname_np(-err) : NULL;
	const char *text = vsn_ctl_error(ctl);
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	msg("%s: %s (%s)", what, *text ? text : strerror(-err), name ? name : "unknown error");
	return EXIT_FAIL;
}
