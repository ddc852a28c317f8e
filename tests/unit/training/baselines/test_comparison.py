"""Tables I and II against figures by hand."""

import numpy as np
import pytest

from critic_training.baselines.comparison import ModelPredictions, lead, row, table_one, table_two, to_json
from critic_training.data.photo_sets import RatedPhotos
from critic_training.evaluation.config import EvaluationConfig

CONFIG = EvaluationConfig(resamples=60)


def test_precision_recall_f1_and_accuracy_by_hand(rated: RatedPhotos) -> None:
    good, bad = rated.score >= 7, rated.score <= 2
    predicted = np.where(rated.score >= 8, 0.9, 0.1).astype(np.float32)  # a third of the good ones is missed
    predicted[np.flatnonzero(bad)[:12]] = 0.9  # twelve of 36 bad ones are classified as good
    found = row(ModelPredictions("by hand", [predicted], []), rated, None, CONFIG).figures
    assert good.sum() == bad.sum() == 36
    assert found["precision"].value == pytest.approx(24 / 36)
    assert found["recall"].value == pytest.approx(24 / 36)
    assert found["F1"].value == pytest.approx(24 / 36)
    assert found["accuracy"].value == pytest.approx(48 / 72)


def test_the_lead_is_in_points_of_accuracy_and_inside_its_interval(rated: RatedPhotos) -> None:
    right = np.where(rated.score > 5, 0.9, 0.1).astype(np.float32)
    half = np.where(rated.category == "Animal", right, 1 - right)
    model, reference = ModelPredictions("right", [right, right], []), ModelPredictions("half", [half], [])
    found = lead(model, reference, rated, CONFIG)
    assert found.points.value == pytest.approx(50)
    assert found.points.low <= 50 <= found.points.high
    rows = [row(model, rated, rated, CONFIG), row(ModelPredictions("half", [half], [half]), rated, rated, CONFIG)]
    assert table_one(rows).row_count == 2
    assert table_two([found]).row_count == 1
    report = to_json(rows, [found])
    assert report["table2"][0]["points"]["value"] == pytest.approx(50)
    assert report["table1"][1]["across"]["value"] == pytest.approx(0.5)
