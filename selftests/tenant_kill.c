// SPDX-License-Identifier: GPL-2.0
/*
 * Five hundred processes that lease, map, submit, export and import are killed at moments
 * of their own. What they had goes with them, all of it, and not a byte of a region of
 * somebody else has changed.
 */
#include "tenant_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#define PROCESSES	500
#define LEAST		100	/* where the kernel is slow: as many as there is time for */
#define TIME		60	/* s */
#define AT_ONCE		10	/* children */
#define LIVES_US	60000	/* at most */

/* Tokens go from children to children by here; whatever is there may be stale. */
struct board {
	struct vsn_export posted[AT_ONCE];
};

/* One round of work; a child does rounds until it is killed, so nothing is checked. */
static void round_of_work(struct vsn_dev *dev, uint32_t ep, uint32_t slot, struct board *board)
{
	const struct vsn_export *other = &board->posted[rand() % AT_ONCE];
	struct vsn_queue *q = vsn_queue_create(dev, 16);
	int view = vsn_dev_view(dev, ep), i;
	struct vsn_export mine;
	struct vsn_import import;
	struct vsn_lease lease;
	char *p = MAP_FAILED;
	bool imported;

	if (!q || view < 0 || vsn_dev_lease(dev, SIZE, NULL, 0, 0, &lease))
		_exit(1);
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, view, lease.ua);
	if (p == MAP_FAILED)
		_exit(2);
	memset(p + rand() % 16 * PAGE, 0xff, 4 * PAGE);
	for (i = 0; i < 4; i++)
		vsn_prep_fill(vsn_queue_sqe(q), ep, i, lease.ua, SIZE, -1ULL);
	vsn_prep_wait(vsn_queue_sqe(q), ep, 5, lease.ua, 1);
	vsn_queue_submit(q);
	if (!vsn_dev_export(dev, lease.ua, &mine))
		board->posted[slot] = mine;
	imported = !vsn_dev_import(dev, other->id, other->token, &import);
	if (imported) {
		vsn_prep_fill(vsn_queue_sqe(q), ep, 0, import.ua, PAGE, 0x17);
		vsn_queue_submit(q);
	}
	if (rand() % 2)
		vsn_dev_run(dev, rand() % 20 * 1000 * 1000, NULL);
	if (rand() % 2) {
		munmap(p, SIZE);
		vsn_dev_return(dev, lease.id);
	}
	if (rand() % 2)
		vsn_queue_destroy(q);
}

static pid_t start(const char *path, uint32_t ep, uint32_t slot, struct board *board)
{
	pid_t pid = fork();
	struct vsn_dev *dev;

	if (pid)
		return pid;
	srand(getpid());
	dev = vsn_dev_open(path);
	if (!dev)
		_exit(3);
	/* Beyond this there is no memory to lease; it starts again. */
	for (;;)
		round_of_work(dev, ep, slot, board);
}

/* What is to be as it was. */
struct count {
	uint32_t regions;
	uint32_t contexts;
	uint64_t resident;
	uint64_t pending;
	uint64_t allocated;
	uint64_t promised;
	uint64_t resident_of;
	uint32_t users;
	uint32_t imports;
};

static int add_endpoint(const struct vsn_ctl_endpoint *e, void *arg)
{
	*(uint64_t *)arg += e->allocated;
	return 0;
}

static int add_partition_of(const struct vsn_ctl_partition *p, void *arg)
{
	struct count *c = arg;

	c->promised += p->promised;
	c->resident_of += p->resident;
	c->users += p->contexts;
	return 0;
}

static int add_imports(const struct vsn_ctl_region *r, void *arg)
{
	((struct count *)arg)->imports += r->imports;
	return 0;
}

static int count(struct _test_data_tenant *self, struct count *c)
{
	struct vsn_ctl_endpoint_filter filter = { 0 };
	struct vsn_ctl_fabric *f;
	int err;

	memset(c, 0, sizeof(*c));
	err = vsn_ctl_fabric_get(self->ctl, self->name, &f);
	if (err)
		return err;
	c->regions = f->regions;
	c->contexts = f->contexts;
	c->resident = f->resident;
	c->pending = f->pending;
	vsn_ctl_fabric_free(f);
	err = vsn_ctl_endpoint_list(self->ctl, self->name, &filter, add_endpoint,
				    &c->allocated);
	if (!err)
		err = vsn_ctl_partition_list(self->ctl, self->name, add_partition_of, c);
	if (!err)
		err = vsn_ctl_region_list(self->ctl, self->name, add_imports, c);
	return err;
}

/* Operations that were on their way end by a RUN, and their regions a moment later. */
static void settle(struct _test_data_tenant *self, const struct count *was, struct count *is)
{
	struct timespec ts = { .tv_nsec = 50 * 1000 * 1000 };
	int i;

	vsn_dev_run(self->all, VSN_TIME_MAX, NULL);
	for (i = 0; i < 100; i++) {
		if (count(self, is) || !memcmp(was, is, sizeof(*is)))
			return;
		nanosleep(&ts, NULL);
	}
}

static void fill_all(struct _test_data_tenant *self, uint64_t ua, uint64_t pattern,
		     struct __test_metadata *_metadata)
{
	EXPECT_EQ(0, run_fill(self->all, 4, ua, SIZE, pattern));
}

static void check_all(struct _test_data_tenant *self, uint64_t ua, uint64_t pattern,
		      struct __test_metadata *_metadata)
{
	uint64_t *words = malloc(SIZE);
	size_t i;

	ASSERT_EQ(SIZE, pread(vsn_dev_fd(self->all), words, SIZE, ua));
	for (i = 0; i < SIZE / sizeof(*words); i++)
		ASSERT_EQ(pattern, words[i]) TH_LOG("at %zu of %llx", i, (long long)ua);
	free(words);
}

static void kill_them(struct _test_data_tenant *self, struct __test_metadata *_metadata)
{
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int started = 0, killed = 0, ended = 0, i, slot, status;
	pid_t pids[AT_ONCE] = { 0 };
	time_t end = time(NULL) + TIME;
	struct count was, is;
	bool more = true;

	ASSERT_NE(MAP_FAILED, board);
	fill_all(self, self->ra->ua, 0xa1, _metadata);
	fill_all(self, self->rb->ua, 0xb2, _metadata);
	fill_all(self, self->rf->ua, 0xf3, _metadata);
	ASSERT_EQ(0, count(self, &was));
	srand(1);
	for (i = 0; more || killed + ended < started; i++) {
		more = started < LEAST || (started < PROCESSES && time(NULL) < end);
		slot = i % AT_ONCE;
		if (pids[slot] > 0) {
			kill(pids[slot], SIGKILL);
			ASSERT_EQ(pids[slot], waitpid(pids[slot], &status, 0));
			if (WIFSIGNALED(status))
				killed++;
			else
				ended++;
			pids[slot] = 0;
		}
		if (more) {
			pids[slot] = start(slot % 2 ? self->name_a : self->name_b,
					   slot % 2 ? 1 : 5, slot, board);
			ASSERT_LT(0, pids[slot]);
			started++;
		}
		usleep(rand() % (LIVES_US / AT_ONCE));
	}
	/* Some may have run out of descriptors; most lived until they were killed. */
	EXPECT_LT(started / 2, killed);
	TH_LOG("%d processes, %d of them killed", started, killed);
	settle(self, &was, &is);
	EXPECT_EQ(was.regions, is.regions);
	EXPECT_EQ(was.contexts, is.contexts);
	EXPECT_EQ(was.resident, is.resident);
	EXPECT_EQ(was.pending, is.pending);
	EXPECT_EQ(was.allocated, is.allocated);
	EXPECT_EQ(was.promised, is.promised);
	EXPECT_EQ(was.resident_of, is.resident_of);
	EXPECT_EQ(was.users, is.users);
	EXPECT_EQ(0, is.imports);
	check_all(self, self->ra->ua, 0xa1, _metadata);
	check_all(self, self->rb->ua, 0xb2, _metadata);
	check_all(self, self->rf->ua, 0xf3, _metadata);
	munmap(board, sizeof(*board));
}

TEST_F_TIMEOUT(tenant, killed, 240)
{
	kill_them(self, _metadata);
}

/* Where the kernel's own threads move what they left. */
TEST_F_TIMEOUT(tenant, killed_online, 240)
{
	ASSERT_EQ(0, vsn_ctl_fabric_clock(self->ctl, self->name, VSN_CLOCK_ONLINE, 0));
	kill_them(self, _metadata);
}

TEST_HARNESS_MAIN
