// SPDX-License-Identifier: GPL-2.0
/*
 * What the planted module shows to a program: failures injected one by one, and the
 * code that a system call ran. Run by selftests/debug/planted.sh, in the VM.
 *
 *   live fail-nth	which allocation of the module fails first, second, ...
 *   live kcov		how much of the module's code a write ran
 *
 * Exits with 0 if all was as it should.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/kcov.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define DEBUG "/sys/kernel/debug/"
#define COVER_SIZE 65536
#define ARRAY_SIZE(list) (sizeof(list) / sizeof((list)[0]))

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0) {
		printf("cannot open %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return fd;
}

/*
 * One read of the file with the nth place where a failure can be injected failing.
 * Says what came of it, and whether there was such a place. The file that tells it
 * is no exception: looking at what is left over uses up one of that.
 */
static bool read_failing(int allocate, int nth, int n, char *said, size_t size)
{
	char text[16];
	bool failed;
	ssize_t len;
	int err;

	snprintf(text, sizeof(text), "%d", n);
	if (pwrite(nth, text, strlen(text), 0) < 0) {
		printf("fail-nth is not writable: %s\n", strerror(errno));
		exit(1);
	}
	len = pread(allocate, said, size - 1, 0);
	err = errno;
	memset(text, 0, sizeof(text));
	failed = pread(nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
	while (pwrite(nth, "0", 1, 0) < 0 && errno == EFAULT)
		continue;

	if (len < 0)
		snprintf(said, size, "%s", strerror(err));
	else
		said[len] = '\0';
	said[strcspn(said, "\n")] = '\0';
	return failed;
}

/* Each place fails alone and in its turn, then none is left. */
static int fail_in_turn(void)
{
	static const char * const want[] = {
		"------ page", "object ----", "Bad address", "object page",
	};
	int allocate = open_or_die(DEBUG "planted/allocate", O_RDONLY);
	int nth = open_or_die("/proc/thread-self/fail-nth", O_RDWR);
	bool failed = true;
	char said[64];
	int n;

	for (n = 1; failed && n <= ARRAY_SIZE(want); n++) {
		failed = read_failing(allocate, nth, n, said, sizeof(said));
		printf("fail-nth %d: %s\n", n, said);
		if (strcmp(said, want[n - 1])) {
			printf("wanted: %s\n", want[n - 1]);
			return 1;
		}
	}
	return failed || n <= ARRAY_SIZE(want);
}

/* A slab that just runs out of objects adds places to fail at: so more than once. */
static int fail_nth(void)
{
	int i, bad = 1;

	for (i = 0; bad && i < 3; i++)
		bad = fail_in_turn();
	return bad;
}

/* Where the module lies. */
static void module_range(uint64_t *begin, uint64_t *end)
{
	unsigned long long at, size;
	char line[512], name[64];
	FILE *file = fopen("/proc/modules", "r");

	*begin = 0;
	*end = 0;
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %llu %*s %*s %*s %llx", name, &size, &at) == 3 &&
		    !strcmp(name, "planted")) {
			*begin = at;
			*end = at + size;
		}
	}
	if (file)
		fclose(file);
}

static int code_seen(void)
{
	int plant = open_or_die(DEBUG "planted/plant", O_WRONLY);
	int fd = open_or_die(DEBUG "kcov", O_RDWR);
	uint64_t *cover, begin, end, n, i, inside = 0;

	if (ioctl(fd, KCOV_INIT_TRACE, COVER_SIZE)) {
		perror("KCOV_INIT_TRACE");
		return 1;
	}
	cover = mmap(NULL, COVER_SIZE * sizeof(*cover), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		perror("kcov");
		return 1;
	}
	__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
	if (write(plant, "nothing", 7) != 7)
		perror("plant");
	n = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	ioctl(fd, KCOV_DISABLE, 0);

	module_range(&begin, &end);
	for (i = 1; i <= n; i++)
		inside += cover[i] >= begin && cover[i] < end;
	printf("kcov: %llu blocks, %llu of them in the module\n", (unsigned long long)n,
	       (unsigned long long)inside);
	/* The write's function, its loop and the fault's own. */
	return inside < 3;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "fail-nth"))
		return fail_nth();
	if (argc == 2 && !strcmp(argv[1], "kcov"))
		return code_seen();
	fprintf(stderr, "usage: live fail-nth|kcov\n");
	return 2;
}
