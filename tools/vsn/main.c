// SPDX-License-Identifier: GPL-2.0
/* vsn: look at and change virtual SuperNode fabrics. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "out.h"

#define VSN_VERSION	"0.1.0"

static const struct cmd commands[] = {
	{ "system", cmd_system, "{ list | show SYSTEM | route SYSTEM ... }" },
	{ "fabric", cmd_fabric, "{ add | set | commit | show | del } ..." },
	{ "endpoint", cmd_endpoint, "{ show | set } FABRIC ..." },
	{ "link", cmd_link, "{ show | set } FABRIC ..." },
	{ "switch", cmd_switch, "{ show | set } FABRIC ..." },
	{ "fault", cmd_fault, "{ add | show | del | policy } ..." },
	{ "route", cmd_route, "get FABRIC SOURCE DESTINATION ..." },
	{ "region", cmd_region, "{ add | show | del } FABRIC ..." },
	{ "grant", cmd_grant, "{ set | show } FABRIC REGION ..." },
	{ "partition", cmd_partition, "{ add | show | set | del } FABRIC ..." },
	{ "limit", cmd_limit, "{ show | set } ..." },
	{ "run", cmd_run_fabric, "FABRIC [ until TIME ]" },
	{ "monitor", cmd_monitor, NULL },
#ifdef VSN_BENCH
	{ "bench", cmd_bench, "..." },
	{ "validate", cmd_validate,
	  "[ SYSTEM ... ] [ row NAME ] [ median PERCENT ] [ worst PERCENT ]" },
#endif
	{ NULL, NULL, NULL },
};

static void print_words(FILE *to)
{
	fprintf(to, "usage: vsn [-j] [-p] [-V] COMMAND\n");
	cmd_help(to, commands, "");
	fprintf(to, "       vsn help\n\n"
		"-j writes JSON, -p pretty JSON, -V the version. After the first word of a command,\n"
		"help tells what may follow.\n");
}

int main(int argc, char **argv)
{
	bool json = false, pretty = false;
	int opt;

	/* "+": options of a command are its own. */
	while ((opt = getopt(argc, argv, "+jpVh")) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'p':
			json = true;
			pretty = true;
			break;
		case 'V':
			puts("vsn " VSN_VERSION);
			return EXIT_OK;
		case 'h':
			print_words(stdout);
			return EXIT_OK;
		default:
			print_words(stderr);
			return EXIT_USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 1) {
		print_words(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[0], "help") && argc == 1) {
		print_words(stdout);
		return EXIT_OK;
	}
	out_mode(json, pretty);
	return cmd_run(commands, "", argc, argv);
}
