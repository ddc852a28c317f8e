"""What became of everything that was sent: the clients' own report, joined with what the services logged."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.load.record import Line, log_lines
from tests.load.replay import Sent, percentile

OK, REFUSED = (200, 202), 429
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Told:
    """What the logs tell: when a photo was accepted and each time it was answered, and how long a request took."""

    accepted: dict[str, datetime]
    answered: dict[str, list[datetime]]
    request_ms: dict[str, float]

    @classmethod
    def by(cls, log: Iterable[str], since: datetime) -> "Told":
        """By all services' lines, in JSON, from that moment on."""
        told = cls({}, {}, {})
        for line in log_lines(log):
            if (at := datetime.fromisoformat(line["timestamp"])) >= since:
                told._add(line, at)
        return told

    def _add(self, line: Line, at: datetime) -> None:
        match line["event"]:
            case "photo_accepted":
                self.accepted[line["photo_id"]] = at
            case "photo_done" | "photo_failed":
                self.answered.setdefault(line["photo_id"], []).append(at)
            case "request":
                self.request_ms[line["request_id"]] = line["ms"]


@dataclass(frozen=True)
class Outcome:
    """What one replay came to."""

    sent: list[Sent]
    told: Told

    @property
    def accepted(self) -> set[str]:
        """Photos that a client was promised an answer for."""
        return {photo for sent in self.sent for photo in sent.photos}

    @property
    def statuses(self) -> Counter[int]:
        """Uploads by how they were answered."""
        return Counter(sent.status for sent in self.sent)

    def lost(self) -> set[str]:
        """Accepted, and never answered."""
        return {photo for photo in self.accepted if not self.told.answered.get(photo)}

    def answered_twice(self) -> set[str]:
        """Accepted, and answered more than once."""
        return {photo for photo in self.accepted if len(self.told.answered.get(photo, [])) > 1}

    def unheard(self) -> set[str]:
        """Accepted by the gateway, and no client knows of it. Needs logs of nothing else."""
        return set(self.told.accepted) - self.accepted

    def refused_ms(self, most_bytes: float = math.inf) -> list[float]:
        """From when an upload of at most so many bytes was due until its refusal was read.

        This client sends all of a body before it reads, so what a large one takes on its way counts too.
        """
        return [sent.ms for sent in self.sent if sent.status == REFUSED and sent.sent_bytes <= most_bytes]

    def refused_inside_ms(self) -> list[float]:
        """The same refusals as the gateway counts them."""
        ids = (sent.request_id for sent in self.sent if sent.status == REFUSED)
        return [self.told.request_ms[each] for each in ids if each in self.told.request_ms]

    def late_ms(self) -> list[float]:
        """How late the client itself was in sending."""
        return [sent.late_ms for sent in self.sent]

    def accept_ms(self) -> list[float]:
        """From when an upload was due until it was accepted, of those that did not wait for the critique."""
        return [sent.ms for sent in self.sent if sent.status in OK and not sent.waits]

    def waited_seconds(self) -> list[float]:
        """From when an upload was due until its caller, who stayed, read the critique."""
        return [sent.ms / 1000 for sent in self.sent if sent.status in OK and sent.waits]

    def critique_seconds(self) -> list[float]:
        """From acceptance to the critique, of every accepted photo that has one."""
        known = [photo for photo in self.accepted if self.told.answered.get(photo) and photo in self.told.accepted]
        return [(self.told.answered[photo][0] - self.told.accepted[photo]).total_seconds() for photo in known]

    def answered_a_second(self) -> float:
        """Photos, in the middle half of the time from the first answer to the last."""
        times = sorted(self.told.answered[photo][0].timestamp() for photo in self.accepted - self.lost())
        quarter = (times[-1] - times[0]) / 4
        return sum(times[0] + quarter <= each < times[-1] - quarter for each in times) / (2 * quarter)

    def photos(self, *statuses: int) -> int:
        """Photos in the uploads that got one of these statuses; all of them when none is named."""
        return sum(sent.sent_photos for sent in self.sent if not statuses or sent.status in statuses)


def told(outcome: Outcome, seconds: float) -> dict[str, str]:
    """The figures of a table."""
    refused, inside = outcome.refused_ms(), outcome.refused_inside_ms()
    accepted = sum(outcome.statuses[ok] for ok in OK)
    others = outcome.statuses.total() - accepted - len(refused)
    return {
        "photos offered a second": f"{outcome.photos() / seconds:.1f}",
        "photos accepted a second": f"{len(outcome.accepted) / seconds:.1f}",
        "uploads accepted / refused (`429`) / anything else": f"{accepted} / {len(refused)} / {others}",
        "accepted → critique, p50 / p99": _two(outcome.critique_seconds(), "s", 2),
        "due → critique, for callers who stay, p50 / p99": _two(outcome.waited_seconds(), "s", 2),
        "due → accepted, for those who do not, p50 / p99": _two(outcome.accept_ms(), "ms", 0),
        "due → refused, p50 / p99": _two(refused, "ms", 1),
        "— of bodies up to 1 MB, p50 / p99": _two(outcome.refused_ms(MEGABYTE), "ms", 1),
        "— of it in the gateway, p50 / p99": _two(inside, "ms", 1),
        "— of it before the client sent it, all uploads, p50 / p99": _two(outcome.late_ms(), "ms", 1),
        "accepted photos lost / answered twice / unknown to their sender": (
            f"{len(outcome.lost())} / {len(outcome.answered_twice())} / {len(outcome.unheard())}"
        ),
    }


def _two(values: list[float], unit: str, digits: int) -> str:
    return f"{percentile(values, 0.5):.{digits}f} / {percentile(values, 0.99):.{digits}f} {unit}" if values else "–"
