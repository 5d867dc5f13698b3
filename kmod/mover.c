// SPDX-License-Identifier: GPL-2.0
/*
 * Movers: who executes what, where virtual time goes by itself (online, paced).
 *
 * Times are worked out under engine->lock, as in ordered execution, and by whoever
 * has the lock: an event is a matter of a microsecond, and all share links.  Bytes of
 * COPY, FILL, DISCARD and REDUCE are moved without it.  An operation whose end has come is
 * deferred: it waits in its queue's list of moves, its stream waits for it, and when
 * its bytes are there it completes and what is behind it starts - at times that have
 * nothing to do with how long the machine took.
 *
 * Who moves.  A doorbell moves what is in its own queue's list, until nothing is left
 * that it can do, or its budget is spent.  All else is done by kernel threads, a few
 * for each fabric: what a doorbell made runnable in other queues (a SIGNAL that
 * others wait for), what it left behind for lack of budget or because its program was
 * killed.  RUN does any of it in the caller's context.  So an operation that can move
 * always has somebody who is at it or will be, whatever becomes of any program:
 *
 *  - the list of a queue is empty, or one of its doorbells is on, or it is in @ready;
 *  - while @ready or the heap of events has something, and no doorbell is on that will
 *    look at it before it ends, a thread is at work or will be.
 *
 * Each of the two is made true again under the lock under which it became false.
 *
 * Claims.  What an operation does to memory it does as one, also here: whoever moves
 * bytes claims their ranges first, source and destination, and waits until nobody who
 * came before has claimed any of them in a way that conflicts.  Claims are served in
 * order and nobody who has one waits for anything but earlier claims, so there is no
 * deadlock, and nobody starves.  An atomic whose word is claimed is deferred, too, and
 * a WAIT does not look at such a word until it is free.  Operations that are not
 * ordered by a stream, a fence or a WAIT have no defined order among each other.
 *
 * A region that is taken away from those who use it (region_del.c) waits until nobody
 * moves its bytes: an operation that names it ends with -EIO, at once where it waits in
 * a list, and in the middle where it is being moved.
 *
 * How it ends.  A queue that is closed drops what waits in its list; what is being
 * moved is finished by whoever does it, who holds the operation, which holds the queue
 * and the regions.  Threads hold no fabric: a fabric that goes waits for them.
 */
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "directory.h"
#include "fabric.h"
#include "hole.h"
#include "mover.h"
#include "queue.h"

/* Work between two chances for others to take the lock, see vsn_sched_run(). */
#define EVENT_BATCH	4096

static struct workqueue_struct *workqueue;

/**
 * struct claim - ranges that somebody moves
 * @node: in struct vsn_movers.claims
 * @op: whose they are
 * @moving: its turn has come
 *
 * All under engine->lock.
 */
struct claim {
	struct list_head node;
	const struct vsn_op *op;
	bool moving;
};

static bool is_word(const struct vsn_op *op)
{
	return !op->sqe.len;
}

static u64 op_len(const struct vsn_op *op)
{
	return is_word(op) ? 8 : op->sqe.len;
}

static bool overlap(u64 a, u64 a_len, u64 b, u64 b_len)
{
	return a < b ? b - a < a_len : a - b < b_len;
}

/* Does @op write what is in the range, or with @reads, read it? */
static bool touches(const struct vsn_op *op, u64 ua, u64 len, bool reads)
{
	if (overlap(op->sqe.dst, op_len(op), ua, len))
		return true;
	return reads && op->src && overlap(op->sqe.src, op->sqe.len, ua, len);
}

static bool conflict(const struct vsn_op *a, const struct vsn_op *b)
{
	if (touches(a, b->sqe.dst, op_len(b), true))
		return true;
	return b->src && touches(a, b->sqe.src, b->sqe.len, false);
}

static bool claimed(const struct vsn_movers *movers, u64 ua, u64 len, bool reads)
{
	const struct claim *claim;

	list_for_each_entry(claim, &movers->claims, node)
		if (touches(claim->op, ua, len, reads))
			return true;
	return false;
}

/**
 * vsn_mover_holds - are bytes claimed to be written?
 * @fabric: engine->lock held
 * @ua: the first
 * @len: how many
 *
 * Return: true if so: their operation ends with vsn_sched_moved(), which looks at
 * those that wait on them.
 */
bool vsn_mover_holds(const struct vsn_fabric *fabric, u64 ua, u64 len)
{
	return claimed(&fabric->engine.movers, ua, len, false);
}

/* Has anybody who came before @claim something of what it is about? */
static bool must_wait(const struct vsn_movers *movers, const struct claim *claim)
{
	const struct claim *other;

	list_for_each_entry(other, &movers->claims, node) {
		if (other == claim)
			return false;
		if (conflict(other->op, claim->op))
			return true;
	}
	return false;
}

/* Does an operation of @who that has its claim move bytes there? */
static bool moves_there(const struct vsn_movers *movers, u64 ua, u64 len, u32 who)
{
	const struct claim *claim;

	list_for_each_entry(claim, &movers->claims, node)
		if (claim->moving && claim->op->sqe.initiator == who &&
		    touches(claim->op, ua, len, true))
			return true;
	return false;
}

/**
 * vsn_mover_quiesce - wait until an initiator's operations move no bytes of a range
 * @fabric: engine->lock held, and released meanwhile
 * @ua: the first
 * @len: how many
 * @who: initiator
 *
 * Return: 0: none do, and the lock was held all the time; -EAGAIN: none do, and it was
 * not; -EINTR a fatal signal.
 */
int vsn_mover_quiesce(struct vsn_fabric *fabric, u64 ua, u64 len, u32 who)
{
	struct vsn_engine *engine = &fabric->engine;
	struct vsn_movers *movers = &engine->movers;
	int err;

	lockdep_assert_held(&engine->lock);
	if (!moves_there(movers, ua, len, who))
		return 0;
	err = ___wait_event(movers->wait, !moves_there(movers, ua, len, who), TASK_KILLABLE,
			    0, 0, mutex_unlock(&engine->lock); schedule();
			    mutex_lock(&engine->lock));
	return err ? -EINTR : -EAGAIN;
}

/* Lists of moves */

static void moves_push(struct vsn_moves *moves, struct vsn_op *op)
{
	op->wait_next = NULL;
	if (moves->first)
		moves->last->wait_next = op;
	else
		moves->first = op;
	moves->last = op;
}

static void moves_push_front(struct vsn_moves *moves, struct vsn_op *op)
{
	op->wait_next = moves->first;
	if (!moves->first)
		moves->last = op;
	moves->first = op;
}

static struct vsn_op *moves_pop(struct vsn_moves *moves)
{
	struct vsn_op *op = moves->first;

	moves->first = op->wait_next;
	return op;
}

/* There is something to do that nobody in a system call will: put a thread to work. */
static void kick(struct vsn_movers *movers)
{
	unsigned long no = find_first_zero_bit(&movers->busy, VSN_NR_MOVERS);

	/* If all are, they will come to it. */
	if (no == VSN_NR_MOVERS || movers->stop)
		return;
	__set_bit(no, &movers->busy);
	queue_work(workqueue, &movers->mover[no].work);
}

/* Somebody has to see to the list, unless it is empty or a doorbell does. */
static void offer(struct vsn_movers *movers, struct vsn_moves *moves)
{
	if (!moves->first || moves->ringing || !list_empty(&moves->ready))
		return;
	list_add_tail(&moves->ready, &movers->ready);
	kick(movers);
}

/**
 * vsn_mover_defer - keep an effect on memory for a mover?
 * @fabric: engine->lock held
 * @op: its end has come
 *
 * Return: true: it is in its queue's list, and somebody will see to it; false: it has
 * no effect, or one that can be had at once.
 */
bool vsn_mover_defer(struct vsn_fabric *fabric, struct vsn_op *op)
{
	struct vsn_movers *movers = &fabric->engine.movers;
	struct vsn_moves *moves;

	if (!op->dst || op->sqe.opcode == VSN_OP_WAIT)
		return false;
	if (is_word(op) && !claimed(movers, op->sqe.dst, 8, true))
		return false;
	moves = vsn_queue_moves(op);
	movers->nr++;
	moves_push(moves, op);
	offer(movers, moves);
	return true;
}

/* The bytes, without any lock. */
static int move_bytes(const struct vsn_op *op)
{
	struct vsn_region *dst = vsn_place_region(op->dst);
	u64 at = op->sqe.dst - op->dst->ua;

	switch (op->sqe.opcode) {
	case VSN_OP_COPY:
		return vsn_store_copy(dst, at, vsn_place_region(op->src),
				      op->sqe.src - op->src->ua, op->sqe.len);
	case VSN_OP_FILL:
		return vsn_store_fill(dst, at, op->sqe.len, op->sqe.arg0);
	case VSN_OP_DISCARD:
		return vsn_hole_punch(dst, at, op->sqe.len, false);
	default:
		return vsn_store_reduce(dst, at, vsn_place_region(op->src),
					op->sqe.src - op->src->ua, op->sqe.len,
					op->sqe.arg0);
	}
}

/*
 * Let an operation take effect that was in a list.  The lock is held, and released
 * meanwhile.  -EINTR: a signal came first, and @op is the caller's again.
 */
static int move(struct vsn_engine *engine, struct vsn_op *op)
{
	struct vsn_movers *movers = &engine->movers;
	struct claim claim = { .op = op };
	int err = 0;

	lockdep_assert_held(&engine->lock);
	if (vsn_op_dead(op)) {
		/* It touches nothing, so there is nothing to claim. */
		movers->nr--;
		vsn_sched_moved(&engine->sched, op, -EIO);
		goto out_wake;
	}
	list_add_tail(&claim.node, &movers->claims);
	if (must_wait(movers, &claim))
		err = ___wait_event(movers->wait, !must_wait(movers, &claim),
				    TASK_KILLABLE, 0, 0,
				    mutex_unlock(&engine->lock); schedule();
				    mutex_lock(&engine->lock));
	if (err) {
		list_del(&claim.node);
		err = -EINTR;
	} else if (is_word(op)) {
		list_del(&claim.node);
		movers->nr--;
		vsn_sched_retry(&engine->sched, op);
	} else {
		err = vsn_directory_op(op);
		if (!err) {
			claim.moving = true;
			mutex_unlock(&engine->lock);
			err = move_bytes(op);
			mutex_lock(&engine->lock);
		}
		list_del(&claim.node);
		movers->nr--;
		vsn_sched_moved(&engine->sched, op, err);
		err = 0;
	}
out_wake:
	/* Who waits looks under the lock. */
	if (waitqueue_active(&movers->wait))
		wake_up_all(&movers->wait);
	return err;
}

/* Has anybody claimed a part of a region? */
static bool place_claimed(const struct vsn_movers *movers, const struct vsn_place *place)
{
	const struct claim *claim;

	list_for_each_entry(claim, &movers->claims, node)
		if (claim->op->dst == place || claim->op->src == place)
			return true;
	return false;
}

/**
 * vsn_mover_settle - wait until nobody moves bytes of a region any more
 * @fabric: engine->lock held, and released meanwhile
 * @place: of the region, marked dead: nobody begins to
 *
 * Who is at it looks at the mark folio by folio, and who has a claim and waits for an
 * earlier one finds it then: so this takes no longer than those earlier ones.
 */
void vsn_mover_settle(struct vsn_fabric *fabric, const struct vsn_place *place)
{
	struct vsn_engine *engine = &fabric->engine;
	struct vsn_movers *movers = &engine->movers;

	lockdep_assert_held(&engine->lock);
	if (place_claimed(movers, place))
		___wait_event(movers->wait, !place_claimed(movers, place),
			      TASK_UNINTERRUPTIBLE, 0, 0,
			      mutex_unlock(&engine->lock); schedule();
			      mutex_lock(&engine->lock));
}

/* Give way. */
static void pause(struct vsn_engine *engine)
{
	mutex_unlock(&engine->lock);
	cond_resched();
	/* Not killable: what follows has to be put in order.  Holds are short. */
	mutex_lock(&engine->lock);
}

static bool run_events(struct vsn_engine *engine)
{
	/* It may be ordered again by the time that somebody comes to it. */
	return engine->sched.online &&
	       vsn_sched_run(&engine->sched, VSN_TIME_MAX, EVENT_BATCH);
}

/* The first operation that nobody sees to, or NULL. */
static struct vsn_op *take_ready(struct vsn_movers *movers)
{
	struct vsn_moves *moves;
	struct vsn_op *op;

	if (list_empty(&movers->ready))
		return NULL;
	moves = list_first_entry(&movers->ready, struct vsn_moves, ready);
	op = moves_pop(moves);
	list_del_init(&moves->ready);
	/* To the end, so that queues take turns; and others may help. */
	offer(movers, moves);
	return op;
}

/* What is left behind when somebody leaves. */
static void hand_over(struct vsn_engine *engine)
{
	if (engine->sched.heap.nr || !list_empty(&engine->movers.ready))
		kick(&engine->movers);
}

/**
 * vsn_mover_kick - see that what can move does
 * @fabric: engine->lock held
 *
 * To be called when something may have become runnable and nobody is about to run it.
 */
void vsn_mover_kick(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;

	lockdep_assert_held(&engine->lock);
	if (engine->sched.online)
		hand_over(engine);
}

static void spend(u64 *budget, u64 work)
{
	*budget -= min(*budget, work);
}

/**
 * vsn_mover_ring - execute what a doorbell has brought
 * @fabric: online; engine->lock is taken
 * @moves: of the queue, whose file the caller holds
 * @budget: work, as of vsn_sched_run(), that is left; one operation may exceed it
 *
 * What is left when it returns is done by others.
 *
 * Return: 0, or -EINTR a fatal signal.
 */
int vsn_mover_ring(struct vsn_fabric *fabric, struct vsn_moves *moves, u64 *budget)
{
	struct vsn_engine *engine = &fabric->engine;
	struct vsn_op *op;
	int err = 0;
	bool more;

	/* Not killable: what the doorbell took has to be handed over. */
	mutex_lock(&engine->lock);
	list_del_init(&moves->ready);
	moves->ringing++;
	for (;;) {
		more = run_events(engine);
		spend(budget, engine->sched.work);
		if (fatal_signal_pending(current))
			err = -EINTR;
		if (err || !*budget || (!moves->first && !more))
			break;
		if (!moves->first) {
			pause(engine);
			continue;
		}
		op = moves_pop(moves);
		spend(budget, 1 + (op->sqe.len >> PAGE_SHIFT));
		err = move(engine, op);
		if (err)
			moves_push_front(moves, op);
	}
	moves->ringing--;
	offer(&engine->movers, moves);
	hand_over(engine);
	mutex_unlock(&engine->lock);
	return err;
}

/*
 * When is all over that is pending now, whatever comes later?  Operations are of the
 * side that was on when they were submitted.  Turn it, and wait for the other to be
 * empty; who comes while that is on needs another turn after it.  So nobody waits for
 * more than two, however many ask.
 */
static void settle(struct vsn_engine *engine)
{
	struct vsn_movers *movers = &engine->movers;
	struct vsn_sched *s = &engine->sched;

	for (;;) {
		if (movers->turned != movers->settled) {
			if (s->nr_of[!s->side])
				return;
			movers->settled = movers->turned;
		}
		if (movers->settled == movers->wanted)
			return;
		s->side = !s->side;
		movers->turned++;
	}
}

/* Return: what @settled has to come to. */
static u64 settle_begin(struct vsn_engine *engine)
{
	struct vsn_movers *movers = &engine->movers;
	u64 goal = movers->turned + 1;

	movers->wanted = max(movers->wanted, goal);
	settle(engine);
	return goal;
}

/**
 * vsn_mover_flush - execute whatever can be
 * @fabric: online; engine->lock held, and released meanwhile
 *
 * Looks at what CPUs have stored, first.  Returns when nothing can move, or all that
 * was pending when it was called has completed, whatever came since.
 *
 * Return: 0, or -EINTR a signal.
 */
int vsn_mover_flush(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;
	struct vsn_movers *movers = &engine->movers;
	struct vsn_sched *s = &engine->sched;
	struct vsn_op *op;
	bool more;
	int err = 0;
	u64 goal;

	lockdep_assert_held(&engine->lock);
	vsn_engine_tick(fabric);
	vsn_sched_recheck(s);
	goal = settle_begin(engine);
	for (;;) {
		more = run_events(engine);
		settle(engine);
		if (signal_pending(current))
			err = -EINTR;
		if (err || movers->settled >= goal)
			break;
		op = take_ready(movers);
		if (op) {
			err = move(engine, op);
			if (err) {
				struct vsn_moves *moves = vsn_queue_moves(op);

				moves_push_front(moves, op);
				offer(movers, moves);
			}
		} else if (more) {
			pause(engine);
		} else if (movers->nr) {
			/* Others are at it. */
			DEFINE_WAIT(wait);

			prepare_to_wait(&movers->wait, &wait, TASK_INTERRUPTIBLE);
			mutex_unlock(&engine->lock);
			if (!signal_pending(current))
				schedule();
			finish_wait(&movers->wait, &wait);
			mutex_lock(&engine->lock);
		} else {
			break;
		}
	}
	hand_over(engine);
	return err;
}

static void mover_work(struct work_struct *work)
{
	struct vsn_mover *mover = container_of(work, struct vsn_mover, work);
	struct vsn_engine *engine = &mover->fabric->engine;
	struct vsn_movers *movers = &engine->movers;
	struct mem_cgroup *memcg;
	struct vsn_op *op;
	bool more;

	/* What the scheduler needs on behalf of many is charged to who made the fabric. */
	memcg = set_active_memcg(engine->memcg);
	mutex_lock(&engine->lock);
	while (!movers->stop && engine->sched.online) {
		more = run_events(engine);
		op = take_ready(movers);
		if (op)
			move(engine, op);
		else if (!more)
			break;
		pause(engine);
	}
	__clear_bit(mover - movers->mover, &movers->busy);
	mutex_unlock(&engine->lock);
	set_active_memcg(memcg);
}

/**
 * vsn_moves_init - prepare a queue's list
 * @moves: the list
 */
void vsn_moves_init(struct vsn_moves *moves)
{
	INIT_LIST_HEAD(&moves->ready);
}

/**
 * vsn_moves_drop - a queue is closed: cancel what waits in its list
 * @fabric: engine->lock held
 * @moves: the list, which nobody sees to afterwards
 *
 * Such an operation completes with -ECANCELED and has no effect, though it took its
 * time: nobody is left to whom its bytes would be of use.
 */
void vsn_moves_drop(struct vsn_fabric *fabric, struct vsn_moves *moves)
{
	struct vsn_movers *movers = &fabric->engine.movers;

	lockdep_assert_held(&fabric->engine.lock);
	list_del_init(&moves->ready);
	while (moves->first) {
		movers->nr--;
		vsn_sched_moved(&fabric->engine.sched, moves_pop(moves), -ECANCELED);
	}
	/* Who waits looks under the lock. */
	if (waitqueue_active(&movers->wait))
		wake_up_all(&movers->wait);
	vsn_mover_kick(fabric);
}

/**
 * vsn_movers_init - prepare a fabric's movers
 * @fabric: the fabric
 */
void vsn_movers_init(struct vsn_fabric *fabric)
{
	struct vsn_movers *movers = &fabric->engine.movers;
	u32 i;

	/* A commit that failed has ended them already. */
	movers->stop = false;
	INIT_LIST_HEAD(&movers->claims);
	INIT_LIST_HEAD(&movers->ready);
	init_waitqueue_head(&movers->wait);
	for (i = 0; i < VSN_NR_MOVERS; i++) {
		movers->mover[i].fabric = fabric;
		INIT_WORK(&movers->mover[i].work, mover_work);
	}
}

/**
 * vsn_movers_destroy - wait until no thread works for a fabric
 * @fabric: without open queues
 */
void vsn_movers_destroy(struct vsn_fabric *fabric)
{
	struct vsn_engine *engine = &fabric->engine;
	u32 i;

	mutex_lock(&engine->lock);
	engine->movers.stop = true;
	mutex_unlock(&engine->lock);
	for (i = 0; i < VSN_NR_MOVERS; i++)
		cancel_work_sync(&engine->movers.mover[i].work);
}

/**
 * vsn_mover_init - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_mover_init(void)
{
	workqueue = alloc_workqueue("vsn", WQ_UNBOUND, 0);
	return workqueue ? 0 : -ENOMEM;
}

/**
 * vsn_mover_exit - at module exit: there are no fabrics
 */
void vsn_mover_exit(void)
{
	destroy_workqueue(workqueue);
}
