#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every register, field and base address of drivers/, chips/ and sim/ against the sheets made from ST's
# SVD files, where they are (beside the checkout); tests/cli/registers.sh has what is always here.
# What the sheets do not have is listed in build/registers-unknown.txt.
sheet=../shared/reference/stm32/registers/stm32l4.txt
[ -r "$sheet" ] || { echo "skip $sheet is not here: no register was compared with ST's SVD sheets"; exit 0; }
list=${BUILD:-build}/registers-unknown.txt
mkdir -p "${list%/*}"
: >"$list"
compare() { # name, least number of definitions, files
	name=$1
	shift
	if out=$(python3 tests/cli/svd.py "$sheet" L476,L496 "$@" 2>&1); then
		echo "ok $name: $(echo "$out" | sed -n 's/^# \([0-9]* definitions\) found$/\1/p')"
	else
		printf 'not ok %s\n' "$name"
		echo "$out" | grep -v '^#'
	fi
	echo "$out" | grep '^#.* sheet$' >>"$list"
}
compare drivers 140 drivers/stm32*.[ch] chips/*stm32*.[ch]
compare bench 190 sim/vflash*.[ch] sim/vrcc*.[ch] sim/vquadspi*.[ch] sim/vdma*.[ch] sim/vcrc*.[ch] \
	sim/vdbgmcu*.[ch] sim/vgpio*.[ch] sim/vwdg*.[ch] sim/mcu*.[ch]
cat "$list"
