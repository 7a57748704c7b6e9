"""Texts that cost workers once: words that espeak-ng overflows on, and scripts and letters that it spells for minutes."""
import itertools
import threading
import time

import httpx

import harness

# (text, speed)
TEXTS = [("'s" * 68, 1), ("'s" * 200, 2), ("anti" * 60, 2), ("edly" * 60, 2), ("unanti" * 60, 2), (".s" * 192, 2),
         ("s." * 192, 2), (".é" * 120, 1), ("ness" * 80, 1), ("non" * 60, 1), ('"-नमस्ते, she said.', 1), ("s's'" * 90, 1),
         ("مرحبا " * 56, 2), ("𝐇𝐞𝐥𝐥𝐨 𝐰𝐨𝐫𝐥𝐝 " * 12, 1), ("שלום עולם " * 17, 1), ("ሰላም ለዓለም ዛሬ " * 5, 1),
         ("สวัสดีชาวโลก" * 12, 1), ("你好世界" * 35, 1), ("Ｈｅｌｌｏ ｗｏｒｌｄ " * 12, 1), ("Look: " + "😀 " * 70, 1)]
DOORS = ["openai", "elevenlabs"]


def ask(server, text, speed, voice, door="openai", user="attacker"):
    """The status and the body of one request, and None for a body that was cut."""
    headers = {"authorization": f"Bearer {user}"}
    if door == "openai":
        path, body = "/v1/audio/speech", {"model": "tts-1", "input": text, "voice": voice, "speed": speed,
                                          "response_format": "pcm"}
    else:
        path = f"/v1/text-to-speech/{voice}?output_format=pcm_24000"
        body = {"text": text, "voice_settings": {"speed": speed}}
    try:
        answer = httpx.post(server.url + path, json=body, headers=headers, timeout=harness.DEADLINE_SECONDS)
        return answer.status_code, answer.content
    except httpx.HTTPError:
        return 0, None


class Attack:
    """So many of these texts a second while it is entered; `/readyz` is asked all the time."""

    def __init__(self, server, voice, texts=None, rate=10):
        self.server, self.voice, self.rate = server, voice, rate
        self.texts = itertools.cycle(TEXTS if texts is None else texts)
        self.statuses, self.cut, self.readiness = [], 0, []
        self.over = threading.Event()
        self.threads = []

    def _ask(self, text, speed, door):
        status, body = ask(self.server, text, speed, self.voice, door)
        self.statuses.append(status)
        self.cut += body is None

    def _attack(self):
        begun = time.monotonic()
        for number, (text, speed) in enumerate(self.texts):
            if self.over.wait(max(0, begun + number / self.rate - time.monotonic())):
                return
            self.threads.append(threading.Thread(target=self._ask, args=(text, speed, DOORS[number % len(DOORS)])))
            self.threads[-1].start()

    def _probe(self):
        with httpx.Client(base_url=self.server.url, timeout=harness.DEADLINE_SECONDS) as client:
            while not self.over.wait(0.1):
                try:
                    self.readiness.append(client.get("/readyz").status_code)
                except httpx.HTTPError:
                    self.readiness.append(0)  # not answered in time

    def __enter__(self):
        self.runners = [threading.Thread(target=self._attack), threading.Thread(target=self._probe)]
        for runner in self.runners:
            runner.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for runner in self.runners + self.threads:
            runner.join()
