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
# one data line on a pin that goes nowhere
for line in io0=PB1 io1=PB0 io3=PA6; do
	sed "s/^${line%=*} .*/$line/" my.board >bad.board
	run -p sim:board=stm32l476g-disco -b ./bad.board
	ok "a wrong pin is not taken for a chip that answers ($line)" rc_says 5 'no SPI-NOR flash'
	ok 'and the line is named, with its pin' says "$(echo "$line" | tr io IO | sed 's/=\(.*\)/ (\1)/') alone is low"
done
# two of them: HOLD# floats
sed -e 's/^io2 .*/io2 = PA7/' -e 's/^io3 .*/io3 = PA6/' my.board >bad.board
run -p sim:board=stm32l476g-disco -b ./bad.board
ok 'an answer that is not steady names WP# and HOLD#' rc_says 5 'IO3 (PA6) is HOLD# or RESET#, IO2 (PA7) is WP#'
# WP#, which the chip does without: reading says it, at the level of messages that everybody sees
sed 's/^io2 .*/io2 = PA7/' my.board >bad.board
run -p $SIM -b ./bad.board -v two.hex
ok 'four lines that do not work are no error' rc_is 0
ok 'and the pin is named' says 'IO2 PA7 (stuck) looks wrong; going on with two lines'

# two chips side by side, the odd bytes in the second
SIM=sim:board=stm32l496-dual,state=dual.state
B="-b stm32l496-dual"
pattern 4 70001 >odd.bin
run -p $SIM $B --json
ok 'two chips side by side are one flash of twice the size' \
	both 0 '.mtds[] | select(.name == "qspi") | .size == 33554432 and (.about | startswith("2 x "))'
run -p $SIM $B -m qspi --range 0x1003+70001 -w odd.bin --json
ok 'an odd number of bytes is written to an odd place' both 0 '.verified_bytes >= 70001'
run -p $SIM $B -m qspi --range 0x1003+70001 -r back.bin
ok 'and reads the same from both chips' cmp odd.bin back.bin
run -p $SIM $B -m qspi --range 0x1003+70001 -w odd.bin --json
ok 'then nothing is left to do' both 0 '.programmed_bytes == 0 and .erased_bytes == 0'
run -p $SIM $B -m qspi --range 0x2000+8K -E --json
ok 'blocks are twice as large' both 0 '.erased_bytes == 8192'
run -p $SIM $B -m qspi --range 0x1003+70001 -w odd.bin --json
ok 'and are mended' both 0 '.programmed_bytes == 8192 and .erased_bytes == 0'
grep -v bk2_ncs "$TOP/boards/stm32l496-dual.board" >one-ncs.board
run -p $SIM -b ./one-ncs.board
ok 'a second chip select that is wired but not described is found out' says 'no second SPI-NOR'
grep -v bk2_io1 "$TOP/boards/stm32l496-dual.board" >bad.board
run -p $SIM -b ./bad.board
ok 'half a second chip is refused with its line' rc_says 2 'io1 without bk2_io1'
run -p sim:board=stm32l476g-eval -b ./one-ncs.board
ok 'and so is the board of another part' rc_says 2 'STM32L496'

# QPI, when it is asked for
SIM=sim:board=stm32l476g-eval,nor=mx25l51245g,state=qpi.state
sed 's/^nor .*/mode = 4-4-4/' "$TOP/boards/stm32l476g-eval.board" >qpi.board
run -p $SIM -b ./qpi.board -m qspi --range 0+70000 -w b.bin -V -V
ok 'a board file asks for QPI' rc_is 0
ok 'and gets it' says '4-4-4 proven'
run -p $SIM,unplug_at=60 -b ./qpi.board -m qspi --range 0+70000 -w odd.bin --force
ok 'with the cable pulled in the middle it fails' test $rc -ne 0
run -p $SIM -b stm32l476g-eval -m qspi --range 0+70000 -w b.bin --json
ok 'and the next session finds its way' both 0 '.verified_bytes >= 70000'
exit $failed
