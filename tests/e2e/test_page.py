"""The page, in a real browser where there is one (Debian's chromium)."""
import base64
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import wave

import pytest

import chromium
import harness

pytestmark = pytest.mark.skipif(chromium.EXECUTABLE is None, reason="Chromium is not installed")

TYPED = "Typed by a test, and long enough that a slow machine sees the page while it goes on."
EACH_WORD = "Each word in its turn, one behind the other, until the last of them was heard."


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
    assert page.value("document.querySelectorAll('#cards input').length") == 5


def figure(page, name):
    """Of the newest take."""
    return page.value(f"document.querySelector('.take .{name}')?.textContent ?? ''")


def seconds_received(page):
    text = figure(page, "received")
    return float(text.split()[0]) if text.endswith(" s") else 0.0


def digest_of_take(page, number=0):
    """Of the PCM that a take holds, the newest first."""
    return page.value("(async () => { const { shown } = await import('/assets/speak.js');"
                      f"const hash = await crypto.subtle.digest('SHA-256', shown[{number}].take.samples);"
                      "return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join(''); })()")


def keep_picture(page, name, tmp_path):
    page.screenshot(pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", tmp_path)) / f"{name}.png")


def test_a_typed_text_is_played_while_it_streams(serve, open_page, tmp_path):
    server = serve("--voice", "slow", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    assert page.value("document.querySelector('#cards input:checked').value") == "slow", "the default voice is the first"
    assert page.value("document.querySelector('.card small').textContent") == "American English · tone"
    page.type_over("#text", TYPED)
    page.click("#speak")
    harness.eventually(lambda: 0 < seconds_received(page) < len(TYPED) / 20, "audio is scheduled before the speech is complete")
    assert figure(page, "first").endswith(" ms")
    harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")
    assert abs(seconds_received(page) - len(TYPED) / 16) < 0.1
    assert digest_of_take(page) == harness.digest(server.speak(TYPED, "slow"))
    assert page.complaints == []
    keep_picture(page, "page", tmp_path)


def test_words_light_up_when_they_are_heard_again(serve, open_page):
    server = serve("--voice", "quick")
    page = open_page(server)
    wait_for_voices(page)
    page.type_over("#text", EACH_WORD)
    page.click("#speak")
    harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")
    words = "[...document.querySelectorAll('.words span')]"
    assert page.value(f"{words}.map((word) => word.textContent)") == EACH_WORD.split()
    page.click(".replay")
    # Noted by the page itself, since a slow machine would miss some.
    lit = page.value("new Promise((resolve) => { const lit = []; const look = () => {"
                     "const now = document.querySelector('.words .now')?.textContent;"
                     "if (now !== undefined && lit.at(-1) !== now) lit.push(now);"
                     "if (document.querySelector('.take.heard')) requestAnimationFrame(look); else resolve(lit); };"
                     "look(); })")
    assert lit == [word for word in EACH_WORD.split() if word in lit], "in their order"
    assert len(lit) >= 2
    assert page.value(f"{words}.every((word) => word.classList.contains('said'))")
    assert page.complaints == []


def test_files_and_code_of_a_take_are_the_same_audio(serve, open_page, tmp_path):
    server = serve("--voice", "quick", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    text = "It's \"quoted\" for $HOME."
    page.type_over("#text", text)
    page.click("#speak")
    harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")

    def file_of(kind):
        return base64.b64decode(page.value(
            f"(async () => {{ const {{ shown }} = await import('/assets/speak.js'); const blob = await shown[0].fileOf('{kind}');"
            "return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer()))); })()"))

    pcm, mp3 = (server.speak(text, "quick", response_format=kind) for kind in ("pcm", "mp3"))
    assert file_of("pcm") == pcm
    with wave.open(io.BytesIO(file_of("wav"))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.readframes(sound.getnframes())) == (24000, 1, pcm)
    assert file_of("mp3") == mp3
    for number, (name, interpreter) in enumerate((("curl", "bash"), ("Python", sys.executable), ("JavaScript", "node"))):
        page.value(f"document.querySelectorAll('.code input')[{number}].click()")
        code = tmp_path / f"{name}.mjs"
        code.write_text(page.value("document.querySelector('.code pre').textContent"))
        if shutil.which(interpreter) is None:
            continue  # a machine without Node.js
        folder = tmp_path / name
        folder.mkdir()
        subprocess.run([interpreter, code], cwd=folder, check=True, timeout=harness.DEADLINE_SECONDS)
        assert (folder / "speech.mp3").read_bytes() == mp3, name
    assert page.complaints == []


def test_several_voices_speak_side_by_side(serve, open_page):
    server = serve("--voice", "quick", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    page.click("#several")
    page.click("#cards input[value=steady]")
    page.type_over("#text", "Both.")
    page.click("#speak")
    harness.eventually(lambda: status(page) == "Done.", "both were heard")
    assert page.value("[...document.querySelectorAll('.take h3')].map((name) => name.textContent)") == ["quick", "steady"]
    for number, voice in enumerate(("quick", "steady")):
        assert digest_of_take(page, number) == harness.digest(server.speak("Both.", voice))
    assert page.complaints == []


def test_the_sample_of_a_voice_is_heard_and_asked_for_again_by_its_tag(serve, open_page):
    server = serve("--voice", "quick", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    figure_of_card = "document.querySelector('.card .figure').textContent"
    answers = 'antiphon_http_requests_total{{method="GET",route="/v1/voices/{{}}/sample",status="{}"}}'.format
    page.click(".card .sample")
    harness.eventually(lambda: page.value(figure_of_card).startswith("first audio "), "it was heard, and how fast it came is told")
    told = page.value(figure_of_card)
    page.click(".card .sample")
    harness.eventually(lambda: server.metrics().get(answers(304)) == 1, "the browser has it already")
    assert server.metrics()[answers(200)] == 1
    assert page.value(figure_of_card) == told, "what the browser has tells nothing of the server"
    assert page.complaints == []


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


class CuttingProxy:
    """In front of a server: cuts the first connections that carry audio, each after so many bytes."""

    def __init__(self, port, cuts):
        self._server, self._cuts = port, list(cuts)
        self.ranges = []  # of the requests for audio, as they were sent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._carry, args=(self._listener.accept()[0],), daemon=True).start()

    def _carry(self, client):
        with client, socket.create_connection(("127.0.0.1", self._server)) as server, contextlib.suppress(OSError):
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
            left = None
            while piece := server.recv(4096):
                if left is None and b"Content-Type: audio/pcm" in piece and self._cuts:
                    left = self._cuts.pop(0)
                if left is not None:
                    left -= len(piece)
                    if left < 0:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        server.shutdown(socket.SHUT_RDWR)
                        client.shutdown(socket.SHUT_RDWR)
                        return
                client.sendall(piece)

    def _ask(self, client, server):
        with contextlib.suppress(OSError):
            while piece := client.recv(65536):
                if b"/v1/audio/speech" in piece:
                    self.ranges += re.findall(rb"(?im)^range: (.*?)\r$", piece)
                server.sendall(piece)


def test_a_connection_that_is_cut_goes_on_at_the_next_byte(serve, open_page, tmp_path):
    server = serve("--voice", "steady", "--admission", "off")
    proxy = CuttingProxy(server.port, [20_000, 30_000])
    text = "A line that breaks twice, and is heard once."
    try:
        page = open_page(proxy)
        wait_for_voices(page)
        page.value("document.querySelector('#light').checked = false")
        page.type_over("#text", text)
        # Noted by the page itself: it says so for a quarter second only.
        page.value("window.saids = []; new MutationObserver(() => saids.push(document.querySelector('#status').textContent))"
                   ".observe(document.querySelector('#status'), {childList: true, characterData: true, subtree: true})")
        page.click("#speak")
        harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")
        keep_picture(page, "page_resuming", tmp_path)
        assert any("connection was lost" in said for said in page.value("saids")), "the page says what happens"
        assert digest_of_take(page) == harness.digest(server.speak(text, "steady"))
        begins = [int(re.fullmatch(rb"bytes=(\d+)-", one)[1]) for one in proxy.ranges]
        assert len(begins) == 2 and 0 < begins[0] < begins[1], begins
    finally:
        proxy.close()


def test_a_stream_that_is_not_known_any_more_is_said(serve, open_page, tmp_path):
    """As when the server was started again, and keeps its records in its memory."""
    server = serve("--voice", "slow", "--admission", "off")
    page = open_page(server)
    wait_for_voices(page)
    page.click("#speak")
    harness.eventually(lambda: seconds_received(page) > 0, "audio is scheduled")
    server.stop()
    harness.eventually(lambda: "connection was lost" in status(page), "the page says what happens")
    serve("--voice", "slow", "--admission", "off", port=server.port)
    harness.eventually(lambda: "does not know the stream any more" in status(page), "the page says why it ends")
    assert page.value("document.querySelector('#status').classList.contains('error')")
    assert not page.value("document.querySelector('#speak').disabled"), "the next one can be spoken"


def live_text(page, name):
    return page.value(f"document.querySelector('#{name}').textContent")


def is_live(page):
    return live_text(page, "live-status").startswith("Live")


def test_the_live_view_shows_listeners_workers_and_refusals_under_load(serve, open_page, tmp_path):
    server = serve("--voice", "slow", "--admission", "off", config={"server": {"max_streams": 3}, "workers": {"count": 2}})
    page = open_page(server)
    harness.eventually(lambda: is_live(page), "it is connected")
    assert live_text(page, "tile-listeners") == "0"
    harness.eventually(lambda: page.value("document.querySelectorAll('#workers tbody tr').length") == 2, "both workers")
    harness.eventually(lambda: page.value("document.querySelector('#load canvas') !== null"), "the plot is there")
    with contextlib.ExitStack() as listening:
        for _ in range(3):
            listening.enter_context(server.stream("Some words that take a while to be said, by and by. " * 8, "slow"))
        harness.eventually(lambda: page.value("document.querySelectorAll('#bars li').length") == 3, "each has a bar")
        assert live_text(page, "tile-listeners") == "3"
        harness.eventually(lambda: page.value("[...document.querySelectorAll('#bars .fill')]"
                                              ".some((fill) => /scaleY\\(0?\\.[0-9]+\\)/.test(fill.style.transform))"), "they rise")
        harness.eventually(lambda: " chunks and " in live_text(page, "timeline-words"), "what was rendered is told")
        harness.eventually(lambda: page.value("[...document.querySelectorAll('#workers .state')]"
                                              ".some((state) => state.textContent === 'busy')"), "who is at work")
        with server.stream("One too many.", "slow") as refused:
            assert refused.status_code == 503
        harness.eventually(lambda: page.value("document.querySelectorAll('#refusals li').length") == 1, "why it was refused")
        assert live_text(page, "tile-refused") == "1"
        page.value("document.querySelector('#live').scrollIntoView()")
        keep_picture(page, "page_live", tmp_path)
    harness.eventually(lambda: live_text(page, "tile-listeners") == "0", "they left")
    assert page.complaints == []


def test_the_live_view_says_that_the_server_is_away_and_comes_back_with_it(serve, open_page):
    server = serve("--voice", "quick")
    page = open_page(server)
    harness.eventually(lambda: is_live(page), "it is connected")
    server.stop()
    harness.eventually(lambda: "connection to the server was lost" in live_text(page, "live-status"), "it says so")
    again = serve("--voice", "quick", port=server.port)
    harness.eventually(lambda: is_live(page), "it is connected again")
    with again.stream("It still shows what happens. " * 20, "quick"):
        harness.eventually(lambda: " chunks and " in live_text(page, "timeline-words"), "the new server's grains are shown")


def test_the_live_view_asks_for_an_administrators_key(serve, open_page, tmp_path):
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    file = tmp_path / "keys.toml"
    file.write_text(harness.to_toml(config))
    add = ("keys", "add", "--config", file)
    plain, admin = (harness.run_ok(*add, *flags).decode().strip() for flags in (("plain",), ("chief", "--admin")))
    page = open_page(serve("--voice", "quick", config=config))
    harness.eventually(lambda: "for administrators" in live_text(page, "live-status"), "it says whose it is")
    page.type_over("#key", plain)
    page.value("document.querySelector('#key').blur()")
    harness.eventually(lambda: status(page) == "Ready.", "this key may speak")
    assert "for administrators" in live_text(page, "live-status"), "and no more"
    page.type_over("#admin-key", admin)
    page.click("#ask-admin button")
    harness.eventually(lambda: is_live(page), "this key may watch")
    assert not page.value("document.querySelector('#ask-admin').checkVisibility()")


def test_a_key_is_asked_for_kept_for_the_tab_and_used(serve, open_page, tmp_path):
    config = {"keys": {"file": str(tmp_path / "keys.json")}}
    file = tmp_path / "keys.toml"
    file.write_text(harness.to_toml(config))
    key = harness.run_ok("keys", "add", "page", "--config", file).decode().strip()
    page = open_page(serve("--voice", "quick", config=config))
    harness.eventually(lambda: "asks for an API key" in status(page), "the page says what it lacks")
    assert page.value("document.querySelector('#speak').disabled")
    keep_picture(page, "page_without_key", tmp_path)
    for typed, then in (("wrong", "There is no such API key."), (key, "Ready.")):
        page.type_over("#key", typed)
        page.value("document.querySelector('#key').blur()")
        harness.eventually(lambda: status(page) == then, then)
    page.type_over("#text", "Yes.")
    page.click("#speak")
    harness.eventually(lambda: status(page) == "Done.", "it was heard to its end")
    keep_picture(page, "page_with_key", tmp_path)
    assert page.value("sessionStorage.getItem('key')") == key
    assert page.value("localStorage.length") == 0
    page.reload()
    harness.eventually(lambda: status(page) == "Ready.", "it is still there")
    # Chromium's notes of what this key may not do: speak before it was typed, and watch.
    page.complaints = [one for one in page.complaints if not re.search("status of 40[13] ", str(one))]
    assert page.complaints == []


def test_an_error_is_shown_in_words(serve, open_page):
    page = open_page(serve("--voice", "quick", config={"openai": {"refuse_wordless": True}}))
    wait_for_voices(page)
    page.type_over("#text", "\U0001f600")
    page.click("#speak")
    harness.eventually(lambda: "nothing that can be spoken" in status(page), "the server's words are shown")
    assert page.value("document.querySelector('#status').classList.contains('error')")


def test_the_page_fits_a_phone_and_reads_in_the_dark(server, open_page, tmp_path):
    page = open_page(server)
    harness.eventually(lambda: status(page) == "Ready.", "the page can speak")
    page.emulate(width=360, height=740, dark=True)
    assert page.value("document.documentElement.scrollWidth") == 360
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 25)"
    unnamed = page.value("[...document.querySelectorAll('input, select, textarea, button')].filter((control) =>"
                         "!control.labels?.length && !control.ariaLabel && !control.textContent.trim()).length")
    assert unnamed == 0, "every control has a name for a screen reader"
    keep_picture(page, "page_phone_dark", tmp_path)


def test_the_page_is_not_sent_again_to_a_browser_that_has_it(server):
    for path in ("/", "/assets/speak.js", "/docs"):
        tag = server.http.get(path).headers["etag"]
        again = server.http.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


class SocketTrial:
    """The form of a WebSocket on the page of the interface."""

    def __init__(self, page, route, voice):
        self.page = page
        page.click("#sockets-tab")
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
