/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of a YAML text.
 *
 * libcyaml fills in structures but does not tell where a value stood, and in its
 * errors names the line of the event before.  So the text is read a second time,
 * by libyaml alone, for its lines.
 */
#ifndef VSN_YAMLPOS_H
#define VSN_YAMLPOS_H

#include <stddef.h>

struct yamlpos;

/* NULL: no YAML, or more than one document; *@line and @why tell. */
struct yamlpos *yamlpos_open(const char *text, size_t len, int *line, char *why, size_t size);
void yamlpos_close(struct yamlpos *pos);

/*
 * Line of what is at a path such as networks[1].tiers[0].name; where there is no
 * such thing, of the innermost thing on the way.
 */
int yamlpos_line(const struct yamlpos *pos, const char *path);

#endif /* VSN_YAMLPOS_H */
