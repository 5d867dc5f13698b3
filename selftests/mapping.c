// SPDX-License-Identifier: GPL-2.0
/* Mappings: of the device, of views, of both windows. */
#include <sys/uio.h>

#include "memory_fixture.h"

/* Newer than some C libraries */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE	101
#endif

static int reads_hello(memory_t *self, void *arg)
{
	char buf[8] = "", path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	fd = open(path, O_RDWR);
	if (fd < 0 || pread(fd, buf, 5, self->r->ua + 100) != 5 || strcmp(buf, "hello"))
		return 1;
	return pwrite(fd, "J", 1, self->r->ua + 100) != 1;
}

/* One byte: through the host's mapping, a view's, the device window, another process. */
TEST_F(memory, all_ways_lead_to_one_byte)
{
	int view = vsn_dev_view(self->dev, 3);
	char *host, *seen, *home, buf[8] = "";

	ASSERT_LE(0, view);
	host = map_at(self->fd, self->r->ua, MIB);
	seen = map_at(view, self->r->ua, MIB);
	home = map_at(self->fd, window(self, 0), MIB);
	ASSERT_NE(MAP_FAILED, host);
	ASSERT_NE(MAP_FAILED, seen);
	ASSERT_NE(MAP_FAILED, home);
	strcpy(host + 100, "hello");
	EXPECT_STREQ("hello", seen + 100);
	EXPECT_STREQ("hello", home + 100);
	ASSERT_EQ(5, pread(view, buf, 5, self->r->ua + 100));
	EXPECT_STREQ("hello", buf);
	EXPECT_EQ(0, in_child(reads_hello, self, NULL));
	EXPECT_STREQ("Jello", host + 100);
	EXPECT_STREQ("Jello", home + 100);
	EXPECT_EQ(PAGE, resident(self, self->r));
	munmap(host, MIB);
	munmap(seen, MIB);
	munmap(home, MIB);
	close(view);
}

/* As on tmpfs: a load through a mapping allocates, which keeps the zero page out. */
TEST_F(memory, first_touch_takes_one_page)
{
	volatile char *p = map_at(self->fd, self->r->ua, MIB);

	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(0, resident(self, self->r));
	EXPECT_EQ(0, p[7 * PAGE]);
	EXPECT_EQ(PAGE, resident(self, self->r));
	p[7 * PAGE] = 1;
	p[9 * PAGE] = 1;
	EXPECT_EQ(2 * PAGE, resident(self, self->r));
	munmap((void *)p, MIB);
	EXPECT_EQ(2 * PAGE, resident(self, self->r));
}

TEST_F(memory, faults_are_counted_by_initiator)
{
	int view = vsn_dev_view(self->dev, 3);
	struct vsn_ctl_fabric *fabric;
	struct vsn_ctl_endpoint ep;
	volatile char *p, *q;
	int i;

	ASSERT_LE(0, view);
	p = map_at(view, self->r->ua, MIB);
	q = map_at(self->fd, self->r->ua, MIB);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_NE(MAP_FAILED, q);
	for (i = 0; i < 10; i++)
		p[i * PAGE] += q[i / 2 * PAGE];
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 3, &ep));
	EXPECT_EQ(10, ep.faults);
	EXPECT_EQ(10 * PAGE, ep.fault_bytes);
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 2, &ep));
	EXPECT_EQ(0, ep.faults);
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &fabric));
	EXPECT_EQ(5, fabric->host_faults);
	vsn_ctl_fabric_free(fabric);
	munmap((void *)p, MIB);
	munmap((void *)q, MIB);
	close(view);
}

/* kB of "FilePmdMapped:" of the mapping at @p */
static long pmd_mapped(const void *p)
{
	char line[512], key[64];
	bool here = false;
	long kb = -1;
	FILE *f = fopen("/proc/self/smaps", "r");

	snprintf(key, sizeof(key), "%lx-", (unsigned long)p);
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			here = true;
		else if (here && sscanf(line, "FilePmdMapped: %ld", &kb) == 1)
			break;
	}
	if (f)
		fclose(f);
	return kb;
}

TEST_F(memory, huge_region_is_mapped_by_2_mib)
{
	struct vsn_ctl_region *h = add_huge(self, 1, 8 * MIB);
	int view = vsn_dev_view(self->dev, 2);
	struct vsn_ctl_endpoint ep;
	volatile char *p, *w;
	size_t i;

	ASSERT_NE(NULL, h);
	ASSERT_LE(0, view);
	p = map_at(view, h->ua, 8 * MIB);
	ASSERT_NE(MAP_FAILED, p);
	for (i = 0; i < 8 * MIB; i += PAGE)
		p[i] = i / PAGE;
	EXPECT_EQ(8 * 1024, pmd_mapped((void *)p));
	EXPECT_EQ(8 * MIB, resident(self, h));
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 2, &ep));
	EXPECT_EQ(4, ep.faults);
	EXPECT_EQ(8 * MIB, ep.fault_bytes);
	/* By the device window too. */
	w = map_at(self->fd, window(self, 1), 8 * MIB);
	ASSERT_NE(MAP_FAILED, w);
	for (i = 0; i < 8 * MIB; i += PAGE)
		ASSERT_EQ((char)(i / PAGE), w[i]);
	EXPECT_EQ(8 * 1024, pmd_mapped((void *)w));
	munmap((void *)p, 8 * MIB);
	munmap((void *)w, 8 * MIB);
	close(view);
	vsn_ctl_region_free(h);
}

/* Part of a 2 MiB folio is mapped by pages, each of them a fault. */
TEST_F(memory, part_of_a_huge_page)
{
	struct vsn_ctl_region *h = add_huge(self, 1, 2 * MIB);
	int view = vsn_dev_view(self->dev, 2);
	struct vsn_ctl_endpoint ep;
	volatile char *p;

	ASSERT_NE(NULL, h);
	ASSERT_LE(0, view);
	p = map_at(view, h->ua + 5 * PAGE, 3 * PAGE);
	ASSERT_NE(MAP_FAILED, p);
	p[0] = 5;
	p[PAGE] = 6;
	EXPECT_EQ(0, pmd_mapped((void *)p));
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 2, &ep));
	EXPECT_EQ(2, ep.faults);
	EXPECT_EQ(2 * PAGE, ep.fault_bytes);
	munmap((void *)p, 3 * PAGE);
	close(view);
	vsn_ctl_region_free(h);
}

/* Unmapping or protecting a part splits the mapping of 2 MiB; nothing is lost. */
TEST_F(memory, split_of_a_huge_mapping)
{
	struct vsn_ctl_region *h = add_huge(self, 1, 4 * MIB);
	volatile char *p;
	size_t i;

	ASSERT_NE(NULL, h);
	p = map_at(self->fd, h->ua, 4 * MIB);
	ASSERT_NE(MAP_FAILED, p);
	for (i = 0; i < 4 * MIB; i += PAGE)
		p[i] = 1 + i / PAGE % 100;
	ASSERT_EQ(0, munmap((void *)p + 3 * PAGE, PAGE));
	ASSERT_EQ(0, mprotect((void *)p + HUGE, PAGE, PROT_READ));
	for (i = 0; i < 4 * MIB; i += PAGE)
		if (i != 3 * PAGE)
			ASSERT_EQ(1 + i / PAGE % 100, p[i]);
	ASSERT_EQ(0, madvise((void *)p, 2 * PAGE, MADV_DONTNEED));
	EXPECT_EQ(1, p[0]);
	EXPECT_EQ(0, madvise((void *)p + HUGE, HUGE, MADV_DONTNEED));
	EXPECT_EQ(1 + HUGE / PAGE % 100, p[HUGE]);
	munmap((void *)p, 3 * PAGE);
	munmap((void *)p + 4 * PAGE, 4 * MIB - 4 * PAGE);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, h->id));
	vsn_ctl_region_free(h);
}

TEST_F(memory, refused_mappings)
{
	const int rw = PROT_READ | PROT_WRITE;

	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, rw, MAP_PRIVATE, self->fd, self->r->ua));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, self->fd, self->r->ua));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, self->fd,
				   self->r->ua));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, self->r->ua, MIB + PAGE));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, self->r->ua + MIB, PAGE));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, 1ULL << 62, PAGE));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, window(self, TEST_ENDPOINTS), PAGE));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, window(self, 0) + TEST_CAPACITY - PAGE, 2 * PAGE));
	EXPECT_EQ(ENXIO, errno);
}

TEST_F(memory, never_executable)
{
	void *p = map_at(self->fd, self->r->ua, PAGE);

	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-1, mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	munmap(p, PAGE);
}

TEST_F(memory, read_only_mapping_of_a_read_only_file)
{
	volatile char *p;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, pwrite(self->fd, "x", 1, self->r->ua));
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, self->r->ua);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ('x', p[0]);
	EXPECT_EQ(-1, mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	munmap((void *)p, PAGE);
	close(fd);
}

TEST_F(memory, no_memory_is_sigbus)
{
	unsigned char *p = map_at(self->fd, self->r->ua, MIB);

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, 2 * PAGE));
	p[0] = 1;
	p[PAGE] = 1;
	EXPECT_TRUE(gets_sigbus(p + 2 * PAGE, true));
	EXPECT_TRUE(gets_sigbus(p + 2 * PAGE, false));
	EXPECT_EQ(2 * PAGE, resident(self, self->r));
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, 3 * PAGE));
	EXPECT_FALSE(gets_sigbus(p + 2 * PAGE, true));
	munmap(p, MIB);
}

TEST_F(memory, mapped_region_is_not_deleted)
{
	char *p = map_at(self->fd, self->r->ua, MIB);

	ASSERT_NE(MAP_FAILED, p);
	EXPECT_NE(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "in use"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	munmap(p, MIB);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
}

/* The kernel makes one VMA of neighbours, and forgets what it asked for the second. */
TEST_F(memory, merged_mappings_do_not_hold_a_region)
{
	char *p = mmap(NULL, MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	ASSERT_NE(MAP_FAILED, p);
	for (i = 0; i < MIB; i += 64 * KIB)
		ASSERT_EQ(p + i, mmap(p + i, 64 * KIB, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_FIXED, self->fd, self->r->ua + i));
	memset(p, 1, MIB);
	EXPECT_NE(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	munmap(p, MIB - PAGE);
	EXPECT_NE(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	munmap(p + MIB - PAGE, PAGE);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
}

TEST_F(memory, open_view_does_not_hold_a_region)
{
	int view = vsn_dev_view(self->dev, 3);
	char c;

	ASSERT_LE(0, view);
	ASSERT_EQ(1, pwrite(view, "a", 1, self->r->ua));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	EXPECT_EQ(-1, pread(view, &c, 1, self->r->ua));
	EXPECT_EQ(EFAULT, errno);
	close(view);
}

/* A mapping of the device window stays; what it shows goes with the region. */
TEST_F(memory, device_window_mapping_loses_a_deleted_region)
{
	unsigned char *p = map_at(self->fd, window(self, 0), 2 * MIB);
	struct vsn_ctl_region *next;

	ASSERT_NE(MAP_FAILED, p);
	EXPECT_TRUE(gets_sigbus(p + MIB, false));
	p[0] = 0x77;
	p[PAGE] = 0x77;
	EXPECT_EQ(2 * PAGE, resident(self, self->r));
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	EXPECT_TRUE(gets_sigbus(p, false));
	EXPECT_TRUE(gets_sigbus(p + PAGE, true));
	next = test_region(self->ctl, self->name, 0, MIB);
	ASSERT_NE(NULL, next);
	EXPECT_EQ(0, p[0]);
	EXPECT_EQ(0, p[PAGE]);
	p[1] = 8;
	EXPECT_EQ(2 * PAGE, resident(self, next));
	munmap(p, 2 * MIB);
	vsn_ctl_region_free(next);
}

/* Whole endpoints side by side: the kernel makes one VMA of them. */
TEST_F(memory, neighbouring_device_windows)
{
	const uint64_t size = 1ULL << self->shift;
	struct vsn_ctl_region *r;
	unsigned char *p;

	if (size != TEST_CAPACITY)
		SKIP(return, "windows are larger than memories");
	r = test_region(self->ctl, self->name, 1, MIB);
	ASSERT_NE(NULL, r);
	p = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(p, mmap(p, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, self->fd, 0));
	ASSERT_EQ(p + size, mmap(p + size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
				 self->fd, size));
	p[size] = 5;
	p[0] = 4;
	EXPECT_EQ(PAGE, resident(self, self->r));
	EXPECT_EQ(PAGE, resident(self, r));
	munmap(p, 2 * size);
	vsn_ctl_region_free(r);
}

static int child_writes(memory_t *self, void *arg)
{
	volatile unsigned char *p = arg;

	/* What came with the fork keeps the region. */
	if (!vsn_ctl_region_del(self->ctl, self->name, self->r->id))
		return 1;
	if (p[0] != 3)
		return 2;
	p[0] = 4;
	p[PAGE] = 5;
	return munmap((void *)p, MIB) ? 3 : 0;
}

TEST_F(memory, fork_split_and_move)
{
	volatile unsigned char *p = map_at(self->fd, self->r->ua, MIB), *q;

	ASSERT_NE(MAP_FAILED, p);
	p[0] = 3;
	EXPECT_EQ(0, in_child(child_writes, self, (void *)p));
	EXPECT_EQ(4, p[0]);
	EXPECT_EQ(5, p[PAGE]);
	/* Three VMAs of one. */
	ASSERT_EQ(0, munmap((void *)p + 4 * PAGE, PAGE));
	ASSERT_EQ(0, munmap((void *)p + 8 * PAGE, PAGE));
	q = mremap((void *)p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	ASSERT_NE(MAP_FAILED, q);
	EXPECT_EQ(4, q[0]);
	EXPECT_EQ(5, q[PAGE]);
	EXPECT_NE(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	munmap((void *)q, 2 * PAGE);
	munmap((void *)p, MIB);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
}

/* mremap asks nobody; what is beyond the region is beyond the mapping. */
TEST_F(memory, growing_ends_at_the_region)
{
	unsigned char *p = map_at(self->fd, self->r->ua + MIB - PAGE, PAGE), *q;

	ASSERT_NE(MAP_FAILED, p);
	q = mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	ASSERT_NE(MAP_FAILED, q);
	EXPECT_FALSE(gets_sigbus(q, true));
	EXPECT_TRUE(gets_sigbus(q + PAGE, false));
	EXPECT_EQ(PAGE, resident(self, self->r));
	munmap(q, 2 * PAGE);
}

TEST_F(memory, mapped_file_holds_the_fabric)
{
	char path[64];
	void *p;
	int fd;

	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	fd = open(path, O_RDWR);
	ASSERT_LE(0, fd);
	vsn_dev_close(self->dev);
	p = map_at(fd, self->r->ua, PAGE);
	close(fd);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_NE(0, vsn_ctl_fabric_del(self->ctl, self->name));
	EXPECT_EQ(-1, syscall(SYS_delete_module, "vsn", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	strcpy(p, "still here");
	munmap(p, PAGE);
	self->dev = test_open(self->name);
	ASSERT_NE(NULL, self->dev);
}

/* The kernel can pin the pages: a pipe takes them by reference. */
TEST_F(memory, pages_can_be_pinned)
{
	char *p = map_at(self->fd, self->r->ua, MIB), got[8] = "";
	struct iovec iov = { .iov_base = p, .iov_len = 5 };
	int fds[2];

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, pipe(fds));
	strcpy(p, "pinny");
	ASSERT_EQ(5, vmsplice(fds[1], &iov, 1, 0));
	munmap(p, MIB);
	/* The page goes from the region; the pipe still has it. */
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	ASSERT_EQ(5, read(fds[0], got, 5));
	EXPECT_STREQ("pinny", got);
	close(fds[0]);
	close(fds[1]);
}

/* A read into a mapping of the same memory must not lock against itself. */
TEST_F(memory, read_into_its_own_mapping)
{
	char *p = map_at(self->fd, self->r->ua, MIB);

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(4, pwrite(self->fd, "abcd", 4, self->r->ua));
	EXPECT_EQ(8 * PAGE, pread(self->fd, p + 64 * PAGE, 8 * PAGE, self->r->ua));
	EXPECT_EQ(0, memcmp(p + 64 * PAGE, "abcd", 5));
	EXPECT_EQ(PAGE, pwrite(self->fd, p + 64 * PAGE, PAGE, self->r->ua + 64 * PAGE));
	munmap(p, MIB);
}

/* What the kernel can do to a mapping's pages, it may try on these. */
static void advise_all(struct __test_metadata *_metadata, memory_t *self, bool huge)
{
	const int advice[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_WILLNEED, MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE,
		MADV_COLLAPSE, MADV_NOHUGEPAGE, MADV_MERGEABLE, MADV_FREE, MADV_REMOVE,
		MADV_SOFT_OFFLINE, MADV_DODUMP, MADV_DONTFORK, MADV_DOFORK, MADV_WIPEONFORK,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED,
	};
	struct vsn_ctl_region *r = huge ? add_huge(self, 1, 2 * HUGE) :
					  test_region(self->ctl, self->name, 1, 2 * HUGE);
	volatile unsigned char *p;
	size_t i, j;

	ASSERT_NE(NULL, r);
	p = map_at(self->fd, r->ua, 2 * HUGE);
	ASSERT_NE(MAP_FAILED, p);
	for (i = 0; i < 2 * HUGE; i += PAGE)
		p[i] = 1 + i / PAGE % 251;
	for (i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
		/* Most are refused, or do nothing. */
		madvise((void *)p, 2 * HUGE, advice[i]);
		madvise((void *)p + PAGE, 3 * PAGE, advice[i]);
		for (j = 0; j < 2 * HUGE; j += PAGE)
			ASSERT_EQ(1 + j / PAGE % 251, p[j])
				TH_LOG("advice %d", advice[i]);
	}
	EXPECT_EQ(0, mlock((void *)p, 2 * HUGE));
	EXPECT_EQ(0, munlock((void *)p + PAGE, PAGE));
	EXPECT_EQ(2 * HUGE, resident(self, r));
	munmap((void *)p, 2 * HUGE);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r->id));
	vsn_ctl_region_free(r);
}

TEST_F(memory, advice_on_pages)
{
	advise_all(_metadata, self, false);
}

TEST_F(memory, advice_on_huge_pages)
{
	advise_all(_metadata, self, true);
}

/* Does the kernel count allocations, and complain of a module that leaves any? */
static bool allocations_are_counted(void)
{
	int fd = open("/proc/sys/vm/mem_profiling", O_RDONLY | O_CLOEXEC);
	char on;
	bool counted = fd >= 0 && read(fd, &on, 1) == 1 && on == '1';

	close(fd);
	return counted;
}

/* Memory that goes bad ends in SIGBUS, and not in the kernel's arms. */
TEST_F(memory, poisoned_page)
{
	unsigned char *p;

	if (allocations_are_counted())
		SKIP(return, "the kernel keeps a bad page, and would call it our leak");
	p = map_at(self->fd, self->r->ua, MIB);
	ASSERT_NE(MAP_FAILED, p);
	p[0] = 1;
	p[PAGE] = 2;
	/* It cannot take the page away from us, which it calls busy. */
	if (madvise(p, PAGE, MADV_HWPOISON) && errno != EBUSY) {
		munmap(p, MIB);
		SKIP(return, "this kernel injects no memory failures");
	}
	madvise(p, MIB, MADV_DONTNEED);
	EXPECT_TRUE(gets_sigbus(p, false));
	EXPECT_EQ(2, p[PAGE]);
	munmap(p, MIB);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
}

TEST_F(memory, not_in_core_dumps)
{
	void *p = map_at(self->fd, self->r->ua, PAGE);
	char line[512], key[64];
	bool here = false, flag = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	ASSERT_NE(MAP_FAILED, p);
	ASSERT_NE(NULL, f);
	snprintf(key, sizeof(key), "%lx-", (unsigned long)p);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			here = true;
		if (here && !strncmp(line, "VmFlags:", 8)) {
			flag = strstr(line, " dd");
			break;
		}
	}
	fclose(f);
	EXPECT_TRUE(flag);
	munmap(p, PAGE);
}

TEST_HARNESS_MAIN
