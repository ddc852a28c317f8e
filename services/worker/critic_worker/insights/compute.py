"""An insight into a photo: computed by the network that scores, and stored. Idempotent."""

from contextlib import suppress

from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.insight import EXPLANATION, SUGGESTIONS, Explanation, Suggestions, preview_name
from critic_core.contracts.photo import Photo
from critic_core.imaging.attribution import attribution, heat_map
from critic_core.imaging.decode import Pixels
from critic_core.imaging.preview import preview as render_preview
from critic_core.imaging.suggestions.suggest import apply_suggestion, suggest
from critic_core.runtime.logs import logger
from critic_core.runtime.storage import preview_key
from critic_core.stores.insights import Insight
from critic_worker.context import WorkerContext
from critic_worker.inference.retrying import RetryingClassifier
from critic_worker.insights.network import Network
from critic_worker.insights.view import preview_pixels
from critic_worker.photos.models import Models
from critic_worker.retry import retry_until

log = logger(__name__)


def compute_insight(photo_id: str, name: str, context: WorkerContext, models: Models) -> None:
    """Compute and store an insight, one of INSIGHTS: an empty one without a preview, nothing for a deleted photo.

    Raises CriticError, as with a service that stays down: the gateway repeats a request without an insight.
    """
    try:
        photo = context.jobs.get(photo_id)
    except PhotoNotFound:
        return
    preview = _preview(photo_id, context)
    context.insights.save(photo_id, name, _insight(name, photo, preview, context, models) if preview else Insight())
    log.info("insight_computed", photo_id=photo_id, name=name)


def _preview(photo_id: str, context: WorkerContext) -> bytes:
    """Empty when there is none."""
    with suppress(PhotoNotFound):
        key = preview_key(photo_id)
        return retry_until(lambda: context.storage.get(key), context.settings.service_retry_seconds)
    return b""


def _insight(name: str, photo: Photo, preview: bytes, context: WorkerContext, models: Models) -> Insight:
    network = Network(RetryingClassifier(models.classifier_for(photo), context.settings.service_retry_seconds))
    pixels = preview_pixels(preview, network.preprocessing, context)
    if name == EXPLANATION:
        return _explanation(pixels, network)
    suggestions = _suggestions(photo, pixels, network, context)
    if name == SUGGESTIONS:
        return Insight(suggestions.model_dump_json())
    named = [suggestion for suggestion in suggestions.suggestions if preview_name(suggestion.number) == name]
    return Insight(picture=render_preview(apply_suggestion(pixels, named[0]))) if named else Insight()


def _explanation(pixels: Pixels, network: Network) -> Insight:
    percent, cells = attribution(pixels, network.preprocessing, network.percent)
    rows = tuple(tuple(row) for row in cells.round(3).tolist())
    explanation = Explanation(percent=round(percent, 3), cells=rows, **network.provenance)
    return Insight(explanation.model_dump_json(), heat_map(cells, pixels.shape[1], pixels.shape[0]))


def _suggestions(photo: Photo, pixels: Pixels, network: Network, context: WorkerContext) -> Suggestions:
    """As stored, for previews; else computed."""
    stored = context.insights.get(photo.id, SUGGESTIONS)
    if stored and stored.document:
        return Suggestions.read(stored.document)
    found = suggest(pixels, photo.critique, network.preprocessing, network.percent)
    return Suggestions(suggestions=found, **network.provenance)
