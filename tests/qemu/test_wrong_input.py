# SPDX-License-Identifier: BSD-3-Clause
"""Wrong input in each command: a coded error, and nothing changes."""
import json

from lab import lab  # noqa: F401

LONG = b"x" * 4000

# Command, what is wrong with it, and how the error must begin.
WRONG = [
    (b"sizes 64", "E_UNKNOWN 1"), (b"S1ZE 64", "E_UNKNOWN 1"),
    (b"\xc3\xa4\xc3\xb6 64", "E_UNKNOWN 1"), (b"sleep;", "E_MISSING 6"),
    (b"expect", "E_MISSING 7"), (b"size 63", "E_RANGE 6"),
    (b"size 9019", "E_RANGE 6"), (b"size 9000", "E_RANGE 6"),
    (b"size 99999999999999999999", "E_RANGE 6"), (b"size -1", "E_SYNTAX 6"),
    (b"size 0x40", "E_SYNTAX 6"), (b"size six", "E_SYNTAX 6"),
    (b"size 0 65 66", "E_SURPLUS 11"), (b"size 2 64", "E_RANGE 6"),
    (b"size 0,9 64", "E_RANGE 6"), (b"size 64 --json", "E_SYNTAX 9"),
    (b"size \xef\xbc\x96\xef\xbc\x94", "E_SYNTAX 6"), (b"size 6\x014", "E_BYTE 7"),
    (b"size \x1b[A64", "E_BYTE 6"), (b"size 6\x004", "E_BYTE 7"),
    (b"size \"64", "E_SYNTAX 6"), (b"size " + LONG, "E_LONG"),
    (b"rate 1", "E_SYNTAX 6"), (b"rate fast", "E_SYNTAX 6"),
    (b"rate 10mpp", "E_SYNTAX 6"), (b"rate 0pps", "E_RANGE 6"),
    (b"rate 1 2pps 3", "E_SURPLUS 13"), (b"rate 10000000mpps", "E_RANGE 6"),
    (b"rate 0.00001pps", "E_RANGE 6"), (b"rate 1e6", "E_SYNTAX 6"),
    (b"rate 99999999999999999999999pps", "E_RANGE 6"),
    (b"rate \xc2\xb5", "E_SYNTAX 6"), (b"rate 1\x7f", "E_BYTE 7"),
    (b"rate " + LONG, "E_LONG"),
    (b"mode 0 1", "E_SYNTAX 8"), (b"mode up", "E_SYNTAX 6"),
    (b"mode tx rx", "E_SURPLUS 9"), (b"mode 0 tx rx", "E_SURPLUS 11"),
    (b"mode 7 tx", "E_RANGE 6"), (b"mode t\x08x", "E_BYTE 7"),
    (b"mode \xc3\xa9", "E_SYNTAX 6"), (b"mode " + LONG, "E_LONG"),
    (b"start x", "E_SYNTAX 7"), (b"start 2", "E_RANGE 7"),
    (b"start 0 1", "E_SYNTAX 9"), (b"start 1-", "E_SYNTAX 7"),
    (b"start 1-0", "E_"), (b"start \xf0\x9f\x9a\x80", "E_SYNTAX 7"),
    (b"start \x02", "E_BYTE 7"), (b"start " + LONG, "E_LONG"),
    (b"stop x", "E_SYNTAX 6"), (b"stop 2", "E_RANGE 6"),
    (b"stop 0 0", "E_SURPLUS 8"), (b"stop --now", "E_SYNTAX 6"),
    (b"stop \xff", "E_SYNTAX 6"), (b"stop \x0c", "E_BYTE 6"),
    (b"stop " + LONG, "E_LONG"),
    (b"stats x", "E_SYNTAX 7"), (b"stats 3", "E_RANGE 7"),
    (b"stats clear 0", "E_"), (b"stats clear now", "E_"),
    (b"stats every", "E_MISSING 12"), (b"stats every x", "E_SYNTAX 13"),
    (b"stats every 1", "E_SYNTAX 13"), (b"stats every 1us", "E_RANGE 13"),
    (b"stats every 1s 0", "E_RANGE 16"), (b"stats every 1s 1 1", "E_"),
    (b"stats --jsn", "E_SYNTAX 7"), (b"stats --json --json", "E_SYNTAX 14"),
    (b"stats \xe2\x82\xac", "E_SYNTAX 7"), (b"stats \x03", "E_BYTE 7"),
    (b"stats " + LONG, "E_LONG"),
    (b"port x", "E_SYNTAX 6"), (b"port 2", "E_RANGE 6"),
    (b"port 0 1", "E_SYNTAX 8"), (b"port \xc3\x9f", "E_SYNTAX 6"),
    (b"port 0\x00", "E_BYTE 7"), (b"port " + LONG, "E_LONG"),
    (b"sleep", "E_MISSING 6"), (b"sleep 5", "E_SYNTAX 7"),
    (b"sleep x", "E_SYNTAX 7"), (b"sleep 1s 2s", "E_SURPLUS 10"),
    (b"sleep 25h", "E_RANGE 7"), (b"sleep 1\xc2\xb5s", "E_SYNTAX 7"),
    (b"sleep \x1a", "E_BYTE 7"), (b"sleep " + LONG, "E_LONG"),
    (b"help nothing", "E_UNKNOWN 6"), (b"help a b", "E_SURPLUS 8"),
    (b"help \xc3\xa4", "E_SYNTAX 6"), (b"help \x05", "E_BYTE 6"),
    (b"help " + LONG, "E_LONG"),
    (b"version 1", "E_SURPLUS 9"), (b"version --x", "E_SYNTAX 9"),
    (b"version \x06", "E_BYTE 9"), (b"version " + LONG, "E_LONG"),
    (b"version \xc3\xa4", "E_SURPLUS 9"),
    (b"quit now", "E_SURPLUS 6"), (b"quit --now", "E_SYNTAX 6"),
    (b"quit \x07", "E_BYTE 6"), (b"quit \xc3\xa4", "E_SURPLUS 6"),
    (b"quit " + LONG, "E_LONG"), (b"crash null", "E_UNKNOWN 1"),
    (LONG, "E_LONG"),
    (b"cat", "E_MISSING 4"), (b"cat nofile", "E_NOFILE 5"), (b"cat a/b", "E_SYNTAX 5"),
    (b"rm", "E_MISSING 3"), (b"rm nofile", "E_NOFILE 4"), (b"ls x", "E_SURPLUS 4"),
    (b"df --x", "E_SYNTAX 4"), (b"put x", "E_MISSING 6"), (b"put x y z", "E_SYNTAX 7"),
    (b"put x 99999999 00000000", "E_FULL 7"), (b"get nofile", "E_NOFILE 5"),
    (b"get x y", "E_SYNTAX 7"), (b"chunk x 0 00000000 !!", "E_SYNTAX 20"),
    (b"complete", "E_MISSING 9"), (b"complete a b", "E_SURPLUS 12"),
    (b"help --jso", "E_SYNTAX 6"),
    (b"size imx", "E_SYNTAX 6"), (b"size 64:0", "E_RANGE 6"), (b"size 64,63", "E_RANGE 9"),
    (b"size 64,x", "E_SYNTAX 9"), (b"size 64:9999,65:2", "E_RANGE 14"),
    (b"size 64,1519", "E_RANGE 9"), (b"size 64,", "E_SYNTAX 9"),
    (b"size imix abx", "E_SYNTAX 13"), (b"size imix ai", "E_RANGE 12"),
    (b"size random", "E_SYNTAX 12"), (b"size random 64-1519", "E_RANGE 16"),
    (b"size 64-70 step 7", "E_RANGE 17"), (b"size 64-70 step 2 2", "E_SURPLUS 19"),
    (b"src x", "E_SYNTAX 5"), (b"src mac 0", "E_SYNTAX 9"), (b"src mac 1", "E_SYNTAX 9"),
    (b"src mac 02:00:00:00:00:0\xc3", "E_SYNTAX 9"), (b"src ip 1.2.3.256", "E_RANGE 8"),
    (b"src ip 1.2.3", "E_SYNTAX 8"), (b"src ip 1.2.3.4/33", "E_RANGE 8"),
    (b"src ip6 ::/95", "E_SYNTAX 5"), (b"set ipv4.src :::", "E_SYNTAX 14"),
    (b"src udp 65536", "E_RANGE 9"), (b"src 2 udp 5", "E_RANGE 5"),
    (b"dst ipx 5", "E_SYNTAX 5"), (b"dst ip 1.2.3.4 5", "E_SURPLUS 16"),
    (b"dst mac 02:00:00:00:00:01/8", "E_SYNTAX 9"), (b"dst " + LONG, "E_LONG"),
    (b"proto x", "E_SYNTAX 7"), (b"proto ipv5", "E_SYNTAX 7"), (b"proto ipv6", "E_STATE 7"),
    (b"ttl 0 x", "E_SYNTAX 7"), (b"ttl 256", "E_RANGE 5"), (b"ttl 1 2 3", "E_SURPLUS 9"),
    (b"headers eth/ipv5", "E_SYNTAX 9"), (b"headers udp", "E_SYNTAX 9"),
    (b"headers eth/ipv6/tcp", "E_STATE 9"), (b"headers eth/" + b"vlan/" * 20 + b"ipv4", "E_RANGE 9"),
    (b"headers eth/ipv4/udp size 5", "E_RANGE 27"), (b"vlan 4096", "E_RANGE 6"),
    (b"vlan 5 prio 8", "E_RANGE 13"), (b"set vlan.id 5", "E_SYNTAX 5"),
    (b"set ipv4.tll", "E_SYNTAX 5"), (b"set udp.src 5-", "E_SYNTAX 13"),
    (b"set udp.src 1-65536", "E_RANGE 13"), (b"set udp.src 1 every 0", "E_"),
    (b"set @60 5", "E_STATE 9"), (b"set @24 1-5", "E_STATE 9"), (b"set ipv4.options zz", "E_SYNTAX 18"),
    (b"vary nested ipv4.src", "E_STATE 13"), (b"vary nested x.y", "E_SYNTAX 13"),
    (b"payload hex 0", "E_SYNTAX 13"), (b"payload text \"\"", "E_RANGE 14"),
    (b"tcp flags syn", "E_STATE"), (b"dscp 64", "E_RANGE 6"), (b"seed x", "E_SYNTAX 6"),
    (b"show frame x", "E_SYNTAX"), (b"show frame 0 5", "E_RANGE 14"),
    (b"show frame 0 --pcap", "E_MISSING"), (b"show stream 0.9", "E_RANGE 13"),
    (b"set udp.src list @none", "E_NOFILE 18"),
    (b"linkspeed 10", "E_SYNTAX 11"), (b"linkspeed 1kbps", "E_RANGE 11"),
    (b"linkspeed 10gbpsl1", "E_SYNTAX 11"), (b"linkspeed max", "E_SYNTAX 11"),
    (b"start count", "E_MISSING 12"), (b"start count 0", "E_RANGE 13"),
    (b"start for 5", "E_SYNTAX 11"), (b"start for 0s", "E_RANGE 11"),
    (b"start 1 count 5", "E_STATE 7"), (b"start count 5 for 5s", "E_SURPLUS"),
]

# What no command takes, whichever it is: so that a new one is tested too.
NEVER = [(LONG, "E_LONG"), (b"\x01", "E_BYTE"), (b"x\x00", "E_BYTE"),
         (b"\xc3\xa4 " * 12, "E_"), (b"--no-such-flag", "E_SYNTAX")]


def state(line):
    """All there is to change."""
    return line.ask("port --json"), line.ask("stats --json"), line.ask("df --json")


def test_a_programs_wrong_lines(lab):
    with lab.start("a") as line:
        before = state(line)
        for command, wanted in WRONG:
            lines, end = line.raw(command)
            assert end.startswith("ERR " + wanted), (command[:60], end)
            assert lines == [], command[:60]
        assert state(line) == before
        line.ask("size 65")
        assert line.json("port --json")["ports"][0]["size"] == 65


def test_every_command_refuses_what_none_takes(lab):
    with lab.start("a") as line:
        names = [json.loads(reply)["command"] for reply in line.ask("help --json")]
        assert len(names) >= 18 and "quit" in names
        before = state(line)
        for name in set(names) - {"echo"}:  # which takes any text
            for rest, wanted in NEVER:
                if name == "echo" and wanted in ("E_", "E_SYNTAX"):
                    continue  # any text is what it is for
                lines, end = line.raw(name.encode() + b" " + rest)
                assert end.startswith("ERR " + wanted), (name, rest[:20], end)
                assert lines == [], (name, rest[:20])
        assert state(line) == before


def test_what_stands_before_the_wrong_command_is_done_the_rest_is_not(lab):
    with lab.start("a") as line:
        _, end = line.raw(b"size 128; rate nonsense; size 256")
        assert end.startswith("ERR E_SYNTAX 16 ")
        assert line.json("port --json")["ports"][0]["size"] == 128


def test_a_persons_wrong_lines(lab):
    """Typed: every byte a key. What is not text must not become text."""
    typed = [w for w in WRONG if not set(w[0]) & set(b"\x00\x01\x02\x03\x05\x06\x08\x0c\x1b\x7f")]
    with lab.start("a") as line:
        before = state(line)
        for command, wanted in typed:
            line.send(b"\x15" + command + b"\r")
            line.ask("")
            code = wanted.split()[0]
            assert code.encode() in line.seen[-1500:], (command[:60], line.seen[-300:])
            line.seen = b""
        assert state(line) == before


def test_bad_tags(lab):
    with lab.start("a") as line:
        for bad in [b"@", b"@ version", b"@" + b"t" * 33 + b" version",
                    b"@\x01 version", b"@\xc3\xa4 version", b"@@" + LONG]:
            line.send(bad + b"\n")
            assert line.read_reply("?")[1].startswith("ERR E_TAG 0 "), bad
        line.ask("version")
