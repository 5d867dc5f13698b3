// SPDX-License-Identifier: GPL-2.0
/* Traffic of a benchmark: counters of links, before and after. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "out.h"

static int by_id(const void *a, const void *b)
{
	const struct traffic_link *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_busy(const void *a, const void *b)
{
	const struct traffic_link *x = a, *y = b;

	if (x->busy != y->busy)
		return x->busy > y->busy ? -1 : 1;
	return by_id(a, b);
}

struct reader {
	const struct vsn_ctl_fabric *fabric;
	struct traffic *t;
};

static int find_tier(const struct vsn_ctl_fabric *f, const struct vsn_ctl_link *link,
		     struct traffic_link *to)
{
	size_t i, j;

	for (i = 0; i < f->nr_networks; i++) {
		if (strcmp(f->networks[i].name, link->network))
			continue;
		for (j = 0; j < f->networks[i].nr_tiers; j++) {
			if (strcmp(f->networks[i].tiers[j].name, link->tier))
				continue;
			to->network = i;
			to->tier = j;
			return 0;
		}
	}
	return -ENOENT;
}

static int add_link(const struct vsn_ctl_link *link, void *arg)
{
	struct reader *r = arg;
	struct traffic *t = r->t;
	struct traffic_link *links, *to;

	if (t->nr == t->room) {
		size_t room = t->room ? 2 * t->room : 1024;

		links = realloc(t->links, room * sizeof(*links));
		if (!links)
			return -ENOMEM;
		t->links = links;
		t->room = room;
	}
	to = &t->links[t->nr++];
	*to = (struct traffic_link) {
		.id = link->id,
		.payload = link->payload,
		.wire = link->wire,
		.transfers = link->transfers,
		.busy = link->busy,
	};
	return find_tier(r->fabric, link, to);
}

int traffic_read(struct bench *b, struct traffic *t)
{
	struct vsn_ctl_link_filter filter = { .active = true };
	struct reader r = { .fabric = b->fabric, .t = t };
	int err;

	memset(t, 0, sizeof(*t));
	err = vsn_ctl_link_list(b->ctl, b->name, &filter, add_link, &r);
	if (err)
		return ctl_failed(b->ctl, err, "links of %s", b->name);
	qsort(t->links, t->nr, sizeof(*t->links), by_id);
	return EXIT_OK;
}

void traffic_since(struct traffic *after, const struct traffic *before)
{
	size_t i, j = 0;

	for (i = 0; i < after->nr; i++) {
		struct traffic_link *now = &after->links[i];
		const struct traffic_link *then;

		while (j < before->nr && before->links[j].id < now->id)
			j++;
		if (j == before->nr || before->links[j].id != now->id)
			continue;
		then = &before->links[j];
		now->payload -= then->payload;
		now->wire -= then->wire;
		now->transfers -= then->transfers;
		now->busy -= then->busy;
	}
}

void traffic_free(struct traffic *t)
{
	free(t->links);
	memset(t, 0, sizeof(*t));
}

uint64_t traffic_wire(const struct traffic *t)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		sum += t->links[i].wire;
	return sum;
}

static void print_tier(const struct bench *b, const struct traffic *t, size_t network,
		       size_t tier)
{
	const struct vsn_ctl_network *n = &b->fabric->networks[network];
	struct traffic_link sum = { 0 };
	char name[2 * VSN_CTL_NAME + 2];
	uint32_t used = 0;
	size_t i;

	for (i = 0; i < t->nr; i++) {
		const struct traffic_link *l = &t->links[i];

		if (l->network != network || l->tier != tier || !l->transfers)
			continue;
		used++;
		sum.payload += l->payload;
		sum.wire += l->wire;
		sum.transfers += l->transfers;
	}
	if (!used)
		return;
	snprintf(name, sizeof(name), "%s %s", n->name, n->tiers[tier].name);
	out_object(NULL);
	out_line(1, NULL);
	if (out_is_json()) {
		out_str("network", NULL, n->name);
		out_str("tier", NULL, n->tiers[tier].name);
	}
	cell_str(NULL, -20, name);
	cell_u64("links", 8, used);
	cell_u64("transfers", 10, sum.transfers);
	cell_unit("payload", 13, UNIT_SIZE, sum.payload);
	cell_unit("wire", 13, UNIT_SIZE, sum.wire);
	out_object_end();
}

static void print_tiers(const struct bench *b, const struct traffic *t)
{
	size_t i, j;

	out_line(0, NULL);
	out_line(0, NULL);
	cell_head(-24, "traffic by tier");
	cell_head(8, "links");
	cell_head(10, "transfers");
	cell_head(13, "payload");
	cell_head(13, "wire");
	out_array("traffic");
	for (i = 0; i < b->fabric->nr_networks; i++) {
		for (j = 0; j < b->fabric->networks[i].nr_tiers; j++)
			print_tier(b, t, i, j);
	}
	out_array_end();
}

static int print_link(struct bench *b, const struct traffic_link *l, uint64_t ps)
{
	struct vsn_ctl_link link;
	char buf[32];
	int err;

	err = vsn_ctl_link_get(b->ctl, b->name, l->id, &link);
	if (err)
		return ctl_failed(b->ctl, err, "link %u of %s", l->id, b->name);
	snprintf(buf, sizeof(buf), "%.1f %%", ps ? 100.0 * l->busy / ps : 0);
	out_object(NULL);
	out_line(1, NULL);
	cell_str("link", -29, link.name);
	cell_str(NULL, 10, buf);
	cell_unit("payload", 13, UNIT_SIZE, l->payload);
	cell_unit("wire", 13, UNIT_SIZE, l->wire);
	if (out_is_json()) {
		out_unit("busy", NULL, UNIT_TIME, l->busy);
		out_unit("of", NULL, UNIT_TIME, ps);
	}
	out_object_end();
	return EXIT_OK;
}

int traffic_print(struct bench *b, const struct traffic *t, uint64_t ps, size_t nr)
{
	struct traffic_link *links;
	int status = EXIT_OK;
	size_t i;

	print_tiers(b, t);
	links = malloc((t->nr + 1) * sizeof(*links));
	if (!links) {
		msg("out of memory");
		return EXIT_FAIL;
	}
	memcpy(links, t->links, t->nr * sizeof(*links));
	qsort(links, t->nr, sizeof(*links), by_busy);
	out_line(0, NULL);
	out_line(0, NULL);
	cell_head(-33, "busiest links");
	cell_head(10, "busy");
	cell_head(13, "payload");
	cell_head(13, "wire");
	out_array("busiest");
	for (i = 0; i < nr && i < t->nr && links[i].busy && !status; i++)
		status = print_link(b, &links[i], ps);
	out_array_end();
	free(links);
	return status;
}
