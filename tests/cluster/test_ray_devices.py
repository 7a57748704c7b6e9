"""Workers on the devices of a Ray cluster, which is simulated here: what the controller asks of it, and what it waits for."""
import sys
import types

import pytest

from antiphon_ray import demand, options


class Actor:
    """One that was asked for; `node` is None while no node has room."""

    def __init__(self, gpus):
        self.gpus, self.node = gpus, None
        self.worker_pid = types.SimpleNamespace(remote=lambda: self)
        self.drain = types.SimpleNamespace(remote=lambda: self)


class Cluster:
    """Ray's part: an actor is placed on the first node with as much of a device left as it asks for, and waits while there
    is none. `nodes` has the share of its device that is free at each."""

    def __init__(self, nodes):
        self.free, self.actors, self.asked = dict(nodes), {}, []
        self.util = types.SimpleNamespace(list_named_actors=lambda: list(self.actors))

    def remote(self, _):
        return self

    def options(self, name, num_gpus, **asked):
        self.asked.append({"name": name, "num_gpus": num_gpus, **asked})
        return types.SimpleNamespace(remote=lambda *_: self.place(name, Actor(num_gpus)))

    def place(self, name, actor):
        self.actors[name] = actor
        for node, free in self.free.items():
            if actor.node is None and free >= actor.gpus:
                actor.node, self.free[node] = node, free - actor.gpus

    def add_node(self, name, free):
        self.free[name] = free
        for waiting, actor in list(self.actors.items()):
            if actor.node is None:
                self.place(waiting, actor)

    def get_actor(self, name):
        if name not in self.actors:
            raise ValueError(name)
        return self.actors[name]

    def wait(self, asked, timeout):
        del timeout
        return [one for one in asked if one.node], [one for one in asked if not one.node]

    def kill(self, actor, no_restart):
        assert no_restart
        name = next(name for name, one in self.actors.items() if one is actor)
        del self.actors[name]
        if actor.node:
            self.free[actor.node] += actor.gpus

    def nodes(self):
        return [actor.node for _, actor in sorted(self.actors.items())]


@pytest.fixture
def control(monkeypatch):
    """Makes the controller of a cluster, whose gateway says that `wanted[0]` workers are needed."""
    def made(cluster, gpus, wanted):
        monkeypatch.setitem(sys.modules, "ray", cluster)
        monkeypatch.delitem(sys.modules, "antiphon_ray.controller", raising=False)
        from antiphon_ray.controller import Controller
        settings = options.parse('[gateway]\nurl = "http://127.0.0.1:1"\n[worker]\njoin = "tls://a:1"\ntoken_file = "t"\n'
                                 f"num_gpus = {gpus}\n[scale]\nleast = 0\nmost = 16\ntarget = 1.0\nhold_seconds = 0\n")
        controller = Controller(settings)
        controller._client = types.SimpleNamespace(
            read=lambda: (demand.Sample(workers=1, own=0, load=wanted[0], refused=0, waiting=0), {}))
        return controller
    yield made
    sys.modules.pop("antiphon_ray.controller", None)


def test_each_worker_asks_for_its_share_of_a_device_and_a_full_node_gets_none(control):
    cluster, wanted = Cluster({"full": 0.1, "free": 1.0}), [4]
    control(cluster, 0.25, wanted).step(0)
    assert [asked["num_gpus"] for asked in cluster.asked] == 4 * [0.25]
    assert cluster.nodes() == 4 * ["free"]


def test_a_worker_that_finds_no_device_waits_for_a_node_and_is_asked_for_once(control):
    cluster, wanted = Cluster({"full": 0.1, "free": 1.0}), [3]
    controller = control(cluster, 0.5, wanted)
    for second in range(3):
        controller.step(second)
    assert cluster.nodes() == ["free", "free", None], "it is what Ray's autoscaler sees as the demand for a node"
    assert len(cluster.asked) == 3
    cluster.add_node("new", 1.0)
    assert cluster.nodes() == ["free", "free", "new"]


def test_workers_that_go_give_their_devices_back(control):
    cluster, wanted = Cluster({"free": 1.0}), [4]
    controller = control(cluster, 0.25, wanted)
    controller.step(0)
    wanted[0] = 1
    for second in (1, 2):
        controller.step(second)
    assert cluster.nodes() == ["free"]
    assert cluster.free == {"free": 0.75}
