/* SPDX-License-Identifier: GPL-2.0 */
/* Values with units, to and from text. */
#ifndef VSN_UNIT_H
#define VSN_UNIT_H

#include <stddef.h>
#include <stdint.h>

/* What a value measures, and the unit it is kept in */
enum unit {
	UNIT_SIZE,	/* bytes */
	UNIT_RATE,	/* bytes per second */
	UNIT_TIME,	/* picoseconds */
	UNIT_RATIO,	/* parts per million */
	UNIT_CHANCE,	/* a probability, in units of 10^-12 */
	UNIT_FACTOR,	/* parts per million, as "10 x" */
};

#define UNIT_TEXT	32	/* room for a formatted value */

/*
 * Parse "28 GB/s", "200ns", "64 GiB", "84 %", "2 ppm", "10x".  The value must be a whole number
 * of the unit it is kept in.  Returns 0, or -1 and says why in @why.
 */
int unit_parse(const char *text, enum unit unit, uint64_t *value, char *why, size_t size);

/* The largest unit that leaves a whole part, and three decimals at most. */
const char *unit_format(char buf[UNIT_TEXT], enum unit unit, uint64_t value);

#endif /* VSN_UNIT_H */
