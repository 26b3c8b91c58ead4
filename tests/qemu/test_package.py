# SPDX-License-Identifier: BSD-3-Clause
"""What users install, by `make deb` and by `make install`, run from where it then is."""
import glob
import os
import re
import subprocess

import pexpect
import pytest

from lab import ROOT, lab  # noqa: F401 (a fixture)

PROGRAMS = ["ukpktgen", "ukpktgen-console"]
PAGES = [os.path.join(ROOT, "docs", "man", name + ".1") for name in PROGRAMS]


def run(*command, env=None, check=True):
    done = subprocess.run(command, env=env, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=300, cwd=ROOT)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def deb():
    """The package's path; it is made of what is committed."""
    return os.path.join(ROOT, run("make", "-s", "deb").stdout.split()[-1])


class Installed:
    def __init__(self, prefix):
        self.prefix = prefix
        self.bin = prefix / "bin"
        self.lib = prefix / "lib" / "ukpktgen"
        self.share = prefix / "share"

    def example(self, name):
        return str(self.share / "doc" / "ukpktgen" / "examples" / name)


@pytest.fixture(scope="module", params=["deb", "install"])
def installed(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    if request.param == "deb":
        run("dpkg-deb", "-x", request.getfixturevalue("deb"), str(root))
        return Installed(root / "usr")
    # What is built stays as it is: others use it at this moment.
    built = [os.path.join(ROOT, "build", name) for name in
             ("ukpktgen.elf", "ukpktgen-console", "ukpktgen-relay", "ukpktgen-report")]
    before = [os.stat(path).st_mtime_ns for path in built]
    run("make", "-s", "install", "DESTDIR=%s" % root, "PREFIX=/opt/traffic")
    assert [os.stat(path).st_mtime_ns for path in built] == before, "make built them again"
    return Installed(root / "opt" / "traffic")


@pytest.fixture
def env(lab, installed):
    """That of a user who has nothing but the package."""
    env = dict(lab.env, PATH="%s:/usr/bin:/bin" % installed.bin)
    env.pop("UKPKTGEN_CONSOLE", None)
    return env


def test_an_installed_example_holds(env, installed):
    done = run("ukpktgen", "exec", "--boot", installed.example("no-loss.cmds"), env=env)
    assert done.stdout.endswith("nothing was lost\n")


def test_the_installed_image_is_what_boots(env, installed):
    name, pid, _ = run("ukpktgen", "run", "--detach", env=env).stdout.split()
    try:
        with open("/proc/%s/cmdline" % pid) as file:
            assert str(installed.lib / "ukpktgen.elf") in file.read().split("\0")
        version = run("git", "describe", "--tags", "--always").stdout.strip()
        done = run("ukpktgen-console", "-c", "version", name, env=env)
        assert version in done.stdout
    finally:
        run("ukpktgen", "down", "--all", env=env)


def test_its_crashes_would_have_names(installed):
    image, debug = (str(installed.lib / ("ukpktgen." + end)) for end in ("elf", "debug"))
    header = [run("readelf", "-hW", path).stdout for path in (image, debug)]
    entry = [re.search(r"Entry point address: *(0x[0-9a-f]+)", text)[1] for text in header]
    assert entry[0] == entry[1]
    assert "PVH" in run("readelf", "-nW", image).stdout or \
        "Xen" in run("readelf", "-nW", image).stdout
    at = run("addr2line", "-se", debug, entry[0]).stdout
    assert re.match(r"\w+\.S:\d+", at), at


def test_the_client_is_hardened(installed):
    client = str(installed.lib / "ukpktgen-console")
    header, segments, dynamic = (run("readelf", way, client).stdout
                                 for way in ("-hW", "-lW", "-dW"))
    assert re.search(r"Type: +DYN", header) and re.search(r"FLAGS_1.*\bPIE\b", dynamic)
    assert "GNU_RELRO" in segments and "BIND_NOW" in dynamic
    (stack,) = re.findall(r"GNU_STACK.* (R..) ", segments)
    assert stack.strip() == "RW"
    assert not re.search(r"\bRWE\b", segments)
    names = run("nm", "-D", client).stdout
    assert "__stack_chk_fail" in names and "__vsnprintf_chk" in names


def test_the_examples_name_files_that_are_there(installed):
    for path in glob.glob(installed.example("*")):
        with open(path) as file:
            text = file.read()
        # A device under test may be tried where it was built, too.
        for ours in ("$here/../../scripts/ukpktgen", "# shellcheck source=docs/examples/"):
            text = text.replace(ours, "")
        assert "scripts/" not in text and "docs/" not in text
        for name in re.findall(r"[\w-]+\.cmds", text):
            assert os.path.exists(installed.example(name)), (path, name)


def test_nothing_is_left_out(installed):
    for name in PROGRAMS:
        assert os.access(installed.bin / name, os.X_OK)
        assert glob.glob(str(installed.share / "man" / "man1" / (name + ".1*")))
        assert (installed.share / "bash-completion" / "completions" / name).exists()
    for folder, wanted in (("docs/*.md", "*.md*"), ("docs/examples/*", "examples/*")):
        there = {os.path.basename(path).removesuffix(".gz") for path in glob.glob(
            str(installed.share / "doc" / "ukpktgen" / wanted))}
        assert there == {os.path.basename(path) for path in
                         glob.glob(os.path.join(ROOT, folder))}


def test_the_package_asks_for_what_exists(deb):
    done = run("apt-get", "--simulate", "--no-install-recommends", "install", deb)
    assert "Inst ukpktgen " in done.stdout
    depends = run("dpkg-deb", "-f", deb, "Depends").stdout
    for wanted in ("qemu-system-x86", "seabios", "socat", "libedit2", "libc6"):
        assert wanted in depends


def test_the_package_knows_no_folder_of_its_builder(deb, tmp_path):
    run("dpkg-deb", "-x", deb, str(tmp_path))
    for path, _, names in os.walk(tmp_path):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                assert ROOT.encode() not in file.read(), name


# ---- Man pages ---------------------------------------------------------------

@pytest.mark.parametrize("page", PAGES, ids=os.path.basename)
def test_a_page_is_well_formed(page):
    done = run("mandoc", "-Tlint", "-Wwarning", page, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_page_has_all_options(env, installed, name):
    (page,) = glob.glob(str(installed.share / "man" / "man1" / (name + ".1*")))
    text = re.sub(".\b", "", run("mandoc", "-Tascii", page).stdout)
    usage = re.sub("-c '.*'", "", run(name, "--help", env=env).stdout)

    def options(of): # but for that of a word which is typed at the console
        return set(re.findall(r"(?<![\w-])--[a-z-]+[a-z]", of)) - {"--help", "--force"}
    assert options(text) == options(usage)


# ---- Completion --------------------------------------------------------------

COMPLETE = """
compopt() { :; }
. "$1/share/bash-completion/completions/$2"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
function=$(complete -p "$1"); function=${function##*-F }
COMPREPLY=()
${function%% *} "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(env, installed):
    def ask(*words):
        """What may stand for the last of them, which are as bash cuts them."""
        done = run("bash", "--norc", "-c", COMPLETE, "-", str(installed.prefix),
                   *words, env=env)
        assert done.stderr == ""
        return set(done.stdout.split())
    return ask


def test_words_are_offered(complete):
    assert complete("ukpktgen", "") == {"run", "exec", "console", "list", "down", "share",
                                        "unshare", "metrics", "plot", "report", "help", "--version",
                                        "--help"}
    assert complete("ukpktgen", "ex") == {"exec"}
    assert complete("ukpktgen", "help", "sh") == {"share"}


@pytest.mark.parametrize("verb, more", [
    ("run", []), ("exec", []), ("exec", ["--boot"]), ("console", []), ("list", []),
    ("down", []), ("share", []), ("unshare", []), ("metrics", []), ("plot", [])])
def test_the_options_offered_are_those_taken(env, complete, verb, more):
    done = run("ukpktgen", verb, *more, "--nonsense", env=env, check=False)
    taken = done.stderr.split("it takes:")[1].split()
    assert complete("ukpktgen", verb, *more, "--" if verb != "exec" else "-") == {
        "--help", *taken}


def test_the_options_of_the_client_are_those_of_its_usage(env, complete):
    usage = run("ukpktgen-console", "--help", env=env).stdout
    assert complete("ukpktgen-console", "-") == {
        "--help", *re.findall(r"^  (-[\w-]+)", usage, re.M)}


@pytest.mark.parametrize("words", [["--net", "lo"], ["--net", "=", "lo"]])
def test_values_are_offered(complete, words):
    assert complete("ukpktgen", "run", *words) == {"loop"}


def test_the_values_offered_are_taken(env, complete):
    for option in ("--machine", "--accel", "--memory", "--queue-size"):
        values = complete("ukpktgen", "run", option, "")
        assert values
        for value in values:
            done = run("ukpktgen", "run", option, value, env=env, check=False)
            assert "needs a terminal" in done.stderr
    specs = run("ukpktgen", "run", "--detach", "--net", "none", env=env,
                check=False).stderr
    for spec in complete("ukpktgen", "run", "--net", "="):
        assert re.search(r"\b%s" % spec, specs)


def test_appliances_are_offered_by_name(lab, env, complete):
    lab.start("left", "--accel", "tcg")
    lab.start("lower", "--accel", "tcg")
    for words in (["ukpktgen", "exec", "--name"], ["ukpktgen", "down", "--name", "="],
                  ["ukpktgen", "console", "--name"], ["ukpktgen-console"],
                  ["ukpktgen", "metrics"], ["ukpktgen", "plot", "--name"],
                  ["ukpktgen-console", "--name"]):
        assert complete(*words, "l") == {"left", "lower"}
        assert complete(*words, "le") == {"left"}
    assert complete("ukpktgen", "run", "--name", "l") == set()
    assert complete("ukpktgen-console", "left", "l") == set()


def test_a_shell_takes_it(env, installed, tmp_path):
    (tmp_path / "night.cmds").write_text("version\n")
    shell = pexpect.spawn("bash", ["--norc", "--noprofile"], encoding="utf-8",
                          timeout=20, cwd=str(tmp_path), dimensions=(24, 200),
                          env=dict(env, PS1="$ ", TERM="dumb"))
    for name in PROGRAMS:
        shell.sendline(". %s/bash-completion/completions/%s" % (installed.share, name))
    for typed, becomes in (("ukpktgen ex\t", "ukpktgen exec "),
                           ("--bo\t", "--boot "), ("--net=lo\t", "--net=loop "),
                           ("--net str\t", "eam"), (":ni\t", "ght.cmds "),
                           ("nig\t", "night.cmds "), ("--mach\t", "--machine "),
                           ("mi\t", "microvm ")):
        shell.send(typed)
        shell.expect_exact(becomes)
    shell.close()
