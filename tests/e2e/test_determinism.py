"""Same text, voice, speed and seed: same bytes, whoever renders them and whatever else goes on."""
import array
import itertools
import os
import signal

import pytest

import harness

TEXT = ("Each listener hears the first words at once, and then no gap. The second voice never waits for the first one to "
        "end; when a worker dies in the middle of a word, another one goes on where it stopped, and nobody can tell. "
        "So it is with every chunk, long or short.")
OTHERS = ["One.", "Two of them, as it were.", "Three times the charm!", "Four score and seven years ago.",
          "Five o'clock already?", "Six of one, half a dozen of the other.", "Seven seas lie behind us.", "Eight."]
SPEED = 1.25
SEED = 20_261_124


class Case:
    """A store, the voice whose bytes are compared, and one with the same bytes that is slow enough to be interrupted, or
    None."""

    def __init__(self, store, voice, interruptible, rate=22050):
        self.store = store
        self.voice = voice
        self.interruptible = interruptible
        self.rate = rate
        self.others = [(text, voice, {"seed": number}) for number, text in enumerate(OTHERS)]
        self.others_alone = []

    def expected(self):
        return harness.say(self.store, TEXT, self.voice, speed=SPEED, seed=SEED)


@pytest.fixture(params=["tones", pytest.param("real", marks=pytest.mark.voice),
                        pytest.param("hibari", marks=pytest.mark.voice)])
def case(request):
    if request.param == "hibari":
        return Case(request.getfixturevalue("hibari_store"), harness.HIBARI_VOICE, None, 24000)
    if request.param == "tones":
        return Case(request.getfixturevalue("store"), "quick", "steady")
    return Case(request.getfixturevalue("real_store"), harness.REAL_VOICE, harness.REAL_VOICE)


def speak_beside_others(server, case):
    """Beside eight others, each of whom must hear what it hears alone."""
    if not case.others_alone:
        case.others_alone = [harness.digest(server.speak(text, voice, **fields)) for text, voice, fields in case.others]
        assert len(set(case.others_alone)) == len(OTHERS)
    ours, *others = server.speak_all([(TEXT, case.voice, {"speed": SPEED, "seed": SEED}), *case.others])
    assert [harness.digest(body) for body in others] == case.others_alone
    return ours


def speak_while_its_worker_is_killed(server, voice):
    """Kills the first worker, who renders for a lone listener, between two grains of a chunk."""
    with server.stream(TEXT, voice, speed=SPEED, seed=SEED) as response:
        pieces = response.iter_raw()
        first = next(pieces)
        worker = server.worker_pid(1)

        def is_stopped_in_a_job():
            os.kill(worker, signal.SIGSTOP)
            if server.health()["oldest_job_age_seconds"] > 0:
                return True
            os.kill(worker, signal.SIGCONT)
            return False

        harness.eventually(is_stopped_in_a_job, "a job is under way")
        os.kill(worker, signal.SIGKILL)
        body = first + b"".join(pieces)
    ended = server.events("worker_ended")
    assert [(event["worker"], event["jobs"]) for event in ended] == [("1", "1")], "its job was lost with it"
    return body


def test_same_bytes_alone_in_company_in_any_chunks_by_any_workers_and_after_a_worker_was_killed(case, serve):
    digests = {"say": harness.digest(case.expected())}
    for grains, workers in itertools.product([1, 2, 4], [1, 2]):
        server = serve("--workers", workers, "--voice", case.interruptible or case.voice, "--admission", "off", store=case.store,
                       config={"scheduler": {"fixed_chunk_grains": grains}})
        server.wait_for_workers(workers)
        name = f"{grains} grains a chunk, {workers} workers"
        if case.interruptible:
            digests[f"{name}, killed"] = harness.digest(speak_while_its_worker_is_killed(server, case.interruptible))
        server.wait_for_workers(workers)
        alone = server.speak(TEXT, case.voice, speed=SPEED, seed=SEED)
        digests[f"{name}, alone"] = harness.digest(alone)
        digests[f"{name}, in company"] = harness.digest(speak_beside_others(server, case))
        server.stop()
    server = serve("--workers", 2, "--admission", "off", store=case.store)
    server.wait_for_workers(2)
    digests["chunks by rule, in company"] = harness.digest(speak_beside_others(server, case))
    assert len(digests) == (20 if case.interruptible else 14)
    assert {name: value for name, value in digests.items() if value != digests["say"]} == {}


def test_the_voices_own_rate_is_the_same_too(case, store, server):
    def native(folder, voice):
        return harness.say(folder, TEXT, voice, "--rate", "native", speed=SPEED, seed=SEED)

    first, again = (native(case.store, case.voice) for _ in range(2))
    assert harness.digest(first) == harness.digest(again)
    assert abs(len(first) / case.rate - len(case.expected()) / 24000) < 0.01, "as long as at the served rate"
    # Of this voice the server sends the very samples that were rendered.
    assert native(store, "exact") == server.speak(TEXT, "exact", speed=SPEED, seed=SEED)


def test_seed_speed_and_text_decide_the_bytes(case, serve):
    server = serve("--voice", case.voice, store=case.store)
    text = OTHERS[1]
    takes = [server.speak(text, case.voice), server.speak(text, case.voice, speed=1.1),
             server.speak(text + " And more.", case.voice)]
    if case.voice in (harness.REAL_VOICE, harness.HIBARI_VOICE):
        takes.append(server.speak(text, case.voice, seed=1))
    assert len({harness.digest(take) for take in takes}) == len(takes)


@pytest.mark.voice
def test_each_kernel_speaks_the_same_voice_in_bytes_of_its_own(real_store, serve, tmp_path):
    # As the model made it: a gain would scale the differences between the kernels, too.
    plain = tmp_path / "plain.toml"
    plain.write_text(harness.to_toml({"gains": {harness.REAL_VOICE: 0.0}}))

    def said(kernel, *flags):
        return harness.say(real_store, TEXT, harness.REAL_VOICE, "--rate", "native", *flags,
                           *(["--engine-kernel", kernel] if kernel else []))

    waves = {kernel: array.array("h", said(kernel, "--config", plain)) for kernel in ["ort", "direct", "fast"]}
    assert said(None, "--config", plain) == waves["fast"].tobytes(), "the voice's own choice is the fastest"
    for kernel in ["direct", "fast"]:
        differences = [abs(ours - theirs) for ours, theirs in zip(waves[kernel], waves["ort"], strict=True)]
        assert 0 < max(differences) <= 4, kernel
        assert sum(difference > 1 for difference in differences) <= len(differences) / 1000, kernel
    for kernel in ["ort", "fast"]:
        server = serve("--workers", 1, "--voice", harness.REAL_VOICE, "--engine-kernel", kernel, store=real_store)
        served = server.speak(OTHERS[1], harness.REAL_VOICE)
        assert served == harness.say(real_store, OTHERS[1], harness.REAL_VOICE, "--engine-kernel", kernel)
        server.stop()
