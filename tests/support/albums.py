"""Albums for tests."""

from datetime import UTC, datetime, timedelta

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import ANONYMOUS, new_id


def new_album(owner: str = ANONYMOUS, name: str | None = None) -> Album:
    """An empty album that lives for an hour."""
    now, none = datetime.now(UTC), Counts(photos=0, pending=0, done=0, failed=0)
    return Album(id=new_id(), owner=owner, name=name, created_at=now, expires_at=now + timedelta(hours=1), counts=none)
