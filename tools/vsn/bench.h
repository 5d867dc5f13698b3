/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmarks share: a fabric that is open, the system file that it was
 * made from, progress, and traffic as the counters of links tell it.
 */
#ifndef VSN_BENCH_H
#define VSN_BENCH_H

#include "cmd.h"
#include "device.h"
#include "system.h"

/**
 * struct bench - a fabric to be measured
 * @name: its name
 * @ctl: control side
 * @fabric: its description, as of the start
 * @dev: data side
 * @sys: the system file it was made from, or NULL
 * @left: a region could not be deleted
 */
struct bench {
	const char *name;
	struct vsn_ctl *ctl;
	struct vsn_ctl_fabric *fabric;
	struct vsn_dev *dev;
	struct system *sys;
	bool left;
};

/* 0, or an exit status: it was said why.  bench_close() either way. */
int bench_open(struct bench *b, const char *name);
/* The same, made from a system that is loaded already; takes @sys. */
int bench_open_as(struct bench *b, const char *name, struct system *sys);
/* Returns @status, or EXIT_FAIL where something was left behind. */
int bench_close(struct bench *b, int status);

/* Endpoints of a kind, or NULL when there are none */
const struct vsn_ctl_kind *bench_kind(const struct bench *b, uint32_t kind);
/* Size of the named dimension, or 0 */
uint32_t bench_dim(const struct bench *b, const char *name);
/* A published row by its name, e.g. bench_published(b, "moe-dispatch-ep%u", n), or NULL */
__printf(2, 3)
const struct sys_published *bench_published(const struct bench *b, const char *fmt, ...);

/*
 * Ctrl-C, SIGTERM and a hang-up end a benchmark at its next step, so that its regions go.
 * bench_stopped() tells, and says so once.
 */
bool bench_stopped(void);
/* What bench_open() does, for who makes something before it */
void bench_catch_signals(void);

/*
 * Tell how far it is, on standard error and at most once a second.  @what NULL:
 * the step is over.
 */
void bench_progress(const char *what, uint64_t done, uint64_t total);

/* Call @fn for 0 .. @nr - 1 on all processors; progress is called @what. */
int bench_parallel(uint32_t nr, void (*fn)(void *ctx, uint32_t index), void *ctx,
		   const char *what);

/* A negative errno from the data path: say so; returns EXIT_FAIL. */
__printf(2, 3)
int bench_failed(int err, const char *fmt, ...);

/* A region with one home; 0, or an exit status and it was said why. */
int bench_region_add(struct bench *b, uint32_t home, uint64_t size, bool huge, uint32_t *id,
		     uint64_t *ua);
void bench_region_del(struct bench *b, uint32_t id);

/*
 * A cell of a table: as text in a column @width wide, flush right (negative:
 * left), in JSON the member @key; NULL leaves it out of the JSON.
 */
void cell_str(const char *key, int width, const char *value);
void cell_u64(const char *key, int width, uint64_t value);
void cell_unit(const char *key, int width, enum unit unit, uint64_t value);
/* Text: ps as "116.0" us, B/s as "134.9" GB/s, without the unit */
void cell_us(const char *key, int width, uint64_t ps);
void cell_gbs(const char *key, int width, uint64_t rate);
/* Parts per million as "-0.5 %" */
void cell_error(const char *key, int width, int64_t error);

/* Words in a row of a table's head */
void cell_head(int width, const char *value);

/* A published row beside what is modelled, as an object; and the head of a table of them */
void bench_print_row(const struct system *sys, const struct sys_published *row,
		     uint64_t modelled);
void bench_print_row_head(void);

/* Traffic */

/**
 * struct traffic_link - what one link carried
 * @id: id of the link
 * @network: index of its network
 * @tier: index of its tier
 * @payload: bytes
 * @wire: bytes
 * @transfers: number of chunks, requests, acks
 * @busy: ps
 */
struct traffic_link {
	uint32_t id;
	uint16_t network;
	uint16_t tier;
	uint64_t payload;
	uint64_t wire;
	uint64_t transfers;
	uint64_t busy;
};

struct traffic {
	size_t nr;
	size_t room;
	struct traffic_link *links;	/* by id */
};

/* Counters of all links as they are now; 0 or an exit status. */
int traffic_read(struct bench *b, struct traffic *t);
/* Turn @after into what it is more than @before. */
void traffic_since(struct traffic *after, const struct traffic *before);
void traffic_free(struct traffic *t);
uint64_t traffic_wire(const struct traffic *t);
/* Print sums by tier, and the @nr links that were busiest in a time of @ps. */
int traffic_print(struct bench *b, const struct traffic *t, uint64_t ps, size_t nr);

int bench_coll(int argc, char **argv);
int bench_moe(int argc, char **argv);
int bench_p2p(int argc, char **argv);

/*
 * What a published row is compared with, measured without moving bytes.  @a: the words
 * that follow the benchmark's name in @row->run.  *@value: in the row's unit.
 * Return 0 or an exit status: it was said why.
 */
int bench_coll_row(struct bench *b, const struct sys_published *row, struct args *a,
		   uint64_t *value);
int bench_moe_row(struct bench *b, const struct sys_published *row, struct args *a,
		  uint64_t *value);
int bench_p2p_row(struct bench *b, const struct sys_published *row, struct args *a,
		  uint64_t *value);
int bench_route_row(struct bench *b, const struct sys_published *row, struct args *a,
		    uint64_t *value);
/* Which of them it is; @a is left behind the benchmark's name.  Any of the above. */
int bench_row(struct bench *b, const struct sys_published *row, struct args *a, uint64_t *value);

#endif /* VSN_BENCH_H */
