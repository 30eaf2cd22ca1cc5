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
run -p sim --peek 0x20000000+16 kept.bin
ok 'what is peeked goes into a file' test "$(wc -c <kept.bin)" = 16
run -p sim --peek 0x0ff00000+16 none.bin
ok 'memory that is not there is an error' rc_says 1 'bus fault'
ok 'and leaves no file' [ ! -e none.bin ]
run -p sim --json --poke 0x20000000=1 --poke 0x20000004=@missing.bin
ok 'a file that is missing is told with what to do' both 1 \
	'.error.where == "missing.bin" and .error.next == "check the path"'
run -p sim -V -V --poke 0x20000000=0x12345678 --poke 0x20000004=@missing.bin
ok 'and before the first word is written' sh -c '! grep -q "DRW 12345678" err'
mkdir folder
run -p sim -r folder
ok 'a directory is no file to read into' rc_says 1 'Is a directory'
ok 'found before anything is read' sh -c '! grep -q "^read" err'
if [ -w /dev/full ]; then
	"$SWDROM" -p sim -r - --range 0x08000000+4K >/dev/full 2>err
	rc=$?
	ok 'standard output that takes nothing is one error' rc_says 1 'to standard output: '
	ok 'by one message' sh -c '[ "$(grep -c ^swdrom: err)" = 1 ]'
	run -p sim --peek 0x20000000+4K /dev/full
	ok 'no room for what was peeked is an error with its reason' rc_says 1 'No space left'
	run -p sim -o /dev/full -VV --probe
	ok 'a log that is not whole is an error' rc_says 1 'the log is not whole'
fi
run -p sim:swdio_open=1 --probe
ok 'no clock is told where none was chosen' sh -c '! grep -q SWCLK out'
run -p sim:board=stm32l476g-disco,reset_at_us=900000 -b stm32l476g-disco -m qspi -r back.bin
ok 'where it was is said once' rc_is 1
ok 'not by every layer' sh -c '[ "$(grep -o "reading qspi at" err | wc -l)" = 1 ]'
for port in 0 99999 1x ''; do
	run -p "remote_bitbang:port=$port"
	ok "a port is a number from 1 to 65535, not '$port'" rc_is 2
done
run -p sim:board=stm32l476g-disco,state=nowhere/board.state --address 0x08000000 -w a.bin --json
ok 'a bench that cannot save its state says so' both 1 '.result == "error" and
	.verified_bytes >= 60000'
ok 'and why' says "cannot write the bench's state to nowhere/board.state: No such file or directory"
exit $failed
