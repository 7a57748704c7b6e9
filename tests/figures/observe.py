#!/usr/bin/env python3
"""Prints what it costs to be watched: .deps/venv/bin/python tests/figures/observe.py [--rounds N] [--listeners N]
[--seconds N] [--keep FILE]

The gateway's CPU time, as a share of a core, while listeners play in real time: bare, with a scrape of /metrics each
second, with a page that follows the live view besides, and with 10 % or all of the utterances traced to a collector
besides. Each round runs all of them, one after the other, so that what else goes on meets all of them; the differences
are those within a round. The voice is one of tones, which costs the gateway as much as any other. With --keep the rounds
are added to those of earlier calls in that file, and the table is of all. Needs `make build` and `tools/setup tests`.
"""
import argparse
import contextlib
import http.server
import json
import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

TEXT = "One sentence after the other is spoken to each of the listeners. " * 3
KINDS = ["bare", "scraped each second", "and watched by a page", "and 10 % traced", "and all traced"]
SAMPLING = {"and 10 % traced": 0.1, "and all traced": 1.0}
EVENTS = ["/v1/streams/events", "/v1/workers/events"]  # what a page follows


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def cpu_seconds(pid):
    """Of all threads, in the nanoseconds of the scheduler."""
    used = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        used += int((task / "schedstat").read_text().split()[0])
    return used / 1e9


def listen(server, over):
    """Speaks one text after the other at the speed of its playback."""
    with harness.httpx.Client(base_url=server.url, timeout=60, headers={"Prefer": "pace"}) as client:
        while not over.is_set():
            body = {"model": "tts-1", "input": TEXT, "voice": "tone", "response_format": "pcm"}
            with client.stream("POST", "/v1/audio/speech", json=body) as response:
                for _ in response.iter_raw():
                    if over.is_set():
                        return


def watch(server, path, over):
    """Takes the events of the live view as a page does."""
    with (contextlib.suppress(harness.httpx.HTTPError),
          harness.httpx.stream("GET", server.url + path, timeout=60) as response):
        for _ in response.iter_raw():
            if over.is_set():
                return


def measure(folder, store, kind, listeners, seconds, collector):
    """Share of a core that the gateway uses."""
    config = {"admission": {"test": "off", "streams_per_user": 1000}, "log": {"level": "warn"}}
    if kind in SAMPLING:
        config["tracing"] = {"collector": collector, "sampling": SAMPLING[kind]}
    server = harness.Server(folder, store, "--voice", "tone", config=config)
    over = threading.Event()
    threads = [threading.Thread(target=listen, args=(server, over)) for _ in range(listeners)]
    try:
        for thread in threads:
            thread.start()
            time.sleep(1 / listeners)
        harness.eventually(lambda: server.health()["streams"] == listeners, "all of them play")
        for path in EVENTS if KINDS.index(kind) >= KINDS.index("and watched by a page") else []:
            threads.append(threading.Thread(target=watch, args=(server, path, over)))
            threads[-1].start()
        begin, before = time.monotonic(), cpu_seconds(server.pid)
        while time.monotonic() - begin < seconds:
            if kind != "bare":
                server.http.get("/metrics")
            time.sleep(1)
        return (cpu_seconds(server.pid) - before) / (time.monotonic() - begin)
    finally:
        over.set()
        for thread in threads:
            thread.join()
        server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--listeners", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {options.listeners} listeners, {options.rounds} rounds of "
          f"{options.seconds:g} s")
    collector = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    shares = {kind: [] for kind in KINDS}
    if options.keep and options.keep.exists():
        shares = json.loads(options.keep.read_text())
    with tempfile.TemporaryDirectory() as root:
        folder = pathlib.Path(root)
        harness.add_tone(folder / "voices", "tone")
        for number in range(options.rounds):
            for kind in KINDS:
                shares[kind].append(measure(folder / f"{number} {kind}", folder / "voices", kind, options.listeners,
                                            options.seconds, f"http://127.0.0.1:{collector.server_port}"))
    collector.shutdown()
    if options.keep:
        options.keep.write_text(json.dumps(shares))
    print("| | share of a core, median | more than bare in the same round: median, least to most |\n|---|---|---|")
    for kind, row in shares.items():
        more = [share - bare for share, bare in zip(row, shares["bare"], strict=True)]
        print(f"| {kind} | {statistics.median(row):.2%} | {statistics.median(more):.2%}, {min(more):.2%} to {max(more):.2%} |")


if __name__ == "__main__":
    main()
