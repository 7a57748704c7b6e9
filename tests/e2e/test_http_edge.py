"""What a client meets that is not OpenAI's: raw HTTP, wrong HTTP, web pages."""
import gzip
import json
import re
import socket

import pytest

import harness

SPEECH = "/v1/audio/speech"
HELLO = {"model": "tts-1", "voice": "quick", "input": "Hello.", "response_format": "pcm"}
JSON = {"Content-Type": "application/json"}


def assert_error(response, status, code):
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == code
    assert error["message"]
    assert response.headers["x-request-id"]
    return error


def exchange(server, head, body=b""):
    """Sends bytes as they are, and reads until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@pytest.mark.parametrize(("body", "why"), [
    (b"", "JSON"), (b"{", "JSON"), (b"[]", "object"), (b'"text"', "object"), (b"{}x", "JSON"),
    (json.dumps(HELLO).encode().replace(b"Hello", b"\xc3("), "UTF-8"),
    (b'{"model":' + b"[" * 1000 + b"]" * 1000 + b"}", "deep")])
def test_a_body_that_is_no_json_object_is_a_bad_request(server, body, why):
    error = assert_error(server.http.post(SPEECH, content=body, headers=JSON), 400, "bad_request")
    assert why in error["message"]


@pytest.mark.parametrize("field", ["input", "voice"])
def test_a_missing_field_is_named(server, field):
    body = {key: value for key, value in HELLO.items() if key != field}
    assert assert_error(server.http.post(SPEECH, json=body), 400, "missing_required_parameter")["param"] == field


@pytest.mark.parametrize("chunked", [False, True], ids=["sized", "chunked"])
def test_a_body_over_the_limit_is_refused(server, chunked):
    body = json.dumps({**HELLO, "instructions": "a" * 600_000}).encode()
    content = iter([body]) if chunked else body
    assert_error(server.http.post(SPEECH, content=content, headers=JSON), 413, "bad_request")


@pytest.mark.parametrize(("sent", "meant"), [
    (rb"All done \ud83d", "All done \ufffd"), (rb"\ude00 All done", "\ufffd All done"), (rb"All \ud83d\ud83d done", "All \ufffd\ufffd done")])
def test_half_a_character_is_no_fault(server, sent, meant):
    body = json.dumps({**HELLO, "input": "HERE"}).encode().replace(b"HERE", sent)
    answer = server.http.post(SPEECH, content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.content == server.speak(meant, "quick")
    body = json.dumps({"text": "HERE"}).encode().replace(b"HERE", sent)
    answer = server.http.post("/v1/text-to-speech/quick?output_format=pcm_24000", content=body, headers=JSON)
    assert answer.content == server.speak(meant, "quick")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_coded_body_is_refused_and_told_so(server, coding):
    body = gzip.compress(json.dumps(HELLO).encode())
    answer = server.http.post(SPEECH, content=body, headers={**JSON, "Content-Encoding": coding})
    assert "Content-Encoding" in assert_error(answer, 415, "bad_request")["message"]
    assert answer.headers["accept-encoding"] == "identity"
    assert server.http.post(SPEECH, json=HELLO, headers={"Content-Encoding": "identity"}).status_code == 200


def test_anything_but_json_is_refused(server):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {"Content-Type": content_type}
        assert_error(server.http.post(SPEECH, content=json.dumps(HELLO), headers=headers), 415, "bad_request")


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("GET", SPEECH, "POST"), ("DELETE", SPEECH, "POST"), ("POST", "/v1/models", "GET"), ("PUT", "/healthz", "GET")])
def test_a_wrong_method_is_told_the_right_ones(server, method, path, allowed):
    response = server.http.request(method, path, headers=JSON, content="{}" if method in ("POST", "PUT") else None)
    assert_error(response, 405, "method_not_allowed")
    assert allowed in response.headers["allow"]


def test_options_and_head_are_answered(server):
    options = server.http.options(SPEECH)
    assert (options.status_code, options.headers["allow"]) == (204, "POST, OPTIONS")
    head = server.http.head("/v1/models")
    assert (head.status_code, head.content) == (200, b"")


def test_an_unknown_path_is_not_found(server):
    assert_error(server.http.get("/v2/nothing"), 404, "not_found")
    assert_error(server.http.post("/v1/audio/nothing", json=HELLO), 404, "not_found")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.1", "localhost@evil.example", ""])
def test_a_foreign_host_is_refused(server, host):
    """DNS rebinding: a page's own name that points here."""
    for request in (server.http.build_request("GET", "/v1/models"), server.http.build_request("POST", SPEECH, json=HELLO)):
        request.headers["Host"] = host
        error = assert_error(server.http.send(request), 421, "bad_request")
        assert "--allowed-host" in error["message"]
        assert "allowed_hosts" in error["message"]


@pytest.mark.parametrize("host", ["antiphon:8080", "host.docker.internal", "tts.default.svc.cluster.local", "evil.example"])
def test_probes_and_scrapers_may_call_it_by_any_name(server, host):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert server.http.get(path, headers={"Host": host}).status_code == 200
        assert server.http.head(path, headers={"Host": host}).status_code == 200
        assert server.http.post(path, headers={"Host": host}, json={}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:1234", "studio.localhost"])
def test_every_name_of_this_machine_is_answered(server, host):
    assert server.http.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_foreign_page_cannot_speak(server):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Origin": f"https://127.0.0.1:{server.port + 1}"}):
        assert_error(server.http.post(SPEECH, json=HELLO, headers=headers), 403, "bad_request")
    assert server.http.post(SPEECH, json=HELLO, headers={"Origin": server.url}).status_code == 200


@pytest.mark.parametrize(("head", "status"), [
    ("nonsense\n", 400), ("GET / HTTP/1.1\n", 400), ("GET / HTTP/1.1\nHost: localhost\nHost: localhost\n", 400),
    ("GET / HTTP/3.0\nHost: localhost\n", 505), ("BREW / HTTP/1.1\nHost: localhost\n", 501),
    ("GET /%zz HTTP/1.1\nHost: localhost\n", 400), (f"GET /{'a' * 5000} HTTP/1.1\nHost: localhost\n", 414),
    (f"GET / HTTP/1.1\nHost: localhost\nX-Long: {'a' * 20000}\n", 431),
    ("POST /v1/audio/speech HTTP/1.1\nHost: localhost\nContent-Length: 2\nTransfer-Encoding: chunked\n", 400)])
def test_wrong_http_gets_its_status_and_an_error_body(server, head, status):
    answer = exchange(server, head)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert set(json.loads(answer.partition("\r\n\r\n")[2])["error"]) == {"message", "type", "param", "code"}


def test_a_long_header_line_that_arrives_by_pieces_is_taken(server):
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        for piece in (b"Host: localhost\r\n", b"Cookie: " + b"a" * 6000, b"a" * 6000, b"\r\nConnection: close\r\n\r\n"):
            server.health()  # which it answers after it has read what was sent before
            connection.sendall(piece)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_the_request_id_is_the_clients_own_where_it_is_fit_for_a_log(server):
    assert server.http.get("/v1/models", headers={"x-request-id": "a-B.9_:/+="}).headers["x-request-id"] == "a-B.9_:/+="
    for unfit in ("has a space", "a" * 129, 'quote"'):
        assert server.http.get("/v1/models", headers={"x-request-id": unfit}).headers["x-request-id"].startswith("req_")
    server.http.post(SPEECH, json=HELLO, headers={"x-request-id": "find-me"})
    spoken = harness.eventually(
        lambda: [event for event in server.events("speech") if event["request_id"] == "find-me"], "it is in the log")
    assert spoken[0]["end"] == "complete"


def test_no_text_of_a_user_is_logged(server):
    server.http.post(SPEECH, json={**HELLO, "input": "Xylophonic secrets."}, headers={"x-request-id": "secret"})
    server.http.post(SPEECH, json={**HELLO, "input": "Xylophonic secrets.", "speed": 9})
    harness.eventually(lambda: "secret" in [event["request_id"] for event in server.events("speech")], "it is logged")
    assert "Xylophonic" not in server.log()


def test_audio_and_json_are_not_kept_by_proxies(server):
    spoken = server.http.post(SPEECH, json=HELLO)
    assert spoken.headers["cache-control"] == "no-store"
    assert spoken.headers["x-accel-buffering"] == "no"
    assert spoken.headers["transfer-encoding"] == "chunked"
    assert server.http.get("/v1/models").headers["cache-control"] == "no-store"


def test_voices_health_and_readiness(server):
    voices = server.http.get("/v1/audio/voices").json()["voices"]
    assert [voice["id"] for voice in voices][0] == "quick", "the default voice is the first"
    assert {voice["id"] for voice in voices} == {"quick", "steady", "slow", "pensive", "exact"}
    assert all(voice["name"] and voice["language"] == "en-US" for voice in voices)
    health = server.http.get("/healthz")
    assert health.status_code == 200
    assert health.json()["status"] == "ok"
    assert health.json()["workers"] == 1
    ready = server.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


def test_the_page_and_all_that_it_loads_are_served(server):
    page = server.http.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    waiting = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text))
    assert waiting
    seen = set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        asset = server.http.get(path)
        assert asset.status_code == 200, path
        assert asset.headers["content-type"].startswith(("text/", "image/svg+xml"))
        waiting |= set(re.findall(r'from "(/[^"]+)"', asset.text)) - seen
        assert re.search(r"fetch\(.https?:", asset.text) is None, "nothing is asked of another host"
    assert any(path.endswith(".css") for path in seen)
    assert any(path.endswith(".js") for path in seen)


def test_the_ready_line_names_a_command_that_works(server):
    assert server.url in server.ready_line
    body = json.loads(re.search(r"-d '([^']+)'", server.ready_line)[1])
    assert server.http.post(SPEECH, json=body).content.startswith(b"RIFF")


def test_many_requests_share_a_connection(server):
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as connection:
        request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(request * 2 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answers = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 200 OK") == 3


# The last two have a sign that voices may speak, and only the worker finds that this one does not.
WORDLESS = ["...", "---", "\U0001f600 \U0001f680", " \n\t ", "***", "\u2014", "#", "\u0e3f. \u20aa"]


@pytest.mark.parametrize("text", WORDLESS)
def test_where_nothing_can_be_spoken_there_is_a_short_silence(server, text):
    assert server.speak(text, "quick") == bytes(4800), "a tenth of a second"
    assert server.speak(text, "quick", response_format="wav")[44:] == bytes(4800)
    for form in ("mp3", "opus", "aac", "flac"):
        assert server.speak(text, "quick", response_format=form)
    events = server.speak(text, "quick", stream_format="sse").decode().split("\n\n")
    assert [json.loads(event.split("data: ")[1])["type"] for event in events if event] == [
        "speech.audio.delta", "speech.audio.done"]


@pytest.mark.parametrize("text", WORDLESS)
def test_elevenlabs_door_answers_it_with_no_sample(server, text):
    speech = "/v1/text-to-speech/quick"
    answer = server.http.post(f"{speech}?output_format=pcm_24000", json={"text": text})
    assert (answer.status_code, answer.content) == (200, b"")
    assert len(server.http.post(f"{speech}?output_format=wav_24000", json={"text": text}).content) == 44
    for form in ("mp3_44100_128", "opus_48000_64", "ulaw_8000"):
        assert server.http.post(f"{speech}?output_format={form}", json={"text": text}).status_code == 200
    timed = server.http.post(f"{speech}/with-timestamps?output_format=pcm_24000", json={"text": text}).json()
    assert timed == {"audio_base64": "", "alignment": None, "normalized_alignment": None}
    lines = server.http.post(f"{speech}/stream/with-timestamps?output_format=pcm_24000", json={"text": text})
    assert (lines.status_code, lines.content) == (200, b"")


def test_an_operator_may_be_strict(serve):
    server = serve(config={"server": {"known_models_only": True},
                           "openai": {"refuse_wordless": True, "max_characters": 10},
                           "elevenlabs": {"max_characters": 12}})
    eleven = "/v1/text-to-speech/quick"
    assert server.speak("Hello.", "quick")
    assert_error(server.http.post(SPEECH, json={**HELLO, "model": "gpt-9"}), 400, "model_not_found")
    assert server.http.post(f"{eleven}?model_id=gpt-9", json={"text": "Hi."}).json()["detail"]["param"] == "model_id"
    assert server.http.post(eleven, json={"text": "Hi.", "model_id": "gpt-9"}).status_code == 400
    assert_error(server.http.post(SPEECH, json={**HELLO, "input": "..."}), 400, "nothing_to_speak")
    error = assert_error(server.http.post(SPEECH, json={**HELLO, "input": "12345678901"}), 400, "string_above_max_length")
    assert "10" in error["message"] and "openai.max_characters" in error["message"]
    error = server.http.post(eleven, json={"text": "1234567890123"}).json()["detail"]
    assert "12" in error["message"] and "elevenlabs.max_characters" in error["message"]


def test_elevenlabs_door_takes_forty_thousand_characters(server):
    for text in ("a" * 40_001, "\u4e2d" * 40_001):
        error = server.http.post("/v1/text-to-speech/quick", json={"text": text}).json()["detail"]
        assert error["status"] == "max_character_limit_exceeded"
    with server.http.stream("POST", "/v1/text-to-speech/quick?output_format=pcm_8000",
                            json={"text": "word " * 7_999 + "word."}) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_bytes())
    harness.eventually(server.idle, "the stream that was left is gone")
