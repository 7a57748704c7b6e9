"""Workers scaled by the real HorizontalPodAutoscaler, which reads the demand of a real gateway under load through a real Prometheus
and a real prometheus-adapter, with the rule of docs/kubernetes.md. Nodes and pods are simulated, but for each worker's pod a real
worker runs and joins the gateway."""
import contextlib
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import yaml

import control_plane
import harness
from control_plane import done

TEXT = "The first voice begins before the sentence is finished, and the second never waits for it to end. " * 2
LISTENERS = 12
MOST = 8
TARGET = 0.6
# So much above the target the autoscaler leaves the number alone (--horizontal-pod-autoscaler-tolerance).
TOLERANCE = 0.1
CALM_SECONDS = 5


def documented_rules():
    """The adapter's configuration as the documentation gives it."""
    page = (harness.REPOSITORY / "docs/kubernetes.md").read_text()
    rules, = (block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "externalRules" in block)
    return rules


class Kubelet(threading.Thread):
    """Runs a real worker for each pod of the cell, as its command line and its environment say, sends it SIGTERM when the pod is to
    end, and lets the pod go when it has ended."""

    def __init__(self, cluster, namespace, site):
        super().__init__()
        self._cluster, self._namespace, self._site = cluster, namespace, site
        self._links = {}
        self._leaving = set()
        self._over = threading.Event()
        self.statuses = []
        """The exit statuses of workers that were sent away."""

    def run(self):
        while not self._over.wait(0.1):
            pods = {pod["metadata"]["name"]: pod for pod in self._cluster.pods(self._namespace, "worker")}
            for name, pod in pods.items():
                if name in self._links:
                    self._attend(name, pod)
                elif control_plane.is_ready(pod) and not control_plane.is_ending(pod):
                    self._cluster.hold(self._namespace, name)
                    self._links[name] = self._begin(name, pod)

    def _begin(self, name, pod):
        container, = pod["spec"]["containers"]
        command, *flags = container["args"]
        given = dict(flag.split("=", 1) for flag in flags)
        assert command == "worker" and given["--join"] == "tls://antiphon-0.antiphon-cells:8090"
        assert given["--id"] == "$(POD_NAME)"
        # Addresses and files are those of this machine.
        assert given.keys() - {"--join", "--token-file", "--ca", "--voices"} == {"--id", "--device"}
        environment = {variable["name"]: variable["value"] for variable in container["env"] if "value" in variable}
        return self._site.join("--id", name, "--device", given["--device"], environment=environment)

    def _attend(self, name, pod):
        link = self._links[name]
        if control_plane.is_ending(pod) and name not in self._leaving:
            self._leaving.add(name)
            link.signal(signal.SIGTERM)
        if link.process.poll() is not None:
            self.statuses.append(link.process.returncode)
            del self._links[name]
            self._cluster.let_go(self._namespace, name)

    def stop(self):
        self._over.set()
        if self.is_alive():
            self.join(harness.DEADLINE_SECONDS)


@contextlib.contextmanager
def adapter(cluster, namespace, server, folder):
    """What offers antiphon_demand_ratio as a metric of the cluster, as it is set up there: Prometheus finds the gateway as a pod, and
    the API server hands requests for metrics on to the adapter. Gives the address of Prometheus."""
    processes = control_plane.Processes(folder)
    prometheus, port = (control_plane.free_port() for _ in range(2))
    (folder / "prometheus.yml").write_text(yaml.safe_dump({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "antiphon", "static_configs": [
            {"targets": [f"127.0.0.1:{server.port}"], "labels": {"namespace": namespace, "pod": "antiphon-0"}}]}]}))
    (folder / "rules.yaml").write_text(documented_rules())
    config = cluster.config
    processes.start("prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'tsdb'}",
                    f"--web.listen-address=127.0.0.1:{prometheus}", "--log.level=warn")
    processes.start("prometheus-adapter", "--bind-address=127.0.0.1", f"--secure-port={port}", f"--cert-dir={folder / 'adapter'}",
                    f"--lister-kubeconfig={config}", f"--authentication-kubeconfig={config}", f"--authorization-kubeconfig={config}",
                    f"--prometheus-url=http://127.0.0.1:{prometheus}", f"--config={folder / 'rules.yaml'}", "--metrics-relist-interval=1s",
                    "--metrics-max-age=60s")
    # The control plane is no part of a cluster's network, so the adapter's Service is a name of this machine.
    service = {"name": "prometheus-adapter", "namespace": namespace}
    cluster.apply([
        {"apiVersion": "v1", "kind": "Service", "metadata": service, "spec": {"type": "ExternalName", "externalName": "localhost"}},
        {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1beta1.external.metrics.k8s.io"},
         "spec": {"group": "external.metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
                  "insecureSkipTLSVerify": True, "service": {**service, "port": port}}}])
    try:
        yield f"http://127.0.0.1:{prometheus}"
    except BaseException:
        processes.show()
        raise
    finally:
        cluster.kubectl("delete", "apiservice", "v1beta1.external.metrics.k8s.io")
        processes.stop()


@contextlib.contextmanager
def listeners(server, expected):
    """So many listen at the speed of playback, one text after the other; what each hears is checked, and one that is refused asks again."""
    over = threading.Event()
    body = {"model": "tts-1", "input": TEXT, "voice": "steady", "response_format": "pcm", "seed": 7}

    def listen():
        while not over.is_set():
            with httpx.stream("POST", f"{server.url}/v1/audio/speech", json=body, headers={"Prefer": "pace"},
                              timeout=harness.DEADLINE_SECONDS) as response:
                audio = response.read()
            if response.status_code == 200:
                assert harness.digest(audio) == expected
            else:
                assert response.status_code == 503, audio
                over.wait(0.5)

    with ThreadPoolExecutor(LISTENERS) as pool:
        crowd = [pool.submit(listen) for _ in range(LISTENERS)]
        try:
            yield
        finally:
            over.set()
        for listener in crowd:
            listener.result()


def answers_to_keda(cluster, namespace, prometheus):
    """What Prometheus finds for each query of the chart's ScaledObject."""
    rendered = control_plane.documents(done(cluster.helm("template", namespace=namespace, values={"cells": 1, "autoscaling": {"kind": "keda"}})))
    scaled, = (item for item in rendered if item["kind"] == "ScaledObject")
    queries = [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
    assert len(queries) == 2
    return [httpx.get(f"{prometheus}/api/v1/query", params={"query": query}).json()["data"]["result"] for query in queries]


@pytest.fixture
def kubelet(cluster, namespace, site):
    made = Kubelet(cluster, namespace, site)
    yield made
    made.stop()


def test_workers_come_and_go_with_the_demand_that_a_gateway_exports(cluster, namespace, site, kubelet, tmp_path):
    server = site.serve(config={"remote": {"most": MOST}})
    folder = tmp_path / "metrics"
    folder.mkdir()
    done(cluster.helm("install", namespace=namespace, values={
        "cells": 1, "drain": {"longestStreamSeconds": 60}, "autoscaling": {"target": TARGET, "calmSeconds": CALM_SECONDS},
        "pools": [{"name": "cpu", "device": "cpu", "gpus": 0, "least": 1, "most": MOST,
                   "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}}]}))
    kubelet.start()
    site.wait_for(1)
    expected = harness.digest(server.speak(TEXT, "steady", seed=7))
    deployment = f"/apis/apps/v1/namespaces/{namespace}/deployments/antiphon-cpu-0"
    scaler = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers/antiphon-cpu-0"

    def enough():
        """The number of workers once all have joined, all listeners are let in, and no more are asked for."""
        workers = cluster.get(deployment)["status"].get("readyReplicas", 0)
        return (len(site.workers()) == workers > 1 and server.health()["streams"] == LISTENERS and
                server.metrics()["antiphon_demand_ratio"] <= TARGET * (1 + TOLERANCE) and workers)

    with adapter(cluster, namespace, server, folder) as prometheus:
        with listeners(server, expected):
            workers = harness.eventually(enough, "there are as many workers as the listeners need")
            read = {metric["external"]["metric"]["name"] for metric in cluster.get(scaler)["status"]["currentMetrics"]}
            assert read == {"antiphon_demand_ratio", "antiphon_unmet_demand"}
            assert all(len(found) == 1 for found in answers_to_keda(cluster, namespace, prometheus))
            print(f"{LISTENERS} listeners, all let in: {workers} workers, {server.metrics()['antiphon_demand_ratio']:.2f} of what they promise")
        harness.eventually(lambda: cluster.get(deployment)["status"].get("replicas") == len(site.workers()) == 1, "one is left")
    harness.eventually(lambda: len(kubelet.statuses) >= workers - 1, "the others have ended")
    assert set(kubelet.statuses) == {0}, "each finished its jobs"
    assert server.metrics().get('antiphon_streams_ended_total{end="failed"}', 0) == 0
    done(cluster.helm("uninstall", namespace=namespace))
