#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tools/ktap sums up every other test: it must not miss a failure.

. "$(dirname "$0")/../lib.sh"

# says NAME SUM STATUS: the sum and status of the KTAP on standard input.
says()
{
	local name=$1 want=$2 want_status=$3 got status

	cat > "$WORK/in"
	"$VSN_TOP/tools/ktap" "$WORK/in" > "$WORK/sum"
	status=$?
	got=$(tail -n 1 "$WORK/sum")
	if [ "$got" = "$want" ] && [ $status = "$want_status" ]; then
		pass "$name"
	else
		note "wanted '$want', status $want_status; got '$got', status $status"
		fail "$name"
	fi
}

plan 13

says "cases are counted" "1 passed, 0 failed, 1 skipped" 0 <<END
TAP version 13
1..2
ok 1 one
ok 2 two # SKIP no such thing here
END

says "a failed case fails" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
1..2
not ok 1 one
ok 2 two
END

says "subtests count, their test does not" "2 passed, 0 failed, 1 skipped" 0 <<END
TAP version 13
1..1
# TAP version 13
# 1..3
# ok 1 a
# ok 2 b # SKIP
# # Totals: pass:2 fail:0 xfail:0 xpass:0 skip:1 error:0
# ok 3 c
ok 1 selftests: vsn: t.sh
END

says "a failed subtest is one failure" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
1..1
# TAP version 13
# 1..2
# ok 1 a
# not ok 2 b
not ok 1 selftests: vsn: t.sh # exit=1
END

says "a test that dies between its subtests" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
1..1
# TAP version 13
# 1..2
# ok 1 a
# Segmentation fault
not ok 1 selftests: vsn: t # exit=139
END

says "a test that dies after its subtests" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
1..1
# TAP version 13
# 1..1
# ok 1 a
not ok 1 selftests: vsn: t # exit=139
END

says "a test that is skipped as a whole" "1 passed, 0 failed, 1 skipped" 0 <<END
TAP version 13
1..2
# TAP version 13
# 1..0 # SKIP no kernel
ok 1 selftests: vsn: t # SKIP
ok 2 selftests: vsn: u
END

says "subtests indented by spaces" "2 passed, 0 failed, 0 skipped" 0 <<END
KTAP version 1
1..1
  KTAP version 1
  1..2
  ok 1 a
  ok 2 b
ok 1 t
END

says "fewer than planned" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
1..2
ok 1 one
END

says "no plan" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
ok 1 one
END

says "nothing at all" "0 passed, 1 failed, 0 skipped" 1 < /dev/null

says "no test ran" "0 passed, 1 failed, 1 skipped" 1 <<END
TAP version 13
1..1
ok 1 one # SKIP
END

says "bail out" "1 passed, 1 failed, 0 skipped" 1 <<END
TAP version 13
1..1
ok 1 one
Bail out! the floor is gone
END

finish
