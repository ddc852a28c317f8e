"""One error tree. Each error has a stable code, a plain sentence, and says whether trying again can help."""

from typing import Any, ClassVar

from critic_core.contracts.base import Contract


class Problem(Contract):
    """An error as RFC 9457 tells it, plus a stable `code` and `permanent`.

    Source: https://www.rfc-editor.org/rfc/rfc9457
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    permanent: bool
    instance: str | None = None


class CriticError(Exception):
    """Something broke on our side; it was logged, and trying again may help."""

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something broke on our side"
    status: ClassVar[int] = 500
    permanent: ClassVar[bool] = False

    def __init__(self, detail: str | None = None, retry_after_seconds: int | None = None) -> None:
        self.detail = detail or (self.__doc__ or self.title).strip().splitlines()[0]
        self.retry_after_seconds = retry_after_seconds  # None: nothing better is known than what the settings say
        super().__init__(self.detail)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.detail, self.retry_after_seconds)

    def problem(self, instance: str | None = None) -> Problem:
        """This error as it goes over the wire."""
        return Problem(
            type=f"urn:photo-critic:error:{self.code}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            code=self.code,
            permanent=self.permanent,
            instance=instance,
        )


# -- the photo itself -------------------------------------------------------------------------------------------------


class PhotoError(CriticError):
    """The photo cannot be used, however often it is sent."""

    code, title, status, permanent = "photo_unusable", "The photo cannot be used", 422, True


class PhotoEmpty(PhotoError):
    """The file is empty."""

    code, title, status = "photo_empty", "The file is empty", 400


class PhotoTooLarge(PhotoError):
    """The file is larger than the limit."""

    code, title, status = "photo_too_large", "The file is too large", 413


class PhotoTooManyPixels(PhotoError):
    """The photo has more pixels than the limit."""

    code, title, status = "photo_too_many_pixels", "The photo has too many pixels", 413


class PhotoUnsupported(PhotoError):
    """The file is not a photo in a format we read."""

    code, title, status = "photo_unsupported", "Not a photo we can read", 415


class PhotoCorrupt(PhotoError):
    """The file begins like a photo, but is damaged or cut short."""

    code, title, status = "photo_corrupt", "The photo is damaged", 422


class PhotoNoPreview(PhotoError):
    """The camera RAW file has no embedded preview."""

    code, title, status = "photo_no_preview", "The RAW file has no preview", 422


class PhotoPoison(PhotoError):
    """The photo brought down its worker several times and was set aside."""

    code, title, status = "photo_poison", "The photo was set aside", 422


class PhotoTimeout(PhotoError):
    """The photo could not be read within the time limit."""

    code, title, status = "photo_timeout", "The photo took too long", 422


# -- the request ------------------------------------------------------------------------------------------------------


class PhotoNotFound(CriticError):
    """No such photo: it was never here, was deleted, or its time to live ran out."""

    code, title, status, permanent = "photo_not_found", "No such photo", 404, True


class AlbumNotFound(CriticError):
    """No such album: it was never here, was deleted, or its time to live ran out."""

    code, title, status, permanent = "album_not_found", "No such album", 404, True


class AlbumFull(CriticError):
    """The album has as many photos as an album may have."""

    code, title, status, permanent = "album_full", "The album is full", 413, True


class AlbumResultPending(CriticError):
    """The album is still being looked at; the answer will be there in a moment."""

    code, title, status, permanent = "album_result_pending", "The answer is not there yet", 503, False


class SidecarUnreadable(CriticError):
    """The sidecar that is there is not XMP that we can read; it was left as it is."""

    code, title, status, permanent = "sidecar_unreadable", "The sidecar cannot be read", 422, True


class PreviewPending(CriticError):
    """The preview is made together with the critique, which is not there yet."""

    code, title, status, permanent = "preview_pending", "The preview is not there yet", 409, False


class InvalidRequest(CriticError):
    """The request is not of the form this call takes."""

    code, title, status, permanent = "invalid_request", "The request is not valid", 422, True


class TooManyPhotos(CriticError):
    """The request has more photos than one request may carry."""

    code, title, status, permanent = "too_many_photos", "Too many photos in one request", 413, True


class RequestTooLarge(CriticError):
    """The request has more bytes than one request may carry."""

    code, title, status, permanent = "request_too_large", "The request is too large", 413, True


class UploadTimeout(CriticError):
    """The upload did not arrive within the time limit."""

    code, title, status, permanent = "upload_timeout", "The upload took too long", 408, False


class ModelNotFound(CriticError):
    """No model of that name is being served."""

    code, title, status, permanent = "model_not_found", "No such model", 404, True


class WebhooksDisabled(CriticError):
    """This server sends no webhooks: a callback_url cannot be taken."""

    code, title, status, permanent = "webhooks_disabled", "Webhooks are off", 422, True


class InvalidCallbackUrl(CriticError):
    """The callback URL is not one that this server would call."""

    code, title, status, permanent = "invalid_callback_url", "The callback URL is refused", 422, True


class DeliveryNotFound(CriticError):
    """No such delivery: it was never made, or was forgotten with what it is about."""

    code, title, status, permanent = "delivery_not_found", "No such delivery", 404, True


class MissingApiKey(CriticError):
    """This server wants an API key, in the header X-API-Key or as a bearer token."""

    code, title, status, permanent = "missing_api_key", "An API key is needed", 401, True


class InvalidApiKey(CriticError):
    """The API key is not one this server knows."""

    code, title, status, permanent = "invalid_api_key", "The API key is not valid", 403, True


class IdempotencyKeyReused(CriticError):
    """The Idempotency-Key was used before, with another body."""

    code, title, status, permanent = "idempotency_key_reused", "Idempotency-Key used with another body", 422, True


class IdempotencyInProgress(CriticError):
    """A request with the same Idempotency-Key is still being taken in."""

    code, title, status, permanent = "idempotency_in_progress", "The same request is under way", 409, False


class Overloaded(CriticError):
    """Too many photos are waiting; try again in a moment."""

    code, title, status, permanent = "overloaded", "Busy: try again in a moment", 429, False


class RateLimited(CriticError):
    """This API key asks more often than it may; wait a moment."""

    code, title, status, permanent = "rate_limited", "Too many requests", 429, False


class QuotaExceeded(CriticError):
    """This API key has sent all the photos that it may send today."""

    code, title, status, permanent = "quota_exceeded", "Today's photos are used up", 429, False


# -- the machinery ----------------------------------------------------------------------------------------------------


class ServiceUnavailable(CriticError):
    """A part of the service does not answer."""

    code, title, status, permanent = "service_unavailable", "A part of the service does not answer", 503, False


class QueueUnavailable(ServiceUnavailable):
    """The queue (Redis) does not answer."""

    code, title = "queue_unavailable", "The queue does not answer"


class StorageUnavailable(ServiceUnavailable):
    """The photo storage does not answer."""

    code, title = "storage_unavailable", "The photo storage does not answer"


class InferenceUnavailable(ServiceUnavailable):
    """The inference server does not answer, or is overloaded."""

    code, title = "inference_unavailable", "The inference server does not answer"


class InferenceFailed(CriticError):
    """The inference server refused the photo's tensor: model and worker do not fit together."""

    code, title, status, permanent = "inference_failed", "The model refused its input", 500, True


class NotReady(ServiceUnavailable):
    """The service cannot answer yet."""

    code, title = "not_ready", "Not ready"
