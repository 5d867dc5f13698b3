// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: regions and limits. */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "fabric.h"
#include "netlink.h"

/* Homes that a message lists; home-count tells all. */
#define HOMES_LISTED	16

/*
 * Protects the order of changes of regions, partitions and limits and of their
 * notifications, and the count of changes of regions.  Outermost: fabric->lock nests
 * inside.
 */
static DEFINE_MUTEX(change_lock);
static u32 region_changes = 1;

/* vsn_nl_regions_lock - keep regions, partitions and limits from changing */
void vsn_nl_regions_lock(void)
{
	mutex_lock(&change_lock);
}

/* vsn_nl_regions_unlock - the opposite */
void vsn_nl_regions_unlock(void)
{
	mutex_unlock(&change_lock);
}

/* @hdr: what genlmsg_put() returned */
static int put_region(struct sk_buff *skb, void *hdr, const struct vsn_fabric *fabric,
		      const struct vsn_region *region)
{
	const struct vsn_place *place = &region->place;
	u64 resident = (u64)atomic_long_read(&region->resident) << PAGE_SHIFT;
	u32 i;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, VSN_A_REGION_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_REGION_ID, region->id) ||
	    nla_put_uint(skb, VSN_A_REGION_SIZE, place->size))
		goto err_cancel;
	for (i = 0; i < min_t(u32, place->nr_homes, HOMES_LISTED); i++)
		if (nla_put_u32(skb, VSN_A_REGION_HOME, place->homes[i]))
			goto err_cancel;
	if (nla_put_u32(skb, VSN_A_REGION_HOME_COUNT, place->nr_homes) ||
	    (place->nr_homes > 1 &&
	     nla_put_uint(skb, VSN_A_REGION_GRANULE, 1ULL << place->granule_shift)) ||
	    (region->huge && nla_put_flag(skb, VSN_A_REGION_HUGE)) ||
	    nla_put_uint(skb, VSN_A_REGION_UA, place->ua) ||
	    nla_put_uint(skb, VSN_A_REGION_RESIDENT, resident) ||
	    (region->partition &&
	     nla_put_string(skb, VSN_A_REGION_PARTITION, region->partition->name)) ||
	    (READ_ONCE(region->lessee) && nla_put_flag(skb, VSN_A_REGION_LEASED)) ||
	    (READ_ONCE(region->exported) && nla_put_flag(skb, VSN_A_REGION_EXPORTED)) ||
	    nla_put_u32(skb, VSN_A_REGION_IMPORTS, READ_ONCE(region->nr_imports)))
		goto err_cancel;
	genlmsg_end(skb, hdr);
	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

int vsn_nl_region_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_REGION_ID];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_region *region;
	struct sk_buff *msg;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_REGION_ID, "id");
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	/* Under the lock, so that region-del does not take our reference for use. */
	mutex_lock(&fabric->lock);
	region = vsn_region_get_id(fabric, nla_get_u32(attr));
	if (region) {
		err = put_region(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
							VSN_CMD_REGION_GET),
				 fabric, region);
		vsn_region_put(region);
	} else {
		err = vsn_nl_refuse(info->extack, attr, -ENOENT, "id %u: no such region",
				    nla_get_u32(attr));
	}
	mutex_unlock(&fabric->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int vsn_nl_region_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	const struct nlattr *attr = genl_info_dump(cb)->attrs[VSN_A_REGION_PARTITION];
	const struct vsn_partition *partition = NULL;
	struct vsn_region *region;
	struct vsn_fabric *fabric;
	void *hdr;
	int err = 0;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);

	mutex_lock(&change_lock);
	cb->seq = region_changes;
	mutex_lock(&fabric->lock);
	if (attr) {
		partition = vsn_partition_find(fabric, nla_data(attr));
		if (!partition)
			err = vsn_nl_refuse(cb->extack, attr, -ENOENT,
					    "partition '%s': no such partition",
					    (const char *)nla_data(attr));
	}
	while (!err) {
		u32 id = ctx->next;

		region = vsn_region_get_next(fabric, &id);
		if (!region)
			break;
		if (partition && region->partition != partition) {
			ctx->next = id;
			vsn_region_put(region);
			cond_resched();
			continue;
		}
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_REGION_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_region(skb, hdr, fabric, region);
		if (!err)
			ctx->next = id;
		vsn_region_put(region);
	}
	mutex_unlock(&fabric->lock);
	mutex_unlock(&change_lock);
	vsn_fabric_put(fabric);
	return err;
}

/**
 * vsn_nl_region_created - count and tell that there is a region more
 * @fabric: its fabric
 * @region: the caller holds a reference, and vsn_nl_regions_lock()
 */
void vsn_nl_region_created(const struct vsn_fabric *fabric,
			   const struct vsn_region *region)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	lockdep_assert_held(&change_lock);
	region_changes++;
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_REGION_NTF);
	if (put_region(skb, hdr, fabric, region))
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

/**
 * vsn_nl_region_deleted - count and tell that there is a region less
 * @fabric: its fabric
 * @id: what its id was; the caller holds vsn_nl_regions_lock()
 */
void vsn_nl_region_deleted(const struct vsn_fabric *fabric, u32 id)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	lockdep_assert_held(&change_lock);
	region_changes++;
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_REGION_DEL_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_REGION_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_REGION_ID, id)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	vsn_nl_notify(skb);
}

/* Gather the homes of a request in an array that the caller frees. */
static int parse_homes(const struct genl_info *info, const struct vsn_fabric *fabric,
		       u32 **homes, u32 *nr_homes)
{
	const struct nlattr *attr;
	u32 home, n = 0;
	int rem;

	nlmsg_for_each_attr_type(attr, VSN_A_REGION_HOME, info->nlhdr, GENL_HDRLEN, rem) {
		home = nla_get_u32(attr);
		if (home >= fabric->topo.nr_endpoints)
			return vsn_nl_refuse(info->extack, attr, -EINVAL,
					     "home %u: the fabric has endpoints 0 to %u",
					     home, fabric->topo.nr_endpoints - 1);
		if (++n > fabric->topo.nr_endpoints)
			return vsn_nl_refuse(info->extack, attr, -E2BIG,
					     "home: more than the %u endpoints of the fabric",
					     fabric->topo.nr_endpoints);
	}
	if (!n)
		return vsn_nl_missing(info->extack, NULL, VSN_A_REGION_HOME, "home");

	*homes = kvmalloc_array(n, sizeof(**homes), GFP_KERNEL_ACCOUNT);
	if (!*homes) {
		NL_SET_ERR_MSG(info->extack, "no memory for the list of homes");
		return -ENOMEM;
	}
	*nr_homes = 0;
	nlmsg_for_each_attr_type(attr, VSN_A_REGION_HOME, info->nlhdr, GENL_HDRLEN, rem)
		(*homes)[(*nr_homes)++] = nla_get_u32(attr);
	return 0;
}

int vsn_nl_region_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_partition *partition = NULL;
	struct nlattr **attrs = info->attrs;
	struct vsn_region *region;
	struct vsn_diag diag;
	struct sk_buff *msg;
	u32 *homes, nr_homes;
	u64 granule;
	bool huge;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attrs[VSN_A_REGION_SIZE])
		return vsn_nl_missing(info->extack, NULL, VSN_A_REGION_SIZE, "size");
	huge = nla_get_flag(attrs[VSN_A_REGION_HUGE]);
	if (attrs[VSN_A_REGION_GRANULE])
		granule = nla_get_uint(attrs[VSN_A_REGION_GRANULE]);
	else
		granule = huge ? VSN_GRANULE_DEFAULT_HUGE : VSN_GRANULE_DEFAULT;
	err = parse_homes(info, fabric, &homes, &nr_homes);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg) {
		err = -ENOMEM;
		goto out_homes;
	}

	if (attrs[VSN_A_REGION_PARTITION]) {
		partition = vsn_partition_get(fabric, nla_data(attrs[VSN_A_REGION_PARTITION]));
		if (!partition) {
			err = vsn_nl_refuse(info->extack, attrs[VSN_A_REGION_PARTITION],
					    -ENOENT, "partition '%s': no such partition",
					    (char *)nla_data(attrs[VSN_A_REGION_PARTITION]));
			goto out_msg;
		}
	}

	/* Until its notification is out, region-del waits. */
	mutex_lock(&change_lock);
	region = vsn_region_create(fabric, nla_get_uint(attrs[VSN_A_REGION_SIZE]), homes,
				   nr_homes, granule, huge, partition, &diag);
	if (IS_ERR(region)) {
		err = vsn_nl_refuse_diag(info->extack, &diag, PTR_ERR(region));
	} else {
		vsn_nl_region_created(fabric, region);
		err = put_region(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
							VSN_CMD_REGION_NEW),
				 fabric, region);
		vsn_region_put(region);
	}
	mutex_unlock(&change_lock);
	vsn_partition_put(partition);

out_msg:
	if (err)
		nlmsg_free(msg);
	else
		err = genlmsg_reply(msg, info);
out_homes:
	kvfree(homes);
	return err;
}

int vsn_nl_region_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_REGION_ID];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_diag diag;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_REGION_ID, "id");
	mutex_lock(&change_lock);
	err = vsn_region_delete(fabric, nla_get_u32(attr), &diag);
	if (!err)
		vsn_nl_region_deleted(fabric, nla_get_u32(attr));
	mutex_unlock(&change_lock);
	return err ? vsn_nl_refuse_diag(info->extack, &diag, err) : 0;
}

/* @hdr: what genlmsg_put() returned; @fabric: NULL for the whole module */
static int put_limit(struct sk_buff *skb, void *hdr, struct vsn_fabric *fabric)
{
	if (!hdr)
		return -EMSGSIZE;
	if ((fabric && nla_put_string(skb, VSN_A_LIMIT_FABRIC, fabric->name)) ||
	    nla_put_uint(skb, VSN_A_LIMIT_RESIDENT, vsn_store_limit(fabric))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int vsn_nl_limit_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct sk_buff *msg;
	int err;

	if (fabric) {
		err = vsn_nl_need_ready(fabric, info->extack);
		if (err)
			return err;
	}
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = put_limit(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
					       VSN_CMD_LIMIT_GET),
			fabric);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

static void notify_limit(struct vsn_fabric *fabric)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);

	if (!skb)
		return;
	if (put_limit(skb, genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_LIMIT_NTF),
		      fabric))
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

int vsn_nl_limit_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_LIMIT_RESIDENT];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_diag diag;
	int err;

	if (fabric) {
		err = vsn_nl_need_ready(fabric, info->extack);
		if (err)
			return err;
	}
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_LIMIT_RESIDENT, "resident");
	mutex_lock(&change_lock);
	err = vsn_store_set_limit(fabric, nla_get_uint(attr), &diag);
	if (!err)
		notify_limit(fabric);
	mutex_unlock(&change_lock);
	return err ? vsn_nl_refuse_diag(info->extack, &diag, err) : 0;
}
