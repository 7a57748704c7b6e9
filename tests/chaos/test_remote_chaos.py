"""Faults of workers on other machines, and of what lies between: as in test_chaos.py, each against a control in the same
test. Nobody may hear where the sound is made, nor that it is made elsewhere from now on.
"""
import contextlib
import os
import signal
import socket
import threading
import time

import pytest

import harness
from test_chaos import CROWD, Recovery, check_bytes, check_gaps, crowd, note


class Proxy:
    """Between links and the gateway: what it is told to, it cuts, or silently drops."""

    def __init__(self, port):
        self.port_behind = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = []
        self.dropping = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.port_behind))
                self.connections += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if not self.dropping.is_set():
                    sink.sendall(data)
        # One that is dropping tells neither end that the other is gone.
        if not self.dropping.is_set():
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_RDWR)

    def cut(self):
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.connections = []

    def close(self):
        self.listener.close()
        self.cut()


class Rejoined(Recovery):
    """Watches how long it takes until the worker elsewhere is lost and back."""

    def __init__(self, site, count=1):
        super().__init__(site.server)
        self.site, self.count = site, count

    def is_whole(self):
        return len(self.site.workers()) == self.count


@pytest.fixture
def pair(site, real_store):
    """A gateway with one worker of its own and one elsewhere, behind a proxy."""
    server = site.serve(local=1, store=real_store)
    proxy = Proxy(site.port)
    site.proxy = proxy
    site.link = site.join(store=real_store, port=proxy.port)
    site.wait_for(1)
    server.wait_for_workers(2)
    yield site
    proxy.close()


def remote_jobs(site):
    return sum(worker["jobs"] for worker in site.workers())


def run_fault(site, name, fault, rejoins=True, gaps=True):
    control = crowd(site.server)
    assert remote_jobs(site) > 0, "it had its share of the work"
    site.wait_for(1)
    recovery = Rejoined(site)

    def disturb():
        if rejoins:
            recovery.begin()
        fault()

    disturbed = crowd(site.server, disturb=disturb)
    note(name, control, disturbed, recovery.end() if rejoins else None)
    check_bytes(control, disturbed)
    if gaps:
        check_gaps(control, disturbed)
    return disturbed


def lost(site):
    """How often a worker elsewhere was lost, by reason."""
    kills = site.server.http.get("/v1/workers").json()["remote_kills"]
    return {reason: count for reason, count in kills.items() if count > 0}


def test_a_worker_elsewhere_is_killed_in_the_middle_of_a_sentence(pair):
    run_fault(pair, "kill -9 of the worker process elsewhere", lambda: os.kill(pair.link.children()[0], signal.SIGKILL))
    assert lost(pair) == {"exited": 1}


def test_a_link_process_is_killed(pair):
    run_fault(pair, "kill -9 of the link process", pair.link.process.kill, rejoins=False)
    harness.eventually(lambda: not pair.workers(), "its worker is gone")
    assert lost(pair) == {"exited": 1}


def test_a_worker_elsewhere_is_stopped(pair):
    """Its link process sees that it does not compute, as soon as the gateway would with a worker of its own."""
    run_fault(pair, "SIGSTOP of the worker process elsewhere", lambda: os.kill(pair.link.children()[0], signal.SIGSTOP))
    assert lost(pair) == {"stalled": 1}
    pair.link.says("worker_stalled")
    assert not pair.server.events("worker_stalled"), "the gateway's own patience, which is longer, was not needed"


def test_a_link_process_is_stopped_and_goes_on(pair):
    """A half-open link: the gateway sees that nothing comes, and takes the worker back when it has woken up."""
    run_fault(pair, "SIGSTOP of the link process", lambda: pair.link.signal(signal.SIGSTOP), rejoins=False)
    harness.eventually(lambda: not pair.workers(), "the gateway has given it up")
    pair.link.signal(signal.SIGCONT)
    pair.wait_for(1)
    assert pair.link.process.poll() is None


def test_a_connection_that_drops_every_byte_is_noticed_at_both_ends(pair):
    run_fault(pair, "half-open link: every byte is dropped", pair.proxy.dropping.set, rejoins=False)
    harness.eventually(lambda: not pair.workers(), "the gateway has given it up")
    pair.link.says("the gateway is silent")
    pair.proxy.cut()
    pair.proxy.dropping.clear()
    pair.wait_for(1)


def test_an_idle_connection_that_drops_every_byte_is_noticed_within_seconds(pair):
    begun = time.monotonic()
    pair.proxy.dropping.set()
    harness.eventually(lambda: pair.server.events("remote_worker_silent"), "the gateway has noticed")
    # Six heartbeats of half a second; the machine may be busy.
    assert time.monotonic() - begun < 15


def test_a_worker_elsewhere_that_comes_and_goes(pair):
    done = threading.Event()

    def flap():
        while not done.is_set():
            pair.proxy.cut()
            done.wait(0.7)

    flapping = threading.Thread(target=flap)
    try:
        run_fault(pair, "flapping link: cut every 0.7 s", flapping.start, rejoins=False)
    finally:
        done.set()
        flapping.join()
    assert sum(lost(pair).values()) >= 2
    pair.wait_for(1)


def test_one_of_two_workers_elsewhere_is_killed_where_there_are_no_others(site, real_store):
    server = site.serve(store=real_store)
    links = [site.join("--id", name, store=real_store) for name in ("attic", "cellar")]
    site.wait_for(2)
    control = crowd(server, size=CROWD)
    recovery = Rejoined(site, count=2)

    def disturb():
        recovery.begin()
        os.kill(links[0].children()[0], signal.SIGKILL)

    disturbed = crowd(server, size=CROWD, disturb=disturb)
    note("kill -9 of one of two workers elsewhere, without others", control, disturbed, recovery.end())
    check_bytes(control, disturbed)
    check_gaps(control, disturbed)
