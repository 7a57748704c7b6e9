"""A client that hears speech as a listener does: it plays each sample as soon as it can, and never waits for more.

Times are seconds of time.monotonic(). It uses blocking sockets of the standard library, which locust turns into gevent's."""
import dataclasses
import http.client
import json
import socket
import time
import urllib.parse

BYTES_PER_SECOND = 2 * 24_000
# What the server sends of paced audio before its playback (server.pacing_lead_seconds).
LEAD_SECONDS = 2.0
# Of the estimate of jitter, by RFC 3550. The steps are longer than the pieces of paced audio, whose lengths are no jitter.
SMOOTHING = 16
STEP_SECONDS = 0.4
PATIENCE_SECONDS = 60
READ_BYTES = 65_536
# What a slow reader's system takes for it, so that the server notices how it reads.
SLOW_BUFFER_BYTES = 32_768
SLOW_READ_BYTES = 4_800


class Wrong(Exception):
    """An answer that no client should get: another status, a body that was cut, or a refusal that does not say when to come back."""


@dataclasses.dataclass
class Refused(Exception):
    """The server has no room now."""
    come_back: float  # In so many seconds.


@dataclasses.dataclass(frozen=True)
class Target:
    url: str  # Of the server, without a path.
    voice: str
    key: str = ""  # An API key for all users; "": each user is told apart by a bearer token of its own.


@dataclasses.dataclass(frozen=True)
class Manner:
    """How a client takes its audio."""
    paced: bool = False
    leaves_after: float | None = None  # Seconds of audio after which it closes the connection.
    reading_speed: float | None = None  # Seconds of audio that it takes in a second; None: all that comes.


@dataclasses.dataclass
class Heard:
    """What came of one request. A gap is the silence before a chunk, 0 where the chunk was in time. Of paced audio, what of
    its lead a listener had lost when a chunk came: how long after its scheduled time that was. And the jitter at each step of
    0.4 s: the running estimate of RFC 3550, 6.4.1, for which steps of the audio stand for packets, since a stream of bytes
    may be cut anywhere."""
    first_audio: float = 0
    gaps: list[float] = dataclasses.field(default_factory=list)
    lost_leads: list[float] = dataclasses.field(default_factory=list)
    jitters: list[float] = dataclasses.field(default_factory=list)
    pcm: bytearray = dataclasses.field(default_factory=bytearray)
    left: bool = False
    plays_until: float = 0
    steps: int = 0  # Of which jitter has heard.
    transit: float | None = None  # Of the step before: when it came, less its place in the audio.
    jitter: float = 0

    def take(self, piece, now, asked, manner):
        place = len(self.pcm) / BYTES_PER_SECOND
        if not self.pcm:
            self.first_audio = now - asked
            self.plays_until = now
        gap = max(0.0, now - self.plays_until)
        self.plays_until += gap
        if manner.reading_speed is None:
            self.gaps.append(gap)
            if manner.paced and place >= LEAD_SECONDS:
                self.lost_leads.append(max(0.0, now - (self.plays_until - LEAD_SECONDS)))
        self.pcm += piece
        self.plays_until += len(piece) / BYTES_PER_SECOND
        if manner.paced and manner.reading_speed is None:
            while (step := LEAD_SECONDS + self.steps * STEP_SECONDS) < len(self.pcm) / BYTES_PER_SECOND:
                self._note_jitter(now - step)
                self.steps += 1

    def _note_jitter(self, transit):
        if self.transit is not None:
            self.jitter += (abs(transit - self.transit) - self.jitter) / SMOOTHING
            self.jitters.append(self.jitter)
        self.transit = transit


def speak(target, user, text, manner):
    """Speaks `text` over a connection of its own. Raises Refused or Wrong; OSError where no connection is made."""
    parts = urllib.parse.urlsplit(target.url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.connect()
        if manner.reading_speed is not None:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BUFFER_BYTES)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {target.key or user}"}
        if manner.paced:
            headers["Prefer"] = "pace"
        body = {"model": "tts-1", "voice": target.voice, "input": text, "response_format": "pcm", "user": user}
        asked = time.monotonic()
        connection.request("POST", "/v1/audio/speech", json.dumps(body), headers)
        response = connection.getresponse()
        if response.status in (429, 503):
            raise Refused(_come_back(response))
        if response.status != 200:
            raise Wrong(f"status {response.status}: {response.read()[:300]}")
        return _listen(response, asked, manner)
    except http.client.HTTPException as error:
        raise Wrong(f"the body was cut: {type(error).__name__}") from error
    finally:
        connection.close()


def _listen(response, asked, manner):
    heard = Heard()
    begun = None
    while piece := response.read1(READ_BYTES if manner.reading_speed is None else SLOW_READ_BYTES):
        now = time.monotonic()
        heard.take(piece, now, asked, manner)
        if manner.leaves_after is not None and len(heard.pcm) >= manner.leaves_after * BYTES_PER_SECOND:
            heard.left = True
            break
        if manner.reading_speed is not None:
            begun = begun or now
            due = begun + len(heard.pcm) / BYTES_PER_SECOND / manner.reading_speed
            time.sleep(max(0.0, due - now))
    return heard


def _come_back(response):
    """When a refusal says that there will be room. It has to say so three times, and always the same."""
    body = response.read()
    try:
        code = json.loads(body)["error"]["code"]
        whole, exact = int(response.headers["retry-after"]), int(response.headers["retry-after-ms"]) / 1000
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f"a refusal without a reason or a time: {response.headers.items()} {body[:300]}") from error
    if code not in ("server_busy", "too_many_streams") or not 0 <= whole - exact < 1:
        raise Wrong(f"a refusal that contradicts itself: {code}, {whole} s, {exact} s")
    return exact
