# SPDX-License-Identifier: BSD-3-Clause
"""From runs to figures: which of them compare, their medians, spreads and ratios."""
from collections import Counter
import statistics

import machine

L1_EXTRA = 20  # bytes of a frame on layer 1: preamble, delimiter, gap


def probes_of(records):
    return [probe for record in records for one in record["contenders"]
            for run in one["runs"] for probe in run["probes_ns"]]


def summarize(record, border):
    """A row for each contender. Only runs that were in one state of the machine, the
    one with the most runs of the case, enter; ratios are to the first contender."""
    if record["unit"] == "instructions":
        border = None  # their number does not depend on it
    states = Counter(machine.state(run["probes_ns"], border)
                     for one in record["contenders"] for run in one["runs"]
                     if "value" in run)
    del states["mixed"]
    used_state = max(states, key=states.get, default="mixed")
    rows = []
    for one in record["contenders"]:
        used = [run for run in one["runs"] if "value" in run and
                machine.state(run["probes_ns"], border) == used_state]
        values = [run["value"] for run in used]
        row = {"name": one["name"], "state": used_state, "used": len(used),
               "runs": len(one["runs"]), "median": None, "ratio": None, "gbps": None,
               "failed": [r["failed"] for r in one["runs"] if "failed" in r],
               "skipped": next((r["skipped"] for r in one["runs"] if "skipped" in r),
                               None)}
        if values:
            row.update(median=statistics.median(values), least=min(values),
                       most=max(values), probe_ns=statistics.median(
                           p for run in used for p in run["probes_ns"]))
            first = rows[0]["median"] if rows else row["median"]
            row["ratio"] = row["median"] / first if first else None
            if one["size"] and record["unit"] == "Mpps":
                row["gbps"] = row["median"] * 8 * (one["size"] + L1_EXTRA) / 1e9
        rows.append(row)
    return rows


HEAD = ("", "median", "least..most", "", "L1 Gbit/s", "ratio", "runs", "probe ns")


def cells(row, unit):
    """The row as texts, in the order of HEAD."""
    if row["median"] is None:
        why = row["skipped"] or (row["failed"] or ["no two runs compare"])[0]
        return (row["name"], "-", why.split("\n")[0], "", "", "",
                "0 of %d" % row["runs"], "")
    scale, digits = (1e6, 2) if unit == "Mpps" else (1, 1)

    def number(value):
        return "%.*f" % (digits, value / scale)
    return (row["name"], number(row["median"]),
            "%s..%s" % (number(row["least"]), number(row["most"])), unit,
            "%.1f" % row["gbps"] if row["gbps"] else "",
            "%.2f" % row["ratio"] if row["ratio"] else "-",
            "%d of %d" % (row["used"], row["runs"]),
            ("%.0f %s" % (row["probe_ns"], row["state"])).removesuffix(" one"))
