# SPDX-License-Identifier: BSD-3-Clause
"""What the appliance is to reach at least, beside what a bench has found."""
import figures

LAYOUTS = ("split", "packed")


class Found:
    """The medians of a bench by case and contender."""

    def __init__(self, records, border):
        self.rows = {(case, row["name"]): row for case, record in records.items()
                     for row in figures.summarize(record, border)}

    def median(self, case, name):
        return self.rows.get((case, name), {"median": None})["median"]

    def ratio(self, case, name, to):
        ours, other = self.median(case, name), self.median(case, to)
        return ours / other if ours and other else None


def goals(found):
    """What it is, what is wanted, what was found, and whether less is better."""
    for layout in LAYOUTS:
        for verb in ("send", "receive"):
            for burst in (32, 64):
                case = "dpdk-%s-%s-%d" % (verb, layout, burst)
                yield ("%s 64 bytes, testpmd's bursts of %d, %s: to DPDK's virtio_user"
                       % (verb, burst, layout), 1.0,
                       found.ratio(case, "ukpktgen", "DPDK's virtio_user"), False)
        sink = "sink-" + layout
        own = found.median(sink, "a driver in its process")
        ours = found.median(sink, "ukpktgen")
        yield ("into the checking sink, %s, Mpps" % layout,
               min(25, 0.8 * own / 1e6) if own else 25, ours and ours / 1e6, False)
        for content, where in (("testpmd-content-", "testpmd"),
                               ("send-content-", "the checking sink")):
            content += layout
            yield ("signed to plain frames, into %s, %s" % (where, layout), 0.9,
                   found.ratio(content, "signed", "one shared frame"), False)
            yield ("1,048,576 flows to 1, into %s, %s" % (where, layout), 0.85,
                   found.ratio(content, "1,048,576 flows", "1 flow"), False)
        mirror = found.median("reflect-size-" + layout, "64 bytes")
        yield ("reflect 64 bytes, %s, Mpps" % layout, 6, mirror and mirror / 1e6, False)
        one = "send-fields-" + layout
        for name, least in (("a field", 0.9), ("five fields", 0.6), ("nested", 0.6),
                            ("random", 0.6), ("shuffled", 0.6)):
            yield ("%s to signed, %s" % (name, layout), least,
                   found.ratio(one, name, "signed"), False)
        for name in ("a list of 500,000", "a capture"):
            yield ("%s to signed, %s" % (name, layout), 0.6,
                   found.ratio("send-files-" + layout, name, "signed"), False)
        for what in ("", "signed-", "paced-"):
            for number, least in (("256", 0.6), ("2048", 0.5)):
                yield ("%s streams to 1, %s%s" % (number, what, layout), least,
                       found.ratio("send-streams-%s%s" % (what, layout), number, "1"),
                       False)
        yield ("a filter that never hits to none, %s" % layout, 0.95,
               found.ratio("receive-filter-" + layout, "no frame is kept",
                           "no capture"), False)
        for name, most in (("send, one shared frame", 20), ("send, signed", 40),
                           ("receive", 40)):
            yield ("%s, %s, instructions" % (name, layout), most,
                   found.median("icount-" + layout, name), True)
    yield ("8 MB of memory to 16 MB", 0.95, found.ratio("memory", "8M", "16M"), False)


def rows(records, border):
    """A row of texts for each."""
    result = []
    for what, wanted, is_, less in goals(Found(records, border)):
        held = is_ is not None and (is_ <= wanted if less else is_ >= wanted)
        result.append((what, "%s %.4g" % ("≤" if less else "≥", wanted),
                       "-" if is_ is None else "%.3g" % is_,
                       "" if is_ is None else "yes" if held else "**no**"))
    return result
