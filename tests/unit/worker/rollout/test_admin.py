"""The operators' changes: after a rollback, a version answers that has answered before."""

import pytest
import redis

from critic_core.contracts.identity import new_id
from critic_core.contracts.routing import Routing, ScorePair, TrafficSplit
from critic_core.stores.routing import RoutingStore
from critic_worker.rollout.admin import RolloutAdmin, RolloutRefused

THREE = ["1", "2", "3"]
TENTH = TrafficSplit(version="2", percent=10)


def make_admin(client: "redis.Redis", served: list[str], routing: Routing | None = None) -> RolloutAdmin:
    return RolloutAdmin("aesthetics", routing or Routing(), RoutingStore(client), lambda: served)


@pytest.mark.parametrize(
    ("routing", "served", "version", "stable"),
    [
        (Routing(), ["1", "2"], None, "1"),
        (Routing(canary=TENTH, baseline="1"), THREE, None, "1"),  # 3 is still unpromoted
        (Routing(pinned="2"), THREE, None, "1"),  # and not 3, which nobody has tried
        (Routing(pinned="1"), THREE, None, "3"),  # there is none before
        (Routing(pinned="1"), THREE, "2", "1"),
        (Routing(), THREE, "2", "3"),
    ],
)
def test_the_stable_version_after_a_rollback(
    client: "redis.Redis", routing: Routing, served: list[str], version: str | None, stable: str
) -> None:
    admin = make_admin(client, served, routing)
    admin.rollback(version)
    assert admin.active_versions().stable == stable


def test_the_last_version_that_may_answer_is_not_withdrawn(client: "redis.Redis") -> None:
    admin = make_admin(client, ["1", "2"], Routing(withdrawn=("2",)))
    with pytest.raises(RolloutRefused, match="no other version"):
        admin.rollback()
    assert admin.routing() == Routing(withdrawn=("2",))


def test_a_new_version_waits_until_its_promotion_ends_the_trial(client: "redis.Redis") -> None:
    served = ["1", "2"]
    admin = make_admin(client, served)
    admin.canary("2:10%")
    served.append("3")
    assert (admin.active_versions().stable, admin.active_versions().unpromoted) == ("1", ["3"])
    admin.promote("3")
    assert (admin.active_versions().stable, admin.active_versions().canary is not None) == ("3", True)


def test_a_shadow_has_all_photos_by_default(client: "redis.Redis") -> None:
    admin = make_admin(client, ["1", "2"])
    admin.shadow("2")
    assert admin.active_versions().shadow == TrafficSplit(version="2", percent=100)
    admin.shadow("2:25%")
    assert admin.active_versions().shadow == TrafficSplit(version="2", percent=25)


def test_a_reset_returns_to_the_settings(client: "redis.Redis") -> None:
    admin = make_admin(client, THREE, Routing(canary=TENTH))
    admin.promote("3")
    admin.reset()
    assert admin.routing() == Routing(canary=TENTH)


def test_invalid_changes_are_refused(client: "redis.Redis") -> None:
    admin = make_admin(client, ["1", "2"])
    with pytest.raises(RolloutRefused, match="Version 9 is not served; there are: 1, 2"):
        admin.promote("9")
    for split in ("2", "2:200%", "two:10%"):
        with pytest.raises(RolloutRefused, match="is not a version and its share"):
            admin.canary(split)
    assert admin.routing() == Routing()


def test_without_a_version_that_may_answer_there_are_no_active_versions(client: "redis.Redis") -> None:
    with pytest.raises(RolloutRefused, match="all are withdrawn"):
        make_admin(client, ["2"], Routing(withdrawn=("2",))).active_versions()


def test_the_comparison_is_with_the_shadow_or_the_newest_other_version(client: "redis.Redis") -> None:
    pair = ScorePair(
        photo=new_id(), score=1, percentile=1, pleasing=False, candidate_score=2, candidate_percentile=2,
        candidate_pleasing=False,
    )  # fmt: skip
    store = RoutingStore(client)
    store.save_pair("aesthetics", "3", "1", pair)
    admin = make_admin(client, THREE)
    assert (admin.compare().candidate, admin.compare().photos) == ("2", 0)
    assert admin.compare("1").photos == 1
    admin.shadow("1")
    assert (admin.compare().version, admin.compare().candidate) == ("3", "1")
    with pytest.raises(RolloutRefused, match="no version beside 1"):
        make_admin(client, ["1"]).compare()
