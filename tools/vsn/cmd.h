/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands and their words.
 *
 * A command returns an exit status: EXIT_OK, EXIT_FAIL when the kernel or the
 * system refused, EXIT_USAGE when the words are wrong.
 */
#ifndef VSN_CMD_H
#define VSN_CMD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "control.h"
#include "unit.h"

#define EXIT_OK		0
#define EXIT_FAIL	1
#define EXIT_USAGE	2

#ifndef __printf
#define __printf(a, b)	__attribute__((__format__(__printf__, a, b)))
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/* A word and what it does; a table of them ends with a NULL word. */
struct cmd {
	const char *word;
	int (*func)(int argc, char **argv);
	const char *help;	/* what may follow the word */
};

/*
 * Run the command that argv[0] names.  argv[0] of the function it calls is the
 * word after it.  @group is what the words so far are called, for messages.
 */
int cmd_run(const struct cmd *table, const char *group, int argc, char **argv);
void cmd_help(FILE *to, const struct cmd *table, const char *group);

/* Top level */
int cmd_system(int argc, char **argv);
int cmd_fabric(int argc, char **argv);
int cmd_endpoint(int argc, char **argv);
int cmd_link(int argc, char **argv);
int cmd_switch(int argc, char **argv);
int cmd_fault(int argc, char **argv);
int cmd_route(int argc, char **argv);
int cmd_region(int argc, char **argv);
int cmd_grant(int argc, char **argv);
int cmd_partition(int argc, char **argv);
int cmd_limit(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_run_fabric(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_validate(int argc, char **argv);

/* Words of a command that is being read */
struct args {
	int argc;
	char **argv;
	int status;	/* EXIT_OK, or what went wrong, which was said */
};

/* The next word, or NULL when there is none */
const char *arg_next(struct args *a);
/* The next word, which must be there; @what it is, for the message */
const char *arg_need(struct args *a, const char *what);
/* Is the next word this one?  Then take it. */
bool arg_is(struct args *a, const char *word);
/* The value after @word */
uint64_t arg_unit(struct args *a, const char *word, enum unit unit);
uint64_t arg_number(struct args *a, const char *word, uint64_t min, uint64_t max);
/* Copy a name of the given room */
void arg_name(struct args *a, const char *what, char *buf, size_t size);
/* Complain about the next word; nothing when there is none */
void arg_unknown(struct args *a, const char *expected);
/* No more words may follow */
void arg_end(struct args *a);
__printf(2, 3)
void arg_error(struct args *a, const char *fmt, ...);

/* Can the word be an endpoint's name?  Those end in a digit, our words do not. */
bool looks_like_endpoint(const char *word);

/* End the output; returns the exit status. */
int cmd_done(void);

/* "vsn: ..." on standard error */
__printf(1, 2)
void msg(const char *fmt, ...);

/* The connection of this run, or NULL: it was said why */
struct vsn_ctl *ctl_open(void);
/* Say what the kernel said; returns EXIT_FAIL */
__printf(3, 4)
int ctl_failed(const struct vsn_ctl *ctl, int err, const char *fmt, ...);

#endif /* VSN_CMD_H */
