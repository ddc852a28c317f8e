"""Times as they stand in real files: EXIF and ISO 8601, with or without zone, fraction and seconds."""

import re
from datetime import UTC, datetime, timedelta, timezone

_TIME = re.compile(
    r"(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|[+\-\u2212]\d{2}:?\d{2})?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}[:\-/.]\d{1,2}[:\-/.]\d{1,2}(?=[\s:]*$)", re.ASCII)
_ZONE = re.compile(r"([+\-\u2212])(\d{2}):?(\d{2})", re.ASCII)
_EARLIEST = 1826  # the first photograph
_UNSET_CLOCKS = {datetime(year, 1, 1) for year in (1904, 1970, 1980)}  # noqa: DTZ001 - a camera's clock has no zone


def parse_time(text: str, offset: str = "", fraction: str = "") -> datetime | None:
    """The time, aware where its zone is known; None for anything else, and for the zero of an unset clock.

    `offset` (`+02:00`) and `fraction` (digits after the point) count unless the text has its own.
    """
    match = _TIME.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(group or 0) for group in match.groups()[:6])
    try:
        time = datetime(year, month, day, hour % 24, minute, min(second, 59))  # noqa: DTZ001 - the zone comes below
        zone = _zone(match[8] or offset.strip())
    except ValueError:
        return None
    if hour > 24 or year < _EARLIEST or time in _UNSET_CLOCKS:
        return None
    # 24:00:00 ends a day (ISO 8601); phones that count hours from 1 to 24 write 24:15 for a quarter past midnight.
    days = 1 if (hour, minute, second) == (24, 0, 0) else 0
    return (time + timedelta(days=days, seconds=_share(match[7] or fraction))).replace(tzinfo=zone)


def parse_date(text: str) -> datetime | None:
    """The begin of a day without a time: scans are dated by hand; None for anything else."""
    match = _DATE.match(text.strip())
    return parse_time(f"{match[0]} 00:00") if match else None


def _share(digits: str) -> float:
    """The fraction of a second."""
    digits = digits.strip()
    return float(f"0.{digits}") if digits.isascii() and digits.isdigit() else 0.0


def _zone(text: str) -> timezone | None:
    if text == "Z":
        return UTC
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
