"""The outcome of a replay: the clients' report, joined with the services' logs."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.load.record import Line, log_lines
from tests.load.replay import Sent, percentile

OK, REJECTED = (200, 202), 429
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class ServiceLogs:
    """From the logs: times of acceptance and of critiques by photo, and durations of requests."""

    accepted: dict[str, datetime]
    scored: dict[str, list[datetime]]
    request_ms: dict[str, float]

    @classmethod
    def parse(cls, log: Iterable[str], since: datetime) -> "ServiceLogs":
        """From the JSON lines of all services since that time."""
        logs = cls({}, {}, {})
        for line in log_lines(log):
            if (at := datetime.fromisoformat(line["timestamp"])) >= since:
                logs._add(line, at)
        return logs

    def _add(self, line: Line, at: datetime) -> None:
        match line["event"]:
            case "photo_accepted":
                self.accepted[line["photo_id"]] = at
            case "photo_done" | "photo_failed":
                self.scored.setdefault(line["photo_id"], []).append(at)
            case "request":
                self.request_ms[line["request_id"]] = line["ms"]


@dataclass(frozen=True)
class Outcome:
    """Outcome of one replay."""

    sent: list[Sent]
    logs: ServiceLogs

    @property
    def accepted(self) -> set[str]:
        """Accepted photos, as the clients know them."""
        return {photo for sent in self.sent for photo in sent.photos}

    @property
    def statuses(self) -> Counter[int]:
        """Uploads by status."""
        return Counter(sent.status for sent in self.sent)

    def lost(self) -> set[str]:
        """Accepted, without a critique or a failure."""
        return {photo for photo in self.accepted if not self.logs.scored.get(photo)}

    def scored_twice(self) -> set[str]:
        """Accepted, and scored more than once."""
        return {photo for photo in self.accepted if len(self.logs.scored.get(photo, [])) > 1}

    def unknown_to_clients(self) -> set[str]:
        """Accepted by the gateway without a client's knowledge. Needs logs of this replay alone."""
        return set(self.logs.accepted) - self.accepted

    def rejected_ms(self, most_bytes: float = math.inf) -> list[float]:
        """From the due time of an upload of limited size until its rejection is read.

        This client sends the whole body before it reads, so the transfer of a large body counts too.
        """
        return [sent.ms for sent in self.sent if sent.status == REJECTED and sent.sent_bytes <= most_bytes]

    def rejected_in_gateway_ms(self) -> list[float]:
        """The same rejections as measured by the gateway."""
        ids = (sent.request_id for sent in self.sent if sent.status == REJECTED)
        return [self.logs.request_ms[request_id] for request_id in ids if request_id in self.logs.request_ms]

    def late_ms(self) -> list[float]:
        """Delay of the client itself."""
        return [sent.late_ms for sent in self.sent]

    def accept_ms(self) -> list[float]:
        """From the due time of an upload until its acceptance, of clients that do not wait."""
        return [sent.ms for sent in self.sent if sent.status in OK and not sent.waits]

    def wait_seconds(self) -> list[float]:
        """From the due time of an upload until its critique, of clients that wait."""
        return [sent.ms / 1000 for sent in self.sent if sent.status in OK and sent.waits]

    def critique_seconds(self) -> list[float]:
        """From acceptance to the critique, of every accepted photo that has one."""
        known = [photo for photo in self.accepted if self.logs.scored.get(photo) and photo in self.logs.accepted]
        return [(self.logs.scored[photo][0] - self.logs.accepted[photo]).total_seconds() for photo in known]

    def scored_per_second(self) -> float:
        """Photos a second in the middle half of the time between the first and the last critique."""
        times = sorted(self.logs.scored[photo][0].timestamp() for photo in self.accepted - self.lost())
        quarter = (times[-1] - times[0]) / 4
        return sum(times[0] + quarter <= at < times[-1] - quarter for at in times) / (2 * quarter)

    def photos(self, *statuses: int) -> int:
        """Photos of the uploads with one of these statuses; of all by default."""
        return sum(sent.sent_photos for sent in self.sent if not statuses or sent.status in statuses)


def summary(outcome: Outcome, seconds: float) -> dict[str, str]:
    """Cells of a table by row."""
    rejected, inside = outcome.rejected_ms(), outcome.rejected_in_gateway_ms()
    accepted = sum(outcome.statuses[ok] for ok in OK)
    unexpected = outcome.statuses.total() - accepted - len(rejected)
    return {
        "photos offered a second": f"{outcome.photos() / seconds:.1f}",
        "photos accepted a second": f"{len(outcome.accepted) / seconds:.1f}",
        "uploads accepted / rejected (`429`) / unexpected status": f"{accepted} / {len(rejected)} / {unexpected}",
        "accepted → critique, p50 / p99": _p50_p99(outcome.critique_seconds(), "s", 2),
        "due → critique, for clients that wait, p50 / p99": _p50_p99(outcome.wait_seconds(), "s", 2),
        "due → accepted, for the others, p50 / p99": _p50_p99(outcome.accept_ms(), "ms", 0),
        "due → rejected, p50 / p99": _p50_p99(rejected, "ms", 1),
        "— of bodies up to 1 MB, p50 / p99": _p50_p99(outcome.rejected_ms(MEGABYTE), "ms", 1),
        "— of it in the gateway, p50 / p99": _p50_p99(inside, "ms", 1),
        "— of it the client's delay, all uploads, p50 / p99": _p50_p99(outcome.late_ms(), "ms", 1),
        "accepted photos lost / scored twice / unknown to their client": (
            f"{len(outcome.lost())} / {len(outcome.scored_twice())} / {len(outcome.unknown_to_clients())}"
        ),
    }


def _p50_p99(values: list[float], unit: str, digits: int) -> str:
    return f"{percentile(values, 0.5):.{digits}f} / {percentile(values, 0.99):.{digits}f} {unit}" if values else "–"
