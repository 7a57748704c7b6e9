"""The wheel, in an environment of its own: its program, its client, which resumes what a cut took away, and its removal."""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading

import pytest

from conftest import DEADLINE_SECONDS, REPOSITORY, free_port, made, run, serving

TEXT = "Good morning. This is a speech that is cut several times, and of which no byte is lost."
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def files_of(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A Python environment with the wheel in it and nothing else; afterwards the wheel is removed, and nothing may be left."""
    wheel, = made(".whl")
    folder = tmp_path_factory.mktemp("wheel") / "environment"
    run("/usr/bin/python3", "-m", "venv", "--without-pip", folder)
    clean = files_of(folder)
    run(*PIP, "--python", folder / "bin/python", "install", "--quiet", "--no-index", "--no-deps", wheel)
    yield folder
    run(*PIP, "--python", folder / "bin/python", "uninstall", "--quiet", "--yes", "antiphon-tts")
    assert files_of(folder) - clean == set()


@pytest.fixture(scope="module")
def server(environment, tmp_path_factory):
    port = free_port()
    command = [environment / "bin/antiphon", "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1"]
    with serving(command, port, env={"HOME": str(tmp_path_factory.mktemp("home"))}):
        yield port


def test_the_program_of_the_wheel_is_the_one_that_was_built(environment):
    assert run(environment / "bin/antiphon", "--version", env={}) == run(REPOSITORY / "build/antiphon", "--version")


def python(environment, script, *arguments):
    """What a script prints that runs in the environment, as JSON."""
    return json.loads(run(environment / "bin/python", "-W", "error", "-c", script, *arguments, env={}))


SPEAK = """
import hashlib, json, sys
from antiphon_tts import Client
client = Client(sys.argv[1], timeout=10)
with client.speak(sys.argv[2], voice="hibari", format=sys.argv[3]) as speech:
    pieces = list(speech)
print(json.dumps({"sha256": hashlib.sha256(b"".join(pieces)).hexdigest(), "bytes": speech.bytes_received,
                  "pieces": len(pieces), "resumed": speech.times_resumed, "voices": [voice.id for voice in client.voices()]}))
"""


@contextlib.contextmanager
def cutting(port, pieces):
    """A port that leads to `port`, and cuts each of the first connections after so many bytes of the answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        left = list(pieces)

        def carry(client):
            with client, socket.create_connection(("127.0.0.1", port), DEADLINE_SECONDS) as upstream:
                allowed = left.pop(0) if left else None

                def requests():
                    with contextlib.suppress(OSError):
                        while block := client.recv(65536):
                            upstream.sendall(block)
                threading.Thread(target=requests, daemon=True).start()
                with contextlib.suppress(OSError):
                    while allowed != 0 and (block := upstream.recv(min(allowed or 65536, 65536))):
                        client.sendall(block)
                        allowed = allowed and allowed - len(block)
                for end in (client, upstream):
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=carry, args=(listener.accept()[0],), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("container", ["wav", "mp3"])
def test_a_speech_that_is_cut_has_each_byte_once(environment, server, container):
    whole = python(environment, SPEAK, f"http://127.0.0.1:{server}", TEXT, container)
    assert (whole["resumed"], whole["voices"]) == (0, ["hibari"])
    assert whole["bytes"] > 10_000
    with cutting(server, [2_000, 9_000, 4_000]) as port:
        cut = python(environment, SPEAK, f"http://127.0.0.1:{port}", TEXT, container)
    assert cut["resumed"] == 3
    assert (cut["sha256"], cut["bytes"]) == (whole["sha256"], whole["bytes"])


def test_a_connection_that_is_lost_before_the_answer_is_asked_again(environment, server):
    with cutting(server, [0, 0]) as port:
        spoken = python(environment, SPEAK, f"http://127.0.0.1:{port}", "Hello.", "pcm")
    assert spoken["bytes"] > 1_000


REFUSED = """
import json, sys
from antiphon_tts import Busy, Client, Cut, ServerError
answers = []
for make in (lambda: Client(sys.argv[1]).speak("Hello.", voice="nobody"), lambda: Client(sys.argv[1]).speak(""),
             lambda: Client(sys.argv[1]).speak("Hello.", speed=9)):
    try:
        make()
    except ServerError as error:
        answers.append([error.status, isinstance(error, Busy)])
try:
    Client("ftp://host")
except ValueError:
    answers.append("value")
print(json.dumps(answers))
"""


def test_what_the_server_refuses_is_an_error_of_its_own_kind(environment, server):
    *refused, value = python(environment, REFUSED, f"http://127.0.0.1:{server}")
    assert [status // 100 for status, _ in refused] == [4, 4, 4]
    assert [busy for _, busy in refused] == [False] * 3
    assert value == "value"


CUT_OFF = """
import json, sys
from antiphon_tts import Client, Cut
speech = Client(sys.argv[1], patience=0.5).speak("One. Two. Three. " * 20, voice="hibari", format="pcm")
try:
    speech.read()
    print(json.dumps("read"))
except Cut:
    print(json.dumps("cut"))
"""


def test_a_server_that_is_lost_for_good_is_said_to_be(environment, server):
    """Every connection behind the first is cut before its answer."""
    with cutting(server, [3_000] + [0] * 1_000) as port:
        assert python(environment, CUT_OFF, f"http://127.0.0.1:{port}") == "cut"


def test_the_client_is_typed_and_needs_no_other_package(environment):
    packages, = (environment / "lib").glob("python3*/site-packages")
    assert (packages / "antiphon_tts/py.typed").exists()
    assert "Requires-Dist" not in next(packages.glob("antiphon_tts-*.dist-info/METADATA")).read_text()
