import judge
import pytest
import speech


def pytest_sessionstart():
    if not speech.BINARY.is_file():
        raise pytest.UsageError(f"{speech.BINARY} is not there; build it, or name it in ANTIPHON_BINARY")


@pytest.fixture(scope="session")
def hearing():
    with judge.Judge() as opened:
        yield opened


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    speech.make_store(folder)
    return folder


@pytest.fixture(scope="session")
def spoken(store):
    """What a voice says at the rate of its model, each text once: spoken(voice, texts)."""
    kept = {}

    def of(voice, texts):
        missing = [text for text in texts if (voice, text) not in kept]
        for text, samples in speech.speak(store, voice, missing, "--rate", "native"):
            kept[voice, text] = samples
        return [(text, kept[voice, text]) for text in texts]

    return of
