"""What the tests of the whole program share: servers, sites and stores of voices. A conftest.py takes from it what its tests use."""
import itertools
import json

import pytest

import harness
import remote

LAST_REPORTS = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[LAST_REPORTS] = report
    return report


def pytest_sessionstart():
    if not harness.BINARY.is_file():
        raise pytest.UsageError(f"{harness.BINARY} is not there; build it, or name it in ANTIPHON_BINARY")


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    """Voices of tones. All but `exact` sound the same: a cost changes no byte."""
    folder = tmp_path_factory.mktemp("voices")
    harness.add_tone(folder, "quick")
    harness.add_tone(folder, "steady", "--cost", 150, "--sleep")  # 0.15 s for a second of audio
    harness.add_tone(folder, "slow", "--cost", 1000, "--sleep")
    harness.add_tone(folder, "pensive", "--plan-cost", 1000, "--sleep")
    harness.add_tone(folder, "exact")  # its own rate is the one that is served
    manifest = folder / "exact/manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "sample_rate": 24000}))
    return folder


@pytest.fixture(scope="session")
def real_store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real_voices")
    harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", folder, timeout=300)
    return folder


@pytest.fixture(scope="session")
def hibari_store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hibari_voices")
    harness.run_ok("voices", "add", harness.HIBARI_PACKAGE, "--voices", folder, timeout=300)
    return folder


@pytest.fixture
def serve(store, tmp_path, request):
    """Starts servers: serve(*flags, config={...}, store=..., port=...). Shows their logs when the test fails."""
    servers = []
    numbers = itertools.count()

    def start(*flags, config=None, store=store, port=0, authority=None, ready=True, environment=None, listen=None,
              address="127.0.0.1"):
        servers.append(harness.Server(tmp_path / f"server{next(numbers)}", store, *flags, config=config, port=port,
                                      authority=authority, ready=ready, environment=environment, listen=listen,
                                      address=address))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
    report = request.node.stash.get(LAST_REPORTS, None)
    if report is not None and report.failed:
        for server in servers:
            print(f"--- log of {server.url}\n{server.log()}")


@pytest.fixture
def site(serve, store, tmp_path, request):
    """A gateway that takes workers from other machines; see remote.Site. Shows the links' logs when the test fails."""
    folder = tmp_path / "site"
    folder.mkdir()
    made = remote.Site(folder, serve, store)
    yield made
    made.stop()
    report = request.node.stash.get(LAST_REPORTS, None)
    if report is not None and report.failed:
        for link in made.links:
            print(f"--- log of a link\n{link.log()}")


@pytest.fixture(scope="session")
def server(store, tmp_path_factory):
    """One server for all tests that leave it as it was."""
    shared = harness.Server(tmp_path_factory.mktemp("shared") / "server", store, "--voice", "quick")
    yield shared
    shared.stop()
