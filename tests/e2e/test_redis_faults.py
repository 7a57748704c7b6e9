"""Redis' faults, and those of clocks: none is heard, and what was promised can be resumed."""
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import threading

import httpx
import pytest

import harness
from stores import TEXT, begun, free_port, rest, running

FAKE_TIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
DEADLINE = harness.DEADLINE_SECONDS


@pytest.fixture
def redis(tmp_path):
    with running(tmp_path / "redis") as server:
        yield server


def progress(url):
    return {"progress": {"url": url}}


def connected(server):
    return server.metrics()["antiphon_redis_connected"]


class Liar:
    """Answers as Redis would to the first command of each connection, and then whatever it likes."""

    GARBAGE = (b"HTTP/1.1 200 OK\r\n\r\n", b"*1000000000\r\n", b"*-2\r\n", b"$999999999999\r\n", b"$-5\r\n", b":\r\n",
               b":99999999999999999999\r\n", b"$3\r\nab", b"*2\r\n*2\r\n*2\r\n", b"%1\r\n+a\r\n+b\r\n", b"+OK\r\n+OK\r\n+OK\r\n")
    LIES = (b"+\x00\xff\r\n", b"-\r\n", b"_\r\n", b":1\r\n", b":-1\r\n", b"*0\r\n", b"$-1\r\n", b"$0\r\n\r\n",
            b"*2\r\n$1\r\nx\r\n$3\r\n1 2\r\n", b"*6\r\n$1\r\nx\r\n$1\r\ny\r\n$1\r\nz\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n1\r\n",
            b"-NOSCRIPT x\r\n", b"-OOM x\r\n", b"-WRONGTYPE x\r\n")

    def __init__(self, seed):
        self._chance = random.Random(seed)
        self.told = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._lie, args=[client], daemon=True).start()

    def _lie(self, client):
        with contextlib.suppress(OSError), client:
            client.recv(65536)
            client.sendall(b"+PONG\r\n")
            while data := client.recv(65536):
                for _ in re.findall(rb"\*\d+\r\n\$", data):
                    client.sendall(self._answer())
                    self.told += 1

    def _answer(self):
        what = self._chance.random()
        if what < 0.05:
            return self._chance.randbytes(self._chance.randrange(1, 300))
        return self._chance.choice(self.GARBAGE if what < 0.15 else self.LIES)

    def close(self):
        self._listener.close()


def test_a_redis_that_answers_garbage_is_not_heard_and_ends_nothing(serve):
    with contextlib.closing(Liar(22)) as liar:
        server = serve("--voice", "quick", config=progress(liar.url))
        whole = server.speak(TEXT, "quick")
        names = []

        def spoken():
            with server.stream(TEXT, "quick") as answer:
                names.append(answer.headers["antiphon-stream"])
                assert answer.read() == whole
            return liar.told >= 25

        harness.eventually(spoken, "it has lied often")
        for name in (*names[-3:], "0" * 32):
            answer = httpx.get(f"{server.url}/v1/audio/speech/{name}", headers={"Range": "bytes=10-"}, timeout=DEADLINE)
            assert answer.status_code in (206, 404, 503), answer.text
            assert answer.status_code != 206 or answer.content == whole[10:]
        for path in ("/v1/streams", "/healthz", "/metrics"):
            assert server.http.get(path).status_code in (200, 503)
    assert server.process.poll() is None


def test_a_redis_that_stops_for_longer_than_it_is_waited_for_gets_what_it_missed(serve, redis):
    first = serve("--voice", "steady", config=progress(redis.url))
    text = TEXT[:len(TEXT) // 3 * 2]
    whole = first.speak(text, "quick")
    with first.stream(text, "steady") as answer:
        name, pieces = answer.headers["antiphon-stream"], answer.iter_raw()
        heard = next(pieces)
        os.kill(redis.process.pid, signal.SIGSTOP)
        harness.eventually(lambda: connected(first) == 0, "it is given up")
        heard += b"".join(pieces)
    assert heard == whole
    answer = httpx.get(f"{first.url}/v1/audio/speech/{name}", headers={"Range": "bytes=10-"}, timeout=DEADLINE)
    assert answer.status_code == 503, "nobody knows whose it is"
    os.kill(redis.process.pid, signal.SIGCONT)
    harness.eventually(lambda: connected(first) == 1 and first.metrics()["antiphon_progress_records"] == 0, "all is written")
    second = serve("--voice", "steady", config=progress(redis.url))
    assert rest(second, name, len(whole) - 5001) == whole[-5001:]


class Sentinel:
    """Watches over the master `speech`, and takes a second to notice that it is gone."""

    def __init__(self, folder, master_port):
        self.port = free_port()
        file = folder / "sentinel.conf"
        file.write_text(f"port {self.port}\nsentinel monitor speech 127.0.0.1 {master_port} 1\n"
                        "sentinel down-after-milliseconds speech 3000\nsentinel failover-timeout speech 5000\n")
        self._process = subprocess.Popen(["redis-sentinel", file], executable="/usr/bin/redis-check-rdb", cwd=folder,
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def ask(self, *words):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), DEADLINE) as connection:
            connection.sendall((" ".join(words) + "\r\n").encode())
            return connection.recv(65536)
        return b""

    def stop(self):
        self._process.kill()
        self._process.wait()


@pytest.mark.skipif(harness.SANITIZED, reason="what it adds to the other tests is what Redis' own programs do")
def test_a_replica_that_takes_over_has_the_records_and_nothing_is_heard(serve, tmp_path):
    ports = free_port(), free_port()
    with (running(tmp_path / "master", "--port", str(ports[0]), "--repl-diskless-sync-delay", "0") as master,
          running(tmp_path / "replica", "--port", str(ports[1]), "--replicaof", "127.0.0.1", str(ports[0])) as replica,
          contextlib.ExitStack() as ends):
        harness.eventually(lambda: b"master_link_status:up" in replica.ask("INFO", "replication"), "it follows")
        sentinel = Sentinel(tmp_path, ports[0])
        ends.callback(sentinel.stop)
        harness.eventually(lambda: str(ports[1]).encode() in sentinel.ask("SENTINEL", "replicas", "speech"), "it is known")
        config = progress(f"redis+sentinel://127.0.0.1:{sentinel.port}/speech")
        first = serve("--voice", "steady", config=config)
        harness.eventually(lambda: connected(first) == 1, "it is connected")
        text = TEXT[:len(TEXT) // 2]
        whole = first.speak(text, "quick")
        with first.stream(text, "quick") as answer:
            before = answer.headers["antiphon-stream"]
            assert answer.read() == whole
        harness.eventually(lambda: before.encode() in replica.ask("KEYS", "*"), "the replica has it")
        with first.stream(text, "steady") as answer:
            during, pieces = answer.headers["antiphon-stream"], answer.iter_raw()
            heard = next(pieces)
            master.stop()
            heard += b"".join(pieces)
        assert heard == whole
        harness.eventually(lambda: replica.ask("ROLE").startswith(b"*3\r\n$6\r\nmaster"), "it is promoted")
        harness.eventually(lambda: connected(first) == 1 and first.metrics()["antiphon_progress_records"] == 0, "all is written")
        second = serve("--voice", "steady", config=config)
        harness.eventually(lambda: connected(second) == 1, "the other gateway finds it, too")
        for name in (before, during):
            assert rest(second, name, len(whole) - 5001) == whole[-5001:]


@pytest.mark.skipif(harness.SANITIZED, reason="the library that fakes the time and a sanitizer replace the same functions")
def test_a_gateway_whose_clock_jumps_loses_no_stream(serve, redis, tmp_path):
    offset = tmp_path / "offset"

    def jump(to):
        offset.with_suffix(".new").write_text(to)
        offset.with_suffix(".new").rename(offset)

    jump("+0")
    jumping = serve("--voice", "quick", config=progress(redis.url), environment={
        "LD_PRELOAD": FAKE_TIME, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    other = serve("--voice", "quick", config=progress(redis.url))
    whole = other.speak(TEXT, "quick")
    for to in ("+3d", "-2d", "+0"):
        name, heard = begun(jumping, 50_000, "quick")
        jump(to)
        assert heard + rest(jumping, name, len(heard)) == whole, to
        assert rest(other, name, 1001) == whole[1001:], "the other gateway has it, too"
    assert len({line[:10] for line in jumping.log().splitlines()}) >= 3, "its log has been on three days"
