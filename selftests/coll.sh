#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Collectives: every byte is right whatever the algorithm, one that is wrong is found,
# and busbw is what links allow.

. "$(dirname "$0")/lib.sh"
need_vm

FABRIC=coll
RANKS=32	# two boards of the one system, eight trays of the other

command -v vsn > /dev/null || skip_all "vsn is not built"

# verified COLLECTIVE WORD...: nothing is wrong, and there was something to compare
verified()
{
	vsn -j bench coll $FABRIC "$@" > "$WORK/coll" &&
		jq -c '.[0].sizes[] | [.size, .time, .busbw, .wrong]' "$WORK/coll" &&
		jq -e '.[0] | .wrong == 0 and (.sizes | length > 0 and
		       all(.wrong == 0 and .time > 0 and .operations > 0))' "$WORK/coll"
}

# The element types and reductions take turns.
every_algorithm()
{
	local types=(f32 bf16 i32 i64) ops=(sum min max) i=0 kind algo

	while read -r kind algo; do
		[ "$algo" != switch ] || [ "$1" = nvl72 ] || continue
		verified "$kind" algo "$algo" ranks $RANKS channels 1 min 96KiB max 96KiB \
			type "${types[i % 4]}" op "${ops[i % 3]}" || return
		i=$((i + 1))
	done <<- END
		all-reduce ring
		all-reduce halving-doubling
		all-reduce hierarchical
		all-reduce direct
		all-reduce switch
		all-gather ring
		all-gather direct
		all-gather switch
		reduce-scatter ring
		reduce-scatter direct
		reduce-scatter switch
		all-to-all direct
		broadcast ring
		broadcast tree
	END
}

# A number of ranks that divides nothing, sizes that are cut to fit, a root
odd_numbers()
{
	verified all-reduce algo halving-doubling ranks 11 type bf16 factor 64 min 10B max 100KiB &&
		verified all-gather ranks 11 min 1KiB max 1KiB &&
		jq -e '.[0].sizes[0] | .size == 1012 and .count == 23' "$WORK/coll" &&
		verified broadcast ranks 11 root 7 channels 3 chunk 1KiB min 50KiB max 50KiB
}

# One bit is enough, at whatever rank.
damaged()
{
	local kind status

	for kind in all-reduce all-gather reduce-scatter all-to-all broadcast; do
		status=0
		vsn -j bench coll $FABRIC $kind ranks 8 min 64KiB max 64KiB damage 5 \
			> "$WORK/damaged" || status=$?
		[ $status -eq 1 ] && jq -e '.[0].wrong == 1 and .[0].sizes[0].wrong == 1' \
			"$WORK/damaged" || return
	done
}

time_of()
{
	jq '.[0].sizes[0].time' "$1"
}

# Bytes take no time, and the same again takes the same.
repeats()
{
	verified all-reduce ranks 8 min 256KiB max 256KiB || return
	cp "$WORK/coll" "$WORK/first"
	vsn -j bench coll $FABRIC all-reduce ranks 8 min 256KiB max 256KiB data no \
		> "$WORK/again" && [ "$(time_of "$WORK/first")" = "$(time_of "$WORK/again")" ] &&
		jq -e '.[0].sizes[0] | has("wrong") | not' "$WORK/again"
}

# The factors of nccl-tests: 2 (n - 1) / n, (n - 1) / n, 1
factors()
{
	local kind factor

	while read -r kind factor; do
		vsn -j bench coll $FABRIC "$kind" ranks 8 min 64KiB max 64KiB no-data \
			> "$WORK/out.json" || return
		jq -e --argjson f "$factor" '.[0].sizes[0] | .size == 65536 and
			((.algbw - .size * 1e12 / .time) | fabs < 2) and
			((.busbw - .algbw * $f) | fabs < 2)' "$WORK/out.json" || return
	done <<- END
		all-reduce 1.75
		all-gather 0.875
		reduce-scatter 0.875
		all-to-all 0.875
		broadcast 1
	END
}

columns()
{
	vsn bench coll $FABRIC ranks 4 min 1KiB max 1KiB > "$WORK/text" || return
	cat "$WORK/text"
	grep -qE '^ *size +count +type +redop +time +algbw +busbw +#wrong$' "$WORK/text" &&
		grep -qE '^ *1024 +256 +f32 +sum +[0-9.]+ +[0-9.]+ +[0-9.]+ +0$' "$WORK/text"
}

# A large ring goes at what an endpoint writes, less some percent on the way.
busbw()
{
	local least=$1 most=$2

	vsn -j bench coll $FABRIC all-reduce ranks 8 size 1GiB no-data \
		> "$WORK/large" || return
	jq -c '.[0].sizes[]' "$WORK/large"
	jq -e --argjson a "$least" --argjson b "$most" \
		'.[0].sizes[0].busbw | . >= $a and . <= $b' "$WORK/large"
}

# What a ring cannot: twice the data moves in the switch, not over links.
above_link()
{
	vsn -j bench coll $FABRIC algo switch ranks 8 size 256MiB no-data > "$WORK/switch" || return
	jq -c '.[0].sizes[]' "$WORK/switch"
	jq -e '.[0].sizes[0].busbw | . > 1e12 and . < 1.575e12' "$WORK/switch"
}

nothing_left()
{
	vsn -j region show $FABRIC | jq -e 'length == 0' &&
		vsn -j fabric show $FABRIC | jq -e '.[0] | .resident == 0 and .pending == 0'
}

plan 24
module_unload
module_load
for system in cloudmatrix384 nvl72; do
	vsn fabric add $FABRIC system $system || skip_all "no fabric can be made of $system"
	check "$system: every algorithm, every byte" every_algorithm $system
	case $system in
	cloudmatrix384) check "$system: busbw of a ring" busbw 126e9 135e9 ;;
	nvl72) check "$system: busbw of a ring" busbw 850e9 900e9 ;;
	esac
	check "$system: leaves nothing behind" nothing_left
	[ $system = cloudmatrix384 ] || continue
	check_fails "no switch reduces" "no tier of coll reduces" \
		vsn bench coll $FABRIC algo switch ranks 8
	vsn fabric del $FABRIC
done
check "busbw in the switch is above that of a link" above_link
check "all ranks of nvl72" verified all-reduce ranks 72 channels 1 min 72KiB max 72KiB
check "odd numbers" odd_numbers
check "wrong bytes are found" damaged
check "the same again takes the same time, without bytes" repeats
check "busbw is algbw times its factor" factors
check "columns" columns
check_fails "no such collective" "unknown word 'gather'" vsn bench coll $FABRIC gather
check_fails "no such algorithm" "there is no 'rng'" vsn bench coll $FABRIC algo rng
check_fails "an algorithm of another" "no such algorithm for this collective" \
	vsn bench coll $FABRIC broadcast algo direct
check_fails "no such type" "there is no 'f64'" vsn bench coll $FABRIC type f64
check_fails "too many ranks" "up to the 72 accelerators" vsn bench coll $FABRIC ranks 73
check_fails "no such group" "nor a dimension" \
	vsn bench coll $FABRIC algo hierarchical group rack
check_fails "groups" "the groups do not divide the ranks" \
	vsn bench coll $FABRIC algo hierarchical group 5 ranks 8
check_fails "root" "the root is no rank" vsn bench coll $FABRIC broadcast ranks 4 root 4
check_fails "sizes" "from min up to 64 GiB" vsn bench coll $FABRIC min 2MiB max 1MiB
check "leaves nothing behind" nothing_left
vsn fabric del $FABRIC
module_unload
finish
