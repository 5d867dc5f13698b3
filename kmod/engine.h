/* SPDX-License-Identifier: GPL-2.0 */
/* The engine: drives the core's scheduler and gives it effects. */
#ifndef VSN_ENGINE_H
#define VSN_ENGINE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "core/sched.h"
#include "core/timebase.h"
#include "mover.h"

struct mem_cgroup;
struct vsn_fabric;
struct vsn_partition;

/**
 * struct vsn_engine - execution of a fabric's operations
 * @lock: protects all below and the private fields of the fabric's queues.
 *	Effects run under it and may sleep, but nothing touches a program's
 *	memory under it: it nests inside mmap_lock
 * @sched: the scheduler
 * @env: how operations give back what they hold; immutable
 * @nr_queues: queues that are open
 * @queues: struct vsn_queue that are open
 * @running: a RUN is on (ordered)
 * @clock: enum vsn_clock; changes only while nothing is pending or held back
 * @time: how virtual time follows wall time, unless @clock is ordered
 * @nr_held: completions that are held back; atomic
 * @movers: who executes, unless @clock is ordered
 * @memcg: of who made the fabric: charged for what threads need; immutable
 */
struct vsn_engine {
	struct mutex lock;	/* see above */
	struct vsn_sched sched;
	struct vsn_op_env env;
	u32 nr_queues;
	struct list_head queues;
	bool running;
	u32 clock;
	struct vsn_timebase time;
	atomic_t nr_held;
	struct vsn_movers movers;
	struct mem_cgroup *memcg;
};

/* Memory of the core: charged to the program; over its limit is NULL. */
extern const struct vsn_mem vsn_engine_mem;

int vsn_engine_init(struct vsn_fabric *fabric);
void vsn_engine_destroy(struct vsn_fabric *fabric);
int vsn_engine_run(struct vsn_fabric *fabric, struct vsn_partition *partition,
		   struct vsn_run *run, struct vsn_blocked __user *list);

int vsn_engine_set_clock(struct vsn_fabric *fabric, u32 clock, u64 scale,
			 struct vsn_diag *diag);

/* Take engine->lock, and look at the clock. */
void vsn_engine_lock(struct vsn_fabric *fabric);

/* For queues; engine->lock held. */
void vsn_engine_tick(struct vsn_fabric *fabric);
int vsn_engine_submit(struct vsn_fabric *fabric, struct vsn_op *op);
int vsn_engine_reject(struct vsn_fabric *fabric, struct vsn_op *op, int err);

/* Snapshots for the control plane; true if there was any traffic. */
bool vsn_engine_link(struct vsn_fabric *fabric, u32 link, struct vsn_link *out);
u64 vsn_engine_now(struct vsn_fabric *fabric);
void vsn_engine_info(struct vsn_fabric *fabric, struct vsn_info *info);
u64 vsn_engine_pending(struct vsn_fabric *fabric);

#endif /* VSN_ENGINE_H */
