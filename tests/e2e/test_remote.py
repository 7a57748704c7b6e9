"""Workers on other machines: who may join, who may not and why, and that nobody hears from where the sound comes."""
import contextlib
import queue
import re
import signal
import socket
import threading
import time

import pytest

import harness
import remote

TEXT = "The first voice begins before the sentence is finished, and the second never waits for it to end."


def test_a_worker_elsewhere_speaks_the_same_bytes(site, serve):
    here = serve().speak(TEXT, "quick", seed=7)
    server = site.serve()
    assert server.http.get("/readyz").status_code == 503, "without workers it is not ready"
    site.join("--id", "attic")
    worker, = site.wait_for(1)
    assert server.http.get("/readyz").status_code == 200
    assert harness.digest(server.speak(TEXT, "quick", seed=7)) == harness.digest(here)
    assert worker["remote"]["id"] == "attic/1"
    assert worker["remote"]["address"].startswith("127.0.0.1:")
    harness.eventually(lambda: site.workers()[0]["remote"]["round_trip_seconds"] > 0, "the round trip is measured")
    harness.eventually(lambda: site.workers()[0]["resident_bytes"] > 0, "its memory is known")


def test_it_works_beside_local_workers_and_counts_as_capacity(site):
    server = site.serve("--admission", "off", local=1)
    server.wait_for_workers(1)
    site.join("--slots", 2)
    site.wait_for(2)
    server.wait_for_workers(3)
    assert server.http.get("/v1/workers").json()["remote"] == 2
    bodies = server.speak_all([(TEXT, "steady", {"seed": 1})] * 6)
    assert len({harness.digest(body) for body in bodies}) == 1
    jobs = [worker["jobs"] for worker in server.http.get("/v1/workers").json()["workers"]]
    assert len(jobs) == 3
    assert all(jobs), "each had some of the work"
    metrics = server.http.get("/metrics").text
    assert 'antiphon_worker_slots{machine="elsewhere",state="active"} 2' in metrics
    assert 'antiphon_worker_slots{machine="here",state="active"} 1' in metrics
    assert 'antiphon_worker_resident_bytes{machine="here",worker="0"} ' in metrics
    elsewhere = re.findall(r'antiphon_worker_jobs_total{machine="elsewhere",worker="([^"]+)"} (\d+)', metrics)
    assert len(elsewhere) == 2
    assert all(int(jobs) > 0 for _, jobs in elsewhere)
    assert re.search(r'antiphon_worker_round_trip_seconds{machine="elsewhere",worker="[^"]+"} 0\.\d*[1-9]', metrics)


def test_a_pin_alone_is_enough(site):
    server = site.serve()
    pin = harness.eventually(lambda: server.events("workers_certificate"), "it says its pin")[0]["pin"]
    site.join(trust=["--pin", pin])
    site.wait_for(1)


def refused(site, words, *flags, **how):
    """It does not come in, says why, and tries again."""
    link = site.join(*flags, **how)
    link.says(words)
    assert link.process.poll() is None
    assert not site.workers()
    link.stop()


def test_who_may_not_join_is_told_why(site, tmp_path):
    server = site.serve()
    other = tmp_path / "other"
    other.mkdir()
    stranger = remote.Authority(other, "stranger")
    refused(site, "does not know this token", token="antiphon_" + 64 * "0")
    refused(site, "not the pinned one", trust=["--pin", "sha256:" + 64 * "0"])
    refused(site, "certificate is refused", trust=["--ca", stranger.certificate])
    assert any("token" in event["reason"] for event in server.events("remote_worker_refused"))
    assert len(server.events("remote_worker_refused")) >= 1
    assert not server.events("remote_worker_joined")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_tokens_of_clients_do_not_let_workers_in_and_are_kept_as_hashes(site):
    assert site.token not in site.tokens.read_text()
    site.serve()
    client = harness.run_ok("keys", "add", "client", "--config", keys_config(site)).decode().strip()
    refused(site, "does not know this token", token=client)


def keys_config(site):
    file = site.folder / "client-keys.toml"
    file.write_text(harness.to_toml({"keys": {"file": str(site.folder / "keys.json")}}))
    return file


def test_a_store_that_differs_is_refused(site, tmp_path):
    site.serve()
    poor = tmp_path / "poor"
    harness.add_tone(poor, "quick")
    refused(site, "lacks the voice", store=poor)
    different = tmp_path / "different"
    for voice in ("exact", "pensive", "quick", "slow", "steady"):
        harness.add_tone(different, voice)
    refused(site, "its voice exact is another one", store=different)


def test_no_more_may_join_than_the_gateway_takes(site):
    site.serve(config={"remote": {"most": 1}})
    site.join("--id", "attic")
    site.wait_for(1)
    link = site.join("--id", "cellar")
    link.says("takes no more workers")
    assert len(site.workers()) == 1


class FarAway:
    """A connection on which every byte takes `delay` seconds in each direction."""

    def __init__(self, port, delay):
        self.delay = delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(port,), daemon=True).start()

    def _accept(self, port):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                for source, sink in ((near, far), (far, near)):
                    pieces = queue.SimpleQueue()
                    threading.Thread(target=self._take, args=(source, pieces), daemon=True).start()
                    threading.Thread(target=self._give, args=(pieces, sink), daemon=True).start()

    def _take(self, source, pieces):
        data = b"-"
        while data:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            pieces.put((time.monotonic() + self.delay, data))

    @staticmethod
    def _give(pieces, sink):
        with contextlib.suppress(OSError):
            while True:
                due, data = pieces.get()
                time.sleep(max(0, due - time.monotonic()))
                if not data:
                    return sink.close()
                sink.sendall(data)


def test_one_that_is_far_away_holds_several_jobs_and_sounds_the_same(site, serve):
    asked = [(TEXT, "steady", {"seed": seed}) for seed in range(3)]
    here = serve("--admission", "off").speak_all(asked)
    server = site.serve("--admission", "off")  # the way makes its jobs dear
    site.join(port=FarAway(site.port, 0.04).port)
    worker, = site.wait_for(1)
    assert worker["remote"]["round_trip_seconds"] >= 0.08, "it was measured before the first job"
    deepest = 0
    with harness.ThreadPoolExecutor(1) as pool:
        spoken = pool.submit(server.speak_all, asked)
        while not spoken.done():
            deepest = max([deepest, *(worker["queue"] for worker in site.workers())])
    assert [harness.digest(body) for body in spoken.result()] == [harness.digest(body) for body in here]
    assert deepest >= 2
    assert not server.events("remote_worker_lost")


def test_mutual_tls(site):
    site.serve(config={"remote": {"client_authorities": str(site.authority.certificate)}})
    nameless = site.join()
    nameless.says("certificate required")
    certificate, key = site.authority.issue("attic")
    site.join("--certificate", certificate, "--key", key)
    site.wait_for(1)
    assert nameless.process.poll() is None


@pytest.mark.parametrize("gateway", ["tcp://192.0.2.1:9", "tcp://gateway.example:9", "http://127.0.0.1:9", "tls://127.0.0.1"])
def test_an_address_that_is_not_safe_is_refused_at_once(tmp_path, gateway):
    token = tmp_path / "token"
    token.write_text("antiphon_0\n")
    result = harness.run("worker", "--join", gateway, "--token-file", token, "--voices", tmp_path)
    assert result.returncode == 1
    assert b"--join" in result.stderr


def test_without_trust_or_token_it_does_not_start(tmp_path):
    token = tmp_path / "token"
    token.write_text("antiphon_0\n")
    assert harness.run("worker", "--join", "tls://127.0.0.1:9", "--voices", tmp_path).returncode == 2
    result = harness.run("worker", "--join", "tls://127.0.0.1:9", "--token-file", token, "--voices", tmp_path)
    assert result.returncode == 1
    assert b"--pin" in result.stderr


def test_the_gateway_refuses_to_be_open_or_useless(site, store):
    def answer(*flags):
        return harness.run("serve", "--listen", "127.0.0.1:0", "--voices", store, "--config", site.config_file, *flags)
    for flags, words in [(["--workers-listen", "0.0.0.0:0"], b"remote.certificate"),
                         (["--workers", "0"], b"no worker at all"),
                         (["--workers-listen", "127.0.0.1:0", "--workers-certificate", site.certificate,
                           "--workers-key", site.authority.key], b"key values mismatch")]:
        result = answer(*flags)
        assert result.returncode == 1, flags
        assert words in result.stderr, result.stderr
    site.tokens.unlink()
    assert b"keys add NAME --workers" in answer("--workers-listen", "127.0.0.1:0").stderr


def test_on_this_machine_it_may_be_unencrypted(site):
    server = site.serve(encrypted=False)
    site.join(scheme="tcp", trust=[])
    site.wait_for(1)
    assert server.speak(TEXT, "quick")


def test_a_newer_process_of_the_same_name_takes_the_place(site):
    server = site.serve()
    older = site.join("--id", "attic")
    site.wait_for(1)
    first = site.workers()[0]["remote"]["incarnation"]
    site.join("--id", "attic")
    assert older.wait() == 1, "it does not fight for its place"
    assert "newer worker" in older.log()
    harness.eventually(lambda: site.workers() and site.workers()[0]["remote"]["incarnation"] > first, "the newer one is in")
    assert server.speak(TEXT, "quick")


def test_a_link_that_ends_finishes_its_job_first(site):
    server = site.serve(local=1)
    server.wait_for_workers(1)
    control = server.speak(TEXT, "steady", seed=3)
    link = site.join()
    site.wait_for(1)
    with server.stream(TEXT, "steady", seed=3) as response:
        pieces = response.iter_raw()
        body = next(pieces)
        link.signal(signal.SIGTERM)
        body += b"".join(pieces)
    assert link.wait() == 0
    assert harness.digest(body) == harness.digest(control)
    left = harness.eventually(lambda: server.events("remote_worker_left"), "the gateway knows that it left")
    assert len(left) == 1
    assert not server.events("remote_worker_lost")
    assert not harness.children_of(link.pid)


def test_its_worker_ends_with_it_and_is_replaced_by_it(site):
    site.serve()
    link = site.join()
    site.wait_for(1)
    pid, = link.children()
    harness.os.kill(pid, signal.SIGKILL)
    harness.eventually(lambda: link.children() not in ([], [pid]), "another process is started")
    site.wait_for(1)
    orphans = link.children()
    link.process.kill()
    harness.eventually(lambda: all(harness.parent_of(pid) is None for pid in orphans), "it leaves nobody behind")


def test_a_gateway_that_comes_back_has_its_workers_back(site):
    port = free_port()
    server = site.serve(config={"remote": {"listen": f"127.0.0.1:{port}"}})
    link = site.join()
    site.wait_for(1)
    server.stop()
    link.says("link_lost")
    harness.eventually(lambda: not link.children(), "its worker is gone")
    site.serve(config={"remote": {"listen": f"127.0.0.1:{port}"}})
    site.wait_for(1)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_a_reload_takes_new_certificates_tokens_and_voices(site, tmp_path):
    own = tmp_path / "own"
    harness.add_tone(own, "quick")
    server = site.serve(store=own)
    site.join(store=own)
    site.wait_for(1)
    pins = server.events("workers_certificate")
    site.authority.issue("gateway")
    token = site.add_token("cellar")
    link = site.join("--id", "cellar", token=token, store=own)
    link.says("does not know this token")
    server.signal(signal.SIGHUP)
    site.wait_for(2)
    assert server.events("workers_certificate")[-1]["pin"] != pins[-1]["pin"]
    site.key.write_text("nothing")
    server.signal(signal.SIGHUP)
    harness.eventually(lambda: any("gateway.key" in event["reason"] for event in server.events("not_reloaded")), "it says so")
    assert len(site.workers()) == 2


def test_a_voice_that_only_the_gateway_has_got_does_not_cost_it_its_workers(site, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        harness.add_tone(folder, "quick")
    harness.add_tone(there, "slow", "--cost", 1000, "--sleep")
    harness.add_tone(here, "slow", "--cost", 1000, "--sleep")
    server = site.serve("--admission", "off", store=here)
    site.join(store=there)
    worker, = site.wait_for(1)
    with server.stream(TEXT, "slow") as playing:
        audio = playing.iter_bytes()
        heard = next(audio)
        harness.add_tone(here, "new")
        server.signal(signal.SIGHUP)
        harness.eventually(lambda: server.events("remote_worker_lacks_voice"), "it is known what the worker lacks")
        heard += b"".join(audio)
    assert heard == harness.say(here, TEXT, "slow"), "what plays goes on"
    assert server.speak(TEXT, "quick") == harness.say(here, TEXT, "quick")
    assert [one["worker"] for one in site.workers()] == [worker["worker"]], "by the same worker"


def test_strangers_are_given_little_time_and_little_room(site):
    server = site.serve(encrypted=False)
    strangers = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(17)]
    harness.eventually(lambda: server.events("remote_door_crowded"), "one too many")
    with socket.create_connection(("127.0.0.1", site.port)) as late:
        assert late.recv(1) == b"", "closed at once"
    for stranger in strangers:
        stranger.settimeout(harness.DEADLINE_SECONDS)
        assert stranger.recv(1) == b"", "closed when their time is over"
        stranger.close()
    with socket.create_connection(("127.0.0.1", site.port)) as large:
        large.sendall(b"\xff\xff\xff\x00\x10")
        assert large.recv(1) == b""
    assert "exceeds the limit" in server.log()
    site.join(scheme="tcp", trust=[])
    site.wait_for(1)
