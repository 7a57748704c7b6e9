"""Files that the program replaces, and what it must not replace."""
import concurrent.futures
import os
import stat
import subprocess
import threading
import wave

import pytest

import harness

TEXT = "The first voice begins before the sentence is finished."


def say_to(store, path, *flags):
    return harness.run("say", TEXT, "-o", path, "--voices", store, "--voice", "quick", *flags)


def is_streamed_wav(audio):
    """A WAV header whose sizes say 'until the end', as standard output gets it."""
    return audio[:4] == b"RIFF" and audio[4:8] == audio[40:44] == b"\xff\xff\xff\xff"


def entries(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_names_of_standard_output_are_written_through(store, tmp_path):
    # By links of its own: a program that replaces nodes would replace these, and not the machine's.
    control = harness.run_ok("say", TEXT, "-o", "-", "--voices", store, "--voice", "quick")
    assert is_streamed_wav(control)
    for target in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        link = tmp_path / target.replace("/", "_")
        link.symlink_to(target)
        spoken = say_to(store, link)
        assert (spoken.returncode, spoken.stdout) == (0, control), spoken.stderr
        assert os.readlink(link) == target


def test_a_redirected_standard_output_goes_on_where_it_was(store, tmp_path):
    link, out = tmp_path / "stdout", tmp_path / "out"
    link.symlink_to("/dev/stdout")
    with out.open("wb") as file:
        for _ in range(2):
            subprocess.run([harness.BINARY, "say", "Yes.", "--raw", "-o", link, "--voices", store, "--voice", "quick"], stdout=file,
                           stdin=subprocess.DEVNULL, timeout=harness.DEADLINE_SECONDS, check=True)
    once = harness.say(store, "Yes.", "quick")
    assert out.read_bytes() == once + once


def test_a_pipe_and_a_device_stay_what_they_are(store, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert say_to(store, pipe).returncode == 0
    reader.join(harness.DEADLINE_SECONDS)
    assert is_streamed_wav(heard[0])
    assert stat.S_ISFIFO(os.lstat(pipe).st_mode)
    for device in ("null", "full"):
        (tmp_path / device).symlink_to(f"/dev/{device}")
    assert say_to(store, tmp_path / "null").returncode == 0
    refused = say_to(store, tmp_path / "full")
    assert refused.returncode == 1
    assert refused.stderr.decode() == f"antiphon: {tmp_path}/full: No space left on device\n"
    assert entries(tmp_path) == ["full", "null", "pipe"]
    assert (tmp_path / "null").is_symlink() and (tmp_path / "full").is_symlink()


def test_a_link_to_a_file_stays_and_its_target_is_replaced(store, tmp_path):
    target, link = tmp_path / "target.wav", tmp_path / "link.wav"
    target.write_bytes(b"old")
    link.symlink_to("target.wav")
    assert say_to(store, link).returncode == 0
    assert os.readlink(link) == "target.wav"
    with wave.open(str(target)) as audio:
        assert audio.getnframes() > 0
    assert entries(tmp_path) == ["link.wav", "target.wav"]


def test_a_full_disk_leaves_what_was_there(store, tmp_path):
    file = tmp_path / "out.wav"
    file.write_bytes(b"old")
    limited = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 4; exec "$@"', "bash", harness.BINARY, "say", TEXT, "-o", file,
                              "--voices", store, "--voice", "quick"], capture_output=True, timeout=harness.DEADLINE_SECONDS, check=False)
    assert limited.returncode == 1
    assert limited.stderr.decode() == f"antiphon: {file}: File too large\n"
    assert file.read_bytes() == b"old"
    assert entries(tmp_path) == ["out.wav"]


@pytest.mark.skipif(os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0,
                    reason="mounts a small file system, in a name space of its own")
def test_a_full_file_system_leaves_the_keys_and_the_sound(store, tmp_path):
    script = """
        mount -t tmpfs -o size=64k none "$1" && cd "$1"
        "$2" keys add first --config "$3" > /dev/null 2>&1 && cp keys.json before && dd if=/dev/zero of=filler 2> /dev/null
        echo old > out.wav 2> /dev/null
        "$2" keys add second --config "$3" > printed; echo "keys $?" >&2
        "$2" say Yes. -o out.wav --voices "$4" --voice quick; echo "say $?" >&2
        cmp keys.json before && ls -A >&2
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    config = tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(disk / "keys.json")}}))
    result = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", disk, harness.BINARY, config, store],
                            capture_output=True, timeout=harness.DEADLINE_SECONDS, check=False)
    words = result.stderr.decode()
    assert result.returncode == 0, words
    assert words.count("No space left on device") == 2 and "keys 1" in words and "say 1" in words, words
    assert words.split("say 1\n")[1].split() == ["before", "filler", "keys.json", "keys.json.lock", "out.wav", "printed"]


def test_keys_made_and_revoked_at_once_are_all_kept(tmp_path):
    file, config = tmp_path / "keys.json", tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))
    old = [f"old{number}" for number in range(4)]
    for name in old:
        harness.run_ok("keys", "add", name, "--config", config)
    commands = [("add", f"new{number}") for number in range(12)] + [("revoke", name) for name in old]
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        list(pool.map(lambda command: harness.run_ok("keys", *command, "--config", config), commands))
    kept = {line.split("\t")[0] for line in harness.run_ok("keys", "list", "--config", config).decode().splitlines()}
    assert kept == {f"new{number}" for number in range(12)}
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert entries(tmp_path) == ["keys.json", "keys.json.lock", "keys.toml"]


def test_a_file_beside_the_keys_lends_neither_its_mode_nor_its_place(tmp_path):
    file, config, victim = tmp_path / "keys.json", tmp_path / "keys.toml", tmp_path / "victim"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))
    victim.write_text("precious")
    (tmp_path / "keys.json.new").symlink_to(victim)
    harness.run_ok("keys", "add", "web", "--config", config)
    assert victim.read_text() == "precious"
    (tmp_path / "keys.json.new").unlink()
    (tmp_path / "keys.json.new").touch(0o666)
    os.chmod(file, 0o666)
    harness.run_ok("keys", "add", "app", "--config", config)
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file away")
def test_root_leaves_the_keys_to_their_owner(tmp_path):
    file, config = tmp_path / "keys.json", tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))
    harness.run_ok("keys", "add", "web", "--config", config)
    os.chown(file, 65534, 65534)
    harness.run_ok("keys", "add", "app", "--config", config)
    assert (os.stat(file).st_uid, os.stat(tmp_path / "keys.json.lock").st_uid) == (65534, 65534)
