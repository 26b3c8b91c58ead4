# SPDX-License-Identifier: BSD-3-Clause
"""A Prometheus that asks `ukpktgen metrics`, in a network of its own: what it says by how
much each counter grew is what the appliance says.

UKPKTGEN_APPLIANCES=20 UKPKTGEN_SECONDS=600 has more of them, for longer; UKPKTGEN_QUIET=1
holds the time of scrapes, too."""
import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from lab import LAUNCHER, PATIENCE, lab, own_network  # noqa: F401

APPLIANCES = int(os.environ.get("UKPKTGEN_APPLIANCES", "2"))
SECONDS = int(os.environ.get("UKPKTGEN_SECONDS", "8"))
QUIET = "UKPKTGEN_QUIET" in os.environ
METRICS, PROMETHEUS = "127.0.0.1:9910", "127.0.0.1:9090"
CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: ukpktgen
    static_configs: [{targets: ['%s']}]
""" % METRICS


def ask(query, **more):
    url = "http://%s/api/v1/query?%s" % (
        PROMETHEUS, urllib.parse.urlencode(dict(query=query, **more)))
    with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
        return json.load(reply)["data"]["result"]


def series(name):
    """All samples of a metric, by appliance and port."""
    return {(one["metric"]["appliance"], int(one["metric"]["port"])): one["values"]
            for one in ask(name + "[1h]")}


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.5)
    assert False


@pytest.fixture
def prometheus(lab, tmp_path):
    """It and what it asks run until the test is over."""
    config = tmp_path / "prometheus.yml"
    config.write_text(CONFIG)
    children = [subprocess.Popen(command, env=lab.env, stdout=subprocess.DEVNULL,
                                 stderr=open(tmp_path / "log", "ab")) for command in (
        [LAUNCHER, "metrics", "--all", "--listen", METRICS],
        [shutil.which("prometheus"), "--config.file=%s" % config,
         "--web.listen-address=" + PROMETHEUS, "--storage.tsdb.path=%s/tsdb" % tmp_path])]
    yield
    for child in children:
        child.terminate()
        child.wait(timeout=PATIENCE)


def test_increases_are_what_the_appliances_count(own_network, lab, prometheus):
    names = ["a%d" % i for i in range(APPLIANCES)]
    lines = {name: lab.start(name, "--net", "loop").open() for name in names}
    counters = ("tx_packets", "tx_bytes", "rx_packets", "rx_bytes")
    for line in lines.values():
        line.ask("port all wait halt; stream 0.1-3 add; signature 0.all on; rate 0.all 250pps")
    wait_for(lambda: len(series("ukpktgen_port_tx_packets_total")) == 2 * APPLIANCES)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for line in lines.values():
            line.ask("start 0 for 2s")
        for line in lines.values():
            line.ask("wait idle")
    counted = {name: line.ports() for name, line in lines.items()}
    for counter in counters:
        name = "ukpktgen_port_%s_total" % counter
        # Until it has seen the last of them.
        way, key = counter.split("_")
        wait_for(lambda: all(int(v[-1][1]) == counted[a][p][way][key]
                             for (a, p), v in series(name).items()))
        for (appliance, port), values in series(name).items():
            (first, _), (last, _) = values[0], values[-1]
            # From sample to sample nothing is extrapolated.
            (is_,) = ask('increase(%s{appliance="%s",port="%d"}[%dms])' % (
                name, appliance, port, round((last - first) * 1000)), time=last)
            assert float(is_["value"][1]) == counted[appliance][port][way][key], (
                name, appliance, port, values[-3:])
    (slowest,) = ask("quantile_over_time(0.99, scrape_duration_seconds[1h])")
    (scrapes,) = ask("count_over_time(up[1h])")
    print("%s scrapes of %d appliances, p99 %.0f ms" % (
        scrapes["value"][1], APPLIANCES, 1000 * float(slowest["value"][1])))
    assert not QUIET or float(slowest["value"][1]) <= 0.1
    for line in lines.values():
        line.close()
