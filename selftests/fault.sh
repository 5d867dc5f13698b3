#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Links, switches and faults from the command line: what is set is what is shown, and
# what is refused, or misspelt, is said.

. "$(dirname "$0")/lib.sh"
need_vm
command -v vsn > /dev/null || skip_all "vsn is not built"
command -v jq > /dev/null || skip_all "no jq"
module_load

# json FILTER COMMAND...: jq's filter must say true of the command's JSON.
json()
{
	local filter=$1

	shift
	vsn -j "$@" > "$WORK/json" || return
	jq -e "$filter" "$WORK/json" > /dev/null || {
		head -c 2000 "$WORK/json"
		return 1
	}
}

# usage NAME TEXT COMMAND...: status 2, and the text.
usage()
{
	local name=$1 text=$2 status=0

	shift 2
	vsn "$@" > "$WORK/stdout" 2> "$WORK/stderr" || status=$?
	if [ $status = 2 ] && [ ! -s "$WORK/stdout" ] && grep -qF -- "$text" "$WORK/stderr"; then
		pass "$name"
	else
		note "status $status, wanted 2 and: $text"
		sed 's/^/#   /' "$WORK/stderr"
		fail "$name"
	fi
}

# Listeners hear of what is set, and of faults.
monitored()
{
	local id

	listen "$WORK/events" || return
	vsn link set f id 5 down
	vsn switch set f ub.l1.b0.p1 down
	id=$(vsn -j fault add f link id 6 latency 1us | jq '.[0].id')
	vsn fault del f "$id"
	vsn endpoint set f id 3 down
	vsn endpoint set f id 3 up
	heard "$WORK/events" || return
	jq -e -s 'map(.[0]) | map(.state) == ["down", "down", "up", "active", "up", "over", "down", "up"] and
		.[6].id == 3 and
		.[0].id == 5 and .[1].name == "ub.l1.b0.p1" and .[2].extra_latency == 1000000' \
		"$WORK/events" || {
		cat "$WORK/events"
		return 1
	}
}

# What route get says: the way of now, and how its links are.
route_around()
{
	local ends=(b0.npu0.d0 b1.npu0.d0) first link

	vsn fault policy set f detect 1s || return
	json '.[0] | .rerouted == false and .latency > 0' route get f "${ends[@]}" || return
	first=$(jq -c '.[0]' "$WORK/json")
	link=$(jq '.hops[0].id' <<< "$first")
	vsn link set f id "$link" bandwidth 50% latency 2us || return
	json ".[0] | .latency == ($first | .latency) + 2000000 and
		.hops[0].bandwidth == ($first | .hops[0].bandwidth / 2 | floor)" \
		route get f "${ends[@]}" || return
	# Not known yet, then known.
	vsn link set f id "$link" bandwidth 100% latency 0ps down || return
	json '.[0] | .rerouted == false and .hops[0].down' route get f "${ends[@]}" || return
	vsn fault policy set f detect 0ps || return
	json '.[0].rerouted and (.[0] | has("candidate") | not) and
		all(.[0].hops[]; .down == false) and any(.[1:][]; .hops[0].down)' \
		route get f "${ends[@]}" alternatives 7 || return
	vsn link set f id "$link" up || return
	json ".[0] == $first" route get f "${ends[@]}"
}

# set_all ENDPOINT STATE: its links out
set_all()
{
	local id

	for id in $(vsn -j link show f network ub |
		    jq ".[] | select(.name | startswith(\"$1>\")) | .id"); do
		vsn link set f id "$id" "$2" || return
	done
}

# An all-reduce, of 31 us, crosses links of which one flaps: it is right, though pieces
# of it are lost and sent again.
flapping()
{
	local link=$1 now i

	vsn fault policy set f detect 1us || return
	now=$(vsn -j fabric show f | jq '.[0].now')
	for i in 1 2 3 4 5 6 7 8; do
		vsn fault add f link id "$link" down at "$((now + i * 3000000))ps" \
			until "$((now + i * 3000000 + 1500000))ps" || return
	done
	json '.[0].wrong == 0 and .[0].sizes[0].time > 20000000' bench coll f all-reduce \
		ranks 8 min 1MiB max 1MiB data yes || return
	vsn run f until "$((now + 30000000))ps" || return
	json '.[0] | .lost > 0 and .state == "up"' link show f id "$link" &&
		json 'map(.replays) | add > 0' endpoint show f active &&
		json 'map(.replay_wire) | add > 0' link show f active &&
		json '. == []' fault show f
}

plan 39

check "a fabric" vsn fabric add f system cloudmatrix384
# The first endpoint's first link to a switch
L=$(vsn -j link show f network ub tier l1 | jq '.[0].id')
check "its links are up" json '.[0].state == "up" and .[0].replays == 0' link show f id "$L"
check "a link is set" vsn link set f id "$L" down bandwidth 25% latency 2us error-rate 3ppb
check "and shown" json '.[0] | .state == "down" and .bandwidth_part == 250000 and
	.extra_latency == 2000000 and .error_rate == 3000' link show f id "$L"
check "in words" bash -c "vsn link show f id $L |
	grep -F 'state down bandwidth-part 25 % extra-latency 2 us error-rate 3 ppb'"
check "what is not named stays" bash -c "vsn link set f id $L up &&
	vsn -j link show f id $L | jq -e '.[0].state == \"up\" and .[0].bandwidth_part == 250000'"
check "by its name" vsn link set f "$(vsn -j link show f id "$L" | jq -r '.[0].name')" \
	bandwidth 100% latency 0ps error-rate 0ppt
check "as it was" json '.[0] | .bandwidth_part == 1000000 and .extra_latency == 0' \
	link show f id "$L"
usage "nothing to set" "what to set is missing" link set f id "$L"
usage "a word twice" "'down' is there twice" link set f id "$L" down down
usage "too much bandwidth" "at most 100 %" link set f id "$L" bandwidth 101%
usage "an unknown word" "unknown word 'sideways'" link set f id "$L" sideways
check_fails "a link that is not there" "no such link" vsn link set f nowhere down
check "switches" json 'all(.state == "up") and
	(map(select(.network == "ub")) | length == 448)' switch show f
check "a switch is set" vsn switch set f ub.l1.b0.p0 down
check "and is what is down" json 'length == 1 and .[0].name == "ub.l1.b0.p0"' \
	switch show f down
check_fails "a link of it is not up" "keeps it down" vsn link set f id "$L" up
check "up again" vsn switch set f ub.l1.b0.p0 up
usage "neither up nor down" "up or down is missing" switch set f ub.l1.b0.p0
check "a fault" json '.[0] | .state == "scheduled" and .down and .at == 1000000000 and
	.until == 2000000000' fault add f link id 7 down at 1ms until 2ms
check "is listed" json 'length == 1 and .[0].target == 7' fault show f
check "and deleted" bash -c 'vsn fault del f "$(vsn -j fault show f | jq ".[0].id")"'
usage "a fault that does nothing" "what it does is missing" fault add f link id 7 at 1ms
check_fails "one that ends before" "not after" vsn fault add f link id 7 down at 2ms until 1ms
check "a policy" bash -c "vsn fault policy set f detect 3us lost error seed 7 &&
	vsn -j fault policy show f | jq -e '.[0] == {fabric: \"f\", detect: 3000000,
		lost: \"error\", seed: 7}' && vsn fault policy set f lost replay"
usage "an unknown policy" "it may be: replay error" fault policy set f lost found
check "an endpoint goes down" vsn endpoint set f b0.npu0.d1 down
check "and is shown so" json '.[0] | .state == "down" and .lost_bytes == 0' \
	endpoint show f b0.npu0.d1
check "and comes up" bash -c "vsn endpoint set f b0.npu0.d1 up &&
	vsn -j endpoint show f b0.npu0.d1 | jq -e '.[0].state == \"up\"'"
check "a fault of one" json '.[0] | .endpoint == "b0.npu0.d1" and .state == "scheduled"' \
	fault add f endpoint b0.npu0.d1 down at 1s until 2s
usage "up, and slower" "go alone" endpoint set f b0.npu0.d1 up slow 25%
check "which is deleted" bash -c 'vsn fault del f "$(vsn -j fault show f | jq ".[0].id")"'
check_fails "a slower fault of one" "an endpoint is up or down" vsn fault add f endpoint b0.npu0.d1 \
	down bandwidth 50%
check "listeners hear of it" monitored
vsn link set f id 5 up
vsn switch set f ub.l1.b0.p1 up
check "a way around what is down" route_around
check "an endpoint is cut off" set_all b0.npu0.d0 down
check_fails "and there is no way" "all that joins the two is down" \
	vsn route get f b0.npu0.d0 b1.npu0.d0
check "until it is not" set_all b0.npu0.d0 up
check "an all-reduce over links that flap" flapping "$L"
vsn fabric del f

finish
