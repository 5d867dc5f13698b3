#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A small machine of each kind, without a kernel: they come to what they should, all
# endpoints that should reach each other do, and a few paths are those that one would
# draw.  selftests/machines.sh holds the module to the same.

. "$(dirname "$0")/../lib.sh"

MACHINES=$VSN_TOP/selftests/systems

# counts MACHINE ENDPOINTS TIER:SWITCHES:LINKS...
counts()
{
	local machine=$1 endpoints=$2

	shift 2
	vsn -j system show "$MACHINES/$machine.yaml" > "$WORK/json" || return
	jq -r '.[0] | .endpoints, (.network[].tier[] |
		"\(.name):\(.switch_count):\(.link_count)")' "$WORK/json" > "$WORK/is"
	printf '%s\n' "$endpoints" "$@" | diff "$WORK/is" -
}

# Names of all endpoints, from a system's JSON
names()
{
	jq -r '.[0] | (.dim | map({key: .name, value: .}) | from_entries) as $dims |
		.kind[].dim | map($dims[.] | [range(.size) as $i | "\(.prefix)\($i)"]) |
		reduce .[] as $digits ([""]; [.[] as $head | $digits[] |
			if $head == "" then . else "\($head).\(.)" end]) | .[]' "$1"
}

# reaches MACHINE FROM BUT: from there to each other endpoint, and back, but to those
# that a pattern names
reaches()
{
	local file=$MACHINES/$1.yaml from=$2 but=${3:-^$} to n=0

	vsn -j system show "$file" > "$WORK/json" || return
	while read -r to; do
		[ "$to" != "$from" ] || continue
		n=$((n + 1))
		if [[ $to =~ $but ]]; then
			if vsn system route "$file" "$from" "$to" 2> "$WORK/err"; then
				echo "a way from $from to $to"
				return 1
			fi
			grep -q "no network joins" "$WORK/err" || return
			continue
		fi
		vsn system route "$file" "$from" "$to" alternatives 0 > /dev/null &&
			vsn system route "$file" "$to" "$from" alternatives 0 > /dev/null ||
			return
	done < <(names "$WORK/json")
	[ "$((n + 1))" = "$(jq '.[0].endpoints' "$WORK/json")" ]
}

# path MACHINE FROM TO "CANDIDATES PLANES LATENCY" LINK...: the path that is chosen
path()
{
	local machine=$1 from=$2 to=$3 figures=$4

	shift 4
	vsn -j system route "$MACHINES/$machine.yaml" "$from" "$to" alternatives 0 \
		> "$WORK/json" || return
	jq -r '.[0] | "\(.candidates) \(.planes) \(.latency)", .hops[].name' "$WORK/json" \
		> "$WORK/is"
	printf '%s\n' "$figures" "$@" | diff "$WORK/is" -
}

# Each candidate of a pair once, all of one length
candidates()
{
	vsn -j system route "$MACHINES/$1.yaml" "$2" "$3" alternatives 1000 > "$WORK/json" ||
		return
	jq -e '(length == .[0].candidates) and ([.[].hops | map(.id)] | unique | length) == length
		and ([.[].latency] | unique | length) == 1' "$WORK/json" > /dev/null
}

plan 42

check "torus: counts" counts torus 64 x:0:128 y:0:128 z:0:128
check "torus: all reach each other" reaches torus x2.y1.z3
check "torus: the shorter way round, dimension by dimension" path torus x0.y0.z0 x1.y3.z2 \
	"12 1 230000" "x0.y0.z0>x1.y0.z0@ring.x" "x1.y0.z0>x1.y3.z0@ring.y" \
	"x1.y3.z0>x1.y3.z1@ring.z" "x1.y3.z1>x1.y3.z2@ring.z"
check "torus: round the end" path torus x0.y0.z0 x3.y0.z0 "1 1 20000" \
	"x0.y0.z0>x3.y0.z0@ring.x"
check "torus: candidates" candidates torus x0.y0.z0 x1.y3.z2

check "full mesh: counts" counts full-mesh 64 board:0:448 rack:0:192 row:0:128
check "full mesh: all reach each other" reaches full-mesh r1.b2.s5
check "full mesh: one link" path full-mesh r0.b0.s0 r0.b0.s7 "1 1 5000" \
	"r0.b0.s0>r0.b0.s7@mesh.board"
check "full mesh: two lanes" path full-mesh r0.b1.s3 r1.b1.s3 "2 1 50000" \
	"r0.b1.s3>r1.b1.s3@mesh.row/0"
check "full mesh: a link a dimension" candidates full-mesh r0.b0.s0 r1.b3.s7

check "3D mesh: counts" counts mesh3d 48 node:48:192 grid:0:184
check "3D mesh: all reach each other" reaches mesh3d x1.y0.z2.s1
check "3D mesh: at one switch" path mesh3d x0.y0.z0.s0 x0.y0.z0.s1 "2 2 160000" \
	"x0.y0.z0.s0>mesh.node.x0.y0.z0.p0" "mesh.node.x0.y0.z0.p0>x0.y0.z0.s1"
check "3D mesh: three steps where a torus has one" path mesh3d x0.y0.z0.s0 x0.y0.z3.s0 \
	"2 2 670000" "x0.y0.z0.s0>mesh.node.x0.y0.z0.p0" \
	"mesh.node.x0.y0.z0.p0>mesh.node.x0.y0.z1.p0@mesh.grid" \
	"mesh.node.x0.y0.z1.p0>mesh.node.x0.y0.z2.p0@mesh.grid" \
	"mesh.node.x0.y0.z2.p0>mesh.node.x0.y0.z3.p0@mesh.grid" \
	"mesh.node.x0.y0.z3.p0>x0.y0.z3.s0"

check "DragonFly: counts" counts dragonfly 40 router:20:80 local:0:60 global:0:20
check "DragonFly: all reach each other" reaches dragonfly g3.r1.s1
check "DragonFly: within a group" path dragonfly g0.r0.s0 g0.r3.s0 "1 1 220000" \
	"g0.r0.s0>fly.router.g0.r0.p0" "fly.router.g0.r0.p0>fly.router.g0.r3.p0@fly.local" \
	"fly.router.g0.r3.p0>g0.r3.s0"
check "DragonFly: local, global, local" path dragonfly g0.r0.s0 g3.r2.s1 "1 1 530000" \
	"g0.r0.s0>fly.router.g0.r0.p0" "fly.router.g0.r0.p0>fly.router.g0.r2.p0@fly.local" \
	"fly.router.g0.r2.p0>fly.router.g3.r1.p0@fly.global" \
	"fly.router.g3.r1.p0>fly.router.g3.r2.p0@fly.local" "fly.router.g3.r2.p0>g3.r2.s1"

check "fat tree: counts" counts fat-tree 16 edge:8:32 aggr:8:32 core:4:32
check "fat tree: all reach each other" reaches fat-tree p2.e1.s0
check "fat tree: within a pod" path fat-tree p0.e0.s0 p0.e1.s0 "2 1 640000" \
	"p0.e0.s0>tree.edge.p0.e0.p0" "tree.edge.p0.e0.p0>tree.aggr.p0.p0.s0" \
	"tree.aggr.p0.p0.s0>tree.edge.p0.e1.p0" "tree.edge.p0.e1.p0>p0.e1.s0"
check "fat tree: over a core switch" path fat-tree p0.e0.s0 p3.e1.s1 "4 1 1140000" \
	"p0.e0.s0>tree.edge.p0.e0.p0" "tree.edge.p0.e0.p0>tree.aggr.p0.p0.s1" \
	"tree.aggr.p0.p0.s1>tree.core.p0.s3" "tree.core.p0.s3>tree.aggr.p3.p0.s1" \
	"tree.aggr.p3.p0.s1>tree.edge.p3.e1.p0" "tree.edge.p3.e1.p0>p3.e1.s1"
check "fat tree: a path for each core switch" candidates fat-tree p0.e0.s0 p3.e1.s1

check "rails: counts" counts rails 32 server:16:128 leaf:4:64 spine:2:64
check "rails: all reach each other" reaches rails h5.s2
check "rails: within a server" path rails h0.s0 h0.s3 "2 2 210000" \
	"h0.s0>scale-up.server.h0.p0" "scale-up.server.h0.p0>h0.s3"
check "rails: on one rail" path rails h0.s0 h7.s0 "1 1 350000" \
	"h0.s0>scale-out.leaf.s0.p0" "scale-out.leaf.s0.p0>h7.s0"
check "rails: from rail to rail" candidates rails h0.s0 h7.s3

check "SuperNodes: counts" counts supernodes 160 l1:32:640 l2:32:512 leaf:4:256 spine:2:128
check "SuperNodes: dies reach all dies, and the hosts of their own" \
	reaches supernodes n1.b2.d3 '^n[023].*cpu'
check "SuperNodes: on a board" path supernodes n0.b0.cpu0 n0.b0.d1 "2 2 210000" \
	"n0.b0.cpu0>scale-up.l1.n0.b0.p0" "scale-up.l1.n0.b0.p0>n0.b0.d1"
check "SuperNodes: from board to board" candidates supernodes n0.b0.d0 n0.b3.d7
check "SuperNodes: from one to another" path supernodes n0.b0.d0 n3.b3.d7 "128 1 1750000" \
	"n0.b0.d0>rdma.leaf.n0.p0" "rdma.leaf.n0.p0>rdma.spine.p0.s1/7" \
	"rdma.spine.p0.s1>rdma.leaf.n3.p0/7" "rdma.leaf.n3.p0>n3.b3.d7"
check_fails "SuperNodes: not from host to host" "no network joins the two" \
	vsn system route "$MACHINES/supernodes.yaml" n0.b0.cpu0 n1.b0.cpu0

check "irregular: counts" counts irregular 10 graph:3:33
check "irregular: all reach each other" reaches irregular a3
check "irregular: a link of their own" path irregular a0 a1 "1 1 2000" "a0>a1@net"
check "irregular: from switch to switch" path irregular a0 a7 "1 1 330000" \
	"a0>net.left" "net.left>net.right" "net.right>a7"
check "irregular: to the pool, by two lanes" candidates irregular a0 m1
check "irregular: one way there" path irregular a7 m1 "1 1 15000" "a7>m1@net"
check "irregular: and another back" candidates irregular m1 a7
check "irregular: JSON and text tell the same" bash -c "vsn system route \
	$MACHINES/irregular.yaml a7 m1 |
	grep -qxF 'a7 to m1 network net candidate 0 of 1 chosen planes 1 links 1 latency 15 ns'"
finish
