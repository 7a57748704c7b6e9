"""The judge notices what spoils speech. Each fault is one that a server could make."""
import judge
import numpy as np
import pytest
import speech

RATE = judge.SAMPLE_RATE


def truncated(samples):
    return samples[:len(samples) // 2]


def noisy(samples):
    noise = np.random.default_rng(1).standard_normal(len(samples)).astype(np.float32)
    return samples + np.std(samples) * noise


def doubled(samples):
    """Every half second is heard twice. A recogniser that knows the language passes over most of it; the length does not."""
    return np.concatenate([np.tile(samples[begin:begin + RATE // 2], 2) for begin in range(0, len(samples), RATE // 2)])


def gapped(samples):
    """50 ms of silence in every 200 ms."""
    return samples * (np.arange(len(samples)) % (RATE // 5) >= RATE // 20)


def backwards(samples):
    return samples[::-1]


@pytest.fixture(scope="module")
def clean(spoken):
    return spoken("hibari", speech.SENTENCES[:3])


@pytest.fixture(scope="module")
def verdict(hearing, clean):
    return hearing.judge(clean)


@pytest.mark.parametrize("fault", [truncated, noisy, doubled, gapped, backwards])
def test_spoilt_speech_is_judged_worse(hearing, clean, verdict, fault):
    spoilt = hearing.judge([(text, fault(samples)) for text, samples in clean])
    assert (spoilt.word_error_rate > verdict.word_error_rate + 0.2 or spoilt.score < verdict.score - 0.7
            or abs(spoilt.words_per_second / verdict.words_per_second - 1) > 0.1), (verdict, spoilt)


def test_silence_is_no_speech(hearing):
    silent = hearing.judge([(speech.SENTENCES[0], np.zeros(3 * RATE, np.float32))])
    assert silent.word_error_rate >= 0.9


def test_another_text_is_misheard(hearing, clean):
    """The recogniser writes what was said, not what it was to find."""
    swapped = hearing.judge([(clean[0][0], clean[1][1]), (clean[1][0], clean[0][1])])
    assert swapped.word_error_rate >= 0.7


def test_a_word_that_is_replaced_added_or_missing_is_one_edit():
    meant = judge.words_of("The quick-witted fox isn’t here.")
    assert meant == ["the", "quick", "witted", "fox", "isn't", "here"]
    assert [judge.edits(meant, heard) for heard in (meant, meant[1:], meant + ["now"], ["a"] + meant[1:], [])] == [0, 1, 1, 1, 6]
