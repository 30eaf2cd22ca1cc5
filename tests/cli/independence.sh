#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The virtual bench shares no header and no data with what it judges; layers point downwards.
check() { # name, offending lines
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		printf 'not ok %s\n%s\n' "$1" "$2"
	fi
}
inc='#[[:space:]]*include[[:space:]]*"'
allowed='lib/(types|clock|err|log|transport|programmer)\.h"'
check sim_includes_only_its_own_headers_and_the_seams \
	"$(grep -nE "$inc" sim/*.[ch] | grep -vE "${inc}sim/" | grep -vE "$inc$allowed")"
check lib_drivers_chips_and_cli_include_nothing_of_sim \
	"$(grep -nE "$inc(\.\./)?sim/" lib/*.[ch] drivers/*.[ch] chips/*.[ch] cli/*.[ch] include/*.h)"
check sim_reads_no_board_or_adapter_file \
	"$(grep -nE '"(boards|adapters)/|builtin_files' sim/*.[ch])"
check lib_knows_no_driver_and_no_chip \
	"$(grep -nE "$inc(\.\./)?(drivers|chips)/" lib/*.[ch])"
check cli_sees_only_the_public_header \
	"$(grep -nE "$inc" cli/*.[ch] | grep -vE "$inc(cli/|include/swdrom\.h|swdrom\.h)")"
