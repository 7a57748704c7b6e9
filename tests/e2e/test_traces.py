"""Traces: what a collector gets, what the file has, and what becomes of listeners when the collector is away."""
import http.server
import json
import threading
import time

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import harness

TEXT = "The way of an utterance is told in spans. Each knows its parent, and none of them knows a word of it."
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """Takes OTLP over HTTP, in JSON."""

    def __init__(self, status=200):
        self.bodies, self.status = [], status
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/json")
                collector.bodies.append(body.decode())
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self):
        """Those that came, with their attributes as a dictionary."""
        spans = []
        for body in list(self.bodies):
            # What OpenTelemetry's own messages do not have is an error. (They take ids in base64, where OTLP has hexadecimal
            # digits, which can be read so, too.)
            json_format.Parse(body, ExportTraceServiceRequest())
            for resource in json.loads(body)["resourceSpans"]:
                for scope in resource["scopeSpans"]:
                    for span in scope["spans"]:
                        known = {item["key"]: next(iter(item["value"].values())) for item in span["attributes"]}
                        spans.append({**span, "attributes": known})
        return spans

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


def named(spans, name):
    return [span for span in spans if span["name"] == name]


def speak(server, text=TEXT, headers=None, voice="quick"):
    response = server.http.post("/v1/audio/speech", headers=headers or {},
                                json={"model": "tts-1", "input": text, "voice": voice, "response_format": "pcm"})
    assert response.status_code == 200
    return response


def test_a_collector_gets_the_way_of_an_utterance_as_children_of_the_caller(serve, collector):
    server = serve("--voice", "quick", config={"tracing": {"collector": collector.url, "sampling": 0.0001}})
    began = time.time_ns()
    response = speak(server, headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "mine"})
    harness.eventually(lambda: named(collector.spans(), "request"), "the collector has it")
    spans = collector.spans()
    request, = named(spans, "request")
    assert request["traceId"] == TRACE and request["parentSpanId"] == PARENT and request["kind"] == 2
    assert request["attributes"]["antiphon.request_id"] == "mine"
    assert request["attributes"]["antiphon.voice"] == "quick"
    assert request["attributes"]["antiphon.end"] == "complete"
    assert abs(request["attributes"]["antiphon.audio_s"] - len(response.content) / 2 / 24000) < 0.01
    children = [span for span in spans if span is not request]
    assert {span["name"] for span in children} == {"wait", "plan", "chunk", "first_audio", "egress"}
    assert {(span["traceId"], span["parentSpanId"]) for span in children} == {(TRACE, request["spanId"])}
    assert len({span["spanId"] for span in spans}) == len(spans)
    for span in spans:
        assert began - 10**9 <= int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) <= time.time_ns(), span["name"]
    for name in ["plan", "chunk"]:
        rendered = sum(span["attributes"]["antiphon.audio_s"] for span in named(spans, name))
        assert rendered == pytest.approx(request["attributes"]["antiphon.audio_s"], abs=0.5), "but for pauses"
        assert all(span["attributes"]["antiphon.worker"] == "1" for span in named(spans, name))
    assert all(word not in body for body in collector.bodies for word in ["utterance", "knows", "Each"])
    answer, = [event for event in server.events("answer") if event["request_id"] == "mine"]
    assert answer["trace_id"] == TRACE
    harness.eventually(lambda: server.metrics()['antiphon_trace_spans_total{result="exported"}'] == len(spans), "they are counted")


def test_only_what_is_sampled_is_traced(serve, collector):
    server = serve("--voice", "quick", config={"tracing": {"collector": collector.url, "sampling": 1}})
    speak(server, headers={"traceparent": f"00-{TRACE}-{PARENT}-00", "x-request-id": "not_sampled"})
    speak(server, headers={"traceparent": "00-nonsense", "x-request-id": "own"})
    harness.eventually(lambda: named(collector.spans(), "request"), "the second one is traced")
    request, = named(collector.spans(), "request")
    assert request["traceId"] != TRACE and "parentSpanId" not in request
    logged = {event["request_id"]: event["trace_id"] for event in server.events("answer") if "trace_id" in event}
    assert logged == {"not_sampled": TRACE, "own": request["traceId"]}


def test_a_refused_request_is_a_failed_span(serve, collector):
    server = serve("--voice", "slow", config={"tracing": {"collector": collector.url, "sampling": 1},
                                              "admission": {"test": "off", "wait_seconds": 0, "streams_per_user": 1}})
    with server.stream("One. " * 60, "slow", response_format="wav") as playing:
        pieces = playing.iter_bytes()
        next(pieces)
        refused = server.http.post("/v1/audio/speech", json={"model": "tts-1", "input": "Two.", "voice": "slow"})
        assert refused.status_code in (429, 503)
        harness.eventually(lambda: named(collector.spans(), "request"), "the refusal is told")
    request = named(collector.spans(), "request")[0]
    assert request["status"] == {"code": 2}
    assert request["attributes"]["antiphon.end"] == "refused"
    assert request["attributes"]["antiphon.error"] in ("too_many_streams", "server_busy")


def test_listeners_hear_nothing_of_a_collector_that_is_away(serve, collector):
    collector.close()
    server = serve("--voice", "quick", config={"tracing": {"collector": collector.url, "sampling": 1, "queue": 4}})
    alone = harness.digest(speak(server).content)
    for _ in range(5):
        assert harness.digest(speak(server).content) == alone
    assert server.metrics()['antiphon_trace_spans_total{result="dropped"}'] > 0
    server.signal(15)
    assert server.wait() == 0


def test_the_file_has_every_utterance_and_the_jobs_on_their_workers(serve, tmp_path):
    file = tmp_path / "trace.json"
    server = serve("--voice", "quick", "--trace", file, "--admission", "off", config={"workers": {"count": 2}})
    server.speak_all([(TEXT, "quick", {})] * 3)
    server.signal(15)
    assert server.wait() == 0
    events = json.loads(file.read_text())
    names = {event["pid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
    spans = [event for event in events if event["ph"] == "X"]
    of = lambda name: [event for event in spans if event["name"] == name]
    assert len(of("request")) == len(of("wait")) == len(of("egress")) == 3
    assert len({event["tid"] for event in of("request")}) == 3
    for event in spans:
        assert names[event["pid"]] == ("workers" if event["name"] in ("plan", "chunk") else "utterances")
        request, = [other for other in of("request") if other["args"]["stream"] == event["args"]["stream"]]
        assert request["ts"] <= event["ts"] + 1 and event["ts"] + event["dur"] <= request["ts"] + request["dur"] + 1
    assert len(of("plan")) >= 3 and len(of("chunk")) >= 3
    assert "utterance is told" not in file.read_text()


@pytest.mark.parametrize(("key", "value"), [("collector", "https://collector"), ("collector", "collector:4318"),
                                            ("file", "/nowhere/trace.json")])
def test_where_traces_cannot_go_the_server_does_not_start(key, value, store, tmp_path):
    config = tmp_path / "antiphon.toml"
    config.write_text(harness.to_toml({"tracing": {key: value}}))
    result = harness.run("serve", "--voices", store, "--listen", "127.0.0.1:0", "--config", config)
    assert result.returncode != 0
    assert f"tracing.{key}" in result.stderr.decode()
