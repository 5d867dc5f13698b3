/* SPDX-License-Identifier: GPL-2.0 */
/* Between fault.c (what is down), replay.c (what is lost by that), sched.c and chunk.c. */
#ifndef VSN_CORE_REPLAY_H
#define VSN_CORE_REPLAY_H

#include "chunk.h"

/* The next begin or end of a fault up to @until; false: there is none. */
bool vsn_fault_due(struct vsn_sched *s, u64 until, u64 *time);
/* Its event, at s->now. */
void vsn_fault_step(struct vsn_sched *s);
/* Online, with no event to come: those that the clock has come to, or many of them. */
void vsn_fault_catch_up(struct vsn_sched *s);
void vsn_faults_free(struct vsn_sched *s);

/* Sites of a link and an endpoint, made if need be; NULL: no memory. */
struct vsn_site *vsn_site_link(struct vsn_sched *s, u32 link);
struct vsn_site *vsn_site_endpoint(struct vsn_sched *s, u32 ep);
const struct vsn_site *vsn_site_find_endpoint(const struct vsn_sched *s, u32 ep);
/* The site that a link does not work for, or NULL: itself, or what is at its end. */
struct vsn_site *vsn_site_down(const struct vsn_sched *s, u32 link);
/* Does a site take the link down with it? */
bool vsn_site_takes(const struct vsn_sched *s, u32 kind, u32 target, u32 link);
/* The error rate of a link, of VSN_ERROR_ONE. */
u64 vsn_site_errors(const struct vsn_sched *s, u32 link);

/* A site goes down, now: what is on its links is lost. */
void vsn_replay_cut(struct vsn_sched *s, u32 kind, u32 target,
		    struct vsn_site *site);
/* As vsn_chunk_pass(); 1: it was lost there, and is no longer the caller's. */
int vsn_replay_pass(struct vsn_sched *s, struct vsn_chunk *c);

#endif /* VSN_CORE_REPLAY_H */
