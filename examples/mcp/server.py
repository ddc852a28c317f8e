"""Photo Critic for agents: an MCP server over standard input and output, with the tools score, compare and cull.

    pip install -r requirements.txt
    CRITIC_URL=http://127.0.0.1:8000 python server.py

Tools read photos on this machine and change nothing there.
"""

import os
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from photo_critic_client import AsyncClient
from photo_critic_client.contracts.album import Verdict
from photo_critic_client.contracts.photo import Photo

server = MCPServer("photo-critic", instructions="Scores photographs from 0 to 100, and proposes which to keep.")
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".tif", ".tiff", ".dng", ".cr2", ".cr3", ".nef", ".arw"}


def client() -> AsyncClient:
    return AsyncClient(os.environ.get("CRITIC_URL", "http://127.0.0.1:8000"), os.environ.get("CRITIC_API_KEY"))


def summary(path: str, photo: Photo) -> dict[str, Any]:
    critique = photo.critique
    assert critique is not None
    reasons = [reason.sentence for reason in critique.reasons]
    return {"path": path, "score": critique.score, "percentile": critique.percentile, "reasons": reasons}


def photos_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)


@server.tool()
async def score(path: str) -> dict[str, Any]:
    """The score of a photo (0 to 100, higher is better), its percentile among photos, and reasons."""
    async with client() as critic:
        return summary(path, await critic.score(Path(path)))


@server.tool()
async def compare(paths: list[str]) -> list[dict[str, Any]]:
    """The same for several photos, best first."""
    async with client() as critic:
        summaries = [summary(path, await critic.score(Path(path))) for path in paths]
    return sorted(summaries, key=lambda photo: -photo["score"])


@server.tool()
async def cull(folder: str, keep: float = 0.2) -> list[dict[str, Any]]:
    """The photos of a folder to keep, best first, with reasons. `keep`: a number of pictures, or below 1 a share."""
    files = photos_in(Path(folder))
    async with client() as critic:
        album = (await critic.albums.create(Path(folder).name)).id
        for first in range(0, len(files), 10):
            batch = files[first : first + 10]
            await critic.albums.add(album, batch, [file.relative_to(folder).as_posix() for file in batch])
        await critic.albums.wait(album)
        proposals = [proposal async for proposal in critic.albums.selection(album, keep)]
    return [
        {
            "path": keeper.path or keeper.file_name,
            "score": keeper.score,
            "reasons": [r.sentence for r in keeper.reasons],
        }
        for keeper in proposals
        if keeper.verdict is Verdict.keep
    ]


if __name__ == "__main__":
    server.run()
