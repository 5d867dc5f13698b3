// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic for trace.sh, and what the completions and the counters say of it.
 *
 *	trace_load make FABRIC			make a fabric of two networks
 *	trace_load run FABRIC OPS		mixed operations from two processes; prints
 *						totals of the completions, as JSON
 *	trace_load touch FABRIC ENDPOINT PAGES	store to pages through a view
 *	trace_load counters FABRIC		totals of the kernel's counters, as JSON
 *
 * Operations follow from their number alone, so each run does the same.  Some are
 * wrong on purpose, in each way there is.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "vsn_test.h"

#define WORKERS		2
#define BATCH		256
#define HOMES		4
#define REGION_SIZE	(1ULL << 20)
#define NR_OPCODES	256
#define BAD_OPCODE	200

/* Endpoints that hold regions: on two boards, and a memory node. */
static const uint32_t homes[HOMES] = { 0, 1, 5, 8 };

struct op_total {
	uint64_t completed;
	uint64_t errors;
	uint64_t bytes;
	uint64_t wire;
};

/* Shared by the processes; each worker has its own. */
struct totals {
	struct op_total ops[NR_OPCODES];
	uint64_t strangers;	/* of no endpoint, so in no endpoint's counters */
};

struct load {
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct totals *totals;
	uint64_t ua[HOMES + 1];	/* the last is interleaved */
	uint64_t random;
	uint64_t signals;
	uint32_t worker;
};

__attribute__((format(printf, 1, 2)))
static void die(const char *format, ...)
{
	va_list ap;

	fputs("trace_load: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static struct vsn_ctl *control(void)
{
	struct vsn_ctl *ctl;

	if (vsn_ctl_open(&ctl))
		die("%s", vsn_ctl_error(NULL));
	return ctl;
}

/*
 * "ub" joins the accelerators of a board by l1, boards by l2; "pool" joins
 * everything by one switch.  So the first does not reach the memory nodes.
 */
static void make(const char *name)
{
	struct vsn_ctl_dim dims[] = {
		{ .name = "board", .prefix = "b", .size = 2 },
		{ .name = "npu", .prefix = "npu", .size = 4 },
		{ .name = "pool", .prefix = "mem", .size = 2 },
	};
	char npu[][VSN_CTL_NAME] = { "board", "npu" };
	char mem[][VSN_CTL_NAME] = { "pool" };
	char all[][VSN_CTL_NAME] = { "board", "npu", "pool" };
	struct vsn_ctl_kind kinds[] = {
		{ .kind = VSN_ENDPOINT_KIND_ACCELERATOR, .nr_dims = 2, .dims = npu,
		  .capacity = TEST_CAPACITY, .mem_bandwidth = 1000000000000,
		  .mem_latency = 50000, .read_bandwidth = 100000000000,
		  .write_bandwidth = 100000000000, .overhead = 100000 },
		{ .kind = VSN_ENDPOINT_KIND_MEMORY, .nr_dims = 1, .dims = mem,
		  .capacity = TEST_CAPACITY, .mem_bandwidth = 1000000000000,
		  .mem_latency = 50000 },
	};
	struct vsn_ctl_port ports[] = {
		{ .kind = VSN_ENDPOINT_KIND_ACCELERATOR, .bandwidth = 100000000000,
		  .latency = 100000 },
		{ .kind = VSN_ENDPOINT_KIND_MEMORY, .bandwidth = 50000000000,
		  .latency = 100000 },
	};
	struct vsn_ctl_port uplink = { .bandwidth = 100000000000, .latency = 200000 };
	struct vsn_ctl_tier ub[] = {
		{ .name = "l1", .nr_over = 1, .over = npu + 1, .attach = VSN_ATTACH_ENDPOINT,
		  .kind = VSN_TIER_KIND_SWITCH, .planes = 2, .switches = 1, .lanes = 1,
		  .wiring = VSN_WIRING_FULL, .switch_latency = 200000,
		  .nr_ports = 1, .ports = ports },
		{ .name = "l2", .nr_over = 1, .over = npu, .attach = VSN_ATTACH_SWITCH,
		  .kind = VSN_TIER_KIND_SWITCH, .planes = 2, .switches = 2, .lanes = 1,
		  .wiring = VSN_WIRING_FULL, .switch_latency = 300000,
		  .nr_ports = 1, .ports = &uplink },
	};
	struct vsn_ctl_tier pool = {
		.name = "flat", .nr_over = 3, .over = all, .attach = VSN_ATTACH_ENDPOINT,
		.kind = VSN_TIER_KIND_SWITCH, .planes = 1, .switches = 1, .lanes = 1,
		.wiring = VSN_WIRING_FULL, .switch_latency = 200000,
		.nr_ports = 2, .ports = ports,
	};
	struct vsn_ctl_network networks[] = {
		{ .name = "ub", .header = 32, .packet = 4096, .stripe = 8192,
		  .policy = VSN_POLICY_DMODK, .nr_tiers = 2, .tiers = ub },
		{ .name = "pool", .header = 64, .packet = 1024,
		  .policy = VSN_POLICY_DMODK, .nr_tiers = 1, .tiers = &pool },
	};
	struct vsn_ctl_fabric fabric = {
		.nr_dims = 3, .dims = dims, .nr_kinds = 2, .kinds = kinds,
		.nr_networks = 2, .networks = networks,
	};
	struct vsn_ctl *ctl = control();

	snprintf(fabric.name, sizeof(fabric.name), "%s", name);
	if (vsn_ctl_fabric_new(ctl, &fabric, true))
		die("fabric %s: %s", name, vsn_ctl_error(ctl));
	vsn_ctl_close(ctl);
}

static uint32_t pick(struct load *l, uint32_t n)
{
	l->random = l->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (l->random >> 33) % n;
}

static uint64_t word(struct load *l)
{
	return l->ua[pick(l, HOMES + 1)] + 8ULL * pick(l, 1024);
}

/* Wrong in a way that depends on @how. */
static void prep_bad(struct load *l, struct vsn_sqe *sqe, uint32_t who, uint32_t how)
{
	switch (how) {
	case 0:
		vsn_prep(sqe, BAD_OPCODE, who, 0);
		break;
	case 1:		/* not aligned */
		vsn_prep_fadd(sqe, who, 0, l->ua[0] + 4, 1);
		break;
	case 2:		/* no region there */
		vsn_prep_copy(sqe, who, 0, 3ULL << 60, l->ua[0], 64);
		break;
	case 3:		/* beyond its end */
		vsn_prep_fill(sqe, who, 0, l->ua[1] + REGION_SIZE - 8, 64, 1);
		break;
	case 4:		/* wraps */
		vsn_prep_copy(sqe, who, 0, l->ua[0], l->ua[1], ~0ULL);
		break;
	case 5:		/* no route: that network has no memory nodes */
		vsn_prep_copy(sqe, who, 0, l->ua[3], l->ua[0], 64);
		sqe->network = 1;
		break;
	case 6:		/* cannot initiate */
		vsn_prep_nop(sqe, 9, 0);
		break;
	default:	/* no such endpoint */
		vsn_prep_nop(sqe, 1000, 0);
	}
}

static void prep(struct load *l, struct vsn_sqe *sqe)
{
	uint32_t who = pick(l, TEST_ACCELERATORS), stream = l->worker * 4 + pick(l, 2);
	uint32_t src = pick(l, HOMES + 1), len = 1 + pick(l, 65536);
	uint64_t dst = l->ua[(src + 1 + pick(l, HOMES)) % (HOMES + 1)];

	switch (pick(l, 14)) {
	case 0:
		vsn_prep_nop(sqe, who, stream);
		break;
	case 1:
		vsn_prep_fill(sqe, who, stream, dst + pick(l, 4096), len, l->random);
		break;
	case 2:
		vsn_prep_fadd(sqe, who, stream, word(l), 1);
		break;
	case 3:
		vsn_prep_cas(sqe, who, stream, word(l), 0, 1);
		break;
	case 4:
		vsn_prep_swap(sqe, who, stream, word(l), 2);
		break;
	case 5:
		vsn_prep_compute(sqe, who, stream, pick(l, 1000000));
		break;
	case 6:
		/* The last words of a region are semaphores, one a worker. */
		vsn_prep_signal(sqe, who, stream, l->ua[2] + REGION_SIZE - 8 * (1 + l->worker), 1);
		l->signals++;
		break;
	case 7:
		/* Waits have a stream to themselves: they must hold up no signal. */
		vsn_prep_wait(sqe, who, l->worker * 4 + 3,
			      l->ua[2] + REGION_SIZE - 8 * (1 + l->worker), l->signals);
		break;
	case 8:
		prep_bad(l, sqe, who, pick(l, 8));
		break;
	case 9:
		vsn_prep_copy(sqe, who, stream, dst, l->ua[src], 1 + pick(l, 16) * 65536);
		sqe->flags = VSN_OP_F_NODATA;
		break;
	case 10:
		vsn_prep_copy(sqe, who, stream, dst, l->ua[src], len);
		sqe->network = 2;
		break;
	default:
		vsn_prep_copy(sqe, who, stream, dst + pick(l, 64), l->ua[src] + pick(l, 64), len);
	}
	sqe->user_data = sqe->opcode;
}

static void reap(struct load *l)
{
	struct vsn_cqe cqe;
	struct op_total *t;

	while (vsn_queue_reap(l->q, &cqe, 1) == 1) {
		t = &l->totals->ops[cqe.opcode];
		t->completed++;
		t->errors += cqe.res != 0;
		t->bytes += cqe.bytes;
		t->wire += cqe.wire;
		l->totals->strangers += cqe.initiator >= TEST_ENDPOINTS;
		if (cqe.user_data != cqe.opcode)
			die("a completion of opcode %u says it is of %llu", cqe.opcode,
			    cqe.user_data);
	}
}

static void submit(struct load *l)
{
	int err = vsn_queue_submit(l->q);

	if (err < 0)
		die("doorbell: %s", strerror(-err));
	if (vsn_queue_unsubmitted(l->q))
		die("doorbell: %u are left", vsn_queue_unsubmitted(l->q));
}

/* Until all of ours are done.  The other process may run them for us. */
static void finish(struct load *l)
{
	int err;

	while (vsn_queue_outstanding(l->q)) {
		err = vsn_dev_run(l->dev, VSN_TIME_MAX, NULL);
		/* The other's waits may be blocked until it submits its signals. */
		if (err && err != -EBUSY && err != -EDEADLK)
			die("run: %s", strerror(-err));
		if (err)
			sched_yield();
		reap(l);
	}
}

static void open_load(struct load *l, const char *fabric)
{
	l->dev = test_open(fabric);
	if (!l->dev)
		die("%s: %s", fabric, strerror(errno));
	l->q = vsn_queue_create_sized(l->dev, BATCH, 2 * BATCH);
	if (!l->q)
		die("queue: %s", strerror(errno));
}

static void close_load(struct load *l)
{
	vsn_queue_destroy(l->q);
	vsn_dev_close(l->dev);
}

static void work(struct load *l, const char *fabric, uint64_t ops)
{
	struct vsn_sqe *sqe;
	uint64_t i;

	l->random = 1 + l->worker;
	open_load(l, fabric);
	for (i = 0; i < ops; i++) {
		sqe = vsn_queue_sqe(l->q);
		prep(l, sqe);
		if (i % BATCH == BATCH - 1 || i == ops - 1) {
			submit(l);
			finish(l);
		}
	}
	close_load(l);
}

/* A wait that nobody satisfies, and what is behind it, are cancelled. */
static void work_cancelled(struct load *l, const char *fabric)
{
	struct vsn_sqe *sqe;
	int err;

	open_load(l, fabric);
	sqe = vsn_queue_sqe(l->q);
	vsn_prep_wait(sqe, 0, 99, l->ua[0] + REGION_SIZE - 8, ~0ULL);
	sqe->user_data = sqe->opcode;
	sqe = vsn_queue_sqe(l->q);
	vsn_prep_nop(sqe, 0, 99);
	sqe->user_data = sqe->opcode;
	submit(l);
	err = vsn_dev_run(l->dev, VSN_TIME_MAX, NULL);
	if (err != -EDEADLK)
		die("a blocked wait: %s", strerror(-err));
	err = vsn_queue_cancel(l->q, NULL);
	if (err)
		die("cancel: %s", strerror(-err));
	reap(l);
	close_load(l);
}

static void print_ops(const struct totals *t)
{
	const char *comma = "";
	const struct op_total *c;
	const char *name;
	int op;

	printf("{\"ops\":[");
	for (op = 0; op < NR_OPCODES; op++) {
		c = &t->ops[op];
		if (!c->completed)
			continue;
		name = op <= VSN_OP_FENCE ? vsn_op_name(op) : "other";
		printf("%s\n{\"op\":\"%s\",\"completed\":%" PRIu64 ",\"errors\":%" PRIu64
		       ",\"bytes\":%" PRIu64 ",\"wire\":%" PRIu64 "}", comma, name,
		       c->completed, c->errors, c->bytes, c->wire);
		comma = ",";
	}
	printf("],\n\"strangers\":%" PRIu64 "}\n", t->strangers);
}

static void make_regions(struct vsn_ctl *ctl, const char *fabric,
			 struct vsn_ctl_region *regions[HOMES + 1])
{
	struct vsn_ctl_region_spec spec = { .size = REGION_SIZE };
	int i;

	for (i = 0; i <= HOMES; i++) {
		spec.homes = i < HOMES ? &homes[i] : homes;
		spec.nr_homes = i < HOMES ? 1 : HOMES;
		spec.granule = i < HOMES ? 0 : 4096;
		if (vsn_ctl_region_add(ctl, fabric, &spec, &regions[i]))
			die("region: %s", vsn_ctl_error(ctl));
	}
}

static void run(const char *fabric, uint64_t ops)
{
	struct vsn_ctl_region *regions[HOMES + 1];
	struct vsn_ctl *ctl = control();
	struct totals *totals, *sum;
	struct load l = { };
	pid_t pids[WORKERS];
	int i, op, status, bad = 0;

	totals = mmap(NULL, (WORKERS + 1) * sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	sum = &totals[WORKERS];
	make_regions(ctl, fabric, regions);
	for (i = 0; i <= HOMES; i++)
		l.ua[i] = regions[i]->ua;
	for (i = 0; i < WORKERS; i++) {
		l.totals = &totals[i];
		l.worker = i;
		pids[i] = fork();
		if (pids[i] < 0)
			die("fork: %s", strerror(errno));
		if (!pids[i]) {
			work(&l, fabric, ops / WORKERS);
			exit(0);
		}
	}
	for (i = 0; i < WORKERS; i++)
		bad |= waitpid(pids[i], &status, 0) != pids[i] || status;
	if (bad)
		die("a worker failed");
	l.totals = sum;
	work_cancelled(&l, fabric);
	for (i = 0; i < WORKERS; i++) {
		sum->strangers += totals[i].strangers;
		for (op = 0; op < NR_OPCODES; op++) {
			sum->ops[op].completed += totals[i].ops[op].completed;
			sum->ops[op].errors += totals[i].ops[op].errors;
			sum->ops[op].bytes += totals[i].ops[op].bytes;
			sum->ops[op].wire += totals[i].ops[op].wire;
		}
	}
	print_ops(sum);
	for (i = 0; i <= HOMES; i++) {
		if (vsn_ctl_region_del(ctl, fabric, regions[i]->id))
			die("region: %s", vsn_ctl_error(ctl));
		vsn_ctl_region_free(regions[i]);
	}
	vsn_ctl_close(ctl);
}

static void touch(const char *fabric, uint32_t endpoint, size_t pages)
{
	struct vsn_ctl *ctl = control();
	struct vsn_dev *dev = test_open(fabric);
	struct vsn_ctl_region *region;
	size_t size = pages * 4096, i;
	char *p;
	int fd;

	if (!dev)
		die("%s: %s", fabric, strerror(errno));
	region = test_region(ctl, fabric, homes[1], size);
	if (!region)
		die("region: %s", vsn_ctl_error(ctl));
	fd = vsn_dev_view(dev, endpoint);
	if (fd < 0)
		die("view: %s", strerror(-fd));
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, region->ua);
	if (p == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	for (i = 0; i < pages; i++)
		*(volatile char *)(p + i * 4096) = 1;
	munmap(p, size);
	close(fd);
	if (vsn_ctl_region_del(ctl, fabric, region->id))
		die("region: %s", vsn_ctl_error(ctl));
	vsn_ctl_region_free(region);
	vsn_dev_close(dev);
	vsn_ctl_close(ctl);
}

struct counters {
	uint64_t transfers;
	uint64_t payload;
	uint64_t wire;
	uint64_t ops;
	uint64_t errors;
	uint64_t faults;
	uint64_t fault_bytes;
};

static int add_link(const struct vsn_ctl_link *link, void *arg)
{
	struct counters *c = arg;

	c->transfers += link->transfers;
	c->payload += link->payload;
	c->wire += link->wire;
	return 0;
}

static int add_endpoint(const struct vsn_ctl_endpoint *ep, void *arg)
{
	struct counters *c = arg;

	c->ops += ep->ops;
	c->errors += ep->errors;
	c->faults += ep->faults;
	c->fault_bytes += ep->fault_bytes;
	return 0;
}

static void counters(const char *name)
{
	struct vsn_ctl *ctl = control();
	struct vsn_ctl_link_filter filter = { .active = true };
	const struct vsn_ctl_network *net;
	struct vsn_ctl_fabric *fabric;
	const char *comma = "";
	struct counters c;
	size_t i, j;

	if (vsn_ctl_fabric_get(ctl, name, &fabric))
		die("%s: %s", name, vsn_ctl_error(ctl));
	printf("{\"links\":[");
	for (i = 0; i < fabric->nr_networks; i++) {
		net = &fabric->networks[i];
		filter.network = net->name;
		for (j = 0; j < net->nr_tiers; j++) {
			filter.tier = net->tiers[j].name;
			memset(&c, 0, sizeof(c));
			if (vsn_ctl_link_list(ctl, name, &filter, add_link, &c))
				die("links: %s", vsn_ctl_error(ctl));
			if (!c.transfers)
				continue;
			printf("%s\n{\"network\":\"%s\",\"tier\":\"%s\",\"transfers\":%" PRIu64
			       ",\"payload\":%" PRIu64 ",\"wire\":%" PRIu64 "}", comma,
			       net->name, net->tiers[j].name, c.transfers, c.payload, c.wire);
			comma = ",";
		}
	}
	memset(&c, 0, sizeof(c));
	if (vsn_ctl_endpoint_list(ctl, name, NULL, add_endpoint, &c))
		die("endpoints: %s", vsn_ctl_error(ctl));
	printf("],\n\"ops\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"faults\":%" PRIu64
	       ",\"fault_bytes\":%" PRIu64 ",\"id\":%u}\n", c.ops, c.errors, c.faults,
	       c.fault_bytes, fabric->id);
	vsn_ctl_fabric_free(fabric);
	vsn_ctl_close(ctl);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "make"))
		make(argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "run"))
		run(argv[2], strtoull(argv[3], NULL, 10));
	else if (argc == 5 && !strcmp(argv[1], "touch"))
		touch(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
	else if (argc == 3 && !strcmp(argv[1], "counters"))
		counters(argv[2]);
	else
		die("make FABRIC, run FABRIC OPS, touch FABRIC ENDPOINT PAGES, counters FABRIC");
	return 0;
}
