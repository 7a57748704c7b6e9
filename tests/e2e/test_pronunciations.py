"""Words and texts are read as the operator's dictionaries, or a request, say."""
import json
import signal

import httpx
import pytest

import harness

WORDS = '[words]\nnginx = "engine ex"\n'


@pytest.fixture
def dictionaries(tmp_path):
    """Writes one: dictionaries(NAME, TOML). `config` has the folder; `toml` is a file of it."""
    class Dictionaries:
        folder = tmp_path / "pronunciations"
        toml = tmp_path / "words.toml"
        config = {"text": {"pronunciations": str(folder)}}

        def __call__(self, name, text):
            (self.folder / f"{name}.toml").write_text(text)

    Dictionaries.folder.mkdir()
    Dictionaries.toml.write_text(harness.to_toml(Dictionaries.config))
    return Dictionaries()


def test_say_and_text_follow_the_dictionaries(store, dictionaries):
    dictionaries("words", WORDS)
    as_written = harness.say(store, "engine ex runs", "quick")
    assert harness.say(store, "nginx runs", "quick", "--config", dictionaries.toml) == as_written
    shown = harness.run_ok("text", "NGINX runs.", "--config", dictionaries.toml).decode()
    assert "spoken: engine ex runs." in shown


def test_a_request_brings_words_of_its_own(server):
    spoken = server.speak("nginx runs", "quick", pronunciations={"nginx": "engine ex"})
    assert spoken == server.speak("engine ex runs", "quick")
    assert spoken != server.speak("nginx runs", "quick")


def test_a_request_says_how_its_text_is_read(server):
    def spoken(written, **switches):
        asked = {"input": written, "voice": "quick", "response_format": "pcm", "text": switches or None}
        answer = server.http.post("/v1/audio/speech", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.content

    assert spoken("a **b** c") == spoken("a b c")
    assert spoken("a **b** c", markdown="read") != spoken("a b c")
    assert spoken("a \U0001F600 c", emoji="named") == spoken("a grinning face c")
    assert spoken("$5", normalise="off") != spoken("five dollars") == spoken("$5")


def test_a_stream_is_resumed_as_it_was_read(server):
    asked = {"input": "a **b** c", "voice": "quick", "response_format": "pcm", "text": {"markdown": "read"}}
    answer = server.http.post("/v1/audio/speech", json=asked)
    again = server.http.get("/v1/audio/speech/" + answer.headers["antiphon-stream"])
    assert again.status_code == 200 and again.content == answer.content


def test_what_would_be_spoken_is_shown_to_programs_and_people(server, store):
    written = 'It is **$5** <x>now</x>. <prosody rate="fast">Go!</prosody>'
    answer = server.http.post("/v1/text", json={"input": written, "voice": "quick"})
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["segments"]
    assert first["spoken"] == "It is five dollars now."
    assert first["words"][2] == {"spoken": "five", "begin": 6}
    assert (second["text"], second["rate"]) == ("Go!", 1.5)
    assert {"why": "unknown_tag", "text": "<x>"} in answer.json()["left_out"]
    shown = json.loads(harness.run_ok("text", "--json", written))
    assert shown == answer.json()
    assert server.http.post("/v1/text", json={"input": "a", "voice": "nobody"}).status_code == 400
    assert server.http.post("/v1/text", json={"input": "a" * 4097, "voice": "quick"}).status_code == 400


def test_a_prosody_changes_its_own_words_alone(server):
    plain = server.speak("One. Two.", "quick")
    silent = server.speak('One. <prosody volume="silent">Two.</prosody>', "quick")
    assert len(silent) == len(plain) and silent != plain
    assert silent[:len(plain) // 3] == plain[:len(plain) // 3]
    assert not any(silent[-2000:])
    slow = server.speak('One. <prosody rate="50%">Two.</prosody>', "quick")
    assert len(slow) > len(plain) * 1.2
    assert slow == server.speak('One. <prosody rate="50%">Two.</prosody>', "quick")


def test_a_wrong_phoneme_is_named_with_its_place(server):
    with server.stream("gif", "quick", pronunciations={"gif": "/d5f/"}) as answer:
        answer.read()
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == "pronunciations"
        assert "'5' at character 2" in answer.json()["error"]["message"]


def test_dictionaries_are_read_again_and_a_broken_one_changes_nothing(serve, store, dictionaries):
    dictionaries("words", WORDS)
    server = serve("--voice", "quick", config=dictionaries.config)
    first, second = (harness.say(store, text, "quick") for text in ("engine ex runs", "en jinx runs"))
    assert server.speak("nginx runs", "quick") == first
    dictionaries("words", "[words]\nnginx = 1\n")
    server.signal(signal.SIGHUP)
    fault = harness.eventually(lambda: server.events("not_reloaded"), "it is refused")[0]
    assert "words.toml:2" in fault["reason"]
    assert server.speak("nginx runs", "quick") == first
    dictionaries("words", '[words]\nnginx = "en jinx"\n')
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: server.speak("nginx runs", "quick") == second, "it is read again")


def test_elevenlabs_locators_name_dictionaries(serve, store, dictionaries):
    dictionaries("words", 'use = "named"\n' + WORDS)
    server = serve("--voice", "quick", config=dictionaries.config)

    def answer(*names):
        locators = [{"pronunciation_dictionary_id": name, "version_id": "1"} for name in names]
        return httpx.post(f"{server.url}/v1/text-to-speech/quick?output_format=pcm_24000",
                          json={"text": "nginx runs", "pronunciation_dictionary_locators": locators},
                          timeout=harness.DEADLINE_SECONDS)

    assert answer("words").content == harness.say(store, "engine ex runs", "quick")
    assert answer().content == harness.say(store, "nginx runs", "quick")
    assert answer("nope").status_code == 400
    assert "nope" in answer("nope").text
