/* SPDX-License-Identifier: GPL-2.0 */
/* Files that reach memory: contexts and views. */
#ifndef VSN_FILE_H
#define VSN_FILE_H

#include <linux/types.h>

struct file;
struct inode;
struct iov_iter;
struct kiocb;
struct vm_area_struct;
struct vsn_fabric;
struct vsn_initiator;
struct vsn_rights;

/**
 * struct vsn_file - an open file, its private_data
 * @fabric: the fabric, of which it is a user
 * @who: initiator
 * @rights: what it may reach
 */
struct vsn_file {
	struct vsn_fabric *fabric;
	struct vsn_initiator *who;
	struct vsn_rights *rights;
};

struct vsn_file *vsn_file_new(struct vsn_rights *rights, struct vsn_initiator *who);
void vsn_file_free(struct vsn_file *vf);

int vsn_file_release(struct inode *inode, struct file *file);
loff_t vsn_file_llseek(struct file *file, loff_t off, int whence);
ssize_t vsn_file_read(struct kiocb *iocb, struct iov_iter *to);
ssize_t vsn_file_write(struct kiocb *iocb, struct iov_iter *from);
long vsn_file_fallocate(struct file *file, int mode, loff_t off, loff_t len);
int vsn_file_mmap(struct file *file, struct vm_area_struct *vma);

#endif /* VSN_FILE_H */
