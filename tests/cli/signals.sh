# SPDX-License-Identifier: GPL-2.0-or-later
# Stopped by a signal in mid-job. The bench is fast, so that a signal sent at a guess would come too
# late: with -VV the command writes into a pipe that nobody empties while the signal is sent, and
# cannot get ahead by more than the pipe holds.
. tests/cli/common

SIM=sim:board=stm32l476g-disco,state=board.state,seed=6
B='-b stm32l476g-disco'
NOR=131072
FLASH=32768
pattern 1 $NOR >nor.bin
pattern 40000 $FLASH >flash.bin
pattern 7000 $NOR >old-nor.bin
pattern 9000 $FLASH >old-flash.bin
mkfifo pipe

# stop_at PATTERN COMMAND ARGUMENT...: run it; at the first line of stderr that matches, do the
# shell's COMMAND with its process id as $1. Its status in $rc, stderr without the wire's lines in err
stop_at()
{
	at=$1
	todo=$2
	shift 2
	"$SWDROM" -VV --progress "$@" >out 2>pipe </dev/null &
	pid=$!
	awk -v pattern="$at" -v command="set -- $pid; $todo" '
		!done && $0 ~ pattern { done = 1; system(command) }
		/^(swdrom:|program |erase |read |verify |stopping)/ { print }' <pipe >err
	wait $pid
	rc=$?
}

# bytes_of DEVICE FIELD: of the JSON object
bytes_of()
{
	jq ".mtds[] | select(.name == \"$1\") | .$2" out
}

# holds DEVICE FILE COUNT: its first COUNT bytes are the file's, and not 256 more
holds()
{
	"$SWDROM" -p $SIM $B -m "$1" -r "$1.back" >/dev/null 2>&1 &&
		cmp -n "$3" "$1.back" "$2" && ! cmp -s -n $(($3 + 256)) "$1.back" "$2"
}

# both memories hold something else, and an image of both is at hand
run -p $SIM $B -m qspi -w nor.bin
run -p $SIM $B -m qspi --range 0+$NOR -r nor.hex
run -p $SIM $B -m qspi -w old-nor.bin
run -p $SIM $B --address 0x08000000 -w old-flash.bin
ok 'the board is prepared' rc_is 0

JOB="-p $SIM $B --address 0x08000000 --json -w flash.bin nor.hex"

for sig in INT TERM; do
	stop_at '^program qspi: [1-9]0%' "kill -$sig \$1" $JOB
	ok "SIG$sig ends a job between two operations" both 10 '.result == "interrupted" and
		.error.code == 10'
	ok 'by one message' sh -c '[ "$(grep -c ^swdrom: err)" = 1 ]'
	ok 'that says for each device how far it got' grep -Eq \
		'flash: [0-9]+ of 32768 bytes programmed.*qspi: [0-9]+ of 131072 bytes programmed' err
	ok 'and how to go on' says 'run the same command again'
	n=$(bytes_of qspi programmed_bytes)
	ok 'not all was programmed' [ "$n" -gt 0 -a "$n" -lt $NOR ]
	ok 'the sums are those of the devices' json '.programmed_bytes ==
		([.mtds[].programmed_bytes] | add) and .erased_bytes == ([.mtds[].erased_bytes] | add)'
	ok 'the message and the record agree' says "qspi: $n of $NOR bytes programmed"
	ok 'nothing is said to be verified' json '[.mtds[].verified_bytes] | add == 0'
	ok 'the external flash holds what was counted' holds qspi nor.bin "$n"
	n=$(bytes_of flash programmed_bytes)
	if [ "$n" -lt $FLASH ]; then
		ok 'so does the internal flash' holds flash flash.bin "$n"
	fi
	run $JOB
	ok 'running it again finishes the job' both 0 '.result == "ok" and .verified_bytes >= 163840'
	run -p $SIM $B -m qspi -w old-nor.bin
	run -p $SIM $B --address 0x08000000 -w old-flash.bin
done

# a stop before anything was changed: reading fills the pipe long before the first erase
stop_at '^SWCLK' 'kill -INT $1' --verify-by read $JOB
ok 'a stop before the first erase changes nothing' both 10 '.erased_bytes == 0 and
	.programmed_bytes == 0'
ok 'and says so' says 'nothing was changed'

# the second signal: the command is stuck in writing to the pipe when both arrive
stop_at '^program qspi: [1-9]0%' "$TWICE" $JOB
ok 'a second signal ends it at once' rc_is 130
ok 'without any further message' sh -c '! grep -q ^swdrom: err'
run $JOB
ok 'and running it again finishes the job' both 0 '.result == "ok"'
exit $failed
