#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""svd.py SHEET DEVICE,... LEAST FILE...: register facts in C sources against a sheet made from ST's SVD

Every BIT(), GENMASK() and number that a #define gives a register, field or peripheral of the sheet must
be the sheet's, for one of the devices; so must every peripheral address that the sources hold as a
literal lie in a peripheral. Prints what differs (exit status 1) and, each line with a "#", what the
sheet does not have. Fewer than LEAST definitions found are an error: the names no longer match.
"""
import re
import sys

FIELD = re.compile(r"(\w+)\[(\d+)(?::(\d+))?\]")
RUN = re.compile(r"(\w*)\{(\d+)\.\.(\d+)\}(\w*)\[(\d+) bits? each at (\d+),(\d+)\.\.\d+\]")
REGISTER = re.compile(r"(?:<([^>]*)> )?0x([0-9A-Fa-f]+)(?:\+0x([0-9A-Fa-f]+)\*i)? (\S+) rst=\S+ \S+ ?(.*)")
WINDOWS = [(0x40000000, 0x5fffffff), (0xa0001000, 0xa00013ff), (0xe0042000, 0xe00423ff)]
SPAN = 0x400


def is_peripheral(at):
    return any(low <= at <= high for low, high in WINDOWS)


class Sheet:
    """Of one device: bases, offsets of registers, bits of fields."""

    def __init__(self, path, device):
        self.base, self.offset, self.field = {}, {}, {}
        of = None
        for line in open(path, encoding="utf-8"):
            head = re.match(r"== (\w+) ==", line)
            if head:
                at = re.search(device + r" 0x([0-9A-Fa-f]+)", line)
                of = re.sub(r"^(GPIO)A$|^(DMA)1$", r"\1\2", head[1]) if at else None
                if at:
                    self.base[of] = int(at[1], 16)
                continue
            header = re.match(r"! <([^>]*)> (\w+)\.(\w+): header \[(\d+):(\d+)\]", line)
            if of and header and device in header[1].split(","):
                # where ST's header and its SVD disagree the sheet says to trust the header
                self.field[of, header[2], header[3]] = (int(header[4]), int(header[5]))
            found = REGISTER.match(line)
            if not of or not found or (found[1] and device not in found[1].split(",")):
                continue
            self.register(of, found)

    def register(self, of, found):
        names = found[4].split("/")[0]
        run = re.match(r"([A-Z]+)(\d+)\.\.[A-Z]+(\d+)$", names)
        step = int(found[3] or "0", 16)
        names = [run[1] + str(i) for i in range(int(run[2]), int(run[3]) + 1)] if run else [names]
        for i, name in enumerate(names):
            self.offset[of, name] = int(found[2], 16) + i * step
            # CCR1 stands for CCR, too: one register for each channel
            for short in {name, name.rstrip("0123456789")}:
                for f in FIELD.finditer(found[5]):
                    self.field.setdefault((of, short, f[1]), (int(f[2]), int(f[3] or f[2])))
                for f in RUN.finditer(found[5]):
                    for k in range(int(f[3]) - int(f[2]) + 1):
                        low = int(f[6]) + k * (int(f[7]) - int(f[6]))
                        self.field[of, short, f"{f[1]}{int(f[2]) + k}{f[4]}"] = (low + int(f[5]) - 1, low)
            if run:
                self.offset.setdefault((of, run[1]), int(found[2], 16))


def splits(name):
    """(peripheral or None, rest): each way to read a name"""
    name = re.sub(r"^STM32(L4)?_", "", name).replace("QSPI_", "QUADSPI_")
    parts = name.split("_")
    yield None, name
    for i in range(1, len(parts)):
        yield "_".join(parts[:i]), "_".join(parts[i:])


def fits(field, got, want):
    # the SVD of this part gives FTHRES and FLEVEL the bits of bigger FIFOs
    return got == want or (field in ("FTHRES", "FLEVEL") and got[1] == want[1] and got[0] <= want[0])


def bits_in(sheet, name, got, of_file):
    """None: not in the sheet; else whether it is so there"""
    result = None
    for of, rest in splits(name):
        for cut in (m.start() for m in re.finditer("_", rest)):
            reg, field = rest[:cut], rest[cut + 1:]
            for (p, r, f), want in sheet.field.items():
                if r == reg and f.upper() == field and p == (of or of_file or p):
                    result = bool(result) or fits(field, got, want)
    return result


def number_in(sheet, name, got, of_file):
    result = None
    for of, rest in splits(name):
        for p, base in sheet.base.items():
            # a base below: memory of the same name
            if is_peripheral(got) and (rest in ("BASE", "REGS") and p == (of or of_file) or
                                       (of is None and rest == p)):
                result = bool(result) or got == base
        for (p, r), want in sheet.offset.items():
            if r == rest and p == (of or of_file):
                result = bool(result) or got in (want, want + sheet.base[p])
    return result


def main():
    path, devices, least, files = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]), sys.argv[4:]
    sheets = [Sheet(path, device) for device in devices]
    found, bad = 0, []
    for name in files:
        of_file = re.search(r"v(flash|rcc|quadspi|dma|crc|dbgmcu|gpio)", name)
        of_file = of_file and of_file[1].upper()
        for n, line in enumerate(open(name, encoding="utf-8"), 1):
            line = re.sub(r"/\*.*", "", line)
            where = f"{name}:{n}"
            for literal in re.findall(r"\b0x([0-9a-fA-F]{8})u?\b", line):
                at = int(literal, 16)
                if not at % 4 and is_peripheral(at) and not any(
                        base <= at < base + SPAN * (16 if p == "GPIO" else 2 if p == "DMA" else 1)
                        for sheet in sheets for p, base in sheet.base.items()):
                    print(f"# {where}: 0x{literal} is in no peripheral of the sheet")
            define = re.match(r"#define\s+([A-Z][A-Z0-9_]+)\s+(.+?)\s*$", line)
            if not define:
                continue
            bits = re.match(r"(?:BIT\((\d+)\)|GENMASK\((\d+), (\d+)\))$", define[2])
            number = re.match(r"\(?0x([0-9a-fA-F]+)u?\)?$", define[2])
            if bits:
                got = (int(bits[1] or bits[2]), int(bits[1] or bits[3]))
                said = [bits_in(sheet, define[1], got, of_file) for sheet in sheets]
            elif number:
                said = [number_in(sheet, define[1], int(number[1], 16), of_file) for sheet in sheets]
            else:
                continue
            if all(s is None for s in said):
                print(f"# {where}: {define[1]} {define[2]} is not in the sheet")
            elif any(said):
                found += 1
            else:
                bad.append(f"{where}: {define[1]} {define[2]}: the SVD says otherwise")
    print(f"# {found} definitions found")
    if found < least:
        bad.append(f"only {found} definitions were found in the SVD, not {least}")
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
