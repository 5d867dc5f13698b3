// SPDX-License-Identifier: GPL-2.0
/*
 * vsn-trace: what operations, links and faults of a fabric do, as events or as
 * exact totals.  See vsn-trace(8).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/membarrier.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "vsn-trace-user.h"
#include "vsn-trace.skel.h"

struct trace {
	struct vsn_trace_options opt;
	struct vsn_trace_names names;
	struct vsn_trace_bpf *skel;
	struct ring_buffer *ring;
	FILE *out;
	unsigned int batch;	/* events printed in this one; none when detached */
	bool attached;
	pid_t child;		/* 0: none, or it has ended */
	int go;			/* pipe: the child starts when this is written to */
	int child_status;
	sigset_t mask;		/* as it was when we started */
	int signals;		/* signalfd */
	bool told;		/* the command was told to end */
	bool over;		/* it is time to end */
};

/* Events printed before signals are looked at again. */
#define BATCH	1024

static int libbpf_says(enum libbpf_print_level level, const char *format, va_list ap)
{
	return vsn_trace_verbose ? vfprintf(stderr, format, ap) : 0;
}

/* Say clearly what is missing, where libbpf would report a type not found. */
static int check_kernel(void)
{
	if (access("/sys/kernel/btf/vmlinux", F_OK))
		return vsn_trace_err("this kernel has no type information (%s)",
				     "CONFIG_DEBUG_INFO_BTF: /sys/kernel/btf/vmlinux");
	if (access("/sys/module/vsn", F_OK))
		return vsn_trace_err("the module vsn is not loaded");
	if (access("/sys/kernel/btf/vsn", F_OK))
		return vsn_trace_err("the module vsn was built without type information (%s)",
				     "BTF: install pahole, and the headers with their vmlinux");
	return 0;
}

static int load_failed(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return vsn_trace_err("loading BPF programs is not permitted: %s (%s)",
				     "be root, or have CAP_BPF and CAP_PERFMON; no lockdown",
				     strerror(-err));
	case -EINVAL:
	case -ESRCH:
	case -ENOENT:
		return vsn_trace_err("the loaded module vsn does not match this vsn-trace (%s; %s)",
				     strerror(-err), "-v tells more");
	default:
		return vsn_trace_err("cannot load BPF programs: %s (-v tells more)",
				     strerror(-err));
	}
}

static int load(struct trace *t)
{
	const struct vsn_trace_options *opt = &t->opt;
	uint32_t endpoint = 0;
	int err;

	if (opt->fabric && vsn_trace_find_fabric(&t->names, opt->fabric))
		return -1;
	if (opt->endpoint && vsn_trace_find_endpoint(&t->names, opt->endpoint, &endpoint))
		return -1;

	t->skel = vsn_trace_bpf__open();
	if (!t->skel)
		return load_failed(-errno);
	t->skel->rodata->summary = opt->summary;
	t->skel->rodata->one_fabric = !!opt->fabric;
	t->skel->rodata->want_fabric = (uint32_t)t->names.id;
	t->skel->rodata->one_initiator = !!opt->endpoint;
	t->skel->rodata->want_initiator = endpoint;
	bpf_program__set_autoload(t->skel->progs.op_submit, opt->types[VSN_TRACE_OP_SUBMIT]);
	bpf_program__set_autoload(t->skel->progs.op_complete, opt->types[VSN_TRACE_OP_COMPLETE]);
	bpf_program__set_autoload(t->skel->progs.link_xfer, opt->types[VSN_TRACE_LINK_XFER]);
	bpf_program__set_autoload(t->skel->progs.fault, opt->types[VSN_TRACE_FAULT]);
	bpf_program__set_autoload(t->skel->progs.link_state,
				  opt->types[VSN_TRACE_LINK_STATE]);
	/* A summary needs no room for events, but a map cannot be empty. */
	bpf_map__set_max_entries(t->skel->maps.events,
				 opt->summary ? (unsigned int)sysconf(_SC_PAGESIZE) :
						opt->buffer << 20);
	err = vsn_trace_bpf__load(t->skel);
	return err ? load_failed(err) : 0;
}

static int on_event(void *arg, void *data, size_t size)
{
	struct trace *t = arg;

	vsn_trace_print_event(t->out, t->opt.json, data);
	if (ferror(t->out))
		return -EIO;
	/* A ring that is filled as fast as it is emptied must not keep us. */
	return t->attached && ++t->batch >= BATCH ? -EINTR : 0;
}

/* Start the command, but hold it back until all is attached. */
static int start_child(struct trace *t)
{
	int fds[2], err;
	char c;

	if (pipe(fds))
		return vsn_trace_err("pipe: %s", strerror(errno));
	fflush(NULL);
	t->child = fork();
	if (t->child < 0) {
		close(fds[0]);
		close(fds[1]);
		t->child = 0;
		return vsn_trace_err("fork: %s", strerror(errno));
	}
	if (!t->child) {
		close(fds[1]);
		/* No word means that the tracer is gone. */
		if (read(fds[0], &c, 1) != 1)
			_exit(EXIT_FAILURE);
		close(fds[0]);
		/* Who waits for the end of that file must not wait for the command. */
		if (t->opt.ready_fd >= 0)
			close(t->opt.ready_fd);
		signal(SIGPIPE, SIG_DFL);
		sigprocmask(SIG_SETMASK, &t->mask, NULL);
		execvp(t->opt.command[0], t->opt.command);
		err = errno;
		vsn_trace_err("%s: %s", t->opt.command[0], strerror(err));
		_exit(err == ENOENT ? VSN_TRACE_EXIT_NOT_FOUND : VSN_TRACE_EXIT_CANNOT_RUN);
	}
	close(fds[0]);
	t->go = fds[1];
	return 0;
}

static void reap_child(struct trace *t, int flags)
{
	int status;

	if (!t->child || waitpid(t->child, &status, flags) != t->child)
		return;
	t->child = 0;
	t->child_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int say_ready(struct trace *t)
{
	static const char word[] = "ready\n";

	if (t->opt.ready_fd >= 0) {
		if (write(t->opt.ready_fd, word, sizeof(word) - 1) != sizeof(word) - 1)
			return vsn_trace_err("--ready-fd %d: %s", t->opt.ready_fd, strerror(errno));
		close(t->opt.ready_fd);
	} else if (!t->child) {
		fputs("vsn-trace: ready; an interrupt ends it\n", stderr);
	}
	if (t->child && write(t->go, "", 1) != 1)
		return vsn_trace_err("the command is gone: %s", strerror(errno));
	return 0;
}

/* Without a command a signal ends us; with one, its end does. */
static void on_signal(struct trace *t, const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGCHLD:
		reap_child(t, WNOHANG);
		t->over = t->opt.command && !t->child;
		break;
	case SIGALRM:
		t->over = true;
		break;
	default:
		if (!t->child)
			t->over = true;
		else if (t->told)
			kill(t->child, SIGKILL);
		else if (info->ssi_code != SI_KERNEL)
			kill(t->child, (int)info->ssi_signo);
		/* else a terminal sent it, to the command too */
		t->told = true;
	}
}

/* Until the command, the time or the user ends it. */
static int watch(struct trace *t)
{
	struct pollfd fds[2] = {
		{ .fd = t->signals, .events = POLLIN },
		{ .fd = t->ring ? ring_buffer__epoll_fd(t->ring) : -1, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int err;

	while (!t->over && !ferror(t->out)) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return vsn_trace_err("poll: %s", strerror(errno));
		while (read(t->signals, &info, sizeof(info)) == sizeof(info))
			on_signal(t, &info);
		if (!t->ring)
			continue;
		t->batch = 0;
		err = ring_buffer__consume(t->ring);
		if (err < 0 && err != -EINTR && err != -EIO)
			return vsn_trace_err("ring buffer: %s", strerror(-err));
		fflush(t->out);
	}
	return 0;
}

/* Add up all CPUs' totals. */
static int sum(struct trace *t, struct vsn_trace_totals *totals)
{
	const size_t words = sizeof(*totals) / sizeof(uint64_t);
	int cpus = libbpf_num_possible_cpus(), cpu, err;
	uint64_t *all, *out = (uint64_t *)totals;
	uint32_t key = 0;
	size_t i;

	memset(totals, 0, sizeof(*totals));
	if (cpus < 0)
		return vsn_trace_err("number of CPUs: %s", strerror(-cpus));
	all = calloc(cpus, sizeof(*totals));
	if (!all)
		return vsn_trace_err("out of memory");
	err = bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.totals), &key, all);
	if (err)
		vsn_trace_err("cannot read the totals: %s", strerror(errno));
	for (cpu = 0; !err && cpu < cpus; cpu++)
		for (i = 0; i < words; i++)
			out[i] += all[cpu * words + i];
	free(all);
	return err ? -1 : 0;
}

/* How often a program did not run because it was running on that CPU already. */
static uint64_t missed(struct trace *t)
{
	struct bpf_program *prog;
	struct bpf_prog_info info;
	uint64_t n = 0;
	uint32_t len;

	bpf_object__for_each_program(prog, t->skel->obj) {
		if (!bpf_program__autoload(prog))
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		if (!bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			n += info.recursion_misses;
	}
	return n;
}

/* See the rest of the events and print what there is to say at the end. */
static int report(struct trace *t)
{
	struct vsn_trace_totals totals;
	struct vsn_trace_summary s = {
		.totals = &totals,
		.names = &t->names,
		.several = t->skel->bss->several_fabrics,
		.failed = t->skel->bss->failed,
		.missed = missed(t),
	};
	int err;

	if (sum(t, &totals))
		return -1;
	if (!t->opt.summary) {
		err = ring_buffer__consume(t->ring);
		if (err < 0 && err != -EIO)
			return vsn_trace_err("ring buffer: %s", strerror(-err));
		vsn_trace_print_end(t->out, t->opt.json, &totals, s.missed + s.failed);
		return 0;
	}
	if (!t->names.fabric && t->skel->data->first_fabric != VSN_TRACE_NO_FABRIC && !s.several)
		vsn_trace_find_id(&t->names, t->skel->data->first_fabric);
	if (vsn_trace_print_summary(t->out, t->opt.json, &s))
		return vsn_trace_err("out of memory");
	if (!vsn_trace_exact(&s)) {
		vsn_trace_err("the totals are not exact: %llu missed, %llu not counted",
			      (unsigned long long)s.missed,
			      (unsigned long long)(s.failed + totals.unplaced));
		return VSN_TRACE_EXIT_NOT_EXACT;
	}
	return 0;
}

/* After this no program runs any more, and none is in the middle of an event. */
static void detach(struct trace *t)
{
	vsn_trace_bpf__detach(t->skel);
	/* Waits for an RCU grace period, which programs are readers of. */
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	t->attached = false;
}

static int attach(struct trace *t)
{
	int err = vsn_trace_bpf__attach(t->skel);

	if (err)
		return vsn_trace_err("cannot trace: %s (-v tells more)", strerror(-err));
	t->attached = true;
	return 0;
}

static int open_output(struct trace *t)
{
	const char *path = t->opt.output;

	if (path)
		t->out = fopen(path, "we");
	else if (t->opt.command)
		/* Not stderr itself, which has no buffer. */
		t->out = fdopen(dup(STDERR_FILENO), "w");
	else
		t->out = stdout;
	if (!t->out)
		return vsn_trace_err("%s: %s", path ? path : "standard error", strerror(errno));
	return 0;
}

static int close_output(struct trace *t)
{
	bool bad = ferror(t->out);

	if (fclose(t->out) || bad)
		return vsn_trace_err("cannot write %s: %s",
				     t->opt.output ? t->opt.output : "output",
				     strerror(bad ? EIO : errno));
	return 0;
}

/* From now on signals are read from a file, beside the ring buffer. */
static int catch_signals(struct trace *t)
{
	struct sigaction hangup;
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	/* nohup(1) says that we go on. */
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN)
		sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGALRM);
	sigaddset(&ours, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ours, &t->mask);
	/* A reader that goes away is an error of printing, and ends us in order. */
	signal(SIGPIPE, SIG_IGN);
	/* A parent's SIG_IGN would reap the command before we do. */
	signal(SIGCHLD, SIG_DFL);
	t->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signals < 0)
		return vsn_trace_err("signalfd: %s", strerror(errno));
	return 0;
}

static void start_timer(double seconds)
{
	struct itimerval timer = { };

	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
	if (!timer.it_value.tv_sec && !timer.it_value.tv_usec)
		timer.it_value.tv_usec = 1;
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int run(struct trace *t)
{
	int err, status;

	if (catch_signals(t))
		return -1;
	if (!t->opt.summary) {
		t->ring = ring_buffer__new(bpf_map__fd(t->skel->maps.events), on_event, t, NULL);
		if (!t->ring)
			return vsn_trace_err("ring buffer: %s", strerror(errno));
	}
	if (t->opt.command && start_child(t))
		return -1;
	if (attach(t))
		return -1;
	if (t->opt.duration > 0)
		start_timer(t->opt.duration);
	err = say_ready(t);
	if (!err)
		err = watch(t);
	detach(t);
	status = report(t);
	return err ? err : status;
}

int main(int argc, char **argv)
{
	struct trace t = { .names.id = VSN_TRACE_NO_FABRIC, .go = -1, .signals = -1 };
	int err;

	if (vsn_trace_parse(&t.opt, argc, argv))
		return VSN_TRACE_EXIT_USAGE;
	libbpf_set_print(libbpf_says);
	if (check_kernel() || open_output(&t))
		return EXIT_FAILURE;

	err = load(&t);
	if (!err)
		err = run(&t);
	if (t.go >= 0)
		close(t.go);
	/* Where we fail, the command goes on, and its end is waited for. */
	reap_child(&t, 0);
	if (t.signals >= 0)
		close(t.signals);
	ring_buffer__free(t.ring);
	vsn_trace_bpf__destroy(t.skel);
	vsn_ctl_fabric_free(t.names.fabric);
	if (close_output(&t) && !err)
		err = -1;
	if (err < 0)
		return EXIT_FAILURE;
	return t.child_status ? t.child_status : err;
}
