// SPDX-License-Identifier: GPL-2.0
/* Queues as files: what they are made of, how they are waited for, how long they live. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "queue_fixture.h"

static int setup(struct vsn_dev *dev, struct vsn_queue_setup *s)
{
	int fd;

	s->size = sizeof(*s);
	fd = ioctl(vsn_dev_fd(dev), VSN_IOC_QUEUE, s);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -errno : 0;
}

TEST_F(queue, setup_refuses_each_bad_field)
{
	static const struct vsn_queue_setup bad[] = {
		{ .sq_entries = 0 },
		{ .sq_entries = 3 },
		{ .sq_entries = 131072 },
		{ .sq_entries = 1U << 31 },
		{ .sq_entries = 4, .cq_entries = 5 },
		{ .sq_entries = 4, .cq_entries = 131072 },
		{ .sq_entries = 4, .flags = 1 },
		{ .sq_entries = 4, .reserved = 1ULL << 40 },
	};
	struct vsn_queue_setup s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		s = bad[i];
		EXPECT_EQ(-EINVAL, setup(self->dev, &s))
			TH_LOG("case %zu", i);
	}
}

TEST_F(queue, setup_reports_sizes_and_defaults)
{
	struct vsn_queue_setup s = { .sq_entries = 65536 };

	EXPECT_EQ(0, setup(self->dev, &s));
	EXPECT_EQ(65536, s.cq_entries);
	EXPECT_EQ(65536 * sizeof(struct vsn_sqe), s.sqes_size);
	EXPECT_EQ(65536 * sizeof(struct vsn_cqe), s.cqes_size);
	EXPECT_LE(sizeof(struct vsn_rings), s.rings_size);
	s = (struct vsn_queue_setup){ .sq_entries = 4 };
	EXPECT_EQ(0, setup(self->dev, &s));
	EXPECT_EQ(8, s.cq_entries);
}

/* The rule of all structures: they grow at the end. */
/* Where the sizes cannot be told, there is no queue. */
TEST_F(queue, setup_that_cannot_be_written)
{
	struct vsn_queue_setup *s;
	struct vsn_ctl_fabric *f;

	s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, s);
	s->size = sizeof(*s);
	s->sq_entries = 4;
	ASSERT_EQ(0, mprotect(s, 4096, PROT_READ));
	EXPECT_EQ(-1, ioctl(vsn_dev_fd(self->dev), VSN_IOC_QUEUE, s));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &f));
	EXPECT_EQ(2, f->contexts);
	vsn_ctl_fabric_free(f);
	munmap(s, 4096);
}

/* What a program that is stuck was about: /proc/PID/fdinfo/FD. */
TEST_F(queue, fdinfo_tells_what_is_pending)
{
	char path[64], text[1024], want[256];
	ssize_t n;
	int fd;

	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	self->rings->sq_tail = 3;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", vsn_queue_fd(self->q));
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	n = read(fd, text, sizeof(text) - 1);
	ASSERT_LT(0, n);
	text[n] = 0;
	snprintf(want, sizeof(want),
		 "fabric:\t%s\nsq:\t8 entries, head 2, tail 3\ncq:\t8 entries, head 0, tail 1\npending:\t1\n",
		 self->name);
	EXPECT_NE(NULL, strstr(text, want)) TH_LOG("%s", text);
	close(fd);
}

TEST_F(queue, structures_grow_at_their_end)
{
	struct {
		struct vsn_doorbell bell;
		__u64 tail;
	} longer = {};
	int fd = vsn_queue_fd(self->q);

	longer.bell.size = sizeof(longer);
	EXPECT_EQ(0, ioctl(fd, VSN_IOC_DOORBELL, &longer));
	longer.tail = 1;
	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_DOORBELL, &longer));
	EXPECT_EQ(E2BIG, errno);
	longer.bell.size = sizeof(longer.bell) - 4;
	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_DOORBELL, &longer));
	EXPECT_EQ(EINVAL, errno);
	longer.bell.size = 1U << 31;
	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_DOORBELL, &longer));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_DOORBELL, NULL));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(queue, ioctls_refuse_what_they_do_not_know)
{
	struct vsn_doorbell bell = { .size = sizeof(bell), .reserved = 1 };
	struct vsn_cancel cancel = { .size = sizeof(cancel), .flags = 1 };
	int fd = vsn_queue_fd(self->q);

	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_DOORBELL, &bell));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_CANCEL, &cancel));
	EXPECT_EQ(EINVAL, errno);
	/* A context's ioctl, and one that nobody has. */
	EXPECT_EQ(-1, ioctl(fd, VSN_IOC_QUEUE, &bell));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(fd, _IO(VSN_IOC_MAGIC, 0xff), &bell));
	EXPECT_EQ(ENOTTY, errno);
}

static int map_errno(int fd, size_t len, int prot, int flags, off_t off)
{
	void *p = mmap(NULL, len, prot, flags, fd, off);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, len);
	return 0;
}

TEST_F(queue, mmap_refuses_all_but_the_rings)
{
	int fd = vsn_queue_fd(self->q), rw = PROT_READ | PROT_WRITE;
	void *p;

	EXPECT_EQ(0, map_errno(fd, 4096, rw, MAP_SHARED, VSN_OFF_CQES));
	EXPECT_EQ(EINVAL, map_errno(fd, 4096, rw, MAP_PRIVATE, VSN_OFF_RINGS));
	EXPECT_EQ(EINVAL, map_errno(fd, 8192, rw, MAP_SHARED, VSN_OFF_RINGS));
	EXPECT_EQ(EINVAL, map_errno(fd, 4096, rw, MAP_SHARED, VSN_OFF_RINGS + 4096));
	EXPECT_EQ(EINVAL, map_errno(fd, 4096, rw, MAP_SHARED, VSN_OFF_CQES + 4096));
	EXPECT_EQ(EINVAL, map_errno(fd, 4096, rw, MAP_SHARED, 1L << 50));
	EXPECT_EQ(EINVAL, map_errno(fd, 4096, PROT_READ | PROT_EXEC, MAP_SHARED,
				    VSN_OFF_RINGS));
	p = mmap(NULL, 4096, rw, MAP_SHARED, fd, VSN_OFF_RINGS);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-1, mprotect(p, 4096, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	munmap(p, 4096);
}

TEST_F(queue, poll_tells_what_can_be_done)
{
	struct vsn_cqe cqe;

	EXPECT_EQ(POLLOUT, events(self->q));
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(POLLOUT, events(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	EXPECT_EQ(POLLIN | POLLOUT, events(self->q));
	EXPECT_EQ(1, vsn_queue_wait(self->q, 0));
	ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(POLLOUT, events(self->q));
	EXPECT_EQ(0, vsn_queue_wait(self->q, 0));
}

static void *run_later(void *dev)
{
	struct timespec ts = { .tv_nsec = 100 * 1000 * 1000 };

	nanosleep(&ts, NULL);
	return (void *)(intptr_t)vsn_dev_run(dev, VSN_TIME_MAX, NULL);
}

TEST_F(queue, poll_wakes_when_somebody_runs)
{
	pthread_t thread;
	void *result;

	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_later, self->dev));
	EXPECT_EQ(1, vsn_queue_wait(self->q, 20 * 1000));
	pthread_join(thread, &result);
	EXPECT_EQ(0, (intptr_t)result);
}

static void *ring_later(void *q)
{
	struct timespec ts = { .tv_nsec = 100 * 1000 * 1000 };
	struct vsn_doorbell bell = { .size = sizeof(bell) };

	nanosleep(&ts, NULL);
	return (void *)(intptr_t)(ioctl(vsn_queue_fd(q), VSN_IOC_DOORBELL, &bell) ?
				  -errno : (int)bell.taken);
}

/* A full submission ring has room again when somebody else rings. */
TEST_F(queue, poll_wakes_when_somebody_rings)
{
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, ENTRIES, 2 * ENTRIES);
	struct pollfd p = { .events = POLLOUT };
	struct vsn_rings *rings;
	struct vsn_sqe *sqes;
	pthread_t thread;
	void *result;
	int i;

	ASSERT_NE(NULL, q);
	p.fd = vsn_queue_fd(q);
	rings = mmap(NULL, sizeof(*rings), PROT_READ | PROT_WRITE, MAP_SHARED, p.fd,
		     VSN_OFF_RINGS);
	sqes = mmap(NULL, ENTRIES * sizeof(*sqes), PROT_READ | PROT_WRITE, MAP_SHARED, p.fd,
		    VSN_OFF_SQES);
	ASSERT_NE(MAP_FAILED, rings);
	ASSERT_NE(MAP_FAILED, sqes);
	for (i = 0; i < ENTRIES; i++)
		vsn_prep_nop(&sqes[i], 0, 0);
	rings->sq_tail = ENTRIES;
	EXPECT_EQ(0, poll(&p, 1, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, ring_later, q));
	EXPECT_EQ(1, poll(&p, 1, 20 * 1000));
	EXPECT_EQ(POLLOUT, p.revents);
	pthread_join(thread, &result);
	EXPECT_EQ(ENTRIES, (intptr_t)result);
	munmap(rings, sizeof(*rings));
	munmap(sqes, ENTRIES * sizeof(*sqes));
	vsn_queue_destroy(q);
}

TEST_F(queue, eventfd_counts_completions)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), i;
	uint64_t n = 0;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EBADF, vsn_queue_eventfd(self->q, 9999));
	EXPECT_EQ(-EBADF, vsn_queue_eventfd(self->q, -2));
	EXPECT_EQ(-EINVAL, vsn_queue_eventfd(self->q, vsn_dev_fd(self->dev)));
	ASSERT_EQ(0, vsn_queue_eventfd(self->q, fd));
	for (i = 0; i < 3; i++)
		vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(3, vsn_queue_submit(self->q));
	EXPECT_EQ(-1, read(fd, &n, sizeof(n)));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	EXPECT_EQ(sizeof(n), read(fd, &n, sizeof(n)));
	EXPECT_EQ(3, n);

	ASSERT_EQ(0, vsn_queue_eventfd(self->q, -1));
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	EXPECT_EQ(-1, read(fd, &n, sizeof(n)));

	/* It may still be set when the queue goes. */
	ASSERT_EQ(0, vsn_queue_eventfd(self->q, fd));
	close_queue(self);
	EXPECT_EQ(-1, read(fd, &n, sizeof(n)));
	close(fd);
}

TEST_F(queue, a_forked_child_shares_the_rings)
{
	struct vsn_cqe cqe;
	int status;
	pid_t pid;

	vsn_prep_nop(vsn_queue_sqe(self->q), 3, 0);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(vsn_queue_submit(self->q) == 1 ? 0 : 1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(3, cqe.initiator);
}

static int send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(sock, &msg, 0) != 1)
		return -errno;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

TEST_F(queue, a_queue_passes_through_a_socket)
{
	struct vsn_doorbell bell = { .size = sizeof(bell) };
	int sock[2], status, fd;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	vsn_prep_nop(&self->sqes[0], 0, 0);
	__atomic_store_n(&self->rings->sq_tail, 1, __ATOMIC_RELEASE);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(vsn_queue_fd(self->q));
		fd = receive_fd(sock[1]);
		if (fd < 0 || ioctl(fd, VSN_IOC_DOORBELL, &bell) || bell.taken != 1)
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(0, send_fd(sock[0], vsn_queue_fd(self->q)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(1, self->rings->sq_head);
	close(sock[0]);
	close(sock[1]);
}

TEST_F(queue, close_cancels_what_has_not_started)
{
	struct vsn_ctl_endpoint ep;
	struct vsn_ctl_fabric *f;

	*vsn_queue_sqe(self->q) = good_copy(self);
	*vsn_queue_sqe(self->q) = good_copy(self);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	/* Pending operations keep their regions. */
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, self->a->id));
	close_queue(self);
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &f));
	EXPECT_EQ(0, f->pending);
	vsn_ctl_fabric_free(f);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->a->id));
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 0, &ep));
	EXPECT_EQ(2, ep.ops);
	EXPECT_EQ(2, ep.errors);
}

/* Get one copy of 1 MiB half way. */
static int start_copy(struct _test_data_queue *self)
{
	struct vsn_run run;
	int err;

	vsn_prep_copy(vsn_queue_sqe(self->q), 0, 0, self->b->ua, self->a->ua, SIZE);
	err = vsn_queue_submit(self->q);
	if (err != 1)
		return err;
	err = vsn_dev_run(self->dev, 2 * 1000 * 1000, &run);
	return err ? err : (int)run.pending;
}

TEST_F(queue, what_has_started_outlives_its_queue)
{
	struct vsn_run run;
	uint64_t word = 0x0123456789abcdef;

	ASSERT_EQ(sizeof(word), pwrite(vsn_dev_fd(self->dev), &word, sizeof(word),
				       self->a->ua + SIZE - 8));
	ASSERT_EQ(1, start_copy(self));
	close_queue(self);
	EXPECT_EQ(-EBUSY, vsn_ctl_region_del(self->ctl, self->name, self->b->id));
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(1, run.completed);
	EXPECT_EQ(0, run.pending);
	word = 0;
	EXPECT_EQ(sizeof(word), pread(vsn_dev_fd(self->dev), &word, sizeof(word),
				      self->b->ua + SIZE - 8));
	EXPECT_EQ(0x0123456789abcdef, word);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->b->id));
}

/* The teardown deletes the fabric: it must succeed. */
TEST_F(queue, a_fabric_takes_what_its_closed_queues_left)
{
	ASSERT_EQ(1, start_copy(self));
	close_queue(self);
}

TEST_F(queue, an_open_or_mapped_queue_keeps_the_fabric)
{
	struct vsn_queue *q = vsn_queue_create(self->dev, 4);
	void *map;

	ASSERT_NE(NULL, q);
	close_queue(self);
	vsn_dev_close(self->dev);
	self->dev = NULL;
	EXPECT_EQ(-EBUSY, vsn_ctl_fabric_del(self->ctl, self->name));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vsn_queue_fd(q),
		   VSN_OFF_RINGS);
	ASSERT_NE(MAP_FAILED, map);
	vsn_queue_destroy(q);
	EXPECT_EQ(-EBUSY, vsn_ctl_fabric_del(self->ctl, self->name));
	memset(map, 1, 4096);
	munmap(map, 4096);
}

TEST_F(queue, cancel_leaves_other_queues_alone)
{
	struct vsn_queue *q = vsn_queue_create(self->dev, 4);
	struct vsn_cqe cqe;
	__u64 n;

	ASSERT_NE(NULL, q);
	/* One stream, entries of two queues in turn. */
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	vsn_prep_nop(vsn_queue_sqe(q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(q));
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(0, vsn_queue_cancel(self->q, &n));
	EXPECT_EQ(2, n);
	ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(-ECANCELED, cqe.res);
	EXPECT_EQ(0, vsn_queue_ready(q));
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(1, vsn_queue_reap(q, &cqe, 1));
	EXPECT_EQ(0, cqe.res);
	vsn_queue_destroy(q);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

#define CGROUP "/sys/fs/cgroup/vsn-queue"

/*
 * In the child: operations without end, until there is an error.  Its own pages
 * are there beforehand, as faults on them do get it killed.
 */
static int submit_until_error(struct vsn_dev *dev)
{
	struct vsn_queue *q;
	int err = 1, i;

	if (mlockall(MCL_CURRENT))
		return errno;
	for (i = 0; i < 100; i++) {
		q = vsn_queue_create_sized(dev, 64, 16384);
		if (!q)
			return errno;
		do {
			struct vsn_sqe *sqe;

			while ((sqe = vsn_queue_sqe(q)))
				vsn_prep_nop(sqe, 0, 0);
			err = vsn_queue_submit(q);
		} while (err > 0);
		if (err)
			return -err;
	}
	return 0;
}

/* Operations are charged to who submits them, and a limit is an error: nobody is killed. */
TEST_F(queue, a_limit_of_memory_is_an_error)
{
	int status;
	pid_t pid;

	if (write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory"))
		SKIP(return, "no memory cgroup");
	ASSERT_EQ(0, mkdir(CGROUP, 0700));
	EXPECT_EQ(0, write_file(CGROUP "/memory.max", "16M"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (write_file(CGROUP "/cgroup.procs", "0"))
			_exit(1);
		_exit(submit_until_error(self->dev));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status))
		TH_LOG("killed by signal %d", WTERMSIG(status));
	EXPECT_EQ(ENOMEM, WEXITSTATUS(status));
	EXPECT_EQ(0, rmdir(CGROUP));
}

TEST_HARNESS_MAIN
