"""Costs are measured once a machine."""

from dataclasses import replace
from pathlib import Path

import pytest
from infra.capacity.costs import MachineCosts, PhotoCost, load_costs, save_costs
from tests.load import photo_costs

COST = PhotoCost(1, 0.3, {"worker": 30.0}, {"decode": 8.0})
COSTS = MachineCosts(
    photo_costs.machine(), 2, "first", [COST, replace(COST, megapixels=12)], {"worker": 100.0}, {"redis": 8.0}
)


def test_costs_are_measured_when_forced_or_on_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cache" / "capacity.json"
    measurements = iter(replace(COSTS, date=date) for date in ("first", "second", "third"))
    monkeypatch.setattr(photo_costs, "COSTS_FILE", path)
    monkeypatch.setattr(photo_costs, "measure", lambda: next(measurements))

    def date_after(*options: str) -> str:
        monkeypatch.setattr("sys.argv", ["photo_costs", *options])
        photo_costs.main()
        return load_costs(path).date

    assert [date_after(), date_after(), date_after("--force")] == ["first", "first", "second"]
    save_costs(replace(COSTS, machine="another machine"), path)
    assert date_after() == "third"


def test_photos_of_an_album_leave_records_and_previews() -> None:
    before = {"redis": 5_000_000, "preview": 100_000, "photos": 10}
    after = {"redis": 5_080_000, "preview": 300_000, "photos": 20}
    assert photo_costs.retained_kb(before, after) == {"redis": 8.0, "preview": 20.0}
