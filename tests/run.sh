#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run test programs (cmocka) and CLI scripts (one "ok NAME" or "not ok NAME" line a test), count.
# A program that dies or prints no count is one failure. A script may end with a line "skip WHY".
set -u
passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT INT TERM
for t in "$@"; do
	start=$(date +%s%N)
	case $t in
	*.sh) sh "$t" >"$out" 2>&1 ;;
	*) "$t" >"$out" 2>&1 ;;
	esac
	rc=$?
	ms=$((($(date +%s%N) - start) / 1000000))
	case $t in
	*.sh) p=$(grep -c '^ok ' "$out"); f=$(grep -c '^not ok ' "$out") ;;
	*) p=$(grep -c '^\[       OK \]' "$out"); f=$(grep -cE '^\[  (FAILED|ERROR)  ?\] [a-z_]' "$out")
	   # cmocka prints each failure twice: at the test and in the summary
	   f=$(grep -E '^\[  (FAILED  |ERROR  ?)\] ' "$out" | sort -u | grep -vc 'test(s)') ;;
	esac
	[ "$rc" = 0 ] || [ "$f" != 0 ] || f=1
	if [ $((p + f)) = 0 ] && grep -q '^skip ' "$out"; then
		printf '  SKIPPED %-34s %s\n' "${t##*/}" "$(sed -n 's/^skip //p' "$out")"
		skipped=$((skipped + 1))
		continue
	fi
	[ $((p + f)) != 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f))
	if [ "$f" = 0 ]; then
		printf '  PASS    %-34s %4d tests %6d ms\n' "${t##*/}" "$p" "$ms"
	else
		printf '  FAIL    %-34s %4d of %d failed (exit %d)\n' "${t##*/}" "$f" $((p + f)) "$rc"
		tail -n 60 "$out"
	fi
done
[ $skipped = 0 ] || echo "NOT RUN: $skipped of these, see SKIPPED above"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
