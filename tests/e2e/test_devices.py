"""Workers that render the grains of several streams together, and devices that are not there. No GPU is needed: batches
run on the processor with real grains, and what stands for NVIDIA's library is built with the tests."""
import os
import pathlib
import re
import shutil
import signal
import time

import pytest

import harness
from test_bench import bench
from test_determinism import OTHERS, SEED, SPEED, TEXT

FAKE_NVML = harness.BINARY.parent / "src/device/libdevice_fake_nvml.so"
WALL = 'antiphon_job_wall_seconds_total{kind="render"}'
ORT = harness.REPOSITORY / ".deps/onnxruntime/lib/libonnxruntime.so.1.32.0"


def speak_in_company(server, voice):
    """The digests of our text and of the others, all spoken at once."""
    bodies = server.speak_all([(TEXT, voice, {"speed": SPEED, "seed": SEED}),
                               *((text, voice, {"seed": number}) for number, text in enumerate(OTHERS))])
    return [harness.digest(body) for body in bodies]


def said(store, voice, *flags):
    """What each of them is alone, in one process without a server."""
    ours = harness.say(store, TEXT, voice, *flags, speed=SPEED, seed=SEED)
    others = [harness.say(store, text, voice, *flags, seed=number) for number, text in enumerate(OTHERS)]
    return [harness.digest(body) for body in [ours, *others]]


def speak_while_their_worker_is_killed(server, voice, *requests):
    """The digests of two (text, fields) that are spoken at once by the first worker, which is killed meanwhile."""
    (text, fields), (beside, beside_fields) = requests
    with server.stream(text, voice, **fields) as response, server.stream(beside, voice, **beside_fields) as other:
        bodies = [response.iter_raw(), other.iter_raw()]
        heard = [next(body) for body in bodies]
        os.kill(server.worker_pid(1), signal.SIGKILL)
        return [harness.digest(first + b"".join(body)) for first, body in zip(heard, bodies, strict=True)]


def metric(server, line):
    found = re.search(rf"^{re.escape(line)} (\S+)$", server.http.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else None


@pytest.mark.parametrize("batch", [2, 5])
def test_tones_in_batches_are_those_of_one_alone(store, serve, batch):
    expected = said(store, "quick")
    server = serve("--voice", "quick", "--batch", batch, "--admission", "off", store=store)
    assert speak_in_company(server, "quick") == expected
    assert metric(server, "antiphon_worker_batch_slots") == batch
    assert server.http.get("/v1/workers").json()["workers"][0]["places"] == batch


def test_several_streams_are_rendered_in_the_time_of_one(store, serve):
    """A second of `steady` takes 0.15 s of a device that renders four as quickly as one."""
    server = serve("--voice", "steady", "--batch", 4, store=store, config={"admission": {"test": "off"}})
    server.speak(OTHERS[1], "steady")
    before = metric(server, WALL)
    begun = time.monotonic()
    server.speak_all([(TEXT, "steady", {"seed": number}) for number in range(4)])
    elapsed = time.monotonic() - begun
    assert metric(server, WALL) - before > 2 * elapsed, "jobs were under way side by side"


@pytest.mark.skipif(harness.SANITIZED, reason="a sanitizer's own delays")
def test_overload_is_refused_by_what_a_worker_does_alone(serve, tmp_path):
    """Plans are made one by one, however many grains are rendered together: sixteen places are no sixteen workers."""
    store = tmp_path / "voices"
    harness.add_tone(store, "planned", "--cost", 20, "--plan-cost", 60, "--sleep")

    def overloaded(*flags):
        server = serve("--voice", "planned", "--batch", 16, *flags, store=store)
        for _ in range(2):
            server.speak("This lets it learn what it costs to speak with that voice.", "planned")
        # Nearly twice what it can do.
        report, _ = bench(server, tmp_path, "--rate", 24, "--text", "short", "--duration", 5, "--wait", 0,
                          voice="planned")
        return report["all"]

    first_come = overloaded("--policy", "fifo", "--admission", "off")
    ours = overloaded()
    assert ours["refused"] > 0
    assert ours["good_share_admitted"] > first_come["good_share_admitted"] + 0.3


@pytest.mark.voice
def test_real_grains_in_batches_are_those_of_one_alone(real_store, serve):
    """A row's bytes do not depend on what else is in the batch, nor on how full it is."""
    voice = harness.REAL_VOICE
    expected = said(real_store, voice, "--batch", 3)
    server = serve("--voice", voice, "--batch", 3, store=real_store, config={"admission": {"test": "off"}})
    assert "ort-batch-3" in server.events("worker_ready")[0]["fingerprint"]
    alone = server.speak(TEXT, voice, speed=SPEED, seed=SEED)
    assert harness.digest(alone) == expected[0]
    assert speak_in_company(server, voice) == expected


@pytest.mark.voice
def test_a_worker_killed_with_a_batch_under_way_is_not_heard(real_store, serve):
    voice = harness.REAL_VOICE
    expected = said(real_store, voice, "--batch", 2)
    server = serve("--voice", voice, "--batch", 2, store=real_store, config={"admission": {"test": "off"}})
    ours = (TEXT, {"speed": SPEED, "seed": SEED})
    assert speak_while_their_worker_is_killed(server, voice, ours, (OTHERS[4], {"seed": 4})) == [expected[0], expected[5]]
    assert len(server.events("worker_ended")) == 1


# Devices that are not there


def refusal(store, *flags, library_path=None):
    environment = {"LD_LIBRARY_PATH": str(library_path)} if library_path else {}
    result = harness.run("serve", "--voices", store, "--listen", "127.0.0.1:0", *flags, environment=environment)
    assert result.returncode != 0
    return result.stderr.decode()


@pytest.fixture
def cuda_folder(tmp_path):
    """The processor's build of ONNX Runtime, dressed up as the one for CUDA, and NVIDIA's library that stands for it."""
    if not FAKE_NVML.is_file():
        pytest.skip("device_fake_nvml is not built")
    folder = tmp_path / "cuda"
    folder.mkdir()
    shutil.copy(ORT, folder)
    (folder / "libonnxruntime_providers_cuda.so").write_bytes(b"")
    shutil.copy(FAKE_NVML, folder / "libnvidia-ml.so.1")
    return folder


def with_library(tmp_path, library):
    config = tmp_path / "cuda.toml"
    config.write_text(harness.to_toml({"engine": {"onnxruntime_cuda_library": str(library)}}))
    return config


def test_a_device_that_cannot_be_had_is_said_at_once(store, tmp_path):
    assert "neither cpu nor cuda:K" in refusal(store, "--device", "rocm:0")
    assert "build for CUDA" in refusal(store, "--device", "cuda:0", "--config",
                                       with_library(tmp_path, "/nowhere/libonnxruntime.so"))
    assert "libonnxruntime_providers_cuda.so does not exist" in refusal(store, "--device", "cuda:0", "--config",
                                                                        with_library(tmp_path, ORT))
    assert "has to be ort" in refusal(store, "--batch", 4, "--engine-kernel", "fast")
    assert "--batch" in refusal(store, "--batch", 65)


def test_a_device_without_nvidias_library_is_said_at_once(store, tmp_path, cuda_folder):
    config = with_library(tmp_path, cuda_folder / ORT.name)
    (cuda_folder / "libnvidia-ml.so.1").unlink()
    assert "cuda:0: no NVML" in refusal(store, "--device", "cuda:0", "--config", config)


def test_a_device_that_is_not_there_is_said_at_once(store, tmp_path, cuda_folder):
    config = with_library(tmp_path, cuda_folder / ORT.name)
    words = refusal(store, "--device", "cuda:7", "--config", config, library_path=cuda_folder)
    assert "cuda:7: Invalid Argument" in words


def test_a_server_on_a_device_shows_its_memory(store, serve, tmp_path, cuda_folder, monkeypatch):
    """The voice of tones needs no library, so that all but the computing is what it would be."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(cuda_folder))
    expected = said(store, "quick")
    server = serve("--voice", "quick", "--device", "cuda:0", "--admission", "off", store=store,
                   config={"engine": {"onnxruntime_cuda_library": str(cuda_folder / ORT.name)}})
    assert speak_in_company(server, "quick") == expected
    fingerprint = server.events("worker_ready")[0]["fingerprint"]
    assert "ort-batch-16 on Fake GPU" in fingerprint
    assert "/cuda/" in fingerprint
    report = server.http.get("/v1/workers").json()
    assert report["workers"][0]["places"] == 16
    assert report["device"]["name"] == "Fake GPU"
    assert not report["device"]["full"]
    harness.eventually(lambda: metric(server, 'antiphon_device_memory_bytes{part="total"}') == 80 << 30, "weighed")
    assert metric(server, 'antiphon_device_memory_bytes{part="used"}') == 8 << 30


@pytest.mark.voice
def test_a_library_that_cannot_compute_on_the_device_is_said_by_the_worker(real_store, tmp_path, cuda_folder):
    """`say` is a worker and its gateway in one."""
    config = with_library(tmp_path, cuda_folder / ORT.name)
    result = harness.run("say", "Hello.", "--voices", real_store, "--voice", harness.REAL_VOICE, "--device", "cuda:0",
                         "--config", config, "-o", tmp_path / "out.wav")
    words = result.stderr.decode()
    assert result.returncode != 0
    assert "cannot compute on cuda:0" in words
    assert "CUDA" in words
    assert not pathlib.Path(tmp_path / "out.wav").exists()
