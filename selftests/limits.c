// SPDX-License-Identifier: GPL-2.0
/*
 * What there may be of regions, homes, addresses, queues, descriptors and memory: as
 * many as that, and one more is refused for a reason and changes nothing.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "memory_fixture.h"

/* As in the module */
#define MAX_REGIONS	65536
#define MAX_HOMES	(4U << 20)
#define MAX_QUEUES	32768

/* A fabric of memory alone, and of nothing between its endpoints. */
static int memories(struct vsn_ctl *ctl, const char *name, uint32_t nr, uint64_t capacity)
{
	struct vsn_ctl_dim dim = { .name = "npu", .prefix = "npu", .size = nr };
	char dims[][VSN_CTL_NAME] = { "npu" };
	struct vsn_ctl_kind kind = {
		.kind = VSN_ENDPOINT_KIND_MEMORY, .nr_dims = 1, .dims = dims,
		.capacity = capacity, .mem_bandwidth = 1000000000,
	};
	struct vsn_ctl_fabric fabric = {
		.nr_dims = 1, .dims = &dim, .nr_kinds = 1, .kinds = &kind,
	};

	snprintf(fabric.name, sizeof(fabric.name), "%s", name);
	return vsn_ctl_fabric_new(ctl, &fabric, true);
}

static uint32_t contexts(memory_t *self)
{
	struct vsn_ctl_fabric *fabric;
	uint32_t n;

	if (vsn_ctl_fabric_get(self->ctl, self->name, &fabric))
		return UINT32_MAX;
	n = fabric->contexts;
	vsn_ctl_fabric_free(fabric);
	return n;
}

/* Seconds since @begin. */
static double since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - begin->tv_sec + (now.tv_nsec - begin->tv_nsec) / 1e9;
}

/* All endpoints together have as much as the pool window, but regions keep a distance. */
TEST_F(memory, no_addresses_left)
{
	static const char name[] = "limits-pool";
	struct vsn_ctl_region_spec spec = { .granule = 1ULL << 30 };
	uint32_t homes[2048], i;

	ASSERT_EQ(0, memories(self->ctl, name, 2048, 1ULL << 50))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	for (i = 0; i < 2048; i++)
		homes[i] = i;
	for (i = 0; i < 1800; i += 900) {
		spec.homes = homes + i;
		spec.nr_homes = 900;
		spec.size = 900ULL << 50;
		ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, name, &spec, NULL))
			TH_LOG("%s", vsn_ctl_error(self->ctl));
	}
	spec.homes = homes + 1800;
	spec.nr_homes = 248;
	spec.size = 248ULL << 50;
	EXPECT_EQ(-ENOSPC, vsn_ctl_region_add(self->ctl, name, &spec, NULL));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "no addresses left in the pool window"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, allocated(self->ctl, name, 1800));
	EXPECT_EQ(0, allocated(self->ctl, name, 2047));
	spec.size = 247ULL << 50;
	EXPECT_EQ(0, vsn_ctl_region_add(self->ctl, name, &spec, NULL))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, name));
}

/* Homes take kernel memory even where they hold nothing. */
TEST_F(memory, homes_of_all_regions)
{
	static const char name[] = "limits-homes";
	struct vsn_ctl_region_spec spec = { .size = PAGE, .granule = PAGE };
	const uint32_t nr = 16384;
	struct vsn_ctl_region *region;
	uint32_t *homes, one = 7, i;

	ASSERT_EQ(0, memories(self->ctl, name, nr, 1ULL << 30))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	homes = calloc(nr, sizeof(*homes));
	ASSERT_NE(NULL, homes);
	for (i = 0; i < nr; i++)
		homes[i] = i;
	spec.homes = homes;
	spec.nr_homes = nr;
	for (i = 1; i < MAX_HOMES / nr; i++)
		ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, name, &spec, NULL))
			TH_LOG("%u: %s", i, vsn_ctl_error(self->ctl));
	ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, name, &spec, &region));
	spec.homes = &one;
	spec.nr_homes = 1;
	EXPECT_EQ(-ENOSPC, vsn_ctl_region_add(self->ctl, name, &spec, NULL));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl),
			       "home: regions have 4194304 homes by now, and no room for 1 more"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, allocated(self->ctl, name, 7));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, name, region->id));
	vsn_ctl_region_free(region);
	EXPECT_EQ(0, vsn_ctl_region_add(self->ctl, name, &spec, NULL));
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, name));
	free(homes);
}

/* The stock kernel takes a quarter of a minute for it, debug kernels five. */
TEST_F_TIMEOUT(memory, regions_of_a_fabric, 300)
{
	struct vsn_ctl_region *region = NULL;
	struct timespec begin;
	uint32_t i;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	/* The fixture has made one. */
	for (i = 1; i < MAX_REGIONS; i++) {
		if (i == 1000 && since(&begin) > 1)
			SKIP(return, "65536 regions would take %.0f s here",
			     since(&begin) * MAX_REGIONS / i);
		vsn_ctl_region_free(region);
		region = test_region(self->ctl, self->name, i % TEST_ENDPOINTS, PAGE);
		ASSERT_NE(NULL, region)
			TH_LOG("%u: %s", i, vsn_ctl_error(self->ctl));
	}
	EXPECT_EQ(NULL, test_region(self->ctl, self->name, 0, PAGE));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "has 65536 regions, and no room for more"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, region->id));
	vsn_ctl_region_free(region);
	region = test_region(self->ctl, self->name, 0, PAGE);
	EXPECT_NE(NULL, region);
	vsn_ctl_region_free(region);
}

static int new_queue(memory_t *self)
{
	struct vsn_queue_setup setup = { .size = sizeof(setup), .sq_entries = 1, .cq_entries = 1 };
	int fd = ioctl(self->fd, VSN_IOC_QUEUE, &setup);

	return fd < 0 ? -errno : fd;
}

static int new_view(memory_t *self)
{
	struct vsn_view view = { .size = sizeof(view) };
	int fd = ioctl(self->fd, VSN_IOC_VIEW, &view);

	return fd < 0 ? -errno : fd;
}

TEST_F_TIMEOUT(memory, queues_of_a_fabric, 300)
{
	struct rlimit many = { MAX_QUEUES + 100, MAX_QUEUES + 100 };
	int fd, last = -1, i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	for (i = 0; i < MAX_QUEUES; i++) {
		last = new_queue(self);
		ASSERT_LE(0, last)
			TH_LOG("%d: %d", i, last);
	}
	EXPECT_EQ(-ENOSPC, new_queue(self));
	EXPECT_EQ(MAX_QUEUES + 1, contexts(self));
	close(last);
	EXPECT_EQ(MAX_QUEUES, contexts(self));
	fd = new_queue(self);
	EXPECT_LE(0, fd);
	/* All is closed at exit at the latest, but the fabric has to be free before. */
	ASSERT_EQ(0, syscall(SYS_close_range, self->fd + 1, ~0U, 0));
	EXPECT_EQ(1, contexts(self));
}

TEST_F(memory, no_descriptors_left)
{
	struct rlimit none, before;

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
	none = before;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(-EMFILE, new_queue(self));
	EXPECT_EQ(-EMFILE, new_view(self));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
	EXPECT_EQ(1, contexts(self));
}

static long oom_kills(void)
{
	FILE *f = fopen("/proc/vmstat", "r");
	char line[128];
	long n = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "oom_kill %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/*
 * Limits as high as they go: when little of the machine's memory is left, there is
 * no more for regions, and the rest of the machine does not notice.
 */
TEST_F_TIMEOUT(memory, the_machine_keeps_a_part, 300)
{
	uint32_t homes[TEST_ENDPOINTS], i;
	struct vsn_ctl_limit before;
	struct vsn_ctl_region *all;
	volatile unsigned char *p;
	struct sysinfo info;
	uint64_t total, at;
	long kills = oom_kills();
	char *mine;

	ASSERT_EQ(0, sysinfo(&info));
	total = (uint64_t)info.totalram * info.mem_unit;
	if (total > 9 * TEST_CAPACITY)
		SKIP(return, "the machine has more memory than a fabric of the test");
	ASSERT_EQ(0, vsn_ctl_limit_get(self->ctl, NULL, &before));
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, NULL, total));
	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, total));
	for (i = 0; i < TEST_ENDPOINTS; i++)
		homes[i] = i;
	all = add_region(self, TEST_ENDPOINTS * (TEST_CAPACITY - 16 * MIB), homes,
			 TEST_ENDPOINTS, HUGE, true);
	ASSERT_NE(NULL, all)
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	p = map_at(self->fd, all->ua, all->size);
	ASSERT_NE(MAP_FAILED, p);
	/* Towards the end a page of 4 KiB is taken in place of each huge one. */
	for (at = 0; at < all->size && !gets_sigbus(p + at, true); at += HUGE)
		;
	EXPECT_GT(all->size, at);
	EXPECT_LT(total / 2, resident(self, all));
	EXPECT_GT(total - total / 16, resident(self, all));
	/* That part is there for others. */
	mine = malloc(total / 32);
	ASSERT_NE(NULL, mine);
	memset(mine, 1, total / 32);
	free(mine);
	EXPECT_EQ(kills, oom_kills());
	munmap((void *)p, all->size);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, all->id));
	vsn_ctl_region_free(all);
	EXPECT_EQ(0, vsn_ctl_limit_set(self->ctl, NULL, before.resident));
	EXPECT_EQ(1, pwrite(self->fd, "a", 1, self->r->ua));
}

TEST_HARNESS_MAIN
