#!/usr/bin/env python3
"""A worker with a fault, for the chaos tests: the real one runs behind it, and what that says passes through here.

$ANTIPHON_CHAOS names a folder with plan.json: {"start number of the process": {"do": ..., "after": grains}}. Processes
are numbered in the order of their starts, from 1.
"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

LOAD_VOICE, VOICE_LOADED, PLANNED, GRAIN_DONE, RENDER_DONE, FAILED = 2, 9, 11, 12, 13, 14
CHAOS = pathlib.Path(os.environ["ANTIPHON_CHAOS"])


def number_of_this_start():
    for number in range(1, 10_000):
        try:
            (CHAOS / f"start-{number}").touch(exist_ok=False)
            return number
        except FileExistsError:
            continue
    raise RuntimeError("too many starts")


def frames(connection):
    """(type, whole frame) until the other end is gone."""
    buffer = bytearray()
    while chunk := connection.recv(1 << 18):
        buffer += chunk
        while len(buffer) >= 5 and len(buffer) >= 4 + struct.unpack_from("<I", buffer)[0]:
            size = 4 + struct.unpack_from("<I", buffer)[0]
            yield buffer[4], bytes(buffer[:size])
            del buffer[:size]


def framed(kind, payload):
    return struct.pack("<IB", 1 + len(payload), kind) + payload


class Fault:
    """What happens to the answers. `after` grains pass before it begins."""

    def __init__(self, plan):
        self.do = plan.get("do", "nothing")
        self.after = plan.get("after", 0)
        self.grains = 0
        self.hoard = []

    def on_load(self, frame):
        """None: the worker does not hear of it; bytes: the gateway hears this instead."""
        if self.do == "die_loading":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.do == "fail_loading":
            job, = struct.unpack_from("<Q", frame, 5)
            message = b"the model is not one"
            return framed(FAILED, struct.pack("<QIBI", job, self.epoch, 2, len(message)) + message)
        return None

    def on_answer(self, kind, frame):
        if kind == VOICE_LOADED and self.do == "other_voice":
            return frame[:21] + b"?" + frame[22:]
        if kind == RENDER_DONE and self.do == "extra_grain" and self.grains > self.after:
            return self.last + frame
        if kind != GRAIN_DONE:
            return frame
        self.last = frame
        self.grains += 1
        if self.grains <= self.after:
            return frame
        if self.do == "garbage":
            return os.urandom(4096)
        if self.do == "other_epoch":
            epoch, = struct.unpack_from("<I", frame, 13)
            return frame[:13] + struct.pack("<I", epoch + 1) + frame[17:]
        if self.do == "short_grain":
            samples, = struct.unpack_from("<I", frame, 21)
            payload = frame[5:21] + struct.pack("<I", samples - 1) + frame[25:25 + 2 * (samples - 1)] + frame[25 + 2 * samples:]
            return framed(GRAIN_DONE, payload)
        if self.do == "other_kind":  # a plan of one grain, in the place of one
            plan = struct.pack("<II BIII II", 4, 1, 0, 0, 1, 256, 0, 4) + bytes(4 + 16)
            return framed(PLANNED, frame[5:17] + plan)
        if self.do == "hang":
            time.sleep(3600)
        if self.do == "leak":
            self.hoard.append(b"\x01" * (4 << 20))
        return frame


def main():
    chaos = CHAOS / "plan.json"
    plans = json.loads(chaos.read_text()) if chaos.exists() else {}
    fault = Fault(plans.get(str(number_of_this_start()), {}))
    gateway = socket.socket(fileno=3)
    ours, theirs = socket.socketpair()
    arguments = [str(theirs.fileno()) if word == "3" else word for word in sys.argv[1:]]
    worker = subprocess.Popen([os.environ["ANTIPHON_BINARY"], *arguments], pass_fds=[theirs.fileno()])
    theirs.close()

    def answer():
        for kind, frame in frames(ours):
            gateway.sendall(fault.on_answer(kind, frame))
        gateway.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=answer, daemon=True).start()
    for kind, frame in frames(gateway):
        if kind == 1:
            fault.epoch, = struct.unpack_from("<I", frame, 17)
        instead = fault.on_load(frame) if kind == LOAD_VOICE else None
        if instead is None:
            ours.sendall(frame)
        else:
            gateway.sendall(instead)
    worker.kill()


main()
