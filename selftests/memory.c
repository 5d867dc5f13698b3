// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: placement, capacity, limits, and reads and writes of the device.
 * Mappings are in mapping.c.
 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "memory_fixture.h"

/* What nobody wrote is zero, and takes no memory to read. */
TEST_F(memory, untouched_reads_as_zeros)
{
	unsigned char *buf = malloc(MIB);

	memset(buf, 1, MIB);
	ASSERT_EQ(MIB, pread(self->fd, buf, MIB, self->r->ua));
	EXPECT_TRUE(is_filled(buf, MIB, 0));
	EXPECT_EQ(0, resident(self, self->r));
	free(buf);
}

TEST_F(memory, write_takes_the_pages_it_touches)
{
	char buf[2] = "ab";

	ASSERT_EQ(2, pwrite(self->fd, buf, 2, self->r->ua + 5 * PAGE - 1));
	EXPECT_EQ(2 * PAGE, resident(self, self->r));
	memset(buf, 0, 2);
	ASSERT_EQ(2, pread(self->fd, buf, 2, self->r->ua + 5 * PAGE - 1));
	EXPECT_EQ('a', buf[0]);
	EXPECT_EQ('b', buf[1]);
}

TEST_F(memory, read_and_write_stop_at_the_regions_end)
{
	uint64_t end = self->r->ua + self->r->size;
	char buf[256] = "";

	EXPECT_EQ(100, pread(self->fd, buf, sizeof(buf), end - 100));
	EXPECT_EQ(0, pread(self->fd, buf, sizeof(buf), end));
	EXPECT_EQ(100, pwrite(self->fd, buf, sizeof(buf), end - 100));
	EXPECT_EQ(-1, pwrite(self->fd, buf, sizeof(buf), end));
	EXPECT_EQ(ENOSPC, errno);
}

TEST_F(memory, nothing_is_outside_of_regions)
{
	uint64_t end = self->r->ua + self->r->size;
	uint64_t bad[] = { end + 1, end + PAGE, self->r->ua - 1, 1ULL << 62, INT64_MAX - 4096 };
	char buf[16] = "";
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* The byte before the first region is in no window. */
		errno = 0;
		EXPECT_EQ(-1, pread(self->fd, buf, 16, bad[i]))
			TH_LOG("0x%llx", (unsigned long long)bad[i]);
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(-1, pwrite(self->fd, buf, 16, bad[i]));
		EXPECT_EQ(EFAULT, errno);
	}
}

TEST_F(memory, bad_buffer_is_efault)
{
	char *bad = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT_EQ(-1, pread(self->fd, bad, 16, self->r->ua));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pwrite(self->fd, bad, 16, self->r->ua));
	EXPECT_EQ(EFAULT, errno);
	munmap(bad, PAGE);
}

/* One call that moves @len bytes, over and over. */
struct mover {
	uint64_t ua;
	size_t len;
	bool write;
};

static int move_for_ever(memory_t *self, void *arg)
{
	struct mover *m = arg;
	struct iovec iov[1024];
	void *buf = calloc(1, MIB);
	size_t i;

	for (i = 0; i < m->len / MIB; i++)
		iov[i] = (struct iovec) { buf, MIB };
	while ((m->write ? pwritev(self->fd, iov, i, m->ua) :
			   preadv(self->fd, iov, i, m->ua)) == m->len)
		;
	return 1;
}

/* Who is killed in the middle of it does not go on to the end. */
TEST_F(memory, killed_in_a_long_read_or_write)
{
	struct vsn_ctl_region *big = test_region(self->ctl, self->name, 1, 1024 * MIB);
	struct mover movers[] = {
		{ big->ua, 1024 * MIB, false },
		{ big->ua, 64 * MIB, true },
	};
	int i, status;
	pid_t pid;

	for (i = 0; i < 6; i++) {
		pid = fork();
		if (!pid)
			_exit(move_for_ever(self, &movers[i % 2]));
		ASSERT_LT(0, pid);
		/* Long enough for it to be at it */
		usleep(150 * 1000);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	/* It held nothing that would keep the region. */
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, big->id));
	vsn_ctl_region_free(big);
}

TEST_F(memory, seek_goes_by_address)
{
	char buf[4] = "abc";

	EXPECT_EQ(self->r->ua + 8, lseek(self->fd, self->r->ua + 8, SEEK_SET));
	EXPECT_EQ(3, write(self->fd, buf, 3));
	EXPECT_EQ(self->r->ua + 11, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_EQ(self->r->ua + 8, lseek(self->fd, -3, SEEK_CUR));
	memset(buf, 0, sizeof(buf));
	EXPECT_EQ(3, read(self->fd, buf, 3));
	EXPECT_STREQ("abc", buf);
	EXPECT_EQ(-1, lseek(self->fd, -1, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(memory, append_is_refused)
{
	EXPECT_EQ(0, fcntl(self->fd, F_SETFL, O_APPEND));
	EXPECT_EQ(-1, pwrite(self->fd, "a", 1, self->r->ua));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, fcntl(self->fd, F_SETFL, 0));
	EXPECT_EQ(0, resident(self, self->r));
}

TEST_F(memory, host_access_is_counted)
{
	struct vsn_ctl_fabric *fabric;
	char buf[300] = "";

	ASSERT_EQ(300, pwrite(self->fd, buf, 300, self->r->ua));
	ASSERT_EQ(200, pread(self->fd, buf, 200, self->r->ua));
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &fabric));
	EXPECT_EQ(300, fabric->host_write);
	EXPECT_EQ(200, fabric->host_read);
	EXPECT_EQ(PAGE, fabric->resident);
	vsn_ctl_fabric_free(fabric);
}

/* Page p of an interleaved region is where the rule says, seen from the other side. */
TEST_F(memory, interleaving_by_the_device_window)
{
	const uint32_t homes[] = { 3, 9, 4 };
	const uint64_t granule = 8 * KIB, size = 100 * KIB;
	struct vsn_ctl_region *r;
	uint64_t off, g, at;
	uint32_t value;

	r = add_region(self, size, homes, 3, granule, false);
	ASSERT_NE(NULL, r);
	for (off = 0; off < size; off += PAGE) {
		value = off + 1;
		ASSERT_EQ(4, pwrite(self->fd, &value, 4, r->ua + off));
	}
	for (off = 0; off < size; off += PAGE) {
		g = off / granule;
		/* The endpoints were empty: extents begin at 0. */
		at = window(self, homes[g % 3]) + g / 3 * granule + off % granule;
		ASSERT_EQ(4, pread(self->fd, &value, 4, at));
		EXPECT_EQ(off + 1, value);
	}
	vsn_ctl_region_free(r);
}

TEST_F(memory, device_window_without_an_owner)
{
	char buf[2 * PAGE];

	memset(buf, 1, sizeof(buf));
	/* The fixture's region has the first 1 MiB of endpoint 0. */
	EXPECT_EQ(sizeof(buf), pread(self->fd, buf, sizeof(buf), window(self, 0) + MIB - PAGE));
	EXPECT_TRUE(is_filled((void *)buf, sizeof(buf), 0));
	EXPECT_EQ(-1, pwrite(self->fd, buf, 1, window(self, 0) + MIB));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(PAGE, pwrite(self->fd, buf, sizeof(buf), window(self, 0) + MIB - PAGE));
	EXPECT_EQ(PAGE, resident(self, self->r));
}

/* A hole is zeros up to the region behind it, and nobody's memory. */
TEST_F(memory, device_window_with_a_hole)
{
	struct vsn_ctl_region *low, *high;
	unsigned char buf[3 * PAGE], *p;

	low = test_region(self->ctl, self->name, 3, PAGE);
	high = test_region(self->ctl, self->name, 3, PAGE);
	ASSERT_NE(NULL, low);
	ASSERT_NE(NULL, high);
	memset(buf, 1, sizeof(buf));
	ASSERT_EQ(PAGE, pwrite(self->fd, buf, PAGE, high->ua));
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, low->id));
	EXPECT_EQ(sizeof(buf), pread(self->fd, buf, sizeof(buf), window(self, 3)));
	EXPECT_TRUE(is_filled(buf, PAGE, 0));
	EXPECT_TRUE(is_filled(buf + PAGE, PAGE, 1));
	EXPECT_TRUE(is_filled(buf + 2 * PAGE, PAGE, 0));
	EXPECT_EQ(-1, pwrite(self->fd, buf, 1, window(self, 3)));
	EXPECT_EQ(EFAULT, errno);
	p = map_at(self->fd, window(self, 3), 2 * PAGE);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_TRUE(gets_sigbus(p, false));
	EXPECT_TRUE(gets_sigbus(p, true));
	EXPECT_EQ(1, p[PAGE]);
	munmap(p, 2 * PAGE);
	vsn_ctl_region_free(low);
	vsn_ctl_region_free(high);
}

TEST_F(memory, device_window_ends_at_capacity)
{
	char buf[16];

	EXPECT_EQ(8, pread(self->fd, buf, 16, window(self, 0) + TEST_CAPACITY - 8));
	EXPECT_EQ(-1, pread(self->fd, buf, 16, window(self, TEST_ENDPOINTS) + PAGE));
	EXPECT_EQ(EFAULT, errno);
}

static int unprivileged(memory_t *self, void *arg)
{
	char buf[8];
	int bad = 0;

	if (setgid(65534) || setuid(65534))
		return 100;
	bad |= !(pread(self->fd, buf, 8, window(self, 0)) == -1 && errno == EPERM) << 0;
	bad |= !(pwrite(self->fd, buf, 8, window(self, 0)) == -1 && errno == EPERM) << 1;
	bad |= !(map_at(self->fd, window(self, 0), PAGE) == MAP_FAILED && errno == EPERM) << 2;
	/* What it may do, it can: the descriptor came from somebody who may open. */
	bad |= (pread(self->fd, buf, 8, self->r->ua) != 8) << 3;
	return bad;
}

TEST_F(memory, device_window_needs_a_privilege_at_access)
{
	EXPECT_EQ(0, in_child(unprivileged, self, NULL));
}

TEST_F(memory, node_is_for_its_owner_alone)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(S_IFCHR | 0600, st.st_mode);
}

TEST_F(memory, capacity_is_enforced_and_names_the_endpoint)
{
	struct vsn_ctl_endpoint ep;
	struct vsn_ctl_region *r;

	EXPECT_EQ(NULL, test_region(self->ctl, self->name, 0, TEST_CAPACITY));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "b0.npu0"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	r = test_region(self->ctl, self->name, 0, TEST_CAPACITY - MIB);
	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 0, &ep));
	EXPECT_EQ(TEST_CAPACITY, ep.allocated);
	EXPECT_EQ(NULL, test_region(self->ctl, self->name, 0, PAGE));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r->id));
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 0, &ep));
	EXPECT_EQ(MIB, ep.allocated);
	vsn_ctl_region_free(r);
}

/* One home of several is full: nothing stays allocated at the others. */
TEST_F(memory, failed_region_gives_everything_back)
{
	const uint32_t homes[] = { 1, 2, 0 };
	struct vsn_ctl_endpoint ep;
	uint32_t i;

	EXPECT_EQ(NULL, add_region(self, 3 * TEST_CAPACITY, homes, 3, MIB, false));
	for (i = 1; i < 3; i++) {
		ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, i, &ep));
		EXPECT_EQ(0, ep.allocated);
	}
}

/* First fit: the hole that a deleted region leaves is used before what is behind. */
TEST_F(memory, extents_fill_holes_and_huge_ones_are_aligned)
{
	struct vsn_ctl_region *a, *b, *c, *h;
	char buf[4];

	a = test_region(self->ctl, self->name, 0, 64 * KIB);
	b = test_region(self->ctl, self->name, 0, 64 * KIB);
	ASSERT_NE(NULL, a);
	ASSERT_NE(NULL, b);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, a->id));
	h = add_huge(self, 0, 4 * MIB);
	c = test_region(self->ctl, self->name, 0, 64 * KIB);
	ASSERT_NE(NULL, h);
	ASSERT_NE(NULL, c);
	ASSERT_EQ(4, pwrite(self->fd, "hole", 4, c->ua));
	ASSERT_EQ(4, pread(self->fd, buf, 4, window(self, 0) + MIB));
	EXPECT_EQ(0, memcmp(buf, "hole", 4));
	ASSERT_EQ(4, pwrite(self->fd, "huge", 4, h->ua));
	ASSERT_EQ(4, pread(self->fd, buf, 4, window(self, 0) + HUGE));
	EXPECT_EQ(0, memcmp(buf, "huge", 4));
	/* A hole with room, but not at a multiple of 2 MiB, is no room. */
	EXPECT_NE(a->ua, c->ua);
	vsn_ctl_region_free(a);
	vsn_ctl_region_free(b);
	vsn_ctl_region_free(c);
	vsn_ctl_region_free(h);
}

struct extent {
	struct vsn_ctl_region *r;
	uint64_t base;
};

/* Where first fit puts it among @nr extents in order; the place in the list by @at. */
static uint64_t first_fit(const struct extent *list, size_t nr, uint64_t size, uint64_t align,
			  size_t *at)
{
	uint64_t base = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		base = (base + align - 1) / align * align;
		if (base + size <= list[i].base)
			break;
		base = list[i].base + list[i].r->size;
	}
	*at = i;
	return (base + align - 1) / align * align;
}

/* Regions of all sizes come and go; each is where a model of first fit has it. */
TEST_F(memory, first_fit_as_modelled)
{
	struct extent list[41];
	size_t nr = 0, at, i;
	uint64_t base, size, tag;
	unsigned int seed = 7;
	bool huge;

	for (i = 0; i < 400; i++) {
		if (nr == 40 || (nr && rand_r(&seed) % 5 < 2)) {
			at = rand_r(&seed) % nr;
			ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, list[at].r->id));
			vsn_ctl_region_free(list[at].r);
			memmove(list + at, list + at + 1, (nr - at - 1) * sizeof(*list));
			nr--;
			continue;
		}
		huge = rand_r(&seed) % 3 == 0;
		size = (1 + rand_r(&seed) % (huge ? 1500 : 300)) * PAGE;
		base = first_fit(list, nr, size, huge ? HUGE : PAGE, &at);
		memmove(list + at + 1, list + at, (nr - at) * sizeof(*list));
		list[at].base = base;
		list[at].r = huge ? add_huge(self, 1, size) :
				    test_region(self->ctl, self->name, 1, size);
		ASSERT_NE(NULL, list[at].r);
		nr++;
		tag = i + 1;
		ASSERT_EQ(8, pwrite(self->fd, &tag, 8, list[at].r->ua + size - 8));
		tag = 0;
		ASSERT_EQ(8, pread(self->fd, &tag, 8, window(self, 1) + base + size - 8));
		ASSERT_EQ(i + 1, tag);
	}
	for (i = 0; i < nr; i++)
		vsn_ctl_region_free(list[i].r);
}

TEST_F(memory, next_owner_of_an_extent_finds_zeros)
{
	unsigned char *buf = malloc(MIB);
	struct vsn_ctl_region *next;

	memset(buf, 0x5a, MIB);
	ASSERT_EQ(MIB, pwrite(self->fd, buf, MIB, self->r->ua));
	ASSERT_EQ(MIB, resident(self, self->r));
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	EXPECT_EQ(-1, pread(self->fd, buf, 1, self->r->ua));
	EXPECT_EQ(EFAULT, errno);
	/* Nobody owns it now, and nothing is left to be seen. */
	ASSERT_EQ(MIB, pread(self->fd, buf, MIB, window(self, 0)));
	EXPECT_TRUE(is_filled(buf, MIB, 0));
	next = test_region(self->ctl, self->name, 0, MIB);
	ASSERT_NE(NULL, next);
	EXPECT_NE(self->r->ua, next->ua);
	memset(buf, 1, MIB);
	ASSERT_EQ(MIB, pread(self->fd, buf, MIB, next->ua));
	EXPECT_TRUE(is_filled(buf, MIB, 0));
	EXPECT_EQ(0, resident(self, next));
	vsn_ctl_region_free(next);
	free(buf);
}

TEST_F(memory, fabric_limit_is_met_exactly)
{
	struct vsn_ctl_fabric *fabric;
	char *buf = calloc(1, MIB);

	memset(buf, 1, MIB);
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, 16 * PAGE));
	EXPECT_EQ(16 * PAGE, pwrite(self->fd, buf, MIB, self->r->ua));
	EXPECT_EQ(-1, pwrite(self->fd, buf, 1, self->r->ua + 16 * PAGE));
	EXPECT_EQ(ENOMEM, errno);
	/* What is there, is there. */
	EXPECT_EQ(16 * PAGE, pwrite(self->fd, buf, 16 * PAGE, self->r->ua));
	EXPECT_EQ(MIB, pread(self->fd, buf, MIB, self->r->ua));
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &fabric));
	EXPECT_EQ(16 * PAGE, fabric->resident);
	EXPECT_EQ(16 * PAGE, fabric->resident_max);
	vsn_ctl_fabric_free(fabric);
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, 17 * PAGE));
	EXPECT_EQ(1, pwrite(self->fd, buf, 1, self->r->ua + 16 * PAGE));
	free(buf);
}

TEST_F(memory, module_limit_holds_for_all_fabrics)
{
	struct vsn_ctl_limit before;

	ASSERT_EQ(0, vsn_ctl_limit_get(self->ctl, NULL, &before));
	EXPECT_LT(0, before.resident);
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, NULL, 0));
	EXPECT_EQ(-1, pwrite(self->fd, "a", 1, self->r->ua));
	EXPECT_EQ(ENOMEM, errno);
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, NULL, before.resident));
	EXPECT_EQ(1, pwrite(self->fd, "a", 1, self->r->ua));
}

TEST_F(memory, limit_beyond_the_machine_is_refused)
{
	EXPECT_NE(0, vsn_ctl_limit_set(self->ctl, self->name, 1ULL << 60));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "resident"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
}

/* Two MiB that meet the limit become pages, as many as there is room for. */
TEST_F(memory, huge_falls_back_to_pages)
{
	struct vsn_ctl_region *h = add_huge(self, 1, 4 * MIB);

	ASSERT_NE(NULL, h);
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, HUGE + 2 * PAGE));
	ASSERT_EQ(1, pwrite(self->fd, "a", 1, h->ua));
	EXPECT_EQ(HUGE, resident(self, h));
	ASSERT_EQ(1, pwrite(self->fd, "a", 1, h->ua + HUGE));
	EXPECT_EQ(HUGE + PAGE, resident(self, h));
	/* Room now, but a page is in the way. */
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, 64 * MIB));
	ASSERT_EQ(1, pwrite(self->fd, "a", 1, h->ua + HUGE + PAGE));
	EXPECT_EQ(HUGE + 2 * PAGE, resident(self, h));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, h->id));
	vsn_ctl_region_free(h);
}

TEST_F(memory, huge_only_where_2_mib_lie_together)
{
	const uint32_t homes[] = { 1, 2 };
	struct vsn_ctl_region *small, *large;

	small = add_region(self, 8 * MIB, homes, 2, MIB, true);
	large = add_region(self, 7 * MIB, homes, 2, HUGE, true);
	ASSERT_NE(NULL, small);
	ASSERT_NE(NULL, large);
	ASSERT_EQ(1, pwrite(self->fd, "a", 1, small->ua));
	EXPECT_EQ(PAGE, resident(self, small));
	ASSERT_EQ(1, pwrite(self->fd, "a", 1, large->ua + 3 * MIB));
	EXPECT_EQ(HUGE, resident(self, large));
	/* The last granule is not whole. */
	ASSERT_EQ(1, pwrite(self->fd, "a", 1, large->ua + 6 * MIB));
	EXPECT_EQ(HUGE + PAGE, resident(self, large));
	vsn_ctl_region_free(small);
	vsn_ctl_region_free(large);
}

TEST_F(memory, region_larger_than_memory_costs_nothing)
{
	const uint32_t homes[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct vsn_ctl_region *r;

	r = add_region(self, 7 * TEST_CAPACITY, homes, 7, 1024 * MIB, false);
	ASSERT_NE(NULL, r);
	ASSERT_EQ(1, pwrite(self->fd, "z", 1, r->ua + r->size - 1));
	EXPECT_EQ(PAGE, resident(self, r));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r->id));
	vsn_ctl_region_free(r);
}

TEST_F(memory, ioctl_sizes)
{
	struct { struct vsn_info info; uint64_t more; } big = { .info.size = sizeof(big) };
	/* shorter than its first version */
	struct vsn_info info = { .size = offsetof(struct vsn_info, clock) - 8 };
	uint32_t none = 0;

	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_INFO, &info));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_INFO, &none));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_INFO, 8));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, ioctl(self->fd, VSN_IOC_INFO, &big));
	EXPECT_EQ(TEST_ENDPOINTS, big.info.endpoints);
	EXPECT_EQ(sizeof(struct vsn_sqe), big.info.sqe_size);
	big.more = 1;
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_INFO, &big));
	EXPECT_EQ(E2BIG, errno);
	big.info.size = 1U << 30;
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_INFO, &big));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IO(VSN_IOC_MAGIC, 0xfe)));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, TCGETS, &info));
	EXPECT_EQ(ENOTTY, errno);
}

/* A program built with a larger structure has another code for the same command. */
TEST_F(memory, ioctl_is_told_by_its_number)
{
	struct { struct vsn_info info; uint64_t more; } big = { .info.size = sizeof(big) };

	EXPECT_EQ(0, ioctl(self->fd, _IOWR(VSN_IOC_MAGIC, 0, typeof(big)), &big));
	EXPECT_EQ(TEST_ENDPOINTS, big.info.endpoints);
}

TEST_F(memory, view_arguments)
{
	struct vsn_view view = { .size = sizeof(view), .initiator = TEST_ENDPOINTS };

	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_VIEW, &view));
	EXPECT_EQ(EINVAL, errno);
	/* A memory node does not load and store. */
	view.initiator = TEST_ACCELERATORS;
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_VIEW, &view));
	EXPECT_EQ(EINVAL, errno);
	view.initiator = 0;
	view.flags = 1;
	EXPECT_EQ(-1, ioctl(self->fd, VSN_IOC_VIEW, &view));
	EXPECT_EQ(EINVAL, errno);
}

/* A descriptor that cannot write does not become one that can. */
TEST_F(memory, read_only_stays_read_only)
{
	struct vsn_view view = { .size = sizeof(view) };
	struct vsn_queue_setup setup = { .size = sizeof(setup), .sq_entries = 1 };
	struct vsn_run run = { .size = sizeof(run), .until = VSN_TIME_MAX };
	char path[64];
	int ro, vfd;

	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	ro = open(path, O_RDONLY);
	ASSERT_LE(0, ro);
	EXPECT_EQ(-1, ioctl(ro, VSN_IOC_QUEUE, &setup));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, ioctl(ro, VSN_IOC_RUN, &run));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(MAP_FAILED, map_at(ro, self->r->ua, PAGE));
	EXPECT_EQ(EACCES, errno);
	vfd = ioctl(ro, VSN_IOC_VIEW, &view);
	ASSERT_LE(0, vfd);
	EXPECT_EQ(-1, pwrite(vfd, "a", 1, self->r->ua));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(MAP_FAILED, map_at(vfd, self->r->ua, PAGE));
	EXPECT_EQ(EACCES, errno);
	close(vfd);
	close(ro);
}

/* Addresses that were freed come back when there are no others. */
TEST_F(memory, pool_addresses_come_back)
{
	struct vsn_ctl_dim dim = { .name = "npu", .prefix = "npu", .size = 512 };
	char dims[][VSN_CTL_NAME] = { "npu" };
	struct vsn_ctl_kind kind = {
		.kind = VSN_ENDPOINT_KIND_MEMORY, .nr_dims = 1, .dims = dims,
		.capacity = 1ULL << 50, .mem_bandwidth = 1000000000,
	};
	struct vsn_ctl_fabric fabric = {
		.name = "memorypool", .nr_dims = 1, .dims = &dim, .nr_kinds = 1, .kinds = &kind,
	};
	struct vsn_ctl_region_spec spec = { .size = 511ULL << 50, .granule = 1ULL << 30 };
	struct vsn_ctl_region *keep[8], *large;
	uint64_t last = 0, round = 0;
	uint32_t homes[511], i, k;

	ASSERT_EQ(0, vsn_ctl_fabric_new(self->ctl, &fabric, true))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	for (i = 0; i < 511; i++)
		homes[i] = i;
	spec.homes = homes;
	spec.nr_homes = 511;
	/* Four fit in the pool window, one after the other. */
	for (i = 0; i < 16; i++) {
		ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, fabric.name, &spec, &large))
			TH_LOG("%u: %s", i, vsn_ctl_error(self->ctl));
		round += large->ua < last;
		last = large->ua;
		if (i < 3) {
			keep[i] = test_region(self->ctl, fabric.name, 511, PAGE);
			ASSERT_NE(NULL, keep[i]);
		}
		for (k = 0; k < 3 && k <= i; k++)
			EXPECT_TRUE(keep[k]->ua + keep[k]->size + 2 * MIB <= large->ua ||
				    large->ua + large->size + 2 * MIB <= keep[k]->ua)
				TH_LOG("%llx meets %llx", (unsigned long long)large->ua,
				       (unsigned long long)keep[k]->ua);
		ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, fabric.name, large->id));
		vsn_ctl_region_free(large);
	}
	EXPECT_LE(3, round);
	for (i = 0; i < 3; i++)
		vsn_ctl_region_free(keep[i]);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, fabric.name));
}

TEST_HARNESS_MAIN
