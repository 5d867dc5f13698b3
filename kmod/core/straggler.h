/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stragglers: endpoints that are slower than their kind.
 *
 * Slow: what its compute engine does takes (10^6 + slow) / 10^6 times as long, and its
 * read and write engines have that much less bandwidth.  Its memory has not, which
 * others use, too.
 *
 * Delay and jitter: each operation that it issues - all but NOP, WAIT and FENCE, which
 * take nothing of it - sets out that much later.  Jitter is uniform over the whole
 * picoseconds from 0 to its bound, by a hash of seed, endpoint and the number of
 * operations that it has issued since the seed was set, so it is the same in every
 * run.
 */
#ifndef VSN_CORE_STRAGGLER_H
#define VSN_CORE_STRAGGLER_H

#include "types.h"

struct vsn_sched;

#define VSN_STRAGGLER_ONE	1000000U	/* parts per million */
#define VSN_STRAGGLER_MAX_SLOW	1000000000U	/* 1001 times as long */
#define VSN_STRAGGLER_MAX_WAIT	VSN_PS_PER_SEC

/**
 * struct vsn_straggler - how slow an endpoint is
 * @slow: additional time of its engines, parts per million
 * @delay: before each operation, ps
 * @jitter: bound of the random delay before each operation, ps
 * @seed: of @jitter
 * @issued: operations since @seed was set
 */
struct vsn_straggler {
	u32 slow;
	u64 delay;
	u64 jitter;
	u64 seed;
	u64 issued;
};

int vsn_straggler_check(const struct vsn_straggler *to, struct vsn_diag *diag);
int vsn_straggler_set(struct vsn_sched *s, u32 ep, const struct vsn_straggler *to);
void vsn_straggler_get(const struct vsn_sched *s, u32 ep, struct vsn_straggler *out);
void vsn_straggler_free(struct vsn_sched *s);

/* Called by those below, where there are stragglers. */
u64 vsn_straggler_find_wait(struct vsn_sched *s, u32 ep);
int vsn_straggler_find_stretch(const struct vsn_sched *s, u32 ep, u64 *time);

#endif /* VSN_CORE_STRAGGLER_H */
