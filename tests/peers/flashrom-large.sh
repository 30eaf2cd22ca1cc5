# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's flashrom at each virtual SPI-NOR chip that it knows, over serprog, against what swdrom does
# to the same chip through QUADSPI; then on the MPSSE pins of the virtual FT2232H, against swdrom
# -p ftdi_spi. -c only where flashrom itself has several names for one id; nothing is forced.
# Here: chips of more than 16 MiB. The others: flashrom-chips.sh.
. tests/peers/common
. "$TOP/tests/peers/flashrom"
need flashrom
BOARD=stm32l476g-disco

# flashrom asks for three bytes of the id: several names may have them
chip n25q256a83 32 16 'N25Q256..3E (32768 kB)|MT25QL256 (32768 kB)' MT25QL256
chip mt25ql512abb 64 16 'N25Q512..3G (65536 kB)|MT25QL512 (65536 kB)' MT25QL512
chip mt25ql01gbbb 128 16 'N25Q00A..3G (131072 kB)|MT25QL01G (131072 kB)' MT25QL01G
chip mt25qu02gcbb 256 16 'MT25QU02G (262144 kB)'
chip w25q256jv 32 16 'W25Q256FV (32768 kB)|W25Q256JV_Q (32768 kB)' W25Q256JV_Q
chip w25q512jv 64 16 'W25Q512JV (65536 kB)'
chip mx25l51245g 64 16 'MX66L51235F/MX25L51245G (65536 kB)'
chip s25fl512s 64 256 'S25FL512S (65536 kB)'

# both of its definitions program by 12h and erase by 21h and DCh. N25Q256A13 has none of these: to it
# 12h is a program on four lines (data sheet of the N25Q256A, command set)
READ_ONLY=yes
chip n25q256a13 32 16 'N25Q256..3E (32768 kB)|MT25QL256 (32768 kB)' N25Q256..3E
READ_ONLY=
exit $failed
