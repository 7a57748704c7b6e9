"""Keeps as many actors as the gateway wants workers. All state is Ray's and the gateway's: a controller that is started
again finds both as they are."""
import logging
import time
import typing

import ray

from antiphon_ray.demand import Demand
from antiphon_ray.gateway import Client, GatewayError
from antiphon_ray.holder import Holder
from antiphon_ray.options import Options, Worker

log = logging.getLogger("antiphon_ray")


class WorkerActor:
    """Ray restarts it without end; each time it leases the keeper of its node."""

    def __init__(self, options: Worker, name: str) -> None:
        self._holder = Holder(options, name)

    def worker_pid(self) -> int:
        return self._holder.worker_pid()

    def drain(self) -> None:
        self._holder.drain()


class Controller:
    """Ray must be connected, with `options.name` as its namespace."""

    def __init__(self, options: Options) -> None:
        """Raises GatewayError."""
        self._options = options
        self._client = Client(options.gateway)
        self._demand: Demand | None = None
        self._asked: dict[str, typing.Any] = {}
        self._draining: dict[str, tuple[typing.Any, float]] = {}

    def run(self) -> None:
        """Goes on until an exception of Ray's."""
        while True:
            try:
                self.step(time.monotonic())
            except GatewayError as error:
                # Without news there are as many as before.
                log.warning("no_demand error=%r", str(error))
            time.sleep(self._options.scale.poll_seconds)

    def step(self, now: float) -> None:
        """Raises GatewayError, having changed nothing."""
        sample, joined = self._client.read()
        names = self.actors()
        if self._demand is None:
            ours = {worker.rpartition("/")[0] for worker in joined}
            known = {name for name in ours if name.rpartition("-")[0] == self._options.name} | names
            self._demand = Demand(self._options.scale, len(known))
            log.info("adopted actors=%d workers=%d", len(names), len(known))
        wanted = self._demand.update(sample, now)
        self._reconcile(names, wanted, now)
        self._look_after(names)

    def actors(self) -> set[str]:
        """Returns the names of those that live or are to live, pending ones included."""
        return {name for name in ray.util.list_named_actors() if name.rpartition("-")[0] == self._options.name}

    def _reconcile(self, names: set[str], wanted: int, now: float) -> None:
        right = {f"{self._options.name}-{number}" for number in range(wanted)}
        for name in sorted(right - names):
            log.info("actor_asked name=%s wanted=%d", name, wanted)
            self._make(name)
        for name in sorted(names - right - self._draining.keys()):
            log.info("actor_drains name=%s wanted=%d", name, wanted)
            self._draining[name] = (ray.get_actor(name).drain.remote(), now + self._options.worker.drain_seconds + 30)
        for name, (done, give_up_at) in list(self._draining.items()):
            ended, _ = ray.wait([done], timeout=0)
            if ended or now > give_up_at:
                log.info("actor_ended name=%s", name)
                del self._draining[name]
                if name in names:
                    ray.kill(ray.get_actor(name), no_restart=True)

    def _make(self, name: str) -> None:
        """Ray's autoscaler sees an actor that finds no room as a demand for nodes."""
        worker = self._options.worker
        ray.remote(WorkerActor).options(
            name=name, lifetime="detached", max_restarts=-1, max_task_retries=-1, num_cpus=worker.num_cpus,
            num_gpus=worker.num_gpus, resources=worker.resources).remote(worker, name)

    def _look_after(self, names: set[str]) -> None:
        """Has each actor see to its keeper. One that is pending answers when it runs, and is asked once until then."""
        for name in self._asked.keys() - names:
            del self._asked[name]
        for name in names - self._draining.keys():
            if name in self._asked and not ray.wait([self._asked[name]], timeout=0)[0]:
                continue
            try:
                self._asked[name] = ray.get_actor(name).worker_pid.remote()
            except ValueError:
                continue  # it ended meanwhile
