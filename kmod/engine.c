// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: drives the core's scheduler and gives it effects.
 *
 * The scheduler is pure: it decides what happens when.  Here is what makes it
 * happen: bytes move in the store, completions go to queues, transfers to
 * tracepoints.  In ordered execution all of it runs in the context of the program
 * that rang a doorbell or asked for a RUN, so its CPU time and memory are charged;
 * mover.c tells who does it where time goes by itself.
 */
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "directory.h"
#include "engine.h"
#include "fabric.h"
#include "hole.h"
#include "netlink.h"
#include "partition.h"
#include "queue.h"
#include "trace.h"

/* Operations that a fabric keeps at most, submitted and not completed. */
#define MAX_PENDING	(4U << 20)

/* Work between two chances for others to take the lock, see vsn_sched_run(). */
#define RUN_BATCH	4096

/* Blocked operations that one RUN lists at most. */
#define MAX_LISTED	65536

/* All is charged to the program; over its limit is -ENOMEM, not the OOM killer. */
#define GFP_ENGINE	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static void *mem_alloc(void *ctx, size_t size)
{
	return kvzalloc(size, GFP_ENGINE);
}

static void mem_free(void *ctx, void *p, size_t size)
{
	kvfree(p);
}

const struct vsn_mem vsn_engine_mem = {
	.alloc = mem_alloc,
	.free = mem_free,
};

static void env_put(void *ctx, const struct vsn_place *place)
{
	vsn_region_put(vsn_place_region(place));
}

/*
 * Who may not access an owned region has no effect; what others hold of a coherent one
 * is called back first.
 */
static int effect_copy(void *ctx, const struct vsn_op *op)
{
	int err = vsn_directory_op(op);

	if (err)
		return err;
	return vsn_store_copy(vsn_place_region(op->dst), op->sqe.dst - op->dst->ua,
			      vsn_place_region(op->src), op->sqe.src - op->src->ua,
			      op->sqe.len);
}

static int effect_fill(void *ctx, const struct vsn_op *op)
{
	int err = vsn_directory_op(op);

	if (err)
		return err;
	return vsn_store_fill(vsn_place_region(op->dst), op->sqe.dst - op->dst->ua,
			      op->sqe.len, op->sqe.arg0);
}

static int effect_discard(void *ctx, const struct vsn_op *op)
{
	int err = vsn_directory_op(op);

	if (err)
		return err;
	return vsn_hole_punch(vsn_place_region(op->dst), op->sqe.dst - op->dst->ua,
			      op->sqe.len, false);
}

static int effect_reduce(void *ctx, const struct vsn_op *op)
{
	int err = vsn_directory_op(op);

	if (err)
		return err;
	return vsn_store_reduce(vsn_place_region(op->dst), op->sqe.dst - op->dst->ua,
				vsn_place_region(op->src), op->sqe.src - op->src->ua,
				op->sqe.len, op->sqe.arg0);
}

static int effect_atomic(void *ctx, const struct vsn_op *op, u64 *old)
{
	u8 opcode = op->sqe.opcode;
	int err;

	err = vsn_directory_op(op);
	if (err)
		return err;
	/* To memory a signal is an addition of which nothing comes back. */
	if (opcode == VSN_OP_SIGNAL)
		opcode = VSN_OP_FADD;
	return vsn_store_atomic(vsn_place_region(op->dst), op->sqe.dst - op->dst->ua,
				opcode, op->sqe.arg0, op->sqe.arg1, old);
}

static int effect_load(void *ctx, const struct vsn_op *op, u64 *value)
{
	const struct vsn_fabric *fabric = ctx;
	int err;

	/* Any number may wait on a word, and each is looked at when it changes. */
	cond_resched();
	if (vsn_mover_holds(fabric, op->sqe.dst, sizeof(*value)))
		return -EBUSY;
	err = vsn_directory_wait(op);
	if (err)
		return err;
	return vsn_store_load(vsn_place_region(op->dst), op->sqe.dst - op->dst->ua,
			      value);
}

static void effect_complete(void *ctx, struct vsn_op *op)
{
	struct vsn_fabric *fabric = ctx;

	trace_vsn_op_complete(fabric->id, op);
	vsn_op_release(op, &fabric->engine.env);
	vsn_queue_complete(op);
	/* Millions may be cancelled in one call of the core. */
	cond_resched();
}

static void effect_xfer(void *ctx, const struct vsn_xfer *xfer)
{
	struct vsn_fabric *fabric = ctx;

	trace_vsn_link_xfer(fabric->id, xfer);
}

static void effect_fault(void *ctx, const struct vsn_fault *fault)
{
	struct vsn_fabric *fabric = ctx;
	struct vsn_sched *s = &fabric->engine.sched;
	struct vsn_site site;

	if (fault->begun) {
		switch (fault->kind) {
		case VSN_SITE_SWITCH:
			vsn_fault_switch(s, fault->target, &site);
			break;
		case VSN_SITE_ENDPOINT:
			vsn_fault_endpoint(s, fault->target, &site);
			if (!site.health.down)
				vsn_outage_end(fabric, fault->target);
			break;
		default:
			vsn_fault_link(s, fault->target, &site);
		}
		trace_vsn_link_state(fabric->id, fault, &site.health, s->now);
	}
	vsn_nl_notify_fault(fabric, fault);
	cond_resched();
}

static u64 effect_lose(void *ctx, u32 ep)
{
	return vsn_outage_begin(ctx, ep);
}

static bool effect_defer(void *ctx, struct vsn_op *op)
{
	return vsn_mover_defer(ctx, op);
}

static const struct vsn_sched_ops ops = {
	.copy = effect_copy,
	.fill = effect_fill,
	.discard = effect_discard,
	.reduce = effect_reduce,
	.atomic = effect_atomic,
	.load = effect_load,
	.complete = effect_complete,
	.xfer = effect_xfer,
	.fault = effect_fault,
	.defer = effect_defer,
	.lose = effect_lose,
};

/**
 * vsn_engine_init - make the engine of a fabric
 * @fabric: its topology is committed; the engine is all zero
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_engine_init(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;
	int err;

	mutex_init(&engine->lock);
	INIT_LIST_HEAD(&engine->queues);
	vsn_movers_init(fabric);
	engine->clock = VSN_CLOCK_ORDERED;
	engine->time.scale = VSN_SCALE_DEFAULT;
	engine->env.topo = &fabric->topo;
	engine->env.put = env_put;
	engine->env.ctx = fabric;
	err = vsn_sched_init(&engine->sched, &fabric->topo, &vsn_engine_mem, &ops, fabric,
			     get_random_u64());
	if (!err)
		engine->memcg = get_mem_cgroup_from_mm(current->mm);
	return err;
}

/**
 * vsn_engine_destroy - drop what is pending and free the engine
 * @fabric: without open queues; its regions still exist
 *
 * What is pending now are operations of closed queues that had started.  Their
 * effects do not take place.
 */
void vsn_engine_destroy(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;

	vsn_movers_destroy(fabric);
	mutex_lock(&engine->lock);
	vsn_sched_free(&engine->sched);
	mutex_unlock(&engine->lock);
	mem_cgroup_put(engine->memcg);
	mutex_destroy(&engine->lock);
}

/**
 * vsn_engine_tick - look at the clock
 * @fabric: the fabric; engine->lock held
 *
 * Where time goes by itself, what follows under the lock happens now.
 */
void vsn_engine_tick(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;

	lockdep_assert_held(&engine->lock);
	if (engine->sched.online)
		vsn_online_advance(&engine->sched,
				   vsn_timebase_virt(&engine->time, ktime_get_ns()));
}

/**
 * vsn_engine_lock - take the engine's lock
 * @fabric: committed
 *
 * What follows under it happens now, with the faults of now.
 */
void vsn_engine_lock(struct vsn_fabric *fabric)
{
	mutex_lock(&fabric->engine.lock);
	vsn_engine_tick(fabric);
}

/**
 * vsn_engine_set_clock - choose what makes virtual time go
 * @fabric: committed
 * @clock: enum vsn_clock
 * @scale: wall time per virtual time, parts per million, within its bounds
 * @diag: why not
 *
 * Virtual time goes on from where it was.
 *
 * Return: 0; -EBUSY a RUN is on, or operations are pending, or completions held
 * back; -ENOMEM.
 */
int vsn_engine_set_clock(struct vsn_fabric *fabric, u32 clock, u64 scale,
			 struct vsn_diag *diag)
{
	struct vsn_engine *engine = &fabric->engine;
	struct vsn_sched *s = &engine->sched;
	int err = 0;
	u64 nr;

	mutex_lock(&engine->lock);
	nr = s->nr_pending + atomic_read(&engine->nr_held);
	if (engine->running) {
		err = vsn_refuse(diag, -EBUSY, "clock: a RUN is on");
	} else if (nr) {
		err = vsn_refuse(diag, -EBUSY,
				 "clock: %llu operations are pending or their completions held back",
				 nr);
	} else {
		vsn_engine_tick(fabric);
		err = vsn_online_set(s, clock != VSN_CLOCK_ORDERED);
		if (err)
			err = vsn_refuse(diag, err,
					 "clock: no kernel memory for what it has to remember");
	}
	if (!err) {
		WRITE_ONCE(engine->clock, clock);
		engine->time.scale = scale;
		engine->time.wall = ktime_get_ns();
		engine->time.virt = s->now;
	}
	mutex_unlock(&engine->lock);
	return err;
}

/**
 * vsn_engine_submit - queue a checked operation
 * @fabric: the fabric; engine->lock held
 * @op: from vsn_op_check(); on success it is the engine's until
 *	vsn_queue_complete()
 *
 * Return: 0; -EAGAIN too many operations are pending; -ENOMEM.
 */
int vsn_engine_submit(struct vsn_fabric *fabric, struct vsn_op *op)
{
	struct vsn_engine *engine = &fabric->engine;
	int err;

	lockdep_assert_held(&engine->lock);
	if (engine->sched.nr_pending >= MAX_PENDING)
		return -EAGAIN;
	err = vsn_sched_submit(&engine->sched, op);
	if (!err)
		trace_vsn_op_submit(fabric->id, op, engine->sched.now);
	return err;
}

/**
 * vsn_engine_reject - complete an operation that is not well formed
 * @fabric: the fabric; engine->lock held
 * @op: vsn_op_check() refused it
 * @err: with this errno
 *
 * It takes no time, but is counted as an error of its initiator, if there is one that
 * its queue may name.
 *
 * Return: 0; -ENOMEM there is no memory to count it, and @op remains the caller's.
 */
int vsn_engine_reject(struct vsn_fabric *fabric, struct vsn_op *op, int err)
{
	const struct vsn_partition *partition = vsn_queue_partition(op);
	struct vsn_sched *s = &fabric->engine.sched;
	struct vsn_endpoint_stats *stats;

	lockdep_assert_held(&fabric->engine.lock);
	if (op->sqe.initiator < fabric->topo.nr_endpoints &&
	    (!partition || vsn_partition_has(partition, op->sqe.initiator))) {
		stats = vsn_sparse_touch(&s->stats, op->sqe.initiator);
		if (!stats)
			return -ENOMEM;
		stats->ops++;
		stats->errors++;
	}
	op->state = VSN_OP_DONE;
	op->status = err;
	op->start = s->now;
	op->end = s->now;
	s->nr_completed++;
	effect_complete(fabric, op);
	return 0;
}

/*
 * What a RUN may tell of: the operations of queues of the same partition; without one,
 * of all.
 */
static u64 seen_pending(const struct vsn_engine *engine, const struct vsn_partition *partition)
{
	if (partition)
		return atomic64_read(&partition->nr_pending);
	return engine->sched.nr_pending + atomic_read(&engine->nr_held);
}

static u64 seen_completed(const struct vsn_engine *engine,
			  const struct vsn_partition *partition)
{
	return partition ? partition->nr_completed : engine->sched.nr_completed;
}

static bool seen_op(void *ctx, const struct vsn_op *op)
{
	/* Any number may be blocked. */
	cond_resched();
	return vsn_queue_partition(op) == ctx;
}

/* Move on until nothing is left before @until, giving way now and then. */
static int run_events(struct vsn_engine *engine, u64 until,
		      const struct vsn_partition *partition, u64 *completed)
{
	struct vsn_sched *s = &engine->sched;
	u64 before;
	bool more;

	before = seen_completed(engine, partition);
	vsn_sched_recheck(s);
	for (;;) {
		more = vsn_sched_run(s, until, RUN_BATCH);
		*completed += seen_completed(engine, partition) - before;
		if (!more)
			return 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		mutex_unlock(&engine->lock);
		cond_resched();
		/* Not killable: @running is ours to clear, and batches are short. */
		mutex_lock(&engine->lock);
		before = seen_completed(engine, partition);
	}
}

/* A RUN in ordered execution; engine->lock held. */
static int run_ordered(struct vsn_engine *engine, const struct vsn_partition *partition,
		       struct vsn_run *run)
{
	int err;

	if (engine->running)
		return -EBUSY;
	engine->running = true;
	err = run_events(engine, run->until, partition, &run->completed);
	engine->running = false;
	return err;
}

/* Paced: wait until all that is over in the model by now is so by the clock, too. */
static int wait_held(struct vsn_fabric *fabric, u64 until)
{
	struct vsn_engine *engine = &fabric->engine;
	u64 now = ktime_get_ns(), wall;
	int err;

	wall = vsn_timebase_wall(&engine->time, min(until, engine->sched.latest));
	if (wall <= now || !atomic_read(&engine->nr_held))
		return 0;
	mutex_unlock(&engine->lock);
	err = wait_event_interruptible_hrtimeout(engine->movers.wait,
						 !atomic_read(&engine->nr_held),
						 ns_to_ktime(min_t(u64, wall - now, KTIME_MAX)));
	mutex_lock(&engine->lock);
	return err && err != -ETIME ? -EINTR : 0;
}

/*
 * A RUN where time goes by itself; engine->lock held.  What can be done is, and, where
 * completions are held back, waited for.
 */
static int run_online(struct vsn_fabric *fabric, const struct vsn_partition *partition,
		      struct vsn_run *run)
{
	struct vsn_engine *engine = &fabric->engine;
	u64 before = seen_completed(engine, partition);
	int err;

	err = vsn_mover_flush(fabric);
	if (!err && engine->clock == VSN_CLOCK_PACED) {
		err = wait_held(fabric, run->until);
		vsn_queues_expire(fabric);
	}
	vsn_engine_tick(fabric);
	run->completed = seen_completed(engine, partition) - before;
	return err;
}

/**
 * vsn_engine_run - execute what is pending
 * @fabric: the fabric
 * @partition: tell of its queues' operations only; NULL: of all
 * @run: in: @until; out: @now, @completed, @pending, @blocked
 * @list: room for @run->blocked_max entries, or NULL with 0
 *
 * With -EDEADLK the first of the blocked operations are listed, as many as there
 * is room for, and never more than 65536.  A RUN that was interrupted can be
 * continued by another.
 *
 * Context: may sleep; takes engine->lock, not held while the list is copied.
 *
 * Return: 0; -EINVAL unknown flags; -EBUSY another RUN is on (ordered); -EDEADLK
 * nothing can move and operations are blocked; -EINTR a fatal signal, or where time
 * goes by itself any; -EFAULT the list cannot be written; -ENOMEM no memory for it.
 */
int vsn_engine_run(struct vsn_fabric *fabric, struct vsn_partition *partition,
		   struct vsn_run *run, struct vsn_blocked __user *list)
{
	struct vsn_engine *engine = &fabric->engine;
	struct vsn_sched *s = &engine->sched;
	bool (*pick)(void *ctx, const struct vsn_op *op) = partition ? seen_op : NULL;
	struct vsn_blocked *blocked = NULL;
	size_t nr = 0;
	int err;

	if (run->flags)
		return -EINVAL;
	if (run->blocked_max && !list)
		return -EFAULT;
	run->completed = 0;
	run->blocked = 0;

	err = mutex_lock_killable(&engine->lock);
	if (err)
		return err;
	err = s->online ? run_online(fabric, partition, run) :
			  run_ordered(engine, partition, run);
	if (err == -EBUSY)
		goto err_unlock;

	run->now = s->now;
	run->pending = seen_pending(engine, partition);
	if (!err && !s->heap.nr && !engine->movers.nr && s->nr_pending) {
		run->blocked = pick ? vsn_sched_blocked_of(s, pick, partition, NULL, SIZE_MAX) :
				      s->nr_blocked;
		if (!pick || run->blocked)
			err = -EDEADLK;
		nr = min3(run->blocked, run->blocked_max, (u64)MAX_LISTED);
	}
	if (nr) {
		blocked = kvcalloc(nr, sizeof(*blocked), GFP_ENGINE);
		if (blocked)
			nr = vsn_sched_blocked_of(s, pick, partition, blocked, nr);
		else
			err = -ENOMEM;
	}
err_unlock:
	mutex_unlock(&engine->lock);

	if (blocked && copy_to_user(list, blocked, nr * sizeof(*blocked)))
		err = -EFAULT;
	kvfree(blocked);
	return err;
}

/**
 * vsn_engine_link - snapshot of a link's state
 * @fabric: committed
 * @link: link id
 * @out: filled in if there was traffic
 *
 * Return: whether there was.
 */
bool vsn_engine_link(struct vsn_fabric *fabric, u32 link, struct vsn_link *out)
{
	struct vsn_link *found;

	if (link >= fabric->topo.nr_links)
		return false;
	vsn_engine_lock(fabric);
	found = vsn_links_find(&fabric->engine.sched.links, link);
	if (found)
		*out = *found;
	mutex_unlock(&fabric->engine.lock);
	return found;
}

/* The horizon of @fabric, which is committed, or what its clock says, ps. */
u64 vsn_engine_now(struct vsn_fabric *fabric)
{
	u64 now;

	vsn_engine_lock(fabric);
	now = fabric->engine.sched.now;
	mutex_unlock(&fabric->engine.lock);
	return now;
}

/* Time and clock of @fabric, which is committed, of one moment. */
void vsn_engine_info(struct vsn_fabric *fabric, struct vsn_info *info)
{
	struct vsn_engine *engine = &fabric->engine;

	vsn_engine_lock(fabric);
	info->now = engine->sched.now;
	info->clock = engine->clock;
	info->reserved = 0;
	info->scale = engine->time.scale;
	mutex_unlock(&engine->lock);
}

/* Operations of @fabric, which is committed, whose completions are still to come. */
u64 vsn_engine_pending(struct vsn_fabric *fabric)
{
	u64 pending;

	mutex_lock(&fabric->engine.lock);
	pending = fabric->engine.sched.nr_pending + atomic_read(&fabric->engine.nr_held);
	mutex_unlock(&fabric->engine.lock);
	return pending;
}
