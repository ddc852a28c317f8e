"""Rates the keepers of an Immich album, and stacks near duplicates: python immich.py ALBUM [--keep 0.2] [--apply]

Without --apply nothing changes. Ratings that exist stay, and precede the proposal; assets in stacks are left there.
Settings: IMMICH_URL (http://host:2283/api), IMMICH_API_KEY (rights asset.read, asset.download, asset.update,
stack.create), CRITIC_URL, CRITIC_API_KEY. Tested with the names of @immich/sdk 3.2.
"""

import argparse
import os
from collections.abc import Iterator
from typing import Any

import httpx
from photo_critic_client import Client
from photo_critic_client.contracts.album import Choice, Flag, GroupLevel, Proposal, Verdict

BATCH = 10
Asset = dict[str, Any]


def assets_of(immich: httpx.Client, album: str) -> Iterator[Asset]:
    """The photos of an album, with ratings and stacks."""
    search = {"albumIds": [album], "type": "IMAGE", "withExif": True, "withStacked": True}
    page: str | None = "1"
    while page is not None:
        reply = immich.post("/search/metadata", json={**search, "page": int(page)}).raise_for_status()
        found = reply.json()["assets"]
        yield from found["items"]
        page = found["nextPage"]


def upload(critic: Client, immich: httpx.Client, album: str, assets: list[Asset]) -> dict[str, Asset]:
    """Send the originals; the assets by the ids of their photos."""
    by_photo: dict[str, Asset] = {}
    for first in range(0, len(assets), BATCH):
        batch = assets[first : first + BATCH]
        originals = [immich.get(f"/assets/{asset['id']}/original").raise_for_status().content for asset in batch]
        receipts = critic.albums.add(album, originals, [asset["originalFileName"] for asset in batch])
        for asset, receipt in zip(batch, receipts, strict=True):
            if receipt.photo:
                by_photo.setdefault(receipt.photo.id, asset)
    critic.albums.wait(album)
    return by_photo


def rating_of(asset: Asset) -> int | None:
    """The rating that a person gave: 1 to 5, or -1."""
    return (asset.get("exifInfo") or {}).get("rating") or None


def stars_of(proposal: Proposal) -> int:
    """1 to 5 by rank among the keepers."""
    return 1 + sum((proposal.keeper_percent or 0) > percent for percent in (20, 40, 60, 80))


def ratings(proposals: list[Proposal], by_photo: dict[str, Asset]) -> dict[str, int]:
    """New ratings by the ids of assets."""
    keepers = [proposal for proposal in proposals if proposal.verdict is Verdict.keep]
    unrated = ((by_photo[keeper.id], keeper) for keeper in keepers if rating_of(by_photo[keeper.id]) is None)
    return {asset["id"]: stars_of(keeper) for asset, keeper in unrated}


def stacks(critic: Client, album: str, by_photo: dict[str, Asset]) -> list[list[str]]:
    """New stacks of near duplicates, the best asset first."""
    groups = critic.albums.groups(album, GroupLevel.near)
    found = ([by_photo[member.id] for member in group.photos] for group in groups)
    return [[asset["id"] for asset in group] for group in found if not any(asset.get("stack") for asset in group)]


def decide(critic: Client, album: str, by_photo: dict[str, Asset]) -> None:
    """Send the ratings of people, which precede the proposal."""
    for photo_id, asset in by_photo.items():
        if rating := rating_of(asset):
            critic.albums.decide(album, photo_id, Choice(stars=rating) if rating > 0 else Choice(flag=Flag.reject))


def apply(immich: httpx.Client, new_ratings: dict[str, int], new_stacks: list[list[str]]) -> None:
    """Change the assets."""
    for asset_id, rating in new_ratings.items():
        immich.put(f"/assets/{asset_id}", json={"rating": rating}).raise_for_status()
    for asset_ids in new_stacks:
        immich.post("/stacks", json={"assetIds": asset_ids}).raise_for_status()


def main() -> None:
    """Print the changes, and make them on request."""
    parser = argparse.ArgumentParser(description="Rates the keepers of an Immich album, and stacks near duplicates.")
    parser.add_argument("album")
    parser.add_argument("--keep", type=float, default=0.2)
    parser.add_argument("--apply", action="store_true")
    options = parser.parse_args()
    headers = {"x-api-key": os.environ["IMMICH_API_KEY"]}
    immich = httpx.Client(base_url=os.environ["IMMICH_URL"], headers=headers, timeout=300)
    critic = Client(os.environ.get("CRITIC_URL", "http://127.0.0.1:8000"), os.environ.get("CRITIC_API_KEY"))
    with immich, critic:
        album = critic.albums.create("Immich").id
        by_photo = upload(critic, immich, album, list(assets_of(immich, options.album)))
        decide(critic, album, by_photo)
        new_ratings = ratings(list(critic.albums.selection(album, options.keep)), by_photo)
        new_stacks = stacks(critic, album, by_photo)
        print(f"{len(by_photo)} photos: {len(new_ratings)} new ratings, {len(new_stacks)} new stacks")
        if options.apply:
            apply(immich, new_ratings, new_stacks)


if __name__ == "__main__":
    main()
