// SPDX-License-Identifier: GPL-2.0
/*
 * Every way to memory, as each allocation and copy on it fails: files, mappings and
 * their faults, reads and writes.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

#include "sweep.h"

#define INITIATOR	2
#define HOME		1

static struct vsn_ctl_region *region;
static int file = -1, pipes[2] = { -1, -1 };
static unsigned char *map = MAP_FAILED, *place = MAP_FAILED;
static size_t map_len;
static pid_t child;
static sigjmp_buf on_sigbus;
static unsigned char bytes[2 * PAGE];
static ssize_t moved;

/* Where a program would get SIGBUS, the call gives this. */
#define SIGBUS_ERRNO	EFAULT

static void sigbus(int sig)
{
	siglongjmp(on_sigbus, 1);
}

/* No system call but the fault itself: the handler is there, and masks nothing. */
static int touch(volatile unsigned char *p, bool write)
{
	if (sigsetjmp(on_sigbus, 0))
		return -SIGBUS_ERRNO;
	if (write)
		*p = 1;
	else
		(void)*p;
	return 0;
}

static void catch_sigbus(void)
{
	struct sigaction act = { .sa_handler = sigbus, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &act, NULL);
}

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

/* What is prepared, and how it goes again */

static struct vsn_ctl_region *add_region(uint64_t size, uint32_t nr, bool huge)
{
	const uint32_t homes[] = { HOME, HOME + 1 };
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = homes, .nr_homes = nr, .granule = nr > 1 ? PAGE : 0,
		.huge = huge,
	};

	return vsn_ctl_region_add(scene.ctl, scene.name, &spec, &region) ? NULL : region;
}

static bool small(void)
{
	catch_sigbus();
	return add_region(HUGE, 1, false);
}

static bool interleaved(void)
{
	return add_region(HUGE, 2, false);
}

static bool huge(void)
{
	catch_sigbus();
	return add_region(HUGE, 1, true);
}

static void clean(void)
{
	if (map != MAP_FAILED)
		munmap(map, map_len);
	if (place != MAP_FAILED && place != map)
		munmap(place, HUGE);
	map = MAP_FAILED;
	place = MAP_FAILED;
	if (file >= 0)
		close(file);
	file = -1;
	if (pipes[0] >= 0) {
		close(pipes[0]);
		close(pipes[1]);
	}
	pipes[0] = -1;
	if (region) {
		vsn_ctl_region_del(scene.ctl, scene.name, region->id);
		vsn_ctl_region_free(region);
	}
	region = NULL;
}

static bool map_at(int fd, uint64_t ua, size_t len)
{
	map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, ua);
	map_len = len;
	return map != MAP_FAILED;
}

static bool small_mapped(void)
{
	return small() && map_at(scene.fd, region->ua, HUGE);
}

static bool small_viewed(void)
{
	file = vsn_dev_view(scene.dev, INITIATOR);
	return file >= 0 && small() && map_at(file, region->ua, HUGE);
}

static bool huge_viewed(void)
{
	file = vsn_dev_view(scene.dev, INITIATOR);
	return file >= 0 && huge() && map_at(file, region->ua, HUGE);
}

static bool small_touched(void)
{
	return small_mapped() && !touch(map, true);
}

static uint64_t window(void)
{
	return (uint64_t)HOME << scene.shift;
}

static bool window_mapped(void)
{
	return small() && map_at(scene.fd, window(), HUGE);
}

static bool mapped_in_pipe(void)
{
	return small_mapped() && !pipe2(pipes, O_CLOEXEC | O_NONBLOCK) &&
	       write(pipes[1], "x", 1) == 1;
}

/* Files */

static int open_device(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vsn/%s", scene.name);
	file = open(path, O_RDWR | O_CLOEXEC);
	return result(file);
}

static bool opened(void)
{
	return !open_device();
}

static int close_file(void)
{
	int fd = file;

	file = -1;
	return result(close(fd));
}

static int info(void)
{
	struct vsn_info i;

	return vsn_dev_info(scene.dev, &i);
}

static int view(void)
{
	file = vsn_dev_view(scene.dev, INITIATOR);
	return file < 0 ? file : 0;
}

static int view_of_none(void)
{
	return vsn_dev_view(scene.dev, 12345);
}

/* Those that cannot initiate come after those that can. */
static int view_of_memory(void)
{
	return vsn_dev_view(scene.dev, TEST_ACCELERATORS);
}

static bool viewed(void)
{
	return !view();
}

static int seek(void)
{
	return result(lseek(scene.fd, VSN_UA_POOL, SEEK_SET));
}

static int seek_beyond(void)
{
	return result(lseek(scene.fd, (1LL << VSN_UA_BITS) + 1, SEEK_SET));
}

/* Mappings */

static int map_region(void)
{
	return map_at(scene.fd, region->ua, HUGE) ? 0 : -errno;
}

static bool viewed_and_small(void)
{
	return viewed() && small();
}

static int map_view(void)
{
	return map_at(file, region->ua, HUGE) ? 0 : -errno;
}

static int map_window(void)
{
	return map_at(scene.fd, window(), HUGE) ? 0 : -errno;
}

static int map_beyond(void)
{
	return map_at(scene.fd, region->ua, 2 * HUGE) ? 0 : -errno;
}

static int unmap(void)
{
	int err = result(munmap(map, map_len));

	if (!err)
		map = MAP_FAILED;
	return err;
}

/* The file is closed already: it goes, and the view with it. */
static bool viewed_and_closed(void)
{
	return small_viewed() && !close_file();
}

static bool small_touched_and_a_place(void)
{
	place = mmap(NULL, HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return place != MAP_FAILED && small_touched();
}

static int move_mapping(void)
{
	if (mremap(map, map_len, map_len, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED)
		return -errno;
	map = place;
	return 0;
}

static int fork_mapping(void)
{
	child = fork();
	if (!child)
		_exit(touch(map, false));
	return result(child);
}

/* The child reads what the parent had written. */
static const char *forked(int err)
{
	int status;

	if (err)
		return NULL;
	if (waitpid(child, &status, 0) != child || status)
		return "the child does not read the mapping";
	return NULL;
}

static const char *still_there(int err)
{
	return touch(map, false) || *map != 1 ? "the mapping has lost its contents" : NULL;
}

/* Faults */

static int write_page(void)
{
	return touch(map + 5 * PAGE, true);
}

static int read_page(void)
{
	return touch(map + 5 * PAGE, false);
}

static int read_into_mapping(void)
{
	return result(read(pipes[0], map, 1));
}

/* Copied, if at all, whole. */
static const char *page_is_there(int err)
{
	int64_t by = changed(&scene, W_RESIDENT);

	if (err)
		return NULL;
	if (by != PAGE && by != HUGE)
		return "another amount of memory is resident";
	return scene.whole && *(long *)scene.arg != by ? "the folio is smaller than it should" :
							 NULL;
}

static const long small_folio = PAGE, huge_folio = HUGE;

/* Reads and writes */

/* The last 100 bytes of one page, and as many as there are of the next one. */
#define ACROSS		(PAGE - 100)

static bool filled(void)
{
	memset(bytes, 'v', sizeof(bytes));
	return interleaved() &&
	       pwrite(scene.fd, bytes, sizeof(bytes), region->ua) == sizeof(bytes);
}

static int read_across(void)
{
	moved = pread(scene.fd, bytes, PAGE, region->ua + ACROSS);
	return result(moved);
}

static int read_window(void)
{
	moved = pread(scene.fd, bytes, PAGE, window() + ACROSS);
	return result(moved);
}

static bool to_write(void)
{
	memset(bytes, 'v', sizeof(bytes));
	return interleaved();
}

static bool to_write_huge(void)
{
	memset(bytes, 'v', sizeof(bytes));
	return huge();
}

static int write_across(void)
{
	moved = pwrite(scene.fd, bytes, PAGE, region->ua + ACROSS);
	return result(moved);
}

static int write_window(void)
{
	moved = pwrite(scene.fd, bytes, PAGE, window() + ACROSS);
	return result(moved);
}

static const char *was_read(int err)
{
	if (moved > 0 && changed(&scene, W_HOST_READ) != moved)
		return "not counted as it was read";
	return scene.whole && moved != PAGE ? "too little was read" : NULL;
}

/*
 * What was written is there and counted, and nothing else. A page may be in memory
 * of which nothing was written in the end; it is zeros.
 */
static const char *was_written_at(uint64_t ua, size_t offset)
{
	static unsigned char found[2 * PAGE];
	size_t i, n = moved > 0 ? moved : 0;

	if (changed(&scene, W_HOST_WRITE) != n)
		return "not counted as it was written";
	if (pread(scene.fd, found, sizeof(found), ua) != sizeof(found))
		return "cannot be read any more";
	for (i = 0; i < sizeof(found); i++)
		if (found[i] != (i >= offset && i < offset + n ? 'v' : 0))
			return "other bytes are there";
	return scene.whole && moved != PAGE ? "too little was written" : NULL;
}

static const char *was_written(int err)
{
	return was_written_at(region->ua, ACROSS);
}

static const char *window_was_written(int err)
{
	return was_written_at(window(), ACROSS);
}

static bool piped(void)
{
	return !pipe2(pipes, O_CLOEXEC | O_NONBLOCK) &&
	       lseek(scene.fd, region->ua, SEEK_SET) == region->ua;
}

static bool to_splice(void)
{
	return filled() && piped();
}

static int splice_out(void)
{
	moved = splice(scene.fd, NULL, pipes[1], NULL, PAGE, 0);
	return result(moved);
}

static bool to_splice_in(void)
{
	memset(bytes, 'v', sizeof(bytes));
	return interleaved() && piped() && write(pipes[1], bytes, PAGE) == PAGE;
}

static int splice_in(void)
{
	moved = splice(pipes[0], NULL, scene.fd, NULL, PAGE, 0);
	return result(moved);
}

static const char *was_spliced_in(int err)
{
	return was_written_at(region->ua, 0);
}

#define ROW(what, ...)	{ .name = what, .cleanup = clean, __VA_ARGS__ }

/* A fault that fails is a fault. */
#define FAULTS		{ W_FAULTS, W_HOST_FAULTS }
/* A write that fails may leave pages of zeros. */
#define WRITES		.errnos = { ENOMEM, EFAULT }, .ignore = { W_RESIDENT }, \
			.changes = { { W_HOST_WRITE, ANY } }
#define READS		.changes = { { W_HOST_READ, ANY } }

static const struct sweep_row rows[] = {
	ROW("open", .call = open_device, .errnos = { ENOMEM, EFAULT },
	    .changes = { { W_CONTEXTS, 1 }, { W_FILES, 1 } }),
	ROW("close of a context", .prepare = opened, .call = close_file,
	    .changes = { { W_CONTEXTS, -1 }, { W_FILES, -1 } }, .flags = SWEEP_NOTHING),
	ROW("INFO", .call = info, .errnos = { EFAULT }),
	ROW("VIEW, the initiator's first", .flags = SWEEP_FRESH | SWEEP_STARVE, .call = view,
	    .errnos = { ENOMEM, EFAULT }, .changes = { { W_CONTEXTS, 1 }, { W_FILES, 1 } }),
	ROW("VIEW of no endpoint", .call = view_of_none, .errnos = { EFAULT },
	    .expect = -EINVAL),
	ROW("VIEW of an endpoint that cannot initiate", .call = view_of_memory,
	    .errnos = { EFAULT }, .expect = -EINVAL),
	ROW("close of a view", .prepare = viewed, .call = close_file,
	    .changes = { { W_CONTEXTS, -1 }, { W_FILES, -1 } }, .flags = SWEEP_NOTHING),
	ROW("lseek", .call = seek, .flags = SWEEP_NOTHING),
	ROW("lseek beyond the end", .call = seek_beyond, .flags = SWEEP_NOTHING,
	    .expect = -EINVAL),

	ROW("mmap of a region", .prepare = small, .call = map_region, .errnos = { ENOMEM },
	    .changes = { { W_MAPPINGS, 1 } }),
	ROW("mmap of a view", .prepare = viewed_and_small, .call = map_view,
	    .errnos = { ENOMEM }, .changes = { { W_MAPPINGS, 1 } }),
	ROW("mmap of a device window, its first use", .flags = SWEEP_FRESH, .prepare = small,
	    .call = map_window, .errnos = { ENOMEM }, .changes = { { W_MAPPINGS, 1 } }),
	ROW("mmap beyond a region's end", .prepare = small, .call = map_beyond,
	    .errnos = { ENOMEM }, .expect = -ENXIO),
	ROW("munmap", .prepare = small_touched, .call = unmap, .errnos = { ENOMEM },
	    .changes = { { W_MAPPINGS, -1 } }),
	ROW("munmap of the last mapping of a view", .prepare = viewed_and_closed,
	    .call = unmap, .errnos = { ENOMEM },
	    .changes = { { W_MAPPINGS, -1 }, { W_CONTEXTS, -1 } }),
	ROW("mremap", .prepare = small_touched_and_a_place, .call = move_mapping,
	    .verify = still_there, .errnos = { ENOMEM, EFAULT }),
	ROW("fork with a mapping", .prepare = small_touched, .call = fork_mapping,
	    .verify = forked, .errnos = { ENOMEM, EAGAIN }, .ignore = FAULTS,
	    .stride = 5),

	ROW("write fault, 4 KiB", .flags = SWEEP_FRESH,
	    .prepare = small_viewed, .call = write_page, .verify = page_is_there,
	    .arg = &small_folio, .errnos = { SIGBUS_ERRNO }, .ignore = FAULTS,
	    .changes = { { W_RESIDENT, ANY } }),
	ROW("read fault, 4 KiB", .prepare = small_mapped, .call = read_page,
	    .verify = page_is_there, .arg = &small_folio, .errnos = { SIGBUS_ERRNO },
	    .ignore = FAULTS, .changes = { { W_RESIDENT, ANY } }),
	ROW("write fault, 2 MiB", .flags = SWEEP_FRESH,
	    .prepare = huge_viewed, .call = write_page, .verify = page_is_there,
	    .arg = &huge_folio, .errnos = { SIGBUS_ERRNO }, .ignore = FAULTS,
	    .changes = { { W_RESIDENT, ANY } }),
	ROW("read fault, 2 MiB", .prepare = huge_viewed, .call = read_page,
	    .verify = page_is_there, .arg = &huge_folio, .errnos = { SIGBUS_ERRNO },
	    .ignore = FAULTS, .changes = { { W_RESIDENT, ANY } }),
	ROW("write fault in a device window", .flags = SWEEP_FRESH, .prepare = window_mapped,
	    .call = write_page, .verify = page_is_there, .arg = &small_folio,
	    .errnos = { SIGBUS_ERRNO }, .ignore = FAULTS,
	    .changes = { { W_RESIDENT, ANY } }),
	ROW("a system call's fault", .prepare = mapped_in_pipe, .call = read_into_mapping,
	    .verify = page_is_there, .arg = &small_folio, .errnos = { EFAULT },
	    .ignore = { W_FAULTS, W_HOST_FAULTS, W_RESIDENT }),

	ROW("pread across pages", .prepare = filled, .call = read_across, .verify = was_read,
	    .errnos = { EFAULT }, READS),
	ROW("pread of what was never written", .prepare = interleaved, .call = read_across,
	    .verify = was_read, .flags = SWEEP_NOTHING, READS),
	ROW("pread of a device window, its first use", .flags = SWEEP_FRESH, .prepare = small,
	    .call = read_window, .verify = was_read, .errnos = { ENOMEM, EFAULT }, READS),
	ROW("pwrite across pages of two homes", .flags = SWEEP_FRESH | SWEEP_STARVE,
	    .prepare = to_write, .call = write_across, .verify = was_written, WRITES),
	ROW("pwrite to a huge region", .flags = SWEEP_FRESH, .prepare = to_write_huge,
	    .call = write_across, .verify = was_written, WRITES),
	ROW("pwrite to a device window, its first use", .flags = SWEEP_FRESH,
	    .prepare = to_write_huge, .call = write_window, .verify = window_was_written,
	    WRITES),
	ROW("splice to a pipe", .prepare = to_splice, .call = splice_out, .verify = was_read,
	    .errnos = { ENOMEM, EFAULT }, READS),
	ROW("splice from a pipe", .flags = SWEEP_FRESH, .prepare = to_splice_in,
	    .call = splice_in, .verify = was_spliced_in, WRITES),
};

int main(void)
{
	return sweep_main(rows, ARRAY_SIZE(rows));
}
