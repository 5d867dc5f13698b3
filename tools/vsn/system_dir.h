/* SPDX-License-Identifier: GPL-2.0 */
/* Where system files are. */
#ifndef VSN_SYSTEM_DIR_H
#define VSN_SYSTEM_DIR_H

#include <stddef.h>

/*
 * Path of the file that a word names: itself if there is a slash or ".yaml" in
 * it, else NAME.yaml in the first directory that has it.  Returns 0, or -1: it
 * was said why.
 */
int system_find(const char *word, char *path, size_t size);

/* Call @fn for each system's path, sorted by name, each name once. */
int system_each(int (*fn)(const char *path, void *arg), void *arg);

#endif /* VSN_SYSTEM_DIR_H */
