"""Results of a part: written once, also when Redis was restored from a time before them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.support.critiques import make_photo

from critic_core.contracts.batch import BatchResult
from critic_core.contracts.errors import PhotoNotFound
from critic_core.runtime.storage import Storage, results_key
from critic_core.stores.batches import BatchLease, BatchPart, BatchRow
from critic_gateway.batches.results import BatchResults

LEASE = BatchLease("batch", "token")


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path.as_uri())


def collect(storage: Storage, part: BatchPart) -> dict[str, int]:
    """Collect a part whose photos are deleted; the counts that were saved."""
    saved: dict[str, int] = {}
    batches = SimpleNamespace(save_parts=lambda *_, **counts: saved.update(counts), forget_part=lambda *_: None)
    jobs = SimpleNamespace(entries=lambda _: [], existing=lambda _: set(), get=_raise_not_found)
    erasure = SimpleNamespace(delete_photo=lambda _: None)
    assert BatchResults(*cast("Any", (batches, jobs, storage, erasure))).collect(LEASE, part)
    return saved


def _raise_not_found(_: str) -> None:
    raise PhotoNotFound


def part(lines: int) -> BatchPart:
    rows = tuple(BatchRow(line=number, photo_id=f"photo-{number}", reference=None) for number in range(1, lines + 1))
    return BatchPart(number=0, offset=0, end=1, rows=rows, queued=True)


def test_results_in_a_restored_storage_stay(storage: Storage) -> None:
    line = BatchResult(line=1, photo=make_photo()).model_dump_json(exclude_none=True) + "\n"
    storage.put(results_key("batch", 0), line.encode())
    assert collect(storage, part(1)) == {"done": 1, "failed": 0, "written": 1}
    assert storage.get(results_key("batch", 0)) == line.encode()


def test_results_of_fewer_lines_are_written_again(storage: Storage) -> None:
    line = BatchResult(line=1, photo=make_photo()).model_dump_json(exclude_none=True) + "\n"
    storage.put(results_key("batch", 0), line.encode())
    assert collect(storage, part(2)) == {"done": 0, "failed": 2, "written": 1}
    assert storage.get(results_key("batch", 0)).count(b'"code":"photo_not_found"') == 2


def test_photos_that_their_owner_deleted_are_not_found(storage: Storage) -> None:
    assert collect(storage, part(1)) == {"done": 0, "failed": 1, "written": 1}
