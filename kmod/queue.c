// SPDX-License-Identifier: GPL-2.0
/*
 * Queues: files whose rings carry entries in and completions out.
 *
 * The rings are shared with the program, which may write anything there at any
 * time.  So the kernel keeps the indices that it advances (sq_head, cq_tail) for
 * itself and only publishes them; it checks the two that it reads against those
 * each time; and it copies an entry before it looks at it.
 *
 * An entry is taken only when its completion has a slot: of the completion
 * ring's slots, some hold completions that the program has not consumed, some are
 * promised to operations on their way, and the rest are free.
 *
 * How a queue goes.  The file's release marks it closed and cancels what has not
 * started, under engine->lock; then it stops the timer and drops what is held back
 * (queue_post.c), and the rings go, as nothing posts to a closed queue.  Operations
 * that have started hold a reference each, finish in some later RUN or are finished by
 * a mover, and with the last one the queue goes.  The file alone makes the
 * fabric stay; a fabric that is deleted before such operations finish takes
 * them, and so the queue, with it.
 */
#include <linux/anon_inodes.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "fabric.h"
#include "queue.h"
#include "queue_impl.h"
#include "rights.h"
#include "uarg.h"

/* Queues that a fabric has at most. */
#define MAX_QUEUES	32768

/* Entries that one doorbell takes at most, and with the lock held. */
#define MAX_TAKEN	4096
#define TAKE_BATCH	64
/*
 * Where time goes by itself: what is taken together competes, and nothing of it is
 * there before all is, so not too much; work of one doorbell, as of vsn_sched_run();
 * and blocked WAITs that it looks at again.
 */
#define TAKE_BYTES	SZ_16M
#define MAX_WORK	(256U << 10)
#define MAX_GLANCE	1024

/* All is charged to the program; over its limit is -ENOMEM, not the OOM killer. */
#define GFP_QUEUE	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Programs are built with these sizes, and there is no room for growth in rings. */
static_assert(sizeof(struct vsn_sqe) == 64);
static_assert(sizeof(struct vsn_cqe) == 64);
static_assert(sizeof(struct vsn_rings) == 128);
static_assert(sizeof(struct vsn_queue_setup) == 48);
static_assert(sizeof(struct vsn_doorbell) == 16);
static_assert(sizeof(struct vsn_eventfd) == 8);
static_assert(sizeof(struct vsn_cancel) == 16);
static_assert(sizeof(struct vsn_run) == 64);
static_assert(sizeof(struct vsn_blocked) == 40);

static void ring_free(struct vsn_ring *ring)
{
	unsigned int i;

	if (!ring->pages)
		return;
	if (ring->addr)
		vunmap(ring->addr);
	for (i = 0; i < ring->nr; i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	memset(ring, 0, sizeof(*ring));
}

/* Not vmalloc_user(), whose memory is charged to nobody. */
static int ring_alloc(struct vsn_ring *ring, size_t size)
{
	unsigned int nr = PAGE_ALIGN(size) >> PAGE_SHIFT;

	ring->pages = kvcalloc(nr, sizeof(*ring->pages), GFP_QUEUE);
	if (!ring->pages)
		return -ENOMEM;
	while (ring->nr < nr) {
		struct page *page = alloc_page(GFP_QUEUE | __GFP_ZERO);

		if (!page)
			goto err_ring;
		ring->pages[ring->nr++] = page;
	}
	ring->addr = vmap(ring->pages, nr, VM_MAP, PAGE_KERNEL);
	if (!ring->addr)
		goto err_ring;
	return 0;

err_ring:
	ring_free(ring);
	return -ENOMEM;
}

static u64 ring_size(const struct vsn_ring *ring)
{
	return (u64)ring->nr << PAGE_SHIFT;
}

static void queue_free_rings(struct vsn_queue *queue)
{
	ring_free(&queue->cq);
	ring_free(&queue->sq);
	ring_free(&queue->rings);
}

/*
 * Completion slots that are neither full nor promised; @free: out.  A program
 * that takes back what it has consumed only hurts itself: then there are none.
 */
static int cq_free(const struct vsn_queue *queue, u32 *free)
{
	struct vsn_rings *rings = queue->rings.addr;
	u32 used, head;

	/* Pairs with the program's release: it has read what it gives back. */
	head = smp_load_acquire(&rings->cq_head);
	if (READ_ONCE(queue->cq_tail) - head > queue->cq_entries)
		return -EOVERFLOW;
	used = queue->taken - head;
	*free = used < queue->cq_entries ? queue->cq_entries - used : 0;
	return 0;
}

/* Entries that wait to be taken; @ready: out. */
static int sq_ready(const struct vsn_queue *queue, u32 *ready)
{
	struct vsn_rings *rings = queue->rings.addr;

	/* Pairs with the program's release: the entries are written. */
	*ready = smp_load_acquire(&rings->sq_tail) - queue->sq_head;
	return *ready > queue->sq_entries ? -EOVERFLOW : 0;
}

/* Take one entry, for which there is a completion slot; @bytes: added to. */
static int queue_take(struct vsn_queue *queue, u64 *bytes)
{
	struct vsn_fabric *fabric = queue->fabric;
	struct vsn_rings *rings = queue->rings.addr;
	const struct vsn_sqe *sqes = queue->sq.addr;
	struct vsn_sqe sqe;
	struct vsn_op *op;
	u32 index;
	int bad, err;

	op = kmem_cache_alloc(vsn_queue_op_cache, GFP_QUEUE);
	if (!op)
		return -ENOMEM;
	index = queue->sq_head & (queue->sq_entries - 1);
	index = array_index_nospec(index, queue->sq_entries);
	memcpy(&sqe, &sqes[index], sizeof(sqe));
	/* From here on the program's changes to the entry mean nothing. */
	barrier();

	bad = vsn_op_check(op, &sqe, &queue->env);
	op->owner = &queue->owner;
	refcount_inc(&queue->ref);
	WRITE_ONCE(queue->taken, queue->taken + 1);
	if (queue->partition)
		atomic64_inc(&queue->partition->nr_pending);
	if (bad)
		err = vsn_engine_reject(fabric, op, bad);
	else
		err = vsn_engine_submit(fabric, op);
	if (err)
		goto err_op;
	if (!bad && !(sqe.flags & VSN_OP_F_NODATA))
		*bytes += sqe.len;
	WRITE_ONCE(queue->sq_head, queue->sq_head + 1);
	/* Pairs with the program's acquire: the entry has been copied. */
	smp_store_release(&rings->sq_head, queue->sq_head);
	return 0;

err_op:
	if (queue->partition)
		atomic64_dec(&queue->partition->nr_pending);
	WRITE_ONCE(queue->taken, queue->taken - 1);
	vsn_queue_put(queue);
	vsn_op_release(op, &fabric->engine.env);
	kmem_cache_free(vsn_queue_op_cache, op);
	return err;
}

/*
 * Take up to @max entries under one hold of the lock; @taken: added to; @online: out:
 * somebody has to execute them.  1: there is nothing more to take, or no slot.
 */
static int queue_take_batch(struct vsn_queue *queue, u32 max, u32 *taken, bool *online)
{
	struct vsn_engine *engine = &queue->fabric->engine;
	struct mutex *lock = &engine->lock;
	u64 bytes = 0;
	u32 free, ready;
	int err;

	err = mutex_lock_killable(lock);
	if (err)
		return err;
	*online = engine->sched.online;
	if (*online) {
		vsn_engine_tick(queue->fabric);
		vsn_sched_glance(&engine->sched, MAX_GLANCE);
	}
	while (max--) {
		err = sq_ready(queue, &ready);
		if (!err)
			err = cq_free(queue, &free);
		if (err)
			break;
		if (!ready || !free) {
			err = 1;
			break;
		}
		err = queue_take(queue, &bytes);
		if (err)
			break;
		(*taken)++;
		if (*online && bytes >= TAKE_BYTES)
			break;
	}
	mutex_unlock(lock);
	return err;
}

/*
 * Take entries.  An error is reported only if nothing was taken before it: else
 * the program rings again and gets it then.
 */
static int queue_doorbell(struct vsn_queue *queue, void __user *uarg)
{
	struct vsn_doorbell bell;
	u64 budget = MAX_WORK;
	u32 max, taken = 0;
	bool online = false;
	int err;

	err = vsn_uarg_get(&bell, sizeof(bell), sizeof(bell), uarg);
	if (err)
		return err;
	if (bell.reserved)
		return -EINVAL;
	max = min_t(u32, bell.max ?: MAX_TAKEN, MAX_TAKEN);
	while (!err && taken < max && budget) {
		err = queue_take_batch(queue, min_t(u32, max - taken, TAKE_BATCH), &taken,
				       &online);
		if (online)
			vsn_mover_ring(queue->fabric, &queue->moves, &budget);
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	if (err < 0 && !taken)
		return err;
	if (taken && wq_has_sleeper(&queue->wait))
		wake_up_poll(&queue->wait, EPOLLOUT | EPOLLWRNORM);
	bell.taken = taken;
	return vsn_uarg_put(&bell, sizeof(bell), uarg);
}

static int queue_set_eventfd(struct vsn_queue *queue, const void __user *uarg)
{
	struct mutex *lock = &queue->fabric->engine.lock;
	struct eventfd_ctx *ctx = NULL;
	struct vsn_eventfd arg;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.fd < -1)
		return -EBADF;
	if (arg.fd >= 0) {
		ctx = eventfd_ctx_fdget(arg.fd);
		if (IS_ERR(ctx))
			return PTR_ERR(ctx);
	}
	err = mutex_lock_killable(lock);
	if (!err) {
		spin_lock_bh(&queue->lock);
		swap(queue->eventfd, ctx);
		spin_unlock_bh(&queue->lock);
		mutex_unlock(lock);
	}
	if (ctx)
		eventfd_ctx_put(ctx);
	return err;
}

static int queue_cancel(struct vsn_queue *queue, void __user *uarg)
{
	struct vsn_engine *engine = &queue->fabric->engine;
	struct vsn_cancel arg;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.flags)
		return -EINVAL;
	err = mutex_lock_killable(&engine->lock);
	if (err)
		return err;
	vsn_engine_tick(queue->fabric);
	arg.cancelled = vsn_sched_cancel(&engine->sched, &queue->owner);
	vsn_mover_kick(queue->fabric);
	mutex_unlock(&engine->lock);
	return vsn_uarg_put(&arg, sizeof(arg), uarg);
}

/* For whoever looks for a program that is stuck: /proc/PID/fdinfo/FD. */
static void queue_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct vsn_queue *queue = file->private_data;
	struct vsn_rings *rings = queue->rings.addr;

	seq_printf(m, "fabric:\t%s\n", queue->fabric->name);
	seq_printf(m, "sq:\t%u entries, head %u, tail %u\n", queue->sq_entries,
		   READ_ONCE(queue->sq_head), READ_ONCE(rings->sq_tail));
	seq_printf(m, "cq:\t%u entries, head %u, tail %u\n", queue->cq_entries,
		   READ_ONCE(rings->cq_head), READ_ONCE(queue->cq_tail));
	seq_printf(m, "pending:\t%u\n", READ_ONCE(queue->taken) - READ_ONCE(queue->cq_tail));
}

static long queue_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vsn_queue *queue = file->private_data;
	void __user *uarg = (void __user *)arg;

	if (_IOC_TYPE(cmd) != VSN_IOC_MAGIC)
		return -ENOTTY;
	/* The size in the command is that of the program's structure. */
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(VSN_IOC_DOORBELL):
		return queue_doorbell(queue, uarg);
	case _IOC_NR(VSN_IOC_EVENTFD):
		return queue_set_eventfd(queue, uarg);
	case _IOC_NR(VSN_IOC_CANCEL):
		return queue_cancel(queue, uarg);
	}
	return -ENOTTY;
}

/* Indices that make no sense are an error here too, so that nobody waits on them. */
static __poll_t queue_poll(struct file *file, poll_table *table)
{
	struct vsn_queue *queue = file->private_data;
	struct vsn_rings *rings = queue->rings.addr;
	u32 done, ready, used, head;
	__poll_t mask = 0;

	poll_wait(file, &queue->wait, table);
	/* Pairs with the barrier in wq_has_sleeper(). */
	smp_mb();
	head = READ_ONCE(rings->cq_head);
	done = READ_ONCE(queue->cq_tail) - head;
	ready = READ_ONCE(rings->sq_tail) - READ_ONCE(queue->sq_head);
	used = READ_ONCE(queue->taken) - head;
	if (done > queue->cq_entries || ready > queue->sq_entries)
		return EPOLLERR;
	if (done)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (ready < queue->sq_entries && used < queue->cq_entries)
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static int queue_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vsn_queue *queue = file->private_data;
	struct vsn_ring *ring;

	switch ((u64)vma->vm_pgoff << PAGE_SHIFT) {
	case VSN_OFF_RINGS:
		ring = &queue->rings;
		break;
	case VSN_OFF_SQES:
		ring = &queue->sq;
		break;
	case VSN_OFF_CQES:
		ring = &queue->cq;
		break;
	default:
		return -EINVAL;
	}
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	if (vma_pages(vma) > ring->nr)
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	return vm_map_pages_zero(vma, ring->pages, ring->nr);
}

/* One queue less; engine->lock held. */
static void queue_unlink(struct vsn_queue *queue)
{
	list_del(&queue->node);
	queue->fabric->engine.nr_queues--;
}

static int queue_release(struct inode *inode, struct file *file)
{
	struct vsn_queue *queue = file->private_data;
	struct vsn_fabric *fabric = queue->fabric;
	struct vsn_engine *engine = &fabric->engine;

	mutex_lock(&engine->lock);
	queue->closed = true;
	vsn_engine_tick(fabric);
	vsn_online_forget(&engine->sched, &queue->owner);
	vsn_sched_cancel(&engine->sched, &queue->owner);
	vsn_moves_drop(fabric, &queue->moves);
	queue_unlink(queue);
	mutex_unlock(&engine->lock);

	vsn_queue_drop_held(queue);
	if (queue->eventfd)
		eventfd_ctx_put(queue->eventfd);
	queue_free_rings(queue);
	vsn_rights_put(queue->rights);
	vsn_queue_put(queue);
	vsn_fabric_unuse(fabric);
	return 0;
}

static const struct file_operations queue_fops = {
	.owner = THIS_MODULE,
	.release = queue_release,
	.unlocked_ioctl = queue_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = queue_mmap,
	.poll = queue_poll,
	.show_fdinfo = queue_show_fdinfo,
};

/* Checks of @setup, in the order of its fields; 0 becomes the default. */
static int queue_check(struct vsn_queue_setup *setup)
{
	if (!is_power_of_2(setup->sq_entries) || setup->sq_entries > VSN_QUEUE_MAX_ENTRIES)
		return -EINVAL;
	if (!setup->cq_entries)
		setup->cq_entries = min(2 * setup->sq_entries, VSN_QUEUE_MAX_ENTRIES);
	if (!is_power_of_2(setup->cq_entries) || setup->cq_entries > VSN_QUEUE_MAX_ENTRIES)
		return -EINVAL;
	if (setup->flags || setup->reserved)
		return -EINVAL;
	return 0;
}

static struct vsn_queue *queue_create(struct vsn_rights *rights,
				      const struct vsn_queue_setup *setup)
{
	struct vsn_queue *queue;
	struct vsn_rings *rings;
	int err;

	queue = kzalloc(sizeof(*queue), GFP_QUEUE);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	refcount_set(&queue->ref, 1);
	init_waitqueue_head(&queue->wait);
	vsn_moves_init(&queue->moves);
	vsn_queue_init_held(queue);
	queue->fabric = rights->fabric;
	queue->rights = rights;
	vsn_rights_env(rights, &queue->env);
	queue->sq_entries = setup->sq_entries;
	queue->cq_entries = setup->cq_entries;
	err = ring_alloc(&queue->rings, sizeof(struct vsn_rings));
	if (!err)
		err = ring_alloc(&queue->sq, setup->sq_entries * sizeof(struct vsn_sqe));
	if (!err)
		err = ring_alloc(&queue->cq, setup->cq_entries * sizeof(struct vsn_cqe));
	if (err) {
		queue_free_rings(queue);
		kfree(queue);
		return ERR_PTR(err);
	}
	rings = queue->rings.addr;
	rings->sq_mask = setup->sq_entries - 1;
	rings->cq_mask = setup->cq_entries - 1;
	/* From here on it goes by vsn_queue_put(). */
	vsn_rights_get(rights);
	queue->partition = rights->partition;
	if (queue->partition)
		refcount_inc(&queue->partition->ref);
	return queue;
}

/* One queue more; engine->lock is taken. */
static int queue_link(struct vsn_queue *queue)
{
	struct vsn_engine *engine = &queue->fabric->engine;
	int err;

	err = mutex_lock_killable(&engine->lock);
	if (err)
		return err;
	if (engine->nr_queues < MAX_QUEUES) {
		engine->nr_queues++;
		list_add_tail(&queue->node, &engine->queues);
	} else {
		err = -ENOSPC;
	}
	mutex_unlock(&engine->lock);
	return err;
}

/**
 * vsn_queue_open - make a queue and a file for it
 * @rights: what its entries may name; the caller is a user of their fabric, and so is
 *	the file
 * @setup: from vsn_uarg_get()
 * @uarg: where to say sizes and defaults
 *
 * Return: a new file descriptor; -EINVAL a field of @setup; -ENOSPC too many
 * queues; -ENODEV the fabric is deleted; -EMFILE, -ENFILE, -ENOMEM; -EFAULT @uarg
 * cannot be written; -EINTR.
 */
int vsn_queue_open(struct vsn_rights *rights, struct vsn_queue_setup *setup,
		   void __user *uarg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_queue *queue;
	struct file *file;
	int err, fd;

	err = queue_check(setup);
	if (err)
		return err;
	err = vsn_fabric_use(fabric);
	if (err)
		return err;
	queue = queue_create(rights, setup);
	if (IS_ERR(queue)) {
		err = PTR_ERR(queue);
		goto err_unuse;
	}
	err = queue_link(queue);
	if (err)
		goto err_free;
	setup->rings_size = ring_size(&queue->rings);
	setup->sqes_size = ring_size(&queue->sq);
	setup->cqes_size = ring_size(&queue->cq);
	/* Once there is a descriptor, there is no way back. */
	err = vsn_uarg_put(setup, sizeof(*setup), uarg);
	if (err)
		goto err_unlink;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		err = fd;
		goto err_unlink;
	}
	file = anon_inode_getfile("[vsn-queue]", &queue_fops, queue, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto err_fd;
	}
	fd_install(fd, file);
	return fd;

err_fd:
	put_unused_fd(fd);
err_unlink:
	mutex_lock(&fabric->engine.lock);
	queue_unlink(queue);
	mutex_unlock(&fabric->engine.lock);
err_free:
	queue_free_rings(queue);
	vsn_rights_put(rights);
	vsn_queue_put(queue);
err_unuse:
	vsn_fabric_unuse(fabric);
	return err;
}

/**
 * vsn_queue_init - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_queue_init(void)
{
	vsn_queue_op_cache = kmem_cache_create("vsn_op", sizeof(struct vsn_op), 0,
					       SLAB_ACCOUNT, NULL);
	return vsn_queue_op_cache ? 0 : -ENOMEM;
}

/**
 * vsn_queue_exit - at module exit: there are no fabrics, so no operations
 */
void vsn_queue_exit(void)
{
	kmem_cache_destroy(vsn_queue_op_cache);
}
