"""API keys, and who is let in without."""
import base64
import json
import os
import signal
import stat

import httpx
import openai
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import harness

LONG = "One more sentence that takes a while to say. " * 6


@pytest.fixture
def keys(tmp_path):
    """Runs `antiphon keys ...` on a file of keys of its own; `keys.config` is what a server needs to use it."""
    file = tmp_path / "keys.json"
    config = tmp_path / "keys.toml"
    config.write_text(harness.to_toml({"keys": {"file": str(file)}}))

    class Keys:
        path = file
        config = {"keys": {"file": str(file)}}

        @staticmethod
        def __call__(*arguments):
            return harness.run_ok("keys", arguments[0], "--config", config, *arguments[1:]).decode().strip()

    return Keys()


def bearer(key, **more):
    return {"Authorization": f"Bearer {key}", **more}


def speak(server, key, text="Yes.", voice="quick", **more):
    return server.http.post("/v1/audio/speech", headers=bearer(key, **more),
                            json={"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm"})


def test_a_key_opens_every_door_and_nothing_else_does(serve, keys):
    key = keys("add", "web")
    server = serve("--voice", "quick", config=keys.config)
    assert speak(server, key).status_code == 200
    assert server.http.post("/v1/text-to-speech/quick", headers={"xi-api-key": key}, json={"text": "Yes."}).status_code == 200
    for path in ("/v1/models", "/v1/audio/voices", "/v2/voices", "/v1"):
        assert server.http.get(path).status_code == 401
        assert server.http.get(path, headers=bearer(key)).status_code == 200
    for path in ("/", "/docs", "/openapi.json", "/healthz", "/readyz"):
        assert server.http.get(path).status_code == 200, "for all"
    refused = speak(server, key + "x")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["code"] == "invalid_api_key"
    refused = server.http.post("/v1/text-to-speech/quick", headers={"xi-api-key": "no"}, json={"text": "Yes."})
    assert refused.json()["detail"]["status"] == "invalid_api_key"
    with pytest.raises(openai.AuthenticationError):
        server.openai(api_key="no").models.list()
    assert key not in server.log()


def test_a_key_may_come_in_the_query(serve, keys):
    key = keys("add", "web")
    server = serve("--voice", "quick", config=keys.config)
    speech = "/v1/text-to-speech/quick"
    for name in ("xi-api-key", "xi_api_key", "authorization"):
        assert server.http.post(speech, params={name: key}, json={"text": "Yes."}).status_code == 200
        assert server.http.post(speech, params={name: "no"}, json={"text": "Yes."}).status_code == 401
        for query in (f"{name}={key}", f"{name}=Bearer%20{key}"):
            url = f"{server.url.replace('http', 'ws', 1)}{speech}/stream-input?{query}"
            with connect(url, open_timeout=harness.DEADLINE_SECONDS) as socket:
                socket.send(json.dumps({"text": "Yes. "}))
                socket.send(json.dumps({"text": ""}))
                with pytest.raises(ConnectionClosed) as closed:
                    while socket.recv(harness.DEADLINE_SECONDS):
                        pass
                assert closed.value.rcvd.code == 1000
        with pytest.raises(InvalidStatus) as refused, connect(f"{server.url.replace('http', 'ws', 1)}{speech}/stream-input?{name}=no"):
            pass
        assert refused.value.response.status_code == 401
    assert server.http.post(speech, params={"xi-api-key": key}, headers=bearer("no"), json={"text": "Yes."}).status_code == 401
    assert isinstance(server.http.get("/v1/models", params={"xi-api-key": key}).json(), list), "ElevenLabs' list"
    assert key not in server.log()


def test_a_key_is_shown_once_and_kept_as_a_hash(keys):
    key = keys("add", "web", "--weight", 2, "--max-streams", 3, "--voice", "quick", "--users", "header")
    assert key not in keys.path.read_text()
    assert stat.S_IMODE(os.stat(keys.path).st_mode) == 0o600
    listed = keys("list")
    assert listed.split("\t") == ["web", "weight 2", "streams 3", "wait default", "pacing default", "users by header",
                                  "voices quick"]
    assert harness.run("keys", "add", "web", "--config", keys.path.with_suffix(".toml")).returncode == 1, "a name is taken once"
    keys("revoke", "web")
    assert keys("list") == ""


def test_a_running_server_takes_keys_over_on_sighup(serve, keys):
    first = keys("add", "first")
    server = serve("--voice", "quick", config=keys.config)
    second = keys("add", "second")
    keys("revoke", "first")
    assert speak(server, first).status_code == 200, "not yet"
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: server.events("reloaded"), "the keys were read again")
    assert speak(server, first).status_code == 401
    assert speak(server, second).status_code == 200
    keys.path.write_text("broken")
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: server.events("not_reloaded"), "a broken file is said")
    assert speak(server, second).status_code == 200, "and changes nothing"


def test_a_key_has_its_voices_and_its_streams(serve, keys):
    key = keys("add", "web", "--voice", "slow", "--max-streams", 1)
    server = serve("--voice", "quick", "--admission", "off", config=keys.config)
    refused = speak(server, key, voice="quick")
    assert refused.json()["error"]["code"] == "voice_not_found"
    assert "quick," not in refused.json()["error"]["message"], "and it is not told of others"
    with httpx.stream("POST", f"{server.url}/v1/audio/speech", headers=bearer(key), timeout=harness.DEADLINE_SECONDS,
                      json={"model": "tts-1", "input": LONG, "voice": "slow", "response_format": "pcm"}) as playing:
        audio = playing.iter_bytes(1)
        assert next(audio)
        refused = speak(server, key, voice="slow")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
    harness.eventually(server.idle, "the stream that was left is gone")
    assert speak(server, key, voice="slow").status_code == 200


def open_socket(server, voice="quick", headers=None):
    return connect(f"{server.url.replace('http', 'ws')}/v1/text-to-speech/{voice}/stream-input?output_format=pcm_24000",
                   additional_headers=headers, open_timeout=harness.DEADLINE_SECONDS)


def messages_of(socket):
    """All that come, and the code with which the server closes the socket."""
    messages = []
    try:
        while True:
            messages.append(json.loads(socket.recv(harness.DEADLINE_SECONDS)))
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code


def test_a_socket_may_bring_its_key_in_its_first_message(serve, keys, store):
    """As web pages do, which can set no header."""
    key = keys("add", "web", "--voice", "quick")
    server = serve("--voice", "quick", "--admission", "off", config=keys.config)
    with open_socket(server) as socket:
        for message in ({"text": " ", "xi_api_key": key}, {"text": "Yes. "}, {"text": ""}):
            socket.send(json.dumps(message))
        messages, code = messages_of(socket)
        audio = b"".join(base64.b64decode(message["audio"]) for message in messages if message["audio"])
        assert (audio, code) == (harness.say(store, "Yes.", "quick"), 1000)
    for first in ({"text": " "}, {"text": " ", "xi_api_key": "wrong"}, {"text": ""}):
        with open_socket(server) as socket:
            socket.send(json.dumps(first))
            messages, code = messages_of(socket)
            assert ([message["error"] for message in messages], code) == (["invalid_api_key"], 1008)
    with open_socket(server, "slow") as socket:
        socket.send(json.dumps({"text": " ", "xi_api_key": key}))
        messages, code = messages_of(socket)
        assert ([message["error"] for message in messages], code) == (["voice_not_found"], 1008), "not one of its voices"
    with pytest.raises(InvalidStatus) as refused, open_socket(server, headers={"xi-api-key": "wrong"}):
        pass
    assert refused.value.response.status_code == 401
    assert server.http.get("/v1/text-to-speech/quick/stream-input").status_code == 401, "that is no socket"


def test_nobody_listens_to_the_network_without_keys_by_accident(store, keys):
    refused = harness.run("serve", "--listen", "0.0.0.0:0", "--voices", store, "--config", keys.path.with_suffix(".toml"))
    assert refused.returncode == 1
    assert b"--allow-anonymous" in refused.stderr and b"antiphon keys add" in refused.stderr


def test_pages_of_allowed_origins_may_read_answers(serve):
    server = serve("--voice", "quick", config={"server": {"allowed_origins": ["https://chat.example"]}})
    allowed = {"Origin": "https://chat.example"}
    preflight = server.http.options("/v1/audio/speech", headers={
        **allowed, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://chat.example"
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    answer = server.http.get("/v1/audio/voices", headers=allowed)
    assert answer.headers["access-control-allow-origin"] == "https://chat.example"
    stranger = server.http.get("/v1/audio/voices", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers


def test_what_the_server_does_inside_is_for_admins(serve, keys):
    client, keeper = keys("add", "client"), keys("add", "keeper", "--admin")
    assert "admin" in keys("list").splitlines()[1]
    server = serve(config=keys.config)
    assert server.http.get("/v1/workers").status_code == 401
    refused = server.http.get("/v1/workers", headers=bearer(client))
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "insufficient_permissions"
    assert server.http.get("/v1/workers", headers=bearer(keeper)).json()["workers"]
