#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The detectors of the debug kernels are live, and the VM runner sees what they say:
#
#   selftests/debug/planted.sh [kasan] [kcsan]
#
# Runs on the machine, not in the VM. For each fault that selftests/debug/planted has,
# what the console says from there on has to be a report for tools/vm/gate, in
# the detector's own words, with the fault's function in it. Nothing planted has to
# mean nothing reported.

. "$(dirname "$0")/../lib.sh"

RUN=$VSN_TOP/selftests/debug/run
GATE=$VSN_TOP/tools/vm/gate
BUILD=$VSN_TOP/build/debug

# Faults, a boot each list, and the detectors' words for them. After a report of KASAN
# or lockdep there is no lockdep any more, so its faults come first and one of them
# last; a leak is told at the end, and what ends the guest comes last of all.
FIRST=(suspicious-rcu sleep-in-atomic shift array-index bool object refcount kobject hang
       lock-inversion use-after-free double-free slab-overrun vmalloc-overrun stack-overrun
       leak)
SECOND=(module-leak held-lock list)
KCSAN=(data-race slab-overrun usercopy)

declare -A WORDS=(
	[suspicious-rcu]="WARNING: suspicious RCU usage"
	[sleep-in-atomic]="BUG: sleeping function called from invalid context"
	[shift]="UBSAN: shift-out-of-bounds"
	[array-index]="UBSAN: array-index-out-of-bounds"
	[bool]="UBSAN: invalid-load"
	[object]="ODEBUG: free active"
	[refcount]="refcount_t: underflow"
	[kobject]="sysfs: cannot create duplicate filename"
	[hang]="INFO: task .* blocked for more than"
	[leak]="kmemleak: .* new suspected memory leaks"
	[lock-inversion]="WARNING: possible circular locking dependency detected"
	[use-after-free]="KASAN: slab-use-after-free"
	[double-free]="KASAN: double-free"
	[slab-overrun]="KASAN: slab-out-of-bounds"
	[vmalloc-overrun]="KASAN: vmalloc-out-of-bounds"
	[stack-overrun]="KASAN: stack-out-of-bounds"
	[module-leak]="module planted func:plant_module_leak has .* allocated at module unload"
	[held-lock]="WARNING: lock held when returning to user space"
	[list]="list_del corruption"
	[data-race]="KCSAN: data-race in plant_data_race"
	[usercopy]="usercopy: Kernel memory exposure attempt detected"
)

# boot KIND OPTION... -- COMMAND...: keeps the status and what came out.
boot()
{
	local kind=$1

	shift
	status=0
	timeout 400 "$RUN" "$kind" -t 200 --console "$WORK/console" "$@" \
		> "$WORK/stdout" 2> "$WORK/stderr" < /dev/null || status=$?
}

# What runs in the guest, one for each of a boot's faults in turn.
# shellcheck disable=SC2016 # the guest's shell is to expand it
PLANT='
	dir=/sys/kernel/debug/planted
	timeout=/proc/sys/kernel/hung_task_timeout_secs
	insmod "$PLANTED_KO" || exit
	for fault; do
		grep -qx "$fault" $dir/faults || { echo "no such fault: $fault"; exit 2; }
		[ "$fault" != hang ] || echo 1 > $timeout
		echo "$fault" > $dir/plant
		[ "$fault" != hang ] || echo 120 > $timeout
		# This one is found when the module goes.
		[ "$fault" != module-leak ] || { rmmod planted && insmod "$PLANTED_KO"; } || exit
	done'

# section FAULT: what the console says from a fault to the next one. Some detectors
# speak a little later than it happens.
section()
{
	tr -d '\r\0' < "$WORK/console" | awk -v fault="$1" '
		/planted: begin / { on = $NF == fault; next }
		/planted: end / { next }
		on'
}

# fault KIND NAME [WORDS]: the case of one that was planted in the last boot.
fault()
{
	local name=$2 words=${3:-${WORDS[$2]}} text=$WORK/section why=

	section "$name" > "$text"
	# What it says in its own file, it does not say on the console.
	[ "$name" != leak ] || cat "$WORK/stderr" >> "$text"
	if [ ! -s "$text" ]; then
		why="the console says nothing"
	elif "$GATE" "$text" 2> "$WORK/gate"; then
		why="for tools/vm/gate it is no report"
	elif ! grep -qaE -- "$words" "$text"; then
		why="no such words: $words"
	# A frame of a stack, or the place where a lock was taken.
	elif ! grep -qaE "plant_${name//-/_}[a-z_.]*\+0x|func:plant_${name//-/_} " "$text"; then
		why="its function is not named"
	fi
	if [ -z "$why" ]; then
		pass "$1: $name"
	else
		note "$why; from there on, the console says:"
		head -n 60 "$text" | sed 's/^/#   /'
		fail "$1: $name"
	fi
}

# told KIND WHAT: the last boot's status is that of a report.
told()
{
	if [ "$status" = 70 ]; then
		pass "$1: $2 fails the run"
	else
		note "wanted status 70, got $status"
		tail -n 30 "$WORK/stderr" | sed 's/^/#   /'
		fail "$1: $2 fails the run"
	fi
}

# quiet KIND: the last boot reported nothing.
quiet()
{
	if [ "$status" = 0 ] && "$GATE" "$WORK/console" 2> /dev/null; then
		pass "$1: where nothing is planted, nothing is reported"
	else
		note "status $status"
		tail -n 60 "$WORK/stderr" | sed 's/^/#   /'
		fail "$1: where nothing is planted, nothing is reported"
	fi
}

# guest_said NAME TEXT: a line of what came out of the last boot.
guest_said()
{
	if grep -qxF -- "$2" "$WORK/stdout"; then
		pass "$1"
	else
		note "wanted the line '$2':"
		sed 's/^/#   /' "$WORK/stdout"
		tail -n 20 "$WORK/stderr" | sed 's/^/#   /'
		fail "$1"
	fi
}

# Nothing is planted, but what the kernel offers to tests is used.
# shellcheck disable=SC2016 # the guest's shell is to expand it
CHECKS='
	debug=/sys/kernel/debug
	insmod "$PLANTED_KO" || exit
	echo N > $debug/failslab/ignore-gfp-wait
	echo N > $debug/fail_page_alloc/ignore-gfp-wait
	echo 0 > $debug/fail_page_alloc/min-order
	"$1" fail-nth && echo "fail-nth: live"
	"$1" kcov && echo "kcov: live"
	cat $debug/planted/errno || echo "errno: fails by itself"
	cd $debug/fail_function
	echo planted_errno > inject
	# It takes no sign: this is -ENOMEM.
	printf "%#x" -12 > planted_errno/retval
	echo 0 > verbose
	echo 100 > probability
	echo -1 > times
	cat $debug/planted/errno 2>&1 | grep -q "Cannot allocate memory" &&
		echo "fail_function: live"
	echo > inject
	cat $debug/planted/errno && echo "fail_function: off again"
	cd /
	insmod "$VSN_KO" && rmmod vsn && rmmod planted'

# The counts that came out belong to the objects that were built: one function ran
# once, another not at all.
counted()
{
	local from=$BUILD/kasan/planted

	mkdir -p "$WORK/gcov"
	cp "$from/planted.gcno" "$WORK/scratch/gcov$from/planted.gcda" "$WORK/gcov/" || return
	gcov -t "$WORK/gcov/planted.gcda" > "$WORK/gcov/text" || return
	grep -E 'static noinline void plant_' "$WORK/gcov/text"
	grep -qE '^ +1: +[0-9]+:static noinline void plant_nothing' "$WORK/gcov/text" &&
		grep -qE '^ +#####: +[0-9]+:static noinline void plant_list' "$WORK/gcov/text"
}

kasan()
{
	local name

	boot kasan --append "kasan_multi_shot kmemleak=on" -- \
		bash -c "$PLANT" planted "${FIRST[@]}"
	for name in "${FIRST[@]}"; do
		fault kasan "$name"
	done
	told kasan "what was planted"

	boot kasan -- bash -c "$PLANT" planted "${SECOND[@]}"
	for name in "${SECOND[@]}"; do
		fault kasan "$name"
	done
	told kasan "what was planted, and ended the guest,"

	mkdir -p "$BUILD/planted"
	gcc -O2 -Wall -o "$BUILD/planted/live" "$VSN_TOP/selftests/debug/planted/live.c"
	boot kasan --scratch "$WORK/scratch" -- \
		bash -c "$CHECKS" checks "$BUILD/planted/live"
	quiet kasan
	guest_said "kasan: fail-nth injects failures" "fail-nth: live"
	guest_said "kasan: fail_function injects errors" "fail_function: live"
	guest_said "kasan: and stops" "fail_function: off again"
	guest_said "kasan: kcov sees the code that ran" "kcov: live"
	check "kasan: gcov counts come out" counted
}

# Where no module is in a race, the runner counts it and no more.
others_race()
{
	section data-race | sed 's/ \[planted\]//g' > "$WORK/others"
	grep -q 'KCSAN: data-race' "$WORK/others" && "$GATE" "$WORK/others" 2> "$WORK/gate" &&
		grep -q 'data races of the kernel with itself' "$WORK/gate"
	status=$?
	[ $status = 0 ] || cat "$WORK/gate"
	return $status
}

kcsan()
{
	boot kcsan -- bash -c "$PLANT" planted "${KCSAN[@]}"
	fault kcsan data-race
	note "reports of that race: $(section data-race | grep -c 'BUG: KCSAN')"
	fault kcsan slab-overrun "Right Redzone overwritten"
	fault kcsan usercopy
	told kcsan "what was planted"
	check "kcsan: a race that no module is in does not fail the run" others_race

	# shellcheck disable=SC2016 # the guest's shell is to expand it
	boot kcsan -- bash -c '
		insmod "$PLANTED_KO" && echo nothing > /sys/kernel/debug/planted/plant &&
		rmmod planted && insmod "$VSN_KO" && rmmod vsn'
	quiet kcsan
	sed -n '/data races of the kernel/,$ s/^/#   /p' "$WORK/stderr"
}

declare -A CASES=([kasan]=$((${#FIRST[@]} + ${#SECOND[@]} + 8)) [kcsan]=6)

[ $# -gt 0 ] || set -- kasan kcsan
total=0
for kind; do
	[ -n "${CASES[$kind]:-}" ] || {
		echo "planted.sh: unknown kind '$kind': kasan or kcsan" >&2
		exit 2
	}
	total=$((total + CASES[$kind]))
done
plan $total
for kind; do
	"$kind"
done
finish
