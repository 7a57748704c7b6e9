"""HTTPS and WSS: the same server behind TLS."""
import contextlib
import json
import signal
import socket
import ssl

import httpx
import openai
import pytest
from elevenlabs.client import ElevenLabs
from websockets.sync.client import connect

import certificates
import harness

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end!"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secure(store, authority, tmp_path_factory):
    certificate, key = authority.issue()
    server = harness.Server(tmp_path_factory.mktemp("tls") / "server", store, "--voice", "quick", "--admission", "off",
                            "--certificate", certificate, "--key", key, authority=authority.file,
                            config={"elevenlabs": {"lead_seconds": 0}})
    yield server
    server.stop()


def shown_key(server):
    """The certificate that a new connection is shown."""
    with socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS) as plain:
        with server.verify.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            return connection.getpeercert(binary_form=True)


def test_says_https_and_speaks_the_same(secure, store):
    assert "https://" in secure.ready_line
    spoken = harness.say(store, TEXT, "quick")
    assert secure.speak(TEXT, "quick") == spoken
    assert secure.speak(TEXT, "quick") == spoken
    bodies = secure.speak_all([(TEXT, "quick", {"seed": seed}) for seed in range(16)])
    assert bodies[0] == spoken


def test_top_knows_it_by_its_authority(secure, authority):
    assert b"0 streams" in harness.run_ok("top", "--once", "--url", secure.url, "--ca", authority.file)
    stranger = harness.run("top", "--once", "--url", secure.url)
    assert stranger.returncode == 1 and b"TLS: " in stranger.stderr


def test_openai_sdk_knows_it_by_its_authority(secure, store):
    client = openai.OpenAI(base_url=f"{secure.url}/v1", api_key="test", max_retries=0,
                           http_client=openai.DefaultHttpxClient(verify=secure.verify))
    with client.audio.speech.with_streaming_response.create(model="tts-1", voice="quick", input=TEXT,
                                                            response_format="pcm") as response:
        assert b"".join(response.iter_bytes()) == harness.say(store, TEXT, "quick")
    stranger = openai.OpenAI(base_url=f"{secure.url}/v1", api_key="test", max_retries=0)
    with pytest.raises(openai.APIConnectionError):
        stranger.models.list()


def test_sockets_are_wss(secure, store):
    url = f"wss://127.0.0.1:{secure.port}/v1/text-to-speech/quick/stream-input?output_format=pcm_24000"
    with connect(url, ssl=secure.verify, open_timeout=harness.DEADLINE_SECONDS) as client:
        client.send(json.dumps({"text": TEXT + " "}))
        client.send(json.dumps({"text": ""}))
        messages = [json.loads(message) for message in client]
        assert messages[-1]["isFinal"]
        assert len(messages) > 2


def test_elevenlabs_sdk_needs_no_trick(secure, store, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    client = ElevenLabs(api_key="test", base_url=secure.url, httpx_client=httpx.Client(verify=secure.verify))
    client.text_to_speech._ws_base_url = secure.url.replace("https", "wss", 1)
    pieces = [f"{word} " for word in TEXT.split()]
    pcm = b"".join(client.text_to_speech.convert_realtime("quick", text=iter(pieces), output_format="pcm_24000"))
    assert pcm == harness.say(store, TEXT, "quick")


def test_plain_http_is_told_and_closed(secure):
    answer = httpx.get(secure.url.replace("https", "http"))
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "This port speaks HTTPS."
    with socket.create_connection(("127.0.0.1", secure.port), harness.DEADLINE_SECONDS) as client:
        client.sendall(b"\x00" * 4096)
        assert client.recv(4096)[:1] in (b"", b"\x15"), "an alert at most"
        client.shutdown(socket.SHUT_WR)
        assert client.recv(4096) == b""
    assert secure.health()["streams"] == 0


def test_old_tls_is_refused(secure):
    context = ssl.create_default_context(cafile=None)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secure.port), harness.DEADLINE_SECONDS) as plain:
        with pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(plain)


def test_a_new_certificate_is_shown_on_hangup_and_no_stream_ends(serve, authority, store):
    certificate, key = authority.issue()
    server = serve("--voice", "slow", "--admission", "off", "--certificate", certificate, "--key", key,
                   authority=authority.file)
    before = shown_key(server)
    long = TEXT + " " + TEXT
    with server.stream(long, "slow") as playing:
        audio = playing.iter_bytes()
        heard = next(audio)
        authority.issue()
        server.signal(signal.SIGHUP)
        harness.eventually(lambda: server.events("reloaded"), "the certificate was read again")
        assert shown_key(server) != before
        heard += b"".join(audio)
    assert heard == harness.say(store, long, "slow")
    key.write_text("broken")
    server.signal(signal.SIGHUP)
    failed = harness.eventually(lambda: server.events("not_reloaded"), "a broken key is said")
    assert str(key) in failed[0]["reason"]
    assert server.http.get("/healthz").status_code == 200, "and the last good certificate stays"
    server.http.close()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_hundreds_of_handshakes_that_never_end_hold_nobody_up(serve, authority, store):
    certificate, key = authority.issue()
    server = serve("--voice", "quick", "--certificate", certificate, "--key", key, authority=authority.file,
                   config={"server": {"handshake_timeout_seconds": 1}})
    with contextlib.ExitStack() as crowd:
        slow = [crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS))
                for _ in range(200)]
        for number, client in enumerate(slow):
            client.sendall(b"\x16\x03\x01\x02"[:number % 5])
        assert server.speak(TEXT, "quick") == harness.say(store, TEXT, "quick")
        for client in slow:
            assert client.recv(100) == b"", "each is given up after its time"


def test_handshakes_beyond_the_limit_are_closed_and_counted(serve, authority, store):
    certificate, key = authority.issue()
    server = serve("--voice", "quick", "--certificate", certificate, "--key", key, authority=authority.file,
                   config={"server": {"max_handshakes": 4}})
    server.health()  # from now on there is a connection that needs no handshake
    with contextlib.ExitStack() as crowd:
        for _ in range(6):
            crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), harness.DEADLINE_SECONDS))
        refused = 'antiphon_handshakes_refused_total{server="http"}'
        harness.eventually(lambda: server.metrics()[refused] >= 2, "two were closed at once")
        assert server.metrics()[refused] <= 3, "the one of the first connection may still have counted"
    assert harness.eventually(lambda: spoken_or_none(server), "there is room again") == harness.say(store, TEXT, "quick")


def spoken_or_none(server):
    with contextlib.suppress(httpx.TransportError):
        return server.speak(TEXT, "quick")
    return None


@pytest.mark.parametrize(("flags", "why"), [
    (["--key"], "server.certificate"), (["--certificate"], "server.key")])
def test_half_a_certificate_is_refused(store, authority, flags, why):
    certificate, key = authority.issue()
    file = key if flags == ["--key"] else certificate
    refused = harness.run("serve", "--listen", "127.0.0.1:0", "--voices", store, *flags, file)
    assert refused.returncode != 0
    assert why in refused.stderr.decode() and "without" in refused.stderr.decode()


def test_a_key_of_another_certificate_is_refused(store, authority, tmp_path):
    certificate, _ = authority.issue()
    other = tmp_path / "other.pem"
    other.write_bytes(certificate.read_bytes())
    _, key = authority.issue()
    refused = harness.run("serve", "--listen", "127.0.0.1:0", "--voices", store, "--certificate", other, "--key", key)
    assert refused.returncode != 0
    assert "for the certificate in" in refused.stderr.decode()
