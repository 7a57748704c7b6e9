"""/v1/streams/events and /v1/workers/events: the live view, as its page and `antiphon top` read it."""
import contextlib
import itertools
import json
import os
import pty
import re
import signal
import socket
import subprocess
import threading

import httpx

import harness

LONG = "One more sentence that takes a while to say. " * 8
STREAMS, WORKERS = "/v1/streams/events", "/v1/workers/events"
SECRET = "Nobody else reads the word abracadabra."


@contextlib.contextmanager
def watching(server, path, headers=None):
    """The response, and an iterator over the data of its events."""
    with httpx.stream("GET", server.url + path, headers=headers, timeout=harness.DEADLINE_SECONDS) as response:
        lines = response.iter_lines()
        yield response, (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


def seen(snapshots, condition):
    """The first of a minute's snapshots for which `condition` is true: what it returns."""
    found = next((found for found in (condition(one) for one in itertools.islice(snapshots, 240)) if found), None)
    assert found, "never seen"
    return found


def first(server, path, headers=None):
    with watching(server, path, headers) as (_, snapshots):
        return next(snapshots)


def status(server, path=STREAMS, headers=None):
    with watching(server, path, headers) as (response, _):
        return response.status_code


def test_streams_and_workers_are_seen_while_they_speak(serve):
    server = serve("--voice", "steady")
    with watching(server, STREAMS) as (response, snapshots), watching(server, WORKERS) as (_, workers):
        assert response.headers["content-type"] == "text/event-stream"
        with server.stream(SECRET + LONG, "steady"):
            all_seen, chunks = [], []

            def is_heard(snapshot):
                all_seen.append(snapshot)
                chunks.extend(grain for grain in snapshot["grains"] if grain["kind"] == "chunk")
                return chunks and len(all_seen) > 4 and any(
                    stream["state"] == "started" and stream["buffer_s"] > 0 for stream in snapshot["streams"])
            seen(snapshots, is_heard)
            busy = seen(workers, lambda snapshot: next((w for w in snapshot["workers"] if w["state"] == "busy"), None))
    last = all_seen[-1]
    (stream,) = last["streams"]
    assert set(stream) == {"id", "user", "voice", "state", "buffer_s", "rendered_s", "delivered_s", "worker", "age_s"}
    assert stream["voice"] == "steady"
    assert stream["rendered_s"] >= stream["delivered_s"] > 0
    assert int(stream["user"], 16) >= 0 and len(stream["user"]) == 8
    assert last["streams_total"] == last["load"]["streams"] == 1
    assert 0 < last["load"]["promised"] <= last["load"]["limit"]
    for grain in chunks:
        assert grain["stream"] == stream["id"] and grain["worker"] == busy["id"]
        assert grain["audio_s"] > 0 and 0 < grain["begin_s"] < last["time_s"]
    assert busy["kind"] == "local" and busy["voices"] == ["steady"] and busy["pid"] and busy["memory_bytes"] > 0
    assert "abracadabra" not in json.dumps(all_seen)
    times = [snapshot["time_s"] for snapshot in all_seen]
    assert all(0.2 < after - before for before, after in zip(times[1:], times[2:])), "a quarter second, or more"


def test_a_refusal_is_seen_with_its_reason(serve):
    server = serve("--voice", "quick", config={"server": {"max_streams": 1}})
    with watching(server, STREAMS) as (_, snapshots), server.stream(LONG * 8, "slow"):
        seen(snapshots, lambda snapshot: snapshot["streams_total"])
        assert server.http.post("/v1/audio/speech", json={"model": "tts-1", "input": "Yes.", "voice": "quick"}).status_code == 503
        refusal = seen(snapshots, lambda snapshot: next(iter(snapshot["refusals"]), None))
    assert refusal["reason"] == "queue_full"


def test_administrators_alone_may_watch_and_a_reload_of_keys_ends_what_they_watch(serve, tmp_path):
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    toml = tmp_path / "keys.toml"
    toml.write_text(harness.to_toml(config))
    def key(*arguments):
        secret = harness.run_ok("keys", "add", *arguments, "--config", toml).decode().strip()
        return {"Authorization": f"Bearer {secret}"}
    plain, admin = key("web"), key("boss", "--admin")
    server = serve("--voice", "quick", config=config)
    for path in (STREAMS, WORKERS):
        assert status(server, path) == 401
        assert status(server, path, plain) == 403
        head = server.http.head(path, headers=admin)
        assert head.status_code == 200 and head.headers["content-type"] == "text/event-stream"
    with watching(server, STREAMS, admin) as (_, snapshots):
        next(snapshots)
        harness.run_ok("keys", "revoke", "boss", "--config", toml)
        server.signal(signal.SIGHUP)
        assert len(list(itertools.islice(snapshots, 240))) < 240, "it has ended"
    assert status(server, STREAMS, admin) == 401


def test_the_number_of_watchers_is_bounded_and_a_drain_ends_them(serve):
    server = serve("--voice", "quick", config={"server": {"max_live_subscribers": 1}})
    with watching(server, WORKERS) as (_, snapshots):
        next(snapshots)
        with watching(server, STREAMS) as (refused, _):
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
    with contextlib.ExitStack() as stack:
        def enter():
            response, snapshots = stack.enter_context(watching(server, STREAMS))
            return snapshots if response.status_code == 200 else None
        snapshots = harness.eventually(enter, "there is room again")
        next(snapshots)
        server.signal(signal.SIGTERM)
        assert len(list(itertools.islice(snapshots, 240))) < 240, "the body has ended, as one should"
    assert server.wait() == 0


def test_a_watcher_that_takes_nothing_keeps_nobody_from_the_server(serve):
    server = serve("--voice", "quick")
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(f"GET {STREAMS} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        harness.eventually(lambda: first(server, STREAMS), "others watch")
        server.speak("Yes.", "quick")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0


def test_top_prints_one_snapshot_where_it_is_asked_to(serve, tmp_path):
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    toml, key_file = tmp_path / "keys.toml", tmp_path / "key"
    toml.write_text(harness.to_toml(config))
    key_file.write_bytes(harness.run_ok("keys", "add", "boss", "--admin", "--config", toml))
    server = serve("--voice", "quick", config=config)
    key = {"Authorization": f"Bearer {key_file.read_text().strip()}"}
    with httpx.stream("POST", f"{server.url}/v1/audio/speech", headers=key, timeout=harness.DEADLINE_SECONDS,
                      json={"model": "tts-1", "input": SECRET + LONG, "voice": "slow", "response_format": "pcm"}):
        shown = harness.run_ok("top", "--once", "--url", server.url, "--key-file", key_file).decode()
    assert "1 streams, 0 waiting" in shown
    assert [line.split()[-1] for line in shown.splitlines() if " started " in line] == ["slow"], shown
    assert re.search(r"load +\[#", shown) and re.search(r" here +busy ", shown), shown
    assert "\x1b" not in shown and "abracadabra" not in shown
    refused = harness.run("top", "--once", "--url", server.url)
    assert refused.returncode == 1 and b"--key-file" in refused.stderr
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    gone = harness.run("top", "--once", "--url", server.url)
    assert gone.returncode == 1 and b"It is not reached" in gone.stderr


def test_top_redraws_a_terminal_until_q_is_pressed(serve):
    server = serve("--voice", "quick")
    terminal, inside = pty.openpty()
    top = subprocess.Popen([harness.BINARY, "top", "--url", server.url], stdin=inside, stdout=inside)
    os.close(inside)
    watchdog = threading.Timer(harness.DEADLINE_SECONDS, top.kill)
    watchdog.start()
    shown = b""
    while shown.count(b"\x1b[H") < 4:
        shown += os.read(terminal, 65536)
    os.write(terminal, b"q")
    with contextlib.suppress(OSError):  # at its end
        while piece := os.read(terminal, 65536):
            shown += piece
    assert top.wait() == 0
    watchdog.cancel()
    os.close(terminal)
    assert shown.endswith(b"\x1b[?1049l"), "the screen is as it was"
