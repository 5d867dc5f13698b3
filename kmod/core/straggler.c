// SPDX-License-Identifier: GPL-2.0
#include "sched.h"
#include "rng.h"
#include "straggler.h"

#define GOLDEN		0x9e3779b97f4a7c15ULL

/**
 * vsn_straggler_check - is an endpoint allowed to be so slow?
 * @to: how slow
 * @diag: why not
 *
 * Return: 0 or -EINVAL.
 */
int vsn_straggler_check(const struct vsn_straggler *to, struct vsn_diag *diag)
{
	if (to->slow > VSN_STRAGGLER_MAX_SLOW)
		return vsn_refuse(diag, -EINVAL, "slow: %u is more than %u ppm", to->slow,
				  VSN_STRAGGLER_MAX_SLOW);
	if (to->delay > VSN_STRAGGLER_MAX_WAIT)
		return vsn_refuse(diag, -EINVAL, "delay: %llu is more than %llu ps",
				  (unsigned long long)to->delay,
				  (unsigned long long)VSN_STRAGGLER_MAX_WAIT);
	if (to->jitter > VSN_STRAGGLER_MAX_WAIT)
		return vsn_refuse(diag, -EINVAL, "jitter: %llu is more than %llu ps",
				  (unsigned long long)to->jitter,
				  (unsigned long long)VSN_STRAGGLER_MAX_WAIT);
	return 0;
}

/* An engine's bandwidth, rounded down; what is there is never nothing. */
static u64 slowed(u64 bandwidth, u32 slow)
{
	u64 by = VSN_STRAGGLER_ONE + slow;

	return bandwidth / by * VSN_STRAGGLER_ONE +
	       bandwidth % by * VSN_STRAGGLER_ONE / by;
}

/**
 * vsn_straggler_set - make an endpoint slower, or as fast as its kind again
 * @s: the scheduler
 * @ep: endpoint id
 * @to: how slow; vsn_straggler_check() has passed it
 *
 * It holds for what is issued, or comes to an engine, from now on.
 *
 * Return: 0; -ENOMEM, and it is as it was.
 */
int vsn_straggler_set(struct vsn_sched *s, u32 ep, const struct vsn_straggler *to)
{
	const struct vsn_kind *kind = &s->topo->kinds[vsn_topo_kind(s->topo, ep)];
	struct vsn_link *read, *write;
	struct vsn_straggler *st;

	if (!s->stragglers.root &&
	    vsn_sparse_init(&s->stragglers, s->topo->nr_endpoints, sizeof(*st), &s->mem))
		return -ENOMEM;
	st = vsn_sparse_touch(&s->stragglers, ep);
	read = vsn_links_touch(&s->links, vsn_link_engine_id(s->topo, ep, VSN_ENGINE_READ));
	write = vsn_links_touch(&s->links, vsn_link_engine_id(s->topo, ep, VSN_ENGINE_WRITE));
	if (!st || !read || !write)
		return -ENOMEM;
	*st = *to;
	read->bandwidth = slowed(kind->read_bandwidth, to->slow);
	write->bandwidth = slowed(kind->write_bandwidth, to->slow);
	return 0;
}

/**
 * vsn_straggler_get - how slow is an endpoint?
 * @s: the scheduler
 * @ep: endpoint id
 * @out: out: all zero if it is not
 */
void vsn_straggler_get(const struct vsn_sched *s, u32 ep, struct vsn_straggler *out)
{
	const struct vsn_straggler *st = NULL;

	if (s->stragglers.root)
		st = vsn_sparse_find(&s->stragglers, ep);
	memset(out, 0, sizeof(*out));
	if (st)
		*out = *st;
}

void vsn_straggler_free(struct vsn_sched *s)
{
	if (s->stragglers.root)
		vsn_sparse_free(&s->stragglers);
}

/* How much later does the next operation of an endpoint set out? */
u64 vsn_straggler_find_wait(struct vsn_sched *s, u32 ep)
{
	struct vsn_straggler *st = vsn_sparse_find(&s->stragglers, ep);
	u64 hash, n;

	if (!st)
		return 0;
	n = st->issued++;
	if (!st->jitter)
		return st->delay;
	hash = vsn_mix(vsn_mix(st->seed + ep * GOLDEN) + n);
	return st->delay + hash % (st->jitter + 1);
}

/* What takes *@time of a compute engine takes longer; rounded up. */
int vsn_straggler_find_stretch(const struct vsn_sched *s, u32 ep, u64 *time)
{
	const struct vsn_straggler *st = vsn_sparse_find(&s->stragglers, ep);
	u64 whole, part;

	if (!st || !st->slow)
		return 0;
	part = *time % VSN_STRAGGLER_ONE * st->slow;
	part = (part + VSN_STRAGGLER_ONE - 1) / VSN_STRAGGLER_ONE;
	if (__builtin_mul_overflow(*time / VSN_STRAGGLER_ONE, (u64)st->slow, &whole) ||
	    __builtin_add_overflow(*time, whole, time) ||
	    __builtin_add_overflow(*time, part, time))
		return -EOVERFLOW;
	return 0;
}
