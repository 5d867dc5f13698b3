// SPDX-License-Identifier: GPL-2.0
#include "op.h"
#include "reduce.h"

/* Which fields an opcode uses; all others must be zero. */
#define USES_DST	(1U << 0)
#define USES_SRC	(1U << 1)
#define USES_LEN	(1U << 2)
#define USES_ARG0	(1U << 3)
#define USES_ARG1	(1U << 4)
#define USES_NET	(1U << 5)
#define IS_WORD		(1U << 6)	/* dst is an aligned 8-byte word */
#define MAY_NODATA	(1U << 7)
#define MAY_SWITCH	(1U << 8)	/* may go as far as a switch, or on from it */

#define SWITCH_FLAGS	(VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH)

static const u16 uses[] = {
	[VSN_OP_NOP]	 = 0,
	[VSN_OP_COPY]	 = USES_DST | USES_SRC | USES_LEN | USES_NET | MAY_NODATA |
			   MAY_SWITCH,
	[VSN_OP_FILL]	 = USES_DST | USES_LEN | USES_ARG0 | USES_NET | MAY_NODATA,
	[VSN_OP_FADD]	 = USES_DST | USES_ARG0 | USES_NET | IS_WORD,
	[VSN_OP_CAS]	 = USES_DST | USES_ARG0 | USES_ARG1 | USES_NET | IS_WORD,
	[VSN_OP_SWAP]	 = USES_DST | USES_ARG0 | USES_NET | IS_WORD,
	[VSN_OP_COMPUTE] = USES_ARG0,
	[VSN_OP_SIGNAL]	 = USES_DST | USES_ARG0 | USES_NET | IS_WORD,
	[VSN_OP_WAIT]	 = USES_DST | USES_ARG0 | USES_NET | IS_WORD,
	[VSN_OP_REDUCE]	 = USES_DST | USES_SRC | USES_LEN | USES_ARG0 | USES_NET | MAY_NODATA |
			   MAY_SWITCH,
	[VSN_OP_FENCE]	 = 0,
	[VSN_OP_DISCARD] = USES_DST | USES_LEN | USES_NET,
};

/* Elements combine one by one: only ranges that are the same or have none in common. */
static int check_reduce(const struct vsn_sqe *sqe)
{
	u32 size = vsn_reduce_size(sqe->arg0);

	if (!size || sqe->len % size || sqe->dst % size || sqe->src % size)
		return -EINVAL;
	if (sqe->dst != sqe->src &&
	    (sqe->dst < sqe->src ? sqe->src - sqe->dst : sqe->dst - sqe->src) < sqe->len)
		return -EINVAL;
	return 0;
}

static int check_fields(const struct vsn_sqe *sqe, const struct vsn_op_env *env)
{
	const struct vsn_topo *topo = env->topo;
	u32 use;

	if (sqe->opcode >= ARRAY_SIZE(uses))
		return -EINVAL;
	use = uses[sqe->opcode];
	if (sqe->flags & ~(((use & MAY_NODATA) ? VSN_OP_F_NODATA : 0U) |
			   ((use & MAY_SWITCH) ? SWITCH_FLAGS : 0U)))
		return -EINVAL;
	if ((sqe->flags & SWITCH_FLAGS) == SWITCH_FLAGS)
		return -EINVAL;
	if (sqe->reserved)
		return -EINVAL;
	if (sqe->network > ((use & USES_NET) ? topo->nr_networks : 0U))
		return -EINVAL;
	if (sqe->initiator >= topo->nr_endpoints ||
	    !topo->kinds[vsn_topo_kind(topo, sqe->initiator)].read_bandwidth ||
	    (env->may && !env->may(env->ctx, sqe->initiator)))
		return -EINVAL;
	if ((!(use & USES_DST) && sqe->dst) || (!(use & USES_SRC) && sqe->src) ||
	    (!(use & USES_LEN) && sqe->len) || (!(use & USES_ARG0) && sqe->arg0) ||
	    (!(use & USES_ARG1) && sqe->arg1))
		return -EINVAL;
	if ((use & USES_LEN) && (!sqe->len || sqe->len > VSN_OP_MAX_LEN))
		return -EINVAL;
	if ((use & IS_WORD) && (sqe->dst & 7))
		return -EINVAL;
	return sqe->opcode == VSN_OP_REDUCE ? check_reduce(sqe) : 0;
}

static int find_range(const struct vsn_op_env *env, u64 ua, u64 len,
		      const struct vsn_place **out)
{
	const struct vsn_place *p;
	u64 off;

	if (ua < VSN_UA_POOL)
		return -EPERM;
	if (ua >> VSN_UA_BITS)
		return -EFAULT;
	p = env->find(env->ctx, ua);
	if (!p)
		return -EFAULT;
	off = ua - p->ua;
	if (len > p->size - off) {
		env->put(env->ctx, p);
		return -ERANGE;
	}
	*out = p;
	return 0;
}

/**
 * vsn_op_check - from a submission entry to a checked operation
 * @op: to fill in
 * @sqe: the entry, the kernel's own copy
 * @env: what it is checked against
 *
 * The fields are checked in the order opcode, flags, reserved, network,
 * initiator, unused fields, length, alignment (REDUCE: kind, type and overlap too),
 * destination, source.  On success
 * the operation holds a reference to each region that it names; give them back
 * with vsn_op_release().  On failure it holds none, but @op->sqe is filled in.
 *
 * Return: 0; -EINVAL for a bad field; -EPERM for an address in the device
 * window; -EFAULT where no region is; -ERANGE beyond the region's end.
 */
int vsn_op_check(struct vsn_op *op, const struct vsn_sqe *sqe,
		 const struct vsn_op_env *env)
{
	u64 len;
	int err;

	memset(op, 0, sizeof(*op));
	op->sqe = *sqe;
	op->net = -1;
	err = check_fields(sqe, env);
	if (err)
		return err;
	len = (uses[sqe->opcode] & IS_WORD) ? 8 : sqe->len;
	if (uses[sqe->opcode] & USES_DST) {
		err = find_range(env, sqe->dst, len, &op->dst);
		if (err)
			return err;
	}
	if (uses[sqe->opcode] & USES_SRC) {
		err = find_range(env, sqe->src, len, &op->src);
		if (err) {
			vsn_op_release(op, env);
			return err;
		}
	}
	return 0;
}

/**
 * vsn_op_release - drop the references to regions
 * @op: a checked operation
 * @env: as given to vsn_op_check()
 */
void vsn_op_release(struct vsn_op *op, const struct vsn_op_env *env)
{
	if (op->src)
		env->put(env->ctx, op->src);
	if (op->dst)
		env->put(env->ctx, op->dst);
	op->src = NULL;
	op->dst = NULL;
}
