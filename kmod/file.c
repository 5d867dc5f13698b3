// SPDX-License-Identifier: GPL-2.0
/*
 * Files that reach memory: contexts (/dev/vsn/NAME) and views.
 *
 * The file offset is a unified address.  What a program finds there:
 *
 *  - in a region: its bytes.  read and write stop at the region's end and return
 *    less; at the end, where the address is one past the last byte, read returns 0
 *    (so dd without a count copies to the end) and write -ENOSPC, as with a block
 *    device.
 *  - in an endpoint's device window: its memory up to its capacity, with
 *    CAP_SYS_ADMIN at the time of the access, else -EPERM.  Parts that no region
 *    has read as zeros and refuse to be written: -EFAULT.
 *  - anywhere else: -EFAULT; mmap -ENXIO.  So is what is not of the partition by
 *    whose device the context was opened, all device windows included: see rights.c.
 *
 * read and write are the host's own, whatever file they use: they are untimed and
 * counted as host access.
 *
 * A hole is punched, through a view, within one region: its bytes are zeros then, and
 * take no memory.  The device node is no file to the kernel's fallocate: -ENODEV.
 *
 * A mapping is made within one region or one device window.  It is a plain one: no
 * special VMA flag, so that userfaultfd, RSS, ptrace and pinning work.  Only where a
 * region has a directory, which asks who writes, there is a page_mkwrite: it makes
 * long-term pins fail.
 *
 * Nothing is kept in a VMA.  The kernel merges neighbouring VMAs of one file, even
 * after mmap returned and without a word to the driver, and mremap may grow one.  So
 * a fault looks up its address as pread does; what is in no region is SIGBUS.  A
 * device window needs its privilege when it is mapped, not again at each fault.
 */
#include <linux/capability.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "directory.h"
#include "fabric.h"
#include "file.h"
#include "hole.h"
#include "rights.h"
#include "trace.h"

/**
 * vsn_file_new - state of an open file
 * @rights: what it may reach; their fabric becomes used once more
 * @who: initiator
 *
 * Return: the state; -ENODEV the fabric is deleted; -ENOMEM.
 */
struct vsn_file *vsn_file_new(struct vsn_rights *rights, struct vsn_initiator *who)
{
	struct vsn_file *vf;
	int err;

	vf = kmalloc(sizeof(*vf), GFP_KERNEL_ACCOUNT);
	if (!vf)
		return ERR_PTR(-ENOMEM);
	err = vsn_fabric_use(rights->fabric);
	if (err) {
		kfree(vf);
		return ERR_PTR(err);
	}
	vf->fabric = rights->fabric;
	vf->who = who;
	vf->rights = vsn_rights_get(rights);
	return vf;
}

/**
 * vsn_file_free - the opposite of vsn_file_new()
 * @vf: state
 */
void vsn_file_free(struct vsn_file *vf)
{
	vsn_rights_put(vf->rights);
	vsn_fabric_unuse(vf->fabric);
	kfree(vf);
}

/**
 * vsn_file_release - release of struct file_operations
 * @inode: not used
 * @file: the file
 *
 * Return: 0.
 */
int vsn_file_release(struct inode *inode, struct file *file)
{
	vsn_file_free(file->private_data);
	return 0;
}

/**
 * vsn_file_llseek - llseek of struct file_operations
 * @file: the file
 * @off: offset
 * @whence: SEEK_SET or SEEK_CUR; the end is that of all addresses
 *
 * Return: the new offset, or -EINVAL.
 */
loff_t vsn_file_llseek(struct file *file, loff_t off, int whence)
{
	return fixed_size_llseek(file, off, whence, 1LL << VSN_UA_BITS);
}

/* The region at @ua, with a reference; NULL: this is one past the end of one. */
static struct vsn_region *file_region(struct vsn_rights *rights, u64 ua)
{
	struct vsn_region *region;

	if (ua < VSN_UA_POOL && !vsn_rights_windows(rights))
		return ERR_PTR(-EFAULT);
	if (ua < VSN_UA_POOL && !capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	region = vsn_rights_region_get(rights, ua);
	if (region)
		return region;
	if (vsn_region_in_window(rights->fabric, ua))
		return ERR_PTR(-ENOMEM);
	region = ua ? vsn_rights_region_get(rights, ua - 1) : NULL;
	if (!region)
		return ERR_PTR(-EFAULT);
	/* It came between the two looks: this is no end. */
	if (ua - region->place.ua < region->place.size)
		return region;
	vsn_region_put(region);
	return NULL;
}

/**
 * vsn_file_read - read_iter of struct file_operations
 * @iocb: position
 * @to: where to
 *
 * Return: bytes read, or a negative errno; see above.
 */
ssize_t vsn_file_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct vsn_file *vf = iocb->ki_filp->private_data;
	size_t len = iov_iter_count(to);
	struct vsn_region *region;
	u64 off;
	ssize_t n;

	if (!len)
		return 0;
	region = file_region(vf->rights, iocb->ki_pos);
	if (IS_ERR_OR_NULL(region))
		return PTR_ERR_OR_ZERO(region);
	off = iocb->ki_pos - region->place.ua;
	n = vsn_store_read(region, off, min_t(u64, len, region->place.size - off), to);
	vsn_region_put(region);
	if (n > 0) {
		iocb->ki_pos += n;
		atomic64_add(n, &vf->fabric->store.host_read);
	}
	return n;
}

/**
 * vsn_file_write - write_iter of struct file_operations
 * @iocb: position
 * @from: where from
 *
 * Return: bytes written, or a negative errno; see above.  -EINVAL with O_APPEND:
 * there is no end to append to.
 */
ssize_t vsn_file_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct vsn_file *vf = iocb->ki_filp->private_data;
	size_t len = iov_iter_count(from);
	struct vsn_region *region;
	u64 off;
	ssize_t n;

	if (iocb->ki_flags & IOCB_APPEND)
		return -EINVAL;
	if (!len)
		return 0;
	region = file_region(vf->rights, iocb->ki_pos);
	if (!region)
		return -ENOSPC;
	if (IS_ERR(region))
		return PTR_ERR(region);
	off = iocb->ki_pos - region->place.ua;
	n = vsn_store_write(region, off, min_t(u64, len, region->place.size - off), from);
	vsn_region_put(region);
	if (n > 0) {
		iocb->ki_pos += n;
		atomic64_add(n, &vf->fabric->store.host_write);
	}
	return n;
}

/**
 * vsn_file_fallocate - fallocate of struct file_operations
 * @file: the file
 * @mode: FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE: zeros instead of what is there,
 *	and the memory is given back
 * @off: offset
 * @len: bytes, above 0
 *
 * What is mapped stays mapped, and its next access is a first touch again.
 *
 * Return: 0; -EOPNOTSUPP another mode; -EPERM in a device window; -ENXIO not within
 * one region; -EINTR a fatal signal, and a part may be done.
 */
long vsn_file_fallocate(struct file *file, int mode, loff_t off, loff_t len)
{
	struct vsn_file *vf = file->private_data;
	struct vsn_region *region;
	int err;

	if (mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	/* Memory of others' regions, through the back door: there is no need. */
	if (off < VSN_UA_POOL)
		return vsn_rights_windows(vf->rights) ? -EPERM : -ENXIO;
	region = vsn_rights_region_get(vf->rights, off);
	if (!region)
		return -ENXIO;
	off -= region->place.ua;
	if (len > region->place.size - off)
		err = -ENXIO;
	else
		err = vsn_hole_punch(region, off, len, true);
	vsn_region_put(region);
	return err;
}

/* What a fault that returns @folio brings in; the kernel decides the same way. */
static u64 fault_bytes(const struct vm_fault *vmf, struct folio *folio)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	struct vm_area_struct *vma = vmf->vma;

	if (folio_order(folio) == PMD_ORDER && pmd_none(pmdp_get(vmf->pmd)) &&
	    thp_vma_suitable_order(vma, vmf->address, PMD_ORDER) &&
	    !vma_thp_disabled(vma, vma->vm_flags) && !folio_test_has_hwpoisoned(folio))
		return PMD_SIZE;
#endif
	return PAGE_SIZE;
}

/* @home: endpoint, or VSN_HOST: nobody has the address */
static void fault_count(const struct vm_fault *vmf, const struct vsn_file *vf, u64 ua,
			u32 home, u64 bytes, int err)
{
	struct vsn_fabric *fabric = vf->fabric;

	if (vf->who->ep == VSN_HOST) {
		atomic64_inc(&fabric->store.host_faults);
	} else {
		atomic64_inc(&vf->who->faults);
		atomic64_add(bytes, &vf->who->bytes);
	}
	trace_vsn_fault(fabric->id, vf->who->ep, home, ua, bytes,
			vmf->flags & FAULT_FLAG_WRITE, err);
}

/* The folio that has a page, made if need be, locked and in the store; or an error. */
static struct folio *fault_folio(struct vsn_region *owner, u64 home)
{
	struct folio *folio;
	bool bad;
	int err;

	/* Make nothing for what is not to be had. */
	vsn_poison_run(owner->fabric, home, 1, &bad);
	if (bad)
		return ERR_PTR(-EHWPOISON);
	for (;;) {
		folio = vsn_store_touch(owner, home);
		if (IS_ERR(folio))
			return folio;
		/* The kernel would unmap it by its folio's mapping, which is none. */
		if (PageHWPoison(folio_page(folio, (home >> PAGE_SHIFT) - folio->index))) {
			folio_put(folio);
			return ERR_PTR(-EHWPOISON);
		}
		folio_lock(folio);
		if (likely(vsn_store_has(owner->fabric, home, folio)))
			break;
		folio_unlock(folio);
		folio_put(folio);
	}
	err = vsn_poison_fault(owner, home, folio);
	/* It may have been taken away since; whoever does that takes the lock. */
	if (vsn_region_dead(owner))
		err = -EFAULT;
	if (!err)
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return ERR_PTR(err);
}

static const struct vm_operations_struct tracked_vm_ops;

/* Is the mapping one of a region with a directory? */
static bool file_tracks(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &tracked_vm_ops;
}

/*
 * The folio that a fault is about, locked: region_del.c says what for.  Where the region has
 * a directory, @touch is filled in, and engine->lock held until the folio is locked, so
 * that nobody takes the right away in between; directory.c says how.
 */
static struct folio *fault_enter(const struct vm_fault *vmf, struct vsn_region *region,
				 const struct vsn_span *span, struct vsn_touch *touch)
{
	const struct vsn_file *vf = vmf->vma->vm_file->private_data;
	struct vsn_fabric *fabric = vf->fabric;
	u64 off = ((u64)vmf->pgoff << PAGE_SHIFT) - region->place.ua;
	struct folio *folio;
	int err;

	if (!span->owner)
		return ERR_PTR(-EFAULT);
	if (!region->directory || vf->who->ep == VSN_HOST)
		return fault_folio(span->owner, span->home);
	vsn_engine_lock(fabric);
	err = vsn_directory_touch(region, off, vf->who->ep, vmf->flags & FAULT_FLAG_WRITE,
				  touch);
	folio = err ? ERR_PTR(err) : fault_folio(span->owner, span->home);
	mutex_unlock(&fabric->engine.lock);
	return folio;
}

/* Give the kernel the folio to map, locked. */
static vm_fault_t file_fault(struct vm_fault *vmf)
{
	const struct vsn_file *vf = vmf->vma->vm_file->private_data;
	u64 ua = (u64)vmf->pgoff << PAGE_SHIFT, bytes = 0;
	struct vsn_touch touch = {};
	struct vsn_region *region;
	struct vsn_span span;
	struct folio *folio;
	int err;

	region = vsn_rights_region_get(vf->rights, ua);
	/* A VMA that grew may reach a region of another mode. */
	if (region && file_tracks(vmf->vma) != !!region->directory) {
		vsn_region_put(region);
		region = NULL;
	}
	if (!region) {
		fault_count(vmf, vf, ua, VSN_HOST, 0, -EFAULT);
		return VM_FAULT_SIGBUS;
	}
	vsn_region_span_get(region, ua - region->place.ua, &span);
	folio = fault_enter(vmf, region, &span, &touch);
	err = PTR_ERR_OR_ZERO(folio);
	if (!err) {
		vmf->page = folio_page(folio, (span.home >> PAGE_SHIFT) - folio->index);
		bytes = vsn_region_is_coherent(region) && vf->who->ep != VSN_HOST ?
			touch.bytes : fault_bytes(vmf, folio);
	}
	fault_count(vmf, vf, ua, span.home >> vf->fabric->topo.window_shift, bytes, err);
	vsn_region_span_put(region, &span);
	vsn_region_put(region);
	if (err)
		return err == -EHWPOISON ? VM_FAULT_HWPOISON : VM_FAULT_SIGBUS;
	return VM_FAULT_LOCKED;
}

/*
 * A store to a page that is mapped to be read: may its initiator write, and what has
 * that to cost?  It is not counted where it has the right already.
 */
static vm_fault_t tracked_mkwrite(struct vm_fault *vmf)
{
	const struct vsn_file *vf = vmf->vma->vm_file->private_data;
	u64 ua = (u64)vmf->pgoff << PAGE_SHIFT;
	struct folio *folio = page_folio(vmf->page), *now;
	struct vsn_touch touch = { .hit = true };
	struct vsn_region *region;
	struct vsn_span span;
	int err;

	region = vsn_rights_region_get(vf->rights, ua);
	if (!region)
		return VM_FAULT_SIGBUS;
	vsn_region_span_get(region, ua - region->place.ua, &span);
	now = fault_enter(vmf, region, &span, &touch);
	err = PTR_ERR_OR_ZERO(now);
	if (err || !touch.hit)
		fault_count(vmf, vf, ua, span.home >> vf->fabric->topo.window_shift,
			    err ? 0 : touch.bytes, err);
	vsn_region_span_put(region, &span);
	vsn_region_put(region);
	if (err)
		return err == -EHWPOISON ? VM_FAULT_HWPOISON : VM_FAULT_SIGBUS;
	/* The kernel has a reference of its own; it looks again if this is another. */
	folio_put(now);
	if (now == folio)
		return VM_FAULT_LOCKED;
	folio_unlock(now);
	return VM_FAULT_NOPAGE;
}

/*
 * Maps nothing around a fault, so that each first touch is a fault and counted.
 * That it exists lets the kernel fault under the VMA's lock alone.
 */
static vm_fault_t file_map_pages(struct vm_fault *vmf, pgoff_t first, pgoff_t last)
{
	return 0;
}

static const struct vm_operations_struct file_vm_ops = {
	.fault = file_fault,
	.map_pages = file_map_pages,
};

static const struct vm_operations_struct tracked_vm_ops = {
	.fault = file_fault,
	.map_pages = file_map_pages,
	.page_mkwrite = tracked_mkwrite,
};

/**
 * vsn_file_mmap - mmap of struct file_operations
 * @file: the file
 * @vma: the mapping
 *
 * Return: 0; -EINVAL not MAP_SHARED; -EPERM executable, or a device window without
 * CAP_SYS_ADMIN; -ENXIO not within one region; -ENOMEM.
 */
int vsn_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vsn_file *vf = file->private_data;
	u64 len = vma->vm_end - vma->vm_start;
	struct vsn_region *region;
	bool tracked;
	int err = 0;
	u64 ua;

	/* VM_SHARED is not set where the file is open for reading only. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (vma->vm_pgoff >= 1UL << (VSN_UA_BITS - PAGE_SHIFT))
		return -ENXIO;
	ua = (u64)vma->vm_pgoff << PAGE_SHIFT;
	if (ua < VSN_UA_POOL && !vsn_rights_windows(vf->rights))
		return -ENXIO;
	if (ua < VSN_UA_POOL && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	region = vsn_rights_region_get(vf->rights, ua);
	if (!region)
		return vsn_region_in_window(vf->fabric, ua) ? -ENOMEM : -ENXIO;
	if (len > region->place.size - (ua - region->place.ua))
		err = -ENXIO;
	tracked = region->directory;
	vsn_region_put(region);
	if (err)
		return err;
	vm_flags_mod(vma, VM_DONTDUMP, VM_MAYEXEC);
	vma->vm_ops = tracked ? &tracked_vm_ops : &file_vm_ops;
	return 0;
}
