// SPDX-License-Identifier: GPL-2.0
#include "sparse.h"

#define LEAF_SHIFT	6	/* elements in a leaf */
#define TABLE_SHIFT	9	/* leaves in a table */
#define LEAF_LEN	(1U << LEAF_SHIFT)
#define TABLE_LEN	(1U << TABLE_SHIFT)

/**
 * vsn_sparse_init - make an empty array
 * @sp: the array
 * @length: number of elements
 * @size: bytes of an element
 * @mem: memory; must outlive the array
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_sparse_init(struct vsn_sparse *sp, u64 length, size_t size,
		    const struct vsn_mem *mem)
{
	sp->mem = mem;
	sp->size = size;
	sp->length = length;
	sp->nr_root = (length >> (LEAF_SHIFT + TABLE_SHIFT)) + 1;
	sp->root = mem->alloc(mem->ctx, sp->nr_root * sizeof(*sp->root));
	return sp->root ? 0 : -ENOMEM;
}

/**
 * vsn_sparse_free - give back all memory
 * @sp: the array; may be all zero
 */
void vsn_sparse_free(struct vsn_sparse *sp)
{
	const struct vsn_mem *mem = sp->mem;
	size_t i, j;

	if (!sp->root)
		return;
	for (i = 0; i < sp->nr_root; i++) {
		if (!sp->root[i])
			continue;
		for (j = 0; j < TABLE_LEN; j++)
			if (sp->root[i][j])
				mem->free(mem->ctx, sp->root[i][j],
					  LEAF_LEN * sp->size);
		mem->free(mem->ctx, sp->root[i], TABLE_LEN * sizeof(void *));
	}
	mem->free(mem->ctx, sp->root, sp->nr_root * sizeof(*sp->root));
	sp->root = NULL;
}

/**
 * vsn_sparse_find - look at an element
 * @sp: the array
 * @index: which
 *
 * Return: the element, or NULL when nothing near it was touched.
 */
void *vsn_sparse_find(const struct vsn_sparse *sp, u64 index)
{
	void **table;
	char *leaf;

	if (index >= sp->length)
		return NULL;
	table = sp->root[index >> (LEAF_SHIFT + TABLE_SHIFT)];
	if (!table)
		return NULL;
	leaf = table[(index >> LEAF_SHIFT) & (TABLE_LEN - 1)];
	return leaf ? leaf + (index & (LEAF_LEN - 1)) * sp->size : NULL;
}

/**
 * vsn_sparse_touch - get an element, making it if need be
 * @sp: the array
 * @index: which, below the length
 *
 * Return: the element, or NULL when there is no memory.
 */
void *vsn_sparse_touch(struct vsn_sparse *sp, u64 index)
{
	const struct vsn_mem *mem = sp->mem;
	void ***table, **leaf;

	table = &sp->root[index >> (LEAF_SHIFT + TABLE_SHIFT)];
	if (!*table) {
		*table = mem->alloc(mem->ctx, TABLE_LEN * sizeof(void *));
		if (!*table)
			return NULL;
	}
	leaf = &(*table)[(index >> LEAF_SHIFT) & (TABLE_LEN - 1)];
	if (!*leaf) {
		*leaf = mem->alloc(mem->ctx, LEAF_LEN * sp->size);
		if (!*leaf)
			return NULL;
	}
	return (char *)*leaf + (index & (LEAF_LEN - 1)) * sp->size;
}

/**
 * vsn_sparse_next - skip what was not touched
 * @sp: the array
 * @index: where to begin
 *
 * Return: the first index from @index on that has memory, touched itself or a
 * near one; the length if there is none.
 */
u64 vsn_sparse_next(const struct vsn_sparse *sp, u64 index)
{
	u64 table_len = 1ULL << (LEAF_SHIFT + TABLE_SHIFT);
	void **table;

	while (index < sp->length) {
		table = sp->root[index >> (LEAF_SHIFT + TABLE_SHIFT)];
		if (!table) {
			index = vsn_align_up(index + 1, table_len);
			continue;
		}
		if (table[(index >> LEAF_SHIFT) & (TABLE_LEN - 1)])
			return index;
		index = vsn_align_up(index + 1, LEAF_LEN);
	}
	return sp->length;
}
