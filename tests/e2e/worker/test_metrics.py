"""Metrics of a worker's processes, and their peak memory."""

import os
import signal
import urllib.request
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families
from tests.e2e.worker.conftest import Stack
from tests.support.ports import free_port
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState
from critic_core.imaging.golden import golden_photo

MEGA = 1_000_000


def test_metrics_of_all_processes_are_served(stack: Stack) -> None:
    port = free_port()
    stack.start_worker(worker_metrics_port=str(port), worker_concurrency="2")
    for photo_id in [stack.submit() for _ in range(6)]:
        assert stack.result(photo_id).state is PhotoState.done
    stack.result(stack.submit(b"nothing to see"))
    samples = until(lambda: _idle(f"http://127.0.0.1:{port}/metrics"), 10, "no photo in progress")
    assert samples["critic_worker_claims_total", ("code", ""), ("outcome", "done")] == 6
    assert samples["critic_worker_claims_total", ("code", "photo_unsupported"), ("outcome", "failed")] == 1
    assert samples["critic_worker_stage_seconds_count", ("stage", "decode")] == 6
    assert samples["critic_worker_critiques_total", ("model", "aesthetics"), ("version", "1")] == 6
    assert samples["critic_worker_percentiles_count", ("model", "aesthetics"), ("version", "1")] == 6
    assert samples["critic_worker_end_to_end_seconds_count", ("lane", "batch")] == 6
    assert samples[("critic_worker_processes_started_total",)] == 2
    assert [("critic_worker_photos_in_progress", ("pid", index)) in samples for index in ("0", "1")] == [True, True]
    assert 0 <= samples[("critic_worker_heartbeat_age_seconds",)] < 30
    assert samples[("critic_backlog_photos",)] == 0
    for lane in ("interactive", "batch"):
        assert samples[("critic_queued_photos", ("lane", lane))] == 0
        assert samples[("critic_oldest_queued_seconds", ("lane", lane))] == 0


def test_no_counter_falls_and_no_file_is_added_when_a_process_is_killed(
    stack: Stack, hold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, port = tmp_path / "metrics", free_port()
    folder.mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    stack.start_dangerous_worker(worker_metrics_port=str(port))
    for photo_id in [stack.submit() for _ in range(3)]:
        stack.result(photo_id)
    before, files = until(lambda: _idle(f"http://127.0.0.1:{port}/metrics"), 10, "no photo in progress"), _names(folder)
    photo_id = stack.submit(command=f"hold {hold}")
    holding = stack.wait_for_hold(hold)
    assert _metrics(f"http://127.0.0.1:{port}/metrics")["critic_worker_photos_in_progress", ("pid", "0")] == 1
    os.kill(holding, signal.SIGKILL)
    (hold / "go").touch()
    stack.result(photo_id)
    after = until(lambda: _idle(f"http://127.0.0.1:{port}/metrics"), 10, "no photo in progress")
    counted = {name: value for name, value in before.items() if "oldest" not in str(name) and "age" not in str(name)}
    assert {name: value for name, value in counted.items() if after[name] < value} == {}
    done = ("critic_worker_claims_total", ("code", ""), ("outcome", "done"))
    assert (before[done], after[done]) == (3, 4)
    assert after[("critic_worker_processes_started_total",)] == 2
    assert _names(folder) == files


def test_a_photo_of_24_megapixels_needs_less_than_400_mb(stack: Stack) -> None:
    worker = stack.start_worker()
    with Image.open(BytesIO(golden_photo())) as image:
        large = BytesIO()
        image.resize((6000, 4000)).save(large, "JPEG", quality=92)
    photo = stack.result(stack.submit(large.getvalue()))
    assert photo.critique is not None
    assert photo.critique.image.width == 6000
    processes = [worker, *psutil.Process(worker.pid).children(recursive=True)]
    peaks = [_peak_bytes(process.pid) / MEGA for process in processes]
    assert len(peaks) == 3  # the main process, the one of the pool, and its decoder
    assert max(peaks) < 400, f"peak memory of each process, MB: {peaks}"


def test_the_age_of_the_heartbeat_shows_a_worker_that_consumes_nothing(stack: Stack) -> None:
    port = free_port()
    worker = stack.start_worker(worker_metrics_port=str(port))
    until(lambda: stack.worker_status.heartbeats(0), 120, "a heartbeat")

    def age() -> float:
        return _metrics(f"http://127.0.0.1:{port}/metrics")[("critic_worker_heartbeat_age_seconds",)]

    children = psutil.Process(worker.pid).children(recursive=True)
    until(lambda: age() < 1, 10, "a heartbeat that came back")
    for child in children:
        os.kill(child.pid, signal.SIGSTOP)
    until(lambda: age() > 2, 10, "an older heartbeat")
    for child in children:
        os.kill(child.pid, signal.SIGCONT)
    until(lambda: age() < 1, 20, "the next heartbeat")


def _idle(url: str) -> dict[tuple[object, ...], float] | None:
    """All samples, once no photo is in progress."""
    samples = _metrics(url)
    return (
        None
        if any(value for name, value in samples.items() if name[0] == "critic_worker_photos_in_progress")
        else samples
    )


def _peak_bytes(pid: int) -> int:
    """The peak resident set of a process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _metrics(url: str) -> dict[tuple[object, ...], float]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text = answer.read().decode()
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sorted(sample.labels.items())): sample.value for sample in samples}
