# SPDX-License-Identifier: GPL-2.0-or-later
# What bash offers behind a beginning of a command.
. tests/cli/common
command -v bash >/dev/null || {
	echo 'skip bash is not installed'
	exit 0
}

cat >complete.bash <<'END'
# usage: complete.bash COMMAND-LINE: what would be offered for its end, a line each
source "$1"
compopt() { :; }
COMP_LINE="swdrom $3"
COMP_POINT=${#COMP_LINE}
# words as bash cuts them: at : and =, too
read -ra COMP_WORDS <<<"$(sed 's/[:=]/ & /g' <<<"$COMP_LINE")"
[[ $COMP_LINE == *[\ :=] ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_swdrom "$2"
printf '%s\n' "${COMPREPLY[@]}"
END
offers()
{
	bash complete.bash "$TOP/tools/swdrom.bash" "$SWDROM" "$1" >out 2>err
	rc=$?
}
line()
{
	grep -qxF -- "$1" out
}

offers '--wp-st'
ok 'options' sh -c '[ "$(cat out)" = --wp-status ]'
offers '-p '
ok 'programmers' line ftdi_spi
ok 'and nothing of what they need' sh -c '! grep -q = out'
offers '-p ftdi:'
ok 'keys of the programmer' line serial=
ok 'and of all' line clock=
ok 'not those of others' sh -c '! grep -q seed out'
offers '-p sim:seed=4,sta'
ok 'one key after the other' line 4,state=
offers '-p ftdi:adapter=tig'
ok 'adapters' line tigard-swd
offers '-p ftdi -b stm32l476g-d'
ok 'boards' line stm32l476g-disco
offers '-p ftdi -b x -c w25q128jv-'
ok 'chips' line w25q128jv-m
offers '-p sim --reset '
ok 'values' sh -c '[ "$(tr "\n" " " <out)" = "run halt none " ]'
offers '-p sim -w '
ok 'files are left to bash' [ ! -s err ]
exit $failed
