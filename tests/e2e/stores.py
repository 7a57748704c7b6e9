"""Redis for tests, and streams that are kept there."""
import contextlib
import socket
import subprocess

import httpx

import harness

TEXT = "One more sentence that takes a while to say. " * 12


class Redis:
    """A server of its own on a Unix socket."""

    def __init__(self, folder, *flags):
        self.path = folder / "redis.sock"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no", *flags],
            executable="/usr/bin/redis-check-rdb", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder)
        harness.eventually(self.answers, "Redis answers")

    def answers(self):
        with contextlib.suppress(OSError):
            return self.ask("PING").startswith((b"+", b"-"))
        return False

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


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(folder, *flags):
    folder.mkdir()
    server = Redis(folder, *flags)
    try:
        yield server
    finally:
        server.stop()


def begun(server, least, voice="steady"):
    """A stream of which `least` bytes were read; its name, and these bytes. The connection is then lost."""
    with server.stream(TEXT, voice) as response:
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
