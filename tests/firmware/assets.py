#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the demo firmware's data: assets.bin (pictures and sound for the QUADSPI flash) and
wavetable.c (a synthesiser's wavetables for the internal flash). Deterministic, integers only."""
import struct
import sys
import zlib


def rgb565(r, g, b):
    return (r >> 3) << 11 | (g >> 2) << 5 | b >> 3


def fractal(index, size=256):
    """A Julia set, RGB565, fixed point with 20 fractional bits."""
    cr, ci = [(-838861, 163577), (-733950, 199229), (298844, 10486), (-419430, 629146),
              (-765460, 117441), (-176160, 681574)][index]
    out = bytearray()
    for y in range(size):
        for x in range(size):
            zr, zi = (x * 3 - 384) * (1 << 20) // 256, (y * 3 - 384) * (1 << 20) // 256
            n = 0
            while n < 48 and (zr * zr + zi * zi) >> 40 < 4:
                zr, zi = ((zr * zr - zi * zi) >> 20) + cr, ((2 * zr * zi) >> 20) + ci
                n += 1
            out += struct.pack('<H', rgb565(n * 5 & 255, n * 11 & 255, (255 - n * 5) & 255))
    return bytes(out)


def sine_table(n=4096):
    """sin as 15-bit integers by the magic circle: no floating point, the same everywhere."""
    t, x, y = [], 0.0, 1.0
    import decimal
    decimal.getcontext().prec = 40
    two_pi = decimal.Decimal('6.283185307179586476925286766559005768394')
    step = two_pi / n
    c = s = decimal.Decimal(0)
    term, k = decimal.Decimal(1), 0
    while k < 30:
        if k % 2 == 0:
            c += term if k % 4 == 0 else -term
        else:
            s += term if k % 4 == 1 else -term
        k += 1
        term = term * step / k
    a, b = decimal.Decimal(0), decimal.Decimal(1)
    for _ in range(n):
        t.append(int((a * 32767).to_integral_value()))
        a, b = a * c + b * s, b * c - a * s
    return t


def melody(sines, rate=16000, seconds=20):
    notes = [262, 294, 330, 349, 392, 440, 494, 523, 494, 440, 392, 349, 330, 294, 262, 196]
    out = bytearray()
    for i in range(rate * seconds):
        note = notes[i // (rate // 4) % len(notes)]
        phase = i * note * 4096 // rate
        env = 32767 - (i % (rate // 4)) * 32767 // (rate // 4)
        v = sines[phase % 4096] + sines[phase * 2 % 4096] // 2 + sines[phase * 3 % 4096] // 4
        out += struct.pack('<h', max(-32768, min(32767, v * env // 65536)))
    return bytes(out)


def font():
    """A 16x16 glyph grid made from each code's bits: dense, structured, not random."""
    out = bytearray()
    for code in range(512):
        for row in range(16):
            v = (code * 0x9E37 + row * 0x79B9) & 0xFFFF
            v = v & (v << 1 | v >> 1) if row % 15 else 0xFFFF
            out += struct.pack('<H', v & 0xFFFF)
    return bytes(out)


def main():
    sines = sine_table()
    items = [(f'julia{i}.565', 1, fractal(i)) for i in range(6)]
    items += [('melody.pcm', 2, melody(sines)), ('font16', 3, font())]
    n = len(items)
    offset = 16 + 32 * n
    offset = (offset + 255) // 256 * 256
    table, blob = b'', b''
    for name, kind, data in items:
        pad = -len(blob) % 256
        blob += b'\xff' * pad
        table += struct.pack('<16sIIII', name.encode(), offset + len(blob), len(data),
                             zlib.crc32(data), kind)
        blob += data
    total = offset + len(blob)
    head = struct.pack('<8sII', b'ASSETS1', n, total) + table
    with open(sys.argv[1], 'wb') as f:
        f.write(head + b'\xff' * (offset - len(head)) + blob)
    with open(sys.argv[2], 'w') as f:
        f.write('/* made by assets.py */\n#include <stdint.h>\n'
                'extern const int16_t wavetable[8][4096];\nconst int16_t wavetable[8][4096] = {\n')
        for t in range(8):
            row = []
            for i in range(4096):
                v = sum(sines[i * h % 4096] // h for h in range(1, t + 2))
                row.append(str(max(-32768, min(32767, v // 2))))
            f.write('\t{ ' + ', '.join(row) + ' },\n')
        f.write('};\n')


main()
