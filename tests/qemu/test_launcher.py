# SPDX-License-Identifier: BSD-3-Clause
"""scripts/ukpktgen as its users meet it: words, statuses, what is left behind."""
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pexpect
import pytest

from lab import (IMAGE, LAUNCHER, PATIENCE, ROOT, TEST_IMAGE, lab,  # noqa: F401
                 own_network)

FIRST_RUN = os.path.join(ROOT, "tools", "first-run")
CONSOLE = os.path.join(ROOT, "build", "ukpktgen-console")
PROMPT = "ukpktgen> "
CTRL_CLOSE = "\x1d"


def runs(pid):
    """True while the process does something: a zombie is an end as well."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_for(condition, what):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "never: " + what
        time.sleep(0.02)


def ended(pid):
    wait_for(lambda: not runs(pid), "the end of process %d" % pid)


def left_behind(lab):
    return sorted(os.path.basename(p) for p in
                  glob.glob(str(lab.run_dir / "ukpktgen" / "*")) +
                  glob.glob(str(lab.run_dir / "ukpktgen" / ".boot*")))


def terminal(lab, *command, image=IMAGE):
    return pexpect.spawn(command[0], list(command[1:]), encoding="utf-8",
                         timeout=PATIENCE, dimensions=(24, 80),
                         env=dict(lab.env, UKPKTGEN_IMAGE=image))


def end_of(child):
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def in_background(lab, *args):
    return subprocess.Popen([LAUNCHER, *args], env=lab.env, text=True,
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


# ---- The words of the command line -------------------------------------------

@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help_shows_every_word_and_examples(lab, word):
    text = lab.launch(word).stdout
    for wanted in ("run", "exec", "console", "list", "down", "Examples:"):
        assert wanted in text


@pytest.mark.parametrize("verb", ["run", "exec", "console", "list", "down", "share",
                                  "unshare", "help"])
def test_every_verb_has_help_of_its_own(lab, verb):
    text = lab.launch("help", verb).stdout
    assert text.startswith("usage: ukpktgen %s" % verb)
    assert max(map(len, text.splitlines())) <= 80
    if verb == "help":
        return
    for word in ("--help", "-h"):
        assert lab.launch(verb, word).stdout == text
    # It has all that the verb takes, and no more.
    refused = lab.launch(verb, "--nonsense", check=False).stderr
    taken = set(refused.split("it takes:")[1].split()) - {"--help"}
    if verb == "exec":
        refused = lab.launch(verb, "--boot", "--nonsense", check=False).stderr
        taken |= set(refused.split("it takes:")[1].split()) - {"--help"}
    assert set(re.findall(r"^  (-[\w-]+)", text, re.M)) == taken
    # And all of it is in the help of all.
    assert taken <= set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", lab.launch("help").stdout))


def test_the_version_is_the_clients_and_the_images(lab):
    done = lab.launch("--version")
    version = re.fullmatch(r"ukpktgen (\S+)\n", done.stdout)[1]
    own = subprocess.run([CONSOLE, "--version"], capture_output=True, text=True, check=True)
    assert own.stdout == "ukpktgen-console %s\n" % version
    assert '"version":"%s"' % version in lab.launch(
        "exec", "--boot", "--accel", "tcg", "-c", "version --json").stdout


def test_no_word_at_all_shows_them(lab):
    done = lab.launch(check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == lab.launch("help").stdout


def test_a_value_may_follow_an_equals_sign(lab):
    done = lab.launch("exec", "--boot", "--accel=tcg", "--net=null",
                      "--capture=0=%s/x" % lab.path, "-c", "version", check=False)
    assert done.returncode == 2 and "--capture '0=%s/x'" % lab.path in done.stderr
    lab.launch("exec", "--boot", "--accel=tcg", "--net=loop",
               "--capture=0=%s/x" % lab.path, "-c", "version")
    assert (lab.path / "x").exists()


@pytest.mark.parametrize("args, wanted", [
    (["dance"], "'dance'"),
    (["run", "bench.cmds"], "--file PATH --run NAME"),
    (["run", "--name="], "needs a value"),
    (["list", "nothing"], "takes no 'nothing'"),
    (["run", "--detach", "--memory", "3M"], "4M at least"),
    (["run", "--detach", "--machine", "microvm", *["--net", "loop"] * 4],
     "room for 7 ports beside its console, not for 8"),
    (["list", "extra"], "'list' takes no 'extra'; it takes: --json --names --help"),
    (["console", "lab"], "'console' takes no 'lab' alone: an appliance is '--name lab'"),
    (["list", "--json", "--names"], "--json or --names, not both"),
    (["help", "walk"], "no verb 'walk'"),
    (["help", "run", "exec"], "takes one VERB"),
    (["--version", "x"], "takes no 'x'"),
    (["exec", "--timeout", "soon", "-c", "stats"], "a TIME such as 500ms"),
    (["exec", "--packed", "-c", "version"], "without --boot"),
    (["unshare"], "nothing is shared"),
    (["unshare", "--all", "--name", "a"], "--all, or --name"),
    (["unshare", "--listen", "here"], "ADDRESS:PORT"),
    (["run", "--run", "nosuch.cmds"], "--file PATH/nosuch.cmds --run nosuch.cmds"),
    (["run", "--detach", "--file", "/nosuch"], "cannot read '/nosuch'"),
    (["down", "--all", "--name", "a"], "--all or --name, not both"),
    (["run", "--detach", "--name", "a", "--name", "b"], "--name can be given once"),
    (["run", "--detach", "--memory", "4M", "--memory=8M"], "--memory can be given once"),
    (["run", "--run", "version", "--run", "port"], "'COMMAND; COMMAND' are several"),
    (["run", "--speed", "3"], "--machine"),
    (["run", "--detach", "--machine", "vax"], "q35 or microvm"),
    (["run", "--detach", "--accel", "warp"], "auto, kvm or tcg"),
    (["run", "--detach", "--memory", "lots"], "such as 16M"),
    (["run", "--detach", "--memory", "0"], "such as 16M"),
    (["run", "--detach", "--cpus", "0"], "1 to 8"),
    (["run", "--detach", "--cpus", "9"], "1 to 8"),
    (["run", "--detach", "--name", "-x"], "a letter or digit first"),
    (["run", "--detach", "--name", "a/b"], "a letter or digit first"),
    (["run", "--detach", "--name", "x" * 33], "1 to 32"),
    (["run", "--detach", "--name"], "needs a value"),
    (["run", "--detach", "surplus"], "'surplus'"),
    (["run"], "--detach"),
    (["console"], "terminal"),
    (["list", "--all"], "takes no '--all'"),
    (["exec"], "-c 'COMMAND; COMMAND'"),
    (["exec", "a", "b"], "-c 'COMMAND; COMMAND'"),
    (["exec", "-c", "version", "file"], "-c 'COMMAND; COMMAND'"),
    (["exec", "--net", "loop", "-c", "version"], "--boot"),
    (["exec", "no-such-file"], "no-such-file"),
    (["exec", "-c", "version"], "'ukpktgen run'"),
    (["exec", "--name", "nobody", "-c", "version"], "nobody"),
    (["down"], "no appliance"),
])
def test_misuse_names_what_is_allowed(lab, args, wanted):
    done = lab.launch(*args, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert wanted in done.stderr
    assert left_behind(lab) == []


@pytest.mark.parametrize("spec", ["", "tokenring", "loop:1", "dgram:", "dgram:a",
                                  "dgram:a,", "dgram:,b", "dgram:a,b,c", "tap:",
                                  "stream:", "stream-listen:", "vhost-user:", "vhost-user-listen:"])
def test_a_wrong_net_names_the_right_ones(lab, spec):
    done = lab.launch("run", "--detach", "--accel", "tcg", "--net", spec, check=False)
    assert done.returncode == 2
    assert spec == "" or "vhost-user:SOCK" in done.stderr
    assert left_behind(lab) == []


@pytest.mark.parametrize("net, capture, wanted", [
    ("loop", "2=x.pcap", "no port 2 (0..1)"),
    ("loop", "x.pcap", "PORT=FILE"),
    ("loop", "0=", "PORT=FILE"),
    ("null", "0=x.pcap", "null"),
    ("vhost-user-listen:/nowhere", "0=x.pcap", "vhost-user"),
])
def test_a_capture_that_cannot_be_is_refused(lab, net, capture, wanted):
    done = lab.launch("run", "--detach", "--accel", "tcg", "--net", net,
                      "--capture", capture, check=False)
    assert done.returncode == 2 and wanted in done.stderr
    assert left_behind(lab) == []


@pytest.mark.parametrize("command", [["run", "--detach"], ["run", "--run", "version"],
                                     ["exec", "--boot", "-c", "version"]])
@pytest.mark.parametrize("options, wanted", [
    (["--net", "stream:{0}/nobody"], "no socket"),
    (["--net", "stream:|sh"], "no socket"),
    (["--net", "stream:{0}/left"], "nobody accepts a connection at stream:"),
    (["--net", "loop", "--net", "stream:{0}/left"], "nobody accepts a connection at stream:"),
    (["--memory", "4M", "--mtu", "9000"], "failed at 'buffer pool': not enough memory"),
    (["--net", "null"] * 9, "takes 8 of its 9 ports"),
    (["--net", "tap:nosuch0"], "ip tuntap add dev 'nosuch0'"),
    (["--capture", "0={0}/x", "--capture", "0={0}/y"], "port 0 is captured to a file already"),
])
def test_a_boot_without_all_of_its_ports_fails(lab, command, options, wanted):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(lab.path / "left"))
    options = [word.format(lab.path) for word in options]
    done = lab.launch(*command, "--accel", "tcg", *options, check=False)
    assert done.returncode == 2 and wanted in done.stderr, done.stderr
    if command[0] == "exec" or "--detach" in command:
        assert done.stdout == ""
    assert left_behind(lab) == []
    assert "nosuch0" not in open("/proc/net/dev").read()


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_a_stream_that_is_there_boots(lab, machine):
    path = "%s/x,y" % lab.path
    lab.start("a", "--accel", "tcg", "--net", "stream-listen:" + path)
    lab.start("b", "--accel", "tcg", "--machine", machine, "--net", "null", "--net",
              "stream:" + path)


def test_the_least_memory_suffices(lab):
    for machine in ("q35", "microvm"):
        lab.launch("exec", "--boot", "--accel", "tcg", "--machine", machine,
                   "--memory", "4M", "-c", "start; stop")


def test_what_is_refused_says_nothing_of_kvm(lab):
    large = lab.path / "large"
    large.write_bytes(bytes(4 << 20))
    for options in (["--net", "dance"], ["--capture", "7=x"], ["--mac", "7=02:00:00:00:00:00"],
                    ["--memory", "4M", "--file", str(large)]):
        done = lab.launch("exec", "--boot", *options, "-c", "version", check=False)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


def test_a_job_that_fails_at_once_fails_the_boot(lab):
    done = lab.launch("run", "--detach", "--accel", "tcg", "--run", "size 0 3", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--run: E_RANGE: 'size' takes" in done.stderr
    assert left_behind(lab) == []
    lab.launch("run", "--detach", "--accel", "tcg", "--run", "size 0 128; start")
    assert lab.launch("exec", "-c", "expect 0 size = 128").returncode == 0


@pytest.mark.parametrize("command", [
    ["help"], ["list"], ["run", "--detach"], ["run", "--run", "version"],
    ["run", "--run", "x", "--file", "{0}/x"]])
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_output_that_could_not_be_written_is_an_error(lab, command, where):
    (lab.path / "x").write_text("echo x\n" * 100)
    if command == ["list"]:
        lab.start("a", "--accel", "tcg")
    elif command[0] == "run":
        command = ["run", "--accel", "tcg", *command[1:]]
    command = [word.format(lab.path) for word in command]
    done = subprocess.run(["sh", "-c", '"$@" ' + where, "sh", LAUNCHER, *command],
                          env=lab.env, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE)
    assert done.returncode == 2 and "standard output" in done.stderr
    if command != ["list"]:
        assert left_behind(lab) == []


def test_a_capture_that_could_not_be_written_is_an_error(lab):
    send = "rate 1kpps; start 0 count 50; wait 0 idle"
    for command in (["exec", "--boot", "-c", send], ["run", "--run", send]):
        done = lab.launch(*command, "--accel", "tcg", "--capture", "0=/dev/full", check=False)
        assert done.returncode == 2 and "lacks frames" in done.stderr


def test_what_qemu_says_when_it_gives_up_is_shown(lab):
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--net",
                      "dgram:%s/no/body,b" % lab.path, "-c", "version", check=False)
    assert done.returncode == 2
    assert "no/body" in done.stderr and "No such file" in done.stderr
    assert left_behind(lab) == []


# ---- What it needs -----------------------------------------------------------

def test_a_missing_image_names_the_target_that_builds_it(lab):
    done = lab.launch("exec", "--boot", "-c", "version", check=False,
                      image=str(lab.path / "none.elf"))
    assert done.returncode == 2 and "make image" in done.stderr


def test_a_missing_qemu_names_its_package(lab):
    lab.env["UKPKTGEN_QEMU"] = "qemu-of-nowhere"
    done = lab.launch("run", "--detach", check=False)
    assert done.returncode == 2
    assert re.search(r"apt-get install .*\bqemu-system-x86$", done.stderr, re.M)


def test_a_missing_socat_names_its_package(lab):
    tools = lab.path / "bin"
    tools.mkdir()
    for tool in ("bash", "readlink", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool))
    lab.env["PATH"] = str(tools)
    done = lab.launch("list", check=False)
    assert done.returncode == 2
    assert re.search(r"apt-get install .*\bsocat$", done.stderr, re.M)


def test_one_line_at_most_tells_of_the_fallback_to_tcg(lab):
    first = lab.launch("exec", "--boot", "-c", "version")
    again = lab.launch("exec", "--boot", "-c", "version")
    assert first.stderr == again.stderr
    assert re.fullmatch(r"(ukpktgen: no KVM \(.+\): .*TCG.*\n)?", first.stderr)


# ---- The directory of sockets ------------------------------------------------

def test_the_directory_and_sockets_are_the_owners_alone(lab):
    line = lab.start("a", "--accel", "tcg")
    assert os.stat(lab.run_dir / "ukpktgen").st_mode & 0o777 == 0o700
    assert os.stat(line.path).st_mode & 0o077 == 0


def test_a_directory_that_is_open_to_others_is_refused(lab):
    (lab.run_dir / "ukpktgen").mkdir(mode=0o700)
    os.chmod(lab.run_dir / "ukpktgen", 0o750)
    done = lab.launch("list", check=False)
    assert done.returncode == 2 and "chmod 700" in done.stderr


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o1777, 0o702])
def test_a_runtime_directory_that_others_may_write_to_is_refused(lab, mode):
    os.chmod(lab.run_dir, mode)
    done = lab.launch("list", check=False)
    assert done.returncode == 2 and "chmod go-w '%s'" % lab.run_dir in done.stderr
    assert not (lab.run_dir / "ukpktgen").exists()
    os.chmod(lab.run_dir, 0o755)
    lab.launch("list")


def test_a_symbolic_link_in_its_place_is_refused(lab):
    (lab.path / "elsewhere").mkdir(mode=0o700)
    (lab.run_dir / "ukpktgen").symlink_to(lab.path / "elsewhere")
    assert lab.launch("list", check=False).returncode == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_directory_of_somebody_else_is_refused(lab):
    (lab.run_dir / "ukpktgen").mkdir(mode=0o700)
    os.chown(lab.run_dir / "ukpktgen", 65534, 65534)
    done = lab.launch("list", check=False)
    assert done.returncode == 2 and "somebody else" in done.stderr


def test_a_path_too_long_for_a_socket_is_said_so(lab):
    deep = lab.path / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True, mode=0o700)
    lab.env["XDG_RUNTIME_DIR"] = str(deep)
    done = lab.launch("run", "--detach", "--accel", "tcg", check=False)
    assert done.returncode == 2 and "108 bytes" in done.stderr


def test_a_directory_with_odd_characters_works(lab):
    odd = lab.path / "a, b:'c"
    odd.mkdir(mode=0o700)
    lab.env["XDG_RUNTIME_DIR"] = str(odd)
    done = lab.launch("run", "--detach", "--accel", "tcg")
    lab.launch("exec", "-c", "version")
    lab.launch("down")
    ended(int(done.stdout.split()[1]))


# ---- run --detach, list, down ------------------------------------------------

def test_the_life_of_two_appliances(lab):
    done = lab.launch("list")
    assert done.stdout == "" and "no appliance runs" in done.stderr

    first, pid, sock = lab.launch("run", "--detach").stdout.split()
    other = lab.start("b.2")
    assert first == "ukpktgen0"
    rows = [row.split() for row in lab.launch("list").stdout.splitlines()]
    assert [row[:3] for row in rows] == [["b.2", str(other.pid), other.path],
                                         [first, pid, sock]]
    assert all(re.fullmatch(r"\d+[sm]", row[3]) and len(row) > 4 for row in rows)
    assert lab.launch("list", "--names").stdout == "b.2\n%s\n" % first
    tells_what_runs(lab, other.pid)

    several = lab.launch("exec", "-c", "version", check=False)
    assert several.returncode == 2
    assert "b.2" in several.stderr and first in several.stderr
    taken = lab.launch("run", "--detach", "--name", "b.2", check=False)
    assert taken.returncode == 2 and "b.2" in taken.stderr
    macs = [port["mac"] for name in ("b.2", first) for port in json.loads(
        lab.launch("exec", "--name", name, "-c", "port --json").stdout)["ports"]]
    assert len(set(macs)) == 4

    lab.launch("down", "--name", "b.2")
    ended(other.pid)
    lab.launch("exec", "-c", "version")
    lab.launch("down")
    ended(int(pid))
    assert left_behind(lab) == []
    assert lab.launch("down", "--all").stdout == ""


def tells_what_runs(lab, pid):
    """`list --json` of two, of which b.2 sends and has its console held in the end."""
    lab.launch("exec", "--name", "b.2", "-c", "rate 1kpps; start 0")
    one, _ = json.loads(lab.launch("list", "--json").stdout)["appliances"]
    told = json.loads(lab.launch("exec", "--name", "b.2", "-c", "port --json").stdout)
    assert (one["name"], one["pid"], one["shares"]) == ("b.2", pid, [])
    assert one["held_by"] is None and 0 <= one["uptime"] < PATIENCE
    assert one["ports"] == told["ports"]
    state = told["ports"][0]["state"]
    assert "0 %s, 1 " % state in lab.launch("list").stdout.splitlines()[0]
    held = in_background(lab, "exec", "--name", "b.2", "-c", "version; sleep 1h")
    assert held.stdout.readline()
    assert "  console: process " in lab.launch("list").stdout.splitlines()[0]
    one, _ = json.loads(lab.launch("list", "--json").stdout)["appliances"]
    assert "(ukpktgen exec)" in one["held_by"] and len(one["ports"]) == 2
    held.terminate()
    held.communicate(timeout=PATIENCE)


def test_down_all_ends_all(lab):
    lines = [lab.start(name, "--accel", "tcg") for name in "abc"]
    lab.launch("down", "--all")
    for line in lines:
        ended(line.pid)
    assert left_behind(lab) == []


def test_down_ends_one_whose_console_is_held(lab):
    line = lab.start("a", "--accel", "tcg")
    with line:
        lab.launch("down")
    ended(line.pid)


def test_what_a_killed_qemu_leaves_is_cleared(lab):
    line = lab.start("a", "--accel", "tcg")
    os.kill(line.pid, signal.SIGKILL)
    ended(line.pid)
    assert lab.launch("list").stdout == ""
    assert left_behind(lab) == []
    lab.start("a", "--accel", "tcg")


def test_a_process_that_is_none_of_ours_is_never_ended(lab):
    lab.launch("list")
    with subprocess.Popen(["sleep", str(PATIENCE)]) as other:
        (lab.run_dir / "ukpktgen" / "a.pid").write_text("%d\n" % other.pid)
        assert lab.launch("down", "--name", "a", check=False).returncode == 2
        lab.launch("down", "--all")
        assert runs(other.pid)
        other.kill()


# ---- exec --------------------------------------------------------------------

def test_commands_come_from_a_file_or_standard_input(lab):
    lab.start("a", "--accel", "tcg")
    text = "# a comment\n\n  \t# another\nsize 0 128\r\nport 0\nport --json"
    path = lab.path / "x.cmds"
    path.write_text(text)
    for done in (lab.launch("exec", str(path)), lab.launch("exec", "-", stdin=text)):
        assert done.stderr == ""
        assert json.loads(done.stdout.splitlines()[-1])["ports"][0]["size"] == 128
        assert "@" not in done.stdout


def test_exec_has_the_options_of_the_client(lab):
    boot = ["--accel", "tcg", "--net", "null"] # which may stand before --boot
    done = lab.launch("exec", *boot, "--boot", "--json", "-c", "size 128; port")
    assert json.loads(done.stdout)["ports"][0]["size"] == 128
    lab.start("a", "--accel", "tcg")
    assert json.loads(lab.launch("exec", "--json", "-c", "stats").stdout)["ports"]
    done = lab.launch("exec", "--timeout", "100ms", "-c", "sleep 1m", check=False)
    assert done.returncode == 1 and "E_TIMEOUT: not finished within 100ms" in done.stderr
    loud = "stats; rate 1kpps; start 0 count 1; wait 0 idle within 60s"
    for words in (["--quiet"], ["--boot", *boot[:2], "--quiet"]):
        done = lab.launch("exec", *words, "-c", loud)
        assert (done.stdout, done.stderr) == ("", "")
        done = lab.launch("exec", *words, "-c", loud + "; size 5", check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("-c:1:") and "E_RANGE" in done.stderr


def test_the_first_error_ends_a_file_and_is_shown_in_its_place(lab):
    lab.start("a", "--accel", "tcg")
    path = lab.path / "x.cmds"
    path.write_text("size 0 128\n\n\tsize 0 3\nsize 0 256\n")
    done = lab.launch("exec", str(path), check=False)
    assert done.returncode == 1
    place, text, caret = done.stderr.splitlines()
    assert place.startswith("%s:3:9: E_RANGE: " % path)
    assert (text, caret) == ("\tsize 0 3", "\t       ^")
    port = json.loads(lab.launch("exec", "-c", "port --json").stdout)["ports"][0]
    assert port["size"] == 128


def test_the_first_error_ends_a_line(lab):
    done = lab.launch("exec", "--boot", "--accel", "tcg", "-c",
                      "version --json; wrong; version --json", check=False)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith("-c:1:17: E_UNKNOWN: ")
    assert left_behind(lab) == []


def test_a_line_too_long_is_passed_on_and_refused_there(lab):
    lab.start("a", "--accel", "tcg")
    done = lab.launch("exec", "-", stdin="size " + "1" * 4000 + "\n", check=False)
    assert done.returncode == 1
    assert re.match(r"-:1:\d+: E_LONG: ", done.stderr)


def test_quit_is_a_good_end_but_nothing_comes_after(lab):
    line = lab.start("a", "--accel", "tcg")
    lab.launch("exec", "-c", "version; quit")
    ended(line.pid)
    done = lab.launch("exec", "--boot", "--accel", "tcg", "-", check=False,
                      stdin="quit\nversion\n")
    assert done.returncode == 2 and "powered off" in done.stderr
    assert left_behind(lab) == []


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_a_crash_is_reported_with_source_lines(lab, machine):
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--machine", machine, "-c",
                      "crash null; version", image=TEST_IMAGE, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "*** CRASH: " in done.stderr and "*** END OF CRASH" in done.stderr
    assert re.search(r"^ *#0 0x[0-9a-f]+ .*crash\.c:\d+", done.stderr, re.M)
    assert left_behind(lab) == []


def test_a_crash_of_one_in_the_background_is_told_from_its_end(lab):
    lab.launch("run", "--detach", "--name", "a", "--accel", "tcg", image=TEST_IMAGE)
    done = lab.launch("exec", "-c", "crash assert", image=TEST_IMAGE, check=False)
    assert done.returncode == 3
    line = lab.start("a", "--accel", "tcg")
    waiting = in_background(lab, "exec", "-c", "version; sleep 1h")
    assert waiting.stdout.readline()
    os.kill(line.pid, signal.SIGKILL)
    out, err = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 2 and "'a' is gone" in err


def test_a_held_console_is_told_from_an_appliance_that_is_gone(lab):
    with lab.start("a", "--accel", "tcg") as line:
        line.ask("version")
        done = lab.launch("exec", "-c", "stop", check=False)
        assert done.returncode == 2 and "does not answer" in done.stderr
    waiting = in_background(lab, "exec", "-c", "version; sleep 1h")
    assert waiting.stdout.readline()
    done = lab.launch("exec", "-c", "stop", check=False)
    assert done.returncode == 2 and "process %d " % waiting.pid in done.stderr
    waiting.terminate()
    waiting.communicate(timeout=PATIENCE)


def test_what_a_killed_client_left_running_is_cancelled(lab):
    lab.start("a", "--accel", "tcg")
    waiting = in_background(lab, "exec", "-c", "version; sleep 1h")
    assert waiting.stdout.readline()
    waiting.kill()
    waiting.communicate()
    lab.launch("exec", "-c", "version")


def test_a_line_that_somebody_began_to_type_does_no_harm(lab):
    with lab.start("a", "--accel", "tcg") as line:
        line.ask("size 0 128")
        line.send(b"size 0 256")
    done = lab.launch("exec", "-c", "port --json")
    assert json.loads(done.stdout)["ports"][0]["size"] == 128


@pytest.mark.parametrize("how, status", [
    (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
    (signal.SIGKILL, -9)])
def test_exec_boot_leaves_no_qemu_however_it_ends(lab, how, status):
    going = in_background(lab, "exec", "--boot", "--accel", "tcg", "-c",
                          "version; sleep 1h")
    assert going.stdout.readline()
    pid = int((lab.run_dir / "ukpktgen" / (".boot-%d.pid" % going.pid)).read_text())
    assert runs(pid)
    assert lab.launch("list").stdout == ""
    going.send_signal(how)
    going.communicate(timeout=PATIENCE)
    assert going.returncode == status
    ended(pid)
    lab.launch("list")
    assert left_behind(lab) == []


# ---- Boards and backends -----------------------------------------------------

@pytest.mark.parametrize("machine", ["q35", "microvm"])
@pytest.mark.parametrize("specs, ports", [
    (["loop"], 2), (["loop", "loop"], 4), (["null"], 1), (["user"], 1),
    (["null", "null", "null", "loop"], 5), (["dgram:{0}/l,{0}/r"], 1),
    (["stream-listen:{0}/a,b"], 1)])
def test_each_net_boots_on_each_board_and_numbers_its_ports(lab, machine, specs, ports):
    options = [word for spec in specs for word in ("--net", spec.format(lab.path))]
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--name", "a",
                      "--machine", machine, *options, "-c", "port --json")
    macs = [port["mac"] for port in json.loads(done.stdout)["ports"]]
    assert len(macs) == ports
    assert [mac[-2:] for mac in macs] == ["%02x" % n for n in range(ports)]


# mode 2 of seccomp is a filter
@pytest.mark.parametrize("machine", ["q35", "microvm"])
@pytest.mark.parametrize("options", [
    ["--net", "loop", "--capture", "0={0}/x.pcap"], ["--net", "null"], ["--net", "user"],
    ["--net", "dgram:{0}/l,{0}/r"], ["--net", "stream-listen:{0}/s"], ["--net", "tap:t0"],
    ["--net", "null", "--file", "{0}/file", "--run", "file"]])
def test_qemu_is_in_its_sandbox(lab, own_network, machine, options):
    subprocess.run(["ip", "tuntap", "add", "dev", "t0", "mode", "tap"], check=True)
    subprocess.run(["ip", "link", "set", "t0", "up"], check=True)
    (lab.path / "file").write_text("size 0 128\n")
    line = lab.start("a", "--accel", "tcg", "--machine", machine,
                     *(word.format(lab.path) for word in options))
    with open("/proc/%d/status" % line.pid) as file:
        assert "Seccomp:\t2\n" in file.read()
    with line:
        line.ask("start 0 count 100; wait 0 idle within 60s")
    lab.launch("exec", "-c", "expect 0 tx.packets = 100")


def macs(text):
    return [port["mac"] for port in json.loads(text)["ports"]]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can rename a host of its own")
def test_addresses_are_those_of_name_user_and_host(lab):
    def boot(host, name="a"):
        done = subprocess.run(
            ["unshare", "--uts", "sh", "-c", 'hostname "$1"; shift; exec "$@"', "sh", host,
             LAUNCHER, "exec", "--boot", "--accel", "tcg", "--name", name, "-c",
             "port --json"], env=lab.env, text=True, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return macs(done.stdout)
    here = boot("host-a")
    assert boot("host-a") == here
    assert not set(boot("host-b")) & set(here)
    assert not set(boot("host-a", "b")) & set(here)
    for mac in here:
        assert int(mac[:2], 16) & 3 == 2, "locally administered, of one: " + mac


def test_addresses_can_be_chosen(lab):
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--mac", "1=00:53:aA:00:00:01",
                      "--mac=0=52:54:00:00:00:01", "-c", "port --json")
    assert macs(done.stdout) == ["52:54:00:00:00:01", "00:53:aa:00:00:01"]


@pytest.mark.parametrize("given, wanted", [
    (["0=01:00:5e:00:00:01"], "a group address"),
    (["0=ff:ff:ff:ff:ff:ff"], "a group address"),
    (["0=00:00:00:00:00:00"], "address zero"),
    (["0=2:0:0:0:0:1"], "must be PORT=MAC"), (["0=02:00:00:00:00:0g"], "must be PORT=MAC"),
    (["0=02:00:00:00:00:01:02"], "must be PORT=MAC"), (["0=020000000001"], "must be PORT=MAC"),
    (["0=02-00-00-00-00-01"], "must be PORT=MAC"), (["02:00:00:00:00:01"], "must be PORT=MAC"),
    (["x=02:00:00:00:00:01"], "must be PORT=MAC"), (["0=02:00:00:00:00:01,a=b"], "must be PORT=MAC"),
    (["2=02:00:00:00:00:01"], "the ports 0..1"),
    (["0=02:00:00:00:00:01", "0=02:00:00:00:00:02"], "port 0 has 02:00:00:00:00:01 already"),
    (["0=02:00:00:00:00:0a", "1=02:00:00:00:00:0A"], "ports 0 and 1 would both"),
])
def test_an_address_that_cannot_be_is_refused(lab, given, wanted):
    options = [word for one in given for word in ("--mac", one)]
    done = lab.launch("exec", "--boot", "--accel", "tcg", *options, "-c", "version",
                      check=False)
    assert (done.returncode, done.stdout) == (2, "") and wanted in done.stderr
    assert left_behind(lab) == []


def test_a_capture_has_the_frames(lab):
    path = lab.path / "a,b.pcap"
    lab.launch("exec", "--boot", "--accel", "tcg", "--capture", "1=%s" % path, "-c",
               "rate 1kpps; start 0; sleep 100ms; stop")
    assert path.stat().st_size > 24 + 50 * (16 + 60)


# ---- A terminal --------------------------------------------------------------

def test_a_terminal_leaves_and_comes_back(lab):
    shell = terminal(lab, "bash", "-c", "stty -g; %s run --accel tcg; echo status=$?; "
                     "stty -g" % LAUNCHER)
    before = shell.readline()
    shell.expect_exact("Ctrl-]")
    shell.expect_exact(PROMPT)
    shell.send("size 0 128\r")
    shell.expect_exact(PROMPT)
    busy = lab.launch("exec", "-c", "version", check=False)
    assert busy.returncode == 2 and "ukpktgen run" in busy.stderr
    shell.send(CTRL_CLOSE)
    shell.expect_exact("ukpktgen console --name ukpktgen0")
    shell.expect_exact("status=0\r\n")
    assert shell.readline() == before
    assert end_of(shell) == 0

    for command in ([LAUNCHER, "console", "--raw"], [LAUNCHER, "console"],
                    [CONSOLE, "ukpktgen0"],
                    [CONSOLE, str(lab.run_dir / "ukpktgen" / "ukpktgen0.sock")]):
        again = terminal(lab, *command)
        raw = "--raw" in command
        if raw:
            again.expect_exact("Ctrl-]")
            again.send("\f")
        again.expect("ukpktgen>.* ")
        again.send("port --json\r")
        again.expect_exact("\"size\":128")
        again.send(CTRL_CLOSE if raw else ".quit\r")
        assert end_of(again) == 0

    last = terminal(lab, LAUNCHER, "console", "--raw")
    last.expect_exact(PROMPT)
    last.send("quit\r")
    assert end_of(last) == 0
    assert lab.launch("list").stdout == ""
    assert left_behind(lab) == []


def test_quit_at_the_terminal_ends_run(lab):
    run = terminal(lab, LAUNCHER, "run", "--accel", "tcg")
    run.expect_exact(PROMPT)
    run.send("quit\r")
    assert end_of(run) == 0
    assert left_behind(lab) == []


def test_a_crash_at_the_terminal_is_symbolised(lab):
    run = terminal(lab, LAUNCHER, "run", "--accel", "tcg", image=TEST_IMAGE)
    run.expect_exact(PROMPT)
    run.send("crash null\r")
    run.expect_exact("*** END OF CRASH")
    run.expect(r"#0 0x[0-9a-f]+ .*crash\.c:\d+")
    assert end_of(run) == 3
    assert left_behind(lab) == []


def test_a_crash_at_the_console_is_symbolised_once_it_is_left(lab):
    lab.launch("run", "--detach", "--name", "a", "--accel", "tcg", image=TEST_IMAGE)
    console = terminal(lab, LAUNCHER, "console", image=TEST_IMAGE)
    console.expect("ukpktgen>.* ")
    console.send("crash null\r")
    console.expect_exact("*** END OF CRASH")
    console.expect_exact("'a' crashed")
    console.send(".quit\r")
    console.expect(r"#0 0x[0-9a-f]+ .*crash\.c:\d+")
    assert end_of(console) == 3


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_run_takes_its_appliance_along_when_it_is_ended(lab, how):
    run = terminal(lab, LAUNCHER, "run", "--accel", "tcg")
    run.expect_exact(PROMPT)
    pid = int((lab.run_dir / "ukpktgen" / "ukpktgen0.pid").read_text())
    os.kill(run.pid, how)
    end_of(run)
    ended(pid)
    assert left_behind(lab) == []


def qemus_of(lab):
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path) as file:
                words = file.read()
        except OSError:
            continue
        if words.startswith("qemu-system") and str(lab.run_dir) in words:
            found.append(path)
    return found


@pytest.mark.parametrize("note, function", [
    ("child=", "start_qemu"), ("screen=", "ask_client"), ("screen=", "attach")])
def test_a_signal_leaves_nothing_at_the_moment_of_a_start(lab, note, function):
    """Between the start of a process and the shell's note of whom it started."""
    hook = lab.path / "hook"
    hook.write_text("set -T; trap '[[ $BASH_COMMAND != \"%s\\$!\" || $FUNCNAME != %s ]] || "
                    "kill -TERM $$' DEBUG\n" % (note, function))
    lab.env["BASH_ENV"] = str(hook)
    run = terminal(lab, LAUNCHER, "run", "--accel", "tcg")
    assert end_of(run) == 143
    wait_for(lambda: not qemus_of(lab), "the end of QEMU")
    assert left_behind(lab) == []


# ---- What a newcomer runs first ----------------------------------------------

def test_first_run_without_a_terminal_runs_the_first_example(lab):
    done = subprocess.run([FIRST_RUN], env=lab.env, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE, cwd="/")
    assert done.returncode == 0, done.stderr
    assert "version" in done.stdout and "rx packets" in done.stdout


def test_first_run_on_a_terminal_attaches_it(lab):
    run = terminal(lab, FIRST_RUN)
    run.expect_exact(PROMPT)
    run.send("quit\r")
    assert end_of(run) == 0


SLOW_QEMU = """#!/usr/bin/python3
import re, socket, sys, time
server = socket.socket(socket.AF_UNIX)
paths = re.findall("path=([^,]*),server", " ".join(sys.argv))
server.bind([path for path in paths if not path.endswith(".data")][0])
time.sleep(0.7)
server.listen()
line = server.accept()[0].makefile("rwb", buffering=0)
line.write(b"ukpktgen: 'help' lists the commands\\r\\n")
for text in line:
    if text.startswith(b"@"):
        line.write(text.split()[0] + b" OK\\r\\n")
"""


def test_a_qemu_that_listens_late(lab):
    """Its socket is there before it listens, which refuses whoever connects."""
    slow = lab.path / "slow-qemu"
    slow.write_text(SLOW_QEMU)
    slow.chmod(0o755)
    lab.env["UKPKTGEN_QEMU"] = str(slow)
    done = lab.launch("exec", "--boot", "--accel", "tcg", "-c", "version")
    assert (done.returncode, done.stderr) == (0, "")
