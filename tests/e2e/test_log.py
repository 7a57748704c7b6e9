"""Every answer is seen: a line in the log and a series for each, by whichever door."""
import json
import re
import socket

import httpx
import pytest
from websockets.sync.client import connect

import harness

SPEECH = "/v1/audio/speech"
HELLO = {"model": "tts-1", "voice": "quick", "input": "Xylophonic hello.", "response_format": "pcm"}


def answers(server, count, **fields):
    """The lines of answers with these fields, as soon as there are `count`."""
    def found():
        lines = [line for name in ("answer", "socket_end") for line in server.events(name)]
        lines = [line for line in lines if all(line.get(key) == value for key, value in fields.items())]
        return lines if len(lines) >= count else None
    return harness.eventually(found, f"{count} answers with {fields}")


def raw(server, head):
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as connection:
        connection.sendall(head)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_each_refusal_has_a_line_and_a_series(serve, tmp_path):
    keys = tmp_path / "keys.json"
    (tmp_path / "k.toml").write_text(f'[keys]\nfile = "{keys}"\n')
    key = harness.run_ok("keys", "add", "attic", "--config", tmp_path / "k.toml").decode().strip().splitlines()[-1]
    server = serve("--voice", "quick", config={"keys": {"file": str(keys)}})
    http = server.http
    allowed = {"Authorization": f"Bearer {key}"}
    asked = [
        (200, SPEECH, http.post(SPEECH, json=HELLO, headers=allowed)),
        (400, SPEECH, http.post(SPEECH, json={**HELLO, "speed": 9}, headers=allowed)),
        (401, SPEECH, http.post(SPEECH, json=HELLO)),
        (403, "/v1/workers", http.get("/v1/workers", headers=allowed)),
        (403, SPEECH, http.post(SPEECH, json=HELLO, headers={"Origin": "https://evil.example"})),
        (404, "other", http.get("/secret-path")),
        (404, "/v1/models/{}", http.get("/v1/models/secret-model", headers=allowed)),
        (405, SPEECH, http.get(SPEECH, headers=allowed)),
        (413, SPEECH, http.post(SPEECH, content=b" " * 600_000, headers={"Content-Type": "application/json"})),
        (415, SPEECH, http.post(SPEECH, content=b"{}", headers={"Content-Type": "text/plain"})),
        (421, SPEECH, http.post(SPEECH, json=HELLO, headers={"Host": "evil.example"})),
    ]
    for status, route, response in asked:
        assert response.status_code == status, response.text
        line, = answers(server, 1, request_id=response.headers["x-request-id"])
        assert (line["status"], line["route"]) == (str(status), route)
        assert float(line["took_s"]) >= 0
        method = response.request.method
        series = f'antiphon_http_requests_total{{method="{method}",route="{route}",status="{status}"}}'
        assert server.metrics()[series] >= 1, series
    assert raw(server, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
    answers(server, 1, status="400", route="other")
    spoken, = answers(server, 1, request_id=asked[0][2].headers["x-request-id"])
    assert (spoken["key"], spoken["format"], spoken["door"]) == ("attic", "pcm", "openai")
    assert float(spoken["audio_s"]) > 0 and float(spoken["first_audio_s"]) > 0
    assert int(spoken["bytes"]) == len(asked[0][2].content)
    assert "key" not in answers(server, 1, request_id=asked[2][2].headers["x-request-id"])[0]
    log = server.log()
    assert not [word for word in ("Xylophonic", "secret", "evil", key, "client=") if word in log]


@pytest.mark.parametrize(("section", "key", "status"), [("server", "max_streams", 503),
                                                         ("admission", "streams_per_user", 429)])
def test_busy_and_too_many_are_seen(serve, section, key, status):
    server = serve("--voice", "quick", config={section: {key: 1}})
    with server.stream("One. " * 200, "slow") as held:
        assert held.status_code == 200
        busy = httpx.post(server.url + SPEECH, json=HELLO, timeout=harness.DEADLINE_SECONDS)
        assert busy.status_code == status
        answers(server, 1, request_id=busy.headers["x-request-id"], status=str(status), route=SPEECH, format="pcm")
    answers(server, 1, end="cut", door="openai")


def test_a_connection_too_many_is_seen(serve):
    server = serve("--voice", "quick", config={"server": {"max_connections": 1}})
    assert server.health()["status"] == "ok", "whose connection stays open"
    assert raw(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 503")
    answers(server, 1, status="503", route="other")
    assert server.metrics()['antiphon_http_requests_total{method="other",route="other",status="503"}'] == 1


def test_a_client_that_leaves_has_no_answer_that_was_not_sent(serve):
    server = serve("--voice", "pensive")
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as connection:
        body = json.dumps({**HELLO, "voice": "pensive", "input": "One more sentence. " * 20}).encode()
        connection.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"x-request-id: gone\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        harness.eventually(lambda: server.health()["streams"] == 1, "it is taken")
    answers(server, 1, status="499", route=SPEECH, end="cut")


def test_a_socket_is_seen_when_it_opens_and_when_it_ends(serve):
    server = serve("--voice", "quick")
    route = "/v1/text-to-speech/{}/stream-input"

    with connect(f"ws://127.0.0.1:{server.port}/v1/text-to-speech/quick/stream-input?output_format=pcm_24000") as speech:
        for text in (" ", "Hello there. ", ""):
            speech.send(json.dumps({"text": text}))
        assert list(speech)
    opened, = answers(server, 1, status="101", route=route, method="GET", door="elevenlabs_socket")[:1]
    ended = harness.eventually(lambda: server.events("socket_end"), "its end is logged")[0]
    assert ended["request_id"] == opened["request_id"]
    assert float(ended["audio_s"]) > 0 and ended["format"] == "pcm"
    assert server.metrics()[f'antiphon_http_requests_total{{method="GET",route="{route}",status="101"}}'] == 1


def test_wyoming_is_seen(serve):
    server = serve("--voice", "quick", "--wyoming", "127.0.0.1:0", config={"log": {"client_address": True}})
    port = int(server.events("wyoming_listening")[0]["port"])
    with socket.create_connection(("127.0.0.1", port), harness.DEADLINE_SECONDS) as connection:
        lines = connection.makefile("rwb")
        lines.write(b'{"type":"describe"}\n{"type":"synthesize","data":{"text":"Hello there."}}\n')
        lines.flush()
        spoken, = answers(server, 1, door="wyoming", route="synthesize")
        answers(server, 1, door="wyoming", route="describe", status="200")
    assert spoken["status"] == "200" and float(spoken["audio_s"]) > 0 and spoken["client"] == "127.0.0.1"
    assert server.metrics()['antiphon_wyoming_requests_total{event="synthesize",status="200"}'] == 1


def test_every_line_of_json_is_an_object_with_typed_fields(serve):
    server = serve("--voice", "quick", "--log", "json")
    server.http.post(SPEECH, json=HELLO, headers={"x-request-id": "typed"})
    server.http.get("/nowhere")

    def lines():
        found = [json.loads(line) for line in server.log().splitlines()]
        return found if [line for line in found if line.get("status") == 404] else None

    found = harness.eventually(lines, "both answers are logged")
    assert all({"ts", "level", "event"} <= set(line) for line in found)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"]) for line in found)
    spoken, = [line for line in found if line["event"] == "answer" and line["request_id"] == "typed"]
    assert spoken["status"] == 200 and spoken["audio_s"] > 0 and isinstance(spoken["bytes"], int)
    assert [line for line in found if line["event"] == "sandbox"], "workers' lines are such, too"


def test_what_keeps_it_from_starting_is_an_object_too(store):
    failed = harness.run("serve", "--voices", store, "--log", "json", "--listen", "tts.example:80")
    line, = failed.stderr.decode().splitlines()
    assert failed.returncode == 1
    assert json.loads(line)["level"] == "error" and "tts.example" in json.loads(line)["message"]


def test_a_flood_of_refusals_is_counted_and_not_all_written(serve):
    server = serve("--voice", "quick", config={"log": {"answers_per_second": 5}})
    sent = 0

    def flooded():
        nonlocal sent
        for _ in range(20):
            assert server.http.get("/nowhere").status_code == 404
            sent += 1
        return server.events("answers_not_logged")

    suppressed = harness.eventually(flooded, "it says how many were not written")
    assert int(suppressed[0]["suppressed"]) >= 1
    assert server.metrics()['antiphon_http_requests_total{method="GET",route="other",status="404"}'] == sent
    assert len(server.events("answer")) < sent


def test_what_was_built_and_what_it_uses_are_told(server):
    metrics = server.metrics()
    built, = [name for name in metrics if name.startswith("antiphon_build_info{")]
    assert re.search(r'commit="([0-9a-f]{12}|unknown)"', built) and re.search(r'version="\d+\.\d+\.\d+"', built)
    assert metrics["process_open_fds"] > 3
    assert metrics["process_max_fds"] >= metrics["process_open_fds"]
    assert abs(metrics["process_resident_memory_bytes"] - harness.resident_bytes(server.pid)) < 64 << 20
    assert metrics["process_start_time_seconds"] > 1.6e9
    assert metrics["process_threads"] >= 1


# Settings


def test_a_variable_goes_before_the_file_and_a_flag_before_both(store, tmp_path):
    file = tmp_path / "antiphon.toml"
    file.write_text('[server]\nport = 1\nhost = "::1"\n[engine]\nkernel = "ort"\n')
    environment = {"ANTIPHON_SERVER_PORT": "2", "ANTIPHON_VOICES_FOLDER": "/elsewhere", "ANTIPHON_LOG_LEVEL": ""}
    shown = harness.run("config", "--config", file, "--voices", store, environment=environment).stdout.decode()
    assert "port = 2\n" in shown
    assert 'host = "::1"\n' in shown
    assert f'folder = "{store}"\n' in shown
    assert 'level = "info"\n' in shown


def test_a_wrong_variable_is_named_and_one_that_names_nothing_is_told(serve, store):
    failed = harness.run("config", environment={"ANTIPHON_SERVER_PORT": "many"})
    assert failed.returncode == 1
    assert "ANTIPHON_SERVER_PORT: server.port must be a whole number" in failed.stderr.decode()
    server = serve(environment={"ANTIPHON_SERVER_PROT": "1", "ANTIPHON_PORT": "tcp://10.0.0.1:8080",
                                "ANTIPHON_SERVER_ALLOWED_HOSTS": "antiphon"})
    told = {event["name"]: event["nearest"] for event in server.events("unknown_variable")}
    assert told["ANTIPHON_SERVER_PROT"] == "ANTIPHON_SERVER_PORT"
    assert "ANTIPHON_PORT" not in told
    assert server.http.get("/v1/models", headers={"Host": "antiphon:8080"}).status_code == 200


def test_allowed_hosts_are_answered_and_a_wrong_one_is_refused(serve, store):
    server = serve("--allowed-host", "antiphon", "--allowed-host", "*.lan")
    for host in ("antiphon:8080", "ANTIPHON", "tts.lan", "localhost"):
        assert server.http.get("/v1/models", headers={"Host": host}).status_code == 200, host
    for host in ("lan", "antiphon.evil.example", "evil.example"):
        assert server.http.get("/v1/models", headers={"Host": host}).status_code == 421, host
    failed = harness.run("serve", "--voices", store, "--allowed-host", "antiphon:8080")
    assert failed.returncode == 1
    assert "antiphon:8080" in failed.stderr.decode()


@pytest.mark.parametrize("listen", ["localhost:0", "0", ":0", "127.0.0.1:0", "*:0", "[::]:0"])
def test_every_way_to_write_an_address_is_listened_on(serve, listen):
    try:
        server = serve("--allow-anonymous", listen=listen)
    except AssertionError as error:
        if "Address family" in str(error) or "address family" in str(error):
            pytest.skip("no IPv6 here")
        raise
    assert server.http.get("/v1/models").status_code == 200
