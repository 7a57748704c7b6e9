"""A stream goes on where it was cut: no byte is lost, and none comes twice."""
import base64
import contextlib
import itertools
import json
import random
import re
import socket
import threading

import httpx
import pytest

import harness

TEXT = ("The first voice begins before the sentence is finished. The second never waits for it to end! And a third, "
        "which came late, is heard as clearly as the others. Nobody notices that there are only two throats.")
SPEECH = "/v1/audio/speech"
DEADLINE = harness.DEADLINE_SECONDS


def resume(server, stream, first=None, **headers):
    if first is not None:
        headers["Range"] = f"bytes={first}-"
    return httpx.get(f"{server.url}{SPEECH}/{stream}", headers=headers, timeout=DEADLINE)


def begin_and_leave(server, voice="quick", most=1, **fields):
    """Takes about `most` bytes of a stream and closes the connection: its name, and what came."""
    got = b""
    with server.stream(TEXT, voice, **fields) as response:
        assert response.status_code == 200, response.read()
        for piece in response.iter_raw():
            got += piece
            if len(got) >= most:
                break
        return response.headers["antiphon-stream"], got


def whole(server, **fields):
    return server.speak(TEXT, "quick", **fields)


@pytest.mark.parametrize("fields", [
    {"response_format": "pcm"}, {"response_format": "wav", "sample_rate": 16000, "volume": 1.7},
    {"response_format": "mp3"}, {"response_format": "opus"}, {"response_format": "flac"}, {"response_format": "aac"}],
    ids=lambda fields: fields["response_format"])
def test_a_stream_goes_on_at_any_byte(server, fields):
    expected = whole(server, **fields)
    stream, got = begin_and_leave(server, **fields)
    assert expected.startswith(got)
    for first in (len(got), 0, 1, 43, 44, 45, 4097, len(expected) - 1):
        answer = resume(server, stream, first)
        assert answer.status_code == 206, answer.text
        assert answer.headers["content-range"].startswith(f"bytes {first}-")
        assert answer.headers["antiphon-stream"] == stream
        assert harness.digest(answer.content) == harness.digest(expected[first:]), first
    answer = resume(server, stream)
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "bytes")
    assert harness.digest(answer.content) == harness.digest(expected)


LONG = " ".join(f"This is sentence number {number}, and others follow it." for number in range(20))


@pytest.mark.parametrize("fields", [
    {}, {"response_format": "wav", "volume": 2}, {"sample_rate": 8000, "volume": 0.3}, {"sample_rate": 48000, "speed": 2}],
    ids=str)
def test_what_the_listener_has_is_not_rendered_again_and_the_bytes_are_the_same(server, fields):
    expected = server.speak(LONG, "quick", **{"response_format": "pcm", **fields})
    with server.stream(LONG, "quick", **{"response_format": "pcm", **fields}) as response:
        stream = response.headers["antiphon-stream"]
        response.read()
    rendered = []
    for part in (0, 21, 35, 50, 68, 97, 100):
        first = len(expected) * part // 100 - part % 3
        before = server.metrics()["antiphon_audio_seconds_total"]
        answer = resume(server, stream, first)
        rendered.append(server.metrics()["antiphon_audio_seconds_total"] - before)
        assert harness.digest(answer.content) == harness.digest(expected[first:]), part
    assert rendered[-1] < rendered[0] / 4, "most was passed over"


def test_a_range_behind_the_end_says_where_the_end_is(server):
    expected = whole(server)
    stream, _ = begin_and_leave(server)
    for first in (len(expected), len(expected) + 1, 10**30):
        answer = resume(server, stream, first)
        assert answer.status_code == 416, first
        assert answer.json()["error"]["code"] == "range_not_satisfiable"
        assert answer.headers["content-range"] == f"bytes */{len(expected)}"


def test_a_range_has_an_end_and_its_length_is_known_once_it_was_spoken(server):
    expected = whole(server)
    stream, _ = begin_and_leave(server)
    answer = resume(server, stream, Range="bytes=100-199")
    assert (answer.status_code, answer.content) == (206, expected[100:200])
    assert answer.headers["content-range"] == "bytes 100-199/*"
    assert resume(server, stream, 0).headers["content-range"] == "bytes 0-9007199254740991/*"
    answer = resume(server, stream, 7)
    assert answer.headers["content-range"] == f"bytes 7-{len(expected) - 1}/{len(expected)}"
    assert answer.content == expected[7:]


@pytest.mark.parametrize("field", ["bytes=-5", "bytes=0-1,4-5", "bytes=5-4", "lines=3-", "bytes=x", "bytes"])
def test_a_range_that_is_none_is_answered_with_everything(server, field):
    stream, _ = begin_and_leave(server)
    answer = resume(server, stream, Range=field)
    assert (answer.status_code, len(answer.content)) == (200, len(whole(server)))


def test_no_kill_point_loses_or_doubles_a_byte(server):
    expected = whole(server, response_format="wav")
    chance = random.Random(22)
    stream, got = begin_and_leave(server, response_format="wav", most=chance.randrange(1, len(expected) // 4))
    for _ in range(50):
        if len(got) == len(expected):
            break
        most = chance.randrange(1, len(expected) // 20)
        with httpx.stream("GET", f"{server.url}{SPEECH}/{stream}", headers={"Range": f"bytes={len(got)}-"},
                          timeout=DEADLINE) as answer:
            assert answer.status_code == 206
            taken = b""
            for piece in answer.iter_raw(4096):
                taken += piece
                if len(taken) >= most:
                    break
        got += taken[:most]  # what comes behind the place of the cut is lost on its way
    else:
        got += resume(server, stream, len(got)).content
    assert harness.digest(got) == harness.digest(expected)


def test_a_stream_is_resumed_fifty_times_and_more(server):
    expected = whole(server)
    stream, _ = begin_and_leave(server)
    with httpx.Client(timeout=DEADLINE) as client:
        for number in range(55):
            answer = client.get(f"{server.url}{SPEECH}/{stream}", headers={"Range": f"bytes={len(expected) - 100 - number}-"})
            assert (answer.status_code, answer.content) == (206, expected[len(expected) - 100 - number:])


def test_the_later_of_two_takes_the_stream_and_the_earlier_is_cut(server):
    expected = whole(server)
    with server.stream(TEXT, "steady") as earlier:
        pieces = earlier.iter_raw(1024)
        got = next(pieces)
        later = resume(server, earlier.headers["antiphon-stream"], 0)
        with pytest.raises(httpx.HTTPError):
            while True:
                got += next(pieces)
        assert len(got) < len(later.content)
        assert later.content.startswith(got)
        assert harness.digest(later.content) == harness.digest(expected)


def events(answer):
    """The (id, audio) of each event, and the type of the last one."""
    found, last, kind = [], None, None
    for line in answer.iter_lines():
        if line.startswith("id: "):
            last = line[4:]
        elif line.startswith("data: "):
            event = json.loads(line[6:])
            kind = event["type"]
            found.append((last, base64.b64decode(event.get("audio", ""))))
    return found, kind


@pytest.mark.parametrize("container", ["pcm", "wav"])
def test_events_go_on_behind_the_last_one_that_came(server, container):
    expected = whole(server, response_format=container)
    with server.stream(TEXT, "quick", response_format=container, stream_format="sse") as response:
        all_events, kind = events(response)
    assert kind == "speech.audio.done"
    stream = response.headers["antiphon-stream"]
    for place in (0, len(all_events) // 2, len(all_events) - 1):
        name = all_events[place][0]
        before = b"".join(audio for _, audio in all_events[:place + 1])
        answer = resume(server, stream, **{"Last-Event-ID": name})
        after, kind = events(answer)
        assert (answer.status_code, kind) == (200, "speech.audio.done")
        assert before + b"".join(audio for _, audio in after) == expected
    for lie in ("x", "/", "a/b", "a/-1", f"a/{10**30}"):
        assert b"".join(audio for _, audio in events(resume(server, stream, **{"Last-Event-ID": lie}))[0]) == expected
    beyond, kind = events(resume(server, stream, **{"Last-Event-ID": f"a/{10**9}"}))
    assert (b"".join(audio for _, audio in beyond), kind) == (b"", "speech.audio.done")


def test_elevenlabs_streams_go_on_too(server):
    path = f"{server.url}/v1/text-to-speech/quick/stream?output_format=pcm_16000"
    answer = httpx.post(path, json={"text": TEXT}, timeout=DEADLINE)
    assert resume(server, answer.headers["antiphon-stream"], 1001).content == answer.content[1001:]


def test_head_tells_what_is_known_and_speaks_nothing(server):
    stream, _ = begin_and_leave(server)
    answer = httpx.head(f"{server.url}{SPEECH}/{stream}", timeout=DEADLINE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["antiphon-stream"] == stream
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_stream_that_never_was_and_one_of_another_key_are_not_found_alike(serve, tmp_path):
    file = tmp_path / "keys.json"
    config = tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))
    keys = [harness.run_ok("keys", "add", name, "--config", config).decode().strip() for name in ("one", "other")]
    server = serve("--voice", "quick", config={"keys": {"file": str(file)}})
    one, other = ({"Authorization": f"Bearer {key}"} for key in keys)
    answer = httpx.post(f"{server.url}{SPEECH}", headers=one, timeout=DEADLINE,
                        json={"model": "tts-1", "input": TEXT, "voice": "quick", "response_format": "pcm"})
    stream = answer.headers["antiphon-stream"]
    refused = [resume(server, name, 0, **headers) for name, headers in (
        (stream, other), ("0" * 32, one), ("0" * 31, one), (stream.upper() + "A", one), ("x" * 500, one))]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.content for answer in refused}) == 1
    assert resume(server, stream, 0).status_code == 401
    assert resume(server, stream, 9, **one).content == answer.content[9:]


def test_a_server_that_keeps_no_texts_needs_the_text_again(serve):
    server = serve("--voice", "quick", config={"progress": {"text": "hashed"}})
    body = {"model": "tts-1", "input": TEXT, "voice": "quick", "response_format": "pcm"}
    answer = httpx.post(f"{server.url}{SPEECH}", json=body, timeout=DEADLINE)
    stream = answer.headers["antiphon-stream"]
    refused = resume(server, stream, 0)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "text_not_kept")
    again = {"Antiphon-Resume": stream, "Range": "bytes=501-"}
    for text, status in ((TEXT, 206), (TEXT + ".", 409)):
        went_on = httpx.post(f"{server.url}{SPEECH}", json={**body, "input": text}, headers=again, timeout=DEADLINE)
        assert went_on.status_code == status
        assert status != 206 or went_on.content == answer.content[501:]


def test_a_server_that_keeps_nothing_resumes_nothing(serve):
    server = serve("--voice", "quick", config={"progress": {"records": 0}})
    with server.stream(TEXT, "quick") as response:
        assert "antiphon-stream" not in response.headers
    assert resume(server, "0" * 32, 0).status_code == 404


def test_the_account_has_room_for_the_stream_that_goes_on(serve):
    server = serve("--voice", "steady", config={"admission": {"streams_per_user": 1}})
    with server.stream(TEXT, "steady") as earlier:
        next(earlier.iter_raw(1024))
        for _ in itertools.repeat(None, 3):
            with httpx.stream("GET", f"{server.url}{SPEECH}/{earlier.headers['antiphon-stream']}",
                              headers={"Range": "bytes=5-"}, timeout=DEADLINE) as later:
                assert later.status_code == 206, later.read()
                next(later.iter_raw(16))


def ask(server, key, text=TEXT, voice="quick", **headers):
    body = {"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm"}
    return httpx.post(f"{server.url}{SPEECH}", json=body, headers={"Idempotency-Key": key, **headers}, timeout=DEADLINE)


def test_a_request_that_is_sent_again_is_the_same_stream(server):
    first, again = ask(server, "a-1"), ask(server, "a-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["antiphon-stream"] == first.headers["antiphon-stream"]
    assert harness.digest(again.content) == harness.digest(first.content)
    assert ask(server, "a-2").headers["antiphon-stream"] != first.headers["antiphon-stream"]
    other = ask(server, "a-1", text="Another.")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    for key in ("", "a b", "a" * 256):
        refused = ask(server, key)
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "Idempotency-Key"), key


def test_a_request_that_is_sent_again_takes_the_running_stream(server):
    with httpx.stream("POST", f"{server.url}{SPEECH}", headers={"Idempotency-Key": "b"}, timeout=DEADLINE,
                      json={"model": "tts-1", "input": TEXT, "voice": "steady", "response_format": "pcm"}) as earlier:
        pieces = earlier.iter_raw(1024)
        next(pieces)
        again = ask(server, "b", voice="steady")
        assert again.headers["antiphon-stream"] == earlier.headers["antiphon-stream"]
        with pytest.raises(httpx.HTTPError):
            while True:
                next(pieces)


def test_a_request_with_words_of_its_own_goes_on_and_is_known_again(server):
    body = {"model": "tts-1", "input": TEXT, "voice": "quick", "response_format": "pcm",
            "pronunciations": {"voice": "a very long word", "sentence": "/s/"}}
    plain = whole(server)
    first, again = (httpx.post(f"{server.url}{SPEECH}", json=body, headers={"Idempotency-Key": "words"}, timeout=DEADLINE)
                    for _ in range(2))
    assert first.content not in (b"", plain)
    assert again.headers["antiphon-stream"] == first.headers["antiphon-stream"]
    assert harness.digest(again.content) == harness.digest(first.content)
    assert resume(server, first.headers["antiphon-stream"], 777).content == first.content[777:]


def test_a_server_that_keeps_no_texts_keeps_no_words(serve):
    server = serve("--voice", "quick", config={"progress": {"text": "hashed"}})
    with server.stream(TEXT, "quick", pronunciations={"voice": "a word"}) as response:
        assert response.status_code == 200
        assert "antiphon-stream" not in response.headers


class CuttingProxy:
    """Passes connections on to a server, and cuts each after some bytes of the answer."""

    def __init__(self, server, most):
        self._server, self._most, self.cuts = server, most, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._server.port), DEADLINE) as upstream:
                    self._pass_on(client, upstream)

    def _pass_on(self, client, upstream):
        def send():
            with contextlib.suppress(OSError):
                while data := client.recv(65536):
                    upstream.sendall(data)
        threading.Thread(target=send, daemon=True).start()
        left = self._most
        with contextlib.suppress(OSError):
            while left > 0 and (data := upstream.recv(min(left, 65536))):
                client.sendall(data)
                left -= len(data)
            self.cuts += left <= 0
            client.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()


def test_the_example_of_the_documentation_gets_every_byte(server, tmp_path):
    page = (harness.REPOSITORY / "docs/clients/resume.md").read_text()
    example = {"__name__": "example"}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], example)  # noqa: S102
    expected = whole(server, response_format="wav")
    proxy = CuttingProxy(server, len(expected) // 5)
    body = {"model": "tts-1", "input": TEXT, "voice": "quick", "response_format": "wav"}
    with contextlib.closing(proxy):
        example["speak"](proxy.url, body, tmp_path / "speech.wav")
    assert proxy.cuts >= 4
    assert harness.digest((tmp_path / "speech.wav").read_bytes()) == harness.digest(expected)
