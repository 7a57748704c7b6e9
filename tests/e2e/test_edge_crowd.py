"""Hundreds of clients who do nothing right beside eight listeners: nobody hears them."""
import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

import harness

LISTENERS = 8
CROWD = 200
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
        assert response.status_code == 200
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
    """As many never finish their request as ask for a long speech and read none of it."""
    body = b'{"model":"tts-1","voice":"quick","response_format":"pcm","input":"' + b"A long story. " * 200 + b'"}'
    head = (b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer crowd\r\nContent-Length: %d\r\n" % len(body))
    sockets = []
    try:
        for number in range(2 * CROWD):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=harness.DEADLINE_SECONDS)
            sockets.append(client)
            client.sendall(head if number % 2 else head + b"\r\n" + body)
        yield sockets
    finally:
        for client in sockets:
            client.close()


@pytest.mark.skipif(harness.SANITIZED, reason="a sanitizer's own delays and memory")
def test_four_hundred_bad_clients_beside_eight_listeners(serve):
    server = serve("--workers", "2", "--voice", "quick")
    server.wait_for_workers(2)
    alone = max(worst_gap(server), worst_gap(server))
    before = harness.resident_bytes(server.pid)
    peak = before
    watching = threading.Event()

    def watch():
        nonlocal peak
        while not watching.wait(0.05):
            peak = max(peak, harness.resident_bytes(server.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with crowd(server):
            beside = worst_gap(server)
    finally:
        watching.set()
        watcher.join()
    # Each that reads nothing holds at most its backlog: 30 s at 22,050 Hz, and as much again on its way.
    assert peak - before < CROWD * 4 * 2**20
    assert beside <= alone + 0.1, f"worst gap {beside:.3f} s beside the crowd, {alone:.3f} s alone"
    harness.eventually(server.idle, "all of them are gone")
    print(f"worst gap {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside {2 * CROWD} others; "
          f"{(peak - before) / 2**20:.0f} MiB more at most")
