/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What uapi/linux/vsn.h promises of REDUCE, by this machine's own floating point:
 * for tests in the VM and for the native ones.
 */
#ifndef REDUCE_REF_H
#define REDUCE_REF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <linux/vsn.h>

static inline float ref_float(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

static inline uint32_t ref_bits(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

static inline uint32_t ref_f32(uint32_t a, uint32_t b, unsigned int op)
{
	float x = ref_float(a), y = ref_float(b), r;

	if (op == VSN_REDUCE_SUM) {
		r = x + y;
		return isnan(r) ? 0x7fc00000 : ref_bits(r);
	}
	if (isnan(x) || isnan(y))
		return isnan(x) && isnan(y) ? 0x7fc00000 : isnan(x) ? b : a;
	if (x == y)	/* two zeros, or the same */
		return op == VSN_REDUCE_MIN ? a | b : a & b;
	return (x < y) == (op == VSN_REDUCE_MIN) ? a : b;
}

static inline uint16_t ref_bf16(uint16_t a, uint16_t b, unsigned int op)
{
	uint32_t r = ref_f32((uint32_t)a << 16, (uint32_t)b << 16, op), low = r & 0xffff;

	if (isnan(ref_float(r)))
		return 0x7fc0;
	r >>= 16;
	return r + (low > 0x8000 || (low == 0x8000 && r & 1));
}

static inline int64_t ref_int(int64_t a, int64_t b, unsigned int op)
{
	if (op == VSN_REDUCE_SUM)
		return (uint64_t)a + (uint64_t)b;
	return (a < b) == (op == VSN_REDUCE_MIN) ? a : b;
}

/* dst (+)= src */
static inline void ref_reduce(void *dst, const void *src, size_t len, unsigned int op,
			      unsigned int type)
{
	uint16_t *d16 = dst;
	uint32_t *d32 = dst;
	uint64_t *d64 = dst;
	size_t i;

	for (i = 0; type == VSN_REDUCE_I32 && i < len / 4; i++)
		d32[i] = ref_int((int32_t)d32[i], ((const int32_t *)src)[i], op);
	for (i = 0; type == VSN_REDUCE_I64 && i < len / 8; i++)
		d64[i] = ref_int(d64[i], ((const int64_t *)src)[i], op);
	for (i = 0; type == VSN_REDUCE_F32 && i < len / 4; i++)
		d32[i] = ref_f32(d32[i], ((const uint32_t *)src)[i], op);
	for (i = 0; type == VSN_REDUCE_BF16 && i < len / 2; i++)
		d16[i] = ref_bf16(d16[i], ((const uint16_t *)src)[i], op);
}

#endif /* REDUCE_REF_H */
