"""A client that yields audio while it is made, and goes on at the byte where a connection was cut."""
from __future__ import annotations

import dataclasses
import http.client
import json
import os
import ssl
import time
import urllib.parse
import uuid
from types import TracebackType
from typing import Iterator, Literal

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]

PIECE_BYTES = 65536
OK, PARTIAL, BEYOND, TOO_MANY, UNAVAILABLE = 200, 206, 416, 429, 503


@dataclasses.dataclass(frozen=True)
class Voice:
    """A voice that can be asked for."""
    id: str
    name: str
    language: str


class ServerError(Exception):
    """The server refused a request. `status` is HTTP's, `code` the server's word for the reason, "" where it gave none."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


class Busy(ServerError):
    """The server has no room. `retry_after` is the seconds after which it expects to have some."""

    def __init__(self, status: int, code: str, message: str, retry_after: float):
        super().__init__(status, code, message)
        self.retry_after = retry_after


class Cut(Exception):
    """A speech was cut and cannot go on: the server was not reached in time, or its voice has changed meanwhile."""


class Client:
    """Speaks by the server at `url`. Every method may be called from any thread."""

    def __init__(self, url: str = "http://127.0.0.1:8080", *, key: str | None = None, timeout: float = 30.0,
                 patience: float = 60.0, context: ssl.SSLContext | None = None):
        """`key` is an API key where the server asks for one. `timeout` is the seconds that the server may be silent before a
        connection counts as cut, and `patience` the seconds for which a cut speech is tried again. `context` says how an
        https server is known; without it by the machine's authorities."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not http:// or https:// and a host")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self._base = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout = timeout
        self._context = context
        self.patience = patience

    def voices(self) -> list[Voice]:
        """The voices of the server, its default one first."""
        connection, answer = self._ask("GET", "/v1/audio/voices", None, {})
        try:
            if answer.status != OK:
                raise refusal(answer)
            return [Voice(row["id"], row["name"], row["language"]) for row in json.load(answer)["voices"]]
        finally:
            connection.close()

    def speak(self, text: str, *, voice: str = "alloy", format: Format = "wav", speed: float = 1.0, seed: int = 0) -> Speech:
        """Asks for the speech of `text`, which begins when it is iterated. `speed` is 0.25 to 4. The same arguments give the
        same bytes. Raises Busy where the server has no room, and ServerError for other refusals."""
        body = {"model": "tts-1", "input": text, "voice": voice, "response_format": format, "speed": speed, "seed": seed}
        return Speech(self, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None,
             headers: dict[str, str]) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection: http.client.HTTPConnection
        if self._secure:
            context = self._context or ssl.create_default_context()
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, self._base + path, body, {**self._headers, **headers})
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise


class Speech:
    """The audio of one text: an iterable of pieces of bytes, each byte once, however often the connection was cut. To be
    iterated once, by one thread."""

    def __init__(self, client: Client, body: bytes):
        self.bytes_received = 0
        self.times_resumed = 0
        self._client = client
        self._body = body
        self._stream: str | None = None
        self._key = str(uuid.uuid4())
        self._connection: http.client.HTTPConnection | None = None
        self._answer: http.client.HTTPResponse | None = None
        self._begin()

    def __enter__(self) -> Speech:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        while self._answer is not None:
            try:
                piece = self._answer.read1(PIECE_BYTES)
            except (OSError, http.client.HTTPException) as error:
                self._resume(error)
                continue
            if not piece:
                self.close()
                return
            self.bytes_received += len(piece)
            yield piece

    def read(self) -> bytes:
        """All of the audio that was not iterated yet."""
        return b"".join(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes all of it to a file, as it comes."""
        with open(path, "wb") as file:
            for piece in self:
                file.write(piece)

    def close(self) -> None:
        """Ends the speech, also before its end. Idempotent."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._answer = None

    def _begin(self) -> None:
        """Asks until there is an answer; the key makes one stream of all tries."""
        deadline = time.monotonic() + self._client.patience
        headers = {"Content-Type": "application/json", "Idempotency-Key": self._key}
        while True:
            try:
                self._connection, self._answer = self._client._ask("POST", "/v1/audio/speech", self._body, headers)
                break
            except (ConnectionResetError, http.client.RemoteDisconnected) as error:
                wait(0.2, deadline, error)
        if self._answer.status != OK:
            self._refuse()
        self._stream = self._answer.headers["Antiphon-Stream"]

    def _refuse(self) -> None:
        assert self._answer is not None
        error = refusal(self._answer)
        self.close()
        raise error

    def _resume(self, cut: BaseException) -> None:
        """Goes on behind what was received. Leaves no answer where that was all."""
        self.close()
        if self._stream is None:
            raise Cut("the server does not resume this stream") from cut
        deadline = time.monotonic() + self._client.patience
        while True:
            pause = 0.2
            try:
                self._connection, self._answer = self._client._ask(
                    "GET", f"/v1/audio/speech/{self._stream}", None, {"Range": f"bytes={self.bytes_received}-"})
                status = self._answer.status
                if status == PARTIAL or (status == OK and self.bytes_received == 0):
                    self.times_resumed += 1
                    return
                if status == BEYOND:
                    self.close()
                    return
                if status == OK:
                    self.close()
                    raise Cut("the voice or the server has changed, so that the bytes would be others") from cut
                if status not in (TOO_MANY, UNAVAILABLE):
                    self._refuse()
                pause = retry_after(self._answer)
                self.close()
            except (OSError, http.client.HTTPException):
                self.close()
            wait(pause, deadline, cut)


def wait(pause: float, deadline: float, error: BaseException) -> None:
    if time.monotonic() + pause > deadline:
        raise Cut("the server was not reached in time") from error
    time.sleep(pause)


def retry_after(answer: http.client.HTTPResponse) -> float:
    """The seconds that a refusal names, at least a tenth."""
    try:
        return max(0.1, float(answer.headers.get("retry-after-ms", "")) / 1000)
    except ValueError:
        pass
    try:
        return max(0.1, float(answer.headers.get("Retry-After", "")))
    except ValueError:
        return 1.0


def refusal(answer: http.client.HTTPResponse) -> ServerError:
    code, message = "", answer.reason
    try:
        error = json.loads(answer.read(PIECE_BYTES))["error"]
        code, message = str(error.get("code") or ""), str(error.get("message") or message)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        pass
    if answer.status in (TOO_MANY, UNAVAILABLE):
        return Busy(answer.status, code, message, retry_after(answer))
    return ServerError(answer.status, code, message)
