"""/metrics: what is promised of it on its page."""
import re

import harness

PAGE = harness.REPOSITORY / "docs/metrics.md"
TEXT = "Nothing is counted that is not explained."
# They exist only where their matter does.
ELSEWHERE = {"antiphon_worker_round_trip_seconds", "antiphon_worker_link_bytes_per_second"}
OF_DEVICES = {"antiphon_worker_device_bytes"}
OF_TRACES = {"antiphon_trace_spans_total"}


def families(server):
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", server.http.get("/metrics").text, re.MULTILINE))


def test_the_page_and_the_server_name_the_same_metrics(server):
    server.speak(TEXT, "quick")
    named = set(re.findall(r"`((?:antiphon|process)_\w+)`", PAGE.read_text()))
    served = set(families(server))
    cache = {name for name in named if name.startswith("antiphon_cache_")}
    assert served - named == set(), "not explained"
    assert named - served == ELSEWHERE | OF_DEVICES | OF_TRACES | cache, "not served"


def test_every_value_of_a_label_is_on_the_page(server):
    page = PAGE.read_text()
    server.speak(TEXT, "quick")
    lines = server.http.get("/metrics").text
    for label in ["event", "cause", "does", "reason", "condition", "limit", "end", "door", "kind", "direction", "format"]:
        values = set(re.findall(rf'[{{,]{label}="(\w+)"', lines))
        assert values, label
        assert [value for value in values if f"`{value}`" not in page] == [], label


def test_a_busy_worker_is_seen_to_work(server):
    server.speak(TEXT, "quick")
    worker = 'machine="here",worker="0"'
    metrics = server.metrics()
    assert metrics[f'antiphon_worker_state{{{worker},state="active"}}'] == 1
    assert metrics[f'antiphon_worker_voice{{{worker},voice="quick"}}'] == 1
    assert metrics[f"antiphon_worker_jobs_total{{{worker}}}"] >= 2
    assert metrics[f"antiphon_worker_rtf_ratio{{{worker}}}"] > 0
    assert metrics[f"antiphon_worker_ready_after_seconds{{{worker}}}"] > 0
    assert metrics[f"antiphon_worker_restarts_total{{{worker}}}"] == 0


def test_speech_is_counted_by_voice_and_format(server):
    before = server.metrics()
    counted = before.get('antiphon_speech_total{format="mp3",voice="quick"}', 0)
    pcm = server.speak(TEXT, "quick")
    server.speak(TEXT, "quick", response_format="mp3")
    after = harness.eventually(lambda: (now := server.metrics()).get('antiphon_speech_total{format="mp3",voice="quick"}', 0) > counted
                               and now, "it is counted")
    grown = lambda name: after[name] - before.get(name, 0)
    for form in ["pcm", "mp3"]:
        of_form = f'{{format="{form}",voice="quick"}}'
        assert grown(f"antiphon_speech_total{of_form}") == 1
        assert abs(grown(f"antiphon_speech_audio_seconds_total{of_form}") - len(pcm) / 2 / 24000) < 0.01
        assert grown(f'antiphon_encoder_seconds_total{{format="{form}"}}') > 0
    assert grown('antiphon_speech_characters_total{voice="quick"}') == 2 * len(TEXT)
