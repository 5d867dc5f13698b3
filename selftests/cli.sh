#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command line against the module: what it makes is what it shows, in JSON
# as in text, and what the kernel refuses is said in the kernel's words.

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

# A run with bad words: status 2, and the word is named.
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

# What the kernel refuses: status 1, its words, and nothing on standard output.
refused()
{
	local name=$1 text=$2 status=0

	shift 2
	vsn "$@" > "$WORK/stdout" 2> "$WORK/stderr" || status=$?
	if [ $status = 1 ] && [ ! -s "$WORK/stdout" ] && grep -qF -- "$text" "$WORK/stderr"; then
		pass "$name"
	else
		note "status $status, wanted 1 and: $text"
		sed 's/^/#   /' "$WORK/stderr"
		fail "$name"
	fi
}

# Kernel memory that a fabric takes, KiB
fabric_memory()
{
	local before after

	vsn fabric add warm system cloudmatrix384 && vsn fabric del warm || return
	sync
	echo 3 > /proc/sys/vm/drop_caches
	before=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	vsn fabric add size system cloudmatrix384 || return
	after=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	vsn fabric del size
	echo "$((before - after)) KiB"
	[ $((before - after)) -lt 8192 ]
}

# Each change is told to who listens, in the order of the changes.
monitor()
{
	local id

	listen "$WORK/events" || return
	vsn fabric add mon system nvl72
	id=$(vsn -j region add mon size 1MiB home 0 name told | jq '.[0].id')
	vsn limit set fabric mon resident 64MiB
	vsn region poison mon "$id" offset 4KiB
	vsn partition add mon blue endpoints 1 > /dev/null
	vsn partition del mon blue
	vsn region del mon "$id"
	vsn fabric del mon
	heard "$WORK/events" || return
	jq -e -s --argjson id "$id" 'map(.[0]) | length == 8 and
		(.[0] | .name == "mon" and .state == "ready") and
		(.[1] | .fabric == "mon" and .size == 1048576 and .name == "told") and
		(.[2] | .fabric == "mon" and .resident == 67108864) and
		(.[3] | .poison and .id == $id and .offset == 4096 and .poisoned == 1044480) and
		(.[4] | .fabric == "mon" and .name == "blue" and .endpoint_count == 1) and
		(.[5] | .deleted and .fabric == "mon" and .name == "blue") and
		(.[6] | .deleted and .fabric == "mon" and .id == $id and .name == "told") and
		(.[7] | .deleted and .name == "mon")' "$WORK/events" || {
		cat "$WORK/events"
		return 1
	}
}

fabric_used()
{
	local status=0

	exec 9< /dev/vsn/sn0
	vsn fabric del sn0 2> "$WORK/stderr" || status=$?
	exec 9<&-
	cat "$WORK/stderr"
	[ $status = 1 ] && grep -q EBUSY "$WORK/stderr" && vsn fabric show sn0 > /dev/null
}

as_nobody()
{
	setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$(command -v vsn)" "$@"
}

plan 138

# Fabrics
check "nothing is there at first" json '. == []' fabric show
check "a fabric is made of a system" vsn fabric add sn0 system cloudmatrix384
check "and shown" json 'length == 1 and (.[0] | .name == "sn0" and .state == "ready" and
	.system == "cloudmatrix384" and .endpoints == 960)' fabric show
check "768 dies in 384 packages, 192 CPUs" json '.[0].kind | map({kind, count, packages}) == [
	{kind: "accelerator", count: 768, packages: 384},
	{kind: "host", count: 192, packages: 192}]' fabric show sn0
check "336 and 112 switches, 5,376 links up" json '.[0].network[] | select(.name == "ub").tier |
	map(.switch_count) == [336, 112] and .[1].link_count == 2 * 5376' fabric show sn0
check "what was sent comes back" bash -c "
	diff <(vsn -j system show cloudmatrix384 | jq '.[0] | {dim, kind, network} |
		del(.network[].tier[].port[].efficiency)') \
	<(vsn -j fabric show sn0 | jq '.[0] | {dim, kind, network} |
		del(.network[].tier[].port[].efficiency)')"
check "text says it with units" bash -c "vsn fabric show sn0 |
	grep -F 'capacity 64 GiB mem-bandwidth 1.6 TB/s mem-latency 350 ns'"
check "its device is there" test -c /dev/vsn/sn0
refused "a second of the name" EEXIST fabric add sn0 system nvl72
check "the first is as it was" json '.[0].system == "cloudmatrix384"' fabric show sn0
refused "a name of wrong letters" EINVAL fabric add SN-0 system nvl72
usage "a name of 32 characters" "longer than 31" \
	fabric add aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa system nvl72
refused "a system that is not there" "no system 'nowhere'" fabric add sn1 system nowhere
refused "a fabric that is not there" ENOENT fabric show nowhere
refused "deleting one that is not there" ENOENT fabric del nowhere
check "an open device keeps it" fabric_used
check "less than 8 MiB of kernel memory" fabric_memory

# Drafts
check "a draft" vsn fabric add d draft
check "is shown as one" json '.[0] | .state == "draft" and .endpoints == 0' fabric show d
check "has no device" test ! -e /dev/vsn/d
refused "an empty one is not committed" EINVAL fabric commit d
check "takes a system" vsn fabric set d system nvl72
check "is committed" vsn fabric commit d
check "and ready" json '.[0] | .state == "ready" and .endpoints == 108' fabric show d
refused "once" EBUSY fabric commit d
refused "and not changed again" EBUSY fabric set d system nvl72
check "two fabrics are listed" json 'map(.name) == ["sn0", "d"]' fabric show
check "one goes" vsn fabric del d

# Endpoints
check "960 endpoints, each of its own name" json \
	'length == 960 and (map(.name) | unique | length) == 960' endpoint show sn0
check "192 of them hosts" json 'length == 192 and all(.kind == "host")' \
	endpoint show sn0 kind host
check "none of them active" json '. == []' endpoint show sn0 active
check "one by its name" json '.[0] | .name == "b3.npu5.d1" and .id == 3 * 16 + 5 * 2 + 1 and
	.capacity == 64 * 1024 * 1024 * 1024 and .package == 29' endpoint show sn0 b3.npu5.d1
check "one by its id" json '.[0] | .name == "b3.cpu2" and .kind == "host"' \
	endpoint show sn0 id $((768 + 3 * 4 + 2))
refused "one that is not there" ENOENT endpoint show sn0 b48.npu0.d0
refused "an id that is not there" ENOENT endpoint show sn0 id 960
usage "an unknown kind" "unknown kind 'gpu'" endpoint show sn0 kind gpu
usage "an unknown word" "unknown word 'busy'" endpoint show sn0 busy

# Stragglers
check "one is made slower" vsn endpoint set sn0 b3.npu5.d1 slow 25% delay 2us jitter 100ns seed 7
check "and says so" json '.[0] | .slow == 250000 and .delay == 2000000 and
	.jitter == 100000 and .seed == 7' endpoint show sn0 b3.npu5.d1
check "in text, too" bash -c "vsn endpoint show sn0 b3.npu5.d1 |
	grep -F 'slow 25 % delay 2 us jitter 100 ns seed 7'"
check "as fast as ever, by its id" vsn endpoint set sn0 id 59 slow 0% delay 0ns jitter 0ns
refused "a slow one that is not there" ENOENT endpoint set sn0 b48.npu0.d0 slow 1%
refused "one that is too slow" "more than 1000000000 ppm" endpoint set sn0 id 59 slow 200000%
usage "nothing to set" "nothing to set" endpoint set sn0 b3.npu5.d1

# Routes
check "a path, and two others" json 'length == 3 and
	(.[0] | .chosen and .links == 4 and .candidates == 112 and .planes == 7 and
	 .latency == 600000 and (.hops | length) == 4) and (map(.chosen) | .[1:] | any | not)' \
	route get sn0 b0.npu0.d0 b5.npu5.d1 alternatives 2
refused "a destination that is not there" ENOENT route get sn0 b0.npu0.d0 b99.npu0.d0
refused "no path of that number" ERANGE route get sn0 b0.npu0.d0 b5.npu5.d1 candidate 112

# Links
check "10,752 directed links between the tiers" json 'length == 2 * 5376 and
	(map(select(.direction == "up")) | length) == 5376 and
	all(.bandwidth == 25004000000)' link show sn0 network ub tier l2
check "none of them active" json '. == []' link show sn0 active
check "the first five" json 'length == 5 and .[0].id == 0' link show sn0 sort busy top 5
check "one by its id" json 'length == 1 and .[0].id == 7' link show sn0 id 7
refused "a network that is not there" ENOENT link show sn0 network nvlink
refused "an id that is not there" ENOENT link show sn0 id 4294967290
usage "an unknown order" "unknown word 'name'" link show sn0 sort name

# Regions
check "a region" json '.[0] | .size == 1073741824 and .home == [59] and .resident == 0 and
	(.ua | startswith("0x2"))' region add sn0 size 1 GiB home b3.npu5.d1
check "one over all" json '.[0] | .home_count == 960 and .granule == 1048576 and .huge' \
	region add sn0 size 1920MiB home all granule 1MiB huge
check "one over a range and a name" json '.[0].home == [0, 1, 2, 3, 770]' \
	region add sn0 size 20KiB home 0-3,b0.cpu2 granule 4KiB
check "three are listed" json 'map(.id) | length == 3' region show sn0
check "one is shown" json 'length == 1 and .[0].size == 1073741824' region show sn0 1
check "its home has promised the bytes" json '.[0].allocated == 1073741824 + 2 * 1048576' \
	endpoint show sn0 b3.npu5.d1
refused "more than a home has" ENOSPC region add sn0 size 64GiB home b3.npu5.d1
refused "it is named" b3.npu5.d1 region add sn0 size 64GiB home b3.npu5.d1
refused "a home that is not there" ENOENT region add sn0 size 1GiB home b99.npu0.d0
usage "a size without a unit" "'1024' has no unit" region add sn0 size 1024 home all
usage "a region without a home" "home is missing" region add sn0 size 1GiB
check "a part of one goes bad" vsn region poison sn0 1 offset 64MiB size 8KiB
check "it is shown" json '.[0].poisoned == 8192' region show sn0 1
check "and good again" bash -c "vsn region heal sn0 1 &&
	vsn -j region show sn0 1 | jq -e '.[0].poisoned == 0'"
refused "half a page" EINVAL region poison sn0 1 size 2KiB
refused "what it has not" ERANGE region poison sn0 1 offset 1GiB
usage "poison of nothing" "size is 0" region poison sn0 1 size 0B
usage "an unknown word of poison" "unknown word 'length'" region poison sn0 1 length 4KiB
check "one with a name" json '.[0] | .name == "kv.cache-0" and .size == 4096' \
	region add sn0 size 4KiB home 0 name kv.cache-0
check "it is found by it" json 'length == 1 and .[0].name == "kv.cache-0"' \
	region show sn0 kv.cache-0
check "and where the word says so" json 'length == 1 and .[0].name == "kv.cache-0"' \
	region show sn0 name kv.cache-0
refused "a name is taken but once" EEXIST region add sn0 size 4KiB home 0 name kv.cache-0
refused "a number is no name" EINVAL region add sn0 size 4KiB home 0 name 77
refused "a name that no region has" ENOENT region show sn0 nothing
check "it is freed by it" vsn region del sn0 kv.cache-0
refused "and is gone" ENOENT region del sn0 kv.cache-0
check "one over the least used" json '.[0] | .policy == "spread" and .home_count == 8 and
	.home == [16, 17, 18, 19, 20, 21, 22, 23]' region add sn0 size 16MiB granule 2MiB name spread \
	policy spread count 8 kind accelerator where board=1 near b1.npu0.d0
check "one over what matches" json '.[0].home == [6, 7, 22, 23]' region add sn0 size 16MiB \
	name inter policy interleave where npu=3 where board=0 where board=1 kind accelerator
check "one at home" json '.[0] | .policy == "home" and .home == [40]' \
	region add sn0 size 1GiB name home policy home near b2.npu4.d0
check "one near another, of its package" json '.[0].home == [41]' \
	region add sn0 size 1GiB name next policy home near b2.npu4.d0 where npu=4 \
	where board=2 where die=1
check "one that is local" json '.[0] | .policy == "local" and .home == [5]' \
	region add sn0 size 1GiB name local policy local near b0.npu2.d1
refused "one where nothing is" ENOENT region add sn0 size 1GiB policy interleave where cpu=0 \
	kind accelerator
usage "no policy" "unknown policy 'best'" region add sn0 size 1GiB policy best
usage "no digit" "'board' is not DIMENSION=DIGIT" \
	region add sn0 size 1GiB policy interleave where board
check "they go" bash -c "for r in spread inter home next local; do vsn region del sn0 \$r || exit; done"
check "one by force" bash -c "vsn region add sn0 size 4KiB home 0 name f &&
	vsn region del sn0 f force && ! vsn region show sn0 f"
usage "an unknown word" "unknown word 'forced'" region del sn0 1 forced
check "one is freed" vsn region del sn0 1
refused "but once" ENOENT region del sn0 1

# Who may access what
check "a coherent one" json '.[0] | .mode == "coherent" and .dir_granule == 4096 and
	.from_home == 0 and .pinned == 0 and (has("violations") | not)' \
	region add sn0 size 1MiB home b1.npu0.d0 mode coherent name coherent
vsn region del sn0 coherent
check "an owned one" json '.[0] | .mode == "owned" and .dir_granule == 2097152 and .violations == 0' \
	region add sn0 size 64MiB home b1.npu0.d0 mode owned name owned
usage "a mode that is none" "want uncached, coherent or owned" \
	region add sn0 size 1MiB home all mode shared
refused "a granule of nothing" "an uncached region has no directory" \
	region add sn0 size 1MiB home all dir-granule 4KiB
check "a right is given, by name" vsn grant set sn0 owned to b0.npu1.d0 right write size 4MiB
check "and by id" vsn grant set sn0 owned to 3 right read offset 4MiB
check "who has what" json 'length == 2 and .[0].right == "write" and .[0].length == 4194304 and
	.[1].offset == 4194304 and .[1].length == 62914560 and .[1].holders == [3]' grant show sn0 owned
refused "who is in the way is named" "endpoint 2 has the granule" grant set sn0 owned to 4 right read
refused "more than there is" ERANGE grant set sn0 owned to 3 right none size 1GiB
usage "a right that is none" "want none, read or write" grant set sn0 owned to 3 right own
usage "nobody" "to is missing" grant set sn0 owned right read
refused "a region without one" "has no directory" grant show sn0 2
check "it is freed" vsn region del sn0 owned
check "its home has the bytes back" json '.[0].allocated == 2 * 1048576' \
	endpoint show sn0 b3.npu5.d1

# Nodes
check "a node for all" bash -c "vsn endpoint set sn0 all node 0 && vsn -j endpoint show sn0 |
	jq -e 'map(select(.node == 0)) | length == 960'"
check "none for those of a kind" bash -c "vsn endpoint set sn0 host node none &&
	vsn -j endpoint show sn0 | jq -e 'map(select(.node == null)) | length == 192'"
refused "a node that is not there" EINVAL endpoint set sn0 b0.npu0.d0 node 63
usage "no node" "'zero' is not a number" endpoint set sn0 all node zero

# Partitions
check "a partition of two boards" json '.[0] | .name == "blue" and .endpoint_count == 40 and
	.quota == 1073741824 and .runs == [{"first": 32, "last": 63}, {"first": 776, "last": 783}]' \
	partition add sn0 blue endpoints board=2-3 quota 1GiB
check "one of a range and a name" json '.[0].runs == [{"first": 0, "last": 3},
	{"first": 770, "last": 770}]' partition add sn0 red endpoints 0-3,b0.cpu2,2
check "two are listed" json 'map(.name) == ["blue", "red"]' partition show sn0
check "one is shown" json 'length == 1 and .[0].name == "red"' partition show sn0 red
check "in text, too" bash -c "vsn partition show sn0 red | grep -F 'endpoints 5 ids 0-3 770'"
refused "an endpoint is in one at most" "40 (b2.npu4.d0) is in partition 'blue'" \
	partition add sn0 green endpoints 40
refused "a name is there once" EEXIST partition add sn0 red endpoints 10
refused "a dimension that is not there" "'shelf=0'" partition add sn0 green endpoints shelf=0
refused "a digit that is too large" "'board=99'" partition add sn0 green endpoints board=99
usage "a digit that is none" "'board=x'" partition add sn0 green endpoints board=x
usage "a partition of nothing" "endpoints are missing" partition add sn0 green
usage "nothing of it to set" "nothing to set" partition set sn0 red
usage "an unknown word of it" "unknown word 'size'" partition set sn0 red size 1GiB
check "a region of a partition" json '.[0].partition == "blue"' \
	region add sn0 size 512MiB home board=2 granule 1MiB partition blue
refused "at homes of its own" "home 0 (b0.npu0.d0) is not in partition 'blue'" \
	region add sn0 size 1MiB home 0 partition blue
refused "within its quota" EDQUOT region add sn0 size 1GiB home 40 partition blue
check "which can be set" bash -c "vsn partition set sn0 blue quota 2GiB resident 1MiB &&
	vsn -j partition show sn0 blue | jq -e '.[0] | .quota == 2147483648 and
	.resident_max == 1048576 and .promised == 536870912 and .regions == 1'"
check "regions of one partition" json 'length == 1 and .[0].partition == "blue"' \
	region show sn0 partition blue
refused "of none that is not there" ENOENT region show sn0 partition green
refused "one with regions stays" EBUSY partition del sn0 blue
check "one without goes" vsn partition del sn0 red
refused "but once" ENOENT partition del sn0 red
check "and the other when it is empty" bash -c "
	vsn region del sn0 \$(vsn -j region show sn0 partition blue | jq '.[0].id') &&
	vsn partition del sn0 blue && vsn -j partition show sn0 | jq -e '. == []'"

# Limits, events, rights
check "a limit is set" bash -c "vsn limit set fabric sn0 resident 64 MiB &&
	vsn -j limit show fabric sn0 | jq -e '.[0].resident == 67108864'"
check "changes are told" monitor
check_fails "without rights nothing is made" EPERM as_nobody fabric add x system nvl72
check "the last fabric goes with its regions" bash -c "vsn region del sn0 2 && vsn region del sn0 3 &&
	vsn fabric del sn0 && vsn -j fabric show | jq -e '. == []'"
module_unload
finish
