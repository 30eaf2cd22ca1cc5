#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Judge what sigrok-cli makes of the virtual bench's VCD.

usage: trace.py steps IN.vcd OUT.vcd         one unit of time from change to change
       trace.py cut IN.vcd OUT.vcd           200 us, from the middle one of all rises of the first wire on
                                             and the time of the last change
       trace.py swd WIRE.log SWD.txt         the accesses of -VV against sigrok's
       trace.py spi SPIFLASH.txt IMAGE ADDR  what was programmed, and read back, from ADDR on

sigrok-cli makes samples at the VCD's resolution, a billion for a second; its swd and spi decoders
look at edges alone, so steps keeps the order of the edges and drops the time between them. A short cut
has its time."""
import re
import sys

# offset of each register in its bank, by swdrom's names
DP = {"DPIDR": 0x0, "ABORT": 0x0, "CTRL/STAT": 0x4, "DLCR": 0x4, "TARGETID": 0x4, "DLPIDR": 0x4,
      "EVENTSTAT": 0x4, "SELECT": 0x8, "RESEND": 0x8, "RDBUFF": 0xC, "TARGETSEL": 0xC}
AP = {"CSW": 0x0, "TAR": 0x4, "DRW": 0xC, "BD0": 0x0, "BD1": 0x4, "BD2": 0x8, "BD3": 0xC,
      "BASE2": 0x0, "CFG": 0x4, "BASE": 0x8, "IDR": 0xC}
# the swd decoder's names for the DP's
DECODED = {"IDCODE": ("r", 0x0), "W ABORT": ("w", 0x0), "R CTRL/STAT": ("r", 0x4),
           "W CTRL/STAT": ("w", 0x4), "R DLCR": ("r", 0x4), "W DLCR": ("w", 0x4),
           "RESEND": ("r", 0x8), "W SELECT": ("w", 0x8), "RDBUFF": ("r", 0xC)}


def die(text):
    sys.exit(f"trace.py: {text}")


def steps(source, target):
    n = 0
    with open(source) as f, open(target, "w") as out:
        for line in f:
            if line.startswith("#"):
                line = f"#{n}\n"
                n += 1
            out.write(line)


def changes(path):
    """(time, line) of each change of a wire"""
    now = 0
    with open(path) as f:
        for line in f:
            if line[0] == "#":
                now = int(line[1:])
            elif line[0] in "01z":
                yield now, line


def cut(source, target, length=200000):
    rises, end = [], 0
    for end, line in changes(source):
        if line == "1!\n":
            rises.append(end)
    print(end)
    start = rises[len(rises) // 2]
    before, shown = {}, None
    with open(source) as f, open(target, "w") as out:
        for line in f:
            out.write(line)
            if line.startswith("$enddefinitions"):
                break
        for t, line in changes(source):
            if t >= start + length:
                break
            if t < start:
                before[line[1]] = line
                continue
            if shown is None:
                out.write(f"#{start - 1}\n" + "".join(before.values()))
            if t != shown:
                out.write(f"#{t}\n")
            shown = t
            out.write(line)


def logged(path):
    """(port, r or w, address, ack, data) of each line of the wire log"""
    for line in open(path):
        m = re.match(r"(AP|DP) ([rw]) (\S+) ([0-9a-f]{8}) (OK|WAIT|FAULT)(?:, (?!bad)|$)", line)
        if m:
            port, rw, name, data, ack = m.groups()
            number = int(name, 16) & 0xC if name.startswith("0x") else (DP if port == "DP" else AP)[name]
            yield port, rw, number, ack, int(data, 16) if ack == "OK" else None
        elif re.match(r"(AP|DP) [rw] ", line):
            die(f"the wire log has trouble of its own: {line.strip()}")


def decoded(path):
    """the same of sigrok's annotations: an address, an ack and data, or trouble"""
    head = ack = answered = None
    for line in open(path):
        text = line.split(": ", 1)[1].strip()
        ap = re.fullmatch(r"([RW]) AP([0-9a-f])", text)
        if ap or text in DECODED:
            if head:
                die(f"{head} was never answered, then came {text}")
            head = ("AP", ap[1].lower(), int(ap[2], 16)) if ap else ("DP", *DECODED[text])
        elif text in ("OK", "WAIT", "FAULT"):
            ack = text
        elif re.fullmatch("0x[0-9a-f]{8}", text):
            if not head or not ack:
                die(f"data {text} without request and acknowledge")
            yield *head, ack, int(text, 16) if ack == "OK" else None
            head, answered, ack = None, ack, None
        elif re.fullmatch("01|10", text) and answered in ("WAIT", "FAULT"):
            answered = None  # nobody drives the data phase then, nor its parity
        elif text not in ("LINERESET", "JTAG->SWD"):
            # parity errors, ERROR, NOREPLY, reserved registers
            die(f"after {head} sigrok says: {text}")


def swd(log_path, decoded_path):
    want, got = list(logged(log_path)), list(decoded(decoded_path))
    for i, (w, g) in enumerate(zip(want, got)):
        if w != g:
            die(f"access {i}: swdrom logged {w}, sigrok sees {g}")
    if len(want) != len(got):
        die(f"swdrom logged {len(want)} accesses, sigrok sees {len(got)}")
    if not want:
        die("no accesses at all")
    print(len(want), "accesses are the same")


def spi(path, image_path, base):
    image = open(image_path, "rb").read()
    found = {"Page program": {}, "Read data": {}}
    enabled = False
    for line in open(path):
        text = line.split(": ", 1)[1].strip()
        if "WARN" in text.upper():
            die(f"sigrok says: {text}")
        if text.startswith("Command: Write enable"):
            enabled = True
        m = re.match(r"(Page program|Read data) \(addr 0x([0-9a-f]+), \d+ bytes\): ([0-9a-f ]*)", text)
        if not m:
            continue
        if m[1] == "Page program":
            if not enabled:
                die(f"no write enable before the page program at 0x{m[2]}")
            enabled = False
        for i, byte in enumerate(bytes.fromhex(m[3])):
            found[m[1]][int(m[2], 16) + i] = byte
    for what, cells in found.items():
        if [cells.get(base + i) for i in range(len(image))] != list(image):
            die(f"{what}: not the image's bytes")
    outside = [a for a in found["Page program"] if not base <= a < (base + len(image) + 255) & ~255]
    if outside:
        die(f"programmed outside the image: 0x{min(outside):x}")
    print(len(image), "bytes programmed and read back")


def main(argv):
    if argv[1:2] == ["steps"] and len(argv) == 4:
        steps(*argv[2:])
    elif argv[1:2] == ["cut"] and len(argv) == 4:
        cut(*argv[2:])
    elif argv[1:2] == ["swd"] and len(argv) == 4:
        swd(*argv[2:])
    elif argv[1:2] == ["spi"] and len(argv) == 5:
        spi(argv[2], argv[3], int(argv[4], 0))
    else:
        die(__doc__)


main(sys.argv)
