"""Rewrites piper_phonemes.tsv beside this script with the phonemes of piper-tts 1.8.0.

    python -m venv V && V/bin/pip install piper-tts==1.8.0 && V/bin/python generate.py

Each line of the file is: espeak-ng voice, text, then the phonemes of each sentence that piper-tts makes of it (NFD),
separated by tabs. The first two columns are kept, so new sentences can be added as lines with only these.
"""

import pathlib

from piper.phonemize_espeak import EspeakPhonemizer

FILE = pathlib.Path(__file__).with_name("piper_phonemes.tsv")


def main() -> None:
    phonemizer = EspeakPhonemizer()
    lines = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        voice, text = line.split("\t")[:2]
        sentences = ["".join(sentence) for sentence in phonemizer.phonemize(voice, text)]
        lines.append("\t".join([voice, text, *sentences]))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
