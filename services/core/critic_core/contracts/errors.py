"""The error tree. Each error has a stable code, a sentence, an HTTP status, and whether a retry can help."""

from typing import Any, ClassVar

from critic_core.contracts.base import Contract


class Problem(Contract):
    """An RFC 9457 problem document with a stable `code` and `permanent`: a retry cannot help.

    Source: https://www.rfc-editor.org/rfc/rfc9457
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    permanent: bool
    instance: str | None = None


class Pending(Contract):
    """A result that is not computed yet. `Retry-After` says when to send the same request again."""

    code: str
    title: str
    detail: str
    status: int = 202
    permanent: bool = False


class CriticError(Exception):
    """An unexpected error; it was logged, and a retry may help."""

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal error"
    status: ClassVar[int] = 500
    permanent: ClassVar[bool] = False

    def __init__(self, detail: str | None = None, retry_after_seconds: int | None = None) -> None:
        self.detail = detail or (self.__doc__ or self.title).strip().splitlines()[0]
        self.retry_after_seconds = retry_after_seconds  # None: the default of the settings
        super().__init__(self.detail)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.detail, self.retry_after_seconds)

    def problem(self, instance: str | None = None) -> Problem:
        """This error as a problem document."""
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
    """The photo cannot be used; a retry does not help."""

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


class PhotoTooComplex(PhotoError):
    """Decoding the photo would take more memory or work than the limit, whatever its size."""

    code, title, status = "photo_too_complex", "The photo is too much work to decode", 422


class PhotoUnsupported(PhotoError):
    """The file is not a photo in a supported format."""

    code, title, status = "photo_unsupported", "Unsupported photo format", 415


class PhotoCorrupt(PhotoError):
    """The file begins like a photo, but is damaged or truncated."""

    code, title, status = "photo_corrupt", "The photo is damaged", 422


class PhotoNoPreview(PhotoError):
    """The camera RAW file has no embedded preview."""

    code, title, status = "photo_no_preview", "The RAW file has no preview", 422


class PhotoPoison(PhotoError):
    """The photo crashed its worker several times and is a dead letter now."""

    code, title, status = "photo_poison", "The photo crashes workers", 422


class PhotoTimeout(PhotoError):
    """The photo could not be read within the time limit."""

    code, title, status = "photo_timeout", "The photo took too long", 422


# -- the request ------------------------------------------------------------------------------------------------------


class PhotoNotFound(CriticError):
    """No such photo: never uploaded, deleted, or expired."""

    code, title, status, permanent = "photo_not_found", "No such photo", 404, True


class AlbumNotFound(CriticError):
    """No such album: never created, deleted, or expired."""

    code, title, status, permanent = "album_not_found", "No such album", 404, True


class BatchNotFound(CriticError):
    """No such batch: never created, deleted, or expired."""

    code, title, status, permanent = "batch_not_found", "No such batch", 404, True


class AlbumFull(CriticError):
    """The album has reached its limit of photos."""

    code, title, status, permanent = "album_full", "The album is full", 413, True


class AlbumResultPending(CriticError):
    """The album's result is still being computed; send the request again after `Retry-After`."""

    code, title, status, permanent = "album_result_pending", "The result is not computed yet", 202, False


class ErasurePending(CriticError):
    """A part of the account's data is erased; send the request again until it is answered with 204."""

    code, title, status, permanent = "erasure_pending", "The data is not erased yet", 202, False


class TooManyPairs(CriticError):
    """The thresholds make too many photos of the album similar: raise the least cosines, or lower the bits."""

    code, title, status, permanent = "too_many_pairs", "Too many similar photos", 422, True


class LimitReached(CriticError):
    """The limit of stored albums, photos or shares, or of event streams, is reached."""

    code, title, status, permanent = "limit_reached", "Limit reached", 409, True


class SidecarUnreadable(CriticError):
    """The existing sidecar is not readable XMP; it was not changed."""

    code, title, status, permanent = "sidecar_unreadable", "The sidecar cannot be read", 422, True


class InsightPending(CriticError):
    """The photo's insight is still being computed; send the request again after `Retry-After`."""

    code, title, status, permanent = "insight_pending", "The insight is not computed yet", 202, False


class TastePending(CriticError):
    """The taste is still being trained; send the request again after `Retry-After`."""

    code, title, status, permanent = "taste_pending", "The taste is not trained yet", 202, False


class TasteNotFound(CriticError):
    """No taste is trained: turn it on, and decide about 50 pictures."""

    code, title, status, permanent = "taste_not_found", "Taste not found", 404, True


class SuggestionNotFound(CriticError):
    """The photo has no suggestion of this number."""

    code, title, status, permanent = "suggestion_not_found", "Suggestion not found", 404, True


class PreviewPending(CriticError):
    """The preview is made together with the critique, which is not done yet."""

    code, title, status, permanent = "preview_pending", "The preview is not made yet", 202, False


class InvalidRequest(CriticError):
    """The request does not match the API's schema."""

    code, title, status, permanent = "invalid_request", "Invalid request", 422, True


class MethodNotAllowed(CriticError):
    """The path has no such method; `Allow` lists its methods."""

    code, title, status, permanent = "method_not_allowed", "Method not allowed", 405, True


class TooManyPhotos(CriticError):
    """The request has more photos than the limit of one request."""

    code, title, status, permanent = "too_many_photos", "Too many photos in one request", 413, True


class RequestTooLarge(CriticError):
    """The request has more bytes than the limit of one request."""

    code, title, status, permanent = "request_too_large", "The request is too large", 413, True


class UploadTimeout(CriticError):
    """The upload did not arrive within the time limit."""

    code, title, status, permanent = "upload_timeout", "Upload timeout", 408, False


class ModelNotFound(CriticError):
    """No model with this name is served."""

    code, title, status, permanent = "model_not_found", "No such model", 404, True


class PhotoUrlsDisabled(CriticError):
    """Photos by URL are disabled on this server: send the bytes."""

    code, title, status, permanent = "photo_urls_disabled", "Photos by URL are disabled", 422, True


class InvalidPhotoUrl(CriticError):
    """The photo's URL is not allowed."""

    code, title, status, permanent = "invalid_photo_url", "The photo's URL is not allowed", 422, True


class PhotoUrlFailed(CriticError):
    """The photo's URL does not answer with a photo; redirects are not followed."""

    code, title, status = "photo_url_failed", "The photo's URL failed", 422


class StorageKeysDisabled(CriticError):
    """Photos by key are disabled on this server: send the bytes."""

    code, title, status, permanent = "storage_keys_disabled", "Photos by key are disabled", 422, True


class PresignedUploadsDisabled(CriticError):
    """Presigned uploads are disabled on this server: send the bytes."""

    code, title, status, permanent = "presigned_uploads_disabled", "Presigned uploads are disabled", 403, True


class InvalidStorageKey(CriticError):
    """The photo's key is no path below the owner's folder."""

    code, title, status, permanent = "invalid_storage_key", "The photo's key is not allowed", 422, True


class StorageKeyNotFound(CriticError):
    """The storage has no file of the photo's key."""

    code, title, status = "storage_key_not_found", "No file of this key", 422


class WebhooksDisabled(CriticError):
    """Webhooks are disabled on this server: `callback_url` is not accepted."""

    code, title, status, permanent = "webhooks_disabled", "Webhooks are disabled", 422, True


class InvalidCallbackUrl(CriticError):
    """The callback URL is not allowed."""

    code, title, status, permanent = "invalid_callback_url", "Invalid callback URL", 422, True


class DeliveryNotFound(CriticError):
    """No such delivery: never made, or deleted with its photo or album."""

    code, title, status, permanent = "delivery_not_found", "No such delivery", 404, True


class ShareNotFound(CriticError):
    """No such share link: never created, revoked, or expired."""

    code, title, status, permanent = "share_not_found", "No such share link", 404, True


class PinRequired(CriticError):
    """The share link requires a PIN."""

    code, title, status, permanent = "pin_required", "PIN required", 403, True


class InvalidPin(CriticError):
    """The PIN is wrong."""

    code, title, status, permanent = "invalid_pin", "Wrong PIN", 403, True


class SharePermissionDenied(CriticError):
    """The share link does not allow this."""

    code, title, status, permanent = "share_permission_denied", "Not allowed by the share link", 403, True


class MissingApiKey(CriticError):
    """An API key is required, in the header X-API-Key or as a bearer token."""

    code, title, status, permanent = "missing_api_key", "Missing API key", 401, True


class InvalidApiKey(CriticError):
    """The API key is unknown or has expired."""

    code, title, status, permanent = "invalid_api_key", "Invalid API key", 401, True


class IdempotencyKeyReused(CriticError):
    """The Idempotency-Key was used before, with another body."""

    code, title, status, permanent = "idempotency_key_reused", "Idempotency-Key used with another body", 422, True


class IdempotencyInProgress(CriticError):
    """A request with the same Idempotency-Key is still in progress."""

    code, title, status, permanent = "idempotency_in_progress", "The same request is in progress", 409, False


class Overloaded(CriticError):
    """Too many photos are queued; retry after `Retry-After`."""

    code, title, status, permanent = "overloaded", "Overloaded", 429, False


class RateLimited(CriticError):
    """This API key has exceeded its request rate; retry after `Retry-After`."""

    code, title, status, permanent = "rate_limited", "Too many requests", 429, False


class PinLocked(RateLimited):
    """Too many wrong PINs; retry after `Retry-After`."""

    code, title = "pin_locked", "Too many wrong PINs"


class QuotaExceeded(CriticError):
    """This API key has used up its photos of today."""

    code, title, status, permanent = "quota_exceeded", "Quota exceeded", 429, False


# -- the services -----------------------------------------------------------------------------------------------------


class ServiceUnavailable(CriticError):
    """A service does not answer."""

    code, title, status, permanent = "service_unavailable", "A service does not answer", 503, False


class QueueUnavailable(ServiceUnavailable):
    """The queue (Redis) does not answer."""

    code, title = "queue_unavailable", "The queue does not answer"


class StorageUnavailable(ServiceUnavailable):
    """The photo storage does not answer."""

    code, title = "storage_unavailable", "The photo storage does not answer"


class QueueFull(QueueUnavailable):
    """The queue's memory (Redis) is full; deleting works, and photos that expire make room."""

    code, title, status = "queue_full", "The queue is full", 507


class StorageFull(StorageUnavailable):
    """The server has no room for more; deleting works, and photos that expire make room."""

    code, title, status = "storage_full", "The storage is full", 507


class InferenceUnavailable(ServiceUnavailable):
    """The inference server does not answer, or is overloaded."""

    code, title = "inference_unavailable", "The inference server does not answer"


class InferenceFailed(CriticError):
    """The inference server rejected the photo's tensor: model and worker do not match."""

    code, title, status, permanent = "inference_failed", "The model rejected its input", 500, True


class NotReady(ServiceUnavailable):
    """The service is still starting."""

    code, title = "not_ready", "Not ready"
