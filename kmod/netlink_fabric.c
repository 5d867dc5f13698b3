// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: fabrics.
 *
 * A message is applied to a copy of the draft's topology.  Where anything of it
 * fails, the copy is thrown away and the draft is as it was.  Graphs, which may be
 * large, are not copied but cut back.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fabric.h"
#include "netlink.h"
#include "netlink_graph.h"

/* Room for all of a fabric's attributes but its topology. */
#define FABRIC_SIZE	NLMSG_DEFAULT_SIZE

/**
 * struct figures - what a fabric's parts say
 * @now: virtual time, ps
 * @pending: operations
 * @resident: bytes
 * @resident_max: bytes
 * @host_read: bytes
 * @host_write: bytes
 * @host_faults: faults
 *
 * Read before fabric->lock is taken where that is not held for a change, as the
 * engine's lock may be held for long.
 */
struct figures {
	u64 now;
	u64 pending;
	u64 resident;
	u64 resident_max;
	u64 host_read;
	u64 host_write;
	u64 host_faults;
};

static void ready_figures(struct vsn_fabric *fabric, struct figures *f)
{
	f->now = vsn_engine_now(fabric);
	f->pending = vsn_engine_pending(fabric);
	f->resident = vsn_store_resident(fabric);
	f->resident_max = vsn_store_limit(fabric);
	f->host_read = atomic64_read(&fabric->store.host_read);
	f->host_write = atomic64_read(&fabric->store.host_write);
	f->host_faults = atomic64_read(&fabric->store.host_faults);
}

static void read_figures(struct vsn_fabric *fabric, struct figures *f)
{
	memset(f, 0, sizeof(*f));
	if (!vsn_fabric_check(fabric))
		ready_figures(fabric, f);
}

static int put_ready(struct sk_buff *skb, const struct vsn_fabric *fabric,
		     const struct figures *f)
{
	const struct vsn_topo *topo = &fabric->topo;

	if (nla_put_u32(skb, VSN_A_FABRIC_WINDOW_SHIFT, topo->window_shift) ||
	    nla_put_u32(skb, VSN_A_FABRIC_ENDPOINTS, topo->nr_endpoints) ||
	    nla_put_u32(skb, VSN_A_FABRIC_PACKAGES, topo->nr_packages) ||
	    nla_put_uint(skb, VSN_A_FABRIC_NOW, f->now) ||
	    nla_put_uint(skb, VSN_A_FABRIC_RESIDENT, f->resident) ||
	    nla_put_uint(skb, VSN_A_FABRIC_RESIDENT_MAX, f->resident_max) ||
	    nla_put_u32(skb, VSN_A_FABRIC_REGIONS, fabric->regions.nr) ||
	    nla_put_u32(skb, VSN_A_FABRIC_CONTEXTS, fabric->users) ||
	    nla_put_uint(skb, VSN_A_FABRIC_PENDING, f->pending) ||
	    nla_put_uint(skb, VSN_A_FABRIC_HOST_READ, f->host_read) ||
	    nla_put_uint(skb, VSN_A_FABRIC_HOST_WRITE, f->host_write) ||
	    nla_put_uint(skb, VSN_A_FABRIC_HOST_FAULTS, f->host_faults))
		return -EMSGSIZE;
	return 0;
}

/* @hdr: what genlmsg_put() returned.  The caller holds fabric->lock. */
static int put_fabric(struct sk_buff *skb, void *hdr, const struct vsn_fabric *fabric,
		      const struct figures *f, bool topology)
{
	bool ready = fabric->state == VSN_FABRIC_STATE_READY;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, VSN_A_FABRIC_NAME, fabric->name) ||
	    nla_put_u32(skb, VSN_A_FABRIC_ID, fabric->id) ||
	    nla_put_u32(skb, VSN_A_FABRIC_STATE, fabric->state) ||
	    nla_put_u32(skb, VSN_A_FABRIC_CLOCK, fabric->clock) ||
	    nla_put_uint(skb, VSN_A_FABRIC_SCALE, fabric->scale) ||
	    (fabric->system[0] &&
	     nla_put_string(skb, VSN_A_FABRIC_SYSTEM, fabric->system)) ||
	    (topology && vsn_nl_topo_put(skb, &fabric->topo, ready)) ||
	    (ready && put_ready(skb, fabric, f))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Tell listeners, without the topology.  The caller holds fabric->lock. */
static void notify_fabric(const struct vsn_fabric *fabric, const struct figures *f)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_FABRIC_NTF);
	if (put_fabric(skb, hdr, fabric, f, false))
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

static void notify_deleted(const struct vsn_fabric *fabric)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_FABRIC_DEL_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_FABRIC_NAME, fabric->name) ||
	    nla_put_u32(skb, VSN_A_FABRIC_ID, fabric->id)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	vsn_nl_notify(skb);
}

static struct sk_buff *reply_new(const struct vsn_topo *topo,
				 struct netlink_ext_ack *extack)
{
	struct sk_buff *skb;

	skb = genlmsg_new(FABRIC_SIZE + vsn_nl_topo_size(topo), GFP_KERNEL);
	if (!skb)
		NL_SET_ERR_MSG(extack, "no memory for the reply");
	return skb;
}

int vsn_nl_fabric_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct sk_buff *msg;
	struct figures f;
	int err;

	read_figures(fabric, &f);
	mutex_lock(&fabric->lock);
	if (fabric->dead) {
		err = vsn_nl_refuse(info->extack, NULL, -ENODEV,
				    "fabric '%s' was deleted", fabric->name);
		goto err_unlock;
	}
	msg = reply_new(&fabric->topo, info->extack);
	if (!msg) {
		err = -ENOMEM;
		goto err_unlock;
	}
	err = put_fabric(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						VSN_CMD_FABRIC_GET),
			 fabric, &f, true);
	mutex_unlock(&fabric->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);

err_unlock:
	mutex_unlock(&fabric->lock);
	return err;
}

int vsn_nl_fabric_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_fabric *fabric;
	struct figures f;
	void *hdr;
	int err = 0;

	cb->seq = vsn_fabrics_generation();
	while (!err && (fabric = vsn_fabric_get_next(ctx->next))) {
		read_figures(fabric, &f);
		mutex_lock(&fabric->lock);
		/* On its way out, or never got in: not there. */
		if (!fabric->dead) {
			hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
					  cb->nlh->nlmsg_seq, &vsn_nl_family,
					  NLM_F_MULTI, VSN_CMD_FABRIC_GET);
			if (hdr)
				genl_dump_check_consistent(cb, hdr);
			err = put_fabric(skb, hdr, fabric, &f, false);
		}
		mutex_unlock(&fabric->lock);
		if (!err)
			ctx->next = fabric->id;
		vsn_fabric_put(fabric);
	}
	return err;
}

/* What is left to do once a message is applied; the caller holds fabric->lock. */
static int finish_change(struct vsn_fabric *fabric, struct genl_info *info,
			 struct sk_buff *msg)
{
	struct figures f = {};
	int err;

	if (fabric->state == VSN_FABRIC_STATE_READY)
		ready_figures(fabric, &f);
	notify_fabric(fabric, &f);
	err = put_fabric(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						info->genlhdr->cmd),
			 fabric, &f, true);
	if (err)
		nlmsg_free(msg);
	return err;
}

/* Clock and scale of a request; where one is missing, what the fabric has. */
static int set_clock(struct vsn_fabric *fabric, struct genl_info *info)
{
	const struct nlattr *clock = info->attrs[VSN_A_FABRIC_CLOCK];
	const struct nlattr *scale = info->attrs[VSN_A_FABRIC_SCALE];
	struct vsn_diag diag;
	int err;

	if (!clock && !scale)
		return 0;
	err = vsn_fabric_set_clock(fabric, clock ? nla_get_u32(clock) : fabric->clock,
				   scale ? nla_get_uint(scale) : fabric->scale, &diag);
	if (!err)
		return 0;
	vsn_nl_refuse_diag(info->extack, &diag, err);
	NL_SET_BAD_ATTR(info->extack, clock ?: scale);
	return err;
}

int vsn_nl_fabric_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct vsn_fabric *fabric;
	struct vsn_diag diag;
	struct sk_buff *msg;
	int err;

	if (!attrs[VSN_A_FABRIC_NAME])
		return vsn_nl_missing(info->extack, NULL, VSN_A_FABRIC_NAME,
				      "the fabric's name");
	fabric = vsn_fabric_create(nla_data(attrs[VSN_A_FABRIC_NAME]), &diag);
	if (IS_ERR(fabric)) {
		err = vsn_nl_refuse_diag(info->extack, &diag, PTR_ERR(fabric));
		NL_SET_BAD_ATTR(info->extack, attrs[VSN_A_FABRIC_NAME]);
		return err;
	}
	/* Nobody sees it yet: no lock. */
	err = vsn_nl_text(attrs[VSN_A_FABRIC_SYSTEM], "system", fabric->system,
			  sizeof(fabric->system), info->extack);
	if (err)
		goto err_put;
	err = vsn_nl_topo_parse(info, &fabric->topo);
	if (err)
		goto err_put;
	msg = reply_new(&fabric->topo, info->extack);
	if (!msg) {
		err = -ENOMEM;
		goto err_put;
	}
	if (attrs[VSN_A_FABRIC_CLOCK])
		fabric->clock = nla_get_u32(attrs[VSN_A_FABRIC_CLOCK]);
	if (attrs[VSN_A_FABRIC_SCALE])
		fabric->scale = nla_get_uint(attrs[VSN_A_FABRIC_SCALE]);
	err = vsn_fabric_add(fabric, &diag);
	if (err) {
		vsn_nl_refuse_diag(info->extack, &diag, err);
		NL_SET_BAD_ATTR(info->extack, attrs[VSN_A_FABRIC_NAME]);
		goto err_free;
	}
	if (attrs[VSN_A_FABRIC_COMMIT]) {
		err = vsn_fabric_commit(fabric, &diag);
		if (err) {
			vsn_fabric_drop(fabric);
			vsn_nl_refuse_diag(info->extack, &diag, err);
			goto err_free;
		}
	}
	err = finish_change(fabric, info, msg);
	mutex_unlock(&fabric->lock);
	vsn_fabric_put(fabric);
	return err ? err : genlmsg_reply(msg, info);

err_free:
	nlmsg_free(msg);
err_put:
	vsn_fabric_put(fabric);
	return err;
}

/* Is there anything in the message that only a draft takes? */
static bool wants_draft(const struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[VSN_A_FABRIC_SYSTEM] || attrs[VSN_A_FABRIC_DIM] ||
	    attrs[VSN_A_FABRIC_KIND] || attrs[VSN_A_FABRIC_NETWORK] ||
	    attrs[VSN_A_FABRIC_GRAPH] || attrs[VSN_A_FABRIC_COMMIT])
		return true;
	return !attrs[VSN_A_FABRIC_CLOCK] && !attrs[VSN_A_FABRIC_SCALE];
}

/* Of a committed fabric only the clock changes.  The caller holds fabric->lock. */
static int change_ready(struct vsn_fabric *fabric, struct genl_info *info,
			struct sk_buff **msg)
{
	int err;

	if (wants_draft(info))
		return vsn_nl_refuse(info->extack, NULL, -EBUSY,
				     "fabric '%s' is committed: it no longer changes",
				     fabric->name);
	*msg = reply_new(&fabric->topo, info->extack);
	if (!*msg)
		return -ENOMEM;
	err = set_clock(fabric, info);
	if (err)
		nlmsg_free(*msg);
	return err;
}

/*
 * Apply a message to a draft.  The caller holds fabric->lock; @work and @old are
 * room for a topology each.
 */
static int change_draft(struct vsn_fabric *fabric, struct genl_info *info,
			struct vsn_topo *work, struct vsn_topo *old,
			struct sk_buff **msg)
{
	struct netlink_ext_ack *extack = info->extack;
	char system[VSN_NAME_SIZE];
	struct vsn_nl_graphs graphs;
	struct vsn_diag diag;
	u32 clock;
	u64 scale;
	int err;

	if (fabric->dead)
		return vsn_nl_refuse(extack, NULL, -ENODEV, "fabric '%s' was deleted",
				     fabric->name);
	if (fabric->state != VSN_FABRIC_STATE_DRAFT)
		return change_ready(fabric, info, msg);
	strscpy(system, fabric->system, sizeof(system));
	err = vsn_nl_text(info->attrs[VSN_A_FABRIC_SYSTEM], "system", system,
			  sizeof(system), extack);
	if (err)
		return err;
	vsn_nl_graphs_mark(&fabric->topo, &graphs);
	memcpy(work, &fabric->topo, sizeof(*work));
	err = vsn_nl_topo_parse(info, work);
	if (err)
		goto err_undo;
	*msg = reply_new(work, extack);
	if (!*msg) {
		err = -ENOMEM;
		goto err_undo;
	}

	clock = fabric->clock;
	scale = fabric->scale;
	/* Of a draft it cannot fail. */
	set_clock(fabric, info);
	memcpy(old, &fabric->topo, sizeof(*old));
	memcpy(&fabric->topo, work, sizeof(*work));
	if (info->attrs[VSN_A_FABRIC_COMMIT]) {
		err = vsn_fabric_commit(fabric, &diag);
		if (err) {
			memcpy(&fabric->topo, old, sizeof(*old));
			fabric->clock = clock;
			fabric->scale = scale;
			nlmsg_free(*msg);
			vsn_nl_refuse_diag(extack, &diag, err);
			goto err_undo;
		}
	}
	strscpy(fabric->system, system, sizeof(fabric->system));
	return 0;

err_undo:
	vsn_nl_graphs_undo(work, &graphs);
	return err;
}

int vsn_nl_fabric_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_topo *topos;
	struct sk_buff *msg;
	int err;

	topos = kvmalloc_array(2, sizeof(*topos), GFP_KERNEL);
	if (!topos) {
		NL_SET_ERR_MSG(info->extack, "no memory for a copy of the draft");
		return -ENOMEM;
	}
	mutex_lock(&fabric->lock);
	err = change_draft(fabric, info, &topos[0], &topos[1], &msg);
	if (!err)
		err = finish_change(fabric, info, msg);
	mutex_unlock(&fabric->lock);
	kvfree(topos);
	return err ? err : genlmsg_reply(msg, info);
}

int vsn_nl_fabric_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_diag diag;
	int err;

	err = vsn_fabric_delete(fabric, notify_deleted, &diag);
	return err ? vsn_nl_refuse_diag(info->extack, &diag, err) : 0;
}
