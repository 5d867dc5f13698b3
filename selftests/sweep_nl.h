/* SPDX-License-Identifier: GPL-2.0 */
/* The other end of a sweep over netlink: requests, answers, and what is heard of them. */
#ifndef VSN_SWEEP_NL_H
#define VSN_SWEEP_NL_H

#include "nl_fabric.h"
#include "sweep.h"

/* Of a message that did not arrive, or whose handler had no memory. */
#define REFUSED		{ ENOMEM, ENOBUFS, EFAULT }

static struct nl_sock nl, listener;
static struct nl_msg msg;
static char answer[NL_ROOM];
static uint32_t objects;	/* in the answer */

static inline bool connect_nl(void)
{
	struct timeval patience = { .tv_sec = 5 };

	return !nl_open(&nl) &&
	       !setsockopt(nl.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static inline bool listen_too(void)
{
	if (!connect_nl() || nl_open(&listener))
		return false;
	return !setsockopt(listener.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &listener.group,
			   sizeof(listener.group));
}

static inline void disconnect(void)
{
	nl_close(&nl);
}

/* Ask, and read until the answer is complete. */
static inline int ask(void)
{
	struct nlmsghdr *h;
	size_t left;
	ssize_t n;
	int err;

	objects = 0;
	err = nl_send(&nl, &msg);
	if (err)
		return err;
	for (;;) {
		n = recv(nl.fd, answer, sizeof(answer), 0);
		if (n <= 0) {
			scene.lost = true;
			return n ? -errno : -EIO;
		}
		h = (struct nlmsghdr *)answer;
		for (left = n; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_seq != msg.hdr.nlmsg_seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
				memcpy(&err, NLMSG_DATA(h), sizeof(err));
				return err;
			}
			objects++;
		}
	}
}

static inline void request(uint8_t cmd)
{
	nl_fabric(&nl, &msg, cmd, scene.name);
}

static inline void request_dump(uint8_t cmd)
{
	request(cmd);
	msg.hdr.nlmsg_flags |= NLM_F_DUMP;
}

static inline const char *one_object(int err)
{
	return !err && objects != 1 ? "an answer of its own was due" : NULL;
}

static inline const char *some_objects(int err)
{
	return !err && !objects ? "objects were due" : NULL;
}

/* A change that was done is heard of once; one that was refused is not. */
static inline const char *check_heard(int err)
{
	bool overrun = false;
	int n = 0;

	for (;;) {
		if (recv(listener.fd, answer, sizeof(answer), MSG_DONTWAIT) > 0)
			n++;
		else if (errno == ENOBUFS)
			overrun = true;
		else
			break;
	}
	nl_close(&listener);
	if (n > 1)
		return "heard of more than once";
	if (err && !scene.lost && (n || overrun))
		return "heard of, but was refused";
	return !err && !n && !overrun ? "not heard of" : NULL;
}

static inline const char *check_heard_and_answered(int err)
{
	const char *why = check_heard(err);

	return why ? why : one_object(err);
}

static inline void drop_fabric(void)
{
	vsn_ctl_fabric_del(scene.ctl, scene.name);
	disconnect();
}

static inline bool draft_of(void (*put)(struct nl_msg *m))
{
	if (!connect_nl())
		return false;
	request(VSN_CMD_FABRIC_NEW);
	if (put)
		put(&msg);
	return !ask();
}

#define ROW(what, ...)	{ .name = what, .errnos = REFUSED, __VA_ARGS__ }

#endif /* VSN_SWEEP_NL_H */
