// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: partitions. */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "fabric.h"
#include "netlink.h"

/* Runs of endpoints that a message lists; endpoint-count tells all. */
#define RUNS_LISTED	32

/* Count of changes of partitions; under vsn_nl_regions_lock(). */
static u32 partition_changes = 1;

/* Which attribute a refusal is about. */
static const struct vsn_nl_word words[] = {
	{ "name", VSN_A_PARTITION_NAME },
	{ "resident", VSN_A_PARTITION_RESIDENT_MAX },
	{},
};

static int put_runs(struct sk_buff *skb, const struct vsn_partition *partition)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < min_t(u32, partition->nr_runs, RUNS_LISTED); i++) {
		nest = nla_nest_start(skb, VSN_A_PARTITION_ENDPOINTS);
		if (!nest)
			return -EMSGSIZE;
		if (nla_put_u32(skb, VSN_A_ENDPOINT_RUN_FIRST, partition->runs[i].first) ||
		    nla_put_u32(skb, VSN_A_ENDPOINT_RUN_LAST, partition->runs[i].last)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
		nla_nest_end(skb, nest);
	}
	return nla_put_u32(skb, VSN_A_PARTITION_ENDPOINT_COUNT, partition->nr_endpoints);
}

/* @hdr: what genlmsg_put() returned.  The caller holds fabric->lock. */
static int put_partition(struct sk_buff *skb, void *hdr, const struct vsn_fabric *fabric,
			 const struct vsn_partition *partition)
{
	u64 resident = (u64)atomic_long_read(&partition->resident) << PAGE_SHIFT;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, VSN_A_PARTITION_FABRIC, fabric->name) ||
	    nla_put_string(skb, VSN_A_PARTITION_NAME, partition->name) ||
	    nla_put_u32(skb, VSN_A_PARTITION_ID, partition->id) ||
	    put_runs(skb, partition) ||
	    nla_put_uint(skb, VSN_A_PARTITION_QUOTA, partition->quota) ||
	    nla_put_uint(skb, VSN_A_PARTITION_RESIDENT_MAX,
			 vsn_partition_resident_max(partition)) ||
	    nla_put_uint(skb, VSN_A_PARTITION_PROMISED, partition->promised) ||
	    nla_put_uint(skb, VSN_A_PARTITION_RESIDENT, resident) ||
	    nla_put_u32(skb, VSN_A_PARTITION_REGIONS, partition->nr_regions) ||
	    nla_put_u32(skb, VSN_A_PARTITION_CONTEXTS, partition->users)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* The caller holds fabric->lock. */
static void notify_partition(const struct vsn_fabric *fabric,
			     const struct vsn_partition *partition)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);

	partition_changes++;
	if (!skb)
		return;
	if (put_partition(skb, genlmsg_put(skb, 0, 0, &vsn_nl_family, 0,
					   VSN_CMD_PARTITION_NTF),
			  fabric, partition))
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

static void notify_deleted(const struct vsn_fabric *fabric, const char *name, u32 id)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	partition_changes++;
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_PARTITION_DEL_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_PARTITION_FABRIC, fabric->name) ||
	    nla_put_string(skb, VSN_A_PARTITION_NAME, name) ||
	    nla_put_u32(skb, VSN_A_PARTITION_ID, id)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	vsn_nl_notify(skb);
}

/* What every request needs: a committed fabric, a name, room for the reply. */
static int begin(struct genl_info *info, struct sk_buff **msg)
{
	int err;

	err = vsn_nl_need_ready(vsn_nl_fabric(info), info->extack);
	if (err)
		return err;
	if (!info->attrs[VSN_A_PARTITION_NAME])
		return vsn_nl_missing(info->extack, NULL, VSN_A_PARTITION_NAME, "name");
	if (!msg)
		return 0;
	*msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	return *msg ? 0 : -ENOMEM;
}

/* Finish the reply to a request, or say why not. */
static int finish(struct genl_info *info, struct sk_buff *msg, int err)
{
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

/* The partition that a request names; the caller holds fabric->lock. */
static struct vsn_partition *named(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_PARTITION_NAME];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_partition *partition;
	int err;

	partition = fabric->dead ? NULL : vsn_partition_find(fabric, nla_data(attr));
	if (partition)
		return partition;
	err = vsn_nl_refuse(info->extack, attr, -ENOENT, "name: fabric '%s' has no partition '%s'",
			    fabric->name, (char *)nla_data(attr));
	return ERR_PTR(err);
}

/* The caller holds fabric->lock. */
static int put_reply(struct genl_info *info, struct sk_buff *msg,
		     const struct vsn_partition *partition)
{
	return put_partition(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						    info->genlhdr->cmd),
			     vsn_nl_fabric(info), partition);
}

int vsn_nl_partition_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_partition *partition;
	struct sk_buff *msg;
	int err;

	err = begin(info, &msg);
	if (err)
		return err;
	mutex_lock(&fabric->lock);
	partition = named(info);
	err = IS_ERR(partition) ? PTR_ERR(partition) : put_reply(info, msg, partition);
	mutex_unlock(&fabric->lock);
	return finish(info, msg, err);
}

int vsn_nl_partition_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_partition *partition;
	struct vsn_fabric *fabric;
	void *hdr;
	int err = 0;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);

	vsn_nl_regions_lock();
	cb->seq = partition_changes;
	mutex_lock(&fabric->lock);
	while ((partition = vsn_partition_next(fabric, ctx->next))) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_PARTITION_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_partition(skb, hdr, fabric, partition);
		if (err)
			break;
		ctx->next = partition->id;
	}
	mutex_unlock(&fabric->lock);
	vsn_nl_regions_unlock();
	vsn_fabric_put(fabric);
	return err;
}

static int parse_run(const struct nlattr *nest, struct vsn_ep_run *run,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_ENDPOINT_RUN_MAX + 1];
	int err;

	err = nla_parse_nested(tb, VSN_A_ENDPOINT_RUN_MAX, nest, vsn_endpoint_run_nl_policy,
			       extack);
	if (err)
		return err;
	if (!tb[VSN_A_ENDPOINT_RUN_FIRST])
		return vsn_nl_missing(extack, nest, VSN_A_ENDPOINT_RUN_FIRST,
				      "endpoints: first");
	run->first = nla_get_u32(tb[VSN_A_ENDPOINT_RUN_FIRST]);
	run->last = run->first;
	if (tb[VSN_A_ENDPOINT_RUN_LAST])
		run->last = nla_get_u32(tb[VSN_A_ENDPOINT_RUN_LAST]);
	return 0;
}

/* Gather the endpoints of a request in an array that the caller frees. */
static int parse_runs(const struct genl_info *info, struct vsn_ep_run **runs, u32 *nr_runs)
{
	const struct nlattr *attr;
	u32 n = 0;
	int rem, err;

	nlmsg_for_each_attr_type(attr, VSN_A_PARTITION_ENDPOINTS, info->nlhdr, GENL_HDRLEN, rem)
		n++;
	if (!n)
		return vsn_nl_missing(info->extack, NULL, VSN_A_PARTITION_ENDPOINTS,
				      "endpoints");
	*runs = kvmalloc_array(n, sizeof(**runs), GFP_KERNEL_ACCOUNT);
	if (!*runs) {
		NL_SET_ERR_MSG(info->extack, "no memory for the list of endpoints");
		return -ENOMEM;
	}
	*nr_runs = 0;
	nlmsg_for_each_attr_type(attr, VSN_A_PARTITION_ENDPOINTS, info->nlhdr, GENL_HDRLEN, rem) {
		err = parse_run(attr, &(*runs)[(*nr_runs)++], info->extack);
		if (err) {
			kvfree(*runs);
			return err;
		}
	}
	return 0;
}

static u64 uint_or_zero(const struct nlattr *attr)
{
	return attr ? nla_get_uint(attr) : 0;
}

int vsn_nl_partition_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct nlattr **attrs = info->attrs;
	struct vsn_partition *partition;
	struct vsn_ep_run *runs;
	struct vsn_diag diag;
	struct sk_buff *msg;
	u32 nr_runs;
	int err;

	err = begin(info, &msg);
	if (err)
		return err;
	err = parse_runs(info, &runs, &nr_runs);
	if (err)
		return finish(info, msg, err);

	vsn_nl_regions_lock();
	partition = vsn_partition_create(fabric, nla_data(attrs[VSN_A_PARTITION_NAME]), runs,
					 nr_runs, uint_or_zero(attrs[VSN_A_PARTITION_QUOTA]),
					 uint_or_zero(attrs[VSN_A_PARTITION_RESIDENT_MAX]),
					 &diag);
	if (IS_ERR(partition)) {
		err = vsn_nl_refuse_word(info, words, &diag, PTR_ERR(partition));
	} else {
		mutex_lock(&fabric->lock);
		notify_partition(fabric, partition);
		err = put_reply(info, msg, partition);
		mutex_unlock(&fabric->lock);
		vsn_partition_put(partition);
	}
	vsn_nl_regions_unlock();
	kvfree(runs);
	return finish(info, msg, err);
}

/* Apply a request's limits, all or none; the caller holds fabric->lock. */
static int set_limits(struct genl_info *info, struct vsn_partition *partition)
{
	const struct nlattr *resident = info->attrs[VSN_A_PARTITION_RESIDENT_MAX];
	const struct nlattr *quota = info->attrs[VSN_A_PARTITION_QUOTA];
	struct vsn_diag diag;
	int err;

	if (resident) {
		err = vsn_partition_set_resident(partition, nla_get_uint(resident), &diag);
		if (err)
			return vsn_nl_refuse_word(info, words, &diag, err);
	}
	if (quota)
		partition->quota = nla_get_uint(quota);
	return 0;
}

int vsn_nl_partition_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct nlattr **attrs = info->attrs;
	struct vsn_partition *partition;
	struct sk_buff *msg;
	int err;

	err = begin(info, &msg);
	if (err)
		return err;
	if (!attrs[VSN_A_PARTITION_QUOTA] && !attrs[VSN_A_PARTITION_RESIDENT_MAX]) {
		err = vsn_nl_missing(info->extack, NULL, VSN_A_PARTITION_QUOTA,
				     "quota or resident-max");
		return finish(info, msg, err);
	}
	vsn_nl_regions_lock();
	mutex_lock(&fabric->lock);
	partition = named(info);
	err = PTR_ERR_OR_ZERO(partition);
	if (!err)
		err = set_limits(info, partition);
	if (!err) {
		notify_partition(fabric, partition);
		err = put_reply(info, msg, partition);
	}
	mutex_unlock(&fabric->lock);
	vsn_nl_regions_unlock();
	return finish(info, msg, err);
}

int vsn_nl_partition_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_PARTITION_NAME];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_diag diag;
	u32 id;
	int err;

	err = begin(info, NULL);
	if (err)
		return err;
	vsn_nl_regions_lock();
	err = vsn_partition_delete(fabric, nla_data(attr), &id, &diag);
	if (!err)
		notify_deleted(fabric, nla_data(attr), id);
	vsn_nl_regions_unlock();
	return err ? vsn_nl_refuse_word(info, words, &diag, err) : 0;
}
