// SPDX-License-Identifier: GPL-2.0
/*
 * Queues and operations, as each allocation and copy on their way fails.
 *
 * An entry is taken or stays in its ring. What was taken completes once, with
 * success and its effect, or with -ENOMEM; either way, what it moved is what links
 * and endpoints have counted.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "sweep.h"

#define INITIATOR	1U
#define NR_BLOCKED	2

/**
 * struct op - an operation to sweep
 * @opcode: what it does
 * @flags: VSN_OP_F_*
 * @dst: home of the region it writes to
 * @src: home of the region it reads from
 * @at: offset of the first byte in both
 * @len: bytes
 * @arg0: as in the entry
 * @arg1: as in the entry
 * @res: what it completes with
 */
struct op {
	uint8_t opcode;
	uint8_t flags;
	uint32_t dst;
	uint32_t src;
	uint64_t at;
	uint64_t len;
	uint64_t arg0;
	uint64_t arg1;
	int res;
};

static struct vsn_queue *queue;
static struct vsn_queue_setup setup;
static struct vsn_ctl_region *dst, *src;
static struct vsn_blocked blocked[NR_BLOCKED];
static struct vsn_run run;
static struct vsn_cqe cqe;
static unsigned char bytes[MIB], found[MIB];
static int file = -1, event = -1;
static void *map = MAP_FAILED;
static size_t map_len;

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

static bool with_queue(void)
{
	queue = vsn_queue_create_sized(scene.dev, 8, 8);
	return queue;
}

static bool has_source(const struct op *op)
{
	return op->opcode == VSN_OP_COPY || op->opcode == VSN_OP_REDUCE;
}

static bool with_regions(const struct op *op)
{
	src = test_region(scene.ctl, scene.name, op->src, 2 * MIB);
	dst = test_region(scene.ctl, scene.name, op->dst, 2 * MIB);
	if (!src || !dst)
		return false;
	memset(bytes, 's', sizeof(bytes));
	return !has_source(op) || op->len > sizeof(bytes) ||
	       pwrite(scene.fd, bytes, op->len, src->ua + op->at) == op->len;
}

static void fill_in(struct vsn_sqe *sqe, const struct op *op, uint32_t stream)
{
	vsn_prep(sqe, op->opcode, INITIATOR, stream);
	sqe->flags = op->flags;
	sqe->len = op->len;
	sqe->arg0 = op->arg0;
	sqe->arg1 = op->arg1;
	if (op->opcode != VSN_OP_NOP && op->opcode != VSN_OP_COMPUTE)
		sqe->dst = dst->ua + op->at;
	if (has_source(op))
		sqe->src = src->ua + op->at;
	sqe->user_data = stream;
}

/* An entry in the ring that the kernel has not been told of. */
static bool with_entry(void)
{
	if (!with_queue() || !with_regions(scene.arg))
		return false;
	fill_in(vsn_queue_sqe(queue), scene.arg, 0);
	return true;
}

static bool with_op(void)
{
	return with_entry() && vsn_queue_submit(queue) == 1;
}

static void clean(void)
{
	if (map != MAP_FAILED)
		munmap(map, map_len);
	map = MAP_FAILED;
	vsn_queue_destroy(queue);
	queue = NULL;
	if (file >= 0)
		close(file);
	if (event >= 0)
		close(event);
	file = -1;
	event = -1;
	vsn_ctl_region_free(src);
	vsn_ctl_region_free(dst);
	src = NULL;
	dst = NULL;
}

/* Queues */

static int make_queue(void)
{
	setup = (struct vsn_queue_setup) {
		.size = sizeof(setup), .sq_entries = 128, .cq_entries = 256,
	};
	file = ioctl(scene.fd, VSN_IOC_QUEUE, &setup);
	return result(file);
}

static int make_wrong_queue(void)
{
	setup = (struct vsn_queue_setup) { .size = sizeof(setup), .sq_entries = 3 };
	return result(ioctl(scene.fd, VSN_IOC_QUEUE, &setup));
}

static const char *queue_is_told(int err)
{
	return !err && setup.sqes_size != 128 * sizeof(struct vsn_sqe) ? "no sizes are told" :
									 NULL;
}

static bool made_queue(void)
{
	return !make_queue();
}

static int map_area(size_t len, uint64_t offset, int prot)
{
	map = mmap(NULL, len, prot, MAP_SHARED, file, offset);
	map_len = len;
	return map == MAP_FAILED ? -errno : 0;
}

static int map_rings(void)
{
	return map_area(setup.rings_size, VSN_OFF_RINGS, PROT_READ | PROT_WRITE);
}

static int map_sqes(void)
{
	return map_area(setup.sqes_size, VSN_OFF_SQES, PROT_READ | PROT_WRITE);
}

static int map_cqes(void)
{
	return map_area(setup.cqes_size, VSN_OFF_CQES, PROT_READ);
}

static bool queue_and_eventfd(void)
{
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return event >= 0 && with_queue();
}

static int set_eventfd(void)
{
	return vsn_queue_eventfd(queue, event);
}

static bool queue_with_eventfd(void)
{
	return queue_and_eventfd() && !set_eventfd();
}

static int unset_eventfd(void)
{
	return vsn_queue_eventfd(queue, -1);
}

static uint64_t signals(void)
{
	struct vsn_sqe nop;
	uint64_t n = 0;

	vsn_prep_nop(&nop, INITIATOR, 0);
	test_op(scene.dev, queue, &nop, &cqe);
	return read(event, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static const char *signals_if_set(int err)
{
	return signals() == !err ? NULL : "the eventfd and the errno do not agree";
}

static const char *signals_unless_unset(int err)
{
	return signals() == !!err ? NULL : "the eventfd and the errno do not agree";
}

static int wait_for_room(void)
{
	struct pollfd p = { .fd = vsn_queue_fd(queue), .events = POLLOUT };

	return poll(&p, 1, 1000) < 0 ? -errno : p.revents == POLLOUT ? 0 : -EIO;
}

static int read_fdinfo(void)
{
	char path[64], text[512];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", vsn_queue_fd(queue));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = result(read(fd, text, sizeof(text)));
	close(fd);
	return err;
}

/* Doorbells */

static int doorbell(void)
{
	int n = vsn_queue_submit(queue);

	return n < 0 ? n : n == 1 ? 0 : -EIO;
}

/* Taken or not is told by the ring too; a bad entry is answered at once. */
static const char *taken_or_not(int err)
{
	const struct op *op = scene.arg;
	bool left = vsn_queue_unsubmitted(queue);
	int n = vsn_queue_reap(queue, &cqe, 1);

	if (err != -EFAULT && left != !!err)
		return "the ring and the errno do not agree";
	if (n != (op->res && !left))
		return "another number of completions";
	if (n && cqe.res != op->res)
		return "completed with another errno";
	return NULL;
}

static bool with_many_streams(void)
{
	uint32_t i;

	queue = vsn_queue_create_sized(scene.dev, 128, 128);
	if (!queue || !with_regions(scene.arg))
		return false;
	for (i = 0; i < 64; i++)
		fill_in(vsn_queue_sqe(queue), scene.arg, i);
	if (vsn_queue_submit(queue) != 64)
		return false;
	fill_in(vsn_queue_sqe(queue), scene.arg, i);
	return true;
}

/* Runs */

static int run_all(void)
{
	return vsn_dev_run(scene.dev, VSN_TIME_MAX, &run);
}

static bool changes_memory(const struct op *op)
{
	return !(op->flags & (VSN_OP_F_NODATA | VSN_OP_F_TO_SWITCH)) && op->opcode != VSN_OP_NOP &&
	       op->opcode != VSN_OP_COMPUTE && op->opcode != VSN_OP_WAIT;
}

static bool is_atomic(const struct op *op)
{
	return op->opcode == VSN_OP_FADD || op->opcode == VSN_OP_CAS ||
	       op->opcode == VSN_OP_SWAP || op->opcode == VSN_OP_SIGNAL;
}

/* All that it should have written is there; of what failed, there may be a part. */
static const char *effect(const struct op *op, int res)
{
	size_t i, n = is_atomic(op) ? 8 : op->len;
	unsigned char want;
	bool there;

	if (n > sizeof(found) || !changes_memory(op))
		n = 64;
	if (pread(scene.fd, found, n, dst->ua + op->at) != n)
		return "its memory cannot be read";
	for (i = 0; i < n; i++) {
		/* A sum with zeros is what is added. */
		want = has_source(op) ? 's' : op->arg0 >> 8 * (i % 8);
		there = found[i] == want;
		if (!changes_memory(op) || (res && is_atomic(op)))
			there = !found[i];
		if (!there && (!res || found[i]))
			return "other bytes are there";
	}
	return NULL;
}

static const char *check_counts(const struct op *op, int n)
{
	uint64_t moved = n ? cqe.bytes : 0, wire = n ? cqe.wire : 0;

	if (changed(&scene, W_PENDING) != -n || changed(&scene, W_OPS) != n)
		return "completions are not what was counted";
	if (changed(&scene, W_ERRORS) != (n && cqe.res))
		return "errors are not what was counted";
	if (changed(&scene, W_BYTES) != moved || changed(&scene, W_WIRE) != wire)
		return "bytes are not what was counted";
	if (changed(&scene, W_ATOMICS) != (n && !cqe.res && is_atomic(op)))
		return "atomics are not what was counted";
	return NULL;
}

static const char *check_completion(int err)
{
	const struct op *op = scene.arg;
	int n = vsn_queue_reap(queue, &cqe, 1);
	const char *why = check_counts(op, n);

	if (why)
		return why;
	if (!err && n != 1)
		return "it did not complete";
	if (n && cqe.res != op->res && cqe.res != -ENOMEM)
		return "completed with an errno that is not its own";
	if (scene.whole && cqe.res != op->res)
		return "completed with an error, and nothing had failed";
	/* Before the first event, or after the last one: the argument is what failed. */
	return n ? effect(op, cqe.res) : effect(op, -ENOMEM);
}

static const struct op wait_for_one = { VSN_OP_WAIT, .dst = 5, .src = 0, .arg0 = 1 };

static bool with_waits(void)
{
	uint32_t i;

	if (!with_queue() || !with_regions(&wait_for_one))
		return false;
	for (i = 0; i < NR_BLOCKED; i++)
		fill_in(vsn_queue_sqe(queue), &wait_for_one, i);
	return vsn_queue_submit(queue) == NR_BLOCKED;
}

static int run_to_deadlock(void)
{
	memset(blocked, 0, sizeof(blocked));
	return vsn_dev_run_list(scene.dev, VSN_TIME_MAX, &run, blocked, NR_BLOCKED);
}

static bool list_is_right(void)
{
	return run.blocked == NR_BLOCKED && blocked[0].want == 1 && blocked[1].want == 1 &&
	       blocked[0].user_data + blocked[1].user_data == 1;
}

/* Whatever became of the list, there is another. */
static const char *still_blocked(int err)
{
	if (err == -EDEADLK && !list_is_right())
		return "the list is wrong";
	if (run_to_deadlock() != -EDEADLK || !list_is_right())
		return "another RUN does not list them";
	return vsn_queue_ready(queue) ? "one has completed" : NULL;
}

static bool blocked_waits(void)
{
	return with_waits() && run_to_deadlock() == -EDEADLK;
}

static int cancel(void)
{
	return vsn_queue_cancel(queue, NULL);
}

static const char *check_cancelled(int err)
{
	uint32_t n = vsn_queue_ready(queue);

	if (n != -changed(&scene, W_PENDING))
		return "completions are not what was cancelled";
	while (vsn_queue_reap(queue, &cqe, 1))
		if (cqe.res != -ECANCELED)
			return "completed with another errno";
	return !err && n != NR_BLOCKED ? "some were not cancelled" : NULL;
}

/* One that is on its way, one that waits, and one behind it. */
static bool with_all_kinds_of_ops(void)
{
	static const struct op copy = { VSN_OP_COPY, .dst = 5, .src = 0, .len = MIB };
	static const struct op nop = { VSN_OP_NOP };

	if (!with_queue() || !with_regions(&copy))
		return false;
	fill_in(vsn_queue_sqe(queue), &copy, 0);
	fill_in(vsn_queue_sqe(queue), &wait_for_one, 1);
	fill_in(vsn_queue_sqe(queue), &nop, 1);
	/* A part of it has been moved by then. */
	return vsn_queue_submit(queue) == 3 && !vsn_dev_run(scene.dev, 2000 * 1000, NULL);
}

static int close_queue(void)
{
	vsn_queue_destroy(queue);
	queue = NULL;
	return 0;
}

/* What has started goes on without it. */
static const char *finished_without(int err)
{
	return run_all() || run.pending ? "what had started does not end" : NULL;
}

/* Another context is what makes the fabric stay. */
static bool pending_op_and_context(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vsn/%s", scene.name);
	file = open(path, O_RDWR | O_CLOEXEC);
	return file >= 0 && with_all_kinds_of_ops();
}

static int close_context(void)
{
	int fd = file;

	file = -1;
	return result(close(fd));
}

/* Online and paced */

static bool with_clock(uint32_t clock)
{
	/* As fast as it goes, so that nothing is held back for long. */
	return !vsn_ctl_fabric_clock(scene.ctl, scene.name, clock, 1000);
}

static bool online_entry(void)
{
	return with_clock(VSN_CLOCK_ONLINE) && with_entry();
}

static bool paced_entry(void)
{
	return with_clock(VSN_CLOCK_PACED) && with_entry();
}

static bool paced_op(void)
{
	return paced_entry() && vsn_queue_submit(queue) == 1;
}

/* A doorbell leaves the entry where it is, or it completes, with its effect. */
static const char *executed_or_not(int err)
{
	const struct op *op = scene.arg;
	bool taken = !vsn_queue_unsubmitted(queue);
	int n;

	if (taken)
		vsn_queue_wait(queue, 5000);
	n = vsn_queue_reap(queue, &cqe, 1);
	if (n != taken || (!err && !n))
		return "another number of completions";
	if (n && cqe.res && cqe.res != -ENOMEM)
		return "completed with an errno that is not its own";
	if (scene.whole && cqe.res)
		return "completed with an error, and nothing had failed";
	return n ? effect(op, cqe.res) : effect(op, -ENOMEM);
}

static const char *completed_once(int err)
{
	if (run_all())
		return "another RUN fails";
	return vsn_queue_reap(queue, &cqe, 1) == 1 && !cqe.res ? NULL : "it did not complete";
}

/* WAITs that block, and a completion that is not due before the machine is old. */
static bool paced_ops_of_all_kinds(void)
{
	static const struct op compute = { VSN_OP_COMPUTE, .arg0 = 10000000000000000000ULL };

	if (!with_clock(VSN_CLOCK_PACED) || !with_waits())
		return false;
	fill_in(vsn_queue_sqe(queue), &compute, NR_BLOCKED);
	return vsn_queue_submit(queue) == 1;
}

#define ROW(what, ...)	{ .name = what, .cleanup = clean, __VA_ARGS__ }

#define OP(...)		.arg = &(const struct op) { __VA_ARGS__ }

/* The first one of a fabric needs the most. */
#define FIRST_BELL(what, ...)							\
	ROW("doorbell, " what, .flags = SWEEP_FRESH | SWEEP_STARVE,		\
	    .prepare = with_entry, .call = doorbell, .verify = taken_or_not,	\
	    .errnos = { ENOMEM }, .lost = { EFAULT },				\
	    .changes = { { W_PENDING, 1 } }, OP(__VA_ARGS__))
#define BELL(what, ...)								\
	ROW("doorbell, " what, .prepare = with_entry, .call = doorbell,	\
	    .verify = taken_or_not, .errnos = { ENOMEM }, .lost = { EFAULT },	\
	    .changes = { { W_PENDING, 1 } }, OP(__VA_ARGS__))
#define BAD(what, ...)								\
	ROW("doorbell, " what, .flags = SWEEP_FRESH, .prepare = with_entry,	\
	    .call = doorbell, .verify = taken_or_not, .errnos = { ENOMEM },	\
	    .lost = { EFAULT }, .changes = { { W_OPS, 1 }, { W_ERRORS, 1 } },	\
	    OP(__VA_ARGS__))
#define DONE_AT_ONCE								\
	{ { W_OPS, 1 }, { W_NOW, ANY }, { W_PENDING, ANY }, { W_BYTES, ANY },	\
	  { W_WIRE, ANY }, { W_TRANSFERS, ANY }, { W_RESIDENT, ANY },		\
	  { W_ERRORS, ANY } }
#define TIMED_BELL(what, clock, more, ...)					\
	ROW("doorbell, " #clock ", " what, .flags = SWEEP_FRESH | (more),	\
	    .prepare = clock##_entry, .call = doorbell,				\
	    .verify = executed_or_not, .errnos = { ENOMEM }, .lost = { EFAULT },	\
	    .ignore = { W_NOW, W_ATOMICS }, .changes = DONE_AT_ONCE,		\
	    OP(__VA_ARGS__))
#define DO_RUN(what, more, ...)							\
	ROW("RUN, " what, .flags = SWEEP_FRESH | (more), .prepare = with_op,	\
	    .call = run_all, .verify = check_completion, .lost = { EFAULT },	\
	    .ignore = { W_NOW, W_PENDING, W_OPS, W_ERRORS, W_BYTES, W_WIRE,	\
			W_TRANSFERS, W_RESIDENT },				\
	    .changes = { { W_ATOMICS, ANY } }, OP(__VA_ARGS__))
#define RUN(what, ...)	DO_RUN(what, 0, __VA_ARGS__)

static const struct sweep_row rows[] = {
	ROW("QUEUE", .call = make_queue, .verify = queue_is_told,
	    .errnos = { ENOMEM, EFAULT }, .changes = { { W_CONTEXTS, 1 }, { W_FILES, 1 } }),
	ROW("QUEUE, of a wrong size", .call = make_wrong_queue, .errnos = { EFAULT },
	    .expect = -EINVAL),
	ROW("mmap of the heads and tails", .prepare = made_queue, .call = map_rings,
	    .errnos = { ENOMEM }, .changes = { { W_MAPPINGS, 1 } }),
	ROW("mmap of the submission ring", .prepare = made_queue, .call = map_sqes,
	    .errnos = { ENOMEM }, .changes = { { W_MAPPINGS, 1 } }),
	ROW("mmap of the completion ring", .prepare = made_queue, .call = map_cqes,
	    .errnos = { ENOMEM }, .changes = { { W_MAPPINGS, 1 } }),
	ROW("EVENTFD", .prepare = queue_and_eventfd, .call = set_eventfd,
	    .verify = signals_if_set, .errnos = { EFAULT }),
	ROW("EVENTFD, none", .prepare = queue_with_eventfd, .call = unset_eventfd,
	    .verify = signals_unless_unset, .errnos = { EFAULT }),
	ROW("poll", .prepare = with_queue, .call = wait_for_room,
	    .errnos = { ENOMEM, EFAULT }),
	ROW("fdinfo", .prepare = with_queue, .call = read_fdinfo,
	    .errnos = { ENOMEM, EFAULT, ENOENT }),

	FIRST_BELL("NOP", VSN_OP_NOP),
	BELL("COPY", VSN_OP_COPY, .dst = 5, .len = 64),
	BELL("COPY, no data", VSN_OP_COPY, VSN_OP_F_NODATA, .dst = 5, .len = 64),
	BELL("FILL", VSN_OP_FILL, .dst = 5, .len = 64, .arg0 = 7),
	BELL("FILL, no data", VSN_OP_FILL, VSN_OP_F_NODATA, .dst = 5, .len = 64),
	BELL("FADD", VSN_OP_FADD, .dst = 5, .arg0 = 7),
	BELL("CAS", VSN_OP_CAS, .dst = 5, .arg0 = 7),
	BELL("SWAP", VSN_OP_SWAP, .dst = 5, .arg0 = 7),
	BELL("COMPUTE", VSN_OP_COMPUTE, .arg0 = 1000),
	BELL("SIGNAL", VSN_OP_SIGNAL, .dst = 5, .arg0 = 7),
	BELL("WAIT", VSN_OP_WAIT, .dst = 5, .arg0 = 7),
	BAD("an opcode that is none", 200, .res = -EINVAL),
	BAD("a word that is not aligned", VSN_OP_FADD, .at = 1, .res = -EINVAL),
	BAD("past the region's end", VSN_OP_FILL, .at = 2 * MIB - 8, .len = 64,
	    .res = -ERANGE),
	ROW("doorbell, the 65th stream", .flags = SWEEP_FRESH, .prepare = with_many_streams,
	    .call = doorbell, .verify = taken_or_not, .errnos = { ENOMEM },
	    .lost = { EFAULT }, .changes = { { W_PENDING, 1 } }, OP(VSN_OP_NOP)),

	RUN("NOP", VSN_OP_NOP),
	RUN("COPY, push", VSN_OP_COPY, .dst = 5, .src = INITIATOR, .len = 64),
	RUN("COPY, pull", VSN_OP_COPY, .dst = INITIATOR, .src = 5, .len = 64),
	RUN("COPY, third party", VSN_OP_COPY, .dst = 5, .src = 8, .len = 64),
	RUN("COPY, local", VSN_OP_COPY, .dst = INITIATOR, .src = INITIATOR, .len = 64),
	DO_RUN("COPY, across pages", SWEEP_STARVE, VSN_OP_COPY, .dst = 5, .src = 0,
	       .at = PAGE - 32, .len = PAGE + 64),
	RUN("COPY, in pieces", VSN_OP_COPY, .dst = 5, .src = 0, .len = 256 * KIB),
	RUN("COPY, no data", VSN_OP_COPY, VSN_OP_F_NODATA, .dst = 5, .len = 2 * MIB),
	RUN("COPY, to a switch", VSN_OP_COPY, VSN_OP_F_TO_SWITCH, .dst = 5, .src = INITIATOR,
	    .len = 64),
	RUN("COPY, from a switch", VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, .dst = 5,
	    .src = INITIATOR, .len = 64),
	RUN("COPY, from a switch for another", VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, .dst = 5,
	    .src = 8, .len = 64, .res = -EOPNOTSUPP),
	RUN("FILL", VSN_OP_FILL, .dst = 5, .len = 64, .arg0 = 0x0807060504030201),
	RUN("FILL, across pages", VSN_OP_FILL, .dst = 5, .at = PAGE - 8, .len = PAGE + 64,
	    .arg0 = 0x0807060504030201),
	RUN("FILL, no data", VSN_OP_FILL, VSN_OP_F_NODATA, .dst = 5, .len = 64),
	DO_RUN("REDUCE, across pages", SWEEP_STARVE, VSN_OP_REDUCE, .dst = 5, .src = INITIATOR,
	       .at = PAGE - 32, .len = PAGE + 64,
	       .arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I32)),
	DO_RUN("FADD", SWEEP_STARVE, VSN_OP_FADD, .dst = 5, .arg0 = 7),
	RUN("CAS", VSN_OP_CAS, .dst = 5, .arg0 = 7),
	RUN("SWAP", VSN_OP_SWAP, .dst = 5, .arg0 = 7),
	RUN("COMPUTE", VSN_OP_COMPUTE, .arg0 = 1000),
	RUN("SIGNAL", VSN_OP_SIGNAL, .dst = 5, .arg0 = 7),
	RUN("WAIT, for what is there", VSN_OP_WAIT, .dst = 5),
	ROW("RUN, and all are blocked", .flags = SWEEP_FRESH, .prepare = with_waits,
	    .call = run_to_deadlock, .verify = still_blocked, .expect = -EDEADLK,
	    .errnos = { ENOMEM, EFAULT }, .ignore = { W_NOW }),

	TIMED_BELL("NOP", online, SWEEP_STARVE, VSN_OP_NOP),
	TIMED_BELL("COPY, push", online, 0, VSN_OP_COPY, .dst = 5, .src = INITIATOR, .len = 64),
	TIMED_BELL("COPY, across pages", online, SWEEP_STARVE, VSN_OP_COPY, .dst = 5, .src = 0,
		   .at = PAGE - 32, .len = PAGE + 64),
	TIMED_BELL("COPY, no data", online, 0, VSN_OP_COPY, VSN_OP_F_NODATA, .dst = 5,
		   .len = 64),
	TIMED_BELL("FILL", online, 0, VSN_OP_FILL, .dst = 5, .len = 64,
		   .arg0 = 0x0807060504030201),
	TIMED_BELL("REDUCE", online, 0, VSN_OP_REDUCE, .dst = 5, .src = INITIATOR, .len = 64,
		   .arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I32)),
	TIMED_BELL("FADD", online, 0, VSN_OP_FADD, .dst = 5, .arg0 = 7),
	TIMED_BELL("COMPUTE", online, 0, VSN_OP_COMPUTE, .arg0 = 1000),
	TIMED_BELL("WAIT, for what is there", online, 0, VSN_OP_WAIT, .dst = 5),
	TIMED_BELL("NOP", paced, 0, VSN_OP_NOP),
	TIMED_BELL("COPY, push", paced, SWEEP_STARVE, VSN_OP_COPY, .dst = 5, .src = INITIATOR,
		   .len = 64),
	ROW("RUN, paced", .flags = SWEEP_FRESH, .prepare = paced_op, .call = run_all,
	    .verify = completed_once, .lost = { EFAULT },
	    .ignore = { W_NOW, W_PENDING }, .changes = { { W_NOW, ANY } },
	    OP(VSN_OP_COMPUTE, .arg0 = 1000)),
	ROW("close of a queue with operations, paced", .flags = SWEEP_FRESH,
	    .prepare = paced_ops_of_all_kinds, .call = close_queue,
	    .ignore = { W_NOW },
	    .changes = { { W_CONTEXTS, -1 }, { W_FILES, -1 }, { W_MAPPINGS, -3 },
			 { W_PENDING, -3 }, { W_OPS, 2 }, { W_ERRORS, 2 }, { W_NOW, ANY } }),

	ROW("CANCEL", .flags = SWEEP_FRESH, .prepare = blocked_waits, .call = cancel,
	    .verify = check_cancelled, .lost = { EFAULT },
	    .changes = { { W_PENDING, -NR_BLOCKED }, { W_OPS, NR_BLOCKED },
			 { W_ERRORS, NR_BLOCKED } }),
	ROW("close of a queue with operations", .flags = SWEEP_FRESH,
	    .prepare = with_all_kinds_of_ops, .call = close_queue,
	    .verify = finished_without,
	    .changes = { { W_CONTEXTS, -1 }, { W_FILES, -1 }, { W_MAPPINGS, -3 },
			 { W_PENDING, -2 }, { W_OPS, 2 }, { W_ERRORS, 2 } }),
	ROW("close of a context with operations", .flags = SWEEP_FRESH | SWEEP_NOTHING,
	    .prepare = pending_op_and_context, .call = close_context,
	    .changes = { { W_CONTEXTS, -1 }, { W_FILES, -1 } }),
};

int main(void)
{
	return sweep_main(rows, ARRAY_SIZE(rows));
}
