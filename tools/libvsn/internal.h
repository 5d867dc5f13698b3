/* SPDX-License-Identifier: GPL-2.0 */
/* What the control side's files share; not installed. */
#ifndef LIBVSN_INTERNAL_H
#define LIBVSN_INTERNAL_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "control.h"
#include "fault.h"
#include "grant.h"

/* Not for the library's users: these names stay within it. */
#pragma GCC visibility push(hidden)

#define VSN_ERROR_SIZE	512

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#ifndef __printf
#define __printf(a, b)	__attribute__((__format__(__printf__, a, b)))
#endif

/**
 * struct vsn_ctl - a connection
 * @sk: socket
 * @family: id of the generic netlink family
 * @group: id of the multicast group
 * @error: text of the last failure
 */
struct vsn_ctl {
	struct nl_sock *sk;
	int family;
	int group;
	char error[VSN_ERROR_SIZE];
};

/* Called for each object of a reply; what is not 0 ends it. */
typedef int (*vsn_msg_fn)(const struct nlmsghdr *nlh, void *arg);

/*
 * A request: made by _alloc, consumed by _do or _dump.  Attributes are added
 * with vsn_put_*(), whose failures are found by _do and _dump.
 */
struct vsn_request {
	struct vsn_ctl *ctl;
	struct nl_msg *msg;
	int err;
};

void vsn_request_alloc(struct vsn_request *req, struct vsn_ctl *ctl, uint8_t cmd,
		       size_t size);
int vsn_request_do(struct vsn_request *req, vsn_msg_fn fn, void *arg);
int vsn_request_dump(struct vsn_request *req, vsn_msg_fn fn, void *arg);

void vsn_put_u32(struct vsn_request *req, int type, uint32_t value);
void vsn_put_u64(struct vsn_request *req, int type, uint64_t value);
void vsn_put_str(struct vsn_request *req, int type, const char *value);
void vsn_put_flag(struct vsn_request *req, int type);
struct nlattr *vsn_put_nest(struct vsn_request *req, int type);
void vsn_put_nest_end(struct vsn_request *req, struct nlattr *nest);

/* For each attribute of a message or of a nest */
#define vsn_for_each_attr(nla, nlh, rem) \
	nla_for_each_attr(nla, vsn_msg_attrs(nlh), vsn_msg_attrs_len(nlh), rem)

struct nlattr *vsn_msg_attrs(const struct nlmsghdr *nlh);
int vsn_msg_attrs_len(const struct nlmsghdr *nlh);
uint8_t vsn_msg_cmd(const struct nlmsghdr *nlh);
uint64_t vsn_get_uint(const struct nlattr *nla);
void vsn_get_str(char *dst, size_t size, const struct nlattr *nla);
void *vsn_array_add(void *array, size_t *count, size_t size);

__printf(3, 4)
int vsn_fail(struct vsn_ctl *ctl, int err, const char *fmt, ...);
int vsn_fail_nl(struct vsn_ctl *ctl, int nlerr, const char *what);

/* extack.c */
int vsn_extack_error(struct vsn_ctl *ctl, int err, const struct nlmsghdr *nlh,
		     const struct nlattr *attrs, int len, const struct nlmsghdr *request);

/* How far the graphs of a spec have been put into messages: graph.c */
struct vsn_graph_cursor {
	size_t network;
	size_t sw;
	size_t link;
};

/* One part that fits a message; true when there is no more. */
bool vsn_put_graphs(struct vsn_request *req, const struct vsn_ctl_network *networks,
		    size_t count, struct vsn_graph_cursor *at);

/* Messages to objects, for lists and events */
int vsn_fabric_parse(struct vsn_ctl_fabric *fabric, const struct nlmsghdr *nlh);
void vsn_fabric_clear(struct vsn_ctl_fabric *fabric);
int vsn_region_parse(struct vsn_ctl_region *region, const struct nlmsghdr *nlh);
void vsn_region_clear(struct vsn_ctl_region *region);
void vsn_endpoint_parse(struct vsn_ctl_endpoint *e, const struct nlmsghdr *nlh);
int vsn_limit_parse(struct vsn_ctl_limit *limit, const struct nlmsghdr *nlh);
int vsn_link_parse(struct vsn_ctl_link *link, const struct nlmsghdr *nlh);
int vsn_switch_parse(struct vsn_ctl_switch *sw, const struct nlmsghdr *nlh);
int vsn_fault_parse(struct vsn_ctl_fault *fault, const struct nlmsghdr *nlh);
int vsn_grant_parse(struct vsn_ctl_grant *grant, const struct nlmsghdr *nlh);
int vsn_violation_parse(struct vsn_ctl_violation *v, const struct nlmsghdr *nlh);
int vsn_partition_parse(struct vsn_ctl_partition *partition, const struct nlmsghdr *nlh);
void vsn_partition_clear(struct vsn_ctl_partition *partition);
int vsn_fault_policy_parse(struct vsn_ctl_fault_policy *policy, const struct nlmsghdr *nlh);

#pragma GCC visibility pop

#endif /* LIBVSN_INTERNAL_H */
