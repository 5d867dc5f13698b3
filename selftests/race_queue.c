// SPDX-License-Identifier: GPL-2.0
/* Races: sides that use a queue. */
#include <fcntl.h>
#include <sched.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "libvsn.h"
#include "race_users.h"

#define ANY_INITIATOR	16
#define STREAMS		4

int race_queue(int context)
{
	struct vsn_queue_setup setup = {
		.size = sizeof(setup), .sq_entries = RACE_ENTRIES, .cq_entries = RACE_ENTRIES,
	};
	int fd = ioctl(context, VSN_IOC_QUEUE, &setup);

	return fd < 0 ? -errno : fd;
}

static void *map_area(int fd, size_t size, uint64_t off)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off);

	return p == MAP_FAILED ? NULL : p;
}

int race_map_queue(int fd, struct race_rings *q)
{
	int err;

	memset(q, 0, sizeof(*q));
	q->rings = map_area(fd, sizeof(*q->rings), VSN_OFF_RINGS);
	if (q->rings)
		q->sqes = map_area(fd, RACE_ENTRIES * sizeof(*q->sqes), VSN_OFF_SQES);
	if (q->sqes)
		q->cqes = map_area(fd, RACE_ENTRIES * sizeof(*q->cqes), VSN_OFF_CQES);
	if (q->cqes)
		return 0;
	err = -errno;
	race_unmap_queue(q);
	return err;
}

void race_unmap_queue(struct race_rings *q)
{
	if (q->rings)
		munmap(q->rings, sizeof(*q->rings));
	if (q->sqes)
		munmap(q->sqes, RACE_ENTRIES * sizeof(*q->sqes));
	if (q->cqes)
		munmap(q->cqes, RACE_ENTRIES * sizeof(*q->cqes));
}

/* A word of the region that is there now. */
static uint64_t any_word(struct race_worker *w)
{
	return race_ua(w->race) + race_random(w, RACE_REGION / 2 / 8) * 8;
}

void race_entry(struct race_worker *w, struct vsn_sqe *sqe)
{
	uint32_t who = race_random(w, ANY_INITIATOR), stream = race_random(w, STREAMS);
	uint64_t dst = any_word(w), len = 1 + race_random(w, 4 * PAGE);

	switch (race_random(w, 8)) {
	case 0:
		vsn_prep_nop(sqe, who, stream);
		break;
	case 1:
		vsn_prep_fill(sqe, who, stream, dst, len, dst);
		break;
	case 2:
		vsn_prep_fadd(sqe, who, stream, dst, 1);
		break;
	case 3:
		vsn_prep_cas(sqe, who, stream, dst, 0, 1);
		break;
	case 4:
		vsn_prep_swap(sqe, who, stream, dst, 1);
		break;
	case 5:
		vsn_prep_compute(sqe, who, stream, len);
		break;
	case 6:
		vsn_prep_signal(sqe, who, stream, dst, 1);
		break;
	default:
		vsn_prep_copy(sqe, who, stream, dst, any_word(w), len);
	}
}

int race_doorbell(int fd)
{
	struct vsn_doorbell bell = { .size = sizeof(bell) };

	return ioctl(fd, VSN_IOC_DOORBELL, &bell) ? -errno : (int)bell.taken;
}

int race_run_ops(int context)
{
	struct vsn_run arg = { .size = sizeof(arg), .until = VSN_TIME_MAX };

	return ioctl(context, VSN_IOC_RUN, &arg) ? -errno : 0;
}

int race_cancel(int fd)
{
	struct vsn_cancel arg = { .size = sizeof(arg) };

	return ioctl(fd, VSN_IOC_CANCEL, &arg) ? -errno : (int)arg.cancelled;
}

int race_submit(struct race_worker *w, int fd, struct race_rings *q, unsigned int nr,
		unsigned int waits)
{
	uint32_t head = __atomic_load_n(&q->rings->sq_head, __ATOMIC_ACQUIRE);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct vsn_sqe *sqe = &q->sqes[(head + i) % RACE_ENTRIES];

		if (i < waits)
			/* No operation makes a word so large. */
			vsn_prep_wait(sqe, race_random(w, ANY_INITIATOR),
				      race_random(w, STREAMS),
				      race_ua(w->race) + RACE_REGION - 8, VSN_TIME_MAX);
		else
			race_entry(w, sqe);
	}
	__atomic_store_n(&q->rings->sq_tail, head + nr, __ATOMIC_RELEASE);
	return race_doorbell(fd);
}

int race_reap(struct race_rings *q, unsigned int *cancelled)
{
	uint32_t head = q->rings->cq_head;
	uint32_t tail = __atomic_load_n(&q->rings->cq_tail, __ATOMIC_ACQUIRE);
	int bad = 0;

	for (; head != tail; head++) {
		int res = q->cqes[head % RACE_ENTRIES].res;

		if (res == -ECANCELED && cancelled)
			++*cancelled;
		/* EFAULT: the region went before the doorbell. */
		else if (res && res != -ECANCELED && res != -EFAULT && !bad)
			bad = res;
	}
	__atomic_store_n(&q->rings->cq_head, head, __ATOMIC_RELEASE);
	return bad;
}

/* What others may have done to the same rings meanwhile is their own doing. */
static int doorbell_step(struct race_worker *w)
{
	struct race_rings q;
	int n;

	n = race_map_queue(RACE_QUEUE, &q);
	if (n)
		return n;
	n = race_submit(w, RACE_QUEUE, &q, 4, 0);
	race_reap(&q, NULL);
	race_unmap_queue(&q);
	/* Somebody has to run them, or the ring is full for ever. */
	if (n >= 0 && !race_random(w, 4))
		race_run_ops(RACE_CONTEXT);
	return n < 0 ? n : n ? 0 : RACE_IDLE;
}

const struct race_side doorbell = {
	.name = "doorbell", .step = doorbell_step,
	.errs = RACE_ERRS(EBADF, EOVERFLOW),
};

static int eventfd_step(struct race_worker *w)
{
	struct vsn_eventfd arg = { .size = sizeof(arg) };
	int fd = eventfd(0, EFD_CLOEXEC), err = 0;

	arg.fd = fd;
	if (ioctl(RACE_QUEUE, VSN_IOC_EVENTFD, &arg))
		err = -errno;
	close(fd);
	arg.fd = -1;
	if (!err && race_random(w, 2) && ioctl(RACE_QUEUE, VSN_IOC_EVENTFD, &arg))
		err = -errno;
	return err;
}

const struct race_side eventfd_set = {
	.name = "eventfd", .step = eventfd_step, .errs = RACE_ERRS(EBADF),
};

static int cancel_step(struct race_worker *w)
{
	int n = race_cancel(RACE_QUEUE);

	return n < 0 ? n : 0;
}

const struct race_side cancel = {
	.name = "cancel", .step = cancel_step, .errs = RACE_ERRS(EBADF),
};

/* By poll, and by epoll, which outlives the file. */
static int polls_step(struct race_worker *w)
{
	struct pollfd p = { .fd = RACE_QUEUE, .events = POLLIN | POLLOUT };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };
	int err = 0;

	if (poll(&p, 1, 0) < 0)
		return -errno;
	if (p.revents & POLLNVAL)
		return -EBADF;
	if (w->fd < 0 || !race_random(w, 64)) {
		close(w->fd);
		w->fd = epoll_create1(EPOLL_CLOEXEC);
	}
	if (epoll_ctl(w->fd, EPOLL_CTL_ADD, RACE_QUEUE, &event) && errno != EEXIST)
		err = -errno;
	if (epoll_wait(w->fd, &event, 1, 1) < 0)
		err = -errno;
	return err;
}

static void close_fd(struct race_worker *w)
{
	close(w->fd);
}

const struct race_side polls = {
	.name = "poll", .step = polls_step, .cleanup = close_fd, .errs = RACE_ERRS(EBADF),
};

/* The mapping is what goes last, now and then. */
static int rings_step(struct race_worker *w)
{
	struct race_rings q;
	int err = race_map_queue(RACE_QUEUE, &q);

	if (err)
		return err;
	if (race_random(w, 2))
		sched_yield();
	race_reap(&q, NULL);
	memset(q.cqes, 0, RACE_ENTRIES * sizeof(*q.cqes));
	race_unmap_queue(&q);
	return 0;
}

const struct race_side rings = {
	.name = "rings", .step = rings_step, .errs = RACE_ERRS(EBADF),
};

static int fdinfo_step(struct race_worker *w)
{
	char path[64], buf[1024];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", RACE_QUEUE);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (read(fd, buf, sizeof(buf)) < 0)
		err = -errno;
	close(fd);
	return err;
}

const struct race_side fdinfo = {
	.name = "fdinfo", .step = fdinfo_step, .errs = RACE_ERRS(ENOENT),
};

/* All that a queue can do, through a descriptor of our own. */
static int use_own(struct race_worker *w, int fd)
{
	struct race_rings q;
	int n = race_map_queue(fd, &q);

	if (n)
		return n;
	n = race_submit(w, fd, &q, 4, race_random(w, 2));
	if (!race_random(w, 4))
		race_run_ops(RACE_CONTEXT);
	if (n >= 0 && race_random(w, 2))
		n = race_cancel(fd);
	race_unmap_queue(&q);
	return n < 0 ? n : 0;
}

static int duplicate_step(struct race_worker *w)
{
	int fd = fcntl(RACE_QUEUE, F_DUPFD_CLOEXEC, 3), err;

	if (fd < 0)
		return -errno;
	err = use_own(w, fd);
	close(fd);
	return err;
}

const struct race_side duplicate = {
	.name = "dup", .step = duplicate_step, .errs = RACE_ERRS(EBADF, EOVERFLOW),
};

static int send_fd(int to, int fd)
{
	char data = 0;
	struct iovec iov = { .iov_base = &data, .iov_len = 1 };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u = {};
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(to, &msg, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int receive_fd(int from)
{
	char data;
	struct iovec iov = { .iov_base = &data, .iov_len = 1 };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *c;
	int fd;

	if (recvmsg(from, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -ENOMSG;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* Two descriptors travel; one arrives, the other goes with its message. */
static int pass_step(struct race_worker *w)
{
	int s[2], fd, err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s))
		return -errno;
	err = send_fd(s[0], RACE_QUEUE);
	if (!err)
		err = send_fd(s[0], RACE_QUEUE);
	if (!err) {
		fd = receive_fd(s[1]);
		err = fd < 0 ? fd : use_own(w, fd);
		if (fd >= 0)
			close(fd);
	}
	close(s[0]);
	close(s[1]);
	return err;
}

const struct race_side pass = {
	.name = "SCM_RIGHTS", .step = pass_step, .errs = RACE_ERRS(EBADF, EOVERFLOW),
};
