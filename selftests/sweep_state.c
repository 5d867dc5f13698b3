// SPDX-License-Identifier: GPL-2.0
/* The sweep: where it takes place, what there is to see of it, and of memory. */
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>

#include "sweep_impl.h"

#define FABRIC	"sweep"

static const char * const what_names[W_NR] = {
	[W_FABRICS] = "fabrics",
	[W_STATE] = "state",
	[W_PARTS] = "parts",
	[W_NODE] = "device node",
	[W_STRAY] = "device node in the wrong place",
	[W_CONTEXTS] = "contexts",
	[W_REGIONS] = "regions",
	[W_ALLOCATED] = "allocated",
	[W_RESIDENT] = "resident",
	[W_LIMIT] = "limit",
	[W_MODULE_LIMIT] = "module's limit",
	[W_NOW] = "now",
	[W_CLOCK] = "clock",
	[W_PENDING] = "pending",
	[W_OPS] = "operations",
	[W_ERRORS] = "errors",
	[W_BYTES] = "bytes",
	[W_ATOMICS] = "atomics",
	[W_FAULTS] = "faults",
	[W_HOST_FAULTS] = "host faults",
	[W_HOST_READ] = "host read",
	[W_HOST_WRITE] = "host write",
	[W_TRANSFERS] = "transfers",
	[W_WIRE] = "wire bytes",
	[W_FILES] = "open files",
	[W_MAPPINGS] = "mappings",
	[W_LINK_FAULTS] = "faults of links",
	[W_DEGRADED] = "degraded links",
	[W_DETECT] = "detection delay",
	[W_PARTITIONS] = "partitions",
	[W_QUOTA] = "quota",
	[W_PROMISED] = "promised",
	[W_TENANTS] = "contexts of partitions",
	[W_LEASED] = "leased regions",
	[W_EXPORTED] = "exported regions",
	[W_IMPORTS] = "imports",
};

struct scene scene = { .name = FABRIC, .fd = -1 };

/* Make the fabric of rows that need one. */
bool scene_up(void)
{
	struct vsn_info info;

	if (test_fabric(scene.ctl, scene.name)) {
		ksft_print_msg("no fabric: %s\n", vsn_ctl_error(scene.ctl));
		return false;
	}
	scene.dev = test_open(scene.name);
	if (!scene.dev || vsn_dev_info(scene.dev, &info)) {
		ksft_print_msg("its device does not open: %s\n", strerror(errno));
		return false;
	}
	scene.fd = vsn_dev_fd(scene.dev);
	scene.shift = info.window_shift;
	return true;
}

/* Whatever a row did, nothing may keep the fabric now. */
bool scene_down(void)
{
	int err;

	vsn_dev_close(scene.dev);
	scene.dev = NULL;
	scene.fd = -1;
	err = vsn_ctl_fabric_del(scene.ctl, scene.name);
	if (err)
		ksft_print_msg("the fabric does not go: %s\n", vsn_ctl_error(scene.ctl));
	return !err;
}

/* State */

static int add_fabric(const struct vsn_ctl_fabric *fabric, void *arg)
{
	struct sweep_state *s = arg;

	s->of[W_FABRICS]++;
	return 0;
}

static int add_endpoint(const struct vsn_ctl_endpoint *ep, void *arg)
{
	struct sweep_state *s = arg;

	s->of[W_ALLOCATED] += ep->allocated;
	s->of[W_OPS] += ep->ops;
	s->of[W_ERRORS] += ep->errors;
	s->of[W_BYTES] += ep->read_bytes + ep->write_bytes + ep->local_bytes;
	s->of[W_ATOMICS] += ep->atomics;
	s->of[W_FAULTS] += ep->faults;
	return 0;
}

static int add_link(const struct vsn_ctl_link *link, void *arg)
{
	struct sweep_state *s = arg;

	s->of[W_TRANSFERS] += link->transfers;
	s->of[W_WIRE] += link->wire;
	s->of[W_DEGRADED] += link->health.state != VSN_LINK_STATE_UP ||
			     link->health.bandwidth_part != VSN_CTL_PART_ALL ||
			     link->health.extra_latency || link->health.error_rate;
	return 0;
}

static int add_fault(const struct vsn_ctl_fault *fault, void *arg)
{
	struct sweep_state *s = arg;

	s->of[W_LINK_FAULTS]++;
	return 0;
}

static int add_partition(const struct vsn_ctl_partition *p, void *arg)
{
	struct sweep_state *s = arg;

	s->of[W_PARTITIONS]++;
	s->of[W_QUOTA] += p->quota;
	s->of[W_PROMISED] += p->promised;
	s->of[W_TENANTS] += p->contexts;
	return 0;
}

static int add_region(const struct vsn_ctl_region *r, void *arg)
{
	struct sweep_state *s = arg;

	s->of[W_LEASED] += r->leased;
	s->of[W_EXPORTED] += r->exported;
	s->of[W_IMPORTS] += r->imports;
	return 0;
}

static void read_fabric(struct sweep_state *s)
{
	struct vsn_ctl_link_filter active = { .active = true };
	struct vsn_ctl_fault_policy policy;
	struct vsn_ctl_fabric *fabric;
	size_t i;

	if (vsn_ctl_fabric_get(scene.ctl, scene.name, &fabric))
		return;
	s->of[W_STATE] = fabric->state;
	s->of[W_PARTS] = fabric->nr_dims + fabric->nr_kinds + fabric->nr_networks;
	for (i = 0; i < fabric->nr_networks; i++)
		s->of[W_PARTS] += fabric->networks[i].nr_tiers;
	s->of[W_CONTEXTS] = fabric->contexts;
	s->of[W_REGIONS] = fabric->regions;
	s->of[W_RESIDENT] = fabric->resident;
	s->of[W_LIMIT] = fabric->resident_max;
	s->of[W_NOW] = fabric->now;
	s->of[W_CLOCK] = fabric->clock;
	s->of[W_PENDING] = fabric->pending;
	s->of[W_HOST_FAULTS] = fabric->host_faults;
	s->of[W_HOST_READ] = fabric->host_read;
	s->of[W_HOST_WRITE] = fabric->host_write;
	vsn_ctl_fabric_free(fabric);
	vsn_ctl_endpoint_list(scene.ctl, scene.name, NULL, add_endpoint, s);
	vsn_ctl_link_list(scene.ctl, scene.name, &active, add_link, s);
	vsn_ctl_fault_list(scene.ctl, scene.name, add_fault, s);
	vsn_ctl_partition_list(scene.ctl, scene.name, add_partition, s);
	vsn_ctl_region_list(scene.ctl, scene.name, add_region, s);
	if (!vsn_ctl_fault_policy_get(scene.ctl, scene.name, &policy))
		s->of[W_DETECT] = policy.detect;
}

static uint64_t count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	uint64_t n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* Their names have "vsn" in them; the library's and this program's have not. */
static uint64_t count_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];
	uint64_t n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, "[vsn") || strstr(line, "/dev/vsn/");
	if (f)
		fclose(f);
	return n;
}

void state_read(struct sweep_state *s)
{
	struct vsn_ctl_limit limit;
	char path[64];

	memset(s, 0, sizeof(*s));
	snprintf(path, sizeof(path), "/dev/vsn/%s", scene.name);
	s->of[W_NODE] = !access(path, F_OK);
	snprintf(path, sizeof(path), "/dev/%s", scene.name);
	s->of[W_STRAY] = !access(path, F_OK);
	s->of[W_FILES] = count_files();
	s->of[W_MAPPINGS] = count_mappings();
	vsn_ctl_fabric_list(scene.ctl, add_fabric, s);
	if (!vsn_ctl_limit_get(scene.ctl, NULL, &limit))
		s->of[W_MODULE_LIMIT] = limit.resident;
	read_fabric(s);
}

static bool ignored(const struct sweep_row *row, enum sweep_what what)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row->ignore) && row->ignore[i]; i++)
		if (row->ignore[i] == what)
			return true;
	return false;
}

static int64_t wanted(const struct sweep_row *row, enum sweep_what what)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row->changes) && row->changes[i].what; i++)
		if (row->changes[i].what == what)
			return row->changes[i].by;
	return 0;
}

bool state_is(const struct sweep_row *row, const struct sweep_state *was,
	      const struct sweep_state *is, bool done)
{
	int64_t by, want;
	int w;

	for (w = 1; w < W_NR; w++) {
		by = is->of[w] - was->of[w];
		want = done ? wanted(row, w) : 0;
		if (want != ANY && by != want && !ignored(row, w))
			return false;
	}
	return true;
}

void state_show(const struct sweep_state *was, const struct sweep_state *is)
{
	int w;

	for (w = 1; w < W_NR; w++)
		if (was->of[w] != is->of[w])
			ksft_print_msg("  %s: was %" PRIu64 ", is %" PRIu64 "\n",
				       what_names[w], was->of[w], is->of[w]);
}

/* Memory, by line of the module's source */

bool tags_read(struct tags *tags)
{
	FILE *f = fopen("/proc/allocinfo", "r");
	long long bytes, calls;
	char line[512], where[256];

	memset(tags, 0, sizeof(*tags));
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		struct tag *tag = &tags->tag[tags->nr];

		if (!strstr(line, "[vsn]") ||
		    sscanf(line, "%lld %lld %255s", &bytes, &calls, where) != 3)
			continue;
		tag->bytes = bytes;
		tag->calls = calls;
		snprintf(tag->where, sizeof(tag->where), "%.63s",
			 strrchr(where, '/') ? strrchr(where, '/') + 1 : where);
		if (++tags->nr == ARRAY_SIZE(tags->tag))
			break;
	}
	fclose(f);
	return true;
}

static bool tags_same(const struct tags *was, const struct tags *is)
{
	size_t i;

	/* Without the module there is nothing. */
	if (!was->nr || !is->nr)
		return true;
	for (i = 0; i < was->nr && i < is->nr; i++)
		if (was->tag[i].bytes != is->tag[i].bytes ||
		    was->tag[i].calls != is->tag[i].calls)
			return false;
	return was->nr == is->nr;
}

void tags_show(const struct tags *was, const struct tags *is)
{
	size_t i;

	for (i = 0; i < was->nr && i < is->nr; i++)
		if (was->tag[i].bytes != is->tag[i].bytes ||
		    was->tag[i].calls != is->tag[i].calls)
			ksft_print_msg("  %s: was %lld bytes in %lld, is %lld bytes in %lld\n",
				       is->tag[i].where, was->tag[i].bytes, was->tag[i].calls,
				       is->tag[i].bytes, is->tag[i].calls);
}

/*
 * The @i-th wait.  What is freed after a grace period is freed in batches, which wait
 * for some seconds, unless memory is short: have the kernel think that it is.
 */
static void let_free(int i)
{
	struct timespec ts = { .tv_nsec = 50 * 1000 * 1000 };

	if (i % 20 == 0)
		put_word("/proc/sys/vm/drop_caches", "2");
	nanosleep(&ts, NULL);
}

bool tags_settle(const struct tags *was, struct tags *is)
{
	int i;

	for (i = 0; i < 200; i++) {
		tags_read(is);
		if (tags_same(was, is))
			return true;
		let_free(i);
	}
	return false;
}

/* The test before this one may have left things to be freed, too. */
bool tags_at_rest(struct tags *tags)
{
	struct tags last;
	int i, same = 0;

	if (!tags_read(tags) || !tags->nr)
		return false;
	for (i = 0; i < 400 && same < 60; i++) {
		last = *tags;
		let_free(i);
		tags_read(tags);
		same = tags_same(&last, tags) ? same + 1 : 0;
	}
	return true;
}
