/* SPDX-License-Identifier: GPL-2.0 */
/* Movers: who executes what, where virtual time goes by itself. */
#ifndef VSN_MOVER_H
#define VSN_MOVER_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct vsn_engine;
struct vsn_fabric;
struct vsn_op;
struct vsn_place;

/* Kernel threads that work for one fabric at most. */
#define VSN_NR_MOVERS	8

/**
 * struct vsn_moves - operations of a queue whose bytes wait to be moved
 * @ready: in struct vsn_movers.ready, if nobody is at them
 * @first: the first, or NULL
 * @last: the last
 * @ringing: doorbells that are on, which see to them
 *
 * All under engine->lock.
 */
struct vsn_moves {
	struct list_head ready;
	struct vsn_op *first;
	struct vsn_op *last;
	u32 ringing;
};

/**
 * struct vsn_mover - a kernel thread, as far as there is work for it
 * @work: of the module's workqueue
 * @fabric: whose
 */
struct vsn_mover {
	struct work_struct work;
	struct vsn_fabric *fabric;
};

/**
 * struct vsn_movers - who moves bytes of a fabric
 * @claims: struct claim: ranges that are being moved, or wait for that, in the order
 *	in which they came
 * @ready: struct vsn_moves that no doorbell sees to
 * @nr: operations that are deferred and not over
 * @wait: who waits for a claim to end
 * @busy: a bit for each of @mover: it is at work, or will be
 * @stop: the fabric goes
 * @turned: how often it was begun to wait for all that was pending
 * @settled: how often that was over
 * @wanted: how often it has to be
 * @mover: them
 *
 * All but @wait under engine->lock.
 */
struct vsn_movers {
	struct list_head claims;
	struct list_head ready;
	u64 nr;
	wait_queue_head_t wait;
	unsigned long busy;
	bool stop;
	u64 turned;
	u64 settled;
	u64 wanted;
	struct vsn_mover mover[VSN_NR_MOVERS];
};

int vsn_mover_init(void);
void vsn_mover_exit(void);

void vsn_movers_init(struct vsn_fabric *fabric);
void vsn_movers_destroy(struct vsn_fabric *fabric);

void vsn_moves_init(struct vsn_moves *moves);
void vsn_moves_drop(struct vsn_fabric *fabric, struct vsn_moves *moves);

/* engine->lock held; the first two are effects of the scheduler, online. */
bool vsn_mover_defer(struct vsn_fabric *fabric, struct vsn_op *op);
bool vsn_mover_holds(const struct vsn_fabric *fabric, u64 ua, u64 len);
void vsn_mover_kick(struct vsn_fabric *fabric);

int vsn_mover_flush(struct vsn_fabric *fabric);
int vsn_mover_quiesce(struct vsn_fabric *fabric, u64 ua, u64 len, u32 who);
void vsn_mover_settle(struct vsn_fabric *fabric, const struct vsn_place *place);

/* Takes engine->lock. */
int vsn_mover_ring(struct vsn_fabric *fabric, struct vsn_moves *moves, u64 *budget);

#endif /* VSN_MOVER_H */
