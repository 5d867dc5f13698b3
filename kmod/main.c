// SPDX-License-Identifier: GPL-2.0
/*
 * vsn: a virtual SuperNode fabric.
 *
 * This file is the init ladder and nothing else: each part brings itself up in
 * its own file, and is taken down in the opposite order.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

static int __init vsn_init(void)
{
	return 0;
}

static void __exit vsn_exit(void)
{
}

module_init(vsn_init);
module_exit(vsn_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual SuperNode fabric");
MODULE_AUTHOR("vsn developers");
