#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's root as one archive: Debian's udev, systemd, libusb, libftdi1, OpenOCD as they are
# installed on this machine, and swdrom as `make install` installs it. No root needed.
# usage: BUILD=build tests/kernel/initramfs.sh OUT; OUT has what kernel.sh left there
set -eu
PATH=$PATH:/sbin:/usr/sbin
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$1" && pwd)
kver=$(cat "$out/version")
root=$out/root
rm -rf "$root"
for d in usr/bin usr/sbin usr/lib usr/lib64 proc sys dev run tmp etc/udev/rules.d root srv check \
	usr/lib/systemd/system usr/lib/udev/rules.d usr/share/misc var/log "usr/lib/modules/$kver"; do
	mkdir -p "$root/$d"
done
for d in bin sbin lib lib64; do ln -s "usr/$d" "$root/$d"; done
ln -s ../run "$root/var/run"

# same_place FILE...: in the guest too
same_place()
{
	for file; do
		mkdir -p "$root${file%/*}"
		[ -e "$root$file" ] || cp -L "$file" "$root$file"
	done
}

# libraries FILE...: which these programs are linked to
libraries()
{
	for file; do
		ldd "$file" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (0x.*/\1/p'
	done | sort -u | while read -r lib; do same_place "$lib"; done
}

# modules: what the guest loads by name, and ftdi_sio, which udevd finds by its alias
for m in virtio_pci virtio_net vhci-hcd ftdi_sio; do
	modprobe -d "$out/mods" -S "$kver" --show-depends "$m"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r ko; do
	at=$root/usr${ko#"$out/mods"}
	mkdir -p "${at%/*}"
	cp "$ko" "$at"
done
cp "$out/mods/lib/modules/$kver"/modules.builtin* "$out/mods/lib/modules/$kver/modules.order" \
	"$root/lib/modules/$kver/"
depmod -b "$root" "$kver"

# programs
busybox=$(command -v busybox)
cp -L "$busybox" "$root/bin/busybox"
for program in /bin/kmod /bin/udevadm /usr/bin/flock /usr/sbin/usbip /usr/bin/openocd /lib/systemd/systemd \
	/lib/systemd/systemd-journald /bin/systemctl /bin/journalctl; do
	same_place $program
	libraries $program
done
for name in modprobe insmod lsmod; do ln -s ../bin/kmod "$root/sbin/$name"; done
for applet in $("$busybox" --list); do
	case $applet in
	busybox | modprobe | insmod | rmmod | lsmod | depmod | modinfo) ;;
	*) ln -s busybox "$root/bin/$applet" ;;
	esac
done
ln -s /bin/udevadm "$root/lib/systemd/systemd-udevd"
: >"$root/usr/share/misc/usb.ids" # usbip complains without one

# Debian's rules that the checks are about: nodes, serial ports, modules, units of devices
for rule in 50-udev-default 60-serial 80-drivers 99-systemd; do
	cp "/lib/udev/rules.d/$rule.rules" "$root/lib/udev/rules.d/"
done
# stands where the tag uaccess has to be set: logind itself is not here
cat >"$root/etc/udev/rules.d/73-seat-late-check.rules" <<'EOF'
ACTION=="add", TAG=="uaccess", ENV{MAJOR}!="", RUN+="/bin/sh -c 'echo %k >>/run/uaccess'"
EOF
# and the units that carry journal and udev
for unit in systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket \
	systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
	sysinit.target sockets.target basic.target shutdown.target umount.target; do
	cp -L "/lib/systemd/system/$unit" "$root/lib/systemd/system/"
done

# OpenOCD's own scripts
scripts=/usr/share/openocd/scripts
for script in interface/ftdi/minimodule-swd.cfg target/stm32l4x.cfg target/swj-dp.tcl mem_helper.tcl \
	bitsbytes.tcl memory.tcl mmr_helpers.tcl; do
	same_place "$scripts/$script"
done

# the project, as its users get it
make -s --no-print-directory BUILD="$BUILD" DESTDIR="$root" PREFIX=/usr/local install
rm -f "$root"/usr/local/lib/*.a "$root/usr/local/bin/swdrom-sim"
libraries "$BUILD/swdrom"
cp tests/firmware/demo.hex tests/firmware/demo.elf "$root/srv/"
cp "$here"/guest/* "$root/check/"
mv "$root/check/init" "$root/init"
mv "$root"/check/*.service "$root/lib/systemd/system/"
chmod 755 "$root/init" "$root"/check/*

# member is of the group that the project's rules name, other is not
cat >"$root/etc/passwd" <<'EOF'
root:x:0:0:root:/root:/bin/sh
member:x:1000:1000::/tmp:/bin/sh
other:x:1001:1001::/tmp:/bin/sh
EOF
# the groups that Debian's rules name
cat >"$root/etc/group" <<'EOF'
root:x:0:
adm:x:4:
tty:x:5:
disk:x:6:
lp:x:7:
kmem:x:15:
dialout:x:20:
cdrom:x:24:
tape:x:26:
audio:x:29:
video:x:44:
plugdev:x:46:member
kvm:x:103:
render:x:104:
input:x:105:
sgx:x:106:
systemd-journal:x:107:
member:x:1000:
other:x:1001:
EOF
: >"$root/etc/machine-id"
ldconfig -r "$root"
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null -o -H newc --owner=0:0 --quiet) >"$out/root.cpio"
