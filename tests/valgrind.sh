#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A small write, read and verify job under valgrind; any error or leak fails.
set -eu
BUILD=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
sim=sim:board=stm32l476g-disco,state=$dir/state
seq 1 9999 | head -c 6000 >"$dir/app.bin"
vg() {
	valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
		"$BUILD/swdrom" "$@"
}
vg -p "$sim" -b stm32l476g-disco --probe
vg -p "$sim" -b stm32l476g-disco -w "$dir/app.bin" --address 0x08010123
vg -p "$sim" -b stm32l476g-disco -w "$dir/app.bin" --address 0x90000800
vg -p "$sim" -b stm32l476g-disco -r "$dir/back.bin" --range 0x90000800+6000
cmp "$dir/app.bin" "$dir/back.bin"
vg -p "$sim" -b stm32l476g-disco -E --range 0x08010000+4096
rc=0
vg -p "$sim" -b stm32l476g-disco -v "$dir/app.bin" --address 0x08010123 || rc=$?
[ "$rc" = 9 ] || { echo "verify after erase: exit $rc, not 9"; exit 1; }
echo "valgrind: clean"
