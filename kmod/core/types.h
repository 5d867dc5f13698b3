/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The core's only shim between kernel and userspace builds.
 *
 * kmod/core is pure: no kernel containers, no floating point, no clock, no
 * allocation but through the caller's callback.  It is built into the module
 * and, natively, into the tests.  64-bit machines only: 64-bit division is used
 * as it stands.
 */
#ifndef VSN_CORE_TYPES_H
#define VSN_CORE_TYPES_H

#ifdef __KERNEL__

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/types.h>

#else /* !__KERNEL__ */

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <linux/types.h>

typedef uint64_t u64;
typedef int64_t s64;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint16_t u16;
typedef uint8_t u8;

#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif
#define static_assert	_Static_assert
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define scnprintf	vsn_scnprintf
#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif

/* As the kernel's: returns what was written, not what would have been. */
__printf(3, 4)
static inline int vsn_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (!size)
		return 0;
	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return (size_t)n < size ? n : (int)size - 1;
}

#endif /* !__KERNEL__ */

/* Room for a name of 31 characters and its NUL. */
#define VSN_NAME_SIZE	32

/* 10^12: picoseconds in a second. */
#define VSN_PS_PER_SEC	1000000000000ULL

static inline u64 vsn_max(u64 a, u64 b)
{
	return a > b ? a : b;
}

static inline u64 vsn_min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline bool vsn_is_pow2(u64 v)
{
	return v && !(v & (v - 1));
}

/* Round up to a multiple of @to, a power of two; the caller knows that it fits. */
static inline u64 vsn_align_up(u64 v, u64 to)
{
	return (v + to - 1) & ~(to - 1);
}

/**
 * struct vsn_diag - why something was refused
 * @msg: one line, names the offending field and value
 */
struct vsn_diag {
	char msg[128];
};

/* Fill @diag and return @err: "return vsn_refuse(diag, -EINVAL, ...)". */
#define vsn_refuse(diag, err, ...)					\
	(scnprintf((diag)->msg, sizeof((diag)->msg), __VA_ARGS__), (err))

/**
 * struct vsn_mem - where the core gets memory
 * @alloc: zeroed bytes, or NULL
 * @free: gives back what @alloc returned, with the same size
 * @ctx: passed to both
 */
struct vsn_mem {
	void *(*alloc)(void *ctx, size_t size);
	void (*free)(void *ctx, void *p, size_t size);
	void *ctx;
};

#endif /* VSN_CORE_TYPES_H */
