/* SPDX-License-Identifier: GPL-2.0 */
/* hrtimer_setup() came with 6.13; hrtimer_init() went soon after. */
#ifndef VSN_COMPAT_HRTIMER_H
#define VSN_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* VSN_COMPAT_HRTIMER_H */
