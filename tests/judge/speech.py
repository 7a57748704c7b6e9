"""Sentences, and the program that speaks them."""
import concurrent.futures
import os
import pathlib
import subprocess

import judge

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("ANTIPHON_BINARY", REPOSITORY / "build/antiphon")).resolve()
SENTENCES = (pathlib.Path(__file__).parent / "sentences.txt").read_text().splitlines()
# The English voices of the set-up: id and what `voices add` takes.
VOICES = {"hibari": REPOSITORY / ".deps/voices/hibari", "en_US-joe-medium": REPOSITORY / ".deps/voices/en_US-joe-medium.onnx"}


def run(*arguments, stdin=b""):
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, stdout=subprocess.PIPE, check=True, timeout=300).stdout


def make_store(folder):
    for source in VOICES.values():
        run("voices", "add", source, "--voices", folder)


def say(store, voice, text, *flags):
    """The WAV file of `antiphon say`, at 24 kHz unless `flags` say otherwise."""
    return run("say", "-", "--quiet", "--voices", store, "--voice", voice, *flags, stdin=text.encode())


def speak(store, voice, texts, *flags):
    """Pairs for Judge.judge()."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(lambda text: (text, judge.decode(say(store, voice, text, *flags))), texts))
