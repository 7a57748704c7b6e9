"""The Compose file, checked without Docker: its schema, its names, and what the server makes of its settings."""
import re
import subprocess
import tomllib

import pytest
import yaml

from conftest import REPOSITORY, run

DEPLOY = REPOSITORY / "deploy"
COMPOSE = DEPLOY / "compose/compose.yaml"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(COMPOSE.read_text())["services"]


def test_the_compose_file_is_one_by_the_schema_of_its_specification(tools):
    run(tools / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_every_name_in_the_compose_file_is_a_service_or_a_file_that_is_there(services):
    named = re.findall(r"(?:http|redis)://([a-z-]+):", COMPOSE.read_text() + "".join(
        file.read_text() for file in (DEPLOY / "compose").rglob("*.y*ml")))
    assert set(named) <= set(services) and {"antiphon", "redis", "prometheus"} <= set(named)
    targets = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text())["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == ["antiphon:8080"]
    mounted = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])]
    # The folders of dashboards and rules come with what makes them.
    for source in (source for source in mounted if source.startswith(".")):
        assert (DEPLOY / "compose" / source).exists(), source


def test_ports_of_the_compose_file_are_published_on_the_loopback_alone(services):
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) >= 4
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_the_server_takes_every_variable_and_flag_of_the_compose_file(services):
    antiphon = services["antiphon"]
    done = subprocess.run([REPOSITORY / "build/antiphon", "config"], env=antiphon["environment"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = tomllib.loads(done.stdout)
    assert said["server"]["allowed_hosts"] == ["antiphon"]
    assert said["server"]["allow_anonymous"] is True
    assert said["progress"]["url"] == "redis://redis:6379/0"
    for name in antiphon["environment"]:
        section, key = name.removeprefix("ANTIPHON_").lower().split("_", 1)
        assert key in said[section], f"{name} sets nothing"
