#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A remote_bitbang server with an SWD target unlike any STM32: a DPv2 whose only memory access port is
an APB-AP (AP 1) that makes nothing but 32-bit accesses and wraps its address at 1 KiB. Memory is at 0
to 0xffff; every other address is a bus error. Written from IHI 0031; prints its port."""
import socket

DPIDR = 0x2BA02477
TARGETID = 0x12345677
APB_IDR = 0x44770002
OK, FAULT, SILENT = 1, 4, 0
ORUNDETECT, STICKYORUN, STICKYERR = 1 << 0, 1 << 1, 1 << 5


class Port:
    """Registers behind the wire."""

    def __init__(self):
        self.ctrl = self.select = self.rdbuff = self.tar = 0
        self.inc = False
        self.mem = {}

    def bus(self, write, value=0):
        if self.tar & ~0xFFFC:
            self.ctrl |= STICKYERR
            return 0
        if write:
            self.mem[self.tar] = value
        got = self.mem.get(self.tar, 0xDEADBEEF)
        if self.inc:
            self.tar = self.tar & ~0x3FF | (self.tar + 4) & 0x3FF
        return got

    def ap_read(self, reg):
        if self.select >> 24 != 1:
            return 0
        if reg == 0x00:
            return 0x40 | 2 | (0x10 if self.inc else 0)
        if reg == 0x04:
            return self.tar
        if reg == 0x0C:
            return self.bus(False)
        return {0xF8: 0xFFFFFFFF, 0xFC: APB_IDR}.get(reg, 0)

    def ap_write(self, reg, value):
        if self.select >> 24 != 1:
            return
        if reg == 0x00:
            self.inc = value & 0x30 == 0x10
        elif reg == 0x04:
            self.tar = value & ~3
        elif reg == 0x0C:
            self.bus(True, value)

    def ack(self, ap, read, reg):
        free = not ap and (reg == 0 or (read and reg == 4))
        if not free and self.ctrl & (STICKYORUN | STICKYERR):
            if self.ctrl & ORUNDETECT:
                self.ctrl |= STICKYORUN
            return FAULT
        return OK

    def read(self, ap, reg):
        if ap:
            old, self.rdbuff = self.rdbuff, self.ap_read(self.select & 0xF0 | reg)
            return old
        if reg == 0:
            return DPIDR
        if reg == 4:
            bank = self.select & 0xF
            return self.ctrl | (self.ctrl & 0x50000000) << 1 if not bank else TARGETID if bank == 2 else 0
        return self.rdbuff

    def write(self, ap, reg, value):
        if ap:
            self.ap_write(self.select & 0xF0 | reg, value)
        elif reg == 0:
            if value & 1 << 2:
                self.ctrl &= ~STICKYERR
            if value & 1 << 4:
                self.ctrl &= ~STICKYORUN
        elif reg == 4 and not self.select & 0xF:
            self.ctrl = self.ctrl & (STICKYORUN | STICKYERR) | value & 0x50000001
        elif reg == 8:
            self.select = value


class Wire:
    """Clock by clock: rise n of a frame is handled with k == n."""

    def __init__(self):
        self.p = Port()
        self.out = None
        self.ones = 0
        self.locked = True
        self.k = self.req = self.got = 0
        self.ackval = OK

    def rise(self, level):
        self.ones = self.ones + 1 if level else 0 if self.ones < 50 else -1
        if self.ones == -1:
            self.ones, self.locked, self.k, self.out = 0, False, 0, None
            return
        if self.locked or (self.k == 0 and not level):
            return
        self.frame(level)

    def frame(self, level):
        k, p = self.k, self.p
        self.k += 1
        if k == 0:
            self.req = self.got = 0
        if k < 8:
            self.req |= level << k
            return
        ap, read, reg = self.req >> 1 & 1, self.req >> 2 & 1, (self.req >> 3 & 3) << 2
        if k == 8:
            if self.req & 0xC1 != 0x81 or bin(self.req >> 1 & 0x1F).count("1") & 1:
                self.locked, self.k = True, 0
                return
            self.ackval = p.ack(ap, read, reg)
            self.data = p.read(ap, reg) if read and self.ackval == OK else 0
        if k <= 10:
            self.out = self.ackval >> (k - 8) & 1
            return
        if k == 11:
            self.out = None
        no_data = self.ackval != OK and not p.ctrl & ORUNDETECT
        if no_data:
            if k == 12:
                self.k = 0
        elif read:
            if self.ackval == OK and k <= 42:
                self.out = self.data >> (k - 11) & 1
            elif self.ackval == OK and k == 43:
                self.out = bin(self.data).count("1") & 1
            elif k >= 44:
                self.out = None
        elif 13 <= k <= 44:
            self.got |= level << (k - 13)
        elif k == 45 and self.ackval == OK:
            if level == bin(self.got).count("1") & 1:
                p.write(ap, reg, self.got)
        if k == 45:
            self.k = 0


def serve(conn, wire):
    host, clk, dio = True, 0, 0
    while True:
        data = conn.recv(65536)
        if not data:
            return
        answers = bytearray()
        for c in data:
            if 0x64 <= c <= 0x67:  # d e f g
                rises = c & 2 and not clk
                # 'd' is 0x64: its two low bits are SWCLK and SWDIO
                clk, dio = c >> 1 & 1, c & 1
                if rises:
                    wire.rise(dio if host else 1 if wire.out is None else wire.out)
            elif c in b"Oo":
                host = c == 0x4F
            elif c == 0x63:
                answers.append(0x30 + (dio if host else 1 if wire.out is None else wire.out))
            elif c == 0x51:
                return
        conn.sendall(answers)


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    wire = Wire()
    while True:
        conn, _ = listener.accept()
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with conn:
            serve(conn, wire)


main()
