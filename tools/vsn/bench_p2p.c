// SPDX-License-Identifier: GPL-2.0
/*
 * vsn bench p2p: latency and bandwidth between two endpoints
 *
 * On a fabric that is otherwise idle the first accelerator reads from, and writes to,
 * others that are ever farther away: one operation at a time for the latency, several at
 * once for the bandwidth.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "bench_paced.h"
#include "out.h"

#define SIZE_MIN	512ULL
#define PAGE		4096ULL		/* what regions are made of */
#define SIZE_STEP	4
#define DEFAULT_MAX	(256ULL << 20)
#define MAX_DISTANCES	10
#define MAX_SIZES	16
#define WINDOW		8	/* operations at once */

enum direction {
	READ,
	WRITE,
	NR_DIRECTIONS,
};

static const char * const direction_names[] = {
	[READ] = "read",
	[WRITE] = "write",
};

/**
 * struct distance - an endpoint that is so far away
 * @key: in names of published rows
 * @label: for people
 * @peer: its id
 * @name: its name
 * @region: id of its region, 0 while there is none
 * @ua: unified address of the region
 * @time: ps of one operation, by direction and size
 * @rate: bytes/s of WINDOW operations, same
 */
struct distance {
	char key[2 * VSN_CTL_NAME];
	char label[2 * VSN_CTL_NAME];
	uint32_t peer;
	char name[VSN_CTL_ENDPOINT_NAME];
	uint32_t region;
	uint64_t ua;
	uint64_t time[NR_DIRECTIONS][MAX_SIZES];
	uint64_t rate[NR_DIRECTIONS][MAX_SIZES];
};

/**
 * struct p2p - one run
 * @b: the fabric
 * @q: one queue is enough
 * @max: largest size
 * @data: bytes move and are compared; otherwise only time passes
 * @initiator: id
 * @name: its name
 * @region: id of its region, 0 while there is none
 * @ua: unified address of the region
 * @nr_sizes: number of @sizes
 * @sizes: bytes
 * @nr: number of @distances
 * @distances: the nearest first
 * @wrong: bytes that are not what they should be
 * @paced: measure how well a paced clock is kept, not the model
 * @scale: of that clock, parts per million; 0: several
 */
struct p2p {
	struct bench *b;
	struct vsn_queue *q;
	uint64_t max;
	bool data;
	uint32_t initiator;
	char name[VSN_CTL_ENDPOINT_NAME];
	uint32_t region;
	uint64_t ua;
	size_t nr_sizes;
	uint64_t sizes[MAX_SIZES];
	size_t nr;
	struct distance distances[MAX_DISTANCES];
	uint64_t wrong;
	bool paced;
	uint64_t scale;
};

static int endpoint_name(struct p2p *p, uint32_t id, char name[VSN_CTL_ENDPOINT_NAME])
{
	struct vsn_ctl_endpoint e;
	int err;

	err = vsn_ctl_endpoint_get_id(p->b->ctl, p->b->name, id, &e);
	if (err)
		return ctl_failed(p->b->ctl, err, "endpoint %" PRIu32 " of %s", id, p->b->name);
	memcpy(name, e.name, sizeof(e.name));
	return EXIT_OK;
}

static int add_distance(struct p2p *p, uint32_t peer, const char *key, const char *label)
{
	struct distance *d;

	if (p->nr == MAX_DISTANCES)
		return EXIT_OK;
	d = &p->distances[p->nr++];
	d->peer = peer;
	snprintf(d->key, sizeof(d->key), "%s", key);
	snprintf(d->label, sizeof(d->label), "%s", label);
	return endpoint_name(p, peer, d->name);
}

/*
 * The endpoints of a kind whose position differs from the first one's in one digit, the
 * innermost first: they share all digits before it.
 */
static int find_accelerators(struct p2p *p, const struct vsn_ctl_kind *k)
{
	char label[2 * VSN_CTL_NAME];
	uint32_t step = 1;
	bool package;
	size_t i;
	int status;

	/* Dimensions behind the one that tells packages apart count dies of a package. */
	package = k->package[0];
	for (i = k->nr_dims; i-- > 0;) {
		uint32_t size = bench_dim(p->b, k->dims[i]);

		if (package && !strcmp(k->dims[i], k->package))
			package = false;
		if (size > 1) {
			if (package)
				snprintf(label, sizeof(label), "same package");
			else if (i)
				snprintf(label, sizeof(label), "same %s", k->dims[i - 1]);
			else
				snprintf(label, sizeof(label), "other %s", k->dims[0]);
			status = add_distance(p, k->base + step, package ? "package" :
					      i ? k->dims[i - 1] : "remote", label);
			if (status)
				return status;
		}
		step *= size;
	}
	return EXIT_OK;
}

static int find_distances(struct p2p *p)
{
	const struct vsn_ctl_kind *k = bench_kind(p->b, VSN_ENDPOINT_KIND_ACCELERATOR);
	int status;

	if (!k) {
		msg("%s has no accelerators", p->b->name);
		return EXIT_FAIL;
	}
	p->initiator = k->base;
	status = endpoint_name(p, p->initiator, p->name);
	if (!status)
		status = find_accelerators(p, k);
	k = bench_kind(p->b, VSN_ENDPOINT_KIND_HOST);
	if (!status && k)
		status = add_distance(p, k->base, "host", "nearest host");
	k = bench_kind(p->b, VSN_ENDPOINT_KIND_MEMORY);
	if (!status && k)
		status = add_distance(p, k->base, "memory", "first memory node");
	return status;
}

/* Execute what was submitted, @nr operations. */
static int complete(struct p2p *p, struct vsn_cqe *cqes, uint32_t nr)
{
	int err;

	err = vsn_queue_submit(p->q);
	if (err > 0)
		err = vsn_dev_run(p->b->dev, VSN_TIME_MAX, NULL);
	if (err < 0)
		return bench_failed(err, "running %s", p->b->name);
	if (vsn_queue_reap(p->q, cqes, nr) != nr)
		return bench_failed(-EIO, "completions are missing");
	return EXIT_OK;
}

/* Something else for each transfer, so that it cannot be left from another */
static uint64_t pattern(const struct distance *d, enum direction dir, uint64_t size)
{
	return ((uint64_t)d->peer << 40 | size << 1 | dir) * 0x9e3779b97f4a7c15ULL;
}

static int fill(struct p2p *p, uint32_t initiator, uint64_t ua, uint64_t len, uint64_t value)
{
	struct vsn_cqe cqe;
	int status;

	vsn_prep_fill(vsn_queue_sqe(p->q), initiator, 0, ua, len, value);
	status = complete(p, &cqe, 1);
	if (!status && cqe.res)
		status = bench_failed(cqe.res, "writing the source");
	return status;
}

static int compare(struct p2p *p, uint64_t ua, uint64_t len, uint64_t value)
{
	static uint64_t buf[8192];
	uint64_t at, diff;
	size_t i, n;

	for (at = 0; at < len; at += n) {
		n = len - at < sizeof(buf) ? len - at : sizeof(buf);
		if (pread(vsn_dev_fd(p->b->dev), buf, n, ua + at) != (ssize_t)n)
			return bench_failed(-errno, "reading the destination");
		for (i = 0; i < n / 8; i++)
			for (diff = buf[i] ^ value; diff; diff >>= 8)
				p->wrong += !!(diff & 0xff);
	}
	return EXIT_OK;
}

static uint64_t source(const struct p2p *p, const struct distance *d, enum direction dir)
{
	return dir == READ ? d->ua : p->ua;
}

static uint64_t destination(const struct p2p *p, const struct distance *d, enum direction dir)
{
	return dir == READ ? p->ua : d->ua;
}

static void prep(struct p2p *p, const struct distance *d, enum direction dir, uint64_t size,
		 uint32_t stream, bool data)
{
	struct vsn_sqe *sqe = vsn_queue_sqe(p->q);

	vsn_prep_copy(sqe, p->initiator, stream, destination(p, d, dir), source(p, d, dir), size);
	sqe->flags = data ? 0 : VSN_OP_F_NODATA;
}

/* One transfer; *@time: 0 when the two ends have no network in common. */
static int measure_time(struct p2p *p, struct distance *d, enum direction dir, uint64_t size,
			uint64_t *time)
{
	uint64_t value = pattern(d, dir, size);
	struct vsn_cqe cqe;
	int status = EXIT_OK;

	if (p->data)
		status = fill(p, dir == READ ? d->peer : p->initiator, source(p, d, dir), size,
			      value);
	if (status)
		return status;
	prep(p, d, dir, size, 0, p->data);
	status = complete(p, &cqe, 1);
	if (status)
		return status;
	*time = 0;
	if (cqe.res == -EHOSTUNREACH)
		return EXIT_OK;
	if (cqe.res)
		return bench_failed(cqe.res, "%s of %" PRIu64 " bytes, %s", direction_names[dir],
				    size, d->label);
	*time = cqe.end - cqe.start;
	return p->data ? compare(p, destination(p, d, dir), size, value) : EXIT_OK;
}

/* Several of the same, each a stream: they overlap. */
static int measure_rate(struct p2p *p, struct distance *d, enum direction dir, uint64_t size,
			uint64_t *rate)
{
	struct vsn_cqe cqes[WINDOW];
	uint64_t end = 0;
	uint32_t i;
	int status;

	for (i = 0; i < WINDOW; i++)
		prep(p, d, dir, size, i, false);
	status = complete(p, cqes, WINDOW);
	if (status)
		return status;
	for (i = 0; i < WINDOW; i++) {
		if (cqes[i].res)
			return bench_failed(cqes[i].res, "%s of %" PRIu64 " bytes, %s",
					    direction_names[dir], size, d->label);
		if (cqes[i].end > end)
			end = cqes[i].end;
	}
	*rate = (__uint128_t)WINDOW * size * 1000000000000ULL / (end - cqes[0].start);
	return EXIT_OK;
}

static int measure_pair(struct p2p *p, struct distance *d, enum direction dir, size_t i)
{
	uint64_t size = p->sizes[i];
	int status;

	status = measure_time(p, d, dir, size, &d->time[dir][i]);
	if (!status && d->time[dir][i])
		status = measure_rate(p, d, dir, size, &d->rate[dir][i]);
	return status;
}

static int measure(struct p2p *p)
{
	size_t i, j, done = 0;
	enum direction dir;
	int status;

	for (i = 0; i < p->nr; i++) {
		struct distance *d = &p->distances[i];

		for (dir = 0; dir < NR_DIRECTIONS; dir++) {
			for (j = 0; j < p->nr_sizes; j++) {
				bench_progress("p2p", done++,
					       p->nr * NR_DIRECTIONS * p->nr_sizes);
				status = bench_stopped() ? EXIT_FAIL :
					 measure_pair(p, d, dir, j);
				if (status)
					return status;
			}
		}
	}
	bench_progress(NULL, 0, 0);
	return EXIT_OK;
}

static void print_size(const struct p2p *p, const struct distance *d, size_t i)
{
	enum direction dir;

	out_object(NULL);
	out_line(0, NULL);
	cell_unit("size", 10, UNIT_SIZE, p->sizes[i]);
	for (dir = 0; dir < NR_DIRECTIONS; dir++) {
		out_object(direction_names[dir]);
		cell_us("time", dir == READ ? 12 : 16, d->time[dir][i]);
		cell_gbs("bandwidth", 9, d->rate[dir][i]);
		out_object_end();
	}
	out_object_end();
}

static void print_distance(const struct p2p *p, const struct distance *d)
{
	char line[256];
	size_t i;

	if (!d->time[READ][0]) {
		snprintf(line, sizeof(line), "%s, %s: no network joins the two", d->label,
			 d->name);
		out_line(0, line);
		out_line(0, NULL);
		return;
	}
	out_object(NULL);
	snprintf(line, sizeof(line), "%s, %s", d->label, d->name);
	out_line(0, line);
	if (out_is_json()) {
		out_str("distance", NULL, d->key);
		out_str("peer", NULL, d->name);
	}
	out_line(0, NULL);
	cell_head(10, "size");
	cell_head(12, "read us");
	cell_head(9, "GB/s");
	cell_head(16, "write us");
	cell_head(9, "GB/s");
	out_array("sizes");
	for (i = 0; i < p->nr_sizes; i++)
		print_size(p, d, i);
	out_array_end();
	out_line(0, NULL);
	out_object_end();
}

/* A measurement that somebody published: the largest size's rate, the smallest's time */
static void print_row(const struct p2p *p, const struct distance *d, const char *what,
		      uint64_t modelled)
{
	const struct sys_published *row = bench_published(p->b, "%s-%s", what, d->key);

	if (row && modelled)
		bench_print_row(p->b->sys, row, modelled);
}

static void print_published(const struct p2p *p)
{
	size_t i, last = p->nr_sizes - 1;
	enum direction dir;

	bench_print_row_head();
	out_array("published");
	for (i = 0; i < p->nr; i++) {
		const struct distance *d = &p->distances[i];

		print_row(p, d, "latency", d->time[READ][0]);
		for (dir = 0; dir < NR_DIRECTIONS; dir++)
			print_row(p, d, direction_names[dir], d->rate[dir][last]);
	}
	out_array_end();
}

static int print_all(const struct p2p *p)
{
	char line[512];
	int status;
	size_t i;

	out_begin();
	out_object(NULL);
	snprintf(line, sizeof(line),
		 "%s: %s reads and writes; us: one operation, GB/s: %d at once%s",
		 p->b->name, p->name, WINDOW, p->data ? "" : "; time only (data no)");
	out_line(0, line);
	if (out_is_json()) {
		out_str("fabric", NULL, p->b->name);
		out_str("initiator", NULL, p->name);
	}
	out_line(0, NULL);
	out_array("distances");
	for (i = 0; i < p->nr; i++)
		print_distance(p, &p->distances[i]);
	out_array_end();
	if (p->b->sys && p->b->sys->nr_published)
		print_published(p);
	if (p->data) {
		snprintf(line, sizeof(line), "%" PRIu64 " bytes wrong", p->wrong);
		out_line(0, line);
		if (out_is_json())
			out_u64("wrong", NULL, p->wrong);
	}
	out_object_end();
	status = cmd_done();
	return status ? status : p->wrong ? EXIT_FAIL : EXIT_OK;
}

static void choose_sizes(struct p2p *p)
{
	uint64_t size;

	for (size = SIZE_MIN; size < p->max; size *= SIZE_STEP)
		p->sizes[p->nr_sizes++] = size;
	p->sizes[p->nr_sizes++] = p->max;
}

static int setup(struct p2p *p)
{
	uint64_t size = (p->max + PAGE - 1) / PAGE * PAGE;
	int status;
	size_t i;

	status = find_distances(p);
	if (!status)
		status = bench_region_add(p->b, p->initiator, size, true, &p->region, &p->ua);
	for (i = 0; !status && i < p->nr; i++)
		status = bench_region_add(p->b, p->distances[i].peer, size, true,
					  &p->distances[i].region, &p->distances[i].ua);
	if (status)
		return status;
	p->q = vsn_queue_create(p->b->dev, WINDOW);
	return p->q ? EXIT_OK : bench_failed(-errno, "queue");
}

static void teardown(struct p2p *p)
{
	size_t i;

	vsn_queue_destroy(p->q);
	for (i = 0; i < p->nr; i++)
		if (p->distances[i].region)
			bench_region_del(p->b, p->distances[i].region);
	if (p->region)
		bench_region_del(p->b, p->region);
}

static void check_size(const struct p2p *p, struct args *a, const char *word)
{
	if (p->max < SIZE_MIN || p->max > VSN_OP_MAX_LEN || p->max % 8)
		arg_error(a, "%s: from 512 B to 1 GiB, a multiple of 8 B", word);
}

static void read_words(struct p2p *p, struct args *a)
{
	bool model = false;	/* a word that only the model's measurement has */
	const char *value;

	while (!a->status && a->argc) {
		model = model || !strcmp(a->argv[0], "size-max") || !strcmp(a->argv[0], "data");
		if (arg_is(a, "size-max")) {
			p->max = arg_unit(a, "size-max", UNIT_SIZE);
			check_size(p, a, "size-max");
		} else if (arg_is(a, "data")) {
			value = arg_need(a, "data");
			if (value && strcmp(value, "yes") && strcmp(value, "no"))
				arg_error(a, "data: '%s' is neither yes nor no", value);
			p->data = value && !strcmp(value, "yes");
		} else if (!p->paced && (arg_is(a, "paced") || arg_is(a, "--paced"))) {
			p->paced = true;
			if (!arg_is(a, "scale"))
				continue;
			p->scale = arg_unit(a, "scale", UNIT_FACTOR);
			if (!p->scale)
				arg_error(a, "scale: more than 0");
		} else {
			arg_unknown(a, "size-max data paced");
		}
	}
	if (p->paced && model)
		arg_error(a, "paced has sizes of its own: no size-max and no data with it");
}

/* "read board" and so on */
static struct distance *row_distance(struct p2p *p, enum direction *dir, struct args *a)
{
	const char *key;
	size_t i;

	*dir = arg_is(a, "write") ? WRITE : READ;
	if (*dir == READ && !arg_is(a, "read"))
		arg_unknown(a, "read write");
	key = arg_need(a, "distance");
	if (!key)
		return NULL;
	for (i = 0; i < p->nr; i++)
		if (!strcmp(p->distances[i].key, key))
			return &p->distances[i];
	arg_error(a, "no endpoint of %s is as far away as '%s' says", p->b->name, key);
	return NULL;
}

/* READ or WRITE, a distance, a size: the time of one, or the rate of several */
int bench_p2p_row(struct bench *b, const struct sys_published *row, struct args *a,
		  uint64_t *value)
{
	struct p2p p = { .b = b, .max = row->unit == UNIT_TIME ? SIZE_MIN : DEFAULT_MAX };
	enum direction dir = READ;
	struct distance *d;
	int status;

	status = find_distances(&p);
	d = status ? NULL : row_distance(&p, &dir, a);
	if (!d)
		return status ? status : a->status;
	if (arg_is(a, "size"))
		p.max = arg_unit(a, "size", UNIT_SIZE);
	arg_unknown(a, "size");
	check_size(&p, a, "size");
	if (a->status)
		return a->status;
	/* Only this one's memory is needed. */
	p.distances[0] = *d;
	p.nr = 1;
	d = &p.distances[0];
	status = setup(&p);
	if (!status && row->unit == UNIT_TIME)
		status = measure_time(&p, d, dir, p.max, value);
	else if (!status)
		status = measure_rate(&p, d, dir, p.max, value);
	teardown(&p);
	if (!status && !*value) {
		msg("no network joins %s and %s", p.name, d->name);
		status = EXIT_FAIL;
	}
	return status;
}

int bench_p2p(int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv };
	char fabric[VSN_CTL_NAME];
	struct bench b = { 0 };
	struct p2p p = { .b = &b, .max = DEFAULT_MAX };
	int status;

	arg_name(&a, "name of the fabric", fabric, sizeof(fabric));
	read_words(&p, &a);
	if (a.status)
		return a.status;
	choose_sizes(&p);
	status = bench_open(&b, fabric);
	if (!status && p.paced) {
		status = bench_paced(&b, p.scale);
	} else if (!status) {
		status = setup(&p);
		if (!status)
			status = measure(&p);
		teardown(&p);
		if (!status)
			status = print_all(&p);
	}
	return bench_close(&b, status);
}
