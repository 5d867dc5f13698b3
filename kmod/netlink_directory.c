// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: directories of regions: grants, violations, counters. */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>

#include "directory.h"
#include "fabric.h"
#include "netlink.h"

/* Holders that a message lists; holder-count tells all. */
#define HOLDERS_LISTED	16

/* Granules looked at between two chances for others to take the lock */
#define SCAN_BATCH	65536

static_assert(VSN_RIGHT_NONE == (int)VSN_DIR_NONE && VSN_RIGHT_READ == (int)VSN_DIR_READ &&
	      VSN_RIGHT_WRITE == (int)VSN_DIR_WRITE);
static_assert(VSN_GRANT_NONE == (int)VSN_DIR_NONE && VSN_GRANT_READ == (int)VSN_DIR_READ &&
	      VSN_GRANT_WRITE == (int)VSN_DIR_WRITE);

/**
 * vsn_nl_put_directory - what a region's message tells of its directory
 * @skb: the message
 * @region: region; the caller holds a reference; engine->lock is taken
 *
 * Return: 0 or -EMSGSIZE.
 */
int vsn_nl_put_directory(struct sk_buff *skb, struct vsn_region *region)
{
	const struct vsn_directory *d = region->directory;
	struct vsn_directory_stats stats;

	if (!d)
		return nla_put_u32(skb, VSN_A_REGION_MODE, VSN_REGION_MODE_UNCACHED);
	vsn_directory_stats(region, &stats);
	if (nla_put_u32(skb, VSN_A_REGION_MODE, d->mode) ||
	    nla_put_uint(skb, VSN_A_REGION_DIR_GRANULE, 1ULL << d->shift) ||
	    nla_put_uint(skb, VSN_A_REGION_PINNED, stats.pinned))
		return -EMSGSIZE;
	if (d->mode == VSN_REGION_MODE_OWNED)
		return nla_put_uint(skb, VSN_A_REGION_VIOLATIONS, stats.violations);
	if (nla_put_uint(skb, VSN_A_REGION_DIR_FROM_HOME, stats.dir.from_home) ||
	    nla_put_uint(skb, VSN_A_REGION_DIR_FROM_WRITER, stats.dir.from_writer) ||
	    nla_put_uint(skb, VSN_A_REGION_DIR_WRITTEN_BACK, stats.dir.written_back) ||
	    nla_put_uint(skb, VSN_A_REGION_DIR_INVALIDATIONS, stats.dir.invalidations))
		return -EMSGSIZE;
	return 0;
}

/**
 * vsn_nl_notify_violation - tell that an access was refused
 * @fabric: the fabric; engine->lock held
 * @v: what happened
 */
void vsn_nl_notify_violation(struct vsn_fabric *fabric, const struct vsn_violation *v)
{
	struct sk_buff *skb;
	void *hdr;

	lockdep_assert_held(&fabric->engine.lock);
	skb = vsn_nl_notify_new(0);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_VIOLATION_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_VIOLATION_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_VIOLATION_ID, v->region) ||
	    nla_put_u32(skb, VSN_A_VIOLATION_INITIATOR, v->initiator) ||
	    nla_put_uint(skb, VSN_A_VIOLATION_UA, v->ua) ||
	    nla_put_u32(skb, VSN_A_VIOLATION_OPCODE, v->opcode) ||
	    (v->write && nla_put_flag(skb, VSN_A_VIOLATION_WRITE)) ||
	    nla_put_u32(skb, VSN_A_VIOLATION_RIGHT, v->right) ||
	    (v->holder != VSN_DIR_HOME &&
	     nla_put_u32(skb, VSN_A_VIOLATION_HOLDER, v->holder)) ||
	    nla_put_uint(skb, VSN_A_VIOLATION_NOW, v->now)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	vsn_nl_notify(skb);
}

/* A region with a reference, or an error that is said. */
static struct vsn_region *find_region(struct vsn_fabric *fabric, const struct nlattr *id,
				      struct netlink_ext_ack *extack)
{
	struct vsn_region *region;

	if (!id)
		return ERR_PTR(vsn_nl_missing(extack, NULL, VSN_A_GRANT_ID, "id"));
	region = vsn_region_get_id(fabric, nla_get_u32(id));
	if (!region)
		return ERR_PTR(vsn_nl_refuse(extack, id, -ENOENT, "id %u: no such region",
					     nla_get_u32(id)));
	return region;
}

static void notify_grant(const struct vsn_fabric *fabric, const struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_GRANT_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_GRANT_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_GRANT_ID, nla_get_u32(attrs[VSN_A_GRANT_ID])) ||
	    nla_put_uint(skb, VSN_A_GRANT_OFFSET, nla_get_uint(attrs[VSN_A_GRANT_OFFSET])) ||
	    nla_put_uint(skb, VSN_A_GRANT_LENGTH, nla_get_uint(attrs[VSN_A_GRANT_LENGTH])) ||
	    nla_put_u32(skb, VSN_A_GRANT_INITIATOR,
			nla_get_u32(attrs[VSN_A_GRANT_INITIATOR])) ||
	    nla_put_u32(skb, VSN_A_GRANT_RIGHT, nla_get_u32(attrs[VSN_A_GRANT_RIGHT]))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	vsn_nl_notify(skb);
}

int vsn_nl_grant_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const struct {
		u32 type;
		const char *name;
	} needed[] = {
		{ VSN_A_GRANT_OFFSET, "offset" },
		{ VSN_A_GRANT_LENGTH, "length" },
		{ VSN_A_GRANT_INITIATOR, "initiator" },
		{ VSN_A_GRANT_RIGHT, "right" },
	};
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	const struct vsn_topo *topo = &fabric->topo;
	struct nlattr **attrs = info->attrs;
	struct vsn_region *region;
	struct vsn_diag diag;
	u32 who, holder, i;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!attrs[needed[i].type])
			return vsn_nl_missing(info->extack, NULL, needed[i].type,
					      needed[i].name);
	who = nla_get_u32(attrs[VSN_A_GRANT_INITIATOR]);
	if (who >= topo->nr_endpoints ||
	    !topo->kinds[vsn_topo_kind(topo, who)].read_bandwidth)
		return vsn_nl_refuse(info->extack, attrs[VSN_A_GRANT_INITIATOR], -EINVAL,
				     "initiator %u: no such endpoint, or it cannot initiate",
				     who);
	region = find_region(fabric, attrs[VSN_A_GRANT_ID], info->extack);
	if (IS_ERR(region))
		return PTR_ERR(region);
	err = vsn_directory_grant(region, nla_get_uint(attrs[VSN_A_GRANT_OFFSET]),
				  nla_get_uint(attrs[VSN_A_GRANT_LENGTH]), who,
				  nla_get_u32(attrs[VSN_A_GRANT_RIGHT]), &diag, &holder);
	vsn_region_put(region);
	if (err)
		return vsn_nl_refuse_diag(info->extack, &diag, err);
	notify_grant(fabric, info);
	return 0;
}

/* Neighbouring granules of the same holders are told of as one. */
static bool same_holders(const struct vsn_dir *dir, u64 a, u64 b)
{
	const u32 *a_ids, *b_ids;
	bool a_writer, b_writer;
	u32 nr = vsn_dir_holders(dir, a, &a_ids, &a_writer);

	return vsn_dir_holders(dir, b, &b_ids, &b_writer) == nr &&
	       a_writer == b_writer && !memcmp(a_ids, b_ids, nr * sizeof(*a_ids));
}

/* @first up to @next, of the same holders; @hdr: what genlmsg_put() returned */
static int put_holders(struct sk_buff *skb, void *hdr, const struct vsn_region *region,
		       u64 first, u64 next)
{
	const struct vsn_directory *d = region->directory;
	u64 off = first << d->shift, end = min(next << d->shift, region->place.size);
	const u32 *ids;
	bool writer;
	u32 i, nr;

	if (!hdr)
		return -EMSGSIZE;
	nr = vsn_dir_holders(&d->dir, first, &ids, &writer);
	if (nla_put_string(skb, VSN_A_GRANT_FABRIC, region->fabric->name) ||
	    nla_put_u32(skb, VSN_A_GRANT_ID, region->id) ||
	    nla_put_uint(skb, VSN_A_GRANT_OFFSET, off) ||
	    nla_put_uint(skb, VSN_A_GRANT_LENGTH, end - off) ||
	    nla_put_u32(skb, VSN_A_GRANT_RIGHT, writer ? VSN_RIGHT_WRITE : VSN_RIGHT_READ))
		goto err_cancel;
	for (i = 0; i < min_t(u32, nr, HOLDERS_LISTED); i++)
		if (nla_put_u32(skb, VSN_A_GRANT_HOLDER, ids[i]))
			goto err_cancel;
	if (nla_put_u32(skb, VSN_A_GRANT_HOLDER_COUNT, nr))
		goto err_cancel;
	genlmsg_end(skb, hdr);
	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/* Those before @end; engine->lock held. */
static int put_grants(struct sk_buff *skb, struct netlink_callback *cb,
		      struct vsn_region *region, u64 end)
{
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_dir *dir = &region->directory->dir;
	u64 first, next;
	void *hdr;
	int err;

	for (first = vsn_dir_next(dir, ctx->next, end); first < end;
	     first = vsn_dir_next(dir, next, end)) {
		for (next = first + 1; next < end && same_holders(dir, first, next); next++)
			;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_GRANT_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_holders(skb, hdr, region, first, next);
		if (err)
			return err;
		ctx->next = next;
	}
	ctx->next = end;
	return 0;
}

int vsn_nl_grant_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *id = genl_info_dump(cb)->attrs[VSN_A_GRANT_ID];
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_directory *d;
	struct vsn_region *region;
	struct vsn_fabric *fabric;
	int err = 0;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	/* So that region-del does not take our reference for use. */
	mutex_lock(&fabric->lock);
	region = find_region(fabric, id, cb->extack);
	if (IS_ERR(region)) {
		err = PTR_ERR(region);
		goto out_unlock;
	}
	d = region->directory;
	if (!d) {
		err = vsn_nl_refuse(cb->extack, id, -EINVAL,
				    "id %u: the region is uncached and has no directory",
				    region->id);
		goto out_region;
	}
	/* A bounded part of a directory, which may be large and empty, at a time. */
	do {
		vsn_engine_lock(fabric);
		cb->seq = d->changes;
		err = put_grants(skb, cb, region,
				 min(d->dir.granules.length, (u64)ctx->next + SCAN_BATCH));
		mutex_unlock(&fabric->engine.lock);
		cond_resched();
	} while (!err && !skb->len && ctx->next < d->dir.granules.length);
	if (!err && ctx->next < d->dir.granules.length)
		err = skb->len;

out_region:
	vsn_region_put(region);
out_unlock:
	mutex_unlock(&fabric->lock);
	vsn_fabric_put(fabric);
	return err;
}
