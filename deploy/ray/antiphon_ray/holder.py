"""What an actor does on its node: starts the keeper of its worker, or finds the one that is there, and leases it."""
import os
import pathlib
import socket
import subprocess
import sys
import time

from antiphon_ray.options import Worker

FIND_SECONDS = 20.0


def _detach() -> None:
    """In the child: its own child goes on without it, outside this session."""
    os.setsid()
    if os.fork() > 0:
        os._exit(0)


class Holder:
    """`name` is the worker's id at the gateway. Used from one thread."""

    def __init__(self, options: Worker, name: str) -> None:
        """Raises OSError if there is no keeper within FIND_SECONDS."""
        self._options, self._name = options, name
        self._folder = pathlib.Path(options.folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_uid != os.getuid():
            raise PermissionError(f"{self._folder} belongs to another user")
        self._lease = self._connect()

    def worker_pid(self) -> int:
        """Returns the process id of `antiphon worker --join`; 0 while there is none. Leases a new keeper if the old one
        is gone."""
        try:
            self._lease.sendall(b"status\n")
            return int(self._lease.recv(64) or b"0")
        except OSError:
            self._lease.close()
            self._lease = self._connect()
            return 0

    def drain(self) -> None:
        """Returns when the worker has finished its jobs and is gone."""
        self._lease.settimeout(self._options.drain_seconds + FIND_SECONDS)
        try:
            self._lease.sendall(b"drain\n")
            while self._lease.recv(64):
                pass
        except OSError:
            pass  # the keeper is gone, too

    def _connect(self) -> socket.socket:
        give_up_at, start_at = time.monotonic() + FIND_SECONDS, 0.0
        while True:
            lease = socket.socket(socket.AF_UNIX)
            lease.settimeout(5)
            try:
                lease.connect(str(self._folder / f"{self._name}.sock"))
                return lease
            except OSError:
                lease.close()
                if time.monotonic() > give_up_at:
                    raise
            if time.monotonic() >= start_at:
                self._start_keeper()
                start_at = time.monotonic() + 2
            time.sleep(0.05)

    def _start_keeper(self) -> None:
        options = self._options
        command = [sys.executable, "-m", "antiphon_ray.keeper", options.folder, self._name, str(options.outlive_seconds),
                   str(options.drain_seconds), "--", options.program, "worker", "--join", options.join, "--token-file",
                   options.token_file, "--id", self._name, *options.arguments]
        package = str(pathlib.Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(part for part in (package, os.environ.get("PYTHONPATH", "")) if part)
        with (self._folder / f"{self._name}.log").open("ab") as log:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_detach,
                             env={**os.environ, "PYTHONPATH": path}).wait()
