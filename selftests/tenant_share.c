// SPDX-License-Identifier: GPL-2.0
/*
 * Export and import by token, leases, and what keeps a region or lets it go.
 */
#include "tenant_fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int get_region(struct _test_data_tenant *self, uint32_t id, struct vsn_ctl_region *out)
{
	struct vsn_ctl_region *r;
	int err = vsn_ctl_region_get(self->ctl, self->name, id, &r);

	if (err)
		return err;
	*out = *r;
	vsn_ctl_region_free(r);
	return 0;
}

/* Orphans may go a moment later. */
static int wait_gone(struct _test_data_tenant *self, uint32_t id)
{
	struct timespec ts = { .tv_nsec = 10 * 1000 * 1000 };
	struct vsn_ctl_region r;
	int i;

	for (i = 0; i < 500; i++) {
		if (get_region(self, id, &r) == -ENOENT)
			return 0;
		nanosleep(&ts, NULL);
	}
	return -ETIMEDOUT;
}

/* Export what @from has at @ua, and import it into @to. */
static int share(struct vsn_dev *from, uint64_t ua, struct vsn_dev *to,
		 struct vsn_export *export, struct vsn_import *import)
{
	int err = vsn_dev_export(from, ua, export);

	return err ? err : vsn_dev_import(to, export->id, export->token, import);
}

TEST_F(tenant, import_is_reached_by_all_ways)
{
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_sqe sqe;
	char *p, *q;
	int view;

	ASSERT_EQ(0, run_fill(self->b, 4, self->rb->ua, SIZE, 0x6262));
	ASSERT_EQ(0, share(self->b, self->rb->ua + 100, self->a, &export, &import));
	EXPECT_EQ(self->rb->id, export.id);
	EXPECT_EQ(self->rb->ua, import.ua);
	EXPECT_EQ(SIZE, import.length);
	EXPECT_EQ(0, import.granule);
	EXPECT_EQ(1, import.homes);

	EXPECT_EQ(0x6262, word_at(self->a, import.ua));
	EXPECT_EQ(4, pwrite(vsn_dev_fd(self->a), "abcd", 4, import.ua));
	vsn_prep_copy(&sqe, 0, 0, self->ra->ua, import.ua, SIZE);
	EXPECT_EQ(0, run_op(self->a, &sqe));
	EXPECT_EQ(word_at(self->b, self->rb->ua), word_at(self->a, self->ra->ua));
	vsn_prep_fadd(&sqe, 0, 0, import.ua + 8, 1);
	EXPECT_EQ(0, run_op(self->a, &sqe));
	EXPECT_EQ(0x6263, word_at(self->b, self->rb->ua + 8));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(self->a), import.ua);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ('a', p[0]);
	view = vsn_dev_view(self->a, 2);
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, view, import.ua);
	ASSERT_NE(MAP_FAILED, q);
	q[1] = 'x';
	EXPECT_EQ('x', p[1]);

	/* The endpoint there is not one's own by that, nor is the next region. */
	EXPECT_EQ(-EINVAL, run_fill(self->a, 4, import.ua, 8, 0));
	EXPECT_EQ(-EFAULT, run_fill(self->a, 0, self->rf->ua, 8, 0));
	/* It is not one's own to pass on. */
	EXPECT_EQ(-EPERM, vsn_dev_export(self->a, import.ua, &export));
	EXPECT_EQ(-EPERM, vsn_dev_revoke(self->a, import.ua));
	munmap(p, PAGE);
	munmap(q, PAGE);
	close(view);
}

TEST_F(tenant, import_refused)
{
	const __u64 zero[2] = { 0, 0 };
	struct vsn_export export, again;
	struct vsn_import import;
	__u64 wrong[2];
	int i;

	/* Not exported: no token fits, not even that of one that was never made. */
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, self->rb->id, zero, &import));
	ASSERT_EQ(0, vsn_dev_export(self->b, self->rb->ua, &export));
	EXPECT_TRUE(export.token[0] || export.token[1]);
	for (i = 0; i < 128; i++) {
		memcpy(wrong, export.token, sizeof(wrong));
		wrong[i / 64] ^= 1ULL << (i % 64);
		ASSERT_EQ(-EACCES, vsn_dev_import(self->a, export.id, wrong, &import));
	}
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, export.id + 100, export.token, &import));
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, 0, export.token, &import));
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, ~0U, export.token, &import));
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, self->rf->id, export.token, &import));
	EXPECT_EQ(-1, pread(vsn_dev_fd(self->a), wrong, 1, self->rb->ua));

	/* It stays the same until it is revoked. */
	ASSERT_EQ(0, vsn_dev_export(self->b, self->rb->ua, &again));
	EXPECT_EQ(0, memcmp(export.token, again.token, sizeof(export.token)));
	ASSERT_EQ(0, vsn_dev_revoke(self->b, self->rb->ua));
	EXPECT_EQ(-ENOENT, vsn_dev_revoke(self->b, self->rb->ua));
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, export.id, export.token, &import));
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, export.id, zero, &import));
	ASSERT_EQ(0, vsn_dev_export(self->b, self->rb->ua, &again));
	EXPECT_NE(0, memcmp(export.token, again.token, sizeof(export.token)));
	EXPECT_EQ(-EACCES, vsn_dev_import(self->a, export.id, export.token, &import));
	EXPECT_EQ(0, vsn_dev_import(self->a, again.id, again.token, &import));
	EXPECT_EQ(-EEXIST, vsn_dev_import(self->a, again.id, again.token, &import));
}

TEST_F(tenant, revoked_but_imported)
{
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_ctl_region r;

	ASSERT_EQ(0, share(self->b, self->rb->ua, self->a, &export, &import));
	ASSERT_EQ(0, get_region(self, export.id, &r));
	EXPECT_TRUE(r.exported);
	EXPECT_EQ(1, r.imports);
	ASSERT_EQ(0, vsn_dev_revoke(self->b, self->rb->ua));
	ASSERT_EQ(0, get_region(self, export.id, &r));
	EXPECT_FALSE(r.exported);
	EXPECT_EQ(0, run_fill(self->a, 0, import.ua, 8, 5));
}

/* Fields of each structure, one after the other. */
TEST_F(tenant, arguments)
{
	int fd = vsn_dev_fd(self->a);
	struct {
		const char *what;
		unsigned long cmd;
		size_t size;
		size_t off;	/* of a field of 32 bits that must be zero */
		uint32_t value;
	} bad[] = {
		{ "export", VSN_IOC_EXPORT, sizeof(struct vsn_export),
		  offsetof(struct vsn_export, flags), 2 },
		{ "export", VSN_IOC_EXPORT, sizeof(struct vsn_export),
		  offsetof(struct vsn_export, reserved), 1 },
		{ "import", VSN_IOC_IMPORT, sizeof(struct vsn_import),
		  offsetof(struct vsn_import, flags), 1 },
		{ "import", VSN_IOC_IMPORT, sizeof(struct vsn_import),
		  offsetof(struct vsn_import, reserved), 1 },
		{ "import", VSN_IOC_IMPORT, sizeof(struct vsn_import),
		  offsetof(struct vsn_import, reserved2), 1 },
		{ "unimport", VSN_IOC_UNIMPORT, sizeof(struct vsn_unimport),
		  offsetof(struct vsn_unimport, flags), 1 },
		{ "unimport", VSN_IOC_UNIMPORT, sizeof(struct vsn_unimport),
		  offsetof(struct vsn_unimport, reserved), 1 },
		{ "lease", VSN_IOC_LEASE, sizeof(struct vsn_lease),
		  offsetof(struct vsn_lease, flags), 2 },
		{ "return", VSN_IOC_RETURN, sizeof(struct vsn_return),
		  offsetof(struct vsn_return, flags), 1 },
		{ "return", VSN_IOC_RETURN, sizeof(struct vsn_return),
		  offsetof(struct vsn_return, reserved), 1 },
	};
	uint32_t arg[64];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(arg, 0, sizeof(arg));
		arg[0] = bad[i].size;
		arg[bad[i].off / 4] = bad[i].value;
		EXPECT_EQ(-1, ioctl(fd, bad[i].cmd, arg));
		EXPECT_EQ(EINVAL, errno) TH_LOG("%s at %zu", bad[i].what, bad[i].off);
		/* Shorter than the first version; longer, with something in it */
		memset(arg, 0, sizeof(arg));
		arg[0] = bad[i].size - 8;
		EXPECT_EQ(-1, ioctl(fd, bad[i].cmd, arg));
		EXPECT_EQ(EINVAL, errno) TH_LOG("%s", bad[i].what);
		arg[0] = bad[i].size + 8;
		arg[bad[i].size / 4] = 1;
		EXPECT_EQ(-1, ioctl(fd, bad[i].cmd, arg));
		EXPECT_EQ(E2BIG, errno) TH_LOG("%s", bad[i].what);
		EXPECT_EQ(-1, ioctl(fd, bad[i].cmd, NULL));
		EXPECT_EQ(EFAULT, errno) TH_LOG("%s", bad[i].what);
	}
}

TEST_F(tenant, reading_only)
{
	const unsigned long cmds[] = {
		VSN_IOC_EXPORT, VSN_IOC_IMPORT, VSN_IOC_UNIMPORT, VSN_IOC_LEASE, VSN_IOC_RETURN,
	};
	char path[64];
	size_t i;
	int fd;

	snprintf(path, sizeof(path), "/dev/vsn/%s", self->name_a);
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		EXPECT_EQ(-1, ioctl(fd, cmds[i], NULL));
		EXPECT_EQ(EBADF, errno);
	}
	close(fd);
}

TEST_F(tenant, unimport)
{
	struct vsn_export export;
	struct vsn_import import;
	char *p;

	ASSERT_EQ(0, share(self->b, self->rb->ua, self->a, &export, &import));
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(self->a),
		 import.ua);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(0, touch(p));
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, self->rb->id));
	EXPECT_EQ(0, vsn_dev_unimport(self->a, export.id));
	EXPECT_EQ(-ENOENT, vsn_dev_unimport(self->a, export.id));
	EXPECT_EQ(0, touch(p));
	EXPECT_EQ(-EFAULT, touch(p + PAGE));
	EXPECT_EQ(~0ULL, word_at(self->a, import.ua));
	EXPECT_EQ(-EFAULT, run_fill(self->a, 0, import.ua, 8, 5));
	munmap(p, 2 * PAGE);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->rb->id));
}

/* What was submitted before is executed. */
TEST_F(tenant, unimport_with_an_operation)
{
	struct vsn_queue *q = vsn_queue_create(self->a, 4);
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_cqe cqe;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, share(self->b, self->rb->ua, self->a, &export, &import));
	vsn_prep_fill(vsn_queue_sqe(q), 0, 0, import.ua, 8, 77);
	ASSERT_EQ(1, vsn_queue_submit(q));
	EXPECT_EQ(0, vsn_dev_unimport(self->a, export.id));
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, export.id));
	EXPECT_EQ(0, vsn_dev_run(self->a, VSN_TIME_MAX, NULL));
	ASSERT_EQ(1, vsn_queue_reap(q, &cqe, 1));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(77, word_at(self->b, self->rb->ua));
	vsn_queue_destroy(q);
}

/* An import keeps the region; whoever has the context's last file keeps the import. */
TEST_F(tenant, import_keeps)
{
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_ctl_region r;
	char *p;
	int fd;

	ASSERT_EQ(0, share(self->b, self->rb->ua, self->a, &export, &import));
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, export.id));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "1 contexts import it"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	fd = dup(vsn_dev_fd(self->a));
	vsn_dev_close(self->a);
	self->a = NULL;
	ASSERT_EQ(0, get_region(self, export.id, &r));
	EXPECT_EQ(1, r.imports);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, import.ua);
	close(fd);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(0, touch(p));
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, export.id));
	munmap(p, PAGE);
	ASSERT_EQ(0, get_region(self, export.id, &r));
	EXPECT_EQ(0, r.imports);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, export.id));
}

/* A child of fork is the same context. */
TEST_F(tenant, fork_shares_the_context)
{
	struct vsn_export export;
	struct vsn_import import;
	int status;
	pid_t pid;

	ASSERT_EQ(0, vsn_dev_export(self->b, self->rb->ua, &export));
	pid = fork();
	if (!pid) {
		if (vsn_dev_import(self->a, export.id, export.token, &import))
			_exit(1);
		_exit(run_fill(self->a, 0, import.ua, 8, 99) ? 2 : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(99, word_at(self->a, self->rb->ua));
}

static int send_fd(int sock, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &m, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int sock)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(sock, &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

/* A view that is passed on keeps what its context leased, in another process. */
TEST_F(tenant, scm_rights)
{
	struct vsn_lease lease;
	struct vsn_ctl_region r;
	int socks[2], go[2], view, status;
	uint64_t ua;
	pid_t pid;
	char byte;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid) {
		vsn_dev_close(self->all);
		vsn_dev_close(self->a);
		vsn_dev_close(self->b);
		close(socks[0]);
		close(go[1]);
		view = receive_fd(socks[1]);
		if (write(socks[1], "x", 1) != 1 || read(go[0], &ua, sizeof(ua)) != sizeof(ua))
			_exit(1);
		/* By now the other side has closed all it had. */
		if (pread(view, &byte, 1, self->rb->ua) != -1 || errno != EFAULT)
			_exit(2);
		_exit(pread(view, &byte, 1, ua) == 1 && byte == 7 ? 0 : 3);
	}
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	view = vsn_dev_view(self->a, 0);
	ASSERT_EQ(0, send_fd(socks[0], view));
	ASSERT_EQ(1, read(socks[0], &byte, 1));
	byte = 7;
	EXPECT_EQ(1, pwrite(view, &byte, 1, lease.ua));
	close(view);
	vsn_dev_close(self->a);
	self->a = NULL;
	EXPECT_EQ(0, get_region(self, lease.id, &r));
	EXPECT_TRUE(r.leased);
	ua = lease.ua;
	ASSERT_EQ(sizeof(ua), write(go[1], &ua, sizeof(ua)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(-ENOENT, get_region(self, lease.id, &r));
}

/* Leases */

TEST_F(tenant, lease)
{
	const __u32 homes[] = { 1, 8 };
	struct vsn_ctl_partition *p;
	struct vsn_ctl_region r;
	struct vsn_lease lease;

	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, homes, 2, 0, &lease));
	EXPECT_EQ(0, run_fill(self->a, 3, lease.ua, SIZE, 0x1ea5e));
	EXPECT_EQ(0x1ea5e, word_at(self->a, lease.ua + SIZE - 8));
	EXPECT_EQ(~0ULL, word_at(self->b, lease.ua));
	ASSERT_EQ(0, get_region(self, lease.id, &r));
	EXPECT_STREQ("a", r.partition);
	EXPECT_TRUE(r.leased);
	EXPECT_EQ(2, r.home_count);
	EXPECT_EQ(64 * KIB, r.granule);
	EXPECT_EQ(SIZE, r.size);
	EXPECT_EQ(lease.ua, r.ua);
	ASSERT_EQ(0, vsn_ctl_partition_get(self->ctl, self->name, "a", &p));
	EXPECT_EQ(2, p->regions);
	EXPECT_EQ(2 * SIZE, p->promised);
	EXPECT_EQ(SIZE, p->resident);
	vsn_ctl_partition_free(p);

	/* It is the context's: neither the administrator nor a neighbour ends it. */
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, lease.id));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "leased"));
	EXPECT_EQ(-ENOENT, vsn_dev_return(self->b, lease.id));
	EXPECT_EQ(-ENOENT, vsn_dev_return(self->all, lease.id));
	EXPECT_EQ(-ENOENT, vsn_dev_return(self->a, self->ra->id));
	EXPECT_EQ(0, vsn_dev_return(self->a, lease.id));
	EXPECT_EQ(-ENOENT, vsn_dev_return(self->a, lease.id));
	EXPECT_EQ(-ENOENT, get_region(self, lease.id, &r));
	ASSERT_EQ(0, vsn_ctl_partition_get(self->ctl, self->name, "a", &p));
	EXPECT_EQ(1, p->regions);
	EXPECT_EQ(SIZE, p->promised);
	EXPECT_EQ(0, p->resident);
	vsn_ctl_partition_free(p);
}

TEST_F(tenant, lease_chooses_homes)
{
	struct vsn_ctl_region *r;
	struct vsn_lease lease;
	const __u32 full = 1;

	/* One granule, one home; several, all endpoints of the partition. */
	ASSERT_EQ(0, vsn_dev_lease(self->a, 64 * KIB, NULL, 0, 0, &lease));
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, lease.id, &r));
	EXPECT_EQ(1, r->home_count);
	EXPECT_EQ(0, r->homes[0]);
	vsn_ctl_region_free(r);
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, lease.id, &r));
	ASSERT_EQ(5, r->home_count);
	EXPECT_EQ(0, r->homes[0]);
	EXPECT_EQ(3, r->homes[3]);
	EXPECT_EQ(8, r->homes[4]);
	vsn_ctl_region_free(r);
	/* Not where there is no room for its share. */
	ASSERT_EQ(0, vsn_dev_lease(self->a, TEST_CAPACITY - 192 * KIB, &full, 1,
				   0, &lease));
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, lease.id, &r));
	ASSERT_EQ(4, r->home_count);
	EXPECT_EQ(2, r->homes[1]);
	vsn_ctl_region_free(r);
	/* Huge: by 2 MiB. */
	ASSERT_EQ(0, vsn_dev_lease(self->a, 4 * MIB, NULL, 0, VSN_LEASE_HUGE, &lease));
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, lease.id, &r));
	EXPECT_TRUE(r->huge);
	EXPECT_EQ(2, r->home_count);
	EXPECT_EQ(2 * MIB, r->granule);
	vsn_ctl_region_free(r);
	/* Without a partition, all endpoints; it belongs to none. */
	ASSERT_EQ(0, vsn_dev_lease(self->all, SIZE, NULL, 0, 0, &lease));
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, lease.id, &r));
	EXPECT_EQ(9, r->home_count);
	EXPECT_STREQ("", r->partition);
	vsn_ctl_region_free(r);
	EXPECT_EQ(~0ULL, word_at(self->b, lease.ua));
}

TEST_F(tenant, lease_refused)
{
	const __u32 one = 0, many[TEST_ENDPOINTS + 1] = { 0 };
	struct vsn_lease lease;
	uint64_t quota = 2 * SIZE;

	EXPECT_EQ(-EINVAL, vsn_dev_lease(self->a, 0, NULL, 0, 0, &lease));
	EXPECT_EQ(-EINVAL, vsn_dev_lease(self->a, 1000, NULL, 0, 0, &lease));
	EXPECT_EQ(-EINVAL, vsn_dev_lease(self->a, ~0ULL, NULL, 0, 0, &lease));
	EXPECT_EQ(-EINVAL, vsn_dev_lease(self->a, SIZE, &one, 0, 0, &lease));
	EXPECT_EQ(-EINVAL, vsn_dev_lease(self->a, SIZE, many, TEST_ENDPOINTS + 1, 0, &lease));
	EXPECT_EQ(-EFAULT, vsn_dev_lease(self->a, SIZE, (void *)8, 1, 0, &lease));
	EXPECT_EQ(-ENOSPC, vsn_dev_lease(self->a, 6 * TEST_CAPACITY, NULL, 0, 0, &lease));
	EXPECT_EQ(-ENOSPC, vsn_dev_lease(self->a, 2 * TEST_CAPACITY, &one, 1, 0, &lease));
	lease = (struct vsn_lease){ .size = sizeof(lease), .bytes = SIZE, .granule = 12345 };
	EXPECT_EQ(-1, ioctl(vsn_dev_fd(self->a), VSN_IOC_LEASE, &lease));
	EXPECT_EQ(EINVAL, errno);
	lease.granule = 6 * KIB;
	EXPECT_EQ(-1, ioctl(vsn_dev_fd(self->a), VSN_IOC_LEASE, &lease));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(0, vsn_ctl_partition_set(self->ctl, self->name, "a", &quota, NULL));
	EXPECT_EQ(-EDQUOT, vsn_dev_lease(self->a, 2 * SIZE, NULL, 0, 0, &lease));
	EXPECT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	EXPECT_EQ(-EDQUOT, vsn_dev_lease(self->a, PAGE, NULL, 0, 0, &lease));
	/* Nothing is left of those. */
	EXPECT_EQ(4, regions_of(self->ctl, self->name));
}

/* The answer cannot be written: there is no region. */
TEST_F(tenant, lease_without_an_answer)
{
	struct vsn_lease *lease = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vsn_import *import = (void *)lease;
	struct vsn_export *export = (void *)lease, token;
	struct vsn_ctl_region r;

	ASSERT_NE(MAP_FAILED, lease);
	*lease = (struct vsn_lease){ .size = sizeof(*lease), .bytes = SIZE };
	mprotect(lease, PAGE, PROT_READ);
	EXPECT_EQ(-1, ioctl(vsn_dev_fd(self->a), VSN_IOC_LEASE, lease));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(3, regions_of(self->ctl, self->name));

	/* Nor a token, nor an import. */
	mprotect(lease, PAGE, PROT_READ | PROT_WRITE);
	*export = (struct vsn_export){ .size = sizeof(*export), .ua = self->rb->ua };
	mprotect(lease, PAGE, PROT_READ);
	EXPECT_EQ(-1, ioctl(vsn_dev_fd(self->b), VSN_IOC_EXPORT, export));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, get_region(self, self->rb->id, &r));
	EXPECT_FALSE(r.exported);
	ASSERT_EQ(0, vsn_dev_export(self->b, self->rb->ua, &token));
	mprotect(lease, PAGE, PROT_READ | PROT_WRITE);
	*import = (struct vsn_import){ .size = sizeof(*import), .id = token.id,
				       .token = { token.token[0], token.token[1] } };
	mprotect(lease, PAGE, PROT_READ);
	EXPECT_EQ(-1, ioctl(vsn_dev_fd(self->a), VSN_IOC_IMPORT, import));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, get_region(self, self->rb->id, &r));
	EXPECT_EQ(0, r.imports);
	EXPECT_EQ(~0ULL, word_at(self->a, self->rb->ua));
	munmap(lease, PAGE);
}

TEST_F(tenant, lease_in_use_is_not_returned)
{
	struct vsn_queue *q = vsn_queue_create(self->a, 4);
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_lease lease;
	char *p;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(self->a), lease.ua);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-EBUSY, vsn_dev_return(self->a, lease.id));
	munmap(p, PAGE);
	vsn_prep_fill(vsn_queue_sqe(q), 0, 0, lease.ua, 8, 1);
	ASSERT_EQ(1, vsn_queue_submit(q));
	EXPECT_EQ(-EBUSY, vsn_dev_return(self->a, lease.id));
	EXPECT_EQ(0, vsn_dev_run(self->a, VSN_TIME_MAX, NULL));
	ASSERT_EQ(0, share(self->a, lease.ua, self->b, &export, &import));
	EXPECT_EQ(-EBUSY, vsn_dev_return(self->a, lease.id));
	EXPECT_EQ(0, vsn_dev_unimport(self->b, lease.id));
	EXPECT_EQ(0, vsn_dev_return(self->a, lease.id));
	vsn_queue_destroy(q);
}

/* A queue or a mapping is as good as the context itself. */
TEST_F(tenant, lease_goes_with_the_last_file)
{
	struct vsn_queue *q = vsn_queue_create(self->a, 4);
	struct vsn_ctl_region r;
	struct vsn_lease lease;
	char *p;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(self->a), lease.ua);
	ASSERT_NE(MAP_FAILED, p);
	vsn_dev_close(self->a);
	self->a = NULL;
	munmap(p, PAGE);
	EXPECT_EQ(0, get_region(self, lease.id, &r));
	vsn_queue_destroy(q);
	EXPECT_EQ(-ENOENT, get_region(self, lease.id, &r));
	EXPECT_EQ(0, contexts_of(self->ctl, self->name, "a"));
	EXPECT_EQ(3, regions_of(self->ctl, self->name));
}

/* The importer keeps what its lessee has left; then it goes by itself. */
TEST_F(tenant, lease_outlived_by_an_import)
{
	struct vsn_ctl_partition *p;
	struct vsn_ctl_region r;
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_lease lease;

	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	ASSERT_EQ(0, run_fill(self->a, 0, lease.ua, SIZE, 0xa));
	ASSERT_EQ(0, share(self->a, lease.ua, self->b, &export, &import));
	vsn_dev_close(self->a);
	self->a = NULL;
	EXPECT_EQ(0xa, word_at(self->b, import.ua));
	ASSERT_EQ(0, get_region(self, lease.id, &r));
	EXPECT_FALSE(r.leased);
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, lease.id));
	/* It is still its partition's, and of its quota. */
	ASSERT_EQ(0, vsn_ctl_partition_get(self->ctl, self->name, "a", &p));
	EXPECT_EQ(2 * SIZE, p->promised);
	vsn_ctl_partition_free(p);
	EXPECT_EQ(0, vsn_dev_unimport(self->b, lease.id));
	EXPECT_EQ(-ENOENT, get_region(self, lease.id, &r));
}

/* Whoever has it mapped without having imported it gets SIGBUS. */
TEST_F(tenant, lease_ends_under_a_neighbour)
{
	struct vsn_lease lease;
	char *p;

	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_dev_fd(self->all), lease.ua);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(0, touch(p));
	vsn_dev_close(self->a);
	self->a = NULL;
	EXPECT_EQ(-EFAULT, touch(p));
	munmap(p, PAGE);
}

/* Bytes are on the way in it: it goes when they have arrived. */
TEST_F(tenant, lease_outlived_by_an_operation)
{
	struct vsn_queue *q = vsn_queue_create(self->a, 4);
	const __u32 home = 1;
	struct vsn_ctl_region r;
	struct vsn_lease lease;
	struct vsn_run run;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, &home, 1, 0, &lease));
	vsn_prep_copy(vsn_queue_sqe(q), 0, 0, lease.ua, self->ra->ua, SIZE);
	ASSERT_EQ(1, vsn_queue_submit(q));
	EXPECT_EQ(0, vsn_dev_run(self->a, 2 * 1000 * 1000, &run));
	ASSERT_EQ(1, run.pending);
	vsn_queue_destroy(q);
	vsn_dev_close(self->a);
	self->a = NULL;
	EXPECT_EQ(0, get_region(self, lease.id, &r));
	EXPECT_EQ(0, vsn_dev_run(self->all, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, wait_gone(self, lease.id));
}

/* With the fabric, where nobody runs it any more */
TEST_F(tenant, lease_outlived_until_the_fabric_goes)
{
	struct vsn_queue *q = vsn_queue_create(self->a, 4);
	struct vsn_lease lease;
	const __u32 home = 1;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, &home, 1, 0, &lease));
	vsn_prep_copy(vsn_queue_sqe(q), 0, 0, lease.ua, self->ra->ua, SIZE);
	ASSERT_EQ(1, vsn_queue_submit(q));
	EXPECT_EQ(0, vsn_dev_run(self->a, 2 * 1000 * 1000, NULL));
	vsn_queue_destroy(q);
}

struct heard {
	uint32_t id;
	int created;
	int deleted;
};

static int hear(const struct vsn_ctl_event *event, void *arg)
{
	struct heard *h = arg;

	if (event->cmd == VSN_CMD_REGION_NTF && event->region->id == h->id &&
	    event->region->leased && !strcmp(event->region->partition, "a"))
		h->created++;
	if (event->cmd == VSN_CMD_REGION_DEL_NTF && event->region->id == h->id)
		h->deleted++;
	return h->deleted;
}

/* Leases are told of as other regions are, also when they end by themselves. */
TEST_F(tenant, lease_notifies)
{
	struct vsn_ctl *listener;
	struct vsn_lease lease;
	struct heard heard = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vsn_ctl_open(&listener));
		ASSERT_EQ(0, vsn_ctl_monitor(listener));
		ASSERT_EQ(0, vsn_dev_lease(self->a, SIZE, NULL, 0, 0, &lease));
		if (i) {
			vsn_dev_close(self->a);
			self->a = NULL;
		} else {
			EXPECT_EQ(0, vsn_dev_return(self->a, lease.id));
		}
		heard = (struct heard){ .id = lease.id };
		EXPECT_EQ(1, vsn_ctl_next(listener, hear, &heard));
		EXPECT_EQ(1, heard.created);
		vsn_ctl_close(listener);
	}
}

/* 1,024 leases and as many imports are what a context may have. */
TEST_F(tenant, limits)
{
	struct vsn_dev *more = test_open(self->name_a);
	struct vsn_export export;
	struct vsn_import import;
	struct vsn_lease lease;
	int i;

	ASSERT_NE(NULL, more);
	for (i = 0; i < 1024; i++) {
		ASSERT_EQ(0, vsn_dev_lease(self->a, PAGE, NULL, 0, 0, &lease));
		ASSERT_EQ(0, share(self->a, lease.ua, self->b, &export, &import));
	}
	EXPECT_EQ(-ENOSPC, vsn_dev_lease(self->a, PAGE, NULL, 0, 0, &lease));
	ASSERT_EQ(0, vsn_dev_lease(more, PAGE, NULL, 0, 0, &lease));
	EXPECT_EQ(-ENOSPC, share(more, lease.ua, self->b, &export, &import));
	/* One less, and there is room again. */
	EXPECT_EQ(0, vsn_dev_unimport(self->b, lease.id - 1));
	EXPECT_EQ(0, vsn_dev_import(self->b, export.id, export.token, &import));
	EXPECT_EQ(0, vsn_dev_return(self->a, lease.id - 1));
	EXPECT_EQ(0, vsn_dev_lease(self->a, PAGE, NULL, 0, 0, &lease));
	vsn_dev_close(more);
}

TEST_HARNESS_MAIN
