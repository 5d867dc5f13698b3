/* SPDX-License-Identifier: GPL-2.0 */
/* Between sweep.c (points) and sweep_state.c (what there is to see). */
#ifndef VSN_SWEEP_IMPL_H
#define VSN_SWEEP_IMPL_H

#include "sweep.h"

/* A line of the module's source that allocates. */
struct tag {
	long long bytes;
	long long calls;
	char where[64];
};

struct tags {
	size_t nr;
	struct tag tag[256];
};

bool put_word(const char *path, const char *word);

bool scene_up(void);
bool scene_down(void);

void state_read(struct sweep_state *s);
/* Did what the row says, and nothing else, change? Not @done: did nothing? */
bool state_is(const struct sweep_row *row, const struct sweep_state *was,
	      const struct sweep_state *is, bool done);
void state_show(const struct sweep_state *was, const struct sweep_state *is);

/* False: the kernel does not tell. */
bool tags_read(struct tags *tags);
/* As it is when nothing has changed for three seconds; false: the kernel does not tell. */
bool tags_at_rest(struct tags *tags);
void tags_show(const struct tags *was, const struct tags *is);
/* Wait until all is as it was; false: it does not become so. */
bool tags_settle(const struct tags *was, struct tags *is);

#endif /* VSN_SWEEP_IMPL_H */
