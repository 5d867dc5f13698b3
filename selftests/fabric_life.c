// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a fabric's life: it is not deleted while it is used, nobody meets it
 * half gone, and the module leaves with whatever fabrics there are.
 */
#include "kselftest_harness.h"

#include <pthread.h>

#include "nl_fabric.h"
#include "nl_fixture.h"
#include "vsn_test.h"

FIXTURE(life) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(life)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "l");
	ASSERT_EQ(0, new_fabric(&self->s, "l"));
}

FIXTURE_TEARDOWN(life)
{
	del_fabric(&self->s, "l");
	nl_close(&self->s);
}

#define begin(cmd)	nl_fabric(&self->s, &self->m, cmd, "l")

TEST_F(life, device_is_there_from_commit_to_delete)
{
	int fd;

	fd = open("/dev/vsn/l", O_RDWR);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, del_fabric(&self->s, "l"));
	EXPECT_EQ(-1, access("/dev/vsn/l", F_OK));
	EXPECT_EQ(ENOENT, errno);
}

TEST_F(life, draft_has_no_device)
{
	ASSERT_EQ(0, del_fabric(&self->s, "l"));
	begin(VSN_CMD_FABRIC_NEW);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(-1, access("/dev/vsn/l", F_OK));
}

TEST_F(life, open_fabric_stays)
{
	int fd = open("/dev/vsn/l", O_RDWR);

	ASSERT_LE(0, fd);
	begin(VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(1, value(VSN_A_FABRIC_CONTEXTS));
	begin(VSN_CMD_FABRIC_DEL);
	EXPECT_EQ(-EBUSY, ask());
	EXPECT_STREQ("fabric 'l' is in use: open or mapped 1 times", self->r.text);

	/* Nothing has changed. */
	begin(VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(VSN_FABRIC_STATE_READY, value(VSN_A_FABRIC_STATE));
	EXPECT_EQ(0, access("/dev/vsn/l", F_OK));

	close(fd);
	EXPECT_EQ(0, del_fabric(&self->s, "l"));
}

TEST_F(life, mapped_fabric_stays)
{
	uint64_t ua;
	void *p;
	int fd;

	begin(VSN_CMD_REGION_NEW);
	nl_u32(&self->m, VSN_A_REGION_SIZE, 1 << 20);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	ua = value(VSN_A_REGION_UA);
	fd = open("/dev/vsn/l", O_RDWR);
	ASSERT_LE(0, fd);
	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, ua);
	ASSERT_NE(MAP_FAILED, p);
	memset(p, 1, 1 << 20);
	close(fd);
	begin(VSN_CMD_FABRIC_DEL);
	EXPECT_EQ(-EBUSY, ask());
	ASSERT_EQ(0, munmap(p, 1 << 20));
	/* Regions go with their fabric. */
	EXPECT_EQ(0, del_fabric(&self->s, "l"));
}

/* An end to the threads below, and how often each succeeded. */
static bool stop;
static int created, deleted, opened, listed, commits;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_SEQ_CST);
}

static void set_stop(bool on)
{
	__atomic_store_n(&stop, on, __ATOMIC_SEQ_CST);
}

static void count(int *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

static void *make_and_delete(void *name)
{
	struct nl_sock s;

	if (nl_open(&s))
		return "no socket";
	while (!stopped()) {
		if (!new_fabric(&s, name))
			count(&created);
		if (!del_fabric(&s, name))
			count(&deleted);
	}
	nl_close(&s);
	return NULL;
}

static void *open_and_close(void *path)
{
	int fd;

	while (!stopped()) {
		fd = open(path, O_RDWR);
		if (fd >= 0) {
			count(&opened);
			close(fd);
		}
	}
	return NULL;
}

/* Ask for one thing after another; they come and go meanwhile. */
static void *list_all(void *name)
{
	static const uint8_t cmds[] = {
		VSN_CMD_FABRIC_GET, VSN_CMD_ENDPOINT_GET, VSN_CMD_LINK_GET,
		VSN_CMD_REGION_GET,
	};
	struct nl_reply r;
	struct nl_msg m;
	struct nl_sock s;
	unsigned int i;

	if (nl_open(&s))
		return "no socket";
	for (i = 0; !stopped(); i++) {
		nl_begin(&m, s.family, cmds[i % 4]);
		if (i % 4)
			nl_str(&m, VSN_A_FABRIC_NAME, name);
		if (!nl_dump(&s, &m, &r))
			count(&listed);
		nl_fabric(&s, &m, VSN_CMD_FABRIC_GET, name);
		nl_ask(&s, &m, &r);
		nl_fabric(&s, &m, VSN_CMD_REGION_NEW, name);
		nl_u32(&m, VSN_A_REGION_SIZE, 1 << 20);
		nl_u32(&m, VSN_A_REGION_HOME, i % NR_ENDPOINTS);
		if (!nl_ask(&s, &m, &r))
			count(&listed);
	}
	nl_close(&s);
	return NULL;
}

/* Two make and delete one fabric, while others open it, list it and fill it. */
static void *(* const work[])(void *) = {
	make_and_delete, make_and_delete, open_and_close, list_all, list_all,
};

#define NR_WORK	5

TEST_F(life, all_at_once)
{
	pthread_t thread[NR_WORK];
	void *why;
	int i;

	ASSERT_EQ(0, del_fabric(&self->s, "l"));
	set_stop(false);
	for (i = 0; i < NR_WORK; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, work[i],
					    work[i] == open_and_close ? "/dev/vsn/l" : "l"));
	sleep(4);
	set_stop(true);
	for (i = 0; i < NR_WORK; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &why));
		EXPECT_EQ(NULL, why);
	}
	TH_LOG("%d made, %d deleted, %d opened, %d listed", created, deleted, opened, listed);
	EXPECT_LT(0, created);
	EXPECT_LT(0, opened);
	EXPECT_LT(0, listed);
	/* Whatever was made is gone, but for the last one. */
	EXPECT_LE(created - deleted, 1);
	EXPECT_GE(created - deleted, 0);
	del_fabric(&self->s, "l");
	EXPECT_EQ(-1, access("/dev/vsn/l", F_OK));
}

static void *commit_once(void *arg)
{
	struct nl_reply r;
	struct nl_msg m;
	struct nl_sock s;

	if (nl_open(&s))
		return "no socket";
	nl_fabric(&s, &m, VSN_CMD_FABRIC_SET, "l");
	nl_flag(&m, VSN_A_FABRIC_COMMIT);
	if (!nl_ask(&s, &m, &r))
		count(&commits);
	nl_close(&s);
	return r.err && r.err != -EBUSY ? "not refused as busy" : NULL;
}

/* Of several that commit a draft at once, one does. */
TEST_F(life, one_commits)
{
	pthread_t thread[4];
	int i, round;
	void *why;

	for (round = 0; round < 20; round++) {
		ASSERT_EQ(0, del_fabric(&self->s, "l"));
		begin(VSN_CMD_FABRIC_NEW);
		put_dims(&self->m);
		put_accelerators(&self->m);
		put_hosts(&self->m);
		ASSERT_EQ(0, ask());
		commits = 0;
		for (i = 0; i < 4; i++)
			ASSERT_EQ(0, pthread_create(&thread[i], NULL, commit_once, NULL));
		for (i = 0; i < 4; i++) {
			ASSERT_EQ(0, pthread_join(thread[i], &why));
			EXPECT_EQ(NULL, why) TH_LOG("%s", (char *)why);
		}
		EXPECT_EQ(1, commits);
	}
}

/* Last, as what comes after has to load the module again. */
TEST_F(life, module_leaves_with_fabrics)
{
	struct nl_sock s;
	int fd;

	begin(VSN_CMD_REGION_NEW);
	nl_u32(&self->m, VSN_A_REGION_SIZE, 1 << 20);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	ASSERT_EQ(0, ask());
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "a-draft");
	put_dims(&self->m);
	ASSERT_EQ(0, ask());

	fd = open("/dev/vsn/l", O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, syscall(SYS_delete_module, "vsn", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	close(fd);

	ASSERT_EQ(0, syscall(SYS_delete_module, "vsn", O_NONBLOCK)) TH_LOG("%m");
	EXPECT_EQ(-1, access("/dev/vsn", F_OK));
	EXPECT_EQ(-ENOENT, nl_open(&s));
	ASSERT_EQ(0, test_insmod());
	nl_close(&self->s);
	ASSERT_EQ(0, nl_open(&self->s));
	nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, nl_dump(&self->s, &self->m, &self->r));
	EXPECT_EQ(0, self->r.count);
}

TEST_HARNESS_MAIN
