// SPDX-License-Identifier: GPL-2.0
/* Partitions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int parse_run(struct vsn_ctl_partition *p, struct nlattr *nest)
{
	struct vsn_ctl_run *run;
	struct nlattr *nla;
	int rem;

	run = vsn_array_add(&p->runs, &p->nr_runs, sizeof(*run));
	if (!run)
		return -ENOMEM;
	nla_for_each_nested(nla, nest, rem) {
		switch (nla_type(nla)) {
		case VSN_A_ENDPOINT_RUN_FIRST:
			run->first = vsn_get_uint(nla);
			break;
		case VSN_A_ENDPOINT_RUN_LAST:
			run->last = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

/* On failure, too, the caller clears it. */
int vsn_partition_parse(struct vsn_ctl_partition *p, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem, err;

	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_PARTITION_FABRIC:
			vsn_get_str(p->fabric, sizeof(p->fabric), nla);
			break;
		case VSN_A_PARTITION_NAME:
			vsn_get_str(p->name, sizeof(p->name), nla);
			break;
		case VSN_A_PARTITION_ID:
			p->id = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_ENDPOINTS:
			err = parse_run(p, nla);
			if (err)
				return err;
			break;
		case VSN_A_PARTITION_ENDPOINT_COUNT:
			p->endpoint_count = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_QUOTA:
			p->quota = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_RESIDENT_MAX:
			p->resident_max = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_PROMISED:
			p->promised = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_RESIDENT:
			p->resident = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_REGIONS:
			p->regions = vsn_get_uint(nla);
			break;
		case VSN_A_PARTITION_CONTEXTS:
			p->contexts = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

void vsn_partition_clear(struct vsn_ctl_partition *p)
{
	free(p->runs);
	memset(p, 0, sizeof(*p));
}

void vsn_ctl_partition_free(struct vsn_ctl_partition *partition)
{
	if (!partition)
		return;
	vsn_partition_clear(partition);
	free(partition);
}

static int partition_fill(const struct nlmsghdr *nlh, void *arg)
{
	vsn_partition_clear(arg);
	return vsn_partition_parse(arg, nlh);
}

/* Run a request whose reply is a partition. */
static int partition_do(struct vsn_request *req, struct vsn_ctl_partition **partition)
{
	struct vsn_ctl_partition *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		req->err = -ENOMEM;
	err = vsn_request_do(req, partition_fill, p);
	if (err || !partition) {
		vsn_ctl_partition_free(p);
		return err;
	}
	*partition = p;
	return 0;
}

/* Begin a request about one partition. */
static void partition_request(struct vsn_request *req, struct vsn_ctl *ctl, uint8_t cmd,
			      size_t runs, const char *fabric, const char *name)
{
	vsn_request_alloc(req, ctl, cmd, 256 + 24 * runs);
	vsn_put_str(req, VSN_A_PARTITION_FABRIC, fabric);
	vsn_put_str(req, VSN_A_PARTITION_NAME, name);
}

/**
 * vsn_ctl_partition_add() - make a partition
 * @ctl: handle
 * @fabric: name of the fabric
 * @spec: what to make
 * @partition: out: the partition, to be freed with vsn_ctl_partition_free(); may be NULL
 *
 * Return: 0, -ENOENT no such fabric, -EEXIST the name is taken, -EBUSY an endpoint
 * is in another partition and the text names it, -EINVAL, -EPERM, or another negative
 * errno.
 */
int vsn_ctl_partition_add(struct vsn_ctl *ctl, const char *fabric,
			  const struct vsn_ctl_partition_spec *spec,
			  struct vsn_ctl_partition **partition)
{
	struct vsn_request req;
	struct nlattr *nest;
	size_t i;

	partition_request(&req, ctl, VSN_CMD_PARTITION_NEW, spec->nr_runs, fabric,
			  spec->name);
	for (i = 0; i < spec->nr_runs; i++) {
		nest = vsn_put_nest(&req, VSN_A_PARTITION_ENDPOINTS);
		vsn_put_u32(&req, VSN_A_ENDPOINT_RUN_FIRST, spec->runs[i].first);
		vsn_put_u32(&req, VSN_A_ENDPOINT_RUN_LAST, spec->runs[i].last);
		vsn_put_nest_end(&req, nest);
	}
	if (spec->quota)
		vsn_put_u64(&req, VSN_A_PARTITION_QUOTA, spec->quota);
	if (spec->resident_max)
		vsn_put_u64(&req, VSN_A_PARTITION_RESIDENT_MAX, spec->resident_max);
	return partition_do(&req, partition);
}

/**
 * vsn_ctl_partition_get() - get a partition
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the partition
 * @partition: out: the partition, to be freed with vsn_ctl_partition_free()
 *
 * Return: 0, -ENOENT no such fabric or partition, or another negative errno.
 */
int vsn_ctl_partition_get(struct vsn_ctl *ctl, const char *fabric, const char *name,
			  struct vsn_ctl_partition **partition)
{
	struct vsn_request req;

	partition_request(&req, ctl, VSN_CMD_PARTITION_GET, 0, fabric, name);
	return partition_do(&req, partition);
}

/**
 * vsn_ctl_partition_set() - set the limits of a partition
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the partition
 * @quota: bytes that its regions may promise, 0: any; NULL: as it is
 * @resident_max: bytes that they may have in memory, 0: any; NULL: as it is
 *
 * Return: 0, -ENOENT, -EINVAL, -EPERM, or another negative errno.
 */
int vsn_ctl_partition_set(struct vsn_ctl *ctl, const char *fabric, const char *name,
			  const uint64_t *quota, const uint64_t *resident_max)
{
	struct vsn_request req;

	partition_request(&req, ctl, VSN_CMD_PARTITION_SET, 0, fabric, name);
	if (quota)
		vsn_put_u64(&req, VSN_A_PARTITION_QUOTA, *quota);
	if (resident_max)
		vsn_put_u64(&req, VSN_A_PARTITION_RESIDENT_MAX, *resident_max);
	return partition_do(&req, NULL);
}

/**
 * vsn_ctl_partition_del() - delete a partition that is not open and has no regions
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the partition
 *
 * Return: 0, -ENOENT, -EBUSY it is in use, -EPERM, or another negative errno.
 */
int vsn_ctl_partition_del(struct vsn_ctl *ctl, const char *fabric, const char *name)
{
	struct vsn_request req;

	partition_request(&req, ctl, VSN_CMD_PARTITION_DEL, 0, fabric, name);
	return vsn_request_do(&req, NULL, NULL);
}

struct partition_list {
	struct vsn_ctl *ctl;
	vsn_ctl_partition_fn fn;
	void *arg;
};

static int partition_each(const struct nlmsghdr *nlh, void *arg)
{
	struct vsn_ctl_partition p = { 0 };
	struct partition_list *l = arg;
	int err;

	err = vsn_partition_parse(&p, nlh);
	if (err)
		vsn_fail(l->ctl, err, "out of memory");
	else
		err = l->fn(&p, l->arg);
	vsn_partition_clear(&p);
	return err;
}

/**
 * vsn_ctl_partition_list() - list a fabric's partitions
 * @ctl: handle
 * @fabric: name of the fabric
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_partition_list(struct vsn_ctl *ctl, const char *fabric,
			   vsn_ctl_partition_fn fn, void *arg)
{
	struct partition_list l = { ctl, fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_PARTITION_GET, 256);
	vsn_put_str(&req, VSN_A_PARTITION_FABRIC, fabric);
	return vsn_request_dump(&req, partition_each, &l);
}
