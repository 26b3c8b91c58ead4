# SPDX-License-Identifier: BSD-3-Clause
"""Runs build/vhost/vhost-peer and talks to it on its stdin."""
import json
import os
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("VHOST_PEER", os.path.join(ROOT, "build/vhost/vhost-peer"))
# For anything that a loaded machine may take its time over.
PATIENCE = 120


class Peer:
    """One that runs; `with` ends it, whatever came before."""

    def __init__(self, path, *options, patience=PATIENCE):
        self.path = str(path)
        self.child = subprocess.Popen(
            [PROGRAM, "--socket", self.path, "--control", "--json", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, bufsize=1)
        # Nothing here may hang: it is killed when it takes too long.
        self.guard = threading.Timer(patience, self.child.kill)
        self.guard.start()
        # It listens before it answers.
        assert self.ask("report"), self.child.stderr.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.guard.cancel()
        self.child.kill()
        self.child.communicate()

    def ask(self, command):
        self.child.stdin.write(command + "\n")
        return self.child.stdout.readline().rstrip("\n")

    def do(self, command):
        answer = self.ask(command)
        assert answer == "ok", (command, answer, self.child.poll())

    def report(self):
        return json.loads(self.ask("report"))

    def wait(self, condition):
        """Asks for reports until one fulfils the condition; returns it."""
        end = time.monotonic() + PATIENCE
        while True:
            report = self.report()
            if condition(report):
                return report
            assert time.monotonic() < end, report
            time.sleep(0.01)

    def end(self):
        """Once it ends: the last report, the exit status, what went to stderr."""
        self.child.wait(timeout=PATIENCE)
        # Not communicate(): it passes by what readline() has read ahead.
        out, err = self.child.stdout.read(), self.child.stderr.read()
        return json.loads(out.splitlines()[-1]), self.child.returncode, err


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
