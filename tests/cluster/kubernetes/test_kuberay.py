"""deploy/ray/raycluster.yaml under the real operator of KubeRay; its pods are simulated, and no Ray runs. tools/kubernetes runs these;
what the controller does on a real Ray cluster is in tests/cluster/test_ray.py."""
import pytest

import control_plane
import harness
from antiphon_ray import options
from control_plane import names, said

MANIFEST = (harness.REPOSITORY / "deploy/ray/raycluster.yaml").read_text()


@pytest.fixture
def operator(cluster, tmp_path):
    """What keeps the pods of each RayCluster."""
    processes = control_plane.Processes(tmp_path)
    processes.start("kuberay-operator", f"--kubeconfig={cluster.config}", "--enable-leader-election=false",
                    f"--metrics-addr=127.0.0.1:{control_plane.free_port()}", f"--health-probe-bind-address=127.0.0.1:{control_plane.free_port()}")
    yield
    processes.stop()
    processes.show()  # pytest shows it where the test fails


def test_the_controllers_configuration_is_one_that_it_takes(tmp_path):
    config = tmp_path / "ray.toml"
    config.write_text(control_plane.documents(MANIFEST)[0]["data"]["ray.toml"])
    worker = options.load(config).worker
    cluster = control_plane.documents(MANIFEST)[1]["spec"]
    pod = cluster["workerGroupSpecs"][0]["template"]["spec"]
    drain = int(next(variable["value"] for variable in pod["containers"][0]["env"] if variable["name"] == "ANTIPHON_SERVER_DRAIN_SECONDS"))
    assert drain < worker.drain_seconds < pod["terminationGracePeriodSeconds"], "each waits for what is within it"
    assert cluster["workerGroupSpecs"][0]["maxReplicas"] == options.load(config).scale.most


def test_the_cluster_passes_the_strict_validation_of_the_server_and_its_pods_the_restricted_standard(cluster, namespace):
    assert len(cluster.apply(MANIFEST, "--namespace", namespace, "--dry-run=server")) == 3
    result = cluster.kubectl("create", "--validate=strict", "--dry-run=server", "--namespace", namespace, "--filename=-",
                             stdin=MANIFEST.replace("maxReplicas", "maxReplica"))
    assert 'unknown field "spec.workerGroupSpecs[0].maxReplica"' in said(result)
    spec = control_plane.documents(MANIFEST)[1]["spec"]
    for number, group in enumerate([spec["headGroupSpec"], *spec["workerGroupSpecs"]]):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number}", "namespace": namespace}, "spec": group["template"]["spec"]}
        assert cluster.apply([pod], "--dry-run=server")


def test_the_operator_makes_the_pods_and_ends_the_worker_that_is_named(cluster, namespace, operator):
    cluster.apply(MANIFEST, "--namespace", namespace)
    path = f"/apis/ray.io/v1/namespaces/{namespace}/rayclusters/antiphon"

    def pods(kind):
        found = cluster.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector=f"ray.io/cluster=antiphon,ray.io/node-type={kind}")["items"]
        return [pod for pod in found if control_plane.is_ready(pod) and not control_plane.is_ending(pod)]

    def workers(count):
        return harness.eventually(lambda: len(pods("worker")) == count and pods("worker"), f"{count} workers are ready")

    workers(1)
    head, = harness.eventually(lambda: pods("head"), "the head is ready")
    assert [container["name"] for container in head["spec"]["containers"]] == ["ray-head", "controller", "autoscaler"]
    harness.eventually(lambda: cluster.get(path).get("status", {}).get("state") == "ready", "the operator says that all is ready")

    # As Ray's autoscaler does for actors that find no room, and for nodes that are idle.
    group = control_plane.documents(MANIFEST)[1]["spec"]["workerGroupSpecs"][0]
    cluster.change(path, spec={"workerGroupSpecs": [{**group, "replicas": 3}]})
    gone, *left = names(workers(3))
    cluster.change(path, spec={"workerGroupSpecs": [{**group, "replicas": 2, "scaleStrategy": {"workersToDelete": [gone]}}]})
    harness.eventually(lambda: names(pods("worker")) == left, "that one is gone, and the others stay")
