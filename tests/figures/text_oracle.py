#!/usr/bin/env python3
"""How often the English reading of numbers, money, dates and the like agrees with another reader's, by class, and who is
right where it does not.

The other reader is NVIDIA's NeMo text processing (Apache License 2.0), which neither the project nor its tests need. In an
environment of its own:

    pip install nemo-text-processing==1.2.0
    python tests/figures/text_oracle.py --antiphon build/antiphon --cache FOLDER

Both read the sentences of text_sentences.py; FOLDER keeps the grammars, which take a minute to build, and the readings. What
both read alike is written to src/text/reading/testdata/english.tsv, the rest with its verdict to
english_disagreements.tsv beside it; the unit tests of text/reading hold the program to both files. A disagreement that is
new has the verdict "unjudged", which these tests refuse: judge it in the file.

With `--cases FOLDER`, which holds the files test_cases_*.txt of that project
(tests/nemo_text_processing/en/data_text_normalization of its repository), the cases that its authors wrote are compared
instead. Verdicts on them stand in text_oracle_cases.tsv, by a hash of the text: the texts are theirs.

Case, punctuation, spaces between single letters ("U S A") and words that people say or leave out ("and", "the",
"o'clock") are not compared."""
import argparse
import collections
import hashlib
import json
import pathlib
import re
import subprocess

import text_sentences

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TESTDATA = ROOT / "src/text/reading/testdata"
AGREED = TESTDATA / "english.tsv"
DISAGREED = TESTDATA / "english_disagreements.tsv"
CASES = pathlib.Path(__file__).with_name("text_oracle_cases.tsv")
# Who is right: this program, the other reader, both (a matter of taste, or of what the program is meant to read), or
# neither, which are texts that nobody writes.
VERDICTS = ("ours", "theirs", "both", "neither")


def plain(spoken):
    words = re.sub(r"[^a-z0-9' ]", " ", spoken.lower()).replace("o'clock", "").split()
    same = {"oh": "o", "misses": "mrs", "mister": "mr", "zero": "o"}
    words = [same.get(word, word) for word in (word.strip("'") for word in words) if word not in ("", "and", "the")]
    return re.sub(r"\b(?<!')([a-z]) (?=[a-z]\b)", r"\1", " ".join(words))


def read_by_antiphon(binary, text):
    shown = subprocess.run([binary, "text", "--json", "--", text], capture_output=True, check=True).stdout
    return [segment["spoken"] for segment in json.loads(shown)["segments"]]


class Oracle:
    """Reads as NeMo does. Readings that the cache has need no grammars."""

    def __init__(self, cache):
        self._cache = pathlib.Path(cache)
        self._file = self._cache / "readings.json"
        self._readings = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._normalizer = None

    def read(self, text):
        if text not in self._readings:
            if self._normalizer is None:
                from nemo_text_processing.text_normalization.normalize import Normalizer
                self._normalizer = Normalizer(input_case="cased", lang="en", cache_dir=str(self._cache))
            self._readings[text] = self._normalizer.normalize(text)
        return self._readings[text]

    def keep(self):
        self._file.write_text(json.dumps(self._readings, ensure_ascii=False, indent=0))


def rows_of(file):
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line.split("\t") for line in lines]


def write_rows(file, rows):
    file.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def print_table(counts):
    """`counts`: of each class, how often each verdict or "agree" was given."""
    columns = ("agree", *VERDICTS, "unjudged")
    total = collections.Counter()
    for kind, count in counts.items():
        total.update(count)
        print(f"{kind:26}", " ".join(f"{count[column]:4} {column}" for column in columns if count[column]))
    asked = sum(total.values())
    print(f"{total['agree']} of {asked} agree ({100 * total['agree'] / asked:.1f} %); with those where ours or both are right "
          f"{total['agree'] + total['ours'] + total['both']} "
          f"({100 * (total['agree'] + total['ours'] + total['both']) / asked:.1f} %)")
    print(dict(total))


def compare_lists(binary, oracle):
    known = {row[2]: (row[1], row[5]) for row in rows_of(DISAGREED)}
    agreed, disagreed = {}, {}
    for name, sentences in (("first", text_sentences.first_list()), ("second", text_sentences.second_list())):
        counts = collections.defaultdict(collections.Counter)
        for kind, text in dict.fromkeys(sentences) if name == "second" else sentences:
            theirs, ours = oracle.read(text), read_by_antiphon(binary, text)
            if len(ours) == 1 and plain(ours[0]) == plain(theirs):
                counts[kind]["agree"] += 1
                agreed[text] = [kind, text, ours[0]]
            else:
                verdict, why = known.get(text, ("unjudged", ""))
                counts[kind][verdict] += 1
                disagreed[text] = [kind, verdict, text, " | ".join(ours), theirs, why]
        print(f"The {name} list:")
        print_table(counts)
    write_rows(AGREED, agreed.values())
    write_rows(DISAGREED, sorted(disagreed.values(), key=lambda row: (row[0], row[2])))
    oracle.keep()


def public_cases(folder):
    """The class, the text and its readings, of each case that has a text and readings on one line."""
    for file in sorted(pathlib.Path(folder).glob("test_cases_*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text, *readings = line.split("~")
            if text and readings:
                yield file.stem.removeprefix("test_cases_"), text, readings


def compare_cases(binary, folder, shown):
    known = {(row[0], row[1]): (row[2], row[3]) for row in rows_of(CASES)}
    counts = collections.defaultdict(collections.Counter)
    rows = []
    for kind, text, theirs in public_cases(folder):
        ours = " ".join(read_by_antiphon(binary, text))
        if plain(ours) in map(plain, theirs):
            counts[kind]["agree"] += 1
            continue
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        verdict, why = known.get((kind, name), ("unjudged", ""))
        counts[kind][verdict] += 1
        rows.append([kind, name, verdict, why])
        if shown == "all" or verdict == shown:
            print(f"{kind} {name} {verdict} {why}\n    {text}\n      ours:   {ours}\n      theirs: {theirs[0]}")
    print_table(counts)
    write_rows(CASES, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--antiphon", default="build/antiphon")
    parser.add_argument("--cache", help="for the grammars and the readings")
    parser.add_argument("--cases", help="the public test cases")
    parser.add_argument("--shown", default="unjudged", help='the verdict of which cases are shown, or "all"')
    arguments = parser.parse_args()
    if arguments.cases:
        compare_cases(arguments.antiphon, arguments.cases, arguments.shown)
    else:
        compare_lists(arguments.antiphon, Oracle(arguments.cache))


if __name__ == "__main__":
    main()
