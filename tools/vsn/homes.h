/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of endpoints, as words of a command: region.c. */
#ifndef VSN_HOMES_H
#define VSN_HOMES_H

#include <stddef.h>
#include <stdint.h>

struct vsn_ctl;

/* Endpoints in the order in which they were named; @what they are, for messages */
struct homes {
	const char *what;
	uint32_t *id;
	size_t count;
	size_t room;
};

/*
 * Add a list with commas: names, ids, ID-ID, DIM=DIGIT and DIM=DIGIT-DIGIT (all that
 * have these digits in a dimension), kinds, "all".  Returns an exit status; the caller
 * frees @id in any case.
 */
int homes_parse(struct homes *h, struct vsn_ctl *ctl, const char *fabric, const char *list);

#endif /* VSN_HOMES_H */
