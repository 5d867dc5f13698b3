// SPDX-License-Identifier: GPL-2.0
/*
 * How fast is the model?  Built as a program would be, without sanitizers.
 *
 *   bench		run all, print a line each
 *   bench NAME		only this one
 *
 * A link event is one chunk, header or ack that crosses one link.
 */
#include <stdlib.h>
#include <time.h>

#include "addr.h"
#include "sched.h"
#include "sim.h"

#define GB	1000000000ULL
#define MiB	(1ULL << 20)

struct bench {
	struct vsn_topo topo;
	struct vsn_sched sched;
	struct vsn_place place;	/* a granule of 1 GiB at each endpoint, in turn */
	struct vsn_owner owner;
	u32 *homes;
	u64 nr_xfers;
	u64 nr_done;
	u64 end;
	u64 digest;		/* of all times, so that two builds can be compared */
	u64 live;		/* bytes allocated */
	u64 peak;
};

/* Aligned as the kernel's allocators align what is of any size */
static void *bench_alloc(void *ctx, size_t size)
{
	struct bench *b = ctx;
	void *p = aligned_alloc(64, vsn_align_up(size, 64));

	b->live += size;
	b->peak = vsn_max(b->peak, b->live);
	return p ? memset(p, 0, size) : NULL;
}

static void bench_dealloc(void *ctx, void *p, size_t size)
{
	struct bench *b = ctx;

	b->live -= size;
	free(p);
}

static const struct vsn_place *bench_find(void *ctx, u64 ua)
{
	struct bench *b = ctx;

	return ua - b->place.ua < b->place.size ? &b->place : NULL;
}

static void bench_put(void *ctx, const struct vsn_place *place)
{
}

static int bench_data(void *ctx, const struct vsn_op *op)
{
	return 0;
}

static int bench_word(void *ctx, const struct vsn_op *op, u64 *value)
{
	*value = 0;
	return 0;
}

static void bench_complete(void *ctx, struct vsn_op *op)
{
	struct bench *b = ctx;

	if (op->status)
		abort();
	b->nr_done++;
	b->end = vsn_max(b->end, op->end);
	b->digest = (b->digest ^ op->end ^ op->sqe.user_data << 40) * 0x100000001b3ULL;
	free(op);
}

static void bench_xfer(void *ctx, const struct vsn_xfer *xfer)
{
	struct bench *b = ctx;

	b->nr_xfers++;
}

static void bench_fault(void *ctx, const struct vsn_fault *fault)
{
}

static const struct vsn_sched_ops effects = {
	.copy = bench_data,
	.fill = bench_data,
	.atomic = bench_word,
	.load = bench_word,
	.complete = bench_complete,
	.xfer = bench_xfer,
	.fault = bench_fault,
};

/* 48 boards of 8, a switch a board and plane, 16 above them a plane, 7 planes */
static void clos384(struct vsn_topo *t)
{
	u32 sizes[] = { 48, 8 };

	sim_topo(t, sizes, 2);
	t->networks[0].header = 16;
	t->kinds[1].overhead = 300000;
	t->kinds[1].mem_latency = 100000;
	t->kinds[1].mem_bandwidth = 3200 * GB;
	t->kinds[1].read_bandwidth = 167 * GB;
	t->kinds[1].write_bandwidth = 135 * GB;
	sim_tier(t, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .planes = 7,
		.bandwidth = 28 * GB, .latency = 10000, .switch_latency = 200000 });
	sim_tier(t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .planes = 7, .switches = 16,
		.bandwidth = 28 * GB, .latency = 10000, .switch_latency = 200000 });
}

static void crossbar384(struct vsn_topo *t)
{
	u32 n = 384;

	sim_topo(t, &n, 1);
	t->networks[0].header = 16;
	sim_tier(t, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT,
		.bandwidth = 392 * GB, .latency = 10000, .switch_latency = 200000 });
}

static void submit(struct bench *b, const struct vsn_sqe *sqe)
{
	struct vsn_op_env env = {
		.topo = &b->topo, .find = bench_find, .put = bench_put, .ctx = b,
	};
	struct vsn_op *op = malloc(sizeof(*op));

	if (!op || vsn_op_check(op, sqe, &env))
		abort();
	op->owner = &b->owner;
	if (vsn_sched_submit(&b->sched, op))
		abort();
}

/* The k-th piece of memory at an endpoint */
static u64 at(const struct bench *b, u32 ep, u64 off)
{
	return b->place.ua + ((u64)ep << b->place.granule_shift) + off;
}

/* Everybody sends to everybody; a stream for each pair, or one for each sender. */
static void all_to_all(struct bench *b, bool at_once)
{
	u32 n = b->topo.nr_endpoints, i, k;

	for (k = 1; k < n; k++) {
		for (i = 0; i < n; i++) {
			u32 to = (i + k) % n;
			struct vsn_sqe sqe = sim_copy(i, at_once ? k : 0,
						      at(b, to, i * MiB),
						      at(b, i, to * MiB), MiB,
						      (u64)i * n + to);

			sqe.flags = VSN_OP_F_NODATA;
			submit(b, &sqe);
		}
	}
}

static void a2a_at_once(struct bench *b)
{
	all_to_all(b, true);
}

static void a2a_in_turn(struct bench *b)
{
	all_to_all(b, false);
}

/* Words: short operations, where each costs more than its bytes do. */
static void atomics(struct bench *b)
{
	u32 n = b->topo.nr_endpoints, i, k;

	for (k = 0; k < 1000; k++) {
		for (i = 0; i < n; i++) {
			struct vsn_sqe sqe = sim_word(VSN_OP_FADD, i, k % 4,
						      at(b, (i * 7 + k * 13) % n, 8 * k),
						      1, k);

			submit(b, &sqe);
		}
	}
}

/* The same, where links may fail; none does. */
static void armed(struct bench *b)
{
	struct vsn_fault_policy policy = {};

	if (vsn_fault_set_policy(&b->sched, &policy))
		abort();
	atomics(b);
}

/* The same, and one in eight of the links to the upper switches is down. */
static void failing(struct bench *b)
{
	const struct vsn_tier *upper = &b->topo.networks[0].tiers[1];
	struct vsn_fault want = {
		.what = { .down = true, .bandwidth = VSN_BANDWIDTH_ALL },
		.until = VSN_TIME_MAX,
	};
	struct vsn_diag diag;
	u32 i, id;

	for (i = 0; i < upper->nr_links; i += 8) {
		want.target = upper->link_base + i;
		if (vsn_fault_add(&b->sched, &want, &id, &diag))
			abort();
	}
	atomics(b);
}

static const struct {
	const char *name;
	const char *text;
	void (*topo)(struct vsn_topo *t);
	void (*load)(struct bench *b);
} benches[] = {
	{ "a2a", "all-to-all, 384 x 383 x 1 MiB, two-tier Clos, all at once",
	  clos384, a2a_at_once },
	{ "a2a-turns", "the same, each sender one after another",
	  clos384, a2a_in_turn },
	{ "a2a-crossbar", "all-to-all, 384 x 383 x 1 MiB, one switch, all at once",
	  crossbar384, a2a_at_once },
	{ "atomics", "384 x 1000 FADD, two-tier Clos", clos384, atomics },
	{ "atomics-armed", "the same, ready for faults", clos384, armed },
	{ "atomics-failing", "the same, with 1 in 8 links between switches down",
	  clos384, failing },
};

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void run(size_t n)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct vsn_mem mem = { .alloc = bench_alloc, .free = bench_dealloc, .ctx = b };
	struct vsn_diag diag;
	double begin, took;
	u32 i;

	if (!b)
		abort();
	benches[n].topo(&b->topo);
	if (vsn_topo_commit(&b->topo, &diag) ||
	    vsn_sched_init(&b->sched, &b->topo, &mem, &effects, b, 0x9e3779b97f4a7c15ULL))
		abort();
	b->homes = calloc(b->topo.nr_endpoints, sizeof(*b->homes));
	if (!b->homes)
		abort();
	for (i = 0; i < b->topo.nr_endpoints; i++)
		b->homes[i] = i;
	b->place = (struct vsn_place) {
		.ua = VSN_UA_POOL, .size = (u64)b->topo.nr_endpoints << 30,
		.granule_shift = 30, .nr_homes = b->topo.nr_endpoints,
		.homes = b->homes,
	};
	begin = seconds();
	benches[n].load(b);
	while (vsn_sched_run(&b->sched, VSN_TIME_MAX, 65536))
		;
	took = seconds() - begin;
	printf("%s: %s\n", benches[n].name, benches[n].text);
	printf("  %.2f s, %llu operations, %.2f M link events, %.2f M link events/s\n",
	       took, (unsigned long long)b->nr_done, b->nr_xfers / 1e6,
	       b->nr_xfers / took / 1e6);
	printf("  virtual %.3f us, %.0f MiB at most, digest %016llx\n", b->end / 1e6,
	       b->peak / 1048576.0, (unsigned long long)b->digest);
	vsn_sched_free(&b->sched);
	free(b->homes);
	free(b);
}

int main(int argc, char **argv)
{
	size_t n, found = 0;

	for (n = 0; n < ARRAY_SIZE(benches); n++) {
		if (argc > 1 && strcmp(argv[1], benches[n].name))
			continue;
		run(n);
		found++;
	}
	if (!found) {
		fprintf(stderr, "%s: unknown word '%s'\n", argv[0], argv[1]);
		return 2;
	}
	return 0;
}
