/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Raw generic netlink for tests: any attributes, right or wrong, and all that the
 * kernel says to them, extended ack included.  Programs use libvsn instead.
 */
#ifndef VSN_NL_H
#define VSN_NL_H

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/vsn_netlink.h>

#define NL_ROOM		65536

struct nl_sock {
	int fd;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
};

/* A message under construction. */
struct nl_msg {
	union {
		struct nlmsghdr hdr;
		char data[NL_ROOM];
	};
};

/* What came back. */
struct nl_reply {
	int err;		/* from the ack or the end of a dump, <= 0 */
	char text[256];		/* of the extended ack */
	uint16_t bad;		/* type of the attribute that the kernel did not like */
	uint16_t miss;		/* type of the attribute that it missed */
	uint8_t cmd;		/* of the last object */
	uint32_t count;		/* objects */
	bool interrupted;	/* NLM_F_DUMP_INTR was seen */
	uint32_t len;
	char data[NL_ROOM];	/* attributes of the first object */
};

static inline struct nlattr *nl_put(struct nl_msg *m, uint16_t type, const void *data,
				    size_t len)
{
	struct nlattr *a = (struct nlattr *)(m->data + NLMSG_ALIGN(m->hdr.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	memset((char *)a + NLA_HDRLEN, 0, NLA_ALIGN(len));
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	m->hdr.nlmsg_len = NLMSG_ALIGN(m->hdr.nlmsg_len) + NLA_ALIGN(a->nla_len);
	return a;
}

static inline void nl_str(struct nl_msg *m, uint16_t type, const char *s)
{
	nl_put(m, type, s, strlen(s) + 1);
}

static inline void nl_u32(struct nl_msg *m, uint16_t type, uint32_t v)
{
	nl_put(m, type, &v, sizeof(v));
}

static inline void nl_u64(struct nl_msg *m, uint16_t type, uint64_t v)
{
	nl_put(m, type, &v, sizeof(v));
}

static inline void nl_flag(struct nl_msg *m, uint16_t type)
{
	nl_put(m, type, NULL, 0);
}

static inline struct nlattr *nl_nest(struct nl_msg *m, uint16_t type)
{
	return nl_put(m, type | NLA_F_NESTED, NULL, 0);
}

static inline void nl_end(struct nl_msg *m, struct nlattr *nest)
{
	nest->nla_len = m->data + m->hdr.nlmsg_len - (char *)nest;
}

static inline void nl_begin(struct nl_msg *m, uint16_t family, uint8_t cmd)
{
	struct genlmsghdr *g = (struct genlmsghdr *)(m->data + NLMSG_HDRLEN);

	memset(m->data, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	m->hdr.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->hdr.nlmsg_type = family;
	m->hdr.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	g->cmd = cmd;
	g->version = 1;
}

/* Find an attribute; NULL if it is not there. @nth: of those of that type. */
static inline const struct nlattr *nl_find(const void *data, size_t len, uint16_t type, int nth)
{
	const char *p = data, *end = p + len;

	while (p + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const struct nlattr *)p;

		if (a->nla_len < NLA_HDRLEN || p + a->nla_len > end)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type && !nth--)
			return a;
		p += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static inline const void *nl_data(const struct nlattr *a)
{
	return (const char *)a + NLA_HDRLEN;
}

static inline size_t nl_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline int nl_count(const void *data, size_t len, uint16_t type)
{
	int n = 0;

	while (nl_find(data, len, type, n))
		n++;
	return n;
}

/* An integer of either width; ~0 if it is not there. */
static inline uint64_t nl_get(const void *data, size_t len, uint16_t type)
{
	const struct nlattr *a = nl_find(data, len, type, 0);
	uint64_t v64;
	uint32_t v32;

	if (a && nl_len(a) == sizeof(v64)) {
		memcpy(&v64, nl_data(a), sizeof(v64));
		return v64;
	}
	if (a && nl_len(a) == sizeof(v32)) {
		memcpy(&v32, nl_data(a), sizeof(v32));
		return v32;
	}
	return ~0ULL;
}

static inline const char *nl_get_str(const void *data, size_t len, uint16_t type)
{
	const struct nlattr *a = nl_find(data, len, type, 0);

	return a ? nl_data(a) : "";
}

static inline void nl_parse_ack(const struct nlmsghdr *h, const struct nl_msg *sent,
				struct nl_reply *r)
{
	const char *p = (const char *)h + NLMSG_HDRLEN;
	size_t skip = sizeof(int);
	const struct nlattr *a;
	uint32_t offset;

	memcpy(&r->err, p, sizeof(int));
	if (h->nlmsg_type == NLMSG_ERROR)
		skip = sizeof(int) + NLMSG_HDRLEN;	/* NETLINK_CAP_ACK */
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	a = nl_find(p + skip, h->nlmsg_len - NLMSG_HDRLEN - skip, NLMSGERR_ATTR_MSG, 0);
	if (a)
		snprintf(r->text, sizeof(r->text), "%s", (const char *)nl_data(a));
	a = nl_find(p + skip, h->nlmsg_len - NLMSG_HDRLEN - skip, NLMSGERR_ATTR_OFFS, 0);
	if (a) {
		memcpy(&offset, nl_data(a), sizeof(offset));
		if (offset + NLA_HDRLEN <= sent->hdr.nlmsg_len)
			r->bad = ((const struct nlattr *)(sent->data + offset))->nla_type &
				 NLA_TYPE_MASK;
	}
	a = nl_find(p + skip, h->nlmsg_len - NLMSG_HDRLEN - skip, NLMSGERR_ATTR_MISS_TYPE, 0);
	if (a)
		memcpy(&r->miss, nl_data(a), sizeof(r->miss));
}

/* Take in one datagram. Returns whether the answer is complete. */
static inline bool nl_receive(struct nl_sock *s, const struct nl_msg *sent, struct nl_reply *r,
			      size_t room)
{
	char buf[NL_ROOM];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	ssize_t n = recv(s->fd, buf, room, 0);
	size_t left;

	if (n <= 0) {
		r->err = n ? -errno : -EIO;
		return true;
	}
	for (left = n; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		if (h->nlmsg_seq != sent->hdr.nlmsg_seq)
			continue;
		if (h->nlmsg_flags & NLM_F_DUMP_INTR)
			r->interrupted = true;
		if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
			nl_parse_ack(h, sent, r);
			return true;
		}
		r->cmd = ((struct genlmsghdr *)((char *)h + NLMSG_HDRLEN))->cmd;
		if (!r->count++) {
			r->len = h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
			memcpy(r->data, (char *)h + NLMSG_HDRLEN + GENL_HDRLEN, r->len);
		}
	}
	return false;
}

static inline int nl_send(struct nl_sock *s, struct nl_msg *m)
{
	m->hdr.nlmsg_seq = ++s->seq;
	return send(s->fd, m->data, m->hdr.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Send a message and wait for the end of the answer; returns its error. */
static inline int nl_ask(struct nl_sock *s, struct nl_msg *m, struct nl_reply *r)
{
	memset(r, 0, offsetof(struct nl_reply, data));
	r->err = nl_send(s, m);
	if (r->err)
		return r->err;
	do {
	} while (!nl_receive(s, m, r, NL_ROOM));
	return r->err;
}

/* Ask for all objects; @m holds the filters. */
static inline int nl_dump(struct nl_sock *s, struct nl_msg *m, struct nl_reply *r)
{
	m->hdr.nlmsg_flags |= NLM_F_DUMP;
	return nl_ask(s, m, r);
}

static inline void nl_close(struct nl_sock *s)
{
	close(s->fd);
}

/* Open a socket and find the family; 0 or a negative errno. */
static inline int nl_open(struct nl_sock *s)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 30 };
	const struct nlattr *groups, *group;
	int on = 1;
	struct nl_reply r;
	struct nl_msg m;

	memset(s, 0, sizeof(*s));
	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s->fd < 0)
		return -errno;
	if (bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience))) {
		nl_close(s);
		return -errno;
	}
	nl_begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	nl_str(&m, CTRL_ATTR_FAMILY_NAME, VSN_FAMILY_NAME);
	if (nl_ask(s, &m, &r)) {
		nl_close(s);
		return r.err;
	}
	memcpy(&s->family, nl_data(nl_find(r.data, r.len, CTRL_ATTR_FAMILY_ID, 0)),
	       sizeof(s->family));
	groups = nl_find(r.data, r.len, CTRL_ATTR_MCAST_GROUPS, 0);
	group = groups ? nl_find(nl_data(groups), nl_len(groups), 1, 0) : NULL;
	if (group)
		s->group = nl_get(nl_data(group), nl_len(group), CTRL_ATTR_MCAST_GRP_ID);
	return 0;
}

#endif /* VSN_NL_H */
