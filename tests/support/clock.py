"""A clock that a test turns."""

from datetime import UTC, datetime

NOW = datetime.now(UTC)


class Clock:
    """Tells seconds since the epoch; it stands at NOW until a test turns it."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now
