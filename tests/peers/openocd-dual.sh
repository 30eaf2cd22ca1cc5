# SPDX-License-Identifier: GPL-2.0-or-later
# OpenOCD's stmqspi on the virtual STM32L496 with two chips side by side (CR.DFM): its loaders on the
# virtual core erase, write, read and verify what swdrom does, and the other way round. The set-up is
# that of its board/stm32l476g-disco.cfg with this board's pins and the sizes doubled.
. tests/peers/common
. "$TOP/tests/peers/openocd"
need openocd
BOARD=stm32l496-dual
SIM=sim:board=$BOARD,state=board.state
RESET='reset init'

pattern 1 30002 >big1.bin
pattern 5000 9002 >big2.bin
: >objections
rm -f board.state

by_usb 'set WORKAREASIZE 0x40000; set QUADSPI 1' target/stm32l4x.cfg
cat >>peer.cfg <<'END'
proc qspi_init { } {
	mmw 0x4002104C 0x000001FF 0
	mmw 0x40021050 0x00000100 0
	sleep 1
	# CLK PB10, BK1_NCS PB11
	mmw 0x48000400 0x00A00000 0x00500000
	mmw 0x48000408 0x00F00000 0
	mmw 0x48000424 0x0000AA00 0x00005500
	# BK1_IO0..3 PE12..PE15
	mmw 0x48001000 0xAA000000 0x55000000
	mmw 0x48001008 0xFF000000 0
	mmw 0x48001024 0xAAAA0000 0x55550000
	# BK2_NCS PD3
	mmw 0x48000C00 0x00000080 0x00000040
	mmw 0x48000C08 0x000000C0 0
	mmw 0x48000C20 0x0000A000 0x00005000
	# BK2_IO0..3 PC1..PC4
	mmw 0x48000800 0x000002A8 0x00000154
	mmw 0x48000808 0x000003FC 0
	mmw 0x48000820 0x000AAAA0 0x00055550
	# PRESCALER 1, APMS, DFM, TCEN; 32 MiB; window: 03h on one line
	mww 0xA0001030 0x00001000
	mww 0xA0001000 0x01500048
	mww 0xA0001004 0x00180100
	mmw 0xA0001000 0x00000001 0
	mww 0xA0001014 0x0D002503
}
$_TARGETNAME configure -event reset-init {
	mmw 0x40022000 0x00000004 0x00000003
	sleep 1
	mmw 0x40021000 0x00000100 0x00000000
	mww 0x4002100C 0x01002432
	mww 0x40021008 0x00008001
	mmw 0x40021000 0x01000000 0x00000000
	sleep 1
	mmw 0x40021008 0x00000003 0x00000000
	sleep 1
	adapter speed 4000
	qspi_init
}
END

run -p $SIM -b $BOARD -m qspi --range 0x20000+30002 -w big1.bin
ok 'swdrom writes in dual-flash mode' rc_is 0
openocd_does 'flash probe 0' 'flash info 0' 'mdw 0x2003fffc' 'flash probe 2' 'flash info 2' \
	'verify_image big1.bin 0x90020000' 'flash read_bank 2 back.bin 0x20000 30002' \
	'flash verify_bank 2 big1.bin 0x20000'
ok 'OpenOCD knows the STM32L496' rc_has 0 'device idcode = 0x20006461' 'STM32L49/L4Axx - Rev B' \
	'flash size = 1024 KiB'
ok 'and both chips, by their ids' rc_has 0 "flash1 'win w25q128fv/jv' id = 0x1840ef" \
	"flash2 'win w25q128fv/jv' id = 0x1840ef"
ok '32 MiB in all' rc_has 0 "flash12 'win w25q128fv/jv', .* flash size = 32768Ki"
ok 'its CRC over the window finds what swdrom wrote' rc_has 0 'verified 30002 bytes'
ok 'its loader reads it' cmp back.bin big1.bin
ok 'and verifies the bank' rc_has 0 'contents match'

openocd_does 'flash probe 2' 'flash erase_sector 2 1 1' 'flash write_bank 2 big2.bin 0x20004' \
	'flash verify_bank 2 big2.bin 0x20004' 'verify_image big2.bin 0x90020004'
ok 'it erases a sector of both' rc_has 0 'erased sectors 1 through 1 on flash bank 2'
ok 'its loader writes' rc_has 0 'wrote 9002 bytes .* at offset 0x00020004'
ok 'and verifies twice, once through the window' rc_has 0 'contents match' 'verified 9002 bytes'
run -p $SIM -b $BOARD -m qspi --range 0x20004+9002 -v big2.bin
ok 'what it wrote swdrom verifies' rc_is 0
run -p $SIM -b $BOARD -m qspi --range 0x2232e+120000 -r rest.bin
ok 'the rest of that sector, 128 KiB long, is blank' sh -c "[ $rc = 0 ] &&
	! tr -d '\\377' <rest.bin | grep -q ."
ok 'nothing that silicon would have objected to' no_objections
exit $failed
