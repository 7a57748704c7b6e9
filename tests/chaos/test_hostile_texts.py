"""No text takes a worker, or readiness: the real voice and the real espeak-ng."""
import itertools

import pytest

import harness
from hostile import TEXTS, Attack, ask
from test_chaos import BYTES_PER_SECOND, at_full_strength, check_gaps, crowd, kills, note, report

DEATHS = ["exited", "stalled", "load_stalled", "bad_answer", "not_loaded"]
LISTENERS = 8
# 20 s of audio for 100 characters at speed 1, and a second for a short text.
SECONDS_PER_CHARACTER = 0.2
PLAIN = [("Take the second road on the left behind the old mill, and then ask again. It is not far from there.", 1)]


def lost_workers(server):
    return sum(kills(server, death) for death in DEATHS)


@pytest.fixture
def server(serve, real_store):
    server = serve(store=real_store, config={"workers": {"count": 1, "spares": 1}})
    harness.eventually(lambda: at_full_strength(server), "a worker and its spare are ready")
    return server


def test_each_hostile_text_is_answered_in_bounded_audio(server):
    for text, speed in TEXTS:
        status, body = ask(server, text, speed, harness.REAL_VOICE)
        assert status == 200, (text, body)
        seconds = len(body) / BYTES_PER_SECOND * speed
        assert 0 < seconds <= 1 + SECONDS_PER_CHARACTER * len(text), (text, seconds)
    assert lost_workers(server) == 0, report(server)
    assert server.http.get("/readyz").status_code == 200


def under(server, texts):
    """The same crowd beside so many requests a second."""
    with Attack(server, harness.REAL_VOICE, texts) as attack:
        heard = crowd(server, size=LISTENERS)
    return heard, attack


def test_listeners_do_not_hear_an_attack_by_texts(server):
    control, _ = under(server, PLAIN)
    disturbed, attack = under(server, itertools.islice(itertools.cycle(TEXTS), 10 * len(TEXTS)))
    note("ten hostile texts a second", control, disturbed)
    assert all(heard.complete for heard in control + disturbed)
    assert attack.cut == 0
    assert set(attack.statuses) <= {200, 429, 503}, attack.statuses
    assert 200 in attack.statuses
    assert set(attack.readiness) == {200}
    assert lost_workers(server) == 0, report(server)
    assert not server.events("slot_quarantined")
    check_gaps(control, disturbed)
