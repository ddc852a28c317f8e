import os

import pytest

from critic_inference.engine.cpus import usable_cpus

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "cpus"),
    [("max 100000", ALL), ("100000 100000", 1), ("50000 100000", 1), ("150000 100000", min(2, ALL)), ("nonsense", ALL)],
)
def test_a_containers_quota_limits_the_threads(tmp_path, quota, cpus):
    (tmp_path / "cpu.max").write_text(quota + "\n")
    assert usable_cpus(tmp_path / "cpu.max") == cpus


def test_no_quota_file(tmp_path):
    assert usable_cpus(tmp_path / "missing") == ALL
