"""The Helm chart, rendered and checked without a cluster. tools/chart_tests runs these."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml

KUBERNETES = pathlib.Path(__file__).resolve().parents[3] / "deploy/kubernetes"
# Kinds of other operators, which the schemas of Kubernetes do not have.
FOREIGN = {"ServiceMonitor", "PrometheusRule", "ScaledObject"}


def helm(command, *flags, values=None, folder=None):
    if values is not None:
        file = folder / "values.yaml"
        file.write_text(yaml.safe_dump(values))
        flags += ("--values", str(file))
    name = [] if command == "lint" else ["antiphon"]
    return subprocess.run([os.environ["ANTIPHON_HELM"], command, *name, KUBERNETES / "chart", "--namespace", "antiphon", *flags],
                          capture_output=True, text=True, timeout=60, check=False)


def render(*flags, **values):
    result = helm("template", *flags, **values)
    assert result.returncode == 0, result.stderr
    return [document for document in yaml.safe_load_all(result.stdout) if document]


def of_kind(documents, kind):
    return [document for document in documents if document["kind"] == kind]


GPU = {"name": "gpu", "device": "cuda:0", "gpus": 1, "least": 1, "most": 4,
       "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "4Gi"}}}


@pytest.mark.parametrize("kind", ["hpa", "keda", "none"])
def test_every_variant_passes_lint_and_the_strict_schemas(kind, tmp_path):
    assert helm("lint", "--strict", "--set", f"autoscaling.kind={kind}").returncode == 0
    documents = render("--set", f"autoscaling.kind={kind}", values={"pools": [GPU], "voices": {"claim": "voices"}}, folder=tmp_path)
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all(document for document in documents if document["kind"] not in FOREIGN))
    result = subprocess.run([os.environ["ANTIPHON_KUBERNETES_VALIDATE"], "--strict", file], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("kind", ["hpa", "keda"])
def test_the_plain_manifests_are_those_of_the_chart(kind):
    assert (KUBERNETES / f"manifests/{kind}.yaml").read_text() == helm("template", "--set", f"autoscaling.kind={kind}").stdout, \
        "tools/chart_tests render"


@pytest.mark.parametrize("setting", [
    "cells=0", "cells=many", "cell=2", "autoscaling.kind=vpa", "autoscaling.target=0", "autoscaling.target=1.5",
    "drain.longestStreamSeconds=-1", "image.tag=", "secrets.workerToken=Not_A_Name", "voices.path=relative",
    "gateway.resources=null"])
def test_a_wrong_value_is_refused(setting):
    result = helm("template", "--set", setting)
    assert result.returncode != 0
    assert re.search(setting.split("=")[0].split(".")[-1].split("[")[0], result.stderr), result.stderr


@pytest.mark.parametrize("wrong", [{"gpus": 0}, {"device": "cpu"}, {"device": "tpu"}, {"least": 0}, {"least": 5}, {"nam": "x"},
                                   {"name": "Upper"}, {"resources": {"requests": {"cpu": "1"}}}])
def test_a_wrong_pool_is_refused(wrong, tmp_path):
    result = helm("template", values={"pools": [{**GPU, **wrong}]}, folder=tmp_path)
    assert result.returncode != 0
    assert "/pools/0" in result.stderr or "least above most" in result.stderr


def test_a_drain_is_longer_than_the_longest_stream():
    documents = render("--set", "drain.longestStreamSeconds=900,drain.endpointSeconds=20")
    gateway, = of_kind(documents, "StatefulSet")
    for pod in [gateway, *of_kind(documents, "Deployment")]:
        assert pod["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 900 + 20
    config = of_kind(documents, "ConfigMap")[0]["data"]["antiphon.toml"]
    assert "drain_seconds = 900" in config
    assert gateway["spec"]["template"]["spec"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == 20


def test_pods_are_restricted_and_their_secrets_are_files_of_secrets():
    documents = render()
    for pod in of_kind(documents, "StatefulSet") + of_kind(documents, "Deployment"):
        spec = pod["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] and not spec["automountServiceAccountToken"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"]
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
    assert not of_kind(documents, "Secret"), "the chart makes none, so none is in a release's history"


def test_each_cell_has_its_own_workers_which_join_its_gateway_and_scale_by_its_demand():
    documents = render("--set", "cells=3")
    workers, scalers = of_kind(documents, "Deployment"), of_kind(documents, "HorizontalPodAutoscaler")
    assert [deployment["metadata"]["name"] for deployment in workers] == [f"antiphon-cpu-{cell}" for cell in range(3)]
    for cell, (deployment, scaler) in enumerate(zip(workers, scalers, strict=True)):
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        assert f"--join=tls://antiphon-{cell}.antiphon-cells:8090" in container["args"]
        assert "replicas" not in deployment["spec"], "the scaler's number is left alone by an upgrade"
        assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
        read = {metric["external"]["metric"]["name"]: metric["external"] for metric in scaler["spec"]["metrics"]}
        targets = {name: external["target"] for name, external in read.items()}
        assert targets == {"antiphon_demand_ratio": {"type": "Value", "value": "600m"}, "antiphon_unmet_demand": {"type": "Value", "value": "1"}}
        assert all(external["metric"]["selector"] == {"matchLabels": {"pod": f"antiphon-{cell}"}} for external in read.values())


def test_a_gpu_pool_asks_for_its_devices(tmp_path):
    container = of_kind(render(values={"pools": [GPU]}, folder=tmp_path), "Deployment")[0]["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert "--device=cuda:0" in container["args"]
