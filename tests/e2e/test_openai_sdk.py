"""What OpenAI's own client sees."""
import io
import wave
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

import harness

TEXT = "The first voice begins. The second never waits for it to end."


@pytest.fixture(scope="module")
def client(server):
    return server.openai()


def ask(client, **changes):
    return client.audio.speech.create(
        **{"model": "tts-1", "voice": "quick", "input": TEXT, "response_format": "pcm", **changes})


def test_streams_pcm_into_a_file(client, store, tmp_path):
    file = tmp_path / "speech.pcm"
    with client.audio.speech.with_streaming_response.create(
            model="gpt-4o-mini-tts", voice="quick", input=TEXT, response_format="pcm") as response:
        assert response.headers["content-type"] == "audio/pcm"
        response.stream_to_file(file)
    assert harness.digest(file.read_bytes()) == harness.digest(harness.say(store, TEXT, "quick"))


def test_streams_wav_that_holds_the_same_samples(client):
    response = ask(client, response_format="wav")
    assert response.response.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(response.content)) as audio:
        assert (audio.getframerate(), audio.getnchannels(), audio.getsampwidth()) == (24000, 1, 2)
    header = response.content[:44]
    assert header[4:8] == header[40:44] == b"\xff\xff\xff\xff", "the sizes of a stream are not known"
    assert response.content[44:] == ask(client).content


@pytest.mark.parametrize(("name", "content_type", "begins"), [
    ("mp3", "audio/mpeg", (b"ID3", b"\xff")), ("opus", "audio/", (b"OggS",)), ("aac", "audio/aac", (b"\xff",)),
    ("flac", "audio/flac", (b"fLaC",))])
def test_writes_every_other_format(client, name, content_type, begins):
    response = ask(client, response_format=name)
    assert response.response.headers["content-type"].startswith(content_type)
    assert response.content.startswith(begins)
    assert len(response.content) < len(ask(client).content), "compressed"


def test_audio_arrives_before_the_speech_is_complete(server):
    with server.openai().audio.speech.with_streaming_response.create(
            model="tts-1", voice="slow", input=TEXT, response_format="pcm") as response:
        audio = response.iter_bytes(1)
        assert next(audio)
        assert server.health()["streams"] == 1, "the rest is still being rendered"
    harness.eventually(server.idle, "the stream that was left is gone")


def test_speed_changes_the_length(client, store):
    lengths = {speed: len(ask(client, speed=speed).content) for speed in (0.25, 1, 4)}
    assert 3 < lengths[0.25] / lengths[1] < 5
    assert 3 < lengths[1] / lengths[4] < 5
    assert ask(client, speed=1.5).content == harness.say(store, TEXT, "quick", speed=1.5)


def test_takes_a_seed_and_fields_that_it_does_not_know(client, store):
    spoken = ask(client, instructions="cheerfully", extra_body={"seed": 2**64 - 1, "something_new": [1, {"a": 2}]})
    assert spoken.content == harness.say(store, TEXT, "quick", seed=2**64 - 1)


@pytest.mark.parametrize("model", ["gpt-4o-mini-tts-2025-12-15", "kokoro", "TTS-1", None, openai.NOT_GIVEN, ""])
def test_any_model_is_taken(client, model):
    assert ask(client, model=model).content == ask(client).content


@pytest.mark.parametrize("voice", ["alloy", "Alloy", "ALLOY", "cedar", {"id": "quick"}])
def test_openais_voice_names_stand_for_the_default_voice(client, voice):
    assert ask(client, voice=voice).content == ask(client).content


@pytest.mark.parametrize(("changes", "code", "param"), [
    ({"input": ""}, "invalid_value", "input"),
    ({"input": "a" * 4097}, "string_above_max_length", "input"),
    ({"input": None}, "missing_required_parameter", "input"),
    ({"input": 7}, "invalid_type", "input"),
    ({"voice": "nobody"}, "voice_not_found", "voice"),
    ({"voice": ""}, "invalid_value", "voice"),
    ({"response_format": "midi"}, "unsupported_format", "response_format"),
    ({"stream_format": "smoke"}, "unsupported_format", "stream_format"),
    ({"speed": 0.24}, "invalid_value", "speed"),
    ({"speed": 4.01}, "invalid_value", "speed"),
    ({"speed": "fast"}, "invalid_type", "speed"),
    ({"instructions": "a" * 4097}, "string_above_max_length", "instructions"),
    ({"extra_body": {"seed": -1}}, "invalid_type", "seed"),
])
def test_a_wrong_field_is_a_bad_request_that_names_it(client, changes, code, param):
    with pytest.raises(openai.BadRequestError) as raised:
        ask(client, **changes)
    error = raised.value
    assert (error.status_code, error.code, error.param, error.type) == (400, code, param, "invalid_request_error")
    assert set(error.body) == {"message", "type", "param", "code"}
    assert error.request_id


def test_the_longest_text_is_spoken(client):
    text = ("word " * 1000)[:4095] + "."
    assert len(text) == 4096
    assert ask(client, input=text, speed=4).content


def test_an_unknown_voice_is_answered_with_those_there_are(client):
    with pytest.raises(openai.BadRequestError, match="quick"):
        ask(client, voice="nobody")


def test_lists_and_fetches_models(client):
    models = client.models.list().data
    assert {"tts-1", "tts-1-hd", "gpt-4o-mini-tts"} <= {model.id for model in models}
    assert client.models.retrieve("tts-1").id == "tts-1"
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve("gpt-9")
    assert (raised.value.code, raised.value.param) == ("not_found", "model")


def test_a_web_page_of_another_origin_is_denied(client):
    with pytest.raises(openai.PermissionDeniedError):
        ask(client, extra_headers={"Origin": "https://elsewhere.example"})


def test_a_body_that_is_too_large_is_refused(client):
    with pytest.raises(openai.APIStatusError) as raised:
        ask(client, instructions="a" * 600_000)
    assert raised.value.status_code == 413


def test_the_request_id_is_echoed(client):
    response = client.audio.speech.with_raw_response.create(
        model="tts-1", voice="quick", input="Hi.", response_format="pcm", extra_headers={"x-request-id": "mine:1/2"})
    assert response.headers["x-request-id"] == "mine:1/2"


def test_a_full_server_says_when_to_come_back_and_the_client_obeys(serve):
    server = serve("--voice", "slow", config={"server": {"max_streams": 1}})
    with ThreadPoolExecutor(1) as pool, server.stream(TEXT * 4, "slow") as occupant:
        audio = occupant.iter_raw()
        assert next(audio)
        with pytest.raises(openai.InternalServerError) as raised:
            ask(server.openai(), voice="slow")
        error = raised.value
        assert (error.status_code, error.code, error.type) == (503, "server_busy", "server_error")
        headers = error.response.headers
        assert int(headers["retry-after"]) >= 1
        assert int(headers["retry-after-ms"]) >= 1
        assert headers["x-should-retry"] == "true"
        patient = pool.submit(ask, server.openai(max_retries=20), voice="slow", input="Hi.")
        refusals = lambda: sum(value for name, value in server.metrics().items() if name.startswith("antiphon_refusals"))
        harness.eventually(lambda: refusals() >= 2, "the patient one is refused, too")
        occupant.close()
        assert patient.result().content
