# SPDX-License-Identifier: BSD-3-Clause
"""Files over the serial line, by a client written from docs/protocol.md."""
import base64
import json
import os
import random
import subprocess
import sys
import zlib

import pytest

from lab import IMAGE, PATIENCE, Line, lab  # noqa: F401

PIECE = 720
AHEAD = 16


def crc(data):
    return "%08x" % zlib.crc32(data)


def put(line, name, data):
    reply = line.json("put %s %d %s --json" % (name, len(data), crc(data)))
    return reply["offset"]


def chunk(name, data, offset):
    piece = data[offset:offset + PIECE]
    return "chunk %s %d %s %s --json" % (name, offset, crc(piece),
                                         base64.b64encode(piece).decode())


def upload(line, name, data, until=None, told=lambda offset: None):
    """Up to `until`; pieces are sent ahead. Returns where it began; tells how far
    it is known to have come."""
    begin = put(line, name, data)
    end = len(data) if until is None else until
    waiting = []
    for offset in range(begin, end, PIECE):
        tag = "u%d" % offset
        line.send(("@%s %s\n" % (tag, chunk(name, data, offset))).encode())
        waiting.append((tag, min(offset + PIECE, len(data))))
        if len(waiting) == AHEAD:
            told(acknowledged(line, *waiting.pop(0)))
    for one in waiting:
        told(acknowledged(line, *one))
    return begin


def acknowledged(line, tag, offset):
    assert line.read_reply(tag) == (['{"offset":%d}' % offset], "OK")
    return offset


def download(line, name, have=b""):
    lines = line.ask("get %s %d --json" % (name, len(have)))
    head, pieces = json.loads(lines[0]), map(json.loads, lines[1:])
    for piece in pieces:
        data = base64.b64decode(piece["data"], validate=True)
        assert piece["offset"] == len(have) and piece["crc32"] == crc(data)
        have += data
    assert head == {"name": name, "size": len(have), "crc32": crc(have)}
    return have


def client(sock, way, path, have):
    """What a test kills: says after each piece how much has gone over."""
    def told(offset):
        print(offset, flush=True)

    with Line(sock, 0) as line, open(path, "rb" if way == "up" else "ab") as file:
        if way == "up":
            upload(line, "a", file.read(), told=told)
            return
        line.send(b"@g get a %s --json\n" % have.encode())
        while True:
            text = line.read_line()
            if text.startswith('@g {"offset"'):
                file.write(base64.b64decode(json.loads(text[3:])["data"]))
                file.flush()
                told(file.tell())


def kill_client(line, way, path, at, have=0):
    """Runs one and kills it once `at` bytes have gone over; returns how many it
    knew of. What it left on the line is ended as docs/protocol.md says."""
    with subprocess.Popen([sys.executable, __file__, line.path, way, str(path),
                           str(have)], stdout=subprocess.PIPE) as child:
        done = 0
        for text in child.stdout:
            done = int(text)
            if done >= at:
                break
        child.kill()
        assert child.wait(PATIENCE) == -9
    line.rest = b""
    line.open().send(b"\x03")
    return done


def files(line):
    return [f["name"] for f in line.json("ls --json")["files"]]


@pytest.fixture
def line(lab):
    with lab.start("a") as one:
        yield one


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_a_megabyte_goes_up_and_down(lab, machine):
    data = random.Random(1).randbytes(1 << 20)
    with lab.start("a", "--machine", machine) as line:
        upload(line, "big", data)
        assert line.json("df --json")["used"] == len(data)
        assert download(line, "big") == data


def test_traffic_goes_on_meanwhile(line):
    data = random.Random(2).randbytes(100000)
    line.ask("rate 1kpps; start 0")
    upload(line, "a", data)
    assert download(line, "a") == data
    before = line.ports()[0]["tx"]["packets"]
    line.ask("sleep 100ms; stop")
    port = line.ports()
    assert before > 0
    assert port[0]["tx"]["packets"] == port[1]["rx"]["packets"] > before


def test_a_damaged_piece_is_refused_and_sent_again(line):
    data = random.Random(3).randbytes(3000)
    put(line, "a", data)
    good = chunk("a", data, 0)
    for bad in (good.replace(crc(data[:PIECE]), "00000000"),
                chunk("a", b"x" + data[1:], 0).replace(
                    crc(b"x" + data[1:PIECE]), crc(data[:PIECE]))):
        assert line.raw(bad.encode())[1].startswith("ERR E_CRC ")
    for bad in ("chunk a 0 00000000 ====", "chunk a 0 00000000 abc",
                "chunk a 0 0 AAAA", "put a 0x10 00000000", "put a/b 1 00000000"):
        assert line.raw(bad.encode())[1].startswith("ERR E_SYNTAX ")
    for bad in (chunk("a", data, PIECE), chunk("b", data, 0)):
        assert line.raw(bad.encode())[1].startswith("ERR E_STATE ")
    assert put(line, "a", data) == 0 and files(line) == []
    assert upload(line, "a", data) == 0
    assert download(line, "a") == data


def test_a_file_whose_crc_is_wrong_never_appears(line):
    upload(line, "a", b"old")
    line.ask("put a 3 00000000")
    end = line.raw(chunk("a", b"new", 0).encode())[1]
    assert end.startswith("ERR E_CRC 1 ")
    assert download(line, "a") == b"old"
    line.ask("put a 3 " + crc(b"new"))
    assert download(line, "a") == b"old"
    end = line.raw(chunk("a", b"longer", 0).encode())[1]
    assert end.startswith("ERR E_RANGE ")
    upload(line, "a", b"new")
    assert download(line, "a") == b"new"


def test_a_client_that_is_lost_goes_on(lab):
    data = random.Random(4).randbytes(200000)
    line = lab.start("a").open()
    assert upload(line, "a", data, until=90000) == 0
    line.send(chunk("a", data, 90000)[:300].encode())
    line.close()
    line.rest = b""
    with line:
        assert upload(line, "a", data) == 90000
        # Whose last acknowledgement was lost learns that all is there.
        assert put(line, "a", data) == len(data)
        line.send(b"@g get a --json\n")
        line.read_line()
    line.rest = b""
    with line:
        assert download(line, "a", data[:76800]) == data


def test_a_client_that_is_killed_while_it_sends_goes_on(lab, tmp_path):
    data = random.Random(7).randbytes(1 << 19)
    path = tmp_path / "file"
    path.write_bytes(data)
    line = lab.start("a")
    known = 0
    # In the middle of whatever it was sending; more than once.
    for at in (100000, 200001):
        known = kill_client(line, "up", path, at)
        assert at <= known < len(data)
        assert files(line) == []
        line.close()
    with line:
        begin = upload(line, "a", data)
        assert known <= begin < len(data)
        assert download(line, "a") == data


def test_a_client_that_is_killed_while_it_fetches_goes_on(lab, tmp_path):
    data = random.Random(8).randbytes(1 << 19)
    path = tmp_path / "file"
    path.touch()
    line = lab.start("a")
    with line:
        upload(line, "a", data)
    for at in (100000, 200001):
        have = os.path.getsize(path)
        assert at <= kill_client(line, "down", path, at, have) < len(data)
        # What it had begun ends at once for whoever comes next.
        assert line.ask("df --json")
        line.close()
    have = path.read_bytes()
    assert 200001 <= len(have) < len(data) and have == data[:len(have)]
    with line:
        assert download(line, "a", have) == data


def test_the_store_gets_full(line):
    df = line.json("df --json")
    assert df["free"] == df["limit"] >= 1 << 20
    whole = bytes(df["limit"])
    end = line.raw(b"put a %d 00000000" % (len(whole) + 1))[1]
    assert end.startswith("ERR E_FULL ")
    upload(line, "small", b"x")
    end = line.raw(b"put a %d 00000000" % len(whole))[1]
    assert end.startswith("ERR E_FULL ")
    line.ask("rm small")
    assert put(line, "a", whole) == 0
    for i in range(64):
        assert put(line, "f%d" % i, b"") == 0
    end = line.raw(b"put f64 0 00000000")[1]
    assert end.startswith("ERR E_FULL ")
    assert len(files(line)) == 64
    upload(line, "f3", b"there is a place for this one")
    assert "E_NOFILE" in line.raw(b"rm f1 f64 f2")[1]
    line.ask("rm f1 f2 f1")
    assert len(files(line)) == 62 and "f1" not in files(line)


def test_cat_shows_any_bytes_harmlessly(line):
    data = "one\n\ttwo\n\nünï\n".encode() + bytes(range(256)) + b"x" * 3000
    upload(line, "a", data)
    shown = line.ask("cat a")
    assert shown[:4] == ["one", "\\x09two", "", "ünï"]
    assert all(c.isprintable() for c in "".join(shown))
    assert "".join(shown).endswith("x" * 3000)
    upload(line, "b", b"\n" * 5000)
    assert line.ask("cat b") == [""] * 5000
    upload(line, "c", b"")
    assert line.ask("cat c") == []
    assert "E_NOFILE" in line.raw(b"cat d")[1]


def newc(name, data, mode=0o100644, magic=b"070701"):
    name = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = magic + b"".join(b"%08x" % f for f in fields) + name
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def boot(tmp_path, archive, requests, machine="q35", memory="16M"):
    path = tmp_path / "initrd"
    path.write_bytes(archive)
    machine = {"q35": ["-M", "q35"], "microvm": [
        "-M", "microvm,acpi=off,isa-serial=on,rtc=off"]}[machine]
    done = subprocess.run(
        ["qemu-system-x86_64", *machine, "-accel", "tcg", "-cpu", "max", "-m",
         memory, "-kernel", IMAGE, "-initrd", str(path), "-nodefaults",
         "-no-user-config", "-display", "none", "-no-reboot", "-serial",
         "stdio"], input="@1 %s\n@2 quit\n" % requests, text=True,
        capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0 and "CRASH" not in done.stdout, done.stdout
    assert "@2 OK" in done.stdout, done.stdout
    return done.stdout.splitlines()


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_an_initrd_fills_the_store(tmp_path, machine):
    big = random.Random(5).randbytes(1 << 20)
    archive = newc(".", b"", 0o40755) + newc("a.cmds", b"rate 1kpps\nstart\n") + \
        newc("x/y", b"no") + newc("n" * 32, b"no") + newc("empty", b"") + \
        newc("big", big) + newc("huge", bytes(1 << 20)) + \
        newc("last", b"1") + newc("TRAILER!!!", b"")
    lines = boot(tmp_path, archive, "ls --json; cat a.cmds", machine)
    listed = next(l for l in lines if l.startswith("@1 {"))
    assert {f["name"]: (f["size"], f["crc32"])
            for f in json.loads(listed[3:])["files"]} == {
        "a.cmds": (17, crc(b"rate 1kpps\nstart\n")), "empty": (0, "00000000"),
        "big": (len(big), crc(big)), "last": (1, crc(b"1"))}
    assert "@1 rate 1kpps" in lines
    told = [l for l in lines if "initrd:" in l]
    assert [w in t for w, t in zip((" .: ", "x/y", "nnn", "huge"), told)] == \
        [True] * 4 and len(told) == 4


BROKEN = {
    "gzip": b"\x1f\x8b\x08 gzip",
    "text": b"x" * 5000,
    "header": newc("a", b"1")[:60],
    "cut": newc("a", b"1" * 999)[:300],
    "trailer": newc("a", b"1"),
    "crc-form": newc("a", b"1", magic=b"070702"),
    "lengths": b"070701" + b"f" * 104,
    "random": random.Random(6).randbytes(100000),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_initrd_is_told(tmp_path, how):
    lines = boot(tmp_path, BROKEN[how], "ls", memory="4M")
    assert [l for l in lines if "initrd: at byte" in l]


if __name__ == "__main__":
    client(*sys.argv[1:])
