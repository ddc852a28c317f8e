"""Figures of a served model on reference photos with ratings and kinds."""

from pathlib import Path

import numpy as np
import pytest

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.manifest import Scale
from critic_training.evaluation.rated_reference import FEWEST, read_reference, reference_metrics

SCALE = Scale(half_width=0.5, level=0.8)


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    rows = [f"images/{n}.jpg,{n}" for n in range(20, 20 + 2 * FEWEST)]
    (tmp_path / "flickr.csv").write_text("\n".join(["file,score", *rows]))
    kinds = [f"flickr/images/{n}.jpg,{'PF'[n % 2]}" for n in range(20, 20 + 2 * FEWEST)]
    (tmp_path / "kinds.csv").write_text("\n".join(["file,kind", *kinds]))
    return tmp_path


def test_bias_by_kind_coverage_order_and_kinds(ratings: Path) -> None:
    files = tuple(Path(f"/flickr/images/{n}.jpg") for n in range(19, 20 + 2 * FEWEST))
    reference = read_reference(ratings, Path("/flickr/index.csv"), files)
    assert reference is not None
    assert np.isnan(reference.points[0])
    probability = np.array([0.9, *((reference.points[1:] + 3) / 100)], np.float32)
    kinds = np.eye(len(PhotoKind), dtype=np.float32)[[0, *reference.kind[1:]]]
    metrics = list(reference_metrics(reference, probability, kinds, SCALE))
    assert all(m.low is not None and m.high is not None and m.low <= m.value <= m.high for m in metrics)
    found = {(m.name, m.category): m.value for m in metrics}
    assert found["spearman", None] == 1
    assert found["within the interval", None] == 1
    assert found["mean score less raters' mean", "people"] == pytest.approx(3, abs=1e-3)
    assert found["mean score less raters' mean", "food"] == pytest.approx(3, abs=1e-3)
    assert found["kind recognised", None] == 1


def test_a_set_without_ratings_has_no_figures(ratings: Path) -> None:
    assert read_reference(ratings, Path("/other/index.csv"), ()) is None
