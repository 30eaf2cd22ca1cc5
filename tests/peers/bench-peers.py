#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenOCD and swdrom, both unmodified, do the same job on the same virtual FT2232H and board.

Each run is a fresh blank STM32L476G-DISCO behind `swdrom-sim --usbip --realtime`, a client that
reaches it through the preloaded stand-in for libusb, and the wall-clock time of the client's whole
process: connect, program, verify, leave. Neither side erases: the flash is blank. A run in which
the simulator came late by more than 1 % of the time is void and repeated.

usage: bench-peers.py [--build DIR] [--json FILE] [--khz N] [--quick]
"""
import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

BOARD = "stm32l476g-disco"
MAX_LATE_PERCENT = 1.0
MAX_ATTEMPTS = 6
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Server:
    """swdrom-sim with one board, for one run."""

    def __init__(self, build, seed):
        self.proc = subprocess.Popen(
            [f"{build}/swdrom-sim", "--board", f"{BOARD},wiring=resistor", "--seed", str(seed),
             "--usbip", "0", "--realtime"], stdout=subprocess.PIPE, text=True)
        self.port = None
        for line in self.proc.stdout:
            found = re.match(r"usbip on port (\d+)", line)
            if found:
                self.port = found[1]
            if line.startswith("ready"):
                return
        sys.exit("swdrom-sim does not start")

    def stop(self):
        """Return: how late it was, in per cent."""
        self.proc.terminate()
        late = re.search(r"late by .*\(([\d.]+) %\)", self.proc.communicate()[0])
        if not late:
            sys.exit("swdrom-sim does not say how late it was")
        return float(late[1])


class Client:
    """One of the two programs; subclasses say what is typed."""

    name = ""

    def __init__(self, args):
        self.args = args

    def command(self, job, path):
        raise NotImplementedError

    def run_once(self, job, path, seed):
        server = Server(self.args.build, seed)
        env = dict(os.environ, USBIP_LIBUSB_PORT=server.port,
                   LD_PRELOAD=f"{self.args.build}/peers/libusb-1.0.so.0")
        start = time.monotonic()
        done = subprocess.run(self.command(job, path), env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=1800, cwd=TOP)
        seconds = time.monotonic() - start
        late = server.stop()
        if done.returncode or not self.is_verified(done.stdout, job):
            sys.exit(f"{self.name} failed:\n{done.stdout[-3000:]}")
        return seconds, late

    def is_verified(self, text, job):
        raise NotImplementedError

    def run(self, job, path, seed):
        for _ in range(MAX_ATTEMPTS):
            seconds, late = self.run_once(job, path, seed)
            if late <= MAX_LATE_PERCENT:
                return seconds
            print(f"  void: the simulator was late by {late:.2f} %, {self.name} again",
                  file=sys.stderr)
        sys.exit("this machine is too slow, or too busy, for virtual time at the pace of real time")


class Openocd(Client):
    """Debian's OpenOCD with its own board file: ftdi driver, 96 KiB work area unless told not to."""

    def __init__(self, args, with_loader):
        super().__init__(args)
        self.with_loader = with_loader
        self.name = "OpenOCD with its loaders" if with_loader else "OpenOCD without a work area"

    def command(self, job, path):
        area = [] if self.with_loader else ["-c", "$_TARGETNAME configure -work-area-size 0"]
        steps = [f"adapter speed {self.args.khz}", *(["flash probe 2"] if job.is_nor else []),
                 f"flash write_image {path} {job.address:#x}",
                 f"verify_image {path} {job.address:#x}", "shutdown"]
        return ["openocd", "-s", "tests/peers/scripts",
                "-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled",
                "-f", "board/stm32l476g-disco.cfg", *area, "-c", "init", "-c", "reset init",
                *[word for step in steps for word in ("-c", step)]]

    def is_verified(self, text, job):
        return f"verified {job.size} bytes" in text


class Swdrom(Client):
    """swdrom, as one would type it."""

    name = "swdrom"

    def typed(self, programmer, job, path):
        return [f"{self.args.build}/swdrom", "-p", f"{programmer}clock={self.args.khz}k", "-b", BOARD,
                "--address", hex(job.address), "-w", path, "--json"]

    def command(self, job, path):
        return self.typed("ftdi:", job, path)

    def is_verified(self, text, job):
        return re.search(r'"result": "ok"', text) is not None

    def in_process(self, job, path, seed):
        """Virtual seconds of the same job on the bench inside swdrom."""
        done = subprocess.run(self.typed(f"sim:board={BOARD},seed={seed},", job, path), check=True,
                              stdout=subprocess.PIPE, text=True, cwd=TOP)
        return json.loads(done.stdout)["bench"]["virtual_ns"] / 1e9


class Job:
    def __init__(self, name, address, kib, with_loader, goal):
        self.name, self.address, self.size = name, address, kib * 1024
        self.with_loader, self.goal = with_loader, goal
        self.is_nor = address >= 0x90000000


def jobs_of(args):
    small, large = (16, 128) if args.quick else (64, 1024)
    return [Job("internal flash", 0x08000000, large, True, 1.3),
            Job("QUADSPI NOR", 0x90000000, large, True, 3.0),
            Job("internal flash", 0x08000000, small, False, None),
            Job("QUADSPI NOR", 0x90000000, small, False, None)]


def compare(args, job, folder):
    path = os.path.join(folder, f"{job.size}.bin")
    with open(path, "wb") as image:
        image.write(random.Random(job.size).randbytes(job.size))
    openocd, swdrom = Openocd(args, job.with_loader), Swdrom(args)
    theirs, ours, inside = [], [], []
    for seed in range(1, args.seeds + 1):
        theirs.append(openocd.run(job, path, seed))
        ours.append(swdrom.run(job, path, seed))
        inside.append(swdrom.in_process(job, path, seed))
    row = {"job": job.name, "bytes": job.size, "swclk_khz": args.khz, "openocd_loader": job.with_loader,
           "openocd_s": statistics.median(theirs), "swdrom_s": statistics.median(ours),
           "swdrom_virtual_s": statistics.median(inside), "goal": job.goal}
    row["ratio"] = row["openocd_s"] / row["swdrom_s"]
    row["agreement"] = row["swdrom_s"] / row["swdrom_virtual_s"]
    return row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--json")
    parser.add_argument("--khz", type=int, default=15000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small images, one seed")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    if args.quick:
        args.seeds = 1
    version = subprocess.run(["openocd", "--version"], capture_output=True, text=True).stderr.split("\n")[0]
    print(f"{version}; both: FT2232H by USB/IP, SWCLK {args.khz} kHz, blank STM32L476G-DISCO,")
    print("program + verify, whole process, seconds in real time (median); OpenOCD: its own board file,")
    print("HCLK 72 MHz, 96 KiB work area where it uses its loaders, the image in one write")
    print(f"{'job':16}{'KiB':>6}  {'OpenOCD':14}{'OpenOCD s':>10}{'swdrom s':>10}{'ratio':>8}"
          f"{'goal':>6}{'in process':>12}{'agree':>7}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs_of(args):
            row = compare(args, job, folder)
            rows.append(row)
            print(f"{row['job']:16}{row['bytes'] // 1024:6}  "
                  f"{'with loaders' if job.with_loader else 'no work area':14}"
                  f"{row['openocd_s']:10.2f}{row['swdrom_s']:10.2f}{row['ratio']:8.2f}"
                  f"{job.goal or '':>6}{row['swdrom_virtual_s']:12.2f}{row['agreement']:7.3f}", flush=True)
    if args.json:
        with open(args.json, "w", encoding="ascii") as out:
            json.dump({"openocd": version, "rows": rows}, out, indent=1)
            out.write("\n")


main()
