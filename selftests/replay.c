// SPDX-License-Identifier: GPL-2.0
/*
 * The same operations in the kernel and natively: every field of every completion
 * and every counter must be the same, to the bit.
 *
 * The native side is kmod/core and selftests/core/sim.c, built into this program;
 * its topology is what the kernel tells of the fabric.
 *
 * The digests that are printed are of all completions: selftests/digests holds those
 * of several kernels and of a machine without the module against each other.
 */
#include "kselftest_harness.h"

#include "native.h"
#include "sim.h"
#include "totals.h"
#include "vsn_test.h"

#define NR_OPS		3000
#define NR_RUNS		100
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

/* To a switch, or from it: between two memories, one of which is the initiator's */
static void half(struct vsn_sqe *sqe, const u64 *regions, const u32 *homes)
{
	u32 me = next(NR_INITIATORS), other = (me + 1 + next(NR_INITIATORS - 1)) % NR_INITIATORS;

	sqe->flags = next(2) ? VSN_OP_F_TO_SWITCH : VSN_OP_F_FROM_SWITCH;
	sqe->initiator = homes[me];
	sqe->src = regions[me] + 8 * next(REGION / 32);
	sqe->dst = regions[other] + REGION / 2 + 8 * next(REGION / 32);
	sqe->len = vsn_min(sqe->len, REGION / 4);
}

static struct vsn_sqe any_op(const u64 *regions, u32 nr, const u32 *homes, bool reduces, u64 i)
{
	static const u8 opcodes[] = {
		VSN_OP_NOP, VSN_OP_COPY, VSN_OP_FILL, VSN_OP_FADD, VSN_OP_CAS, VSN_OP_SWAP,
		VSN_OP_COMPUTE, VSN_OP_SIGNAL, VSN_OP_REDUCE, VSN_OP_FENCE,
		VSN_OP_DISCARD,
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
	case VSN_OP_DISCARD:
		sqe.dst = regions[next(nr)] + next(REGION / 2);
		sqe.len = 1 + next(REGION / 2);
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
	if (reduces && (sqe.opcode == VSN_OP_COPY || sqe.opcode == VSN_OP_REDUCE) && !next(4))
		half(&sqe, regions, homes);
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
		struct vsn_fault n = { .kind = k.is_switch, .target = k.target };
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

/* FNV-1a over 64-bit words */
static u64 digest(u64 hash, const void *p, size_t size)
{
	const u64 *word = p;

	for (; size; size -= 8)
		hash = (hash ^ *word++) * 0x100000001b3ULL;
	return hash;
}

/*
 * Run @nr operations on both sides of a fabric of the kernel, and compare.
 * @spec: what it was made of, or NULL to ask the kernel; @faults: how many, at random
 */
static u64 replay(struct __test_metadata *_metadata, const char *name, u32 stride, u32 nr,
		  const struct vsn_ctl_fabric *spec, u32 faults)
{
	u64 hash = 0xcbf29ce484222325ULL;
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
	/* The kernel does not give back what a graph is made of. */
	ASSERT_EQ(0, totals_topo(&sim->topo, spec ? spec : fabric, why, sizeof(why)))
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
	for (i = 0; i < nr; i++) {
		struct vsn_sqe sqe = any_op(regions, NR_REGIONS + 2, homes,
					    sim->topo.networks[0].tiers[0].reduces, i);
		struct vsn_sqe *slot = vsn_queue_sqe(q);

		ASSERT_NE(NULL, slot);
		*slot = sqe;
		sim_submit(sim, &sqe);
	}
	ASSERT_EQ(nr, vsn_queue_submit(q));
	ASSERT_EQ(0, vsn_dev_run(dev, VSN_TIME_MAX, &run));
	sim_run(sim);
	EXPECT_EQ(sim->sched.now, run.now);
	ASSERT_EQ(nr, sim->nr_done);
	for (i = 0; i < nr; i++) {
		k = vsn_queue_cqe(q);
		ASSERT_NE(NULL, k);
		if (k->res && !failed++ && !faults)
			TH_LOG("operation %llu, opcode %u of initiator %u: %s",
			       (unsigned long long)k->user_data, k->opcode, k->initiator,
			       strerror(-k->res));
		ASSERT_EQ(0, memcmp(k, &sim->done[i], sizeof(*k)))
			TH_LOG("completion %llu: operation %llu", (unsigned long long)i,
			       (unsigned long long)k->user_data);
		hash = digest(hash, k, sizeof(*k));
		vsn_queue_advance(q, 1);
	}
	EXPECT_EQ(0, vsn_ctl_link_list(ctl, name, &active, native_link, sim));
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
	return hash;
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
	replay(_metadata, "replay", 1, NR_OPS, NULL, 0);
}

#define SWITCHES	5

/* Endpoints dealt to switches, which are all joined, by links of several kinds */
TEST(graph)
{
	struct vsn_ctl_dim dim = { .name = "node", .prefix = "n", .size = NR_REGIONS };
	char dims[][VSN_CTL_NAME] = { "node" }, names[NR_REGIONS + SWITCHES][8];
	struct vsn_ctl_kind kind = {
		.kind = VSN_ENDPOINT_KIND_ACCELERATOR, .nr_dims = 1, .dims = dims,
		.capacity = 1 << 30, .mem_bandwidth = 1000ULL * 1000 * 1000 * 1000,
		.mem_latency = 50000, .read_bandwidth = 100ULL * 1000 * 1000 * 1000,
		.write_bandwidth = 90ULL * 1000 * 1000 * 1000, .overhead = 100000,
	};
	struct vsn_ctl_tier tier = {
		.name = "graph", .attach = VSN_ATTACH_ENDPOINT, .kind = VSN_TIER_KIND_GRAPH,
		.planes = 1, .switches = 1, .lanes = 1, .transit = true,
		.switch_latency = 70000,
	};
	struct vsn_ctl_graph_link links[NR_REGIONS + SWITCHES * SWITCHES], *l = links;
	struct vsn_ctl_graph_switch switches[SWITCHES] = {};
	struct vsn_ctl_network net = {
		.name = "net", .packet = 4096, .header = 32, .policy = VSN_POLICY_SHORTEST,
		.nr_tiers = 1, .tiers = &tier,
		.graph = { .nr_switches = SWITCHES, .switches = switches, .links = links },
	};
	struct vsn_ctl_fabric spec = {
		.name = "replay", .nr_dims = 1, .dims = &dim, .nr_kinds = 1, .kinds = &kind,
		.nr_networks = 1, .networks = &net,
	};
	const char *why = test_ready();
	struct vsn_ctl *ctl;
	int i, j;

	if (why)
		SKIP(return, "%s", why);
	for (i = 0; i < NR_REGIONS + SWITCHES; i++)
		snprintf(names[i], sizeof(names[i]), i < NR_REGIONS ? "n%d" : "s%d",
			 i < NR_REGIONS ? i : i - NR_REGIONS);
	for (i = 0; i < SWITCHES; i++) {
		memcpy(switches[i].name, names[NR_REGIONS + i], sizeof(names[0]));
		switches[i].latency = 200000 + i;
		for (j = 0; j < i; j++)
			*l++ = (struct vsn_ctl_graph_link) {
				.from = names[NR_REGIONS + i], .to = names[NR_REGIONS + j],
				.bandwidth = 40ULL * 1000 * 1000 * 1000, .latency = 1000 * j,
				.lanes = 1 + (i ^ j) % 3, .both = true };
	}
	for (i = 0; i < NR_REGIONS; i++)
		*l++ = (struct vsn_ctl_graph_link) {
			.from = names[i], .to = names[NR_REGIONS + i % SWITCHES],
			.bandwidth = 70ULL * 1000 * 1000 * 1000, .latency = 100 * i,
			.efficiency = 900000, .both = true };
	/* By another endpoint it is nearer than by the switches. */
	*l++ = (struct vsn_ctl_graph_link) {
		.from = names[0], .to = names[1], .bandwidth = 20ULL * 1000 * 1000 * 1000,
		.both = true };
	*l++ = (struct vsn_ctl_graph_link) {
		.from = names[1], .to = names[2], .bandwidth = 20ULL * 1000 * 1000 * 1000,
		.both = true };
	net.graph.nr_links = l - links;
	seed = 9;
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	ASSERT_EQ(0, vsn_ctl_fabric_new(ctl, &spec, true)) TH_LOG("%s", vsn_ctl_error(ctl));
	vsn_ctl_close(ctl);
	replay(_metadata, "replay", 1, NR_OPS, &spec, 0);
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
	replay(_metadata, "replay", 1, NR_OPS, NULL, 200);
}

static int spec_topo(const struct vsn_ctl_fabric *spec, void *topo)
{
	char why[256];

	return totals_topo(topo, spec, why, sizeof(why));
}

/* The same as replay() with @nr operations of the small fabric, and no kernel. */
static u64 replay_native(struct __test_metadata *_metadata, u32 nr)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	u64 regions[NR_REGIONS + 2], hash = 0xcbf29ce484222325ULL, i;
	u32 homes[NR_REGIONS];

	ASSERT_NE(NULL, sim);
	ASSERT_EQ(0, test_spec("replay", spec_topo, &sim->topo));
	ASSERT_EQ(0, sim_init(sim));
	for (i = 0; i < NR_REGIONS; i++) {
		homes[i] = i;
		regions[i] = sim_region_over(sim, REGION, &homes[i], 1, 4096, true);
	}
	regions[i++] = sim_region_over(sim, REGION, homes, 7, 4096, true);
	regions[i] = sim_region_over(sim, REGION, homes + 2, 5, 65536, true);
	for (i = 0; i < nr; i++) {
		struct vsn_sqe sqe = any_op(regions, NR_REGIONS + 2, homes,
					    sim->topo.networks[0].tiers[0].reduces, i);

		ASSERT_EQ(0, sim_submit(sim, &sqe));
	}
	sim_run(sim);
	ASSERT_EQ(nr, sim->nr_done);
	for (i = 0; i < nr; i++)
		hash = digest(hash, &sim->done[i], sizeof(sim->done[i]));
	sim_free(sim);
	free(sim);
	return hash;
}

/* Enough of each kind, and little enough to be done a hundred times */
#define NR_FEW	300

FIXTURE(hundred)
{
	int none;
};

FIXTURE_SETUP(hundred)
{
}

FIXTURE_TEARDOWN(hundred)
{
}

/* A hundred fabrics, each with a secret of its own, and all give the same. */
TEST_F_TIMEOUT(hundred, runs, 150)
{
	u64 first = 0, hash;
	struct vsn_ctl *ctl;
	const char *why = test_ready();
	int i;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	for (i = 0; i < NR_RUNS; i++) {
		ASSERT_EQ(0, test_fabric(ctl, "replay"));
		seed = 1;
		hash = replay(_metadata, "replay", 1, NR_FEW, NULL, 0);
		if (!i)
			first = hash;
		ASSERT_EQ(first, hash);
	}
	vsn_ctl_close(ctl);
	seed = 1;
	EXPECT_EQ(first, replay_native(_metadata, NR_FEW));
	TH_LOG("%d runs: digest %016llx", NR_RUNS, (unsigned long long)first);
}

/* The same where there is no module. */
TEST_F_TIMEOUT(hundred, native_runs, 150)
{
	u64 first = 0, hash;
	int i;

	for (i = 0; i < NR_RUNS; i++) {
		seed = 1;
		hash = replay_native(_metadata, NR_FEW);
		if (!i)
			first = hash;
		ASSERT_EQ(first, hash);
	}
	TH_LOG("%d native runs: digest %016llx", NR_RUNS, (unsigned long long)first);
}

/* 768 dies, two networks, two tiers, seven planes; or 72 GPUs, 18 planes that reduce */
TEST(system_file)
{
	static const struct {
		const char *name;
		u32 stride;
	} systems[] = { { "cloudmatrix384", 77 }, { "nvl72", 7 } };
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
	for (i = 2; i < 6; i++) {
		snprintf(command, sizeof(command), "%s fabric add replay system %s", path,
			 systems[i % 2].name);
		ASSERT_EQ(0, system(command));
		seed = i;
		replay(_metadata, "replay", systems[i % 2].stride, NR_OPS, NULL,
		       i == 4 ? 1000 : 0);
	}
}

TEST_HARNESS_MAIN
