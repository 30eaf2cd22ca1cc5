# SPDX-License-Identifier: GPL-2.0-or-later
# OpenOCD at the SWD pins of the virtual board, with its own target/stm32l4x.cfg and without code on
# the target. What it wrote swdrom verifies from the same state file, and the other way round.
. tests/peers/common
need openocd

GPIOD=$(dirname "$SWDROM")/peers/libgpiod.so.2

# openocd_does COMMAND...: its status in $rc, its words in the files peer and err
openocd_does()
{
	n=$#
	while [ $n -gt 0 ]; do
		set -- "$@" -c "$1"
		shift
		n=$((n - 1))
	done
	set -- -f "$TOP/tests/peers/openocd.cfg" -c init -c 'reset halt' "$@" -c shutdown
	start_server --board "$BOARD" --state board.state --remote-bitbang 0
	GPIOD_RBB_PORT=$(port_of remote-bitbang) LD_PRELOAD=$GPIOD timeout 120 \
		openocd "$@" >peer 2>&1 </dev/null
	rc=$?
	stop_server
	tail -n 12 peer >err
}

# rc_has STATUS REGEX...
rc_has()
{
	rc_is "$1" || return 1
	shift
	for re; do
		has "$re" || { echo "not there: $re"; return 1; }
	done
}

swdrom_verifies()
{
	run -p "sim:board=$BOARD,state=board.state" --address "$1" -v "$2"
	rc_is 0
}

# a part: NAME, KiB, OpenOCD's word for its banks, OPTR, first page and address of bank 2 or upper half
part()
{
	BOARD=$2 KIB=$3 BANKS=$4 OPTR=$5 PAGE2=$6 ADDR2=$7
	SIM=sim:board=$BOARD,state=board.state
	rm -f board.state

	run -p $SIM --address 0x08000000 -w s1.bin
	ok "$1: swdrom writes at the start" rc_is 0
	run -p $SIM --address $ADDR2 -w s2.bin
	ok "$1: swdrom writes to the upper half" rc_is 0
	openocd_does 'reg r3 0x12345678' 'reg r7 0x9abcdef0' 'reg r3' 'reg r7' \
		'flash probe 0' 'flash info 0' 'stm32l4x option_read 0 0x20' \
		'verify_image s1.bin 0x08000000' "verify_image s2.bin $ADDR2"
	ok "$1: OpenOCD connects and halts" rc_has 0 'DPIDR 0x2ba01477' 'Cortex-M4 r0p1' \
		'target has 6 breakpoints, 4 watchpoints' 'halted due to debug-request'
	ok "$1: core registers keep what it writes" rc_has 0 'r3 .*0x12345678' 'r7 .*0x9abcdef0'
	ok "$1: it finds the part and its size" rc_has 0 "device idcode = 0x10076415" \
		"flash size = $KIB KiB" "flash mode : $BANKS" "# *$((KIB / 2 - 1)): .*2kB. not protected"
	ok "$1: it reads the option bytes" rc_has 0 "0x40022020> = $OPTR"
	ok "$1: what swdrom wrote it verifies" rc_has 0 'verified 2500 bytes' 'verified 1700 bytes'

	openocd_does 'flash erase_sector 0 0 1' 'verify_image s1.bin 0x08000000'
	ok "$1: it erases pages, and the verify sees it" sh -c \
		"[ $rc != 0 ] && grep -q 'erased sectors 0 through 1' peer && grep -q 'diff 0' peer"
	openocd_does "flash erase_sector 0 $PAGE2 $((PAGE2 + 1))" \
		'flash write_image o1.bin 0x08000000' "flash write_image o2.bin $ADDR2" \
		'verify_image o1.bin 0x08000000' "verify_image o2.bin $ADDR2"
	ok "$1: it writes double word by double word" rc_has 0 'wrote 2304 bytes' \
		'wrote 1504 bytes' 'programming without a flash loader' \
		'verified 2301 bytes' 'verified 1500 bytes'
	ok "$1: what it wrote at the start swdrom verifies" swdrom_verifies 0x08000000 o1.bin
	ok "$1: what it wrote to the upper half too" swdrom_verifies $ADDR2 o2.bin
	openocd_does 'flash write_image s1.bin 0x08000000'
	ok "$1: a page that is not erased is refused" \
		sh -c "[ $rc != 0 ] && grep -qE 'stm32l4x.*failed|failed, BANK|status' peer"
	ok "$1: and keeps what it had" swdrom_verifies 0x08000000 o1.bin

	openocd_does "flash protect 0 $PAGE2 $((PAGE2 + 1)) on" 'stm32l4x option_load 0'
	openocd_does "flash erase_sector 0 $PAGE2 $PAGE2"
	ok "$1: it protects two pages, and cannot erase them" rc_has 1 'stm32x device protected'
	if [ $BANKS = dual-bank ]; then
		openocd_does 'flash info 0'
		ok "$1: it finds those two protected, and no other" sh -c "
			grep -qE '# *$PAGE2: .*2kB. protected' peer &&
			[ \$(grep -cE '[0-9]: .*2kB. protected' peer) = 2 ]"
		free="flash protect 0 $PAGE2 $((PAGE2 + 1)) off"
	else
		# OpenOCD 0.12 counts nine bits of page number in WRPxxR where there is a single
		# bank, as if the part had 1 MiB; there are eight, and the ninth is a reserved 1
		free='stm32l4x option_write 0 0x2c 0xff00ffff'
	fi
	run -p $SIM --address $ADDR2 -w s2.bin
	ok "$1: swdrom finds them protected" rc_is 7
	openocd_does 'flash probe 0' "$free" 'stm32l4x option_load 0'
	run -p $SIM --address $ADDR2 -w s2.bin
	ok "$1: and free again when it has lifted that" rc_is 0
	openocd_does 'stm32l4x mass_erase 0'
	ok "$1: it erases the whole flash" rc_has 0 'mass erase complete'
	run -p $SIM -m flash -r whole.bin
	ok "$1: swdrom reads nothing but 0xff then" sh -c \
		"[ \$(wc -c <whole.bin) = $((KIB * 1024)) ] && ! tr -d '\\377' <whole.bin | grep -q ."
}

pattern 1 2500 >s1.bin
pattern 20000 1700 >s2.bin
pattern 40000 2301 >o1.bin
pattern 60000 1500 >o2.bin
part '1 MiB' stm32l476g-disco 1024 dual-bank 0xffeff8aa 256 0x08080000
part '512 KiB, DUALBANK' l476re-bare,dualbank=1 512 dual-bank 0xffeff8aa 128 0x08040000
part '512 KiB, one bank' l476re-bare,dualbank=0 512 single-bank 0xffcff8aa 128 0x08040000
exit $failed
