# SPDX-License-Identifier: GPL-2.0-or-later
# How bytes are compared, at which clock, and what a job was expected to take.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=board.state,seed=11
B='-b stm32l476g-disco'
pattern 3 100001 >nor.bin
pattern 777 65536 >flash.bin

run -p $SIM $B -m qspi -w nor.bin --json
ok 'a write says how its bytes were verified' both 0 '.verified_bytes >= 100001 and
	.verified_by_crc_bytes > 100000 and .verified_by_crc_bytes <= .verified_bytes'
ok 'what was expected is within a tenth of what it took' json '.bench |
	.estimate_ns > 0 and .job_ns > 0 and .revised_ns > 0.9 * .job_ns and
	.revised_ns < 1.1 * .job_ns'
run -p $SIM $B -m qspi -w nor.bin --json
ok 'the same again is compared by checksums and nothing else' both 0 '.erased_bytes == 0 and
	.programmed_bytes == 0 and .verified_bytes == 100001 and .verified_by_crc_bytes > 90000'
for how in crc read auto; do
	run -p $SIM $B -m qspi -v nor.bin --verify-by $how
	ok "--verify-by $how agrees" rc_is 0
done
run -p $SIM $B -m qspi -v nor.bin --verify-by read --json
ok 'with read no byte is taken for equal by a checksum' both 0 '.verified_bytes == 100001 and
	.verified_by_crc_bytes == 0 and ([.mtds[].verified_by_crc_bytes] | add) == 0'
run -p $SIM $B -m qspi -v nor.bin
ok 'people are told as well' grep -q 'verified 100001 bytes, [0-9]* of them by CRC-32' err
ok 'and how good the estimate was' grep -q '^estimate: .* when planned.*it took' err
run -p $SIM -m otp -r otp.bin
run -p $SIM -m otp -v otp.bin --verify-by crc
ok 'a device without checksums is read, and that is said' rc_says 0 'otp: comparing by reading'

run -p $SIM $B --address 0x08000000 -w flash.bin --no-boost --json
ok 'a job at the clock after reset does the same' both 0 '.result == "ok" and
	.verified_bytes == 65536'
run -p $SIM $B --address 0x08000000 -v flash.bin
ok 'and the result is right' rc_is 0
run -p $SIM,clock=30M $B --address 0x08000000 -f -w flash.bin --no-boost --json
ok 'a wire too fast for that clock is slowed down' both 0 '.bench.swclk_hz == 15000000 and
	.bench.ratio > 0.8'
ok 'and that is said' says '30000 kHz is too fast for a bus of 4000 kHz'
sed 's/^max_hz.*/max_hz = 40M/' "$TOP/boards/stm32l476g-disco.board" >fast.board
run -p $SIM -b ./fast.board -m qspi -v nor.bin -V
ok 'a board that allows 40 MHz gets them, from the PLL' rc_says 0 'SPI clock 40000 kHz (kernel 80000'

run -p $SIM $B --address 0x08000000 -w nor.bin --dry-run --json
ok 'a dry run has an estimate and no result' both 0 '.bench.estimate_ns > 1e8 and
	.bench.job_ns == 0 and .programmed_bytes == 0'

run -p $SIM $B -m qspi -v nor.bin --verify-by guess
ok 'another way of comparing is a usage error' rc_says 2 'none of crc, read and auto'
run -p $SIM $B -m qspi -r back.bin --verify-by crc
ok 'reading compares nothing' rc_says 2 'belongs to'
exit $failed
