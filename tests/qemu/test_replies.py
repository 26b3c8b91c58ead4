# SPDX-License-Identifier: BSD-3-Clause
"""docs/replies.md says what the JSON of each reply holds: an appliance's replies, each
against it."""
import json
import os
import re
import time

from lab import PATIENCE, ROOT, lab  # noqa: F401

PAGE = os.path.join(ROOT, "docs", "replies.md")
KINDS = {
    "integer": lambda v: type(v) is int,
    "number with 3 decimals": lambda v: type(v) is str and
                              re.fullmatch(r"number:-?\d+\.\d{3}", v),
    "true or false": lambda v: type(v) is bool,
    "text": lambda v: type(v) is str and not v.startswith("number:"),
    "object": lambda v: type(v) is dict,
    "list": lambda v: type(v) is list,
}


def schemas():
    """By line: {path: (kind, always)}."""
    found = {}
    for part in open(PAGE).read().split("\n## ")[1:]:
        lines = re.search(r"^As of(.*?)\.$", part, re.M | re.S).group(1)
        keys = {path: (kind, not rest.strip()) for path, kind, rest in re.findall(
            r"^\| `(.*?)` \| (.*?) \| .*? \| (.*?) ?\|$", part, re.M)}
        assert keys, part
        for line in re.findall("`(.*?)`", lines):
            found[line] = keys
    return found


def wrong(value, keys, path=""):
    """What is not as the page says, in words."""
    if isinstance(value, list):
        for one in value:
            yield from wrong_value(one, keys, path + "[]")
        return
    if not isinstance(value, dict):
        return
    for key, one in value.items():
        yield from wrong_value(one, keys, path + "." + key if path else key)
    inside = re.escape(path + "." if path else "") + r"[^.\[]+"
    for known, (_, always) in keys.items():
        if always and re.fullmatch(inside, known) and known.split(".")[-1] not in value:
            yield "no " + known


def wrong_value(value, keys, path):
    if path not in keys:
        yield "unknown " + path
    elif not KINDS[keys[path][0]](value):
        yield "%s is %r" % (path, value)
    yield from wrong(value, keys, path)


def asked(program, line):
    """Once more where the host stood still, so that no trial counts."""
    ends = time.monotonic() + PATIENCE
    while True:
        replies, end = program.raw(line.encode())
        if end == "OK":
            return replies
        assert "no trial can be trusted" in end and time.monotonic() < ends, (line, end)


# Of trials: a busy machine delivers too few frames to tell them, or none.
TIMES = re.compile(r"no (trials|rows)\[\]\.(min|mean|max|p\d+)$")


def test_replies_are_as_the_page_says(lab):
    source = open(os.path.join(ROOT, "docs", "replygen.c")).read()
    array = re.search(r"lines\[\] = \{(.*?)\n\};", source, re.S).group(1)
    lines = [json.loads(text) for text in re.findall(r'^\t("(?:[^"\\]|\\.)*"),$', array, re.M)]
    page = schemas()
    seen = 0
    with lab.start("a") as program:
        for line in lines:
            # The other end of the channel is not here.
            if line.startswith("channel ") and line != "channel --json":
                continue
            replies = asked(program, line)
            if line not in page:
                assert "--json" not in line
                continue
            assert replies, line
            for i, reply in enumerate(replies):
                found = json.loads(reply, parse_float=lambda text: "number:" + text)
                # A line behind the first may have only what goes on.
                assert [what for what in wrong(found, page[line])
                        if not (i and what.startswith("no ")) and
                        not TIMES.match(what)] == [], line
                seen += 1
    assert seen > len(page)


def test_a_reply_that_is_not_is_found():
    keys = {"a": ("list", True), "a[]": ("object", True), "a[].n": ("integer", True),
            "a[].t": ("text", False), "b": ("number with 3 decimals", True)}
    good = {"a": [{"n": 1}, {"n": 2, "t": "x"}], "b": "number:1.500"}
    assert list(wrong(good, keys)) == []
    for bad, why in (({"a": []}, "no b"), ({"a": [{}], "b": "number:1.000"}, "no a[].n"),
                     (dict(good, b="number:1.5"), "b is 'number:1.5'"),
                     (dict(good, b=1), "b is 1"), (dict(good, c=1), "unknown c"),
                     (dict(good, a=[{"n": True}]), "a[].n is True"),
                     (dict(good, a=[1]), "a[] is 1")):
        assert why in list(wrong(bad, keys)), bad
