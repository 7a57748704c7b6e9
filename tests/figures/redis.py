#!/usr/bin/env python3
"""What keeping progress in Redis costs: the times of pieces of audio with and without it, in turn, and what Redis is asked.

Usage: redis.py [--rounds N] [--streams N] [--voice NAME], with the program in ANTIPHON_BINARY.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
import stores  # noqa: E402

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end! " * 4
BYTES_PER_SECOND = 48_000


def listen(server, voice, seed):
    """Seconds until the first piece, the seconds between pieces, and the bytes."""
    began, first, gaps, size = time.monotonic(), None, [], 0
    with server.stream(TEXT, voice, seed=seed) as answer:
        assert answer.status_code == 200, answer.read()
        for piece in answer.iter_raw():
            now = time.monotonic()
            if first is None:
                first = now - began
            else:
                gaps.append(now - last)
            last, size = now, size + len(piece)
    return first, gaps, size


def round_of(server, voice, streams, seed):
    with ThreadPoolExecutor(streams) as pool:
        heard = list(pool.map(lambda number: listen(server, voice, seed + number), range(streams)))
    return [one[0] for one in heard], [gap for one in heard for gap in one[1]], sum(one[2] for one in heard)


def told(name, values):
    values = sorted(values)
    print(f"{name:34} p50 {statistics.median(values) * 1000:8.2f} ms   p99 {values[len(values) * 99 // 100] * 1000:8.2f} ms"
          f"   of {len(values)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--voice", default="steady", choices=["quick", "steady"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        harness.add_tone(folder / "voices", "quick")
        harness.add_tone(folder / "voices", "steady", "--cost", 150, "--sleep")
        with stores.running(folder / "redis") as redis:
            servers = {kind: harness.Server(folder / kind, folder / "voices", "--voice", options.voice, "--admission", "off",
                                            config=config)
                       for kind, config in (("without", {}), ("with", {"progress": {"url": redis.url}}))}
            try:
                measure(servers, options)
            finally:
                for server in servers.values():
                    server.stop()


def measure(servers, options):
    firsts, gaps = ({kind: [] for kind in servers} for _ in range(2))
    size = 0
    for kind in servers:
        round_of(servers[kind], options.voice, options.streams, 0)  # it learns what the voice costs
    names = "antiphon_redis_commands_total", "antiphon_redis_sent_bytes_total"
    before, began = servers["with"].metrics(), time.monotonic()
    for number in range(options.rounds):
        for kind in sorted(servers, reverse=number % 2 == 0):
            first, between, taken = round_of(servers[kind], options.voice, options.streams, 100 * number)
            firsts[kind] += first
            gaps[kind] += between
            size += taken if kind == "with" else 0
    after, took = servers["with"].metrics(), time.monotonic() - began
    for kind in servers:
        told(f"first piece, {kind} Redis", firsts[kind])
        told(f"between pieces, {kind} Redis", gaps[kind])
    audio = size / BYTES_PER_SECOND
    commands, sent = (after[name] - before[name] for name in names)
    # Two commands of the census each second come whether there is speech or not.
    print(f"for each audio-second: {(commands - 2 * took) / audio:.2f} commands, {sent / audio:.0f} bytes to Redis, the census' among these "
          f"({audio:.0f} s of audio, {commands:.0f} commands in {took:.0f} s, {2 * took:.0f} of them the census)")


if __name__ == "__main__":
    main()
