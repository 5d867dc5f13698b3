#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module loads on a stock kernel, brings its type information, and is gone
# without a trace after rmmod.

. "$(dirname "$0")/lib.sh"
need_vm

# What a loaded vsn may leave in the system, by name.
traces()
{
	ls -d /sys/module/vsn /sys/kernel/btf/vsn /sys/class/vsn /dev/vsn \
		/sys/kernel/debug/vsn /sys/kernel/tracing/events/vsn 2>/dev/null
	grep -w vsn /proc/modules /proc/devices
	grep -w vsn /proc/slabinfo
}

nothing_left()
{
	! traces | grep .
}

# Bits 12 and 13: out of tree and unsigned, which any module built elsewhere gets.
# Every other bit tells that something went wrong.
only_out_of_tree()
{
	local taint

	taint=$(cat /proc/sys/kernel/tainted)
	[ $((taint & ~(1 << 12 | 1 << 13))) -eq 0 ] || {
		echo "taint flags are $taint"
		return 1
	}
}

load_and_unload()
{
	local i

	for i in 1 2 3 4 5; do
		if ! insmod "$VSN_KO" || ! rmmod vsn; then
			echo "round $i"
			return 1
		fi
	done
}

plan 7
module_unload
check "insmod" insmod "$VSN_KO"
check "BTF is in the kernel" test -s /sys/kernel/btf/vsn
check_fails "a second insmod is refused" "File exists" insmod "$VSN_KO"
check "rmmod" rmmod vsn
check "rmmod leaves nothing behind" nothing_left
check "load and unload again and again" load_and_unload
check "only taint flags of an out-of-tree module" only_out_of_tree
finish
