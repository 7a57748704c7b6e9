#!/usr/bin/env python3
"""Prints what the kernels cost beside ONNX Runtime: .deps/venv/bin/python tests/figures/kernels.py [--rounds N]

First how far their sound is apart, then whole grains by `renderer_bench`, then everything that `antiphon say` does from text to PCM, each on one core and
on two cores at once, the kinds in turn. Of `say` it is the CPU time of a long text less that of a short one, so that
start and loading do not count. Build the bench first: cmake --build build --target renderer_bench. Run it on an idle
machine.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
import numpy  # noqa: E402

KERNELS = ["ort", "direct", "fast"]
BENCH = harness.BINARY.parent / "src/engine/piper/renderer_bench"
SHORT = "The first words."
LONG = SHORT + (" Every listener hears the same sentence, and each of them hears it from the beginning to the end without "
                "a gap, whatever else the machine has to do in the meantime.") * 6
BYTES_PER_SECOND = 2 * 24_000


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


def say(store, kernel, text, core):
    """A process that speaks the text."""
    return subprocess.Popen([harness.BINARY, "say", text, "--raw", "--quiet", "--voices", store, "--voice",
                             harness.REAL_VOICE, "--engine-kernel", kernel], stdout=subprocess.PIPE,
                            preexec_fn=pinned(core))


def spoken(process):
    """(Seconds of audio, CPU seconds) of such a process, which ends."""
    audio = len(process.stdout.read()) / BYTES_PER_SECOND
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return audio, usage.ru_utime + usage.ru_stime


def pipeline(store, kernel, cores):
    """CPU seconds per second of speech, of each core."""
    costs = []
    short = [spoken(process) for process in [say(store, kernel, SHORT, core) for core in cores]]
    long = [spoken(process) for process in [say(store, kernel, LONG, core) for core in cores]]
    for (audio, cpu), (less_audio, less_cpu) in zip(long, short):
        costs.append((cpu - less_cpu) / (audio - less_audio))
    return costs


def spectrum(pcm):
    """Power of each frequency in windows of 1,024 samples, in dB below that of a full-scale sine."""
    wave = numpy.frombuffer(pcm, "<i2") / 32768
    window = numpy.hanning(1024)
    frames = numpy.lib.stride_tricks.sliding_window_view(wave, len(window))[::256] * window
    return 20 * numpy.log10(numpy.abs(numpy.fft.rfft(frames)) / (window.sum() / 2) + 1e-10)


def listening_check(store):
    """How far our kernels' spectrogram is from ONNX Runtime's, where there is something to hear."""
    spectra = {kernel: spectrum(harness.say(store, LONG, harness.REAL_VOICE, "--engine-kernel", kernel))
               for kernel in KERNELS}
    for kernel in KERNELS[1:]:
        for floor in [-60, -80]:
            audible = spectra["ort"] > floor
            apart = numpy.abs(spectra[kernel] - spectra["ort"])[audible]
            print(f"spectrogram, {kernel} against ort, {audible.mean():4.0%} of its places, above {floor} dB: "
                  f"mean {apart.mean():.4f}, worst {apart.max():.3f} dB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    rounds = parser.parse_args().rounds
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        store = pathlib.Path(name)
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store)
        listening_check(store)
        for cores in [[0], [0, 1]]:
            print(f"whole grains, {len(cores)} at once", flush=True)
            benches = [subprocess.Popen([BENCH, store / harness.REAL_VOICE, str(rounds)], preexec_fn=pinned(core),
                                        stdout=subprocess.PIPE, text=True) for core in cores]
            for bench in benches:
                print(bench.communicate()[0], end="", flush=True)
        for cores in [[0], [0, 1]]:
            costs = {kernel: [] for kernel in KERNELS}
            for _ in range(rounds):
                for kernel in KERNELS:
                    costs[kernel] += pipeline(store, kernel, cores)
            print(f"text to PCM, {len(cores)} at once: ms of CPU per second of speech")
            for kernel, seen in costs.items():
                print(f"  {kernel:8} best {1e3 * min(seen):6.1f}  median {1e3 * statistics.median(seen):6.1f}", flush=True)


if __name__ == "__main__":
    main()
