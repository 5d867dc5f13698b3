#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What vsn-trace says is what the counters and the completions say, exactly.
#
# Programs are attached while nothing runs (vsn-trace -- COMMAND starts the
# command afterwards): emulators that patch code under a running processor are
# not what is tested here.

. "$(dirname "$0")/lib.sh"
need_vm

FABRIC=trace
OPS=6000
# Each has some 30 events, which jq reads slowly.
EVENT_OPS=400

load trace_load
command -v vsn-trace > /dev/null || skip_all "vsn-trace is not built"
command -v vsn > /dev/null || skip_all "vsn is not built"

# What one file says of links, as `jq` prints it, to be compared as text.
links()
{
	jq -c '[.links[] | {network, tier, transfers, payload, wire}] | sort' "$1"
}

same()
{
	[ "$1" = "$2" ] || {
		printf '%s\n' "the one:   $1" "the other: $2"
		return 1
	}
}

traced_load()
{
	vsn-trace -f $FABRIC --summary -j -o "$WORK/summary" -- \
		"$LOAD" run $FABRIC $OPS > "$WORK/completions" &&
		"$LOAD" counters $FABRIC > "$WORK/counters"
}

links_agree()
{
	same "$(links "$WORK/summary")" "$(links "$WORK/counters")" &&
		jq -e '.links | length == 3' "$WORK/summary"
}

command_line_agrees()
{
	vsn -j link show $FABRIC active > "$WORK/cli" &&
		same "$(links "$WORK/summary")" \
		     "$(links <(jq '{links: group_by([.network, .tier]) | map({
				network: .[0].network, tier: .[0].tier,
				transfers: map(.transfers) | add,
				payload: map(.payload) | add, wire: map(.wire) | add})}' \
			"$WORK/cli"))"
}

ops_agree()
{
	same "$(jq -c '[.ops[] | {op, completed, errors, bytes, wire}] | sort' "$WORK/summary")" \
	     "$(jq -c '.ops | sort' "$WORK/completions")" &&
		jq -e '.ops | length == 10' "$WORK/summary"
}

# Every byte on a wire belongs to an operation.
wires_agree()
{
	same "$(jq '[.links[].wire] | add' "$WORK/counters")" \
	     "$(jq '[.ops[].wire] | add' "$WORK/completions")"
}

# An operation in the name of no endpoint is in no endpoint's counters.
endpoints_agree()
{
	same "$(jq -c '[.ops, .errors]' "$WORK/counters")" \
	     "$(jq -c '.strangers as $s | [([.ops[].completed] | add) - $s,
	         ([.ops[].errors] | add) - $s]' "$WORK/completions")"
}

errors_seen()
{
	jq -e '([.ops[].errors] | add) > 100 and ([.ops[] | select(.errors > 0)] | length) >= 6 and
	       .events.op_complete > .events.op_submit' "$WORK/summary"
}

# Operations that failed have no latency.
histogram_agrees()
{
	jq -e '.latency as $l | .ops | all(. as $o |
		([$l[] | select(.op == $o.op) | .count] | add // 0) == $o.completed - $o.errors)' \
		"$WORK/summary"
}

exact()
{
	jq -e '.exact and .missed == 0 and .uncounted == 0' "$WORK/summary"
}

names_resolved()
{
	jq -e --arg f $FABRIC '.fabric == $f and
	       ([.links[] | .network + "." + .tier] | sort) == ["pool.flat", "ub.l1", "ub.l2"]' \
		"$WORK/summary"
}

# The same load as events: none is lost, and they add up to the same.
events_agree()
{
	vsn-trace -f $FABRIC -j -b 64 -o "$WORK/events" -- \
		"$LOAD" run $FABRIC $EVENT_OPS > "$WORK/completions2" &&
		jq -es 'last == {event: "end", events: (length - 1), lost: 0, missed: 0}' \
			"$WORK/events" &&
		same "$(jq -cs 'map(select(.event == "op_complete")) | group_by(.op) |
			map({completed: length, errors: map(select(.status != 0)) | length,
			     bytes: map(.bytes) | add, wire: map(.wire) | add}) | sort' \
			<(jq -c '.op |= if type == "number" then "other" else . end' "$WORK/events"))" \
		     "$(jq -c '.ops | map({completed, errors, bytes, wire}) | sort' \
			"$WORK/completions2")" &&
		same "$(jq -s 'map(select(.event == "link_xfer").wire) | add' "$WORK/events")" \
		     "$(jq '[.ops[].wire] | add' "$WORK/completions2")"
}

# While nobody reads the ring it overflows: what is printed and what is lost is all.
lost_counted()
{
	local printed events lost

	vsn-trace -f $FABRIC -b 1 -o "$WORK/text" -- sh -c \
		'kill -STOP $PPID; "$@"; kill -CONT $PPID' sh \
		"$LOAD" run $FABRIC 3000 > /dev/null || return
	printed=$(grep -c -v '^# end' "$WORK/text")
	read -r events lost < <(sed -nE 's/^# end events=([0-9]+) lost=([0-9]+) .*/\1 \2/p' \
				"$WORK/text")
	echo "$events events, $printed printed, $lost lost"
	[ "$lost" -gt 0 ] && [ "$((printed + lost))" = "$events" ]
}

by_initiator()
{
	vsn-trace -f $FABRIC -i b1.npu2 -j -o "$WORK/one" -- \
		"$LOAD" run $FABRIC 600 > /dev/null &&
		jq -es 'map(select(.event != "end")) | length > 50 and all(.initiator == 6)' \
			"$WORK/one"
}

by_event()
{
	vsn-trace -f $FABRIC -e op_complete,fault -o "$WORK/two" -- \
		"$LOAD" run $FABRIC 600 > /dev/null &&
		same "$(grep -v '^#' "$WORK/two" | cut -d' ' -f1 | sort | uniq -c | tr -s ' ')" \
		     " 602 op_complete"
}

# Another fabric's traffic does not pass the filter, by id or by name.
by_fabric()
{
	local id

	id=$("$LOAD" counters $FABRIC | jq .id)
	"$LOAD" make trace2 &&
		vsn-trace -f "$id" -s -j -o "$WORK/three" -- \
			"$LOAD" run trace2 600 > /dev/null &&
		jq -e '.events | add == 0' "$WORK/three" &&
		vsn-trace -s -j -o "$WORK/three" -- "$LOAD" run trace2 600 > /dev/null &&
		jq -e '.fabric == "trace2" and .events.op_complete == 602' "$WORK/three"
}

faults_agree()
{
	local before

	before=$("$LOAD" counters $FABRIC | jq -c '[.faults, .fault_bytes]')
	vsn-trace -f $FABRIC -s -j -o "$WORK/four" -- "$LOAD" touch $FABRIC 3 100 || return
	jq -e '.faults.stores == 100 and .faults.loads == 0 and .faults.errors == 0' \
		"$WORK/four" || return
	same "$("$LOAD" counters $FABRIC | jq -c --argjson b "$before" \
		'[.faults - $b[0], .fault_bytes - $b[1]]')" \
	     "$(jq -c '[.faults.stores, .faults.bytes]' "$WORK/four")"
}

text_says_the_same()
{
	vsn-trace -f $FABRIC -s -o "$WORK/five" -- "$LOAD" touch $FABRIC 3 10 &&
		grep -q "^fabric: $FABRIC\$" "$WORK/five" &&
		grep -q '^faults: loads 0 stores 10 ' "$WORK/five" &&
		grep -q '^exact: true$' "$WORK/five"
}

# As many tiers as a network may have: a mesh of so many dimensions.
eight_tiers()
{
	local tier

	{
		echo "name: eight"
		echo "description: two to the eighth"
		echo "dimensions:"
		for tier in {a..h}; do
			echo "  - {name: $tier, prefix: $tier, size: 2}"
		done
		echo "endpoints:"
		echo "  accelerator:"
		echo "    dims: [a, b, c, d, e, f, g, h]"
		echo "    capacity: 1 GiB"
		echo "    memory: {bandwidth: 1 TB/s, latency: 100 ns}"
		echo "    read: 100 GB/s"
		echo "    write: 100 GB/s"
		echo "    overhead: 100 ns"
		echo "networks:"
		echo "  - name: net"
		echo "    header: 16 B"
		echo "    packet: 256 B"
		echo "    policy: dmodk"
		echo "    tiers:"
		for tier in {a..h}; do
			echo "      - name: $tier"
			echo "        over: [$tier]"
			echo "        attach: endpoint"
			echo "        kind: mesh"
			echo "        planes: 1"
			echo "        switches: 1"
			echo "        switch_latency: 50 ns"
			echo "        ports: {accelerator: {bandwidth: 25 GB/s, latency: 5 ns}}"
		done
	} > "$WORK/eight.yaml"
	local -x VSN_SYSTEMS=$WORK

	vsn fabric add eight system eight || return
	vsn-trace -f eight -s -j -o "$WORK/eight" -- \
		vsn bench coll eight all-gather algo ring ranks 256 size 64KiB no-data || return
	vsn -j link show eight active > "$WORK/cli" &&
		jq -e '.exact and ([.links[].tier] | unique | length == 8)' "$WORK/eight" &&
		same "$(links "$WORK/eight" | jq 'map(.transfers) | add')" \
		     "$(jq 'map(.transfers) | add' "$WORK/cli")" &&
		vsn fabric del eight
}

# It says when it sees everything, and ends on a signal with its summary.
ready_and_interrupt()
{
	local pid

	mkfifo "$WORK/ready"
	vsn-trace -s -j --ready-fd 3 -o "$WORK/six" 3> "$WORK/ready" &
	pid=$!
	same "$(cat "$WORK/ready")" ready || return
	"$LOAD" run $FABRIC 600 > /dev/null || return
	kill -INT $pid
	wait $pid && jq -e '.events.op_complete == 602 and .exact' "$WORK/six"
}

status_passed_on()
{
	vsn-trace -s -o /dev/null -- sh -c 'exit 7'
	[ $? = 7 ]
}

command_not_found()
{
	vsn-trace -s -o /dev/null -- nonesuch
	[ $? = 127 ]
}

duration_ends()
{
	timeout 20 vsn-trace -s -d 0.2 2> /dev/null | grep -q '^exact: true$'
}

unprivileged()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups vsn-trace -s -d 1
}

plan 29
module_load || exit 1
"$LOAD" make $FABRIC || exit 1

check "a mixed load is traced" traced_load
check "links: summary = counters" links_agree
check "links: summary = vsn link show" command_line_agrees
check "operations: summary = completions" ops_agree
check "wire bytes: counters = completions" wires_agree
check "operations: counters = completions" endpoints_agree
check "errors are among them" errors_seen
check "the histogram holds each operation that did not fail" histogram_agrees
check "the summary says that it is exact" exact
check "networks and tiers have their names" names_resolved
check "all tiers of a network" eight_tiers
check "events add up to the completions" events_agree
check "lost events are counted" lost_counted
check "filter by initiator" by_initiator
check "filter by event" by_event
check "filter by fabric" by_fabric
check "faults: summary = counters" faults_agree
check "a summary as text" text_says_the_same
check "ready, and an interrupt" ready_and_interrupt
check "the command's exit status" status_passed_on
check "a command that is not there" command_not_found
check "a duration" duration_ends
check_fails "an unknown event" "unknown event 'nope'" vsn-trace -e nope
check_fails "an unknown word" "unknown word 'nope'" vsn-trace nope
check_fails "a duration and a command" "exclude each other" vsn-trace -d 1 -- true
check_fails "no such fabric" "no fabric 'nope'" vsn-trace -f nope -s -d 1
check_fails "no such endpoint" "no endpoint 'nope'" vsn-trace -f $FABRIC -i nope -s -d 1
check_fails "no permission" "not permitted" unprivileged
module_unload
check_fails "no module" "the module vsn is not loaded" vsn-trace -s -d 1
finish
