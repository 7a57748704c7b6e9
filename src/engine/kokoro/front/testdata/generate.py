"""Rewrites misaki_phonemes.tsv beside this script with the phonemes of misaki 0.9.4.

    python -m venv V && V/bin/pip install misaki==0.9.4 phonemizer-fork==3.3.2 espeakng-loader==0.2.4
    V/bin/python generate.py

Each line of the file is: style, text, phonemes, separated by tabs. The first two columns are kept, so new sentences can
be added as lines with only these. A style of English has one word, which misaki gives to espeak-ng as it does with each
that its lists lack; what it gives for the diphthong of "hair", where its rules undo each other, is left out.
"""

import pathlib
import types

from misaki import espeak

FILE = pathlib.Path(__file__).with_name("misaki_phonemes.tsv")
LANGUAGES = {"e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}


def main() -> None:
    readers = {first: espeak.EspeakG2P(language) for first, language in LANGUAGES.items()}
    spellers = {"a": espeak.EspeakFallback(british=False), "b": espeak.EspeakFallback(british=True)}
    lines = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        style, text = line.split("\t")[:2]
        if style[0] in spellers:
            phonemes = spellers[style[0]](types.SimpleNamespace(text=text))[0]
        else:
            phonemes = readers[style[0]](text)[0]
        lines.append("\t".join([style, text, phonemes]))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
