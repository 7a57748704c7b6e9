#!/usr/bin/env python3
"""Prints how Antiphon and other speech servers serve listeners on this machine, as a table for docs/peers.md: tools/bench_peers

All servers run at once, and one at a time is asked, in rounds whose order turns. Run it on an idle machine.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

PYTHON = pathlib.Path(os.environ["ANTIPHON_PEERS_PYTHON"])
LIBRARY = """
import sys, time
from hibari import Hibari
speaker = Hibari()
text = sys.stdin.read()
for _ in range(3):
    begin, first, samples = time.perf_counter(), None, 0
    for piece in speaker.stream(text):
        first = first or time.perf_counter() - begin
        samples += len(piece)
    print(first, (time.perf_counter() - begin) / (samples / speaker.sample_rate))
"""
TEXT = ("The gardener waited for the quiet harbour in the morning. My neighbour came back to the green valley without any hurry. "
        "The old clock was late in autumn, as everybody expected.")


LOAD_BEFORE = os.getloadavg()[0]


class Peer:
    """A server, and how `antiphon bench` asks it."""

    def __init__(self, name, address, *flags):
        self.name, self.address, self.flags = name, address, flags
        self.reports = {}  # By the number of listeners.

    def measure(self, listeners, folder, seconds):
        out = folder / f"{self.name}-{listeners}.json"
        result = harness.run("bench", "--server", self.address, *self.flags, "--listeners", listeners, "--duration", seconds,
                             "--text", "mixed", "--json", out, timeout=600)
        if not out.exists():
            raise SystemExit(f"{self.name}: {result.stderr.decode()}")
        self.reports.setdefault(listeners, []).append(json.loads(out.read_text()))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Peers:
    """The servers, for as long as the block lasts."""

    def __init__(self, folder):
        self.folder = folder
        self.processes, self.servers = [], []

    def __enter__(self):
        store = self.folder / "voices"
        harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store, timeout=300)
        harness.run_ok("voices", "add", harness.HIBARI_PACKAGE, "--voices", store, timeout=300)
        cores = os.cpu_count()
        server = harness.Server(self.folder / "antiphon", store, config={"workers": {"count": cores, "spares": 0}})
        self.servers.append(server)
        server.wait_for_workers(cores)
        for voice in (harness.REAL_VOICE, harness.HIBARI_VOICE):
            server.speak(TEXT, voice)  # So that it knows what they cost.
        piper, wyoming = free_port(), free_port()
        self._start("-m", "piper.http_server", "-m", harness.REAL_MODEL, "--host", "127.0.0.1", "--port", piper)
        self._start("-m", "wyoming_piper", "--voice", harness.REAL_VOICE, "--uri", f"tcp://127.0.0.1:{wyoming}", "--data-dir",
                    harness.REAL_MODEL.parent, "--download-dir", self.folder, "--local-files-only")
        for port in (piper, wyoming):
            harness.eventually(lambda port=port: self._listens(port), "the peer listens")
        return [Peer("Antiphon, joe", f"127.0.0.1:{server.port}", "--voice", harness.REAL_VOICE),
                Peer("piper-tts HTTP, joe", f"127.0.0.1:{piper}", "--protocol", "piper"),
                Peer("wyoming-piper, joe", f"127.0.0.1:{wyoming}", "--protocol", "wyoming"),
                Peer("Antiphon, hibari", f"127.0.0.1:{server.port}", "--voice", harness.HIBARI_VOICE)]

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for server in self.servers:
            server.stop()

    def _start(self, *arguments):
        with (self.folder / f"peer{len(self.processes)}.log").open("wb") as log:
            self.processes.append(subprocess.Popen([PYTHON, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                   cwd=self.folder))

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True


def median(peer, listeners, value):
    return statistics.median(value(report["all"]) for report in peer.reports[listeners])


def table(peers, counts):
    lines = ["| server, voice | listeners | good % | first audio p50, p95 ms | gaps within 50 ms % | longest gap ms | refused % | audio-s/s |",
             "|---|---|---|---|---|---|---|---|"]
    for listeners in counts:
        for peer in peers:
            def of(value, peer=peer, listeners=listeners):
                return median(peer, listeners, value)
            lines.append(
                f"| {peer.name} | {listeners} | {of(lambda all: 100 * all['good_share']):.0f} "
                f"| {of(lambda all: 1000 * all['first_audio_s']['p50']):.0f}, {of(lambda all: 1000 * all['first_audio_s']['p95']):.0f} "
                f"| {of(lambda all: 100 * all['c50']):.0f} | {of(lambda all: 1000 * all['worst_gap_s']['max']):.0f} "
                f"| {of(lambda all: 100 * all['refused'] / max(1, all['requests'])):.0f} | {of(lambda all: all['audio_s_per_s']):.1f} |")
    return "\n".join(lines)


def library(store):
    """hibari-tts has no server: its first audio and its RTF, of a text of 9 s in one thread, and the RTF of `antiphon say`."""
    out = subprocess.run([PYTHON, "-c", LIBRARY], input=TEXT.encode(), capture_output=True, check=True, timeout=300).stdout
    say = ["say", "-", "--raw", "--voices", store, "--voice", harness.HIBARI_VOICE]
    ours = min(float(re.search(rb"RTF ([\d.]+)", harness.run(*say, stdin=TEXT.encode()).stderr)[1]) for _ in range(3))
    rounds = [list(map(float, line.split())) for line in out.decode().splitlines()]
    first, rtf = (min(values) for values in zip(*rounds))
    return (f"The same voice without a server, in one thread, the better of three: hibari-tts's library has its first audio after "
            f"{1000 * first:.0f} ms and an RTF of {rtf:.3f}; `antiphon say` has an RTF of {ours:.3f}")


def machine():
    """What it was measured on, and how busy that was before."""
    model = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "an unknown processor")
    return f"{os.cpu_count()} cores of {model}, load average before {LOAD_BEFORE:.1f}"


def write(figures):
    page = harness.REPOSITORY / "docs/peers.md"
    begin, end = "<!-- figures -->\n", "<!-- end of figures -->"
    head, rest = page.read_text().split(begin)
    page.write_text(f"{head}{begin}{figures}\n{end}{rest.split(end)[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listeners", type=int, nargs="+", default=[1, 4, 16], help="how many at once (1 4 16)")
    parser.add_argument("--rounds", type=int, default=2, help="medians are of so many (2)")
    parser.add_argument("--seconds", type=float, default=6, help="in which requests are made; all are heard out (6)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/peers.md, in place of the one there")
    parser.add_argument("--html", type=pathlib.Path, help="a page with the last round's runs at the most listeners")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Peers(folder) as peers:
            for turn in range(asked.rounds):
                for listeners in asked.listeners:
                    for place in range(len(peers)):
                        peer = peers[(place + turn) % len(peers)]
                        print(f"round {turn + 1}: {peer.name}, {listeners}", file=sys.stderr, flush=True)
                        peer.measure(listeners, folder, asked.seconds)
        alone = library(folder / "voices")
        figures = f"{machine()}, medians of {asked.rounds} rounds:\n\n{table(peers, asked.listeners)}\n\n{alone}."
        print(figures)
        if asked.write:
            write(figures)
        if asked.html:
            files = [folder / f"{peer.name}-{asked.listeners[-1]}.json" for peer in peers]
            harness.run_ok("bench", "--report-only", "--html", asked.html, "--compare", *files)


if __name__ == "__main__":
    main()
