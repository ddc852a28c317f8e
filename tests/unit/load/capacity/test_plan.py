"""Costs between sizes, and the plan that is made of them."""

from dataclasses import replace

import pytest
from tests.load.capacity.costs import Cost, Limits, megapixels_of
from tests.load.capacity.plan import Gpu, Plan, Target, plan
from tests.load.capacity.queueing import Bound
from tests.load.capacity.telling import told

SMALL = Cost(1, 0.3, {"gateway": 2, "worker": 30, "inference": 8, "redis": 1}, {"decode": 8, "measure": 14})
LARGE = Cost(11, 3.3, {"gateway": 4, "worker": 80, "inference": 8, "redis": 1}, {"decode": 40, "measure": 14})
MEMORY = {"gateway": 100.0, "worker": 200.0, "inference": 400.0, "redis": 20.0}
LIMITS = Limits("Somebody's Xeon", 2, "2026-11-25", [SMALL, LARGE], MEMORY)
GPU = Gpu(per_second=2000, seconds=0.02, core_ms=1, source="figures of a GPU that no one has")


def made(rate: float = 50, **of_target: object) -> Plan:
    return plan(LARGE, MEMORY, replace(Target(rate), **of_target))


@pytest.mark.parametrize(("size", "megapixels"), [("12MP", 12), ("0.8mp", 0.8), ("2000x1500", 3), ("4000×3000", 12)])
def test_a_size_is_told_in_either_way(size: str, megapixels: float) -> None:
    assert megapixels_of(size) == megapixels


@pytest.mark.parametrize("size", ["", "12", "large", "12 x 3", "0MP", "0x100"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(ValueError, match=r"size|pixels"):
        megapixels_of(size)


def test_a_size_between_two_that_were_measured_costs_what_lies_between() -> None:
    between = LIMITS.of(6)
    assert between.core_ms == {"gateway": 3, "worker": 55, "inference": 8, "redis": 1}
    assert (between.megabytes, between.steps["decode"], between.together) == (pytest.approx(1.8), 24, 67)
    assert LIMITS.covers(6)


def test_beyond_the_largest_size_the_last_line_goes_on_and_below_the_smallest_nothing_is_saved() -> None:
    assert LIMITS.of(21).core_ms["worker"] == 130
    assert LIMITS.of(0.1).core_ms == SMALL.core_ms
    assert not LIMITS.covers(21)
    assert not LIMITS.covers(0.1)


def test_each_size_that_was_measured_is_told_as_it_was() -> None:
    middle = replace(LARGE, megapixels=5)
    limits = replace(LIMITS, costs=[SMALL, middle, LARGE])
    assert [limits.of(cost.megapixels) for cost in limits.costs] == limits.costs


def test_costs_in_disorder_are_refused() -> None:
    with pytest.raises(ValueError, match="from small to large"):
        replace(LIMITS, costs=[LARGE, SMALL])


def test_a_plan_by_hand() -> None:
    found = {tier.name: tier for tier in made(50).tiers}
    # 50 photos/s · 88 ms are 4.4 processes, of which 7 are busy for 63 %: four replicas of two, and one to lose
    assert found["worker"].replicas == 5
    assert found["worker"].queue.servers == 8
    assert found["worker"].queue.busy == pytest.approx(50 * 0.088 / 8, rel=0.01)
    assert found["worker"].cores == pytest.approx(50 * 0.080 / 0.7 * 5 / 4)
    assert found["worker"].memory_mb == 5 * 3 * 200
    assert [found[name].replicas for name in ("gateway", "inference", "redis")] == [2, 2, 1]


def test_a_process_is_held_while_inference_computes() -> None:
    slow = replace(LARGE, core_ms={**LARGE.core_ms, "inference": 200})
    held = next(tier for tier in plan(slow, MEMORY, Target(50)).tiers if tier.name == "worker").queue.seconds
    assert held >= 0.280


def test_what_may_be_lost_comes_on_top() -> None:
    safe, bare = made(lost=2), made(lost=0)
    for name in ("gateway", "worker", "inference"):
        assert safe.replicas(name) == bare.replicas(name) + 2
    assert safe.replicas("redis") == bare.replicas("redis") == 1
    assert safe.cores > bare.cores


@pytest.mark.parametrize("rate", [1, 10, 50, 200, 400])
def test_what_is_left_when_replicas_are_lost_keeps_to_the_bounds(rate: float) -> None:
    for tier in made(rate, bound=Bound(share=0.6, wait_seconds=0.05)).tiers:
        assert tier.queue.busy <= 0.6
        assert tier.queue.longest_wait <= 0.05
        assert tier.queue.rate < tier.takes


def test_more_photos_and_larger_ones_need_no_less() -> None:
    sizes = [plan(LIMITS.of(size), MEMORY, Target(50)).cores for size in (1, 6, 11, 21)]
    rates = [made(rate).cores for rate in (1, 10, 100, 300)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


def test_gpus_take_the_network_off_the_cores() -> None:
    with_gpus, without = made(600, gpu=GPU), made(600)
    assert with_gpus.gpus == with_gpus.replicas("inference") == 2
    assert made(600, gpu=replace(GPU, per_second=200)).gpus == 6
    assert with_gpus.cores < without.cores
    assert without.gpus == 0


def test_there_is_one_redis_and_it_ends_somewhere() -> None:
    assert made(699).replicas("redis") == 1
    with pytest.raises(ValueError, match="takes 700 photos/s at most"):
        made(701)


@pytest.mark.parametrize("told", [{"rate": 0}, {"lost": -1}, {"worker_processes": 0}, {"inference_cores": 0}])
def test_a_plan_for_nothing_is_refused(told: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a plan is for"):
        Target(**{"rate": 1, **told})


def test_it_is_told_what_limits_and_where_figures_come_from() -> None:
    target = Target(50)
    text = told(plan(LARGE, MEMORY, target), LARGE, LIMITS, target)
    assert "50 photos/s of 11 megapixels (3.3 MB each), 165 MB/s" in text
    assert "costs measured on 2026-11-25, Somebody's Xeon, 2 cores\n" in text
    assert "| worker, 2 processes | 80.0 | 5 | 55 % |" in text
    assert "Full first: worker, at 91 photos/s, most by decode (40.0 core-ms)." in text
    assert "docker compose up --detach --scale gateway=2 --scale worker=5 --scale inference=2" in text


def test_sizes_that_nobody_measured_and_gpus_are_told_as_such() -> None:
    target, beyond = Target(50, gpu=GPU), LIMITS.of(40)
    text = told(plan(beyond, MEMORY, target), beyond, LIMITS, target)
    assert "this size lies outside those that were measured; figures of a GPU that no one has" in text
    assert "| inference, one GPU | 1.0 | 2 | 2 % |" in text
    assert ", 2 GPUs |" in text
    assert "--scale inference" not in text
