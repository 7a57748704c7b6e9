#!/usr/bin/env python3
"""Prints what listeners hear beside an attack by texts: .deps/venv/bin/python tests/figures/attack.py [--seconds N]

Eight listeners of `antiphon bench` play in real time for so long: alone, beside ten plain requests a second, and beside
ten a second of the texts of tests/chaos/hostile.py. Run it on an idle machine.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "chaos")]
import harness  # noqa: E402
from hostile import TEXTS, Attack  # noqa: E402

LISTENERS = 8
PLAIN = [("Take the second road on the left behind the old mill, and then ask again. It is not far from there.", 1)]


def bench(server, seconds, file):
    command = [harness.BINARY, "bench", "--server", f"127.0.0.1:{server.port}", "--voice", harness.REAL_VOICE,
               "--listeners", str(LISTENERS), "--duration", str(seconds), "--json", file]
    subprocess.run(["setpriv", "--pdeathsig", "KILL", *map(str, command)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return json.loads(file.read_text())


def deaths(server):
    return sum(sum(worker["kills"].values()) for worker in server.http.get("/v1/workers").json()["workers"])


def row(server, name, texts, seconds, folder):
    attack = Attack(server, harness.REAL_VOICE, texts) if texts else contextlib.nullcontext()
    with attack:
        report = bench(server, seconds, folder / "bench.json")
    heard = report["all"]
    asked = dict(collections.Counter(attack.statuses)) if texts else "–"
    ready = dict(collections.Counter(attack.readiness)) if texts else "–"
    print(f"| {name} | {heard['complete']} of {heard['requests']} | {1000 * heard['worst_gap_s']['max']:.0f} ms | "
          f"{1000 * heard['first_audio_s']['p95']:.0f} ms | {heard['audio_s_per_s']:.1f} s | {asked} | {ready} | "
          f"{deaths(server)} | {len(server.events('slot_quarantined'))} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    flags = parser.parse_args()
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = folder / "voices"
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store)
        server = harness.Server(folder / "server", store)
        print("| beside | complete | worst gap | first audio, p95 | heard in a second | answers to the attack | /readyz | "
              "workers lost | quarantines |\n|---|---|---|---|---|---|---|---|---|")
        for beside, texts in [("nobody", None), ("plain requests", PLAIN), ("hostile texts", TEXTS)]:
            row(server, beside, texts, flags.seconds, folder)
        server.stop()


if __name__ == "__main__":
    main()
