/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of vsn-trace's user side, one a file. */
#ifndef VSN_TRACE_USER_H
#define VSN_TRACE_USER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/types.h>

#include "control.h"
#include "vsn-trace.h"

/* Exit statuses of our own; a command's is passed on. */
enum {
	VSN_TRACE_EXIT_USAGE = 2,
	VSN_TRACE_EXIT_NOT_EXACT = 3,
	VSN_TRACE_EXIT_CANNOT_RUN = 126,
	VSN_TRACE_EXIT_NOT_FOUND = 127,
};

/* Names of enum vsn_trace_type, as on the command line. */
extern const char *const vsn_trace_types[VSN_TRACE_NR_TYPES];

/* vsn-trace-options.c: the command line. */

/* Print what libbpf says. */
extern bool vsn_trace_verbose;

/**
 * struct vsn_trace_options - the command line
 * @fabric: name or id, or NULL: all
 * @endpoint: name or id, or NULL: all
 * @output: file, or NULL
 * @command: to run, or NULL
 * @types: which events
 * @summary: totals, not events
 * @json: JSON, not text
 * @duration: seconds, or 0: no limit
 * @buffer: size of the ring buffer, MiB
 * @ready_fd: file descriptor to say "ready" on, or -1
 */
struct vsn_trace_options {
	const char *fabric;
	const char *endpoint;
	const char *output;
	char **command;
	bool types[VSN_TRACE_NR_TYPES];
	bool summary;
	bool json;
	double duration;
	unsigned int buffer;
	int ready_fd;
};

int vsn_trace_parse(struct vsn_trace_options *opt, int argc, char **argv);

int vsn_trace_err(const char *format, ...)
	__attribute__((__format__(__printf__, 1, 2)));

/* vsn-trace-names.c: the control plane's names. */

/**
 * struct vsn_trace_names - what is known about the fabric that is traced
 * @id: id of the fabric, or VSN_TRACE_NO_FABRIC
 * @fabric: its topology, or NULL
 */
struct vsn_trace_names {
	uint64_t id;
	struct vsn_ctl_fabric *fabric;
};

int vsn_trace_find_fabric(struct vsn_trace_names *names, const char *word);
int vsn_trace_find_endpoint(const struct vsn_trace_names *names, const char *word,
			    uint32_t *id);
void vsn_trace_find_id(struct vsn_trace_names *names, uint64_t id);
const char *vsn_trace_network(const struct vsn_trace_names *names, uint32_t net);
const char *vsn_trace_tier(const struct vsn_trace_names *names, uint32_t net,
			   uint32_t tier);

/* vsn-trace-events.c: one event, one line. */

void vsn_trace_print_event(FILE *out, bool json, const struct vsn_trace_event *e);
void vsn_trace_print_end(FILE *out, bool json, const struct vsn_trace_totals *t,
			 uint64_t missed);

/* vsn-trace-summary.c: totals. */

/**
 * struct vsn_trace_summary - what a summary shows
 * @totals: sum over CPUs
 * @names: to resolve indices
 * @several: events came from more than one fabric
 * @failed: events that could not be counted
 * @missed: events at which a program did not run
 */
struct vsn_trace_summary {
	const struct vsn_trace_totals *totals;
	const struct vsn_trace_names *names;
	bool several;
	uint64_t failed;
	uint64_t missed;
};

bool vsn_trace_exact(const struct vsn_trace_summary *s);
int vsn_trace_print_summary(FILE *out, bool json, const struct vsn_trace_summary *s);

#endif /* VSN_TRACE_USER_H */
