"""Plans of several stacks, with buckets, decoding on GPUs, and prices."""

from dataclasses import replace

import pytest
from infra.capacity.__main__ import parser, plan_text
from infra.capacity.costs import MachineCosts, PhotoCost
from infra.capacity.gpu import Gpu, with_decoding
from infra.capacity.money import HOURS_A_MONTH, Prices, bill
from infra.capacity.plan import Plan, Target, Tier, plan
from infra.capacity.queueing import Queue

COST = PhotoCost(12, 3.0, {"gateway": 2.0, "worker": 60.0, "inference": 8.0, "redis": 1.0}, {"decode": 40.0})
MEMORY = dict.fromkeys([*COST.core_ms, "decoder"], 100.0)
COSTS = MachineCosts(
    "a machine", 8, "2026-11-25", [replace(COST, megapixels=1), COST], MEMORY, {"redis": 8.0, "preview": 20.0}
)
GPU = Gpu(per_second=1000, seconds=0.02, core_ms=1, source="a GPU")


def text(*options: str) -> str:
    return plan_text(parser().parse_args(options), COSTS)


def worker(**of_target: object) -> Tier:
    found = plan(COST, MEMORY, replace(Target(50), **of_target))
    return next(tier for tier in found.tiers if tier.name == "worker")


def test_a_worker_waits_for_a_bucket_twice_a_photo_without_computing() -> None:
    folder, bucket = worker(), worker(bucket_seconds=0.1)
    assert bucket.queue.seconds == pytest.approx(folder.queue.seconds + 0.2)
    assert bucket.replicas > folder.replicas
    assert bucket.core_ms == folder.core_ms


def test_a_gpu_that_decodes_takes_the_step_from_the_workers_and_time_from_inference() -> None:
    decoding = with_decoding(GPU, 1000)
    assert (decoding.per_second, decoding.seconds) == (pytest.approx(500), pytest.approx(0.021))
    assert worker(gpu=decoding).core_ms == worker(gpu=GPU).core_ms - 40
    assert "**assumed**: it decodes 1000 photos/s" in text("--rate", "50", "--gpu", "500", "--gpu-decode", "1000")
    with pytest.raises(ValueError, match="needs --gpu"):
        text("--rate", "50", "--gpu-decode", "1000")


def test_a_rate_beyond_one_redis_is_shared_by_two_stacks() -> None:
    with pytest.raises(ValueError, match="takes 700 photos/s at most"):
        text("--rate", "1000")
    found = text("--rate", "1000", "--stacks", "2")
    assert found.startswith("500 photos/s of 12 megapixels")
    assert "Each of 2 stacks; 0 may be lost." in found


def test_two_regions_of_which_one_may_be_lost_carry_the_whole_rate_each() -> None:
    assert text("--rate", "100", "--stacks", "2", "--spare-stacks", "1").startswith("100 photos/s")
    with pytest.raises(ValueError, match="of 2 stacks, 2 cannot be lost"):
        text("--rate", "100", "--stacks", "2", "--spare-stacks", "2")


def test_the_bill_by_hand() -> None:
    tier = Tier("worker", 60.0, 3, Queue(1, 0.1, 3), cores=10.0, memory_mb=4000.0)
    prices = Prices.read("0.1,2,3,0.5")
    month = HOURS_A_MONTH * (10 * 0.1 + 1 * 2) + 4 * 3
    assert prices.month(Plan([tier], gpus=1)) == pytest.approx(month)
    assert (
        bill(prices, Plan([tier], 1), 100, stacks=2, photos=1e6) == "Price: 4,454 a month, 4.454 for a thousand photos."
    )


def test_prices_are_four_numbers() -> None:
    assert "Price: " in text("--rate", "50", "--prices", "0.03,1.5,2.5,0.02")
    with pytest.raises(ValueError, match="four numbers"):
        text("--rate", "50", "--prices", "0.03,cheap")
