"""Every pair of hashes that differs in few bits, once, whatever way they are found."""

from itertools import combinations

import numpy as np
import pytest

from critic_worker.albums.grouping import similar_hashes as search
from critic_worker.albums.grouping.similar_hashes import Hashes, similar_hashes


def found(hashes: Hashes, bits: int) -> list[tuple[int, int]]:
    return sorted(
        pair
        for first, second in similar_hashes(hashes, bits)
        for pair in zip(first.tolist(), second.tolist(), strict=True)
    )


def plain(hashes: Hashes, bits: int) -> list[tuple[int, int]]:
    pairs = combinations(range(len(hashes)), 2)
    return [pair for pair in pairs if (int(hashes[pair[0]]) ^ int(hashes[pair[1]])).bit_count() <= bits]


@pytest.mark.parametrize("bits", [0, 1, 6, 7, 8, 20, 64])
def test_the_pairs_are_those_of_the_definition(bits: int) -> None:
    random = np.random.default_rng(bits)
    hashes = random.integers(0, 2**64, 40, dtype=np.uint64)[random.integers(0, 40, 150)]
    for _ in range(5):
        hashes ^= np.uint64(1) << random.integers(0, 64, 150).astype(np.uint64)
    assert found(hashes, bits) == plain(hashes, bits)
    assert plain(hashes, 64) != []


def test_hashes_with_equal_segments_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of night skies: segments tell nothing apart."""
    hashes = np.arange(100, dtype=np.uint64) << np.uint64(50)
    monkeypatch.setattr(search, "ROWS", 7)
    assert found(hashes, 3) == plain(hashes, 3)


@pytest.mark.parametrize("count", [0, 1])
def test_few_hashes_have_no_pairs(count: int) -> None:
    assert found(np.zeros(count, np.uint64), 6) == []
