// SPDX-License-Identifier: GPL-2.0
/*
 * Expert-parallel communication: the operations of a phase.
 *
 * A rank's kernel starts (launch), then issues its copies one after the other, peer by
 * peer; its compute engine is that kernel, so what issuing takes is serialised there and
 * overlaps with the transfers.  The peers come in rotation, rank + 1 first and itself
 * last, so that not all write to the same one.
 *
 * Copies are written in short trains, each a stream: COMPUTE the time to issue them,
 * COPY each, then SIGNAL the receiver's counter, as a flag that follows the data.  A
 * train is short because copies of a stream wait for each other's acks, which those of
 * the hardware do not.  All trains begin together and line up at the compute engine in
 * the order of their stream ids.  The receiver WAITs for as many flags as there are
 * trains for it, and the phase is over when the last rank has them all.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_moe.h"

#define TRAIN		4U		/* copies in a train */
#define SQ_ENTRIES	1024U
#define RUN_STEP	1000000ULL	/* ps between two looks at the progress */

/* Copies that @rank sends to @peer; an expert returns what it got. */
static uint32_t sends(const struct moe *m, enum moe_phase phase, uint32_t rank, uint32_t peer)
{
	return phase == MOE_DISPATCH ? moe_count(m, rank, peer) : moe_count(m, peer, rank);
}

static uint32_t trains(const struct moe *m, enum moe_phase phase, uint32_t rank, uint32_t peer)
{
	return (sends(m, phase, rank, peer) + TRAIN - 1) / TRAIN;
}

/* Trains have a COMPUTE and a SIGNAL each; the rank has a COMPUTE and a WAIT. */
static uint32_t count_ops(const struct moe *m, enum moe_phase phase, uint32_t rank)
{
	uint32_t peer, ops = 2;

	for (peer = 0; peer < m->nr_ranks; peer++)
		ops += sends(m, phase, rank, peer) + 2 * trains(m, phase, rank, peer);
	return ops;
}

static int setup_rank(struct moe *m, uint32_t rank)
{
	struct moe_rank *r = &m->ranks[rank];
	uint32_t combine;
	int status;
	void *p;

	r->endpoint = bench_kind(m->b, VSN_ENDPOINT_KIND_ACCELERATOR)->base + rank;
	r->ops = count_ops(m, MOE_DISPATCH, rank);
	combine = count_ops(m, MOE_COMBINE, rank);
	if (combine > r->ops)
		r->ops = combine;
	status = bench_region_add(m->b, r->endpoint, r->size, moe_page(m, r) > MOE_PAGE,
				  &r->region, &r->ua);
	if (status || !m->data)
		return status;
	p = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(m->b->dev), r->ua);
	if (p == MAP_FAILED)
		return bench_failed(-errno, "mapping region %" PRIu32, r->region);
	r->mem = p;
	return EXIT_OK;
}

/*
 * The kernel takes an operation only if there is room for its completion, and all of a
 * phase must be there before it begins: so count the ranks that fit in a queue.
 */
static int setup_queues(struct moe *m)
{
	struct vsn_queue **queues;
	uint32_t rank, first, ops;
	struct vsn_info info;
	int err;

	err = vsn_dev_info(m->b->dev, &info);
	if (err)
		return bench_failed(err, "fabric %s", m->b->name);
	m->queues = calloc(m->nr_ranks, sizeof(*queues));
	if (!m->queues)
		return bench_failed(-ENOMEM, "queues");
	for (rank = 0; rank < m->nr_ranks;) {
		for (first = rank, ops = 0; rank < m->nr_ranks; rank++) {
			if (ops + m->ranks[rank].ops > info.max_entries)
				break;
			ops += m->ranks[rank].ops;
			m->ranks[rank].queue = m->nr_queues;
		}
		if (rank == first) {
			msg("rank %" PRIu32 " has %" PRIu32 " operations, a queue %" PRIu32,
			    rank, m->ranks[rank].ops, info.max_entries);
			return EXIT_FAIL;
		}
		m->queues[m->nr_queues] = vsn_queue_create_sized(m->b->dev, SQ_ENTRIES, ops);
		if (!m->queues[m->nr_queues])
			return bench_failed(-errno, "queue of %" PRIu32 " completions", ops);
		m->nr_queues++;
	}
	return EXIT_OK;
}

int moe_setup(struct moe *m)
{
	uint32_t rank;
	int status;

	for (rank = 0; rank < m->nr_ranks; rank++) {
		bench_progress("making regions", rank, m->nr_ranks);
		status = bench_stopped() ? EXIT_FAIL : setup_rank(m, rank);
		if (status)
			return status;
	}
	bench_progress(NULL, 0, 0);
	return setup_queues(m);
}

void moe_teardown(struct moe *m)
{
	uint32_t i;

	/* Operations hold regions: cancel them, and finish those that are on their way. */
	for (i = 0; m->queues && i < m->nr_queues; i++)
		vsn_queue_destroy(m->queues[i]);
	vsn_dev_run(m->b->dev, VSN_TIME_MAX, NULL);
	free(m->queues);
	m->queues = NULL;
	m->nr_queues = 0;
	for (i = 0; m->ranks && i < m->nr_ranks; i++) {
		bench_progress("freeing regions", i, m->nr_ranks);
		if (m->ranks[i].mem)
			munmap(m->ranks[i].mem, m->ranks[i].size);
		if (m->ranks[i].region)
			bench_region_del(m->b, m->ranks[i].region);
	}
	bench_progress(NULL, 0, 0);
}

/* Where a rank's operations go; the first error stays. */
struct sink {
	struct vsn_queue *q;
	uint32_t endpoint;
	int err;
	struct vsn_sqe scratch;
};

static struct vsn_sqe *get_sqe(struct sink *s)
{
	struct vsn_sqe *sqe = vsn_queue_sqe(s->q);
	int taken;

	if (!sqe) {
		taken = vsn_queue_submit(s->q);
		sqe = vsn_queue_sqe(s->q);
		if (!sqe && !s->err)
			s->err = taken < 0 ? taken : -ENOSPC;
	}
	return sqe ? sqe : &s->scratch;
}

/* Source and destination of the copies from @rank to @peer: the first, and the step */
struct way {
	uint64_t src;
	uint64_t dst;
	uint32_t src_step;
	uint32_t dst_step;
	uint32_t len;
};

static struct way find_way(const struct moe *m, uint32_t rank, uint32_t peer)
{
	const struct moe_rank *from = &m->ranks[rank], *to = &m->ranks[peer];

	if (m->phase == MOE_DISPATCH)
		return (struct way) {
			.src = from->ua + from->out,
			.dst = to->ua + MOE_PAGE + (uint64_t)moe_in_first(m, peer, rank) * m->row,
			.dst_step = m->row,
			.len = m->row,
		};
	return (struct way) {
		.src = from->ua + MOE_PAGE + (uint64_t)moe_in_first(m, rank, peer) * m->row,
		.src_step = m->row,
		.dst = to->ua + to->out + (uint64_t)moe_first(m, peer, rank) * m->out_row,
		.dst_step = m->out_row,
		.len = m->out_row,
	};
}

static void prep_train(const struct moe *m, struct sink *s, uint32_t stream, const struct way *way,
		       const struct moe_copy *copies, uint32_t i, uint32_t nr, uint64_t flag)
{
	uint32_t end = i + TRAIN < nr ? i + TRAIN : nr;
	uint64_t issue = (end - i) * m->per_copy + (i ? 0 : m->per_peer);
	struct vsn_sqe *sqe;

	vsn_prep_compute(get_sqe(s), s->endpoint, stream, issue);
	for (; i < end; i++) {
		uint64_t src = way->src + (uint64_t)i * way->src_step;

		if (m->phase == MOE_DISPATCH)
			src += (uint64_t)copies[i].token * m->row;
		sqe = get_sqe(s);
		vsn_prep_copy(sqe, s->endpoint, stream, way->dst + (uint64_t)i * way->dst_step,
			      src, way->len);
		sqe->flags = m->data ? 0 : VSN_OP_F_NODATA;
	}
	vsn_prep_signal(get_sqe(s), s->endpoint, stream, flag, 1);
}

static int submit_rank(struct moe *m, uint32_t rank)
{
	const struct moe_rank *r = &m->ranks[rank];
	struct sink s = { .q = m->queues[r->queue], .endpoint = r->endpoint };
	uint32_t i, j, peer, nr, stream = 0, flags = 0;
	struct way way;

	vsn_prep_compute(get_sqe(&s), s.endpoint, stream++, m->launch);
	for (j = 1; j <= m->nr_ranks; j++) {
		peer = (rank + j) % m->nr_ranks;
		nr = sends(m, m->phase, rank, peer);
		way = find_way(m, rank, peer);
		for (i = 0; i < nr; i += TRAIN)
			prep_train(m, &s, stream++, &way,
				   moe_copies(m, rank) + moe_first(m, rank, peer), i, nr,
				   m->ranks[peer].ua + MOE_COUNTER(m->phase));
		flags += trains(m, m->phase, peer, rank);
	}
	vsn_prep_wait(get_sqe(&s), s.endpoint, stream, r->ua + MOE_COUNTER(m->phase), flags);
	while (!s.err && vsn_queue_unsubmitted(s.q)) {
		int taken = vsn_queue_submit(s.q);

		if (taken <= 0)
			s.err = taken ?: -ENOSPC;
	}
	return s.err ? bench_failed(s.err, "operations of rank %" PRIu32, rank) : EXIT_OK;
}

/* Take the completions of a queue into the result. */
static int reap(struct moe *m, struct vsn_queue *q, uint64_t start, uint64_t *done)
{
	struct moe_result *result = &m->result[m->phase];
	const struct vsn_cqe *cqe;

	for (; (cqe = vsn_queue_cqe(q)); vsn_queue_advance(q, 1)) {
		if (cqe->res)
			return bench_failed(cqe->res, "%s of endpoint %" PRIu32,
					    vsn_op_name(cqe->opcode), cqe->initiator);
		++*done;
		result->wire += cqe->wire;
		if (cqe->opcode == VSN_OP_COPY) {
			result->copies++;
			result->bytes += cqe->bytes;
		} else if (cqe->opcode == VSN_OP_WAIT && cqe->end - start > result->time) {
			result->time = cqe->end - start;
		}
	}
	return EXIT_OK;
}

static int execute(struct moe *m, uint64_t start, uint64_t total)
{
	uint64_t done = 0, until = start;
	struct vsn_run run;
	uint32_t i;
	int err, status;

	do {
		if (bench_stopped())
			return EXIT_FAIL;
		bench_progress(m->phase == MOE_DISPATCH ? "dispatch" : "combine", done, total);
		until += RUN_STEP;
		err = vsn_dev_run(m->b->dev, until, &run);
		if (err)
			return bench_failed(err, "running %s", m->b->name);
		for (i = 0; i < m->nr_queues; i++) {
			status = reap(m, m->queues[i], start, &done);
			if (status)
				return status;
		}
	} while (done < total);
	bench_progress(NULL, 0, 0);
	return EXIT_OK;
}

int moe_run(struct moe *m, enum moe_phase phase)
{
	uint64_t total = 0;
	struct vsn_info info;
	uint32_t rank;
	int err, status;

	m->phase = phase;
	err = vsn_dev_info(m->b->dev, &info);
	if (err)
		return bench_failed(err, "fabric %s", m->b->name);
	for (rank = 0; rank < m->nr_ranks; rank++) {
		bench_progress("submitting", rank, m->nr_ranks);
		status = bench_stopped() ? EXIT_FAIL : submit_rank(m, rank);
		if (status)
			return status;
		total += count_ops(m, phase, rank);
	}
	return execute(m, info.now, total);
}
