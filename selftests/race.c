// SPDX-License-Identifier: GPL-2.0
/* Races: cells, and what their sides share.  See race.h. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <linux/vsn.h>

#include "nl_fabric.h"
#include "race.h"
#include "vsn_test.h"

/* A cell that is slow, or has bad luck, gets so many seconds. */
#define PATIENCE	40
/* Who is told to stop has so many: a module's end takes several on a debug kernel. */
#define HANG		30

static __thread sigjmp_buf *touch_env;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void nap(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Detectors make everything several times slower, and are worth more time. */
static bool debug_kernel(void)
{
	return !access("/proc/lockdep_stats", F_OK) ||
	       !access("/sys/kernel/debug/kcsan", F_OK);
}

/**
 * race_going - is the cell on?
 * @race: the cell
 *
 * Return: false once its threads are to end.
 */
bool race_going(const struct race *race)
{
	return !__atomic_load_n(&race->stop, __ATOMIC_ACQUIRE);
}

/**
 * race_count - count a step
 * @count: of its side
 * @err: what it returned
 */
void race_count(struct race_count *count, int err)
{
	if (err == RACE_IDLE)
		return;
	if (!err) {
		__atomic_add_fetch(&count->ok, 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_add_fetch(&count->failed, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&count->errs[-err < RACE_MAX_ERRNO ? -err : 0], 1,
			   __ATOMIC_RELAXED);
}

/**
 * race_random - a number below @below
 * @w: worker
 * @below: bound
 *
 * Return: the number.
 */
unsigned int race_random(struct race_worker *w, unsigned int below)
{
	return rand_r(&w->seed) % below;
}

/**
 * race_life - how long what is to be removed lives
 * @w: the remover's worker
 * @us: a bound, us
 *
 * Longer and longer until a user has succeeded once, so that on a slow machine one
 * does.
 *
 * Return: us, below @us at first.
 */
unsigned int race_life(struct race_worker *w, unsigned int us)
{
	unsigned long rounds = __atomic_load_n(&w->race->removed.ok, __ATOMIC_RELAXED);

	if (__atomic_load_n(&w->race->used.ok, __ATOMIC_RELAXED))
		return race_random(w, us);
	return race_random(w, us << (rounds < 7 ? rounds : 7));
}

static void on_fault(int sig)
{
	if (touch_env)
		siglongjmp(*touch_env, 1);
	signal(sig, SIG_DFL);
}

/**
 * race_touch - touch memory that may go
 * @fn: does it
 * @arg: passed to @fn
 *
 * Return: false if @fn ended in SIGBUS or SIGSEGV.
 */
bool race_touch(void (*fn)(void *arg), void *arg)
{
	sigjmp_buf env;

	if (sigsetjmp(env, 1)) {
		touch_env = NULL;
		return false;
	}
	touch_env = &env;
	fn(arg);
	touch_env = NULL;
	return true;
}

int race_nl_setup(struct race_worker *w)
{
	return nl_open(&w->s);
}

void race_nl_cleanup(struct race_worker *w)
{
	nl_close(&w->s);
}

int race_new_fabric(struct race_worker *w)
{
	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_NEW, w->race->name);
	put_whole(&w->m);
	if (w->race->cell->clock)
		nl_u32(&w->m, VSN_A_FABRIC_CLOCK, w->race->cell->clock);
	return nl_ask(&w->s, &w->m, &w->r);
}

int race_del_fabric(struct race_worker *w)
{
	nl_fabric(&w->s, &w->m, VSN_CMD_FABRIC_DEL, w->race->name);
	return nl_ask(&w->s, &w->m, &w->r);
}

int race_new_region(struct race_worker *w, uint32_t home, uint64_t size, uint64_t *ua,
		    uint32_t *id)
{
	int err;

	nl_fabric(&w->s, &w->m, VSN_CMD_REGION_NEW, w->race->name);
	nl_u64(&w->m, VSN_A_REGION_SIZE, size);
	nl_u32(&w->m, VSN_A_REGION_HOME, home);
	err = nl_ask(&w->s, &w->m, &w->r);
	if (err)
		return err;
	*ua = nl_get(w->r.data, w->r.len, VSN_A_REGION_UA);
	*id = nl_get(w->r.data, w->r.len, VSN_A_REGION_ID);
	return 0;
}

int race_del_region(struct race_worker *w, uint32_t id)
{
	nl_fabric(&w->s, &w->m, VSN_CMD_REGION_DEL, w->race->name);
	nl_u32(&w->m, VSN_A_REGION_ID, id);
	return nl_ask(&w->s, &w->m, &w->r);
}

int race_context(struct race_worker *w)
{
	int fd;

	if (!w->race->cell->fresh)
		return RACE_CONTEXT;
	fd = open(w->race->path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void race_put(struct race_worker *w, int fd)
{
	if (fd >= 0 && (fd < RACE_SLOTS || fd >= RACE_SLOTS_END))
		close(fd);
}

int race_place(int fd, enum race_slot slot)
{
	int err = 0;

	if (dup3(fd, slot, O_CLOEXEC) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The fabric, a region and the files that users find in slots. */
static const char *make_fabric(struct race *race, struct race_worker *w)
{
	struct vsn_view view = { .size = sizeof(view), .initiator = 2 };
	struct vsn_queue_setup setup = {
		.size = sizeof(setup), .sq_entries = 64, .cq_entries = 128,
	};
	struct vsn_info info = { .size = sizeof(info) };
	int i, fd;

	if (race_new_fabric(w))
		return w->r.text;
	if (race_new_region(w, 0, RACE_REGION, &race->ua, &race->id))
		return w->r.text;
	fd = open(race->path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return "cannot open the fabric";
	ioctl(fd, VSN_IOC_INFO, &info);
	race->shift = info.window_shift;
	if (race->cell->fresh) {
		close(fd);
		return NULL;
	}
	race_place(fd, RACE_CONTEXT);
	fd = ioctl(RACE_CONTEXT, VSN_IOC_VIEW, &view);
	if (fd < 0 || race_place(fd, RACE_VIEW))
		return "cannot make a view";
	for (i = RACE_QUEUE; i <= RACE_QUEUE2; i++) {
		setup.size = sizeof(setup);
		fd = ioctl(RACE_CONTEXT, VSN_IOC_QUEUE, &setup);
		if (fd < 0 || race_place(fd, i))
			return "cannot make a queue";
	}
	return NULL;
}

const char *race_setup(struct race **out, const struct race_cell *cell, bool *skip)
{
	const char *why = test_ready();
	struct race_worker *w;
	struct race *race;

	*skip = why;
	if (why)
		return why;
	race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w = calloc(1, sizeof(*w));
	if (race == MAP_FAILED || !w)
		return "no memory";
	*out = race;
	race->cell = cell;
	race->map = MAP_FAILED;
	snprintf(race->name, sizeof(race->name), "race%d", getpid());
	snprintf(race->path, sizeof(race->path), "/dev/vsn/%s", race->name);
	w->race = race;
	if (!cell->bare) {
		if (race_nl_setup(w))
			return "no netlink";
		why = make_fabric(race, w);
		race_nl_cleanup(w);
	}
	if (why)
		why = strdup(why);
	free(w);
	return why;
}

static void *work(void *arg)
{
	struct race_worker *w = arg;
	int err = 0;

	if (w->side->setup)
		err = w->side->setup(w);
	if (err) {
		race_count(w->count, err);
		return NULL;
	}
	while (race_going(w->race)) {
		race_count(w->count, w->side->step(w));
		/* Users who never pause leave no gap in which it can be removed. */
		if (w->race->cell->fresh && w->side == w->race->cell->use)
			usleep(race_random(w, 1000));
	}
	if (w->side->cleanup)
		w->side->cleanup(w);
	return NULL;
}

static bool listed(const int *errs, int err)
{
	for (; errs && *errs; errs++)
		if (*errs == err)
			return true;
	return false;
}

/* The first errno that a side must not see; 0 if there is none. */
static int unexpected(const struct race_count *count, const struct race_side *side,
		      const struct race_cell *cell)
{
	int err;

	for (err = 0; err < RACE_MAX_ERRNO; err++)
		if (count->errs[err] && !listed(side->errs, err) && !listed(cell->errs, err))
			return err ? err : EINVAL;
	return 0;
}

static const char *judge(const struct race *race)
{
	const struct race_cell *cell = race->cell;
	static char why[160];
	int err;

	err = unexpected(&race->removed, cell->remove, cell);
	if (err) {
		snprintf(why, sizeof(why), "%s fails: %s", cell->remove->name, strerror(err));
		return why;
	}
	err = unexpected(&race->used, cell->use, cell);
	if (err) {
		snprintf(why, sizeof(why), "%s fails: %s", cell->use->name, strerror(err));
		return why;
	}
	if (!race->removed.ok || !race->used.ok) {
		snprintf(why, sizeof(why), "%s never succeeds",
			 race->removed.ok ? cell->use->name : cell->remove->name);
		return why;
	}
	return NULL;
}

/* Both have done something, or never will. */
static void wait_a_while(const struct race *race)
{
	double begin = seconds(), time = debug_kernel() ? 0.3 : 0.15;

	do {
		nap(20);
	} while (seconds() < begin + time ||
		 ((!race->removed.ok || !race->used.ok) &&
		  seconds() < begin + PATIENCE));
}

static struct race_worker *new_worker(struct race *race, unsigned int i)
{
	struct race_worker *w = calloc(1, sizeof(*w));
	bool user = i && !race->cell->killed;

	if (!w)
		return NULL;
	w->race = race;
	w->side = user ? race->cell->use : race->cell->remove;
	w->count = user ? &race->used : &race->removed;
	w->seed = i;
	w->fd = -1;
	return w;
}

/* As trace.sh, which attaches while nothing runs. */
static void stay_on_one(void)
{
	const char *vm = getenv("VSN_VM");
	cpu_set_t set;

	if (!vm || strcmp(vm, "tcg"))
		return;
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

const char *race_run(struct race *race)
{
	struct sigaction act = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	struct race_worker *workers[1 + RACE_USERS];
	pthread_t threads[1 + RACE_USERS];
	const char *why = NULL;
	struct timespec end;
	int i;

	if (race->cell->patches)
		stay_on_one();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGSEGV, &act, NULL);
	for (i = 0; i < 1 + RACE_USERS; i++) {
		workers[i] = new_worker(race, i);
		if (!workers[i] || pthread_create(&threads[i], NULL, work, workers[i]))
			return "no memory";
	}
	wait_a_while(race);
	__atomic_store_n(&race->stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < 1 + RACE_USERS; i++) {
		clock_gettime(CLOCK_REALTIME, &end);
		end.tv_sec += HANG;
		if (pthread_timedjoin_np(threads[i], NULL, &end))
			why = i ? "a user hangs" : "the remover hangs";
		else
			free(workers[i]);
	}
	return why ? why : judge(race);
}

/* Remove what can be removed at once, or soon: the kernel closes some files late. */
static int try_for_a_while(int (*fn)(void *arg), void *arg, int busy)
{
	double end = seconds() + 5;
	int err;

	do {
		err = fn(arg);
		if (err != -busy)
			break;
		nap(10);
	} while (seconds() < end);
	return err;
}

static int del_fabric_once(void *arg)
{
	return race_del_fabric(arg);
}

/* Does nothing hold the module? */
static int module_is_free(void *arg)
{
	FILE *f = fopen("/sys/module/vsn/refcnt", "r");
	int users = 0;

	if (!f)
		return -ENOENT;
	if (fscanf(f, "%d", &users) != 1)
		users = -1;
	fclose(f);
	return users ? -EAGAIN : 0;
}

const char *race_teardown(struct race *race)
{
	struct race_worker *w = calloc(1, sizeof(*w));
	static char why[160];
	int i, err;

	for (i = RACE_SLOTS; i < RACE_SLOTS_END; i++)
		close(i);
	if (race->map != MAP_FAILED)
		munmap(race->map, RACE_REGION);
	if (!w)
		return "no memory";
	w->race = race;
	err = race_nl_setup(w);
	if (!err) {
		err = try_for_a_while(del_fabric_once, w, EBUSY);
		race_nl_cleanup(w);
	}
	free(w);
	munmap(race, sizeof(*race));
	if (err && err != -ENOENT) {
		snprintf(why, sizeof(why), "the fabric stays: %s", strerror(-err));
		return why;
	}
	err = try_for_a_while(module_is_free, NULL, EAGAIN);
	return err && err != -ENOENT ? "something holds the module" : NULL;
}

static int del_module_once(void *arg)
{
	return syscall(SYS_delete_module, "vsn", O_NONBLOCK) ? -errno : 0;
}

/* A kernel that counts allocations says what of the module's is left. */
static const char *leaked(int kmsg)
{
	static char line[1024];
	ssize_t n;

	for (;;) {
		n = read(kmsg, line, sizeof(line) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return NULL;
		line[n] = 0;
		if (strstr(line, "allocated at module unload"))
			return line;
	}
}

const char *race_end(void)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), err;
	const char *leak;

	if (kmsg < 0)
		return "no kernel log";
	lseek(kmsg, 0, SEEK_END);
	err = try_for_a_while(del_module_once, NULL, EAGAIN);
	leak = leaked(kmsg);
	close(kmsg);
	return err ? "the module stays" : leak;
}

static size_t print_count(char *buf, size_t size, const struct race_side *side,
			  const struct race_count *count)
{
	size_t len;
	int err;

	len = snprintf(buf, size, "%s %lu", side->name, count->ok);
	for (err = 0; err < RACE_MAX_ERRNO && len < size; err++)
		if (count->errs[err])
			len += snprintf(buf + len, size - len, ", %s %u",
					strerrorname_np(err), count->errs[err]);
	return len;
}

void race_print(const struct race *race, char *buf, size_t size)
{
	size_t len = print_count(buf, size, race->cell->remove, &race->removed);

	if (len < size)
		len += snprintf(buf + len, size - len, " | ");
	if (len < size)
		print_count(buf + len, size - len, race->cell->use, &race->used);
}
