/* SPDX-License-Identifier: GPL-2.0 */
/* Sides of races that several programs use. */
#ifndef RACE_USERS_H
#define RACE_USERS_H

#include "race.h"

/*
 * Of a context (race_dev.c): RACE_CONTEXT, or one that is opened at each step.
 */
extern const struct race_side open_close;
extern const struct race_side info;
extern const struct race_side view;
extern const struct race_side queue;
extern const struct race_side run;
extern const struct race_side ops;		/* queue, doorbell, RUN, completions */
extern const struct race_side waits;		/* WAITs that are left, and cancelled */
extern const struct race_side map;		/* map, touch, unmap */
extern const struct race_side view_map;		/* through RACE_VIEW */
extern const struct race_side view_read;
extern const struct race_side pool_read;
extern const struct race_side pool_write;
extern const struct race_side window_read;
extern const struct race_side window_write;
extern const struct race_side splice_out;

/* Of RACE_QUEUE (race_queue.c) */
extern const struct race_side doorbell;
extern const struct race_side eventfd_set;
extern const struct race_side cancel;
extern const struct race_side polls;
extern const struct race_side rings;
extern const struct race_side fdinfo;
extern const struct race_side duplicate;	/* a dup is what is closed last */
extern const struct race_side pass;		/* a descriptor in a message is */

/* Over netlink (race_control.c) */
extern const struct race_side fabric_get;
extern const struct race_side endpoint_get;
extern const struct race_side link_get;
extern const struct race_side region_get;
extern const struct race_side region_new;
extern const struct race_side limits;
extern const struct race_side endpoint_set;
extern const struct race_side route_get;
extern const struct race_side dumps;
extern const struct race_side slow_dump;
extern const struct race_side monitor;
extern const struct race_side faults;

/* Elsewhere in the system (race_sys.c) */
extern const struct race_side sysfs;
extern const struct race_side devices;
extern const struct race_side tracepoints;
extern const struct race_side maps;		/* /proc/PID/maps, smaps, pagemap */
extern const struct race_side proc_mem;
extern const struct race_side vm_readv;

/* Removers */
extern const struct race_side fabric_del;
extern const struct race_side region_del;
extern const struct race_side fault_del;

/* Rings of a queue, as mapped; race_queue.c */
struct race_rings {
	struct vsn_rings *rings;
	struct vsn_sqe *sqes;
	struct vsn_cqe *cqes;
};

/* Entries in the queues that sides make */
#define RACE_ENTRIES	64U

int race_queue(int context);
int race_map_queue(int fd, struct race_rings *q);
void race_unmap_queue(struct race_rings *q);
/* A good entry, of any kind but WAIT. */
void race_entry(struct race_worker *w, struct vsn_sqe *sqe);
/* Ring; entries taken, or a negative errno. */
int race_doorbell(int fd);
int race_run_ops(int context);
int race_cancel(int fd);
/* Submit @nr entries, @waits of them WAITs. */
int race_submit(struct race_worker *w, int fd, struct race_rings *q, unsigned int nr,
		unsigned int waits);
/* Consume what there is; the first errno that no operation may have, or 0. */
int race_reap(struct race_rings *q, unsigned int *cancelled);

static inline uint64_t race_ua(const struct race *race)
{
	return __atomic_load_n(&race->ua, __ATOMIC_ACQUIRE);
}

#endif /* RACE_USERS_H */
