/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that look random, and are the same on every machine. */
#ifndef VSN_CORE_RNG_H
#define VSN_CORE_RNG_H

#include "types.h"

/* A finaliser of the murmur family: spreads every input bit over all output bits. */
static inline u64 vsn_mix(u64 h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

#endif /* VSN_CORE_RNG_H */
