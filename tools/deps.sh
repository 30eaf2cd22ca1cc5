#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Install the Debian packages that a set of targets needs, if any is missing.
# usage: tools/deps.sh build|firmware|lint|peers|kernel|fuzz|cov|valgrind ...
set -eu
want=
for set in "$@"; do
	case $set in
	build) want="$want gcc make pkg-config libc6-dev libftdi1-dev libusb-1.0-0-dev libelf-dev libinih-dev libjansson-dev libunicorn-dev libcmocka-dev libumockdev-dev umockdev jq python3" ;;
	firmware) want="$want gcc-arm-none-eabi libnewlib-arm-none-eabi python3" ;;
	lint) want="$want clang-format clang-tidy cppcheck" ;;
	peers) want="$want openocd flashrom sigrok-cli python3" ;;
	fuzz) want="$want clang" ;;
	cov) want="$want lcov" ;;
	kernel) want="$want qemu-system-x86 busybox-static udev kmod usbip cpio systemd openocd gcc python3" ;;
	valgrind) want="$want valgrind" ;;
	*) echo "tools/deps.sh: unknown set '$set'" >&2; exit 2 ;;
	esac
done
missing=
for p in $want; do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
cmd="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
	sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	sudo=sudo
else
	echo "These Debian packages are missing:$missing" >&2
	if command -v sudo >/dev/null 2>&1; then
		echo "Install them with:  sudo apt-get update && sudo $cmd" >&2
	else
		echo "Install them as root with:  apt-get update && $cmd" >&2
	fi
	exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
{ $sudo apt-get update -q && $sudo $cmd; } >/dev/null || {
	echo "apt-get failed; try:  ${sudo:+sudo }apt-get update && ${sudo:+sudo }$cmd" >&2
	exit 1
}
