"""A headless Chromium, driven over a pipe by its DevTools protocol: what a test of one page needs, and no package."""
import base64
import json
import os
import queue
import shutil
import subprocess
import threading

import harness

EXECUTABLE = shutil.which("chromium") or shutil.which("google-chrome")


class Page:
    """One page at `url`. `complaints` collects errors of its console, of its scripts and of what it loads."""

    def __init__(self, url, profile):
        self.complaints = []
        self._number = 0
        self._loaded = False
        self._messages = queue.Queue()
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        command = [EXECUTABLE, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--no-first-run", "--disable-background-networking", "--disable-component-update",
                   f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        # Chromium reads commands from descriptor 3 and writes to 4.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "-", *command],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = os.fdopen(ours_out, "wb", buffering=0)
        self._in = os.fdopen(ours_in, "rb")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._session = None
        target = self._command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._command(f"{domain}.enable")
        self._command("Page.navigate", url=url)
        harness.eventually(lambda: self.value("document.readyState") == "complete" and self._loaded, f"{url} is loaded")

    def reload(self):
        self._loaded = False
        self._command("Page.reload")
        harness.eventually(lambda: self.value("document.readyState") == "complete" and self._loaded, "it is loaded again")

    def value(self, expression):
        """Of an expression in the page."""
        answer = self._command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def click(self, selector):
        """With the mouse, in the middle of the element."""
        place = self.value(f"((element) => {{ element.scrollIntoView({{block: 'center', behavior: 'instant'}});"
                           f"const {{x, y, width, height}} = element.getBoundingClientRect();"
                           f"return {{x: x + width / 2, y: y + height / 2}}; }})"
                           f"(document.querySelector({json.dumps(selector)}))")
        for kind in ("mousePressed", "mouseReleased"):
            self._command("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def type_over(self, selector, text):
        """In place of what is in a field, as from a keyboard."""
        self.click(selector)
        self.value(f"document.querySelector({json.dumps(selector)}).select()")
        self._command("Input.insertText", text=text)

    def emulate(self, width, height, dark):
        """A phone of that size, in CSS pixels, whose user likes it dark or light."""
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._command("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self._command("Page.captureScreenshot")["data"]))

    def close(self):
        self._process.kill()
        self._process.wait(harness.DEADLINE_SECONDS)
        self._reader.join(harness.DEADLINE_SECONDS)
        self._out.close()
        self._in.close()

    def _read(self):
        message = b""
        while byte := self._in.read1(65536):
            *complete, message = (message + byte).split(b"\0")
            for text in complete:
                self._messages.put(json.loads(text))
        self._messages.put(None)

    def _command(self, method, **parameters):
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        self._out.write(json.dumps(command).encode() + b"\0")
        while message := self._messages.get(timeout=harness.DEADLINE_SECONDS):
            if message.get("id") == self._number:
                assert "error" not in message, (method, message)
                return message["result"]
            self._note(message.get("method"), message.get("params", {}))
        raise AssertionError("Chromium ended")

    def _note(self, event, parameters):
        if event == "Page.loadEventFired":
            self._loaded = True
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"])
        elif event == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(parameters["args"])
        elif event == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"])
