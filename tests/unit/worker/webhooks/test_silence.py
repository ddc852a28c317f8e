from critic_worker.webhooks.scheduler import Silence


def test_silence_counts_while_tasks_wait_and_none_is_begun() -> None:
    now = [100.0]
    silence = Silence(lambda: now[0])
    assert silence.seconds(3) == 0
    now[0] += 40
    assert silence.seconds(3) == 40
    silence.broken()
    assert silence.seconds(3) == 0
    now[0] += 40
    assert silence.seconds(0) == 0
    assert silence.seconds(1) == 0
