#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A small machine of each kind, in the module: it counts as the program does, and its
# paths are those that the program finds without it (selftests/host/machines.sh says what
# these are).

. "$(dirname "$0")/lib.sh"
need_vm
command -v vsn > /dev/null || skip_all "vsn is not built"
command -v jq > /dev/null || skip_all "no jq"

MACHINES=$(dirname "$0")/systems
[ -d "$MACHINES" ] || MACHINES=$VSN_TOP/selftests/systems

# Pairs that are looked at: machine, source, destination
PAIRS="
torus x0.y0.z0 x1.y3.z2
torus x0.y0.z0 x3.y0.z0
full-mesh r0.b0.s0 r1.b3.s7
mesh3d x0.y0.z0.s0 x1.y2.z3.s1
dragonfly g0.r0.s0 g3.r2.s1
fat-tree p0.e0.s0 p3.e1.s1
rails h0.s0 h0.s3
rails h0.s0 h7.s3
supernodes n0.b0.d0 n0.b3.d7
supernodes n0.b0.d0 n3.b3.d7
supernodes n0.b0.cpu0 n0.b0.d1
irregular a0 a1
irregular a0 a7
irregular a7 m1
irregular m1 a7
"

# A topology, as JSON; efficiency that is not given is 100 %
topology()
{
	jq '.[0] | {endpoints, packages, dim, kind, network} |
		(.network[].tier[].port[] |= (.efficiency //= 1000000))'
}

same()
{
	diff "$WORK/a" "$WORK/b"
}

counts()
{
	vsn -j system show "$MACHINES/$1.yaml" | topology > "$WORK/a" &&
		vsn -j fabric show machine | topology > "$WORK/b" && same
}

links()
{
	vsn -j fabric show machine | jq '[.[0].network[].tier[].link_count] | add' \
		> "$WORK/a" &&
		vsn -j link show machine | jq 'length' > "$WORK/b" && same
}

paths()
{
	local machine from to n=0

	while read -r machine from to; do
		[ "$machine" = "$1" ] || continue
		n=$((n + 1))
		vsn -j system route "$MACHINES/$1.yaml" "$from" "$to" alternatives 20 |
			jq -c . > "$WORK/a" &&
			vsn -j route get machine "$from" "$to" alternatives 20 |
			jq -c 'map(del(.fabric))' > "$WORK/b" && same || return
		vsn route get machine "$from" "$to" > /dev/null || return
	done <<< "$PAIRS"
	[ $n -gt 0 ]
}

plan 41

check "the module loads" module_load
for file in "$MACHINES"/*.yaml; do
	name=$(basename "$file" .yaml)
	check "$name: a fabric is made of it" vsn fabric add machine system "$file"
	check "$name: it counts the same" counts "$name"
	check "$name: as many links as it says" links
	check "$name: the same paths" paths "$name"
	check "$name: and is gone again" vsn fabric del machine
done
module_unload
finish
