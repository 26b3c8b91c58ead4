# SPDX-License-Identifier: BSD-3-Clause
"""One list of commands, typed at the appliance's own prompt, typed into the client, and run by
`exec`: what is replied is the same."""
import os
import re

import pexpect

from lab import LAUNCHER, PATIENCE, ROOT, lab  # noqa: F401

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
ANSI = re.compile("\x1b7.*?\x1b8|\x1b\\[[0-9;?]*[A-Za-z]", re.S)
TAKEN_AWAY = re.compile("[^\n]*\r\x1b\\[[KJ]") # a line that is written anew
PROMPT = re.compile(r"(?:^|\n)ukpktgen(\[[^]\n]*\])?> $")

# Of the second list, a program is told something else: docs/protocol.md says what.
ALIKE = """
version
size 0 128; size 1 128
port
stats 0-1
ls
df
save x
cat x
ls
show config
run nosuch
echo a; echo b
repeat 3 echo "a  b"
lease
lease 1h
lease off
port 1
port 0-1
stats clear
expect 0 tx.packets = 0
wait 0 idle
load x
help
help size
jobs
complete "x"
size 5
size
size 64 64 64
nonsense
"quoted
echo "a\\"b"
# nothing
onfull 0 up
rate 10
start 7
dst 0 mac x
reset
rm x
""".strip().split("\n")
PEOPLE = """
start 0 count 20; wait 0 idle
expect 1 rx.packets = 20
rate 0 1kpps; start 0 count 30; sleep 300ms
stop
run y
run y --keep-going
color
color off
color auto
port 1
port all
exec
start 1
""".strip().split("\n")


def left(text):
    """What a screen has of it, without attributes."""
    return ANSI.sub("", TAKEN_AWAY.sub("", text)).replace("\r", "")


def plain(text):
    """Without what is not the reply: attributes, notices' marks, times, numbers of jobs."""
    text = left(text)
    text = re.sub(r"(?m)^(?:@! )?\d+\.\d{3} (.*)$", r"@! \1", text)
    text = re.sub(r"job \d+", "job N", text)
    text = re.sub(r"(?m)^\[\d+\] ", "[N] ", text)
    lines = [line.rstrip() for line in text.split("\n")]
    return [line for line in lines if line and not PROMPT.match(line + " ")]


class Typed:
    """A person's end of one of the two consoles."""

    def __init__(self, command, env):
        self.child = pexpect.spawn(command[0], command[1:], env=env, encoding="utf-8",
                                   timeout=PATIENCE, dimensions=(100, 80))
        self.child.delaybeforesend = None

    def begin_raw(self, width):
        """As a terminal that is so wide."""
        self.child.send("\r") # once socat has it
        self.until_prompt()
        self.child.send("\x1b[100;%dR\r" % width)
        self.until_prompt()

    def until_prompt(self):
        """Until it is quiet behind a prompt."""
        got = ""
        while True:
            there = PROMPT.search(left(got))
            try:
                got += self.child.read_nonblocking(65536, 0.5 if there else 20)
            except pexpect.TIMEOUT:
                assert there, got[-1000:]
                return got

    def ask(self, command):
        self.child.send(command + "\r")
        got = self.until_prompt()
        prompt = PROMPT.search(left(got)).group().strip()
        return plain(got.split("\n", 1)[1]) + [prompt]


def test_what_is_typed_is_answered_alike(lab):
    (lab.path / "y").write_text("echo one\necho two\n")
    env = dict(lab.env, TERM="xterm", LC_ALL="C.UTF-8", PAGER="cat",
               XDG_STATE_HOME=str(lab.path / "state"))
    replies = []
    for way in ("raw", "client"):
        line = lab.start(way, "--accel", "tcg", "--mac", "0=02:00:00:00:00:01", "--mac",
                         "1=02:00:00:00:00:02")
        lab.launch("exec", "--name", way, "-c", ".upload %s/y" % lab.path)
        if way == "raw":
            typed = Typed(["socat", "-,raw,echo=0", "UNIX-CONNECT:" + line.path], env)
            typed.begin_raw(80)
        else:
            typed = Typed([CLIENT, way], env)
            typed.until_prompt()
        replies.append([(one, typed.ask(one)) for one in ALIKE + PEOPLE])
        typed.child.close(force=True)
    for raw, client in zip(*replies):
        if raw[0] in PEOPLE: # which tell how long it took, and how fast it was
            raw, client = ((one, [re.sub(" +", " ", re.sub("[0-9.,]+", "N", row))
                                  for row in rows]) for one, rows in (raw, client))
        assert raw == client, raw[0]


def test_a_program_is_answered_alike(lab):
    line = lab.start("a", "--accel", "tcg")
    env = dict(lab.env, TERM="dumb", LC_ALL="C.UTF-8", PAGER="cat",
               XDG_STATE_HOME=str(lab.path / "state"))
    typed = Typed(["socat", "-,raw,echo=0", "UNIX-CONNECT:" + line.path], env)
    typed.begin_raw(80)
    raw = [typed.ask(one)[:-1] for one in ALIKE]
    typed.child.close(force=True)
    lab.launch("exec", "-", stdin="reset\nstats clear\n")
    for one, wanted in zip(ALIKE, raw):
        if one.startswith("port ") or "job" in wanted[:1]:
            continue
        with line:
            lines, end = line.raw(one.encode())
        got = plain("\n".join(lines))
        wanted = [text for text in wanted if not text.startswith("@!")]
        if end != "OK":
            code, column, text = end.split(" ", 3)[1:]
            # Of a person, the place is shown by a caret, or in words.
            wanted = [text for text in wanted if text.strip() != "^"]
            assert wanted[-1].endswith("%s: %s" % (code, text)), one
            wanted.pop()
        assert got == wanted, one
