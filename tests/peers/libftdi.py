#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""libftdi1 on a USB device, one "ok NAME" or "not ok NAME" line a check.

usage: libftdi.py VID:PID CHANNELS PRODUCT SERIAL   (hex ids; with the stand-in preloaded)

What libftdi1 makes of descriptors, EEPROM, requests, packets, and of each channel's MPSSE, bit-bang
modes and UART.
"""
import ctypes
import ctypes.util
import sys
import time

VID, PID = (int(x, 16) for x in sys.argv[1].split(":"))
N_CHANNELS, PRODUCT, SERIAL = int(sys.argv[2]), sys.argv[3], sys.argv[4]

# ftdi.h 1.5: enum ftdi_mpsse_mode, ftdi_interface, ftdi_eeprom_value
BITMODE_RESET, BITMODE_BITBANG, BITMODE_MPSSE, BITMODE_SYNCBB = 0, 1, 2, 4
VENDOR_ID, PRODUCT_ID, SELF_POWERED, USE_SERIAL, MAX_POWER = 0, 1, 2, 9, 12

lib = ctypes.CDLL(ctypes.util.find_library("ftdi1") or "libftdi1.so.2")
lib.ftdi_new.restype = ctypes.c_void_p
lib.ftdi_get_error_string.restype = ctypes.c_char_p
lib.ftdi_write_data_submit.restype = ctypes.c_void_p
failed = False


def ok(name, good, seen=""):
    """one check"""
    global failed
    print("ok" if good else "not ok", name)
    if not good:
        failed = True
        print(f"  seen: {seen}")


class Ftdi:
    """one open channel, counted from 0"""

    def __init__(self, channel, init=True):
        self.ctx = ctypes.c_void_p(lib.ftdi_new())
        self.do("ftdi_set_interface", channel + 1)
        self.do("ftdi_usb_open", VID, PID)
        if init:
            self.do("ftdi_set_latency_timer", 1)

    def do(self, name, *args):
        """a libftdi call that must not fail"""
        ret = getattr(lib, name)(self.ctx, *args)
        if ret < 0:
            sys.exit(f"not ok {name}: {ret} {lib.ftdi_get_error_string(self.ctx).decode()}")
        return ret

    def close(self):
        """give it back"""
        self.do("ftdi_usb_close")
        lib.ftdi_free(self.ctx)

    def write(self, data):
        """all of it"""
        assert self.do("ftdi_write_data", bytes(data), len(data)) == len(data)

    def read(self, n, seconds=60):
        """up to n bytes"""
        got, end = b"", time.monotonic() + seconds
        buf = ctypes.create_string_buffer(n)
        while len(got) < n and time.monotonic() < end:
            k = self.do("ftdi_read_data", buf, n - len(got))
            got += buf.raw[:k]
        return got

    def ask(self, data, n):
        """write, then read n bytes"""
        self.write(data)
        return self.read(n)

    def ask_meanwhile(self, data, n):
        """the same with the read under way while the write is"""
        buf = ctypes.create_string_buffer(bytes(data), len(data))
        transfer = ctypes.c_void_p(lib.ftdi_write_data_submit(self.ctx, buf, len(data)))
        got = self.read(n)
        assert lib.ftdi_transfer_data_done(transfer) == len(data)
        return got

    def mpsse(self):
        """MPSSE on, nothing left from before"""
        self.do("ftdi_usb_reset")
        self.do("ftdi_set_bitmode", 0, BITMODE_RESET)
        self.do("ftdi_set_bitmode", 0, BITMODE_MPSSE)
        self.do("ftdi_tcioflush")


def check_eeprom():
    """the image decodes, checksum included, and holds what the descriptors say"""
    f = Ftdi(0)
    f.do("ftdi_read_eeprom")
    # ftdi_eeprom_decode() fails with -1 on a wrong checksum
    ret = lib.ftdi_eeprom_decode(f.ctx, 0)
    ok("libftdi decodes the EEPROM, checksum and all", ret == 0, ret)

    def value(which):
        v = ctypes.c_int(-1)
        f.do("ftdi_get_eeprom_value", which, ctypes.byref(v))
        return v.value

    ok("its ids", (value(VENDOR_ID), value(PRODUCT_ID)) == (VID, PID),
       f"{value(VENDOR_ID):04x}:{value(PRODUCT_ID):04x}")
    power = (value(SELF_POWERED), value(MAX_POWER), value(USE_SERIAL) != 0)
    ok("bus powered, 500 mA, with a serial number", power == (0, 500, True), power)
    texts = [ctypes.create_string_buffer(128) for _ in range(3)]
    f.do("ftdi_eeprom_get_strings", *(x for t in texts for x in (t, len(t))))
    names = [t.value.decode() for t in texts]
    ok("its names", names[1:] == [PRODUCT, SERIAL], names)
    f.close()


def check_requests():
    """latency timer, status, and time"""
    f = Ftdi(0, init=False)
    v = ctypes.c_ubyte()
    f.do("ftdi_get_latency_timer", ctypes.byref(v))
    ok("the latency timer is 16 ms at first", v.value == 16, v.value)
    f.do("ftdi_set_latency_timer", 3)
    f.do("ftdi_get_latency_timer", ctypes.byref(v))
    ok("and what it was set to", v.value == 3, v.value)
    status = ctypes.c_ushort()
    f.do("ftdi_poll_modem_status", ctypes.byref(status))
    ok("transmitter empty in the modem status", status.value & 0x6000 == 0x6000,
       f"{status.value:04x}")
    f.do("ftdi_set_latency_timer", 250)
    f.mpsse()
    t0 = time.monotonic()
    got = f.ask([0xAA], 2)
    dt = time.monotonic() - t0
    ok("an answer of two bytes waits for the latency timer", got == b"\xfa\xaa" and dt > 0.2,
       (got, dt))
    for _ in range(50):  # a busy computer may be late, but not each time
        t0 = time.monotonic()
        got = f.ask([0xAB, 0x87], 2)
        dt = time.monotonic() - t0
        if dt < 0.2:
            break
    ok("but not with 0x87 behind it", got == b"\xfa\xab" and dt < 0.2, (got, dt))
    f.close()


def check_mpsse(channel):
    """packets and shifts of any length, in loop-back"""
    f = Ftdi(channel)
    f.mpsse()
    name = "ABCD"[channel]
    ok(f"{name}: bad commands come back", (got := f.ask([0xAA, 0xAB, 0x87], 4)) == b"\xfa\xaa\xfa\xab", got)
    f.write([0x8A, 0x86, 0, 0, 0x80, 0x08, 0x0B, 0x84])
    bad = []
    for n in (1, 2, 61, 62, 63, 509, 510, 511, 1019, 1020, 1021, 4096, 20000):
        data = bytes((i * 7 + i // 256) & 0xFF for i in range(n))
        got = f.ask_meanwhile(bytes([0x39, (n - 1) & 0xFF, (n - 1) >> 8]) + data + b"\x87", n)
        if got != data:
            bad.append((n, len(got)))
    ok(f"{name}: what is shifted out comes back in, whatever its length", not bad, bad)
    f.write([0x85, 0x80, 0x55, 0xFB])
    got = f.ask([0x81, 0x87], 1)
    ok(f"{name}: pins read as they are driven", got and got[0] & 0xFB == 0x51, got)
    f.write([0x80, 0x00, 0x0B, 0x39, 0xFF, 0xFF])  # 64 KiB announced, never sent
    f.do("ftdi_usb_reset")
    f.mpsse()
    ok(f"{name}: a reset ends a command that lacks its data", f.ask([0xAA, 0x87], 2) == b"\xfa\xaa")
    f.close()


def check_bitbang(channel):
    """pins by bytes; of channel A only those that are not SWCLK, SWDIO or nRST"""
    f, name = Ftdi(channel), "ABCD"[channel]
    f.do("ftdi_usb_reset")
    f.do("ftdi_set_baudrate", 9600)
    f.do("ftdi_set_bitmode", 0xE8, BITMODE_SYNCBB)
    f.do("ftdi_tcioflush")
    got = f.ask([0x08, 0x80, 0xE8, 0x20, 0x20], 5)
    want = [0x00, 0x08, 0x80, 0xE8, 0x20]
    ok(f"{name}: synchronous bit-bang answers with the pins before each byte",
       [b & 0xE8 for b in got] == want, got)
    pins = ctypes.c_ubyte()
    f.do("ftdi_read_pins", ctypes.byref(pins))
    ok(f"{name}: and the last byte stays", pins.value & 0xE8 == 0x20, pins.value)
    f.do("ftdi_set_bitmode", 0xE8, BITMODE_BITBANG)
    f.do("ftdi_tcioflush")
    f.write([0x40])
    seen = f.read(600)
    ok(f"{name}: asynchronous bit-bang samples all the time", len(seen) == 600, len(seen))
    ok(f"{name}: and the byte arrives at the pins", seen[-1] & 0xE8 == 0x40, seen[-8:])
    f.do("ftdi_set_bitmode", 0, BITMODE_RESET)
    f.close()


def check_uart(channel):
    """RXD is tied to TXD"""
    f = Ftdi(channel)
    f.do("ftdi_usb_reset")
    f.do("ftdi_set_bitmode", 0, BITMODE_RESET)
    f.do("ftdi_tcioflush")
    f.do("ftdi_set_baudrate", 3000000)
    data = bytes(range(256)) * 6
    got = f.ask(data, len(data))
    ok(f"{'ABCD'[channel]}: as a UART it hears itself", got == data, len(got))
    f.close()


check_requests()
check_eeprom()
for c in range(min(N_CHANNELS, 2)):
    check_mpsse(c)
for c in range(N_CHANNELS):
    check_bitbang(c)
for c in range(1, N_CHANNELS):
    check_uart(c)
sys.exit(failed)
