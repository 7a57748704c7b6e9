"""What is deployed by others' programs, checked without them: the Dockerfile and the add-on of Home Assistant."""
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time

import pytest
import yaml

from conftest import DEADLINE_SECONDS, REPOSITORY, made, run

DEPLOY = REPOSITORY / "deploy"
DOCKERFILES = [DEPLOY / "container/Dockerfile", DEPLOY / "homeassistant/antiphon/Dockerfile"]
NANOSECONDS = 1_000_000_000


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_hadolint_has_no_complaint(file, tools):
    run(tools / "hadolint", file)


def image_configuration():
    """What deploy/container/build_image writes into the image."""
    loader = importlib.machinery.SourceFileLoader("build_image", str(DEPLOY / "container/build_image"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("build_image", loader))
    loader.exec_module(module)
    kept = {}
    module.json = type("Kept", (), {"dumps": staticmethod(lambda value, **_: kept.setdefault("first", value) and "{}")})
    module.write(pathlib.Path(os.devnull), "0", [])
    return kept["first"]["config"]


def test_the_dockerfile_says_what_the_image_without_a_daemon_says():
    config = image_configuration()
    stage = (DEPLOY / "container/Dockerfile").read_text().split("FROM scratch")[1]
    said = dict(line.split(None, 1) for line in stage.splitlines() if re.match("[A-Z]+ ", line))
    assert json.loads(said["ENTRYPOINT"]) == config["Entrypoint"]
    assert json.loads(said["CMD"]) == config["Cmd"]
    assert said["USER"] == config["User"]
    assert said["STOPSIGNAL"] == config["StopSignal"]
    assert sorted(said["ENV"].split()) == sorted(config["Env"])
    assert said["EXPOSE"].split() == list(config["ExposedPorts"])
    options, check = said["HEALTHCHECK"].split(" CMD ")
    assert ["CMD", *json.loads(check)] == config["Healthcheck"]["Test"]
    numbers = dict(re.findall(r"--([a-z-]+)=(\d+)", options))
    assert [int(numbers[name]) * NANOSECONDS for name in ("interval", "timeout", "start-period")] == \
        [config["Healthcheck"][name] for name in ("Interval", "Timeout", "StartPeriod")]
    assert int(numbers["retries"]) == config["Healthcheck"]["Retries"]


def test_the_files_of_the_dockerfile_are_those_of_the_image(tmp_path):
    tree, store, folder, archive = tmp_path / "tree", tmp_path / "store", tmp_path / "files", tmp_path / "image.tar"
    for file, mode in ((tree / "bin/antiphon", 0o755), (store / "voice/manifest.json", 0o644)):
        file.parent.mkdir(parents=True)
        file.write_text(file.name)
        file.chmod(mode)
    command = [DEPLOY / "container/build_image", "--tree", tree, "--store", store, "--version", "0"]
    run(*command, "--unpacked", folder)
    run(*command, "--output", archive)
    packed = {}
    with tarfile.open(archive) as layout:
        for blob in layout.getmembers():
            content = layout.extractfile(blob).read() if blob.isfile() else b""
            if content.startswith(b"\x1f\x8b"):
                with tarfile.open(fileobj=io.BytesIO(content)) as files:
                    packed |= {file.name: (file.size, file.mode) for file in files if file.isfile()}
    unpacked = {str(file.relative_to(folder)): (file.stat().st_size, file.stat().st_mode & 0o7777)
                for file in folder.rglob("*") if file.is_file()}
    assert {"bin/antiphon", "var/lib/antiphon/voices/voice/manifest.json", "etc/passwd"} <= set(unpacked)
    assert unpacked == packed


def test_the_addon_describes_itself_as_the_supervisor_asks():
    config = yaml.safe_load((DEPLOY / "homeassistant/antiphon/config.yaml").read_text())
    version = re.search(r"project\(antiphon VERSION ([\d.]+)", (REPOSITORY / "CMakeLists.txt").read_text())[1]
    assert str(config["version"]) == version
    assert {"name", "version", "slug", "description", "arch"} <= set(config)
    assert set(config["arch"]) <= {"aarch64", "amd64"}
    assert config["startup"] in {"initialize", "system", "services", "application", "once"}
    assert config["boot"] in {"auto", "manual", "manual_only"}
    assert config["discovery"] == ["wyoming"]
    assert all(re.fullmatch(r"\d+/(tcp|udp)", port) for port in config["ports"])
    kinds = re.compile(r"(str|bool|email|url|password|port|match\(.*\)|(int|float)(\([\d.]*,[\d.]*\))?|list\([\w|]+\)|device)\??")
    assert all(kinds.fullmatch(kind) for kind in config["schema"].values())
    required = {name for name, kind in config["schema"].items() if not kind.endswith("?")}
    assert required == set(config["options"]), "each has a default"
    translated = yaml.safe_load((DEPLOY / "homeassistant/antiphon/translations/en.yaml").read_text())["configuration"]
    assert set(translated) == set(config["schema"])


DESCRIBE = """
import socket
with socket.create_connection(("127.0.0.1", 10200), 60) as connection:
    connection.sendall(b'{"type":"describe"}\\n')
    print(connection.makefile("rb").readline().decode())
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("jq") or not shutil.which("ip"),
                    reason="needs root for a network of its own, and jq and ip")
def test_the_addon_speaks_wyoming_and_tells_the_supervisor_where(tmp_path):
    """At the ports that it has in Home Assistant, in a network of its own."""
    folder, = made("homeassistant")
    addon = folder / "antiphon"
    programs, options, asked = tmp_path / "bin", tmp_path / "options.json", tmp_path / "asked"
    programs.mkdir()
    (programs / "antiphon").symlink_to(addon / "program/bin/antiphon")
    # The Supervisor is reached by this program alone.
    (programs / "curl").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {asked}.part\nmv {asked}.part {asked}\n')
    (programs / "curl").chmod(0o755)
    options.write_text(json.dumps({"voice": "hibari", "log_level": "info", "workers": 1}))
    environment = {"PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin", "XDG_DATA_HOME": str(tmp_path),
                   "ANTIPHON_ADDON_OPTIONS": str(options), "SUPERVISOR_TOKEN": "told"}
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0"', addon / "run.sh"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not asked.exists():
            assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)
        said = run("nsenter", f"--net=/proc/{server.pid}/ns/net", sys.executable, "-c", DESCRIBE)
        assert json.loads(said)["type"] == "info"
        server.terminate()
        assert server.wait(timeout=DEADLINE_SECONDS) == 0
    said = asked.read_text().splitlines()
    assert "http://supervisor/discovery" in said and "Authorization: Bearer told" in said
    assert json.loads(said[-1]) == {"service": "wyoming", "config": {"uri": f"tcp://{socket.gethostname()}:10200"}}
