/* SPDX-License-Identifier: GPL-2.0 */
/* REDUCE: combine elements, the same bits on every machine. */
#ifndef VSN_CORE_REDUCE_H
#define VSN_CORE_REDUCE_H

#include <linux/vsn.h>

#include "types.h"

/* What every sum, minimum and maximum that is not a number looks like. */
#define VSN_F32_NAN	0x7fc00000U
#define VSN_BF16_NAN	0x7fc0U

/* Kind and type out of vsn_sqe.arg0, which vsn_reduce_size() has accepted. */
static inline u8 vsn_reduce_type(u64 arg0)
{
	return arg0;
}

static inline u8 vsn_reduce_op(u64 arg0)
{
	return arg0 >> 8;
}

u32 vsn_reduce_size(u64 arg0);
void vsn_reduce(void *dst, const void *src, u64 len, u64 arg0);

#endif /* VSN_CORE_REDUCE_H */
