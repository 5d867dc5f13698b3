// SPDX-License-Identifier: GPL-2.0
/* Printing of topologies, fabrics, regions and limits. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "show.h"

static const char *name_of(const char * const *names, size_t count, uint32_t value)
{
	return value < count && names[value] ? names[value] : "unknown";
}

#define NAME_OF(names, value)	name_of(names, ARRAY_SIZE(names), value)

static const char * const states[] = {
	[VSN_FABRIC_STATE_DRAFT] = "draft",
	[VSN_FABRIC_STATE_READY] = "ready",
};

static const char * const clocks[] = {
	[VSN_CLOCK_ORDERED] = "ordered",
	[VSN_CLOCK_ONLINE] = "online",
	[VSN_CLOCK_PACED] = "paced",
};

static const char * const attaches[] = {
	[VSN_ATTACH_ENDPOINT] = "endpoint",
	[VSN_ATTACH_SWITCH] = "switch",
};

static const char * const tier_kinds[] = {
	[VSN_TIER_KIND_SWITCH] = "switch",
	[VSN_TIER_KIND_MESH] = "mesh",
	[VSN_TIER_KIND_RING] = "ring",
	[VSN_TIER_KIND_GRID] = "grid",
	[VSN_TIER_KIND_GRAPH] = "graph",
};

static const char * const wirings[] = {
	[VSN_WIRING_FULL] = "full",
	[VSN_WIRING_STRIDE] = "stride",
	[VSN_WIRING_SPREAD] = "spread",
};

static const char * const forwardings[] = {
	[VSN_FORWARDING_CUT_THROUGH] = "cut-through",
	[VSN_FORWARDING_STORE_FORWARD] = "store-forward",
};

static const char * const policies[] = {
	[VSN_POLICY_DMODK] = "dmodk",
	[VSN_POLICY_HASH] = "hash",
	[VSN_POLICY_STRIPE] = "stripe",
	[VSN_POLICY_SHORTEST] = "shortest",
	[VSN_POLICY_DETOUR] = "detour",
	[VSN_POLICY_BORROW] = "borrow",
};

static void show_names(const char *key, const char *label, size_t count,
		       char (*names)[VSN_CTL_NAME])
{
	size_t i;

	out_array(key);
	for (i = 0; i < count; i++)
		out_str("", i ? "" : label, names[i]);
	out_array_end();
}

static void show_dims(const struct vsn_ctl_fabric *f)
{
	size_t i;

	out_array("dim");
	for (i = 0; i < f->nr_dims; i++) {
		const struct vsn_ctl_dim *d = &f->dims[i];

		out_object(NULL);
		out_line(1, NULL);
		out_str("name", "dimension", d->name);
		out_u64("size", "size", d->size);
		out_str("prefix", "prefix", d->prefix[0] ? d->prefix : d->name);
		out_object_end();
	}
	out_array_end();
}

static void show_kind(const struct vsn_ctl_kind *k)
{
	out_object(NULL);
	out_line(1, NULL);
	out_str("kind", "kind", vsn_ctl_kind_name(k->kind));
	out_u64("count", "count", k->count);
	out_u64("packages", "packages", k->packages);
	out_u64("base", "base", k->base);
	show_names("dim", "dim", k->nr_dims, k->dims);
	if (k->package[0])
		out_str("package", "package", k->package);
	out_line(2, NULL);
	out_unit("capacity", "capacity", UNIT_SIZE, k->capacity);
	out_unit("mem_bandwidth", "mem-bandwidth", UNIT_RATE, k->mem_bandwidth);
	out_unit("mem_latency", "mem-latency", UNIT_TIME, k->mem_latency);
	out_line(2, NULL);
	if (k->read_bandwidth)
		out_unit("read_bandwidth", "read-bandwidth", UNIT_RATE, k->read_bandwidth);
	if (k->write_bandwidth)
		out_unit("write_bandwidth", "write-bandwidth", UNIT_RATE, k->write_bandwidth);
	out_unit("overhead", "overhead", UNIT_TIME, k->overhead);
	out_object_end();
}

static void show_port(const struct vsn_ctl_port *p)
{
	out_object(NULL);
	out_line(3, NULL);
	if (p->kind)
		out_str("kind", "port", vsn_ctl_kind_name(p->kind));
	else
		out_str(NULL, "port", "uplink");
	out_unit("bandwidth", "bandwidth", UNIT_RATE, p->bandwidth);
	out_unit("latency", "latency", UNIT_TIME, p->latency);
	if (p->efficiency)
		out_unit("efficiency", "efficiency", UNIT_RATIO, p->efficiency);
	out_object_end();
}

static void show_tier(const struct vsn_ctl_tier *t)
{
	size_t i;

	out_object(NULL);
	out_line(2, NULL);
	out_str("name", "tier", t->name);
	out_u64("switch_count", "switches", t->switch_count);
	out_u64("link_count", "links", t->link_count);
	show_names("over", "over", t->nr_over, t->over);
	out_str("attach", "attach", NAME_OF(attaches, t->attach));
	out_str("kind", "kind", NAME_OF(tier_kinds, t->kind));
	out_line(3, NULL);
	out_u64("planes", "planes", t->planes);
	out_u64("switches", "switches-per-plane", t->switches);
	out_u64("lanes", "lanes", t->lanes);
	out_str("wiring", "wiring", NAME_OF(wirings, t->wiring));
	out_str("forwarding", "forwarding", NAME_OF(forwardings, t->forwarding));
	out_unit("switch_latency", "switch-latency", UNIT_TIME, t->switch_latency);
	if (t->kind == VSN_TIER_KIND_GRAPH)
		out_bool("transit", "transit", t->transit);
	if (t->medium[0])
		out_str("medium", "medium", t->medium);
	out_bool("reduces", "reduces", t->reduces);
	out_array("port");
	for (i = 0; i < t->nr_ports; i++)
		show_port(&t->ports[i]);
	out_array_end();
	out_object_end();
}

static void show_network(const struct vsn_ctl_network *n)
{
	size_t i;

	out_object(NULL);
	out_line(1, NULL);
	out_str("name", "network", n->name);
	out_u64("index", "index", n->index);
	out_unit("header", "header", UNIT_SIZE, n->header);
	out_unit("packet", "packet", UNIT_SIZE, n->packet);
	out_unit("stripe", "stripe", UNIT_SIZE, n->stripe);
	out_str("policy", "policy", NAME_OF(policies, n->policy));
	out_u64("seed", NULL, n->seed);
	out_array("tier");
	for (i = 0; i < n->nr_tiers; i++)
		show_tier(&n->tiers[i]);
	out_array_end();
	out_object_end();
}

void show_topo(const struct vsn_ctl_fabric *f)
{
	size_t i;

	show_dims(f);
	out_array("kind");
	for (i = 0; i < f->nr_kinds; i++)
		show_kind(&f->kinds[i]);
	out_array_end();
	out_array("network");
	for (i = 0; i < f->nr_networks; i++)
		show_network(&f->networks[i]);
	out_array_end();
}

uint32_t clock_parse(const char *name)
{
	uint32_t i;

	for (i = 1; i < ARRAY_SIZE(clocks); i++)
		if (!strcmp(name, clocks[i]))
			return i;
	return 0;
}

void show_fabric(const struct vsn_ctl_fabric *f, bool details)
{
	out_object(NULL);
	out_line(0, NULL);
	out_str("name", "", f->name);
	out_u64("id", "id", f->id);
	out_str("state", "state", NAME_OF(states, f->state));
	if (f->system[0])
		out_str("system", "system", f->system);
	out_u64("endpoints", "endpoints", f->endpoints);
	out_u64("packages", "packages", f->packages);
	out_u64("window_shift", "window-shift", f->window_shift);
	out_line(1, NULL);
	out_unit("now", "now", UNIT_TIME, f->now);
	out_str("clock", "clock", NAME_OF(clocks, f->clock));
	if (f->clock != VSN_CLOCK_ORDERED || out_is_json())
		out_unit("scale", "scale", UNIT_FACTOR, f->scale);
	out_unit("resident", "resident", UNIT_SIZE, f->resident);
	out_unit("resident_max", "resident-max", UNIT_SIZE, f->resident_max);
	out_u64("regions", "regions", f->regions);
	out_u64("contexts", "contexts", f->contexts);
	out_u64("pending", "pending", f->pending);
	out_line(1, NULL);
	out_unit("host_read", "host-read", UNIT_SIZE, f->host_read);
	out_unit("host_write", "host-write", UNIT_SIZE, f->host_write);
	out_u64("host_faults", "host-faults", f->host_faults);
	if (details || out_is_json())
		show_topo(f);
	out_object_end();
}

void show_ids(const char *key, const char *label, const uint32_t *ids, size_t nr,
	      size_t total)
{
	char buf[64];
	size_t i, j;

	out_array(key);
	for (i = 0; i < nr; i++)
		out_u64("", NULL, ids[i]);
	out_array_end();
	for (i = 0; i < nr && i < 16; i = j) {
		for (j = i + 1; j < nr && ids[j] == ids[j - 1] + 1;)
			j++;
		if (j == i + 1)
			snprintf(buf, sizeof(buf), "%u", ids[i]);
		else
			snprintf(buf, sizeof(buf), "%u-%u", ids[i], ids[j - 1]);
		out_str(NULL, i ? "" : label, buf);
	}
	if (i < total)
		out_str(NULL, "", "...");
}

/* An uncached one has none, and text says nothing of it. */
static void show_directory(const struct vsn_ctl_region *r)
{
	out_str("mode", r->dir_granule ? "mode" : NULL, vsn_ctl_mode_name(r->mode));
	if (!r->dir_granule)
		return;
	out_unit("dir_granule", "dir-granule", UNIT_SIZE, r->dir_granule);
	if (r->mode == VSN_REGION_MODE_COHERENT) {
		out_u64("from_home", "from-home", r->from_home);
		out_u64("from_writer", "from-writer", r->from_writer);
		out_u64("written_back", "written-back", r->written_back);
		out_u64("invalidations", "invalidations", r->invalidations);
	} else {
		out_u64("violations", "violations", r->violations);
	}
	out_u64("pinned", r->pinned ? "pinned" : NULL, r->pinned);
}

void show_region(const struct vsn_ctl_region *r)
{
	char head[32];

	out_object(NULL);
	snprintf(head, sizeof(head), "%u:", r->id);
	out_line(0, head);
	out_str("fabric", "fabric", r->fabric);
	out_u64("id", NULL, r->id);
	if (r->name[0])
		out_str("name", "name", r->name);
	if (out_is_json() || r->policy != VSN_PLACEMENT_LIST)
		out_str("policy", "policy", vsn_ctl_placement_name(r->policy));
	out_hex("ua", "ua", r->ua);
	out_unit("size", "size", UNIT_SIZE, r->size);
	out_unit("resident", "resident", UNIT_SIZE, r->resident);
	if (r->granule)
		out_unit("granule", "granule", UNIT_SIZE, r->granule);
	out_bool("huge", "huge", r->huge);
	if (r->partition[0])
		out_str("partition", "partition", r->partition);
	out_bool("leased", "leased", r->leased);
	out_bool("exported", "exported", r->exported);
	out_u64("imports", r->imports ? "imports" : NULL, r->imports);
	if (r->poisoned || out_is_json())
		out_unit("poisoned", "poisoned", UNIT_SIZE, r->poisoned);
	show_directory(r);
	out_u64("home_count", "homes", r->home_count);
	show_ids("home", "home", r->homes, r->nr_homes, r->home_count);
	out_object_end();
}

/* What VSN_CMD_REGION_POISON_NTF tells */
void show_poison(const struct vsn_ctl_region *r)
{
	out_object(NULL);
	out_line(0, r->heal ? "healed" : "poisoned");
	out_bool(r->heal ? "healed" : "poison", NULL, true);
	out_str("fabric", "fabric", r->fabric);
	out_u64("id", "region", r->id);
	out_unit("offset", "offset", UNIT_SIZE, r->offset);
	out_unit("length", "size", UNIT_SIZE, r->length);
	out_unit("poisoned", "in-all", UNIT_SIZE, r->poisoned);
	out_object_end();
}

/* As FIRST-LAST in text */
static void show_runs(const struct vsn_ctl_partition *p)
{
	uint32_t listed = 0;
	char buf[64];
	size_t i;

	out_array("runs");
	for (i = 0; i < p->nr_runs; i++) {
		listed += p->runs[i].last - p->runs[i].first + 1;
		out_object(NULL);
		out_u64("first", NULL, p->runs[i].first);
		out_u64("last", NULL, p->runs[i].last);
		out_object_end();
	}
	out_array_end();
	for (i = 0; i < p->nr_runs; i++) {
		if (p->runs[i].first == p->runs[i].last)
			snprintf(buf, sizeof(buf), "%u", p->runs[i].first);
		else
			snprintf(buf, sizeof(buf), "%u-%u", p->runs[i].first,
				 p->runs[i].last);
		out_str(NULL, i ? "" : "ids", buf);
	}
	if (listed < p->endpoint_count)
		out_str(NULL, "", "...");
}

void show_partition(const struct vsn_ctl_partition *p)
{
	out_object(NULL);
	out_line(0, NULL);
	out_str("fabric", "fabric", p->fabric);
	out_str("name", "partition", p->name);
	out_u64("id", NULL, p->id);
	out_u64("regions", "regions", p->regions);
	out_unit("promised", "promised", UNIT_SIZE, p->promised);
	out_unit("quota", p->quota ? "quota" : NULL, UNIT_SIZE, p->quota);
	out_unit("resident", "resident", UNIT_SIZE, p->resident);
	out_unit("resident_max", p->resident_max ? "of" : NULL, UNIT_SIZE, p->resident_max);
	out_u64("contexts", "contexts", p->contexts);
	out_u64("endpoint_count", "endpoints", p->endpoint_count);
	show_runs(p);
	out_object_end();
}

void show_limit(const struct vsn_ctl_limit *l)
{
	out_object(NULL);
	out_line(0, l->fabric[0] ? NULL : "module");
	if (l->fabric[0])
		out_str("fabric", "fabric", l->fabric);
	out_unit("resident", "resident", UNIT_SIZE, l->resident);
	out_object_end();
}
