// SPDX-License-Identifier: GPL-2.0
/*
 * REDUCE as fast as this machine can.
 *
 * Sums of floats go through the floating-point unit where the kernel may use it and
 * it rounds as it should, whatever programs have told it, as on x86; all else, and
 * sums elsewhere, through the core, which has none.  Both give the same bits: that is
 * what selftests/reduce.c is for.
 */
#include <linux/minmax.h>
#include <linux/sched.h>

#ifdef CONFIG_X86_64
#include <linux/fpu.h>
#endif

#include "core/reduce.h"
#include "reduce.h"

/* The unit is ours with preemption off: for a microsecond or so at a time. */
#define FPU_BYTES	4096

#ifdef CONFIG_X86_64
static bool sum_fpu(void *dst, const void *src, u64 len, u64 arg0)
{
	u8 type = vsn_reduce_type(arg0);
	u64 n;

	if (vsn_reduce_op(arg0) != VSN_REDUCE_SUM || !kernel_fpu_available())
		return false;
	if (type != VSN_REDUCE_F32 && type != VSN_REDUCE_BF16)
		return false;
	for (; len; len -= n, dst += n, src += n) {
		n = min(len, FPU_BYTES);
		/* Sets rounding to the nearest, and that subnormal numbers count. */
		kernel_fpu_begin();
		if (type == VSN_REDUCE_F32)
			vsn_reduce_fpu_f32(dst, src, n / sizeof(u32));
		else
			vsn_reduce_fpu_bf16(dst, src, n / sizeof(u16));
		kernel_fpu_end();
	}
	return true;
}
#else
static bool sum_fpu(void *dst, const void *src, u64 len, u64 arg0)
{
	return false;
}
#endif

/**
 * vsn_reduce_bytes - combine two arrays
 * @dst: the one, and the result
 * @src: the other; @dst, or nothing of it
 * @len: bytes, a multiple of the element's
 * @arg0: VSN_REDUCE() of kind and type, valid
 *
 * Context: process context.
 */
void vsn_reduce_bytes(void *dst, const void *src, u64 len, u64 arg0)
{
	if (!sum_fpu(dst, src, len, arg0))
		vsn_reduce(dst, src, len, arg0);
}
