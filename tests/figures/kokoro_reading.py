"""How many phonemes of a list of sentences Kokoro's front end reads as misaki does.

    python tests/figures/kokoro_reading.py VOICE STYLE SENTENCES [PACKAGE]

VOICE is the folder of the prepared voice, STYLE decides the language, SENTENCES is a file with one a line. For styles of
English PACKAGE is the folder that has `hibari/` (the unpacked wheel of hibari-tts): misaki's own reader of English wants
a model of spaCy, and the package has its lists and rules without; words that the lists lack go to misaki's espeak-ng.
Signs that Kokoro does not know count for nothing. Needs misaki 0.9.4, phonemizer-fork 3.3.2 and espeakng-loader 0.2.4, and
build/src/engine/kokoro/front/front_tool, or what ANTIPHON_FRONT_TOOL names.
"""
import os
import pathlib
import subprocess
import sys
import types

from hibari_reading import distance

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "build/src/engine/kokoro/front/front_tool"
LANGUAGES = {"e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
UNKNOWN = str.maketrans("", "", "¡¿«»[]{}।॥'’\u0329\u032a\u0361")


def reader(style, package):
    from misaki import espeak
    if style[0] in LANGUAGES:
        read = espeak.EspeakG2P(LANGUAGES[style[0]])
        return lambda line: read(line)[0]
    british = style[0] == "b"
    spell = espeak.EspeakFallback(british)
    sys.path.insert(0, package)
    from hibari.g2p import G2P
    return G2P(british=british, oov=lambda word: spell(types.SimpleNamespace(text=word))[0])


def main(voice, style, sentences, package=""):
    lines = pathlib.Path(sentences).read_text().splitlines()
    read = reader(style, package)
    theirs = [read(line).translate(UNKNOWN) for line in lines]
    tool = os.environ.get("ANTIPHON_FRONT_TOOL", TOOL)
    ours = subprocess.run([tool, voice, style], input="".join(line + "\n" for line in lines), capture_output=True,
                          text=True, check=True).stdout.translate(UNKNOWN).splitlines()
    wrong = 0
    for line, mine, other in zip(lines, ours, theirs, strict=True):
        changed = distance(mine, other)
        wrong += changed
        if changed:
            print(f"{changed} of {len(other)}: {line}\n  ours   {mine}\n  misaki {other}")
    total = sum(map(len, theirs))
    same = sum(mine == other for mine, other in zip(ours, theirs))
    print(f"{style}: {len(lines)} sentences, {same} the same; {total} phonemes, {100 * (1 - wrong / total):.3f} % equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
