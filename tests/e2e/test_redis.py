"""Progress in Redis: what one server has begun, another goes on with, and Redis' faults are not heard."""
import os
import signal
import socket
import subprocess

import httpx
import pytest

import harness

TEXT = "One more sentence that takes a while to say. " * 12


class Redis:
    """A server of its own on a Unix socket."""

    def __init__(self, folder, *flags):
        self.path = folder / "redis.sock"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no", *flags],
            executable="/usr/bin/redis-check-rdb", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder)
        harness.eventually(lambda: self.path.exists() and self.ask("PING").startswith((b"+", b"-")), "Redis answers")

    @property
    def url(self):
        return f"unix://{self.path}"

    def ask(self, *words):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.path))
            connection.sendall((" ".join(words) + "\r\n").encode())
            return connection.recv(65536)

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    server = Redis(folder)
    yield server
    server.stop()


def progress(url):
    return {"progress": {"url": url}}


def begun(server, least, **fields):
    """A stream of which `least` bytes were read; its name, and these bytes. The connection is then lost."""
    with server.stream(TEXT, "steady", **fields) as response:
        assert response.status_code == 200, response.read()
        name, heard = response.headers["antiphon-stream"], b""
        for piece in response.iter_raw():
            heard += piece
            if len(heard) >= least:
                return name, heard
    raise AssertionError("it ended before it was cut")


def rest(server, name, begin):
    answer = httpx.get(f"{server.url}/v1/audio/speech/{name}", headers={"Range": f"bytes={begin}-"},
                       timeout=harness.DEADLINE_SECONDS)
    assert answer.status_code == 206, answer.text
    return answer.content


def test_another_server_goes_on_after_the_first_was_killed(serve, redis):
    first = serve("--voice", "steady", config=progress(redis.url))
    whole = first.speak(TEXT, "steady")
    name, heard = begun(first, 100_000)
    harness.eventually(lambda: b"antiphon" in redis.ask("KEYS", "*"), "it is written")
    first.process.kill()
    first.wait()
    second = serve("--voice", "steady", config=progress(redis.url))
    assert heard + rest(second, name, len(heard)) == whole
    assert rest(second, name, 1001) == whole[1001:], "also after its end"


def test_a_stopped_or_wiped_redis_is_not_heard(serve, redis):
    server = serve("--voice", "steady", config=progress(redis.url))
    whole = server.speak(TEXT, "steady")
    os.kill(redis.process.pid, signal.SIGSTOP)
    assert server.speak(TEXT, "steady") == whole
    os.kill(redis.process.pid, signal.SIGCONT)
    name, heard = begun(server, 50_000)
    redis.ask("FLUSHALL")
    assert server.speak(TEXT, "steady") == whole
    with server.stream(TEXT, "steady") as response:
        name = response.headers["antiphon-stream"]
        assert response.read() == whole
    harness.eventually(lambda: httpx.get(f"{server.url}/v1/audio/speech/{name}", headers={"Range": "bytes=10-"},
                                         timeout=harness.DEADLINE_SECONDS).content == whole[10:], "it is kept again")
    assert heard == whole[:len(heard)]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9", "unix:///nowhere/redis.sock"])
def test_a_redis_that_is_not_there_is_not_heard(serve, url):
    server = serve("--voice", "quick", config=progress(url))
    assert server.speak(TEXT, "quick") == server.speak(TEXT, "quick")


def test_a_wrong_password_is_not_heard_and_is_logged_once(serve, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    locked = Redis(folder, "--requirepass", "right")
    try:
        server = serve("--voice", "quick", config=progress(f"unix://:wrong@{locked.path}"))
        assert server.speak(TEXT, "quick") == server.speak(TEXT, "quick")
        assert "wrong" not in server.log().replace("wrong_", ""), "no secret is logged"
    finally:
        locked.stop()


def test_a_wrong_address_is_refused_at_start(store, tmp_path):
    config = tmp_path / "wrong.toml"
    config.write_text('[progress]\nurl = "http://127.0.0.1"\n')
    result = harness.run("serve", "--voices", store, "--listen", "127.0.0.1:0", "--config", config)
    assert result.returncode == 1
    assert b"progress.url" in result.stderr
