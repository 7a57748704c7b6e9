"""Every English voice of the set-up is understood and sounds as good as it did, whatever way its audio takes."""
import contextlib
import re
import signal
import subprocess

import httpx
import judge
import pytest
import speech

# What was measured is in docs/quality.md; the bounds leave room for other machines.
MOST_ERRORS = {"hibari": 0.06, "en_US-joe-medium": 0.18}
LEAST_SCORE = {"hibari": 4.3, "en_US-joe-medium": 3.9}
# hibari is the default voice.
SENTENCES = {"hibari": speech.SENTENCES[:16], "en_US-joe-medium": speech.SENTENCES[:8]}
FEW = speech.SENTENCES[:3]
# hibari's native rate is 24 kHz; joe's is 22,050 Hz, so its WAV was resampled. Opus is at 48 kHz.
WAYS = [("en_US-joe-medium", "wav"), ("hibari", "mp3"), ("hibari", "opus")]


@contextlib.contextmanager
def serving(store):
    """The address of a server."""
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", speech.BINARY, "serve", "--listen", "127.0.0.1:0", "--voices",
                                store, "--workers", "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        ready = process.stdout.readline().decode()
        yield re.search(r"http://[\d.:]+", ready)[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


@pytest.fixture(scope="module")
def server(store):
    with serving(store) as address:
        yield address


def fetch(server, voice, text, audio_format):
    answer = httpx.post(f"{server}/v1/audio/speech", timeout=120,
                        json={"model": "tts-1", "input": text, "voice": voice, "response_format": audio_format})
    answer.raise_for_status()
    return answer.content


@pytest.mark.parametrize("voice", SENTENCES)
def test_a_voice_is_understood_and_sounds_good(hearing, spoken, voice):
    verdict = hearing.judge(spoken(voice, SENTENCES[voice]))
    print(f"{voice}: word error rate {verdict.word_error_rate:.3f}, score {verdict.score:.2f}")
    assert verdict.word_error_rate <= MOST_ERRORS[voice], verdict
    assert verdict.score >= LEAST_SCORE[voice], verdict


@pytest.mark.parametrize(("voice", "audio_format"), WAYS)
def test_a_format_loses_no_words_and_little_quality(hearing, server, spoken, voice, audio_format):
    clean = hearing.judge(spoken(voice, FEW))
    verdict = hearing.judge([(text, judge.decode(fetch(server, voice, text, audio_format))) for text in FEW])
    print(f"{voice} as {audio_format}: {clean.word_error_rate:.3f} -> {verdict.word_error_rate:.3f}, "
          f"{clean.score:.2f} -> {verdict.score:.2f}")
    assert verdict.word_error_rate <= clean.word_error_rate + 0.06, (clean, verdict)
    assert verdict.score >= clean.score - 0.35, (clean, verdict)
    assert abs(verdict.words_per_second / clean.words_per_second - 1) < 0.05, (clean, verdict)


@pytest.mark.parametrize("voice", SENTENCES)
def test_speech_in_many_chunks_is_speech_in_one_piece_byte_for_byte(server, store, voice):
    """So what was judged above is what listeners hear, however the server cuts it."""
    text = " ".join(FEW[:2])
    with httpx.stream("POST", f"{server}/v1/audio/speech", timeout=120,
                      json={"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm"}) as answer:
        pieces = [piece for piece in answer.iter_raw() if piece]
    assert len(pieces) > 2
    assert b"".join(pieces) == speech.say(store, voice, text, "--raw")
