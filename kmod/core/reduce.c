// SPDX-License-Identifier: GPL-2.0
/*
 * Combine elements: dst = dst (+) src.
 *
 * The kernel has no floating point of its own, and what a processor makes of a NaN
 * differs from one to the next.  So the rules are written out here, in integers,
 * and whoever is faster has to give the same bits:
 *
 * - integers wrap at their width; minimum and maximum are signed;
 * - a sum of f32 is that of IEEE 754, rounded to the nearest and to even in a tie,
 *   with subnormal numbers; of bf16, that of the two as f32, rounded the same way
 *   to bf16;
 * - minimum and maximum of floats are minimumNumber and maximumNumber of
 *   IEEE 754-2019: a number wins over a NaN, and -0 is less than +0.  So they do not
 *   depend on the order in which elements are combined;
 * - a result that is not a number is VSN_F32_NAN or VSN_BF16_NAN, whatever went in.
 */
#include "reduce.h"

#define F32_SIGN	0x80000000U
#define F32_INF		0x7f800000U
#define F32_HIDDEN	(1U << 23)
/* Bits kept behind the last one of a result: enough for a half and what is below. */
#define GUARD		3U

/**
 * vsn_reduce_size - what a reduction's elements are
 * @arg0: VSN_REDUCE() of its kind and type
 *
 * Return: bytes of an element, or 0: there is no such reduction.
 */
u32 vsn_reduce_size(u64 arg0)
{
	static const u8 sizes[] = {
		[VSN_REDUCE_I32] = 4,
		[VSN_REDUCE_I64] = 8,
		[VSN_REDUCE_F32] = 4,
		[VSN_REDUCE_BF16] = 2,
	};

	if (arg0 >> 16 || vsn_reduce_op(arg0) > VSN_REDUCE_MAX ||
	    vsn_reduce_type(arg0) >= ARRAY_SIZE(sizes))
		return 0;
	return sizes[vsn_reduce_type(arg0)];
}

static bool f32_is_nan(u32 a)
{
	return (a & ~F32_SIGN) > F32_INF;
}

/* Shift out @n bits; the last that is left tells whether any of them was set. */
static u32 shift_sticky(u32 m, u32 n)
{
	if (n >= 31)
		return !!m;
	return (m >> n) | (m & ((1U << n) - 1) ? 1 : 0);
}

/* Round the guard bits off and put a number together; it may become infinite. */
static u32 f32_pack(u32 sign, u32 exp, u32 m)
{
	u32 rest = m & ((1U << GUARD) - 1), half = 1U << (GUARD - 1);

	m >>= GUARD;
	m += rest > half || (rest == half && m & 1);
	/* The hidden bit, if it is there, counts the exponent up by the one missing. */
	m += (exp - 1) << 23;
	return sign | (m < F32_INF ? m : F32_INF);
}

static u32 f32_add(u32 a, u32 b)
{
	u32 exp_a, exp_b, ma, mb, sign, shift;

	if (f32_is_nan(a) || f32_is_nan(b))
		return VSN_F32_NAN;
	/* The larger one leads. */
	if ((a & ~F32_SIGN) < (b & ~F32_SIGN)) {
		u32 swap = a;

		a = b;
		b = swap;
	}
	sign = a & F32_SIGN;
	exp_a = a >> 23 & 0xff;
	exp_b = b >> 23 & 0xff;
	if (exp_a == 0xff)
		return exp_b == 0xff && (a ^ b) & F32_SIGN ? VSN_F32_NAN : a;
	ma = ((a & (F32_HIDDEN - 1)) | (exp_a ? F32_HIDDEN : 0)) << GUARD;
	mb = ((b & (F32_HIDDEN - 1)) | (exp_b ? F32_HIDDEN : 0)) << GUARD;
	/* Subnormal numbers have the exponent of the smallest normal ones. */
	exp_a += !exp_a;
	exp_b += !exp_b;
	mb = shift_sticky(mb, exp_a - exp_b);
	if ((a ^ b) & F32_SIGN) {
		ma -= mb;
		if (!ma)
			return 0;
		shift = vsn_min(__builtin_clz(ma) - (8 - GUARD), exp_a - 1);
		return f32_pack(sign, exp_a - shift, ma << shift);
	}
	ma += mb;
	if (ma >> (24 + GUARD)) {
		ma = shift_sticky(ma, 1);
		exp_a++;
	}
	return f32_pack(sign, exp_a, ma);
}

static u16 bf16_add(u16 a, u16 b)
{
	u32 sum = f32_add((u32)a << 16, (u32)b << 16);

	if (f32_is_nan(sum))
		return VSN_BF16_NAN;
	return (sum + 0x7fff + (sum >> 16 & 1)) >> 16;
}

/* Order of the numbers as that of integers: -inf .. -0 +0 .. +inf */
static s32 f32_order(u32 a)
{
	return a & F32_SIGN ? (s32)(a ^ ~F32_SIGN) : (s32)a;
}

static u32 f32_choose(u32 a, u32 b, bool max)
{
	if (f32_is_nan(a))
		return f32_is_nan(b) ? VSN_F32_NAN : b;
	if (f32_is_nan(b))
		return a;
	return (f32_order(a) < f32_order(b)) == max ? b : a;
}

static u32 f32_combine(u32 a, u32 b, u8 op)
{
	return op == VSN_REDUCE_SUM ? f32_add(a, b) :
				      f32_choose(a, b, op == VSN_REDUCE_MAX);
}

static u16 bf16_combine(u16 a, u16 b, u8 op)
{
	if (op == VSN_REDUCE_SUM)
		return bf16_add(a, b);
	return f32_choose((u32)a << 16, (u32)b << 16, op == VSN_REDUCE_MAX) >> 16;
}

static u32 i32_combine(u32 a, u32 b, u8 op)
{
	if (op == VSN_REDUCE_SUM)
		return a + b;
	return ((s32)a < (s32)b) == (op == VSN_REDUCE_MAX) ? b : a;
}

static u64 i64_combine(u64 a, u64 b, u8 op)
{
	if (op == VSN_REDUCE_SUM)
		return a + b;
	return ((s64)a < (s64)b) == (op == VSN_REDUCE_MAX) ? b : a;
}

/**
 * vsn_reduce - combine two arrays
 * @dst: the one, and the result
 * @src: the other; @dst, or nothing of it
 * @len: bytes, a multiple of the element's
 * @arg0: VSN_REDUCE() of kind and type, valid
 *
 * Both are aligned to an element.
 */
void vsn_reduce(void *dst, const void *src, u64 len, u64 arg0)
{
	u64 i, nr = len / vsn_reduce_size(arg0);
	u8 op = vsn_reduce_op(arg0);

	switch (vsn_reduce_type(arg0)) {
	case VSN_REDUCE_I32: {
		const u32 *s = src;
		u32 *d = dst;

		for (i = 0; i < nr; i++)
			d[i] = i32_combine(d[i], s[i], op);
		break;
	}
	case VSN_REDUCE_I64: {
		const u64 *s = src;
		u64 *d = dst;

		for (i = 0; i < nr; i++)
			d[i] = i64_combine(d[i], s[i], op);
		break;
	}
	case VSN_REDUCE_F32: {
		const u32 *s = src;
		u32 *d = dst;

		for (i = 0; i < nr; i++)
			d[i] = f32_combine(d[i], s[i], op);
		break;
	}
	case VSN_REDUCE_BF16: {
		const u16 *s = src;
		u16 *d = dst;

		for (i = 0; i < nr; i++)
			d[i] = bf16_combine(d[i], s[i], op);
		break;
	}
	}
}
