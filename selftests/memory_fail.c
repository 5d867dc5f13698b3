// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation on the way of each command fails in turn: it is refused, and
 * nothing of it stays.  For kernels with fault injection; others skip this.
 */
#include "memory_fixture.h"

static bool write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, word, strlen(word)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Also allocations that may sleep, which are all that matter here. */
static bool injection_ready(void)
{
	/* What fails here is no news. */
	write_word("/sys/kernel/debug/failslab/verbose", "0");
	write_word("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	write_word("/sys/kernel/debug/fail_usercopy/verbose", "0");
	return !access("/proc/thread-self/fail-nth", W_OK) &&
	       write_word("/sys/kernel/debug/failslab/ignore-gfp-wait", "N") &&
	       write_word("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N") &&
	       write_word("/sys/kernel/debug/fail_page_alloc/min-order", "0");
}

static void fail_nth(int n)
{
	char word[16];

	snprintf(word, sizeof(word), "%d", n);
	write_word("/proc/thread-self/fail-nth", word);
}

/* Allocations that were not met yet; 0: one failed. */
static int fail_left(void)
{
	char word[16] = "";
	int fd = open("/proc/thread-self/fail-nth", O_RDONLY);
	ssize_t n = read(fd, word, sizeof(word) - 1);

	close(fd);
	fail_nth(0);
	return n > 0 ? atoi(word) : 0;
}

static uint64_t allocated(memory_t *self, uint32_t ep)
{
	struct vsn_ctl_endpoint endpoint;

	if (vsn_ctl_endpoint_get_id(self->ctl, self->name, ep, &endpoint))
		return UINT64_MAX;
	return endpoint.allocated;
}

static uint32_t regions(memory_t *self)
{
	struct vsn_ctl_fabric *fabric;
	uint32_t nr;

	if (vsn_ctl_fabric_get(self->ctl, self->name, &fabric))
		return UINT32_MAX;
	nr = fabric->regions;
	vsn_ctl_fabric_free(fabric);
	return nr;
}

static int note_region(const struct vsn_ctl_region *region, void *arg)
{
	*(uint32_t *)arg = region->id;
	return 0;
}

static void last_region(memory_t *self, uint32_t *id)
{
	*id = self->r->id;
	vsn_ctl_region_list(self->ctl, self->name, note_region, id);
}

/*
 * A connection of its own for each command that may fail: where its answer is lost,
 * so is the connection.
 */
static struct vsn_ctl *fresh(void)
{
	struct vsn_ctl *ctl;

	return vsn_ctl_open(&ctl) ? NULL : ctl;
}

TEST_F(memory, region_add_fails)
{
	const uint32_t homes[] = { 1, 2, 3, 1 };
	struct vsn_ctl_region_spec spec = {
		.size = 64 * KIB, .homes = homes, .nr_homes = 4, .granule = PAGE,
	};
	int n, err, left, failures = 0;
	struct vsn_ctl *ctl;
	uint32_t last;

	if (!injection_ready())
		SKIP(return, "no fault injection");
	for (n = 1; n < 1000; n++) {
		ctl = fresh();
		ASSERT_NE(NULL, ctl);
		fail_nth(n);
		err = vsn_ctl_region_add(ctl, self->name, &spec, NULL);
		left = fail_left();
		vsn_ctl_close(ctl);
		failures += !!err;
		/* Even so it may be there: the reply is what could not be made. */
		last_region(self, &last);
		if (!err)
			ASSERT_NE(last, self->r->id);
		if (last != self->r->id)
			ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, last));
		ASSERT_EQ(0, allocated(self, 1) + allocated(self, 2) + allocated(self, 3));
		ASSERT_EQ(1, regions(self));
		if (left)
			break;
	}
	TH_LOG("%d allocations, %d failures", n - 1, failures);
	EXPECT_LT(2, failures);
}

TEST_F(memory, region_del_fails)
{
	struct vsn_ctl_region *r;
	struct vsn_ctl *ctl;
	int n, left;

	if (!injection_ready())
		SKIP(return, "no fault injection");
	for (n = 1; n < 1000; n++) {
		r = test_region(self->ctl, self->name, 1, 64 * KIB);
		ASSERT_NE(NULL, r);
		ASSERT_EQ(1, pwrite(self->fd, "x", 1, r->ua));
		ctl = fresh();
		ASSERT_NE(NULL, ctl);
		fail_nth(n);
		vsn_ctl_region_del(ctl, self->name, r->id);
		left = fail_left();
		vsn_ctl_close(ctl);
		if (regions(self) == 2)
			ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r->id));
		vsn_ctl_region_free(r);
		ASSERT_EQ(0, allocated(self, 1));
		ASSERT_EQ(1, regions(self));
		if (left)
			break;
	}
	TH_LOG("%d allocations", n - 1);
}

TEST_F(memory, open_and_view_fail)
{
	int n, fd, view = -1, left, failures = 0;
	char path[64];

	if (!injection_ready())
		SKIP(return, "no fault injection");
	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name);
	for (n = 1; n < 1000; n++) {
		fail_nth(n);
		fd = open(path, O_RDWR);
		if (fd >= 0)
			view = vsn_dev_view(self->dev, 1 + n % 4);
		left = fail_left();
		if (fd >= 0)
			close(fd);
		if (view >= 0)
			close(view);
		failures += fd < 0 || view < 0;
		view = -1;
		if (left)
			break;
	}
	TH_LOG("%d allocations, %d failures", n - 1, failures);
	EXPECT_LT(2, failures);
}

static void touches(struct __test_metadata *_metadata, memory_t *self, bool huge)
{
	struct vsn_ctl_region *r;
	int n, err, left, failures = 0;
	unsigned char *p;
	ssize_t wrote;
	bool sigbus;

	if (!injection_ready())
		SKIP(return, "no fault injection");
	for (n = 1; n < 1000; n++) {
		r = huge ? add_huge(self, 1, HUGE) : test_region(self->ctl, self->name, 1, HUGE);
		ASSERT_NE(NULL, r);
		p = map_at(self->fd, r->ua, HUGE);
		ASSERT_NE(MAP_FAILED, p);
		fail_nth(n);
		sigbus = gets_sigbus(p + 5 * PAGE, true);
		wrote = pwrite(self->fd, "abc", 3, r->ua + 100 * PAGE);
		err = wrote < 0 ? errno : 0;
		left = fail_left();
		failures += sigbus + (wrote < 0);
		/* Copying from a program is made to fail too. */
		if (wrote < 0)
			ASSERT_TRUE(err == ENOMEM || err == EFAULT);
		if (!huge)
			ASSERT_EQ((!sigbus + (wrote == 3 || err == EFAULT)) * PAGE,
				  resident(self, r));
		munmap(p, HUGE);
		ASSERT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, r->id));
		vsn_ctl_region_free(r);
		if (left)
			break;
	}
	TH_LOG("%d allocations, %d failures", n - 1, failures);
	if (!huge)
		EXPECT_LT(0, failures);
}

TEST_F(memory, touch_and_write_fail)
{
	touches(_metadata, self, false);
}

TEST_F(memory, touch_and_write_fail_in_huge_pages)
{
	touches(_metadata, self, true);
}

TEST_F(memory, window_fails)
{
	int n, err, left, failures = 0;
	char c;

	if (!injection_ready())
		SKIP(return, "no fault injection");
	for (n = 1; n < 10; n++) {
		fail_nth(n);
		errno = 0;
		err = pread(self->fd, &c, 1, window(self, n)) == 1 ? 0 : errno;
		left = fail_left();
		ASSERT_TRUE(!err || err == ENOMEM || err == EFAULT);
		failures += !!err;
		if (left)
			break;
	}
	EXPECT_LT(0, failures);
}

TEST_F(memory, fabric_add_fails)
{
	struct vsn_ctl_fabric *fabric;
	int n, err, left, failures = 0;
	struct vsn_ctl *ctl;

	if (!injection_ready())
		SKIP(return, "no fault injection");
	for (n = 1; n < 2000; n++) {
		ctl = fresh();
		ASSERT_NE(NULL, ctl);
		fail_nth(n);
		err = test_fabric(ctl, "memory-fail");
		left = fail_left();
		vsn_ctl_close(ctl);
		failures += !!err;
		if (!vsn_ctl_fabric_get(self->ctl, "memory-fail", &fabric)) {
			vsn_ctl_fabric_free(fabric);
			ASSERT_EQ(0, vsn_ctl_fabric_del(self->ctl, "memory-fail"));
		}
		if (left)
			break;
	}
	TH_LOG("%d allocations, %d failures", n - 1, failures);
	EXPECT_LT(2, failures);
}

TEST_HARNESS_MAIN
