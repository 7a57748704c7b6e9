#!/usr/bin/env python3
"""Prints whom the server serves well under load: .deps/venv/bin/python tests/figures/schedule.py [--tones] [--seconds N]

Open loop at several loads under several policies, each beside what `antiphon simulate` says of the same load at the
costs measured here; 16 and 32 real-time listeners, a burst of 16, and one user who keeps 8 long requests under way
beside 4 others. All with two workers: by the real voice, or with --tones by tones that cost as much time asleep. Run it
on an idle machine.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

LOADS = [0.7, 1.0, 1.3]
POLICIES = [("fifo", "off"), ("arrival", "off"), ("edf", "off"), ("edf", "on"), ("fair", "on")]
HEAD = (f"{'':32} {'good%':>6} {'of adm.%':>8} {'TTFA50':>7} {'TTFA95':>7} {'TTFA99':>7} {'C50%':>6} {'gap':>7} "
        f"{'asked':>6} {'ref.':>6}")
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


@dataclasses.dataclass
class Costs:
    """Worker-seconds per second of speech, and seconds of speech."""
    render: float
    plan: float
    short: float
    long: float

    def rate(self):
        """Requests per second that are all that two workers can do; half of the texts are short."""
        return 2 / ((self.render + self.plan) * (self.short + self.long) / 2)


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

    def serve(self, policy="fair", admission="on"):
        self.count += 1
        server = harness.Server(self.folder / str(self.count), self.store, "--workers", "2", "--policy", policy,
                                "--admission", admission)
        server.voice = self.voice
        server.wait_for_workers(2)
        server.speak("This warms it up, and lets it learn what it costs to speak.", self.voice)
        return server

    def costs(self):
        """What this machine does while both workers are always busy, and what the texts of the load are like."""
        server = self.serve("fifo", "off")
        lengths = {}
        for text in ["short", "long"]:
            report = bench(server, self.folder, "--listeners", 2, "--text", text, "--duration", 10)
            every = report["all"]
            lengths[text] = every["audio_s_per_s"] * report["seconds"] / every["complete"]
        before = server.metrics()
        bench(server, self.folder, "--listeners", 96, "--duration", min(self.seconds, 20))
        after = server.metrics()
        server.stop()

        def grown(name):
            return after[name] - before[name]

        audio = grown("antiphon_audio_seconds_total")
        render, plan = (grown(f'antiphon_job_wall_seconds_total{{kind="{kind}"}}') for kind in ["render", "plan"])
        return Costs(render / audio, plan / audio, lengths["short"], lengths["long"])

    def open_loop(self):
        costs = self.costs()
        print(f"a second of speech takes a busy worker {costs.render:.4f} s to render and {costs.plan:.4f} s to plan; "
              f"texts are {costs.short:.1f} or {costs.long:.1f} s long; load 1.0 is {costs.rate():.2f} requests/s")
        print(HEAD)
        for load in LOADS:
            for policy, admission in POLICIES:
                server = self.serve(policy, admission)
                name = f"{load:.1f} {policy}, admission {admission}"
                row(name, bench(server, self.folder, "--rate", f"{load * costs.rate():.3f}", "--duration",
                                self.seconds))
                server.stop()
                self.simulated(costs, load, policy, admission)

    def simulated(self, costs, load, policy, admission):
        """The same in `antiphon simulate`, from the costs that were measured here."""
        lengths = ",".join(f"{0.8 * mean:.2f}:{1.2 * mean:.2f}:0.5" for mean in [costs.short, costs.long])
        report = json.loads(harness.run_ok(
            "simulate", "--rate", f"{load * costs.rate():.3f}", "--lengths", lengths, "--policy", policy, "--admission",
            admission, "--workers", 2, "--rtf", f"{costs.render:.5f}", "--chunk-cost", 0, "--plan-cost",
            f"{costs.plan:.5f}", "--duration", self.seconds, "--warm-up", 0, "--runs", 16, "--json", "-", timeout=600))
        every = {name: value["mean"] for name, value in report["points"][0]["all"].items()}
        times = " ".join(f"{every[f'first_audio_{quantile}']:7.2f}" for quantile in ["p50", "p95", "p99"])
        print(f"{'    simulated':32} {100 * every['good']:6.1f} {100 * every['good_of_admitted']:8.1f} {times} "
              f"{100 * every['c50']:6.1f}", flush=True)

    def others(self):
        print(HEAD)
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
    parser.add_argument("--seconds", type=int, default=40, help="in which requests are made, at each point")
    flags = parser.parse_args()
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        figures = Figures(pathlib.Path(name), flags.tones, flags.seconds)
        figures.open_loop()
        figures.others()


if __name__ == "__main__":
    main()
