// SPDX-License-Identifier: GPL-2.0
/*
 * Directories of regions: who may read and write which granule.
 *
 * The core knows who holds what, and what it costs that somebody else wants it.  Here,
 * who loses a right loses the translations that go with it.
 *
 * All changes are made under engine->lock, and so is each look that something follows
 * from.  A fault takes it, brings its initiator the right, locks the folio, and lets go
 * of it; the folio stays locked until it is entered into a page table.  Who takes the
 * right away later has engine->lock, and locks and unlocks each folio of the granule:
 * by then, a fault that came before is over, none can begin, and what it left is
 * unmapped.  So whoever has a translation holds the right that goes with it, at any time.
 *
 * A program that pinned a page reads and writes it without a translation, and is not
 * seen.  If it is pinned when the right is lost, that is counted.  In owned and coherent
 * regions the kernel refuses long-term pins to write, since their mappings ask who
 * writes (page_mkwrite).
 *
 * The host, plain opens, is not in directories: what it does is neither modelled nor
 * refused.
 */
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "core/coherence.h"
#include "directory.h"
#include "fabric.h"
#include "netlink.h"
#include "trace.h"

/* Between two violations that listeners are told of, after so many in a row */
#define TELL_INTERVAL	(5 * HZ)
#define TELL_BURST	64

#define GRANULE_OWNED	(2ULL << 20)

static_assert(sizeof(struct vsn_grant) == 40);

/* What fits with how its pages are mapped; -EINVAL. */
static int check_granule(const struct vsn_region *region, u32 mode, u64 granule,
			 struct vsn_diag *diag)
{
	const struct vsn_place *place = &region->place;
	u64 least = PAGE_SIZE;

	if (!is_power_of_2(granule) || granule > VSN_GRANULE_MAX)
		return vsn_refuse(diag, -EINVAL,
				  "dir-granule %llu is not a power of two, 1 GiB at most",
				  granule);
	if (mode == VSN_REGION_MODE_OWNED || vsn_region_is_huge(region))
		least = GRANULE_OWNED;
	if (granule < least)
		return vsn_refuse(diag, -EINVAL, "dir-granule %llu: the least here is %llu",
				  granule, least);
	if (place->size >> ilog2(granule) >= VSN_DIR_MAX - 1)
		return vsn_refuse(diag, -EINVAL,
				  "dir-granule %llu: a directory has 2^32 granules at most",
				  granule);
	if (mode == VSN_REGION_MODE_OWNED)
		return 0;
	if (granule > VSN_CHUNK_MAX)
		return vsn_refuse(diag, -EINVAL,
				  "dir-granule %llu: of a coherent region it is %llu at most",
				  granule, VSN_CHUNK_MAX);
	if (place->nr_homes > 1 && granule > 1ULL << place->granule_shift)
		return vsn_refuse(diag, -EINVAL,
				  "dir-granule %llu: one home has only %llu bytes in a row",
				  granule, 1ULL << place->granule_shift);
	return 0;
}

/**
 * vsn_directory_new - give a region a directory
 * @region: it is being made; its placement is known
 * @mode: enum vsn_region_mode: coherent or owned
 * @granule: bytes, or 0: 2 MiB where it is owned or has 2 MiB folios, else 4 KiB
 * @diag: why not
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int vsn_directory_new(struct vsn_region *region, u32 mode, u64 granule,
		      struct vsn_diag *diag)
{
	struct vsn_directory *d;
	int err;

	if (!granule) {
		granule = PAGE_SIZE;
		if (mode == VSN_REGION_MODE_OWNED || vsn_region_is_huge(region))
			granule = GRANULE_OWNED;
	}
	err = check_granule(region, mode, granule, diag);
	if (err)
		return err;
	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return vsn_refuse(diag, -ENOMEM, "no kernel memory for a directory");
	d->mode = mode;
	d->shift = ilog2(granule);
	d->changes = 1;
	err = vsn_dir_init(&d->dir, (region->place.size + granule - 1) >> d->shift,
			   &vsn_engine_mem);
	if (err) {
		kfree(d);
		return vsn_refuse(diag, err, "no kernel memory for a directory");
	}
	ratelimit_state_init(&d->told, TELL_INTERVAL, TELL_BURST);
	ratelimit_set_flags(&d->told, RATELIMIT_MSG_ON_RELEASE);
	region->directory = d;
	return 0;
}

/**
 * vsn_directory_free - the opposite of vsn_directory_new()
 * @region: nobody can look it up, or it has none
 */
void vsn_directory_free(struct vsn_region *region)
{
	struct vsn_directory *d = region->directory;

	if (!d)
		return;
	vsn_dir_free(&d->dir);
	kfree(d);
	region->directory = NULL;
}

/* The granule with a byte: where it begins in the region, and how long it is. */
static u64 granule_at(const struct vsn_region *region, u64 granule, u64 *len)
{
	const struct vsn_directory *d = region->directory;
	u64 off = granule << d->shift;

	*len = min(1ULL << d->shift, region->place.size - off);
	return off;
}

/**
 * struct loss - somebody loses rights
 * @region: the region
 * @by: on whose behalf, initiator
 * @settled: no fault is on that has come before
 */
struct loss {
	struct vsn_region *region;
	u32 by;
	bool settled;
};

/* Wait for faults that are about to map a folio of the range, and look for pins. */
static void range_settle(struct vsn_region *region, u64 off, u64 len)
{
	struct vsn_directory *d = region->directory;
	struct vsn_span span;
	struct folio *folio;
	u64 home, last, n;

	for (; len; off += n, len -= n) {
		vsn_region_span_get(region, off, &span);
		n = min(span.len, len);
		last = span.home + n - 1;
		for (home = span.home; home <= last; ) {
			folio = vsn_store_next(region->fabric, home, last);
			if (!folio)
				break;
			folio_lock(folio);
			if (folio_maybe_dma_pinned(folio))
				d->pinned += folio_nr_pages(folio);
			folio_unlock(folio);
			home = ((u64)folio->index << PAGE_SHIFT) + folio_size(folio);
			folio_put(folio);
			cond_resched();
		}
		vsn_region_span_put(region, &span);
	}
}

/* Dumps are told that it is not what it was. */
static void changed(struct vsn_directory *d)
{
	if (!++d->changes)
		d->changes = 1;
}

static void directory_lose(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	struct loss *loss = ctx;
	struct vsn_region *region = loss->region;
	u64 len, off = granule_at(region, granule, &len);

	if (!loss->settled)
		range_settle(region, off, len);
	loss->settled = true;
	vsn_view_zap(region->fabric, who, region->place.ua + off, len);
	trace_vsn_invalidate(region->fabric->id, region->id, who, loss->by,
			     region->place.ua + off, len, left,
			     region->fabric->engine.sched.now);
	cond_resched();
}

/* Who is in the way, or VSN_DIR_HOME */
static u32 first_holder(const struct vsn_dir *dir, u64 granule, u32 but)
{
	const u32 *ids;
	bool writer;
	u32 nr = vsn_dir_holders(dir, granule, &ids, &writer);

	if (nr && ids[0] == but) {
		ids++;
		nr--;
	}
	return nr ? ids[0] : VSN_DIR_HOME;
}

/* An access that its initiator has no right to; -EACCES. */
static int violate(struct vsn_region *region, u64 granule, u64 off, u32 who, bool write,
		   u8 opcode)
{
	struct vsn_directory *d = region->directory;
	struct vsn_violation v = {
		.region = region->id,
		.initiator = who,
		.ua = region->place.ua + off,
		.opcode = opcode,
		.write = write,
		.right = vsn_dir_right(&d->dir, granule, who),
		.holder = first_holder(&d->dir, granule, who),
		.now = region->fabric->engine.sched.now,
	};

	d->violations++;
	trace_vsn_violation(region->fabric->id, &v);
	if (__ratelimit(&d->told))
		vsn_nl_notify_violation(region->fabric, &v);
	return -EACCES;
}

static int touch_coherent(struct vsn_region *region, u64 granule, u32 who, bool write,
			  struct vsn_touch *touch)
{
	struct vsn_fabric *fabric = region->fabric;
	struct loss loss = { .region = region, .by = who };
	struct vsn_dir_step step = {};
	struct mem_cgroup *memcg;
	u64 end, len, off = granule_at(region, granule, &len);
	struct vsn_access a = {
		.ua = region->place.ua + off,
		.granule = granule,
		.bytes = len,
		.who = who,
		.home = vsn_place_home(&region->place, off),
		.write = write,
	};
	int err;

	memcg = set_active_memcg(region->memcg);
	err = vsn_coherence_access(&fabric->engine.sched, &region->directory->dir, &a,
				   directory_lose, &loss, &step, &end);
	set_active_memcg(memcg);
	if (!step.hit)
		changed(region->directory);
	touch->hit = step.hit;
	touch->bytes = step.data && !err ? len : 0;
	return err;
}

/**
 * vsn_directory_touch - a load or a store of an initiator that met no page, or may not write
 * @region: region with a directory; the caller holds a reference
 * @off: offset of the page in it
 * @who: initiator
 * @write: it is a store
 * @touch: out: what had to be done
 *
 * engine->lock is held, and to be held until the folio is locked.
 *
 * Return: 0; -EACCES owned by another, or nobody; -EHOSTUNREACH and the like: nothing
 * joins the initiator and who has the granule; -ENOMEM; -EOVERFLOW.
 */
int vsn_directory_touch(struct vsn_region *region, u64 off, u32 who, bool write,
			struct vsn_touch *touch)
{
	struct vsn_directory *d = region->directory;
	u64 granule = off >> d->shift;

	lockdep_assert_held(&region->fabric->engine.lock);
	if (d->mode == VSN_REGION_MODE_COHERENT)
		return touch_coherent(region, granule, who, write, touch);
	*touch = (struct vsn_touch) { .hit = true };
	if (vsn_dir_right(&d->dir, granule, who) < (write ? VSN_DIR_WRITE : VSN_DIR_READ))
		return violate(region, granule, off, who, write,
			       write ? VSN_OP_STORE : VSN_OP_LOAD);
	return 0;
}

static int op_owned(struct vsn_region *region, u64 off, u64 len, const struct vsn_op *op,
		    bool write)
{
	struct vsn_directory *d = region->directory;
	u32 who = op->sqe.initiator;
	u64 granule, begin, ignored;

	for (granule = off >> d->shift; granule <= (off + len - 1) >> d->shift; granule++) {
		begin = max(off, granule_at(region, granule, &ignored));
		if (vsn_dir_right(&d->dir, granule, who) <
		    (write ? VSN_DIR_WRITE : VSN_DIR_READ))
			return violate(region, granule, begin, who, write, op->sqe.opcode);
	}
	return 0;
}

static int op_coherent(struct vsn_region *region, u64 off, u64 len, const struct vsn_op *op,
		       bool write)
{
	struct vsn_directory *d = region->directory;
	u64 granule, last = (off + len - 1) >> d->shift;
	const u32 *ids;
	int err = 0;
	bool writer;

	for (granule = off >> d->shift; granule <= last && !err; granule++) {
		struct loss loss = { .region = region, .by = op->sqe.initiator };
		struct vsn_access a = {
			.granule = granule,
			.who = op->sqe.initiator,
			.write = write,
		};

		if (!vsn_dir_holders(&d->dir, granule, &ids, &writer) || (!write && !writer))
			continue;
		off = granule_at(region, granule, &a.bytes);
		a.ua = region->place.ua + off;
		a.home = vsn_place_home(&region->place, off);
		err = vsn_coherence_recall(&region->fabric->engine.sched, &d->dir, &a,
					   directory_lose, &loss);
		changed(d);
		cond_resched();
	}
	return err;
}

static int op_range(const struct vsn_place *place, u64 ua, u64 len, const struct vsn_op *op,
		    bool write)
{
	struct vsn_region *region = vsn_place_region(place);

	if (likely(!region->directory))
		return 0;
	lockdep_assert_held(&region->fabric->engine.lock);
	if (region->directory->mode == VSN_REGION_MODE_OWNED)
		return op_owned(region, ua - place->ua, len, op, write);
	return op_coherent(region, ua - place->ua, len, op, write);
}

/**
 * vsn_directory_op - an operation is about to read and write bytes
 * @op: it has a destination; engine->lock is held
 *
 * In owned regions, it needs the rights.  In coherent ones, its bytes are at their homes
 * when this returns; what others do to them until they are moved is as with any access
 * at the same time.
 *
 * Return: 0; -EACCES; -EHOSTUNREACH and the like: a holder cannot be called; -ENOMEM;
 * -EOVERFLOW.
 */
int vsn_directory_op(const struct vsn_op *op)
{
	u64 len = op->sqe.len ?: sizeof(u64);
	int err = 0;

	if (op->src)
		err = op_range(op->src, op->sqe.src, len, op, false);
	return err ?: op_range(op->dst, op->sqe.dst, len, op, true);
}

/**
 * vsn_directory_wait - a WAIT looks at its word
 * @op: the WAIT; engine->lock is held
 *
 * Return: 0; -EACCES: it may not read an owned one.
 */
int vsn_directory_wait(const struct vsn_op *op)
{
	struct vsn_region *region = vsn_place_region(op->dst);

	if (likely(!region->directory) || region->directory->mode != VSN_REGION_MODE_OWNED)
		return 0;
	return op_owned(region, op->sqe.dst - op->dst->ua, sizeof(u64), op, false);
}

/* Is a grant of these granules possible?  Nothing changes. */
static int may_grant(struct vsn_region *region, u64 first, u64 last, u32 who,
		     enum vsn_dir_right right, struct vsn_diag *diag, u32 *holder)
{
	struct vsn_directory *d = region->directory;
	u64 granule, len, off;

	for (granule = first; granule <= last; granule++) {
		if (!vsn_dir_blocked(&d->dir, granule, who, right, holder))
			continue;
		off = granule_at(region, granule, &len);
		return vsn_refuse(diag, -EBUSY,
				  "region %u: endpoint %u has the granule at offset %llu",
				  region->id, *holder, off);
	}
	return 0;
}

/**
 * vsn_directory_grant - set what an initiator may do with a part of an owned region
 * @region: region; the caller holds a reference
 * @off: offset in it, a multiple of the granule
 * @len: bytes, above 0, a multiple of the granule or up to the region's end
 * @who: initiator
 * @right: its right from now on
 * @diag: why not
 * @holder: out, with -EBUSY: who is in the way
 *
 * When a right is taken away, no translation is left that needs it, and no operation of
 * the initiator that is moving bytes there.  Nobody else loses anything.
 *
 * Context: takes engine->lock; waits for operations that are being moved.
 *
 * Return: 0; -EINVAL the region is not owned, or a field; -ERANGE beyond the region's end;
 * -E2BIG more than VSN_GRANT_MAX granules; -EBUSY another may write, or @right is to write
 * and another may read, and nothing has changed; -EINTR a fatal signal, the same; -ENOMEM,
 * and a part may be done.
 */
int vsn_directory_grant(struct vsn_region *region, u64 off, u64 len, u32 who,
			enum vsn_dir_right right, struct vsn_diag *diag, u32 *holder)
{
	struct vsn_directory *d = region->directory;
	struct vsn_fabric *fabric = region->fabric;
	struct mem_cgroup *memcg;
	u64 granule, first, last, mask;
	int err;

	if (!d || d->mode != VSN_REGION_MODE_OWNED)
		return vsn_refuse(diag, -EINVAL, "region %u is not owned", region->id);
	mask = (1ULL << d->shift) - 1;
	if (off >= region->place.size || len > region->place.size - off)
		return vsn_refuse(diag, -ERANGE, "region %u has %llu bytes", region->id,
				  region->place.size);
	if (!len || off & mask || (len & mask && off + len != region->place.size))
		return vsn_refuse(diag, -EINVAL,
				  "offset or length is not a multiple of the granule, %llu",
				  mask + 1);
	first = off >> d->shift;
	last = (off + len - 1) >> d->shift;
	if (last - first >= VSN_GRANT_MAX)
		return vsn_refuse(diag, -E2BIG, "length: more than %u granules", VSN_GRANT_MAX);

	vsn_engine_lock(fabric);
	for (;;) {
		err = may_grant(region, first, last, who, right, diag, holder);
		if (err || right == VSN_DIR_WRITE)
			break;
		/* It gives the lock away where it has to wait. */
		err = vsn_mover_quiesce(fabric, region->place.ua + off, len, who);
		if (err != -EAGAIN)
			break;
	}
	memcg = set_active_memcg(region->memcg);
	for (granule = first; granule <= last && !err; granule++) {
		struct loss loss = { .region = region, .by = who };

		err = vsn_dir_grant(&d->dir, granule, who, right, directory_lose, &loss,
				    holder);
		if (err)
			err = vsn_refuse(diag, err, "no kernel memory for a directory");
	}
	set_active_memcg(memcg);
	changed(d);
	mutex_unlock(&fabric->engine.lock);
	if (err == -EINTR)
		err = vsn_refuse(diag, err, "interrupted");
	return err;
}

/**
 * vsn_directory_stats - counters of a directory
 * @region: region; the caller holds a reference
 * @stats: out; zeros where it has none
 */
void vsn_directory_stats(struct vsn_region *region, struct vsn_directory_stats *stats)
{
	struct vsn_directory *d = region->directory;

	*stats = (struct vsn_directory_stats) {};
	if (!d)
		return;
	vsn_engine_lock(region->fabric);
	stats->dir = d->dir.stats;
	stats->violations = d->violations;
	stats->pinned = d->pinned;
	mutex_unlock(&region->fabric->engine.lock);
}
