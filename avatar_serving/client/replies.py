"""What the REST calls answer."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Likeness, Progress

R = TypeVar("R", bound=BaseModel)


class Reply(BaseModel):
    """Fields that this client does not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(Reply):
    """Why a request was refused, or failed."""

    code: str | None = None
    message: str = ""


class Avatar(Reply):
    id: str
    name: str
    voice: str = ""
    description: str = ""
    size: int = 0


class Avatars(Reply):
    data: tuple[Avatar, ...]


class VoiceEntry(Reply):
    id: str
    name: str = ""
    language: str = ""
    gender: str = ""
    engine: str = ""


class ModelEntry(Reply):
    id: str
    about: str = ""
    engine: str = ""
    default: bool = False
    remote: bool = False
    tokens_per_s: float | None = None
    first_token_s: float | None = None
    quality: float | None = None


class Training(Reply):
    """A character that the diffusion model is being taught."""

    id: str
    name: str
    status: str
    """queued, in_progress, completed, failed"""
    progress: int = 0
    """Percent."""
    done: int = 0
    """Steps so far."""
    loss: float | None = None
    samples: tuple[int, ...] = ()
    """Steps after which there is a sample picture."""
    error: Reason | None = None


class Adapter(Reply):
    """A character that was taught; a drawing names it."""

    name: str
    model: str
    licence: str
    pictures: int
    steps: int
    loss: float


class Step(Reply):
    """How far the making of an avatar or of a picture has come."""

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


class Seen(Reply):
    """A picture as a ``data:`` URL."""

    picture: str


class Done(Reply):
    avatar: Avatar


class Refusal(Reply):
    error: Reason


class Voices(Reply):
    data: tuple[VoiceEntry, ...]


class Adapters(Reply):
    data: tuple[Adapter, ...]


class Models(Reply):
    data: tuple[ModelEntry, ...]


def read(model: type[R], text: str) -> R:
    """Raises InvalidRequest: out of protocol."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise InvalidRequest(f"the server sent a reply out of protocol: {error}") from error
