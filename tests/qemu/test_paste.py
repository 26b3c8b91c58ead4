# SPDX-License-Identifier: BSD-3-Clause
"""A great many lines at once, while frames are sent."""
import re
import threading

from lab import PATIENCE, hardly_skipped, lab  # noqa: F401

LINES = 30000


def test_a_paste_is_run_line_by_line(lab):
    sizes = [64 + i % 1000 for i in range(LINES)]
    got = bytearray()

    def read(sock):
        while b"@end OK" not in got[-100:]:
            data = sock.recv(65536)
            assert data
            got.extend(data)

    with lab.start("a") as line:
        line.ask("rate 1kpps; start")
        reader = threading.Thread(target=read, args=(line.sock,), daemon=True)
        reader.start()
        line.send(b"".join(b"size %d\r" % size for size in sizes) + b"@end\n")
        reader.join(PATIENCE)
        assert not reader.is_alive()
        echoed = re.findall(rb"> size (\d+)\r\n", bytes(got))
        assert [int(size) for size in echoed] == sizes
        assert b"E_" not in got
        line.ask("stop")
        a, b = line.ports()
        assert line.json("port --json")["ports"][0]["size"] == sizes[-1]
        assert a["tx"]["packets"] == b["rx"]["packets"] > 0
        assert hardly_skipped(a["tx"])
