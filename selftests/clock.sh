#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Clocks from the command line: setting and showing them, running a fabric, what is
# blocked, and what two queues gain over one where bytes move outside the lock.

. "$(dirname "$0")/lib.sh"
need_vm

FABRIC=clock
SYSTEM=nvl72

command -v vsn > /dev/null || skip_all "vsn is not built"
load clock_load

shows()
{
	vsn -j fabric show $FABRIC | jq -e --arg c "$1" --argjson s "$2" \
		'.[0] | .clock == $c and .scale == $s'
}

# A listener sees the change.
told()
{
	listen "$WORK/events" || return
	vsn fabric set $FABRIC clock online scale 3x
	heard "$WORK/events" || return
	jq -es 'map(.[0]) | map(select(.name == "clock")) | last |
		.clock == "online" and .scale == 3000000' "$WORK/events"
}

# Of a draft, clock and scale are what it is committed with.
draft()
{
	vsn fabric add draft draft clock paced && vsn fabric set draft scale 20x &&
		vsn fabric set draft system $SYSTEM && vsn fabric commit draft &&
		vsn -j fabric show draft |
			jq -e '.[0] | .clock == "paced" and .scale == 20000000' &&
		vsn fabric del draft
}

run_idle()
{
	vsn -j run $FABRIC | jq -e '.[0] | .pending == 0 and .blocked == []'
}

# Virtual time is what RUN was told, in ordered execution
run_until()
{
	vsn fabric set $FABRIC clock ordered || return
	local now

	now=$(vsn -j run $FABRIC | jq '.[0].now')
	vsn -j run $FABRIC until $((now + 5000000))ps |
		jq -e --argjson now "$now" '.[0].now == $now + 5000000'
}

# Who is blocked, by name, and what for; as text and as JSON, with each clock
run_blocked()
{
	local pid status clock name

	name=$(vsn -j endpoint show $FABRIC id 1 | jq -r '.[0].name')
	for clock in ordered online paced; do
		vsn fabric set $FABRIC clock $clock || return
		"$LOAD" block $FABRIC > "$WORK/block" &
		pid=$!
		until grep -q blocked "$WORK/block"; do
			kill -0 $pid || return
			sleep 0.1
		done
		status=0
		vsn run $FABRIC > "$WORK/text" 2>&1 || status=$?
		vsn -j run $FABRIC > "$WORK/json" 2>> "$WORK/text"
		kill $pid
		wait $pid 2> /dev/null
		cat "$WORK/text" "$WORK/json"
		[ $status -eq 1 ] && grep -q "nothing can move, and 2 operations are blocked" \
			"$WORK/text" && grep -q "$name stream 7 WAIT" "$WORK/text" || return
		jq -e --arg n "$name" '.[0].blocked | length == 2 and
			all(.initiator == $n) and
			any(.op == "WAIT" and .stream == 7 and .want == 5 and .value == 0) and
			any(.op == "FENCE" and .stream == 8 and .for_stream == 7)' \
			"$WORK/json" || return
	done
}

# wall is in ns, time in ps.
paced_bench()
{
	vsn -j bench p2p $FABRIC paced scale 10000x > "$WORK/paced" &&
		jq -e '.[0].scales | length == 3 and
			all(.scale == 10000000000 and .rounds >= 20 and .late_median > 0 and
			    .time > 0 and .wall == .time * 10)' "$WORK/paced" &&
		shows online 2000000
}

at_least()
{
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }'
}

module_load
plan 18
check "a fabric is ordered" vsn fabric add $FABRIC system $SYSTEM
check "and says so" shows ordered 1000000
check "clock and scale are set" vsn fabric set $FABRIC clock paced scale 100x
check "and shown" shows paced 100000000
check "listeners are told" told
check "of a draft, too" draft
check "run: nothing to do" run_idle
check_fails "unknown clock" "'slow' is none of: ordered online paced" \
	vsn fabric set $FABRIC clock slow
check_fails "scale without a unit" "has no unit" vsn fabric set $FABRIC scale 2
check_fails "scale out of range" "scale" vsn fabric set $FABRIC scale 10001x
check_fails "a system for what is committed" "it no longer changes" \
	vsn fabric set $FABRIC system $SYSTEM
check "run: until" run_until
check "run: says who is blocked, and on what" run_blocked
check "scale alone" vsn fabric set $FABRIC clock online scale 2x
check "p2p paced: measures, and puts the clock back" paced_bench
check_fails "p2p paced: no fabric" "nosuch" vsn bench p2p nosuch paced

status=0
"$LOAD" scale $((32 << 20)) 25 > "$WORK/load" 2>&1 || status=$?
note "MB/s of one: memcpy $(value plain_rate), a queue $(value queues_rate)"
note "two, against one: memcpy $(value plain_ratio), queues $(value queues_ratio)"
if [ $status -ne 0 ]; then
	sed 's/^/# /' "$WORK/load"
	fail "two queues: they could not be measured"
elif debug_kernel; then
	skip "two queues: a debug kernel is another matter"
elif at_least "$(value queues_ratio)" 1.7; then
	pass "two queues copy 1.7 times what one does"
elif ! at_least "$(value plain_ratio)" 1.85; then
	skip "two queues: of this machine two processors do $(value plain_ratio) of what one does"
else
	fail "two queues copy 1.7 times what one does"
fi
check "nothing is left" vsn fabric del $FABRIC
module_unload
finish
