# SPDX-License-Identifier: GPL-2.0-or-later
# sigrok's decoders on the wires of a write job (vcd=): on SWD they see what swdrom says it did, access
# by access, and at the chip's pins what was programmed.
. tests/peers/common
need sigrok-cli python3
TRACE="python3 $TOP/tests/peers/trace.py"

# decode ARGUMENT...: decoders and annotations; lines of words in the file decoded
decode()
{
	sigrok-cli -I vcd -i steps.vcd "$@" >decoded 2>err
	rc=$?
}

# swd_agrees WHAT: the trace and the log of the last run
swd_agrees()
{
	$TRACE steps wires.vcd steps.vcd
	decode -P swd:swclk=swclk:swdio=swdio
	ok "$1: sigrok decodes SWD without errors, and sees each access as logged" \
		$TRACE swd wire.log decoded
}

pattern 1 3000 >a.bin
# at 15 MHz SWDIO changes 33 ns before the rise, the target's 10 ns after it: what is later is wrong
SIM=sim:board=stm32l476g-disco,vcd=wires.vcd,clock=15000k
run -p $SIM -VV --address 0x08000000 -w a.bin --json
cp err wire.log
ok 'internal flash is written' rc_is 0
swd_agrees 'internal flash'
# virtual time: of the clock, by sigrok, and of it all
ended=$($TRACE cut wires.vcd cut.vcd)
sigrok-cli -I vcd -i cut.vcd -P timing:data=swclk:edge=rising -A timing=time |
	sed 's/.*: \([0-9.]*\) \(.s\) .*/\1 \2/' | sort -n >periods
ok 'sigrok finds SWCLK at 15 MHz' sh -c "[ \$(grep -cE '^6[67].000 ns' periods) -gt 1500 ] &&
	! grep -E ' ns' periods | awk '\$1 < 66' | grep ."
took=$(sed 's/.*"virtual_ns":\([0-9]*\).*/\1/' out)
ok 'the trace ends when the session does' [ $((ended - took)) -ge 0 -a $((ended - took)) -lt 2000000 ]

run -p $SIM,wait_every=50 -VV --range 0x08000000+4K -r back.bin
cp err wire.log
ok 'it is read while every 50th access is answered WAIT' grep -q ' WAIT' wire.log
swd_agrees 'WAIT'

BOARD=l476rg-w25q128
run -p sim:board=$BOARD,vcd=wires.vcd -b $BOARD -VV -m qspi --range 4096+3000 -w a.bin
cp err wire.log
ok 'the W25Q128 is written' rc_is 0
swd_agrees 'QUADSPI'
decode -P spi:clk=qspi_clk:mosi=qspi_io0:miso=qspi_io1:cs=qspi_ncs,spiflash:chip=winbond_w25q80dv \
	-A spiflash=commands:fields:warnings
ok 'sigrok reads the ID of a W25Q128' sh -c "grep -q 'Manufacturer ID: 0xef' decoded &&
	grep -q 'Memory type: 0x40' decoded && grep -q 'Device ID: 0x18' decoded"
ok 'sigrok sees each byte programmed after a write enable, and read back' \
	$TRACE spi decoded a.bin 4096
exit $failed
