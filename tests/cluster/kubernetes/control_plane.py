"""A control plane of Kubernetes on this machine's loopback: etcd, API server, controllers, scheduler, and kwok, which simulates
nodes and what runs on them. tools/kubernetes says where the programs are."""
import contextlib
import os
import pathlib
import secrets
import socket
import ssl
import subprocess

import httpx
import yaml

import harness
import remote

PROGRAMS = pathlib.Path(os.environ["ANTIPHON_KUBERNETES"])
CHART = harness.REPOSITORY / "deploy/kubernetes/chart"
STAGES = pathlib.Path(__file__).with_name("stages.yaml")
HELD = "antiphon/held"
MERGE = {"Content-Type": "application/merge-patch+json"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Processes:
    """Programs that run until stop(), each with a log in the folder; the kernel ends them with the tests."""

    def __init__(self, folder):
        self.folder = folder
        self._running = []

    def start(self, name, *flags):
        with (self.folder / f"{name}.log").open("wb") as log:
            self._running.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", str(PROGRAMS / name), *map(str, flags)], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=self.folder))

    def stop(self):
        """The last that was started ends first."""
        for process in reversed(self._running):
            process.kill()
            process.wait(harness.DEADLINE_SECONDS)

    def show(self):
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}, its end\n" + "".join(log.read_text(errors="replace").splitlines(keepends=True)[-15:]))


class ControlPlane:
    """It has no node at first. Its only user may do everything."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = Processes(folder)
        authority, front = remote.Authority(folder, "authority"), remote.Authority(folder, "front-proxy-authority")
        certificate, key = authority.issue("apiserver")
        proxy_certificate, proxy_key = front.issue("front-proxy")
        service_key = folder / "service-accounts.key"
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-out", service_key], check=True, capture_output=True)
        token = secrets.token_hex(16)
        tokens = folder / "tokens.csv"
        tokens.write_text(f"{token},tests,tests,system:masters\n")
        self.url = f"https://127.0.0.1:{free_port()}"
        self.config = folder / "kubeconfig"
        self.config.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "tests",
            "clusters": [{"name": "tests", "cluster": {"server": self.url, "certificate-authority": str(authority.certificate)}}],
            "users": [{"name": "tests", "user": {"token": token}}],
            "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}]}))
        self.http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"},
                                 verify=ssl.create_default_context(cafile=authority.certificate), timeout=harness.DEADLINE_SECONDS)
        self._server_flags = [
            f"--client-ca-file={authority.certificate}",
            f"--secure-port={self.url.rpartition(':')[2]}", f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}",
            f"--token-auth-file={tokens}", f"--service-account-key-file={service_key}", f"--service-account-signing-key-file={service_key}",
            # By these it shows itself to an API server that it hands requests on to, such as the one of metrics.
            f"--requestheader-client-ca-file={front.certificate}", f"--proxy-client-cert-file={proxy_certificate}",
            f"--proxy-client-key-file={proxy_key}"]
        self._controller_flags = [f"--service-account-private-key-file={service_key}", f"--root-ca-file={authority.certificate}"]

    def start(self):
        """Returns when it takes objects."""
        peers, clients = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.processes.start(
            "etcd", "--data-dir", self.folder / "etcd", "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}")
        self.processes.start(
            "kube-apiserver", f"--etcd-servers={clients}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default", "--requestheader-allowed-names=front-proxy",
            "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-", *self._server_flags)
        harness.eventually(self._answers, "the API server is ready")
        config, quick = f"--kubeconfig={self.config}", ("--kube-api-qps=200", "--kube-api-burst=400")
        # The number of workers is reconsidered each second, and not only every 15.
        self.processes.start("kube-controller-manager", config, "--leader-elect=false", "--secure-port=0",
                             "--horizontal-pod-autoscaler-sync-period=1s", *quick, *self._controller_flags)
        self.processes.start("kube-scheduler", config, "--leader-elect=false", "--secure-port=0", *quick)
        self.processes.start("kwok", config, f"--config={STAGES}", "--manage-all-nodes=true", "--node-lease-duration-seconds=40",
                             f"--server-address=127.0.0.1:{free_port()}")

    def _answers(self):
        with contextlib.suppress(httpx.HTTPError):
            return self.http.get("/readyz").status_code == 200

    def stop(self):
        self.http.close()
        self.processes.stop()

    # Commands, as a user gives them

    def _run(self, program, *arguments, stdin=""):
        environment = {"KUBECONFIG": str(self.config), "KUBECACHEDIR": str(self.folder / "cache"), "HELM_CACHE_HOME": str(self.folder / "cache")}
        return subprocess.run([PROGRAMS / program, *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False,
                              timeout=2 * harness.DEADLINE_SECONDS, env={**os.environ, **environment})

    def kubectl(self, *arguments, stdin=""):
        return self._run("kubectl", *arguments, stdin=stdin)

    def apply(self, documents, *flags):
        """Takes objects, or the text of some."""
        text = documents if isinstance(documents, str) else yaml.safe_dump_all(documents)
        result = self.kubectl("apply", "--validate=strict", "--filename=-", *flags, stdin=text)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    def helm(self, command, *arguments, namespace="antiphon", values=None):
        """`helm COMMAND antiphon`, of the chart where the command takes one."""
        if command in ("install", "template", "upgrade"):
            arguments = (CHART, *arguments, "--values=-")
        return self._run("helm", command, "antiphon", "--namespace", namespace, *arguments, stdin=yaml.safe_dump(values or {}))

    # What there is

    def get(self, path, **query):
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def items(self, path, **labels):
        """The objects below a path that have these labels of the chart (app.kubernetes.io)."""
        return self.get(path, labelSelector=",".join(f"app.kubernetes.io/{name}={value}" for name, value in labels.items()))["items"]

    def pods(self, namespace, component):
        return self.items(f"/api/v1/namespaces/{namespace}/pods", component=component)

    def change(self, path, **fields):
        answer = self.http.patch(path, json=fields, headers=MERGE)
        assert answer.status_code == 200, answer.text

    def hold(self, namespace, pod):
        """From now on the pod, if it is there still, ends only when the test lets it go, however it is deleted."""
        self.http.patch(f"/api/v1/namespaces/{namespace}/pods/{pod}", json={"metadata": {"annotations": {HELD: "yes"}}}, headers=MERGE)

    def let_go(self, namespace, pod):
        """What a node says when the pod's processes have ended."""
        self.http.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{pod}", json={"gracePeriodSeconds": 0})

    # What a cluster has before Antiphon comes

    def add_node(self, name, zone, **resources):
        room = {"cpu": "8", "memory": "16Gi", "pods": "110", **resources}
        self.apply([{"apiVersion": "v1", "kind": "Node",
                     "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone},
                                  "annotations": {"kwok.x-k8s.io/node": "fake"}},
                     "status": {"allocatable": room, "capacity": room}}])

    def add_namespace(self, name):
        """One that enforces the strictest of Kubernetes' standards for pods."""
        self.apply([{"apiVersion": "v1", "kind": "Namespace",
                     "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}])

    def define(self, *files):
        """Adds resources of other operators."""
        done(self.kubectl("create", *(f"--filename={PROGRAMS / file}" for file in files)))
        definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        harness.eventually(lambda: all(
            ("Established", "True") in [(condition["type"], condition["status"]) for condition in item["status"].get("conditions") or []]
            for item in self.get(definitions)["items"]), "their resources are served")


def is_ready(pod):
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in pod["status"].get("conditions", []))


def is_ending(pod):
    return "deletionTimestamp" in pod["metadata"]


def names(objects):
    return sorted(item["metadata"]["name"] for item in objects)


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def said(result):
    """What a command says of its failure."""
    assert result.returncode != 0, result.stdout
    return result.stderr


def done(result):
    assert result.returncode == 0, result.stderr
    return result.stdout


