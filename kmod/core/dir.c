// SPDX-License-Identifier: GPL-2.0
#include "dir.h"

/**
 * vsn_dir_init - make a directory in which nobody has anything
 * @dir: the directory
 * @nr: number of granules, VSN_DIR_MAX at most
 * @mem: memory; must outlive the directory
 *
 * Return: 0; -EINVAL too many granules; -ENOMEM.
 */
int vsn_dir_init(struct vsn_dir *dir, u64 nr, const struct vsn_mem *mem)
{
	if (nr > VSN_DIR_MAX)
		return -EINVAL;
	dir->stats = (struct vsn_dir_stats) {};
	return vsn_sparse_init(&dir->granules, nr, sizeof(struct vsn_dir_entry), mem);
}

static void drop_ids(struct vsn_dir *dir, struct vsn_dir_entry *e)
{
	const struct vsn_mem *mem = dir->granules.mem;

	if (e->room)
		mem->free(mem->ctx, e->ids, e->room * sizeof(*e->ids));
	*e = (struct vsn_dir_entry) {};
}

/**
 * vsn_dir_free - the opposite of vsn_dir_init()
 * @dir: the directory; nobody is told of what is lost
 */
void vsn_dir_free(struct vsn_dir *dir)
{
	u64 i;

	for (i = 0; (i = vsn_sparse_next(&dir->granules, i)) < dir->granules.length; i++)
		drop_ids(dir, vsn_sparse_find(&dir->granules, i));
	vsn_sparse_free(&dir->granules);
}

static u32 *ids_of(const struct vsn_dir_entry *e)
{
	return e->room ? e->ids : (u32 *)e->few;
}

/* Where @who is among the holders, or would be */
static u32 place_of(const struct vsn_dir_entry *e, u32 who)
{
	const u32 *ids = ids_of(e);
	u32 low = 0, high = e->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (ids[middle] < who)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_holder(const struct vsn_dir_entry *e, u32 who)
{
	u32 at = place_of(e, who);

	return at < e->nr && ids_of(e)[at] == who;
}

static enum vsn_dir_right right_of(const struct vsn_dir_entry *e, u32 who)
{
	if (!e || !is_holder(e, who))
		return VSN_DIR_NONE;
	return e->writer ? VSN_DIR_WRITE : VSN_DIR_READ;
}

/* Room for one more holder */
static int make_room(struct vsn_dir *dir, struct vsn_dir_entry *e)
{
	const struct vsn_mem *mem = dir->granules.mem;
	u32 old = e->room ?: VSN_DIR_FEW, *ids;

	if (e->nr < old)
		return 0;
	ids = mem->alloc(mem->ctx, 2ULL * old * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	memcpy(ids, ids_of(e), e->nr * sizeof(*ids));
	if (e->room)
		mem->free(mem->ctx, e->ids, e->room * sizeof(*e->ids));
	e->ids = ids;
	e->room = 2 * old;
	return 0;
}

/* There is room. */
static void add_holder(struct vsn_dir_entry *e, u32 who)
{
	u32 at = place_of(e, who), *ids = ids_of(e);

	memmove(ids + at + 1, ids + at, (e->nr - at) * sizeof(*ids));
	ids[at] = who;
	e->nr++;
}

static void remove_holder(struct vsn_dir *dir, struct vsn_dir_entry *e, u32 who)
{
	u32 at = place_of(e, who), *ids = ids_of(e);

	e->nr--;
	e->writer = 0;
	memmove(ids + at, ids + at + 1, (e->nr - at) * sizeof(*ids));
	if (!e->nr)
		drop_ids(dir, e);
}

/**
 * vsn_dir_right - what an initiator may do with a granule
 * @dir: the directory
 * @granule: the granule, below their number
 * @who: initiator
 *
 * Return: its right.
 */
enum vsn_dir_right vsn_dir_right(const struct vsn_dir *dir, u64 granule, u32 who)
{
	return right_of(vsn_sparse_find(&dir->granules, granule), who);
}

/**
 * vsn_dir_holders - who has a granule
 * @dir: the directory
 * @granule: the granule, below their number
 * @ids: out: initiators, by increasing number; valid until something changes
 * @writer: out: there is one, and it may write
 *
 * Return: how many.
 */
u32 vsn_dir_holders(const struct vsn_dir *dir, u64 granule, const u32 **ids, bool *writer)
{
	const struct vsn_dir_entry *e = vsn_sparse_find(&dir->granules, granule);

	*ids = e ? ids_of(e) : NULL;
	*writer = e && e->writer;
	return e ? e->nr : 0;
}

/**
 * vsn_dir_next - skip granules that nobody has
 * @dir: the directory
 * @granule: where to begin
 * @end: where to stop, their number at most
 *
 * Return: the first granule from @granule on, and before @end, that somebody has, or @end.
 */
u64 vsn_dir_next(const struct vsn_dir *dir, u64 granule, u64 end)
{
	const struct vsn_dir_entry *e;

	for (; granule < end; granule++) {
		granule = vsn_sparse_next(&dir->granules, granule);
		if (granule >= end)
			break;
		e = vsn_sparse_find(&dir->granules, granule);
		if (e->nr)
			return granule;
	}
	return end;
}

/* All but @but, which may be a holder, lose it.  Return: how many they were. */
static u32 lose_all(struct vsn_dir_entry *e, u64 granule, u32 but, vsn_dir_lose_fn *lose,
		    void *ctx)
{
	const u32 *ids = ids_of(e);
	u32 i, n = 0;

	for (i = 0; i < e->nr; i++) {
		if (ids[i] == but)
			continue;
		lose(ctx, granule, ids[i], VSN_DIR_NONE);
		n++;
	}
	return n;
}

static void count(struct vsn_dir_stats *stats, const struct vsn_dir_step *step)
{
	stats->hits += step->hit;
	stats->from_home += step->data && step->from == VSN_DIR_HOME;
	stats->from_writer += step->data && step->from != VSN_DIR_HOME;
	stats->written_back += step->written_back;
	stats->invalidations += step->invalidated;
}

/**
 * vsn_dir_access - an initiator accesses a granule of a coherent region
 * @dir: the directory
 * @granule: the granule, below their number
 * @who: initiator
 * @write: it writes
 * @lose: called for all that are in the way, by increasing number, before @who has
 *	its right
 * @ctx: passed to @lose
 * @step: out: what had to be done
 *
 * A reader leaves a writer before it the right to read: the writer sends it the bytes
 * and gives them back to the home.  A writer leaves nothing to anybody; from a writer
 * before it, it gets the bytes, which the home does not.
 *
 * Return: 0; -ENOMEM, and nothing has changed.
 */
int vsn_dir_access(struct vsn_dir *dir, u64 granule, u32 who, bool write,
		   vsn_dir_lose_fn *lose, void *ctx, struct vsn_dir_step *step)
{
	enum vsn_dir_right want = write ? VSN_DIR_WRITE : VSN_DIR_READ, has;
	struct vsn_dir_entry *e = vsn_sparse_touch(&dir->granules, granule);
	int err;

	if (!e)
		return -ENOMEM;
	*step = (struct vsn_dir_step) { .from = VSN_DIR_HOME };
	has = right_of(e, who);
	if (has >= want) {
		step->hit = true;
		count(&dir->stats, step);
		return 0;
	}
	if (!write) {
		err = make_room(dir, e);
		if (err)
			return err;
	}
	step->data = has == VSN_DIR_NONE;
	if (e->writer)
		step->from = ids_of(e)[0];
	if (write) {
		step->invalidated = lose_all(e, granule, who, lose, ctx);
		drop_ids(dir, e);
	} else if (e->writer) {
		step->written_back = true;
		lose(ctx, granule, step->from, VSN_DIR_READ);
		e->writer = 0;
	}
	add_holder(e, who);
	e->writer = write;
	count(&dir->stats, step);
	return 0;
}

/**
 * vsn_dir_recall - somebody who holds nothing accesses a granule of a coherent region
 * @dir: the directory
 * @granule: the granule, below their number
 * @write: it writes
 * @lose: called for all that are in the way, by increasing number
 * @ctx: passed to @lose
 * @step: out: what had to be done; the bytes are the home's
 *
 * A writer gives the bytes back to the home; a reader leaves it the right to read.
 */
void vsn_dir_recall(struct vsn_dir *dir, u64 granule, bool write, vsn_dir_lose_fn *lose,
		    void *ctx, struct vsn_dir_step *step)
{
	struct vsn_dir_entry *e = vsn_sparse_find(&dir->granules, granule);

	*step = (struct vsn_dir_step) { .from = VSN_DIR_HOME };
	if (!e || !e->nr || (!write && !e->writer)) {
		step->hit = true;
		return;
	}
	step->written_back = e->writer;
	if (write) {
		step->invalidated = lose_all(e, granule, VSN_DIR_HOME, lose, ctx);
		drop_ids(dir, e);
	} else {
		lose(ctx, granule, ids_of(e)[0], VSN_DIR_READ);
		e->writer = 0;
	}
	count(&dir->stats, step);
}

/**
 * vsn_dir_evict - an initiator gives a granule of a coherent region back
 * @dir: the directory
 * @granule: the granule, below their number
 * @who: initiator; need not have it
 *
 * Return: true if it was the writer, so that its bytes go back to the home.
 */
bool vsn_dir_evict(struct vsn_dir *dir, u64 granule, u32 who)
{
	struct vsn_dir_entry *e = vsn_sparse_find(&dir->granules, granule);
	enum vsn_dir_right has = right_of(e, who);

	if (has == VSN_DIR_NONE)
		return false;
	remove_holder(dir, e, who);
	dir->stats.written_back += has == VSN_DIR_WRITE;
	return has == VSN_DIR_WRITE;
}

/**
 * vsn_dir_blocked - is somebody in the way of a grant?
 * @dir: the directory
 * @granule: the granule, below their number
 * @who: initiator
 * @right: what it is to have
 * @holder: out: the first initiator that is in the way
 *
 * Return: true if another may write, or @right is to write and another may read.
 */
bool vsn_dir_blocked(const struct vsn_dir *dir, u64 granule, u32 who,
		     enum vsn_dir_right right, u32 *holder)
{
	const struct vsn_dir_entry *e = vsn_sparse_find(&dir->granules, granule);
	const u32 *ids;

	if (!e || right == VSN_DIR_NONE || (right == VSN_DIR_READ && !e->writer))
		return false;
	ids = ids_of(e);
	if (e->nr == is_holder(e, who))
		return false;
	*holder = ids[ids[0] == who];
	return true;
}

/**
 * vsn_dir_grant - set what an initiator may do with a granule of an owned region
 * @dir: the directory
 * @granule: the granule, below their number
 * @who: initiator
 * @right: its right from now on
 * @lose: called before @who has less than it had; nobody else loses anything
 * @ctx: passed to @lose
 * @holder: out, with -EBUSY: the first initiator that is in the way
 *
 * Return: 0; -EBUSY another may write, or @right is to write and another may read;
 * -ENOMEM.  With an error nothing has changed.
 */
int vsn_dir_grant(struct vsn_dir *dir, u64 granule, u32 who, enum vsn_dir_right right,
		  vsn_dir_lose_fn *lose, void *ctx, u32 *holder)
{
	struct vsn_dir_entry *e = vsn_sparse_touch(&dir->granules, granule);
	enum vsn_dir_right has;
	int err;

	if (!e)
		return -ENOMEM;
	has = right_of(e, who);
	if (right == has)
		return 0;
	if (vsn_dir_blocked(dir, granule, who, right, holder))
		return -EBUSY;
	if (has == VSN_DIR_NONE) {
		err = make_room(dir, e);
		if (err)
			return err;
		add_holder(e, who);
	}
	if (right < has)
		lose(ctx, granule, who, right);
	if (right == VSN_DIR_NONE)
		remove_holder(dir, e, who);
	else
		e->writer = right == VSN_DIR_WRITE;
	return 0;
}

/**
 * vsn_dir_clear - nobody has a granule any more
 * @dir: the directory
 * @granule: the granule, below their number
 * @lose: called for all that had it, by increasing number
 * @ctx: passed to @lose
 *
 * What a writer had not given back is lost.
 */
void vsn_dir_clear(struct vsn_dir *dir, u64 granule, vsn_dir_lose_fn *lose, void *ctx)
{
	struct vsn_dir_entry *e = vsn_sparse_find(&dir->granules, granule);

	if (!e)
		return;
	lose_all(e, granule, VSN_DIR_HOME, lose, ctx);
	drop_ids(dir, e);
}
