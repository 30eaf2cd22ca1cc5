# SPDX-License-Identifier: GPL-2.0-or-later
# Write, read, verify, erase, keep and skip on the internal flash of a virtual board whose flash
# survives between the runs, as a user would chain them.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=board.state,seed=7
pattern 1 20000 >a.bin
pattern 50000 3000 >b.bin

run -p $SIM --json
ok 'probe finds target and devices' both 0 '.target.name | startswith("STM32L4")'
ok 'without a board no external flash is offered' \
	json '[.mtds[].name] | index("flash") and index("otp") and index("options") and
		(index("qspi") | not)'
run -p $SIM
ok 'probe prints on stdout' grep -q '^flash .*0x08000000' out

run -p $SIM --address 0x08000000 -w a.bin --dry-run
ok 'a dry run prints the plan with an estimate' \
	sh -c 'grep -q "program .*flash .*0x08000000" out && grep -q "expected times" out'
run -p $SIM --address 0x08000000 -v a.bin
ok 'a dry run changes nothing' rc_says 9 'expected'

run -p $SIM --address 0x08000000 -w a.bin --json
ok 'a blank part is programmed without erase and verified' \
	both 0 '.result == "ok" and .error == null and .erased_bytes == 0 and
		.programmed_bytes == 20000 and .verified_bytes >= 20000 and .skipped_bytes == 0'
ok 'json has every field' \
	json '[.adapter, .target, .mtds, .segments, .time_ns, .bench.virtual_ns, .bench.swclk_hz,
		.bench.swclk_cycles, .bench.usb_transfers, .bench.usb_bytes_out,
		.bench.usb_bytes_in, .bench.retries, .bench.limit_ns, .bench.ratio] |
		all(. != null)'
ok 'the limit is no more than what it took' json '.bench.ratio > 0 and .bench.ratio <= 1'
ok 'stdout holds the object alone' sh -c '[ "$(wc -l <out)" = 1 ]'

run -p $SIM --address 0x08000000 -w a.bin --json
ok 'what is there already is skipped' \
	both 0 '.erased_bytes == 0 and .programmed_bytes == 0 and .skipped_bytes == 20000 and
		.verified_bytes == 20000'
run -p $SIM --address 0x08000000 -v a.bin
ok 'verify agrees' rc_is 0
run -p $SIM --range 0x08000000+20000 -r back.bin
ok 'read gives exactly the range' cmp a.bin back.bin
run -p $SIM -m flash --range 0+20000 -r -
ok 'with -m a range is in offsets, and - is stdout' cmp a.bin out
run -p $SIM -m flash -r whole.bin
ok 'a device is read as a whole' sh -c '[ "$(wc -c <whole.bin)" = 1048576 ]'
run -p $SIM --range 0x08000000+20000 -r back.hex
cp back.hex x.hex
run -p $SIM -v x.hex
ok 'what was read as hex verifies' rc_is 0

run -p $SIM -m flash --range 0+20000 -r back.srec
ok 'S-records by suffix' sh -c 'grep -q "^S3.*080000" back.srec && grep -q ^S7 back.srec'
cp back.srec x.srec
run -p $SIM -v x.srec
ok 'what was read as S-records verifies' rc_is 0
run -p $SIM -m options -r -
ok 'option bytes are read' sh -c '[ "$(wc -c <out)" = 52 ] && [ "$(head -c 1 out | od -An -tx1)" = " aa" ]'
run -p $SIM -m otp -r otp.bin
ok 'OTP is read' sh -c '[ "$(wc -c <otp.bin)" = 1024 ]'
run -p $SIM -V
ok '-V walks the ROM table' grep -q '^ROM table: 0xe000e000 .*part 0x00c' err

run -p $SIM --address 0x08001064 -w b.bin --json
ok 'a change erases whole pages and keeps their other bytes' \
	both 0 '.erased_bytes == 4096 and .programmed_bytes >= 3000 and .kept_bytes > 0'
{ head -c 4196 a.bin; cat b.bin; tail -c +7197 a.bin; } >ab.bin
run -p $SIM --range 0x08000000+20000 -r back.bin
ok 'the neighbours survive' cmp ab.bin back.bin
run -p $SIM --address 0x08000000 -v a.bin
ok 'a mismatch names address, expected and found' rc_says 9 '0x08001064 of flash holds'

run -p $SIM --range 0x08000800+100 -E
ok 'an erase inside a block is refused with the borders' rc_says 2 '0x08000800..0x08001000'
run -p $SIM --range 0x08000800+2K -E --json
ok 'a page is erased' both 0 '.erased_bytes == 2048 and .verified_bytes == 2048'
{ head -c 2048 ab.bin; head -c 2048 /dev/zero | tr '\0' '\377'; tail -c +4097 ab.bin; } >abe.bin
run -p $SIM --range 0x08000000+20000 -r back.bin
ok 'and nothing else' cmp abe.bin back.bin
run -p $SIM -m flash -E --json
ok 'the device is erased' both 0 '.erased_bytes == 1048576'

run -p $SIM -m flash -w a.bin
ok 'a binary goes to the start of the device' rc_is 0
printf '00000000:000007ff boot\n00001000:00001fff app\n' >x.layout
run -p $SIM -m flash -l x.layout -i app -w ab.bin --address 0x08000000 --json
ok 'a region restricts what is written' \
	both 0 '.erased_bytes == 4096 and [.segments[].address] == [134221824]'
run -p $SIM -m flash -l x.layout -i boot -i app -r two.hex
ok 'regions are read together' rc_is 0
run -p $SIM -m otp -E
ok 'a read-only device is protected' rc_says 7 'read-only'
run -p $SIM --address 0x080ffff0 -w a.bin
ok 'data past the end of the flash is refused with the devices' \
	rc_says 8 'the devices are: flash 0x08000000..0x080fffff'
run -p $SIM --address 0x90000000 -w a.bin
ok 'data for a flash that only -b offers says so' rc_says 8 '-b BOARD'
run -p $SIM -m qspi -r x.bin
ok 'a device that is not there is a usage error' rc_says 2 'no device qspi'

run -p $SIM --address 0x08000000 -w a.bin -n --json
ok '-n does not verify' both 0 '.verified_bytes == 0'
run -p $SIM --address 0x08000000 -w a.bin -f --json
ok '-f erases and programs what is equal' \
	both 0 '.skipped_bytes == 0 and .erased_bytes == 20480'
run -p $SIM --address 0x08000000 -w a.bin -f --stats -o log
ok '--stats and -o say more' sh -c 'grep -q "USB transfers" err && grep -q ^debug log'
ok 'the summary tells what to type with a real adapter' \
	grep -q 'swdrom -p ftdi --address 0x08000000 -w a.bin' err
exit $failed
