// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and stores of a coherent region in the kernel and natively: who has what, what
 * that took, and every counter of every link must be the same.
 *
 * The native side is kmod/core, built into this program.  In the kernel each initiator
 * has a view, and a load or a store is one: whether it faults is what is tested.  The
 * litmus tests of many CPUs at once run natively, on the directory alone: core/dir.c.
 */
#include "kselftest_harness.h"

#include "coherence.h"
#include "native.h"
#include "sim.h"
#include "totals.h"
#include "vsn_test.h"

#define PAGE		4096UL
#define NR_PAGES	48U
#define NR_ACCESSES	40000U

static u64 seed;

static u64 next(u64 below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 24) % below;
}

static void lose_nothing(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
}

static int check_endpoint(const struct vsn_ctl_endpoint *e, void *arg)
{
	struct sim *sim = arg;
	const struct vsn_endpoint_stats *n = vsn_sparse_find(&sim->sched.stats, e->id);
	static const struct vsn_endpoint_stats none;

	n = n ? n : &none;
	if (n->in_bytes == e->in_bytes && n->out_bytes == e->out_bytes)
		return 0;
	printf("# endpoint %s differs\n", e->name);
	return 1;
}

TEST(ten_thousand_transfers)
{
	const char *why = test_ready();
	uint32_t homes[] = { 0, 3, 9 };
	struct vsn_ctl_region_spec spec = {
		.size = NR_PAGES * PAGE, .homes = homes, .nr_homes = 3, .granule = PAGE,
		.mode = VSN_REGION_MODE_COHERENT,
	};
	struct vsn_ctl_endpoint_filter all = { 0 };
	struct sim *sim = calloc(1, sizeof(*sim));
	volatile u64 *p[TEST_ACCELERATORS];
	u64 value[NR_PAGES] = {}, wrong = 0, i, end, transfers;
	struct vsn_ctl_region *r, *now;
	struct vsn_ctl_fabric *fabric;
	struct vsn_dir_step step;
	struct vsn_access a;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_dir dir;
	char text[256];
	int fd;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_NE(NULL, sim);
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	ASSERT_EQ(0, test_fabric(ctl, "litmus"));
	ASSERT_EQ(0, vsn_ctl_fabric_get(ctl, "litmus", &fabric));
	ASSERT_EQ(0, totals_topo(&sim->topo, fabric, text, sizeof(text))) TH_LOG("%s", text);
	ASSERT_EQ(0, sim_init(sim));
	ASSERT_EQ(0, vsn_dir_init(&dir, NR_PAGES, &sim->sched.mem));
	ASSERT_EQ(0, vsn_ctl_region_add(ctl, "litmus", &spec, &r)) TH_LOG("%s", vsn_ctl_error(ctl));
	dev = test_open("litmus");
	ASSERT_NE(NULL, dev);
	for (i = 0; i < TEST_ACCELERATORS; i++) {
		fd = vsn_dev_view(dev, i);
		ASSERT_LE(0, fd);
		p[i] = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, r->ua);
		ASSERT_NE(MAP_FAILED, p[i]);
		close(fd);
	}
	seed = 42;
	for (i = 0; i < NR_ACCESSES; i++) {
		a.granule = next(NR_PAGES);
		a.who = next(TEST_ACCELERATORS);
		a.write = next(3) == 0;
		a.ua = r->ua + a.granule * PAGE;
		a.bytes = PAGE;
		a.home = homes[a.granule % 3];
		ASSERT_EQ(0, vsn_coherence_access(&sim->sched, &dir, &a, lose_nothing, NULL,
						  &step, &end));
		/* An atomic is a store that reads. */
		if (a.write)
			wrong += __atomic_fetch_add(&p[a.who][a.granule * PAGE / 8], i + 1,
						    __ATOMIC_SEQ_CST) != value[a.granule];
		else
			wrong += p[a.who][a.granule * PAGE / 8] != value[a.granule];
		value[a.granule] += a.write ? i + 1 : 0;
	}
	EXPECT_EQ(0, wrong);
	ASSERT_EQ(0, vsn_ctl_region_get(ctl, "litmus", r->id, &now));
	EXPECT_EQ(dir.stats.from_home, now->from_home);
	EXPECT_EQ(dir.stats.from_writer, now->from_writer);
	EXPECT_EQ(dir.stats.written_back, now->written_back);
	EXPECT_EQ(dir.stats.invalidations, now->invalidations);
	transfers = dir.stats.from_home + dir.stats.from_writer;
	EXPECT_LT(10000, transfers);
	TH_LOG("%llu transfers, %llu of them from a writer; %llu invalidations",
	       (unsigned long long)transfers, (unsigned long long)dir.stats.from_writer,
	       (unsigned long long)dir.stats.invalidations);
	EXPECT_EQ(0, vsn_ctl_link_list(ctl, "litmus", &(struct vsn_ctl_link_filter) {
				       .active = true }, native_link, sim));
	EXPECT_EQ(0, vsn_ctl_endpoint_list(ctl, "litmus", &all, check_endpoint, sim));
	for (i = 0; i < TEST_ACCELERATORS; i++)
		munmap((void *)p[i], r->size);
	vsn_dev_close(dev);
	EXPECT_EQ(0, vsn_ctl_region_del(ctl, "litmus", r->id));
	EXPECT_EQ(0, vsn_ctl_fabric_del(ctl, "litmus"));
	vsn_dir_free(&dir);
	vsn_ctl_region_free(now);
	vsn_ctl_region_free(r);
	vsn_ctl_fabric_free(fabric);
	vsn_ctl_close(ctl);
	sim_free(sim);
	free(sim);
}

TEST_HARNESS_MAIN
