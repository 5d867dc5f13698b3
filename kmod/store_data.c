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

/* The byte at @home, and how many follow in its folio or, without one, its page. */
static void *byte_at(struct folio *folio, u64 home, u64 *room)
{
	u64 in;

	if (!folio) {
		*room = PAGE_SIZE - offset_in_page(home);
		return NULL;
	}
	in = home - ((u64)folio->index << PAGE_SHIFT);
	*room = folio_size(folio) - in;
	return folio_address(folio) + in;
}

/*
 * If it exists; NULL: it is a zero.  What has no owner may still be in the store,
 * when its region is being deleted: it is not ours to look at.  -EIO: the region was
 * taken away while we are at it.
 */
static void *byte_find(struct vsn_region *owner, u64 home, u64 *room)
{
	if (owner && vsn_region_dead(owner))
		return ERR_PTR(-EIO);
	return byte_at(owner ? vsn_store_find(owner->fabric, home) : NULL, home, room);
}

/* To write: the page is made if it does not exist. */
static void *byte_write(struct vsn_region *owner, u64 home, u64 *room)
{
	struct folio *folio;

	/* What nobody owns would be charged to nobody, and met by the next owner. */
	if (!owner)
		return ERR_PTR(-EFAULT);
	if (vsn_region_dead(owner))
		return ERR_PTR(-EIO);
	folio = vsn_store_touch(owner, home);
	if (IS_ERR(folio))
		return folio;
	return byte_at(folio, home, room);
}

/* Within a span each. */
static int copy_span(const struct vsn_span *dst, const struct vsn_span *src, u64 len,
		     bool overlap)
{
	u64 done, n, dst_room, src_room;
	const void *from;
	void *to;

	for (done = 0; done < len; done += n) {
		from = byte_find(src->owner, src->home + done, &src_room);
		if (IS_ERR(from))
			return PTR_ERR(from);
		if (from || !dst->owner)
			to = byte_write(dst->owner, dst->home + done, &dst_room);
		else
			to = byte_find(dst->owner, dst->home + done, &dst_room);
		if (IS_ERR(to))
			return PTR_ERR(to);
		n = min3(len - done, src_room, dst_room);
		if (!from && to)
			memset(to, 0, n);
		else if (from && overlap)
			memmove(to, from, n);
		else if (from)
			memcpy(to, from, n);
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
 * Return: 0; -ENOMEM, -EFAULT or -EIO, and part may have been copied.
 */
int vsn_store_copy(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
		   u64 src_off, u64 len)
{
	if (dst != src)
		return copy_forward(dst, dst_off, src, src_off, len, false);
	if (dst_off == src_off)
		return 0;
	if (dst_off > src_off && dst_off - src_off < len)
		return copy_backward(dst, dst_off, src, src_off, len);
	return copy_forward(dst, dst_off, src, src_off, len, dst_off + len > src_off);
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
	u64 done, n, room;
	void *to;

	for (done = 0; done < len; done += n) {
		if (pattern || !span->owner)
			to = byte_write(span->owner, span->home + done, &room);
		else
			to = byte_find(span->owner, span->home + done, &room);
		if (IS_ERR(to))
			return PTR_ERR(to);
		n = min(len - done, room);
		if (to)
			fill_bytes(to, ror64(pattern, done % 8 * 8), n);
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
 * Return: 0; -ENOMEM, -EFAULT or -EIO, and part may have been filled.
 */
int vsn_store_fill(struct vsn_region *region, u64 off, u64 len, u64 pattern)
{
	struct vsn_span span;
	u64 done, n;
	int err = 0;

	for (done = 0; done < len && !err; done += n) {
		vsn_region_span_get(region, off + done, &span);
		n = min(len - done, span.len);
		err = fill_span(&span, n, ror64(pattern, done % 8 * 8));
		vsn_region_span_put(region, &span);
	}
	return err;
}

/* What a hole reads as; never written. */
static const u8 zeros[PAGE_SIZE] __aligned(8);

/* Within a span each; elements are aligned, so none lies across two pages. */
static int reduce_span(const struct vsn_span *dst, const struct vsn_span *src, u64 len,
		       u64 arg0)
{
	u64 done, n, dst_room, src_room;
	const void *from;
	void *to;

	for (done = 0; done < len; done += n) {
		from = byte_find(src->owner, src->home + done, &src_room);
		if (IS_ERR(from))
			return PTR_ERR(from);
		if (from || !dst->owner)
			to = byte_write(dst->owner, dst->home + done, &dst_room);
		else
			to = byte_find(dst->owner, dst->home + done, &dst_room);
		if (IS_ERR(to))
			return PTR_ERR(to);
		/* A hole and a hole make a hole: of zeros, each kind gives a zero. */
		n = min3(len - done, src_room, dst_room);
		if (to)
			vsn_reduce_bytes(to, from ?: zeros, n, arg0);
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
 * Return: 0; -ENOMEM, -EFAULT or -EIO, and part may have been combined.
 */
int vsn_store_reduce(struct vsn_region *dst, u64 dst_off, struct vsn_region *src,
		     u64 src_off, u64 len, u64 arg0)
{
	struct vsn_span d, s;
	int err = 0;
	u64 n;

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
 * Return: 0, or -EIO: the region was taken away.
 */
int vsn_store_load(struct vsn_region *region, u64 off, u64 *value)
{
	struct vsn_span span;
	const u64 *word;
	int err = 0;
	u64 room;

	vsn_region_span_get(region, off, &span);
	word = byte_find(span.owner, span.home, &room);
	if (IS_ERR(word))
		err = PTR_ERR(word);
	else
		*value = word ? READ_ONCE(*word) : 0;
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
 * Return: 0; -ENOMEM; -EFAULT; -EIO; -EINVAL another opcode.
 */
int vsn_store_atomic(struct vsn_region *region, u64 off, u8 opcode, u64 arg0,
		     u64 arg1, u64 *old)
{
	struct vsn_span span;
	int err = 0;
	u64 *word;
	u64 room;

	vsn_region_span_get(region, off, &span);
	word = byte_write(span.owner, span.home, &room);
	if (IS_ERR(word)) {
		err = PTR_ERR(word);
		goto out_put;
	}
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
out_put:
	vsn_region_span_put(region, &span);
	return err;
}

static size_t read_span(const struct vsn_span *span, size_t len, struct iov_iter *to)
{
	size_t done, n, moved;
	const void *from;
	u64 room;

	for (done = 0; done < len; done += n) {
		from = byte_find(span->owner, span->home + done, &room);
		if (IS_ERR(from))
			return done;
		n = min_t(u64, len - done, room);
		moved = from ? copy_to_iter(from, n, to) : iov_iter_zero(n, to);
		if (moved < n)
			return done + moved;
		cond_resched();
	}
	return done;
}

/**
 * vsn_store_read - copy to a program
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 * @to: where to
 *
 * Return: bytes copied, less than @len at a bad address, a fatal signal or where the
 * region is taken away; -EFAULT or -EINTR if none.
 */
ssize_t vsn_store_read(struct vsn_region *region, u64 off, size_t len,
		       struct iov_iter *to)
{
	struct vsn_span span;
	size_t done, n, moved;

	for (done = 0; done < len; done += moved) {
		if (fatal_signal_pending(current))
			return done ? done : -EINTR;
		vsn_region_span_get(region, off + done, &span);
		/* Not more than this between two looks for a signal. */
		n = min3(len - done, (size_t)span.len, (size_t)SZ_1M);
		moved = read_span(&span, n, to);
		vsn_region_span_put(region, &span);
		if (!moved)
			return done ? done : -EFAULT;
	}
	return done;
}

static ssize_t write_span(const struct vsn_span *span, size_t len, struct iov_iter *from)
{
	size_t done, n, moved;
	u64 room;
	void *to;

	for (done = 0; done < len; done += n) {
		to = byte_write(span->owner, span->home + done, &room);
		if (IS_ERR(to))
			return done ? done : PTR_ERR(to);
		n = min_t(u64, len - done, room);
		moved = copy_from_iter(to, n, from);
		if (moved < n)
			return done + moved;
		cond_resched();
	}
	return done;
}

/**
 * vsn_store_write - copy from a program
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 * @from: where from
 *
 * Return: bytes copied, less than @len at a bad address, a fatal signal, where memory
 * ends or the region is taken away; -EFAULT, -EINTR, -ENOMEM or -EIO if none.
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
		n = min3(len - done, (size_t)span.len, (size_t)SZ_1M);
		moved = write_span(&span, n, from);
		vsn_region_span_put(region, &span);
		if (moved <= 0)
			return done ? done : moved ? moved : -EFAULT;
	}
	return done;
}
