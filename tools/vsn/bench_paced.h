/* SPDX-License-Identifier: GPL-2.0 */
/* vsn bench p2p paced */
#ifndef VSN_BENCH_PACED_H
#define VSN_BENCH_PACED_H

#include <stdint.h>

struct bench;

/* @scale: parts per million, or 0: find one that this machine can hold */
int bench_paced(struct bench *b, uint64_t scale);

#endif /* VSN_BENCH_PACED_H */
