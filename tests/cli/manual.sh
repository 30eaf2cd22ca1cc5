# SPDX-License-Identifier: GPL-2.0-or-later
# What README.md, doc/swdrom.1 and --help promise: options that exist, commands that run, and JSON with
# just the fields that are documented.
. tests/cli/common

MAN=$TOP/doc/swdrom.1
B=stm32l476g-disco
pattern 1 20000 >app.bin
pattern 5000 30000 >nor.bin

# ---- options ----

# without roff: no \fB, \- and quotes
sed 's/\\f[BIR]//g; s/\\-/-/g; s/\\&//g; s/"//g' "$MAN" >text
run --help
cp out help
grep -oE -- '--[a-z][a-z-]+' help | sort -u >of-help
grep -E '^(\.[BTI]|\.RB|\.BR|\.BI)' text | grep -oE -- '--[a-z][a-z-]+' | sort -u | grep -vE '^--(list|wp|otp)-?$' >of-man
sed -n 's/^	{ "\([a-z-]*\)", .*/--\1/p' "$TOP/cli/options.c" | sort -u >of-code
ok 'every option is in --help' sh -c '[ -z "$(comm -23 of-code of-help)" ]'
ok 'and in the manual' sh -c 'for o in $(cat of-code); do grep -qF -- "$o" text || { echo $o; exit 1; }; done'
ok 'the manual has none that do not exist' \
	sh -c '! comm -23 of-man of-code | grep -vE -- "^--(list|board|usbip|wp-|otp-)$"'

# ---- JSON ----

# keys FILTER: of all records so far, sorted
keys()
{
	jq -r "$1 | objects | keys[]" records 2>/dev/null | sort -u
}
# record ARGUMENT...: one job's object must be the last line of stdout, and that a whole one
record()
{
	run "$@" --json
	ok "JSON: $*" sh -c 'tail -n 1 out | jq -e "has(\"result\") and has(\"error\")"'
	tail -n 1 out >>records
}

S=sim:state=state
: >records
record -p $S -b $B --probe
record -p $S -b $B -w app.bin@0x08000000 nor.bin@0x90000000
record -p $S -b $B -w app.bin@0x08000000 --dry-run
record -p $S -b $B -r back.bin -m flash --range 0+20000
ok 'what was read is what was written' cmp app.bin back.bin
record -p $S -b $B -r - -m qspi --range 0+64
record -p $S -b $B -v app.bin@0x08000000
record -p $S -b $B -v nor.bin@0x08000000
record -p $S -b $B -E -m qspi --range 0+64K
record -p $S -b $B --wp-status
record -p $S -b $B --wp-list
record -p $S -b $B --wp-range 0,64K
record -p $S -b $B --wp-range 0,0
record -p $S -b $B --otp-status
record -p $S -b $B --sfdp-dump nor.sfdp
record -p $S --peek 0x20000000+16
record -p $S --poke 0x20000000=1
record -p sim -p sim -b $B -w app.bin@0x08000000
record -p sim -p sim:no_power=1 -b $B -w app.bin@0x08000000
record -p sim:no_power=1
record -p ftdi_spi:via=sim --probe
record -L
record -w
record -p ftdi:serial=none -w app.bin
run --sfdp nor.sfdp --json
ok 'JSON: --sfdp' sh -c 'jq -e ".bfpt or .tables" out'

# the words of the section
sed -n '/^\.SH JSON/,/^\.SH SIGNALS/p' text | tr -c 'a-z_0-9\n' '\n' | sort -u >words
keys .. >fields
ok 'there are fields' sh -c '[ "$(wc -l <fields)" -gt 60 ]'
ok 'each is in the manual' sh -c '! comm -23 fields words | grep .'
# the other way round: what stands in bold there is a field, or a value of one
sed -n '/^\.SH JSON/,/^\.SH SIGNALS/p' text | grep -E '^\.(B|BR) ' | grep -oE '[a-z][a-z_0-9]*' |
	grep -vE '^-|^(r|v|w|verify|by|stats|wp|otp|status)$' | sort -u >bold
ok 'and the manual has no other' sh -c '! comm -23 bold fields | grep .'

# ---- the guides' examples ----

# example FILE FIRST: the indented lines from the one that is FIRST to the next paragraph of text
example()
{
	sed -n "/^    ; $2\$/,/^[^ ]/s/^    //p" "$1" | sed '/^swdrom /d'
}
example "$TOP/doc/adapters.md" mine.ini >mine.ini
run -p sim:chip=ft232h,adapter=./mine.ini --probe
ok 'the adapter of doc/adapters.md works' rc_is 0
example "$TOP/doc/boards.md" my.board >my.board
run -p sim:board=l476rg-w25q128 -b ./my.board --probe
ok 'the board of doc/boards.md works' rc_is 0
ok 'with its flash' grep -q '^qspi .*Winbond W25Q128' out

# ---- README.md ----

board()
{
	sed 's/^    //; /^[;[:space:]]*SPDX/d' "$1" | sed -n '/^\[board\]/,/^max_hz/p'
}
board "$TOP/README.md" >readme.board
board "$TOP/boards/$B.board" >file.board
ok 'the board file in README.md is the real one' sh -c '[ -s file.board ] && cmp readme.board file.board'
run -L
sed -n '/^SPI-NOR parts/,/^adapters/p' out >parts
sed -n '/^target families/,/^boards/s/^  [^:]*: //p' out | tr -d ' ' | tr ',' '\n' | sed 's/^STM32//' >mcus
grep '^| MCUs |' "$TOP/README.md" >row
ok 'it names the MCUs' sh -c '[ -s mcus ] && for m in $(cat mcus); do grep -q "$m\b" row || { echo $m; exit 1; }; done'
ok 'it says how many SPI-NOR parts there are' grep -q "some $(($(sed -n 's/^SPI-NOR parts (\([0-9]*\);.*/\1/p' parts) / 100))00 parts" "$TOP/README.md"
ok 'and of how many makers' grep -q "parts of $(grep -c '^  [A-Z].*:$' parts) makers" "$TOP/README.md"
run --help
for code in 0 1 2 3 4 5 6 7 8 9 10; do
	grep -qE "[|] $code [|]" "$TOP/README.md" && grep -q "^\.B $code\$" "$MAN" || echo $code
done >codes
ok 'and every exit status, as the manual does' [ ! -s codes ]
sed -n 's/^    make \([a-z-]*\) .*/\1/p; s/.*  make \([a-z-]*\)  .*/\1/p' "$TOP/README.md" | sort -u >targets
ok 'its make targets exist' sh -c 'for t in $(cat targets); do grep -q "^$t:" "$1/Makefile" "$1"/tests/firmware/*.mk || { echo $t; exit 1; }; done' - "$TOP"

# its commands, one after the other, on the virtual bench instead of the adapters
sed -n 's/^    swdrom \(-.*\)$/\1/p' "$TOP/README.md" | sed 's/   .*//; s/ #.*//' >commands
ok 'README.md has commands' sh -c '[ "$(wc -l <commands)" -gt 20 ]'
# app.hex spans both memories
run -p sim:state=app -b $B -w app.bin@0x08000000 nor.bin@0x90000000
printf '08000000:08004fff app\n90000000:90007fff assets\n' >layout
run -p sim:state=app -b $B -r app.hex -l layout -i app -i assets
cp "$TOP/tests/firmware/demo.elf" assets.elf
pattern 3 5000 >a.bin
pattern 4 5000 >b.bin
run -p sim -r boot.hex --range 0x080f0000+256
while read -r line; do
	args=$(echo "$line" | sed "s/ -b B / -b $B /; s/-p ftdi:all/-p sim:state=a -p sim:state=b/
		s/-p ftdi:[^ ]*,channel=\([AB]\)/-p sim:state=\1/g; s/-p ftdi:serial=\([^ ]*\)/-p sim:state=\1/g
		s/-p ftdi:clock=15M[^ ]*/-p sim:state=s,clock=15M/; s/-p ftdi /-p sim:state=s /")
	eval "run $args"
	ok "README.md: swdrom $line" rc_is 0
done <commands
exit $failed
