// SPDX-License-Identifier: GPL-2.0
/*
 * Partitions, leases, exports and imports, as each allocation and copy on their way
 * fails: a call does all or nothing, and what a context has goes with it whatever fails.
 */
#include <sys/ioctl.h>

#include "sweep_nl.h"

static struct vsn_dev *tenant, *other;
static struct vsn_export export;
static struct vsn_lease lease;
static struct vsn_import import;

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

/* Partitions over netlink */

static void put_run(uint32_t first, uint32_t last)
{
	struct nlattr *nest = nl_nest(&msg, VSN_A_PARTITION_ENDPOINTS);

	nl_u32(&msg, VSN_A_ENDPOINT_RUN_FIRST, first);
	nl_u32(&msg, VSN_A_ENDPOINT_RUN_LAST, last);
	nl_end(&msg, nest);
}

static int partition_new(void)
{
	request(VSN_CMD_PARTITION_NEW);
	nl_str(&msg, VSN_A_PARTITION_NAME, "a");
	put_run(4, 5);
	put_run(0, 2);
	nl_u64(&msg, VSN_A_PARTITION_QUOTA, 3 * MIB);
	return ask();
}

static int partition_set(void)
{
	request(VSN_CMD_PARTITION_SET);
	nl_str(&msg, VSN_A_PARTITION_NAME, "a");
	nl_u64(&msg, VSN_A_PARTITION_QUOTA, 4 * MIB);
	return ask();
}

static int partition_get(void)
{
	request(VSN_CMD_PARTITION_GET);
	nl_str(&msg, VSN_A_PARTITION_NAME, "a");
	return ask();
}

static int partition_dump(void)
{
	request_dump(VSN_CMD_PARTITION_GET);
	return ask();
}

static int partition_del(void)
{
	request(VSN_CMD_PARTITION_DEL);
	nl_str(&msg, VSN_A_PARTITION_NAME, "a");
	return ask();
}

static int region_new(void)
{
	request(VSN_CMD_REGION_NEW);
	nl_u64(&msg, VSN_A_REGION_SIZE, 64 * KIB);
	nl_u32(&msg, VSN_A_REGION_HOME, 1);
	nl_str(&msg, VSN_A_REGION_PARTITION, "a");
	return ask();
}

static bool add(const char *name, uint32_t first, uint32_t last)
{
	const struct vsn_ctl_run run = { first, last };
	struct vsn_ctl_partition_spec spec = { .runs = &run, .nr_runs = 1, .quota = 3 * MIB };

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	return !vsn_ctl_partition_add(scene.ctl, scene.name, &spec, NULL);
}

static bool one(void)
{
	return add("a", 0, 3) && listen_too();
}

static int note_last(const struct vsn_ctl_region *r, void *arg)
{
	*(uint32_t *)arg = r->id;
	return 0;
}

static void drop_partition(void)
{
	uint32_t id = 0;

	vsn_ctl_region_list(scene.ctl, scene.name, note_last, &id);
	if (id)
		vsn_ctl_region_del(scene.ctl, scene.name, id);
	vsn_ctl_partition_del(scene.ctl, scene.name, "a");
	disconnect();
}

/* Contexts of two partitions */

static struct vsn_dev *open_one(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s.%s", scene.name, name);
	return test_open(path);
}

static bool tenants(void)
{
	tenant = NULL;
	other = NULL;
	if (!add("a", 0, 3) || !add("b", 4, 7))
		return false;
	tenant = open_one("a");
	other = open_one("b");
	return tenant && other;
}

static bool leased(void)
{
	return tenants() && !vsn_dev_lease(tenant, 64 * KIB, NULL, 0, 0, &lease);
}

static bool written(void)
{
	char byte = 1;

	return leased() && pwrite(vsn_dev_fd(tenant), &byte, 1, lease.ua) == 1;
}

static bool exported(void)
{
	return leased() && !vsn_dev_export(tenant, lease.ua, &export);
}

static bool imported(void)
{
	return exported() && !vsn_dev_import(other, export.id, export.token, &import);
}

/* The lessee is gone; the importer is not. */
static bool orphaned(void)
{
	if (!imported())
		return false;
	vsn_dev_close(tenant);
	tenant = NULL;
	return true;
}

static void drop_tenants(void)
{
	vsn_dev_close(tenant);
	vsn_dev_close(other);
	tenant = NULL;
	other = NULL;
	vsn_ctl_partition_del(scene.ctl, scene.name, "a");
	vsn_ctl_partition_del(scene.ctl, scene.name, "b");
}

static int open_tenant(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/vsn/%s.a", scene.name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* It counts while it is looked at, and goes with the library's own. */
	return dup2(fd, vsn_dev_fd(tenant)) < 0 ? -errno : result(close(fd));
}

static int do_lease(void)
{
	struct vsn_lease arg = { .size = sizeof(arg), .bytes = 64 * KIB };

	return result(ioctl(vsn_dev_fd(tenant), VSN_IOC_LEASE, &arg));
}

static int do_lease_at(void)
{
	const __u32 homes[] = { 1, 2, 3 };
	struct vsn_lease arg = {
		.size = sizeof(arg), .bytes = 48 * KIB, .granule = PAGE,
		.homes = (__u64)(uintptr_t)homes, .nr_homes = 3,
	};

	return result(ioctl(vsn_dev_fd(tenant), VSN_IOC_LEASE, &arg));
}

static int do_lease_too_much(void)
{
	struct vsn_lease arg = { .size = sizeof(arg), .bytes = 4 * MIB };

	return result(ioctl(vsn_dev_fd(tenant), VSN_IOC_LEASE, &arg));
}

static int do_return(void)
{
	struct vsn_return arg = { .size = sizeof(arg), .id = lease.id };

	return result(ioctl(vsn_dev_fd(tenant), VSN_IOC_RETURN, &arg));
}

static int do_export(void)
{
	struct vsn_export arg = { .size = sizeof(arg), .ua = lease.ua };

	return result(ioctl(vsn_dev_fd(tenant), VSN_IOC_EXPORT, &arg));
}

/* The answer may be lost, but the token is taken back. */
static int do_revoke(void)
{
	struct vsn_export arg = {
		.size = sizeof(arg), .flags = VSN_EXPORT_REVOKE, .ua = lease.ua,
	};

	return result(ioctl(vsn_dev_fd(tenant), VSN_IOC_EXPORT, &arg));
}

static int do_import(void)
{
	struct vsn_import arg = {
		.size = sizeof(arg), .id = export.id,
		.token = { export.token[0], export.token[1] },
	};

	return result(ioctl(vsn_dev_fd(other), VSN_IOC_IMPORT, &arg));
}

static int do_import_wrong(void)
{
	struct vsn_import arg = { .size = sizeof(arg), .id = export.id };

	return result(ioctl(vsn_dev_fd(other), VSN_IOC_IMPORT, &arg));
}

static int do_unimport(void)
{
	struct vsn_unimport arg = { .size = sizeof(arg), .id = export.id };

	return result(ioctl(vsn_dev_fd(other), VSN_IOC_UNIMPORT, &arg));
}

static int do_close(void)
{
	vsn_dev_close(tenant);
	tenant = NULL;
	return 0;
}

static int do_close_other(void)
{
	vsn_dev_close(other);
	other = NULL;
	return 0;
}

#define TENANT(what, ...)	{ .name = what, .cleanup = drop_tenants, __VA_ARGS__ }
#define LEN	((int64_t)(64 * KIB))

static const struct sweep_row rows[] = {
	ROW("partition-new", .stride = 3, .prepare = listen_too,
	    .call = partition_new, .verify = check_heard_and_answered, .cleanup = drop_partition,
	    .changes = { { W_PARTITIONS, 1 }, { W_QUOTA, 3 * MIB } }),
	ROW("partition-new, again", .prepare = one, .call = partition_new,
	    .verify = check_heard, .cleanup = drop_partition, .expect = -EEXIST),
	ROW("partition-set", .prepare = one, .call = partition_set,
	    .verify = check_heard_and_answered, .cleanup = drop_partition,
	    .changes = { { W_QUOTA, MIB } }),
	ROW("partition-get", .prepare = one, .call = partition_get, .verify = one_object,
	    .cleanup = drop_partition),
	ROW("partition-get, dump", .prepare = one, .call = partition_dump,
	    .verify = some_objects, .cleanup = drop_partition),
	ROW("partition-del", .prepare = one, .call = partition_del, .verify = check_heard,
	    .cleanup = drop_partition,
	    .changes = { { W_PARTITIONS, -1 }, { W_QUOTA, -3 * (int64_t)MIB } }),
	ROW("region-new, of a partition", .prepare = one, .call = region_new,
	    .verify = check_heard_and_answered, .cleanup = drop_partition,
	    .changes = { { W_REGIONS, 1 }, { W_ALLOCATED, 64 * KIB },
			 { W_PROMISED, 64 * KIB } }),

	TENANT("open of a partition", .prepare = tenants, .call = open_tenant,
	       .errnos = { ENOMEM, EFAULT }),
	TENANT("LEASE", .flags = SWEEP_FRESH | SWEEP_STARVE, .prepare = tenants,
	       .call = do_lease, .errnos = { ENOMEM, EFAULT },
	       .changes = { { W_REGIONS, 1 }, { W_LEASED, 1 }, { W_PROMISED, LEN },
			    { W_ALLOCATED, LEN } }),
	TENANT("LEASE, at given homes", .flags = SWEEP_FRESH, .prepare = tenants,
	       .call = do_lease_at, .errnos = { ENOMEM, EFAULT },
	       .changes = { { W_REGIONS, 1 }, { W_LEASED, 1 }, { W_PROMISED, 48 * KIB },
			    { W_ALLOCATED, 48 * KIB } }),
	TENANT("LEASE, more than the quota", .prepare = tenants, .call = do_lease_too_much,
	       .errnos = { ENOMEM, EFAULT }, .expect = -EDQUOT),
	TENANT("RETURN", .prepare = written, .call = do_return, .errnos = { EFAULT },
	       .changes = { { W_REGIONS, -1 }, { W_LEASED, -1 }, { W_PROMISED, -LEN },
			    { W_ALLOCATED, -LEN }, { W_RESIDENT, -(int64_t)PAGE } }),
	TENANT("EXPORT", .prepare = leased, .call = do_export, .errnos = { EFAULT },
	       .changes = { { W_EXPORTED, 1 } }),
	TENANT("EXPORT, taken back", .prepare = exported, .call = do_revoke,
	       .lost = { EFAULT }, .changes = { { W_EXPORTED, -1 } }),
	TENANT("IMPORT", .flags = SWEEP_STARVE, .prepare = exported, .call = do_import,
	       .errnos = { ENOMEM, EFAULT }, .changes = { { W_IMPORTS, 1 } }),
	TENANT("IMPORT, with a wrong token", .prepare = exported, .call = do_import_wrong,
	       .errnos = { EFAULT }, .expect = -EACCES),
	TENANT("UNIMPORT", .prepare = imported, .call = do_unimport, .errnos = { EFAULT },
	       .changes = { { W_IMPORTS, -1 } }),
	TENANT("UNIMPORT, of what nobody leases any more", .prepare = orphaned,
	       .call = do_unimport, .errnos = { EFAULT },
	       .changes = { { W_REGIONS, -1 }, { W_IMPORTS, -1 }, { W_EXPORTED, -1 },
			    { W_PROMISED, -LEN },
			    { W_ALLOCATED, -LEN } }),
	TENANT("close of a context with a lease", .prepare = written, .call = do_close,
	       .changes = { { W_REGIONS, -1 }, { W_LEASED, -1 }, { W_PROMISED, -LEN },
			    { W_ALLOCATED, -LEN }, { W_RESIDENT, -(int64_t)PAGE },
			    { W_CONTEXTS, -1 }, { W_TENANTS, -1 }, { W_FILES, -1 } }),
	TENANT("close of a context with an import", .flags = SWEEP_NOTHING,
	       .prepare = imported,
	       .call = do_close_other,
	       .changes = { { W_IMPORTS, -1 }, { W_CONTEXTS, -1 }, { W_TENANTS, -1 },
			    { W_FILES, -1 } }),
};

int main(void)
{
	return sweep_main(rows, ARRAY_SIZE(rows));
}
