// SPDX-License-Identifier: GPL-2.0
/*
 * Access to the bytes: effects of operations, and reads and writes of files.
 *
 * A range is walked span by span (bytes that lie together at their home), a span
 * folio by folio; a hole counts as folios of one page.  The kernel maps all of
 * memory, as the module is for 64 bits only, so a folio is reached by its address,
 * and one of 2 MiB in one go.
 *
 * Programs may load and store the same bytes through mappings meanwhile: they see
 * each byte old or new, as with any two CPUs that copy without a lock.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "fabric.h"
#include "reduce.h"

#ifdef CONFIG_HIGHMEM
#error "vsn is for 64-bit machines"
#endif

/* Larger pages could not hold granules of different homes. */
static_assert(PAGE_SIZE == VSN_GRANULE_MIN);

/**
 * struct piece - bytes that lie together
 * @at: the first; NULL: there is no page, they are zeros
 * @room: how many
 * @folio: that holds them, with a reference, or NULL
 */
struct piece {
	void *at;
	u64 room;
	struct folio *folio;
};

/* From @home to the end of its folio or, without one, its page; takes the reference. */
static void piece_init(struct piece *p, struct folio *folio, u64 home)
{
	u64 in;

	p->folio = folio;
	p->at = NULL;
	p->room = PAGE_SIZE - offset_in_page(home);
	if (!folio)
		return;
	in = home - ((u64)folio->index << PAGE_SHIFT);
	p->at = folio_address(folio) + in;
	p->room = folio_size(folio) - in;
}

/*
 * If it exists.  What has no owner may still be in the store, when its region is
 * being deleted: it is not ours to look at.  -EIO: the region was taken away while we
 * are at it.
 */
static int piece_find(struct piece *p, struct vsn_region *owner, u64 home)
{
	if (owner && vsn_region_dead(owner))
		return -EIO;
	piece_init(p, owner ? vsn_store_find(owner->fabric, home) : NULL, home);
	return 0;
}

/* To write: the page is made if it does not exist. */
static int piece_make(struct piece *p, struct vsn_region *owner, u64 home)
{
	struct folio *folio;

	/* What nobody owns would be charged to nobody, and met by the next owner. */
	if (!owner)
		return -EFAULT;
	if (vsn_region_dead(owner))
		return -EIO;
	folio = vsn_store_touch(owner, home);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	piece_init(p, folio, home);
	return 0;
}

static void piece_put(struct piece *p)
{
	if (p->folio)
		folio_put(p->folio);
}

/* Of two spans: from a hole nothing is made, if the other is one, too. */
static int pieces_get(struct piece *to, struct piece *from, const struct vsn_span *dst,
		      const struct vsn_span *src, u64 off)
{
	int err;

	err = piece_find(from, src->owner, src->home + off);
	if (err)
		return err;
	if (from->at || !dst->owner)
		err = piece_make(to, dst->owner, dst->home + off);
	else
		err = piece_find(to, dst->owner, dst->home + off);
	if (err)
		piece_put(from);
	return err;
}

/* Within a span each. */
static int copy_span(const struct vsn_span *dst, const struct vsn_span *src, u64 len,
		     bool overlap)
{
	struct piece from, to;
	u64 done, n;
	int err;

	for (done = 0; done < len; done += n) {
		err = pieces_get(&to, &from, dst, src, done);
		if (err)
			return err;
		n = min3(len - done, from.room, to.room);
		if (!from.at && to.at)
			memset(to.at, 0, n);
		else if (from.at && overlap)
			memmove(to.at, from.at, n);
		else if (from.at)
			memcpy(to.at, from.at, n);
		piece_put(&to);
		piece_put(&from);
		cond_resched();
	}
	return 0;
}

static int copy_forward(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
			u64 src_off, u64 len, bool overlap)
{
	struct vsn_span d, s;
	int err = 0;
	u64 n;

	for (; len && !err; len -= n) {
		vsn_region_span_get(dst, dst_off, &d);
		vsn_region_span_get(src, src_off, &s);
		n = min3(len, d.len, s.len);
		err = copy_span(&d, &s, n, overlap);
		vsn_region_span_put(src, &s);
		vsn_region_span_put(dst, &d);
		dst_off += n;
		src_off += n;
	}
	return err;
}

/* Bytes up to and including the one before @end that lie in one page with it. */
static u64 page_tail(u64 end)
{
	return offset_in_page(end - 1) + 1;
}

/* From the end, in pieces within one page on both sides. */
static int copy_backward(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
			 u64 src_off, u64 len)
{
	int err = 0;
	u64 n;

	while (len && !err) {
		n = min3(len, page_tail(dst_off + len), page_tail(src_off + len));
		len -= n;
		err = copy_forward(dst, dst_off + len, src, src_off + len, n, true);
	}
	return err;
}

/**
 * vsn_store_copy - copy bytes
 * @dst: region copied to; the caller holds a reference
 * @dst_off: offset in it
 * @src: region copied from; the caller holds a reference
 * @src_off: offset in it
 * @len: bytes
 *
 * Ranges may overlap: the result is as if all were read before any is written.  Two
 * regions share no bytes; that a device window shows those of a region does not
 * matter, as operations are kept out of it.  A hole copied onto a hole stays one.
 *
 * Return: 0; -EHWPOISON, and nothing was copied; -ENOMEM or -EFAULT, and part may have
 * been; -ENOSPC, see vsn_poison_wrote().
 */
int vsn_store_copy(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
		   u64 src_off, u64 len)
{
	int err;

	err = vsn_poison_read(src, src_off, len);
	if (!err)
		err = vsn_poison_write(dst, dst_off, len);
	if (err || (dst == src && dst_off == src_off))
		return err;
	if (dst != src)
		err = copy_forward(dst, dst_off, src, src_off, len, false);
	else if (dst_off > src_off && dst_off - src_off < len)
		err = copy_backward(dst, dst_off, src, src_off, len);
	else
		err = copy_forward(dst, dst_off, src, src_off, len,
				   dst_off + len > src_off);
	return err ? err : vsn_poison_wrote(dst, dst_off, len);
}

/* Others may read or write the same bytes.  Return where it ends. */
static u8 *fill_few(u8 *to, u64 *pattern, u64 len)
{
	for (; len; len--) {
		WRITE_ONCE(*to, *pattern);
		to++;
		*pattern = ror64(*pattern, 8);
	}
	return to;
}

/* The pattern begins at @to. */
static void fill_bytes(u8 *to, u64 pattern, u64 len)
{
	u64 head = min(len, -(unsigned long)to & 7);
	u64 words;

	if (pattern == (pattern & 0xff) * 0x0101010101010101ULL) {
		memset(to, pattern & 0xff, len);
		return;
	}
	to = fill_few(to, &pattern, head);
	words = (len - head) / 8;
	memset64((u64 *)to, pattern, words);
	fill_few(to + words * 8, &pattern, (len - head) % 8);
}

static int fill_span(const struct vsn_span *span, u64 len, u64 pattern)
{
	struct piece to;
	u64 done, n;
	int err = 0;

	for (done = 0; done < len; done += n) {
		if (pattern || !span->owner)
			err = piece_make(&to, span->owner, span->home + done);
		else
			err = piece_find(&to, span->owner, span->home + done);
		if (err)
			return err;
		n = min(len - done, to.room);
		if (to.at)
			fill_bytes(to.at, ror64(pattern, done % 8 * 8), n);
		piece_put(&to);
		cond_resched();
	}
	return 0;
}

/**
 * vsn_store_fill - repeat a pattern
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes
 * @pattern: 8 bytes, little endian; the first is at @off
 *
 * A hole filled with zeros stays one.
 *
 * Return: 0; -EHWPOISON, and nothing was filled; -ENOMEM or -EFAULT, and part may have
 * been; -ENOSPC, see vsn_poison_wrote().
 */
int vsn_store_fill(struct vsn_region *region, u64 off, u64 len, u64 pattern)
{
	struct vsn_span span;
	u64 done, n;
	int err;

	err = vsn_poison_write(region, off, len);
	for (done = 0; done < len && !err; done += n) {
		vsn_region_span_get(region, off + done, &span);
		n = min(len - done, span.len);
		err = fill_span(&span, n, ror64(pattern, done % 8 * 8));
		vsn_region_span_put(region, &span);
	}
	return err ? err : vsn_poison_wrote(region, off, len);
}

/* What a hole reads as; never written. */
static const u8 zeros[PAGE_SIZE] __aligned(8);

/* Within a span each; elements are aligned, so none lies across two pages. */
static int reduce_span(const struct vsn_span *dst, const struct vsn_span *src, u64 len,
		       u64 arg0)
{
	struct piece from, to;
	u64 done, n;
	int err;

	for (done = 0; done < len; done += n) {
		err = pieces_get(&to, &from, dst, src, done);
		if (err)
			return err;
		/* A hole and a hole make a hole: of zeros, each kind gives a zero. */
		n = min3(len - done, from.room, to.room);
		if (to.at)
			vsn_reduce_bytes(to.at, from.at ?: zeros, n, arg0);
		piece_put(&to);
		piece_put(&from);
		cond_resched();
	}
	return 0;
}

/**
 * vsn_store_reduce - combine elements
 * @dst: region combined into; the caller holds a reference
 * @dst_off: offset in it
 * @src: region combined from; the caller holds a reference
 * @src_off: offset in it
 * @len: bytes
 * @arg0: VSN_REDUCE() of kind and type, valid
 *
 * Offsets and length are multiples of an element.  The ranges are the same or do not
 * overlap.
 *
 * Return: 0; -EHWPOISON, and nothing was combined; -ENOMEM or -EFAULT, and part may have
 * been.
 */
int vsn_store_reduce(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
		     u64 src_off, u64 len, u64 arg0)
{
	struct vsn_span d, s;
	int err;
	u64 n;

	err = vsn_poison_read(src, src_off, len);
	if (!err)
		err = vsn_poison_read(dst, dst_off, len);
	for (; len && !err; len -= n) {
		vsn_region_span_get(dst, dst_off, &d);
		vsn_region_span_get(src, src_off, &s);
		n = min3(len, d.len, s.len);
		err = reduce_span(&d, &s, n, arg0);
		vsn_region_span_put(src, &s);
		vsn_region_span_put(dst, &d);
		dst_off += n;
		src_off += n;
	}
	return err;
}

/**
 * vsn_store_load - read a word
 * @region: region; the caller holds a reference
 * @off: offset in it, a multiple of 8
 * @value: out: the word
 *
 * Return: 0 or -EHWPOISON.
 */
int vsn_store_load(struct vsn_region *region, u64 off, u64 *value)
{
	struct vsn_span span;
	struct piece word;
	int err;

	err = vsn_poison_read(region, off, sizeof(*value));
	if (err)
		return err;
	vsn_region_span_get(region, off, &span);
	err = piece_find(&word, span.owner, span.home);
	if (!err) {
		*value = word.at ? READ_ONCE(*(u64 *)word.at) : 0;
		piece_put(&word);
	}
	vsn_region_span_put(region, &span);
	return err;
}

/**
 * vsn_store_atomic - change a word
 * @region: region; the caller holds a reference
 * @off: offset in it, a multiple of 8
 * @opcode: VSN_OP_FADD, VSN_OP_CAS or VSN_OP_SWAP
 * @arg0: added, or stored
 * @arg1: CAS: stored only if the word is this
 * @old: out: the word before
 *
 * Atomic against other operations and against atomic instructions of programs
 * that have the word mapped.
 *
 * Return: 0; -ENOMEM; -EFAULT; -EHWPOISON; -EINVAL another opcode.
 */
int vsn_store_atomic(struct vsn_region *region, u64 off, u8 opcode, u64 arg0,
		     u64 arg1, u64 *old)
{
	struct vsn_span span;
	struct piece piece;
	u64 *word;
	int err;

	err = vsn_poison_read(region, off, sizeof(*word));
	if (err)
		return err;
	vsn_region_span_get(region, off, &span);
	err = piece_make(&piece, span.owner, span.home);
	if (err)
		goto out_put;
	word = piece.at;
	switch (opcode) {
	case VSN_OP_FADD:
		*old = atomic64_fetch_add(arg0, (atomic64_t *)word);
		break;
	case VSN_OP_CAS:
		*old = cmpxchg(word, arg1, arg0);
		break;
	case VSN_OP_SWAP:
		*old = xchg(word, arg0);
		break;
	default:
		err = -EINVAL;
	}
	piece_put(&piece);
out_put:
	vsn_region_span_put(region, &span);
	return err;
}

static ssize_t read_span(const struct vsn_span *span, size_t len, struct iov_iter *to)
{
	size_t done, n, moved;
	struct piece from;
	int err;

	for (done = 0; done < len; done += n) {
		err = piece_find(&from, span->owner, span->home + done);
		if (err)
			return done ? done : err;
		n = min_t(u64, len - done, from.room);
		moved = from.at ? copy_to_iter(from.at, n, to) : iov_iter_zero(n, to);
		piece_put(&from);
		if (moved < n)
			return done + moved;
		cond_resched();
	}
	return done;
}

/* Of @n bytes, those up to the first that is poisoned; -EIO the endpoint is down. */
static ssize_t readable(const struct vsn_fabric *fabric, const struct vsn_span *span,
			size_t n)
{
	bool bad = false;

	if (vsn_outage_is_down(&fabric->store.outage, span->home >> fabric->topo.window_shift))
		return -EIO;
	if (span->owner)
		n = vsn_poison_run(fabric, span->home, n, &bad);
	return bad ? -EHWPOISON : n;
}

/**
 * vsn_store_read - copy to a program
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 * @to: where to
 *
 * Return: bytes copied, less than @len at a bad address, a fatal signal, or what is
 * poisoned or at an endpoint that is down; -EFAULT, -EINTR, -EHWPOISON or -EIO if none.
 */
ssize_t vsn_store_read(struct vsn_region *region, u64 off, size_t len,
		       struct iov_iter *to)
{
	struct vsn_span span;
	ssize_t n, moved;
	size_t done;

	for (done = 0; done < len; done += moved) {
		if (fatal_signal_pending(current))
			return done ? done : -EINTR;
		vsn_region_span_get(region, off + done, &span);
		/* Not more than this between two looks for a signal. */
		n = readable(region->fabric, &span,
			     min3(len - done, (size_t)span.len, (size_t)SZ_1M));
		moved = n > 0 ? read_span(&span, n, to) : 0;
		vsn_region_span_put(region, &span);
		if (moved <= 0)
			return done ? done : moved ? moved : n > 0 ? -EFAULT : n;
	}
	return done;
}

static ssize_t write_span(const struct vsn_span *span, size_t len, struct iov_iter *from)
{
	size_t done, n, moved;
	struct piece to;
	int err;

	for (done = 0; done < len; done += n) {
		err = piece_make(&to, span->owner, span->home + done);
		if (err)
			return done ? done : err;
		n = min_t(u64, len - done, to.room);
		moved = copy_from_iter(to.at, n, from);
		piece_put(&to);
		if (moved < n)
			return done + moved;
		cond_resched();
	}
	return done;
}

/* Within a span: up to what is poisoned, or whole pages that are, which are good then. */
static ssize_t write_run(const struct vsn_span *span, size_t len, struct iov_iter *from)
{
	ssize_t moved, excess;
	bool bad = false;
	int err;

	if (span->owner)
		len = vsn_poison_run(span->owner->fabric, span->home, len, &bad);
	if (!bad)
		return write_span(span, len, from);
	len &= PAGE_MASK;
	if (!len || offset_in_page(span->home))
		return -EHWPOISON;
	moved = write_span(span, len, from);
	if (moved <= 0)
		return moved;
	excess = offset_in_page(moved);
	iov_iter_revert(from, excess);
	moved -= excess;
	err = moved ? vsn_poison_wrote_home(span->owner, span->home, moved) : 0;
	return err ? err : moved;
}

/**
 * vsn_store_write - copy from a program
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 * @from: where from
 *
 * Return: bytes copied, less than @len at a bad address, a fatal signal, where memory
 * ends or where a part of a poisoned page is to be written; -EFAULT, -EINTR, -ENOMEM or
 * -EHWPOISON if none, -EIO at an endpoint that is down, and -ENOSPC, see
 * vsn_poison_wrote().
 */
ssize_t vsn_store_write(struct vsn_region *region, u64 off, size_t len,
			struct iov_iter *from)
{
	struct vsn_span span;
	ssize_t moved;
	size_t done, n;

	for (done = 0; done < len; done += moved) {
		if (fatal_signal_pending(current))
			return done ? done : -EINTR;
		vsn_region_span_get(region, off + done, &span);
		/* Whole pages, where they are written as a whole. */
		n = min3(len - done, (size_t)span.len,
			 (size_t)SZ_1M - offset_in_page(span.home));
		moved = write_run(&span, n, from);
		vsn_region_span_put(region, &span);
		if (moved <= 0)
			return done ? done : moved ? moved : -EFAULT;
	}
	return done;
}
