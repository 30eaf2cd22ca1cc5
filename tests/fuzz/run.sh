#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Build each fuzz target with clang's libFuzzer, ASan and UBSan; run it on its corpus and beyond.
set -eu
BUILD=${BUILD:-build-fuzz} seconds=${FUZZ_SECONDS:-20} failed=0
san='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'
${MAKE:-make} -s BUILD="$BUILD" CC=clang CFLAGS="-O1 -g $san -Wno-error" "$BUILD/libswdrom.a" "$BUILD/libswdrom-sim.a"
for src in "$@"; do
	name=$(basename "$src" .c)
	# shellcheck disable=SC2046
	clang -std=gnu11 -I. -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o "$BUILD/$name" "$src" \
		-Wl,--start-group "$BUILD/libswdrom.a" "$BUILD/libswdrom-sim.a" -Wl,--end-group \
		$(pkg-config --libs libftdi1 libusb-1.0 libelf inih jansson) \
		$(pkg-config --silence-errors --libs unicorn) -lm
	mkdir -p "$BUILD/corpus-$name" "tests/fuzz/corpus/${name#fuzz-}"
	if "$BUILD/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$BUILD/crash-$name-" "$BUILD/corpus-$name" \
		"tests/fuzz/corpus/${name#fuzz-}" >"$BUILD/$name.log" 2>&1; then
		printf '  PASS    %-20s %s\n' "$name" \
			"$(grep -o 'Done [0-9]* runs in [0-9]* second' "$BUILD/$name.log" || true)"
	else
		printf '  FAIL    %-20s see %s\n' "$name" "$BUILD/$name.log"
		tail -n 20 "$BUILD/$name.log"
		failed=1
	fi
done
exit $failed
