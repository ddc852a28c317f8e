"""Deprecated calls, announced in every response of them: docs/versioning.md.

Sources: https://www.rfc-editor.org/rfc/rfc9745 (Deprecation), https://www.rfc-editor.org/rfc/rfc8594 (Sunset)
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any


@dataclass(frozen=True)
class Deprecation:
    """Since when a call is deprecated, and when it ends (both in UTC)."""

    since: datetime
    sunset: datetime

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its responses."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.sunset, usegmt=True),
        }


DEPRECATIONS: dict[str, Deprecation] = {}
"""By the name of the route's function, such as `get_photo`."""


def deprecation_headers(route: Any) -> dict[str, str]:
    """The headers of a route's responses; none for a route that stays."""
    deprecation = DEPRECATIONS.get(getattr(route, "name", ""))
    return deprecation.headers if deprecation else {}
