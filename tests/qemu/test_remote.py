# SPDX-License-Identifier: BSD-3-Clause
"""Who reaches a console: its owner by the socket, others by a certificate. A relay
between what is shared and the appliance counts what comes through."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from lab import LAUNCHER, PATIENCE, ROOT, lab, own_network  # noqa: F401

pytestmark = pytest.mark.usefixtures("own_network")

REQUEST = b"@1 version --json\n"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


# ---- Certificates ------------------------------------------------------------

class Pki:
    """CAs and what they signed, as files NAME.crt and NAME.key."""

    def __init__(self, path):
        self.path = path
        for ca in ("ca", "other"):
            self.openssl("req", "-x509", *KEY, "-subj", "/CN=the CA",
                         "-days", "9", "-keyout", ca + ".key", "-out", ca + ".crt")
        self.sign("server", "ca", "9", "serverAuth")
        self.sign("right", "ca", "9", "clientAuth")
        self.sign("wrong CA", "other", "9", "clientAuth")
        self.sign("expired", "ca", "-1", "clientAuth")
        self.openssl("req", "-x509", *KEY, "-subj", "/CN=right", "-days", "9",
                     "-keyout", "self-signed.key", "-out", "self-signed.crt")

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.path, check=True,
                       capture_output=True, timeout=PATIENCE)

    def sign(self, name, ca, days, use):
        self.openssl("req", *KEY, "-subj", "/CN=" + name, "-addext",
                     "extendedKeyUsage=" + use, "-addext",
                     "subjectAltName=IP:127.0.0.1", "-keyout", name + ".key",
                     "-out", "request")
        self.openssl("x509", "-req", "-in", "request", "-copy_extensions", "copy",
                     "-CA", ca + ".crt", "-CAkey", ca + ".key", "-CAcreateserial",
                     "-days", days, "-out", name + ".crt")

    def file(self, name):
        return str(self.path / name)

    def client(self, name, version=None):
        """A context that shows NAME's certificate, or none."""
        context = ssl.create_default_context(cafile=self.file("ca.crt"))
        if version:
            context.minimum_version = context.maximum_version = version
        if name:
            context.load_cert_chain(self.file(name + ".crt"), self.file(name + ".key"))
        return context


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("a, b:'pki"))


# ---- What is shared ----------------------------------------------------------

class Relay(threading.Thread):
    """Takes the place of the appliance's socket; counts who comes and their bytes."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.behind = path + ".behind"
        self.connections = self.bytes = 0
        os.rename(path, self.behind)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            self.connections += 1
            line = socket.socket(socket.AF_UNIX)
            line.connect(self.behind)
            back = threading.Thread(target=self.pump, args=(line, client), daemon=True)
            back.start()
            self.pump(client, line, count=True)
            back.join()
            client.close()
            line.close()

    def pump(self, source, sink, count=False):
        try:
            while data := source.recv(65536):
                self.bytes += len(data) if count else 0
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Shared:
    """Appliance `a`, with `share` in the foreground and a relay behind it."""

    def __init__(self, lab, pki):
        self.lab, self.pki, self.port = lab, pki, free_port()
        self.line = lab.start("a", "--accel", "tcg")
        self.relay = Relay(self.line.path)
        self.process = subprocess.Popen(
            [LAUNCHER, *self.words()], env=lab.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = self.process.stderr.readline()
        assert "'a' is shared on 127.0.0.1:%d" % self.port in self.said

    def words(self, **changed):
        options = dict(cert=self.pki.file("server.crt"), key=self.pki.file("server.key"),
                       ca=self.pki.file("ca.crt"), listen="127.0.0.1:%d" % self.port)
        options.update(changed)
        return ["share"] + ["--%s=%s" % pair for pair in options.items()]

    def hear(self):
        """What `share` says next."""
        text = self.process.stderr.readline()
        self.said += text
        return text

    def tcp(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def connect(self, name, version=None):
        return self.pki.client(name, version).wrap_socket(
            self.tcp(), server_hostname="127.0.0.1")

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.said += self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode

    def processes(self):
        return subprocess.run(["pgrep", "-f", "OPENSSL-LISTEN:%d," % self.port],
                              stdout=subprocess.PIPE).stdout.split()

    def leaves_nothing(self):
        until = time.monotonic() + PATIENCE
        while self.processes():
            left = subprocess.run(["ps", "-o", "pid,ppid,pgid,stat,wchan:20,etimes,args", "-p",
                                   b",".join(self.processes()) or b"1"],
                                  stdout=subprocess.PIPE, text=True).stdout
            assert time.monotonic() < until, left
            time.sleep(0.02)


@pytest.fixture
def shared(lab, pki):
    one = Shared(lab, pki)
    yield one
    one.process.terminate()
    one.process.communicate(timeout=PATIENCE)
    one.leaves_nothing()


def take(line, last=b"@1 OK\r\n"):
    """What comes up to LAST, or to the end."""
    got = b""
    while last not in got:
        try:
            data = line.recv(65536)
        except (ConnectionError, ssl.SSLError):
            break
        if not data:
            break
        got += data
    return got


def works(shared, version=None):
    before = shared.relay.bytes
    with shared.connect("right", version) as line:
        line.sendall(REQUEST)
        got = take(line)
        assert b'@1 {"version"' in got and b"@1 OK\r\n" in got
    assert shared.relay.bytes - before == len(REQUEST)


# ---- TLS ---------------------------------------------------------------------

@pytest.mark.parametrize("version", VERSIONS)
def test_the_right_certificate_works(shared, version):
    works(shared, version)
    assert "has connected" in shared.hear()
    works(shared, version)
    assert shared.end() == 130


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name, why", [
    (None, "did not return a certificate"),
    ("wrong CA", "certificate verify failed"),
    ("expired", "certificate verify failed"),
    ("self-signed", "certificate verify failed"),
    ("server", "certificate verify failed"),
])
def test_any_other_is_refused_and_not_a_byte_comes_through(shared, name, why, version):
    got = b""
    try: # with TLS 1.3 a client learns only later that it was refused
        with shared.connect(name, version) as line:
            line.sendall(REQUEST)
            got = take(line)
    except (ConnectionError, ssl.SSLError):
        pass
    assert got == b""
    assert why in shared.hear()
    assert (shared.relay.connections, shared.relay.bytes) == (0, 0)
    works(shared, version)
    assert shared.relay.connections == 1


def test_plain_text_is_refused_and_not_a_byte_comes_through(shared):
    with shared.tcp() as line:
        line.sendall(REQUEST * 100)
        assert b"@1" not in take(line)
    assert "SSL_accept" in shared.hear()
    assert (shared.relay.connections, shared.relay.bytes) == (0, 0)
    works(shared)


def test_a_handshake_that_stalls_is_ended_and_holds_up_nobody(shared):
    with shared.tcp() as stalled:
        works(shared)
        begin = time.monotonic()
        assert take(stalled) == b""
        assert time.monotonic() - begin < 60
    assert shared.relay.connections == 1


class Slow(threading.Thread):
    """Begins a handshake and never ends it, again and again: a byte each second."""

    def __init__(self, shared, again=True):
        super().__init__(daemon=True)
        self.shared, self.again, self.over = shared, again, threading.Event()
        self.begun = threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            try:
                with self.shared.tcp() as line:
                    for byte in b"\x16\x03\x01\x02\x00\x01" + bytes(600):
                        line.sendall(bytes([byte]))
                        self.begun.set()
                        if self.over.wait(1):
                            return
            except OSError:
                if not self.again:
                    return
                self.over.wait(0.1)


def test_handshakes_that_never_end_keep_nobody_out(shared):
    slow = [Slow(shared) for _ in range(20)]
    for one in slow:
        assert one.begun.wait(PATIENCE)
    try:
        for _ in range(5):
            works(shared)
    finally:
        for one in slow:
            one.over.set()
    for one in slow:
        one.join(PATIENCE)
    works(shared)


def test_a_handshake_has_five_seconds_and_a_client_all_time(shared):
    with shared.connect("right") as line:
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)
        slow = Slow(shared, again=False)
        slow.join(60) # a byte each second goes on for ten minutes
        slow.over.set()
        assert slow.begun.is_set() and not slow.is_alive()
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)


def test_one_client_at_a_time(shared):
    with shared.connect("right") as line:
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)
        with shared.connect("right") as second:
            second.sendall(REQUEST)
            assert re.fullmatch(rb"ukpktgen: the console of 'a' is held by process \d+ "
                                rb"\(ukpktgen share\)\s+", take(second))
        done = shared.lab.launch("exec", "-c", "version", check=False)
        assert done.returncode == 2 and "(ukpktgen share)" in done.stderr
    assert shared.relay.bytes == len(REQUEST)
    shared.lab.launch("exec", "-c", "version")
    works(shared)


@pytest.mark.parametrize("how, status", [
    (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)])
def test_the_end_of_sharing_ends_its_connections(shared, how, status):
    with shared.connect("right") as line:
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)
        assert len(shared.processes()) == 2
        assert shared.end(how) == status
        assert take(line) == b""
    shared.leaves_nothing()
    with pytest.raises(ConnectionRefusedError):
        shared.tcp()
    shared.lab.launch("exec", "-c", "version")


def test_it_outlives_its_appliance_and_serves_the_next_of_the_name(shared):
    with shared.connect("right") as line:
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)
        down = shared.lab.launch("down")
        assert "'a' stays shared on 127.0.0.1:%d" % shared.port in down.stderr
        assert "unshare --name a" in down.stderr
        assert take(line) == b"" # it ends with the appliance
    with shared.connect("right") as line:
        assert b"no 'a' runs now" in take(line)
    assert "not running  shared on 127.0.0.1:%d" % shared.port in shared.lab.launch("list").stdout
    shared.lab.start("a", "--accel", "tcg")
    with shared.connect("right") as line:
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)
    assert "shared on 127.0.0.1:%d" % shared.port in shared.lab.launch("list").stdout


def test_unshare_ends_what_is_shared(shared):
    lab, here = shared.lab, "127.0.0.1:%d" % shared.port
    (one,) = json.loads(lab.launch("list", "--json").stdout)["appliances"]
    assert one["shares"] == [{"listen": here, "pid": shared.process.pid}]
    port = free_port()
    lab.launch(*shared.words(listen="127.0.0.1:%d" % port), "--detach")
    several = lab.launch("unshare", check=False)
    assert several.returncode == 2 and "choose with --name" in several.stderr
    none = lab.launch("unshare", "--name", "b", check=False)
    assert none.returncode == 2 and "no such share; there are: a@" in none.stderr
    lab.launch("unshare", "--listen", "127.0.0.1:%d" % port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    with shared.connect("right") as line:
        line.sendall(REQUEST)
        assert b"@1 OK" in take(line)
        lab.launch("unshare")
        assert take(line) == b""
    shared.process.communicate(timeout=PATIENCE)
    with pytest.raises(ConnectionRefusedError):
        shared.tcp()
    (one,) = json.loads(lab.launch("list", "--json").stdout)["appliances"]
    assert one["shares"] == []
    lab.launch("exec", "-c", "version")


def test_in_the_background_it_tells_name_process_and_address(shared):
    taken = shared.lab.launch(*shared.words(), "--detach", check=False)
    assert taken.returncode == 2 and "is shared on 127.0.0.1" in taken.stderr
    shared.end()
    done = shared.lab.launch(*shared.words(), "--detach")
    name, pid, address = done.stdout.split()
    assert (name, address) == ("a", "127.0.0.1:%d" % shared.port)
    works(shared)
    os.kill(int(pid), signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    with pytest.raises(ConnectionRefusedError):
        while time.monotonic() < until:
            shared.tcp().close()
            time.sleep(0.1)


# ---- Misuse ------------------------------------------------------------------

@pytest.mark.parametrize("changed, wanted", [
    ({"listen": "4433"}, "ADDRESS:PORT"), ({"listen": ":4433"}, "ADDRESS:PORT"),
    ({"listen": "*:4433"}, "ADDRESS:PORT"), ({"listen": "127.0.0.1:0"}, "ADDRESS:PORT"),
    ({"listen": "127.0.0.1:65536"}, "ADDRESS:PORT"),
    ({"listen": "localhost:4433"}, "ADDRESS:PORT"),
    ({"listen": "127.0.0.1:4433,verify=0"}, "ADDRESS:PORT"),
    ({"cert": "/nowhere"}, "--cert '/nowhere'"), ({"key": "/"}, "--key '/'"),
    ({"ca": "/nowhere"}, "--ca '/nowhere'"), ({"ca": ""}, "--ca needs a value"),
])
def test_misuse_is_told(lab, pki, changed, wanted):
    one = object.__new__(Shared)
    one.pki, one.port = pki, 4433
    done = lab.launch(*one.words(**changed), check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert wanted in done.stderr


@pytest.mark.parametrize("left_out", ["cert", "key", "ca", "listen"])
def test_all_of_it_is_wanted(lab, pki, left_out):
    one = object.__new__(Shared)
    one.pki, one.port = pki, 4433
    words = [word for word in one.words() if not word.startswith("--" + left_out)]
    done = lab.launch(*words, check=False)
    assert done.returncode == 2 and "needs --" + left_out in done.stderr


def test_a_key_that_is_open_to_everybody_is_refused(lab, pki):
    one = object.__new__(Shared)
    one.pki, one.port = pki, 4433
    key = lab.path / "open.key"
    key.write_bytes((pki.path / "server.key").read_bytes())
    key.chmod(0o644)
    done = lab.launch(*one.words(key=key), check=False)
    assert done.returncode == 2 and "chmod o=" in done.stderr


# ---- The Unix socket ---------------------------------------------------------

def test_sockets_are_0600_in_a_directory_of_0700(lab):
    line = lab.start("a", "--accel", "tcg", "--net", "stream-listen:%s/s" % lab.path)
    for path, mode in ((line.path, 0o600), (os.path.dirname(line.path), 0o700),
                       (str(lab.path / "s"), 0o600)):
        assert os.stat(path).st_mode & 0o777 == mode, path


# ---- The page ----------------------------------------------------------------

SSHD = "/usr/sbin/sshd"


def make_ssh(path, env):
    """An `ssh HOST` that has the launcher over there: by a server of our own that needs
    no network, or, where none is installed, by a shell that gets the words, joined."""
    if not os.path.exists(SSHD):
        return "#!/bin/sh\nshift\nexec sh -c \"$*\"\n"
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path / key],
                       check=True, timeout=PATIENCE)
    (path / "sshd.conf").write_text(
        "HostKey {0}/host\nAuthorizedKeysFile {0}/user.pub\nStrictModes no\n"
        "PermitRootLogin yes\nSetEnv PATH={PATH} XDG_RUNTIME_DIR={XDG_RUNTIME_DIR}\n"
        .format(path, **env))
    return ("#!/bin/sh\nexec /usr/bin/ssh -F none -i {0}/user -o UserKnownHostsFile={0}/known "
            "-o StrictHostKeyChecking=accept-new -o LogLevel=ERROR "
            "-o 'ProxyCommand={1} -i -f {0}/sshd.conf' \"$@\"\n".format(path, SSHD))


def test_the_page_works_as_it_stands(lab):
    with open(os.path.join(ROOT, "docs", "remote.md")) as page:
        blocks = re.findall(r"^```\n(.*?)^```$", page.read(), re.M | re.S)
    assert len(blocks) == 6
    tools = lab.path / "bin"
    tools.mkdir()
    (tools / "ukpktgen").symlink_to(LAUNCHER)
    env = dict(lab.env, PATH="%s:%s" % (tools, lab.env["PATH"]))
    (tools / "ssh").write_text(make_ssh(lab.path, env))
    (tools / "ssh").chmod(0o755)
    script = "set -e\n" + "".join("echo BLOCK\n" + block for block in blocks)
    script = script.replace("4433", str(free_port()))
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], env=env, text=True,
                          stdin=subprocess.DEVNULL, cwd=lab.path, capture_output=True,
                          timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    socket_block, _, share, tls, here, ssh = done.stdout.split("BLOCK\n")[1:]
    assert re.search(r"^700 /.*\n600 /", socket_block, re.M)
    assert re.fullmatch(r"a \d+ 127.0.0.1:\d+\n", share)
    assert "128" in ssh
    for block, answers in ((socket_block, 1), (tls, 1), (here, 1), (ssh, 2)):
        assert block.count("@1 OK") == answers, block
