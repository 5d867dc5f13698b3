#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tools/vm/gate judges what the kernel says in every test: it must not miss a report,
# and not cry for what is none. Lines are as real kernels print them.

. "$(dirname "$0")/../lib.sh"

# judge NAME STATUS [TEXT]: the console on standard input; TEXT is what it says of it,
# nothing if that is missing.
judge()
{
	local status=0 said=(grep -qF -- "${3:-}" "$WORK/err")

	[ -n "${3:-}" ] || said=(test ! -s "$WORK/err")

	cat > "$WORK/in"
	"$VSN_TOP/tools/vm/gate" "$WORK/in" > "$WORK/out" 2> "$WORK/err" || status=$?
	if [ $status = "$2" ] && [ ! -s "$WORK/out" ] && "${said[@]}"; then
		pass "$1"
	else
		note "wanted status $2 and '${3:-}', got $status"
		sed 's/^/#   /' "$WORK/out" "$WORK/err"
		fail "$1"
	fi
}

# race FUNCTIONS [LINE [MARKED]]: one as it is reported. LINE takes the place of the
# caller of the function that writes, and MARKED is added to what it does.
race()
{
	cat <<END
[   12.100001] ==================================================================
[   12.100002] BUG: KCSAN: data-race in $1
[   12.100003]
[   12.100004] write${3:+ ($3)} to 0xffff888100000000 of 8 bytes by task 85 on cpu 0:
[   12.100005]  tick_sched_do_timer+0x51/0x1a0
[   12.100006] ${2:- tick_nohz_handler+0x10/0x80}
[   12.100007]
[   12.100008] 1 lock held by bash/85:
[   12.100009]  #0: ffffffff822c3dc0 (rcu_read_lock){....}-{1:2}, at: vsn_extent_get+0xe5/0x320 [vsn]
[   12.100010]
[   12.100011] read to 0xffff888100000000 of 8 bytes by interrupt on cpu 1:
[   12.100012]  tick_nohz_next_event+0x51/0x1a0
[   12.100013]
[   12.100014] Reported by Kernel Concurrency Sanitizer on:
[   12.100015] CPU: 0 UID: 0 PID: 85 Comm: bash Tainted: G           O       6.12.117 #1
[   12.100016] ==================================================================
END
}

plan 16

: > "$WORK/empty"
judge "an empty console" 0 < "$WORK/empty"
judge "words that are no report" 0 <<END
[    1.000000] kmemleak: Kernel memory leak detector disabled
[    1.000000] debug: using defaults; a bug (or two): none
[    2.000000] kobject: kobject_add_internal failed for vsn (error: -12 parent: class)
END
judge "one name twice" 1 "-EEXIST" <<END
[    2.000000] kobject: kobject_add_internal failed for x with -EEXIST, don't try to register
END
judge "a slab's own check" 1 "Right Redzone" <<END
[    2.000000] BUG kmalloc-64 (Tainted: G           O      ): Right Redzone overwritten
END
printf '[    2.000000] WARNING: CPU: 1 PID: 85 at kmod/main.c:17\r\n\0' > "$WORK/raw"
judge "as a serial line ends lines, and with a byte that is no text" 1 "WARNING" < "$WORK/raw"
judge "an allocation that outlives its module" 1 "at module unload" <<END
[    2.000000] kmod/main.c:17 module vsn func:vsn_init has 64 allocated at module unload
END
judge "a lock checker without room" 1 "turning off" <<END
[    2.000000] turning off the locking correctness validator.
END

# From files, for a case that a pipe runs in a shell of its own is not counted.
race "foo / bar" > "$WORK/race"
judge "a race of the kernel with itself does not count" 0 "1 data-race in foo / bar" \
	< "$WORK/race"
{ race "foo / bar"; race "foo / bar"; race "baz+0x1/0x2"; } > "$WORK/race"
judge "such races are counted" 0 "do not count: 3" < "$WORK/race"
race "foo / bar" " vsn_fault+0x11/0x80 [vsn]" > "$WORK/race"
judge "a module among the callers" 1 "the kernel reported this" < "$WORK/race"
race "foo / vsn_fault [vsn]" " vsn_fault+0x11/0x80 [vsn]" marked > "$WORK/race"
judge "a module that marks its access" 0 "do not count: 1" < "$WORK/race"
race "foo / vsn_fault [vsn]" " vsn_fault+0x11/0x80 [vsn]" reordered > "$WORK/race"
judge "one that does not" 1 "the kernel reported this" < "$WORK/race"
race "mas_walk / mt_destroy_walk" " vsn_fault+0x11/0x80 [vsn]" > "$WORK/race"
judge "a race that is explained" 0 "do not count: 1" < "$WORK/race"
race "mas_walk / vsn_fault [vsn]" " vsn_fault+0x11/0x80 [vsn]" > "$WORK/race"
judge "one that is like it only at first" 1 "the kernel reported this" < "$WORK/race"
race "foo / bar" | sed 7q > "$WORK/race"
judge "a race that was cut off" 1 "the kernel reported this" < "$WORK/race"
race "foo / bar" "WARNING: CPU: 1 PID: 85 at kmod/main.c:17" > "$WORK/race"
judge "something else in the midst of it" 1 "WARNING" < "$WORK/race"

finish
