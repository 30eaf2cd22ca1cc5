#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's kernel for the guest: downloaded once, unpacked, never installed. No root needed.
# usage: tests/kernel/kernel.sh OUT; KERNEL_DEB=FILE names a linux-image package that is there already
# OUT gets vmlinux (the bare ELF, see vmlinux.py), version, and the modules' tree in mods/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
deb=${KERNEL_DEB:-}
[ -z "$deb" ] || deb=$(realpath "$deb")
mkdir -p "$1"
cd "$1"
[ ! -s version ] || exit 0

if [ "$(dpkg --print-architecture)" != amd64 ]; then
	echo "this check needs an amd64 Debian: it boots its kernel" >&2
	exit 1
fi

# linux-image-amd64 is an empty package that depends on the real one
package_name()
{
	apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p' | head -n 1
}

if [ -n "$deb" ] && ! dpkg-deb --field "$deb" Package 2>/dev/null | grep -q '^linux-image-'; then
	echo "KERNEL_DEB=$KERNEL_DEB is no linux-image package" >&2
	exit 1
fi
if [ -z "$deb" ]; then
	package=$(package_name)
	if [ -z "$package" ] && [ "$(id -u)" = 0 ]; then
		apt-get update -q >/dev/null
		package=$(package_name)
	fi
	if [ -z "$package" ]; then
		echo "apt knows no linux-image-amd64; run:  sudo apt-get update" >&2
		exit 1
	fi
	rm -f ./*.deb
	# apt-get as root steps down to a user who may not write here, and warns that it did not
	apt-get -q download "$package" >download.log 2>&1 || {
		# lists that are older than the archive name a version that is gone
		[ "$(id -u)" = 0 ] && apt-get update -q >>download.log 2>&1 &&
			package=$(package_name) && apt-get -q download "$package" >>download.log 2>&1
	} || {
		tail -n 3 download.log >&2
		echo "cannot download $package; run sudo apt-get update, or without network KERNEL_DEB=FILE" >&2
		exit 1
	}
	deb=$(echo "$package"_*.deb)
fi

# of the 400 MB what the guest may need; modules.dep is made here as the package's postinst would
rm -rf mods
mkdir mods
dpkg-deb --fsys-tarfile "$deb" | tar -x -C mods --wildcards './boot/vmlinuz-*' \
	'./lib/modules/*/modules.*' './lib/modules/*/kernel/drivers/virtio' \
	'./lib/modules/*/kernel/drivers/net/virtio_net.ko*' \
	'./lib/modules/*/kernel/drivers/net/net_failover.ko*' \
	'./lib/modules/*/kernel/net/core/failover.ko*' './lib/modules/*/kernel/drivers/usb'
version=$(ls mods/lib/modules)
PATH=$PATH:/sbin:/usr/sbin depmod -b mods "$version"
python3 "$here/vmlinux.py" "mods/boot/vmlinuz-$version" vmlinux
rm -rf mods/boot
echo "$version" >version
