"""The REST calls of docs/protocol.md that scripts need."""

import base64
import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Self, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.media import Likeness, Look, Progress
from avatar_serving.protocol.status import ServiceStatus

_TIMEOUT_S = 300.0
_LOOK = ("restore", "style", "strength", "background")
"""What of a Look travels as JSON; pictures would be files of their own."""


class RequestRefused(AvatarError):
    """The service answered a request with an error, or not at all (code unreachable)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    @property
    def message(self) -> str:
        return self.reason


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


R = TypeVar("R", bound=BaseModel)


class Avatar(_Reply):
    id: str
    name: str
    voice: str = ""
    description: str = ""
    size: int = 0


class VoiceEntry(_Reply):
    id: str
    name: str = ""
    language: str = ""
    gender: str = ""
    engine: str = ""


class ModelEntry(_Reply):
    id: str
    about: str = ""
    engine: str = ""
    default: bool = False
    remote: bool = False
    tokens_per_s: float | None = None
    first_token_s: float | None = None
    quality: float | None = None


class _Step(_Reply):
    step: str
    fraction: float
    message: str = ""
    distance: float | None = None
    kept: bool = True

    def progress(self) -> Progress:
        told = (self.step, self.fraction, self.message)
        return (
            Progress(*told)
            if self.distance is None
            else Likeness(*told, distance=self.distance, kept=self.kept)
        )


class _Seen(_Reply):
    picture: str


class _Done(_Reply):
    avatar: Avatar


class _Reason(_Reply):
    code: str | None = None
    message: str = ""


class _Refusal(_Reply):
    error: _Reason


class _Voices(_Reply):
    data: tuple[VoiceEntry, ...]


class _Models(_Reply):
    data: tuple[ModelEntry, ...]


class Rest:
    """A client of one service. Every call raises RequestRefused with the server's own words."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # Never through a proxy: the service is meant to be near.
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=_TIMEOUT_S, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._http.close()

    def create_avatar(
        self, image: bytes, name: str, *, statement: str, voice: str = "", persona: str = "",
        look: Look | None = None,
    ) -> Generator[Progress, None, Avatar]:  # fmt: skip
        """Yield progress, return the avatar. The caller agrees to *statement* by calling."""
        request = {
            "name": name, "voice": voice, "persona": persona, "look": _told(look or Look()),
            "consent": {"agreed": True, "statement": statement},
        }  # fmt: skip
        done = yield from self._made("/v1/avatars", image, request)
        return _read(_Done, done).avatar

    def restyle(
        self, image: bytes, look: Look, *, statement: str
    ) -> Generator[Progress, None, bytes]:
        """Yield progress, for a drawing also its Likeness; return the picture as a WebP file. The
        caller agrees to *statement* by calling."""
        request = {"look": _told(look), "consent": {"agreed": True, "statement": statement}}
        done = yield from self._made("/v1/looks/preview", image, request)
        return base64.b64decode(_read(_Seen, done).picture.partition(",")[2])

    def _made(
        self, path: str, image: bytes, request: Mapping[str, object]
    ) -> Generator[Progress, None, str]:
        """Return the data of the last event."""
        form, files = {"request": json.dumps(request)}, {"image": ("photo", image)}
        posted = self._http.stream("POST", path, files=files, data=form)
        with _reached(), posted as reply:
            if reply.is_error:
                reply.read()
            _check(reply)
            for event, data in _server_sent(reply.iter_lines()):
                if event == "progress":
                    yield _read(_Step, data).progress()
                elif event == "error":
                    reason = _read(_Reason, data)
                    raise RequestRefused(reason.code or "internal", reason.message)
                elif event == "done":
                    return data
        raise RequestRefused("internal", "the service stopped before it was done")

    def package(self, avatar_id: str) -> bytes:
        return self._call("GET", f"/v1/avatars/{avatar_id}/package").content

    def delete_avatar(self, avatar_id: str) -> None:
        self._call("DELETE", f"/v1/avatars/{avatar_id}")

    def voices(self) -> tuple[VoiceEntry, ...]:
        return _read(_Voices, self._call("GET", "/v1/voices").text).data

    def models(self) -> tuple[ModelEntry, ...]:
        """Language models on offer, the default first."""
        return _read(_Models, self._call("GET", "/v1/models").text).data

    def status(self) -> ServiceStatus:
        """What the service is made of."""
        return _read(ServiceStatus, self._call("GET", "/v1/status").text)

    def speech(self, text: str, voice: str, speed: float = 1.0) -> bytes:
        """*text* spoken: 24 kHz mono, signed 16 bit."""
        body = {"model": "default", "input": text, "voice": voice, "response_format": "pcm",
                "speed": speed}  # fmt: skip
        return self._call("POST", "/v1/audio/speech", json=body).content

    def _call(self, method: str, path: str, json: object = None) -> httpx.Response:
        with _reached():
            return _check(self._http.request(method, path, json=json))


def _told(look: Look) -> dict[str, object]:
    told: dict[str, object] = {option: getattr(look, option) for option in _LOOK}
    return told | {"drawing": asdict(look.drawing) if look.drawing else None}


@contextmanager
def _reached() -> Generator[None, None, None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise RequestRefused("unreachable", f"the service does not answer: {error}") from error


def _check(reply: httpx.Response) -> httpx.Response:
    if not reply.is_error:
        return reply
    try:
        error = _Refusal.model_validate_json(reply.text).error
    except ValidationError:
        error = _Reason(code="internal", message=f"HTTP {reply.status_code}: {reply.text[:300]}")
    raise RequestRefused(error.code or "internal", error.message)


def _read(model: type[R], text: str) -> R:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise InvalidRequest(f"the server sent a reply out of protocol: {error}") from error


def _server_sent(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """(event, data) pairs of a text/event-stream."""
    event, data = "message", list[str]()
    for line in lines:
        if not line:
            if data:
                yield event, "\n".join(data)
            event, data = "message", []
        elif line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").strip())
