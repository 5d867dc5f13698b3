/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System files: a machine's topology and its software's parameters, as YAML.
 * See vsn-system(5).
 */
#ifndef VSN_SYSTEM_H
#define VSN_SYSTEM_H

#include "control.h"
#include "unit.h"

/* How a software parameter was come by */
enum sys_origin {
	SYS_ORIGIN_PUBLISHED = 1,
	SYS_ORIGIN_ASSUMPTION,
	SYS_ORIGIN_FITTED,
};

/**
 * struct sys_param - a software parameter
 * @name: its name within the library, e.g. "launch"
 * @value_ps: value, ps
 * @meaning: what takes that time, and how often
 * @origin: how it was come by
 * @source: where it was published, why it is assumed, or what it was fitted to
 */
struct sys_param {
	const char *name;
	uint64_t value_ps;
	const char *meaning;
	enum sys_origin origin;
	const char *source;
};

/**
 * struct sys_library - parameters of one piece of software
 * @name: e.g. "moe"
 * @nr_params: number of @params
 * @params: parameters
 * @nr_fit: number of @fit
 * @fit: names of the published rows that the parameters were fitted to; a
 *	validation must mark these and not count them
 */
struct sys_library {
	const char *name;
	size_t nr_params;
	struct sys_param *params;
	size_t nr_fit;
	const char **fit;
};

/**
 * struct sys_published - a published measurement of the system
 * @name: e.g. "moe-dispatch-ep8"
 * @unit: UNIT_TIME or UNIT_RATE
 * @value: ps, or bytes/s
 * @max: where sources differ, the largest figure; else @value
 * @run: the benchmark that measures it and its words, or NULL: it is not compared
 * @source: where it was published
 * @fitted: a figure of the hardware was derived from it, so that the model meets it
 */
struct sys_published {
	const char *name;
	enum unit unit;
	uint64_t value;
	uint64_t max;
	const char *run;
	const char *source;
	bool fitted;
};

/* A bound that is not given */
#define SYS_NO_BOUND	UINT64_MAX

/**
 * struct system - a loaded system file
 * @path: where it was found
 * @name: name of the system
 * @description: one line
 * @topo: what to create a fabric from; its name is empty
 * @nr_libraries: number of @libraries
 * @libraries: software parameters
 * @nr_published: number of @published
 * @published: measurements to hold the model to
 * @median: largest median error of the predicted ones, parts per million, or
 *	SYS_NO_BOUND
 * @worst: largest error of any of them, same
 */
struct system {
	const char *path;
	const char *name;
	const char *description;
	struct vsn_ctl_fabric topo;
	size_t nr_libraries;
	struct sys_library *libraries;
	size_t nr_published;
	struct sys_published *published;
	uint64_t median;
	uint64_t worst;
};

/*
 * Load a system by its name, or by the path of its file if there is a slash or
 * ".yaml" in it.  Returns NULL when there is none or it is wrong; the reason is
 * on standard error, as "FILE:LINE: what".
 */
struct system *system_load(const char *name);
void system_free(struct system *sys);

/* NULL if the system has no such library, or the library no such parameter */
const struct sys_library *system_library(const struct system *sys, const char *library);
const struct sys_param *system_param(const struct system *sys, const char *library,
				     const char *name);

/* NULL if there is no such row */
const struct sys_published *system_published(const struct system *sys, const char *row);

/* Was a figure of the hardware, or a parameter of any library, fitted to the row? */
bool system_fitted(const struct system *sys, const struct sys_published *row);

/* The figure's error in parts per million; 0 between @row->value and @row->max */
int64_t system_error(const struct sys_published *row, uint64_t modelled);

/* Number of endpoints of a kind, 0 if there is none */
uint32_t system_count(const struct system *sys, uint32_t kind);

#endif /* VSN_SYSTEM_H */
