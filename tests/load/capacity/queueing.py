"""How long a photo waits where several servers stand behind one queue, and how many servers keep that short.

The queue is M/G/c (G/G/c, told how uneven things are): waiting by Erlang's C formula, scaled by Allen and Cunneen's
correction, and its tail taken as exponential, as it is in heavy traffic.

    A. O. Allen, Probability, Statistics and Queueing Theory with Computer Science Applications, 2nd edition, 1990,
    chapter 5; J. F. C. Kingman, "The single server queue in heavy traffic", 1961.
"""

import math
from dataclasses import dataclass
from itertools import count

PERCENTILE = 0.99


@dataclass(frozen=True)
class Queue:
    """`rate` photos a second come to `servers`, each busy for `seconds` with one.

    `variation` is the mean of two squared coefficients of variation: of the time between arrivals and of service. It is
    1 for arrivals at random and work as uneven as an exponential distribution; 0.5 for equal work.
    """

    rate: float
    seconds: float
    servers: int
    variation: float = 1.0

    @property
    def busy(self) -> float:
        """The share of time that each server is busy; from 1 on the queue grows for ever."""
        return self.rate * self.seconds / self.servers

    @property
    def waits(self) -> float:
        """The share of photos that find every server busy (Erlang's C formula)."""
        if self.busy >= 1:
            return 1.0
        offered, blocked = self.rate * self.seconds, 1.0
        for servers in range(1, self.servers + 1):  # Erlang's B by recursion: no factorial overflows
            blocked = offered * blocked / (servers + offered * blocked)
        return blocked / (1 - self.busy * (1 - blocked))

    @property
    def _mean_of_those_that_wait(self) -> float:
        if self.busy >= 1:
            return math.inf
        return self.variation * self.seconds / (self.servers * (1 - self.busy))

    @property
    def mean_wait(self) -> float:
        """Seconds, of all photos (Allen and Cunneen)."""
        return self.waits * self._mean_of_those_that_wait

    @property
    def longest_wait(self) -> float:
        """Seconds that 99 of 100 photos stay below."""
        if self.busy >= 1:
            return math.inf
        return max(0.0, math.log(self.waits / (1 - PERCENTILE))) * self._mean_of_those_that_wait if self.waits else 0.0


@dataclass(frozen=True)
class Bound:
    """How busy servers may be, and how long 99 of 100 photos may wait for one."""

    share: float = 0.7
    wait_seconds: float = 1.0
    variation: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"servers can be busy for a share between 0 and 1 of the time, not {self.share:g}")
        if self.wait_seconds <= 0:
            raise ValueError(f"photos can be asked to wait less than some seconds, not {self.wait_seconds:g}")

    def fewest(self, rate: float, seconds: float) -> Queue:
        """The queue with the fewest servers that keeps to both."""
        for servers in count(max(1, math.ceil(rate * seconds / self.share - 1e-9))):
            queue = Queue(rate, seconds, servers, self.variation)
            if queue.longest_wait <= self.wait_seconds:
                return queue
        raise AssertionError("waits become nothing with ever more servers")
