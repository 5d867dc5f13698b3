/* SPDX-License-Identifier: GPL-2.0 */
/* A sparse array: memory grows with the elements touched, not with its length. */
#ifndef VSN_CORE_SPARSE_H
#define VSN_CORE_SPARSE_H

#include "types.h"

/**
 * struct vsn_sparse - a sparse array of zeroed elements
 * @mem: memory
 * @size: bytes of an element
 * @length: number of elements, at most 2^32
 * @nr_root: entries of @root
 * @root: tables of leaves, NULL where nothing was touched
 *
 * Elements never move, so pointers to them stay valid.
 */
struct vsn_sparse {
	const struct vsn_mem *mem;
	size_t size;
	u64 length;
	size_t nr_root;
	void ***root;
};

int vsn_sparse_init(struct vsn_sparse *sp, u64 length, size_t size,
		    const struct vsn_mem *mem);
void vsn_sparse_free(struct vsn_sparse *sp);
void *vsn_sparse_find(const struct vsn_sparse *sp, u64 index);
void *vsn_sparse_touch(struct vsn_sparse *sp, u64 index);
u64 vsn_sparse_next(const struct vsn_sparse *sp, u64 index);

#endif /* VSN_CORE_SPARSE_H */
