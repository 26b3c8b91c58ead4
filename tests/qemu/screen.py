# SPDX-License-Identifier: BSD-3-Clause
"""A real terminal: what is on its screen, by tmux."""
import subprocess
import time

from lab import PATIENCE

PROMPT = "ukpktgen>"


class Tmux:
    """A terminal of its own with a program in it."""

    def __init__(self, socket, env, *command):
        env = dict(env, LC_ALL="C.UTF-8", TERM="screen")
        env.pop("TMUX", None)
        self.base = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        self.env = env
        # The shell keeps the terminal as the program leaves it.
        self.run("new-session", "-d", "-x", "80", "-y", "24", "sh", "-c",
                 '"$@"; echo "ended with $?"; read -r _', "sh", *command)

    def run(self, *args):
        done = subprocess.run(self.base + list(args), env=self.env, text=True,
                              capture_output=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def screen(self):
        return self.run("capture-pane", "-p").split("\n")

    def modes(self):
        """Whether the alternate screen is on, and the cursor to be seen."""
        return self.run("display-message", "-p",
                        "#{alternate_on} #{cursor_flag}").strip()

    def keys(self, *keys):
        self.run("send-keys", *keys)

    def until(self, holds):
        end = time.monotonic() + PATIENCE
        while not holds(self.screen()):
            assert time.monotonic() < end, "\n".join(self.screen())
            time.sleep(0.05)
        return self.screen()

    def until_ended(self):
        return self.until(lambda rows: any(r.startswith("ended with") for r in rows))

    def until_prompt(self):
        return self.until(lambda rows: [r for r in rows if r][-1:] == [PROMPT])

    def line(self, text):
        self.until_prompt()
        self.keys(text, "Enter")
