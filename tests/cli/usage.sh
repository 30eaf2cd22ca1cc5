# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong with the command line or the files is found before the target is touched, and has
# its own exit status and one message.
. tests/cli/common

pattern 1 100 >a.bin
# a target without power: whoever touches it gets status 5
DEAD=sim:board=stm32l476g-disco,no_power=1

run
ok 'no programmer is a usage error' rc_says 2 'swdrom: -p is missing'
run -p nope
ok 'an unknown programmer is a usage error that lists them' rc_says 2 'known are: ftdi, '
run -p "$DEAD" --frobnicate
ok 'an unknown long option is named' rc_says 2 'there is no option --frobnicate'
run -p "$DEAD" -Q
ok 'an unknown short option is named' rc_says 2 'there is no option -Q'
run -p "$DEAD" -w
ok 'a missing value is named' rc_says 2 '-w needs a value'
run --otp-lock
ok 'that of a long option as well' rc_says 2 '--otp-lock needs a value'
run --probe=yes
ok 'a value where none belongs is named' rc_says 2 '--probe takes no value'
run --erase=flash
ok 'also where the option has a short form that takes none' rc_says 2 '--erase takes no value'
run -p "$DEAD" -r x -E
ok 'two actions are a usage error' rc_says 2 'one action at a time'
run -p "$DEAD" -E
ok 'erase without device or range is a usage error' rc_says 2 '-E needs -m, --range or -i'
run -p "$DEAD" --range 0x08000000 -r x
ok 'a range without length is a usage error' rc_says 2 'write START+LENGTH'
run -p "$DEAD" --range 0x08000000+0 -r x
ok 'an empty range is a usage error' rc_is 2
run -p "$DEAD" --reset maybe
ok 'an unknown reset is a usage error' rc_says 2 'none of run, halt and none'
run -p "$DEAD" -n
ok 'an option of another action is a usage error' rc_says 2 '-n belongs to -w and -E'
run -p "$DEAD" stray
ok 'a stray word is a usage error' rc_says 2 'stray'
run -p "$DEAD" -i boot -r x
ok 'a region without layout is a usage error' rc_says 2 '-l FILE'
run -p "$DEAD" -b nope
ok 'an unknown board is a usage error that lists the known ones' rc_says 2 'stm32l476g-disco'
run -p "$DEAD,clock=fast"
ok 'a clock that is no number is a usage error' rc_is 2
run -p "$DEAD,connect=hard"
ok 'an unknown way to connect is a usage error' rc_says 2 'under-reset'
run -p "$DEAD,frobnicate=1"
ok 'an unknown key of the programmer is a usage error that names it' rc_says 2 'frobnicate'
run -p sim:bord=x
ok 'it is found before the adapter is used' sh -c '[ ! -s out ] && [ "$(wc -l <err)" = 1 ]'
printf '0:10 boot\n20:1f app\n' >bad.layout
run -p "$DEAD" -l bad.layout -i boot -r x
ok 'a bad layout is a usage error with its line' rc_says 2 'bad.layout line 2'
printf '0:10 boot\n' >good.layout
run -p "$DEAD" -l good.layout -i app -r x
ok 'a region that the layout lacks is a usage error' rc_says 2 'no region app'

run -p "$DEAD" -w a.bin
ok 'a binary without address is a usage error' rc_says 2 '--address'
run -p "$DEAD" -w missing.hex
ok 'a missing file is an image error' rc_says 8 'missing.hex'
printf ':020000040800F2\n:0400000000010203F7\n:00000001FF\n' >sum.hex
run -p "$DEAD" -w sum.hex
ok 'a checksum error names file and line' rc_says 8 'sum.hex line 2'
printf ':020000040800F2\n:0400000000010203F6\n' >cut.hex
run -p "$DEAD" -v cut.hex
ok 'a truncated file is refused' rc_says 8 'cut off'
run -p "$DEAD" -w a.bin --address 0x08000000 -w a.bin --address 0x90000000
ok 'an address for all is given once, and the way out is told' rc_says 2 '-w a.bin@0x08000000 b.bin@0x90000000'
run -p "$DEAD" -w a.bin@0x108000000
ok 'an address of a file has 32 bits' rc_says 2 'a.bin@0x108000000'
run -p "$DEAD" -w a.bin@0x08000000 a.bin@0x08000010
ok 'files that overlap by their own addresses are refused' rc_says 8 '0x08000010 is set twice'
cp a.bin a@home
run -p "$DEAD" -w a@home a.bin@0x08000000 --address 0x08001000
ok 'what is no address belongs to the name' rc_is 5
run -p "$DEAD" -w a.bin a.bin --address 0x08000000
ok 'files that overlap are refused with the address' rc_says 8 '0x08000000 is set twice'
printf ':0400000000010203F6\n:00000001FF\n' >own.hex
run -p "$DEAD" -v own.hex@0x08000000
ok 'a file with addresses of its own takes no other' rc_says 2 'the file has addresses of its own'
run -p "$DEAD" --range 0x08000000+50 -w a.bin
ok 'a binary longer than its range is refused' rc_says 8 '100 bytes, the range only 50'
run -p "$DEAD" -w a.bin --address 0x08000000
ok 'only then the target is looked for' rc_is 5

run -p "$DEAD" -w sum.hex --json
ok 'json: an image error is an object with code, what, where and next' \
	both 8 '.result == "error" and .error.code == 8 and (.error.what | length > 0)
		and .error.where == "sum.hex line 2" and (.error.next | length > 0)'
run --json --frobnicate
ok 'json: a usage error is an object too' both 2 '.error.code == 2 and .adapter == null'
run -p "$DEAD" --json
ok 'json: no target' both 5 '.error.code == 5 and .adapter.virtual and .target == null'
run -p ftdi:serial=no-such-adapter
ok 'no adapter has its own status' rc_is 3

run -h
ok 'help is on stdout and tells the exit codes' grep -q '9 verify mismatch' out
run -R
ok 'version is on stdout' grep -q '^swdrom [0-9]' out
run -L
ok 'the list names programmers, families, boards and adapters' \
	sh -c 'grep -q ftdi out && grep -q STM32L4 out && grep -q stm32l476g-disco out &&
		grep -q tigard out'
run -L
ok '-L names the target parts' grep -q 'STM32L4: .*STM32L476' out
ok '-L names the SPI-NOR parts that have a table row' grep -q 'n25q128a\|w25q128jv' out
exit $failed
