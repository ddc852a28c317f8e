from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig

from critic_inference.batching.policy import BatchPolicy, batch_policy


def policy(text):
    return batch_policy(text_format.Parse(text, ModelConfig()))


def test_every_field_of_config_pbtxt():
    parsed = policy("""
        max_batch_size: 32
        dynamic_batching {
            preferred_batch_size: [ 8, 4 ]
            max_queue_delay_microseconds: 1500
            priority_levels: 3 default_priority_level: 2
            default_queue_policy {
                max_queue_size: 100 default_timeout_microseconds: 2000000 allow_timeout_override: true
            }
        }
        instance_group [ { count: 2 }, { count: 1 } ]
    """)
    assert parsed == BatchPolicy(
        *(32, True, (4, 8)),
        max_delay=0.0015,
        max_queue=100,
        timeout=2.0,
        instances=3,
        priority_levels=3,
        default_priority=2,
        shorter_timeouts=True,
    )


def test_requests_have_the_default_priority_without_a_known_one():
    levels = BatchPolicy(max_rows=8, combine=True, priority_levels=3, default_priority=2)
    assert [levels.priority_of(requested) for requested in (0, 1, 3, 4)] == [2, 1, 3, 2]
    assert BatchPolicy(max_rows=8, combine=True).priority_of(1) == 0


def test_requests_may_shorten_the_timeout_where_the_policy_says_so():
    shorter = BatchPolicy(max_rows=8, combine=True, timeout=2.0, shorter_timeouts=True)
    assert [shorter.timeout_of(requested) for requested in (0.0, 0.5, 3.0)] == [2.0, 0.5, 2.0]
    assert BatchPolicy(max_rows=8, combine=True, timeout=2.0).timeout_of(0.5) == 2.0


def test_without_dynamic_batching_requests_stay_alone():
    assert policy("max_batch_size: 8") == BatchPolicy(max_rows=8, combine=False)


def test_without_a_batch_dimension_nothing_can_be_combined():
    assert not policy("dynamic_batching {}").combine


def test_a_timeout_that_only_delays_rejects_no_request():
    text = "default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 5 }"
    assert policy(f"max_batch_size: 8 dynamic_batching {{ {text} }}").timeout == 0


def test_the_largest_preferred_size_that_is_there():
    batches = BatchPolicy(max_rows=16, combine=True, preferred=(4, 8))
    assert [batches.next_batch_size(rows) for rows in (1, 3, 4, 7, 8, 15, 16, 40)] == [None, None, 4, 4, 8, 8, 16, 16]


def test_without_preferred_sizes_the_batcher_waits_for_a_full_batch():
    batches = BatchPolicy(max_rows=16, combine=True)
    assert [batches.next_batch_size(rows) for rows in (1, 15, 16)] == [None, None, 16]
