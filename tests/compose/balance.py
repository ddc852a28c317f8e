"""What HAProxy says of those that it balances."""

import re
import threading
import time
from typing import Self

from tests.compose.stack import Stack, run

BALANCED = {"gateway": ("edge", "gateways"), "inference": ("balancer", "inference")}
ASK = "exec 3<>/dev/tcp/127.0.0.1/8405; printf 'GET /metrics?no-maint&scope=server HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"


class Balanced:
    """The replicas of a service, as HAProxy sees them."""

    def __init__(self, stack: Stack, service: str) -> None:
        balancer, self._proxy = BALANCED[service]
        self._container = stack.containers(balancer)[0]["Id"]

    def usable(self) -> list[str]:
        """Those that get new requests."""
        return [name for name, up in self._figures("status", ',state="UP"').items() if up]

    def responses(self) -> dict[str, int]:
        """How many requests each answered since HAProxy started."""
        return self._figures("http_responses_total", ',code="2xx"')

    def _figures(self, figure: str, label: str) -> dict[str, int]:
        text = run(["docker", "exec", self._container, "bash", "-c", ASK], 30)
        pattern = rf'^haproxy_server_{figure}{{proxy="{self._proxy}",server="(\w+)"{label}}} (\d+)'
        return {name: int(value) for name, value in re.findall(pattern, text, re.MULTILINE)}


class FirstAnswers(threading.Thread):
    """Notes when each server answered for the first time, to half a second or so."""

    def __init__(self, balanced: Balanced) -> None:
        super().__init__(daemon=True)
        self._balanced, self._leave = balanced, threading.Event()
        self._before = {name for name, number in balanced.responses().items() if number}
        self.at: dict[str, float] = {}

    def run(self) -> None:
        while not self._leave.wait(0.3):
            for name, number in self._balanced.responses().items():
                if number and name not in self._before:
                    self.at.setdefault(name, time.time())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self.join(10)


def farthest(numbers: list[int]) -> float:
    """How far the farthest is from the mean, as a share of it."""
    mean = sum(numbers) / len(numbers)
    return max(abs(number - mean) for number in numbers) / mean
