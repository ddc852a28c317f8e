"""Shares and distances of suggestions."""

from critic_training.evaluation.suggestions.outcome import Outcome, row


def test_shares_are_of_all_photos_and_distances_of_those_with_a_suggestion() -> None:
    outcomes = [Outcome(True, 3, 1), Outcome(False, 3, 6), None, None]
    assert row("tilted", outcomes) == ("4, tilted", "0.25", "0.25", "0.50", "3.00", "3.50")


def test_a_row_of_photos_left_alone_has_no_distance() -> None:
    assert row("level", [None, Outcome(False, 0, 2)]) == ("2, level", "0.00", "0.50", "0.50", "", "")
