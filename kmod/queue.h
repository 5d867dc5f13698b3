/* SPDX-License-Identifier: GPL-2.0 */
/* Queues: files whose rings carry entries in and completions out. */
#ifndef VSN_QUEUE_H
#define VSN_QUEUE_H

#include <linux/types.h>

struct vsn_fabric;
struct vsn_moves;
struct vsn_op;
struct vsn_partition;
struct vsn_queue_setup;
struct vsn_rights;

/* The largest ring, entries. */
#define VSN_QUEUE_MAX_ENTRIES	65536U

int vsn_queue_init(void);
void vsn_queue_exit(void);
int vsn_queue_open(struct vsn_rights *rights, struct vsn_queue_setup *setup,
		   void __user *uarg);
void vsn_queue_complete(struct vsn_op *op);
struct vsn_moves *vsn_queue_moves(const struct vsn_op *op);
struct vsn_partition *vsn_queue_partition(const struct vsn_op *op);
void vsn_queues_expire(struct vsn_fabric *fabric);

#endif /* VSN_QUEUE_H */
