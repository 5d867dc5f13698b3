// SPDX-License-Identifier: GPL-2.0
/* System files: from YAML to a topology and software parameters. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "system.h"
#include "system_dir.h"
#include "system_read.h"
#include "totals.h"

#define MAX_FILE	(16 << 20)

/* A loaded system and the text that its strings point into */
struct loaded {
	struct system sys;
	struct yaml_system *yaml;
	char path[PATH_MAX];
};

/* One line; what a file says of itself does not get at the terminal. */
static void say(struct reader *r, int line, const char *why)
{
	const char *p;

	if (r->failed)
		return;
	r->failed = true;
	fprintf(stderr, "%s:%d: ", r->path, line);
	for (p = why; *p; p++)
		fputc((unsigned char)*p < ' ' || *p == '\177' ? '?' : *p, stderr);
	fputc('\n', stderr);
}

void complain(struct reader *r, const char *path, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	say(r, yamlpos_line(r->pos, path), why);
}

uint64_t value(struct reader *r, enum unit what, const char *text, const char *path,
	       const char *key)
{
	char where[256], why[256];
	uint64_t v = 0;

	if (!text || r->failed)
		return 0;
	if (unit_parse(text, what, &v, why, sizeof(why))) {
		snprintf(where, sizeof(where), "%s.%s", path, key);
		complain(r, where, "%s: %s", key, why);
	}
	return v;
}

uint32_t value32(struct reader *r, enum unit what, const char *text, const char *path,
		 const char *key)
{
	uint64_t v = value(r, what, text, path, key);
	char where[256];

	if (v > UINT32_MAX) {
		snprintf(where, sizeof(where), "%s.%s", path, key);
		complain(r, where, "%s: '%s' is too large", key, text);
	}
	return v;
}

uint32_t ratio(struct reader *r, const char *text, const char *path)
{
	uint32_t v = value32(r, UNIT_RATIO, text, path, "efficiency");
	char where[256];

	if (text && (!v || v > RATIO_ONE)) {
		snprintf(where, sizeof(where), "%s.efficiency", path);
		complain(r, where, "efficiency: '%s' is not above 0 %% and up to 100 %%", text);
	}
	return v;
}

void *array(struct reader *r, size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		say(r, 1, "out of memory");
	return p;
}

static bool has_dim(const struct reader *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->yaml->dimensions_count; i++)
		if (!strcmp(r->yaml->dimensions[i].name, name))
			return true;
	return false;
}

/* Names of dimensions, each of which must be there */
static char (*dim_names(struct reader *r, char **names, size_t count, const char *path,
			const char *key))[VSN_CTL_NAME]
{
	char (*to)[VSN_CTL_NAME] = array(r, count, sizeof(*to));
	char where[256];
	size_t i;

	for (i = 0; to && i < count; i++) {
		if (!has_dim(r, names[i])) {
			snprintf(where, sizeof(where), "%s.%s[%zu]", path, key, i);
			complain(r, where, "%s: there is no dimension '%s'", key, names[i]);
		}
		snprintf(to[i], VSN_CTL_NAME, "%s", names[i]);
	}
	return to;
}

static void read_dims(struct reader *r)
{
	struct vsn_ctl_fabric *f = &r->sys->topo;
	char path[64];
	size_t i, j;

	f->dims = array(r, r->yaml->dimensions_count, sizeof(*f->dims));
	if (!f->dims)
		return;
	f->nr_dims = r->yaml->dimensions_count;
	for (i = 0; i < f->nr_dims; i++) {
		const struct yaml_dim *y = &r->yaml->dimensions[i];
		struct vsn_ctl_dim *d = &f->dims[i];

		snprintf(d->name, sizeof(d->name), "%s", y->name);
		snprintf(d->prefix, sizeof(d->prefix), "%s", y->prefix ? y->prefix : "");
		d->size = y->size;
		for (j = 0; j < i; j++) {
			if (strcmp(f->dims[j].name, d->name))
				continue;
			snprintf(path, sizeof(path), "dimensions[%zu].name", i);
			complain(r, path, "dimension '%s' is there twice", d->name);
		}
		if (!d->size) {
			snprintf(path, sizeof(path), "dimensions[%zu].size", i);
			complain(r, path, "dimension '%s': size is 0", d->name);
		}
	}
}

static void read_kind(struct reader *r, uint32_t kind, const struct yaml_kind *y)
{
	struct vsn_ctl_fabric *f = &r->sys->topo;
	struct vsn_ctl_kind *k;
	char path[64], mem[80];

	if (!y)
		return;
	k = &f->kinds[f->nr_kinds++];
	k->kind = kind;
	snprintf(path, sizeof(path), "endpoints.%s", vsn_ctl_kind_name(kind));
	snprintf(mem, sizeof(mem), "%s.memory", path);
	k->dims = dim_names(r, y->dims, y->dims_count, path, "dims");
	if (!k->dims)
		return;
	k->nr_dims = y->dims_count;
	if (y->package)
		snprintf(k->package, sizeof(k->package), "%s", y->package);
	k->capacity = value(r, UNIT_SIZE, y->capacity, path, "capacity");
	k->mem_bandwidth = value(r, UNIT_RATE, y->memory->bandwidth, mem, "bandwidth");
	k->mem_latency = value(r, UNIT_TIME, y->memory->latency, mem, "latency");
	k->read_bandwidth = value(r, UNIT_RATE, y->read, path, "read");
	k->write_bandwidth = value(r, UNIT_RATE, y->write, path, "write");
	k->overhead = value(r, UNIT_TIME, y->overhead, path, "overhead");
}

static void read_kinds(struct reader *r)
{
	const struct yaml_endpoints *y = r->yaml->endpoints;
	struct vsn_ctl_fabric *f = &r->sys->topo;

	f->kinds = array(r, 3, sizeof(*f->kinds));
	if (!f->kinds)
		return;
	read_kind(r, VSN_ENDPOINT_KIND_ACCELERATOR, y->accelerator);
	read_kind(r, VSN_ENDPOINT_KIND_HOST, y->host);
	read_kind(r, VSN_ENDPOINT_KIND_MEMORY, y->memory);
	if (!f->nr_kinds)
		complain(r, "endpoints", "there are no endpoints");
}

static void read_port(struct reader *r, struct vsn_ctl_tier *t, uint32_t kind,
		      const struct yaml_port *y, const char *path)
{
	struct vsn_ctl_port *p;

	if (!y)
		return;
	p = &t->ports[t->nr_ports++];
	p->kind = kind;
	p->bandwidth = value(r, UNIT_RATE, y->bandwidth, path, "bandwidth");
	p->latency = value(r, UNIT_TIME, y->latency, path, "latency");
	p->efficiency = ratio(r, y->efficiency, path);
}

/* A tier that attaches endpoints has ports, one that attaches switches an uplink. */
static void read_ports(struct reader *r, struct vsn_ctl_tier *t, const struct yaml_tier *y,
		       const char *tier)
{
	char path[128], port[160];

	t->ports = array(r, 4, sizeof(*t->ports));
	if (!t->ports)
		return;
	if (t->attach == VSN_ATTACH_SWITCH) {
		snprintf(path, sizeof(path), "%s.%s", tier, y->ports ? "ports" : "");
		if (y->ports || !y->uplink)
			complain(r, path, "tier '%s' attaches switches: it has an uplink, no ports",
				 t->name);
		snprintf(path, sizeof(path), "%s.uplink", tier);
		read_port(r, t, 0, y->uplink, path);
		return;
	}
	snprintf(path, sizeof(path), "%s.%s", tier, y->uplink ? "uplink" : "");
	if (y->uplink || !y->ports) {
		complain(r, path, "tier '%s' attaches endpoints: it has ports, no uplink", t->name);
		return;
	}
	snprintf(port, sizeof(port), "%s.ports.accelerator", tier);
	read_port(r, t, VSN_ENDPOINT_KIND_ACCELERATOR, y->ports->accelerator, port);
	snprintf(port, sizeof(port), "%s.ports.host", tier);
	read_port(r, t, VSN_ENDPOINT_KIND_HOST, y->ports->host, port);
	snprintf(port, sizeof(port), "%s.ports.memory", tier);
	read_port(r, t, VSN_ENDPOINT_KIND_MEMORY, y->ports->memory, port);
	if (!t->nr_ports) {
		snprintf(path, sizeof(path), "%s.ports", tier);
		complain(r, path, "tier '%s' has no ports", t->name);
	}
}

static void read_tier(struct reader *r, struct vsn_ctl_tier *t, const struct yaml_tier *y,
		      const char *path)
{
	snprintf(t->name, sizeof(t->name), "%s", y->name);
	snprintf(t->medium, sizeof(t->medium), "%s", y->medium ? y->medium : "");
	t->over = dim_names(r, y->over, y->over_count, path, "over");
	t->nr_over = t->over ? y->over_count : 0;
	t->attach = y->attach;
	t->kind = y->kind;
	t->forwarding = y->forwarding ? y->forwarding : VSN_FORWARDING_CUT_THROUGH;
	t->wiring = y->wiring ? y->wiring : VSN_WIRING_FULL;
	t->planes = y->planes;
	t->switches = y->switches;
	t->lanes = y->lanes ? y->lanes : 1;
	t->switch_latency = value(r, UNIT_TIME, y->switch_latency, path, "switch_latency");
	t->reduces = y->reduces;
	read_ports(r, t, y, path);
}

static void read_network(struct reader *r, struct vsn_ctl_network *n, const struct yaml_network *y,
			 const char *path)
{
	char where[96];
	size_t i, j;

	snprintf(n->name, sizeof(n->name), "%s", y->name);
	n->header = value32(r, UNIT_SIZE, y->header, path, "header");
	n->packet = value32(r, UNIT_SIZE, y->packet, path, "packet");
	n->stripe = value32(r, UNIT_SIZE, y->stripe, path, "stripe");
	n->policy = y->policy ? y->policy : VSN_POLICY_DMODK;
	n->seed = y->seed;
	if (y->graph && y->tiers_count)
		complain(r, path, "network '%s' has tiers and a graph", n->name);
	if (y->graph) {
		read_graph(r, n, y->graph, path);
		return;
	}
	if (!y->tiers_count) {
		complain(r, path, "network '%s' has neither tiers nor a graph", n->name);
		return;
	}
	n->tiers = array(r, y->tiers_count, sizeof(*n->tiers));
	if (!n->tiers)
		return;
	n->nr_tiers = y->tiers_count;
	for (i = 0; i < n->nr_tiers; i++) {
		snprintf(where, sizeof(where), "%s.tiers[%zu]", path, i);
		read_tier(r, &n->tiers[i], &y->tiers[i], where);
		for (j = 0; j < i; j++)
			if (!strcmp(n->tiers[j].name, n->tiers[i].name))
				complain(r, where, "tier '%s' is there twice", n->tiers[i].name);
	}
}

static void read_networks(struct reader *r)
{
	struct vsn_ctl_fabric *f = &r->sys->topo;
	char path[64];
	size_t i, j;

	f->networks = array(r, r->yaml->networks_count, sizeof(*f->networks));
	if (!f->networks)
		return;
	f->nr_networks = r->yaml->networks_count;
	for (i = 0; i < f->nr_networks; i++) {
		snprintf(path, sizeof(path), "networks[%zu]", i);
		read_network(r, &f->networks[i], &r->yaml->networks[i], path);
		for (j = 0; j < i; j++)
			if (!strcmp(f->networks[j].name, f->networks[i].name))
				complain(r, path, "network '%s' is there twice",
					 f->networks[i].name);
	}
}

/* Times and rates; which of them it is, the unit tells. */
static void read_published(struct reader *r)
{
	struct system *sys = r->sys;
	char path[64], why[256];
	size_t i, j;

	sys->published = array(r, r->yaml->published_count, sizeof(*sys->published));
	if (!sys->published)
		return;
	sys->nr_published = r->yaml->published_count;
	for (i = 0; i < sys->nr_published; i++) {
		const struct yaml_published *y = &r->yaml->published[i];
		struct sys_published *p = &sys->published[i];

		snprintf(path, sizeof(path), "published[%zu]", i);
		p->name = y->name;
		p->run = y->run;
		p->source = y->source;
		p->fitted = y->fitted;
		p->unit = UNIT_RATE;
		if (unit_parse(y->value, UNIT_RATE, &p->value, why, sizeof(why))) {
			p->unit = UNIT_TIME;
			p->value = value(r, UNIT_TIME, y->value, path, "value");
		}
		p->max = y->max ? value(r, p->unit, y->max, path, "max") : p->value;
		if (!p->value || p->max < p->value)
			complain(r, path, "row '%s': %s", p->name,
				 p->value ? "max is below value" : "value is 0");
		for (j = 0; j < i; j++)
			if (!strcmp(sys->published[j].name, p->name))
				complain(r, path, "row '%s' is there twice", p->name);
	}
}

static void read_library(struct reader *r, struct sys_library *l, const struct yaml_library *y,
			 size_t index)
{
	char path[96];
	size_t i, j;

	l->name = y->library;
	l->fit = (const char **)y->fit;
	l->nr_fit = y->fit_count;
	for (i = 0; i < l->nr_fit; i++) {
		if (system_published(r->sys, l->fit[i]))
			continue;
		snprintf(path, sizeof(path), "software[%zu].fit[%zu]", index, i);
		complain(r, path, "fit: there is no published row '%s'", l->fit[i]);
	}
	l->params = array(r, y->parameters_count, sizeof(*l->params));
	if (!l->params)
		return;
	l->nr_params = y->parameters_count;
	for (i = 0; i < l->nr_params; i++) {
		struct sys_param *p = &l->params[i];

		snprintf(path, sizeof(path), "software[%zu].parameters[%zu]", index, i);
		p->name = y->parameters[i].name;
		p->value_ps = value(r, UNIT_TIME, y->parameters[i].value, path, "value");
		p->meaning = y->parameters[i].meaning;
		p->origin = y->parameters[i].origin;
		p->source = y->parameters[i].source;
		for (j = 0; j < i; j++)
			if (!strcmp(l->params[j].name, p->name))
				complain(r, path, "parameter '%s' is there twice", p->name);
	}
}

static void read_software(struct reader *r)
{
	struct system *sys = r->sys;
	char path[64];
	size_t i, j;

	sys->libraries = array(r, r->yaml->software_count, sizeof(*sys->libraries));
	if (!sys->libraries)
		return;
	sys->nr_libraries = r->yaml->software_count;
	for (i = 0; i < sys->nr_libraries; i++) {
		read_library(r, &sys->libraries[i], &r->yaml->software[i], i);
		for (j = 0; j < i; j++) {
			if (strcmp(sys->libraries[j].name, sys->libraries[i].name))
				continue;
			snprintf(path, sizeof(path), "software[%zu]", i);
			complain(r, path, "library '%s' is there twice", sys->libraries[i].name);
		}
	}
}

static void read_bounds(struct reader *r)
{
	const struct yaml_bounds *y = r->yaml->bounds;

	r->sys->median = SYS_NO_BOUND;
	r->sys->worst = SYS_NO_BOUND;
	if (y && y->median)
		r->sys->median = value(r, UNIT_RATIO, y->median, "bounds", "median");
	if (y && y->worst)
		r->sys->worst = value(r, UNIT_RATIO, y->worst, "bounds", "worst");
}

static void read_system(struct reader *r)
{
	char why[256];

	snprintf(r->sys->topo.system, sizeof(r->sys->topo.system), "%s", r->yaml->name);
	r->sys->name = r->yaml->name;
	r->sys->description = r->yaml->description;
	read_dims(r);
	read_kinds(r);
	read_networks(r);
	read_published(r);
	read_software(r);
	read_bounds(r);
	if (!r->failed && totals_fill(&r->sys->topo, why, sizeof(why)))
		say(r, 1, why);
}

/* The whole file as text, or NULL: it was said why */
static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *text;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return NULL;
	}
	if (fstat(fileno(f), &st) || !S_ISREG(st.st_mode)) {
		fprintf(stderr, "%s: not a regular file\n", path);
		fclose(f);
		return NULL;
	}
	text = malloc(MAX_FILE + 1);
	*len = text ? fread(text, 1, MAX_FILE + 1, f) : 0;
	if (!text || ferror(f) || *len > MAX_FILE) {
		fprintf(stderr, "%s: %s\n", path, !text ? "out of memory" :
			ferror(f) ? "cannot be read" : "larger than 16 MiB");
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

struct system *system_load(const char *name)
{
	struct loaded *l = calloc(1, sizeof(*l));
	struct reader r = { 0 };
	char *text = NULL;
	char why[256];
	size_t len;
	int line;

	if (!l) {
		msg("out of memory");
		return NULL;
	}
	l->sys.path = l->path;
	r.path = l->path;
	r.sys = &l->sys;
	r.failed = true;
	if (system_find(name, l->path, sizeof(l->path)))
		goto out;
	text = read_file(l->path, &len);
	if (!text)
		goto out;
	r.failed = false;
	r.pos = yamlpos_open(text, len, &line, why, sizeof(why));
	if (!r.pos) {
		say(&r, line, why);
		goto out;
	}
	l->yaml = system_yaml_load(text, len, r.pos, &line, why, sizeof(why));
	r.yaml = l->yaml;
	if (l->yaml)
		read_system(&r);
	else
		say(&r, line, why);
out:
	yamlpos_close(r.pos);
	free(text);
	if (!r.failed)
		return &l->sys;
	system_free(&l->sys);
	return NULL;
}

void system_free(struct system *sys)
{
	struct loaded *l = (struct loaded *)sys;
	size_t i, j;

	if (!sys)
		return;
	for (i = 0; i < sys->nr_libraries; i++)
		free(sys->libraries[i].params);
	free(sys->libraries);
	free(sys->published);
	for (i = 0; i < sys->topo.nr_networks; i++) {
		struct vsn_ctl_network *n = &sys->topo.networks[i];

		for (j = 0; j < n->nr_tiers; j++) {
			free(n->tiers[j].over);
			free(n->tiers[j].ports);
		}
		free(n->tiers);
		free(n->graph.switches);
		free(n->graph.links);
	}
	free(sys->topo.networks);
	for (i = 0; i < sys->topo.nr_kinds; i++)
		free(sys->topo.kinds[i].dims);
	free(sys->topo.kinds);
	free(sys->topo.dims);
	system_yaml_free(l->yaml);
	free(l);
}
