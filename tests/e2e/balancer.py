"""HAProxy for tests and figures."""
import contextlib
import re
import socket
import subprocess

import harness
from stores import free_port


class HaProxy:
    """The real one, with the configuration of deploy/ but for its addresses, and quicker checks."""

    def __init__(self, folder, servers, agents):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        text = (harness.REPOSITORY / "deploy/haproxy/haproxy.cfg").read_text()
        text = text.replace("bind *:8080", f"bind 127.0.0.1:{self.port}").replace("inter 1s", "inter 100ms")
        text = text.replace("defaults\n", "defaults\n  timeout check 10s\n")
        lines = [f"  server cell{number} 127.0.0.1:{server.port} agent-port {agent_port}"
                 for number, (server, agent_port) in enumerate(zip(servers, agents, strict=True), 1)]
        text, count = re.subn(r"(?m)(^  server \S+ .*\n)+", "\n".join(lines) + "\n", text)
        assert count == 1
        self.folder, config = folder, folder / "haproxy.cfg"
        config.write_text(text.replace("global\n", f"global\n  stats socket {folder}/haproxy.sock\n"))
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "/usr/sbin/haproxy", "-db", "-f", config],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.eventually(lambda: (folder / "haproxy.sock").exists() and self.weights() != {}, "HAProxy runs")

    def weights(self):
        """The weight of each gateway that is up."""
        with socket.socket(socket.AF_UNIX) as connection:
            with contextlib.suppress(OSError):
                connection.connect(f"{self.folder}/haproxy.sock")
                connection.sendall(b"show stat\n")
                text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
                rows = [line.split(",") for line in text.splitlines() if line]
                at = {name: place for place, name in enumerate(rows[0])}
                return {row[1]: int(row[at["weight"]]) for row in rows[1:]
                        if row[1].startswith("cell") and row[at["status"]].startswith("UP")}
        return {}

    def stop(self):
        self.process.kill()
        self.process.wait()
