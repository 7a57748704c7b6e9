"""Hundreds of clients who do nothing right beside eight listeners: nobody hears them."""
import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

import harness

LISTENERS = 8
CROWD = 200
BACKLOG_SECONDS = 5
ROUNDS = 5
# About ten seconds at each listener.
TEXT = " ".join(["The first voice begins before the sentence is finished, and the second never waits for it to end."] * 2)


class Listener:
    """Plays at once, and never buffers ahead: audio that comes late is a gap."""

    def __init__(self):
        self.gaps, self.dry_at, self.audio = [], None, 0.0

    def hear(self, data):
        now, seconds = time.monotonic(), len(data) / 48000
        if self.dry_at is not None and now > self.dry_at:
            self.gaps.append(now - self.dry_at)
        self.dry_at = max(now, self.dry_at or now) + seconds
        self.audio += seconds


def listen(server, number):
    listener = Listener()
    body = {"model": "tts-1", "input": TEXT, "voice": "steady", "response_format": "pcm", "seed": number}
    with httpx.stream("POST", f"{server.url}/v1/audio/speech", json=body, timeout=harness.DEADLINE_SECONDS,
                      headers={"Authorization": f"Bearer listener{number}"}) as response:
        assert response.status_code == 200, response.read()
        for data in response.iter_bytes():
            listener.hear(data)
    return listener


def worst_gap(server):
    """Of eight listeners at once, who all hear everything."""
    with ThreadPoolExecutor(LISTENERS) as pool:
        listeners = list(pool.map(lambda number: listen(server, number), range(LISTENERS)))
    assert min(listener.audio for listener in listeners) > 5
    return max((gap for listener in listeners for gap in listener.gaps), default=0.0)


@contextlib.contextmanager
def crowd(server):
    """As many never finish their request as hold a stream that they read at half its speed."""
    process = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("slow_crowd.py"), str(server.port),
                                str(CROWD), "quick"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(2 * harness.DEADLINE_SECONDS, process.kill)
    watchdog.start()
    try:
        assert process.stdout.readline() == "held\n", "each of them is heard"
        watchdog.cancel()
        yield
    finally:
        watchdog.cancel()
        process.kill()
        process.wait(harness.DEADLINE_SECONDS)
        process.stdout.close()


def round_beside(server):
    """The worst gap of a round of listeners, and the least and the most memory that the gateway had meanwhile."""
    sizes = [harness.resident_bytes(server.pid)]
    over = threading.Event()

    def watch():
        while not over.wait(0.05):
            sizes.append(harness.resident_bytes(server.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        gap = worst_gap(server)
    finally:
        over.set()
        watcher.join()
    return gap, min(sizes), max(sizes)


@pytest.mark.skipif(harness.SANITIZED, reason="a sanitizer's own delays and memory")
def test_four_hundred_bad_clients_beside_eight_listeners(serve):
    # What a slow machine's admission would refuse is not what this is about.
    server = serve("--workers", "2", "--voice", "quick", "--admission", "off",
                   config={"workers": {"backlog_seconds": BACKLOG_SECONDS}, "server": {"max_connections": 1024, "lag_limit_seconds": 3600}})
    server.wait_for_workers(2)
    alone_before = max(worst_gap(server), worst_gap(server))
    before = harness.resident_bytes(server.pid)
    with crowd(server):
        assert server.metrics()["antiphon_streams"] >= CROWD, "each slow reader holds a stream"
        assert server.metrics()['antiphon_connections{server="http"}'] >= 2 * CROWD
        rounds = [round_beside(server) for _ in range(ROUNDS)]
        assert server.metrics()["antiphon_streams"] >= CROWD, "and they still do"
        assert server.metrics()['antiphon_streams_ended_total{end="failed"}'] == 0
    harness.eventually(server.idle, "all of them are gone")
    after = harness.resident_bytes(server.pid)
    # What else the machine does may come and go.
    alone_after = max(worst_gap(server), worst_gap(server))
    alone = max(alone_before, alone_after)
    beside = max(gap for gap, _, _ in rounds)
    print(f"worst gap {alone_before * 1000:.0f} and {alone_after * 1000:.0f} ms alone before and after, "
          f"{beside * 1000:.0f} ms beside {2 * CROWD} others; resident MiB: "
          f"{before / 2**20:.0f} before, " + ", ".join(f"{least / 2**20:.0f} to {most / 2**20:.0f}" for _, least, most in rounds)
          + f" in each round beside them, {after / 2**20:.0f} after them")
    # A slow reader holds its backlog, and as much again on its way, each in a buffer that may be half empty.
    assert max(most for _, _, most in rounds) - before < CROWD * 4 * BACKLOG_SECONDS * 48_000 + 160 * 2**20
    # From the third round on each has its backlog full.
    assert rounds[-1][1] - rounds[2][1] < 24 * 2**20, "memory is flat while they stay"
    assert beside <= alone + 0.1, f"worst gap {beside:.3f} s beside the crowd, {alone:.3f} s alone"


def test_a_listener_who_reads_a_little_now_and_then_is_dropped(serve):
    server = serve("--voice", "quick", config={"server": {"lag_limit_seconds": 2}})
    body = json.dumps({"model": "tts-1", "voice": "quick", "response_format": "pcm", "input": TEXT * 16}).encode()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        client.settimeout(harness.DEADLINE_SECONDS)
        client.connect(("127.0.0.1", server.port))
        client.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       b"x-request-id: trickle\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        def dropped():
            assert client.recv(64), "what was sent before arrives"
            return server.events("listener_dropped")

        event = harness.eventually(dropped, "who takes a seventh of real time is dropped")[0]
    assert event["request_id"] == "trickle"
    assert float(event["lag_s"]) >= 2
    harness.eventually(server.idle, "his work is stopped")
    spoken = [event for event in server.events("speech") if event["request_id"] == "trickle"]
    assert [event["end"] for event in spoken] == ["dropped"]
    assert server.metrics()["antiphon_listeners_dropped_total"] == 1
    assert server.speak(TEXT, "quick"), "and nobody else is"
    assert server.metrics()["antiphon_listeners_dropped_total"] == 1
