"""Decides how many workers there should be. Pure: what the gateway said and the time are arguments."""
import collections
import dataclasses
import math

from antiphon_ray.options import Scale

MOST_SAMPLES = 4096
"""Of the past that decides about fewer workers; beyond it the oldest are forgotten early."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """What the gateway said."""

    workers: int
    """Number of workers that take jobs, its own included."""
    own: int
    """Number of those that the gateway started by itself."""
    load: float
    """Share of what these can promise that is asked for (antiphon_demand_ratio)."""
    refused: float
    """Number of requests so far that found no room; it begins again with the gateway."""
    waiting: int
    """Number of requests that wait for room."""


class Demand:
    """As the HorizontalPodAutoscaler: in proportion to the load at once upwards, after `hold_seconds` downwards. Beyond
    it a refusal or a wait means that half as many again are needed, since the load of an admission test ends at 1."""

    def __init__(self, scale: Scale, wanted: int) -> None:
        """`wanted`: number of workers that are there."""
        self._scale = scale
        self._refused: float | None = None
        self._needed: collections.deque[tuple[float, int]] = collections.deque(maxlen=MOST_SAMPLES)
        self.wanted = self._bounded(wanted)

    def update(self, sample: Sample, now: float) -> int:
        """Returns the number of workers that are wanted on the cluster. `now`: seconds on any steady clock."""
        needed = math.ceil(sample.workers * sample.load / self._scale.target - 1e-9)
        before, self._refused = self._refused, sample.refused
        if sample.waiting > 0 or (before is not None and sample.refused > before):
            needed = max(needed, sample.workers + max(1, sample.workers // 2))
        needed = self._bounded(needed - sample.own)
        if not self._needed:
            # Nothing is known of the time before, in which the workers that are there may have been needed.
            self._needed.append((now, self.wanted))
        self._needed.append((now, needed))
        while self._needed[0][0] < now - self._scale.hold_seconds:
            self._needed.popleft()
        self.wanted = max(needed for _, needed in self._needed)
        return self.wanted

    def _bounded(self, workers: int) -> int:
        return min(max(workers, self._scale.least), self._scale.most)
