"""Making one file of its pieces, each checked when it comes and kept until the file is whole."""

import hashlib
import os
from pathlib import Path

from avatar_serving.weights.cache import Cache, file_sha256
from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.lock import Part, Pin
from avatar_serving.weights.sources import Fetch, Report

_CHUNK = 1 << 20


class Assembler:
    def __init__(self, cache: Cache, fetch: Fetch) -> None:
        self._cache = cache
        self._fetch = fetch

    def assemble(self, pin: Pin, parts: tuple[Part, ...], report: Report) -> None:
        """Put the file of *pin* into the cache.

        Raises:
            SourceFailed: a piece cannot be had, or what came is not what was pinned.
        """
        self._cache.parts.mkdir(parents=True, exist_ok=True)
        pieces: list[Path] = []
        before = 0
        for part in parts:
            pieces.append(self._piece(part, lambda done, before=before: report(before + done)))
            before += part.size
        whole = self._join(pieces, pin) if len(pieces) > 1 else pieces[0]
        if len(pieces) == 1 and parts[0].sha256 != pin.sha256:
            raise SourceFailed(f"{parts[0].uri}: pinned as another file")
        self._cache.adopt(whole, pin.sha256)
        for piece in pieces:
            piece.unlink(missing_ok=True)

    def _piece(self, part: Part, report: Report) -> Path:
        kept = self._cache.parts / part.sha256
        if kept.is_file() and file_sha256(kept) == part.sha256:
            report(part.size)
            return kept
        arriving = kept.with_name(kept.name + ".arriving")
        self._fetch_twice(part, arriving, report)
        found = file_sha256(arriving)
        if found != part.sha256:
            arriving.unlink()
            raise SourceFailed(f"{part.uri} has sha256 {found}, not {part.sha256}")
        os.replace(arriving, kept)
        return kept

    def _fetch_twice(self, part: Part, arriving: Path, report: Report) -> None:
        """An archive left by an earlier pull may be broken: it is fetched again, once."""
        try:
            self._fetch(part, arriving, report)
        except SourceFailed as failure:
            if failure.damaged is None:
                raise
            failure.damaged.unlink(missing_ok=True)
            self._fetch(part, arriving, report)

    def _join(self, pieces: list[Path], pin: Pin) -> Path:
        whole = self._cache.parts / f"{pin.sha256}.joining"
        digest = hashlib.sha256()
        with whole.open("wb") as out:
            for piece in pieces:
                with piece.open("rb") as stream:
                    while chunk := stream.read(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
        if digest.hexdigest() != pin.sha256:
            whole.unlink()
            raise SourceFailed(f"the {len(pieces)} pieces joined do not match {pin.sha256}")
        return whole
