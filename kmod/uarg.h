/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments of ioctls: structures that begin with their size and grow at their
 * end.
 */
#ifndef VSN_UARG_H
#define VSN_UARG_H

#include <linux/minmax.h>
#include <linux/uaccess.h>

/**
 * vsn_uarg_get - copy an argument from the program
 * @arg: the kernel's structure, begins with a u32 of the program's size
 * @size: its size
 * @min: size of its first version
 * @uarg: the program's structure
 *
 * What a shorter, older structure lacks is zero.
 *
 * Return: 0; -EINVAL shorter than the first version; -E2BIG has a tail that is
 * not known here and not zero; -EFAULT.
 */
static inline int vsn_uarg_get(void *arg, size_t size, size_t min,
			       const void __user *uarg)
{
	u32 usize;
	int err;

	if (get_user(usize, (const u32 __user *)uarg))
		return -EFAULT;
	if (usize < min)
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(arg, size, uarg, usize);
	if (err)
		return err;
	/* It may have changed since; what counts is what was checked. */
	*(u32 *)arg = usize;
	return 0;
}

/**
 * vsn_uarg_put - copy an argument back to the program
 * @arg: from vsn_uarg_get()
 * @size: its size
 * @uarg: the program's structure
 *
 * A shorter, older structure gets what it has room for.
 *
 * Return: 0 or -EFAULT.
 */
static inline int vsn_uarg_put(const void *arg, size_t size, void __user *uarg)
{
	u32 usize = *(const u32 *)arg;

	return copy_to_user(uarg, arg, min_t(size_t, usize, size)) ? -EFAULT : 0;
}

#endif /* VSN_UARG_H */
