"""What each alert is about: half an hour of two servers, `ill`, for which it has to fire, and `well`, for which it must not.
A value is what promtool takes: `1x30` stays, `0+6x30` grows by 6 a minute."""

# The series of each with their values for the ill and for the well server, labels that the alert has besides, and what it
# says.
CASES = {
    "AntiphonDown": ([("up", "0x30", "1x30")], {}, "ill does not answer."),
    "AntiphonHasNoWorkers": ([("antiphon_workers", "0x30", "2x30")], {}, "No worker of ill takes jobs."),
    "AntiphonListenersHearGaps": (
        [("antiphon_stall_seconds_total", "0+3x30", "0x30"), ("antiphon_audio_seconds_total", "0+60x30", "0+60x30")], {},
        "Listeners of ill hear silence between words for 5% of their audio."),
    "AntiphonFirstAudioIsLate": (
        [('antiphon_first_audio_seconds_bucket{le="1.5"}', "0x30", "0+60x30"),
         ('antiphon_first_audio_seconds_bucket{le="2"}', "0+60x30", "0+60x30"),
         ('antiphon_first_audio_seconds_bucket{le="+Inf"}', "0+60x30", "0+60x30")], {},
        "One listener in twenty of ill waits 1.975s for the first audio."),
    "AntiphonRefusesForWantOfRoom": (
        [('antiphon_refusals_total{reason="capacity"}', "0+1x30", "0x30"),
         ('antiphon_refusals_total{reason="user_limit"}', "0x30", "0+9x30")], {},
        "The workers of ill have had no room for ten minutes."),
    "AntiphonSheds": ([("antiphon_degradation_level", "4x30", "3x30")], {}, "ill gives streams up that it admitted."),
    "AntiphonAnswersWithErrors": (
        [('antiphon_http_requests_total{status="200"}', "0+54x30", "0+54x30"),
         ('antiphon_http_requests_total{status="500"}', "0+6x30", "0x30"),
         ('antiphon_http_requests_total{status="503"}', "0x30", "0+6x30")], {},
        "10% of the answers of ill are errors of the server."),
    "AntiphonWorkersKeepDying": (
        [('antiphon_worker_deaths_total{machine="here",worker="0",reason="exited"}', "0+1x30", "0x30")], {},
        "10 workers of ill ended within ten minutes."),
    "AntiphonSlotsOutOfService": (
        [('antiphon_worker_slots{machine="here",state="quarantined"}', "1x30", "0x30"),
         ('antiphon_worker_slots{machine="here",state="given_up"}', "1x30", "0x30"),
         ('antiphon_worker_slots{machine="here",state="active"}', "1x30", "3x30")], {"machine": "here"},
        "2 slots of ill start no workers."),
    "AntiphonCannotGrow": (
        [('antiphon_pool_limit{limit="memory"}', "1x30", "_x30"), ('antiphon_pool_limit{limit="workers"}', "_x30", "1x30")], {},
        "Memory or faults keep ill from starting workers that it wants."),
    "AntiphonMachineIsSlow": ([("antiphon_expectation_factor", "2x30", "1x30")], {}, "Jobs of ill take 2 times as long as they did."),
    "AntiphonGatewayIsBusy": (
        [("process_cpu_seconds_total", "0+57x30", "0+6x30")], {}, "The gateway ill, workers aside, uses 95% of a core."),
    "AntiphonFilesRunOut": (
        [("process_open_fds", "900x30", "100x30"), ("process_max_fds", "1000x30", "1000x30")], {},
        "ill has 90% of the descriptors that it may have."),
    "AntiphonListenersFallBehind": (
        [("antiphon_listeners_dropped_total", "0+1x30", "0x30")], {},
        "ill dropped 10 listeners that took their audio too slowly."),
    "AntiphonRedisIsAway": (
        [("antiphon_redis_connections_total", "1x30", "0x30"), ("antiphon_redis_connected", "0x30", "0x30")], {},
        "ill has lost Redis."),
    "AntiphonForgetsStreams": (
        [("antiphon_progress_dropped_total", "0+3x30", "0+1x30")], {},
        "ill had no room to keep how far 30 streams have got."),
}


def _series(series, instance):
    name, _, labels = series.partition("{")
    return f'{name}{{job="antiphon",instance="{instance}"' + (f",{labels}" if labels else "}")


def rule_test(rule):
    """A test of promtool: the alert is quiet at first, and fires for the ill server alone."""
    series, labels, summary = CASES[rule["alert"]]
    values = [{"series": _series(name, instance), "values": value}
              for name, ill, well in series for instance, value in (("ill", ill), ("well", well))]
    fired = {"exp_labels": {"job": "antiphon", "instance": "ill", **rule["labels"], **labels},
             "exp_annotations": {"summary": summary, "runbook": rule["annotations"]["runbook"]}}
    return {"interval": "1m", "input_series": values,
            "alert_rule_test": [{"eval_time": "0m", "alertname": rule["alert"], "exp_alerts": []},
                                {"eval_time": "25m", "alertname": rule["alert"], "exp_alerts": [fired]}]}
