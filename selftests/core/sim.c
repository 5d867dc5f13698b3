// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "reduce.h"
#include "sim.h"

static void *sim_alloc(void *ctx, size_t size)
{
	struct sim *sim = ctx;
	size_t n = ++sim->alloc_count;

	if (sim->fail_at && n >= sim->fail_at && n - sim->fail_at < sim->fail_count)
		return NULL;
	sim->allocs++;
	return calloc(1, size);
}

static void sim_dealloc(void *ctx, void *p, size_t size)
{
	struct sim *sim = ctx;

	/* A wrong size is a bug that malloc would not notice. */
	memset(p, 0xA5, size);
	sim->allocs--;
	free(p);
}

static struct sim_region *region_of(const struct vsn_place *p)
{
	return (struct sim_region *)p;	/* its first member */
}

static const struct vsn_place *sim_place_find(void *ctx, u64 ua)
{
	struct sim *sim = ctx;
	u32 i;

	for (i = 0; i < sim->nr_regions; i++) {
		struct sim_region *r = &sim->regions[i];

		if (ua >= r->place.ua && ua - r->place.ua < r->place.size) {
			r->refs++;
			return &r->place;
		}
	}
	return NULL;
}

static void sim_place_put(void *ctx, const struct vsn_place *place)
{
	(void)ctx;
	region_of(place)->refs--;
}

static struct vsn_op_env op_env(struct sim *sim)
{
	return (struct vsn_op_env) {
		.topo = &sim->topo,
		.find = sim_place_find,
		.put = sim_place_put,
		.ctx = sim,
	};
}

static u8 *at(const struct vsn_place *p, u64 ua)
{
	return region_of(p)->bytes + (ua - p->ua);
}

static int sim_effect_copy(void *ctx, const struct vsn_op *op)
{
	struct sim *sim = ctx;

	memmove(at(op->dst, op->sqe.dst), at(op->src, op->sqe.src), op->sqe.len);
	return sim->copy_error;
}

static int sim_effect_fill(void *ctx, const struct vsn_op *op)
{
	u8 *p = at(op->dst, op->sqe.dst);
	u64 i;

	(void)ctx;
	for (i = 0; i < op->sqe.len; i++)
		p[i] = op->sqe.arg0 >> (i % 8 * 8);
	return 0;
}

static int sim_effect_discard(void *ctx, const struct vsn_op *op)
{
	(void)ctx;
	memset(at(op->dst, op->sqe.dst), 0, op->sqe.len);
	return 0;
}

static int sim_effect_reduce(void *ctx, const struct vsn_op *op)
{
	(void)ctx;
	vsn_reduce(at(op->dst, op->sqe.dst), at(op->src, op->sqe.src), op->sqe.len,
		   op->sqe.arg0);
	return 0;
}

static int sim_effect_atomic(void *ctx, const struct vsn_op *op, u64 *old)
{
	u64 *p = (u64 *)at(op->dst, op->sqe.dst);
	struct sim *sim = ctx;

	if (sim->atomic_error)
		return sim->atomic_error;
	*old = *p;
	switch (op->sqe.opcode) {
	case VSN_OP_FADD:
	case VSN_OP_SIGNAL:
		*p += op->sqe.arg0;
		break;
	case VSN_OP_SWAP:
		*p = op->sqe.arg0;
		break;
	case VSN_OP_CAS:
		if (*p == op->sqe.arg1)
			*p = op->sqe.arg0;
		break;
	}
	return 0;
}

static int sim_effect_load(void *ctx, const struct vsn_op *op, u64 *value)
{
	struct sim *sim = ctx;

	if (sim->load_error)
		return sim->load_error;
	*value = *(u64 *)at(op->dst, op->sqe.dst);
	return 0;
}

/* FNV-1a over 64-bit words */
static void digest(struct sim *sim, const u64 *words, size_t n)
{
	while (n--)
		sim->digest = (sim->digest ^ *words++) * 0x100000001b3ULL;
}

static void record(struct sim *sim, const struct vsn_op *op)
{
	struct vsn_cqe *cqe;

	if (sim->nr_done == sim->room_done) {
		sim->room_done = sim->room_done ? 2 * sim->room_done : 64;
		sim->done = realloc(sim->done, sim->room_done * sizeof(*sim->done));
		if (!sim->done)
			abort();
	}
	cqe = &sim->done[sim->nr_done++];
	*cqe = (struct vsn_cqe) {
		.user_data = op->sqe.user_data,
		.res = op->status,
		.opcode = op->sqe.opcode,
		.network = op->net + 1,
		.start = op->start,
		.end = op->end,
		.value = op->value,
		.bytes = op->bytes,
		.initiator = op->sqe.initiator,
		.stream = op->sqe.stream,
		.wire = op->wire,
	};
	digest(sim, (u64 *)cqe, sizeof(*cqe) / 8);
}

static void sim_effect_complete(void *ctx, struct vsn_op *op)
{
	struct sim *sim = ctx;
	struct vsn_op_env env = op_env(sim);

	record(sim, op);
	vsn_op_release(op, &env);
	free(op);
}

static void sim_effect_xfer(void *ctx, const struct vsn_xfer *x)
{
	struct sim *sim = ctx;

	digest(sim, (u64[]){ x->link, x->payload, x->wire, x->start, x->end, x->chunk }, 6);
	sim->xfer_payload += x->payload;
	sim->xfer_wire += x->wire;
	sim->nr_xfers++;
}

static void sim_effect_fault(void *ctx, const struct vsn_fault *f)
{
	struct sim *sim = ctx;

	digest(sim, (u64[]){ f->id, f->state, f->target, f->at, sim->sched.now }, 5);
	sim->nr_faults[f->state]++;
}

static u64 sim_effect_lose(void *ctx, u32 ep)
{
	struct sim *sim = ctx;
	u64 off, n = 0;
	u32 i;

	for (i = 0; i < sim->nr_regions; i++) {
		const struct sim_region *r = &sim->regions[i];

		for (off = 0; off < r->place.size; off += 4096) {
			if (vsn_place_home(&r->place, off) != ep)
				continue;
			n += 4096;
			if (r->bytes)
				memset(r->bytes + off, 0, 4096);
		}
	}
	digest(sim, (u64[]){ ep, n, sim->sched.now }, 3);
	return n;
}

static const struct vsn_sched_ops effects = {
	.copy = sim_effect_copy,
	.fill = sim_effect_fill,
	.discard = sim_effect_discard,
	.reduce = sim_effect_reduce,
	.atomic = sim_effect_atomic,
	.load = sim_effect_load,
	.complete = sim_effect_complete,
	.xfer = sim_effect_xfer,
	.fault = sim_effect_fault,
	.lose = sim_effect_lose,
};

void sim_topo(struct vsn_topo *t, const u32 *sizes, u32 nr_dims)
{
	struct vsn_kind *k = &t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR];
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < nr_dims; i++) {
		t->dims[i].name[0] = 'a' + i;
		t->dims[i].prefix[0] = 'a' + i;
		t->dims[i].size = sizes[i];
		k->dims[i] = i;
	}
	t->nr_dims = nr_dims;
	k->nr_dims = nr_dims;
	k->capacity = 1ULL << 40;
	/* 1 PB/s: a byte is a femtosecond, so a chunk below 1 KB rounds up to 1 ps */
	k->mem_bandwidth = 1000ULL * 1000 * 1000 * 1000 * 1000;
	k->read_bandwidth = k->mem_bandwidth;
	k->write_bandwidth = k->mem_bandwidth;
	t->nr_networks = 1;
	memcpy(t->networks[0].name, "net", 4);
	t->networks[0].packet = 4096;
	t->networks[0].stripe = 4096;
	t->networks[0].policy = VSN_POLICY_DMODK;
}

void sim_tier(struct vsn_topo *t, const struct sim_tier *in)
{
	struct vsn_network *net = &t->networks[0];
	struct vsn_tier *tier = &net->tiers[net->nr_tiers];
	struct vsn_port *port;

	tier->name[0] = 't';
	tier->name[1] = '0' + net->nr_tiers++;
	tier->over = in->over;
	tier->attach = in->attach;
	tier->kind = VSN_TIER_KIND_SWITCH;
	tier->wiring = VSN_WIRING_FULL;
	tier->forwarding = in->forwarding ? in->forwarding : VSN_FORWARDING_CUT_THROUGH;
	tier->planes = in->planes ? in->planes : 1;
	tier->switches = in->switches ? in->switches : 1;
	tier->lanes = in->lanes ? in->lanes : 1;
	tier->switch_latency = in->switch_latency;
	port = &tier->ports[in->attach == VSN_ATTACH_ENDPOINT ?
			    VSN_ENDPOINT_KIND_ACCELERATOR : 0];
	port->bandwidth = in->bandwidth;
	port->latency = in->latency;
}

static void *heap_alloc(void *ctx, size_t size)
{
	return calloc(1, size);
}

static void heap_free(void *ctx, void *p, size_t size)
{
	memset(p, 0xA5, size);
	free(p);
}

const struct vsn_mem sim_heap = { .alloc = heap_alloc, .free = heap_free };

struct vsn_graph *sim_graph(struct vsn_topo *t)
{
	struct vsn_network *net = &t->networks[0];

	net->nr_tiers = 0;
	memset(net->tiers, 0, sizeof(net->tiers));
	sim_tier(t, &(struct sim_tier) { .attach = VSN_ATTACH_ENDPOINT });
	net->tiers[0].kind = VSN_TIER_KIND_GRAPH;
	net->graph = vsn_graph_create(&sim_heap);
	if (!net->graph)
		abort();
	return net->graph;
}

int sim_init(struct sim *sim)
{
	struct vsn_mem mem = { .alloc = sim_alloc, .free = sim_dealloc, .ctx = sim };
	struct vsn_diag diag = {};
	int err;

	sim->digest = 0xcbf29ce484222325ULL;
	err = vsn_topo_commit(&sim->topo, &diag);
	if (err) {
		fprintf(stderr, "# commit: %s\n", diag.msg);
		return err;
	}
	return vsn_sched_init(&sim->sched, &sim->topo, &mem, &effects, sim,
			      0x9e3779b97f4a7c15ULL);
}

int sim_star(struct sim *sim, u32 nr)
{
	sim_topo(&sim->topo, &nr, 1);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 10000000000ULL,
		.latency = 1000, .switch_latency = 200000 });
	return sim_init(sim);
}

void sim_free(struct sim *sim)
{
	u32 i;

	vsn_sched_free(&sim->sched);
	for (i = 0; i < sim->nr_regions; i++)
		free(sim->regions[i].bytes);
	free(sim->done);
	vsn_topo_free(&sim->topo);
}

u64 sim_region_over(struct sim *sim, u64 size, const u32 *homes, u32 nr, u64 granule,
		    bool bytes)
{
	struct sim_region *r = &sim->regions[sim->nr_regions];
	struct vsn_diag diag;

	if (sim->nr_regions == SIM_MAX_REGIONS || nr > ARRAY_SIZE(r->homes) ||
	    vsn_place_check(size, homes, nr, granule, sim->topo.nr_endpoints, &diag) ||
	    vsn_pool_take(&sim->pool, size, 4096, &r->place.ua))
		abort();
	memcpy(r->homes, homes, nr * sizeof(*homes));
	r->place.size = size;
	r->place.homes = r->homes;
	r->place.nr_homes = nr;
	r->place.granule_shift = __builtin_ctzll(granule);
	r->bytes = bytes ? calloc(1, size) : NULL;
	sim->nr_regions++;
	return r->place.ua;
}

u64 sim_region(struct sim *sim, u64 size, u32 home, bool bytes)
{
	return sim_region_over(sim, size, &home, 1, 4096, bytes);
}

u8 *sim_bytes(struct sim *sim, u64 ua)
{
	const struct vsn_place *p = sim_place_find(sim, ua);

	if (!p)
		abort();
	sim_place_put(sim, p);
	return at(p, ua);
}

int sim_submit(struct sim *sim, const struct vsn_sqe *sqe)
{
	struct vsn_op_env env = op_env(sim);
	struct vsn_op *op = malloc(sizeof(*op));
	int err;

	if (!op)
		abort();
	err = vsn_op_check(op, sqe, &env);
	if (err) {
		op->status = err;
		record(sim, op);
		free(op);
		return err;
	}
	op->owner = sim->owner ? sim->owner : &sim->all;
	err = vsn_sched_submit(&sim->sched, op);
	if (err) {
		vsn_op_release(op, &env);
		free(op);
	}
	return err;
}

void sim_run(struct sim *sim)
{
	vsn_sched_recheck(&sim->sched);
	/* An odd budget, so that runs are interrupted at every kind of place. */
	while (vsn_sched_run(&sim->sched, VSN_TIME_MAX, 7))
		;
}

const struct vsn_cqe *sim_find(const struct sim *sim, u64 user_data)
{
	size_t i;

	for (i = 0; i < sim->nr_done; i++)
		if (sim->done[i].user_data == user_data)
			return &sim->done[i];
	fprintf(stderr, "# no completion for %llu\n", (unsigned long long)user_data);
	abort();
}
