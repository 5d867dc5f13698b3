/* SPDX-License-Identifier: GPL-2.0 */
/* Device nodes: /dev/vsn/NAME. */
#ifndef VSN_CHARDEV_H
#define VSN_CHARDEV_H

#include <linux/types.h>

struct device;
struct vsn_fabric;

/**
 * struct vsn_chardev - a fabric's device
 * @device: the device
 * @minor: its minor number
 */
struct vsn_chardev {
	struct device *device;
	u32 minor;
};

int vsn_chardev_init(void);
void vsn_chardev_exit(void);
int vsn_chardev_add(struct vsn_fabric *fabric);
void vsn_chardev_del(struct vsn_fabric *fabric);

#endif /* VSN_CHARDEV_H */
