# SPDX-License-Identifier: GPL-2.0-or-later
# Trouble on the bench: each kind has its exit status and leaves a way on.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=board.state,seed=5
pattern 1 60000 >a.bin

run -p $SIM,swdio_open=1
ok 'an open SWDIO is no target' rc_is 5
run -p $SIM,no_power=1
ok 'no power is no target' rc_is 5
run -p $SIM,unplug_at=40 --address 0x08000000 -w a.bin --json
ok 'an unplugged adapter is reported as that' both 3 '.error.code == 3'
run -p $SIM --address 0x08000000 -w a.bin
ok 'running it again finishes the job' rc_is 0
run -p $SIM,ber=1e-5 --address 0x08000000 -f -w a.bin --json
ok 'bit errors cost retries, not data' both 0 '.verified_bytes >= 60000'
run -p $SIM --address 0x08000000 -v a.bin
ok 'a clean look agrees' rc_is 0
run -p $SIM,wait_every=200 --address 0x08000000 -v a.bin --json
ok 'WAIT answers are survived' both 0 '.bench.retries > 0'
for wiring in resistor tristate buffer; do
	run -p $SIM,wiring=$wiring --address 0x08000000 -v a.bin --json
	ok "wiring $wiring works" both 0 '.result == "ok"'
done
run -p sim:board=stm32l476g-disco,rdp=1 --address 0x08000000 -w a.bin
ok 'read-out protection is recognised and explained' rc_says 7 'level 1'

# stopped by a signal: one asks
"$SWDROM" -p $SIM --address 0x08000000 -f -w a.bin --json >out 2>err &
pid=$!
n=0
while ! grep -q . err && [ $n -lt 200 ] && kill -0 $pid 2>/dev/null; do
	sleep 0.01
	n=$((n + 1))
done
kill -INT $pid 2>/dev/null
wait $pid
rc=$?
# the bench is fast: it may have been done before the signal came
ok 'a signal ends the job between operations' sh -c "[ $rc = 10 ] || [ $rc = 0 ]"
run -p $SIM --address 0x08000000 -w a.bin
ok 'and running it again finishes it' rc_is 0
exit $failed
