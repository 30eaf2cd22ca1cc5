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

# signals: sent while programming, which the slow debug port and 300 KB make last long enough
pattern 1 300000 >long.bin
start_long()
{
	rm -f board.state
	: >err # before the command is there to do it: the last one's lines are not waited for
	"$SWDROM" -p $SIM,reference_dp=1 --address 0x08000000 -w long.bin --progress --json \
		>out 2>err </dev/null &
	pid=$!
	while ! grep -q '^program' err && kill -0 $pid 2>/dev/null; do
		sleep 0.01
	done
}

for sig in INT TERM; do
	start_long
	kill -$sig $pid
	wait $pid
	rc=$?
	ok "SIG$sig ends the job between operations and says how far it got" \
		rc_says 10 'of 300000 bytes programmed'
	ok "SIG$sig: the object says so too" json '.error.code == 10 and .programmed_bytes > 0'
done
start_long
kill -INT $pid
# two pending signals would be one: the first is heard when it is answered
while ! grep -q '^stopping' err && kill -0 $pid 2>/dev/null; do
	sleep 0.01
done
kill -INT $pid
wait $pid
rc=$?
ok 'a second signal leaves at once' rc_is 130
rm -f board.state
start_long
kill -INT $pid
wait $pid
run -p $SIM --address 0x08000000 -w long.bin
ok 'after a signal the same command finishes the job' rc_is 0
run -p $SIM --address 0x08000000 -w a.bin
ok 'and another one goes on from there' rc_is 0
exit $failed
