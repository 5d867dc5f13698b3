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

#include "chardev.h"
#include "fabric.h"
#include "mover.h"
#include "netlink.h"
#include "queue.h"
#include "region.h"

static int __init vsn_init(void)
{
	int err;

	err = vsn_queue_init();
	if (err)
		return err;
	err = vsn_mover_init();
	if (err)
		goto err_queue;
	err = vsn_region_init();
	if (err)
		goto err_mover;
	err = vsn_chardev_init();
	if (err)
		goto err_region;
	/* Last: from here on fabrics can be made. */
	err = vsn_nl_init();
	if (err)
		goto err_chardev;
	return 0;

err_chardev:
	vsn_chardev_exit();
err_region:
	vsn_region_exit();
err_mover:
	vsn_mover_exit();
err_queue:
	vsn_queue_exit();
	return err;
}

static void __exit vsn_exit(void)
{
	/* First: from here on no fabric comes, and no command holds one. */
	vsn_nl_exit();
	vsn_fabric_exit();
	vsn_chardev_exit();
	vsn_region_exit();
	vsn_mover_exit();
	vsn_queue_exit();
}

module_init(vsn_init);
module_exit(vsn_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual SuperNode fabric");
MODULE_AUTHOR("vsn developers");
