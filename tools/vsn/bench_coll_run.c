// SPDX-License-Identifier: GPL-2.0
/* Collectives: regions, queues, and one execution. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_coll.h"

#define SQ_ENTRIES	1024U
#define RUN_STEP	10000000ULL	/* ps between two looks at the progress */

static int setup_rank(struct coll *c, uint32_t rank)
{
	bool out = c->spec.kind == VSN_COLL_ALL_TO_ALL;
	uint64_t size = coll_offset(c, out) + (c->max + 4095) / 4096 * 4096;
	struct coll_rank *r = &c->ranks[rank];
	struct vsn_coll_rank *at = &c->at[rank];
	uint64_t ua;
	int status;
	void *p;

	at->endpoint = bench_kind(c->b, VSN_ENDPOINT_KIND_ACCELERATOR)->base + rank;
	/* Without bytes only flags need memory. */
	status = bench_region_add(c->b, at->endpoint, size, c->data && size >= 8 << 20,
				  &r->region, &ua);
	if (status)
		return status;
	at->flags = ua;
	at->data = ua + coll_offset(c, false);
	at->out = ua + coll_offset(c, true);
	r->mapped = c->data ? size : COLL_FLAGS;
	p = mmap(NULL, r->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(c->b->dev), ua);
	if (p == MAP_FAILED)
		return bench_failed(-errno, "mapping region %" PRIu32, r->region);
	r->mem = p;
	return EXIT_OK;
}

int coll_setup(struct coll *c)
{
	uint32_t rank;
	int status;

	c->ranks = calloc(c->spec.ranks, sizeof(*c->ranks));
	c->at = calloc(c->spec.ranks, sizeof(*c->at));
	if (!c->ranks || !c->at)
		return bench_failed(-ENOMEM, "ranks");
	for (rank = 0; rank < c->spec.ranks; rank++) {
		bench_progress("making regions", rank, c->spec.ranks);
		status = bench_stopped() ? EXIT_FAIL : setup_rank(c, rank);
		if (status)
			return status;
	}
	bench_progress(NULL, 0, 0);
	return EXIT_OK;
}

void coll_teardown(struct coll *c)
{
	uint32_t i;

	/* Operations hold regions: cancel them, and finish those that are on their way. */
	for (i = 0; i < c->nr_queues; i++)
		vsn_queue_destroy(c->queues[i]);
	vsn_dev_run(c->b->dev, VSN_TIME_MAX, NULL);
	free(c->queues);
	for (i = 0; c->ranks && i < c->spec.ranks; i++) {
		bench_progress("freeing regions", i, c->spec.ranks);
		if (c->ranks[i].mem)
			munmap(c->ranks[i].mem, c->ranks[i].mapped);
		if (c->ranks[i].region)
			bench_region_del(c->b, c->ranks[i].region);
	}
	bench_progress(NULL, 0, 0);
	free(c->ranks);
	free(c->at);
}

/* All of a plan must be there before it begins, so a completion slot for each. */
static int need_queues(struct coll *c, uint64_t ops, uint32_t entries)
{
	uint32_t nr = (ops + entries - 1) / entries;
	struct vsn_queue **queues;

	if (nr <= c->nr_queues)
		return EXIT_OK;
	queues = realloc(c->queues, nr * sizeof(*queues));
	if (!queues)
		return bench_failed(-ENOMEM, "queues");
	c->queues = queues;
	while (c->nr_queues < nr) {
		queues[c->nr_queues] = vsn_queue_create_sized(c->b->dev, SQ_ENTRIES, entries);
		if (!queues[c->nr_queues])
			return bench_failed(-errno, "queue of %" PRIu32 " completions", entries);
		c->nr_queues++;
	}
	return EXIT_OK;
}

static int reap(struct coll *c, struct vsn_queue *q, uint64_t start, uint64_t *done)
{
	const struct vsn_cqe *cqe;

	for (; (cqe = vsn_queue_cqe(q)); vsn_queue_advance(q, 1)) {
		if (cqe->res)
			return bench_failed(cqe->res, "%s of endpoint %" PRIu32,
					    vsn_op_name(cqe->opcode), cqe->initiator);
		++*done;
		if (cqe->end - start > c->time)
			c->time = cqe->end - start;
	}
	return EXIT_OK;
}

static int execute(struct coll *c, uint64_t start)
{
	uint64_t done = 0, until = start;
	uint32_t i;
	int err, status;

	do {
		if (bench_stopped())
			return EXIT_FAIL;
		bench_progress(vsn_coll_kind_name(c->spec.kind), done, c->ops);
		until += RUN_STEP;
		err = vsn_dev_run(c->b->dev, until, NULL);
		if (err)
			return bench_failed(err, "running %s", c->b->name);
		for (i = 0; i < c->nr_queues; i++) {
			status = reap(c, c->queues[i], start, &done);
			if (status)
				return status;
		}
	} while (done < c->ops);
	bench_progress(NULL, 0, 0);
	return EXIT_OK;
}

int coll_run(struct coll *c)
{
	struct vsn_coll_plan *plan;
	struct vsn_info info;
	uint32_t rank;
	int err, status;

	err = vsn_coll_plan(&c->spec, &plan);
	if (err == -E2BIG) {
		msg("more than 4 Mi operations: choose fewer ranks or channels, or a larger chunk");
		return EXIT_FAIL;
	}
	if (err)
		return bench_failed(err, "planning");
	/* Each size has flags of its own, so they begin at zero. */
	for (rank = 0; rank < c->spec.ranks; rank++)
		memset(c->ranks[rank].mem, 0, plan->flags);
	c->time = 0;
	c->ops = plan->nr_ops;
	err = vsn_dev_info(c->b->dev, &info);
	if (err)
		status = bench_failed(err, "fabric %s", c->b->name);
	else
		status = need_queues(c, plan->nr_ops, info.max_entries);
	if (!status) {
		err = vsn_coll_submit(plan, c->at, 0, c->queues, c->nr_queues);
		status = err ? bench_failed(err, "submitting") : execute(c, info.now);
	}
	vsn_coll_plan_free(plan);
	return status;
}
