/* SPDX-License-Identifier: GPL-2.0 */
/* REDUCE as fast as this machine can; core/reduce.h says what it is. */
#ifndef VSN_REDUCE_H
#define VSN_REDUCE_H

#include <linux/types.h>

void vsn_reduce_bytes(void *dst, const void *src, u64 len, u64 arg0);

/* Between kernel_fpu_begin() and kernel_fpu_end(), see reduce_fpu.c. */
void vsn_reduce_fpu_f32(u32 *dst, const u32 *src, size_t nr);
void vsn_reduce_fpu_bf16(u16 *dst, const u16 *src, size_t nr);

#endif /* VSN_REDUCE_H */
