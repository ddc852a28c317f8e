import pytest

from critic_inference.batching.buckets import bucket_for, bucket_sizes


@pytest.mark.parametrize(
    ("largest", "sizes"), [(0, ()), (1, (1,)), (2, (1, 2)), (8, (1, 2, 4, 8)), (12, (1, 2, 4, 8, 12))]
)
def test_powers_of_two_up_to_the_largest(largest, sizes):
    assert bucket_sizes(largest) == sizes


def test_the_smallest_bucket_that_holds_the_rows():
    assert [bucket_for(rows, 12) for rows in range(1, 13)] == [1, 2, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12]
