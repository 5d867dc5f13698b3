// SPDX-License-Identifier: GPL-2.0
/* libvsn: collectives meet queues.  Plans are made without, in coll.c. */
#include <errno.h>

#include "coll.h"

/* Everything that was filled in; -ENOSPC if the kernel does not take it all. */
static int flush(struct vsn_queue *q)
{
	int taken;

	while (vsn_queue_unsubmitted(q)) {
		taken = vsn_queue_submit(q);
		if (taken <= 0)
			return taken ? taken : -ENOSPC;
	}
	return 0;
}

int vsn_coll_submit(const struct vsn_coll_plan *plan, const struct vsn_coll_rank *ranks,
		    __u64 round, struct vsn_queue **queues, size_t nr)
{
	struct vsn_sqe *sqe;
	size_t i = 0, n;
	__u32 room;
	int err;

	for (n = 0; n < nr && i < plan->nr_ops; n++) {
		struct vsn_queue *q = queues[n];

		room = vsn_queue_cq_entries(q) - vsn_queue_outstanding(q);
		for (; room && i < plan->nr_ops; room--, i++) {
			sqe = vsn_queue_sqe(q);
			if (!sqe) {
				err = flush(q);
				if (err)
					return err;
				sqe = vsn_queue_sqe(q);
			}
			vsn_coll_sqe(plan, ranks, i, round, sqe);
		}
		err = flush(q);
		if (err)
			return err;
	}
	return i < plan->nr_ops ? -ENOSPC : 0;
}
