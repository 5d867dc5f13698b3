#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VM runner: what a command says comes back as it is, and nothing that the
# kernel reports, and no VM that dies, passes for success.

. "$(dirname "$0")/../lib.sh"

RUN=$VSN_TOP/tools/vm/run

# vm OPTION...: run the VM, keep its output and status.
vm()
{
	status=0
	# The test must not hang where the runner fails to keep its time limit.
	timeout 100 "$RUN" "$@" > "$WORK/stdout" 2> "$WORK/stderr" || status=$?
}

# expect NAME STATUS [TEXT-ON-STDERR]
expect()
{
	if [ "$status" = "$2" ] && grep -qF -- "${3:-}" "$WORK/stderr"; then
		pass "$1"
	else
		note "wanted status $2, got $status"
		sed 's/^/#   /' "$WORK/stderr" | tail -n 30
		fail "$1"
	fi
}

is()
{
	[ "$1" = "$2" ] || {
		echo "wanted '$2', got '$1'"
		return 1
	}
}

# Every VM of this test has this name on its command line.
mark=vsn-test-$$

no_qemu_left()
{
	! pgrep -af -- "$mark"
}

# A module that runs into a WARN as it loads.
planted_build()
{
	local dir=$WORK/planted

	mkdir -p "$dir"
	echo "obj-m := planted.o" > "$dir/Kbuild"
	cat > "$dir/planted.c" <<END
#include <linux/module.h>
static int __init planted_init(void)
{
	WARN_ON(1);
	return 0;
}
static void __exit planted_exit(void) { }
module_init(planted_init);
module_exit(planted_exit);
MODULE_LICENSE("GPL");
END
	make -C "${KDIR:-$("$VSN_TOP/tools/kernel" build)}" M="$dir" modules
}

plan 25

# First, for it also prepares what is prepared once.
vm -t 60 -- sh -c 'seq 200000; echo end'
seq 200000 > "$WORK/want"
echo end >> "$WORK/want"
check "much output comes out whole" cmp "$WORK/want" "$WORK/stdout"

# One boot for all that a command that ends well can show.
vm -t 60 --scratch "$WORK/scratch" --env "GREETING=it's me" -v -- bash -c '
	echo to stdout
	echo to stderr >&2
	echo reopened > /dev/stdout
	pwd
	echo "$GREETING"
	touch /root-is-writable 2>/dev/null && echo writable
	echo "from the guest" > "$VSN_SCRATCH/file"
	echo temporary > /tmp/file && cat /tmp/file
	sleep 1000 &
	exit 42'
expect "the command's exit status comes back" 42
printf 'to stdout\nreopened\n%s\n%s\ntemporary\n' "$PWD" "it's me" > "$WORK/want"
check "standard output, directory, environment" diff "$WORK/want" "$WORK/stdout"
check "standard error" grep -qx "to stderr" "$WORK/stderr"
check "the root is read-only" test ! -e /root-is-writable
check "the scratch directory comes back" is "$(cat "$WORK/scratch/file")" "from the guest"
check "it says which acceleration and why" \
	grep -qE '^vm: (hardware virtualisation|software emulation): .' "$WORK/stderr"
# The limit is for two cores that do nothing else: of three tries the best counts.
for _ in 1 2 3; do
	total=$(sed -n 's/.*all in all: \([0-9]*\) ms/\1/p' "$WORK/stderr")
	note "command to guest program and back: ${total:-unknown} ms"
	[ "${total:-99999}" -gt 8000 ] || break
	vm -t 60 -v -- true
done
check "it takes 8 s or less" test "${total:-99999}" -le 8000

printf 'echo "a script: $0"\nexit 7\n' > "$WORK/script"
vm -t 60 < "$WORK/script"
expect "a script from standard input" 7

vm -t 60 --icount -- nproc
expect "instruction-counted time" 0 "instruction-counted"
check "it has one processor" is "$(cat "$WORK/stdout")" 1

vm -t 60 -- sh -c 'echo "<4>WARNING: planted" > /dev/kmsg'
expect "a planted warning fails the run" 70 "WARNING: planted"

vm -t 60 -- sh -c 'echo "<6>kmemleak: 3 new suspected memory leaks (see the file)" > /dev/kmsg; exit 5'
expect "a report wins over the command's own status" 70 "kmemleak: 3 new"

planted_build > "$WORK/out" 2>&1 || sed 's/^/# /' "$WORK/out"
vm -t 60 --module="$WORK/planted/planted.ko" -- true
expect "a real WARN fails the run" 70 "WARNING: "

vm -t 60 --scratch "$WORK/scratch" -- sh -c '
	echo begun >> "$VSN_SCRATCH/begun"
	echo c > /proc/sysrq-trigger'
expect "a panic fails the run" 70 "Kernel panic"
check "a command that has begun is not begun again" is "$(cat "$WORK/scratch/begun")" begun

vm -t 60 --append "rdinit=/none init=/none" -- true
expect "a guest that dies before the command is started once more" 70 "started once more"

vm -t 60 -- reboot -f
expect "a guest that ends without a word fails the run" 71 "without a word"

vm -t 60 --module="$WORK/script" -- echo loaded
expect "a module that does not load fails the run" 69
check "and the command does not run" test ! -s "$WORK/stdout"

vm -t 9 --append "$mark" -- sh -c 'echo going; sleep 1000'
expect "the time limit ends the VM" 124 "time limit"
check "what came before the limit is there" is "$(cat "$WORK/stdout")" going

# Ctrl-C: the runner gets the signal while the guest is busy. A shell ignores
# SIGINT for what it starts in the background, hence env.
env --default-signal=INT "$RUN" -t 60 --append "$mark" -- sh -c 'echo going; sleep 1000' \
	> "$WORK/stdout" 2> "$WORK/stderr" &
runner=$!
for _ in {1..200}; do
	[ -s "$WORK/stdout" ] && break
	sleep 0.1
done
kill -INT $runner
wait $runner
status=$?
expect "an interrupt ends the run" 130
check "no VM is left" no_qemu_left

if command -v script > /dev/null; then
	# A shell on a terminal: job control works, and Ctrl-C reaches what runs in it.
	{
		sleep 8; printf 'sleep 1000\r'
		sleep 3; printf '\003'
		sleep 1; printf 'tty && exit 9\r'
		sleep 2
	} | timeout 60 script -qec "$RUN -t 60" /dev/null > "$WORK/stdout" 2>&1
	status=$?
	cp "$WORK/stdout" "$WORK/stderr"
	expect "a shell on a terminal, with Ctrl-C" 9 "/dev/hvc0"
else
	skip "a shell on a terminal: there is no script command"
fi

finish
