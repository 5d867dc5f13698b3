/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of failures share: a star, faults in it, copies that are looked at. */
#ifndef VSN_TEST_STAR_H
#define VSN_TEST_STAR_H

#include "replay.h"
#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define US	1000000ULL
#define MiB	(1ULL << 20)
#define ALL	VSN_BANDWIDTH_ALL

#define UP	(210 * NS)	/* latency of a link up, the switch included */
#define DOWN	(10 * NS)

/* A copy of bytes that differ */
struct copy {
	u64 dst;
	u64 src;
	u64 len;
};

/* ceil(bytes / bandwidth), independent of the core's arithmetic */
u64 ser(u64 bytes, u64 bw);
/* With a header a packet */
u64 wire_of(u64 len);
/* Of one chunk, when nothing fails */
u64 push_time(u64 len);
u64 pull_time(u64 len);

/* n endpoints under one switch a plane: links of 28 GB/s, one plane an operation */
int star(struct sim *sim, u32 n, u32 planes);
/* Longer operations than @stripe take all planes. */
int star_of(struct sim *sim, u32 n, u32 planes, u32 stripe);
u32 link_of(const struct sim *sim, u32 ep, u32 plane, u32 down);
int fault(struct sim *sim, u32 link, struct vsn_health what, u64 at, u64 until);
int take_down(struct sim *sim, u32 link, u64 at, u64 until);
int set_policy(struct sim *sim, u64 detect, bool give_up);

/* Replays over all endpoints */
u64 endpoint_replays(struct sim *sim, u64 *wire);
u64 link_sum(struct sim *sim, size_t field);
#define LINK_SUM(sim, field)	link_sum(sim, offsetof(struct vsn_site, field))

struct copy submit_copy(struct sim *sim, u32 initiator, u32 stream, u32 to, u32 from,
			u64 len, u64 user_data);
bool has_arrived(struct sim *sim, const struct copy *c);

#endif /* VSN_TEST_STAR_H */
