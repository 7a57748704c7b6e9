"""A voice is as loud as it was made, equally so from sentence to sentence, and nothing is clipped."""
import array
import json
import math
import subprocess
import sys

import pytest

import harness

TEXT = "Each listener hears the first words at once, and then no gap. The second voice never waits for the first one."
CEILING = 29_204
SENTENCES = [
    "The first listener hears these words at once, and then without any gap the rest of the sentence.",
    "Please bring the blue folder with you when you come to the meeting on Monday.",
    "She asked whether the train to Boston had already left.",
    "Five people have been waiting here since a quarter past nine.",
    "He wrote the number on a piece of paper and put it into his pocket.",
    "If you would like to speak with one of our agents, please stay on the line.",
    "The museum is closed on holidays, but the garden behind it is always open.",
    "When the lights went out, nobody in the room said a word.",
    "Most of the bread was sold before the shop had been open for an hour.",
    "My brother plays the piano, and my sister would rather play football.",
]


def samples(pcm):
    return array.array("h", pcm)


def loudest(pcm):
    return max(abs(sample) for sample in samples(pcm))


def level(wave):
    """In dB of full scale, over all samples."""
    return 20 * math.log10(math.sqrt(sum(sample * sample for sample in wave) / len(wave)) / 32768)


@pytest.fixture
def loud_store(store, tmp_path):
    """Voices of the session's store, one of them with a gain in its manifest that its tones cannot have without a limit."""
    folder = tmp_path / "voices"
    for voice in ["quick", "exact"]:
        manifest = json.loads((store / voice / "manifest.json").read_text())
        gain = {"gain_db": 12} if voice == "exact" else {}
        (folder / voice).mkdir(parents=True)
        (folder / voice / "manifest.json").write_text(json.dumps({**manifest, **gain}))
    return folder


def test_volume_scales_every_sample_and_nothing_else(server, store):
    whole = samples(server.speak(TEXT, "exact", seed=3))
    half = samples(server.speak(TEXT, "exact", seed=3, volume=0.5))
    assert half == array.array("h", [math.floor(sample / 2 + 0.5) for sample in whole])
    assert samples(server.speak(TEXT, "exact", seed=3, volume=1)) == whole
    assert samples(server.speak(TEXT, "exact", seed=3, volume=0)) == array.array("h", [0] * len(whole))
    assert harness.say(store, TEXT, "exact", "--volume", 0.5, seed=3) == half.tobytes()


def test_volume_is_a_number_from_0_to_2(server):
    for volume in [-0.1, 2.1, "loud", True, [1], 1e300]:
        body = {"model": "tts-1", "input": TEXT, "voice": "quick", "volume": volume}
        answer = server.http.post("/v1/audio/speech", json=body)
        assert answer.status_code == 400, volume
        assert answer.json()["error"]["param"] == "volume", volume
    assert server.speak("Hello.", "quick", volume=None) == server.speak("Hello.", "quick")


def test_a_gain_gives_the_same_bytes_in_any_chunks_and_as_said_without_a_server_and_clips_nothing(serve, loud_store):
    said = harness.say(loud_store, TEXT, "exact")
    assert loudest(harness.say(loud_store, TEXT, "quick")) < loudest(said) <= CEILING
    for grains in [1, 3]:
        server = serve(store=loud_store, config={"scheduler": {"fixed_chunk_grains": grains}})
        assert server.speak(TEXT, "exact") == said, grains
        twice = server.speak(TEXT, "exact", volume=2)
        assert CEILING - 50 < loudest(twice) <= CEILING
        assert len(twice) == len(said), "no sample is lost in the limiter"


def test_the_configuration_says_the_gain_of_a_voice_otherwise(serve, loud_store, store, tmp_path):
    config = tmp_path / "gains.toml"
    config.write_text("[gains]\nexact = 0\nquick = -6.0206\n")
    plain = samples(harness.say(store, TEXT, "exact"))
    assert samples(harness.say(loud_store, TEXT, "exact", "--config", config)) == plain
    server = serve(store=loud_store, config={"gains": {"exact": 0, "quick": -6.0206}})
    assert samples(server.speak(TEXT, "exact")) == plain
    assert abs(loudest(server.speak(TEXT, "quick")) - loudest(harness.say(store, TEXT, "quick")) / 2) <= 2
    listed = harness.run_ok("voices", "list", "--voices", loud_store, "--config", config).decode().splitlines()
    assert [line.split("\t")[5] for line in listed] == ["+0.00 dB as configured", "-6.02 dB as configured"]
    listed = harness.run_ok("voices", "list", "--voices", loud_store).decode().splitlines()
    assert [line.split("\t")[5] for line in listed] == ["+12.00 dB", "+0.00 dB"]
    config.write_text("[gains]\nnobody = 1\n")
    assert b"there is no voice 'nobody'" in harness.run("say", "Hi.", "-o", tmp_path / "hi.wav", "--voices", store,
                                                        "--config", config).stderr


def piper_levels(texts, takes):
    """The mean level of each text as piper-tts speaks it by default, each sentence scaled to full scale, and how much louder
    that makes it, in dB: its noise differs from take to take."""
    program = """
import json, sys
import numpy
from piper import PiperVoice, SynthesisConfig
voice = PiperVoice.load(sys.argv[1])
def level_and_gain(text):
    chunks = voice.synthesize(text, SynthesisConfig(normalize_audio=False))
    wave = numpy.concatenate([chunk.audio_float_array for chunk in chunks]).astype(float)
    gain = -20 * numpy.log10(numpy.abs(wave).max())
    return 10 * numpy.log10(numpy.mean(wave ** 2)) + gain, gain
texts, takes = json.loads(sys.argv[2]), int(sys.argv[3])
print(json.dumps([numpy.mean([level_and_gain(text) for _ in range(takes)], axis=0).tolist() for text in texts]))
"""
    done = subprocess.run([sys.executable, "-c", program, str(harness.REAL_MODEL), json.dumps(texts), str(takes)],
                          check=True, capture_output=True, text=True)
    return zip(*json.loads(done.stdout))


@pytest.mark.voice
def test_ten_sentences_are_as_loud_as_by_piper_tts_equally_so_and_not_clipped(real_store, tmp_path):
    theirs, their_gains = piper_levels(SENTENCES, 2)
    config = tmp_path / "raw.toml"
    config.write_text(f'[gains]\n"{harness.REAL_VOICE}" = 0\n')
    ours, raw = ([samples(harness.say(real_store, sentence, harness.REAL_VOICE, *flags)) for sentence in SENTENCES]
                 for flags in [[], ["--config", config]])
    levels = [level(wave) for wave in ours]
    difference = sum(levels) / len(levels) - sum(theirs) / len(theirs)
    gains = [louder - level(wave) for louder, wave in zip(levels, raw)]
    print(f"louder than piper-tts in the mean: {difference:.2f} dB; gain from sentence to sentence: ours {min(gains):.2f} to "
          f"{max(gains):.2f} dB, piper-tts {min(their_gains):.2f} to {max(their_gains):.2f}; "
          f"loudest sample {max(loudest(wave.tobytes()) for wave in ours)}")
    assert abs(difference) <= 1
    assert max(loudest(wave.tobytes()) for wave in ours) <= CEILING, "none at full scale, so none was cut off there"
    assert max(gains) - min(gains) < (max(their_gains) - min(their_gains)) / 2, "one gain, not one for each sentence"


@pytest.mark.voice
def test_a_voice_that_was_prepared_without_a_gain_gets_one_when_it_is_added_again(real_store, tmp_path):
    store = tmp_path / "voices"
    subprocess.run(["cp", "-r", real_store, store], check=True)
    file = store / harness.REAL_VOICE / "manifest.json"
    manifest = json.loads(file.read_text())
    gain = manifest.pop("gain_db")
    file.write_text(json.dumps(manifest))
    assert b"loudness not measured" in harness.run_ok("voices", "list", "--voices", store)
    quiet = harness.say(store, SENTENCES[0], harness.REAL_VOICE)
    harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store)
    assert json.loads(file.read_text())["gain_db"] == gain
    louder = harness.say(store, SENTENCES[0], harness.REAL_VOICE)
    assert level(samples(louder)) - level(samples(quiet)) == pytest.approx(gain, abs=2)
