#!/usr/bin/env python3
"""Cuts streams at random places until they are whole, and counts bytes that are lost or come twice.

Usage: resume.py [--points N] [--streams N] [--seed N], with the program in ANTIPHON_BINARY.
"""
import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end! " * 4


def cut_often(server, expected, points, seed):
    """Returns the number of streams with wrong bytes, the bytes that are too many, and the seconds from each new connection to its first byte."""
    chance = random.Random(seed)
    waits, wrong, surplus = [], 0, 0
    while len(waits) < points:
        got, stream = b"", None
        while len(waits) < points and len(got) < len(expected):
            most = chance.randrange(1, len(expected) // 8)
            began = time.monotonic()
            request = {"method": "GET", "url": f"{server.url}/v1/audio/speech/{stream}",
                       "headers": {"Range": f"bytes={len(got)}-"}}
            if stream is None:
                request = {"method": "POST", "url": f"{server.url}/v1/audio/speech",
                           "json": {"model": "tts-1", "input": TEXT, "voice": "quick", "response_format": "wav"}}
            with httpx.stream(**request, timeout=60) as answer:
                answer.raise_for_status()
                taken = b""
                for piece in answer.iter_raw(1024):
                    if not taken and stream is not None:
                        waits.append(time.monotonic() - began)
                    taken += piece
                    if len(taken) >= most:
                        break
                stream = answer.headers["antiphon-stream"]
            got += taken[:most]
        if got != expected[:len(got)]:
            wrong += 1
        surplus += max(0, len(got) - len(expected))
    return wrong, surplus, waits


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--seed", type=int, default=22)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = pathlib.Path(folder) / "voices"
        harness.add_tone(store, "quick")
        server = harness.Server(pathlib.Path(folder) / "server", store, "--voice", "quick",
                                config={"admission": {"streams_per_user": options.streams * 4}})
        try:
            expected = server.speak(TEXT, "quick", response_format="wav")
            each = -(-options.points // options.streams)
            with ThreadPoolExecutor(options.streams) as pool:
                found = list(pool.map(lambda n: cut_often(server, expected, each, options.seed + n),
                                      range(options.streams)))
        finally:
            server.stop()
    waits = sorted(wait for _, _, stream in found for wait in stream)
    print(f"kill points {len(waits)}, streams at once {options.streams}, bytes of a stream {len(expected)}")
    print(f"streams with bytes lost or changed {sum(wrong for wrong, _, _ in found)}, "
          f"bytes too many {sum(surplus for _, surplus, _ in found)}")
    print(f"from the new connection to its first byte: p50 {statistics.median(waits) * 1e3:.0f} ms, "
          f"p99 {waits[int(len(waits) * 0.99)] * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
