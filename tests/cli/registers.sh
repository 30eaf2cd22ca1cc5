#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The virtual bench and the code that it judges are written apart. Here the addresses and fields of
# both are held against a third party, ST's SVD: what is defined under a register's own name must
# agree. Names that the SVD does not have are passed over; at least so many must be found.
compare() { # name, least number of definitions found, files
	name=$1 least=$2
	shift 2
	bad=$(awk -v least="$least" '
	function num(hex,   i, v) {
		hex = tolower(hex)
		sub(/^0x/, "", hex)
		for (i = v = 0; i < length(hex); i++)
			v = v * 16 + index("0123456789abcdef", substr(hex, i + 1, 1)) - 1
		return v
	}
	function differs(what, want) {
		printf "%s:%d: %s: %s, the SVD says %s\n", FILENAME, FNR, $2, what, want
	}
	# the same lowest bit; the SVD of this part gives FTHRES and FLEVEL the bits of bigger FIFOs
	function fits(mine, svd,   m, s) {
		split(mine ":" mine, m, ":")
		split(svd ":" svd, s, ":")
		return m[2] == s[2] && m[1] <= s[1] && (m[1] == s[1] || k ~ /FTHRES|FLEVEL/)
	}
	# the sheet
	FNR == NR && /^#/ { next }
	FNR == NR && /^== / { p = $2; sub(/[A1]$/, "", p); base[p] = num($3); next }
	FNR == NR {
		r = $2
		sub(/1?\.\..*/, "", r)
		sub(/\/.*/, "", r)
		offset[p, r] = $1 ~ /\+/ ? "" : num($1)
		for (i = 5; i <= NF; i++)
			if (match($i, /^[A-Za-z0-9_]+\[[0-9:]+\]/)) {
				f = substr($i, 1, index($i, "[") - 1)
				b = substr($i, length(f) + 2)
				sub(/\].*/, "", b)
				field[p, r, f] = b
			}
		next
	}
	# the sources: the file tells the peripheral of names that do not
	FNR == 1 {
		d = ""
		if (match(FILENAME, /v(flash|rcc|quadspi|dma|crc|dbgmcu)/))
			d = toupper(substr(FILENAME, RSTART + 1, RLENGTH - 1))
	}
	/^#define [A-Z0-9_]+[ \t]/ {
		n = $2
		q = d
		sub(/^QSPI_/, "QUADSPI_", n)
		if (match(n, /^(FLASH|RCC|PWR|DBGMCU|GPIO|CRC|DMA|QUADSPI|IWDG|WWDG)_/)) {
			q = substr(n, 1, RLENGTH - 1)
			n = substr(n, RLENGTH + 1)
		}
		if (q == "")
			next
		val = $0
		sub(/^#define [A-Z0-9_]+[ \t]+/, "", val)
		sub(/[ \t]*\/\*.*/, "", val)
		if (val ~ /^(BIT|GENMASK)\([0-9, ]+\)$/) {
			b = val
			gsub(/[A-Z() ]/, "", b)
			sub(/,/, ":", b)
			for (i = 1; i < length(n); i++) {
				if (substr(n, i, 1) != "_")
					continue
				k = q SUBSEP substr(n, 1, i - 1) SUBSEP substr(n, i + 1)
				if (!(k in field))
					continue
				found++
				if (!fits(b, field[k]))
					differs("bits " b, field[k])
			}
		} else if ((q, n) in offset && offset[q, n] != "" && val ~ /0x[0-9a-f]+u?\)?$/) {
			v = val
			sub(/.*0x/, "", v)
			sub(/u?\)?$/, "", v)
			v = num(v)
			if (v >= base[q])
				v -= base[q]
			found++
			if (v != offset[q, n])
				differs("offset " v, offset[q, n])
		} else if (n == "BASE" && val ~ /^0x[4-f][0-9a-f]+u?$/) {
			sub(/u$/, "", val)
			found++
			if (num(val) != base[q])
				differs("base " val, base[q])
		}
	}
	END {
		if (found < least)
			printf "only %d definitions were found in the SVD\n", found
	}' tests/data/stm32l476-registers.txt "$@" 2>&1) || bad="awk failed: $bad"
	if [ -z "$bad" ]; then
		echo "ok $name"
	else
		printf 'not ok %s\n%s\n' "$name" "$bad"
	fi
}
compare registers_of_the_bench_agree_with_the_svd 150 sim/v*.[ch]
compare registers_of_the_drivers_agree_with_the_svd 100 drivers/*.[ch] chips/*.[ch]
