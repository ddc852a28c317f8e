"""Decisions that were made in other programs come back into the album."""

from critic_cli.culling.cull_folder import CulledFolder
from critic_cli.culling.sidecars import Sidecars
from critic_client import Albums
from critic_core.contracts.album import Choice


def read_back(albums: Albums, culled: CulledFolder, sidecars: Sidecars) -> str:
    """Decide as people did in sidecars and files; the number of decisions that are new in the album, in words."""
    count = 0
    for photo in albums.ranking(culled.album_id):
        shots = culled.shots.get(photo.id, ())
        stated = next((stated for stated in map(sidecars.stated, shots) if stated), None)
        present = Choice(flag=photo.decision.flag, stars=photo.decision.stars) if photo.decision else None
        if stated is not None and stated.choice != present:
            albums.decide(culled.album_id, photo.id, stated.choice)
            count += 1
    return f"{count:,} decisions from other programs." if count else ""
