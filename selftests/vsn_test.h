/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the C tests share: the module, and a small fabric to test on.
 *
 * Each test program loads the module if it is not there, and makes a fabric of
 * a name of its own.
 */
#ifndef VSN_TEST_H
#define VSN_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libvsn.h"

/* Endpoints of the small fabric: accelerators, then memory nodes. */
#define TEST_ACCELERATORS	8
#define TEST_MEMORIES		2
#define TEST_ENDPOINTS		(TEST_ACCELERATORS + TEST_MEMORIES)
#define TEST_CAPACITY		(4ULL << 30)

/* Load vsn.ko of the checkout that this program lies in; 0 or a negative errno. */
static inline int test_insmod(void)
{
	const char *ko = getenv("VSN_KO");
	char path[PATH_MAX + 16], *slash;
	ssize_t n;
	int fd, err;

	if (!ko) {
		n = readlink("/proc/self/exe", path, PATH_MAX);
		if (n <= 0)
			return -errno;
		path[n] = 0;
		do {
			slash = strrchr(path, '/');
			if (!slash)
				return -ENOENT;
			snprintf(slash, sizeof(path) - (slash - path), "/vsn.ko");
			if (!access(path, R_OK))
				break;
			*slash = 0;
		} while (1);
		ko = path;
	}
	fd = open(ko, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return err == -EEXIST ? 0 : err;
}

/* NULL if tests can run here, or why not. */
static inline const char *test_ready(void)
{
	static char why[128];
	int err;

	if (!getenv("VSN_VM"))
		return "not in the VM: use make check";
	if (!access("/sys/module/vsn", F_OK))
		return NULL;
	err = test_insmod();
	if (!err)
		return NULL;
	snprintf(why, sizeof(why), "cannot load the module: %s", strerror(-err));
	return why;
}

/* The device node is made by devtmpfs, a moment after commit. */
static inline struct vsn_dev *test_open(const char *fabric)
{
	struct timespec ts = { .tv_nsec = 10 * 1000 * 1000 };
	struct vsn_dev *dev;
	int i;

	for (i = 0; i < 200; i++) {
		dev = vsn_dev_open(fabric);
		if (dev || errno != ENOENT)
			return dev;
		nanosleep(&ts, NULL);
	}
	return NULL;
}

/*
 * A fabric of 2 boards with 4 accelerators each, and 2 memory nodes that cannot
 * initiate; all behind one switch, with 100 GB/s and 100 ns a link: passed to @fn.
 */
static inline int test_spec(const char *name,
			    int (*fn)(const struct vsn_ctl_fabric *spec, void *arg), void *arg)
{
	struct vsn_ctl_dim dims[] = {
		{ .name = "board", .prefix = "b", .size = 2 },
		{ .name = "npu", .prefix = "npu", .size = 4 },
		{ .name = "pool", .prefix = "mem", .size = TEST_MEMORIES },
	};
	char accelerator_dims[][VSN_CTL_NAME] = { "board", "npu" };
	char memory_dims[][VSN_CTL_NAME] = { "pool" };
	char over[][VSN_CTL_NAME] = { "board", "npu", "pool" };
	struct vsn_ctl_kind kinds[] = {
		{
			.kind = VSN_ENDPOINT_KIND_ACCELERATOR,
			.nr_dims = 2,
			.dims = accelerator_dims,
			.capacity = TEST_CAPACITY,
			.mem_bandwidth = 1000ULL * 1000 * 1000 * 1000,
			.mem_latency = 50 * 1000,
			.read_bandwidth = 100ULL * 1000 * 1000 * 1000,
			.write_bandwidth = 100ULL * 1000 * 1000 * 1000,
			.overhead = 100 * 1000,
		},
		{
			.kind = VSN_ENDPOINT_KIND_MEMORY,
			.nr_dims = 1,
			.dims = memory_dims,
			.capacity = TEST_CAPACITY,
			.mem_bandwidth = 1000ULL * 1000 * 1000 * 1000,
			.mem_latency = 50 * 1000,
		},
	};
	struct vsn_ctl_port ports[] = {
		{
			.kind = VSN_ENDPOINT_KIND_ACCELERATOR,
			.bandwidth = 100ULL * 1000 * 1000 * 1000,
			.latency = 100 * 1000,
		},
		{
			.kind = VSN_ENDPOINT_KIND_MEMORY,
			.bandwidth = 100ULL * 1000 * 1000 * 1000,
			.latency = 100 * 1000,
		},
	};
	struct vsn_ctl_tier tier = {
		.name = "l1",
		.nr_over = 3,
		.over = over,
		.attach = VSN_ATTACH_ENDPOINT,
		.kind = VSN_TIER_KIND_SWITCH,
		.planes = 1,
		.switches = 1,
		.lanes = 1,
		.wiring = VSN_WIRING_FULL,
		.switch_latency = 200 * 1000,
		.reduces = true,
		.nr_ports = 2,
		.ports = ports,
	};
	struct vsn_ctl_network net = {
		.name = "ub",
		.header = 32,
		.packet = 4096,
		.policy = VSN_POLICY_DMODK,
		.nr_tiers = 1,
		.tiers = &tier,
	};
	struct vsn_ctl_fabric fabric = {
		.nr_dims = 3,
		.dims = dims,
		.nr_kinds = 2,
		.kinds = kinds,
		.nr_networks = 1,
		.networks = &net,
	};

	snprintf(fabric.name, sizeof(fabric.name), "%s", name);
	return fn(&fabric, arg);
}

static inline int test_spec_new(const struct vsn_ctl_fabric *spec, void *ctl)
{
	return vsn_ctl_fabric_new(ctl, spec, true);
}

/* Make that fabric. */
static inline int test_fabric(struct vsn_ctl *ctl, const char *name)
{
	return test_spec(name, test_spec_new, ctl);
}

/* A region at one endpoint; freed with vsn_ctl_region_free(). */
static inline struct vsn_ctl_region *test_region(struct vsn_ctl *ctl, const char *fabric,
						 uint32_t home, uint64_t size)
{
	struct vsn_ctl_region_spec spec = { .size = size, .homes = &home, .nr_homes = 1 };
	struct vsn_ctl_region *region;

	return vsn_ctl_region_add(ctl, fabric, &spec, &region) ? NULL : region;
}

/* Map a region without an initiator; NULL on failure. */
static inline void *test_map(struct vsn_dev *dev, const struct vsn_ctl_region *region)
{
	void *p = mmap(NULL, region->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		       vsn_dev_fd(dev), region->ua);

	return p == MAP_FAILED ? NULL : p;
}

/* One operation from submission to completion; 0 or a negative errno. */
static inline int test_op(struct vsn_dev *dev, struct vsn_queue *q, const struct vsn_sqe *op,
			  struct vsn_cqe *cqe)
{
	struct vsn_sqe *sqe = vsn_queue_sqe(q);
	int err;

	if (!sqe)
		return -ENOSPC;
	*sqe = *op;
	err = vsn_queue_submit(q);
	if (err != 1)
		return err < 0 ? err : -ENOSPC;
	err = vsn_dev_run(dev, VSN_TIME_MAX, NULL);
	if (err)
		return err;
	return vsn_queue_reap(q, cqe, 1) == 1 ? 0 : -ENODATA;
}

#endif /* VSN_TEST_H */
