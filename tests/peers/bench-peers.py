#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenOCD and swdrom, both unmodified, do the same job on the same virtual FT2232H and board.

Each run is a fresh STM32L476G-DISCO behind `swdrom-sim --usbip`, and a client that reaches it through
the preloaded stand-in for libusb. Two figures of each:

real     with --realtime: wall-clock time of the client's whole process: connect, erase where the job
         says so, program, verify, leave. A run in which the simulator came late by more than 1 % of
         the time is void and repeated.
virtual  without: virtual time from the client's first message to its last, as the server tells it. It
         does not depend on how fast the simulator is on this machine.

limit    the busy time of the flash for this job, as the virtual flash knows it: nobody who programs it
         can take less. OpenOCD's time over the limit is the ceiling of the ratio.

usage: bench-peers.py [--build DIR] [--json FILE] [--khz N] [--seeds N] [--quick] [--virtual-only]
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
MAX_ATTEMPTS = 12
AGREE = 0.10
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLASH, NOR = 0x08000000, 0x90000000
NO_AREA = "not enough working area"


class Server:
    """swdrom-sim with one board, for one run."""

    def __init__(self, build, job, seed, state, realtime):
        self.proc = subprocess.Popen(
            [f"{build}/swdrom-sim", "--board", f"{job.board},wiring=resistor", "--seed", str(seed),
             "--usbip", "0", *(["--state", state] if state else []),
             *(["--realtime"] if realtime else [])], stdout=subprocess.PIPE, text=True)
        if realtime:
            try:
                os.setpriority(os.PRIO_PROCESS, self.proc.pid, -10)
            except PermissionError:
                pass  # a quiet machine does without
        self.port = None
        for line in self.proc.stdout:
            found = re.match(r"usbip on port (\d+)", line)
            if found:
                self.port = found[1]
            if line.startswith("ready"):
                return
        sys.exit("swdrom-sim does not start")

    def stop(self):
        """Return: virtual seconds with a client; how late it was, in per cent."""
        self.proc.terminate()
        text = self.proc.communicate()[0]
        virtual = re.search(r"([\d.]+) s of it with clients", text)
        late = re.search(r"late by .*\(([\d.]+) %\)", text)
        if not virtual:
            sys.exit("swdrom-sim does not say what time has passed")
        return float(virtual[1]), float(late[1]) if late else 0.0


class Client:
    """One of the two programs; subclasses say what is typed."""

    name = ""

    def __init__(self, args):
        self.args = args

    def command(self, job, path):
        raise NotImplementedError

    def is_verified(self, text, job):
        raise NotImplementedError

    def cannot(self, text):
        """Return: why this program cannot do such a job at all, or None."""
        return None

    def run_once(self, job, path, seed, realtime):
        """Return: wall-clock seconds, virtual seconds, lateness in per cent; or why it cannot."""
        state = job.state_copy(seed)
        server = Server(self.args.build, job, seed, state, realtime)
        env = dict(os.environ, USBIP_LIBUSB_PORT=server.port,
                   LD_PRELOAD=f"{self.args.build}/peers/libusb-1.0.so.0")
        start = time.monotonic()
        done = subprocess.run(self.command(job, path), env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=1800, cwd=TOP)
        seconds = time.monotonic() - start
        virtual, late = server.stop()
        if done.returncode or not self.is_verified(done.stdout, job):
            why = self.cannot(done.stdout)
            if why:
                return why
            sys.exit(f"{self.name} failed:\n{done.stdout[-3000:]}")
        return seconds, virtual, late

    def virtual(self, job, path, seed):
        """Return: virtual seconds, or why it cannot."""
        done = self.run_once(job, path, seed, False)
        return done if isinstance(done, str) else done[1]

    def real(self, job, path, seed):
        """Return: seconds, None if the simulator never kept up."""
        for _ in range(MAX_ATTEMPTS):
            seconds, _, late = self.run_once(job, path, seed, True)
            if late <= MAX_LATE_PERCENT:
                return seconds
            print(f"  void: the simulator was late by {late:.2f} %, {self.name} again",
                  file=sys.stderr)
        return None


class Openocd(Client):
    """Debian's OpenOCD with its own board file: ftdi driver, 96 KiB work area unless told not to."""

    def __init__(self, args, with_loader):
        super().__init__(args)
        self.with_loader = with_loader
        self.name = "OpenOCD with its loaders" if with_loader else "OpenOCD without a work area"

    def erase(self, job):
        if not job.erase:
            return []
        if job.is_nor:
            return [f"flash erase_address {job.address:#x} {job.size:#x}"]
        return ["stm32l4x mass_erase 0"]

    def command(self, job, path):
        area = [] if self.with_loader else ["-c", "$_TARGETNAME configure -work-area-size 0"]
        steps = [f"adapter speed {job.khz or self.args.khz}", *(["flash probe 2"] if job.is_nor else []),
                 *self.erase(job), f"flash write_image {path} {job.address:#x}",
                 f"verify_image {path} {job.address:#x}", "shutdown"]
        return ["openocd", "-s", "tests/peers/scripts",
                "-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled",
                "-f", f"board/{BOARD}.cfg", *area, "-c", "init", "-c", "reset init",
                *[word for step in steps for word in ("-c", step)]]

    def is_verified(self, text, job):
        return f"verified {job.size} bytes" in text

    def cannot(self, text):
        return NO_AREA if NO_AREA in text else None


class Swdrom(Client):
    """swdrom, as one would type it."""

    name = "swdrom"

    def typed(self, programmer, job, path):
        return [f"{self.args.build}/swdrom", "-p", f"{programmer}clock={job.khz or self.args.khz}k", "-b", BOARD,
                "--address", hex(job.address), "-w", path, "--json"]

    def command(self, job, path):
        return self.typed("ftdi:", job, path)

    def is_verified(self, text, job):
        return re.search(r'"result": ?"ok"', text) is not None

    def in_process(self, job, path, seed):
        """Return: virtual seconds of the same job on the bench inside swdrom, and its flash limit."""
        state = job.state_copy(seed)
        programmer = f"sim:board={job.board},seed={seed}," + (f"state={state}," if state else "")
        done = subprocess.run(self.typed(programmer, job, path), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, cwd=TOP)
        if done.returncode:
            sys.exit(f"swdrom failed on the bench in process:\n{done.stderr[-3000:]}")
        bench = json.loads(done.stdout)["bench"]
        return bench["virtual_ns"] / 1e9, bench["limit_ns"] / 1e9


class Job:
    """What both have to do. With @erase the flash is full of other data, else it is blank."""

    def __init__(self, address, kib, erase=False, with_loader=True, goal=None, nor=None, khz=None):
        self.address, self.size = address, kib * 1024
        self.erase, self.with_loader, self.goal = erase, with_loader, goal
        self.is_nor = address == NOR
        self.board = f"{BOARD},nor={nor}" if nor else BOARD
        # None: that of the command line. At 30 MHz, with a fast chip, wire and core together are more than
        # the simulator can do in real time
        self.khz = khz
        self.in_real_time = not khz
        self.name = ((nor or ("QUADSPI NOR" if self.is_nor else "internal")) + (", erase" if erase else "") +
                     (f", {khz // 1000} MHz" if khz else ""))
        self.old_states = {}

    def prepare(self, args, folder, seeds):
        """The boards that it starts from, if they are not blank."""
        self.folder = folder
        for seed in seeds if self.erase else []:
            old, state = (os.path.join(folder, f"old-{seed}.{ext}") for ext in ("bin", "state"))
            with open(old, "wb") as image:
                image.write(random.Random(f"old {seed}").randbytes(self.size))
            if os.path.exists(state):
                os.remove(state)
            subprocess.run([f"{args.build}/swdrom", "-p", f"sim:board={self.board},seed={seed},state={state}",
                            "-b", BOARD, "--address", hex(self.address), "-w", old],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=TOP)
            with open(state, "rb") as data:
                self.old_states[seed] = data.read()

    def state_copy(self, seed):
        """Return: a state file to start from, or None: a fresh board."""
        if seed not in self.old_states:
            return None
        path = os.path.join(self.folder, "run.state")
        with open(path, "wb") as state:
            state.write(self.old_states[seed])
        return path


def jobs_of(args):
    small, large, sectors = (16, 128, 64) if args.quick else (64, 1024, 256)
    inside, outside = (None, None) if args.quick else (1.3, 3.0)
    # the MT25QL128, which newer boards have, programs a page in a quarter of the N25Q128's time
    return [Job(FLASH, large, goal=inside), Job(NOR, large, goal=outside),
            Job(NOR, large, nor="mt25ql128aba"), Job(NOR, large, nor="mt25ql128aba", khz=30000, goal=outside),
            Job(FLASH, 1024, erase=True), Job(NOR, sectors, erase=True),
            Job(FLASH, small, with_loader=False), Job(NOR, small, with_loader=False)]


def measure(args, job, path, seeds):
    """Return: medians over the seeds, by name; None where there is none."""
    openocd, swdrom = Openocd(args, job.with_loader), Swdrom(args)
    row = {"job": job.name, "bytes": job.size, "swclk_khz": job.khz or args.khz, "erase": job.erase,
           "openocd_loader": job.with_loader, "goal": job.goal, "openocd_cannot": None}
    got = {name: [] for name in ("openocd_s", "swdrom_s", "openocd_virtual_s", "swdrom_virtual_s",
                                 "in_process_s", "limit_s")}
    for seed in seeds:
        theirs = openocd.virtual(job, path, seed)
        if isinstance(theirs, str):
            row["openocd_cannot"] = theirs
        else:
            got["openocd_virtual_s"].append(theirs)
        got["swdrom_virtual_s"].append(swdrom.virtual(job, path, seed))
        inside, limit = swdrom.in_process(job, path, seed)
        got["in_process_s"].append(inside)
        got["limit_s"].append(limit)
        if not args.virtual_only and job.in_real_time:
            got["swdrom_s"].append(swdrom.real(job, path, seed))
            if not row["openocd_cannot"]:
                got["openocd_s"].append(openocd.real(job, path, seed))
    for name, values in got.items():
        row[name] = statistics.median(values) if values and None not in values else None
    return row


def quotient(a, b):
    return a / b if a is not None and b else None


def compare(args, job, folder):
    seeds = range(1, args.seeds + 1)
    path = os.path.join(folder, f"{job.size}.bin")
    with open(path, "wb") as image:
        image.write(random.Random(job.size).randbytes(job.size))
    job.prepare(args, folder, seeds)
    row = measure(args, job, path, seeds)
    row["ratio"] = quotient(row["openocd_s"], row["swdrom_s"])
    row["virtual_ratio"] = quotient(row["openocd_virtual_s"], row["swdrom_virtual_s"])
    row["agreement"] = quotient(row["swdrom_s"] or row["swdrom_virtual_s"], row["in_process_s"])
    row["ceiling"] = quotient(row["openocd_virtual_s"], row["limit_s"])
    decides = row["ratio"] or row["virtual_ratio"]
    row["verdict"] = None
    if job.goal:
        row["verdict"] = "ok" if decides >= job.goal else "missed"
        if row["ceiling"] < job.goal:
            row["verdict"] += f": no programmer could, its flash alone takes {row['limit_s']:.2f} s"
    return row


COLUMNS = (("OpenOCD s", "openocd_s", 2), ("swdrom s", "swdrom_s", 2), ("ratio", "ratio", 2),
           ("OpenOCD v", "openocd_virtual_s", 2), ("swdrom v", "swdrom_virtual_s", 2),
           ("ratio v", "virtual_ratio", 2), ("in process", "in_process_s", 2),
           ("agree", "agreement", 3), ("limit s", "limit_s", 2), ("ceiling", "ceiling", 2))


def number(row, name, digits):
    return "-" if row[name] is None else f"{row[name]:.{digits}f}"


def print_heading(args, version):
    print(f"""{version}, and swdrom; both: FT2232H by USB/IP, SWCLK {args.khz} kHz where the job does not say another,\n{BOARD}.
Program and verify; blank flash, or erased first by both ("erase": mass erase inside, 64 KiB sectors outside).
OpenOCD at its best: its own board file, HCLK 72 MHz, 96 KiB work area where it may use loaders, the image
in one write, verify_image by its CRC loader. s: real seconds of the whole process; v: virtual seconds
between the first and the last USB message; in process: the same job inside swdrom; agree: swdrom over USB/IP
against that; limit: what the flash is busy in swdrom's job; ceiling: OpenOCD v over that. Medians of {args.seeds}.""")
    print(f"{'job':21}{'KiB':>5} {'loader':7}" + "".join(f"{title:>11}" for title, _, _ in COLUMNS) +
          "  goal")


def print_row(row):
    print(f"{row['job']:21}{row['bytes'] // 1024:5} {'yes' if row['openocd_loader'] else 'no':7}" +
          "".join(f"{number(row, name, digits):>11}" for _, name, digits in COLUMNS) +
          (f"  {row['goal']} {row['verdict']}" if row["goal"] else "") +
          (f"  OpenOCD cannot: {row['openocd_cannot']}" if row["openocd_cannot"] else ""), flush=True)


def problems(args, job, row):
    """Return: what makes the figures of this row worthless."""
    kept_up = row["swdrom_s"] is not None and (row["openocd_s"] is not None or row["openocd_cannot"])
    if job.in_real_time and not args.virtual_only and not kept_up:
        yield "this machine was too busy for virtual time at the pace of real time"
    # opening a real libftdi takes some 50 ms that the bench in process does not have
    if row["in_process_s"] >= 1 and abs(row["agreement"] - 1) > AGREE:
        yield f"swdrom over USB/IP and in process differ by more than {AGREE * 100:.0f} %"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--json")
    parser.add_argument("--khz", type=int, default=15000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small images, one seed")
    parser.add_argument("--virtual-only", action="store_true", help="nothing in real time")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    if args.quick:
        args.seeds = 1
    version = subprocess.run(["openocd", "--version"], capture_output=True, text=True).stderr.split("\n")[0]
    print_heading(args, version)
    rows, wrong = [], []
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs_of(args):
            row = compare(args, job, folder)
            rows.append(row)
            print_row(row)
            wrong += [f"{row['job']}, {row['bytes'] // 1024} KiB: {what}" for what in problems(args, job, row)]
    if args.json:
        with open(args.json, "w", encoding="ascii") as out:
            json.dump({"openocd": version, "rows": rows}, out, indent=1)
            out.write("\n")
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
