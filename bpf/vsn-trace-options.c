// SPDX-License-Identifier: GPL-2.0
/* vsn-trace: the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "vsn-trace-user.h"

bool vsn_trace_verbose;

static const char usage_text[] =
	"Usage: vsn-trace [OPTION...] [-d SECONDS | -- COMMAND [ARGUMENT...]]\n"
	"\n"
	"Print what a vsn fabric does, until interrupted, for a time, or while COMMAND runs.\n"
	"\n"
	"  -f, --fabric FABRIC    only this fabric: a name or an id\n"
	"  -e, --events LIST      only these: op_submit,op_complete,link_xfer,fault,\n"
	"                         link_state\n"
	"  -i, --initiator EP     only on behalf of this endpoint: a name (with -f) or an id\n"
	"  -s, --summary          exact totals at the end instead of events\n"
	"  -j, --json             JSON: an object a line, or one object for a summary\n"
	"  -o, --output FILE      write there (standard output; standard error with COMMAND)\n"
	"  -d, --duration SECONDS end after so long\n"
	"  -b, --buffer MIB       ring buffer for events, a power of two (16)\n"
	"      --ready-fd FD      write \"ready\" to this descriptor once every event is seen\n"
	"  -v, --verbose          say what libbpf says\n"
	"  -h, --help\n"
	"\n"
	"Exit status: COMMAND's own; or 1 failure, 2 usage, 3 a summary that is not exact,\n"
	"126 COMMAND cannot be run, 127 COMMAND was not found.\n";

/* Say what is wrong, on one line of standard error.  Return: -1. */
int vsn_trace_err(const char *format, ...)
{
	va_list ap;

	fputs("vsn-trace: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -1;
}

static int parse_events(struct vsn_trace_options *opt, char *list)
{
	char *word, *save = NULL;
	int i;

	memset(opt->types, 0, sizeof(opt->types));
	for (word = strtok_r(list, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < VSN_TRACE_NR_TYPES; i++)
			if (!strcmp(word, vsn_trace_types[i]))
				break;
		if (i == VSN_TRACE_NR_TYPES)
			return vsn_trace_err("-e: unknown event '%s': %s", word,
					     "op_submit, op_complete, link_xfer, fault or link_state");
		opt->types[i] = true;
	}
	for (i = 0; i < VSN_TRACE_NR_TYPES; i++)
		if (opt->types[i])
			return 0;
	return vsn_trace_err("-e: no event named");
}

static int parse_number(const char *what, const char *arg, unsigned long min,
			unsigned long max, unsigned long *v)
{
	char *end;

	errno = 0;
	*v = strtoul(arg, &end, 10);
	if (arg[0] < '0' || arg[0] > '9' || *end || errno || *v < min || *v > max)
		return vsn_trace_err("%s: '%s' is not a number from %lu to %lu",
				     what, arg, min, max);
	return 0;
}

static int parse_duration(struct vsn_trace_options *opt, const char *arg)
{
	char *end;

	opt->duration = strtod(arg, &end);
	/* A NaN is not greater than 0 either. */
	if (arg[0] < '0' || arg[0] > '9' || *end || !(opt->duration > 0) ||
	    opt->duration > 1e9)
		return vsn_trace_err("-d: '%s' is not a number of seconds", arg);
	return 0;
}

/* Read the command line.  Return: 0, or -1: wrong, and said so. */
int vsn_trace_parse(struct vsn_trace_options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "fabric", required_argument, NULL, 'f' },
		{ "events", required_argument, NULL, 'e' },
		{ "initiator", required_argument, NULL, 'i' },
		{ "summary", no_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "output", required_argument, NULL, 'o' },
		{ "duration", required_argument, NULL, 'd' },
		{ "buffer", required_argument, NULL, 'b' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	unsigned long v;
	int c;

	*opt = (struct vsn_trace_options){ .buffer = 16, .ready_fd = -1 };
	memset(opt->types, true, sizeof(opt->types));
	while ((c = getopt_long(argc, argv, "+f:e:i:sjo:d:b:vh", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			opt->fabric = optarg;
			break;
		case 'e':
			if (parse_events(opt, optarg))
				return -1;
			break;
		case 'i':
			opt->endpoint = optarg;
			break;
		case 's':
			opt->summary = true;
			break;
		case 'j':
			opt->json = true;
			break;
		case 'o':
			opt->output = optarg;
			break;
		case 'd':
			if (parse_duration(opt, optarg))
				return -1;
			break;
		case 'b':
			if (parse_number("-b", optarg, 1, 1024, &v))
				return -1;
			if (v & (v - 1))
				return vsn_trace_err("-b: %lu is not a power of two", v);
			opt->buffer = v;
			break;
		case 'r':
			if (parse_number("--ready-fd", optarg, 0, 1 << 20, &v))
				return -1;
			opt->ready_fd = (int)v;
			break;
		case 'v':
			vsn_trace_verbose = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(EXIT_SUCCESS);
		default:
			return vsn_trace_err("--help lists the options");
		}
	}
	if (optind < argc) {
		/* A word that is no option may be a mistake: a command follows "--". */
		if (strcmp(argv[optind - 1], "--"))
			return vsn_trace_err("unknown word '%s': a command comes after --",
					     argv[optind]);
		opt->command = argv + optind;
	} else if (optind > 1 && !strcmp(argv[optind - 1], "--")) {
		return vsn_trace_err("no command after --");
	}
	if (opt->command && opt->duration > 0)
		return vsn_trace_err("-d and a command exclude each other");
	return 0;
}

