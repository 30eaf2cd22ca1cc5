# SPDX-License-Identifier: GPL-2.0-or-later
# swdrom -p ftdi, with the system's libftdi1, over USB/IP: the whole way that a real adapter's bytes
# take but the kernel's. The same state file is then judged by the bench in process. And libftdi1 by itself.
. tests/peers/common
need python3

DEMO=$TOP/tests/firmware/demo.hex
DISCO=stm32l476g-disco

# over_usb ARGUMENT...: swdrom on the server's adapter; $rc, out, err as run() does
over_usb()
{
	USBIP_LIBUSB_PORT=$(port_of usbip) LD_PRELOAD=$PEER_LIBS/libusb-1.0.so.0 \
		timeout -s KILL 120 "$SWDROM" "$@" >out 2>err </dev/null
	rc=$?
}

# serve BOARD[,KEY=VALUE...] [ARGUMENT...]
serve()
{
	start_server --board "$@" --usbip 0
}

# the bench in process, on what was left: a clean wire
in_process()
{
	run -p "sim:board=$DISCO,state=board.state" -b $DISCO "$@"
}

no_objections()
{
	cat server.err
	! [ -s server.err ]
}

libftdi()
{
	USBIP_LIBUSB_PORT=$(port_of usbip) LD_PRELOAD=$PEER_LIBS/libusb-1.0.so.0 \
		timeout -s KILL 120 python3 "$TOP/tests/peers/libftdi.py" "$@" >out 2>err
	rc=$?
	sed -n "s/^ok /ok $CHIP, libftdi1: /p; s/^not ok /not ok $CHIP, libftdi1: /p" out
	[ $rc = 0 ] || { failed=1; cat out err; }
}

for part in 'ft2232h 0403:6010 2 Dual' 'ft232h 0403:6014 1 Single' 'ft4232h 0403:6011 4 Quad'; do
	set -- $part
	CHIP=$1
	rm -f board.state
	serve $DISCO,chip=$CHIP --state board.state
	libftdi $2 $3 "$4 RS232-HS" SIM0001
	over_usb -p ftdi -L
	ok "$CHIP: swdrom lists it" grep -qE "$4 RS232-HS.*SIM0001|SIM0001.*$4 RS232-HS" out err
	over_usb -p ftdi -b $DISCO -w "$DEMO"
	ok "$CHIP: it programs and verifies the demo firmware" rc_is 0
	over_usb -p ftdi:clock=30M -b $DISCO -v "$DEMO"
	ok "$CHIP: and verifies it once more, at 30 MHz" rc_is 0
	over_usb -p ftdi -b $DISCO -m qspi --range 0+300K -r back.bin
	ok "$CHIP: and reads" rc_is 0
	stop_server
	ok "$CHIP: nothing that silicon would have objected to" no_objections
	in_process -v "$DEMO"
	ok "$CHIP: the bench in process verifies what it wrote" rc_is 0
	in_process -m qspi --range 0+300K -r sim.bin
	ok "$CHIP: and reads the same" cmp back.bin sim.bin
done

CHIP='ft2232h at full speed'
rm -f board.state
serve $DISCO --state board.state --full-speed
libftdi 0403:6010 2 'Dual RS232-HS' SIM0001
over_usb -p ftdi -b $DISCO -w "$DEMO"
ok "$CHIP: programs and verifies the demo firmware" rc_is 0
stop_server
in_process -v "$DEMO"
ok "$CHIP: the bench in process verifies what it wrote" rc_is 0

for wiring in tristate buffer; do
	rm -f board.state
	serve $DISCO,wiring=$wiring --state board.state
	case $wiring in
	tristate) over_usb -p ftdi:adapter=minimodule-swd -b $DISCO -m flash -w "$DEMO" ;;
	buffer) over_usb -p ftdi:adapter=olimex-arm-usb-ocd-h+arm-jtag-swd -b $DISCO -m flash -w "$DEMO" ;;
	esac
	stop_server
	ok "wiring $wiring: programs and verifies" rc_is 0
	ok "wiring $wiring: nothing that silicon would have objected to" no_objections
done

# ---- a wire that is not what it should be ----

pattern 1 200000 >a.bin
rm -f board.state
serve $DISCO,ber=3e-5,seed=5 --state board.state
over_usb -p ftdi --address 0x08000000 -w a.bin
stop_server
ok 'on a noisy wire it programs, in more time' rc_is 0
in_process --address 0x08000000 -v a.bin
ok 'and nothing of the noise is in the flash' rc_is 0
serve $DISCO,r=470,c=50p
over_usb -p ftdi:clock=30M --address 0x08000000 -w a.bin
stop_server
ok 'a wire too slow for 30 MHz is noticed, and 15 MHz used' rc_says 0 'going on at 15000 kHz'

# ---- the plug ----

rm -f board.state
serve $DISCO,unplug_at=400 --state board.state
over_usb -p ftdi -b $DISCO -w "$DEMO"
gone=$rc
cp err gone.err
over_usb -p ftdi -b $DISCO -w "$DEMO"
stop_server
cp gone.err err
ok 'pulled out in the middle: the message says so and what to do' \
	sh -c "[ $gone = 3 ] && grep -q 'is gone, programming .* of [0-9]* bytes programmed; what was in flight may be half done; plug it in and run the same' err"
ok 'plugged in again, the same command finishes' rc_is 0
in_process -v "$DEMO"
ok 'and all of it is there' rc_is 0

# job_under_way: swdrom in the background, programming; its process id in $job
job_under_way()
{
	rm -f err
	USBIP_LIBUSB_PORT=$(port_of usbip) LD_PRELOAD=$PEER_LIBS/libusb-1.0.so.0 \
		"$SWDROM" -p ftdi -b $DISCO --progress -w "$DEMO" >out 2>err </dev/null &
	job=$!
	until grep -qs 'program' err; do
		kill -0 $job || break
		sleep 0.02
	done
}

rm -f board.state
serve $DISCO,busy_max=1 --state board.state --realtime
job_under_way
kill -9 $server
wait $job
rc=$?
wait $server
server=
ok 'a server that dies is an adapter pulled out' rc_says 3 'is gone, programming'

serve $DISCO,busy_max=1 --state board.state --realtime
job_under_way
kill -INT $job
wait $job
rc=$?
stop_server
ok 'Ctrl-C ends it in order, and says what is done' rc_says 10 'stopped on request: flash: '
serve $DISCO --state board.state
over_usb -p ftdi -b $DISCO -w "$DEMO"
stop_server
ok 'the same command then finishes' rc_is 0

# ---- several adapters ----

rm -f board.state b.state
start_server --board $DISCO --state board.state --board l476rg-w25q128 --state b.state --usbip 0
over_usb -p ftdi --probe
ok 'two adapters: one has to be named' sh -c "[ $rc != 0 ] && grep -q SIM0002 err"
over_usb -p ftdi:serial=SIM0002 --address 0x08000000 -w a.bin
ok 'the one named is programmed' rc_is 0
over_usb -p ftdi:serial=SIM0001 --address 0x08000000 -v a.bin
ok 'and not the other' rc_is 9
over_usb -p ftdi:all --address 0x08000000 -w a.bin
ok 'then both at once, from one process' rc_is 0
stop_server
in_process --address 0x08000000 -v a.bin
ok 'the first has it' rc_is 0

# both channels of each, a thread for each: nothing is wired to the second ones
rm -f board.state b.state
start_server --board $DISCO --state board.state --board $DISCO --state b.state --usbip 0
over_usb -p ftdi:all,channel=all --address 0x08000000 -w a.bin --json
ok 'both channels: what has no target fails alone' both 5 '[.boards[] | [.board, .error.code]] ==
	[["SIM0001", null], ["SIM0001-B", 5], ["SIM0002", null], ["SIM0002-B", 5]]'
ok 'and the others are done' json '[.boards[].verified_bytes | . >= 200000] == [true, false, true, false]'
over_usb -p ftdi:serial=SIM0002,channel=B -p ftdi:serial=SIM0002,channel=A --address 0x08000000 -v a.bin --json
ok 'named one by one' both 5 '[.boards[] | [.board, .error.code]] == [["SIM0002-B", 5], ["SIM0002", null]]'
ok 'the parts of the time add up, by the clock of this computer, too' json \
	'[.boards[].bench | .session_ns > 0 and .wire_ns + .target_ns + .usb_ns + .host_ns == .session_ns] | all'
stop_server
in_process --address 0x08000000 -v a.bin
ok 'nothing of the one channel is in the way of the other' rc_is 0
over_usb -p ftdi --probe
ok 'no adapter at all: exit status 3' rc_is 3
exit $failed
