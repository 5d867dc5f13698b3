// SPDX-License-Identifier: GPL-2.0
#include "fuzz.h"

#include <unistd.h>

#define GB	1000000000ULL

static u64 nr_inputs;
static u64 nr_far;

static void summary(void)
{
	fprintf(stderr, "%llu of %llu inputs went far\n", (unsigned long long)nr_far,
		(unsigned long long)nr_inputs);
	/* A fuzzer that is refused at the door finds nothing. */
	if (nr_inputs > 1000 && nr_far < nr_inputs / 20)
		_exit(1);
}

void fuzz_count(bool far)
{
	if (!nr_inputs++)
		atexit(summary);
	nr_far += far;
}

void fuzz_init(struct fuzz *f, const u8 *data, size_t size)
{
	f->next = data;
	f->end = data + size;
	for (f->seed = size; size--; data++)
		f->seed = (f->seed ^ *data) * 0x100000001b3ULL;
}

static u8 fuzz_byte(struct fuzz *f)
{
	if (f->next < f->end)
		return *f->next++;
	f->seed = f->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return f->seed >> 40;
}

u64 fuzz_bits(struct fuzz *f, u32 bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | fuzz_byte(f);
	return v;
}

u32 fuzz_below(struct fuzz *f, u32 n)
{
	return fuzz_bits(f, n > 256 ? 4 : 1) % n;
}

/* A bandwidth, or a latency, from far too small to far too large */
static u64 figure(struct fuzz *f, u64 usual)
{
	switch (fuzz_below(f, 16)) {
	case 0:
		return 0;
	case 1:
		return usual / 1000;
	case 2:
		return usual * 1000;
	default:
		return usual * (1 + fuzz_below(f, 8));
	}
}

static void any_kind(struct fuzz *f, struct vsn_topo *t, struct vsn_kind *k)
{
	u32 i, dim = 0;

	/* Most often all dimensions, in their order; two kinds want to differ. */
	k->nr_dims = t->nr_dims;
	if (fuzz_below(f, 4) == 0) {
		dim = fuzz_below(f, t->nr_dims);
		k->nr_dims = 1 + fuzz_below(f, t->nr_dims);
	}
	for (i = 0; i < k->nr_dims; i++)
		k->dims[i] = (dim + i) % t->nr_dims;
	k->package_dims = fuzz_below(f, k->nr_dims + 1);
	k->capacity = 4096ULL << fuzz_below(f, 30);
	k->mem_bandwidth = 1000 * GB;
	k->mem_latency = 100000;
	k->read_bandwidth = figure(f, 100 * GB);
	k->write_bandwidth = k->read_bandwidth;
	k->overhead = figure(f, 1000);
}

static void any_tier(struct fuzz *f, const struct vsn_topo *t, struct vsn_network *net,
		     struct vsn_tier *tier)
{
	bool switches = tier != net->tiers && fuzz_below(f, 4);
	u32 k, n = tier - net->tiers;

	tier->name[0] = 't';
	tier->name[1] = '0' + n;
	tier->over = 1 + fuzz_below(f, 1U << t->nr_dims);
	if (fuzz_below(f, 2))
		tier->over = 1U << fuzz_below(f, t->nr_dims);
	tier->attach = switches ? VSN_ATTACH_SWITCH : VSN_ATTACH_ENDPOINT;
	/* Values are numbered from 0 or 1; one too many is fine. */
	tier->kind = fuzz_below(f, 4) ? VSN_TIER_KIND_SWITCH : fuzz_below(f, 6);
	tier->wiring = fuzz_below(f, 4) ? VSN_WIRING_FULL : fuzz_below(f, 5);
	tier->forwarding = fuzz_below(f, 16) ? VSN_FORWARDING_CUT_THROUGH :
					      fuzz_below(f, 4);
	tier->planes = switches && fuzz_below(f, 8) ? tier[-1].planes :
						      1 + fuzz_below(f, 3);
	tier->switches = fuzz_below(f, 2) ? 1 : 1 + fuzz_below(f, 4);
	tier->lanes = fuzz_below(f, 2) ? 1 : 1 + fuzz_below(f, 3);
	tier->switch_latency = 200000;
	tier->reduces = fuzz_below(f, 4) == 1;
	for (k = 0; k < VSN_NR_KINDS; k++) {
		if (fuzz_below(f, 16) && (switches ? k != 0 : !t->kinds[k].nr_dims))
			continue;
		tier->ports[k].bandwidth = fuzz_below(f, 8) ? 10 * GB :
							      figure(f, 10 * GB);
		tier->ports[k].latency = 1000 * fuzz_below(f, 4);
		tier->ports[k].efficiency = fuzz_below(f, 4) ? 0 :
					    1 + fuzz_below(f, VSN_EFFICIENCY_ONE);
	}
}

u32 fuzz_fail;

static void *graph_alloc(void *ctx, size_t size)
{
	return fuzz_fail && !--fuzz_fail ? NULL : calloc(1, size);
}

static void graph_free(void *ctx, void *p, size_t size)
{
	/* A wrong size is a bug that malloc would not notice. */
	memset(p, 0xA5, size);
	free(p);
}

/* An endpoint by its number, of the first kind or of any; now and then there is none. */
static void end_name(struct fuzz *f, const struct vsn_topo *t, u32 n, char *buf, size_t size)
{
	u32 i, at, k = VSN_ENDPOINT_KIND_ACCELERATOR;
	int len = 0;

	if (fuzz_below(f, 16) == 0)
		k = 1 + fuzz_below(f, VSN_NR_KINDS - 1);
	buf[0] = 0;
	for (i = 0; i < t->kinds[k].nr_dims; i++) {
		const struct vsn_dim *dim = &t->dims[t->kinds[k].dims[i]];

		at = n % dim->size;
		n /= dim->size;
		if (fuzz_below(f, 128) == 0)
			at = fuzz_bits(f, 2);
		len += snprintf(buf + len, size - len, "%s%s%u", i ? "." : "", dim->prefix,
				at);
	}
}

/*
 * Endpoints at switches, dealt to them; switches in a row; and links between anything,
 * of which some are wrong.  What is refused is left out.
 */
static void any_graph(struct fuzz *f, const struct vsn_topo *t, struct vsn_network *net)
{
	static const struct vsn_mem mem = { .alloc = graph_alloc, .free = graph_free };
	u32 switches = fuzz_below(f, 6), ends = 1, i, more;
	struct vsn_tier *tier = &net->tiers[0];
	struct vsn_graph_mark mark;
	char from[128], to[128];
	struct vsn_graph *g = vsn_graph_create(&mem);
	struct vsn_graph_edge edge = {
		.from = from, .to = to, .bandwidth = 10 * GB, .lanes = 1 };
	struct vsn_diag diag;

	if (!g)
		abort();
	net->nr_tiers = fuzz_below(f, 16) ? 1 : fuzz_below(f, 3);
	memset(net->tiers, 0, sizeof(net->tiers));
	tier->name[0] = 't';
	tier->kind = VSN_TIER_KIND_GRAPH;
	tier->attach = VSN_ATTACH_ENDPOINT;
	tier->wiring = VSN_WIRING_FULL;
	tier->forwarding = VSN_FORWARDING_CUT_THROUGH + fuzz_below(f, 2);
	tier->planes = fuzz_below(f, 16) ? 1 : fuzz_below(f, 3);
	tier->switches = 1;
	tier->lanes = 1;
	tier->transit = fuzz_below(f, 2);
	tier->switch_latency = tier->transit ? figure(f, 1000) : 0;
	net->graph = g;
	for (i = 0; i < switches; i++) {
		snprintf(from, sizeof(from), fuzz_below(f, 64) ? "s%u" : "a%u", i);
		vsn_graph_add_switch(g, from, 1000 * fuzz_below(f, 4), &diag);
	}
	for (i = 0; i < t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].nr_dims; i++)
		ends *= t->dims[t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].dims[i]].size;
	ends = vsn_min(ends, 128);
	more = fuzz_below(f, 24);
	for (i = 0; i < ends + switches + more; i++) {
		if (i < ends)
			end_name(f, t, i, from, sizeof(from));
		else if (i < ends + switches || (switches && fuzz_below(f, 2)))
			snprintf(from, sizeof(from), "s%u", (i - ends) % switches);
		else
			end_name(f, t, fuzz_bits(f, 2), from, sizeof(from));
		if (switches && (i < ends + switches || fuzz_below(f, 2)))
			snprintf(to, sizeof(to), "s%u",
				 i < ends ? i % switches : (i + 1 - ends) % switches);
		else
			end_name(f, t, i + 1, to, sizeof(to));
		edge.latency = 1000 * fuzz_below(f, 4);
		edge.both = fuzz_below(f, 32);
		edge.lanes = fuzz_below(f, 8) ? 1 : fuzz_below(f, 4);
		mark = vsn_graph_mark(g);
		vsn_graph_add_link(g, t, &edge, &diag);
		if (fuzz_below(f, 64) == 0)
			vsn_graph_truncate(g, mark);
	}
}

static void any_network(struct fuzz *f, const struct vsn_topo *t,
			struct vsn_network *net, u32 n)
{
	u32 i;

	net->name[0] = 'm' + n;
	net->header = fuzz_below(f, 64);
	net->packet = 1 + fuzz_below(f, 4096);
	net->stripe = fuzz_below(f, 1 << 20);
	net->policy = fuzz_below(f, 2) ? VSN_POLICY_DMODK : VSN_POLICY_HASH;
	if (fuzz_below(f, 16) == 0)
		net->policy = fuzz_below(f, 8);
	net->seed = fuzz_bits(f, 2);
	net->nr_tiers = 1 + fuzz_below(f, 3);
	for (i = 0; i < net->nr_tiers; i++)
		any_tier(f, t, net, &net->tiers[i]);
	if (fuzz_below(f, 4) == 0)
		any_graph(f, t, net);
}

/* Overwrite some words; what the caller of commit has to see to is kept. */
static void add_nonsense(struct fuzz *f, struct vsn_topo *t)
{
	u32 i, k, n, at, word, dims = t->nr_dims, networks = t->nr_networks;
	struct vsn_graph *graphs[VSN_MAX_NETWORKS];

	for (n = 0; n < VSN_MAX_NETWORKS; n++)
		graphs[n] = t->networks[n].graph;

	for (n = fuzz_below(f, 4); n; n--) {
		at = fuzz_below(f, sizeof(*t) / sizeof(word)) * sizeof(word);
		word = fuzz_below(f, 2) ? fuzz_below(f, 8) : fuzz_bits(f, 4);
		memcpy((u8 *)t + at, &word, sizeof(word));
	}
	t->nr_dims = dims;
	t->nr_networks = vsn_max(t->nr_networks % (VSN_MAX_NETWORKS + 1), networks);
	for (i = 0; i < VSN_MAX_DIMS; i++) {
		t->dims[i].name[sizeof(t->dims[i].name) - 1] = 0;
		t->dims[i].prefix[sizeof(t->dims[i].prefix) - 1] = 0;
	}
	for (k = 0; k < VSN_NR_KINDS; k++) {
		t->kinds[k].nr_dims %= dims + 1;
		t->kinds[k].package_dims %= t->kinds[k].nr_dims + 1;
		for (i = 0; i < VSN_MAX_DIMS; i++)
			t->kinds[k].dims[i] %= dims;
	}
	for (n = 0; n < VSN_MAX_NETWORKS; n++) {
		struct vsn_network *net = &t->networks[n];

		/* Kinds of ends are the same, however few there are now. */
		net->graph = graphs[n];
		net->name[sizeof(net->name) - 1] = 0;
		net->nr_tiers %= VSN_MAX_TIERS + 1;
		for (i = 0; i < VSN_MAX_TIERS; i++) {
			net->tiers[i].name[sizeof(net->tiers[i].name) - 1] = 0;
			/* No caller could write anything else into it. */
			*(u8 *)&net->tiers[i].transit &= 1;
		}
	}
}

void fuzz_topo(struct fuzz *f, struct vsn_topo *t, u32 max, bool nonsense)
{
	u32 i, product = 1;

	memset(t, 0, sizeof(*t));
	t->nr_dims = 1 + fuzz_below(f, 4);
	for (i = 0; i < t->nr_dims; i++) {
		t->dims[i].name[0] = 'a' + i;
		t->dims[i].prefix[0] = 'a' + i;
		t->dims[i].size = 1 + fuzz_below(f, max / product > 8 ? 8 : max / product);
		product *= t->dims[i].size;
	}
	any_kind(f, t, &t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR]);
	for (i = VSN_ENDPOINT_KIND_ACCELERATOR + 1; i < VSN_NR_KINDS; i++)
		if (fuzz_below(f, 8) == 0)
			any_kind(f, t, &t->kinds[i]);
	t->nr_networks = 1 + fuzz_below(f, 2);
	for (i = 0; i < t->nr_networks; i++)
		any_network(f, t, &t->networks[i], i);
	if (nonsense && fuzz_below(f, 2))
		add_nonsense(f, t);
}

bool fuzz_committed(struct fuzz *f, struct vsn_topo *t, u32 max)
{
	struct vsn_diag diag;
	u32 tries;

	for (tries = 0; tries < 16; tries++) {
		fuzz_topo(f, t, max, false);
		if (!vsn_topo_commit(t, &diag))
			return true;
		vsn_topo_free(t);
	}
	return false;
}
