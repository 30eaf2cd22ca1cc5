#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of swdrom-sim that share no code with it: remote_bitbang and serprog, from their
specifications. usage: simclient.py COMMAND PORT [ARGUMENT]"""
import os
import random
import signal
import socket
import struct
import sys


class Bitbang:
    """As OpenOCD does it: the first O is never sent, each c waits for its answer."""

    def __init__(self, port):
        self.s = socket.create_connection(("127.0.0.1", port), timeout=100)

    def send(self, text):
        self.s.sendall(text.encode())

    def out(self, value, n):
        for i in range(n):
            bit = value >> i & 1
            self.send("eg" if bit else "df")

    def read(self, n):
        value = 0
        for i in range(n):
            self.send("dc")
            value |= int(self.s.recv(1)) << i
            self.send("f")
        return value

    def connect(self):
        self.out((1 << 56) - 1, 56)
        self.out(0xE79E, 16)
        self.out((1 << 56) - 1, 56)
        self.out(0, 8)

    def dp_read(self, request):
        self.send("O")
        self.out(request, 8)
        self.send("o")
        self.read(1)
        ack, value, parity = self.read(3), self.read(32), self.read(1)
        self.read(1)
        self.send("O")
        assert ack == 1, f"ACK {ack}"
        assert parity == bin(value).count("1") % 2, "parity"
        return value


class Serprog:
    def __init__(self, port):
        self.s = socket.create_connection(("127.0.0.1", port), timeout=100)

    def recv(self, n):
        data = b""
        while len(data) < n:
            more = self.s.recv(n - len(data))
            assert more, "the server hung up"
            data += more
        return data

    def command(self, data, n=0):
        self.s.sendall(data)
        assert self.recv(1) == b"\x06", f"NAK to {data[:8].hex()}"
        return self.recv(n)

    def spi(self, out, n=0):
        return self.command(
            b"\x13" + struct.pack("<I", len(out))[:3] + struct.pack("<I", n)[:3] + out, n
        )

    def delay(self, us):
        self.command(b"\x0b")
        self.command(b"\x0e" + struct.pack("<I", us))
        self.command(b"\x0f")


def dpidr(port):
    b = Bitbang(port)
    b.connect()
    print(f"{b.dp_read(0xA5):08x}")
    b.send("Q")
    assert b.s.recv(1) == b"", "not closed after Q"


def hold(port):
    """Have the pins until somebody ends this."""
    b = Bitbang(port)
    b.send("oc")
    b.s.recv(1)
    print("mine", flush=True)
    signal.pause()


def reset_line(port):
    """Under nRST the debug port answers all the same."""
    b = Bitbang(port)
    b.send("s")
    b.connect()
    print(f"{b.dp_read(0xA5):08x}")
    b.send("rQ")
    b.s.recv(1)


def refused(port):
    s = socket.create_connection(("127.0.0.1", port), timeout=100)
    try:
        s.sendall(b"c")
        print("served" if s.recv(1) else "refused")
    except ConnectionError:
        print("refused")


def pause(pid):
    os.kill(pid, signal.SIGSTOP)
    state = ""
    while state != "T":
        with open(f"/proc/{pid}/stat") as f:
            state = f.read().rpartition(") ")[2][0]


def successors(port, pid):
    """One goes and the next one comes while the server, slow as it may be, has not looked yet."""
    for last_words in b"Q", b"def" * 5000 + b"Q", b"def" * 5000, b"":
        a = socket.create_connection(("127.0.0.1", port), timeout=100)
        a.sendall(b"oc")
        a.recv(1)
        pause(int(pid))
        try:
            a.sendall(last_words)
            a.close()
            b = socket.create_connection(("127.0.0.1", port), timeout=100)
            b.sendall(b"cQ")
        finally:
            os.kill(int(pid), signal.SIGCONT)
        assert b.recv(1), f"refused after {last_words[-4:]}"
        b.recv(1)
        b.close()
    print("served")


def garbage(port):
    """Whatever comes: only the client may suffer."""
    rng = random.Random(1)
    for n in range(60):
        s = socket.create_connection(("127.0.0.1", port), timeout=100)
        try:
            s.sendall(rng.randbytes(rng.choice((1, 7, 100, 5000))))
            if n % 3:
                s.settimeout(0.05)
                s.recv(100)
        except OSError:
            pass
        s.close()


def greedy(port):
    """Asks for ever and never listens."""
    s = socket.create_connection(("127.0.0.1", port), timeout=5)
    s.settimeout(0.5)
    try:
        for _ in range(400):
            s.sendall(b"c" * 65536)
    except OSError:
        pass
    s.close()


def nor_id(port):
    p = Serprog(port)
    p.s.sendall(b"\x10")
    assert p.recv(2) == b"\x15\x06", "SYNCNOP"
    assert p.command(b"\x01", 2) == b"\x01\x00", "version"
    assert p.command(b"\x05", 1) == b"\x08", "SPI only"
    print(p.spi(b"\x9f", 3).hex())


def nor_write(port, path):
    """Erase 64 KiB, program a file at 0, waiting by the protocol's delays; read it back."""
    data = open(path, "rb").read()
    p = Serprog(port)

    def busy(limit):
        for _ in range(limit):
            if not p.spi(b"\x05", 1)[0] & 1:
                return
            p.delay(1000)
        raise AssertionError("still busy")

    p.spi(b"\x06")
    p.spi(b"\xd8\0\0\0")
    assert p.spi(b"\x05", 1)[0] & 1, "an erase that takes no time"
    busy(4000)
    for at in range(0, len(data), 256):
        p.spi(b"\x06")
        p.spi(b"\x02" + struct.pack(">I", at)[1:] + data[at : at + 256])
        busy(10)
    assert p.spi(b"\x03\0\0\0", len(data)) == data, "read back"
    # too long an operation is refused and does not put the stream out of step
    p.s.sendall(b"\x13\xff\xff\x01\0\0\0" + bytes(0x1FFFF) + b"\x00")
    assert p.recv(2) == b"\x15\x06", "NAK, then ACK of the NOP"
    print("same")


if __name__ == "__main__":
    globals()[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])
