"""`antiphon bench` against a real server, and by it: who is served well under load, beside the order of the original plan.

The voice costs 0.15 s of a worker's time for a second of speech, asleep, so that the load does not depend on the machine.
"""
import json
import re

import pytest

import harness


def bench(server, tmp_path, *flags, voice="steady"):
    out = tmp_path / "bench.json"
    out.unlink(missing_ok=True)
    result = harness.run("bench", "--server", f"127.0.0.1:{server.port}", "--voice", voice, "--json", out, *flags)
    assert result.returncode == 0, result.stderr.decode()
    return json.loads(out.read_text()), result.stdout.decode()


@pytest.fixture
def warm(serve):
    """A server that has learnt what the voice costs."""
    def start(*flags):
        server = serve("--workers", "1", *flags)
        for _ in range(2):
            server.speak("This lets it learn what it costs to speak with that voice.", "steady")
        return server
    return start


def test_listeners_hear_everything_and_the_report_says_so(warm, tmp_path):
    server = warm()
    report, table = bench(server, tmp_path, "--listeners", "2", "--text", "short", "--duration", "3")
    every = report["all"]
    assert every["requests"] == every["complete"] >= 4
    assert every["refused"] == every["failed"] == every["left"] == 0
    assert every["audio_s_per_s"] > 0.8
    assert every["worst_gap_s"]["max"] >= 0 and every["first_audio_s"]["p50"] > 0
    assert set(report["client"]) >= {"was_bottleneck", "cpu_share", "lateness_p99_s"}
    assert re.search(r"Jain's index", table)
    assert server.metrics()['antiphon_streams_ended_total{end="complete"}'] == every["complete"] + 2


def test_clients_that_leave_or_read_slowly_are_counted_apart(warm, tmp_path):
    report, _ = bench(warm(), tmp_path, "--listeners", "6", "--text", "short", "--leaving", "0.4", "--slow", "0.4",
                      "--wait", "0", "--duration", "3", "--seed", "3")
    assert report["all"]["left"] >= 1
    assert {"leaving", "slow"} & set(report["groups"])


def test_find_limit_finds_what_a_worker_carries(warm, tmp_path):
    report, table = bench(warm(), tmp_path, "--find-limit", "2", "--text", "short", "--duration", "2")
    assert "continuity ceiling: 2 listeners" in table
    assert report["all"]["good_share"] >= 0.95


def test_without_a_server_it_says_so(tmp_path):
    result = harness.run("bench", "--server", "127.0.0.1:1", "--listeners", "1", "--duration", "1")
    assert result.returncode != 0
    assert b"127.0.0.1:1" in result.stderr


def test_overload_refuses_some_and_serves_the_others_well_where_the_first_come_order_serves_nobody(warm, tmp_path):
    load = ["--rate", "12", "--text", "short", "--duration", "5", "--wait", "0"]  # about twice what it can do
    first_come, _ = bench(warm("--policy", "fifo", "--admission", "off"), tmp_path, *load)
    ours, _ = bench(warm(), tmp_path, *load)
    assert ours["all"]["refused"] > 0
    assert ours["all"]["good_share_admitted"] > first_come["all"]["good_share_admitted"] + 0.3
    assert ours["all"]["good_share"] > first_come["all"]["good_share"]


def test_a_flood_is_paid_for_by_the_one_who_floods(warm, tmp_path):
    load = ["--listeners", "2", "--flood", "6", "--text", "short", "--duration", "4"]
    first_come, _ = bench(warm("--policy", "fifo", "--admission", "off"), tmp_path, *load)
    ours, _ = bench(warm(), tmp_path, *load)
    light = ours["groups"]["listeners"]["good_share"]
    assert light >= first_come["groups"]["listeners"]["good_share"] + 0.3
    assert ours["groups"]["flood"]["complete"] >= 1, "and the heavy one gets what is left"
