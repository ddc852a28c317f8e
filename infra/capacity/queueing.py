"""Queueing theory for tiers of equal servers, M/G/c: the wait by Erlang's C formula with the Allen–Cunneen correction,
its tail taken as exponential, as in heavy traffic.

    A. O. Allen, Probability, Statistics and Queueing Theory with Computer Science Applications, 2nd edition, 1990,
    chapter 5; J. F. C. Kingman, "The single server queue in heavy traffic", 1961.
"""

import math
from dataclasses import dataclass
from itertools import count

PERCENTILE = 0.99


@dataclass(frozen=True)
class Queue:
    """Photos arrive at `rate` a second at `servers`, each with a service time of `seconds`.

    `variation` is the mean of two squared coefficients of variation, of interarrival and of service times: 1 for random
    arrivals and exponential service, 0.5 for constant service.
    """

    rate: float
    seconds: float
    servers: int
    variation: float = 1.0

    @property
    def utilisation(self) -> float:
        """Fraction of time that each server is busy; from 1 on the queue grows without limit."""
        return self.rate * self.seconds / self.servers

    @property
    def wait_probability(self) -> float:
        """Fraction of photos that find every server busy (Erlang C)."""
        if self.utilisation >= 1:
            return 1.0
        offered, blocked = self.rate * self.seconds, 1.0
        for servers in range(1, self.servers + 1):  # Erlang B by recursion: no factorial overflows
            blocked = offered * blocked / (servers + offered * blocked)
        return blocked / (1 - self.utilisation * (1 - blocked))

    @property
    def mean_wait(self) -> float:
        """Seconds, over all photos (Allen–Cunneen)."""
        return self.wait_probability * self._mean_positive_wait

    @property
    def p99_wait(self) -> float:
        """99th percentile, seconds."""
        if self.utilisation >= 1:
            return math.inf
        probability = self.wait_probability
        return max(0.0, math.log(probability / (1 - PERCENTILE))) * self._mean_positive_wait if probability else 0.0

    @property
    def _mean_positive_wait(self) -> float:
        if self.utilisation >= 1:
            return math.inf
        return self.variation * self.seconds / (self.servers * (1 - self.utilisation))


@dataclass(frozen=True)
class Bounds:
    """Upper bounds of a tier's utilisation and of its 99th percentile of the wait."""

    utilisation: float = 0.7
    wait_seconds: float = 1.0
    variation: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.utilisation < 1:
            raise ValueError(f"the utilisation must be between 0 and 1, not {self.utilisation:g}")
        if self.wait_seconds <= 0:
            raise ValueError(f"the wait must be longer than 0 seconds, not {self.wait_seconds:g}")

    def smallest_queue(self, rate: float, seconds: float) -> Queue:
        """The queue with the fewest servers within both bounds."""
        for servers in count(max(1, math.ceil(rate * seconds / self.utilisation - 1e-9))):
            queue = Queue(rate, seconds, servers, self.variation)
            if queue.p99_wait <= self.wait_seconds:
                return queue
        raise AssertionError("the wait tends to 0 with more servers")
