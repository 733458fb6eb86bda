"""Files of a model hub over HTTP, resumed where an earlier try stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.uris import HubFile

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_TRIES = 4


@dataclass(frozen=True, slots=True)
class ListedFile:
    path: str
    size: int
    git_hash: str
    sha256: str | None
    """None of small files, which git itself keeps."""


@dataclass(frozen=True, slots=True)
class HubListing:
    commit: str
    files: tuple[ListedFile, ...]


class _LargeFile(BaseModel):
    oid: str
    size: int


class _Entry(BaseModel):
    """As the hub writes it."""

    type: str
    path: str
    oid: str
    size: int = 0
    lfs: _LargeFile | None = None


class _Revision(BaseModel):
    sha: str


_ENTRIES = TypeAdapter(list[_Entry])


class Hub:
    def __init__(self, endpoint: str, token: str | None = None) -> None:
        self._endpoint = endpoint
        self._headers = {"Accept-Encoding": "identity"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._unreachable = False

    def fetch(self, file: HubFile, into: Path, size: int, report: Callable[[int], None]) -> None:
        """Append to *into* what is missing of *file*.

        Raises:
            SourceFailed: no hub there, no such file, or the connection broke too often.
        """
        if self._unreachable:
            raise SourceFailed(f"{self._endpoint} is out of reach")
        url = self._url(file)
        for left in reversed(range(_TRIES)):
            try:
                self._download(url, into, size, report)
                return
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self._unreachable = True
                raise SourceFailed(f"{self._endpoint} is out of reach") from error
            except httpx.HTTPError as error:
                if not left or isinstance(error, httpx.HTTPStatusError):
                    raise SourceFailed(f"{url}: {error}") from error

    def listing(self, repository: str, revision: str) -> HubListing:
        """What a repository holds.

        Raises:
            SourceFailed: no hub there, or no such repository.
        """
        api = f"{self._endpoint}/api/models/{repository}"
        try:
            commit = _Revision.model_validate_json(
                self._get(f"{api}/revision/{quote(revision, safe='')}").content
            ).sha
            entries: list[_Entry] = []
            page: str | None = f"{api}/tree/{commit}?recursive=true"
            while page is not None:
                answer = self._get(page)
                entries += _ENTRIES.validate_json(answer.content)
                page = answer.links.get("next", {}).get("url")
        except ValidationError as error:
            raise SourceFailed(f"{api}: not the answer of a hub") from error
        return HubListing(commit, tuple(_listed(e) for e in entries if e.type == "file"))

    def read(self, file: HubFile, size: int) -> bytes:
        """The content of a small file.

        Raises:
            SourceFailed: it cannot be had, or is of another size.
        """
        content = self._get(self._url(file)).content
        if len(content) != size:
            raise SourceFailed(f"{self._url(file)} has {len(content)} bytes, not {size}")
        return content

    def _get(self, url: str) -> httpx.Response:
        try:
            answer = httpx.get(url, headers=self._headers, timeout=_TIMEOUT, follow_redirects=True)
            answer.raise_for_status()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise SourceFailed(f"{self._endpoint} is out of reach") from error
        except httpx.HTTPError as error:
            raise SourceFailed(f"{url}: {error}") from error
        return answer

    def _url(self, file: HubFile) -> str:
        path = quote(file.path)
        return f"{self._endpoint}/{file.repository}/resolve/{file.revision}/{path}"

    def _download(self, url: str, into: Path, size: int, report: Callable[[int], None]) -> None:
        have = into.stat().st_size if into.exists() else 0
        resume = {"Range": f"bytes={have}-"} if 0 < have < size else {}
        with httpx.stream(
            "GET", url, headers=self._headers | resume, timeout=_TIMEOUT, follow_redirects=True
        ) as answer:
            answer.raise_for_status()
            appended = answer.status_code == HTTPStatus.PARTIAL_CONTENT
            with into.open("ab" if appended else "wb") as out:
                for chunk in answer.iter_bytes():
                    out.write(chunk)
                    if out.tell() > size:
                        raise SourceFailed(f"{url} has more than the {size} bytes of its pin")
                    report(out.tell())


def _listed(entry: _Entry) -> ListedFile:
    if entry.lfs is None:
        return ListedFile(entry.path, entry.size, entry.oid, None)
    return ListedFile(entry.path, entry.lfs.size, entry.oid, entry.lfs.oid)
