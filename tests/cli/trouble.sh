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
ok 'by one message: nothing can be put back' sh -c '[ "$(grep -c ^swdrom: err)" = 1 ]'
run -p $SIM,power_cut_us=600000 --address 0x08000000 -f -w a.bin --json
ok 'a target that lost its power is reported as that' both 5 '.error.code == 5'
ok 'by one message as well' sh -c '[ "$(grep -c ^swdrom: err)" = 1 ]'
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

# a disk that is full, played by a limit on the size of files that the virtual chip's 16 MiB just
# fit in; SIGXFSZ ignored, writes fail
full()
{
	(trap '' XFSZ; ulimit -f 32800; "$SWDROM" "$@" >out 2>err </dev/null)
	rc=$?
}
for format in hex srec; do
	full -p sim:board=stm32l476g-disco -b stm32l476g-disco -m qspi -r back.$format
	ok "no room for what was read is an error ($format)" rc_says 1 'cannot write the file'
	ok 'and no half of it stays' [ ! -e back.$format ]
done
run -p sim:board=stm32l476g-disco,state=nowhere/board.state --address 0x08000000 -w a.bin --json
ok 'a bench that cannot save its state says so' both 1 '.result == "error" and
	.verified_bytes >= 60000'
ok 'and why' says "cannot write the bench's state to nowhere/board.state: No such file or directory"
exit $failed
