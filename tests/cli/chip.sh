# SPDX-License-Identifier: GPL-2.0-or-later
# -c: the external flash by name or by description; -L: which ones are known.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=n25q.state
B="-b stm32l476g-disco"
pattern 5 9000 >a.bin

run -L
ok 'parts are listed by maker, with what was tried' \
	sh -c 'grep -q "^  Winbond:" out && grep -qF "w25q128jv[sim]" out && grep -qw "gd25lq128" out'
run -p $SIM $B -c n25q128a --json
ok 'the right name changes nothing' both 0 '[.mtds[] | select(.name == "qspi")][0].about | test("N25Q128A")'
run -p $SIM $B -c w25q128jv
ok 'the name of another chip is refused' rc_says 2 'the chip is n25q128a'
run -p $SIM $B -c w25q129
ok 'a name that is not in the tables is refused' rc_says 2 'no chip w25q129'
run -p $SIM $B -c mine:size=16M,erase=20h:64
ok 'nonsense is refused before the target is touched' rc_says 2 'no chip is known to erase this'
run -p $SIM $B -c mine:size=16M,erase=20h:4K/d8h:64K -m qspi --range 0x1000+9000 -w a.bin --json
ok 'a described chip is written' both 0 '.verified_bytes >= 9000'
ok 'with a warning' says 'because -c says so'
run -p $SIM $B -m qspi --range 0x1000+9000 -r back.bin
ok 'and reads the same by its own name' cmp a.bin back.bin
run -p $SIM -c n25q128a
ok '-c without a board is a usage error' rc_says 2 'it needs -b'

SIM=sim:board=stm32l476g-disco,nor=unknown-sfdp,state=sfdp.state
run -p $SIM $B -m qspi --range 0+9000 -w a.bin
ok 'an unknown chip works by its SFDP' rc_is 0
ok 'and says how to report it' says '--sfdp-dump'
SIM=sim:board=stm32l476g-disco,nor=unknown-nosfdp,state=nosfdp.state
run -p $SIM $B
ok 'without SFDP it is refused with its ID' rc_says 6 'ID 7a 12 18'
ok 'and the way out' says '-c NAME:size=...,erase=...'
run -p $SIM $B -c w25q128jv -m qspi --range 0+9000 -w a.bin
ok 'by the name of a chip like it' rc_is 0
run -p $SIM $B -c mine:size=16M,erase=20h:4K/d8h:64K -m qspi --range 0+9000 -v a.bin
ok 'or by a description it works' rc_is 0
exit $failed
