"""The tarball, the Debian packages and the content of the container image: each is made by one command, put where nothing
else of ours is, started, spoken with, and taken away."""
import json
import os
import pathlib
import re
import subprocess
import tarfile

import pytest

from conftest import DEADLINE_SECONDS, ENVIRONMENT, REPOSITORY, free_port, inside, made, run, serving, speak

OF_THE_SYSTEM = {"linux-vdso.so.1", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2"}
# Debian's FFmpeg alone brings a hundred.
MOST_LIBRARIES = 30
MOST_IMAGE_BYTES = 250_000_000
# Of `systemd-analyze security`: 0 is best, 10 worst; below 2.0 it says "OK".
WORST_EXPOSURE = 2.0


@pytest.fixture(scope="module")
def debs():
    return made(".deb")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tarball")
    archive, = made(".tar.xz")
    run("tar", "-xf", archive, "-C", folder)
    found, = folder.iterdir()
    moved = folder / "a folder of another name"
    found.rename(moved)
    return moved


@pytest.fixture(scope="module")
def store(tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "voices"
    run(tree / "bin/antiphon", "voices", "add", tree / "share/antiphon/voices/hibari", "--voices", folder, env={})
    return folder


def serve(program, store, port):
    return [program, "serve", "--listen", f"127.0.0.1:{port}", "--voices", store, "--workers", "1"]


def test_a_tree_takes_its_libraries_from_itself_wherever_it_lies(tree):
    rows = run("ldd", tree / "bin/antiphon", env={}).splitlines()
    names = {pathlib.Path(row.split()[0]).name: row for row in rows}
    assert len(names) <= MOST_LIBRARIES
    assert [row for name, row in names.items() if name not in OF_THE_SYSTEM and f"=> {tree}/" not in row.replace("bin/../", "")] == []


def test_a_tree_names_no_folder_of_the_machine_that_built_it(tree):
    assert str(REPOSITORY).encode() not in (tree / "bin/antiphon").read_bytes()


def test_the_first_start_takes_the_voice_that_came_with_the_program(tree, tmp_path):
    port = free_port()
    command = [tree / "bin/antiphon", "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1"]
    with serving(command, port, env={"HOME": str(tmp_path)}) as client:
        assert len(speak(client)) > 10_000
    assert (tmp_path / ".local/share/antiphon/voices/hibari/manifest.json").exists()


def test_a_first_start_that_cannot_keep_the_voice_says_why_and_which_command_adds_it(tree, tmp_path):
    (tmp_path / "voices").write_text("no folder")
    done = subprocess.run([tree / "bin/antiphon", "say", "Good morning.", "-o", tmp_path / "out.wav", "--voices",
                           tmp_path / "voices"], env={}, capture_output=True, text=True, timeout=DEADLINE_SECONDS)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path}/voices" in done.stderr


def test_what_is_spoken_by_the_first_start_goes_to_standard_output_alone(tree, tmp_path):
    done = subprocess.run([tree / "bin/antiphon", "say", "Good morning."], env={"HOME": str(tmp_path)}, capture_output=True,
                          timeout=DEADLINE_SECONDS)
    assert (done.returncode, done.stdout[:4]) == (0, b"RIFF"), done.stderr
    assert b"hibari" in done.stderr


def test_every_format_has_the_same_bytes_as_with_debians_codecs(tree, store):
    formats = ["pcm", "wav", "mp3", "opus", "aac", "flac"]
    spoken = []
    for program in (tree / "bin/antiphon", REPOSITORY / "build/antiphon"):
        port = free_port()
        with serving(serve(program, store, port), port, env={}) as client:
            spoken.append({name: speak(client, name) for name in formats})
    assert [name for name in formats if spoken[0][name] != spoken[1][name]] == []
    assert min(map(len, spoken[0].values())) > 1000


def files_of(root):
    """All that lies in a root but what dpkg, its logs and the linker's caches keep for themselves."""
    kept = re.compile(r"(var/lib/dpkg|var/log|var/cache|proc|dev|run|tmp)(/|$)|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$")
    found = set()
    for folder, _, names in os.walk(root):
        for name in ["", *names]:
            path = os.path.normpath(os.path.relpath(os.path.join(folder, name), root))
            if not kept.match(path):
                found.add(path)
    return found


def test_the_debian_packages_install_speak_upgrade_and_go_without_a_trace(root, debs, tmp_path):
    clean, users = files_of(root), (root / "etc/passwd").read_text()
    for deb in debs:
        (root / deb.name).write_bytes(deb.read_bytes())
    install = ["dpkg", "--install", *(f"/{deb.name}" for deb in debs)]
    run(*inside(root, *install), env=ENVIRONMENT)
    for file in ["man/man1/antiphon.1.gz", "bash-completion/completions/antiphon", "zsh/vendor-completions/_antiphon",
                 "fish/vendor_completions.d/antiphon.fish"]:
        assert (root / "usr/share" / file).stat().st_size > 1000, file
    # The next version: the same, under another number.
    run("dpkg-deb", "--raw-extract", next(deb for deb in debs if deb.name.startswith("antiphon_")), tmp_path / "next")
    control = tmp_path / "next/DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 99.0", control.read_text()))
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tmp_path / "next", root / "next.deb")
    port = free_port()
    command = inside(root, "setpriv", "--reuid", "antiphon", "--regid", "antiphon", "--clear-groups", "antiphon", "serve",
                     "--config", "/etc/antiphon/antiphon.toml", "--listen", f"127.0.0.1:{port}", "--workers", "1")
    with serving(command, port, env=ENVIRONMENT) as client:
        before = speak(client)
    run(*inside(root, "dpkg", "--install", "/next.deb"), env=ENVIRONMENT)
    with serving(command, port, env=ENVIRONMENT) as client:
        assert speak(client) == before
    run(*inside(root, "dpkg", "--purge", "antiphon-voice-hibari", "antiphon"), env=ENVIRONMENT)
    for file in root.glob("*.deb"):
        file.unlink()
    assert files_of(root) - clean == set()
    assert (root / "etc/passwd").read_text() == users


def test_the_unit_leaves_the_service_little_to_harm(debs, tmp_path):
    run("dpkg-deb", "--extract", next(deb for deb in debs if deb.name.startswith("antiphon_")), tmp_path)
    unit = tmp_path / "usr/lib/systemd/system/antiphon.service"
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True)
    exposure = re.search(r"Overall exposure level.*?: ([\d.]+)", done.stdout)
    assert exposure and float(exposure[1]) < WORST_EXPOSURE, done.stdout + done.stderr


def unpacked_image(folder):
    """The content of the image's layers under `folder`, and its configuration."""
    archive, = made("-image.tar")
    assert archive.stat().st_size < MOST_IMAGE_BYTES
    with tarfile.open(archive) as layout:
        def blob(named):
            return layout.extractfile("blobs/" + named["digest"].replace(":", "/"))
        manifest = json.load(blob(json.load(layout.extractfile("index.json"))["manifests"][0]))
        for layer in manifest["layers"]:
            with tarfile.open(fileobj=blob(layer)) as files:
                files.extractall(folder, numeric_owner=True)
        return json.load(blob(manifest["config"]))["config"]


def in_image(folder, user, *command):
    """A command line that runs `command` as `user` with the image as its root, which it cannot write, and no environment."""
    mounts = (f'mount --bind "{folder}" "{folder}" && mount -t proc proc "{folder}/proc" && mount --rbind /dev "{folder}/dev" && '
              f'mount -o remount,ro,bind "{folder}" && exec env -i /usr/sbin/chroot --userspec={user} "{folder}" "$@"')
    return ["unshare", "--mount", "sh", "-c", mounts, "sh", *command]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a root folder of its own")
def test_the_image_speaks_and_checks_itself_as_no_one_in_a_root_that_nobody_can_write_with_an_empty_environment(tmp_path):
    folder = tmp_path / "image"
    config = unpacked_image(folder)
    assert config["User"] == "65532:65532"
    port = free_port()
    kind, *program = config["Healthcheck"]["Test"]
    assert kind == "CMD"
    check = in_image(folder, config["User"], *program, "--listen", f"127.0.0.1:{port}")
    command = in_image(folder, config["User"], *config["Entrypoint"], "serve", "--listen", f"127.0.0.1:{port}", "--workers", "1")
    with serving(command, port) as client:
        assert len(speak(client)) > 10_000
        run(*check)
    ended = subprocess.run(check, capture_output=True, text=True)
    assert (ended.returncode, "Connection refused" in ended.stderr) == (1, True)
