#!/usr/bin/env python3
"""Cuts streams at random places until they are whole, and counts bytes that are lost or come twice: by the connection, by
SIGKILL of the gateway, and by SIGKILL of the gateway with its workers at once, as when the machine is gone. Two gateways
share Redis; each stream goes on at either, and always at the other one after a kill.

Usage: resume.py [--connection N] [--gateway N] [--machine N] [--streams N], with the program in ANTIPHON_BINARY.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
import kill_points  # noqa: E402
import stores  # noqa: E402

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end! " * 8


def run(pair, expected, options, voice, wanted, kinds, leave):
    """Until there were so many points of the kinds that are wanted."""
    body = {"model": "tts-1", "input": TEXT, "voice": voice, "response_format": "wav"}
    listeners = [kill_points.Listener(pair, body, expected, number) for number in range(options.streams)]

    def reached(kind):
        return sum(listener.points[kind] for listener in listeners) >= wanted[kind]

    def next_kinds():
        for kind in kinds:
            while not reached(kind):
                yield kind

    if kinds:
        kill_points.listen_while_killed(pair, listeners, next_kinds(), leave, lambda chance: chance.uniform(0.1, 1.0))
    else:
        kill_points.listen_until(listeners, lambda: reached("connection"), leave)
    return listeners


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connection", type=int, default=700)
    parser.add_argument("--gateway", type=int, default=200)
    parser.add_argument("--machine", type=int, default=100)
    parser.add_argument("--streams", type=int, default=8)
    options = parser.parse_args()
    wanted = {"connection": options.connection, "gateway": options.gateway, "machine": options.machine}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        harness.add_tone(folder / "voices", "quick")
        harness.add_tone(folder / "voices", "steady", "--cost", 15, "--sleep")  # 0.015 s for a second of audio
        with stores.running(folder / "redis") as redis:
            pair = kill_points.Pair(folder, folder / "voices", redis, "--admission", "off")
            try:
                expected = pair.servers[0].speak(TEXT, "quick", response_format="wav")
                listeners = run(pair, expected, options, "quick", wanted, (),
                                lambda chance: chance.randrange(1, len(expected) // 16))
                listeners += run(pair, expected, options, "steady", wanted, ("gateway", "machine"), lambda chance: None)
            finally:
                pair.stop()
    report(listeners, options, expected, pair, time.monotonic() - began)


def report(listeners, options, expected, pair, took):
    print(f"{options.streams} streams at once, {len(expected)} bytes each; {sum(one.whole for one in listeners)} heard to their "
          f"ends in {took:.0f} s; gateways killed alone {pair.kills['gateway']}, with their workers {pair.kills['machine']} times")
    for kind in ("connection", "gateway", "machine"):
        waits = sorted(wait for one in listeners for wait in one.waits[kind])
        if waits:
            print(f"{kind:12} {len(waits):5} kill points   until the first new audio p50 {statistics.median(waits) * 1e3:5.0f} ms   "
                  f"p99 {waits[len(waits) * 99 // 100] * 1e3:5.0f} ms")
    print(f"streams with bytes lost or changed {sum(one.wrong for one in listeners)}, bytes that came twice "
          f"{sum(one.surplus for one in listeners)}, streams that were not found again {sum(one.missing for one in listeners)}")


if __name__ == "__main__":
    main()
