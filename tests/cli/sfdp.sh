# SPDX-License-Identifier: GPL-2.0-or-later
# SFDP: decoding a dump without hardware, saving one from a chip.
. tests/cli/common

DATA=$TOP/tests/data/sfdp
SIM=sim:board=stm32l476g-disco,seed=3
B="-b stm32l476g-disco"

same_facts()
{
	jq -e --slurpfile want "$DATA/expected.json" --arg file "$1" '. == $want[0][$file]' out
}

for file in winbond_w25q512jv sst_sst26vf064b macronix_mx25uw51245g puya_p25q16h_bfpt; do
	run --sfdp "$DATA/$file.bin" --json
	ok "--sfdp --json of $file says what the independent decoder says" same_facts $file.bin
done
run --sfdp "$DATA/winbond_w25q512jv.bin"
ok 'as text for people' grep -q '^  size            64 MiB' out
run --sfdp "$DATA/README.md"
ok 'what is no SFDP is an unreadable image' rc_says 8 'no SFDP signature'
run --sfdp "$DATA/README.md" --json
ok 'in JSON too' both 8 '.error.code == 8'
run --sfdp nowhere.bin
ok 'a file that is not there is named' rc_says 8 'nowhere.bin'
run -p $SIM --sfdp "$DATA/winbond_w25q512jv.bin"
ok 'a dump needs no programmer' rc_is 2
run -p $SIM --sfdp-dump x.bin
ok 'the chip is on a board' rc_says 2 '-b'

run -p $SIM $B --sfdp-dump chip.bin --json
ok 'the SFDP of the chip is saved' both 0 '.read_bytes > 50'
run --sfdp chip.bin --json
ok 'and decodes' both 0 '.bfpt.density_bytes == 16777216'
run -p $SIM $B --sfdp-dump -
ok 'to stdout as well' cmp out chip.bin
exit $failed
