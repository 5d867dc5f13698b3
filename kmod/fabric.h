/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fabric: one virtual SuperNode.
 *
 * Lock order, outermost first:
 *   vsn_fabrics_lock	the list of fabrics
 *   change_lock	order of changes of regions and limits (netlink_region.c); not
 *			held together with vsn_fabrics_lock
 *   fabric->lock	draft, regions added and deleted, users
 *   mmap_lock		the kernel's own
 *   engine->lock	the scheduler
 *   folio lock, i_mmap_rwsem (the kernel's own)
 *   store		the xarray's own lock
 */
#ifndef VSN_FABRIC_H
#define VSN_FABRIC_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>

#include "chardev.h"
#include "core/topo.h"
#include "engine.h"
#include "partition.h"
#include "region.h"
#include "store.h"
#include "view.h"

/* Fabrics, drafts included. */
#define VSN_MAX_FABRICS	64

/**
 * struct vsn_fabric - one virtual SuperNode
 * @ref: the list holds one, each open file holds one
 * @node: in the list of fabrics, by @id; vsn_fabrics_lock
 * @name: unique, [a-z0-9_-]{1,31}; immutable
 * @system: free text; immutable after commit
 * @id: from 1, never used again while the module is loaded; immutable
 * @lock: protects @topo, @system and @state of a draft, @clock, @scale, @users, @dead,
 *	and adding and deleting regions and partitions
 * @state: enum vsn_fabric_state
 * @users: open files of its device; a fabric with users is not deleted
 * @dead: deleted; no new users
 * @clock: enum vsn_clock: the engine's, or what it will be at commit
 * @scale: wall time per virtual time, parts per million; same
 * @topo: immutable after commit, then read without a lock
 * @store: memory; own locks
 * @regions: regions; own lock, see region.h
 * @engine: execution; own lock
 * @views: initiators' inodes; own lock
 * @chardev: device node
 * @partitions: partitions; see partition.h
 *
 * From @store on, the parts exist if @state is ready, until the last reference
 * goes.
 */
struct vsn_fabric {
	refcount_t ref;
	struct list_head node;
	char name[VSN_NAME_SIZE];
	char system[VSN_NAME_SIZE];
	u32 id;
	struct mutex lock;	/* what it protects: above */
	u32 state;
	u32 users;
	bool dead;
	u32 clock;
	u64 scale;
	struct vsn_topo topo;
	struct vsn_store store;
	struct vsn_regions regions;
	struct vsn_engine engine;
	struct vsn_views views;
	struct vsn_chardev chardev;
	struct vsn_partitions partitions;
};

bool vsn_name_valid(const char *name);

/* A draft's life */
struct vsn_fabric *vsn_fabric_create(const char *name, struct vsn_diag *diag);
int vsn_fabric_add(struct vsn_fabric *fabric, struct vsn_diag *diag);
int vsn_fabric_commit(struct vsn_fabric *fabric, struct vsn_diag *diag);
int vsn_fabric_set_clock(struct vsn_fabric *fabric, u32 clock, u64 scale,
			 struct vsn_diag *diag);
void vsn_fabric_drop(struct vsn_fabric *fabric);
int vsn_fabric_delete(struct vsn_fabric *fabric,
		      void (*gone)(const struct vsn_fabric *fabric),
		      struct vsn_diag *diag);

/* Look-up: takes a reference, or NULL. */
struct vsn_fabric *vsn_fabric_get(const char *name);
struct vsn_fabric *vsn_fabric_get_next(u32 id);
void vsn_fabric_put(struct vsn_fabric *fabric);
int vsn_fabric_check(struct vsn_fabric *fabric);
u32 vsn_fabrics_generation(void);

/* Open files */
int vsn_fabric_use(struct vsn_fabric *fabric);
void vsn_fabric_unuse(struct vsn_fabric *fabric);

void vsn_fabric_exit(void);

#endif /* VSN_FABRIC_H */
