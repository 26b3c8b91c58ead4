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
classify 0 on
stats kinds
stats balance
stats 0 pacing
search
search to 10kpps trial 10ms --plan ndr
search to 10kpps
rfc2544
rfc2544 throughput sizes 64 to 10kpps trial 10ms --plan
y1564
soak
ramp
ramp 1k 10k
sweep
results
results none
results compare none none
address
address 0 10.0.0.2/24
address 0 10.0.0.2/24 off
neighbour
ping 10.9.9.9
join
join 0 239.1.1.1
join off
lldp
cfm
cfm 0 on
cfm
cfm off
refuse
learn 0 count 1
kv
kv keys 10 value-size 2
kv off
impair 0 loss 1%
impair 0
impair 0 delay 10
mode 1 forward 0
mode 1
mode 1 rx
track
track 1 size
track off
capture
capture off
play
play 0 nosuch
stream
stream 0.1 add
stream
stream add 0.2
limit 0.1 count 7
after 0.1 1s
loop 0.1 2
weight 0.1 3
shape 0.1
pause 0.1
resume 0.1
start 0 --dry-run
headers
headers 0 eth/vlan/ipv4/udp
headers 0 eth/ip
set 0.0
set 0.0 ipv4.src 10.0.0.0/24
set 0.0 udp.dst 1000-1999
vary 0.0 nested ipv4.src udp.dst
set 0.0 dport 5
vlan 0.0 5
dscp 0.0 46
payload 0.0
seed
show 0.0
show frame 0
show stream 0.0
show loss
stream 0.1 delete
verdict
verdict gap
verdict gap 1s
expect 0 verdict = great
latency
order density
clock off
start port 0
start -m 10mbps
ping 10.0.0.1 -c 3
reset
rm x
""".strip().split("\n")
PEOPLE = """
start 0 count 20; wait 0 idle
expect 1 rx.packets = 20
rate 0 max; start 0 count 30; sleep 300ms
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
order
signature 0 on; start 0 count 10; wait 0 idle
stats 0.all
signature 0 off
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

    def until_prompt(self, quiet=0.5):
        """Until it is quiet behind a prompt."""
        got = ""
        while True:
            there = PROMPT.search(left(got))
            try:
                got += self.child.read_nonblocking(65536, quiet if there else 20)
            except pexpect.TIMEOUT:
                assert there, got[-1000:]
                return got

    def ask(self, command):
        self.child.send(command + "\r")
        got = self.until_prompt(0.5 if command in PEOPLE else 0.2)
        prompt = PROMPT.search(left(got)).group().strip()
        return plain(got.split("\n", 1)[1]) + [prompt]


VERDICT = re.compile("(@! )?port .* (SUSPECT|INVALID): ")


def steady(row):
    """Without what a busy machine makes another."""
    row = re.sub(r"\b(VALID|SUSPECT|INVALID|valid|suspect|invalid)\b", "V", row)
    return re.sub(" +", " ", re.sub("[0-9.,]+", "N", row))


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
        if raw[0] in PEOPLE: # which tell how long it took, how fast it was, and how well
            raw, client = ((one, [steady(row) for row in rows if not VERDICT.match(row)])
                           for one, rows in (raw, client))
        assert raw == client, raw[0]


def test_a_program_is_answered_alike(lab):
    macs = ["--mac", "0=02:00:00:00:00:01", "--mac", "1=02:00:00:00:00:02"]
    line = lab.start("a", "--accel", "tcg", *macs)
    env = dict(lab.env, TERM="dumb", LC_ALL="C.UTF-8", PAGER="cat",
               XDG_STATE_HOME=str(lab.path / "state"))
    typed = Typed(["socat", "-,raw,echo=0", "UNIX-CONNECT:" + line.path], env)
    typed.begin_raw(80)
    raw = [typed.ask(one)[:-1] for one in ALIKE]
    typed.child.close(force=True)
    line = lab.start("b", "--accel", "tcg", *macs)
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
            # Its rows are one line.
            at = [i for i, text in enumerate(wanted) if code in text][-1]
            wanted[at:] = [" ".join(text.strip() for text in wanted[at:])]
            assert wanted[-1].endswith("%s: %s" % (code, text)), one
            wanted.pop()
        assert got == wanted, one
