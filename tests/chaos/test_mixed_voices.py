"""Voices that differ in cost by several times, beside each other and when a worker is lost.

All listeners here take audio at the speed of its playback, or a fast voice would have said all before anything happens."""
import concurrent.futures
import os
import shutil
import signal
import threading

import pytest

import harness
import test_chaos as chaos

PACED = {"prefer": "wait=45, pace"}
JOES, HIBARIS = 3, 6


@pytest.fixture(scope="module")
def both(tmp_path_factory, real_store):
    """joe and hibari in one store."""
    folder = tmp_path_factory.mktemp("both") / "voices"
    shutil.copytree(real_store, folder)
    harness.run_ok("voices", "add", harness.HIBARI_PACKAGE, "--voices", folder, timeout=300)
    return folder


@pytest.fixture
def pair(serve, both, monkeypatch):
    """A server with one worker and its spare, both of which know both voices. A sentence of 6 s is enough."""
    monkeypatch.setattr(chaos, "TEXT", chaos.TEXT.partition(". ")[0] + ".")
    server = serve("--voice", harness.HIBARI_VOICE, store=both, config={"workers": {"count": 1, "spares": 1}})
    harness.eventually(lambda: chaos.at_full_strength(server), "a worker and its spare are ready")
    return server


def mixed_crowd(server, wanted, disturb=None):
    """A listener for each (seed, voice) of `wanted`, all at once; `disturb` is called when all have heard something."""
    begun = threading.Semaphore(0)
    with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
        streams = [pool.submit(chaos.listen, server, voice, seed, begun, PACED) for seed, voice in wanted]
        if disturb:
            for _ in wanted:
                assert begun.acquire(timeout=harness.DEADLINE_SECONDS)
            disturb()
        return [stream.result() for stream in streams]


def test_hibari_goes_on_in_mid_sentence_when_its_worker_is_killed(pair):
    wanted = list(enumerate([harness.HIBARI_VOICE] * HIBARIS))
    control = mixed_crowd(pair, wanted)
    streams = []

    def kill():
        streams.append(pair.health()["streams"])
        os.kill(pair.workers("active")[0]["pid"], signal.SIGKILL)

    disturbed = mixed_crowd(pair, wanted, kill)
    chaos.note("kill -9 of the busy worker, hibari", control, disturbed)
    assert streams == [HIBARIS], "nobody has heard all by then"
    assert chaos.kills(pair, "exited") == 1
    chaos.check_bytes(control, disturbed)
    chaos.check_gaps(control, disturbed)


def test_listeners_of_a_dear_voice_and_of_a_cheap_one_do_not_hear_each_other(pair):
    wanted = list(enumerate([harness.REAL_VOICE] * JOES + [harness.HIBARI_VOICE] * HIBARIS))
    alone = mixed_crowd(pair, [wanted[0], wanted[-1]])
    together = mixed_crowd(pair, wanted)
    chaos.note(f"{JOES} listeners of joe beside {HIBARIS} of hibari", alone, together)
    assert all(heard.complete for heard in together)
    chaos.check_gaps(alone, together)
    assert [harness.digest(together[place].pcm) for place in (0, -1)] == [harness.digest(heard.pcm) for heard in alone]
