#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What memory of a fabric costs beside the kernel's own, and that to take a page away
# costs in proportion to who has it.
#
# Under --icount time counts instructions and repeats from boot to boot, whatever else
# this machine does.

. "$(dirname "$0")/../lib.sh"

load memory_load
[ -e "$VSN_KO" ] || skip_all "the module is not built"

# The cost of NR more readers, beside that of the one: less than twice in proportion.
in_proportion()
{
	awk -v one="$(value share_1)" -v many="$(value "share_$1")" -v nr="$1" \
		'BEGIN { exit !(one && many < 2 * nr * one) }'
}

plan 10
check "memory is measured" sh -c \
	"timeout 500 '$VSN_TOP/tools/vm/run' -t 480 -m 4096 --icount -- '$LOAD' 1024 > '$WORK/load'"
note "instructions: first touch of 4 KiB $(value touch_4k_vsn), tmpfs $(value touch_4k_tmpfs);" \
	"of 2 MiB $(value touch_2m_vsn), tmpfs $(value touch_2m_tmpfs)"
note "instructions: a page is taken from 1 reader $(value share_1), from 256" \
	"$(value share_256), of 1024 who have the region mapped; without those" \
	"$(value share_alone_1) and $(value share_alone_256)"
note "a region of $(value pool_bytes) bytes is allocated in $(value pool_ns) instructions"
check "mapped reads cost what anonymous ones do" at_most "$(value mapped_read_ratio)" 1.01
check "mapped writes, too" at_most "$(value mapped_write_ratio)" 1.01
check "a first touch of 4 KiB costs no more than on tmpfs" at_most "$(value touch_4k_ratio)" 1.0
check "a first touch of 2 MiB costs no more, either" at_most "$(value touch_2m_ratio)" 1.0
check "1 GiB of 2 MiB folios takes 512 faults" [ "$(value huge_faults)" = 512 ]
check "and is mapped as such" [ "$(value huge_mapped)" = 1073741824 ]
check "1024 mappings add 5 % at most to taking a page from one" \
	at_most "$(value share_ratio_1)" 1.05
check "and from 256; which cost in proportion" \
	sh -c "$(declare -f value in_proportion at_most); WORK='$WORK'
		at_most \"\$(value share_ratio_256)\" 1.05 && in_proportion 256"
check "768 pages of all memory of 768 endpoints, allocated in 100 ms" \
	[ "$(value pool_resident)" = 3145728 ] && at_most "$(value pool_ns)" 100000000
finish
