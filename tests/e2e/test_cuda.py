"""Real grains on a real CUDA device: what test_devices.py shows without one. Skipped where there is none, or where ONNX
Runtime's build for CUDA is not in .deps/onnxruntime-gpu; docs/devices.md says how to get it."""
import array
import contextlib
import math
import pathlib
import re
import subprocess
import sys

import pytest

import harness
from test_determinism import OTHERS, SEED, SPEED, TEXT
from test_devices import said, speak_in_company, speak_while_their_worker_is_killed

LIBRARY = harness.REPOSITORY / ".deps/onnxruntime-gpu/lib"
CUDA = ("--device", "cuda:0")
NO_ADMISSION = {"admission": {"test": "off"}}

pytestmark = [pytest.mark.voice,
              pytest.mark.skipif(not pathlib.Path("/dev/nvidiactl").exists(), reason="no CUDA device"),
              pytest.mark.skipif(not LIBRARY.is_dir(), reason="no ONNX Runtime for CUDA")]


@pytest.fixture(scope="module")
def expected(real_store):
    """What each of them is alone, by the device."""
    return said(real_store, harness.REAL_VOICE, *CUDA)


def decibels(of, beside):
    """The power of the signal over that of its difference to another."""
    difference = sum((a - b) ** 2 for a, b in zip(of, beside, strict=True))
    return 10 * math.log10(sum(a * a for a in of) / difference) if difference else math.inf


def test_a_confined_worker_computes_on_it(real_store, serve):
    server = serve("--voice", harness.REAL_VOICE, *CUDA, store=real_store)
    assert server.speak(TEXT, harness.REAL_VOICE)
    assert "/cuda/" in server.events("worker_ready")[0]["fingerprint"]
    assert "ort-batch-16 on " in server.events("worker_ready")[0]["fingerprint"]
    assert server.events("sandbox")[0]["system_calls"] == "true"
    lacks = [event["reason"] for event in server.events("sandbox_incomplete")]
    assert server.events("sandbox")[0]["landlock"] != "0" or any("Landlock" in reason for reason in lacks)
    assert not server.events("worker_ended")


def test_it_sounds_as_on_the_processor(real_store):
    here = array.array("h", harness.say(real_store, TEXT, harness.REAL_VOICE, "--engine-kernel", "ort"))
    there = array.array("h", harness.say(real_store, TEXT, harness.REAL_VOICE, *CUDA))
    worst = max(abs(a - b) for a, b in zip(here, there, strict=True))
    print(f"{decibels(here, there):.1f} dB, worst difference {worst} of 32768")
    assert decibels(here, there) > 60


def test_its_bytes_depend_on_no_company(real_store, serve, expected):
    voice = harness.REAL_VOICE
    assert said(real_store, voice, *CUDA) == expected, "nor on the moment"
    server = serve("--voice", voice, *CUDA, store=real_store, config=NO_ADMISSION)
    assert harness.digest(server.speak(TEXT, voice, speed=SPEED, seed=SEED)) == expected[0]
    for _ in range(3):
        assert speak_in_company(server, voice) == expected


def test_two_workers_share_it(real_store, serve, expected):
    voice = harness.REAL_VOICE
    server = serve("--voice", voice, *CUDA, store=real_store, config={**NO_ADMISSION, "workers": {"count": 2}})
    server.wait_for_workers(2)
    for _ in range(2):
        assert speak_in_company(server, voice) == expected
    assert all(worker["rtf"] for worker in server.workers("active")), "both had work"


def test_a_worker_killed_on_it_is_not_heard(real_store, serve, expected):
    voice = harness.REAL_VOICE
    server = serve("--voice", voice, *CUDA, store=real_store, config={**NO_ADMISSION, "workers": {"spares": 1}})
    server.speak(OTHERS[0], voice)
    ours = (TEXT, {"speed": SPEED, "seed": SEED})
    assert speak_while_their_worker_is_killed(server, voice, ours, ours) == [expected[0], expected[0]]


def test_its_memory_is_weighed(real_store, serve):
    server = serve("--voice", harness.REAL_VOICE, *CUDA, store=real_store)
    server.speak(TEXT, harness.REAL_VOICE)
    used = harness.eventually(lambda: server.metrics().get('antiphon_device_memory_bytes{part="used"}'), "weighed")
    total = server.metrics()['antiphon_device_memory_bytes{part="total"}']
    assert 2**28 < used < total
    report = server.http.get("/v1/workers").json()
    print(report["device"], [worker["device_bytes"] for worker in report["workers"]])
    assert re.search("NVIDIA|Tesla|GeForce", report["device"]["name"])


# Takes all but a share of the device's memory, and holds it until its input ends.
HOG = """
import ctypes, sys
cuda = ctypes.CDLL("libcuda.so.1")
device, context, free, total, at = (ctypes.c_int(), ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_size_t(),
                                    ctypes.c_uint64())
def check(status):
    assert status == 0, status
check(cuda.cuInit(0))
check(cuda.cuDeviceGet(ctypes.byref(device), 0))
check(cuda.cuCtxCreate_v2(ctypes.byref(context), 0, device))
check(cuda.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total)))
check(cuda.cuMemAlloc_v2(ctypes.byref(at), ctypes.c_size_t(free.value - int(total.value * float(sys.argv[1])))))
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def device_filled_but(share):
    process = subprocess.Popen([sys.executable, "-c", HOG, str(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    try:
        assert process.stdout.readline() == "held\n"
        yield
    finally:
        process.kill()
        process.communicate()


def test_a_full_device_takes_no_voice_more(tmp_path, serve):
    """And is used again when there is room."""
    store = tmp_path / "voices"
    harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", store)
    harness.add_tone(store, "tone")
    server = serve("--voice", harness.REAL_VOICE, *CUDA, store=store)

    def is_full():
        return server.http.get("/v1/workers").json()["device"]["full"]

    with device_filled_but(0.05):
        harness.eventually(is_full, "it is seen")
        assert server.speak(TEXT, harness.REAL_VOICE), "who plays goes on"
        with server.stream("Hello.", "tone") as response:
            assert response.status_code == 503
            assert "device's memory is full" in response.read().decode()
    harness.eventually(lambda: not is_full(), "there is room")
    assert server.speak("Hello.", "tone")
