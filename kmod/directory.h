/* SPDX-License-Identifier: GPL-2.0 */
/* Directories of regions: who may read and write which granule. */
#ifndef VSN_DIRECTORY_H
#define VSN_DIRECTORY_H

#include <linux/ratelimit_types.h>
#include <linux/vsn_netlink.h>

#include "core/dir.h"
#include "region.h"

struct vsn_fabric;
struct vsn_op;

/* Granules that one grant is about, at most */
#define VSN_GRANT_MAX	65536U

/**
 * struct vsn_directory - of a coherent or an owned region
 * @mode: enum vsn_region_mode: coherent or owned; immutable
 * @shift: log2 of the granule; immutable
 * @dir: who holds what; engine->lock
 * @violations: accesses that were refused; engine->lock
 * @pinned: pages that were pinned when a right to them was lost, so that what is done
 *	through the pin is not seen; engine->lock
 * @changes: how often @dir changed, and never 0; engine->lock
 * @told: how often listeners are told of violations; its own lock
 */
struct vsn_directory {
	u32 mode;
	u32 shift;
	struct vsn_dir dir;
	u64 violations;
	u64 pinned;
	u32 changes;
	struct ratelimit_state told;
};

/**
 * struct vsn_directory_stats - counters of a directory
 * @dir: accesses
 * @violations: accesses that were refused
 * @pinned: pages that were pinned when a right to them was lost
 */
struct vsn_directory_stats {
	struct vsn_dir_stats dir;
	u64 violations;
	u64 pinned;
};

/**
 * struct vsn_touch - what a load or a store that met no page had to do
 * @hit: it had the right: nothing
 * @bytes: brought in
 */
struct vsn_touch {
	bool hit;
	u64 bytes;
};

/* Is what initiators load and store brought to them by its directory? */
static inline bool vsn_region_is_coherent(const struct vsn_region *region)
{
	return region->directory && region->directory->mode == VSN_REGION_MODE_COHERENT;
}

/**
 * struct vsn_violation - an access to an owned region that was refused
 * @region: id of the region
 * @initiator: who
 * @ua: first byte that it has no right to, as far as is known
 * @opcode: enum vsn_opcode: VSN_OP_LOAD, VSN_OP_STORE, or the operation's
 * @write: it was to be written
 * @right: what the initiator may do: enum vsn_dir_right
 * @holder: another that has a right there, or VSN_DIR_HOME: nobody
 * @now: virtual time, ps
 */
struct vsn_violation {
	u32 region;
	u32 initiator;
	u64 ua;
	u8 opcode;
	bool write;
	u32 right;
	u32 holder;
	u64 now;
};

int vsn_directory_new(struct vsn_region *region, u32 mode, u64 granule,
		      struct vsn_diag *diag);
void vsn_directory_free(struct vsn_region *region);

/* The region has one; engine->lock held. */
int vsn_directory_touch(struct vsn_region *region, u64 off, u32 who, bool write,
			struct vsn_touch *touch);

/* Of any region; engine->lock held.  Before the bytes of an operation move. */
int vsn_directory_op(const struct vsn_op *op);
int vsn_directory_wait(const struct vsn_op *op);

/* These take engine->lock. */
int vsn_directory_grant(struct vsn_region *region, u64 off, u64 len, u32 who,
			enum vsn_dir_right right, struct vsn_diag *diag, u32 *holder);
void vsn_directory_stats(struct vsn_region *region, struct vsn_directory_stats *stats);

#endif /* VSN_DIRECTORY_H */
