# SPDX-License-Identifier: GPL-2.0-or-later
# OpenOCD's ftdi driver on the virtual FT2232H (wiring=resistor), with its own interface, target and
# board files: what openocd.sh does, then with OpenOCD's loaders on the virtual core, and the NOR.
. tests/peers/common
. "$TOP/tests/peers/openocd"
need openocd

by_usb 'set WORKAREASIZE 0' target/stm32l4x.cfg
every_part

# with_loader NAME BOARD ADDRESS2 PAGE2: its flash loader, CRC loop and blank check are code on the core
with_loader()
{
	BOARD=$2
	rm -f board.state
	openocd_does 'flash write_image erase big1.bin 0x08000000' \
		"flash write_image erase big2.bin $3" 'verify_image big1.bin 0x08000000' \
		"verify_image big2.bin $3" 'flash verify_image big1.bin 0x08000000' \
		"dump_image back.bin $3 9001"
	ok "$1: OpenOCD's loader writes both halves" rc_has 0 'wrote 30008 bytes' 'wrote 9008 bytes'
	ok "$1: no word of a slow way round" has_not 'without a flash loader|working area'
	ok "$1: its CRC on the core finds what it wrote" rc_has 0 'verified 30001 bytes' \
		'verified 9001 bytes'
	ok "$1: it reads it back" cmp back.bin big2.bin
	ok "$1: swdrom verifies the start" swdrom_verifies 0x08000000 big1.bin
	ok "$1: swdrom verifies the upper half" swdrom_verifies $3 big2.bin

	run -p "sim:board=$BOARD,state=board.state" --address $3 -w big1.bin
	ok "$1: swdrom writes over it" rc_is 0
	openocd_does "verify_image big1.bin $3" "verify_image big2.bin $3"
	ok "$1: OpenOCD's CRC finds that, and not what was there" sh -c "[ $rc != 0 ] &&
		grep -q 'verified 30001 bytes' peer && grep -q 'checksum mismatch' peer"
	openocd_does 'flash write_image big2.bin 0x08000000'
	ok "$1: its loader reports a page that is not erased" \
		rc_has 1 'flash write failed = 00000008' 'error writing to flash at address 0x08000000'
	ok "$1: and the page keeps what it had" swdrom_verifies 0x08000000 big1.bin
	openocd_does 'flash erase_check 0' 'flash erase_sector 0 0 14' \
		"flash erase_sector 0 $4 $(($4 + 14))" 'flash erase_check 0'
	ok "$1: its blank check on the core finds the 30 written pages, then none" \
		sh -c "[ $rc = 0 ] && [ \$(grep -c 'not erased' peer) = 30 ] &&
		[ \$(grep -c 'successfully checked' peer) = 2 ]"
	run -p "sim:board=$BOARD,state=board.state" -m flash -r whole.bin
	ok "$1: swdrom reads nothing but 0xff then" \
		sh -c "[ $rc = 0 ] && ! tr -d '\\377' <whole.bin | grep -q ."
}

pattern 1 30001 >big1.bin
pattern 5000 9001 >big2.bin
by_usb '' target/stm32l4x.cfg
with_loader '1 MiB, loader' stm32l476g-disco 0x08080000 256
with_loader '512 KiB, DUALBANK, loader' l476re-bare,dualbank=1 0x08040000 128
with_loader '512 KiB, one bank, loader' l476re-bare,dualbank=0 0x08040000 128

# one access after another in one go, by TAR's auto-increment: it counts in 12 bits (Cortex-M3 and M4)
BOARD=stm32l476g-disco
openocd_does 'poll off' 'mww 0x200003fc 0x11111111' 'mww 0x20000400 0x22222222' \
	'mww 0x20000ffc 0x33333333' 'mww 0x20001000 0x44444444' 'mww 0x20000000 0x55555555' \
	'stm32l4x.dap apreg 0 0 0xa2000012' 'stm32l4x.dap apreg 0 4 0x200003fc' \
	'stm32l4x.dap apreg 0 0xc' 'stm32l4x.dap apreg 0 0xc' 'stm32l4x.dap apreg 0 4' \
	'stm32l4x.dap apreg 0 4 0x20000ffc' \
	'stm32l4x.dap apreg 0 0xc' 'stm32l4x.dap apreg 0 0xc' 'stm32l4x.dap apreg 0 4'
words()
{
	[ "$(grep -E '^0x[0-9a-f]{8}$' peer | tr '\n' ' ')" = "$* " ]
}
ok 'TAR counts on across 1 KiB and wraps at 4 KiB' words 0x11111111 0x22222222 0x20000404 \
	0x33333333 0x55555555 0x20000004

# said "NAME VALUE"...: the answers of reg, in this order and no others
said()
{
	for pair; do
		echo "$pair"
	done >wanted
	sed -nE 's/^([a-z]+[0-9]*) \(.*\): (0x[0-9a-f]+).*/\1 \2/p' peer >answers
	diff wanted answers
}

# a core that runs: a loop in flash, stopped by FPB; one in SRAM by the BKPT that OpenOCD puts there; single
# steps; out of WFI by a halt; a load that faults, caught
printf '\001\040\001\060\375\347\377\377%8s' '' >loop.bin # movs r0, #1; adds r0, #1; b to the adds
openocd_does 'flash write_image loop.bin 0x08001000' 'reg pc 0x08001000' 'reg r0 0' \
	'bp 0x08001004 2 hw' resume 'wait_halt 1000' 'reg pc' 'reg r0' step step 'reg pc' 'reg r0' \
	'rbp 0x08001004' step step step 'reg r0' \
	'mww 0x20000200 0x30012001' 'mww 0x20000204 0xbf00e7fd' 'bp 0x20000204 2' 'reg r0 7' \
	'resume 0x20000200' 'wait_halt 1000' 'reg pc' 'reg r0' 'rbp 0x20000204' 'mdw 0x20000204'
ok 'breakpoints in flash (FPB) and SRAM (BKPT) stop the core, a step is one instruction' \
	said 'pc 0x08001000' 'r0 0x00000000' 'pc 0x08001004' 'r0 0x00000002' 'pc 0x08001004' \
	'r0 0x00000003' 'r0 0x00000004' 'r0 0x00000007' 'pc 0x20000204' 'r0 0x00000002'
ok 'and leave the code as it was' rc_has 0 '^0x20000204: bf00e7fd'
openocd_does 'mww 0x20000200 0xe7fdbf30' 'resume 0x20000200' 'sleep 20' halt 'reg pc' \
	'cortex_m vector_catch bus_err hard_err' 'mww 0x20000200 0x68086809' 'reg r1 0x70000000' \
	'resume 0x20000200' 'wait_halt 1000'
ok 'WFI waits until OpenOCD halts it' said 'pc 0x20000202' 'r1 0x70000000'
ok 'a load from where nothing is ends in HardFault, and is caught' rc_has 0 'Handler HardFault'

# the other wirings, with the interface files that OpenOCD has for them
for wired in 'resistor ft232h ft232h-module-swd' 'tristate ft2232h minimodule-swd' \
	'buffer ft2232h olimex-arm-usb-ocd-h olimex-arm-jtag-swd'; do
	set -- $wired
	BOARD=stm32l476g-disco,wiring=$1,chip=$2
	shift 2
	rm -f board.state
	by_usb '' target/stm32l4x.cfg "$@"
	openocd_does 'flash write_image erase big2.bin 0x08000000' 'verify_image big2.bin 0x08000000'
	ok "$BOARD: writes and verifies" rc_has 0 'verified 9001 bytes'
	ok "$BOARD: swdrom verifies" swdrom_verifies 0x08000000 big2.bin
done

# the target's clock first, then SWCLK: at 4 MHz of HCLK an AP access takes longer than OpenOCD's
# twelve clocks at 10 MHz between them
RESET='reset init'
BOARD=stm32l476g-disco
rm -f board.state
by_usb '' target/stm32l4x.cfg
openocd_does 'adapter speed 15000' 'flash write_image erase big1.bin 0x08000000' \
	'adapter speed 30000' 'verify_image big1.bin 0x08000000' 'dump_image back.bin 0x08000000 30001'
ok 'at 15 and 30 MHz, with HCLK raised: writes and verifies' rc_has 0 'verified 30001 bytes'
ok 'and reads back' cmp back.bin big1.bin
by_usb '' target/stm32l4x.cfg
echo 'adapter speed 10000' >>peer.cfg
RESET='adapter name'
openocd_does
ok 'at 10 MHz and 4 MHz of HCLK its second AP access is answered WAIT' \
	rc_has 0 'examination failed'

# the NOR; its reset-init sets up the clocks, the pins and QUADSPI
BOARD=stm32l476g-disco
SIM=sim:board=$BOARD,state=board.state
RESET='reset init'
rm -f board.state
by_usb '' board/stm32l476g-disco.cfg
run -p $SIM -b $BOARD -m qspi --range 0x20000+30001 -w big1.bin
ok 'NOR: swdrom writes through QUADSPI' rc_is 0
openocd_does 'flash probe 2' 'flash info 2' 'verify_image big1.bin 0x90020000' \
	'flash read_bank 2 back.bin 0x20000 30001' 'flash verify_bank 2 big1.bin 0x20000'
ok 'NOR: OpenOCD finds the chip' rc_has 0 "flash1 'micron n25q128' id = 0x18ba20 size = 16384 KiB"
ok 'NOR: its CRC over the window finds what swdrom wrote' rc_has 0 'verified 30001 bytes'
ok 'NOR: its loader reads it' cmp back.bin big1.bin
ok 'NOR: and verifies the bank' rc_has 0 'contents match'
openocd_does 'flash probe 2' 'flash erase_sector 2 2 2' 'flash write_bank 2 big2.bin 0x20003' \
	'flash write_image erase big1.bin 0x90ff0000' 'flash verify_bank 2 big2.bin 0x20003' \
	'flash verify_bank 2 big1.bin 0xff0000' 'verify_image big2.bin 0x90020003'
ok 'NOR: it erases a sector' rc_has 0 'erased sectors 2 through 2 on flash bank 2'
ok 'NOR: its loader writes' rc_has 0 'wrote 9001 bytes .* at offset 0x00020003' 'wrote 30001 bytes'
ok 'NOR: and verifies twice, once through the window' \
	sh -c "[ \$(grep -c 'contents match' peer) = 2 ] && grep -q 'verified 9001 bytes' peer"
# the window by 6Bh: eight dummy clocks, data on four lines
openocd_does 'flash probe 2' 'mmw 0xa0001000 2 0' 'mww 0xa0001014 0x0f20256b' \
	'verify_image big1.bin 0x90ff0000'
ok 'NOR: through the window on four lines too, after dummy clocks' rc_has 0 'verified 30001 bytes'
run -p $SIM -b $BOARD -m qspi --range 0x20003+9001 -v big2.bin
ok 'NOR: what it wrote swdrom verifies' rc_is 0
run -p $SIM -b $BOARD -m qspi --range 0xff0000+30001 -v big1.bin
ok 'NOR: in the last sector too' rc_is 0
run -p $SIM -b $BOARD -m qspi --range 0x2232c+56532 -r rest.bin
ok 'NOR: the rest of the sector is blank' sh -c '! tr -d "\377" <rest.bin | grep -q .'
openocd_does 'flash probe 2' 'flash write_bank 2 big1.bin 0x20003' 'flash verify_bank 2 big1.bin 0x20003'
ok 'NOR: written twice it is not right, and OpenOCD sees it' \
	rc_has 1 'contents differ|verify_bank|differ'
BOARD=$BOARD,nor=unknown-sfdp
rm -f board.state
openocd_does 'flash probe 2' 'flash write_image erase big1.bin 0x90ff0000' 'verify_image big1.bin 0x90ff0000'
ok 'NOR: OpenOCD finds one that it has never heard of by its SFDP, and writes it' rc_has 0 \
	"flash1 'sfdp' id = 0x18117a size = 16384 KiB" 'verified 30001 bytes'
ok 'nothing that silicon would have objected to' no_objections
exit $failed
