/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output.  One call prints a field as text and as JSON.
 *
 * In JSON a field is a member, its values are numbers in base units: bytes,
 * bytes per second, picoseconds, parts per million (error rates: 10^-12).  As text it is its label
 * and the value with a unit, on the object's line.  A NULL key leaves a field
 * out of the JSON, a NULL label leaves it out of the text, an empty label prints
 * the value alone.
 */
#ifndef VSN_OUT_H
#define VSN_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "unit.h"

void out_mode(bool json, bool pretty);
bool out_is_json(void);

/*
 * A command's output is one array: elements are printed as they are complete.
 * out_end() returns 0, or -1 if not all of it could be written.
 */
void out_begin(void);
int out_end(void);

/* An element of the array, or, with a key, a member */
void out_object(const char *key);
void out_object_end(void);
/* A member that is an array, of objects or of values (whose keys are "") */
void out_array(const char *key);
void out_array_end(void);

/* Text: begin a line, @depth steps to the right, with @head if there is one */
void out_line(int depth, const char *head);

void out_str(const char *key, const char *label, const char *value);
void out_u64(const char *key, const char *label, uint64_t value);
void out_s64(const char *key, const char *label, int64_t value);
void out_hex(const char *key, const char *label, uint64_t value);
void out_unit(const char *key, const char *label, enum unit unit, uint64_t value);
void out_bool(const char *key, const char *label, bool value);

#endif /* VSN_OUT_H */
