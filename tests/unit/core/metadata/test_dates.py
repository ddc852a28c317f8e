"""Times as they stand in real files."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from critic_core.metadata.dates import parse_date, parse_time

NOON = datetime(2023, 5, 1, 12)  # noqa: DTZ001 - without a zone, as most cameras write
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023:05:01 12:00:00", NOON),
        ("2023-05-01T12:00:00", NOON),
        ("2023/05/01 12:00:00", NOON),
        ("2023.05.01 12:00", NOON),
        ("2023:5:1 12:00:00 ", NOON),
        ("2023:05:01 12:00:00.125", NOON.replace(microsecond=125_000)),
        ("2023:05:01 12:00:00,5", NOON.replace(microsecond=500_000)),
        ("2023:05:01 12:00:00+02:00", NOON.replace(tzinfo=EAST)),
        ("2023-05-01T12:00:00.5+0200", NOON.replace(tzinfo=EAST, microsecond=500_000)),
        ("2023-05-01T12:00:00Z", NOON.replace(tzinfo=UTC)),
        ("2023:05:01 24:00:00", NOON.replace(day=2, hour=0)),
        ("2023:05:01 24:15:00", NOON.replace(hour=0, minute=15)),
        ("1958:12:24 18:00:00", NOON.replace(1958, 12, 24, 18)),
        ("2023:05:01\t12:00:00 PM", NOON),
        ("2023:05:01 03:46:15pm", NOON.replace(hour=15, minute=46, second=15)),
        ("2023:05:01 12:46:15 AM", NOON.replace(hour=0, minute=46, second=15)),
        ("2023-05-01T12:00:00+02", NOON.replace(tzinfo=EAST)),
        ("2023:05:01 12:00:00 +2:00", NOON.replace(tzinfo=EAST)),
        ("2023:05:01 12:00:00 UTC", NOON.replace(tzinfo=UTC)),
        ("Mon, 01 May 2023 12:00:00 GMT", NOON.replace(tzinfo=UTC)),
        ("Mon 01 May 2023 12:00:00 +0200", NOON.replace(tzinfo=EAST)),
        ("Mon May  1 12:00:00 2023", NOON),
    ],
)
def test_forms_of_a_time(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "in May", "May May May May", "2023:05:01",
     "0000:00:00 00:00:00", "1970:01:01 00:00:00", "1980:01:01 00:00:00",
     "2023:13:01 12:00:00", "2023:05:01 25:00:00", "    :  :     :  :  "],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize("text", ["1975:07:14", "1975-07-14", "1975:07:14   :  :  "])
def test_a_day_without_a_time(text: str) -> None:
    assert parse_date(text) == datetime(1975, 7, 14)  # noqa: DTZ001 - as above


@pytest.mark.parametrize("text", ["", "1975", "1975:07:00", "1970:01:01", "1975:07:14 12:00:00"])
def test_what_is_no_day(text: str) -> None:
    assert parse_date(text) is None


def test_zone_and_fraction_of_other_tags() -> None:
    assert parse_time("2023:05:01 12:00:00", "+02:00", "25") == NOON.replace(tzinfo=EAST, microsecond=250_000)
    assert parse_time("2023:05:01 12:00:00Z", "+02:00") == NOON.replace(tzinfo=UTC)
    assert parse_time("2023:05:01 12:00:00", "local", "x") == NOON


@given(st.text(max_size=40), st.text(max_size=8), st.text(max_size=8))
def test_any_text_is_a_time_or_none(text: str, offset: str, fraction: str) -> None:
    assert parse_time(text, offset, fraction) is None or text.strip()[:1].isdigit()


@pytest.mark.parametrize("text", ["Thu, 01 Jan 1970 00:00:00 GMT", "Tue, 01 Jan 1980 00:00:00 +0000"])
def test_unset_clocks_in_the_form_of_rfc_1123(text: str) -> None:
    assert parse_time(text) is None
