"""The end of a claim: a stored critique, a stored problem, or a requeue."""

from critic_core.contracts.errors import CriticError, PhotoNotFound, PhotoTimeout, ServiceUnavailable
from critic_core.contracts.photo import Photo
from critic_core.runtime.logs import logger
from critic_core.runtime.storage import preview_key
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.photos.critique import CritiqueResult
from critic_worker.retry import retry_until

log = logger(__name__)


def store_result(photo: Photo, result: CritiqueResult, context: WorkerContext) -> bool:
    """Store preview and critique. False for a late result: the photo is finished already, or was deleted.

    The preview comes first, so that every stored critique has one.
    """
    seconds = context.settings.service_retry_seconds
    retry_until(lambda: context.storage.put(preview_key(photo.id), result.preview), seconds)
    if retry_until(lambda: context.jobs.finish(photo.id, result.critique), seconds):
        metrics.observe(photo, result.critique)
        record_done(photo.id)
        return True
    _delete_orphaned_preview(photo.id, context)
    record_skipped(photo.id, "late")
    return False


def _delete_orphaned_preview(photo_id: str, context: WorkerContext) -> None:
    """Delete the preview of a photo that was deleted during the work, perhaps before the preview was written."""
    try:
        context.jobs.get(photo_id)
    except PhotoNotFound:
        context.storage.delete(preview_key(photo_id))


def requeue(photo_id: str, error: ServiceUnavailable, context: WorkerContext) -> bool:
    """Requeue a photo because a service is down, or fail it when its requeues are used up: then True."""
    if not context.jobs.requeue(photo_id, context.settings.max_requeues):
        return fail(photo_id, error, context)
    context.send_ticket(1)
    record_requeue(photo_id, error.code)
    return False


def fail(photo_id: str, error: CriticError, context: WorkerContext) -> bool:
    """Store the problem as the photo's result. False when the photo has one already, or was deleted meanwhile."""
    seconds = context.settings.service_retry_seconds
    failed = retry_until(lambda: context.jobs.fail(photo_id, error.problem()), seconds)
    record_failed(photo_id, error.code)
    return failed


def to_critic_error(error: Exception, time_limit_error: type[Exception]) -> CriticError:
    """The error for the photo's owner; an unexpected one is logged with its traceback.

    Decoding wraps every exception in PhotoCorrupt, the time limit's as well.
    """
    if isinstance(error, time_limit_error) or isinstance(error.__cause__, time_limit_error):
        return PhotoTimeout()
    if isinstance(error, CriticError):
        return error
    log.exception("photo_failed_unexpectedly", exc_info=error)
    return CriticError("Something broke on our side while looking at the photo.")


def record_done(photo_id: str) -> None:
    """Count and log a stored critique."""
    metrics.CLAIMS.labels("done", "").inc()
    log.info("photo_done", photo_id=photo_id)


def record_failed(photo_id: str, code: str) -> None:
    """Count and log a stored problem."""
    metrics.CLAIMS.labels("failed", code).inc()
    log.info("photo_failed", photo_id=photo_id, code=code)


def record_skipped(photo_id: str, reason: str) -> None:
    """Count and log a claim without a result: an earlier claim finished the photo, or the photo was deleted."""
    metrics.CLAIMS.labels("skipped", reason).inc()
    log.info("photo_skipped", photo_id=photo_id, reason=reason)


def record_requeue(photo_id: str, reason: str) -> None:
    """Count and log a requeue: `reason` is the code of a service that is down, or what else ended the claim."""
    metrics.REQUEUES.labels(reason).inc()
    log.warning("photo_requeued", photo_id=photo_id, reason=reason)
