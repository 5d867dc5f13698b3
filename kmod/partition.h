/* SPDX-License-Identifier: GPL-2.0 */
/* Partitions: the endpoints and regions that one tenant may use. */
#ifndef VSN_PARTITION_H
#define VSN_PARTITION_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/refcount.h>

#include "chardev.h"
#include "core/types.h"

struct vsn_fabric;
struct vsn_info;

/* Of one fabric. */
#define VSN_MAX_PARTITIONS	256U

/**
 * struct vsn_ep_run - endpoints whose ids follow each other
 * @first: the first
 * @last: the last, not below @first
 */
struct vsn_ep_run {
	u32 first;
	u32 last;
};

/**
 * struct vsn_partition - the endpoints and regions that one tenant may use
 * @ref: the fabric's list holds one; each region of it, each context, and each queue
 *	of those one more
 * @node: in struct vsn_partitions; fabric->lock
 * @name: unique in the fabric, [a-z0-9_-]{1,31}; immutable
 * @id: from 1, never used again in the fabric; immutable
 * @quota: bytes that its regions may promise, 0: any; fabric->lock
 * @promised: bytes that they do; fabric->lock
 * @nr_regions: number of them; fabric->lock
 * @users: contexts that are open; fabric->lock
 * @dead: deleted, or never came to be: no new users; fabric->lock
 * @resident: pages of its regions in memory
 * @resident_max: limit of @resident, pages; LONG_MAX: none; written under
 *	fabric->lock
 * @nr_pending: operations of its contexts' queues whose completions are still to come
 * @nr_completed: operations of them that are complete; engine->lock
 * @chardev: its device node
 * @nr_endpoints: number of its endpoints; immutable
 * @nr_runs: length of @runs
 * @runs: its endpoints, in the order of their ids, no two runs adjacent; immutable
 */
struct vsn_partition {
	refcount_t ref;
	struct list_head node;
	char name[VSN_NAME_SIZE];
	u32 id;
	u64 quota;
	u64 promised;
	u32 nr_regions;
	u32 users;
	bool dead;
	atomic_long_t resident;
	long resident_max;
	atomic64_t nr_pending;
	u64 nr_completed;
	struct vsn_chardev chardev;
	u32 nr_endpoints;
	u32 nr_runs;
	struct vsn_ep_run runs[];
};

/**
 * struct vsn_partitions - the partitions of a fabric
 * @list: struct vsn_partition, by id; fabric->lock
 * @nr: number of them; same
 * @last_id: same
 */
struct vsn_partitions {
	struct list_head list;
	u32 nr;
	u32 last_id;
};

void vsn_partitions_init(struct vsn_fabric *fabric);
void vsn_partitions_hide(struct vsn_fabric *fabric);
void vsn_partitions_destroy(struct vsn_fabric *fabric);

/* fabric->lock is taken. */
struct vsn_partition *vsn_partition_create(struct vsn_fabric *fabric, const char *name,
					   struct vsn_ep_run *runs, u32 nr_runs,
					   u64 quota, u64 resident_max,
					   struct vsn_diag *diag);
int vsn_partition_delete(struct vsn_fabric *fabric, const char *name, u32 *id,
			 struct vsn_diag *diag);
struct vsn_partition *vsn_partition_get(struct vsn_fabric *fabric, const char *name);
int vsn_partition_use(struct vsn_fabric *fabric, struct vsn_partition *partition);
void vsn_partition_unuse(struct vsn_fabric *fabric, struct vsn_partition *partition);
void vsn_partition_info(struct vsn_fabric *fabric, const struct vsn_partition *partition,
			struct vsn_info *info);

/* fabric->lock is held. */
struct vsn_partition *vsn_partition_find(struct vsn_fabric *fabric, const char *name);
struct vsn_partition *vsn_partition_next(struct vsn_fabric *fabric, u32 id);
int vsn_partition_set_resident(struct vsn_partition *partition, u64 bytes,
			       struct vsn_diag *diag);

void vsn_partition_put(struct vsn_partition *partition);
bool vsn_partition_has(const struct vsn_partition *partition, u32 ep);
u64 vsn_partition_resident_max(const struct vsn_partition *partition);

#endif /* VSN_PARTITION_H */
