#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftests/debug/coverage decides whether the tests run enough of kmod/: it must
# fail where they do not. It is given a tree of three small files, whose counts come
# from programs on this machine.

. "$(dirname "$0")/../lib.sh"

TREE=$WORK/tree
BUILD=$TREE/build/debug/kasan
LIST=$TREE/selftests/debug/uncovered

mkdir -p "$TREE"/{kmod/core,selftests/{core,debug}} "$BUILD/kmod"
cp "$VSN_TOP/selftests/debug/coverage" "$TREE/selftests/debug/"

cat > "$TREE/kmod/inline.h" <<'END'
static inline int twice(int x)
{
	return 2 * x;
}
END

cat > "$TREE/kmod/core/pure.c" <<'END'
int pure(int x)
{
	if (x > 1)
		return 1;
	return 0;
}
END

# Part of the core that the programs in the "VM" never call.
cat > "$TREE/selftests/core/Makefile" <<'END'
OUT := ../../build/coverage/core

coverage:
	mkdir -p $(OUT)
	rm -f $(OUT)/*.gcda
	gcc --coverage -c -o $(OUT)/pure.o ../../kmod/core/pure.c
	printf 'int pure(int); int main(void) { return pure(1) + !pure(2); }' > $(OUT)/main.c
	gcc --coverage -o $(OUT)/main $(OUT)/main.c $(OUT)/pure.o
	$(OUT)/main
END

# main_file [COMMENT]: each argument of work() is one way through it.
main_file()
{
	cat <<END
#include "inline.h"

static int count;

static int __attribute__((noinline)) step(int fail)
{
	count += twice(1);
	if (fail)
		return -1;
	return 0;
}

/*
 * What often() does not.
 * $1
 */
int work(int way)
{
	int err;

	err = step(way == 1);
	if (err)
		goto out;
	err = step(way == 2);
	if (err)
		goto err_undo;
	if (way == 3)
		return 1;
	if (way == 4)
		return 1;
	if (way == 5)
		count = 0;
	return 0;

err_undo:
	count--;
out:
	return err;
}

int rarely(int x)
{
	count += x;
	return count;
}

int often(int x)
{
$(for _ in $(seq "$filler"); do echo "	count += x;"; done)
	return count;
}
END
}

# build: compile the main file, as the debug kernel's build does: through a link.
build()
{
	main_file "${1:-}" > "$TREE/kmod/main.c"
	ln -sf "$TREE"/kmod/*.[ch] "$BUILD/kmod/"
	rm -f "$BUILD"/kmod/*.gc*
	cat > "$TREE/program.c" <<'END'
#include <stdlib.h>
int work(int way);
int often(int x);
int rarely(int x);
int main(int argc, char **argv)
{
	often(1);
	for (int i = 1; i < argc; i++)
		if (atoi(argv[i]) == 9)
			rarely(1);
		else
			work(atoi(argv[i]));
	return 0;
}
END
	gcc --coverage -c -o "$BUILD/kmod/main.o" "$BUILD/kmod/main.c" &&
		gcc --coverage -o "$TREE/program" "$TREE/program.c" "$BUILD/kmod/main.o"
}

# run NAME WAY...: what a VM leaves in its scratch directory.
run()
{
	local dir=$WORK/$1

	shift
	rm -rf "$dir"
	GCOV_PREFIX=$dir/gcov "$TREE/program" "$@"
}

coverage()
{
	(cd "$WORK" && "$TREE/selftests/debug/coverage" "$@")
}

# counts WORD...: the summary has these words.
counts()
{
	local all=$WORK/text

	coverage "$WORK/a" > "$all" 2>&1
	tail -n 1 "$all" | grep -qF -- "$*" && return
	cat "$all"
	return 1
}

# explains TEXT...: replace the list, each text with a reason.
explains()
{
	printf '# A comment\n\n' > "$LIST"
	[ $# -eq 0 ] || printf '%s\n\tIt cannot happen.\n' "$@" >> "$LIST"
}

index_exists()
{
	grep -q 'kmod/core' "$TREE/build/coverage/html/index.html" &&
		[ -e "$TREE/build/coverage/html/kmod/main.c.gcov.html" ]
}

plan 32

filler=60
explains
build || note "does not compile"
run a 0 1 2 3 4 5 9
check "all is covered" coverage "$WORK/a"
check "the sum says so" counts "lines 100.0 % (94 of 94), branches 100.0 %, labels 2 of 2"
check "a page shows it" index_exists
check "the kernel's lines, the core's and a header's are counted" \
	test "$(grep -cE 'kmod/(main\.c|core/pure\.c|inline\.h) .*100\.0 %' "$WORK/text")" = 3
check "KTAP has three cases" \
	test "$(coverage --ktap "$WORK/a" | grep -c '^ok [123] ')" = 3

run a 0 1 2 3 5 9
check_fails "a line that does not run" "kmod/main.c: work: if (way == 4) return 1;" \
	coverage "$WORK/a"
check "KTAP fails the same case only" \
	test "$(coverage --ktap "$WORK/a" | grep -o '^not ok 3\|^ok [12]' | tr '\n' ' ')" = \
	"ok 1 ok 2 not ok 3 "
explains "kmod/main.c: work: if (way == 4) return 1;"
check "a line that is explained" coverage "$WORK/a"
check "it still counts as not run" counts "lines 98.9 % (93 of 94)"
build "Lines
 * move."
run a 0 1 2 3 5 9
check "the explanation does not mind that lines move" coverage "$WORK/a"
run b 0 1 2 3 4 5 9
check_fails "an explanation of what runs" "runs or is gone" coverage "$WORK/b"
explains "perhaps kmod/main.c: work: if (way == 4) return 1;"
check "what runs by chance may run" coverage "$WORK/b"
check "and may not" coverage "$WORK/a"
explains "perhaps kmod/main.c: work: return 7;"
check_fails "an explanation of what is gone, or was by chance" "is gone" coverage "$WORK/b"
explains "kmod/main.c: work: if (way == 4) return 1;"
check_fails "two runs are added up" "runs or is gone" coverage "$WORK/a" "$WORK/b"
explains "kmod/main.c: work: if (way == 4) return 1;" "kmod/main.c: work: return 7;"
check_fails "an explanation of what is gone" "runs or is gone" coverage "$WORK/a"
run a 0 1 2 5 9
explains "kmod/main.c: work: return 1;"
check_fails "an explanation of two places" "put the line above" coverage "$WORK/a"
explains "each kmod/main.c: work: return 1;"
check "an explanation of each of two places" coverage "$WORK/a"
explains "each kmod/main.c: work: return 7;"
check_fails "an explanation of each of none" "is gone" coverage "$WORK/a"
echo "kmod/main.c: step" >> "$LIST"
check_fails "an explanation without a reason" "no reason" coverage "$WORK/a"

explains "kmod/main.c: rarely"
run a 0 1 2 3 4 5
check "a function that is explained" coverage "$WORK/a"
explains "kmod/main.c: work"
run a 0 1 2 3 5 9
check_fails "only a function that never runs can be explained whole" "runs or is gone" \
	coverage "$WORK/a"

explains
run a 0 1 3 4 5 9
check_fails "a label that nothing leads to" "kmod/main.c: work: err_undo" coverage "$WORK/a"
check "the sum says which" counts "labels 1 of 2"
run a 0 2 3 4 5 9
check_fails "a label that is only fallen through to" "kmod/main.c: work: out" \
	coverage "$WORK/a"
explains "kmod/main.c: work: goto out;"
check_fails "a label cannot be explained away" "FAILED: every label" coverage "$WORK/a"

filler=20
explains "kmod/main.c: rarely" "kmod/main.c: work: if (way == 4) return 1;" \
	"kmod/main.c: work: if (way == 3) return 1;"
build || note "does not compile"
run a 0 1 2 5
check_fails "too few lines, though explained" "FAILED: at least 92 %" coverage "$WORK/a"

explains
run a 0 1 2 3 4 5 9
echo >> "$TREE/kmod/main.c"
check_fails "a source that has changed since" "has changed" coverage "$WORK/a"
filler=21
build || note "does not compile"
check_fails "counts of another build" "is not of" coverage "$WORK/a"
check_fails "no counts at all" "no counts" coverage "$WORK"
printf 'int more(void)\n{\n\treturn 1;\n}\n' > "$TREE/kmod/more.c"
build && run a 0
check_fails "a file that is not counted" "nothing counts the lines of kmod/more.c" \
	coverage "$WORK/a"
check_fails "KTAP says when there is nothing to say" "Bail out!" coverage --ktap "$WORK"

finish
