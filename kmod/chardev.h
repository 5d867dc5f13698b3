/* SPDX-License-Identifier: GPL-2.0 */
/* Device nodes: /dev/vsn/NAME. */
#ifndef VSN_CHARDEV_H
#define VSN_CHARDEV_H

#include <linux/cdev.h>
#include <linux/device.h>

struct vsn_fabric;

struct vsn_chardev {
	struct cdev *cdev;
	struct device *device;
	dev_t devt;
};

int vsn_chardev_init(void);
void vsn_chardev_exit(void);
int vsn_chardev_add(struct vsn_fabric *fabric);
void vsn_chardev_del(struct vsn_fabric *fabric);

#endif /* VSN_CHARDEV_H */
