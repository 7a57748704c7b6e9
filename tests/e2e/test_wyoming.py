"""What Home Assistant sees: the Wyoming protocol, by its own client and by hand."""
import asyncio
import json
import socket

import pytest
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import (Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped,
                         SynthesizeVoice)

import harness

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end! And a third came."


@pytest.fixture(scope="module")
def wyoming(store, tmp_path_factory):
    server = harness.Server(tmp_path_factory.mktemp("wyoming") / "server", store, "--voice", "quick",
                            "--admission", "off", "--wyoming", "127.0.0.1:0",
                            config={"text": {"flush_after_seconds": 0.5}})
    server.wyoming_port = int(server.events("wyoming_listening")[0]["port"])
    yield server
    server.stop()


def talk(server, conversation):
    """Runs `conversation(client)`."""
    async def run():
        async with AsyncTcpClient("127.0.0.1", server.wyoming_port, read_timeout=harness.DEADLINE_SECONDS) as client:
            return await conversation(client)
    return asyncio.run(run())


async def read_speech(client, last=AudioStop):
    """Events up to the first of type `last`, and the PCM in them."""
    events, pcm = [], b""
    while event := await client.read_event():
        events.append(event.type)
        if AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            assert (chunk.rate, chunk.width, chunk.channels) == (22050, 2, 1)
            pcm += chunk.audio
        if last.is_type(event.type):
            return events, pcm
    raise AssertionError(f"the connection ended after {events}")


async def speak(client, text, voice=None):
    await client.write_event(Synthesize(text=text, voice=voice).event())
    return await read_speech(client)


async def speak_in_pieces(client, pieces, repeated=None):
    """As Home Assistant does it: `repeated` is the whole text once more, for servers that know no streams."""
    await client.write_event(SynthesizeStart().event())
    for piece in pieces:
        await client.write_event(SynthesizeChunk(text=piece).event())
    if repeated is not None:
        await client.write_event(Synthesize(text=repeated).event())
    await client.write_event(SynthesizeStop().event())
    return await read_speech(client, SynthesizeStopped)


def test_describes_itself(wyoming):
    async def conversation(client):
        await client.write_event(Describe().event())
        return Info.from_event(await client.read_event())
    program = talk(wyoming, conversation).tts[0]
    assert program.installed and program.supports_synthesize_streaming
    voices = {voice.name: voice for voice in program.voices}
    assert {"quick", "slow"} <= set(voices)
    assert voices["quick"].installed and voices["quick"].languages and voices["quick"].attribution.name


def test_answers_a_ping(wyoming):
    async def conversation(client):
        await client.write_event(Ping(text="there?").event())
        return Pong.from_event(await client.read_event())
    assert talk(wyoming, conversation).text == "there?"


def test_speaks_a_text(wyoming):
    events, pcm = talk(wyoming, lambda client: speak(client, TEXT))
    assert (events[0], events[-1]) == ("audio-start", "audio-stop")
    assert set(events[1:-1]) == {"audio-chunk"}
    assert len(pcm) > 22050 * 2 * 3
    again = talk(wyoming, lambda client: speak(client, TEXT, SynthesizeVoice(name="quick")))[1]
    assert again == pcm, "the default voice"


def test_speaks_several_texts_on_one_connection(wyoming):
    async def conversation(client):
        return [(await speak(client, text))[1] for text in ("One.", "Two.", "One.")]
    one, two, again = talk(wyoming, conversation)
    assert one == again != two


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_streamed_text_sounds_the_same_however_it_is_cut(wyoming, size):
    pieces = [TEXT[at:at + size] for at in range(0, len(TEXT), size)]
    events, pcm = talk(wyoming, lambda client: speak_in_pieces(client, pieces))
    assert events[0] == "audio-start" and events[-2:] == ["audio-stop", "synthesize-stopped"]
    assert events.count("audio-start") == 1
    whole = talk(wyoming, lambda client: speak_in_pieces(client, [TEXT]))[1]
    assert harness.digest(pcm) == harness.digest(whole)


def test_the_repeated_text_of_a_stream_is_not_spoken_twice(wyoming):
    once = talk(wyoming, lambda client: speak_in_pieces(client, [TEXT]))[1]
    assert talk(wyoming, lambda client: speak_in_pieces(client, [TEXT], repeated=TEXT))[1] == once


def test_speech_begins_before_the_text_has_ended(wyoming):
    async def conversation(client):
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk(text="This sentence is complete. And this one").event())
        begun = [(await client.read_event()).type for _ in range(2)]
        await client.write_event(SynthesizeStop().event())
        return begun, await read_speech(client, SynthesizeStopped)
    begun, (rest, _) = talk(wyoming, conversation)
    assert begun == ["audio-start", "audio-chunk"]
    assert rest[-1] == "synthesize-stopped"


def test_unfinished_text_is_spoken_after_a_silence(wyoming):
    async def conversation(client):
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk(text="half a sentence without an end").event())
        return [(await client.read_event()).type for _ in range(2)]
    assert talk(wyoming, conversation) == ["audio-start", "audio-chunk"]


@pytest.mark.parametrize("text", ["***", "...", "\U0001f600", " ", "", "#"])
def test_a_text_without_words_ends_without_sound(wyoming, text):
    async def conversation(client):
        return await speak(client, text), (await speak(client, TEXT))[1]
    (events, pcm), rest = talk(wyoming, conversation)
    assert (events, pcm) == (["audio-start", "audio-stop"], b"")
    assert rest, "the connection goes on"


def test_a_language_without_a_voice_is_spoken_by_the_default_voice(wyoming):
    spoken = talk(wyoming, lambda client: speak(client, TEXT))[1]
    for language in ("fr", "zh-Hant-TW", "en_GB"):
        assert talk(wyoming, lambda client: speak(client, TEXT, SynthesizeVoice(language=language)))[1] == spoken


def events_of(answer):
    """The types of the events in bytes, and the PCM in them."""
    types, pcm = [], b""
    while answer:
        line, _, answer = answer.partition(b"\n")
        header = json.loads(line)
        data, payload = header.get("data_length", 0) or 0, header.get("payload_length", 0) or 0
        assert len(answer) >= data + payload, "no event is cut"
        types.append(header["type"])
        pcm += answer[data:data + payload]
        answer = answer[data + payload:]
    return types, pcm


def said_and_closed(server, *lines):
    """What comes until the server closes for a client that sends these lines and closes its side, as `nc -N` does."""
    with socket.create_connection(("127.0.0.1", server.wyoming_port), timeout=harness.DEADLINE_SECONDS) as raw:
        raw.sendall(b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines))
        raw.shutdown(socket.SHUT_WR)
        return events_of(raw.makefile("rb").read())


def synthesize(text):
    return {"type": "synthesize", "data": {"text": text}}


def test_half_a_close_is_no_goodbye(wyoming):
    spoken = talk(wyoming, lambda client: speak(client, TEXT))[1]
    types, pcm = said_and_closed(wyoming, synthesize(TEXT))
    assert (types[0], types[-1]) == ("audio-start", "audio-stop")
    assert harness.digest(pcm) == harness.digest(spoken)
    types, pcm = said_and_closed(wyoming, {"type": "ping"}, synthesize(TEXT), synthesize(TEXT), {"type": "describe"})
    assert harness.digest(pcm) == harness.digest(spoken + spoken)
    assert types[0] == "pong" and types.count("audio-stop") == 2 and types.count("info") == 1
    assert said_and_closed(wyoming, json.dumps(synthesize(TEXT)).encode())[1] == spoken, "the last line without its end"
    assert said_and_closed(wyoming, {"type": "describe"})[0] == ["info"]
    assert said_and_closed(wyoming) == ([], b"")


@pytest.mark.parametrize("ending", [[{"type": "synthesize-stop"}], []], ids=["stopped", "open"])
def test_half_a_close_ends_a_streamed_text(wyoming, ending):
    chunks = [{"type": "synthesize-chunk", "data": {"text": TEXT[at:at + 40]}} for at in range(0, len(TEXT), 40)]
    types, pcm = said_and_closed(wyoming, {"type": "synthesize-start"}, *chunks, *ending)
    assert types[-2:] == ["audio-stop", "synthesize-stopped"]
    assert pcm == talk(wyoming, lambda client: speak_in_pieces(client, [TEXT]))[1]


def test_a_text_that_is_cut_in_the_middle_of_its_event_is_not_spoken(wyoming):
    types, pcm = said_and_closed(wyoming, b'{"type":"synthesize","data":{"text":"Hello th')
    assert pcm == b"" and set(types) <= {"error"}


def test_who_has_closed_both_sides_is_found_by_writing(wyoming):
    line = json.dumps({"type": "synthesize", "data": {"text": TEXT * 5, "voice": {"name": "slow"}}}).encode() + b"\n"
    with socket.create_connection(("127.0.0.1", wyoming.wyoming_port), timeout=harness.DEADLINE_SECONDS) as raw:
        raw.sendall(line)
        harness.eventually(lambda: wyoming.health()["streams"] == 1, "it is spoken")
    harness.eventually(wyoming.idle, "the stream that was left is gone")


def test_half_a_character_is_no_fault(wyoming):
    line = rb'{"type":"synthesize","data":{"text":"All done \ud83d"}}' + b"\n"
    pcm = said_and_closed(wyoming, line)[1]
    assert pcm == talk(wyoming, lambda client: speak(client, "All done \ufffd"))[1]


def test_a_text_over_the_limit_is_refused_with_its_setting(serve):
    server = serve("--wyoming", "127.0.0.1:0", "--voice", "quick", config={"wyoming": {"max_characters": 5}})
    server.wyoming_port = int(server.events("wyoming_listening")[0]["port"])
    error = talk(server, lambda client: refusal(client, Synthesize(text="123456")))
    assert error.code == "string_above_max_length" and "wyoming.max_characters" in error.text
    assert talk(server, lambda client: speak(client, "Hey.."))[1]


async def refusal(client, asked):
    await client.write_event(asked.event())
    return Error.from_event(await client.read_event())


def test_a_stream_without_words_ends_without_sound(wyoming):
    events, pcm = talk(wyoming, lambda client: speak_in_pieces(client, [" ", "***"]))
    assert events == ["audio-start", "audio-stop", "synthesize-stopped"]
    assert pcm == b""


@pytest.mark.parametrize(("event", "code"), [
    (Synthesize(text="Hello.", voice=SynthesizeVoice(name="nobody")).event(), "voice_not_found")])
def test_says_what_was_wrong_and_closes(wyoming, event, code):
    async def conversation(client):
        await client.write_event(event)
        return Error.from_event(await client.read_event()), await client.read_event()
    error, after = talk(wyoming, conversation)
    assert error.code == code and error.text
    assert after is None


@pytest.mark.parametrize(("event", "code"), [
    (SynthesizeChunk(text="Hello.").event(), "out_of_turn"),
    (Event(type="synthesize", data={"text": 5}), "invalid_type"),
    (Event(type="synthesize"), "missing_required_parameter")])
def test_a_bad_event_is_answered_and_the_connection_goes_on(wyoming, event, code):
    async def conversation(client):
        await client.write_event(event)
        error = Error.from_event(await client.read_event())
        return error, await speak(client, TEXT)
    error, (events, pcm) = talk(wyoming, conversation)
    assert error.code == code and error.text
    assert events[-1] == "audio-stop" and pcm


def test_lines_that_are_no_events_spare_the_connection_for_a_while(wyoming):
    with socket.create_connection(("127.0.0.1", wyoming.wyoming_port), timeout=harness.DEADLINE_SECONDS) as raw:
        answers = raw.makefile("rb")

        def next_type():
            header = json.loads(answers.readline())
            answers.read(header.get("data_length") or 0)
            return header["type"]
        raw.sendall(b'\n\r\n{"type":"ping"}\n \n')
        assert next_type() == "pong", "blank lines are skipped"
        raw.sendall(b'this is no event\n{}\n{"type":"ping"}\n')
        assert [next_type() for _ in range(3)] == ["error", "error", "pong"]
        raw.sendall(b"this is no event\n" * 20)
        assert answers.read().count(b'"error"') >= 1, "and it ends"


def test_a_listener_who_leaves_frees_the_work(wyoming):
    async def conversation(client):
        await client.write_event(Synthesize(text=TEXT * 5, voice=SynthesizeVoice(name="slow")).event())
        await client.read_event()
        assert wyoming.health()["streams"] == 1
    talk(wyoming, conversation)
    harness.eventually(wyoming.idle, "the stream that was left is gone")


def test_the_next_connection_is_closed_where_there_are_enough(serve):
    server = serve("--wyoming", "127.0.0.1:0", config={"wyoming": {"max_connections": 2}})
    port = int(server.events("wyoming_listening")[0]["port"])
    held = [socket.create_connection(("127.0.0.1", port), timeout=harness.DEADLINE_SECONDS) for _ in range(2)]
    for one in held:
        one.sendall(b'{"type":"ping"}\n')
        assert one.recv(4)
    with socket.create_connection(("127.0.0.1", port), timeout=harness.DEADLINE_SECONDS) as third:
        assert third.recv(4) == b""
    for one in held:
        one.close()


def test_is_closed_unless_asked_for(serve):
    assert serve().events("wyoming_listening") == []
