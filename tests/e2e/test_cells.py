"""Gateways that share Redis: what all of them know, and what HAProxy makes of them."""
import contextlib
import itertools
import re
import signal
import socket
import threading
import time

import httpx
import pytest

import chromium
import harness
import kill_points
from balancer import HaProxy
from stores import TEXT, begun, free_port, rest, running

SPEECH = "/v1/audio/speech"
DEADLINE = harness.DEADLINE_SECONDS


@pytest.fixture
def redis(tmp_path):
    with running(tmp_path / "redis") as server:
        yield server


def agent(port):
    """What a gateway answers to HAProxy's agent check."""
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
        connection.sendall(b"who is there?\n")
        answer = b""
        while data := connection.recv(256):
            answer += data
    return answer.decode()


def spare(port):
    found = re.fullmatch(r"ready up (\d+)%\n", agent(port))
    return int(found[1]) if found else None


@pytest.fixture
def cells(serve, redis):
    """Two gateways; their ports of the agent check."""
    ports = free_port(), free_port()
    servers = [serve("--voice", "steady", config={
        "progress": {"url": redis.url, "cell": f"cell{number}"}, "cell": {"agent_listen": f"127.0.0.1:{port}"},
        "server": {"trusted_proxies": ["127.0.0.1"]}}) for number, port in enumerate(ports, 1)]
    return servers, ports


@contextlib.contextmanager
def busy(server, count, **options):
    """So many streams of a gateway that have begun and that nobody reads; their answers."""
    with contextlib.ExitStack() as open_streams:
        answers = []
        for _ in range(count):
            answer = open_streams.enter_context(httpx.stream("POST", f"{server.url}{SPEECH}", timeout=DEADLINE, json={
                "model": "tts-1", "input": TEXT * 4, "voice": "steady", "response_format": "pcm"}, **options))
            assert answer.status_code == 200, answer.read()
            answers.append(answer)
        yield answers


def test_the_agent_check_tells_what_room_there_is_and_that_the_server_ends(cells):
    (server, _), (port, _) = cells
    assert harness.in_time(lambda: spare(port) == 100)
    with busy(server, 2):
        harness.eventually(lambda: spare(port) < 90, "two streams take room")
        with socket.create_connection(("127.0.0.1", port), DEADLINE):  # says nothing, and takes nothing
            assert spare(port) is not None
        server.signal(signal.SIGTERM)
        harness.eventually(lambda: agent(port) == "drain\n", "it takes nobody else")


def streams(server, **query):
    answer = server.http.get("/v1/streams", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_gateway_lists_the_streams_of_all_page_by_page(cells, redis):
    servers, _ = cells
    assert streams(servers[0]) == {"object": "list", "data": [], "has_more": False, "last_id": None}
    with busy(servers[0], 2) as first, busy(servers[1], 1) as second:
        names = sorted(answer.headers["antiphon-stream"] for answer in (*first, *second))
        for server in servers:
            harness.eventually(lambda: [one["id"] for one in streams(server)["data"]] == names, "all are listed")
        page = streams(servers[1], limit=2)
        assert ([one["id"] for one in page["data"]], page["has_more"], page["last_id"]) == (names[:2], True, names[1])
        rest_of_them = streams(servers[1], limit=2, after=names[1])
        assert ([one["id"] for one in rest_of_them["data"]], rest_of_them["has_more"]) == (names[2:], False)
        listed = {one["id"]: one for one in streams(servers[1])["data"]}
        own, other = (listed[answers[0].headers["antiphon-stream"]] for answers in (second, first))
        assert (own["cell"], other["cell"]) == ("cell2", "cell1")
        assert (own["voice"], own["state"], own["format"], own["door"]) == ("steady", "live", "pcm", "openai")
        assert own["account"] == own["user"] == other["user"]
        harness.eventually(lambda: all(one["seconds_rendered"] > 0 for one in streams(servers[0])["data"]),
                           "it is seen how far they are")
        text = servers[0].http.get("/v1/streams").text
        assert "sentence" not in text, "no text is shown"
        harness.eventually(lambda: re.search(rb"\d+ \d+:2\r\n", redis.ask("HGETALL", "{antiphon}:census")),
                           "the other one hears of an account with two streams")
    harness.eventually(lambda: streams(servers[0])["data"] == [], "they are over")


@pytest.mark.skipif(chromium.EXECUTABLE is None, reason="Chromium is not installed")
def test_the_page_of_each_gateway_shows_all_with_their_room(cells, tmp_path):
    (first, second), _ = cells
    page = chromium.Page(second.url, tmp_path / "profile")
    rows = "[...document.querySelectorAll('#cell-table tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))"
    try:
        with busy(first, 2):
            own, other = harness.eventually(
                lambda: (seen := page.value(rows)) and len(seen) == 2 and seen[1][2] == "2" and seen[1][4] != "100 %" and seen[0][4] == "100 %" and seen,
                "both are listed, and the other's streams")
            assert own == ["cell2 (this one)", "serving", "0", "0", "100 %", own[5]]
            assert other[:2] == ["cell1", "serving"] and 0 <= int(other[4].removesuffix(" %")) < 100
            assert page.value("document.querySelector('#cells').checkVisibility()")
        first.process.kill()
        harness.eventually(lambda: page.value(rows)[1][1].startswith("silent"), "it is seen that the other one is gone")
        harness.eventually(lambda: second.metrics()["antiphon_live_subscribers"] == 2, "the two event streams of this page")
        assert page.complaints == []
    finally:
        page.close()


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=", "after=xyz"])
def test_a_page_that_cannot_be_is_refused(server, query):
    answer = server.http.get(f"/v1/streams?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_value")


def test_streams_are_listed_for_administrators_alone(serve, tmp_path):
    file, config = tmp_path / "keys.json", tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))
    keys = [harness.run_ok("keys", "add", *words, "--config", config).decode().strip()
            for words in (("plain",), ("admin", "--admin"))]
    server = serve("--voice", "quick", config={"keys": {"file": str(file)}})
    answers = [server.http.get("/v1/streams", headers={"Authorization": f"Bearer {key}"}) for key in keys]
    assert [answer.status_code for answer in answers] == [403, 200]


def test_a_key_has_its_streams_at_all_gateways_together(serve, redis, tmp_path):
    file, config = tmp_path / "keys.json", tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))
    key = harness.run_ok("keys", "add", "two", "--max-streams", "2", "--config", config).decode().strip()
    other = harness.run_ok("keys", "add", "free", "--config", config).decode().strip()
    headers = {"Authorization": f"Bearer {key}"}
    first, second = (serve("--voice", "steady", config={
        "progress": {"url": redis.url, "cell": name}, "keys": {"file": str(file)}}) for name in ("a", "b"))

    def status(server, bearer=key):
        with httpx.stream("POST", f"{server.url}{SPEECH}", headers={"Authorization": f"Bearer {bearer}"}, json={
                "model": "tts-1", "input": "Yes.", "voice": "quick", "response_format": "pcm"}, timeout=DEADLINE) as answer:
            return answer.status_code, answer.headers.get("retry-after")

    with busy(first, 2, headers=headers) as answers:
        harness.eventually(lambda: status(second) == (429, "1"), "the other gateway hears of them")
        assert status(second, other)[0] == 200
        name = answers[0].headers["antiphon-stream"]
        with httpx.stream("GET", f"{second.url}{SPEECH}/{name}", headers={**headers, "Range": "bytes=7-"},
                          timeout=DEADLINE) as resumed:
            assert resumed.status_code == 206, "what goes on was let in before"
        redis.stop()
        harness.eventually(lambda: status(second)[0] == 200, "without Redis each counts for itself")


def audio_in(raw):
    """What a chunked answer has of audio so far."""
    audio, at = b"", raw.index(b"\r\n\r\n") + 4
    while (end := raw.find(b"\r\n", at)) >= 0:
        size = int(raw[at:end], 16)
        audio += raw[end + 2:end + 2 + size]
        at = end + 2 + size + 2
    return audio


def read_what_is_there(connection):
    """All that a server that is stopped has left in the system."""
    connection.settimeout(0.5)
    raw = b""
    with contextlib.suppress(TimeoutError):
        while data := connection.recv(65536):
            raw += data
    return raw


def test_a_gateway_that_was_stopped_sends_nothing_of_what_another_has_taken(cells):
    (stopped, other), _ = cells
    whole = other.speak(TEXT * 4, "quick")
    body = f'{{"model":"tts-1","voice":"steady","response_format":"pcm","input":"{TEXT * 4}"}}'.encode()
    with socket.create_connection(("127.0.0.1", stopped.port), DEADLINE) as connection:
        connection.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        raw = b""
        while len(raw) < 100_000:
            raw += connection.recv(65536)
        name = re.search(rb"(?i)antiphon-stream: (\w+)", raw)[1].decode()
        harness.eventually(lambda: streams(other)["data"], "the other one knows of it")
        stopped.signal(signal.SIGSTOP)
        since = time.monotonic()
        raw += read_what_is_there(connection)
        heard = audio_in(raw)
        assert len(heard) < len(whole)
        resumed = rest(other, name, len(heard))
        harness.eventually(lambda: time.monotonic() > since + 3.5, "its lease is over")
        stopped.signal(signal.SIGCONT)
        connection.settimeout(DEADLINE)
        late = b""
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                late += data
    assert heard + resumed == whole
    assert late == b"", "no byte came twice"
    assert stopped.metrics()["antiphon_streams_taken_over_total"] == 1


def test_a_gateway_that_was_stopped_and_still_owns_its_streams_goes_on(cells):
    (stopped, _), _ = cells
    whole = stopped.speak(TEXT, "quick")
    with stopped.stream(TEXT, "steady") as answer:
        pieces = answer.iter_raw()
        heard = next(pieces)
        stopped.signal(signal.SIGSTOP)
        since = time.monotonic()
        harness.eventually(lambda: time.monotonic() > since + 3.5, "its lease is over")
        stopped.signal(signal.SIGCONT)
        heard += b"".join(pieces)
    assert heard == whole
    assert stopped.metrics()["antiphon_streams_taken_over_total"] == 0


@pytest.fixture
def proxy(cells, tmp_path):
    servers, agents = cells
    made = HaProxy(tmp_path, servers, agents)
    try:
        harness.eventually(lambda: set(made.weights().values()) == {100} and len(made.weights()) == 2, "both are up")
        yield made
    finally:
        made.stop()


def admitted(server):
    return server.metrics()["antiphon_admitted_total"]


def speak(proxy, text="Yes.", voice="quick"):
    return httpx.post(f"{proxy.url}{SPEECH}", timeout=DEADLINE, json={
        "model": "tts-1", "input": text, "voice": voice, "response_format": "pcm"})


def test_newcomers_go_where_there_is_room_and_none_is_refused_while_there_is_some(cells, proxy):
    (full, free), _ = cells
    with contextlib.ExitStack() as crowd:
        for number in range(100):
            answer = crowd.enter_context(httpx.stream("POST", f"{full.url}{SPEECH}", timeout=DEADLINE, json={
                "model": "tts-1", "input": TEXT * 4, "voice": "steady"}, headers={
                    "Prefer": "wait=0", "Authorization": f"Bearer {number}"}))
            if answer.status_code == 503:
                break
        else:
            raise AssertionError("it is never full")
        harness.eventually(lambda: proxy.weights().get("cell1", 100) <= 60, "it is known that little is left")
        before = admitted(full), admitted(free)
        statuses = [speak(proxy).status_code for _ in range(50)]
        assert statuses == [200] * 50
        assert admitted(free) - before[1] > 1.3 * (admitted(full) - before[0]), "few were sent where there is little room"


def test_the_streams_of_a_gateway_that_dies_go_on_at_another(cells, proxy):
    servers, _ = cells
    whole = speak(proxy, TEXT * 4).content  # the same bytes as of the slower voice
    with httpx.stream("POST", f"{proxy.url}{SPEECH}", timeout=DEADLINE, json={
            "model": "tts-1", "input": TEXT * 4, "voice": "steady", "response_format": "pcm"}) as answer:
        name, heard = answer.headers["antiphon-stream"], b""
        for piece in answer.iter_raw():
            heard += piece
            if len(heard) >= 100_000:
                break
        listed = harness.eventually(lambda: [one for one in streams(servers[0])["data"] if one["id"] == name], "it is listed")
        number = int(listed[0]["cell"].removeprefix("cell"))
        owner, other = servers[number - 1], servers[2 - number]
    with httpx.stream("GET", f"{proxy.url}{SPEECH}/{name}", timeout=DEADLINE,
                      headers={"Range": f"bytes={len(heard)}-"}) as answer:
        assert answer.status_code == 206
        assert owner.metrics()['antiphon_resumes_total{outcome="continued"}'] == 1, "it goes where it is"
        owner.process.kill()
        with pytest.raises(httpx.HTTPError):
            for piece in answer.iter_raw():
                heard += piece
    assert heard + rest(proxy, name, len(heard)) == whole
    assert other.metrics()['antiphon_resumes_total{outcome="continued"}'] == 1


@pytest.mark.skipif(harness.SANITIZED, reason="gateways that start take most of its time")
def test_no_kill_of_a_gateway_loses_or_doubles_a_byte(store, redis, tmp_path):
    text = TEXT[:len(TEXT) // 3]
    pair = kill_points.Pair(tmp_path / "pair", store, redis, "--admission", "off")
    try:
        expected = pair.servers[0].speak(text, "quick")
        body = {"model": "tts-1", "input": text, "voice": "steady", "response_format": "pcm"}
        listeners = [kill_points.Listener(pair, body, expected, number) for number in range(2)]
        kinds = itertools.takewhile(
            lambda kind: pair.kills["machine"] < 8 and not all(
                sum(one.points[kind] for one in listeners) for kind in ("gateway", "machine")),
            itertools.cycle(["gateway", "machine"]))
        kill_points.listen_while_killed(pair, listeners, kinds, lambda chance: None, lambda chance: chance.uniform(0.2, 0.6))
    finally:
        pair.stop()
    assert sum(one.points[kind] for one in listeners for kind in ("gateway", "machine")) >= 2
    assert [(one.wrong, one.surplus, one.missing) for one in listeners] == [(0, 0, 0)] * 2
    assert sum(one.whole for one in listeners) >= 2


def test_two_gateways_that_go_on_with_one_stream_at_once_end_it_once(cells):
    (first, second), _ = cells
    text = TEXT[:len(TEXT) // 3 * 2]
    whole = first.speak(text, "quick")
    with first.stream(text, "steady") as answer:
        name = answer.headers["antiphon-stream"]
        heard = next(answer.iter_raw(1024))
    ready, got = threading.Barrier(2), {}

    def go_on(server):
        got[server] = b""
        ready.wait(DEADLINE)
        # The earlier one may be cut before it has heard anything.
        with contextlib.suppress(httpx.TransportError), httpx.stream(
                "GET", f"{server.url}{SPEECH}/{name}", headers={"Range": f"bytes={len(heard)}-"}, timeout=DEADLINE) as resumed:
            assert resumed.status_code == 206, resumed.read()
            for piece in resumed.iter_raw():
                got[server] += piece

    threads = [threading.Thread(target=go_on, args=[server]) for server in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rest_of_it = whole[len(heard):]
    assert all(rest_of_it.startswith(data) for data in got.values()), "nobody hears other bytes"
    assert sorted(data == rest_of_it for data in got.values()) == [False, True], "the later one alone has it to its end"
