"""The same bytes sent twice by one owner: one inference, while the model and its version are the same."""

from dataclasses import dataclass

from critic_core.contracts.critique import Critique, Provenance
from critic_core.contracts.errors import PhotoNotFound
from critic_core.contracts.photo import Photo
from critic_core.runtime.logs import logger
from critic_core.runtime.storage import Storage, preview_key
from critic_core.stores.jobs import JobStore
from critic_core.stores.same_bytes import SameBytesStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway import metrics

log = logger(__name__)


@dataclass(frozen=True)
class CritiqueReuse:
    """Finishes new photos with critiques of earlier ones."""

    same_bytes: SameBytesStore
    jobs: JobStore
    storage: Storage
    workers: WorkerStatusStore

    def finish(self, photo: Photo) -> Photo | None:
        """The photo, finished with the critique and preview of its owner's earlier one; None without any."""
        earlier_id = self.same_bytes.replace(photo)
        if earlier_id is None or (critique := self._current_critique(earlier_id, photo.model)) is None:
            return None
        try:
            self.storage.put(preview_key(photo.id), self.storage.get(preview_key(earlier_id)))
        except PhotoNotFound:  # the earlier photo has just been deleted
            return None
        self.jobs.finish(photo.id, critique, reused=True)
        metrics.REUSED.inc()
        log.info("critique_reused", photo_id=photo.id, earlier=earlier_id)
        return self.jobs.get(photo.id)

    def _current_critique(self, photo_id: str, model: str | None) -> Critique | None:
        try:
            critique = self.jobs.get(photo_id).critique
        except PhotoNotFound:
            return None
        return critique if critique and self._would_score_alike(critique.provenance, model) else None

    def _would_score_alike(self, provenance: Provenance, model: str | None) -> bool:
        """True while the version of a critique scores all new photos for this model, without a trial beside it."""
        made_by = provenance.model, provenance.version, provenance.weights_sha256, provenance.preprocessing_digest
        served = {
            (manifest.name, manifest.version, manifest.weights_sha256, manifest.preprocessing.digest)
            for manifest in self.workers.models()
        }
        if provenance.model != (model or self._default_model()):
            return False
        active = {versions.model: versions for versions in self.workers.active_versions()}.get(provenance.model)
        if active is None:  # no version of another than the server's own model is routed
            return made_by in served
        return made_by in served and active.stable == provenance.version and not active.trials

    def _default_model(self) -> str | None:
        """The model of photos without a choice, from the latest heartbeat."""
        latest = self.workers.heartbeats(0)[:1]
        return latest[0].model if latest else None
