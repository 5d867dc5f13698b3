/* SPDX-License-Identifier: GPL-2.0 */
/* Device nodes: /dev/vsn/NAME and /dev/vsn/NAME.PARTITION. */
#ifndef VSN_CHARDEV_H
#define VSN_CHARDEV_H

#include <linux/types.h>

struct device;
struct vsn_fabric;
struct vsn_partition;

/**
 * struct vsn_chardev - the device of a fabric or a partition
 * @device: the device
 * @minor: its minor number
 * @fabric: the fabric
 * @partition: the partition, or NULL: the whole fabric
 */
struct vsn_chardev {
	struct device *device;
	u32 minor;
	struct vsn_fabric *fabric;
	struct vsn_partition *partition;
};

int vsn_chardev_init(void);
void vsn_chardev_exit(void);
int vsn_chardev_add(struct vsn_chardev *chardev, struct vsn_fabric *fabric,
		    struct vsn_partition *partition);
void vsn_chardev_del(struct vsn_chardev *chardev);

#endif /* VSN_CHARDEV_H */
