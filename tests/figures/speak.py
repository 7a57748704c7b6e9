#!/usr/bin/env python3
"""Prints what speaking costs on this machine: .deps/venv/bin/python tests/figures/speak.py

First audio over HTTP, CPU time per audio-second by kind of job, the fixed cost of a chunk, the same sentences through
piper-tts in the same run, eight real-time listeners on two workers, and memory after many requests. Run it on an idle
machine; the load average is printed first. Needs `make build` and `tools/setup tests`.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

SHORT = "The first listener hears these words at once, and then without any gap the rest of the sentence."
LONG = ("A longer sentence takes its time to be planned, since all of it is looked at before a word can be heard, and so "
        "its listener waits a little longer for the beginning than others do.")
ROUNDS = 12
REQUESTS = 500


def first_audio(server, text):
    """Seconds from the request to the first byte of audio, and of the audio."""
    begin = time.monotonic()
    with server.stream(text, harness.REAL_VOICE) as response:
        pieces = response.iter_raw()
        first = next(pieces)
        heard = time.monotonic() - begin
        return heard, (len(first) + sum(map(len, pieces))) / 48_000


def work(server):
    metrics = server.metrics()
    return {kind: {what: metrics[f'antiphon_job{name}{{kind="{kind}"}}']
                   for what, name in [("jobs", "s_total"), ("cpu", "_cpu_seconds_total"),
                                      ("wall", "_wall_seconds_total")]}
            for kind in ["plan", "render"]} | {"audio": metrics["antiphon_audio_seconds_total"]}


def cost(server, texts, rounds):
    """CPU-seconds of plans and renders, render jobs and audio-seconds of speaking the texts, one after the other."""
    before = work(server)
    for text in texts * rounds:
        server.speak(text, harness.REAL_VOICE)
    after = work(server)
    return {"plan": after["plan"]["cpu"] - before["plan"]["cpu"], "render": after["render"]["cpu"] - before["render"]["cpu"],
            "jobs": after["render"]["jobs"] - before["render"]["jobs"], "audio": after["audio"] - before["audio"]}


def piper(texts, rounds):
    """CPU-seconds per audio-second of piper-tts, as its server runs it: one process, its own number of threads."""
    program = """
import json, resource, sys
from piper import PiperVoice
voice = PiperVoice.load(sys.argv[1])
def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
texts, rounds = json.loads(sys.argv[2]), int(sys.argv[3])
list(voice.synthesize(texts[0]))
begin, audio = spent(), 0
for text in texts * rounds:
    for chunk in voice.synthesize(text):
        audio += len(chunk.audio_int16_array) / chunk.sample_rate
print((spent() - begin) / audio)
"""
    done = subprocess.run([sys.executable, "-c", program, str(harness.REAL_MODEL), json.dumps(texts), str(rounds)],
                          check=True, capture_output=True, text=True)
    return float(done.stdout)


def main():
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = folder / "voices"
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store)
        server = harness.Server(folder / "one", store, "--workers", "1")
        server.speak(SHORT, harness.REAL_VOICE)
        for text in [SHORT, LONG]:
            heard = [first_audio(server, text) for _ in range(ROUNDS)]
            print(f"first audio of {heard[0][1]:.1f} s of speech: median {statistics.median(h[0] for h in heard):.3f} s, "
                  f"best {min(h[0] for h in heard):.3f} s")
        texts = [SHORT, LONG]
        ours = cost(server, texts, ROUNDS)
        theirs = piper(texts, ROUNDS)
        again = cost(server, texts, ROUNDS)
        total = [(c["plan"] + c["render"]) / c["audio"] for c in (ours, again)]
        print(f"CPU-s per audio-s: plan {again['plan'] / again['audio']:.4f}, render {again['render'] / again['audio']:.4f}, "
              f"all {total[0]:.4f} before and {total[1]:.4f} after piper-tts with {theirs:.4f} "
              f"(ratio {statistics.mean(total) / theirs:.2f})")
        server.stop()
        by_grains = {}
        for grains in [1, 4]:
            fixed = harness.Server(folder / f"grains{grains}", store, "--workers", "1",
                                   config={"scheduler": {"fixed_chunk_grains": grains}})
            fixed.speak(SHORT, harness.REAL_VOICE)
            by_grains[grains] = cost(fixed, texts, ROUNDS)
            fixed.stop()
        one, four = by_grains[1], by_grains[4]
        per_chunk = (one["render"] / one["audio"] - four["render"] / four["audio"]) / (
            one["jobs"] / one["audio"] - four["jobs"] / four["audio"])
        print(f"fixed CPU cost of a chunk: {per_chunk * 1000:.2f} ms")
        pair = harness.Server(folder / "two", store, "--workers", "2")
        pair.wait_for_workers(2)
        sys.stdout.write(harness.run_ok("bench", "--server", f"127.0.0.1:{pair.port}", "--listeners", "8",
                                        "--duration", "30").decode())
        workers = harness.children_of(pair.pid)
        sizes = []
        for number in range(REQUESTS):
            pair.speak("Yes.", harness.REAL_VOICE, seed=number)
            if number in (99, REQUESTS - 1):
                sizes.append([harness.resident_bytes(pid) / 2**20 for pid in [pair.pid, *workers]])
        print("RSS in MiB of gateway and workers after 100 and", REQUESTS, "more requests:",
              *(" ".join(f"{size:.1f}" for size in row) + ";" for row in sizes))
        pair.stop()


if __name__ == "__main__":
    main()
