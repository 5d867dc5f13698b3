// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading the module, as each allocation that its init and its exit
 * make fails: a failed load leaves nothing behind, and an unload does not fail.
 *
 * Only what the kernel does below our two functions is counted. Around them it loads
 * a module, with some hundred allocations of its own, and warns where tracing meets
 * some of their failures.
 *
 * On a debug kernel it takes seconds until a module is gone that has done all its
 * work. So each load takes a copy of another name, and the next one begins when our code
 * has come to its end, while the kernel is still busy with the last ones.
 */
#include <elf.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sweep.h"

#define POINTS_MAX	500
#define COPIES		12	/* at the same time */
#define NAME_OFFSET	24	/* of its name, in what the loader takes for struct module */
#define EVERYTHING	1000000
#define FAMILIES	64

/**
 * struct copy - a copy of the module, and what is done with it now
 * @name: of the copy
 * @pid: process that does it, or 0
 * @point: which point fails in it, or 0
 * @want: what it is to return
 * @ended: it has returned, with:
 * @err: errno
 * @left: as sweep_disarm() says
 *
 * In memory that the process shares.
 */
struct copy {
	char name[16];
	pid_t pid;
	unsigned int point;
	int want;
	bool ended;
	int err;
	unsigned int left;
};

static struct copy *copies;
static unsigned int failed;	/* calls that returned an error */
static unsigned int last;	/* first point that was not met; 0: not known yet */
static unsigned char *image;
static size_t image_size, name_at;

static bool read_image(void)
{
	const char *path = getenv("VSN_KO");
	int fd = open(path ? path : "", O_RDONLY | O_CLOEXEC);
	size_t room = 64 * MIB;
	ssize_t n;

	if (fd < 0)
		return false;
	image = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	while (image != MAP_FAILED && image_size < room &&
	       (n = read(fd, image + image_size, room - image_size)) > 0)
		image_size += n;
	close(fd);
	return image_size;
}

/* Where the name stands that the kernel will know it by. */
static bool find_name(void)
{
	const Elf64_Ehdr *header = (void *)image;
	const Elf64_Shdr *section = (void *)(image + header->e_shoff);
	const char *names = (void *)(image + section[header->e_shstrndx].sh_offset);
	int i;

	for (i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + section[i].sh_name, ".gnu.linkonce.this_module"))
			name_at = section[i].sh_offset + NAME_OFFSET;
	return name_at && !strcmp((char *)image + name_at, "vsn");
}

/* In the kernel's own memory: nothing is read from a file while it is loaded. */
static int load(const char *name)
{
	snprintf((char *)image + name_at, 16, "%s", name);
	return syscall(SYS_init_module, image, image_size, "") ? -errno : 0;
}

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, 0) ? -errno : 0;
}

static bool complain(unsigned int n, const char *what, const char *why)
{
	ksft_print_msg("point %u: %s: %s\n", n, what, why);
	return false;
}

/* In a process of its own; @n: which point fails, or 0. */
static bool begin(struct copy *copy, int (*what)(const char *name), unsigned int n)
{
	pid_t pid;

	copy->point = n;
	copy->ended = false;
	copy->err = -EINTR;
	fflush(stdout);
	pid = fork();
	if (pid) {
		copy->pid = pid;
		return pid > 0;
	}
	if (n)
		sweep_arm(n);
	copy->err = what(copy->name);
	copy->left = n ? sweep_disarm() : 0;
	__atomic_store_n(&copy->ended, true, __ATOMIC_RELEASE);
	_exit(0);
}

/* Wait until the kernel has done all of its part, too. */
static bool end(struct copy *copy)
{
	if (!copy->pid)
		return true;
	waitpid(copy->pid, NULL, 0);
	copy->pid = 0;
	if (copy->err != copy->want)
		return complain(copy->point, copy->name, strerror(-copy->err));
	if (copy->point && copy->left && (!last || copy->point < last))
		last = copy->point;
	if (copy->point && copy->err)
		failed++;
	return true;
}

static bool end_all(void)
{
	bool ok = true;
	int i;

	for (i = 0; i < COPIES; i++)
		ok = end(&copies[i]) && ok;
	return ok;
}

static bool ended(const struct copy *copy)
{
	return __atomic_load_n(&copy->ended, __ATOMIC_ACQUIRE);
}

/* What the kernel says of it: "coming", "live", "going", or "" if it is not there. */
static bool state_is(const struct copy *copy, const char *want)
{
	char path[64], state[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", copy->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, state, sizeof(state) - 1) < 0)
		state[0] = 0;
	if (fd >= 0)
		close(fd);
	return !strncmp(state, want, strlen(want)) && !!state[0] == !!want[0];
}

static bool in_file(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	bool found = false;
	char line[256];

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, word);
	if (f)
		fclose(f);
	return found;
}

static bool family_is_there(void)
{
	struct vsn_ctl *ctl;
	int err = vsn_ctl_open(&ctl);

	vsn_ctl_close(ctl);
	return !err;
}

static const char *all_there(bool want)
{
	if (!access("/sys/class/vsn", F_OK) != want)
		return "the class";
	if (in_file("/proc/devices", " vsn\n") != want)
		return "the device number";
	if (in_file("/proc/slabinfo", "vsn_op ") != want)
		return "the cache";
	return family_is_there() != want ? "the netlink family" : NULL;
}

/* Wait until what init or exit does is done, whatever the kernel does after it. */
static bool wait_for(struct copy *copy, bool loads)
{
	struct timespec ts = { .tv_nsec = 4 * 1000 * 1000 };
	int i;

	for (i = 0; i < 5000; i++) {
		if (ended(copy))
			return true;
		if (loads && (state_is(copy, "going") || state_is(copy, "live")))
			return true;
		/* The cache is the last that exit takes down. */
		if (!loads && !state_is(copy, "live") && !in_file("/proc/slabinfo", "vsn_op "))
			return true;
		nanosleep(&ts, NULL);
	}
	return false;
}

/* Nothing of it may be left, or all of it must be there. */
static bool agrees(unsigned int n, bool live)
{
	const char *wrong = all_there(live);

	return !wrong || complain(n, wrong, live ? "is not there" : "is left behind");
}

static struct copy *copy_for(unsigned int n)
{
	struct copy *copy = &copies[n % COPIES];

	if (!end(copy))
		return NULL;
	snprintf(copy->name, sizeof(copy->name), "vsn_%u", n);
	return copy;
}

static bool unload_again(struct copy *copy)
{
	copy->want = 0;
	if (!begin(copy, unload, 0) || !wait_for(copy, false))
		return complain(copy->point, "its exit", "comes to no end");
	return agrees(0, false);
}

/* Load it, and the nth allocation fails. */
static bool load_point(unsigned int n)
{
	struct copy *copy = copy_for(n);
	bool live;

	if (!copy || !begin(copy, load, n) || !wait_for(copy, true))
		return complain(n, "its init", "comes to no end");
	live = state_is(copy, "live");
	copy->want = live ? 0 : -ENOMEM;
	if (!agrees(n, live))
		return false;
	/* The allocation was tried again, or could be done without. */
	return !live || (end(copy) && unload_again(copy));
}

/* Unload it, and the nth allocation, or the copy of its name, fails. */
static bool unload_point(unsigned int n)
{
	struct copy *copy = copy_for(n);
	bool live;

	if (!copy || load(copy->name) || !begin(copy, unload, n) || !wait_for(copy, false))
		return complain(n, "its exit", "comes to no end");
	live = state_is(copy, "live");
	copy->want = live ? -EFAULT : 0;
	if (!agrees(n, live))
		return false;
	return !live || (end(copy) && unload_again(copy));
}

static bool sweep(const char *name, bool (*point)(unsigned int n))
{
	unsigned int n, i;
	bool ok = true;

	failed = 0;
	last = 0;
	for (n = 1; n < POINTS_MAX && ok && !last; n++)
		ok = point(n);
	ok = end_all() && ok;
	/* Where it went wrong, leave none to the next one. */
	for (i = 0; i < COPIES; i++)
		if (copies[i].name[0])
			unload(copies[i].name);
	ksft_print_msg("%s: %u points injected, %u failed\n", name, last ? last - 1 : n - 1,
		       failed);
	return ok && last > 1;
}

/*
 * Numbers of families go round, and memory is needed for one of 64: use up those in
 * between, which the module with the planted faults can.
 */
static bool next_family_allocates(void)
{
	const char *path = getenv("PLANTED_KO");
	int fd = open(path ? path : "", O_RDONLY | O_CLOEXEC), id = 0, i;
	FILE *f;

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		ksft_print_msg("planted.ko: %s\n", strerror(errno));
	close(fd);
	for (i = 0; i < FAMILIES && id % FAMILIES != FAMILIES - 1; i++) {
		f = fopen("/sys/kernel/debug/planted/family", "r");
		if (!f || fscanf(f, "%d", &id) != 1)
			id = 0;
		if (f)
			fclose(f);
	}
	unload("planted");
	return id;
}

/* The first allocation below @function fails, and so must the load. */
static bool fails_below(const char *function)
{
	struct copy *copy = &copies[1 % COPIES];

	if (sweep_only_below(function) && load_point(1) && end(copy) && copy->err)
		return true;
	unload(copy->name);
	return complain(1, function, "did not fail");
}

static bool each_fails(void)
{
	return fails_below("__kmem_cache_create_args") &&
	       fails_below("__register_chrdev_region") && fails_below("class_create") &&
	       fails_below("cdev_alloc") && fails_below("cdev_add") &&
	       next_family_allocates() && fails_below("genl_register_family");
}

static const char *prepare(void)
{
	const char *why = test_ready();

	if (!why)
		why = sweep_ready();
	if (why)
		return why;
	if (unload("vsn") || !read_image() || !find_name())
		return "the module cannot be unloaded, or not be read";
	copies = mmap(NULL, COPIES * sizeof(*copies), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return copies == MAP_FAILED ? "no memory" : NULL;
}

/* How many of them the kernel has of its own, which stay. */
static void count_all(void)
{
	struct copy *copy = copy_for(0);

	copy->want = 0;
	sweep_only_below(NULL);
	if (begin(copy, load, EVERYTHING) && end(copy))
		ksft_print_msg("loading the module allocates and copies %u times in all\n",
			       EVERYTHING - copy->left);
	unload(copy->name);
}

int main(void)
{
	const char *why;

	ksft_print_header();
	why = prepare();
	if (why)
		ksft_exit_skip("%s\n", why);
	ksft_set_plan(3);
	count_all();
	ksft_test_result(each_fails(), "each step of init\n");
	ksft_test_result(sweep_only_below("do_one_initcall") &&
			 sweep("finit_module, its init", load_point), "init\n");
	sweep_only_below(NULL);
	ksft_test_result(sweep("delete_module", unload_point), "exit\n");
	sweep_only_below(NULL);
	ksft_finished();
}
