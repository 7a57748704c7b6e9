"""`antiphon bench` against a real server, and by it: who is served well under load, beside the order of the original plan.

The voice costs 0.15 s of a worker's time for a second of speech, asleep, so that the load does not depend on the machine.
"""
import http.server
import io
import json
import os
import pathlib
import re
import threading
import wave

import pytest

import certificates
import chromium
import harness


ONE = ["--burst", "1", "--text", "short", "--duration", "0.1"]  # request, at once


def bench(server, tmp_path, *flags, voice="steady"):
    out = tmp_path / "bench.json"
    out.unlink(missing_ok=True)
    result = harness.run("bench", "--server", f"127.0.0.1:{server.port}", "--voice", voice, "--json", out, *flags)
    assert result.returncode == 0, result.stderr.decode()
    return json.loads(out.read_text()), result.stdout.decode()


@pytest.fixture
def warm(serve):
    """A server that has learnt what the voice costs."""
    def start(*flags):
        server = serve("--workers", "1", *flags)
        for _ in range(2):
            server.speak("This lets it learn what it costs to speak with that voice.", "steady")
        return server
    return start


def test_listeners_hear_everything_and_the_report_says_so(warm, tmp_path):
    server = warm()
    report, table = bench(server, tmp_path, "--listeners", "2", "--text", "short", "--duration", "3")
    every = report["all"]
    assert every["requests"] == every["complete"] >= 4
    assert every["refused"] == every["failed"] == every["left"] == 0
    assert every["audio_s_per_s"] > 0.8
    assert every["worst_gap_s"]["max"] >= 0 and every["first_audio_s"]["p50"] > 0
    assert set(report["client"]) >= {"was_bottleneck", "cpu_share", "lateness_p99_s"}
    assert re.search(r"Jain's index", table)
    assert server.metrics()['antiphon_streams_ended_total{end="complete"}'] == every["complete"] + 2


def test_clients_that_leave_or_read_slowly_are_counted_apart(warm, tmp_path):
    report, _ = bench(warm(), tmp_path, "--listeners", "6", "--text", "short", "--leaving", "0.4", "--slow", "0.4",
                      "--wait", "0", "--duration", "3", "--seed", "3")
    assert report["all"]["left"] >= 1
    assert {"leaving", "slow"} & set(report["groups"])


def test_find_limit_finds_what_a_worker_carries(warm, tmp_path):
    report, table = bench(warm(), tmp_path, "--find-limit", "2", "--text", "short", "--duration", "2")
    assert "continuity ceiling: 2 listeners" in table
    assert report["all"]["good_share"] >= 0.95


@pytest.mark.parametrize("address", ["127.0.0.1:1", "x" * 64 + ".invalid"])
def test_without_a_server_it_says_so_at_once_and_makes_no_load(tmp_path, address):
    result = harness.run("bench", "--server", address, "--listeners", "1", "--duration", "3600", "--json", tmp_path / "report")
    assert result.returncode == 1
    assert address.encode() in result.stderr and b"is a server there?" in result.stderr
    assert not (tmp_path / "report").exists()


def test_a_server_within_tls_is_known_by_its_authority_and_its_name(serve, tmp_path):
    authority = certificates.Authority(tmp_path / "authority")
    certificate, key = authority.issue()
    server = serve("--certificate", certificate, "--key", key, authority=authority.file)
    load = ["bench", "--server", f"https://localhost:{server.port}/v1", "--voice", "quick", *ONE]
    assert b"1      1" in harness.run_ok(*load, "--ca", authority.file)
    assert b"TLS" in harness.run(*load).stderr, "the system's authorities did not sign for it"


def test_a_key_is_read_from_a_file_and_users_are_told_apart_beside_it(serve, tmp_path):
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    (tmp_path / "keys.toml").write_text(harness.to_toml(config))
    (tmp_path / "key").write_bytes(harness.run_ok("keys", "add", "bench", "--config", tmp_path / "keys.toml"))
    server = serve(config=config)
    load = ["bench", "--server", server.url, "--voice", "quick", *ONE]
    without = harness.run(*load)
    assert without.returncode == 1 and b"status 401" in without.stdout
    assert b"100.0" in harness.run_ok(*load, "--key-file", tmp_path / "key")


class PiperLike(http.server.BaseHTTPRequestHandler):
    """Answers as piper-tts's HTTP server does: a whole WAV file, called a page, whose end is that of the connection."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setparams((1, 2, 22050, 0, "NONE", ""))
            sound.writeframes(bytes(2 * 220 * len(asked["text"])))  # 10 ms a character
        self.send_response(200 if self.path == "/synthesize" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(file.getvalue())

    def log_message(self, *_):
        pass


def test_pipers_server_is_measured_too(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), PiperLike) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        harness.run_ok("bench", "--server", f"127.0.0.1:{server.server_port}", "--protocol", "piper", *ONE,
                       "--json", tmp_path / "report")
        server.shutdown()
    report = json.loads((tmp_path / "report").read_text())
    rows = report["requests"]["rows"]
    seconds = dict(zip(report["requests"]["columns"], rows[0]))["audio_s"]
    assert report["all"]["complete"] == len(rows) and 0.1 < seconds < 0.3


def test_wyoming_is_measured_too_and_the_page_shows_all_runs(serve, tmp_path):
    server = serve("--wyoming", "127.0.0.1:0", "--voice", "quick")
    wyoming = server.events("wyoming_listening")[0]["port"]
    bench(server, tmp_path, *ONE, "--pace", voice="quick")
    page = tmp_path / "page.html"
    harness.run_ok("bench", "--server", f"127.0.0.1:{wyoming}", "--protocol", "wyoming", *ONE,
                   "--html", page, "--compare", tmp_path / "bench.json")
    assert "http:" not in page.read_text().replace("http://www.w3.org/2000/svg", ""), "nothing is loaded from elsewhere"
    if chromium.EXECUTABLE is None:
        pytest.skip("Chromium is not installed")
    shown = chromium.Page(page.as_uri(), tmp_path / "profile")
    try:
        harness.eventually(lambda: shown.value("document.querySelectorAll('figure > svg').length") == 2, "the plots are drawn")
        assert shown.value("document.querySelectorAll('#figures tr').length") == 3
        assert shown.value("document.querySelectorAll('figure > svg polyline').length") == 2
        shown.click("#key button")
        assert shown.value("document.querySelectorAll('figure > svg polyline').length") == 1, "what is switched off is not drawn"
        shown.screenshot(pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", tmp_path)) / "bench.png")
        assert shown.complaints == []
    finally:
        shown.close()


def test_what_is_no_report_is_said_before_any_load(tmp_path):
    (tmp_path / "other.json").write_text("{}")
    result = harness.run("bench", "--server", "127.0.0.1:1", "--html", tmp_path / "page.html", "--compare", tmp_path / "other.json")
    assert result.returncode == 1 and b"'other' is no report" in result.stderr


def test_overload_refuses_some_and_serves_the_others_well_where_the_first_come_order_serves_nobody(warm, tmp_path):
    load = ["--rate", "12", "--text", "short", "--duration", "5", "--wait", "0"]  # about twice what it can do
    first_come, _ = bench(warm("--policy", "fifo", "--admission", "off"), tmp_path, *load)
    ours, _ = bench(warm(), tmp_path, *load)
    assert ours["all"]["refused"] > 0
    assert ours["all"]["good_share_admitted"] > first_come["all"]["good_share_admitted"] + 0.3
    assert ours["all"]["good_share"] > first_come["all"]["good_share"]


def test_a_flood_is_paid_for_by_the_one_who_floods(warm, tmp_path):
    load = ["--listeners", "2", "--flood", "6", "--text", "short", "--duration", "4"]
    first_come, _ = bench(warm("--policy", "fifo", "--admission", "off"), tmp_path, *load)
    ours, _ = bench(warm(), tmp_path, *load)
    light = ours["groups"]["listeners"]["good_share"]
    assert light >= first_come["groups"]["listeners"]["good_share"] + 0.3
    assert ours["groups"]["flood"]["complete"] >= 1, "and the heavy one gets what is left"
