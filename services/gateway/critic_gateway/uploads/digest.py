"""The digest of an upload: it tells a repeated request from another one with the same Idempotency-Key."""

import hashlib

from critic_core.contracts.errors import IdempotencyKeyReused
from critic_gateway.limits.idempotency import UploadRecord
from critic_gateway.uploads.options import UploadOptions
from critic_gateway.uploads.receive import ReceivedFile, RejectedFile, StoredFile


def upload_digest(files: list[ReceivedFile], options: UploadOptions, source: str | None = None) -> str:
    """Equal for uploads of equal files in the same order, or of one URL or key, with equal options.

    What a URL leads to may change, and its signature expire: a repeated request is one of the same URL.
    """
    album = options.album.id if options.album else ""
    callback = (options.callback_url, *(options.callback_events or ()), *(options.callback_details or ()))
    note = (options.note.reference, options.note.metadata)
    digest = hashlib.sha256(f"{options.model or ''} {album} {callback} {note}\n".encode())
    for content in [f"{source}\n"] if source else map(_content, files):
        digest.update(content.encode())
    return digest.hexdigest()


def _content(file: ReceivedFile) -> str:
    content = file.error.code if isinstance(file, RejectedFile) else file.sha256
    name = file.path or file.file_name if isinstance(file, StoredFile) else file.file_name
    return f"{name}\n{content}\n"


def ensure_same_upload(
    record: UploadRecord, files: list[ReceivedFile], options: UploadOptions, source: str | None = None
) -> None:
    """IdempotencyKeyReused unless the upload repeats the recorded one."""
    if record.body_digest != upload_digest(files, options, source):
        raise IdempotencyKeyReused
