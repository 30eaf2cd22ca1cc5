# SPDX-License-Identifier: GPL-2.0-or-later
# The bench as a server, with clients of other hands; and swdrom as a client of it.
. tests/cli/common
SIM=${SWDROM%/*}/swdrom-sim
CLIENT="python3 $TOP/tests/cli/simclient.py"
server=

# start ARGUMENT...: the server; its lines in the file ports
start()
{
	: >ports
	"$SIM" "$@" >ports 2>server.err &
	server=$!
	until grep -q '^ready' ports; do
		kill -0 $server 2>/dev/null || return
		sleep 0.05
	done
}

# stop: as a user does; its status in $rc
stop()
{
	kill -TERM $server
	wait $server
	rc=$?
}

# port WHAT [SERIAL]
port()
{
	sed -n "s/^${2:-SIM0001}: $1 on port //p" ports
}

# client COMMAND...: output in out
client()
{
	timeout 200 $CLIENT "$@" >out 2>err
	rc=$?
}

prints()
{
	[ "$rc" = 0 ] && [ "$(cat out)" = "$1" ]
}

pattern 1 20000 >a.bin
pattern 7 30000 >b.bin
pattern 3 3001 >odd.bin

"$SIM" --board nope >out 2>err
rc=$?
ok 'an unknown board is a usage error that lists the known ones' rc_says 2 'l476rg-w25q128'
"$SIM" --board stm32l476g-disco --nor w25q999 >out 2>err
rc=$?
ok 'an unknown SPI-NOR is a usage error that says where they are listed' rc_says 2 '--list'
"$SIM" --board l476re-bare --nor w25q128jv >out 2>err
rc=$?
ok 'and so is one on a board without a place for it' rc_says 2 'no place'
timeout 200 "$SIM" --board stm32l476g-disco >out 2>err
rc=$?
ok 'a server that nobody can connect to is a usage error' rc_says 2 'no port'
"$SIM" --list >out 2>err
rc=$?
ok '--list names the boards' grep -q 'l476re-bare .*no SPI-NOR' out
ok '--list names the chips' grep -q 'n25q256a13  *32 MiB, 20 ba 19' out
"$SIM" --remote-bitbang 99999 >out 2>err
rc=$?
ok 'a port that is none is a usage error' rc_says 2 '[ADDR:]PORT'

# ---- remote_bitbang ----

start --board stm32l476g-disco --state s1 --remote-bitbang 0 \
	--board l476re-bare,flash_kib=512 --remote-bitbang 0 --serprog 0
RBB=$(port remote-bitbang)
client dpidr "$RBB"
ok 'a bit-banging client reads DPIDR without ever sending the first O' prints 2ba01477
client dpidr "$(port remote-bitbang SIM0002)"
ok 'a second board has its own port' prints 2ba01477
client reset_line "$RBB"
ok 'the debug port answers under nRST' prints 2ba01477
client garbage "$RBB"
client dpidr "$RBB"
ok 'garbage hurts nobody but its sender' prints 2ba01477
client greedy "$RBB"
client dpidr "$RBB"
ok 'a client that never listens is not waited for' prints 2ba01477
$CLIENT hold "$RBB" >held &
holder=$!
until grep -q mine held || ! kill -0 $holder; do
	sleep 0.05
done
client refused "$RBB"
ok 'the pins belong to one client at a time' prints refused
kill $holder
wait $holder 2>/dev/null
client successors "$RBB" $server
ok 'whoever comes when another has gone is served, however slow the server' prints served
client refused "$(port serprog SIM0002)"
ok 'serprog is refused where there is no NOR' prints refused

run -p "remote_bitbang:port=$RBB" --probe
ok 'swdrom -p remote_bitbang finds the target' grep -q '^target:  STM32L476' out
run -p "remote_bitbang:host=127.0.0.1,port=$RBB" -w a.bin --address 0x08000000
ok 'swdrom -p remote_bitbang programs the internal flash' rc_is 0
run -p "remote_bitbang:port=$RBB,sleep=remote" -b stm32l476g-disco -w b.bin --address 0x90000000 --json
ok 'swdrom -p remote_bitbang programs the NOR, sleeping at the server' rc_is 0
ok 'and knows where the time went' json '.bench | .session_ns > 0 and .usb_ns > 0 and
	.wire_ns + .target_ns + .usb_ns + .host_ns == .session_ns'
PINS=sim:pins=remote_bitbang:127.0.0.1:$RBB
run -p "$PINS" -v a.bin --address 0x08000000
ok 'the virtual FT2232H drives somebody else'"'"'s target: verify' rc_is 0
run -p "$PINS,wiring=buffer" -w a.bin --address 0x08080000
ok '... and write, with a buffer that has an output enable' rc_is 0
run -p "$PINS,wiring=resistor" --probe
ok 'a resistor cannot be expressed in that protocol' rc_says 2 'no weak driver'

run -p "remote_bitbang:port=$RBB" --poke 0x20000001=@odd.bin
run -p "remote_bitbang:port=$RBB" --peek 0x20000001+3001 back.bin
ok 'peek gives back what poke wrote, at odd addresses' cmp odd.bin back.bin
run -p "remote_bitbang:port=$RBB" --poke 0x20000000=0xcafe0001 --poke 0x20000004=7
run -p "remote_bitbang:port=$RBB" --peek 0x20000000+8
ok 'words are poked in order and shown as words' grep -q '^20000000: cafe0001 00000007 ' out
run -p "$PINS" --peek 0xe0042000
ok 'peek works without knowing the target' grep -q '^e0042000: 10076415 ' out
run -p "remote_bitbang:port=$RBB" --peek 0x60000000
ok 'a bus fault is an error that names the address' rc_says 1 '0x60000000'
ok 'and does not blame the wire for it' says 'look the address up in the reference manual'
run -p "remote_bitbang:port=$RBB,ap=3" --peek 0
ok 'an AP that is no MEM-AP is refused' rc_says 2 'AP 3 is no MEM-AP'
run -p "remote_bitbang:port=$RBB" --peek 0xfffffffc+8
ok 'a range beyond 4 GiB is refused' rc_is 2
run -p "remote_bitbang:port=$RBB" --peek 0 --poke 0=1
ok 'peek and poke are two actions' rc_says 2 'one action at a time'
run -p "remote_bitbang:port=$RBB" --peek 0xe000edf0
ok 'peek halts nothing' rc_is 0

stop
ok 'SIGTERM ends the server in order' rc_is 0
run -p sim:state=s1 -b stm32l476g-disco -v b.bin --address 0x90000000
ok 'the state file has what was written to the NOR' rc_is 0
run -p sim:state=s1 -v a.bin --address 0x08080000
ok 'the state file has what was written through foreign pins' rc_is 0
run -p "remote_bitbang:port=$RBB" --probe
ok 'no server is no adapter' rc_says 3 'no remote_bitbang server'

# ---- a target of another kind, and of another hand ----

: >apb
python3 "$TOP/tests/cli/apbtarget.py" >apb &
server=$!
until [ -s apb ] || ! kill -0 $server; do
	sleep 0.05
done
for p in "remote_bitbang:port=$(cat apb)" "sim:pins=remote_bitbang:127.0.0.1:$(cat apb)"; do
	kind=${p%%:*}
	run -p "$p" --peek 0x100
	ok "$kind: a DPv2 with nothing but an APB-AP answers" grep -q '^00000100: ' out
	run -p "$p" --poke 0x103=@odd.bin
	run -p "$p" --peek 0x103+3001 back.bin
	ok "$kind: 32-bit accesses alone write bytes, over 1 KiB wraps" cmp odd.bin back.bin
	run -p "$p" --poke 0x200=0x11223344 --poke 0x201=@/dev/null
	printf 'xy' >two
	run -p "$p" --poke 0x201=@two
	run -p "$p" --peek 0x200
	ok "$kind: bytes beside them survive" grep -q '^00000200: 11797844 ' out
	run -p "$p" --peek 0x10000000
	ok "$kind: its bus error names the address" rc_says 1 '0x10000000'
	run -p "$p" --peek 0x200
	ok "$kind: and the next session starts afresh" grep -q '^00000200: 11797844 ' out
	run -p "$p" --probe
	ok "$kind: that it is no STM32 is an error" rc_is 1
done
kill $server
wait $server 2>/dev/null

# ---- serprog ----

start --board l476rg-w25q128 --state s2 --serprog 127.0.0.1:0 --vcd nor.vcd
NOR=$(port serprog)
client nor_id "$NOR"
ok 'serprog: the JEDEC id of the chip' prints ef4018
client garbage "$NOR"
client nor_id "$NOR"
ok 'serprog: garbage hurts nobody but its sender' prints ef4018
client nor_write "$NOR" "$DIR/odd.bin"
ok 'serprog: erase, program and read back' prints same
stop
ok 'the server ends in order' rc_is 0
run -p sim:board=l476rg-w25q128,state=s2 -b l476rg-w25q128 -v odd.bin --address 0x90000000
ok 'what serprog wrote swdrom verifies through QUADSPI' rc_is 0
ok 'the trace shows the chip select' grep -q 'qspi_ncs' nor.vcd

# ---- time ----

start --board stm32l476g-disco --realtime --remote-bitbang 0
RBB=$(port remote-bitbang)
before=$(date +%s%N)
run -p "remote_bitbang:port=$RBB" --peek 0x20000000+8K x.bin
after=$(date +%s%N)
# 2048 words of at least 46 clocks at 1 MHz
ok 'with --realtime the wall clock is waited for' [ $((after - before)) -ge 90000000 ]
stop

run -p sim:vcd=swd.vcd --peek 0x20000000+64
ok 'a trace has every edge of SWCLK' [ "$(grep -c '^1!' swd.vcd)" -ge 46 ]
run -p sim:vcd=/nonexistent/x.vcd --probe
ok 'a trace that cannot be written is an error' rc_says 1 '/nonexistent/x.vcd'

exit $failed
