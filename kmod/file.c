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
 * A mapping is made within one region or one device window.  It is a plain one: no
 * special VMA flag, so that userfaultfd, RSS, ptrace and pinning work.  There is no
 * page_mkwrite: it would make long-term pins fail, and nobody asks here who writes.
 *
 * Nothing is kept in a VMA.  The kernel merges neighbouring VMAs of one file, even
 * after mmap returned and without a word to the driver, and mremap may grow one.  So
 * a fault looks up its address as pread does; what is in no region is SIGBUS.  A
 * device window needs its privilege when it is mapped, not again at each fault.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "fabric.h"
#include "file.h"
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

/* What a fault that returns @folio brings in; the kernel decides the same way. */
static u64 fault_bytes(const struct vm_fault *vmf, struct folio *folio)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	struct vm_area_struct *vma = vmf->vma;

	if (folio_order(folio) == PMD_ORDER && pmd_none(pmdp_get(vmf->pmd)) &&
	    thp_vma_suitable_order(vma, vmf->address, PMD_ORDER) &&
	    !vma_thp_disabled(vma, vma->vm_flags))
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

/*
 * Give the kernel the folio to map, made if need be, and locked: region.c says
 * what for.
 */
static vm_fault_t file_fault(struct vm_fault *vmf)
{
	const struct vsn_file *vf = vmf->vma->vm_file->private_data;
	u64 ua = (u64)vmf->pgoff << PAGE_SHIFT;
	struct vsn_region *region;
	struct vsn_span span;
	struct folio *folio;
	struct page *page;
	int err;

	region = vsn_rights_region_get(vf->rights, ua);
	if (!region) {
		fault_count(vmf, vf, ua, VSN_HOST, 0, -EFAULT);
		return VM_FAULT_SIGBUS;
	}
	vsn_region_span_get(region, ua - region->place.ua, &span);
	folio = span.owner ? vsn_store_touch(span.owner, span.home) : ERR_PTR(-EFAULT);
	err = PTR_ERR_OR_ZERO(folio);
	if (!err) {
		page = folio_page(folio, (span.home >> PAGE_SHIFT) - folio->index);
		/* The kernel would unmap it by its folio's mapping, which is none. */
		if (PageHWPoison(page))
			err = -EHWPOISON;
	}
	if (!err) {
		folio_get(folio);
		folio_lock(folio);
		vmf->page = page;
	}
	fault_count(vmf, vf, ua, span.home >> vf->fabric->topo.window_shift,
		    err ? 0 : fault_bytes(vmf, folio), err);
	vsn_region_span_put(region, &span);
	vsn_region_put(region);
	if (err)
		return err == -EHWPOISON ? VM_FAULT_HWPOISON : VM_FAULT_SIGBUS;
	return VM_FAULT_LOCKED;
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
	vsn_region_put(region);
	if (err)
		return err;
	vm_flags_mod(vma, VM_DONTDUMP, VM_MAYEXEC);
	vma->vm_ops = &file_vm_ops;
	return 0;
}
