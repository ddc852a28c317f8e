"""Insights of a worker: from the preview, by the network that scores, stored beside the photo."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from tests.support.claims import claim
from tests.support.critiques import make_suggestions
from tests.support.tiny_model import tiny_manifest
from tests.unit.worker.fakes import FakeModels

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.insight import EXPLANATION, SUGGESTIONS, Explanation, Suggestions, preview_name
from critic_core.imaging.attribution import CELLS
from critic_core.runtime.storage import preview_key
from critic_core.stores.insights import Insight
from critic_worker.context import WorkerContext
from critic_worker.insights.compute import compute_insight
from critic_worker.insights.network import BATCH
from critic_worker.photos.process import process_photos


@pytest.fixture
def photo_id(upload: Callable[..., str], context: WorkerContext, models: FakeModels) -> str:
    photo_id = upload()
    process_photos(claim(context.queue, [photo_id]), context, models)
    models.stable.tensors.clear()
    models.stable.requests = 0
    return photo_id


def test_an_explanation_is_a_grid_and_a_picture(photo_id: str, context: WorkerContext, models: FakeModels) -> None:
    compute_insight(photo_id, EXPLANATION, context, models)
    insight = context.insights.get(photo_id, EXPLANATION)
    assert insight is not None
    explanation = Explanation.read(insight.document)
    assert (explanation.percent, explanation.version) == (25, "1")
    assert explanation.cells == ((0.0,) * CELLS,) * CELLS  # the fake network sees nothing
    assert Image.open(BytesIO(insight.picture)).size == (160, 107)  # upright, of a photo of 90 × 60


def test_the_network_is_asked_in_small_batches(photo_id: str, context: WorkerContext, models: FakeModels) -> None:
    compute_insight(photo_id, EXPLANATION, context, models)
    inputs = CELLS * CELLS + 1
    assert len(models.stable.tensors) == inputs
    assert models.stable.requests == -(-inputs // BATCH)


def test_a_photo_of_another_version_is_explained_by_that_version(
    photo_id: str, context: WorkerContext, models: FakeModels
) -> None:
    models.canary_ids.add(photo_id)
    models.trials["2"] = canary = type(models.stable)(0.75)
    compute_insight(photo_id, EXPLANATION, context, models)
    assert not models.stable.tensors
    assert canary.tensors


def test_a_photo_deleted_before_or_during_the_work_gets_no_insight(
    photo_id: str, context: WorkerContext, models: FakeModels
) -> None:
    models.stable.on_request = lambda: context.jobs.mark_deleted(photo_id)
    compute_insight(photo_id, EXPLANATION, context, models)
    compute_insight(photo_id, EXPLANATION, context, models)
    assert context.insights.get(photo_id, EXPLANATION) is None


def test_a_photo_without_its_preview_has_an_empty_insight(
    photo_id: str, context: WorkerContext, models: FakeModels
) -> None:
    context.storage.delete(preview_key(photo_id))
    compute_insight(photo_id, EXPLANATION, context, models)
    assert context.insights.get(photo_id, EXPLANATION) == Insight()
    assert not models.stable.tensors


def test_without_an_inference_server_nothing_is_stored(
    photo_id: str, context: WorkerContext, models: FakeModels
) -> None:
    models.stable.always = InferenceUnavailable()
    with pytest.raises(InferenceUnavailable):
        compute_insight(photo_id, EXPLANATION, context, models)
    assert context.insights.get(photo_id, EXPLANATION) is None


def test_no_map_is_made_of_two_versions(photo_id: str, context: WorkerContext, models: FakeModels) -> None:
    stable = models.stable
    replaced = tiny_manifest("2")
    stable.on_request = lambda: setattr(stable, "_manifest", replaced) if stable.requests == 2 else None
    with pytest.raises(InferenceUnavailable):
        compute_insight(photo_id, EXPLANATION, context, models)
    assert context.insights.get(photo_id, EXPLANATION) is None
    compute_insight(photo_id, EXPLANATION, context, models)
    insight = context.insights.get(photo_id, EXPLANATION)
    assert insight is not None
    assert Explanation.read(insight.document).version == "2"


def test_a_network_without_opinion_suggests_nothing(photo_id: str, context: WorkerContext, models: FakeModels) -> None:
    compute_insight(photo_id, SUGGESTIONS, context, models)
    insight = context.insights.get(photo_id, SUGGESTIONS)
    assert insight is not None
    assert Suggestions.read(insight.document).suggestions == ()


@pytest.mark.parametrize(
    ("number", "size"),
    [(1, (640, 427)), (2, (594, 395)), (3, (320, 320))],
    ids=["exposure", "straighten", "crop"],
)
def test_a_preview_shows_the_stored_suggestion(
    photo_id: str, context: WorkerContext, models: FakeModels, number: int, size: tuple[int, int]
) -> None:
    context.insights.save(photo_id, SUGGESTIONS, Insight(make_suggestions().model_dump_json()))
    compute_insight(photo_id, preview_name(number), context, models)
    insight = context.insights.get(photo_id, preview_name(number))
    assert insight is not None
    image = Image.open(BytesIO(insight.picture))
    assert (image.format, image.size) == ("JPEG", size)
    assert not models.stable.tensors


def test_a_preview_without_its_suggestion_is_empty(photo_id: str, context: WorkerContext, models: FakeModels) -> None:
    compute_insight(photo_id, preview_name(1), context, models)
    assert context.insights.get(photo_id, preview_name(1)) == Insight()
