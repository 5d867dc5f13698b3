// SPDX-License-Identifier: GPL-2.0
/*
 * Sums of floats by the floating-point unit: the only file that is built for it.
 *
 * The compiler may keep anything in its registers here, so nothing of this may run
 * but between kernel_fpu_begin() and kernel_fpu_end(); those are elsewhere.
 */
#include "core/reduce.h"
#include "reduce.h"

union f32 {
	u32 bits;
	float value;
};

static u32 add(u32 a, u32 b)
{
	union f32 x = { .bits = a }, y = { .bits = b };

	x.value += y.value;
	/* Which NaN a processor makes is its own choice; ours is not. */
	return (x.bits & 0x7fffffff) > 0x7f800000 ? VSN_F32_NAN : x.bits;
}

void vsn_reduce_fpu_f32(u32 *dst, const u32 *src, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		dst[i] = add(dst[i], src[i]);
}

void vsn_reduce_fpu_bf16(u16 *dst, const u16 *src, size_t nr)
{
	size_t i;
	u32 sum;

	for (i = 0; i < nr; i++) {
		sum = add((u32)dst[i] << 16, (u32)src[i] << 16);
		/* No carry goes into what is not a number: its low half is zero. */
		dst[i] = (sum + 0x7fff + (sum >> 16 & 1)) >> 16;
	}
}
