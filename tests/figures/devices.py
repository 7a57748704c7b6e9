#!/usr/bin/env python3
"""Prints what a device carries: .deps/venv/bin/python tests/figures/devices.py [--device cuda:0] [--seconds N]

First how quickly one worker renders for more listeners than it can serve, by the size of its batches: seconds of audio
in a second of the clock, the wall time that a job takes for a second of audio (others of its batch are done meanwhile),
and the memory of the device that is used. Then whom several workers serve well in real time, on the device and on the
processor of the same machine, in one run. Run it on an idle machine.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

BATCHES = [1, 4, 16, 32, 64]
CROWD = 96  # More than one worker serves.
WARM_UP_SECONDS = 14  # At first there is little but plans to make.
RENDER = 'antiphon_job_wall_seconds_total{kind="render"}'


class Figures:
    def __init__(self, folder, seconds):
        self.folder, self.seconds, self.count = folder, seconds, 0
        self.store = folder / "voices"
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", self.store)

    def serve(self, workers, *flags, admission="on"):
        self.count += 1
        server = harness.Server(self.folder / str(self.count), self.store, "--voice", harness.REAL_VOICE, *flags,
                                config={"workers": {"count": workers, "spares": 0}, "admission": {"test": admission}})
        server.wait_for_workers(workers)
        for number in range(workers):
            server.speak("This warms it up, and lets it learn what it costs to speak.", harness.REAL_VOICE, seed=number)
        return server

    def bench(self, server, listeners):
        out = self.folder / "bench.json"
        harness.run_ok("bench", "--server", f"127.0.0.1:{server.port}", "--voice", harness.REAL_VOICE, "--json", out,
                       "--listeners", listeners, "--duration", self.seconds, timeout=120)
        return json.loads(out.read_text())

    def batch(self, name, *flags):
        """While all its places are taken."""
        server = self.serve(1, *flags, admission="off")
        command = [harness.BINARY, "bench", "--server", f"127.0.0.1:{server.port}", "--voice", harness.REAL_VOICE,
                   "--listeners", str(CROWD), "--text", "long", "--duration", str(WARM_UP_SECONDS + self.seconds)]
        crowd = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(WARM_UP_SECONDS)
        before, begun = server.metrics(), time.monotonic()
        time.sleep(self.seconds)
        after, took = server.metrics(), time.monotonic() - begun
        crowd.kill()
        crowd.wait()
        server.stop()
        audio, wall = (after[key] - before[key] for key in ["antiphon_audio_seconds_total", RENDER])
        held = after.get('antiphon_device_memory_bytes{part="used"}', 0) / 2**20
        print(f"{name:28} {audio / took:10.1f} {1000 * wall / audio:14.1f} {held:11.0f}", flush=True)

    def crowd(self, name, workers, listeners, *flags):
        server = self.serve(workers, *flags)
        report = self.bench(server, listeners)
        every = report["all"]
        first, gap = every["first_audio_s"], every["worst_gap_s"]["max"]
        late = "  CLIENT TOO SLOW" if report.get("client", {}).get("was_bottleneck") else ""
        print(f"{name:28} {workers:7} {listeners:9} {100 * every['good_share']:6.1f} {first['p50']:7.2f} "
              f"{first['p99']:7.2f} {gap:7.3f} {every['requests']:6} {every['refused']:6} {every['audio_s_per_s']:8.1f}"
              f"{late}", flush=True)
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--listeners", type=int, nargs="+", default=[32, 128])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = Figures(pathlib.Path(folder), arguments.seconds)
        print(f"{'one worker':28} {'audio s/s':>10} {'job ms/audio s':>14} {'used MiB':>11}")
        figures.batch("cpu", "--device", "cpu")
        for batch in BATCHES:
            figures.batch(f"{arguments.device}, batches of {batch}", "--device", arguments.device, "--batch", batch)
        print(f"\n{'':28} workers listeners  good%  TTFA50  TTFA99     gap  asked   ref. audio s/s")
        for workers in arguments.workers:
            for listeners in arguments.listeners:
                for device in ["cpu", arguments.device]:
                    figures.crowd(device, workers, listeners, "--device", device)


if __name__ == "__main__":
    main()
