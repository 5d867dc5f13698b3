#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Instructions per operation do not grow with the machine: 15488 endpoints against 8.
#
# Under --icount time counts instructions and repeats from boot to boot, whatever else
# this machine does.

. "$(dirname "$0")/../lib.sh"

load clock_load
[ -e "$VSN_KO" ] || skip_all "the module is not built"

plan 3
check "operations are measured" \
	sh -c "timeout 300 '$VSN_TOP/tools/vm/run' -t 280 -m 2048 --icount -- '$LOAD' ops > '$WORK/load'"
for clock in ordered online; do
	note "$clock: instructions per operation $(value ${clock}_8) of 8 endpoints," \
	     "$(value ${clock}_15488) of 15488, ratio $(value ${clock}_ratio)"
	check "$clock: 1.5 times those of 8 endpoints at most" \
		at_most "$(value ${clock}_ratio)" 1.5
done
finish
