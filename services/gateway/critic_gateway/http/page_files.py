"""Files of the page: browsers store them, and ask before each use whether they are current.

The ETag is a digest of the content. Times of modification are no help: images and wheels give every version the same.
"""

import hashlib
from functools import lru_cache
from os import PathLike, fspath, stat_result
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Receive, Scope, Send

REVALIDATE = "no-cache"  # 304 while the file is the same, the new file right after an upgrade


class PageFiles(StaticFiles):
    """The files of a folder; `/` is its index.html."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Files are sent whole: for `If-Range`, Starlette requires the time of modification."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)

    def file_response(
        self, full_path: "str | PathLike[str]", stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, or 304."""
        response = FileResponse(full_path, status_code=status_code, stat_result=stat_result)
        del response.headers["last-modified"]
        del response.headers["accept-ranges"]
        response.headers["cache-control"] = REVALIDATE
        response.headers["etag"] = _etag(fspath(full_path), stat_result.st_mtime_ns, stat_result.st_size)
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


@lru_cache(maxsize=512)
def _etag(path: str, _modified_ns: int, _size: int) -> str:
    return f'"{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]}"'
