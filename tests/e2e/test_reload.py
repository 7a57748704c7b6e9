"""No check fails open: whatever becomes of the files of a server that runs, it lets in nobody whom it should not."""
import contextlib
import json
import os
import signal
import socket
import threading

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import certificates
import harness
import remote

LONG = "One more sentence that takes a while to say. " * 8
SHORTER = "One more sentence that takes a while to say. " * 3
EMPTY = '{"keys": []}'


@pytest.fixture
def keys(tmp_path):
    """`antiphon keys ...` on a file of keys of its own."""
    class Keys:
        path, toml = tmp_path / "keys.json", tmp_path / "keys.toml"
        config = {"keys": {"file": str(path)}}

        def __call__(self, command, *names):
            return harness.run_ok("keys", command, "--config", self.toml, *names).decode().strip()

    Keys.toml.write_text(harness.to_toml(Keys.config))

    return Keys()


@pytest.fixture
def open_server(serve, keys):
    """It listens on all addresses, and a key lets in."""
    key = keys("add", "web")
    return serve("--voice", "quick", config=keys.config, address="0.0.0.0"), key


def reload(server, event):
    """Sends the signal and returns the event of that name that follows."""
    before = len(server.events(event))
    server.signal(signal.SIGHUP)
    return harness.eventually(lambda: server.events(event)[before:], f"{event} is logged")[0]


def statuses(server, *secrets):
    """Of a request for each of these keys, where None is none, at both doors."""
    answers = []
    for secret in secrets:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=server.url, timeout=harness.DEADLINE_SECONDS) as http:
            spoken = http.post("/v1/audio/speech", headers=headers,
                               json={"model": "tts-1", "input": "Yes.", "voice": "quick", "response_format": "pcm"})
            headers = {} if secret is None else {"xi-api-key": secret}
            other = http.post("/v1/text-to-speech/quick", headers=headers, json={"text": "Yes."})
        assert spoken.status_code == other.status_code
        answers.append(spoken.status_code)
    return answers


def break_file(path, way):
    if way == "deleted":
        path.unlink()
    elif way == "emptied":
        path.write_text("")
    elif way == "not JSON":
        path.write_text("keys: none")
    elif way == "not a list":
        path.write_text('{"keys": null}')
    elif way == "cut":
        path.write_text(path.read_text()[:40])
    elif way == "a link to nothing":
        path.unlink()
        path.symlink_to("nowhere")
    elif way == "a folder":
        path.unlink()
        path.mkdir()
    elif way == "a pipe":
        path.unlink()
        os.mkfifo(path)
    elif way == "unreadable":
        os.chmod(path, 0)


WAYS = ["deleted", "emptied", "not JSON", "not a list", "cut", "a link to nothing", "a folder", "a pipe"]
if os.geteuid() != 0:
    WAYS.append("unreadable")


def test_revoking_the_last_key_lets_nobody_in(open_server, keys):
    server, key = open_server
    assert statuses(server, key, None) == [200, 401]
    keys("revoke", "web")
    reload(server, "reloaded")
    assert statuses(server, key, None, "antiphon_0") == [401, 401, 401]
    assert any("nobody is let in" in event["remark"] for event in server.events("access"))
    again = keys("add", "again")
    reload(server, "reloaded")
    assert statuses(server, key, None, again) == [401, 401, 200]


def test_a_file_of_keys_that_is_no_use_changes_nothing(open_server, keys):
    server, key = open_server
    good = keys.path.read_text()
    for way in WAYS:
        break_file(keys.path, way)
        assert str(keys.path) in reload(server, "not_reloaded")["reason"] or way == "deleted"
        assert statuses(server, key, None) == [200, 401], way
        if keys.path.is_dir():
            keys.path.rmdir()
        else:
            keys.path.unlink(missing_ok=True)
        keys.path.write_text(good)
    keys.path.write_text(EMPTY)
    reload(server, "reloaded")
    keys.path.unlink()
    assert "file of keys is gone" in reload(server, "not_reloaded")["reason"]
    assert statuses(server, key, None) == [401, 401], "it had keys, if none are left"


def test_a_server_on_this_machine_that_had_keys_does_not_do_without_either(serve, keys):
    key = keys("add", "web")
    server = serve("--voice", "quick", "--allow-anonymous", config=keys.config)
    keys.path.unlink()
    reload(server, "not_reloaded")
    assert statuses(server, key, None) == [200, 401]


def test_the_first_key_closes_a_server_that_was_open(serve, keys):
    server = serve("--voice", "quick", config=keys.config)
    assert statuses(server, None) == [200]
    reload(server, "reloaded")
    assert statuses(server, None) == [200], "there is no file still"
    key = keys("add", "web")
    reload(server, "reloaded")
    assert statuses(server, None, key) == [401, 200]


def test_a_start_makes_the_same_checks(store, serve, keys):
    for text in ("", "keys", '{"keys": null}'):
        keys.path.write_text(text)
        refused = harness.run("serve", "--listen", "127.0.0.1:0", "--voices", store, "--config", keys.toml)
        assert refused.returncode == 1 and str(keys.path).encode() in refused.stderr
    keys.path.write_text(EMPTY)
    assert statuses(serve("--voice", "quick", config=keys.config, address="0.0.0.0"), None, "antiphon_0") == [401, 401]


class Listener(threading.Thread):
    """One who asks for a long speech; `body` is what came until it ended, `whole` whether by itself."""

    def __init__(self, server, key, voice, text, **headers):
        super().__init__(daemon=True)
        self.server, self.key, self.voice, self.text, self.headers = server, key, voice, text, headers
        self.began = threading.Event()
        self.status, self.body, self.whole, self.code = None, b"", False, None
        self.start()

    def run(self):
        fields = {"model": "tts-1", "input": self.text, "voice": self.voice, "response_format": "pcm"}
        try:
            with httpx.stream("POST", f"{self.server.url}/v1/audio/speech", json=fields, timeout=harness.DEADLINE_SECONDS,
                              headers={"Authorization": f"Bearer {self.key}", **self.headers}) as response:
                self.status = response.status_code
                for piece in response.iter_raw():
                    self.body += piece
                    self.began.set()
            self.whole = True
        except httpx.RemoteProtocolError:
            pass

    def ends(self):
        self.join(harness.DEADLINE_SECONDS)
        assert not self.is_alive()


def test_what_a_revoked_key_waits_for_and_hears_ends(serve, keys, tmp_path):
    store = tmp_path / "store"
    harness.add_tone(store, "quick")
    harness.add_tone(store, "half", "--cost", 600, "--sleep")  # two at once are more than the worker can do
    old, new = keys("add", "old"), keys("add", "new")
    server = serve("--voice", "quick", store=store, config={**keys.config, "server": {"lag_limit_seconds": 3600}})
    warm = Listener(server, new, "half", "Yes.")
    warm.ends()
    # One whose audio is made already and sent in its own time, and one for whom there is no room beside the third.
    paced = Listener(server, old, "quick", LONG, Prefer="pace")
    stays = Listener(server, new, "half", SHORTER)
    assert paced.began.wait(harness.DEADLINE_SECONDS) and stays.began.wait(harness.DEADLINE_SECONDS)
    queued = Listener(server, old, "half", SHORTER, Prefer="wait=30")
    harness.eventually(lambda: server.metrics()["antiphon_waiting"] == 1, "it waits for room")
    keys("revoke", "old")
    reload(server, "reloaded")
    queued.ends()
    assert (queued.status, queued.whole) == (401, True)
    assert json.loads(queued.body)["error"]["code"] == "invalid_api_key"
    paced.ends()
    assert (paced.status, paced.whole) == (200, False)
    assert len(paced.body) < len(harness.say(store, LONG, "quick"))
    stays.ends()
    assert (stays.status, stays.whole) == (200, True)
    assert stays.body == harness.say(store, SHORTER, "quick")
    ends = [event["end"] for event in server.events("speech")]
    assert sorted(ends) == ["complete", "complete", "revoked", "revoked"]


def test_a_revoked_key_whose_client_takes_nothing_holds_nothing(serve, keys):
    old = keys("add", "old")
    keys("add", "new")
    server = serve("--voice", "quick", config={**keys.config, "server": {"write_timeout_seconds": 600}})
    body = json.dumps({"model": "tts-1", "input": LONG * 6, "voice": "quick", "response_format": "pcm"})
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {old}\r\n"
                       f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        assert client.recv(100)
        keys("revoke", "old")
        assert server.health()["streams"] == 1, "it waits for its client"
        reload(server, "reloaded")
        harness.eventually(server.idle, "its stream is given up")


def open_socket(server, key, door="stream-input"):
    return connect(f"{server.url.replace('http', 'ws')}/v1/text-to-speech/quick/{door}?output_format=pcm_24000",
                   additional_headers={"xi-api-key": key} if key else None, open_timeout=harness.DEADLINE_SECONDS, max_queue=None)


def goodbye(client):
    """The errors that still come, and the code with which it is closed."""
    errors = []
    try:
        while True:
            errors.append(json.loads(client.recv(harness.DEADLINE_SECONDS)).get("error"))
    except ConnectionClosed as closed:
        return [error for error in errors if error], closed.rcvd.code


def test_sockets_of_a_revoked_key_are_closed_and_others_are_not(serve, keys):
    old, new = keys("add", "old"), keys("add", "new")
    server = serve("--voice", "quick", "--admission", "off", config=keys.config)
    with open_socket(server, old) as idle, open_socket(server, old, "multi-stream-input") as busy, open_socket(server, new) as stays, \
            open_socket(server, None) as late:
        for context in ("a", "b"):
            busy.send(json.dumps({"text": LONG, "context_id": context, "flush": True}))
        assert json.loads(busy.recv(harness.DEADLINE_SECONDS))["audio"]
        late.send(json.dumps({"text": " ", "xi_api_key": old}))
        stays.send(json.dumps({"text": "Yes. "}))
        harness.eventually(lambda: server.metrics()["antiphon_sockets"] == 4, "all are open")
        harness.eventually(lambda: server.health()["streams"] >= 2, "two contexts are spoken")
        keys("revoke", "old")
        reload(server, "reloaded")
        for client in (idle, busy, late):
            assert goodbye(client) == (["invalid_api_key"], 1008)
        stays.send(json.dumps({"text": ""}))
        assert goodbye(stays) == ([], 1000)
    harness.eventually(server.idle, "nothing is left of them")


def test_a_socket_that_does_not_read_is_cut_when_its_key_is_revoked(serve, keys):
    old = keys("add", "old")
    server = serve("--voice", "quick", "--admission", "off",
                   config={**keys.config, "elevenlabs": {"lead_seconds": 0}, "server": {"write_timeout_seconds": 600}})
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        with connect(f"ws://127.0.0.1:{server.port}/v1/text-to-speech/quick/stream-input", sock=client,
                     additional_headers={"xi-api-key": old}, max_queue=1, close_timeout=0.1) as slow:
            slow.send(json.dumps({"text": LONG * 6, "flush": True}))
            assert slow.recv(harness.DEADLINE_SECONDS)
            keys("revoke", "old")
            reload(server, "reloaded")
            harness.eventually(server.idle, "its stream is given up")
            harness.eventually(lambda: server.metrics()["antiphon_sockets"] == 0, "and the socket")


def test_a_socket_without_a_key_gets_none_of_what_needs_one(serve, keys):
    server = serve("--voice", "quick", "--admission", "off", config=keys.config)
    with open_socket(server, None, "multi-stream-input") as client:
        client.send(json.dumps({"text": "Yes. ", "context_id": "a", "flush": True}))
        assert json.loads(client.recv(harness.DEADLINE_SECONDS))["audio"]
        keys("add", "web")
        reload(server, "reloaded")
        with contextlib.suppress(ConnectionClosed):
            client.send(json.dumps({"text": "No. ", "context_id": "b", "flush": True}))
        errors, code = goodbye(client)
        assert errors == [] and code in (1000, 1008), "what came before is spoken, nothing else"


def shown(server):
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as plain:
        with server.verify.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            return connection.getpeercert(binary_form=True)


def test_a_certificate_that_is_no_use_keeps_the_old_one_and_the_old_keys(serve, keys, tmp_path):
    authority = certificates.Authority(tmp_path / "authority")
    certificate, key = authority.issue()
    secret = keys("add", "web")
    server = serve("--voice", "quick", "--certificate", certificate, "--key", key, config=keys.config, authority=authority.file)
    before = shown(server)
    good = certificate.read_bytes(), key.read_bytes()
    keys("revoke", "web")
    authority.issue_outdated()
    assert "expired on 2020-02-01" in reload(server, "not_reloaded")["reason"]
    for wrong in [(b"", good[1]), (good[0], b""), (b"none", good[1]), (certificate.read_bytes(), good[1])]:
        certificate.write_bytes(wrong[0])
        key.write_bytes(wrong[1])
        reload(server, "not_reloaded")
    certificate.unlink()
    reload(server, "not_reloaded")
    assert shown(server) == before
    models = server.http.get("/v1/models", headers={"Authorization": f"Bearer {secret}"})
    assert models.status_code == 200, "a reload is whole or none"
    certificate.write_bytes(good[0])
    key.write_bytes(good[1])
    reload(server, "reloaded")
    assert server.http.get("/v1/models", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_an_outdated_certificate_is_no_start(store, tmp_path):
    certificate, key = certificates.Authority(tmp_path / "authority").issue_outdated()
    refused = harness.run("serve", "--listen", "127.0.0.1:0", "--voices", store, "--certificate", certificate, "--key", key)
    assert refused.returncode == 1 and b"expired on 2020-02-01" in refused.stderr


def test_a_worker_whose_token_was_revoked_is_sent_away(tmp_path, serve, store):
    (tmp_path / "site").mkdir()
    site = remote.Site(tmp_path / "site", serve, store)
    try:
        server = site.serve()
        gone, stays = site.join("--id", "gone", token=site.add_token("other")), None
        gone.says("does not know this token")
        reload(server, "reloaded")
        site.wait_for(1)
        stays = site.join("--id", "stays")
        site.wait_for(2)
        harness.run_ok("keys", "revoke", "other", "--workers", "--config", site.config_file)
        reload(server, "reloaded")
        gone.says("its token was revoked")
        harness.eventually(lambda: [worker["remote"]["id"] for worker in site.workers()] == ["stays/1"], "the other one stays")
        for way in ("deleted", "not JSON"):
            good = site.tokens.read_text()
            break_file(site.tokens, way)
            reload(server, "not_reloaded")
            assert len(site.workers()) == 1
            site.tokens.write_text(good)
        harness.run_ok("keys", "revoke", "attic", "--workers", "--config", site.config_file)
        reload(server, "reloaded")
        stays.says("its token was revoked")
        harness.eventually(lambda: not site.workers(), "nobody is left")
    finally:
        site.stop()
