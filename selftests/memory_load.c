// SPDX-License-Identifier: GPL-2.0
/*
 * What memory of a fabric costs, beside the kernel's own; under --icount one nanosecond
 * is one instruction.  Lines of a name and a number:
 *
 *	mapped_read_ratio	read of a mapped region of 2 MiB folios / anonymous memory
 *				of 2 MiB pages; mapped_write_ratio: the same
 *	touch_4k_ratio		first touch of 4 KiB / tmpfs with huge=never
 *	touch_2m_ratio		first touch of 2 MiB / tmpfs with huge=always
 *	huge_faults		faults that 1 GiB of 2 MiB folios took
 *	huge_mapped		of these bytes, mapped as 2 MiB (smaps, FilePmdMapped)
 *	share_NR		to take a page from NR readers, where 1024 have it mapped
 *	share_alone_NR		the same where nobody else has
 *	pool_ns			to allocate a region of all memory of 768 accelerators
 *	pool_bytes		how large it is
 *	pool_resident		memory in use with one byte written at each of them
 *
 * Programs must have SIZE of memory to spare: memory_load SIZE-IN-MIB
 */
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "big_fabric.h"
#include "vsn_test.h"

#define MIB		(1UL << 20)
#define HUGE		(2 * MIB)
#define PAGE		4096UL
#define NR_SHARERS	1024U
#define NR_DIES		768U
#define DIE_MEMORY	(64ULL << 30)

static const char *name = "memory-load";

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void fail(const char *what, int err)
{
	fprintf(stderr, "memory_load: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static struct vsn_ctl_region *add(struct vsn_ctl *ctl, const struct vsn_ctl_region_spec *spec)
{
	struct vsn_ctl_region *r;

	if (vsn_ctl_region_add(ctl, name, spec, &r)) {
		fprintf(stderr, "memory_load: %s\n", vsn_ctl_error(ctl));
		exit(1);
	}
	return r;
}

static void drop(struct vsn_ctl *ctl, struct vsn_ctl_region *r)
{
	int err = vsn_ctl_region_del(ctl, name, r->id);

	if (err)
		fail("region", err);
	vsn_ctl_region_free(r);
}

static unsigned char *map(int fd, uint64_t off, size_t size, int flags)
{
	unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, off);

	if (p == MAP_FAILED)
		fail("mmap", errno);
	return p;
}

/* One store a page of @step; what is left when the loop itself is taken off */
static uint64_t touch(unsigned char *p, size_t size, size_t step)
{
	uint64_t first, again;
	size_t i;

	first = wall_ns();
	for (i = 0; i < size; i += step)
		*(volatile unsigned char *)(p + i) = 1;
	first = wall_ns() - first;
	again = wall_ns();
	for (i = 0; i < size; i += step)
		*(volatile unsigned char *)(p + i) = 1;
	again = wall_ns() - again;
	return (first - again) / (size / step);
}

static int tmpfs(const char *huge, size_t size)
{
	char dir[] = "/tmp/memory_load.XXXXXX", path[64];
	int fd;

	if (!mkdtemp(dir))
		fail("mkdtemp", errno);
	if (mount("tmpfs", dir, "tmpfs", 0, huge))
		fail("tmpfs", errno);
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, size))
		fail(path, errno);
	/* It stays until its last file is closed. */
	if (umount2(dir, MNT_DETACH))
		fail("umount", errno);
	rmdir(dir);
	return fd;
}

/* Interleaved, as the machine is not the same twice; the best of each. */
static void first_touch(struct vsn_ctl *ctl, struct vsn_dev *dev, const char *what,
			const char *huge, size_t size, size_t step)
{
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = (uint32_t[]) { 1 }, .nr_homes = 1, .huge = step == HUGE,
	};
	uint64_t ours = UINT64_MAX, theirs = UINT64_MAX, t;
	struct vsn_ctl_region *r;
	unsigned char *p;
	int i, fd;

	for (i = 0; i < 3; i++) {
		fd = tmpfs(huge, size);
		p = map(fd, 0, size, MAP_SHARED);
		t = touch(p, size, step);
		theirs = t < theirs ? t : theirs;
		munmap(p, size);
		close(fd);
		r = add(ctl, &spec);
		fd = vsn_dev_view(dev, 1);
		p = map(fd, r->ua, size, MAP_SHARED);
		t = touch(p, size, step);
		ours = t < ours ? t : ours;
		munmap(p, size);
		close(fd);
		drop(ctl, r);
	}
	printf("%s_tmpfs %llu\n%s_vsn %llu\n%s_ratio %.3f\n", what, (unsigned long long)theirs,
	       what, (unsigned long long)ours, what, (double)ours / theirs);
}

static uint64_t pass(unsigned char *p, size_t size, int write)
{
	volatile uint64_t *word = (volatile uint64_t *)p;
	uint64_t t = wall_ns();
	size_t i;

	for (i = 0; i < size / 8; i++) {
		if (write)
			word[i] = i;
		else
			(void)word[i];
	}
	return wall_ns() - t;
}

static void mapped(struct vsn_ctl *ctl, struct vsn_dev *dev, size_t size)
{
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = (uint32_t[]) { 1 }, .nr_homes = 1, .huge = true,
	};
	struct vsn_ctl_region *r = add(ctl, &spec);
	uint64_t best[2][2] = { { UINT64_MAX, UINT64_MAX }, { UINT64_MAX, UINT64_MAX } }, t;
	unsigned char *p[2];
	int fd = vsn_dev_view(dev, 1), i, write, who;

	p[0] = map(-1, 0, size, MAP_PRIVATE | MAP_ANONYMOUS);
	madvise(p[0], size, MADV_HUGEPAGE);
	p[1] = map(fd, r->ua, size, MAP_SHARED);
	memset(p[0], 1, size);
	memset(p[1], 1, size);
	for (i = 0; i < 3; i++) {
		for (write = 0; write < 2; write++) {
			for (who = 0; who < 2; who++) {
				t = pass(p[who], size, write);
				if (t < best[who][write])
					best[who][write] = t;
			}
		}
	}
	printf("mapped_read_ratio %.4f\nmapped_write_ratio %.4f\n",
	       (double)best[1][0] / best[0][0], (double)best[1][1] / best[0][1]);
	munmap(p[0], size);
	munmap(p[1], size);
	close(fd);
	drop(ctl, r);
}

/* Bytes of the mapping at @p that are mapped as 2 MiB */
static uint64_t pmd_mapped(const void *p)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long start, end, kb = 0;
	char line[256];
	bool here = false;

	if (!f)
		fail("smaps", errno);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start == (unsigned long)p;
		else if (here && sscanf(line, "FilePmdMapped: %lu", &kb) == 1)
			break;
	}
	fclose(f);
	return kb << 10;
}

static int faults_of(const struct vsn_ctl_endpoint *e, void *arg)
{
	*(uint64_t *)arg += e->faults;
	return 0;
}

static void large(struct vsn_ctl *ctl, struct vsn_dev *dev, size_t size)
{
	struct vsn_ctl_region_spec spec = {
		.size = size, .homes = (uint32_t[]) { 1 }, .nr_homes = 1, .huge = true,
	};
	struct vsn_ctl_endpoint_filter all = { 0 };
	struct vsn_ctl_region *r = add(ctl, &spec);
	uint64_t before = 0, after = 0;
	int fd = vsn_dev_view(dev, 2);
	unsigned char *p = map(fd, r->ua, size, MAP_SHARED);
	size_t i;

	vsn_ctl_endpoint_list(ctl, name, &all, faults_of, &before);
	for (i = 0; i < size; i += PAGE)
		p[i] = 1;
	vsn_ctl_endpoint_list(ctl, name, &all, faults_of, &after);
	printf("huge_size %zu\nhuge_faults %llu\nhuge_mapped %llu\n", size,
	       (unsigned long long)(after - before), (unsigned long long)pmd_mapped(p));
	munmap(p, size);
	close(fd);
	drop(ctl, r);
}

/* To write a page that @nr others read, @mapped of which have it mapped at all */
static uint64_t share(struct vsn_ctl *ctl, struct vsn_dev *dev, uint32_t nr, uint32_t nr_mapped)
{
	struct vsn_ctl_region_spec spec = {
		.size = MIB, .homes = (uint32_t[]) { 0 }, .nr_homes = 1,
		.mode = VSN_REGION_MODE_COHERENT,
	};
	struct vsn_ctl_region *r = add(ctl, &spec);
	static unsigned char *p[NR_SHARERS + 1];
	uint64_t t, best = UINT64_MAX;
	uint32_t i, round;
	int fd;

	for (i = 0; i <= nr_mapped; i++) {
		fd = vsn_dev_view(dev, i);
		if (fd < 0)
			fail("view", fd);
		p[i] = map(fd, r->ua, MIB, MAP_SHARED);
		close(fd);
	}
	for (round = 0; round < 2; round++) {
		/* All of them have something of the region. */
		for (i = 1; i <= nr_mapped; i++)
			(void)*(volatile unsigned char *)(p[i] + 8 * PAGE);
		for (i = 1; i <= nr; i++)
			(void)*(volatile unsigned char *)p[i];
		(void)*(volatile unsigned char *)p[0];
		t = wall_ns();
		*(volatile unsigned char *)p[0] = 1;
		t = wall_ns() - t;
		best = t < best ? t : best;
	}
	for (i = 0; i <= nr_mapped; i++)
		munmap(p[i], MIB);
	drop(ctl, r);
	return best;
}

static void sharers(struct vsn_ctl *ctl, struct vsn_dev *dev)
{
	static const uint32_t counts[] = { 1, 16, 256 };
	uint64_t all, alone;
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		all = share(ctl, dev, counts[i], NR_SHARERS);
		alone = share(ctl, dev, counts[i], counts[i]);
		printf("share_%u %llu\nshare_alone_%u %llu\nshare_ratio_%u %.3f\n", counts[i],
		       (unsigned long long)all, counts[i], (unsigned long long)alone, counts[i],
		       (double)all / alone);
	}
}

/* All of the memory there is, one byte of each accelerator's */
static void pool(struct vsn_ctl *ctl, struct vsn_dev *dev)
{
	struct vsn_ctl_region_spec spec = { .nr_homes = NR_DIES, .granule = 1ULL << 30 };
	uint32_t homes[NR_DIES], i;
	struct vsn_ctl_region *r, *now;
	uint64_t t;

	for (i = 0; i < NR_DIES; i++)
		homes[i] = i;
	spec.homes = homes;
	spec.size = NR_DIES * DIE_MEMORY;
	t = wall_ns();
	r = add(ctl, &spec);
	t = wall_ns() - t;
	for (i = 0; i < NR_DIES; i++)
		if (pwrite(vsn_dev_fd(dev), "x", 1, r->ua + i * spec.granule + 12345) != 1)
			fail("pwrite", errno);
	if (vsn_ctl_region_get(ctl, name, r->id, &now))
		fail("region", EIO);
	printf("pool_ns %llu\npool_bytes %llu\npool_resident %llu\n", (unsigned long long)t,
	       (unsigned long long)r->size, (unsigned long long)now->resident);
	vsn_ctl_region_free(now);
	drop(ctl, r);
}

int main(int argc, char **argv)
{
	size_t size = argc == 2 ? strtoul(argv[1], NULL, 10) * MIB : 0;
	struct rlimit files = { 4096, 4096 };
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	const char *why;
	int err;

	if (!size || size % HUGE) {
		fprintf(stderr, "usage: memory_load SIZE-IN-MIB, a multiple of 2\n");
		return 2;
	}
	why = test_ready();
	if (why) {
		fprintf(stderr, "memory_load: %s\n", why);
		return 1;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	err = vsn_ctl_open(&ctl);
	if (!err)
		err = big_fabric(ctl, name, (NR_SHARERS + 8) / 8, 8, DIE_MEMORY);
	if (err)
		fail("fabric", err);
	dev = test_open(name);
	if (!dev)
		fail("device", errno);
	mapped(ctl, dev, size / 16);
	first_touch(ctl, dev, "touch_4k", "huge=never", size / 64, PAGE);
	first_touch(ctl, dev, "touch_2m", "huge=always", size / 8, HUGE);
	sharers(ctl, dev);
	pool(ctl, dev);
	large(ctl, dev, size);
	vsn_dev_close(dev);
	err = vsn_ctl_fabric_del(ctl, name);
	if (err)
		fail("fabric", err);
	vsn_ctl_close(ctl);
	return 0;
}
