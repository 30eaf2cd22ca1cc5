# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's flashrom at each virtual SPI-NOR chip that it knows: over serprog, against what swdrom does
# to the same chip through QUADSPI; then on the MPSSE pins of the virtual FT2232H, against swdrom
# -p ftdi_spi. -c only where flashrom itself has several names for one id; nothing is forced.
. tests/peers/common
. "$TOP/tests/peers/flashrom"
need flashrom
BOARD=stm32l476g-disco

by_quadspi()
{
	run -p "sim:board=$BOARD,nor=$NOR,state=board.state" -b $BOARD -m qspi "$@"
}

by_adapter()
{
	run -p "ftdi_spi:via=sim,nor=$NOR,state=board.state" "$@"
}

# two_regions MIB BLOCK: the first and the last BLOCK KiB, which flashrom can erase by themselves
two_regions()
{
	size=$(($1 * 1048576)) block=$(($2 * 1024)) last=$(($1 * 1048576 - 16384))
	printf '00000000:%08x first\n%08x:%08x last\n' $((block - 1)) $((size - block)) \
		$((size - 1)) >regions
}

# chip NOR MIB BLOCK FOUND [DEFINITION]: what flashrom finds by itself; which of several names to use
chip()
{
	NOR=$1 FOUND=$4
	two_regions $2 $3
	case $FOUND in
	*'|'*) set -- -c "$5" ;;
	*) set -- ;;
	esac
	rm -f board.state first.bin last.bin read.bin
	truncate -s $size new.bin
	dd if=f1.bin of=new.bin conv=notrunc bs=16384 2>dd.err
	dd if=f2.bin of=new.bin conv=notrunc bs=16384 seek=$((last / 16384)) 2>dd.err

	by_quadspi --range 0+16384 -w s1.bin
	[ $rc != 0 ] || by_quadspi --range $last+16384 -w s2.bin
	ok "$NOR: swdrom writes both ends through QUADSPI" rc_is 0
	if [ $# != 0 ]; then
		flashrom_does
		ok "$NOR: flashrom knows its names" found "$FOUND"
		FOUND="$2 (${FOUND##* (}"
	fi
	flashrom_does "$@" -l regions -i first:first.bin -i last:last.bin -r /dev/null
	ok "$NOR: flashrom finds it" found "$FOUND"
	ok "$NOR: it reads what swdrom wrote, first" begins_with s1.bin first.bin
	ok "$NOR: and last" ends_with s2.bin last.bin
	if [ -n "$READ_ONLY" ]; then
		rm -f new.bin
		return
	fi

	flashrom_does "$@" -l regions -i first -i last --noverify-all -w new.bin
	ok "$NOR: it erases, writes and verifies both" rc_has 0 VERIFIED
	ok "$NOR: the chip has no objection" no_objections
	by_quadspi --range 0+16384 -v f1.bin
	[ $rc != 0 ] || by_quadspi --range $last+16384 -v f2.bin
	ok "$NOR: swdrom verifies both" rc_is 0

	if [ -n "$NO_MPSSE" ]; then
		rm -f new.bin
		return
	fi
	flashrom_on_mpsse type=2232H "$@" -l regions -i last -E
	ok "$NOR, ft2232_spi: flashrom erases" rc_has 0 'Erase/write done'
	ok "$NOR, ft2232_spi: the chip has no objection" no_objections
	by_adapter --range $last+16384 -r read.bin
	ok "$NOR, ftdi_spi: swdrom finds it blank" sh -c "[ $rc = 0 ] && [ -s read.bin ] &&
		! tr -d '\\377' <read.bin | grep -q ."
	by_adapter --range $last+16384 -w s2.bin
	ok "$NOR, ftdi_spi: swdrom writes" rc_is 0
	flashrom_on_mpsse type=2232H "$@" -l regions -i first:first.bin -i last:last.bin -r /dev/null
	ok "$NOR, ft2232_spi: flashrom reads that" ends_with s2.bin last.bin
	ok "$NOR, ft2232_spi: and the first as it was" begins_with f1.bin first.bin
	flashrom_on_mpsse type=2232H "$@" -l regions -i last --noverify-all -w new.bin
	ok "$NOR, ft2232_spi: it writes and verifies" rc_has 0 VERIFIED
	ok "$NOR, ft2232_spi: the chip has no objection then" no_objections
	by_quadspi --range $last+16384 -v f2.bin
	ok "$NOR: swdrom verifies that through QUADSPI" rc_is 0
	rm -f new.bin
}
READ_ONLY=
NO_MPSSE=

pattern 1 16384 >s1.bin
pattern 20000 16384 >s2.bin
pattern 50000 16384 >f1.bin
pattern 70000 16384 >f2.bin

# flashrom asks for three bytes of the id: several names may have them
chip n25q256a83 32 16 'N25Q256..3E (32768 kB)|MT25QL256 (32768 kB)' MT25QL256
chip mt25ql512abb 64 16 'N25Q512..3G (65536 kB)|MT25QL512 (65536 kB)' MT25QL512
chip mt25ql01gbbb 128 16 'N25Q00A..3G (131072 kB)|MT25QL01G (131072 kB)' MT25QL01G
chip mt25qu02gcbb 256 16 'MT25QU02G (262144 kB)'
chip w25q128jv 16 16 'W25Q128.V (16384 kB)'
chip w25q256jv 32 16 'W25Q256FV (32768 kB)|W25Q256JV_Q (32768 kB)' W25Q256JV_Q
chip w25q512jv 64 16 'W25Q512JV (65536 kB)'
chip gd25q127c 16 16 'GD25B128B/GD25Q128B (16384 kB)|GD25Q127C/GD25Q128C (16384 kB)' \
	GD25Q127C/GD25Q128C
chip xm25qh128c 16 16 'XM25QH128C (16384 kB)'
chip at25sf128a 16 16 'AT25SF128A (16384 kB)'
chip mx25l51245g 64 16 'MX66L51235F/MX25L51245G (65536 kB)'
chip mx25r6435f 8 16 'MX25R6435F (8192 kB)'
chip is25lp128f 16 16 'IS25LP128 (16384 kB)'
chip sst26vf064b 8 16 'SST26VF064B(A) (8192 kB)'
chip s25fl512s 64 256 'S25FL512S (65536 kB)'
# its CS# has to be high for 100 ns; ft2232_spi lets one MPSSE command pass, which may take less
NO_MPSSE=yes
chip m25p64 8 64 'M25P64 (8192 kB)'
NO_MPSSE=
# by their SFDP alone
chip s25fl064l 8 16 'SFDP-capable chip (8192 kB)'
chip unknown-sfdp 16 16 'SFDP-capable chip (16384 kB)'
# flashrom goes by the id and never looks at their SFDP, which is broken
NO_MPSSE=yes # as the sound one
for NOR in badsfdp-short badsfdp-pointer badsfdp-density badsfdp-count badsfdp-sizes zd25q128c; do
	chip $NOR 16 16 'W25Q128.V (16384 kB)'
done
NO_MPSSE=

# both of its definitions program by 12h and erase by 21h and DCh. N25Q256A13 has none of these: to it
# 12h is a program on four lines (data sheet of the N25Q256A, command set)
READ_ONLY=yes
chip n25q256a13 32 16 'N25Q256..3E (32768 kB)|MT25QL256 (32768 kB)' N25Q256..3E
READ_ONLY=

# block protection is lifted by flashrom itself
STATE=bp
for part in 'w25q256jv W25Q256JV_Q 32' 'is25lp128f IS25LP128 16' 'mx25r6435f MX25R6435F 8'; do
	set -- $part
	NOR=$1
	two_regions $3 16
	rm -f board.state
	truncate -s $size new.bin
	dd if=f1.bin of=new.bin conv=notrunc bs=16384 2>dd.err
	flashrom_does -c "$2" -l regions -i first --noverify-all -w new.bin
	ok "$NOR, all of it protected: flashrom unlocks it and writes" rc_has 0 VERIFIED
	rm -f new.bin
done
STATE=

# the other chips of FTDI and the other keys of ft2232_spi
NOR=w25q128jv
two_regions 16 16
for keys in 'ft232h type=232H' 'ft4232h type=4232H,divisor=4' 'ft2232h type=2232H,divisor=6,csgpiol=1'; do
	set -- $keys
	rm -f board.state
	truncate -s $size new.bin
	dd if=f1.bin of=new.bin conv=notrunc bs=16384 2>dd.err
	serve usbip ftdi-spi,chip=$1
	flashrom_by ft2232_spi:$2 -l regions -i first --noverify-all -w new.bin
	ok "$1, $2: flashrom writes and verifies" rc_has 0 VERIFIED
	USBIP_LIBUSB_PORT=$(port_of usbip) LD_PRELOAD=$PEER_LIBS/libusb-1.0.so.0 \
		timeout 120 "$SWDROM" -p ftdi_spi --range 0+16384 -v f1.bin >out 2>err </dev/null
	rc=$?
	ok "$1: swdrom -p ftdi_spi verifies, on the same libusb" rc_is 0
	stop_server
	ok "$1: the chip has no objection" no_objections
done
exit $failed
