"""The built web client, as browsers keep it and networks carry it."""

import os
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

_NAMED_BY_CONTENT = "assets"
"""Folder of what gets another name when it changes."""
_COMPRESSION = 6
"""Of zlib, 1 to 9."""


def page(folder: Path) -> ASGIApp:
    """What `npm run build` has left in *folder*."""
    return GZipMiddleware(_Page(directory=folder, html=True), compresslevel=_COMPRESSION)


class _Page(StaticFiles):
    """Says what may be kept: else a browser guesses, and asks an old page for scripts that went."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        named = Path(full_path).parent.name == _NAMED_BY_CONTENT
        kept = "public, max-age=31536000, immutable" if named else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
