// SPDX-License-Identifier: GPL-2.0
/*
 * Partitions over netlink: what makes one, what is refused and with which words, limits,
 * what keeps one, who is told.
 */
#include "kselftest_harness.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "nl_fabric.h"
#include "nl_fixture.h"
#include "vsn_test.h"

#define MIB	(1ULL << 20)

FIXTURE(partition) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(partition)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "p");
	ASSERT_EQ(0, new_fabric(&self->s, "p"));
}

FIXTURE_TEARDOWN(partition)
{
	EXPECT_EQ(0, del_fabric(&self->s, "p"));
	nl_close(&self->s);
}

#define begin(cmd)	nl_fabric(&self->s, &self->m, cmd, "p")

static void put_run(struct nl_msg *m, uint32_t first, uint32_t last)
{
	struct nlattr *nest = nl_nest(m, VSN_A_PARTITION_ENDPOINTS);

	nl_u32(m, VSN_A_ENDPOINT_RUN_FIRST, first);
	nl_u32(m, VSN_A_ENDPOINT_RUN_LAST, last);
	nl_end(m, nest);
}

static int add(struct _test_data_partition *self, const char *name, uint32_t first,
	       uint32_t last)
{
	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, name);
	put_run(&self->m, first, last);
	return ask();
}

static int del(struct _test_data_partition *self, const char *name)
{
	begin(VSN_CMD_PARTITION_DEL);
	nl_str(&self->m, VSN_A_PARTITION_NAME, name);
	return ask();
}

static int get(struct _test_data_partition *self, const char *name)
{
	begin(VSN_CMD_PARTITION_GET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, name);
	return ask();
}

/* The node comes and goes by a thread of the kernel. */
static int wait_node(const char *name, bool there)
{
	struct timespec ts = { .tv_nsec = 10 * 1000 * 1000 };
	char path[64];
	int i;

	snprintf(path, sizeof(path), "/dev/vsn/%s", name);
	for (i = 0; i < 200; i++) {
		if (!access(path, F_OK) == there)
			return 0;
		nanosleep(&ts, NULL);
	}
	return -1;
}

TEST_F(partition, whole)
{
	struct stat st;
	const struct nlattr *run;

	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	put_run(&self->m, 8, 9);
	put_run(&self->m, 0, 3);
	put_run(&self->m, 4, 5);
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, 3 * MIB);
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, MIB);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_CMD_PARTITION_NEW, self->r.cmd);
	ASSERT_EQ(0, get(self, "a"));
	EXPECT_STREQ("p", string(VSN_A_PARTITION_FABRIC));
	EXPECT_STREQ("a", string(VSN_A_PARTITION_NAME));
	EXPECT_EQ(1, value(VSN_A_PARTITION_ID));
	EXPECT_EQ(8, value(VSN_A_PARTITION_ENDPOINT_COUNT));
	EXPECT_EQ(3 * MIB, value(VSN_A_PARTITION_QUOTA));
	EXPECT_EQ(MIB, value(VSN_A_PARTITION_RESIDENT_MAX));
	EXPECT_EQ(0, value(VSN_A_PARTITION_PROMISED));
	EXPECT_EQ(0, value(VSN_A_PARTITION_RESIDENT));
	EXPECT_EQ(0, value(VSN_A_PARTITION_REGIONS));
	EXPECT_EQ(0, value(VSN_A_PARTITION_CONTEXTS));
	/* In order, and joined. */
	ASSERT_EQ(2, number(VSN_A_PARTITION_ENDPOINTS));
	run = nl_find(self->r.data, self->r.len, VSN_A_PARTITION_ENDPOINTS, 0);
	EXPECT_EQ(0, nl_get(nl_data(run), nl_len(run), VSN_A_ENDPOINT_RUN_FIRST));
	EXPECT_EQ(5, nl_get(nl_data(run), nl_len(run), VSN_A_ENDPOINT_RUN_LAST));
	run = nl_find(self->r.data, self->r.len, VSN_A_PARTITION_ENDPOINTS, 1);
	EXPECT_EQ(8, nl_get(nl_data(run), nl_len(run), VSN_A_ENDPOINT_RUN_FIRST));
	EXPECT_EQ(9, nl_get(nl_data(run), nl_len(run), VSN_A_ENDPOINT_RUN_LAST));

	ASSERT_EQ(0, wait_node("p.a", true));
	ASSERT_EQ(0, stat("/dev/vsn/p.a", &st));
	EXPECT_EQ(S_IFCHR | 0600, st.st_mode);
	EXPECT_EQ(0, del(self, "a"));
	EXPECT_EQ(0, wait_node("p.a", false));
	EXPECT_EQ(-ENOENT, get(self, "a"));
	/* The name is free, the id not. */
	EXPECT_EQ(0, add(self, "a", 0, 0));
	EXPECT_EQ(2, value(VSN_A_PARTITION_ID));
}

TEST_F(partition, refused)
{
	uint32_t i;

	begin(VSN_CMD_PARTITION_NEW);
	ask();
	EXPECT_REFUSED(EINVAL, "name is missing", 0, VSN_A_PARTITION_NAME);
	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	ask();
	EXPECT_REFUSED(EINVAL, "endpoints is missing", 0, VSN_A_PARTITION_ENDPOINTS);
	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_end(&self->m, nl_nest(&self->m, VSN_A_PARTITION_ENDPOINTS));
	ask();
	EXPECT_REFUSED(EINVAL, "endpoints: first is missing", 0, VSN_A_ENDPOINT_RUN_FIRST);
	add(self, "A", 0, 1);
	EXPECT_REFUSED(EINVAL, "name: want 1 to 31 of a-z 0-9 _ -", VSN_A_PARTITION_NAME, 0);
	add(self, "a.b", 0, 1);
	EXPECT_REFUSED(EINVAL, "name: want 1 to 31 of a-z 0-9 _ -", VSN_A_PARTITION_NAME, 0);
	add(self, "", 0, 1);
	EXPECT_REFUSED(EINVAL, "name: want 1 to 31 of a-z 0-9 _ -", VSN_A_PARTITION_NAME, 0);
	add(self, "a", 3, 2);
	EXPECT_REFUSED(EINVAL, "endpoints: 3 to 2 is no run", 0, 0);
	add(self, "a", 3, NR_ENDPOINTS);
	EXPECT_REFUSED(EINVAL, "endpoints: 20: the fabric has endpoints 0 to 19", 0, 0);
	add(self, "a", 0, ~0U);
	EXPECT_REFUSED(EINVAL, "endpoints: 4294967295: the fabric has endpoints 0 to 19", 0, 0);
	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	put_run(&self->m, 3, 5);
	put_run(&self->m, 0, 3);
	ask();
	EXPECT_REFUSED(EINVAL, "endpoints: 3 is there twice", 0, 0);
	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	put_run(&self->m, 0, 3);
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, 4095);
	ask();
	EXPECT_REFUSED(EINVAL, "resident: 4095 is less than a page",
		       VSN_A_PARTITION_RESIDENT_MAX, 0);
	begin(VSN_CMD_PARTITION_NEW);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	put_run(&self->m, 0, 3);
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, 1ULL << 60);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_EQ(VSN_A_PARTITION_RESIDENT_MAX, self->r.bad);

	ASSERT_EQ(0, add(self, "a", 4, 7));
	add(self, "a", 0, 1);
	EXPECT_REFUSED(EEXIST, "name: fabric 'p' has a partition 'a'", VSN_A_PARTITION_NAME, 0);
	/* Each way to overlap; the first endpoint that does is named. */
	const uint32_t runs[][3] = { { 0, 4, 4 }, { 7, 9, 7 }, { 5, 6, 5 }, { 2, 9, 4 },
				     { 4, 7, 4 } };
	char words[80];

	for (i = 0; i < 5; i++) {
		add(self, "b", runs[i][0], runs[i][1]);
		EXPECT_EQ(-EBUSY, self->r.err);
		snprintf(words, sizeof(words), "endpoints: %u (", runs[i][2]);
		EXPECT_EQ(0, strncmp(self->r.text, words, strlen(words)))
			TH_LOG("%s", self->r.text);
		EXPECT_NE(NULL, strstr(self->r.text, "partition 'a'"));
	}
	EXPECT_EQ(0, add(self, "b", 8, 9));
	EXPECT_EQ(0, add(self, "c", 0, 3));
	get(self, "d");
	EXPECT_REFUSED(ENOENT, "name: fabric 'p' has no partition 'd'", VSN_A_PARTITION_NAME, 0);
	del(self, "d");
	EXPECT_REFUSED(ENOENT, "name: fabric 'p' has no partition 'd'", VSN_A_PARTITION_NAME, 0);
}

TEST_F(partition, of_a_draft)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "pd");
	ASSERT_EQ(0, ask());
	nl_fabric(&self->s, &self->m, VSN_CMD_PARTITION_NEW, "pd");
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	put_run(&self->m, 0, 0);
	ask();
	EXPECT_REFUSED(EINVAL, "fabric 'pd' is a draft: commit it first", 0, 0);
	EXPECT_EQ(0, del_fabric(&self->s, "pd"));
}

TEST_F(partition, set)
{
	ASSERT_EQ(0, add(self, "a", 0, 3));
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	ask();
	EXPECT_REFUSED(EINVAL, "quota or resident-max is missing", 0, VSN_A_PARTITION_QUOTA);
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, MIB);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(MIB, value(VSN_A_PARTITION_QUOTA));
	EXPECT_EQ(0, value(VSN_A_PARTITION_RESIDENT_MAX));
	/* All or nothing */
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, 5 * MIB);
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, 1);
	EXPECT_EQ(-EINVAL, ask());
	ASSERT_EQ(0, get(self, "a"));
	EXPECT_EQ(MIB, value(VSN_A_PARTITION_QUOTA));
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, 0);
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, 2 * MIB);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(0, value(VSN_A_PARTITION_QUOTA));
	EXPECT_EQ(2 * MIB, value(VSN_A_PARTITION_RESIDENT_MAX));
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "b");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, 0);
	EXPECT_EQ(-ENOENT, ask());
}

static int add_region(struct _test_data_partition *self, const char *name, uint32_t home,
		      uint64_t size)
{
	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, size);
	nl_u32(&self->m, VSN_A_REGION_HOME, home);
	if (name)
		nl_str(&self->m, VSN_A_REGION_PARTITION, name);
	return ask();
}

static int del_region(struct _test_data_partition *self, uint32_t id)
{
	begin(VSN_CMD_REGION_DEL);
	nl_u32(&self->m, VSN_A_REGION_ID, id);
	return ask();
}

TEST_F(partition, regions)
{
	ASSERT_EQ(0, add(self, "a", 0, 3));
	ASSERT_EQ(0, add(self, "b", 4, 7));
	add_region(self, "c", 0, MIB);
	EXPECT_REFUSED(ENOENT, "partition 'c': no such partition", VSN_A_REGION_PARTITION, 0);
	add_region(self, "a", 4, MIB);
	EXPECT_REFUSED(EINVAL, "home 4 (b0.npu2.d0) is not in partition 'a'", 0, 0);
	/* The first that is not */
	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, MIB);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	nl_u32(&self->m, VSN_A_REGION_HOME, 9);
	nl_u32(&self->m, VSN_A_REGION_HOME, 4);
	nl_str(&self->m, VSN_A_REGION_PARTITION, "a");
	ask();
	EXPECT_REFUSED(EINVAL, "home 9 (b1.npu0.d1) is not in partition 'a'", 0, 0);
	ASSERT_EQ(0, add_region(self, "a", 0, MIB));
	EXPECT_STREQ("a", string(VSN_A_REGION_PARTITION));
	ASSERT_EQ(0, add_region(self, "b", 7, 2 * MIB));
	/* The fabric may have regions anywhere. */
	ASSERT_EQ(0, add_region(self, NULL, 7, MIB));
	EXPECT_EQ(0, number(VSN_A_REGION_PARTITION));

	begin(VSN_CMD_REGION_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(3, self->r.count);
	begin(VSN_CMD_REGION_GET);
	nl_str(&self->m, VSN_A_REGION_PARTITION, "b");
	ASSERT_EQ(0, dump());
	EXPECT_EQ(1, self->r.count);
	EXPECT_EQ(2, value(VSN_A_REGION_ID));
	begin(VSN_CMD_REGION_GET);
	nl_str(&self->m, VSN_A_REGION_PARTITION, "c");
	dump();
	EXPECT_REFUSED(ENOENT, "partition 'c': no such partition", VSN_A_REGION_PARTITION, 0);

	ASSERT_EQ(0, get(self, "b"));
	EXPECT_EQ(1, value(VSN_A_PARTITION_REGIONS));
	EXPECT_EQ(2 * MIB, value(VSN_A_PARTITION_PROMISED));
	del(self, "b");
	EXPECT_REFUSED(EBUSY, "partition 'b' is in use: it has 1 regions", 0, 0);
	EXPECT_EQ(0, del_region(self, 2));
	EXPECT_EQ(0, del(self, "b"));
}

TEST_F(partition, quota)
{
	ASSERT_EQ(0, add(self, "a", 0, 3));
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, 3 * MIB);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(-EDQUOT, add_region(self, "a", 0, 4 * MIB));
	EXPECT_EQ(0, strncmp(self->r.text, "partition 'a': ", 15)) TH_LOG("%s", self->r.text);
	EXPECT_EQ(0, add_region(self, "a", 0, 2 * MIB));
	EXPECT_EQ(-EDQUOT, add_region(self, "a", 0, 2 * MIB));
	EXPECT_EQ(0, add_region(self, "a", 0, MIB));
	EXPECT_EQ(-EDQUOT, add_region(self, "a", 0, 4096));
	/* Less than what is promised: that stays, and nothing is added. */
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, MIB);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(3 * MIB, value(VSN_A_PARTITION_PROMISED));
	EXPECT_EQ(-EDQUOT, add_region(self, "a", 0, 4096));
	EXPECT_EQ(0, del_region(self, 1));
	EXPECT_EQ(-EDQUOT, add_region(self, "a", 0, 4096));
	EXPECT_EQ(0, del_region(self, 2));
	EXPECT_EQ(0, add_region(self, "a", 0, MIB));
	/* Others have nothing to do with it. */
	EXPECT_EQ(0, add_region(self, NULL, 0, 8 * MIB));
}

/* Resident memory is bounded for the partition, whoever touches it. */
TEST_F(partition, resident)
{
	char *buf = malloc(2 * MIB);
	uint64_t ua, other;
	int all, a;

	memset(buf, 1, 2 * MIB);
	ASSERT_EQ(0, add(self, "a", 0, 3));
	ASSERT_EQ(0, add_region(self, "a", 0, 2 * MIB));
	ua = value(VSN_A_REGION_UA);
	ASSERT_EQ(0, add_region(self, NULL, 0, 2 * MIB));
	other = value(VSN_A_REGION_UA);
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, MIB);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(0, wait_node("p.a", true));
	all = open("/dev/vsn/p", O_RDWR);
	a = open("/dev/vsn/p.a", O_RDWR);
	ASSERT_LE(0, all);
	ASSERT_LE(0, a);
	EXPECT_EQ(MIB, pwrite(a, buf, 2 * MIB, ua));
	EXPECT_EQ(-1, pwrite(a, buf, 4096, ua + MIB));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(-1, pwrite(all, buf, 4096, ua + MIB));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(2 * MIB, pwrite(all, buf, 2 * MIB, other));
	ASSERT_EQ(0, get(self, "a"));
	EXPECT_EQ(MIB, value(VSN_A_PARTITION_RESIDENT));
	begin(VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(3 * MIB, value(VSN_A_FABRIC_RESIDENT));
	/* Without the limit there is room. */
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_RESIDENT_MAX, 0);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(4096, pwrite(a, buf, 4096, ua + MIB));
	EXPECT_EQ(0, del_region(self, 1));
	ASSERT_EQ(0, get(self, "a"));
	EXPECT_EQ(0, value(VSN_A_PARTITION_RESIDENT));
	close(all);
	close(a);
	free(buf);
}

/* Whatever file a context has left keeps its partition, and the fabric. */
TEST_F(partition, in_use)
{
	struct vsn_queue *q;
	struct vsn_dev *dev;
	void *p;
	int view;

	ASSERT_EQ(0, add(self, "a", 0, 3));
	ASSERT_EQ(0, add_region(self, "a", 0, MIB));
	dev = test_open("p.a");
	ASSERT_NE(NULL, dev);
	del(self, "a");
	EXPECT_REFUSED(EBUSY, "partition 'a' is in use: 1 contexts are open", 0, 0);
	EXPECT_EQ(-EBUSY, del_fabric(&self->s, "p"));
	view = vsn_dev_view(dev, 0);
	q = vsn_queue_create(dev, 4);
	ASSERT_NE(NULL, q);
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, vsn_dev_fd(dev), value(VSN_A_REGION_UA));
	vsn_dev_close(dev);
	EXPECT_EQ(-EBUSY, del(self, "a"));
	close(view);
	EXPECT_EQ(-EBUSY, del(self, "a"));
	if (p != MAP_FAILED)
		munmap(p, 4096);
	EXPECT_EQ(-EBUSY, del(self, "a"));
	vsn_queue_destroy(q);
	ASSERT_EQ(0, get(self, "a"));
	EXPECT_EQ(0, value(VSN_A_PARTITION_CONTEXTS));
	EXPECT_EQ(0, del_region(self, 1));
	EXPECT_EQ(0, del(self, "a"));
}

/* A rule of udev is told whose a node is. */
TEST_F(partition, uevent)
{
	char text[256] = "";
	FILE *f;

	ASSERT_EQ(0, add(self, "a", 0, 3));
	f = fopen("/sys/class/vsn/p.a/uevent", "r");
	ASSERT_NE(NULL, f);
	EXPECT_LT(0, fread(text, 1, sizeof(text) - 1, f));
	fclose(f);
	EXPECT_NE(NULL, strstr(text, "VSN_FABRIC=p\n"));
	EXPECT_NE(NULL, strstr(text, "VSN_PARTITION=a\n"));
	f = fopen("/sys/class/vsn/p/uevent", "r");
	ASSERT_NE(NULL, f);
	memset(text, 0, sizeof(text));
	EXPECT_LT(0, fread(text, 1, sizeof(text) - 1, f));
	fclose(f);
	EXPECT_NE(NULL, strstr(text, "VSN_FABRIC=p\n"));
	EXPECT_EQ(NULL, strstr(text, "VSN_PARTITION"));
}

/* A node that was there before the partition went leads nowhere. */
TEST_F(partition, stale_node)
{
	struct stat st;
	int fd;

	ASSERT_EQ(0, add(self, "a", 0, 3));
	ASSERT_EQ(0, wait_node("p.a", true));
	ASSERT_EQ(0, stat("/dev/vsn/p.a", &st));
	unlink("/tmp/stale");
	ASSERT_EQ(0, mknod("/tmp/stale", S_IFCHR | 0600, st.st_rdev));
	fd = open("/tmp/stale", O_RDWR);
	EXPECT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, del(self, "a"));
	EXPECT_EQ(-1, open("/tmp/stale", O_RDWR));
	EXPECT_EQ(ENODEV, errno);
	unlink("/tmp/stale");
}

/* A fabric takes its partitions along, with their regions and nodes. */
TEST_F(partition, goes_with_the_fabric)
{
	ASSERT_EQ(0, add(self, "a", 0, 3));
	ASSERT_EQ(0, add(self, "b", 4, 7));
	ASSERT_EQ(0, add_region(self, "a", 0, MIB));
	ASSERT_EQ(0, wait_node("p.b", true));
	EXPECT_EQ(0, del_fabric(&self->s, "p"));
	EXPECT_EQ(0, wait_node("p.a", false));
	EXPECT_EQ(0, wait_node("p.b", false));
	/* Names are free at once. */
	EXPECT_EQ(0, new_fabric(&self->s, "p"));
	EXPECT_EQ(0, add(self, "a", 0, 3));
	EXPECT_EQ(0, wait_node("p.a", true));
}

/* As many as there are endpoints: a dump lists all, by id. */
TEST_F(partition, many)
{
	char name[16];
	uint32_t i;

	for (i = 0; i < NR_ENDPOINTS; i++) {
		snprintf(name, sizeof(name), "part-of-the-%u", i);
		ASSERT_EQ(0, add(self, name, i, i));
	}
	begin(VSN_CMD_PARTITION_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(NR_ENDPOINTS, self->r.count);
	EXPECT_FALSE(self->r.interrupted);
	EXPECT_EQ(1, value(VSN_A_PARTITION_ID));
	/* Each second one goes; the others remain. */
	for (i = 0; i < NR_ENDPOINTS; i += 2) {
		snprintf(name, sizeof(name), "part-of-the-%u", i);
		ASSERT_EQ(0, del(self, name));
	}
	begin(VSN_CMD_PARTITION_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(NR_ENDPOINTS / 2, self->r.count);
	EXPECT_EQ(2, value(VSN_A_PARTITION_ID));
}

/* Commands that a listener hears, one after the other. */
static int next_event(struct nl_sock *s, struct nl_reply *r)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	struct nl_msg none = { 0 };

	memset(r, 0, offsetof(struct nl_reply, data));
	if (poll(&p, 1, 5000) != 1)
		return -1;
	nl_receive(s, &none, r, NL_ROOM);
	return r->cmd;
}

TEST_F(partition, notifications)
{
	struct nl_sock listener;
	struct nl_reply r;

	ASSERT_EQ(0, nl_open(&listener));
	ASSERT_EQ(0, setsockopt(listener.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				&listener.group, sizeof(listener.group)));
	ASSERT_EQ(0, add(self, "a", 0, 3));
	EXPECT_EQ(VSN_CMD_PARTITION_NTF, next_event(&listener, &r));
	EXPECT_STREQ("a", nl_get_str(r.data, r.len, VSN_A_PARTITION_NAME));
	EXPECT_EQ(4, nl_get(r.data, r.len, VSN_A_PARTITION_ENDPOINT_COUNT));
	EXPECT_EQ(-EEXIST, add(self, "a", 4, 4));
	begin(VSN_CMD_PARTITION_SET);
	nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
	nl_u64(&self->m, VSN_A_PARTITION_QUOTA, MIB);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(VSN_CMD_PARTITION_NTF, next_event(&listener, &r));
	EXPECT_EQ(MIB, nl_get(r.data, r.len, VSN_A_PARTITION_QUOTA));
	ASSERT_EQ(0, del(self, "a"));
	EXPECT_EQ(VSN_CMD_PARTITION_DEL_NTF, next_event(&listener, &r));
	EXPECT_STREQ("p", nl_get_str(r.data, r.len, VSN_A_PARTITION_FABRIC));
	EXPECT_STREQ("a", nl_get_str(r.data, r.len, VSN_A_PARTITION_NAME));
	EXPECT_EQ(1, nl_get(r.data, r.len, VSN_A_PARTITION_ID));
	nl_close(&listener);
}

/* Reading is for all, changing is not. */
TEST_F(partition, rights)
{
	int status;
	pid_t pid;

	ASSERT_EQ(0, add(self, "a", 0, 3));
	pid = fork();
	if (!pid) {
		struct nl_sock s;

		if (setgid(65534) || setuid(65534) || nl_open(&s))
			_exit(1);
		self->s = s;
		if (get(self, "a"))
			_exit(2);
		if (add(self, "b", 4, 4) != -EPERM || del(self, "a") != -EPERM)
			_exit(3);
		begin(VSN_CMD_PARTITION_SET);
		nl_str(&self->m, VSN_A_PARTITION_NAME, "a");
		nl_u64(&self->m, VSN_A_PARTITION_QUOTA, MIB);
		if (ask() != -EPERM)
			_exit(4);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
