"""A real Ray cluster of two nodes on this machine, in a network namespace of its own (tools/ray_tests). Each fault is heard
by four listeners, whose bytes are those that the text has when it is alone."""
import json
import os
import pathlib
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness

PYTHON = pathlib.Path(os.environ.get("ANTIPHON_RAY_PYTHON", harness.REPOSITORY / ".deps/ray/bin/python"))
TEXT = "The first voice begins before the sentence is finished, and the second never waits for it to end. " * 2
HEAD_PORT = 26379

pytestmark = pytest.mark.skipif(not os.environ.get("ANTIPHON_RAY_TESTS"), reason="tools/ray_tests runs these")


def processes(*words):
    """The ids of processes whose command line has all these words."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") if entry.name.isdigit() else ""
        except OSError:
            continue
        if line and all(word in line for word in words) and harness.parent_of(int(entry.name)) is not None:
            found.append(int(entry.name))
    return found


class Cluster:
    """Ray, the controller and the gateway."""

    def __init__(self, site, folder):
        self.site, self.folder, self.started = site, folder, []
        self.environment = {**os.environ, "RAY_ADDRESS": f"127.0.0.1:{HEAD_PORT}", "RAY_USAGE_STATS_ENABLED": "0",
                            "PYTHONPATH": str(harness.REPOSITORY / "deploy/ray"), "PYTHONWARNINGS": "ignore",
                            "RAY_gcs_rpc_server_reconnect_timeout_s": "5"}
        self.start_nodes()
        self.config = folder / "ray.toml"
        token = folder / "token"
        token.write_text(site.token + "\n")
        arguments = json.dumps(["--ca", str(site.authority.certificate), "--voices", str(site.store)])
        self.config.write_text(
            f'name = "pool"\n[gateway]\nurl = "{site.server.url}"\n[worker]\nprogram = "{harness.BINARY}"\n'
            f'join = "tls://127.0.0.1:{site.port}"\ntoken_file = "{token}"\narguments = {arguments}\n'
            f'folder = "{folder}/keepers"\n[scale]\nleast = 1\nmost = 4\nhold_seconds = 5\npoll_seconds = 0.2\n')
        self.start_controller()

    def start_node(self, *flags):
        command = [str(PYTHON.parent / "ray"), "start", "--node-ip-address=127.0.0.1", "--block", "--disable-usage-stats",
                   "--object-store-memory=80000000", *flags]
        self.started.append(self._start(command, "node.log"))

    def start_controller(self):
        self.controller = self._start([str(PYTHON), "-m", "antiphon_ray", str(self.config)], "controller.log")
        self.started.append(self.controller)

    def _start(self, command, log):
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                    env=self.environment, cwd=self.folder)

    def actors(self):
        return processes("ray::WorkerActor")

    def links(self):
        return [pid for pid in processes("--join", f"tls://127.0.0.1:{self.site.port}") if pid not in self.keepers()]

    def keepers(self):
        return processes("antiphon_ray.keeper", str(self.folder))

    def start_nodes(self):
        self.start_node("--head", f"--port={HEAD_PORT}", "--num-cpus=1", "--include-dashboard=false",
                        f"--temp-dir={self.folder}/r")
        self.start_node(f"--address=127.0.0.1:{HEAD_PORT}", "--num-cpus=3")

    def lose_nodes(self):
        """The head and all others, without a word."""
        for pid in processes("raylet/raylet") + processes("gcs/gcs_server"):
            os.kill(pid, signal.SIGKILL)

    def stop(self):
        self.controller.terminate()
        self.controller.wait(harness.DEADLINE_SECONDS)
        self.lose_nodes()
        for process in self.started:
            process.terminate()
            process.wait(harness.DEADLINE_SECONDS)
        for pid in self.keepers():
            os.kill(pid, signal.SIGTERM)
        harness.eventually(lambda: not self.keepers(), "the keepers end")


@pytest.fixture
def cluster(site, tmp_path):
    site.serve(config={"remote": {"most": 8}})
    folder = pathlib.Path(os.environ["ANTIPHON_RAY_TESTS"])
    folder.mkdir(exist_ok=True)
    made = Cluster(site, folder)
    yield made
    made.stop()


def crowd(server, count, expected, disturb=None):
    """Speaks to `count` listeners at once, those that are refused again, and checks their bytes."""
    def one(_):
        def heard():
            with server.stream(TEXT, "steady", seed=7) as response:
                body = response.read()
                return body if response.status_code == 200 else None
        return harness.digest(harness.eventually(heard, "there is room"))
    with ThreadPoolExecutor(count) as pool:
        listeners = [pool.submit(one, number) for number in range(count)]
        if disturb:
            harness.eventually(lambda: server.health()["streams"] > 0, "somebody listens")
            disturb()
        assert {listener.result() for listener in listeners} == {expected}


def incarnations(site):
    return {worker["remote"]["incarnation"] for worker in site.workers()}


def test_workers_come_with_load_go_with_it_and_no_loss_is_heard(cluster):
    site, server = cluster.site, cluster.site.server
    site.wait_for(1)
    expected = harness.digest(server.speak(TEXT, "steady", seed=7))
    failed = 'antiphon_streams_ended_total{end="failed"}'
    over = threading.Event()

    def load():
        while not over.is_set():
            crowd(server, 8, expected)

    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load) for _ in range(4)]
        try:
            site.wait_for(4)
            harness.eventually(lambda: len(cluster.actors()) == 4, "each has its actor")
        finally:
            over.set()
        for one in loads:
            one.result()
    site.wait_for(1)
    harness.eventually(lambda: len(cluster.actors()) == 1, "the others were drained")
    assert server.http.get("/v1/workers").json()["remote_kills"].get("exited", 0) == 0, "none was lost on the way"

    incarnation = site.workers()[0]["remote"]["incarnation"]
    actor, = cluster.actors()
    crowd(server, 4, expected, disturb=lambda: os.kill(actor, signal.SIGKILL))
    harness.eventually(lambda: set(cluster.actors()) - {actor}, "Ray starts the actor again")
    assert incarnation in incarnations(site), "its worker was not disturbed"

    link = cluster.links()[0]
    crowd(server, 4, expected, disturb=lambda: os.kill(link, signal.SIGKILL))
    harness.eventually(lambda: site.workers() and cluster.links() and link not in cluster.links(), "its keeper starts another")

    children = harness.children_of(cluster.controller.pid)
    crowd(server, 4, expected, disturb=lambda: [os.kill(child, signal.SIGKILL) for child in children])
    log = cluster.folder / "controller.log"
    harness.eventually(lambda: log.read_text().count(" adopted ") == 2, "the controller is back and adopts its actors")

    before = incarnations(site)
    crowd(server, 4, expected, disturb=cluster.lose_nodes)
    assert incarnations(site) & before, "workers outlive the head and all nodes"
    harness.eventually(lambda: not cluster.actors(), "the actors are gone")
    crowd(server, 4, expected)
    cluster.start_nodes()
    harness.eventually(lambda: log.read_text().count(" adopted ") >= 3 and cluster.actors(), "the controller makes them anew")
    crowd(server, 4, expected)
    assert incarnations(site) & before, "they adopt the workers that are there"
    assert server.metrics().get(failed, 0) == 0
