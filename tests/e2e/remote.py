"""Gateways that take workers from other machines, and the link processes of such machines; all on this one."""
import contextlib
import os
import pathlib
import signal
import subprocess

import harness


class Authority:
    """Makes certificates by the openssl command."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                      "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name):
        """(certificate, key) of a server on this machine, or of whoever else."""
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                      "-days", "1", "-extfile", extensions, "-out", certificate)
        return certificate, key

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Link:
    """`antiphon worker --join`, one worker unless `flags` say otherwise."""

    def __init__(self, folder, number, port, store, token, *flags, scheme="tls", host="127.0.0.1", environment=None):
        self.log_file = folder / f"link{number}.log"
        token_file = folder / f"token{number}"
        token_file.write_text(token + "\n")
        command = [harness.BINARY, "worker", "--join", f"{scheme}://{host}:{port}", "--token-file", token_file,
                   "--voices", store, *flags]
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid

    def log(self):
        return self.log_file.read_text(errors="replace")

    def says(self, words):
        harness.eventually(lambda: words in self.log(), f"the link says '{words}'")

    def children(self):
        return harness.children_of(self.pid)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(harness.DEADLINE_SECONDS)

    def stop(self):
        for pid in self.children() if self.process.poll() is None else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.process.kill()
        self.process.wait(harness.DEADLINE_SECONDS)


class Site:
    """A gateway whose workers may be elsewhere, its certificate, a token, and the links that were started."""

    def __init__(self, folder, serve, store):
        self.folder = folder
        self.store = store
        self.authority = Authority(folder)
        self.certificate, self.key = self.authority.issue("gateway")
        self.tokens = folder / "worker-keys.json"
        self.config_file = folder / "keys.toml"
        self.config_file.write_text(harness.to_toml({"remote": {"tokens": str(self.tokens)}}))
        self.token = self.add_token("attic")
        self._serve = serve
        self.links = []

    def add_token(self, name):
        return harness.run_ok("keys", "add", name, "--workers", "--config", self.config_file).decode().strip()

    def serve(self, *flags, local=0, config=None, encrypted=True, store=None):
        """`local`: workers of the gateway's own machine."""
        remote = {"listen": "127.0.0.1:0", "tokens": str(self.tokens), "only": True}
        if encrypted:
            remote |= {"certificate": str(self.certificate), "key": str(self.key)}
        remote |= (config or {}).get("remote", {})
        settings = {**(config or {}), "remote": remote}
        settings["workers"] = {"count": max(local, 1), "spares": 0, **(config or {}).get("workers", {})}
        if local:
            del remote["only"]
        self.server = self._serve(*flags, config=settings, store=store or self.store, ready=bool(local))
        event = harness.eventually(lambda: self.server.events("workers_may_join"), "workers may join")
        self.port = int(event[0]["port"])
        return self.server

    def join(self, *flags, token=None, store=None, trust=None, **where):
        trust = ["--ca", self.authority.certificate] if trust is None else trust
        link = Link(self.folder, len(self.links), where.pop("port", self.port), store or self.store,
                    token or self.token, *trust, *flags, **where)
        self.links.append(link)
        return link

    def stop(self):
        for link in self.links:
            link.stop()

    def workers(self, state="active"):
        return [worker for worker in self.server.workers(state) if worker["remote"]]

    def wait_for(self, count):
        return harness.eventually(lambda: len(self.workers()) == count and self.workers(), f"{count} workers have joined")
