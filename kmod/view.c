// SPDX-License-Identifier: GPL-2.0
/*
 * Views: files whose mappings belong to one initiator.
 *
 * All mappings made on behalf of one initiator are in the tree of one inode, so
 * that they can be unmapped without a look at anybody else's.  Another such inode
 * is for plain opens, the host.  A file gets the inode's mapping as its f_mapping.
 * Its own inode is the device node's, or a regular one, one for each view, which has
 * no part in mappings: it is there so that the kernel's fallocate takes the file, and
 * security modules see it as they see other anonymous files.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "fabric.h"
#include "file.h"
#include "rights.h"

static const struct file_operations holder_fops = {
	.owner = THIS_MODULE,
};

/* With an inode of its own, as large as the address space. */
static struct file *file_new(const char *name, const struct file_operations *fops, void *data,
			     unsigned int flags)
{
	struct file *file = anon_inode_create_getfile(name, fops, data, flags, NULL);

	if (!IS_ERR(file))
		i_size_write(file_inode(file), 1LL << VSN_UA_BITS);
	return file;
}

/* It is as large as that, or the kernel would not map 2 MiB. */
static struct inode *inode_new(void)
{
	struct inode *inode;
	struct file *file;

	/* A new inode comes with a file only, which is not needed any further. */
	file = file_new("[vsn]", &holder_fops, NULL, O_RDWR);
	if (IS_ERR(file))
		return ERR_CAST(file);
	inode = file_inode(file);
	ihold(inode);
	fput(file);
	return inode;
}

static struct vsn_initiator *initiator_new(u32 ep)
{
	struct vsn_initiator *who;
	struct inode *inode;

	who = kzalloc(sizeof(*who), GFP_KERNEL_ACCOUNT);
	if (!who)
		return ERR_PTR(-ENOMEM);
	inode = inode_new();
	if (IS_ERR(inode)) {
		kfree(who);
		return ERR_CAST(inode);
	}
	who->ep = ep;
	who->inode = inode;
	return who;
}

static void initiator_free(struct vsn_initiator *who)
{
	iput(who->inode);
	kfree(who);
}

/**
 * vsn_views_init - prepare a fabric's views
 * @fabric: the fabric
 *
 * Return: 0 or a negative errno.
 */
int vsn_views_init(struct vsn_fabric *fabric)
{
	struct vsn_views *views = &fabric->views;

	views->host = initiator_new(VSN_HOST);
	if (IS_ERR(views->host))
		return PTR_ERR(views->host);
	xa_init_flags(&views->by_endpoint, XA_FLAGS_ACCOUNT);
	mutex_init(&views->lock);
	return 0;
}

/**
 * vsn_views_destroy - free the inodes
 * @fabric: the fabric; none of its files is open, so nothing is mapped
 */
void vsn_views_destroy(struct vsn_fabric *fabric)
{
	struct vsn_views *views = &fabric->views;
	struct vsn_initiator *who;
	unsigned long ep;

	xa_for_each(&views->by_endpoint, ep, who)
		initiator_free(who);
	xa_destroy(&views->by_endpoint);
	mutex_destroy(&views->lock);
	initiator_free(views->host);
}

static struct vsn_initiator *initiator_find(struct vsn_views *views, u32 ep)
{
	struct vsn_initiator *who;
	int err;

	who = xa_load(&views->by_endpoint, ep);
	if (who)
		return who;
	mutex_lock(&views->lock);
	who = xa_load(&views->by_endpoint, ep);
	if (who)
		goto out_unlock;
	who = initiator_new(ep);
	if (IS_ERR(who))
		goto out_unlock;
	err = xa_err(xa_store(&views->by_endpoint, ep, who, GFP_KERNEL));
	if (err) {
		initiator_free(who);
		who = ERR_PTR(err);
	}
out_unlock:
	mutex_unlock(&views->lock);
	return who;
}

static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.release = vsn_file_release,
	.llseek = vsn_file_llseek,
	.read_iter = vsn_file_read,
	.write_iter = vsn_file_write,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.fsync = noop_fsync,
	.fallocate = vsn_file_fallocate,
	.mmap = vsn_file_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
};

/* A view's size is that of the address space, and it has no owner to be changed. */
static int view_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	return -EOPNOTSUPP;
}

static const struct inode_operations view_iops = {
	.setattr = view_setattr,
};

/**
 * vsn_view_open - make a file whose mappings belong to one initiator
 * @rights: what it may reach; the caller is a user of their fabric
 * @initiator: endpoint
 * @flags: O_RDONLY, O_WRONLY or O_RDWR
 *
 * Return: a file descriptor; -EINVAL there is no such endpoint for the caller, or it
 * cannot initiate; or another negative errno.
 */
int vsn_view_open(struct vsn_rights *rights, u32 initiator, unsigned int flags)
{
	struct vsn_fabric *fabric = rights->fabric;
	const struct vsn_topo *topo = &fabric->topo;
	struct vsn_initiator *who;
	struct vsn_file *vf;
	struct inode *inode;
	struct file *file;
	int fd;

	if (initiator >= topo->nr_endpoints ||
	    !topo->kinds[vsn_topo_kind(topo, initiator)].read_bandwidth ||
	    !vsn_rights_initiator(rights, initiator))
		return -EINVAL;
	who = initiator_find(&fabric->views, initiator);
	if (IS_ERR(who))
		return PTR_ERR(who);
	vf = vsn_file_new(rights, who);
	if (IS_ERR(vf))
		return PTR_ERR(vf);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		goto err_free;
	file = file_new("[vsn-view]", &view_fops, vf, flags & O_ACCMODE);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		fd = PTR_ERR(file);
		goto err_free;
	}
	/* A regular one, as the kernel's fallocate wants. */
	inode = file_inode(file);
	inode->i_mode |= S_IFREG;
	inode->i_op = &view_iops;
	/* It is being written: nobody may keep what was read of it in folios of his own. */
	atomic_inc(&inode->i_writecount);
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	file->f_mapping = who->inode->i_mapping;
	fd_install(fd, file);
	return fd;

err_free:
	vsn_file_free(vf);
	return fd;
}

/**
 * vsn_view_stats - faults of an initiator's mappings
 * @fabric: a committed fabric
 * @ep: endpoint
 * @stats: out: zeros if it was never opened
 */
void vsn_view_stats(struct vsn_fabric *fabric, u32 ep, struct vsn_view_stats *stats)
{
	struct vsn_initiator *who = xa_load(&fabric->views.by_endpoint, ep);

	stats->faults = who ? atomic64_read(&who->faults) : 0;
	stats->bytes = who ? atomic64_read(&who->bytes) : 0;
}

/*
 * Is anything mapped?  The answer may be out of date at once.  Without the lock a tree
 * may look empty that is not: a VMA is taken out of it while it grows or shrinks.
 */
static bool tree_mapped(struct address_space *mapping)
{
	bool mapped;

	i_mmap_lock_read(mapping);
	mapped = mapping_mapped(mapping);
	i_mmap_unlock_read(mapping);
	return mapped;
}

/**
 * vsn_view_zap - unmap a range from one initiator's mappings
 * @fabric: a committed fabric
 * @ep: initiator; need not have been opened
 * @ua: first byte
 * @len: bytes
 */
void vsn_view_zap(struct vsn_fabric *fabric, u32 ep, u64 ua, u64 len)
{
	struct vsn_initiator *who = xa_load(&fabric->views.by_endpoint, ep);

	if (who)
		unmap_mapping_range(who->inode->i_mapping, ua, len, 1);
}

/* Is a page from @first to @last in a VMA? */
static bool inode_mapped(struct inode *inode, pgoff_t first, pgoff_t last)
{
	struct address_space *mapping = inode->i_mapping;
	struct vm_area_struct *vma;
	struct rb_node *node;
	bool found = false;

	i_mmap_lock_read(mapping);
	/* The tree is sorted by the first page. */
	for (node = rb_first_cached(&mapping->i_mmap); node && !found; node = rb_next(node)) {
		vma = rb_entry(node, struct vm_area_struct, shared.rb);
		if (vma->vm_pgoff > last)
			break;
		found = vma->vm_pgoff + vma_pages(vma) > first;
	}
	i_mmap_unlock_read(mapping);
	return found;
}

/**
 * vsn_views_mapped - is a part of a range mapped?
 * @fabric: a committed fabric
 * @ua: first byte
 * @len: bytes
 *
 * Return: true if so, by any initiator or the host; that may change at any time.
 */
bool vsn_views_mapped(struct vsn_fabric *fabric, u64 ua, u64 len)
{
	struct vsn_views *views = &fabric->views;
	pgoff_t first = ua >> PAGE_SHIFT, last = (ua + len - 1) >> PAGE_SHIFT;
	struct vsn_initiator *who;
	unsigned long ep;

	if (inode_mapped(views->host->inode, first, last))
		return true;
	xa_for_each(&views->by_endpoint, ep, who)
		if (inode_mapped(who->inode, first, last))
			return true;
	return false;
}

/**
 * vsn_views_any - is anything of the fabric mapped?
 * @fabric: a committed fabric
 *
 * Return: true if so; that may change at any time.
 */
bool vsn_views_any(struct vsn_fabric *fabric)
{
	struct vsn_views *views = &fabric->views;
	struct vsn_initiator *who;
	unsigned long ep;

	if (tree_mapped(views->host->inode->i_mapping))
		return true;
	xa_for_each(&views->by_endpoint, ep, who)
		if (tree_mapped(who->inode->i_mapping))
			return true;
	return false;
}

/* Is a part of any device window in a VMA?  These come before the pool's. */
static bool windows_mapped(struct address_space *mapping)
{
	struct rb_node *node;
	bool found = false;

	i_mmap_lock_read(mapping);
	node = rb_first_cached(&mapping->i_mmap);
	if (node)
		found = rb_entry(node, struct vm_area_struct, shared.rb)->vm_pgoff <
			VSN_UA_POOL >> PAGE_SHIFT;
	i_mmap_unlock_read(mapping);
	return found;
}

static void initiator_zap(struct vsn_initiator *who, vsn_views_zap_fn zap, void *ctx)
{
	struct address_space *mapping = who->inode->i_mapping;

	if (tree_mapped(mapping))
		zap(mapping, windows_mapped(mapping), ctx);
}

/**
 * vsn_views_zap - unmap from all mappings of all initiators
 * @fabric: a committed fabric
 * @zap: does it for one; @windows: a part of a device window is mapped there too
 * @ctx: passed to @zap
 *
 * There may be as many initiators as endpoints, most of them without a mapping, so
 * each is looked at once.  The kernel's folio and i_mmap locks nest inside what the
 * caller holds.
 */
void vsn_views_zap(struct vsn_fabric *fabric, vsn_views_zap_fn zap, void *ctx)
{
	struct vsn_views *views = &fabric->views;
	struct vsn_initiator *who;
	unsigned long ep;

	initiator_zap(views->host, zap, ctx);
	xa_for_each(&views->by_endpoint, ep, who) {
		initiator_zap(who, zap, ctx);
		cond_resched();
	}
}
