# SPDX-License-Identifier: GPL-2.0-or-later
# flashrom at the pins of the chips of the virtual boards, over serprog, all of each chip. What swdrom
# wrote through QUADSPI flashrom reads, and the other way round, from the same state file; nothing
# is forced. Every other chip: flashrom-chips.sh.
. tests/peers/common
. "$TOP/tests/peers/flashrom"
need flashrom

# a chip: board, the definition that flashrom is told to use, those that it finds by itself
chip()
{
	BOARD=$1 DEF=$2 FOUND=$3 NAME=${1#*-}
	SIM=sim:board=$BOARD,state=board.state
	rm -f board.state

	run -p $SIM -b $BOARD -m qspi --range 0+30000 -w s.bin
	ok "$NAME: swdrom writes through QUADSPI" rc_is 0
	flashrom_does
	ok "$NAME: flashrom knows its ID" found "$FOUND"
	flashrom_does -c $DEF -r read.bin
	ok "$NAME: it reads what swdrom wrote" \
		sh -c "[ $rc = 0 ] && [ \$(wc -c <read.bin) = 16777216 ]"
	ok "$NAME: byte by byte" begins_with s.bin read.bin
	ok "$NAME: and nothing else" blank_after 30000 read.bin

	cp read.bin new.bin
	dd if=f.bin of=new.bin conv=notrunc bs=4096 2>dd.err
	dd if=f.bin of=new.bin conv=notrunc bs=4096 seek=4094 2>dd.err
	flashrom_does -c $DEF -l regions -i first -i last --noverify-all -w new.bin
	ok "$NAME: it erases, writes and verifies two regions" rc_has 0 VERIFIED
	flashrom_does -c $DEF -v new.bin
	ok "$NAME: it verifies the whole chip" rc_has 0 VERIFIED
	run -p $SIM -b $BOARD -m qspi --range 0+8192 -v f.bin
	ok "$NAME: swdrom verifies the first region" rc_is 0
	run -p $SIM -b $BOARD -m qspi --range 0xffe000+8192 -v f.bin
	ok "$NAME: and the last" rc_is 0
	run -p $SIM -b $BOARD -m qspi -r whole.bin
	ok "$NAME: and the whole chip reads alike" cmp whole.bin new.bin
	flashrom_does -c $DEF -v read.bin
	ok "$NAME: a chip that holds something else fails its verify" rc_has 3 FAILED

	flashrom_does -c $DEF -E
	ok "$NAME: it erases the whole chip" rc_has 0 'Erase/write done'
	run -p $SIM -b $BOARD -m qspi -r whole.bin
	ok "$NAME: swdrom reads nothing but 0xff then" blank_after 0 whole.bin
}

pattern 1 30000 >s.bin
pattern 50000 8192 >f.bin
printf '00000000:00001fff first\n00ffe000:00ffffff last\n' >regions
# 20 ba 18 is the ID of both Micron parts: flashrom cannot tell them apart and says so. The older
# definition serves for both: MT25QL128 of flashrom 1.3 sends addresses of four bytes, which a
# part of 128 Mbit does not know (later ones do not)
chip stm32l476g-disco N25Q128..3E 'N25Q128..3E (16384 kB)|MT25QL128 (16384 kB)'
chip l476rc-mt25ql128 N25Q128..3E 'N25Q128..3E (16384 kB)|MT25QL128 (16384 kB)'
chip l476rg-w25q128 W25Q128.V 'W25Q128.V (16384 kB)'

# every_other FIRST FILE
every_other()
{
	python3 -c 'import sys; sys.stdout.buffer.write(open(sys.argv[2], "rb").read()[int(sys.argv[1])::2])' \
		"$1" "$2"
}

# two chips side by side: flashrom has its clip on the first, which holds the even bytes
if command -v python3 >/dev/null; then
	BOARD=stm32l496-dual
	SIM=sim:board=$BOARD,state=board.state
	rm -f board.state
	printf '00000000:00001fff first\n' >regions
	run -p $SIM -b $BOARD -m qspi --range 0+30000 -w s.bin
	ok 'dual: swdrom writes through QUADSPI in dual-flash mode' rc_is 0
	flashrom_does -l regions -i first:read.bin -r /dev/null
	every_other 0 s.bin | head -c 8192 >even.bin
	ok 'dual: flashrom finds every other byte in the first chip' cmp read.bin even.bin
	head -c 16777216 /dev/zero >new.bin
	dd if=f.bin of=new.bin conv=notrunc bs=8192 2>dd.err
	flashrom_does -l regions -i first --noverify-all -w new.bin
	ok 'dual: it writes to that chip' rc_has 0 VERIFIED
	run -p $SIM -b $BOARD -m qspi --range 0+16384 -r both.bin
	every_other 0 both.bin >even.bin
	every_other 1 both.bin >odd.bin
	every_other 1 s.bin | head -c 8192 >want.bin
	ok 'dual: which swdrom reads there' cmp even.bin f.bin
	ok 'dual: and the second chip is as it was' cmp odd.bin want.bin
fi
exit $failed
