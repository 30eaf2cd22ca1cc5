# SPDX-License-Identifier: GPL-2.0-or-later
# A flash chip on the adapter's own SPI pins: the same core, no target.
. tests/cli/common

SPI=ftdi_spi:via=sim,state=spi.state
pattern 7 40000 >a.bin
pattern 9 3000 >b.bin

run -p $SPI --json
ok 'the chip is found' both 0 '.target.name == "W25Q128JV" and ([.mtds[].name] == ["qspi", "qspi-otp"]) and
	.mtds[0].base == 0 and .mtds[0].uid != null'
run -p $SPI -w a.bin --json
ok 'a binary goes to its start' both 0 '.programmed_bytes > 39000 and .verified_bytes >= 40000'
ok 'the parts of its time add up; none of it is this computer'\''s' json '.bench |
	.wire_ns + .target_ns + .usb_ns == .session_ns and .host_ns == 0'
run -p $SPI --range 0+40000 -r back.bin
ok 'and reads the same' cmp a.bin back.bin
run -p $SPI -w a.bin --json
ok 'what is there is skipped' both 0 '.programmed_bytes == 0 and .skipped_bytes == 40000'
run -p $SPI --range 0x1100+3000 -w b.bin --json
ok 'bytes around new data survive' both 0 '.kept_bytes > 0'
head -c 4352 a.bin >want.bin
cat b.bin >>want.bin
tail -c +7353 a.bin >>want.bin
run -p $SPI -v want.bin
ok 'all of them' rc_is 0
run -p $SPI -v a.bin
ok 'verify finds the difference' rc_says 9 '0x00001100'
run -p $SPI --range 0x2000+4K -E
ok 'a sector is erased' rc_is 0
run -p $SPI --wp-range 0,256K --json
ok 'protection works' both 0 '.wp.length == 262144'
run -p $SPI -w a.bin
ok 'and holds' rc_says 7 'write-protected'
run -p $SPI -w a.bin --wp-range 0,0 --json
ok 'and goes' both 0 '.verified_bytes >= 40000'
run -p $SPI --otp-program 0=b.bin
ok 'security registers have their end' rc_says 2 'do not fit'
run -p $SPI --sfdp-dump sfdp.bin
ok 'its SFDP is saved' sh -c '[ "$(head -c 4 sfdp.bin)" = SFDP ]'
# pages of 256 and 512 bytes, slow and quick ones, two dies; 100 ns of CS# between commands
for nor in mt25ql512abb mx25r6435f sst26vf064b is25lp128f m25p64 s25fl512s w25m512jv; do
	run -p ftdi_spi:via=sim,nor=$nor,divisor=4 -w a.bin --json
	ok "$nor" both 0 '.verified_bytes >= 40000'
	ok "$nor does what real ones do" test -z "$(grep 'real hardware' err)"
done
run -p ftdi_spi:via=sim,nor=unknown-nosfdp -c mine:size=16M,erase=20h:4K -w b.bin --json
ok 'a described chip' both 0 '.verified_bytes >= 3000'
run -p ftdi_spi:via=sim,stuck_wip=1 -w b.bin
ok 'a page that never ends is named' rc_says 1 'still busy programming at 0x0'
for n in 3 8 12 19 30 41 44 47 50 52; do
	run -p ftdi_spi:via=sim,state=short.state,short_at=$n -w b.bin
	ok "reply $n is lost: it is done all the same" rc_is 0
done
run -p ftdi_spi:via=sim,state=short.state -v b.bin
ok 'and right' rc_is 0
run -p ftdi_spi:via=sim,state=gone.state,unplug_at=48 -w b.bin
ok 'an adapter that is gone is named, with how far it got' rc_says 3 'bytes programmed'
run -p ftdi_spi:via=sim,state=gone.state -w b.bin --json
ok 'and the job finished the next time' both 0 '.verified_bytes >= 3000'
run -p $SPI,no_power=1 --probe
ok 'no supply: what to check' rc_says 5 'IO1 stays high: no supply'
ok 'on these pins' says 'xDBUS3 to CS#'
run -p ftdi_spi:via=sim,float_io3=1 --probe
ok 'HOLD# that floats' rc_says 5 'HOLD#'
run -p $SPI -b stm32l476g-disco
ok 'a board makes no sense' rc_says 2 'leave out -b'
run -p $SPI --peek 0x08000000
ok 'nor does a look at the target' rc_says 2 'no target behind ftdi_spi'
run -p $SPI,divisor=3
ok 'divisors are even' rc_says 2 'divisor=3'
run -p $SPI,divisor=4,clock=1M
ok 'one of two clocks' rc_says 2 'both say'
run -p $SPI,clock=auto --probe
ok 'the fastest clock that works' sh -c 'grep -q "SPI clock 30.000 MHz" out && ! grep -q halved err'
run -p $SPI,type=nope
ok 'types are known' rc_says 2 'jtagkey'
run -p $SPI,frobnicate=1
ok 'so are keys' rc_says 2 'frobnicate'
run -p $SPI,port=Z
ok 'ports have letters' rc_says 2 'port=Z'
run -p $SPI,port=A --probe
ok 'A is one' rc_is 0
run -p $SPI -m flash -r x.bin
ok 'there is one device, and no board to name' sh -c 'grep -q "devices are: qspi" err && ! grep -q "needs -b" err'
run -p $SPI,csgpiol=9
ok 'csgpiol has four values' rc_says 2 'csgpiol=9'
run -p ftdi_spi:via=remote_bitbang
ok 'only MPSSE carries it' rc_says 2 'no MPSSE bytes'
exit $failed
