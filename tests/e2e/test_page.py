"""The page, in a real browser where there is one (Debian's chromium)."""
import json
import os
import pathlib
import re

import pytest

import chromium
import harness

pytestmark = pytest.mark.skipif(chromium.EXECUTABLE is None, reason="Chromium is not installed")


@pytest.fixture
def open_page(tmp_path):
    pages = []

    def start(server, path="/"):
        pages.append(chromium.Page(server.url + path, tmp_path / f"profile{len(pages)}"))
        return pages[-1]

    yield start
    for page in pages:
        page.close()


def status(page):
    return page.value("document.querySelector('#status').textContent")


def wait_for_voices(page):
    harness.eventually(lambda: status(page) == "Ready.", "the page can speak")
    assert page.value("document.querySelectorAll('#voice option').length") == 5


def seconds_received(page):
    text = page.value("document.querySelector('#received').textContent")
    return float(text.split()[0]) if text.endswith(" s") else 0.0


def test_a_typed_text_is_played_while_it_streams(serve, open_page, tmp_path):
    server = serve("--voice", "slow", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    assert page.value("document.querySelector('#voice').value") == "slow", "the default voice is the first"
    page.type_over("#text", "Typed by a test.")
    page.click("#speak")
    harness.eventually(lambda: 0 < seconds_received(page) < 1, "audio is scheduled before the speech is complete")
    assert page.value("document.querySelector('#first').textContent").endswith(" ms")
    harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")
    assert abs(seconds_received(page) - len("Typed by a test.") / 16) < 0.1
    assert page.complaints == []
    page.screenshot(pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", tmp_path)) / "page.png")


def test_stop_frees_the_stream(serve, open_page):
    server = serve("--voice", "slow", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    page.click("#speak")
    harness.eventually(lambda: seconds_received(page) > 0, "audio is scheduled")
    page.click("#stop")
    harness.eventually(lambda: status(page) == "Stopped.", "the page says so")
    harness.eventually(server.idle, "the server has stopped too")
    assert page.complaints == []


def test_a_key_is_asked_for_kept_for_the_tab_and_used(serve, open_page, tmp_path):
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    file = tmp_path / "keys.toml"
    file.write_text(harness.to_toml(config))
    key = harness.run_ok("keys", "add", "page", "--config", file).decode().strip()
    page = open_page(serve("--voice", "quick", config=config))
    harness.eventually(lambda: "asks for an API key" in status(page), "the page says what it lacks")
    assert page.value("document.querySelector('#speak').disabled")
    page.screenshot(pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", tmp_path)) / "page_without_key.png")
    for typed, then in (("wrong", "There is no such API key."), (key, "Ready.")):
        page.type_over("#key", typed)
        page.value("document.querySelector('#key').blur()")
        harness.eventually(lambda: status(page) == then, then)
    page.type_over("#text", "Yes.")
    page.click("#speak")
    harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")
    page.screenshot(pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", tmp_path)) / "page_with_key.png")
    assert page.value("sessionStorage.getItem('key')") == key
    assert page.value("localStorage.length") == 0
    page.reload()
    harness.eventually(lambda: status(page) == "Ready.", "it is still there")
    page.complaints = [one for one in page.complaints if "401" not in str(one)]  # Chromium's note of the first answer
    assert page.complaints == []


def test_an_error_is_shown_in_words(serve, open_page):
    page = open_page(serve("--voice", "quick", config={"openai": {"refuse_wordless": True}}))
    wait_for_voices(page)
    page.type_over("#text", "\U0001f600")
    page.click("#speak")
    harness.eventually(lambda: "nothing that can be spoken" in status(page), "the server's words are shown")
    assert page.value("document.querySelector('#status').classList.contains('error')")


class SocketTrial:
    """The form of a WebSocket on the page of the interface."""

    def __init__(self, page, route, voice):
        self.page = page
        self.entry = f"[...document.querySelectorAll('details')].find((one) => one.textContent.includes('/{route}'))"
        harness.eventually(lambda: page.value(f"{self.entry} !== undefined"), "it is listed")
        page.value(f"{self.entry}.open = true")
        harness.eventually(lambda: page.value(f"{self.entry}.querySelector('form') !== null"), "it can be tried")
        # By its place in the page, so that it can be clicked.
        page.value(f"{self.entry}.id = 'tried'; {self.entry}.scrollIntoView()")
        self.fill("voice_id", voice)

    def fill(self, name, value):
        self.page.value(f"document.querySelector('#tried [name={name}]').value = '{value}'")

    def begin(self):
        self.page.value("document.querySelector('#tried button').scrollIntoView()")
        self.page.click("#tried button")

    def status(self):
        return self.page.value("document.querySelector('#tried form div p')?.textContent ?? ''")

    def messages(self):
        return [json.loads(line) for line in
                self.page.value("document.querySelector('#tried form pre').textContent").splitlines()]


@pytest.mark.parametrize("route", ["stream-input", "multi-stream-input"])
def test_a_socket_is_tried_and_heard(serve, open_page, route):
    page = open_page(serve("--voice", "quick", config={"elevenlabs": {"lead_seconds": 0}}), "/docs")
    trial = SocketTrial(page, route, "quick")
    trial.begin()
    harness.eventually(lambda: trial.status().endswith("Closed: 1000"), "its messages are spoken to their end")
    told = re.fullmatch(r"First audio after (\d+) ms; (\d+) bytes, ([\d.]+) s\. Closed: 1000", trial.status())
    assert told, trial.status()
    assert int(told[2]) == pytest.approx(48_000 * float(told[3]), abs=480)
    assert float(told[3]) > 1
    messages = trial.messages()
    assert all(message["audio"].endswith(" bytes") for message in messages[:-1]), "audio itself is no text"
    assert messages[-1]["isFinal"]
    trial.fill("output_format", "mp3_44100_128")
    trial.begin()
    harness.eventually(lambda: page.value("document.querySelector('#tried audio')?.readyState ?? 0") > 0,
                       "what cannot be played piece by piece is when it is whole")
    assert page.complaints == []


def test_a_socket_that_is_refused_or_stopped_says_so(serve, open_page):
    server = serve("--voice", "slow", "--admission", "off")
    page = open_page(server, "/docs")
    trial = SocketTrial(page, "stream-input", "slow")
    page.value("document.querySelector('#tried textarea').value = 'no json'")
    trial.begin()
    harness.eventually(lambda: "JSON" in page.value("document.querySelector('#tried form div').textContent"), "why")
    page.value("document.querySelector('#tried textarea').value = "
               "JSON.stringify({text: 'This goes on for quite a while, and then it is stopped. '.repeat(9), flush: true})")
    trial.begin()
    harness.eventually(lambda: trial.status().startswith("First audio"), "it is heard")
    page.click("#tried button[type=button]")
    harness.eventually(lambda: "Closed" in trial.status(), "it is stopped")
    harness.eventually(server.idle, "on the server, too")
    assert page.complaints == []
