"""Files of a model hub over HTTP, resumed where an earlier try stopped."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import httpx

from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.uris import HubFile

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_TRIES = 4


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
        url = f"{self._endpoint}/{file.repository}/resolve/{file.revision}/{quote(file.path)}"
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
