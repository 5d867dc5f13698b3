// SPDX-License-Identifier: GPL-2.0
/*
 * Where system files are: the directories of $VSN_SYSTEMS; the source tree's, if
 * the program is run from there; those installed with the program; those of the
 * prefix that it was built for.
 */
#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "system_dir.h"

#ifndef VSN_DATADIR
#define VSN_DATADIR	"/usr/local/share/vsn"
#endif

#define MAX_DIRS	32
#define SUFFIX		".yaml"

struct dirs {
	char *dir[MAX_DIRS];
	int count;
};

__printf(2, 3)
static void dirs_add(struct dirs *dirs, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n <= 0 || n >= (int)sizeof(path) || dirs->count == MAX_DIRS)
		return;
	dirs->dir[dirs->count] = realpath(path, NULL);
	if (dirs->dir[dirs->count])
		dirs->count++;
}

/* The directory that this program's file is in, or "" */
static void program_dir(char *dir, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", dir, size - 1);

	dir[n > 0 ? n : 0] = '\0';
	if (strrchr(dir, '/'))
		*strrchr(dir, '/') = '\0';
}

static void dirs_open(struct dirs *dirs)
{
	const char *env = getenv("VSN_SYSTEMS");
	char self[PATH_MAX];

	dirs->count = 0;
	while (env && *env) {
		size_t len = strcspn(env, ":");

		dirs_add(dirs, "%.*s", (int)len, env);
		env += len + (env[len] == ':');
	}
	program_dir(self, sizeof(self));
	if (self[0]) {
		dirs_add(dirs, "%s/../tools/systems", self);
		dirs_add(dirs, "%s/../../tools/systems", self);
		dirs_add(dirs, "%s/../share/vsn/systems", self);
	}
	dirs_add(dirs, "%s/systems", VSN_DATADIR);
}

static void dirs_close(struct dirs *dirs)
{
	while (dirs->count)
		free(dirs->dir[--dirs->count]);
}

int system_find(const char *word, char *path, size_t size)
{
	struct dirs dirs;
	int i, err = -1;

	if (strchr(word, '/') || strstr(word, SUFFIX)) {
		if (snprintf(path, size, "%s", word) < (int)size)
			return 0;
		msg("the path of the system file is too long");
		return -1;
	}
	dirs_open(&dirs);
	for (i = 0; err && i < dirs.count; i++)
		if (snprintf(path, size, "%s/%s" SUFFIX, dirs.dir[i], word) < (int)size &&
		    !access(path, R_OK))
			err = 0;
	if (err) {
		msg("there is no system '%s' in:", word);
		for (i = 0; i < dirs.count; i++)
			fprintf(stderr, "       %s\n", dirs.dir[i]);
		if (!dirs.count)
			fprintf(stderr, "       no directory; set VSN_SYSTEMS\n");
	}
	dirs_close(&dirs);
	return err;
}

static int is_system(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > strlen(SUFFIX) && d->d_name[0] != '.' &&
	       !strcmp(d->d_name + len - strlen(SUFFIX), SUFFIX);
}

static int by_name(const void *a, const void *b)
{
	const char *x = strrchr(*(char **)a, '/'), *y = strrchr(*(char **)b, '/');

	return strcmp(x, y);
}

struct paths {
	char **path;
	size_t count;
};

/* A name that an earlier directory has hides this one. */
static int paths_add(struct paths *p, const char *dir, const char *name)
{
	char **grown, path[PATH_MAX];
	size_t i;

	for (i = 0; i < p->count; i++)
		if (!strcmp(strrchr(p->path[i], '/') + 1, name))
			return 0;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return 0;
	grown = realloc(p->path, (p->count + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	p->path = grown;
	p->path[p->count] = strdup(path);
	return p->path[p->count++] ? 0 : -1;
}

int system_each(int (*fn)(const char *path, void *arg), void *arg)
{
	struct paths paths = { NULL, 0 };
	struct dirent **names;
	struct dirs dirs;
	int err = 0;
	size_t j;
	int i, n;

	dirs_open(&dirs);
	for (i = 0; i < dirs.count; i++) {
		n = scandir(dirs.dir[i], &names, is_system, alphasort);
		if (n < 0)
			continue;
		while (n--) {
			err |= paths_add(&paths, dirs.dir[i], names[n]->d_name);
			free(names[n]);
		}
		free(names);
	}
	dirs_close(&dirs);
	if (err)
		msg("out of memory");
	else
		qsort(paths.path, paths.count, sizeof(*paths.path), by_name);
	for (j = 0; j < paths.count; j++) {
		if (!err)
			err = fn(paths.path[j], arg);
		free(paths.path[j]);
	}
	free(paths.path);
	return err;
}
