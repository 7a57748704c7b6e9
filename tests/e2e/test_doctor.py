"""`antiphon doctor`: what a server would meet on this machine, before there is one."""
import json
import socket

import pytest

import harness

SERVES, DOES_NOT, WITH_WARNINGS = 0, 1, 3


def doctor(store, *flags, statuses):
    listen = [] if "--listen" in flags else ["--listen", "127.0.0.1:0"]
    result = harness.run("doctor", "--voices", store, *listen, *flags)
    assert result.returncode in statuses, result.stdout.decode() + result.stderr.decode()
    return result.stdout.decode()


def findings(store, *flags, statuses):
    """By the name of the check; of several the worst."""
    order = ["ok", "note", "warning", "failure"]
    said = json.loads(doctor(store, "--json", *flags, statuses=statuses))
    return said, {one["check"]: one for one in sorted(said["findings"], key=lambda one: order.index(one["severity"]))}


def test_it_measures_each_voice_and_says_how_many_listeners_it_carries(tmp_path):
    harness.add_tone(tmp_path / "voices", "quick")
    harness.add_tone(tmp_path / "voices", "steady", "--cost", 150, "--sleep")
    (tmp_path / "few.toml").write_text(harness.to_toml({"server": {"max_streams": 16}}))
    said, found = findings(tmp_path / "voices", "--workers", "1", "--config", tmp_path / "few.toml", statuses=[SERVES, WITH_WARNINGS])
    voices = {voice["voice"]: voice for voice in said["voices"]}
    assert said["will_serve"] and said["workers"] == 1 and set(voices) == {"quick", "steady"}
    assert 0.14 < voices["steady"]["render_ratio"] < 0.6, "it sleeps for 0.15 s for each second"
    assert 1 <= voices["steady"]["listeners"] < voices["quick"]["listeners"]
    for check in ("configuration", "voices", "port", "processors", "open files", "memory", "access", "time", "device"):
        assert found[check]["severity"] in ("ok", "note", "warning"), found[check]


def test_people_read_a_verdict_and_scripts_a_status(store):
    assert "A server will work here" in doctor(store, "--quick", statuses=[SERVES, WITH_WARNINGS])


@pytest.mark.parametrize(("flags", "check", "says"), [
    (["--measure", "nobody"], "voice", "nobody"),
    (["--quick", "--voice", "nobody"], "voices", "nobody"),
    (["--quick", "--config", "nowhere.toml"], "configuration", "nowhere.toml"),
    (["--quick", "--device", "cuda:99"], "configuration", "cuda:99"),
    (["--quick", "--certificate", "nowhere.pem", "--key", "nowhere.key"], "access", "nowhere"),
    (["--quick", "--listen", "192.0.2.1:8080"], "port", "192.0.2.1"),
])
def test_what_keeps_a_server_from_working_is_named(store, flags, check, says):
    said, found = findings(store, *flags, statuses=[DOES_NOT])
    assert not said["will_serve"] and found[check]["severity"] == "failure"
    assert says in found[check]["message"]


def test_a_port_that_is_taken_and_a_store_without_voices_are_failures(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        _, found = findings(tmp_path, "--quick", "--listen", f"127.0.0.1:{taken.getsockname()[1]}", statuses=[DOES_NOT])
    assert found["port"]["severity"] == "failure" and found["port"]["advice"]
    assert "voices add" in found["voices"]["message"]


def test_a_voice_whose_files_are_damaged_is_a_failure(tmp_path):
    harness.add_tone(tmp_path, "broken")
    (tmp_path / "broken/manifest.json").write_text("{}")
    harness.add_tone(tmp_path, "sound")
    _, found = findings(tmp_path, "--quick", statuses=[WITH_WARNINGS])
    assert "broken" in found["voices"]["message"]
