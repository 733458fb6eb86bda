"""The REST calls of docs/protocol.md that scripts need."""

import base64
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Self

import httpx
from pydantic import ValidationError

from avatar_serving.client.replies import (
    Adapter,
    Adapters,
    Avatar,
    Avatars,
    Done,
    ModelEntry,
    Models,
    Reason,
    Refusal,
    Seen,
    Step,
    Training,
    VoiceEntry,
    Voices,
    read,
)
from avatar_serving.errors import AvatarError
from avatar_serving.media import Look, Progress
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
        look: Look | None = None, more: Sequence[bytes] = (), face: int = 0,
    ) -> Generator[Progress, None, Avatar]:  # fmt: skip
        """Yield progress, return the avatar. The caller agrees to *statement* by calling.

        *more*: further pictures of the person, where the service's engine looks at several. *face*:
        which of several in *image*, 1 being the leftmost; 0: it is of one person.
        """
        request = {
            "name": name, "voice": voice, "persona": persona, "look": _told(look or Look()),
            "face": face, "consent": {"agreed": True, "statement": statement},
        }  # fmt: skip
        done = yield from self._made("/v1/avatars", image, request, more)
        return read(Done, done).avatar

    def restyle(
        self, image: bytes, look: Look, *, statement: str, face: int = 0
    ) -> Generator[Progress, None, bytes]:
        """Yield progress, for a drawing also its Likeness; return the picture as a WebP file. The
        caller agrees to *statement* by calling. *face*: as for ``create_avatar``."""
        request = {
            "look": _told(look), "face": face,
            "consent": {"agreed": True, "statement": statement},
        }  # fmt: skip
        done = yield from self._made("/v1/looks/preview", image, request)
        return base64.b64decode(read(Seen, done).picture.partition(",")[2])

    def _made(
        self, path: str, image: bytes, request: Mapping[str, object], more: Sequence[bytes] = ()
    ) -> Generator[Progress, None, str]:
        """Return the data of the last event."""
        form = {"request": json.dumps(request)}
        files = [("image", ("photo", image)), *(("more_images", ("photo", m)) for m in more)]
        posted = self._http.stream("POST", path, files=files, data=form)
        with _reached(), posted as reply:
            if reply.is_error:
                reply.read()
            _check(reply)
            for event, data in _server_sent(reply.iter_lines()):
                if event == "progress":
                    yield read(Step, data).progress()
                elif event == "error":
                    reason = read(Reason, data)
                    raise RequestRefused(reason.code or "internal", reason.message)
                elif event == "done":
                    return data
        raise RequestRefused("internal", "the service stopped before it was done")

    def avatars(self) -> tuple[Avatar, ...]:
        """Those that the key may see, the newest first."""
        return read(Avatars, self._call("GET", "/v1/avatars").text).data

    def package(self, avatar_id: str) -> bytes:
        """The avatar package, a ZIP file."""
        return self._call("GET", f"/v1/avatars/{avatar_id}/package").content

    def delete_avatar(self, avatar_id: str) -> None:
        """For good, with what it remembers of its users."""
        self._call("DELETE", f"/v1/avatars/{avatar_id}")

    def train(
        self, pictures: Sequence[bytes], name: str, *, statement: str, steps: int = 800
    ) -> Training:
        """Teach the diffusion model a character from 4 to 20 pictures. The caller agrees to
        *statement* by calling."""
        request = {
            "name": name, "steps": steps, "consent": {"agreed": True, "statement": statement},
        }  # fmt: skip
        files = [("pictures", (f"{number}", each)) for number, each in enumerate(pictures)]
        with _reached():
            form = {"request": json.dumps(request)}
            asked = self._http.post("/v1/trainings", files=files, data=form)
            return read(Training, _check(asked).text)

    def training(self, training_id: str) -> Training:
        """How it stands."""
        return read(Training, self._call("GET", f"/v1/trainings/{training_id}").text)

    def cancel_training(self, training_id: str) -> None:
        """Stop it and forget it; a character that was taught already stays."""
        self._call("DELETE", f"/v1/trainings/{training_id}")

    def adapters(self) -> tuple[Adapter, ...]:
        """Characters that were taught, by name."""
        return read(Adapters, self._call("GET", "/v1/adapters").text).data

    def delete_adapter(self, name: str) -> None:
        """A character that was taught, for good."""
        self._call("DELETE", f"/v1/adapters/{name}")

    def voices(self) -> tuple[VoiceEntry, ...]:
        """Those that the service speaks with."""
        return read(Voices, self._call("GET", "/v1/voices").text).data

    def models(self) -> tuple[ModelEntry, ...]:
        """Language models on offer, the default first."""
        return read(Models, self._call("GET", "/v1/models").text).data

    def status(self) -> ServiceStatus:
        """What the service is made of."""
        return read(ServiceStatus, self._call("GET", "/v1/status").text)

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
        reason = f"the service does not answer: {error}; does `avatar-serving serve` run there?"
        raise RequestRefused("unreachable", reason) from error


def _check(reply: httpx.Response) -> httpx.Response:
    if not reply.is_error:
        return reply
    try:
        error = Refusal.model_validate_json(reply.text).error
    except ValidationError:
        error = Reason(code="internal", message=f"HTTP {reply.status_code}: {reply.text[:300]}")
    raise RequestRefused(error.code or "internal", error.message)


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
