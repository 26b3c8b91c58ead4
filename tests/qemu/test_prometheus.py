# SPDX-License-Identifier: BSD-3-Clause
"""A Prometheus that asks `ukpktgen metrics`, in a network of its own: what it says by how
much each counter grew is what the appliance says.

UKPKTGEN_APPLIANCES=20 UKPKTGEN_SECONDS=600 has more of them, for longer; UKPKTGEN_EVERY=1s
has `metrics` ask each second, whenever it is scraped; UKPKTGEN_QUIET=1 holds the time of
scrapes, too."""
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
EVERY = os.environ.get("UKPKTGEN_EVERY")
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


def one(query):
    (only,) = ask(query)
    return float(only["value"][1])


def tell_scrapes(skipped, sent):
    p50, p99, most = (1000 * one("quantile_over_time(%s, scrape_duration_seconds[1h])" % q)
                      for q in ("0.5", "0.99", "1"))
    count, failed = one("count_over_time(up[1h])"), one("sum_over_time((up == bool 0)[1h:1s])")
    down = one("sum(count_over_time(ukpktgen_up[1h]) - sum_over_time(ukpktgen_up[1h]))")
    print("%d appliances: %d scrapes, p50 %.0f, p99 %.0f, most %.0f ms; %d of them failed; "
          "%d times one did not answer; each increase() as counted; %d frames sent, %d skipped"
          % (APPLIANCES, count, p50, p99, most, failed, down, sent, skipped))
    assert not QUIET or p99 <= 100


@pytest.fixture
def prometheus(lab, tmp_path):
    """It and what it asks run until the test is over."""
    config = tmp_path / "prometheus.yml"
    config.write_text(CONFIG)
    children = [subprocess.Popen(command, env=lab.env, stdout=subprocess.DEVNULL,
                                 stderr=open(tmp_path / "log", "ab")) for command in (
        [LAUNCHER, "metrics", "--all", "--listen", METRICS, *(["--every", EVERY] if EVERY else [])],
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
    tell_scrapes(sum(p["tx"]["skipped"] for ports in counted.values() for p in ports),
                 sum(p["tx"]["packets"] for ports in counted.values() for p in ports))
    for line in lines.values():
        line.close()
