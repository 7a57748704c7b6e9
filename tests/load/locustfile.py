"""Users of a speech server, for locust: listeners of texts of 1 s and of 10 s, of paced audio, in bursts, some that leave in
mid-stream and some that read slowly. See docs/bench.md for how to run it.

Each row of locust's statistics is one measure of one kind of request, its times in milliseconds:
  first audio   from the request to the first audio
  gap           of each chunk: the silence before it, 0 where it was in time
  lost lead     of each chunk of paced audio: how long after its scheduled time it came
  jitter        of each step of paced audio: how unevenly they come (RFC 3550)
  whole         from the request to the end of a body that is right
  refused       what a refusal said when to come back; `came back` are those that did and were let in
A request fails where its bytes are not those that the same text has when it is asked for alone, where its body is cut, or
where a refusal does not say when to come back."""
import itertools
import random
import time

import gevent
from locust import User, between, events, task

import client

SHORT = ["The light is on.", "It is ten past four.", "All doors are shut.", "Rain comes at noon."]
_PARTS = [["The gardener waited for the quiet harbour in the morning.", "Our teacher talked about two small boats.",
           "The night train was late on a windy day."],
          ["My neighbour came back to the green valley without any hurry.", "Every visitor remembered the first snow.",
           "A young pilot walked around the empty market."],
          ["The old clock was slow, as everybody expected.", "The river carried a long letter before the rain began.",
           "Nobody looked after the bread late in autumn."]]
LONG = [" ".join(parts) for parts in zip(*_PARTS)]
BURST_SECONDS = 5.0
CONTROL_TEXT = "control"

_numbers = itertools.count()
_alone = {}  # The PCM of each text, asked for alone.


@events.init_command_line_parser.add_listener
def _add_flags(parser):
    parser.add_argument("--voice", default="alloy", help="The voice that all users ask for")
    parser.add_argument("--api-key", default="", help="A key of the server, where it has some", is_secret=True)
    parser.add_argument("--control", default="", help="The address of tests/load/paced_server.py, for a control beside the load")


@events.init.add_listener
def _drop_control(environment, **_):
    if not environment.parsed_options.control:
        environment.user_classes = [kind for kind in environment.user_classes if kind is not Control]


@events.test_start.add_listener
def _speak_each_alone(environment, **_):
    target = _target(environment)
    for text in SHORT + LONG:
        if text not in _alone:
            _alone[text] = bytes(client.speak(target, "alone", text, client.Manner()).pcm)


def _target(environment):
    options = environment.parsed_options
    return client.Target(environment.host or Speaking.host, options.voice, options.api_key)


class Speaking(User):
    """Asks, hears it out, pauses, and asks again."""
    abstract = True
    host = "http://127.0.0.1:8080"
    manner = client.Manner()
    kind = ""  # Of its rows; "": short or long.
    wait_time = between(0.5, 1.5)

    def on_start(self):
        self.name = f"user-{next(_numbers)}"

    def texts(self):
        return SHORT if random.random() < 0.5 else LONG

    def note(self, what, kind, seconds, size=0, wrong=None):
        self.environment.events.request.fire(request_type=what, name=kind, response_time=seconds * 1000,
                                             response_length=size, exception=wrong, context={})

    @task
    def speak(self):
        texts = self.texts()
        kind = self.kind or ("short" if texts is SHORT else "long")
        text = random.choice(texts)
        asked = time.monotonic()
        try:
            try:
                heard = client.speak(_target(self.environment), self.name, text, self.manner)
            except client.Refused as refusal:
                self.note("refused", kind, refusal.come_back)
                gevent.sleep(refusal.come_back)
                heard = client.speak(_target(self.environment), self.name, text, self.manner)
                self.note("came back", kind, time.monotonic() - asked)
        except client.Refused as refusal:
            self.note("refused again", kind, refusal.come_back)
            gevent.sleep(refusal.come_back)
            return
        except (client.Wrong, OSError) as wrong:
            self.note("whole", kind, time.monotonic() - asked, wrong=wrong)
            return
        self._judge(heard, kind, text, asked)
        gevent.sleep(max(0.0, heard.plays_until - time.monotonic()))

    def _judge(self, heard, kind, text, asked):
        whole = _alone[text]
        right = whole.startswith(bytes(heard.pcm)) if heard.left else bytes(heard.pcm) == whole
        wrong = None if right else client.Wrong(f"{len(heard.pcm)} bytes of {len(whole)}, or others than those of the text alone")
        self.note("left" if heard.left else "whole", kind, time.monotonic() - asked, len(heard.pcm), wrong)
        self._note_times(heard, kind)

    def _note_times(self, heard, kind):
        self.note("first audio", kind, heard.first_audio)
        for gap in heard.gaps:
            self.note("gap", kind, gap)
        for lost in heard.lost_leads:
            self.note("lost lead", kind, lost)
        for jitter in heard.jitters:
            self.note("jitter", kind, jitter)


class Listener(Speaking):
    weight = 54


class PacedListener(Speaking):
    weight = 20
    kind = "paced"
    manner = client.Manner(paced=True)

    def texts(self):
        return LONG


class Caller(Speaking):
    """All callers ask at the same moment."""
    weight = 12
    kind = "burst"

    def wait_time(self):
        return BURST_SECONDS - time.monotonic() % BURST_SECONDS


class Leaver(Speaking):
    weight = 8
    kind = "leaving"
    manner = client.Manner(leaves_after=1)

    def texts(self):
        return LONG


class SlowReader(Speaking):
    weight = 6
    kind = "slow"
    manner = client.Manner(reading_speed=0.5)


class Control(Speaking):
    """Listens to paced_server.py in the same process as the others, and so is late where the machine or locust is."""
    fixed_count = 3
    kind = "control"
    manner = client.Manner(paced=True)

    @task
    def speak(self):
        target = client.Target(self.environment.parsed_options.control, CONTROL_TEXT)
        heard = client.speak(target, self.name, CONTROL_TEXT, self.manner)
        self._note_times(heard, self.kind)
