# SPDX-License-Identifier: BSD-3-Clause
"""A program that knows docs/protocol.md, and what `help --json` tells, drives an
appliance."""
import base64
import json
import os
import re
import subprocess
import sys
import time

import pytest

from lab import PATIENCE, ROOT, captured, lab  # noqa: F401 (a fixture)
from program import Failed, Program, crc

# How a run came out, behind its count.
SUM = r" time=\d+\.\d{3}s rate=\d+\.\d{3}pps( skipped=\d+)? missing=0 (IN)?(VALID|SUSPECT)"


@pytest.fixture
def program(lab):  # noqa: F811
    return Program(lab.start("proto").path)


def test_a_whole_measurement(lab, tmp_path):  # noqa: F811
    pcap = tmp_path / "port1.pcap"
    program = Program(lab.start("proto", "--capture", "1=%s" % pcap).path)
    assert program.ask("mode 0 tx; mode 1 rx; size 0 128; rate 0 20kpps; "
                       "dst 0 udp 7; stats clear") == []
    ports = program.json("show config --json")[0]["ports"]
    assert ports[0]["size"] == 128 and ports[0]["set"] == "udp.dst 7"
    assert program.ask("start 0 count 3000") == []
    done = program.notice(r"port 0 done count=.*")
    assert re.fullmatch("port 0 done count=3000" + SUM, done)
    program.ask("wait 1 rx.packets >= 3000 within 60s")
    sender, receiver = program.json("stats --json")[0]["ports"]
    assert sender["port"] == 0 and receiver["port"] == 1
    assert sender["tx"]["packets"] == receiver["rx"]["packets"] == 3000
    assert sender["tx"]["bytes"] == receiver["rx"]["bytes"] == 3000 * 128
    (total,) = program.json("stop --json")
    assert total["ports"][0]["completed"] == total["ports"][1]["received"] == 3000
    assert captured(pcap) == [124] * 3000  # no FCS on the host
    # A run that is stopped is told by its reply alone.
    program.ask("rate 0 100pps; start 0 count 1m; sleep 50ms; stop 0")
    program.ask("wait idle within 60s")
    # But for what its verdict is on a busy host.
    assert not [notice for notice in program.notices if " done " in notice]
    # Alone on the line, it sees nothing else once its first request is read.
    assert not [line for line in program.others if not line.startswith("ukpktgen>")]
    program.ask("start 0 for 50ms")
    assert program.notice("port 0 done .*").startswith("port 0 done count=5 ")


@pytest.mark.parametrize("commands, code, column", [
    ("nonsense", "E_UNKNOWN", 1),
    ("sleep", "E_MISSING", 6),
    ("rate 0 10kpps 5", "E_SURPLUS", 15),
    ("version; size 5", "E_RANGE", 15),
    ("version;  size 0 64 x", "E_SURPLUS", 21),
    ("rate 0 fast", "E_SYNTAX", 8),
    ("start 7", "E_RANGE", 7),
    ("  size 5", "E_RANGE", 8),
    ("echo a\x01b", "E_BYTE", 7),
    ("echo " + "x" * 1020, "E_LONG", 1025),
    ("get nothing", "E_NOFILE", 5),
    ("rm nothing", "E_NOFILE", 4),
    ("expect 0 mode = rx", "E_EXPECT", 10),
    ("stats live", "E_STATE", 7),
    ("version; cancel 1", "E_STATE", 17),
])
def test_what_fails_says_its_code_and_place(program, commands, code, column):
    before = program.ask("save")
    failure = program.fails(commands + "; size 99")
    assert (failure.code, failure.column) == (code, column)
    assert failure.message
    assert bool(failure.lines) == commands.startswith("version")
    assert program.ask("save") == before  # and the rest was not run


def test_a_command_that_needs_idle_ports_fails_while_one_sends(program):
    program.ask("rate 0 1kpps; start 0")
    assert program.fails("reset").code == "E_STATE"
    program.ask("stop; reset")


@pytest.mark.parametrize("line", [
    b"@ version", b"@", b"@! version", b"@? version", b"@" + b"x" * 33 + b" version",
    b"@a\xff version", b"@a\x01 version", b"@a\tversion",
])
def test_a_malformed_tag_is_answered_by_a_question_mark(program, line):
    program.ask("version")
    program.replies["?"] = []
    program.keys(line + b"\n")
    with pytest.raises(Failed) as failure:
        program.reply("?")
    assert (failure.value.code, failure.value.column) == ("E_TAG", 0)
    assert program.ask("echo still here") == ["still here"]


def test_a_tag_and_a_line_may_be_as_long_as_the_page_says(program):
    tag = "~" * 32
    program.replies[tag] = []
    program.keys(b"@" + tag.encode() + b" echo " + b"y" * 1019 + b"\r\n")
    assert program.reply(tag) == ["y" * 1019]


def test_a_file_is_uploaded_and_run(program):
    lines = ["# a comment %04d, to need some pieces" % n for n in range(100)]
    lines += ["rate 0 10kpps", "start 0 count 100", "wait idle within 60s",
              'echo "sent them"', "sleep 1h"]
    program.upload("bench.cmds", "\n".join(lines).encode())
    (reply,) = program.json("run bench.cmds --job --json")
    number = reply["job"]
    assert program.notice("job .* started: .*") == (
        "job %d started: run bench.cmds" % number)
    assert re.fullmatch("port 0 done count=100" + SUM, program.notice("port 0 done .*"))
    while (number, "sent them") not in program.jobs:
        program.take_line()
    (job,) = program.json("jobs --json")[0]["jobs"]
    assert job["job"] == number and job["state"] == "running"
    assert job["at"] == "bench.cmds:%d" % len(lines)
    assert job["line"] == "run bench.cmds"
    # Cancelled and asked for in one request, then once more when it is told.
    (jobs,) = program.json("cancel %d; jobs --json" % number)
    program.notice("job %d cancelled" % number)
    for job in jobs["jobs"] + program.json("jobs --json")[0]["jobs"]:
        assert (job["state"], job["error"]) == ("cancelled", "E_CANCEL")
        assert job["time"] < PATIENCE
    assert program.fails("cancel %d" % number).code == "E_STATE"
    assert program.json("stats 0 --json")[0]["ports"][0]["tx"]["packets"] == 100


def test_jobs_end_with_a_notice(program):
    program.upload("good", b"echo one\r\necho two\r\n")
    program.upload("bad", b"echo one\n\n  size 5\necho no\n")
    (good,) = program.json("run good --job --json")
    program.notice("job %d done" % good["job"])
    (bad,) = program.json("run bad --job --json")
    told = program.notice("job %d failed .*" % bad["job"])
    assert told.split(" ")[3] == "E_RANGE" and "bad:3:8: " in told
    assert program.jobs == [(good["job"], "one"), (good["job"], "two"),
                            (bad["job"], "one")]
    states = {job["job"]: job for job in program.json("jobs --json")[0]["jobs"]}
    assert states[good["job"]]["state"] == "done"
    assert states[good["job"]]["error"] == states[good["job"]]["at"] == ""
    assert states[bad["job"]]["error"] == "E_RANGE"
    assert states[bad["job"]]["message"].startswith("bad:3:8: ")


def test_a_file_in_a_request_fails_with_its_place(program):
    program.upload("bad", b"echo one\n\n  size 5\necho two\n")
    failure = program.fails("version; run bad; echo no")
    assert (failure.code, failure.column) == ("E_RANGE", 0)
    assert failure.message.startswith("bad:3:8: ") and failure.lines[-1] == "one"
    failure = program.fails("run bad --keep-going")
    assert failure.code == "E_RANGE"
    assert failure.lines[0] == "one" and failure.lines[-1] == "two"
    assert failure.lines[1].startswith("bad:3:8: E_RANGE: ")
    failure = program.fails("run missing")
    assert (failure.code, failure.column) == ("E_NOFILE", 5)


def test_pieces_behind_a_refused_one_are_refused(program):
    data = bytes(range(256)) * 6
    put = "put d %d %s --json" % (len(data), crc(data))
    assert program.json(put) == [{"offset": 0}]

    def piece(at, wrong=b""):
        part = data[at:at + 512]
        return program.send("chunk d %d %s %s --json" % (
            at, crc(part + wrong), base64.b64encode(part).decode()))

    first, second, third = piece(0), piece(512, b"!"), piece(1024)
    assert program.reply(first) == ['{"offset":512}']
    codes = []
    for tag in second, third:
        with pytest.raises(Failed) as failure:
            program.reply(tag)
        codes.append(failure.value.code)
    assert codes == ["E_CRC", "E_STATE"]
    assert program.fails("get d").code == "E_NOFILE"
    assert program.json(put) == [{"offset": 512}]
    program.upload("d", data)
    assert program.json(put) == [{"offset": len(data)}]
    assert program.fetch("d") == (crc(data), data)


@pytest.mark.parametrize("offset", [0, 1, 767, 768, 769, 1999, 2000])
def test_a_file_is_fetched_from_an_offset(program, offset):
    data = bytes(n * n % 251 for n in range(2000))
    program.upload("data", data)
    assert program.fetch("data", offset) == (crc(data), data[offset:])
    assert program.fails("get data 2001 --json").code == "E_RANGE"
    (files,) = program.json("ls --json")
    assert files == {"files": [{"name": "data", "size": 2000, "crc32": crc(data)}]}
    room = program.json("df --json")[0]
    assert room["used"] + room["free"] == room["limit"] and room["used"] >= 2000


def test_the_python_of_the_docs(lab):
    with open(os.path.join(ROOT, "docs", "protocol.md")) as f:
        code = re.search(r"```python\n(.*?)```", f.read(), re.S)[1]
    path = lab.start("a").path
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True,
                          timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    sent, received = map(str.split, done.stdout.splitlines())
    assert sent[0] == "0" and sent[1] == received[2] and int(sent[1]) > 0
    assert sent[3] == "0.0" and received[3] == "None"


def test_expect_and_wait(program):
    program.ask("expect 0 tx.packets = 0; wait idle; wait idle within 0s")
    failure = program.fails("version; expect 0 tx.packets > 5")
    assert (failure.code, failure.column) == ("E_EXPECT", 19)
    began = time.monotonic()
    assert program.fails("expect 0 tx.packets > 5 within 300ms").code == "E_EXPECT"
    assert program.fails("wait 0 tx.packets > 5 within 300ms").code == "E_TIMEOUT"
    assert time.monotonic() - began >= 0.6
    program.ask("rate 0 1kpps; start 0 count 200; "
                "expect 0 tx.packets > 100 within 60s; "
                "wait 1 rx.packets = 0:tx.packets; expect 0 state = sending")
    assert program.fails("wait 0 idle within 0s").code == "E_TIMEOUT"
    program.ask("wait idle; expect 1 rx.packets = 200 within 60s; "
                "expect 0 state = idle")
    assert program.fails("expect 0 nothing = 0").code == "E_SYNTAX"


def test_control_c_cancels_the_request_that_runs(program):
    tag = program.send("echo before; wait 0 tx.packets > 0")
    after = program.send("echo after")
    program.keys(b"\x03")
    with pytest.raises(Failed) as failure:
        program.reply(tag)
    assert failure.value.code == "E_CANCEL" and failure.value.lines == ["before"]
    assert program.reply(after) == ["after"]


def test_a_line_that_somebody_left_is_taken_over(lab):  # noqa: F811
    path = lab.start("proto").path
    left = Program(path)
    left.ask("size 1518; start 0")
    left.keys(b"@mine sleep 24h\n@then sleep 24h\nquit")
    left.sock.close()
    program = Program(path)
    program.keys(b"\x03")  # for the one that waited
    assert program.ask("version")
    program.keys(b"@theirs size 64")
    program.sock.close()
    program = Program(path)
    program.replies["theirs"] = []
    with pytest.raises(Failed) as failure:
        program.reply("theirs")
    assert failure.value.code == "E_BYTE"
    assert program.json("show 0 config --json")[0]["ports"][0]["size"] == 1518


@pytest.mark.parametrize("keys", [
    b"quit", b"\x1b", b"\x1b[24;8", b"\x1b[200~quit", b"\x12qu", b"\xc3",
    b"stats live\r", b"sleep 24h\r", b"sleep 24h\rquit",
])
def test_what_a_person_left_does_no_harm(lab, keys):  # noqa: F811
    path = lab.start("proto").path
    left = Program(path)
    left.ask("version")
    left.keys(keys)
    time.sleep(0.3)
    left.sock.close()
    program = Program(path)
    assert program.ask("echo one") == ["one"]
    program.ask("wait idle")


def test_a_line_of_text_is_never_taken_for_the_end(program):
    assert program.ask("echo OK; echo ERR E_STATE 1 no; echo OKAY; echo ERR") == [
        " OK", " ERR E_STATE 1 no", "OKAY", "ERR"]
    lines = ["OK", "ERR E_X 1 y", "ERR", "E", "", "OK "] * 40
    program.upload("text", "\n".join(lines).encode())
    told = program.ask("cat text")
    assert [line.strip() for line in told] == [line.strip() for line in lines]
    shown = program.json("cat text --json")
    assert [line for one in shown for line in one["lines"]] == lines


def test_quit_is_answered(program):
    with pytest.raises(Failed) as failure:
        program.ask("echo bye; quit; echo no")
    assert failure.value.code == "E_STATE" and failure.value.lines == ["bye"]
    tag = program.send("echo bye; quit")
    program.send("version")
    assert program.reply(tag) == ["bye"]
    while True:
        try:
            data = program.sock.recv(4096)
        except ConnectionResetError:
            break
        if not data:
            break
        program.rest += data
    assert program.rest == b""


def test_help_is_enough_to_know_every_command(program):
    commands = {one["command"]: one for one in program.json("help --json")}
    assert len(commands) > 30
    for name, one in commands.items():
        assert program.json("help %s --json" % name) == [one]
        assert one["summary"] and one["examples"]
        assert set(one.get("see_also", [])) <= set(commands)
    json_forms = 0
    program.ask("signature all on")
    for name in sorted(set(commands) - {"quit", "start"}):
        for form in commands[name]["forms"]:
            arguments = form["arguments"]
            needed = [one for one in arguments if not one["optional"]]
            if any(one["type"] != "keyword" for one in needed):
                continue
            line = " ".join([name] + [one["name"] for one in needed])
            # They want a terminal, a clock of another, and what is fed.
            if {"live", "peers", "-"} & set(line.split()):
                assert program.fails(line).code in ("E_STATE", "E_MISSING")
                continue
            program.ask(line)
            if "json" in [one["name"] for one in arguments if one["type"] == "flag"]:
                for reply in program.json(line + " --json"):
                    assert isinstance(reply, dict)
                json_forms += 1
    assert json_forms >= 9
    # The completion knows the same names.
    (reply,) = program.json('complete "" --json')
    known = [one["word"] for one in reply["words"]]
    assert reply["start"] == 0 and len(known) + reply["more"] == len(commands)
    assert set(known) <= set(commands)
    (reply,) = program.json('complete "stats 0 cl" --json')
    assert reply["start"] == 8
    assert [one["word"] for one in reply["words"]] == ["clear"]
    (reply,) = program.json('complete "stats clear" --next --json')
    assert [one["word"] for one in reply["words"]] == ["clear", "<Enter>"]
    (reply,) = program.json('complete "size " --next --json')
    assert {"[PORTS]", "SIZE"} <= {one["word"] for one in reply["words"]}
    assert "9018" in [one for one in reply["words"] if one["word"] == "SIZE"][0]["takes"]
    assert program.json(r'complete "echo \"a \\" --json')[0]["words"] == []


def test_a_configuration_is_saved_and_loaded(program):
    fresh = program.json("show config --json")
    program.ask("size 0 imix; rate 1 25%; proto 1 ipv4; dst 0 ip 198.18.4.0/24; "
                "ttl 1 3; linkspeed 0 1gbps")
    mine = program.json("show config --json")
    assert mine != fresh
    text = program.ask("save")
    assert program.ask("save mine.cfg") == []
    assert program.fetch("mine.cfg")[1].decode().splitlines() == text
    (shown,) = program.json("cat mine.cfg --json")
    assert shown == {"first": 1, "lines": text}
    program.ask("reset")
    assert program.json("show config --json") == fresh
    program.ask("load mine.cfg")
    assert program.json("show config --json") == mine
    program.upload("bad.cfg", b"size 0 99\nttl 1 256\n")
    failure = program.fails("load bad.cfg")
    assert failure.code == "E_RANGE" and failure.column == 0
    assert failure.message.startswith("bad.cfg:2:7: ")
    assert program.json("show config --json") == mine


def test_a_person_typing_does_not_disturb_a_program(program):
    for keys in b"sta", b"\x1b[A", b"\t", b"?", b"\x1b[24;80R", b"\xc3\xa4":
        tag = program.send("sleep 50ms; stats --json")
        program.keys(keys)
        (reply,) = program.reply(tag)
        assert len(json.loads(reply)["ports"]) == 2
        program.keys(b"\x03")  # what was typed is thrown away
    # Notices and lines of a job come whole beside a half-typed line.
    program.upload("job", b"start 0 count 10\nwait idle within 60s\necho over\n")
    (job,) = program.json("run job --job --json")
    program.keys(b"half a li")
    program.notice("job %d started: run job" % job["job"])
    program.notice("port 0 done count=10" + SUM)
    program.notice("job %d done" % job["job"])
    assert program.jobs == [(job["job"], "over")]
    # What a person typed is there still: Enter runs it.
    program.keys(b"ne\n")
    while "no command 'half'" not in "".join(program.others):
        program.take_line()
    assert program.ask("echo still here") == ["still here"]
