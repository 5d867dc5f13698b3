// SPDX-License-Identifier: GPL-2.0
/*
 * The same operations in the kernel and natively: every field of every completion
 * and every counter must be the same, to the bit.
 *
 * The native side is kmod/core and selftests/core/sim.c, built into this program;
 * its topology is what the kernel tells of the fabric.
 */
#include "kselftest_harness.h"

#include "sim.h"
#include "totals.h"
#include "vsn_test.h"

#define NR_OPS		3000
#define NR_STREAMS	6
#define REGION		(1UL << 20)
#define NR_REGIONS	10	/* with one home each */
#define NR_INITIATORS	8	/* of their homes; the small fabric's others cannot */

/* Add the region to the kernel's fabric and, at the same address, to the other. */
static u64 add_region(struct sim *sim, struct vsn_ctl *ctl, const char *name,
		      const u32 *homes, u32 nr, u64 granule)
{
	struct vsn_ctl_region_spec spec = {
		.size = REGION, .homes = homes, .nr_homes = nr, .granule = granule,
	};
	struct vsn_ctl_region *region;
	u64 ua;

	if (vsn_ctl_region_add(ctl, name, &spec, &region)) {
		printf("# %s\n", vsn_ctl_error(ctl));
		abort();
	}
	ua = region->ua;
	vsn_ctl_region_free(region);
	sim_region_over(sim, REGION, homes, nr, granule, true);
	sim->regions[sim->nr_regions - 1].place.ua = ua;
	return ua;
}

static u64 seed;

static u64 next(u64 below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 24) % below;
}

/* Of random bytes, many of which are no numbers; ranges that overlap are refused. */
static void any_reduce(struct vsn_sqe *sqe, const u64 *regions, u32 nr)
{
	sqe->arg0 = VSN_REDUCE(next(VSN_REDUCE_MAX + 1), 1 + next(VSN_REDUCE_BF16));
	sqe->src = regions[next(nr)] + 8 * next(REGION / 32);
	sqe->dst = regions[next(nr)] + REGION / 2 + 8 * next(REGION / 32);
	sqe->len = 8 + 8 * next(REGION / 32);
}

static struct vsn_sqe any_op(const u64 *regions, u32 nr, const u32 *homes, u64 i)
{
	static const u8 opcodes[] = {
		VSN_OP_NOP, VSN_OP_COPY, VSN_OP_FILL, VSN_OP_FADD, VSN_OP_CAS, VSN_OP_SWAP,
		VSN_OP_COMPUTE, VSN_OP_SIGNAL, VSN_OP_REDUCE, VSN_OP_FENCE,
	};
	struct vsn_sqe sqe = {
		.opcode = opcodes[next(ARRAY_SIZE(opcodes))],
		.initiator = homes[next(NR_INITIATORS)],
		.stream = next(NR_STREAMS),
		.user_data = i,
	};

	switch (sqe.opcode) {
	case VSN_OP_COPY:
		sqe.src = regions[next(nr)] + next(REGION / 2);
		sqe.dst = regions[next(nr)] + next(REGION / 2);
		sqe.len = 1 + next(next(4) ? 20000 : REGION / 2);
		break;
	case VSN_OP_FILL:
		sqe.dst = regions[next(nr)] + next(REGION / 2);
		sqe.len = 1 + next(REGION / 2);
		sqe.arg0 = next(~0ULL);
		break;
	case VSN_OP_REDUCE:
		any_reduce(&sqe, regions, nr);
		break;
	case VSN_OP_COMPUTE:
		sqe.arg0 = next(1000000);
		break;
	case VSN_OP_CAS:
		sqe.arg1 = next(4);
		/* fallthrough */
	case VSN_OP_FADD:
	case VSN_OP_SWAP:
	case VSN_OP_SIGNAL:
		sqe.dst = regions[next(nr)] + 8 * next(16);
		sqe.arg0 = next(4);
		break;
	}
	return sqe;
}

/*
 * Links of the first endpoints go down for a while, or become slow or noisy, some
 * for longer than takes to notice; a switch, too.
 */
static void add_faults(struct __test_metadata *_metadata, struct sim *sim,
		       struct vsn_ctl *ctl, const char *name, u32 nr)
{
	struct vsn_ctl_fault_policy policy = {
		.detect = 3000000, .lost = VSN_LOST_REPLAY, .seed = 99,
	};
	u32 i, links = sim->topo.nr_links, id;

	snprintf(policy.fabric, sizeof(policy.fabric), "%s", name);
	ASSERT_EQ(0, vsn_ctl_fault_policy_set(ctl, &policy));
	ASSERT_EQ(0, vsn_fault_set_policy(&sim->sched, &(struct vsn_fault_policy) {
			.detect = policy.detect, .seed = policy.seed }));
	for (i = 0; i < nr; i++) {
		struct vsn_ctl_fault k = {
			.is_switch = i % 16 == 15,
			.target = next(i % 16 == 15 ? sim->topo.nr_switches :
						      vsn_min(links, 256)),
			.health.bandwidth_part = VSN_CTL_PART_ALL,
			.at = 1 + next(400000000),
		};
		struct vsn_fault n = { .is_switch = k.is_switch, .target = k.target };
		struct vsn_diag diag;

		k.until = k.at + 1 + next(20000000);
		if (k.is_switch || next(2))
			k.health.state = VSN_LINK_STATE_DOWN;
		else if (next(2))
			k.health.error_rate = VSN_CTL_CHANCE_ALL / (2 + next(1000));
		else
			k.health.bandwidth_part = 1 + next(VSN_CTL_PART_ALL);
		n.what.down = k.health.state == VSN_LINK_STATE_DOWN;
		n.what.bandwidth = k.health.bandwidth_part;
		n.what.errors = k.health.error_rate;
		n.at = k.at;
		n.until = k.until;
		snprintf(k.fabric, sizeof(k.fabric), "%s", name);
		/* Ids have gaps. */
		if (vsn_fault_add(&sim->sched, &n, &id, &diag))
			continue;
		ASSERT_EQ(0, vsn_ctl_fault_add(ctl, &k, &k)) TH_LOG("%s", vsn_ctl_error(ctl));
		ASSERT_EQ(id, k.id);
	}
}

static u64 count_replays(struct sim *sim)
{
	struct vsn_site site;
	u64 n = 0;
	u32 i;

	for (i = 0; i < sim->topo.nr_endpoints; i++) {
		vsn_fault_endpoint(&sim->sched, i, &site);
		n += site.replays;
	}
	return n;
}

static int check_link(const struct vsn_ctl_link *k, void *arg)
{
	struct sim *sim = arg;
	const struct vsn_link *n = vsn_links_find(&sim->sched.links, k->id);
	struct vsn_site site;

	vsn_fault_link(&sim->sched, k->id, &site);
	if (site.lost != k->lost || site.replays != k->replays ||
	    site.replay_wire != k->replay_wire ||
	    site.health.down == (k->health.state == VSN_LINK_STATE_UP)) {
		printf("# replays of link %s differ\n", k->name);
		return 1;
	}
	if (!n || n->payload != k->payload || n->wire != k->wire ||
	    n->transfers != k->transfers || n->busy_time != k->busy) {
		printf("# link %s differs\n", k->name);
		return 1;
	}
	return 0;
}

/* Run the operations on both sides of a fabric of the kernel, and compare. */
static void replay(struct __test_metadata *_metadata, const char *name, u32 stride,
		   u32 faults)
{
	u64 regions[NR_REGIONS + 2], i, j, failed = 0;
	struct vsn_ctl_link_filter active = { .active = true };
	struct vsn_run run;
	struct vsn_ctl_fabric *fabric;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct sim *sim = calloc(1, sizeof(*sim));
	const struct vsn_cqe *k;
	u32 homes[NR_REGIONS];
	char why[256];
	u8 *bytes;
	int fd;

	ASSERT_NE(NULL, sim);
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	ASSERT_EQ(0, vsn_ctl_fabric_get(ctl, name, &fabric));
	ASSERT_EQ(0, totals_topo(&sim->topo, fabric, why, sizeof(why)))
		TH_LOG("%s", why);
	ASSERT_EQ(0, sim_init(sim));
	ASSERT_EQ(fabric->endpoints, sim->topo.nr_endpoints);
	for (i = 0; i < NR_REGIONS; i++) {
		homes[i] = i * stride;
		regions[i] = add_region(sim, ctl, name, &homes[i], 1, 4096);
	}
	regions[i++] = add_region(sim, ctl, name, homes, 7, 4096);
	regions[i] = add_region(sim, ctl, name, homes + 2, 5, 65536);
	if (faults)
		add_faults(_metadata, sim, ctl, name, faults);
	dev = test_open(name);
	ASSERT_NE(NULL, dev);
	q = vsn_queue_create_sized(dev, 4096, 4096);
	ASSERT_NE(NULL, q);
	for (i = 0; i < NR_OPS; i++) {
		struct vsn_sqe sqe = any_op(regions, NR_REGIONS + 2, homes, i);
		struct vsn_sqe *slot = vsn_queue_sqe(q);

		ASSERT_NE(NULL, slot);
		*slot = sqe;
		sim_submit(sim, &sqe);
	}
	ASSERT_EQ(NR_OPS, vsn_queue_submit(q));
	ASSERT_EQ(0, vsn_dev_run(dev, VSN_TIME_MAX, &run));
	sim_run(sim);
	EXPECT_EQ(sim->sched.now, run.now);
	ASSERT_EQ(NR_OPS, sim->nr_done);
	for (i = 0; i < NR_OPS; i++) {
		k = vsn_queue_cqe(q);
		ASSERT_NE(NULL, k);
		failed += k->res != 0;
		ASSERT_EQ(0, memcmp(k, &sim->done[i], sizeof(*k)))
			TH_LOG("completion %llu: operation %llu", (unsigned long long)i,
			       (unsigned long long)k->user_data);
		vsn_queue_advance(q, 1);
	}
	EXPECT_EQ(0, vsn_ctl_link_list(ctl, name, &active, check_link, sim));
	EXPECT_TRUE(faults || !failed);
	if (faults)
		EXPECT_LT(0, count_replays(sim));
	/* and so are the bytes */
	fd = vsn_dev_fd(dev);
	bytes = malloc(REGION);
	ASSERT_NE(NULL, bytes);
	for (i = 0; i < sim->nr_regions; i++) {
		for (j = 0; j < REGION; ) {
			ssize_t n = pread(fd, bytes + j, REGION - j,
					  sim->regions[i].place.ua + j);

			ASSERT_GT(n, 0);
			j += n;
		}
		EXPECT_EQ(0, memcmp(bytes, sim->regions[i].bytes, REGION));
	}
	free(bytes);
	vsn_queue_destroy(q);
	vsn_dev_close(dev);
	for (i = 0; i < sim->nr_regions; i++)
		vsn_ctl_region_del(ctl, name, i + 1);
	EXPECT_EQ(0, vsn_ctl_fabric_del(ctl, name));
	vsn_ctl_fabric_free(fabric);
	vsn_ctl_close(ctl);
	sim_free(sim);
	free(sim);
}

TEST(small_fabric)
{
	struct vsn_ctl *ctl;
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	seed = 1;
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	ASSERT_EQ(0, test_fabric(ctl, "replay"));
	vsn_ctl_close(ctl);
	replay(_metadata, "replay", 1, 0);
}

/* Faults begin and end in the middle of it. */
TEST(small_fabric_with_faults)
{
	struct vsn_ctl *ctl;
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	seed = 11;
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	ASSERT_EQ(0, test_fabric(ctl, "replay"));
	vsn_ctl_close(ctl);
	replay(_metadata, "replay", 1, 200);
}

/* 768 dies, two networks, two tiers, seven planes */
TEST(system_file)
{
	char command[PATH_MAX + 128], path[PATH_MAX + 1] = "", *slash;
	const char *why = test_ready();
	ssize_t n;
	int i;

	if (why)
		SKIP(return, "%s", why);
	n = readlink("/proc/self/exe", path, PATH_MAX);
	ASSERT_GT(n, 0);
	do {
		slash = strrchr(path, '/');
		ASSERT_NE(NULL, slash);
		strcpy(slash, "/bin/vsn");
	} while (access(path, X_OK) && (*slash = 0, 1));
	snprintf(command, sizeof(command), "%s fabric add replay system cloudmatrix384", path);
	for (i = 2; i < 5; i++) {
		ASSERT_EQ(0, system(command));
		seed = i;
		replay(_metadata, "replay", 77, i == 4 ? 1000 : 0);
	}
}

TEST_HARNESS_MAIN
