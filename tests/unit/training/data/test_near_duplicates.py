"""Multi-index hashing finds every pair within the distance."""

import numpy as np

from critic_training.data.near_duplicates import near_pairs


def test_pairs_are_all_that_differ_in_six_bits_at_most(random: np.random.Generator) -> None:
    known = random.integers(0, 2**63, 300).astype(np.uint64)
    queries = known[:100].copy()
    for position in range(100):
        for bit in random.choice(64, position % 10, replace=False):
            queries[position] ^= np.uint64(1) << np.uint64(bit)
    distance = np.bitwise_count(queries[:, None] ^ known[None])
    expected = {(int(query), int(match)) for query, match in zip(*np.nonzero(distance <= 6), strict=True)}
    assert set(near_pairs(known, queries)) == expected
    assert len(expected) >= 60
