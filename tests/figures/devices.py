#!/usr/bin/env python3
"""Prints what a device carries: .deps/venv/bin/python tests/figures/devices.py [--device cuda:0] [--seconds N]

First how quickly one worker renders for more listeners than it can serve, by the size of its batches: seconds of audio
in a second of the clock, the wall time that a job takes for a second of audio (others of its batch are done meanwhile),
and the memory of the device that is used. Then whom several workers serve well in real time, on the device and on the
processor of the same machine, in one run. Run it on an idle machine.
"""
import argparse
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from pool import crowd  # noqa: E402
from schedule import HEAD, bench, row  # noqa: E402

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
        server.voice = harness.REAL_VOICE
        server.wait_for_workers(workers)
        for number in range(workers):
            server.speak("This warms it up, and lets it learn what it costs to speak.", harness.REAL_VOICE, seed=number)
        return server

    def batch(self, name, *flags):
        """While all its places are taken."""
        server = self.serve(1, *flags, admission="off")
        with crowd(server, CROWD, WARM_UP_SECONDS + self.seconds, "--text", "long"):
            time.sleep(WARM_UP_SECONDS)
            before, begun = server.metrics(), time.monotonic()
            time.sleep(self.seconds)
            after, took = server.metrics(), time.monotonic() - begun
        server.stop()
        audio, wall = (after[key] - before[key] for key in ["antiphon_audio_seconds_total", RENDER])
        held = after.get('antiphon_device_memory_bytes{part="used"}', 0) / 2**20
        print(f"{name:28} {audio / took:10.1f} {1000 * wall / audio:14.1f} {held:11.0f}", flush=True)

    def listeners(self, device, workers, count):
        server = self.serve(workers, "--device", device)
        row(f"{device}, {workers} workers, {count} listeners",
            bench(server, self.folder, "--listeners", count, "--duration", self.seconds))
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
        print(f"\n{HEAD}")
        for workers in arguments.workers:
            for count in arguments.listeners:
                for device in ["cpu", arguments.device]:
                    figures.listeners(device, workers, count)


if __name__ == "__main__":
    main()
