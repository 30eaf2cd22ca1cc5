#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot Debian's kernel in QEMU, with swdrom-sim's adapters on its USB, and count what the guest checks.

usage: BUILD=build tests/kernel/run.py
CHECK_KERNEL_ACCEL=tcg|kvm   instead of what this machine seems to have
CHECK_KERNEL_GUEST=systemd   that guest alone
CHECK_KERNEL_PARTS=device,job   of the guest without systemd: these parts, tests/kernel/guest/part-*
KERNEL_DEB=FILE              a linux-image package to take instead of downloading one

What cannot be run is skipped with a loud line, and fails where CI=true.
"""
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
OUT = BUILD + "/kernel"
GUEST_SECONDS = 400
BOOT_SECONDS = {"kvm": 30, "tcg": 120}
DEMO = "tests/firmware/demo.hex"


class Board:
    """A virtual board; holds: the image that it must have in the end, by its state file."""

    def __init__(self, name, keys="", holds=None):
        self.name, self.keys, self.holds, self.state = name, keys, holds, None

    def has_image(self):
        done = subprocess.run([BUILD + "/swdrom", "-p", f"sim:board={self.name},state={self.state}",
                               "-b", self.name, "-v", self.holds], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        return done.returncode == 0, done.stderr.splitlines()


# servers of a guest: their names are the guest's port_NAME
DISCO = "stm32l476g-disco"
CHECKS = {
    "one": [Board(DISCO)],
    "single": [Board(DISCO, "chip=ft232h")],
    "quad": [Board(DISCO, "chip=ft4232h")],
    "mute": [Board(DISCO, "no_power=1")],
    "unplug": [Board(DISCO, holds=DEMO)],
    "loose": [Board(DISCO, "unplug_at=40")],
    "many": [Board(DISCO, holds=DEMO), Board(DISCO), Board(DISCO, holds=DEMO)],
}
# unplugged at no good moment: their target saw half a bit, and they say so
CUT_OFF = "unplug", "loose"
STATION = {
    "station": [Board(DISCO, holds=DEMO), Board(DISCO, holds=DEMO), Board(DISCO, holds=DEMO)],
}
GUESTS = {
    # name: first program, servers
    "udevd alone": ("/init", CHECKS),
    "systemd": ("/lib/systemd/systemd systemd.unit=station.service", STATION),
}


class Report:
    """Checks and times, in the manner of tests/run.sh."""

    def __init__(self):
        self.passed, self.failed, self.times = 0, 0, []
        self.last = self.start = time.monotonic()

    def lap(self):
        now = time.monotonic()
        took, self.last = now - self.last, now
        return took

    def step(self, what, took):
        self.times.append((what, took))
        print(f"  {what:<56}{took:8.1f} s", flush=True)

    def check(self, name, good, more=(), took=None):
        took = self.lap() if took is None else took
        self.passed += good
        self.failed += not good
        print(f"  {'PASS' if good else 'FAIL'}    {name:<78} {took * 1000:6.0f} ms", flush=True)
        for line in () if good else more:
            print("          " + line, flush=True)

    def table(self):
        print("where the time goes:")
        for what, took in self.times:
            print(f"  {what:<56}{took:8.1f} s")
        print(f"  {'all':<56}{time.monotonic() - self.start:8.1f} s")


def unable(why):
    """What the check needs is not to be had."""
    if os.environ.get("CI") == "true":
        print(f"  FAIL    check-kernel cannot run: {why}")
        sys.exit(1)
    print(f"  SKIPPED check-kernel               {why}")
    print("NOT RUN: the checks in the QEMU guest, see SKIPPED above")
    sys.exit(0)


def prepare(report, what, *command, may_lack=False):
    report.lap()
    env = dict(os.environ, BUILD=BUILD)
    env.pop("MAKEFLAGS", None)  # of the make that runs this
    done = subprocess.run(command, stderr=subprocess.PIPE if may_lack else None, text=True,
                          env=env, check=False)
    if done.returncode:
        if may_lack:
            sys.stderr.write(done.stderr)
            unable(f"{what}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
        sys.exit(f"{what}: {' '.join(command)} failed")
    report.step(what, report.lap())


class Server:
    """swdrom-sim with the adapters of some boards on one USB/IP port."""

    def __init__(self, name, boards, folder):
        self.name, self.port = name, "0"
        self.command = [BUILD + "/swdrom-sim"]
        for i, board in enumerate(boards):
            board.state = f"{folder}/{name}-{i + 1}.state"
            self.command += ["--board", board.name + ("," + board.keys if board.keys else ""),
                        "--state", board.state]
        self.err = open(f"{OUT}/server-{name}.log", "w+", encoding="utf8")
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command + ["--usbip", self.port],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.err, text=True)
        is_ready = False
        for line in self.process.stdout:
            found = re.match(r"usbip on port (\d+)", line)
            if found:
                self.port = found[1]
            is_ready = line.startswith("ready")
            if is_ready:
                break
        if not is_ready:
            self.process.wait()
            self.err.seek(0)
            sys.exit(f"swdrom-sim for '{self.name}' does not start: {self.err.read()}")

    def pull(self):
        """All its adapters are unplugged; their boards keep what they have."""
        self.process.terminate()
        return self.process.wait(timeout=30)

    def stop(self):
        status = self.pull()
        self.err.seek(0)
        return status, self.err.read().splitlines()


def accelerator():
    """KVM if it can carry a guest: /dev/kvm may open on machines whose CPU has nothing for it."""
    wish = os.environ.get("CHECK_KERNEL_ACCEL")
    if wish:
        return wish
    with open("/proc/cpuinfo", encoding="utf8") as f:
        able = re.search(r"^flags.*\b(vmx|svm)\b", f.read(), re.M)
    return "kvm" if able and os.access("/dev/kvm", os.R_OK | os.W_OK) else "tcg"


class Guest:
    def __init__(self, init, servers, accel, console):
        ports = " ".join(f"port_{s.name}={s.port}" for s in servers.values())
        parts = os.environ.get("CHECK_KERNEL_PARTS", "")
        parts = parts and "parts=" + parts
        command = [
            "qemu-system-x86_64", "-accel", accel, "-cpu", "host" if accel == "kvm" else "max",
            "-m", "512", "-smp", "1",
            "-machine", "q35,usb=off,smbus=off,sata=off,vmport=off,hpet=off",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console",
            "-serial", "stdio",
            "-kernel", OUT + "/vmlinux", "-initrd", OUT + "/root.cpio",
            "-append", f"console=ttyS0 rdinit={init} quiet panic=-1 nokaslr mitigations=off "
                       "random.trust_cpu=on no_timer_check tsc=reliable net.ifnames=0 "
                       f"{ports} {parts}",
            "-netdev", "user,id=n0,ipv6=off", "-device", "virtio-net-pci,netdev=n0,romfile=",
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.console, self.rest, self.is_up = console, b"", False
        self.boot_seconds = BOOT_SECONDS[accel]

    def lines(self):
        """What the guest tells, until it ends or its time is over: None then."""
        deadline = time.monotonic() + self.boot_seconds
        while True:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                yield None if not ready else "gone"
                return
            *whole, self.rest = (self.rest + chunk).split(b"\n")
            for line in whole:
                text = line.decode("utf8", "replace").rstrip("\r")
                # what comes before is QEMU's own
                if not self.is_up and text.startswith(("ok ", "not ok ")):
                    self.is_up, deadline = True, time.monotonic() + GUEST_SECONDS
                yield text

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def last_words(self):
        with open(self.console, "rb") as f:
            text = f.read().decode("utf8", "replace")
        return ["console: " + line.rstrip() for line in text.splitlines()[-25:]]


def run_guest(report, name, init, servers):
    """One boot: the checks that the guest names, then that it came to its end."""
    console = f"{OUT}/console-{name.replace(' ', '-')}.log"
    accel = accelerator()
    begin = time.monotonic()
    guest = Guest(init, servers, accel, console)
    pending, ended, why, qemu = None, None, "it ended early", []

    def flush():
        if pending:
            report.check(f"{name}: {pending[1]}", *pending[0::2], pending[3])

    report.lap()
    for line in guest.lines():
        if line is None:
            why = "its time was over"
        elif line.startswith("| ") and pending:
            pending[2].append(line[2:])
        elif line.startswith(("ok ", "not ok ")):
            flush()
            good = line.startswith("ok ")
            pending = (good, line.split("ok ", 1)[1], [], report.lap())
            if good:
                flush()
                pending = None
        elif line.startswith("host "):
            _, verb, server = line.split()
            {"pull": servers[server].pull, "plug": servers[server].start}[verb]()
        elif line.startswith("end "):
            ended = line
            break
        elif line not in ("gone", ""):
            qemu.append("qemu: " + line)
    flush()
    if not ended and not guest.is_up and accel == "kvm":
        guest.stop()
        print("  KVM does not carry the guest: once more without it")
        os.environ["CHECK_KERNEL_ACCEL"] = "tcg"
        return run_guest(report, name, init, servers)
    report.check(f"{name}: the guest comes to the end of its checks", bool(ended),
                 [] if ended else [why] + qemu[-5:] + guest.last_words())
    guest.stop()
    report.times.append((f"guest with {name} ({accel})", time.monotonic() - begin))
    report.lap()
    return None


def main():
    report = Report()
    prepare(report, "packages", "tools/deps.sh", "kernel", may_lack=True)
    os.makedirs(OUT, exist_ok=True)
    fresh = not os.path.exists(OUT + "/version")
    prepare(report, "kernel: download and unpack" if fresh else "kernel: unpacked before",
            HERE + "/kernel.sh", OUT, may_lack=True)
    prepare(report, "initramfs", HERE + "/initramfs.sh", OUT)
    folder = tempfile.mkdtemp()
    try:
        for name, (init, boards) in GUESTS.items():
            if os.environ.get("CHECK_KERNEL_GUEST", name) != name:
                continue
            servers = {server: Server(server, b, folder) for server, b in boards.items()}
            try:
                run_guest(report, name, init, servers)
            finally:
                for s in servers.values():
                    status, said = s.stop()
                    report.check(f"{name}: the server '{s.name}' ends in order",
                                 not status and (not said or s.name in CUT_OFF), said)
                    for i, board in enumerate(boards[s.name]):
                        if board.holds and not os.environ.get("CHECK_KERNEL_PARTS"):
                            report.check(f"{name}: board {i + 1} of '{s.name}' holds the image, by "
                                         "its state file", *board.has_image())
    finally:
        shutil.rmtree(folder)
    report.table()
    print(f"{report.passed} passed, {report.failed} failed")
    return report.failed != 0


sys.exit(main())
