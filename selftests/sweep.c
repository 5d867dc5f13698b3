// SPDX-License-Identifier: GPL-2.0
/*
 * The sweep: point after point of each row.
 *
 * Each row runs in a process of its own, all of whose memory is there, so that
 * what is counted is what the call does. Memory of the module is compared before and
 * after a row, when all that it made is gone; if it differs, the row is run again, with
 * a look after each point, to tell which one it was.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "sweep_impl.h"

#define DEBUG		"/sys/kernel/debug/"
#define POINTS_MAX	20000
#define COMPLAINTS_MAX	3
#define ROW_SECONDS	40

/* Less than a node of the tables that everything is found by. */
#define STARVE_STEP	192
#define STARVE_MAX	(64 * KIB)
#define STARVE_TIMES	1000000

/* Of the slab allocator's own: it warns where they fail, and goes on. */
#define NOT_TESTED	"alloc_slab_obj_exts"

/* In memory that a row's process shares with the one that counts. */
struct count {
	uint32_t points;	/* injected */
	uint32_t failed;	/* of these, calls that returned an error */
	uint32_t lost;		/* of these, only the answer */
	uint32_t complaints;
};

static struct count *count;
static int nth = -1;		/* fail-nth of this thread */
static bool hunting;

/*
 * The other way: this thread may allocate so many bytes from slabs, and no more. So
 * not one of them fails but all that come after it, of those who try again as well.
 */
static bool starving;
static bool pages_failed;	/* in a shortage: of the calls for several pages, any */
static int starve = -1;		/* make-it-fail of this thread */

bool put_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, word, strlen(word)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Where a function of the kernel is, from its first byte to that of the next one. */
static bool function_range(const char *name, uint64_t *start, uint64_t *end)
{
	char line[256], type, symbol[128];
	uint64_t at;
	FILE *f;
	int i;

	*start = 0;
	*end = UINT64_MAX;
	for (i = 0; i < 2; i++) {
		f = fopen("/proc/kallsyms", "r");
		while (f && fgets(line, sizeof(line), f)) {
			if (sscanf(line, "%" SCNx64 " %c %127s", &at, &type, symbol) != 3)
				continue;
			if (!i && !strcmp(symbol, name)) {
				*start = at;
				break;
			}
			if (i && at > *start && at < *end)
				*end = at;
		}
		if (f)
			fclose(f);
		if (!*start)
			return false;
	}
	return true;
}

static bool put_range(const char *which, uint64_t start, uint64_t end)
{
	static const char * const attrs[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	char path[64], word[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		snprintf(path, sizeof(path), DEBUG "%s/%s-start", attrs[i], which);
		snprintf(word, sizeof(word), "0x%" PRIx64, start);
		if (!put_word(path, word))
			return false;
		snprintf(path, sizeof(path), DEBUG "%s/%s-end", attrs[i], which);
		snprintf(word, sizeof(word), "0x%" PRIx64, end);
		if (!put_word(path, word))
			return false;
	}
	return true;
}

bool sweep_only_below(const char *function)
{
	uint64_t start, end;

	if (!function)
		return put_range("require", 0, UINT64_MAX);
	return function_range(function, &start, &end) && put_range("require", start, end);
}

/* Allocations that may sleep fail too, of whatever size. */
const char *sweep_ready(void)
{
	uint64_t start, end;

	if (access("/proc/thread-self/fail-nth", W_OK) || access(DEBUG "fail_usercopy", F_OK))
		return "the kernel has no fault injection";
	/* What fails here is no news. */
	if (!put_word(DEBUG "failslab/verbose", "0") ||
	    !put_word(DEBUG "failslab/ignore-gfp-wait", "N") ||
	    !put_word(DEBUG "failslab/task-filter", "Y") ||
	    !put_word(DEBUG "failslab/probability", "100") ||
	    !put_word(DEBUG "fail_page_alloc/verbose", "0") ||
	    !put_word(DEBUG "fail_page_alloc/ignore-gfp-wait", "N") ||
	    !put_word(DEBUG "fail_page_alloc/ignore-gfp-highmem", "N") ||
	    !put_word(DEBUG "fail_page_alloc/task-filter", "Y") ||
	    !put_word(DEBUG "fail_page_alloc/probability", "100") ||
	    !put_word(DEBUG "fail_usercopy/verbose", "0"))
		return "fault injection cannot be set up";
	if (!put_word("/proc/sys/vm/mem_profiling", "1"))
		return NULL;
	if (!function_range(NOT_TESTED, &start, &end) || !put_range("reject", start, end))
		return "the kernel would warn of the failures of its allocation profiling";
	return NULL;
}

/* Points */

static bool open_switches(void)
{
	nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	starve = open("/proc/thread-self/make-it-fail", O_RDWR | O_CLOEXEC);
	return nth >= 0 && starve >= 0;
}

static bool switch_to(int fd, unsigned int n)
{
	char word[16];

	snprintf(word, sizeof(word), "%u", n);
	return pwrite(fd, word, strlen(word), 0) > 0;
}

static bool put_number(const char *path, unsigned int n)
{
	char word[16];

	snprintf(word, sizeof(word), "%u", n);
	return put_word(path, word);
}

static long get_number(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char word[16] = "";
	ssize_t n;

	n = read(fd, word, sizeof(word) - 1);
	close(fd);
	return n > 0 ? atol(word) : -1;
}

void sweep_arm(unsigned int n)
{
	bool ok;

	if (nth < 0)
		open_switches();
	/* In a shortage of what is large, too, or it would be had in one piece. */
	ok = put_number(DEBUG "fail_page_alloc/min-order", starving ? 2 : 0);
	if (starving)
		ok = ok && put_number(DEBUG "failslab/space", (n - 1) * STARVE_STEP) &&
		     put_number(DEBUG "failslab/times", STARVE_TIMES) &&
		     put_number(DEBUG "fail_page_alloc/times", STARVE_TIMES) &&
		     switch_to(starve, 1);
	else
		ok = ok && switch_to(nth, n);
	if (!ok)
		abort();
}

unsigned int sweep_disarm(void)
{
	char word[16] = "";
	ssize_t told;

	if (starving) {
		switch_to(starve, 0);
		pages_failed = get_number(DEBUG "fail_page_alloc/times") != STARVE_TIMES;
		return get_number(DEBUG "failslab/times") == STARVE_TIMES;
	}
	told = pread(nth, word, sizeof(word) - 1, 0);
	/* What we write is copied, and counted: the second time at the latest it works. */
	switch_to(nth, 0);
	switch_to(nth, 0);
	/* So is what we are told. */
	return told < 0 ? 1 : atoi(word);
}

static bool listed(const int *errnos, size_t nr, int err)
{
	size_t i;

	for (i = 0; i < nr && errnos[i]; i++)
		if (-errnos[i] == err)
			return true;
	return false;
}

__attribute__((format(printf, 3, 4)))
static void complain(const struct sweep_row *row, unsigned int n, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ksft_print_msg("%s: %s %u: %s\n", row->name, starving ? "shortage" : "point", n, text);
	count->complaints++;
}

/* What came out of point @n, after which @left were left over. */
static void judge(const struct sweep_row *row, unsigned int n, unsigned int left, int err)
{
	bool same = state_is(row, &scene.was, &scene.is, false);
	bool done = state_is(row, &scene.was, &scene.is, true);
	bool lost = scene.lost || listed(row->lost, ARRAY_SIZE(row->lost), err);
	const char *why = NULL;

	if (row->verify)
		why = row->verify(err);
	if (why)
		complain(row, n, "%s (%s)", why, strerror(-err));
	if (left && err != row->expect && !pages_failed) {
		complain(row, n, "nothing failed, but the call did: %s", strerror(-err));
	} else if (err != row->expect && !listed(row->errnos, ARRAY_SIZE(row->errnos), err) &&
		   !listed(row->lost, ARRAY_SIZE(row->lost), err)) {
		complain(row, n, "not among its errors: %s", strerror(-err));
	} else if (err == row->expect ? !done : lost ? !same && !done : !same) {
		complain(row, n, "%s, but state is not as %s:",
			 err == row->expect ? "done" : strerror(-err),
			 err == row->expect || lost ? "the call leaves it" : "before");
		state_show(&scene.was, &scene.is);
	}
	if (left)
		return;
	count->points++;
	if (err != row->expect)
		count->failed++;
	if (err != row->expect && lost)
		count->lost++;
}

/* Returns whether there is a next one. */
static bool point(const struct sweep_row *row, unsigned int n)
{
	bool fresh = row->flags & SWEEP_FRESH;
	struct tags before, after;
	unsigned int left = 0;
	int err;

	if (hunting)
		tags_read(&before);
	if (fresh && !scene_up()) {
		complain(row, n, "cannot be prepared");
		return false;
	}
	scene.lost = false;
	scene.arg = row->arg;
	if (row->prepare && !row->prepare()) {
		complain(row, n, "cannot be prepared: %s", strerror(errno));
	} else {
		state_read(&scene.was);
		sweep_arm(n);
		err = row->call();
		left = sweep_disarm();
		scene.whole = left;
		state_read(&scene.is);
		judge(row, n, left, err);
	}
	if (row->cleanup)
		row->cleanup();
	if (fresh && !scene_down())
		complain(row, n, "it keeps the fabric");
	if (hunting && !tags_settle(&before, &after)) {
		complain(row, n, "memory is left:");
		tags_show(&before, &after);
	}
	return !left && count->complaints < COMPLAINTS_MAX;
}

/* All of this process is in memory, and stays there. */
static void prefault(void)
{
	volatile char stack[512 * KIB];
	size_t i;

	for (i = 0; i < sizeof(stack); i += PAGE)
		stack[i] = 0;
	if (mlockall(MCL_CURRENT))
		ksft_print_msg("mlockall: %s\n", strerror(errno));
}

static int row_run(const struct sweep_row *row)
{
	bool scenery = !(row->flags & (SWEEP_FRESH | SWEEP_BARE));
	unsigned int n, i;

	alarm(ROW_SECONDS);
	if (!open_switches() || vsn_ctl_open(&scene.ctl)) {
		ksft_print_msg("%s: cannot begin: %s\n", row->name, strerror(errno));
		return 1;
	}
	if (scenery && !scene_up())
		return 1;
	prefault();
	for (n = 1; n < POINTS_MAX; n += row->stride ? row->stride : 1)
		if (!point(row, n))
			break;
	starving = true;
	for (i = 1; row->flags & SWEEP_STARVE && i < STARVE_MAX / STARVE_STEP; i++)
		if (!point(row, i))
			break;
	if (scenery && !scene_down())
		return 1;
	vsn_ctl_close(scene.ctl);
	return count->complaints || n >= POINTS_MAX || i == STARVE_MAX / STARVE_STEP;
}

/* In a process of its own; returns whether it came to its end, and all was well. */
static bool row_fork(const struct sweep_row *row)
{
	struct vsn_ctl *ctl;
	int status;
	pid_t pid;

	memset(count, 0, sizeof(*count));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		status = row_run(row);
		fflush(stdout);
		_exit(status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFSIGNALED(status))
		ksft_print_msg("%s: killed by signal %d\n", row->name, WTERMSIG(status));
	if (status && !vsn_ctl_open(&ctl)) {
		/* Leave a clean place to the next one. */
		vsn_ctl_fabric_del(ctl, scene.name);
		vsn_ctl_close(ctl);
	}
	return !status;
}

static bool row_leaks(const struct sweep_row *row, struct tags *before)
{
	struct tags after;

	if (tags_settle(before, &after))
		return false;
	ksft_print_msg("%s: memory is left:\n", row->name);
	tags_show(before, &after);
	/* Which point is it? */
	hunting = true;
	row_fork(row);
	hunting = false;
	/* Say it once. */
	tags_read(before);
	return true;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static bool row_passes(const struct sweep_row *row, struct tags *before,
		       struct count *total)
{
	double begin = now();
	bool ok;

	ok = row_fork(row);
	ksft_print_msg("%s: %u points injected, %u failed, %u of these in the answer, %.1f s\n",
		       row->name, count->points, count->failed, count->lost, now() - begin);
	total->points += count->points;
	total->failed += count->failed;
	total->lost += count->lost;
	if (ok && !(row->flags & SWEEP_NOTHING) != !!count->points) {
		ksft_print_msg("%s: %s\n", row->name, count->points ?
			       "was thought to allocate and copy nothing" :
			       "nothing was injected");
		ok = false;
	}
	if (before->nr && row_leaks(row, before))
		ok = false;
	return ok;
}

int sweep_main(const struct sweep_row *rows, size_t nr)
{
	double begin = now();
	struct count total = {};
	struct tags before;
	const char *why;
	size_t i;

	ksft_print_header();
	why = test_ready();
	if (!why)
		why = sweep_ready();
	if (why)
		ksft_exit_skip("%s\n", why);
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (count == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	if (!tags_at_rest(&before))
		ksft_print_msg("the kernel counts no allocations: leaks are not looked for\n");
	ksft_set_plan(nr);
	for (i = 0; i < nr; i++)
		ksft_test_result(row_passes(&rows[i], &before, &total), "%s\n", rows[i].name);
	ksft_print_msg("%zu paths: %u points injected, %u failed, %u of these in the answer\n",
		       nr, total.points, total.failed, total.lost);
	ksft_print_msg("%.0f s\n", now() - begin);
	put_word(DEBUG "failslab/probability", "0");
	put_word(DEBUG "fail_page_alloc/probability", "0");
	ksft_finished();
}
