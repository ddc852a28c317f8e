"""Which version answers: shares, and what comes of wishes."""

import math

import pytest

from critic_core.contracts.identity import new_id
from critic_core.contracts.routing import ActiveVersions, Routing, TrafficSplit

TENTH = TrafficSplit(version="2", percent=10)


@pytest.mark.parametrize(
    ("text", "version", "percent"), [("2:10%", "2", 10), ("12:0.5%", "12", 0.5), (" 3:100% ", "3", 100)]
)
def test_a_share_is_read(text: str, version: str, percent: float) -> None:
    assert TrafficSplit.parse(text) == TrafficSplit(version=version, percent=percent)
    assert TrafficSplit.parse(str(TrafficSplit.parse(text))) == TrafficSplit.parse(text)


@pytest.mark.parametrize("text", ["2", "2:10", "2:0%", "2:101%", "0:10%", "two:10%", ":10%", "2:%", "", "2:nan%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        TrafficSplit.parse(text)


def test_a_shadow_needs_no_share() -> None:
    assert TrafficSplit.parse("2", 100) == TrafficSplit(version="2", percent=100)


@pytest.mark.parametrize("percent", [1, 10, 50])
def test_the_share_of_photos_is_the_configured_one(percent: float) -> None:
    photos, share = 20_000, TrafficSplit(version="2", percent=percent)
    taken = sum(share.takes(new_id()) for _ in range(photos))
    expected, deviation = photos * percent / 100, math.sqrt(photos * percent / 100 * (1 - percent / 100))
    assert abs(taken - expected) < 5 * deviation  # one run in 1.7 million is further away


def test_a_photo_goes_the_same_way_each_time_and_stays_when_the_share_grows() -> None:
    keys = [new_id() for _ in range(2000)]
    tenth = {key for key in keys if TENTH.takes(key)}
    assert tenth == {key for key in keys if TENTH.takes(key)}
    assert tenth < {key for key in keys if TrafficSplit(version="2", percent=30).takes(key)}


def test_another_version_is_tried_on_other_photos() -> None:
    keys = [new_id() for _ in range(2000)]
    second, third = ({key for key in keys if TrafficSplit(version=version, percent=10).takes(key)} for version in "23")
    assert len(second & third) < len(second) / 2


@pytest.mark.parametrize(
    ("routing", "served", "stable"),
    [
        (Routing(), ["1", "2", "10"], "10"),
        (Routing(canary=TENTH), ["1", "2"], "1"),
        (Routing(canary=TENTH), ["1", "2", "3"], "1"),  # nobody has tried 3
        (Routing(shadow=TENTH), ["1", "2", "3"], "1"),
        (Routing(canary=TrafficSplit(version="1", percent=10)), ["1", "2"], "2"),  # back, little by little
        (Routing(canary=TENTH, baseline="1"), ["1", "2", "3"], "1"),
        (Routing(canary=TENTH, baseline="1"), ["2", "3"], "2"),  # 1 is not served any more, and 2 is tried at least
        (Routing(canary=TrafficSplit(version="1", percent=10), baseline="2"), ["1", "2", "3"], "2"),
        (Routing(canary=TENTH, baseline="1", withdrawn=("1",)), ["1", "2", "3"], "2"),
        (Routing(canary=TENTH), ["2", "3"], "3"),  # from the settings, which do not know who answered
        (Routing(canary=TENTH), ["2"], "2"),  # better than nobody
        (Routing(shadow=TENTH), ["1", "2"], "1"),
        (Routing(pinned="1"), ["1", "2"], "1"),
        (Routing(pinned="1"), ["2", "3"], "3"),  # it is not served any more
        (Routing(withdrawn=("2",)), ["1", "2"], "1"),
        (Routing(withdrawn=("2",)), ["1", "2", "3"], "3"),
        (Routing(withdrawn=("2",)), ["2"], None),
    ],
)
def test_who_answers_what_the_canary_does_not(routing: Routing, served: list[str], stable: str | None) -> None:
    assert routing.stable(served) == stable
    found = ActiveVersions.of("aesthetics", routing, served)
    assert (found.stable if found else None) == stable


def test_a_canary_that_is_not_served_answers_nobody() -> None:
    found = ActiveVersions.of("aesthetics", Routing(canary=TENTH, shadow=TENTH), ["1", "3"])
    assert found is not None
    assert (found.stable, found.canary, found.shadow) == ("1", None, None)
    assert found.unpromoted == ["3"]


def test_the_way_of_a_version_from_shadow_to_everybody_and_back() -> None:
    served = ["1", "2"]
    routing = Routing().with_shadow(TrafficSplit(version="2", percent=100), served)
    assert (routing.stable(served), routing.shadow is not None) == ("1", True)
    routing = routing.with_canary(TENTH, served)
    assert (routing.stable(served), routing.canary) == ("1", TENTH)
    routing = routing.promote("2")
    assert routing == Routing(pinned="2")
    routing = routing.withdraw("2")
    assert (routing.stable(served), routing.withdrawn) == ("1", ("2",))
    assert routing.stable([*served, "3"]) == "3"
    assert routing.with_canary(TENTH, served).withdrawn == ()


def test_a_version_that_is_published_while_another_one_is_tried_waits() -> None:
    served = ["1", "2", "3"]
    routing = Routing().with_canary(TENTH, ["1", "2"])
    assert (routing.stable(served), routing.with_canary(TENTH, served).stable(served)) == ("1", "1")
    assert routing.stable(["2", "3"]) == "2"
    both = routing.with_shadow(TrafficSplit(version="3", percent=100), served)
    assert both.promote("2").stable(served) == "2"
    assert both.withdraw("2").stable(served) == "1"  # the shadow goes on
    assert both.withdraw("2").withdraw("3").baseline is None


@pytest.mark.parametrize(
    ("routing", "tried", "served", "baseline"),
    [
        (Routing(), "2", ["1", "2"], "1"),  # also when 2 has answered all until now
        (Routing(), "2", ["1"], "1"),  # wished for before it is published
        (Routing(), "1", ["1", "2"], "2"),
        (Routing(), "2", ["2"], None),
        (Routing(), "2", [], None),
        (Routing(withdrawn=("2",)), "2", ["1", "2"], "1"),
        (Routing(shadow=TENTH, baseline="1"), "3", ["1", "2", "3"], "1"),
        (Routing(shadow=TENTH, baseline="1"), "1", ["1", "2", "3"], "3"),
    ],
)
def test_who_answers_beside_a_trial_goes_on(
    routing: Routing, tried: str, served: list[str], baseline: str | None
) -> None:
    share = TrafficSplit(version=tried, percent=10)
    assert routing.with_canary(share, served).baseline == routing.with_shadow(share, served).baseline == baseline
