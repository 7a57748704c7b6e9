"""A hundred users of all kinds at once, by locust, on the voice that is served by default; and more than a server carries.

Beside them three clients listen to a server that only waits and sends (paced_server.py). What those see late, the machine
and the client did, so it is allowed on top of what is promised. What was measured is written to $ANTIPHON_ARTIFACTS."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

import client
import harness

FOLDER = pathlib.Path(__file__).resolve().parent
LOCUST = os.environ.get("ANTIPHON_LOCUST", harness.REPOSITORY / ".deps/locust/bin/locust")
ARTIFACTS = pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", harness.REPOSITORY / "build/artifacts")).resolve()
USERS = 100
CONTROLS = 3
SECONDS = 18
OVERLOAD_USERS = 50
OVERLOAD_SECONDS = 9
USERS_PER_SECOND = 25
JITTER_SECONDS = 0.2
# What a worker may grow while it speaks: pages of its heap that it has not touched before, and no more.
GROWTH_SHARE = 0.1
GROWTH_BYTES = 32 << 20  # What an allocator may hold on to; a leak under this load would be more.


class Load:
    """What locust measured: each row by its measure and its kind."""

    def __init__(self, rows):
        self.rows = {(row["method"], row["name"]): row for row in rows}

    def count(self, measure):
        return sum(row["num_requests"] for (method, _), row in self.rows.items() if method == measure)

    def failures(self):
        return {key: row["num_failures"] for key, row in self.rows.items() if row["num_failures"]}

    def quantile(self, measure, kinds, share):
        """In seconds, of all chunks or requests of these kinds."""
        times = sorted((float(time), count) for (method, name), row in self.rows.items() if method == measure and name in kinds
                       for time, count in row["response_times"].items())
        rank = share * sum(count for _, count in times)
        for time, count in times:
            rank -= count
            if rank <= 0:
                return time / 1000
        raise AssertionError(f"nothing was measured of {measure} {kinds}")

    def table(self):
        lines = ["| measure | kind | count | p50 ms | p95 ms | p99 ms |", "|---|---|---|---|---|---|"]
        for measure, kind in sorted(self.rows):
            times = (f"{1000 * self.quantile(measure, [kind], share):.0f}" for share in (0.5, 0.95, 0.99))
            lines.append(f"| {measure} | {kind} | {self.rows[measure, kind]['num_requests']} | {' | '.join(times)} |")
        return "\n".join(lines) + "\n"


@contextlib.contextmanager
def control():
    process = subprocess.Popen([sys.executable, FOLDER / "paced_server.py"], stdout=subprocess.PIPE)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def limits_of(metrics, histogram):
    """The upper bounds of its buckets, infinity left out."""
    return [float(name.split('"')[1]) for name in metrics if name.startswith(f"{histogram}_bucket") and "Inf" not in name]


def memory_of_workers(server):
    """Bytes that each worker holds, of the machine and of its device."""
    return {worker["pid"]: (harness.resident_bytes(worker["pid"]), worker.get("device_bytes") or 0)
            for worker in server.workers("active")}


@contextlib.contextmanager
def locust(server, voice, folder, *flags, users, seconds):
    """Runs while the load does; `flags` are locust's."""
    command = [LOCUST, "-f", FOLDER / "locustfile.py", "--headless", "--host", server.url, "--voice", voice, "-u", users,
               "-r", USERS_PER_SECOND, "-t", f"{seconds}s", "--json-file", folder / "load", "--only-summary",
               "--exit-code-on-error", "0", *flags]
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def measured(process, seconds, folder, name):
    """What the load measured, when it has ended; it is written to the artifacts under `name`, too."""
    status = process.wait(seconds + harness.DEADLINE_SECONDS)
    assert status == 0, (folder / "locust.log").read_text()
    load = Load(json.loads((folder / "load.json").read_text()))
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / f"{name}.md").write_text(load.table())
    return load


@pytest.fixture(scope="module")
def loaded(hibari_store, tmp_path_factory):
    """Load on the default voice: what locust measured, the workers' memory in its middle and at its end, and the server's metrics."""
    folder = tmp_path_factory.mktemp("load")
    workers = os.cpu_count()
    server = harness.Server(folder / "server", hibari_store, config={"workers": {"count": workers}})
    try:
        server.wait_for_workers(workers)
        with control() as port, locust(server, harness.HIBARI_VOICE, folder, "--control", f"http://127.0.0.1:{port}",
                                       users=USERS + CONTROLS, seconds=SECONDS) as process:
            harness.eventually(lambda: server.metrics()['antiphon_streams_ended_total{end="complete"}'] > USERS // 10, "many have heard")
            middle = memory_of_workers(server)
            load = measured(process, SECONDS, folder, "load")
        end = memory_of_workers(server)
        harness.eventually(server.idle, "nothing is left under way")
        yield load, (middle, end), server.metrics()
    finally:
        server.stop()


def test_nobody_gets_an_error_or_a_byte_that_the_text_alone_does_not_have(loaded):
    load, _, _ = loaded
    assert load.failures() == {}
    assert load.count("whole") > USERS // 10, load.table()
    assert load.count("left") > 0, "some left in mid-stream"
    assert ("whole", "burst") in load.rows and ("gap", "long") in load.rows


def heard_in_lumps(seconds, read_bytes):
    """Paced audio that comes in so many seconds at once, each in its time, and is read in pieces."""
    heard, begun = client.Heard(), 100.0
    piece = bytes(round(0.2 * client.BYTES_PER_SECOND))
    for number in range(40):
        lump = (0.2 * number + 1e-9) // seconds * seconds
        for begin in range(0, len(piece), read_bytes):
            heard.take(piece[begin:begin + read_bytes], begun + max(0.0, lump - client.LEAD_SECONDS), begun,
                       client.Manner(paced=True))
    return heard


@pytest.mark.parametrize("read_bytes", [1_408, 8_192, 65_536])
def test_jitter_tells_audio_in_lumps_from_audio_in_its_time(read_bytes):
    assert max(heard_in_lumps(0.2, read_bytes).jitters) < 0.001
    assert heard_in_lumps(1.0, read_bytes).jitters[-1] > JITTER_SECONDS


def test_the_admitted_hear_no_gap_and_paced_audio_comes_in_time(loaded):
    """On a machine that others use, a paced stream may lose some of its lead, which nobody hears: the rows `lost lead`
    are only reported, and jitter may be more by so much."""
    load, _, metrics = loaded
    print(load.table())
    lost = load.quantile("lost lead", ["paced"], 0.99)
    assert load.quantile("jitter", ["paced"], 0.99) < JITTER_SECONDS + load.quantile("jitter", ["control"], 0.99) + lost
    machine = load.quantile("lost lead", ["control"], 0.99)
    assert load.quantile("gap", ["short", "long", "burst", "paced"], 0.99) < JITTER_SECONDS + machine
    bound = min(limit for limit in limits_of(metrics, "antiphon_jitter_seconds") if limit >= JITTER_SECONDS + machine)
    sent = metrics["antiphon_jitter_seconds_count"]
    in_time = metrics[f'antiphon_jitter_seconds_bucket{{le="{bound:g}"}}']
    assert sent > USERS // 10 and in_time >= 0.99 * sent, f"{in_time:.0f} of {sent:.0f} pieces were sent within {bound} s of their time"


def test_the_memory_of_workers_is_flat_under_load(loaded):
    _, (middle, end), _ = loaded
    assert end.keys() == middle.keys() and end, "none was lost"
    for pid in end:
        for held, before in zip(end[pid], middle[pid]):
            assert held <= before * (1 + GROWTH_SHARE) + GROWTH_BYTES, f"{held >> 20} MiB after {before >> 20} MiB"


def test_where_there_is_no_room_refusals_say_when_there_will_be(serve, tmp_path):
    """The voice costs 0.06 s of the only worker for a second of speech, asleep: it is overloaded on every machine."""
    harness.add_tone(tmp_path / "voices", "tired", "--cost", 60, "--sleep")
    server = serve(store=tmp_path / "voices")
    with locust(server, "tired", tmp_path, users=OVERLOAD_USERS, seconds=OVERLOAD_SECONDS) as process:
        load = measured(process, OVERLOAD_SECONDS, tmp_path, "overload")
    print(load.table())
    assert load.failures() == {}, "a refusal without a time is a failure"
    assert load.count("refused") > 0 and load.count("whole") > 0
    back, again = load.count("came back"), load.count("refused again")
    assert back > 0, f"of those who came back when told {back} were let in, {again} were not"
