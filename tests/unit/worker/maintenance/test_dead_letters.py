"""The worker's command for dead letters, on a real queue server."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.support.redis_server import RedisServer

from critic_core.contracts.errors import PhotoPoison
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import CRITIQUE_QUEUE, Photo, PhotoState
from critic_core.stores.jobs import JobStore
from critic_worker.maintenance.dead_letters import main


def test_dead_letters_are_listed_and_enqueued_again(
    redis_server: RedisServer,
    client: "redis.Redis",
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", redis_server.url)
    store, now = JobStore(client), datetime.now(UTC)
    end = now + timedelta(hours=1)
    photo = Photo(
        id=new_id(), state=PhotoState.queued, file_name="evil.jpg", media_type="image/jpeg", size_bytes=1,
        sha256="0", created_at=now, expires_at=end,
    )  # fmt: skip
    store.create(photo)
    store.move_to_dead_letters(photo.id, PhotoPoison().problem())

    assert main([]) == 0
    assert capsys.readouterr().out == f"{photo.id}  {now:%Y-%m-%d %H:%M}  evil.jpg  {PhotoPoison().problem().detail}\n"
    assert main(["--replay"]) == 0
    assert capsys.readouterr().out == "1 photos queued again; 0 have expired.\n"
    assert (store.get(photo.id).state, client.llen(CRITIQUE_QUEUE)) == (PhotoState.queued, 1)
    assert main([]) == 0
    assert capsys.readouterr().out == "No dead letters.\n"


def test_a_queue_that_is_down_is_an_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://127.0.0.1:1/0")
    assert main([]) == 2
    assert "queue" in capsys.readouterr().err
