# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the shell tests share. A test is a bash script that begins with
#
#	. "$(dirname "$0")/lib.sh"
#	plan 3
#
# then calls `check NAME COMMAND...`, `pass`, `fail` or `skip` once for each case,
# and ends with `finish`.

# The checkout is above this file, whether that was installed below build/ or not.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VSN_TOP=$here
while [ ! -e "$VSN_TOP/Kbuild" ] && [ "$VSN_TOP" != / ]; do
	VSN_TOP=$(dirname "$VSN_TOP")
done
VSN_KO=${VSN_KO:-$VSN_TOP/vsn.ko}
PATH=$VSN_TOP/build/bin:$PATH
WORK=$(mktemp -d)
export VSN_TOP VSN_KO PATH WORK

# The kernel's helpers print KTAP; make check installs them beside this file.
helpers=$here/ktap_helpers.sh
[ -e "$helpers" ] ||
	helpers=$("$VSN_TOP/tools/kernel" source)/tools/testing/selftests/kselftest/ktap_helpers.sh
# shellcheck source=/dev/null
. "$helpers"

plan()
{
	ktap_print_header
	ktap_set_plan "$1"
}

pass()
{
	ktap_test_pass "$*"
}

fail()
{
	ktap_test_fail "$*"
}

skip()
{
	ktap_test_skip "$*"
}

note()
{
	printf '# %s\n' "$*"
}

# load NAME: sets LOAD to a program of that name, beside this file where it is installed,
# else where it was built; without it all is skipped.
load()
{
	for LOAD in "$here" "$VSN_TOP/build/selftests/obj" "$VSN_TOP/build/selftests/vsn"; do
		LOAD=$LOAD/$1
		[ ! -x "$LOAD" ] || return 0
	done
	skip_all "$1 is not built"
}

# value NAME: of the line "NAME VALUE" in $WORK/load, which such a program wrote.
value()
{
	awk -v name="$1" '$1 == name { print $2 }' "$WORK/load"
}

# at_most VALUE BOUND: there is a value, and it is no more.
at_most()
{
	[ -n "$1" ] && awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'
}

# check NAME COMMAND...: the command must succeed. What it printed is shown if
# it does not.
check()
{
	local name=$1

	shift
	if "$@" > "$WORK/out" 2>&1; then
		pass "$name"
	else
		note "failed with status $?: $*"
		sed 's/^/#   /' "$WORK/out"
		fail "$name"
	fi
}

# check_fails NAME TEXT COMMAND...: the command must fail, and say TEXT.
check_fails()
{
	local name=$1 text=$2

	shift 2
	if "$@" > "$WORK/out" 2>&1; then
		note "succeeded, but must not: $*"
		fail "$name"
	elif grep -qF -- "$text" "$WORK/out"; then
		pass "$name"
	else
		note "wanted the words '$text' from: $*"
		sed 's/^/#   /' "$WORK/out"
		fail "$name"
	fi
}

# Change a limit until the listener has heard of it: it has heard of all before, then.
listener_hears()
{
	local file=$1 mib

	for ((mib = $2; mib < $2 + 100; mib++)); do
		vsn limit set fabric listen resident ${mib}MiB || return
		sleep 0.1
		! grep -qF "\"resident\":$((mib << 20))" "$file" || return 0
	done
	echo "it hears nothing"
	return 1
}

# listen FILE: what vsn monitor tells from now on goes there, until heard FILE.
listen()
{
	vsn fabric add listen system nvl72 || return
	stdbuf -oL vsn -j monitor > "$1" &
	LISTENER=$!
	listener_hears "$1" 1000
}

# heard FILE: all of it is there, but for what makes sure of that.
heard()
{
	local status=0

	listener_hears "$1" 2000 || status=1
	kill "$LISTENER"
	wait "$LISTENER" 2> /dev/null
	sed -i '/"listen"/d' "$1"
	vsn fabric del listen || status=1
	return $status
}

finish()
{
	rm -rf "$WORK"
	ktap_finished
}

# Leave the whole test: it cannot run here, and that is no failure.
skip_all()
{
	ktap_print_header
	ktap_skip_all "$*"
	rm -rf "$WORK"
	exit "$KSFT_SKIP"
}

module_loaded()
{
	[ -d /sys/module/vsn ]
}

module_load()
{
	module_loaded || insmod "$VSN_KO"
}

module_unload()
{
	! module_loaded || rmmod vsn
}

# A kernel of selftests/debug, on which everything is some ten times slower.
debug_kernel()
{
	case $(uname -r) in
	*-vsn-kasan|*-vsn-kcsan) ;;
	*) return 1 ;;
	esac
}

# Tests that change kernel state run in the VM only, never on somebody's machine.
need_vm()
{
	[ -n "${VSN_VM:-}" ] || skip_all "not in the VM: use make check"
}
