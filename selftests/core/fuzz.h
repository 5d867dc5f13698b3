/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a fuzzer's bytes to numbers and topologies.
 *
 * Where the bytes end, a generator that is seeded with all of them goes on, so that
 * short inputs make whole topologies, too.
 */
#ifndef VSN_TEST_FUZZ_H
#define VSN_TEST_FUZZ_H

#include <stdlib.h>

#include "graph.h"

struct fuzz {
	const u8 *next;
	const u8 *end;
	u64 seed;
};

/* What must hold, or the input is a find. */
#define FUZZ_CHECK(expr) do {						\
	if (!(expr)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #expr); \
		abort();						\
	}								\
} while (0)

void fuzz_init(struct fuzz *f, const u8 *data, size_t size);
u64 fuzz_bits(struct fuzz *f, u32 bytes);
u32 fuzz_below(struct fuzz *f, u32 n);
/*
 * A topology that commit may well accept, of @max endpoints of a kind at most unless
 * some field is made nonsense, which @nonsense allows.  It is to be given back with
 * vsn_topo_free().
 */
void fuzz_topo(struct fuzz *f, struct vsn_topo *t, u32 max, bool nonsense);
/* One that was accepted; false when several in a row were not. */
bool fuzz_committed(struct fuzz *f, struct vsn_topo *t, u32 max);

/* What graphs are made of; the one that is as many tries ahead fails, 0: none. */
extern u32 fuzz_fail;

/* Counts inputs: too few that got far, and the run fails as it ends. */
void fuzz_count(bool far);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* VSN_TEST_FUZZ_H */
