# SPDX-License-Identifier: BSD-3-Clause
"""A vhost-user front end and virtio driver, slow and plain: it does what a test says."""
import mmap
import os
import socket
import struct

from peer import PATIENCE, wait_for

VERSION_1, PACKED, EVENT_IDX, MRG_RXBUF = 1 << 32, 1 << 34, 1 << 29, 1 << 15
PROTOCOL = 1 << 30
NEXT, WRITE, INDIRECT, AVAIL, USED = 1, 2, 4, 0x80, 0x8000
RX, TX = 0, 1

# Requests of vhost-user.
GET_FEATURES, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 1, 2, 3, 5
SET_NUM, SET_ADDR, SET_BASE, GET_BASE, SET_KICK, SET_CALL = 8, 9, 10, 11, 12, 13
GET_PROTOCOL, SET_PROTOCOL, GET_QUEUE_NUM, SET_ENABLE = 15, 16, 17, 18
NEED_REPLY = 8

MEMORY = 4 << 20
GUEST, USER = 0x100000, 0x7f0000000000  # where memory is said to lie
BUFFERS = 1 << 20                       # offset of the first of them
BUF_LEN = 16384


class Driver:
    def __init__(self, peer, features=0, size=16, start=True):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(peer.path)
        self.features = VERSION_1 | PROTOCOL | features
        self.size = size
        self.fd = os.memfd_create("guest")
        os.ftruncate(self.fd, MEMORY)
        self.mem = mmap.mmap(self.fd, MEMORY)
        self.rings = []
        if start:
            self.negotiate()
            for index in (RX, TX):
                self.start(index)

    def close(self):
        self.sock.close()
        self.mem.close()
        os.close(self.fd)
        for ring in self.rings:
            ring.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, request, payload=b"", fds=(), flags=1, size=None):
        data = struct.pack("<III", request, flags,
                           len(payload) if size is None else size) + payload
        socket.send_fds(self.sock, [data], list(fds))

    def reply(self):
        request, flags, size = struct.unpack("<III", self.read(12))
        assert flags == 5
        return self.read(size)

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            assert more, "the connection was closed"
            data += more
        return data

    def get(self, request, payload=b""):
        self.send(request, payload)
        return self.reply()

    def u64(self, request):
        return struct.unpack("<Q", self.get(request))[0]

    def must(self, request, payload=b"", fds=()):
        """A request that is to be acknowledged."""
        self.send(request, payload, fds, flags=1 | NEED_REPLY)
        assert struct.unpack("<Q", self.reply())[0] == 0

    def negotiate(self):
        offered = self.u64(GET_FEATURES)
        assert self.features & ~offered == 0, hex(offered)
        self.send(SET_PROTOCOL, struct.pack("<Q", self.u64(GET_PROTOCOL)))
        self.send(SET_OWNER)
        self.must(SET_FEATURES, struct.pack("<Q", self.features))
        self.must(SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, GUEST, MEMORY, USER, 0),
                  [self.fd])

    def start(self, index, base=None, ring=None):
        """Sets a queue up, with a ring of its own unless one goes on."""
        packed = self.features & PACKED
        if base is None:
            base = 0x8000 if packed else 0
        if ring is None:
            ring = (PackedRing if packed else SplitRing)(self, index)
            self.rings.append(ring)
        self.send(SET_ENABLE, struct.pack("<II", index, 1))
        self.send(SET_NUM, struct.pack("<II", index, self.size))
        self.send(SET_BASE, struct.pack("<II", index, base))
        self.send(SET_ADDR, struct.pack("<IIQQQQ", index, 0, *ring.addresses(), 0))
        self.send(SET_CALL, struct.pack("<Q", index), [ring.call])
        self.must(SET_KICK, struct.pack("<Q", index), [ring.kick])
        return ring

    def stop(self, index):
        """The base at which the back end left the ring."""
        return struct.unpack("<II", self.get(GET_BASE, struct.pack("<II", index, 0)))[1]

    @property
    def rx(self):
        return next(r for r in reversed(self.rings) if r.index == RX)

    @property
    def tx(self):
        return next(r for r in reversed(self.rings) if r.index == TX)


class Ring:
    """What both layouts share: places in memory, buffers by number."""

    def __init__(self, driver, index):
        self.driver, self.mem, self.size = driver, driver.mem, driver.size
        self.index = index
        self.base = index * 0x20000
        self.write = 0 if index % 2 else WRITE
        self.kick = os.eventfd(0, os.EFD_NONBLOCK)
        self.call = os.eventfd(0, os.EFD_NONBLOCK)
        self.mem[self.base:self.base + 0x20000] = bytes(0x20000)
        self.next = 0   # descriptor that is free next
        self.seen = 0   # used ones that were returned

    def close(self):
        os.close(self.kick)
        os.close(self.call)

    def addresses(self):
        """Descriptors, device's part, driver's part, as SET_VRING_ADDR has them."""
        return [USER + self.base + at for at in (0, 0x10000, 0x8000)]

    def get16(self, at):
        return struct.unpack_from("<H", self.mem, self.base + at)[0]

    def put(self, form, at, *values):
        struct.pack_into(form, self.mem, self.base + at, *values)

    def place(self, number):
        return BUFFERS + (self.index * self.size + number % self.size) * BUF_LEN

    def data(self, number, length):
        return self.mem[self.place(number):self.place(number) + length]

    def send(self, *frames, cut=(), header=bytes(12)):
        """Offers frames to the device, each cut into pieces at these offsets."""
        for frame in frames:
            at = self.place(self.next)
            whole = header + frame
            self.mem[at:at + len(whole)] = whole
            ends = [*cut, len(whole)]
            self.offer([(GUEST + at + a, b - a) for a, b in zip([0, *cut], ends)])
        self.publish()

    def post(self, count, length=2048, pieces=1):
        """Offers empty buffers to the device."""
        part = length // pieces
        for _ in range(count):
            at = GUEST + self.place(self.next)
            self.offer([(at + i * part, part) for i in range(pieces)])
        self.publish()

    def wait(self, count):
        """The next `count` used entries: (id, length) each."""
        got = []
        wait_for(lambda: got.extend(self.reap()) or len(got) >= count)
        assert len(got) == count, got
        return got

    def calls(self):
        try:
            return os.eventfd_read(self.call)
        except BlockingIOError:
            return 0


class SplitRing(Ring):
    def __init__(self, driver, index):
        super().__init__(driver, index)
        self.avail = 0
        self.put("<H", 0x8000, 1)  # no interrupts

    def offer(self, pieces):
        head = self.next
        for i, (addr, length) in enumerate(pieces):
            more = NEXT if i + 1 < len(pieces) else 0
            following = (self.next + 1) % self.size
            self.put("<QIHH", self.next * 16, addr, length, self.write | more, following)
            self.next = following
        self.put("<H", 0x8004 + self.avail % self.size * 2, head)
        self.avail = (self.avail + 1) & 0xffff

    def publish(self):
        self.put("<H", 0x8002, self.avail)

    def reap(self):
        while self.seen != self.get16(0x10002):
            at = self.base + 0x10004 + self.seen % self.size * 8
            self.seen = (self.seen + 1) & 0xffff
            yield struct.unpack_from("<II", self.mem, at)

    def want_call(self, after):
        """Wants an interrupt once so many more buffers are used; None: at any."""
        self.put("<H", 0x8000, 0)
        if after is not None:
            self.put("<H", 0x8004 + self.size * 2, self.seen + after - 1 & 0xffff)

    def wants_kicks(self):
        return not self.get16(0x10000) & 1


class PackedRing(Ring):
    def __init__(self, driver, index):
        super().__init__(driver, index)
        self.wrap = self.used_wrap = 1
        self.lengths = {}
        self.put("<HH", 0x8000, 0, 1)  # no interrupts

    def offer(self, pieces):
        head, ident = None, self.next
        for i, (addr, length) in enumerate(pieces):
            flags = self.write | (NEXT if i + 1 < len(pieces) else 0)
            flags |= AVAIL if self.wrap else USED
            self.put("<QIH", self.next * 16, addr, length, ident)
            # Of a chain the first becomes available last.
            if head is None:
                head = (self.next, flags)
            else:
                self.put("<H", self.next * 16 + 14, flags)
            self.next += 1
            if self.next == self.size:
                self.next, self.wrap = 0, not self.wrap
        self.lengths[ident] = len(pieces)
        self.put("<H", head[0] * 16 + 14, head[1])

    def publish(self):
        pass

    def reap(self):
        while True:
            flags = self.get16(self.seen * 16 + 14)
            if not bool(flags & AVAIL) == bool(flags & USED) == bool(self.used_wrap):
                return
            # Only now: the flags are written last.
            length, ident = struct.unpack_from(
                "<IH", self.mem, self.base + self.seen * 16 + 8)
            self.seen += self.lengths.get(ident, 1)
            if self.seen >= self.size:
                self.seen, self.used_wrap = self.seen - self.size, not self.used_wrap
            yield ident, length

    def want_call(self, after):
        if after is None:
            self.put("<HH", 0x8000, 0, 0)
            return
        at, wrap = self.seen + after - 1, self.used_wrap
        if at >= self.size:
            at, wrap = at - self.size, not wrap
        self.put("<HH", 0x8000, at | wrap << 15, 2)

    def wants_kicks(self):
        return self.get16(0x10002) != 1
