"""What the clients of others hear: each has to speak with this server as it does with the service it was written for."""
import array
import asyncio
import base64
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import elevenlabs
import httpx
import openai
import pytest
from elevenlabs.core.api_error import ApiError
from livekit.agents import APIConnectOptions, APIError
from livekit.plugins import openai as livekit_openai
from pipecat.frames.frames import (LLMFullResponseEndFrame, LLMFullResponseStartFrame, LLMTextFrame, TTSAudioRawFrame,
                                   TTSSpeakFrame, TTSStoppedFrame, TTSTextFrame)
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.tests.utils import SleepFrame, run_test

import harness

TEXT = "The first voice begins. The second never waits for it to end."
LONG = "One more sentence that takes a while to say. " * 6


@pytest.fixture(scope="module")
def spoken(store):
    return harness.say(store, TEXT, "quick")


def events(response):
    """The (id, data) of every server-sent event, as they come."""
    number = None
    for line in response.iter_lines():
        if line.startswith("id: "):
            number = line[4:]
        elif line.startswith("data: "):
            yield number, json.loads(line[6:])


# OpenAI's SDK

def test_openai_streams_events_that_carry_the_same_audio(server, spoken):
    audio = b""
    with server.openai().audio.speech.with_streaming_response.create(
            model="gpt-4o-mini-tts", voice="alloy", input=TEXT, response_format="pcm", stream_format="sse",
            extra_headers={"x-request-id": "here"}) as response:
        assert response.headers["content-type"] == "text/event-stream"
        for number, event in events(response):
            if event["type"] == "speech.audio.delta":
                audio += base64.b64decode(event["audio"])
            assert number == f"here/{len(audio) // 2}"
    assert event["type"] == "speech.audio.done"
    assert event["usage"]["input_tokens"] == len(TEXT)
    assert event["usage"]["total_tokens"] == event["usage"]["input_tokens"] + event["usage"]["output_tokens"]
    assert harness.digest(audio) == harness.digest(spoken)


def test_events_that_fail_say_so_and_are_cut(serve):
    server = serve("--voice", "slow", "--admission", "off", config={"scheduler": {"worker_losses_per_job": 1}})
    seen = []
    with server.stream(LONG, "slow", stream_format="sse") as response:
        with pytest.raises(httpx.RemoteProtocolError):
            for _, event in events(response):
                seen.append(event)
                if len(seen) == 1:
                    os.kill(server.worker_pid(1), signal.SIGKILL)
    assert seen[-1]["type"] == "speech.audio.error"
    assert seen[-1]["error"]["code"] == "worker_lost"
    assert set(seen[-1]["error"]) == {"message", "type", "param", "code"}


def test_openai_async_streams_into_a_file(server, spoken, tmp_path):
    file = tmp_path / "speech.pcm"

    async def speak():
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="test", max_retries=0) as client:
            async with client.audio.speech.with_streaming_response.create(
                    model="tts-1", voice="alloy", input=TEXT, response_format="pcm") as response:
                await response.stream_to_file(file)

    asyncio.run(speak())
    assert harness.digest(file.read_bytes()) == harness.digest(spoken)


def test_openai_comes_back_when_it_was_told_to(serve):
    server = serve("--voice", "slow", "--admission", "off", config={"server": {"max_streams": 1}})
    answers = []
    client = server.openai(max_retries=30, http_client=openai.DefaultHttpxClient(
        event_hooks={"response": [lambda response: answers.append((response, time.monotonic()))]}))
    with server.stream(LONG, "slow") as playing:
        audio = playing.iter_bytes(1)
        assert next(audio)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.audio.speech.create, model="tts-1", voice="slow", input="Later.",
                                response_format="pcm")
            harness.eventually(lambda: len(answers) >= 2, "the client was refused twice")
            playing.close()
            assert asked.result(harness.DEADLINE_SECONDS).content
    refused = [(response, at) for response, at in answers if response.status_code == 503]
    assert len(refused) >= 2
    assert answers[-1][0].status_code == 200
    for (response, at), (_, later) in zip(answers, answers[1:]):
        assert response.headers["x-should-retry"] == "true"
        milliseconds = int(response.headers["retry-after-ms"])
        assert milliseconds <= 1000 * int(response.headers["retry-after"]) < milliseconds + 1000
        assert later - at >= milliseconds / 1000, "not before the time that it was told"


# ElevenLabs' SDK

@pytest.fixture(scope="module")
def eleven(server):
    return elevenlabs.ElevenLabs(base_url=server.url, api_key="anything", timeout=harness.DEADLINE_SECONDS)


def test_elevenlabs_speaks_in_its_formats(eleven, server, spoken):
    converted = b"".join(eleven.text_to_speech.convert(
        voice_id="quick", text=TEXT, model_id="eleven_flash_v2_5", output_format="pcm_24000"))
    streamed = b"".join(eleven.text_to_speech.stream(voice_id="quick", text=TEXT, output_format="pcm_24000"))
    assert harness.digest(converted) == harness.digest(streamed) == harness.digest(spoken)
    assert b"".join(eleven.text_to_speech.stream(voice_id="quick", text=TEXT))[:1] == b"\xff", "MP3 unless asked"
    telephone = b"".join(eleven.text_to_speech.convert(voice_id="quick", text=TEXT, output_format="ulaw_8000"))
    assert abs(len(telephone) - len(spoken) / 6) <= 1
    faster = b"".join(eleven.text_to_speech.convert(
        voice_id="quick", text=TEXT, output_format="pcm_24000", voice_settings=elevenlabs.VoiceSettings(speed=1.2)))
    assert faster == server.speak(TEXT, "quick", speed=1.2)


def test_elevenlabs_tells_when_each_character_is_heard(eleven, spoken):
    seconds = len(spoken) / 48000
    whole = eleven.text_to_speech.convert_with_timestamps(voice_id="quick", text=TEXT, output_format="pcm_24000")
    assert harness.digest(base64.b64decode(whole.audio_base_64)) == harness.digest(spoken)
    times = whole.alignment
    assert "".join(times.characters) == TEXT
    assert times.character_start_times_seconds == sorted(times.character_start_times_seconds)
    assert times.character_start_times_seconds[0] >= 0
    assert abs(times.character_end_times_seconds[-1] - seconds) < 0.01
    assert whole.normalized_alignment == times

    pieces = list(eleven.text_to_speech.stream_with_timestamps(voice_id="quick", text=TEXT, output_format="pcm_24000"))
    assert harness.digest(b"".join(base64.b64decode(piece.audio_base_64) for piece in pieces)) == harness.digest(spoken)
    aligned = [piece.alignment for piece in pieces if piece.alignment]
    assert len(pieces) > len(aligned) == 2, "each sentence comes with its first audio"
    assert [c for one in aligned for c in one.characters] == times.characters
    assert [t for one in aligned for t in one.character_start_times_seconds] == times.character_start_times_seconds


@pytest.mark.parametrize("output_format", ["pcm_24000", "pcm_8000", "ulaw_8000", "alaw_8000"])
def test_elevenlabs_times_are_those_of_the_clients_own_text(eleven, output_format):
    text = " Caf\u00e9s  cost\n\n$3.50 \U0001F642. Cafe\u0301s,\ttoo!  Said \u201cwho\u201d?\n"
    asked = {"voice_id": "quick", "text": text, "output_format": output_format}
    whole = eleven.text_to_speech.convert_with_timestamps(**asked)
    rate = int(output_format.split("_")[1]) * (2 if output_format.startswith("pcm") else 1)
    seconds = len(base64.b64decode(whole.audio_base_64)) / rate
    for times in (whole.alignment, whole.normalized_alignment):
        begins, ends = times.character_start_times_seconds, times.character_end_times_seconds
        assert begins[0] == 0 and begins[1:] == ends[:-1], "each character lasts until the next one starts"
        assert sum(end - begin for begin, end in zip(begins, ends)) == pytest.approx(seconds, abs=0.002)
    assert "".join(whole.alignment.characters) == text
    assert "".join(whole.normalized_alignment.characters).startswith("Caf\u00e9s cost")

    pieces = list(eleven.text_to_speech.stream_with_timestamps(**asked))
    for times in ("alignment", "normalized_alignment"):
        aligned = [getattr(piece, times) for piece in pieces if getattr(piece, times)]
        assert [c for one in aligned for c in one.characters] == getattr(whole, times).characters
        assert ([t for one in aligned for t in one.character_end_times_seconds]
                == getattr(whole, times).character_end_times_seconds)


def test_elevenlabs_lists_voices_and_models(eleven):
    names = {voice.voice_id for voice in eleven.voices.get_all().voices}
    assert "quick" in names
    assert {voice.voice_id for voice in eleven.voices.search().voices} == names
    assert eleven.voices.get("quick").name == "quick"
    assert "eleven_flash_v2_5" in {model.model_id for model in eleven.models.list()}


def test_elevenlabs_understands_errors(eleven):
    with pytest.raises(ApiError) as caught:
        b"".join(eleven.text_to_speech.convert(voice_id="nobody", text=TEXT))
    assert caught.value.status_code == 404
    assert caught.value.body["detail"]["status"] == "voice_not_found"


# LiveKit's plugin of OpenAI

def livekit_speech(server, **options):
    async def speak():
        async with livekit_openai.TTS(base_url=f"{server.url}/v1", api_key="test", **options) as tts:
            tts.prewarm()
            frames = [event.frame async for event in tts.synthesize(options.pop("text", TEXT))]
        return b"".join(bytes(frame.data) for frame in frames)

    return asyncio.run(speak())


@pytest.mark.parametrize("model", ["gpt-4o-mini-tts", "tts-1"])
def test_livekit_hears_the_same_through_events_and_plain(server, spoken, model):
    heard = livekit_speech(server, model=model, voice="quick", response_format="pcm")
    assert heard.startswith(spoken)
    assert not heard[len(spoken):].strip(b"\0"), "the plugin fills its last frame with silence"


def test_livekit_hears_mp3_by_default(server, spoken):
    heard = livekit_speech(server)
    assert len(spoken) <= len(heard) < len(spoken) + 2 * 24000 * 0.2, "padded to whole frames, nothing lost"


def test_livekit_does_not_take_a_cut_stream_for_a_whole_one(serve):
    server = serve("--voice", "slow", "--admission", "off", config={"scheduler": {"worker_losses_per_job": 1}})

    async def speak():
        heard = 0
        async with livekit_openai.TTS(base_url=f"{server.url}/v1", api_key="test", response_format="pcm",
                                      voice="slow") as tts:
            async for _ in tts.synthesize(LONG, conn_options=APIConnectOptions(max_retry=0)):
                heard += 1
                if heard == 1:
                    os.kill(server.worker_pid(1), signal.SIGKILL)

    with pytest.raises(APIError):
        asyncio.run(speak())


# Pipecat's service of OpenAI

def test_pipecat_hears_the_same(server, spoken):
    async def speak():
        service = OpenAITTSService(api_key="test", base_url=f"{server.url}/v1", sample_rate=24000,
                                   settings=OpenAITTSService.Settings(voice="alloy", model="gpt-4o-mini-tts"))
        down, _ = await run_test(service, frames_to_send=[TTSSpeakFrame(TEXT)], start_timeout=30)
        return down

    frames = asyncio.run(speak())
    audio = [frame for frame in frames if isinstance(frame, TTSAudioRawFrame)]
    assert {(frame.sample_rate, frame.num_channels) for frame in audio} == {(24000, 1)}
    heard = b"".join(frame.audio for frame in audio)
    assert heard.startswith(spoken)
    assert not heard[len(spoken):].strip(b"\0"), "after the speech Pipecat may add silence only"
    assert any(isinstance(frame, TTSStoppedFrame) for frame in frames)


def test_pipecat_speaks_through_elevenlabs_sockets(serve, store):
    server = serve("--voice", "quick", "--admission", "off", config={"elevenlabs": {"lead_seconds": 0}})

    async def speak():
        service = ElevenLabsTTSService(api_key="test", url=server.url.replace("http", "ws"), sample_rate=24000,
                                       settings=ElevenLabsTTSService.Settings(voice="quick", model="eleven_flash_v2_5"))
        down, _ = await run_test(service, frames_to_send=[TTSSpeakFrame(TEXT), SleepFrame(3)], start_timeout=30)
        return down

    frames = asyncio.run(speak())
    audio = [frame for frame in frames if isinstance(frame, TTSAudioRawFrame)]
    assert {(frame.sample_rate, frame.num_channels) for frame in audio} == {(24000, 1)}
    heard = b"".join(frame.audio for frame in audio)
    spoken = harness.say(store, TEXT, "quick")
    assert heard.startswith(spoken)
    # No sentence is known to be the last, so each has its pause, into which the end of the tone rings out.
    rest = array.array("h", heard[len(spoken):])
    assert len(rest) < 24000 / 2 and max(map(abs, rest), default=0) < 1000
    assert " ".join(frame.text for frame in frames if isinstance(frame, TTSTextFrame)).split() == TEXT.split()
    assert any(isinstance(frame, TTSStoppedFrame) for frame in frames)


def test_pipecat_says_sentences_without_spaces_and_closes_late(serve):
    """It strips the spaces between, tells auto_mode, and its flush and its close lie apart."""
    server = serve("--voice", "quick", "--admission", "off", config={"elevenlabs": {"lead_seconds": 0}})
    sentences = ["Thank you for calling.", "Let me check the map.", "It is not far."]

    async def speak():
        service = ElevenLabsTTSService(api_key="test", url=server.url.replace("http", "ws"), sample_rate=24000,
                                       settings=ElevenLabsTTSService.Settings(voice="quick", model="eleven_flash_v2_5"))
        frames = [LLMFullResponseStartFrame(), *(LLMTextFrame(sentence + " ") for sentence in sentences),
                  LLMFullResponseEndFrame(), SleepFrame(3)]
        down, _ = await run_test(service, frames_to_send=frames, start_timeout=30)
        return down

    frames = asyncio.run(speak())
    words = " ".join(frame.text for frame in frames if isinstance(frame, TTSTextFrame)).split()
    assert words == " ".join(sentences).split()
    assert sum(isinstance(frame, TTSStoppedFrame) for frame in frames) == 1
    seconds = sum(len(frame.audio) for frame in frames if isinstance(frame, TTSAudioRawFrame)) / 48000
    assert seconds > 3


# Open WebUI

def test_open_webui_speaks_sentence_by_sentence(server, store):
    # It does not send the last one, and may be refused on a slow machine.
    headers = {"Authorization": "Bearer shared", "X-OpenWebUI-User-Name": "Ada", "X-OpenWebUI-User-Id": "42",
               "X-OpenWebUI-User-Email": "ada@example.org", "X-OpenWebUI-User-Role": "user", "Prefer": "wait=30"}
    with httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=harness.DEADLINE_SECONDS) as client:
        assert {"id", "name"} <= set(client.get("/audio/models").json()["models"][0])
        assert {"id": "quick", "name": "quick"}.items() <= {
            voice["id"]: voice for voice in client.get("/audio/voices").json()["voices"]}["quick"].items()
        sentences = [f"This is sentence number {number}." for number in range(6)]
        with ThreadPoolExecutor(len(sentences)) as pool:
            answers = list(pool.map(lambda text: client.post("/audio/speech", json={
                "model": "tts-1", "input": text, "voice": "alloy", "response_format": "pcm"}), sentences))
        for text, answer in zip(sentences, answers):
            assert answer.status_code == 200
            assert answer.content == harness.say(store, text, "quick")
        wrong = client.post("/audio/speech", json={"model": "tts-1", "input": "Hello.", "voice": "nobody"})
        assert wrong.json()["error"]["message"].startswith("There is no voice 'nobody'"), "which it shows to its user"
