#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Several boards in one process: each has its result, none has another's trouble.
. tests/cli/common

B='-b stm32l476g-disco'
pattern 1 24576 >app.bin
pattern 5000 16384 >nor.bin
W="--address 0x08000000 -w app.bin"

# three boards that are well
run -p sim -p sim:serial=TWO -p sim:seed=7 $B $W --json
ok 'three boards are programmed' both 0 '.result == "ok" and .error == null and
	(.boards | length) == 3'
ok 'each has a record of its own' json '[.boards[] | .result == "ok" and .verified_bytes == 24576 and
	.programmed_bytes == 24576] | all'
ok 'with the name of its adapter' json '[.boards[].board] == ["SIM0001", "TWO", "SIM0003"] and
	[.boards[].adapter.serial] == ["SIM0001", "TWO", "SIM0003"]'
ok 'there is one line for each' sh -c '[ "$(grep -c "^[A-Z0-9]*: ok, STM32L476, 24576 bytes programmed" err)" = 3 ]'
ok 'and one for all' says '3 boards: 3 ok'
jq -c '[.boards[].bench.virtual_ns]' out >first
run -p sim -p sim:serial=TWO -p sim:seed=7 $B $W --json
jq -c '[.boards[].bench.virtual_ns]' out >second
ok 'virtual time is the same run after run' cmp first second

# one board is reported as ever
run -p sim $B $W --json
ok 'one board alone has no list' json '.boards == null and .result == "ok"'

# trouble of one is not the others'
run -p sim -p sim:no_power=1 -p sim:unplug_at=40 -p sim $B $W --json
ok 'the first failure gives the exit code' both 5 '.result == "error" and .error.code == 5'
ok 'the others are done all the same' json '[.boards[].result] == ["ok", "error", "error", "ok"] and
	[.boards[].error.code] == [null, 5, 3, null] and .boards[3].verified_bytes == 24576'
ok 'the message says which board' says 'swdrom: SIM0002: '
ok 'and the last line all of them' says '4 boards: 2 ok, 2 failed: SIM0002 SIM0003'
run -p sim:unplug_at=40 -p sim:no_power=1 $B $W
ok 'in the order of -p' rc_is 3

# a slow one keeps nobody waiting, in virtual time
run -p sim -p sim $B $W --json
one=$(jq .boards[0].bench.virtual_ns out)
run -p sim -p sim:busy_max=1,clock=500k $B $W --json
slow=$(jq .boards[1].bench.virtual_ns out)
with=$(jq .boards[0].bench.virtual_ns out)
ok 'a slow board takes its time' [ "$slow" -gt $((2 * one)) ]
ok 'and the other does not wait for it' [ $((with * 50)) -lt $((one * 51)) ]

# the same adapter twice, before anything is opened
run -p sim:serial=A -p sim:serial=A,seed=3 $B $W
ok 'the same adapter twice is an error' rc_says 2 'name the same virtual adapter, serial number A'
run -p sim:state=s -p sim:state=s $B $W --json
ok 'so is the same state file' both 2 '.result == "error" and .boards == []'
ok 'and nothing was opened' [ ! -e s ]
run -p remote_bitbang:port=1 -p remote_bitbang:port=1 $B $W
ok 'and the same server' rc_is 2
run -p nobody -p sim $B $W
ok 'a programmer that does not exist is an error' rc_says 2 'there is no programmer nobody'
run -p sim:all $B $W
ok 'all is for adapters that can be counted' rc_says 2 'as many virtual adapters as are named'
run -p remote_bitbang:all $B $W
ok 'and listed' rc_says 2 'has no list of adapters'

# files
run -p sim -p sim $B --address 0x08000000 -w missing.bin --json
ok 'a file that is not there stops all' both 8 '.boards == []'
run -p sim -p sim $B -r back.bin
ok 'many boards do not go into one file' rc_says 2 'several boards cannot be read into one file'
run -p sim:state=one,serial=a:b -p sim:state=two $B $W
ok 'boards with a state are written' rc_is 0
run -p sim:state=one,serial=a:b -p sim:state=two $B --range 0x08000000+24K -r 'back-%s.bin'
ok 'each is read into a file of its own' sh -c 'cmp app.bin back-a_b.bin && cmp app.bin back-SIM0002.bin'
run -p sim:state=one -p sim:state=two $B -v app.bin --address 0x08000000
ok 'and verified' rc_says 0 'SIM0002: ok, STM32L476, 24576 bytes compared'
run -p sim:state=one -p sim:state=two $B -E --range 0x08001000+4K
ok 'erased' rc_says 0 'SIM0001: ok, STM32L476, 4096 bytes erased'
run -p sim:state=one -p sim:state=two $B -v app.bin --address 0x08000000
ok 'and then they differ' rc_says 9 'SIM0002: verify: 0x08001000'
run -p sim:state=one -p sim:state=two $B --probe
ok 'probing lists them' sh -c 'grep -q "^SIM0001:$" out && [ "$(grep -c "^target: *STM32L476" out)" = 2 ]'
run -p sim -p sim --peek 0x20000000
ok 'raw memory is for one board' rc_says 2 '--peek works on one board'
run -p sim -p sim -L
ok 'so are lists' rc_says 2 '-L works on one board'
run -p sim -p sim $B --sfdp-dump tables.bin
ok 'and tables' rc_says 2 '--sfdp-dump works on one board'

# the log says who
run -p sim -p sim $B $W -o log
ok 'the log says which board' sh -c 'grep -q "^info *SIM0001: STM32L476" log && grep -q "^info *SIM0002: STM32L476" log'

# Ctrl-C: all of them end in order, as in signals.sh
mkfifo pipe
stop_at()
{
	todo=$1
	shift
	"$SWDROM" -VV --progress "$@" >out 2>pipe </dev/null &
	pid=$!
	awk -v command="set -- $pid; $todo" '
		!done && /: program qspi: [1-9]0%/ { done = 1; system(command) }
		/^swdrom:|boards:/ { print }' <pipe >err
	wait $pid
	rc=$?
}
stop_at "$STUCK; kill -INT \$1" -p sim -p sim -p sim:typo=1 $B -m qspi -w nor.bin --json
ok 'the failure counts more than the stop' both 2 '[.boards[].result] ==
	["interrupted", "interrupted", "error"]'
stop_at "$STUCK; kill -INT \$1" -p sim -p sim $B -m qspi -w nor.bin --json
ok 'a signal ends all of them in order' both 10 '.result == "interrupted" and
	([.boards[].result] == ["interrupted", "interrupted"])'
stop_at "$TWICE" -p sim -p sim $B -m qspi -w nor.bin
ok 'a second signal at once' rc_is 130
exit $failed
