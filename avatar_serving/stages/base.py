"""The one interface of the platform: a request in, a stream of items out."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from typing import Any, ClassVar, Protocol, Self, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

from avatar_serving.media import (
    AnimateRequest,
    ChatDelta,
    ChatRequest,
    Description,
    FaceFrame,
    Glance,
    Image,
    Progress,
    ReconstructRequest,
    RenderRequest,
    Review,
    Speech,
    SpeechRequest,
    StyliseRequest,
    Transcript,
    Utterance,
    VideoFrame,
)

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)


class Stage(Protocol[In, Out]):
    """A step of a pipeline."""

    def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        """Stream the answer to *request*. Closing the stream stops the work."""
        ...


ReviewStage = Stage[Image, Review]
Vlm = Stage[Image | Glance, Description]
Stylise = Stage[StyliseRequest, Progress | Image]
Reconstruct = Stage[ReconstructRequest, Progress | bytes]
Asr = Stage[Utterance, Transcript]
Llm = Stage[ChatRequest, ChatDelta]
Tts = Stage[SpeechRequest, Speech]
Animate = Stage[AnimateRequest, FaceFrame]
Render = Stage[RenderRequest, VideoFrame]


@runtime_checkable
class Warmed(Protocol):
    """A stage whose first request takes longer than the others."""

    async def warm(self) -> None:
        """Do what a first request does, so that nobody waits for it."""
        ...


@runtime_checkable
class Checked(Protocol):
    """A stage that may break for good."""

    async def check(self) -> None:
        """Asked every few seconds.

        Raises:
            AvatarError: it cannot go on, and shall be replaced.
        """
        ...


@runtime_checkable
class Holds(Protocol):
    """The settings of an engine that holds a few of many things in memory, which requests name."""

    @property
    def held_at_once(self) -> int: ...


@runtime_checkable
class ForHolder(Protocol):
    """A request that is best answered by a replica that holds something: an adapter, a show."""

    @property
    def held(self) -> str:
        """Empty: any replica will do."""
        ...


@runtime_checkable
class Continued(Protocol):
    """A request whose answer another replica can go on with."""

    def behind(self, given: Sequence[Any]) -> Self | None:
        """The request for what comes after the items that were *given*; None: nothing may follow
        them, or it would not fit."""
        ...


class StageConfig(BaseModel, ABC):
    """The settings of one engine, and the way to build it. It describes; it never downloads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: ClassVar[tuple[str, ...]] = ()
    """Names in the lock file of what the engine needs before it can be built."""
    modules: ClassVar[tuple[str, ...]] = ()
    """Python modules that it needs and that only the extra ``gpu`` installs."""
    streams: ClassVar[bool] = False
    """The first items of a long answer come long before its last."""

    @abstractmethod
    def build(self) -> Stage[Any, Any]: ...

    def required_weights(self) -> tuple[str, ...]:
        """Names in the lock file; an engine whose options decide says so here."""
        return self.weights

    def required_modules(self) -> tuple[str, ...]:
        """Modules of the extra ``gpu``; an engine whose options decide says so here."""
        return self.modules
