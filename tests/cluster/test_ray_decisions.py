"""The controller's decisions and what it reads, without Ray."""
import pytest

from antiphon_ray import demand, gateway, options

SCALE = options.Scale(least=1, most=8, target=0.5, hold_seconds=60)


def sample(workers, load, refused=0, waiting=0, own=0):
    return demand.Sample(workers=workers, own=own, load=load, refused=refused, waiting=waiting)


def test_the_number_of_workers_follows_the_load_upwards_at_once():
    decided = demand.Demand(SCALE, 1)
    assert decided.update(sample(1, 0.4), 0) == 1
    assert decided.update(sample(1, 1.0), 1) == 2
    assert decided.update(sample(2, 1.0), 2) == 4
    assert decided.update(sample(8, 1.0), 3) == 8, "there are never more than the most"


def test_a_refusal_or_a_wait_asks_for_half_as_many_again():
    decided = demand.Demand(SCALE, 4)
    assert decided.update(sample(4, 0.1, refused=5), 0) == 4, "those before the controller count as nothing"
    assert decided.update(sample(4, 0.1, refused=6), 1) == 6
    assert demand.Demand(SCALE, 1).update(sample(1, 0.1, waiting=1), 0) == 2
    assert demand.Demand(options.Scale(least=0, most=2), 0).update(sample(0, 0, waiting=1), 0) == 1


def test_fewer_are_wanted_only_when_fewer_would_have_done_for_the_whole_hold():
    decided = demand.Demand(SCALE, 4)
    assert decided.update(sample(4, 0.1), 0) == 4
    assert decided.update(sample(4, 0.1), 59) == 4
    assert decided.update(sample(4, 0.3), 61) == 3, "the most of what was needed within the hold"
    assert decided.update(sample(3, 0.1), 122) == 1


def test_workers_of_the_gateway_itself_are_not_asked_of_the_cluster():
    assert demand.Demand(SCALE, 1).update(sample(4, 1.0, own=2), 0) == 6


def test_what_the_gateway_says_is_read_and_what_it_lacks_is_an_error():
    text = ('# HELP antiphon_workers x\nantiphon_workers 2\nantiphon_demand_ratio 0.5\nantiphon_waiting 1\nbroken line x\n'
            'antiphon_refusals_total{reason="capacity"} 3\nantiphon_refusals_total{reason="user_limit"} 9\n')
    read = gateway.make_sample(gateway.parse_metrics(text), 1)
    assert read == demand.Sample(workers=2, own=1, load=0.5, refused=3, waiting=1)
    for bad in ("", text.replace("antiphon_workers 2", "antiphon_workers NaN")):
        with pytest.raises(gateway.GatewayError):
            gateway.make_sample(gateway.parse_metrics(bad), 1)
    for report in (None, [], {}, {"workers": 1}, {"workers": [1]}, {"workers": [{"remote": {"id": 1}, "state": "active"}]}):
        with pytest.raises(gateway.GatewayError):
            gateway.joined_workers(report)


GOOD = '[gateway]\nurl = "http://127.0.0.1:1"\n[worker]\njoin = "tls://a:1"\ntoken_file = "t"\n'


def test_a_configuration_has_defaults_and_each_wrong_value_is_named():
    assert options.parse(GOOD).scale == options.Scale()
    assert options.parse(GOOD + 'arguments = ["--ca", "x"]\nnum_gpus = 0.25\n').worker.arguments == ("--ca", "x")
    for addition, named in [("num_cpu = 1\n", "worker.num_cpu:"), ("num_cpus = true\n", "worker.num_cpus"),
                            ("num_gpus = 1.5\n", "worker.num_gpus"), ("arguments = [1]\n", "worker.arguments"),
                            ("[scale]\nleast = 5\nmost = 4\n", "scale.most"), ("[scale]\ntarget = nan\n", "scale.target"),
                            ("[other]\n", "other"), ("[worker]\n", "worker")]:
        with pytest.raises(options.OptionsError, match=named):
            options.parse(GOOD + addition)
    with pytest.raises(options.OptionsError, match="worker"):
        options.parse('[gateway]\nurl = "http://a"\n')
