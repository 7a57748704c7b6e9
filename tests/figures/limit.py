#!/usr/bin/env python3
"""Prints how many listeners a gateway alone carries: .deps/venv/bin/python tests/figures/limit.py [--listeners N ...] [--seconds N]

The voice is one of tones, which costs its worker next to nothing, so what is measured is the gateway: its CPU time for a
second of audio, the first audio and the gaps that `antiphon bench` hears, and its memory for each listener. One voice has
the rate that is asked for; the other one is resampled. Run it on an idle machine of two cores or more; the load average is
printed first. tests/figures/doors.py says what the formats cost besides. Needs `make build` and `tools/setup tests`.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from observe import cpu_seconds  # noqa: E402

MOST = 8192
CONFIG = {
    "server": {"max_connections": MOST, "max_connections_per_address": MOST, "max_streams": MOST},
    "admission": {"test": "off", "streams_per_user": MOST},
    "workers": {"count": 1, "spares": 0},
    "log": {"answers": "none"},
}
RATES = {"24 kHz": 24_000, "22.05 kHz, resampled": 22_050}


def add_voice(store, rate):
    harness.add_tone(store, "tone")
    manifest = store / "tone" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"sample_rate": rate}))


def resident_at_most(pid, over):
    """The most memory of the process until `over`, in bytes."""
    most = 0
    while not over.wait(0.1):
        most = max(most, harness.resident_bytes(pid))
    return most


def measure(folder, rate, listeners, seconds):
    add_voice(folder / "voices", rate)
    server = harness.Server(folder / "server", folder / "voices", "--voice", "tone", config=CONFIG)
    over, seen = threading.Event(), []
    report = folder / "report.json"
    try:
        server.speak("It is warm now.", "tone")
        idle, before = harness.resident_bytes(server.pid), cpu_seconds(server.pid)
        watch = threading.Thread(target=lambda: seen.append(resident_at_most(server.pid, over)))
        watch.start()
        harness.run_ok("bench", "--server", server.url, "--voice", "tone", "--text", "long", "--listeners", listeners, "--duration",
                       seconds, "--json", report, timeout=seconds + 120)
        used = cpu_seconds(server.pid) - before
        over.set()
        watch.join()
    finally:
        over.set()
        server.stop()
    return json.loads(report.read_text()), used, (seen[0] - idle) / listeners


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--listeners", type=int, nargs="+", default=[100, 600, 1000])
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, {time.strftime('%Y-%m-%d')}\n")
    print("| voice | listeners | gateway's CPU for an audio-second | first audio p50, p99 | longest gap | memory for each |")
    print("|---|---|---|---|---|---|")
    for name, rate in RATES.items():
        for listeners in options.listeners:
            with tempfile.TemporaryDirectory() as folder:
                report, used, memory = measure(pathlib.Path(folder), rate, listeners, options.seconds)
            heard, first = report["all"], report["all"]["first_audio_s"]
            cost = used / (heard["audio_s_per_s"] * report["seconds"])
            print(f"| {name} | {listeners} | {1000 * cost:.2f} ms | {1000 * first['p50']:.0f} ms, {1000 * first['p99']:.0f} ms | "
                  f"{1000 * heard['worst_gap_s']['max']:.0f} ms | {memory / 1024:.0f} KiB |", flush=True)


if __name__ == "__main__":
    main()
