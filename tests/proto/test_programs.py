# SPDX-License-Identifier: BSD-3-Clause
"""Streams whose fields vary: frame N is what scapy builds of the values that
field N has, with every length and checksum. build/host/programs compiles the
streams as the appliance does."""
import os
import random
import subprocess

import scapy_frames
from test_frames import (
    FAIR, FRAMES, ROOT, line_of, random_stack, random_values,
    sized, text, unicast_mac)

PROGRAMS = os.path.join(ROOT, "build/host/programs")
STREAMS = 500
NB = 5
SET_MAX = 20
CSUMS_MAX = 8
WITH_CSUM = {"ipv4", "udp", "tcp", "icmp", "icmpv6", "igmp", "igmp3", "sctp",
             "gre"}

# Whether a part is there, and so how long the header is.
SHAPE = {("gre", "c"), ("gre", "k"), ("gre", "s"), ("gtpu", "s"),
         ("gtpu", "pn"), ("gre", "reserved1")}


def test_what_makes_frames_is_there():
    for path in (FRAMES, PROGRAMS):
        assert os.path.exists(path), "make test-frames"


def range_of(values, r):
    """Some numbers and the words for them."""
    low, high = min(values), max(values)
    step = r.choice([1, 2, 3]) if high > low + 3 else 1
    high = min(high, low + step * r.randrange(1, 4))
    numbers = list(range(low, high + 1, step))
    words = "%d-%d" % (low, high) + ("+step+%d" % step if step > 1 else "")
    if len(numbers) > 1 and r.random() < 0.3:
        return words + "+down", numbers[::-1]
    return words, numbers


def varying(name, field, r):
    """Words that have a field vary, and its values in their order."""
    draw = FAIR[name][field]
    drawn = [draw(r) for _ in range(r.randrange(2, 5))]
    if isinstance(drawn[0], (bytes, list)):
        return None
    # Between some types are others, of which scapy has other fields.
    if isinstance(drawn[0], int) and field != "type" and r.random() < 0.5:
        words, values = range_of(drawn, r)
    elif isinstance(drawn[0], int) or ":" not in drawn[0]:
        words, values = "list+" + ",".join(text(v) for v in drawn), drawn
    elif field in ("dst", "src") and name == "ipv6":
        # 64 bits of an address vary.
        values = ["2001:2::%x" % r.getrandbits(16) for _ in drawn]
        words = "list+" + ",".join(values)
    else:
        words, values = "list+" + ",".join(drawn), drawn
    if r.random() < 0.2:
        return words + "+every+2", [v for v in values for _ in (0, 1)]
    return words, values


def may_vary(layers, i, field):
    name = layers[i][0]
    names = [n for n, _ in layers]
    # A tunnel is where its port says; segments lead to where they do.
    return not ((name, field) in SHAPE or
                (name == "udp" and field == "dst" and i + 1 < len(layers)) or
                (name == "ipv6" and field == "dst" and "srh" in names))


def a_stream(r):
    while True:
        layers, fair = random_values(random_stack(r), r, {})
        layers = [(name, dict(values)) for name, values in layers]
        layers[0][1].setdefault("dst", unicast_mac(r))
        if (fair and sum(len(values) for _, values in layers) <= SET_MAX - 4 and
                sum(name in WITH_CSUM for name, _ in layers) <= CSUMS_MAX):
            return layers


def pick_changes(layers, r):
    """{(layer, field): (words, values)} of up to four fields."""
    changes = {}
    for _ in range(r.randrange(0, 5)):
        i = r.randrange(len(layers))
        fields = [f for f in FAIR[layers[i][0]] if may_vary(layers, i, f)]
        field = r.choice(fields) if fields else None
        made = varying(layers[i][0], field, r) if field else None
        if made:
            changes[i, field] = made
    return changes


def changed(layers, changes, which):
    return [(name, {**values, **{field: which(*made) for (k, field), made
                                 in changes.items() if k == i}})
            for i, (name, values) in enumerate(layers)]


def test_each_frame_is_that_of_its_values():
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print("SEED=%d" % seed)
    r = random.Random(seed)
    lines, expected = [], []
    for _ in range(STREAMS):
        layers = a_stream(r)
        changes = pick_changes(layers, r)
        length = sized(changed(layers, changes, lambda _, of: of[0]), r)
        frames = []
        for n in range(NB):
            packet, trailer = scapy_frames.build(
                changed(layers, changes, lambda _, of: of[n % len(of)]),
                length)
            frames.append((packet + trailer).hex())
        words = changed(layers, changes, lambda words, _: words)
        stack, size, *rest = line_of(words, length).split()
        lines.append(" ".join([stack, size, str(NB)] + rest))
        expected.append(frames)
    done = subprocess.run([PROGRAMS], input="\n".join(lines) + "\n", text=True,
                          capture_output=True, check=True)
    made = iter(done.stdout.splitlines())
    for line, frames in zip(lines, expected):
        for n, frame in enumerate(frames):
            assert (n, next(made)) == (n, frame), line
