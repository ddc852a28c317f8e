"""Pillow's warnings stay inside, in threads that overlap, too."""

import threading
import warnings

from critic_core.imaging.pillow_warnings import quiet_pillow


def warn_as(module: str) -> None:
    warnings.warn_explicit("90 megapixels", UserWarning, filename="x.py", lineno=1, module=module)


def test_only_pillow_is_silenced() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet_pillow():
            warn_as("PIL.Image")
            warn_as("pillow_heif.misc")
            try:
                warn_as("numpy")
            except UserWarning:
                return
    raise AssertionError("numpy's warning was lost")


def test_the_filters_are_back_when_the_last_thread_has_left() -> None:
    """The first one in leaves first: each restoring what it saw would leave the filter in place for ever."""
    before = list(warnings.filters)
    first_may_leave, second_is_in = threading.Event(), threading.Event()

    def second() -> None:
        with quiet_pillow():
            second_is_in.set()
            first_may_leave.wait(10)

    thread = threading.Thread(target=second)
    with quiet_pillow():
        thread.start()
        assert second_is_in.wait(10)
    assert list(warnings.filters) != before
    first_may_leave.set()
    thread.join(10)
    assert list(warnings.filters) == before
