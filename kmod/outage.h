/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoints that are down: their memory. */
#ifndef VSN_OUTAGE_H
#define VSN_OUTAGE_H

#include <linux/bitops.h>
#include <linux/types.h>

struct vsn_fabric;

/**
 * struct vsn_outage - which endpoints of a fabric are down
 * @down: a bit for each; NULL until one might be.  Changed under engine->lock, read
 *	without
 */
struct vsn_outage {
	unsigned long *down;
};

/* Is it down?  Where none ever was, this is all that it costs. */
static inline bool vsn_outage_is_down(const struct vsn_outage *outage, u32 ep)
{
	/* Pairs with vsn_outage_arm(). */
	const unsigned long *down = smp_load_acquire(&outage->down);

	return down && test_bit(ep, down);
}

void vsn_outage_destroy(struct vsn_outage *outage);

/* engine->lock held */
int vsn_outage_arm(struct vsn_fabric *fabric);
u64 vsn_outage_begin(struct vsn_fabric *fabric, u32 ep);
void vsn_outage_end(struct vsn_fabric *fabric, u32 ep);

#endif /* VSN_OUTAGE_H */
