/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sweep: on each path of the uAPI, each allocation and each copy from or to
 * the program fails, one after the other, until the path runs to its end without.
 *
 * A path is a row of a table: what comes before, the call, which errors it may
 * give, what it changes. Whatever failed, the call either did all or nothing:
 * refused, all is as it was before; done, what changed is what the row says. Where
 * only the answer was lost, it is one or the other.
 *
 * The kernel counts what could fail in /proc/thread-self/fail-nth, in code that
 * is not the module's too: netlink's messages, page tables, the making of files.
 */
#ifndef VSN_SWEEP_H
#define VSN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kselftest.h"
#include "vsn_test.h"

#define PAGE	4096UL
#define KIB	1024UL
#define MIB	(1024UL * KIB)
#define HUGE	(2 * MIB)

/* What there is to see of a fabric and of this process. */
enum sweep_what {
	W_FABRICS = 1,	/* in the list, drafts included */
	W_STATE,	/* enum vsn_fabric_state, 0: there is no such fabric */
	W_PARTS,	/* dims, kinds, networks and tiers */
	W_NODE,		/* /dev/vsn/NAME */
	W_STRAY,	/* /dev/NAME */
	W_CONTEXTS,
	W_REGIONS,
	W_ALLOCATED,	/* of all endpoints */
	W_RESIDENT,
	W_LIMIT,	/* the fabric's */
	W_MODULE_LIMIT,
	W_NOW,
	W_CLOCK,	/* enum vsn_clock */
	W_PENDING,
	W_OPS,
	W_ERRORS,
	W_BYTES,	/* that operations moved */
	W_ATOMICS,
	W_FAULTS,	/* of views */
	W_HOST_FAULTS,
	W_HOST_READ,
	W_HOST_WRITE,
	W_TRANSFERS,	/* of all links */
	W_WIRE,
	W_FILES,	/* open in this process */
	W_MAPPINGS,	/* of the module's files, in this process */
	W_LINK_FAULTS,	/* of links and switches, those to come included */
	W_DEGRADED,	/* links that are not as they should be */
	W_DETECT,	/* of the policy */
	W_PARTITIONS,
	W_QUOTA,	/* of all partitions */
	W_PROMISED,
	W_TENANTS,	/* contexts of partitions */
	W_LEASED,	/* regions */
	W_EXPORTED,
	W_IMPORTS,	/* of all regions */
	W_NR
};

struct sweep_state {
	uint64_t of[W_NR];
};

/* That of which it is not known by how much it changes, or whether. */
#define ANY	INT64_MAX

struct sweep_change {
	enum sweep_what what;
	int64_t by;
};

enum sweep_flags {
	/* The fabric is made anew for each point, so that nothing is there yet. */
	SWEEP_FRESH = 1 << 0,
	/* There is no fabric but what the row makes. */
	SWEEP_BARE = 1 << 1,
	/* It allocates nothing and copies nothing: there must be no point. */
	SWEEP_NOTHING = 1 << 2,
	/*
	 * Once more, where all allocations from a point on fail, as in a real shortage.
	 * Not for faults: where there is no page table, the kernel tries again for ever.
	 */
	SWEEP_STARVE = 1 << 3,
};

/**
 * struct sweep_row - a path
 * @name: what is printed
 * @prepare: before each point; returns whether it could
 * @call: the path; 0 or a negative errno
 * @verify: after each point, with what @call returned: NULL, or what is wrong
 * @cleanup: after that
 * @expect: what @call returns where nothing fails
 * @errnos: what it may return where something does; up to 0
 * @lost: same, and they mean that the answer was lost
 * @changes: what it changes where it is done; up to W_FABRICS - 1
 * @ignore: what may change although it is refused, as it is done before; same
 * @flags: enum sweep_flags
 * @stride: only one in so many points is tried, where the kernel does nearly all; or 0
 * @arg: for the functions
 */
struct sweep_row {
	const char *name;
	bool (*prepare)(void);
	int (*call)(void);
	const char *(*verify)(int err);
	void (*cleanup)(void);
	int expect;
	int errnos[8];
	int lost[4];
	struct sweep_change changes[8];
	enum sweep_what ignore[8];
	unsigned int flags;
	unsigned int stride;
	const void *arg;
};

/**
 * struct scene - where rows take place
 * @name: of the fabric; that of test_fabric(), unless the row is bare
 * @ctl: to look at it and to prepare, not for what is tested
 * @dev: a context
 * @fd: its file
 * @shift: of device windows
 * @arg: of the row
 * @lost: set by a call whose answer was lost, whatever the errno
 * @whole: nothing failed: this is the last point
 * @was: state before the call
 * @is: state after it
 */
struct scene {
	const char *name;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	int fd;
	uint32_t shift;
	const void *arg;
	bool lost;
	bool whole;
	struct sweep_state was;
	struct sweep_state is;
};

/* By how much something has changed in the call. */
static inline int64_t changed(const struct scene *scene, enum sweep_what what)
{
	return scene->is.of[what] - scene->was.of[what];
}

extern struct scene scene;

/* The program: returns its exit status. */
int sweep_main(const struct sweep_row *rows, size_t nr);

/* For what is no table: NULL, or why there can be no sweep. */
const char *sweep_ready(void);
/* Have only that counted which this function of the kernel calls; NULL: all. */
bool sweep_only_below(const char *function);
/* Have this thread's nth point from now on fail. */
void sweep_arm(unsigned int n);
/* How many are left of those to come before one fails; 0: one has. */
unsigned int sweep_disarm(void);

#endif /* VSN_SWEEP_H */
