#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seal the demo firmware: CRC-32 of the flash image before the .seal section, as its 4 bytes.
usage: seal.py flash.bin (from 0x08000000, ends with the 4 bytes of .seal) out.bin"""
import struct
import sys
import zlib

image = open(sys.argv[1], 'rb').read()
open(sys.argv[2], 'wb').write(struct.pack('<I', zlib.crc32(image[:-4])))
