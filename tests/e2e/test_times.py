"""When words are heard: the times that are told, held against the energy of a real voice's audio."""
import base64
import json
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy
import pytest

import harness

RATE = 24000
HOP = RATE // 200  # 5 ms
TABLE = harness.REPOSITORY / "src/phonemizer/testdata/word_places.tsv"


def sentences():
    """English sentences, each with what its words sound like: [(word, phonemes), ...]."""
    for line in TABLE.read_text().splitlines():
        voice, text, words = line.split("\t")
        if voice == "en-us":
            phonemes = re.split(r"(?:^|\|)", words)
            yield text, [entry[len(word) + 1:] for word, entry in zip(text.split(), phonemes[1:], strict=True)]


def timed(server, text, **query):
    query = {"output_format": f"pcm_{RATE}", **query}
    answer = httpx.post(f"{server.url}/v1/text-to-speech/{harness.REAL_VOICE}/with-timestamps", params=query,
                        json={"text": text}, timeout=harness.DEADLINE_SECONDS)
    answer.raise_for_status()
    return answer.json()


def words_of(alignment):
    """[(word, begin, end), ...] in seconds, of what stands between white space."""
    words = []
    starts, ends = alignment["character_start_times_seconds"], alignment["character_end_times_seconds"]
    within = False
    for character, start, end in zip(alignment["characters"], starts, ends, strict=True):
        if character.isspace():
            within = False
        elif within:
            words[-1] = (words[-1][0] + character, words[-1][1], end)
        else:
            words.append((character, start, end))
            within = True
    return words


def levels(pcm):
    """Decibels of every 5 ms, from 20 ms around them, against the loud parts of the speech."""
    samples = numpy.frombuffer(pcm, "<i2").astype(float)
    energy = numpy.convolve(samples ** 2, numpy.ones(4 * HOP) / (4 * HOP), "same")[HOP // 2::HOP]
    return 10 * numpy.log10(energy / numpy.percentile(energy, 95) + 1e-9)


def sounds(phonemes):
    return sum(1 for c in phonemes if unicodedata.category(c) in ("Ll", "Lo"))


def stretches(mask):
    """[(begin, end), ...] in seconds, of what is true in a row."""
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([0], mask.astype(int), [0]))))
    return [(begin * HOP / RATE, end * HOP / RATE) for begin, end in edges.reshape(-1, 2)]


def faults_of(text, phonemes, answer):
    level = levels(base64.b64decode(answer["audio_base64"]))
    words = words_of(answer["alignment"])
    if [word for word, _, _ in words] != text.split():
        return ["the words are not those of the text"]
    speech = stretches(level > -35)
    heard_until = speech[-1][1]
    # The silence behind the last word is its last character's; nothing else can have it.
    spoken = [(word, begin, min(end, heard_until) if word is words[-1][0] else end, sound)
              for (word, begin, end), sound in zip(words, phonemes) if sound]
    faults = []
    for number, (word, begin, end, sound) in enumerate(spoken):
        inside = level[round(begin * RATE / HOP):max(round(end * RATE / HOP), round(begin * RATE / HOP) + 1)]
        if inside.size == 0 or inside.max() < -25:
            faults.append(f"{word} at {begin:.2f} to {end:.2f} is silence")
        per_sound = (end - begin - (speech[0][0] if number == 0 else 0)) / sounds(sound)
        if not 0.012 < per_sound < 0.26:
            faults.append(f"{word} takes {per_sound:.3f} s a sound")
    for begin, end in stretches(level < -40):
        # A stop is silent for a moment, and a number such as 555-0199 is read in groups.
        most = max((min(end, until) - max(begin, since) for word, since, until, _ in spoken[1:]
                    if not any(character.isdigit() for character in word)), default=0)
        if end < heard_until and begin > spoken[0][2] and most > 0.15:
            faults.append(f"a silence of {most:.2f} s from {begin:.2f} on is in a word")
    for begin, end in stretches(level > -20):
        for between in zip(spoken, spoken[1:]):
            gap = min(end, between[1][1]) - max(begin, between[0][2])
            if gap > 0.05:
                faults.append(f"{gap:.2f} s of sound behind {between[0][0]} are in no word")
    return faults


@pytest.mark.voice
def test_each_word_has_its_energy_within_its_times(serve, real_store):
    server = serve("--admission", "off", store=real_store)
    spoken = list(sentences())
    assert len(spoken) >= 100
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda sentence: timed(server, sentence[0]), spoken)
        faults = {text: found for (text, phonemes), answer in zip(spoken, answers)
                  if (found := faults_of(text, phonemes, answer))}
    assert not faults, json.dumps(faults, indent=1)
