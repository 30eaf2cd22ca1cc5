# SPDX-License-Identifier: GPL-2.0-or-later
# Write protection of the external flash: shown, changed, found before anything is erased.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=n25q.state
B="-b stm32l476g-disco"
pattern 3 20000 >a.bin

run -p $SIM $B --wp-status
ok 'a new chip protects nothing' grep -q '^Protection range: start=0x00000000 length=0x00000000 (none)$' out
ok 'and lets anybody change that' grep -q '^Protection mode: disabled$' out
run -p $SIM $B --wp-list
ok 'the ranges are listed, each once' sh -c '[ "$(grep -c start= out)" = 18 ] && ! sort out | uniq -d | grep start='
run -p $SIM $B --wp-range 0xfc0000,256K --json
ok 'a range is protected, and reported' \
	both 0 '.wp.start == 16515072 and .wp.length == 262144 and .wp.mode == "disabled"'
run -p $SIM $B --wp-status
ok 'it stays' grep -q 'start=0x00fc0000 length=0x00040000 (upper 1/64)' out
run -p $SIM $B -m qspi --range 0xfbf000+20000 -w a.bin --json
ok 'a job that touches it is refused before anything is erased' \
	both 7 '.erased_bytes == 0 and .programmed_bytes == 0 and (.error.what | test("0xfc0000 to 0xffffff")) and
		(.error.next | test("--wp-range 0,0"))'
run -p $SIM $B -m qspi --range 0xf00000+20000 -w a.bin --json
ok 'beside it everything works' both 0 '.programmed_bytes > 19000'
run -p $SIM $B -m qspi --range 0xfbf000+20000 -w a.bin --wp-range 0,0 --json
ok 'the remedy works in the same command' both 0 '.programmed_bytes > 19000'
run -p $SIM $B -m qspi --range 0x800000+20000 -w a.bin --wp-range 0x800000,8M --json
ok 'protecting comes after the job' both 0 '.programmed_bytes > 19000 and .verified_bytes >= 20000'
run -p $SIM $B -m qspi --range 0x800000+4K -E
ok 'and holds' rc_is 7
run -p $SIM $B --wp-range 0x1000,4K
ok 'a range that the chip does not have is a usage error' rc_says 2 '--wp-list'
run -p $SIM $B --wp-range 16M,64K
ok 'so is one past its end' rc_says 2 'does not fit'
run -p $SIM $B --wp-enable --json
ok 'hardware protection is switched on' both 0 '.wp.mode == "hardware" and .wp.length == 8388608'
run -p $SIM $B --wp-enable=power_cycle
ok 'a mode that the chip does not have is refused' rc_is 6
run -p $SIM $B --wp-disable --wp-range 0,0 --wp-status --json
ok 'and all of it off again' both 0 '.wp.mode == "disabled" and .wp.length == 0'
run -p $SIM $B --wp-range 0,64K --wp-volatile
ok 'no volatile change where the chip has none' rc_says 6 'volatile'
run -p $SIM --wp-status
ok 'without a board there is nothing to protect' rc_says 2 'needs -b BOARD'
run -p $SIM $B -m flash --wp-status
ok 'internal flash is not meant' rc_says 2 'flash has no write protection'
run -p $SIM $B -r x --wp-range 0,0
ok 'reading changes no protection' rc_is 2
run -p $SIM $B --wp-volatile
ok 'an option alone is a usage error' rc_is 2

SIM=sim:board=l476rg-w25q128,state=w25q.state
B="-b l476rg-w25q128"
run -p $SIM $B --wp-list
ok 'W25Q128: SEC and CMP give more ranges' sh -c '[ "$(grep -c start= out)" = 40 ]'
run -p $SIM $B --wp-range 4K,0xfff000 --json
ok 'everything but the first sector' both 0 '.wp.start == 4096 and .wp.length == 16773120'
run -p $SIM $B -m qspi --range 0+4K -E
ok 'the first sector is erased' rc_is 0
run -p $SIM $B -m qspi --range 0x1000+4K -E
ok 'the second is not' rc_says 7 'CMP is set'
run -p $SIM $B -m qspi --range 0x1000+4K -E --wp-range 0,0 --wp-volatile
ok 'a volatile change is enough for one job' rc_is 0
run -p $SIM $B --wp-status --json
ok 'and gone after it' both 0 '.wp.start == 4096'
run -p $SIM $B --wp-enable=permanent
ok 'a permanent lock needs a word more' rc_says 2 '--irreversible'
run -p $SIM $B --wp-status --json
ok 'and has not happened' both 0 '.wp.mode == "disabled"'
run -p $SIM $B --wp-enable=power_cycle --json
ok 'until power-up' both 0 '.wp.mode == "power_cycle"'
run -p $SIM $B --wp-range 0,0 --json
ok 'the next command finds the power has been off' both 0 '.wp.length == 0'

# QE is set for the job, by a volatile write: a lasting change of its neighbours must not keep it
run -p $SIM $B --wp-range 0,4M
run -p $SIM $B --wp-status
ok 'quad enable is gone at the next power-up' grep -q 'SR1 34, SR2 00' out
run -p $SIM $B -m qspi --range 0+20000 -w a.bin --wp-range 0,0 --wp-enable --json
ok 'what protects nothing comes before the job, the lock after it' both 0 '.verified_bytes >= 20000'
run -p $SIM $B --wp-status --json
ok 'both have happened' both 0 '.wp.length == 0 and .wp.mode == "hardware"'
run -p $SIM $B --wp-disable

run -p $SIM $B --wp-range 0,4M --wp-enable=power_cycle --json
ok 'a range and a lock of all registers at once' both 0 '.wp.length == 4194304 and .wp.mode == "power_cycle"'
run -p $SIM $B --wp-range 0,0

# one chip of each layout: the upper half is protected, refused, and free again
while read -r nor range; do
	SIM=sim:board=stm32l476g-disco,nor=$nor,state=$nor.state
	B="-b stm32l476g-disco"
	run -p $SIM $B --wp-range $range --wp-enable --json
	ok "$nor: its upper half" both 0 ".wp.length == (${range#*,}) and .wp.mode == \"hardware\""
	run -p $SIM $B -m qspi --range ${range%,*}+256K -E
	ok "$nor: is not erased" rc_says 7 'is write-protected'
	run -p $SIM $B -m qspi --range ${range%,*}+256K -E --wp-disable --wp-range 0,0
	ok "$nor: unless told so" rc_is 0
done <<-END
	mt25ql01gbbb 67108864,67108864
	w25q256jv    16777216,16777216
	gd25q127c    8388608,8388608
	mx25r6435f   4194304,4194304
	is25lp128f   8388608,8388608
	s25fl512s    33554432,33554432
	s25fl064l    4194304,4194304
	m25p64       4194304,4194304
END
# quad enable that only lasts: not for a dry run
SIM=sim:board=stm32l476g-disco,nor=mx25l51245g,state=mx25l.state
run -p $SIM $B -m qspi --range 0+20000 -w a.bin --dry-run
ok 'a dry run makes a plan' grep -q '^program  *qspi' out
run -p $SIM $B --wp-status
ok 'and sets no bit that lasts' grep -q 'SR1 00' out
run -p $SIM $B -m qspi --range 0+20000 -w a.bin --json
ok 'the job itself' both 0 '.verified_bytes >= 20000'
run -p $SIM $B --wp-status
ok 'does, for four lines' grep -q 'SR1 40' out

SIM=sim:board=stm32l476g-disco,nor=sst26vf064b
run -p $SIM $B --wp-status --json
ok 'SST26: everything is locked at power-up' both 0 '.wp.length == 8388608 and .wp.mode == "disabled"'
run -p $SIM $B -m qspi --range 0x10000+20000 -w a.bin --dry-run
ok 'a dry run says that the job would open the locks' \
	grep -q '^unlock  *qspi  *0x90010000\.\.0x9001[0-9a-f]*, .*every power-up' out
ok 'and goes on with the plan' grep -q '^program  *qspi  *0x90010000' out
ok 'but opens nothing' sh -c '! grep -q unlocking err'
run -p $SIM $B -m qspi --range 0x10000+64K -E --dry-run
ok 'nor does one that erases' sh -c 'grep -q "^unlock " out && ! grep -q unlocking err'
run -p $SIM $B -m qspi --range 0x10000+20000 -w a.bin --json
ok 'a job opens the locks and says so' both 0 '.verified_bytes >= 20000'
ok 'in one line' says 'unlocking all blocks'
run -p $SIM $B --wp-range 0x10000,0x7f0000 --json
ok 'they can be set block by block' both 0 '.wp.start == 65536 and .wp.length == 8323072 and
	(.wp.partial | not)'

# two dies, each with registers of its own
SIM=sim:board=stm32l476g-disco,nor=w25m512jv,state=stack.state
run -p $SIM $B --wp-list
ok 'a stack: what reaches into the second die' \
	grep -q 'start=0x00000000 length=0x02100000 (lower 33/64)' out
run -p $SIM $B --wp-range 0,32M --json
ok 'the first die alone' both 0 '.wp.start == 0 and .wp.length == 33554432'
run -p $SIM $B -m qspi --range 48M+64K -E
ok 'the second is free' rc_is 0
run -p $SIM $B -m qspi --range 31M+2M -E
ok 'what touches the first is refused' rc_says 7 '0x0 to 0x1ffffff'
run -p $SIM $B --wp-range 0x01f00000,2M --wp-enable --json
ok 'a range across both' both 0 '.wp.start == 32505856 and .wp.length == 2097152 and
	(.wp.partial | not) and .wp.mode == "hardware"'
run -p $SIM $B -m qspi --range 32M+64K -E
ok 'holds in the second' rc_says 7 '0x2000000 to 0x20fffff'
run -p $SIM $B --wp-range 1M,40M
ok 'a range that no die can' rc_says 2 "can't protect 0x2000000+0x900000"
run -p $SIM $B --wp-status --json
ok 'then neither is changed' both 0 '.wp.start == 32505856 and .wp.length == 2097152'
run -p $SIM $B --wp-range 0,64M --wp-disable --json
ok 'both' both 0 '.wp.length == 67108864 and .wp.mode == "disabled"'
exit $failed
