#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# clock=auto: the fastest clock that works, and what is remembered of it.
. tests/cli/common

XDG_STATE_HOME=$DIR/state
export XDG_STATE_HOME
B='-b stm32l476g-disco'
pattern 1 16384 >app.bin
W="--address 0x90000000 -w app.bin --json"
KEPT=state/swdrom/clock-A_B-A

run -p sim:clock=auto $B $W
ok 'a good wire carries what the adapter can do' both 0 '.bench.swclk_hz == 30000000 and
	.bench.wire_errors == 0'
ok 'nothing is remembered unasked' [ ! -e state ]
run -p 'sim:clock=auto,remember=yes,serial=A/B' $B $W
ok 'the clock is remembered for the adapter' sh -c "[ \"\$(cat $KEPT)\" = 30000000 ]"
auto=$(jq .bench.session_ns out)
run -p 'sim:clock=auto,remember=yes,serial=A/B' $B $W
ok 'and tried first' both 0 '.bench.swclk_hz == 30000000'
ok 'which is faster' [ "$(jq .bench.session_ns out)" -lt $((auto - 300000000)) ]
echo 10000000 >$KEPT
run -p 'sim:clock=auto,remember=yes,serial=A/B' $B $W
ok 'a slower one that was good is taken as well' json '.bench.swclk_hz == 10000000'
echo nonsense >$KEPT
run -p 'sim:clock=auto,remember=yes,serial=A/B' $B $W
ok 'nonsense in the file is nobodys hint' both 0 '.bench.swclk_hz == 30000000'
rm -r state
: >state
run -p 'sim:clock=auto,remember=yes' $B $W
ok 'that it cannot be remembered is a warning' rc_says 0 'the clock cannot be remembered'

run -p sim:clock=auto,ber=1e-5 $B $W
ok 'on a wire that is noisy at any clock the slowest is taken' both 0 '.bench.swclk_hz < 5000000'
ok 'with a warning' says 'the wire is noisy at all clocks above'
run -p sim:clock=fast $B $W
ok 'a clock is a number or auto' both 2 '.error.what | test("fast")'
run -p sim:clock=auto,remember=perhaps $B $W
ok 'remember is yes or no' both 2 '.error.what | test("perhaps")'
run -p sim:clock=1M,remember=yes $B $W
ok 'and belongs to auto' both 2 '.error.next | test("clock=auto,remember=yes")'
run -p sim:clock=auto --peek 0x20000000
ok 'raw memory is looked at slowly: nothing is tried there' rc_is 0
exit $failed
