#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# System files, without a kernel: those that we ship come to what is published of
# the machines, and one that is wrong gets one line that names its line.

. "$(dirname "$0")/../lib.sh"

unset VSN_SYSTEMS

# A file with nothing wrong in it; the cases below spoil it.
cat > "$WORK/good.yaml" <<'END'
name: good
description: two boards of two
dimensions:
  - {name: board, prefix: b, size: 2}
  - {name: slot, prefix: s, size: 2}
endpoints:
  accelerator:
    dims: [board, slot]
    package: board
    capacity: 1 GiB
    memory:
      bandwidth: 1 TB/s
      latency: 100 ns
    read: 10 GB/s
    write: 5 GB/s
    overhead: 300 ns
networks:
  - name: net
    header: 16 B
    packet: 256 B
    stripe: 4 KiB
    policy: dmodk
    tiers:
      - name: l1
        over: [slot]
        attach: endpoint
        kind: switch
        planes: 2
        switches: 1
        lanes: 1
        wiring: full
        switch_latency: 200 ns
        medium: board
        ports:
          accelerator: {bandwidth: 5 GB/s, latency: 0 ns, efficiency: 90 %}
      - name: l2
        over: [board]
        attach: switch
        kind: switch
        planes: 2
        switches: 2
        switch_latency: 200 ns
        uplink:
          bandwidth: 5 GB/s
software:
  - library: lib
    fit: [row]
    parameters:
      - {name: launch, value: 10 us, meaning: per call, origin: fitted, source: row}
published:
  - {name: row, value: 12 us, max: 13 us, run: p2p read slot, source: nowhere}
bounds: {median: 8 %, worst: 20 %}
END

# The same with a graph in place of tiers
sed '/^    tiers:/,/^software:/{/^software:/!d}' "$WORK/good.yaml" |
	sed '/^software:/,$d' > "$WORK/graph.yaml"
cat >> "$WORK/graph.yaml" <<'END'
    graph:
      switches:
        - {name: s0, latency: 200 ns}
        - {name: s1, latency: 300 ns}
      links:
        - {from: b0.s0, to: s0, bandwidth: 50 GB/s, latency: 10 ns}
        - {from: b0.s1, to: s0, bandwidth: 50 GB/s}
        - {from: b1.s0, to: s1, bandwidth: 50 GB/s}
        - {from: b1.s1, to: s1, bandwidth: 50 GB/s}
        - {from: s0, to: s1, bandwidth: 50 GB/s, lanes: 2, efficiency: 90 %}
END

# bad NAME LINE TEXT SED...: the spoilt file gets just this complaint.
bad()
{
	spoilt good "$@"
}

# The same with the graph
bad_graph()
{
	spoilt graph "$@"
}

spoilt()
{
	local file=$1 name=$2 line=$3 text=$4 status=0

	shift 4
	sed "$@" "$WORK/$file.yaml" > "$WORK/bad.yaml"
	vsn system show "$WORK/bad.yaml" > "$WORK/out" 2> "$WORK/err" || status=$?
	if [ $status = 1 ] && [ ! -s "$WORK/out" ] && [ "$(wc -l < "$WORK/err")" = 1 ] &&
	   grep -qF "$WORK/bad.yaml:$line: " "$WORK/err" && grep -qF -- "$text" "$WORK/err"; then
		pass "$name"
	else
		note "status $status, wanted bad.yaml:$line: ... $text"
		sed 's/^/#   /' "$WORK/err"
		fail "$name"
	fi
}

# is SYSTEM FILTER: jq's filter must say true of the system's JSON.
is()
{
	vsn -j system show "$1" > "$WORK/json" || return
	jq -e ".[0] | $2" "$WORK/json" > /dev/null || {
		jq -c '.[0] | del(.published, .software)' "$WORK/json"
		return 1
	}
}

# value TEXT BYTES: a size as it is written comes to so many bytes.
value()
{
	sed "s|capacity: 1 GiB|capacity: $1|" "$WORK/good.yaml" > "$WORK/value.yaml"
	check "'$1' is $2 bytes" is "$WORK/value.yaml" ".kind[0].capacity == $2"
}

# Every figure's line has a comment, or a "source:" in it or within its object.
# A figure is a number with a unit, or a size of a dimension.
unsourced()
{
	! awk '
		/^[ \t]*#/ { next }
		/^software:|^published:/ { exit }
		/: [0-9.]+ (B|[kMGTP]i?B|[kMGTP]?[bB]\/s|ps|ns|us|ms|s|%)/ || /size: [0-9]+/ {
			if (!/#/)
				print FILENAME ":" FNR ": " $0
		}' "$1" | grep .
}

status_is()
{
	local want=$1 got=0

	shift
	"$@" > /dev/null 2>&1 || got=$?
	[ "$got" = "$want" ]
}

installed()
{
	make -s -C "$VSN_TOP/tools/vsn" install DESTDIR="$WORK/root" PREFIX=/usr || return
	"$WORK/root/usr/bin/vsn" system show nvl72 | grep -F "$WORK/root/usr/share/vsn/systems"
}

# The example in the manual
manual()
{
	sed -n '/^\.SH EXAMPLES/,/^\.fi/{/^\./d;p}' "$VSN_TOP/Documentation/man/vsn-system.5" \
		> "$WORK/manual.yaml"
	is "$WORK/manual.yaml" '.endpoints == 8 and .network[0].tier[1].link_count == 2 * 2 * 4 and
		.network[1].tier[0].link_count == 3 * 2'
}

searched()
{
	mkdir -p "$WORK/dir"
	cp "$WORK/good.yaml" "$WORK/dir/nvl72.yaml"
	VSN_SYSTEMS=$WORK/none:$WORK/dir vsn -j system show nvl72 |
		jq -e '.[0].name == "good"'
}

plan 100

# What is shipped
check "all are listed" bash -c "vsn -j system list |
	jq -e 'map(.name) | contains([\"cloudmatrix384\", \"nvl72\"])'"
for file in "$VSN_TOP"/tools/systems/*.yaml; do
	name=$(basename "$file" .yaml)
	case $name in
	cloudmatrix384|nvl72|astra-*) ;;
	*) continue ;;
	esac
	check "$name is called by its file's name" is "$name" ".name == \"$name\""
	check "$name: each figure tells where it is from" unsourced "$file"
done
check "cloudmatrix384: 768 dies in 384 packages, 192 CPUs" is cloudmatrix384 \
	'([.kind[] | {kind, count, packages, base}] == [
	  {kind: "accelerator", count: 768, packages: 384, base: 0},
	  {kind: "host", count: 192, packages: 192, base: 768}])'
check "cloudmatrix384: 336 and 112 switches, 5,376 links between them" is cloudmatrix384 \
	'.network[] | select(.name == "ub") | [.tier[] | .switch_count] == [336, 112] and
	 .tier[1].link_count == 2 * 5376'
check "cloudmatrix384: dies of a package have a link of their own, first" is cloudmatrix384 \
	'.network[0].tier[0] | .over == ["die"] and .switch_count == 384'
check "cloudmatrix384: 196 GB/s a die, 160 GB/s a CPU, 448 GB/s up a switch" is cloudmatrix384 \
	'.network[1].tier | .[0].planes * .[0].port[0].bandwidth == 196e9 and
	 (.[0].planes * .[0].port[1].bandwidth / 1e9 | round) == 160 and
	 .[1].switches * .[1].port[0].bandwidth == 448e9'
check "cloudmatrix384: 48 TiB of HBM" is cloudmatrix384 \
	'.kind[0] | .count * .capacity == 48 * 1024 * 1024 * 1024 * 1024'
check "nvl72: 72 GPUs, 36 CPUs, 18 switches" is nvl72 \
	'[.kind[].count] == [72, 36] and .network[0].tier[0].switch_count == 18'
check "nvl72: its switches reduce, and no others" is nvl72 \
	'[.network[].tier[].reduces] == [true, false]'
check "nvl72: 900 GB/s of payload a GPU" is nvl72 '.network[0] |
	.tier[0].planes * .tier[0].port[0].bandwidth * .packet / (.packet + .header) == 900e9'

# A good file
check "every field is read" is "$WORK/good.yaml" \
	'.endpoints == 4 and .packages == 2 and
	 (.kind[0] | .package == "board" and .mem_bandwidth == 1e12 and .mem_latency == 1e5 and
	  .read_bandwidth == 1e10 and .write_bandwidth == 5e9 and .overhead == 3e5) and
	 (.network[0] | .header == 16 and .packet == 256 and .stripe == 4096 and
	  .policy == "dmodk" and
	  (.tier[0] | .medium == "board" and .switch_latency == 2e5 and .port[0].efficiency == 9e5) and
	  (.tier[1] | .attach == "switch" and .lanes == 1 and .wiring == "full" and
	   .forwarding == "cut-through" and .switch_count == 4 and .link_count == 16)) and
	 (.software[0] | .fit == ["row"] and .parameter[0].value == 1e7) and
	 (.published[0] | .value == 1.2e7 and .max == 1.3e7 and .run == "p2p read slot")'
check "JSON and text tell the same" bash -c "vsn system show $WORK/good.yaml |
	grep -F 'tier l2 switches 4 links 16 over board attach switch'"

check "the manual's example is a system" manual

# Where files are found
check "an installed vsn finds installed files" installed
check "VSN_SYSTEMS comes first" searched
check_fails "a system that is not there" "there is no system 'nowhere'" vsn system show nowhere
check_fails "a file that is not there" "No such file" vsn system show "$WORK/nowhere.yaml"
check_fails "a directory" "not a regular file" vsn system show "$WORK/"

# Graphs
check "a graph is read" is "$WORK/graph.yaml" '.endpoints == 4 and
	(.network[0].tier | length == 1) and (.network[0].tier[0] |
	.name == "graph" and .kind == "graph" and .switch_count == 2 and .link_count == 12 and
	.transit == false and .forwarding == "cut-through")'
sed 's/graph:/&\n      transit: 7 ns/' "$WORK/graph.yaml" > "$WORK/transit.yaml"
check "endpoints that forward" is "$WORK/transit.yaml" \
	'.network[0].tier[0] | .transit and .switch_latency == 7000'
bad_graph "a link to what is not there" 32 "link to 's9': no such endpoint or switch" \
	'32s/to: s1/to: s9/'
bad_graph "a link from what is not there" 29 "link from 'b2.s1': no such endpoint" '29s/b0/b2/'
bad_graph "a link to itself" 31 "link from 's1': leads to itself" '31s/b1.s1/s1/'
bad_graph "a link twice" 31 "link b1.s0>s1 is there already" '31s/b1.s1/b1.s0/'
bad_graph "a link there and back" 30 "link s0>b0.s0 is there already" \
	'30s/b1.s0, to: s1/s0, to: b0.s0/'
bad_graph "a switch twice" 26 "switch s1: named twice" '26s/$/\n        - {name: s1}/;25d'
bad_graph "a switch without a link" 23 "network net: switch s2 has no link" \
	'26s/$/\n        - {name: s2}/'
bad_graph "no way between two" 23 "no way from b1.s0 to b0.s0" '32d'
bad_graph "no way back" 23 "network net: no way from b1.s0 to b0.s0" '32s/lanes: 2/one_way: true/'
bad_graph "a graph and tiers" 18 "network 'net' has tiers and a graph" \
	'23s/^/    tiers: [{name: t, over: [slot], attach: endpoint, kind: switch, planes: 1, switches: 1, switch_latency: 1 ns}]\n/'
bad_graph "neither of them" 18 "network 'net' has neither tiers nor a graph" '23,$d'
bad_graph "a policy that a graph has not" 23 "a graph has shortest paths only" '22s/dmodk/borrow/'
bad_graph "too many lanes" 32 "lanes 1025 is not 1 to 1024" '32s/lanes: 2/lanes: 1025/'
bad_graph "a slow link of a graph" 28 "bandwidth 1 is not" '28s|50 GB/s|1 B/s|'
bad_graph "an efficiency that is none" 32 "efficiency: '0 %' is not above" '32s/90 %/0 %/'

# Values
value "1 GiB" 1073741824
value "1GiB" 1073741824
value "0.5 MiB" 524288
value "4.096 kB" 4096
value "0.0625 TiB" 68719476736
value "4096 B" 4096
bad "a size without a unit" 10 "'1024' has no unit" 's/1 GiB/1024/'
bad "a size in an unknown unit" 10 "unknown unit 'GIB'" 's/1 GiB/1 GIB/'
bad "a time for a size" 10 "unknown unit 'ns'" 's/1 GiB/1 ns/'
bad "a size that is no number" 10 "'much' is not a number" 's/1 GiB/much/'
bad "a negative size" 10 "'-1 GiB' is not a number" 's/1 GiB/-1 GiB/'
bad "half a byte" 10 "'0.5 B' is not a whole number of B" 's/1 GiB/0.5 B/'
bad "a third of a picosecond" 13 "is not a whole number of ps" 's/100 ns/0.0003 ns/'
bad "a size above 2^64" 10 "is too large" 's/1 GiB/999999999 TiB/'
bad "a number of too many digits" 10 "is not a number" 's/1 GiB/12345678901234567890123 B/'
bad "a point without digits" 10 "is not a number" 's/1 GiB/1. GiB/'
bad "a header above 2^32" 19 "header: '8 GiB' is too large" 's/header: 16 B/header: 8 GiB/'
bad "more than all of a link" 35 "'110 %' is not above 0 % and up to 100 %" 's/90 %/110 %/'
bad "nothing of a link" 35 "'0 %' is not above 0 % and up to 100 %" 's/90 %/0 %/'

# Form
bad "an empty file" 1 "the file is empty" -n ''
bad "a list where a system should be" 1 "there is no mapping here" -n '1i- a'
bad "not YAML" 5 "did not find expected" '4s/}//'
bad "a second document" 3 "second document" '3i---\nname: x\n---'
bad "an unknown key at the top" 2 "unknown key 'descriptoin'" 's/description/descriptoin/'
bad "an unknown key deep inside" 35 "unknown key 'bandwith'" '35s/bandwidth/bandwith/'
bad "an unknown kind of endpoint" 7 "unknown key 'gpu'" '7s/accelerator/gpu/'
bad "a key is missing at the top" 1 "'name' is missing" 1d
bad "a key is missing deep inside" 11 "'latency' is missing" 13d
bad "a key twice" 3 "key 'description' is there twice" '3idescription: again'
bad "a word for a number" 28 "'two'" '28s/2/two/'
bad "an unknown attach" 26 "board" '26s/endpoint/board/'
bad "an empty name" 18 "" '18s/net/""/'
bad "a name of 32 characters" 18 "31" '18s/net/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/'
bad "a name with a space" 1 "is not [a-z0-9_-]" '24s/l1/l 1/'

# Meaning
bad "a dimension that is not there" 8 "no dimension 'slat'" '8s/slot/slat/'
bad "a tier over a dimension that is not there" 25 "no dimension 'shelf'" '25s/slot/shelf/'
bad "a dimension twice" 5 "dimension 'board' is there twice" '5s/slot/board/'
bad "a dimension of nothing" 5 "size is 0" '5s/size: 2/size: 0/'
bad "a tier twice" 36 "tier 'l1' is there twice" '36s/l2/l1/'
bad "ports on a tier of switches" 43 "has an uplink" '43s/uplink/ports/;44s/bandwidth: 5 GB.s/host: {bandwidth: 5 GB\/s}/'
bad "a parameter in bytes" 49 "unknown unit 'B'" '49s/10 us/10 B/'
bad "a fit to a row that is not there" 47 "no published row 'raw'" '47s/row/raw/'
bad "a row twice" 52 "row 'row' is there twice" '51{p}'
bad "a range that ends before it begins" 51 "row 'row': max is below value" '51s/13 us/11 us/'
bad "a range of two units" 51 "max: " '51s/13 us/13 GB\/s/'
bad "a row of nothing" 51 "row 'row': value is 0" '51s/12 us/0 us/'
bad "a bound in microseconds" 52 "median: " '52s/8 %/8 us/'
bad "an unknown bound" 52 "unknown key 'mean'" '52s/median/mean/'
bad "uplinks that reduce" 1 "tier l2: reduces: only switches that attach endpoints" '43i\        reduces: true'
bad "planes that do not match" 1 "planes 3, but tier l1 has 2" '40s/2/3/'
bad "switches above a tier without any" 1 "attach switch, but tier l1 has none" '27s/switch/mesh/'

# The command line
check "an unknown word has status 2" status_is 2 vsn system shaw nvl72
check "a word too many has status 2" status_is 2 vsn system show nvl72 now
check_fails "the unknown word is named" "unknown word 'shaw'" vsn system shaw nvl72
# Another network namespace has no vsn, whatever this machine has loaded.
apart=()
unshare -rn true 2> /dev/null && apart=(unshare -rn)
if [ ${#apart[@]} = 0 ] && module_loaded; then
	skip "without the module the message says so"
else
	check_fails "without the module the message says so" "load the module" \
		"${apart[@]}" vsn fabric show
fi
check "bad words are found before the kernel is asked" status_is 2 \
	vsn region add f size 1 home all
finish
