// SPDX-License-Identifier: GPL-2.0
/*
 * Regions come and go while others fault on them, read them and map them.  Nobody
 * may see what a region held after its deletion has returned, and no page may stay.
 *
 * Only the main thread writes: into the region of round n the word n.  The others
 * take a look at the last round whose region is deleted, then read: what they find
 * is zero or of a later round.
 */
#include <pthread.h>

#include "memory_fixture.h"

#define SECONDS		4
#define WORDS		16

static memory_t *shared;
/* Bytes from word to word, and of the region */
static size_t stride, span;
static bool stop;
static uint64_t current_ua;
static uint64_t deleted;
static unsigned long stale, loads, reads, maps;
static sigjmp_buf loader_env;

static void check_word(uint64_t before, uint64_t word)
{
	if (word && word <= before)
		__atomic_fetch_add(&stale, 1, __ATOMIC_RELAXED);
}

static bool going(void)
{
	return !__atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

static uint64_t last_deleted(void)
{
	return __atomic_load_n(&deleted, __ATOMIC_SEQ_CST);
}

static void loader_sigbus(int sig)
{
	siglongjmp(loader_env, 1);
}

/* A mapping of the device window outlives all regions: between two it gets SIGBUS. */
static void *loader(void *arg)
{
	volatile uint64_t *p = map_at(shared->fd, window(shared, 0), span);
	volatile unsigned int i = 0;
	uint64_t before;

	while (going()) {
		if (sigsetjmp(loader_env, 1))
			continue;
		i++;
		before = last_deleted();
		check_word(before, p[i % WORDS * stride / 8]);
		loads++;
	}
	munmap((void *)p, span);
	return NULL;
}

static void read_words(uint64_t ua)
{
	uint64_t before, word;
	int i;

	for (i = 0; i < WORDS; i++) {
		before = last_deleted();
		if (pread(shared->fd, &word, 8, ua + i * stride) == 8)
			check_word(before, word);
	}
}

static void *reader(void *arg)
{
	while (going()) {
		read_words(window(shared, 0));
		read_words(__atomic_load_n(&current_ua, __ATOMIC_ACQUIRE));
		reads++;
	}
	return NULL;
}

static void *mapper(void *arg)
{
	int view = vsn_dev_view(shared->dev, 3);
	void *p;

	while (going()) {
		p = map_at(view, __atomic_load_n(&current_ua, __ATOMIC_ACQUIRE), span);
		if (p == MAP_FAILED)
			continue;
		/* It may be gone by now: the kernel touches it, and gets an error. */
		madvise(p, span, MADV_POPULATE_WRITE);
		munmap(p, span);
		maps++;
		usleep(200);
	}
	close(view);
	return NULL;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

typedef void *(*thread_fn)(void *);

static void delete_against_all(struct __test_metadata *_metadata, memory_t *self, bool huge)
{
	struct sigaction act = { .sa_handler = loader_sigbus };
	const thread_fn fns[] = { loader, reader, mapper };
	unsigned long busy = 0, left = 0, dirty = 0;
	time_t end = now() + SECONDS;
	struct vsn_ctl_region *r;
	pthread_t threads[3];
	unsigned char *buf;
	uint64_t round;
	size_t i;

	stride = huge ? 256 * KIB : PAGE;
	span = WORDS * stride;
	buf = malloc(span);
	ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id));
	shared = self;
	current_ua = self->r->ua;
	sigaction(SIGBUS, &act, NULL);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, fns[i], NULL));
	for (round = 1; now() < end; round++) {
		r = huge ? add_huge(self, 0, span) : test_region(self->ctl, self->name, 0, span);
		ASSERT_NE(NULL, r)
			TH_LOG("%s", vsn_ctl_error(self->ctl));
		__atomic_store_n(&current_ua, r->ua, __ATOMIC_RELEASE);
		ASSERT_EQ(span, pread(self->fd, buf, span, r->ua));
		dirty += !is_filled(buf, span, 0);
		for (i = 0; i < WORDS; i += 1 + round % 3)
			ASSERT_EQ(8, pwrite(self->fd, &round, 8, r->ua + i * stride));
		while (vsn_ctl_region_del(self->ctl, self->name, r->id)) {
			ASSERT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "in use"))
				TH_LOG("%s", vsn_ctl_error(self->ctl));
			busy++;
		}
		__atomic_store_n(&deleted, round, __ATOMIC_SEQ_CST);
		left += !!fabric_resident(self);
		vsn_ctl_region_free(r);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	TH_LOG("%llu regions, %lu times busy; %lu loads, %lu reads, %lu mappings",
	       (unsigned long long)round, busy, loads, reads, maps);
	EXPECT_EQ(0, stale);
	EXPECT_EQ(0, dirty);
	EXPECT_EQ(0, left);
	EXPECT_LT(0, loads);
	EXPECT_LT(0, maps);
	free(buf);
}

TEST_F(memory, delete_against_faults_reads_and_maps)
{
	delete_against_all(_metadata, self, false);
}

TEST_F(memory, delete_huge_against_faults_reads_and_maps)
{
	delete_against_all(_metadata, self, true);
}

#define TOUCHERS	4
static volatile unsigned char *touched;

static void *toucher(void *arg)
{
	size_t i;

	while (going())
		usleep(100);
	for (i = 0; i < 8 * MIB; i += PAGE)
		__atomic_fetch_add(&touched[i], 1, __ATOMIC_RELAXED);
	return NULL;
}

/* All touch the same pages at once: each page and each 2 MiB is made once. */
static void touch_together(struct __test_metadata *_metadata, memory_t *self, bool huge)
{
	struct vsn_ctl_region *r = huge ? add_huge(self, 1, 8 * MIB) :
					  test_region(self->ctl, self->name, 1, 8 * MIB);
	pthread_t threads[TOUCHERS];
	size_t i;

	ASSERT_NE(NULL, r);
	touched = map_at(self->fd, r->ua, 8 * MIB);
	ASSERT_NE(MAP_FAILED, touched);
	stop = false;
	for (i = 0; i < TOUCHERS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, toucher, NULL));
	usleep(20000);
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < TOUCHERS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < 8 * MIB; i += PAGE)
		ASSERT_EQ(TOUCHERS, touched[i]);
	EXPECT_EQ(8 * MIB, resident(self, r));
	EXPECT_EQ(8 * MIB, fabric_resident(self));
	munmap((void *)touched, 8 * MIB);
	vsn_ctl_region_free(r);
}

TEST_F(memory, touch_pages_together)
{
	touch_together(_metadata, self, false);
}

TEST_F(memory, touch_huge_pages_together)
{
	touch_together(_metadata, self, true);
}

/* Many reserve at once: the limit is met exactly, and nothing is refused below it. */
TEST_F(memory, limit_under_contention)
{
	const uint64_t pages = 100;
	int status, i, j, got = 0, refused = 0;
	int *counts = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[4];

	ASSERT_EQ(0, vsn_ctl_limit_set(self->ctl, self->name, pages * PAGE));
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		for (j = 0; j < 64; j++) {
			if (pwrite(self->fd, "x", 1, self->r->ua + (i * 64 + j) * PAGE) == 1)
				counts[i]++;
			else
				counts[8 + i]++;
		}
		_exit(0);
	}
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		got += counts[i];
		refused += counts[8 + i];
	}
	EXPECT_EQ(pages, got);
	EXPECT_EQ(4 * 64 - pages, refused);
	EXPECT_EQ(pages * PAGE, resident(self, self->r));
	munmap(counts, PAGE);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

#define MANY	16384U

/* A page at each of many endpoints, deleted; seconds, or a negative number. */
static double delete_wide(struct vsn_ctl *ctl, const char *fabric)
{
	struct vsn_ctl_region_spec spec = { .size = MANY * PAGE, .granule = PAGE };
	struct vsn_ctl_region *region;
	uint32_t homes[MANY], i;
	double start;

	for (i = 0; i < MANY; i++)
		homes[i] = i;
	spec.homes = homes;
	spec.nr_homes = MANY;
	if (vsn_ctl_region_add(ctl, fabric, &spec, &region))
		return -1;
	start = seconds();
	if (vsn_ctl_region_del(ctl, fabric, region->id))
		return -1;
	vsn_ctl_region_free(region);
	return seconds() - start;
}

/* To delete takes time for homes and for initiators, not for each pair of them. */
TEST_F_TIMEOUT(memory, delete_with_many_homes_and_views, 120)
{
	struct vsn_ctl_dim dim = { .name = "npu", .prefix = "npu", .size = MANY };
	char dims[][VSN_CTL_NAME] = { "npu" };
	struct vsn_ctl_kind kind = {
		.kind = VSN_ENDPOINT_KIND_ACCELERATOR, .nr_dims = 1, .dims = dims,
		.capacity = HUGE, .mem_bandwidth = 1000000000, .read_bandwidth = 1000000000,
		.write_bandwidth = 1000000000,
	};
	struct vsn_ctl_fabric fabric = {
		.name = "memorywide", .nr_dims = 1, .dims = &dim, .nr_kinds = 1, .kinds = &kind,
	};
	struct vsn_ctl_region *one;
	struct vsn_dev *dev;
	double few, many;
	uint32_t i;
	char *p;
	int fd;

	ASSERT_EQ(0, vsn_ctl_fabric_new(self->ctl, &fabric, true))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	dev = test_open(fabric.name);
	ASSERT_NE(NULL, dev);
	one = test_region(self->ctl, fabric.name, 0, PAGE);
	ASSERT_NE(NULL, one);
	p = test_map(dev, one);
	ASSERT_NE(NULL, p);
	*p = 1;

	few = delete_wide(self->ctl, fabric.name);
	EXPECT_LT(0, few)
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	for (i = 0; i < MANY; i++) {
		fd = vsn_dev_view(dev, i);
		ASSERT_LE(0, fd);
		close(fd);
	}
	many = delete_wide(self->ctl, fabric.name);
	EXPECT_LT(many, few * 4 + 0.5)
		TH_LOG("%g s with %u views, %g s without", many, MANY, few);
	TH_LOG("%g s with %u views, %g s without", many, MANY, few);

	munmap(p, PAGE);
	vsn_dev_close(dev);
	vsn_ctl_region_free(one);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, fabric.name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
}

/* While it grows and shrinks, a mapping is out of its inode's tree for a moment. */
static void *resizer(void *arg)
{
	char *p = arg;

	while (going()) {
		if (mremap(p, 2 * PAGE, PAGE, 0) != p || mremap(p, PAGE, 2 * PAGE, 0) != p)
			__atomic_fetch_add(&stale, 1, __ATOMIC_RELAXED);
		maps++;
	}
	return NULL;
}

TEST_F(memory, a_mapping_that_grows_and_shrinks_keeps_its_region)
{
	int fd = vsn_dev_view(self->dev, 1);
	unsigned long tries = 0, gone = 0;
	time_t end = time(NULL) + SECONDS;
	pthread_t thread;
	char *p;

	ASSERT_LE(0, fd);
	p = map_at(fd, self->r->ua, 2 * PAGE);
	ASSERT_NE(MAP_FAILED, p);
	stop = false;
	stale = 0;
	ASSERT_EQ(0, pthread_create(&thread, NULL, resizer, p));
	for (; time(NULL) < end; tries++)
		gone += vsn_ctl_region_del(self->ctl, self->name, self->r->id) != -EBUSY;
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	TH_LOG("%lu deletions refused, mapping resized %lu times", tries, maps);
	EXPECT_EQ(0, gone);
	EXPECT_EQ(0, stale);
	munmap(p, 2 * PAGE);
	close(fd);
}

TEST_HARNESS_MAIN
