"""The chart on a real control plane; its nodes and pods are simulated. tools/kubernetes runs these."""
import copy
import re

import pytest
import yaml

import control_plane
import harness
from control_plane import done, names, said

GPU_POOL = {"name": "gpu", "device": "cuda:0", "gpus": 1, "least": 2, "most": 2,
            "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "4Gi"}}}


def all_ready(cluster, namespace, gateways, workers):
    """Waits until so many pods are ready and no other is there; returns those of gateways and those of workers."""
    def counted():
        found = [cluster.pods(namespace, component) for component in ("gateway", "worker")]
        if [len(pods) for pods in found] == [gateways, workers] and all(map(control_plane.is_ready, found[0] + found[1])):
            return found
    return harness.eventually(counted, f"{gateways} gateways and {workers} workers are ready")


def install(cluster, namespace, **values):
    done(cluster.helm("install", namespace=namespace, values=values))


def identities(pods):
    return {pod["metadata"]["uid"] for pod in pods}


def revision(cluster, namespace):
    """The number and the state of what is deployed."""
    return re.findall(r"^(?:REVISION|STATUS): (\S+)", done(cluster.helm("status", namespace=namespace)), re.MULTILINE)


@pytest.mark.parametrize("kind", ["hpa", "keda", "none"])
def test_every_object_passes_the_strict_validation_of_the_server(cluster, namespace, kind):
    text = done(cluster.helm("template", namespace=namespace, values={
        "pools": [GPU_POOL], "voices": {"claim": "voices"}, "autoscaling": {"kind": kind}}))
    taken = cluster.apply(text, "--dry-run=server", "--namespace", namespace)
    assert len(taken) == len(control_plane.documents(text)) >= 12
    assert all(line.endswith("created (server dry run)") for line in taken)


def test_a_misspelt_field_is_refused_by_its_name(cluster, namespace):
    objects = control_plane.documents(done(cluster.helm("template", namespace=namespace, values={"autoscaling": {"kind": "keda"}})))
    for kind, right, wrong in (("PodDisruptionBudget", "maxUnavailable", "maxUnavailabel"), ("ScaledObject", "minReplicaCount", "minReplicas"),
                               ("ServiceMonitor", "endpoints", "endpoint")):
        misspelt = copy.deepcopy(next(item for item in objects if item["kind"] == kind))
        misspelt["spec"][wrong] = misspelt["spec"].pop(right)
        result = cluster.kubectl("create", "--validate=strict", "--dry-run=server", "--namespace", namespace, "--filename=-",
                                 stdin=yaml.safe_dump(misspelt))
        assert f'unknown field "spec.{wrong}"' in said(result)


def test_pods_that_may_do_more_than_they_need_are_refused(cluster, namespace):
    worker = next(item for item in control_plane.documents(done(cluster.helm("template", namespace=namespace))) if item["kind"] == "Deployment")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ours", "namespace": namespace}, "spec": worker["spec"]["template"]["spec"]}
    assert cluster.apply([pod], "--dry-run=server")
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    result = cluster.kubectl("create", "--dry-run=server", "--filename=-", stdin=yaml.safe_dump(pod))
    assert 'violates PodSecurity "restricted' in said(result)


def test_a_release_is_installed_upgraded_and_rolled_back(cluster, namespace):
    install(cluster, namespace)
    gateways, _ = all_ready(cluster, namespace, gateways=2, workers=2)
    assert names(gateways) == ["antiphon-0", "antiphon-1"]
    assert len({pod["spec"]["nodeName"] for pod in gateways}) == 2, "the loss of a node is not the loss of both"
    budgets = cluster.get(f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets")["items"]
    assert names(budgets) == ["antiphon", "antiphon-cpu-0", "antiphon-cpu-1"]

    # Without an adapter for its metric the autoscaler changes nothing, and says so.
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    cluster.change(f"{deployments}/antiphon-cpu-1/scale", spec={"replicas": 3})
    scaler = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers/antiphon-cpu-1"
    harness.eventually(lambda: [condition["reason"] for condition in cluster.get(scaler)["status"].get("conditions", [])
                                if (condition["type"], condition["status"]) == ("ScalingActive", "False")] == ["FailedGetExternalMetric"],
                       "the autoscaler misses its metric")
    all_ready(cluster, namespace, gateways=2, workers=4)

    done(cluster.helm("upgrade", "--reuse-values", namespace=namespace, values={"cells": 3}))
    before = all_ready(cluster, namespace, gateways=3, workers=5)
    assert cluster.get(f"{deployments}/antiphon-cpu-1")["spec"]["replicas"] == 3, "an upgrade leaves the autoscaler's number alone"

    # What the schema of values knows, helm refuses; what it does not know, the server.
    assert "maximum: got 7, want 1" in said(cluster.helm("upgrade", "--reuse-values", namespace=namespace, values={"autoscaling": {"target": 7}}))
    assert revision(cluster, namespace) == ["deployed", "2"]
    assert "quantities must match" in said(
        cluster.helm("upgrade", "--reuse-values", namespace=namespace, values={"gateway": {"resources": {"requests": {"memory": "1Gx"}}}}))
    after = all_ready(cluster, namespace, gateways=3, workers=5)
    assert identities(before[0] + before[1]) == identities(after[0] + after[1]), "what runs was left alone"

    done(cluster.helm("rollback", "1", namespace=namespace))
    gateways, _ = all_ready(cluster, namespace, gateways=2, workers=4)
    assert identities(gateways) < identities(before[0])
    done(cluster.helm("uninstall", namespace=namespace))
    all_ready(cluster, namespace, gateways=0, workers=0)


def addresses(cluster, namespace):
    """For each gateway behind the clients' Service: whether it gets new connections, and whether it ends."""
    slices = cluster.get(f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices",
                         labelSelector="kubernetes.io/service-name=antiphon")["items"]
    return {endpoint["targetRef"]["name"]: (endpoint["conditions"]["ready"], endpoint["conditions"]["terminating"])
            for part in slices for endpoint in part["endpoints"] or []}


def evict(cluster, namespace, pod):
    """The status of the answer to what an administrator asks who empties a node."""
    return cluster.http.post(f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction", json={
        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace}}).status_code


def test_a_gateway_that_drains_gets_no_new_clients_and_no_other_may_go_before_it_is_replaced(cluster, namespace):
    install(cluster, namespace, drain={"endpointSeconds": 7, "longestStreamSeconds": 300})
    all_ready(cluster, namespace, gateways=2, workers=2)
    serving, draining = (True, False), (False, True)
    harness.eventually(lambda: addresses(cluster, namespace) == {"antiphon-0": serving, "antiphon-1": serving}, "both get clients")
    budget = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets/antiphon"
    harness.eventually(lambda: cluster.get(budget)["status"]["disruptionsAllowed"] == 1, "one may go")
    cluster.hold(namespace, "antiphon-1")
    assert evict(cluster, namespace, "antiphon-1") == 201

    path = f"/api/v1/namespaces/{namespace}/pods/antiphon-1"
    pod = cluster.get(path)
    assert pod["metadata"]["deletionGracePeriodSeconds"] == 7 + 300 + 15, "the kubelet kills it when all that may play has ended"
    assert pod["spec"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == 7
    harness.eventually(lambda: addresses(cluster, namespace) == {"antiphon-0": serving, "antiphon-1": draining}, "new clients go elsewhere")
    assert evict(cluster, namespace, "antiphon-0") == 429, "what plays goes on, so the other one is kept"
    assert cluster.get(path)["metadata"]["uid"] == pod["metadata"]["uid"], "its name is not used again yet"

    cluster.let_go(namespace, "antiphon-1")
    gateways, _ = all_ready(cluster, namespace, gateways=2, workers=2)
    assert pod["metadata"]["uid"] not in identities(gateways)
    harness.eventually(lambda: addresses(cluster, namespace) == {"antiphon-0": serving, "antiphon-1": serving}, "both get clients again")
    harness.eventually(lambda: evict(cluster, namespace, "antiphon-0") == 201, "now the other one may go")
    done(cluster.helm("uninstall", namespace=namespace))


def test_an_upgrade_drains_one_gateway_after_the_other_and_a_worker_when_another_is_ready(cluster, namespace):
    install(cluster, namespace)
    gateways, workers = all_ready(cluster, namespace, gateways=2, workers=2)
    cluster.hold(namespace, "antiphon-1")
    held = workers[0]["metadata"]["name"]
    cluster.hold(namespace, held)
    done(cluster.helm("upgrade", "--reuse-values", namespace=namespace, values={"image": {"tag": "0.1.1"}}))

    def ending(component):
        return names(filter(control_plane.is_ending, cluster.pods(namespace, component)))

    harness.eventually(lambda: ending("gateway") == ["antiphon-1"], "the last gateway drains first")
    harness.eventually(lambda: held in ending("worker"), "the old worker drains")
    mine = [pod for pod in cluster.pods(namespace, "worker")
            if pod["metadata"]["labels"]["antiphon/workers"] == workers[0]["metadata"]["labels"]["antiphon/workers"]]
    assert [pod["metadata"]["name"] for pod in mine if control_plane.is_ready(pod)] != [held], "the new one was ready before"
    assert identities(cluster.pods(namespace, "gateway")) == identities(gateways), "the first gateway waits for its turn"

    cluster.let_go(namespace, held)
    cluster.let_go(namespace, "antiphon-1")
    harness.eventually(lambda: not identities(cluster.pods(namespace, "gateway")) & identities(gateways), "both are replaced")
    gateways, workers = all_ready(cluster, namespace, gateways=2, workers=2)
    assert {pod["spec"]["containers"][0]["image"] for pod in gateways + workers} == {"antiphon:0.1.1"}
    done(cluster.helm("uninstall", namespace=namespace))


def test_a_worker_without_a_free_device_waits_and_the_scheduler_says_for_what(cluster, namespace):
    cluster.add_node("node-gpu", "zone-0", **{"nvidia.com/gpu": "1"})
    install(cluster, namespace, pools=[GPU_POOL], cells=1, autoscaling={"kind": "none"})

    def placed():
        workers = cluster.pods(namespace, "worker")
        return len(workers) == 2 and sorted(pod["spec"].get("nodeName", "") for pod in workers) == ["", "node-gpu"] and workers

    workers = harness.eventually(placed, "the only device is taken")
    waiting, = (pod["metadata"]["name"] for pod in workers if "nodeName" not in pod["spec"])

    def refused():
        conditions = cluster.get(f"/api/v1/namespaces/{namespace}/pods/{waiting}")["status"].get("conditions", [])
        return any("4 Insufficient nvidia.com/gpu" in condition.get("message", "") for condition in conditions)

    harness.eventually(refused, "the scheduler names the device")
    cluster.add_node("node-gpu-2", "zone-1", **{"nvidia.com/gpu": "1"})
    all_ready(cluster, namespace, gateways=1, workers=2)
    done(cluster.helm("uninstall", namespace=namespace))
