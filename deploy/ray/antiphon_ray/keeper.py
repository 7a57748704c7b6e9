"""Holds one worker on a node, outside Ray's processes: an actor that is lost and comes back finds it at work.

    python -m antiphon_ray.keeper FOLDER NAME OUTLIVE_SECONDS DRAIN_SECONDS -- COMMAND...

A connection to FOLDER/NAME.sock is a lease. While there is one, the command is started again whenever it ends, with pauses
that double to 10 s. Without any for OUTLIVE_SECONDS, or when "drain" is read from one, it gets SIGTERM, and after
DRAIN_SECONDS SIGKILL; then the keeper ends. The kernel sends SIGTERM to the command when the keeper dies.
"""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import selectors
import signal
import socket
import subprocess
import sys
import time

MOST_LEASES = 8
LONGEST_PAUSE_SECONDS = 10.0
TICK_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """In a child, before its program."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Keeper:
    def __init__(self, socket_path: pathlib.Path, outlive_seconds: float, drain_seconds: float, command: list[str]) -> None:
        self._outlive, self._drain, self._command = outlive_seconds, drain_seconds, command
        self._selector = selectors.DefaultSelector()
        self._leases: set[socket.socket] = set()
        with contextlib.suppress(FileNotFoundError):
            socket_path.unlink()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(socket_path))
        self._listener.listen(MOST_LEASES)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._leased_at = time.monotonic()
        self._child: subprocess.Popen[bytes] | None = None
        self._pause, self._start_at = 0.1, 0.0
        self._kill_at: float | None = None

    def run(self) -> None:
        """Returns when the command has ended and is not to be started again."""
        while True:
            now = time.monotonic()
            if self._leases:
                self._leased_at = now
            elif now - self._leased_at > self._outlive:
                self.drain()
            if not self._keep(now):
                return
            for key, _ in self._selector.select(TICK_SECONDS):
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._read(key.fileobj)  # type: ignore[arg-type]

    def drain(self) -> None:
        if self._kill_at is None:
            self._kill_at = time.monotonic() + self._drain
            if self._child is not None:
                self._child.terminate()

    def _keep(self, now: float) -> bool:
        """Returns false when there is nothing to keep any more."""
        if self._child is not None and self._child.poll() is not None:
            print(f"keeper: the worker ended with status {self._child.returncode}", file=sys.stderr, flush=True)
            self._child, self._start_at = None, now + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        if self._kill_at is not None:
            if self._child is not None and now > self._kill_at:
                self._child.kill()
            return self._child is not None
        if self._child is None:
            if not self._leases and now - self._leased_at > LONGEST_PAUSE_SECONDS:
                return False  # its place was taken by another one of its name
            if self._leases and now >= self._start_at:
                self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        return True

    def _accept(self) -> None:
        lease, _ = self._listener.accept()
        if len(self._leases) >= MOST_LEASES:
            lease.close()
            return
        lease.setblocking(False)
        self._leases.add(lease)
        self._selector.register(lease, selectors.EVENT_READ)

    def _read(self, lease: socket.socket) -> None:
        try:
            told = lease.recv(64)
            if b"drain" in told:
                self.drain()
            elif told:
                lease.sendall(f"{self._child.pid if self._child else 0}\n".encode())
        except OSError:
            told = b""
        if not told:
            self._selector.unregister(lease)
            self._leases.discard(lease)
            lease.close()


def main() -> int:
    folder, name, outlive, drain, _, *command = sys.argv[1:]
    lock = os.open(pathlib.Path(folder) / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # there is one already
    keeper = Keeper(pathlib.Path(folder) / f"{name}.sock", float(outlive), float(drain), command)
    signal.signal(signal.SIGTERM, lambda *_: keeper.drain())
    keeper.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
