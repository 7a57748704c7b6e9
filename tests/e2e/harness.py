"""Starts and drives the real program. Every wait has a deadline; every process ends with the test that started it."""
import contextlib
import hashlib
import os
import pathlib
import re
import signal
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai

BINARY = pathlib.Path(os.environ.get("ANTIPHON_BINARY", "build/antiphon")).resolve()
REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
REAL_MODEL = REPOSITORY / ".deps/voices/en_US-joe-medium.onnx"
REAL_VOICE = REAL_MODEL.stem
HIBARI_PACKAGE = REPOSITORY / ".deps/voices/hibari"
HIBARI_VOICE = HIBARI_PACKAGE.name
# Sanitizers keep freed memory, so figures of memory mean nothing there.
SANITIZED = bool(os.environ.get("ANTIPHON_SANITIZED"))
# Far beyond what anything here takes on a loaded machine under a sanitizer; only failures wait so long.
DEADLINE_SECONDS = 60

_FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')


def in_time(condition):
    """Polls until `condition()` is true, and returns its value; a false one after the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return value


def eventually(condition, what):
    """The value of `condition()` as soon as it is true, which it has to become."""
    value = in_time(condition)
    assert value, f"never happened: {what}"
    return value


def digest(pcm):
    return hashlib.sha256(pcm).hexdigest()


def run(*arguments, stdin=b"", environment=None, timeout=DEADLINE_SECONDS):
    """Runs `antiphon ARGUMENTS` to its end; the result has bytes."""
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout,
                          env={**os.environ, **(environment or {})}, check=False)


def run_ok(*arguments, stdin=b"", timeout=DEADLINE_SECONDS):
    result = run(*arguments, stdin=stdin, timeout=timeout)
    assert result.returncode == 0, f"{arguments}: {result.stderr.decode()}"
    return result.stdout


def say(store, text, voice, *flags, speed=1, seed=0):
    """PCM of `antiphon say`, at 24 kHz unless `flags` say otherwise."""
    return run_ok("say", "-", "--raw", "--voices", store, "--voice", voice, "--speed", speed, "--seed", seed, *flags,
                  stdin=text.encode())


def add_tone(store, voice, *flags):
    run_ok("voices", "add", "--tone", voice, "--voices", store, *flags)


def parent_of(pid):
    """None when there is no such process, or only its corpse is left."""
    try:
        state, parent = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else int(parent)


def children_of(pid):
    return [int(entry.name) for entry in pathlib.Path("/proc").iterdir()
            if entry.name.isdigit() and parent_of(int(entry.name)) == pid]


def kill(pid):
    """SIGKILL; a process that is gone already is none."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def resident_bytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def to_toml(config):
    def written(value):
        if isinstance(value, bool):
            return str(value).lower()
        return f'"{value}"' if isinstance(value, str) else str(value)
    return "".join(f"[{section}]\n" + "".join(f"{key} = {written(value)}\n" for key, value in keys.items())
                   for section, keys in config.items())


class Server:
    """`antiphon serve` on a free port, ready to speak."""

    def __init__(self, folder, store, *flags, config=None, port=0, authority=None, ready=True, environment=None,
                 listen=None, address="127.0.0.1"):
        """`address`: what it listens on, or `listen` for the whole value of the flag; tests talk to it over the loopback
        all the same. `authority`: the file of certificates by which a client knows it, where it speaks HTTPS. Not `ready`: it speaks
        only when workers have joined from elsewhere."""
        folder.mkdir(parents=True)
        self.log_file = folder / "log"
        config_file = folder / "antiphon.toml"
        # One worker and no spare, unless the test says otherwise: then it is known which process does what.
        settings = {**(config or {}), "workers": {"count": 1, "spares": 0, **(config or {}).get("workers", {})}}
        config_file.write_text(to_toml(settings))
        # What an earlier server has learnt of a voice that sleeps decides who is let in; each test begins without.
        for learnt in pathlib.Path(store).glob("*/costs.json"):
            learnt.unlink()
        command = [BINARY, "serve", "--listen", listen or f"{address}:{port}", "--voices", store, "--config", config_file, *flags]
        with self.log_file.open("wb") as log:
            # The kernel ends it, too, should the tests be killed.
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        if not ready:
            self._reach(int(eventually(lambda: self.events("listening"), "it listens")[0]["port"]))
            return
        watchdog = threading.Timer(DEADLINE_SECONDS, self.process.kill)
        watchdog.start()
        self.ready_line = self.process.stdout.readline().decode()
        watchdog.cancel()
        found = re.search(r"(https?)://(?:[\d.]+|\[::\]):(\d+)/", self.ready_line)
        if not found:
            self.stop()
            raise AssertionError(f"no ready line but {self.ready_line!r}; log:\n{self.log()}")
        self._reach(int(found[2]), found[1], authority)

    @classmethod
    def attach(cls, process, port):
        """A server that a test has started in a way of its own, and ends itself."""
        server = cls.__new__(cls)
        server.process, server.pid = process, process.pid
        server._reach(port)
        return server

    def _reach(self, port, scheme="http", authority=None):
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.verify = ssl.create_default_context(cafile=authority) if authority else True
        self.http = httpx.Client(base_url=self.url, timeout=DEADLINE_SECONDS, verify=self.verify)

    def openai(self, **options):
        return openai.OpenAI(base_url=f"{self.url}/v1",
                             **{"api_key": "test", "max_retries": 0, "timeout": DEADLINE_SECONDS, **options})

    # Speech

    def stream(self, text, voice, **fields):
        """A context manager over the response, from a connection of its own."""
        body = {"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm", **fields}
        return httpx.stream("POST", f"{self.url}/v1/audio/speech", json=body, timeout=DEADLINE_SECONDS,
                            verify=self.verify)

    def speak(self, text, voice, **fields):
        """The whole body; a body that is cut raises httpx.RemoteProtocolError."""
        with self.stream(text, voice, **fields) as response:
            body = response.read()
            assert response.status_code == 200, body
            return body

    def speak_all(self, requests):
        """Speaks all (text, voice, fields) at once; their bodies in the same order. On a slow machine the admission test
        may refuse one, so servers of crowds run without it."""
        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(lambda asked: self.speak(asked[0], asked[1], **asked[2]), requests))

    # What the server says of itself

    def health(self):
        return self.http.get("/healthz").json()

    def metrics(self):
        """The value of each line of /metrics, by its name with its labels."""
        lines = [line for line in self.http.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def workers(self, *states):
        """What GET /v1/workers says of those in one of these states."""
        return [worker for worker in self.http.get("/v1/workers").json()["workers"] if worker["state"] in states]

    def idle(self):
        health = self.health()
        return health["streams"] == 0 and health["oldest_job_age_seconds"] == 0

    def wait_for_workers(self, count):
        eventually(lambda: self.health()["workers"] == count, f"{count} workers are ready")

    def log(self):
        return self.log_file.read_text(errors="replace")

    def events(self, name):
        """The fields of every logged event of this name."""
        events = []
        for line in self.log().splitlines():
            words = line.split(" ", 3)
            if len(words) >= 3 and words[2] == name:
                events.append({key: value.strip('"') for key, value in _FIELD.findall(line)})
        return events

    def worker_pid(self, number):
        """Of the worker with this number, counted from 1 in the order of their starts."""
        return next(int(event["pid"]) for event in self.events("worker_started") if event["worker"] == str(number))

    # Its end

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        """Its exit status; negative for a signal."""
        return self.process.wait(DEADLINE_SECONDS)

    def stop(self):
        """Ends it at once, however it is."""
        with contextlib.suppress(AttributeError):
            self.http.close()
        workers = children_of(self.pid) if self.process.poll() is None else []
        self.process.kill()
        self.process.wait(DEADLINE_SECONDS)
        self.process.stdout.close()
        for pid in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)  # one that a test stopped could not end
