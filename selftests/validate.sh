#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The models beside what was published: within their bounds, by rows that nothing was
# fitted to; and a model that is not is told of.

. "$(dirname "$0")/lib.sh"
need_vm

command -v vsn > /dev/null || skip_all "vsn is not built"

# held SYSTEM ROWS: at least so many rows are predicted, within the file's bounds
held()
{
	vsn -j validate "$1" > "$WORK/validate" || return
	jq -c '.[0].published[] | [.name, .modelled, .published, .error, .row]' "$WORK/validate"
	jq -e --argjson n "$2" '.[0] | .ok and .predicted >= $n and .fitted <= 2 and
		.skipped == 0 and .median <= 80000 and .worst <= 200000 and
		([.published[] | select(.row == "predicted") | .error | fabs] | max) == .worst' \
		"$WORK/validate"
}

# held_at_once SYSTEM ROWS: the same, each row by a program of its own
held_at_once()
{
	local row pid pids=() status=0

	vsn -j system show "$1" | jq -r '.[0].published[] | select(.run) | .name' \
		> "$WORK/rows" || return
	while read -r row; do
		vsn -j validate "$1" row "$row" > "$WORK/row.$row" &
		pids+=($!)
	done < "$WORK/rows"
	for pid in "${pids[@]}"; do
		wait "$pid" || status=$?
	done
	cat "$WORK"/row.*
	jq -s -e --argjson n "$2" 'map(.[0]) | all(.ok and .fitted <= 2) and
		(map(.predicted) | add) >= $n' "$WORK"/row.* && return $status
}

# A machine of two, on which little takes long
small()
{
	sed "$@" > "$WORK/small.yaml" <<- 'END2'
		name: small
		description: two endpoints under one switch
		dimensions:
		  - {name: slot, prefix: s, size: 2}
		endpoints:
		  accelerator:
		    dims: [slot]
		    capacity: 1 GiB
		    memory: {bandwidth: 1 TB/s, latency: 100 ns}
		    read: 10 GB/s
		    write: 10 GB/s
		    overhead: 300 ns
		networks:
		  - name: net
		    header: 16 B
		    packet: 256 B
		    tiers:
		      - name: leaf
		        over: [slot]
		        attach: endpoint
		        kind: switch
		        planes: 1
		        switches: 1
		        switch_latency: 200 ns
		        ports:
		          accelerator: {bandwidth: 20 GB/s}
		published:
		  - {name: read, value: 10 GB/s, run: p2p read remote, source: none}
		  - {name: write, value: 11 GB/s, run: p2p write remote size 64MiB, source: none}
		  - {name: ring, value: 8 GB/s, max: 10 GB/s, run: coll size 64MiB, source: none}
		  - {name: other, value: 1 us, source: none}
		bounds: {median: 8 %, worst: 20 %}
	END2
}

# Errors of about 0, -9 and 0 %; what is in a range has none.
figures()
{
	small ''
	vsn -j validate "$WORK/small.yaml" > "$WORK/validate" || return
	jq -c '.[0]' "$WORK/validate"
	jq -e '.[0] | .system == "small" and .ok and .predicted == 3 and .fitted == 0 and
		.skipped == 1 and .median < 2000 and .worst > 90000 and .worst < 92000 and
		(.published | map(.name) == ["read", "write", "ring"]) and
		.published[2].error == 0' "$WORK/validate"
}

# bad TEXT SED...: it is wrong so, which is said, and there is no fabric left of it.
bad()
{
	local text=$1 status=0

	shift
	small "$@"
	vsn validate "$WORK/small.yaml" > "$WORK/text" 2> "$WORK/err" || status=$?
	cat "$WORK/err"
	[ $status -ne 0 ] && grep -qF -- "$text" "$WORK/err" &&
		vsn -j fabric show | jq -e 'length == 0'
}

# The command line's bounds are taken instead of the file's, and only those given.
own_bounds()
{
	small ''
	vsn validate "$WORK/small.yaml" worst 9% 2> "$WORK/err" && return 1
	grep -qF "the worst error is 9.0" "$WORK/err" || return
	small 's/8 %/0 %/'
	vsn validate "$WORK/small.yaml" median 1% worst 10%
}

# Only that row is measured; and it is within bounds that the others are not.
one_row()
{
	small 's/11 GB/30 GB/'
	vsn -j validate "$WORK/small.yaml" row read > "$WORK/validate" || return
	jq -c '.[0]' "$WORK/validate"
	jq -e '.[0] | .ok and .predicted == 1 and .skipped == 3 and
		(.published | map(.name) == ["read"])' "$WORK/validate"
}

# What is fitted does not count, and more than two must not be.
fitted()
{
	small 's/11 GB.s/30 GB\/s, fitted: true/'
	vsn -j validate "$WORK/small.yaml" | jq -e '.[0] | .ok and .fitted == 1 and .predicted == 2'
}

plan 21
module_unload
module_load
check "errors, median, worst, and what is not compared" figures
check "a fitted row does not count" fitted
check "the largest error is out of bounds" bad "the worst error is 66.6" 's/11 GB/30 GB/'
check "the median is out of bounds" bad "the median error is" 's/11 GB/12 GB/;s/value: 10 GB/value: 12 GB/'
check "too many fitted rows" bad "4 rows are fitted, 2 at most" 's/source: none/fitted: true, &/'
check "bounds of the command line come first" own_bounds
check "no benchmark of that name" bad "unknown word 'p3p'" 's/p2p read/p3p read/'
check "a row of too many words" bad "unknown word 'twice'" 's/p2p read remote/& twice/'
check "nobody is that far away" bad "is as far away as 'rack' says" 's/read remote/read rack/'
check "a time of which there is none" bad "one size is compared" 's/coll size 64MiB/coll/'
check "no rows to compare" bad "no published row says how" 's/run: [^,]*, //'
check_fails "no such system" "there is no system 'nosuch'" vsn validate nosuch
check_fails "no such word" "unknown word 'mean'" vsn validate nvl72 median 8% mean 2%
check "one row alone" one_row
check_fails "no such row" "no published row 'no' that says" vsn validate nvl72 row no
check_fails "no such row anywhere" "no system has a published row 'no'" vsn validate row no
for shape in ring mesh switch; do
	check "astra-$shape: to the nanosecond" held astra-$shape 1
done
if debug_kernel; then
	# Millions of events; their times do not depend on the kernel.
	skip "cloudmatrix384: a debug kernel takes too long"
	skip "nvl72: a debug kernel takes too long"
else
	check "cloudmatrix384 is within its bounds" held cloudmatrix384 9
	check "nvl72 is within its bounds" held_at_once nvl72 2
fi
module_unload
finish
