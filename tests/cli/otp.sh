# SPDX-License-Identifier: GPL-2.0-or-later
# OTP and security registers of the external flash, its unique ID: read freely, changed for good only
# when told so.
. tests/cli/common

printf 'SERIAL-0001' >serial.bin
SIM=sim:board=stm32l476g-disco,state=n25q.state
B="-b stm32l476g-disco"
run -p $SIM $B --json
ok 'the probe knows the unique ID and the JEDEC ID' \
	both 0 '.mtds[] | select(.name == "qspi") | (.uid | length == 32) and .id == "20ba18100000"'
run -p $SIM $B --otp-status --json
ok 'N25Q: one region of 64 bytes, open' \
	both 0 '.otp.regions == 1 and .otp.region_size == 64 and .otp.locked == [false] and (.otp.erasable | not)'
run -p $SIM $B --otp-program 0x10=serial.bin
ok 'it is not programmed without a word more' rc_says 2 'stays 0 for ever'
run -p $SIM $B -m qspi-otp -r blank.bin
ok 'and is as it was' sh -c '[ "$(tr -d "\377" <blank.bin | wc -c)" = 0 ]'
run -p $SIM $B --otp-program 0x10=serial.bin --irreversible
ok 'with the word it is' rc_is 0
run -p $SIM $B -m qspi-otp --range 0x10+11 -r back.bin
ok 'and reads back as a device' cmp serial.bin back.bin
ok 'by its offset' grep -q '^qspi-otp 0x00000010\.\.0x0000001a ' err
printf 'SERIAL-0002' >other.bin
run -p $SIM $B --otp-program 0x10=other.bin --irreversible
ok 'zeros do not become ones' rc_says 7 "holds 0x31, which can't become 0x32"
run -p $SIM $B --otp-program 60=serial.bin --irreversible
ok 'it ends where it ends' rc_says 2 'do not fit'
run -p $SIM $B --otp-erase 0
ok 'it has no erase' rc_is 6
run -p $SIM $B --otp-lock 0
ok 'locking needs the word' rc_says 2 'read-only for ever'
run -p $SIM $B --otp-lock 0 --irreversible --json
ok 'locked' both 0 '.otp.locked == [true]'
run -p $SIM $B --otp-program 0x20=serial.bin --irreversible
ok 'and closed' rc_says 7 'is locked'
run -p $SIM $B -m qspi-otp -w serial.bin
ok 'a job does not write it' rc_says 7 'read-only'
run -p $SIM $B --probe --json
ok 'it has no bus address' json '.mtds | map(select(.name == "qspi-otp")) | .[0].base == null'
run -p $SIM $B --probe
ok 'and none is shown' grep -q '^qspi-otp no bus address ' out
run -p $SIM $B --range 0xffff0000+16 -r back.bin
ok 'nor does any lead to it' rc_says 2 'lies in no flash device'

SIM=sim:board=l476rg-w25q128,state=w25q.state
B="-b l476rg-w25q128"
run -p $SIM $B --otp-status --json
ok 'W25Q: three registers' both 0 '.otp.regions == 3 and .otp.locked == [false, false, false] and .otp.erasable'
run -p $SIM $B --otp-program 0x1f8=serial.bin
ok 'a register can be erased, so it is programmed; over a border too' rc_is 0
run -p $SIM $B -m qspi-otp --range 0x1f8+11 -r back.bin
ok 'and reads back' cmp serial.bin back.bin
run -p $SIM $B --otp-erase 1 --otp-program 0x1f8=serial.bin
ok 'the other half of it still stands' rc_is 0
run -p $SIM $B --otp-erase 2 --otp-erase 1
ok 'one region at a time' rc_is 2
run -p $SIM $B --otp-lock 1 --irreversible --json
ok 'one is locked' both 0 '.otp.locked == [false, true, false]'
run -p $SIM $B --otp-erase 1
ok 'and is not erased any more' rc_says 7 'is locked'
run -p $SIM $B --otp-erase 0
ok 'its neighbour is' rc_is 0
run -p $SIM $B --otp-lock 7 --irreversible
ok 'a region that is not there' rc_says 2 'regions count from 0'
run -p $SIM $B --wp-status --json
ok 'locking touched no protection' both 0 '.wp.length == 0 and .wp.mode == "disabled"'
run -p $SIM --otp-status
ok 'without a board there is none' rc_says 2 'needs -b BOARD'

# where the lock bits are bytes among the others
run -p sim:board=stm32l476g-disco,nor=s25fl512s -b stm32l476g-disco --otp-program 0x10=serial.bin --irreversible
ok 'nobody locks by programming' rc_says 7 'lock bits'

# one chip of each kind
while read -r nor region; do
	SIM=sim:board=stm32l476g-disco,nor=$nor,state=$nor.state
	B="-b stm32l476g-disco"
	run -p $SIM $B --otp-program 0x40=serial.bin --irreversible
	ok "$nor: programmed" rc_is 0
	run -p $SIM $B -m qspi-otp --range 0x40+11 -r back.bin
	ok "$nor: reads back" cmp serial.bin back.bin
	run -p $SIM $B --otp-lock $region --irreversible --json
	ok "$nor: locked" both 0 ".otp.locked[$region]"
	run -p $SIM $B --otp-program 0x50=serial.bin --irreversible
	ok "$nor: for good" rc_says 7 'is locked'
	run -p $SIM $B -m qspi --range 0+64 -r array.bin
	ok "$nor: the array is back" sh -c '[ "$(tr -d "\377" <array.bin | wc -c)" = 0 ]'
done <<-END
	mx25r6435f  0
	is25lp128f  0
	sst26vf064b 0
	s25fl512s   2
	s25fl064l   0
	gd25lq256d  0
END
exit $failed
