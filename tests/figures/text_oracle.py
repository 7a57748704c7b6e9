#!/usr/bin/env python3
"""How often the English reading of numbers, money, dates and the like agrees with another reader's, by class.

The other reader is NVIDIA's NeMo text processing, which this project does not need. In an environment of its own:

    pip install nemo-text-processing==1.2.0
    python tests/figures/text_oracle.py --antiphon build/antiphon --cache FOLDER

It makes sentences of each class at random, by a fixed seed, has both read them, and prints the share that agrees and the
first disagreements. Case, punctuation and words that people say or leave out ("and") are not compared. The grammars take
about a minute to build; FOLDER keeps them. With `--cases FOLDER`, which holds the files test_cases_*.txt of that project
(tests/nemo_text_processing/en/data_text_normalization of its repository), their sentences and readings are compared
instead, and its grammars are not needed."""
import argparse
import collections
import json
import pathlib
import random
import re
import subprocess

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]
KINGS = [("Henry", "VIII"), ("Louis", "XIV"), ("Elizabeth", "II"), ("Pope Pius", "IX"), ("World War", "II"),
         ("Chapter", "XII"), ("Act", "IV"), ("Volume", "III"), ("Part", "VI"), ("Edward", "VII")]
UNITS = ["km", "kg", "cm", "mm", "mg", "GB", "MHz", "mph", "km/h", "lbs", "oz", "ft", "ml", "kW"]


def sentences_of(rng):
    """One sentence of each class: name and text."""
    number = rng.randint
    return {
        "cardinal": f"It has {number(2, 999)} pages.",
        "thousands": f"They counted {number(1000, 9_999_999):,} votes.",
        "ordinal": f"She came in {number(4, 20)}th place.",
        "decimal": f"The value is {number(0, 99)}.{number(1, 99):02}.",
        "negative": f"It went down to -{number(2, 90)} then.",
        "year": f"It was built in {number(1101, 2029)}.",
        "dollars": f"It costs ${number(2, 999)}.",
        "cents": f"It costs ${number(2, 99)}.{number(2, 99):02}.",
        "millions": f"They raised ${number(2, 900)} million.",
        "euros": f"It costs €{number(2, 999)}.",
        "clock": f"We meet at {number(1, 12)}:{number(10, 59)}.",
        "clock with half": f"We meet at {number(1, 12)}:{number(10, 59)} {rng.choice(['am', 'pm'])}.",
        "iso date": f"It is due {number(1990, 2030)}-{number(1, 12):02}-{number(1, 28):02}.",
        "month first": f"It was on {rng.choice(MONTHS)} {number(1, 28)}, {number(1950, 2030)}.",
        "month and day": f"It was on {rng.choice(MONTHS)} {number(1, 28)}.",
        "percent": f"It grew by {number(2, 100)}%.",
        "unit": f"It measures {number(2, 200)} {rng.choice(UNITS)}.",
        "decimal unit": f"It measures {number(2, 20)}.{number(1, 9)} {rng.choice(['km', 'kg', 'cm', 'GB'])}.",
        "fraction": f"Add {rng.choice(['1/2', '3/4', '2/3', '1/3', '5/8', '1/4'])} of it.",
        "telephone": f"Call {number(200, 999)}-{number(200, 999)}-{number(1000, 9999)} now.",
        "zip": f"The ZIP {number(10000, 99999)} is hers.",
        "roman": "It is about {} {}.".format(*rng.choice(KINGS)),
        "range": f"It takes {number(2, 20)}-{number(21, 90)} days.",
        "temperature": f"It is {number(2, 40)} °C here.",
        "decade": f"It was the {rng.choice([1950, 1960, 1970, 1980, 1990])}s.",
    }


def plain(spoken):
    words = re.sub(r"[^a-z0-9' ]", " ", spoken.lower()).replace("o'clock", "").split()
    same = {"oh": "o", "mister": "mr", "zero": "o"}
    return " ".join(same.get(word, word) for word in words if word not in ("and", "the"))


def read_by_antiphon(binary, text):
    shown = subprocess.run([binary, "text", "--json", "--", text], capture_output=True, check=True).stdout
    return " ".join(segment["spoken"] for segment in json.loads(shown)["segments"])


def public_cases(folder):
    """The class, the text and its readings, of each case that has a text and readings on one line."""
    for file in sorted(pathlib.Path(folder).glob("test_cases_*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text, *readings = line.split("~")
            if text and readings:
                yield file.stem.removeprefix("test_cases_"), text, readings


def random_cases(oracle, rng, rounds):
    for _ in range(rounds):
        for kind, text in sentences_of(rng).items():
            yield kind, text, [oracle.normalize(text)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--antiphon", default="build/antiphon")
    parser.add_argument("--cache", help="for the grammars")
    parser.add_argument("--cases", help="the public test cases")
    parser.add_argument("--shown", type=int, default=2, help="disagreements of a class that are shown")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=21)
    arguments = parser.parse_args()
    if arguments.cases:
        cases = public_cases(arguments.cases)
    else:
        from nemo_text_processing.text_normalization.normalize import Normalizer
        oracle = Normalizer(input_case="cased", lang="en", cache_dir=arguments.cache)
        cases = random_cases(oracle, random.Random(arguments.seed), arguments.rounds)
    agreed = collections.Counter()
    asked = collections.Counter()
    disagreements = collections.defaultdict(list)
    for kind, text, theirs in cases:
        ours = read_by_antiphon(arguments.antiphon, text)
        asked[kind] += 1
        if plain(ours) in map(plain, theirs):
            agreed[kind] += 1
        else:
            disagreements[kind].append((text, ours, theirs[0]))
    for kind, count in asked.items():
        print(f"{kind:16} {agreed[kind]:3} of {count}", flush=True)
        for text, ours, theirs in disagreements[kind][:arguments.shown]:
            print(f"    {text}\n      ours:   {ours}\n      theirs: {theirs}")
    print(f"{sum(agreed.values())} of {sum(asked.values())} agree")


if __name__ == "__main__":
    main()
