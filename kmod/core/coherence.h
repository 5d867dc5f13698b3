/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loads and stores of coherent regions: what they do to the directory, and to links.
 *
 * What a directory asks for travels as messages: a request, the granule, a call to give
 * it up, an answer.  Each goes its way at once, first in, first out on each link from
 * where that is now, and counts and is traced as a transfer; nothing is left on the
 * way.  So what operations have on the way that comes to a link later than a message,
 * but was submitted before, waits for it.  Messages are not lost: where nothing joins
 * two endpoints the access fails, and errors of links do not concern it.
 */
#ifndef VSN_CORE_COHERENCE_H
#define VSN_CORE_COHERENCE_H

#include "dir.h"

struct vsn_sched;

/**
 * struct vsn_access - an access to a granule
 * @ua: unified address of the granule
 * @granule: its number in the directory
 * @bytes: how long it is, VSN_CHUNK_MAX at most
 * @who: initiator
 * @home: endpoint that has it
 * @write: it is written
 */
struct vsn_access {
	u64 ua;
	u64 granule;
	u64 bytes;
	u32 who;
	u32 home;
	bool write;
};

/* By a CPU of its initiator, who holds the granule then */
int vsn_coherence_access(struct vsn_sched *s, struct vsn_dir *dir,
			 const struct vsn_access *a, vsn_dir_lose_fn *lose, void *ctx,
			 struct vsn_dir_step *step, u64 *end);
/* By an operation, which goes to the home and holds nothing */
int vsn_coherence_recall(struct vsn_sched *s, struct vsn_dir *dir,
			 const struct vsn_access *a, vsn_dir_lose_fn *lose, void *ctx);

#endif /* VSN_CORE_COHERENCE_H */
