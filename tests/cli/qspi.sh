# SPDX-License-Identifier: GPL-2.0-or-later
# One image for internal flash and QUADSPI; the board is data.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=board.state,seed=3
B="-b stm32l476g-disco"
pattern 1 30000 >a.bin
pattern 70000 70000 >b.bin

run -p $SIM $B --json
ok 'the board file offers the external flash' \
	both 0 '.mtds[] | select(.name == "qspi") | .base == 2415919104 and .size == 16777216'
run -p $SIM $B --range 0x90000000+70000 -w b.bin --json
ok 'it is written and verified' both 0 '.programmed_bytes == 70000 and .verified_bytes >= 70000'
run -p $SIM $B -m qspi --range 0+70000 -r back.bin
ok 'and reads the same' cmp b.bin back.bin
run -p $SIM $B -m qspi --range 0+70000 -r two.hex
run -p $SIM $B --address 0x08000000 -w a.bin two.hex --json
ok 'two files for two devices, one of them there already' \
	both 0 '.skipped_bytes == 70000 and .programmed_bytes == 30000 and
		([.segments[].mtd] == ["flash", "qspi"])'
run -p $SIM $B -m qspi --range 0x3000+4K -E --json
ok 'one sector is erased' both 0 '.erased_bytes == 4096'
run -p $SIM $B -v two.hex
ok 'verify finds it' rc_says 9 '0x90003000 of qspi holds 0xff'
run -p $SIM $B -w two.hex --json
ok 'writing again mends only that' both 0 '.programmed_bytes == 4096 and .erased_bytes == 0'
run -p $SIM $B -w two.hex --json --stats
ok 'and then nothing is left to do' both 0 '.programmed_bytes == 0 and .skipped_bytes == 70000'
cp "$TOP/boards/stm32l476g-disco.board" my.board
run -p $SIM -b ./my.board -v two.hex
ok 'a board file of the user does as well' rc_is 0
sed 's/PE11/PE99/' my.board >bad.board
run -p $SIM -b ./bad.board
ok 'a bad board file is named with its line' rc_says 2 'bad.board'
exit $failed
