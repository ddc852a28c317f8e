import time

from critic_worker.photos.stopwatch import Stopwatch


def test_stages_add_up_and_the_total_covers_all() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.stage("decode"):
            time.sleep(0.01)  # a stage that takes time
    timings = watch.timings()
    assert timings.decode >= 20
    assert timings.total >= timings.decode
    assert timings.infer == 0


def test_stages_of_another_process_are_added() -> None:
    watch = Stopwatch()
    watch.add({"decode": 20.5, "measure": 3.0})
    watch.add({"decode": 1.5})
    timings = watch.timings()
    assert (timings.decode, timings.measure) == (22, 3)
