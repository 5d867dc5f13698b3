// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: the family, and what its handlers share.
 *
 * Operations, policies and hooks are generated from
 * Documentation/netlink/specs/vsn.yaml.  A handler finds its request validated
 * against the policy, and the fabric that the request names held in user_ptr[0].
 *
 * Handlers run in parallel.  A notification is sent under the lock under which
 * the change was made, so listeners see changes in the order in which they happened.
 */

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "fabric.h"
#include "netlink.h"

/* Room for a message that lists no objects. */
#define NTF_SIZE	NLMSG_DEFAULT_SIZE

/**
 * vsn_nl_refuse - say why a request is refused
 * @extack: where to say it
 * @attr: the offending attribute, or NULL
 * @err: the error
 * @fmt: one line; what does not fit ends in dots
 *
 * Return: @err.
 */
int vsn_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  int err, const char *fmt, ...)
{
	char msg[NETLINK_MAX_FMTMSG_LEN];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(msg, sizeof(msg), fmt, args) >= sizeof(msg))
		memcpy(msg + sizeof(msg) - sizeof("..."), "...", sizeof("..."));
	va_end(args);
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s", msg);
	return err;
}

/**
 * vsn_nl_refuse_diag - pass on why something was refused
 * @extack: where to say it
 * @diag: filled in by what refused
 * @err: the error
 *
 * Return: @err.
 */
int vsn_nl_refuse_diag(struct netlink_ext_ack *extack,
		       const struct vsn_diag *diag, int err)
{
	return vsn_nl_refuse(extack, NULL, err, "%s", diag->msg);
}

/**
 * vsn_nl_refuse_word - pass on why something was refused, and which attribute it was
 * @info: the request
 * @words: with what the text begins, and the attribute that is then meant; the last
 *	is all zero
 * @diag: filled in by what refused
 * @err: the error
 *
 * Return: @err.
 */
int vsn_nl_refuse_word(struct genl_info *info, const struct vsn_nl_word *words,
		       const struct vsn_diag *diag, int err)
{
	while (words->word && !str_has_prefix(diag->msg, words->word))
		words++;
	return vsn_nl_refuse(info->extack, words->word ? info->attrs[words->type] : NULL,
			     err, "%s", diag->msg);
}

/**
 * vsn_nl_missing - refuse a request that lacks an attribute
 * @extack: where to say it
 * @nest: nest that lacks it, or NULL for the message
 * @type: the attribute
 * @what: its name
 *
 * Return: -EINVAL.
 */
int vsn_nl_missing(struct netlink_ext_ack *extack, const struct nlattr *nest,
		   u32 type, const char *what)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	return vsn_nl_refuse(extack, NULL, -EINVAL, "%s is missing", what);
}

/**
 * vsn_nl_text - read free text
 * @attr: the attribute, or NULL: @text stays as it is
 * @what: its name
 * @text: where to
 * @size: room, more than the policy's limit
 * @extack: why not
 *
 * Return: 0, or -EINVAL: it is not printable ASCII, and might garble a terminal.
 */
int vsn_nl_text(const struct nlattr *attr, const char *what, char *text,
		size_t size, struct netlink_ext_ack *extack)
{
	const char *s;

	if (!attr)
		return 0;
	nla_strscpy(text, attr, size);
	for (s = text; *s; s++)
		if (!isascii(*s) || !isprint(*s))
			return vsn_nl_refuse(extack, attr, -EINVAL,
					     "%s: '%*pE' is not printable ASCII", what,
					     (int)strlen(text), text);
	return 0;
}

static int refuse_net(const struct net *net, struct netlink_ext_ack *extack)
{
	if (net_eq(net, &init_net))
		return 0;
	return vsn_nl_refuse(extack, NULL, -EOPNOTSUPP,
			     "vsn is in the initial network namespace only");
}

/* Find the fabric that a request names; every attribute set has its name first. */
static struct vsn_fabric *hold_fabric(const struct nlattr *name,
				      struct netlink_ext_ack *extack)
{
	struct vsn_fabric *fabric = vsn_fabric_get(nla_data(name));

	if (!fabric)
		return ERR_PTR(vsn_nl_refuse(extack, name, -ENOENT, "no fabric '%s'",
					     (const char *)nla_data(name)));
	return fabric;
}

int vsn_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	return refuse_net(genl_info_net(info), info->extack);
}

static bool fabric_optional(u8 cmd)
{
	return cmd == VSN_CMD_LIMIT_GET || cmd == VSN_CMD_LIMIT_SET;
}

int vsn_nl_fabric_pre_doit(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[VSN_A_FABRIC_NAME];
	struct vsn_fabric *fabric;
	int err;

	static_assert((int)VSN_A_ENDPOINT_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_LINK_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_REGION_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_LIMIT_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_PARTITION_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_SWITCH_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_FAULT_FABRIC == (int)VSN_A_FABRIC_NAME);
	static_assert((int)VSN_A_FAULT_POLICY_FABRIC == (int)VSN_A_FABRIC_NAME);

	err = refuse_net(genl_info_net(info), info->extack);
	if (err)
		return err;
	if (!name) {
		if (fabric_optional(ops->cmd))
			return 0;
		return vsn_nl_missing(info->extack, NULL, VSN_A_FABRIC_NAME,
				      "the fabric's name");
	}
	fabric = hold_fabric(name, info->extack);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	info->user_ptr[0] = fabric;
	return 0;
}

void vsn_nl_fabric_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			     struct genl_info *info)
{
	if (info->user_ptr[0])
		vsn_fabric_put(info->user_ptr[0]);
}

int vsn_nl_dump_start(struct netlink_callback *cb)
{
	return refuse_net(sock_net(cb->skb->sk), cb->extack);
}

/**
 * vsn_nl_need_ready - refuse what needs a committed fabric
 * @fabric: the caller holds a reference
 * @extack: why not
 *
 * Return: 0 and the fabric's parts may be used; -EINVAL it is a draft; -ENODEV
 * it was deleted.
 */
int vsn_nl_need_ready(struct vsn_fabric *fabric, struct netlink_ext_ack *extack)
{
	int err = vsn_fabric_check(fabric);

	if (!err)
		return 0;
	return vsn_nl_refuse(extack, NULL, err,
			     err == -ENODEV ? "fabric '%s' was deleted" :
					      "fabric '%s' is a draft: commit it first",
			     fabric->name);
}

/**
 * vsn_nl_dump_begin - hold the fabric for one round of a dump
 * @cb: the dump; its context is struct vsn_nl_dump
 *
 * A dump holds nothing between its rounds, so that a client that stops reading
 * does not keep a fabric from going: the fabric is looked up again, and has to
 * be the same.
 *
 * Return: the fabric with a reference; -EINVAL, -ENOENT or -ENODEV with the reason said.
 */
struct vsn_fabric *vsn_nl_dump_begin(struct netlink_callback *cb)
{
	const struct nlattr *name = genl_info_dump(cb)->attrs[VSN_A_FABRIC_NAME];
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_fabric *fabric;
	int err;

	if (!name)
		return ERR_PTR(vsn_nl_missing(cb->extack, NULL, VSN_A_FABRIC_NAME,
					      "the fabric's name"));
	fabric = hold_fabric(name, cb->extack);
	if (IS_ERR(fabric))
		return fabric;
	if (ctx->fabric && ctx->fabric != fabric->id) {
		err = vsn_nl_refuse(cb->extack, name, -ENODEV,
				    "fabric '%s' was deleted", fabric->name);
		goto err_put;
	}
	err = vsn_nl_need_ready(fabric, cb->extack);
	if (err)
		goto err_put;
	ctx->fabric = fabric->id;
	return fabric;

err_put:
	vsn_fabric_put(fabric);
	return ERR_PTR(err);
}

/**
 * vsn_nl_notify_new - begin a notification
 * @size: bytes of attributes, or 0 for what has no lists
 *
 * Return: an empty message, or NULL when nobody listens or there is no memory;
 * in the latter case listeners learn that they missed something.
 */
struct sk_buff *vsn_nl_notify_new(size_t size)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&vsn_nl_family, &init_net, VSN_NLGRP_MONITOR))
		return NULL;
	skb = genlmsg_new(size ? size : NTF_SIZE, GFP_KERNEL);
	if (!skb)
		genl_set_err(&vsn_nl_family, &init_net, 0, VSN_NLGRP_MONITOR, -ENOBUFS);
	return skb;
}

/**
 * vsn_nl_notify - send a notification
 * @skb: the finished message
 */
void vsn_nl_notify(struct sk_buff *skb)
{
	genlmsg_multicast_netns(&vsn_nl_family, &init_net, skb, 0,
				VSN_NLGRP_MONITOR, GFP_KERNEL);
}

/**
 * vsn_nl_init - register the family
 *
 * Return: 0 or a negative errno.
 */
int __init vsn_nl_init(void)
{
	return genl_register_family(&vsn_nl_family);
}

/**
 * vsn_nl_exit - unregister the family; no handler runs any more
 */
void vsn_nl_exit(void)
{
	genl_unregister_family(&vsn_nl_family);
}
