#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run test programs (cmocka) and CLI scripts (one "ok NAME" or "not ok NAME" line a test), JOBS of
# them at a time (default: a processor each), and count.
# A program that dies or prints no count is one failure. A script may end with a line "skip WHY".
# None may take longer than TEST_LIMIT seconds (default: 300).
set -u
LIMIT=${0%/*}/limit.py

# one TEST DIR: run it, print its line, leave its counts in DIR
one()
{
	t=$1 out=$2/${1##*/}
	start=$(date +%s%N)
	case $t in
	*.sh) "$LIMIT" "${TEST_LIMIT:-300}" "$out" sh "$t" ;;
	*) "$LIMIT" "${TEST_LIMIT:-300}" "$out" "$t" ;;
	esac
	rc=$?
	ms=$((($(date +%s%N) - start) / 1000000))
	s=0
	case $t in
	*.sh) p=$(grep -c '^ok ' "$out"); f=$(grep -c '^not ok ' "$out") ;;
	*) p=$(grep -c '^\[       OK \]' "$out")
	   s=$(grep -E '^\[  SKIPPED \] ' "$out" | sort -u | grep -vc 'test(s)')
	   # cmocka prints each failure twice: at the test and in the summary
	   f=$(grep -E '^\[  (FAILED  |ERROR  ?)\] ' "$out" | sort -u | grep -vc 'test(s)') ;;
	esac
	[ "$rc" = 0 ] || [ "$f" != 0 ] || f=1
	# where everything is to be there, a test that passes itself over is a failure
	[ "${CI:-}" != true ] || { f=$((f + s)); s=0; }
	if [ $((p + f)) = 0 ] && grep -q '^skip ' "$out"; then
		echo "0 0 1" >"$out.count"
		printf '  SKIPPED %-34s %s\n' "${t##*/}" "$(sed -n 's/^skip //p' "$out")"
		return
	fi
	[ $((p + f + s)) != 0 ] || f=1
	echo "$p $f $s" >"$out.count"
	[ $s = 0 ] || printf '  SKIPPED %-34s %4d of its tests\n' "${t##*/}" "$s"
	if [ "$f" = 0 ]; then
		printf '  PASS    %-34s %4d tests %6d ms\n' "${t##*/}" "$p" "$ms"
	else
		# one write: lines of tests that run at the same time do not mix
		text=$(printf '  FAIL    %-34s %4d of %d failed (exit %d)\n' "${t##*/}" "$f" $((p + f)) "$rc"
		       tail -n 60 "$out")
		printf '%s\n' "$text"
	fi
}

if [ "${1-}" = --one ]; then
	one "$3" "$2"
	exit 0
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I TEST sh "$0" --one "$dir" TEST
passed=0 failed=0 skipped=0
for t in "$@"; do
	# a run that left no count was killed from outside
	read -r p f s <"$dir/${t##*/}.count" 2>/dev/null || { p=0 f=1 s=0; echo "  LOST    ${t##*/}"; }
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
[ $skipped = 0 ] || echo "NOT RUN: $skipped of these, see SKIPPED above"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
