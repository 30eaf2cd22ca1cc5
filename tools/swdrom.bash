# SPDX-License-Identifier: GPL-2.0-or-later
# Bash completion for swdrom. All that can be said is asked of the command itself: its options of
# `swdrom --help`, boards, programmers and their keys, adapters and chips of `swdrom -L`.

# _swdrom_section HEADING: the lines of `swdrom -L` below it, up to the next heading
_swdrom_section()
{
	"$1" -L 2>/dev/null | awk -v h="$2" '/^[^ ]/ { on = index($0, h) == 1; next } on'
}

_swdrom_programmer()
{
	local command=$1 word=$2 name=${2%%:*} last=${2##*[:,]} head
	if [[ $word != *:* ]]; then
		_swdrom_section "$command" programmers: | sed -n 's/^  \([a-z_]\+\)$/\1/p'
		return
	fi
	head=${word%"$last"}
	case $last in
	adapter=*) _swdrom_section "$command" 'adapters (' | awk '{ print "adapter=" $1 }' ;;
	board=*) _swdrom_section "$command" 'boards (' | tr -s ' ' '\n' | sed '/./s/^/board=/' ;;
	*=*) return ;;
	*)
		printf '%s\n' clock= adapter= connect= remember=
		_swdrom_section "$command" programmers: |
			awk -v n="$name" '/^  [^ ]/ { on = $1 == n; next } on' |
			grep -oE '\b[a-z_]+=' | sort -u
		;;
	esac | sed "s|^|$head|"
}

_swdrom()
{
	local command=$1 word prev words
	word=${COMP_LINE:0:COMP_POINT}
	word=${word##* } # whole, whatever COMP_WORDBREAKS cuts
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	if [[ $prev == [:=] || $word == *[:=]* ]]; then
		prev=${COMP_LINE:0:COMP_POINT-${#word}}
		prev=${prev%"${prev##*[! ]}"}
		prev=${prev##* }
	fi
	case $prev in
	-p | --programmer)
		words=$(_swdrom_programmer "$command" "$word")
		compopt -o nospace
		;;
	-b | --board) words=$(_swdrom_section "$command" 'boards (') ;;
	-c | --chip) words=$(_swdrom_section "$command" 'SPI-NOR parts' | sed '/:$/d; s/\[[a-z]*\]//g') ;;
	-m | --mtd) words='flash otp options qspi qspi-otp' ;;
	--reset) words='run halt none' ;;
	--verify-by) words='auto crc read' ;;
	--range | --address | -i | --include | --peek | --poke | --wp-range | --otp-*) return ;;
	*)
		if [[ $word == --wp-enable=* ]]; then
			words='--wp-enable=hardware --wp-enable=power_cycle --wp-enable=permanent'
		elif [[ $word == -* ]]; then
			words=$("$command" --help | grep -oE -- '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,')
		fi
		;;
	esac
	# readline replaces only what comes after its last word break
	local cut=${word%"${word##*[:=]}"} reply
	while read -r reply; do
		[[ -n $reply ]] && COMPREPLY+=("${reply#"$cut"}")
	done < <(compgen -W "$words" -- "$word")
	[[ -n $words && $prev != -b && $prev != --board ]] || compopt -o default
}
complete -F _swdrom swdrom
