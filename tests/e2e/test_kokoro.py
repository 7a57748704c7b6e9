"""Kokoro-82M, whose grains are as long as clauses. Set-up does not install it: name the folder that `antiphon voices add`
takes for it in ANTIPHON_KOKORO, else these tests are skipped."""
import os
import pathlib
import signal

import pytest

import harness

PACKAGE = pathlib.Path(os.environ.get("ANTIPHON_KOKORO", harness.REPOSITORY / ".deps/voices/kokoro"))
VOICE = "kokoro"
TEXT = "When the rain had stopped, the children ran out into the garden."

pytestmark = [
    pytest.mark.voice,
    pytest.mark.skipif(not (PACKAGE / "kokoro.onnx").is_file(),
                       reason=f"Kokoro is not here: {PACKAGE} has no kokoro.onnx (ANTIPHON_KOKORO names its folder)"),
]


@pytest.fixture(scope="module")
def kokoro_store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kokoro_voices")
    harness.run_ok("voices", "add", PACKAGE, "--id", VOICE, "--voices", folder, timeout=600)
    return folder


@pytest.fixture(scope="module")
def expected(kokoro_store):
    return harness.say(kokoro_store, TEXT, VOICE, seed=1)


def test_same_bytes_by_say_by_any_workers_in_company_and_after_a_worker_was_killed(kokoro_store, expected, serve):
    server = serve("--workers", 2, "--voice", VOICE, "--admission", "off", store=kokoro_store)
    server.wait_for_workers(2)
    ours, _ = server.speak_all([(TEXT, VOICE, {"seed": 1}), ("It was a question of time.", VOICE, {})])
    assert harness.digest(ours) == harness.digest(expected)
    with server.stream(TEXT, VOICE, seed=1) as response:
        pieces = response.iter_raw()
        first = next(pieces)
        harness.eventually(lambda: server.health()["oldest_job_age_seconds"] > 0, "a grain is under way")
        for worker in (1, 2):
            os.kill(server.worker_pid(worker), signal.SIGKILL)
        body = first + b"".join(pieces)
    assert harness.digest(body) == harness.digest(expected)


def test_a_style_and_a_speed_of_its_own_decide_the_bytes(kokoro_store, expected):
    takes = [expected, harness.say(kokoro_store, TEXT, VOICE, speed=1.2), harness.say(kokoro_store, TEXT, "am_adam")]
    assert len({harness.digest(take) for take in takes}) == len(takes)
    assert harness.say(kokoro_store, TEXT, VOICE, seed=2) == expected, "there is no noise"
