/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvsn, control side: who may read and write which part of a region.
 *
 * See vsn-control(3).
 */
#ifndef LIBVSN_GRANT_H
#define LIBVSN_GRANT_H

#include "control.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Holders that a message lists at most */
#define VSN_CTL_HOLDERS		16

/**
 * struct vsn_ctl_grant - rights to a part of a region
 * @fabric: name of its fabric
 * @id: id of the region
 * @offset: first byte, as an offset in the region
 * @length: bytes
 * @right: enum vsn_right
 * @nr_holders: number of @holders
 * @holders: ids of endpoints that have it; the first 16; one, that it was given to, in an
 *	event
 * @holder_count: how many have
 */
struct vsn_ctl_grant {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	uint64_t offset;
	uint64_t length;
	uint32_t right;
	size_t nr_holders;
	uint32_t holders[VSN_CTL_HOLDERS];
	uint32_t holder_count;
};

/* No endpoint: struct vsn_ctl_violation.holder */
#define VSN_CTL_NOBODY		UINT32_MAX

/**
 * struct vsn_ctl_violation - an access to an owned region that was refused
 * @fabric: name of its fabric
 * @id: id of the region
 * @initiator: endpoint
 * @ua: where, as far as is known
 * @opcode: enum vsn_opcode
 * @write: it was to be written
 * @right: enum vsn_right: what the initiator may do there
 * @holder: another that has a right there, or VSN_CTL_NOBODY
 * @now: virtual time, ps
 */
struct vsn_ctl_violation {
	char fabric[VSN_CTL_NAME];
	uint32_t id;
	uint32_t initiator;
	uint64_t ua;
	uint32_t opcode;
	bool write;
	uint32_t right;
	uint32_t holder;
	uint64_t now;
};

/*
 * _set gives @grant->holders[0] the right over a part of an owned region: a granule has
 * one writer, or any number of readers.  At most 65536 granules a call.  _list tells who
 * has what, of an owned or a coherent region.
 */
typedef int (*vsn_ctl_grant_fn)(const struct vsn_ctl_grant *grant, void *arg);
int vsn_ctl_grant_set(struct vsn_ctl *ctl, const struct vsn_ctl_grant *grant);
int vsn_ctl_grant_list(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		       vsn_ctl_grant_fn fn, void *arg);

/* Names of enum values, "unknown" for those it does not know; values, or -1 */
const char *vsn_ctl_right_name(uint32_t right);
int vsn_ctl_right_value(const char *name);
const char *vsn_ctl_mode_name(uint32_t mode);
int vsn_ctl_mode_value(const char *name);

#ifdef __cplusplus
}
#endif

#endif /* LIBVSN_GRANT_H */
