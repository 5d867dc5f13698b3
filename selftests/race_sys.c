// SPDX-License-Identifier: GPL-2.0
/* Races: sides that look at the module from elsewhere in the system. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "race_users.h"

#define TRACING	"/sys/kernel/tracing"

/* Read a file whole; 0 or a negative errno. */
static int read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, buf, sizeof(buf));
	} while (n > 0);
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Look at all that is in a directory. */
static int read_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		fstatat(dirfd(dir), entry->d_name, &st, 0);
	closedir(dir);
	return 0;
}

static int sysfs_step(struct race_worker *w)
{
	static const char * const files[] = {
		"class/vsn/%s/uevent", "class/vsn/%s/dev", "class/vsn/%s/power/control",
		"module/vsn/refcnt", "module/vsn/initstate", "module/vsn/sections/.text",
		"kernel/btf/vsn", "class/vsn",
	};
	unsigned int which = race_random(w, 8);
	char path[96];
	size_t len;

	len = snprintf(path, sizeof(path), "/sys/");
	/* Those without a name in them take it as an argument all the same. */
	snprintf(path + len, sizeof(path) - len, files[which], w->race->name);
	return which == 7 ? read_dir(path) : read_file(path);
}

const struct race_side sysfs = {
	.name = "sysfs", .step = sysfs_step, .errs = RACE_ERRS(ENOENT, ENODEV),
};

static int devices_step(struct race_worker *w)
{
	struct stat st;

	if (race_random(w, 2))
		return read_dir("/dev/vsn");
	return stat(w->race->path, &st) ? -errno : 0;
}

const struct race_side devices = {
	.name = "/dev/vsn", .step = devices_step, .errs = RACE_ERRS(ENOENT),
};

/* On and off, and a look at what came of it. */
static int tracepoints_step(struct race_worker *w)
{
	switch (race_random(w, 8)) {
	case 0:
		return read_file(TRACING "/events/vsn/vsn_op_complete/format");
	case 1:
		return read_file(TRACING "/trace");
	case 2:
		return write_file(TRACING "/trace", "");
	case 3:
		return write_file(TRACING "/events/vsn/vsn_fault/filter", "bytes > 0");
	default:
		return write_file(TRACING "/events/vsn/enable", race_random(w, 2) ? "1" : "0");
	}
}

/* Names of tasks are recorded at each switch of them: more code that is changed. */
static int tracepoints_setup(struct race_worker *w)
{
	return write_file(TRACING "/options/record-cmd", "0");
}

static void tracepoints_cleanup(struct race_worker *w)
{
	write_file(TRACING "/events/vsn/enable", "0");
	write_file(TRACING "/trace", "");
	write_file(TRACING "/options/record-cmd", "1");
}

/* EBUSY: the first to enable one makes the buffer larger, unless it is being read. */
const struct race_side tracepoints = {
	.name = "tracepoints", .setup = tracepoints_setup, .step = tracepoints_step,
	.cleanup = tracepoints_cleanup, .errs = RACE_ERRS(EBUSY),
};

static int proc_path(struct race_worker *w, char *path, size_t size, const char *file)
{
	pid_t pid = __atomic_load_n(&w->race->child, __ATOMIC_ACQUIRE);

	if (!pid)
		return RACE_IDLE;
	snprintf(path, size, "/proc/%d/%s", pid, file);
	return 0;
}

static int maps_step(struct race_worker *w)
{
	static const char * const files[] = { "maps", "smaps", "smaps_rollup", "numa_maps" };
	char path[64];
	int err;

	err = proc_path(w, path, sizeof(path), files[race_random(w, 4)]);
	if (err)
		return err;
	err = read_file(path);
	return err == -ENOENT && strstr(path, "numa") ? RACE_IDLE : err;
}

/* ESRCH: the process is dead. */
const struct race_side maps = {
	.name = "/proc/PID/maps", .step = maps_step, .errs = RACE_ERRS(ENOENT, ESRCH),
};

static void *there(struct race_worker *w)
{
	return (char *)__atomic_load_n(&w->race->map, __ATOMIC_ACQUIRE) +
	       race_random(w, RACE_REGION / PAGE) * PAGE;
}

static int proc_mem_step(struct race_worker *w)
{
	char path[64], buf[2 * KIB];
	ssize_t n;
	int fd, err;

	err = proc_path(w, path, sizeof(path), "mem");
	if (err)
		return err;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (race_random(w, 2))
		n = pread(fd, buf, sizeof(buf), (off_t)there(w));
	else
		n = pwrite(fd, "x", 1, (off_t)there(w));
	if (n < 0)
		err = -errno;
	close(fd);
	/* Its memory is gone already. */
	return err ? err : n ? 0 : RACE_IDLE;
}

/* EIO: nothing is mapped there. */
const struct race_side proc_mem = {
	.name = "/proc/PID/mem", .step = proc_mem_step,
	.errs = RACE_ERRS(EIO, ENOENT, ESRCH, EACCES),
};

static int vm_readv_step(struct race_worker *w)
{
	struct iovec remote = { .iov_base = there(w), .iov_len = 2 * KIB };
	char buf[2 * KIB];
	struct iovec local = { .iov_base = buf, .iov_len = sizeof(buf) };
	pid_t pid = __atomic_load_n(&w->race->child, __ATOMIC_ACQUIRE);
	ssize_t n;

	if (!pid)
		return RACE_IDLE;
	if (race_random(w, 2))
		n = process_vm_readv(pid, &local, 1, &remote, 1, 0);
	else
		n = process_vm_writev(pid, &local, 1, &remote, 1, 0);
	return n < 0 ? -errno : 0;
}

/* EFAULT: nothing is mapped there; EPERM: of what is about to be reaped. */
const struct race_side vm_readv = {
	.name = "process_vm_readv", .step = vm_readv_step,
	.errs = RACE_ERRS(EFAULT, ESRCH, EPERM),
};
