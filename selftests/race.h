/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Races: a thing is removed, again and again, while others use it.
 *
 * A cell is a pair of sides: one thread steps the side that removes, two step the
 * side that uses.  For half a second, or longer until both have done something, each
 * does one step after another.  Then
 *
 *  - both have succeeded, and the cell says how often;
 *  - whatever failed did so with an errno that its side lists;
 *  - the fabric can be deleted, and nothing holds the module.
 *
 * After the last cell the module is removed, and has left no memory behind.
 *
 * The kernel's own detectors find what goes wrong in between.
 */
#ifndef RACE_H
#define RACE_H

#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

#define KIB		1024UL
#define MIB		(1024UL * KIB)
#define PAGE		4096UL

/* A step that had nothing to do: neither a success nor a failure. */
#define RACE_IDLE	1

#define RACE_MAX_ERRNO	4096

/* Users of a cell; with the remover that is one more than there are processors. */
#define RACE_USERS	2

/*
 * Descriptors under which the files of a cell are found: by number, so that one
 * thread can take a file away from under the others.
 */
enum race_slot {
	RACE_SLOTS = 200,
	RACE_CONTEXT = RACE_SLOTS,
	RACE_VIEW,
	RACE_QUEUE,
	RACE_QUEUE2,
	RACE_SLOTS_END,
};

struct race;
struct race_worker;

/**
 * struct race_side - what one kind of thread does
 * @name: for the cell's line
 * @setup: once, before the first step; may be NULL
 * @step: one step: 0, RACE_IDLE, or a negative errno
 * @cleanup: once, after the last step; may be NULL
 * @errs: what @step may return, positive, ends with 0; NULL for nothing
 */
struct race_side {
	const char *name;
	int (*setup)(struct race_worker *w);
	int (*step)(struct race_worker *w);
	void (*cleanup)(struct race_worker *w);
	const int *errs;
};

#define RACE_ERRS(...)	((const int[]){ __VA_ARGS__, 0 })

/**
 * struct race_cell - what races with what
 * @remove: steps in one thread
 * @use: steps in RACE_USERS threads
 * @errs: what both may return besides
 * @fresh: users open the fabric anew at each step: with it held open it would stay
 * @bare: there is no fabric but what the sides make
 * @clock: enum vsn_clock of fabrics; 0: ordered
 * @killed: users are processes that the remover starts and kills
 * @patches: a side has the kernel change its code, which emulators take wrong when
 *	another processor runs that code: all are to run on one there
 */
struct race_cell {
	const struct race_side *remove;
	const struct race_side *use;
	const int *errs;
	bool fresh;
	bool bare;
	uint32_t clock;
	bool killed;
	bool patches;
};

/**
 * struct race_count - what a side's threads did; shared with processes
 * @ok: steps that succeeded
 * @failed: that failed
 * @errs: of those, by errno
 */
struct race_count {
	unsigned long ok;
	unsigned long failed;
	unsigned int errs[RACE_MAX_ERRNO];
};

/**
 * struct race_worker - a thread of a cell
 * @race: the cell at work
 * @side: what it does
 * @count: of its side
 * @seed: for rand_r()
 * @s: a netlink socket, for sides that open it
 * @m: request
 * @r: reply
 * @fd: for the side
 * @p: for the side
 */
struct race_worker {
	struct race *race;
	const struct race_side *side;
	struct race_count *count;
	unsigned int seed;
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
	int fd;
	void *p;
};

/**
 * struct race - a cell at work, in memory that processes share
 * @name: of its fabric
 * @path: its device
 * @cell: what races
 * @ua: of the region that there is at the moment
 * @id: of that region
 * @shift: of device windows
 * @stop: threads are to end
 * @map: of a mapping that the remover takes away
 * @child: process whose memory is looked at
 * @removed: what the remover did
 * @used: what the users did
 */
struct race {
	char name[32];
	char path[64];
	const struct race_cell *cell;
	uint64_t ua;
	uint32_t id;
	uint32_t shift;
	bool stop;
	void *map;
	int child;
	struct race_count removed;
	struct race_count used;
};

/* The size of a cell's region */
#define RACE_REGION	(64 * PAGE)

/* Make the cell's surroundings; NULL, or why not.  *@skip: it cannot be here. */
const char *race_setup(struct race **race, const struct race_cell *cell, bool *skip);
/* Race; NULL, or what was wrong. */
const char *race_run(struct race *race);
/* Take all down, which must be possible; NULL, or what was wrong. */
const char *race_teardown(struct race *race);
/* After all cells: remove the module; NULL, or what was wrong. */
const char *race_end(void);
/* The cell's line. */
void race_print(const struct race *race, char *buf, size_t size);

/* For sides */
bool race_going(const struct race *race);
void race_count(struct race_count *count, int err);
unsigned int race_random(struct race_worker *w, unsigned int below);
/* How long what is to be removed lives, us: longer until a user has succeeded. */
unsigned int race_life(struct race_worker *w, unsigned int us);
int race_nl_setup(struct race_worker *w);
void race_nl_cleanup(struct race_worker *w);
int race_new_fabric(struct race_worker *w);
int race_del_fabric(struct race_worker *w);
int race_new_region(struct race_worker *w, uint32_t home, uint64_t size, uint64_t *ua,
		    uint32_t *id);
int race_del_region(struct race_worker *w, uint32_t id);
/* A context: of the slot, or opened now; race_put() is its opposite. */
int race_context(struct race_worker *w);
void race_put(struct race_worker *w, int fd);
/* Put a file where others find it, in place of what is there. */
int race_place(int fd, enum race_slot slot);
/* Call @fn; false if it ended in SIGBUS or SIGSEGV. */
bool race_touch(void (*fn)(void *arg), void *arg);

#endif /* RACE_H */
