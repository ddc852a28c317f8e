"""Claimed photos: classify, store. Idempotent: a claim may be repeated after a crash at any point."""

from collections.abc import Sequence

from critic_core.contracts.errors import PhotoError, PhotoPoison, PhotoTimeout, ServiceUnavailable
from critic_core.contracts.photo import Photo
from critic_core.runtime.logs import logger
from critic_core.stores.photo_queue import Claim, ClaimedPhoto
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.photos.batch import ScoredPhoto, classify_batch
from critic_worker.photos.models import Models
from critic_worker.photos.outcomes import (
    fail,
    record_failed,
    record_requeue,
    record_skipped,
    requeue,
    store_result,
    to_critic_error,
)

log = logger(__name__)


def process_photos(claims: Sequence[ClaimedPhoto], context: WorkerContext, models: Models) -> int:
    """Process one claim: photos for the same model, several when the queue is long. Returns how many have a result.

    A repeated batch has killed its process: it is split, so that no photo is blamed for another.
    Raises QueueUnavailable when Redis stays down: the claim must be repeated.
    """
    photos = [claim.photo for claim in claims if claim.photo]
    with metrics.in_progress(len(claims)):
        finished = sum(_end_unclaimed(claim, context) for claim in claims if claim.photo is None)
        split_batch([claim.id for claim in claims if claim.outcome is Claim.repeated], context)
        if len(photos) > 1:
            return finished + _process_batch_or_split(photos, context, models)
        return finished + sum(_process_single(photo, context, models) for photo in photos)


def on_time_limit(photo_ids: Sequence[str], context: WorkerContext) -> None:
    """Fail the photo, or split the batch, whose process the hard time limit killed. Raises QueueUnavailable."""
    if len(photo_ids) == 1:
        if context.jobs.fail(photo_ids[0], PhotoTimeout().problem()):
            record_failed(photo_ids[0], PhotoTimeout.code)
    else:
        split_batch(photo_ids, context)


def split_batch(photo_ids: Sequence[str], context: WorkerContext) -> None:
    """Requeue the unfinished photos of a batch; each is claimed alone."""
    for photo_id in reversed(photo_ids):
        if context.jobs.requeue_alone(photo_id):
            context.send_ticket(1)
            record_requeue(photo_id, "batch_split")


def _end_unclaimed(claim: ClaimedPhoto, context: WorkerContext) -> bool:
    """Whether a photo without work has a result from now on: as a dead letter."""
    if claim.outcome is Claim.poison:
        record_failed(claim.id, PhotoPoison.code)
        return context.jobs.move_to_dead_letters(claim.id, PhotoPoison().problem())
    if claim.outcome is not Claim.repeated:
        record_skipped(claim.id, claim.outcome.value)
    return False


def _process_batch_or_split(photos: Sequence[Photo], context: WorkerContext, models: Models) -> int:
    try:
        return _process_batch(photos, context, models)
    except Exception as error:  # noqa: BLE001 - the single claims will show which photo it was
        log.warning("batch_split", photos=len(photos), error=repr(error))
        split_batch([photo.id for photo in photos], context)
        return 0


def _process_batch(photos: Sequence[Photo], context: WorkerContext, models: Models) -> int:
    """Raises every error but that of an unusable photo."""
    finished = 0
    for scored in classify_batch(photos, context, models):
        if isinstance(scored.result, PhotoError):
            error = to_critic_error(scored.result, context.time_limit_error)
            if isinstance(error, PhotoTimeout):
                raise error  # the batch shared the time
        finished += _store(scored, context, models)
    return finished


def _process_single(photo: Photo, context: WorkerContext, models: Models) -> bool:
    try:
        (scored,) = classify_batch([photo], context, models)
        return _store(scored, context, models)
    except ServiceUnavailable as error:
        return requeue(photo.id, error, context)
    except Exception as error:  # noqa: BLE001 - any error is a result for the photo's owner
        return fail(photo.id, to_critic_error(error, context.time_limit_error), context)


def _store(scored: ScoredPhoto, context: WorkerContext, models: Models) -> bool:
    photo, result = scored.photo, scored.result
    if isinstance(result, PhotoError):
        return fail(photo.id, to_critic_error(result, context.time_limit_error), context)
    if stored := store_result(photo, result, context):
        models.compare(photo, scored.data, result)
    return stored
