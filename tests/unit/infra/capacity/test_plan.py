"""Costs between sizes, and the plan that is made of them."""

from dataclasses import replace

import pytest
from infra.capacity.costs import MachineCosts, PhotoCost, megapixels_of
from infra.capacity.gpu import Gpu
from infra.capacity.plan import Plan, Target, plan
from infra.capacity.queueing import Bounds
from infra.capacity.report import report
from infra.capacity.retention import Retention

SMALL = PhotoCost(1, 0.3, {"gateway": 2, "worker": 30, "inference": 8, "redis": 1}, {"decode": 8, "measure": 14})
LARGE = PhotoCost(11, 3.3, {"gateway": 4, "worker": 80, "inference": 8, "redis": 1}, {"decode": 40, "measure": 14})
MEMORY = {"gateway": 100.0, "worker": 200.0, "decoder": 50.0, "inference": 400.0, "redis": 20.0}
RETAINED = {"redis": 8.0, "preview": 20.0}
COSTS = MachineCosts("Somebody's Xeon", 2, "2026-11-25", [SMALL, LARGE], MEMORY, RETAINED)
GPU = Gpu(per_second=2000, seconds=0.02, core_ms=1, source="figures of a GPU that no one has")


def made(rate: float = 50, **of_target: object) -> Plan:
    return plan(LARGE, MEMORY, replace(Target(rate), **of_target))


@pytest.mark.parametrize(("size", "megapixels"), [("12MP", 12), ("0.8mp", 0.8), ("2000x1500", 3), ("4000×3000", 12)])
def test_both_formats_of_a_size(size: str, megapixels: float) -> None:
    assert megapixels_of(size) == megapixels


@pytest.mark.parametrize("size", ["", "12", "large", "12 x 3", "0MP", "0x100"])
def test_other_sizes_are_refused(size: str) -> None:
    with pytest.raises(ValueError, match=r"size|pixels"):
        megapixels_of(size)


def test_a_size_between_two_measured_ones_is_interpolated() -> None:
    between = COSTS.photo(6)
    assert between.core_ms == {"gateway": 3, "worker": 55, "inference": 8, "redis": 1}
    assert (between.megabytes, between.steps["decode"], between.total_core_ms) == (pytest.approx(1.8), 24, 67)
    assert COSTS.covers(6)


def test_sizes_above_the_largest_are_extrapolated_and_those_below_the_smallest_cost_the_same() -> None:
    assert COSTS.photo(21).core_ms["worker"] == 130
    assert COSTS.photo(0.1).core_ms == SMALL.core_ms
    assert not COSTS.covers(21)
    assert not COSTS.covers(0.1)


def test_measured_sizes_cost_as_measured() -> None:
    middle = replace(LARGE, megapixels=5)
    costs = replace(COSTS, photos=[SMALL, middle, LARGE])
    assert [costs.photo(cost.megapixels) for cost in costs.photos] == costs.photos


def test_costs_in_disorder_are_refused() -> None:
    with pytest.raises(ValueError, match="from small to large"):
        replace(COSTS, photos=[LARGE, SMALL])


def test_a_plan_by_hand() -> None:
    found = {tier.name: tier for tier in made(50).tiers}
    # 50 photos/s · 88 ms are 4.4 processes, of which 7 are busy for 63 %: four replicas of two, and one to lose
    assert found["worker"].replicas == 5
    assert found["worker"].queue.servers == 8
    assert found["worker"].queue.utilisation == pytest.approx(50 * 0.088 / 8, rel=0.01)
    assert found["worker"].cores == pytest.approx(50 * 0.080 / 0.7 * 5 / 4)
    assert found["worker"].memory_mb == 5 * (3 * 200 + 2 * 50)
    assert [found[name].replicas for name in ("gateway", "inference", "redis")] == [2, 2, 1]


def test_a_worker_process_holds_its_photo_during_inference() -> None:
    slow = replace(LARGE, core_ms={**LARGE.core_ms, "inference": 200})
    held = next(tier for tier in plan(slow, MEMORY, Target(50)).tiers if tier.name == "worker").queue.seconds
    assert held >= 0.280


def test_spare_replicas_come_on_top() -> None:
    safe, bare = made(spare=2), made(spare=0)
    for name in ("gateway", "worker", "inference"):
        assert safe.replicas(name) == bare.replicas(name) + 2
    assert safe.replicas("redis") == bare.replicas("redis") == 1
    assert safe.cores > bare.cores


@pytest.mark.parametrize("rate", [1, 10, 50, 200, 400])
def test_without_the_spare_replicas_the_bounds_hold(rate: float) -> None:
    for tier in made(rate, bounds=Bounds(utilisation=0.6, wait_seconds=0.05)).tiers:
        assert tier.queue.utilisation <= 0.6
        assert tier.queue.p99_wait <= 0.05
        assert tier.queue.rate < tier.max_rate


def test_more_photos_and_larger_ones_need_no_less() -> None:
    sizes = [plan(COSTS.photo(size), MEMORY, Target(50)).cores for size in (1, 6, 11, 21)]
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


def test_one_redis_has_a_maximum_rate() -> None:
    assert made(699).replicas("redis") == 1
    with pytest.raises(ValueError, match="takes 700 photos/s at most"):
        made(701)


@pytest.mark.parametrize("fields", [{"rate": 0}, {"spare": -1}, {"worker_processes": 0}, {"inference_cores": 0}])
def test_an_empty_plan_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a plan needs"):
        Target(**{"rate": 1, **fields})


def test_the_report_names_the_bottleneck_and_the_source() -> None:
    target = Target(50)
    text = report(plan(LARGE, MEMORY, target), LARGE, COSTS, target, Retention(target.rate))
    assert "50 photos/s of 11 megapixels (3.3 MB each), 165 MB/s" in text
    assert "costs measured on 2026-11-25, Somebody's Xeon, 2 cores\n" in text
    assert "| worker, 2 processes | 80.0 | 5 | 55 % |" in text
    assert "Bottleneck: worker, at 91 photos/s, most by decode (40.0 core-ms)." in text
    assert "docker compose up --detach --scale gateway=2 --scale worker=5 --scale inference=2" in text


def test_the_report_marks_unmeasured_sizes_and_gpus() -> None:
    target, large = Target(50, gpu=GPU), COSTS.photo(40)
    text = report(plan(large, MEMORY, target), large, COSTS, target, Retention(target.rate))
    assert "this size lies outside the measured range; figures of a GPU that no one has" in text
    assert "| inference, one GPU | 1.0 | 2 | 2 % |" in text
    assert ", 2 GPUs |" in text
    assert "--scale inference" not in text
