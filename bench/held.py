# SPDX-License-Identifier: BSD-3-Clause
"""Files that the appliance has in its store before a run, as bytes."""
import struct

LIST = 500000   # entries; of one digit, as that many are to fit the store
CAPTURE = 1000  # frames of 64 bytes, UDP in IPv4


def values():
    return b"".join(b"%d\n" % (i * 7919 % 10) for i in range(LIST))


def csum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(number):
    """Its checksums are right, as the sink looks at them."""
    addresses = struct.pack(">II", 0x0a000001, 0x0a010000 + number)
    payload = bytes(18)
    udp = struct.pack(">HHHH", 1024 + number, 9, 8 + len(payload), 0) + payload
    pseudo = addresses + struct.pack(">HH", 17, len(udp))
    udp = udp[:6] + struct.pack(">H", csum(pseudo + udp)) + udp[8:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + addresses
    ip = ip[:10] + struct.pack(">H", csum(ip)) + ip[12:]
    return bytes(6) + b"\x02" + bytes(5) + b"\x08\x00" + ip + udp


def capture():
    records = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)]
    for number in range(CAPTURE):
        data = frame(number)
        records.append(struct.pack("<IIII", 0, number, len(data), len(data)) + data)
    return b"".join(records)
