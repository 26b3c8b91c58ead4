#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sends all that there is to send over a back end, in every way, with commands in
between, and looks after each phase: no port stalled, none is left in flight, and what
was sent came, counted on the host where the host can count.

    soak.py [--minutes N] [--backends loop,dgram,...] [--seed N]

A phase that fails prints its commands; the same seed runs the same phases."""
import argparse
import ctypes
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "qemu"))
sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from lab import CLONE_NEWNET, TAP, Lab  # noqa: E402
from peer import Peer  # noqa: E402

PHASE_S = 2.0
# After a phase, until all that was sent has come.
SETTLE_S = 10.0


CONTENTS = ["", "signature on", "src ip 198.18.0.0/24", "size imix",
            "size 100; proto ipv6; src ip6 2001:2::/112",
            "size imix; signature on",
            "src ip 198.18.0.0/24; dst ip 198.19.0.0/17",
            "headers eth/vlan/ipv4/tcp size 90; set vlan.id 1-99; set tcp.src random",
            "headers eth/ipv4/udp/vxlan/eth/ipv4/udp size 128; "
            "set ipv4.2.src 10.0.0.0/20 shuffled; signature on",
            "size random 64-1518", "size 64-1518 step 7; signature on",
            "set ipv4.src 10.0.0.1-10.0.0.254; set udp.src 1-16; "
            "vary nested ipv4.src udp.src; set udp.dst 1-500 zipf 1.0",
            "size 90; headers eth/svlan/vlan/mpls/ipv4/udp; set udp.src list 7,9,11 every 3",
            "stream all.1-63 add",
            "stream all.1-255 add; set all.all udp.src random; signature all.all on",
            "stream all.1-7 add; size all.1 imix; size all.2 random 64-500; "
            "headers all.3 eth/ipv4/tcp; set all.4 ipv4.dst 10.0.0.0/16 shuffled; "
            "signature all.5-6 on; weight all.7 9",
            "stream 0.1-3 add; limit 0.all count 500; after 0.1 0.0; after 0.2 0.1; "
            "after 0.3 10ms; loop 0.0 forever; loop 0.3 forever",
            "play all soak.pcap loops forever", "play all soak.pcap speed rate loops forever",
            "play all soak.pcap speed 0.5x loops forever tag on checksums new; vlan all 5; "
            "set all ipv4.src random; set all udp.dst map 5001 53",
            "stream all.1-20 add; play all.5-9 soak.pcap speed rate loops forever"]


class Backend:
    """Appliances on a back end: `lines`, and of each which ports it has."""
    clears = False  # whether counts are still comparable after `stats clear`
    machine = ()  # options of the launcher
    more = []  # commands beside those for all
    contents = None  # of CONTENTS; None: all

    def __init__(self, path, seed, patience):
        self.lab = Lab(path)
        if "UKPKTGEN_IMAGE" in os.environ:
            self.lab.env["UKPKTGEN_IMAGE"] = os.environ["UKPKTGEN_IMAGE"]
        self.path = path
        self.rings = ("--packed",) if seed & 1 else ()
        self.patience = patience
        self.lines = []

    def boot(self, name, *nets):
        options = [word for net in nets for word in ("--net", net)]
        line = self.lab.start(name, *self.rings, *self.machine, *options)
        line.open()
        self.lines.append(line)
        return line

    def ports(self):
        """(line, port) of all."""
        return [(line, i) for line in self.lines for i in range(len(line.ports()))]

    def disturb(self, dice):
        """Something that the host may do to it."""

    def look(self):
        """What else is to be seen while all is busy."""

    def proof(self):
        """What has to have been seen in the end."""
        return ""

    def close(self):
        for line in self.lines:
            line.close()
        self.lab.launch("down", "--all", check=False)


class Pair(Backend):
    """Two ports of which each gets what the other sends."""

    def balance(self):
        (line, a), (other, b) = self.ports()
        a, b = line.ports()[a], other.ports()[b]
        return [("port 0 sent, port 1 received", got(a, "tx"), got(b, "rx")),
                ("port 1 sent, port 0 received", got(b, "tx"), got(a, "rx"))]


class Loop(Pair):
    clears = True

    def open(self):
        self.boot("soak", "loop")


class Dgram(Pair):
    clears = True

    def open(self):
        x, y = self.path / "x", self.path / "y"
        self.boot("soak", "dgram:%s,%s" % (x, y), "dgram:%s,%s" % (y, x))


class Stream(Pair):
    """Two appliances: in one of them QEMU would wait for itself."""

    def open(self):
        self.boot("soak-a", "stream-listen:%s" % (self.path / "s"))
        self.boot("soak-b", "stream:%s" % (self.path / "s"))


class Tap(Backend):
    """Two taps on a bridge, in a network of this process's own. The kernel counts
    both, and what the bridge had no room for."""

    def open(self):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            raise SystemExit("tap: a network namespace wants root")
        for setting in ("net.ipv6.conf.all.disable_ipv6=1",
                        "net.ipv6.conf.default.disable_ipv6=1"):
            subprocess.run(["sysctl", "-q", setting], check=True)
        for command in ("link add soakbr type bridge mcast_snooping 0",
                        "tuntap add soak0 " + TAP, "tuntap add soak1 " + TAP,
                        "link set soak0 master soakbr", "link set soak1 master soakbr",
                        "link set soakbr up", "link set soak0 up",
                        "link set soak1 up"):
            subprocess.run(["ip", *command.split()], check=True)
        self.boot("soak", "tap:soak0", "tap:soak1")
        self.before = self.kernel()

    @staticmethod
    def kernel():
        found = {}
        for i in (0, 1):
            out = subprocess.run(["ip", "-s", "-j", "link", "show", "soak%d" % i],
                                 check=True, capture_output=True, text=True).stdout
            for way in ("rx", "tx"):
                found[i, way] = json.loads(out)[0]["stats64"][way]["packets"]
        return found

    def balance(self):
        ports = self.lines[0].ports()
        now = self.kernel()
        rows = []
        for i in (0, 1):
            rows.append(("port %d sent, its tap got" % i, got(ports[i], "tx"),
                         now[i, "rx"] - self.before[i, "rx"]))
            rows.append(("tap %d gave, its port received" % i,
                         now[i, "tx"] - self.before[i, "tx"],
                         got(ports[i], "rx")))
        return rows


class Vhost(Backend):
    """A peer for each port that checks each frame and sends it back, used entries
    swapped at times."""
    nb_ports = 1

    def open(self):
        self.peers = []
        for i in range(self.nb_ports):
            self.peers.append(Peer(self.path / ("v%d" % i), "--mode", "echo",
                                   patience=self.patience))
        self.boot("soak", *("vhost-user:" + peer.path for peer in self.peers))

    def disturb(self, dice):
        dice.choice(self.peers).do(dice.choice(["swap 20", "stall 50", "swap 1"]))

    def balance(self):
        rows = []
        for i, (port, peer) in enumerate(zip(self.lines[0].ports(), self.peers)):
            report = peer.report()
            rows += [("%d sent, its peer got" % i, got(port, "tx"),
                      report["received"]["frames"]),
                     ("its peer sent, %d received" % i, report["sent"]["frames"],
                      got(port, "rx")),
                     ("frames of %d that are wrong" % i, report["received"]["bad"], 0)]
        return rows

    def close(self):
        super().close()
        for peer in self.peers:
            peer.__exit__()


class Cores(Vhost):
    """Two ports of two queues each, and two cores, each with a thread of the host's."""
    nb_ports = 2
    machine = ("--cpus", "2", "--queues", "2", "--memory", "64M")
    more = ["cores all auto", "cores all 0-1", "cores all 1", "cores 0 1; cores 1 0",
            "queues all 1", "queues all 2", "queues 0 1", "mode all tx", "mode 0 tx",
            "mode 1 rx", "mode all txrx", "signature all off",
            "stop; start 0,1 --together", "stop; start all count 1001", "cores", "stats 0 queues",
            "version", "track 1 udp.dst", "track 1 off", "mode 1 reflect",
            "mode 1 forward 0", "mode 0 forward 1"]
    # Without those whose loss takes long to find where queues were not served alike.
    contents = [c for c in CONTENTS if "255" not in c]
    looks = away = 0

    def look(self):
        rows = self.lines[0].json("cores --json")["by_queue"]
        self.looks += 1
        self.away += any(row["core"] for row in rows)

    def proof(self):
        if self.away <= self.looks // 4:
            raise SystemExit("the other core was busy at %d of %d looks" %
                             (self.away, self.looks))
        return "; both cores busy at %d of %d looks" % (self.away, self.looks)


BACKENDS = {"loop": Loop, "dgram": Dgram, "stream": Stream, "tap": Tap, "vhost": Vhost,
            "cores": Cores}


def got(port, way):
    """What crossed the wire: what was received in a mode that ignores it, too."""
    return port[way]["packets"] + port[way].get("ignored", 0)


# Beside them while they are set, where streams are.
STREAMED = ["shape all.0 saw 1kpps-50kpps every 100ms", "shape all.0 off",
            "gap all.0 burst 20 every 5ms", "gap all.0 even",
            "pause all.0; resume all.0", "pause all.1; resume all.1", "stop all.1; start all.1",
            "stream all.1 disable", "stream all.1 enable; start all.1",
            "stream all.2 delete", "stream all.9 add from all.0; start all.9",
            "rate all.all 2kpps", "rate all.0 1kpps", "size all.0 200",
            "set all.0 eth.src random mask 0xff", "stats all.all", "stream",
            "show stream 0", "show frame 100", "start --dry-run",
            "capture all both keep last taken.pcap", "capture off; rm taken.pcap",
            "capture all count 100 snap 64 taken.pcap; sleep 20ms; capture off; rm taken.pcap"]


def setting(dice):
    """A command that changes how or what is sent."""
    return dice.choice([
        lambda: "rate %dkpps" % dice.choice([1, 5, 20, 100]),
        lambda: "rate max",
        lambda: "burst %d" % dice.choice([1, 8, 32, 64, 256]),
        lambda: "strategy " + dice.choice(["create", "copy", "pool", "shared"]),
        lambda: "onfull " + dice.choice(["retry", "drop"]),
        lambda: "gap " + dice.choice(["even", "burst 300", "poisson"]),
        lambda: "debt " + dice.choice(["catchup", "forgive", "strict"]),
        lambda: "ttl %d" % dice.randrange(1, 256),
        lambda: "size %d" % dice.choice([100, 256, 1518]),
    ])()


def begin(dice, contents):
    words = ["capture off", "reset",
             "show frame 0 0 --pcap soak.pcap count %d" % dice.randrange(1, 99),
             "size 100", dice.choice(contents),
             "strategy " + dice.choice(["create", "copy", "pool", "shared", "shared"]),
             "burst %d" % dice.choice([1, 8, 32, 64, 256]),
             "onfull " + dice.choice(["retry", "drop"]),
             "rate " + dice.choice(["max", "max", "%dkpps" % dice.randrange(1, 50)]),
             "mode " + dice.choice(["all txrx", "0 tx"])]
    return "; ".join(word for word in words if word)


def between(dice, backend):
    if backend.clears and not dice.randrange(6):
        return "stats clear"
    if backend.more and dice.randrange(2):
        return dice.choice(backend.more)
    return dice.choice([
        lambda: setting(dice), lambda: setting(dice), lambda: setting(dice),
        lambda: "stats --json", lambda: "stats", lambda: "port --json",
        lambda: "show config", lambda: "stats pacing", lambda: "help rate",
        lambda: "stop 0; start 0", lambda: "sleep 100ms",
        lambda: dice.choice(STREAMED), lambda: dice.choice(STREAMED),
        lambda: dice.choice(STREAMED),
    ])()


class Phase:
    def __init__(self, backend, dice):
        self.backend = backend
        self.dice = dice
        self.said = []

    def say(self, line, command):
        self.said.append(command)
        try:
            return line.raw(command.encode())
        except TimeoutError:
            raise SystemExit("no answer; " + self.commands()) from None

    def must(self, line, command):
        lines, end = self.say(line, command)
        if end != "OK":
            raise SystemExit("%s: %s\n%s" % (command, end, self.story()))
        return lines

    def commands(self):
        return "\n".join(["the phase was:"] + ["  " + c for c in self.said])

    def story(self):
        return "\n".join([self.commands()] +
                         ["  " + row for line in self.backend.lines
                          for row in line.ask("port") + line.ask("stats")])

    def sent(self):
        return sum(line.ports()[i]["tx"]["packets"] for line, i in self.backend.ports())

    def run(self):
        """Returns how many frames it sent at least: those after its last clear."""
        end = time.monotonic() + PHASE_S
        before = self.sent()
        for line in self.backend.lines:
            self.must(line, begin(self.dice, self.backend.contents or CONTENTS))
            self.must(line, "start")
        while time.monotonic() < end:
            line = self.dice.choice(self.backend.lines)
            # That it cannot be set together with others is an answer, too.
            self.say(line, between(self.dice, self.backend))
            self.backend.look()
            time.sleep(self.dice.random() / 5)
            if not self.dice.randrange(8):
                self.backend.disturb(self.dice)
        for line in self.backend.lines:
            self.must(line, "stop --json; wait all idle within 60s")
        self.check()
        return self.sent() - (0 if "stats clear" in self.said else before)

    def check(self):
        for line, i in self.backend.ports():
            self.must(line, "expect %d tx.stalls = 0" % i)
            self.must(line, "expect %d tx.errors = 0" % i)
        end = time.monotonic() + SETTLE_S
        while True:
            rows = [row for row in self.backend.balance() if row[1] != row[2]]
            if not rows:
                return
            if time.monotonic() > end:
                raise SystemExit("\n".join("%s: %d, %d" % row for row in rows) + "\n" +
                                 self.story())
            time.sleep(0.1)


def soak(name, seconds, seed):
    """Phases until the time is over; returns how many, and the frames of all."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="soak-"))
    backend = BACKENDS[name](path, seed, seconds + 300)
    end = time.monotonic() + seconds
    count = frames = 0
    try:
        backend.open()
        while time.monotonic() < end:
            frames += Phase(backend, random.Random("%d %d" % (seed, count))).run()
            count += 1
            if sys.stderr.isatty():
                print("\r%-8s phase %d, %d s left  " %
                      (name, count, max(0, end - time.monotonic())),
                      end="", file=sys.stderr)
        if not frames:
            raise SystemExit("nothing was sent")
        print("%s%-8s %5d phases, %13s frames: none stalled, none missing%s" %
              ("\r" if sys.stderr.isatty() else "", name, count, "{:,}".format(frames),
               backend.proof()), flush=True)
    except SystemExit as failed:
        print("%s: seed %d, phase %d: %s" % (name, seed, count, failed), flush=True)
        raise SystemExit(1) from None
    finally:
        backend.close()
        shutil.rmtree(path, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="for each back end")
    parser.add_argument("--backends", default=",".join(BACKENDS),
                        help="of %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    names = args.backends.split(",")
    if not set(names) <= set(BACKENDS):
        parser.error("back ends are " + ", ".join(BACKENDS))
    failed = 0
    for name in names:
        # A process of its own: a network namespace ends with it.
        child = os.fork()
        if not child:
            try:
                soak(name, args.minutes * 60, args.seed)
            except SystemExit as end:
                os._exit(1 if end.code else 0)
            except BaseException:  # noqa: B902: shown, and the child ends
                sys.excepthook(*sys.exc_info())
                os._exit(2)
            os._exit(0)
        failed |= os.waitpid(child, 0)[1]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
