"""Progress in Redis: what one server has begun, another goes on with, and Redis' faults are not heard."""
import contextlib
import os
import signal
import socket
import subprocess
import threading
import time

import httpx
import pytest

import certificates
import harness
from stores import TEXT, begun, free_port, rest, running

@pytest.fixture
def redis(tmp_path):
    with running(tmp_path / "redis") as server:
        yield server


def progress(url):
    return {"progress": {"url": url}}


def test_a_taken_port_is_said_with_redis_too(serve, store, redis, tmp_path):
    server = serve()
    (tmp_path / "second.toml").write_text(harness.to_toml(progress(redis.url)))
    second = harness.run("serve", "--listen", f"127.0.0.1:{server.port}", "--voices", store, "--config", tmp_path / "second.toml")
    assert (second.returncode, b"in use" in second.stderr) == (1, True), second.stderr


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


def test_a_server_with_another_loudness_begins_anew_instead_of_mixing_bytes(serve, redis):
    first, second = (serve("--voice", "quick", config={**progress(redis.url), "gains": {"quick": gain}}) for gain in (0, -6))
    name, heard = begun(first, 1000, "quick")
    harness.eventually(lambda: name.encode() in redis.ask("KEYS", "*"), "it is written")
    answer = httpx.get(f"{second.url}/v1/audio/speech/{name}", headers={"Range": f"bytes={len(heard)}-"},
                       timeout=harness.DEADLINE_SECONDS)
    assert (answer.status_code, answer.headers.get("antiphon-resume-sample")) == (200, "0")
    assert answer.headers["antiphon-stream"] != name
    assert answer.content == second.speak(TEXT, "quick") != first.speak(TEXT, "quick")


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
    with running(tmp_path / "locked", "--requirepass", "right") as locked:
        server = serve("--voice", "quick", config=progress(f"unix://:wrong@{locked.path}"))
        assert server.speak(TEXT, "quick") == server.speak(TEXT, "quick")
        assert "wrong" not in server.log().replace("wrong_", ""), "no secret is logged"


def test_a_wrong_address_is_refused_at_start(store, tmp_path):
    config = tmp_path / "wrong.toml"
    config.write_text('[progress]\nurl = "http://127.0.0.1"\n')
    result = harness.run("serve", "--voices", store, "--listen", "127.0.0.1:0", "--config", config)
    assert result.returncode == 1
    assert b"progress.url" in result.stderr


def kept_again(server, name, whole):
    """Whether the stream can be resumed by now, with the right bytes."""
    answer = httpx.get(f"{server.url}/v1/audio/speech/{name}", headers={"Range": "bytes=10-"},
                       timeout=harness.DEADLINE_SECONDS)
    return answer.content == whole[10:]


def test_a_full_redis_is_not_heard_and_gets_what_it_missed(serve, redis):
    server = serve("--voice", "quick", config=progress(redis.url))
    whole = server.speak(TEXT, "quick")
    assert redis.ask("CONFIG", "SET", "maxmemory", "1") == b"+OK\r\n"  # its policy is noeviction
    for _ in range(3):
        with server.stream(TEXT, "quick") as response:
            name = response.headers["antiphon-stream"]
            assert response.read() == whole
    failures = "antiphon_progress_write_failures_total"
    harness.eventually(lambda: server.metrics()[failures] > 3, "it refuses")
    assert server.metrics()["antiphon_progress_records"] >= 3, "they wait"
    assert len(server.events("progress_store_refuses")) == 1
    assert redis.ask("CONFIG", "SET", "maxmemory", "0") == b"+OK\r\n"
    harness.eventually(lambda: server.metrics()["antiphon_progress_records"] == 0, "they are written")
    assert len(server.events("progress_store_takes_writes")) == 1
    assert kept_again(server, name, whole)


def test_what_redis_is_asked_is_counted(serve, redis):
    server = serve("--voice", "quick", config=progress(redis.url))
    harness.eventually(lambda: server.metrics()["antiphon_redis_connected"] == 1, "it is connected")
    body = {"model": "tts-1", "input": TEXT, "voice": "quick", "response_format": "pcm"}
    for text in (TEXT, TEXT, "Another text."):
        httpx.post(f"{server.url}/v1/audio/speech", json={**body, "input": text}, headers={"Idempotency-Key": "k"},
                   timeout=harness.DEADLINE_SECONDS)
    httpx.get(f"{server.url}/v1/audio/speech/{'0' * 32}", timeout=harness.DEADLINE_SECONDS)
    metrics = server.metrics()
    assert [metrics[f'antiphon_idempotency_keys_total{{outcome="{outcome}"}}'] for outcome in
            ("first", "hit", "reused", "unavailable")] == [1, 1, 1, 0]
    assert metrics['antiphon_resumes_total{outcome="continued"}'] == 1
    assert metrics['antiphon_resumes_total{outcome="not_found"}'] == 1
    assert metrics["antiphon_redis_connected"] == 1
    assert metrics["antiphon_redis_commands_total"] >= 6
    assert metrics["antiphon_redis_sent_bytes_total"] > 1000
    redis.stop()
    harness.eventually(lambda: server.metrics()["antiphon_redis_connected"] == 0, "the connection is lost")


def test_redis_is_reached_within_tls_and_known_by_its_authority(serve, tmp_path):
    authority, other = (certificates.Authority(tmp_path / name) for name in ("authority", "other"))
    certificate, key = authority.issue()
    port = free_port()
    with running(tmp_path / "redis", "--tls-port", str(port), "--tls-cert-file", certificate, "--tls-key-file", key,
                 "--tls-ca-cert-file", authority.file, "--tls-auth-clients", "no"):
        url = f"rediss://localhost:{port}"
        server = serve("--voice", "quick", config={"progress": {"url": url, "authorities": str(authority.file)}})
        harness.eventually(lambda: server.metrics()["antiphon_redis_connected"] == 1, "it is connected")
        name, heard = begun(server, 1, "quick")
        assert heard + rest(server, name, len(heard)) == server.speak(TEXT, "quick")
        wary = serve("--voice", "quick", config={"progress": {"url": url, "authorities": str(other.file)}})
        harness.eventually(lambda: wary.events("progress_store_unavailable"), "it does not trust the server")
        assert wary.metrics()["antiphon_redis_connections_total"] == 0


def test_sentinels_tell_where_redis_is(serve, tmp_path):
    port, sentinel_port = free_port(), free_port()
    with running(tmp_path / "redis", "--port", str(port)):
        file = tmp_path / "sentinel.conf"
        file.write_text(f"port {sentinel_port}\nsentinel monitor speech 127.0.0.1 {port} 1\n")
        sentinel = subprocess.Popen(["redis-sentinel", file], executable="/usr/bin/redis-check-rdb", cwd=tmp_path,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            server = serve("--voice", "quick", config=progress(
                f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{sentinel_port}/speech"))
            harness.eventually(lambda: server.metrics()["antiphon_redis_connected"] == 1, "it is connected")
            name, heard = begun(server, 1, "quick")
            assert heard + rest(server, name, len(heard)) == server.speak(TEXT, "quick")
        finally:
            sentinel.kill()
            sentinel.wait()


class SlowLink:
    """Passes connections on to a Unix socket; every piece takes a while each way."""

    def __init__(self, path, seconds):
        self._path, self._seconds = str(path), seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._path)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                time.sleep(self._seconds)
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()


def test_a_slow_link_to_redis_is_not_heard_and_streams_go_on_all_the_same(serve, redis):
    with contextlib.closing(SlowLink(redis.path, 0.2)) as link:
        server = serve("--voice", "quick", config=progress(link.url))
        harness.eventually(lambda: server.metrics()["antiphon_redis_connected"] == 1, "it is connected")
        whole = server.speak(TEXT, "quick")
        name, heard = begun(server, 1, "quick")
        assert heard + rest(server, name, len(heard)) == whole
