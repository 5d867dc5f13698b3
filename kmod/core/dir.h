/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory of a region: who may read and who may write each of its granules.
 *
 * At any time a granule has one writer, or any number of readers, or neither.  There
 * are two ways to become one:
 *
 *  - By access (coherent regions): the memory is coherent by hardware, so whoever
 *    accesses a granule gets it, and whoever is in the way loses it; what that costs is
 *    told as a step.  These are the three states of the MSI protocol (Nagarajan, Sorin,
 *    Hill and Wood, "A Primer on Memory Consistency and Cache Coherence", 2nd edition,
 *    2020, chapter 8), seen from a full-map directory at the home.
 *  - By grant (owned regions): software says who may do what, and what would be in
 *    somebody's way is refused.
 *
 * An entry takes memory in proportion to its holders, and so does what is done to all
 * of them; a granule that nobody ever asked for takes none.
 *
 * The caller serialises all calls for one directory.
 */
#ifndef VSN_CORE_DIR_H
#define VSN_CORE_DIR_H

#include "sparse.h"

/* Granules of one directory */
#define VSN_DIR_MAX		(1ULL << 32)

/* No initiator: the granule's home */
#define VSN_DIR_HOME		U32_MAX

/* What an initiator may do with a granule */
enum vsn_dir_right {
	VSN_DIR_NONE,
	VSN_DIR_READ,
	VSN_DIR_WRITE,	/* and read */
};

/* Holders that an entry has room for by itself */
#define VSN_DIR_FEW		4

/**
 * struct vsn_dir_entry - the holders of a granule
 * @ids: by increasing number; only where there are more than VSN_DIR_FEW
 * @few: the same, where there are not
 * @room: of @ids, or 0: they are in @few
 * @nr: how many
 * @writer: there is one, and it may write
 */
struct vsn_dir_entry {
	union {
		u32 *ids;
		u32 few[VSN_DIR_FEW];
	};
	u32 room;
	u32 nr : 31;
	u32 writer : 1;
};

/**
 * struct vsn_dir_step - what an access had to do
 * @hit: nothing: it had the right already
 * @data: the granule's bytes went to who accessed it; not where it could read before
 * @from: whence: the writer before it, or VSN_DIR_HOME
 * @written_back: the writer before it gave the bytes back to the home, too
 * @invalidated: how many lost the granule
 */
struct vsn_dir_step {
	bool hit;
	bool data;
	bool written_back;
	u32 from;
	u32 invalidated;
};

/**
 * struct vsn_dir_stats - what all accesses had to do
 * @hits: those that had nothing to do
 * @from_home: granules that the home sent
 * @from_writer: granules that a writer sent
 * @written_back: granules that a writer gave back to the home
 * @invalidations: holders that lost a granule to an access
 */
struct vsn_dir_stats {
	u64 hits;
	u64 from_home;
	u64 from_writer;
	u64 written_back;
	u64 invalidations;
};

/**
 * struct vsn_dir - a directory
 * @granules: struct vsn_dir_entry by granule
 * @stats: since it was made
 */
struct vsn_dir {
	struct vsn_sparse granules;
	struct vsn_dir_stats stats;
};

/**
 * typedef vsn_dir_lose_fn - somebody is about to lose a right
 * @ctx: as passed
 * @granule: the granule
 * @who: initiator
 * @left: what is left to it: VSN_DIR_NONE, or VSN_DIR_READ to a writer
 *
 * When it returns, @who can do no more than that.
 */
typedef void vsn_dir_lose_fn(void *ctx, u64 granule, u32 who, enum vsn_dir_right left);

int vsn_dir_init(struct vsn_dir *dir, u64 nr, const struct vsn_mem *mem);
void vsn_dir_free(struct vsn_dir *dir);

enum vsn_dir_right vsn_dir_right(const struct vsn_dir *dir, u64 granule, u32 who);
u32 vsn_dir_holders(const struct vsn_dir *dir, u64 granule, const u32 **ids, bool *writer);
u64 vsn_dir_next(const struct vsn_dir *dir, u64 granule, u64 end);

int vsn_dir_access(struct vsn_dir *dir, u64 granule, u32 who, bool write,
		   vsn_dir_lose_fn *lose, void *ctx, struct vsn_dir_step *step);
void vsn_dir_recall(struct vsn_dir *dir, u64 granule, bool write, vsn_dir_lose_fn *lose,
		    void *ctx, struct vsn_dir_step *step);
bool vsn_dir_evict(struct vsn_dir *dir, u64 granule, u32 who);

bool vsn_dir_blocked(const struct vsn_dir *dir, u64 granule, u32 who, enum vsn_dir_right right,
		     u32 *holder);
int vsn_dir_grant(struct vsn_dir *dir, u64 granule, u32 who, enum vsn_dir_right right,
		  vsn_dir_lose_fn *lose, void *ctx, u32 *holder);

void vsn_dir_clear(struct vsn_dir *dir, u64 granule, vsn_dir_lose_fn *lose, void *ctx);

#endif /* VSN_CORE_DIR_H */
