# SPDX-License-Identifier: BSD-3-Clause
"""What `capture` and the client's `.capture` write is what a capture on the host has."""
import base64
import json
import os
import re
import signal
import socket
import struct
import subprocess
import zlib

from lab import PATIENCE, ROOT, lab, run_icount, until  # noqa: F401

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")


def records(data):
    """[(ns, bytes)] of a pcap file of QEMU's or ours."""
    tick = {0xA1B23C4D: 1, 0xA1B2C3D4: 1000}[struct.unpack("<I", data[:4])[0]]
    found, at = [], 24
    while at < len(data):
        s, part, length, was = struct.unpack("<IIII", data[at:at + 16])
        assert length == was
        found.append((s * 10**9 + part * tick, data[at + 16:at + 16 + length]))
        at += 16 + length
    return found


def client(lab, *lines, **more):
    words = [CLIENT, "a"]
    for line in lines:
        words += ["-c", line]
    return subprocess.run(words, env=lab.env, capture_output=True, timeout=PATIENCE,
                          cwd=lab.path, **more)


def traffic(port, count):
    return "rate 0 10kpps; dst 0 udp %d; start 0 count %d; wait idle" % (port, count)


def test_a_filter_keeps_what_a_capture_on_the_host_has(lab):
    host = lab.path / "host.pcap"
    lab.start("a", "--accel", "tcg", "--capture", "1=%s" % host)
    # Once without, once with a capture, which changes no counter.
    done = client(lab, "stats clear", traffic(7, 1000), traffic(8, 500),
                  "expect 1 rx.packets = 1500", "stats clear",
                  '.capture 1 filter "udp dst port 7" t.pcap',
                  traffic(7, 1000), traffic(8, 500), "capture off",
                  "expect 1 rx.packets = 1500", "expect 0 tx.packets = 1500",
                  ".download t.pcap")
    assert done.returncode == 0, done.stderr
    mine = records((lab.path / "t.pcap").read_bytes())
    theirs = [octets for _, octets in records(host.read_bytes())[1500:]
              if octets[36:38] == b"\0\7"]
    assert len(mine) == 1000
    assert [octets for _, octets in mine] == theirs
    took = mine[-1][0] - mine[0][0]
    # By the appliance's clock, which goes on while the host has no time for it.
    assert 9 * 10**7 < took < PATIENCE * 10**9

    # A long program goes by a file that does not stay.
    hosts = " or ".join("host 10.0.%d.1" % i for i in range(60))
    done = client(lab, '.capture 1 filter "not (%s)" all.pcap' % hosts, traffic(7, 10),
                  "capture off --json", "ls", ".download all.pcap")
    assert done.returncode == 0, done.stderr
    assert b"capture.bpf" not in done.stdout
    assert json.loads(done.stdout.split(b"\n")[1 if done.stdout[:4] == b"room" else 0]
                      )["filter"] > 100
    assert len(records((lab.path / "all.pcap").read_bytes())) == 10

    # What cannot be run is refused, by the appliance too.
    for filter, why in (("ip6 protochain 6", "E_RANGE: the filter is refused: instruction"),
                        ("tcp prot 5", "filter 'tcp prot 5': ")):
        done = client(lab, '.capture 1 filter "%s" x.pcap' % filter)
        assert done.returncode == 1 and why in done.stderr.decode()


def test_a_live_capture_goes_into_a_pipe(lab):
    lab.start("a", "--accel", "tcg")
    live = [CLIENT, "a", "-c", "rate 0 500pps; start 0", "-c"]
    writer = subprocess.Popen(live + [".capture 1 count 300 -"], env=lab.env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader = subprocess.run(["tshark", "-i", "-", "-T", "fields", "-e", "frame.number",
                             "-e", "udp.length"], stdin=writer.stdout, capture_output=True,
                            timeout=PATIENCE)
    writer.stdout.close()
    err = writer.stderr.read()
    assert writer.wait(PATIENCE) == 0, err
    assert b"300 frames captured, 0 dropped" in err
    assert reader.stdout.split(b"\n")[:-1] == [b"%d\t26" % (i + 1) for i in range(300)]

    # ^C ends it, and what came is a whole file, of as many frames as are said.
    writer = subprocess.Popen(live + [".capture 1 -"], env=lab.env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    data = writer.stdout.read(4096)
    writer.send_signal(signal.SIGINT)
    data += writer.stdout.read()
    said = re.match(rb".*?(\d+) frames captured, 0 dropped", writer.stderr.read(), re.DOTALL)
    writer.wait(PATIENCE)
    assert len(records(data)) == int(said[1]) > 40
    assert "off" in json.loads(client(lab, "capture --json").stdout)["state"]

    # So does a reader that has gone.
    done = subprocess.run("%s a -c '.capture 1 -' | head -c 100" % CLIENT, shell=True,
                          env=lab.env, capture_output=True, timeout=PATIENCE)
    assert len(done.stdout) == 100 and b"frames captured" in done.stderr
    # What is faster than it is read is counted.
    done = client(lab, "rate 0 max", ".capture 1 count 2000 room 8192 -", "capture --json",
                  "stop 0")
    assert re.search(rb"2000 frames captured, [1-9]\d* dropped", done.stderr), done.stderr
    assert len(records(done.stdout[:done.stdout.rindex(b'{"state"')])) == 2000


def see_live(lab):
    """Has tshark read a capture that is faster than it is read; returns the numbers that it
    has, how many the capture says it dropped, and how many the wire lost before it."""
    writer = subprocess.Popen(
        [CLIENT, "a", "-c", "stats clear; signature 0 on; rate 0 10kpps; start 0",
         "-c", ".capture 1 count 1000 room 8192 -", "-c", "stop 0; wait 0 idle",
         "-c", "expect 0 loss = 0"],
        env=lab.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader = subprocess.run(["tshark", "-i", "-", "-c", "1000", "-T", "fields", "-e",
                             "data.data"], stdin=writer.stdout, capture_output=True,
                            text=True, timeout=PATIENCE)
    writer.stdout.close()
    err = writer.stderr.read().decode()
    whole = writer.wait(PATIENCE) == 0
    dropped = int(re.search(r"1000 frames captured, (\d+) dropped", err)[1])
    return [int(data[10:20], 16) for data in reader.stdout.split()], dropped, whole


def test_what_tshark_does_not_see_is_counted(lab):
    """Of the frames from the first to the last that it has, each number that is missing is
    one that the capture dropped."""
    one, other = lab.path / "one", lab.path / "other"
    # A wire that keeps the order.
    lab.start("a", "--accel", "tcg", "--net", "dgram:%s,%s" % (one, other),
              "--net", "dgram:%s,%s" % (other, one))
    for _ in range(20):
        seen, dropped, whole = see_live(lab)
        # What the wire loses on a busy host is missing, too, and proves nothing.
        if whole and dropped:
            break
    assert whole and dropped
    assert len(set(seen)) == 1000
    assert max(seen) - min(seen) + 1 - 1000 == dropped


def test_on_a_wire_that_reorders_each_is_captured_or_dropped(lab):
    """QEMU's hub puts frames that it had to hold behind later ones, so that of a capture that
    ends in a run, numbers between its lowest and highest may be neither; of one around a
    run each is one of both."""
    lab.start("a", "--accel", "tcg", "--net", "loop", "--net", "loop")
    writer = subprocess.Popen(
        [CLIENT, "a", "-c", "signature 0 on; rate 0 100kpps; after 0 10s; start 0 count 8000",
         "-c", ".capture 1 room 8192 -"],
        env=lab.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader = subprocess.Popen(["tshark", "-i", "-", "-T", "fields", "-e", "data.data"],
                              stdin=writer.stdout, stdout=subprocess.PIPE, text=True)
    writer.stdout.close()

    def came():
        line = subprocess.run([CLIENT, "a", "--watch", "-c", "stats 1 --json"], env=lab.env,
                              capture_output=True, timeout=PATIENCE).stdout
        return json.loads(line)["ports"][0]["rx"]["packets"]

    until(lambda: came() == 8000)
    writer.send_signal(signal.SIGINT)
    seen = {int(data[10:20], 16) for data in reader.communicate(timeout=PATIENCE)[0].split()}
    said = re.search(rb"(\d+) frames captured, (\d+) dropped", writer.stderr.read())
    writer.wait(PATIENCE)
    assert len(seen) == int(said[1]) and seen <= set(range(8000))
    assert int(said[2]) and len(seen) + int(said[2]) == 8000


def numbers(frames):
    """Of signed frames, as their signatures have them."""
    return [int.from_bytes(octets[-13:-8], "big") for octets in frames]


def make_capture(path, frames, length):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for i in range(frames):
            out.write(struct.pack("<IIII", 0, i * 50000, length, length))
            out.write(bytes(12) + b"\x88\xb5"
                      + (struct.pack("<I", i) * (length // 4))[:length - 14])


def test_the_data_channel_feeds_and_takes_captures(lab):
    """More than the store has room for, each frame of it, on a machine whose devices are
    on MMIO; a client that is killed in between, and one that is in the way."""
    host, big = lab.path / "host.pcap", lab.path / "big.pcap"
    lab.start("a", "--accel", "tcg", "--machine", "microvm", "--capture", "1=%s" % host)
    make_capture(big, 2500, 1400)
    done = client(lab, ".play 0 big.pcap", "start 0; wait idle", "play --json; df --json")
    assert done.returncode == 0, done.stderr
    play, room = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    assert play["streams"][0]["fed"] == 2500 * 1416 > 2 * room["limit"]
    assert [octets for _, octets in records(host.read_bytes())] == \
        [octets for _, octets in records(big.read_bytes())]

    live = ["play 0 off; rate 0 20kpps; signature on; start 0", ".capture 1 count 4000 -",
            "channel --json; stop 0"]
    # One that is killed leaves a capture on and its bytes on the way.
    killed = subprocess.Popen([CLIENT, "a", "-c", live[0], "-c", ".capture 1 -"], env=lab.env,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    killed.stdout.read(100000)
    killed.kill()
    killed.communicate()
    done = client(lab, "capture off --json", "stop 0", *live)
    assert done.returncode == 0, done.stderr
    assert b"4000 frames captured, 0 dropped" in done.stderr, done.stderr
    _, rest = done.stdout.split(b"}\n", 1)
    rest = rest[rest.index(b"\x4d\x3c\xb2\xa1"):]
    data, tail = rest[:rest.rindex(b'{"state"')], rest[rest.rindex(b'{"state"'):]
    taken = [octets for _, octets in records(data)]
    assert json.loads(tail.splitlines()[0])["given"] > len(data)
    first = numbers(taken)[0]
    assert numbers(taken) == list(range(first, first + 4000))
    theirs = {octets for _, octets in records(host.read_bytes())}
    assert theirs.issuperset(taken)

    # Who has the socket and says nothing of sense is in nobody's way.
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(str(lab.run_dir / "ukpktgen" / "a.data"))
        other.sendall(os.urandom(20000))
        done = client(lab, ".upload %s cmds" % __file__, ".download cmds back.py")
        assert done.returncode == 0 and b"does not answer" in done.stderr, done.stderr
    done = client(lab, "rm cmds", ".upload %s cmds" % __file__, "channel --json")
    assert b"does not answer" not in done.stderr, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["stray"] > 0
    assert (lab.path / "back.py").read_bytes() == open(__file__, "rb").read()


def judge_played(recorded, theirs):
    """What was recorded is played at its own times, then twice as fast, with another port."""
    played, fast = theirs[300:600], theirs[600:]
    assert [octets for _, octets in played] == [octets for _, octets in recorded]
    assert [octets[:36] for _, octets in fast] == [octets[:36] for _, octets in recorded]
    assert all(octets[36:38] == b"\0\65" for _, octets in fast)
    for sent, speed in ((played, 1), (fast, 2)):
        off = [ns - sent[0][0] - (was - recorded[0][0]) // speed
               for (ns, _), (was, _) in zip(sent, recorded)]
        # Within 1 us, the second frame's gap included, and QEMU cuts times to one more.
        middle = sorted(off)[150]
        late = sorted(abs(ns - middle) for ns in off[1:])
        assert late[295] <= 2000 and abs(off[1] - middle) <= 2000, off
        assert abs(off[1]) <= 3000, off


def test_times_are_those_of_the_host(lab):
    """By QEMU's clock, which counts the guest's instructions here (-icount)."""
    host = lab.path / "host.pcap"
    line = ("rate 10kpps; size 128; signature on; capture 0-1 both t.pcap; "
            "start 0 count 1000; wait idle; capture off; get t.pcap --json; "
            "signature off; gap poisson; capture 0 tx p.pcap; start 0 count 300; wait idle; "
            "capture off; get p.pcap --json; gap even; play 0 p.pcap; start 0; wait idle; "
            "play 0 p.pcap speed 2x; set udp.dst 53; start 0; wait idle; quit")
    done = run_icount(host, 0, line)
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout
    files = []
    for text in re.findall(r'\[1\] (\{"offset".*\})', done.stdout):
        piece = json.loads(text)
        part = base64.b64decode(piece["data"])
        if not piece["offset"]:
            files.append(b"")
        assert piece["offset"] == len(files[-1]) and zlib.crc32(part) == int(piece["crc32"], 16)
        files[-1] += part
    both, recorded = (records(data) for data in files)
    assert len(both) == 2000
    # Each is sent, then received; it has its number in its signature.
    sent, received = {}, {}
    for ns, octets in both:
        (received if octets in sent else sent)[octets] = ns
    theirs = records(host.read_bytes())
    judge_played(recorded, theirs[1000:])
    theirs = theirs[:1000]
    assert [octets for _, octets in theirs] == list(sent) == list(received)
    # How the very first frame is made takes its time.
    host_ns = [ns for ns, _ in theirs][1:]
    for mine in (sent, received):
        off = sorted(a - b for a, b in zip(list(mine.values())[1:], host_ns))
        # QEMU's times are cut to a microsecond, which is one more.
        assert off[-10] - off[10] < 2000, off[::100]
        middle = (off[10] + off[-10]) // 2
        # A received one waits while the console has its turn.
        assert off[0] > middle - 2000 and off[-1] < middle + 10000, off[::100]
