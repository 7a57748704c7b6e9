"""The completions of shells and the manual page, as the shells and the readers that are there take them."""
import os
import shutil
import subprocess

import pytest

import harness

SCRIPT = """
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_antiphon
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def bash(tmp_path_factory):
    file = tmp_path_factory.mktemp("completions") / "antiphon"
    file.write_bytes(harness.run_ok("completions", "bash"))

    def complete(*words, program="antiphon", environment=None):
        done = subprocess.run(["bash", "--norc", "-uc", f"source {file}\n{SCRIPT}", "bash", program, *words], capture_output=True,
                              text=True, timeout=harness.DEADLINE_SECONDS, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()
    return complete


def test_bash_completes_commands_at_each_level(bash):
    assert {"serve", "say", "voices", "probe", "completions"} <= set(bash(""))
    assert bash("sa") == ["say"]
    assert bash("voices", "v") == ["verify"]
    assert "list" not in bash("serve", "")


def test_bash_completes_the_options_of_the_command_that_is_typed(bash):
    assert bash("say", "--vol") == ["--volume"]
    assert bash("voices", "add", "--ton") == ["--tone"]
    assert bash("say", "hello", "--ra") == ["--rate", "--raw"]
    assert bash("voices", "list", "--ton") == []


def test_bash_completes_the_values_of_an_option_with_and_without_a_sign_between(bash):
    assert bash("serve", "--log", "") == ["text", "json"]
    assert bash("serve", "--log", "=", "j") == ["json"]
    assert bash("serve", "--log", "=") == ["text", "json"]
    assert bash("completions", "f") == ["fish"]
    assert bash("say", "--speed", "") == [], "a number"
    assert bash("say", "-o", "") == [], "files, which readline completes"


def test_bash_completes_the_voices_of_the_store(bash, store):
    environment = {"PATH": "/usr/bin:/bin", "ANTIPHON_VOICES_FOLDER": str(store)}
    assert bash("say", "--voice", "qui", program=str(harness.BINARY), environment=environment) == ["quick"]
    assert bash("voices", "remove", "qui", program=str(harness.BINARY), environment=environment) == ["quick"]
    assert bash("say", "--voice", "qui", program="/bin/false") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_reads_its_completions_without_a_word(shell, tmp_path):
    script = tmp_path / "completions"
    script.write_bytes(harness.run_ok("completions", shell))
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    done = subprocess.run([shell, "-n", script], capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=harness.DEADLINE_SECONDS)
    assert (done.returncode, done.stderr) == (0, b"")


def test_fish_completes_commands_options_and_values(tmp_path):
    if shutil.which("fish") is None:
        pytest.skip("fish is not here")
    script = tmp_path / "antiphon.fish"
    script.write_bytes(harness.run_ok("completions", "fish"))

    def complete(line):
        done = subprocess.run(["fish", "-c", f"source {script}; complete -C '{line}'"], capture_output=True, text=True,
                              timeout=harness.DEADLINE_SECONDS, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        return [row.split("\t")[0] for row in done.stdout.splitlines()]
    assert complete("antiphon sa") == ["say"]
    assert {"add", "list", "remove", "verify"} <= set(complete("antiphon voices "))
    assert complete("antiphon serve --log ") == ["json", "text"]
    assert complete("antiphon say --vol") == ["--volume"]


@pytest.mark.parametrize("reader", [["groff", "-man", "-ww", "-z", "-Kutf8"], ["mandoc", "-T", "lint", "-W", "error"],
                                    ["man", "--warnings", "-l"]], ids=lambda reader: reader[0])
def test_a_reader_of_manuals_has_no_complaint(reader, tmp_path):
    page = tmp_path / "antiphon.1"
    page.write_bytes(harness.run_ok("manual"))
    if shutil.which(reader[0]) is None:
        pytest.skip(f"{reader[0]} is not here")
    done = subprocess.run([*reader, page], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=harness.DEADLINE_SECONDS)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_manual_shows_every_command_with_its_options():
    page = harness.run_ok("manual").decode().replace("\\-", "-")
    for command in ("serve", "say", "voices add", "voices verify", "keys revoke", "probe"):
        shown = page.split(f'.SS "antiphon {command} ', 1)[1].split(".SS", 1)[0]
        for line in harness.run_ok(*command.split(), "--help-all").decode().splitlines():
            for word in line.split()[:1]:
                name = word.split(",")[-1]
                assert not name.startswith("--") or name.startswith("--help") or name in shown, f"{command} {name}"


def test_help_leaves_out_the_options_for_research_and_help_all_shows_them():
    assert b"--policy" not in harness.run_ok("serve", "--help")
    assert b"--help-all" in harness.run_ok("serve", "--help")
    assert b"--policy" in harness.run_ok("serve", "--help-all")
    assert b"--outliers" not in harness.run_ok("simulate", "--help")
