# SPDX-License-Identifier: GPL-2.0-or-later
# OpenOCD at the SWD pins of the virtual board, with its own target/stm32l4x.cfg and without code on
# the target. What it wrote swdrom verifies from the same state file, and the other way round.
. tests/peers/common
. "$TOP/tests/peers/openocd"
need openocd

by_pins 'set WORKAREASIZE 0'
every_part
ok 'nothing that silicon would have objected to' no_objections
exit $failed
