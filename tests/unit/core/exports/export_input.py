"""Albums for exports, made by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.photos import cat, saved

from critic_core.contracts.album import Album, Counts, Proposal, Verdict
from critic_core.contracts.critique import Reason
from critic_core.contracts.errors import PhotoNotFound
from critic_core.exports.export import Export, ExportInput, ExportOptions

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PREVIEW = saved(cat((120, 80)), "JPEG")


def proposal(number: int = 0, verdict: Verdict = Verdict.keep, **fields: Any) -> Proposal:
    defaults: dict[str, Any] = {
        "id": f"019dd0a2-7c41-7d0e-9c4f-{number:012x}",
        "file_name": f"IMG_{number:04}.JPG",
        "sha256": f"{number:064}",
        "verdict": verdict,
        "rank": number + 1,
        "quality": 70.0,
        "score": 71.5,
        "percentile": 80.0,
        "reasons": (Reason(code="among_the_best", sentence="It is among the best of the album.", favourable=True),),
    }
    return Proposal.model_validate(defaults | fields)


class Pictures:
    """The cat for every photo except deleted ones."""

    def __init__(self, *deleted: str) -> None:
        self.deleted = deleted

    def original(self, photo_id: str) -> Iterator[bytes]:
        self._check(photo_id)
        return iter((b"original ", photo_id.encode()))

    def preview(self, photo_id: str) -> bytes:
        self._check(photo_id)
        return PREVIEW

    def _check(self, photo_id: str) -> None:
        if photo_id in self.deleted:
            raise PhotoNotFound


def export_input(
    *proposals: Proposal, options: ExportOptions | None = None, deleted: tuple[str, ...] = (), name: str = "Wedding"
) -> ExportInput:
    counts = Counts(photos=len(proposals), pending=0, done=len(proposals), failed=0)
    album = Album(id=proposal().id, name=name, created_at=NOW, expires_at=NOW + timedelta(days=7), counts=counts)
    return ExportInput(album, lambda: iter(proposals), options or ExportOptions(), Pictures(*deleted))


def written(export: Export, *proposals: Proposal, **options: Any) -> bytes:
    return b"".join(export.write(export_input(*proposals, **options)))
