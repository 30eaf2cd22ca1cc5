#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bare ELF out of a bzImage: a guest without KVM would take 2 s to unpack it at each boot.

QEMU enters the ELF by its PVH note (Debian: CONFIG_PVH=y). Where the payload is:
Documentation/x86/boot.rst, setup_sects, payload_offset, payload_length.
"""
import lzma
import struct
import sys
import zlib

UNPACK = {
    b"\xfd7zXZ\0": lambda b: lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(b),
    b"\x1f\x8b": lambda b: zlib.decompressobj(wbits=31).decompress(b),
}


def main(bzimage, out):
    with open(bzimage, "rb") as f:
        image = f.read()
    if image[0x202:0x206] != b"HdrS":
        sys.exit(f"{bzimage} is no bzImage")
    start = ((image[0x1F1] or 4) + 1) * 512
    offset, length = struct.unpack_from("<II", image, 0x248)
    payload = image[start + offset : start + offset + length]
    for magic, unpack in UNPACK.items():
        if payload.startswith(magic):
            elf = unpack(payload)
            break
    else:
        sys.exit(f"{bzimage}: no known compression begins with {payload[:6].hex()}")
    if elf[:4] != b"\x7fELF":
        sys.exit(f"{bzimage} holds no ELF")
    with open(out, "wb") as f:
        f.write(elf)


main(*sys.argv[1:])
