# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's flashrom at each virtual SPI-NOR chip that it knows, over serprog, against what swdrom does
# to the same chip through QUADSPI; then on the MPSSE pins of the virtual FT2232H, against swdrom
# -p ftdi_spi. -c only where flashrom itself has several names for one id; nothing is forced.
# Here: chips of up to 16 MiB, protection, the keys of ft2232_spi. The others: flashrom-large.sh.
. tests/peers/common
. "$TOP/tests/peers/flashrom"
need flashrom
BOARD=stm32l476g-disco

# flashrom asks for three bytes of the id: several names may have them
chip w25q128jv 16 16 'W25Q128.V (16384 kB)'
chip gd25q127c 16 16 'GD25B128B/GD25Q128B (16384 kB)|GD25Q127C/GD25Q128C (16384 kB)' \
	GD25Q127C/GD25Q128C
chip xm25qh128c 16 16 'XM25QH128C (16384 kB)'
chip at25sf128a 16 16 'AT25SF128A (16384 kB)'
chip mx25r6435f 8 16 'MX25R6435F (8192 kB)'
chip is25lp128f 16 16 'IS25LP128 (16384 kB)'
chip sst26vf064b 8 16 'SST26VF064B(A) (8192 kB)'
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
