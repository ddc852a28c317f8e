"""Manifests and the digest of the preprocessing."""

import json

import pytest

from critic_core.contracts.manifest import (
    Calibration,
    Fit,
    Golden,
    Manifest,
    Preprocessing,
    Reference,
    Scale,
    is_version_folder,
    parse_manifest,
)

MANIFEST = Manifest(
    name="tiny",
    version="1",
    architecture="alexnet",
    embedding_size=8,
    preprocessing=Preprocessing(),
    calibration=Calibration(method="none", fitted_on="nothing"),
    reference=Reference(dataset="none", photos=0, score_quantiles=tuple(float(number) for number in range(101))),
    golden=Golden(probability=0.5),
    datasets=(),
    metrics=(),
    weights_sha256="0" * 64,
    training_command="none",
    training_commit="none",
    created="2026-11-23",
    summary="For a test.",
)


def test_a_manifest_survives_its_own_json() -> None:
    assert parse_manifest(MANIFEST.model_dump_json()) == MANIFEST


def test_whatever_changes_pixels_changes_the_digest() -> None:
    digests = {Preprocessing(fit=fit, decode_long_side=side).digest for fit in Fit for side in (480, 960)}
    assert len(digests) == 6


def test_a_digest_that_does_not_fit_is_refused() -> None:
    text = json.loads(MANIFEST.model_dump_json())
    text["preprocessing"]["size"] = 227
    with pytest.raises(ValueError, match="digest"):
        parse_manifest(json.dumps(text))


@pytest.mark.parametrize(
    ("name", "is_version"), [("1", True), ("10", True), ("0", False), ("01", False), ("", False), ("²", False)]
)
def test_version_folders_are_positive_numbers_without_leading_zeros(name: str, is_version: bool) -> None:
    assert is_version_folder(name) is is_version


def test_without_a_scale_the_score_is_the_probability_in_percent() -> None:
    assert [Scale().score(p) for p in (0.0, 0.3, 1.0)] == pytest.approx([0, 30, 100], abs=1e-6)
    assert Scale().interval(0.3) is None


def test_an_interval_surrounds_the_score_and_is_conclusive_beside_the_middle() -> None:
    scale = Scale(slope=0.25, offset=0.1, half_width=0.5, level=0.8)
    for probability in (0.0, 0.05, 0.5, 0.95, 1.0):
        interval = scale.interval(probability)
        assert interval is not None
        assert 0 <= interval.low < scale.score(probability) < interval.high <= 100
        assert interval.conclusive == (interval.low > 50 or interval.high < 50)
    assert scale.score(0.2) < scale.score(0.7)
