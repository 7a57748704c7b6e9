"""deploy/ray/raycluster.yaml, given to a real API server with KubeRay's definitions. tools/kubernetes runs these; what the controller
does on a real Ray cluster is in tests/cluster/test_ray.py."""
import control_plane
import harness
from antiphon_ray import options
from control_plane import said

MANIFEST = (harness.REPOSITORY / "deploy/ray/raycluster.yaml").read_text()


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
