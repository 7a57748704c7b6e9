#!/usr/bin/env python3
"""Prints whom the server serves well under load: .deps/venv/bin/python tests/figures/schedule.py [--tones] [--seconds N]

Open loop at several loads under several policies, 16 and 32 real-time listeners, a burst of 16, and one user who keeps
8 long requests under way beside 4 others, all with two workers: by the real voice, or with --tones by tones that cost
as much time asleep. Run it on an idle machine; `antiphon simulate` says what to expect.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

LOADS = [0.7, 1.0, 1.3]
POLICIES = [("fifo", "off"), ("plan", "off"), ("edf", "off"), ("edf", "on"), ("ours", "on")]
TONE_COST_MS = 88  # Of an audio-second, as of a medium Piper voice.


def bench(server, folder, *flags):
    out = folder / "bench.json"
    arguments = ["bench", "--server", f"127.0.0.1:{server.port}", "--voice", server.voice, "--json", out, *flags]
    harness.run_ok(*arguments, timeout=600)
    return json.loads(out.read_text())


def row(name, report):
    every = report["all"]
    times = " ".join(f"{every['first_audio_s'][quantile]:7.2f}" for quantile in ["p50", "p95", "p99"])
    print(f"{name:32} {100 * every['good_share']:6.1f} {100 * every['good_share_admitted']:8.1f} {times} "
          f"{100 * every['c50']:6.1f} {every['worst_gap_s']['max']:7.3f} {every['requests']:6} {every['refused']:6}"
          f"{'  CLIENT TOO SLOW' if report.get('client', {}).get('was_bottleneck') else ''}", flush=True)


class Figures:
    def __init__(self, folder, tones, seconds):
        self.folder, self.seconds = folder, seconds
        self.store = folder / "voices"
        self.voice = "tones" if tones else harness.REAL_VOICE
        if tones:
            harness.add_tone(self.store, "tones", "--cost", TONE_COST_MS, "--plan-cost", 14, "--sleep")
        else:
            harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", self.store)
        self.count = 0

    def serve(self, policy="ours", admission="on"):
        self.count += 1
        server = harness.Server(self.folder / str(self.count), self.store, "--workers", "2", "--policy", policy,
                                "--admission", admission)
        server.voice = self.voice
        server.wait_for_workers(2)
        server.speak("This warms it up, and lets it learn what it costs to speak.", self.voice)
        return server

    def capacity(self):
        """Requests per second of mixed texts at load 1: as many as are served when always enough are there."""
        server = self.serve("fifo", "off")
        report = bench(server, self.folder, "--listeners", 64, "--duration", self.seconds)
        server.stop()
        every = report["all"]
        return every["complete"] / report["seconds"]

    def open_loop(self):
        rate = self.capacity()
        print(f"load 1.0 is {rate:.2f} requests/s")
        print(f"{'':32} {'good%':>6} {'of adm.%':>8} {'TTFA50':>7} {'TTFA95':>7} {'TTFA99':>7} {'C50%':>6} {'gap':>7} "
              f"{'asked':>6} {'ref.':>6}")
        for load in LOADS:
            for policy, admission in POLICIES:
                server = self.serve(policy, admission)
                row(f"{load:.1f} {policy}, admission {admission}",
                    bench(server, self.folder, "--rate", f"{load * rate:.3f}", "--duration", self.seconds))
                server.stop()

    def others(self):
        for name, flags in [("16 listeners", ["--listeners", 16]), ("32 listeners", ["--listeners", 32]),
                            ("burst of 16", ["--burst", 16, "--burst-every", 30]),
                            ("4 users beside a flood of 8", ["--listeners", 4, "--flood", 8])]:
            server = self.serve()
            report = bench(server, self.folder, *flags, "--duration", self.seconds)
            row(name, report)
            if len(report["groups"]) > 1:
                for group, figures in report["groups"].items():
                    row(f"  {group}", {"all": figures})
            server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tones", action="store_true")
    parser.add_argument("--seconds", type=int, default=30)
    flags = parser.parse_args()
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        figures = Figures(pathlib.Path(name), flags.tones, flags.seconds)
        figures.open_loop()
        figures.others()


if __name__ == "__main__":
    main()
