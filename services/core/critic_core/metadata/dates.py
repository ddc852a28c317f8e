"""Times as they stand in real files: EXIF and ISO 8601, with or without zone, fraction and seconds; RFC 1123 in PNG."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_TIME = re.compile(
    r"(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\d*"
    r"\s*([AP]M)?\s*(Z|UTC|GMT|[+\-\u2212]\d{1,2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}[:\-/.]\d{1,2}[:\-/.]\d{1,2}(?=[\s:]*$)", re.ASCII)
_ZONE = re.compile(r"([+\-\u2212])(\d{1,2}):?(\d{2})?", re.ASCII)
_EARLIEST = 1826  # the first photograph
_UNSET_CLOCKS = {datetime(year, 1, 1) for year in (1904, 1970, 1980)}  # noqa: DTZ001 - a camera's clock has no zone


def parse_time(text: str, offset: str = "", fraction: str = "") -> datetime | None:
    """The time, aware where its zone is known; None for anything else, and for the zero of an unset clock.

    `offset` (`+02:00`) and `fraction` (digits after the point) count unless the text has its own.
    """
    match = _TIME.match(text.strip())
    if match is None:
        return _of_rfc(text) if _MONTH.search(text) else None
    year, month, day, hour, minute, second = (int(group or 0) for group in match.groups()[:6])
    hour = hour % 12 + 12 * (match[8].upper() == "PM") if match[8] else hour
    try:
        time = datetime(year, month, day, hour % 24, minute, min(second, 59))  # noqa: DTZ001 - the zone comes below
        zone = _zone(match[9] or offset.strip())
    except ValueError:
        return None
    if hour > 24 or not _is_set(time):
        return None
    # 24:00:00 ends a day (ISO 8601); phones that count hours from 1 to 24 write 24:15 for a quarter past midnight.
    days = 1 if (hour, minute, second) == (24, 0, 0) else 0
    return (time + timedelta(days=days, seconds=_share(match[7] or fraction))).replace(tzinfo=zone)


def parse_date(text: str) -> datetime | None:
    """The begin of a day without a time: scans are dated by hand; None for anything else."""
    match = _DATE.match(text.strip())
    return parse_time(f"{match[0]} 00:00") if match else None


def _of_rfc(text: str) -> datetime | None:
    """Source: RFC 1123, which the PNG specification suggests."""
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return time if _is_set(time.replace(tzinfo=None)) else None


def _is_set(time: datetime) -> bool:
    return time.year >= _EARLIEST and time not in _UNSET_CLOCKS


def _share(digits: str) -> float:
    """The fraction of a second."""
    digits = digits.strip()
    return float(f"0.{digits}") if digits.isascii() and digits.isdigit() else 0.0


def _zone(text: str) -> timezone | None:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
