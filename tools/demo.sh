#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demo: a real firmware into both flash memories of a virtual STM32L476G-DISCO.
set -eu
BUILD=${BUILD:-build}
state=$(mktemp -u)
trap 'rm -f "$state"' EXIT INT TERM
hex=tests/firmware/demo.hex
sim=sim:board=stm32l476g-disco,state=$state

say() {
	printf '\n$ swdrom %s\n' "$*" | sed "s|,state=$state||"
}

echo "A virtual bench: FT2232H, SWD, an STM32L476G-DISCO. No hardware is touched."
say -p "$sim" -b stm32l476g-disco --probe
"$BUILD"/swdrom -p "$sim" -b stm32l476g-disco --probe
say -p "$sim" -b stm32l476g-disco -w $hex --progress --reset run
"$BUILD"/swdrom -p "$sim" -b stm32l476g-disco -w $hex --progress --reset run
say -p "$sim" -b stm32l476g-disco -v $hex
"$BUILD"/swdrom -p "$sim" -b stm32l476g-disco -v $hex

cat <<TXT

With an FT2232H, FT232H or FT4232H module (ADBUS0 SWCLK, ADBUS1 through 220 ohm and ADBUS2 direct on
SWDIO, ADBUS4 nRST, GND) on an STM32L476G-DISCO the same job is:

    $BUILD/swdrom -p ftdi -b stm32l476g-disco -w $hex --progress --reset run
TXT
