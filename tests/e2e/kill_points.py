"""Two gateways that share Redis, what kills them, and listeners that go on where they were cut."""
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

import harness

SPEECH = "/v1/audio/speech"


class Pair:
    """Two gateways with the same Redis. One that is killed is started again, at another port."""

    def __init__(self, folder, store, redis, *flags):
        self._folder, self._store, self._redis, self._flags = folder, store, redis, flags
        self._started = 0
        self.kills = {"gateway": 0, "machine": 0}
        self.last = [None, None]  # how each of the two was killed last
        self.servers = [self._start(number) for number in range(2)]

    def _start(self, number):
        self._started += 1
        return harness.Server(self._folder / f"gateway{self._started}", self._store, *self._flags, config={
            "progress": {"url": self._redis.url, "cell": f"cell{number}"}, "admission": {"streams_per_user": 1000}})

    def kill(self, number, kind):
        """Ends a gateway by SIGKILL, alone or with its workers, and starts it again. No process may be left."""
        server = self.servers[number]
        workers = harness.children_of(server.pid)
        assert workers
        self.last[number] = kind
        self.kills[kind] += 1
        for pid in (server.pid, *workers) if kind == "machine" else (server.pid,):
            harness.kill(pid)
        server.process.wait(harness.DEADLINE_SECONDS)
        harness.eventually(lambda: all(harness.parent_of(pid) is None for pid in workers), "the workers end with their gateway")
        self.servers[number] = self._start(number)
        server.stop()

    def stop(self):
        for server in self.servers:
            server.stop()


class Listener:
    """Speaks one text again and again through a pair of gateways, and counts what goes wrong."""

    def __init__(self, pair, body, expected, seed):
        self._pair, self._body, self._expected = pair, body, expected
        self._chance = random.Random(seed)
        self._at = seed % 2
        self._client = httpx.Client(timeout=harness.DEADLINE_SECONDS, verify=False)
        self.points = {"connection": 0, "gateway": 0, "machine": 0}
        self.waits = {kind: [] for kind in self.points}  # seconds from the loss until the first new audio
        self.whole, self.wrong, self.surplus, self.missing = 0, 0, 0, 0

    def hear(self, leave, ended):
        """One stream to its end. The listener drops its own connection after so many bytes as `leave(chance)` says; when
        `ended()` it does so no more."""
        got, name, lost = b"", None, None
        while True:
            most = None if ended() else leave(self._chance)
            try:
                with self._ask(name, len(got)) as answer:
                    if name is not None and answer.status_code in (404, 503):
                        answer.read()
                        if answer.status_code == 404:  # its record never reached Redis
                            self.missing += 1
                            return
                        raise httpx.ReadError(answer.text)  # Redis, or the other gateway's workers, are not there yet
                    if answer.status_code == 416:
                        break  # the cut was at its end
                    answer.raise_for_status()
                    name = answer.headers["antiphon-stream"]
                    taken = 0
                    for piece in answer.iter_raw(4096):
                        if lost:
                            self.points[lost[0]] += 1
                            self.waits[lost[0]].append(time.monotonic() - lost[1])
                            lost = None
                        piece = piece if most is None else piece[:most - taken]  # what comes behind the cut is lost on its way
                        got, taken = got + piece, taken + len(piece)
                        if taken == most:
                            break
                if taken != most:
                    break
                lost = lost or ("connection", time.monotonic())
                self._at = self._chance.randrange(2)
            except httpx.TransportError:
                if name is not None and lost is None:
                    lost = (self._pair.last[self._at] or "connection", time.monotonic())
                self._at = 1 - self._at
                time.sleep(0.005)  # both may be starting: the client tries again
        self.whole += 1
        self.wrong += got[:len(self._expected)] != self._expected
        self.surplus += max(0, len(got) - len(self._expected))

    def _ask(self, name, have):
        url = self._pair.servers[self._at].url + SPEECH
        if name is None:
            return self._client.stream("POST", url, json=self._body)
        return self._client.stream("GET", f"{url}/{name}", headers={"Range": f"bytes={have}-"})


def listen_until(listeners, reached, leave, meanwhile=lambda: None):
    """All listeners hear streams until `reached()`, at the same time as `meanwhile` runs; then what plays is heard to its
    end."""
    def hear(listener):
        while not reached():
            listener.hear(leave, reached)

    with ThreadPoolExecutor(len(listeners) + 1) as pool:
        for task in [pool.submit(meanwhile), *(pool.submit(hear, listener) for listener in listeners)]:
            task.result()


def listen_while_killed(pair, listeners, kinds, leave, between):
    """The same while gateways are killed, in these ways one after the other, `between(chance)` seconds apart."""
    over = threading.Event()

    def kill():
        chance = random.Random(22)
        try:
            for kind in kinds:
                over.wait(between(chance))
                pair.kill(chance.randrange(2), kind)
        finally:
            over.set()

    listen_until(listeners, over.is_set, leave, kill)
