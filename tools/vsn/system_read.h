/* SPDX-License-Identifier: GPL-2.0 */
/* Between system.c (system files) and system_graph.c (their graphs). */
#ifndef VSN_SYSTEM_READ_H
#define VSN_SYSTEM_READ_H

#include "cmd.h"
#include "system.h"
#include "system_yaml.h"

#define RATIO_ONE	1000000

/* What is at hand while a file is read; the first error ends it. */
struct reader {
	const char *path;
	struct yamlpos *pos;
	const struct yaml_system *yaml;
	struct system *sys;
	bool failed;
};

/* Complain about what is at a path of the file. */
__printf(3, 4)
void complain(struct reader *r, const char *path, const char *fmt, ...);
/* The value of a key; 0 where there is none, or it is wrong, which is said. */
uint64_t value(struct reader *r, enum unit what, const char *text, const char *path,
	       const char *key);
uint32_t value32(struct reader *r, enum unit what, const char *text, const char *path,
		 const char *key);
uint32_t ratio(struct reader *r, const char *text, const char *path);
void *array(struct reader *r, size_t count, size_t size);

/* The graph of a network that is at a path; dimensions and kinds are read. */
void read_graph(struct reader *r, struct vsn_ctl_network *n, const struct yaml_graph *y,
		const char *path);

#endif /* VSN_SYSTEM_READ_H */
