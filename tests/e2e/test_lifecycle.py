"""Clients that leave, workers that die or hang, and the ways in which a server ends."""
import contextlib
import json
import os
import signal
import socket
import time

import httpx
import openai
import pytest

import harness

LONG = "This sentence is one of many that take their time, for the voice is slow. " * 6
SHORT = "Just a few words."


@contextlib.contextmanager
def listening(server, text, voice, **fields):
    """An iterator over the pieces of a stream whose first piece has arrived."""
    with server.stream(text, voice, **fields) as response:
        assert response.status_code == 200, response.read()
        pieces = response.iter_raw()
        first = next(pieces)
        yield (piece for part in ([first], pieces) for piece in part)


def seconds_to_first_audio(server, voice):
    begin = time.monotonic()
    with listening(server, SHORT, voice):
        return time.monotonic() - begin


def ended_workers(server):
    return [event["worker"] for event in server.events("worker_ended")]


def test_a_client_that_leaves_frees_its_work_at_the_next_grain(serve):
    """A chunk of 40 grains takes 8 s. Who comes after one that left does not wait for the rest of it."""
    server = serve("--voice", "slow", config={"scheduler": {"fixed_chunk_grains": 40}})
    alone = seconds_to_first_audio(server, "slow")
    harness.eventually(server.idle, "the server is idle")
    with listening(server, LONG, "slow", speed=0.5) as pieces:
        next(pieces)
        assert server.health()["streams"] == 1
    after = seconds_to_first_audio(server, "slow")
    assert after < alone + 3, "a grain takes 0.2 s, the chunk 8 s"
    harness.eventually(server.idle, "both are gone")
    assert [event["end"] for event in server.events("speech")] == ["cancelled"] * 3
    assert ended_workers(server) == []


def test_a_client_that_leaves_before_its_first_audio_frees_its_work(serve):
    server = serve("--voice", "pensive")
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{server.url}/v1/audio/speech", timeout=0.3,
                   json={"model": "tts-1", "voice": "pensive", "input": "A plan that takes nearly three seconds here.", "response_format": "pcm"})
    event, = harness.eventually(lambda: server.events("speech"), "its end is logged")
    assert (event["end"], float(event["audio_s"])) == ("cancelled", 0), "nothing was rendered for it"
    harness.eventually(server.idle, "its plan has ended")


def test_sigterm_lets_what_plays_finish_and_refuses_what_is_new(serve, store):
    server = serve("--voice", "steady")
    workers = harness.children_of(server.pid)
    with listening(server, LONG, "steady") as pieces:
        server.signal(signal.SIGTERM)
        harness.eventually(lambda: server.events("draining"), "the signal is heard")
        ready = server.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "draining"})
        with pytest.raises(openai.InternalServerError, match="shutting down"):
            server.openai().audio.speech.create(model="tts-1", voice="steady", input=SHORT, response_format="pcm")
        body = b"".join(pieces)
    assert body == harness.say(store, LONG, "quick")
    assert server.wait() == 0
    assert [harness.parent_of(pid) for pid in workers] == [None]


def test_sigint_of_an_idle_server_ends_it_well(serve):
    server = serve()
    server.signal(signal.SIGINT)
    assert server.wait() == 0


def test_what_does_not_finish_in_the_time_to_drain_is_cut(serve):
    server = serve("--voice", "slow", config={"server": {"drain_seconds": 0.5}})
    with listening(server, LONG, "slow") as pieces:
        server.signal(signal.SIGTERM)
        with pytest.raises(httpx.RemoteProtocolError):
            b"".join(pieces)
    assert server.wait() == 0


def test_the_second_sigterm_ends_at_once(serve):
    server = serve("--voice", "slow")
    workers = harness.children_of(server.pid)
    with listening(server, LONG, "slow") as pieces:
        server.signal(signal.SIGTERM)
        harness.eventually(lambda: server.events("draining"), "the first signal is heard")
        server.signal(signal.SIGTERM)
        assert server.wait() == 130
        with pytest.raises(httpx.HTTPError):
            b"".join(pieces)
    harness.eventually(lambda: all(harness.parent_of(pid) is None for pid in workers), "its workers are gone")


def test_no_worker_outlives_a_gateway_that_was_killed(serve):
    server = serve("--voice", "slow", "--workers", 2)
    server.wait_for_workers(2)
    workers = harness.children_of(server.pid)
    assert len(workers) == 2
    with listening(server, LONG, "slow"):
        server.signal(signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL
    harness.eventually(lambda: all(harness.parent_of(pid) is None for pid in workers), "its workers are gone")


def test_an_idle_worker_that_was_killed_is_replaced(serve, store):
    server = serve("--voice", "quick")
    pid, = harness.children_of(server.pid)
    os.kill(pid, signal.SIGKILL)
    harness.eventually(lambda: len(server.events("voice_loaded")) == 2, "another one is ready")
    replacement, = harness.children_of(server.pid)
    assert replacement != pid
    assert harness.parent_of(pid) is None, "and the dead one is reaped"
    assert server.speak(SHORT, "quick") == harness.say(store, SHORT, "quick")
    assert [(event["worker"], event["jobs"]) for event in server.events("worker_ended")] == [("1", "0")]


def test_without_a_worker_the_server_says_so_and_recovers(serve):
    server = serve("--voice", "quick")
    pid, = harness.children_of(server.pid)
    os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    harness.eventually(lambda: server.events("worker_ended"), "its end is noticed")
    while (answer := server.http.get("/readyz")).status_code == 503:
        assert answer.json() == {"status": "starting"}
    assert answer.status_code == 200
    assert server.speak(SHORT, "quick")


def test_a_worker_that_hangs_is_killed_and_its_listener_hears_nothing_of_it(serve, store):
    server = serve("--voice", "steady", config={"workers": {"stall_limit_seconds": 1}})
    with listening(server, LONG, "steady") as pieces:
        os.kill(server.worker_pid(1), signal.SIGSTOP)
        body = b"".join(pieces)
    assert body == harness.say(store, LONG, "quick")
    assert [event["worker"] for event in server.events("worker_stalled")] == ["1"]
    assert ended_workers(server) == ["1"]


def test_a_stream_that_cannot_go_on_is_cut_so_that_it_shows(serve):
    server = serve("--voice", "steady", config={"scheduler": {"worker_losses_per_job": 1}})
    with listening(server, LONG, "steady") as pieces:
        os.kill(server.worker_pid(1), signal.SIGKILL)
        with pytest.raises(httpx.RemoteProtocolError):
            b"".join(pieces)
    failed = harness.eventually(lambda: server.events("speech"), "its end is logged")
    assert failed[0]["end"] == "failed"


def test_a_stream_that_fails_before_its_first_audio_is_an_error_to_try_again(serve):
    server = serve("--voice", "pensive", config={"scheduler": {"worker_losses_per_job": 1}})
    killed = []

    def kill_once(_):
        if not killed:
            # A plan takes seconds; long after it was sent, the worker has said that it began.
            harness.eventually(lambda: server.health()["oldest_job_age_seconds"] > 0.5, "its plan is under way")
            killed.append(os.kill(server.worker_pid(1), signal.SIGKILL))

    with harness.ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill_once, None)
        with pytest.raises(openai.InternalServerError) as raised:
            server.openai().audio.speech.create(model="tts-1", voice="pensive", input=LONG, response_format="pcm")
        killing.result()
    assert (raised.value.status_code, raised.value.code, raised.value.type) == (500, "worker_lost", "server_error")


def test_sighup_takes_up_voices_and_drops_no_stream(serve, tmp_path):
    store = tmp_path / "voices"
    harness.add_tone(store, "old", "--cost", 150, "--sleep")
    server = serve("--voice", "old", store=store)
    undisturbed = server.speak(LONG, "old")
    with listening(server, LONG, "old") as pieces:
        harness.add_tone(store, "new")
        manifest = store / "old/manifest.json"
        changed = {**json.loads(manifest.read_text()), "seconds_per_character": 0.03}
        manifest.unlink()
        manifest.write_text(json.dumps(changed))
        server.signal(signal.SIGHUP)
        harness.eventually(lambda: server.events("reloaded"), "the voices are read anew")
        assert server.speak(SHORT, "new") == harness.say(store, SHORT, "new")
        assert server.speak(SHORT, "old") == harness.say(store, SHORT, "old"), "the changed voice"
        assert b"".join(pieces) == undisturbed, "who listened before goes on with the old one"
    assert ended_workers(server) == []


def test_a_store_that_cannot_be_read_changes_nothing(serve, tmp_path):
    store = tmp_path / "voices"
    harness.add_tone(store, "only")
    server = serve(store=store)
    (store / "only").rename(store / "only.away")
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: server.events("not_reloaded"), "there is no voice")
    (store / "only.away").rename(store / "only")
    assert server.speak(SHORT, "only") == harness.say(store, SHORT, "only")


def test_a_taken_port_is_said(serve, store):
    server = serve()
    second = harness.run("serve", "--listen", f"127.0.0.1:{server.port}", "--voices", store)
    assert second.returncode == 1
    assert f"127.0.0.1:{server.port}" in second.stderr.decode()
    assert "in use" in second.stderr.decode()


@pytest.mark.skipif(harness.SANITIZED, reason="sanitizers keep freed memory")
def test_memory_does_not_grow_with_the_number_of_requests(serve):
    server = serve("--voice", "quick")
    worker, = harness.children_of(server.pid)

    def resident_after(requests):
        for number in range(requests):
            server.speak(LONG, "quick", seed=number, response_format="mp3" if number % 10 == 0 else "pcm")
        return {"gateway": harness.resident_bytes(server.pid), "worker": harness.resident_bytes(worker)}

    half = resident_after(50)
    full = resident_after(50)
    for process, before in half.items():
        assert full[process] - before < 4 << 20, f"{process}: {before} -> {full[process]} bytes"


@pytest.mark.voice
def test_the_libraries_leave_nothing_behind(real_store, tmp_path):
    """ONNX Runtime would keep a database of what it does, and send it."""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    result = harness.run("say", "-", "--raw", "--voices", real_store, stdin=SHORT.encode(), environment=home)
    assert result.returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.voice
def test_a_client_that_leaves_the_real_voice_frees_its_work(serve, real_store):
    server = serve(store=real_store, config={"scheduler": {"fixed_chunk_grains": 40}})
    with listening(server, LONG, harness.REAL_VOICE):
        pass
    harness.eventually(server.idle, "its job has ended")
    event, = server.events("speech")
    assert event["end"] == "cancelled"
    assert ended_workers(server) == []


def test_the_service_manager_hears_of_the_start_of_the_loop_and_of_the_end(serve, tmp_path):
    """systemd's protocol: one datagram a state; WATCHDOG_USEC asks for a sign of life within so many microseconds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(harness.DEADLINE_SECONDS)
        server = serve("--voice", "steady", environment={"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"})
        states = set()
        while states != {b"READY=1", b"WATCHDOG=1"}:
            states.add(manager.recv(64))
        server.signal(signal.SIGTERM)
        while (state := manager.recv(64)) != b"STOPPING=1":
            assert state == b"WATCHDOG=1"
        assert server.wait() == 0
