// SPDX-License-Identifier: GPL-2.0
/*
 * Copy between the memories of two endpoints, and tell how long that would take.
 *
 *	vsn fabric add sn0 system cloudmatrix384
 *	copy sn0 b0.npu0.d0 b1.npu0.d0 1048576
 *
 * Memory is allocated at both endpoints.  The source is written with plain stores,
 * through a mapping; then TO reads it (pull), and FROM writes it (push), as queue
 * operations; and the bytes that arrived are looked at through a mapping again.
 *
 *	cc copy.c $(pkg-config --cflags --libs vsn)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libvsn.h>

#define PAGE	4096UL

struct memory {
	uint32_t endpoint;
	uint32_t kind;
	struct vsn_ctl_region *region;
	unsigned char *map;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "copy: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static void ctl_die(struct vsn_ctl *ctl, const char *what)
{
	fprintf(stderr, "copy: %s: %s\n", what, vsn_ctl_error(ctl));
	exit(1);
}

/* Memory at an endpoint, and a mapping of it that belongs to that endpoint. */
static void get_memory(struct vsn_ctl *ctl, struct vsn_dev *dev, const char *fabric,
		       const char *name, size_t size, struct memory *m)
{
	struct vsn_ctl_region_spec spec = { .size = size, .homes = &m->endpoint,
					    .nr_homes = 1 };
	struct vsn_ctl_endpoint ep;
	int view;

	if (vsn_ctl_endpoint_get(ctl, fabric, name, &ep))
		ctl_die(ctl, name);
	m->endpoint = ep.id;
	m->kind = ep.kind;
	if (vsn_ctl_region_add(ctl, fabric, &spec, &m->region))
		ctl_die(ctl, name);
	view = vsn_dev_view(dev, m->endpoint);
	if (view < 0)
		die("view", view);
	m->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, view, m->region->ua);
	if (m->map == MAP_FAILED)
		die("mmap", errno);
	close(view);
}

static void put_memory(struct vsn_ctl *ctl, const char *fabric, size_t size, struct memory *m)
{
	munmap(m->map, size);
	if (vsn_ctl_region_del(ctl, fabric, m->region->id))
		ctl_die(ctl, "region");
	vsn_ctl_region_free(m->region);
}

/* One operation from submission to completion, by the endpoint of @me. */
static void copy(struct vsn_dev *dev, struct vsn_queue *q, const struct memory *me,
		 const struct memory *to, const struct memory *from, uint64_t len,
		 const char *what)
{
	struct vsn_cqe cqe;
	int err;

	if (me->kind == VSN_ENDPOINT_KIND_MEMORY) {
		printf("%-5s not possible: a memory node does not initiate\n", what);
		return;
	}
	vsn_prep_copy(vsn_queue_sqe(q), me->endpoint, 0, to->region->ua, from->region->ua, len);
	err = vsn_queue_submit(q);
	if (err < 0)
		die("submit", err);
	err = vsn_dev_run(dev, VSN_TIME_MAX, NULL);
	if (err)
		die("run", err);
	if (vsn_queue_reap(q, &cqe, 1) != 1)
		die("no completion", EIO);
	if (cqe.res)
		die(what, cqe.res);
	if (memcmp(to->map, from->map, len))
		die("wrong bytes arrived", EIO);
	printf("%-5s %10llu bytes in %12.3f ns  %8.3f GB/s  %llu bytes on wires\n", what,
	       cqe.bytes, (cqe.end - cqe.start) / 1e3,
	       cqe.end > cqe.start ? cqe.bytes * 1e3 / (cqe.end - cqe.start) : 0.0,
	       cqe.wire);
}

int main(int argc, char **argv)
{
	struct memory from, to;
	struct vsn_queue *q;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	unsigned long long len = 1 << 20;
	char *end = "";
	size_t size, i;

	if (argc == 5)
		len = strtoull(argv[4], &end, 0);
	if (argc < 4 || argc > 5 || *end || !len || len > VSN_OP_MAX_LEN) {
		fprintf(stderr, "Usage: copy FABRIC FROM TO [BYTES]\n"
			"FROM and TO are names of endpoints; BYTES is at most 2^30.\n");
		return 2;
	}
	if (vsn_ctl_open(&ctl))
		ctl_die(NULL, "vsn");
	dev = vsn_dev_open(argv[1]);
	if (!dev)
		die(argv[1], errno);
	q = vsn_queue_create(dev, 1);
	if (!q)
		die("queue", errno);
	size = (len + PAGE - 1) & ~(PAGE - 1);
	get_memory(ctl, dev, argv[1], argv[2], size, &from);
	get_memory(ctl, dev, argv[1], argv[3], size, &to);

	for (i = 0; i < len; i++)
		from.map[i] = i * 2654435761U >> 24;
	copy(dev, q, &to, &to, &from, len, "pull");
	memset(to.map, 0, len);
	copy(dev, q, &from, &to, &from, len, "push");

	put_memory(ctl, argv[1], size, &to);
	put_memory(ctl, argv[1], size, &from);
	vsn_queue_destroy(q);
	vsn_dev_close(dev);
	vsn_ctl_close(ctl);
	return 0;
}
