#!/usr/bin/env python3
"""Prints what each format costs on this machine: .deps/venv/bin/python tests/figures/doors.py [--rounds N] [--output FILE]

By how much later than PCM's the first audio of each format comes (formats take turns, so that what else goes on meets
all of them), and what the gateway computes for a second of audio in each: its CPU time, with and without what PCM takes
too. Run it on an idle machine; the load average is printed first. Needs `make build` and `tools/setup tests`.
"""
import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

FORMATS = ["pcm", "wav", "mp3", "opus", "aac", "flac"]
SHORT = "The first listener hears these words at once, and then without any gap the rest of the sentence."
# About four minutes of the tone, which costs the worker next to nothing and the gateway as much as any voice.
LONG = " ".join([SHORT] * 40)
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def first_audio(server, form):
    """Seconds from the request to the first bytes that have audio in them."""
    begin = time.monotonic()
    with server.stream(SHORT, harness.REAL_VOICE, response_format=form) as response:
        head = 44 if form == "wav" else 0
        read = 0
        for piece in response.iter_raw():
            read += len(piece)
            if read > head:
                return time.monotonic() - begin
    raise AssertionError("no audio")


def delays(server, rounds):
    """Of each format, how much later than PCM's of the same round its first audio came: median and worst, in seconds."""
    rows = {form: [] for form in FORMATS}
    for number in range(rounds):
        order = FORMATS[number % len(FORMATS):] + FORMATS[:number % len(FORMATS)]
        heard = {form: first_audio(server, form) for form in order}
        for form in FORMATS:
            rows[form].append((heard[form] - heard["pcm"], heard[form]))
    return {form: (statistics.median(late for late, _ in row), max(late for late, _ in row),
                   statistics.median(at for _, at in row)) for form, row in rows.items()}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def costs(server, rounds):
    """CPU-seconds of the gateway for an audio-second of each format: the median."""
    rows = {form: [] for form in FORMATS}
    seconds = len(server.speak(LONG, "tone", response_format="pcm")) / 48_000
    for _ in range(rounds):
        for form in FORMATS:
            before = cpu_seconds(server.pid)
            server.speak(LONG, "tone", response_format=form)
            rows[form].append((cpu_seconds(server.pid) - before) / seconds)
    return {form: statistics.median(row) for form, row in rows.items()}


def table(late, cost):
    lines = ["| format | first audio, median | later than PCM's: median, worst | gateway's CPU for an audio-second | of that the encoder |",
             "|---|---|---|---|---|"]
    for form in FORMATS:
        median, worst, at = late[form]
        lines.append(f"| `{form}` | {at * 1000:.0f} ms | {median * 1000:.0f} ms, {worst * 1000:.0f} ms | "
                     f"{cost[form] * 1000:.2f} ms | {max(0.0, cost[form] - cost['pcm']) * 1000:.2f} ms |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=24, help="of the first audio; a quarter as many of the cost")
    parser.add_argument("--output", type=pathlib.Path, help="also write the table here")
    options = parser.parse_args()
    print("load average", os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        store = pathlib.Path(name) / "voices"
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store)
        harness.add_tone(store, "tone")
        server = harness.Server(pathlib.Path(name) / "server", store, "--voice", harness.REAL_VOICE, "--admission", "off")
        try:
            for form in FORMATS:
                server.speak(SHORT, harness.REAL_VOICE, response_format=form)  # loads voices and encoders
            text = table(delays(server, options.rounds), costs(server, max(1, options.rounds // 4)))
        finally:
            server.stop()
    print(text, end="")
    if options.output:
        options.output.write_text(text)


if __name__ == "__main__":
    main()
