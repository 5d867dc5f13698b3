#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Instructions per operation do not grow with the machine: 15488 endpoints against 8.
#
# Under --icount time counts instructions and repeats from boot to boot, whatever else
# this machine does.

. "$(dirname "$0")/../lib.sh"

LOAD=$VSN_TOP/build/selftests/obj/clock_load
[ -x "$LOAD" ] || LOAD=$VSN_TOP/build/selftests/vsn/clock_load
[ -x "$LOAD" ] || skip_all "clock_load is not built"
[ -e "$VSN_KO" ] || skip_all "the module is not built"

value()
{
	awk -v name="$1" '$1 == name { print $2 }' "$WORK/load"
}

grows_little()
{
	[ -n "$1" ] && awk -v a="$1" 'BEGIN { exit !(a <= 1.5) }'
}

plan 3
check "operations are measured" \
	sh -c "timeout 300 '$VSN_TOP/tools/vm/run' -t 280 -m 2048 --icount -- '$LOAD' ops > '$WORK/load'"
for clock in ordered online; do
	note "$clock: instructions per operation $(value ${clock}_8) of 8 endpoints," \
	     "$(value ${clock}_15488) of 15488, ratio $(value ${clock}_ratio)"
	check "$clock: 1.5 times those of 8 endpoints at most" \
		grows_little "$(value ${clock}_ratio)"
done
finish
