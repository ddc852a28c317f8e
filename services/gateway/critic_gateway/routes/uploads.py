"""Presigned uploads: clients put photos into the bucket themselves, and send them by key."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter

from critic_core.contracts.errors import (
    InvalidRequest,
    LimitReached,
    PhotoTooLarge,
    PresignedUploadsDisabled,
    QuotaExceeded,
    StorageFull,
    StorageUnavailable,
)
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo_source import NewUpload, PresignedUpload
from critic_core.runtime.storage import UPLOADS, uploaded_key
from critic_gateway.dependencies import PHOTO_LIMIT, ROOM, CallerDep, PhotoQuotaDep, SettingsDep, StorageDep
from critic_gateway.routes.openapi import ACCESS_ERRORS, responses

VALID_SECONDS = 900

router = APIRouter(prefix="/v1/uploads", tags=["photos"])


@router.post(
    "",
    status_code=201,
    summary="Create a presigned upload",
    dependencies=[ROOM, PHOTO_LIMIT],
    responses=responses(
        PhotoTooLarge,
        PresignedUploadsDisabled,
        LimitReached,
        QuotaExceeded,
        StorageFull,
        StorageUnavailable,
        InvalidRequest,
        *ACCESS_ERRORS,
    ),
)
def create_upload(
    caller: CallerDep, upload: NewUpload, storage: StorageDep, settings: SettingsDep, quota: PhotoQuotaDep
) -> PresignedUpload:
    """A URL for one file, valid for 15 minutes. Send the photo by its key afterwards, within a day."""
    if not settings.presigned_uploads or not storage.is_bucket:
        raise PresignedUploadsDisabled
    if upload.size_bytes > settings.max_photo_bytes:
        raise PhotoTooLarge(f"The limit of a photo is {settings.max_photo_bytes:,} bytes.")
    quota.ensure_remaining(caller)
    name, expires_at = new_id(), datetime.now(UTC) + timedelta(seconds=VALID_SECONDS)
    return PresignedUpload(
        key=f"{UPLOADS}{name}",
        url=storage.presigned_put(uploaded_key(caller.owner, name), upload.size_bytes, VALID_SECONDS),
        headers={"Content-Length": str(upload.size_bytes)},
        expires_at=expires_at,
    )
