"""Asks a gateway what is demanded of it, and which workers have joined."""
import json
import pathlib
import re
import ssl
import urllib.error
import urllib.request

from antiphon_ray.demand import Sample
from antiphon_ray.options import Gateway

MOST_BYTES = 4 << 20
"""Of an answer; a longer one is refused."""
NO_ROOM = ("capacity", "queue_full", "no_workers", "device_memory")
"""Reasons of refusals that more workers would have avoided."""

_LINE = re.compile(r"^(\w+)(\{[^}]*\})? (\S+)$", re.MULTILINE)


class GatewayError(Exception):
    """The gateway did not answer, or not what was expected."""


def parse_metrics(text: str) -> dict[str, float]:
    """Returns each value by its name with its labels. Lines that are not understood are left out."""
    values: dict[str, float] = {}
    for name, labels, value in _LINE.findall(text):
        try:
            values[name + labels] = float(value)
        except ValueError:
            continue
    return values


def make_sample(metrics: dict[str, float], joined: int) -> Sample:
    """`joined`: workers that came from other machines. Raises GatewayError."""
    try:
        workers = int(metrics["antiphon_workers"])
        return Sample(workers=workers, own=max(0, workers - joined), load=metrics["antiphon_demand_ratio"],
                      waiting=int(metrics["antiphon_waiting"]),
                      refused=sum(metrics.get(f'antiphon_refusals_total{{reason="{reason}"}}', 0) for reason in NO_ROOM))
    except (KeyError, ValueError, OverflowError) as error:
        raise GatewayError(f"/metrics: {error}") from error


def joined_workers(report: object) -> dict[str, int]:
    """Returns the incarnation of each worker from another machine that takes jobs, by its id. Raises GatewayError."""
    try:
        entries = [entry for entry in report["workers"] if entry["remote"]]  # type: ignore[index]
        return {str(entry["remote"]["id"]): int(entry["remote"]["incarnation"]) for entry in entries if entry["state"] == "active"}
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayError(f"/v1/workers: {error}") from error


class Client:
    def __init__(self, options: Gateway) -> None:
        """Raises GatewayError if its files cannot be used."""
        self._options = options
        try:
            self._key = pathlib.Path(options.key_file).read_text().split("\n", 1)[0].strip() if options.key_file else ""
            self._tls = ssl.create_default_context(cafile=options.authority or None)
        except (OSError, UnicodeDecodeError) as error:
            raise GatewayError(str(error)) from error

    def read(self) -> tuple[Sample, dict[str, int]]:
        """Returns what is demanded, and joined_workers(). Raises GatewayError."""
        try:
            report = json.loads(self._get("/v1/workers"))
        except ValueError as error:
            raise GatewayError(f"/v1/workers: {error}") from error
        joined = joined_workers(report)
        return make_sample(parse_metrics(self._get("/metrics").decode(errors="replace")), len(joined)), joined

    def _get(self, path: str) -> bytes:
        request = urllib.request.Request(self._options.url.rstrip("/") + path)
        if self._key:
            request.add_header("Authorization", f"Bearer {self._key}")
        try:
            # The gateway is on this network: a proxy of the environment is not asked.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._tls))
            with opener.open(request, timeout=self._options.timeout_seconds) as answer:
                body: bytes = answer.read(MOST_BYTES + 1)
        except (OSError, urllib.error.URLError) as error:
            raise GatewayError(f"{path}: {error}") from error
        if len(body) > MOST_BYTES:
            raise GatewayError(f"{path}: more than {MOST_BYTES} bytes")
        return body
