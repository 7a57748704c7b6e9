#!/usr/bin/env python3
"""Prints how soon a worker is ready, and what the pool's growth brings: .deps/venv/bin/python tests/figures/pool.py [--rounds N]

The spare is killed again and again, beside nobody and beside a worker that is kept busy, and the time from the start of
the next process until it is ready is read from /metrics. Then listeners who ask again when they have heard all come to a
server with one worker; it grows to two, with and without a spare, and the time line of that is printed with what was
spoken a second before and after. Growth is shown with ONNX Runtime's kernels: our own leave one worker of a small
machine too little to do. Run it on an idle machine.
"""
import argparse
import contextlib
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

# So that a process that is killed for the sake of measuring is started again at once.
PATIENT = {"deaths_per_minute": 1000, "first_pause_seconds": 0.01, "longest_pause_seconds": 0.01}
READY = "antiphon_worker_ready_after_seconds"
LISTENERS = 24


def spare(server):
    """The slot and the process of the spare; None while there is none."""
    return next(((worker["slot"], worker["pid"]) for worker in server.workers("spare")), None)


@contextlib.contextmanager
def crowd(server, listeners, seconds, *flags):
    """Listeners for so long, or until the block ends."""
    command = [harness.BINARY, "bench", "--server", f"127.0.0.1:{server.port}", "--voice", harness.REAL_VOICE,
               "--listeners", str(listeners), "--duration", str(seconds), *flags]
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Figures:
    def __init__(self, folder, rounds):
        self.folder, self.rounds, self.count = folder, rounds, 0
        self.store = folder / "voices"
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", self.store)

    def serve(self, kernel, workers):
        self.count += 1
        return harness.Server(self.folder / str(self.count), self.store,
                              config={"workers": workers, "engine": {"kernel": kernel}})

    def ready(self):
        """A row each: median, least and most of the rounds."""
        print("| kernels | beside | start of a process to ready, ms: median (least to most) | of it the voice |\n"
              "|---|---|---|---|")
        for kernel in ["voice", "ort"]:
            server = self.serve(kernel, {"count": 1, "spares": 1, **PATIENT})
            self.ready_row(server, kernel, "nobody")
            with crowd(server, 4, 600):
                self.ready_row(server, kernel, "a worker with 4 listeners")
            server.stop()

    def ready_row(self, server, kernel, beside):
        times = []
        harness.eventually(lambda: spare(server), "a spare")
        loads = len(server.events("voice_loaded"))
        for _ in range(self.rounds):
            slot, pid = spare(server)
            os.kill(pid, signal.SIGKILL)
            harness.eventually(lambda: (spare(server) or (slot, pid))[1] != pid, "another spare")
            times.append(1000 * server.metrics()[f'{READY}{{machine="here",worker="{slot}"}}'])
        voice = [1000 * float(event["load_s"]) for event in server.events("voice_loaded")[loads:]]
        print(f"| {kernel} | {beside} | {statistics.median(times):.0f} ({min(times):.0f} to {max(times):.0f}) | "
              f"{statistics.median(voice):.0f} |", flush=True)

    def growth(self, spares):
        server = self.serve("ort", {"count": 0, "most": 2, "spares": spares})
        wanted = 1 + spares
        harness.eventually(lambda: len(server.workers("active", "spare")) == wanted, "the worker and its spare are ready")
        server.speak("This warms it up, and lets it learn what it costs to speak.", harness.REAL_VOICE)
        print(f"\n{LISTENERS} listeners on one worker, {'with' if spares else 'without'} a spare\n\n"
              "| s | workers | streams | waiting | refused so far | spoken, audio-s per s | what happened |\n"
              "|---|---|---|---|---|---|---|")
        line = TimeLine(server)
        with crowd(server, LISTENERS, 30, "--text", "short", "--retry", "told"):
            line.follow(24)
        server.stop()
        before, after = line.capacity()
        print(f"\nbefore: {before:.1f} audio-s per s by one worker; after: {after:.1f} by two, {after / before:.2f} "
              "times as much", flush=True)


class TimeLine:
    """What a server does, each second and whenever its pool decides."""

    def __init__(self, server):
        self.server = server
        self.begun = time.monotonic()
        self.seen = server.metrics()
        self.refused = self.sum_of(self.seen, "antiphon_refusals_total")
        self.points = []  # (time, workers, audio so far)

    @staticmethod
    def sum_of(metrics, name):
        return sum(value for key, value in metrics.items() if key.startswith(name + "{"))

    def follow(self, seconds):
        told = time.monotonic()
        while (now := time.monotonic()) - self.begun < seconds:
            metrics = self.server.metrics()
            decided = [key[key.index("{"):] for key, value in metrics.items()
                       if key.startswith("antiphon_pool_decisions_total") and value > self.seen[key]]
            ready = metrics["antiphon_workers"] != self.seen["antiphon_workers"]
            self.points.append((now - self.begun, int(metrics["antiphon_workers"]),
                                metrics["antiphon_audio_seconds_total"]))
            if decided or ready or now - told >= 1:
                self.tell(now, metrics, decided)
                told = now
            self.seen = metrics
            time.sleep(0.02)

    def tell(self, now, metrics, decided):
        rate = self.rate(now - self.begun - 1, now - self.begun)
        print(f"| {now - self.begun:.2f} | {metrics['antiphon_workers']:.0f} | {metrics['antiphon_streams']:.0f} | "
              f"{metrics['antiphon_waiting']:.0f} | "
              f"{self.sum_of(metrics, 'antiphon_refusals_total') - self.refused:.0f} | {rate:.1f} | "
              f"{'; '.join(decided)} |", flush=True)

    def rate(self, begin, end):
        points = [point for point in self.points if begin <= point[0] <= end]
        if len(points) < 2:
            return 0
        return (points[-1][2] - points[0][2]) / max(points[-1][0] - points[0][0], 1e-9)

    def capacity(self):
        """Audio per second while one worker was there, from half a second on, and while two were, from a second on."""
        grown = next(point[0] for point in self.points if point[1] == 2)
        return self.rate(min(0.5, grown / 2), grown), self.rate(grown + 1, self.points[-1][0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    flags = parser.parse_args()
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        figures = Figures(pathlib.Path(name), flags.rounds)
        figures.ready()
        for spares in [1, 0]:
            figures.growth(spares)


if __name__ == "__main__":
    main()
