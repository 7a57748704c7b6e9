"""What is shipped, made by tools/package from the release build and tried where nothing else of ours is: a Debian root that
mmdebstrap makes once, kept in the user's cache. Needs root and mmdebstrap; without them the tests are skipped."""
import contextlib
import functools
import os
import pathlib
import shutil
import socket
import subprocess
import time

import httpx
import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = REPOSITORY / "build/packages"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "antiphon"
DEADLINE_SECONDS = 120
# The packages of a root; a change of the list makes another root.
INCLUDED = "ca-certificates,libssl3,libstdc++6,libgcc-s1,zlib1g,passwd,util-linux"
ROOT_NAME = "bookworm-1.tar"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=1800, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@functools.cache
def make_all():
    """Everything that is shipped, made once for all tests, and its files."""
    run(REPOSITORY / "tools/package", "tarball", "deb", "wheel", "addon", "image", env={**os.environ, "CCACHE_DISABLE": "1"})
    return sorted(OUTPUT.iterdir())


def made(ending):
    """The files that were made whose names end so."""
    return [file for file in make_all() if file.name.endswith(ending)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(command, port, **options):
    """Runs a server until the block ends, SIGTERM included: it has to end with 0. Gives a client of it."""
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE_SECONDS) as client:
            deadline = time.monotonic() + DEADLINE_SECONDS
            while not ready(client):
                assert process.poll() is None, process.stdout.read()
                assert time.monotonic() < deadline, "it is never ready"
                time.sleep(0.05)
            yield client
        process.terminate()
        output = process.communicate(timeout=DEADLINE_SECONDS)[0]
        assert process.returncode == 0, output
    finally:
        process.kill()
        process.wait()


def ready(client):
    with contextlib.suppress(httpx.TransportError):
        return client.get("/readyz").status_code == 200
    return False


def speak(client, container="wav"):
    answer = client.post("/v1/audio/speech", json={"model": "tts-1", "voice": "hibari", "input": "A package that speaks.",
                                                   "response_format": container})
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.fixture(scope="session")
def tools():
    """The folder of programs that packages and checks are made with."""
    return pathlib.Path(run(REPOSITORY / "tools/packaging_tools").strip()) / "bin"


@pytest.fixture(scope="session")
def debian():
    """The archive of a clean root of Debian 12."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        pytest.skip("needs root and mmdebstrap (apt-get install mmdebstrap)")
    archive = CACHE / "roots" / ROOT_NAME
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        unfinished = archive.with_name(f"unfinished-{os.getpid()}.tar")
        run("mmdebstrap", "--quiet", "--aptopt=Acquire::Retries \"5\"", "--variant=minbase", f"--include={INCLUDED}", "bookworm", unfinished)
        unfinished.rename(archive)
    return archive


@pytest.fixture
def root(debian, tmp_path):
    """A clean root of its own; what runs in it finds /proc and /dev."""
    folder = tmp_path / "root"
    folder.mkdir()
    run("tar", "-xf", debian, "-C", folder)
    return folder


def inside(folder, *command):
    """A command line that runs `command` with `folder` as its root, in a mount namespace of its own."""
    mounts = f'mount -t proc proc "{folder}/proc" && mount --rbind /dev "{folder}/dev" && exec chroot "{folder}" "$@"'
    return ["unshare", "--mount", "sh", "-c", mounts, "sh", *command]
