// SPDX-License-Identifier: GPL-2.0
/* The connection to the kernel: requests, lists, events. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "internal.h"

#define DUMP_TRIES	16
#define SOCKET_BUFFER	(1 << 20)

static __thread char open_error[VSN_ERROR_SIZE];

int vsn_fail(struct vsn_ctl *ctl, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ctl->error, sizeof(ctl->error), fmt, ap);
	va_end(ap);
	return err;
}

/* What libnl's error codes keep of the errno */
static int nl_errno(int nlerr)
{
	switch (abs(nlerr)) {
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_DUMP_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_MSGSIZE:
	case NLE_MSG_OVERFLOW:
		return -EMSGSIZE;
	case NLE_PROTO_MISMATCH:
	case NLE_AF_NOSUPPORT:
		return -EAFNOSUPPORT;
	default:
		return -EIO;
	}
}

int vsn_fail_nl(struct vsn_ctl *ctl, int nlerr, const char *what)
{
	return vsn_fail(ctl, nl_errno(nlerr), "%s: %s", what, nl_geterror(nlerr));
}

/* Requests */

void vsn_request_alloc(struct vsn_request *req, struct vsn_ctl *ctl, uint8_t cmd,
		       size_t size)
{
	req->ctl = ctl;
	req->err = 0;
	req->msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + size);
	if (!req->msg ||
	    !genlmsg_put(req->msg, NL_AUTO_PORT, NL_AUTO_SEQ, ctl->family, 0, 0, cmd,
			 VSN_FAMILY_VERSION))
		req->err = -ENOMEM;
}

static void put(struct vsn_request *req, int type, const void *data, size_t len)
{
	if (!req->err && nla_put(req->msg, type, len, data) < 0)
		req->err = -EMSGSIZE;
}

void vsn_put_u32(struct vsn_request *req, int type, uint32_t value)
{
	put(req, type, &value, sizeof(value));
}

/* Eight bytes are right for an attribute of type u64 and for one of type uint. */
void vsn_put_u64(struct vsn_request *req, int type, uint64_t value)
{
	put(req, type, &value, sizeof(value));
}

void vsn_put_str(struct vsn_request *req, int type, const char *value)
{
	put(req, type, value, strlen(value) + 1);
}

void vsn_put_flag(struct vsn_request *req, int type)
{
	put(req, type, NULL, 0);
}

struct nlattr *vsn_put_nest(struct vsn_request *req, int type)
{
	struct nlattr *nest;

	if (req->err)
		return NULL;
	nest = nla_nest_start(req->msg, type | NLA_F_NESTED);
	if (!nest)
		req->err = -EMSGSIZE;
	return nest;
}

void vsn_put_nest_end(struct vsn_request *req, struct nlattr *nest)
{
	/* nla_nest_end() takes an empty nest away: an attribute of ours never is */
	if (!req->err && nla_nest_end(req->msg, nest) < 0)
		req->err = -EMSGSIZE;
}

/* Replies */

struct nlattr *vsn_msg_attrs(const struct nlmsghdr *nlh)
{
	return genlmsg_attrdata(nlmsg_data(nlh), 0);
}

int vsn_msg_attrs_len(const struct nlmsghdr *nlh)
{
	return genlmsg_attrlen(nlmsg_data(nlh), 0);
}

uint8_t vsn_msg_cmd(const struct nlmsghdr *nlh)
{
	return ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
}

/* Of whatever width: "uint" attributes are 4 or 8 bytes wide, as the value asks. */
uint64_t vsn_get_uint(const struct nlattr *nla)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (nla_len(nla)) {
	case 8:
		memcpy(&u64, nla_data(nla), 8);
		return u64;
	case 4:
		memcpy(&u32, nla_data(nla), 4);
		return u32;
	case 2:
		memcpy(&u16, nla_data(nla), 2);
		return u16;
	case 1:
		return *(uint8_t *)nla_data(nla);
	default:
		return 0;
	}
}

void vsn_get_str(char *dst, size_t size, const struct nlattr *nla)
{
	nla_strlcpy(dst, nla, size);
}

/* Add a zeroed element.  On failure NULL, and the array is as it was. */
void *vsn_array_add(void *array, size_t *count, size_t size)
{
	void **base = array;
	char *p = realloc(*base, (*count + 1) * size);

	if (!p)
		return NULL;
	*base = p;
	p += *count * size;
	++*count;
	return memset(p, 0, size);
}

/*
 * A conversation: one request, and what comes back.  Objects of a dump are kept
 * until its end is seen, for only that tells whether they belong together.
 */
struct talk {
	struct vsn_ctl *ctl;
	const struct nlmsghdr *request;
	vsn_msg_fn fn;
	void *arg;
	bool dump;
	bool interrupted;
	bool done;
	int err;
	char *kept;
	size_t len;
	size_t room;
};

static int keep(struct talk *t, const struct nlmsghdr *nlh)
{
	size_t need = NLMSG_ALIGN(nlh->nlmsg_len);

	if (t->len + need > t->room) {
		size_t room = 2 * (t->len + need);
		char *p = realloc(t->kept, room);

		if (!p)
			return -ENOMEM;
		t->kept = p;
		t->room = room;
	}
	memcpy(t->kept + t->len, nlh, nlh->nlmsg_len);
	t->len += need;
	return 0;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct talk *t = arg;

	if (!genlmsg_valid_hdr((struct nlmsghdr *)nlh, 0) || t->err)
		return NL_OK;
	if (t->dump)
		t->err = keep(t, nlh);
	else if (t->fn)
		t->err = t->fn(nlh, t->arg);
	if (t->err == -ENOMEM)
		vsn_fail(t->ctl, t->err, "out of memory");
	return NL_OK;
}

static int on_intr(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;

	(void)msg;
	t->interrupted = true;
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;

	(void)msg;
	t->done = true;
	return NL_STOP;
}

/* The end of a dump carries its error, if it had one. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct talk *t = arg;
	int err = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(err))
		memcpy(&err, nlmsg_data(nlh), sizeof(err));
	if (err < 0 && !t->err)
		t->err = vsn_extack_error(t->ctl, err, nlh, nlmsg_attrdata(nlh, sizeof(err)),
					  nlmsg_attrlen(nlh, sizeof(err)), t->request);
	t->done = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	const struct nlmsghdr *nlh = (void *)((char *)e - NLMSG_HDRLEN);
	struct talk *t = arg;
	int skip = sizeof(*e);

	(void)from;
	/* Without NLM_F_CAPPED the request's payload stands before the TLVs. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	t->err = vsn_extack_error(t->ctl, e->error, nlh, nlmsg_attrdata(nlh, skip),
				  nlmsg_attrlen(nlh, skip), t->request);
	t->done = true;
	return NL_STOP;
}

static int talk(struct talk *t, struct nl_msg *msg)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_CUSTOM);
	int n;

	if (!cb)
		return vsn_fail(t->ctl, -ENOMEM, "out of memory");
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, t);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, t);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, t);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_intr, t);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, t);
	t->request = nlmsg_hdr(msg);
	n = nl_send_auto(t->ctl->sk, msg);
	if (n < 0) {
		n = vsn_fail_nl(t->ctl, n, "netlink");
		goto free_cb;
	}
	do {
		n = nl_recvmsgs(t->ctl->sk, cb);
	} while (!t->done && n >= 0);
	n = t->done || t->err ? t->err : vsn_fail_nl(t->ctl, n, "netlink");
free_cb:
	nl_cb_put(cb);
	return n;
}

static int request_ready(struct vsn_request *req)
{
	if (req->err == -ENOMEM)
		vsn_fail(req->ctl, req->err, "out of memory");
	else if (req->err)
		vsn_fail(req->ctl, req->err, "too much for one netlink message");
	else
		req->ctl->error[0] = '\0';
	return req->err;
}

int vsn_request_do(struct vsn_request *req, vsn_msg_fn fn, void *arg)
{
	struct talk t = { .ctl = req->ctl, .fn = fn, .arg = arg };
	int err = request_ready(req);

	if (!err) {
		nlmsg_hdr(req->msg)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		err = talk(&t, req->msg);
	}
	nlmsg_free(req->msg);
	return err;
}

static int talk_deliver(const struct talk *t)
{
	size_t pos = 0;
	int err = 0;

	while (!err && pos < t->len) {
		const struct nlmsghdr *nlh = (void *)(t->kept + pos);

		err = t->fn(nlh, t->arg);
		pos += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return err;
}

int vsn_request_dump(struct vsn_request *req, vsn_msg_fn fn, void *arg)
{
	struct talk t = { .ctl = req->ctl, .fn = fn, .arg = arg, .dump = true };
	int err = request_ready(req);
	int tries = DUMP_TRIES;

	if (err)
		goto free_msg;
	do {
		t.interrupted = false;
		t.done = false;
		t.len = 0;
		nlmsg_hdr(req->msg)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
		nlmsg_hdr(req->msg)->nlmsg_seq = NL_AUTO_SEQ;
		err = talk(&t, req->msg);
	} while (!err && t.interrupted && --tries);
	if (!err && t.interrupted)
		err = vsn_fail(req->ctl, -EINTR, "objects change faster than they can be listed");
	if (!err)
		err = talk_deliver(&t);
	free(t.kept);
free_msg:
	nlmsg_free(req->msg);
	return err;
}

/* Connection */

static void set_option(struct nl_sock *sk, int option)
{
	int one = 1;

	/* An old kernel lacks them: then there is less text, and that is all. */
	(void)setsockopt(nl_socket_get_fd(sk), SOL_NETLINK, option, &one, sizeof(one));
}

static int ctl_connect(struct vsn_ctl *ctl)
{
	int err;

	err = genl_connect(ctl->sk);
	if (err)
		return vsn_fail_nl(ctl, err, "generic netlink");
	set_option(ctl->sk, NETLINK_EXT_ACK);
	set_option(ctl->sk, NETLINK_CAP_ACK);
	set_option(ctl->sk, NETLINK_GET_STRICT_CHK);
	nl_socket_set_buffer_size(ctl->sk, SOCKET_BUFFER, SOCKET_BUFFER);
	ctl->family = genl_ctrl_resolve(ctl->sk, VSN_FAMILY_NAME);
	if (ctl->family == -NLE_OBJ_NOTFOUND)
		return vsn_fail(ctl, -ENOENT,
				"the kernel does not know vsn: load the module (modprobe vsn)");
	if (ctl->family < 0)
		return vsn_fail_nl(ctl, ctl->family, "generic netlink");
	ctl->group = genl_ctrl_resolve_grp(ctl->sk, VSN_FAMILY_NAME, VSN_MCGRP_MONITOR);
	return 0;
}

/**
 * vsn_ctl_open() - connect to the kernel
 * @ctl: out: handle, to be closed with vsn_ctl_close()
 *
 * Return: 0, -ENOENT the module is not loaded, or another negative errno; then
 * vsn_ctl_error(NULL) tells more.
 */
int vsn_ctl_open(struct vsn_ctl **ctl)
{
	struct vsn_ctl *c = calloc(1, sizeof(*c));
	int err;

	*ctl = NULL;
	if (!c) {
		snprintf(open_error, sizeof(open_error), "out of memory");
		return -ENOMEM;
	}
	c->sk = nl_socket_alloc();
	err = c->sk ? ctl_connect(c) : vsn_fail(c, -ENOMEM, "out of memory");
	if (err) {
		memcpy(open_error, c->error, sizeof(open_error));
		vsn_ctl_close(c);
		return err;
	}
	*ctl = c;
	return 0;
}

/**
 * vsn_ctl_close() - disconnect
 * @ctl: handle, or NULL
 */
void vsn_ctl_close(struct vsn_ctl *ctl)
{
	if (!ctl)
		return;
	if (ctl->sk)
		nl_socket_free(ctl->sk);
	free(ctl);
}

const char *vsn_ctl_error(const struct vsn_ctl *ctl)
{
	return ctl ? ctl->error : open_error;
}

/* Events */

/**
 * vsn_ctl_monitor() - ask for events
 * @ctl: handle; it serves for nothing else from then on
 *
 * Return: 0 or a negative errno.
 */
int vsn_ctl_monitor(struct vsn_ctl *ctl)
{
	int err;

	if (ctl->group < 0)
		return vsn_fail_nl(ctl, ctl->group, "multicast group " VSN_MCGRP_MONITOR);
	err = nl_socket_add_membership(ctl->sk, ctl->group);
	return err ? vsn_fail_nl(ctl, err, "multicast group " VSN_MCGRP_MONITOR) : 0;
}

int vsn_ctl_fd(const struct vsn_ctl *ctl)
{
	return nl_socket_get_fd(ctl->sk);
}

struct listener {
	vsn_ctl_event_fn fn;
	void *arg;
	int ret;
};

/* Nobody asked for an event, so its number answers to nothing. */
static int any_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static int on_event(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct vsn_ctl_fabric fabric = { 0 };
	struct vsn_ctl_region region = { 0 };
	struct vsn_ctl_partition partition = { 0 };
	struct vsn_ctl_limit limit = { 0 };
	struct vsn_ctl_endpoint endpoint;
	struct vsn_ctl_fault_policy policy;
	struct vsn_ctl_violation violation;
	struct vsn_ctl_grant grant;
	struct vsn_ctl_fault fault;
	struct vsn_ctl_switch sw;
	struct vsn_ctl_link link;
	struct vsn_ctl_event event = { 0 };
	struct listener *l = arg;
	int err = 0;

	if (l->ret || !genlmsg_valid_hdr((struct nlmsghdr *)nlh, 0))
		return NL_OK;
	event.cmd = vsn_msg_cmd(nlh);
	switch (event.cmd) {
	case VSN_CMD_FABRIC_NTF:
	case VSN_CMD_FABRIC_DEL_NTF:
		err = vsn_fabric_parse(&fabric, nlh);
		event.fabric = &fabric;
		break;
	case VSN_CMD_REGION_NTF:
	case VSN_CMD_REGION_DEL_NTF:
	case VSN_CMD_REGION_POISON_NTF:
		err = vsn_region_parse(&region, nlh);
		event.region = &region;
		break;
	case VSN_CMD_LIMIT_NTF:
		err = vsn_limit_parse(&limit, nlh);
		event.limit = &limit;
		break;
	case VSN_CMD_ENDPOINT_NTF:
		vsn_endpoint_parse(&endpoint, nlh);
		event.endpoint = &endpoint;
		break;
	case VSN_CMD_LINK_NTF:
		err = vsn_link_parse(&link, nlh);
		event.link = &link;
		break;
	case VSN_CMD_SWITCH_NTF:
		err = vsn_switch_parse(&sw, nlh);
		event.sw = &sw;
		break;
	case VSN_CMD_FAULT_NTF:
		err = vsn_fault_parse(&fault, nlh);
		event.fault = &fault;
		break;
	case VSN_CMD_FAULT_POLICY_NTF:
		err = vsn_fault_policy_parse(&policy, nlh);
		event.policy = &policy;
		break;
	case VSN_CMD_GRANT_NTF:
		err = vsn_grant_parse(&grant, nlh);
		event.grant = &grant;
		break;
	case VSN_CMD_VIOLATION_NTF:
		err = vsn_violation_parse(&violation, nlh);
		event.violation = &violation;
		break;
	case VSN_CMD_PARTITION_NTF:
	case VSN_CMD_PARTITION_DEL_NTF:
		err = vsn_partition_parse(&partition, nlh);
		event.partition = &partition;
		break;
	}
	l->ret = err ? err : l->fn(&event, l->arg);
	vsn_fabric_clear(&fabric);
	vsn_region_clear(&region);
	vsn_partition_clear(&partition);
	return l->ret ? NL_STOP : NL_OK;
}

/**
 * vsn_ctl_next() - wait for events
 * @ctl: handle, after vsn_ctl_monitor()
 * @fn: called for each event
 * @arg: for @fn
 *
 * Return: what @fn returned, if that was not 0; -ENOBUFS events were lost;
 * -EINTR a signal came; or another negative errno.
 */
int vsn_ctl_next(struct vsn_ctl *ctl, vsn_ctl_event_fn fn, void *arg)
{
	struct pollfd pfd = { .fd = nl_socket_get_fd(ctl->sk), .events = POLLIN };
	struct listener l = { .fn = fn, .arg = arg };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_CUSTOM);
	int err = 0;

	if (!cb)
		return vsn_fail(ctl, -ENOMEM, "out of memory");
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_event, &l);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, any_seq, NULL);
	while (!l.ret && err >= 0) {
		/* libnl goes on after a signal; here one must end the wait. */
		if (poll(&pfd, 1, -1) < 0) {
			err = vsn_fail(ctl, -errno, "%s", strerror(errno));
			break;
		}
		err = nl_recvmsgs(ctl->sk, cb);
		if (err == -NLE_NOMEM)
			err = vsn_fail(ctl, -ENOBUFS, "events were lost");
		else if (err < 0)
			err = vsn_fail_nl(ctl, err, "netlink");
	}
	nl_cb_put(cb);
	return l.ret ? l.ret : err;
}
