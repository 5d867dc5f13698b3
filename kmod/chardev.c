// SPDX-License-Identifier: GPL-2.0
/*
 * Device nodes: /dev/vsn/NAME, /dev/vsn/NAME.PARTITION, and the ioctls of a context.
 *
 * There is one character device for all minors.  An open looks up its fabric, and
 * its partition if it is one's device, by minor and takes references under the
 * lock of the table; only then it asks to become a user, which waits for the
 * fabric's lock.  Both leave the table before their last reference goes, so what is
 * found there has one.
 */
#include <linux/cdev.h>
#include <linux/compat.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "chardev.h"
#include "directory.h"
#include "fabric.h"
#include "file.h"
#include "lease.h"
#include "queue.h"
#include "rights.h"
#include "share.h"
#include "uarg.h"

#define NR_MINORS	(VSN_MAX_FABRICS * (4 + VSN_MAX_PARTITIONS))

static dev_t first_devt;
/* Not in the module's own memory: their last references may go after it. */
static struct class *class;
static struct cdev *cdev;
/* struct vsn_chardev by minor; its own lock */
static DEFINE_XARRAY_ALLOC(minors);

static int context_open(struct inode *inode, struct file *file)
{
	struct vsn_partition *partition = NULL;
	struct vsn_fabric *fabric = NULL;
	struct vsn_chardev *chardev;
	struct vsn_rights *rights;
	struct vsn_file *vf;
	int err;

	xa_lock(&minors);
	chardev = xa_load(&minors, iminor(inode));
	if (chardev) {
		fabric = chardev->fabric;
		refcount_inc(&fabric->ref);
		partition = chardev->partition;
		if (partition)
			refcount_inc(&partition->ref);
	}
	xa_unlock(&minors);
	if (!fabric)
		return -ENODEV;
	/* Until the file is one, this keeps the fabric for the rights. */
	err = vsn_fabric_use(fabric);
	if (err)
		goto out_put;
	rights = vsn_rights_new(fabric, partition);
	if (IS_ERR(rights)) {
		err = PTR_ERR(rights);
		goto out_unuse;
	}
	vf = vsn_file_new(rights, fabric->views.host);
	vsn_rights_put(rights);
	if (!IS_ERR(vf)) {
		file->private_data = vf;
		file->f_mapping = vf->who->inode->i_mapping;
	}
	err = PTR_ERR_OR_ZERO(vf);

out_unuse:
	vsn_fabric_unuse(fabric);
out_put:
	vsn_partition_put(partition);
	vsn_fabric_put(fabric);
	return err;
}

static int context_info(const struct vsn_rights *rights, void __user *uarg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_info info;
	int err;

	err = vsn_uarg_get(&info, sizeof(info), offsetof(struct vsn_info, clock), uarg);
	if (err)
		return err;
	info.window_shift = fabric->topo.window_shift;
	info.features = VSN_FEATURE_ORDERED | VSN_FEATURE_ONLINE | VSN_FEATURE_PACED |
			VSN_FEATURE_PARTITIONS;
	info.endpoints = fabric->topo.nr_endpoints;
	info.networks = fabric->topo.nr_networks;
	vsn_engine_info(fabric, &info);
	vsn_partition_info(fabric, rights->partition, &info);
	info.max_entries = VSN_QUEUE_MAX_ENTRIES;
	info.sqe_size = sizeof(struct vsn_sqe);
	info.cqe_size = sizeof(struct vsn_cqe);
	return vsn_uarg_put(&info, sizeof(info), uarg);
}

static int context_view(struct file *file, struct vsn_rights *rights, void __user *uarg)
{
	struct vsn_view view;
	int err;

	err = vsn_uarg_get(&view, sizeof(view), sizeof(view), uarg);
	if (err)
		return err;
	if (view.flags)
		return -EINVAL;
	return vsn_view_open(rights, view.initiator, file->f_flags);
}

static int context_queue(struct vsn_rights *rights, void __user *uarg)
{
	struct vsn_queue_setup setup;
	int err;

	err = vsn_uarg_get(&setup, sizeof(setup), sizeof(setup), uarg);
	return err ? err : vsn_queue_open(rights, &setup, uarg);
}

static int context_grant(struct vsn_rights *rights, void __user *uarg)
{
	const struct vsn_topo *topo = &rights->fabric->topo;
	struct vsn_region *region;
	struct vsn_grant grant;
	struct vsn_diag diag;
	int err;

	err = vsn_uarg_get(&grant, sizeof(grant), sizeof(grant), uarg);
	if (err)
		return err;
	if (grant.flags || grant.reserved || grant.right > VSN_GRANT_WRITE ||
	    grant.initiator >= topo->nr_endpoints ||
	    !topo->kinds[vsn_topo_kind(topo, grant.initiator)].read_bandwidth ||
	    !vsn_rights_initiator(rights, grant.initiator))
		return -EINVAL;
	region = grant.ua < VSN_UA_POOL || grant.ua >> VSN_UA_BITS ? NULL :
		 vsn_rights_region_get(rights, grant.ua);
	if (!region)
		return -EFAULT;
	err = vsn_directory_grant(region, grant.ua - region->place.ua, grant.len,
				  grant.initiator, grant.right, &diag, &grant.holder);
	vsn_region_put(region);
	/* An import reaches the bytes, but not who else does. */
	if (err == -EBUSY && !vsn_rights_initiator(rights, grant.holder))
		grant.holder = U32_MAX;
	if (err == -EBUSY && vsn_uarg_put(&grant, sizeof(grant), uarg))
		return -EFAULT;
	return err;
}

static int context_run(struct vsn_rights *rights, void __user *uarg)
{
	struct vsn_run run;
	int err;

	err = vsn_uarg_get(&run, sizeof(run), sizeof(run), uarg);
	if (err)
		return err;
	if (run.flags)
		return -EINVAL;
	err = vsn_engine_run(rights->fabric, rights->partition, &run,
			     u64_to_user_ptr(run.blocked_list));
	/* These tell how far it came. */
	if (!err || err == -EDEADLK || err == -EINTR)
		if (vsn_uarg_put(&run, sizeof(run), uarg))
			return -EFAULT;
	return err;
}

/*
 * Commands are told apart by their number alone: the size in a command's code is
 * that of the structure which the program was built with, and those grow.
 */
static long context_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vsn_file *vf = file->private_data;
	void __user *uarg = (void __user *)arg;
	fmode_t both = FMODE_READ | FMODE_WRITE;

	if (_IOC_TYPE(cmd) != VSN_IOC_MAGIC)
		return -ENOTTY;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(VSN_IOC_INFO):
		return context_info(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_VIEW):
		return context_view(file, vf->rights, uarg);
	}
	/* Operations read and write. */
	if ((file->f_mode & both) != both)
		return -EBADF;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(VSN_IOC_QUEUE):
		return context_queue(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_RUN):
		return context_run(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_GRANT):
		return context_grant(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_EXPORT):
		return vsn_share_export(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_IMPORT):
		return vsn_share_import(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_UNIMPORT):
		return vsn_share_unimport(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_LEASE):
		return vsn_lease_take(vf->rights, uarg);
	case _IOC_NR(VSN_IOC_RETURN):
		return vsn_lease_return(vf->rights, uarg);
	}
	return -ENOTTY;
}

static const struct file_operations context_fops = {
	.owner = THIS_MODULE,
	.open = context_open,
	.release = vsn_file_release,
	.llseek = vsn_file_llseek,
	.read_iter = vsn_file_read,
	.write_iter = vsn_file_write,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.fsync = noop_fsync,
	.mmap = vsn_file_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
	.unlocked_ioctl = context_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static char *chardev_node(const struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0600;
	/* Without an answer the node would be made, or looked for, as /dev/NAME. */
	return kasprintf(GFP_KERNEL | __GFP_NOFAIL, "vsn/%s", dev_name(dev));
}

/* So that a rule of udev can tell whose a node is: tools/udev. */
static int chardev_uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	const char *name = dev_name(dev), *dot = strchrnul(name, '.');

	if (add_uevent_var(env, "VSN_FABRIC=%.*s", (int)(dot - name), name))
		return -ENOMEM;
	return *dot && add_uevent_var(env, "VSN_PARTITION=%s", dot + 1) ? -ENOMEM : 0;
}

/**
 * vsn_chardev_add - make a device and its node
 * @chardev: what to fill in
 * @fabric: a fabric whose lock is held; files of it open once that is released
 * @partition: of that fabric, or NULL: the device of all of it
 *
 * Return: 0 or a negative errno.
 */
int vsn_chardev_add(struct vsn_chardev *chardev, struct vsn_fabric *fabric,
		    struct vsn_partition *partition)
{
	struct device *device;
	int err;

	chardev->fabric = fabric;
	chardev->partition = partition;
	err = xa_alloc(&minors, &chardev->minor, chardev, XA_LIMIT(0, NR_MINORS - 1),
		       GFP_KERNEL);
	if (err)
		return err;
	/* No name has a dot in it, so there is but one way to read this. */
	device = device_create(class, NULL,
			       MKDEV(MAJOR(first_devt), chardev->minor), NULL, "%s%s%s",
			       fabric->name, partition ? "." : "",
			       partition ? partition->name : "");
	if (IS_ERR(device)) {
		xa_erase(&minors, chardev->minor);
		return PTR_ERR(device);
	}
	chardev->device = device;
	return 0;
}

/**
 * vsn_chardev_del - remove a device and its node
 * @chardev: of a fabric or partition that nobody uses, nor can from now on; the
 *	caller does not hold the fabric's lock
 */
void vsn_chardev_del(struct vsn_chardev *chardev)
{
	u32 minor = chardev->minor;

	device_destroy(class, MKDEV(MAJOR(first_devt), minor));
	xa_erase(&minors, minor);
}

/**
 * vsn_chardev_init - register the class and the character device
 *
 * Return: 0 or a negative errno.
 */
int vsn_chardev_init(void)
{
	int err;

	err = alloc_chrdev_region(&first_devt, 0, NR_MINORS, "vsn");
	if (err)
		return err;
	class = class_create("vsn");
	if (IS_ERR(class)) {
		err = PTR_ERR(class);
		goto err_region;
	}
	class->devnode = chardev_node;
	class->dev_uevent = chardev_uevent;
	err = -ENOMEM;
	cdev = cdev_alloc();
	if (!cdev)
		goto err_class;
	cdev->ops = &context_fops;
	cdev->owner = THIS_MODULE;
	err = cdev_add(cdev, first_devt, NR_MINORS);
	if (err)
		goto err_cdev;
	return 0;

err_cdev:
	kobject_put(&cdev->kobj);
err_class:
	class_destroy(class);
err_region:
	unregister_chrdev_region(first_devt, NR_MINORS);
	return err;
}

/**
 * vsn_chardev_exit - the opposite of vsn_chardev_init()
 *
 * All fabrics are gone.
 */
void vsn_chardev_exit(void)
{
	cdev_del(cdev);
	class_destroy(class);
	unregister_chrdev_region(first_devt, NR_MINORS);
	xa_destroy(&minors);
}
