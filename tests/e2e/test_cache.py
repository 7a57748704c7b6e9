"""What was rendered once is played again without a worker, to those that may share it, and never where it must not be."""
import base64
import json
import shutil
import signal

import httpx
import pytest

import harness

TEXT = "The words that come again and again are known by heart. Nobody has to say them twice."
SPEECH = "/v1/audio/speech"
HIT = "antiphon; hit"
IN_MEMORY = {"cache": {"memory_mib": 16}}


def ask(server, text=TEXT, voice="quick", headers=None, **fields):
    body = {"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm", **fields}
    answer = httpx.post(f"{server.url}{SPEECH}", json=body, headers=headers, timeout=harness.DEADLINE_SECONDS)
    assert answer.status_code == 200, answer.text
    return answer


def is_hit(answer):
    return answer.headers.get("cache-status") == HIT


def jobs(server):
    return sum(value for name, value in server.metrics().items() if name.startswith("antiphon_jobs_total"))


@pytest.fixture(scope="module")
def cached(store, tmp_path_factory):
    server = harness.Server(tmp_path_factory.mktemp("cached") / "server", store, "--voice", "quick",
                            config=IN_MEMORY)
    yield server
    server.stop()


@pytest.mark.parametrize("fields", [{}, {"response_format": "mp3"}, {"response_format": "wav", "volume": 0.4},
                                    {"response_format": "opus", "sample_rate": 16000}], ids=str)
def test_a_hit_has_the_bytes_of_what_is_rendered_and_costs_no_job(cached, server, fields):
    ask(cached)
    before = jobs(cached)
    answer = ask(cached, **fields)
    assert is_hit(answer)
    assert jobs(cached) == before
    assert harness.digest(answer.content) == harness.digest(ask(server, **fields).content)
    assert not is_hit(ask(server, **fields)), "a server without the keys of [cache] keeps nothing"


@pytest.mark.parametrize("fields", [{"seed": 1}, {"speed": 1.25}, {"voice": "exact"}, {"text": "Another one."},
                                    {"pronunciations": {"words": "swords"}}], ids=str)
def test_another_request_is_rendered(cached, fields):
    ask(cached)
    assert not is_hit(ask(cached, **fields))
    assert is_hit(ask(cached, **fields)), "and kept as well"


def test_a_private_text_is_never_kept(cached):
    text = "Nobody else is to hear this."
    eleven = f"{cached.url}/v1/text-to-speech/quick"
    entries = cached.metrics()['antiphon_cache_entries{tier="memory"}']
    for _ in range(2):
        assert not is_hit(ask(cached, text, store=False))
        assert not is_hit(ask(cached, text, headers={"Cache-Control": "no-store"}))
        assert not is_hit(httpx.post(eleven, params={"enable_logging": "false"}, json={"text": text},
                                     timeout=harness.DEADLINE_SECONDS))
    assert cached.metrics()['antiphon_cache_entries{tier="memory"}'] == entries


def test_a_stream_goes_on_from_the_cache_at_any_byte(cached):
    whole = ask(cached, response_format="mp3")
    before = jobs(cached)
    for first in (0, 1001, len(whole.content) - 1):
        answer = httpx.get(f"{cached.url}{SPEECH}/{whole.headers['antiphon-stream']}",
                           headers={"Range": f"bytes={first}-"}, timeout=harness.DEADLINE_SECONDS)
        assert (answer.status_code, is_hit(answer)) == (206, True)
        assert answer.content == whole.content[first:]
    assert jobs(cached) == before


def test_events_come_from_the_cache_as_they_are_rendered(cached, server):
    def audio(answer):
        lines = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        return b"".join(base64.b64decode(line.get("audio", "")) for line in lines)

    ask(cached)
    answer = ask(cached, stream_format="sse")
    assert is_hit(answer)
    assert audio(answer) == audio(ask(server, stream_format="sse")) != b""


def test_what_a_listener_leaves_is_not_kept(serve):
    server = serve("--voice", "steady", config=IN_MEMORY)
    text = TEXT * 4  # more than a connection holds that nobody reads
    with server.stream(text, "steady") as response:
        next(response.iter_raw(16))
    harness.eventually(server.idle, "it has ended")
    assert not is_hit(ask(server, voice="steady", input=text))
    assert server.metrics()['antiphon_cache_entries{tier="memory"}'] == 1


@pytest.mark.parametrize(("scope", "shared"), [("account", False), ("all", True)])
def test_another_key_hears_it_only_where_all_share_it(serve, tmp_path, scope, shared):
    file = tmp_path / "keys.json"
    (tmp_path / "keys.toml").write_text(harness.to_toml({"keys": {"file": str(file)}}))
    one, other = ({"Authorization": "Bearer " + harness.run_ok(
        "keys", "add", name, "--max-streams", 1, "--config", tmp_path / "keys.toml").decode().strip()}
        for name in ("one", "other"))
    server = serve("--voice", "quick", config={"keys": {"file": str(file)}, "cache": {"memory_mib": 16, "scope": scope}})
    assert not is_hit(ask(server, headers=one))
    assert is_hit(ask(server, headers=one))
    assert is_hit(ask(server, headers=other)) == shared
    # A hit counts among the streams of its key for as long as it is sent.
    long = "One more sentence that takes a while to say. " * 12
    ask(server, long, headers=one)
    body = {"model": "tts-1", "input": long, "voice": "quick", "response_format": "pcm"}
    with httpx.stream("POST", f"{server.url}{SPEECH}", json=body, headers={**one, "Prefer": "pace"},
                      timeout=harness.DEADLINE_SECONDS) as playing:
        assert is_hit(playing)
        pieces = playing.iter_raw(16)
        next(pieces)
        refused = httpx.post(f"{server.url}{SPEECH}", json=body, headers=one, timeout=harness.DEADLINE_SECONDS)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_streams")


def entries(folder):
    return [file for file in folder.iterdir() if file.suffix == ".pcm"]


def test_the_disk_outlives_the_server_and_a_damaged_file_is_rendered_again(serve, tmp_path):
    folder = tmp_path / "cache"
    config = {"cache": {"folder": str(folder)}}
    first = serve("--voice", "quick", config=config)
    whole = ask(first).content
    harness.eventually(lambda: first.metrics()['antiphon_cache_entries{tier="disk"}'] == 1, "it is written")
    assert is_hit(ask(first))
    first.stop()
    [file] = entries(folder)
    assert b"words" not in file.read_bytes() and file.stat().st_mode & 0o777 == 0o600
    second = serve("--voice", "quick", config=config)
    answer = ask(second)
    assert (is_hit(answer), answer.content) == (True, whole)
    assert jobs(second) == 0
    damaged = bytearray(file.read_bytes())
    damaged[300] ^= 1
    file.write_bytes(damaged)
    answer = ask(second)
    assert (is_hit(answer), answer.content) == (False, whole)
    assert second.metrics()["antiphon_cache_damaged_total"] == 1
    # Another server that is given the same folder goes on without it.
    third = serve("--voice", "quick", config=config)
    assert ask(third).content == whole
    harness.eventually(lambda: third.events("cache_without_folder"), "it has said so")


def test_a_voice_or_a_dictionary_that_is_new_is_heard(serve, store, tmp_path):
    voices, words = tmp_path / "voices", tmp_path / "words"
    shutil.copytree(store, voices)
    words.mkdir()
    server = serve("--voice", "quick", store=voices, config={**IN_MEMORY, "text": {"pronunciations": str(words)}})

    def reload():
        before = len(server.events("reloaded"))
        server.signal(signal.SIGHUP)
        harness.eventually(lambda: len(server.events("reloaded")) > before, "it is reloaded")

    old = ask(server).content
    assert is_hit(ask(server))
    (words / "words.toml").write_text('[words]\nwords = "swords"\n')
    reload()
    answer = ask(server)
    assert not is_hit(answer)
    assert answer.content != old
    (words / "words.toml").unlink()
    manifest = voices / "quick/manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "sample_rate": 24000}))
    reload()
    answer = ask(server)
    assert not is_hit(answer)
    assert answer.content != old
