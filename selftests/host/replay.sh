#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A hundred ordered runs give the same times, to the bit: on this machine without a
# kernel's help, in the module on the newest kernel, and on another one if there is any.

. "$(dirname "$0")/../lib.sh"

REPLAY=$VSN_TOP/build/selftests/obj/replay
[ -x "$REPLAY" ] || REPLAY=$VSN_TOP/build/selftests/vsn/replay
[ -x "$REPLAY" ] || skip_all "replay is not built"
[ -e "$VSN_KO" ] || skip_all "the module is not built"

# Of what is printed, the digest; nothing if a test failed.
digest()
{
	! grep -q '^not ok' "$1" && sed -n 's/.*runs: digest \([0-9a-f]*\)$/\1/p' "$1" | sort -u
}

# All of a file's digests are one, and it is the native one.
same()
{
	local one

	one=$(digest "$WORK/native")
	note "$1: digest $(digest "$WORK/$1" | tr '\n' ' ')"
	[ -n "$one" ] && [ "$(digest "$WORK/$1")" = "$one" ]
}

# A debug kernel that has been built is another kernel, with its own compiler flags.
debug_kernel_built()
{
	local dir

	for dir in "${XDG_CACHE_HOME:-$HOME/.cache}"/vsn/kasan-*/; do
		[ -e "$dir/vmlinux" ] && [ -e "$VSN_TOP/build/debug/kasan/vsn.ko" ] && return
	done
	return 1
}

plan 3
check "native" sh -c "'$REPLAY' -t native_runs > '$WORK/native' 2>&1"
"$VSN_TOP/tools/vm/run" -t 250 -- "$REPLAY" -t runs -t native_runs > "$WORK/vm" 2>&1
check "in the VM as native" same vm
if debug_kernel_built; then
	"$VSN_TOP/selftests/debug/run" kasan -t 280 -- "$REPLAY" -t runs > "$WORK/other" 2>&1
	check "on another kernel as native" same other
else
	skip "on another kernel: none is built; make check-debug does"
fi
finish
