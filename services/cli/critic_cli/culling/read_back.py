"""Decisions that were made in other programs come back into the album."""

from collections.abc import Iterable
from datetime import datetime

from critic_cli.culling.cull_folder import CulledFolder
from critic_cli.culling.removed_decisions import DecisionFile
from critic_cli.culling.same_stem import Shot
from critic_cli.culling.sidecars import Sidecars
from critic_client import Albums
from critic_core.contracts.album import AlbumPhoto, Choice


def read_back(albums: Albums, culled: CulledFolder, sidecars: Sidecars, decisions: DecisionFile) -> str:
    """Decide as people did in sidecars and files; the number of decisions that are new in the album, in words.

    The latest word counts: a file older than the decision in the album changes nothing.
    """
    count = 0
    for photo in albums.ranking(culled.album_id):
        choice = _stated_since(decisions.made_at(photo), culled.shots.get(photo.id, ()), sidecars)
        if choice is not None and choice != _present(photo):
            albums.decide(culled.album_id, photo.id, choice)
            count += 1
    return f"{count:,} decisions from other programs." if count else ""


def _stated_since(since: datetime | None, shots: Iterable[Shot], sidecars: Sidecars) -> Choice | None:
    return next((stated.choice for stated in (sidecars.stated(shot, since) for shot in shots) if stated), None)


def _present(photo: AlbumPhoto) -> Choice | None:
    return Choice(flag=photo.decision.flag, stars=photo.decision.stars) if photo.decision else None
