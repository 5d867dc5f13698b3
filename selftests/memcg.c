// SPDX-License-Identifier: GPL-2.0
/* Memory is charged to whoever made the region, and its limit kills nobody. */
#include <sys/mount.h>
#include <sys/stat.h>

#include "memory_fixture.h"

static char cgroup[64], group[128];

static int put_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The number in a file, or the one behind @key in it; -1 if there is none. */
static long long get_number(const char *name, const char *key)
{
	char path[256], line[256], word[64];
	long long value = -1, v;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", group, name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!key && sscanf(line, "%lld", &v) == 1)
			value = v;
		else if (key && sscanf(line, "%63s %lld", word, &v) == 2 && !strcmp(word, key))
			value = v;
	}
	if (f)
		fclose(f);
	return value;
}

static bool cgroup_up(void)
{
	strcpy(cgroup, "/tmp/vsn-cgroup-XXXXXX");
	if (!mkdtemp(cgroup) || mount("none", cgroup, "cgroup2", 0, NULL))
		return false;
	snprintf(group, sizeof(group), "%s/vsn-test", cgroup);
	return !put_file(cgroup, "cgroup.subtree_control", "+memory") && !mkdir(group, 0755);
}

static void cgroup_down(void)
{
	int i;

	for (i = 0; i < 100 && rmdir(group) && errno == EBUSY; i++)
		usleep(10000);
	umount(cgroup);
	rmdir(cgroup);
}

/* Runs in the group: make a region there. */
static int make_region(memory_t *self, void *arg)
{
	struct vsn_ctl_region_spec spec = { .size = 64 * MIB, .nr_homes = 1 };
	struct vsn_ctl_region *r;
	uint32_t home = 1;
	struct vsn_ctl *ctl;

	spec.homes = &home;
	if (put_file(group, "cgroup.procs", "0") || vsn_ctl_open(&ctl) ||
	    vsn_ctl_region_add(ctl, self->name, &spec, &r))
		return 1;
	*(uint64_t *)arg = r->ua;
	return 0;
}

TEST_F(memory, region_is_charged_to_its_maker)
{
	uint64_t *ua = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long long before, after;
	unsigned char *p;
	size_t i;

	if (!cgroup_up()) {
		cgroup_down();
		SKIP(return, "no memory controller of cgroup v2");
	}
	ASSERT_EQ(0, in_child(make_region, self, ua));
	p = map_at(self->fd, *ua, 64 * MIB);
	ASSERT_NE(MAP_FAILED, p);
	before = get_number("memory.current", NULL);
	/* We are not in the group. */
	memset(p, 1, 16 * MIB);
	after = get_number("memory.current", NULL);
	EXPECT_LE(16 * MIB, after - before)
		TH_LOG("memory.current went from %lld to %lld", before, after);
	/* Its limit ends in SIGBUS for who touches, and nobody is killed. */
	ASSERT_EQ(0, put_file(group, "memory.max", "24M"));
	for (i = 16 * MIB; i < 64 * MIB && !gets_sigbus(p + i, true); i += PAGE)
		;
	EXPECT_LT(16 * MIB, i);
	EXPECT_GT(24 * MIB, i);
	EXPECT_EQ(-1, pwrite(self->fd, "x", 1, *ua + 32 * MIB));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(0, get_number("memory.events", "oom_kill"));
	/* Freed memory is given back to the group. */
	munmap(p, 64 * MIB);
	munmap(ua, PAGE);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->r->id + 1));
	EXPECT_GT(MIB, get_number("memory.current", NULL));
	cgroup_down();
}

TEST_HARNESS_MAIN
