#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The benchmarks: bytes arrive, times are those that were published, traffic is what
# counters and tracer say, and nothing stays behind.

. "$(dirname "$0")/lib.sh"
need_vm

FABRIC=bench
SYSTEM=cloudmatrix384
RANKS=32

command -v vsn > /dev/null || skip_all "vsn is not built"

# Sums of what "links" has, a line for each network and tier
by_tier()
{
	jq -c 'group_by([.network, .tier])[] | [.[0].network, .[0].tier,
	       (map(.transfers) | add), (map(.payload) | add), (map(.wire) | add)]' | sort
}

same()
{
	if [ -z "$1" ] || [ "$1" != "$2" ]; then
		printf '%s\n' "the one:   $1" "the other: $2"
		return 1
	fi
}

# 1024 copies a rank, 7168 bytes and 56 scales there, 7168 words of 2 bytes back
moe_verified()
{
	local tracer=()

	! command -v vsn-trace > /dev/null ||
		tracer=(vsn-trace -f "$FABRIC" --summary -j -o "$WORK/trace" --)
	"${tracer[@]}" vsn -j bench moe $FABRIC ranks $RANKS > "$WORK/moe" || return
	vsn -j link show $FABRIC active > "$WORK/links"
	jq -e --argjson r $RANKS '.[0] | .wrong == 0 and
		.verified == $r * 1024 * (7168 + 56 * 4 + 7168 * 2) and
		(.phases | map(.copies) == [$r * 1024, $r * 1024])' "$WORK/moe"
}

moe_counters()
{
	same "$(jq '.[0].traffic' "$WORK/moe" | by_tier)" "$(by_tier < "$WORK/links")"
}

moe_tracer()
{
	jq -e .exact "$WORK/trace" && same "$(jq .links "$WORK/trace" | by_tier)" \
					   "$(by_tier < "$WORK/links")"
}

# Busy time of a link cannot exceed the time it is a share of.
moe_busiest()
{
	jq -e '.[0].busiest | length == 5 and all(.busy > 0 and .busy <= .of)' "$WORK/moe"
}

times()
{
	jq -c '.[0].phases | map(.time)' "$1"
}

# Bytes take no time; the same seed chooses the same experts.
moe_repeats()
{
	vsn -j bench moe $FABRIC ranks $RANKS data no > "$WORK/again" &&
		same "$(times "$WORK/moe")" "$(times "$WORK/again")"
}

moe_seed()
{
	vsn -j bench moe $FABRIC ranks $RANKS data no seed 1 > "$WORK/other" &&
		[ "$(times "$WORK/moe")" != "$(times "$WORK/other")" ]
}

# Every size up to 768 ranks works; with fewer ranks than experts, experts share.
moe_sizes()
{
	vsn -j bench moe $FABRIC ranks 9 tokens 3 hidden 512 topk 4 > "$WORK/small" &&
		jq -e '.[0] | .wrong == 0 and .experts == 261 and .verified > 0' "$WORK/small" &&
		vsn -j bench moe $FABRIC ranks 768 tokens 2 hidden 256 > "$WORK/large" &&
		jq -e '.[0] | .wrong == 0 and .experts == 768' "$WORK/large"
}

now()
{
	vsn -j fabric show $FABRIC | jq '.[0].now'
}

# Overwrite a rank's memory while dispatch is on: it must be noticed.
moe_damage()
{
	local before pid ua size status=0

	before=$(now)

	vsn -j bench moe $FABRIC ranks $RANKS > "$WORK/damaged" &
	pid=$!
	until [ "$(now)" != "$before" ]; do
		kill -0 $pid || return
	done
	kill -STOP $pid
	read -r ua size < <(vsn -j region show $FABRIC | jq -r '.[0] | [.ua, .size] | @tsv')
	dd if=/dev/zero of=/dev/vsn/$FABRIC bs=4096 count=$((size / 4096 - 1)) \
	   oflag=seek_bytes seek=$((ua + 4096)) conv=notrunc status=none
	kill -CONT $pid
	wait $pid || status=$?
	[ $status -eq 1 ] && jq -e '.[0].wrong > 0' "$WORK/damaged"
}

moe_interrupted()
{
	local pid status=0

	vsn bench moe $FABRIC ranks $RANKS > /dev/null 2> "$WORK/err" &
	pid=$!
	until [ "$(vsn -j region show $FABRIC | jq length)" = $RANKS ]; do
		kill -0 $pid || return
	done
	kill -TERM $pid
	wait $pid || status=$?
	cat "$WORK/err"
	[ $status -eq 1 ] && grep -q interrupted "$WORK/err"
}

nothing_left()
{
	vsn -j region show $FABRIC | jq -e 'length == 0' &&
		vsn -j fabric show $FABRIC | jq -e '.[0] | .resident == 0 and .pending == 0'
}

moe_limit()
{
	local before status=0

	before=$(vsn -j limit show fabric $FABRIC | jq '.[0].resident')
	vsn limit set fabric $FABRIC resident 64MiB || return
	vsn bench moe $FABRIC ranks 8 > "$WORK/out" 2> "$WORK/err" || status=$?
	vsn limit set fabric $FABRIC resident "${before}B"
	cat "$WORK/err"
	[ $status -eq 1 ] && grep -q 'the limit of bench is 64 MiB' "$WORK/err"
}

# What software was fitted to says nothing, so some rows must be left.
moe_published()
{
	vsn -j bench moe $FABRIC fit > "$WORK/fit" &&
		jq -c '.[0].rows[]' "$WORK/fit" &&
		jq -e '.[0].rows | length == 4 and all(.error > -150000 and .error < 150000) and
		       (map(select(.row == "predicted")) | length) >= 2' "$WORK/fit" &&
		jq -e '.[0].parameters | length <= 3' "$WORK/fit"
}

# error NAME PPM: the row is there and no farther off
error()
{
	jq -e --arg name "$1" --argjson max "$2" '.[0].published | map(select(.name == $name)) |
		length == 1 and (.[0].error | . >= -$max and . <= $max)' "$WORK/p2p"
}

p2p_bandwidth()
{
	vsn -j bench p2p $FABRIC > "$WORK/p2p" || return
	jq -c '.[0].published[]' "$WORK/p2p"
	error read-board 50000 && error read-remote 50000 && error write-remote 50000 &&
		error read-host 50000
}

# That of a CPU is nothing but predicted: its memory's latency is not public.
p2p_latency()
{
	error latency-board 100000 && error latency-host 120000 && error latency-remote 0
}

# The farther the slower
p2p_order()
{
	jq -c '.[0].distances | map([.distance, .sizes[0].read.time])' "$WORK/p2p"
	jq -e '.[0].distances | map(select(.distance != "host").sizes[0].read.time) |
	       length == 3 and . == sort' "$WORK/p2p"
}

p2p_bytes()
{
	vsn -j bench p2p $FABRIC size-max 3MiB data yes > "$WORK/bytes" &&
		jq -e '.[0].wrong == 0' "$WORK/bytes"
}

plan 30
module_unload
module_load
vsn fabric add $FABRIC system $SYSTEM || skip_all "no fabric can be made of $SYSTEM"

check "moe: every byte at $RANKS ranks is right" moe_verified
check "moe: traffic is what the links counted" moe_counters
if [ -s "$WORK/trace" ]; then
	check "moe: traffic is what the tracer saw" moe_tracer
else
	skip "moe: traffic is what the tracer saw: vsn-trace is not built"
fi
check "moe: the busiest links" moe_busiest
check "moe: the same again takes the same time, without bytes" moe_repeats
check "moe: another seed, another time" moe_seed
check "moe: few ranks, all ranks" moe_sizes
check "moe: wrong bytes are noticed" moe_damage
check "moe: leaves nothing behind" nothing_left
check "moe: can be interrupted" moe_interrupted
check "moe: interrupted, it leaves nothing behind" nothing_left
check "moe: says that memory is limited, before it begins" moe_limit
if debug_kernel; then
	# Millions of events; their times do not depend on the kernel.
	skip "moe: published rows within 15 %: a debug kernel takes too long"
else
	check "moe: published rows within 15 %" moe_published
fi
check_fails "moe: too few ranks" "is not in 8 to" vsn bench moe $FABRIC ranks 7
check_fails "moe: too many ranks" "up to the 768 accelerators" vsn bench moe $FABRIC ranks 769
check_fails "moe: hidden, range" "is not in 256 to" vsn bench moe $FABRIC hidden 100
check_fails "moe: hidden" "is not a multiple of 256" vsn bench moe $FABRIC hidden 300
check_fails "moe: experts" "is not a multiple of the 32 ranks" \
	vsn bench moe $FABRIC ranks 32 experts 33
check_fails "moe: more choices than experts" "topk: 9 is more than the 8 experts" \
	vsn bench moe $FABRIC ranks 8 experts 8 topk 9
check_fails "moe: unknown word" "unknown word 'rank'" vsn bench moe $FABRIC rank 8
check_fails "moe: neither yes nor no" "'maybe' is neither yes nor no" \
	vsn bench moe $FABRIC data maybe
check_fails "moe: no fabric" "nosuch" vsn bench moe nosuch
check "p2p: bandwidth within 5 %" p2p_bandwidth
check "p2p: latency within 10 %, a CPU's 12 %, and within a published range" p2p_latency
check "p2p: farther is slower" p2p_order
check "p2p: bytes arrive" p2p_bytes
check "p2p: leaves nothing behind" nothing_left
check_fails "p2p: too large" "from 512 B to 1 GiB" vsn bench p2p $FABRIC size-max 2GiB
check_fails "p2p: no unit" "has no unit" vsn bench p2p $FABRIC size-max 4096
check_fails "bench: unknown word" "unknown word 'all'" vsn bench all
vsn fabric del $FABRIC
module_unload
finish
