"""How many phonemes of a list of sentences hibari's engine reads as the Python package does.

    python tests/figures/hibari_reading.py PACKAGE VOICE SENTENCES

PACKAGE is the folder that has `hibari/` (the unpacked wheel), VOICE the prepared voice, SENTENCES a file with one a line.
Needs numpy and onnxruntime for the package, and build/src/engine/hibari/reading_tool.
"""
import pathlib
import subprocess
import sys

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "build/src/engine/hibari/reading_tool"


def distance(ours, theirs):
    """The least number of phonemes to change, add and remove."""
    above = list(range(len(theirs) + 1))
    for row, one in enumerate(ours, 1):
        line = [row]
        for column, other in enumerate(theirs, 1):
            line.append(min(above[column - 1] + (one != other), above[column] + 1, line[column - 1] + 1))
        above = line
    return above[-1]


def main(package, voice, sentences):
    sys.path.insert(0, package)
    from hibari.g2p import G2P
    lines = pathlib.Path(sentences).read_text().splitlines()
    read = G2P()
    theirs = [read(line) for line in lines]
    ours = subprocess.run([TOOL, voice], input="".join(line + "\n" for line in lines), capture_output=True, text=True,
                          check=True).stdout.splitlines()
    wrong = 0
    for line, mine, other in zip(lines, ours, theirs, strict=True):
        changed = distance(mine, other)
        wrong += changed
        if changed:
            print(f"{changed} of {len(other)}: {line}\n  ours    {mine}\n  package {other}")
    total = sum(map(len, theirs))
    same = sum(mine == other for mine, other in zip(ours, theirs))
    print(f"{len(lines)} sentences, {same} the same; {total} phonemes, {100 * (1 - wrong / total):.3f} % equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
