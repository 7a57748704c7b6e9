"""`antiphon probe`, the health check of containers: 0 where a server can speak, 1 where it cannot, and never for long."""
import contextlib
import socket
import threading

import pytest

import certificates
import harness

REFUSED = 1


def probe(*arguments, **options):
    result = harness.run("probe", *arguments, **options)
    return result.returncode, (result.stdout + result.stderr).decode()


def test_a_server_that_can_speak_is_well_wherever_its_address_is_written(serve, tmp_path):
    server = serve("--voice", "quick")
    file = tmp_path / "probe.toml"
    file.write_text(harness.to_toml({"server": {"host": "0.0.0.0", "port": server.port}}))
    for asked in (["--url", server.url], ["--listen", server.port], ["--config", file], ["--url", server.url, "--live"]):
        status, said = probe(*asked)
        assert status == 0, said
        assert ("/healthz" if "--live" in asked else "/readyz") + ": 200 " in said
    environment = {"ANTIPHON_SERVER_PORT": str(server.port)}
    assert probe("--quiet", environment=environment) == (0, "")


def test_a_server_without_a_worker_is_alive_and_not_ready(serve):
    server = serve(config={"workers": {"program": "/bin/false"}}, ready=False)
    status, said = probe("--url", server.url)
    assert status == REFUSED
    assert "/readyz: 503 " in said
    assert probe("--url", server.url, "--live")[0] == 0


def test_a_server_of_its_own_certificate_is_known_by_the_configuration_or_by_an_authority(serve, tmp_path):
    authority = certificates.Authority(tmp_path / "authority")
    certificate, key = authority.issue()
    server = serve("--voice", "quick", "--certificate", certificate, "--key", key, authority=authority.file)
    file = tmp_path / "probe.toml"
    settings = {"server": {"port": server.port, "certificate": str(certificate), "key": str(key)}}
    file.write_text(harness.to_toml(settings))
    assert probe("--config", file)[0] == 0
    assert probe("--url", server.url, "--ca", authority.file)[0] == 0
    other = certificates.Authority(tmp_path / "other")
    assert probe("--url", server.url, "--ca", other.file)[0] == REFUSED
    status, said = probe("--url", server.url)
    assert (status, "--ca" in said) == (REFUSED, True), "nobody is believed unseen"


@contextlib.contextmanager
def answering(said):
    """The URL of a server that answers each connection with `said`, and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept = []

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    kept.append(connection)
                    connection.sendall(said)
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


@pytest.mark.parametrize("said", [b"", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000,
                                  b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
                                  b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\n\x1b[m"])
def test_what_is_no_answer_of_a_server_that_can_speak_is_a_failure(said):
    with answering(said) as url:
        status, output = probe("--url", url, "--timeout", "0.5")
    assert status == REFUSED
    assert output.startswith(f"antiphon: {url}/readyz: ")
    assert "\x1b" not in output


def test_where_nobody_listens_and_what_is_no_address_are_failures():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert probe("--listen", port)[0] == REFUSED
    assert probe("--url", "127.0.0.1:8080")[0] == REFUSED
    assert probe("--listen", "0")[0] == REFUSED
