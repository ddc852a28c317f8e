"""Deletion of a photo and its bytes."""

from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.jobs import JobStore


def delete_photo(jobs: JobStore, storage: Storage, photo_id: str) -> None:
    """Hide the photo, then delete its bytes; the reaper resumes an interrupted deletion."""
    jobs.mark_deleted(photo_id)
    storage.delete(photo_key(photo_id))
    storage.delete(preview_key(photo_id))
    jobs.purge(photo_id)
