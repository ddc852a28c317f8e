import numpy as np
from tests.unit.inference.sessions import Doubler, rows

from critic_inference.batching.batch import compute_batch


def doubled(result):
    return [outputs["y"][:, 0].tolist() for outputs in result.outputs]


def test_each_request_gets_its_own_rows_back():
    session = Doubler()
    result = compute_batch(session, [rows(1), rows(2, 3), rows(4)], 8)
    assert doubled(result) == [[2], [4, 6], [8]]
    assert (result.rows, session.batches) == (4, [4])


def test_padding_to_the_bucket_where_new_shapes_are_costly():
    session = Doubler(fixed_shapes=True)
    result = compute_batch(session, [rows(1, 2), rows(3)], 8)
    assert doubled(result) == [[2, 4], [6]]
    assert (result.rows, session.batches) == (3, [4])


def test_a_single_request_is_not_copied():
    session, batches = Doubler(), []
    session.run = lambda feeds: batches.append(feeds["x"]) or {"y": feeds["x"]}
    request = rows(1, 2)
    compute_batch(session, [request], 8)
    assert batches[0] is request["x"]


def test_without_a_batch_dimension_the_output_is_whole():
    result = compute_batch(Doubler(), [{"x": np.ones(3, np.float32)}], 0)
    assert result.outputs[0]["y"].tolist() == [2, 2, 2]
    assert result.rows == 1


def test_the_timing_of_a_batch():
    timing = compute_batch(Doubler(), [rows(1), rows(2)], 8).timing
    assert timing.infer_ns > 0
    assert min(timing.input_ns, timing.output_ns) >= 0
