"""What clients of ElevenLabs' WebSockets see: its own SDK, LiveKit's plugin, and a bare client."""
import asyncio
import base64
import contextlib
import json
import time

import aiohttp
import pytest
from elevenlabs.client import ElevenLabs
from livekit.agents import APIConnectOptions
from livekit.plugins import elevenlabs as livekit_elevenlabs
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import harness

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end! And a third came."


@pytest.fixture(scope="module")
def sockets(store, tmp_path_factory):
    """Sends as it renders, so that tests need not wait for playback."""
    server = harness.Server(tmp_path_factory.mktemp("sockets") / "server", store, "--voice", "quick",
                            "--admission", "off",
                            config={"elevenlabs": {"lead_seconds": 0}, "text": {"flush_after_seconds": 0.5}})
    yield server
    server.stop()


def path_of(kind, voice="quick", **query):
    query = {"output_format": "pcm_24000", **query}
    return f"/v1/text-to-speech/{voice}/{kind}?" + "&".join(f"{key}={value}" for key, value in query.items())


@contextlib.contextmanager
def open_socket(server, kind, voice="quick", origin=None, **query):
    url = server.url.replace("http", "ws", 1) + path_of(kind, voice, **query)
    with connect(url, origin=origin, open_timeout=harness.DEADLINE_SECONDS, close_timeout=10) as socket:
        yield socket


def send(socket, **message):
    socket.send(json.dumps(message))


def receive(socket):
    return json.loads(socket.recv(harness.DEADLINE_SECONDS))


def audio_of(message):
    return base64.b64decode(message["audio"] or "")


def rest_of(socket):
    """The messages up to the end of the socket, and the code with which it was closed."""
    messages = []
    try:
        while True:
            messages.append(receive(socket))
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code if closed.rcvd else None


def speak(server, pieces, voice="quick", settings=None, **query):
    with open_socket(server, "stream-input", voice, **query) as socket:
        send(socket, text=" ", **(settings or {}))
        for piece in pieces:
            send(socket, text=piece)
        send(socket, text="")
        return rest_of(socket)


def pcm_of(messages):
    return b"".join(audio_of(message) for message in messages if "audio" in message)


def test_speaks_and_says_when_it_is_over(sockets):
    messages, code = speak(sockets, [TEXT])
    assert code == 1000
    assert messages[-1]["isFinal"] is True and messages[-1]["audio"] is None
    assert all(message["isFinal"] is None for message in messages[:-1])
    assert len(pcm_of(messages)) > 24000 * 2 * 3


@pytest.mark.parametrize("size", [1, 11])
def test_sounds_the_same_however_the_text_is_cut(sockets, size):
    pieces = [TEXT[at:at + size] for at in range(0, len(TEXT), size)]
    assert pcm_of(speak(sockets, pieces)[0]) == pcm_of(speak(sockets, [TEXT])[0])


def test_speech_begins_before_the_text_has_ended(sockets):
    with open_socket(sockets, "stream-input") as socket:
        send(socket, text="This sentence is complete. And this one ")
        assert audio_of(receive(socket))
        send(socket, text="is too.")
        send(socket, text="")
        assert rest_of(socket)[1] == 1000


def test_a_flush_and_a_silence_speak_what_is_there(sockets):
    with open_socket(sockets, "stream-input") as socket:
        send(socket, text="half a sentence ", flush=True)
        assert audio_of(receive(socket))
    with open_socket(sockets, "stream-input") as socket:
        send(socket, text="half a sentence ")
        assert audio_of(receive(socket))


def test_a_schedule_holds_text_back(sockets):
    with open_socket(sockets, "stream-input") as socket:
        send(socket, text=" ", generation_config={"chunk_length_schedule": [120]})
        send(socket, text="This sentence is complete. And this one. ")
        with pytest.raises(TimeoutError):
            socket.recv(1)
        send(socket, text="And so it goes on until there are as many characters as the client has asked for. ")
        assert audio_of(receive(socket))


def test_every_character_has_its_time(sockets):
    messages, _ = speak(sockets, [TEXT])
    aligned = [message["alignment"] for message in messages if message.get("alignment")]
    assert "".join("".join(one["chars"]) for one in aligned).split() == TEXT.split()
    spans = 0
    for one in aligned:
        assert len(one["chars"]) == len(one["charStartTimesMs"]) == len(one["charDurationsMs"])
        assert one["charStartTimesMs"] == sorted(one["charStartTimesMs"])
        spans += one["charStartTimesMs"][-1] + one["charDurationsMs"][-1]
    assert spans == pytest.approx(len(pcm_of(messages)) / 48, abs=2), "the spans add up to the audio, in milliseconds"


@pytest.mark.parametrize("output_format", ["pcm_24000", "pcm_8000", "ulaw_8000", "alaw_8000"])
def test_the_times_of_each_segment_last_as_long_as_its_audio(sockets, output_format):
    pieces = ["Caf\u00e9s  cost\n\n$3.50 ", "a piece.  And ", "the ne", "xt one\tis longer. ", "\U0001F642 No? ", "Yes! "]
    messages, code = speak(sockets, pieces, output_format=output_format)
    assert code == 1000
    bytes_per_ms = int(output_format.split("_")[1]) / 1000 * (2 if output_format.startswith("pcm") else 1)
    segments, written, sent = [], "", 0
    for message in messages:
        if message.get("alignment"):
            written += "".join(message["alignment"]["chars"])
            durations = [sum(message[one]["charDurationsMs"]) for one in ("alignment", "normalizedAlignment")]
            assert durations[0] == durations[1]
            segments.append((sent / bytes_per_ms, durations[0]))
        sent += len(audio_of(message))
    assert written == " " + "".join(pieces), "character for character"
    assert len(segments) >= 4
    told = 0
    for begin, duration in segments:
        assert begin == pytest.approx(told, abs=2), "a segment begins with the message that has its times"
        told += duration
    assert told == pytest.approx(sent / bytes_per_ms, abs=2)


@pytest.mark.voice
def test_the_words_of_a_real_voice_have_their_own_times(serve, real_store):
    server = serve(store=real_store, config={"elevenlabs": {"lead_seconds": 0}})
    messages, _ = speak(server, ["Extraordinarily complicated, I say. It costs 3.14 dollars."], harness.REAL_VOICE)
    first = next(message["alignment"] for message in messages if message.get("alignment"))
    text, starts = "".join(first["chars"]), first["charStartTimesMs"]
    complicated, end = starts[text.index("complicated")], starts[-1] + first["charDurationsMs"][-1]
    # Each word takes the time that its phonemes take.
    assert 300 < complicated < end - 300


def test_speaks_other_formats(sockets):
    messages, code = speak(sockets, [TEXT], output_format="mp3_44100_128")
    assert code == 1000
    assert pcm_of(messages)[:3] == b"ID3" or pcm_of(messages)[0] == 0xff
    assert len(pcm_of(speak(sockets, [TEXT], output_format="ulaw_8000")[0])) > 8000 * 3


def test_speed_is_a_setting(sockets):
    slow = pcm_of(speak(sockets, [TEXT])[0])
    fast = pcm_of(speak(sockets, [TEXT], settings={"voice_settings": {"speed": 2.0}})[0])
    assert len(fast) < 0.7 * len(slow)


def test_contexts_speak_side_by_side(sockets):
    with open_socket(sockets, "multi-stream-input") as socket:
        for context in ("one", "two"):
            send(socket, text="Both are heard. Each by its own name. ", context_id=context)
            send(socket, context_id=context, flush=True)
            send(socket, context_id=context, close_context=True)
        audio, final = {"one": b"", "two": b""}, set()
        while len(final) < 2:
            message = receive(socket)
            assert message["contextId"] == message["context_id"]
            if message["isFinal"]:
                final.add(message["contextId"])
            else:
                audio[message["contextId"]] += audio_of(message)
        assert audio["one"] == audio["two"] != b""
        send(socket, close_socket=True)
        assert rest_of(socket) == ([], 1000)


def test_who_interrupts_stops_the_work(sockets):
    with open_socket(sockets, "multi-stream-input", "slow") as socket:
        send(socket, text=TEXT * 5, context_id="long")
        assert audio_of(receive(socket))
        send(socket, context_id="long", close_context=True)
        while not (message := receive(socket))["isFinal"]:
            assert message["contextId"] == "long"
        harness.eventually(sockets.idle, "nothing is left of it")
        send(socket, text="And the next one is heard. ", context_id="next", flush=True)
        assert audio_of(receive(socket))


def turns_of(socket, count):
    """What each context said until `count` of them were over: its audio, the text of its alignments, and its end."""
    audio, text, ends = {}, {}, {}
    while len(ends) < count:
        message = receive(socket)
        context = message["contextId"]
        assert context not in ends, "nothing follows the end of a context"
        if "error" in message or message["isFinal"]:
            ends[context] = message.get("error", "final")
        else:
            audio[context] = audio.get(context, b"") + audio_of(message)
            text[context] = text.get(context, "") + "".join((message["alignment"] or {"chars": []})["chars"])
    return audio, text, ends


def speak_turn(server, kind="multi-stream-input", messages=(), voice="quick", **query):
    """The audio of a context "a" whose messages, or pauses in seconds, are `messages`, and its text."""
    with open_socket(server, kind, voice, **query) as socket:
        for message in messages:
            if isinstance(message, dict):
                send(socket, **{"context_id": "a", **message})
            else:
                time.sleep(message)
        audio, text, ends = turns_of(socket, 1)
        assert ends == {"a": "final"}
        return audio.get("a", b""), " ".join(text.get("a", "").split())


FLUSHED = [{"text": TEXT}, {"flush": True}]
CLOSED = [{"close_context": True}]


@pytest.mark.parametrize("voice", ["quick", "slow"])
def test_what_was_flushed_is_spoken_to_its_end_however_late_the_close(sockets, voice):
    whole, text = speak_turn(sockets, messages=FLUSHED + CLOSED, voice=voice)
    assert text == TEXT
    for messages in ([*FLUSHED, 0.4, *CLOSED], [*FLUSHED, {"text": " And this is not heard"}, 0.4, *CLOSED]):
        assert harness.digest(speak_turn(sockets, messages=messages, voice=voice)[0]) == harness.digest(whole)
    messages = [*FLUSHED, {"text": " Nor is this sentence. Nor that one. Nor"}, 0.2, *CLOSED]
    heard, _ = speak_turn(sockets, messages=messages, voice=voice)
    # Where more has gone through the resampler than is sent, its last samples are others.
    seam = 24000 * 2 // 50
    assert abs(len(heard) - len(whole)) < seam and heard[:-seam] == whole[:len(heard) - seam]


def test_what_was_not_flushed_is_dropped_behind_what_was(sockets):
    kept, _ = speak_turn(sockets, messages=[{"text": "Kept.", "flush": True}] + CLOSED)
    with open_socket(sockets, "multi-stream-input", "slow") as socket:
        send(socket, text="Kept.", context_id="a", flush=True)
        send(socket, text=" " + TEXT * 5, context_id="a")
        heard = 0
        while heard <= len(kept):
            heard += len(audio_of(receive(socket)))
        send(socket, context_id="a", close_context=True)
        audio, _, ends = turns_of(socket, 1)
        assert ends == {"a": "final"}
    whole, _ = speak_turn(sockets, messages=[{"text": TEXT, "flush": True}] + CLOSED)
    assert heard + len(audio.get("a", b"")) < len(kept) + 3 * len(whole), "it stopped in the midst of it"


def test_text_that_comes_with_a_close_is_spoken_first(sockets):
    expected = speak_turn(sockets, messages=[{"text": "Hello. Bye now. ", "flush": True}] + CLOSED)
    assert expected[1] == "Hello. Bye now."
    closed = {"text": "Bye now. ", "close_context": True}
    assert speak_turn(sockets, messages=[{"text": "Hello. "}, closed]) == expected
    over = {"text": "Bye now. ", "close_socket": True}
    assert speak_turn(sockets, messages=[{"text": "Hello. "}, over])[1] == expected[1], "without the pause at its end"
    with open_socket(sockets, "stream-input") as socket:
        send(socket, text="Hello. ")
        send(socket, text="Bye now. ", close_socket=True)
        messages, code = rest_of(socket)
        assert code == 1000 and messages[-1]["isFinal"]
        spoken = "".join("".join(message["alignment"]["chars"]) for message in messages if message["alignment"])
        assert spoken.split() == expected[1].split()


def test_many_short_turns_at_once_are_all_spoken(sockets):
    with open_socket(sockets, "multi-stream-input", "steady") as socket:
        for number in range(8):
            send(socket, text=f"This is turn {number}. ", context_id=f"t{number}")
            send(socket, context_id=f"t{number}", flush=True)
            send(socket, context_id=f"t{number}", close_context=True)
        audio, text, ends = turns_of(socket, 8)
    assert ends == {f"t{number}": "final" for number in range(8)}
    assert [" ".join(text[f"t{number}"].split()) for number in range(8)] == [
        f"This is turn {number}." for number in range(8)]
    assert all(audio.values())


def test_closed_contexts_are_bounded_too(serve):
    server = serve("--voice", "slow", "--admission", "off", config={"elevenlabs": {"closed_contexts": 2}})
    with open_socket(server, "multi-stream-input", "slow") as socket:
        for number in range(4):
            send(socket, text=TEXT, context_id=f"t{number}", close_context=True)
        message = receive(socket)
        while not message.get("error"):
            message = receive(socket)
        assert (message["error"], message["contextId"]) == ("max_active_contexts_exceeded", "t2")


def test_signs_of_life_and_flushes_of_nothing_open_no_context(sockets):
    with open_socket(sockets, "multi-stream-input") as socket:
        for message in ({}, {"type": "ping"}, {"text": None}, {"text": " "}, {"text": ""}, {"keep_alive": True}):
            send(socket, **message)
        for number in range(6):
            send(socket, context_id=f"p{number}")
            send(socket, context_id=f"p{number}", flush=True)
            send(socket, context_id=f"p{number}", text="", flush=True)
        for number in range(5):
            send(socket, context_id=f"real{number}", text="This is heard. ", close_context=True)
        assert set(turns_of(socket, 5)[2].values()) == {"final"}
    with open_socket(sockets, "stream-input") as socket:
        for message in ({}, {"type": "ping"}, {"text": None}, {"flush": True}):
            send(socket, **message)
        send(socket, text="This is heard. ")
        send(socket, text="")
        messages, code = rest_of(socket)
        assert code == 1000 and pcm_of(messages)


@pytest.mark.parametrize(("wrong", "error"), [
    ({"text": 5}, "invalid_type"), ({"text": "a", "voice_settings": {"speed": 9}}, "invalid_value"),
    ({"text": "x" * 60_000}, "max_character_limit_exceeded"), ({"text": "a", "flush": 1}, "invalid_type")])
def test_a_wrong_message_ends_its_context_alone(sockets, wrong, error):
    with open_socket(sockets, "multi-stream-input") as socket:
        for context in ("a", "b"):
            send(socket, text="Both have begun, ", context_id=context)
        send(socket, context_id="a", **wrong)
        send(socket, context_id="c", **wrong)
        send(socket, text="and one ends well. ", context_id="b", close_context=True)
        _, text, ends = turns_of(socket, 3)
        assert ends == {"a": error, "b": "final", "c": error}
        assert " ".join(text["b"].split()) == "Both have begun, and one ends well."
        send(socket, text="And another time. ", context_id="a", close_context=True)
        assert turns_of(socket, 1)[2] == {"a": "final"}


def test_a_socket_survives_some_messages_that_nobody_can_read(sockets):
    with open_socket(sockets, "multi-stream-input") as socket:
        for message in ("no json", "[]", '{"text":"a","context_id":7}') * 5:
            socket.send(message)
            assert receive(socket)["error"] in ("invalid_request", "invalid_type")
        send(socket, text="Still here. ", context_id="a", close_context=True)
        assert turns_of(socket, 1)[2] == {"a": "final"}
        for _ in range(20):
            socket.send("no json")
        messages, code = rest_of(socket)
        assert code == 1008 and len(messages) == 17, "they are counted in a row"


SENTENCES = ["Thank you for calling.", "Let me check the map.", "it is late", "One moment. Please wait!"]


def test_in_auto_mode_each_message_is_whole_sentences_at_once(sockets):
    for kind in ("multi-stream-input", "stream-input"):
        with open_socket(sockets, kind, auto_mode="true") as socket:
            spoken = []
            for sentence in SENTENCES:
                send(socket, text=sentence, context_id="a", generation_config={"chunk_length_schedule": [400]})
                heard = ""
                # Nothing else is sent until it is heard, so it cannot wait for more.
                while heard.split() != sentence.split():
                    message = receive(socket)
                    heard += "".join((message["alignment"] or {"chars": []})["chars"])
                    spoken.append(audio_of(message))


def test_in_auto_mode_the_time_between_messages_changes_nothing(sockets):
    end = [{"flush": True}, *CLOSED]
    at_once = speak_turn(sockets, messages=[*({"text": text} for text in SENTENCES), *end], auto_mode="true")
    apart = [item for text in SENTENCES for item in ({"text": text}, 0.7)]
    assert speak_turn(sockets, messages=[*apart, *end], auto_mode="true") == at_once
    assert at_once[1] == "".join(SENTENCES)


@pytest.mark.parametrize("auto_mode", ["true", "false"])
def test_an_alignment_has_no_space_that_the_client_did_not_write(sockets, auto_mode):
    messages = [{"text": "Hi."}, {"text": "Yo."}, {"flush": True}, *CLOSED]
    audio, text = speak_turn(sockets, messages=messages, auto_mode=auto_mode)
    assert audio and text == "Hi.Yo."


def test_a_message_that_begins_with_a_capital_begins_a_word(sockets):
    messages = [*({"text": text} for text in SENTENCES[:2]), {"flush": True}, *CLOSED]
    assert speak_turn(sockets, messages=messages)[1] == "".join(SENTENCES[:2])
    spaced = [{"text": " ".join(SENTENCES[:2])}, {"flush": True}, *CLOSED]
    assert speak_turn(sockets, messages=messages)[0] == speak_turn(sockets, messages=spaced)[0]


@pytest.mark.parametrize(("pieces", "words"), [
    (["It costs $3", ".", "50", " now."], ["$3.50"]), (["Good mor", "ning."], ["morning."]),
    (["At 8:", "30 sha", "rp"], ["8:30", "sharp"])])
def test_a_silence_cuts_no_word_and_no_number(sockets, pieces, words):
    """The silence is half a second here, and two and a half where a word has not ended."""
    messages = [item for text in pieces for item in ({"text": text}, 0.8)]
    _, text = speak_turn(sockets, messages=[*messages, {"flush": True}, *CLOSED])
    assert text == "".join(pieces)
    assert set(words) <= set(text.split())


def test_a_word_that_never_ends_is_spoken_at_last(sockets):
    with open_socket(sockets, "multi-stream-input") as socket:
        send(socket, text="Good mor", context_id="a")
        heard = ""
        while "mor" not in heard:
            message = receive(socket)
            heard += "".join((message["alignment"] or {"chars": []})["chars"])
        assert heard.split() == ["Good", "mor"]


def test_has_at_most_so_many_contexts(sockets):
    with open_socket(sockets, "multi-stream-input") as socket:
        for number in range(6):
            send(socket, text=" ", context_id=f"context{number}")
        message = receive(socket)
        assert (message["error"], message["contextId"]) == ("max_active_contexts_exceeded", "context5")
        send(socket, context_id="context0", close_context=True)
        assert receive(socket)["isFinal"]
        send(socket, text="Now there is room. ", context_id="context5", flush=True)
        assert audio_of(receive(socket))


@pytest.mark.parametrize(("message", "error"), [
    ("no json", "invalid_request"), ('{"text": 5}', "invalid_type"),
    (json.dumps({"text": "x" * 40001}), "max_character_limit_exceeded")])
def test_says_what_was_wrong_and_closes(sockets, message, error):
    with open_socket(sockets, "stream-input") as socket:
        socket.send(message)
        messages, code = rest_of(socket)
        assert (messages[-1]["error"], code) == (error, 1008)
        assert messages[-1]["message"]


def test_reads_binary_messages_and_halves_of_characters(sockets):
    def heard(*messages):
        with open_socket(sockets, "stream-input") as socket:
            for message in messages:
                socket.send(message)
            return pcm_of(rest_of(socket)[0])
    spoken = heard('{"text":"All done \ufffd"}', '{"text":""}')
    assert spoken
    assert heard(b'{"text":"All done \xef\xbf\xbd"}', b'{"text":""}') == spoken, "binary"
    assert heard(r'{"text":"All done \ud83d"}', '{"text":""}') == spoken
    with open_socket(sockets, "stream-input") as socket:
        socket.send(b'{"text":"\xc3("}')
        messages, code = rest_of(socket)
        assert "UTF-8" in messages[-1]["message"] and code == 1008


def test_reads_queries_as_other_languages_write_them(sockets):
    spoken = pcm_of(speak(sockets, [TEXT])[0])
    assert pcm_of(speak(sockets, [TEXT], auto_mode="False", enable_logging="1", enable_ssml_parsing="0",
                        model_id="eleven_v3")[0]) == spoken
    assert pcm_of(speak(sockets, [TEXT], auto_mode="True")[0])
    assert pcm_of(speak(sockets, [TEXT], seed=5)[0]) == sockets.speak(TEXT, "quick", seed=5)
    with pytest.raises(InvalidStatus) as refused, open_socket(sockets, "stream-input", seed="five"):
        pass
    assert refused.value.response.status_code == 400


@pytest.mark.parametrize("text", ["...", "\U0001f600", "---", "#"])
def test_a_text_without_words_ends_without_sound(sockets, text):
    messages, code = speak(sockets, [text])
    assert (pcm_of(messages), code, messages[-1]["isFinal"]) == (b"", 1000, True)


@pytest.mark.parametrize("text", [
    "\u043c\u0438\u0440 " * 9_999 + "\u043c\u0438\u0440.", "It goes on. " + "\U0001f642" * 39_988],
    ids=["six bytes", "twelve bytes"])
def test_a_message_may_have_forty_thousand_characters(sockets, text):
    """Most of them are escaped in JSON, with so many bytes each."""
    with open_socket(sockets, "stream-input") as socket:
        send(socket, text=text)
        assert audio_of(receive(socket))


def test_a_socket_without_words_is_closed_after_its_timeout(sockets):
    with open_socket(sockets, "stream-input", inactivity_timeout=1) as socket:
        messages, code = rest_of(socket)
        assert (messages[-1]["error"], code) == ("input_timeout_exceeded", 1008)


def test_pages_of_others_and_unknown_voices_are_refused(sockets):
    with pytest.raises(InvalidStatus) as refused, open_socket(sockets, "stream-input", origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused, open_socket(sockets, "stream-input", "nobody"):
        pass
    assert refused.value.response.status_code == 404
    assert sockets.http.get(path_of("stream-input")).status_code == 400


def test_a_client_that_leaves_frees_the_work(sockets):
    with open_socket(sockets, "stream-input", "slow") as socket:
        send(socket, text=TEXT * 5)
        assert audio_of(receive(socket))
    harness.eventually(sockets.idle, "the stream that was left is gone")


def test_audio_is_sent_little_ahead_of_its_playback(serve):
    server = serve("--voice", "quick", config={"elevenlabs": {"lead_seconds": 1}})
    with open_socket(server, "stream-input") as socket:
        begun, heard = time.monotonic(), 0
        send(socket, text=TEXT)
        send(socket, text="")
        while not (message := receive(socket))["isFinal"]:
            ahead = heard - (time.monotonic() - begun)
            assert ahead <= 1, "a second of lead, which began later"
            heard += len(audio_of(message)) / 48000
        assert heard > 3


def test_a_drain_lets_what_plays_end(serve):
    server = serve("--voice", "steady", config={"elevenlabs": {"lead_seconds": 0}})
    with open_socket(server, "stream-input", "steady") as socket:
        send(socket, text=TEXT + " And more to come ")
        assert audio_of(receive(socket))
        server.signal(15)
        messages, code = rest_of(socket)
        assert messages[-1]["isFinal"] and code in (1000, 1001)
    assert server.wait() == 0


def test_metrics_count_sockets_contexts_and_the_requests_of_each_door(serve):
    server = serve("--voice", "quick", "--admission", "off", "--wyoming", "127.0.0.1:0")
    open_now = lambda: (server.metrics()["antiphon_sockets"], server.metrics()["antiphon_contexts"])
    assert open_now() == (0, 0)
    with open_socket(server, "multi-stream-input") as socket, open_socket(server, "stream-input"):
        for context in ("one", "two"):
            send(socket, text="Hello there. ", context_id=context, flush=True)
        assert audio_of(receive(socket))
        assert open_now() == (2, 2)
        assert server.metrics()['antiphon_connections{server="http"}'] == 3
    harness.eventually(lambda: open_now() == (0, 0), "both are closed")
    server.speak("Hello.", "quick")
    server.http.post("/v1/text-to-speech/quick", json={"text": "Hello."})
    doors = {door: server.metrics()[f'antiphon_requests_total{{door="{door}"}}']
             for door in ("openai", "elevenlabs", "elevenlabs_socket", "wyoming")}
    assert doors == {"openai": 1, "elevenlabs": 1, "elevenlabs_socket": 2, "wyoming": 0}


def test_elevenlabs_sdk(sockets):
    client = ElevenLabs(api_key="test", base_url=sockets.url)
    # The SDK knows wss only.
    client.text_to_speech._ws_base_url = sockets.url.replace("http", "ws", 1)
    pieces = [f"{word} " for word in TEXT.split()]
    pcm = b"".join(client.text_to_speech.convert_realtime("quick", text=iter(pieces), model_id="eleven_flash_v2_5",
                                                          output_format="pcm_24000"))
    assert pcm == pcm_of(speak(sockets, [TEXT + " "])[0])


def test_livekit_plugin(sockets):
    async def conversation():
        async with aiohttp.ClientSession() as session:
            tts = livekit_elevenlabs.TTS(voice_id="quick", api_key="test", base_url=f"{sockets.url}/v1",
                                         encoding="pcm_24000", http_session=session)
            stream = tts.stream(conn_options=APIConnectOptions(max_retry=0, timeout=harness.DEADLINE_SECONDS))
            for word in TEXT.split():
                stream.push_text(word + " ")
            stream.end_input()
            frames, words = [], []
            async for event in stream:
                frames.append(event.frame)
                words += event.frame.userdata.get("lk.timed_transcripts", [])
            await stream.aclose()
            await tts.aclose()
            return frames, words
    frames, words = asyncio.run(conversation())
    assert {frame.sample_rate for frame in frames} == {24000}
    assert sum(frame.duration for frame in frames) > 3
    assert "".join(words).split() == TEXT.split()
    assert any(word.start_time > 1 for word in words)
