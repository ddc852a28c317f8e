"""An album of thousands of photos as a worker would have left it: scenes of bursts, with features that say so."""

import base64
from datetime import UTC, datetime, timedelta

import numpy as np
import redis
from tests.support.critiques import make_critique

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.critique import Capture, Critique
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore

SCENE, BURST = 50, 5  # photos of a scene, and of each burst in it
_SIZE = 128
_BEGAN = datetime(2026, 6, 1, 9)  # noqa: DTZ001 - the camera's clock has no zone


def large_album(client: "redis.Redis", count: int) -> str:
    """Make it; returns its id. A scene takes ten minutes, and half an hour lies between two."""
    albums, jobs, now = AlbumStore(client), JobStore(client), datetime.now(UTC)
    end = now + timedelta(hours=1)
    none = Counts(photos=0, pending=0, done=0, failed=0)
    album = Album(id=new_id(), created_at=now, expires_at=end, counts=none)
    albums.create(album)
    for number, critique in enumerate(_critiques(count)):
        photo = Photo(
            id=new_id(), state=PhotoState.queued, file_name=f"IMG_{number:05}.JPG", media_type="image/jpeg",
            size_bytes=1, sha256=f"{number:064}", album=album.id, created_at=now, expires_at=end,
        )  # fmt: skip
        albums.add(photo, count)
        jobs.finish(photo.id, critique)
    return album.id


def _critiques(count: int) -> list[Critique]:
    random = np.random.default_rng(1)
    photo, burst = np.arange(count), np.arange(-(-count // BURST))
    scenes = _unit(random.normal(size=(-(-count // SCENE), _SIZE)))
    bursts = _unit(scenes[burst * BURST // SCENE] + 0.04 * random.normal(size=(len(burst), _SIZE)))
    embeddings = _unit(bursts[photo // BURST] + 0.01 * random.normal(size=(count, _SIZE)))
    hashes = random.integers(0, 2**63, len(burst), dtype=np.uint64)
    return [_critique(number, embeddings[number], int(hashes[number // BURST])) for number in range(count)]


def _critique(number: int, embedding: np.ndarray, perceptual_hash: int) -> Critique:
    plain = make_critique(score=(number * 7919) % 10007 / 100.07)
    taken = _BEGAN + timedelta(minutes=40 * (number // SCENE), seconds=12 * (number % SCENE))
    features = plain.fingerprint.model_copy(
        update={
            "perceptual_hash": f"{perceptual_hash ^ 1 << number % 3:016x}",
            "pixels_sha256": f"{number:064}",
            "embedding": base64.b64encode(embedding.astype("<f2").tobytes()).decode(),
        }
    )
    facts = plain.image.model_copy(update={"capture": Capture(taken_at=taken, camera="Test")})
    return plain.model_copy(update={"fingerprint": features, "image": facts})


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
