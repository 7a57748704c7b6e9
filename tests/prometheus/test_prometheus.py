"""deploy/prometheus and deploy/grafana, by a real Prometheus that scrapes a real server. tools/prometheus_tests runs these."""
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import threading

import httpx
import pytest
import yaml

import alerts
import harness

PROMETHEUS = pathlib.Path(os.environ["ANTIPHON_PROMETHEUS"])
RULES = harness.REPOSITORY / "deploy/prometheus"
DASHBOARDS = harness.REPOSITORY / "deploy/grafana"
TEXT = "Each query of the dashboards asks for something that a server says."
# What a server on this machine, whose workers live, says nothing of: these queries are parsed only.
NEED_OTHER_MACHINES = {"antiphon_worker_round_trip_seconds", "antiphon_worker_link_bytes_per_second"}


def promtool(*arguments):
    return subprocess.run([PROMETHEUS / "promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def rules_of(file):
    return [rule for group in yaml.safe_load((RULES / file).read_text())["groups"] for rule in group["rules"]]


def queries():
    """The name and the text of each query: of recording rules, of alerts up to the comparison that makes them fire, and
    of the panels, for all servers."""
    for rule in rules_of("recording.yml"):
        yield rule["record"], rule["expr"]
    for rule in rules_of("alerts.yml"):
        told, compared = re.subn(r" (?:>|==) [\d.]+$", "", rule["expr"])
        assert compared == 1, f"{rule['alert']} compares with no number"
        yield rule["alert"], told
    for file in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                query = target["expr"].replace("$__rate_interval", "10s")
                yield f"{file.stem}: {panel['title']}", re.sub(r"\$(?:job|instance)\b", ".*", query)


def test_rules_and_the_example_are_valid():
    for result in [promtool("check", "rules", RULES / "recording.yml", RULES / "alerts.yml"),
                   promtool("check", "config", RULES / "prometheus.yml")]:
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_rules_of_the_chart_are_the_same_for_its_namespace(tmp_path):
    manifests = yaml.safe_load_all((harness.REPOSITORY / "deploy/kubernetes/manifests/hpa.yaml").read_text())
    groups = [group for document in manifests if document["kind"] == "PrometheusRule" for group in document["spec"]["groups"]]
    for group, file in zip(groups, ["recording.yml", "alerts.yml"], strict=True):
        ours = [rule["expr"].replace('job="antiphon"', 'namespace="antiphon",job=~"antiphon.*"') for rule in rules_of(file)]
        assert [rule["expr"] for rule in group["rules"]] == ours
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": groups}))
    result = promtool("check", "rules", file)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_fires_for_the_server_that_it_is_about(tmp_path):
    file = tmp_path / "alerts_test.yml"
    file.write_text(yaml.safe_dump({
        "rule_files": [str(RULES / "recording.yml"), str(RULES / "alerts.yml")], "evaluation_interval": "1m",
        "tests": [alerts.rule_test(rule) for rule in rules_of("alerts.yml")]}))
    result = promtool("test", "rules", file)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_has_its_part_of_the_operations_page():
    headings = re.findall(r"^#+ (.+)$", (harness.REPOSITORY / "docs/operations.md").read_text(), re.MULTILINE)
    for rule in rules_of("alerts.yml"):
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["alert"] in headings


def test_the_dashboards_are_those_of_their_tables(tmp_path):
    subprocess.run([harness.REPOSITORY / "tools/grafana_dashboards", tmp_path], check=True, timeout=60)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_text() for file in DASHBOARDS.iterdir()}, "tools/grafana_dashboards writes them"


def test_queries_name_what_is_on_the_page_of_metrics():
    page = (harness.REPOSITORY / "docs/metrics.md").read_text()
    for name, query in queries():
        for metric in re.findall(r"(?<![:\w])(?:antiphon|process)_\w+", query):
            assert f"`{re.sub('_(?:bucket|sum|count)$', '', metric)}`" in page, f"{name} asks for {metric}"


@contextlib.contextmanager
def scraping(server, folder):
    """A Prometheus that scrapes the server each second and knows our rules; gives a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES / "recording.yml"), str(RULES / "alerts.yml")],
        "scrape_configs": [{"job_name": "antiphon", "static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}]}]}))
    log = folder / "prometheus.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", str(PROMETHEUS / "prometheus"), f"--config.file={config}",
             f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=harness.DEADLINE_SECONDS) as client:
            yield client
    except BaseException:
        print(log.read_text())
        raise
    finally:
        process.kill()
        process.wait(harness.DEADLINE_SECONDS)


@contextlib.contextmanager
def load(server):
    """Listeners of a few formats, one after the other, until the block ends."""
    over = threading.Event()

    def listen():
        formats = ["pcm", "mp3", "wav"]
        for number in range(10_000):
            if over.is_set():
                return
            with contextlib.suppress(httpx.HTTPError, AssertionError):
                server.speak(TEXT, "quick", response_format=formats[number % len(formats)])
            over.wait(0.05)

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield
    finally:
        over.set()
        listener.join(harness.DEADLINE_SECONDS)


def ask(client, query):
    answer = client.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", f"{query}: {answer}"
    return answer["data"]["result"]


def reached(client):
    """Whether Prometheus is up and has scraped the server."""
    try:
        return client.get("/-/ready").status_code == 200 and ask(client, 'up{job="antiphon"} == 1')
    except httpx.TransportError:
        return False


def test_every_query_finds_series_of_a_server_under_load(serve, tmp_path):
    server = serve("--voice", "quick")
    with scraping(server, tmp_path) as client, load(server):
        harness.eventually(lambda: reached(client), "Prometheus scrapes the server")
        left = [(name, query) for name, query in queries() if not any(metric in query for metric in NEED_OTHER_MACHINES)]
        parsed = [query for _, query in queries() if any(metric in query for metric in NEED_OTHER_MACHINES)]
        assert len(parsed) == len(NEED_OTHER_MACHINES)

        def answered():
            left[:] = [(name, query) for name, query in left if not ask(client, query)]
            return not left

        harness.in_time(answered)
        assert left == [], "these find nothing"
        for query in parsed:
            assert ask(client, query) == []
        assert ask(client, 'ALERTS{alertstate="firing"}') == []
        state = client.get("/api/v1/rules").json()["data"]["groups"]
        assert [rule for group in state for rule in group["rules"] if rule["health"] == "err"] == []


@pytest.mark.parametrize("file", sorted(file.name for file in DASHBOARDS.glob("*.json")))
def test_a_dashboard_is_what_grafana_imports(file):
    dashboard = json.loads((DASHBOARDS / file).read_text())
    assert dashboard["uid"] == f"antiphon-{pathlib.Path(file).stem}"
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [(panel["gridPos"], panel["title"]) for panel in panels]
    for place, title in places:
        assert place["x"] + place["w"] <= 24, title
        over = [other for at, other in places if other != title and at["x"] < place["x"] + place["w"] and place["x"] < at["x"] + at["w"]
                and at["y"] < place["y"] + place["h"] and place["y"] < at["y"] + at["h"]]
        assert over == [], title
