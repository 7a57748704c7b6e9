#!/usr/bin/env python3
"""What reading a text costs until its first audio: the run behind a line of docs/text.md.

    .deps/venv/bin/python tests/figures/text_cost.py --voices STORE [--antiphon PROGRAM] [--voice VOICE] [--pairs N]

Asks a server of its own, one at a time, for the same prose read as a person would and as it is written
(`"normalise": "off"`), in turns, and prints by how much the first audio comes later. The prose has nothing that is read
otherwise, so that both speak the same; that is checked."""
import argparse
import hashlib
import re
import signal
import statistics
import subprocess
import time

import httpx

SENTENCE = "The quick brown fox jumps over the lazy dog while the band plays on and on in the old town hall. "
COMPARED = 48_000  # Bytes of PCM; the rest is not waited for.


def first_audio(client, voice, text, normalise):
    """Seconds to the first byte of PCM, and the hash of the first second or so of it."""
    body = {"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm", "text": {"normalise": normalise}}
    begin, first, pcm = time.perf_counter(), None, b""
    with client.stream("POST", "/v1/audio/speech", json=body) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            first = first or time.perf_counter() - begin
            pcm += piece
            if len(pcm) >= COMPARED:
                break
    return first, hashlib.sha256(pcm[:COMPARED]).hexdigest()


def compare(client, voice, text, pairs):
    read, raw, later = [], [], []
    first_audio(client, voice, text, "on")
    for turn in range(pairs):
        order = ("on", "off") if turn % 2 == 0 else ("off", "on")
        seconds = {}
        hashes = set()
        for normalise in order:
            seconds[normalise], digest = first_audio(client, voice, text, normalise)
            hashes.add(digest)
        if len(hashes) > 1:
            raise SystemExit("the two speak differently")
        read.append(seconds["on"])
        raw.append(seconds["off"])
        later.append(seconds["on"] - seconds["off"])
    low, middle, high = (1000 * value for value in statistics.quantiles(later, n=4))
    print(f"{len(text)} characters: first audio {1000 * statistics.median(raw):.1f} ms as it is written, "
          f"{1000 * statistics.median(read):.1f} ms as it is read; {middle:+.2f} ms ({low:+.2f} to {high:+.2f}, quartiles of "
          f"{pairs} pairs)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--antiphon", default="build/antiphon")
    parser.add_argument("--voices", required=True, metavar="STORE")
    parser.add_argument("--voice", default="hibari")
    parser.add_argument("--pairs", type=int, default=40)
    asked = parser.parse_args()
    server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", asked.antiphon, "serve", "--listen", "127.0.0.1:0", "--voices",
                               asked.voices, "--workers", "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        address = re.search(r"http://[\d.:]+", server.stdout.readline().decode())[0]
        with httpx.Client(base_url=address, timeout=120) as client:
            for sentences in (1, 10, 40):
                compare(client, asked.voice, (SENTENCE * sentences).strip(), asked.pairs)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


if __name__ == "__main__":
    main()
