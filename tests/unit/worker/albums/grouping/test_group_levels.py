"""Three levels within each other; copies, frames and scenes as features tell them; ten thousand in a second."""

import numpy as np
import pytest
from tests.unit.worker.albums.snapshots import similarity_features

from critic_core.contracts.album import Thresholds
from critic_worker.albums.grouping.group_levels import Levels, group
from critic_worker.albums.grouping.similar_pairs import SimilarityFeatures

LIMITS = Thresholds()


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def turned(vector: np.ndarray, cosine: float, random: np.random.Generator) -> np.ndarray:
    """A vector of length 1 with that cosine to `vector`."""
    orthogonal = random.standard_normal(len(vector))
    orthogonal -= (orthogonal @ vector) * vector
    orthogonal /= np.linalg.norm(orthogonal)
    return np.asarray(cosine * vector + np.sqrt(1 - cosine**2) * orthogonal, np.float32)


def two(bits: int, cosine: float, seconds: float | None) -> SimilarityFeatures:
    """Two photos at this distance."""
    random = np.random.default_rng(0)
    vector = unit(random.standard_normal((1, 64)))[0]
    taken = np.array([0.0, np.nan if seconds is None else seconds])
    return similarity_features(
        np.array([0, 2**bits - 1], np.uint64), np.stack([vector, turned(vector, cosine, random)]), taken
    )


@pytest.mark.parametrize(
    ("features", "near", "scene"),
    [
        (two(4, 0.2, None), True, True),  # a blurred copy: the hash knows it
        (two(12, 0.9, None), True, True),  # the next frame
        (two(12, 0.9, 30), True, True),
        (two(12, 0.9, 300), False, True),  # the same place, later
        (two(12, 0.75, 10), False, True),
        (two(30, 0.95, 10), False, True),  # the same thing, framed otherwise
        (two(30, 0.75, 7200), False, False),
        (two(30, 0.5, 10), False, False),
        (two(4, 0.2, 7200), True, True),  # copies lose the time, or get the time of saving
    ],
)
def test_two_photos(features: SimilarityFeatures, near: bool, scene: bool) -> None:
    levels = group(["a", "b"], features, LIMITS)
    assert (levels.near[0] == levels.near[1], levels.scene[0] == levels.scene[1]) == (near, scene)
    assert levels.exact[0] != levels.exact[1]


def test_the_same_pixels_are_one_of_everything() -> None:
    levels = group(["a", "a"], two(30, 0.1, 7200), LIMITS)
    assert len({*levels.exact, *levels.near, *levels.scene}) == 1


def test_an_album_without_photos() -> None:
    none = similarity_features(np.zeros(0, np.uint64), np.zeros((0, 8), np.float32), np.zeros(0))
    assert [len(level) for level in vars(group([], none, LIMITS)).values()] == [0, 0, 0]


def shoot(count: int, random: np.random.Generator) -> tuple[list[str], SimilarityFeatures]:
    """Scenes of a dozen frames, of which every third is the one before once more; half of them know their time."""
    scenes = unit(random.standard_normal((count // 12 + 1, 128)))[np.arange(count) // 12]
    frames = unit(scenes + 0.04 * random.standard_normal((count, 128)).astype(np.float32))
    hashes = random.integers(0, 2**63, count, dtype=np.uint64)
    taken = np.where(np.arange(count) % 2 == 0, np.arange(count) * 5.0, np.nan)
    for photo in range(2, count, 3):
        frames[photo] = turned(frames[photo - 1], 0.97, random)
        hashes[photo] = hashes[photo - 1] ^ np.uint64(0b111)
    return [f"{number:05}" for number in range(count)], similarity_features(hashes, frames, taken)


def test_levels_lie_within_each_other_and_the_order_does_not_matter() -> None:
    random = np.random.default_rng(3)
    names, features = shoot(240, random)
    levels = group(names, features, LIMITS)
    for inner, outer in ((levels.exact, levels.near), (levels.near, levels.scene)):
        assert all(len(set(outer[inner == number])) == 1 for number in set(inner))
    assert len(set(levels.near)) < len(names)
    assert len(set(levels.scene)) < len(set(levels.near))
    order = random.permutation(len(names))
    mixed = features[order]
    again = group([names[number] for number in order], mixed, LIMITS)
    assert member_sets(levels, names) == member_sets(again, [names[number] for number in order])


def member_sets(levels: Levels, names: list[str]) -> list[set[frozenset[str]]]:
    found = np.array(names)
    return [{frozenset(found[level == number]) for number in set(level)} for level in vars(levels).values()]


def test_ten_thousand_photos_are_grouped() -> None:
    """docs/measurements.md says how long that takes."""
    names, features = shoot(10_000, np.random.default_rng(5))
    levels = group(names, features, LIMITS)
    assert 500 < len(set(levels.scene)) < len(set(levels.near)) < 10_000
