#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A tenant who is nobody but a member of a group: udev's rule gives the group the
# device of its partition, and that is all he can open.

. "$(dirname "$0")/lib.sh"
need_vm
command -v vsn > /dev/null || skip_all "vsn is not built"
command -v udevadm > /dev/null || skip_all "no udevadm"
module_load

GID=4321

# Each device as udev would have treated it when it came
apply_rules()
{
	local node

	mkdir -p /run/udev/rules.d || return
	cp "$VSN_TOP/tools/udev/60-vsn.rules" /run/udev/rules.d/ || return
	{ cat /etc/group; echo "vsn-blue:x:$GID:"; } > "$WORK/group" || return
	mount --bind "$WORK/group" /etc/group || return
	for node in sn0 sn0.blue sn0.red; do
		udevadm test --action=add "/sys/class/vsn/$node" > "$WORK/udev" 2>&1 || return
	done
}

owner_of()
{
	[ "$(stat -c '%a %g' "/dev/vsn/$1")" = "$2" ] || {
		ls -l /dev/vsn
		return 1
	}
}

as_tenant()
{
	setpriv --reuid 65534 --regid 65534 --groups "$1" --bounding-set=-all --inh-caps=-all \
		"${@:2}"
}

# read_by GROUP DEVICE UA: a byte of a region
read_by()
{
	as_tenant "$1" dd if="/dev/vsn/$2" iflag=skip_bytes skip="$(($3))" bs=1 count=1 \
		of=/dev/null status=none
}

plan 11
vsn fabric add sn0 system nvl72 > /dev/null
vsn partition add sn0 blue endpoints 0-3 > /dev/null
vsn partition add sn0 red endpoints 4-7 > /dev/null
blue=$(vsn -j region add sn0 size 1MiB home 0 partition blue | jq -r '.[0].ua')
red=$(vsn -j region add sn0 size 1MiB home 4 partition red | jq -r '.[0].ua')
check "udev takes the rule" apply_rules
check "the fabric's own device is root's alone" owner_of sn0 "600 0"
check "a partition's is its group's" owner_of sn0.blue "660 $GID"
check "without a group root's" owner_of sn0.red "660 0"
check "a member reads what is his" read_by $GID sn0.blue "$blue"
check_fails "not what is another's" "Bad address" read_by $GID sn0.blue "$red"
check_fails "he does not open another partition" "Permission denied" read_by $GID sn0.red "$red"
check_fails "nor the fabric" "Permission denied" read_by $GID sn0 "$blue"
check_fails "others do not open his" "Permission denied" read_by 65534 sn0.blue "$blue"
check_fails "he makes no regions by netlink" EPERM \
	as_tenant $GID "$(command -v vsn)" region add sn0 size 1MiB home 0 partition blue
umount /etc/group
check "all goes with the fabric" bash -c 'vsn fabric del sn0 && ! ls /dev/vsn/sn0* 2> /dev/null'
module_unload
finish
