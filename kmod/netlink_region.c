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
		      struct vsn_region *region)
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
	    (region->name[0] && nla_put_string(skb, VSN_A_REGION_NAME, region->name)) ||
	    nla_put_u32(skb, VSN_A_REGION_POLICY, region->policy) ||
	    nla_put_uint(skb, VSN_A_REGION_POISONED, vsn_poison_bytes(region)) ||
	    vsn_nl_put_directory(skb, region) ||
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

/*
 * The region that a request names, with a reference.  fabric->lock is held, so that
 * region-del does not take the reference for use.
 */
static struct vsn_region *get_region(struct vsn_fabric *fabric, struct genl_info *info)
{
	struct nlattr *by_id = info->attrs[VSN_A_REGION_ID];
	struct nlattr *by_name = info->attrs[VSN_A_REGION_NAME];
	struct vsn_region *region;

	lockdep_assert_held(&fabric->lock);
	if (by_id && by_name)
		return ERR_PTR(vsn_nl_refuse(info->extack, by_name, -EINVAL,
					     "id and name: give one of them"));
	if (!by_id && !by_name)
		return ERR_PTR(vsn_nl_missing(info->extack, NULL, VSN_A_REGION_ID,
					      "id or name"));
	region = by_id ? vsn_region_get_id(fabric, nla_get_u32(by_id)) :
			 vsn_region_get_name(fabric, nla_data(by_name));
	if (region)
		return region;
	if (by_id)
		return ERR_PTR(vsn_nl_refuse(info->extack, by_id, -ENOENT,
					     "id %u: no such region", nla_get_u32(by_id)));
	return ERR_PTR(vsn_nl_refuse(info->extack, by_name, -ENOENT,
				     "name '%s': no such region",
				     (const char *)nla_data(by_name)));
}

int vsn_nl_region_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_region *region;
	struct sk_buff *msg;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&fabric->lock);
	region = get_region(fabric, info);
	if (IS_ERR(region)) {
		err = PTR_ERR(region);
	} else {
		err = put_region(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
							VSN_CMD_REGION_GET),
				 fabric, region);
		vsn_region_put(region);
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
void vsn_nl_region_created(const struct vsn_fabric *fabric, struct vsn_region *region)
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
 * @name: what its name was, or empty
 */
void vsn_nl_region_deleted(const struct vsn_fabric *fabric, u32 id, const char *name)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	lockdep_assert_held(&change_lock);
	region_changes++;
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_REGION_DEL_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_REGION_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_REGION_ID, id) ||
	    (name[0] && nla_put_string(skb, VSN_A_REGION_NAME, name))) {
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

static int parse_mode(const struct genl_info *info, struct vsn_region_spec *spec)
{
	const struct nlattr *granule = info->attrs[VSN_A_REGION_DIR_GRANULE];

	spec->mode = VSN_REGION_MODE_UNCACHED;
	if (info->attrs[VSN_A_REGION_MODE])
		spec->mode = nla_get_u32(info->attrs[VSN_A_REGION_MODE]);
	if (!granule)
		return 0;
	spec->dir_granule = nla_get_uint(granule);
	if (spec->mode == VSN_REGION_MODE_UNCACHED)
		return vsn_nl_refuse(info->extack, granule, -EINVAL,
				     "dir-granule: an uncached region has no directory");
	if (!spec->dir_granule)
		return vsn_nl_refuse(info->extack, granule, -EINVAL, "dir-granule is 0");
	return 0;
}

static int parse_where(const struct genl_info *info, const struct vsn_topo *topo,
		       const struct nlattr *nest, struct vsn_where *where)
{
	struct nlattr *tb[VSN_A_WHERE_MAX + 1];
	const char *name;
	int err, dim;

	err = nla_parse_nested(tb, VSN_A_WHERE_MAX, nest, vsn_where_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[VSN_A_WHERE_DIM])
		return vsn_nl_missing(info->extack, nest, VSN_A_WHERE_DIM, "where: dim");
	if (!tb[VSN_A_WHERE_DIGIT])
		return vsn_nl_missing(info->extack, nest, VSN_A_WHERE_DIGIT, "where: digit");
	name = nla_data(tb[VSN_A_WHERE_DIM]);
	dim = vsn_topo_find_dim(topo, name);
	if (dim < 0)
		return vsn_nl_refuse(info->extack, tb[VSN_A_WHERE_DIM], -ENOENT,
				     "where: no dimension '%s'", name);
	where->dim = dim;
	where->digit = nla_get_u32(tb[VSN_A_WHERE_DIGIT]);
	if (where->digit >= topo->dims[dim].size)
		return vsn_nl_refuse(info->extack, tb[VSN_A_WHERE_DIGIT], -EINVAL,
				     "where: digit %u: dimension '%s' has 0 to %u",
				     where->digit, name, topo->dims[dim].size - 1);
	return 0;
}

/* Which attribute a refusal is about */
static const struct vsn_nl_word region_words[] = {
	{ "size", VSN_A_REGION_SIZE },
	{ "granule", VSN_A_REGION_GRANULE },
	{ "name", VSN_A_REGION_NAME },
	{ "policy", VSN_A_REGION_POLICY },
	{ "kind", VSN_A_REGION_KIND },
	{ "where", VSN_A_REGION_WHERE },
	{ "near", VSN_A_REGION_NEAR },
	{ "count", VSN_A_REGION_COUNT },
	{ },
};

/* How to choose the homes */
static int parse_choice(struct genl_info *info, const struct vsn_topo *topo,
			struct vsn_choice *c)
{
	struct nlattr **attrs = info->attrs;
	const struct nlattr *attr;
	struct vsn_diag diag;
	int err, rem;

	c->policy = VSN_PLACEMENT_LIST;
	c->near = VSN_NOWHERE;
	if (attrs[VSN_A_REGION_POLICY])
		c->policy = nla_get_u32(attrs[VSN_A_REGION_POLICY]);
	if (c->policy != VSN_PLACEMENT_LIST && attrs[VSN_A_REGION_HOME])
		return vsn_nl_refuse(info->extack, attrs[VSN_A_REGION_HOME], -EINVAL,
				     "home: only policy list takes it");
	if (attrs[VSN_A_REGION_KIND])
		c->kind = nla_get_u32(attrs[VSN_A_REGION_KIND]);
	if (attrs[VSN_A_REGION_COUNT])
		c->count = nla_get_u32(attrs[VSN_A_REGION_COUNT]);
	attr = attrs[VSN_A_REGION_NEAR];
	if (attr) {
		c->near = nla_get_u32(attr);
		if (c->near >= topo->nr_endpoints)
			return vsn_nl_refuse(info->extack, attr, -EINVAL,
					     "near %u: the fabric has endpoints 0 to %u",
					     c->near, topo->nr_endpoints - 1);
	}
	nlmsg_for_each_attr_type(attr, VSN_A_REGION_WHERE, info->nlhdr, GENL_HDRLEN, rem) {
		if (c->nr_where == VSN_MAX_WHERE)
			return vsn_nl_refuse(info->extack, attr, -E2BIG,
					     "where: more than %u", VSN_MAX_WHERE);
		err = parse_where(info, topo, attr, &c->where[c->nr_where]);
		if (err)
			return err;
		c->nr_where++;
	}
	err = vsn_choice_check(c, &diag);
	if (err)
		return vsn_nl_refuse_word(info, region_words, &diag, err);
	return 0;
}

/* All but where it shall be */
static int parse_spec(struct genl_info *info, struct vsn_region_spec *spec)
{
	struct nlattr **attrs = info->attrs;
	const struct nlattr *name = attrs[VSN_A_REGION_NAME];

	memset(spec, 0, sizeof(*spec));
	if (!attrs[VSN_A_REGION_SIZE])
		return vsn_nl_missing(info->extack, NULL, VSN_A_REGION_SIZE, "size");
	spec->size = nla_get_uint(attrs[VSN_A_REGION_SIZE]);
	spec->huge = nla_get_flag(attrs[VSN_A_REGION_HUGE]);
	if (attrs[VSN_A_REGION_GRANULE])
		spec->granule = nla_get_uint(attrs[VSN_A_REGION_GRANULE]);
	else
		spec->granule = spec->huge ? VSN_GRANULE_DEFAULT_HUGE : VSN_GRANULE_DEFAULT;
	if (name && !vsn_region_name_valid(nla_data(name)))
		return vsn_nl_refuse(info->extack, name, -EINVAL,
				     "name: want 1 to 31 of a-z 0-9 _ . -, not digits alone");
	if (name)
		nla_strscpy(spec->name, name, sizeof(spec->name));
	return parse_mode(info, spec);
}

int vsn_nl_region_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_partition *partition = NULL;
	struct vsn_region_spec spec;
	struct nlattr **attrs = info->attrs;
	struct vsn_region *region;
	struct vsn_diag diag;
	struct sk_buff *msg;
	u32 *homes = NULL;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (!err)
		err = parse_spec(info, &spec);
	if (!err)
		err = parse_choice(info, &fabric->topo, &spec.choice);
	if (!err && spec.choice.policy == VSN_PLACEMENT_LIST)
		err = parse_homes(info, fabric, &homes, &spec.nr_homes);
	if (err)
		return err;
	spec.homes = homes;
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
	spec.partition = partition;
	region = vsn_region_create(fabric, &spec, &diag);
	if (IS_ERR(region)) {
		err = vsn_nl_refuse_word(info, region_words, &diag, PTR_ERR(region));
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
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	char name[VSN_NAME_SIZE];
	struct vsn_region *region;
	struct vsn_diag diag;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	mutex_lock(&change_lock);
	mutex_lock(&fabric->lock);
	region = get_region(fabric, info);
	err = PTR_ERR_OR_ZERO(region);
	if (!err) {
		id = region->id;
		strscpy(name, region->name, sizeof(name));
		vsn_region_put(region);
	}
	mutex_unlock(&fabric->lock);
	if (err)
		goto out_unlock;
	/* Regions come and go under change_lock: this one is still there. */
	err = vsn_region_delete(fabric, id, nla_get_flag(info->attrs[VSN_A_REGION_FORCE]),
				&diag);
	if (err) {
		vsn_nl_refuse_diag(info->extack, &diag, err);
		goto out_unlock;
	}
	vsn_nl_region_deleted(fabric, id, name);
out_unlock:
	mutex_unlock(&change_lock);
	return err;
}

static void notify_poison(const struct vsn_region *region, u64 off, u64 len, bool heal)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	void *hdr;

	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_REGION_POISON_NTF);
	if (!hdr || nla_put_string(skb, VSN_A_REGION_FABRIC, region->fabric->name) ||
	    nla_put_u32(skb, VSN_A_REGION_ID, region->id) ||
	    nla_put_uint(skb, VSN_A_REGION_OFFSET, off) ||
	    nla_put_uint(skb, VSN_A_REGION_LENGTH, len) ||
	    (heal && nla_put_flag(skb, VSN_A_REGION_HEAL)) ||
	    nla_put_uint(skb, VSN_A_REGION_POISONED, vsn_poison_bytes(region))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	vsn_nl_notify(skb);
}

/* The range of a request, which lies within the region and is not empty */
static int parse_range(struct genl_info *info, const struct vsn_region *region, u64 *off,
		       u64 *len)
{
	const struct nlattr *offset = info->attrs[VSN_A_REGION_OFFSET];
	const struct nlattr *length = info->attrs[VSN_A_REGION_LENGTH];
	u64 size = region->place.size;

	*off = offset ? nla_get_uint(offset) : 0;
	if (*off % VSN_GRANULE_MIN)
		return vsn_nl_refuse(info->extack, offset, -EINVAL,
				     "offset %llu is not a multiple of 4 KiB", *off);
	if (*off >= size)
		return vsn_nl_refuse(info->extack, offset, -ERANGE,
				     "offset %llu: the region has %llu bytes", *off, size);
	*len = length ? nla_get_uint(length) : size - *off;
	if (!*len || *len % VSN_GRANULE_MIN)
		return vsn_nl_refuse(info->extack, length, -EINVAL,
				     "length %llu is not a positive multiple of 4 KiB",
				     *len);
	if (*len > size - *off)
		return vsn_nl_refuse(info->extack, length, -ERANGE,
				     "length %llu: the region has %llu bytes from offset %llu on",
				     *len, size - *off, *off);
	return 0;
}

static int poison(struct genl_info *info, struct vsn_region *region)
{
	bool heal = nla_get_flag(info->attrs[VSN_A_REGION_HEAL]);
	struct vsn_diag diag;
	u64 off, len;
	int err;

	err = parse_range(info, region, &off, &len);
	if (err)
		return err;
	err = heal ? vsn_poison_heal(region, off, len, &diag) :
		     vsn_poison_set(region, off, len, &diag);
	if (err)
		return vsn_nl_refuse_diag(info->extack, &diag, err);
	notify_poison(region, off, len, heal);
	return 0;
}

int vsn_nl_region_poison_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_REGION_ID];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_region *region;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_REGION_ID, "id");
	mutex_lock(&change_lock);
	/* So that region-del does not take our reference for use. */
	mutex_lock(&fabric->lock);
	region = vsn_region_get_id(fabric, nla_get_u32(attr));
	if (region) {
		err = poison(info, region);
		vsn_region_put(region);
	} else {
		err = vsn_nl_refuse(info->extack, attr, -ENOENT, "id %u: no such region",
				    nla_get_u32(attr));
	}
	mutex_unlock(&fabric->lock);
	mutex_unlock(&change_lock);
	return err;
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
